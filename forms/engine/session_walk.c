/* SPDX-License-Identifier: Apache-2.0 */
/* Lists pages, checks and sets answers, finds problems, resolves paths. */
#include "forms/engine/session_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/values.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

/* ---- walking ---- */

struct node *session_entry_of(const struct node *node)
{
    for (struct node *n = node->parent; n; n = n->parent) {
        if (n->item && n->item->shape.is_repeat) {
            return n;
        }
    }
    return NULL;
}

struct pages {
    struct page *list;
    size_t count, cap;
};

static void add_page(struct pages *pages, enum page_kind kind, const struct control *control,
                     struct node *node)
{
    if (pages->count == pages->cap) {
        pages->cap = pages->cap ? pages->cap * 2 : 32;
        pages->list = mem_grow(pages->list, pages->cap, sizeof *pages->list);
    }
    pages->list[pages->count++] = (struct page){kind, control, node};
}

/* The node of an item inside an entry, or (`entry` NULL) the first in the whole session. */
static struct node *node_in(struct session *s, const struct item *item, const struct node *entry)
{
    struct node *n = s->nodes[item->shape.index].first;
    while (n && entry && !tree_is_ancestor(entry, n)) {
        n = n->same_next;
    }
    return n;
}

/* Is the repeat irrelevant?  `node`: its first entry, or NULL; `holder`: what is around it. */
static bool is_repeat_hidden(struct session *s, const struct control *c, const struct node *node,
                             struct node *holder)
{
    if (!holder || !holder->active) {
        return true;
    }
    if (node || !c->item->relevant) { /* the repeat's own relevance is stored in its entries */
        return node && !node->own_relevant;
    }
    struct node placeholder = {.kind = NODE_ELEMENT,
                               .name = c->item->shape.name,
                               .prefix = "",
                               .uri = "",
                               .parent = holder,
                               .item = c->item,
                               .active = true};
    struct xpath_value v;
    bool hidden =
        !xpath_eval(&v, c->item->relevant, &s->xpath, &placeholder, NULL) || !session_truth(&v);
    arena_reset(&s->temp);
    return hidden;
}

static void walk_repeat(struct session *s, const struct control *c, struct node *entry,
                        struct pages *pages)
{
    struct item *above = c->item->shape.parent;
    struct node *holder = entry && entry->item == above ? entry
                          : above                       ? node_in(s, above, entry)
                                                        : s->root;
    if (!is_repeat_hidden(s, c, node_in(s, c->item, entry), holder)) {
        add_page(pages, PAGE_ROSTER, c, holder);
    }
}

static void walk_controls(struct session *s, const struct control *parent, struct node *entry,
                          bool fields_apart, struct pages *pages);

/* A group whose fields are one page.  With entries in it, it is walked page by page instead. */
static void walk_fields(struct session *s, const struct control *c, struct node *entry,
                        struct node *node, struct pages *pages)
{
    struct pages inner = {0};
    bool roster = false;
    walk_controls(s, c, entry, false, &inner);
    for (size_t p = 0; p < inner.count; p++) {
        roster = roster || inner.list[p].kind == PAGE_ROSTER;
    }
    if (roster) {
        walk_controls(s, c, entry, true, pages);
    } else if (inner.count) {
        add_page(pages, PAGE_FIELDS, c, node ? node : inner.list[0].node->parent);
    }
    free(inner.list);
}

static void walk_controls(struct session *s, const struct control *parent, struct node *entry,
                          bool fields_apart, struct pages *pages)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        struct node *node = c->item ? node_in(s, c->item, entry) : NULL;
        bool together = control_has(c, "field-list") || control_has(c, "risk-matrix");
        if (c->kind == CONTROL_REPEAT) {
            walk_repeat(s, c, entry, pages);
        } else if (node && !node->active) {
            continue;
        } else if (c->kind == CONTROL_GROUP && fields_apart && together) {
            walk_fields(s, c, entry, node, pages);
        } else if (c->kind == CONTROL_GROUP) {
            walk_controls(s, c, entry, fields_apart, pages);
        } else if (node) {
            add_page(pages, PAGE_QUESTION, c, node);
        }
    }
}

static void keep_pages(struct arena *arena, struct pages *from, struct page **pages, size_t *count)
{
    *pages = arena_alloc(arena, (from->count + 1) * sizeof **pages);
    if (from->count) {
        memcpy(*pages, from->list, from->count * sizeof **pages);
    }
    *count = from->count;
    free(from->list);
}

/* Adds an entry of a field-list repeat as one page.  The page's node is a child that exists
 * whatever is relevant.  False: the entry contains other repeats, which are walked page by
 * page, so nothing is added. */
static bool whole_entry(struct session *s, const struct control *from, struct node *entry,
                        struct pages *found)
{
    struct pages inner = {0};
    struct node *anchor = entry->first;
    bool roster = false;
    walk_controls(s, from, entry, false, &inner);
    for (size_t p = 0; p < inner.count; p++) {
        roster = roster || inner.list[p].kind == PAGE_ROSTER;
    }
    while (anchor &&
           (!anchor->item || anchor->item->shape.is_repeat || anchor->item->shape.is_attribute)) {
        anchor = anchor->next;
    }
    bool whole = anchor && !roster && inner.count;
    if (whole) {
        add_page(found, PAGE_FIELDS, from, anchor);
    }
    free(inner.list);
    return whole;
}

void session_pages(struct session *s, struct arena *arena, struct node *entry, struct page **pages,
                   size_t *count)
{
    struct pages found = {0};
    const struct control *from = entry ? entry->item->control : s->form->body;
    bool list = entry && from && control_has(from, "field-list");
    if (from && !(list && whole_entry(s, from, entry, &found))) {
        walk_controls(s, from, entry, true, &found);
    }
    keep_pages(arena, &found, pages, count);
}

void session_fields(struct session *s, struct arena *arena, const struct page *page,
                    struct page **fields, size_t *count)
{
    struct pages found = {0};
    struct node *entry = page->node->item && page->node->item->shape.is_repeat
                             ? page->node
                             : session_entry_of(page->node);
    walk_controls(s, page->control, entry, false, &found);
    keep_pages(arena, &found, fields, count);
}

/* ---- answers ---- */

static enum answer_result check_choice(struct session *s, const struct control *control,
                                       struct node *node, const char *value, struct err *err)
{
    bool has;
    if (!session_list_has(s, control, node, value, &has, err)) {
        return ANSWER_FAULT;
    }
    return has || node->sealed ? ANSWER_OK : ANSWER_CHOICE;
}

static enum answer_result judge_value(struct session *s, struct node *node, struct err *err)
{
    const struct item *item = node->item;
    const char *value = tree_value(node);
    if (!*value) {
        return node->required ? ANSWER_REQUIRED : ANSWER_OK;
    }
    const struct control *control = item->control;
    if (control && (control->kind == CONTROL_SELECT1 || control->kind == CONTROL_SELECT ||
                    control->kind == CONTROL_RANK)) {
        enum answer_result result = check_choice(s, control, node, value, err);
        if (result != ANSWER_OK) {
            return result;
        }
    }
    if (item->constraint) {
        struct xpath_value v;
        if (!session_eval(s, item->constraint, node, item, "constraint", &v, err)) {
            return ANSWER_FAULT;
        }
        if (!session_truth(&v)) {
            return ANSWER_CONSTRAINT;
        }
    }
    return ANSWER_OK;
}

/* Checks are not replayed from the journal, so they must not consume random numbers. */
static enum answer_result judge(struct session *s, struct node *node, struct err *err)
{
    if (s->env.looking) {
        s->env.looking(s->env.user, true);
    }
    enum answer_result result = judge_value(s, node, err);
    if (s->env.looking) {
        s->env.looking(s->env.user, false);
    }
    return result;
}

/* Whether two lists of words have a word in common. */
static bool share_a_word(const char *a, const char *b)
{
    for (; *a; a += strspn(a, " ")) {
        size_t len = strcspn(a, " ");
        for (const char *w = b; *w; w += strspn(w, " ")) {
            size_t n = strcspn(w, " ");
            if (n == len && len > 0 && memcmp(a, w, len) == 0) {
                return true;
            }
            w += n;
        }
        a += len;
    }
    return false;
}

bool session_is_doubtful(const struct node *node)
{
    const struct item *item = node->item;
    return item && item->doubt && node->active && share_a_word(tree_value(node), item->doubt);
}

enum answer_result session_check(struct session *s, struct node *node, struct err *err)
{
    bool asked = node->active && node->item;
    enum answer_result result = asked ? judge(s, node, err) : ANSWER_OK;
    arena_reset(&s->temp);
    return result;
}

static bool settle(struct session *s, struct node *node, bool changed, struct err *err)
{
    session_mark(s, node);
    s->answered = node->item->calculate ? node : NULL;
    session_mark_text_readers(s, node);
    /* recalculate first, so that actions see the new values */
    return session_settle(s, node, err) &&
           (!changed || session_run_actions(s, EVENT_CHANGED, node, node->item, err)) &&
           session_recalculate(s, err);
}

/* strict: a value that breaks the constraint, or is missing where required, is rejected. */
static enum answer_result answer(struct session *s, struct node *node, const char *value,
                                 bool strict, struct err *err)
{
    struct buf text = {0};
    if (!node->active || !node->item) {
        return ANSWER_HIDDEN;
    }
    if (node->readonly || (node->item->calculate && !node->item->control)) {
        return ANSWER_READONLY;
    }
    bool fit = strlen(value) <= SESSION_TEXT_MAX && value_tidy(node->item, value, &text);
    enum answer_result result = fit ? ANSWER_OK : ANSWER_TYPE;
    if (result == ANSWER_OK) {
        char *before = mem_text(tree_value(node));
        bool changed = tree_set(node, text.data), sealed = node->sealed;
        node->sealed = sealed && !changed;
        result = judge(s, node, err);
        if (!strict && (result == ANSWER_CONSTRAINT || result == ANSWER_REQUIRED)) {
            result = ANSWER_OK;
        }
        session_log_begin(s, node, before);
        if (result == ANSWER_OK && !settle(s, node, changed, err)) {
            result = ANSWER_FAULT;
        }
        if (result != ANSWER_OK) {
            tree_set(node, before);
            node->sealed = sealed;
        }
        session_log_end(s, result != ANSWER_FAULT);
        mem_wipe_text(before);
    }
    arena_reset(&s->temp);
    buf_fini(&text);
    return result;
}

enum answer_result session_answer(struct session *s, struct node *node, const char *value,
                                  struct err *err)
{
    return answer(s, node, value, true, err);
}

enum answer_result session_put(struct session *s, struct node *node, const char *value,
                               struct err *err)
{
    return answer(s, node, value, false, err);
}

bool session_replay(struct session *s, struct node *node, const char *value, struct err *err)
{
    bool changed = tree_set(node, value);
    node->sealed = node->sealed && !changed;
    return settle(s, node, changed, err); /* as session_answer does, without checks */
}

static bool is_itself(const struct xpath *x)
{
    return x->op == XP_PATH && !x->absolute && !x->start && x->step_count == 1 &&
           x->steps[0].axis == AXIS_SELF && !x->steps[0].pred_count;
}

static bool is_number(const struct xpath *x, double *n)
{
    bool minus = x->op == XP_NEG && x->a && x->a->op == XP_NUMBER;
    *n = minus ? -x->a->number : x->number;
    return minus || x->op == XP_NUMBER;
}

/* ". = -98": a code that stands for a missing answer. */
static bool is_missing_code(const struct xpath *x)
{
    double n;
    return x->op == XP_EQ && ((is_itself(x->a) && is_number(x->b, &n) && n < 0) ||
                              (is_itself(x->b) && is_number(x->a, &n) && n < 0));
}

/* "… or . = -98 or . = -99": what is asked of an answer that is one. */
static const struct xpath *without_codes(const struct xpath *x)
{
    while (x->op == XP_OR && (is_missing_code(x->a) || is_missing_code(x->b))) {
        x = is_missing_code(x->a) ? x->b : x->a;
    }
    return x;
}

static void narrow(const struct xpath *x, bool whole, double *min, double *max)
{
    double n;
    x = without_codes(x);
    if (x->op == XP_AND) {
        narrow(x->a, whole, min, max);
        narrow(x->b, whole, min, max);
        return;
    }
    if (x->op < XP_LT || x->op > XP_GE) {
        return;
    }
    bool left = is_itself(x->a) && is_number(x->b, &n);
    if (!left && !(is_itself(x->b) && is_number(x->a, &n))) {
        return;
    }
    bool strict = x->op == XP_LT || x->op == XP_GT;
    bool below = (x->op == XP_LT || x->op == XP_LE) == left;
    if (strict && !whole) {
        return; /* decimals: an exclusive limit has no smallest or largest number */
    }
    if (below) {
        double top = strict ? ceil(n) - 1 : n;
        *max = top < *max ? top : *max;
    } else {
        double bottom = strict ? floor(n) + 1 : n;
        *min = bottom > *min ? bottom : *min;
    }
}

bool session_bounds(const struct item *item, double *min, double *max)
{
    *min = -INFINITY;
    *max = INFINITY;
    if (item->constraint) {
        narrow(item->constraint, item->type == TYPE_INT, min, max);
    }
    return *min > -INFINITY || *max < INFINITY;
}

/* The pattern of regex(., '…') in a constraint, or NULL. */
static const char *pattern_of(const struct xpath *x)
{
    const char *left = x && x->op == XP_AND ? pattern_of(x->a) : NULL;
    if (!x || x->op == XP_AND) {
        return left ? left : x ? pattern_of(x->b) : NULL;
    }
    bool is = x->op == XP_CALL && strcmp(xpath_function_name(x), "regex") == 0 &&
              x->arg_count == 2 && is_itself(x->args[0]) && x->args[1]->op == XP_STRING;
    return is ? x->args[1]->text : NULL;
}

/* The kinds of characters that a pattern allows; false: letters of several scripts. */
struct pattern_letters {
    bool capitals, small, cyrillic, digits;
};

static bool letters_of_pattern(struct pattern_letters *l, const char *p)
{
    for (; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\\') {
            p++;
            l->digits = l->digits || *p == 'd';
            if (!*p || strchr("wpPSDWu", *p)) {
                return false;
            }
        } else if (c == '.') {
            return false;
        } else if (c == '{') { /* a repetition count */
            p += strcspn(p, "}");
            p -= !*p;
        }
        l->capitals = l->capitals || (c >= 'A' && c <= 'Z');
        l->small = l->small || (c >= 'a' && c <= 'z');
        l->cyrillic = l->cyrillic || c >= 0x80;
        l->digits = l->digits || (c >= '0' && c <= '9');
    }
    return true;
}

static enum text_keys keys_of_pattern(const char *p)
{
    struct pattern_letters l = {false, false, false, false};
    if (!letters_of_pattern(&l, p)) {
        return KEYS_ANY;
    }
    if (l.cyrillic) {
        return l.capitals || l.small ? KEYS_ANY : KEYS_CYRILLIC;
    }
    return l.small ? KEYS_LATIN : l.capitals ? KEYS_CAPITALS : l.digits ? KEYS_DIGITS : KEYS_ANY;
}

enum text_keys session_keys(const struct item *item)
{
    static const char *const names[] = {
        [KEYS_LATIN] = "latin", [KEYS_CYRILLIC] = "cyrillic", [KEYS_DIGITS] = "digits"};
    static_assert(sizeof names / sizeof *names == KEYS_COUNT, "up to the last");
    const char *pattern = pattern_of(item->constraint);
    enum text_keys shown = pattern ? keys_of_pattern(pattern) : KEYS_ANY;
    for (size_t i = 0; item->keys && i < sizeof names / sizeof *names; i++) {
        if (names[i] && strcmp(names[i], item->keys) == 0) {
            return i == KEYS_LATIN && shown == KEYS_CAPITALS ? KEYS_CAPITALS : (enum text_keys)i;
        }
    }
    return item->type == TYPE_TEXT ? shown : KEYS_ANY;
}

const char *session_refusal(struct session *s, struct arena *arena, struct node *node,
                            enum answer_result why, bool *fallback)
{
    if (fallback) {
        *fallback = false;
    }
    if (why == ANSWER_CONSTRAINT) {
        return session_text(s, arena, &node->item->constraint_message, node, FORM_LONG, fallback);
    }
    if (why == ANSWER_REQUIRED) {
        return session_text(s, arena, &node->item->required_message, node, FORM_LONG, fallback);
    }
    return "";
}

/* ---- the end ---- */

bool session_problems(struct session *s, struct arena *arena, struct problem **problems,
                      size_t *count, struct err *err)
{
    struct problem *list = NULL;
    size_t found = 0;
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct control *control = s->form->items[i]->control;
        if (!control || !control_is_question(control)) {
            continue;
        }
        for (struct node *n = s->nodes[i].first; n; n = n->same_next) {
            struct err fault = {0};
            enum answer_result why = session_check(s, n, &fault);
            if (why == ANSWER_FAULT) {
                *err = fault;
                free(list);
                return false;
            }
            if (why != ANSWER_OK) {
                list = mem_grow(list, found + 1, sizeof *list);
                list[found++] = (struct problem){n, control, why};
            }
        }
    }
    *problems = arena_alloc(arena, (found + 1) * sizeof **problems);
    if (found) {
        memcpy(*problems, list, found * sizeof *list);
    }
    *count = found;
    free(list);
    return true;
}

bool session_finish(struct session *s, struct err *err)
{
    char now[64];
    int64_t wall = session_wall_ms(s);
    clock_iso(now, sizeof now, wall, session_zone_minutes(s, wall), false);
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct item *item = s->form->items[i];
        if (item->preload && strcmp(item->preload, "timestamp") == 0 && item->preload_params &&
            strcmp(item->preload_params, "end") == 0 && s->nodes[i].first) {
            tree_set(s->nodes[i].first, now);
            session_mark_text_readers(s, s->nodes[i].first);
        }
    }
    return session_recalculate(s, err);
}

/* ---- names ---- */

void session_path(const struct node *node, struct buf *out)
{
    if (!node || node->kind == NODE_DOCUMENT) {
        return;
    }
    session_path(node->parent, out);
    buf_printf(out, "/%s%s", node->kind == NODE_ATTRIBUTE ? "@" : "", node->name);
    if (node->item && node->item->shape.is_repeat) {
        buf_printf(out, "[%u]", tree_position(node));
    }
}

struct node *session_first(const struct session *s, const struct item *item)
{
    return s->nodes[item->shape.index].first;
}

struct node *session_find(struct session *s, const char *path)
{
    struct node *node = s->root;
    while (node && *path == '/') {
        size_t len = strcspn(++path, "/[");
        unsigned long position = 1;
        bool attribute = *path == '@';
        const char *name = path + attribute;
        size_t name_len = len - attribute;
        path += len;
        if (*path == '[') {
            char *end;
            position = strtoul(path + 1, &end, 10);
            if (*end != ']') {
                return NULL;
            }
            path = end + 1;
        }
        struct node *c = attribute ? node->attrs : node->first;
        for (; c; c = c->next) {
            if (strlen(c->name) == name_len && strncmp(c->name, name, name_len) == 0 &&
                --position == 0) {
                break;
            }
        }
        node = c;
    }
    return *path ? NULL : node;
}

bool session_record_id(const struct session *s, uint8_t id[16])
{
    const struct node *meta = s->root->first ? tree_child(s->root->first, "meta") : NULL;
    const struct node *node = meta ? tree_child(meta, "instanceID") : NULL;
    if (!node || !text_starts(tree_value(node), "uuid:")) {
        return false;
    }
    char hex[33];
    size_t at = 0;
    for (const char *p = tree_value(node) + 5; *p && at < 32; p++) {
        if (*p != '-') {
            hex[at++] = *p;
        }
    }
    hex[at] = '\0';
    return text_unhex(id, 16, hex);
}
