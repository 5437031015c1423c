/* SPDX-License-Identifier: Apache-2.0 */
/* Functions on logic, node-sets, numbers and the form.  Other functions are in xpath_texts.c
 * and xpath_geo.c. */
#include "forms/xpath/xpath_internal.h"

#include <math.h>
#include <string.h>

#include "platform/machine/digest.h"
#include "platform/machine/text.h"

static bool arg_nodes(struct eval *e, const struct frame *f, const struct xpath *call, size_t i,
                      struct xpath_value *v)
{
    if (!xpath_arg(e, f, call, i, v)) {
        return false;
    }
    if (v->type != XV_NODES) {
        return err_set(e->err, ERR_INPUT, "%s() needs a node-set", call->function->name);
    }
    return true;
}

/* ---- logic ---- */

FN(fn_true)
{
    (void)e;
    (void)f;
    (void)call;
    return value_bool(out, true);
}
FN(fn_false)
{
    (void)e;
    (void)f;
    (void)call;
    return value_bool(out, false);
}

FN(fn_not)
{
    struct xpath_value v;
    return xpath_arg(e, f, call, 0, &v) && value_bool(out, !xpath_to_bool(&v));
}

FN(fn_boolean)
{
    struct xpath_value v;
    return xpath_arg(e, f, call, 0, &v) && value_bool(out, xpath_to_bool(&v));
}

FN(fn_boolean_from_string)
{
    const char *text;
    return xpath_arg_text(e, f, call, 0, &text) &&
           value_bool(out, strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

FN(fn_if)
{
    struct xpath_value v;
    return xpath_arg(e, f, call, 0, &v) && xpath_arg(e, f, call, xpath_to_bool(&v) ? 1 : 2, out);
}

FN(fn_coalesce)
{
    for (size_t i = 0; i < call->arg_count; i++) {
        if (!xpath_arg(e, f, call, i, out)) {
            return false;
        }
        bool none = out->type == XV_NUMBER && isnan(out->number);
        if (!none && *xpath_to_text(e->env, out)) {
            return true;
        }
    }
    return true;
}

/* once(x): the question's value if it has one, else x. */
FN(fn_once)
{
    const char *have = e->current ? xpath_string_value(e->env, e->current) : "";
    return *have ? value_text(out, have) : xpath_arg(e, f, call, 0, out);
}

/* ---- selections ---- */

FN(fn_selected)
{
    const char *list, *wanted, *start;
    size_t len;
    if (!xpath_arg_text(e, f, call, 0, &list) || !xpath_arg_text(e, f, call, 1, &wanted)) {
        return false;
    }
    wanted += strspn(wanted, " "); /* blanks around the value are ignored, those inside are not */
    size_t wanted_len = strlen(wanted);
    while (wanted_len && wanted[wanted_len - 1] == ' ') {
        wanted_len--;
    }
    bool found = false;
    while (!found && wanted_len && xpath_word(&list, &start, &len)) {
        found = strncmp(start, wanted, wanted_len) == 0 &&
                (start[wanted_len] == ' ' || !start[wanted_len]);
    }
    return value_bool(out, found);
}

FN(fn_selected_at)
{
    const char *list, *start;
    double index;
    size_t len;
    if (!xpath_arg_text(e, f, call, 0, &list) || !xpath_arg_number(e, f, call, 1, &index)) {
        return false;
    }
    for (double i = 0; xpath_word(&list, &start, &len); i++) {
        if (i == index) {
            return value_text(out, arena_copy(e->env->temp, start, len));
        }
    }
    return value_text(out, "");
}

FN(fn_count_selected)
{
    const char *list, *start;
    size_t len, count = 0;
    if (!xpath_arg_text(e, f, call, 0, &list)) {
        return false;
    }
    while (xpath_word(&list, &start, &len)) {
        count++;
    }
    return value_number(out, (double)count);
}

/* ---- node sets ---- */

FN(fn_count)
{
    struct xpath_value v;
    return arg_nodes(e, f, call, 0, &v) && value_number(out, (double)v.count);
}

FN(fn_count_non_empty)
{
    struct xpath_value v;
    if (!arg_nodes(e, f, call, 0, &v)) {
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i < v.count; i++) {
        count += *xpath_string_value(e->env, v.nodes[i]) != '\0';
    }
    return value_number(out, (double)count);
}

static double node_number(struct eval *e, const struct node *node)
{
    struct node *one = (struct node *)node;
    struct xpath_value v = {.type = XV_NODES, .nodes = &one, .count = 1};
    return xpath_to_number(e->env, &v);
}

FN(fn_sum)
{
    struct xpath_value v;
    if (!arg_nodes(e, f, call, 0, &v)) {
        return false;
    }
    double sum = 0;
    for (size_t i = 0; i < v.count; i++) {
        /* ODK: an unanswered question adds nothing */
        if (e->env->strict_names || *xpath_string_value(e->env, v.nodes[i])) {
            sum += node_number(e, v.nodes[i]);
        }
    }
    return value_number(out, sum);
}

static bool extreme(struct eval *e, const struct frame *f, const struct xpath *call,
                    struct xpath_value *out, bool min)
{
    double best = NAN;
    for (size_t i = 0; i < call->arg_count; i++) {
        struct xpath_value v;
        if (!xpath_arg(e, f, call, i, &v)) {
            return false;
        }
        size_t count = v.type == XV_NODES ? v.count : 1;
        for (size_t k = 0; k < count; k++) {
            struct xpath_value one = {.type = XV_NODES, .count = 1};
            one.nodes = v.type == XV_NODES ? &v.nodes[k] : NULL;
            const struct xpath_value *member = one.nodes ? &one : &v;
            if (!e->env->strict_names && !*xpath_to_text(e->env, member)) {
                continue; /* unanswered: ignored */
            }
            double n = xpath_to_number(e->env, member);
            if (isnan(n)) {
                return value_number(out, n);
            }
            if ((isnan(best) || (min ? n < best : n > best))) {
                best = n;
            }
        }
    }
    return value_number(out, best);
}

FN(fn_min)
{
    return extreme(e, f, call, out, true);
}
FN(fn_max)
{
    return extreme(e, f, call, out, false);
}

FN(fn_position)
{
    if (!call->arg_count) {
        return value_number(out, (double)f->position);
    }
    struct xpath_value v;
    return arg_nodes(e, f, call, 0, &v) &&
           value_number(out, v.count ? (double)tree_position(v.nodes[0]) : (double)NAN);
}

FN(fn_last)
{
    (void)e;
    (void)call;
    return value_number(out, (double)f->size);
}

static bool one_node(struct eval *e, struct xpath_value *out, struct node *node)
{
    struct node **nodes = arena_alloc(e->env->temp, sizeof *nodes);
    nodes[0] = node;
    *out = (struct xpath_value){.type = XV_NODES, .nodes = nodes, .count = node ? 1 : 0};
    return true;
}

FN(fn_current)
{
    (void)f;
    (void)call;
    return one_node(e, out, e->current);
}

FN(fn_instance)
{
    const char *id;
    if (!xpath_arg_text(e, f, call, 0, &id)) {
        return false;
    }
    struct node *root = e->env->instance ? e->env->instance(e->env->user, id) : NULL;
    return root ? one_node(e, out, root)
                : err_set(e->err, ERR_INPUT, "there is no instance '%s'", id);
}

static bool name_part(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out, int part)
{
    struct node *node = f->node;
    if (call->arg_count) {
        struct xpath_value v;
        if (!arg_nodes(e, f, call, 0, &v)) {
            return false;
        }
        node = v.count ? v.nodes[0] : NULL;
    }
    if (!node || node->kind == NODE_DOCUMENT) {
        return value_text(out, "");
    }
    if (part == 2) {
        return value_text(out, node->uri);
    }
    if (part == 1 && *node->prefix) {
        return value_text(out, arena_printf(e->env->temp, "%s:%s", node->prefix, node->name));
    }
    return value_text(out, node->name);
}

FN(fn_local_name)
{
    return name_part(e, f, call, out, 0);
}
FN(fn_name)
{
    return name_part(e, f, call, out, 1);
}
FN(fn_namespace_uri)
{
    return name_part(e, f, call, out, 2);
}

/* Elements whose attribute `id` is one of the words; without a DTD, this is what id() means. */
static bool take_ids(struct eval *e, struct node *node, const char *words,
                     struct xpath_value *found)
{
    if (!xpath_spend(e, 1)) {
        return false;
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        const char *at = words, *start;
        size_t len;
        while (a->kind == NODE_ATTRIBUTE && strcmp(a->name, "id") == 0 &&
               xpath_word(&at, &start, &len)) {
            if (strlen(tree_value(a)) == len && strncmp(tree_value(a), start, len) == 0) {
                if ((found->count & (found->count - 1)) == 0) {
                    struct node **grown =
                        arena_alloc(e->env->temp, (found->count * 2 + 1) * sizeof *grown);
                    memcpy(grown, found->nodes ? found->nodes : grown,
                           found->count * sizeof *grown);
                    found->nodes = grown;
                }
                found->nodes[found->count++] = node;
                break;
            }
        }
    }
    for (struct node *c = node->first; c; c = c->next) {
        if (!take_ids(e, c, words, found)) {
            return false;
        }
    }
    return true;
}

FN(fn_id)
{
    struct xpath_value v;
    struct buf words = {0};
    struct node *top = f->node;
    if (!xpath_arg(e, f, call, 0, &v)) {
        return false;
    }
    size_t many = v.type == XV_NODES ? v.count : 1;
    for (size_t i = 0; i < many; i++) {
        buf_text(&words, v.type == XV_NODES ? xpath_string_value(e->env, v.nodes[i])
                                            : xpath_to_text(e->env, &v));
        buf_char(&words, ' ');
    }
    for (size_t i = 0; i < words.len; i++) {
        words.data[i] = strchr("\t\r\n", words.data[i]) ? ' ' : words.data[i];
    }
    const char *list = xpath_keep(e, &words);
    while (top->parent) {
        top = top->parent;
    }
    *out = (struct xpath_value){.type = XV_NODES};
    return take_ids(e, top, list, out);
}

/* lang(): whether the node's xml:lang is the language or a dialect of it. */
FN(fn_lang)
{
    const char *lang;
    if (!xpath_arg_text(e, f, call, 0, &lang)) {
        return false;
    }
    size_t len = strlen(lang);
    for (const struct node *n = f->node; n; n = n->parent) {
        for (const struct node *a = n->kind == NODE_ELEMENT ? n->attrs : NULL; a; a = a->next) {
            if (strcmp(a->name, "lang") == 0 && strcmp(a->prefix, "xml") == 0) {
                const char *own = tree_value(a);
                bool same = strlen(own) >= len && strncasecmp(own, lang, len) == 0 &&
                            (own[len] == '\0' || own[len] == '-');
                return value_bool(out, same);
            }
        }
    }
    return value_bool(out, false);
}

/* ---- indexed-repeat ---- */

static bool from_the_root(const struct xpath *x)
{
    return x->op == XP_PATH && x->absolute && x->target;
}

/* Whether the call is the simple case: one index, resolved absolute paths, and a repeat
 * inside no other repeat.  Then the entry is found directly. */
static bool is_plain_roster(const struct eval *e, const struct xpath *call)
{
    if (!e->env->lists || call->arg_count != 3 || !from_the_root(call->args[0]) ||
        !from_the_root(call->args[1])) {
        return false;
    }
    const struct item *repeat = call->args[1]->target, *at = call->args[0]->target;
    if (!item_shape(repeat)->is_repeat ||
        (item_shape(repeat)->parent && item_shape(item_shape(repeat)->parent)->in_repeat)) {
        return false;
    }
    while (at && at != repeat) {
        at = item_shape(at)->is_repeat ? NULL : item_shape(at)->parent;
    }
    return at != NULL;
}

/* Finds entry number `index` of the repeat, starting from the nearest of the first, the last
 * and the current entry. */
static struct node *step_to(const struct eval *e, const struct item *repeat, double index)
{
    const struct node_list *list = &e->env->lists[item_shape(repeat)->index];
    struct node *at = list->first;
    if (!at || index != floor(index) || index < 1 || index > (double)tree_position(list->last)) {
        return NULL;
    }
    if ((double)tree_position(list->last) - index < index - 1) {
        at = list->last;
    }
    for (struct node *n = e->current; n; n = n->parent) {
        if (n->item == repeat &&
            fabs((double)tree_position(n) - index) < fabs((double)tree_position(at) - index)) {
            at = n;
        }
    }
    while (at && (double)tree_position(at) != index) {
        at = (double)tree_position(at) < index ? at->same_next : at->same_prev;
    }
    return at;
}

static struct node *below(struct node *top, const struct item *item)
{
    if (!top || top->item == item) {
        return top;
    }
    const struct item_shape *shape = item_shape(item);
    struct node *parent = below(top, shape->parent);
    struct node *n = parent ? (shape->is_attribute ? parent->attrs : parent->first) : NULL;
    while (n && n->item != item) {
        n = n->next;
    }
    return n;
}

/* The index from an argument; an unanswered question gives 1, as in JavaRosa. */
static double index_of(struct eval *e, const struct xpath_value *at)
{
    double index = xpath_to_number(e->env, at);
    bool unanswered = isnan(index) && !(at->type == XV_NODES && at->count == 0);
    return unanswered ? 1 : index;
}

/* Whether the node is in the list, which is in document order. */
static bool is_among(const struct xpath_value *nodes, const struct node *node)
{
    size_t from = 0, to = nodes->count;
    while (from < to) {
        size_t half = from + (to - from) / 2;
        if (nodes->nodes[half]->order < node->order) {
            from = half + 1;
        } else {
            to = half;
        }
    }
    return from < nodes->count && nodes->nodes[from] == node;
}

/* Keeps only those `nodes` that are in entries with number `index`. */
static bool keep_indexed(struct eval *e, struct xpath_value *nodes,
                         const struct xpath_value *repeats, double index)
{
    size_t kept = 0;
    bool inside = !nodes->count || !repeats->count;
    for (size_t n = 0; n < nodes->count; n++) {
        bool found = false;
        for (struct node *p = nodes->nodes[n]; p && !found; p = p->parent) {
            if (is_among(repeats, p)) {
                inside = true;
                found = (double)tree_position(p) == index;
            }
        }
        if (found) {
            nodes->nodes[kept++] = nodes->nodes[n];
        }
    }
    nodes->count = kept;
    return inside ||
           err_set(e->err, ERR_INPUT,
                   "indexed-repeat(): its first argument must lie in the repeats it names");
}

/* indexed-repeat(node, repeat, index [, repeat, index …]): the node in the entries with
 * these numbers. */
FN(fn_indexed_repeat)
{
    struct xpath_value nodes, at;
    struct node *saved = e->current;
    if (is_plain_roster(e, call)) {
        if (!xpath_arg(e, f, call, 2, &at)) {
            return false;
        }
        struct node *entry = step_to(e, call->args[1]->target, index_of(e, &at));
        struct node *node = below(entry, call->args[0]->target);
        *out = (struct xpath_value){.type = XV_NODES};
        return !node || !node->active || one_node(e, out, node);
    }
    e->current = NULL; /* search all entries, not only the current one */
    bool ok = arg_nodes(e, f, call, 0, &nodes);
    e->current = saved;
    for (size_t i = 1; ok && i + 1 < call->arg_count; i += 2) {
        struct xpath_value repeats;
        e->current = NULL;
        ok = arg_nodes(e, f, call, i, &repeats);
        e->current = saved;
        ok = ok && xpath_arg(e, f, call, i + 1, &at) &&
             keep_indexed(e, &nodes, &repeats, index_of(e, &at));
    }
    *out = nodes;
    return ok;
}

/* The seed for a text argument: the first eight bytes of its SHA-256. */
static int64_t seed_of(const char *text)
{
    uint8_t hash[DIGEST_MAX];
    size_t len;
    uint64_t seed = 0;
    if (*text && digest_bytes(hash, &len, "SHA256", text, strlen(text))) {
        for (size_t i = 0; i < 8; i++) {
            seed = seed << 8 | hash[i];
        }
    }
    double rounded = (double)(int64_t)seed; /* rounded to a double, as in JavaRosa */
    return fabs(rounded) > 9.2e18 ? 0 : (int64_t)rounded;
}

/* Fisher-Yates shuffle (inside-out).  Random numbers: the Park-Miller sequence that ODK
 * documents. */
FN(fn_randomize)
{
    struct xpath_value v;
    if (!arg_nodes(e, f, call, 0, &v)) {
        return false;
    }
    struct node **nodes = arena_alloc(e->env->temp, (v.count + 1) * sizeof *nodes);
    int64_t seed = 0;
    if (call->arg_count > 1) {
        double given;
        struct xpath_value raw;
        if (!xpath_arg(e, f, call, 1, &raw)) {
            return false;
        }
        given = xpath_to_number(e->env, &raw);
        seed = isnan(given) || fabs(given) > 9e18 ? 0 : (int64_t)given;
        if (isnan(given) && raw.type != XV_NUMBER) {
            seed = seed_of(xpath_to_text(e->env, &raw));
        }
    } else {
        uint32_t fresh = 1;
        if (e->env->random) {
            e->env->random(e->env->user, &fresh, sizeof fresh);
        }
        seed = fresh;
    }
    seed %= 2147483647;
    if (seed <= 0) {
        seed += 2147483646;
    }
    for (size_t i = 0; i < v.count; i++) {
        seed = seed * 16807 % 2147483647;
        size_t pick = (size_t)((double)(seed - 1) / 2147483646.0 * (double)(i + 1));
        nodes[i] = nodes[pick];
        nodes[pick] = v.nodes[i];
    }
    *out = (struct xpath_value){.type = XV_NODES, .nodes = nodes, .count = v.count};
    return true;
}

/* A column of a list row: a child by name, or an attribute by "@name". */
static const struct node *cell_of(const struct node *row, const char *name)
{
    const struct node *n = *name == '@' ? row->attrs : row->first;
    name += *name == '@';
    while (n && strcmp(n->name, name) != 0) {
        n = n->next;
    }
    return n;
}

FN(fn_pulldata)
{
    const char *id, *column, *key, *value;
    if (!xpath_arg_text(e, f, call, 0, &id) || !xpath_arg_text(e, f, call, 1, &column) ||
        !xpath_arg_text(e, f, call, 2, &key) || !xpath_arg_text(e, f, call, 3, &value)) {
        return false;
    }
    struct node *doc = e->env->instance ? e->env->instance(e->env->user, id) : NULL;
    if (!doc || !doc->first) {
        return value_text(out, "");
    }
    for (struct node *row = doc->first->first; row; row = row->next) {
        const struct node *cell = cell_of(row, key);
        if (cell && strcmp(tree_value(cell), value) == 0) {
            const struct node *found = cell_of(row, column);
            return value_text(out, found ? tree_value(found) : "");
        }
    }
    return value_text(out, "");
}

/* ---- numbers ---- */

FN(fn_number)
{
    if (!call->arg_count) {
        return value_number(out, node_number(e, f->node));
    }
    double n;
    return xpath_arg_number(e, f, call, 0, &n) && value_number(out, n);
}

FN(fn_int)
{
    double n;
    return xpath_arg_number(e, f, call, 0, &n) && value_number(out, trunc(n));
}

FN(fn_round)
{
    struct xpath_value v;
    double n, places = 0;
    if (!xpath_arg(e, f, call, 0, &v)) {
        return false;
    }
    n = xpath_to_number(e->env, &v);
    if (v.type == XV_STRING && isnan(n) && strchr(v.text, ',')) { /* accept a decimal comma */
        char *point = arena_text(e->env->temp, v.text);
        *strchr(point, ',') = '.';
        n = xpath_text_number(point, 0);
    }
    if ((call->arg_count > 1 && !xpath_arg_number(e, f, call, 1, &places))) {
        return false;
    }
    if (isnan(places) || fabs(places) > 30) {
        places = 0;
    }
    double unit = pow(10, places);
    double scaled = n * unit;
    double up = floor(scaled + 0.5);
    return value_number(out, isfinite(scaled) ? up / unit : n);
}

FN(fn_pow)
{
    double a, b;
    return xpath_arg_number(e, f, call, 0, &a) && xpath_arg_number(e, f, call, 1, &b) &&
           value_number(out, pow(a, b));
}

FN(fn_atan2)
{
    double a, b;
    return xpath_arg_number(e, f, call, 0, &a) && xpath_arg_number(e, f, call, 1, &b) &&
           value_number(out, atan2(a, b));
}

FN(fn_pi)
{
    (void)e;
    (void)f;
    (void)call;
    return value_number(out, 3.14159265358979323846);
}

static double exp10_of(double x)
{
    return pow(10, x);
}

/* Functions of one number; fn_plain finds the C function by name. */
static const struct {
    const char *name;
    double (*run)(double);
} plain[] = {{"abs", fabs},       {"ceiling", ceil}, {"floor", floor}, {"sqrt", sqrt}, {"exp", exp},
             {"exp10", exp10_of}, {"log", log},      {"log10", log10}, {"sin", sin},   {"cos", cos},
             {"tan", tan},        {"asin", asin},    {"acos", acos},   {"atan", atan}};

FN(fn_plain)
{
    double n;
    if (!xpath_arg_number(e, f, call, 0, &n)) {
        return false;
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(plain[i].name, call->function->name) == 0) {
            return value_number(out, plain[i].run(n));
        }
    }
    return false;
}

FN(fn_random)
{
    uint32_t bits[2] = {0, 0};
    (void)f;
    (void)call;
    if (e->env->random) {
        e->env->random(e->env->user, bits, sizeof bits);
    }
    return value_number(out,
                        ((double)(bits[0] >> 5) * 67108864 + (bits[1] >> 6)) / 9007199254740992.0);
}

/* ---- the form's texts and properties ---- */

FN(fn_itext)
{
    const char *id;
    if (!xpath_arg_text(e, f, call, 0, &id)) {
        return false;
    }
    const char *text = e->env->itext ? e->env->itext(e->env->user, id) : NULL;
    return value_text(out, text ? text : arena_printf(e->env->temp, "[itext:%s]", id));
}

FN(fn_choice_name)
{
    const char *value, *path;
    if (!xpath_two_texts(e, f, call, &value, &path)) {
        return false;
    }
    const char *name =
        e->env->choice_name ? e->env->choice_name(e->env->user, value, path, e->current) : NULL;
    if (!name && e->env->choice_name) {
        return err_set(e->err, ERR_INPUT, "jr:choice-name(): there is no question '%s'", path);
    }
    return value_text(out, name ? name : "");
}

FN(fn_property)
{
    const char *name;
    if (!xpath_arg_text(e, f, call, 0, &name)) {
        return false;
    }
    const char *text = e->env->property ? e->env->property(e->env->user, name) : NULL;
    return value_text(out, text ? text : "");
}

/* version(): the form's version, read from the instance. */
FN(fn_version)
{
    const struct node *root = e->env->primary ? e->env->primary->first : NULL;
    const char *text = "";
    (void)f;
    (void)call;
    for (const struct node *a = root ? root->attrs : NULL; a; a = a->next) {
        text = strcmp(a->name, "version") == 0 ? tree_value(a) : text;
    }
    return value_text(out, text);
}

/* Whether an item of a checklist counts: a number unless 0, any other answer unless empty. */
static bool item_counts(struct eval *e, const struct node *node)
{
    const char *text = xpath_string_value(e->env, node);
    bool number = node->item && item_shape(node->item)->is_number;
    return number ? xpath_text_number(text, 0) != 0 : *text != '\0';
}

struct numbers {
    double *list;
    size_t count;
};

/* Values of every `stride`th argument from `first` on; a node-set gives one value per node. */
static bool checklist_values(struct eval *e, const struct frame *f, const struct xpath *call,
                             size_t first, size_t stride, bool weights, struct numbers *out)
{
    size_t cap = 0;
    *out = (struct numbers){NULL, 0};
    for (size_t i = first; i < call->arg_count; i += stride) {
        struct xpath_value v;
        if (!xpath_arg(e, f, call, i, &v)) {
            return false;
        }
        size_t many = v.type == XV_NODES ? v.count : 1;
        if (out->count + many > cap) {
            cap = (out->count + many) * 2;
            double *grown = arena_alloc(e->env->temp, cap * sizeof *grown);
            memcpy(grown, out->list ? out->list : grown, out->count * sizeof *grown);
            out->list = grown;
        }
        for (size_t k = 0; k < many; k++) {
            double n = v.type == XV_NODES
                           ? (weights ? node_number(e, v.nodes[k]) : item_counts(e, v.nodes[k]))
                           : (weights ? xpath_to_number(e->env, &v) : xpath_to_bool(&v));
            out->list[out->count++] = n;
        }
    }
    return true;
}

static bool checklist(struct eval *e, const struct frame *f, const struct xpath *call,
                      struct xpath_value *out, bool weighted)
{
    double min, max, sum = 0;
    struct numbers values, weights = {NULL, 0};
    size_t stride = weighted ? 2 : 1;
    if (!xpath_arg_number(e, f, call, 0, &min) || !xpath_arg_number(e, f, call, 1, &max) ||
        !checklist_values(e, f, call, 2, stride, false, &values) ||
        (weighted && !checklist_values(e, f, call, 3, stride, true, &weights))) {
        return false;
    }
    for (size_t i = 0; i < values.count; i++) {
        double weight = !weighted ? 1 : i < weights.count ? weights.list[i] : 0;
        sum += values.list[i] != 0 ? weight : 0;
    }
    return value_bool(out, (min < 0 || sum >= min) && (max < 0 || sum <= max));
}

FN(fn_checklist)
{
    return checklist(e, f, call, out, false);
}
FN(fn_weighted_checklist)
{
    return checklist(e, f, call, out, true);
}

static const struct xpath_function functions[] = {
    {"true", 0, 0, fn_true},
    {"id", 1, 1, fn_id},
    {"lang", 1, 1, fn_lang},
    {"false", 0, 0, fn_false},
    {"not", 1, 1, fn_not},
    {"boolean", 1, 1, fn_boolean},
    {"boolean-from-string", 1, 1, fn_boolean_from_string},
    {"if", 3, 3, fn_if},
    {"coalesce", 2, 255, fn_coalesce},
    {"once", 1, 1, fn_once},
    {"selected", 2, 2, fn_selected},
    {"is-selected", 2, 2, fn_selected},
    {"selected-at", 2, 2, fn_selected_at},
    {"count-selected", 1, 1, fn_count_selected},
    {"count", 1, 1, fn_count},
    {"count-non-empty", 1, 1, fn_count_non_empty},
    {"sum", 1, 1, fn_sum},
    {"min", 1, 255, fn_min},
    {"max", 1, 255, fn_max},
    {"position", 0, 1, fn_position},
    {"last", 0, 0, fn_last},
    {"current", 0, 0, fn_current},
    {"instance", 1, 1, fn_instance},
    {"local-name", 0, 1, fn_local_name},
    {"name", 0, 1, fn_name},
    {"namespace-uri", 0, 1, fn_namespace_uri},
    {"indexed-repeat", 3, 255, fn_indexed_repeat},
    {"randomize", 1, 2, fn_randomize},
    {"pulldata", 4, 4, fn_pulldata},
    {"number", 0, 1, fn_number},
    {"int", 1, 1, fn_int},
    {"round", 1, 2, fn_round},
    {"pow", 2, 2, fn_pow},
    {"atan2", 2, 2, fn_atan2},
    {"pi", 0, 0, fn_pi},
    {"abs", 1, 1, fn_plain},
    {"ceiling", 1, 1, fn_plain},
    {"floor", 1, 1, fn_plain},
    {"sqrt", 1, 1, fn_plain},
    {"exp", 1, 1, fn_plain},
    {"exp10", 1, 1, fn_plain},
    {"log", 1, 1, fn_plain},
    {"log10", 1, 1, fn_plain},
    {"sin", 1, 1, fn_plain},
    {"cos", 1, 1, fn_plain},
    {"tan", 1, 1, fn_plain},
    {"asin", 1, 1, fn_plain},
    {"acos", 1, 1, fn_plain},
    {"atan", 1, 1, fn_plain},
    {"random", 0, 0, fn_random},
    {"jr:itext", 1, 1, fn_itext},
    {"jr:choice-name", 2, 2, fn_choice_name},
    {"property", 1, 1, fn_property},
    {"version", 0, 0, fn_version},
    {"checklist", 3, 255, fn_checklist},
    {"weighted-checklist", 4, 255, fn_weighted_checklist},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

const struct xpath_function *xpath_function_find(const char *name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (strcmp(functions[i].name, name) == 0) {
            return &functions[i];
        }
    }
    const struct xpath_function *others[] = {xpath_text_functions, xpath_geo_functions};
    for (size_t t = 0; t < 2; t++) {
        for (const struct xpath_function *f = others[t]; f->name; f++) {
            if (strcmp(f->name, name) == 0) {
                return f;
            }
        }
    }
    return NULL;
}

const char *xpath_function_nearest(const char *name)
{
    const char *names[FUNCTION_COUNT + 100];
    size_t count = 0;
    for (; count < FUNCTION_COUNT; count++) {
        names[count] = functions[count].name;
    }
    const struct xpath_function *others[] = {xpath_text_functions, xpath_geo_functions};
    for (size_t t = 0; t < 2; t++) {
        for (const struct xpath_function *f = others[t]; f->name && count < FUNCTION_COUNT + 100;
             f++) {
            names[count++] = f->name;
        }
    }
    return text_nearest(name, names, count);
}
