/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_DERIVED_H
#define TOOLS_REPORT_REPORT_DERIVED_H
/*
 * report_derived: what follows from the printed numbers of an output's tables: trust as one number,
 * the weight of needs, the coverage of services, who is reached.
 *
 * It is calculated from printed numbers alone; where one of them is suppressed, "–" stands.
 */
#include "tools/report/report_counts.h"
#include "tools/report/report_page.h"

struct derived_from {
    const struct report_about *about;
    const struct report_output *outputs; /* all tables of the report, suppressed */
    size_t count;
};
/* Appends the section of an output to its page, and the table to `csv`; `id` is its file's name
 * without ".csv".  False: the output has none. */
bool report_derived(struct buf *page, struct buf *csv, const char **id,
                    const struct derived_from *from, enum report_word output);

#endif
