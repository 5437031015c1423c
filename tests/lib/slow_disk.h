/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SLOW_DISK_H
#define TESTS_LIB_SLOW_DISK_H
/* slow_disk: this program's fsync, counted, and as slow as it is asked to be; and a stick that
 * hangs. */
#include <stdatomic.h>
#include <stdbool.h>

extern atomic_int slow_disk_ms;     /* how long every fsync takes, besides its own time */
extern atomic_uint slow_disk_syncs; /* so far */
extern atomic_bool
    slow_disk_waits; /* false: no fsync waits for the medium; true at the beginning */
extern atomic_bool slow_disk_broken; /* every fsync fails */
extern atomic_int
    slow_disk_fails_at;             /* the fsync with this number from now on, 1 the next, fails */
extern atomic_bool slow_disk_hangs; /* no folder of the stick opens until it is false again */
extern atomic_bool slow_disk_stops; /* … no byte goes to or comes from a file on it */
extern const char *_Atomic slow_disk_stuck; /* … this call does not return: "open", "fsync" … */
extern atomic_uint slow_disk_hung;          /* how many threads wait for one */

/* After every test: one that failed in the midst of a hanging stick must not stop the next. */
int slow_disk_mend(void **state);

#endif
