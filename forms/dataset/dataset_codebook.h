/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_CODEBOOK_H
#define FORMS_DATASET_DATASET_CODEBOOK_H
/* dataset_codebook: what stands in each column of an export: its question, type, values, labels. */
#include "forms/dataset/dataset_writer.h"

enum codebook_format { CODEBOOK_CSV, CODEBOOK_JSON, CODEBOOK_HTML, CODEBOOK_FORMATS };
extern const char *const codebook_endings[CODEBOOK_FORMATS]; /* ".csv", ".json", ".html" */

/* The codebook of all tables of a form, with the column names as the writer gives them.  `files`
 * are the names of the tables' files. */
void dataset_codebook(struct buf *out, const struct dataset_write *write,
                      const struct dataset_writer *writer, const char *const *files,
                      enum codebook_format format);

#endif
