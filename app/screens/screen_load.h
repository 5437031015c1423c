/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_LOAD_H
#define APP_SCREENS_SCREEN_LOAD_H
/* screen_load: shows what a medium offers, and takes it after confirmation. */
#include "app/shell/app.h"

void load_open(struct app *app);
void load_close(struct app *app);
void screen_load(struct app *app);
void load_ended(struct app *app);  /* called when the job of SCREEN_LOAD has ended */
void load_forget(struct app *app); /* frees what was found; not allowed while a job runs */

#endif
