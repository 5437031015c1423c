/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_COUNTS_H
#define TOOLS_REPORT_REPORT_COUNTS_H
/* report_counts: the outputs that are tables of counts, from one list of what stands in them. */
#include "tools/desk/desk_code.h"
#include "tools/desk/desk_facts.h"
#include "tools/desk/desk_records.h"
#include "tools/report/report_page.h"

struct report_counting;
/* `records` and `words` are borrowed. */
MUST_CHECK bool report_counting_new(struct report_counting **counting,
                                    const struct desk_records *records, const char *language,
                                    struct err *err);
void report_counting_free(struct report_counting *counting);
/* The study's elements, for what is coded; borrowed. */
void report_counting_elements(struct report_counting *counting,
                              const struct desk_elements *elements);
struct report_record {
    const struct desk_facts *facts;
    bool counted;                 /* it is in the base */
    const char *month;            /* "2026-03" */
    int64_t wall_ms;              /* when it was finished */
    const struct coding *codings; /* of the record */
    size_t coding_count;
};
void report_counting_add(struct report_counting *counting, const struct report_record *record);

struct report_output {       /* a table, and the output that it belongs to */
    enum report_word output; /* W_R01 … */
    const char *question;    /* of the rows: "hs_first" */
    bool base_all;           /* all attempts, not the base */
    struct report_table table;
};
/* The tables, suppressed together; owned by `counting`. */
size_t report_counting_tables(struct report_counting *counting, struct report_output **outputs);

#endif
