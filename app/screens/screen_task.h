/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_TASK_H
#define APP_SCREENS_SCREEN_TASK_H
/* screen_task: the page that is shown while a background task runs. */
#include "app/shell/app.h"

void screen_task(struct app *app);

#endif
