/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a page: header, body, bar, rows, choices, pills, fields. */
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/kit/ui.h"
#include "platform/machine/font.h"
#include "platform/machine/text.h"

/* Icons as strokes, points in hundredths of the icon's size. */
static const int8_t icon_back[] = {62, 18, 30, 50, 62, 82};
static const int8_t icon_tick[] = {18, 52, 42, 76, 84, 26};
static const int8_t burger[3][4] = {{12, 24, 88, 24}, {12, 50, 88, 50}, {12, 76, 88, 76}};
static const int8_t icon_lock[] = {28, 48, 28, 30, 38, 16, 62, 16, 72, 30, 72, 48};

static void draw_icon(struct ui *ui, const char *name, struct rect r, colour c)
{
    int size = ui_px(ui, 24), x = r.x + (r.w - size) / 2, y = r.y + (r.h - size) / 2;
    if (strcmp(name, "back") == 0 || strcmp(name, "cancel") == 0) {
        ui_stroke(ui, x, y, 24, (struct shape){icon_back, 3}, 3, c);
    } else if (strcmp(name, "menu") == 0) {
        for (int i = 0; i < 3; i++) {
            ui_stroke(ui, x, y, 24, (struct shape){burger[i], 2}, 3, c);
        }
    } else if (strcmp(name, "lock") == 0) {
        ui_stroke(ui, x, y, 24, (struct shape){icon_lock, 6}, 2.5f, c);
        ui_box(ui, (struct rect){x + size / 8, y + size * 46 / 100, size * 3 / 4, size / 2}, 3, c,
               c, 0);
    }
}

/* Largest text scale of header and bar: in landscape, height is scarce, so they grow less. */
static float flat_max(const struct ui *ui)
{
    return ui->landscape ? 1.4f : 2;
}

/* Largest text scale of a header: on pages with a progress bar it has many buttons. */
static float header_max(const struct ui *ui, bool progress)
{
    return progress ? 1.4f : flat_max(ui);
}

int ui_header_height(const struct ui *ui)
{
    return ui->header_h;
}

/* Reduces enlarged text until it fits one line. Returns the scale to restore. */
static float one_line(struct ui *ui, enum text_style style, const char *text, int w)
{
    float before = ui->text_scale;
    while (ui->text_scale > 1 && ui_line_width(ui, style, text) > w) {
        ui->text_scale -= 0.05f;
    }
    return before;
}

/* Texts of a header: the title and the line below it. */
struct header_words {
    const char *title, *below; /* `below` "": nothing */
    float title_scale;
    int title_h, title_w;
};

static int margin_of_header(const struct ui *ui)
{
    return ui_px(ui, 6);
}

/* Lays out the header's texts. A title of up to two lines stands above the subtitle. If it
 * is longer, an interview's header shows only the subtitle, and the page shows the title;
 * other headers grow. */
static struct header_words header_words(struct ui *ui, const struct header *h, int w)
{
    struct header_words t = {.title = h->title, .below = h->subtitle ? h->subtitle : ""};
    int beside = w - ui_px(ui, 16); /* room for the arrow */
    float scale = one_line(ui, TEXT_TITLE, h->title, w);
    t.title_w = w;
    if (!*t.below && h->title_id && ui_words_fit(ui, TEXT_TITLE, h->title, beside)) {
        t.title_w = beside;
    }
    t.title_h = ui_text_height(ui, w, TEXT_TITLE, t.title);
    if (t.title_h > ui_line(ui, TEXT_TITLE)) { /* it needs two lines: use the full text size */
        ui->text_scale = scale;
        t.title_h = ui_text_height(ui, t.title_w, TEXT_TITLE, t.title);
    }
    while (t.title_h > 2 * ui_line(ui, TEXT_TITLE) && ui->text_scale > 1) {
        ui->text_scale -= 0.05f;
        t.title_h = ui_text_height(ui, t.title_w, TEXT_TITLE, t.title);
    }
    ui->title_cut = NULL;
    if (h->progress >= 0 && *t.below && t.title_h > 2 * ui_line(ui, TEXT_TITLE)) {
        ui->title_cut = h->title;
        t.title = t.below;
        t.below = "";
        t.title_w = h->title_id ? beside : w;
        one_line(ui, TEXT_TITLE, t.title, t.title_w);
        t.title_h = ui_text_height(ui, t.title_w, TEXT_TITLE, t.title);
    }
    t.title_scale = ui->text_scale;
    ui->text_scale = scale;
    return t;
}

/* Height of the header: what its texts need, at least what a finger needs. */
static int header_face(const struct ui *ui, const struct header_words *t)
{
    int min = ui_px(ui, 52), two = 2 * ui_line(ui, TEXT_TITLE) + margin_of_header(ui);
    int below = *t->below ? ui_line(ui, TEXT_SMALL) : 0;
    int words = t->title_h + below + 2 * margin_of_header(ui);
    min = two > min ? two : min;
    return words > min ? words : min;
}

static void header_title(struct ui *ui, const struct header *h, const struct header_words *t, int x,
                         int w, int height)
{
    static const int8_t down[] = {20, 36, 50, 66, 80, 36};
    int icon = ui_px(ui, 12), end = x + w - icon - ui_px(ui, 4);
    int below = *t->below ? ui_line(ui, TEXT_SMALL) : 0;
    int top = (height - t->title_h - below) / 2;
    float scale = ui->text_scale;
    ui->text_scale = t->title_scale;
    ui_text(ui, x, top, t->title_w, TEXT_TITLE, t->title, ui->theme.ink);
    ui->text_scale = scale;
    if (*t->below) {
        one_line(ui, TEXT_SMALL, t->below, h->title_id ? w - ui_px(ui, 16) : w);
        ui_text(ui, x, top + t->title_h, w, TEXT_SMALL, t->below, ui->theme.soft);
        end = x + ui_line_width(ui, TEXT_SMALL, t->below);
        ui->text_scale = scale;
    } else if (ui->title_cut) {
        ui->text_scale = t->title_scale;
        end = x + ui_line_width(ui, TEXT_TITLE, t->title);
        ui->text_scale = scale;
    }
    if (h->title_id) {
        int at = ui->title_cut ? (height - icon) / 2 : height - ui_px(ui, 8) - icon;
        ui_stroke(ui, end + ui_px(ui, 4), at, 12, (struct shape){down, 3}, 2, ui->theme.soft);
    }
}

/* Room between the buttons: from *x on, *w wide. */
static void header_room(const struct ui *ui, const struct header *h, int *x, int *w)
{
    int side = ui_px(ui, 48), right = ui->w - (h->right ? side : ui_px(ui, 8));
    right -= h->help ? side : 0;
    right -= h->language ? ui_px(ui, 52) : 0;
    right -= (h->lock ? side : 0) + (h->memo ? side : 0);
    *x = h->left ? side : ui_px(ui, 16);
    *w = right - *x - ui_px(ui, 4);
}

static void question_mark(struct ui *ui, int x, int y, float size_dp, colour c)
{
    static const int8_t hook[] = {34, 40, 38, 30, 50, 26, 62, 32, 63, 42, 52, 52, 50, 62};
    static const int8_t dot[] = {50, 75, 50, 76};
    ui_stroke(ui, x, y, size_dp, (struct shape){hook, 7}, 2, c);
    ui_stroke(ui, x, y, size_dp, (struct shape){dot, 2}, 2.5f, c);
}

/* A button of the header: takes `wide` px left of *right, over the whole height. */
static struct rect header_button(struct ui *ui, const char *id, int *right, int wide, int height)
{
    struct rect r = {*right - wide, 0, wide, height};
    ui_place(ui, id, wide > ui_px(ui, 48) ? ROLE_BUTTON : ROLE_ICON, r);
    *right -= wide;
    return r;
}

static void header_help(struct ui *ui, struct rect r)
{
    int size = ui_px(ui, 26), cx = r.x + (r.w - size) / 2, cy = (r.h - size) / 2;
    ui_box(ui, (struct rect){cx, cy, size, size}, 13, ui->theme.paper, ui->theme.ink, 1.5f);
    question_mark(ui, cx, cy, 26, ui->theme.ink);
}

static void header_language(struct ui *ui, const struct header *h, struct rect r)
{
    struct rect box = {r.x + ui_px(ui, 4), ui_px(ui, 8), r.w - ui_px(ui, 8), r.h - ui_px(ui, 16)};
    float scale = ui->text_scale;
    ui_box(ui, box, 6, ui->theme.paper, ui->theme.ink, 1.5f);
    ui_cap_text(ui, 1.35f);
    ui_text_centre(ui, box, TEXT_TITLE, h->sign ? h->sign : language_sign(ui->language),
                   ui->theme.ink);
    ui->text_scale = scale;
}

static void header_memo(struct ui *ui, struct rect r, bool has_memo)
{
    static const int8_t pencil[] = {16, 84, 20, 64, 68, 16, 84, 32, 36, 80, 16, 84};
    static const int8_t tip[] = {58, 26, 74, 42};
    int size = ui_px(ui, 24), px = r.x + (r.w - size) / 2, py = (r.h - size) / 2;
    ui_stroke(ui, px, py, 24, (struct shape){pencil, 6}, 2, ui->theme.ink);
    ui_stroke(ui, px, py, 24, (struct shape){tip, 2}, 2, ui->theme.ink);
    if (has_memo) {
        int dot = ui_px(ui, 12);
        ui_box(ui, (struct rect){px + size - dot / 3, py - dot / 3, dot, dot}, 6, ui->theme.accent,
               0, 0);
    }
}

static void header_buttons(struct ui *ui, const struct header *h, int height)
{
    int side = ui_px(ui, 48), left = side, right = ui->w;
    if (h->left) {
        draw_icon(ui, h->left, header_button(ui, h->left, &left, side, height), ui->theme.ink);
    }
    if (h->right) {
        draw_icon(ui, h->right, header_button(ui, h->right, &right, side, height), ui->theme.ink);
    } else {
        right -= ui_px(ui, 8);
    }
    if (h->help) {
        header_help(ui, header_button(ui, "help", &right, side, height));
    }
    if (h->language) {
        header_language(ui, h, header_button(ui, "language", &right, ui_px(ui, 52), height));
    }
    if (h->lock) {
        draw_icon(ui, "lock", header_button(ui, "lock", &right, side, height), ui->theme.ink);
    }
    if (h->memo) {
        header_memo(ui, header_button(ui, "memo", &right, side, height), h->has_memo);
    }
}

/* The line below the header: how far the interview is, a seam between two sections. */
static void header_progress(struct ui *ui, const struct header *h, int height)
{
    int gap = ui_px(ui, 2), bar = ui_px(ui, 5), done = (int)(h->progress * (float)ui->w), from = 0;
    size_t pages = 0, before = 0;
    for (size_t i = 0; i < h->section_count; i++) {
        pages += h->sections[i];
    }
    for (size_t i = 0; i < h->section_count; i++) {
        before += h->sections[i];
        int to = (int)((double)ui->w * (double)before / (double)pages);
        int seam = i + 1 < h->section_count && to - from > 3 * gap ? gap : 0;
        ui_fill_rect(ui, (struct rect){from, height, to - from - seam, bar}, ui->theme.line);
        if (done > from) {
            int end = done < to - seam ? done : to - seam;
            ui_fill_rect(ui, (struct rect){from, height, end - from, bar}, ui->theme.accent);
        }
        from = to;
    }
}

static void draw_header(struct ui *ui, const struct header *h)
{
    int x, w;
    header_room(ui, h, &x, &w);
    struct header_words words = header_words(ui, h, w);
    int height = header_face(ui, &words);
    ui->header_h = height + ui_px(ui, h->progress >= 0 ? 5 : 1);
    ui_fill_rect(ui, (struct rect){0, 0, ui->w, height}, ui->theme.paper);
    header_buttons(ui, h, height);
    if (h->title_id) {
        ui_place(ui, h->title_id, ROLE_BUTTON, (struct rect){x, 0, w + ui_px(ui, 4), height});
    }
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_CLIP, .rect = {x, 0, w, height}});
    header_title(ui, h, &words, x, w, height);
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_CLIP});
    if (h->progress < 0) {
        ui_fill_rect(ui, (struct rect){0, height, ui->w, ui_px(ui, 1)}, ui->theme.line);
    } else {
        header_progress(ui, h, height);
    }
}

void ui_header(struct ui *ui, const struct header *h)
{
    float before = ui_cap_text(ui, header_max(ui, h->progress >= 0));
    draw_header(ui, h);
    ui->text_scale = before;
}

int ui_bar_height(const struct ui *ui)
{
    int min = ui_px(ui, 72);
    return ui->bar_h > min ? ui->bar_h : min;
}

/* Adapts the bar's height to its labels. It is known only while drawing, so the page is
 * built again. */
static void fit_bar(struct ui *ui, const char *left, int left_w, const char *right, int right_w)
{
    int max = ui_px(ui, 40), pad = 2 * ui_px(ui, 8); /* exactly as drawn */
    int l = left ? ui_centre_height(ui, left_w - pad, TEXT_BUTTON, left) : 0;
    int r = right ? ui_centre_height(ui, right_w - pad, TEXT_BUTTON, right) : 0;
    max = l > max ? l : max;
    max = r > max ? r : max;
    int h = max + ui_px(ui, 32);
    ui->again = ui->again || h != ui->bar_h;
    ui->bar_h = h;
}

static int draw_bar(struct ui *ui, const char *left_id, const char *left, const char *right_id,
                    const char *right)
{
    int h = ui_bar_height(ui), top = ui->h - h, pad = ui_px(ui, 12), gap = ui_px(ui, 8);
    int room = ui->w - 2 * pad - (left && right ? gap : 0);
    int left_w = !left ? 0 : right ? room * 2 / 5 : room;
    if (left && right && !ui_words_fit(ui, TEXT_BUTTON, left, left_w - 2 * gap)) {
        left_w = room / 2;
    }
    fit_bar(ui, left, left_w, right, room - left_w);
    struct rect l = {ui->left_hand && right ? ui->w - pad - left_w : pad, top + ui_px(ui, 8),
                     left_w, h - ui_px(ui, 16)};
    struct rect r = {ui->left_hand || !left ? pad : pad + left_w + gap, l.y, room - left_w, l.h};
    ui_fill_rect(ui, (struct rect){0, top, ui->w, h}, ui->theme.paper);
    ui_fill_rect(ui, (struct rect){0, top, ui->w, ui_px(ui, 1)}, ui->theme.line);
    if (left) {
        ui_place(ui, left_id, ROLE_BUTTON, l);
        ui_box(ui, l, 8, ui_pressed(ui, left_id) ? ui->theme.tint : ui->theme.paper, ui->theme.ink,
               1.5f);
        ui_text_centre(ui, (struct rect){l.x + gap, l.y, l.w - 2 * gap, l.h}, TEXT_BUTTON, left,
                       ui->theme.ink);
    }
    if (right) {
        ui_place(ui, right_id, ROLE_BUTTON, r);
        ui_box(ui, r, 8, ui->theme.accent, ui->theme.ink, ui_pressed(ui, right_id) ? 2 : 0);
        ui_text_centre(ui, (struct rect){r.x + gap, r.y, r.w - 2 * gap, r.h}, TEXT_BUTTON, right,
                       ui->theme.on_accent);
    }
    return top;
}

int ui_bar(struct ui *ui, const char *left_id, const char *left, const char *right_id,
           const char *right)
{
    float before = ui_cap_text(ui, flat_max(ui));
    int h = draw_bar(ui, left_id, left, right_id, right);
    ui->text_scale = before;
    return h;
}

void ui_body_begin(struct ui *ui, int top, int bottom)
{
    int pad = ui_px(ui, 16), max = ui_px(ui, 720);
    ui->body = (struct rect){0, top, ui->w, bottom - top};
    ui->content = -1; /* marks that the body is being built */
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_CLIP, .rect = ui->body});
    ui->at = (struct cursor){pad, top + ui_px(ui, 14) - ui->scroll, ui->w - 2 * pad};
    ui->pill_off = 0;
    if (ui->at.w > max) { /* long lines are tiring to read */
        ui->at.x += (ui->at.w - max) / 2;
        ui->at.w = max;
    }
}

/* Draws an arrow in the margin if there is more below. */
static void more_below(struct ui *ui)
{
    static const int8_t down[] = {10, 30, 50, 70, 90, 30};
    int size = ui_px(ui, 10);
    ui_stroke(ui, ui->w - ui_px(ui, 17), ui->body.y + ui->body.h - size - ui_px(ui, 4), 10,
              (struct shape){down, 3}, 2.5f, ui->theme.accent);
}

/* Highlights the end of the page when a finger pulls beyond it. */
static void edge_glow(struct ui *ui, int max)
{
    bool top = ui->pull < 0;
    if (!ui->dragging || (top ? ui->scroll > 0 : ui->scroll < max)) {
        ui->pull = 0;
    }
    int pull = abs(ui->pull) / 4, thick = ui_px(ui, 12);
    thick = pull < thick ? pull : thick;
    if (thick > 0) {
        struct rect b = ui->body;
        ui_fill_rect(ui, (struct rect){b.x, top ? b.y : b.y + b.h - thick, b.w, thick},
                     ui->theme.accent);
    }
}

void ui_body_end(struct ui *ui)
{
    assert(ui->content == -1); /* ui_body_begin */
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_CLIP});
    ui->question_px = 0; /* bars and keys have their own sizes */
    int content = ui->at.y + ui->scroll - ui->body.y + ui_px(ui, 16);
    int max = content > ui->body.h ? content - ui->body.h : 0;
    ui->content = content;
    if (ui->scroll > max || ui->scroll < 0) {
        if (ui->dragging) {
            ui->pull += ui->scroll < 0 ? ui->scroll : ui->scroll - max;
        }
        ui->scroll = ui->scroll < 0 ? 0 : max;
        ui->speed = 0;
        ui->again = true;
    }
    if (ui->scroll < max) {
        more_below(ui);
    }
    edge_glow(ui, max);
    if (max > 0) { /* scroll bar */
        int h = ui->body.h * ui->body.h / content, min = ui_px(ui, 24);
        h = h < min ? min : h;
        int at = ui->body.y + (ui->body.h - h) * ui->scroll / max;
        ui_box(ui, (struct rect){ui->w - ui_px(ui, 5), at, ui_px(ui, 3), h}, 1.5f, ui->theme.soft,
               0, 0);
    }
}

void ui_scroll_to(struct ui *ui, int y, int h)
{
    if (y < ui->body.y || y + h > ui->body.y + ui->body.h) {
        ui->scroll +=
            y + h > ui->body.y + ui->body.h ? y + h - ui->body.y - ui->body.h : y - ui->body.y;
        ui->again = true;
    }
}

void ui_mark_choice(struct ui *ui, int x, int cy, float size_dp, bool selected, bool square)
{
    int size = ui_px(ui, size_dp);
    struct rect r = {x, cy - size / 2, size, size};
    colour edge = selected ? ui->theme.accent : ui->theme.ink;
    if (square) {
        ui_box(ui, r, 4, selected ? ui->theme.accent : ui->theme.paper, edge, 2);
        if (selected) {
            ui_stroke(ui, r.x, r.y, size_dp, (struct shape){icon_tick, 3}, 3, ui->theme.on_accent);
        }
        return;
    }
    ui_box(ui, r, size_dp / 2, ui->theme.paper, edge, 2);
    if (selected) {
        int in = size / 4;
        ui_box(ui, (struct rect){r.x + in, r.y + in, size - 2 * in, size - 2 * in}, size_dp / 4,
               ui->theme.accent, 0, 0);
    }
}

float ui_mark_dp(const struct ui *ui)
{
    return ui->text_scale > 1 ? 11 * (1 + ui->text_scale) : 22;
}

int ui_choice_inset(const struct ui *ui)
{
    return ui_px(ui, 26 + ui_mark_dp(ui));
}

int ui_choice_height(struct ui *ui, int w, const char *text)
{
    int room = w - ui_choice_inset(ui), min = ui_px(ui, ui->glove ? 60 : 49);
    int h = ui_rich_height(ui, room, TEXT_BODY_BOLD, text) + ui_px(ui, 20);
    return h > min ? h : min;
}

bool ui_choice_fits(struct ui *ui, int w, const char *text)
{
    float before = ui_cap_text(ui, 1.5f); /* they may be reduced a little to fit */
    bool fits = ui_words_fit(ui, TEXT_BODY_BOLD, text, w - ui_choice_inset(ui));
    ui->text_scale = before;
    return fits;
}

bool ui_choice_cell(struct ui *ui, const char *id, struct rect r, const char *text, bool selected,
                    bool square)
{
    enum text_style style = selected ? TEXT_BODY_BOLD : TEXT_BODY;
    int inset = ui_choice_inset(ui) - ui_px(ui, 8), room = r.w - inset - ui_px(ui, 8);
    bool hit = ui_target(ui, id, ROLE_CHOICE, r);
    if (selected || ui_pressed(ui, id)) {
        ui_fill_rect(ui, r, ui->theme.tint);
    }
    int text_h = ui_rich_height(ui, room, style, text);
    ui_mark_choice(ui, r.x + ui_px(ui, 4), r.y + r.h / 2, ui_mark_dp(ui), selected, square);
    ui_rich(ui, r.x + inset, r.y + (r.h - text_h) / 2, room, style, text, ui->theme.ink);
    ui_fill_rect(ui, (struct rect){r.x, r.y + r.h - ui_px(ui, 1), r.w, ui_px(ui, 1)},
                 ui->theme.line);
    return hit;
}

bool ui_choice(struct ui *ui, const char *id, const char *text, bool selected, bool square)
{
    int x = ui->at.x, w = ui->at.w;
    struct rect r = {x, ui->at.y, w, ui_choice_height(ui, w, text)};
    ui->at.y += r.h;
    return ui_choice_cell(ui, id, r, text, selected, square);
}

bool ui_drop(struct ui *ui, const char *id, const char *text, bool open)
{
    int x = ui->at.x, w = ui->at.w;
    static const int8_t down[] = {20, 36, 50, 66, 80, 36}, up[] = {20, 64, 50, 34, 80, 64};
    int pad = ui_px(ui, 12), icon = ui_px(ui, 22), room = w - 3 * pad - icon;
    int text_h = ui_text_height(ui, room, TEXT_BODY, text);
    int h = text_h + 2 * pad, min = ui_px(ui, 52);
    h = h < min ? min : h;
    struct rect r = {x, ui->at.y, w, h};
    bool hit = ui_target(ui, id, ROLE_BUTTON, r);
    ui_box(ui, r, 7, ui_pressed(ui, id) ? ui->theme.tint : ui->theme.paper,
           open ? ui->theme.accent : ui->theme.soft, open ? 2 : 1.5f);
    ui_text(ui, x + pad, ui->at.y + (h - text_h) / 2, room, TEXT_BODY, text, ui->theme.ink);
    ui_stroke(ui, x + w - pad - icon, ui->at.y + (h - icon) / 2, 22,
              (struct shape){open ? up : down, 3}, 2.5f, ui->theme.ink);
    ui->at.y += h + ui_px(ui, 8);
    return hit;
}

/* Exclamation mark: something is missing. */
static const int8_t bang[] = {50, 24, 50, 56, 50, 74, 50, 76};

static void draw_mark(struct ui *ui, int x, int cy, char mark)
{
    float dp = ui_mark_dp(ui);
    int size = ui_px(ui, dp);
    struct rect r = {x, cy - size / 2, size, size};
    switch (mark) {
    case '+':
        ui_box(ui, r, dp / 2, ui->theme.accent, 0, 0);
        ui_stroke(ui, r.x + size / 8, r.y + size / 8, dp * 0.75f, (struct shape){icon_tick, 3},
                  2.5f, ui->theme.on_accent);
        break;
    case '!':
        ui_box(ui, r, 4, ui->theme.warn_back, ui->theme.warn, 2);
        ui_stroke(ui, r.x, r.y, dp, (struct shape){bang, 2}, 2.5f, ui->theme.warn);
        ui_stroke(ui, r.x, r.y, dp, (struct shape){bang + 4, 2}, 2.5f, ui->theme.warn);
        break;
    case '?':
        ui_box(ui, r, 4, ui->theme.warn_back, ui->theme.warn, 2);
        question_mark(ui, r.x, r.y, dp, ui->theme.warn);
        break;
    case '~': /* a draft */
        ui_dash(ui, r, dp / 2, ui->theme.ink, 2);
        break;
    case '-':
        ui_dash(ui, r, dp / 2, ui->theme.soft, 2);
        break;
    default:
        ui_box(ui, r, dp / 2, ui->theme.paper, ui->theme.soft, 2);
        break;
    }
}

bool ui_row(struct ui *ui, const char *id, const char *title, const char *small, char mark)
{
    int x = ui->at.x, w = ui->at.w;
    static const int8_t on[] = {36, 20, 66, 50, 36, 80};
    float arrow = ui_mark_dp(ui) * 0.8f;
    int inset = mark ? ui_px(ui, 12 + ui_mark_dp(ui)) : 0, all = w;
    w -= mark ? 0 : ui_px(ui, arrow + 6); /* room for an arrow: the row opens something */
    int title_h = ui_text_height(ui, w - inset, TEXT_BODY, title);
    int small_h = small && *small ? ui_text_height(ui, w - inset, TEXT_HINT, small) : 0;
    int h = title_h + small_h + ui_px(ui, 16), min = ui_px(ui, 52);
    h = h < min ? min : h;
    struct rect r = {x, ui->at.y, all, h};
    bool hit = ui_target(ui, id, ROLE_ROW, r);
    if (ui_pressed(ui, id)) {
        ui_fill_rect(ui, r, ui->theme.tint);
    }
    if (!mark) {
        ui_stroke(ui, x + w + ui_px(ui, 4), ui->at.y + (h - ui_px(ui, arrow)) / 2, arrow,
                  (struct shape){on, 3}, 2.5f, ui->theme.soft);
    }
    if (mark) {
        draw_mark(ui, x, ui->at.y + h / 2, mark);
    }
    int at = ui->at.y + (h - title_h - small_h) / 2;
    ui_text(ui, x + inset, at, w - inset, TEXT_BODY, title,
            mark == '-' ? ui->theme.soft : ui->theme.ink);
    if (small_h) {
        ui_text(ui, x + inset, at + title_h, w - inset, TEXT_HINT, small, ui->theme.soft);
    }
    ui_fill_rect(ui, (struct rect){x, ui->at.y + h - ui_px(ui, 1), all, ui_px(ui, 1)},
                 ui->theme.line);
    ui->at.y += h;
    return hit;
}

enum card_look { CARD_PLAIN, CARD_PRIMARY, CARD_DASHED };

static bool card(struct ui *ui, const char *id, const char *title, const char *text,
                 enum card_look look)
{
    int x = ui->at.x, w = ui->at.w;
    bool primary = look == CARD_PRIMARY;
    int pad = ui_px(ui, 14);
    int title_h = ui_text_height(ui, w - 2 * pad, TEXT_HEADING, title);
    int text_h = text && *text ? ui_text_height(ui, w - 2 * pad, TEXT_HINT, text) : 0;
    struct rect r = {x, ui->at.y, w, title_h + text_h + 2 * pad};
    bool hit = id && ui_target(ui, id, ROLE_BUTTON, r);
    if (look == CARD_DASHED) {
        ui_dash(ui, r, 9, ui->theme.soft, 1.5f);
    } else {
        ui_box(ui, r, 9, primary ? ui->theme.accent : ui->theme.paper,
               primary ? ui->theme.accent : ui->theme.line, 1.5f);
    }
    ui_text(ui, x + pad, ui->at.y + pad, w - 2 * pad, TEXT_HEADING, title,
            primary ? ui->theme.on_accent : ui->theme.ink);
    if (text_h) {
        ui_text(ui, x + pad, ui->at.y + pad + title_h, w - 2 * pad, TEXT_HINT, text,
                primary ? ui->theme.on_accent : ui->theme.soft);
    }
    ui->at.y += r.h + ui_px(ui, 10);
    return hit;
}

bool ui_card(struct ui *ui, const char *id, const char *title, const char *text, bool primary)
{
    return card(ui, id, title, text, primary ? CARD_PRIMARY : CARD_PLAIN);
}

bool ui_open_card(struct ui *ui, const char *id, const char *title, const char *text)
{
    return card(ui, id, title, text, CARD_DASHED);
}

bool ui_pill(struct ui *ui, const char *id, const char *text, bool selected, bool dashed)
{
    int pad = ui_px(ui, 16), h = ui_px(ui, 48);
    int left = ui->at.x, right = left + ui->at.w, max = ui->at.w - 2 * pad;
    int text_w = font_width(FACE_SANS, ui_text_px(ui, TEXT_HINT), text, strlen(text));
    int w = (text_w < max ? text_w : max) + 2 * pad, least = ui_px(ui, UI_TOUCH_DP);
    w = w < least ? least : w;
    int lines = text_w > max ? 2 : 1;
    h += (lines - 1) * ui_line(ui, TEXT_HINT);
    if (ui->pill_off && left + ui->pill_off + w > right) {
        ui->pill_off = 0;
        ui->at.y += ui->pill_h + ui_px(ui, 8);
    }
    ui->pill_h =
        !ui->pill_off || h > ui->pill_h ? h : ui->pill_h; /* height of this line of pills */
    struct rect r = {left + ui->pill_off, ui->at.y, w, h};
    bool hit = ui_target(ui, id, ROLE_PILL, r);
    if (selected) {
        ui_box(ui, r, 24, ui->theme.ink, 0, 0);
    } else {
        ui_box(ui, r, 24, ui_pressed(ui, id) ? ui->theme.tint : ui->theme.paper, ui->theme.soft,
               dashed ? 0 : 1.5f);
        if (dashed) {
            ui_dash(ui, r, 24, ui->theme.soft, 1.5f);
        }
    }
    ui_text_centre(ui, (struct rect){r.x + pad / 2, r.y, r.w - pad, r.h}, TEXT_HINT, text,
                   selected ? ui->theme.paper : ui->theme.ink);
    ui->pill_off += w + ui_px(ui, 8);
    return hit;
}

void ui_pills_end(struct ui *ui)
{
    if (ui->pill_off) {
        ui->pill_off = 0;
        ui->at.y += ui->pill_h + ui_px(ui, 12);
    }
}

bool ui_wide_button(struct ui *ui, const char *id, const char *text, bool primary)
{
    int x = ui->at.x, w = ui->at.w;
    int pad = ui_px(ui, 12);
    int text_h = ui_text_height(ui, w - 2 * pad, TEXT_BUTTON, text);
    int h = text_h + ui_px(ui, 24), min = ui_px(ui, primary ? UI_MAIN_DP : 52);
    h = h > min ? h : min;
    struct rect r = {x, ui->at.y, w, h};
    bool hit = ui_target(ui, id, ROLE_BUTTON, r);
    ui_box(ui, r, 8,
           primary              ? ui->theme.accent
           : ui_pressed(ui, id) ? ui->theme.tint
                                : ui->theme.paper,
           primary ? ui->theme.accent : ui->theme.ink, 1.5f);
    ui_text_centre(ui, (struct rect){x + pad, ui->at.y, w - 2 * pad, h}, TEXT_BUTTON, text,
                   primary ? ui->theme.on_accent : ui->theme.ink);
    ui->at.y += h + ui_px(ui, 10);
    return hit;
}

void ui_progress(struct ui *ui, const struct progress *progress, enum string_id unit)
{
    int x = ui->at.x, w = ui->at.w;
    enum { KIB = 1024, TENTH = KIB * KIB / 10 };
    size_t total = progress->total, done = progress->done;
    int bar = ui_px(ui, 10);
    done = done < total ? done : total;
    int part = total ? (int)((double)w * (double)done / (double)total) : 0;
    ui_box(ui, (struct rect){x, ui->at.y, w, bar}, 5, ui->theme.line, 0, 0);
    if (part > bar) {
        ui_box(ui, (struct rect){x, ui->at.y, part, bar}, 5, ui->theme.accent, 0, 0);
    }
    ui->at.y += bar + ui_px(ui, 8);
    if (total) {
        bool bytes = unit == S_progress_mb;
        if (bytes && total < KIB * KIB) { /* tenths of a MB would tell too little */
            unit = S_progress_kb;
            bytes = false;
            total = (total + KIB - 1) / KIB;
            done /= KIB;
        }
        const char *some =
            bytes ? ui_tenths(ui, (long long)(done / TENTH)) : ui_number(ui, (long long)done);
        const char *all = bytes ? ui_tenths(ui, (long long)((total + TENTH - 1) / TENTH))
                                : ui_number(ui, (long long)total);
        ui_say(ui, TEXT_BODY, ui_fill(ui, unit, some, all), ui->theme.soft);
    }
}

void ui_warning(struct ui *ui, const char *text)
{
    int x = ui->at.x, w = ui->at.w;
    int pad = ui_px(ui, 11);
    int h = ui_text_height(ui, w - 2 * pad, TEXT_HINT, text) + 2 * pad;
    ui_gap(ui, 8);
    ui_box(ui, (struct rect){x, ui->at.y, w, h}, 7, ui->theme.warn_back, ui->theme.warn, 1.5f);
    ui_text(ui, x + pad, ui->at.y + pad, w - 2 * pad, TEXT_HINT, text, ui->theme.warn);
    ui->at.y += h + ui_px(ui, 8);
}

/* A text as it was drawn into a field. */
struct lines {
    const struct buf *shown; /* the letters as they are shown */
    size_t first;            /* its first draw command */
    int top, line, pad;      /* px: of the first line; height of a line; around the text */
};

/* Distance of y from a line that begins at `top`, px. */
static int away(int y, int top, int line)
{
    return y < top ? top - y : y > top + line ? y - top - line : 0;
}

/* The byte of drawn line `d` before which x lies. */
static size_t byte_at(const struct draw *d, int x)
{
    for (size_t k = 0; k < d->len;) {
        size_t from = k;
        text_next(d->text, d->len, &k);
        int middle = (font_width(d->face, d->size_px, d->text, from) +
                      font_width(d->face, d->size_px, d->text, k)) /
                     2;
        if (x < d->rect.x + middle) {
            return from;
        }
    }
    return d->len;
}

/* The byte of `shown` before which a point lies. Its lines were drawn from draw `first` on
 * and begin at `top`. Empty lines have no draw. */
static size_t caret_at(const struct ui *ui, const struct lines *l, int px, int py)
{
    const struct buf *shown = l->shown;
    int top = l->top, line = l->line;
    size_t at = 0, best = shown->len;
    int min = INT_MAX;
    bool fresh = true; /* nothing of this line drawn yet */
    for (size_t i = l->first; i <= ui->draws.count; i++) {
        const struct draw *d = i < ui->draws.count ? &ui->draws.list[i] : NULL;
        if (d && d->kind != DRAW_TEXT) {
            continue;
        }
        while (at < shown->len &&
               (!d || at + d->len > shown->len || memcmp(shown->data + at, d->text, d->len) != 0)) {
            if (shown->data[at] == '\n') { /* otherwise the space where the line was broken */
                if (fresh && away(py, top, line) < min) {
                    min = away(py, top, line);
                    best = at;
                }
                top += fresh ? line : 0;
                fresh = true;
            }
            at++;
        }
        if (!d) {
            break;
        }
        if (away(py, d->rect.y, line) < min) {
            min = away(py, d->rect.y, line);
            best = at + byte_at(d, px);
        }
        at += d->len;
        top = d->rect.y + line;
        fresh = false;
    }
    return fresh && away(py, top, line) < min ? shown->len : best;
}

/* Moves the caret (at x, y, before byte `now`) a line up or down if an arrow key asked for
 * it. Otherwise stores whether it could move. */
static size_t caret_by_line(struct ui *ui, const struct lines *l, int x, int y, size_t now)
{
    struct edit *edit = &ui->edit;
    int by = edit->by_line;
    edit->by_line = 0;
    if (by) {
        ui->again = true;
        return caret_at(ui, l, x, y + by * l->line + l->line / 2);
    }
    edit->above = y >= l->top + l->line;
    edit->below = now < caret_at(ui, l, 0, INT_MAX / 2);
    return now;
}

/* Converts a position in the masked text (a dot, or two spaces, per character) to one in the
 * text. */
static size_t unmasked(const char *text, size_t len, size_t shown)
{
    size_t at = 0;
    for (size_t seen = 0; at < len;) {
        size_t from = at;
        seen += text_next(text, len, &at) == ' ' ? 2 : strlen("•");
        if (seen > shown) {
            return from;
        }
    }
    return at;
}

/* The letters as they are shown: dots instead of masked ones; *cursor follows. */
static void shown_letters(const struct field *f, struct buf *shown, size_t *cursor)
{
    size_t len = strlen(f->text);
    *cursor = f->masked ? 0 : f->cursor;
    if (!f->masked) {
        buf_text(shown, f->text);
    }
    for (size_t at = 0; f->masked && at < len;) {
        *cursor = at == f->cursor ? shown->len : *cursor;
        uint32_t c = text_next(f->text, len, &at);
        buf_text(shown, c == ' ' ? "  " : "•");
    }
    *cursor = f->masked && f->cursor >= len ? shown->len : *cursor;
    buf_add(shown, "", 0);
}

/* Where the caret stands: behind the wrapped text before it. */
static void find_caret(struct ui *ui, const struct field *f, const struct lines *l, size_t cursor,
                       int *cx, int *cy)
{
    struct buf before = {0};
    int x = ui->at.x + l->pad, w = ui->at.w - 2 * l->pad;
    buf_add(&before, l->shown->data, cursor);
    buf_add(&before, "", 0);
    int up_to = ui_text_height(ui, w, f->style, before.data);
    size_t first = ui->draws.count;
    *cy = l->top + (up_to > 0 ? up_to - l->line : 0);
    *cx = x;
    ui_text(ui, x, -10000, w, f->style, before.data, 0); /* out of sight, to be measured */
    if (ui->draws.count > first) {
        struct draw *last = &ui->draws.list[ui->draws.count - 1];
        *cx = x + font_width(last->face, last->size_px, last->text, last->len);
    }
    ui->draws.count = first;
    char end = before.len ? before.data[before.len - 1] : '\0';
    *cx += end == ' ' ? font_width(FACE_SANS, ui_text_px(ui, f->style), " ", 1) : 0;
    if (end == '\n') {
        *cx = x;
        *cy += l->line;
    }
    buf_fini(&before);
}

static void show_caret(struct ui *ui, const char *id, const struct field *f, const struct lines *l,
                       size_t cursor)
{
    int cx, cy;
    find_caret(ui, f, l, cursor, &cx, &cy);
    if (edit_is(&ui->edit, id)) {
        size_t to = caret_by_line(ui, l, cx, cy, cursor);
        if (to != cursor) {
            ui->edit.cursor = f->masked ? unmasked(f->text, strlen(f->text), to) : to;
        }
    }
    ui_fill_rect(ui, (struct rect){cx, cy + l->line / 12, ui_px(ui, 2), l->line * 10 / 12},
                 ui->theme.accent);
}

bool ui_field(struct ui *ui, const char *id, const struct field *f)
{
    struct buf shown = {0};
    struct lines l = {.shown = &shown, .pad = ui_px(ui, 11), .line = ui_line(ui, f->style)};
    int x = ui->at.x, w = ui->at.w, room = w - 2 * l.pad, touch = ui_px(ui, UI_TOUCH_DP);
    size_t cursor;
    shown_letters(f, &shown, &cursor);
    int text_h = ui_text_height(ui, room, f->style, shown.data);
    int min = (f->min_lines ? f->min_lines : 1) * l.line;
    int h = (text_h > min ? text_h : min) + 2 * l.pad;
    h = h < touch ? touch : h;
    struct rect r = {x, ui->at.y, w, h};
    bool hit = ui_target(ui, id, ROLE_FIELD, r);
    ui_box(ui, r, 7, ui->theme.paper,
           f->warn     ? ui->theme.warn
           : f->active ? ui->theme.accent
                       : ui->theme.soft,
           f->active ? 2 : 1.5f);
    l.first = ui->draws.count;
    l.top = ui->at.y + l.pad;
    ui_text(ui, x + l.pad, l.top, room, f->style, shown.data, ui->theme.ink);
    if (hit && f->active && !ui->show_focus && edit_is(&ui->edit, id)) {
        size_t to = caret_at(ui, &l, ui->down_x, ui->down_y);
        ui->edit.cursor = f->masked ? unmasked(f->text, strlen(f->text), to) : to;
        ui->again = true;
    }
    if (f->active) {
        show_caret(ui, id, f, &l, cursor);
    }
    buf_fini(&shown);
    if (f->active && !ui->dragging && ui->speed == 0 && ui->edit.shown_len != ui->edit.text.len) {
        ui->edit.shown_len = ui->edit.text.len; /* keep the field being typed in visible */
        ui_scroll_to(ui, ui->at.y, h < ui->body.h ? h : ui->body.h);
    }
    ui->at.y += h + ui_px(ui, 8);
    return hit;
}
