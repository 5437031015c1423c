/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an interview: what is missing, doubtful answers, sealing. */
#include "app/screens/screen_finish.h"

#include <assert.h>
#include <string.h>

#include "app/interview/interview_correction.h"
#include "app/screens/locks.h"
#include "app/screens/matrix.h"
#include "app/screens/open_interview.h"
#include "app/screens/page.h"
#include "app/screens/roster.h"
#include "app/screens/screen_label.h"
#include "app/screens/screen_memo.h"
#include "app/questions/question.h"
#include "app/shell/sound.h"
#include "platform/machine/clock.h"

/* Doubtful answers with their controls, in form order. */
struct doubts {
    struct problem *list;
    size_t count, room;
};

static void gather_doubts(struct app *app, struct node *node, struct doubts *d)
{
    if (session_is_doubtful(node) && question_is_asked(node)) {
        if (d->count == d->room) {
            d->room = d->room ? d->room * 2 : 16;
            struct problem *more = arena_alloc(&app->ui.frame, d->room * sizeof *more);
            if (d->count) {
                memcpy(more, d->list, d->count * sizeof *more);
            }
            d->list = more;
        }
        d->list[d->count++] =
            (struct problem){.node = node, .control = node->item->control, .why = ANSWER_OK};
    }
    for (struct node *n = node->first; n && node->active; n = n->next) {
        gather_doubts(app, n, d);
    }
}

static bool go_to_problem(struct app *app, const struct problem *p)
{
    struct page page;
    if (interview_find(app->interview, &app->ui.frame, p->node, &page)) {
        interview_go(app->interview, &page);
        app_go(app, SCREEN_INTERVIEW);
        page_arrive(app);
        if (p->why == ANSWER_CONSTRAINT || p->why == ANSWER_CHOICE) { /* and the reason */
            app_refusal(app, p->node, p->why);
        }
    }
    return true;
}

/* A row that leads to a question. True: it was tapped. */
static bool show_way(struct app *app, const struct problem *p, const char *id, const char *small,
                     char mark)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    const char *label =
        session_text(i->session, &ui->frame, &p->control->label, p->node, FORM_LONG, NULL);
    struct node *entry = session_entry_of(p->node);
    if (entry) { /* which entry of a roster */
        const char *name = roster_entry_name(app, entry, p->node);
        small = *small ? arena_printf(&ui->frame, "%s\n%s", name, small) : name;
    }
    if (!ui_row(ui, id, ui_plain(ui, label), small, mark)) {
        return false;
    }
    return go_to_problem(app, p);
}

/* Lists doubtful answers: they may be sealed, but should be checked again. */
static bool show_doubts(struct app *app)
{
    struct ui *ui = &app->ui;
    struct doubts doubts = {0};
    gather_doubts(app, session_root(app->interview->session), &doubts);
    if (!doubts.count) {
        return false;
    }
    ui_gap(ui, 8);
    ui_say(ui, TEXT_HEADING,
           ui_fill(ui, S_finish_doubtful, ui_number(ui, (long long)doubts.count), NULL),
           ui->theme.ink);
    for (size_t k = 0; k < doubts.count; k++) {
        const struct problem *p = &doubts.list[k];
        struct page page = {.kind = PAGE_QUESTION, .node = p->node, .control = p->control};
        if (show_way(app, p, arena_printf(&ui->frame, "doubt:%zu", k + 1),
                     question_is_secret(p->control) ? "" : question_value(app, &page), '?')) {
            return true;
        }
    }
    ui_gap(ui, 12);
    return false;
}

/* What the coordinator asks for, each a way to its question, if it is asked now.  True: one was
 * taken. */
static bool show_comments(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct interview_correction *c = app->interview->corrects;
    ui_say(ui, TEXT_QUESTION,
           ui_fill(ui, S_correct_asked, ui_number(ui, (long long)c->count), NULL), ui->theme.ink);
    ui_gap(ui, 8);
    for (size_t k = 0; k < c->count; k++) {
        const struct interview_comment *one = &c->comments[k];
        const char *id = arena_printf(&ui->frame, "comment:%zu", k + 1);
        struct node *node = interview_comment_node(app->interview, one);
        struct page page;
        if (node && node->item && node->item->control && node->active &&
            interview_find(app->interview, &ui->frame, node, &page)) {
            struct problem p = {.node = node, .control = node->item->control, .why = ANSWER_OK};
            if (show_way(app, &p, id, one->text, '?')) {
                return true;
            }
        } else {
            ui_card(ui, NULL, ui_str(ui, S_correct_said), one->text, false);
        }
    }
    ui_gap(ui, 12);
    return false;
}

static void show_reason(struct app *app)
{
    struct ui *ui = &app->ui;
    const char *reason = app->interview->corrects->reason, *title = ui_str(ui, S_correct_reason);
    if (reason ? ui_card(ui, "reason", title, arena_text(&ui->frame, reason), false)
               : ui_open_card(ui, "reason", title, ui_str(ui, S_correct_no_reason))) {
        reason_open(app);
    }
    ui_gap(ui, 12);
}

/* How long the interview took. If it was not done in one sitting, when it was begun. */
static const char *lasted(struct app *app)
{
    enum { SITTING_MS = 6 * 60 * 60 * 1000 };
    int64_t begun = app->interview->draft.begun_ms, ms = clock_wall_ms() - begun;
    return ms < 0 ? "" /* the clock was set back */
           : ms <= SITTING_MS
               ? ui_fill(&app->ui, S_finish_lasted, ui_number(&app->ui, (ms + 30000) / 60000), NULL)
               : ui_fill(&app->ui, S_finish_begun, app_date(app, begun), NULL);
}

/* A card that opens the memos; a memo added here belongs to the last page. */
static void show_memos(struct app *app)
{
    struct ui *ui = &app->ui;
    long long count = 0;
    ui_gap(ui, 4);
    for (const struct interview_memo *m = app->interview->memos; m; m = m->next) {
        count += m->text.len > 0;
    }
    const char *title = ui_str(ui, S_memo_title);
    if (count ? ui_card(ui, "memos", title, ui_fill(ui, S_finish_memos, ui_number(ui, count), NULL),
                        false)
              : ui_open_card(ui, "memos", title, ui_str(ui, S_finish_no_memo))) {
        memo_open(app);
    }
}

/* Ignores taps just after the page appeared: they may be meant for "Next" on the previous
 * page, and sealing cannot be undone. */
static bool is_early(const struct app *app)
{
    enum { EARLY_MS = 800 };
    return clock_mono_ms() - app->loop.arrived_ms < EARLY_MS;
}

void seal_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_finish_sure), ui->theme.ink);
    ui_gap(ui, 8);
    ui_say(ui, TEXT_BODY, ui_str(ui, S_finish_after_hint), ui->theme.ink);
    ui_gap(ui, 20);
    if (ui_wide_button(ui, "seal-yes", ui_str(ui, S_finish_seal), true) && !is_early(app)) {
        app_close_sheet(app);
        app_seal(app);
        return;
    }
    ui_gap(ui, 8);
    if (ui_wide_button(ui, "keep", ui_str(ui, S_finish_not_yet), false)) {
        app_close_sheet(app);
    }
}

/* What keeps the interview from being sealed. */
struct open_ends {
    bool known;                       /* false: the form's checks could not be run */
    struct problem *problems, *begun; /* begun: typed but not submitted */
    size_t count, unfinished;
    bool unsaid; /* a correction without its reason */
};

static struct open_ends look_for_ends(struct app *app)
{
    struct open_ends ends = {0};
    struct err err = {0};
    ends.known = session_problems(app->interview->session, &app->ui.frame, &ends.problems,
                                  &ends.count, &err);
    ends.unfinished = interview_unfinished(app->interview, &app->ui.frame, &ends.begun);
    ends.unsaid = app->interview->corrects && !app->interview->corrects->reason;
    return ends;
}

/* "Seal", or to the question that keeps from it.  Unfinished typing is not an answer, but was
 * meant as one. */
static void go_right(struct app *app, const struct open_ends *ends)
{
    if (!ends->known) {
        app_go(app, SCREEN_OUTLINE);
    } else if (ends->unfinished) {
        (void)go_to_problem(app, &ends->begun[0]);
    } else if (ends->count) {
        (void)go_to_problem(app, &ends->problems[0]);
    } else if (ends->unsaid) {
        reason_open(app);
    } else {
        app->sheet = SHEET_SEAL;
        app->loop.arrived_ms = clock_mono_ms();
        app->ui.again = true;
    }
}

static void leave_finish(struct app *app)
{
    if (app->interview->page.node) {
        app_go(app, SCREEN_INTERVIEW);
        page_reopen_typed(app);
    } else { /* no page to go back to */
        app_leave_interview(app);
        app_go(app, SCREEN_HOME);
    }
}

/* True: a tap in the header or the bar was followed. */
static bool took_way(struct app *app, const struct open_ends *ends)
{
    struct ui *ui = &app->ui;
    if (ui_took(ui, "lock")) {
        app_lock(app);
    } else if (ui_took(ui, "back") || ui_took(ui, "left")) {
        leave_finish(app);
    } else if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
    } else if (ui_took(ui, "right") && !is_early(app)) {
        go_right(app, ends);
    } else {
        return false;
    }
    return true;
}

/* Everything that keeps from sealing, each a way to its question.  True: one was taken. */
static bool show_ends(struct app *app, const struct open_ends *ends)
{
    struct ui *ui = &app->ui;
    const char *all = ui_number(ui, (long long)(ends->count + ends->unfinished));
    ui_say(ui, TEXT_QUESTION, ui_fill(ui, S_finish_not_ready, all, NULL), ui->theme.ink);
    ui_gap(ui, 12);
    for (size_t p = 0; p < ends->unfinished; p++) {
        if (show_way(app, &ends->begun[p], arena_printf(&ui->frame, "begun:%zu", p + 1),
                     ui_str(ui, S_finish_begun_only), '!')) {
            return true;
        }
    }
    for (size_t p = 0; p < ends->count; p++) {
        const struct problem *own = &ends->problems[p];
        const char *why = *tree_value(own->node)
                              ? app_refusal_words(app, &ui->frame, own->node, own->why)
                              : ui_str(ui, S_finish_no_answer);
        if (show_way(app, own, arena_printf(&ui->frame, "problem:%zu", p + 1), why, '!')) {
            return true;
        }
    }
    if (show_doubts(app)) {
        return true;
    }
    ui_gap(ui, 12);
    return false;
}

/* Counts and doubts of an interview that may be sealed.  True: the screen was left. */
static bool show_ready(struct app *app)
{
    struct ui *ui = &app->ui;
    unsigned questions = 0, answers = 0, without = 0;
    question_count(session_root(app->interview->session), &questions, &answers, &without);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_finish_ready), ui->theme.ink);
    ui_gap(ui, 8);
    const char *counts = ui_fill3(ui, S_finish_counts, ui_number(ui, questions),
                                  ui_number(ui, answers), ui_number(ui, without));
    ui_say(ui, TEXT_HINT, counts, ui->theme.soft);
    if (!app->interview->corrects) {
        ui_say(ui, TEXT_HINT, lasted(app), ui->theme.soft);
    }
    ui_gap(ui, 12);
    if (show_doubts(app)) {
        return true;
    }
    if (questions > answers &&
        ui_row(ui, "open", ui_fill(ui, S_finish_open, ui_number(ui, questions - answers), NULL), "",
               'o')) {
        app->view.outline = OUTLINE_OPEN;
        app_go(app, SCREEN_OUTLINE);
        return true;
    }
    ui_gap(ui, 12);
    matrix_show(app);
    ui_card(ui, NULL, ui_str(ui, S_finish_after), ui_str(ui, S_finish_after_hint), false);
    return false;
}

static enum string_id right_words(const struct open_ends *ends)
{
    if (ends->count && !ends->unfinished && !*tree_value(ends->problems[0].node)) {
        return S_outline_to_missing;
    }
    return ends->count || ends->unfinished ? S_finish_to_question
           : ends->unsaid                  ? S_correct_to_reason
                                           : S_finish_seal;
}

void screen_finish(struct app *app)
{
    assert(app->interview);
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    const char *number =
        ui_fill(ui, S_number, arena_printf(&ui->frame, "%03u", i->draft.number), NULL);
    struct header h = {.help = true,
                       .title = ui_str(ui, i->corrects ? S_correct_title : S_finish_title),
                       .subtitle = number,
                       .left = "back",
                       .right = "lock",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    struct open_ends ends = look_for_ends(app);
    if (took_way(app, &ends)) {
        return;
    }
    ui_body_begin(ui, ui_header_height(ui) + app_sound_strip(app, ui_header_height(ui)),
                  ui->h - ui_bar_height(ui));
    app_message(app);
    if (i->corrects) {
        if (show_comments(app)) {
            return;
        }
        show_reason(app);
    }
    if (!ends.known) {
        ui_warning(ui, ui_str(ui, S_refused_fault));
    } else if (ends.count || ends.unfinished ? show_ends(app, &ends) : show_ready(app)) {
        return;
    }
    if (i->page.node) {
        show_memos(app);
    }
    ui_body_end(ui);
    ui_bar(ui, "left", ui_str(ui, S_back), "right", ui_str(ui, right_words(&ends)));
}

/* The form of the interview just sealed. NULL: it is no longer in force. */
static const struct app_form *next_form(struct app *app)
{
    for (size_t i = 0; i < app->home.form_count; i++) {
        if (memcmp(app->home.forms[i].form.hash, app->opening.sealed_form, 32) == 0) {
            return &app->home.forms[i];
        }
    }
    return NULL;
}

void screen_sealed(struct app *app)
{
    struct ui *ui = &app->ui;
    const char *number =
        ui_fill(ui, S_number, arena_printf(&ui->frame, "%03u", app->opening.sealed_number), NULL);
    struct header h = {
        .help = true, .title = ui_str(ui, S_sealed_title), .subtitle = number, .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "right") || ui_took(ui, "back")) {
        app_go(app, SCREEN_HOME);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), ui->h - ui_bar_height(ui));
    static const int8_t tick[] = {18, 52, 42, 76, 84, 26};
    int size = ui_px(ui, 72);
    ui_gap(ui, 24);
    ui_box(ui, (struct rect){ui->at.x + (ui->at.w - size) / 2, ui->at.y, size, size}, 36,
           ui->theme.accent, 0, 0);
    ui_stroke(ui, ui->at.x + (ui->at.w - size) / 2 + size / 6, ui->at.y + size / 6, 48,
              (struct shape){tick, 3}, 6, ui->theme.on_accent);
    ui->at.y += size + ui_px(ui, 20);
    int title_h = ui_centre_height(ui, ui->at.w, TEXT_QUESTION, ui_str(ui, S_sealed_title));
    ui_text_top(ui, (struct rect){ui->at.x, ui->at.y, ui->at.w, title_h}, TEXT_QUESTION,
                ui_str(ui, S_sealed_title), ui->theme.ink);
    ui->at.y += title_h + ui_px(ui, 10);
    ui_text_top(ui, (struct rect){ui->at.x, ui->at.y, ui->at.w, 0}, TEXT_HEADING, number,
                ui->theme.soft);
    ui->at.y += ui_line(ui, TEXT_HEADING) + ui_px(ui, 16);
    ui_say(ui, TEXT_BODY, ui_str(ui, S_sealed_hint), ui->theme.ink);
    ui_gap(ui, 24);
    const struct app_form *form = next_form(app);
    if (form && ui_wide_button(ui, "next-interview", ui_str(ui, S_sealed_next), false) &&
        !is_early(app)) {
        app_start_interview(app, form->form.hash);
        return;
    }
    ui_body_end(ui);
    ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_sealed_home));
}
