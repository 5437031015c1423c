/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_CHECK_H
#define TOOLS_FORM_FORM_CHECK_H
/*
 * form_check: finds mistakes in a form that loads without errors.
 *
 * Faults: an invalid regular expression, a list that offers no choices.
 * Warnings: a condition with a name that is no question, a value that is not in the list, a
 *           filter
 * column that the list does not have.
 */
#include "tools/form/form_source.h"

/* Adds faults to notes->faults and warnings to notes->text, each with its row if the form
 * comes from a workbook. */
void form_check_report(const struct form *form, struct form_source_env *desk,
                       struct xlsform_notes *notes, struct arena *arena);

#endif
