/* SPDX-License-Identifier: Apache-2.0 */
/* Opens interviews on the screen, puts them aside, and seals them. */
#include "app/screens/open_interview.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_correction.h"
#include "app/interview/interview_group.h"
#include "app/screens/page.h"
#include "app/screens/screen_label.h"
#include "app/screens/screen_memo.h"
#include "app/screens/screen_quote.h"
#include "app/shell/aloud.h"
#include "app/shell/form_media.h"
#include "app/shell/languages.h"
#include "app/shell/sound.h"
#include "app/shell/tasks.h"
#include "app/questions/question.h"
#include "platform/machine/audio.h"
#include "platform/machine/clock.h"

/* ---- putting aside ---- */

void app_drop_interview(struct app *app)
{
    app->respondent.holds = false;
    app->view.leaving = LEAVE_NONE;
    secret_wipe(app->view.ahead, sizeof app->view.ahead);
    app->view.ahead_count = 0;
    interview_free(app->interview);
    app->interview = NULL;
    app->view.field_waits = NULL;
    app->view.refused = NULL;
    memset(&app->search, 0, sizeof app->search);
    edit_end(&app->ui.edit);
    questions_forget(app);
    app_pictures_forget(app);
    audio_stop();
    aloud_forget(app);
}

/* Also journals what is being typed or drawn. */
static void keep_typed(struct app *app)
{
    questions_keep(app);
    memo_keep(app);
    label_keep(app);
    quote_keep(app);
}

static void wait_for_medium(struct app *app)
{
    struct err err = {0};
    if (!interview_sync(app->interview, &err)) {
        app_trouble(app, &err);
        app->opening.unwritten = true;
    }
}

void app_put_away(struct app *app)
{
    keep_typed(app);
    wait_for_medium(app);
}

/* Stores the draft's progress for the list of drafts. If that fails, the list only lacks it. */
static void tell_left(struct app *app)
{
    struct device_draft draft = writer_draft_now(app->writer);
    unsigned questions = 0, answered = 0, without = 0;
    question_count(session_root(app->interview->session), &questions, &answered, &without);
    draft.left = (struct device_left){.questions = questions,
                                      .answered = answered,
                                      .at_ms = clock_wall_ms(),
                                      .events = draft.events};
    snprintf(draft.left.label, sizeof draft.left.label, "%s", app->interview->label);
    app_write_left(app, &draft);
}

void app_leave_interview(struct app *app)
{
    if (app->interview) {
        keep_typed(app);
        (void)!sound_end(app->interview, WHY_LEFT, NULL); /* what it has is on the medium */
        if (!app->opening.to_resume) {                    /* under the lock they go on speaking */
            group_ends(app->interview);
        }
        interview_pause(app->interview);
        wait_for_medium(app);
        if (!app->opening.unwritten) {
            tell_left(app);
        }
    }
    app_drop_interview(app);
}

/* ---- beginning and resuming ---- */

static void enter_interview(struct app *app)
{
    app->view.outline = OUTLINE_ALL;
    app->view.removed_told = session_removed_entries(app->interview->session);
    app->view.removed_here = app->view.removed_again = 0;
    if (!app->interview->page.node) {
        app_go(app, SCREEN_FINISH);
        return;
    }
    app_go(app, SCREEN_INTERVIEW);
    page_arrive(app);
}

/* Tells what was restored after a power cut. */
static void say_recovered(struct app *app)
{
    const struct interview *i = app->interview;
    struct ui *ui = &app->ui;
    unsigned questions = 0, answers = 0, without = 0;
    if (!i->recovered) {
        app_say_good(app, S_resumed);
        return;
    }
    question_count(session_root(i->session), &questions, &answers, &without);
    const char *text = ui_fill(ui, S_recovered, ui_number(ui, answers), app_date(app, i->last_ms));
    if (i->typings) {
        text = arena_printf(&ui->frame, "%s %s", text, ui_str(ui, S_recovered_typed));
    }
    app_say_text(app, text, true);
}

/* Tells if the draft's form is outdated or withdrawn. A draft always keeps the form it was
 * begun with. */
static void say_form_state(struct app *app)
{
    struct form_in_force *forms = mem_zero(APP_FORMS_MAX, sizeof *forms);
    for (size_t i = 0; i < app->home.form_count; i++) {
        memcpy(forms[i].hash, app->home.forms[i].form.hash, 32);
        forms[i].id = app->home.forms[i].id;
    }
    enum form_state form_state = interview_form_state(app->interview, forms, app->home.form_count);
    free(forms);
    if (app->opening.unwritten) {
        app_say(app, S_lock_unwritten);
        app->opening.unwritten = false;
        return;
    }
    if (form_state == FORM_IN_FORCE) {
        say_recovered(app);
        return;
    }
    const char *version = app->interview->form->version;
    app_say_text(app,
                 ui_fill(&app->ui,
                         form_state == FORM_OUTDATED ? S_draft_outdated : S_draft_withdrawn,
                         *version ? version : "–", NULL),
                 form_state == FORM_OUTDATED);
}

/* Background task that opens an interview: a long form or journal may take a slow machine
 * long. */
struct opening {
    struct writer *writer;
    struct device_draft draft;
    bool anew;
    bool corrects; /* anew, from what the desk sent back: */
    struct device_return sent_back;
    char language[8], about[INTERVIEW_CASE]; /* about: a case, or "" */
    struct interview *interview;
    struct progress progress; /* counts events */
};

static void drop_opening(void *context)
{
    struct opening *o = context;
    interview_free(o->interview);
    free(o);
}

static bool open_interview(void *context, struct err *err)
{
    struct opening *o = context;
    if (o->corrects) {
        return interview_correct(&o->interview, o->writer, &o->sent_back, o->language, err);
    }
    return o->anew
               ? interview_begin(&o->interview, o->writer, o->draft.package_hash, o->language, err)
               : interview_resume(&o->interview, o->writer, &o->draft, &o->progress, err);
}

static void opened(struct app *app, void *context, bool ok, const struct err *err)
{
    struct opening *o = context;
    app->opening.draft = NULL;
    if (!ok) {
        if (o->progress.stopped) {
            app_say(app, S_progress_stopped);
        } else {
            app_trouble(app, err);
        }
        return;
    }
    app->interview = o->interview;
    o->interview = NULL;
    app_sound_resumed(app);
    if (!o->anew && !o->corrects) {
        interview_show_page(app->interview);
    }
    enter_interview(app);
    if (*o->about) {
        interview_want_case(app->interview, o->about);
    }
    const char *code = session_language(app->interview->session);
    app_follow_keys(app);
    if (o->corrects) { /* first what is asked */
        app_go(app, SCREEN_FINISH);
        const char *number = arena_printf(&app->ui.frame, "%03u", o->sent_back.number);
        number = ui_fill(&app->ui, S_number, number, NULL);
        app_say_text(app, ui_fill(&app->ui, S_correct_opened, number, NULL), true);
    }
    if (o->anew) {
        return;
    }
    /* keep the interface language if the form lacks it */
    bool has = form_language(app->interview->form, language_code(app->ui.language)) >= 0;
    if (!app->looks.apart && has && language_known(code)) {
        app->ui.language = language_from(code);
    }
    app_say_anew(app);
    say_form_state(app);
}

static void begin_opening(struct app *app, struct opening *o)
{
    o->writer = app->writer;
    app_task(app, &(struct app_task){.what = o->anew ? S_wait_form : S_wait_open,
                                     .work = open_interview,
                                     .context = o,
                                     .drop = drop_opening,
                                     .end = opened,
                                     .progress = &o->progress,
                                     .unit = S_progress_events,
                                     .ours = true,
                                     .stops = !o->anew});
}

static void start_interview(struct app *app, const uint8_t package_hash[32])
{
    struct opening *o = mem_zero(1, sizeof *o);
    o->anew = true;
    memcpy(o->draft.package_hash, package_hash, sizeof o->draft.package_hash);
    snprintf(o->language, sizeof o->language, "%s", language_code(app->ui.language));
    snprintf(o->about, sizeof o->about, "%s", app->opening.case_id);
    begin_opening(app, o);
}

void app_start_interview(struct app *app, const uint8_t package_hash[32])
{
    if (clock_wall_ms() < app->home.newest_ms) { /* again: it may have stopped during sleep */
        memcpy(app->opening.clock_form, package_hash, sizeof app->opening.clock_form);
        app->sheet = SHEET_CLOCK;
        app->ui.again = true;
        return;
    }
    start_interview(app, package_hash);
}

void app_start_wanted(struct app *app)
{
    const char *id = app->options.interview;
    app->options.interview = NULL;
    for (size_t i = 0; id && i < app->home.form_count; i++) {
        if (strcmp(app->home.forms[i].id, id) == 0) {
            app_start_interview(app, app->home.forms[i].form.hash);
            return;
        }
    }
    if (id) {
        struct err err = {0};
        err_set(&err, ERR_INPUT, "there is no form '%s' on this device", id);
        app_trouble(app, &err);
    }
}

void clock_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    const char *newest = arena_text(&ui->frame, app_date(app, app->home.newest_ms));
    ui_say(ui, TEXT_QUESTION, ui_fill(ui, S_clock_says, app_date(app, clock_wall_ms()), newest),
           ui->theme.ink);
    ui_gap(ui, 12);
    ui_say(ui, TEXT_BODY, ui_str(ui, S_clock_why), ui->theme.ink);
    ui_gap(ui, 20);
    if (app->options.kiosk &&
        ui_wide_button(ui, "machine", ui_str(ui, S_machine_clock_set), true)) {
        app_go(app, SCREEN_MACHINE);
        return;
    }
    if (ui_wide_button(ui, "all-the-same", ui_str(ui, S_clock_all_the_same), false)) {
        uint8_t form[32];
        memcpy(form, app->opening.clock_form, sizeof form);
        app_close_sheet(app);
        start_interview(app, form);
    }
}

void app_correct(struct app *app, const struct device_return *sent_back)
{
    struct opening *o = mem_zero(1, sizeof *o);
    o->anew = o->corrects = true;
    o->sent_back = *sent_back;
    snprintf(o->language, sizeof o->language, "%s", language_code(app->ui.language));
    begin_opening(app, o);
}

void app_resume(struct app *app, const struct device_draft *draft)
{
    struct opening *o = mem_zero(1, sizeof *o);
    o->draft = *draft;
    app->opening.draft = o->draft.id;
    begin_opening(app, o);
}

/* ---- sealing ---- */

struct sealing {
    struct interview *interview; /* owned by the task meanwhile */
    struct progress progress;
};

static void drop_sealing(void *context)
{
    struct sealing *s = context;
    interview_free(s->interview);
    free(s);
}

static bool seal(void *context, struct err *err)
{
    struct sealing *s = context;
    return sound_finish(s->interview, err) && interview_finish(s->interview, &s->progress, err);
}

static void sealed(struct app *app, void *context, bool ok, const struct err *err)
{
    struct sealing *s = context;
    app->interview = s->interview;
    s->interview = NULL;
    if (ok) {
        app->opening.sealed_number = app->interview->draft.number;
        memcpy(app->opening.sealed_form, app->interview->draft.package_hash,
               sizeof app->opening.sealed_form);
        app_drop_interview(app);
        app_go(app, SCREEN_SEALED);
    } else {
        app->opening.unsealed = true;
        app_trouble(app, err);
    }
}

void app_seal(struct app *app)
{
    assert(app->interview);
    struct sealing *s = mem_zero(1, sizeof *s);
    s->interview = app->interview;
    app->interview = NULL;
    app->opening.unsealed = false;
    app_task(app, &(struct app_task){.what = S_wait_seal,
                                     .work = seal,
                                     .context = s,
                                     .drop = drop_sealing,
                                     .end = sealed,
                                     .progress = &s->progress,
                                     .unit = S_progress_steps,
                                     .ours = true});
}

/* Journals typing after one second of rest, and at least every five seconds. Returns the ms
 * until then, or -1. */
int app_journal_typing(struct app *app)
{
    enum { REST_MS = 1000, MAX_MS = 5000 };
    struct edit *edit = &app->ui.edit;
    int64_t now = clock_mono_ms();
    bool memo = memo_is_open(app) || label_is_open(app) || quote_is_open(app);
    if (!app->interview || (app->screen != SCREEN_INTERVIEW && !memo) || !edit->id[0] ||
        (!memo && strncmp(edit->id, "field", 5) != 0)) {
        return -1;
    }
    if (edit->changed) {
        edit->changed = false;
        if (app->view.typed_ms == 0) {
            app->view.journalled_ms = now;
        }
        app->view.typed_ms = now;
    }
    if (app->view.typed_ms == 0) {
        return -1;
    }
    int64_t rest = REST_MS - (now - app->view.typed_ms),
            max = MAX_MS - (now - app->view.journalled_ms);
    int64_t left = rest < max ? rest : max;
    if (left > 0) {
        return (int)left;
    }
    struct node *node = typed_node(app);
    memo_keep(app);
    label_keep(app);
    quote_keep(app);
    if (node) {
        interview_typing(app->interview, node, edit->text.data);
    }
    app->view.typed_ms = 0;
    return -1;
}
