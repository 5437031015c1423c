/* SPDX-License-Identifier: Apache-2.0 */
/* Parses expressions: recursive descent with one operator table. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

enum token { T_END, T_NUMBER, T_STRING, T_NAME, T_OPERATOR, T_PUNCT };

struct parser {
    struct arena *arena;
    const char *text;
    size_t len, at;
    enum token kind;
    size_t start, end;  /* of the current token */
    bool after_operand; /* decides whether `*`, `and`, `div` … are operators */
    unsigned depth, flags;
    struct err *err;
};

static bool fault(struct parser *p, size_t at, const char *what)
{
    size_t column = text_count(p->text, at < p->len ? at : p->len) + 1;
    return err_set(p->err, ERR_INPUT, "character %zu: %s in \"%.200s\"", column, what, p->text);
}

static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_name_char(unsigned char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool token_is(const struct parser *p, const char *text)
{
    return p->kind != T_END && p->kind != T_STRING && strlen(text) == p->end - p->start &&
           strncmp(p->text + p->start, text, p->end - p->start) == 0;
}

static bool is_word_operator(const struct parser *p)
{
    return token_is(p, "and") || token_is(p, "or") || token_is(p, "div") || token_is(p, "mod");
}

/* "1 div2": where an operator is expected, digits after its name are not part of it. */
static void cut_operator(struct parser *p)
{
    static const char *const words[] = {"and", "or", "div", "mod"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (p->end - p->start > len && strncmp(p->text + p->start, words[i], len) == 0 &&
            is_digit(p->text[p->start + len])) {
            p->at = p->end = p->start + len;
        }
    }
}

static bool lex(struct parser *p)
{
    while (p->at < p->len && strchr(" \t\r\n", p->text[p->at])) {
        p->at++;
    }
    p->start = p->at;
    if (p->at >= p->len) {
        p->kind = T_END;
        p->end = p->at;
        return true;
    }
    char c = p->text[p->at];
    char d = p->at + 1 < p->len ? p->text[p->at + 1] : '\0';
    if (is_digit(c) || (c == '.' && is_digit(d))) {
        while (p->at < p->len && (is_digit(p->text[p->at]) || p->text[p->at] == '.')) {
            p->at++;
        }
        size_t e = p->at; /* exponent notation such as 1e-7 */
        if (e < p->len && (p->text[e] == 'e' || p->text[e] == 'E')) {
            e += 1u + (size_t)(e + 1 < p->len && (p->text[e + 1] == '-' || p->text[e + 1] == '+'));
            if (e < p->len && is_digit(p->text[e])) {
                while (e < p->len && is_digit(p->text[e])) {
                    e++;
                }
                p->at = e;
            }
        }
        p->kind = T_NUMBER;
    } else if (c == '"' || c == '\'') {
        const char *close = memchr(p->text + p->at + 1, c, p->len - p->at - 1);
        if (!close) {
            return fault(p, p->at, "a quote is opened and never closed");
        }
        p->at = (size_t)(close - p->text) + 1;
        p->kind = T_STRING;
    } else if (is_name_start((unsigned char)c)) {
        while (p->at < p->len && is_name_char((unsigned char)p->text[p->at])) {
            p->at++;
        }
        p->kind = T_NAME;
        p->end = p->at;
        if (p->after_operand) {
            cut_operator(p);
        }
        if (p->after_operand && is_word_operator(p)) {
            p->kind = T_OPERATOR;
        }
    } else if (strchr("=<>!+-|*", c)) {
        p->at++;
        if (d == '=' && strchr("<>!", c)) {
            p->at++;
        }
        p->kind = c == '*' && !p->after_operand ? T_PUNCT : T_OPERATOR;
        if (c == '!' && d != '=') {
            return fault(p, p->start, "unexpected '!'");
        }
    } else if (strchr("()[]@,/.:$", c)) {
        p->at++;
        if ((c == '/' || c == '.' || c == ':') && d == c) {
            p->at++;
        }
        p->kind = T_PUNCT;
    } else {
        return fault(p, p->at, "unexpected character");
    }
    p->end = p->at;
    return true;
}

/* Reads the next token; the current one decides whether an operator may follow. */
static bool advance(struct parser *p)
{
    bool operand = p->kind == T_NUMBER || p->kind == T_STRING || p->kind == T_NAME ||
                   token_is(p, ")") || token_is(p, "]") || token_is(p, ".") || token_is(p, "..") ||
                   (p->kind == T_PUNCT && token_is(p, "*"));
    p->after_operand = operand;
    return lex(p);
}

static struct xpath *make(struct parser *p, enum xpath_op op, struct xpath *a, struct xpath *b)
{
    struct xpath *x = arena_alloc(p->arena, sizeof *x);
    x->op = op;
    x->a = a;
    x->b = b;
    return x;
}

static const struct {
    const char *text;
    unsigned char level; /* precedence, 1 = lowest */
    enum xpath_op op;
} operators[] = {{"or", 1, XP_OR},  {"and", 2, XP_AND}, {"=", 3, XP_EQ},  {"!=", 3, XP_NE},
                 {"<", 4, XP_LT},   {"<=", 4, XP_LE},   {">", 4, XP_GT},  {">=", 4, XP_GE},
                 {"+", 5, XP_ADD},  {"-", 5, XP_SUB},   {"*", 6, XP_MUL}, {"div", 6, XP_DIV},
                 {"mod", 6, XP_MOD}};
enum { LEVEL_UNARY = 7 };

static bool parse_level(struct parser *p, unsigned level, struct xpath **out);

static bool parse_expr(struct parser *p, struct xpath **out)
{
    if (++p->depth > XPATH_DEPTH_MAX) {
        return err_set(p->err, ERR_LIMIT, "the expression is nested deeper than %d",
                       (int)XPATH_DEPTH_MAX);
    }
    bool ok = parse_level(p, 1, out);
    p->depth--;
    return ok;
}

static bool expect(struct parser *p, const char *text, const char *what)
{
    return token_is(p, text) ? advance(p) : fault(p, p->start, what);
}

static const char *token_text(struct parser *p)
{
    return arena_copy(p->arena, p->text + p->start, p->end - p->start);
}

/* Appends to an array in the arena, doubling it when full. */
static void push(struct parser *p, struct xpath ***list, size_t *count, struct xpath *x)
{
    if ((*count & (*count - 1)) == 0) {
        struct xpath **grown = arena_alloc(p->arena, (*count ? *count * 2 : 1) * sizeof *grown);
        if (*count) {
            memcpy(grown, *list, *count * sizeof *grown);
        }
        *list = grown;
    }
    (*list)[(*count)++] = x;
}

static bool parse_preds(struct parser *p, struct xpath ***preds, size_t *count)
{
    while (token_is(p, "[")) {
        struct xpath *x;
        if (!advance(p) || !parse_expr(p, &x) || !expect(p, "]", "expected ']'")) {
            return false;
        }
        push(p, preds, count, x);
    }
    return true;
}

/* Whether the next character after the token, ignoring blanks, is `c`. */
static bool next_is(const struct parser *p, char c)
{
    size_t at = p->at;
    while (at < p->len && strchr(" \t\r\n", p->text[at])) {
        at++;
    }
    return at < p->len && p->text[at] == c;
}

/* Parses node(), text(), comment(), processing-instruction('target'). */
static bool parse_node_test(struct parser *p, struct xpath_step *step, const char *name)
{
    static const char *const tests[] = {"node", "text", "comment", "processing-instruction"};
    size_t i = 0;
    while (i < 4 && strcmp(tests[i], name) != 0) {
        i++;
    }
    if (i == 4) {
        return fault(p, p->start, "a step of a path is a name, or node(), text(), comment()");
    }
    step->test = (enum xpath_test)(TEST_NODE + i);
    if (!advance(p) || !advance(p)) {
        return false;
    }
    if (step->test == TEST_INSTRUCTION && p->kind == T_STRING) {
        step->name = arena_copy(p->arena, p->text + p->start + 1, p->end - p->start - 2);
        if (!advance(p)) {
            return false;
        }
    }
    return expect(p, ")", "expected ')'") && parse_preds(p, &step->preds, &step->pred_count);
}

static bool is_axis(const struct parser *p)
{
    size_t at = p->at;
    while (at < p->len && strchr(" \t\r\n", p->text[at])) {
        at++;
    }
    return at + 1 < p->len && strncmp(p->text + at, "::", 2) == 0;
}

/* `@`, `child::` and their like before a name test. */
static bool parse_axis(struct parser *p, struct xpath_step *step)
{
    if (token_is(p, "@")) {
        step->axis = AXIS_ATTRIBUTE;
        return advance(p);
    }
    if (p->kind != T_NAME || !is_axis(p)) {
        return true;
    }
    size_t i = 0;
    while (i < AXIS_COUNT && !token_is(p, xpath_axis_names[i])) {
        i++;
    }
    if (i == AXIS_COUNT) {
        return fault(p, p->start, "unknown axis");
    }
    step->axis = (enum xpath_axis)i;
    if (!advance(p) || !advance(p)) {
        return false;
    }
    p->after_operand = false;
    return true;
}

/* A name, or `prefix:name`, or `prefix:*`. */
static bool parse_name_test(struct parser *p, struct xpath_step *step)
{
    p->kind = T_NAME;
    step->name = token_text(p);
    if (p->at + 1 < p->len && p->text[p->at] == ':' && p->text[p->at + 1] != ':') {
        step->prefix = step->name;
        if (!advance(p) || !advance(p)) {
            return false;
        }
        if (token_is(p, "*")) {
            step->name = NULL;
        } else if (p->kind == T_NAME || is_word_operator(p)) {
            p->kind = T_NAME;
            step->name = token_text(p);
        } else {
            return fault(p, p->start, "expected a name behind ':'");
        }
    }
    return advance(p);
}

static bool parse_step(struct parser *p, struct xpath_step *step)
{
    memset(step, 0, sizeof *step);
    step->prefix = "";
    if (token_is(p, ".") || token_is(p, "..")) {
        step->axis = token_is(p, ".") ? AXIS_SELF : AXIS_PARENT;
        step->test = TEST_NODE;
        return advance(p) && parse_preds(p, &step->preds, &step->pred_count);
    }
    if (!parse_axis(p, step)) {
        return false;
    }
    bool ok;
    if ((p->kind == T_PUNCT || p->kind == T_OPERATOR) && token_is(p, "*")) {
        p->kind = T_PUNCT; /* after `::` or `@`, `*` is a name test */
        ok = advance(p);
    } else if (p->kind != T_NAME && !is_word_operator(p)) {
        ok = fault(p, p->start,
                   p->kind == T_END ? "the expression ends too early" : "expected a name");
    } else if (next_is(p, '(')) {
        p->kind = T_NAME;
        return parse_node_test(p, step, token_text(p));
    } else {
        ok = parse_name_test(p, step);
    }
    return ok && parse_preds(p, &step->preds, &step->pred_count);
}

static bool add_step(struct parser *p, struct xpath *path, const struct xpath_step *step)
{
    if (path->step_count >= 256) {
        return err_set(p->err, ERR_LIMIT, "a path has more than 256 steps");
    }
    if (path->step_count % 8 == 0) {
        struct xpath_step *grown = arena_alloc(p->arena, (path->step_count + 8) * sizeof *grown);
        if (path->step_count) {
            memcpy(grown, path->steps, path->step_count * sizeof *grown);
        }
        path->steps = grown;
    }
    path->steps[path->step_count++] = *step;
    return true;
}

/* Parses the rest of a path; `first`: the next step has no slash before it. */
static bool parse_steps(struct parser *p, struct xpath *path, bool first)
{
    for (;;) {
        if (!first) {
            if (token_is(p, "//")) {
                struct xpath_step deep = {
                    .axis = AXIS_DESCENDANT_OR_SELF, .test = TEST_NODE, .prefix = ""};
                if (!add_step(p, path, &deep)) {
                    return false;
                }
            } else if (!token_is(p, "/")) {
                return true;
            }
            if (!advance(p)) {
                return false;
            }
        }
        first = false;
        struct xpath_step step;
        if (!parse_step(p, &step) || !add_step(p, path, &step)) {
            return false;
        }
        struct xpath_step *before =
            path->step_count > 1 ? &path->steps[path->step_count - 2] : NULL;
        if (before && before->axis == AXIS_DESCENDANT_OR_SELF && before->test == TEST_NODE &&
            !before->pred_count && (step.axis == AXIS_CHILD || step.axis == AXIS_ATTRIBUTE)) {
            before->test = TEST_DEEP; /* texts and comments have no children, so only elements
                                       * matter */
        }
    }
}

static bool starts_step(struct parser *p)
{
    return p->kind == T_NAME || token_is(p, ".") || token_is(p, "..") || token_is(p, "@") ||
           (p->kind == T_PUNCT && token_is(p, "*"));
}

/* Whether a name (possibly with prefix) is followed by '(' and is no node test: then it is a
 * call. */
static bool is_call(struct parser *p)
{
    size_t at = p->at;
    if (at < p->len && p->text[at] == ':' && at + 1 < p->len && p->text[at + 1] != ':') {
        at++;
        while (at < p->len && is_name_char((unsigned char)p->text[at])) {
            at++;
        }
    }
    while (at < p->len && strchr(" \t\r\n", p->text[at])) {
        at++;
    }
    return at < p->len && p->text[at] == '(' && !token_is(p, "node") && !token_is(p, "text") &&
           !token_is(p, "comment") && !token_is(p, "processing-instruction");
}

static bool parse_call(struct parser *p, struct xpath **out)
{
    size_t start = p->start;
    size_t end = p->end;
    if (p->text[p->at] == ':') {
        if (!advance(p) || !advance(p)) {
            return false;
        }
        end = p->end;
    }
    const char *name = arena_copy(p->arena, p->text + start, end - start);
    struct xpath *call = make(p, XP_CALL, NULL, NULL);
    bool lazy = p->flags & XPATH_LAZY;
    call->function = xpath_function_find(name);
    call->text = name;
    if (!call->function && !lazy) {
        const char *near = xpath_function_nearest(name);
        fault(p, start, "unknown function");
        return near ? err_hint(p->err, "did you mean '%s()'?", near)
                    : err_hint(p->err, "docs/XFORMS.md lists the functions");
    }
    p->kind = T_NAME;
    if (!advance(p) || !expect(p, "(", "expected '('")) {
        return false;
    }
    while (!token_is(p, ")")) {
        struct xpath *arg;
        if (call->arg_count && !expect(p, ",", "expected ',' or ')'")) {
            return false;
        }
        if (!parse_expr(p, &arg)) {
            return false;
        }
        push(p, &call->args, &call->arg_count, arg);
    }
    bool wrong = call->function &&
                 (call->arg_count < call->function->min || call->arg_count > call->function->max);
    if (wrong && lazy) {
        call->function = NULL;
    } else if (wrong) {
        fault(p, start, "wrong number of arguments");
        return call->function->max == 255
                   ? err_hint(p->err, "%s() takes at least %u", name, call->function->min)
                   : err_hint(p->err, "%s() takes %u to %u", name, call->function->min,
                              call->function->max);
    }
    *out = call;
    return advance(p);
}

static bool parse_primary(struct parser *p, struct xpath **out)
{
    struct xpath *x = NULL;
    if (p->kind == T_NUMBER) {
        x = make(p, XP_NUMBER, NULL, NULL);
        char *end = NULL;
        const char *text = token_text(p);
        x->number = strtod(text, &end);
        if (*end) {
            return fault(p, p->start, "not a number");
        }
        if (!advance(p)) {
            return false;
        }
    } else if (p->kind == T_STRING) {
        x = make(p, XP_STRING, NULL, NULL);
        x->text = arena_copy(p->arena, p->text + p->start + 1, p->end - p->start - 2);
        if (!advance(p)) {
            return false;
        }
    } else if (token_is(p, "(")) {
        if (!advance(p) || !parse_expr(p, &x) || !expect(p, ")", "expected ')'")) {
            return false;
        }
    } else if (!parse_call(p, &x)) {
        return false;
    }
    *out = x;
    return true;
}

static bool parse_path(struct parser *p, struct xpath **out)
{
    struct xpath *path = make(p, XP_PATH, NULL, NULL);
    *out = path;
    if (token_is(p, "/") || token_is(p, "//")) {
        path->absolute = true;
        bool deep = token_is(p, "//");
        if (deep) {
            return parse_steps(p, path, false);
        }
        if (!advance(p)) {
            return false;
        }
        return !starts_step(p) || parse_steps(p, path, true);
    }
    bool primary = p->kind == T_NUMBER || p->kind == T_STRING || token_is(p, "(") ||
                   (p->kind == T_NAME && is_call(p));
    if (!primary) {
        if (token_is(p, "$")) {
            return fault(p, p->start, "'${' is only for workbooks; an XForm names paths");
        }
        return parse_steps(p, path, true);
    }
    struct xpath *start = NULL;
    if (!parse_primary(p, &start) || !parse_preds(p, &path->start_preds, &path->start_pred_count)) {
        return false;
    }
    if (!path->start_pred_count && !token_is(p, "/") && !token_is(p, "//")) {
        *out = start;
        return true;
    }
    path->start = start;
    return parse_steps(p, path, false);
}

static bool parse_unary(struct parser *p, struct xpath **out)
{
    if (token_is(p, "-")) {
        if (++p->depth > XPATH_DEPTH_MAX) {
            return err_set(p->err, ERR_LIMIT, "too many signs in the expression");
        }
        struct xpath *x;
        if (!advance(p) || !parse_unary(p, &x)) {
            return false;
        }
        p->depth--;
        *out = make(p, XP_NEG, x, NULL);
        return true;
    }
    if (!parse_path(p, out)) {
        return false;
    }
    while (token_is(p, "|")) {
        struct xpath *right;
        if (!advance(p) || !parse_path(p, &right)) {
            return false;
        }
        *out = make(p, XP_UNION, *out, right);
    }
    return true;
}

static bool parse_level(struct parser *p, unsigned level, struct xpath **out)
{
    assert(level >= 1 && level <= LEVEL_UNARY);
    if (level == LEVEL_UNARY) {
        return parse_unary(p, out);
    }
    if (!parse_level(p, level + 1, out)) {
        return false;
    }
    unsigned chain = 0;
    for (;;) {
        size_t i = 0, count = sizeof operators / sizeof *operators;
        while (i < count && !(p->kind == T_OPERATOR && operators[i].level == level &&
                              token_is(p, operators[i].text))) {
            i++;
        }
        if (i == count) {
            return true;
        }
        if (++chain > 1000) {
            return err_set(p->err, ERR_LIMIT, "the expression has too many terms");
        }
        struct xpath *right;
        if (!advance(p) || !parse_level(p, level + 1, &right)) {
            return false;
        }
        *out = make(p, operators[i].op, *out, right);
    }
}

bool xpath_compile_as(struct xpath **out, struct arena *arena, const char *text, unsigned flags,
                      struct err *err)
{
    struct parser p = {
        .arena = arena, .text = text, .len = strlen(text), .flags = flags, .err = err};
    if (p.len > XPATH_TEXT_MAX) {
        return err_set(err, ERR_LIMIT, "the expression is longer than %d bytes",
                       (int)XPATH_TEXT_MAX);
    }
    if (!lex(&p) || !parse_expr(&p, out)) {
        return false;
    }
    return p.kind == T_END || fault(&p, p.start, "unexpected text");
}

bool xpath_compile(struct xpath **out, struct arena *arena, const char *text, struct err *err)
{
    return xpath_compile_as(out, arena, text, 0, err);
}
