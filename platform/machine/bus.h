/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_BUS_H
#define PLATFORM_MACHINE_BUS_H
/*
 * bus: a thread that listens on the system bus.  Home of sd-bus (libsystemd), together with
 * sleep, disks and machine, the only files that include this.
 */
#include <stdbool.h>
#include <systemd/sd-bus.h>

struct bus_thread;

/* All three callbacks run on the bus thread. */
struct bus_listener {
    bool (*begin)(sd_bus *bus, void *user); /* subscribe, make first calls; false: end */
    void (*rest)(sd_bus *bus, void *user);  /* no message is waiting; NULL allowed.  It may make
                                                calls; it runs again if they brought messages */
    void (*end)(void *user); /* no bus (any more), or bus_end was called; NULL allowed */
};

enum { BUS_CALL_USEC = 10 * 1000000 }; /* timeout of each call, µs, unless `begin` sets another */

/* NULL if no thread can be started.  `listener` and `user` must outlive the thread. */
struct bus_thread *bus_begin(const struct bus_listener *listener, void *user);
void bus_end(struct bus_thread *thread);

/* The error message of a call that failed with `result`: from the bus if it sent one, else
 * strerror. */
const char *bus_words(const sd_bus_error *error, int result);

#endif
