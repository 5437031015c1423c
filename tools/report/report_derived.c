/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that are calculated from the printed numbers of others. */
#include "tools/report/report_derived.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/report_chart.h"
#include "tools/report/report_specs.h"

enum { CELLS = 4, TEXT = 16 };
struct line { /* the numbers of a row; -1: "–" */
    double cells[CELLS];
};
struct derived {
    enum report_word output;
    const char *id, *form, *row, *column; /* the table whose rows it has */
    enum report_word title;
    enum report_word heads[CELLS]; /* W_COUNT ends them */
    void (*line)(const struct derived_from *from, const struct report_table *table, size_t row,
                 struct line *line);
    size_t drawn; /* the cell that has a bar, in percent */
    bool curve;
};

static const struct report_table *table_of(const struct derived_from *from, const char *form,
                                           const char *row, const char *column)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct report_output *o = &from->outputs[i];
        if (o->form && strcmp(o->form, form) == 0 && strcmp(o->spec->row, row) == 0 &&
            strcmp(o->spec->column, column) == 0) {
            return o->table.dropped ? NULL : &o->table;
        }
    }
    return NULL;
}

/* The sum of the columns whose values are among `values` ("135"); -1: one of them is suppressed. */
static double sum_of(const struct report_table *t, size_t row, const char *values)
{
    double sum = 0;
    for (size_t k = 0; k < t->columns; k++) {
        const char *value = t->column_values[k];
        if (strlen(value) != 1 || !strchr(values, *value)) {
            continue;
        }
        if (report_state(t, row, k) != COUNT_SHOWN) {
            return -1;
        }
        sum += *report_count(t, row, k);
    }
    return sum;
}

/* "–" if the base is too small, or a number is not known. */
static double percent(double part, double of)
{
    const double hundred = 100;
    return part >= 0 && of >= REPORT_PERCENT_FROM ? hundred * part / of : -1;
}

/* ---- R12: trust ---- */

static void trust(const struct derived_from *from, const struct report_table *t, size_t row,
                  struct line *l)
{
    unsigned answered;
    double part = report_trust(t, row, &answered), without = sum_of(t, row, "0");
    (void)from;
    l->cells[0] = part >= 0 ? percent(part * answered, answered) : -1;
    l->cells[1] = part >= 0 && without >= 0 ? percent(answered, answered + without) : -1;
    l->cells[2] = part >= 0 ? (double)answered : -1;
}

/* ---- R14: 100 · Σ (4 − rank) / (3 · n) ---- */

/* The number of a need in the table of a rank: 0 if nobody named it there. */
static double ranked(const struct report_table *t, const char *need)
{
    for (size_t r = 0; t && r < t->rows; r++) {
        if (strcmp(t->row_values[r], need) == 0) {
            bool known = report_state(t, r, t->columns) == COUNT_SHOWN;
            return known ? (double)*report_count(t, r, t->columns) : -1;
        }
    }
    return t ? 0 : -1;
}

/* Who answered: all but the last row, which is "no answer". */
static double answered_of(const struct report_table *t)
{
    size_t missing = t->has_missing ? t->rows - 1 : t->rows;
    bool known = report_state(t, t->rows, t->columns) == COUNT_SHOWN &&
                 report_state(t, missing, t->columns) == COUNT_SHOWN;
    double all = *report_count(t, t->rows, t->columns);
    all -= t->has_missing ? *report_count(t, missing, t->columns) : 0;
    return known ? all : -1;
}

static void weight(const struct derived_from *from, const struct report_table *t, size_t row,
                   struct line *l)
{
    enum { RANKS = 3 };
    static const char *const later[] = {"need_2", "need_3"};
    const char *need = t->row_values[row];
    double sum = 0, n = answered_of(t);
    bool known = true;
    for (size_t i = 0; i < RANKS; i++) {
        const struct report_table *of =
            i ? table_of(from, "migrant_interview", later[i - 1], "") : t;
        l->cells[i] = ranked(of, need);
        known = known && l->cells[i] >= 0;
        sum += (double)(RANKS - i) * l->cells[i];
    }
    l->cells[RANKS] = known ? percent(sum / RANKS, n) : -1;
}

/* ---- R15: "1" used and needed … "6" none of it ---- */

static void coverage(const struct derived_from *from, const struct report_table *t, size_t row,
                     struct line *l)
{
    (void)from;
    l->cells[0] = sum_of(t, row, "1234");
    l->cells[1] = sum_of(t, row, "12");
    l->cells[2] = sum_of(t, row, "135");
    l->cells[3] = percent(sum_of(t, row, "1"), l->cells[2]);
}

/* ---- R25: reached, of those who were to be met ---- */

static void reached(const struct derived_from *from, const struct report_table *t, size_t row,
                    struct line *l)
{
    double met = 0, missing = 0;
    (void)from;
    for (size_t k = 0; k < t->columns; k++) {
        const char *value = t->column_values[k];
        bool shown = report_state(t, row, k) == COUNT_SHOWN;
        double n = shown ? (double)*report_count(t, row, k) : -1;
        met = strcmp(value, "yes") == 0 ? n : met;
        missing = !*value ? n : missing;
    }
    bool known = report_state(t, row, t->columns) == COUNT_SHOWN && missing >= 0;
    l->cells[0] = known ? *report_count(t, row, t->columns) - missing : -1;
    l->cells[1] = met;
    l->cells[2] = percent(met, l->cells[0]);
}

/* ---- the list ---- */

static const struct derived all[] = {
    {.output = W_R12,
     .id = "R12-ladder",
     .form = "migrant_interview",
     .row = "trust_",
     .column = "",
     .title = W_ladder,
     .heads = {W_trusting, W_dealt, W_answered, W_COUNT},
     .line = trust},
    {.output = W_R14,
     .id = "R14-weight",
     .form = "migrant_interview",
     .row = "need_first",
     .column = "",
     .title = W_priority,
     .heads = {W_first, W_second, W_third, W_weight},
     .line = weight,
     .drawn = 3},
    {.output = W_R15,
     .id = "R15-coverage",
     .form = "needs_assessment",
     .row = "sv_code",
     .column = "@service",
     .title = W_coverage,
     .heads = {W_known, W_used, W_needing, W_used_of_needing},
     .line = coverage,
     .drawn = 3},
    {.output = W_R25,
     .id = "R25-reached",
     .form = "reintegration_monitoring",
     .row = "wave",
     .column = "@met",
     .title = W_reached_curve,
     .heads = {W_due, W_reached, W_reached_curve, W_COUNT},
     .line = reached,
     .drawn = 2,
     .curve = true},
};

static size_t cell_count(const struct derived *d)
{
    size_t count = 0;
    while (count < CELLS && d->heads[count] != W_COUNT) {
        count++;
    }
    return count;
}

static void put_line(struct buf *page, struct buf *csv, const char *label, const struct line *l,
                     size_t count)
{
    char texts[CELLS][TEXT];
    const char *cells[CELLS + 1] = {label};
    csv_cell(csv, label, true);
    for (size_t i = 0; i < count; i++) {
        snprintf(texts[i], TEXT, "%.0f", l->cells[i]);
        cells[i + 1] = l->cells[i] < 0 ? "–" : texts[i];
        csv_cell(csv, cells[i + 1], false);
    }
    page_row(page, cells, count + 1);
    csv_end(csv);
}

static void put_head(struct buf *page, struct buf *csv, const struct derived *d,
                     const struct report_about *about, const char *rows_head, size_t count)
{
    const char *heads[CELLS + 1] = {rows_head};
    csv_cell(csv, rows_head, true);
    for (size_t i = 0; i < count; i++) {
        heads[i + 1] = about->words[d->heads[i]];
        csv_cell(csv, heads[i + 1], false);
    }
    csv_end(csv);
    page_rows_begin(page, heads, count + 1);
}

static void put(struct buf *page, struct buf *csv, const struct derived *d,
                const struct derived_from *from, const struct report_table *t)
{
    size_t count = cell_count(d), rows = t->rows - (!t->items && t->has_missing), drawn = 0,
           count_of = 0;
    struct line *lines = mem_zero(rows + 1, sizeof *lines);
    struct chart_share *shares = mem_zero(rows + 1, sizeof *shares);
    const char *title = from->about->words[d->title];
    for (size_t r = 0; r < rows; r++) {
        if (strcmp(t->row_values[r], "none") != 0) { /* that is in the base, but no need */
            d->line(from, t, r, &lines[count_of]);
            shares[count_of] =
                (struct chart_share){t->row_labels[r], lines[count_of].cells[d->drawn]};
            drawn += shares[count_of++].percent >= 0;
        }
    }
    buf_text(page, "<section><h2>");
    page_text(page, title);
    buf_text(page, "</h2>\n");
    if (drawn) {
        chart_shares(page, title, shares, count_of, d->curve);
    }
    put_head(page, csv, d, from->about, t->rows_head, count);
    for (size_t i = 0; i < count_of; i++) {
        put_line(page, csv, shares[i].label, &lines[i], count);
    }
    page_rows_end(page);
    buf_join(page, "<p><a href=\"", d->id, ".csv\">", d->id, ".csv</a></p></section>\n", NULL);
    free(lines);
    free(shares);
}

bool report_derived(struct buf *page, struct buf *csv, const char **id,
                    const struct derived_from *from, enum report_word output)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct derived *d = &all[i];
        const struct report_table *t =
            d->output == output ? table_of(from, d->form, d->row, d->column) : NULL;
        if (t) {
            *id = d->id;
            put(page, csv, d, from, t);
            return true;
        }
    }
    return false;
}
