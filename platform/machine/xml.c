/* SPDX-License-Identifier: Apache-2.0 */
/* Parses XML with libxml2 into a tree, without opening or expanding anything else. */
#include "platform/machine/xml.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>

#include "platform/machine/text.h"

enum { DEPTH_MAX = 256, ATTR_MAX = 64 * 1024, ATTRS_MAX = 1000 };

const struct xml_limits xml_foreign = {8u << 20, 200000, false};
const struct xml_limits xml_trusted = {64u << 20, 2000000, false};

enum { KEPT = 251 };

struct builder {
    struct arena *arena;  /* allocates what is being built */
    struct arena *home;   /* allocates names and what stays */
    struct arena *shells; /* allocates elements and attributes; NULL: `arena` */
    struct arena part_arena;
    const char *each; /* name of the elements passed to `part` and freed, or NULL */
    xml_part *part;
    void *user;
    struct xml *inside;
    xmlParserCtxtPtr ctxt;
    struct xml *root, *open;
    struct buf text;
    size_t nodes, max;
    unsigned depth;
    struct err *err;
    bool failed;
    struct {
        const xmlChar *from;
        const char *text;
    } kept[KEPT];
};

static xmlParserInputPtr no_entity(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    (void)url;
    (void)id;
    (void)ctxt;
    return NULL;
}

static void no_message(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

static char *wiped_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = wiped_alloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void xml_setup(void)
{
    xmlMemSetup(wiped_free, wiped_alloc, wiped_resize, wiped_text); /* it sees answers */
    LIBXML_TEST_VERSION
    xmlSetExternalEntityLoader(no_entity);
    xmlSetStructuredErrorFunc(NULL, no_message);
}

static void stop(struct builder *b, enum err_code code, const char *why)
{
    if (!b->failed) {
        b->failed = true;
        err_set(b->err, code, "line %d: %s", xmlSAX2GetLineNumber(b->ctxt), why);
        xmlStopParser(b->ctxt);
    }
}

/* Copy a name once.  Names are interned in the parser's dictionary: the same name is the same
 * pointer. */
static const char *keep(struct builder *b, const xmlChar *s)
{
    if (!s) {
        return "";
    }
    size_t slot = (uintptr_t)s % KEPT; /* modulo a prime: short names are next to each other */
    if (b->kept[slot].from != s) {
        b->kept[slot].from = s;
        b->kept[slot].text = arena_text(b->home, (const char *)s);
    }
    return b->kept[slot].text;
}

static struct xml *add_node(struct builder *b)
{
    if (++b->nodes > b->max) {
        stop(b, ERR_LIMIT, "the document has too many elements");
        return NULL;
    }
    struct xml *node = arena_alloc(b->shells ? b->shells : b->arena, sizeof *node);
    node->parent = b->open;
    node->prefix = node->uri = "";
    node->line = (unsigned)xmlSAX2GetLineNumber(b->ctxt);
    if (b->open) {
        if (b->open->last) {
            b->open->last->next = node;
        } else {
            b->open->first = node;
        }
        b->open->last = node;
    }
    return node;
}

static void end_text(struct builder *b)
{
    if (!b->text.len) {
        return;
    }
    struct xml *run = b->open ? add_node(b) : NULL;
    if (run) {
        run->text = arena_copy(b->arena, b->text.data, b->text.len);
    }
    buf_cut(&b->text, 0);
}

/* Copy an attribute value to `out` and terminate it; `out` has room for len + 1 bytes.
 * libxml2's SAX2 passes every '&' as "&#38;", which is undone here. */
static void put_value(char *out, const char *text, size_t len)
{
    static const char ampersand[] = "&#38;";
    enum { LEN = sizeof ampersand - 1 };
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        out[kept++] = text[i];
        if (text[i] == '&' && len - i >= LEN && memcmp(text + i, ampersand, LEN) == 0) {
            i += LEN - 1;
        }
    }
    out[kept] = '\0';
}

/* Add an element's attributes: two blocks, one for the attributes, one for their values. */
static bool add_attributes(struct builder *b, struct xml *node, size_t count,
                           const xmlChar *const *of)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = (size_t)(of[5 * i + 4] - of[5 * i + 3]);
        if (len > ATTR_MAX) {
            stop(b, ERR_LIMIT, "an attribute is longer than 64 KiB");
            return false;
        }
        room += len + 1;
    }
    struct xml_attr *attrs = arena_alloc(b->shells ? b->shells : b->arena, count * sizeof *attrs);
    char *values = arena_alloc(b->arena, room);
    for (size_t i = 0; i < count; i++) {
        const xmlChar *const *a = of + 5 * i;
        size_t len = (size_t)(a[4] - a[3]);
        attrs[i].name = keep(b, a[0]);
        attrs[i].prefix = keep(b, a[1]);
        attrs[i].uri = keep(b, a[2]);
        attrs[i].value = values;
        attrs[i].next = i + 1 < count ? &attrs[i + 1] : NULL;
        put_value(values, (const char *)a[3], len);
        values += len + 1;
    }
    node->attrs = attrs;
    return true;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int ns_count, const xmlChar **ns, int attr_count, int defaulted,
                     const xmlChar **attrs)
{
    struct builder *b = user;
    (void)defaulted;
    if (b->failed) {
        return;
    }
    end_text(b);
    if (++b->depth > DEPTH_MAX) {
        stop(b, ERR_LIMIT, "elements are nested deeper than 256");
        return;
    }
    bool apart = b->each && !b->inside && text_is((const char *)name, b->each);
    b->arena = apart ? &b->part_arena : b->arena;
    struct xml *node = add_node(b);
    if (!node) {
        return;
    }
    b->inside = apart ? node : b->inside;
    node->name = keep(b, name);
    node->prefix = keep(b, prefix);
    node->uri = keep(b, uri);
    struct xml_ns **ns_end = &node->ns;
    for (int i = 0; i < ns_count; i++) {
        struct xml_ns *decl = arena_alloc(b->shells ? b->shells : b->arena, sizeof *decl);
        decl->prefix = keep(b, ns[2 * i]);
        decl->uri = keep(b, ns[2 * i + 1]);
        *ns_end = decl;
        ns_end = &decl->next;
    }
    if (attr_count && !add_attributes(b, node, (size_t)attr_count, (const xmlChar *const *)attrs)) {
        return;
    }
    if (!b->root) {
        b->root = node;
    }
    b->open = node;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct builder *b = user;
    (void)name;
    (void)prefix;
    (void)uri;
    if (b->failed || !b->open) {
        return;
    }
    end_text(b);
    struct xml *done = b->open;
    b->open = done->parent;
    b->depth--;
    if (done == b->inside) {
        if (!b->part(b->user, done, b->err)) {
            b->failed = true;
            xmlStopParser(b->ctxt);
        }
        if (b->open) {
            b->open->first = b->open->last = NULL;
        }
        b->inside = NULL;
        b->arena = b->home;
        arena_reset(&b->part_arena);
    }
}

static void on_text(void *user, const xmlChar *text, int len)
{
    struct builder *b = user;
    if (!b->failed && len > 0) {
        buf_add(&b->text, text, (size_t)len);
    }
}

static void add_comment(struct builder *b, enum xml_kind kind, const xmlChar *target,
                        const xmlChar *text)
{
    if (b->failed || !b->open) { /* outside the root element they are dropped */
        return;
    }
    end_text(b);
    struct xml *comment = add_node(b);
    if (comment) {
        comment->kind = kind;
        comment->target = keep(b, target);
        comment->text = keep(b, text);
    }
}

static void on_comment(void *user, const xmlChar *text)
{
    add_comment(user, XML_COMMENT, NULL, text);
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *text)
{
    add_comment(user, XML_INSTRUCTION, target, text);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name;
    (void)id;
    (void)system;
    stop(user, ERR_INPUT, "a DOCTYPE is not accepted");
}

static void on_fault(void *user, xmlErrorPtr fault)
{
    struct builder *b = user;
    if (!b->failed && fault->level >= XML_ERR_ERROR) {
        char why[200];
        snprintf(why, sizeof why, "%s", fault->message ? fault->message : "not well-formed");
        why[strcspn(why, "\n")] = '\0';
        b->failed = true;
        err_set(b->err, ERR_INPUT, "line %d: not well-formed XML (%s)", fault->line, why);
        xmlStopParser(b->ctxt);
    }
}

/* If a comment, CDATA section or instruction begins at `p`, the position after it (`end` if
 * unclosed); else NULL. */
static const char *past_comment(const char *p, const char *end)
{
    static const struct {
        const char *from, *to;
    } comments[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    bool may = end - p > 1 && (p[1] == '!' || p[1] == '?');
    for (size_t i = 0; may && i < sizeof comments / sizeof *comments; i++) {
        size_t len = strlen(comments[i].from);
        if ((size_t)(end - p) >= len && memcmp(p, comments[i].from, len) == 0) {
            p = memmem(p + len, (size_t)(end - p) - len, comments[i].to, strlen(comments[i].to));
            return p ? p + strlen(comments[i].to) : end;
        }
    }
    return NULL;
}

/* True if a start tag has more than ATTRS_MAX attributes, counted by their opening quotes. */
static bool count_attributes(const char *p, size_t len)
{
    size_t quotes = 0;
    bool in_tag = false;
    char open = 0;
    for (size_t i = 0; i < len; i++) {
        char c = p[i];
        if (!in_tag && c == '<') {
            const char *past = past_comment(p + i, p + len);
            in_tag = !past && i + 1 < len && p[i + 1] != '!';
            quotes = 0;
            i = past ? (size_t)(past - p) - 1 : i;
        } else if (!in_tag) { /* skip to the next tag */
            const char *next = memchr(p + i, '<', len - i);
            i = next ? (size_t)(next - p) - 1 : len;
        } else if (open) {
            open = c == open ? 0 : open;
        } else if (c == '"' || c == '\'') {
            open = c;
            if (++quotes > ATTRS_MAX) {
                return true;
            }
        } else if (c == '>') {
            in_tag = false;
        }
    }
    return false;
}

/* True if an element has too many attributes. libxml2 compares each attribute of an element
 * with every other: a million would take hours.  So they are counted beforehand, but only if
 * two '<' are far enough apart for so many. */
static bool too_many_attributes(const char *bytes, size_t len)
{
    enum { MIN = ATTRS_MAX * (sizeof " a=''" - 1) };
    const char *p = bytes, *end = bytes + len;
    while (end - p > MIN) {
        p = memrchr(p + 1, '<', MIN);
        if (!p) {
            return count_attributes(bytes, len);
        }
    }
    return false;
}

static bool parse(struct builder *b, const char *bytes, size_t len, const struct xml_limits *limits,
                  struct err *err)
{
    if (len > limits->bytes || len > INT_MAX) {
        return err_set(err, ERR_LIMIT, "the document is larger than %zu bytes", limits->bytes);
    }
    if (len == 0) {
        return err_set(err, ERR_INPUT, "the document is empty");
    }
    if (too_many_attributes(bytes, len)) {
        return err_set(err, ERR_LIMIT, "an element has more than %d attributes", (int)ATTRS_MAX);
    }
    xmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.cdataBlock = on_text;
    sax.internalSubset = on_doctype;
    sax.serror = on_fault;
    if (limits->comments) {
        sax.comment = on_comment;
        sax.processingInstruction = on_instruction;
    }

    b->max = limits->nodes;
    b->err = err;
    b->home = b->arena;
    b->ctxt = xmlCreateMemoryParserCtxt(bytes, (int)len);
    if (!b->ctxt) {
        err_out_of_memory();
    }
    xmlSAXHandler *own = b->ctxt->sax;
    b->ctxt->sax = &sax;
    b->ctxt->userData = b;
    xmlCtxtUseOptions(b->ctxt, XML_PARSE_NONET);
    xmlParseDocument(b->ctxt);
    bool ok = !b->failed && b->ctxt->wellFormed && b->root;
    if (!ok && !b->failed) {
        err_set(err, ERR_INPUT, "not well-formed XML");
    }
    b->ctxt->sax = own;
    if (b->ctxt->myDoc) {
        xmlFreeDoc(b->ctxt->myDoc);
        b->ctxt->myDoc = NULL;
    }
    xmlFreeParserCtxt(b->ctxt);
    buf_fini(&b->text);
    return ok;
}

bool xml_parse(struct xml **root, struct arena *arena, const char *bytes, size_t len,
               const struct xml_limits *limits, struct err *err)
{
    struct builder b = {.arena = arena};
    bool ok = parse(&b, bytes, len, limits, err);
    *root = ok ? b.root : NULL;
    return ok;
}

bool xml_parse_apart(struct xml **root, struct arena *texts, struct arena *nodes, const char *bytes,
                     size_t len, const struct xml_limits *limits, struct err *err)
{
    struct builder b = {.arena = texts, .shells = nodes};
    bool ok = parse(&b, bytes, len, limits, err);
    *root = ok ? b.root : NULL;
    return ok;
}

bool xml_each(const char *bytes, size_t len, const struct xml_limits *limits, const char *name,
              xml_part *part, void *user, struct err *err)
{
    assert(name && part);
    struct arena home;
    arena_init(&home);
    struct builder b = {.arena = &home, .each = name, .part = part, .user = user};
    arena_init(&b.part_arena);
    bool ok = parse(&b, bytes, len, limits, err);
    arena_fini(&b.part_arena);
    arena_fini(&home);
    return ok;
}

static struct xml *pick(struct xml *node, const char *name)
{
    while (node && (!node->name || (name && !text_is(node->name, name)))) {
        node = node->next;
    }
    return node;
}

struct xml *xml_child(const struct xml *node, const char *name)
{
    return pick(node->first, name);
}

struct xml *xml_sibling(const struct xml *node, const char *name)
{
    return pick(node->next, name);
}

const char *xml_attr(const struct xml *node, const char *name)
{
    for (struct xml_attr *a = node->attrs; a; a = a->next) {
        if (text_is(a->name, name)) {
            return a->value;
        }
    }
    return NULL;
}

const char *xml_attr_ns(const struct xml *node, const char *uri, const char *name)
{
    for (struct xml_attr *a = node->attrs; a; a = a->next) {
        if (text_is(a->name, name) && text_is(a->uri, uri)) {
            return a->value;
        }
    }
    return NULL;
}

static void gather(struct buf *out, const struct xml *node)
{
    for (const struct xml *c = node->first; c; c = c->next) {
        if (c->name) {
            gather(out, c); /* depth is limited to DEPTH_MAX by the parser */
        } else {
            buf_text(out, c->text);
        }
    }
}

char *xml_content(struct arena *arena, const struct xml *node)
{
    if (node->first && !node->first->next && !node->first->name) {
        return arena_text(arena, node->first->text);
    }
    struct buf out = {0};
    gather(&out, node);
    char *text = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return text;
}

static void put_escaped(struct buf *out, const char *text, bool attr)
{
    static const char special[256] = {['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1};
    for (; *text; text++) {
        const char *run = text;
        while ((unsigned char)*text >= 0x20 && !special[(unsigned char)*text]) {
            text++;
        }
        buf_add(out, run, (size_t)(text - run));
        unsigned char c = (unsigned char)*text;
        if (!c) {
            break;
        }
        if (c == '&') {
            buf_text(out, "&amp;");
        } else if (c == '<') {
            buf_text(out, "&lt;");
        } else if (c == '>') {
            buf_text(out, "&gt;");
        } else if (attr && c == '"') {
            buf_text(out, "&quot;");
        } else if (attr && (c == '\n' || c == '\t')) {
            buf_printf(out, "&#%d;", c);
        } else if (c == '\r') {
            buf_text(out, "&#13;");
        } else if (c < 0x20 && c != '\n' && c != '\t') {
            text_put(out, 0xFFFD);
        } else {
            buf_char(out, (char)c);
        }
    }
}

bool xml_is_plain(const char *text)
{
    const char *p = text;
    while ((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t') {
        p++;
    }
    return !*p && !strpbrk(text, "&<>");
}

void xml_put_text(struct buf *out, const char *text)
{
    put_escaped(out, text, false);
}

void xml_put_attr(struct buf *out, const char *name, const char *value)
{
    buf_char(out, ' ');
    buf_text(out, name);
    buf_text(out, "=\"");
    put_escaped(out, value, true);
    buf_char(out, '"');
}
