/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_FIRST_H
#define APP_SCREENS_SCREEN_FIRST_H
/* screen_first: the first run, in which the device joins a study. */
#include "app/shell/app.h"

struct first_state {
    char suggested[64]; /* passphrase */
    char invite_path[300];
    struct buf invite, request;
};
void screen_first(struct app *app);
void first_close(struct app *app);

#endif
