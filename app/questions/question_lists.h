/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_LISTS_H
#define APP_QUESTIONS_QUESTION_LISTS_H
/* question_lists: the state of the select questions, with the cache of long lists. */
#include "app/questions/question.h"

/* A long list, cached between builds: its choices, and their labels folded for searching.  The
 * page points into it, so it is freed only between two builds. */
enum { QUESTION_LISTS = 4 };
struct long_list {
    const struct node *node; /* NULL: to be freed */
    bool fixed;              /* only another language changes it; else: */
    uint64_t ticket;         /* of the journal: a later answer may change the list */
    int64_t minute;          /* so may the time */
    char language[LANGUAGE_NAME];
    unsigned pass; /* the build that used it last */
    struct arena arena;
    struct choice *choices;
    size_t count, codes; /* codes: "no answer" codes among the choices */
    bool fallback;       /* a label is not translated */
    const char **exacts, **keys,
        **sounds;     /* labels in lower case, folded, phonetic; NULL: not yet */
    uint8_t *ranks;   /* how well each choice matches the last search */
    char ranked[128]; /* the search text, lower case */
    uint32_t *order;  /* matching choices, best first; NULL: not yet */
    size_t ordered;
    uint32_t *late; /* those of them beyond the visible ones: the chosen … */
    size_t late_count;
    bool late_known; /* … with this answer */
    char late_of[256];
};

struct choice_state {
    struct node *cleared;      /* question whose ticks a "no answer" code has just cleared … */
    char *cleared_ticks;       /* … and the ticks; owned, wiped when the page is left */
    const struct node *opened; /* question whose list is open */
    struct long_list lists[QUESTION_LISTS];
    unsigned pass;
};
struct choice_state *choice_state(const struct app *app);

/* The choices, from the cache or gathered now; valid until the next build. */
bool list_gather(struct app *app, struct node *node, struct choice **choices, size_t *count);
/* The cached list these choices belong to, or NULL. */
struct long_list *list_kept(struct app *app, const struct choice *choices);
size_t list_count_codes(const struct choice *choices, size_t count);
void lists_between(struct app *app);
void lists_forget(struct app *app);

#endif
