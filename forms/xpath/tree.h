/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_TREE_H
#define FORMS_XPATH_TREE_H
/*
 * tree: the nodes that answers live in and that XPath walks.
 *
 * One kind of node for the primary instance (each node knows its `item`) and for secondary
 * instances (item NULL).  Structure lives in an arena; values are malloc'd and wiped when they
 * change, because they are answers.  The value stands on leaf elements and on attributes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/arena.h"
#include "platform/machine/xml.h"

struct item;

enum node_kind {
    NODE_DOCUMENT,
    NODE_ELEMENT,
    NODE_ATTRIBUTE,
    /* below: only in trees made by tree_append_whole, or made up while an expression is evaluated
     */
    NODE_TEXT,
    NODE_COMMENT,
    NODE_INSTRUCTION,
    NODE_NAMESPACE
};

struct node {
    const char *name, *prefix, *uri;
    char *value; /* NULL = empty */
    struct node *parent, *first, *last, *next, *prev;
    struct node *attrs; /* chained by next */
    const struct item *item;
    struct node *same_next, *same_prev; /* nodes of the same item, document order */
    uint32_t order; /* document order, kept by tree_number; the number behind the attributes is
                       that of a leaf's text */
    uint32_t place; /* tree_position's, once it was asked for; 0 = not known */
    uint8_t kind;
    bool own_relevant; /* its own relevance expression */
    bool active;       /* relevant, and all its ancestors are */
    bool required, readonly;
    bool dirty;       /* to be worked out anew */
    bool asked_fresh; /* value still the default or a calculated one: nobody answered it */
};

/* The nodes of one item, chained by same_next. */
struct node_list {
    struct node *first, *last;
};

struct node *tree_node(struct arena *arena, enum node_kind kind, const char *name,
                       const char *prefix, const char *uri);
void tree_append(struct node *parent, struct node *child);
void tree_insert_after(struct node *parent, struct node *after,
                       struct node *child); /* NULL = first */
void tree_remove(struct node *child);
void tree_add_attr(struct node *parent, struct node *attr);

const char *tree_value(const struct node *node); /* never NULL; a leaf's or attribute's own value */
/* True when the value changed.  "" and NULL are the same. */
bool tree_set(struct node *node, const char *value);
void tree_wipe(struct node *node); /* values of the whole subtree */

/* Copy of an XML element, text of leaves as values; depth is capped by xml_parse. */
struct node *tree_from_xml(struct arena *arena, const struct xml *xml);
/* Append a copy that keeps mixed content: text, comments and instructions are nodes of their own,
 * namespace declarations stand among the attributes. */
void tree_append_whole(struct arena *arena, struct node *parent, const struct xml *xml);
/* Deep copy with values and items; not linked to any parent. */
struct node *tree_copy(struct arena *arena, const struct node *from);
/* Number all nodes below in document order, from `from`; returns the next number. */
uint32_t tree_number(struct node *node, uint32_t from);

struct node *tree_child(const struct node *node, const char *name);
/* 1-based place among the siblings of the same name. */
uint32_t tree_position(const struct node *node);
bool tree_is_ancestor(const struct node *ancestor, const struct node *node); /* or self */

#endif
