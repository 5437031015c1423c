/* SPDX-License-Identifier: Apache-2.0 */
/* Converts a workbook to an XForm: runs the steps in order. */
#include "forms/xlsform/xlsform.h"

#include <assert.h>

#include "forms/xlsform/xlsform_model.h"
#include "platform/machine/text.h"

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
    assert(options);
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
        model_keep_places(&m, &m.root);
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
