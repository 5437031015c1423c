/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_PAGE_H
#define APP_SCREENS_PAGE_H
/* page: the interview's page, when another one is shown. */
#include "app/shell/app.h"

/* To be called when the interview's page changed: clears field and message, restores
 * unfinished typing. */
void page_arrive(struct app *app);
/* Restores text typed but not submitted. */
void page_reopen_typed(struct app *app);
/* Opens the field of a page that is all about typing; true: just now. */
bool page_open_field(struct app *app);
/* Opens the field that waits (view.field_waits) when a key is typed. */
void page_open_waiting(struct app *app);

#endif
