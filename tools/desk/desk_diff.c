/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the versions of one record. */
#include "tools/desk/desk_diff.h"

#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset.h"
#include "platform/custody/tar.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

/* ---- versions ---- */

/* The reason in the audit log: its last row "change reason". */
static const char *reason_of(struct arena *arena, const struct record *r)
{
    enum { EVENT = 0, REASON = 10 };
    struct tar_reader tar = {.bytes = r->files, .len = r->files_len};
    struct tar_member m;
    const char *reason = "";
    while (r->files && tar_next(&tar, &m, NULL)) {
        struct csv csv;
        if (strcmp(m.name, "audit.csv") != 0 || !csv_parse(&csv, arena, m.bytes, m.len, NULL)) {
            continue;
        }
        for (size_t row = 1; row < csv.count; row++) {
            if (csv.rows[row].count > REASON &&
                strcmp(csv.rows[row].cells[EVENT], "change reason") == 0) {
                reason = csv.rows[row].cells[REASON];
            }
        }
    }
    return reason;
}

void desk_diff_keep(struct desk_diff *d, const struct record *r)
{
    if (!d->begun) {
        arena_init(&d->arena);
        d->begun = true;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (memcmp(d->versions[i].id, r->record_id, 16) == 0) {
            return; /* in two histories of its device */
        }
    }
    d->versions = mem_grow(d->versions, d->count + 1, sizeof *d->versions);
    struct diff_version *v = &d->versions[d->count++];
    *v = (struct diff_version){.seq = r->seq,
                               .finalised_ms = r->finalised_ms,
                               .xml = arena_copy(&d->arena, r->xml, r->xml_len),
                               .xml_len = r->xml_len,
                               .reason = reason_of(&d->arena, r)};
    memcpy(v->id, r->record_id, 16);
}

void desk_diff_fini(struct desk_diff *d)
{
    if (d->begun) {
        free(d->versions);
        arena_fini(&d->arena);
    }
    *d = (struct desk_diff){0};
}

/* ---- answers ---- */

struct answer {
    const char *path, *plain, *value; /* path: entries are numbered; plain: they are not */
    struct answer *next;
};
struct answers {
    struct arena *arena;
    const struct form *form;
    struct answer *first, **end;
    struct map by_path;
};

/* `position`: among the elements of its name. */
static void take(struct answers *all, const struct xml *node, unsigned position, struct buf *path,
                 struct buf *plain)
{
    struct arena *arena = all->arena;
    size_t before = path->len, plain_before = plain->len;
    buf_join(plain, "/", node->name, NULL);
    buf_join(path, "/", node->name, NULL);
    const struct item *item = form_item(all->form, plain->data);
    if (item && item->shape.is_repeat) {
        buf_printf(path, "[%u]", position);
    }
    if (!xml_child(node, NULL)) {
        struct answer *one = arena_alloc(arena, sizeof *one);
        *one = (struct answer){.path = arena_copy(arena, path->data, path->len),
                               .plain = arena_copy(arena, plain->data, plain->len),
                               .value = xml_content(arena, node)};
        *all->end = one;
        all->end = &one->next;
        map_put(&all->by_path, one->path, one);
    }
    const char *last = "";
    unsigned n = 0;
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        n = strcmp(c->name, last) == 0 ? n + 1 : 1;
        last = c->name;
        take(all, c, n, path, plain);
    }
    buf_cut(path, before);
    buf_cut(plain, plain_before);
}

static bool read_answers(struct answers *all, struct arena *arena, const struct form *form,
                         const struct diff_version *v, struct err *err)
{
    struct xml *root;
    struct buf path = {0}, plain = {0};
    *all = (struct answers){.arena = arena, .form = form};
    all->end = &all->first;
    map_init(&all->by_path, arena);
    bool ok = xml_parse(&root, arena, v->xml, v->xml_len, &xml_foreign, err);
    if (ok) {
        take(all, root, 1, &path, &plain);
    }
    buf_fini(&path);
    buf_fini(&plain);
    return ok;
}

/* ---- the page ---- */

struct printing {
    struct buf *out;
    struct dataset *dataset;
    const struct form *form;
    const char *language;
    unsigned changes, hidden;
    char withdrawn[WITHDRAWN_TEXT];
};

static const struct dataset_column *column_of(struct dataset *dataset, const char *path)
{
    for (size_t t = 0; t < dataset_tables(dataset); t++) {
        const struct dataset_table *table = dataset_table(dataset, t);
        for (size_t c = 0; c < table->count; c++) {
            if (strcmp(table->columns[c].path, path) == 0) {
                return &table->columns[c];
            }
        }
    }
    return NULL;
}

static void put_value(struct printing *p, const struct dataset_column *column, const char *value)
{
    const char *shown = column->type == DATASET_CHOICE
                            ? dataset_choice_label(p->dataset, p->form, column, value, p->language)
                            : value;
    desk_put_line(p->out, *value ? shown : "–");
    if (strcmp(shown, value) != 0) {
        buf_join(p->out, " (", value, ")", NULL);
    }
}

static void put_change(struct printing *p, const struct answer *one, const char *before,
                       const char *after)
{
    const struct item *item = form_item(p->form, one->plain);
    if (strcmp(before, after) == 0 || !item || !item->control) {
        return; /* what is calculated follows from the answers */
    }
    p->changes++;
    if (dataset_hides(p->dataset, one->plain)) {
        p->hidden++;
        return;
    }
    if (item->use && text_has_word(p->withdrawn, item->use)) {
        before = after = "withdrawn";
    }
    const struct dataset_column *column = column_of(p->dataset, one->plain);
    const char *label = column ? dataset_column_label(p->dataset, column, p->language) : "";
    buf_join(p->out, *label ? label : one->plain, "\n    ", NULL);
    if (column) {
        put_value(p, column, before);
        buf_text(p->out, " → ");
        put_value(p, column, after);
    }
    buf_join(p->out, "    [", one->path, "]\n", NULL);
}

static bool compare(struct printing *p, const struct diff_version *old,
                    const struct diff_version *now, struct err *err)
{
    struct arena arena;
    struct answers before, after;
    arena_init(&arena);
    bool ok = read_answers(&before, &arena, p->form, old, err) &&
              read_answers(&after, &arena, p->form, now, err);
    for (const struct answer *a = ok ? after.first : NULL; a; a = a->next) {
        const struct answer *b = map_get(&before.by_path, a->path);
        put_change(p, a, b ? b->value : "", a->value);
    }
    for (const struct answer *b = ok ? before.first : NULL; b; b = b->next) {
        if (!map_get(&after.by_path, b->path)) {
            put_change(p, b, b->value, "");
        }
    }
    arena_fini(&arena);
    return ok;
}

static int by_seq(const void *a, const void *b)
{
    const struct diff_version *one = a, *other = b;
    return (one->seq > other->seq) - (one->seq < other->seq);
}

bool desk_diff_print(struct buf *out, struct desk_diff *d, const struct desk_listing *given,
                     struct err *err)
{
    struct printing p = {.out = out, .form = d->form, .language = given->language};
    const struct dataset_options options = {.sensitive_extra = given->sensitive};
    if (!d->count || !d->form || !dataset_new(&p.dataset, &d->form, 1, &options, err)) {
        return !d->count || !d->form;
    }
    bool ok = true;
    withdrawn_text(p.withdrawn, d->withdrawn);
    qsort(d->versions, d->count, sizeof *d->versions, by_seq);
    for (size_t v = 1; ok && v < d->count; v++) {
        char key[48], when[40];
        p.changes = p.hidden = 0;
        desk_record_key(key, d->versions[v].id);
        desk_put_when(when, d->versions[v].finalised_ms);
        buf_join(out, "corrected ", when, " by ", key, "\n", NULL);
        if (*d->versions[v].reason) {
            buf_text(out, "reason: ");
            desk_put_line(out, d->versions[v].reason);
            buf_char(out, '\n');
        }
        ok = compare(&p, &d->versions[v - 1], &d->versions[v], err);
        if (ok && !p.changes) {
            buf_text(out, "no answer was changed\n");
        }
        if (ok && p.hidden) {
            buf_printf(out, "%u of the changes are of questions marked sensitive=extra\n",
                       p.hidden);
        }
        buf_char(out, '\n');
    }
    dataset_free(p.dataset);
    return ok;
}
