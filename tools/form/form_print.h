/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_PRINT_H
#define TOOLS_FORM_FORM_PRINT_H
/* form_print: the paper questionnaire of a form, as one HTML file that prints to A4. */
#include "forms/engine/session.h"
#include "tools/form/form_terms.h"

/* Append the questionnaire in `language` (a code such as "ru", or a name that the form uses).
 * `terms` has words for calculations that conditions name (kind `rule`).  ERR_INPUT if the form
 * does not have the language, or a list cannot be read. */
MUST_CHECK bool form_print(struct buf *out, struct session *s, const char *language,
                           const struct form_terms *terms, struct err *err);

#endif
