/* SPDX-License-Identifier: Apache-2.0 */
/* Where the interview is, and where it goes. */
#include <stdio.h>
#include <string.h>

#include "app/interview/interview_files.h"

static bool same_page(const struct page *a, const struct page *b)
{
    return a->control == b->control && a->node == b->node;
}

static struct node *level_of(const struct page *page)
{
    if (page->kind == PAGE_ROSTER && page->node->item && page->node->item->shape.is_repeat) {
        return page->node; /* a nested repeat: its holder is an entry */
    }
    return session_entry_of(page->node);
}

struct node *interview_entry(const struct interview *i)
{
    return i->page.node ? level_of(&i->page) : NULL;
}

void interview_pages(struct interview *i, struct arena *arena, struct page **pages, size_t *count,
                     size_t *at)
{
    session_pages(i->session, arena, interview_entry(i), pages, count);
    *at = 0;
    while (*at < *count && !same_page(&(*pages)[*at], &i->page)) {
        (*at)++;
    }
}

/* Answers a question with the case that is wanted.  True: it took it. */
static bool take_case(struct interview *i, struct arena *arena, const struct page *page)
{
    struct choice *choices;
    size_t count;
    const struct control *c = page->control;
    bool asks = page->kind == PAGE_QUESTION && c->kind == CONTROL_SELECT1 && c->itemset &&
                !*tree_value(page->node);
    if (!asks || !session_choices(i->session, arena, c, page->node, &choices, &count, NULL)) {
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        if (strcmp(choices[k].value, i->wanted) == 0) {
            return interview_answer(i, page->node, i->wanted, NULL) == ANSWER_OK;
        }
    }
    return false;
}

static void offer_case(struct interview *i)
{
    struct arena arena;
    struct page *fields = &i->page;
    size_t count = 1;
    if (!*i->wanted) {
        return;
    }
    arena_init(&arena);
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &arena, &i->page, &fields, &count);
    }
    for (size_t f = 0; f < count && *i->wanted; f++) {
        if (take_case(i, &arena, &fields[f])) {
            *i->wanted = '\0';
        }
    }
    arena_fini(&arena);
}

void interview_go(struct interview *i, const struct page *page)
{
    i->page = *page; /* two rosters may share a holder: the event names the repeat */
    interview_post_node(i, JOURNAL_PAGE, page->node,
                        page->kind == PAGE_ROSTER ? page->control->item->path : NULL);
    offer_case(i);
}

void interview_want_case(struct interview *i, const char *id)
{
    snprintf(i->wanted, sizeof i->wanted, "%s", id);
    offer_case(i);
}

static bool holds(struct interview *i, struct arena *arena, const struct page *page,
                  const struct node *node)
{
    if (page->kind == PAGE_QUESTION) {
        return page->node == node;
    }
    if (page->kind == PAGE_FIELDS) {
        struct page *fields;
        size_t count;
        session_fields(i->session, arena, page, &fields, &count);
        for (size_t f = 0; f < count; f++) {
            if (fields[f].node == node) {
                return true;
            }
        }
    }
    return page->node == node;
}

bool interview_find(struct interview *i, struct arena *arena, const struct node *node,
                    struct page *page)
{
    struct node *levels[2] = {session_entry_of(node), node->item && node->item->shape.is_repeat
                                                          ? (struct node *)node
                                                          : NULL};
    for (int l = 1; l >= 0; l--) {
        struct page *pages;
        size_t count;
        if (l == 1 && !levels[1]) {
            continue;
        }
        session_pages(i->session, arena, levels[l], &pages, &count);
        for (size_t p = 0; p < count; p++) {
            if (holds(i, arena, &pages[p], node)) {
                *page = pages[p];
                return true;
            }
        }
    }
    return false;
}

/* The page to use if the current one has gone (its answer hid it): the last one before it in
 * form order. */
static size_t nearest(const struct interview *i, const struct page *pages, size_t count)
{
    size_t at = 0;
    for (size_t p = 0; p < count; p++) {
        if (pages[p].control->index <= i->page.control->index) {
            at = p;
        }
    }
    return at;
}

bool interview_next(struct interview *i)
{
    struct arena arena;
    struct page *pages;
    size_t count, at;
    arena_init(&arena);
    interview_pages(i, &arena, &pages, &count, &at);
    if (at == count) {
        at = nearest(i, pages, count);
    }
    bool ok = at + 1 < count;
    if (ok) {
        interview_go(i, &pages[at + 1]);
    }
    arena_fini(&arena);
    return ok;
}

bool interview_back(struct interview *i)
{
    struct arena arena;
    struct page *pages;
    size_t count, at;
    arena_init(&arena);
    interview_pages(i, &arena, &pages, &count, &at);
    bool gone = at == count;
    if (gone) {
        at = nearest(i, pages, count);
    }
    bool ok = gone ? count > 0 : at > 0;
    if (ok) {
        interview_go(i, &pages[gone ? at : at - 1]);
    }
    arena_fini(&arena);
    return ok;
}

void interview_leave_entry(struct interview *i)
{
    struct node *entry = interview_entry(i);
    struct page roster;
    if (!entry) {
        return;
    }
    roster = (struct page){PAGE_ROSTER, entry->item->control, entry->parent};
    interview_go(i, &roster);
}
