/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SHEETS_H
#define APP_SCREENS_SHEETS_H
/* sheets: what covers a page. */
#include "app/shell/app.h"

void sheet_show(struct app *app);
/* Reads what SHEET_ABOUT shows, and opens it. */
void about_open(struct app *app);

#endif
