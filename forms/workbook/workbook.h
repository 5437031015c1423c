/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_WORKBOOK_WORKBOOK_H
#define FORMS_WORKBOOK_WORKBOOK_H
/*
 * workbook: the sheets of an .xlsx, or of the single-file .csv and .md dialects, as rows of text.
 *
 * Bytes come in by argument.  Numbers look as typed (12, not 12.0); texts are NFC, with blanks at
 * the ends cut off; rows keep the number that the author sees.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"

struct sheet_row {
    const char **cells; /* never NULL; "" = empty */
    size_t count;
    size_t number; /* 1-based; in .csv and .md the line */
    size_t place;  /* among the rows, empty ones counted: a cell of several lines is one row */
};
struct sheet {
    const char *name;
    struct sheet_row *rows; /* without empty ones */
    size_t count;
};
struct workbook {
    const char *file; /* name for messages */
    struct sheet *sheets;
    size_t count;
    bool lines; /* .csv and .md: a row's number is its line, not its place in the sheet */
};

enum { WORKBOOK_COLUMNS_MAX = 2000, WORKBOOK_ROWS_MAX = 200000, WORKBOOK_SHEETS_MAX = 100 };

/* The ending of `file` tells the format: .xlsx, .xlsm, .csv, .md.  An .xls is the desk's
 * (desk_xls). */
MUST_CHECK bool workbook_read(struct workbook *book, struct arena *arena, const char *file,
                              const char *bytes, size_t len, struct err *err);
/* The same sheets as the single-file .csv dialect, or as an .xlsx whose cells are all texts. */
void workbook_write_csv(struct buf *out, const struct workbook *book);
MUST_CHECK bool workbook_write_xlsx(struct buf *out, const struct workbook *book, struct err *err);
const struct sheet *workbook_sheet(const struct workbook *book, const char *name);

#endif
