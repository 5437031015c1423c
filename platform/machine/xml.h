/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_XML_H
#define PLATFORM_MACHINE_XML_H
/*
 * xml: a small read-only tree, and escaping for what we write.  Home of libxml2.
 *
 * Promise: no file, no network, no entity of a document is ever opened or expanded; a document
 *          with a DOCTYPE is refused (docs/SECURITY.md: billion laughs, XXE, quadratic blow-up).
 * Limits:  depth 256, and the caller's caps on bytes and nodes.
 * Owns:    the tree lives in the caller's arena.
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
    const char *name;   /* local name; NULL = this is a run of text, or an aside */
    enum xml_kind kind; /* XML_PART but for asides, which come only when asked for */
    const char *target; /* of an instruction; its content and a comment's are in `text` */
    const char *prefix, *uri;
    const char *text; /* of a text run */
    struct xml_attr *attrs;
    struct xml_ns *ns;
    struct xml *parent, *first, *last, *next;
    unsigned line;
};

struct xml_limits {
    size_t bytes, nodes;
    bool comments; /* keep comments and processing instructions, too */
};
extern const struct xml_limits xml_foreign; /* 8 MiB, 200 000 nodes: anything unsigned */
extern const struct xml_limits xml_trusted; /* 64 MiB, 2 M nodes: forms an author signed */

/* Once, before any thread: hooks that refuse every external entity. */
void xml_setup(void);

MUST_CHECK bool xml_parse(struct xml **root, struct arena *arena, const char *bytes, size_t len,
                          const struct xml_limits *limits, struct err *err);

/* The same with names, values and texts in one arena and the elements that hold them in another,
 * which may go when the tree has been read. */
MUST_CHECK bool xml_parse_apart(struct xml **root, struct arena *texts, struct arena *nodes,
                                const char *bytes, size_t len, const struct xml_limits *limits,
                                struct err *err);

/* The same without keeping the whole: every outermost element `name`, in order, is given to `part`
 * (false: stop, `err` says why) and forgotten.  For long tables. */
typedef bool xml_part(void *user, const struct xml *element, struct err *err);
MUST_CHECK bool xml_each(const char *bytes, size_t len, const struct xml_limits *limits,
                         const char *name, xml_part *part, void *user, struct err *err);

/* First child element with this local name and any namespace; NULL name = any element. */
struct xml *xml_child(const struct xml *node, const char *name);
struct xml *xml_sibling(const struct xml *node, const char *name); /* the next one */
const char *xml_attr(const struct xml *node, const char *name);    /* by local name, or NULL */
const char *xml_attr_ns(const struct xml *node, const char *uri, const char *name);
/* All text below, joined, in the arena. */
char *xml_content(struct arena *arena, const struct xml *node);

/* Is the text written as it stands? */
bool xml_is_plain(const char *text);
/* Append with &, <, > escaped (and quotes, in an attribute).  Characters that XML cannot hold
 * become U+FFFD. */
void xml_put_text(struct buf *out, const char *text);
void xml_put_attr(struct buf *out, const char *name, const char *value); /* ` name="value"` */

#endif
