/* SPDX-License-Identifier: Apache-2.0 */
/* Reads changes of entities from records, and keeps lists of entities. */
#include "forms/entities/entities.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "platform/machine/xml.h"

/* ---- what a record says ---- */

bool entities_any(const struct form *form)
{
    for (size_t i = 0; i < form->item_count; i++) {
        if (form->items[i]->saveto || strcmp(form->items[i]->shape.name, "entity") == 0) {
            return true;
        }
    }
    return false;
}

static bool is_uuid(const char *text)
{
    static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    size_t i = 0;
    for (; shape[i] && text[i]; i++) {
        bool hex = strchr("0123456789abcdef", text[i]) != NULL;
        if (shape[i] == 'h' ? !hex : text[i] != '-') {
            return false;
        }
    }
    return !shape[i] && !text[i];
}

static bool is_set(const struct xml *entity, const char *name)
{
    const char *value = xml_attr(entity, name);
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static const char *attr(const struct xml *entity, const char *name)
{
    const char *value = xml_attr(entity, name);
    return value ? value : "";
}

static char *small(struct arena *arena, const char *text)
{
    char *out = arena_text(arena, text);
    for (char *c = out; *c; c++) {
        *c = *c >= 'A' && *c <= 'F' ? (char)(*c + ('a' - 'A')) : *c;
    }
    return out;
}

struct reading {
    struct arena *arena;
    const struct form *form;
    struct entity_change *first, *last;
};

/* The change that meta/entity of this element declares; NULL: none. */
static struct entity_change *declared(struct reading *r, const struct xml *at)
{
    const struct xml *meta = xml_child(at, "meta");
    const struct xml *entity = meta ? xml_child(meta, "entity") : NULL;
    const struct xml *label = entity ? xml_child(entity, "label") : NULL;
    if (!entity || (!is_set(entity, "create") && !is_set(entity, "update"))) {
        return NULL;
    }
    struct entity_change *c = arena_alloc(r->arena, sizeof *c);
    const char *told = label ? xml_content(r->arena, label) : "";
    *c = (struct entity_change){.list = arena_text(r->arena, attr(entity, "dataset")),
                                .id = small(r->arena, attr(entity, "id")),
                                .label = *told ? told : NULL,
                                .branch = arena_text(r->arena, attr(entity, "branchId")),
                                .create = is_set(entity, "create"),
                                .update = is_set(entity, "update"),
                                .base = strtoull(attr(entity, "baseVersion"), NULL, 10),
                                .trunk = strtoull(attr(entity, "trunkVersion"), NULL, 10)};
    c->fault = !*c->list             ? "the entity's list has no name"
               : !is_uuid(c->id)     ? "the entity's id is no UUID"
               : c->create && !*told ? "an entity that is created needs a label"
                                     : NULL;
    *(r->last ? &r->last->next : &r->first) = c;
    r->last = c;
    return c;
}

static void walk(struct reading *r, const struct xml *at, const char *path,
                 struct entity_change *holder)
{
    struct entity_change *own = declared(r, at);
    holder = own ? own : holder;
    for (const struct xml *e = xml_child(at, NULL); e; e = xml_sibling(e, NULL)) {
        const char *below = arena_join(r->arena, path, "/", e->name, NULL);
        const struct item *item = form_item(r->form, below);
        if (item && item->saveto && holder) {
            struct entity_property *p = arena_alloc(r->arena, sizeof *p);
            *p = (struct entity_property){arena_text(r->arena, item->saveto),
                                          xml_content(r->arena, e), holder->properties};
            holder->properties = p;
        }
        walk(r, e, below, holder);
    }
}

bool entities_read(struct entity_change **out, struct arena *arena, const struct form *form,
                   const char *xml, size_t len, struct err *err)
{
    struct reading r = {.arena = arena, .form = form};
    struct xml *root;
    *out = NULL;
    if (!xml_parse(&root, arena, xml, len, &xml_foreign, err)) {
        return false;
    }
    walk(&r, root, arena_join(arena, "/", root->name, NULL), NULL);
    *out = r.first;
    return true;
}

/* ---- a list of entities ---- */

void entities_init(struct entities *e, struct arena *arena)
{
    *e = (struct entities){.arena = arena};
    map_init(&e->by_id, arena);
}

struct entity *entities_find(const struct entities *e, const char *id)
{
    return map_get(&e->by_id, id);
}

static struct entity *find_or_add(struct entities *e, const char *id)
{
    struct entity *one = entities_find(e, id);
    if (!one) {
        one = arena_alloc(e->arena, sizeof *one);
        *one =
            (struct entity){.list = "", .id = arena_text(e->arena, id), .label = "", .branch = ""};
        *(e->last ? &e->last->next : &e->first) = one;
        e->last = one;
        map_put(&e->by_id, one->id, one);
    }
    return one;
}

const char *entity_property(const struct entity *entity, const char *name)
{
    for (const struct entity_property *p = entity->properties; p; p = p->next) {
        if (strcmp(p->name, name) == 0) {
            return p->value;
        }
    }
    return "";
}

static void set_property(struct entities *e, struct entity *one, const char *name,
                         const char *value)
{
    struct entity_property **at = &one->properties;
    while (*at && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = arena_alloc(e->arena, sizeof **at);
        **at = (struct entity_property){.name = arena_text(e->arena, name)};
    }
    (*at)->value = arena_text(e->arena, value);
}

static void forget(struct entity *one)
{
    one->version = one->trunk = 0;
    one->label = one->branch = "";
    one->properties = NULL;
}

void entities_forget(struct entities *e, const char *id, uint64_t counter)
{
    struct entity *one = find_or_add(e, id);
    if (counter >= one->counter) {
        forget(one);
        one->counter = counter;
    }
}

void entities_assign(struct entities *e, const struct entity *assigned, uint64_t counter)
{
    struct entity *one = find_or_add(e, assigned->id);
    assert(assigned->version > 0);
    if (counter < one->counter) {
        return;
    }
    forget(one);
    one->list = arena_text(e->arena, assigned->list);
    one->label = arena_text(e->arena, assigned->label);
    one->branch = arena_text(e->arena, assigned->branch);
    one->version = one->trunk = assigned->version;
    one->counter = counter;
    for (const struct entity_property *p = assigned->properties; p; p = p->next) {
        set_property(e, one, p->name, p->value);
    }
}

void entities_apply(struct entities *e, const struct entity_change *c)
{
    struct entity *one = entities_find(e, c->id);
    bool here = one && one->version > 0;
    if (c->fault || (!here && !c->create)) {
        return;
    }
    one = find_or_add(e, c->id);
    one->list = arena_text(e->arena, c->list);
    one->branch = here ? one->branch : one->id; /* a creation begins a branch of its own */
    one->label = c->label ? arena_text(e->arena, c->label) : one->label;
    one->version++;
    for (const struct entity_property *p = c->properties; p; p = p->next) {
        set_property(e, one, p->name, p->value);
    }
    if (strcmp(entity_property(one, "status"), "closed") == 0) {
        forget(one);
    }
}

static const char *said(const struct entity_change *c, const char *name)
{
    for (const struct entity_property *p = c->properties; p; p = p->next) {
        if (strcmp(p->name, name) == 0) {
            return p->value;
        }
    }
    return NULL;
}

void entities_correct(struct entities *e, const struct entity_change *before,
                      const struct entity_change *after)
{
    struct entity *one = entities_find(e, after->id);
    if (after->fault || !one || one->version == 0) {
        return;
    }
    if (after->label && before->label && strcmp(one->label, before->label) == 0) {
        one->label = arena_text(e->arena, after->label);
    }
    for (const struct entity_property *p = after->properties; p; p = p->next) {
        const char *old = said(before, p->name);
        if (!old || strcmp(entity_property(one, p->name), old) == 0) {
            set_property(e, one, p->name, p->value);
        }
    }
    if (strcmp(entity_property(one, "status"), "closed") == 0) {
        forget(one);
    }
}

void entities_unmake(struct entities *e, const struct entity_change *made)
{
    struct entity *one = entities_find(e, made->id);
    if (made->create && one && one->version == 1 && one->trunk == 0) {
        forget(one);
    }
}

/* ---- as bytes: one row a property; the label is the property "label" ---- */

enum { C_LIST, C_ID, C_VERSION, C_TRUNK, C_BRANCH, C_COUNTER, C_NAME, C_VALUE, C_COUNT };
static const char head[] = "list,id,version,trunk,branch,counter,property,value\n";

static void print_row(struct buf *out, const struct entity *one, const char *name,
                      const char *value)
{
    csv_cell(out, one->list, true);
    csv_cell(out, one->id, false);
    buf_printf(out, ",%llu,%llu", (unsigned long long)one->version, (unsigned long long)one->trunk);
    csv_cell(out, one->branch, false);
    buf_printf(out, ",%llu", (unsigned long long)one->counter);
    csv_cell(out, name, false);
    csv_cell(out, value, false);
    csv_end(out);
}

static void print_entity(struct buf *out, const struct entity *one)
{
    print_row(out, one, "label", one->label);
    for (const struct entity_property *p = one->properties; p; p = p->next) {
        print_row(out, one, p->name, p->value);
    }
}

void entities_print_one(struct buf *out, const struct entity *one)
{
    buf_text(out, head);
    print_entity(out, one);
}

void entities_print(struct buf *out, const struct entities *e)
{
    buf_text(out, head);
    for (const struct entity *one = e->first; one; one = one->next) {
        print_entity(out, one);
    }
}

static bool read_number(uint64_t *out, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    *out = strtoull(text, NULL, 10);
    return digits > 0 && !text[digits];
}

/* Reads one row.  False: it is damaged, or does not agree with the entity's rows before it. */
static bool read_row(struct entities *e, const char *const *c)
{
    uint64_t version, trunk, counter;
    if (!is_uuid(c[C_ID]) || !read_number(&version, c[C_VERSION]) ||
        !read_number(&trunk, c[C_TRUNK]) || !read_number(&counter, c[C_COUNTER])) {
        return false;
    }
    bool is_label = strcmp(c[C_NAME], "label") == 0;
    struct entity *one = entities_find(e, c[C_ID]);
    if (is_label == (one != NULL)) { /* its label comes first, and once */
        return false;
    }
    if (is_label) {
        one = find_or_add(e, c[C_ID]);
        one->list = c[C_LIST];
        one->version = version;
        one->trunk = trunk;
        one->branch = c[C_BRANCH];
        one->counter = counter;
        one->label = c[C_VALUE];
        return true;
    }
    if (!version || one->version != version || one->trunk != trunk || one->counter != counter ||
        strcmp(one->list, c[C_LIST]) != 0 || strcmp(one->branch, c[C_BRANCH]) != 0) {
        return false;
    }
    set_property(e, one, c[C_NAME], c[C_VALUE]);
    return true;
}

bool entities_parse(struct entities *e, const char *bytes, size_t len, struct err *err)
{
    struct csv csv;
    if (len == 0) {
        return true;
    }
    if (len < sizeof head - 1 || memcmp(bytes, head, sizeof head - 1) != 0) {
        return err_set(err, ERR_INPUT, "this is no list of entities");
    }
    if (!csv_parse(&csv, e->arena, bytes, len, err)) {
        return false;
    }
    for (size_t r = 1; r < csv.count; r++) {
        if (csv.rows[r].count != C_COUNT || !read_row(e, csv.rows[r].cells)) {
            return err_set(err, ERR_INPUT, "the list of entities is damaged in line %zu",
                           csv.rows[r].line);
        }
    }
    return true;
}

/* ---- as the list that a form reads ---- */

static const char *const fixed[] = {"name", "label", "__version", "__trunkVersion", "__branchId"};
enum { FIXED = sizeof fixed / sizeof *fixed };

struct columns {
    struct arena arena;
    struct map known;
    const char **names;
    size_t count;
};

static void add_column(struct columns *c, const char *name)
{
    if (!map_get(&c->known, name)) {
        c->names = mem_grow(c->names, c->count + 1, sizeof *c->names);
        c->names[c->count++] = name;
        map_put(&c->known, name, c);
    }
}

static const char *cell_of(const struct entity *one, struct arena *arena, const char *column)
{
    if (strcmp(column, "name") == 0) {
        return one->id;
    }
    if (strcmp(column, "label") == 0) {
        return one->label;
    }
    if (strcmp(column, "__version") == 0) {
        return arena_printf(arena, "%llu", (unsigned long long)one->version);
    }
    if (strcmp(column, "__trunkVersion") == 0) {
        return one->trunk ? arena_printf(arena, "%llu", (unsigned long long)one->trunk) : "";
    }
    return strcmp(column, "__branchId") == 0 ? one->branch : entity_property(one, column);
}

static bool is_in(const struct entity *one, const char *list)
{
    return one->version > 0 && strcmp(one->list, list) == 0;
}

/* The rows that the author gave, but for those that an entity takes the place of. */
static void author_rows(struct buf *out, const struct columns *c, const struct csv *base,
                        const struct entities *e)
{
    struct map at;
    struct arena arena;
    arena_init(&arena);
    map_init(&at, &arena);
    for (size_t i = 0; base->count && i < base->rows[0].count; i++) {
        map_put(&at, base->rows[0].cells[i], (void *)(i + 1));
    }
    size_t name = (size_t)map_get(&at, "name");
    for (size_t r = 1; r < base->count; r++) {
        const struct csv_row *row = &base->rows[r];
        const struct entity *one =
            name && name <= row->count ? entities_find(e, row->cells[name - 1]) : NULL;
        if (one) { /* also one that is gone */
            continue;
        }
        for (size_t i = 0; i < c->count; i++) {
            size_t from = (size_t)map_get(&at, c->names[i]);
            csv_cell(out, from && from <= row->count ? row->cells[from - 1] : "", i == 0);
        }
        csv_end(out);
    }
    arena_fini(&arena);
}

bool entities_table(struct buf *out, const struct entities *e, const char *list, const char *base,
                    size_t len, struct err *err)
{
    struct columns c = {.count = 0};
    struct csv csv = {0};
    arena_init(&c.arena);
    map_init(&c.known, &c.arena);
    bool ok = !base || csv_parse(&csv, &c.arena, base, len, err);
    for (size_t i = 0; ok && i < FIXED; i++) {
        add_column(&c, fixed[i]);
    }
    for (size_t i = 0; ok && csv.count && i < csv.rows[0].count; i++) {
        add_column(&c, csv.rows[0].cells[i]);
    }
    for (const struct entity *one = e->first; ok && one; one = one->next) {
        for (const struct entity_property *p = one->properties; is_in(one, list) && p;
             p = p->next) {
            add_column(&c, p->name);
        }
    }
    for (size_t i = 0; i < c.count; i++) {
        csv_cell(out, c.names[i], i == 0);
    }
    if (ok) {
        csv_end(out);
        author_rows(out, &c, &csv, e);
    }
    for (const struct entity *one = e->first; ok && one; one = one->next) {
        for (size_t i = 0; is_in(one, list) && i < c.count; i++) {
            csv_cell(out, cell_of(one, &c.arena, c.names[i]), i == 0);
        }
        if (is_in(one, list)) {
            csv_end(out);
        }
    }
    free(c.names);
    arena_fini(&c.arena);
    return ok;
}
