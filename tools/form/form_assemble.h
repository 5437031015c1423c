/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_ASSEMBLE_H
#define TOOLS_FORM_FORM_ASSEMBLE_H
/*
 * form_assemble: puts a form together from its source, common blocks and lists.
 *
 * A folder of forms has source/NAME.csv (a form each), source/blocks/BLOCK.csv and
 * lists/LIST.csv.  docs/INSTRUMENTS.md describes what a source may contain beyond XLSForm.
 */
#include "platform/machine/arena.h"

/* Append the assembled form as a single-file CSV workbook.  `source` is the path of
 * FOLDER/source/NAME.csv.  ERR_INPUT names the file, row and column. */
MUST_CHECK bool form_assemble(struct buf *out, const char *source, struct err *err);

/* Assemble all sources of `folder` into FOLDER/NAME.csv, and print what was written.  With
 * `check`, write nothing: ERR_INPUT if a form is stale. */
MUST_CHECK bool form_assemble_folder(const char *folder, bool check, struct err *err);

#endif
