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
/* law_params.csv and need_svc.csv, for what is calculated of them; NULL: without.  Borrowed. */
void report_counting_lists(struct report_counting *counting, const struct csv *law,
                           const struct csv *services);
struct report_record {
    const struct desk_facts *facts;
    bool counted;                 /* it is in the base */
    const char *month;            /* "2026-03" */
    int64_t wall_ms;              /* when it was finished */
    const struct coding *codings; /* of the record */
    size_t coding_count;
};
void report_counting_add(struct report_counting *counting, const struct report_record *record);

struct spec;
struct report_output {       /* a table, and the output that it belongs to */
    enum report_word output; /* W_R01 … */
    const char *form;        /* NULL: all forms */
    const char *question;    /* of the rows: "hs_first" */
    const struct spec *spec;
    bool base_all; /* all attempts, not the base */
    struct report_table table;
};
/* T_s of INSTRUMENTS 8.4: the part of those who answered 1 to 4 that answered 3 or 4; -1: it does
 * not follow from what is printed, or fewer than ten answered. */
double report_trust(const struct report_table *table, size_t row, unsigned *answered);
/* The tables, suppressed together, once all records were added; owned by `counting`. */
size_t report_counting_tables(struct report_counting *counting, struct report_output **outputs);

#endif
