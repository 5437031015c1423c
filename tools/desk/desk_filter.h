/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FILTER_H
#define TOOLS_DESK_DESK_FILTER_H
/* desk_filter: which records a command of the desk is about. */
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_records.h"

struct desk_filter {     /* NULL and 0: any */
    const char *form;    /* its id */
    const char *version; /* of the form */
    const char *since;   /* first and last day on which records were finished, "2026-11-24", in */
    const char *until;   /* local time */
    const char *device;  /* its label, or the beginning of its id */
    const char *interviewer; /* the code that the form's suhbat:submitter question holds */
    const char *state;       /* of review: approved, hasIssues, rejected, or received */
    bool training;           /* training records, and only these */

    /* set by desk_filter_prepare */
    int64_t since_ms, until_ms;
    uint8_t device_id[16];
    bool by_device;
    enum review_state review;
};
/* Checks what the filter names: ERR_MISUSE for a day or state that is none, ERR_INPUT for a form,
 * version or device that the desk does not know. */
MUST_CHECK bool desk_filter_prepare(struct desk_filter *filter, const struct desk_records *records,
                                    struct err *err);
/* Whether a record passes; `submitter` is the interviewer's code in it. */
bool desk_filter_passes(const struct desk_filter *filter, const struct record *record,
                        const struct form *form, const char *submitter, enum review_state review);

/* Whether it may leave out some records of a form and take others. */
bool desk_filter_narrows(const struct desk_filter *filter);

/* The state of this name; ERR_MISUSE if there is none. */
MUST_CHECK bool desk_review_named(enum review_state *state, const char *name, struct err *err);

#endif
