/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_H
#define TOOLS_REPORT_REPORT_H
/*
 * report: the study's outputs as pages (HTML with inline SVG, no script, no network) and the tables
 * behind them as CSV.
 *
 * Base: complete and partial records whose person took part.  Small numbers are suppressed, also
 * where margins or another table of the report would give them away (report_suppress.h).
 * Source: docs/REPORT.md.
 */
#include "tools/desk/desk_filter.h"

struct report_options {
    struct desk_filter filter;
    const char *out;      /* folder; created with mode 0700 */
    const char *language; /* "ru", "ky", "tg", "en" */
    const char *lists;    /* the study's lists: risks.csv, quota.csv, quality.csv; NULL: without */
    const char *why;      /* for the desk's log; NULL: not said */
    bool public;          /* without the pages that are for the desk alone */
    bool tables;          /* the tables of counts alone, as CSV: no pages, no quotes */
    bool force;
    /* Told after each record, if set: how many of all were read. */
    void (*progress)(const char *pass, uint64_t done, uint64_t all);
};
struct report_counts {
    size_t records, files;
    size_t base;    /* records that count */
    size_t dropped; /* tables that are not printed, since a small number could not be hidden */
    size_t few;     /* numbers printed as "<5" or "<10" */
    size_t hidden;  /* further ones that would have given them away */
    size_t faults;  /* cells of quota.csv that cannot be judged */
    size_t without_form, unreadable;
};
/* Writes all pages and tables, or none. */
MUST_CHECK bool report_write(struct desk *desk, const uint8_t identity[32],
                             const struct report_options *options, struct report_counts *counts,
                             struct err *err);
/* Whether the report exists in a language. */
bool report_speaks(const char *language);

#endif
