/* SPDX-License-Identifier: Apache-2.0 */
/* Whether people agreed that their sound is recorded. */
#include <string.h>

#include "forms/engine/form_consent.h"
#include "forms/engine/session_internal.h"

static bool says_no(const struct node *node)
{
    for (const struct node *n = node->first; n; n = n->next) {
        bool leaf = n->item && n->item->is_leaf;
        if (n->kind == NODE_ELEMENT && n->active &&
            (leaf ? n->item->control && strcmp(tree_value(n), "no") == 0 : says_no(n))) {
            return true;
        }
    }
    return false;
}

/* Where the question is not relevant: somebody who came and was not asked yet, unless a "no" says
 * that the person takes no part.  Defaults say nothing: what is not clear stops the recording. */
static bool is_new(const struct node *node)
{
    const struct node *entry = session_entry_of(node);
    return entry && entry->active && !says_no(entry);
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
