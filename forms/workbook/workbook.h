/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_WORKBOOK_WORKBOOK_H
#define FORMS_WORKBOOK_WORKBOOK_H
/*
 * workbook: reads the sheets of an .xlsx, or of the single-file .csv and .md formats, as rows
 * of text.
 *
 * The caller passes the file's bytes.  Numbers look as typed (12, not 12.0).  Texts are NFC
 * without leading or trailing blanks.  Rows keep the number that the author sees.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"

struct sheet_row {
    const char **cells; /* never NULL; "" = empty */
    size_t count;
    size_t number; /* 1-based row number; in .csv and .md the line number */
    size_t place;  /* index among the rows, counting empty ones; unlike a line number, a row with
                    * multi-line cells counts once */
};
struct sheet {
    const char *name;
    struct sheet_row *rows; /* non-empty rows only */
    size_t count;
};
struct workbook {
    const char *file; /* file name for messages */
    struct sheet *sheets;
    size_t count;
    bool lines; /* .csv and .md: row numbers are line numbers */
};

enum { WORKBOOK_COLUMNS_MAX = 2000, WORKBOOK_ROWS_MAX = 200000, WORKBOOK_SHEETS_MAX = 100 };

/* The suffix of `file` selects the format: .xlsx, .xlsm, .csv, .md.  For .xls see
 * tools/form/form_xls. */
MUST_CHECK bool workbook_read(struct workbook *book, struct arena *arena, const char *file,
                              const char *bytes, size_t len, struct err *err);
/* Write the same sheets as a single-file .csv, or as an .xlsx with text cells only. */
void workbook_write_csv(struct buf *out, const struct workbook *book);
MUST_CHECK bool workbook_write_xlsx(struct buf *out, const struct workbook *book, struct err *err);
const struct sheet *workbook_sheet(const struct workbook *book, const char *name);

#endif
