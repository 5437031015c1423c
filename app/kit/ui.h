/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_UI_H
#define APP_KIT_UI_H
/*
 * ui: the toolkit (immediate mode). The screen is rebuilt after every event: it adds draw
 * commands and targets to the ui, and a widget returns true if it was the one activated.
 *
 *   event ─ui_event▶ (activated id) ─screen builds▶ draw list + targets ─window_show▶ pixels
 *
 * A target acts on release inside it; a drag scrolls instead. Every target can be reached with
 * Tab and the arrow keys, and then has a visible focus frame. Sizes are in dp; ui_px converts
 * them to px.
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
    ROLE_STEP,  /* rapid taps count, as on a key */
    ROLE_GRAB,  /* follows the finger: a slider's knob, a dragged row */
    ROLE_PAPER, /* like ROLE_GRAB; the keyboard can draw on it, too */
    ROLE_COUNT
};

struct target {
    const char *id; /* in the frame arena */
    enum role kind;
    struct rect rect; /* touchable area */
    bool hidden;      /* outside the visible part of the page */
    bool scrolls;     /* part of the scrolling page */
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
    char id[UI_ID_MAX]; /* id of the field; "" = none */
    bool changed;       /* since the owner last read it */
    unsigned changes;   /* count of all changes */
    size_t shown_len;   /* text length when the field was last scrolled into view */
    bool above, below;  /* a line of text lies above, below the caret; as last drawn */
    int by_line;        /* requested caret move at the next draw: -1 up, 1 down, 0 none */
};

/* Where the letters that Russian lacks are: on keys of their own; the same, with a row of
 * digits; behind a long press. */
enum ui_keys { UI_KEYS_OWN, UI_KEYS_DIGITS, UI_KEYS_HELD, UI_KEYS_COUNT };

/* Where the next part of a page is drawn, px; parts move y below themselves. */
struct cursor {
    int x, y, w;
};

struct ui {
    struct window *window;
    struct draw_list draws;
    struct arena frame; /* texts of one build */
    struct theme theme;
    enum ui_language language;
    float scale, text_scale;
    bool glove, left_hand;
    enum ui_keys keys;
    int w, h;
    bool landscape;
    struct target *targets; /* grows: a long roster has more than a thousand */
    size_t target_cap;
    size_t target_count;
    char activated[UI_ID_MAX]; /* "" = none; cleared by the widget that takes it */
    char last[UI_ID_MAX];      /* last activated, at last_ms: a double tap counts once */
    int64_t last_ms;
    char pressed[UI_ID_MAX]; /* currently under the finger */
    char held[UI_ID_MAX];    /* id with a long press recognised */
    char focus[UI_ID_MAX];
    bool show_focus;         /* the keyboard is in use */
    char dropped[UI_ID_MAX]; /* id of the target just released */
    bool grabbed;            /* `pressed` is a ROLE_GRAB or ROLE_PAPER */
    bool pen;                /* `pressed` is held by the keyboard */
    bool carries;            /* the page scrolls when the grabbed target reaches its edge */
    int grab_x, grab_y;      /* position of the finger, or of its release */
    int down_x, down_y, last_y;
    int64_t down_ms;
    bool dragging;
    struct rect body;     /* scrolling area of the page */
    int scroll, content;  /* px; content height includes what is out of sight */
    int bar_h;            /* px, height of the bottom bar that its labels need */
    struct cursor at;     /* in the body */
    int pill_h, pill_off; /* of the line of pills: height; width so far, 0: none */
    float speed;          /* px per ms, for inertia */
    int64_t moved_ms, repeated_ms;
    bool in_body;
    struct edit edit;
    bool pans;             /* arrow keys and pinches move a picture; set anew in each build */
    int side;              /* px, picture moved to the left */
    float pinch;           /* magnification by pinching since the last build; 1: none */
    int pull;              /* px pulled beyond the page's end (negative: its start) */
    bool swipe;            /* sideways swipes mean next and back; set anew in each build */
    bool by_key;           /* the last action came from the keyboard */
    bool quit, again;      /* again: rebuild */
    bool lines;            /* Shift+Enter makes a new line in the field */
    const char *title_cut; /* title too long for the header, or NULL; valid until the next build */
    int header_h;          /* px, of the header drawn last */
    int question_px;       /* px, size of a question reduced for a long word; 0: none */
};

void ui_init(struct ui *ui, struct window *window);
void ui_fini(struct ui *ui);
void ui_theme(struct ui *ui, bool night);

/* Stops following the finger: its release is ignored. */
void ui_let_go(struct ui *ui);
/* Handles an event. True: the screen must be rebuilt. */
bool ui_event(struct ui *ui, const struct window_event *event);
/* Milliseconds until the next timed change (inertia, long press), or -1. */
int ui_timeout(const struct ui *ui);

void ui_begin(struct ui *ui);
void ui_end(struct ui *ui);

int ui_px(const struct ui *ui, float dp);
/* Limits the text scale where there is no room to grow. Returns the scale to restore. */
float ui_cap_text(struct ui *ui, float max);
/* The text scale to set `text` in: enlarged text is reduced, at most to the normal size,
 * until no word has to be broken. */
float ui_word_scale(const struct ui *ui, enum text_style style, const char *text, int w);
int ui_text_px(const struct ui *ui, enum text_style style);
int ui_line(const struct ui *ui, enum text_style style);
const char *ui_str(struct ui *ui, enum string_id id);
const char *ui_fill(struct ui *ui, enum string_id id, const char *first, const char *second);
const char *ui_fill3(struct ui *ui, enum string_id id, const char *first, const char *second,
                     const char *third);
/* Groups digits in threes, from 10,000 on. */
const char *ui_number(struct ui *ui, long long n);
/* 14 → "1,4", or "1.4" in English. */
const char *ui_tenths(struct ui *ui, long long n);

/* Registers a target. Its owner asks ui_took in this build or in the next one. */
void ui_place(struct ui *ui, const char *id, enum role kind, struct rect rect);
/* Was this target activated? True only once. */
bool ui_took(struct ui *ui, const char *id);
/* ui_place and ui_took together. */
bool ui_target(struct ui *ui, const char *id, enum role kind, struct rect rect);
bool ui_pressed(const struct ui *ui, const char *id);
/* Where in RECT the activation was that was just taken, px from its left; its middle with keys. */
int ui_touch_x(const struct ui *ui, struct rect rect);
/* ui_grabbed: position of the finger that holds a ROLE_GRAB. ui_dropped: position of its
 * release; true only once. */
bool ui_grabbed(const struct ui *ui, const char *id, int *x, int *y);
bool ui_dropped(struct ui *ui, const char *id, int *x, int *y);

/* The text without emphasis marks, for a row. */
const char *ui_plain(struct ui *ui, const char *text);
/* ---- drawing ---- */
void ui_fill_rect(struct ui *ui, struct rect r, colour c);
void ui_box(struct ui *ui, struct rect r, float radius_dp, colour c, colour edge, float line_dp);
void ui_dash(struct ui *ui, struct rect r, float radius_dp, colour edge, float line_dp);
struct shape { /* points in hundredths of the size: x, y, x, y, … */
    const int8_t *points;
    size_t count; /* of points */
};
void ui_stroke(struct ui *ui, int x, int y, float size_dp, struct shape shape, float line_dp,
               colour c);
/* The same points as a filled shape; the outline is closed. */
void ui_fill_shape(struct ui *ui, int x, int y, float size_dp, struct shape shape, colour c);
/* One line, not wrapped. Returns its width. */
int ui_line_text(struct ui *ui, int x, int y, enum text_style style, const char *text, size_t len,
                 colour c);
int ui_line_width(const struct ui *ui, enum text_style style, const char *text);
/* Draws text wrapped at spaces. Returns the height. */
int ui_text(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c);
/* The height alone: nothing is drawn. */
int ui_text_height(struct ui *ui, int w, enum text_style style, const char *text);
/* The same, with the emphasis allowed in labels: **bold**, *italic*, # headings, a few tags. */
int ui_rich(struct ui *ui, int x, int y, int w, enum text_style style, const char *text, colour c);
int ui_rich_height(struct ui *ui, int w, enum text_style style, const char *text);
/* The same at the cursor, which moves below the text. */
void ui_say(struct ui *ui, enum text_style style, const char *text, colour c);
void ui_say_rich(struct ui *ui, enum text_style style, const char *text, colour c);
void ui_gap(struct ui *ui, float dp); /* moves the cursor down */
/* Moves the cursor; returns where it was. */
struct cursor ui_at(struct ui *ui, int x, int y, int w);
/* Height of a text centred in w px. */
int ui_centre_height(struct ui *ui, int w, enum text_style style, const char *text);
/* Does every word fit a line of this width? */
bool ui_words_fit(const struct ui *ui, enum text_style style, const char *text, int w);
/* Every line is centred, starting at the top of the rect. */
void ui_text_top(struct ui *ui, struct rect r, enum text_style style, const char *text, colour c);
/* Centred in the rect, at most four lines. */
void ui_text_centre(struct ui *ui, struct rect r, enum text_style style, const char *text,
                    colour c);

/* ---- parts of a page ---- */

struct header {
    const char *title, *subtitle;
    const char *title_id; /* id of a tap on the title, or NULL */
    const char *left;     /* "back", "menu", or NULL */
    const char *right;    /* "menu", "lock", or NULL */
    bool language;
    bool help;              /* a question mark; id "help" */
    bool lock;              /* a padlock beside the menu; id "lock" */
    bool memo;              /* a pencil; id "memo" */
    bool has_memo;          /* a dot on the pencil: the page has a memo */
    const char *sign;       /* text on the language button; NULL: the interface language */
    float progress;         /* 0..1; negative: none */
    const size_t *sections; /* places per section: the lengths of the bar's parts */
    size_t section_count;
};
/* Ids of its targets: `left`, `right`, title_id, "help", "lock", "memo", "language". */
void ui_header(struct ui *ui, const struct header *header);
int ui_header_height(const struct ui *ui); /* px, of the header drawn last */

/* Draws the bottom bar with one or two buttons (NULL = none); ids left_id and right_id.
 * Returns the y of its top. */
int ui_bar(struct ui *ui, const char *left_id, const char *left, const char *right_id,
           const char *right);
int ui_bar_height(const struct ui *ui);

/* The scrolling part between top and bottom, px. Sets the cursor `at`. */
void ui_body_begin(struct ui *ui, int top, int bottom);
void ui_body_end(struct ui *ui);
void ui_scroll_to(struct ui *ui, int y, int h); /* in content px; call before ui_body_end */

/* Moves the focus to the first focusable target from index `first` on. */
void ui_focus_from(struct ui *ui, size_t first);

/* Widgets inside the body: they draw at the cursor, move it on, and return true when activated. */
bool ui_choice(struct ui *ui, const char *id, const char *text, bool selected, bool square);
/* Does the text fit a cell of this width without breaking a word? */
bool ui_choice_fits(struct ui *ui, int w, const char *text);
/* Width taken by a choice's mark and margins, px. */
int ui_choice_inset(const struct ui *ui);
/* The same as a cell of a grid, and the height that its text takes. */
int ui_choice_height(struct ui *ui, int w, const char *text);
bool ui_choice_cell(struct ui *ui, const char *id, struct rect r, const char *text, bool selected,
                    bool square);
/* Only the circle or square, `size_dp` wide, centred vertically at `cy`. */
void ui_mark_choice(struct ui *ui, int x, int cy, float size_dp, bool selected, bool square);
/* A drop-down line: opens a list. */
bool ui_drop(struct ui *ui, const char *id, const char *text, bool open);
bool ui_row(struct ui *ui, const char *id, const char *title, const char *small,
            char mark); /* 'o' open, '+' done, '!' missing, '?' doubtful, '~' draft, '-' inactive */
bool ui_card(struct ui *ui, const char *id, const char *title, const char *text, bool primary);
/* The same with a dashed frame: it is empty. */
bool ui_open_card(struct ui *ui, const char *id, const char *title, const char *text);
/* Size in dp of a mark or arrow beside text: grows half as much as the text. */
float ui_mark_dp(const struct ui *ui);
/* Pills side by side, wrapped like words; ui_pills_end moves the cursor below them. */
bool ui_pill(struct ui *ui, const char *id, const char *text, bool selected, bool dashed);
void ui_pills_end(struct ui *ui);
bool ui_wide_button(struct ui *ui, const char *id, const char *text, bool primary);
/* Progress bar and "done of total": bytes with S_progress_mb, other units unchanged. Only a
 * bar while the total is unknown. */
void ui_progress(struct ui *ui, const struct progress *progress, enum string_id unit);
void ui_warning(struct ui *ui, const char *text);
/* A box around a text (`active`: being typed). `masked`: dots instead of letters. */
struct field {
    const char *text;
    size_t cursor; /* byte of the text; where `active` */
    bool active;   /* it is typed in */
    bool masked;   /* dots instead of letters */
    bool warn;     /* what is in it was refused */
    int min_lines; /* 0: one */
    enum text_style style;
};
bool ui_field(struct ui *ui, const char *id, const struct field *field);

/* ---- typing ---- */
void edit_begin(struct edit *edit, const char *id, const char *text);
void edit_end(struct edit *edit);
bool edit_is(const struct edit *edit, const char *id);
void edit_insert(struct edit *edit, const char *text);
void edit_backspace(struct edit *edit);

#endif
