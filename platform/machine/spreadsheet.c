/* SPDX-License-Identifier: Apache-2.0 */
/* Excel workbooks, by libxlsxwriter in its constant-memory mode. */
#include "platform/machine/spreadsheet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xlsxwriter.h>

#include "platform/machine/text.h"
#include "platform/machine/zip.h"

struct spreadsheet_page {
    struct spreadsheet *book;
    lxw_worksheet *sheet;
    const char *name;
    uint64_t bytes; /* of its rows, as they wait on the disk */
};
struct spreadsheet {
    struct arena arena;
    const char *path;
    lxw_workbook *book;
    lxw_format *looks[LOOK_COUNT];
    struct spreadsheet_page **pages;
    size_t count;
};

static void make_looks(struct spreadsheet *s)
{
    static const char *const numbers[LOOK_COUNT] = {[LOOK_DATE] = "yyyy-mm-dd",
                                                    [LOOK_TIME] = "hh:mm:ss",
                                                    [LOOK_MOMENT] = "yyyy-mm-dd hh:mm:ss"};
    for (int i = LOOK_HEAD; i < LOOK_COUNT; i++) {
        lxw_format *look = s->looks[i] = workbook_add_format(s->book);
        if (numbers[i]) {
            format_set_num_format(look, numbers[i]);
        } else if (i == LOOK_HEAD) {
            format_set_bold(look);
        } else {
            format_set_text_wrap(look);
            format_set_align(look, LXW_ALIGN_VERTICAL_TOP);
        }
    }
    format_set_unlocked(s->looks[LOOK_OPEN]);
    format_set_bg_color(s->looks[LOOK_OPEN], 0xFFF8DC);
}

bool spreadsheet_new(struct spreadsheet **out, const char *path, struct err *err)
{
    struct spreadsheet *s = *out = mem_zero(1, sizeof *s);
    arena_init(&s->arena);
    s->path = arena_text(&s->arena, path);
    const char *slash = strrchr(path, '/');
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE,
        .tmpdir = arena_copy(&s->arena, slash ? path : ".", slash ? (size_t)(slash - path) : 1)};
    lxw_doc_properties undated = {.created = 315532800}; /* 1980-01-01 */
    s->book = workbook_new_opt(path, &options);
    if (!s->book || workbook_set_properties(s->book, &undated) != LXW_NO_ERROR) {
        *out = NULL;
        arena_fini(&s->arena);
        free(s);
        return err_set(err, ERR_ENV, "a workbook cannot be begun");
    }
    make_looks(s);
    return true;
}

/* ---- sheets ---- */

/* The first bytes of a text that are at most `max` UTF-16 units long, as Excel counts letters. */
static size_t first_letters(const char *text, size_t max)
{
    size_t units = 0, at = 0;
    while (text[at]) {
        unsigned char c = (unsigned char)text[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        units += len == 4 ? 2 : 1;
        if (units > max) {
            break;
        }
        for (; len > 0 && text[at]; len--) {
            at++;
        }
    }
    return at;
}

static bool is_taken(const struct spreadsheet *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcasecmp(s->pages[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *fitting_name(struct spreadsheet *s, const char *wanted)
{
    char *clean = arena_text(&s->arena, *wanted ? wanted : "sheet");
    for (char *c = clean; *c; c++) {
        *c = strchr("[]:*?/\\'", *c) ? '_' : *c;
    }
    const char *name = arena_copy(&s->arena, clean, first_letters(clean, SPREADSHEET_NAME));
    for (unsigned n = 2; is_taken(s, name); n++) {
        char tail[16];
        snprintf(tail, sizeof tail, "~%u", n);
        size_t room = first_letters(clean, SPREADSHEET_NAME - strlen(tail));
        name = arena_printf(&s->arena, "%.*s%s", (int)room, clean, tail);
    }
    return name;
}

bool spreadsheet_add(struct spreadsheet_page **out, struct spreadsheet *s, const char *wanted,
                     struct err *err)
{
    const char *name = fitting_name(s, wanted);
    lxw_worksheet *sheet = workbook_add_worksheet(s->book, name);
    if (!sheet) {
        *out = NULL;
        return err_set(err, ERR_ENV, "sheet '%s' cannot be begun", name);
    }
    struct spreadsheet_page *page = *out = arena_alloc(&s->arena, sizeof *page);
    *page = (struct spreadsheet_page){s, sheet, name, 0};
    s->pages = mem_grow(s->pages, s->count + 1, sizeof(struct spreadsheet_page *));
    s->pages[s->count++] = page;
    return true;
}

const char *spreadsheet_name(const struct spreadsheet_page *page)
{
    return page->name;
}

void spreadsheet_width(struct spreadsheet_page *page, size_t column, double letters)
{
    worksheet_set_column(page->sheet, (lxw_col_t)column, (lxw_col_t)column, letters, NULL);
}

/* ---- cells ---- */

static void written(lxw_error code)
{
    assert(code == LXW_NO_ERROR); /* the place is within the limits, and the text, too */
    (void)code;
}

void spreadsheet_text(struct spreadsheet_page *page, size_t row, size_t column, const char *text,
                      enum spreadsheet_look look)
{
    assert(strlen(text) <= SPREADSHEET_TEXT);
    assert(row < SPREADSHEET_ROWS && column < SPREADSHEET_COLUMNS);
    if (*text || look != LOOK_PLAIN) {
        written(worksheet_write_string(page->sheet, (lxw_row_t)row, (lxw_col_t)column, text,
                                       page->book->looks[look]));
    }
}

void spreadsheet_number(struct spreadsheet_page *page, size_t row, size_t column, double number,
                        enum spreadsheet_look look)
{
    enum { DAY_S = 24 * 60 * 60, EPOCH = 25569 /* 1970-01-01, in days of Excel */ };
    assert(row < SPREADSHEET_ROWS && column < SPREADSHEET_COLUMNS);
    double value = look == LOOK_DATE     ? number + EPOCH
                   : look == LOOK_TIME   ? number / DAY_S
                   : look == LOOK_MOMENT ? number / DAY_S + EPOCH
                                         : number;
    written(worksheet_write_number(page->sheet, (lxw_row_t)row, (lxw_col_t)column, value,
                                   page->book->looks[look]));
}

void spreadsheet_filter(struct spreadsheet_page *page, size_t rows, size_t columns)
{
    worksheet_freeze_panes(page->sheet, 1, 0);
    if (columns) {
        worksheet_autofilter(page->sheet, 0, 0, (lxw_row_t)(rows ? rows - 1 : 0),
                             (lxw_col_t)(columns - 1));
    }
}

void spreadsheet_protect(struct spreadsheet_page *page)
{
    worksheet_protect(page->sheet, NULL, NULL);
}

/* ---- the end ---- */

/* The library does not look whether its waiting files were written.  Their sizes are taken before
 * it closes, and compared with what the workbook holds. */
static bool measure(struct spreadsheet *s)
{
    const uint64_t zip64_from = 1U << 31; /* archives of the old kind end at 4 GiB */
    uint64_t total = 0;
    for (size_t i = 0; i < s->count; i++) {
        FILE *rows = s->pages[i]->sheet->optimize_tmpfile;
        if (!rows || fflush(rows) != 0 || ferror(rows)) {
            return false;
        }
        long at = ftell(rows);
        s->pages[i]->bytes = at > 0 ? (uint64_t)at : 0;
        total += s->pages[i]->bytes;
    }
    s->book->options.use_zip64 =
        total > zip64_from; /* some readers refuse it where it is not due */
    return true;
}

static bool is_whole(struct spreadsheet *s)
{
    static const char tail[] = "</sheetData>";
    for (size_t i = 0; i < s->count; i++) {
        uint64_t size;
        const char *name = arena_printf(&s->arena, "xl/worksheets/sheet%zu.xml", i + 1);
        if (!zip_member_size(s->path, name, &size) || size < s->pages[i]->bytes + strlen(tail)) {
            return false;
        }
    }
    return true;
}

bool spreadsheet_close(struct spreadsheet *s, bool ok, struct err *err)
{
    bool measured = measure(s);
    lxw_error code = workbook_close(s->book); /* also frees it, so it is called after failures */
    if (ok && (!measured || code != LXW_NO_ERROR || !is_whole(s))) {
        err_set(err, ERR_ENV, "the workbook cannot be written%s%s",
                code != LXW_NO_ERROR ? ": " : "", code != LXW_NO_ERROR ? lxw_strerror(code) : "");
        ok = err_hint(err, "make room on the disk");
    }
    free(s->pages);
    arena_fini(&s->arena);
    free(s);
    return ok;
}
