/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_MACHINE_H
#define APP_SCREENS_SCREEN_MACHINE_H
/* screen_machine: settings that a desktop would offer (platform/machine/desktop.h). */
#include "app/shell/app.h"
#include "platform/machine/desktop.h"

enum machine_field { FIELD_DAY, FIELD_MONTH, FIELD_YEAR, FIELD_HOUR, FIELD_MINUTE, FIELD_COUNT };
struct machine_state {
    enum screen from; /* to which it goes back */
    bool sets_clock, picks_zone;
    int values[FIELD_COUNT];
    char zone[DESKTOP_ZONE];
    enum desktop_power asked; /* waits for confirmation; DESKTOP_POWER_COUNT: none does */
};
void screen_machine(struct app *app);
void machine_open(struct app *app);

#endif
