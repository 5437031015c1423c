/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_H
#define APP_QUESTIONS_QUESTION_H
/*
 * question: the kinds of questions, one file each, and what they share.
 *
 * A kind is a row of hooks (struct question_kind).  question_kinds.c lists all rows;
 * question.c shows a question by the row that matches it.  What a kind keeps between two builds is
 * its own state: allocated for the life of the program, wiped by its hooks `leave` and `forget`.
 */
#include "app/shell/app.h"
#include "app/shell/typing.h"
#include "forms/xpath/dates.h"

enum question_index { /* place in the table; `commit` runs in this order */
                      KIND_DRAWING,
                      KIND_AUDIO,
                      KIND_FILE,
                      KIND_CHOICE,
                      KIND_RANK,
                      KIND_TRIGGER,
                      KIND_RANGE,
                      KIND_DATE,
                      KIND_TIME,
                      KIND_MOMENT,
                      KIND_TEXT,
                      KIND_COUNT
};

/* Every hook is set; question_no_*() below do nothing. */
struct question_kind {
    const char *name;
    size_t state_size; /* 0: keeps nothing */
    /* Is this question of this kind?  The first row that matches takes it; the text kind, the
     * last row, takes every other input. */
    bool (*matches)(const struct node *node);
    /* Draws the answer, and takes what was tapped. */
    void (*draw)(struct app *app, struct node *node);
    /* The answer as people read it; valid until the next build.  NULL: the value as it is. */
    const char *(*value)(struct app *app, struct node *node);
    /* Submits unfinished input.  False: refused, and the reason is shown. */
    bool (*commit)(struct app *app);
    /* Saves unfinished input as it is: the interview is put aside. */
    void (*keep)(struct app *app);
    /* Saves input that has rested; ms until then, or -1. */
    int (*rest)(struct app *app);
    /* Does half of the answer wait for its other half?  Sets the message. */
    bool (*is_half)(const struct app *app, const struct node *node, enum string_id *missing);
    void (*between)(struct app *app); /* between two builds: frees what is no longer drawn */
    void (*leave)(struct app *app);   /* the page is left */
    void (*forget)(struct app *app);  /* the interview is closed: wipes all */
    bool stays;                       /* a second tap does not clear the answer; a pill does */
    unsigned roles;                   /* of its targets: a bit per enum role, for the robot */
};
struct question_kinds {
    const struct question_kind *const *rows; /* KIND_COUNT */
    void *states[KIND_COUNT];
};

bool question_no_commit(struct app *app);
int question_no_rest(struct app *app);
bool question_no_half(const struct app *app, const struct node *node, enum string_id *missing);
const char *question_no_value(struct app *app, struct node *node);
void question_nothing(struct app *app);

/* ---- question_kinds.c ---- */

void questions_begin(struct app *app);
void questions_end(struct app *app);

/* ---- walking the table ---- */

void *question_state(const struct app *app, enum question_index kind);
/* The row that matches, or NULL. */
const struct question_kind *question_kind_of(const struct app *app, const struct node *node);
/* Submits what is being typed and drawn.  False: refused; the page stays. */
bool question_commit(struct app *app);
/* Submits what is typed. If it is refused, keeps it as unfinished typing: the page may
 * always be left this way. */
void question_commit_or_keep(struct app *app);
int question_rest(struct app *app); /* ms until something rested is saved, or -1 */
bool question_is_half(const struct app *app, const struct node *node, enum string_id *missing);
void questions_keep(struct app *app);
void questions_between(struct app *app);
void questions_leave(struct app *app);
void questions_forget(struct app *app);

/* ---- question.c: a question, and a page of several ---- */

void question_show(struct app *app, const struct page *page, bool label);
void question_show_fields(struct app *app);
/* The answer as people read it: labels of choices, grouped digits, a date of the country. */
const char *question_value(struct app *app, const struct page *page);

/* ---- question_parts.c ---- */

enum { QUESTION_CODES = 3 };
/* "No answer" codes: shown as pills apart from the choices. */
struct question_code {
    const char *code, *number;
    enum string_id label;
};
extern const struct question_code question_codes[QUESTION_CODES];
bool question_is_code(const char *value);
/* Is it answered by a person, not by the form? */
bool question_is_asked(const struct node *node);
/* Is the answer masked?  Then lists do not show it either. */
bool question_is_secret(const struct control *control);
/* Counts the questions asked below the node, the answers, and the answers that are "no
 * answer" codes. */
void question_count(const struct node *node, unsigned *questions, unsigned *answers,
                    unsigned *without);

/* Submits an answer; a refusal is shown beside the question. */
bool question_answer(struct app *app, struct node *node, const char *value);
/* A tap on `value`: answers with it, or clears the answer if it is the same and not required. */
void question_tap(struct app *app, struct node *node, const char *value);
/* Submits what is typed in another field first: this answer may hide it. */
void question_turn_to(struct app *app, const struct node *node);
/* Id of a part of the question, unique on a page of several questions. */
const char *question_part(struct app *app, const struct node *node, const char *kind,
                          const char *which);
/* "1234567.5" as people read it: "1 234 567,5" with no-break spaces. */
const char *question_number(struct app *app, const char *number);
const char *question_grouped(struct app *app, const char *number); /* with a comma already */
/* If the user has just reached this question (view.reached): scrolls it into view, and with
 * keys focuses its first answer.  It was drawn from target `first` on, between two heights. */
void question_reached(struct app *app, const struct node *node, size_t first, int top, int bottom);
/* Names of choices in ids; its index where the name is too long for one. */
const char *question_choice_name(struct app *app, const struct choice *choice, size_t at);
/* The choice's picture, reduced to at most this size; or NULL. */
const struct picture *question_choice_picture(struct app *app, struct node *node,
                                              struct choice *choice, int w, int h);
/* Whether the form has a prompt for the choice. */
bool question_choice_recorded(struct app *app, struct node *node, struct choice *choice);
/* The sound of a choice: the URI of its prompt, or the name under which the machine's voice reads
 * it.  "": it has none.  Valid until the next build. */
const char *question_choice_sound(struct app *app, struct node *node, struct choice *choice);
/* Draws a loudspeaker in r, if the choice has a sound. */
void question_loudspeaker(struct app *app, struct node *node, struct choice *choices, size_t at,
                          struct rect r);
/* A question's guidance, for the interviewer only: "" while the respondent holds the device. */
const char *question_guidance(struct app *app, const struct page *page, bool *fallback);
/* Draws guidance; nothing if it is "". */
void question_note(struct app *app, const char *note);
/* Draws a note that a translation is missing. */
void question_fallback(struct app *app, bool fallback);
/* Reads it aloud with its choices, or stops; aloud_can was asked. */
void question_say_aloud(struct app *app, const struct page *page);
/* Draws the refusal of this question, if there is one. */
void question_refusal(struct app *app, const struct node *node);
/* Labels of the chosen, in the language shown; NULL: none. */
const char *question_chosen(struct app *app, struct node *node);
/* A pill that clears an optional answer; true: it was tapped. */
bool question_take_back(struct app *app, const struct node *node);

/* ---- question_text.c ---- */

bool question_is_number(const struct item *item);
/* A number with grouped digits, a place as typed; NULL for anything else. */
const char *question_number_value(struct app *app, struct node *node);
/* Pills for "don't know" and the like on a number. */
void question_number_pills(struct app *app, struct node *node);
bool question_types_text(const struct page *page);
/* Starts typing in the question's field, if it has one. */
void question_open(struct app *app, const struct page *page);
enum keyboard_start question_keys(const struct node *node); /* NULL: the default */
/* The keyboard that the page needs.  False: none. */
bool question_keyboard(struct app *app, enum keyboard_kind *kind);
/* Is it prose, not a code: does a sentence begin with a capital? */
bool question_is_prose(const struct node *node);
/* May the text have line breaks? */
bool question_is_many_lines(const struct node *node);

/* ---- question_choice.c, and the cache of lists ---- */

/* The choices offered; draws a fault in their place. */
bool question_choices(struct app *app, struct node *node, struct choice **choices, size_t *count);
bool question_any_fallback(const struct choice *choices, size_t count);
/* If the answer is no longer among the choices: says so, and lets the user clear it. */
void question_stale(struct app *app, struct node *node, const struct choice *choices, size_t count);
/* Chooses a value, or takes it back. */
void question_toggle(struct app *app, struct node *node, const char *value);
/* Pills for the "no answer" codes of a select, apart from its choices. */
void question_code_pills(struct app *app, struct node *node);

/* ---- question_time.c, question_file.c, question_draw.c ---- */

void question_files_sheet(struct app *app);
bool question_is_recorded(const struct node *node); /* by the microphone */
/* A file from a stick or card as the answer; what is attached, or NULL. */
void question_file_draw(struct app *app, struct node *node);
const char *question_file_value(struct app *app, struct node *node);
bool question_is_drawn(const struct control *control); /* signature, draw, annotate */
/* Whether the answer's file is in the sealed record that this interview corrects, and not here. */
bool question_file_stayed(const struct app *app, const struct node *node);
/* URI of the form's picture that is annotated; "": none.  Valid until the next build. */
const char *question_drawn_upon(struct app *app, const struct node *node);

/* ---- question_grid.c: several questions with the same choices ---- */

/* Is this select a row of a table (list-nolabel), or its head (label)? */
bool question_is_grid_row(const struct page *page);
bool question_is_grid_head(const struct page *page);
/* Draws all fields of a table from fields[at] on; returns how many. */
size_t question_grid(struct app *app, const struct page *fields, size_t count, size_t at);
/* Draws a group of two selects as a matrix of likelihood and impact; false: it is not one. */
bool question_risk(struct app *app, const struct page *page, const struct page *fields,
                   size_t count);

#endif
