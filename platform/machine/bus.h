/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_BUS_H
#define PLATFORM_MACHINE_BUS_H
/*
 * bus: a thread that listens on the system bus.  Home of sd-bus (libsystemd), with sleep, disks and
 * machine, which include this; nobody else does.
 */
#include <stdbool.h>
#include <systemd/sd-bus.h>

struct bus_thread;

/* All three are called on the thread. */
struct bus_listener {
    bool (*begin)(sd_bus *bus, void *user); /* match signals, make first calls; false: end */
    void (*rest)(sd_bus *bus, void *user); /* nothing is left to read for now; NULL allowed.  It may
                                              call; it is called again when that brought news */
    void (*end)(void *user); /* the bus is gone, never came, or bus_end was called; NULL allowed */
};

enum { BUS_CALL_USEC = 10 * 1000000 }; /* of every call, unless `begin` sets another time */

/* NULL where no thread can be started.  The listener is lent for as long as the thread lives. */
struct bus_thread *bus_begin(const struct bus_listener *listener, void *user);
void bus_end(struct bus_thread *thread);

/* The words of a call that failed with `result`: the bus's own, or the system's. */
const char *bus_words(const sd_bus_error *error, int result);

#endif
