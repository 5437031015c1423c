/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_XPATH_H
#define FORMS_XPATH_XPATH_H
/*
 * xpath: expressions of ODK XForms, compiled once, evaluated over forms/xpath/tree nodes.
 *
 * Semantics: XPath 1.0 with ODK's functions and ODK's typed comparisons (where a number is
 *            needed, a date is its day number).  Deviations are listed in docs/XFORMS.md.
 * Limits:    expression 32 KiB, depth 100, 10^6 steps per evaluation and 16 more per node of
 *            the loaded lists; beyond them ERR_LIMIT.
 * Owns:      nothing; values live in env->temp until the caller resets it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forms/xpath/tree.h"

enum {
    XPATH_TEXT_MAX = 32 * 1024,
    XPATH_DEPTH_MAX = 100,
    XPATH_STEPS_MAX = 1000000, /* steps per evaluation */
    XPATH_STEPS_A_NODE = 16,   /* additional steps per node of the loaded lists */
    XPATH_STEP_BYTES = 64,     /* bytes of text that count as one step */
    XPATH_RESULT_MAX = 4 << 20 /* maximum bytes of a text that a function builds */
};

/* ---- compiled form, visible to forms/ for the dependency graph ---- */

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
    TEST_NAME, /* by `name`; name NULL = any node of the axis's principal kind */
    TEST_NODE,
    TEST_TEXT,
    TEST_COMMENT,
    TEST_INSTRUCTION,
    TEST_DEEP, /* the step for `//`, where only elements matter */
    TEST_COUNT
};

struct xpath_step {
    enum xpath_axis axis;
    enum xpath_test test;
    const char *prefix, *name; /* name NULL = any; for TEST_INSTRUCTION the target */
    struct xpath **preds;
    size_t pred_count;
};

struct xpath {
    enum xpath_op op;
    struct xpath *a, *b;
    double number;
    const char *text;                      /* XP_STRING */
    const struct xpath_function *function; /* NULL: unknown function, an error when called */
    struct xpath **args;                   /* XP_CALL */
    size_t arg_count;
    bool absolute;       /* XP_PATH from the root of the primary instance */
    struct xpath *start; /* XP_PATH from an expression, or NULL = context node */
    struct xpath **start_preds;
    size_t start_pred_count;
    struct xpath_step *steps;
    size_t step_count;
    /* for an XP_PATH in the primary instance, set by forms/engine/form_graph */
    const struct item *target; /* all nodes of the path have this item; NULL: evaluate by names */
    const struct item *from;   /* relative: valid only if the path starts at a node of this item */
    unsigned up;               /* relative: number of parents to go up first */
    bool single;               /* relative: no repeat on the way down, so one node at most */
};

/* XPATH_LAZY: an unknown function is reported when it is called, not when the expression is
 * compiled. */
enum { XPATH_LAZY = 1 };
MUST_CHECK bool xpath_compile_as(struct xpath **out, struct arena *arena, const char *text,
                                 unsigned flags, struct err *err);
/* ERR_INPUT names the character position; for an unknown function it suggests the nearest
 * name. */
MUST_CHECK bool xpath_compile(struct xpath **out, struct arena *arena, const char *text,
                              struct err *err);
/* Name of the function that an XP_CALL calls. */
const char *xpath_function_name(const struct xpath *call);

/* Appends the expression in readable form: questions as ${name}, blanks around operators. */
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
    struct arena *keep;          /* for indexes over secondary instances; NULL: make none */
    struct xpath_index *indexes; /* owned by `keep` */
    void *user;
    struct node *(*instance)(void *user, const char *id); /* returns NODE_DOCUMENT, or NULL if
                                                           * there is none */
    int64_t (*wall_ms)(void *user);
    int (*zone_minutes)(void *user, int64_t wall_ms);
    void (*random)(void *user, void *bytes, size_t len);
    const char *(*itext)(void *user, const char *id);
    const char *(*choice_name)(void *user, const char *value, const char *path, struct node *at);
    const char *(*property)(void *user, const char *name);
    const char *(*namespace_uri)(void *user,
                                 const char *prefix); /* NULL: compare prefixes as text */
    const char *(*date_word)(void *user, bool month, unsigned which); /* NULL: English */
    bool strict_names; /* strict XPath 1.0: no prefix = no namespace; dates are not numbers */
    size_t steps;      /* steps used so far; counted up during evaluation */
    size_t list_nodes; /* nodes of all lists (the form's own, and those loaded so far), which
                        * raise the step limit */
    unsigned nesting;  /* depth of evaluations started by a text or choice name during another
                        * evaluation */
};

MUST_CHECK bool xpath_eval(struct xpath_value *out, const struct xpath *expr, struct xpath_env *env,
                           struct node *context, struct err *err);
/* As xpath_eval, with current() different from the context node: for a choice's label and
 * value. */
MUST_CHECK bool xpath_eval_at(struct xpath_value *out, const struct xpath *expr,
                              struct xpath_env *env, struct node *context, struct node *current,
                              struct err *err);

double xpath_to_number(struct xpath_env *env, const struct xpath_value *v);
const char *xpath_to_text(struct xpath_env *env, const struct xpath_value *v);
bool xpath_to_bool(const struct xpath_value *v);
const char *xpath_string_value(struct xpath_env *env, const struct node *node);

/* Writes a number as XPath does; `out` has at least 40 bytes. */
void xpath_number_text(char *out, size_t size, double number);
/* Reads a text as a number, as ODK does: digits, or an ISO date as days since 1970-01-01;
 * else NaN. */
double xpath_text_number(const char *text, int zone_minutes);

#endif
