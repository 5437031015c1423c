/* SPDX-License-Identifier: Apache-2.0 */
/* How is one question asked and answered on the screen?  One function a kind of answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "forms/dates.h"
#include "platform/clock.h"
#include "platform/text.h"

/* Codes for "no answer" are pills apart, never among the answers. */
static const struct {
    const char *code, *number;
    enum string_id label;
} missing_codes[] = {{"dk", "-98", S_missing_dk},
                     {"refused", "-99", S_missing_refused},
                     {"na", "-97", S_missing_na}};
enum { MISSING = 3 };

static bool is_missing_code(const char *value)
{
    for (size_t i = 0; i < MISSING; i++) {
        if (strcmp(missing_codes[i].code, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_word(const char *list, const char *word)
{
    size_t want = strlen(word);
    for (const char *p = list; *p;) {
        size_t len = strcspn(p, " ");
        if (len == want && strncmp(p, word, len) == 0) {
            return true;
        }
        p += len + (p[len] == ' ');
    }
    return false;
}

/* ---- giving the answer to the session ---- */

static bool answer(struct app *app, struct node *node, const char *value)
{
    struct err err = {0};
    enum answer_result result = interview_answer(app->interview, node, value, &err);
    if (result != ANSWER_OK) {
        app_refusal(app, node, result);
        return false;
    }
    if (app->refused == node || !app->refused) {
        app->refused = NULL;
        app->message[0] = '\0';
    }
    app->ui.again = true;
    return true;
}

const char *question_field(struct app *app, const struct node *node)
{
    return arena_printf(&app->ui.frame, "field:%u:%u", node->item->index,
                        session_entry_of(node) ? tree_position(session_entry_of(node)) : 0);
}

/* Id of one part of a question; on a page of several questions it says of which. */
static const char *part(struct app *app, const struct node *node, const char *kind,
                        const char *which)
{
    if (app->interview->page.kind != PAGE_FIELDS) {
        return arena_printf(&app->ui.frame, "%s:%s", kind, which);
    }
    return arena_printf(&app->ui.frame, "%s:%u:%s", kind, node->item->index, which);
}

/* A choice's name in an id; its place where the name is too long for one. */
static const char *choice_name(struct app *app, const struct choice *choice, size_t at)
{
    return strlen(choice->value) < UI_ID_MAX / 2 ? choice->value
                                                 : arena_printf(&app->ui.frame, "#%zu", at + 1);
}

bool question_searching(const struct app *app)
{
    return strncmp(app->ui.edit.id, "search", 6) == 0;
}

struct node *question_typed(struct app *app)
{
    struct page *fields = NULL;
    size_t count = 0;
    struct interview *i = app->interview;
    if (!i || strncmp(app->ui.edit.id, "field", 5) != 0) {
        return NULL;
    }
    if (i->page.kind == PAGE_QUESTION) {
        return i->page.node;
    }
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &app->ui.frame, &i->page, &fields, &count);
        for (size_t f = 0; f < count; f++) {
            if (edit_is(&app->ui.edit, question_field(app, fields[f].node))) {
                return fields[f].node;
            }
        }
    }
    return NULL;
}

static bool is_number(const struct item *item)
{
    return item->type == TYPE_INT || item->type == TYPE_DECIMAL;
}

/* What stands in the field: numbers with the comma of all three languages, a code for "no answer" as
 * nothing (its pill shows it). */
static const char *shown_value(struct app *app, const struct node *node)
{
    const char *value = tree_value(node);
    for (size_t i = 0; i < MISSING && is_number(node->item) && node->item->missing; i++) {
        if (strcmp(value, missing_codes[i].number) == 0) {
            return "";
        }
    }
    char *out = arena_text(&app->ui.frame, value);
    for (char *p = out; *p && is_number(node->item); p++) {
        *p = *p == '.' ? ',' : *p;
    }
    return out;
}

bool question_commit(struct app *app)
{
    struct node *node = question_typed(app);
    if (!node) {
        return true;
    }
    if (strcmp(shown_value(app, node), app->ui.edit.text.data) == 0) { /* nothing new */
        if (interview_is_typed(app->interview, node)) {
            interview_typing(app->interview, node, tree_value(node));
        }
        edit_end(&app->ui.edit);
        app->typed_ms = 0;
        return true;
    }
    if (!answer(app, node, app->ui.edit.text.data)) {
        return false;
    }
    edit_end(&app->ui.edit);
    app->typed_ms = 0;
    return true;
}

/* ---- kinds of answers ---- */

static bool types_text(const struct page *page)
{
    const struct control *c = page->control;
    enum data_type type = page->node->item->type;
    return page->kind == PAGE_QUESTION && !page->node->readonly &&
           (c->kind == CONTROL_INPUT || c->kind == CONTROL_SECRET || c->kind == CONTROL_RANGE) &&
           type != TYPE_DATE && type != TYPE_GEOTRACE && type != TYPE_GEOSHAPE;
}

bool question_keyboard(struct app *app, const struct page *page, enum keyboard_kind *kind)
{
    if (question_searching(app)) {
        *kind = KEYBOARD_TEXT;
        return true;
    }
    struct node *node = question_typed(app);
    (void)page;
    if (!node) {
        return false;
    }
    *kind = node->item->type == TYPE_INT       ? KEYBOARD_NUMBER
            : node->item->type == TYPE_DECIMAL ? KEYBOARD_DECIMAL
                                               : KEYBOARD_TEXT;
    return true;
}

/* Pills for dk, refused, na on a number; the code is stored. */
static void number_pills(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int px = x;
    const char *offered = node->item->missing;
    if (!offered) {
        return;
    }
    for (size_t i = 0; i < MISSING; i++) {
        if (!has_word(offered, missing_codes[i].code)) {
            continue;
        }
        bool on = strcmp(tree_value(node), missing_codes[i].number) == 0;
        const char *id = part(app, node, "pill", missing_codes[i].code);
        if (ui_pill(ui, id, &px, y, x, x + w, ui_str(ui, missing_codes[i].label), on, true)) {
            edit_end(&ui->edit);
            app->typed_ms = 0;
            answer(app, node, on && !node->required ? "" : missing_codes[i].number);
        }
    }
    ui_pills_end(ui, &px, y, x);
}

static void ask_text(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    const char *id = question_field(app, node);
    bool number = is_number(node->item), active = edit_is(&ui->edit, id);
    bool many = control_has(c, "multiline");
    const char *value = shown_value(app, node);
    const char *text = active ? ui->edit.text.data : value;
    bool empty = !active && !*text;
    if (ui_field(ui, id, x, y, w, empty ? ui_str(ui, S_text_empty) : text,
                 active ? ui->edit.cursor : 0, active, false, many && !ui->landscape ? 4 : 1,
                 app->refused == node, number ? TEXT_DIGIT : TEXT_BODY)) {
        if (!active && question_commit(app)) { /* what stands in another field is not lost */
            edit_begin(&ui->edit, id, shown_value(app, node));
            ui->again = true;
        }
    }
}

static const char *turn(struct app *app, const struct node *node, const char *way)
{
    return app->interview->page.kind == PAGE_FIELDS ? part(app, node, way, "") : way;
}

static void ask_date(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct moment m;
    int cell_w = w / 7, cell_h = ui_px(ui, 44);
    bool has = date_parse(&m, tree_value(node)) && m.has_date;
    int year = app->year_shown, month = app->month_shown, day;
    if (app->dated != node && has) {
        year = m.year;
        month = m.month;
    } else if (app->dated != node) {
        int64_t now = clock_wall_ms();
        clock_civil((now + (int64_t)clock_zone_minutes(now) * 60000) / 86400000, &year, &month,
                    &day);
    }
    if (has) {
        const char *text = arena_printf(&ui->frame, "%02d.%02d.%04d", m.day, m.month, m.year);
        *y += ui_text(ui, x, *y, w, TEXT_HEADING, text, ui->theme.ink, true) + ui_px(ui, 6);
    }
    /* month and year, with a step to either side */
    static const int8_t left[] = {62, 18, 30, 50, 62, 82}, right[] = {38, 18, 70, 50, 38, 82};
    int side = ui_px(ui, 48);
    struct rect l = {x, *y, side, side}, r = {x + w - side, *y, side, side};
    struct rect yl = {x + side, *y, side, side}, yr = {x + w - 2 * side, *y, side, side};
    int step = ui_target(ui, turn(app, node, "month-back"), ROLE_STEP, l)   ? -1
               : ui_target(ui, turn(app, node, "month-next"), ROLE_STEP, r) ? 1
               : ui_target(ui, turn(app, node, "year-back"), ROLE_STEP, yl) ? -12
               : ui_target(ui, turn(app, node, "year-next"), ROLE_STEP, yr) ? 12
                                                             : 0;
    int at = ui_px(ui, 12);
    ui_stroke(ui, l.x + at, l.y + at, 24, left, 3, 3, ui->theme.ink);
    ui_stroke(ui, r.x + at, r.y + at, 24, right, 3, 3, ui->theme.ink);
    for (int k = 0; k < 2; k++) {
        ui_stroke(ui, yl.x + at - ui_px(ui, 4) + k * ui_px(ui, 8), yl.y + at, 24, left, 3, 2,
                  ui->theme.soft);
        ui_stroke(ui, yr.x + at - ui_px(ui, 4) + k * ui_px(ui, 8), yr.y + at, 24, right, 3, 2,
                  ui->theme.soft);
    }
    ui_text_centre(ui, (struct rect){x + 2 * side, *y, w - 4 * side, side}, TEXT_TITLE,
                   arena_printf(&ui->frame, "%s %d",
                                ui_str(ui, (enum string_id)(S_month_1 + month - 1)), year),
                   ui->theme.ink);
    if (step) {
        int months = year * 12 + month - 1 + step;
        app->dated = node;
        app->year_shown = months / 12;
        app->month_shown = months % 12 + 1;
        ui->again = true;
    }
    *y += side;
    for (int d = 0; d < 7; d++) {
        ui_text_centre(ui, (struct rect){x + d * cell_w, *y, cell_w, ui_px(ui, 24)}, TEXT_SMALL,
                       ui_str(ui, (enum string_id)(S_day_1 + d)), ui->theme.soft);
    }
    *y += ui_px(ui, 24);
    int64_t first = clock_days(year, month, 1);
    int column = (int)(((first + 3) % 7 + 7) % 7), row = 0; /* 1970-01-01 was a Thursday */
    for (int d = 1; clock_is_date(year, month, d); d++) {
        struct rect cell = {x + column * cell_w, *y + row * cell_h, cell_w, cell_h};
        const char *iso = arena_printf(&ui->frame, "%04d-%02d-%02d", year, month, d);
        bool on = strcmp(tree_value(node), iso) == 0;
        if (ui_target(ui, part(app, node, "day", ui_number(ui, d)), ROLE_CHOICE, cell)) {
            answer(app, node, on && !node->required ? "" : iso);
        }
        if (on) {
            int size = ui_px(ui, 38);
            ui_box(ui,
                   (struct rect){cell.x + (cell_w - size) / 2, cell.y + (cell_h - size) / 2, size,
                                 size},
                   19, ui->theme.accent, 0, 0);
        }
        ui_text_centre(ui, cell, TEXT_BODY, arena_printf(&ui->frame, "%d", d),
                       on ? ui->theme.on_accent : ui->theme.ink);
        if (++column == 7) {
            column = 0;
            row++;
        }
    }
    *y += (row + (column > 0)) * cell_h + ui_px(ui, 8);
}

/* A fresh value of a select-multiple after one choice was tapped. */
static char *toggled(struct arena *arena, const char *have, const char *choice)
{
    struct buf out = {0};
    bool was = has_word(have, choice), lone = is_missing_code(choice);
    for (const char *p = have; *p && !(lone && !was);) {
        size_t len = strcspn(p, " ");
        char *word = arena_copy(arena, p, len);
        /* "don't know" stands alone, whichever way one comes to it */
        if (len && strcmp(word, choice) != 0 && !is_missing_code(word)) {
            buf_text(&out, out.len ? " " : "");
            buf_text(&out, word);
        }
        p += len + (p[len] == ' ');
    }
    if (!was) {
        buf_text(&out, out.len ? " " : "");
        buf_text(&out, choice);
    }
    char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static void tap_choice(struct app *app, struct node *node, const char *value)
{
    const char *have = tree_value(node);
    if (node->item->control->kind == CONTROL_SELECT1) {
        answer(app, node, strcmp(have, value) == 0 && !node->required ? "" : value);
    } else {
        const char *fresh = toggled(&app->ui.frame, have, value);
        /* taking the last one back is a step on the way, not yet an answer to refuse */
        answer(app, node, fresh);
    }
}

static void search_field(struct app *app, const char *id, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    bool active = edit_is(&ui->edit, id);
    const char *text = active ? ui->edit.text.data : ui_str(ui, S_search);
    if (ui_field(ui, id, x, y, w, text, active ? ui->edit.cursor : 0, active, false, 1,
                 false, TEXT_BODY) &&
        !active && question_commit(app)) {
        edit_begin(&ui->edit, id, "");
    }
}

static bool found(struct app *app, const char *id, const char *label)
{
    struct buf a = {0}, b = {0};
    if (!edit_is(&app->ui.edit, id) || !app->ui.edit.text.len) {
        return true;
    }
    text_fold(&a, label, strlen(label));
    text_fold(&b, app->ui.edit.text.data, app->ui.edit.text.len);
    bool is = a.data && b.data && strstr(a.data, b.data) != NULL;
    buf_fini(&a);
    buf_fini(&b);
    return is;
}

static void ask_choices(struct app *app, struct node *node, int x, int *y, int w)
{
    enum { SEARCH_FROM = 12 };
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    struct choice *choices;
    size_t count, shown = 0, left_out = 0;
    struct err err = {0};
    bool many = c->kind != CONTROL_SELECT1;
    if (!session_choices(app->interview->session, &ui->frame, c, node, &choices, &count, &err)) {
        ui_warning(ui, x, y, w, ui_str(ui, S_refused_fault));
        return;
    }
    const char *have = arena_text(&ui->frame, tree_value(node));
    const char *search = turn(app, node, "search");
    if (count > SEARCH_FROM && (control_has(c, "autocomplete") || control_has(c, "search") ||
                                control_has(c, "minimal") || count > APP_CHOICES_SHOWN)) {
        search_field(app, search, x, y, w);
    }
    for (size_t i = 0; i < count; i++) {
        bool on = has_word(have, choices[i].value);
        if (is_missing_code(choices[i].value) || !found(app, search, choices[i].label)) {
            continue;
        }
        if (shown >= APP_CHOICES_SHOWN && !on) {
            left_out++;
            continue;
        }
        shown++;
        const char *id = part(app, node, "choice", choice_name(app, &choices[i], i));
        if (ui_choice(ui, id, x, y, w, choices[i].label, on, many)) {
            tap_choice(app, node, choices[i].value);
        }
    }
    if (!shown && count) {
        *y += ui_text(ui, x, *y, w, TEXT_HINT, ui_str(ui, S_choices_none), ui->theme.soft, true);
    }
    if (left_out) {
        *y += ui_px(ui, 8);
        *y += ui_text(ui, x, *y, w, TEXT_HINT,
                      ui_fill(ui, S_choices_many, ui_number(ui, (long long)left_out), NULL),
                      ui->theme.soft, true);
    }
    int px = x;
    *y += ui_px(ui, 14);
    for (size_t i = 0; i < count; i++) {
        if (is_missing_code(choices[i].value)) {
            const char *id = part(app, node, "pill", choices[i].value);
            if (ui_pill(ui, id, &px, y, x, x + w, choices[i].label,
                        has_word(have, choices[i].value), true)) {
                tap_choice(app, node, choices[i].value);
            }
        }
    }
    ui_pills_end(ui, &px, y, x);
}

static void ask_trigger(struct app *app, struct node *node, int x, int *y, int w)
{
    bool on = strcmp(tree_value(node), "OK") == 0;
    if (ui_choice(&app->ui, part(app, node, "choice", "OK"), x, y, w,
                  ui_str(&app->ui, S_acknowledge), on, true)) {
        answer(app, node, on && !node->required ? "" : "OK");
    }
}

/* ---- the question itself ---- */

static void show_label(struct app *app, const struct page *page, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct session *s = app->interview->session;
    bool fallback;
    const struct control *c = page->control;
    const char *label = session_text(s, &ui->frame, &c->label, page->node, FORM_LONG, &fallback);
    const char *hint = session_text(s, &ui->frame, &c->hint, page->node, FORM_LONG, NULL);
    const char *note = session_text(s, &ui->frame, &c->hint, page->node, FORM_GUIDANCE, NULL);
    /* a long text to read aloud is set as text, not as a headline */
    bool long_text = text_count(label, strlen(label)) > 140;
    *y += ui_text(ui, x, *y, w, long_text ? TEXT_BODY : TEXT_QUESTION, label, ui->theme.ink, true);
    if (fallback) {
        *y += ui_text(ui, x, *y, w, TEXT_SMALL, ui_str(ui, S_fallback), ui->theme.warn, true);
    }
    if (*hint) {
        *y += ui_px(ui, 6);
        *y += ui_text(ui, x, *y, w, TEXT_HINT, hint, ui->theme.soft, true);
    }
    if (*note) {
        *y += ui_px(ui, 8);
        int h = ui_text(ui, x + ui_px(ui, 12), *y, w - ui_px(ui, 12), TEXT_NOTE, note,
                        ui->theme.soft, true);
        ui_fill_rect(ui, (struct rect){x, *y, ui_px(ui, 3), h}, ui->theme.line);
        *y += h;
    }
    *y += ui_px(ui, 12);
}

static void show_refusal(struct app *app, const struct node *node, int x, int *y, int w)
{
    if (app->refused == node && app->message[0]) {
        int top = *y;
        ui_warning(&app->ui, x, y, w, app->message);
        if (app->refused_now) { /* brought into sight once; then the finger decides */
            app->refused_now = false;
            ui_scroll_to(&app->ui, top, *y - top);
        }
    }
}

static void show_answer(struct app *app, const struct page *page, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct node *node = page->node;
    const struct control *c = page->control;
    if (c->kind == CONTROL_INPUT && (node->readonly || node->item->calculate)) {
        if (*tree_value(node)) {
            *y += ui_text(ui, x, *y, w, TEXT_HEADING, tree_value(node), ui->theme.ink, true);
        }
    } else if (c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT || c->kind == CONTROL_RANK) {
        ask_choices(app, node, x, y, w);
    } else if (c->kind == CONTROL_TRIGGER) {
        ask_trigger(app, node, x, y, w);
    } else if (c->kind == CONTROL_INPUT && node->item->type == TYPE_DATE) {
        ask_date(app, node, x, y, w);
    } else if (types_text(page)) {
        ask_text(app, node, x, y, w);
    } else {
        ui_warning(ui, x, y, w, ui_str(ui, S_not_yet));
    }
    if (!ui->landscape) {
        show_refusal(app, node, x, y, w);
    }
    if (is_number(node->item)) {
        number_pills(app, node, x, y, w);
    }
}

void question_show(struct app *app, const struct page *page, int x, int *y, int w, bool label)
{
    struct ui *ui = &app->ui;
    bool note = page->control->kind == CONTROL_INPUT && page->node->readonly;
    int gap = ui_px(ui, 20), half = (w - gap) / 2;
    if (ui->landscape && label && !note && half > ui_px(ui, 200)) {
        int left_y = *y, right_y = *y; /* question left, answer right */
        show_refusal(app, page->node, x, &left_y, half); /* first: the page is low */
        show_label(app, page, x, &left_y, half);
        show_answer(app, page, x + half + gap, &right_y, half);
        *y = left_y > right_y ? left_y : right_y;
        return;
    }
    if (label) {
        show_label(app, page, x, y, w);
    }
    show_answer(app, page, x, y, w);
    if (ui->landscape) {
        show_refusal(app, page->node, x, y, w);
    }
}
