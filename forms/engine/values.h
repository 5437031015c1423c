/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_VALUES_H
#define FORMS_ENGINE_VALUES_H
/* values: validates answers and writes them as ODK XForms stores each type. */
#include "forms/engine/form.h"

/* Appends `text` to `out` in the form stored for this item; false if it is no valid value.
 * "" is always valid.  Numbers: blanks are removed, a decimal comma becomes a point.
 * Positions: each number gets a decimal point.  Texts: control characters are removed,
 * result is NFC. */
bool value_tidy(const struct item *item, const char *text, struct buf *out);
/* As value_tidy, for a default of the form.  The time of a date and the fraction of a whole
 * number are dropped.  Blanks around a text are dropped; between list values one blank
 * remains. */
bool value_default(const struct item *item, const char *text, struct buf *out);

#endif
