/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_SESSION_H
#define FORMS_ENGINE_SESSION_H
/*
 * session: one interview.  What has been answered, and all that follows from it.
 *
 * Use:    session_new, then pages / answer / entries in any order, then session_finish and
 *         instance_write; session_free at the end.  The form must outlive the session.
 * Owns:   its nodes and values (wiped when freed).  Texts go into the caller's arena.
 * Fails:  the form's faults and limits are `struct err`; a refused answer is an outcome.
 * Never:  reads a file, a clock or a source of randomness but through `struct session_env`.
 */
#include "forms/engine/form.h"

struct session;

/* Words that the engine itself shows people. */
enum session_word {
    WORD_MONTH,        /* short, 1 to 12 */
    WORD_DAY,          /* short, 1 (Monday) to 7 */
    WORD_OTHER,        /* what or_other adds to a list … */
    WORD_SPECIFY_OTHER /* … and asks for */
};

struct session_env {
    void *user;
    int64_t (*wall_ms)(void *user);
    int (*zone_minutes)(void *user, int64_t wall_ms);
    void (*random)(void *user, void *bytes, size_t len);
    /* Optional: what is drawn between true and false is only a look (a judgement), not journalled.
     */
    void (*looking)(void *user, bool on);
    /* Bytes behind a URI such as jr://file-csv/regions.csv; NULL when there are none at all. */
    bool (*resource)(void *user, const char *uri, struct buf *out, struct err *err);
    const char *(*property)(void *user, const char *name); /* deviceid, username, …; may be NULL */
    /* In the language with this code; NULL, from it or for it: English.  What is worked out and
     * kept stays English, whoever asked in what language. */
    const char *(*word)(void *user, const char *language, enum session_word word, unsigned which);
    /* Where are we?  Appends "lat lon altitude accuracy"; false or NULL: not known. */
    bool (*geopoint)(void *user, struct buf *out);
};

enum { SESSION_ENTRIES_MAX = 10000, SESSION_NODES_MAX = 500000, SESSION_TEXT_MAX = 1 << 20 };

MUST_CHECK bool session_new(struct session **session, const struct form *form,
                            const struct session_env *env, struct err *err);
/* Opened again by somebody: odk-instance-load.  An action that fails is taken back: nothing keeps
 * an interview from being gone on with. */
void session_resume(struct session *session);
void session_free(struct session *session);

const struct form *session_form(const struct session *session);
struct node *session_root(const struct session *session); /* NODE_DOCUMENT */

/* ---- language and texts ---- */

/* Language of the questions: "ky", "ru", …; a form without translations accepts any. */
void session_set_language(struct session *session, const char *code);
const char *session_language(const struct session *session);
/* From now on texts show ${name} where an answer would stand: for whoever reads the form itself. */
void session_texts_by_name(struct session *session, bool on);

/* A text in the chosen language, else Russian, else the first that has it; `*fallback` (may be
 * NULL) says that it is not the chosen one.  "" when there is none.  Kept in `arena`. */
const char *session_text(struct session *session, struct arena *arena, const struct label *label,
                         struct node *node, enum text_form form, bool *fallback);

/* ---- walking ---- */

enum page_kind { PAGE_QUESTION, PAGE_FIELDS, PAGE_ROSTER };

/* One page: a question; a field-list group (its questions by session_fields); a repeat's entries.
 * `node` is the question's node; of a roster, the node that holds the entries. */
struct page {
    enum page_kind kind;
    const struct control *control;
    struct node *node;
};

/* All pages now, in order: at top level (`entry` NULL) or inside one repeat entry.  A repeat is one
 * page; its entries have pages of their own. */
void session_pages(struct session *session, struct arena *arena, struct node *entry,
                   struct page **pages, size_t *count);
/* The questions of a field-list page. */
void session_fields(struct session *session, struct arena *arena, const struct page *page,
                    struct page **fields, size_t *count);
/* The repeat entry that holds the node (not the node itself), or NULL at top level. */
struct node *session_entry_of(const struct node *node);

/* ---- choices ---- */

struct choice {
    const char *value, *label;
    bool fallback;                     /* label not in the chosen language */
    bool live;                         /* label says something of the answers */
    struct node *row;                  /* of a secondary instance, or NULL */
    const struct static_choice *fixed; /* or NULL */
};
MUST_CHECK bool session_choices(struct session *session, struct arena *arena,
                                const struct control *control, struct node *node,
                                struct choice **choices, size_t *count, struct err *err);

/* Does the list itself hang on nothing that is answered?  (Its labels may: `live`.) */
bool session_list_is_fixed(const struct control *control);

/* Those of them that the question's answer names, in the list's order (of a rank: the answer's);
 * only theirs are the labels that are worked out. */
MUST_CHECK bool session_chosen(struct session *session, struct arena *arena,
                               const struct control *control, struct node *node,
                               struct choice **chosen, size_t *count, struct err *err);

/* Another form of a choice's label, as an image; "" when there is none.  Kept in `arena`. */
const char *session_choice_text(struct session *session, struct arena *arena,
                                const struct control *control, struct node *node,
                                const struct choice *choice, enum text_form form);

/* ---- answers ---- */

enum answer_result {
    ANSWER_OK,
    ANSWER_TYPE,       /* not a number, a date, … */
    ANSWER_CHOICE,     /* not among the choices now offered */
    ANSWER_CONSTRAINT, /* the form's own rule */
    ANSWER_REQUIRED,
    ANSWER_READONLY,
    ANSWER_HIDDEN, /* the question is not asked now */
    ANSWER_FAULT,  /* the form's expression failed; see the err */
    ANSWER_RESULT_COUNT
};

/* Set and recalculate.  Anything but ANSWER_OK leaves the session as it was.  "" takes the answer
 * back (refused where required). */
enum answer_result session_answer(struct session *session, struct node *node, const char *value,
                                  struct err *err);
/* The same while a page is open: what breaks the form's rule or is missing stands, and
 * session_check says so when the page is left.  Else a list of two could not be ticked one by one.
 */
enum answer_result session_put(struct session *session, struct node *node, const char *value,
                               struct err *err);
/* The same without asking anything: replay of a journal, whose answers were accepted. */
bool session_replay(struct session *session, struct node *node, const char *value, struct err *err);
/* How many filled entries a smaller count has taken away; a larger one brings them back. */
size_t session_removed_entries(const struct session *session);
/* Does this value stand in an entry that was removed or taken away, and can come back? */
bool session_may_return(const struct session *session, const char *value);
/* Is the value that stands there fit to be submitted? */
enum answer_result session_check(struct session *session, struct node *node, struct err *err);
/* Does its answer leave a doubt (suhbat:doubt)?  That holds nobody up. */
bool session_is_doubtful(const struct node *node);
/* Between which numbers a constraint keeps an answer, as far as it says so plainly (". >= 14 and .
 * < 100", for whole numbers 14 and 99); -INFINITY, INFINITY: not on that side.  False: on neither.
 */
bool session_bounds(const struct item *item, double *min, double *max);
/* The form's own message for a refusal, or "" . */
/* What a text is written with: as suhbat:keys says, else as a constraint's pattern shows. */
enum text_keys {
    KEYS_ANY,
    KEYS_LATIN,
    KEYS_CAPITALS, /* Latin, no small letters */
    KEYS_CYRILLIC,
    KEYS_DIGITS
};
enum text_keys session_keys(const struct item *item);

const char *session_refusal(struct session *session, struct arena *arena, struct node *node,
                            enum answer_result why, bool *fallback);

/* Why a question is not asked, in English words for whoever makes the form: lines appended. */
void session_why(struct session *session, struct node *node, struct buf *out);

/* ---- repeats ---- */

/* The entries of a roster page, in order. */
void session_entries(struct session *session, struct arena *arena, const struct page *roster,
                     struct node ***entries, size_t *count);
MUST_CHECK bool session_add_entry(struct session *session, const struct page *roster,
                                  struct node **entry, struct err *err);
/* The same, at a place: before the entry `at` (0 = the first), or behind the last. */
MUST_CHECK bool session_insert_entry(struct session *session, const struct page *roster, size_t at,
                                     struct node **entry, struct err *err);
/* Taken out, but kept aside so that session_restore_entry can undo it (last one only). */
MUST_CHECK bool session_remove_entry(struct session *session, struct node *entry, struct err *err);
MUST_CHECK bool session_restore_entry(struct session *session, struct err *err);
bool session_can_restore(const struct session *session);

/* ---- the end ---- */

struct problem {
    struct node *node;
    const struct control *control;
    enum answer_result why;
};
/* Everything that keeps the interview from being finished. */
MUST_CHECK bool session_problems(struct session *session, struct arena *arena,
                                 struct problem **problems, size_t *count, struct err *err);
/* Stamp the end; call once, just before the instance is written. */
MUST_CHECK bool session_finish(struct session *session, struct err *err);

/* ---- names of nodes ---- */

/* "/data/trip[2]/country"; [n] on repeats only. */
void session_path(const struct node *node, struct buf *out);
struct node *session_find(struct session *session, const char *path); /* NULL when absent */
/* The first node of an item, the others by same_next; NULL when there is none. */
struct node *session_first(const struct session *session, const struct item *item);
/* instanceID's UUID; false when the form has none. */
bool session_record_id(const struct session *session, uint8_t id[16]);

#endif
