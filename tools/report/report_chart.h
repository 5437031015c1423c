/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_CHART_H
#define TOOLS_REPORT_REPORT_CHART_H
/*
 * report_chart: pictures of tables as inline SVG.  Each has a title for screen readers, reads in
 * grey print, and shows nothing that the table behind it does not: what is suppressed there is
 * hollow here, or not drawn.
 */
#include "platform/machine/csv.h"
#include "tools/report/report_table.h"

/* Draws the picture that suits the table.  `tiles`: tiles.csv (region, country, column, row), for
 * maps; NULL: without, bars are drawn. */
/* Shares in percent, as bars, or as a curve from row to row; below 0: not known, not drawn. */
struct chart_share {
    const char *label;
    double percent;
};
void chart_shares(struct buf *out, const char *title, const struct chart_share *shares,
                  size_t count, bool curve);
/* What is done of what is wanted: a bar, and a stroke at the target. */
struct chart_goal {
    const char *label;
    double done, target;
};
void chart_goals(struct buf *out, const char *title, const struct chart_goal *goals, size_t count);
/* Shares of small and large numbers, and how far chance alone would spread them (two and three
 * standard errors around the share of all). */
struct chart_point {
    const char *label;
    unsigned part, of;
};
void chart_funnel(struct buf *out, const char *title, const struct chart_point *points,
                  size_t count);
void chart_table(struct buf *out, const struct report_table *table, const struct csv *tiles);

#endif
