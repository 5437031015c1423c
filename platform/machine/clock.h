/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_CLOCK_H
#define PLATFORM_MACHINE_CLOCK_H
/* clock: the machine's time, for callers that hand it on; forms/ never asks by itself. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void);
#ifdef SUHBAT_TEST
void clock_pretend(int64_t wall_ms);     /* it is always then; 0: it goes again */
#endif                                   /* since 1970-01-01 UTC; may be wrong, may jump */
int64_t clock_mono_ms(void);             /* CLOCK_BOOTTIME; only forward, starts anew at boot */
int clock_zone_minutes(int64_t wall_ms); /* offset of local time from UTC then */

/* Civil date of a day count since 1970-01-01 and back; proleptic Gregorian. */
int64_t clock_days(int year, int month, int day);
void clock_civil(int64_t days, int *year, int *month, int *day);
bool clock_is_date(int year, int month, int day);

/* ISO 8601 with ms: in UTC ("...Z") or, with an offset, in local time ("...+06:00"). */
void clock_iso(char *out, size_t size, int64_t wall_ms, int zone_minutes, bool utc);

#endif
