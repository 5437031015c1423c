/* SPDX-License-Identifier: Apache-2.0 */
/* The interview's page: going on and back, checking answers, waiting for the disk. */
#include "app/screens/screen_interview.h"

#include <assert.h>
#include <string.h>

#include "app/interview/interview_correction.h"
#include "app/screens/calendar.h"
#include "app/screens/group.h"
#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/page.h"
#include "app/screens/roster.h"
#include "app/screens/screen_memo.h"
#include "app/screens/screen_respondent.h"
#include "app/shell/languages.h"
#include "app/shell/search.h"
#include "app/shell/sound.h"
#include "app/questions/question.h"
#include "platform/machine/clock.h"

/* With large text, an open field may push the start of the question out of view. Then closes
 * the field until a key is typed. */
static void let_read_first(struct app *app)
{
    struct ui *ui = &app->ui;
    int line = ui_line(ui, TEXT_QUESTION);
    bool flat = ui->landscape && ui->text_scale >= 1.5f && ui->content > ui->body.h + line;
    if (flat || ui->scroll > line / 2) {
        edit_end(&ui->edit);
        ui->scroll = 0;
        ui->again = true;
        app->view.field_waits = app->interview->page.node;
    }
}

/* Answers must be on disk before another page is shown. If the disk is slow, the page is
 * left as soon as they are, and the screen stays responsive. True: they are on disk. */
static bool saved(struct app *app, enum app_leave way)
{
    enum { GRACE_MS = 6 };
    struct err err = {0};
    enum writer_state state = interview_saved(app->interview, GRACE_MS, &err);
    if (state == WRITER_FAILED) {
        app_trouble(app, &err);
    } else if (state == WRITER_BUSY) {
        app->view.leaving = way;
        app->view.leaving_ms = clock_mono_ms();
    }
    return state == WRITER_DONE;
}

/* May the page be left forward? A missing or refused answer holds it. The field just typed
 * in stays open for a correction. */
static bool may_leave(struct app *app, const struct node *typed, const struct page *pages,
                      size_t count)
{
    struct err err = {0};
    for (size_t p = 0; p < count; p++) {
        if (pages[p].kind != PAGE_QUESTION) {
            continue;
        }
        enum answer_result r = interview_check(app->interview, pages[p].node, &err);
        const char *waits = interview_typed(app->interview, pages[p].node);
        enum string_id missing;
        if (waits && *waits && question_types_text(&pages[p])) { /* it was refused before */
            edit_begin(&app->ui.edit, typed_id(app, pages[p].node), waits);
            if (!question_commit(app)) {
                return false;
            }
            r = interview_check(app->interview, pages[p].node, &err);
        }
        if (r != ANSWER_OK && pages[p].node == typed) {
            question_open(app, &pages[p]);
        }
        if ((r == ANSWER_OK || r == ANSWER_REQUIRED) &&
            question_is_half(app, pages[p].node, &missing)) {
            app_refusal(app, pages[p].node, ANSWER_TYPE);
            app_say(app, missing);
            return false;
        }
        if (r != ANSWER_OK) {
            app_refusal(app, pages[p].node, r);
            return false;
        }
    }
    return saved(app, LEAVE_NEXT);
}

/* Reports filled entries that a smaller count removed, so that no answers vanish silently. */
static void say_removed(struct app *app)
{
    size_t now = session_removed_entries(app->interview->session);
    size_t fresh = now > app->view.removed_told ? now - app->view.removed_told : 0,
           told = fresh + app->view.removed_again;
    if (told && now && !app->respondent.holds) {
        const char *count = ui_number(&app->ui, (long long)told);
        app_say_text(app, ui_fill(&app->ui, S_entries_removed, count, NULL), false);
    }
    app->view.removed_here += fresh;
    app->view.removed_again = 0;
    app->view.removed_told = now;
}

/* Goes to the next page; everything is on disk. */
static void turn_on(struct app *app)
{
    struct interview *i = app->interview;
    bool own = respondent_block(&i->page), more = true;
    if (interview_next(i)) {
        page_arrive(app);
    } else if (interview_entry(i)) {
        interview_leave_entry(i);
        page_arrive(app);
    } else {
        more = false;
    }
    bool next = more && respondent_block(&i->page);
    if (app->respondent.holds && !next) {
        app->respondent.in_block = false;
        app->respondent.at_end = !more;
        app_go(app, SCREEN_RETURN);
    } else if (!own && next && !app->respondent.holds) {
        app->respondent.from_block = false;
        app_go(app, SCREEN_HAND);
    } else if (!more) {
        app_go(app, SCREEN_FINISH);
    }
}

static void go_next(struct app *app)
{
    struct interview *i = app->interview;
    struct page *fields = &i->page;
    struct node *typed = typed_node(app);
    size_t count = 1;
    if (roster_holds(app) || group_table_left(app)) {
        return;
    }
    if (!question_commit(app)) {
        return;
    }
    if (i->page.kind == PAGE_FIELDS) { /* reload: the last answer may have added fields */
        session_fields(i->session, &app->ui.frame, &i->page, &fields, &count);
    }
    if (may_leave(app, typed, fields, count)) {
        turn_on(app);
    }
}

/* Enter in a field goes to the next question on the page; from the last one, to the next
 * page. */
static void go_on(struct app *app)
{
    struct interview *i = app->interview;
    struct node *typed = typed_node(app);
    struct page *fields;
    size_t count, at = 0;
    if (i->page.kind != PAGE_FIELDS || !typed) {
        go_next(app);
        return;
    }
    if (!question_commit(app)) {
        return;
    }
    struct err err = {0};
    enum answer_result why = interview_check(i, typed, &err);
    session_fields(i->session, &app->ui.frame, &i->page, &fields, &count);
    while (at < count && fields[at].node != typed) {
        at++;
    }
    if (at < count && why != ANSWER_OK && why != ANSWER_REQUIRED) { /* report it beside its field */
        question_open(app, &fields[at]);
        app_refusal(app, typed, why);
        return;
    }
    for (at++; at < count; at++) { /* fields that the answer made irrelevant are gone */
        if (fields[at].kind == PAGE_QUESTION && question_is_asked(fields[at].node)) {
            app->view.reached = fields[at].node;
            question_open(app, &fields[at]);
            app->ui.again = true;
            return;
        }
    }
    go_next(app);
}

/* May the user go back? While the respondent holds the device, only inside the block,
 * including the list of entries of a repeat. */
static bool may_go_back(struct app *app)
{
    struct interview *i = app->interview;
    struct node *entry = interview_entry(i);
    struct page *pages, roster = {.control = entry ? entry->item->control : NULL};
    size_t count, at;
    if (!app->respondent.holds) {
        return true;
    }
    interview_pages(i, &app->ui.frame, &pages, &count, &at);
    return at > 0 && at < count ? respondent_block(&pages[at - 1])
                                : roster.control && respondent_block(&roster);
}

static void turn_back(struct app *app)
{
    struct interview *i = app->interview;
    if (interview_back(i)) {
        page_arrive(app);
    } else if (interview_entry(i)) {
        interview_leave_entry(i);
        page_arrive(app);
    } else {
        app_leave_interview(app);
        app_go(app, SCREEN_HOME);
    }
}

static void go_back(struct app *app)
{
    question_commit_or_keep(app);
    if (saved(app, LEAVE_BACK)) {
        turn_back(app);
    }
}

/* Shows which entry the questions are about; also the section's title if the header cut it. */
static void show_whose(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct node *entry = interview_entry(i);
    bool foreign;
    const char *title = ui_plain(ui, interview_section(i, &ui->frame, &i->page, &foreign));
    bool group = i->page.kind == PAGE_FIELDS && i->page.control->kind == CONTROL_GROUP;
    bool roster = i->page.kind == PAGE_ROSTER; /* both show it as their heading */
    bool wanted = (ui->title_cut || foreign) && !group && !roster;
    if (entry) { /* a nested roster belongs to an entry, too */
        const struct node *own = i->page.kind == PAGE_QUESTION ? i->page.node : NULL;
        if (group_table_is_here(app)) { /* the table has its number, and nothing that was said */
            return;
        }
        const char *number = roster_entry_name(app, entry, own);
        title = wanted ? arena_printf(&ui->frame, "%s · %s", title, number) : number;
    } else if (!wanted) {
        return;
    }
    ui_say(ui, TEXT_HINT, title, ui->theme.soft);
    question_fallback(app, wanted && foreign);
    ui_gap(ui, 6);
}

/* What the coordinator says about the questions of this page, above them; a tap leads back to all
 * comments.  True: it was tapped. */
static bool show_comments(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct page *fields = &i->page;
    size_t count = 1;
    if (!i->corrects || app->respondent.holds) {
        return false;
    }
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &ui->frame, &i->page, &fields, &count);
    }
    for (size_t f = 0; f < count; f++) {
        const char *said = interview_comment(i, &ui->frame, fields[f].node);
        const char *id = arena_printf(&ui->frame, "comment:%zu", f + 1);
        if (*said && ui_card(ui, id, ui_str(ui, S_correct_said), said, false)) {
            question_commit_or_keep(app);
            app_go(app, SCREEN_FINISH);
            return true;
        }
    }
    return false;
}

/* ---- the page ---- */

/* Leaves a page that was waiting for the disk, if the answers are on disk now. They were
 * checked and journalled before, so nothing is repeated. */
static bool left_now(struct app *app)
{
    enum app_leave way = app->view.leaving;
    struct err err = {0};
    enum writer_state state = way ? interview_saved(app->interview, 0, &err) : WRITER_BUSY;
    if (state == WRITER_BUSY) {
        return false;
    }
    app->view.leaving = LEAVE_NONE;
    app->ui.again = true;
    if (state == WRITER_FAILED) {
        app_trouble(app, &err);
    } else if (way == LEAVE_NEXT) {
        turn_on(app);
    } else {
        turn_back(app);
    }
    return true;
}

/* "Section 2 / 5"; in a form without sections, the number of the question. */
static const char *counter(struct app *app, const struct interview_place *at)
{
    struct ui *ui = &app->ui;
    if (at->sections > 1) {
        return ui_fill(ui, S_section, ui_number(ui, (long long)at->section),
                       ui_number(ui, (long long)at->sections));
    }
    return arena_printf(&ui->frame, "%zu / %zu", at->place, at->places);
}

static void header(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct interview_place at = interview_place(i, &ui->frame);
    struct header h = {.title = ui_plain(ui, interview_section(i, &ui->frame, &i->page, NULL)),
                       .title_id = app->respondent.holds ? NULL : "outline",
                       .subtitle = counter(app, &at),
                       .left = may_go_back(app) ? "back" : NULL,
                       .right = app->respondent.holds ? "lock" : "menu",
                       .lock = !app->respondent.holds,
                       .memo = !app->respondent.holds,
                       .has_memo = !app->respondent.holds && memo_is_here(app),
                       .language = true,
                       .sign = app_language_sign(app, session_language(i->session)),
                       .progress = at.places ? (float)at.place / (float)at.places : 0,
                       .sections = at.lengths,
                       .section_count = at.sections};
    ui_header(ui, &h);
}

/* A tap switches to the next question language. */
static void next_language(struct app *app)
{
    const char *codes[APP_LANGUAGES];
    size_t have = app_question_languages(app, codes), at = 0;
    while (at < have && strcmp(codes[at], session_language(app->interview->session)) != 0) {
        at++;
    }
    if (have) {
        app_question_language(app, codes[at + 1 < have ? at + 1 : 0]);
    }
}

static void choose_language(struct app *app)
{
    app->ui.held[0] = app->ui.pressed[0] = '\0';
    app->sheet = SHEET_LANGUAGE;
    app->ui.again = true;
}

static void give_back(struct app *app)
{
    app->respondent.in_block = true;
    app->respondent.at_end = false;
    question_commit_or_keep(app);
    app_go(app, SCREEN_RETURN);
}

static void open_outline(struct app *app)
{
    question_commit_or_keep(app);
    app_go(app, SCREEN_OUTLINE);
}

static void open_menu(struct app *app)
{
    app->sheet = SHEET_MENU;
}

/* Targets of header and bar, with what a tap does and who may do it. */
enum who { ANYONE, INTERVIEWER, RESPONDENT, WHO_MAY_GO_BACK };
static const struct {
    const char *id;
    void (*follow)(struct app *app);
    enum who who;
} page_targets[] = {
    {"language", next_language, ANYONE},
    {"lock", give_back, RESPONDENT},
    {"outline", open_outline, INTERVIEWER},
    {"lock", app_lock, INTERVIEWER},
    {"memo", memo_open, INTERVIEWER},
    {"menu", open_menu, INTERVIEWER},
    {"back", go_back, WHO_MAY_GO_BACK},
    {"left", go_back, WHO_MAY_GO_BACK},
    {"right", go_next, ANYONE},
};

static bool may_tap(struct app *app, enum who who)
{
    return who == ANYONE || (who == WHO_MAY_GO_BACK ? may_go_back(app)
                                                    : app->respondent.holds == (who == RESPONDENT));
}

static bool took_target(struct app *app)
{
    if (!app->respondent.holds && strcmp(app->ui.held, "language") == 0) {
        choose_language(app);
        return true;
    }
    for (size_t t = 0; t < sizeof page_targets / sizeof *page_targets; t++) {
        /* who comes first: two rows have one id, and ui_took is true only once */
        if (may_tap(app, page_targets[t].who) && ui_took(&app->ui, page_targets[t].id)) {
            page_targets[t].follow(app);
            return true;
        }
    }
    return false;
}

/* A way to hand the device over again.  True: it was tapped. */
static bool hand_again(struct app *app)
{
    if (app->respondent.holds || !respondent_block(&app->interview->page) ||
        !ui_wide_button(&app->ui, "hand", ui_str(&app->ui, S_hand_again), false)) {
        return false;
    }
    if (question_commit(app)) {
        app->respondent.from_block = true;
        app_go(app, SCREEN_HAND);
    }
    return true;
}

/* False: the screen was left. */
static bool page_body(struct app *app)
{
    struct interview *i = app->interview;
    if (!app->view.refused && !group_table_is_here(app)) {
        app_message(app);
    }
    if (hand_again(app)) {
        return false;
    }
    if (!app->respondent.holds) {
        show_whose(app);
    }
    if (show_comments(app)) {
        return false;
    }
    if (calendar_is_here(app)) {
        calendar_show(app);
    } else if (group_table_is_here(app)) {
        group_table_show(app);
    } else if (group_table_again(app)) {
        return true;
    } else if (i->page.kind == PAGE_ROSTER) {
        roster_show(app);
    } else if (i->page.kind == PAGE_QUESTION) {
        question_show(app, &i->page, true);
        calendar_offer(app);
    } else {
        question_show_fields(app);
    }
    return app->screen == SCREEN_INTERVIEW;
}

static void page_keyboard(struct app *app, enum keyboard_kind kind)
{
    if (search_keyboard(app)) {
        return;
    }
    app->keyboard.sentences = question_is_prose(typed_node(app));
    app->keyboard.start = question_keys(typed_node(app));
    app->keyboard.lines = question_is_many_lines(typed_node(app));
    if (keyboard_show(&app->ui, &app->keyboard, kind, ui_str(&app->ui, S_next))) {
        go_on(app);
    }
}

static void page_bar(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    enum string_id words = i->page.kind == PAGE_ROSTER ? S_roster_done : S_next;
    if (group_table_is_here(app)) {
        words = S_group_end;
    } else if (words == S_next && interview_entry(i)) {
        struct page *pages;
        size_t count, at;
        interview_pages(i, &ui->frame, &pages, &count, &at);
        words = at + 1 >= count ? S_entry_done : S_next;
    }
    bool back = may_go_back(app);
    ui_bar(ui, back ? "left" : NULL, back ? ui_str(ui, S_back) : NULL, "right", ui_str(ui, words));
}

static void show_page(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    enum keyboard_kind kind = KEYBOARD_TEXT;
    if (app->respondent.holds && !respondent_block(&i->page)) { /* not for the respondent */
        app->respondent.in_block = app->respondent.at_end = false;
        app_go(app, SCREEN_RETURN);
        return;
    }
    if (left_now(app)) {
        return;
    }
    say_removed(app);
    bool calendar = calendar_is_here(app), table = group_table_is_here(app);
    bool opened = !calendar && !table && page_open_field(app);
    bool typing = !calendar && !table && question_keyboard(app, &kind);
    int bottom = ui->h - (typing ? keyboard_height(ui, kind) : ui_bar_height(ui));
    bottom -= calendar ? calendar_panel_height(app) : 0;
    header(app);
    if (took_target(app)) {
        return;
    }
    int strip = app_sound_strip(app, ui_header_height(ui));
    ui_body_begin(ui, ui_header_height(ui) + strip, bottom);
    if (!page_body(app)) {
        return;
    }
    ui_body_end(ui);
    if (calendar) {
        calendar_panel(app, bottom);
    }
    if (app->screen != SCREEN_INTERVIEW || calendar != calendar_is_here(app)) {
        return; /* an event's questions were opened */
    }
    if (opened) {
        let_read_first(app);
    }
    if (app->view.advance) {
        app->view.advance = false;
        if (i->page.kind == PAGE_QUESTION) {
            go_next(app);
        }
    } else if (typing) {
        page_keyboard(app, kind);
    } else {
        page_bar(app);
    }
}

void screen_interview(struct app *app)
{
    assert(app->interview);
    float scale = respondent_text(app);
    show_page(app);
    app->ui.swipe = app->screen == SCREEN_INTERVIEW;
    app->ui.text_scale = scale;
}
