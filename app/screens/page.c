/* SPDX-License-Identifier: Apache-2.0 */
/* The interview's page: what is to be done when another page is shown. */
#include "app/screens/page.h"

#include <assert.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/screens/group.h"
#include "app/shell/aloud.h"
#include "app/shell/form_media.h"
#include "app/shell/sound.h"
#include "app/shell/typing.h"
#include "platform/machine/audio.h"

/* Plays the sound of the first question on the page whose form says autoplay="audio". */
static void play_at_once(struct app *app, const struct page *fields, size_t count)
{
    for (size_t f = 0; f < count && !app->looks.quiet; f++) {
        const struct page *p = &fields[f];
        const char *sound = "";
        bool plays = p->kind == PAGE_QUESTION && strcmp(p->control->autoplay, "audio") == 0;
        if (plays) {
            sound = session_text(app->interview->session, &app->ui.frame, &p->control->label,
                                 p->node, FORM_AUDIO, NULL);
        }
        if (app_has_sound(app, sound)) {
            app_listen(app, sound);
            return;
        }
        bool foreign = false;
        (void)session_text(app->interview->session, &app->ui.frame, &p->control->label, p->node,
                           FORM_LONG, &foreign);
        if (plays && !foreign && aloud_can(app)) { /* the form wants it to be heard */
            question_say_aloud(app, p);
            return;
        }
    }
}

void page_reopen_typed(struct app *app)
{
    struct interview *i = app->interview;
    struct ui *ui = &app->ui;
    struct page *fields = &i->page;
    size_t count = i->page.kind != PAGE_ROSTER;
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &ui->frame, &i->page, &fields, &count);
    }
    for (size_t f = 0; f < count; f++) {
        const char *typed = fields[f].kind == PAGE_QUESTION && question_types_text(&fields[f])
                                ? interview_typed(i, fields[f].node)
                                : NULL;
        if (typed) {
            edit_begin(&ui->edit, typed_id(app, fields[f].node), typed);
            break;
        }
    }
}

void page_arrive(struct app *app)
{
    assert(app->interview);
    struct interview *i = app->interview;
    struct ui *ui = &app->ui;
    edit_end(&ui->edit);
    ui->scroll = 0;
    ui->focus[0] = '\0'; /* Tab starts at the answer */
    app->message.text[0] = '\0';
    app->view.removed_again = app->view.removed_here; /* the user has not read it yet */
    app->view.removed_here = 0;
    app->view.refused = NULL;
    questions_leave(app);
    app->view.blanks_told = false;
    app->view.calendar = (struct app_calendar){.chosen = false};
    app->view.removed_notice = false;
    audio_stop();
    aloud_forget(app);
    app_sound_test_end(app);
    app->sound.deleting = false; /* asked on the page that was left */
    group_arrive(app);
    app->search.id[0] = '\0';
    app->view.advance = false;
    app->view.field_waits = app->view.reached = NULL;
    app->view.typed_ms = 0;
    ui->again = true;
    struct page *fields = &i->page;
    size_t count = i->page.kind != PAGE_ROSTER;
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &ui->frame, &i->page, &fields, &count);
    }
    play_at_once(app, fields, count);
    page_reopen_typed(app);
}

/* Opens the field of a page with one text question. True: it was just opened. */
bool page_open_field(struct app *app)
{
    struct interview *i = app->interview;
    struct node *node = i->page.node;
    const struct control *c = i->page.control;
    if (i->page.kind != PAGE_QUESTION || app->ui.edit.id[0] || node->readonly ||
        (c->kind != CONTROL_INPUT && c->kind != CONTROL_SECRET)) {
        return false;
    }
    enum data_type t = node->item->type;
    bool typed = t != TYPE_DATE && t != TYPE_TIME && t != TYPE_DATE_TIME;
    if (!typed || *tree_value(node) || app->view.field_waits == node) {
        return false;
    }
    edit_begin(&app->ui.edit, typed_id(app, node), "");
    return true;
}

void page_open_waiting(struct app *app)
{
    if (app->view.field_waits && app->interview && app->screen == SCREEN_INTERVIEW &&
        app->sheet == SHEET_NONE && app->view.field_waits == app->interview->page.node) {
        app->view.field_waits = NULL;
        (void)page_open_field(app);
    }
}
