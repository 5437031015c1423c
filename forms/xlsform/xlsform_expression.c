/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the document and its controls share: attributes, expressions, actions. */
#include "forms/xlsform/xlsform_write.h"

#include <assert.h>
#include <string.h>

#include "forms/xpath/xpath.h"
#include "platform/machine/text.h"

/* Writes an attribute.  Line breaks and tabs become blanks, as every XML parser would read
 * them. */
void write_attr(struct buf *out, const char *name, const char *value)
{
    if (!strpbrk(value, "\r\n\t")) {
        xml_put_attr(out, name, value);
        return;
    }
    char *plain = mem_text(value);
    for (char *p = plain; *p; p++) {
        *p = strchr("\r\n\t", *p) ? ' ' : *p;
    }
    xml_put_attr(out, name, plain);
    mem_wipe_text(plain);
}

/* Whether the byte may be part of a name; bytes of non-ASCII letters may. */
static bool is_word(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
           (u >= 'a' && u <= 'z') || (u && strchr("_-.", c));
}

/* Whether `what` occurs in `text` outside quotes; with `word`, only as a whole word. */
static bool stands_in(const char *text, const char *what, bool word)
{
    char quote = 0;
    size_t len = strlen(what);
    for (const char *p = text; *p; p++) {
        if (quote) {
            quote = *p == quote ? 0 : quote;
        } else if (*p == '"' || *p == '\'') {
            quote = *p;
        } else if (strncmp(p, what, len) == 0) {
            if (!word || ((p == text || !is_word(p[-1])) && !is_word(p[len]))) {
                return true;
            }
        }
    }
    return false;
}

static void hint_expression(struct err *err, const char *text)
{
    static const struct {
        const char *theirs, *hint;
        bool word;
    } slips[] = {{"$(", "a question is written ${name}, with braces", false},
                 {"=>", "greater or equal is written >=", false},
                 {"=<", "less or equal is written <=", false},
                 {"==", "equal is written =", false},
                 {"<>", "not equal is written !=", false},
                 {"&&", "write 'and'", false},
                 {"||", "write 'or'", false},
                 {"AND", "write 'and' in small letters", true},
                 {"And", "write 'and' in small letters", true},
                 {"OR", "write 'or' in small letters", true},
                 {"Or", "write 'or' in small letters", true},
                 {"DIV", "write 'div' in small letters", true},
                 {"MOD", "write 'mod' in small letters", true},
                 {"и", "write 'and'", true},
                 {"или", "write 'or'", true},
                 {"%", "the rest of a division is written 'mod'", false}};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        if (stands_in(text, slips[i].theirs, slips[i].word)) {
            err_hint(err, "%s", slips[i].hint);
            return;
        }
    }
    size_t quotes[2] = {0, 0};
    for (const char *p = text; *p; p++) {
        quotes[0] += *p == '"';
        quotes[1] += *p == '\'';
    }
    if (quotes[0] % 2 || quotes[1] % 2) {
        err_hint(err, "a quote is opened and never closed");
    }
}

/* Reports a fault in an expression with the references as the author wrote them. */
static void tell_expression(struct writer *w, struct err *err, const char *text)
{
    char *names = arena_text(&w->temp, text);
    for (char *p = names; *p; p++) {
        if (p[0] == '$' && p[1] == '{' && strchr(p, '}')) {
            char *end = strchr(p, '}');
            for (; p < end; p++) {
                *p = strchr("${#", *p) ? '_' : *p;
            }
            *p = '_';
        }
    }
    struct xpath *ignored;
    struct err own = {0};
    if (!xpath_compile(&ignored, &w->temp, names, &own)) {
        char *at = strstr(own.what, " in \"");
        for (size_t i = 0; at && names[i] && at[5 + i] == names[i]; i++) {
            at[5 + i] = text[i];
        }
        *err = own;
    }
    hint_expression(err, text);
    arena_reset(&w->temp);
}

/* Resolves the references of a cell's expression.  If the result is no valid XPath, the
 * author gets an error, or with options->lenient a warning. */
bool write_expression(struct writer *w, const char **out, const struct question *q,
                      const struct field *v, const char *text, unsigned flags)
{
    assert(text);
    struct model *m = w->m;
    const char *column = v && v->header ? v->header : v ? v->key : "calculation";
    const char *sheet = q->shape == SHAPE_ATTRIBUTE ? "entities" : "survey";
    if (!refs_text(m, out, q, text, flags)) {
        (void)(q->number ? model_at(m, sheet, q->number, column)
                         : model_at(m, "settings", 2, column));
        *out = "";
        return model_go_on(m);
    }
    struct xpath *compiled;
    struct err err = {0};
    if (map_get(&w->sound, *out)) {
        return true;
    }
    bool ok = xpath_compile(&compiled, &w->temp, *out, &err);
    arena_reset(&w->temp);
    if (ok) {
        map_put(&w->sound, *out, w);
    }
    if (!ok && m->options->lenient) {
        model_note(m, "%s row %zu, column %s: %s", sheet, q->number, column, err.what);
    } else if (!ok) {
        tell_expression(w, &err, text);
        *m->err = err;
        model_at(m, sheet, q->number, column);
        return model_go_on(m);
    }
    return true;
}

const char *write_extension(const char *file)
{
    const char *dot = strrchr(file, '.');
    bool known = dot && dot > file &&
                 (text_is(dot, ".csv") || text_is(dot, ".xml") || text_is(dot, ".geojson"));
    return known ? dot : NULL;
}

const char *write_file_id(struct writer *w, const char *file)
{
    const char *dot = write_extension(file);
    return arena_copy(w->m->arena, file, dot ? (size_t)(dot - file) : strlen(file));
}

/* Whether a select uses search(), which reads a file on the device.  Its choices are written
 * inline; its list is no instance. */
bool write_searches(const struct question *q)
{
    const char *appearance = field_text2(q->row, "control", "appearance");
    const char *open = appearance ? strstr(appearance, "search(") : NULL;
    return q->select && open && strchr(open, ')');
}

bool write_action(struct writer *w, struct buf *out, const struct question *q,
                  const struct action_spec *a)
{
    static const char *const names[] = {[ACTION_SETVALUE] = "setvalue",
                                        [ACTION_SETGEOPOINT] = "odk:setgeopoint",
                                        [ACTION_RECORDAUDIO] = "odk:recordaudio"};
    const struct field *value = field_get(q->row, "default");
    const char *text = a->value;
    if (value && value->text && q->dynamic) {
        if (!write_expression(w, &text, q, value, value->text, 0)) {
            return false;
        }
    } else if (value && value->text) {
        text = value->text;
    }
    buf_join(out, "<", names[a->kind], NULL);
    write_attr(out, "ref", q->path);
    write_attr(out, "event", a->event);
    if (text && a->kind == ACTION_SETVALUE) {
        write_attr(out, "value", text);
    }
    if (a->quality) {
        write_attr(out, "odk:quality", a->quality);
    }
    buf_text(out, "/>");
    return true;
}
