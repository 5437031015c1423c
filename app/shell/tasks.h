/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_TASKS_H
#define APP_SHELL_TASKS_H
/* tasks: background tasks for media, files and long work.  No call waits longer than a moment for
 * a stick; the caller returns right after it, since the task may have ended already. */
#include "app/shell/app.h"

void app_task(struct app *app, const struct app_task *task);
void app_leave_task(struct app *app);
/* Ends the task if it is done; true: it still runs. */
bool app_task_runs(struct app *app);
/* Has the medium given no sign for too long? */
bool app_task_hangs(const struct app *app);
/* ms until the page of the task must be built again; -1: no limit. */
int app_task_timeout(const struct app *app);

/* Finds media (app->sticks.media) and the files on them with this ending (app->sticks.named;
 * NULL: no files). */
void app_find_media(struct app *app, const char *ending);
void app_forget_named(struct app *app);
/* Draws a warning about a medium that is plugged in but cannot be read. */
void app_media_trouble(struct app *app);
/* Reads a file up to the given size and lends it to `then`. If it cannot be read, `then` is
 * not called and the error is shown. */
typedef void app_file_read(struct app *app, const char *path, const struct buf *bytes);
void app_read_file(struct app *app, const char *path, size_t max, app_file_read *then);
/* Writes a small file into a folder, or (NULL) onto every medium present. Shows the result. */
void app_write_file(struct app *app, const char *folder, const char *name, const struct buf *bytes);

#endif
