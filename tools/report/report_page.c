/* SPDX-License-Identifier: Apache-2.0 */
/* HTML without script or network; charts that are readable in grey print, a table behind each. */
#include "tools/report/report_page.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "tools/report/report_chart.h"
#include "platform/machine/xml.h"

static const char style[] =
    "body{font:16px/1.5 \"PT Sans\",\"Noto Sans\",sans-serif;max-width:60em;margin:2em auto;"
    "padding:0 1em;color:#111}h1{line-height:1.2}table{border-collapse:collapse;margin:.5em 0 "
    "1.5em}"
    "td,th{border:1px solid #777;padding:3px 8px;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right}tr.sum td,tr.sum th{font-weight:bold}"
    "section{break-inside:avoid-page;margin-bottom:2em}footer{border-top:1px solid #777;"
    "margin-top:2em;font-size:14px}.training{background:#111;color:#fff;padding:4px 12px;"
    "font-weight:bold}svg{display:block;max-width:100%;height:auto}svg text{font:14px \"PT Sans\","
    "\"Noto Sans\",sans-serif}a{color:#003d99}@media print{a{color:#111;text-decoration:none}}";

void page_text(struct buf *out, const char *text)
{
    xml_put_text(out, text);
}

static void training(struct buf *out, const struct report_about *a)
{
    if (a->training) {
        buf_join(out, "<p class=\"training\">", a->words[W_training], "</p>\n", NULL);
    }
}

void page_begin(struct buf *out, const struct report_about *a, const char *title)
{
    buf_join(out, "<!DOCTYPE html>\n<html lang=\"", a->language,
             "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
             "content=\"width=device-width\"><title>",
             NULL);
    page_text(out, title);
    buf_join(out, "</title><style>", style, "</style></head><body>\n", NULL);
    training(out, a);
    buf_text(out, "<h1>");
    page_text(out, title);
    buf_text(out, "</h1>\n");
}

void page_end(struct buf *out, const struct report_about *a, bool base_all)
{
    buf_join(out, "<footer><p>", a->words[base_all ? W_base_all : W_base], " ",
             a->words[W_suppressed], "</p>\n<p>", a->words[W_records], NULL);
    buf_printf(out, ": %zu. ", a->records);
    buf_join(out, a->words[W_data_of], ": ", a->until, ". ", a->words[W_versions], ": ", NULL);
    page_text(out, a->versions);
    buf_text(out, "</p></footer>\n");
    training(out, a);
    buf_text(out, "</body></html>\n");
}

/* ---- rows of texts ---- */

static void put_cells(struct buf *out, const char *tag, const char *const *cells, size_t count)
{
    buf_text(out, "<tr>");
    for (size_t i = 0; i < count; i++) {
        buf_join(out, "<", tag, ">", NULL);
        page_text(out, cells[i]);
        buf_join(out, "</", tag, ">", NULL);
    }
    buf_text(out, "</tr>\n");
}

void page_rows_begin(struct buf *out, const char *const *headings, size_t count)
{
    buf_text(out, "<table>\n");
    put_cells(out, "th", headings, count);
}

void page_row(struct buf *out, const char *const *cells, size_t count)
{
    put_cells(out, "td", cells, count);
}

void page_rows_end(struct buf *out)
{
    buf_text(out, "</table>\n");
}

/* ---- tables of counts ---- */

/* What percentages are of: the answers of a column (of items: of a row).  0: fewer than 30, or the
 * number without an answer is suppressed, which a percentage would give away. */
static unsigned percent_base(const struct report_table *t, size_t row, size_t column)
{
    size_t r = t->items ? row : t->rows, c = t->items ? t->columns : column;
    unsigned base = *report_count(t, r, c);
    if (t->alone || report_state(t, r, c) != COUNT_SHOWN) {
        return 0;
    }
    if (t->has_missing) { /* it is the last row, or of items the last column */
        size_t mr = t->items ? row : t->rows - 1, mc = t->items ? t->columns - 1 : column;
        if (report_state(t, mr, mc) != COUNT_SHOWN) {
            return 0;
        }
        base -= *report_count(t, mr, mc);
    }
    return base >= REPORT_PERCENT_FROM ? base : 0;
}

static bool is_answer(const struct report_table *t, size_t row, size_t column)
{
    bool total = t->items ? column == t->columns : row == t->rows;
    bool missing = t->has_missing && (t->items ? column + 1 == t->columns : row + 1 == t->rows);
    return !total && !missing;
}

void page_count(struct buf *out, const struct report_table *t, size_t row, size_t column)
{
    char text[16];
    unsigned of = is_answer(t, row, column) ? percent_base(t, row, column) : 0;
    page_text(out, report_text(t, row, column, text));
    if (of && report_state(t, row, column) == COUNT_SHOWN) {
        buf_printf(out, " (%.0f %%)", 100.0 * *report_count(t, row, column) / of);
    }
}

static void put_count(struct buf *out, const struct report_table *t, size_t row, size_t column)
{
    buf_text(out, "<td class=\"n\">");
    page_count(out, t, row, column);
    buf_text(out, "</td>");
}

/* The columns that are printed: of a single one only the sum, which is the same; of numbers that
 * stand alone no sum. */
static size_t first_column(const struct report_table *t)
{
    return t->alone || t->columns > 1 ? 0 : 1;
}

static size_t columns_end(const struct report_table *t)
{
    return t->alone ? t->columns : t->columns + 1;
}

static const char *column_head(const struct report_about *a, const struct report_table *t, size_t c)
{
    return c < t->columns ? t->column_labels[c] : a->words[t->columns > 1 ? W_total : W_count];
}

static void put_medians(struct buf *out, const struct report_about *a, const struct report_table *t)
{
    if (!t->medians) {
        return;
    }
    buf_join(out, "<tr class=\"sum\"><th>", a->words[W_median], "</th>", NULL);
    for (size_t c = first_column(t); c < columns_end(t); c++) {
        buf_join(out, "<td class=\"n\">", t->medians[c], "</td>", NULL);
    }
    buf_text(out, "</tr>\n");
}

void page_table(struct buf *out, const struct report_about *a, const struct report_table *t)
{
    buf_text(out, "<section><h2>");
    page_text(out, t->title);
    buf_text(out, "</h2>\n");
    if (t->dropped) {
        buf_join(out, "<p>", a->words[W_dropped], "</p></section>\n", NULL);
        return;
    }
    chart_table(out, t, a->tiles);
    buf_text(out, "<table>\n<tr><th>");
    page_text(out, t->rows_head);
    buf_text(out, "</th>");
    for (size_t c = first_column(t); c < columns_end(t); c++) {
        buf_text(out, "<th class=\"n\">");
        page_text(out, column_head(a, t, c));
        buf_text(out, "</th>");
    }
    buf_text(out, "</tr>\n");
    for (size_t r = 0; r <= t->rows; r++) {
        bool sum = r == t->rows;
        if (sum && t->items) {
            continue;
        }
        buf_text(out, sum ? "<tr class=\"sum\"><th>" : "<tr><th>");
        page_text(out, sum ? a->words[W_total] : t->row_labels[r]);
        buf_text(out, "</th>");
        for (size_t c = first_column(t); c < columns_end(t); c++) {
            put_count(out, t, r, c);
        }
        buf_text(out, "</tr>\n");
    }
    put_medians(out, a, t);
    buf_join(out, "</table>\n<p><a href=\"", t->id, ".csv\">", t->id, ".csv</a></p></section>\n",
             NULL);
}

void page_csv(struct buf *out, const struct report_about *a, const struct report_table *t)
{
    char text[16];
    csv_cell(out, t->rows_head, true);
    for (size_t c = first_column(t); c < columns_end(t); c++) {
        csv_cell(out, column_head(a, t, c), false);
    }
    csv_end(out);
    for (size_t r = 0; r <= t->rows; r++) {
        if (r == t->rows && t->items) {
            continue;
        }
        csv_cell(out, r == t->rows ? a->words[W_total] : t->row_labels[r], true);
        for (size_t c = first_column(t); c < columns_end(t); c++) {
            csv_cell(out, report_text(t, r, c, text), false);
        }
        csv_end(out);
    }
    if (t->medians) {
        csv_cell(out, a->words[W_median], true);
        for (size_t c = first_column(t); c < columns_end(t); c++) {
            csv_cell(out, t->medians[c], false);
        }
        csv_end(out);
    }
}

/* ---- the grid ---- */

void page_grid(struct buf *out, const struct report_about *a, const char *title,
               const struct grid_dot *dots, size_t count)
{
    /* bands of the cells: likelihood 1 to 3 across, impact 3 to 1 down */
    static const char *const fills[3][3] = {{"#e3e3e3", "#c4c4c4", "#a5a5a5"},
                                            {"#e3e3e3", "#e3e3e3", "#c4c4c4"},
                                            {"#f6f6f6", "#e3e3e3", "#e3e3e3"}};
    enum { LEFT = 110, CELL = 110, TOP = 8, RADIUS = 15, ACROSS = 3, FEW = 5 };
    const char *const likely[] = {a->words[W_low], a->words[W_mid], a->words[W_high]};
    const char *const impact[] = {a->words[W_low_impact], a->words[W_mid_impact],
                                  a->words[W_high_impact]};
    unsigned in[3][3] = {{0}};
    buf_printf(out, "<svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\"><title>",
               LEFT + 3 * CELL + 8, TOP + 3 * CELL + 50, LEFT + 3 * CELL + 8);
    page_text(out, title);
    buf_text(out, "</title>\n");
    for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 3; x++) {
            buf_printf(out,
                       "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" "
                       "stroke=\"#333\"/>\n",
                       LEFT + x * CELL, TOP + y * CELL, CELL, CELL, fills[y][x]);
        }
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT - 8,
                   TOP + y * CELL + CELL / 2, impact[2 - y]);
        buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                   LEFT + y * CELL + CELL / 2, TOP + 3 * CELL + 20, likely[y]);
    }
    buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s →</text>\n",
               LEFT + 3 * CELL / 2, TOP + 3 * CELL + 42, a->words[W_likely]);
    buf_printf(out, "<text x=\"4\" y=\"%d\">%s ↑</text>\n", TOP + 16, a->words[W_impact]);
    for (size_t i = 0; i < count; i++) {
        assert(dots[i].likely >= 1 && dots[i].likely <= 3);
        assert(dots[i].impact >= 1 && dots[i].impact <= 3);
        unsigned *here = &in[3 - dots[i].impact][dots[i].likely - 1];
        int x = LEFT + (int)(dots[i].likely - 1) * CELL + 20 + (int)(*here % ACROSS) * 35;
        int y = TOP + (int)(3 - dots[i].impact) * CELL + 22 + (int)(*here / ACROSS) * 34;
        bool hollow = dots[i].n < FEW;
        ++*here;
        if (dots[i].ring) {
            buf_printf(out,
                       "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"none\" stroke=\"#111\" "
                       "stroke-dasharray=\"3 2\"/>\n",
                       x, y, RADIUS + 3);
        }
        buf_printf(
            out,
            "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\" stroke=\"#111\"/><text x=\"%d\" "
            "y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%u</text>\n",
            x, y, RADIUS, hollow ? "#fff" : "#24505f", x, y + 5, hollow ? "#111" : "#fff",
            dots[i].number);
    }
    buf_text(out, "</svg>\n");
}
