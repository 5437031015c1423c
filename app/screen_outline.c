/* SPDX-License-Identifier: Apache-2.0 */
/* Where are we in the form, and what is missing? */
#include <string.h>

#include "app/app.h"

struct section {
    const char *title;
    unsigned questions, answered, missing;
    bool asked, roster;
    struct page first, first_missing; /* .node NULL = none */
};

static void keep_first(struct page *first, const struct page *page)
{
    if (!first->node) {
        *first = *page;
    }
}

static void count_page(struct app *app, struct section *s, const struct page *page)
{
    struct interview *i = app->interview;
    struct arena *arena = &app->ui.frame;
    if (page->kind == PAGE_ROSTER) {
        struct node **entries;
        size_t count;
        session_entries(i->session, arena, page, &entries, &count);
        keep_first(&s->first, page);
        s->roster = true;
        for (size_t e = 0; e < count; e++) {
            struct page *pages;
            size_t n;
            session_pages(i->session, arena, entries[e], &pages, &n);
            for (size_t p = 0; p < n; p++) {
                count_page(app, s, &pages[p]);
            }
        }
        return;
    }
    struct page *fields = (struct page *)page;
    size_t count = 1;
    if (page->kind == PAGE_FIELDS) {
        session_fields(i->session, arena, page, &fields, &count);
    }
    for (size_t f = 0; f < count; f++) {
        struct node *node = fields[f].node;
        if (fields[f].kind == PAGE_ROSTER) {
            count_page(app, s, &fields[f]);
            continue;
        }
        if (node->readonly || node->item->calculate) {
            keep_first(&s->first, page);
            continue;
        }
        s->questions++;
        s->answered += *tree_value(node) != '\0';
        keep_first(&s->first, page);
        if (session_check(i->session, node, NULL) != ANSWER_OK) {
            s->missing++;
            keep_first(&s->first_missing, page);
        }
    }
}

/* Sections by their labels, in order; those that are not asked come from the form itself. */
static size_t gather(struct app *app, struct section *list, size_t most)
{
    struct interview *i = app->interview;
    struct page *pages;
    size_t count, found = 0;
    session_pages(i->session, &app->ui.frame, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        const char *title = interview_section(i, &app->ui.frame, &pages[p]);
        if (!found || strcmp(list[found - 1].title, title) != 0) {
            if (found == most) {
                break;
            }
            memset(&list[found], 0, sizeof *list);
            list[found].title = title;
            list[found++].asked = true;
        }
        count_page(app, &list[found - 1], &pages[p]);
    }
    for (const struct control *c = i->form->body->first; c && found < most; c = c->next) {
        const struct control *g = c;
        for (; g;
             g = g == c ? c->first : g->next) { /* two levels are what people mean by section */
            if (g->kind != CONTROL_GROUP || !g->item || !(g->label.itext || g->label.text)) {
                continue;
            }
            struct buf path = {0};
            buf_text(&path, g->item->path);
            struct node *node = session_find(i->session, path.data);
            buf_fini(&path);
            if (node && !node->active && found < most) {
                memset(&list[found], 0, sizeof *list);
                list[found++].title =
                    session_text(i->session, &app->ui.frame, &g->label, node, FORM_LONG, NULL);
            }
        }
    }
    return found;
}

static void go_to(struct app *app, const struct page *page)
{
    if (page->node) {
        interview_go(app->interview, page);
        app_go(app, SCREEN_INTERVIEW);
        screen_arrive(app);
    }
}

void screen_outline(struct app *app)
{
    enum { MOST = 100, SEARCH_FROM = 10 };
    struct ui *ui = &app->ui;
    struct section *list = arena_alloc(&ui->frame, MOST * sizeof *list);
    size_t count = gather(app, list, MOST);
    unsigned missing = 0;
    struct page first_missing = {.node = NULL};
    int x, y, w;
    for (size_t s = 0; s < count; s++) {
        missing += list[s].missing;
        keep_first(&first_missing, &list[s].first_missing);
    }
    const char *number =
        ui_fill(ui, S_number, arena_printf(&ui->frame, "%03u", app->interview->draft.number), NULL);
    struct header h = {.help = true,
                       .title = ui_str(ui, S_outline_title),
                       .subtitle = number,
                       .left = "back",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, SCREEN_INTERVIEW);
        return;
    }
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), search_bottom(app, ui->h - ui_bar_height(ui)),
                  &x, &y, &w);
    int px = x;
    if (ui_pill(ui, "all", &px, &y, x, x + w, ui_str(ui, S_outline_all), !app->missing_only,
                false)) {
        app->missing_only = false;
    }
    if (ui_pill(ui, "missing", &px, &y, x, x + w,
                ui_fill(ui, S_outline_missing, ui_number(ui, missing), NULL), app->missing_only,
                false)) {
        app->missing_only = true;
    }
    ui_pills_end(ui, &px, &y, x);
    if (count > SEARCH_FROM) {
        search_field(app, "search-sections", x, &y, w);
    }
    const char *needle = search_needle(app, "search-sections");
    for (size_t s = 0; s < count; s++) {
        if ((app->missing_only && !list[s].missing) || !search_finds(app, needle, list[s].title)) {
            continue;
        }
        const char *small = list[s].asked
                                ? ui_fill(ui, S_outline_answered, ui_number(ui, list[s].answered),
                                          ui_number(ui, list[s].questions))
                                : ui_str(ui, S_outline_not_asked);
        bool whole = list[s].answered == list[s].questions;
        char mark = !list[s].asked ? '-' : list[s].missing ? '!' : whole ? '+' : 'o';
        if (list[s].asked && list[s].questions == 0) {
            mark = '+';
        }
        if (ui_row(ui, arena_printf(&ui->frame, "section:%zu", s + 1), x, &y, w, list[s].title,
                   small, mark)) {
            go_to(app, list[s].first_missing.node && app->missing_only ? &list[s].first_missing
                                                                       : &list[s].first);
            return;
        }
    }
    ui_body_end(ui, y);
    if (search_keyboard(app)) {
        return;
    }
    if (missing) {
        if (ui_took(ui, "right")) {
            go_to(app, &first_missing);
            return;
        }
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_outline_to_missing));
    } else {
        if (ui_took(ui, "right")) {
            app_go(app, SCREEN_FINISH);
            return;
        }
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_menu_finish));
    }
}
