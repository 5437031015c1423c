/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_CLOCK_H
#define PLATFORM_MACHINE_CLOCK_H
/* clock: the machine's time.  Callers pass it on; forms/ never reads the clock itself. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void); /* ms since 1970-01-01 UTC; may be wrong, may jump */
#ifdef SUHBAT_TEST
void clock_pretend(int64_t wall_ms); /* stop the clock at this time; 0 = real clock */
#endif
int64_t clock_mono_ms(void); /* CLOCK_BOOTTIME; never goes back, restarts at boot */
/* A moment by both clocks, ms. */
struct clock_moment {
    int64_t wall, mono;
};
/* Whether the monotonic clock says nothing of the time between two moments: the machine was
 * restarted, or the wall clock set by more than a minute. */
bool clock_broken_between(struct clock_moment from, struct clock_moment to);
int clock_zone_minutes(int64_t wall_ms); /* offset of local time from UTC at that time */

/* Convert between a civil date and days since 1970-01-01; proleptic Gregorian calendar. */
int64_t clock_days(int year, int month, int day);
void clock_civil(int64_t days, int *year, int *month, int *day);
bool clock_is_date(int year, int month, int day);

/* ISO 8601 with milliseconds: in UTC ("...Z"), or in local time with its offset
 * ("...+06:00"). */
void clock_iso(char *out, size_t size, int64_t wall_ms, int zone_minutes, bool utc);

#endif
