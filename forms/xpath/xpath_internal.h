/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_XPATH_INTERNAL_H
#define FORMS_XPATH_XPATH_INTERNAL_H
/* Shared by xpath_parse, xpath_eval and xpath_functions only. */
#include "forms/engine/form.h"
#include "forms/xpath/xpath.h"

struct eval {
    struct xpath_env *env;
    struct node *current; /* where the whole expression stands: current() */
    struct err *err;
    unsigned depth;
};

/* Where one subexpression stands. */
struct frame {
    struct node *node;
    size_t position, size;
};

/* Count steps of the work; false when there are none left. */
bool xpath_spend(struct eval *e, size_t steps);

typedef bool xpath_fn(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out);

struct xpath_function {
    const char *name;
    unsigned min, max; /* arguments; max 255 = any number */
    xpath_fn *run;
};

/* The rows below `parent` that a step's first predicate can let through, when an index tells:
 * *rows is NULL when it does not.  Each row is still to be judged. */
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

/* A function of the tables. */
#define FN(name)                                                                                   \
    static bool name(struct eval *e, const struct frame *f, const struct xpath *call,              \
                     struct xpath_value *out)

/* Both end with a NULL name. */
extern const struct xpath_function xpath_text_functions[], xpath_geo_functions[];

/* Argument `i` of a call, as it is, as a text (lent, in temp), as a number. */
bool xpath_arg(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
               struct xpath_value *v);
bool xpath_arg_text(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                    const char **text);
bool xpath_arg_number(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                      double *number);
/* The first two arguments as texts. */
bool xpath_two_texts(struct eval *e, const struct frame *f, const struct xpath *call,
                     const char **a, const char **b);
/* The next word of a list, moving *at behind it; false at the end. */
bool xpath_word(const char **at, const char **start, size_t *len);
/* Working on so much text costs steps; false when there are none left. */
bool xpath_charge(struct eval *e, size_t bytes);
/* The buffer as a text in temp; empties it. */
const char *xpath_keep(struct eval *e, struct buf *buf);

#endif
