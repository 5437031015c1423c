/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_CSV_H
#define PLATFORM_MACHINE_CSV_H
/*
 * csv: RFC 4180 tables in memory.
 *
 * Reads comma-separated cells, quotes, LF or CRLF, and an optional UTF-8 byte order mark.  If
 * the first line has semicolons and no comma, cells are separated by semicolons, as Excel
 * writes them in many languages.  Writes LF, and quotes only where needed, as ODK Central does.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"

struct csv_row {
    const char **cells; /* `count` texts, none NULL */
    size_t count;
    size_t line; /* 1-based line of the file where the row begins */
};
struct csv {
    struct csv_row *rows;
    size_t count;
};

enum { CSV_ROWS_MAX = 2000000, CSV_CELL_MAX = 1024 * 1024 };

/* Read all rows into the arena, in NFC.  ERR_INPUT (an unclosed quote, invalid UTF-8) names the
 * line; ERR_LIMIT beyond CSV_ROWS_MAX or CSV_CELL_MAX. */
MUST_CHECK bool csv_parse(struct csv *csv, struct arena *arena, const char *bytes, size_t len,
                          struct err *err);

/* Append one cell; a comma comes before it unless `first`. */
void csv_cell(struct buf *out, const char *text, bool first);
void csv_end(struct buf *out);

#endif
