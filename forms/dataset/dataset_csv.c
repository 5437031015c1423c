/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as ODK Central exports it: LF line ends, no byte order mark, quotes only where needed. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"
#include "platform/machine/csv.h"

static const char *const geopoint_parts[] = {"Latitude", "Longitude", "Altitude", "Accuracy"};
enum { GEOPOINT_PARTS = sizeof geopoint_parts / sizeof *geopoint_parts };

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

/* How many columns a text of this column takes. */
static size_t pieces_of(const struct dataset_write *w, const struct dataset_column *column)
{
    enum { LETTER = 3 }; /* of a letter that is moved to the next piece */
    size_t pieces = 1, rest = column->type == DATASET_GEOPOINT ? 0 : column->longest;
    for (; w->text_max && rest > w->text_max; pieces++) {
        rest -= w->text_max - LETTER;
    }
    return pieces;
}

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
    for (size_t p = 1; p < pieces_of(h->write, column); p++) {
        char end[24];
        snprintf(end, sizeof end, "_%zu", p + 1);
        head(h, (struct dataset_csv_column){.column = column, .type = column->type, .piece = p},
             end);
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

struct telling { /* the cells of a row, one after the other */
    const struct dataset_write *write;
    struct dataset_reader *reader;
    void (*each)(void *user, const char *text);
    void *user;
};

static void tell_geopoint(struct telling *t, const char *value)
{
    for (size_t i = 0; i < GEOPOINT_PARTS; i++) {
        size_t len = strcspn(value, " ");
        char part[64];
        snprintf(part, sizeof part, "%.*s", (int)(len < 63 ? len : 63), value);
        t->each(t->user, part);
        value += len + (value[len] == ' ');
    }
}

/* Labels of the choices, "; " between several. */
static const char *with_labels(const struct dataset_write *w, struct dataset_reader *r,
                               const struct dataset_column *column, const char *value)
{
    bool several = column->type == DATASET_CHOICES || column->type == DATASET_ORDER;
    bool labels = w->look.labels || w->look.both;
    const struct item *item = labels ? form_item(r->version, column->path) : NULL;
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

static void tell_unsigned(struct telling *t, unsigned value)
{
    char text[24];
    snprintf(text, sizeof text, "%u", value);
    t->each(t->user, text);
}

static void tell_about(struct telling *t, const struct submission *s)
{
    t->each(t->user, s->submitter_id);
    t->each(t->user, s->submitter_name);
    tell_unsigned(t, s->attachments_present);
    tell_unsigned(t, s->attachments_expected);
    t->each(t->user, s->status);
    t->each(t->user, s->review_state);
    t->each(t->user, s->device_id);
    tell_unsigned(t, s->edits);
    t->each(t->user, s->form_version);
}

/* A text in as many pieces as its column has. */
static void tell_pieces(struct telling *t, const struct dataset_column *column, const char *value)
{
    size_t pieces = pieces_of(t->write, column), len = strlen(value);
    for (size_t p = 0; p < pieces; p++) {
        size_t now = t->write->text_max ? variable_letters(value, len, t->write->text_max) : len;
        t->each(t->user, now < len ? arena_copy(&t->reader->arena, value, now) : value);
        value += now;
        len -= now;
    }
    assert(len == 0);
}

static void tell_answer(struct telling *t, const struct dataset_column *column, const char *value)
{
    const struct dataset_write *w = t->write;
    if (column->type == DATASET_GEOPOINT) {
        tell_geopoint(t, value);
    } else {
        tell_pieces(t, column, w->look.both ? value : with_labels(w, t->reader, column, value));
    }
    if (w->look.both && has_choices(column)) {
        t->each(t->user, with_labels(w, t->reader, column, value));
    }
    const char *const *values;
    size_t count = split_of(w, column, &values);
    for (size_t v = 0; v < count; v++) {
        t->each(t->user, text_has_word(value, values[v]) ? "1" : "0");
    }
}

void dataset_csv_cells(const struct dataset_write *w, struct dataset_reader *r,
                       const struct dataset_row *row, void (*each)(void *user, const char *text),
                       void *user)
{
    const struct dataset_table *table = dataset_table(w->dataset, row->table);
    struct telling t = {w, r, each, user};
    assert(r->dataset == w->dataset);
    bool root = !*table->repeat;
    if (root) {
        char date[40] = "";
        clock_iso(date, sizeof date, r->about->date_ms, 0, true);
        each(user, date);
    }
    for (size_t i = 0; i < table->count; i++) {
        tell_answer(&t, &table->columns[i], dataset_cell(r, i));
    }
    if (root) {
        each(user, row->key);
        tell_about(&t, r->about);
    } else {
        each(user, row->parent);
        each(user, row->key);
    }
}

/* ---- the format ---- */

struct cell_row {
    const struct dataset_write *write;
    struct buf *out;
    bool first;
};

/* A cell; with `excel`, one that a spreadsheet would calculate begins with an apostrophe.  Numbers
 * are left as they are. */
static void put_cell(void *user, const char *text)
{
    struct cell_row *row = user;
    char *end;
    bool calculates = row->write->look.excel && *text && strchr("=+-@\t\r", *text);
    if (calculates && (strtod(text, &end), *end)) {
        struct buf guarded = {0};
        buf_join(&guarded, "'", text, NULL);
        csv_cell(row->out, guarded.data, row->first);
        buf_fini(&guarded);
    } else {
        csv_cell(row->out, text, row->first);
    }
    row->first = false;
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
    struct cell_row row = {sheet->write, sheet->out, true};
    dataset_csv_cells(sheet->write, r, at, put_cell, &row);
    csv_end(sheet->out);
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
