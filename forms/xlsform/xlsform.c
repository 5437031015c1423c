/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a workbook to an XForm: runs the steps; helpers that all steps share. */
#include "forms/xlsform/xlsform.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/xlsform/xlsform_model.h"
#include "platform/machine/text.h"

/* ---- messages ---- */

/* Makes room for one more element in an array in the arena; returns the array. */
static void *room(struct arena *arena, void *list, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return list;
    }
    *cap = *cap ? *cap * 2 : 16;
    void *grown = arena_alloc(arena, *cap * size);
    if (count) {
        memcpy(grown, list, count * size);
    }
    return grown;
}

void xlsform_note(struct xlsform_notes *notes, struct arena *arena, const char *text)
{
    notes->text = room(arena, notes->text, notes->count, &notes->cap, sizeof *notes->text);
    notes->text[notes->count++] = arena_text(arena, text);
}

void xlsform_fault(struct xlsform_notes *notes, struct arena *arena, const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    for (size_t i = 0; i < notes->fault_count; i++) { /* already reported by another check */
        if (strcmp(notes->faults[i], text) == 0) {
            return;
        }
    }
    notes->faults =
        room(arena, notes->faults, notes->fault_count, &notes->fault_cap, sizeof *notes->faults);
    notes->faults[notes->fault_count++] = arena_text(arena, text);
}

const char *xlsform_row_of(const struct xlsform_notes *notes, struct arena *arena, const char *path)
{
    for (size_t i = 0; notes && i < notes->place_count; i++) {
        if (notes->places[i].row && strcmp(notes->places[i].path, path) == 0) {
            return arena_printf(arena, "survey row %zu", notes->places[i].row);
        }
    }
    return path;
}

/* Records the row of each node. */
static void keep_places(struct model *m, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        struct xlsform_notes *n = m->notes;
        if (q->path) {
            n->places = room(m->arena, n->places, n->place_count, &n->place_cap, sizeof *n->places);
            n->places[n->place_count++] = (struct xlsform_place){q->path, q->number};
        }
        keep_places(m, q);
    }
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
    va_list args, again;
    if (!m->notes) {
        return;
    }
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    char *text = mem_alloc((size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    xlsform_note(m->notes, m->arena, text);
    free(text);
}

bool model_go_on(struct model *m)
{
    if (!m->options->all || !m->notes || m->err->code != ERR_INPUT) {
        return false;
    }
    xlsform_fault(m->notes, m->arena, m->err);
    if (!m->first_fault.code) {
        m->first_fault = *m->err;
    }
    *m->err = (struct err){0};
    return true;
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

/* If a sheet is missing, hints at one with a similar name. */
void model_near_sheet(struct model *m, const char *name)
{
    const char *names[WORKBOOK_SHEETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < m->book->count && count < WORKBOOK_SHEETS_MAX; i++) {
        if (*m->book->sheets[i].name != '_') { /* a leading '_' marks a sheet that its author
                                                * excludes */
            names[count++] = m->book->sheets[i].name;
        }
    }
    const char *near = text_nearest(name, names, count);
    if (near && !text_same(near, name)) {
        err_hint(m->err, "rename the sheet '%s' to '%s'", near, name);
    }
}

/* Warns of ignored sheets whose names are close to that of a missing sheet. */
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
        *notes = (struct xlsform_notes){0};
    }
    note_near_sheets(&m);
    bool ok = xlsform_read(&m);
    if (notes) {
        keep_places(&m, &m.root);
    }
    if (options->all && (!ok || m.first_fault.code)) {
        (void)(ok || model_go_on(&m));
        xlsform_try(&m);
        ok = false;
    }
    ok = ok && xlsform_write(&m, xml);
    if (m.first_fault.code) {
        (void)(!err->code || model_go_on(&m));
        *err = m.first_fault;
        ok = false;
    }
    return ok;
}
