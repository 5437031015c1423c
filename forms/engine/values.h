/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_VALUES_H
#define FORMS_ENGINE_VALUES_H
/* values: how an answer of each type is written, as ODK XForms stores it. */
#include "forms/engine/form.h"

/* `text` as it stands in an instance for this item, appended to `out`; false: it is no such value.
 * "" is always one.  Numbers lose blanks, a decimal comma becomes a point; the numbers of
 * places a point; control characters of texts are dropped, and texts are NFC. */
bool value_tidy(const struct item *item, const char *text, struct buf *out);
/* The same for a value that a form brings along: a date may have a time, a whole number a fraction,
 * which are cut off; blanks around a text are dropped, and between the values of a list all but
 * one. */
bool value_default(const struct item *item, const char *text, struct buf *out);

#endif
