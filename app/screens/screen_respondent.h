/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_RESPONDENT_H
#define APP_SCREENS_SCREEN_RESPONDENT_H
/* screen_respondent: hands the device to the respondent, for groups with the appearance
 * respondent-screen, and takes it back. */
#include "app/shell/app.h"

bool respondent_block(const struct page *page);
/* Enlarges text while the respondent holds the device. Returns the scale to restore. */
float respondent_text(struct app *app);
void screen_hand(struct app *app);
void screen_return(struct app *app);

#endif
