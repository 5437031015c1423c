/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_H
#define FORMS_XLSFORM_H
/*
 * xlsform: a workbook (XLSForm) → an ODK XForm, as pyxform writes it.
 *
 * Fails:  ERR_INPUT with file, sheet, row, column, what is wrong and the nearest right name.
 * Source: xlsform.org; docs/XFORMS.md lists what is in and what is not yet.
 */
#include "forms/workbook.h"

enum { XLSFORM_WARNINGS_MAX = 100 };

struct xlsform_options {
    const char *root;        /* name of the instance's root; NULL = "data" */
    const char *fallback_id; /* form id and title where the workbook has none: the file's stem */
    struct buf *itemsets;    /* external choices as CSV are appended here; NULL = not wanted */
    bool lenient;            /* an expression that is no XPath is a warning, not an error */
};

struct xlsform_notes { /* warnings, in the caller's arena */
    const char *text[XLSFORM_WARNINGS_MAX];
    size_t count;
};

MUST_CHECK bool xlsform_convert(struct buf *xml, const struct workbook *book,
                                const struct xlsform_options *options, struct arena *arena,
                                struct xlsform_notes *notes, struct err *err);

#endif
