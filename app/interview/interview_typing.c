/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps text that is no answer yet, with its question. */
#include "app/interview/interview_typing.h"

#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "app/interview/interview_paths.h"

static void forget_typing(struct interview_typing **at)
{
    struct interview_typing *t = *at;
    *at = t->next;
    mem_wipe_text(t->path);
    buf_fini(&t->text);
    free(t);
}

void typing_drop(struct interview *i, const char *path)
{
    for (struct interview_typing **at = &i->typings; *at;) {
        if (strcmp((*at)->path, path) == 0) {
            forget_typing(at);
        } else {
            at = &(*at)->next;
        }
    }
}

static void forget_all(struct interview_typing **list)
{
    while (*list) {
        forget_typing(list);
    }
}

/* Renumbers later entries; what is inside the entry itself moves to *aside, in its order. */
static void renumber(struct interview *i, const char *entry, int by,
                     struct interview_typing **aside)
{
    for (struct interview_typing **at = &i->typings; *at;) {
        struct interview_typing *t = *at;
        if (path_move(&t->path, entry, by) == PATH_WITHIN) {
            *at = t->next;
            t->next = NULL;
            *aside = t;
            aside = &t->next;
        } else {
            at = &t->next;
        }
    }
}

void typing_entry_went(struct interview *i, const char *path)
{
    forget_all(&i->gone_typings);
    renumber(i, path, -1, &i->gone_typings);
    mem_wipe_text(i->gone);
    i->gone = mem_text(path);
}

void typing_entry_came(struct interview *i)
{
    struct interview_typing **end = &i->gone_typings;
    if (!i->gone) {
        return;
    }
    while (*end) {
        end = &(*end)->next;
    }
    renumber(i, i->gone, 1, end); /* inserting: nothing is inside */
    *end = i->typings;
    i->typings = i->gone_typings;
    i->gone_typings = NULL;
}

void typing_keep(struct interview *i, const char *path, const struct node *node, const char *text,
                 size_t len)
{
    bool same = node && strlen(tree_value(node)) == len && !memcmp(tree_value(node), text, len);
    typing_drop(i, path);
    if (same) {
        return;
    }
    struct interview_typing *t = mem_zero(1, sizeof *t);
    t->path = mem_text(path);
    buf_add(&t->text, text, len);
    buf_add(&t->text, "", 0);
    t->next = i->typings;
    i->typings = t;
}

const char *interview_typed(const struct interview *i, const struct node *node)
{
    struct buf path = {0};
    const char *text = NULL;
    if (!i->typings) {
        return NULL;
    }
    session_path(node, &path);
    for (const struct interview_typing *t = i->typings; t && !text; t = t->next) {
        text = strcmp(t->path, path.data) == 0 ? t->text.data : NULL;
    }
    buf_fini(&path);
    return text;
}

size_t interview_unfinished(struct interview *i, struct arena *arena, struct problem **list)
{
    size_t room = 0, count = 0;
    for (const struct interview_typing *t = i->typings; t; t = t->next) {
        room++;
    }
    *list = arena_alloc(arena, (room + 1) * sizeof **list);
    for (const struct interview_typing *t = i->typings; t; t = t->next) {
        struct node *node = session_find(i->session, t->path);
        if (node && node->active && !node->readonly && node->item && node->item->control &&
            t->text.len) {
            (*list)[count++] = (struct problem){node, node->item->control, ANSWER_TYPE};
        }
    }
    return count;
}

void interview_typing(struct interview *i, struct node *node, const char *text)
{
    struct buf path = {0};
    interview_post_node(i, JOURNAL_EDIT, node, text);
    session_path(node, &path);
    typing_keep(i, path.data, node, text, strlen(text));
    buf_fini(&path);
}

void typing_forget(struct interview *i)
{
    forget_all(&i->typings);
    forget_all(&i->gone_typings);
    mem_wipe_text(i->gone);
    i->gone = NULL;
}
