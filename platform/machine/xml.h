/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_XML_H
#define PLATFORM_MACHINE_XML_H
/*
 * xml: a small read-only tree, and escaping for output.  Home of libxml2.
 *
 * Promise: no file, network address or entity named in a document is ever opened or expanded; a
 *          document with a DOCTYPE is refused (against entity expansion attacks and XXE).
 * Limits:  depth 256, 1000 attributes an element, 64 KiB an attribute, and the caller's limits
 *          on bytes and nodes.
 * Owns:    the tree is owned by the caller's arena.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"

struct xml_attr {
    const char *name;   /* local name */
    const char *prefix; /* as written, or "" */
    const char *uri;    /* namespace, or "" */
    const char *value;
    struct xml_attr *next;
};

struct xml_ns { /* a declaration xmlns[:prefix]="uri" on this element */
    const char *prefix, *uri;
    struct xml_ns *next;
};

enum xml_kind { XML_PART, XML_COMMENT, XML_INSTRUCTION };

struct xml {
    const char *name;   /* local name; NULL = text run, comment or instruction */
    enum xml_kind kind; /* not XML_PART only if limits->asides is set */
    const char *target; /* of a processing instruction */
    const char *prefix, *uri;
    const char *text; /* of a text run, comment or instruction */
    struct xml_attr *attrs;
    struct xml_ns *ns;
    struct xml *parent, *first, *last, *next;
    unsigned line;
};

struct xml_limits {
    size_t bytes, nodes;
    bool comments; /* also keep comments and processing instructions */
};
extern const struct xml_limits xml_foreign; /* 8 MiB, 200 000 nodes: for unsigned documents */
extern const struct xml_limits xml_trusted; /* 64 MiB, 2 M nodes: for forms signed by an author */

/* Call once, before any thread starts: installs hooks that refuse every external entity and
 * wipe freed memory. */
void xml_setup(void);

MUST_CHECK bool xml_parse(struct xml **root, struct arena *arena, const char *bytes, size_t len,
                          const struct xml_limits *limits, struct err *err);

/* As xml_parse, with names, values and texts in one arena and the elements in another, which
 * may be freed once the tree has been read. */
MUST_CHECK bool xml_parse_apart(struct xml **root, struct arena *texts, struct arena *nodes,
                                const char *bytes, size_t len, const struct xml_limits *limits,
                                struct err *err);

/* As xml_parse, but for long tables: calls `part` for every outermost element `name`, in order,
 * then frees the element.  If `part` returns false, parsing stops with its `err`. */
typedef bool xml_part(void *user, const struct xml *element, struct err *err);
MUST_CHECK bool xml_each(const char *bytes, size_t len, const struct xml_limits *limits,
                         const char *name, xml_part *part, void *user, struct err *err);

/* First child element with this local name, in any namespace; NULL name = any element. */
struct xml *xml_child(const struct xml *node, const char *name);
struct xml *xml_sibling(const struct xml *node, const char *name); /* next element of this name */
const char *xml_attr(const struct xml *node, const char *name);    /* by local name, or NULL */
const char *xml_attr_ns(const struct xml *node, const char *uri, const char *name);
/* All text inside the node, concatenated, in the arena. */
char *xml_content(struct arena *arena, const struct xml *node);

/* True if the text needs no escaping. */
bool xml_is_plain(const char *text);
/* Append a text with &, < and > escaped; in attributes quotes, tabs and line feeds too.
 * Characters not allowed in XML become U+FFFD. */
void xml_put_text(struct buf *out, const char *text);
void xml_put_attr(struct buf *out, const char *name, const char *value); /* ` name="value"` */

#endif
