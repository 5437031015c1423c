/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_H
#define FORMS_XLSFORM_XLSFORM_H
/*
 * xlsform: a workbook (XLSForm) → an ODK XForm, as pyxform writes it.
 *
 * Fails:  ERR_INPUT with file, sheet, row, column, what is wrong and the nearest right name.
 * Source: xlsform.org; docs/XFORMS.md lists what is in and what is not yet.
 */
#include "forms/workbook/workbook.h"

struct xlsform_options {
    const char *root;        /* name of the instance's root; NULL = "data" */
    const char *fallback_id; /* form id and title where the workbook has none: the file's stem */
    struct buf *itemsets;    /* external choices as CSV are appended here; NULL = not wanted */
    bool lenient;            /* an expression that is no XPath is a warning, not an error */
    bool all;                /* go on behind a fault as far as that makes sense: notes->faults */
};

struct xlsform_place { /* of a node */
    const char *path;
    size_t row; /* of the sheet survey */
};
struct xlsform_notes { /* all in the caller's arena */
    const char **text; /* warnings */
    size_t count, cap;
    const char **faults; /* each with its place and next step; of `all` */
    size_t fault_count, fault_cap;
    struct xlsform_place *places;
    size_t place_count, place_cap;
};
void xlsform_note(struct xlsform_notes *notes, struct arena *arena, const char *text);
/* A fault as it would have been told, but once. */
void xlsform_fault(struct xlsform_notes *notes, struct arena *arena, const struct err *err);
/* "survey row 7", or the path where no row is known; in the arena. */
const char *xlsform_row_of(const struct xlsform_notes *notes, struct arena *arena,
                           const char *path);

MUST_CHECK bool xlsform_convert(struct buf *xml, const struct workbook *book,
                                const struct xlsform_options *options, struct arena *arena,
                                struct xlsform_notes *notes, struct err *err);

#endif
