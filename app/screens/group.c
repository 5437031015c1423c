/* SPDX-License-Identifier: Apache-2.0 */
/* The round, and the table where turns are taken. */
#include "app/screens/group.h"

#include <stdio.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/screens/chairs.h"
#include "app/screens/page.h"
#include "app/screens/roster.h"
#include "app/screens/screen_quote.h"
#include "app/shell/sound.h"
#include "platform/machine/clock.h"

enum { SECOND = 1000, QUOTE_DP = 48 };

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
    struct seats s = chairs_plan(ui, count);
    for (size_t e = 0; e < count; e++) {
        struct chair c = {.part = -1};
        for (size_t p = 0; p < all; p++) {
            c.person = people[p].entry == entries[e] ? &people[p] : c.person;
        }
        struct rect r = chairs_seat(ui, &s, e, count);
        const char *id = arena_printf(&ui->frame, "entry:%zu", e + 1);
        if (ui_target(ui, id, ROLE_BUTTON, chairs_touch(ui, r))) {
            roster_enter(app, entries[e]);
            return true;
        }
        if (c.person) {
            chairs_draw(ui, r, &c);
        }
    }
    ui->at.y += s.all.h + ui_px(ui, 8);
    chairs_comings(app, people, all);
    return false;
}

/* The turns and quotes of an entry's person. */
static size_t marked(struct app *app, const struct node *entry, size_t *turns, size_t *quotes)
{
    const struct interview_turns *t = app->interview->turns;
    const char *label = group_label(entry);
    *turns = *quotes = 0;
    for (size_t k = 0; *label && t && k < t->count; k++) {
        bool own = !t->list[k].was && strcmp(t->list[k].who, label) == 0;
        *quotes += own && t->list[k].quote;
        *turns += own && !t->list[k].quote && !t->list[k].code && !t->list[k].memo;
    }
    return *turns + *quotes;
}

bool group_asks_first(struct app *app, const struct node *entry)
{
    size_t turns, quotes;
    bool sure = app->view.remove_sure == entry;
    app->view.remove_sure = entry;
    if (sure || !marked(app, entry, &turns, &quotes)) {
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

bool group_empties_chair(struct app *app, struct node *entry)
{
    struct err err = {0};
    size_t turns, quotes;
    struct node *take = group_takes_part(entry);
    if (!take || !marked(app, entry, &turns, &quotes) ||
        interview_answer(app->interview, take, "no", &err) != ANSWER_OK) {
        return false;
    }
    app_say_text(app, ui_fill(&app->ui, S_group_emptied, group_label(entry), NULL), true);
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

/* The topic's number and wording, the text of its first question, and its probes, that question's
 * guidance. */
static void show_wording(struct app *app, const struct node *topic)
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
        const char *label = session_text(i->session, &ui->frame, &fields[0].control->label,
                                         fields[0].node, FORM_LONG, &fallback);
        const char *number = ui_number(ui, tree_position(topic));
        ui_say_rich(ui, TEXT_HEADING, arena_join(&ui->frame, number, ". ", label, NULL),
                    ui->theme.ink);
        question_note(app, question_guidance(app, &fields[0], &probes_fallback));
        question_fallback(app, fallback || probes_fallback);
    }
    ui_gap(ui, 8);
}

/* The circle's middle: between the chairs at its sides, and clear of those above and below. */
static struct rect quote_place(struct ui *ui, const struct seats *s)
{
    int w = ui_px(ui, 132), h = ui_px(ui, QUOTE_DP);
    return (struct rect){s->all.x + (s->all.w - w) / 2, s->all.y + (s->all.h - h) / 2, w, h};
}

/* Who speaks, and since when: in the circle's middle, or above the rows. */
static void show_speaker(struct app *app, const struct seats *s, const struct turn *open)
{
    struct ui *ui = &app->ui;
    const char *who = open ? open->who : ui_str(ui, S_group_tap);
    for (size_t k = 0; open && k < BENCHES; k++) {
        bool bench = strcmp(open->who, chairs_benches[k].who) == 0;
        who = bench ? ui_str(ui, chairs_benches[k].words) : who;
    }
    who = open && strcmp(open->who, TURN_PAUSE) == 0 ? ui_str(ui, S_sound_pause) : who;
    const char *time = open ? app_sound_time(app, clock_mono_ms() - open->since) : "";
    const char *words = *time ? arena_printf(&ui->frame, "%s %s", who, time) : who;
    if (!s->columns) {
        struct rect r = quote_place(ui, s);
        int w = ui_px(ui, 116), line = ui_line(ui, TEXT_BODY_BOLD);
        if (open) { /* one line: a bench that speaks says so itself */
            r = (struct rect){r.x + (r.w - w) / 2, r.y - line - ui_px(ui, 8), w, line};
            ui_text_centre(ui, r, TEXT_BODY_BOLD, who == open->who ? words : time, ui->theme.ink);
        } else {
            int h = 2 * r.h;
            r = (struct rect){r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h};
            ui_text_centre(ui, r, TEXT_SMALL, words, ui->theme.ink);
        }
    } else {
        ui_say(ui, TEXT_BODY_BOLD, words, ui->theme.ink);
        ui_gap(ui, 6);
    }
}

/* In the circle's middle, where it is always in sight.  True: it was tapped. */
static bool show_quote(struct ui *ui, const struct seats *s)
{
    struct rect r = quote_place(ui, s);
    int pad = ui_px(ui, 8);
    bool hit = ui_target(ui, "quote", ROLE_PILL, r);
    ui_box(ui, r, QUOTE_DP / 2.0f, ui_pressed(ui, "quote") ? ui->theme.tint : ui->theme.paper,
           ui->theme.soft, 1.5f);
    ui_text_centre(ui, (struct rect){r.x + pad, r.y, r.w - 2 * pad, r.h}, TEXT_HINT,
                   ui_str(ui, S_group_quote), ui->theme.ink);
    return hit;
}

/* Returns who was tapped. */
static const char *show_benches(struct app *app, const char *path, const struct turn *open,
                                int64_t now, int64_t most)
{
    struct ui *ui = &app->ui;
    struct rect at[BENCHES];
    const char *tapped = NULL;
    chairs_plan_benches(ui, at);
    for (size_t k = 0; k < BENCHES; k++) {
        int64_t ms = turns_spoken(app->interview, path, chairs_benches[k].who, now);
        struct chair c = {.speaks = open && strcmp(open->who, chairs_benches[k].who) == 0,
                          .part = (int)(ms * 100 / most)};
        chairs_draw_bench(ui, at[k], ui_str(ui, chairs_benches[k].words), &c);
        if (ui_target(ui, chairs_benches[k].id, ROLE_BUTTON, at[k])) {
            tapped = chairs_benches[k].who;
        }
    }
    return tapped;
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

/* A pause, putting the last turn right, and a quote, unless that is in the circle. */
static void show_acts(struct app *app, struct node *topic, const struct turn *open, bool quotes)
{
    struct ui *ui = &app->ui;
    bool pauses = open && strcmp(open->who, TURN_PAUSE) == 0;
    bool paused = ui_pill(ui, "break", ui_str(ui, S_sound_pause), pauses, false);
    bool quoted = quotes && ui_pill(ui, "quote", ui_str(ui, S_group_quote), false, false);
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

static void show_chairs(struct app *app, struct node *topic, const char *path,
                        const struct turn *open)
{
    struct ui *ui = &app->ui;
    struct group_person *people;
    int64_t now = clock_mono_ms(), most = 1;
    size_t count = group_people(app->interview, &ui->frame, &people);
    for (size_t p = 0; p < count + BENCHES; p++) {
        const char *who = p < count ? people[p].label : chairs_benches[p - count].who;
        int64_t ms = turns_spoken(app->interview, path, who, now);
        most = ms > most ? ms : most;
    }
    struct seats s = chairs_plan(ui, count);
    show_speaker(app, &s, open);
    s = s.columns ? chairs_plan(ui, count) : s; /* the rows begin below it */
    const char *tapped = NULL; /* afterwards: a turn that begins may move the others in memory */
    for (size_t p = 0; p < count; p++) {
        int64_t ms = turns_spoken(app->interview, path, people[p].label, now);
        struct chair c = {.person = &people[p],
                          .speaks = open && strcmp(open->who, people[p].label) == 0,
                          .part = (int)(ms * 100 / most)};
        struct rect r = chairs_seat(ui, &s, p, count);
        bool may = !people[p].refused && !people[p].fresh && *people[p].label;
        chairs_draw(ui, r, &c);
        if (may && ui_target(ui, arena_printf(&ui->frame, "chair:%zu", p + 1), ROLE_BUTTON,
                             chairs_touch(ui, r))) {
            tapped = people[p].label;
        }
    }
    bool circle = !s.columns, quoted = circle && open && show_quote(ui, &s);
    ui->at.y = s.all.y + s.all.h + ui_px(ui, circle ? CHAIRS_GAP_DP : 0);
    if (quoted) {
        quote(app, topic, open);
    }
    if (!circle) { /* first what is needed at once */
        show_acts(app, topic, open, true);
    }
    const char *bench = show_benches(app, path, turns_open(app->interview), now, most);
    tapped = tapped ? tapped : bench;
    if (tapped) {
        speaks(app, topic, tapped);
    }
    if (circle) {
        show_acts(app, topic, turns_open(app->interview), false);
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
    show_wording(app, topic);
    show_chairs(app, topic, path.data, open);
    app_message(app); /* here, so that no chair moves under the finger */
    show_words(app);
    show_codes(app, topic);
    int64_t all = turns_spoken(i, path.data, NULL, clock_mono_ms());
    ui_say(ui, TEXT_HINT, ui_fill(ui, S_group_time, app_sound_time(app, all), NULL),
           ui->theme.soft);
    ui_gap(ui, 4);
    struct group_person *people;
    size_t count = group_people(i, &ui->frame, &people);
    chairs_comings(app, people, count);
    buf_fini(&path);
}
