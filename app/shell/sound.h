/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_SOUND_H
#define APP_SHELL_SOUND_H
/*
 * sound: recording as the user sees it: that it runs, how loud it is, how to stop it.
 *
 * While the microphone is open, each page says so under its header, the locked one too.  The test
 * of the microphone keeps nothing.
 */
#include "app/interview/interview_sound.h"
#include "app/shell/app.h"

/* ---- the loop ---- */

/* Ends what nobody may hear any more, and begins the recording of the whole interview; says so. */
void app_sound_check(struct app *app);
/* ms until the page must be built again, because it shows how loud it is; -1: never. */
int app_sound_timeout(const struct app *app);

/* ---- the lock ---- */

/* The interview is about to be closed by the lock: the recorder goes on without it. */
void app_sound_keep(struct app *app);
/* The interview was opened again: it goes on with its recorder. */
void app_sound_resumed(struct app *app);
/* Ends a recorder whose interview nobody opened again, and the test of the microphone. */
void app_sound_leave(struct app *app);

/* ---- the page ---- */

/* Under the header, from `y` on: that it records, how long, how loud, pause and stop.  Returns its
 * height, 0 if nothing is recorded and nothing could be. */
int app_sound_strip(struct app *app, int y);
/* The same on the locked page, in its body; the recording can be stopped without unlocking. */
void app_sound_locked(struct app *app);
/* On the page of a question that allows recording: whether there is a microphone, and its test. */
void app_sound_before_consent(struct app *app, const struct node *node);
/* Whether recording matters on this page of the interview: it runs, could run, or is asked about.
 */
bool app_sound_is_here(const struct app *app);
/* "12:04", "1:02:04" */
const char *app_sound_time(struct app *app, int64_t ms);
/* How loud it is, 0 to 100, as a bar at the cursor. */
void app_sound_level(struct app *app, int level);
/* A button that begins and ends the test, and what it hears. */
void app_sound_test(struct app *app, const char *id);
void app_sound_test_end(struct app *app);
/* "Room for 4 h 10 min more" at so many bits a second. */
const char *app_sound_room(struct app *app, int bits);

#endif
