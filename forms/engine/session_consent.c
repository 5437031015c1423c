/* SPDX-License-Identifier: Apache-2.0 */
/* Whether people agreed that their sound is recorded. */
#include <string.h>

#include "forms/engine/form_consent.h"
#include "forms/engine/session_internal.h"

enum { DEPTH = 8 }; /* of calculations between an answer and what it opens */

/* Whether the relevance of `to`, its own or that of a group around it, reads `from`, directly or by
 * calculations. */
static bool leads_to(const struct item *from, const struct item *to, int depth)
{
    for (uint32_t r = 0; r < from->reader_count; r++) {
        const struct item *reader = from->readers[r].item;
        for (const struct item *up = to; up; up = up->shape.parent) {
            if (reader == up && up->relevant) {
                return true;
            }
        }
        if (depth < DEPTH && reader->calculate && leads_to(reader, to, depth + 1)) {
            return true;
        }
    }
    return false;
}

/* The value that a new entry begins with; "": none. */
static const char *default_of(const struct node *template, const struct item *item)
{
    for (const struct node *n = template->first; n; n = n->next) {
        const char *value = n->kind != NODE_ELEMENT ? ""
                            : n->item == item       ? tree_value(n)
                                                    : default_of(n, item);
        if (*value) {
            return value;
        }
    }
    return "";
}

bool session_is_default(const struct node *node)
{
    const struct node *entry = session_entry_of(node);
    return entry && strcmp(default_of(entry->item->template, node->item), tree_value(node)) == 0;
}

/* Whether an answer "no" within `node` closes the question `consent`.  A "no" to anything else says
 * nothing, nor does one that every entry begins with. */
static bool says_no(const struct node *node, const struct item *consent)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->active || !n->item) {
            continue;
        }
        bool no = n->item->is_leaf && n->item->control && strcmp(tree_value(n), "no") == 0;
        if (n->item->is_leaf ? no && leads_to(n->item, consent, 0) && !session_is_default(n)
                             : says_no(n, consent)) {
            return true;
        }
    }
    return false;
}

/* Where the question is not relevant: somebody who came and was not asked yet, unless a "no" says
 * that the person takes no part.  What is not clear stops the recording. */
static bool is_new(const struct node *node)
{
    const struct node *entry = session_entry_of(node);
    return entry && entry->active && !says_no(entry, node->item);
}

/* All who are there: in a repeat each entry where the question is relevant, and those who came just
 * now. */
static enum consent consent_of(const struct session *s, const struct item *item,
                               const struct node **who)
{
    enum consent all = CONSENT_GIVEN;
    bool any = false;
    for (const struct node *n = s->nodes[item->shape.index].first; n; n = n->same_next) {
        if (!n->active && !is_new(n)) {
            continue;
        }
        const char *value = n->active ? tree_value(n) : "";
        enum consent one = strcmp(value, "yes") == 0 ? CONSENT_GIVEN
                           : *value                  ? CONSENT_REFUSED
                                                     : CONSENT_UNASKED;
        any = true;
        if (one > all) {
            all = one;
            *who = n;
        }
    }
    return any ? all : CONSENT_UNASKED;
}

enum consent session_audio_consent(const struct session *s, const struct item *item,
                                   const struct node **who)
{
    enum consent all = CONSENT_GIVEN;
    *who = NULL;
    for (const char *at = item->audio_consent ? item->audio_consent : "";
         *(at += strspn(at, " "));) {
        const struct node *node = NULL;
        size_t len = strcspn(at, " ");
        const struct item *named = form_named(session_form(s), at, len);
        enum consent one = named ? consent_of(s, named, &node) : CONSENT_UNASKED;
        if (one > all) {
            all = one;
            *who = node;
        }
        at += len;
    }
    return all;
}
