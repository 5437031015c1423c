/* SPDX-License-Identifier: Apache-2.0 */
/* Distributes the answers of submissions over tables and columns. */
#include "forms/dataset/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"

struct column {
    const char *path, *name;
    bool geopoint, multiple, choice;
    const char **values; /* values that occur, sorted; split_multiple only */
    size_t value_count;
};

struct table {
    const char *repeat; /* path of the repeat, "" = root */
    const char *repeat_name, *file;
    struct column *columns;
    size_t count, cap;
    struct buf rows;
};

struct columns {
    struct arena arena;
    struct columns_options options;
    const char *form_id;
    struct table *tables;
    size_t table_count;
    const char **hidden; /* paths that any version marks, sorted; in `arena` */
    size_t hidden_count;
    size_t other_ids;
};

static const char *column_name(struct arena *arena, const char *below)
{
    char *name = arena_text(arena, below);
    for (char *p = name; *p; p++) {
        *p = *p == '/' ? '-' : *p;
    }
    return name;
}

static struct table *find_table(struct columns *c, const char *repeat)
{
    for (size_t i = 0; i < c->table_count; i++) {
        if (strcmp(c->tables[i].repeat, repeat) == 0) {
            return &c->tables[i];
        }
    }
    return NULL;
}

static struct table *need_table(struct columns *c, const struct item *repeat)
{
    const char *path = repeat ? repeat->path : "";
    struct table *table = find_table(c, path);
    if (table) {
        return table;
    }
    c->tables = mem_grow(c->tables, c->table_count + 1, sizeof *c->tables);
    table = &c->tables[c->table_count++];
    memset(table, 0, sizeof *table);
    table->repeat = arena_text(&c->arena, path);
    table->repeat_name = repeat ? arena_text(&c->arena, repeat->shape.name) : "";
    return table;
}

static const struct item *repeat_of(const struct item *item)
{
    const struct item *p = item->shape.parent;
    while (p && !p->shape.is_repeat) {
        p = p->shape.parent;
    }
    return p;
}

static void add_column(struct columns *c, const struct item *item)
{
    const struct item *repeat = repeat_of(item);
    const struct item *top = item;
    while (top->shape.parent) {
        top = top->shape.parent;
    }
    struct table *table = need_table(c, repeat);
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->columns[i].path, item->path) == 0) {
            return;
        }
    }
    if (table->count == table->cap) {
        table->cap = table->cap ? table->cap * 2 : 32;
        table->columns = mem_grow(table->columns, table->cap, sizeof *table->columns);
    }
    struct column *column = &table->columns[table->count++];
    memset(column, 0, sizeof *column);
    column->path = arena_text(&c->arena, item->path);
    column->name =
        column_name(&c->arena, item->path + strlen(repeat ? repeat->path : top->path) + 1);
    column->geopoint = item->type == TYPE_GEOPOINT;
    const struct control *control = item->control;
    column->multiple = control && control->kind == CONTROL_SELECT;
    column->choice = control && (control->kind == CONTROL_SELECT ||
                                 control->kind == CONTROL_SELECT1 || control->kind == CONTROL_RANK);
}

static void name_files(struct columns *c)
{
    for (size_t i = 0; i < c->table_count; i++) {
        struct table *t = &c->tables[i];
        size_t same = 0, before = 0;
        for (size_t k = 0; k < c->table_count; k++) {
            bool equal = *t->repeat && strcmp(c->tables[k].repeat_name, t->repeat_name) == 0;
            same += equal;
            before += equal && k <= i;
        }
        if (!*t->repeat) {
            t->file = arena_printf(&c->arena, "%s.csv", c->form_id);
        } else if (same > 1) {
            t->file = arena_printf(&c->arena, "%s-%s~%zu.csv", c->form_id, t->repeat_name, before);
        } else {
            t->file = arena_printf(&c->arena, "%s-%s.csv", c->form_id, t->repeat_name);
        }
        for (char *p = (char *)t->file; *p; p++) { /* a form id must not form a path */
            *p = strchr("/\\:*?\"<>|", *p) || (unsigned char)*p < 0x20 ? '_' : *p;
        }
        if (t->file[0] == '.') {
            *(char *)t->file = '_';
        }
    }
}

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
static void gather_hidden(struct columns *c, const struct form *const *versions, size_t count)
{
    size_t max = 0, kept = 0;
    for (size_t v = 0; v < count; v++) {
        max += versions[v]->item_count;
    }
    c->hidden = arena_alloc(&c->arena, (max + 1) * sizeof *c->hidden);
    for (size_t v = 0; v < count; v++) {
        for (size_t i = 0; i < versions[v]->item_count; i++) {
            const struct item *item = versions[v]->items[i];
            if (is_column(item) && is_extra(item)) {
                c->hidden[c->hidden_count++] = arena_text(&c->arena, item->path);
            }
        }
    }
    if (c->hidden_count) {
        qsort(c->hidden, c->hidden_count, sizeof *c->hidden, by_path);
    }
    for (size_t i = 0; i < c->hidden_count; i++) {
        if (!kept || strcmp(c->hidden[kept - 1], c->hidden[i]) != 0) {
            c->hidden[kept++] = c->hidden[i];
        }
    }
    c->hidden_count = kept;
}

bool columns_hide(const struct columns *c, const char *path)
{
    return c->hidden_count &&
           bsearch(&path, c->hidden, c->hidden_count, sizeof *c->hidden, by_path);
}

bool columns_new(struct columns **out, const struct form *const *versions, size_t count,
                 const struct columns_options *options, struct err *err)
{
    *out = NULL;
    if (!count) {
        return err_set(err, ERR_INPUT, "there is no form to make a table of");
    }
    struct columns *c = mem_zero(1, sizeof *c);
    arena_init(&c->arena);
    c->options = *options;
    c->form_id = arena_text(&c->arena, versions[0]->id);
    need_table(c, NULL);
    if (!options->sensitive_extra) {
        gather_hidden(c, versions, count);
    }
    for (size_t v = 0; v < count; v++) {
        for (size_t i = 0; i < versions[v]->item_count; i++) {
            const struct item *item = versions[v]->items[i];
            if (item->shape.is_repeat && !item->is_leaf) {
                need_table(c, item);
            }
            if (is_column(item) && !columns_hide(c, item->path)) {
                add_column(c, item);
            }
        }
    }
    name_files(c);
    *out = c;
    return true;
}

void columns_free(struct columns *c)
{
    if (!c) {
        return;
    }
    for (size_t t = 0; t < c->table_count; t++) {
        for (size_t i = 0; i < c->tables[t].count; i++) {
            free(c->tables[t].columns[i].values);
        }
        free(c->tables[t].columns);
        buf_fini(&c->tables[t].rows);
    }
    free(c->tables);
    arena_fini(&c->arena);
    free(c);
}

/* ---- reading a submission ---- */

struct reading {
    struct columns *c;
    const struct form *form;
    struct arena *arena;
    const struct submission *about;
    const char *instance_id;
    bool scan;
};

/* The element at `below` ("a/b") under `xml`, or NULL. */
static const struct xml *at_path(const struct xml *xml, const char *below)
{
    while (xml && *below) {
        size_t len = strcspn(below, "/");
        char name[256];
        if (len >= sizeof name) {
            return NULL;
        }
        memcpy(name, below, len);
        name[len] = '\0';
        xml = xml_child(xml, name);
        below += len + (below[len] == '/');
    }
    return xml;
}

static void see_values(struct columns *c, struct column *column, const char *value)
{
    while (*value) {
        size_t len = strcspn(value, " ");
        size_t at = 0;
        int order = -1;
        char *one = arena_copy(&c->arena, value, len);
        while (at < column->value_count && (order = strcmp(column->values[at], one)) < 0) {
            at++;
        }
        bool known = at < column->value_count && order == 0;
        if (len && !known) {
            column->values =
                mem_grow(column->values, column->value_count + 1, sizeof *column->values);
            memmove(column->values + at + 1, column->values + at,
                    (column->value_count - at) * sizeof *column->values);
            column->values[at] = one;
            column->value_count++;
        }
        value += len + (value[len] == ' ');
    }
}

/* The label of a choice value; the list's filter is ignored. */
static const char *label_of(const struct reading *r, const struct control *control,
                            const char *value)
{
    int language = form_language(r->form, r->c->options.labels);
    const struct itext *itext = NULL;
    const struct text *text = NULL;
    for (size_t i = 0; i < control->choice_count; i++) {
        if (strcmp(control->choices[i].value, value) == 0) {
            itext = control->choices[i].label.itext;
            text = control->choices[i].label.text;
        }
    }
    const struct xpath *x = control->itemset;
    while (x && x->op == XP_CALL && x->arg_count) {
        x = x->args[0]; /* randomize(…) */
    }
    const struct node *root = NULL;
    if (x && x->op == XP_PATH && x->start && x->start->op == XP_CALL && x->start->arg_count &&
        x->start->args[0]->op == XP_STRING) {
        for (const struct secondary *s = r->form->secondary; s; s = s->next) {
            root = strcmp(s->id, x->start->args[0]->text) == 0 ? s->root : root;
        }
    }
    const struct node *row = root && root->first ? root->first->first : NULL;
    for (; row; row = row->next) {
        const struct node *name = tree_child(row, "name");
        if (name && strcmp(tree_value(name), value) == 0) {
            const struct node *id = tree_child(row, "itextId");
            const struct node *label = tree_child(row, "label");
            if (label && !id) {
                return tree_value(label);
            }
            itext = id ? map_get(&r->form->itexts, tree_value(id)) : NULL;
            break;
        }
    }
    if (itext) {
        size_t count = r->form->language_count;
        size_t first = language >= 0 ? (size_t)language : 0;
        for (size_t i = 0; i < count && !text; i++) {
            text = itext->texts[((first + i) % count) * TEXT_FORM_COUNT + FORM_LONG];
        }
    }
    return text && text->count == 1 && text->parts[0].literal ? text->parts[0].literal : value;
}

static const char *with_labels(const struct reading *r, const struct column *column,
                               const char *value)
{
    const struct item *item = form_item(r->form, column->path);
    if (!r->c->options.labels || !column->choice || !item || !item->control) {
        return value;
    }
    if (!column->multiple && item->control->kind != CONTROL_RANK) {
        return *value ? label_of(r, item->control, value) : value;
    }
    struct buf out = {0};
    while (*value) {
        size_t len = strcspn(value, " ");
        if (len) {
            buf_text(&out, out.len ? "; " : "");
            buf_text(&out, label_of(r, item->control, arena_copy(r->arena, value, len)));
        }
        value += len + (value[len] == ' ');
    }
    const char *kept = arena_copy(r->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static void put_geopoint(struct buf *row, const char *value, bool first)
{
    for (int i = 0; i < 4; i++) {
        size_t len = strcspn(value, " ");
        char part[64];
        snprintf(part, sizeof part, "%.*s", (int)(len < 63 ? len : 63), value);
        csv_cell(row, part, first && i == 0);
        value += len + (value[len] == ' ');
    }
}

static bool has_word(const char *list, const char *word)
{
    size_t want = strlen(word);
    while (*list) {
        size_t len = strcspn(list, " ");
        if (len == want && strncmp(list, word, len) == 0) {
            return true;
        }
        list += len + (list[len] == ' ');
    }
    return false;
}

static void put_cells(const struct reading *r, const struct table *table, struct buf *row,
                      const struct xml *xml, bool first, size_t skip)
{
    for (size_t i = 0; i < table->count; i++) {
        struct column *column = &table->columns[i];
        const struct xml *at = xml ? at_path(xml, column->path + skip) : NULL;
        const char *value = at ? xml_content(r->arena, at) : "";
        if (r->scan) {
            if (column->multiple) {
                see_values(r->c, column, value);
            }
            continue;
        }
        if (column->geopoint) {
            put_geopoint(row, value, first);
        } else {
            csv_cell(row, with_labels(r, column, value), first);
            for (size_t v = 0; v < column->value_count; v++) {
                csv_cell(row, has_word(value, column->values[v]) ? "1" : "0", false);
            }
        }
        first = false;
    }
}

static void read_repeats(const struct reading *r, const struct xml *xml, const char *path,
                         const char *key, const char *row_key)
{
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        char *child = arena_printf(r->arena, "%s/%s", path, c->name);
        char *child_key = arena_printf(r->arena, "%s/%s", key, c->name);
        struct table *table = find_table(r->c, child);
        if (!table || !*table->repeat) {
            read_repeats(r, c, child, child_key, row_key);
            continue;
        }
        size_t nth = 1;
        for (const struct xml *p = xml_child(xml, c->name); p != c; p = xml_sibling(p, c->name)) {
            nth++;
        }
        char *own_key = arena_printf(r->arena, "%s[%zu]", child_key, nth);
        put_cells(r, table, &table->rows, c, true, strlen(child) + 1);
        if (!r->scan) {
            csv_cell(&table->rows, row_key, table->count == 0);
            csv_cell(&table->rows, own_key, false);
            csv_end(&table->rows);
        }
        read_repeats(r, c, child, own_key, own_key);
    }
}

static void put_unsigned(struct buf *row, unsigned value)
{
    char text[24];
    snprintf(text, sizeof text, "%u", value);
    csv_cell(row, text, false);
}

static void put_root_row(const struct reading *r, const struct xml *xml, const char *key)
{
    const struct submission *s = r->about;
    struct table *table = &r->c->tables[0];
    struct buf *row = &table->rows;
    size_t skip = 1 + strlen(xml->name) + 1;
    if (!r->scan) {
        char date[40] = "";
        clock_iso(date, sizeof date, s->date_ms, 0, true);
        csv_cell(row, date, true);
    }
    put_cells(r, table, row, *s->status ? NULL : xml, false, skip);
    if (r->scan) {
        return;
    }
    csv_cell(row, key, false);
    csv_cell(row, s->submitter_id, false);
    csv_cell(row, s->submitter_name, false);
    put_unsigned(row, s->attachments_present);
    put_unsigned(row, s->attachments_expected);
    csv_cell(row, s->status, false);
    csv_cell(row, s->review_state, false);
    csv_cell(row, s->device_id, false);
    put_unsigned(row, s->edits);
    csv_cell(row, s->form_version, false);
    csv_end(row);
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
static void find_key(struct reading *r, const struct xml *xml)
{
    const struct xml *id = at_path(xml, "meta/instanceID");
    const char *key = r->about->record_key;
    r->instance_id = id ? xml_content(r->arena, id) : "";
    if (key) {
        r->c->other_ids +=
            text_starts(r->instance_id, "uuid:") && !is_same_uuid(r->instance_id, key);
        r->instance_id = key; /* the form may lack instanceID or use another id */
    }
}

static bool read_submission(struct columns *c, const struct form *version, const char *bytes,
                            size_t len, const struct submission *about, bool scan, struct err *err)
{
    struct arena arena;
    struct xml *xml;
    arena_init(&arena);
    bool ok = xml_parse(&xml, &arena, bytes, len, &xml_foreign, err);
    struct reading r = {c, version, &arena, about, "", scan};
    if (ok) {
        find_key(&r, xml);
        char *path = arena_printf(&arena, "/%s", xml->name);
        put_root_row(&r, xml, r.instance_id);
        if (!*about->status) {
            read_repeats(&r, xml, path, r.instance_id, r.instance_id);
        }
    }
    arena_fini(&arena);
    return ok;
}

bool columns_scan(struct columns *c, const struct form *version, const char *xml, size_t len,
                  struct err *err)
{
    struct submission nothing = {.status = ""};
    return !c->options.split_multiple || read_submission(c, version, xml, len, &nothing, true, err);
}

bool columns_add(struct columns *c, const struct form *version, const char *xml, size_t len,
                 const struct submission *about, struct err *err)
{
    return read_submission(c, version, xml, len, about, false, err);
}

size_t columns_tables(const struct columns *c)
{
    return c->table_count;
}

const char *columns_name(const struct columns *c, size_t table)
{
    return c->tables[table].file;
}

size_t columns_other_ids(const struct columns *c)
{
    return c->other_ids;
}

size_t columns_hidden(const struct columns *c)
{
    return c->hidden_count;
}

static void put_headers(const struct table *table, struct buf *out, bool first)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        static const char *const parts[] = {"Latitude", "Longitude", "Altitude", "Accuracy"};
        struct buf name = {0};
        for (size_t p = 0; column->geopoint && p < 4; p++) {
            buf_cut(&name, 0);
            buf_printf(&name, "%s-%s", column->name, parts[p]);
            csv_cell(out, name.data, first && p == 0);
        }
        if (!column->geopoint) {
            csv_cell(out, column->name, first);
        }
        for (size_t v = 0; v < column->value_count; v++) {
            buf_cut(&name, 0);
            buf_printf(&name, "%s/%s", column->name, column->values[v]);
            csv_cell(out, name.data, false);
        }
        buf_fini(&name);
        first = false;
    }
}

void columns_write(const struct columns *c, size_t at, struct buf *out)
{
    const struct table *table = &c->tables[at];
    if (!*table->repeat) {
        csv_cell(out, "SubmissionDate", true);
        put_headers(table, out, false);
        buf_text(out, ",KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,"
                      "Status,ReviewState,DeviceID,Edits,FormVersion\n");
    } else {
        put_headers(table, out, true);
        buf_text(out, table->count ? ",PARENT_KEY,KEY\n" : "PARENT_KEY,KEY\n");
    }
    buf_add(out, table->rows.data ? table->rows.data : "", table->rows.len);
}
