/* SPDX-License-Identifier: Apache-2.0 */
/* Excel: a form is a workbook, a table is a sheet, the codebook is the last sheet.  The columns are
 * those of the CSV with labels beside codes; numbers, dates and times are cells of their type. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_codebook.h"
#include "forms/dataset/dataset_variables.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/spreadsheet.h"

extern const struct dataset_writer dataset_xlsx;

struct xlsx_book {
    struct arena arena;
    struct spreadsheet *file;
    struct spreadsheet_page **pages; /* the first of each table */
};

struct xlsx_column {
    const char *name;
    enum variable_kind kind;
    bool finished; /* when the record was: UTC in the CSV, here as the clock at the desk shows */
};
struct xlsx_sheet {
    struct arena arena;
    struct dataset_sheet *sheet;
    struct spreadsheet_page *page;
    struct xlsx_column *columns;
    size_t count, cap;
    size_t rows, rows_max; /* on this page, with its heading */
    size_t at;             /* the next cell */
    const struct submission *about;
};

/* ---- the workbook ---- */

static bool open_book(struct dataset_book *book, struct err *err)
{
    struct xlsx_book *b = mem_zero(1, sizeof *b);
    size_t count = dataset_tables(book->write->dataset);
    arena_init(&b->arena);
    bool ok = spreadsheet_new(&b->file, book->path, err);
    b->pages = arena_alloc(&b->arena, count * sizeof(struct spreadsheet_page *));
    book->names = arena_alloc(book->arena, count * sizeof *book->names);
    for (size_t t = 0; ok && t < count; t++) {
        ok = spreadsheet_add(&b->pages[t], b->file, dataset_table(book->write->dataset, t)->name,
                             err);
        book->names[t] = ok ? arena_text(book->arena, spreadsheet_name(b->pages[t])) : "";
    }
    book->state = b;
    if (!ok) {
        if (b->file) {
            ok = spreadsheet_close(b->file, false, NULL);
        }
        arena_fini(&b->arena);
        free(b);
        book->state = NULL;
    }
    return ok;
}

/* A long text of the codebook, such as the values of a list of districts, goes on in further cells
 * of its row. */
static void put_codebook_row(struct spreadsheet_page *page, size_t at, const struct csv_row *row)
{
    size_t column = 0;
    for (size_t c = 0; c < row->count; c++) {
        const char *text = row->cells[c];
        size_t len = strlen(text);
        do {
            char piece[SPREADSHEET_TEXT + 1];
            size_t now = variable_letters(text, len, SPREADSHEET_TEXT);
            memcpy(piece, text, now);
            piece[now] = '\0';
            spreadsheet_text(page, at, column++, piece, at ? LOOK_PLAIN : LOOK_HEAD);
            text += now;
            len -= now;
        } while (len > 0 && column < SPREADSHEET_COLUMNS);
    }
}

static bool add_codebook(struct dataset_book *book, struct err *err)
{
    struct xlsx_book *b = book->state;
    struct spreadsheet_page *page;
    struct buf bytes = {0};
    struct csv csv;
    dataset_codebook(&bytes, book->write, &dataset_xlsx, book->names, CODEBOOK_CSV);
    bool ok = csv_parse(&csv, &b->arena, bytes.data, bytes.len, err) &&
              spreadsheet_add(&page, b->file, "codebook", err);
    if (ok && csv.count > SPREADSHEET_ROWS) {
        ok = err_set(err, ERR_LIMIT, "the codebook has more rows than a sheet");
    }
    for (size_t r = 0; ok && r < csv.count; r++) {
        put_codebook_row(page, r, &csv.rows[r]);
    }
    if (ok) {
        spreadsheet_filter(page, csv.count, csv.count ? csv.rows[0].count : 0);
    }
    buf_fini(&bytes);
    return ok;
}

static bool close_book(struct dataset_book *book, bool ok, struct err *err)
{
    struct xlsx_book *b = book->state;
    ok = ok && add_codebook(book, err);
    ok = spreadsheet_close(b->file, ok, err);
    arena_fini(&b->arena);
    free(b);
    book->state = NULL;
    return ok;
}

/* ---- a sheet ---- */

static void take_column(void *user, const struct dataset_csv_column *column)
{
    static const enum variable_kind kinds[DATASET_TYPE_COUNT] = {
        [DATASET_INT] = VARIABLE_NUMBER,
        [DATASET_DECIMAL] = VARIABLE_NUMBER,
        [DATASET_DATE] = VARIABLE_DATE,
        [DATASET_TIME] = VARIABLE_TIME,
        [DATASET_MOMENT] = VARIABLE_MOMENT}; /* others: VARIABLE_TEXT */
    struct xlsx_sheet *s = user;
    struct dataset *d = s->sheet->write->dataset;
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->columns = mem_grow(s->columns, s->cap, sizeof *s->columns);
    }
    bool codes = column->column && column->type == DATASET_CHOICE && !column->labels;
    struct xlsx_column *c = &s->columns[s->count++];
    *c = (struct xlsx_column){.name = arena_text(&s->arena, column->name),
                              .kind = kinds[column->type],
                              .finished = !column->column && column->type == DATASET_MOMENT};
    if (column->labels) {
        c->kind = VARIABLE_TEXT;
    } else if (column->code || (codes && variable_whole_codes(d, column->column))) {
        c->kind = VARIABLE_NUMBER;
    }
    s->sheet->continued += column->piece == 1;
}

static void put_heading(struct xlsx_sheet *s)
{
    for (size_t c = 0; c < s->count; c++) {
        spreadsheet_text(s->page, 0, c, s->columns[c].name, LOOK_HEAD);
    }
    s->rows = 1;
}

static bool begin_sheet(struct dataset_sheet *sheet, struct err *err)
{
    struct xlsx_book *b = sheet->book->state;
    struct xlsx_sheet *s = mem_zero(1, sizeof *s);
    size_t limit = sheet->book->rows_max;
    sheet->state = s;
    arena_init(&s->arena);
    s->sheet = sheet;
    s->page = b->pages[sheet->table];
    s->rows_max = limit ? limit : SPREADSHEET_ROWS;
    dataset_csv_columns(sheet->write, sheet->table, take_column, s);
    if (s->count > SPREADSHEET_COLUMNS) {
        err_set(err, ERR_LIMIT, "table '%s' has %zu columns; a sheet of Excel has %d at most",
                dataset_table(sheet->write->dataset, sheet->table)->name, s->count,
                (int)SPREADSHEET_COLUMNS);
        return err_hint(err, "export it with --format csv");
    }
    put_heading(s);
    return true;
}

/* Numbers that Excel would round stay texts: it has 15 digits. */
static bool fits_number(const char *text)
{
    enum { DIGITS = 15 };
    size_t digits = 0;
    for (const char *c = text; *c; c++) {
        digits += *c >= '0' && *c <= '9';
    }
    return digits <= DIGITS;
}

/* Excel's calendar is right from March 1900 on. */
static bool in_excels_time(enum variable_kind kind, double number)
{
    enum { MARCH_1900 = -25508, DAY_S = 24 * 60 * 60 };
    return kind == VARIABLE_DATE     ? number >= MARCH_1900
           : kind == VARIABLE_MOMENT ? number / DAY_S >= MARCH_1900
                                     : true;
}

/* Answers come in pieces that fit.  Labels of several answers may be too long together: they are
 * cut; the codes beside them are whole. */
static void put_text(struct xlsx_sheet *s, size_t at, const char *text)
{
    size_t len = strlen(text);
    if (len <= SPREADSHEET_TEXT) {
        spreadsheet_text(s->page, s->rows, at, text, LOOK_PLAIN);
        return;
    }
    char cut[SPREADSHEET_TEXT + 1];
    len = variable_letters(text, len, SPREADSHEET_TEXT);
    memcpy(cut, text, len);
    cut[len] = '\0';
    spreadsheet_text(s->page, s->rows, at, cut, LOOK_PLAIN);
    s->sheet->shortened++;
}

static void put_cell(void *user, const char *text)
{
    static const enum spreadsheet_look looks[] = {[VARIABLE_TEXT] = LOOK_PLAIN,
                                                  [VARIABLE_NUMBER] = LOOK_PLAIN,
                                                  [VARIABLE_DATE] = LOOK_DATE,
                                                  [VARIABLE_TIME] = LOOK_TIME,
                                                  [VARIABLE_MOMENT] = LOOK_MOMENT};
    struct xlsx_sheet *s = user;
    size_t at = s->at++;
    enum variable_kind kind = s->columns[at].kind;
    double number;
    if (s->columns[at].finished) {
        enum { MS = 1000, MINUTE = 60 };
        int64_t ms = s->about->date_ms;
        number = (double)(ms / MS + clock_zone_minutes(ms) * MINUTE);
        spreadsheet_number(s->page, s->rows, at, number, LOOK_MOMENT);
    } else if (*text && variable_read(kind, text, &number) && in_excels_time(kind, number) &&
               (kind != VARIABLE_NUMBER || fits_number(text))) {
        spreadsheet_number(s->page, s->rows, at, number, looks[kind]);
    } else {
        put_text(s, at, text);
    }
}

/* A table of more rows than a sheet holds goes on on another. */
static bool next_page(struct xlsx_sheet *s, struct err *err)
{
    struct xlsx_book *b = s->sheet->book->state;
    spreadsheet_filter(s->page, s->rows, s->count);
    s->sheet->more_sheets++;
    if (!spreadsheet_add(&s->page, b->file, s->sheet->book->names[s->sheet->table], err)) {
        return false;
    }
    put_heading(s);
    return true;
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *reader,
                    const struct dataset_row *row, struct err *err)
{
    struct xlsx_sheet *s = sheet->state;
    if (s->rows == s->rows_max && !next_page(s, err)) {
        return false;
    }
    s->at = 0;
    s->about = reader->about;
    dataset_csv_cells(sheet->write, reader, row, put_cell, s);
    assert(s->at == s->count);
    s->rows++;
    return true;
}

static bool end_sheet(struct dataset_sheet *sheet, bool ok, struct err *err)
{
    struct xlsx_sheet *s = sheet->state;
    (void)err;
    if (s) {
        spreadsheet_filter(s->page, s->rows, s->count);
        free(s->columns);
        arena_fini(&s->arena);
        free(s);
        sheet->state = NULL;
    }
    return ok;
}

const struct dataset_writer dataset_xlsx = {.name = "xlsx",
                                            .ending = ".xlsx",
                                            .scans = true,
                                            .both = true,
                                            .text_max = SPREADSHEET_TEXT,
                                            .open = open_book,
                                            .close = close_book,
                                            .begin = begin_sheet,
                                            .row = add_row,
                                            .end = end_sheet};
