/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_ROSTER_H
#define APP_SCREENS_ROSTER_H
/* roster: the page that lists the entries of a repeat. */
#include "app/shell/app.h"

/* "Entry 2 · Osh": the entry's number and its first answer, other than the answer to `but`.
 * Valid until the next build. */
const char *roster_entry_name(struct app *app, struct node *entry, const struct node *but);
/* Draws a roster's page: its entries, with buttons to add, remove and restore. */
void roster_show(struct app *app);
/* Blank entries hold the page once, with a message. True: they hold it now. */
bool roster_holds(struct app *app);

#endif
