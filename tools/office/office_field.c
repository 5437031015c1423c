/* SPDX-License-Identifier: Apache-2.0 */
/* How the field goes: interviewers, quotas, what looks odd, devices. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/file.h"
#include "tools/office/office.h"

enum { LIST_MAX = 1 << 20 };

/* A list of the study; it may be missing. */
static bool read_list(struct buf *out, const struct office *o, const char *name, bool *there,
                      struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    const char *path =
        o->options.lists ? arena_join(&arena, o->options.lists, "/", name, NULL) : NULL;
    *there = path && file_exists(path);
    bool ok = !*there || file_read(out, path, LIST_MAX, err);
    arena_fini(&arena);
    return ok;
}

static bool read_field(struct office *o, struct err *err)
{
    struct buf quotas = {0}, rules = {0};
    bool has_quotas, has_rules;
    bool ok = read_list(&quotas, o, "quota.csv", &has_quotas, err) &&
              read_list(&rules, o, "quality.csv", &has_rules, err);
    if (ok) {
        const struct field_options options = {.language = language_code(o->ui.language),
                                              .quotas = has_quotas ? &quotas : NULL,
                                              .rules = has_rules ? &rules : NULL};
        ok = desk_field_read(&o->field, o->desk, o->identity, &options, err);
        o->field_read = ok;
    }
    buf_fini(&quotas);
    buf_fini(&rules);
    return ok;
}

static void field_is_read(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        struct err why = *err;
        office_go(o, OFFICE_TAKE);
        office_failed(o, &why);
    }
}

void office_field_forget(struct office *o)
{
    if (o->field_read) {
        desk_field_fini(&o->field);
        o->field_read = false;
        o->first_finding = 0;
    }
}

/* ---- the page ---- */

static void show_interviewers(struct office *o)
{
    struct ui *ui = &o->ui;
    enum { PERCENT = 100 };
    static const uint8_t share[] = {18, 16, 19, 15, 19, 13};
    const char *const head[] = {ui_str(ui, S_desk_interviewer), ui_str(ui, S_desk_complete),
                                ui_str(ui, S_desk_partial),     ui_str(ui, S_desk_refused),
                                ui_str(ui, S_desk_minutes),     ui_str(ui, S_desk_look)};
    office_cells(o, head, share, 6, true);
    for (size_t i = 0; i < o->field.interviewer_count; i++) {
        const struct field_interviewer *f = &o->field.interviewers[i];
        const char *minutes =
            f->minutes_count ? ui_number(ui, (long long)(f->minutes[f->minutes_count / 2] + 0.5))
                             : "–";
        if (f->estimate > 0) { /* how that is to what the forms are expected to take */
            long long part = (long long)(f->lasted * PERCENT / f->estimate + 0.5);
            minutes = arena_printf(&ui->frame, "%s · %s %%", minutes, ui_number(ui, part));
        }
        const char *const row[] = {*f->code ? f->code : "–",
                                   ui_number(ui, f->complete),
                                   ui_number(ui, f->partial),
                                   ui_number(ui, f->refused),
                                   minutes,
                                   f->red + f->amber ? ui_number(ui, f->red + f->amber) : "–"};
        office_cells(o, row, share, 6, false);
    }
}

/* The cell's label, how full it is as a bar, and the numbers. */
static void show_quota(struct office *o, const struct field_cell *c)
{
    struct ui *ui = &o->ui;
    int left = ui->at.w * 45 / 100, bar_w = ui->at.w * 35 / 100, pad = ui_px(ui, 6);
    int h = ui_text_height(ui, left, TEXT_BODY, c->label), line = ui_line(ui, TEXT_BODY);
    int x = ui->at.x + left + ui_px(ui, 12), bar = ui_px(ui, 12), y = ui->at.y + pad;
    unsigned done = c->target && c->done > c->target ? c->target : c->done;
    ui_text(ui, ui->at.x, y, left, TEXT_BODY, c->label, ui->theme.ink);
    if (c->target) {
        int part = (int)((long long)bar_w * done / c->target);
        ui_box(ui, (struct rect){x, y + (line - bar) / 2, bar_w, bar}, 3, ui->theme.paper,
               ui->theme.soft, 1);
        ui_fill_rect(ui, (struct rect){x, y + (line - bar) / 2, part, bar}, ui->theme.accent);
    }
    const char *numbers =
        c->fault    ? c->fault
        : c->target ? ui_fill(ui, S_desk_done_of, ui_number(ui, c->done), ui_number(ui, c->target))
                    : ui_number(ui, c->done);
    int right = ui->at.w - left - bar_w - ui_px(ui, 24);
    int h2 = ui_text(ui, x + bar_w + ui_px(ui, 12), y, right, TEXT_BODY, numbers, ui->theme.ink);
    ui->at.y += (h > h2 ? h : h2) + 2 * pad;
}

static void show_quotas(struct office *o)
{
    struct ui *ui = &o->ui;
    const char *form = NULL;
    office_heading(o, S_desk_quotas);
    if (!o->field.cell_count) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_no_lists), ui->theme.soft);
    }
    for (size_t i = 0; i < o->field.cell_count; i++) {
        const struct field_cell *c = &o->field.cells[i];
        if (!form || strcmp(form, c->form) != 0) {
            form = c->form;
            ui_gap(ui, 6);
            ui_say(ui, TEXT_BODY_BOLD, form, ui->theme.soft);
        }
        show_quota(o, c);
    }
}

static const char *finding(struct ui *ui, const struct field_words *w)
{
    static const enum string_id kinds[] = {
        [FOUND_SHORT] = S_desk_find_short,       [FOUND_HOUR] = S_desk_find_hour,
        [FOUND_EQUAL] = S_desk_find_equal,       [FOUND_MISSING] = S_desk_find_missing,
        [FOUND_STORIES] = S_desk_find_stories,   [FOUND_CHECKS] = S_desk_find_checks,
        [FOUND_LANGUAGE] = S_desk_find_language, [FOUND_SAME] = S_desk_find_same,
        [FOUND_PERSON] = S_desk_find_person,     [FOUND_OVERLAP] = S_desk_find_overlap,
        [FOUND_DAY] = S_desk_find_day,           [FOUND_NO_REFUSAL] = S_desk_find_no_refusal,
        [FOUND_ALL_SOUND] = S_desk_find_sound,   [FOUND_NO_SOUND] = S_desk_find_no_sound};
    static_assert(sizeof kinds / sizeof *kinds == FOUND_KINDS, "a text for each kind");
    return ui_fill3(ui, kinds[w->kind], w->with[0], w->with[1], w->with[2]);
}

/* Where among many findings: so many are drawn at once. */
enum { FINDINGS_SHOWN = 100 };
static void turn_findings(struct office *o)
{
    struct ui *ui = &o->ui;
    size_t count = o->field.finding_count, first = o->first_finding;
    size_t last = first + FINDINGS_SHOWN < count ? first + FINDINGS_SHOWN : count;
    if (count <= FINDINGS_SHOWN) {
        return;
    }
    ui_say(ui, TEXT_HINT,
           ui_fill3(ui, S_desk_listed, ui_number(ui, (long long)first + 1),
                    ui_number(ui, (long long)last), ui_number(ui, (long long)count)),
           ui->theme.soft);
    ui_gap(ui, 6);
    if (first && ui_pill(ui, "back-findings", ui_str(ui, S_back), false, false)) {
        o->first_finding = first < FINDINGS_SHOWN ? 0 : first - FINDINGS_SHOWN;
        ui->again = true;
    }
    if (last < count && ui_pill(ui, "more-findings", ui_str(ui, S_next), false, false)) {
        o->first_finding = last;
        ui->again = true;
    }
    ui_pills_end(ui);
}

static void show_findings(struct office *o)
{
    struct ui *ui = &o->ui;
    static const uint8_t none[16];
    size_t first = o->first_finding;
    office_heading(o, S_desk_findings);
    if (!o->field.finding_count) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_findings_none), ui->theme.soft);
    }
    for (size_t i = first; i < o->field.finding_count && i < first + FINDINGS_SHOWN; i++) {
        const struct field_finding *f = &o->field.findings[i];
        const char *small = arena_printf(&ui->frame, "%s · %s · %s", f->rule,
                                         *f->interviewer ? f->interviewer : "–", f->form);
        bool hit = ui_row(ui, arena_printf(&ui->frame, "finding:%zu", i), finding(ui, &f->words),
                          small, f->level == FIELD_RED ? '!' : '?');
        if (hit && memcmp(f->record, none, 16) != 0) {
            office_record_open(o, f->record);
            return;
        }
    }
    turn_findings(o);
}

static void show_devices(struct office *o)
{
    struct ui *ui = &o->ui;
    office_heading(o, S_desk_devices);
    for (size_t i = 0; i < o->field.device_count; i++) {
        const struct field_device *d = &o->field.devices[i];
        char hex[9];
        snprintf(hex, sizeof hex, "%02x%02x%02x%02x", d->id[0], d->id[1], d->id[2], d->id[3]);
        const char *when = d->handed_ms ? office_day(o, d->handed_ms) : ui_str(ui, S_desk_never);
        const char *small = ui_fill(ui, S_desk_handed, when, NULL);
        if (d->missing_from) {
            small =
                arena_join(&ui->frame, small, " · ",
                           ui_fill(ui, S_desk_took_gap, ui_number(ui, (long long)d->missing_from),
                                   ui_number(ui, (long long)d->missing_to)),
                           NULL);
        }
        (void)ui_row(ui, arena_printf(&ui->frame, "device:%zu", i), *d->label ? d->label : hex,
                     small, d->missing_from ? '!' : '+');
    }
}

void office_field_page(struct office *o)
{
    if (!o->field_read) {
        office_read(o, S_desk_wait_read, read_field, field_is_read);
        if (o->work.task || !o->field_read) {
            return;
        }
    }
    office_page_begin(o, NULL, NULL);
    show_interviewers(o);
    show_quotas(o);
    show_devices(o);
    show_findings(o);
    office_page_end(o);
}
