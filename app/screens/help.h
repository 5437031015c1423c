/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_HELP_H
#define APP_SCREENS_HELP_H
/* help: the interviewer's guide, a page a screen, one table: help.def. */
#include "app/kit/strings.h"

/* The page of a screen, by its number in enum screen; false when it has none of its own. */
bool help_page(int screen, enum ui_language language, const char **title, const char **text);
/* All pages as Markdown. */
void help_guide(struct buf *out, enum ui_language language);

#endif
