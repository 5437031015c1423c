/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_SETTINGS_H
#define APP_SCREENS_SCREEN_SETTINGS_H
/* screen_settings: languages, appearance, keyboard, sound, locks. */
#include "app/shell/app.h"

void screen_settings(struct app *app);
/* One row per interface language. True: another language was chosen. */
bool interface_languages(struct app *app);

#endif
