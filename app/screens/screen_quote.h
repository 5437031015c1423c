/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_QUOTE_H
#define APP_SCREENS_SCREEN_QUOTE_H
/* screen_quote: the sheet for the words of a quote that was marked at a group's table; the turn
 * goes on below it. */
#include "app/shell/app.h"

/* `words`: the question that takes them. */
void quote_open(struct app *app, const struct node *words);
void quote_close(struct app *app);
void quote_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool quote_is_open(const struct app *app);
void quote_sheet(struct app *app);

#endif
