/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces ${name} references by paths. */
#include "forms/xlsform/xlsform_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

/* ---- names ---- */

static bool name_start(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0xC0;
}

static bool name_char(uint32_t c)
{
    return name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xB7;
}

/* Length in bytes of the name at `text`, which may contain one colon; 0 = no name. */
static size_t name_length(const char *text)
{
    size_t len = strlen(text), at = 0, end = 0;
    for (unsigned part = 0; part < 2; part++) {
        size_t start = at;
        while (at < len) {
            size_t next = at;
            uint32_t c = text_next(text, len, &next);
            if (c == 0xFFFD || !(at == start ? name_start(c) : name_char(c))) {
                break;
            }
            at = next;
        }
        if (at == start) {
            return end;
        }
        end = at;
        if (text[at] != ':') {
            return end;
        }
        at++;
    }
    return end;
}

bool model_is_name(const char *text)
{
    size_t len = name_length(text);
    return len && !text[len];
}

/* ---- tokens of an expression, only as far as defaults and labels need them ---- */

enum token_kind {
    TOKEN_END,
    TOKEN_LITERAL,
    TOKEN_MATH,
    TOKEN_UNION,
    TOKEN_REFERENCE,
    TOKEN_CALL,
    TOKEN_PRED_START,
    TOKEN_PRED_END,
    TOKEN_CLOSE,
    TOKEN_SLASH,
    TOKEN_QUOTED,
    TOKEN_BLANK,
    TOKEN_OTHER
};
struct token {
    enum token_kind kind;
    size_t start, end;
};

static size_t digits(const char *p)
{
    return strspn(p, "0123456789");
}

/* Length of a date, time, date-time or number; 0 = none of these. */
static size_t literal_length(const char *p)
{
    size_t sign = *p == '-', year = digits(p + sign);
    const char *q = p + sign;
    size_t date = 0;
    if (year == 4 && q[4] == '-' && digits(q + 5) == 2 && q[7] == '-' && digits(q + 8) >= 2) {
        date = sign + 10;
    }
    const char *t = date && p[date] == 'T' ? p + date + 1 : p;
    if (digits(t) == 2 && t[2] == ':' && digits(t + 3) == 2 && t[5] == ':' && digits(t + 6) >= 2) {
        size_t len = (size_t)(t - p) + 8;
        if (p[len] == 'Z') {
            return len + 1;
        }
        bool zone = (p[len] == '+' || p[len] == '-') && digits(p + len + 1) == 2 &&
                    p[len + 3] == ':' && digits(p + len + 4) >= 2;
        return zone ? len + 6 : len;
    }
    if (date) {
        return date;
    }
    if (year) {
        return q[year] == '.' ? sign + year + 1 + digits(q + year + 1) : sign + year;
    }
    return *q == '.' && digits(q + 1) ? sign + 1 + digits(q + 1) : 0;
}

static size_t reference_length(const char *p)
{
    if (!text_starts(p, "${")) {
        return 0;
    }
    size_t at = 2;
    at += text_starts(p + at, "last-saved#") ? strlen("last-saved#") : 0;
    size_t name = name_length(p + at);
    return name && p[at + name] == '}' ? at + name + 1 : 0;
}

static void next_token(const char *text, size_t at, struct token *t)
{
    const char *p = text + at;
    size_t len = literal_length(p);
    enum token_kind kind = TOKEN_LITERAL;
    if (!*p) {
        kind = TOKEN_END;
    } else if (len) {
    } else if (strchr("*+-", *p)) {
        kind = TOKEN_MATH, len = 1;
    } else if (text_starts(p, " mod ") || text_starts(p, " div ")) {
        kind = TOKEN_MATH, len = 5;
    } else if (text_starts(p, " and ") || text_starts(p, " or ")) {
        kind = TOKEN_OTHER, len = p[1] == 'a' ? 5 : 4;
    } else if (*p == '|') {
        kind = TOKEN_UNION, len = 1;
    } else if (*p == ')') {
        kind = TOKEN_CLOSE, len = 1;
    } else if (*p == '/') {
        kind = TOKEN_SLASH, len = 1;
    } else if ((*p == '"' || *p == '\'') && strchr(p + 1, *p)) {
        kind = TOKEN_QUOTED, len = (size_t)(strchr(p + 1, *p) - p) + 1;
    } else if (strchr(" \t\r\n", *p)) {
        kind = TOKEN_BLANK, len = strspn(p, " \t\r\n");
    } else if ((len = reference_length(p))) {
        kind = TOKEN_REFERENCE;
    } else if ((len = name_length(p))) {
        kind = p[len] == '(' ? TOKEN_CALL : p[len] == '[' ? TOKEN_PRED_START : TOKEN_OTHER;
        len += kind != TOKEN_OTHER;
    } else if (*p == ']') {
        kind = TOKEN_PRED_END, len = 1;
    } else {
        kind = TOKEN_OTHER, len = text_starts(p, "..") ? 2 : 1;
    }
    *t = (struct token){kind, at, at + len};
}

bool default_is_dynamic(const char *text, const char *type)
{
    static const char *const hyphened[] = {"date", "dateTime", "geopoint", "geotrace", "geoshape"};
    bool dash = false;
    struct token t;
    for (size_t i = 0; i < sizeof hyphened / sizeof *hyphened; i++) {
        dash = dash || text_is(type, hyphened[i]);
    }
    for (next_token(text, 0, &t); t.kind != TOKEN_END; next_token(text, t.end, &t)) {
        if (t.kind == TOKEN_MATH && dash && text[t.start] == '-') {
            return false;
        }
        if (t.kind == TOKEN_MATH || t.kind == TOKEN_UNION || t.kind == TOKEN_REFERENCE ||
            t.kind == TOKEN_CALL) {
            return true;
        }
    }
    return false;
}

/* ---- references ---- */

bool ref_next(const char *text, size_t *at, struct ref *ref, struct arena *arena)
{
    const char *open = strstr(text + *at, "${");
    ref->bad = false;
    if (!open) {
        return false;
    }
    size_t len = reference_length(open);
    ref->start = (size_t)(open - text);
    ref->last_saved = text_starts(open + 2, "last-saved#");
    if (!len) {
        const char *close = strchr(open, '}');
        ref->bad = true;
        ref->end = close ? (size_t)(close - text) + 1 : strlen(text);
        ref->name = arena_copy(arena, open, ref->end - ref->start);
    } else {
        size_t prefix = 2 + (ref->last_saved ? strlen("last-saved#") : 0);
        ref->end = ref->start + len;
        ref->name = arena_copy(arena, open + prefix, len - prefix - 1);
    }
    *at = ref->end;
    return true;
}

bool ref_is(const char *text)
{
    size_t len = reference_length(text);
    return len && !text[len];
}

bool ref_has(const char *text)
{
    for (const char *p = text; (p = strstr(p, "${")); p += 2) {
        if (reference_length(p)) {
            return true;
        }
    }
    return false;
}

struct question *model_find(struct model *m, const char *name)
{
    struct question *q = map_get(&m->by_name, name);
    return q && !q->other ? q : NULL;
}

static const struct question *nearest_repeat(const struct question *q)
{
    for (q = q->parent; q && q->shape != SHAPE_REPEAT; q = q->parent) {
    }
    return q;
}

static bool is_above(const struct question *above, const struct question *q)
{
    for (q = q->parent; q && q != above; q = q->parent) {
    }
    return q != NULL;
}

/* The nearest ancestor that contains both; with `repeats`, the nearest repeat that does. */
static const struct question *common(const struct question *a, const struct question *b,
                                     bool repeats, unsigned *steps)
{
    *steps = 0;
    for (const struct question *up = a->parent; up; up = up->parent) {
        (*steps)++;
        if ((!repeats || up->shape == SHAPE_REPEAT) && is_above(up, b)) {
            return up;
        }
    }
    return NULL;
}

/* Appends the path of `to` relative to `from` if a repeat contains both; false if it must be
 * absolute. */
static bool relative_path(struct buf *out, const struct question *from, const struct question *to,
                          unsigned flags)
{
    unsigned steps, short_steps;
    const struct question *repeat = common(from, to, true, &steps);
    if (!repeat) {
        return false;
    }
    const struct question *top = common(from, to, false, &short_steps);
    if (flags & REF_PARENT) {
        bool alone = !nearest_repeat(repeat);
        if (repeat == nearest_repeat(to) && (alone || nearest_repeat(from) != repeat)) {
            top = repeat->parent;
            short_steps = steps + 1;
        }
    }
    buf_text(out, flags & REF_CURRENT ? " current()/" : " ");
    for (unsigned i = 0; i < short_steps; i++) {
        buf_text(out, i ? "/.." : "..");
    }
    buf_printf(out, "%s ", to->path + strlen(top->path));
    return true;
}

/* Whether text[start, end) is in a predicate of an expression that calls instance(). */
static bool in_predicate(const char *text, size_t start, size_t end)
{
    const char *call = strstr(text, "instance(");
    if (!call || !call[strlen("instance(")]) {
        return false;
    }
    for (const char *p = text; (p = strchr(p, '['));) {
        const char *close = strchr(p + 1, ']');
        if (!close) {
            return false;
        }
        if (close == p + 1) {
            p++;
            continue;
        }
        if (start >= (size_t)(p - text) && end <= (size_t)(close - text) + 1) {
            return true;
        }
        p = close + 1;
    }
    return false;
}

/* indexed-repeat(node, repeat, index, …): node and repeats are absolute paths, indexes are
 * relative. */
static bool indexed_wants_relative(const char *text, size_t start, size_t end, const char *name)
{
    static const char call[] = "indexed-repeat(";
    for (const char *p = strstr(text, call); p;) {
        const char *close = strchr(p + sizeof call - 1, ')');
        if (!close || close == p + sizeof call - 1) {
            return true;
        }
        size_t from = (size_t)(p - text), to = (size_t)(close - text) + 1;
        const char *following = strstr(close, call);
        if (end > to) {
            if (!following || !strchr(following, ')')) {
                return true;
            }
            p = strstr(following + 1, call);
            if (!p) { /* the last call: examined below */
                p = following;
                from = (size_t)(p - text);
                close = strchr(p, ')');
                to = (size_t)(close - text) + 1;
                if (start > to) {
                    return true;
                }
            } else {
                continue;
            }
        }
        if (end < from || start > to) {
            return true;
        }
        size_t argument = 0, hit = SIZE_MAX, len = strlen(name);
        for (const char *q = p + sizeof call - 1; q < close; q++) {
            argument += *q == ',';
            if (text_starts(q, "${") && strncmp(q + 2, name, len) == 0 && q[2 + len] == '}') {
                hit = argument;
            }
        }
        return hit != SIZE_MAX && hit != 0 && hit != 1 && hit != 3 && hit != 5;
    }
    return false;
}

static bool unknown(struct model *m, const char *name)
{
    if (map_get(&m->by_name, name)) {
        err_set(m->err, ERR_INPUT, "there are several questions named '%s'", name);
        return err_hint(m->err, "give the question that is meant a name of its own");
    }
    const char **names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < m->by_name.cap; i++) {
        if (m->by_name.slots[i].key) {
            names = mem_grow(names, count + 1, sizeof *names);
            names[count++] = m->by_name.slots[i].key;
        }
    }
    err_set(m->err, ERR_INPUT, "unknown question '%s'", name);
    const char *near = text_nearest(name, names, count);
    if (near) {
        err_hint(m->err, "did you mean '%s'?", near);
    } else {
        err_hint(m->err, "a reference ${name} must be in the column name of the sheet survey");
    }
    free(names);
    return false;
}

static bool put_reference(struct model *m, struct buf *out, const struct question *from,
                          const char *text, const struct ref *ref, unsigned flags)
{
    const struct question *to = model_find(m, ref->name);
    if (!to) {
        return unknown(m, ref->name);
    }
    bool relative = !ref->last_saved && from;
    if (relative && strstr(text, "indexed-repeat(")) {
        relative = indexed_wants_relative(text, ref->start, ref->end, ref->name);
    }
    if (relative) {
        unsigned how = flags;
        if (!(how & REF_CURRENT) && in_predicate(text, ref->start, ref->end)) {
            how |= REF_CURRENT;
        }
        if (relative_path(out, from, to, how)) {
            return true;
        }
    }
    buf_printf(out, " %s%s ", ref->last_saved ? "instance('__last-saved')" : "", to->path);
    return true;
}

bool refs_put(struct model *m, struct buf *out, const struct question *from, const char *text,
              unsigned flags)
{
    size_t at = 0, done = 0;
    struct ref ref;
    while (ref_next(text, &at, &ref, m->arena)) {
        if (ref.bad) {
            continue;
        }
        assert(ref.start >= done);
        buf_add(out, text + done, ref.start - done);
        if (!put_reference(m, out, from, text, &ref, flags)) {
            return false;
        }
        done = ref.end;
    }
    buf_text(out, text + done);
    return true;
}

bool refs_text(struct model *m, const char **out, const struct question *from, const char *text,
               unsigned flags)
{
    if (!strstr(text, "${")) {
        *out = text;
        return true;
    }
    struct buf made = {0};
    bool ok = refs_put(m, &made, from, text, flags);
    *out = arena_copy(m->arena, made.data ? made.data : "", made.len);
    buf_fini(&made);
    return ok;
}

/* ---- labels: text with references and expressions ---- */

/* End of an expression instance('…')/… that starts at `at`.  It ends at the first blank
 * outside predicates. */
static size_t instance_end(const char *text, size_t at)
{
    struct token t, last = {TOKEN_CALL, at, at};
    bool path = false, pred = false;
    next_token(text, at, &t);
    last = t;
    bool call = true; /* `last` is the token of the call itself */
    for (next_token(text, t.end, &t); t.kind != TOKEN_END; next_token(text, t.end, &t)) {
        bool part = false;
        if (call && t.kind == TOKEN_QUOTED) {
            part = true;
        } else if (last.kind == TOKEN_QUOTED && t.kind == TOKEN_CLOSE && !pred) {
            part = true;
        } else if (!pred && t.kind == TOKEN_SLASH &&
                   (last.kind == TOKEN_CLOSE || last.kind == TOKEN_PRED_END)) {
            part = path = true;
        } else if (path) {
            if (t.kind == TOKEN_PRED_START) {
                part = pred = true;
                path = false;
            } else {
                path = part = t.kind != TOKEN_BLANK && t.kind != TOKEN_END;
            }
        } else if (pred) {
            part = true;
            pred = t.kind != TOKEN_PRED_END;
        }
        if (!part) {
            break;
        }
        call = false;
        last = t;
    }
    return last.end;
}

static void put_output(struct buf *out, const char *expression)
{
    buf_text(out, "<output");
    xml_put_attr(out, "value", expression);
    buf_text(out, "/>");
}

/* Start of the next instance() expression at or after `at`; SIZE_MAX = none. */
static size_t instance_start(const char *text, size_t at)
{
    struct token t;
    for (next_token(text, at, &t); t.kind != TOKEN_END; next_token(text, t.end, &t)) {
        if (t.kind == TOKEN_CALL && t.end - t.start == strlen("instance(") &&
            text_starts(text + t.start, "instance(")) {
            return t.start;
        }
    }
    return SIZE_MAX;
}

bool refs_markup(struct model *m, const char **xml, const struct question *from, const char *text)
{
    if (!strchr(text, '$') && !strstr(text, "instance(") && xml_is_plain(text)) {
        *xml = text;
        return true;
    }
    struct buf escaped = {0}, out = {0};
    size_t outputs = 0, texts = 0, call;
    bool text_first = false, in_text = false, ok = true;
    buf_add(&out, "", 0);
    xml_put_text(&escaped, text);
    const char *e = escaped.data ? escaped.data : "";
    call = strstr(e, "instance(") ? instance_start(e, 0) : SIZE_MAX;
    for (size_t at = 0; ok && e[at];) {
        const char *filled = NULL;
        size_t end = at + 1, reference = reference_length(e + at);
        if (at == call) {
            end = instance_end(e, at);
            ok = refs_text(m, &filled, from, arena_copy(m->arena, e + at, end - at), 0);
            call = instance_start(e, end);
        } else if (reference) {
            struct buf path = {0};
            size_t next = at;
            struct ref ref;
            ref_next(e, &next, &ref, m->arena);
            end = ref.end;
            ok = put_reference(m, &path, from, e, &ref, 0);
            filled = arena_copy(m->arena, path.data ? path.data : "", path.len);
            buf_fini(&path);
        }
        if (filled) {
            put_output(&out, filled);
            outputs++;
            in_text = false;
        } else {
            text_first = text_first || (outputs == 0 && texts == 0);
            texts += !in_text;
            in_text = true;
            end = at + 1 + strcspn(e + at + 1, "$i"); /* up to the next possible reference or
                                                       * call */
            buf_add(&out, e + at, end - at);
        }
        at = end;
    }
    bool mixed = outputs && texts; /* mixed text has a blank at the end, and one at the start if
                                    * it begins with text */
    *xml = arena_join(m->arena, mixed && text_first ? " " : "", out.data, mixed ? " " : "", NULL);
    buf_fini(&escaped);
    buf_fini(&out);
    return ok;
}

/* ---- checking all references, with their places ---- */

static bool check_text(struct model *m, const char *sheet, size_t row, const char *column,
                       const char *text)
{
    size_t at = 0;
    struct ref ref;
    while (ref_next(text, &at, &ref, m->arena)) {
        if (ref.bad) {
            err_set(m->err, ERR_INPUT, "'%.100s' is no reference to a question", ref.name);
            err_hint(m->err, "a reference is ${, the name of a question, and }");
            model_at(m, sheet, row, column);
            if (!model_go_on(m)) {
                return false;
            }
            continue;
        }
        struct question *q = map_get(&m->by_name, ref.name);
        bool loop = false; /* the questions of a loop exist once per choice */
        for (struct question *up = q; up; up = up->parent) {
            loop = loop || (up->type_name && text_is(up->type_name, "loop"));
        }
        if (!q || (q->other && !loop)) {
            unknown(m, ref.name);
            model_at(m, sheet, row, column);
            if (!model_go_on(m)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_value(struct model *m, const char *sheet, size_t row, const struct field *v)
{
    if (v->text && strstr(v->text, "${") &&
        !check_text(m, sheet, row, v->header ? v->header : v->key, v->text)) {
        return false;
    }
    for (const struct field *c = v->first; c; c = c->next) {
        if (!check_value(m, sheet, row, c)) {
            return false;
        }
    }
    return true;
}

static bool check_table(struct model *m, const char *sheet, const struct table *table,
                        const char *const *columns)
{
    for (size_t r = 0; r < table->count; r++) {
        for (const struct field *v = table->rows[r].cells->first; v; v = v->next) {
            size_t i = 0;
            while (columns[i] && !text_is(columns[i], v->key)) {
                i++;
            }
            if (columns[i] && !check_value(m, sheet, table->rows[r].number, v)) {
                return false;
            }
        }
    }
    return true;
}

bool refs_check(struct model *m, const struct table *survey, const struct table *choices)
{
    static const char *const of_survey[] = {"label",   "hint",          "guidance_hint", "bind",
                                            "media",   "control",       "default",       "instance",
                                            "trigger", "choice_filter", "parameters",    NULL};
    static const char *const of_choices[] = {"label", "media", NULL};
    static const char *const of_entities[] = {"entity_id", "create_if", "update_if", "label", NULL};
    return check_table(m, "survey", survey, of_survey) &&
           check_table(m, "choices", choices, of_choices) &&
           check_table(m, "entities", &m->entities, of_entities);
}
