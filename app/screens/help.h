/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_HELP_H
#define APP_SCREENS_HELP_H
/* help: the interviewer's guide, one page per screen, from one table, help.def. */
#include "app/kit/strings.h"

/* The page of a screen, by its number in enum screen. False: the screen has no page. */
bool help_page(int screen, enum ui_language language, const char **title, const char **text);
/* Writes all pages as Markdown. */
void help_guide(struct buf *out, enum ui_language language);

#endif
