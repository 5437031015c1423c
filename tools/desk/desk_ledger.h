/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_LEDGER_H
#define TOOLS_DESK_DESK_LEDGER_H
/*
 * desk_ledger: what was done with records at the desk, and by whom: each opening, review, return
 * and withdrawal.
 *
 * Entries are signed, and each holds the hash of the one before; the hash of the last is kept
 * apart.  A changed, missing or reordered entry is found by desk_ledger_read.  The signing key is
 * derived from the desk's key: who can open the desk can add entries, and nobody else.
 * Source: docs/RECORD.md section 12.
 */
#include "platform/machine/map.h"
#include "tools/desk/desk_store.h"

enum ledger_kind {
    LEDGER_ACCESS = 1, /* records were opened; body: their ids */
    LEDGER_REVIEW,     /* state: enum review_state; body: empty, or the key of the desk that it was
                        * taken over from */
    LEDGER_SENT_BACK,  /* state: hasIssues, as a review; body: as of a review */
    LEDGER_WITHDRAWAL, /* state: the uses that were withdrawn */
    LEDGER_CODING,     /* codings or sources were changed; body: their ids */
    LEDGER_KIND_END
};
enum review_state {
    REVIEW_RECEIVED, /* as if nobody had reviewed it */
    REVIEW_APPROVED,
    REVIEW_HAS_ISSUES,
    REVIEW_REJECTED,
    REVIEW_STATES,                 /* what a reviewer can say */
    REVIEW_EDITED = REVIEW_STATES, /* corrected since; nobody has reviewed it again */
    REVIEW_NAMES
};
/* As ODK Central calls them: "", "approved", "hasIssues", "rejected", "edited". */
extern const char *const review_names[REVIEW_NAMES];

struct ledger_entry {
    uint64_t n; /* from 1; set by desk_ledger_add */
    int64_t wall_ms;
    enum ledger_kind kind;
    uint8_t state;
    uint8_t record[16]; /* zeros if it is about several or none */
    const char *what;   /* "export csv" */
    const char *why;    /* the reason given, or a comment; "" */
    const char *who;    /* NULL, for desk_ledger_add: desk_set_person */
    const void *body;
    size_t len;
};

/* Who works at the desk: from now on named in each entry. */
void desk_set_person(struct desk *desk, const char *person);
/* Adds an entry, in the caller's transaction or in one of its own.  ERR_LIMIT: a text of more than
 * 65,535 bytes. */
MUST_CHECK bool desk_ledger_add(struct desk *desk, struct ledger_entry *entry, struct err *err);
/* Adds an entry that names no record: what was done, "forward". */
MUST_CHECK bool desk_log(struct desk *desk, int64_t wall_ms, const char *what, struct err *err);
/* Verifies all entries, and calls `row` for each, oldest first; `row` may be NULL.  ERR_INPUT names
 * the first that is not as it was written.  Its texts are valid during the callback. */
typedef bool desk_ledger_row(void *user, const struct ledger_entry *entry, struct err *err);
MUST_CHECK bool desk_ledger_read(struct desk *desk, desk_ledger_row *row, void *user,
                                 struct err *err);
/* The key that the entries are signed with. */
void desk_ledger_key(const struct desk *desk, uint8_t public_key[SIGN_PUBLIC]);

/* A number that grows whenever records, forms, reviews or withdrawals are added, here or by a
 * merge: of two exports of a desk, the one with the smaller number is the older. */
MUST_CHECK bool desk_revision(struct desk *desk, uint64_t *revision, struct err *err);

/* What reviewers said about records; the last word counts.  Of words from two desks, the later one
 * by their clocks. */
struct desk_review {
    int64_t wall_ms; /* of the word that counts */
    enum review_state state;
    const char *comment;
    unsigned words; /* how many reviews there are */
};
struct desk_reviews {
    struct arena arena;
    struct map by_record; /* id in hex → struct desk_review */
};
MUST_CHECK bool desk_reviews_read(struct desk_reviews *reviews, struct desk *desk, struct err *err);
void desk_reviews_fini(struct desk_reviews *reviews);
/* The last review of a record, or NULL. */
const struct desk_review *desk_review_of(const struct desk_reviews *reviews, const uint8_t id[16]);

#endif
