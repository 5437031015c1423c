/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_H
#define APP_INTERVIEW_INTERVIEW_H
/*
 * interview: a session, its journal and its current page.
 *
 * Every accepted answer is written to the journal before the next question is shown. Beginning,
 * resuming and finishing go through the writer.
 */
#include "app/interview/writer.h"
#include "forms/engine/audit.h"

enum { INTERVIEW_CASE = 37 }; /* a UUID and its end */

struct interview {
    struct writer *writer;
    struct form *form;
    struct session *session;
    struct package package;
    struct buf package_bytes;
    struct buf cases; /* the device's cases when the interview was opened; none in training */
    struct device_draft draft;
    bool training, recovered; /* recovered: interrupted, not put aside */
    int64_t last_ms;          /* when resumed: time of the last event, wall ms */
    struct page page;         /* page shown */
    uint64_t ticket;          /* ticket of the last posted event */
    int64_t clock_ms;    /* time frozen during replay or an operation, wall ms; 0 = real clock */
    int64_t happened_ms; /* frozen time of the last operation */
    bool replaying;
    uint8_t seed[32];
    uint64_t random_count;
    bool journalled; /* random numbers belong to an operation that the journal repeats */
    bool looking;    /* … to one that only reads */
    struct interview_typing *typings;      /* unfinished typing, latest first */
    char *gone;                            /* path of the entry removed last, or NULL */
    struct interview_typing *gone_typings; /* … and what was typed inside it */
    struct audit *audit;
    struct interview_file *files; /* attachments so far, the latest first */
    size_t files_len;
    struct interview_memo *memos; /* the interviewer's memos, latest first */
    char label[DEVICE_LABEL];     /* the draft's label; "" = none; not part of the record */
    char wanted[INTERVIEW_CASE];  /* id of the case that it is about, until it is answered; "" */
    struct interview_correction *corrects; /* interview_correction.h; NULL: nothing */
    struct interview_turns *turns;         /* interview_turns.h; NULL: there are none */
    struct interview_sound *sound;         /* interview_takes.h; NULL: nothing was recorded */
};

/* Unfinished typing, or half of a date and time. Kept with its question until it becomes an
 * answer or is erased. */
struct interview_typing {
    char *path;
    struct buf text;
    struct interview_typing *next;
};

/* An interviewer's memo on a page. Not an answer, but part of the record (memos.csv). */
enum { INTERVIEW_MEMO_MAX = 1 << 20, INTERVIEW_MEMOS_MAX = 1000 };
struct interview_memo {
    unsigned number; /* from 1 */
    int64_t begun_ms;
    char path[512], language[LANGUAGE_NAME];
    struct buf text;
    struct interview_memo *next;
};

/* The draft's label, as the interviewer named it. */
enum { INTERVIEW_LABEL_LETTERS = 40 };

enum { INTERVIEW_FILE_MAX = 8 << 20, INTERVIEW_FILES_MAX = 24 << 20 };
struct interview_file {
    char name[64];
    struct buf bytes;
    struct interview_file *next;
};

/* Begin and resume borrow the writer until interview_free.  False: *interview is NULL. */
MUST_CHECK bool interview_begin(struct interview **interview, struct writer *writer,
                                const uint8_t package_hash[32], const char *language,
                                struct err *err);
/* `progress` counts events (may be NULL). If it is stopped: ERR_ENV, and the draft is
 * unchanged. */
MUST_CHECK bool interview_resume(struct interview **interview, struct writer *writer,
                                 const struct device_draft *draft, struct progress *progress,
                                 struct err *err);
/* After interview_resume, and after a recording that was cut has been ended: journals that the page
 * is shown again. */
void interview_show_page(struct interview *interview);
void interview_free(struct interview *interview); /* the draft stays on the device */

/* These change the session and write the journal. */
enum answer_result interview_answer(struct interview *i, struct node *node, const char *value,
                                    struct err *err);
/* Keeps text that is not an answer (yet). It returns with the page, also after a power cut. */
void interview_typing(struct interview *i, struct node *node, const char *text);
/* interview_new_memo: a number for a new memo. interview_memo: journals its whole text, each
 * time that it changed; "": the memo is removed. */
unsigned interview_new_memo(const struct interview *i);
void interview_memo(struct interview *i, unsigned number, const char *text);
/* "": no label. The caller ensures that it has at most INTERVIEW_LABEL_LETTERS. */
void interview_label(struct interview *i, const char *text);
/* Attaches a file and makes its name the answer. ERR_LIMIT: it, or all attachments together,
 * are too large. */
MUST_CHECK bool interview_attach(struct interview *i, struct node *node, const char *extension,
                                 const void *bytes, size_t len, struct err *err);
/* The bytes of the attachment that an answer names; NULL: no such attachment. */
const struct buf *interview_file(const struct interview *i, const char *name);
void interview_pause(struct interview *i); /* journals: put aside, or locked */
/* Journals that another screen is shown instead of a page: "end" or "outline". */
void interview_screen(struct interview *i, const char *what);
/* Unfinished typing at a question; NULL: none. Borrowed until the next answer or typing. */
const char *interview_typed(const struct interview *i, const struct node *node);
/* Lists the active questions with unfinished typing, in the arena. Returns the count. */
size_t interview_unfinished(struct interview *i, struct arena *arena, struct problem **list);
/* May the page be left with this answer? A broken rule is journalled. */
enum answer_result interview_check(struct interview *i, struct node *node, struct err *err);
void interview_language(struct interview *i, const char *code);
MUST_CHECK bool interview_add(struct interview *i, const struct page *roster, struct node **entry,
                              struct err *err);
MUST_CHECK bool interview_remove(struct interview *i, struct node *entry, struct err *err);
MUST_CHECK bool interview_restore(struct interview *i, struct err *err);
/* True: all posted events are durable. Events whose write failed are tried once more. */
MUST_CHECK bool interview_sync(struct interview *i, struct err *err);
/* The same, for at most `ms`; after a failure it first waits for the queue (writer_retry). */
enum writer_state interview_saved(struct interview *i, int ms, struct err *err);

/* ---- place ---- */

/* Pages at the current level. *at is the index of the current page (count if it is gone). */
void interview_pages(struct interview *i, struct arena *arena, struct page **pages, size_t *count,
                     size_t *at);
/* The repeat entry whose pages are shown, or NULL at top level. */
struct node *interview_entry(const struct interview *i);
void interview_go(struct interview *i, const struct page *page);
/* From now on, a question that is reached without an answer and offers this case is answered with
 * it, once.  Not journalled: after a power cut the case is chosen by hand. */
void interview_want_case(struct interview *i, const char *id);
/* Finds the page of a node at any level. */
bool interview_find(struct interview *i, struct arena *arena, const struct node *node,
                    struct page *page);
/* Goes to the next page. False: end of this level. */
bool interview_next(struct interview *i);
bool interview_back(struct interview *i);
/* Leaves an entry for its roster. */
void interview_leave_entry(struct interview *i);

/* Seals the interview; `progress` counts steps (may be NULL).  True: the interview is over and only
 * interview_free is left.  False: it goes on as a draft, and this may be called again. */
MUST_CHECK bool interview_finish(struct interview *i, struct progress *progress, struct err *err);
MUST_CHECK bool interview_discard(struct interview *i, struct err *err);

/* Label of the nearest labelled group, or the form's title; kept in the arena. *fallback
 * (may be NULL): it is not in the question language. */
const char *interview_section(struct interview *i, struct arena *arena, const struct page *page,
                              bool *fallback);
/* Progress through the form. It counts all places of the form, asked or not, so it never
 * decreases when pages appear or disappear. A repeat with all its entries is one place. */
struct interview_place {
    size_t section, sections; /* 1 .. sections: runs of places under the same labelled group */
    size_t place, places;     /* 1 .. places; a place: a question or repeat, in form order */
    const size_t *lengths;    /* places per section, in the arena */
};
struct interview_place interview_place(struct interview *i, struct arena *arena);

/* Reads a form's id, title and version from the bytes of its package, for lists. */
bool interview_form_title(struct arena *arena, const struct package *package, const char **id,
                          const char **title, const char **version);

/* State of a draft's form among the forms in force (device_forms). */
enum form_state {
    FORM_IN_FORCE, /* it is in force */
    FORM_OUTDATED, /* another version of it is: the draft goes on with its own */
    FORM_WITHDRAWN /* no version is: the draft can be finished, no new one begun */
};
struct form_in_force {
    uint8_t hash[32]; /* of the package */
    const char *id;
};
enum form_state interview_form_state(const struct interview *i, const struct form_in_force *forms,
                                     size_t count);

#endif
