/* SPDX-License-Identifier: Apache-2.0 */
/* How does the author's form look as an XForm? */
#include "forms/xlsform_model.h"

#include <stdlib.h>
#include <string.h>

#include "forms/xpath.h"
#include "platform/text.h"

struct itext_text { /* one translated text: its id and, by language and form, its value */
    const char *id;
    struct cell *values; /* key = form ("" = plain), lang, text = XML, escaped */
    size_t count, cap;
    struct itext_text *next;
};

struct writer {
    struct model *m;
    struct buf instance, secondary, binds, body;
    struct itext_text *texts, *texts_end;
    struct map files; /* external instances already declared */
    bool last_saved;
};

/* ---- references ---- */

static const char *const straight[][2] = {{"\xE2\x80\x98", "'"}, {"\xE2\x80\x99", "'"},
                                          {"\xE2\x80\x9C", "\""}, {"\xE2\x80\x9D", "\""}};

static struct question *lookup(struct writer *w, const struct question *from, const char *name)
{
    struct named *named = map_get(&w->m->by_name, name);
    if (!named || !named->other) {
        return named ? named->question : NULL;
    }
    /* several of that name: the one nearest up the tree */
    for (const struct question *scope = from; scope; scope = scope->parent) {
        for (struct named *n = named; n; n = n->other) {
            if (n->question->parent == scope) {
                return n->question;
            }
        }
    }
    return named->question;
}

/* The innermost repeat that holds (or is) both; NULL when there is none. */
static const struct question *common_repeat(const struct question *a, const struct question *b)
{
    for (; a; a = a->parent) {
        if (a->shape != SHAPE_REPEAT) {
            continue;
        }
        for (const struct question *p = b->parent; p; p = p->parent) {
            if (p == a) {
                return a;
            }
        }
    }
    return NULL;
}

enum ref_style { REF_PLAIN, REF_PREDICATE, REF_ABSOLUTE };

static void put_reference(struct buf *out, const struct question *from,
                          const struct question *to, enum ref_style style)
{
    const struct question *repeat = style == REF_ABSOLUTE ? NULL : common_repeat(from, to);
    if (!repeat) {
        buf_printf(out, " %s ", to->path);
        return;
    }
    buf_text(out, style == REF_PREDICATE ? " current()/" : " ");
    for (unsigned d = repeat->depth; d < from->depth; d++) {
        buf_text(out, "../");
    }
    const char *below = to->path + strlen(repeat->path) + 1;
    buf_printf(out, "%s ", below);
}

/* Is text[at] inside indexed-repeat( … ) as its node or repeat argument? */
static bool in_indexed_repeat(const char *text, size_t at)
{
    static const char name[] = "indexed-repeat";
    for (const char *p = text; (p = strstr(p, name)) && (size_t)(p - text) < at; p++) {
        const char *q = p + sizeof name - 1;
        unsigned depth = 0, argument = 0;
        for (; *q && (size_t)(q - text) < at; q++) {
            depth += *q == '(';
            argument += *q == ',' && depth == 1;
            if (*q == ')' && --depth == 0) {
                break;
            }
        }
        if ((size_t)(q - text) == at && depth > 0) {
            return argument == 0 || argument % 2 == 1;
        }
    }
    return false;
}

static bool in_predicate(const char *text, size_t at)
{
    int depth = 0;
    for (size_t i = 0; i < at; i++) {
        depth += text[i] == '[';
        depth -= text[i] == ']';
    }
    return depth > 0;
}

static bool unknown_reference(struct writer *w, const struct question *q, const char *name,
                              const struct cell *cell)
{
    const char **names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < w->m->by_name.cap; i++) {
        if (w->m->by_name.slots[i].key) {
            names = mem_grow(names, count + 1, sizeof *names);
            names[count++] = w->m->by_name.slots[i].key;
        }
    }
    err_set(w->m->err, ERR_INPUT, "unknown question '%s'", name);
    const char *near = text_nearest(name, names, count);
    if (near) {
        err_hint(w->m->err, "did you mean '%s'?", near);
    }
    free(names);
    return model_at(w->m, "survey", q->cells.row, cell->header);
}

/* Append `text` with ${name} turned into paths.  As an expression, or (outputs) as marked-up text:
 * then each reference becomes <output value="…"/> and the rest is escaped. */
static bool put_refs(struct writer *w, struct buf *out, const struct question *q,
                     const struct cell *cell, const char *text, enum ref_style style,
                     bool outputs)
{
    struct buf literal = {0};
    bool ok = true;
    for (size_t at = 0; text[at] && ok;) {
        const char *close = text_starts(text + at, "${") ? strchr(text + at, '}') : NULL;
        if (!close) {
            size_t quote = 0;
            while (!outputs && quote < 4 && !text_starts(text + at, straight[quote][0])) {
                quote++;
            }
            if (!outputs && quote < 4) {
                buf_text(&literal, straight[quote][1]);
                at += 3;
            } else {
                buf_char(&literal, text[at++]);
            }
            continue;
        }
        char *name = arena_copy(w->m->arena, text + at + 2, (size_t)(close - text) - at - 2);
        while (*name == ' ') {
            name++;
        }
        for (size_t len = strlen(name); len && name[len - 1] == ' ';) {
            name[--len] = '\0';
        }
        bool saved = text_starts(name, "last-saved#");
        const struct question *to = lookup(w, q->parent ? q->parent : q, saved ? name + 11 : name);
        if (!to) {
            ok = unknown_reference(w, q, name, cell);
            break;
        }
        struct buf path = {0};
        enum ref_style how = style;
        if (in_indexed_repeat(text, at)) {
            how = REF_ABSOLUTE;
        } else if (how == REF_PLAIN && in_predicate(text, at)) {
            how = REF_PREDICATE;
        }
        if (saved) {
            w->last_saved = true;
            buf_printf(&path, " instance('__last-saved')%s ", to->path);
        } else {
            put_reference(&path, q, to, how);
        }
        if (outputs) {
            xml_put_text(out, literal.data ? literal.data : "");
            buf_cut(&literal, 0);
            buf_text(out, "<output");
            xml_put_attr(out, "value", path.data);
            buf_text(out, "/>");
        } else {
            buf_text(&literal, path.data);
        }
        buf_fini(&path);
        at = (size_t)(close - text) + 1;
    }
    if (ok && literal.len) {
        if (outputs) {
            xml_put_text(out, literal.data);
        } else {
            buf_add(out, literal.data, literal.len);
        }
    }
    buf_fini(&literal);
    buf_add(out, "", 0);
    return ok;
}

/* An expression of a cell, references resolved and checked to be XPath; kept in the arena. */
static bool expression(struct writer *w, const char **out, const struct question *q,
                       const struct cell *cell, const char *text, enum ref_style style)
{
    struct buf expr = {0};
    struct xpath *compiled;
    bool ok = put_refs(w, &expr, q, cell, text, style, false);
    if (ok && !xpath_compile(&compiled, w->m->arena, expr.data, w->m->err)) {
        ok = model_at(w->m, "survey", q->cells.row, cell->header);
    }
    *out = arena_copy(w->m->arena, expr.data ? expr.data : "", expr.len);
    buf_fini(&expr);
    return ok;
}

/* ---- translated texts ---- */

static struct itext_text *need_text(struct writer *w, const char *id)
{
    struct itext_text *t = arena_alloc(w->m->arena, sizeof *t);
    t->id = id;
    if (w->texts_end) {
        w->texts_end->next = t;
    } else {
        w->texts = t;
    }
    w->texts_end = t;
    return t;
}

static void add_value(struct writer *w, struct itext_text *t, const char *form, const char *lang,
                      const char *xml)
{
    if (t->count == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 4;
        struct cell *grown = arena_alloc(w->m->arena, cap * sizeof *grown);
        if (t->count) {
            memcpy(grown, t->values, t->count * sizeof *grown);
        }
        t->values = grown;
        t->cap = cap;
    }
    t->values[t->count++] = (struct cell){form, lang, xml, NULL};
}

/* Text with outputs, as pyxform pads it: a blank at either end when something is filled in. */
static bool marked_up(struct writer *w, const char **xml, const struct question *q,
                      const struct cell *cell)
{
    struct buf out = {0};
    bool filled = strstr(cell->text, "${") != NULL;
    if (filled) {
        buf_char(&out, ' ');
    }
    bool ok = put_refs(w, &out, q, cell, cell->text, REF_PLAIN, true);
    if (filled) {
        buf_char(&out, ' ');
    }
    *xml = arena_copy(w->m->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return ok;
}

static const char *const media_forms[][3] = {{"image", "image", "images"},
                                             {"big-image", "big-image", "images"},
                                             {"video", "video", "video"},
                                             {"audio", "audio", "audio"}};

/* All values of one kind of text (label with its media, hint with its guidance). */
static bool gather_texts(struct writer *w, struct itext_text *t, const struct question *q,
                         const struct cells *cells, const char *key)
{
    bool is_label = strcmp(key, "label") == 0, is_hint = strcmp(key, "hint") == 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *c = &cells->list[i];
        const char *lang = *c->lang ? c->lang : w->m->default_language;
        const char *xml = NULL;
        if (strcmp(c->key, key) == 0) {
            if (!marked_up(w, &xml, q, c)) {
                return false;
            }
            add_value(w, t, "", lang, xml);
        } else if (is_hint && strcmp(c->key, "guidance_hint") == 0) {
            if (!marked_up(w, &xml, q, c)) {
                return false;
            }
            add_value(w, t, "guidance", lang, xml);
        }
        for (size_t k = 0; is_label && k < 4; k++) {
            if (strcmp(c->key, media_forms[k][0]) == 0) {
                struct buf uri = {0};
                buf_printf(&uri, "jr://%s/", media_forms[k][2]);
                xml_put_text(&uri, c->text);
                add_value(w, t, media_forms[k][1], lang,
                          arena_copy(w->m->arena, uri.data, uri.len));
                buf_fini(&uri);
            }
        }
    }
    return true;
}

static bool has_value(const struct itext_text *t, const char *form, const char *lang)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->values[i].key, form) == 0 && strcmp(t->values[i].lang, lang) == 0) {
            return true;
        }
    }
    return false;
}

/* A language that lacks a text which others have gets "-", as pyxform does; the author is told. */
static void fill_gaps(struct writer *w)
{
    struct model *m = w->m;
    for (size_t l = 0; l < m->language_count; l++) {
        size_t missing = 0;
        const char *first = NULL;
        for (struct itext_text *t = w->texts; t; t = t->next) {
            bool plain = false, guidance = false;
            for (size_t i = 0; i < t->count; i++) {
                plain = plain || !*t->values[i].key;
                guidance = guidance || strcmp(t->values[i].key, "guidance") == 0;
            }
            if (plain && !has_value(t, "", m->languages[l])) {
                add_value(w, t, "", m->languages[l], "-");
                first = missing++ ? first : t->id;
            }
            if (guidance && !has_value(t, "guidance", m->languages[l])) {
                add_value(w, t, "guidance", m->languages[l], "-");
            }
        }
        if (missing) {
            model_note(m, "%zu texts have no translation in '%s'; the first is %s", missing,
                       m->languages[l], first);
        }
    }
}

static void put_itext(struct writer *w, struct buf *out)
{
    struct model *m = w->m;
    if (!w->texts) {
        return;
    }
    fill_gaps(w);
    buf_text(out, "<itext>");
    for (size_t l = 0; l < m->language_count; l++) {
        buf_text(out, "<translation");
        xml_put_attr(out, "lang", m->languages[l]);
        if (strcmp(m->languages[l], m->default_language) == 0) {
            xml_put_attr(out, "default", "true()");
        }
        buf_char(out, '>');
        for (struct itext_text *t = w->texts; t; t = t->next) {
            bool any = false;
            for (size_t i = 0; i < t->count; i++) {
                any = any || strcmp(t->values[i].lang, m->languages[l]) == 0;
            }
            if (!any) {
                continue;
            }
            buf_text(out, "<text");
            xml_put_attr(out, "id", t->id);
            buf_char(out, '>');
            for (size_t i = 0; i < t->count; i++) {
                if (strcmp(t->values[i].lang, m->languages[l]) == 0) {
                    buf_text(out, "<value");
                    if (*t->values[i].key) {
                        xml_put_attr(out, "form", t->values[i].key);
                    }
                    buf_printf(out, ">%s</value>", t->values[i].text);
                }
            }
            buf_text(out, "</text>");
        }
        buf_text(out, "</translation>");
    }
    buf_text(out, "</itext>");
}

/* ---- secondary instances ---- */

static bool put_list(struct writer *w, struct choice_list *list)
{
    struct buf *out = &w->secondary;
    size_t index = 0;
    buf_text(out, "<instance");
    xml_put_attr(out, "id", list->name);
    buf_text(out, "><root>");
    for (struct choice_row *r = list->first; r; r = r->next, index++) {
        buf_text(out, "<item>");
        if (list->translated) {
            char *id = arena_printf(w->m->arena, "%s-%zu", list->name, index);
            buf_printf(out, "<itextId>%s</itextId>", id);
            struct itext_text *t = need_text(w, id);
            if (!gather_texts(w, t, &w->m->root, &r->cells, "label")) {
                return false;
            }
        }
        buf_text(out, "<name>");
        xml_put_text(out, r->name);
        buf_text(out, "</name>");
        for (size_t i = 0; i < r->cells.count; i++) {
            const struct cell *c = &r->cells.list[i];
            bool label = strcmp(c->key, "label") == 0;
            bool other = !label && !*c->lang && strcmp(c->key, "list_name") != 0 &&
                         strcmp(c->key, "name") != 0 && strcmp(c->key, "image") != 0 &&
                         strcmp(c->key, "audio") != 0 && strcmp(c->key, "video") != 0 &&
                         strcmp(c->key, "big-image") != 0;
            if (other && strpbrk(c->key, " \t<>&\"'/:")) {
                if (r == list->first) {
                    model_note(w->m, "choices: the column '%s' is left out, its name is no XML name",
                               c->header);
                }
                continue;
            }
            if ((label && !list->translated) || other) {
                const char *xml;
                if (!marked_up(w, &xml, &w->m->root, c)) {
                    return false;
                }
                buf_printf(out, "<%s>%s</%s>", c->key, xml, c->key);
            }
        }
        buf_text(out, "</item>");
    }
    buf_text(out, "</root></instance>");
    return true;
}

static const char *file_id(struct writer *w, const char *file)
{
    const char *dot = strrchr(file, '.');
    return arena_copy(w->m->arena, file, dot ? (size_t)(dot - file) : strlen(file));
}

static void declare_file(struct writer *w, const char *file)
{
    const char *dot = strrchr(file, '.');
    const char *id = file_id(w, file);
    if (map_get(&w->files, id)) {
        return;
    }
    map_put(&w->files, id, (void *)file);
    buf_text(&w->secondary, "<instance");
    xml_put_attr(&w->secondary, "id", id);
    xml_put_attr(&w->secondary, "src",
                 arena_printf(w->m->arena, "jr://%s/%s",
                              dot && text_same(dot, ".csv") ? "file-csv" : "file", file));
    buf_text(&w->secondary, "/>");
}

/* ---- binds ---- */

static const char *yes_no(const char *text)
{
    static const char *const yes[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "true()"};
    static const char *const no[] = {"no", "No", "NO", "false", "False", "FALSE", "false()"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(yes[i], text) == 0) {
            return "true()";
        }
        if (strcmp(no[i], text) == 0) {
            return "false()";
        }
    }
    return text;
}

/* Is a default worked out (an expression) or just text?  As pyxform: a reference, a function or an
 * operator makes it dynamic, but a date or a plain word with hyphens does not. */
static bool is_dynamic(const struct question *q, const char *text)
{
    if (strstr(text, "${")) {
        return true;
    }
    const char *open = strchr(text, '(');
    if (open && open > text && strchr(open, ')')) {
        char before = open[-1];
        return (before >= 'a' && before <= 'z') || before == '-';
    }
    bool number = q->type && (strcmp(q->type->name, "integer") == 0 ||
                              strcmp(q->type->name, "decimal") == 0);
    return number && (strpbrk(text, "+*") || strstr(text, " div ") || strstr(text, " - "));
}

static bool bind_expression(struct writer *w, struct buf *bind, const struct question *q,
                            const char *key, const char *attr)
{
    const struct cell *cell = cells_find(&q->cells, key);
    const char *text;
    if (!cell || q->generated) {
        return true;
    }
    if (!expression(w, &text, q, cell, yes_no(cell->text), REF_PLAIN)) {
        return false;
    }
    if (strcmp(attr, "required") == 0 && strcmp(text, "false()") == 0) {
        return true;
    }
    xml_put_attr(bind, attr, text);
    return true;
}

static bool bind_message(struct writer *w, struct buf *bind, const struct question *q,
                         const char *key, const char *attr)
{
    const struct cell *cell = cells_find(&q->cells, key);
    if (!cell || q->generated) {
        return true;
    }
    if (!cells_translated(&q->cells, key) && !strstr(cell->text, "${")) {
        xml_put_attr(bind, attr, cell->text);
        return true;
    }
    char *id = arena_printf(w->m->arena, "%s:%s", q->path, attr);
    struct itext_text *t = need_text(w, id);
    if (!gather_texts(w, t, q, &q->cells, key)) {
        return false;
    }
    if (!w->m->language_count) {
        w->m->languages[w->m->language_count++] = w->m->default_language;
    }
    xml_put_attr(bind, attr, arena_printf(w->m->arena, "jr:itext('%s')", id));
    return true;
}

static bool dynamic_default(struct writer *w, struct question *q, struct buf *out,
                            const char *event)
{
    const struct cell *cell = cells_find(&q->cells, "default");
    const char *text;
    if (q->generated || !cell || !is_dynamic(q, cell->text)) {
        return true;
    }
    if (!expression(w, &text, q, cell, cell->text, REF_PLAIN)) {
        return false;
    }
    buf_text(out, "<setvalue");
    xml_put_attr(out, "ref", q->path);
    xml_put_attr(out, "event", event);
    xml_put_attr(out, "value", text);
    buf_text(out, "/>");
    return true;
}

static const char *parameter(struct writer *w, const struct question *q, const char *name)
{
    const char *text = cells_text(&q->cells, "parameters");
    size_t len = strlen(name);
    for (const char *p = text; *p;) {
        size_t word = strcspn(p, " ,;");
        if (strncmp(p, name, len) == 0 && p[len] == '=') {
            return arena_copy(w->m->arena, p + len + 1, word - len - 1);
        }
        p += word;
        p += strspn(p, " ,;");
    }
    return NULL;
}

static bool put_bind(struct writer *w, struct question *q)
{
    struct buf bind = {0};
    const char *type = q->shape == SHAPE_QUESTION ? q->type->bind_type : NULL;
    const char *name = q->shape == SHAPE_QUESTION ? q->type->name : "";
    bool triggered = *cells_text(&q->cells, "trigger") && !q->generated;
    if (strcmp(name, "range") == 0) {
        for (size_t i = 0; i < 3; i++) {
            static const char *const keys[] = {"start", "end", "step"};
            const char *value = parameter(w, q, keys[i]);
            type = value && strchr(value, '.') ? "decimal" : type;
        }
    }
    buf_add(&bind, "", 0);
    if (type) {
        xml_put_attr(&bind, "type", type);
    }
    if (q->shape == SHAPE_QUESTION && q->type->preload) {
        xml_put_attr(&bind, "jr:preload", q->type->preload);
        xml_put_attr(&bind, "jr:preloadParams", q->type->preload_params);
    }
    if (strcmp(name, "note") == 0 && !cells_find(&q->cells, "read_only")) {
        xml_put_attr(&bind, "readonly", "true()");
    }
    if (strcmp(name, "phone number") == 0 && !cells_find(&q->cells, "constraint")) {
        xml_put_attr(&bind, "constraint", "regex(., '^\\d*$')");
    }
    bool ok = bind_expression(w, &bind, q, "relevant", "relevant") &&
              bind_expression(w, &bind, q, "required", "required") &&
              bind_expression(w, &bind, q, "constraint", "constraint") &&
              bind_expression(w, &bind, q, "read_only", "readonly") &&
              (triggered || bind_expression(w, &bind, q, "calculation", "calculate")) &&
              bind_message(w, &bind, q, "constraint_message", "jr:constraintMsg") &&
              bind_message(w, &bind, q, "required_message", "jr:requiredMsg");
    if (ok && q->generated) { /* a repeat's count, or "other, specify" */
        const struct cell *count = cells_find(&q->cells, "repeat_count");
        const struct cell *relevant = cells_find(&q->cells, "relevant");
        const char *text;
        if (strcmp(name, "calculate") == 0 && count) {
            ok = expression(w, &text, q, count, count->text, REF_PLAIN);
            xml_put_attr(&bind, "readonly", "true()");
            xml_put_attr(&bind, "calculate", ok ? text : "");
        } else if (relevant) {
            xml_put_attr(&bind, "relevant", relevant->text);
        }
    }
    for (size_t i = 0; i < q->cells.count && ok && !q->generated; i++) {
        const struct cell *c = &q->cells.list[i];
        if (text_starts(c->key, "bind::")) { /* passed through: bind::suhbat:sensitive */
            const char *text;
            ok = !strstr(c->text, "${") || expression(w, &text, q, c, c->text, REF_PLAIN);
            xml_put_attr(&bind, c->key + 6, strstr(c->text, "${") && ok ? text : c->text);
        }
    }
    if (ok && (bind.len || q->shape == SHAPE_QUESTION)) {
        buf_text(&w->binds, "<bind");
        xml_put_attr(&w->binds, "nodeset", q->path);
        buf_printf(&w->binds, "%s/>", bind.data);
        ok = dynamic_default(w, q, &w->binds, "odk-instance-first-load");
    }
    buf_fini(&bind);
    return ok;
}

/* ---- body ---- */

static bool put_label(struct writer *w, struct question *q, const char *key, const char *tag)
{
    const struct cell *cell = cells_find(&q->cells, key);
    bool hint = strcmp(key, "hint") == 0;
    bool guidance = hint && cells_find(&q->cells, "guidance_hint");
    bool media = !hint && (cells_find(&q->cells, "image") || cells_find(&q->cells, "audio") ||
                           cells_find(&q->cells, "video") || cells_find(&q->cells, "big-image"));
    if (!cell && !guidance && !media) {
        if (!hint) {
            buf_printf(&w->body, "<%s/>", tag);
        }
        return true;
    }
    if (!cells_translated(&q->cells, key) && !guidance && !media) {
        const char *xml;
        if (!marked_up(w, &xml, q, cell)) {
            return false;
        }
        buf_printf(&w->body, "<%s>%s</%s>", tag, xml, tag);
        return true;
    }
    char *id = arena_printf(w->m->arena, "%s:%s", q->path, key);
    if (!gather_texts(w, need_text(w, id), q, &q->cells, key)) {
        return false;
    }
    buf_printf(&w->body, "<%s", tag);
    xml_put_attr(&w->body, "ref", arena_printf(w->m->arena, "jr:itext('%s')", id));
    buf_text(&w->body, "/>");
    return true;
}

static bool put_itemset(struct writer *w, struct question *q)
{
    struct buf nodeset = {0};
    const struct cell *filter = cells_find(&q->cells, "choice_filter");
    const char *value = parameter(w, q, "value"), *label = parameter(w, q, "label");
    const char *randomize = parameter(w, q, "randomize"), *seed = parameter(w, q, "seed");
    bool shuffled = randomize && text_same(randomize, "true");
    bool from_repeat = q->list && text_starts(q->list, "${");
    bool translated = false;
    bool ok = true;
    const char *value_ref = value ? value : "name", *label_ref = label ? label : "label";
    buf_text(&nodeset, shuffled ? "randomize(" : "");
    if (from_repeat) {
        char *name = arena_copy(w->m->arena, q->list + 2, strcspn(q->list + 2, "}"));
        struct cell type = {"type", "", q->list, "type"};
        struct question *source = lookup(w, q->parent, name);
        if (!source || !source->parent) {
            ok = unknown_reference(w, q, name, &type);
        } else {
            struct buf path = {0};
            put_reference(&path, q, source->parent, REF_PLAIN);
            char *clean = arena_text(w->m->arena, path.data);
            clean[strlen(clean) - 1] = '\0';
            buf_text(&nodeset, clean + 1);
            buf_fini(&path);
            value_ref = label_ref = source->name;
            /* an entry that has no name yet is no choice */
            if (!filter) {
                buf_printf(&nodeset, "[./%s != '']", source->name);
            }
        }
    } else {
        const struct choice_list *list = q->file ? NULL : model_list(w->m, q->list);
        translated = list && list->translated;
        buf_printf(&nodeset, "instance('%s')/root/item", q->file ? file_id(w, q->file) : q->list);
    }
    if (ok && filter) {
        const char *text;
        ok = expression(w, &text, q, filter, filter->text, REF_PREDICATE);
        buf_printf(&nodeset, "[%s]", ok ? text : "");
    }
    if (ok && shuffled) {
        const char *text = seed;
        struct cell cell = {"parameters", "", seed, "parameters"};
        ok = !seed || expression(w, &text, q, &cell, seed, REF_PLAIN);
        if (ok && seed) {
            buf_printf(&nodeset, ", %s", text);
        }
        buf_char(&nodeset, ')');
    }
    if (ok) {
        buf_text(&w->body, "<itemset");
        xml_put_attr(&w->body, "nodeset", nodeset.data);
        buf_text(&w->body, "><value");
        xml_put_attr(&w->body, "ref", value_ref);
        buf_text(&w->body, "/><label");
        xml_put_attr(&w->body, "ref", translated ? "jr:itext(itextId)" : label_ref);
        buf_text(&w->body, "/></itemset>");
    }
    buf_fini(&nodeset);
    return ok;
}

static bool put_triggered(struct writer *w, struct question *root, struct question *trigger);

static bool put_control(struct writer *w, struct question *q)
{
    const char *appearance = cells_text(&q->cells, "appearance");
    const char *name = q->type->name;
    buf_printf(&w->body, "<%s", q->type->tag);
    xml_put_attr(&w->body, "ref", q->path);
    if (*appearance) {
        xml_put_attr(&w->body, "appearance", appearance);
    }
    if (q->type->mediatype) {
        xml_put_attr(&w->body, "mediatype", q->type->mediatype);
    }
    if (strcmp(name, "range") == 0) {
        static const char *const keys[] = {"start", "end", "step"}, *const usual[] = {"1", "10",
                                                                                      "1"};
        for (size_t i = 0; i < 3; i++) {
            const char *value = parameter(w, q, keys[i]);
            xml_put_attr(&w->body, keys[i], value ? value : usual[i]);
        }
    }
    for (size_t i = 0; i < q->cells.count && !q->generated; i++) {
        const char *key = q->cells.list[i].key;
        if (text_starts(key, "control::") || text_starts(key, "body::")) {
            xml_put_attr(&w->body, strstr(key, "::") + 2, q->cells.list[i].text);
        }
    }
    buf_char(&w->body, '>');
    if (!put_label(w, q, "label", "label")) {
        return false;
    }
    if (strcmp(name, "phone number") == 0 && !cells_find(&q->cells, "hint")) {
        buf_text(&w->body, "<hint>Enter numbers only.</hint>");
    } else if (!put_label(w, q, "hint", "hint")) {
        return false;
    }
    if (q->list || q->file) {
        if (q->file) {
            declare_file(w, q->file);
        }
        if (!put_itemset(w, q)) {
            return false;
        }
    }
    if (!put_triggered(w, &w->m->root, q)) {
        return false;
    }
    buf_printf(&w->body, "</%s>", q->type->tag);
    return true;
}

/* <setvalue> for every question whose trigger is this one. */
static bool put_triggered(struct writer *w, struct question *parent, struct question *trigger)
{
    for (struct question *q = parent->first; q; q = q->next) {
        const struct cell *cell = q->generated ? NULL : cells_find(&q->cells, "trigger");
        if (cell && text_starts(cell->text, "${")) {
            char *name = arena_copy(w->m->arena, cell->text + 2, strcspn(cell->text + 2, "}"));
            struct question *by = lookup(w, q->parent, name);
            if (!by) {
                return unknown_reference(w, q, name, cell);
            }
            if (by == trigger) {
                const struct cell *calc = cells_find(&q->cells, "calculation");
                const char *text = "";
                if (calc && !expression(w, &text, q, calc, calc->text, REF_PLAIN)) {
                    return false;
                }
                buf_text(&w->body, "<setvalue");
                xml_put_attr(&w->body, "ref", q->path);
                xml_put_attr(&w->body, "event", "xforms-value-changed");
                if (*text) {
                    xml_put_attr(&w->body, "value", text);
                }
                buf_text(&w->body, "/>");
            }
        }
        if (!put_triggered(w, q, trigger)) {
            return false;
        }
    }
    return true;
}

static bool repeat_defaults(struct writer *w, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if (q->shape == SHAPE_REPEAT) {
            continue;
        }
        if (q->shape == SHAPE_GROUP ? !repeat_defaults(w, q)
                                    : !dynamic_default(w, q, &w->body, "odk-new-repeat")) {
            return false;
        }
    }
    return true;
}

static bool put_questions(struct writer *w, struct question *parent);

static bool put_repeat(struct writer *w, struct question *q, const char *appearance)
{
    const struct cell *count = cells_find(&q->cells, "repeat_count");
    buf_text(&w->body, "<repeat");
    xml_put_attr(&w->body, "nodeset", q->path);
    if (*appearance) {
        xml_put_attr(&w->body, "appearance", appearance);
    }
    if (count) {
        struct question *own = lookup(w, q->parent,
                                      arena_printf(w->m->arena, "%s_count", q->name));
        const char *text;
        if (own && own->generated) {
            text = arena_printf(w->m->arena, " %s ", own->path);
            if (common_repeat(q, own)) {
                struct buf path = {0};
                put_reference(&path, q, own, REF_PLAIN);
                text = arena_text(w->m->arena, path.data);
                buf_fini(&path);
            }
        } else if (!expression(w, &text, q, count, count->text, REF_PLAIN)) {
            return false;
        }
        xml_put_attr(&w->body, "jr:count", text);
    }
    buf_char(&w->body, '>');
    if (!put_questions(w, q) || !repeat_defaults(w, q)) {
        return false;
    }
    buf_text(&w->body, "</repeat>");
    return true;
}

static bool put_group(struct writer *w, struct question *q)
{
    const char *appearance = cells_text(&q->cells, "appearance");
    bool has_label = cells_find(&q->cells, "label") != NULL;
    buf_text(&w->body, "<group");
    xml_put_attr(&w->body, "ref", q->path);
    if (*appearance && q->shape == SHAPE_GROUP) {
        xml_put_attr(&w->body, "appearance", appearance);
    }
    buf_char(&w->body, '>');
    if ((has_label || q->shape == SHAPE_REPEAT) && !put_label(w, q, "label", "label")) {
        return false;
    }
    bool ok = q->shape == SHAPE_REPEAT ? put_repeat(w, q, appearance) : put_questions(w, q);
    buf_text(&w->body, "</group>");
    return ok;
}

static bool put_questions(struct writer *w, struct question *parent)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if (q->shape != SHAPE_QUESTION) {
            if (!put_bind(w, q) || !put_group(w, q)) {
                return false;
            }
            continue;
        }
        if (strcmp(q->type->name, "audit") == 0) {
            continue;
        }
        if (strstr(q->type->name, "-external")) {
            declare_file(w, arena_printf(w->m->arena, "%s.%.3s", q->name, q->type->name));
            continue;
        }
        if (!put_bind(w, q) || (q->type->tag && !put_control(w, q))) {
            return false;
        }
    }
    return true;
}

/* ---- the instance ---- */

static void put_instance(struct writer *w, struct buf *out, struct question *parent,
                         bool in_template)
{
    for (struct question *q = parent->first; q; q = q->next) {
        if (q->shape == SHAPE_QUESTION &&
            (strcmp(q->type->name, "audit") == 0 || strstr(q->type->name, "-external"))) {
            continue;
        }
        if (q->shape == SHAPE_REPEAT) {
            buf_printf(out, "<%s jr:template=\"\">", q->name);
            put_instance(w, out, q, true);
            buf_printf(out, "</%s>", q->name);
            if (in_template) {
                continue;
            }
        }
        if (q->shape != SHAPE_QUESTION) {
            buf_printf(out, "<%s>", q->name);
            put_instance(w, out, q, in_template);
            buf_printf(out, "</%s>", q->name);
            continue;
        }
        const char *value = q->generated ? "" : cells_text(&q->cells, "default");
        if (*value && !is_dynamic(q, value)) {
            buf_printf(out, "<%s>", q->name);
            xml_put_text(out, value);
            buf_printf(out, "</%s>", q->name);
        } else {
            buf_printf(out, "<%s/>", q->name);
        }
    }
}

static bool has_audit(const struct question *parent)
{
    for (const struct question *q = parent->first; q; q = q->next) {
        if ((q->shape == SHAPE_QUESTION && strcmp(q->type->name, "audit") == 0) || has_audit(q)) {
            return true;
        }
    }
    return false;
}

static bool put_meta_binds(struct writer *w)
{
    struct model *m = w->m;
    const struct cell *name = cells_find(&m->settings, "instance_name");
    if (has_audit(&m->root)) {
        buf_printf(&w->binds, "<bind nodeset=\"%s/meta/audit\" type=\"binary\"/>", m->root.path);
    }
    buf_printf(&w->binds,
               "<bind nodeset=\"%s/meta/instanceID\" type=\"string\" readonly=\"true()\" "
               "jr:preload=\"uid\"/>",
               m->root.path);
    if (name) {
        const char *text;
        struct question at = m->root;
        at.cells.row = m->settings.row;
        if (!expression(w, &text, &at, name, name->text, REF_PLAIN)) {
            return false;
        }
        buf_printf(&w->binds, "<bind nodeset=\"%s/meta/instanceName\" type=\"string\"",
                   m->root.path);
        xml_put_attr(&w->binds, "calculate", text);
        buf_text(&w->binds, "/>");
    }
    return true;
}

static void put_namespaces(struct writer *w, struct buf *out)
{
    const char *own = cells_text(&w->m->settings, "namespaces");
    buf_text(out, "<h:html xmlns=\"http://www.w3.org/2002/xforms\""
                  " xmlns:h=\"http://www.w3.org/1999/xhtml\""
                  " xmlns:ev=\"http://www.w3.org/2001/xml-events\""
                  " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
                  " xmlns:jr=\"http://openrosa.org/javarosa\""
                  " xmlns:orx=\"http://openrosa.org/xforms\""
                  " xmlns:odk=\"http://www.opendatakit.org/xforms\"");
    while (*own) { /* name="uri" name2="uri2" */
        size_t len = strcspn(own, " ");
        const char *equals = memchr(own, '=', len);
        if (equals && len > (size_t)(equals - own) + 2) {
            char *name = arena_printf(w->m->arena, "xmlns:%.*s", (int)(equals - own), own);
            char *uri = arena_copy(w->m->arena, equals + 2,
                                   len - (size_t)(equals - own) - 3);
            xml_put_attr(out, name, uri);
        }
        own += len;
        own += strspn(own, " ");
    }
    buf_char(out, '>');
}

static void put_document(struct writer *w, struct buf *out)
{
    struct model *m = w->m;
    const char *style = cells_text(&m->settings, "style");
    buf_text(out, "<?xml version=\"1.0\"?>\n");
    put_namespaces(w, out);
    buf_text(out, "<h:head><h:title>");
    xml_put_text(out, m->title);
    buf_text(out, "</h:title><model odk:xforms-version=\"1.0.0\">");
    put_itext(w, out);
    buf_printf(out, "<instance><%s", m->root.name);
    xml_put_attr(out, "id", m->form_id);
    if (*m->version) {
        xml_put_attr(out, "version", m->version);
    }
    buf_char(out, '>');
    buf_text(out, w->instance.data ? w->instance.data : "");
    buf_text(out, "<meta>");
    if (has_audit(&m->root)) {
        buf_text(out, "<audit/>");
    }
    buf_text(out, "<instanceID/>");
    if (cells_find(&m->settings, "instance_name")) {
        buf_text(out, "<instanceName/>");
    }
    buf_printf(out, "</meta></%s></instance>", m->root.name);
    if (w->last_saved) {
        buf_text(out, "<instance id=\"__last-saved\" src=\"jr://instance/last-saved\"/>");
    }
    buf_text(out, w->secondary.data ? w->secondary.data : "");
    buf_text(out, w->binds.data ? w->binds.data : "");
    buf_text(out, "</model></h:head><h:body");
    if (*style) {
        xml_put_attr(out, "class", style);
    }
    buf_char(out, '>');
    buf_text(out, w->body.data ? w->body.data : "");
    buf_text(out, "</h:body></h:html>\n");
}

bool xlsform_write(struct model *m, struct buf *xml)
{
    struct writer w = {.m = m};
    map_init(&w.files, m->arena);
    bool ok = true;
    for (struct choice_list *l = m->lists; l && ok; l = l->next) {
        ok = !l->used || put_list(&w, l);
    }
    ok = ok && put_questions(&w, &m->root) && put_meta_binds(&w);
    if (ok) {
        put_instance(&w, &w.instance, &m->root, false);
        put_document(&w, xml);
    }
    buf_fini(&w.instance);
    buf_fini(&w.secondary);
    buf_fini(&w.binds);
    buf_fini(&w.body);
    return ok;
}
