/* SPDX-License-Identifier: Apache-2.0 */
/* The outline: sections and questions of the form, with what is missing. */
#include "app/screens/screen_outline.h"

#include <assert.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/page.h"
#include "app/screens/roster.h"
#include "app/shell/sound.h"
#include "app/shell/search.h"
#include "app/questions/question.h"

enum { SECTIONS = 100, SHOWN = 200, SEARCH_FROM = 10 };

struct section {
    const char *title;
    unsigned questions, answered;
    bool asked, fallback;
    struct page first; /* first.node NULL: none */
};
struct leaf { /* one question */
    size_t section;
    struct page page; /* the page that asks it */
    struct page question;
    bool answered, missing, doubtful;
};
struct outline {
    struct section list[SECTIONS];
    size_t count;
    struct leaf *leaves;
    size_t leaf_count, leaf_room;
    unsigned missing, doubtful, open;
};

static void add_leaf(struct app *app, struct outline *o, const struct page *page,
                     const struct page *question)
{
    if (o->leaf_count == o->leaf_room) {
        o->leaf_room = o->leaf_room ? o->leaf_room * 2 : 64;
        struct leaf *more = arena_alloc(&app->ui.frame, o->leaf_room * sizeof *more);
        if (o->leaf_count) {
            memcpy(more, o->leaves, o->leaf_count * sizeof *more);
        }
        o->leaves = more;
    }
    struct leaf *l = &o->leaves[o->leaf_count++];
    struct section *s = &o->list[o->count - 1];
    *l = (struct leaf){.section = o->count - 1, .page = *page, .question = *question};
    l->answered = *tree_value(question->node) != '\0';
    const char *waits = interview_typed(app->interview, question->node);
    l->missing = (waits && *waits) ||
                 session_check(app->interview->session, question->node, NULL) != ANSWER_OK;
    l->doubtful = session_is_doubtful(question->node);
    s->questions++;
    s->answered += l->answered;
    o->missing += l->missing;
    o->doubtful += l->doubtful;
    o->open += !l->answered;
}

static void count_page(struct app *app, struct outline *o, const struct page *page)
{
    struct interview *i = app->interview;
    struct arena *arena = &app->ui.frame;
    struct section *s = &o->list[o->count - 1];
    if (!s->first.node) {
        s->first = *page;
    }
    if (page->kind == PAGE_ROSTER) {
        struct node **entries;
        size_t count;
        session_entries(i->session, arena, page, &entries, &count);
        for (size_t e = 0; e < count; e++) {
            struct page *pages;
            size_t n;
            session_pages(i->session, arena, entries[e], &pages, &n);
            for (size_t p = 0; p < n; p++) {
                count_page(app, o, &pages[p]);
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
        if (fields[f].kind == PAGE_ROSTER) {
            count_page(app, o, &fields[f]);
        } else if (question_is_asked(fields[f].node)) {
            add_leaf(app, o, page, &fields[f]);
        }
    }
}

/* Collects sections by label, in order; then, from the form itself, sections that are not
 * asked. */
static void gather(struct app *app, struct outline *o)
{
    struct interview *i = app->interview;
    struct page *pages;
    size_t count;
    session_pages(i->session, &app->ui.frame, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        bool fallback;
        const char *title =
            ui_plain(&app->ui, interview_section(i, &app->ui.frame, &pages[p], &fallback));
        if (!o->count || strcmp(o->list[o->count - 1].title, title) != 0) {
            if (o->count < SECTIONS) { /* the last one takes all further pages */
                o->list[o->count++] =
                    (struct section){.title = title, .asked = true, .fallback = fallback};
            }
        }
        count_page(app, o, &pages[p]);
    }
    for (const struct control *c = i->form->body->first; c && o->count < SECTIONS; c = c->next) {
        const struct control *g = c;
        for (; g; g = g == c ? c->first : g->next) { /* sections: groups on the top two levels */
            if (g->kind != CONTROL_GROUP || !g->item || !(g->label.itext || g->label.text)) {
                continue;
            }
            struct buf path = {0};
            buf_text(&path, g->item->path);
            struct node *node = session_find(i->session, path.data);
            buf_fini(&path);
            if (node && !node->active && o->count < SECTIONS) {
                struct section *s = &o->list[o->count++];
                s->title = session_text(i->session, &app->ui.frame, &g->label, node, FORM_LONG,
                                        &s->fallback);
            }
        }
    }
}

static void go_to(struct app *app, const struct page *page)
{
    if (page->node) {
        interview_go(app->interview, page);
        app_go(app, SCREEN_INTERVIEW);
        page_arrive(app);
    }
}

static const char *label_of(struct app *app, const struct leaf *l)
{
    return ui_plain(&app->ui,
                    session_text(app->interview->session, &app->ui.frame,
                                 &l->question.control->label, l->question.node, FORM_LONG, NULL));
}

/* A question with its answer. True: it was tapped. */
static bool show_leaf(struct app *app, const struct outline *o, size_t at)
{
    struct ui *ui = &app->ui;
    const struct leaf *l = &o->leaves[at];
    const char *answer = l->answered ? question_value(app, &l->question) : "";
    bool secret = question_is_secret(l->question.control);
    char mark = l->missing ? '!' : l->doubtful ? '?' : l->answered ? '+' : 'o';
    return ui_row(ui, arena_printf(&ui->frame, "leaf:%zu", at + 1), label_of(app, l),
                  secret ? "" : answer, mark);
}

/* Names the entry that the following questions belong to, if it changed. */
static void show_entry(struct app *app, const struct leaf *l, struct node **last)
{
    struct ui *ui = &app->ui;
    struct node *entry = session_entry_of(l->question.node);
    if (entry && entry != *last) {
        ui_gap(ui, 10);
        ui_say(ui, TEXT_TITLE, roster_entry_name(app, entry, NULL), ui->theme.soft);
    }
    *last = entry;
}

static void show_more(struct app *app, size_t more)
{
    struct ui *ui = &app->ui;
    if (more) {
        ui_gap(ui, 8);
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_outline_more, ui_number(ui, (long long)more), NULL),
               ui->theme.soft);
    }
}

static bool fits(struct app *app, const struct search_for *what, const struct leaf *l)
{
    return search_ranks(what, label_of(app, l)) > 2; /* matches by sound only are too many */
}

/* The answers of a section: its line and its mark. */
static bool section_row(struct app *app, const struct outline *o, size_t s)
{
    struct ui *ui = &app->ui;
    const struct section *own = &o->list[s];
    unsigned missing = 0, doubtful = 0;
    for (size_t k = 0; k < o->leaf_count; k++) {
        missing += o->leaves[k].section == s && o->leaves[k].missing;
        doubtful += o->leaves[k].section == s && o->leaves[k].doubtful;
    }
    const char *small = own->asked ? ui_fill(ui, S_outline_answered, ui_number(ui, own->answered),
                                             ui_number(ui, own->questions))
                                   : ui_str(ui, S_outline_not_asked);
    if (own->fallback) {
        small = arena_printf(&ui->frame, "%s · %s", small, ui_str(ui, S_fallback));
    }
    char mark = !own->asked                       ? '-'
                : missing                         ? '!'
                : doubtful                        ? '?'
                : own->answered == own->questions ? '+'
                                                  : 'o';
    return ui_row(ui, arena_printf(&ui->frame, "section:%zu", s + 1), own->title, small, mark);
}

/* The arrow right of a section, which stands in R, opens and closes it. */
static void section_arrow(struct app *app, size_t s, bool open, struct rect r)
{
    static const int8_t down[] = {20, 36, 50, 66, 80, 36}, up[] = {20, 64, 50, 34, 80, 64};
    struct ui *ui = &app->ui;
    if (ui_target(ui, arena_printf(&ui->frame, "open:%zu", s + 1), ROLE_ICON, r)) {
        app->view.opened_section = open ? 0 : s + 1;
        ui->again = true;
    }
    float dp = ui_mark_dp(ui) * 0.9f;
    ui_stroke(ui, r.x + (r.w - ui_px(ui, dp)) / 2, r.y + (r.h - ui_px(ui, dp)) / 2, dp,
              (struct shape){open ? up : down, 3}, 2.5f, ui->theme.ink);
}

/* The search in the tree; SHOWN counts the questions on the screen. */
struct tree_search {
    struct search_for what;
    bool any; /* something is searched for */
    size_t shown;
};

static bool holds_match(struct app *app, const struct outline *o, size_t s,
                        struct tree_search *search)
{
    for (size_t k = 0; search->any && k < o->leaf_count; k++) {
        if (o->leaves[k].section == s && fits(app, &search->what, &o->leaves[k])) {
            return true;
        }
    }
    return false;
}

/* The questions of section S: all of an open one, else those that match.  True: one was
 * tapped. */
static bool section_leaves(struct app *app, const struct outline *o, size_t s, bool open,
                           struct tree_search *search)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w, inset = ui_px(ui, 20);
    struct node *entry = NULL;
    size_t more = 0;
    bool tapped = false;
    ui_at(ui, x + inset, ui->at.y, w - inset);
    for (size_t k = 0; k < o->leaf_count && !tapped; k++) {
        const struct leaf *l = &o->leaves[k];
        if (l->section != s || !(open || fits(app, &search->what, l))) {
            continue;
        }
        if (search->shown >= SHOWN) {
            more++;
            continue;
        }
        search->shown++;
        show_entry(app, l, &entry);
        tapped = show_leaf(app, o, k);
        if (tapped) {
            go_to(app, &l->page);
        }
    }
    if (!tapped) {
        show_more(app, more);
    }
    ui_at(ui, x, ui->at.y, w);
    return tapped;
}

static bool show_section(struct app *app, const struct outline *o, size_t s,
                         struct tree_search *search)
{
    struct ui *ui = &app->ui;
    const struct section *own = &o->list[s];
    bool named = search_ranks(&search->what, own->title) > 1;
    bool inside = holds_match(app, o, s, search);
    if (!named && !inside) {
        return false;
    }
    int x = ui->at.x, w = ui->at.w, side = ui_px(ui, UI_TOUCH_DP), top = ui->at.y;
    ui->at.w = own->questions ? w - side : w;
    bool hit = section_row(app, o, s);
    ui->at.w = w;
    if (hit) {
        go_to(app, &own->first);
        return true;
    }
    if (!own->questions) {
        return false;
    }
    bool open = app->view.opened_section == s + 1;
    section_arrow(app, s, open, (struct rect){x + w - side, top, side, ui->at.y - top});
    return (open || inside) && section_leaves(app, o, s, open, search);
}

/* All sections, with the questions of the opened one and those that match the search. True:
 * one was tapped. */
static bool show_tree(struct app *app, const struct outline *o, const char *needle)
{
    struct tree_search search = {.what = search_for(app, needle), .any = *needle != '\0'};
    for (size_t s = 0; s < o->count; s++) {
        if (show_section(app, o, s, &search)) {
            return true;
        }
    }
    return false;
}

static bool is_listed(enum outline_filter filter, const struct leaf *l)
{
    return filter == OUTLINE_MISSING    ? l->missing
           : filter == OUTLINE_DOUBTFUL ? l->doubtful
                                        : !l->answered;
}

/* Questions that are missing, doubtful or unanswered, under their sections. True: one was
 * tapped. */
static bool show_questions(struct app *app, const struct outline *o)
{
    struct ui *ui = &app->ui;
    size_t shown = 0, more = 0, under = SECTIONS;
    struct node *entry = NULL;
    for (size_t k = 0; k < o->leaf_count; k++) {
        const struct leaf *l = &o->leaves[k];
        if (!is_listed(app->view.outline, l)) {
            continue;
        }
        if (shown >= SHOWN) {
            more++;
            continue;
        }
        if (l->section != under) {
            under = l->section;
            ui_gap(ui, 12);
            ui_say(ui, TEXT_TITLE, o->list[under].title, ui->theme.soft);
        }
        shown++;
        show_entry(app, l, &entry);
        if (show_leaf(app, o, k)) {
            go_to(app, &l->page);
            return true;
        }
    }
    show_more(app, more);
    return false;
}

static void show_filters(struct app *app, const struct outline *o)
{
    struct ui *ui = &app->ui;
    const struct {
        const char *id, *text;
    } filters[] = {
        [OUTLINE_ALL] = {"all", ui_str(ui, S_outline_all)},
        [OUTLINE_MISSING] = {"missing",
                             ui_fill(ui, S_outline_missing, ui_number(ui, o->missing), NULL)},
        [OUTLINE_DOUBTFUL] = {"doubtful",
                              ui_fill(ui, S_outline_doubtful, ui_number(ui, o->doubtful), NULL)},
        [OUTLINE_OPEN] = {"unanswered", ui_fill(ui, S_outline_open, ui_number(ui, o->open), NULL)}};
    for (int f = OUTLINE_ALL; f <= OUTLINE_OPEN; f++) {
        if (f == OUTLINE_DOUBTFUL && !o->doubtful && (int)app->view.outline != f) {
            continue; /* most forms have none */
        }
        if (ui_pill(ui, filters[f].id, filters[f].text, (int)app->view.outline == f, false)) {
            app->view.outline = (enum outline_filter)f;
            ui->again = true;
        }
    }
    ui_pills_end(ui);
}

/* The button at the end: to the first missing answer, or to the end of the interview. */
static void way_on(struct app *app, const struct outline *o)
{
    struct ui *ui = &app->ui;
    if (o->missing) {
        if (ui_took(ui, "right")) {
            size_t k = 0;
            while (!o->leaves[k].missing) {
                k++;
            }
            go_to(app, &o->leaves[k].page);
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

void screen_outline(struct app *app)
{
    assert(app->interview);
    struct ui *ui = &app->ui;
    struct outline *o = arena_alloc(&ui->frame, sizeof *o);

    gather(app, o);
    const char *number =
        ui_fill(ui, S_number, arena_printf(&ui->frame, "%03u", app->interview->draft.number), NULL);
    struct header h = {.help = true,
                       .title = ui_str(ui, S_outline_title),
                       .subtitle = number,
                       .left = "back",
                       .right = "lock",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app_lock(app);
        return;
    }
    if (ui_took(ui, "back")) {
        app_go(app, SCREEN_INTERVIEW);
        page_reopen_typed(app);
        return;
    }
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    ui_body_begin(ui, ui_header_height(ui) + app_sound_strip(app, ui_header_height(ui)),
                  search_bottom(app, ui->h - ui_bar_height(ui)));
    show_filters(app, o);
    bool all = app->view.outline == OUTLINE_ALL;
    if (all && (o->count > SEARCH_FROM || o->leaf_count > SEARCH_FROM)) {
        if (search_field(app, "search-sections")) {
            search_open(app, "search-sections");
        }
    }
    if (all ? show_tree(app, o, search_typed(app, "search-sections")) : show_questions(app, o)) {
        return;
    }
    ui_body_end(ui);
    if (search_keyboard(app)) {
        return;
    }
    way_on(app, o);
}
