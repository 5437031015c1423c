/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_UI_H
#define APP_KIT_UI_H
/*
 * ui: the kit.  A screen is built anew each time something happens: it puts draw commands and
 * targets into the ui, and a widget returns true when it was the one that was activated.
 *
 *   event ─ui_event▶ (activated id) ─screen builds▶ draw list + targets ─window_show▶ pixels
 *
 * Acts on release inside the target; a drag scrolls instead.  Every target can be reached with Tab
 * and arrows, and has a visible focus frame then.  All measures in dp, ui_px makes px of them.
 */
#include "app/kit/strings.h"
#include "platform/machine/progress.h"
#include "platform/machine/window.h"

enum { UI_ID_MAX = 96, UI_TOUCH_DP = 48, UI_MAIN_DP = 56 };

struct theme {
    colour paper, ink, soft, line, tint, accent, on_accent, warn, warn_back;
};

enum role {
    ROLE_BUTTON,
    ROLE_CHOICE,
    ROLE_KEY,
    ROLE_FIELD,
    ROLE_ROW,
    ROLE_PILL,
    ROLE_ICON,
    ROLE_STEP,  /* may be tapped as fast as one likes, like a key */
    ROLE_GRAB,  /* follows the finger: a slider's knob, a row being moved */
    ROLE_PAPER, /* the same, and keys may draw on it */
    ROLE_COUNT
};

struct target {
    const char *id; /* frame arena */
    enum role kind;
    struct rect rect; /* what can be touched */
    bool hidden;      /* scrolled out of sight */
    bool scrolls;     /* part of the page, not of what stands around it */
};

enum text_style {
    TEXT_QUESTION,
    TEXT_BODY,
    TEXT_BODY_BOLD,
    TEXT_HINT,
    TEXT_NOTE,
    TEXT_TITLE,
    TEXT_SMALL,
    TEXT_BUTTON,
    TEXT_HEADING,
    TEXT_DIGIT,
    TEXT_KEY,
    TEXT_KEY_SMALL,
    TEXT_STYLE_COUNT
};

struct edit { /* a text being typed */
    struct buf text;
    size_t cursor;
    char id[UI_ID_MAX]; /* the field's; "" = nothing is being typed */
    bool changed;       /* since the owner last looked */
    unsigned changes;   /* ever */
    size_t shown_len;   /* length when the field was last brought into sight */
    bool above, below;  /* the caret has a line of the text over it, under it, as last drawn */
    int by_line;        /* asked for: one line up (-1) or down (1), when it is drawn next */
};

/* Letters that Russian lacks: keys of their own; so, with a row of digits; behind a long press. */
enum ui_keys { UI_KEYS_OWN, UI_KEYS_DIGITS, UI_KEYS_HELD, UI_KEYS_COUNT };

struct ui {
    struct window *window;
    struct draw_list draws;
    struct arena frame; /* one build's texts */
    struct theme theme;
    enum ui_language language;
    float scale, text_scale;
    bool glove, left_hand;
    enum ui_keys keys;
    int w, h;
    bool landscape;
    struct target *targets; /* a roster of a thousand entries has more than a thousand */
    size_t target_cap;
    size_t target_count;
    char activated[UI_ID_MAX]; /* "" = none; used up by the widget */
    char last[UI_ID_MAX];      /* activated before, and when: a double tap counts once */
    int64_t last_ms;
    char pressed[UI_ID_MAX]; /* under the finger now */
    char held[UI_ID_MAX];    /* long press recognised on this id */
    char focus[UI_ID_MAX];
    bool show_focus;         /* keys are being used */
    char dropped[UI_ID_MAX]; /* grabbed until now */
    bool grabbed;            /* `pressed` is a ROLE_GRAB or ROLE_PAPER */
    bool pen;                /* … and keys hold it */
    bool carries;       /* what is grabbed may be carried beyond the edge: the page comes along */
    int grab_x, grab_y; /* where the finger is, or was let go */
    int down_x, down_y, last_y;
    int64_t down_ms;
    bool dragging;
    struct rect body;    /* where the page scrolls */
    int scroll, content; /* px */
    int bar_h;           /* of the bottom bar, as its labels need it */
    int pill_h;          /* of the line of pills that is being set */
    float speed;         /* px a ms, for inertia */
    int64_t moved_ms, repeated_ms;
    bool in_body;
    struct edit edit;
    bool pans;   /* the arrows to either side and two fingers are for a picture; said anew … */
    int side;    /* px it was moved to the left */
    float pinch; /* how much larger two fingers want it since it was last built; 1: as it is */
    int pull;    /* px beyond the page's end (or, negative, its beginning), while a finger pulls */
    bool swipe;  /* to either side is on and back; the screen says so anew each time */
    bool by_key; /* the last that was done was done by a key */
    bool quit, again; /* again: build once more */
    bool robot;
    bool lines;            /* Shift and Enter is a new line in the field that is typed in */
    const char *title_cut; /* the title that the header had no room for, or NULL; the frame's */
    int header_h;          /* px; the header drawn last */
    int question_px;       /* size of a question that a long word makes smaller; 0: none did so far.
                              Nothing else of the page's body is larger than it then */
};

void ui_init(struct ui *ui, struct window *window);
void ui_fini(struct ui *ui);
void ui_theme(struct ui *ui, bool night);

/* Take an event in; true when the screen must be built again. */
/* The finger is no longer followed: its release will not be told. */
void ui_let_go(struct ui *ui);
bool ui_event(struct ui *ui, const struct window_event *event);
/* Milliseconds until something moves by itself (inertia, long press), or -1. */
int ui_timeout(const struct ui *ui);

void ui_begin(struct ui *ui);
void ui_end(struct ui *ui);

int ui_px(const struct ui *ui, float dp);
/* Texts no larger than this for a while, where there is no room to grow; returns what to put back.
 */
float ui_cap_text(struct ui *ui, float max);
/* Large letters that would break a word in two are made smaller, down to the usual size, for that
 * text: at 200 % a line of a long language's words is read more easily so.  The scale to set it in.
 */
float ui_word_scale(const struct ui *ui, enum text_style style, const char *text, int w);
int ui_text_px(const struct ui *ui, enum text_style style);
int ui_line(const struct ui *ui, enum text_style style);
const char *ui_str(struct ui *ui, enum string_id id);
const char *ui_fill(struct ui *ui, enum string_id id, const char *first, const char *second);
const char *ui_fill3(struct ui *ui, enum string_id id, const char *first, const char *second,
                     const char *third);
/* Digits in threes from 10,000 on. */
const char *ui_number(struct ui *ui, long long n);
/* 14 → "1,4", or "1.4" in English. */
const char *ui_tenths(struct ui *ui, long long n);

/* Register a target; who acts on it asks ui_took, in this build or the next. */
void ui_place(struct ui *ui, const char *id, enum role kind, struct rect rect);
/* Was this the one that was activated?  True once. */
bool ui_took(struct ui *ui, const char *id);
/* Both at once. */
bool ui_target(struct ui *ui, const char *id, enum role kind, struct rect rect);
bool ui_pressed(const struct ui *ui, const char *id);
/* A ROLE_GRAB under the finger: where?  And let go: true once. */
bool ui_grabbed(const struct ui *ui, const char *id, int *x, int *y);
bool ui_dropped(struct ui *ui, const char *id, int *x, int *y);

/* The letters alone, without the marks of emphasis; for a row. */
const char *ui_plain(struct ui *ui, const char *text);
/* ---- drawing ---- */
void ui_fill_rect(struct ui *ui, struct rect r, colour c);
void ui_box(struct ui *ui, struct rect r, float radius_dp, colour c, colour edge, float line_dp);
void ui_dash(struct ui *ui, struct rect r, float radius_dp, colour edge, float line_dp);
void ui_stroke(struct ui *ui, int x, int y, float size_dp, const int8_t *points, size_t count,
               float line_dp, colour c);
/* The same points as a filled shape; it closes by itself. */
void ui_fill_shape(struct ui *ui, int x, int y, float size_dp, const int8_t *points, size_t count,
                   colour c); /* points in hundredths of the size, pairs */
/* One line, cut at `w` only if it is a single word; returns its width. */
int ui_line_text(struct ui *ui, int x, int y, enum text_style style, const char *text, size_t len,
                 colour c);
int ui_line_width(const struct ui *ui, enum text_style style, const char *text);
/* Wrapped at spaces; returns the height.  With `draw` false it only measures. */
int ui_text(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c,
            bool draw);
/* The same with the emphasis that labels may hold: **bold**, *italic*, # headings, a few tags. */
int ui_rich(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c,
            bool draw);
/* Height of a text centred in w px, and of its widest line the width. */
int ui_centre_height(struct ui *ui, int w, enum text_style style, const char *text);
/* Does every word fit a line of this width? */
bool ui_words_fit(const struct ui *ui, enum text_style style, const char *text, int w);
/* Centred on each line, from the rect's top on. */
void ui_text_top(struct ui *ui, struct rect r, enum text_style style, const char *text, colour c);
/* Centred in the rect, up to four lines. */
void ui_text_centre(struct ui *ui, struct rect r, enum text_style style, const char *text,
                    colour c);

/* ---- the page's parts ---- */

struct header {
    const char *title, *subtitle;
    const char *title_id; /* what a tap on the title does, or NULL */
    const char *left;     /* "back", "menu", or NULL */
    const char *right;    /* "menu", "lock", or NULL */
    bool language;
    bool help;              /* a question mark; id "help" */
    bool lock;              /* a padlock beside the menu; id "lock" */
    bool memo;              /* a pencil; id "memo" */
    bool has_memo;          /* a dot on it: one is written here */
    const char *sign;       /* on the language button; NULL: the interface's */
    float progress;         /* 0..1, or negative: none */
    const size_t *sections; /* places of each: the bar has a part for each, as long as it is */
    size_t section_count;
};
/* Activated ids: "back", "menu", "lock", "language". */
void ui_header(struct ui *ui, const struct header *header);
int ui_header_height(const struct ui *ui); /* px, of the header drawn last */

/* Bottom bar with one or two buttons (NULL = none); ids "left" and "right". */
int ui_bar(struct ui *ui, const char *left_id, const char *left, const char *right_id,
           const char *right);
int ui_bar_height(const struct ui *ui);

/* The scrolling middle between top and bottom px.  Draw from *y on; ui_body_end(y). */
void ui_body_begin(struct ui *ui, int top, int bottom, int *x, int *y, int *w);
void ui_body_end(struct ui *ui, int y);
void ui_scroll_to(struct ui *ui, int y, int h); /* content px, before ui_body_end */

/* The focus goes to the first that takes it from target `first` on. */
void ui_focus_from(struct ui *ui, size_t first);

/* Widgets inside the body: draw at *y, move it on, true when activated. */
bool ui_choice(struct ui *ui, const char *id, int x, int *y, int w, const char *text, bool selected,
               bool square);
/* Does no word of it break in a cell of this width? */
bool ui_choice_fits(struct ui *ui, int w, const char *text);
/* What a choice's ring and its margins take of the width. */
int ui_choice_inset(const struct ui *ui);
/* The same as a cell of a grid, and the height that its text takes. */
int ui_choice_height(struct ui *ui, int w, const char *text);
bool ui_choice_cell(struct ui *ui, const char *id, struct rect r, const char *text, bool selected,
                    bool square);
/* The dot or square alone, `size_dp` wide, its middle at `cy`. */
void ui_mark_choice(struct ui *ui, int x, int cy, float size_dp, bool selected, bool square);
/* A line that opens a list. */
bool ui_drop(struct ui *ui, const char *id, int x, int *y, int w, const char *text, bool open);
bool ui_row(struct ui *ui, const char *id, int x, int *y, int w, const char *title,
            const char *small,
            char mark); /* mark: 'o' open, '+' done, '!' missing, '-' not asked, 0 none */
bool ui_card(struct ui *ui, const char *id, int x, int *y, int w, const char *title,
             const char *text, bool primary);
/* The same with a dashed frame: nothing is in it yet. */
bool ui_open_card(struct ui *ui, const char *id, int x, int *y, int w, const char *title,
                  const char *text);
/* dp of a mark or arrow beside text: it grows with the letters, half as much. */
float ui_mark_dp(const struct ui *ui);
bool ui_pill(struct ui *ui, const char *id, int *x, int *y, int left, int right, const char *text,
             bool selected, bool dashed);
void ui_pills_end(struct ui *ui, int *x, int *y, int left);
bool ui_wide_button(struct ui *ui, const char *id, int x, int *y, int w, const char *text,
                    bool primary);
/* How much of how much: S_progress_mb of bytes, other units as they are.  A bare bar as long as
 * that is not known. */
void ui_progress(struct ui *ui, int x, int *y, int w, const struct progress *progress,
                 enum string_id unit);
void ui_warning(struct ui *ui, int x, int *y, int w, const char *text);
/* Box around a text (being typed when `active`); dots instead of letters when `masked`. */
bool ui_field(struct ui *ui, const char *id, int x, int *y, int w, const char *text, size_t cursor,
              bool active, bool masked, int min_lines, bool warn, enum text_style style);

/* ---- typing ---- */
void edit_begin(struct edit *edit, const char *id, const char *text);
void edit_end(struct edit *edit);
bool edit_is(const struct edit *edit, const char *id);
void edit_insert(struct edit *edit, const char *text);
void edit_backspace(struct edit *edit);
void edit_move(struct edit *edit, int by); /* code points */

#endif
