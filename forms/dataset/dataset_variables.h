/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_DATASET_VARIABLES_H
#define FORMS_DATASET_DATASET_VARIABLES_H
/*
 * dataset_variables: a table as the variables of a statistical package: numbers, dates, texts,
 * each with a name, a label, labels for its values, and the kinds of a missing answer.
 *
 * A choice is a number: its code if all codes of the list are whole numbers, else its place in the
 * list from 1.  Several choices are a variable of 0 and 1 for each code.  The codes dk, refused and
 * na, and the numbers that stand for them, are missing.
 * Source: docs/TABLES.md.
 */
#include "forms/dataset/dataset.h"

enum { VARIABLE_NAME = 32 }; /* bytes at most */

enum variable_kind {
    VARIABLE_TEXT,
    VARIABLE_NUMBER,
    VARIABLE_DATE,   /* days since 1970-01-01 */
    VARIABLE_TIME,   /* seconds since midnight */
    VARIABLE_MOMENT, /* seconds since 1970-01-01, as the clock at the place showed */
    VARIABLE_FLAG    /* 0 or 1: whether an answer of several was given */
};
/* What surrounds the answers: of the record, or of an entry. */
enum variable_about {
    ABOUT_NOTHING, /* it is an answer */
    ABOUT_DATE,
    ABOUT_PARENT,
    ABOUT_KEY,
    ABOUT_SUBMITTER,
    ABOUT_ATTACHMENTS,
    ABOUT_STATUS,
    ABOUT_REVIEW,
    ABOUT_DEVICE,
    ABOUT_EDITS,
    ABOUT_VERSION,
    ABOUT_COUNT
};
struct variable_value { /* a value with a label */
    const char *code;   /* as the answer has it */
    double number;      /* as the variable has it */
    const char *label;
    char missing; /* 'a' dk, 'b' refused, 'c' na; 0: it is an answer */
};
struct variable {
    char name[VARIABLE_NAME + 1]; /* ASCII, unique without regard to case */
    const char *label;            /* the question; "" if it has none */
    const char *path;             /* of the question; "" for what surrounds the answers */
    enum variable_kind kind;
    enum variable_about about;
    size_t column;    /* in the table, if it is an answer */
    const char *code; /* VARIABLE_FLAG: of which answer */
    unsigned part;    /* of a geopoint: 0 to 3 */
    bool whole;       /* VARIABLE_NUMBER: it has no decimals */
    size_t width;     /* VARIABLE_TEXT: bytes of the longest, at least 1 */
    size_t piece;     /* … 1, 2 …: what did not fit into NAME goes on in NAME_2, NAME_3 … */
    struct variable_value *values;
    size_t value_count;
    struct map by_code; /* code → struct variable_value */
};
struct variables {
    struct arena arena;
    struct dataset *dataset;
    size_t table, text_max;
    struct variable *list;
    size_t count;
};
/* The variables of a table.  `language`: of the labels.  The widths need dataset_scan before.  A
 * text of more than `text_max` bytes is cut into pieces, between letters; 0: never. */
void variables_new(struct variables *v, struct dataset *dataset, size_t table, const char *language,
                   size_t text_max);
void variables_free(struct variables *v);

/* A cell of the row that the reader gave last.  True: *number has it (not for VARIABLE_TEXT).
 * False: it is missing; *missing is its kind, or 0: not asked, or not answered. */
bool variable_number(const struct variable *variable, struct dataset_reader *reader, double *number,
                     char *missing);
/* The same as text, of any kind; "" if there is none; of a long text, the variable's piece.  Valid
 * until dataset_close. */
const char *variable_text(const struct variables *v, const struct variable *variable,
                          struct dataset_reader *reader, const struct dataset_row *row);
/* The kind of a missing answer that a code stands for: 'a' dk, 'b' refused, 'c' na; or 0. */
char variable_missing(const char *code);
/* A text as the number that a kind of variable holds; false if it is none. */
bool variable_read(enum variable_kind kind, const char *text, double *number);
/* Whether all codes of a list, but those of missing answers, are whole numbers. */
bool variable_whole_codes(struct dataset *dataset, const struct dataset_column *column);
/* The first bytes of a text, at most `max`, not cutting a letter in two. */
size_t variable_letters(const char *text, size_t len, size_t max);

#endif
