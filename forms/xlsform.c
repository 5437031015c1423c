/* SPDX-License-Identifier: Apache-2.0 */
/* Workbook in, XForm out: the two halves put together, and what both need. */
#include "forms/xlsform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forms/xlsform_model.h"

const struct cell *cells_find(const struct cells *cells, const char *key)
{
    for (size_t i = 0; i < cells->count; i++) {
        if (strcmp(cells->list[i].key, key) == 0) {
            return &cells->list[i];
        }
    }
    return NULL;
}

const char *cells_text(const struct cells *cells, const char *key)
{
    const struct cell *cell = cells_find(cells, key);
    return cell ? cell->text : "";
}

const char *cells_lang(const struct cells *cells, const char *key, const char *lang)
{
    for (size_t i = 0; i < cells->count; i++) {
        if (strcmp(cells->list[i].key, key) == 0 && strcmp(cells->list[i].lang, lang) == 0) {
            return cells->list[i].text;
        }
    }
    return NULL;
}

bool cells_translated(const struct cells *cells, const char *key)
{
    for (size_t i = 0; i < cells->count; i++) {
        if (strcmp(cells->list[i].key, key) == 0 && *cells->list[i].lang) {
            return true;
        }
    }
    return false;
}

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

struct choice_list *model_list(struct model *m, const char *name)
{
    for (struct choice_list *l = m->lists; l; l = l->next) {
        if (strcmp(l->name, name) == 0) {
            return l;
        }
    }
    return NULL;
}

bool xlsform_convert(struct buf *xml, const struct workbook *book,
                     const struct xlsform_options *options, struct arena *arena,
                     struct xlsform_notes *notes, struct err *err)
{
    struct model m = {.arena = arena, .book = book, .notes = notes, .err = err};
    map_init(&m.by_name, arena);
    if (notes) {
        notes->count = 0;
    }
    return xlsform_read(&m, options->root ? options->root : "data", options->fallback_id) &&
           xlsform_write(&m, xml);
}
