/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_FORM_MEDIA_H
#define APP_SHELL_FORM_MEDIA_H
/* form_media: pictures and sounds of the form that is open, and drawings attached to it. */
#include "app/shell/app.h"

/* The picture behind jr://images/…, reduced to at most this size. NULL: there is none.
 * Borrowed until other pictures are requested. */
const struct picture *app_picture(struct app *app, const char *uri, int max_w, int max_h);
/* A drawing attached to this interview. */
const struct picture *app_own_picture(struct app *app, const char *name, const struct buf *bytes,
                                      int max_w, int max_h);
void app_stretch_picture(struct app *app, struct rect r, const struct picture *picture);
void app_show_picture(struct app *app, int x, int y, const struct picture *picture);
void app_pictures_forget(struct app *app);
/* Plays the sound behind jr://audio/…, or stops the one that is playing. */
void app_listen(struct app *app, const char *uri);
bool app_has_sound(struct app *app, const char *uri);

#endif
