/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_HELP_H
#define APP_SCREENS_HELP_H
/* help: the interviewer's guide, one page per screen, from one table, help.def. */
#include "app/kit/strings.h"

struct app;

/* Pages of no screen: numbers above those of enum screen. */
enum help_more { HELP_SOUND = 1000, HELP_ROUND, HELP_TABLE };
enum { HELP_SHOWN = 3 };
/* The pages that are of use now, the screen's own last.  Returns how many. */
size_t help_now(const struct app *app, int shown[HELP_SHOWN]);
/* The page of a screen, by its number in enum screen, or another.  False: there is none. */
bool help_page(int screen, enum ui_language language, const char **title, const char **text);
/* Writes all pages as Markdown. */
void help_guide(struct buf *out, enum ui_language language);

#endif
