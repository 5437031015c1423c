/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_SESSION_H
#define FORMS_ENGINE_SESSION_H
/*
 * session: one interview: its answers and everything calculated from them.
 *
 * Use:    session_new, then pages / answer / entries in any order, then session_finish and
 *         instance_write; session_free at the end.  The form must outlive the session.
 * Owns:   its nodes and values (wiped when freed).  Texts go into the caller's arena.
 * Fails:  errors and limits of the form set `struct err`; a refused answer is a result, not an
 *         error.
 * Never:  reads a file, a clock or a source of randomness except through `struct session_env`.
 */
#include "forms/engine/form.h"

struct session;

/* Words that the engine itself shows. */
enum session_word {
    WORD_MONTH,        /* short month name, 1 to 12 */
    WORD_DAY,          /* short weekday name, 1 (Monday) to 7 */
    WORD_OTHER,        /* label of the choice that or_other adds to a list */
    WORD_SPECIFY_OTHER /* label of the text question that or_other adds */
};

struct session_env {
    void *user;
    int64_t (*wall_ms)(void *user);
    int (*zone_minutes)(void *user, int64_t wall_ms);
    void (*random)(void *user, void *bytes, size_t len);
    /* Optional.  Brackets a check (true … false) that is not journalled: random numbers
     * drawn meanwhile must not advance the sequence. */
    void (*looking)(void *user, bool on);
    /* Reads the bytes behind a URI such as jr://file-csv/regions.csv.  NULL: no resources. */
    bool (*resource)(void *user, const char *uri, struct buf *out, struct err *err);
    const char *(*property)(void *user, const char *name); /* deviceid, username, …; may be NULL */
    /* The word in the language with this code.  If the callback or its result is NULL,
     * English is used.  Calculated values that are stored are always English. */
    const char *(*word)(void *user, const char *language, enum session_word word, unsigned which);
    /* Appends the position "lat lon altitude accuracy".  False, or a NULL callback: unknown. */
    bool (*geopoint)(void *user, struct buf *out);
};

enum { SESSION_ENTRIES_MAX = 10000, SESSION_NODES_MAX = 500000, SESSION_TEXT_MAX = 1 << 20 };

MUST_CHECK bool session_new(struct session **session, const struct form *form,
                            const struct session_env *env, struct err *err);
/* Runs the odk-instance-load actions of a reopened session.  If an action fails, its changes
 * are undone; the interview can always be continued. */
void session_resume(struct session *session);
void session_free(struct session *session);

const struct form *session_form(const struct session *session);
struct node *session_root(const struct session *session); /* NODE_DOCUMENT */

/* ---- language and texts ---- */

/* Sets the language of the questions: "ky", "ru", ….  A form without translations accepts
 * any. */
void session_set_language(struct session *session, const char *code);
const char *session_language(const struct session *session);
/* With `on`, texts show ${name} in place of answers: for reading the form itself. */
void session_texts_by_name(struct session *session, bool on);

/* The text in the chosen language, else in Russian, else in the first language that has it.
 * `*fallback` (may be NULL) is set if it is not in the chosen language.  "" if there is
 * none.  Kept in `arena`. */
const char *session_text(struct session *session, struct arena *arena, const struct label *label,
                         struct node *node, enum text_form form, bool *fallback);

/* ---- walking ---- */

enum page_kind { PAGE_QUESTION, PAGE_FIELDS, PAGE_ROSTER };

/* One page: a question, a field-list group (its questions: session_fields), or the list of a
 * repeat's entries (roster).  `node` is the question's node; for a roster, the parent of the
 * entries. */
struct page {
    enum page_kind kind;
    const struct control *control;
    struct node *node;
};

/* All current pages in order, at top level (`entry` NULL) or inside one repeat entry.  A
 * repeat is one page; each of its entries has pages of its own. */
void session_pages(struct session *session, struct arena *arena, struct node *entry,
                   struct page **pages, size_t *count);
/* The questions of a field-list page. */
void session_fields(struct session *session, struct arena *arena, const struct page *page,
                    struct page **fields, size_t *count);
/* The nearest repeat entry above the node, or NULL at top level. */
struct node *session_entry_of(const struct node *node);

/* ---- choices ---- */

struct choice {
    const char *value, *label;
    bool fallback;                     /* label is not in the chosen language */
    bool live;                         /* label contains an answer */
    struct node *row;                  /* row of a secondary instance, or NULL */
    const struct static_choice *fixed; /* choice of the form itself, or NULL */
};
MUST_CHECK bool session_choices(struct session *session, struct arena *arena,
                                const struct control *control, struct node *node,
                                struct choice **choices, size_t *count, struct err *err);

/* Whether the list of values is independent of all answers.  The labels may still depend on
 * them: `live`. */
bool session_list_is_fixed(const struct control *control);

/* Only the choices that the answer names, in the list's order (rank: in the answer's order).
 * Only their labels are evaluated. */
MUST_CHECK bool session_chosen(struct session *session, struct arena *arena,
                               const struct control *control, struct node *node,
                               struct choice **chosen, size_t *count, struct err *err);

/* Another form of a choice's label, such as an image; "" if there is none.  Kept in `arena`. */
const char *session_choice_text(struct session *session, struct arena *arena,
                                const struct control *control, struct node *node,
                                const struct choice *choice, enum text_form form);

/* ---- answers ---- */

enum answer_result {
    ANSWER_OK,
    ANSWER_TYPE,       /* the value does not fit the type: not a number, not a date, … */
    ANSWER_CHOICE,     /* not among the current choices */
    ANSWER_CONSTRAINT, /* the form's constraint refuses it */
    ANSWER_REQUIRED,
    ANSWER_READONLY,
    ANSWER_HIDDEN, /* the question is not relevant now */
    ANSWER_FAULT,  /* an expression of the form failed; see `err` */
    ANSWER_RESULT_COUNT
};

/* Sets the answer and recalculates.  On any result but ANSWER_OK the session is unchanged.
 * "" clears the answer (refused if the question is required). */
enum answer_result session_answer(struct session *session, struct node *node, const char *value,
                                  struct err *err);
/* As session_answer, for an open page: an answer that breaks the constraint or is missing is
 * kept; session_check reports it when the page is left.  Without this, a list whose
 * constraint requires two values could not be ticked one by one. */
enum answer_result session_put(struct session *session, struct node *node, const char *value,
                               struct err *err);
/* As session_answer, without checks: for replaying a journal, whose answers were accepted
 * before. */
bool session_replay(struct session *session, struct node *node, const char *value, struct err *err);
/* Number of filled-in entries removed because the repeat's count became smaller.  They
 * return if it grows. */
size_t session_removed_entries(const struct session *session);
/* Whether the value is stored in a removed entry that can be restored. */
bool session_may_return(const struct session *session, const char *value);
/* Whether the node's current value may be submitted. */
enum answer_result session_check(struct session *session, struct node *node, struct err *err);
/* Whether the answer is marked doubtful (suhbat:doubt).  A doubtful answer does not block
 * finishing. */
bool session_is_doubtful(const struct node *node);
/* Whether the sound of a question may be recorded: each question that its suhbat:audio-consent
 * names says "yes", in a repeat in every entry.  An entry where it is not relevant is somebody who
 * is to be asked, unless an answered "no" to a question whose name ends in "_take" closes it: who
 * takes no part.  A "yes" that the form fills in is no answer.  One "no" is enough
 * to refuse.  *who: the answer that stands in the way; NULL: none, or nobody was there to be asked.
 */
enum consent { CONSENT_GIVEN, CONSENT_UNASKED, CONSENT_REFUSED };
enum consent session_audio_consent(const struct session *session, const struct item *item,
                                   const struct node **who);
/* Whether the form fills the value in itself: it is the one that a new entry, or the form, begins
 * with, or a calculation's. */
bool session_is_default(const struct session *session, const struct node *node);
/* Minimum and maximum that a constraint states plainly: ". >= 14 and . < 100" gives 14 and
 * 99 for whole numbers.  -INFINITY, INFINITY: no limit on that side.  False: no limit on
 * either side. */
bool session_bounds(const struct item *item, double *min, double *max);
/* Keyboard for a text question: as suhbat:keys says, else as the constraint's pattern implies. */
enum text_keys {
    KEYS_ANY,
    KEYS_LATIN,
    KEYS_CAPITALS, /* Latin, capitals only */
    KEYS_CYRILLIC,
    KEYS_DIGITS,
    KEYS_COUNT
};
enum text_keys session_keys(const struct item *item);

/* The form's own message for a refused answer; "" if it has none.  Kept in `arena`. */
const char *session_refusal(struct session *session, struct arena *arena, struct node *node,
                            enum answer_result why, bool *fallback);

/* Appends lines that explain, in English for form authors, why a question is not asked. */
void session_why(struct session *session, struct node *node, struct buf *out);

/* ---- repeats ---- */

/* The entries of a roster page, in order. */
void session_entries(struct session *session, struct arena *arena, const struct page *roster,
                     struct node ***entries, size_t *count);
MUST_CHECK bool session_add_entry(struct session *session, const struct page *roster,
                                  struct node **entry, struct err *err);
/* As session_add_entry, at a position: before entry `at` (0 = the first), or at the end if
 * there are fewer. */
MUST_CHECK bool session_insert_entry(struct session *session, const struct page *roster, size_t at,
                                     struct node **entry, struct err *err);
/* Removes an entry but keeps it, so that session_restore_entry can restore it (the last one
 * only). */
MUST_CHECK bool session_remove_entry(struct session *session, struct node *entry, struct err *err);
MUST_CHECK bool session_restore_entry(struct session *session, struct err *err);
bool session_can_restore(const struct session *session);

/* ---- the end ---- */

struct problem {
    struct node *node;
    const struct control *control;
    enum answer_result why;
};
/* Lists everything that prevents the interview from being finished. */
MUST_CHECK bool session_problems(struct session *session, struct arena *arena,
                                 struct problem **problems, size_t *count, struct err *err);
/* Writes the end timestamps.  Call once, just before instance_write. */
MUST_CHECK bool session_finish(struct session *session, struct err *err);

/* ---- names of nodes ---- */

/* Appends a path such as "/data/trip[2]/country".  Only repeats have [n]. */
void session_path(const struct node *node, struct buf *out);
struct node *session_find(struct session *session, const char *path); /* NULL when absent */
/* The first node of an item; same_next leads to the others.  NULL if there is none. */
struct node *session_first(const struct session *session, const struct item *item);
/* The UUID of instanceID; false if the form has none. */
bool session_record_id(const struct session *session, uint8_t id[16]);

#endif
