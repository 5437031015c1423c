/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_SOURCE_H
#define TOOLS_FORM_FORM_SOURCE_H
/* desk_form: a form from a file of any kind (.csv, .md, .xlsx, .xlsm, .xls, .xml), and the files
 * beside it. */
#include "forms/engine/session.h"
#include "forms/xlsform/xlsform.h"

enum { DESK_FILE_MAX = 64 << 20 };

/* The sheets of a workbook of any kind, .xls among them. */
MUST_CHECK bool desk_workbook(struct workbook *book, struct arena *arena, const char *file,
                              const struct buf *bytes, struct err *err);

/* The XForm of FILE: .xml as it is, a workbook converted.  `given` (may be NULL) are options of the
 * conversion; the form's fallback id is the file's stem. */
MUST_CHECK bool desk_form_xml(struct buf *xml, const char *file,
                              const struct xlsform_options *given, struct arena *arena,
                              struct xlsform_notes *notes, struct err *err);

/* The same, loaded; errors carry the file's name. */
MUST_CHECK bool desk_form_load(struct form **form, const char *file,
                               const struct xlsform_options *given, struct arena *arena,
                               struct xlsform_notes *notes, struct err *err);

/* A loaded form as something to go into the field with: ERR_INPUT where a question stores nowhere;
 * what is read and not followed is told through `notes` (may be NULL). */
MUST_CHECK bool desk_form_fit(const struct form *form, struct arena *arena,
                              struct xlsform_notes *notes, struct err *err);

/* session_env whose lists lie beside `file`; wall clock, system randomness. */
struct desk_env {
    const char *file;
    struct session_env env;
};
void desk_env_init(struct desk_env *desk, const char *file);

/* Bytes of jr://…/name, read from the folder of `file`. */
bool desk_resource(void *user, const char *uri, struct buf *out, struct err *err);

#endif
