/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the clocks; converts and formats dates. */
#include "platform/machine/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#ifdef SUHBAT_TEST
static int64_t pretended;

void clock_pretend(int64_t wall_ms)
{
    pretended = wall_ms;
}
#endif

int64_t clock_wall_ms(void)
{
#ifdef SUHBAT_TEST
    if (pretended) {
        return pretended;
    }
#endif
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

bool clock_broken_between(struct clock_moment from, struct clock_moment to)
{
    enum { SET_MS = 60000 };
    int64_t gap = (to.wall - from.wall) - (to.mono - from.mono);
    return to.mono < from.mono || gap > SET_MS || gap < -SET_MS;
}

int clock_zone_minutes(int64_t wall_ms)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    if (!localtime_r(&t, &tm)) {
        return 0;
    }
    return (int)(tm.tm_gmtoff / 60);
}

/* Convert civil dates by eras: cycles of 400 years, 146097 days each. */
int64_t clock_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (int64_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void clock_civil(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

bool clock_is_date(int year, int month, int day)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= length[month - 1] + (leap && month == 2);
}

void clock_iso(char *out, size_t size, int64_t wall_ms, int zone_minutes, bool utc)
{
    assert(size > 0);
    int64_t local = wall_ms + (utc ? 0 : (int64_t)zone_minutes * 60000);
    int64_t days = local / 86400000 - (local % 86400000 < 0);
    int64_t ms = local - days * 86400000;
    int year, month, day;
    clock_civil(days, &year, &month, &day);
    int n = snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", year, month, day,
                     (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
                     (int)(ms % 1000));
    if (n < 0 || (size_t)n >= size) {
        return;
    }
    if (utc) {
        snprintf(out + n, size - (size_t)n, "Z");
    } else {
        int off = zone_minutes < 0 ? -zone_minutes : zone_minutes;
        snprintf(out + n, size - (size_t)n, "%c%02d:%02d", zone_minutes < 0 ? '-' : '+', off / 60,
                 off % 60);
    }
}
