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

/* The node of this item in the form's own instance, or in an entry's template; NULL: none. */
static const struct node *find_item(const struct node *from, const struct item *item)
{
    for (const struct node *n = from->first; n; n = n->next) {
        const struct node *found = n->kind != NODE_ELEMENT ? NULL
                                   : n->item == item       ? n
                                                           : find_item(n, item);
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* Whether the form fills it in itself: by a calculation, a default that is one, or when another
 * answer changes.  What only empties it fills nothing in. */
static bool is_filled_in(const struct form *form, const struct item *item)
{
    for (const struct action *a = form->actions; a; a = a->next) {
        if (a->target == item && (a->value || (a->literal && *a->literal))) {
            return true;
        }
    }
    return item->calculate != NULL;
}

bool session_is_default(const struct session *s, const struct node *node)
{
    const struct node *entry = session_entry_of(node);
    const struct node *first =
        find_item(entry ? entry->item->template : session_form(s)->primary, node->item);
    return is_filled_in(session_form(s), node->item) ||
           (first && strcmp(tree_value(first), tree_value(node)) == 0);
}

/* Whether the question of an entry asks if the person takes part: its name ends so. */
static bool asks_to_take_part(const struct item *item)
{
    static const char end[] = "_take";
    size_t len = strlen(item->shape.name), tail = strlen(end);
    return len > tail && strcmp(item->shape.name + len - tail, end) == 0;
}

/* Whether somebody answered within `node` that the person takes no part, which closes the question
 * `consent`.  A "no" to anything else says nothing, nor does one that the form fills in. */
static bool says_no(const struct session *s, const struct node *node, const struct item *consent)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->active || !n->item) {
            continue;
        }
        bool no = n->item->is_leaf && n->item->control && strcmp(tree_value(n), "no") == 0 &&
                  asks_to_take_part(n->item);
        if (n->item->is_leaf ? no && leads_to(n->item, consent, 0) && !session_is_default(s, n)
                             : says_no(s, n, consent)) {
            return true;
        }
    }
    return false;
}

/* Where the question is not relevant: somebody who came and was not asked yet, unless a "no" says
 * that the person takes no part.  What is not clear stops the recording. */
static bool is_new(const struct session *s, const struct node *node)
{
    const struct node *entry = session_entry_of(node);
    return entry && entry->active && !says_no(s, entry, node->item);
}

/* All who are there: in a repeat each entry where the question is relevant, and those who came just
 * now. */
static enum consent consent_of(const struct session *s, const struct item *item,
                               const struct node **who)
{
    enum consent all = CONSENT_GIVEN;
    bool any = false;
    for (const struct node *n = s->nodes[item->shape.index].first; n; n = n->same_next) {
        if (!n->active && !is_new(s, n)) {
            continue;
        }
        /* what the form fills in is nobody's answer: a "yes" must be given */
        const char *value = n->active ? tree_value(n) : "";
        value = strcmp(value, "yes") == 0 && session_is_default(s, n) ? "" : value;
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
