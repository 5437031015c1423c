/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_MEASURES_H
#define TOOLS_REPORT_REPORT_MEASURES_H
/*
 * report_measures: numbers that are calculated from the answers of a record or of an entry, and the
 * steps in which the report counts them.  INSTRUMENTS 8.4 has the formulas.
 */
#include "platform/machine/csv.h"
#include "tools/desk/desk_facts.h"
#include "tools/report/report_words.h"

struct measured { /* what a measure is calculated from; borrowed */
    const struct desk_facts *facts;
    const struct node *entry; /* a question of the entry; NULL: of the record */
    const char *month;        /* of the record, "2026-03" */
    const struct csv *law;    /* law_params.csv; NULL: without */
};
struct measure {
    const char *name; /* "@plan" */
    enum report_word head;
    /* False: it cannot be calculated, since something was not asked or not answered. */
    bool (*number)(const struct measured *of, double *number);
    const char *const *steps; /* what the steps are called: "0–1", "1–3"; in their order */
    const double *ends;       /* of each step but the last: the largest number in it */
    size_t count;             /* of steps */
};
/* NULL: there is none of this name. */
const struct measure *report_measure(const char *name);
/* The step that a number belongs to. */
size_t report_measure_step(const struct measure *measure, double number);
/* The answer to a question of the same entry of a repeat; "": none, or a missing one. */
const char *report_beside(const struct node *node, const char *name);
/* "" for a missing answer, or one that was taken back. */
const char *report_answer(const char *value);

#endif
