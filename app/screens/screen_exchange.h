/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_EXCHANGE_H
#define APP_SCREENS_SCREEN_EXCHANGE_H
/* screen_exchange: handing over, and what handing over and loading share. */
#include "app/shell/app.h"

void hand_over_open(struct app *app);
void screen_hand_over(struct app *app);
/* Builds the page shown while the job runs. */
void app_watch_transfer(struct app *app);
void exchange_begin(struct app *app, writer_job *job);
/* Draws the rest of a page that asks for a medium. Choosing one starts the job. */
void exchange_choose(struct app *app, writer_job *job);
bool exchange_leave(struct app *app); /* closes the folder, or goes home; true: done */
/* Shows how many files were refused, by verdict; and the reason for one refusal, for the
 * coordinator. */
void exchange_refused(struct app *app, const unsigned of[LOAD_VERDICTS]);
void exchange_why(struct app *app, const struct err *why);

#endif
