/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_H
#define APP_INTERVIEW_INTERVIEW_H
/*
 * interview: a session, its journal and its place, put together.
 *
 * Every accepted answer is an event before the next question shows; beginning, resuming and
 * finishing go through the writer.
 */
#include "app/interview/writer.h"
#include "forms/engine/audit.h"

struct interview {
    struct writer *writer;
    struct form *form;
    struct session *session;
    struct package package;
    struct buf package_bytes;
    struct device_draft draft;
    bool training, recovered; /* recovered: it was cut off, not put aside */
    int64_t last_ms;          /* resumed: when its last event was written; wall clock */
    struct page page;         /* shown now */
    uint64_t ticket;          /* of the last posted event */
    int64_t clock_ms; /* the clock stands here: replay, or while something happens; 0 = it goes */
    int64_t happened_ms; /* where it stood last */
    bool replaying;
    uint8_t seed[32];
    uint64_t random_count;
    bool drawing, looking; /* what happens now is journalled; but this part only judges */
    struct interview_typing *typings; /* what is no answer yet, the latest first */
    char *gone;                       /* path of the entry that was removed last, or NULL */
    struct audit *audit;
    struct interview_file *files; /* attachments so far, the latest first */
    size_t files_len;
    struct interview_memo *memos; /* the interviewer's, the latest first */
    char label[DEVICE_LABEL];     /* of the draft; "" = none; no part of the record */
};

/* Typed, or half of a moment: it waits at its question until it is an answer, or erased. */
struct interview_typing {
    char *path;
    struct buf text;
    struct interview_typing *next;
};

/* A note of the interviewer's own beside a page: no answer, but part of the record (memos.csv). */
enum { INTERVIEW_MEMO_MAX = 1 << 20, INTERVIEW_MEMOS_MAX = 1000 };
struct interview_memo {
    unsigned number; /* 1, 2, … */
    int64_t begun_ms;
    char path[512], language[LANGUAGE_NAME];
    struct buf text;
    struct interview_memo *next;
};

/* What the interviewer calls the draft. */
enum { INTERVIEW_LABEL_LETTERS = 40 };

enum { INTERVIEW_FILE_MAX = 8 << 20, INTERVIEW_FILES_MAX = 24 << 20 };
struct interview_file {
    char name[64];
    struct buf bytes;
    struct interview_file *next;
};

MUST_CHECK bool interview_begin(struct interview **interview, struct writer *writer,
                                const uint8_t package_hash[32], const char *language,
                                struct err *err);
/* Watched in events (NULL: nobody watches); stopped, `err` is ERR_ENV and the draft as it was. */
MUST_CHECK bool interview_resume(struct interview **interview, struct writer *writer,
                                 const struct device_draft *draft, struct progress *progress,
                                 struct err *err);
void interview_free(struct interview *interview); /* the draft stays on the device */

/* Session and journal together. */
enum answer_result interview_answer(struct interview *i, struct node *node, const char *value,
                                    struct err *err);
/* What stands in a field and is no answer (yet): comes back with the page, and after a power cut.
 */
void interview_typing(struct interview *i, struct node *node, const char *text);
/* A number for a new memo; then its text, each time that it has grown: journalled as it stands. "":
 * there is none after all. */
unsigned interview_new_memo(const struct interview *i);
void interview_memo(struct interview *i, unsigned number, const char *text);
/* "": none any more.  More than INTERVIEW_LABEL_LETTERS is the caller's mistake. */
void interview_label(struct interview *i, const char *text);
/* An attachment, and its name as the answer.  ERR_LIMIT when it is too large, or all together are.
 */
MUST_CHECK bool interview_attach(struct interview *i, struct node *node, const char *extension,
                                 const void *bytes, size_t len, struct err *err);
/* The bytes behind an answer that names an attachment; NULL when there are none. */
const struct buf *interview_file(const struct interview *i, const char *name);
/* The end or the outline is looked at in the place of a page: "end", "outline". */
void interview_pause(struct interview *i); /* left, or locked: the draft stays */
void interview_screen(struct interview *i, const char *what);
/* What waits at a question; NULL: nothing.  Lent until the next answer or typing. */
const char *interview_typed(const struct interview *i, const struct node *node);
/* The questions that are asked and at which something waits; kept in the arena.  Returns how many.
 */
size_t interview_unfinished(struct interview *i, struct arena *arena, struct problem **list);
/* Is the answer fit to leave its page?  That it breaks a rule is journalled. */
enum answer_result interview_check(struct interview *i, struct node *node, struct err *err);
void interview_language(struct interview *i, const char *code);
MUST_CHECK bool interview_add(struct interview *i, const struct page *roster, struct node **entry,
                              struct err *err);
MUST_CHECK bool interview_remove(struct interview *i, struct node *entry, struct err *err);
MUST_CHECK bool interview_restore(struct interview *i, struct err *err);
/* All posted events are durable when true.  What the medium did not take is tried once more. */
MUST_CHECK bool interview_sync(struct interview *i, struct err *err);
/* Once more what failed before, too; for at most `ms`. */
enum writer_state interview_saved(struct interview *i, int ms, struct err *err);

/* ---- place ---- */

/* Pages at the present place's level; *at is the present one (count when it is gone). */
void interview_pages(struct interview *i, struct arena *arena, struct page **pages, size_t *count,
                     size_t *at);
/* The repeat entry whose pages are being walked, or NULL at top level. */
struct node *interview_entry(const struct interview *i);
void interview_go(struct interview *i, const struct page *page);
/* The page of a node, wherever it lies. */
bool interview_find(struct interview *i, struct arena *arena, const struct node *node,
                    struct page *page);
/* The next page, or false at the end of this level. */
bool interview_next(struct interview *i);
bool interview_back(struct interview *i);
/* Out of an entry, to its roster. */
void interview_leave_entry(struct interview *i);

/* Seal, watched in steps (NULL: nobody watches).  The interview is over when true. */
MUST_CHECK bool interview_finish(struct interview *i, struct progress *progress, struct err *err);
MUST_CHECK bool interview_discard(struct interview *i, struct err *err);

/* Label of the nearest group that has one, or the form's title; kept in the arena.  *fallback (may
 * be NULL): it is not in the language that is asked in. */
const char *interview_section(struct interview *i, struct arena *arena, const struct page *page,
                              bool *fallback);
/* How far the interview is.  It counts what the form has, asked or not, so it never runs backwards
 * while pages come and go; a repeat and all that is in its entries is one place. */
struct interview_place {
    size_t section, sections; /* 1 .. sections: runs of places under the same labelled group */
    size_t place, places;     /* 1 .. places: questions and repeats, in the form's order */
    const size_t *lengths;    /* places of each section; the arena's */
};
struct interview_place interview_place(struct interview *i, struct arena *arena);

/* Title of a form's package for lists: parsed from its bytes. */
bool interview_form_title(struct arena *arena, const struct package *package, const char **id,
                          const char **title, const char **version);

/* How a draft's form stands among those in force (device_forms). */
enum form_state {
    FORM_IN_FORCE, /* it is in force */
    FORM_OUTDATED, /* another version of it is: the draft goes on with its own */
    FORM_WITHDRAWN /* none is: the draft can be finished, and no other begun */
};
struct form_in_force {
    uint8_t hash[32]; /* of the package */
    const char *id;
};
enum form_state interview_form_state(const struct interview *i, const struct form_in_force *forms,
                                     size_t count);

#endif
