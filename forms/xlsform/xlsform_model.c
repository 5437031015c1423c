/* SPDX-License-Identifier: Apache-2.0 */
/* The model that the steps of a conversion share: messages with their place, sheets, lists and
 * the tree of questions. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

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
void model_keep_places(struct model *m, const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        struct xlsform_notes *n = m->notes;
        if (q->path) {
            n->places = room(m->arena, n->places, n->place_count, &n->place_cap, sizeof *n->places);
            n->places[n->place_count++] = (struct xlsform_place){q->path, q->number};
        }
        model_keep_places(m, q);
    }
}

bool model_at(struct model *m, const char *sheet, size_t row, const char *column)
{
    assert(!m->err || m->err->code); /* a place belongs to a fault */
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

struct question *model_append(struct model *m, struct question *parent, enum question_shape shape,
                              const char *name)
{
    assert(!parent->type); /* a question has no children */
    struct question *q = arena_alloc(m->arena, sizeof *q);
    q->shape = shape;
    q->parent = parent;
    q->name = name;
    q->row = arena_alloc(m->arena, sizeof *q->row);
    q->row->key = "";
    if (parent->last) {
        parent->last->next = q;
    } else {
        parent->first = q;
    }
    parent->last = q;
    if (name) {
        q->path =
            arena_join(m->arena, parent->path, shape == SHAPE_ATTRIBUTE ? "/@" : "/", name, NULL);
    }
    return q;
}

bool model_name(struct model *m, struct question *q)
{
    for (const struct question *s = map_get(&m->by_name, q->name); s; s = s->other) {
        if (s != q && s->parent == q->parent && s->shape != SHAPE_META) {
            err_set(m->err, ERR_INPUT, "the name '%s' is used twice here", q->name);
            err_hint(m->err, "row %zu has it already; names are unique within a group", s->number);
            return model_at(m, "survey", q->number, "name");
        }
    }
    q->other = map_get(&m->by_name, q->name);
    map_put(&m->by_name, q->name, q);
    return true;
}
