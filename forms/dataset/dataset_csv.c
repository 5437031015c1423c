/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as ODK Central exports it: LF line ends, no byte order mark, quotes only where needed. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_writer.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"

static const char *const geopoint_parts[] = {"Latitude", "Longitude", "Altitude", "Accuracy"};
enum { GEOPOINT_PARTS = sizeof geopoint_parts / sizeof *geopoint_parts };

/* A cell; with `excel`, one that a spreadsheet would calculate begins with an apostrophe.  Numbers
 * are left as they are. */
static void put(const struct dataset_write *w, struct buf *out, const char *text, bool first)
{
    char *end;
    bool calculates = w->look.excel && *text && strchr("=+-@\t\r", *text);
    if (calculates && (strtod(text, &end), *end)) {
        struct buf guarded = {0};
        buf_join(&guarded, "'", text, NULL);
        csv_cell(out, guarded.data, first);
        buf_fini(&guarded);
    } else {
        csv_cell(out, text, first);
    }
}

static bool has_choices(const struct dataset_column *column)
{
    return column->type == DATASET_CHOICE || column->type == DATASET_CHOICES ||
           column->type == DATASET_ORDER;
}

/* The values that a column is split into. */
static size_t split_of(const struct dataset_write *w, const struct dataset_column *column,
                       const char *const **values)
{
    *values = column->seen;
    return column->type != DATASET_CHOICES || w->look.split == SPLIT_NONE ? 0
           : w->look.split == SPLIT_SEEN                                  ? column->seen_count
                                         : dataset_codes(w->dataset, column, values);
}

/* What surrounds the answers. */
static const struct dataset_csv_column before_root = {.name = "SubmissionDate",
                                                      .type = DATASET_MOMENT};
static const struct dataset_csv_column after_root[] = {
    {.name = "KEY"},
    {.name = "SubmitterID"},
    {.name = "SubmitterName"},
    {.name = "AttachmentsPresent", .type = DATASET_INT},
    {.name = "AttachmentsExpected", .type = DATASET_INT},
    {.name = "Status"},
    {.name = "ReviewState"},
    {.name = "DeviceID"},
    {.name = "Edits", .type = DATASET_INT},
    {.name = "FormVersion"}};
static const struct dataset_csv_column after_entry[] = {{.name = "PARENT_KEY"}, {.name = "KEY"}};

struct heading {
    const struct dataset_write *write;
    struct buf name;
    void (*each)(void *user, const struct dataset_csv_column *column);
    void *user;
};

static void head(struct heading *h, struct dataset_csv_column column, const char *end)
{
    buf_cut(&h->name, 0);
    buf_join(&h->name, column.column->name, end, NULL);
    column.name = h->name.data;
    h->each(h->user, &column);
}

static void head_answer(struct heading *h, const struct dataset_column *column)
{
    const char *const *values;
    size_t count = split_of(h->write, column, &values);
    if (column->type == DATASET_GEOPOINT) {
        for (size_t p = 0; p < GEOPOINT_PARTS; p++) {
            char end[16];
            snprintf(end, sizeof end, "-%s", geopoint_parts[p]);
            head(h, (struct dataset_csv_column){.column = column, .type = DATASET_DECIMAL}, end);
        }
    } else {
        head(h, (struct dataset_csv_column){.column = column, .type = column->type}, "");
    }
    if (h->write->look.both && has_choices(column)) {
        head(h, (struct dataset_csv_column){.column = column, .labels = true}, "-label");
    }
    for (size_t v = 0; v < count; v++) {
        struct buf end = {0};
        buf_join(&end, "/", values[v], NULL);
        head(h, (struct dataset_csv_column){.column = column, .code = values[v]}, end.data);
        buf_fini(&end);
    }
}

void dataset_csv_columns(const struct dataset_write *write, size_t at,
                         void (*each)(void *user, const struct dataset_csv_column *column),
                         void *user)
{
    const struct dataset_table *table = dataset_table(write->dataset, at);
    struct heading h = {write, {0}, each, user};
    bool root = !*table->repeat;
    const struct dataset_csv_column *after = root ? after_root : after_entry;
    size_t count =
        root ? sizeof after_root / sizeof *after_root : sizeof after_entry / sizeof *after_entry;
    if (root) {
        each(user, &before_root);
    }
    for (size_t i = 0; i < table->count; i++) {
        head_answer(&h, &table->columns[i]);
    }
    for (size_t i = 0; i < count; i++) {
        each(user, &after[i]);
    }
    buf_fini(&h.name);
}

struct head_row {
    struct buf *out;
    bool first;
};

static void put_name(void *user, const struct dataset_csv_column *column)
{
    struct head_row *row = user;
    csv_cell(row->out, column->name, row->first);
    row->first = false;
}

static void header(const struct dataset_write *w, size_t at, struct buf *out)
{
    struct head_row row = {out, true};
    buf_text(out, w->look.excel ? "\xEF\xBB\xBF" : "");
    dataset_csv_columns(w, at, put_name, &row);
    csv_end(out);
}

static void put_geopoint(const struct dataset_write *w, struct buf *out, const char *value,
                         bool first)
{
    for (size_t i = 0; i < GEOPOINT_PARTS; i++) {
        size_t len = strcspn(value, " ");
        char part[64];
        snprintf(part, sizeof part, "%.*s", (int)(len < 63 ? len : 63), value);
        put(w, out, part, first && i == 0);
        value += len + (value[len] == ' ');
    }
}

static bool has_word(const char *list, const char *word)
{
    size_t want = strlen(word);
    while (*list) {
        size_t len = strcspn(list, " ");
        if (len == want && strncmp(list, word, len) == 0) {
            return true;
        }
        list += len + (list[len] == ' ');
    }
    return false;
}

/* Labels of the choices, "; " between several. */
static const char *with_labels(const struct dataset_write *w, struct dataset_reader *r,
                               const struct dataset_column *column, const char *value)
{
    bool several = column->type == DATASET_CHOICES || column->type == DATASET_ORDER;
    const struct item *item = w->look.labels ? form_item(r->version, column->path) : NULL;
    if (!item || !item->control || !*value || (column->type != DATASET_CHOICE && !several)) {
        return value;
    }
    if (!several) {
        return dataset_choice_label(w->dataset, r->version, column, value, w->look.labels);
    }
    struct buf out = {0};
    while (*value) {
        size_t len = strcspn(value, " ");
        if (len) {
            const char *one = arena_copy(&r->arena, value, len);
            buf_text(&out, out.len ? "; " : "");
            buf_text(&out,
                     dataset_choice_label(w->dataset, r->version, column, one, w->look.labels));
        }
        value += len + (value[len] == ' ');
    }
    const char *kept = arena_copy(&r->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static void put_unsigned(struct buf *out, unsigned value)
{
    char text[24];
    snprintf(text, sizeof text, "%u", value);
    csv_cell(out, text, false);
}

static void put_about(const struct dataset_write *w, struct buf *out, const struct submission *s)
{
    put(w, out, s->submitter_id, false);
    put(w, out, s->submitter_name, false);
    put_unsigned(out, s->attachments_present);
    put_unsigned(out, s->attachments_expected);
    csv_cell(out, s->status, false);
    csv_cell(out, s->review_state, false);
    csv_cell(out, s->device_id, false);
    put_unsigned(out, s->edits);
    csv_cell(out, s->form_version, false);
}

static void row(const struct dataset_write *w, struct dataset_reader *r,
                const struct dataset_row *row, struct buf *out)
{
    const struct dataset_table *table = dataset_table(w->dataset, row->table);
    assert(r->dataset == w->dataset);
    bool root = !*table->repeat, first = !root;
    if (root) {
        char date[40] = "";
        clock_iso(date, sizeof date, r->about->date_ms, 0, true);
        csv_cell(out, date, true);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct dataset_column *column = &table->columns[i];
        const char *value = dataset_cell(r, i);
        if (column->type == DATASET_GEOPOINT) {
            put_geopoint(w, out, value, first);
        } else {
            put(w, out, w->look.both ? value : with_labels(w, r, column, value), first);
        }
        if (w->look.both && has_choices(column)) {
            put(w, out, with_labels(w, r, column, value), false);
        }
        const char *const *values;
        size_t count = split_of(w, column, &values);
        for (size_t v = 0; v < count; v++) {
            csv_cell(out, has_word(value, values[v]) ? "1" : "0", false);
        }
        first = false;
    }
    if (root) {
        csv_cell(out, row->key, false);
        put_about(w, out, r->about);
    } else {
        csv_cell(out, row->parent, first);
        csv_cell(out, row->key, false);
    }
    csv_end(out);
}

static bool begin_sheet(struct dataset_sheet *sheet, struct err *err)
{
    (void)err;
    header(sheet->write, sheet->table, sheet->out);
    return true;
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *r,
                    const struct dataset_row *at, struct err *err)
{
    (void)err;
    row(sheet->write, r, at, sheet->out);
    return true;
}

static bool end_sheet(struct dataset_sheet *sheet, bool ok, struct err *err)
{
    (void)sheet;
    (void)err;
    return ok;
}

const struct dataset_writer dataset_csv = {
    .name = "csv", .ending = ".csv", .begin = begin_sheet, .row = add_row, .end = end_sheet};
