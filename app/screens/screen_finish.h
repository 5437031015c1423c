/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_FINISH_H
#define APP_SCREENS_SCREEN_FINISH_H
/* screen_finish: the end of an interview: what is wrong, and sealing. */
#include "app/shell/app.h"

void screen_finish(struct app *app);
void screen_sealed(struct app *app);
void seal_sheet(struct app *app); /* asks for confirmation, then seals */

#endif
