/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_XPATH_H
#define FORMS_XPATH_XPATH_H
/*
 * xpath: expressions of ODK XForms, compiled once, evaluated over forms/tree nodes.
 *
 * Semantics: XPath 1.0 with ODK's functions and ODK's typed comparisons (a date is a number of
 *            days wherever a number is asked for).  Departures are listed in docs/XFORMS.md.
 * Limits:    expression 32 KiB, depth 100, 10^6 steps an evaluation; over them is ERR_LIMIT.
 * Owns:      nothing; values live in env->temp until the caller resets it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forms/xpath/tree.h"

enum {
    XPATH_TEXT_MAX = 32 * 1024,
    XPATH_DEPTH_MAX = 100,
    XPATH_STEPS_MAX = 1000000, /* of an expression … */
    XPATH_STEPS_A_NODE = 16,   /* … and as many more for each node of the lists that are loaded */
    XPATH_STEP_BYTES = 64,     /* as much text costs as one step */
    XPATH_RESULT_MAX = 4 << 20 /* bytes of one text that is put together */
};

/* ---- compiled form, open to forms/ for the dependency graph ---- */

enum xpath_op {
    XP_OR,
    XP_AND,
    XP_EQ,
    XP_NE,
    XP_LT,
    XP_LE,
    XP_GT,
    XP_GE,
    XP_ADD,
    XP_SUB,
    XP_MUL,
    XP_DIV,
    XP_MOD,
    XP_NEG,
    XP_UNION,
    XP_NUMBER,
    XP_STRING,
    XP_CALL,
    XP_PATH,
    XP_OP_COUNT
};

enum xpath_axis {
    AXIS_CHILD,
    AXIS_PARENT,
    AXIS_SELF,
    AXIS_ATTRIBUTE,
    AXIS_DESCENDANT,
    AXIS_DESCENDANT_OR_SELF,
    AXIS_ANCESTOR,
    AXIS_ANCESTOR_OR_SELF,
    AXIS_FOLLOWING_SIBLING,
    AXIS_PRECEDING_SIBLING,
    AXIS_FOLLOWING,
    AXIS_PRECEDING,
    AXIS_NAMESPACE,
    AXIS_COUNT
};

enum xpath_test {
    TEST_NAME, /* by `name`, or any node of the axis's own kind */
    TEST_NODE,
    TEST_TEXT,
    TEST_COMMENT,
    TEST_INSTRUCTION,
    TEST_DEEP /* the step that `//` stands for, where only elements can matter */
};

struct xpath_step {
    enum xpath_axis axis;
    enum xpath_test test;
    const char *prefix, *name; /* name NULL = any; of TEST_INSTRUCTION the target */
    struct xpath **preds;
    size_t pred_count;
};

struct xpath {
    enum xpath_op op;
    struct xpath *a, *b;
    double number;
    const char *text;                      /* XP_STRING */
    const struct xpath_function *function; /* NULL: unknown, an error when it is called */
    struct xpath **args;                   /* XP_CALL */
    size_t arg_count;
    bool absolute;       /* XP_PATH from the root of the primary instance */
    struct xpath *start; /* XP_PATH from an expression, or NULL = context node */
    struct xpath **start_preds;
    size_t start_pred_count;
    struct xpath_step *steps;
    size_t step_count;
    /* what the form knows of an XP_PATH through its primary instance (forms/form_graph) */
    const struct item *target; /* all its nodes have this item, or NULL: walk by names */
    const struct item *from;   /* relative: holds where the path starts from such a node */
    unsigned up;               /* relative: parents to go up before going down */
    bool single;               /* relative: no repeat on the way down */
};

/* Wrong calls are found when they are made, as lazy engines do, and not at once. */
enum { XPATH_LAZY = 1 };
MUST_CHECK bool xpath_compile_as(struct xpath **out, struct arena *arena, const char *text,
                                 unsigned flags, struct err *err);
/* ERR_INPUT with a caret under the place; unknown functions name the nearest. */
MUST_CHECK bool xpath_compile(struct xpath **out, struct arena *arena, const char *text,
                              struct err *err);
/* Name of the function an XP_CALL calls. */
const char *xpath_function_name(const struct xpath *call);

/* As a person reads it: questions as ${name}, blanks around operators; appended. */
void xpath_print(struct buf *out, const struct xpath *x);

/* ---- evaluation ---- */

enum xpath_type { XV_NODES, XV_NUMBER, XV_STRING, XV_BOOLEAN, XV_DATE };

struct xpath_value {
    enum xpath_type type;
    double number;
    bool boolean;
    const char *text;    /* XV_STRING, and XV_DATE as ISO 8601 */
    struct node **nodes; /* document order */
    size_t count;
};

struct xpath_env {
    struct node *primary;          /* NODE_DOCUMENT of the primary instance */
    const struct node_list *lists; /* its nodes by item index, or NULL */
    struct arena *temp;
    struct arena *keep;          /* for indexes over secondary instances, or NULL: none are made */
    struct xpath_index *indexes; /* owned by `keep` */
    void *user;
    struct node *(*instance)(void *user, const char *id); /* NODE_DOCUMENT, or NULL */
    int64_t (*wall_ms)(void *user);
    int (*zone_minutes)(void *user, int64_t wall_ms);
    void (*random)(void *user, void *bytes, size_t len);
    const char *(*itext)(void *user, const char *id);
    const char *(*choice_name)(void *user, const char *value, const char *path, struct node *at);
    const char *(*property)(void *user, const char *name);
    const char *(*namespace_uri)(void *user, const char *prefix);     /* NULL: compare prefixes */
    const char *(*date_word)(void *user, bool month, unsigned which); /* NULL: English */
    bool strict_names; /* XPath 1.0 to the letter: no prefix = no namespace, no dates as numbers */
    size_t steps;      /* counted up while evaluating */
    size_t
        list_nodes;   /* of the lists from outside that are loaded: walking them whole is allowed */
    unsigned nesting; /* evaluations that a text or a choice's name started inside another */
};

MUST_CHECK bool xpath_eval(struct xpath_value *out, const struct xpath *expr, struct xpath_env *env,
                           struct node *context, struct err *err);
/* The same with `current()` apart from the context node: a choice's label and value. */
MUST_CHECK bool xpath_eval_at(struct xpath_value *out, const struct xpath *expr,
                              struct xpath_env *env, struct node *context, struct node *current,
                              struct err *err);

double xpath_to_number(struct xpath_env *env, const struct xpath_value *v);
const char *xpath_to_text(struct xpath_env *env, const struct xpath_value *v);
bool xpath_to_bool(const struct xpath_value *v);
const char *xpath_string_value(struct xpath_env *env, const struct node *node);

/* XPath's way of writing a number, into at least 40 bytes. */
void xpath_number_text(char *out, size_t size, double number);
/* ODK's reading of a text as a number: digits, or an ISO date as days since 1970; else NaN. */
double xpath_text_number(const char *text, int zone_minutes);

#endif
