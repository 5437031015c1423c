/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_CSV_H
#define PLATFORM_MACHINE_CSV_H
/*
 * csv: RFC 4180 tables in memory.  Reads commas, quotes, LF or CRLF, an UTF-8 mark; semicolons
 * where the first line has some and no comma, as Excel writes in many languages; writes LF and
 * quotes only where needed, as ODK Central does.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"

struct csv_row {
    const char **cells; /* count entries, never NULL */
    size_t count;
    size_t line; /* 1-based line of the file where the row begins */
};
struct csv {
    struct csv_row *rows;
    size_t count;
};

enum { CSV_ROWS_MAX = 2000000, CSV_CELL_MAX = 1024 * 1024 };

/* All rows into the arena, NFC.  ERR_INPUT names the line: an open quote, text that is no UTF-8. */
MUST_CHECK bool csv_parse(struct csv *csv, struct arena *arena, const char *bytes, size_t len,
                          struct err *err);

/* Append one cell; `first` leaves the comma out. */
void csv_cell(struct buf *out, const char *text, bool first);
void csv_end(struct buf *out);

#endif
