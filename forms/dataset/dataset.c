/* SPDX-License-Identifier: Apache-2.0 */
/* Distributes the answers of submissions over typed tables. */
#include "forms/dataset/dataset.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

struct table {
    struct dataset_table shown; /* first: dataset_table() returns it */
    const char *repeat_name;
    size_t cap;
    struct map by_below; /* column->below → index + 1 */
    struct map by_path;
};

/* The labels of one list in one language: value → label. */
struct labels {
    const struct control *control;
    int language; /* index in the version; -1: it lacks the language */
    struct map map;
};

struct dataset {
    struct arena arena;
    const char *form_id;
    struct table *tables;
    size_t table_count;
    struct map by_repeat; /* path of a repeat → index + 1 */
    const char **hidden;  /* paths that any version marks, sorted; in `arena` */
    size_t hidden_count;
    struct labels **labels;
    size_t labels_count;
    const struct form **versions; /* newest first; borrowed */
    size_t version_count;
    struct map codes; /* column->path → struct codes */
    size_t other_ids;
};

/* ---- the tables ---- */

static size_t find_table(const struct dataset *d, const char *repeat)
{
    return *repeat ? (size_t)(uintptr_t)map_get(&d->by_repeat, repeat) : 1;
}

/* Index of the repeat's table; makes it if it is new. */
static size_t need_table(struct dataset *d, const struct item *repeat)
{
    size_t known = d->table_count ? find_table(d, repeat ? repeat->path : "") : 0;
    if (known) {
        return known - 1;
    }
    d->tables = mem_grow(d->tables, d->table_count + 1, sizeof *d->tables);
    struct table *table = &d->tables[d->table_count++];
    memset(table, 0, sizeof *table);
    table->shown.repeat = repeat ? arena_text(&d->arena, repeat->path) : "";
    table->repeat_name = repeat ? arena_text(&d->arena, repeat->shape.name) : "";
    map_init(&table->by_below, &d->arena);
    map_init(&table->by_path, &d->arena);
    if (repeat) {
        map_put(&d->by_repeat, table->shown.repeat, (void *)(uintptr_t)d->table_count);
    }
    return d->table_count - 1;
}

static const struct item *repeat_of(const struct item *item)
{
    const struct item *p = item->shape.parent;
    while (p && !p->shape.is_repeat) {
        p = p->shape.parent;
    }
    return p;
}

static enum dataset_type type_of(const struct item *item)
{
    static const enum dataset_type types[] = {
        [TYPE_TEXT] = DATASET_TEXT,       [TYPE_INT] = DATASET_INT,
        [TYPE_DECIMAL] = DATASET_DECIMAL, [TYPE_DATE] = DATASET_DATE,
        [TYPE_TIME] = DATASET_TIME,       [TYPE_DATE_TIME] = DATASET_MOMENT,
        [TYPE_BOOLEAN] = DATASET_TEXT,    [TYPE_GEOPOINT] = DATASET_GEOPOINT,
        [TYPE_GEOTRACE] = DATASET_TEXT,   [TYPE_GEOSHAPE] = DATASET_TEXT,
        [TYPE_BINARY] = DATASET_FILE,     [TYPE_BARCODE] = DATASET_TEXT};
    static_assert(sizeof types / sizeof *types == TYPE_COUNT, "a column type for each");
    const struct control *c = item->control;
    if (item->type == TYPE_GEOPOINT) {
        return DATASET_GEOPOINT;
    }
    return c && c->kind == CONTROL_SELECT1  ? DATASET_CHOICE
           : c && c->kind == CONTROL_SELECT ? DATASET_CHOICES
           : c && c->kind == CONTROL_RANK   ? DATASET_ORDER
                                            : types[item->type];
}

const char *dataset_type_name(enum dataset_type type)
{
    static const char *const names[] = {
        [DATASET_TEXT] = "text",         [DATASET_INT] = "integer",
        [DATASET_DECIMAL] = "decimal",   [DATASET_DATE] = "date",
        [DATASET_TIME] = "time",         [DATASET_MOMENT] = "date-time",
        [DATASET_GEOPOINT] = "geopoint", [DATASET_CHOICE] = "choice",
        [DATASET_CHOICES] = "choices",   [DATASET_ORDER] = "order",
        [DATASET_FILE] = "file"};
    static_assert(sizeof names / sizeof *names == DATASET_TYPE_COUNT, "a name for each type");
    assert(type < DATASET_TYPE_COUNT);
    return names[type];
}

static void add_column(struct dataset *d, const struct item *item)
{
    const struct item *repeat = repeat_of(item);
    const struct item *top = item;
    while (top->shape.parent) {
        top = top->shape.parent;
    }
    struct table *table = &d->tables[need_table(d, repeat)];
    if (map_get(&table->by_path, item->path)) {
        return; /* a newer version has it */
    }
    if (table->shown.count == table->cap) {
        table->cap = table->cap ? table->cap * 2 : 32;
        table->shown.columns =
            mem_grow(table->shown.columns, table->cap, sizeof *table->shown.columns);
    }
    struct dataset_column *column = &table->shown.columns[table->shown.count++];
    *column = (struct dataset_column){
        .path = arena_text(&d->arena, item->path), .type = type_of(item), .item = item};
    column->below = column->path + strlen(repeat ? repeat->path : top->path) + 1;
    char *name = arena_text(&d->arena, column->below);
    for (char *p = name; *p; p++) {
        *p = *p == '/' ? '-' : *p;
    }
    column->name = name;
    map_put(&table->by_path, column->path, column); /* any pointer: it is only looked up */
    map_put(&table->by_below, column->below, (void *)(uintptr_t)table->shown.count);
}

static void name_tables(struct dataset *d)
{
    for (size_t i = 0; i < d->table_count; i++) {
        struct table *t = &d->tables[i];
        size_t same = 0, before = 0;
        for (size_t k = 0; k < d->table_count; k++) {
            bool equal = *t->shown.repeat && strcmp(d->tables[k].repeat_name, t->repeat_name) == 0;
            same += equal;
            before += equal && k <= i;
        }
        char *name = !*t->shown.repeat ? arena_text(&d->arena, d->form_id)
                     : same > 1
                         ? arena_printf(&d->arena, "%s-%s~%zu", d->form_id, t->repeat_name, before)
                         : arena_printf(&d->arena, "%s-%s", d->form_id, t->repeat_name);
        for (char *p = name; *p; p++) { /* a form id must not form a path */
            *p = strchr("/\\:*?\"<>|", *p) || (unsigned char)*p < 0x20 ? '_' : *p;
        }
        *name = *name == '.' ? '_' : *name;
        t->shown.name = name;
    }
}

/* ---- what is left out ---- */

/* Whether the item or a group around it is marked sensitive=extra. */
static bool is_extra(const struct item *item)
{
    bool extra = false;
    for (; item && !extra; item = item->shape.parent) {
        extra = item->sensitive && strcmp(item->sensitive, "extra") == 0;
    }
    return extra;
}

static bool is_column(const struct item *item)
{
    return item->is_leaf && !item->shape.is_attribute && item->shape.parent;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An item that any version marks is hidden in all versions, because it is the same question. */
static void gather_hidden(struct dataset *d, const struct form *const *versions, size_t count)
{
    size_t max = 0, kept = 0;
    for (size_t v = 0; v < count; v++) {
        max += versions[v]->item_count;
    }
    d->hidden = arena_alloc(&d->arena, (max + 1) * sizeof *d->hidden);
    for (size_t v = 0; v < count; v++) {
        for (size_t i = 0; i < versions[v]->item_count; i++) {
            const struct item *item = versions[v]->items[i];
            if (is_column(item) && is_extra(item)) {
                d->hidden[d->hidden_count++] = arena_text(&d->arena, item->path);
            }
        }
    }
    if (d->hidden_count) {
        qsort(d->hidden, d->hidden_count, sizeof *d->hidden, by_path);
    }
    for (size_t i = 0; i < d->hidden_count; i++) {
        if (!kept || strcmp(d->hidden[kept - 1], d->hidden[i]) != 0) {
            d->hidden[kept++] = d->hidden[i];
        }
    }
    d->hidden_count = kept;
}

bool dataset_hides(const struct dataset *d, const char *path)
{
    return d->hidden_count &&
           bsearch(&path, d->hidden, d->hidden_count, sizeof *d->hidden, by_path);
}

/* ---- making and freeing ---- */

bool dataset_new(struct dataset **out, const struct form *const *versions, size_t count,
                 const struct dataset_options *options, struct err *err)
{
    *out = NULL;
    if (!count) {
        return err_set(err, ERR_INPUT, "there is no form to make a table of");
    }
    struct dataset *d = mem_zero(1, sizeof *d);
    arena_init(&d->arena);
    map_init(&d->by_repeat, &d->arena);
    map_init(&d->codes, &d->arena);
    d->form_id = arena_text(&d->arena, versions[0]->id);
    d->versions = arena_alloc(&d->arena, count * sizeof *d->versions);
    memcpy(d->versions, versions, count * sizeof *d->versions);
    d->version_count = count;
    need_table(d, NULL);
    if (!options->sensitive_extra) {
        gather_hidden(d, versions, count);
    }
    for (size_t v = 0; v < count; v++) {
        for (size_t i = 0; i < versions[v]->item_count; i++) {
            const struct item *item = versions[v]->items[i];
            if (item->shape.is_repeat && !item->is_leaf) {
                need_table(d, item);
            }
            if (is_column(item) && !dataset_hides(d, item->path)) {
                add_column(d, item);
            }
        }
    }
    name_tables(d);
    *out = d;
    return true;
}

void dataset_free(struct dataset *d)
{
    if (!d) {
        return;
    }
    for (size_t t = 0; t < d->table_count; t++) {
        for (size_t i = 0; i < d->tables[t].shown.count; i++) {
            free(d->tables[t].shown.columns[i].seen);
        }
        free(d->tables[t].shown.columns);
    }
    free(d->labels);
    free(d->tables);
    arena_fini(&d->arena);
    free(d);
}

size_t dataset_tables(const struct dataset *d)
{
    return d->table_count;
}

const struct dataset_table *dataset_table(const struct dataset *d, size_t table)
{
    assert(table < d->table_count);
    return &d->tables[table].shown;
}

size_t dataset_other_ids(const struct dataset *d)
{
    return d->other_ids;
}

size_t dataset_hidden(const struct dataset *d)
{
    return d->hidden_count;
}

/* ---- the rows of a submission ---- */

static void add_row(struct dataset_reader *r, struct dataset_row row)
{
    if (r->row_count == r->row_cap) {
        size_t cap = r->row_cap ? r->row_cap * 2 : 8;
        struct dataset_row *grown = arena_alloc(&r->arena, cap * sizeof *grown);
        if (r->row_count) {
            memcpy(grown, r->rows, r->row_count * sizeof *grown);
        }
        r->rows = grown;
        r->row_cap = cap;
    }
    r->rows[r->row_count++] = row;
}

/* Counts entries by the name of their repeat: few names stand side by side. */
struct counts {
    struct {
        const char *name;
        size_t n;
    } * list;
    size_t count;
};

static size_t count_entry(struct counts *counts, const char *name)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (strcmp(counts->list[i].name, name) == 0) {
            return ++counts->list[i].n;
        }
    }
    counts->list = mem_grow(counts->list, counts->count + 1, sizeof *counts->list);
    counts->list[counts->count].name = name;
    counts->list[counts->count].n = 1;
    counts->count++;
    return 1;
}

/* Appends a row for each entry below `xml`.  `path` and `key` are those of `xml`, and unchanged
 * afterwards; `row_key` is that of the row around. */
static void gather_entries(struct dataset_reader *r, const struct xml *xml, struct buf *path,
                           struct buf *key, const char *row_key)
{
    struct counts counts = {NULL, 0};
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        size_t path_len = path->len, key_len = key->len;
        bool inner = xml_child(c, NULL) != NULL;
        buf_join(path, "/", c->name, NULL);
        size_t table = find_table(r->dataset, path->data);
        if (table || inner) {
            buf_join(key, "/", c->name, NULL);
        }
        if (table) {
            buf_printf(key, "[%zu]", count_entry(&counts, c->name));
            const char *own = arena_copy(&r->arena, key->data, key->len);
            add_row(r, (struct dataset_row){table - 1, own, row_key, c});
            gather_entries(r, c, path, key, own);
        } else if (inner) {
            gather_entries(r, c, path, key, row_key);
        }
        buf_cut(path, path_len);
        buf_cut(key, key_len);
    }
    free(counts.list);
}

/* Compares UUIDs without regard to hyphens.  The key may end in "~2", which marks a second
 * record with the same id. */
static bool is_same_uuid(const char *id, const char *key)
{
    for (;; id++, key++) {
        id += strspn(id, "-");
        key += strspn(key, "-");
        if (*id != *key || !*id) {
            return !*id && (!*key || *key == '~');
        }
    }
}

/* Rows are keyed by the id of the signed record, so an instance cannot claim to be another
 * record. */
static const char *key_of(struct dataset_reader *r, const struct xml *xml)
{
    const struct xml *meta = xml_child(xml, "meta"),
                     *id = meta ? xml_child(meta, "instanceID") : NULL;
    const char *own = id ? xml_content(&r->arena, id) : "", *key = r->about->record_key;
    if (!key) {
        return own;
    }
    r->dataset->other_ids +=
        !r->about->edits && text_starts(own, "uuid:") && !is_same_uuid(own, key);
    return key; /* the form may lack instanceID or use another id */
}

bool dataset_open(struct dataset_reader *r, struct dataset *d, const struct form *version,
                  const char *bytes, size_t len, const struct submission *about, struct err *err)
{
    struct xml *xml;
    memset(r, 0, sizeof *r);
    r->dataset = d;
    r->version = version;
    r->about = about;
    arena_init(&r->arena);
    if (!xml_parse(&xml, &r->arena, bytes, len, &xml_foreign, err)) {
        arena_fini(&r->arena);
        return false;
    }
    const char *key = key_of(r, xml);
    add_row(r, (struct dataset_row){0, key, NULL, *about->status ? NULL : xml});
    if (!*about->status && d->table_count > 1) {
        struct buf path = {0}, keys = {0};
        buf_join(&path, "/", xml->name, NULL);
        buf_text(&keys, key);
        gather_entries(r, xml, &path, &keys, key);
        buf_fini(&path);
        buf_fini(&keys);
    }
    return true;
}

void dataset_close(struct dataset_reader *r)
{
    arena_fini(&r->arena);
}

/* ---- the cells of a row ---- */

/* Fills r->cells from everything below `xml` but entries.  `path` is that of `xml`; a column's
 * name begins `skip` bytes into it. */
static void find_cells(struct dataset_reader *r, const struct table *table, const struct xml *xml,
                       struct buf *path, size_t skip)
{
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        size_t len = path->len;
        buf_join(path, "/", c->name, NULL);
        if (!find_table(r->dataset, path->data)) {
            size_t column = (size_t)(uintptr_t)map_get(&table->by_below, path->data + skip);
            if (column && !r->cells[column - 1]) {
                r->cells[column - 1] = c;
            }
            if (xml_child(c, NULL)) {
                find_cells(r, table, c, path, skip);
            }
        }
        buf_cut(path, len);
    }
}

bool dataset_next(struct dataset_reader *r, struct dataset_row *row)
{
    if (r->at == r->row_count) {
        return false;
    }
    *row = r->rows[r->at++];
    const struct table *table = &r->dataset->tables[row->table];
    size_t count = table->shown.count + 1;
    r->cells = arena_alloc(&r->arena, count * sizeof(struct xml *));
    memset(r->cells, 0, count * sizeof(struct xml *));
    if (row->node) {
        struct buf path = {0};
        if (row->table == 0) {
            buf_join(&path, "/", row->node->name, NULL);
        } else {
            buf_text(&path, table->shown.repeat);
        }
        find_cells(r, table, row->node, &path, path.len + 1);
        buf_fini(&path);
    }
    return true;
}

static bool is_withdrawn(const struct dataset_reader *r, size_t column)
{
    size_t table = r->rows[r->at - 1].table;
    const struct item *item = r->dataset->tables[table].shown.columns[column].item;
    return item->use && text_has_word(r->about->withdrawn, item->use);
}

const char *dataset_cell(struct dataset_reader *r, size_t column)
{
    assert(r->at > 0 && column < r->dataset->tables[r->rows[r->at - 1].table].shown.count);
    const struct xml *node = r->cells[column], *text = node ? node->first : NULL;
    if (node && r->about->withdrawn && is_withdrawn(r, column)) {
        return "withdrawn";
    }
    if (text && !text->next && !text->name) {
        return text->text; /* as nearly all: no copy */
    }
    return node ? xml_content(&r->arena, node) : "";
}

/* ---- values that occur ---- */

/* Index of the value in the sorted list, or where it belongs. */
static size_t place_of(const struct dataset_column *column, const char *value, size_t len,
                       bool *known)
{
    size_t low = 0, high = column->seen_count;
    *known = false;
    while (low < high && !*known) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(column->seen[middle], value, len);
        order = order == 0 && column->seen[middle][len] ? 1 : order;
        if (order == 0) {
            *known = true;
            return middle;
        }
        low = order < 0 ? middle + 1 : low;
        high = order > 0 ? middle : high;
    }
    return low;
}

static void see_values(struct dataset *d, struct dataset_column *column, const char *value)
{
    while (*value) {
        size_t len = strcspn(value, " ");
        bool known;
        size_t at = place_of(column, value, len, &known);
        if (len && !known) {
            column->seen = mem_grow(column->seen, column->seen_count + 1, sizeof *column->seen);
            memmove(column->seen + at + 1, column->seen + at,
                    (column->seen_count - at) * sizeof *column->seen);
            column->seen[at] = arena_copy(&d->arena, value, len);
            column->seen_count++;
        }
        value += len + (value[len] == ' ');
    }
}

static void see_length(size_t *longest, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    *longest = len > *longest ? len : *longest;
}

bool dataset_scan(struct dataset *d, const struct form *version, const char *xml, size_t len,
                  const struct submission *about, struct err *err)
{
    struct submission nothing = {.status = ""};
    struct dataset_reader r;
    struct dataset_row row;
    size_t others = d->other_ids;
    if (!dataset_open(&r, d, version, xml, len, about ? about : &nothing, err)) {
        return false;
    }
    while (dataset_next(&r, &row)) {
        struct dataset_table *table = &d->tables[row.table].shown;
        table->seen.rows++;
        see_length(&table->seen.key, row.key);
        see_length(&table->seen.parent, row.parent);
        see_length(&table->seen.submitter, about ? about->submitter_id : NULL);
        see_length(&table->seen.version, about ? about->form_version : NULL);
        for (size_t i = 0; i < table->count; i++) {
            const char *cell = dataset_cell(&r, i);
            see_length(&table->columns[i].longest, cell);
            if (table->columns[i].type == DATASET_CHOICES ||
                table->columns[i].type == DATASET_CHOICE) {
                see_values(d, &table->columns[i], cell);
            }
        }
    }
    dataset_close(&r);
    d->other_ids = others; /* counted when the submission is read for good */
    return true;
}

/* ---- labels of choices ---- */

/* The text in the language, or in the next that has one; NULL: not a plain text. */
static const char *plain_text(const struct form *form, const struct itext *itext,
                              const struct text *text, int language)
{
    size_t first = language >= 0 ? (size_t)language : 0, count = form->language_count;
    for (size_t i = 0; itext && i < count && !text; i++) {
        text = itext->texts[((first + i) % count) * TEXT_FORM_COUNT + FORM_LONG];
    }
    return text && text->count == 1 && text->parts[0].literal ? text->parts[0].literal : NULL;
}

/* Root of the list that an itemset such as randomize(instance('villages')/root/item) reads. */
static const struct node *list_of(const struct form *form, const struct control *control)
{
    const struct xpath *x = control->itemset;
    while (x && x->op == XP_CALL && x->arg_count) {
        x = x->args[0];
    }
    if (!x || x->op != XP_PATH || !x->start || x->start->op != XP_CALL || !x->start->arg_count ||
        x->start->args[0]->op != XP_STRING) {
        return NULL;
    }
    const struct node *root = NULL;
    for (const struct secondary *s = form->secondary; s; s = s->next) {
        root = strcmp(s->id, x->start->args[0]->text) == 0 ? s->root : root;
    }
    return root ? root->first : NULL;
}

static void put_label(struct labels *labels, const char *value, const char *label)
{
    if (label && !map_get(&labels->map, value)) {
        map_put(&labels->map, value, (void *)label);
    }
}

/* Fills the map: rows of the list first, then choices written in place; the first of equal
 * values counts in a list, the last in place. */
static void fill_labels(struct labels *labels, const struct form *form,
                        const struct control *control)
{
    const struct node *list = list_of(form, control);
    for (const struct node *row = list ? list->first : NULL; row; row = row->next) {
        const struct node *name = tree_child(row, "name"), *id = tree_child(row, "itextId");
        const struct node *label = tree_child(row, "label");
        if (name && label && !id) {
            put_label(labels, tree_value(name), tree_value(label));
        } else if (name && id) {
            put_label(
                labels, tree_value(name),
                plain_text(form, map_get(&form->itexts, tree_value(id)), NULL, labels->language));
        }
    }
    for (size_t i = control->choice_count; i-- > 0;) {
        const struct static_choice *c = &control->choices[i];
        put_label(labels, c->value,
                  plain_text(form, c->label.itext, c->label.text, labels->language));
    }
}

/* The text of a label with "…" for answers in it, in one line. */
static const char *label_line(struct dataset *d, const struct form *form, const struct label *label,
                              int language)
{
    struct buf out = {0};
    const struct text *text = label->text;
    size_t first = language >= 0 ? (size_t)language : 0;
    for (size_t i = 0; label->itext && i < form->language_count && !text; i++) {
        text =
            label->itext->texts[((first + i) % form->language_count) * TEXT_FORM_COUNT + FORM_LONG];
    }
    for (size_t p = 0; text && p < text->count; p++) {
        buf_text(&out, text->parts[p].literal ? text->parts[p].literal : "…");
    }
    char *line = arena_text(&d->arena, out.data ? out.data : "");
    for (char *c = line; *c; c++) {
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    }
    buf_fini(&out);
    return line;
}

const char *dataset_column_label(struct dataset *d, const struct dataset_column *column,
                                 const char *language)
{
    for (size_t v = 0; v < d->version_count; v++) {
        const struct item *item = form_item(d->versions[v], column->path);
        if (item && item->control) {
            int index = language ? form_language(d->versions[v], language) : -1;
            return label_line(d, d->versions[v], &item->control->label, index);
        }
    }
    return "";
}

const char *dataset_group_label(struct dataset *d, const struct dataset_column *column,
                                const char *language)
{
    const struct form *form = d->versions[0];
    int index = language ? form_language(form, language) : -1;
    const char *path = column->path, *slash = strrchr(path, '/'), *name = "";
    while (slash && slash != path && strchr(path + 1, '/') != slash) {
        const char *group = arena_copy(&d->arena, path, (size_t)(slash - path));
        const struct item *item = form_item(form, group);
        const char *label =
            item && item->control ? label_line(d, form, &item->control->label, index) : "";
        slash = strrchr(group, '/');
        name = *name ? name : slash + 1;
        path = group;
        if (*label) {
            return label;
        }
    }
    return name;
}

const char *dataset_code_label(struct dataset *d, const struct dataset_column *column,
                               const char *value, const char *language)
{
    for (size_t v = 0; v < d->version_count; v++) {
        const char *label =
            dataset_choice_label(d, d->versions[v], column, value, language ? language : "");
        if (label != value) {
            return label;
        }
    }
    return value;
}

struct codes {
    const char **list;
    size_t count, cap;
    struct map known;
    size_t seen; /* how many seen values the column had when the list was made */
};

static void add_code(struct dataset *d, struct codes *c, const char *code)
{
    if (!*code || map_get(&c->known, code)) {
        return;
    }
    if (c->count == c->cap) {
        const char **grown = arena_alloc(&d->arena, (c->cap * 2 + 16) * sizeof *grown);
        if (c->count) {
            memcpy(grown, c->list, c->count * sizeof *grown);
        }
        c->list = grown;
        c->cap = c->cap * 2 + 16;
    }
    c->list[c->count] = arena_text(&d->arena, code);
    map_put(&c->known, c->list[c->count++], c);
}

static void add_codes_of(struct dataset *d, struct codes *c, const struct form *form,
                         const char *path)
{
    const struct item *item = form_item(form, path);
    if (!item || !item->control) {
        return;
    }
    const struct node *list = list_of(form, item->control);
    for (const struct node *row = list ? list->first : NULL; row; row = row->next) {
        const struct node *name = tree_child(row, "name");
        add_code(d, c, name ? tree_value(name) : "");
    }
    for (size_t i = 0; i < item->control->choice_count; i++) {
        add_code(d, c, item->control->choices[i].value);
    }
}

size_t dataset_codes(struct dataset *d, const struct dataset_column *column,
                     const char *const **codes)
{
    struct codes *c = map_get(&d->codes, column->path);
    if (!c) {
        c = arena_alloc(&d->arena, sizeof *c);
        memset(c, 0, sizeof *c);
        map_init(&c->known, &d->arena);
        for (size_t v = 0; v < d->version_count; v++) {
            add_codes_of(d, c, d->versions[v], column->path);
        }
        map_put(&d->codes, column->path, c);
    }
    for (size_t s = 0; s < column->seen_count && c->seen != column->seen_count; s++) {
        add_code(d, c, column->seen[s]);
    }
    c->seen = column->seen_count;
    *codes = c->list;
    return c->count;
}

const char *dataset_choice_label(struct dataset *d, const struct form *version,
                                 const struct dataset_column *column, const char *value,
                                 const char *language)
{
    const struct item *item = form_item(version, column->path);
    int index = form_language(version, language);
    if (!item || !item->control) {
        return value;
    }
    struct labels *labels = NULL;
    for (size_t i = 0; i < d->labels_count && !labels; i++) {
        labels = d->labels[i]->control == item->control && d->labels[i]->language == index
                     ? d->labels[i]
                     : NULL;
    }
    if (!labels) {
        labels = arena_alloc(&d->arena, sizeof *labels);
        *labels = (struct labels){.control = item->control, .language = index};
        map_init(&labels->map, &d->arena);
        fill_labels(labels, version, item->control);
        d->labels = mem_grow(d->labels, d->labels_count + 1, sizeof *d->labels);
        d->labels[d->labels_count++] = labels;
    }
    const char *label = map_get(&labels->map, value);
    return label ? label : value;
}
