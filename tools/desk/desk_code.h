/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_CODE_H
#define TOOLS_DESK_DESK_CODE_H
/*
 * desk_code: codes stories at the desk, from a table that a coder filled in, and lists what is
 * coded.
 *
 * Columns of the table: record, question, words; code or quote; and, if wanted, from (the letter at
 * which the words begin, from 0), translation, comment.
 */
#include "forms/dataset/dataset_writer.h"
#include "platform/machine/csv.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_records.h"

struct desk_elements { /* the study's codes: elem.csv */
    struct arena arena;
    struct map by_code; /* code → itself */
    struct map by_name; /* code or label, in any language → code */
    struct csv csv;     /* the list itself */
    size_t name;        /* its column with the codes */
};
/* `bytes`: elem.csv.  The caller calls desk_elements_fini in either case. */
MUST_CHECK bool desk_elements_read(struct desk_elements *elements, const struct buf *bytes,
                                   struct err *err);
/* The list's rows are 1 to csv.count - 1; "" for an empty one. */
const char *desk_element_code(const struct desk_elements *elements, size_t row);
const char *desk_element_label(const struct desk_elements *elements, size_t row,
                               const char *language);
/* Sets the codes of `look`, with labels in its language, for the codebook of a QDA project; they
 * live as long as the elements. */
void desk_elements_codes(struct desk_elements *elements, struct dataset_look *look);
void desk_elements_fini(struct desk_elements *elements);

struct desk_coded { /* what came of it */
    unsigned fresh, changed, same;
};
/* Adds the rows of the table, all or none.  ERR_INPUT names the row: the words do not stand in the
 * answer, or more than once; the study has no such code. */
MUST_CHECK bool desk_code(struct desk *desk, const uint8_t identity[32], const struct buf *table,
                          const struct desk_elements *elements, const char *why, int64_t wall_ms,
                          struct desk_coded *done, struct err *err);

/* Appends all codings as a table that desk_code reads, with their ids and who made them. */
MUST_CHECK bool desk_codings_print(struct buf *out, struct desk *desk, const char *why,
                                   int64_t wall_ms, struct err *err);

/* A text as codings count its letters: lines end in LF. */
const char *desk_story(struct arena *arena, const char *value);
/* The byte at which a letter begins; the text's length, if it has fewer. */
size_t desk_letter(const char *text, size_t letter);

#endif
