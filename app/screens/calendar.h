/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_CALENDAR_H
#define APP_SCREENS_CALENDAR_H
/* calendar: the event-history calendar, in place of the list of a repeat's entries.  All events of
 * the form are on one time line; a touch on a month moves the chosen edge of the chosen event. */
#include "app/shell/app.h"

/* Whether it is shown: on the roster of a repeat with appearance "event-calendar", or opened from
 * a question of an event. */
bool calendar_is_here(const struct app *app);
/* On the page of a question that tells of an event: a pill that opens the calendar. */
void calendar_offer(struct app *app);
void calendar_show(struct app *app); /* in the page's body */
/* What is chosen, above the bar; it does not scroll.  px. */
int calendar_panel_height(struct app *app);
void calendar_panel(struct app *app, int top);

#endif
