/* SPDX-License-Identifier: Apache-2.0 */
/* SPSS (.sav) and Stata (.dta), by ReadStat; its only home.
 *
 * Missing answers: three user-missing values per variable in .sav (-98 dk, -99 refused, -97 na),
 * tagged .a .b .c in .dta.  A text longer than the format allows goes on in NAME_2, NAME_3 …  Files
 * bear no time, so that the same records give the same bytes. */
#include <assert.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"

/* ---- what differs between the two ---- */

struct stat_format {
    size_t text_max;        /* bytes of a text */
    size_t label_max;       /* bytes of a variable's label */
    size_t value_label_max; /* bytes of a value's label */
    double epoch_days;      /* its first day, in days before 1970-01-01 */
    double day, second;     /* units of a date, of a time */
    const char *formats[VARIABLE_FLAG + 1];
    const char *whole; /* of numbers without decimals */
    bool tags;         /* missing answers are tags, not values */
    readstat_error_t (*begin)(readstat_writer_t *writer, void *user, long rows);
};
enum { SAV_TEXT = 32000, DTA_TEXT = 2045 }; /* bytes of a text */

static const struct stat_format sav = {.text_max = SAV_TEXT,
                                       .label_max = 252,
                                       .value_label_max = 120,
                                       .epoch_days = 141428, /* 1582-10-14 */
                                       .day = 86400,
                                       .second = 1,
                                       .formats = {[VARIABLE_NUMBER] = "F12.6",
                                                   [VARIABLE_DATE] = "SDATE10",
                                                   [VARIABLE_TIME] = "TIME8",
                                                   [VARIABLE_MOMENT] = "DATETIME20"},
                                       .whole = "F8.0",
                                       .begin = readstat_begin_writing_sav};
static const struct stat_format dta = {.text_max = DTA_TEXT,
                                       .label_max = 80, /* letters; bytes are cut no later */
                                       .value_label_max = 32000,
                                       .epoch_days = 3653, /* 1960-01-01 */
                                       .day = 1,
                                       .second = 1000,
                                       .formats = {[VARIABLE_DATE] = "%tdCCYY-NN-DD",
                                                   [VARIABLE_TIME] = "%tcHH:MM:SS",
                                                   [VARIABLE_MOMENT] = "%tcCCYY-NN-DD_HH:MM:SS"},
                                       .whole = "%12.0g",
                                       .tags = true,
                                       .begin = readstat_begin_writing_dta};

/* ---- one sheet ---- */

struct stat_sheet {
    const struct stat_format *format;
    struct variables variables;
    readstat_writer_t *writer;
    struct dataset_sheet *sheet;
};

static ssize_t take_bytes(const void *bytes, size_t len, void *user)
{
    struct stat_sheet *s = user;
    buf_add(s->sheet->out, bytes, len);
    return (ssize_t)len;
}

static bool failed(readstat_error_t code, struct err *err)
{
    if (code != READSTAT_OK && err) {
        err_set(err, ERR_ENV, "ReadStat: %s", readstat_error_message(code));
    }
    return code != READSTAT_OK;
}

/* A label, cut to what the format allows. */
static const char *label_of(struct stat_sheet *s, const char *text, size_t max)
{
    size_t whole = strlen(text), len = variable_letters(text, whole, max);
    s->sheet->shortened += len < whole;
    return arena_copy(&s->variables.arena, text, len);
}

static void add_labels(struct stat_sheet *s, const struct variable *x, readstat_variable_t *made)
{
    if (!x->value_count) {
        return;
    }
    readstat_label_set_t *set = readstat_add_label_set(
        s->writer, s->format->tags ? READSTAT_TYPE_INT32 : READSTAT_TYPE_DOUBLE, x->name);
    for (size_t i = 0; i < x->value_count; i++) {
        const struct variable_value *v = &x->values[i];
        const char *label = label_of(s, *v->label ? v->label : v->code, s->format->value_label_max);
        if (v->missing && s->format->tags) {
            readstat_label_tagged_value(set, v->missing, label);
        } else if (s->format->tags) {
            readstat_label_int32_value(set, (int32_t)v->number, label);
        } else {
            readstat_label_double_value(set, v->number, label);
        }
        if (v->missing && !s->format->tags) {
            (void)!readstat_variable_add_missing_double_value(made, v->number);
        }
    }
    readstat_variable_set_label_set(made, set);
}

static void add_variable(struct stat_sheet *s, const struct variable *x)
{
    bool text = x->kind == VARIABLE_TEXT;
    readstat_variable_t *made = readstat_add_variable(
        s->writer, x->name, text ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE,
        text ? x->width : 0);
    readstat_variable_set_label(made, label_of(s, x->label, s->format->label_max));
    s->sheet->continued += x->piece == 1;
    const char *shown = x->whole ? s->format->whole : s->format->formats[x->kind];
    if (shown) {
        readstat_variable_set_format(made, shown);
    }
    readstat_variable_set_measure(made, text || x->value_count || x->kind == VARIABLE_FLAG
                                            ? READSTAT_MEASURE_NOMINAL
                                            : READSTAT_MEASURE_SCALE);
    add_labels(s, x, made);
}

static bool begin(struct dataset_sheet *sheet, const struct stat_format *format, struct err *err)
{
    struct stat_sheet *s = mem_zero(1, sizeof *s);
    sheet->state = s;
    s->format = format;
    s->sheet = sheet;
    variables_new(&s->variables, sheet->write->dataset, sheet->table, sheet->write->look.labels,
                  format->text_max);
    s->writer = readstat_writer_init();
    (void)!readstat_set_data_writer(s->writer, take_bytes);
    (void)!readstat_writer_set_file_timestamp(s->writer, 0);
    for (size_t i = 0; i < s->variables.count; i++) {
        add_variable(s, &s->variables.list[i]);
    }
    size_t rows = dataset_table(sheet->write->dataset, sheet->table)->seen.rows;
    return !failed(format->begin(s->writer, s, (long)rows), err);
}

static bool begin_sav(struct dataset_sheet *sheet, struct err *err)
{
    return begin(sheet, &sav, err);
}

static bool begin_dta(struct dataset_sheet *sheet, struct err *err)
{
    return begin(sheet, &dta, err);
}

static double in_units(const struct stat_format *f, enum variable_kind kind, double number)
{
    switch (kind) {
    case VARIABLE_DATE:
        return (number + f->epoch_days) * f->day;
    case VARIABLE_TIME:
        return number * f->second;
    case VARIABLE_MOMENT:
        return (number + f->epoch_days * 86400) * f->second;
    default:
        return number;
    }
}

static readstat_error_t add_cell(struct stat_sheet *s, size_t at, struct dataset_reader *r,
                                 const struct dataset_row *row)
{
    const struct variable *x = &s->variables.list[at];
    const readstat_variable_t *made = readstat_get_variable(s->writer, (int)at);
    double number = 0;
    char missing = 0;
    if (x->kind == VARIABLE_TEXT) {
        return readstat_insert_string_value(s->writer, made,
                                            variable_text(&s->variables, x, r, row));
    }
    if (variable_number(x, r, &number, &missing)) {
        return readstat_insert_double_value(s->writer, made, in_units(s->format, x->kind, number));
    }
    if (missing && s->format->tags) {
        return readstat_insert_tagged_missing_value(s->writer, made, missing);
    }
    return missing ? readstat_insert_double_value(s->writer, made, number)
                   : readstat_insert_missing_value(s->writer, made);
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *r,
                    const struct dataset_row *row, struct err *err)
{
    struct stat_sheet *s = sheet->state;
    if (failed(readstat_begin_row(s->writer), err)) {
        return false;
    }
    for (size_t i = 0; i < s->variables.count; i++) {
        if (failed(add_cell(s, i, r, row), err)) {
            return err_at(err, "%s, variable %s", row->key, s->variables.list[i].name);
        }
    }
    return !failed(readstat_end_row(s->writer), err);
}

static bool end(struct dataset_sheet *sheet, bool ok, struct err *err)
{
    struct stat_sheet *s = sheet->state;
    if (!s) {
        return ok;
    }
    ok = ok && !failed(readstat_end_writing(s->writer), err);
    readstat_writer_free(s->writer);
    variables_free(&s->variables);
    free(s);
    sheet->state = NULL;
    return ok;
}

/* ---- a table that is no part of the dataset ---- */

static ssize_t keep_bytes(const void *bytes, size_t len, void *user)
{
    buf_add(user, bytes, len);
    return (ssize_t)len;
}

/* Tables of devices may have fewer columns than a later one's. */
static const char *plain_cell(const struct csv *csv, size_t row, size_t column)
{
    return column < csv->rows[row].count ? csv->rows[row].cells[column] : "";
}

static bool holds_numbers(const struct csv *csv, size_t column)
{
    bool any = false;
    for (size_t r = 1; r < csv->count; r++) {
        const char *cell = plain_cell(csv, r, column);
        char *end;
        (void)strtod(cell, &end);
        if (*cell && (*end || end == cell)) {
            return false;
        }
        any = any || *cell;
    }
    return any;
}

static void add_plain_variable(readstat_writer_t *writer, const struct stat_format *format,
                               const struct csv *csv, size_t column)
{
    char name[33];
    size_t width = 1;
    snprintf(name, sizeof name, "%s", csv->rows[0].cells[column]);
    for (char *c = name; *c; c++) {
        *c = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ? *c : '_';
    }
    for (size_t r = 1; r < csv->count; r++) {
        size_t len = strlen(plain_cell(csv, r, column));
        width = len > width ? len : width;
    }
    bool number = holds_numbers(csv, column);
    readstat_variable_t *made =
        readstat_add_variable(writer, name, number ? READSTAT_TYPE_DOUBLE : READSTAT_TYPE_STRING,
                              number                     ? 0
                              : width < format->text_max ? width
                                                         : format->text_max);
    readstat_variable_set_label(made, csv->rows[0].cells[column]);
    readstat_variable_set_measure(made, number ? READSTAT_MEASURE_SCALE : READSTAT_MEASURE_NOMINAL);
    if (number) {
        readstat_variable_set_format(made, format->whole);
    }
}

static readstat_error_t add_plain_cell(readstat_writer_t *writer, struct arena *arena,
                                       const struct stat_format *format, size_t column,
                                       const char *cell)
{
    const readstat_variable_t *made = readstat_get_variable(writer, (int)column);
    if (readstat_variable_get_type(made) == READSTAT_TYPE_STRING) {
        size_t len = variable_letters(cell, strlen(cell), format->text_max);
        return readstat_insert_string_value(writer, made, arena_copy(arena, cell, len));
    }
    return *cell ? readstat_insert_double_value(writer, made, strtod(cell, NULL))
                 : readstat_insert_missing_value(writer, made);
}

static bool put_plain(struct buf *out, const struct csv *csv, const struct stat_format *format,
                      struct err *err)
{
    struct arena arena;
    readstat_writer_t *writer = readstat_writer_init();
    size_t columns = csv->rows[0].count;
    arena_init(&arena);
    (void)!readstat_set_data_writer(writer, keep_bytes);
    (void)!readstat_writer_set_file_timestamp(writer, 0);
    for (size_t c = 0; c < columns; c++) {
        add_plain_variable(writer, format, csv, c);
    }
    bool ok = !failed(format->begin(writer, out, (long)csv->count - 1), err);
    for (size_t r = 1; ok && r < csv->count; r++) {
        ok = !failed(readstat_begin_row(writer), err);
        for (size_t c = 0; ok && c < columns; c++) {
            ok = !failed(add_plain_cell(writer, &arena, format, c, plain_cell(csv, r, c)), err);
        }
        ok = ok && !failed(readstat_end_row(writer), err);
    }
    ok = ok && !failed(readstat_end_writing(writer), err);
    readstat_writer_free(writer);
    arena_fini(&arena);
    return ok;
}

static bool put_plain_sav(struct buf *out, const struct csv *csv, struct err *err)
{
    return put_plain(out, csv, &sav, err);
}

static bool put_plain_dta(struct buf *out, const struct csv *csv, struct err *err)
{
    return put_plain(out, csv, &dta, err);
}

const struct dataset_writer dataset_sav = {.name = "sav",
                                           .ending = ".sav",
                                           .scans = true,
                                           .variables = true,
                                           .text_max = SAV_TEXT,
                                           .begin = begin_sav,
                                           .row = add_row,
                                           .end = end,
                                           .plain = put_plain_sav};
const struct dataset_writer dataset_dta = {.name = "dta",
                                           .ending = ".dta",
                                           .scans = true,
                                           .variables = true,
                                           .tags = true,
                                           .text_max = DTA_TEXT,
                                           .begin = begin_dta,
                                           .row = add_row,
                                           .end = end,
                                           .plain = put_plain_dta};
