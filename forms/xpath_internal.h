/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_INTERNAL_H
#define FORMS_XPATH_INTERNAL_H
/* Shared by xpath_parse, xpath_eval and xpath_functions only. */
#include "forms/xpath.h"

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

typedef bool xpath_fn(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out);

struct xpath_function {
    const char *name;
    unsigned min, max; /* arguments; max 255 = any number */
    xpath_fn *run;
};

const struct xpath_function *xpath_function_find(const char *name);
const char *xpath_function_nearest(const char *name);

bool eval_expr(struct eval *e, const struct frame *f, const struct xpath *x,
               struct xpath_value *out);
bool value_text(struct xpath_value *out, const char *text);
bool value_number(struct xpath_value *out, double number);
bool value_bool(struct xpath_value *out, bool boolean);

#endif
