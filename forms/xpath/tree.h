/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XPATH_TREE_H
#define FORMS_XPATH_TREE_H
/*
 * tree: the nodes that hold answers and that XPath walks.
 *
 * The primary instance and secondary instances use the same kind of node; in the primary
 * instance each node has its `item`, in secondary instances item is NULL.  Structure lives in
 * an arena.  Values are allocated with malloc and wiped when they change, because they are
 * answers.  Only leaf elements and attributes have values.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/arena.h"
#include "platform/machine/xml.h"

/* First document-order number of the form's own lists, and of lists that a session loads. */
#define FORM_ORDER 0x40000000u
#define SESSION_ORDER 0x80000000u

struct item; /* what the form says of a node; defined by the owner of the tree */

/* What XPath must know of an item.  Every struct item begins with its shape. */
struct item_shape {
    uint32_t index; /* of its list in xpath_env.lists */
    const char *name;
    struct item *parent; /* NULL: the root */
    bool is_attribute, is_repeat;
    bool in_repeat;          /* the item or an ancestor is a repeat */
    bool is_number, is_time; /* type of its values */
};
static inline const struct item_shape *item_shape(const struct item *item)
{
    return (const struct item_shape *)item;
}

enum node_kind {
    NODE_DOCUMENT,
    NODE_ELEMENT,
    NODE_ATTRIBUTE,
    /* the kinds below occur only in trees made by tree_append_whole, or temporarily during
     * evaluation */
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
    uint32_t order; /* document order, set by tree_number; the number after the attributes is
                     * that of the leaf's text */
    uint32_t place; /* cached result of tree_position; 0 = unknown */
    uint8_t kind;
    bool own_relevant; /* result of its own relevance expression */
    bool active;       /* relevant, and all its ancestors are relevant */
    bool required, readonly;
    bool dirty;       /* must be recalculated */
    bool asked_fresh; /* value is the default or calculated; nobody has answered it */
    bool sealed;      /* value is that of the record that is edited */
};

/* The nodes of one item, chained by same_next. */
struct node_list {
    struct node *first, *last;
};

struct node *tree_node(struct arena *arena, enum node_kind kind, const char *name,
                       const char *prefix, const char *uri);
void tree_append(struct node *parent, struct node *child);
void tree_insert_after(struct node *parent, struct node *after,
                       struct node *child); /* after NULL = first */
void tree_remove(struct node *child);
void tree_add_attr(struct node *parent, struct node *attr);

const char *tree_value(const struct node *node); /* a leaf's or attribute's own value; never NULL */
/* Returns whether the value changed.  "" and NULL are equal. */
bool tree_set(struct node *node, const char *value);
void tree_wipe(struct node *node); /* wipes the values of the whole subtree */

/* Copies an XML element; texts of leaves become values.  xml_parse limits the depth. */
struct node *tree_from_xml(struct arena *arena, const struct xml *xml);
/* Appends a copy that keeps mixed content: texts, comments and processing instructions
 * become nodes; namespace declarations are among the attributes. */
void tree_append_whole(struct arena *arena, struct node *parent, const struct xml *xml);
/* Deep copy with values and items, without a parent. */
struct node *tree_copy(struct arena *arena, const struct node *from);
/* Numbers `node` and all nodes below it in document order, starting with `from`; returns the
 * next number. */
uint32_t tree_number(struct node *node, uint32_t from);

struct node *tree_child(const struct node *node, const char *name);
/* 1-based position among siblings of the same name. */
uint32_t tree_position(const struct node *node);
bool tree_is_ancestor(const struct node *ancestor, const struct node *node); /* or node itself */

#endif
