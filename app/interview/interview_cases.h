/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_CASES_H
#define APP_INTERVIEW_INTERVIEW_CASES_H
/*
 * interview_cases: the cases (ODK Entities) that the device keeps, between the device, which
 * stores them, and forms/entities, which knows what they mean.
 *
 * Training forms see no cases and change none.
 */
#include "forms/entities/entities.h"
#include "platform/custody/device.h"

/* What messages of the desk do to the cases: for device_on_message. */
bool cases_on_message(void *user, struct buf *cases, const struct message *message,
                      struct err *err);

/* Reads the device's cases into `cases`, in the arena. */
MUST_CHECK bool cases_read(struct entities *cases, struct arena *arena, struct device *device,
                           struct err *err);

/* Day of the case's next meeting, its property `next_due` ("2026-01-12"); "": none is planned, or
 * its `status` says that there is none to be. */
const char *case_due(const struct entity *one);
/* Days from such a day until today; negative: it is to come. */
int64_t case_days_late(const char *due, int64_t wall_ms);

/* Whether the package's form reads this list of cases. */
bool cases_form_reads(const struct package *package, const char *list);

struct case_counts {
    unsigned all, overdue, soon; /* soon: today or within CASE_SOON days */
};
enum { CASE_SOON = 7 };
MUST_CHECK bool cases_count(struct case_counts *counts, struct device *device, int64_t wall_ms,
                            struct err *err);

struct case_record {
    const struct form *form;
    const char *xml;
    size_t len;
    const char *old; /* the record that it corrects, or NULL */
    size_t old_len;
};
/* Appends what the device keeps about its cases once this record is finished.  Nothing is appended
 * if the record changes no case.  A correction changes what its first record had said of a case,
 * unless a later record has changed that. */
MUST_CHECK bool cases_after(struct buf *out, struct device *device,
                            const struct case_record *record, struct err *err);

#endif
