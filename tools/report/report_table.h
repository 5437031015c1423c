/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_TABLE_H
#define TOOLS_REPORT_REPORT_TABLE_H
/*
 * report_table: tables of counts, and the suppression of small ones.
 *
 * S1: a count of 1 to 4 (of sensitive questions 1 to 9, and zeros) is printed as "<5" ("<10").
 * S2: further counts are left out ("…") until each suppressed one could be another number, with all
 * that is printed unchanged: in its table, and in all others of the same report.  Counts of the
 * same condition have the same key, in whatever table they stand.  Where that cannot be had, the
 * table is not printed; nor is one that links questions in a circle, as sex × country, country ×
 * need and need × sex do.  Totals by country are known from R01, and always printed.
 */
#include "platform/machine/arena.h"

enum report_state { COUNT_SHOWN, COUNT_FEW, COUNT_HIDDEN };
enum report_chart {
    CHART_BARS,
    CHART_DOTS,
    CHART_FLOW,
    CHART_CURVE,
    CHART_MAP,
    CHART_MAPS,
    CHART_HEAT,
    CHART_PYRAMID
};
struct report_table {
    enum report_chart chart; /* the picture that suits it: report_chart.h */
    const char *id;          /* "R04-sex" */
    const char *title;       /* "Who was asked: sex" */
    const char *rows_head;   /* the question of the rows */
    size_t rows, columns;    /* without totals */
    const char **row_labels, **column_labels;
    const char **row_values, **column_values; /* the answers' codes; of items the rows' questions */
    const char **row_keys, **column_keys; /* "sex=female"; of a single column: "".  The conditions
                                           * of a cell are sorted, and joined by '|' */
    const char *base;                     /* key of all: "@counted|@form=migrant_interview" */
    const char **medians;                 /* of each column, and of all; NULL: none */
    unsigned *counts;                     /* (rows + 1) × (columns + 1), with totals */
    enum report_state *states;            /* the same; set by report_suppress */
    const char *row_dimension, *column_dimension; /* "sex"; "" = none */
    bool fixed_columns;    /* the totals of the columns are printed in any case, as R01 has them */
    const char *fixed_row; /* key of a row that is printed in any case, too; NULL: none */
    bool open;             /* nothing of it is suppressed: numbers of interviews, as R01 has them */
    bool dropped;          /* by report_suppress: it is not to be printed */
    bool items;       /* rows are questions, columns their answers: there is no total of a column */
    bool alone;       /* each number stands for itself, with no sum and no base */
    bool extra;       /* a question is marked sensitive=extra */
    bool has_missing; /* the last row (of items: column) is "no answer": left out of percentages */
};
void report_table_new(struct report_table *table, struct arena *arena, size_t rows, size_t columns);
unsigned *report_count(const struct report_table *table, size_t row, size_t column);
enum report_state report_state(const struct report_table *table, size_t row, size_t column);
/* Fills the totals from the counts. */
void report_totals(struct report_table *table);
/* Suppresses in all tables together. */
void report_suppress(struct report_table *tables, size_t count);
/* The same of a table of numbers that stand alone: S1 is enough, since no printed number is a sum
 * of them. */
void report_suppress_alone(struct report_table *table);
/* Leaves out the rows and columns of which no number is shown; nothing left: dropped.  `arena` has
 * what is new. */
void report_leave_shown(struct report_table *table, struct arena *arena);
/* Leaves out rows of items about fewer people than may be counted. */
void report_leave_few(struct report_table *table, struct arena *arena);
/* Puts the rows into another order: `places` has the present place of each. */
void report_order(struct report_table *table, const size_t *places, struct arena *arena);
/* The row in which the n-th of the ordered answers of a column lies (1: the first), whatever the
 * suppressed numbers are: what is said of it tells nothing of them.  SIZE_MAX: that is not sure. */
size_t report_certain_row(const struct report_table *table, size_t column, unsigned n);
/* "12", "<5", "…"; `text` has 16 bytes. */
const char *report_text(const struct report_table *table, size_t row, size_t column, char *text);
enum { REPORT_FEW = 5, REPORT_FEW_EXTRA = 10, REPORT_PERCENT_FROM = 30 };

#endif
