/* SPDX-License-Identifier: Apache-2.0 */
/* What does a new version of a form do to what the old one gathered? */
#include <string.h>

#include "tools/desk_outline.h"

struct comparison {
    struct buf *out;
    struct session *old, *fresh;
    struct arena arena;
    size_t changes;
};

static void heading(struct comparison *c, bool *said, const char *text)
{
    if (!*said) {
        buf_printf(c->out, "%s%s\n", c->changes ? "\n" : "", text);
        *said = true;
    }
    c->changes++;
}

static bool is_column(const struct item *item)
{
    return item->is_leaf && !item->is_repeat && !(item->is_attribute && !item->parent->parent);
}

/* The only new question of the same type whose name is near, if there is one. */
static const struct item *renamed(const struct comparison *c, const struct item *gone)
{
    const struct form *fresh = session_form(c->fresh), *old = session_form(c->old);
    const struct item *found = NULL;
    for (size_t i = 0; i < fresh->item_count; i++) {
        const struct item *item = fresh->items[i];
        if (is_column(item) && !form_item(old, item->path) && item->type == gone->type &&
            strcmp(item->name, gone->name) == 0) {
            if (found) {
                return NULL;
            }
            found = item;
        }
    }
    return found;
}

static void columns_gone(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *item = old->items[i];
        if (!is_column(item) || form_item(fresh, item->path)) {
            continue;
        }
        heading(c, &said, "Columns that get no more answers (what was answered stays):");
        const struct item *moved = renamed(c, item);
        buf_printf(c->out, "  - %s", item->path);
        if (moved) {
            buf_printf(c->out, "   (the question moved to %s: a column of its own)", moved->path);
        }
        buf_char(c->out, '\n');
    }
}

static void columns_new_here(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < fresh->item_count; i++) {
        const struct item *item = fresh->items[i];
        if (is_column(item) && !form_item(old, item->path)) {
            heading(c, &said, "New columns (empty for what was gathered before):");
            buf_printf(c->out, "  + %s\n", item->path);
        }
    }
}

static void expression_of(struct buf *out, const struct xpath *x)
{
    if (x) {
        xpath_print(out, x);
    } else {
        buf_text(out, "(nothing)");
    }
}

static bool same_expression(const struct xpath *a, const struct xpath *b)
{
    struct buf x = {0}, y = {0};
    expression_of(&x, a);
    expression_of(&y, b);
    bool same = strcmp(x.data, y.data) == 0;
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

static void rule_change(struct comparison *c, bool *said, const struct item *item, const char *what,
                        const struct xpath *was, const struct xpath *is)
{
    if (!same_expression(was, is)) {
        heading(c, said, "Rules that changed:");
        buf_printf(c->out, "  ~ %s, %s: ", item->path, what);
        expression_of(c->out, was);
        buf_text(c->out, "  →  ");
        expression_of(c->out, is);
        buf_char(c->out, '\n');
    }
}

static void rules(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *was = old->items[i], *is = form_item(fresh, was->path);
        if (is) {
            rule_change(c, &said, was, "asked if", was->relevant, is->relevant);
            rule_change(c, &said, was, "required if", was->required, is->required);
            rule_change(c, &said, was, "must be", was->constraint, is->constraint);
            rule_change(c, &said, was, "worked out as", was->calculate, is->calculate);
            rule_change(c, &said, was, "as many as", was->count, is->count);
        }
    }
}

static void shapes(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *was = old->items[i], *is = form_item(fresh, was->path);
        if (!is) {
            continue;
        }
        if (was->is_repeat != is->is_repeat) {
            heading(c, &said, "Shape or type that changed:");
            buf_printf(c->out, "  ! %s: %s (its columns move to another table)\n", was->path,
                       is->is_repeat ? "is a repeat now" : "is no repeat any more");
        }
        bool typed = is_column(was) && is_column(is);
        const char *before = was->control ? outline_type(was->control) : data_type_name(was->type);
        const char *after = is->control ? outline_type(is->control) : data_type_name(is->type);
        if (typed && strcmp(before, after) != 0) {
            heading(c, &said, "Shape or type that changed:");
            buf_printf(c->out, "  ! %s: %s  →  %s (one column holds both)\n", was->path, before,
                       after);
        }
    }
}

static bool has_value(const struct choice *choices, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool unfiltered(const struct control *c)
{
    for (size_t i = 0; c->itemset && i < c->itemset->step_count; i++) {
        if (c->itemset->steps[i].pred_count) {
            return false;
        }
    }
    return true;
}

static void choices(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *was = old->items[i], *is = form_item(fresh, was->path);
        struct choice *before, *after;
        size_t n_before, n_after;
        bool lists = is && was->control && is->control &&
                     (was->control->itemset || was->control->choice_count) &&
                     unfiltered(was->control) && unfiltered(is->control);
        struct node *a = lists ? session_find(c->old, was->path) : NULL;
        struct node *b = a ? session_find(c->fresh, is->path) : NULL;
        if (!b || !session_choices(c->old, &c->arena, was->control, a, &before, &n_before, NULL) ||
            !session_choices(c->fresh, &c->arena, is->control, b, &after, &n_after, NULL)) {
            continue;
        }
        for (size_t k = 0; k < n_before; k++) {
            if (!has_value(after, n_after, before[k].value)) {
                heading(c, &said, "Choices that changed:");
                buf_printf(c->out, "  - %s: '%s' is no longer offered\n", was->path,
                           before[k].value);
            }
        }
        for (size_t k = 0; k < n_after; k++) {
            if (!has_value(before, n_before, after[k].value)) {
                heading(c, &said, "Choices that changed:");
                buf_printf(c->out, "  + %s: '%s' is new\n", was->path, after[k].value);
            }
        }
    }
}

static void labels(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *was = old->items[i], *is = form_item(fresh, was->path);
        struct node *a = session_find(c->old, was->path), *b = session_find(c->fresh, was->path);
        if (!is || !a || !b || !was->control || !is->control) {
            continue;
        }
        size_t languages = fresh->language_count ? fresh->language_count : 1;
        for (size_t l = 0; l < languages; l++) {
            if (fresh->language_count) {
                session_set_language(c->old, fresh->languages[l]);
                session_set_language(c->fresh, fresh->languages[l]);
            }
            const char *x =
                session_text(c->old, &c->arena, &was->control->label, a, FORM_LONG, NULL);
            const char *y =
                session_text(c->fresh, &c->arena, &is->control->label, b, FORM_LONG, NULL);
            if (strcmp(x, y) != 0) {
                heading(c, &said, "Words that changed:");
                buf_printf(c->out, "  ~ %s%s%s: «%s»  →  «%s»\n", was->path,
                           fresh->language_count ? ", " : "",
                           fresh->language_count ? fresh->languages[l] : "", x, y);
            }
        }
    }
}

void outline_diff(struct buf *out, struct session *old, struct session *fresh)
{
    struct comparison c = {.out = out, .old = old, .fresh = fresh};
    const struct form *a = session_form(old), *b = session_form(fresh);
    arena_init(&c.arena);
    buf_printf(out, "%s, version %s  →  %s, version %s\n\n", a->id, *a->version ? a->version : "-",
               b->id, *b->version ? b->version : "-");
    if (strcmp(a->id, b->id) != 0) {
        buf_text(out, "These are two different forms: their tables have nothing in common.\n\n");
    } else if (strcmp(a->version, b->version) == 0) {
        buf_text(out, "Both say the same version: give the new one a higher one, or nobody can "
                      "tell them apart.\n\n");
    }
    columns_gone(&c);
    columns_new_here(&c);
    shapes(&c);
    choices(&c);
    rules(&c);
    labels(&c);
    if (!c.changes) {
        buf_text(out, "Nothing that anybody would see has changed.\n");
    }
    buf_text(out, "\nDrafts: one begun with the old version is finished with the old version, and "
                  "its record says so.\n");
    arena_fini(&c.arena);
}
