/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_PIN_H
#define APP_SCREENS_SCREEN_PIN_H
/* screen_pin: the PIN of the soft lock. */
#include "app/shell/app.h"

struct pin_state {
    enum screen from; /* to which it goes back */
};
void screen_pin(struct app *app);
void pin_open(struct app *app);
void pin_field(struct app *app, bool masked);
/* Makes the typed digits the PIN. False: refused, and the reason is shown. */
bool pin_keep_typed(struct app *app);
enum pin_result { PIN_RIGHT, PIN_WRONG /* reported to the user */, PIN_SPENT };
enum pin_result pin_try_typed(struct app *app);

#endif
