/* SPDX-License-Identifier: Apache-2.0 */
/* Names of functions and axes, and what all functions need: their arguments and their cost. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"

const char *const xpath_axis_names[] = {[AXIS_CHILD] = "child",
                                        [AXIS_PARENT] = "parent",
                                        [AXIS_SELF] = "self",
                                        [AXIS_ATTRIBUTE] = "attribute",
                                        [AXIS_DESCENDANT] = "descendant",
                                        [AXIS_DESCENDANT_OR_SELF] = "descendant-or-self",
                                        [AXIS_ANCESTOR] = "ancestor",
                                        [AXIS_ANCESTOR_OR_SELF] = "ancestor-or-self",
                                        [AXIS_FOLLOWING_SIBLING] = "following-sibling",
                                        [AXIS_PRECEDING_SIBLING] = "preceding-sibling",
                                        [AXIS_FOLLOWING] = "following",
                                        [AXIS_PRECEDING] = "preceding",
                                        [AXIS_NAMESPACE] = "namespace"};
static_assert(sizeof xpath_axis_names / sizeof *xpath_axis_names == AXIS_COUNT,
              "a name for each axis");

const char *xpath_function_name(const struct xpath *call)
{
    return call->function ? call->function->name : call->text;
}

bool xpath_two_texts(struct eval *e, const struct frame *f, const struct xpath *call,
                     const char **a, const char **b)
{
    return xpath_arg_text(e, f, call, 0, a) && xpath_arg_text(e, f, call, 1, b);
}

bool xpath_arg(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
               struct xpath_value *v)
{
    return eval_expr(e, f, call->args[i], v);
}

bool xpath_arg_text(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                    const char **text)
{
    struct xpath_value v;
    if (!xpath_arg(e, f, call, i, &v)) {
        return false;
    }
    *text = xpath_to_text(e->env, &v);
    return true;
}

bool xpath_arg_number(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                      double *number)
{
    struct xpath_value v;
    if (!xpath_arg(e, f, call, i, &v)) {
        return false;
    }
    *number = xpath_to_number(e->env, &v);
    return true;
}

/* Charges steps for processing `bytes` of text; ERR_LIMIT if that is too many. */
bool xpath_charge(struct eval *e, size_t bytes)
{
    return xpath_spend(e, bytes / XPATH_STEP_BYTES);
}

const char *xpath_keep(struct eval *e, struct buf *buf)
{
    e->env->steps += buf->len / XPATH_STEP_BYTES;
    const char *out = arena_copy(e->env->temp, buf->data ? buf->data : "", buf->len);
    buf_fini(buf);
    return out;
}

/* The next word of a space-separated list; moves *at behind it. */
bool xpath_word(const char **at, const char **start, size_t *len)
{
    while (**at == ' ') {
        (*at)++;
    }
    *start = *at;
    while (**at && **at != ' ') {
        (*at)++;
    }
    *len = (size_t)(*at - *start);
    return *len > 0;
}
