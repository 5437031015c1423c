/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_MEMO_H
#define APP_SCREENS_SCREEN_MEMO_H
/* screen_memo: the sheet for the interviewer's memos on a page. */
#include "app/shell/app.h"

bool memo_is_here(const struct app *app); /* does this page have a memo? */
void memo_open(struct app *app);
void memo_close(struct app *app);
void memo_keep(struct app *app); /* saves the text typed so far, if the sheet is open */
bool memo_is_open(const struct app *app);
void memo_sheet(struct app *app);

#endif
