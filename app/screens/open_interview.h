/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_OPEN_INTERVIEW_H
#define APP_SCREENS_OPEN_INTERVIEW_H
/* open_interview: opens interviews, puts them aside, seals them.  Opening and sealing run as
 * background tasks: they may end after the call, and show the result. */
#include "app/shell/app.h"

void app_start_interview(struct app *app, const uint8_t package_hash[32]);
/* Starts the interview that the command line asked for, once. */
void app_start_wanted(struct app *app);
void app_resume(struct app *app, const struct device_draft *draft);
/* Begins the correction of a record that the desk sent back. */
void app_correct(struct app *app, const struct device_return *sent_back);
void app_seal(struct app *app);
void app_put_away(struct app *app);        /* saves what is typed and drawn; waits for the disk */
void app_leave_interview(struct app *app); /* saves typing and drawing, then closes it */
/* Closes the interview, sealed or put aside, and wipes it from memory. */
void app_drop_interview(struct app *app);
/* Journals typing after a second of rest, and at least every five seconds.  ms until then, or -1.
 */
int app_journal_typing(struct app *app);
/* Warns before an interview is started with a wrong clock. */
void clock_sheet(struct app *app);

#endif
