/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a workbook as .csv or .xlsx. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/workbook/workbook.h"
#include "platform/machine/csv.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "platform/machine/zip.h"

#define SHEETS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static size_t widest_row(const struct sheet *sheet)
{
    size_t columns = 0;
    for (size_t r = 0; r < sheet->count; r++) {
        columns = sheet->rows[r].count > columns ? sheet->rows[r].count : columns;
    }
    return columns;
}

/* Number of empty rows before this one.  They are kept, because names made from row numbers
 * depend on them. */
static size_t gap_before(const struct sheet *sheet, size_t row)
{
    size_t from = sheet->rows[row - 1].place, to = sheet->rows[row].place;
    return to > from ? to - from - 1 : 0;
}

static size_t column_named(const struct sheet *sheet, const char *name)
{
    for (size_t c = 0; sheet->count && c < sheet->rows[0].count; c++) {
        if (text_same(sheet->rows[0].cells[c], name)) {
            return c;
        }
    }
    return SIZE_MAX;
}

/* A note without a name is named after its row number, which would differ in the other file
 * format; so the name is written explicitly. */
struct naming {
    bool lines, survey;
    size_t type, name; /* column indices */
};

static struct naming naming_of(const struct workbook *book, const struct sheet *sheet)
{
    return (struct naming){book->lines, text_same(sheet->name, "survey"),
                           column_named(sheet, "type"), column_named(sheet, "name")};
}

/* The name to write instead of the cell's text, or NULL.  The caller frees it. */
static char *made_name(const struct naming *n, const struct sheet *sheet, size_t r, size_t c)
{
    const struct sheet_row *row = &sheet->rows[r];
    bool bare = n->survey && r && c == n->name && n->type < row->count &&
                strcmp(row->cells[n->type], "note") == 0 && (c >= row->count || !*row->cells[c]);
    struct buf made = {0};
    if (!bare) {
        return NULL;
    }
    buf_printf(&made, "generated_note_name_%zu", n->lines ? r + 1 : row->number);
    char *kept = mem_text(made.data);
    buf_fini(&made);
    return kept;
}

void workbook_write_csv(struct buf *out, const struct workbook *book)
{
    for (size_t s = 0; s < book->count; s++) {
        const struct sheet *sheet = &book->sheets[s];
        const struct naming naming = naming_of(book, sheet);
        size_t columns = widest_row(sheet);
        csv_cell(out, sheet->name, true);
        csv_end(out);
        for (size_t r = 0; r < sheet->count; r++) {
            for (size_t gap = r ? gap_before(sheet, r) : 0; gap; gap--) {
                csv_cell(out, "", true);
                csv_cell(out, "", false);
                csv_end(out);
            }
            csv_cell(out, "", true);
            for (size_t c = 0; c < columns; c++) {
                const struct sheet_row *row = &sheet->rows[r];
                char *made = made_name(&naming, sheet, r, c);
                csv_cell(out, made ? made : c < row->count ? row->cells[c] : "", false);
                free(made);
            }
            csv_end(out);
        }
    }
}

/* ---- .xlsx ---- */

static void column_name(char out[8], size_t column) /* 0 → A, 27 → AB */
{
    char letters[8];
    size_t count = 0, at = 0;
    for (size_t n = column + 1; n > 0 && count < 7; n = (n - 1) / 26) {
        letters[count++] = (char)('A' + (n - 1) % 26);
    }
    while (count) {
        out[at++] = letters[--count];
    }
    out[at] = '\0';
}

/* Writes text, leaving out characters that XML cannot hold. */
static void put_cell_text(struct buf *out, const char *text)
{
    struct buf clean = {0};
    for (; *text; text++) {
        if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t') {
            buf_char(&clean, *text);
        }
    }
    xml_put_text(out, clean.data ? clean.data : "");
    buf_fini(&clean);
}

/* The shared strings: each text once, in order of first use. */
struct strings {
    struct arena arena;
    struct map numbers; /* text → index + 1, cast to a pointer */
    struct buf xml;
    size_t count;
};

static size_t string_number(struct strings *s, const char *text)
{
    size_t known = (size_t)(uintptr_t)map_get(&s->numbers, text);
    if (known) {
        return known - 1;
    }
    map_put(&s->numbers, text, (void *)(uintptr_t)(s->count + 1));
    size_t len = strlen(text);
    bool blanks = len && (strchr(" \t\r\n", *text) || strchr(" \t\r\n", text[len - 1]));
    buf_text(&s->xml, blanks ? "<si><t xml:space=\"preserve\">" : "<si><t>");
    put_cell_text(&s->xml, text);
    buf_text(&s->xml, "</t></si>");
    return s->count++;
}

static void put_sheet(struct buf *out, const struct workbook *book, const struct sheet *sheet,
                      struct strings *strings)
{
    const struct naming naming = naming_of(book, sheet);
    size_t columns = widest_row(sheet);
    buf_text(out, HEAD "<worksheet xmlns=\"" SHEETS "\"><sheetViews><sheetView workbookViewId="
                       "\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" "
                       "state=\"frozen\"/></sheetView></sheetViews>");
    if (columns) {
        buf_printf(out, "<cols><col min=\"1\" max=\"%zu\" width=\"24\" customWidth=\"1\"/></cols>",
                   columns);
    }
    buf_text(out, "<sheetData>");
    size_t number = 0;
    for (size_t r = 0; r < sheet->count; r++) {
        const struct sheet_row *row = &sheet->rows[r];
        number += 1 + (r ? gap_before(sheet, r) : 0);
        buf_printf(out, "<row r=\"%zu\">", number);
        for (size_t c = 0; c < columns; c++) {
            char name[8], *made = made_name(&naming, sheet, r, c);
            const char *text = made             ? arena_text(&strings->arena, made)
                               : c < row->count ? row->cells[c]
                                                : "";
            free(made);
            if (!*text) {
                continue;
            }
            column_name(name, c);
            buf_printf(out, "<c r=\"%s%zu\"%s t=\"s\"><v>%zu</v></c>", name, number,
                       r ? "" : " s=\"1\"", string_number(strings, text));
        }
        buf_text(out, "</row>");
    }
    buf_text(out, "</sheetData></worksheet>");
}

static const char styles[] =
    HEAD "<styleSheet xmlns=\"" SHEETS "\"><fonts count=\"2\"><font><sz val=\"11\"/><name val="
         "\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
         "<fills count=\"1\"><fill><patternFill patternType=\"none\"/></fill></fills><borders "
         "count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs "
         "count=\"2\"><xf numFmtId=\"49\" applyNumberFormat=\"1\"/><xf numFmtId=\"49\" fontId="
         "\"1\" applyNumberFormat=\"1\" applyFont=\"1\"/></cellXfs></styleSheet>";
static const char package_rels[] = HEAD
    "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" Type=\"" RELATIONS
    "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/* Writes the three parts that list the sheets. */
static void put_lists(struct buf *types, struct buf *list, struct buf *rels,
                      const struct workbook *book)
{
    static const char sheet_type[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
    buf_printf(types,
               HEAD "<Types xmlns=\"" PACKAGE "content-types\"><Default Extension=\"rels\" "
                    "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                    "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override "
                    "PartName=\"/xl/workbook.xml\" ContentType=\"%ssheet.main+xml\"/><Override "
                    "PartName=\"/xl/styles.xml\" ContentType=\"%sstyles+xml\"/><Override "
                    "PartName=\"/xl/sharedStrings.xml\" ContentType=\"%ssharedStrings+xml\"/>",
               sheet_type, sheet_type, sheet_type);
    buf_text(list, HEAD "<workbook xmlns=\"" SHEETS "\" xmlns:r=\"" RELATIONS "\"><sheets>");
    buf_text(rels, HEAD "<Relationships xmlns=\"" PACKAGE "relationships\">");
    for (size_t s = 0; s < book->count; s++) {
        buf_printf(types,
                   "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType="
                   "\"%sworksheet+xml\"/>",
                   s + 1, sheet_type);
        buf_text(list, "<sheet");
        xml_put_attr(list, "name", book->sheets[s].name);
        buf_printf(list, " sheetId=\"%zu\" r:id=\"rId%zu\"/>", s + 1, s + 1);
        buf_printf(rels,
                   "<Relationship Id=\"rId%zu\" Type=\"" RELATIONS
                   "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
                   s + 1, s + 1);
    }
    buf_text(types, "</Types>");
    buf_text(list, "</sheets></workbook>");
    buf_printf(rels,
               "<Relationship Id=\"rId%zu\" Type=\"" RELATIONS
               "/styles\" Target=\"styles.xml\"/><Relationship Id=\"rId%zu\" Type=\"" RELATIONS
               "/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>",
               book->count + 1, book->count + 2);
}

bool workbook_write_xlsx(struct buf *out, const struct workbook *book, struct err *err)
{
    assert(book->count > 0); /* Excel opens no file without a sheet */
    struct buf types = {0}, list = {0}, rels = {0};
    struct buf *sheets = mem_zero(book->count + 1, sizeof *sheets);
    struct zip_part *parts = mem_zero(book->count + 6, sizeof *parts);
    char(*names)[48] = mem_zero(book->count + 1, sizeof *names);
    struct strings strings = {.count = 0};
    arena_init(&strings.arena);
    map_init(&strings.numbers, &strings.arena);
    buf_text(&strings.xml, HEAD "<sst xmlns=\"" SHEETS "\">");
    put_lists(&types, &list, &rels, book);
    parts[0] = (struct zip_part){"[Content_Types].xml", types.data, types.len};
    parts[1] = (struct zip_part){"_rels/.rels", package_rels, sizeof package_rels - 1};
    parts[2] = (struct zip_part){"xl/workbook.xml", list.data, list.len};
    parts[3] = (struct zip_part){"xl/_rels/workbook.xml.rels", rels.data, rels.len};
    parts[4] = (struct zip_part){"xl/styles.xml", styles, sizeof styles - 1};
    for (size_t s = 0; s < book->count; s++) {
        put_sheet(&sheets[s], book, &book->sheets[s], &strings);
        snprintf(names[s], sizeof names[s], "xl/worksheets/sheet%zu.xml", s + 1);
        parts[6 + s] = (struct zip_part){names[s], sheets[s].data, sheets[s].len};
    }
    buf_text(&strings.xml, "</sst>");
    parts[5] = (struct zip_part){"xl/sharedStrings.xml", strings.xml.data, strings.xml.len};
    bool ok = zip_write(out, parts, 6 + book->count, err);
    for (size_t s = 0; s < book->count; s++) {
        buf_fini(&sheets[s]);
    }
    buf_fini(&strings.xml);
    arena_fini(&strings.arena);
    buf_fini(&types);
    buf_fini(&list);
    buf_fini(&rels);
    free(sheets);
    free(parts);
    free(names);
    return ok;
}
