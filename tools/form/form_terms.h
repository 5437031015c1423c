/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_TERMS_H
#define TOOLS_FORM_FORM_TERMS_H
/* form_terms: the file lint.terms beside a form, CSV with the columns kind, lang, forms, text, use.
 * docs/INSTRUMENTS.md lists the kinds. */
#include "platform/machine/csv.h"

struct form_terms {
    struct arena *arena; /* holds the rows */
    struct csv csv;
    const char *form_id; /* rows for other forms are left out */
};

/* Read `path`, or (NULL) lint.terms in the folder of `form`, if it is there. */
MUST_CHECK bool form_terms_read(struct form_terms *terms, struct arena *arena, const char *form,
                                const char *path, struct err *err);
/* The i-th row of this kind that is for this form; NULL after the last. */
const struct csv_row *form_terms_row(const struct form_terms *terms, const char *kind, size_t i);
/* The cell under this column; "" if there is none. */
const char *form_terms_cell(const struct form_terms *terms, const struct csv_row *row,
                            const char *column);

#endif
