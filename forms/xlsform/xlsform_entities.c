/* SPDX-License-Identifier: Apache-2.0 */
/* Reads entity declarations and decides which node of the form each entity belongs to.
 * Source: getodk.github.io/xforms-spec/entities; with several entities the placement follows
 * pyxform. */
#include "forms/xlsform/xlsform_model.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

struct entity_ref {                   /* a question that an entity uses */
    const struct question *container; /* parent of the question: root, group or repeat */
    const struct question *question;
    const char *property; /* save_to property; NULL: a reference in the sheet entities */
    struct entity_ref *next;
};

struct entity_decl {
    const char *dataset;
    const struct row *row;
    struct entity_ref *refs, *refs_end;
    size_t first_ref; /* index of the first reference in the survey */
    const struct question *scope, *wanted, *placed;
    bool referred;
};

static bool in_entities(struct model *m, const struct row *row, const char *column)
{
    return model_at(m, "entities", row->number, column);
}

static const char *cell(const struct entity_decl *e, const char *column)
{
    return field_text(e->row->cells, column);
}

/* ---- the sheet ---- */

static bool plain_name(struct model *m, const char *name)
{
    const char *why = NULL;
    if (text_starts(name, "__")) {
        why = "begins with two '_', which are kept for programs";
    } else if (!model_is_name(name) || strchr(name, ':')) {
        why = "is not a valid name";
    }
    if (why) {
        err_set(m->err, ERR_INPUT, "'%s' %s", name, why);
        err_hint(m->err, "names begin with a letter or '_'; then letters, digits, '_', '-'");
    }
    return !why;
}

static bool read_declaration(struct model *m, struct entity_decl *e)
{
    static const char *const known[] = {"dataset", "entity_id", "create_if", "update_if", "label"};
    const char *id = cell(e, "entity_id"), *create = cell(e, "create_if");
    const char *update = cell(e, "update_if");
    for (const struct field *v = e->row->cells->first; v; v = v->next) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && !text_is(known[i], v->key)) {
            i++;
        }
        if (i == sizeof known / sizeof *known) {
            err_set(m->err, ERR_INPUT, "the sheet has no such column");
            err_hint(m->err, "it has: list_name, entity_id, create_if, update_if, label");
            return model_at(m, "entities", 1, v->header ? v->header : v->key);
        }
    }
    e->dataset = cell(e, "dataset");
    if (!e->dataset) {
        err_set(m->err, ERR_INPUT, "the entity list has no name");
        err_hint(m->err, "write one into the column list_name");
        return in_entities(m, e->row, "list_name");
    }
    if (strchr(e->dataset, '.')) {
        err_set(m->err, ERR_INPUT, "the name '%s' has a point in it", e->dataset);
        err_hint(m->err, "write '_' instead");
        return in_entities(m, e->row, "list_name");
    }
    if (!plain_name(m, e->dataset)) {
        return in_entities(m, e->row, "list_name");
    }
    if (update && !id) {
        err_set(m->err, ERR_INPUT, "update_if needs an entity_id");
        err_hint(m->err, "say which entity is updated, or use create_if");
        return in_entities(m, e->row, "entity_id");
    }
    if (id && create && !update) {
        err_set(m->err, ERR_INPUT, "create_if with an entity_id needs an update_if");
        err_hint(m->err, "say when to update, or take the entity_id out");
        return in_entities(m, e->row, "update_if");
    }
    if (!id && !cell(e, "label")) {
        err_set(m->err, ERR_INPUT, "an entity that is created needs a label");
        err_hint(m->err, "write an expression into the column label");
        return in_entities(m, e->row, "label");
    }
    return true;
}

/* ---- references from the survey ---- */

struct search {
    struct model *m;
    struct entity_decl *list;
    size_t count, refs;
};

static void add_ref(struct search *s, struct entity_decl *e, const struct question *q,
                    const char *property)
{
    struct entity_ref *ref = arena_alloc(s->m->arena, sizeof *ref);
    ref->container = q->parent;
    ref->question = q;
    ref->property = property;
    if (e->refs_end) {
        e->refs_end->next = ref;
    } else {
        e->refs = ref;
        e->first_ref = s->refs++;
    }
    e->refs_end = ref;
    e->referred = true;
}

/* The list of entities that `name` names; NULL, with an error, if there is none. */
static struct entity_decl *list_named(struct search *s, const char *name)
{
    struct model *m = s->m;
    const char *names[64];
    size_t count = 0;
    for (struct entity_decl *e = s->list; e < s->list + s->count; e++) {
        if (text_is(e->dataset, name)) {
            return e;
        }
        if (count < sizeof names / sizeof *names) {
            names[count++] = e->dataset;
        }
    }
    err_set(m->err, ERR_INPUT, "the sheet entities has no list '%s'", name);
    const char *near = text_nearest(name, names, count);
    err_hint(m->err, near ? "did you mean '%s'?" : "add '%s' there", near ? near : name);
    return NULL;
}

/* The list that save_to means, with *text moved to the property; NULL, with an error. */
static struct entity_decl *list_meant(struct search *s, const struct question *q, const char **text)
{
    struct model *m = s->m;
    const char *mark = strchr(*text, '#');
    if (!s->count) {
        err_set(m->err, ERR_INPUT, "there is no entity to save this to");
        err_hint(m->err, "add a sheet 'entities' that declares one");
        return NULL;
    }
    if (q->shape != SHAPE_QUESTION) {
        err_set(m->err, ERR_INPUT, "a group or repeat is no property of an entity");
        err_hint(m->err, "put save_to on a question inside");
        return NULL;
    }
    if (mark && strchr(mark + 1, '#')) {
        err_set(m->err, ERR_INPUT, "'%s' has more than one '#'", *text);
        err_hint(m->err, "write list#property");
        return NULL;
    }
    if (!mark && s->count > 1) {
        err_set(m->err, ERR_INPUT, "there are several entity lists: which is meant?");
        err_hint(m->err, "write list#property");
        return NULL;
    }
    if (!mark) {
        return &s->list[0];
    }
    char *list = arena_copy(m->arena, *text, (size_t)(mark - *text));
    *text = mark + 1;
    return list_named(s, list);
}

/* May the list have a property of this name, and is it saved only here? */
static bool may_save(struct model *m, const struct entity_decl *e, const char *property)
{
    if (text_same(property, "name") || text_same(property, "label")) {
        err_set(m->err, ERR_INPUT, "every entity has a '%s' of its own", property);
        return err_hint(m->err, "choose another name");
    }
    if (!plain_name(m, property)) {
        return false;
    }
    for (const struct entity_ref *r = e->refs; r; r = r->next) {
        if (r->property && text_is(r->property, property)) {
            err_set(m->err, ERR_INPUT, "the property '%s' is saved twice", property);
            return err_hint(m->err, "row %zu saves it already", r->question->number);
        }
    }
    return true;
}

static bool save_to(struct search *s, struct question *q, const char *text)
{
    struct model *m = s->m;
    struct entity_decl *e = list_meant(s, q, &text);
    if (!e || !may_save(m, e, text)) {
        return model_at(m, "survey", q->number, "save_to");
    }
    field_put2(m->arena, q->row, "bind", "entities:saveto", text);
    add_ref(s, e, q, text);
    return true;
}

static bool names_question(struct model *m, const char *text, const char *wanted)
{
    size_t at = 0;
    struct ref ref;
    while (text && ref_next(text, &at, &ref, m->arena)) {
        if (!ref.bad && text_is(ref.name, wanted)) {
            return true;
        }
    }
    return false;
}

static bool find_refs(struct search *s, struct question *parent)
{
    static const char *const columns[] = {"entity_id", "create_if", "update_if", "label"};
    for (struct question *q = parent->first; q; q = q->next) {
        const char *text = field_text2(q->row, "bind", "entities:saveto");
        if (q->shape == SHAPE_META) {
            continue;
        }
        if (text && !save_to(s, q, text)) {
            return false;
        }
        for (size_t i = 0; i < s->count; i++) {
            for (size_t c = 0; c < 4; c++) {
                if (names_question(s->m, cell(&s->list[i], columns[c]), q->name)) {
                    add_ref(s, &s->list[i], q, NULL);
                    break;
                }
            }
        }
        if (!find_refs(s, q)) {
            return false;
        }
    }
    return true;
}

/* ---- placement ---- */

static size_t depth(const struct question *c)
{
    size_t n = 1;
    for (; c->parent; c = c->parent) {
        n++;
    }
    return n;
}

static const struct question *scope_of(const struct question *c)
{
    while (c->parent && c->shape != SHAPE_REPEAT) {
        c = c->parent;
    }
    return c;
}

static size_t repeats(const struct question *c)
{
    size_t n = 0;
    for (; c; c = c->parent) {
        n += c->shape == SHAPE_REPEAT;
    }
    return n;
}

static size_t below_scope(const struct question *c)
{
    return depth(c) - depth(scope_of(c));
}

static const struct question *ancestor_at(const struct question *c, size_t wanted)
{
    for (size_t d = depth(c); d > wanted; d--) {
        c = c->parent;
    }
    return c;
}

static bool holds(const struct question *above, const struct question *c)
{
    while (c && c != above) {
        c = c->parent;
    }
    return c != NULL;
}

static const struct question *shared(const struct question *a, const struct question *b)
{
    while (!holds(a, b)) {
        a = a->parent;
    }
    return a;
}

/* What the references of an entity say of its place. */
struct wanted {
    const struct entity_ref *container, *saved; /* the deepest; of those that save a property */
    const struct question *all;                 /* container shared by all that save */
    bool several;                               /* they save from several containers */
};

static bool is_deeper(const struct question *a, const struct question *b)
{
    return below_scope(a) > below_scope(b);
}

/* Finds the innermost repeat, and the deepest references in it. */
static struct wanted look_at_refs(struct entity_decl *e)
{
    struct wanted w = {NULL, NULL, NULL, false};
    e->scope = NULL;
    for (const struct entity_ref *r = e->refs; r; r = r->next) {
        const struct question *scope = scope_of(r->container);
        if (!e->scope || repeats(scope) > repeats(e->scope)) {
            if (scope != e->scope) {
                w.container = r;
                w.saved = r->property ? r : w.saved;
            }
            e->scope = scope;
        }
        bool innermost = scope == e->scope;
        if (!w.container || (innermost && is_deeper(r->container, w.container->container))) {
            w.container = r;
        }
        if (!r->property) {
            continue;
        }
        w.several = w.several || (w.all && w.all != r->container);
        w.all = w.all ? shared(w.all, r->container) : r->container;
        if (!w.saved || (innermost && is_deeper(r->container, w.saved->container))) {
            w.saved = r;
        }
    }
    return w;
}

/* Finds the deepest container that all references of an entity can see. */
static bool want_place(struct model *m, struct entity_decl *e)
{
    struct wanted w = look_at_refs(e);
    e->wanted = w.saved ? w.saved->container : w.container->container;
    if (w.several) {
        const struct question *scope = scope_of(w.saved->container);
        bool deeper = repeats(w.all) != repeats(scope) ? repeats(w.all) > repeats(scope)
                                                       : is_deeper(w.all, scope);
        e->wanted = deeper ? w.all : scope;
    } else if (w.saved) {
        e->wanted = w.all;
    }
    for (const struct entity_ref *r = e->refs; r; r = r->next) {
        const struct question *scope = scope_of(r->container);
        if (!holds(scope, e->scope) || (r->property && scope_of(e->wanted) != scope)) {
            err_set(m->err, ERR_INPUT, "'%s' stands in another repeat than what else '%s' takes",
                    r->question->name, e->dataset);
            err_hint(m->err, "copy it by a calculation into the repeat '%s'", e->scope->name);
            return r->property ? model_at(m, "survey", r->question->number, "save_to")
                               : in_entities(m, e->row, "label");
        }
    }
    return true;
}

/* The entity that is placed in this container or has reserved it for questions below; or
 * NULL. */
static const struct entity_decl *taken(const struct search *s, const struct question *place)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct entity_decl *e = &s->list[i];
        if (!e->placed) {
            continue;
        }
        if (e->placed == place) {
            return e;
        }
        for (const struct entity_ref *r = e->refs; r; r = r->next) {
            if (r->property && holds(place, r->container) && holds(e->placed, place)) {
                return e;
            }
        }
    }
    return NULL;
}

static bool place_one(struct search *s, struct entity_decl *e)
{
    const struct entity_decl *in_way = NULL;
    for (size_t d = depth(e->wanted); d >= depth(e->scope); d--) {
        const struct question *place = ancestor_at(e->wanted, d);
        in_way = taken(s, place);
        if (!in_way) {
            e->placed = place;
            return true;
        }
        for (const struct entity_ref *r = e->refs; r; r = r->next) {
            if (r->property) {
                if (taken(s, r->container)) {
                    in_way = taken(s, r->container);
                    d = 0;
                }
                break;
            }
        }
        if (!d) {
            break;
        }
    }
    err_set(s->m->err, ERR_INPUT, "there is no place left for '%s': row %zu has it", e->dataset,
            in_way->row->number);
    err_hint(s->m->err, "a group, repeat or form holds one entity; move its questions apart");
    return in_entities(s->m, e->row, "list_name");
}

static int by_row(const void *a, const void *b)
{
    const struct entity_decl *x = *(struct entity_decl *const *)a;
    const struct entity_decl *y = *(struct entity_decl *const *)b;
    return x->row->number < y->row->number ? -1 : x->row->number > y->row->number;
}

static bool place_all(struct search *s)
{
    struct model *m = s->m;
    for (size_t i = 0; i < s->count; i++) {
        struct entity_decl *e = &s->list[i];
        e->scope = e->wanted = &m->root;
        e->first_ref = e->referred ? e->first_ref : SIZE_MAX;
        if (e->referred && !want_place(m, e)) {
            return false;
        }
    }
    if (s->count == 1 && s->list[0].scope == &m->root) {
        s->list[0].placed = &m->root;
        return true;
    }
    struct entity_decl **scope = arena_alloc(m->arena, s->count * sizeof *scope);
    bool *done = arena_alloc(m->arena, s->count + 1);
    for (size_t round = 0; round < s->count; round++) {
        struct entity_decl *next = NULL; /* scopes in the order in which the survey opens them */
        for (size_t i = 0; i < s->count; i++) {
            if (!done[i] && (!next || s->list[i].first_ref < next->first_ref)) {
                next = &s->list[i];
            }
        }
        if (!next) {
            break;
        }
        size_t count = 0;
        for (size_t i = 0; i < s->count; i++) {
            if (!done[i] && s->list[i].scope == next->scope) {
                scope[count++] = &s->list[i];
                done[i] = true;
            }
        }
        qsort(scope, count, sizeof *scope, by_row);
        for (size_t i = 0; i < count; i++) {
            if (!place_one(s, scope[i])) {
                return false;
            }
        }
    }
    return true;
}

/* ---- the nodes ---- */

static struct question *attribute(struct model *m, struct question *entity, const char *name,
                                  const char *value, const char *calculate, bool bound)
{
    struct question *a = model_append(m, entity, SHAPE_ATTRIBUTE, name);
    a->attribute = value;
    a->number = entity->number;
    if (calculate) {
        field_put2(m->arena, a->row, "bind", "calculate", calculate);
    }
    if (calculate || bound) {
        field_put2(m->arena, a->row, "bind", "readonly", "true()");
        field_put2(m->arena, a->row, "bind", "type", "string");
    }
    return a;
}

static void new_uuid(struct model *m, struct question *id, const char *event)
{
    struct action_spec *a = arena_alloc(m->arena, sizeof *a);
    struct action_spec **end = &id->actions;
    while (*end) {
        end = &(*end)->next;
    }
    a->kind = ACTION_SETVALUE;
    a->event = event;
    a->value = "uuid()";
    *end = a;
}

static void build(struct model *m, const struct entity_decl *e)
{
    struct question *place = (struct question *)e->placed, *meta = NULL;
    const char *id = cell(e, "entity_id"), *create = cell(e, "create_if");
    for (struct question *q = place->first; q && place == &m->root; q = q->next) {
        meta = q->shape == SHAPE_META ? q : meta;
    }
    if (!meta) {
        meta = model_append(m, place, SHAPE_META, "meta");
        meta->type_name = "group";
    }
    struct question *entity = model_append(m, meta, SHAPE_ENTITY, "entity");
    entity->type_name = "entity";
    entity->number = e->row->number;
    attribute(m, entity, "dataset", e->dataset, NULL, false);
    if (!id || create) {
        attribute(m, entity, "create", "1", create, false);
    }
    if (id) {
        char *item = arena_printf(m->arena, "instance('%s')/root/item[name=%s]", e->dataset, id);
        attribute(m, entity, "update", "1", cell(e, "update_if"), false);
        attribute(m, entity, "baseVersion", "", arena_printf(m->arena, "%s/__version", item), true);
        attribute(m, entity, "trunkVersion", "", arena_printf(m->arena, "%s/__trunkVersion", item),
                  true);
        attribute(m, entity, "branchId", "", arena_printf(m->arena, "%s/__branchId", item), true);
    }
    struct question *own = attribute(m, entity, "id", "", id, true);
    if (!id) {
        new_uuid(m, own, "odk-instance-first-load");
        if (repeats(e->placed)) {
            new_uuid(m, own, "odk-new-repeat");
        }
    }
    if (cell(e, "label")) {
        struct question *label = model_append(m, entity, SHAPE_QUESTION, "label");
        label->type_name = "calculate";
        label->number = e->row->number;
        field_put2(m->arena, label->row, "bind", "calculate", cell(e, "label"));
        field_put2(m->arena, label->row, "bind", "readonly", "true()");
        field_put2(m->arena, label->row, "bind", "type", "string");
    }
}

bool xlsform_entities(struct model *m)
{
    struct search s = {.m = m};
    s.list = arena_alloc(m->arena, (m->entities.count + 1) * sizeof *s.list);
    for (size_t i = 0; i < m->entities.count; i++) {
        struct entity_decl *e = &s.list[s.count];
        e->row = &m->entities.rows[i];
        if (!e->row->cells->first) {
            continue;
        }
        if (!read_declaration(m, e)) {
            return false;
        }
        for (size_t k = 0; k < s.count; k++) {
            if (text_is(s.list[k].dataset, e->dataset)) {
                err_set(m->err, ERR_INPUT, "the entity list '%s' is declared twice", e->dataset);
                err_hint(m->err, "row %zu has it already", s.list[k].row->number);
                return in_entities(m, e->row, "list_name");
            }
        }
        s.count++;
    }
    if (!find_refs(&s, &m->root) || (s.count && !place_all(&s))) {
        return false;
    }
    bool new_version = s.count > 1;
    for (size_t i = 0; i < s.count; i++) {
        build(m, &s.list[i]);
        new_version = new_version || repeats(s.list[i].placed);
    }
    m->entities_version = s.count ? new_version ? "2025.1.0" : "2024.1.0" : NULL;
    return true;
}
