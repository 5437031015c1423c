/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_OUTLINE_H
#define APP_SCREENS_SCREEN_OUTLINE_H
/* screen_outline: all questions by section. */
#include "app/shell/app.h"

void screen_outline(struct app *app);

#endif
