/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_LINT_INTERNAL_H
#define TOOLS_FORM_FORM_LINT_INTERNAL_H
/* form_lint_internal: what the parts of form_lint share. */
#include "forms/engine/form.h"
#include "forms/workbook/workbook.h"
#include "platform/machine/map.h"
#include "tools/form/form_terms.h"

struct lint {
    struct arena arena;
    const char *file; /* without its folder */
    struct workbook book;
    const struct sheet *survey, *choices; /* choices: NULL if there is none */
    struct map rows;                      /* name of a question → its struct sheet_row */
    struct map codes;                     /* list → its codes, as " a b c " */
    struct form *form;
    struct form_terms terms;
    struct buf *out, *said;
    size_t count;
};

/* Adds a finding.  `column` may be NULL. */
void lint_find(struct lint *l, const char *sheet, const struct sheet_row *row, const char *column,
               const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The cell of a row under this header; "" if there is none. */
const char *lint_cell(const struct sheet *sheet, const struct sheet_row *row, const char *header);

/* The list that a question offers, without its kind: "yn" for "select_one yn"; "" if none. */
const char *lint_list(struct lint *l, const struct sheet_row *row);
bool lint_has_code(struct lint *l, const char *list, const char *code);

/* The words of a text, without markup and ${…}. */
size_t lint_words(const char *text);

void lint_texts(struct lint *l, const char *bytes, size_t len);
void lint_logic(struct lint *l);
void lint_minutes(struct lint *l);

#endif
