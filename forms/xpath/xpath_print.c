/* SPDX-License-Identifier: Apache-2.0 */
/* Prints an expression in readable form. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *text;
    int strength; /* precedence; higher binds more tightly */
} operators[XP_OP_COUNT] = {
    [XP_OR] = {" or ", 1},   [XP_AND] = {" and ", 2}, [XP_EQ] = {" = ", 3},
    [XP_NE] = {" != ", 3},   [XP_LT] = {" < ", 4},    [XP_LE] = {" <= ", 4},
    [XP_GT] = {" > ", 4},    [XP_GE] = {" >= ", 4},   [XP_ADD] = {" + ", 5},
    [XP_SUB] = {" - ", 5},   [XP_MUL] = {" * ", 6},   [XP_DIV] = {" div ", 6},
    [XP_MOD] = {" mod ", 6}, [XP_NEG] = {"-", 7},     [XP_UNION] = {" | ", 8}};
enum { TIGHTEST = 9, PRINT_DEPTH = 300 };

static void print(struct buf *out, const struct xpath *x, int around, unsigned depth);

static void print_preds(struct buf *out, struct xpath *const *preds, size_t count, unsigned depth)
{
    for (size_t i = 0; i < count; i++) {
        buf_char(out, '[');
        print(out, preds[i], 0, depth + 1);
        buf_char(out, ']');
    }
}

static void print_test(struct buf *out, const struct xpath_step *step)
{
    static const char *const tests[] = {[TEST_NAME] = "",        [TEST_NODE] = "node()",
                                        [TEST_TEXT] = "text()",  [TEST_COMMENT] = "comment()",
                                        [TEST_INSTRUCTION] = "", [TEST_DEEP] = "node()"};
    static_assert(sizeof tests / sizeof *tests == TEST_COUNT, "a text for each test");
    if (step->test == TEST_INSTRUCTION) {
        buf_printf(out, "processing-instruction(%s%s%s)", step->name ? "'" : "",
                   step->name ? step->name : "", step->name ? "'" : "");
    } else if (step->test == TEST_NAME) {
        buf_printf(out, "%s%s%s", step->prefix, *step->prefix ? ":" : "",
                   step->name ? step->name : "*");
    } else {
        buf_text(out, tests[step->test]);
    }
}

static void print_step(struct buf *out, const struct xpath_step *step, unsigned depth)
{
    bool any = step->test == TEST_NODE;
    if (step->axis == AXIS_PARENT && any) {
        buf_text(out, "..");
    } else if (step->axis == AXIS_SELF && any) {
        buf_char(out, '.');
    } else {
        if (step->axis == AXIS_ATTRIBUTE) {
            buf_char(out, '@');
        } else if (step->axis != AXIS_CHILD) {
            buf_printf(out, "%s::", xpath_axis_names[step->axis]);
        }
        print_test(out, step);
    }
    print_preds(out, step->preds, step->pred_count, depth);
}

static void print_path(struct buf *out, const struct xpath *x, unsigned depth)
{
    bool own = x->target && !x->absolute && x->target == x->from;
    if (x->target) { /* as the author writes it in a workbook */
        buf_printf(out, own ? "." : "${%s}", item_shape(x->target)->name);
        return;
    }
    if (x->start) {
        bool simple = x->start->op == XP_CALL;
        buf_text(out, simple ? "" : "(");
        print(out, x->start, 0, depth + 1);
        buf_text(out, simple ? "" : ")");
        print_preds(out, x->start_preds, x->start_pred_count, depth);
    }
    for (size_t s = 0; s < x->step_count; s++) {
        bool deep = x->steps[s].axis == AXIS_DESCENDANT_OR_SELF &&
                    (x->steps[s].test == TEST_DEEP || x->steps[s].test == TEST_NODE);
        if (s || x->absolute || x->start) {
            buf_char(out, '/');
        }
        if (!deep || s + 1 == x->step_count) {
            print_step(out, &x->steps[s], depth);
        }
    }
    if (!x->step_count && x->absolute) {
        buf_char(out, '/');
    }
}

static void print(struct buf *out, const struct xpath *x, int around, unsigned depth)
{
    char number[400];
    if (!x || depth > PRINT_DEPTH) {
        buf_text(out, "…");
        return;
    }
    switch (x->op) {
    case XP_NUMBER:
        xpath_number_text(number, sizeof number, x->number);
        buf_text(out, number);
        return;
    case XP_STRING:
        buf_printf(out, strchr(x->text, '\'') ? "\"%s\"" : "'%s'", x->text);
        return;
    case XP_PATH:
        print_path(out, x, depth);
        return;
    case XP_CALL:
        buf_printf(out, "%s(", xpath_function_name(x));
        for (size_t i = 0; i < x->arg_count; i++) {
            buf_text(out, i ? ", " : "");
            print(out, x->args[i], 0, depth + 1);
        }
        buf_char(out, ')');
        return;
    default:
        break;
    }
    int strength = operators[x->op].strength;
    buf_text(out, strength < around ? "(" : "");
    if (x->op != XP_NEG) {
        print(out, x->a, strength, depth + 1);
    }
    buf_text(out, operators[x->op].text);
    print(out, x->op == XP_NEG ? x->a : x->b, strength + 1, depth + 1);
    buf_text(out, strength < around ? ")" : "");
}

void xpath_print(struct buf *out, const struct xpath *x)
{
    print(out, x, 0, 0);
}
