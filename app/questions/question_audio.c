/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that are answered by the microphone. */
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/sound.h"
#include "platform/machine/audio.h"
#include "platform/machine/microphone.h"

struct audio_state {
    const struct node *deleting; /* the question whose recording is about to be deleted, or NULL */
};

static struct audio_state *state_of(const struct app *app)
{
    return question_state(app, KIND_AUDIO);
}

/* Other programs' recordings are files. */
bool question_is_recorded(const struct node *node)
{
    const struct control *c = node->item->control;
    const char *quality = node->item->quality;
    return c->kind == CONTROL_UPLOAD && c->mediatype && strncmp(c->mediatype, "audio/", 6) == 0 &&
           !(quality && strcmp(quality, "external") == 0);
}

/* ---- while it records ---- */

static void draw_running(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct recorder_now now = recorder_look(i->sound->recorder);
    struct err err = {0};
    bool paused = now.state == RECORDER_PAUSED;
    int64_t all;
    (void)sound_of(i, node, &all);
    ui_say(ui, TEXT_QUESTION, app_sound_time(app, all), ui->theme.ink);
    ui_gap(ui, 8);
    app_sound_level(app, now.level);
    ui_gap(ui, 4);
    if (ui_wide_button(ui, question_part(app, node, "pause", ""),
                       ui_str(ui, paused ? S_continue_ : S_sound_pause), false)) {
        sound_pause(i, !paused);
        ui->again = true;
    }
    if (ui_wide_button(ui, question_part(app, node, "stop", ""), ui_str(ui, S_sound_end), true)) {
        if (!sound_end(i, WHY_BY_HAND, &err)) {
            app_say(app, S_sound_broken);
        }
        ui->again = true;
    }
    ui_say(ui, TEXT_HINT, app_sound_room(app, sound_bits(node->item)), ui->theme.soft);
}

/* ---- before and after ---- */

/* Leads to the question that stands in the way. */
static void go_to(struct app *app, const struct node *who)
{
    struct page page;
    question_commit_or_keep(app);
    if (interview_find(app->interview, &app->ui.frame, who, &page)) {
        interview_go(app->interview, &page);
        app->ui.scroll = 0;
        app->ui.again = true;
    }
}

/* Who has not agreed yet; true: the page was left. */
static void draw_needs(struct app *app, struct node *node, const struct node *who)
{
    struct ui *ui = &app->ui;
    ui_warning(ui, ui_str(ui, S_sound_needs));
    if (who && ui_wide_button(ui, question_part(app, node, "consent", ""),
                              ui_str(ui, S_sound_to_consent), false)) {
        go_to(app, who);
    }
}

/* Where the form allows it: a recording is heard before it is sealed. */
static void draw_hear(struct app *app, struct node *node, size_t count)
{
    struct ui *ui = &app->ui;
    for (size_t n = 0; n < count; n++) {
        const char *text = audio_playing() ? ui_str(ui, S_listen_stop)
                           : count == 1
                               ? ui_str(ui, S_listen)
                               : arena_printf(&ui->frame, "%s %zu", ui_str(ui, S_listen), n + 1);
        if (ui_pill(ui, question_part(app, node, "hear", ui_number(ui, (long long)n + 1)), text,
                    audio_playing(), false)) {
            struct buf opus = {0};
            struct err err = {0};
            bool stops = audio_playing();
            audio_stop();
            if (!stops && !(sound_hear(app->interview, node, n, &opus, &err) &&
                            audio_play(opus.data, opus.len, &err))) {
                app_trouble(app, &err);
            }
            buf_fini(&opus);
            ui->again = true;
        }
        if (audio_playing()) {
            break;
        }
    }
    ui_pills_end(ui);
}

static void begin(struct app *app, struct node *node)
{
    struct err err = {0};
    audio_stop(); /* it would be recorded */
    question_turn_to(app, node);
    app_sound_leave(app); /* the test, too */
    if (!sound_begin(app->interview, node, &err)) {
        app_say(app, err.code == ERR_ENV ? S_sound_no_mic : S_sound_broken);
    }
    app->ui.again = true;
}

static void delete_all(struct app *app, struct node *node)
{
    struct err err = {0};
    state_of(app)->deleting = NULL;
    if (!sound_delete(app->interview, node, &err)) {
        app_trouble(app, &err);
    }
    app->ui.again = true;
}

/* Deletes after a second tap, on another place. */
static void draw_delete(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    if (state_of(app)->deleting != node) {
        if (ui_pill(ui, question_part(app, node, "delete", ""), ui_str(ui, S_sound_delete), false,
                    false)) {
            state_of(app)->deleting = node;
            ui->again = true;
        }
        ui_pills_end(ui);
        return;
    }
    ui_warning(ui, ui_str(ui, S_sound_delete_sure));
    if (ui_wide_button(ui, question_part(app, node, "keep", ""), ui_str(ui, S_sound_keep), true)) {
        state_of(app)->deleting = NULL;
        ui->again = true;
    }
    if (ui_wide_button(ui, question_part(app, node, "delete-yes", ""), ui_str(ui, S_sound_delete),
                       false)) {
        delete_all(app, node);
    }
}

static void draw_ready(struct app *app, struct node *node, size_t count)
{
    struct ui *ui = &app->ui;
    if (!microphone_any()) {
        ui_warning(ui, ui_str(ui, S_sound_no_mic));
        return;
    }
    ui_say(ui, TEXT_HINT, app_sound_room(app, sound_bits(node->item)), ui->theme.soft);
    ui_gap(ui, 8);
    if (ui_wide_button(ui, question_part(app, node, "begin", ""),
                       ui_str(ui, count ? S_sound_more : S_sound_begin), !count)) {
        begin(app, node);
        return;
    }
    app_sound_test(app, question_part(app, node, "test", ""));
}

static void draw_still(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    const struct node *who;
    int64_t ms;
    size_t count = sound_of(app->interview, node, &ms);
    if (count) {
        ui_say(ui, TEXT_HEADING, ui_fill(ui, S_sound_kept, app_sound_time(app, ms), NULL),
               ui->theme.ink);
        ui_gap(ui, 8);
    }
    if (count && sound_may_be_heard(node->item) && !sound_node(app->interview) &&
        !app->respondent.holds) {
        draw_hear(app, node, count);
    }
    if (state_of(app)->deleting == node) {
        draw_delete(app, node);
    } else if (sound_node(app->interview)) { /* of the whole interview, or another question */
        ui_say(ui, TEXT_BODY, ui_str(ui, S_sound_whole), ui->theme.ink);
    } else if (sound_allowed(app->interview, node, &who) != CONSENT_GIVEN) {
        draw_needs(app, node, who);
    } else {
        draw_ready(app, node, count);
    }
    if (count && state_of(app)->deleting != node) {
        ui_gap(ui, 8);
        draw_delete(app, node);
    }
}

static void draw(struct app *app, struct node *node)
{
    struct interview *i = app->interview;
    bool file = interview_file(i, tree_value(node)) || question_file_stayed(app, node);
    if (sound_node(i) == node) {
        draw_running(app, node);
    } else if (file) { /* from a stick */
        question_file_draw(app, node);
    } else {
        const struct node *who;
        int64_t ms;
        draw_still(app, node);
        if (!sound_of(i, node, &ms) && !sound_node(i) &&
            sound_allowed(i, node, &who) == CONSENT_GIVEN && !app->respondent.holds) {
            ui_gap(&app->ui, 8);
            question_file_draw(app, node);
        }
    }
}

static const char *value(struct app *app, struct node *node)
{
    int64_t ms;
    return sound_of(app->interview, node, &ms)
               ? ui_fill(&app->ui, S_sound_kept, app_sound_time(app, ms), NULL)
               : question_file_value(app, node);
}

static void leave(struct app *app)
{
    state_of(app)->deleting = NULL;
    if (!app->task.task) {
        app_sound_test_end(app);
    }
}

const struct question_kind kind_audio = {.name = "audio",
                                         .state_size = sizeof(struct audio_state),
                                         .matches = question_is_recorded,
                                         .draw = draw,
                                         .value = value,
                                         .commit = question_no_commit,
                                         .keep = question_nothing,
                                         .rest = question_no_rest,
                                         .is_half = question_no_half,
                                         .between = question_nothing,
                                         .leave = leave,
                                         .forget = leave,
                                         .roles = 1u << ROLE_BUTTON | 1u << ROLE_PILL};
