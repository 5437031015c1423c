/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_COUNTS_H
#define TOOLS_REPORT_REPORT_COUNTS_H
/* report_counts: the outputs that are tables of counts, from one list of what stands in them. */
#include "tools/desk/desk_facts.h"
#include "tools/desk/desk_records.h"
#include "tools/report/report_page.h"

struct report_counting;
/* `records` and `words` are borrowed. */
MUST_CHECK bool report_counting_new(struct report_counting **counting,
                                    const struct desk_records *records, const char *language,
                                    struct err *err);
void report_counting_free(struct report_counting *counting);
/* Counts a record.  `counted`: it is in the base. */
void report_counting_add(struct report_counting *counting, struct desk_facts *facts, bool counted,
                         const char *month);

struct report_output {       /* a table, and the output that it belongs to */
    enum report_word output; /* W_R01 … */
    bool base_all;           /* all attempts, not the base */
    struct report_table table;
};
/* The tables, suppressed together; owned by `counting`. */
size_t report_counting_tables(struct report_counting *counting, struct report_output **outputs);

#endif
