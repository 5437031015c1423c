/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_LOCKS_H
#define APP_SCREENS_LOCKS_H
/* locks: locks the device. */
#include "app/shell/app.h"

/* Locks. If a PIN was chosen, the PIN unlocks for a while. Unlocking reopens the interview. */
void app_lock(struct app *app);
void app_lock_hard(struct app *app); /* full lock: only the passphrase unlocks */
/* Locks during a copy: the screen at once, the device as soon as the copy lets it. */
void app_lock_behind(struct app *app);
void app_forget_titles(struct app *app); /* also names of media and files; called at a lock */
/* ms until the idle lock, by a clock that runs while the machine sleeps; negative: overdue. */
int64_t app_idle_left_ms(const struct app *app);

#endif
