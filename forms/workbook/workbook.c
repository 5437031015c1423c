/* SPDX-License-Identifier: Apache-2.0 */
/* Reads workbooks: .xlsx, .csv, .md. */
#include "forms/workbook/workbook.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "platform/machine/zip.h"

struct builder { /* the sheet being read */
    struct arena *arena;
    struct sheet_row *rows;
    size_t count, cap;
};

/* Whether the character is a blank in Unicode; spreadsheets leave such blanks at the ends of
 * cells. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

static const char *trimmed(struct arena *arena, const char *text, size_t len)
{
    size_t start = 0, at = 0;
    while (start < len && is_blank(text_next(text, len, &at))) {
        start = at;
    }
    while (len > start) {
        size_t last = text_prev(text, len);
        at = last;
        if (!is_blank(text_next(text, len, &at))) {
            break;
        }
        len = last;
    }
    return arena_copy(arena, text + start, len - start);
}

/* As trimmed(), and replaces no-break spaces by ordinary blanks. */
static const char *plain_blanks(struct arena *arena, const char *text, size_t len)
{
    char *out = (char *)trimmed(arena, text, len);
    char *first = strchr(out, '\xC2');
    for (char *p = first; p && (p = strstr(p, "\xC2\xA0"));) {
        *p = ' ';
        memmove(p + 1, p + 2, strlen(p + 2) + 1);
    }
    return out;
}

static bool add_row(struct builder *b, const char *const *cells, size_t count, size_t number,
                    size_t place, struct err *err)
{
    while (count && !*cells[count - 1]) {
        count--;
    }
    if (!count) {
        return true;
    }
    if (b->count >= WORKBOOK_ROWS_MAX) {
        return err_set(err, ERR_LIMIT, "a sheet has more than %d rows", (int)WORKBOOK_ROWS_MAX);
    }
    if (b->count == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 64;
        b->rows = mem_grow(b->rows, b->cap, sizeof *b->rows);
    }
    struct sheet_row *row = &b->rows[b->count++];
    row->cells = arena_alloc(b->arena, count * sizeof *row->cells);
    memcpy(row->cells, cells, count * sizeof *cells);
    row->count = count;
    row->number = number;
    row->place = place;
    return true;
}

static struct sheet *new_sheet(struct workbook *book, struct arena *arena, const char *name)
{
    if (!book->sheets) {
        book->sheets = arena_alloc(arena, WORKBOOK_SHEETS_MAX * sizeof *book->sheets);
    }
    if (book->count == WORKBOOK_SHEETS_MAX) {
        return NULL;
    }
    struct sheet *sheet = &book->sheets[book->count++];
    sheet->name = name;
    return sheet;
}

static void close_sheet(struct sheet *sheet, struct builder *b)
{
    if (sheet) {
        sheet->rows = arena_alloc(b->arena, (b->count + 1) * sizeof *sheet->rows);
        if (b->count) {
            memcpy(sheet->rows, b->rows, b->count * sizeof *sheet->rows);
        }
        sheet->count = b->count;
    }
    free(b->rows);
    b->rows = NULL;
    b->count = b->cap = 0;
}

/* ---- rows that name their sheet in the first cell: .csv and .md ---- */

static bool rows_to_sheets(struct workbook *book, struct arena *arena, const struct csv_row *rows,
                           size_t count, struct err *err)
{
    struct builder b = {.arena = arena};
    struct sheet *sheet = NULL;
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        const struct csv_row *row = &rows[i];
        const char *cells[WORKBOOK_COLUMNS_MAX];
        if (row->count > WORKBOOK_COLUMNS_MAX) {
            ok = err_set(err, ERR_LIMIT, "line %zu: more than %d columns", row->line,
                         (int)WORKBOOK_COLUMNS_MAX);
            break;
        }
        for (size_t c = 0; c < row->count; c++) {
            cells[c] = trimmed(arena, row->cells[c], strlen(row->cells[c]));
        }
        if (row->count && *cells[0]) {
            close_sheet(sheet, &b);
            sheet = new_sheet(book, arena, cells[0]);
            if (!sheet) {
                ok = err_set(err, ERR_LIMIT, "more than %d sheets", (int)WORKBOOK_SHEETS_MAX);
            }
        }
        if (ok && sheet && row->count > 1) {
            ok = add_row(&b, cells + 1, row->count - 1, row->line, i + 1, err);
        }
    }
    close_sheet(ok ? sheet : NULL, &b);
    return ok;
}

static bool read_csv(struct workbook *book, struct arena *arena, const char *bytes, size_t len,
                     struct err *err)
{
    struct csv csv;
    return csv_parse(&csv, arena, bytes, len, err) &&
           rows_to_sheets(book, arena, csv.rows, csv.count, err);
}

/* Splits a line "| a | b |" into cells; `\|` is a literal bar. */
static size_t md_cells(struct arena *arena, const char *line, size_t len, const char **cells,
                       bool *fits)
{
    size_t count = 0;
    struct buf cell = {0};
    buf_add(&cell, "", 0);
    for (size_t i = 1; i < len && count < WORKBOOK_COLUMNS_MAX; i++) {
        if (line[i] == '\\' && i + 1 < len && line[i + 1] == '|') {
            buf_char(&cell, line[++i]);
        } else if (line[i] == '|') {
            cells[count++] = trimmed(arena, cell.data, cell.len);
            buf_cut(&cell, 0);
        } else {
            buf_char(&cell, line[i]);
        }
    }
    buf_fini(&cell);
    *fits = count < WORKBOOK_COLUMNS_MAX;
    return count;
}

static bool is_md_rule(const char *const *cells, size_t count)
{
    bool dashes = false;
    for (size_t i = 0; i < count; i++) {
        if (strspn(cells[i], "-: ") != strlen(cells[i])) {
            return false;
        }
        dashes = dashes || strstr(cells[i], "--") != NULL;
    }
    return dashes;
}

static bool read_md(struct workbook *book, struct arena *arena, const char *bytes, size_t len,
                    struct err *err)
{
    struct csv_row *rows = NULL;
    size_t count = 0, cap = 0, line = 0;
    struct buf nfc = {0};
    bool ok = text_nfc(&nfc, bytes, len, err);
    const char *cells[WORKBOOK_COLUMNS_MAX];
    for (size_t at = 0; ok && at < nfc.len;) {
        const char *start = nfc.data + at;
        const char *end = memchr(start, '\n', nfc.len - at);
        size_t line_len = end ? (size_t)(end - start) : nfc.len - at;
        at += line_len + 1;
        line++;
        while (line_len && strchr(" \t\r", *start)) {
            start++;
            line_len--;
        }
        if (!line_len || *start != '|') {
            continue;
        }
        bool fits;
        size_t n = md_cells(arena, start, line_len, cells, &fits);
        if (!fits) {
            ok = err_set(err, ERR_LIMIT, "line %zu: more than %d columns", line,
                         (int)WORKBOOK_COLUMNS_MAX - 1);
            break;
        }
        if (is_md_rule(cells, n)) {
            continue;
        }
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            rows = mem_grow(rows, cap, sizeof *rows);
        }
        rows[count].cells = arena_alloc(arena, (n + 1) * sizeof *rows[count].cells);
        memcpy(rows[count].cells, cells, n * sizeof *cells);
        rows[count].count = n;
        rows[count].line = line;
        count++;
    }
    ok = ok && rows_to_sheets(book, arena, rows, count, err);
    free(rows);
    buf_fini(&nfc);
    return ok;
}

/* ---- .xlsx ---- */

struct xlsx {
    struct arena *arena;
    struct zip_file *zip;
    const char **strings;
    size_t string_count, string_room;
    bool *date_style; /* by style index: whether the style shows a date */
    size_t style_count;
    bool from_1904; /* days are counted from 1904-01-01 (Excel for Mac) */
};
enum { DAYS_TO_1904 = 1462 };

static bool part(struct xlsx *x, struct xml **root, const char *name, struct err *err)
{
    struct buf bytes = {0};
    bool ok = zip_member(&bytes, x->zip, name, err) &&
              xml_parse(root, x->arena, bytes.data, bytes.len, &xml_trusted, err);
    buf_fini(&bytes);
    return ok || err_at(err, "%s", name);
}

/* The text of <si> or <is>: its runs, without phonetic annotations. */
static const char *rich_text(struct xlsx *x, const struct xml *si)
{
    struct buf text = {0}, nfc = {0};
    const struct xml *only = xml_child(si, NULL);
    if (only && !only->next && strcmp(only->name, "t") == 0 && only->first && !only->first->next &&
        !only->first->name && text_is_nfc(only->first->text, strlen(only->first->text))) {
        return plain_blanks(x->arena, only->first->text, strlen(only->first->text));
    }
    for (const struct xml *c = only; c; c = xml_sibling(c, NULL)) {
        if (strcmp(c->name, "t") == 0) {
            buf_text(&text, xml_content(x->arena, c));
        } else if (strcmp(c->name, "r") == 0) {
            const struct xml *t = xml_child(c, "t");
            buf_text(&text, t ? xml_content(x->arena, t) : "");
        }
    }
    bool ok = text_nfc(&nfc, text.data ? text.data : "", text.len, NULL);
    const char *kept = plain_blanks(x->arena, ok && nfc.data ? nfc.data : "", ok ? nfc.len : 0);
    buf_fini(&text);
    buf_fini(&nfc);
    return kept;
}

static bool add_string(void *user, const struct xml *si, struct err *err)
{
    struct xlsx *x = user;
    (void)err;
    if (x->string_count == x->string_room) {
        x->string_room = x->string_room ? x->string_room * 2 : 256;
        const char **grown = arena_alloc(x->arena, x->string_room * sizeof *grown);
        if (x->string_count) {
            memcpy(grown, x->strings, x->string_count * sizeof *grown);
        }
        x->strings = grown;
    }
    x->strings[x->string_count++] = rich_text(x, si);
    return true;
}

static bool each(struct xlsx *x, const char *name, const char *element, xml_part *given, void *user,
                 struct err *err)
{
    struct buf bytes = {0};
    bool ok = zip_member(&bytes, x->zip, name, err) &&
              xml_each(bytes.data, bytes.len, &xml_trusted, element, given, user, err);
    buf_fini(&bytes);
    return ok || err_at(err, "%s", name);
}

static bool read_strings(struct xlsx *x, struct err *err)
{
    static const char name[] = "xl/sharedStrings.xml";
    return !zip_has(x->zip, name) || each(x, name, "si", add_string, x, err);
}

enum { STYLES_MAX = 65536, FORMATS_MAX = 1000 };

static bool is_date_format(const struct xml *styles, unsigned long id)
{
    if ((id >= 14 && id <= 22) || (id >= 45 && id <= 47)) {
        return true;
    }
    const struct xml *formats = xml_child(styles, "numFmts");
    for (const struct xml *f = formats ? xml_child(formats, "numFmt") : NULL; f;
         f = xml_sibling(f, "numFmt")) {
        const char *own = xml_attr(f, "numFmtId"), *code = xml_attr(f, "formatCode");
        if (own && code && strtoul(own, NULL, 10) == id) {
            return strpbrk(code, "dDyY") != NULL && !strstr(code, "General");
        }
    }
    return false;
}

static bool read_styles(struct xlsx *x, struct err *err)
{
    struct xml *root;
    if (!zip_has(x->zip, "xl/styles.xml")) {
        return true;
    }
    if (!part(x, &root, "xl/styles.xml", err)) {
        return false;
    }
    const struct xml *list = xml_child(root, "cellXfs");
    size_t count = 0;
    for (const struct xml *f = list ? xml_child(list, "xf") : NULL; f; f = xml_sibling(f, "xf")) {
        count++;
    }
    const struct xml *formats = xml_child(root, "numFmts");
    size_t own = 0;
    for (const struct xml *f = formats ? xml_child(formats, "numFmt") : NULL; f;
         f = xml_sibling(f, "numFmt")) {
        own++;
    }
    if (count > STYLES_MAX || own > FORMATS_MAX) { /* each style is compared with all formats */
        return err_set(err, ERR_LIMIT, "more than %d cell styles or %d number formats",
                       (int)STYLES_MAX, (int)FORMATS_MAX);
    }
    x->date_style = arena_alloc(x->arena, count + 1);
    for (const struct xml *f = list ? xml_child(list, "xf") : NULL; f; f = xml_sibling(f, "xf")) {
        const char *id = xml_attr(f, "numFmtId");
        x->date_style[x->style_count++] = id && is_date_format(root, strtoul(id, NULL, 10));
    }
    return true;
}

/* A serial number as date and time; below 1 as a time only.  Excel's calendar contains a 29
 * February 1900 that did not exist, so one day is added to numbers below 60. */
static void date_text(char *out, size_t size, double n)
{
    double days = floor(n);
    int64_t ms = llround((n - days) * 86400000.0);
    if (n > 0 && n < 60 && days > 0) {
        days += 1;
    }
    int64_t whole = (int64_t)(days - 25569) * 86400000 + ms;
    char iso[64];
    clock_iso(iso, sizeof iso, whole, 0, true);
    iso[10] = ' ';
    iso[19] = '\0';
    int64_t rest = ((whole % 1000) + 1000) % 1000;
    const char *from = n < 1 ? iso + 11 : iso;
    if (rest) {
        snprintf(out, size, "%.19s.%03d000", from, (int)rest);
    } else {
        snprintf(out, size, "%.19s", from);
    }
}

static const char *number_text(struct xlsx *x, const char *text, size_t style)
{
    char *end;
    double n = strtod(text, &end);
    char out[64];
    if (*end || end == text || !isfinite(n)) {
        return trimmed(x->arena, text, strlen(text));
    }
    if (style < x->style_count && x->date_style[style] && n >= 0 && n < 3e6) {
        date_text(out, sizeof out, n + (x->from_1904 && n >= 1 ? DAYS_TO_1904 : 0));
    } else if (n == floor(n) && fabs(n) < 1e21) { /* below 1e21: longer whole numbers are not
                                                   * typed by people */
        snprintf(out, sizeof out, "%.0f", n);
    } else {
        for (int precision = 15; precision <= 17; precision++) {
            snprintf(out, sizeof out, "%.*g", precision, n);
            if (strtod(out, NULL) == n) {
                break;
            }
        }
    }
    return arena_text(x->arena, out);
}

static const char *cell_text(struct xlsx *x, const struct xml *cell)
{
    const char *type = xml_attr(cell, "t");
    const struct xml *value = xml_child(cell, "v");
    type = type ? type : "n";
    if (strcmp(type, "s") == 0) {
        const char *index = value && value->first && value->first->text ? value->first->text : "";
        size_t i = *index ? strtoul(index, NULL, 10) : SIZE_MAX;
        return i < x->string_count ? x->strings[i] : "";
    }
    const char *text = value ? xml_content(x->arena, value) : "";
    if (strcmp(type, "inlineStr") == 0) {
        const struct xml *is = xml_child(cell, "is");
        return is ? rich_text(x, is) : "";
    }
    if (strcmp(type, "b") == 0) {
        return strcmp(text, "1") == 0 ? "TRUE" : "FALSE";
    }
    if (strcmp(type, "n") == 0 && *text) {
        const char *style = xml_attr(cell, "s");
        return number_text(x, text, style ? strtoul(style, NULL, 10) : SIZE_MAX);
    }
    return plain_blanks(x->arena, text, strlen(text));
}

/* "BC12" → column 54 (0-based). */
static size_t column_of(const char *ref, size_t otherwise)
{
    size_t column = 0;
    if (!ref || *ref < 'A' || *ref > 'Z') {
        return otherwise;
    }
    for (; *ref >= 'A' && *ref <= 'Z' && column < 100000; ref++) {
        column = column * 26 + (size_t)(*ref - 'A') + 1;
    }
    return column - 1;
}

/* After this many empty headers or rows, the rest of the sheet is ignored. */
enum { EMPTY_COLUMNS_MAX = 20, EMPTY_ROWS_MAX = 60 };

static size_t used_columns(const char *const *cells, size_t count)
{
    size_t empty = 0;
    for (size_t i = 0; i < count; i++) {
        empty = *cells[i] ? 0 : empty + 1;
        if (empty > EMPTY_COLUMNS_MAX) {
            return i + 1 - empty;
        }
    }
    return count;
}

struct sheet_reader {
    struct xlsx *x;
    struct builder b;
    const char *name;
    size_t number, columns;
    const char *cells[WORKBOOK_COLUMNS_MAX]; /* cells of the current row */
    bool ended;                              /* the remaining rows are too far below and are
                                              * ignored */
};

static bool read_row(void *user, const struct xml *row, struct err *err)
{
    struct sheet_reader *s = user;
    const char **cells = s->cells;
    size_t count = 0;
    const char *given = xml_attr(row, "r");
    s->number = given ? strtoul(given, NULL, 10) : s->number + 1;
    if (s->ended) {
        return true;
    }
    for (const struct xml *c = xml_child(row, "c"); c; c = xml_sibling(c, "c")) {
        size_t at = column_of(xml_attr(c, "r"), count);
        const char *text = cell_text(s->x, c);
        if (at >= WORKBOOK_COLUMNS_MAX) {
            if (!*text) {
                continue;
            }
            return err_set(err, ERR_LIMIT, "sheet '%s', row %zu: more than %d columns", s->name,
                           s->number, (int)WORKBOOK_COLUMNS_MAX);
        }
        while (count <= at) {
            cells[count++] = "";
        }
        cells[at] = text;
    }
    if (!s->b.count) {
        s->columns = used_columns(cells, count);
    } else if (s->number > s->b.rows[s->b.count - 1].number + EMPTY_ROWS_MAX) {
        s->ended = true;
        return true;
    }
    return add_row(&s->b, cells, count < s->columns ? count : s->columns, s->number, s->number,
                   err);
}

static bool read_sheet(struct xlsx *x, struct workbook *book, const char *name, const char *target,
                       struct err *err)
{
    struct sheet_reader s = {.x = x, .b = {.arena = x->arena}, .name = name};
    struct sheet *sheet = new_sheet(book, x->arena, name);
    if (!sheet) {
        return err_set(err, ERR_LIMIT, "more than %d sheets", (int)WORKBOOK_SHEETS_MAX);
    }
    bool ok = each(x, target, "row", read_row, &s, err);
    close_sheet(ok ? sheet : NULL, &s.b);
    return ok;
}

/* Reads the sheet that the relation `id` names. */
static bool read_related(struct xlsx *x, struct workbook *book, const struct xml *rels,
                         const char *id, const char *name, struct err *err)
{
    const struct xml *rel = xml_child(rels, "Relationship");
    while (rel && (!xml_attr(rel, "Id") || !xml_attr(rel, "Target") ||
                   strcmp(xml_attr(rel, "Id"), id) != 0)) {
        rel = xml_sibling(rel, "Relationship");
    }
    const char *target = rel ? xml_attr(rel, "Target") : "";
    target =
        *target == '/' ? arena_text(x->arena, target + 1) : arena_printf(x->arena, "xl/%s", target);
    return !strstr(target, "worksheets/") ||
           read_sheet(x, book, trimmed(x->arena, name, strlen(name)), target, err);
}

static bool read_sheets(struct xlsx *x, struct workbook *book, const struct xml *root,
                        const struct xml *rels, struct err *err)
{
    const struct xml *list = xml_child(root, "sheets");
    bool ok = true;
    for (const struct xml *s = list ? xml_child(list, "sheet") : NULL; s && ok;
         s = xml_sibling(s, "sheet")) {
        const char *name = xml_attr(s, "name"), *id = NULL;
        for (const struct xml_attr *a = s->attrs; a; a = a->next) {
            id = strcmp(a->name, "id") == 0 && *a->uri ? a->value : id;
        }
        ok = !id || !name || read_related(x, book, rels, id, name, err);
    }
    return ok;
}

static bool read_xlsx(struct workbook *book, struct arena *arena, const char *bytes, size_t len,
                      struct err *err)
{
    struct xlsx x = {.arena = arena};
    struct xml *root, *rels;
    bool ok = zip_open_bytes(&x.zip, bytes, len, err) && part(&x, &root, "xl/workbook.xml", err);
    const struct xml *about = ok ? xml_child(root, "workbookPr") : NULL;
    const char *from_1904 = about ? xml_attr(about, "date1904") : NULL;
    x.from_1904 = from_1904 && (strcmp(from_1904, "1") == 0 || strcmp(from_1904, "true") == 0);
    ok = ok && part(&x, &rels, "xl/_rels/workbook.xml.rels", err) && read_strings(&x, err) &&
         read_styles(&x, err) && read_sheets(&x, book, root, rels, err);
    zip_shut(x.zip);
    return ok;
}

bool workbook_read(struct workbook *book, struct arena *arena, const char *file, const char *bytes,
                   size_t len, struct err *err)
{
    const char *dot = strrchr(file, '.');
    const char *slash = strrchr(file, '/');
    static const char ods[] = "mimetypeapplication/vnd.oasis.opendocument";
    bool ok;
    memset(book, 0, sizeof *book);
    book->file = arena_text(arena, slash ? slash + 1 : file);
    if (dot && text_same(dot, ".csv")) {
        book->lines = true;
        ok = read_csv(book, arena, bytes, len, err);
    } else if (dot && text_same(dot, ".md")) {
        book->lines = true;
        ok = read_md(book, arena, bytes, len, err);
    } else if (len > 80 && memcmp(bytes, "PK\3\4", 4) == 0 &&
               memcmp(bytes + 30, ods, sizeof ods - 1) == 0) {
        ok = err_set(err, ERR_INPUT, "this is an OpenDocument table (.ods)");
        err_hint(err, "in LibreOffice: File, Save As, file type Excel 2007–365 (.xlsx)");
    } else if (dot && (text_same(dot, ".xlsx") || text_same(dot, ".xlsm"))) {
        ok = read_xlsx(book, arena, bytes, len, err);
    } else {
        ok = err_set(err, ERR_INPUT, "this kind of file is not known");
        err_hint(err, "give a .xlsx, .xlsm, .xls, .csv or .md workbook");
    }
    return ok || err_at(err, "%s", book->file);
}

const struct sheet *workbook_sheet(const struct workbook *book, const char *name)
{
    assert(name);
    for (size_t i = 0; i < book->count; i++) {
        if (text_same(book->sheets[i].name, name)) {
            return &book->sheets[i];
        }
    }
    return NULL;
}
