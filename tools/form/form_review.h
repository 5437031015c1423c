/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_REVIEW_H
#define TOOLS_FORM_FORM_REVIEW_H
/*
 * form_review: a workbook in which a native reader reviews the texts of a form in one language,
 * and what they wrote, put back.
 *
 * A text is a pair: the reference (Russian) and its translation.  It has one row, wherever it is
 * shown.
 */
#include "platform/machine/arena.h"

struct review_counts {
    size_t texts, reviewed; /* in the form */
    size_t changed, marked; /* by form_review_apply: rows with another wording; rows marked */
    size_t cells, files;    /* that were written */
    size_t unknown;         /* rows whose texts are in no file any more */
    struct buf remarks; /* by form_review_apply: "row 3: …", a line each; the caller's to free */
};

/* Write the workbook `out` for FORM in `language` (a code).  ERR_INPUT if the form lacks it. */
MUST_CHECK bool form_review_write(const char *form, const char *language, const char *out,
                                  struct review_counts *counts, struct err *err);
/* Only count. */
MUST_CHECK bool form_review_count(const char *form, const char *language,
                                  struct review_counts *counts, struct err *err);
/* Put the reviewer's wordings back.  A form of a folder with sources: into source/, source/blocks/
 * and lists/, where exactly these two texts stand together; then the folder is assembled.  Any
 * other form: into the new file `out`. */
MUST_CHECK bool form_review_apply(const char *form, const char *review, const char *out,
                                  struct review_counts *counts, struct err *err);

#endif
