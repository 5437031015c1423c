/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_H
#define APP_QUESTIONS_QUESTION_H
/*
 * question: shared by the kinds of questions. question.c chooses the kind. Each kind draws from
 * *y on, `w` px wide, moves *y past what it drew, and handles taps.
 */
#include "app/app.h"
#include "forms/xpath/dates.h"

enum { QUESTION_CODES = 3 };
/* Codes for "no answer". They are pills apart from the answers. */
struct question_code {
    const char *code, *number;
    enum string_id label;
};
extern const struct question_code question_codes[QUESTION_CODES];
bool question_is_code(const char *value);
/* Is it answered by a person, not by the form? */
bool question_is_asked(const struct node *node);

/* Passes the answer to the session. A refusal is shown beside the question. */
bool question_answer(struct app *app, struct node *node, const char *value);
/* Handles a tap on a value: a second tap clears an answer that is not required. */
void question_tap(struct app *app, struct node *node, const char *value);
/* Id of one part of a question. On a page of several questions it includes the question. */
const char *question_part(struct app *app, const struct node *node, const char *kind,
                          const char *which);
/* A day, a month or a year in words, as the question's appearance wants it. */
const char *question_date(struct app *app, const struct node *node, const struct moment *m);
/* "1234567.5" as displayed: "1 234 567,5" with no-break spaces. */
const char *question_number(struct app *app, const char *number);
/* "120 КБ", "1,4 МБ" */
const char *question_size(struct app *app, uint64_t bytes);
bool question_has_word(const char *list, const char *word); /* separated by spaces */
/* A choice's name for use in an id; its position if the name is too long. */
const char *question_choice_name(struct app *app, const struct choice *choice, size_t at);
/* The choice's picture, at most this large, or NULL. */
const struct picture *question_choice_picture(struct app *app, struct node *node,
                                              struct choice *choice, int w, int h);
/* URI of the choice's sound; "" if it has none. Valid until the next build. */
const char *question_choice_sound(struct app *app, struct node *node, struct choice *choice);
/* Draws a loudspeaker in r for choices[at], if it has a sound. */
void question_loudspeaker(struct app *app, struct node *node, struct choice *choices, size_t at,
                          struct rect r);
/* The choices offered now. If they cannot be read, shows a fault instead and returns false. */
bool question_choices(struct app *app, struct node *node, struct choice **choices, size_t *count,
                      int x, int *y, int w);
/* Number N of an appearance such as columns-3; 0 when there is none. */
unsigned question_appearance_number(const struct control *control, const char *start);

bool question_types_text(const struct page *page);
/* Opens the question's field for typing, if it has one. */
void question_open(struct app *app, const struct page *page);
/* Call after drawing a question whose targets begin at `first`, between y = top and bottom.
 * If the user just reached it (app->reached), it scrolls into view; with the keyboard in
 * use, its first answer gets the focus. */
void question_reached(struct app *app, const struct node *node, size_t first, int top, int bottom);
/* Submits what is being typed at another question: this answer may hide that question. */
void question_turn_to(struct app *app, const struct node *node);
/* If the answer is no longer among the choices, says so and offers to remove it. */
void question_stale(struct app *app, struct node *node, const struct choice *choices, size_t count,
                    int x, int *y, int w);
/* Handles a tap on a choice: selects it, or clears it. */
void question_toggle(struct app *app, struct node *node, const char *value);
/* Notes that a translation is missing. */
void question_fallback(struct app *app, bool fallback, int x, int *y, int w);
bool question_any_fallback(const struct choice *choices, size_t count);
/* Shows why this question's answer was refused, if it was. */
void question_refusal(struct app *app, const struct node *node, int x, int *y, int w);

void ask_choices(struct app *app, struct node *node, int x, int *y, int w);
void ask_rank(struct app *app, struct node *node, int x, int *y, int w);
void ask_date(struct app *app, struct node *node, int x, int *y, int w);
void ask_time(struct app *app, struct node *node, int x, int *y, int w);
void ask_moment(struct app *app, struct node *node, int x, int *y, int w);
void ask_range(struct app *app, struct node *node, int x, int *y, int w);

/* A file from a medium, or a drawing. */
void ask_file(struct app *app, struct node *node, int x, int *y, int w);
bool question_is_drawn(const struct control *control); /* signature, draw, annotate */
void ask_drawing(struct app *app, struct node *node, int x, int *y, int w);
/* URI of the form's picture that an annotation is drawn on; "": none. Valid until the next
 * build. */
const char *question_drawn_upon(struct app *app, const struct node *node);

/* ---- grids: several questions with the same choices ---- */

/* Is this select a row of a table (list-nolabel), or its heading (label)? */
bool question_is_grid_row(const struct page *page);
bool question_is_grid_head(const struct page *page);
/* Draws all fields from fields[at] on that belong to one table. Returns how many. */
size_t ask_grid(struct app *app, const struct page *fields, size_t count, size_t at, int x, int *y,
                int w);
/* Ticks that a "no answer" code cleared in a select-multiple: kept until the page is left, and
 * offered again beside it. */
void question_forget_cleared(struct app *app);
void question_offer_cleared(struct app *app, struct node *node, int x, int *y, int w);
/* Draws a group of two selects as a likelihood × impact square. False: not such a group. */
bool ask_risk(struct app *app, const struct page *page, const struct page *fields, size_t count,
              int x, int *y, int w);

/* Draws a select's "no answer" codes, apart from its other choices. */
void question_no_answers(struct app *app, struct node *node, int x, int *y, int w);
/* Draws a pill that clears an answer that is not required. True: it was tapped. */
bool question_take_back(struct app *app, const struct node *node, int x, int *y, int w);
/* Is the answer hidden from onlookers, in lists, too? */
bool question_is_secret(const struct control *control);

#endif
