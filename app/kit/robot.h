/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_ROBOT_H
#define APP_KIT_ROBOT_H
/* robot: tells a test what can be touched: ids and rectangles of the targets, never a value. */
#ifdef SUHBAT_TEST
#include "app/kit/ui.h"

/* Writes a frame to the descriptor: the page's name and its targets.  `more`: further lines, each
 * ending in a newline; or NULL. */
void robot_report(int fd, const struct ui *ui, unsigned frame, const char *page, const char *more);
#endif

#endif
