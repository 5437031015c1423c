/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DESKTOP_H
#define PLATFORM_MACHINE_DESKTOP_H
/*
 * machine: what a desktop would offer and a kiosk has to: brightness, clock, zone, switching off.
 *
 * Asks logind and timedated on the system bus; nothing here needs root.  Every call may wait some
 * seconds: a task of its own.  ERR_ENV with the service's own words when it is refused.
 *
 * Source: org.freedesktop.login1(5), org.freedesktop.timedate1(5), Documentation/ABI
 * sysfs-class-backlight.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/err.h"

enum { MACHINE_ZONE = 64 };

/* Percent of the screen's brightness, 1 to 100; -1: the screen has none to set. */
int machine_brightness(void);
MUST_CHECK bool machine_set_brightness(int percent, struct err *err);

/* The clock is set by hand from now on: timedated lets nobody set one that the network sets. */
MUST_CHECK bool machine_set_clock(int64_t wall_ms, struct err *err);
/* "Asia/Bishkek"; "" when it is not known. */
void machine_zone(char zone[MACHINE_ZONE]);
MUST_CHECK bool machine_set_zone(const char *zone, struct err *err);

enum machine_power { MACHINE_OFF, MACHINE_RESTART, MACHINE_SLEEP, MACHINE_POWER_COUNT };
MUST_CHECK bool machine_power(enum machine_power what, struct err *err);

#ifdef SUHBAT_TEST
/* The folder that stands for /sys/class/backlight; lent. */
extern const char *machine_backlights;
#endif

#endif
