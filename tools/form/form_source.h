/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_SOURCE_H
#define TOOLS_FORM_FORM_SOURCE_H
/* form_source: loads a form from a file (.csv, .md, .xlsx, .xlsm, .xls, .xml) and the files
 * next to it. */
#include "forms/engine/session.h"
#include "forms/xlsform/xlsform.h"

enum { DESK_FILE_MAX = 64 << 20 };

/* Reads the sheets of a workbook of any format, including .xls. */
MUST_CHECK bool form_source_workbook(struct workbook *book, struct arena *arena, const char *file,
                                     const struct buf *bytes, struct err *err);

/* The XForm of FILE: an .xml unchanged, a workbook converted.  `given` (may be NULL):
 * options for the conversion.  The fallback form id is the file name without its suffix. */
MUST_CHECK bool form_source_xml(struct buf *xml, const char *file,
                                const struct xlsform_options *given, struct arena *arena,
                                struct xlsform_notes *notes, struct err *err);

/* As form_source_xml, and loads the form.  Errors carry the file's name. */
MUST_CHECK bool form_source_load(struct form **form, const char *file,
                                 const struct xlsform_options *given, struct arena *arena,
                                 struct xlsform_notes *notes, struct err *err);

/* Checks that a form is fit for field use: ERR_INPUT if a question has no node for its
 * answer.  Features that are accepted but ignored are reported in `notes` (may be NULL). */
MUST_CHECK bool form_source_fit(const struct form *form, struct arena *arena,
                                struct xlsform_notes *notes, struct err *err);

/* A session_env that reads lists from the folder of `file` and uses the wall clock and
 * system randomness. */
struct form_source_env {
    const char *file;
    struct session_env env;
};
void form_source_env_init(struct form_source_env *desk, const char *file);

/* Reads the bytes of jr://…/name from the folder of `file`, or its folder media. */
bool form_source_resource(void *user, const char *uri, struct buf *out, struct err *err);

#endif
