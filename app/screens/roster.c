/* SPDX-License-Identifier: Apache-2.0 */
/* Rosters: names of entries, what they lack; adding and removing them. */
#include "app/screens/roster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_group.h"
#include "app/questions/question.h"
#include "app/screens/group.h"
#include "app/screens/page.h"
#include "platform/machine/text.h"

/* All questions asked in an entry, on all its pages. */
static void entry_questions(struct app *app, struct node *entry, struct page **all, size_t *count)
{
    struct session *s = app->interview->session;
    struct arena *arena = &app->ui.frame;
    struct page *pages, *fields, *list = NULL;
    size_t page_count, n;
    *count = 0;
    session_pages(s, arena, entry, &pages, &page_count);
    for (size_t p = 0; p < page_count; p++) {
        fields = &pages[p];
        n = 1;
        if (pages[p].kind == PAGE_FIELDS) {
            session_fields(s, arena, &pages[p], &fields, &n);
        }
        for (size_t f = 0; f < n; f++) {
            if (fields[f].kind == PAGE_QUESTION) {
                list = mem_grow(list, *count + 1, sizeof *list);
                list[(*count)++] = fields[f];
            }
        }
    }
    *all = arena_alloc(arena, (*count + 1) * sizeof **all);
    if (*count) {
        memcpy(*all, list, *count * sizeof *list);
    }
    free(list);
}

/* The entry's first answers, to recognise it by; "" if it has none. A limited number of
 * them; the answer to `but` is left out. */
static const char *entry_words(struct app *app, const struct page *all, size_t count, size_t max,
                               const struct node *but)
{
    struct buf line = {0};
    size_t parts = 0;
    for (size_t q = 0; q < count && parts < max; q++) {
        const struct control *c = all[q].control;
        if (*tree_value(all[q].node) && c->kind != CONTROL_TRIGGER && !question_is_secret(c) &&
            all[q].node != but) {
            buf_text(&line, parts++ ? " · " : "");
            buf_text(&line, question_value(app, &all[q]));
        }
    }
    const char *text = arena_text(&app->ui.frame, line.data ? line.data : "");
    buf_fini(&line);
    return text;
}

/* The kind of entry ("Trip"): the label of the group that contains all of it, or of the
 * repeat, if that label is a short name. NULL: neither is. */
static const char *entry_kind(struct app *app, const struct control *repeat, struct node *node)
{
    enum { SHORT = 24 };
    const struct control *inner = repeat->first;
    const struct control *named[] = {
        inner && inner->kind == CONTROL_GROUP && !inner->next ? inner : repeat, repeat};
    for (size_t n = 0; n < sizeof named / sizeof *named; n++) {
        const char *label =
            ui_plain(&app->ui, session_text(app->interview->session, &app->ui.frame,
                                            &named[n]->label, node, FORM_LONG, NULL));
        if (*label && text_count(label, strlen(label)) <= SHORT && !strpbrk(label, "?.!:,;")) {
            return label;
        }
    }
    return NULL;
}

/* "Trip 2", or "Entry 2"; a participant's label, which is no number of its place. */
const char *roster_entry_number(struct app *app, struct node *entry)
{
    struct ui *ui = &app->ui;
    if (*group_label(entry)) {
        return group_label(entry);
    }
    const char *number = ui_number(ui, tree_position(entry));
    const char *kind = entry_kind(app, entry->item->control, entry->parent);
    return kind ? ui_fill(ui, S_roster_named, kind, number)
                : ui_fill(ui, S_roster_entry, number, NULL);
}

/* Describes an entry in one row: its first answers or its number; empty, or how many answers
 * are missing; and its mark. */
static void describe(struct app *app, struct node *entry, const char **title, const char **small,
                     char *mark)
{
    struct ui *ui = &app->ui;
    struct page *all;
    size_t count, missing = 0;
    bool any = false;
    entry_questions(app, entry, &all, &count);
    for (size_t q = 0; q < count; q++) {
        missing += session_check(app->interview->session, all[q].node, NULL) != ANSWER_OK;
        any = any || (*tree_value(all[q].node) && all[q].control->kind != CONTROL_TRIGGER);
    }
    const char *words = entry_words(app, all, count, 3, NULL), *label = group_label(entry);
    *title = !*words  ? roster_entry_number(app, entry)
             : *label ? arena_join(&ui->frame, label, " · ", words, NULL)
                      : words;
    *small = !any      ? ui_str(ui, S_roster_empty)
             : missing ? ui_fill(ui, S_roster_missing, ui_number(ui, (long long)missing), NULL)
                       : "";
    *mark = !any ? 'o' : missing ? '!' : '+';
}

const char *roster_entry_name(struct app *app, struct node *entry, const struct node *but)
{
    struct ui *ui = &app->ui;
    struct page *all;
    size_t count;
    entry_questions(app, entry, &all, &count);
    const char *words = entry_words(app, all, count, 1, but);
    const char *name = roster_entry_number(app, entry);
    name = *words ? arena_printf(&ui->frame, "%s · %s", name, words) : name;
    struct node *outer = session_entry_of(entry); /* within which entry */
    return outer ? arena_printf(&ui->frame, "%s › %s", roster_entry_name(app, outer, but), name)
                 : name;
}

/* Blank entries hold the page once, with a message; a second tap leaves it. */
bool roster_holds(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct node **entries;
    size_t count, blank = 0;
    if (i->page.kind != PAGE_ROSTER || app->view.blanks_told) {
        return false;
    }
    session_entries(i->session, &ui->frame, &i->page, &entries, &count);
    for (size_t e = 0; e < count; e++) {
        const char *title, *small;
        char mark;
        describe(app, entries[e], &title, &small, &mark);
        blank += mark == 'o';
    }
    app->view.blanks_told = blank > 0;
    if (blank) {
        const char *number = ui_number(ui, (long long)blank);
        app_say_text(app, ui_fill(ui, S_roster_blank, number, NULL), false);
        ui->again = true;
    }
    return blank > 0;
}

void roster_enter(struct app *app, struct node *entry)
{
    struct page *pages;
    size_t count;
    session_pages(app->interview->session, &app->ui.frame, entry, &pages, &count);
    if (count) {
        interview_go(app->interview, &pages[0]);
        page_arrive(app);
    }
}

void roster_remove(struct app *app, struct node *entry)
{
    struct err err = {0};
    if (group_asks_first(app, entry) || group_empties_chair(app, entry)) {
        return;
    }
    if (interview_remove(app->interview, entry, &err)) {
        app->view.removed_notice = true;
    } else {
        app_trouble(app, &err);
    }
}

/* The cross right of an entry, which stands in R.  True: the entry was removed, or could not be. */
static bool remove_cross(struct app *app, struct node *entry, size_t e, struct rect r)
{
    static const int8_t cross_a[] = {25, 25, 75, 75}, cross_b[] = {75, 25, 25, 75};
    struct ui *ui = &app->ui;
    if (ui_target(ui, arena_printf(&ui->frame, "remove:%zu", e + 1), ROLE_ICON, r)) {
        roster_remove(app, entry);
        return true;
    }
    float dp = ui_mark_dp(ui);
    int x = r.x + (r.w - ui_px(ui, dp)) / 2, y = r.y + (r.h - ui_px(ui, dp)) / 2;
    ui_stroke(ui, x, y, dp, (struct shape){cross_a, 2}, 2, ui->theme.soft);
    ui_stroke(ui, x, y, dp, (struct shape){cross_b, 2}, 2, ui->theme.soft);
    return false;
}

/* The entries; of a repeat whose count the form fixes none can be removed.  True: one was
 * tapped. */
static bool show_entries(struct app *app, struct node *const *entries, size_t count, bool fixed)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w, erase_w = ui_px(ui, 48);
    for (size_t e = 0; e < count; e++) {
        const char *title, *small;
        char mark;
        int top = ui->at.y;
        describe(app, entries[e], &title, &small, &mark);
        ui->at.w = fixed ? w : w - erase_w;
        bool hit = ui_row(ui, arena_printf(&ui->frame, "entry:%zu", e + 1), title, small, mark);
        ui->at.w = w;
        if (hit) {
            roster_enter(app, entries[e]);
            return true;
        }
        struct rect r = {x + w - erase_w, top, erase_w, ui->at.y - top};
        if (!fixed && remove_cross(app, entries[e], e, r)) {
            return true;
        }
    }
    return false;
}

bool roster_offer_undo(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    if (!app->view.removed_notice || !session_can_restore(app->interview->session)) {
        return false;
    }
    ui_gap(ui, 8);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_roster_removed), ui->theme.soft);
    if (ui_pill(ui, "undo", ui_str(ui, S_undo), false, false)) {
        if (!interview_restore(app->interview, &err)) {
            app_trouble(app, &err);
        }
        app->view.removed_notice = false;
        return true;
    }
    ui_pills_end(ui);
    return false;
}

const char *roster_add_words(struct app *app, const struct page *roster)
{
    struct ui *ui = &app->ui;
    const char *kind = entry_kind(app, roster->control, roster->node);
    return arena_printf(&ui->frame, "+ %s",
                        kind ? ui_fill(ui, S_roster_add_named, kind, NULL)
                             : ui_str(ui, S_roster_add));
}

void roster_show(struct app *app)
{
    assert(app->interview->page.kind == PAGE_ROSTER);
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct page roster = i->page;
    struct node **entries;
    size_t count;
    struct err err = {0};
    bool fallback = false, fixed = roster.control->item->fixed;
    const char *label = session_text(i->session, &ui->frame, &roster.control->label, roster.node,
                                     FORM_LONG, &fallback);
    ui_say_rich(ui, TEXT_QUESTION, label, ui->theme.ink);
    question_fallback(app, fallback);
    ui_gap(ui, 12);
    session_entries(i->session, &ui->frame, &roster, &entries, &count);
    bool left = group_round_as_list(app) ? show_entries(app, entries, count, fixed)
                                         : group_round_show(app, entries, count);
    if (left || roster_offer_undo(app)) {
        return;
    }
    ui_gap(ui, 14);
    if (!fixed && ui_wide_button(ui, "add", roster_add_words(app, &roster), false)) {
        struct node *entry;
        if (interview_add(i, &roster, &entry, &err)) {
            roster_enter(app, entry);
        } else {
            app_trouble(app, &err);
        }
    }
}
