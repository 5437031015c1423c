/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_RETENTION_H
#define TOOLS_DESK_DESK_RETENTION_H
/*
 * desk_retention: how long records are kept, and which are due to be destroyed.
 *
 * retention.csv (form, months) says how many months after the day on which a record was finished
 * its content goes; the form "*" stands for every form without a row of its own.  A form without a
 * rule is kept until consent is withdrawn.  A time that is still to come, or more than a year
 * before the import, comes from a wrong clock: the months count from the import.
 */
#include "tools/desk/desk_records.h"

enum { RETENTION_SOON = 30 }; /* days */
struct retention_form {
    const char *form;
    unsigned months; /* 0: without a rule */
    size_t records;  /* that are here */
    size_t soon;     /* due within RETENTION_SOON days */
    size_t due;
    int64_t next_day; /* since 1970-01-01, of the next that becomes due; 0: none */
};
struct desk_retention {
    struct arena arena;
    struct retention_form *forms; /* in the order in which their records came */
    size_t count;
    uint8_t (*due)[16]; /* records to be destroyed; each once */
    size_t due_count;
    size_t unread; /* records that did not open, or are kept apart: not judged */
};
/* Opens the records, and judges them by the list.  ERR_INPUT names what is wrong in the list, with
 * its row.  After a failure nothing is to be freed. */
MUST_CHECK bool desk_retention_read(struct desk_retention *out, struct desk *desk,
                                    const uint8_t identity[32], const struct buf *list,
                                    const char *why, int64_t wall_ms, struct err *err);
void desk_retention_fini(struct desk_retention *retention);
/* Appends it as text to be read. */
void desk_retention_tell(struct buf *out, const struct desk_retention *retention);

/* The day that is so many months later than that time, or the
 * last day of a shorter month.  Days since 1970-01-01. */
int64_t desk_retention_day(int64_t from_ms, unsigned months);

#endif
