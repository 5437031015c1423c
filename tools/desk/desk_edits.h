/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_EDITS_H
#define TOOLS_DESK_DESK_EDITS_H
/*
 * desk_edits: records that were sent back and corrected: which belong together, and which counts.
 *
 * A correction names the record that it replaces (meta/deprecatedID), inside its sealed content.
 * Only a device that took a message can have made one, and only after that.  Each such record is
 * opened once; what it says of itself is kept in the desk, encrypted.  A link counts only between
 * records of one device.  The newest version counts; the older ones are kept.  In tables all have
 * the KEY of the first.
 */
#include "platform/machine/map.h"
#include "tools/desk/desk_ledger.h"

/* What the log says of the openings that looked for corrections: they leave no copy. */
#define EDITS_LOOKED "corrections"
enum { EDIT_SUBMITTER = 64 };
struct desk_edit { /* one version of a record */
    uint8_t id[16], device[16];
    uint64_t seq;
    int64_t finalised_ms;
    char submitter[EDIT_SUBMITTER]; /* the interviewer's code */
    struct map files;               /* names of attachments that its answers have */
};
struct desk_family {
    uint8_t root[16], newest[16];
    struct desk_edit **versions; /* at hand, oldest first; the first version may be missing */
    size_t count;
    unsigned edits;     /* how many corrections */
    unsigned withdrawn; /* uses that were withdrawn of any version: enum withdrawn_use */
    int64_t first_ms;   /* when the first version at hand was finished */
};
struct desk_edits {
    struct arena arena;
    struct map by_record; /* id in hex → struct desk_family */
    struct desk_family **families;
    size_t count;
};

struct desk_records;
/* Called by desk_records_init.  `held`: also of records that are kept apart, for what is to be
 * destroyed.  The caller calls desk_edits_fini in either case. */
MUST_CHECK bool desk_edits_read(struct desk_edits *edits, struct desk_records *records, bool held,
                                struct err *err);
void desk_edits_fini(struct desk_edits *edits);

/* NULL: the record was never corrected, and corrects nothing. */
const struct desk_family *desk_family_of(const struct desk_edits *edits, const uint8_t id[16]);
/* Whether the record counts: it is the newest version, and its answers were not withdrawn with
 * another one. */
bool desk_edit_counts(const struct desk_edits *edits, const uint8_t id[16]);
/* The version of this record that counts. */
const uint8_t *desk_newest(const struct desk_edits *edits, const uint8_t id[16]);

/* What reviewers said last of the version that counts, or NULL.  *state: REVIEW_EDITED if they have
 * not seen this version. */
const struct desk_review *desk_review_now(const struct desk_reviews *reviews,
                                          const struct desk_edits *edits, const uint8_t id[16],
                                          enum review_state *state);

#endif
