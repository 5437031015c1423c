/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_LISTS_H
#define TOOLS_DESK_DESK_LISTS_H
/* desk_lists: tables of the study that the desk reads: quota.csv, quality.csv, risks.csv … */
#include "platform/machine/csv.h"
#include "platform/machine/err.h"

/* Reads a table whose first row names the columns.  `wanted` ends with NULL.  ERR_INPUT with the
 * file's name: it is no CSV, or a wanted column is missing.  Texts are owned by the arena. */
MUST_CHECK bool desk_list_read(struct csv *csv, struct arena *arena, const struct buf *bytes,
                               const char *file, const char *const *wanted, struct err *err);
/* The place of a column; SIZE_MAX: there is none. */
size_t desk_list_column(const struct csv *csv, const char *name);
/* The column "label::… (ky)" of a language; SIZE_MAX: there is none. */
size_t desk_list_label(const struct csv *csv, const char *language);
/* A cell; "" if the row has none there. */
const char *desk_list_cell(const struct csv *csv, size_t row, size_t column);

#endif
