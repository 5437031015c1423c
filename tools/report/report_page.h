/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_PAGE_H
#define TOOLS_REPORT_REPORT_PAGE_H
/* report_page: a page of the report, its tables, and the small charts (inline SVG) above them. */
#include "platform/machine/csv.h"
#include "tools/report/report_table.h"
#include "tools/report/report_words.h"

struct report_about { /* what stands on each page */
    const char *language;
    const char *const *words;
    const char *versions;    /* "migrant_interview 2026112901; …" */
    const char *until;       /* the day of the last record, "2026-03-08" */
    size_t records;          /* in the base */
    const struct csv *tiles; /* for maps: tiles.csv; NULL: without */
    bool training;
};
void page_begin(struct buf *out, const struct report_about *about, const char *title);
void page_end(struct buf *out, const struct report_about *about, bool base_all);
void page_text(struct buf *out, const char *text); /* escaped */
/* A table with its chart, and a link to its CSV. */
void page_table(struct buf *out, const struct report_about *about,
                const struct report_table *table);
/* A number of the table as it is printed, with its percentage where one may be: "12 (40 %)". */
void page_count(struct buf *out, const struct report_table *table, size_t row, size_t column);
/* The table as CSV, as it is printed: "<5", "…". */
void page_csv(struct buf *out, const struct report_about *about, const struct report_table *table);

/* Rows of texts, for what is no table of counts. */
void page_rows_begin(struct buf *out, const char *const *headings, size_t count);
void page_row(struct buf *out, const char *const *cells, size_t count);
void page_rows_end(struct buf *out);

/* A 3 × 3 grid, likelihood across and impact up, with numbered dots. */
struct grid_dot {
    unsigned likely, impact; /* 1 to 3 */
    unsigned number, n;      /* what stands in it; how many ratings are behind it */
    bool ring;               /* no agreement */
};
void page_grid(struct buf *out, const struct report_about *about, const char *title,
               const struct grid_dot *dots, size_t count);

#endif
