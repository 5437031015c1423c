/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_FONTS_H
#define APP_KIT_FONTS_H
/* fonts: finds the folder of the PT fonts. */
#include "platform/machine/arena.h"

/* Appends the folder: `given`, unless NULL; else the first that has them.  ERR_ENV: none has. */
MUST_CHECK bool fonts_find(struct buf *out, const char *given, struct err *err);

#endif
