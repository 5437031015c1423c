/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two versions of a form: effects on columns, choices, texts and drafts. */
#include <assert.h>
#include <string.h>

#include "tools/form/form_outline.h"

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
    return item->is_leaf && !item->shape.is_repeat &&
           !(item->shape.is_attribute && !item->shape.parent->shape.parent);
}

/* The new question of the same name and type, if there is exactly one: the question moved
 * there. */
static const struct item *moved_to(const struct comparison *c, const struct item *gone)
{
    const struct form *fresh = session_form(c->fresh), *old = session_form(c->old);
    const struct item *found = NULL;
    for (size_t i = 0; i < fresh->item_count; i++) {
        const struct item *item = fresh->items[i];
        if (is_column(item) && !form_item(old, item->path) && item->type == gone->type &&
            strcmp(item->shape.name, gone->shape.name) == 0) {
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
        heading(c, &said, "Columns that receive no new answers (existing answers are kept):");
        const struct item *moved = moved_to(c, item);
        buf_printf(c->out, "  - %s", item->path);
        if (moved) {
            buf_printf(c->out, "   (the question moved to %s, which is a new column)", moved->path);
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
            heading(c, &said, "New columns (empty in existing records):");
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
            rule_change(c, &said, was, "read only if", was->readonly, is->readonly);
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
        if (was->shape.is_repeat != is->shape.is_repeat) {
            heading(c, &said, "Shape or type that changed:");
            buf_printf(c->out, "  ! %s: %s (its columns move to another table)\n", was->path,
                       is->shape.is_repeat ? "is a repeat now" : "is no repeat any more");
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

/* A node as the context for evaluation; the root if a repeat has no entry yet. */
static struct node *look_from(struct session *s, const struct item *item)
{
    struct node *node = session_first(s, item);
    return node ? node : session_root(s)->first;
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
        struct node *a = lists ? look_from(c->old, was) : NULL;
        struct node *b = lists ? look_from(c->fresh, is) : NULL;
        if (!lists ||
            !session_choices(c->old, &c->arena, was->control, a, &before, &n_before, NULL) ||
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

static void word_change(struct comparison *c, bool *said, const struct item *item, const char *what,
                        const char *language, const char *was, const char *is)
{
    if (strcmp(was, is) != 0) {
        heading(c, said, "Words that changed:");
        buf_printf(c->out, "  ~ %s%s%s%s: «%s»  →  «%s»\n", item->path, what, *language ? ", " : "",
                   language, was, is);
    }
}

/* Compares the labels of choices that both versions offer. */
static void choice_words(struct comparison *c, bool *said, const struct item *was,
                         const struct item *is, struct node *a, struct node *b,
                         const char *language)
{
    struct choice *before, *after;
    size_t n_before, n_after;
    if (!(was->control->itemset || was->control->choice_count) ||
        !(is->control->itemset || is->control->choice_count) || !unfiltered(was->control) ||
        !unfiltered(is->control) ||
        !session_choices(c->old, &c->arena, was->control, a, &before, &n_before, NULL) ||
        !session_choices(c->fresh, &c->arena, is->control, b, &after, &n_after, NULL)) {
        return;
    }
    for (size_t i = 0; i < n_before; i++) {
        for (size_t k = 0; k < n_after; k++) {
            if (strcmp(before[i].value, after[k].value) == 0) {
                const char *what = arena_printf(&c->arena, ", choice '%s'", before[i].value);
                word_change(c, said, was, what, language, before[i].label, after[k].label);
                break;
            }
        }
    }
}

static void languages(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->language_count; i++) {
        if (form_language(fresh, old->languages[i]) < 0) {
            heading(c, &said, "Languages:");
            buf_printf(c->out, "  - %s\n", old->languages[i]);
        }
    }
    for (size_t i = 0; i < fresh->language_count; i++) {
        if (form_language(old, fresh->languages[i]) < 0) {
            heading(c, &said, "Languages:");
            buf_printf(c->out, "  + %s\n", fresh->languages[i]);
        }
    }
}

static void labels(struct comparison *c)
{
    const struct form *old = session_form(c->old), *fresh = session_form(c->fresh);
    bool said = false;
    for (size_t i = 0; i < old->item_count; i++) {
        const struct item *was = old->items[i], *is = form_item(fresh, was->path);
        if (!is || !was->control || !is->control) {
            continue;
        }
        struct node *a = look_from(c->old, was), *b = look_from(c->fresh, is);
        size_t languages = fresh->language_count ? fresh->language_count : 1;
        for (size_t l = 0; l < languages; l++) {
            if (fresh->language_count) {
                session_set_language(c->old, fresh->languages[l]);
                session_set_language(c->fresh, fresh->languages[l]);
            }
            const char *language = fresh->language_count ? fresh->languages[l] : "";
            const struct label *before[] = {&was->control->label, &was->control->hint,
                                            &was->constraint_message, &was->required_message};
            const struct label *after[] = {&is->control->label, &is->control->hint,
                                           &is->constraint_message, &is->required_message};
            static const char *const what[] = {"", ", hint", ", when refused", ", when left out"};
            for (size_t k = 0; k < 4; k++) {
                const char *x = session_text(c->old, &c->arena, before[k], a, FORM_LONG, NULL);
                const char *y = session_text(c->fresh, &c->arena, after[k], b, FORM_LONG, NULL);
                word_change(c, &said, was, what[k], language, x, y);
            }
            choice_words(c, &said, was, is, a, b, language);
        }
    }
}

void outline_diff(struct buf *out, struct session *old, struct session *fresh)
{
    assert(old != fresh);
    struct comparison c = {.out = out, .old = old, .fresh = fresh};
    const struct form *a = session_form(old), *b = session_form(fresh);
    arena_init(&c.arena);
    buf_printf(out, "%s, version %s  →  %s, version %s\n\n", a->id, *a->version ? a->version : "-",
               b->id, *b->version ? b->version : "-");
    if (strcmp(a->id, b->id) != 0) {
        buf_text(out, "These are two different forms: their tables have nothing in common.\n\n");
    } else if (strcmp(a->version, b->version) == 0) {
        buf_text(out,
                 "Both have the same version. Give the new form a higher version, or nobody can "
                 "tell them apart.\n\n");
    }
    columns_gone(&c);
    columns_new_here(&c);
    shapes(&c);
    choices(&c);
    rules(&c);
    languages(&c);
    labels(&c);
    if (!c.changes) {
        buf_text(out, "No visible changes.\n");
    }
    buf_text(out,
             "\nDrafts: a draft begun with the old version is finished with the old version, and "
             "its record says so.\n");
    arena_fini(&c.arena);
}
