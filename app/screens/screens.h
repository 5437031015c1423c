/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREENS_H
#define APP_SCREENS_SCREENS_H
/* screens: the table of all screens. */
#include "app/shell/app.h"

extern const struct screen_row screen_rows[SCREEN_COUNT];

#endif
