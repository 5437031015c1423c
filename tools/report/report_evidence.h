/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_EVIDENCE_H
#define TOOLS_REPORT_REPORT_EVIDENCE_H
/*
 * report_evidence: R20, what is wanted, what is, risks and openings of each element of the study;
 * and R21, what migrants said beside each risk that experts rated.
 *
 * All numbers come from the tables of report_counts, as they are printed: suppressed there,
 * suppressed here.  Evidence is described, never averaged with ratings.
 * Source: docs/REPORT.md.
 */
#include "tools/report/report_counts.h"
#include "tools/report/report_quotes.h"
#include "tools/report/report_risks.h"

struct evidence { /* what the pages are made from */
    const struct report_about *about;
    struct report_risks *risks;          /* NULL: without risks.csv, no page */
    const struct report_output *outputs; /* the tables */
    size_t count;
    const struct desk_elements *elements; /* NULL: no R20 */
    struct report_quotes *quotes;         /* NULL: none */
    const struct csv *wanted;             /* toc.csv: the optimal situation; NULL: without */
};
/* Appends the page, and true; false if there is nothing to say. */
bool report_evidence_page(struct buf *out, const struct evidence *from);
bool report_elements_page(struct buf *out, const struct evidence *from);

#endif
