/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the body of an XForm: controls and actions. */
#include "forms/engine/form_loader.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

/* ---- actions ---- */

static bool read_events(struct loader *l, const struct xml *xml, unsigned *events)
{
    static const struct {
        const char *name;
        unsigned event;
    } known[] = {{"odk-instance-first-load", EVENT_FIRST_LOAD}, {"odk-instance-load", EVENT_LOAD},
                 {"odk-new-repeat", EVENT_NEW_REPEAT},          {"jr-insert", EVENT_NEW_REPEAT},
                 {"xforms-value-changed", EVENT_CHANGED},       {"xforms-ready", EVENT_LOAD}};
    const char *text = loader_text(xml_attr(xml, "event"));
    *events = 0;
    for (const char *p = text + strspn(text, " \t\n"); *p; p += strspn(p, " \t\n")) {
        size_t len = strcspn(p, " \t\n"), i = 0, count = sizeof known / sizeof *known;
        while (i < count && (strlen(known[i].name) != len || strncmp(known[i].name, p, len) != 0)) {
            i++;
        }
        if (i == count) {
            return loader_bad(l, xml, "an action for an event that there is not",
                              arena_copy(l->arena, p, len));
        }
        *events |= known[i].event;
        p += len;
    }
    return true;
}

bool loader_action_kind(const struct xml *xml, enum action_kind *kind)
{
    static const char *const names[] = {[ACTION_SETVALUE] = "setvalue",
                                        [ACTION_SETGEOPOINT] = "setgeopoint",
                                        [ACTION_RECORDAUDIO] = "recordaudio"};
    static_assert(sizeof names / sizeof *names == ACTION_KIND_COUNT, "a name for each");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(xml->name, names[i]) == 0) {
            *kind = (enum action_kind)i;
            return true;
        }
    }
    return false;
}

/* The path without its predicates, in the arena; NULL if it has no predicates. */
static const char *without_predicates(struct loader *l, const char *ref)
{
    struct buf out = {0};
    unsigned depth = 0;
    char quote = 0;
    if (!strchr(ref, '[')) {
        return NULL;
    }
    for (const char *p = ref; *p; p++) {
        if (depth && (quote ? *p == quote : *p == '\'' || *p == '"')) {
            quote = quote ? 0 : *p;
        } else if (!quote && *p == '[') {
            depth++;
        } else if (!quote && *p == ']' && depth) {
            depth--;
        } else if (!depth) {
            buf_char(&out, *p);
        }
    }
    const char *kept = arena_copy(l->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

bool loader_action(struct loader *l, const struct xml *xml, enum action_kind kind,
                   struct item *trigger)
{
    const char *ref = loader_text(xml_attr(xml, "ref"));
    const char *bind = xml_attr(xml, "bind");
    const char *plain = bind ? NULL : without_predicates(l, ref);
    struct action *action = arena_alloc(l->arena, sizeof *action);
    if (kind != ACTION_SETVALUE && strcmp(xml->uri, ODK) != 0) {
        loader_bad(l, xml, "an action of ODK's outside its namespace", xml->name);
        return err_hint(l->err, "write odk:%s with xmlns:odk=\"" ODK "\"", xml->name);
    }
    if (!read_events(l, xml, &action->events) ||
        (plain && !loader_compile(l, &action->path, xml, "ref", ref))) {
        return false;
    }
    action->kind = kind;
    action->target = bind ? map_get(&l->binds, bind) : loader_item(l, plain ? plain : ref, trigger);
    action->trigger = trigger;
    if (!action->target || (!bind && !*ref)) {
        return loader_bad(l, xml, "an action names no node of the form", *ref ? ref : bind);
    }
    if (kind == ACTION_RECORDAUDIO) {
        l->form->background = l->form->background ? l->form->background : action->target;
        action->target->quality = xml_attr_ns(xml, ODK, "quality");
    }
    const char *value = xml_attr(xml, "value");
    if (kind != ACTION_SETVALUE) {
        action->literal = "";
    } else if (value && *value) {
        if (!loader_compile(l, &action->value, xml, "setvalue", value)) {
            return false;
        }
    } else {
        action->literal = xml_content(l->arena, xml);
    }
    struct action **end = &l->form->actions;
    while (*end) {
        end = &(*end)->next;
    }
    *end = action;
    return true;
}

/* ---- body ---- */

static const struct {
    const char *name;
    enum control_kind kind;
} kinds[] = {{"input", CONTROL_INPUT},  {"select1", CONTROL_SELECT1}, {"select", CONTROL_SELECT},
             {"rank", CONTROL_RANK},    {"upload", CONTROL_UPLOAD},   {"trigger", CONTROL_TRIGGER},
             {"range", CONTROL_RANGE},  {"secret", CONTROL_SECRET},   {"group", CONTROL_GROUP},
             {"repeat", CONTROL_REPEAT}};

static double number_attr(const struct xml *xml, const char *name, double otherwise)
{
    const char *text = xml_attr(xml, name);
    return text && *text ? strtod(text, NULL) : otherwise;
}

static bool read_itemset(struct loader *l, struct control *control, const struct xml *xml)
{
    const char *nodeset = loader_text(xml_attr(xml, "nodeset"));
    const struct xml *value = xml_child(xml, "value");
    const struct xml *label = xml_child(xml, "label");
    if (!loader_compile(l, &control->itemset, xml, "itemset", nodeset)) {
        return false;
    }
    const char *value_ref = value ? xml_attr(value, "ref") : NULL;
    const char *label_ref = label ? xml_attr(label, "ref") : NULL;
    if (!loader_compile(l, &control->value_ref, xml, "value", value_ref ? value_ref : "name")) {
        return false;
    }
    if (!label_ref) {
        return true;
    }
    control->label_is_itext = text_starts(label_ref, "jr:itext(");
    return loader_compile(l, &control->label_ref, xml, "label", label_ref);
}

static bool read_choices(struct loader *l, struct control *control, const struct xml *xml)
{
    size_t count = 0;
    for (const struct xml *c = xml_child(xml, "item"); c; c = xml_sibling(c, "item")) {
        count++;
    }
    control->choices = arena_alloc(l->arena, (count + 1) * sizeof *control->choices);
    for (const struct xml *c = xml_child(xml, "item"); c; c = xml_sibling(c, "item")) {
        struct static_choice *choice = &control->choices[control->choice_count++];
        const struct xml *value = xml_child(c, "value");
        const struct xml *label = xml_child(c, "label");
        choice->value = value ? xml_content(l->arena, value) : "";
        if (label && !loader_label(l, &choice->label, label)) {
            return false;
        }
    }
    return true;
}

/* <input query="instance('cities')/root/item[state = …]"/>: a list from itemsets.csv. */
static bool read_query(struct loader *l, struct control *control, const struct xml *xml)
{
    const char *query = xml_attr(xml, "query");
    if (!query || control->kind != CONTROL_INPUT) {
        return true;
    }
    control->kind = CONTROL_SELECT1;
    control->external = true;
    return loader_compile(l, &control->itemset, xml, "query", query) &&
           loader_compile(l, &control->value_ref, xml, "query", "name") &&
           loader_compile(l, &control->label_ref, xml, "query", "label");
}

/* appearance="minimal search('list', 'contains', 'name', /data/q)": each argument may be any
 * expression. */
static bool read_search(struct loader *l, struct control *control, const struct xml *xml)
{
    const char *start = strstr(control->appearance, "search(");
    unsigned depth = 0;
    char quote = 0;
    if (!start || (start != control->appearance && start[-1] != ' ')) {
        return true;
    }
    start += strlen("search(");
    for (const char *p = start; *p; p++) {
        if (quote ? *p == quote : *p == '\'' || *p == '"') {
            quote = quote ? 0 : *p;
        } else if (!quote && *p == '(') {
            depth++;
        } else if (!quote && *p == ')' && depth-- == 0) {
            const char *call = arena_printf(l->arena, "concat(%.*s)", (int)(p - start), start);
            return loader_compile(l, &control->search, xml, "search()", call);
        }
    }
    return true; /* the word "search" without a complete call */
}

static bool is_container(enum control_kind kind)
{
    return kind == CONTROL_GROUP || kind == CONTROL_REPEAT;
}

/* The item that a control is bound to; NULL: none, or a node that does not exist. */
static struct item *item_of(struct loader *l, const struct control *control, const struct xml *xml)
{
    const char *bind = xml_attr(xml, "bind");
    const char *ref = xml_attr(xml, control->kind == CONTROL_REPEAT ? "nodeset" : "ref");
    struct item *from = NULL;
    ref = ref ? ref : xml_attr(xml, "ref");
    for (struct control *p = control->parent; p && !from; p = p->parent) {
        from = p->item;
    }
    return bind ? map_get(&l->binds, bind) : ref && *ref ? loader_item(l, ref, from) : NULL;
}

/* What the control is bound to, as written: for messages. */
static const char *ref_of(const struct control *control, const struct xml *xml)
{
    const char *ref = xml_attr(xml, control->kind == CONTROL_REPEAT ? "nodeset" : "ref");
    ref = ref ? ref : xml_attr(xml, "ref");
    return ref && *ref ? ref : NULL;
}

/* A question without a node is counted here; `suhbat-form check` reports it as an error, other
 * readers leave it out. */
static void count_unbound(struct loader *l, const struct control *control, const struct xml *xml)
{
    const char *ref = ref_of(control, xml), *bind = xml_attr(xml, "bind");
    l->form->unbound++;
    if (!l->form->first_unbound) {
        l->form->first_unbound = ref ? ref : bind ? bind : "(no ref)";
    }
}

static bool read_repeat(struct loader *l, struct control *control, const struct xml *xml)
{
    const char *count = xml_attr_ns(xml, JAVAROSA, "count");
    const char *fixed = xml_attr_ns(xml, JAVAROSA, "noAddRemove");
    struct item *item = control->item;
    if (item->shape.is_attribute || !item->shape.parent) {
        loader_bad(l, xml, "a repeat cannot be an attribute nor the whole instance",
                   xml_attr(xml, "nodeset") ? xml_attr(xml, "nodeset") : xml_attr(xml, "ref"));
        return err_hint(l->err, "its nodeset must be an element below the instance's root");
    }
    item->shape.is_repeat = true;
    item->fixed = count || (fixed && text_starts(fixed, "true"));
    return !count || !*count || loader_compile(l, &item->count, xml, "jr:count", count);
}

static void read_numbers(struct control *control, const struct xml *xml)
{
    double rows = number_attr(xml, "rows", 0);
    control->start = number_attr(xml, "start", 1);
    control->end = number_attr(xml, "end", 10);
    control->step = number_attr(xml, "step", 1);
    control->tick = number_attr(xml, "tick-interval", 0);
    control->rows = rows >= 1 && rows <= 1000 ? (unsigned)rows : 0;
    control->placeholder = number_attr(xml, "placeholder", NAN);
}

static void append_control(struct control *parent, struct control *control)
{
    if (parent->last) {
        parent->last->next = control;
    } else {
        parent->first = control;
    }
    parent->last = control;
}

/* Label, hint, choices and everything inside. */
static bool read_inside(struct loader *l, struct control *control, const struct xml *xml)
{
    const struct control *parent = control->parent;
    const struct xml *label = xml_child(xml, "label");
    const struct xml *hint = xml_child(xml, "hint");
    const struct xml *itemset = xml_child(xml, "itemset");
    if ((label && !loader_label(l, &control->label, label)) ||
        (hint && !loader_label(l, &control->hint, hint)) ||
        (itemset && !read_itemset(l, control, itemset)) || !read_choices(l, control, xml)) {
        return false;
    }
    if (control->kind == CONTROL_REPEAT && !label) {
        control->label = parent->label;
    }
    if (control->kind == CONTROL_REPEAT && !*control->appearance) {
        control->appearance = parent->appearance;
    }
    return !is_container(control->kind) || loader_controls(l, control, xml);
}

static bool read_control(struct loader *l, struct control *parent, const struct xml *xml,
                         enum control_kind kind)
{
    struct control *control = arena_alloc(l->arena, sizeof *control);
    control->kind = kind;
    control->index = (uint32_t)l->form->control_count++;
    control->parent = parent;
    control->appearance = loader_text(xml_attr(xml, "appearance"));
    control->mediatype = loader_text(xml_attr(xml, "mediatype"));
    control->autoplay = loader_text(xml_attr(xml, "autoplay"));
    control->item = item_of(l, control, xml);
    if (!control->item && !is_container(kind)) {
        count_unbound(l, control, xml);
        return true;
    }
    if (!control->item && (kind == CONTROL_REPEAT || ref_of(control, xml))) {
        const char *ref = ref_of(control, xml);
        loader_bad(l, xml, "a question names no node of the form",
                   ref ? ref : xml_attr(xml, "bind"));
        return err_hint(l->err, "its ref must be a path of the primary instance");
    }
    if (kind == CONTROL_REPEAT && !read_repeat(l, control, xml)) {
        return false;
    }
    if (control->item && !(kind == CONTROL_GROUP && control->item->control)) {
        control->item->control = control;
    }
    if (!read_search(l, control, xml) || !read_query(l, control, xml)) {
        return false;
    }
    read_numbers(control, xml);
    append_control(parent, control);
    return read_inside(l, control, xml);
}

bool loader_controls(struct loader *l, struct control *parent, const struct xml *xml)
{
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            if (strcmp(kinds[i].name, c->name) == 0 && !read_control(l, parent, c, kinds[i].kind)) {
                return false;
            }
        }
    }
    return true;
}

/* Reads the actions inside the body: an action inside a question runs when its value
 * changes, one inside a repeat when an entry is added. */
bool loader_body_actions(struct loader *l, const struct xml *xml, struct item *trigger)
{
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        enum action_kind kind;
        if (loader_action_kind(c, &kind)) { /* outside any question or repeat: nothing triggers
                                             * it */
            if (trigger && !loader_action(l, c, kind, trigger)) {
                return false;
            }
            continue;
        }
        const char *ref = xml_attr(c, strcmp(c->name, "repeat") == 0 ? "nodeset" : "ref");
        ref = ref ? ref : xml_attr(c, "ref");
        const char *bind = xml_attr(c, "bind");
        struct item *own = bind  ? map_get(&l->binds, bind)
                           : ref ? loader_item(l, ref, trigger)
                                 : NULL;
        if (!loader_body_actions(l, c, own ? own : trigger)) {
            return false;
        }
    }
    return true;
}
