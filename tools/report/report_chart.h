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
void chart_table(struct buf *out, const struct report_table *table, const struct csv *tiles);

#endif
