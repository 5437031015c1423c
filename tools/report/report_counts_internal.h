/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_COUNTS_INTERNAL_H
#define TOOLS_REPORT_REPORT_COUNTS_INTERNAL_H
/* Shared by report_counts.c (counts answers) and report_counted.c (makes tables of the counts). */
#include "forms/dataset/dataset.h"
#include "tools/report/report_counts.h"
#include "tools/report/report_measures.h"
#include "tools/report/report_specs.h"

/* Groups of the study, and kinds of factors; the form counts them. */
enum { SCORES = 3, GROUPS = 7, FACTORS = 3 };
struct counted_kind {
    const char *code; /* "G1"; of factors the question that counts them */
    enum report_word word;
};
extern const struct counted_kind report_groups[GROUPS], report_factors[FACTORS];

struct counted_form {
    const char *id, *title;
    struct dataset *dataset;
    struct map columns; /* name → struct dataset_column */
};

/* The values of one dimension, in order of their first appearance. */
struct values {
    const char **list;
    size_t count, cap;
    struct map places; /* value → place + 1 */
};
struct tally_of { /* of one spec */
    struct values rows, columns;
    unsigned *counts; /* by row, column_cap wide */
    size_t row_cap, column_cap;
};
struct tally_pair { /* of one spec */
    struct tally_of answers;
    struct tally_of numbers; /* rows: the numbers themselves, for medians */
};
struct person { /* the first and the last meeting with a score */
    bool scored[SCORES];
    double first[SCORES], last[SCORES];
    int64_t first_ms[SCORES], last_ms[SCORES];
    unsigned meetings, contacts; /* when the person was met; all attempts */
    int64_t contact_ms;          /* the last attempt, and what came of it */
    bool lost, died;
    struct person *next;
};
struct group_named { /* a focus group, and the elements that its topics named */
    int64_t wall_ms;
    const char *codes;
};
struct report_counting {
    struct arena arena;
    struct map persons; /* case → struct person */
    struct person *all_persons;
    struct group_named *groups;
    size_t group_count;
    const struct desk_records *records;
    const char *language;
    const char *const *words;
    const struct desk_elements *elements; /* NULL: without */
    struct counted_form *forms;
    size_t form_count;
    const struct csv *law, *services; /* law_params.csv, need_svc.csv; NULL: without */
    struct tally_pair *tallies;       /* of each spec */
    struct report_output *outputs;    /* NULL: not made yet */
    size_t output_count;
};

struct counted_form *counting_form(struct report_counting *counting, const char *id);
/* Counts what needs all records. */
void counting_last(struct report_counting *counting);

#endif
