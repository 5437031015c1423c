/* SPDX-License-Identifier: Apache-2.0 */
/* Workbook in, XForm out: the halves put together, and what they all need. */
#include "forms/xlsform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forms/xlsform_model.h"
#include "platform/text.h"

bool model_at(struct model *m, const char *sheet, size_t row, const char *column)
{
    if (column && row) {
        return err_at(m->err, "%s, %s row %zu, column %s", m->book->file, sheet, row, column);
    }
    if (row) {
        return err_at(m->err, "%s, %s row %zu", m->book->file, sheet, row);
    }
    return err_at(m->err, "%s, sheet %s", m->book->file, sheet);
}

void model_note(struct model *m, const char *fmt, ...)
{
    char text[400];
    va_list args;
    if (!m->notes || m->notes->count == XLSFORM_WARNINGS_MAX) {
        return;
    }
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    m->notes->text[m->notes->count++] = arena_text(m->arena, text);
}

bool model_yes(const char *text, bool otherwise)
{
    if (text && (text_same(text, "yes") || text_same(text, "true") || text_same(text, "true()"))) {
        return true;
    }
    if (text && (text_same(text, "no") || text_same(text, "false") || text_same(text, "false()"))) {
        return false;
    }
    return otherwise;
}

struct choice_list *model_list(struct model *m, const char *name)
{
    return name ? map_get(&m->lists_by_name, name) : NULL;
}

const struct sheet *model_sheet(struct model *m, const char *name)
{
    return workbook_sheet(m->book, name);
}

/* Where a sheet is missing, one with nearly its name is probably meant. */
void model_near_sheet(struct model *m, const char *name)
{
    const char *names[WORKBOOK_SHEETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < m->book->count && count < WORKBOOK_SHEETS_MAX; i++) {
        if (*m->book->sheets[i].name != '_') { /* such a sheet is put aside on purpose */
            names[count++] = m->book->sheets[i].name;
        }
    }
    const char *near = text_nearest(name, names, count);
    if (near && !text_same(near, name)) {
        err_hint(m->err, "rename the sheet '%s' to '%s'", near, name);
    }
}

/* A sheet whose name is nearly one that is missing is probably a slip; it would be left out. */
static void note_near_sheets(struct model *m)
{
    static const char *const known[] = {"survey",   "choices",          "settings",
                                        "entities", "external_choices", "osm"};
    for (size_t i = 0; i < m->book->count; i++) {
        const char *name = m->book->sheets[i].name;
        const char *near = text_nearest(name, known, sizeof known / sizeof *known);
        if (*name != '_' && near && !text_same(near, name) && !workbook_sheet(m->book, near)) {
            model_note(m, "the sheet '%s' is left out; did you mean '%s'?", name, near);
        }
    }
}

bool xlsform_convert(struct buf *xml, const struct workbook *book,
                     const struct xlsform_options *options, struct arena *arena,
                     struct xlsform_notes *notes, struct err *err)
{
    struct model m = {.arena = arena, .book = book, .options = options, .notes = notes, .err = err};
    map_init(&m.by_name, arena);
    map_init(&m.by_folded, arena);
    map_init(&m.lists_by_name, arena);
    if (notes) {
        notes->count = 0;
    }
    note_near_sheets(&m);
    return xlsform_read(&m) && xlsform_write(&m, xml);
}
