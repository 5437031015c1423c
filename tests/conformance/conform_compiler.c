/* SPDX-License-Identifier: Apache-2.0 */
/* Workbooks: is our XForm the tree that pyxform writes, and do its own tests' assertions hold? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "forms/engine/form.h"
#include "forms/xlsform/xlsform.h"
#include "platform/machine/file.h"
#include "platform/machine/xml.h"
#include "tests/conformance/conform.h"

/* ---- trees: the comparison of the corpus's tools/compare_xform.py ---- */

static bool blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* Text runs from `run` up to the next element, joined. */
static const char *joined(struct arena *arena, const struct xml *run)
{
    struct buf text = {0};
    for (; run && !run->name; run = run->next) {
        buf_text(&text, run->text);
    }
    const char *kept = arena_copy(arena, text.data ? text.data : "", text.len);
    buf_fini(&text);
    return kept;
}

static const struct xml_attr *attr_like(const struct xml *node, const struct xml_attr *like)
{
    for (const struct xml_attr *a = node->attrs; a; a = a->next) {
        if (strcmp(a->name, like->name) == 0 && strcmp(a->uri, like->uri) == 0) {
            return a;
        }
    }
    return NULL;
}

static bool differs(char *why, size_t size, const struct xml *at, const char *what, const char *a,
                    const char *b)
{
    struct buf path = {0};
    const struct xml *line[64];
    size_t depth = 0;
    for (const struct xml *n = at; n && depth < 64; n = n->parent) {
        line[depth++] = n;
    }
    while (depth--) {
        buf_printf(&path, "/%s", line[depth]->name);
    }
    snprintf(why, size, "%s: %s: expected '%.300s', got '%.300s'", path.data, what, a, b);
    buf_fini(&path);
    return false;
}

static bool same_attributes(const struct xml *a, const struct xml *b, char *why, size_t size)
{
    for (const struct xml_attr *x = a->attrs; x; x = x->next) {
        const struct xml_attr *y = attr_like(b, x);
        if (!y || strcmp(x->value, y->value) != 0) {
            return differs(why, size, a, x->name, x->value, y ? y->value : "(none)");
        }
    }
    for (const struct xml_attr *y = b->attrs; y; y = y->next) {
        if (!attr_like(a, y)) {
            return differs(why, size, a, y->name, "(none)", y->value);
        }
    }
    return true;
}

/* MAY: white space may differ, since elements stand on both sides of it. */
static bool same_text(const char *text, const char *other, bool may)
{
    return strcmp(text, other) == 0 || (may && blank(text) && blank(other));
}

static bool same_tree(struct arena *arena, const struct xml *a, const struct xml *b, char *why,
                      size_t size)
{
    if (strcmp(a->name, b->name) != 0 || strcmp(a->uri, b->uri) != 0) {
        return differs(why, size, a->parent ? a->parent : a, "element", a->name, b->name);
    }
    if (!same_attributes(a, b, why, size)) {
        return false;
    }
    const struct xml *x = xml_child(a, NULL), *y = xml_child(b, NULL);
    const char *text = joined(arena, a->first), *other = joined(arena, b->first);
    if (!same_text(text, other, x && y)) {
        return differs(why, size, a, "text", text, other);
    }
    for (; x && y; x = xml_sibling(x, NULL), y = xml_sibling(y, NULL)) {
        if (!same_tree(arena, x, y, why, size)) {
            return false;
        }
        text = joined(arena, x->next);
        other = joined(arena, y->next);
        if (!same_text(text, other, true)) {
            return differs(why, size, a, "text between children", text, other);
        }
    }
    return !x == !y ||
           differs(why, size, a, "one more child", x ? x->name : "(none)", y ? y->name : "(none)");
}

static bool convert_file(struct buf *xml, struct buf *itemsets, const char *dir, const char *name,
                         struct arena *arena, struct err *err)
{
    struct buf bytes = {0};
    struct workbook book;
    struct xlsform_notes notes = {.count = 0};
    struct xlsform_options options = {
        .fallback_id = file_stem(arena, name), .itemsets = itemsets, .lenient = true};
    bool ok = read_in(&bytes, dir, name, err) &&
              workbook_read(&book, arena, name, bytes.data, bytes.len, err) &&
              xlsform_convert(xml, &book, &options, arena, &notes, err);
    buf_fini(&bytes);
    return ok;
}

static void fail_err(struct report *r, const char *class, const char *id, const char *what,
                     const struct err *err)
{
    char text[900];
    err_text(err, text, sizeof text);
    report_fail(r, class, id, "%s: %s", what, text);
}

static void xlsform_item(struct report *r, const char *dir, const struct json *line,
                         struct arena *arena)
{
    const char *name = json_text(line, "file"), *expected = json_text(line, "expected");
    struct buf xml = {0}, want = {0}, itemsets = {0}, want_itemsets = {0};
    struct xml *a, *b;
    struct err err = {0};
    char why[800];
    struct buf csv = {0};
    buf_printf(&csv, "%s.itemsets.csv", name);
    if (!read_in(&want, dir, expected, &err) ||
        !xml_parse(&a, arena, want.data, want.len, &xml_trusted, &err)) {
        fail_err(r, "workbooks", name, "expected XForm", &err);
    } else if (!convert_file(&xml, &itemsets, dir, name, arena, &err)) {
        fail_err(r, "workbooks", name, "refused", &err);
    } else if (!xml_parse(&b, arena, xml.data, xml.len, &xml_trusted, &err)) {
        fail_err(r, "workbooks", name, "not XML", &err);
    } else if (!same_tree(arena, a, b, why, sizeof why)) {
        report_fail(r, "workbooks", name, "%s", why);
    } else if (read_in(&want_itemsets, dir, csv.data, NULL) &&
               (want_itemsets.len != itemsets.len ||
                memcmp(want_itemsets.data, itemsets.data, itemsets.len) != 0)) {
        report_fail(r, "workbooks", name, "itemsets.csv differs");
    } else {
        report_pass(r, "workbooks");
    }
    buf_fini(&xml);
    buf_fini(&want);
    buf_fini(&itemsets);
    buf_fini(&want_itemsets);
    buf_fini(&csv);
}

static bool index_of(struct report *r, const char *path, item_fn *item, struct err *err)
{
    struct buf index = {0};
    buf_printf(&index, "%s/index.jsonl", path);
    bool ok = each_line(r, path, index.data, item, err);
    buf_fini(&index);
    return ok;
}

bool suite_xlsform(struct report *r, const char *path, struct err *err)
{
    return index_of(r, path, xlsform_item, err);
}

static void invalid_item(struct report *r, const char *dir, const struct json *line,
                         struct arena *arena)
{
    const char *name = json_text(line, "file");
    struct buf xml = {0}, itemsets = {0};
    struct err err = {0};
    if (convert_file(&xml, &itemsets, dir, name, arena, &err)) {
        report_fail(r, "refused", name, "converted; pyxform says: %.300s",
                    json_text(line, "error"));
    } else {
        report_pass(r, "refused");
    }
    buf_fini(&xml);
    buf_fini(&itemsets);
}

bool suite_xlsform_invalid(struct report *r, const char *path, struct err *err)
{
    return index_of(r, path, invalid_item, err);
}

/* ---- pyxform's own cases ---- */

/* Sheets given as lists of rows, each an object of header → cell. */
static bool book_from_sheets(struct workbook *book, const struct json *sheets, struct arena *arena)
{
    memset(book, 0, sizeof *book);
    book->sheets = arena_alloc(arena, (sheets->count + 1) * sizeof *book->sheets);
    for (const struct json *s = sheets->first; s; s = s->next) {
        struct sheet *sheet = &book->sheets[book->count++];
        const char **headers = arena_alloc(arena, 500 * sizeof *headers);
        size_t count = 0;
        sheet->name = s->name;
        sheet->rows = arena_alloc(arena, (s->count + 2) * sizeof *sheet->rows);
        for (const struct json *row = s->first; row; row = row->next) {
            for (const struct json *cell = row->first; cell; cell = cell->next) {
                size_t i = 0;
                while (i < count && strcmp(headers[i], cell->name) != 0) {
                    i++;
                }
                if (i == count && count < 500) {
                    headers[count++] = cell->name;
                }
            }
        }
        sheet->rows[sheet->count++] = (struct sheet_row){headers, count, 1, 1};
        for (const struct json *row = s->first; row; row = row->next) {
            const char **cells = arena_alloc(arena, (count + 1) * sizeof *cells);
            for (size_t i = 0; i < count; i++) {
                const char *text = json_text(row, headers[i]);
                cells[i] = text ? text : "";
            }
            sheet->rows[sheet->count] =
                (struct sheet_row){cells, count, sheet->count + 1, sheet->count + 1};
            sheet->count++;
        }
    }
    return true;
}

/* What the XPath finds, by libxml2; NULL = not an expression. */
static xmlXPathObjectPtr find(xmlDocPtr doc, const struct json *namespaces, const char *xpath,
                              xmlXPathContextPtr *context)
{
    static const char *const usual[][2] = {
        {"x", "http://www.w3.org/2002/xforms"},      {"h", "http://www.w3.org/1999/xhtml"},
        {"ev", "http://www.w3.org/2001/xml-events"}, {"xsd", "http://www.w3.org/2001/XMLSchema"},
        {"jr", "http://openrosa.org/javarosa"},      {"orx", "http://openrosa.org/xforms"},
        {"odk", "http://www.opendatakit.org/xforms"}};
    *context = xmlXPathNewContext(doc);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        xmlXPathRegisterNs(*context, (const xmlChar *)usual[i][0], (const xmlChar *)usual[i][1]);
    }
    for (const struct json *n = namespaces ? namespaces->first : NULL; n; n = n->next) {
        xmlXPathRegisterNs(*context, (const xmlChar *)n->name, (const xmlChar *)n->text);
    }
    return xmlXPathEvalExpression((const xmlChar *)xpath, *context);
}

static size_t matches(xmlDocPtr doc, const struct json *namespaces, const char *xpath)
{
    xmlXPathContextPtr context;
    xmlXPathObjectPtr found = find(doc, namespaces, xpath, &context);
    size_t count = found && found->nodesetval ? (size_t)found->nodesetval->nodeNr : 0;
    if (found && found->type != XPATH_NODESET) {
        count = xmlXPathCastToBoolean(found) ? 1 : 0;
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return count;
}

/* The values found, in any order, are those listed. */
static bool exact(xmlDocPtr doc, const struct json *namespaces, const char *xpath,
                  const struct json *values)
{
    xmlXPathContextPtr context;
    xmlXPathObjectPtr found = find(doc, namespaces, xpath, &context);
    size_t count = found && found->nodesetval ? (size_t)found->nodesetval->nodeNr : 0;
    bool ok = count == values->count;
    bool used[256] = {false};
    for (size_t i = 0; ok && i < count && i < 256; i++) {
        xmlNodePtr node = found->nodesetval->nodeTab[i];
        xmlBufferPtr dump = xmlBufferCreate();
        xmlChar *text = NULL;
        if (node->type == XML_ELEMENT_NODE) {
            xmlNodeDump(dump, doc, node, 0, 0);
        } else {
            text = xmlXPathCastNodeToString(node);
        }
        const char *got = text ? (const char *)text : (const char *)xmlBufferContent(dump);
        size_t k = 0;
        bool hit = false;
        for (const struct json *v = values->first; v && !hit; v = v->next, k++) {
            hit = !used[k] && v->text && strcmp(v->text, got) == 0;
            used[k] = used[k] || hit;
        }
        ok = hit;
        xmlFree(text);
        xmlBufferFree(dump);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return ok;
}

static void check_case(struct report *r, const char *id, const struct json *line,
                       const struct buf *xml)
{
    const struct json *namespaces = json_member(line, "namespaces");
    xmlDocPtr doc = xmlReadMemory(xml->data, (int)xml->len, NULL, NULL, XML_PARSE_NONET);
    const struct json *list = json_member(line, "xml__xpath_match");
    bool ok = doc != NULL;
    if (!ok) {
        report_fail(r, "converts", id, "not XML");
    }
    for (const struct json *x = ok && list ? list->first : NULL; x && ok; x = x->next) {
        ok = matches(doc, namespaces, x->text) == 1;
        if (!ok) {
            report_fail(r, "converts", id, "not exactly one: %s", x->text);
        }
    }
    list = json_member(line, "xml__xpath_count");
    for (const struct json *x = ok && list ? list->first : NULL; x && ok; x = x->next) {
        ok = matches(doc, namespaces, x->first->text) == (size_t)x->first->next->number;
        if (!ok) {
            report_fail(r, "converts", id, "not %s: %s", x->first->next->text, x->first->text);
        }
    }
    list = json_member(line, "xml__xpath_exact");
    for (const struct json *x = ok && list ? list->first : NULL; x && ok; x = x->next) {
        ok = exact(doc, namespaces, x->first->text, x->first->next);
        if (!ok) {
            report_fail(r, "converts", id, "not the values listed: %s", x->first->text);
        }
    }
    if (ok) {
        report_pass(r, "converts");
    }
    xmlFreeDoc(doc);
}

/* Softer scores, apart: the whole tree, and words of messages. */
static struct {
    size_t trees, same, errors, error_texts;
} soft;

static void pyxform_case(struct report *r, const char *dir, const struct json *line,
                         struct arena *arena)
{
    const char *id = json_text(line, "id"), *md = json_text(line, "md");
    struct workbook book;
    struct buf xml = {0}, itemsets = {0};
    struct err err = {0};
    struct xlsform_notes notes = {.count = 0};
    struct xlsform_options options = {.root = json_text(line, "form_name"),
                                      .fallback_id = "data",
                                      .itemsets = &itemsets,
                                      .lenient = true};
    (void)dir;
    bool errored = json_flag(line, "errored");
    bool ok = md ? workbook_read(&book, arena, "case.md", md, strlen(md), &err)
                 : book_from_sheets(&book, json_member(line, "ss_structure"), arena);
    book.file = "case.md";
    book.lines = true;
    ok = ok && xlsform_convert(&xml, &book, &options, arena, &notes, &err);
    if (errored) {
        soft.errors++;
        if (ok) {
            report_fail(r, "rejected", id, "converted; pyxform says: %.300s",
                        json_text(line, "error"));
        } else {
            report_pass(r, "rejected");
        }
    } else if (!ok) {
        fail_err(r, "converts", id, "refused", &err);
    } else {
        struct xml *a, *b;
        char why[800];
        const char *want = json_text(line, "xform");
        check_case(r, id, line, &xml);
        soft.trees++;
        if (want && xml_parse(&a, arena, want, strlen(want), &xml_trusted, NULL) &&
            xml_parse(&b, arena, xml.data, xml.len, &xml_trusted, NULL) &&
            same_tree(arena, a, b, why, sizeof why)) {
            soft.same++;
        } else if (r->verbose) {
            printf("TREE %s: %s\n", id, why);
        }
    }
    buf_fini(&xml);
    buf_fini(&itemsets);
}

bool suite_pyxform(struct report *r, const char *path, struct err *err)
{
    memset(&soft, 0, sizeof soft);
    bool ok = each_line(r, "", path, pyxform_case, err);
    printf("not counted: %zu of %zu whole XForms equal\n", soft.same, soft.trees);
    return ok;
}

/* ---- XForms ---- */

static bool load_file(const char *dir, const char *name, struct err *err)
{
    struct buf bytes = {0};
    struct form *form = NULL;
    bool ok = read_in(&bytes, dir, name, err) &&
              form_load(&form, bytes.data, bytes.len, &xml_trusted, err);
    form_free(form);
    buf_fini(&bytes);
    return ok;
}

static void xform_item(struct report *r, const char *dir, const struct json *line,
                       struct arena *arena)
{
    const char *name = json_text(line, "file");
    struct err err = {0};
    (void)arena;
    if (!json_flag(line, "javarosa_loads")) {
        report_skip(r, "loads");
    } else if (load_file(dir, name, &err)) {
        report_pass(r, "loads");
    } else {
        fail_err(r, "loads", name, "refused", &err);
    }
}

bool suite_xforms(struct report *r, const char *path, struct err *err)
{
    return index_of(r, path, xform_item, err);
}

/* Counted are broken XML, expressions that cannot be parsed, and cycles. */
static void xform_invalid_item(struct report *r, const char *dir, const struct json *line,
                               struct arena *arena)
{
    const char *name = json_text(line, "file"), *why = json_text(line, "javarosa_error");
    struct err err = {0};
    (void)arena;
    bool counted = why && (strstr(why, "Cycle detected") || strstr(why, "XPathSyntaxException") ||
                           strstr(why, "XPath syntax") || strstr(why, "XmlPullParser") ||
                           strstr(why, "Unable to parse XML") || strstr(why, "unparseable") ||
                           strstr(why, "Parse error in XPath"));
    bool loads = load_file(dir, name, &err);
    if (!counted) {
        report_skip(r, "refused");
        if (r->verbose) {
            printf("NOTE %s: %s; not counted: %.200s\n", name, loads ? "loads" : "refused", why);
        }
    } else if (loads) {
        report_fail(r, "refused", name, "loads; JavaRosa says: %.300s", why);
    } else {
        report_pass(r, "refused");
    }
}

bool suite_xforms_invalid(struct report *r, const char *path, struct err *err)
{
    return index_of(r, path, xform_invalid_item, err);
}
