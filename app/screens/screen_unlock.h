/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_UNLOCK_H
#define APP_SCREENS_SCREEN_UNLOCK_H
/* screen_unlock: passphrase or PIN. */
#include "app/shell/app.h"

struct unlock_state {
    bool show_pass; /* the passphrase is shown as it is typed */
};
void screen_unlock(struct app *app);

#endif
