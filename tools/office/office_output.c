/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "tools/desk/desk_submissions.h"
#include "tools/office/office.h"

/* ---- which records ---- */

static struct desk_filter chosen(const struct office *o)
{
    const struct office_output *out = &o->output;
    return (struct desk_filter){.form = out->form[0] ? out->form : NULL,
                                .since = out->since && *out->since ? out->since : NULL,
                                .until = out->until && *out->until ? out->until : NULL,
                                .training = out->training};
}

static void choose_form(struct office *o, const char *id, const char *title)
{
    struct ui *ui = &o->ui;
    if (ui_pill(ui, arena_join(&ui->frame, "of:", id, NULL), title, strcmp(o->output.form, id) == 0,
                false)) {
        snprintf(o->output.form, sizeof o->output.form, "%s", id);
        ui->again = true;
    }
}

/* Each form once: its versions stand beside each other. */
static bool is_first(const struct office_forms *f, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(f->list[k].id, f->list[i].id) == 0) {
            return false;
        }
    }
    return *f->list[i].id;
}

static void choose_records(struct office *o)
{
    struct ui *ui = &o->ui;
    const struct office_forms *f = &o->forms;
    office_heading(o, S_desk_which);
    choose_form(o, "", ui_str(ui, S_desk_state_all));
    for (size_t i = 0; i < f->count; i++) {
        if (is_first(f, i)) {
            choose_form(o, f->list[i].id, *f->list[i].title ? f->list[i].title : f->list[i].id);
        }
    }
    if (ui_pill(ui, "training", ui_str(ui, S_desk_training), o->output.training, true)) {
        o->output.training = !o->output.training;
        ui->again = true;
    }
    ui_pills_end(ui);
    (void)office_field(o, "since", S_desk_since, &o->output.since, 1);
    (void)office_field(o, "until", S_desk_until, &o->output.until, 1);
}

/* ---- tables ---- */

static bool name_folder(struct office *o, const char *what, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    free(o->output.folder);
    o->output.folder = mem_text(arena_join(&arena, o->options.out, "/", what, "-",
                                           office_stamp(&arena, clock_wall_ms()), NULL));
    arena_fini(&arena);
    return file_folder(o->options.out, 0700, err);
}

static bool make_tables(struct office *o, struct err *err)
{
    const char *labels =
        o->output.labels < 0 ? NULL : language_code((enum ui_language)o->output.labels);
    if (!name_folder(o, o->output.writer ? o->output.writer->name : "odk", err)) {
        return false;
    }
    struct export_options options = {.columns = {.sensitive_extra = o->output.sensitive},
                                     .look = {.labels = labels},
                                     .writer = o->output.writer,
                                     .out = o->output.folder,
                                     .filter = chosen(o),
                                     .progress = office_progress};
    if (o->has_elements) {
        desk_elements_codes(&o->elements, &options.look);
    }
    return (o->output.writer ? desk_export : desk_export_submissions)(
        o->desk, o->identity, &options, &o->output.counts, err);
}

struct left { /* what is not in the output, or stands otherwise in it */
    size_t count;
    enum string_id text;
    bool missing; /* whole records */
};

static void show_lines(struct office *o, const struct left *left, size_t count)
{
    struct ui *ui = &o->ui;
    for (size_t i = 0; i < count; i++) {
        if (left[i].count) {
            (void)ui_row(ui, arena_printf(&ui->frame, "left:%zu", i),
                         ui_fill(ui, left[i].text, ui_number(ui, (long long)left[i].count), NULL),
                         "", left[i].missing ? '!' : '?');
        }
    }
}

static void show_left_out(struct office *o)
{
    const struct export_counts *c = &o->output.counts;
    const struct report_counts *r = &o->output.report;
    const struct left tables[] = {
        {c->unreadable, S_desk_left_unreadable, true},
        {c->without_form, S_desk_left_form, true},
        {c->closed, S_desk_left_closed, true},
        {c->kept_apart, S_desk_left_apart, true},
        {c->hidden_columns, S_desk_left_columns, false},
        {c->hidden_media, S_desk_left_files, false},
        {c->hidden_memos, S_desk_left_memos, false},
        {c->hidden_codes, S_desk_left_codes, false},
        {c->withdrawn, S_desk_left_withdrawn, false},
        {c->unmarked, S_desk_left_unmarked, false},
        {c->withdrawn_media, S_desk_left_recordings, false},
        {c->adrift, S_desk_left_adrift, false},
        {c->replaced, S_desk_left_replaced, false},
        {c->twice, S_desk_left_twice, false},
        {c->same_name, S_desk_left_names, false},
        {c->other_ids, S_desk_left_ids, false},
        {c->continued, S_desk_left_continued, false},
        {c->more_sheets, S_desk_left_sheets, false},
        {c->shortened, S_desk_left_shortened, false},
    };
    const struct left report[] = {{r->unreadable, S_desk_left_unreadable, true},
                                  {r->without_form, S_desk_left_form, true},
                                  {r->faults, S_desk_left_cells, true},
                                  {r->few + r->hidden, S_desk_left_small, false},
                                  {r->dropped, S_desk_left_tables, false}};
    if (o->output.made == OUTPUT_TABLES) {
        show_lines(o, tables, sizeof tables / sizeof *tables);
    } else if (o->output.made == OUTPUT_REPORT) {
        show_lines(o, report, sizeof report / sizeof *report);
    }
}

static void tables_made(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const struct export_counts *c = &o->output.counts;
    o->output.made = ok ? OUTPUT_TABLES : OUTPUT_NONE;
    if (!ok) {
        office_failed(o, err);
        return;
    }
    office_say(o,
               ui_fill3(ui, S_desk_exported, ui_number(ui, c->records), ui_number(ui, c->files),
                        o->output.folder),
               !(c->unreadable + c->without_form + c->closed + c->kept_apart));
}

/* ---- the report ---- */

static bool make_report(struct office *o, struct err *err)
{
    if (!name_folder(o, o->output.public ? "report-public" : "report", err)) {
        return false;
    }
    const struct report_options options = {.filter = chosen(o),
                                           .out = o->output.folder,
                                           .language = language_code(o->ui.language),
                                           .lists = o->options.lists,
                                           .public = o->output.public};
    return report_write(o->desk, o->identity, &options, &o->output.report, err);
}

static void report_made(struct office *o, bool ok, const struct err *err)
{
    struct ui *ui = &o->ui;
    const struct report_counts *c = &o->output.report;
    o->output.made = ok ? OUTPUT_REPORT : OUTPUT_NONE;
    if (!ok) {
        office_failed(o, err);
        return;
    }
    office_say(o,
               ui_fill3(ui, S_desk_reported, ui_number(ui, (long long)c->base),
                        ui_number(ui, (long long)c->records), o->output.folder),
               !(c->unreadable + c->without_form + c->faults));
}

/* ---- the page ---- */

static void choose_format(struct office *o)
{
    struct ui *ui = &o->ui;
    ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_format), ui->theme.soft);
    ui_gap(ui, 4);
    for (size_t i = 0; dataset_writer_at(i); i++) {
        const struct dataset_writer *w = dataset_writer_at(i);
        if (ui_pill(ui, arena_join(&ui->frame, "format:", w->name, NULL), w->name,
                    o->output.writer == w, false)) {
            o->output.writer = w;
            ui->again = true;
        }
    }
    if (ui_pill(ui, "format:odk", "odk", !o->output.writer, false)) {
        o->output.writer = NULL;
        ui->again = true;
    }
    ui_pills_end(ui);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_labels), ui->theme.soft);
    ui_gap(ui, 4);
    for (int l = -1; l < UI_LANGUAGE_COUNT; l++) {
        const char *name =
            l < 0 ? ui_str(ui, S_desk_codes_only) : language_own_name((enum ui_language)l);
        if (ui_pill(ui, arena_printf(&ui->frame, "labels:%d", l), name, o->output.labels == l,
                    false)) {
            o->output.labels = l;
            ui->again = true;
        }
    }
    ui_pills_end(ui);
}

static void tick(struct office *o, const char *id, enum string_id text, bool *on)
{
    if (ui_choice(&o->ui, id, ui_str(&o->ui, text), *on, true)) {
        *on = !*on;
        o->ui.again = true;
    }
    ui_gap(&o->ui, 8);
}

void office_output_forget(struct office *o)
{
    mem_wipe_text(o->output.since);
    mem_wipe_text(o->output.until);
    free(o->output.folder);
    o->output = (struct office_output){.writer = o->output.writer, .labels = o->output.labels};
}

void office_output(struct office *o)
{
    struct ui *ui = &o->ui;
    if (office_forms_wait(o)) {
        return;
    }
    office_page_begin(o, NULL, NULL);
    show_left_out(o);
    choose_records(o);
    office_heading(o, S_desk_tables);
    choose_format(o);
    tick(o, "sensitive", S_desk_sensitive, &o->output.sensitive);
    bool tables = ui_wide_button(ui, "export", ui_str(ui, S_desk_export), true);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_desk_open_files), ui->theme.soft);
    office_heading(o, S_desk_report);
    tick(o, "public", S_desk_public, &o->output.public);
    bool report = ui_wide_button(ui, "report", ui_str(ui, S_desk_make_report), true);
    office_page_end(o);
    if (tables) {
        office_work(o, S_desk_wait_write, make_tables, tables_made);
    } else if (report) {
        office_work(o, S_desk_wait_write, make_report, report_made);
    }
}
