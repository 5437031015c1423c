/* SPDX-License-Identifier: Apache-2.0 */
/* The section of the current page, and the progress through the form. */
#include <assert.h>
#include <string.h>

#include "app/interview/interview.h"

static bool has_label(const struct control *c)
{
    return c->label.itext || c->label.text || c->label.id;
}

const char *interview_section(struct interview *i, struct arena *arena, const struct page *page,
                              bool *fallback)
{
    if (fallback) {
        *fallback = false;
    }
    bool group = page->kind == PAGE_FIELDS && page->control->kind == CONTROL_GROUP;
    for (const struct control *c = group ? page->control : page->control->parent; c;
         c = c->parent) {
        if (has_label(c)) {
            struct node *node = page->node;
            const char *text =
                session_text(i->session, arena, &c->label, node, FORM_LONG, fallback);
            if (*text) {
                return text;
            }
        }
    }
    if (fallback) {
        *fallback = false; /* a title has only one language */
    }
    return i->form->title;
}

struct survey_walk {
    const struct control *wanted; /* the page's control, or its outermost repeat */
    const struct control *before; /* section of the previous place */
    struct interview_place at;
    size_t *lengths; /* NULL: only count the sections */
};

static void walk_place(struct survey_walk *w, const struct control *c)
{
    const struct control *section = c->parent;
    while (section && !has_label(section)) {
        section = section->parent;
    }
    if (!w->at.places || section != w->before) {
        w->at.sections++;
        w->before = section;
    }
    w->at.places++;
    if (w->lengths) {
        w->lengths[w->at.sections - 1]++;
    }
    for (const struct control *up = c; up; up = up->parent) {
        if (up == w->wanted) { /* for a page with several places: the last one */
            w->at.section = w->at.sections;
            w->at.place = w->at.places;
        }
    }
}

static void walk_body(struct survey_walk *w, const struct control *parent)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        if (c->kind == CONTROL_GROUP) {
            walk_body(w, c);
        } else {
            walk_place(w, c);
        }
    }
}

struct interview_place interview_place(struct interview *i, struct arena *arena)
{
    assert(i->form);
    const struct control *wanted = i->page.control;
    for (const struct control *up = wanted; up; up = up->parent) {
        wanted = up->kind == CONTROL_REPEAT ? up : wanted;
    }
    struct survey_walk count = {.wanted = wanted};
    if (i->form->body) {
        walk_body(&count, i->form->body);
    }
    struct survey_walk w = {.wanted = wanted};
    w.lengths = arena_alloc(arena, (count.at.sections + 1) * sizeof *w.lengths);
    memset(w.lengths, 0, (count.at.sections + 1) * sizeof *w.lengths);
    if (i->form->body) {
        walk_body(&w, i->form->body);
    }
    w.at.lengths = w.lengths;
    return w.at;
}
