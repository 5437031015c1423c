/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_DATES_H
#define FORMS_XPATH_DATES_H
/* dates: ISO 8601 of XForms answers, read strictly, and as the numbers that ODK makes of them. */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/arena.h"

struct moment {
    bool has_date, has_time, has_zone;
    int year, month, day, hour, minute;
    double second;
    int zone_minutes;
};

/* `2024-02-29`, `…T10:20:30.000+06:00`, or `10:20:30`; false unless it is a real date or time. */
bool date_parse(struct moment *m, const char *text);
/* "2024-2-9" as people write it → "2024-02-09"; anything else as it is.  In the arena, or lent. */
const char *date_tidy(struct arena *arena, const char *text);
/* The same moment on the clock of a place that is `zone_minutes` east of Greenwich; one that names
 * no zone stays as it is. */
void date_in_zone(struct moment *m, int zone_minutes);
/* Days since 1970-01-01: whole for a date, a fraction (UTC) with a time.  `zone` stands in where
 * the text has none. */
double date_days(const struct moment *m, int zone_minutes);
/* ODK's format-date letters (%Y %y %m %n %b %d %e %H %h %M %S %3 %a %W); months and days by
 * number or English short name, as JavaRosa without a locale. */
typedef const char *date_word(void *user, bool month, unsigned which);
/* `word` (may be NULL, and may give NULL: English) names months (1 to 12) and days (1, Monday, to
 * 7). */
void date_format(struct buf *out, const struct moment *m, const char *format, date_word *word,
                 void *user);

#endif
