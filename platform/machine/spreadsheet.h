/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SPREADSHEET_H
#define PLATFORM_MACHINE_SPREADSHEET_H
/*
 * spreadsheet: writes Excel workbooks (.xlsx), row by row.  Home of libxlsxwriter.
 *
 * Only the row being written is in memory.  The others wait in files without a name, in the folder
 * of the workbook.  Workbooks bear no time: the same cells give the same bytes.
 */
#include "platform/machine/arena.h"

enum { /* Excel's limits */
       SPREADSHEET_ROWS = 1048576,
       SPREADSHEET_COLUMNS = 16384,
       SPREADSHEET_TEXT = 32767, /* letters of a cell; we count bytes */
       SPREADSHEET_NAME = 31     /* letters of a sheet's name */
};
enum spreadsheet_look {
    LOOK_PLAIN,
    LOOK_HEAD,    /* bold */
    LOOK_WRAPPED, /* lines are broken; at the top of the cell */
    LOOK_OPEN,    /* the same, coloured, and may be changed on a protected sheet */
    LOOK_DATE,    /* numbers: days since 1970-01-01 … */
    LOOK_TIME,    /* … seconds since midnight … */
    LOOK_MOMENT,  /* … seconds since 1970-01-01 */
    LOOK_COUNT
};

struct spreadsheet;      /* a workbook */
struct spreadsheet_page; /* a sheet of it; valid until it is closed */

/* Begins a workbook in the file `path`, which is replaced. */
MUST_CHECK bool spreadsheet_new(struct spreadsheet **book, const char *path, struct err *err);
/* A further sheet.  Its name is cut, changed and numbered where Excel demands it. */
MUST_CHECK bool spreadsheet_add(struct spreadsheet_page **page, struct spreadsheet *book,
                                const char *name, struct err *err);
const char *spreadsheet_name(const struct spreadsheet_page *page);
/* Width of a column in letters; before its first row. */
void spreadsheet_width(struct spreadsheet_page *page, size_t column, double letters);

/* Cells: row by row from above, column by column from the left.  A text is at most
 * SPREADSHEET_TEXT bytes, asserted. */
void spreadsheet_text(struct spreadsheet_page *page, size_t row, size_t column, const char *text,
                      enum spreadsheet_look look);
void spreadsheet_number(struct spreadsheet_page *page, size_t row, size_t column, double number,
                        enum spreadsheet_look look);
/* The first row stays in sight, and filters the rows below it; `rows` with the first. */
void spreadsheet_filter(struct spreadsheet_page *page, size_t rows, size_t columns);
/* Against slips: only LOOK_OPEN cells may be changed. */
void spreadsheet_protect(struct spreadsheet_page *page);

/* Writes the file, unless `ok` is false, and frees the workbook.  ERR_ENV if the disk is full; what
 * stands in the file then is worthless. */
MUST_CHECK bool spreadsheet_close(struct spreadsheet *book, bool ok, struct err *err);

#endif
