/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SLEEP_H
#define PLATFORM_MACHINE_SLEEP_H
/*
 * sleep: is the machine about to sleep?  Asks logind.
 *
 * A thread of its own holds logind's delay lock for sleep: the machine waits until sleep_ready,
 * five seconds at most.  Where there is no logind nothing is told, and nothing is lost but that.
 */
#include <stdbool.h>

struct sleep_watch;
/* Called on the watch's thread: sleep is near (true), or over, put off, or no longer told (false).
 */
typedef void sleep_on_change(void *user, bool near);

struct sleep_watch *sleep_watch(sleep_on_change *on_change, void *user);
/* What had to be done before sleeping is done.  From any thread. */
void sleep_ready(struct sleep_watch *watch);
void sleep_unwatch(struct sleep_watch *watch); /* NULL allowed */

#endif
