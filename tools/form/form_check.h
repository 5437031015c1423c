/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_CHECK_H
#define TOOLS_FORM_FORM_CHECK_H
/*
 * desk_check: what in a form that loads cannot have been meant.
 *
 * Faults: a pattern that is none, a list that can give no choice.  Warnings: a condition that names
 * no question, a value that a list lacks, a filter's column that a list lacks.
 */
#include "tools/form/form_source.h"

/* Into notes->faults and notes->text, each with its row where the workbook is known. */
void desk_check(const struct form *form, struct desk_env *desk, struct xlsform_notes *notes,
                struct arena *arena);

#endif
