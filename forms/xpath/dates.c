/* SPDX-License-Identifier: Apache-2.0 */
/* Parses, converts and formats dates and times. */
#include "forms/xpath/dates.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/clock.h"

static bool digits(const char **p, int count, int *out)
{
    int v = 0;
    for (int i = 0; i < count; i++) {
        if ((*p)[i] < '0' || (*p)[i] > '9') {
            return false;
        }
        v = v * 10 + ((*p)[i] - '0');
    }
    *p += count;
    *out = v;
    return true;
}

static bool parse_zone(struct moment *m, const char **p)
{
    if (**p == 'Z') {
        m->has_zone = true;
        (*p)++;
        return true;
    }
    if (**p != '+' && **p != '-') {
        return true;
    }
    int sign = **p == '-' ? -1 : 1, hours, minutes = 0;
    (*p)++;
    if (!digits(p, 2, &hours)) {
        return false;
    }
    if (**p == ':') {
        (*p)++;
    }
    if (**p && !digits(p, 2, &minutes)) {
        return false;
    }
    m->has_zone = true;
    m->zone_minutes = sign * (hours * 60 + minutes);
    return hours <= 14 && minutes < 60;
}

static bool parse_time(struct moment *m, const char **p)
{
    int second = 0;
    if (!digits(p, 2, &m->hour) || *(*p)++ != ':' || !digits(p, 2, &m->minute)) {
        return false;
    }
    if (**p == ':') {
        (*p)++;
        if (!digits(p, 2, &second)) {
            return false;
        }
    }
    m->second = second;
    if (**p == '.') {
        double unit = 0.1;
        for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, unit /= 10) {
            m->second += (**p - '0') * unit;
        }
    }
    m->has_time = true;
    return m->hour < 24 && m->minute < 60 && second < 60 && parse_zone(m, p);
}

bool date_parse(struct moment *m, const char *text)
{
    memset(m, 0, sizeof *m);
    const char *p = text;
    if (strlen(text) >= 5 && text[2] == ':') {
        return parse_time(m, &p) && *p == '\0';
    }
    if (!digits(&p, 4, &m->year) || *p++ != '-' || !digits(&p, 2, &m->month) || *p++ != '-' ||
        !digits(&p, 2, &m->day) || !clock_is_date(m->year, m->month, m->day)) {
        return false;
    }
    m->has_date = true;
    if (*p == 'T' || *p == ' ') {
        p++;
        return parse_time(m, &p) && *p == '\0';
    }
    return *p == '\0';
}

const char *date_tidy(struct arena *arena, const char *text)
{
    int parts[3] = {0}, used = 0;
    size_t len = strlen(text);
    if (len < 8 || len > 9 ||
        sscanf(text, "%4d-%2d-%2d%n", &parts[0], &parts[1], &parts[2], &used) != 3 ||
        (size_t)used != len || parts[1] < 1 || parts[2] < 1) {
        return text;
    }
    return arena_printf(arena, "%04d-%02d-%02d", parts[0], parts[1], parts[2]);
}

void date_in_zone(struct moment *m, int zone_minutes)
{
    if (!m->has_time || !m->has_zone || m->zone_minutes == zone_minutes) {
        return;
    }
    int minutes = m->hour * 60 + m->minute - m->zone_minutes + zone_minutes;
    int days = minutes >= 0 ? minutes / 1440 : -((1439 - minutes) / 1440);
    minutes -= days * 1440;
    m->hour = minutes / 60;
    m->minute = minutes % 60;
    m->zone_minutes = zone_minutes;
    if (m->has_date && days) {
        char iso[64];
        clock_iso(iso, sizeof iso, (clock_days(m->year, m->month, m->day) + days) * 86400000, 0,
                  true);
        sscanf(iso, "%d-%d-%d", &m->year, &m->month, &m->day);
    }
}

double date_days(const struct moment *m, int zone_minutes)
{
    double days = m->has_date ? (double)clock_days(m->year, m->month, m->day) : 0;
    if (!m->has_time) {
        return days;
    }
    double minutes = m->hour * 60 + m->minute + m->second / 60;
    if (m->has_date) {
        minutes -= m->has_zone ? m->zone_minutes : zone_minutes;
    }
    return days + minutes / 1440;
}

static const char *named(date_word *word, void *user, bool month, unsigned which,
                         const char *english)
{
    const char *own = word ? word(user, month, which) : NULL;
    return own ? own : english;
}

/* ISO 8601 week number: week 1 contains the year's first Thursday. */
static int iso_week(const struct moment *m)
{
    int64_t day = m->has_date ? clock_days(m->year, m->month, m->day) : 0;
    int64_t thursday = day + 3 - ((day + 3) % 7 + 7) % 7; /* Thursday of the same week */
    char iso[64];
    clock_iso(iso, sizeof iso, thursday * 86400000, 0, true);
    int year = 1970;
    sscanf(iso, "%d", &year);
    return (int)((thursday - clock_days(year, 1, 1)) / 7) + 1;
}

void date_format(struct buf *out, const struct moment *m, const char *format, date_word *word,
                 void *user)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    int second = (int)m->second;
    unsigned day;
    int64_t since = m->has_date ? clock_days(m->year, m->month, m->day) : 0;
    for (; *format; format++) {
        if (*format != '%') {
            buf_char(out, *format);
            continue;
        }
        switch (*++format) {
        case 'Y':
            buf_printf(out, "%04d", m->year);
            break;
        case 'y':
            buf_printf(out, "%02d", m->year % 100);
            break;
        case 'm':
            buf_printf(out, "%02d", m->month);
            break;
        case 'n':
            buf_printf(out, "%d", m->month);
            break;
        case 'b':
            buf_text(out, m->month
                              ? named(word, user, true, (unsigned)m->month, months[m->month - 1])
                              : "");
            break;
        case 'd':
            buf_printf(out, "%02d", m->day);
            break;
        case 'e':
            buf_printf(out, "%d", m->day);
            break;
        case 'H':
            buf_printf(out, "%02d", m->hour);
            break;
        case 'h':
            buf_printf(out, "%d", m->hour);
            break;
        case 'M':
            buf_printf(out, "%02d", m->minute);
            break;
        case 'S':
            buf_printf(out, "%02d", second);
            break;
        case '3':
            buf_printf(out, "%03d", (int)lround((m->second - second) * 1000));
            break;
        case 'a':
            day = (unsigned)(((since + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
            buf_text(out, named(word, user, false, day + 1, days[day]));
            break;
        case 'W':
            buf_printf(out, "%d", iso_week(m));
            break;
        case '%':
            buf_char(out, '%');
            break;
        case '\0':
            return;
        default:
            break;
        }
    }
}
