/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_LABEL_H
#define APP_SCREENS_SCREEN_LABEL_H
/* screen_label: the sheet for a draft's label. Only the interviewer sees it; it never leaves this
 * device. */
#include "app/shell/app.h"

void label_open(struct app *app);
void label_close(struct app *app);
void label_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool label_is_open(const struct app *app);
void label_sheet(struct app *app);

#endif
