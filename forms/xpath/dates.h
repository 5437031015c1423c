/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_DATES_H
#define FORMS_XPATH_DATES_H
/* dates: parses ISO 8601 dates and times of XForms strictly; converts them to ODK's day
 * numbers. */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/arena.h"

struct moment {
    bool has_date, has_time, has_zone;
    int year, month, day, hour, minute;
    double second;
    int zone_minutes;
};

/* Parses `2024-02-29`, `…T10:20:30.000+06:00` or `10:20:30`.  False unless it is a real date
 * or time. */
bool date_parse(struct moment *m, const char *text);
/* "2024-2-9" → "2024-02-09"; any other text is returned unchanged.  The result is in the
 * arena or is `text` itself. */
const char *date_tidy(struct arena *arena, const char *text);
/* Converts to the local time of a zone `zone_minutes` east of Greenwich.  A moment without a
 * zone is unchanged. */
void date_in_zone(struct moment *m, int zone_minutes);
/* Days since 1970-01-01: whole for a date, with a fraction (UTC) for a date and time.
 * `zone_minutes` is used if the moment has no zone. */
double date_days(const struct moment *m, int zone_minutes);
/* Short name of month `which` (1 to 12) or, with `month` false, of weekday `which` (1 = Monday to
 * 7); NULL: use the English name. */
typedef const char *date_word(void *user, bool month, unsigned which);
/* Formats by ODK's format-date letters (%Y %y %m %n %b %d %e %H %h %M %S %3 %a %W).  `word` NULL:
 * English short names, as JavaRosa without a locale. */
void date_format(struct buf *out, const struct moment *m, const char *format, date_word *word,
                 void *user);

#endif
