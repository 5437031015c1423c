/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages have in common: header, tabs, message, fields, lines of tables. */
#include "tools/office/office.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/prompt.h"
#include "platform/machine/secret.h"

static const struct {
    const char *id;
    enum string_id title;
} tabs[] = {
    [OFFICE_TAKE] = {"tab:take", S_desk_take},
    [OFFICE_RECORDS] = {"tab:records", S_desk_records},
    [OFFICE_FIELD] = {"tab:field", S_desk_field},
    [OFFICE_OUTPUT] = {"tab:output", S_desk_output},
    [OFFICE_DEVICES] = {"tab:devices", S_desk_devices},
    [OFFICE_FORMS] = {"tab:forms", S_desk_forms},
};

static void draw_tabs(struct office *o)
{
    struct ui *ui = &o->ui;
    int pad = ui_px(ui, 16), header = ui_header_height(ui);
    (void)ui_at(ui, pad, header + ui_px(ui, 10), ui->w - 2 * pad);
    for (enum office_page p = OFFICE_TAKE; p <= OFFICE_FORMS; p++) {
        if (ui_pill(ui, tabs[p].id, ui_str(ui, tabs[p].title), o->page == p, false)) {
            office_go(o, p);
        }
    }
    ui_pills_end(ui);
    ui_fill_rect(ui, (struct rect){0, ui->at.y - ui_px(ui, 3), ui->w, ui_px(ui, 1)},
                 ui->theme.line);
}

static void draw_message(struct office *o)
{
    struct ui *ui = &o->ui;
    if (!o->message.text[0]) {
        return;
    }
    if (!o->message.good) {
        ui_warning(ui, o->message.text);
        return;
    }
    int pad = ui_px(ui, 11), x = ui->at.x, w = ui->at.w;
    int h = ui_text_height(ui, w - 2 * pad, TEXT_HINT, o->message.text) + 2 * pad;
    ui_box(ui, (struct rect){x, ui->at.y, w, h}, 7, ui->theme.tint, ui->theme.accent, 1.5f);
    ui_text(ui, x + pad, ui->at.y + pad, w - 2 * pad, TEXT_HINT, o->message.text, ui->theme.ink);
    ui->at.y += h + ui_px(ui, 10);
}

void office_page_begin(struct office *o, const char *title, const char *subtitle)
{
    struct ui *ui = &o->ui;
    bool inner = o->page > OFFICE_FORMS, busy = o->work.task;
    struct header h = {.title = title ? title : ui_str(ui, S_desk_title),
                       .subtitle = subtitle,
                       .left = inner && !busy ? "back" : NULL,
                       .language = !busy,
                       .lock = o->desk && !busy,
                       .progress = -1};
    ui_header(ui, &h);
    int top = ui_header_height(ui);
    if (!title) {
        draw_tabs(o);
        top = ui->at.y;
    }
    bool keys = o->keys && ui->edit.id[0];
    ui_body_begin(ui, top, ui->h - (keys ? keyboard_height(ui, KEYBOARD_TEXT) : 0));
    int pad = ui_px(ui, 24), max = ui_px(ui, 1040); /* tables are wider than questions */
    ui->at.x = pad;
    ui->at.w = ui->w - 2 * pad;
    if (ui->at.w > max) {
        ui->at.x += (ui->at.w - max) / 2;
        ui->at.w = max;
    }
    draw_message(o);
}

void office_page_end(struct office *o)
{
    struct ui *ui = &o->ui;
    bool busy = o->work.task;
    ui_body_end(ui);
    if (busy) {
        return;
    }
    if (o->keys && ui->edit.id[0]) {
        bool field_of_lines = ui->lines;
        o->keyboard.lines = field_of_lines;
        if (keyboard_show(ui, &o->keyboard, KEYBOARD_TEXT, ui_str(ui, S_done))) {
            edit_end(&ui->edit);
            ui->again = true;
        }
    }
    if (ui_took(ui, "language")) {
        ui->language = (enum ui_language)((ui->language + 1) % UI_LANGUAGE_COUNT);
        keyboard_language(&o->keyboard, language_code(ui->language));
        office_forget(o, OFFICE_FIELD); /* its labels are of the other language */
        ui->again = true;
        if (o->record.open) {
            o->pages[OFFICE_RECORD].again(o);
            return;
        }
    }
    if (ui_took(ui, "lock")) {
        office_lock(o);
    }
}

void office_heading(struct office *o, enum string_id id)
{
    struct ui *ui = &o->ui;
    ui_gap(ui, 14);
    ui_say(ui, TEXT_HEADING, ui_str(ui, id), ui->theme.ink);
    ui_gap(ui, 6);
}

void office_cells(struct office *o, const char *const *cells, const uint8_t *share, size_t count,
                  bool head)
{
    struct ui *ui = &o->ui;
    enum text_style style = head ? TEXT_HINT : TEXT_BODY;
    int gap = ui_px(ui, 10), high = 0, x = ui->at.x, pad = ui_px(ui, 6);
    for (size_t c = 0; c < count; c++) {
        int w = ui->at.w * share[c] / 100 - gap;
        int h = ui_text(ui, x, ui->at.y + pad, w, style, cells[c],
                        head ? ui->theme.soft : ui->theme.ink);
        high = h > high ? h : high;
        x += ui->at.w * share[c] / 100;
    }
    ui->at.y += high + 2 * pad;
    ui_fill_rect(ui, (struct rect){ui->at.x, ui->at.y - ui_px(ui, 1), ui->at.w, ui_px(ui, 1)},
                 ui->theme.line);
}

bool office_field(struct office *o, const char *id, enum string_id label, char **text, int lines)
{
    struct ui *ui = &o->ui;
    ui_say(ui, TEXT_HINT, ui_str(ui, label), ui->theme.soft);
    ui_gap(ui, 4);
    bool active = edit_is(&ui->edit, id), changed = false;
    if (active && ui->edit.changed) {
        mem_wipe_text(*text);
        *text = mem_text(ui->edit.text.len ? ui->edit.text.data : "");
        ui->edit.changed = false;
        changed = true;
    }
    const char *shown = *text ? *text : "";
    if (ui_field(ui, id,
                 &(struct field){.text = shown,
                                 .cursor = active ? ui->edit.cursor : 0,
                                 .active = active,
                                 .min_lines = lines,
                                 .style = TEXT_BODY}) &&
        !active) {
        edit_begin(&ui->edit, id, shown);
        ui->edit.changed = false;
        ui->again = true;
    }
    if (active) {
        ui->lines = lines > 1;
        if (ui_pill(ui, "keys", ui_str(ui, S_desk_keys), o->keys, false)) {
            o->keys = !o->keys;
            ui->again = true;
        }
        ui_pills_end(ui);
    }
    return changed;
}

void office_secret(struct office *o, const char *id, enum string_id label)
{
    struct ui *ui = &o->ui;
    bool active = edit_is(&ui->edit, id);
    ui_say(ui, TEXT_HINT, ui_str(ui, label), ui->theme.soft);
    ui_gap(ui, 4);
    if (ui_field(ui, id,
                 &(struct field){.text = active && ui->edit.text.len ? ui->edit.text.data : "",
                                 .cursor = active ? ui->edit.cursor : 0,
                                 .active = active,
                                 .masked = true,
                                 .style = TEXT_BODY}) &&
        !active) {
        edit_begin(&ui->edit, id, "");
        ui->again = true;
    }
}

bool office_take_secret(struct office *o)
{
    struct edit *edit = &o->ui.edit;
    bool fits = !edit->id[0] || edit->text.len < PROMPT_MAX - 1;
    secret_free(o->pass);
    o->pass = NULL;
    if (edit->id[0] && edit->text.len && fits) {
        o->pass = secret_new(PROMPT_MAX);
        memcpy(o->pass, edit->text.data, edit->text.len);
    }
    edit_end(edit);
    window_forget_keys(o->ui.window);
    if (!fits) {
        office_say(o, ui_str(&o->ui, S_desk_pass_long), false);
    }
    return fits;
}

void office_add_line(struct office_line **lines, size_t *count, const char *name, const char *text,
                     char mark)
{
    struct buf out = {0};
    buf_join(&out, name, ": ", text, NULL);
    *lines = mem_grow(*lines, *count + 1, sizeof **lines);
    (*lines)[(*count)++] = (struct office_line){mem_text(out.data), mark};
    buf_fini(&out);
}

void office_free_lines(struct office_line **lines, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        free((*lines)[i].text);
    }
    free(*lines);
    *lines = NULL;
    *count = 0;
}

const char *office_day(struct office *o, int64_t wall_ms)
{
    char iso[64];
    clock_iso(iso, sizeof iso, wall_ms, clock_zone_minutes(wall_ms), false);
    return arena_printf(&o->ui.frame, "%.2s.%.2s.%.4s %.5s", iso + 8, iso + 5, iso, iso + 11);
}

const char *office_stamp(struct arena *arena, int64_t wall_ms)
{
    char iso[64];
    clock_iso(iso, sizeof iso, wall_ms, clock_zone_minutes(wall_ms), false);
    return arena_printf(arena, "%.10s-%.2s%.2s%.2s", iso, iso + 11, iso + 14, iso + 17);
}

static const struct {
    enum string_id text;
    char mark;
} states[] = {
    [REVIEW_RECEIVED] = {S_desk_state_received, 'o'},
    [REVIEW_APPROVED] = {S_desk_state_approved, '+'},
    [REVIEW_HAS_ISSUES] = {S_desk_state_issues, '!'},
    [REVIEW_REJECTED] = {S_desk_state_rejected, '-'},
    [REVIEW_EDITED] = {S_desk_state_edited, '?'},
};

enum string_id office_state(enum review_state state)
{
    return states[state].text;
}

char office_state_mark(enum review_state state)
{
    return states[state].mark;
}
