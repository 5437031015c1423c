/* SPDX-License-Identifier: Apache-2.0 */
/* Draws chairs, and takes turns. */
#include "app/screens/group.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/interview/interview_group.h"
#include "app/questions/question.h"
#include "app/screens/page.h"
#include "app/screens/roster.h"
#include "app/screens/screen_quote.h"
#include "app/shell/sound.h"
#include "platform/machine/clock.h"

enum {
    CHAIR_DP = 72,
    BENCH_DP = 56,
    GAP_DP = 10,
    CIRCLE_MAX = 8, /* more stand in rows */
    SECOND = 1000
};

/* ---- where chairs stand ---- */

struct seats {
    int d, columns; /* px: of a chair; columns 0: a circle */
    struct rect all;
};

static struct seats plan_seats(struct ui *ui, size_t count)
{
    struct seats s = {.d = ui_px(ui, ui->landscape ? CHAIR_DP - 6 : CHAIR_DP)};
    int gap = ui_px(ui, GAP_DP), line = ui_line(ui, TEXT_BODY_BOLD);
    int least = 2 * line + ui_px(ui, 18); /* the label, the marks, the bar */
    s.d = s.d > least ? s.d : least;
    int low = ui_px(ui, 280); /* room for the pills below */
    int h = ui->at.w < low ? ui->at.w : low;
    bool rows = ui->landscape || count > CIRCLE_MAX || ui->text_scale >= 1.3f || count < 3;
    s.columns = rows ? (ui->at.w + gap) / (s.d + gap) : 0;
    s.columns = rows && s.columns < 1 ? 1 : s.columns;
    int lines = rows ? ((int)count + s.columns - 1) / s.columns : 0;
    s.all = (struct rect){ui->at.x, ui->at.y, ui->at.w, rows ? lines * (s.d + gap) : h};
    return s;
}

static struct rect seat(const struct ui *ui, const struct seats *s, size_t at, size_t count)
{
    int gap = ui_px(ui, GAP_DP);
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

struct chair {
    const struct group_person *person; /* NULL: a chair of nobody's */
    bool speaks;
    int part; /* percent of who spoke most; -1: no bar */
};

/* How long it was spoken from there: a bar at the chair's foot. */
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

static void draw_chair(struct ui *ui, struct rect r, const struct chair *c)
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

/* Silence, and several at once: chairs of nobody's, as wide as their words need. */
static const struct bench {
    const char *id, *who;
    enum string_id words;
} benches[] = {{"silence", TURN_SILENCE, S_group_silence},
               {"crosstalk", TURN_CROSSTALK, S_group_crosstalk}};
enum { BENCHES = sizeof benches / sizeof *benches };

static void draw_bench(struct ui *ui, struct rect r, const char *words, const struct chair *c)
{
    colour ink = c->speaks ? ui->theme.on_accent : ui->theme.ink;
    int pad = ui_px(ui, 8);
    ui_box(ui, r, 14, c->speaks ? ui->theme.accent : ui->theme.paper,
           c->speaks ? ui->theme.accent : ink, 2);
    struct rect top = {r.x + pad, r.y + pad, r.w - 2 * pad, r.h - ui_px(ui, 30)};
    ui_text_centre(ui, top, TEXT_BODY_BOLD, words, ink);
    draw_part(ui, r, c);
}

/* Who came later and who left, with the time. */
static void list_comings(struct app *app, const struct group_person *people, size_t count)
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

/* ---- the round ---- */

bool group_round_is_here(const struct app *app)
{
    const struct page *page = &app->interview->page;
    return page->kind == PAGE_ROSTER && !app->respondent.holds && group_is_round(page->control);
}

bool group_round_as_list(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!group_round_is_here(app)) {
        return true;
    }
    if (ui_pill(ui, "as-list", ui_str(ui, S_group_list), app->view.round_list, false)) {
        app->view.round_list = !app->view.round_list;
        ui->again = true;
    }
    ui_pills_end(ui);
    ui_gap(ui, 8);
    return app->view.round_list;
}

bool group_round_show(struct app *app, struct node *const *entries, size_t count)
{
    struct ui *ui = &app->ui;
    struct group_person *people;
    size_t all = group_people(app->interview, &ui->frame, &people);
    struct seats s = plan_seats(ui, count);
    for (size_t e = 0; e < count; e++) {
        struct chair c = {.part = -1};
        for (size_t p = 0; p < all; p++) {
            c.person = people[p].entry == entries[e] ? &people[p] : c.person;
        }
        struct rect r = seat(ui, &s, e, count);
        const char *id = arena_printf(&ui->frame, "entry:%zu", e + 1);
        if (ui_target(ui, id, ROLE_BUTTON, r)) {
            roster_enter(app, entries[e]);
            return true;
        }
        if (c.person) {
            draw_chair(ui, r, &c);
        }
    }
    ui->at.y += s.all.h + ui_px(ui, 8);
    list_comings(app, people, all);
    return false;
}

bool group_asks_first(struct app *app, const struct node *entry)
{
    const struct interview_turns *t = app->interview->turns;
    struct group_person *people;
    size_t count = group_people(app->interview, &app->ui.frame, &people), turns = 0, quotes = 0;
    bool sure = app->view.remove_sure == entry;
    app->view.remove_sure = entry;
    for (size_t p = 0; p < count; p++) {
        for (size_t k = 0; people[p].entry == entry && t && k < t->count; k++) {
            bool own = strcmp(t->list[k].who, people[p].label) == 0;
            quotes += own && t->list[k].quote;
            turns += own && !t->list[k].quote && !t->list[k].code && !t->list[k].memo;
        }
    }
    if (sure || !(turns + quotes)) {
        app->view.remove_sure = NULL;
        return false;
    }
    app_say_text(app,
                 ui_fill(&app->ui, S_group_remove_sure, ui_number(&app->ui, (long long)turns),
                         ui_number(&app->ui, (long long)quotes)),
                 false);
    app->ui.again = true;
    return true;
}

/* ---- the table ---- */

static struct node *topic_of(struct app *app)
{
    struct node *entry = interview_entry(app->interview);
    const struct control *c = entry && entry->item ? entry->item->control : NULL;
    return c && group_is(c) && !group_is_round(c) ? entry : NULL;
}

/* Whether the page is the first of a topic of a group that has participants. */
static bool is_first_page(struct app *app, const struct node *topic)
{
    struct page *pages;
    size_t count, at;
    struct group_person *people;
    if (!topic || app->respondent.holds || app->interview->page.kind == PAGE_ROSTER) {
        return false;
    }
    interview_pages(app->interview, &app->ui.frame, &pages, &count, &at);
    return at == 0 && group_people(app->interview, &app->ui.frame, &people) > 0;
}

bool group_table_is_here(struct app *app)
{
    const struct node *topic = app->interview ? topic_of(app) : NULL;
    return topic && app->view.table_left != topic && is_first_page(app, topic);
}

bool group_table_left(struct app *app)
{
    if (!group_table_is_here(app)) {
        return false;
    }
    group_ends(app->interview);
    app->view.table_left = topic_of(app);
    app->view.put_right = false;
    app->message.text[0] = '\0'; /* it was about the table */
    app->ui.scroll = 0;
    app->ui.again = true;
    return true;
}

/* The quotes marked in a topic, for the moderator to write down. */
static void list_quotes(struct app *app, const char *path)
{
    struct ui *ui = &app->ui;
    const struct interview_turns *t = app->interview->turns;
    struct buf line = {0};
    for (size_t k = 0; t && k < t->count; k++) {
        if (t->list[k].quote && strcmp(t->list[k].topic, path) == 0) {
            buf_join(&line, line.len ? ", " : "", t->list[k].who, " ",
                     app_sound_time(app, t->list[k].start), NULL);
        }
    }
    if (line.len) {
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_group_quotes, line.data, NULL), ui->theme.ink);
        ui_gap(ui, 6);
    }
    buf_fini(&line);
}

bool group_table_again(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct node *topic = topic_of(app);
    if (!topic || !is_first_page(app, topic)) {
        return false;
    }
    struct buf path = {0};
    session_path(topic, &path);
    buf_add(&path, "", 0);
    list_quotes(app, path.data);
    buf_fini(&path);
    bool hit = ui_pill(ui, "table", ui_str(ui, S_group_table), false, false);
    ui_pills_end(ui);
    if (hit) {
        question_commit_or_keep(app);
        app->view.table_left = NULL;
        edit_end(&ui->edit);
        ui->again = true;
    }
    return hit;
}

void group_watch(struct app *app)
{
    struct interview *i = app->interview;
    bool here = i && app->screen == SCREEN_INTERVIEW && group_table_is_here(app);
    if (i && turns_open(i) && !here && !app->loop.asleep) {
        group_ends(i);
    }
}

void group_arrive(struct app *app)
{
    app->view.put_right = false;
    app->view.remove_sure = NULL;
    app->sheets.quote[0] = '\0';
    if (app->view.table_left && app->view.table_left != topic_of(app)) {
        app->view.table_left = NULL;
    }
    if (turns_open(app->interview) && !group_table_is_here(app)) {
        group_ends(app->interview);
    }
}

int group_timeout(struct app *app)
{
    return app->interview && app->screen == SCREEN_INTERVIEW && turns_open(app->interview) ? SECOND
                                                                                           : -1;
}

/* A chair or a pill was tapped. */
static void speaks(struct app *app, struct node *topic, const char *who)
{
    struct interview *i = app->interview;
    if (app->view.put_right && turns_right(i, clock_mono_ms())) {
        if (!group_puts_right(i, who)) {
            bool person = strcmp(who, TURN_SILENCE) != 0 && strcmp(who, TURN_CROSSTALK) != 0 &&
                          strcmp(who, TURN_PAUSE) != 0;
            app_say_text(app,
                         person ? ui_fill(&app->ui, S_group_no_quote, who, NULL)
                                : ui_str(&app->ui, S_group_quote_whom),
                         false);
        }
    } else {
        group_speaks(i, topic, who);
    }
    app->view.put_right = false;
    app->ui.again = true;
}

/* The topic's wording, the text of its first question, and its probes, that question's guidance. */
static void show_wording(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct page *fields = &i->page;
    size_t count = 1;
    bool fallback = false, probes_fallback = false;
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &ui->frame, &i->page, &fields, &count);
    }
    if (count) {
        ui_say_rich(ui, TEXT_HEADING,
                    session_text(i->session, &ui->frame, &fields[0].control->label, fields[0].node,
                                 FORM_LONG, &fallback),
                    ui->theme.ink);
        question_note(app, question_guidance(app, &fields[0], &probes_fallback));
        question_fallback(app, fallback || probes_fallback);
    }
    ui_gap(ui, 8);
}

/* Who speaks, and since when: in the circle's middle, or above the rows. */
static void show_speaker(struct app *app, const struct seats *s, const struct turn *open)
{
    struct ui *ui = &app->ui;
    static const struct {
        const char *who;
        enum string_id words;
    } others[] = {{TURN_SILENCE, S_group_silence},
                  {TURN_CROSSTALK, S_group_crosstalk},
                  {TURN_PAUSE, S_sound_pause}};
    const char *who = open ? open->who : ui_str(ui, S_group_tap);
    for (size_t k = 0; open && k < sizeof others / sizeof *others; k++) {
        who = strcmp(open->who, others[k].who) == 0 ? ui_str(ui, others[k].words) : who;
    }
    const char *time = open ? app_sound_time(app, clock_mono_ms() - open->since) : "";
    int line = ui_line(ui, TEXT_HEADING);
    if (!s->columns) {
        int inset = s->d + ui_px(ui, 8), top = s->all.y + s->all.h / 2 - line;
        struct rect r = {s->all.x + inset, top, s->all.w - 2 * inset, 2 * line};
        ui_text_centre(ui, r, open ? TEXT_HEADING : TEXT_SMALL,
                       *time ? arena_printf(&ui->frame, "%s %s", who, time) : who, ui->theme.ink);
    } else {
        ui_say(ui, TEXT_BODY_BOLD, *time ? arena_printf(&ui->frame, "%s %s", who, time) : who,
               ui->theme.ink);
        ui_gap(ui, 6);
    }
}

/* Where the benches stand: beside each other, as wide as their words ask; below each other where
 * the page is too narrow for both. */
static void plan_benches(struct ui *ui, struct rect at[BENCHES])
{
    int gap = ui_px(ui, GAP_DP), least = ui_px(ui, BENCH_DP), spare = ui->at.w + gap;
    int x = ui->at.x, y = ui->at.y, h = least;
    for (size_t k = 0; k < BENCHES; k++) {
        int words = ui_line_width(ui, TEXT_BODY_BOLD, ui_str(ui, benches[k].words));
        at[k].w = words + ui_px(ui, 20);
        spare -= at[k].w + gap;
    }
    for (size_t k = 0; k < BENCHES; k++) { /* the words, the bar, their margins */
        at[k].w = spare < 0 ? ui->at.w : at[k].w + spare / BENCHES;
        int words = ui_text_height(ui, at[k].w - ui_px(ui, 16), TEXT_BODY_BOLD,
                                   ui_str(ui, benches[k].words));
        h = words + ui_px(ui, 30) > h ? words + ui_px(ui, 30) : h;
    }
    for (size_t k = 0; k < BENCHES; k++) {
        at[k] = (struct rect){x, y, at[k].w, h};
        x += spare < 0 ? 0 : at[k].w + gap;
        y += spare < 0 ? h + gap : 0;
    }
    ui->at.y = at[BENCHES - 1].y + h + gap;
}

/* Returns who was tapped. */
static const char *show_benches(struct app *app, const char *path, const struct turn *open,
                                int64_t now, int64_t most)
{
    struct ui *ui = &app->ui;
    struct rect at[BENCHES];
    const char *tapped = NULL;
    plan_benches(ui, at);
    for (size_t k = 0; k < BENCHES; k++) {
        int64_t ms = turns_spoken(app->interview, path, benches[k].who, now);
        struct chair c = {.speaks = open && strcmp(open->who, benches[k].who) == 0,
                          .part = (int)(ms * 100 / most)};
        draw_bench(ui, at[k], ui_str(ui, benches[k].words), &c);
        if (ui_target(ui, benches[k].id, ROLE_BUTTON, at[k])) {
            tapped = benches[k].who;
        }
    }
    return tapped;
}

static void show_chairs(struct app *app, struct node *topic, const char *path,
                        const struct turn *open)
{
    struct ui *ui = &app->ui;
    struct group_person *people;
    int64_t now = clock_mono_ms(), most = 1;
    size_t count = group_people(app->interview, &ui->frame, &people);
    for (size_t p = 0; p < count + BENCHES; p++) {
        const char *who = p < count ? people[p].label : benches[p - count].who;
        int64_t ms = turns_spoken(app->interview, path, who, now);
        most = ms > most ? ms : most;
    }
    struct seats s = plan_seats(ui, count);
    show_speaker(app, &s, open);
    s = s.columns ? plan_seats(ui, count) : s; /* the rows begin below it */
    const char *tapped = NULL; /* afterwards: a turn that begins may move the others in memory */
    for (size_t p = 0; p < count; p++) {
        int64_t ms = turns_spoken(app->interview, path, people[p].label, now);
        struct chair c = {.person = &people[p],
                          .speaks = open && strcmp(open->who, people[p].label) == 0,
                          .part = (int)(ms * 100 / most)};
        struct rect r = seat(ui, &s, p, count);
        bool may = !people[p].refused && !people[p].fresh && *people[p].label;
        draw_chair(ui, r, &c);
        if (may && ui_target(ui, arena_printf(&ui->frame, "chair:%zu", p + 1), ROLE_BUTTON, r)) {
            tapped = people[p].label;
        }
    }
    ui->at.y = s.all.y + s.all.h + ui_px(ui, s.columns ? 0 : GAP_DP);
    const char *bench = show_benches(app, path, open, now, most);
    tapped = tapped ? tapped : bench;
    if (tapped) {
        speaks(app, topic, tapped);
    }
}

static void note_words(struct app *app, const struct node *words)
{
    struct buf path = {0};
    buf_add(&path, "", 0);
    if (words) {
        session_path(words, &path);
    }
    snprintf(app->sheets.quote, sizeof app->sheets.quote, "%s", path.data);
    buf_fini(&path);
}

/* Marks that the one who speaks said what is worth quoting; refused without the person's consent.
 * The form's own entry for it waits for the words. */
static void quote(struct app *app, struct node *topic, const struct turn *open)
{
    struct ui *ui = &app->ui;
    struct group_person *people;
    size_t count = group_people(app->interview, &ui->frame, &people);
    ui->again = true;
    for (size_t p = 0; open && p < count; p++) {
        if (strcmp(people[p].label, open->who) == 0) {
            if (!people[p].quotes) {
                app_say_text(app, ui_fill(ui, S_group_no_quote, people[p].label, NULL), false);
                return;
            }
            const char *time = app_sound_time(
                app, turns_spoken(app->interview, open->topic, NULL, clock_mono_ms()));
            const char *label = arena_text(&ui->frame, people[p].label);
            note_words(app, group_quotes(app->interview, topic, label));
            app_say_text(app, ui_fill(ui, S_group_quoted, label, time), true);
            return;
        }
    }
    app_say(app, S_group_quote_whom);
}

/* A pause, a quote, and putting the last turn right. */
static void show_acts(struct app *app, struct node *topic, const struct turn *open)
{
    struct ui *ui = &app->ui;
    bool pauses = open && strcmp(open->who, TURN_PAUSE) == 0;
    bool paused = ui_pill(ui, "break", ui_str(ui, S_sound_pause), pauses, false);
    bool quoted = ui_pill(ui, "quote", ui_str(ui, S_group_quote), false, false);
    if (turns_right(app->interview, clock_mono_ms()) &&
        ui_pill(ui, "put-right", ui_str(ui, S_group_put_right), app->view.put_right, true)) {
        app->view.put_right = !app->view.put_right;
        ui->again = true;
    }
    ui_pills_end(ui);
    if (paused) {
        speaks(app, topic, TURN_PAUSE);
    } else if (quoted) {
        quote(app, topic, open);
    }
}

/* The topic's codes; each tap marks that it was named. */
static void show_codes(struct app *app, struct node *topic)
{
    struct ui *ui = &app->ui;
    struct group_code *codes;
    size_t count = group_codes(app->interview, &ui->frame, topic, &codes);
    struct err err = {0};
    for (size_t c = 0; c < count; c++) {
        const char *text = codes[c].said > 1
                               ? arena_printf(&ui->frame, "%s · %zu", codes[c].label, codes[c].said)
                               : codes[c].label;
        if (ui_pill(ui, arena_printf(&ui->frame, "code:%s", codes[c].value), text, codes[c].chosen,
                    true)) {
            const struct turn *open = turns_open(app->interview);
            const char *who = open ? arena_text(&ui->frame, open->who) : "–"; /* it may move */
            if (group_names(app->interview, topic, codes[c].value, &err) != ANSWER_OK) {
                app_say(app, S_group_no_code);
            } else {
                app_say_text(app, ui_fill(ui, S_group_coded, codes[c].label, who), true);
            }
            ui->again = true;
            break;
        }
    }
    ui_pills_end(ui);
}

/* The words of the quote marked last can be typed now, or at the topic's end. */
static void show_words(struct app *app)
{
    struct ui *ui = &app->ui;
    struct node *words =
        *app->sheets.quote ? session_find(app->interview->session, app->sheets.quote) : NULL;
    if (words && !*tree_value(words) &&
        ui_pill(ui, "words", ui_str(ui, S_group_write_words), false, false)) {
        quote_open(app, words);
    }
    ui_pills_end(ui);
}

void group_table_show(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct node *topic = topic_of(app);
    const struct turn *open = turns_open(i);
    struct buf path = {0};
    session_path(topic, &path);
    buf_add(&path, "", 0);
    show_wording(app);
    show_chairs(app, topic, path.data, open);
    show_acts(app, topic, turns_open(i)); /* anew: a tap may have begun one */
    app_message(app);                     /* here, so that no chair moves under the finger */
    show_words(app);
    show_codes(app, topic);
    int64_t all = turns_spoken(i, path.data, NULL, clock_mono_ms());
    ui_say(ui, TEXT_HINT, ui_fill(ui, S_group_time, app_sound_time(app, all), NULL),
           ui->theme.soft);
    ui_gap(ui, 4);
    struct group_person *people;
    size_t count = group_people(i, &ui->frame, &people);
    list_comings(app, people, count);
    buf_fini(&path);
}
