/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_NEW_H
#define TOOLS_FORM_FORM_NEW_H
/* form_new: a starter workbook, and the trainer's guide. */
#include "platform/machine/arena.h"

/* Appends a small form that shows what most forms need: consent, an outcome, a number with
 * limits, one and several answers, "other", a repeat, missing codes.  `path` decides the format
 * (.xlsx or .csv) and gives the form's id; `languages` is "ru,ky,tg", the first one is the
 * default.  Texts exist in ru, ky, tg and en; other languages get empty columns.  ERR_INPUT: a
 * language that is no code, or twice the same. */
MUST_CHECK bool form_new(struct buf *out, const char *path, const char *languages, struct err *err);

/* Appends the trainer's guide as Markdown: from a workbook to the device in ten steps.  False if
 * there is none in this language; there is one in ru and en. */
bool form_guide(struct buf *out, const char *language);

#endif
