/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_SEARCH_H
#define APP_SHELL_SEARCH_H
/* search: a field that filters forms, sections or choices; its ids begin with "search". */
#include "app/shell/app.h"

/* Draws the field; true: it was tapped, and search_open() should open it. */
bool search_field(struct app *app, const char *id);
void search_open(struct app *app, const char *id);
/* Is a search being typed? */
bool search_is_open(const struct app *app);
/* The search text as typed; "" = none. Borrowed. */
const char *search_typed(const struct app *app, const char *id);
struct search_for {
    const char *exact;    /* lower case */
    const char *needle;   /* folded */
    bool plain;           /* exact and needle are equal */
    const char *sound;    /* phonetic; "" if it would match too much */
    const char *surnames; /* its words without surname endings, phonetic; or "" */
};
/* Valid until the next build. */
struct search_for search_for(struct app *app, const char *typed);
/* How well a label matches. As typed: 10 equal, 9 the label starts with it, 8 a word of the
 * label does, 7 the label contains it. Folded: 6 to 3 in the same order. 2: it sounds alike.
 * 1: another form of the surname sounds alike. 0: no match. An empty search ranks every
 * label SEARCH_RANKS. */
enum { SEARCH_RANKS = 10 };
unsigned search_ranks(const struct search_for *what, const char *label);
/* The same, given the label's text_exact, text_fold and text_skeleton. */
unsigned search_rank(const char *exact, const char *key, const char *skeleton,
                     const struct search_for *what);
/* search_bottom: y of the page's end above the search keyboard, or `otherwise` while nothing
 * is searched. search_keyboard: draws that keyboard; false while nothing is searched. */
int search_bottom(struct app *app, int otherwise);
bool search_keyboard(struct app *app);

#endif
