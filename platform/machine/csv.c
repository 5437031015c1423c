/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes CSV tables. */
#include "platform/machine/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

struct reader {
    const char *bytes;
    size_t len, at, line;
    char between; /* the separator: a comma or a semicolon */
    struct buf cell;
};

/* Determine the separator from the first line, ignoring quoted text. */
static char separator(const char *bytes, size_t len)
{
    bool quoted = false, semicolon = false;
    for (size_t i = 0; i < len && (quoted || bytes[i] != '\n'); i++) {
        if (bytes[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && bytes[i] == ',') {
            return ',';
        }
        semicolon = semicolon || (!quoted && bytes[i] == ';');
    }
    return semicolon ? ';' : ',';
}

/* Read one cell; `*end` says whether the row ended with it. */
static bool read_cell(struct reader *r, bool *end, struct err *err)
{
    size_t start_line = r->line;
    buf_cut(&r->cell, 0);
    buf_add(&r->cell, "", 0);
    bool quoted = r->at < r->len && r->bytes[r->at] == '"';
    if (quoted) {
        r->at++;
        for (;; r->at++) {
            if (r->at >= r->len) {
                return err_set(err, ERR_INPUT, "line %zu: a quote is opened and never closed",
                               start_line);
            }
            char c = r->bytes[r->at];
            if (c == '"') {
                if (r->at + 1 < r->len && r->bytes[r->at + 1] == '"') {
                    r->at++;
                } else {
                    r->at++;
                    break;
                }
            }
            r->line += c == '\n';
            buf_char(&r->cell, c);
        }
    }
    while (r->at < r->len && r->bytes[r->at] != r->between && r->bytes[r->at] != '\n') {
        if (r->bytes[r->at] != '\r' || (r->at + 1 < r->len && r->bytes[r->at + 1] != '\n')) {
            buf_char(&r->cell, r->bytes[r->at]);
        }
        r->at++;
    }
    *end = r->at >= r->len || r->bytes[r->at] == '\n';
    if (r->at < r->len) {
        r->line += r->bytes[r->at] == '\n';
        r->at++;
    }
    if (r->cell.len > CSV_CELL_MAX) {
        return err_set(err, ERR_LIMIT, "line %zu: a cell is longer than %d bytes", start_line,
                       (int)CSV_CELL_MAX);
    }
    return true;
}

bool csv_parse(struct csv *csv, struct arena *arena, const char *bytes, size_t len, struct err *err)
{
    struct reader r = {.bytes = bytes, .len = len, .line = 1};
    struct buf nfc = {0};
    struct csv_row *rows = NULL;
    const char **cells = NULL;
    size_t cap = 0, cell_cap = 0;
    bool ok = false;
    memset(csv, 0, sizeof *csv);
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        r.at = 3;
    }
    r.between = separator(bytes + r.at, len - r.at);
    while (r.at < r.len) {
        size_t count = 0, line = r.line;
        for (bool end = false; !end;) {
            if (!read_cell(&r, &end, err)) {
                goto done;
            }
            buf_cut(&nfc, 0);
            if (!text_nfc(&nfc, r.cell.data, r.cell.len, err)) {
                err_at(err, "line %zu", line);
                goto done;
            }
            if (count == cell_cap) {
                cell_cap = cell_cap ? cell_cap * 2 : 32;
                cells = mem_grow(cells, cell_cap, sizeof *cells);
            }
            cells[count++] = arena_copy(arena, nfc.data ? nfc.data : "", nfc.len);
        }
        if (csv->count == cap) {
            cap = cap ? cap * 2 : 256;
            rows = mem_grow(rows, cap, sizeof *rows);
        }
        if (csv->count >= CSV_ROWS_MAX) {
            err_set(err, ERR_LIMIT, "more than %d rows", (int)CSV_ROWS_MAX);
            goto done;
        }
        struct csv_row *row = &rows[csv->count++];
        row->cells = arena_alloc(arena, count * sizeof *row->cells);
        memcpy(row->cells, cells, count * sizeof *cells);
        row->count = count;
        row->line = line;
    }
    assert(r.at == r.len);
    csv->rows = arena_alloc(arena, (csv->count + 1) * sizeof *rows);
    if (csv->count) {
        memcpy(csv->rows, rows, csv->count * sizeof *rows);
    }
    ok = true;
done:
    if (!ok) {
        memset(csv, 0, sizeof *csv); /* do not leave a count without rows */
    }
    free(rows);
    free(cells);
    buf_fini(&nfc);
    buf_fini(&r.cell);
    return ok;
}

void csv_cell(struct buf *out, const char *text, bool first)
{
    if (!first) {
        buf_char(out, ',');
    }
    if (!strpbrk(text, ",\"\n\r")) {
        buf_text(out, text);
        return;
    }
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"') {
            buf_char(out, '"');
        }
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

void csv_end(struct buf *out)
{
    buf_char(out, '\n');
}
