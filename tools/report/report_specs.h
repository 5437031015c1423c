/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_SPECS_H
#define TOOLS_REPORT_REPORT_SPECS_H
/* report_specs: the list of the report's tables of counts: which questions stand in which output.
 */
#include <stdbool.h>
#include <stddef.h>

#include "tools/report/report_words.h"

enum kind {
    KIND_CROSS,   /* row question × column question; without a column: one column */
    KIND_ENTRIES, /* the same of each entry of a repeat */
    KIND_ITEMS,   /* rows: questions whose names begin so; columns: their answers */
    KIND_ROSTER,  /* the same of a repeat that has one entry for each row */
    KIND_CODES,   /* rows: the answers of a question that takes several; how many named each */
    KIND_GROUPS,  /* the same of a calculated text of codes, of which "" is none */
    KIND_CODED,   /* rows: the study's elements; how many records are coded with each */
    KIND_PATHS,   /* rows: a question's answer in an entry; columns: that in the entry before it */
    KIND_NEW,     /* rows: groups in the order of their days; elements that none before had named */
    KIND_CHANGE,  /* rows: scores; columns: better, the same, worse, no answer; persons met twice
                   * or more */
    KIND_KEPT, /* rows: persons who are still met, or lost; columns: a score at the first meeting */
    KIND_FACTORS, /* rows: which of three counts are not 0 */
    KIND_BASE,    /* rows: in the base, and how the others ended; all records */
    KIND_REFUSED  /* a question to those who refused */
};
struct spec {
    enum report_word output;
    enum kind kind;
    const char *form;      /* NULL: all forms */
    const char *row;       /* a question's name; "@form", "@month"; a measure */
    const char *column;    /* "" = none */
    const char *labels;    /* the question whose list has the row's labels; NULL: the row's own; of
                            * entries by a measure: the question of the entry */
    enum report_word head; /* of the rows, if the question has no text of its own; else W_COUNT */
};
/* The question that has the number of a row's step, for the median; NULL: none, or a measure. */
const char *report_median_of(const struct spec *spec);
/* What must be printed of another question, or a table is not: conditions and formulas of the forms
 * make one follow from the other. */
enum report_tie {
    TIE_SUMS,  /* the sums of all its answers, in each table that has it */
    TIE_CELLS, /* each number of each such table */
    TIE_ANY    /* how many named anything at all there */
};
/* The `at`-th question that a table is tied to, and by what.  NULL: there is none. */
const char *report_tied(const struct spec *spec, size_t at, enum report_tie *tie);

#define COUNTRY "study_country"
extern const struct spec report_specs[];
extern const size_t report_spec_count;

/* The one column of KIND_CODES, KIND_GROUPS and KIND_CODED.  Who did not name a code is not
 * counted: with how many were asked, it would tell what the skips of another question suppress. */
#define NAMED "1"
/* The row for who named anything at all, instead of "none": with both, it would be known how many
 * were asked. */
#define ANY "@any"
bool report_counts_any(const struct spec *spec);

#endif
