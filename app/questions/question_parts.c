/* SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of questions share: answering, ids of parts, codes, sounds, refusals. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/aloud.h"
#include "app/shell/form_media.h"
#include "platform/machine/text.h"

const struct question_code question_codes[QUESTION_CODES] = {{"dk", "-98", S_missing_dk},
                                                             {"refused", "-99", S_missing_refused},
                                                             {"na", "-97", S_missing_na}};

bool question_is_code(const char *value)
{
    for (size_t i = 0; i < QUESTION_CODES; i++) {
        if (strcmp(question_codes[i].code, value) == 0) {
            return true;
        }
    }
    return false;
}

bool question_is_asked(const struct node *node)
{
    const struct control *c = node->item ? node->item->control : NULL;
    return c && control_is_question(c) && !node->readonly &&
           !control_has(c, "label"); /* heading of a table: no answer */
}

void question_turn_to(struct app *app, const struct node *node)
{
    struct node *typed = typed_node(app);
    if (typed && typed != node) {
        question_commit_or_keep(app);
    }
}

bool question_answer(struct app *app, struct node *node, const char *value)
{
    struct err err = {0};
    question_turn_to(app, node);
    enum answer_result result = interview_answer(app->interview, node, value, &err);
    if (result != ANSWER_OK) {
        app_refusal(app, node, result);
        return false;
    }
    if (app->view.refused == node || !app->view.refused) {
        app->view.refused = NULL;
        app->message.text[0] = '\0';
    }
    app->ui.again = true;
    return true;
}

void question_tap(struct app *app, struct node *node, const char *value)
{
    bool back = strcmp(tree_value(node), value) == 0 && !node->required;
    question_answer(app, node, back ? "" : value);
}

const char *question_part(struct app *app, const struct node *node, const char *kind,
                          const char *which)
{
    if (app->interview->page.kind != PAGE_FIELDS) {
        return *which ? arena_printf(&app->ui.frame, "%s:%s", kind, which)
                      : arena_text(&app->ui.frame, kind);
    }
    return arena_printf(&app->ui.frame, "%s:%u:%s", kind, node->item->shape.index, which);
}

/* "1234567,5" → "1 234 567,5" with no-break spaces. Four digits may be a year and stay as
 * they are. */
const char *question_grouped(struct app *app, const char *number)
{
    const char *digits = number + (*number == '-');
    size_t whole = strspn(digits, "0123456789");
    if (whole < 5) {
        return number;
    }
    struct buf out = {0};
    buf_add(&out, number, (size_t)(digits - number));
    for (size_t i = 0; i < whole; i++) {
        buf_text(&out, i && (whole - i) % 3 == 0 ? "\xC2\xA0" : "");
        buf_char(&out, digits[i]);
    }
    buf_text(&out, digits + whole);
    const char *kept = arena_text(&app->ui.frame, out.data);
    buf_fini(&out);
    return kept;
}

void question_reached(struct app *app, const struct node *node, size_t first, int top, int bottom)
{
    struct ui *ui = &app->ui;
    if (app->view.reached != node) {
        return;
    }
    app->view.reached = NULL;
    ui->again = true;
    ui_scroll_to(ui, top, bottom - top < ui->body.h ? bottom - top : ui->body.h);
    if (ui->by_key && !ui->edit.id[0]) {
        ui_focus_from(ui, first);
    }
}

const char *question_number(struct app *app, const char *number)
{
    char *out = arena_text(&app->ui.frame, number);
    char *point = strchr(out, '.');
    if (point) {
        *point = ',';
    }
    return question_grouped(app, out);
}

void question_fallback(struct app *app, bool fallback)
{
    struct ui *ui = &app->ui;
    if (fallback) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_fallback), ui->theme.warn);
    }
}

const struct picture *question_choice_picture(struct app *app, struct node *node,
                                              struct choice *choice, int w, int h)
{
    const char *uri = session_choice_text(app->interview->session, &app->ui.frame,
                                          node->item->control, node, choice, FORM_IMAGE);
    return app_picture(app, uri, w, h);
}

static const char by_voice[] = "voice"; /* no URI: the machine's voice reads the choice */

/* Of a question whose label is recorded, choices without a prompt are read by the machine, if the
 * form or the interviewer wants it.  Else the label's own button reads them. */
static bool is_read(struct app *app, const struct node *node)
{
    const struct control *c = node->item->control;
    const char *label = session_text(app->interview->session, &app->ui.frame, &c->label,
                                     (struct node *)node, FORM_AUDIO, NULL);
    bool wanted = aloud_wanted(app) || (strcmp(c->autoplay, "audio") == 0 && aloud_can(app));
    return wanted && app_has_sound(app, label);
}

bool question_choice_recorded(struct app *app, struct node *node, struct choice *choice)
{
    return app_has_sound(app, session_choice_text(app->interview->session, &app->ui.frame,
                                                  node->item->control, node, choice, FORM_AUDIO));
}

const char *question_choice_sound(struct app *app, struct node *node, struct choice *choice)
{
    return question_choice_recorded(app, node, choice)
               ? session_choice_text(app->interview->session, &app->ui.frame, node->item->control,
                                     node, choice, FORM_AUDIO)
           : !choice->fallback && is_read(app, node) ? by_voice
                                                     : "";
}

void question_loudspeaker(struct app *app, struct node *node, struct choice *choices, size_t at,
                          struct rect r)
{
    static const int8_t cone[] = {20, 40, 34, 40, 52, 24, 52, 76, 34, 60, 20, 60, 20, 40};
    static const int8_t wave[] = {64, 36, 72, 50, 64, 64};
    struct ui *ui = &app->ui;
    const char *uri = question_choice_sound(app, node, &choices[at]);
    const char *name = question_choice_name(app, &choices[at], at);
    if (!*uri) {
        return;
    }
    if (ui_target(ui, question_part(app, node, "say", name), ROLE_ICON, r)) {
        if (uri == by_voice) {
            aloud_say(app, ui_plain(ui, choices[at].label));
        } else {
            app_listen(app, uri);
        }
    }
    int at_x = r.x + (r.w - ui_px(ui, 28)) / 2, at_y = r.y + (r.h - ui_px(ui, 28)) / 2;
    ui_stroke(ui, at_x, at_y, 28, (struct shape){cone, 7}, 2, ui->theme.ink);
    ui_stroke(ui, at_x, at_y, 28, (struct shape){wave, 3}, 2, ui->theme.ink);
}

void question_refusal(struct app *app, const struct node *node)
{
    if (app->view.refused == node && app->message.text[0]) {
        int top = app->ui.at.y;
        ui_warning(&app->ui, app->message.text);
        if (app->view.refused_now) { /* scrolled into view once; then the user scrolls */
            app->view.refused_now = false;
            ui_scroll_to(&app->ui, top, app->ui.at.y - top);
        }
    }
}

bool question_take_back(struct app *app, const struct node *node)
{
    struct ui *ui = &app->ui;
    enum string_id missing;
    bool half = question_is_half(app, node, &missing);
    if (node->readonly || (!half && (!*tree_value(node) || node->required))) {
        return false;
    }
    ui_gap(ui, 10);
    bool taken = ui_pill(ui, question_part(app, node, "take-back", ""), ui_str(ui, S_take_back),
                         false, true);
    ui_pills_end(ui);
    return taken;
}

bool question_is_secret(const struct control *control)
{
    return control->kind == CONTROL_SECRET || control_has(control, "masked");
}

/* ---- walking the table ---- */

bool question_no_commit(struct app *app)
{
    (void)app;
    return true;
}

int question_no_rest(struct app *app)
{
    (void)app;
    return -1;
}

bool question_no_half(const struct app *app, const struct node *node, enum string_id *missing)
{
    (void)app;
    (void)node;
    (void)missing;
    return false;
}

const char *question_no_value(struct app *app, struct node *node)
{
    (void)app;
    (void)node;
    return NULL;
}

void question_nothing(struct app *app)
{
    (void)app;
}

void *question_state(const struct app *app, enum question_index kind)
{
    assert(app->kinds && kind < KIND_COUNT && app->kinds->states[kind]);
    return app->kinds->states[kind];
}

const struct question_kind *question_kind_of(const struct app *app, const struct node *node)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        if (app->kinds->rows[k]->matches(node)) {
            return app->kinds->rows[k];
        }
    }
    return NULL;
}

bool question_commit(struct app *app)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        if (!app->kinds->rows[k]->commit(app)) {
            return false;
        }
    }
    return true;
}

int question_rest(struct app *app)
{
    int first = -1;
    for (int k = 0; k < KIND_COUNT; k++) {
        int left = app->kinds->rows[k]->rest(app);
        first = left >= 0 && (first < 0 || left < first) ? left : first;
    }
    return first;
}

bool question_is_half(const struct app *app, const struct node *node, enum string_id *missing)
{
    const struct question_kind *kind = question_kind_of(app, node);
    return kind && kind->is_half(app, node, missing);
}

void questions_keep(struct app *app)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        app->kinds->rows[k]->keep(app);
    }
}

void questions_between(struct app *app)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        app->kinds->rows[k]->between(app);
    }
}

void questions_leave(struct app *app)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        app->kinds->rows[k]->leave(app);
    }
}

void questions_forget(struct app *app)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        app->kinds->rows[k]->forget(app);
    }
}

void question_commit_or_keep(struct app *app)
{
    if (!question_commit(app) && typed_node(app)) {
        interview_typing(app->interview, typed_node(app), app->ui.edit.text.data);
    }
}

static bool is_missing_value(const char *value)
{
    static const char *const codes[] = {"dk", "refused", "na", "-97", "-98", "-99"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(codes[i], value) == 0) {
            return true;
        }
    }
    return false;
}

void question_count(const struct node *node, unsigned *questions, unsigned *answers,
                    unsigned *without)
{
    if (!node->active) {
        return;
    }
    if (question_is_asked(node)) {
        ++*questions;
        *answers += *tree_value(node) != '\0';
        *without += is_missing_value(tree_value(node));
    }
    for (const struct node *n = node->first; n; n = n->next) {
        question_count(n, questions, answers, without);
    }
}

const char *question_choice_name(struct app *app, const struct choice *choice, size_t at)
{
    return strlen(choice->value) < UI_ID_MAX / 2 ? choice->value
                                                 : arena_printf(&app->ui.frame, "#%zu", at + 1);
}

const char *question_chosen(struct app *app, struct node *node)
{
    struct choice *choices;
    size_t count;
    if (!*tree_value(node) || !session_chosen(app->interview->session, &app->ui.frame,
                                              node->item->control, node, &choices, &count, NULL)) {
        return NULL;
    }
    struct buf names = {0};
    for (size_t k = 0; k < count; k++) {
        buf_text(&names, names.len ? ", " : "");
        buf_text(&names, choices[k].label);
    }
    const char *kept = names.len ? arena_text(&app->ui.frame, names.data) : tree_value(node);
    buf_fini(&names);
    return kept;
}

bool question_file_stayed(const struct app *app, const struct node *node)
{
    const char *name = tree_value(node);
    return app->interview->corrects && *name && !interview_file(app->interview, name);
}
