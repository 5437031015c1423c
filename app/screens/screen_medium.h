/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_MEDIUM_H
#define APP_SCREENS_SCREEN_MEDIUM_H
/* screen_medium: choosing a stick, card or folder; ejecting media. */
#include "app/shell/app.h"

/* Called on the screen's thread when media were mounted or removed. */
void medium_changed(struct app *app);
/* An eject button for the medium that holds `path`, if it can be ejected. */
void medium_out(struct app *app, const char *path);
/* Draws the list of media, or the folder shown.  Returns the path chosen, or NULL.  `copies`:
 * choosing starts a copy at once, and the list says so. */
const char *medium_choose(struct app *app, bool copies);
/* To be called after the body: the button that takes the folder shown. */
const char *medium_bar(struct app *app);
int medium_bottom(const struct app *app);
bool medium_leave(struct app *app);  /* closes the folder; false: none is shown */
void medium_forget(struct app *app); /* at a lock */

#endif
