/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOOP_H
#define APP_LOOP_H
/* loop: the event loop, and its steps for a caller that drives it itself. */
#include "app/shell/app.h"

/* `device` NULL: not enrolled yet.  With the option `unlocked` it shows its home at once.
 * Borrows the window, takes ownership of the device. */
void app_begin(struct app *app, struct window *window, struct device *device,
               const struct app_options *options);
struct device *app_end(struct app *app);                            /* gives the device back */
bool app_handle(struct app *app, const struct window_event *event); /* true: redraw */
void app_draw(struct app *app);
int app_run(struct app *app, int robot_fd);

#endif
