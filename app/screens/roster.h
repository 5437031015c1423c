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
/* What the calendar takes from it. */
void roster_enter(struct app *app, struct node *entry); /* shows the entry's first page */
const char *roster_add_words(struct app *app, const struct page *roster); /* "+ Add: Trip" */
const char *roster_entry_number(struct app *app, struct node *entry);     /* "Trip 2" */
/* Says that an entry was removed, and offers it back.  True: it was taken back. */
bool roster_offer_undo(struct app *app);
/* Removes the entry; offer_undo is shown next. */
void roster_remove(struct app *app, struct node *entry);

/* Blank entries hold the page once, with a message. True: they hold it now. */
bool roster_holds(struct app *app);

#endif
