/* SPDX-License-Identifier: Apache-2.0 */
/* Loads lists from outside the form: CSV, GeoJSON, itemsets.csv, search(). */
#include <assert.h>
#include <string.h>

#include "forms/engine/session_internal.h"
#include "platform/machine/csv.h"
#include "platform/machine/json.h"
#include "platform/machine/text.h"

static bool instance_from_csv(struct session *s, struct node *doc, const struct buf *bytes,
                              struct err *err)
{
    struct csv csv;
    if (!csv_parse(&csv, &s->arena, bytes->data, bytes->len, err)) {
        return false;
    }
    struct node *root = tree_node(&s->arena, NODE_ELEMENT, "root", "", "");
    tree_append(doc, root);
    for (size_t r = 1; r < csv.count; r++) {
        struct node *row = tree_node(&s->arena, NODE_ELEMENT, "item", "", "");
        tree_append(root, row);
        for (size_t c = 0; c < csv.rows[r].count && c < csv.rows[0].count; c++) {
            struct node *cell = tree_node(&s->arena, NODE_ELEMENT, csv.rows[0].cells[c], "", "");
            tree_set(cell, csv.rows[r].cells[c]);
            tree_append(row, cell);
        }
    }
    return true;
}

static void add_cell(struct session *s, struct node *row, const char *name, const char *text)
{
    struct node *cell = tree_node(&s->arena, NODE_ELEMENT, arena_text(&s->arena, name), "", "");
    tree_set(cell, text);
    tree_append(row, cell);
}

/* [lon, lat, …] → "lat lon 0 0"; ODK writes 0 for altitude and accuracy here. */
static bool put_position(struct buf *out, const struct json *position)
{
    const struct json *lon = position->first, *lat = lon ? lon->next : NULL;
    if (position->kind != JSON_KIND_ARRAY || !lat || !lon->text || !lat->text) {
        return false;
    }
    buf_printf(out, "%s%s %s 0 0", out->len ? "; " : "", lat->text, lon->text);
    return true;
}

static void add_geometry(struct session *s, struct node *row, const struct json *geometry)
{
    const char *type = geometry ? json_text(geometry, "type") : NULL;
    const struct json *at = geometry ? json_member(geometry, "coordinates") : NULL;
    struct buf text = {0};
    if (!type || !at) {
        return;
    }
    if (strcmp(type, "Point") == 0) {
        put_position(&text, at);
    } else if (strcmp(type, "LineString") == 0 || strcmp(type, "Polygon") == 0) {
        const struct json *line = *type == 'P' ? at->first : at; /* the outer ring only */
        for (const struct json *p = line ? line->first : NULL; p; p = p->next) {
            put_position(&text, p);
        }
    }
    if (text.len) {
        add_cell(s, row, "geometry", text.data);
    }
    buf_fini(&text);
}

/* A FeatureCollection: one item per feature, with its properties as children.  Source:
 * docs.getodk.org. */
static bool instance_from_geojson(struct session *s, struct node *doc, const struct buf *bytes,
                                  struct err *err)
{
    struct json *all;
    if (!json_parse(&all, &s->arena, bytes->data, bytes->len, err)) {
        return false;
    }
    const struct json *features = json_member(all, "features");
    struct node *root = tree_node(&s->arena, NODE_ELEMENT, "root", "", "");
    tree_append(doc, root);
    for (const struct json *f = features ? features->first : NULL; f; f = f->next) {
        struct node *row = tree_node(&s->arena, NODE_ELEMENT, "item", "", "");
        const struct json *id = json_member(f, "id");
        const struct json *properties = json_member(f, "properties");
        tree_append(root, row);
        if (id && id->text) {
            add_cell(s, row, "id", id->text);
        }
        for (const struct json *p = properties ? properties->first : NULL; p; p = p->next) {
            if (p->text) {
                add_cell(s, row, p->name, p->text);
            }
        }
        add_geometry(s, row, json_member(f, "geometry"));
    }
    return true;
}

static struct node *fetch_instance(struct session *s, const struct secondary *from)
{
    for (struct secondary *l = s->loaded; l; l = l->next) {
        if (strcmp(l->id, from->id) == 0) {
            return l->root;
        }
    }
    struct secondary *fresh = arena_alloc(&s->arena, sizeof *fresh);
    struct buf bytes = {0};
    struct err err = {0};
    fresh->id = from->id;
    fresh->root = tree_node(&s->arena, NODE_DOCUMENT, "", "", "");
    if (s->env.resource && s->env.resource(s->env.user, from->src, &bytes, &err)) {
        struct xml *xml;
        const char *dot = strrchr(from->src, '.');
        bool csv = dot && text_same(dot, ".csv"), geojson = dot && text_same(dot, ".geojson");
        if (csv || geojson) {
            bool whole = csv ? instance_from_csv(s, fresh->root, &bytes, &err)
                             : instance_from_geojson(s, fresh->root, &bytes, &err);
            if (!whole) {
                tree_wipe(fresh->root);
                fresh->root->first = fresh->root->last = NULL;
            }
        } else if (xml_parse(&xml, &s->arena, bytes.data, bytes.len, &xml_trusted, &err)) {
            tree_append(fresh->root, tree_from_xml(&s->arena, xml));
        }
    }
    buf_fini(&bytes);
    uint32_t before = s->next_order;
    s->next_order = tree_number(fresh->root, before);
    s->xpath.list_nodes += s->next_order - before;
    fresh->next = s->loaded;
    s->loaded = fresh;
    return fresh->root;
}

/* The rows of itemsets.csv whose list_name is `id`, as a separate instance. */
static struct node *fetch_external(struct session *s, const char *id)
{
    struct secondary all = {.id = "itemsets", .src = "jr://file-csv/itemsets.csv"};
    struct node *doc = fetch_instance(s, &all);
    struct secondary *fresh = arena_alloc(&s->arena, sizeof *fresh);
    struct node *root = tree_node(&s->arena, NODE_ELEMENT, "root", "", "");
    fresh->id = arena_text(&s->arena, id);
    fresh->root = tree_node(&s->arena, NODE_DOCUMENT, "", "", "");
    tree_append(fresh->root, root);
    for (struct node *row = doc->first ? doc->first->first : NULL; row; row = row->next) {
        const struct node *list = tree_child(row, "list_name");
        if (list && strcmp(tree_value(list), id) == 0) {
            tree_append(root, tree_copy(&s->arena, row));
        }
    }
    uint32_t before = s->next_order;
    s->next_order = tree_number(fresh->root, before);
    s->xpath.list_nodes += s->next_order - before;
    fresh->next = s->loaded;
    s->loaded = fresh;
    return fresh->root;
}

const char *session_external_label(struct session *s, const struct node *row)
{
    const char *language = s->language, *first = NULL;
    int known = s->asked;
    const char *name = known >= 0 ? s->form->languages[known] : language;
    for (const struct node *c = row->first; c; c = c->next) {
        bool label = text_starts(c->name, "label");
        if (label && text_starts(c->name + 5, "::") && text_same(c->name + 7, name)) {
            return tree_value(c);
        }
        first = first || !label ? first : tree_value(c);
    }
    return first ? first : "";
}

struct node *session_find_instance(void *user, const char *id)
{
    struct session *s = user;
    for (const struct secondary *x = s->form->secondary; x; x = x->next) {
        if (strcmp(x->id, id) == 0) {
            if (x->root) {
                return x->root;
            }
            return x->src ? fetch_instance(s, x) : NULL;
        }
    }
    struct secondary named = {/* pulldata() may name a list that the form does not declare */
                              .id = arena_text(&s->arena, id),
                              .src = arena_printf(&s->arena, "jr://file-csv/%s.csv", id)};
    if (!s->env.resource) {
        return NULL;
    }
    for (struct secondary *l = s->loaded; l; l = l->next) {
        if (strcmp(l->id, id) == 0) {
            return l->root;
        }
    }
    struct buf bytes = {0};
    bool own_file = s->env.resource(s->env.user, named.src, &bytes, NULL);
    buf_fini(&bytes);
    return own_file ? fetch_instance(s, &named) : fetch_external(s, named.id);
}

/* ---- search(): choices that an appearance selects from a list ---- */

enum { SEARCH_ARGS = 6 };
struct search {
    const char *text[SEARCH_ARGS]; /* list, match type, columns, text, filter column, filter text */
    size_t count;
    struct node *rows; /* the list's root element */
};

static bool search_args(struct session *s, const struct control *control, struct node *node,
                        struct search *q, struct err *err)
{
    memset(q, 0, sizeof *q);
    for (size_t i = 0; i < control->search->arg_count && i < SEARCH_ARGS; i++) {
        struct xpath_value v;
        if (!xpath_eval(&v, control->search->args[i], &s->xpath, node, err)) {
            return false;
        }
        q->text[q->count++] = xpath_to_text(&s->xpath, &v);
    }
    struct node *doc = q->count ? session_find_instance(s, q->text[0]) : NULL;
    q->rows = doc ? doc->first : NULL;
    return true;
}

static const char *small_letters(struct session *s, const char *text)
{
    struct buf out = {0};
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        text_put(&out, text_small(text_next(text, len, &at)));
    }
    const char *kept = arena_copy(&s->temp, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static const char *column_text(const struct node *row, const char *name, size_t len)
{
    for (const struct node *c = row->first; c; c = c->next) {
        if (strlen(c->name) == len && strncmp(c->name, name, len) == 0) {
            return tree_value(c);
        }
    }
    return "";
}

static bool fits(const char *cell, const char *way, const char *text)
{
    size_t have = strlen(cell), want = strlen(text);
    if (strcmp(way, "startswith") == 0) {
        return strncmp(cell, text, want) == 0;
    }
    if (strcmp(way, "endswith") == 0) {
        return have >= want && strcmp(cell + have - want, text) == 0;
    }
    return strcmp(way, "matches") == 0 ? strcmp(cell, text) == 0 : strstr(cell, text) != NULL;
}

static bool row_fits(struct session *s, const struct search *q, const struct node *row)
{
    if (q->count >= 6 &&
        strcmp(column_text(row, q->text[4], strlen(q->text[4])), q->text[5]) != 0) {
        return false;
    }
    if (q->count < 4) {
        return true;
    }
    const char *text = small_letters(s, q->text[3]);
    for (const char *p = q->text[2]; *p;) {
        size_t blank = strspn(p, " ,"), len = strcspn(p + blank, ",");
        const char *cell = column_text(row, p + blank, len);
        if (len && fits(small_letters(s, cell), q->text[1], text)) {
            return true;
        }
        p += blank + len;
    }
    return false;
}

/* For columns "first, last": the row's texts in these columns, joined by ", ". */
static const char *joined(struct arena *arena, const struct node *row, const char *columns)
{
    struct buf out = {0};
    for (const char *p = columns; *p;) {
        size_t blank = strspn(p, " ,"), len = strcspn(p + blank, ",");
        if (len) {
            buf_printf(&out, "%s%s", out.len ? ", " : "", column_text(row, p + blank, len));
        }
        p += blank + len;
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

bool session_search(struct session *s, struct arena *arena, const struct control *control,
                    struct node *node, struct choice **choices, size_t *count, struct err *err)
{
    assert(control->search);
    struct search q;
    struct choice *fixed = *choices; /* the form's own choices, one of which names the columns */
    size_t fixed_count = *count, rows = 0;
    if (!search_args(s, control, node, &q, err)) {
        return false;
    }
    for (const struct node *r = q.rows ? q.rows->first : NULL; r; r = r->next) {
        rows++;
    }
    *choices = arena_alloc(arena, (fixed_count * (rows + 1) + 1) * sizeof **choices);
    *count = 0;
    for (size_t i = 0; i < fixed_count; i++) {
        const char *value = fixed[i].value;
        if (*value && strspn(value, "0123456789") == strlen(value)) {
            (*choices)[(*count)++] = fixed[i]; /* numeric value: an ordinary choice of the form */
            continue;
        }
        for (struct node *r = q.rows ? q.rows->first : NULL; r; r = r->next) {
            if (row_fits(s, &q, r)) {
                struct choice *c = &(*choices)[(*count)++];
                c->value = arena_text(arena, column_text(r, value, strlen(value)));
                c->label = joined(arena, r, fixed[i].label);
                c->fallback = fixed[i].fallback;
                c->row = r;
            }
        }
    }
    return true;
}
