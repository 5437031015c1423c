/* SPDX-License-Identifier: Apache-2.0 */
/* Forms from workbooks.  Apart from help.c and scene.c: a bench of the window must not link what
 * the app does not link. */
#include <stdlib.h>
#include <string.h>

#include "forms/workbook/workbook.h"
#include "forms/xlsform/xlsform.h"
#include "platform/machine/file.h"
#include "tests/lib/help.h"
#include "tests/lib/scene.h"

bool convert_md(struct buf *xml, const char *md, struct err *err)
{
    struct arena arena;
    struct workbook book;
    struct xlsform_options options = {.fallback_id = "form"};
    arena_init(&arena);
    bool ok = workbook_read(&book, &arena, "form.md", md, strlen(md), err) &&
              xlsform_convert(xml, &book, &options, &arena, NULL, err);
    arena_fini(&arena);
    return ok;
}

struct form *form_md(const char *md)
{
    struct err err = {0};
    struct buf xml = {0};
    struct form *form = NULL;
    OK(convert_md(&xml, md, &err));
    OK(form_load(&form, xml.data, xml.len, &xml_trusted, &err));
    buf_fini(&xml);
    return form;
}

char *scene_form(const char *file)
{
    struct arena arena;
    struct workbook book;
    struct buf bytes = {0}, xml = {0};
    struct err err = {0};
    struct xlsform_options options = {.fallback_id = "form"};
    arena_init(&arena);
    OK(file_read(&bytes, file, 1 << 20, &err));
    OK(workbook_read(&book, &arena, file, bytes.data, bytes.len, &err));
    OK(xlsform_convert(&xml, &book, &options, &arena, NULL, &err));
    char *kept = mem_text(xml.data);
    buf_fini(&bytes);
    buf_fini(&xml);
    arena_fini(&arena);
    return kept;
}
