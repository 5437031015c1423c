/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DESKTOP_H
#define PLATFORM_MACHINE_DESKTOP_H
/*
 * desktop: settings that a kiosk must offer itself: brightness, clock, time zone, power.
 *
 * Calls logind and timedated on the system bus; nothing here needs root.  Each call may wait
 * several seconds: run it as a background task.  ERR_ENV with the service's message if it is
 * refused.
 *
 * Source: org.freedesktop.login1(5), org.freedesktop.timedate1(5), Documentation/ABI
 * sysfs-class-backlight.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/err.h"

enum { DESKTOP_ZONE = 64 };

/* Brightness of the screen in percent, 1..100; -1 if it cannot be set. */
int desktop_brightness(void);
MUST_CHECK bool desktop_set_brightness(int percent, struct err *err);

/* Set the clock, ms since 1970 UTC.  Turns network time off, because timedated refuses to set a
 * clock that the network sets. */
MUST_CHECK bool desktop_set_clock(int64_t wall_ms, struct err *err);
/* Name of the time zone, e.g.  "Asia/Bishkek"; "" if unknown. */
void desktop_zone(char zone[DESKTOP_ZONE]);
MUST_CHECK bool desktop_set_zone(const char *zone, struct err *err);

enum desktop_power { DESKTOP_OFF, DESKTOP_RESTART, DESKTOP_SLEEP, DESKTOP_POWER_COUNT };
MUST_CHECK bool desktop_power(enum desktop_power what, struct err *err);

#ifdef SUHBAT_TEST
/* Folder used instead of /sys/class/backlight; borrowed. */
extern const char *desktop_backlights;
#endif

#endif
