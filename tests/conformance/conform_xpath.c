/* SPDX-License-Identifier: Apache-2.0 */
/* XPath vectors: one expression, one document, and what the peers' engines say it is worth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "forms/xpath/xpath.h"
#include "platform/machine/clock.h"
#include "platform/machine/regex.h"
#include "platform/machine/xml.h"
#include "tests/conformance/conform.h"

struct vector {
    struct arena *arena;
    struct xml *xml;
    struct node *doc, *context;
    const char *language;
    uint32_t random;
};

/* ---- what the expression may ask for ---- */

static const char *uri_of(void *user, const char *prefix)
{
    static const char *const usual[][2] = {{"xhtml", "http://www.w3.org/1999/xhtml"},
                                           {"h", "http://www.w3.org/1999/xhtml"},
                                           {"mathml", "http://www.w3.org/1998/Math/MathML"},
                                           {"jr", "http://openrosa.org/javarosa"},
                                           {"xml", "http://www.w3.org/XML/1998/namespace"}};
    const struct vector *v = user;
    for (const struct node *n = v->context; n; n = n->parent) {
        for (const struct node *a = n->attrs; a; a = a->next) {
            if (a->kind == NODE_NAMESPACE && strcmp(a->name, prefix) == 0) {
                return a->value;
            }
        }
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (strcmp(usual[i][0], prefix) == 0) {
            return usual[i][1];
        }
    }
    return NULL;
}

static struct node *named(struct node *from, const char *name, const char *id)
{
    for (struct node *c = from->first; c; c = c->next) {
        if (c->kind != NODE_ELEMENT) {
            continue;
        }
        bool hit = strcmp(c->name, name) == 0;
        for (struct node *a = hit && id ? c->attrs : NULL; a; a = a->next) {
            if (strcmp(a->name, "id") == 0 && strcmp(tree_value(a), id) == 0) {
                return c;
            }
        }
        if (hit && !id) {
            return c;
        }
        struct node *below = named(c, name, id);
        if (below) {
            return below;
        }
    }
    return NULL;
}

static struct node *instance(void *user, const char *id)
{
    const struct vector *v = user;
    return named(v->doc, "instance", id);
}

static const char *itext(void *user, const char *id)
{
    const struct vector *v = user;
    struct node *translations = named(v->doc, "itext", NULL);
    struct node *chosen = NULL;
    for (struct node *t = translations ? translations->first : NULL; t; t = t->next) {
        for (struct node *a = t->kind == NODE_ELEMENT ? t->attrs : NULL; a; a = a->next) {
            bool asked = strcmp(a->name, "lang") == 0 && v->language &&
                         strcmp(tree_value(a), v->language) == 0;
            if (asked || (strcmp(a->name, "default") == 0 && !v->language)) {
                chosen = t;
            }
        }
        chosen = !chosen && t->kind == NODE_ELEMENT && !v->language ? t : chosen;
    }
    struct node *text = chosen ? named(chosen, "text", id) : NULL;
    struct node *value = text ? named(text, "value", NULL) : NULL;
    return value && value->first ? tree_value(value->first) : NULL;
}

static int64_t wall(void *user)
{
    (void)user;
    return clock_wall_ms();
}

static int zone(void *user, int64_t wall_ms)
{
    (void)user;
    return clock_zone_minutes(wall_ms);
}

static void random_bytes(void *user, void *bytes, size_t len)
{
    struct vector *v = user;
    for (size_t i = 0; i < len; i++) {
        v->random = v->random * 1103515245u + 12345u;
        ((unsigned char *)bytes)[i] = (unsigned char)(v->random >> 16);
    }
}

/* ---- paths by position ---- */

static struct node *at_path(struct node *doc, const char *path)
{
    struct node *node = doc;
    while (node && *path == '/' && path[1]) {
        path++;
        size_t len = strcspn(path, "/");
        if (*path == '@') {
            char name[200];
            snprintf(name, sizeof name, "%.*s", (int)len - 1, path + 1);
            const char *colon = strchr(name, ':');
            struct node *a = node->attrs;
            while (a &&
                   (strcmp(a->name, colon ? colon + 1 : name) != 0 || a->kind != NODE_ATTRIBUTE)) {
                a = a->next;
            }
            node = a;
        } else {
            enum node_kind kind = *path == 't'   ? NODE_TEXT
                                  : *path == 'c' ? NODE_COMMENT
                                  : *path == 'p' ? NODE_INSTRUCTION
                                                 : NODE_ELEMENT;
            const char *bracket = memchr(path, '[', len);
            long position = bracket ? strtol(bracket + 1, NULL, 10) : 1;
            struct node *c = node->first;
            while (c && (c->kind != kind || --position > 0)) {
                c = c->next;
            }
            node = c;
        }
        path += len;
    }
    return node;
}

static void put_path(struct buf *out, const struct node *node)
{
    if (!node->parent) {
        if (!out->len) {
            buf_char(out, '/');
        }
        return;
    }
    struct buf up = {0};
    if (node->parent->parent) {
        put_path(&up, node->parent);
        buf_add(out, up.data, up.len);
    }
    buf_fini(&up);
    size_t position = 1;
    for (const struct node *p = node->prev; p; p = p->prev) {
        position += p->kind == node->kind;
    }
    switch (node->kind) {
    case NODE_ATTRIBUTE:
        buf_printf(out, "/@%s%s%s", node->prefix, *node->prefix ? ":" : "", node->name);
        break;
    case NODE_NAMESPACE:
        buf_printf(out, "/@xmlns%s%s", *node->name ? ":" : "", node->name);
        break;
    case NODE_TEXT:
        buf_printf(out, "/text()[%zu]", position);
        break;
    case NODE_COMMENT:
        buf_printf(out, "/comment()[%zu]", position);
        break;
    case NODE_INSTRUCTION:
        buf_printf(out, "/processing-instruction()[%zu]", position);
        break;
    default:
        buf_printf(out, "/*[%zu]", position);
        break;
    }
}

/* ---- comparing ---- */

static bool same_number(double want, double got)
{
    if (isnan(want) || isinf(want)) {
        return isnan(want) ? isnan(got) : want == got;
    }
    return fabs(want - got) <= 1e-9 * fmax(1, fabs(want));
}

static double number_of(const struct json *value)
{
    return value->kind == JSON_KIND_TEXT ? strtod(value->text, NULL) : value->number;
}

static bool same_nodes(const struct json *want, const struct xpath_value *got, struct buf *why)
{
    bool same = got->type == XV_NODES && got->count == want->count;
    const struct json *w = want->first;
    for (size_t i = 0; got->type == XV_NODES && i < got->count; i++) {
        struct buf path = {0};
        put_path(&path, got->nodes[i]);
        same = same && w && strcmp(w->text, path.data) == 0;
        buf_printf(why, " %s", path.data);
        w = w ? w->next : NULL;
        buf_fini(&path);
    }
    return same;
}

static bool compare(struct xpath_env *env, const struct json *expect, const struct xpath_value *got,
                    struct buf *why)
{
    const char *type = json_text(expect, "type"), *text = json_text(expect, "value");
    const struct json *value = json_member(expect, "value");
    double number = xpath_to_number(env, got);
    const char *string = xpath_to_text(env, got);
    buf_printf(why, "got %s '%s'",
               got->type == XV_NODES    ? "nodes"
               : got->type == XV_NUMBER ? "number"
               : got->type == XV_STRING ? "string"
               : got->type == XV_DATE   ? "date"
                                        : "boolean",
               string);
    if (strncmp(type, "nodeset", 7) == 0) {
        return same_nodes(json_member(expect, "nodes"), got, why);
    }
    if (strcmp(type, "number") == 0) {
        return same_number(number_of(value), number);
    }
    if (strcmp(type, "number-rounded") == 0) {
        double factor = json_member(expect, "factor")->number;
        return same_number(number_of(value), floor(number * factor + 0.5) / factor);
    }
    if (strcmp(type, "boolean") == 0) {
        return xpath_to_bool(got) == (value->number != 0);
    }
    if (strcmp(type, "string-length") == 0) {
        return (double)strlen(string) == value->number;
    }
    if (strcmp(type, "string-match") == 0) {
        char pattern[400];
        const char *end = strrchr(text, '/'); /* /pattern/flags */
        bool matches = false;
        snprintf(pattern, sizeof pattern, "%s.*(?:%.*s).*", strchr(end, 'i') ? "(?i)" : "",
                 (int)(end - text) - 1, text + 1);
        return regex_matches(&matches, pattern, string, NULL) && matches;
    }
    if (strcmp(type, "date") == 0) { /* a moment: compare as days */
        return same_number(xpath_text_number(text, 0), number);
    }
    return strcmp(text ? text : "", string) == 0;
}

static void drop_doctype(struct buf *bytes)
{
    char *start = bytes->data ? strstr(bytes->data, "<!DOCTYPE") : NULL;
    char *end = start ? strchr(start, '>') : NULL;
    if (end) {
        memset(start, ' ', (size_t)(end - start) + 1);
    }
}

static const char *last_doc_name;

/* The document of the last vector; the next ones mostly ask the same. */
static struct {
    struct arena arena;
    struct node *doc;
    char name[200];
} kept;

static bool parse_document(const char *dir, const char *file, struct err *err)
{
    struct buf bytes = {0};
    struct xml *xml;
    struct xml_limits whole = xml_trusted;
    whole.comments = true;
    bool ok = true;
    if (file) {
        ok = read_in(&bytes, dir, file, err);
        drop_doctype(&bytes); /* our parser refuses it, and here it declares nothing */
        ok = ok && xml_parse(&xml, &kept.arena, bytes.data, bytes.len, &whole, err);
    } else {
        ok = xml_parse(&xml, &kept.arena, "<root/>", 7, &whole, err);
    }
    if (ok) {
        tree_append_whole(&kept.arena, kept.doc, xml);
        tree_number(kept.doc, 1);
    }
    buf_fini(&bytes);
    return ok;
}

/* FILE, NULL for an empty document, as kept.doc. */
static bool load_document(const char *dir, const char *file, struct err *err)
{
    if (last_doc_name && strcmp(kept.name, file ? file : "") == 0) {
        return true;
    }
    if (last_doc_name) {
        tree_wipe(kept.doc);
        arena_fini(&kept.arena);
    }
    arena_init(&kept.arena);
    kept.doc = tree_node(&kept.arena, NODE_DOCUMENT, "", "", "");
    snprintf(kept.name, sizeof kept.name, "%s", file ? file : "");
    last_doc_name = kept.name;
    return parse_document(dir, file, err);
}

/* Is the outcome (OK: VALUE, else ERR) what the vector expects?  Reports it. */
static void judge_vector(struct report *r, const struct json *line, struct xpath_env *env, bool ok,
                         const struct xpath_value *value, const struct err *err)
{
    const char *consensus = json_text(line, "consensus"), *id = json_text(line, "id");
    const char *expr = json_text(line, "expr"), *asked = json_text(line, "asked");
    const struct json *expect = json_member(line, "expect");
    struct buf why = {0};
    if (strcmp(json_text(expect, "type"), "error") == 0) {
        if (ok && (strcmp(asked, "nodeset") != 0 || value->type == XV_NODES)) {
            report_fail(r, consensus, id, "no error: %s", expr);
        } else {
            report_pass(r, consensus);
        }
    } else if (!ok) {
        report_fail(r, consensus, id, "%s: %s [%s]", expr, err->what, err->hint);
    } else if (compare(env, expect, value, &why)) {
        report_pass(r, consensus);
    } else {
        const struct json *want = json_member(expect, "value");
        report_fail(r, consensus, id, "%s (%s): %s, expected %s", expr, json_text(line, "context"),
                    why.data, want ? want->text : "nodes");
    }
    buf_fini(&why);
}

static void vector_item(struct report *r, const char *dir, const struct json *line,
                        struct arena *arena)
{
    const char *consensus = json_text(line, "consensus"), *id = json_text(line, "id");
    const char *root = json_text(line, "root"), *tz = json_text(line, "tz");
    struct vector v = {.arena = arena, .language = json_text(line, "language"), .random = 1};
    struct err err = {0};
    if (strcmp(consensus, "split") == 0 || strcmp(consensus, "test text only") == 0) {
        report_skip(r, consensus);
        return;
    }
    if (!load_document(dir, json_text(line, "doc"), &err)) {
        char text[900];
        err_text(&err, text, sizeof text);
        report_fail(r, consensus, id, "document: %s", text);
        return;
    }
    v.doc = kept.doc;
    v.context = at_path(kept.doc, json_text(line, "context"));
    if (!v.context) {
        report_fail(r, consensus, id, "no context node %s", json_text(line, "context"));
        return;
    }
    setenv("TZ", tz ? tz : "UTC", 1);
    tzset();
    struct arena temp;
    arena_init(&temp);
    struct node *primary = root ? at_path(kept.doc, root) : NULL;
    struct xpath_env env = {.primary = primary ? primary : kept.doc,
                            .temp = &temp,
                            .user = &v,
                            .instance = instance,
                            .wall_ms = wall,
                            .zone_minutes = zone,
                            .random = random_bytes,
                            .itext = itext,
                            .namespace_uri = uri_of,
                            .strict_names = strcmp(json_text(line, "mode"), "xpath1") == 0};
    struct xpath *compiled;
    struct xpath_value value = {0};
    bool ok = xpath_compile_as(&compiled, &temp, json_text(line, "expr"), XPATH_LAZY, &err) &&
              xpath_eval(&value, compiled, &env, v.context, &err);
    judge_vector(r, line, &env, ok, &value, &err);
    arena_fini(&temp);
}

bool suite_xpath(struct report *r, const char *path, struct err *err)
{
    struct buf file = {0};
    buf_printf(&file, "%s/vectors.jsonl", path);
    bool ok = each_line(r, path, file.data, vector_item, err);
    buf_fini(&file);
    return ok;
}
