/* SPDX-License-Identifier: Apache-2.0 */
/* Explains why a question is not asked. */
#include "forms/engine/session_internal.h"

#include <assert.h>
#include <string.h>

struct why {
    struct session *s;
    struct node *node; /* whose relevance is explained */
    struct buf *out;
    unsigned depth;
};

enum { WHY_DEPTH = 60 };

static void say_value(struct why *w, const struct xpath *path)
{
    struct xpath_value v;
    buf_text(w->out, "      ");
    xpath_print(w->out, path);
    if (!xpath_eval(&v, path, &w->s->xpath, w->node, NULL)) {
        buf_text(w->out, " cannot be worked out\n");
    } else if (v.type == XV_NODES && v.count == 0) {
        buf_text(w->out, " is not asked itself\n");
    } else if (v.type == XV_NODES && v.count > 1) {
        buf_printf(w->out, ": %zu answers\n", v.count);
    } else {
        const char *text = xpath_to_text(&w->s->xpath, &v);
        buf_printf(w->out, *text ? " is '%s'\n" : " has no answer\n", text);
    }
}

/* Writes the questions that an expression reads, each with its answer. */
static void say_values(struct why *w, const struct xpath *x, unsigned depth)
{
    if (!x || depth > WHY_DEPTH) {
        return;
    }
    if (x->op == XP_PATH && x->target) {
        say_value(w, x);
        return;
    }
    say_values(w, x->a, depth + 1);
    say_values(w, x->b, depth + 1);
    for (size_t i = 0; i < x->arg_count; i++) {
        say_values(w, x->args[i], depth + 1);
    }
    for (size_t s = 0; s < x->step_count; s++) {
        for (size_t p = 0; p < x->steps[s].pred_count; p++) {
            say_values(w, x->steps[s].preds[p], depth + 1);
        }
    }
}

static bool holds(struct why *w, const struct xpath *x)
{
    struct xpath_value v;
    return xpath_eval(&v, x, &w->s->xpath, w->node, NULL) && session_truth(&v);
}

/* Writes the parts of a condition that are false. */
static void say_parts(struct why *w, const struct xpath *x, unsigned depth)
{
    if ((x->op == XP_AND || x->op == XP_OR) && depth < WHY_DEPTH) {
        if (!holds(w, x->a)) {
            say_parts(w, x->a, depth + 1);
        }
        if (!holds(w, x->b)) {
            say_parts(w, x->b, depth + 1);
        }
        return;
    }
    if (depth) { /* at depth 0 the whole condition has already been written */
        buf_text(w->out, "    it would take  ");
        xpath_print(w->out, x);
        buf_text(w->out, ", but\n");
    }
    say_values(w, x, 0);
}

void session_why(struct session *s, struct node *node, struct buf *out)
{
    assert(node->item);
    struct node *cause = NULL;
    for (struct node *n = node; n && n->item; n = n->parent) {
        cause = n->own_relevant ? cause : n; /* the outermost ancestor whose condition is false */
    }
    session_path(node, out);
    if (node->active || !cause) {
        buf_text(out, " is asked\n");
        return;
    }
    buf_text(out, " is not asked");
    if (cause != node) {
        buf_text(out, ", because ");
        session_path(cause, out);
        buf_text(out, " is not");
    }
    buf_text(out, ":\n  its condition is  ");
    xpath_print(out, cause->item->relevant);
    buf_char(out, '\n');
    struct why w = {.s = s, .node = cause, .out = out};
    say_parts(&w, cause->item->relevant, 0);
    arena_reset(&s->temp);
}
