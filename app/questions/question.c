/* SPDX-License-Identifier: Apache-2.0 */
/* Asks one question: chooses its kind, shows label, answer and refusal. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/aloud.h"
#include "app/shell/form_media.h"
#include "app/shell/sound.h"
#include "platform/machine/audio.h"
#include "platform/machine/text.h"

/* ---- passing the answer to the session ---- */

/* ---- codes ---- */

/* ---- kinds of answers ---- */

/* ---- the question itself ---- */

/* The question, and its choices that have no prompt, one after the other. */
void question_say_aloud(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    struct session *s = app->interview->session;
    const struct control *c = page->control;
    struct choice *choices;
    struct buf text = {0};
    size_t count;
    const char *label = session_text(s, &ui->frame, &c->label, page->node, FORM_LONG, NULL);
    buf_join(&text, ui_plain(ui, label), ".\n", NULL);
    bool lists = (c->choices || c->itemset) &&
                 session_choices(s, &ui->frame, c, page->node, &choices, &count, NULL);
    for (size_t k = 0; lists && k < count; k++) {
        if (!question_choice_recorded(app, page->node, &choices[k])) { /* it has its own button */
            buf_join(&text, ui_plain(ui, choices[k].label), ".\n", NULL);
        }
    }
    aloud_say(app, text.data);
    buf_fini(&text);
}

/* A button to hear the label: what the form has recorded, or the machine's voice. */
static void label_sound(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    const char *sound = session_text(app->interview->session, &ui->frame, &page->control->label,
                                     page->node, FORM_AUDIO, NULL);
    bool recorded = app_has_sound(app, sound), foreign = false;
    (void)session_text(app->interview->session, &ui->frame, &page->control->label, page->node,
                       FORM_LONG, &foreign);
    if (!recorded && (foreign || !aloud_wanted(app))) {
        return;
    }
    ui_gap(ui, 8);
    if (ui_pill(ui, question_part(app, page->node, "listen", ""),
                ui_str(ui, audio_playing() ? S_listen_stop : S_listen), audio_playing(), false)) {
        if (recorded) {
            app_listen(app, sound);
        } else {
            question_say_aloud(app, page);
        }
    }
    ui_pills_end(ui);
}

/* The label's picture; a tap opens it large.  An annotated picture is shown by its question. */
static void label_picture(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    const struct control *c = page->control;
    struct session *s = app->interview->session;
    const char *image = session_text(s, &ui->frame, &c->label, page->node, FORM_IMAGE, NULL);
    const char *big = session_text(s, &ui->frame, &c->label, page->node, FORM_BIG_IMAGE, NULL);
    image = *image ? image : big;
    bool below = c->kind == CONTROL_UPLOAD && *question_drawn_upon(app, page->node);
    const struct picture *picture =
        below ? NULL : app_picture(app, image, ui->at.w, ui->body.h / 2);
    if (!picture) {
        return;
    }
    ui_gap(ui, 8);
    struct rect r = {ui->at.x, ui->at.y, picture->w, picture->h};
    int min = ui_px(ui, UI_TOUCH_DP);
    bool large = r.w >= min && r.h >= min;
    if (large && ui_target(ui, question_part(app, page->node, "picture", ""), ROLE_BUTTON, r)) {
        app->sheets.zoom = 1;
        ui->side = 0;
        snprintf(app->sheets.looked_at, sizeof app->sheets.looked_at, "%s", *big ? big : image);
        app->sheet = SHEET_PICTURE;
    }
    app_show_picture(app, ui->at.x, ui->at.y, picture);
    ui->at.y += picture->h + ui_px(ui, 4);
}

const char *question_guidance(struct app *app, const struct page *page, bool *fallback)
{
    const char *note = session_text(app->interview->session, &app->ui.frame, &page->control->hint,
                                    page->node, FORM_GUIDANCE, fallback);
    if (!*note || app->respondent.holds) {
        *fallback = false;
        return "";
    }
    return note;
}

void question_note(struct app *app, const char *note)
{
    struct ui *ui = &app->ui;
    if (*note) {
        ui_gap(ui, 8);
        int x = ui->at.x, indent = ui_px(ui, 12);
        int h =
            ui_rich(ui, x + indent, ui->at.y, ui->at.w - indent, TEXT_NOTE, note, ui->theme.soft);
        ui_fill_rect(ui, (struct rect){x, ui->at.y, ui_px(ui, 3), h}, ui->theme.line);
        ui->at.y += h;
    }
}

static void show_label(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    struct session *s = app->interview->session;
    bool fallback, hint_fallback, note_fallback;
    const struct control *c = page->control;
    const char *label = session_text(s, &ui->frame, &c->label, page->node, FORM_LONG, &fallback);
    const char *hint = session_text(s, &ui->frame, &c->hint, page->node, FORM_LONG, &hint_fallback);
    const char *note = question_guidance(app, page, &note_fallback);
    /* a long text is set as body text, not as a heading */
    bool long_text = text_count(label, strlen(label)) > 140;
    ui_say_rich(ui, long_text ? TEXT_BODY : TEXT_QUESTION, label, ui->theme.ink);
    label_sound(app, page);
    label_picture(app, page);
    question_fallback(app, fallback || (hint_fallback && *hint) || note_fallback);
    if (*hint) {
        ui_gap(ui, 6);
        ui_say_rich(ui, TEXT_HINT, hint, ui->theme.soft);
    }
    question_note(app, note);
    ui_gap(ui, 12);
}

const char *question_value(struct app *app, const struct page *page)
{
    const struct question_kind *kind = question_kind_of(app, page->node);
    const char *value = tree_value(page->node);
    const char *chosen =
        kind && kind->value == question_chosen ? question_chosen(app, page->node) : NULL;
    if (chosen) {
        return chosen;
    }
    for (size_t i = 0; i < QUESTION_CODES && page->node->item->missing; i++) {
        if (strcmp(value, question_codes[i].number) == 0) {
            return ui_str(&app->ui, question_codes[i].label);
        }
    }
    const char *read = kind ? kind->value(app, page->node) : NULL;
    return read ? read : value;
}

static void show_value(struct app *app, const struct page *page)
{
    const char *value = question_value(app, page);
    if (*value) {
        ui_say(&app->ui, TEXT_HEADING, value, app->ui.theme.ink);
    }
}

static void show_answer(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    struct node *node = page->node;
    const struct question_kind *kind = question_kind_of(app, node);
    app_sound_before_consent(app, node);
    if (node->readonly) {
        show_value(app, page);
    } else if (kind) {
        kind->draw(app, node);
    } else {
        ui_warning(ui, ui_str(ui, S_not_yet));
    }
    question_refusal(app, node);
    if (kind && kind->stays && question_take_back(app, node)) {
        enum string_id missing;
        if (question_is_half(app, node, &missing)) { /* only a half was given */
            interview_typing(app->interview, node, tree_value(node));
            app->view.refused = app->view.refused == node ? NULL : app->view.refused;
            ui->again = true;
        } else {
            question_answer(app, node, "");
        }
    }
    if (question_is_number(node->item)) {
        question_number_pills(app, node);
    }
}

void question_show(struct app *app, const struct page *page, bool label)
{
    assert(page->kind == PAGE_QUESTION || page->node);
    struct ui *ui = &app->ui;
    int w = ui->at.w;
    bool note = page->control->kind == CONTROL_INPUT && page->node->readonly;
    int gap = ui_px(ui, 20), half = (w - gap) / 2, left = half;
    enum data_type type = page->node->item->type;
    int week = 7 * ui_px(ui, UI_TOUCH_DP) + ui_px(ui, 1);
    bool days = type == TYPE_DATE || type == TYPE_DATE_TIME;
    if (days && half < week && w - week > half / 2) {
        left = w - gap - week;
    }
    if (ui->landscape && label && !note && half > ui_px(ui, 200) &&
        !(days && ui->text_scale > 1.5f)) {
        struct cursor all = ui->at; /* question left, answer right */
        ui->at.w = left;
        show_label(app, page);
        int left_y = ui->at.y;
        ui_at(ui, all.x + left + gap, all.y, w - left - gap);
        show_answer(app, page);
        ui_at(ui, all.x, left_y > ui->at.y ? left_y : ui->at.y, w);
        return;
    }
    if (label) {
        show_label(app, page);
    }
    show_answer(app, page);
}

/* Labels of the groups around this field that were not around the previous one. */
static void show_groups(struct app *app, const struct page *page, const struct page *field,
                        const struct control **last)
{
    enum { DEEP = 8 };
    struct ui *ui = &app->ui;
    const struct control *chain[DEEP];
    size_t count = 0, known = 0;
    const struct control *own = field->control->parent;
    for (const struct control *c = own; c && count < DEEP; c = c->parent) {
        chain[count++] = c;
        if (c == page->control) {
            break;
        }
    }
    while (known < count && chain[known] != *last) {
        known++;
    }
    for (size_t k = known; k-- > 0;) { /* outermost first */
        bool fallback = false, page_own = chain[k] == page->control;
        if (chain[k]->kind != CONTROL_GROUP || control_has(chain[k], "risk-matrix")) {
            continue;
        }
        const char *text = session_text(app->interview->session, &ui->frame, &chain[k]->label,
                                        field->node, FORM_LONG, &fallback);
        if (!*text || (page_own && !ui->title_cut && !fallback)) {
            continue; /* the header shows it */
        }
        ui_say_rich(ui, TEXT_HEADING, text, ui->theme.ink);
        question_fallback(app, fallback);
        ui_gap(ui, 10);
    }
    *last = own;
}

void question_show_fields(struct app *app)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct page *fields, page = i->page;
    size_t count;
    session_fields(i->session, &ui->frame, &page, &fields, &count);
    if (control_has(page.control, "risk-matrix")) {
        ui_say_rich(
            ui, TEXT_QUESTION,
            session_text(i->session, &ui->frame, &page.control->label, page.node, FORM_LONG, NULL),
            ui->theme.ink);
        ui_gap(ui, 12);
    }
    if (question_risk(app, &page, fields, count)) {
        return;
    }
    const struct control *group = NULL;
    for (size_t f = 0; f < count;) {
        show_groups(app, &page, &fields[f], &group);
        if (question_is_grid_head(&fields[f]) || question_is_grid_row(&fields[f])) {
            f += question_grid(app, fields, count, f);
            continue;
        }
        if (fields[f].kind == PAGE_QUESTION) {
            size_t first = ui->target_count;
            int top = ui->at.y;
            question_show(app, &fields[f], true);
            question_reached(app, fields[f].node, first, top, ui->at.y);
            ui_gap(ui, 18);
        }
        f++;
    }
}
