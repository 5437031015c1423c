/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the file of terms beside a form. */
#include "tools/form/form_terms.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/file.h"

enum { TERMS_MAX = 1 << 20 };

bool form_terms_read(struct form_terms *terms, struct arena *arena, const char *form,
                     const char *path, struct err *err)
{
    struct buf bytes = {0};
    const char *slash = strrchr(form, '/');
    int folder = slash ? (int)(slash - form) + 1 : 0;
    const char *file = path ? path : arena_printf(arena, "%.*slint.terms", folder, form);
    *terms = (struct form_terms){.arena = arena, .form_id = ""};
    if (!path && !file_exists(file)) {
        return true;
    }
    bool ok = file_read(&bytes, file, TERMS_MAX, err) &&
              (csv_parse(&terms->csv, arena, bytes.data ? bytes.data : "", bytes.len, err) ||
               err_at(err, "%s", file_name(file)));
    buf_fini(&bytes);
    return ok;
}

const char *form_terms_cell(const struct form_terms *terms, const struct csv_row *row,
                            const char *column)
{
    assert(terms->csv.count > 0);
    const struct csv_row *top = &terms->csv.rows[0];
    for (size_t c = 0; c < top->count && c < row->count; c++) {
        if (strcmp(top->cells[c], column) == 0) {
            return row->cells[c];
        }
    }
    return "";
}

static bool is_for_form(const struct form_terms *terms, const struct csv_row *row)
{
    const char *forms = form_terms_cell(terms, row, "forms");
    const char *all = arena_join(terms->arena, " ", forms, " ", NULL);
    return !*forms || strstr(all, arena_join(terms->arena, " ", terms->form_id, " ", NULL));
}

const struct csv_row *form_terms_row(const struct form_terms *terms, const char *kind, size_t i)
{
    for (size_t r = 1; r < terms->csv.count; r++) {
        const struct csv_row *row = &terms->csv.rows[r];
        if (strcmp(form_terms_cell(terms, row, "kind"), kind) == 0 && is_for_form(terms, row) &&
            i-- == 0) {
            return row;
        }
    }
    return NULL;
}
