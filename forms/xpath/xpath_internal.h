/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_XPATH_INTERNAL_H
#define FORMS_XPATH_XPATH_INTERNAL_H
/* xpath_internal: shared by the xpath_*.c files only. */
#include "forms/xpath/xpath.h"

struct eval {
    struct xpath_env *env;
    struct node *current; /* the node that current() returns */
    struct err *err;
    unsigned depth;
};

/* Context of a subexpression. */
struct frame {
    struct node *node;
    size_t position, size;
};

/* Adds `steps` to the steps used; ERR_LIMIT if that is too many. */
bool xpath_spend(struct eval *e, size_t steps);

typedef bool xpath_fn(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out);

struct xpath_function {
    const char *name;
    unsigned min, max; /* number of arguments; max 255 = unlimited */
    xpath_fn *run;
};

/* Rows below `parent` that may satisfy the step's first predicate, found by an index.  *rows
 * is NULL if no index applies.  The caller still evaluates the predicates on each row. */
bool xpath_index_rows(struct eval *e, const struct frame *f, struct node *parent,
                      const struct xpath_step *step, struct node *const **rows, size_t *count);

extern const char *const xpath_axis_names[AXIS_COUNT];

const struct xpath_function *xpath_function_find(const char *name);
const char *xpath_function_nearest(const char *name);

bool eval_expr(struct eval *e, const struct frame *f, const struct xpath *x,
               struct xpath_value *out);
bool value_text(struct xpath_value *out, const char *text);
bool value_number(struct xpath_value *out, double number);
bool value_bool(struct xpath_value *out, bool boolean);

/* Declares a function for the tables. */
#define FN(name)                                                                                   \
    static bool name(struct eval *e, const struct frame *f, const struct xpath *call,              \
                     struct xpath_value *out)

/* Both tables end with a NULL name. */
extern const struct xpath_function xpath_text_functions[], xpath_geo_functions[];

/* Evaluates argument `i` of a call, as a value, as a text (in temp) or as a number. */
bool xpath_arg(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
               struct xpath_value *v);
bool xpath_arg_text(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                    const char **text);
bool xpath_arg_number(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                      double *number);
/* Evaluates the first two arguments as texts. */
bool xpath_two_texts(struct eval *e, const struct frame *f, const struct xpath *call,
                     const char **a, const char **b);
/* The next word of a space-separated list; moves *at behind it.  False at the end. */
bool xpath_word(const char **at, const char **start, size_t *len);
/* Charges steps for processing `bytes` of text; ERR_LIMIT if that is too many. */
bool xpath_charge(struct eval *e, size_t bytes);
/* Copies the buffer to temp as a text, and frees the buffer. */
const char *xpath_keep(struct eval *e, struct buf *buf);

#endif
