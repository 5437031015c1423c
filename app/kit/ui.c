/* SPDX-License-Identifier: Apache-2.0 */
/* Turns input into activated targets; adds targets and shapes to the page. */
#include "app/kit/ui.h"

#include <assert.h>
#include <math.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/text.h"

static const struct theme day = {0xffffff, 0x101314, 0x4a5255, 0xc9d0d1, 0xeef3f2,
                                 0x00565b, 0xffffff, 0x863900, 0xfff1e3};
static const struct theme night_theme = {0x0d1213, 0xf3f5f4, 0xb4bfbf, 0x3d4849, 0x182122,
                                         0x7fe0d8, 0x04201f, 0xffc48a, 0x33210f};

enum {
    DRAG_DP = 10,
    HOLD_MS = 400,
    REPEAT_MS = 70,
    TWICE_MS = 300,
    GLOVE_HOLD_MS = 500,
    GLOVE_DRAG_DP = 18,
    SWIPE_DP = 72
};

void ui_init(struct ui *ui, struct window *window)
{
    memset(ui, 0, sizeof *ui);
    ui->window = window;
    ui->text_scale = ui->pinch = 1;
    arena_init(&ui->frame);
    ui_theme(ui, false);
}

void ui_fini(struct ui *ui)
{
    edit_end(&ui->edit);
    buf_fini(&ui->edit.text);
    draw_fini(&ui->draws);
    arena_fini(&ui->frame);
    free(ui->targets);
    ui->targets = NULL;
    ui->target_count = ui->target_cap = 0;
}

void ui_theme(struct ui *ui, bool night)
{
    ui->theme = night ? night_theme : day;
}

int ui_px(const struct ui *ui, float dp)
{
    return (int)lroundf(dp * ui->scale);
}

const char *ui_str(struct ui *ui, enum string_id id)
{
    return string(id, ui->language);
}

const char *ui_fill(struct ui *ui, enum string_id id, const char *first, const char *second)
{
    return ui_fill3(ui, id, first, second, NULL);
}

const char *ui_fill3(struct ui *ui, enum string_id id, const char *first, const char *second,
                     const char *third)
{
    const char *const with[3] = {first, second, third};
    return string_fill(&ui->frame, id, ui->language, with);
}

const char *ui_number(struct ui *ui, long long n)
{
    static const char blank[] = "\xC2\xA0";
    return n > -10000 && n < 10000 ? arena_printf(&ui->frame, "%lld", n)
                                   : arena_printf(&ui->frame, "%s%s%03lld", ui_number(ui, n / 1000),
                                                  blank, n < 0 ? -(n % 1000) : n % 1000);
}

const char *ui_tenths(struct ui *ui, long long n)
{
    return arena_printf(&ui->frame, "%lld%c%lld", n / 10, ui->language == UI_EN ? '.' : ',',
                        n % 10);
}

/* ---- input ---- */

static struct target *target_at(struct ui *ui, int x, int y)
{
    for (size_t i = ui->target_count; i-- > 0;) {
        if (!ui->targets[i].hidden && rect_holds(ui->targets[i].rect, x, y)) {
            return &ui->targets[i];
        }
    }
    return NULL;
}

static bool may_repeat(const struct ui *ui, const char *id)
{
    for (size_t i = 0; i < ui->target_count; i++) {
        if (strcmp(ui->targets[i].id, id) == 0) {
            return ui->targets[i].kind == ROLE_KEY || ui->targets[i].kind == ROLE_STEP;
        }
    }
    return false;
}

/* Ignores a second tap within a moment: a trembling hand or a held key must not skip an
 * unseen question or remove the next entry. */
static void activate(struct ui *ui, const char *id)
{
    int64_t now = clock_mono_ms();
    bool twice = strcmp(ui->last, id) == 0 && now - ui->last_ms < TWICE_MS;
    snprintf(ui->last, sizeof ui->last, "%s", id);
    ui->last_ms = now;
    if (twice && !may_repeat(ui, id)) {
        return;
    }
    snprintf(ui->activated, sizeof ui->activated, "%s", id);
}

static bool has_target(struct ui *ui, const char *id)
{
    for (size_t i = 0; i < ui->target_count; i++) {
        if (strcmp(ui->targets[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The letters of the on-screen keyboard are skipped: the user has a real keyboard.
 * "key:enter" is the page's Next. */
static bool takes_focus(const struct target *t)
{
    return t->kind != ROLE_KEY || strcmp(t->id, "key:enter") == 0;
}

/* Focuses a target and scrolls it into the middle half of the page, so that the text around
 * it is visible. */
static void focus_on(struct ui *ui, const struct target *t)
{
    int top = ui->body.y + ui->body.h / 4, bottom = top + ui->body.h / 2;
    snprintf(ui->focus, sizeof ui->focus, "%s", t->id);
    if (t->scrolls && (t->rect.y < top || t->rect.h > bottom - top)) {
        ui->scroll += t->rect.y - top;
    } else if (t->scrolls && t->rect.y + t->rect.h > bottom) {
        ui->scroll += t->rect.y + t->rect.h - bottom;
    }
}

/* The field being typed in has the focus until a key moves it. */
static const struct target *focused(const struct ui *ui)
{
    const char *id = ui->edit.id[0] && !ui->show_focus ? ui->edit.id : ui->focus;
    for (size_t i = 0; i < ui->target_count; i++) {
        if (takes_focus(&ui->targets[i]) && strcmp(ui->targets[i].id, id) == 0) {
            return &ui->targets[i];
        }
    }
    return NULL;
}

void ui_focus_from(struct ui *ui, size_t first)
{
    for (size_t i = first; i < ui->target_count; i++) {
        if (takes_focus(&ui->targets[i])) {
            ui->show_focus = true;
            snprintf(ui->focus, sizeof ui->focus, "%s", ui->targets[i].id);
            return;
        }
    }
}

/* Moves the focus one target on or back. Without a focus, starts at the first target of the
 * page, after the header. */
static void move_focus(struct ui *ui, int by)
{
    const struct target *now = focused(ui), *next = NULL, *body = NULL;
    ui->show_focus = true;
    for (size_t k = 0; k < ui->target_count && !next; k++) {
        size_t i = by > 0 ? k : ui->target_count - 1 - k;
        const struct target *t = &ui->targets[i];
        if (!takes_focus(t)) {
            continue;
        }
        if (now) {
            next = by > 0 ? (t > now ? t : NULL) : (t < now ? t : NULL);
        } else if (by < 0 || t->rect.y + ui->scroll >= ui->body.y) {
            next = t;
        }
        body = body ? body : t;
    }
    next = next ? next : body; /* wraps around */
    if (next) {
        focus_on(ui, next);
    }
}

/* The nearest target in a direction; sideways distance counts double. `on_page`: only
 * targets that scroll. */
static const struct target *nearest(const struct ui *ui, const struct target *now, int dx, int dy,
                                    bool on_page)
{
    const struct target *best = NULL;
    int min = INT_MAX;
    for (size_t i = 0; i < ui->target_count; i++) {
        const struct target *t = &ui->targets[i];
        int x = t->rect.x + t->rect.w / 2 - now->rect.x - now->rect.w / 2;
        int y = t->rect.y + t->rect.h / 2 - now->rect.y - now->rect.h / 2;
        int ahead = dx ? x * dx : y * dy, aside = abs(dx ? y : x);
        bool beside =
            dx ? t->rect.y < now->rect.y + now->rect.h && now->rect.y < t->rect.y + t->rect.h
               : true;
        if (t != now && takes_focus(t) && ahead > 0 && beside && ahead + 2 * aside < min &&
            (t->scrolls || !on_page)) {
            min = ahead + 2 * aside;
            best = t;
        }
    }
    return best;
}

/* Prefers scrolling targets to fixed ones: the bottom bar comes after the whole page, not
 * after its visible part. If there is no target in that direction, moves one on or back. */
static void move_towards(struct ui *ui, int dx, int dy)
{
    const struct target *now = focused(ui), *best = NULL;
    if (now) {
        best = now->scrolls ? nearest(ui, now, dx, dy, true) : NULL;
        best = best ? best : nearest(ui, now, dx, dy, false);
    }
    if (best) {
        ui->show_focus = true;
        focus_on(ui, best);
    } else {
        move_focus(ui, dx + dy);
    }
}

static int held_in(int at, int from, int len)
{
    return at < from ? from : at >= from + len ? from + len - 1 : at;
}

/* Puts the pen down on the paper in focus, where it was lifted last. */
static void pen_down(struct ui *ui, const struct target *paper)
{
    if (!rect_holds(paper->rect, ui->grab_x, ui->grab_y)) {
        ui->grab_x = paper->rect.x + paper->rect.w / 4;
        ui->grab_y = paper->rect.y + paper->rect.h / 2;
    }
    snprintf(ui->pressed, sizeof ui->pressed, "%s", paper->id);
    ui->grabbed = ui->pen = true;
}

/* Drawing with the keyboard: Enter puts the pen down where it was lifted last, the arrow
 * keys draw, Enter lifts it. */
static bool on_pen(struct ui *ui, enum window_key key)
{
    const struct target *t = focused(ui);
    int step = ui_px(ui, 8);
    bool arrow = key == KEY_RIGHT || key == KEY_LEFT || key == KEY_DOWN || key == KEY_UP;
    bool lifts = key == KEY_ENTER || key == KEY_SPACE;
    if (ui->show_focus && t && t->kind == ROLE_PAPER && !ui->grabbed && lifts) {
        pen_down(ui, t);
        return true;
    }
    if (!ui->pen || !ui->grabbed) {
        return false;
    }
    ui->grab_x += key == KEY_RIGHT ? step : key == KEY_LEFT ? -step : 0;
    ui->grab_y += key == KEY_DOWN ? step : key == KEY_UP ? -step : 0;
    if (t) {
        ui->grab_x = held_in(ui->grab_x, t->rect.x, t->rect.w);
        ui->grab_y = held_in(ui->grab_y, t->rect.y, t->rect.h);
    }
    if (!arrow) {
        memcpy(ui->dropped, ui->pressed, sizeof ui->dropped);
        ui->pressed[0] = '\0';
        ui->grabbed = ui->pen = false;
    }
    return arrow || lifts; /* another key also keeps its own meaning */
}

static void on_enter(struct ui *ui)
{
    struct edit *edit = &ui->edit;
    if (edit->id[0] && edit_is(edit, ui->focus)) {
        ui->show_focus = false; /* the field is open already: go on from it */
    }
    const char *id = ui->show_focus && has_target(ui, ui->focus) ? ui->focus
                     : has_target(ui, "key:enter")               ? "key:enter"
                     : has_target(ui, "right")                   ? "right"
                                                                 : NULL;
    if (id) {
        activate(ui, id);
    }
}

static void on_escape(struct ui *ui)
{
    const char *id = has_target(ui, "cancel") ? "cancel" : has_target(ui, "back") ? "back" : NULL;
    if (id) { /* only if there is such a target */
        activate(ui, id);
    }
}

/* Down (1) or up (-1): within the text that is typed, else to the next target. */
static void on_vertical(struct ui *ui, int by)
{
    struct edit *edit = &ui->edit;
    if (edit->id[0] && (!ui->show_focus || edit_is(edit, ui->focus)) &&
        (by > 0 ? edit->below : edit->above)) {
        edit->by_line = by;
    } else {
        move_towards(ui, 0, by);
    }
}

static void edit_move(struct edit *edit, int by);

static void on_horizontal(struct ui *ui, int by)
{
    if (ui->edit.id[0]) {
        edit_move(&ui->edit, by);
    } else if (ui->pans) {
        ui->side += by * ui->w / 4;
    } else {
        move_towards(ui, by, 0);
    }
}

/* Keys that mean something only where a text is typed; false: another key. */
static bool on_typing_key(struct ui *ui, enum window_key key)
{
    struct edit *edit = &ui->edit;
    switch (key) {
    case KEY_DELETE:
        if (edit->cursor < edit->text.len) {
            edit_move(edit, 1);
            edit_backspace(edit);
        }
        return true;
    case KEY_HOME:
        edit->cursor = 0;
        return true;
    case KEY_END:
        edit->cursor = edit->text.len;
        return true;
    case KEY_BACKSPACE:
        edit_backspace(edit);
        return true;
    case KEY_SPACE:
        edit_insert(edit, " ");
        return true;
    case KEY_LINE:
        edit_insert(edit, ui->lines ? "\n" : "");
        return ui->lines;
    default:
        return false;
    }
}

static bool on_key(struct ui *ui, enum window_key key)
{
    if (on_pen(ui, key) || (ui->edit.id[0] && on_typing_key(ui, key))) {
        return true;
    }
    switch (key) {
    case KEY_TAB:
    case KEY_BACKTAB:
        move_focus(ui, key == KEY_TAB ? 1 : -1);
        return true;
    case KEY_DOWN:
    case KEY_UP:
        on_vertical(ui, key == KEY_DOWN ? 1 : -1);
        return true;
    case KEY_LEFT:
    case KEY_RIGHT:
        on_horizontal(ui, key == KEY_LEFT ? -1 : 1);
        return true;
    case KEY_ENTER:
    case KEY_LINE:
        on_enter(ui);
        return true;
    case KEY_ESCAPE:
        on_escape(ui);
        return true;
    case KEY_PAGE_DOWN:
    case KEY_PAGE_UP:
        ui->scroll += (key == KEY_PAGE_DOWN ? 1 : -1) * ui->body.h * 3 / 4;
        return true;
    case KEY_SPACE:
        if (ui->show_focus) {
            activate(ui, ui->focus);
        }
        return true;
    default:
        return false;
    }
}

static bool on_move(struct ui *ui, const struct window_event *e)
{
    if (ui->grabbed) {
        ui->grab_x = e->x;
        ui->grab_y = e->y;
        return true;
    }
    int far = ui_px(ui, ui->glove ? GLOVE_DRAG_DP : DRAG_DP);
    if (!ui->dragging && ui->in_body && !ui->held[0] && abs(e->y - ui->down_y) > far &&
        ui->content > ui->body.h) {
        ui->dragging = true; /* a scroll is no tap */
        ui->pressed[0] = '\0';
        ui->last_y = e->y;
        ui->moved_ms = clock_mono_ms();
    }
    if (ui->dragging) {
        int64_t now = clock_mono_ms();
        int by = ui->last_y - e->y;
        int64_t gone = now - ui->moved_ms;
        ui->speed = gone > 0 ? (float)by / (float)gone : ui->speed;
        ui->scroll += by;
        ui->last_y = e->y;
        ui->moved_ms = now;
        return true;
    }
    struct target *t = target_at(ui, e->x, e->y);
    const char *id = t ? t->id : "";
    if (strcmp(id, ui->pressed) != 0 && ui->held[0]) { /* slide to a variant */
        snprintf(ui->pressed, sizeof ui->pressed, "%s", id);
        return true;
    }
    if (ui->pressed[0] && strcmp(id, ui->pressed) != 0) {
        ui->pressed[0] = '\0';
        return true;
    }
    return false;
}

static bool on_up(struct ui *ui, const struct window_event *e)
{
    struct target *t = target_at(ui, e->x, e->y);
    bool was_drag = ui->dragging;
    if (ui->grabbed) {
        memcpy(ui->dropped, ui->pressed, sizeof ui->dropped);
        ui->grabbed = false;
        ui->grab_x = e->x;
        ui->grab_y = e->y;
        ui->pressed[0] = '\0';
        return true;
    }
    int dx = e->x - ui->down_x, dy = e->y - ui->down_y;
    if (ui->swipe && !was_drag && !ui->held[0] && ui->in_body && abs(dx) > ui_px(ui, SWIPE_DP) &&
        abs(dy) < abs(dx) / 2) {
        const char *on = has_target(ui, "right") ? "right" : "key:enter";
        const char *to = dx < 0 ? on : "back";
        ui->pressed[0] = '\0';
        if (has_target(ui, to)) {
            activate(ui, to);
        }
        return true;
    }
    if (!was_drag && t && ui->pressed[0] && strcmp(t->id, ui->pressed) == 0) {
        activate(ui, t->id);
    }
    if (was_drag && clock_mono_ms() - ui->moved_ms > 60) {
        ui->speed = 0;
    }
    ui->dragging = false;
    ui->pull = 0;
    ui->pressed[0] = '\0'; /* `held` stays until the build: the popup takes the tap */
    return true;
}

static int hold_ms(const struct ui *ui)
{
    return ui->glove ? GLOVE_HOLD_MS : HOLD_MS;
}

/* The erase key repeats while it is held. */
static bool repeats(const struct ui *ui)
{
    return strcmp(ui->held, "key:erase") == 0 && strcmp(ui->pressed, ui->held) == 0;
}

/* Px to scroll at a time while a target is held at the page's edge; 0: none. */
static int carried(const struct ui *ui)
{
    int edge = ui_px(ui, 40), step = ui_px(ui, 6);
    if (!ui->grabbed || !ui->carries) {
        return 0;
    }
    if (ui->grab_y < ui->body.y + edge) {
        return ui->scroll > 0 ? -step : 0;
    }
    bool more = ui->scroll + ui->body.h < ui->content;
    return ui->grab_y > ui->body.y + ui->body.h - edge && more ? step : 0;
}

static bool on_time(struct ui *ui)
{
    int64_t now = clock_mono_ms();
    if (carried(ui)) {
        ui->scroll += carried(ui);
        return true;
    }
    if (ui->pressed[0] && !ui->held[0] && !ui->dragging && !ui->grabbed &&
        now - ui->down_ms >= hold_ms(ui)) {
        memcpy(ui->held, ui->pressed, sizeof ui->held);
        return true;
    }
    if (repeats(ui) && now - ui->repeated_ms >= REPEAT_MS) {
        ui->repeated_ms = now;
        snprintf(ui->activated, sizeof ui->activated, "%s", ui->held);
        return true;
    }
    if (!ui->dragging && fabsf(ui->speed) > 0.02f) {
        int64_t gone = now - ui->moved_ms;
        ui->scroll += (int)(ui->speed * (float)gone);
        ui->speed *= powf(0.996f, (float)gone);
        ui->moved_ms = now;
        return true;
    }
    ui->speed = 0;
    return false;
}

void ui_let_go(struct ui *ui)
{
    for (size_t i = 0; ui->grabbed && i < ui->target_count; i++) {
        const struct target *t = &ui->targets[i];
        if (t->kind == ROLE_PAPER && strcmp(t->id, ui->pressed) == 0) {
            memcpy(ui->dropped, ui->pressed, sizeof ui->dropped); /* its line ends here */
        }
    }
    ui->pressed[0] = ui->held[0] = '\0';
    ui->dragging = ui->grabbed = ui->pen = false;
    ui->speed = 0;
    ui->pull = 0;
}

bool ui_event(struct ui *ui, const struct window_event *e)
{
    struct target *t;
    switch (e->kind) {
    case WINDOW_QUIT:
        ui->quit = true;
        return true;
    case WINDOW_EXPOSE:
    case WINDOW_AWAKE:
    case WINDOW_SAVED:
        return true;
    case WINDOW_DOWN:
        t = target_at(ui, e->x, e->y);
        snprintf(ui->pressed, sizeof ui->pressed, "%s", t ? t->id : "");
        ui->held[0] = ui->dropped[0] = '\0';
        ui->grabbed = t && (t->kind == ROLE_GRAB || t->kind == ROLE_PAPER);
        ui->pen = false;
        ui->grab_x = e->x;
        ui->grab_y = e->y;
        ui->down_x = e->x;
        ui->down_y = ui->last_y = e->y;
        ui->down_ms = clock_mono_ms();
        ui->in_body = rect_holds(ui->body, e->x, e->y);
        ui->speed = 0;
        ui->show_focus = ui->by_key = false;
        return true;
    case WINDOW_MOVE:
        return on_move(ui, e);
    case WINDOW_UP:
        return on_up(ui, e);
    case WINDOW_LEAVE:
        if (!ui->grabbed) {
            ui->pressed[0] = ui->held[0] = '\0';
            ui->in_body = false; /* not a swipe, either */
        }
        return on_up(ui, e);
    case WINDOW_CANCEL:
        ui_let_go(ui);
        return true;
    case WINDOW_WHEEL:
        ui->scroll -= e->y * ui_px(ui, 60);
        return true;
    case WINDOW_PINCH:
        ui_let_go(ui); /* the first finger's press was not meant */
        if (ui->pans) {
            ui->pinch *= 1 + 2 * (float)e->x / WINDOW_PINCH_WHOLE;
        }
        return true;
    case WINDOW_KEY:
        ui->by_key = true;
        return on_key(ui, e->key);
    case WINDOW_TEXT:
        if (ui->edit.id[0]) {
            edit_insert(&ui->edit, e->text);
        }
        return ui->edit.id[0] != '\0';
    default:
        return on_time(ui);
    }
}

int ui_timeout(const struct ui *ui)
{
    if (carried(ui)) {
        return 16;
    }
    if (fabsf(ui->speed) > 0.02f && !ui->dragging) {
        return 16;
    }
    if (ui->pressed[0] && !ui->held[0] && !ui->dragging && !ui->grabbed) {
        int64_t left = hold_ms(ui) - (clock_mono_ms() - ui->down_ms);
        return left > 0 ? (int)left : 0;
    }
    if (repeats(ui)) {
        int64_t left = REPEAT_MS - (clock_mono_ms() - ui->repeated_ms);
        return left > 0 ? (int)left : 0;
    }
    return -1;
}

void ui_begin(struct ui *ui)
{
    draw_clear(&ui->draws);
    arena_reset(&ui->frame);
    ui->target_count = 0;
    ui->swipe = ui->pans = ui->carries = false;
    ui->again = false;
    ui->scale = window_scale(ui->window);
    window_size(ui->window, &ui->w, &ui->h);
    ui->landscape = ui->w > ui->h;
    ui->body = (struct rect){0, 0, 0, 0};
    ui->content = 0;
    ui->question_px = 0;
}

void ui_end(struct ui *ui)
{
    if (ui->show_focus) {
        for (size_t i = 0; i < ui->target_count; i++) {
            struct target *t = &ui->targets[i];
            if (strcmp(t->id, ui->focus) == 0 && !t->hidden) {
                int out = ui_px(ui, 1);
                struct rect r = {t->rect.x + out, t->rect.y + out, t->rect.w - 2 * out,
                                 t->rect.h - 2 * out};
                int xs[] = {r.x, r.x + r.w, r.x + r.w, r.x, r.x};
                int ys[] = {r.y, r.y, r.y + r.h, r.y + r.h, r.y};
                for (int k = 0; k < 4; k++) {
                    struct rect side = {xs[k] < xs[k + 1] ? xs[k] : xs[k + 1],
                                        ys[k] < ys[k + 1] ? ys[k] : ys[k + 1],
                                        abs(xs[k + 1] - xs[k]), abs(ys[k + 1] - ys[k])};
                    side.w += ui_px(ui, 3);
                    side.h += ui_px(ui, 3);
                    ui_fill_rect(ui, side, ui->theme.accent);
                }
            }
        }
    }
    ui->activated[0] = '\0';
    ui->dropped[0] = '\0';
    if (!ui->pressed[0]) {
        ui->held[0] = '\0';
    }
}

static struct target *new_target(struct ui *ui)
{
    if (ui->target_count == ui->target_cap) {
        ui->target_cap = ui->target_cap ? 2 * ui->target_cap : 256;
        ui->targets = mem_grow(ui->targets, ui->target_cap, sizeof *ui->targets);
    }
    return &ui->targets[ui->target_count++];
}

void ui_place(struct ui *ui, const char *id, enum role kind, struct rect rect)
{
    struct target *t = new_target(ui);
    t->id = arena_text(&ui->frame, id);
    t->kind = kind;
    t->rect = rect;
    t->hidden = false;
    t->scrolls = ui->body.h > 0 && ui->content < 0; /* between ui_body_begin and ui_body_end */
    if (t->scrolls) {
        int top = ui->body.y, bottom = ui->body.y + ui->body.h;
        int y0 = rect.y > top ? rect.y : top;
        int y1 = rect.y + rect.h < bottom ? rect.y + rect.h : bottom;
        t->hidden = y1 - y0 < rect.h / 2;
        if (!t->hidden) {
            t->rect.y = y0;
            t->rect.h = y1 - y0;
        }
    }
}

bool ui_took(struct ui *ui, const char *id)
{
    bool mine = ui->activated[0] && strcmp(ui->activated, id) == 0;
    if (mine) {
        ui->activated[0] = '\0';
        ui->again = true;
    }
    return mine;
}

int ui_touch_x(const struct ui *ui, struct rect r)
{
    int x = ui->by_key ? r.w / 2 : ui->down_x - r.x;
    return x < 0 ? 0 : x >= r.w ? r.w - 1 : x;
}

bool ui_target(struct ui *ui, const char *id, enum role kind, struct rect rect)
{
    ui_place(ui, id, kind, rect);
    return ui_took(ui, id);
}

bool ui_pressed(const struct ui *ui, const char *id)
{
    return ui->pressed[0] && strcmp(ui->pressed, id) == 0;
}

bool ui_grabbed(const struct ui *ui, const char *id, int *x, int *y)
{
    *x = ui->grab_x;
    *y = ui->grab_y;
    return ui->grabbed && strcmp(ui->pressed, id) == 0;
}

bool ui_dropped(struct ui *ui, const char *id, int *x, int *y)
{
    bool mine = ui->dropped[0] && strcmp(ui->dropped, id) == 0;
    *x = ui->grab_x;
    *y = ui->grab_y;
    if (mine) {
        ui->dropped[0] = '\0';
        ui->again = true;
    }
    return mine;
}

/* ---- drawing ---- */

void ui_fill_rect(struct ui *ui, struct rect r, colour c)
{
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_FILL, .rect = r, .ink = c});
}

void ui_box(struct ui *ui, struct rect r, float radius_dp, colour c, colour edge, float line_dp)
{
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_BOX,
                                        .rect = r,
                                        .ink = c,
                                        .edge = edge,
                                        .radius = ui_px(ui, radius_dp),
                                        .line = ui_px(ui, line_dp)});
}

void ui_dash(struct ui *ui, struct rect r, float radius_dp, colour edge, float line_dp)
{
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_DASH,
                                        .rect = r,
                                        .edge = edge,
                                        .radius = ui_px(ui, radius_dp),
                                        .line = ui_px(ui, line_dp)});
}

void ui_stroke(struct ui *ui, int x, int y, float size_dp, struct shape shape, float line_dp,
               colour c)
{
    int16_t *p = arena_alloc(&ui->frame, shape.count * 2 * sizeof *p);
    float size = (float)ui_px(ui, size_dp);
    for (size_t i = 0; i < shape.count; i++) {
        p[2 * i] = (int16_t)(x + (int)lroundf((float)shape.points[2 * i] * size / 100));
        p[2 * i + 1] = (int16_t)(y + (int)lroundf((float)shape.points[2 * i + 1] * size / 100));
    }
    draw_add(&ui->draws, &(struct draw){.kind = DRAW_STROKE,
                                        .ink = c,
                                        .points = p,
                                        .point_count = shape.count,
                                        .line = ui_px(ui, line_dp)});
}

void ui_fill_shape(struct ui *ui, int x, int y, float size_dp, struct shape shape, colour c)
{
    int size = ui_px(ui, size_dp);
    for (int row = 0; row < size; row++) {
        float at = ((float)row + 0.5f) * 100 / (float)size, crossings[16];
        size_t n = 0;
        for (size_t i = 0; i < shape.count && n < sizeof crossings / sizeof *crossings; i++) {
            const int8_t *a = shape.points + 2 * i, *b = shape.points + 2 * ((i + 1) % shape.count);
            if ((a[1] <= at) != (b[1] <= at)) {
                crossings[n++] = a[0] + (at - a[1]) * (float)(b[0] - a[0]) / (float)(b[1] - a[1]);
            }
        }
        for (size_t i = 0; i < n; i++) { /* sort from left to right */
            for (size_t k = i + 1; k < n; k++) {
                if (crossings[k] < crossings[i]) {
                    float left = crossings[k];
                    crossings[k] = crossings[i];
                    crossings[i] = left;
                }
            }
        }
        for (size_t i = 0; i + 1 < n; i += 2) {
            int from = (int)lroundf(crossings[i] * (float)size / 100);
            int to = (int)lroundf(crossings[i + 1] * (float)size / 100);
            ui_fill_rect(ui, (struct rect){x + from, y + row, to - from, 1}, c);
        }
    }
}

/* ---- typing ---- */

void edit_begin(struct edit *edit, const char *id, const char *text)
{
    edit_end(edit);
    snprintf(edit->id, sizeof edit->id, "%s", id);
    buf_text(&edit->text, text);
    edit->cursor = edit->text.len;
    edit->changed = false;
    edit->shown_len = SIZE_MAX;
}

void edit_end(struct edit *edit)
{
    buf_cut(&edit->text, 0);
    buf_add(&edit->text, "", 0);
    edit->cursor = 0;
    edit->above = edit->below = false;
    edit->by_line = 0;
    edit->id[0] = '\0';
    edit->changed = false;
}

bool edit_is(const struct edit *edit, const char *id)
{
    return strcmp(edit->id, id) == 0;
}

void edit_insert(struct edit *edit, const char *text)
{
    assert(edit->cursor <= edit->text.len);
    struct buf fresh = {0};
    buf_add(&fresh, edit->text.data ? edit->text.data : "", edit->cursor);
    buf_text(&fresh, text);
    size_t cursor = fresh.len;
    if (edit->text.data) {
        buf_add(&fresh, edit->text.data + edit->cursor, edit->text.len - edit->cursor);
    }
    buf_fini(&edit->text);
    edit->text = fresh;
    edit->cursor = cursor;
    edit->changed = true;
    edit->changes++;
}

void edit_backspace(struct edit *edit)
{
    assert(edit->cursor <= edit->text.len);
    if (edit->cursor == 0) {
        return;
    }
    size_t from = text_prev(edit->text.data, edit->cursor);
    memmove(edit->text.data + from, edit->text.data + edit->cursor,
            edit->text.len - edit->cursor + 1);
    edit->text.len -= edit->cursor - from;
    edit->cursor = from;
    edit->changed = true;
    edit->changes++;
}

/* BY code points */
static void edit_move(struct edit *edit, int by)
{
    if (by < 0 && edit->cursor > 0) {
        edit->cursor = text_prev(edit->text.data, edit->cursor);
    } else if (by > 0 && edit->cursor < edit->text.len) {
        text_next(edit->text.data, edit->text.len, &edit->cursor);
    }
}
