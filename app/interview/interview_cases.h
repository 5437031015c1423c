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

/* Appends what the device keeps about its cases once this record is finished.  Nothing is appended
 * if the record changes no case. */
MUST_CHECK bool cases_after(struct buf *out, struct device *device, const struct form *form,
                            const struct buf *xml, struct err *err);

#endif
