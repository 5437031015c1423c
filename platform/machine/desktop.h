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

enum { DESKTOP_ZONE = 64 };

/* Percent of the screen's brightness, 1 to 100; -1: the screen has none to set. */
int desktop_brightness(void);
MUST_CHECK bool desktop_set_brightness(int percent, struct err *err);

/* The clock is set by hand from now on: timedated lets nobody set one that the network sets. */
MUST_CHECK bool desktop_set_clock(int64_t wall_ms, struct err *err);
/* "Asia/Bishkek"; "" when it is not known. */
void desktop_zone(char zone[DESKTOP_ZONE]);
MUST_CHECK bool desktop_set_zone(const char *zone, struct err *err);

enum desktop_power { DESKTOP_OFF, DESKTOP_RESTART, DESKTOP_SLEEP, DESKTOP_POWER_COUNT };
MUST_CHECK bool desktop_power(enum desktop_power what, struct err *err);

#ifdef SUHBAT_TEST
/* The folder that stands for /sys/class/backlight; lent. */
extern const char *desktop_backlights;
#endif

#endif
