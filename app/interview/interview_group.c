/* SPDX-License-Identifier: Apache-2.0 */
/* Who sits in a group, and who speaks. */
#include "app/interview/interview_group.h"

#include <assert.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "platform/machine/text.h"

bool group_is(const struct control *repeat)
{
    static const char appearance[] = "focus-group";
    return control_has(repeat, appearance) ||
           (repeat->parent && repeat->parent->kind == CONTROL_GROUP &&
            control_has(repeat->parent, appearance));
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && strcmp(name + len - tail, end) == 0;
}

/* The first question or calculation of an entry whose name ends so; NULL: none. */
static struct node *find_in(struct node *entry, const char *end)
{
    for (struct node *n = entry->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->item || n->item->shape.is_repeat) {
            continue;
        }
        if (n->item->is_leaf && ends_with(n->item->shape.name, end)) {
            return n;
        }
        struct node *deeper = n->item->is_leaf ? NULL : find_in(n, end);
        if (deeper) {
            return deeper;
        }
    }
    return NULL;
}

bool group_is_round(const struct control *repeat)
{
    const struct item *item = repeat->item;
    if (!item || !group_is(repeat) || !item->template) {
        return false;
    }
    return find_in(item->template, "_lab") != NULL;
}

static bool says_yes(const struct node *node)
{
    return node && node->active && strcmp(tree_value(node), "yes") == 0;
}

static bool any_answer(const struct node *node)
{
    for (const struct node *n = node->first; n; n = n->next) {
        bool leaf = n->item && n->item->is_leaf;
        if (n->active && (leaf ? n->item->control && *tree_value(n) : any_answer(n))) {
            return true;
        }
    }
    return false;
}

/* The question in an entry that a use, or the recording of the whole, asks for. */
static const struct node *consent_in(const struct interview *i, const struct node *node,
                                     const char *use)
{
    const struct item *whole = i->form->background;
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->item) {
            continue;
        }
        bool mine = use ? n->item->use && strcmp(n->item->use, use) == 0
                        : whole && whole->audio_consent &&
                              text_has_word(whole->audio_consent, n->item->shape.name);
        const struct node *found = mine ? n : consent_in(i, n, use);
        if (found) {
            return found;
        }
    }
    return NULL;
}

static void read_person(const struct interview *i, struct node *entry, struct group_person *p)
{
    const struct node *label = find_in(entry, "_lab"), *take = find_in(entry, "_take");
    *p = (struct group_person){.entry = entry,
                               .label = label ? tree_value(label) : "",
                               .fresh = !any_answer(entry),
                               .refused = take && strcmp(tree_value(take), "no") == 0,
                               .late = says_yes(find_in(entry, "_late")),
                               .left = says_yes(find_in(entry, "_left")),
                               .sound = says_yes(consent_in(i, entry, NULL)),
                               .quotes = says_yes(consent_in(i, entry, "quotes"))};
}

size_t group_people(struct interview *i, struct arena *arena, struct group_person **people)
{
    const struct item *round = NULL;
    size_t count = 0;
    *people = NULL;
    for (size_t k = 0; k < i->form->item_count && !round; k++) {
        const struct item *one = i->form->items[k];
        round = one->shape.is_repeat && one->control && group_is_round(one->control) ? one : NULL;
    }
    struct node *first = round ? session_first(i->session, round) : NULL;
    for (struct node *n = first; n; n = n->same_next) {
        count += n->active;
    }
    *people = arena_alloc(arena, (count + 1) * sizeof **people);
    count = 0;
    for (struct node *n = first; n; n = n->same_next) {
        if (n->active) {
            read_person(i, n, &(*people)[count++]);
        }
    }
    return count;
}

/* ---- turns ---- */

static void post(struct interview *i, enum journal_turns what, const char *path, const char *who)
{
    struct buf value = {0};
    char *own = mem_text(path);
    buf_char(&value, (char)what);
    buf_text(&value, who);
    buf_add(&value, "", 0);
    interview_post(i, JOURNAL_TURN, own, value.data, value.len);
    mem_wipe_text(own);
    buf_fini(&value);
}

void group_speaks(struct interview *i, const struct node *topic, const char *who)
{
    struct buf path = {0};
    session_path(topic, &path);
    buf_add(&path, "", 0);
    const struct turn *open = turns_open(i);
    if (!open || strcmp(open->who, who) != 0 || strcmp(open->topic, path.data) != 0) {
        post(i, TURN_BEGUN, path.data, who);
    }
    buf_fini(&path);
}

void group_ends(struct interview *i)
{
    const struct turn *open = turns_open(i);
    if (open) {
        post(i, TURN_ENDED, open->topic, "");
    }
}

void group_quotes(struct interview *i, const char *who)
{
    const struct turn *open = turns_open(i);
    assert(open);
    post(i, TURN_QUOTED, open->topic, who);
}

void group_puts_right(struct interview *i, const char *who)
{
    const struct turn *open = turns_open(i);
    assert(open);
    post(i, TURN_PUT_RIGHT, open->topic, who);
}
