/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_LABEL_H
#define APP_SCREENS_SCREEN_LABEL_H
/* screen_label: the sheets for a draft's label, which only the interviewer sees and which never
 * leaves this device, and for the reason of a correction, which becomes part of the record. */
#include "app/shell/app.h"

void label_open(struct app *app);
void reason_open(struct app *app); /* the interview corrects a record */
void label_close(struct app *app);
void label_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool label_is_open(const struct app *app);
void label_sheet(struct app *app);

#endif
