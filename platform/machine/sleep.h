/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SLEEP_H
#define PLATFORM_MACHINE_SLEEP_H
/*
 * sleep: tells when the machine is about to sleep, as reported by logind.
 *
 * A thread holds logind's delay lock for sleep: the machine waits until sleep_ready is called,
 * but no longer than logind allows (five seconds by default).  Without logind nothing is
 * reported.
 */
#include <stdbool.h>

struct sleep_watch;
/* Called on the watch thread: sleep is near (true); or it is over, cancelled, or no longer
 * reported (false). */
typedef void sleep_on_change(void *user, bool near);

struct sleep_watch *sleep_watch(sleep_on_change *on_change, void *user);
/* Everything is ready for sleep: release the delay lock.  Callable from any thread. */
void sleep_ready(struct sleep_watch *watch);
void sleep_unwatch(struct sleep_watch *watch); /* NULL allowed */

#endif
