/* SPDX-License-Identifier: Apache-2.0 */
/* Places chairs, and draws them. */
#include "app/screens/chairs.h"

#include <math.h>
#include <string.h>

#include "platform/machine/clock.h"

enum {
    CHAIR_DP = 72,
    BENCH_DP = 56,
    CIRCLE_MAX = 8 /* more stand in rows */
};

/* ---- where chairs stand ---- */

struct seats chairs_plan(struct ui *ui, size_t count)
{
    struct seats s = {.d = ui_px(ui, ui->landscape ? CHAIR_DP - 6 : CHAIR_DP)};
    int gap = ui_px(ui, CHAIRS_GAP_DP), line = ui_line(ui, TEXT_BODY_BOLD);
    int least = 2 * line + ui_px(ui, 18); /* the label, the marks, the bar */
    s.d = s.d > least ? s.d : least;
    int low = ui_px(ui, 260); /* room for what stands below */
    int h = ui->at.w < low ? ui->at.w : low;
    bool rows = ui->landscape || count > CIRCLE_MAX || ui->text_scale >= 1.3f || count < 3;
    s.columns = rows ? (ui->at.w + gap) / (s.d + gap) : 0;
    s.columns = rows && s.columns < 1 ? 1 : s.columns;
    int lines = rows ? ((int)count + s.columns - 1) / s.columns : 0;
    s.all = (struct rect){ui->at.x, ui->at.y, ui->at.w, rows ? lines * (s.d + gap) : h};
    return s;
}

struct rect chairs_seat(const struct ui *ui, const struct seats *s, size_t at, size_t count)
{
    int gap = ui_px(ui, CHAIRS_GAP_DP);
    if (s->columns) {
        int row = (int)at / s->columns, column = (int)at % s->columns;
        return (struct rect){s->all.x + column * (s->d + gap), s->all.y + row * (s->d + gap), s->d,
                             s->d};
    }
    double angle = 2 * 3.14159265358979 * (double)at / (double)count;
    double across = (s->all.w - s->d) / 2.0, down = (s->all.h - s->d) / 2.0;
    return (struct rect){s->all.x + (int)(across + across * sin(angle)),
                         s->all.y + (int)(down - down * cos(angle)), s->d, s->d};
}

struct rect chairs_touch(const struct ui *ui, struct rect seat)
{
    int inset = ui_px(ui, 3);
    return (struct rect){seat.x + inset, seat.y + inset, seat.w - 2 * inset, seat.h - 2 * inset};
}

/* ---- a chair ---- */

/* A microphone, and a pair of quotation marks; crossed out where the person did not agree. */
static void draw_mark(struct ui *ui, int x, int y, int size, bool quote, bool agreed, colour c)
{
    static const int8_t body[] = {38, 8, 62, 8, 62, 56, 38, 56},
                        foot[] = {22, 44, 30, 66, 50, 74, 70, 66, 78, 44},
                        stand[] = {50, 74, 50, 94}, cross[] = {8, 92, 92, 8},
                        left[] = {12, 30, 42, 30, 42, 58, 26, 78, 16, 78, 22, 58, 12, 58},
                        right[] = {54, 30, 84, 30, 84, 58, 68, 78, 58, 78, 64, 58, 54, 58};
    float dp = (float)size / (float)ui_px(ui, 1);
    if (quote) {
        ui_fill_shape(ui, x, y, dp, (struct shape){left, 7}, c);
        ui_fill_shape(ui, x, y, dp, (struct shape){right, 7}, c);
    } else {
        ui_fill_shape(ui, x, y, dp, (struct shape){body, 4}, c);
        ui_stroke(ui, x, y, dp, (struct shape){foot, 5}, 1.5f, c);
        ui_stroke(ui, x, y, dp, (struct shape){stand, 2}, 1.5f, c);
    }
    if (!agreed) {
        ui_stroke(ui, x, y, dp, (struct shape){cross, 2}, 2, c);
    }
}

/* How long people spoke from this chair: a bar at its foot. */
static void draw_part(struct ui *ui, struct rect r, const struct chair *c)
{
    int w = r.w / 2, bar = ui_px(ui, 5), y = r.y + r.h - ui_px(ui, 8) - bar * 2;
    struct rect whole = {r.x + (r.w - w) / 2, y, w, bar};
    ui_fill_rect(ui, whole, c->speaks ? ui->theme.ink : ui->theme.line);
    whole.w = w * c->part / 100;
    ui_fill_rect(ui, whole, c->speaks ? ui->theme.on_accent : ui->theme.accent);
}

/* What stands under the label in place of the marks; or NULL. */
static const char *chair_words(struct ui *ui, const struct group_person *p)
{
    return p->refused ? ui_str(ui, S_group_refused)
           : p->fresh ? ui_str(ui, S_group_fresh)
           : p->left  ? ui_str(ui, S_group_left)
                      : NULL;
}

void chairs_draw(struct ui *ui, struct rect r, const struct chair *c)
{
    const struct group_person *p = c->person;
    colour ink = c->speaks               ? ui->theme.on_accent
                 : p->refused || p->left ? ui->theme.soft
                                         : ui->theme.ink;
    int line = ui_line(ui, TEXT_BODY_BOLD), pad = ui_px(ui, 8);
    float round = (float)r.w / 2 / (float)ui_px(ui, 1);
    if (p->refused || p->fresh) {
        ui_dash(ui, r, round, ui->theme.soft, 2);
    } else {
        ui_box(ui, r, round, c->speaks ? ui->theme.accent : ui->theme.paper,
               c->speaks ? ui->theme.accent : ink, 2);
    }
    int y = r.y + r.h / 2 - line;
    struct rect top = {r.x + pad, y, r.w - 2 * pad, line};
    ui_text_centre(ui, top, TEXT_BODY_BOLD, p->label, ink);
    const char *words = chair_words(ui, p);
    int size = ui_line(ui, TEXT_SMALL) * 3 / 4, below = y + line;
    if (words) {
        ui_text_centre(ui, (struct rect){r.x + pad, below, r.w - 2 * pad, ui_line(ui, TEXT_SMALL)},
                       TEXT_SMALL, words, ink);
    } else {
        int x = r.x + r.w / 2 - size - ui_px(ui, 2);
        draw_mark(ui, x, below, size, false, p->sound, ink);
        draw_mark(ui, r.x + r.w / 2 + ui_px(ui, 2), below, size, true, p->quotes, ink);
        if (p->late) { /* a small dot: came later */
            ui_fill_rect(ui,
                         (struct rect){r.x + r.w / 2 + size + ui_px(ui, 5), below + size / 2,
                                       ui_px(ui, 4), ui_px(ui, 4)},
                         ink);
        }
    }
    if (c->part >= 0 && !p->refused && !p->fresh) {
        draw_part(ui, r, c);
    }
}

const struct bench chairs_benches[BENCHES] = {{"silence", TURN_SILENCE, S_group_silence},
                                              {"crosstalk", TURN_CROSSTALK, S_group_crosstalk}};

void chairs_draw_bench(struct ui *ui, struct rect r, const char *words, const struct chair *c)
{
    colour ink = c->speaks ? ui->theme.on_accent : ui->theme.ink;
    int pad = ui_px(ui, 8);
    ui_box(ui, r, 14, c->speaks ? ui->theme.accent : ui->theme.paper,
           c->speaks ? ui->theme.accent : ink, 2);
    struct rect top = {r.x + pad, r.y + pad, r.w - 2 * pad, r.h - ui_px(ui, 30)};
    ui_text_centre(ui, top, TEXT_BODY_BOLD, words, ink);
    draw_part(ui, r, c);
}

void chairs_comings(struct app *app, const struct group_person *people, size_t count)
{
    struct ui *ui = &app->ui;
    for (int left = 0; left < 2; left++) {
        struct buf line = {0};
        for (size_t p = 0; p < count; p++) {
            int64_t ms = left ? people[p].left_ms : people[p].late_ms;
            char iso[64] = "";
            if (!(left ? people[p].left : people[p].late)) {
                continue;
            }
            if (ms) {
                clock_iso(iso, sizeof iso, ms, clock_zone_minutes(ms), false);
            }
            buf_join(&line, line.len ? ", " : "", people[p].label, NULL);
            if (ms) {
                buf_printf(&line, " %.5s", iso + strlen("2026-11-24T"));
            }
        }
        if (line.len) {
            ui_say(ui, TEXT_HINT, ui_fill(ui, left ? S_group_went : S_group_came, line.data, NULL),
                   ui->theme.ink);
            ui_gap(ui, 4);
        }
        buf_fini(&line);
    }
}

void chairs_plan_benches(struct ui *ui, struct rect at[BENCHES])
{
    int gap = ui_px(ui, CHAIRS_GAP_DP), least = ui_px(ui, BENCH_DP), spare = ui->at.w + gap;
    int x = ui->at.x, y = ui->at.y, h = least;
    for (size_t k = 0; k < BENCHES; k++) {
        int words = ui_line_width(ui, TEXT_BODY_BOLD, ui_str(ui, chairs_benches[k].words));
        at[k].w = words + ui_px(ui, 20);
        spare -= at[k].w + gap;
    }
    for (size_t k = 0; k < BENCHES; k++) { /* the words, the bar, their margins */
        at[k].w = spare < 0 ? ui->at.w : at[k].w + spare / BENCHES;
        int words = ui_text_height(ui, at[k].w - ui_px(ui, 16), TEXT_BODY_BOLD,
                                   ui_str(ui, chairs_benches[k].words));
        h = words + ui_px(ui, 30) > h ? words + ui_px(ui, 30) : h;
    }
    for (size_t k = 0; k < BENCHES; k++) {
        at[k] = (struct rect){x, y, at[k].w, h};
        x += spare < 0 ? 0 : at[k].w + gap;
        y += spare < 0 ? h + gap : 0;
    }
    ui->at.y = at[BENCHES - 1].y + h + gap;
}
