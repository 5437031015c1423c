/* SPDX-License-Identifier: Apache-2.0 */
/* Workbooks of all three kinds → XForm → form.  The first byte chooses the kind. */
#include "tests/fuzz/fuzz.h"

#include "forms/engine/form.h"
#include "forms/xlsform/xlsform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x.csv", "x.md", "x.xlsx"};
    struct arena arena;
    struct workbook book;
    struct buf xml = {0};
    struct form *form = NULL;
    struct xlsform_options options = {.fallback_id = "x"};
    struct xlsform_notes notes;
    struct err err = {0};
    if (size < 1 || size > 1 << 20) {
        return 0;
    }
    const char *name = data[0] == '|' ? names[1] : data[0] == 'P' ? names[2] : names[0];
    arena_init(&arena);
    if (workbook_read(&book, &arena, name, (const char *)data, size, &err) &&
        xlsform_convert(&xml, &book, &options, &arena, &notes, &err) &&
        form_load(&form, xml.data, xml.len, &xml_trusted, &err)) {
        form_free(form);
    }
    buf_fini(&xml);
    arena_fini(&arena);
    return 0;
}
