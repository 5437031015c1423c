/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_H
#define APP_QUESTIONS_QUESTION_H
/*
 * question: what the kinds of answers share.  question.c says which kind a question is; each kind
 * draws from *y on, `w` px wide, moves *y behind itself and takes what was tapped.
 */
#include "app/app.h"
#include "forms/xpath/dates.h"

enum { QUESTION_CODES = 3 };
/* Codes for "no answer" are pills apart, never among the answers. */
struct question_code {
    const char *code, *number;
    enum string_id label;
};
extern const struct question_code question_codes[QUESTION_CODES];
bool question_is_code(const char *value);
/* Does somebody answer it, and not the form? */
bool question_is_asked(const struct node *node);

/* Give it to the session; a refusal is shown beside the question. */
bool question_answer(struct app *app, struct node *node, const char *value);
/* Tapped: "" where it is the answer already and may be taken back. */
void question_tap(struct app *app, struct node *node, const char *value);
/* Id of one part of a question; on a page of several questions it says of which. */
const char *question_part(struct app *app, const struct node *node, const char *kind,
                          const char *which);
/* A day, a month or a year in words, by the question's appearance. */
const char *question_date(struct app *app, const struct node *node, const struct moment *m);
/* "1234567.5" as people read it: "1 234 567,5" with hard blanks. */
const char *question_number(struct app *app, const char *number);
/* "120 КБ", "1,4 МБ" */
const char *question_size(struct app *app, uint64_t bytes);
bool question_has_word(const char *list, const char *word); /* blank-separated */
/* A choice's name in an id; its place where the name is too long for one. */
const char *question_choice_name(struct app *app, const struct choice *choice, size_t at);
/* Its picture, no larger than this, or NULL. */
const struct picture *question_choice_picture(struct app *app, struct node *node,
                                              struct choice *choice, int w, int h);
/* What it sounds like; "" when there is nothing to be heard.  Kept for the frame. */
const char *question_choice_sound(struct app *app, struct node *node, struct choice *choice);
/* A loudspeaker in r for the choice at `at`, where it has a sound. */
void question_loudspeaker(struct app *app, struct node *node, struct choice *choices, size_t at,
                          struct rect r);
/* The choices offered now; a fault is shown in their place. */
bool question_choices(struct app *app, struct node *node, struct choice **choices, size_t *count,
                      int x, int *y, int w);
/* Number N of an appearance such as columns-3; 0 when there is none. */
unsigned question_appearance_number(const struct control *control, const char *start);

bool question_types_text(const struct page *page);
/* Begin to type in the question's field, if it has one. */
void question_open(struct app *app, const struct page *page);
/* Drawn from target `first` on and between two heights: where somebody has just come to it
 * (app->reached), it comes into sight, and with keys to its first answer. */
void question_reached(struct app *app, const struct node *node, size_t first, int top, int bottom);
/* What is being typed at another question comes first: this one may hide it. */
void question_turn_to(struct app *app, const struct node *node);
/* Where the answer is no longer among the choices: it is said, and can be taken away. */
void question_stale(struct app *app, struct node *node, const struct choice *choices, size_t count,
                    int x, int *y, int w);
/* A choice tapped: chosen, or no longer. */
void question_toggle(struct app *app, struct node *node, const char *value);
/* A word where a translation is missing. */
void question_fallback(struct app *app, bool fallback, int x, int *y, int w);
bool question_any_fallback(const struct choice *choices, size_t count);
/* What was refused about this question, if anything. */
void question_refusal(struct app *app, const struct node *node, int x, int *y, int w);

void ask_choices(struct app *app, struct node *node, int x, int *y, int w);
void ask_rank(struct app *app, struct node *node, int x, int *y, int w);
void ask_date(struct app *app, struct node *node, int x, int *y, int w);
void ask_time(struct app *app, struct node *node, int x, int *y, int w);
void ask_moment(struct app *app, struct node *node, int x, int *y, int w);
void ask_range(struct app *app, struct node *node, int x, int *y, int w);

/* A file from a stick or card, or a drawing. */
void ask_file(struct app *app, struct node *node, int x, int *y, int w);
bool question_is_drawn(const struct control *control); /* signature, draw, annotate */
void ask_drawing(struct app *app, struct node *node, int x, int *y, int w);
/* The form's picture that an annotation is drawn upon; "": none.  Kept for the frame. */
const char *question_drawn_upon(struct app *app, const struct node *node);

/* ---- grids: several questions with the same choices ---- */

/* Is this select a row of a table (list-nolabel), or the head of one (label)? */
bool question_is_grid_row(const struct page *page);
bool question_is_grid_head(const struct page *page);
/* All from fields[at] on that belong to one table; returns how many were drawn. */
size_t ask_grid(struct app *app, const struct page *fields, size_t count, size_t at, int x, int *y,
                int w);
/* A group of two selects as likelihood × impact; false: it is not one. */
/* Ticks that a code took from a select-multiple: kept until the page is left, offered beside it. */
void question_forget_cleared(struct app *app);
void question_offer_cleared(struct app *app, struct node *node, int x, int *y, int w);
bool ask_risk(struct app *app, const struct page *page, const struct page *fields, size_t count,
              int x, int *y, int w);

/* "Don't know" and the like of a select, apart from its other choices. */
void question_no_answers(struct app *app, struct node *node, int x, int *y, int w);
/* A pill that takes an answer away that need not be; true: it was touched. */
bool question_take_back(struct app *app, const struct node *node, int x, int *y, int w);
/* Nobody reads its answer over a shoulder: not in a list, either. */
bool question_is_secret(const struct control *control);

#endif
