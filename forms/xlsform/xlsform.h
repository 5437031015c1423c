/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_H
#define FORMS_XLSFORM_XLSFORM_H
/*
 * xlsform: converts a workbook (XLSForm) to an ODK XForm, as pyxform does.
 *
 * Fails:  ERR_INPUT with file, sheet, row, column, the fault and the nearest valid name.
 * Source: xlsform.org; docs/XFORMS.md lists what is supported and what is not.
 */
#include "forms/workbook/workbook.h"

struct xlsform_options {
    const char *root;        /* name of the instance's root; NULL = "data" */
    const char *fallback_id; /* form id and title if the workbook has none: the file name without
                              * its suffix */
    struct buf *itemsets;    /* external choices are appended here as CSV; NULL = not wanted */
    bool lenient;            /* an invalid expression is a warning, not an error */
    bool all;                /* continue after a fault where possible; faults go to notes->faults */
};

struct xlsform_place { /* where a node comes from */
    const char *path;
    size_t row; /* row number in the sheet survey */
};
struct xlsform_notes { /* all texts are in the caller's arena */
    const char **text; /* warnings */
    size_t count, cap;
    const char **faults; /* each with its place and a hint; filled with options.all */
    size_t fault_count, fault_cap;
    struct xlsform_place *places;
    size_t place_count, place_cap;
};
void xlsform_note(struct xlsform_notes *notes, struct arena *arena, const char *text);
/* Adds a fault unless the same text was added before. */
void xlsform_fault(struct xlsform_notes *notes, struct arena *arena, const struct err *err);
/* "survey row 7", or the path if the row is unknown; in the arena. */
const char *xlsform_row_of(const struct xlsform_notes *notes, struct arena *arena,
                           const char *path);

MUST_CHECK bool xlsform_convert(struct buf *xml, const struct workbook *book,
                                const struct xlsform_options *options, struct arena *arena,
                                struct xlsform_notes *notes, struct err *err);

#endif
