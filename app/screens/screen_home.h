/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_HOME_H
#define APP_SCREENS_SCREEN_HOME_H
/* screen_home: the start, and the list of forms. */
#include "app/shell/app.h"

void screen_home(struct app *app);
void screen_forms(struct app *app);

#endif
