/* SPDX-License-Identifier: Apache-2.0 */
/* Counts answers for the report's tables. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/report/report_counts_internal.h"

/* The columns of KIND_CHANGE, in their order, and its rows. */
static const char *const changes[] = {"1", "2", "3"}; /* better, the same, worse */
static const char *const scores[SCORES] = {"x_econ", "x_soc", "x_psy"};

/* ---- forms ---- */

struct counted_form *counting_form(struct report_counting *c, const char *id)
{
    for (size_t i = 0; i < c->form_count; i++) {
        if (strcmp(c->forms[i].id, id) == 0) {
            return &c->forms[i];
        }
    }
    return NULL;
}

static void name_columns(struct report_counting *c, struct counted_form *f)
{
    map_init(&f->columns, &c->arena);
    for (size_t t = 0; t < dataset_tables(f->dataset); t++) {
        const struct dataset_table *table = dataset_table(f->dataset, t);
        for (size_t i = 0; i < table->count; i++) {
            const char *slash = strrchr(table->columns[i].path, '/');
            map_put(&f->columns, slash + 1, (void *)&table->columns[i]);
        }
    }
}

static bool add_form(struct report_counting *c, size_t version, struct err *err)
{
    const struct desk_records *r = c->records;
    const struct form *newest = r->versions[version].form;
    const struct form **all = arena_alloc(&c->arena, r->version_count * sizeof *all);
    const struct dataset_options options = {.sensitive_extra = true};
    size_t count = 0;
    if (counting_form(c, newest->id)) {
        return true;
    }
    for (size_t v = version; v < r->version_count; v++) {
        if (strcmp(r->versions[v].form->id, newest->id) == 0) {
            all[count++] = r->versions[v].form;
        }
    }
    c->forms = mem_grow(c->forms, c->form_count + 1, sizeof *c->forms);
    struct counted_form *f = &c->forms[c->form_count];
    *f = (struct counted_form){.id = newest->id, .title = newest->title};
    if (!dataset_new(&f->dataset, all, count, &options, err)) {
        return false;
    }
    c->form_count++;
    name_columns(c, f);
    return true;
}

static void values_init(struct report_counting *c, struct values *v)
{
    map_init(&v->places, &c->arena);
}

bool report_counting_new(struct report_counting **out, const struct desk_records *records,
                         const char *language, struct err *err)
{
    struct report_counting *c = *out = mem_zero(1, sizeof *c);
    bool ok = true;
    arena_init(&c->arena);
    c->tallies = mem_zero(report_spec_count, sizeof *c->tallies);
    c->records = records;
    c->language = language;
    c->words = report_words(language);
    map_init(&c->persons, &c->arena);
    for (size_t i = 0; i < report_spec_count; i++) {
        values_init(c, &c->tallies[i].rows);
        values_init(c, &c->tallies[i].columns);
    }
    for (size_t v = 0; ok && v < records->version_count; v++) {
        ok = add_form(c, v, err);
    }
    if (!ok) {
        report_counting_free(c);
        *out = NULL;
    }
    return ok;
}

void report_counting_free(struct report_counting *c)
{
    if (c) {
        for (size_t i = 0; i < c->form_count; i++) {
            dataset_free(c->forms[i].dataset);
        }
        for (size_t i = 0; i < report_spec_count; i++) {
            free(c->tallies[i].rows.list);
            free(c->tallies[i].columns.list);
            free(c->tallies[i].counts);
        }
        free(c->tallies);
        free(c->forms);
        free(c->groups);
        free(c->outputs);
        arena_fini(&c->arena);
        free(c);
    }
}

/* ---- counting ---- */

static size_t value_at(struct report_counting *c, struct values *v, const char *value)
{
    size_t known = (size_t)(uintptr_t)map_get(&v->places, value);
    if (known) {
        return known - 1;
    }
    if (v->count == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 16;
        v->list = mem_grow(v->list, v->cap, sizeof *v->list);
    }
    v->list[v->count] = arena_text(&c->arena, value);
    map_put(&v->places, v->list[v->count], (void *)(uintptr_t)(v->count + 1));
    return v->count++;
}

static void count_times(struct report_counting *c, struct tally_of *t, const char *row,
                        const char *column, unsigned times)
{
    size_t r = value_at(c, &t->rows, row), k = value_at(c, &t->columns, column);
    if (r >= t->row_cap || k >= t->column_cap) {
        size_t rows = r >= t->row_cap ? 2 * r + 8 : t->row_cap;
        size_t columns = k >= t->column_cap ? 2 * k + 8 : t->column_cap;
        unsigned *grown = mem_zero(rows * columns, sizeof *grown);
        for (size_t i = 0; i < t->row_cap; i++) {
            memcpy(&grown[i * columns], &t->counts[i * t->column_cap],
                   t->column_cap * sizeof *grown);
        }
        free(t->counts);
        t->counts = grown;
        t->row_cap = rows;
        t->column_cap = columns;
    }
    t->counts[r * t->column_cap + k] += times;
}

static void count(struct report_counting *c, struct tally_of *t, const char *row,
                  const char *column)
{
    count_times(c, t, row, column, 1);
}

/* What nobody named has its row, too. */
static void count_named(struct report_counting *c, struct tally_of *t, const char *row, bool named)
{
    count_times(c, t, row, NAMED, named);
}

/* "" and the codes of a missing answer are one value. */
static const char *answer(const char *value)
{
    return desk_is_missing(value) || strcmp(value, "withdrawn") == 0 ? "" : value;
}

static const char *value_of(const struct desk_facts *facts, const char *name, const char *month)
{
    return strcmp(name, "@form") == 0    ? facts->form->id
           : strcmp(name, "@month") == 0 ? month
           : *name                       ? answer(desk_fact(facts, name))
                                         : "";
}

/* An answer of the same entry of a repeat: the nearest question of this name. */
static const struct node *below(const struct node *node, const char *name)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind == NODE_ELEMENT && strcmp(n->name, name) == 0) {
            return n;
        }
        const struct node *inner = n->kind == NODE_ELEMENT ? below(n, name) : NULL;
        if (inner) {
            return inner;
        }
    }
    return NULL;
}

static const char *beside(const struct node *node, const char *name)
{
    const struct node *found = *name && node->parent ? below(node->parent, name) : NULL;
    return found ? answer(tree_value(found)) : "";
}

static void count_entries(struct report_counting *c, struct tally_of *t, const struct spec *s,
                          const struct desk_facts *facts)
{
    struct node *const *nodes;
    size_t n = desk_facts_all(facts, s->row, &nodes);
    for (size_t i = 0; i < n; i++) {
        count(c, t, answer(tree_value(nodes[i])), beside(nodes[i], s->column));
    }
}

/* Entries begin with the last one: from each to the one that came after it. */
static void count_paths(struct report_counting *c, struct tally_of *t, const struct spec *s,
                        const struct desk_facts *facts)
{
    struct node *const *nodes;
    size_t n = desk_facts_all(facts, s->labels, &nodes);
    for (size_t i = 1; i < n; i++) {
        count(c, t, answer(tree_value(nodes[i])), answer(tree_value(nodes[i - 1])));
    }
}

static bool is_item(const struct dataset_column *column, const char *name, const char *begins)
{
    return text_starts(name, begins) && column->type == DATASET_CHOICE;
}

static void count_items(struct report_counting *c, struct tally_of *t, const struct spec *s,
                        const struct desk_facts *facts)
{
    for (size_t i = 0; i < facts->form->item_count; i++) {
        const char *name = facts->form->items[i]->shape.name;
        const struct counted_form *f = counting_form(c, facts->form->id);
        const struct dataset_column *column = map_get(&f->columns, name);
        if (column && is_item(column, name, s->row)) {
            count(c, t, name, answer(desk_fact(facts, name)));
        }
    }
}

/* Of each answer of the question: which of its codes were named. */
static void count_codes(struct report_counting *c, struct tally_of *t, const struct spec *s,
                        const struct desk_facts *facts)
{
    const struct counted_form *f = counting_form(c, facts->form->id);
    const struct dataset_column *column = map_get(&f->columns, s->row);
    const char *const *codes;
    struct node *const *nodes;
    size_t n = desk_facts_all(facts, s->row, &nodes);
    size_t count_of = column ? dataset_codes(f->dataset, column, &codes) : 0;
    for (size_t i = 0; i < n; i++) {
        const char *value = tree_value(nodes[i]);
        if (!*value || strcmp(value, "withdrawn") == 0) {
            continue;
        }
        for (size_t k = 0; k < count_of; k++) {
            if (!desk_is_missing(codes[k])) {
                count_named(c, t, codes[k], text_has_word(value, codes[k]));
            }
        }
    }
}

static void count_groups(struct report_counting *c, struct tally_of *t, const struct spec *s,
                         const struct desk_facts *facts)
{
    const char *value = desk_fact(facts, s->row);
    for (size_t g = 0; strcmp(value, "withdrawn") != 0 && g < GROUPS; g++) {
        count_named(c, t, report_groups[g].code, text_has_word(value, report_groups[g].code));
    }
}

static void count_coded(struct report_counting *c, struct tally_of *t, const struct coding *codings,
                        size_t count_of)
{
    struct map coded;
    struct arena arena;
    arena_init(&arena);
    map_init(&coded, &arena);
    for (size_t i = 0; i < count_of; i++) {
        if (*codings[i].code) {
            map_put(&coded, codings[i].code, (void *)(uintptr_t)1);
        }
    }
    for (size_t r = 1; coded.count && c->elements && r < c->elements->csv.count; r++) {
        const char *code = desk_element_code(c->elements, r);
        if (*code) {
            count_named(c, t, code, map_get(&coded, code) != NULL);
        }
    }
    arena_fini(&arena);
}

/* "101": there are factors of the first and the third kind; "": none was counted. */
static void count_factors(struct report_counting *c, struct tally_of *t, const struct spec *s,
                          const struct desk_facts *facts, const char *month)
{
    char pattern[FACTORS + 1] = "";
    bool any = false;
    for (size_t k = 0; k < FACTORS; k++) {
        const char *value = answer(desk_fact(facts, report_factors[k].code));
        any = any || *value;
        pattern[k] = strtod(value, NULL) > 0 ? '1' : '0';
    }
    count(c, t, any ? pattern : "", value_of(facts, s->column, month));
}

/* ---- what is counted when all records are known ---- */

static void note_person(struct report_counting *c, const struct desk_facts *facts, int64_t wall_ms)
{
    const char *id = desk_fact(facts, "case_id");
    struct person *p = *id ? map_get(&c->persons, id) : NULL;
    if (!*id) {
        return;
    }
    if (!p) {
        p = arena_alloc(&c->arena, sizeof *p);
        p->next = c->all_persons;
        c->all_persons = p;
        map_put(&c->persons, arena_text(&c->arena, id), p);
    }
    p->meetings++;
    for (size_t s = 0; s < SCORES; s++) {
        const char *value = answer(desk_fact(facts, scores[s]));
        double score = strtod(value, NULL);
        if (*value && (!p->scored[s] || wall_ms < p->first_ms[s])) {
            p->first[s] = score;
            p->first_ms[s] = wall_ms;
        }
        if (*value && (!p->scored[s] || wall_ms > p->last_ms[s])) {
            p->last[s] = score;
            p->last_ms[s] = wall_ms;
        }
        p->scored[s] = p->scored[s] || *value;
    }
}

static void note_group(struct report_counting *c, const struct desk_facts *facts, int64_t wall_ms)
{
    struct node *const *nodes;
    struct buf all = {0};
    size_t n = desk_facts_all(facts, "tp_codes", &nodes);
    for (size_t i = 0; i < n; i++) {
        buf_join(&all, answer(tree_value(nodes[i])), " ", NULL);
    }
    c->groups = mem_grow(c->groups, c->group_count + 1, sizeof *c->groups);
    c->groups[c->group_count++] =
        (struct group_named){wall_ms, arena_copy(&c->arena, all.len ? all.data : "", all.len)};
    buf_fini(&all);
}

static int by_day(const void *a, const void *b)
{
    const struct group_named *one = a, *other = b;
    return one->wall_ms != other->wall_ms ? (one->wall_ms > other->wall_ms ? 1 : -1)
                                          : strcmp(one->codes, other->codes);
}

/* Each group has a row, if it named nothing new, too. */
static void count_new(struct report_counting *c, struct tally_of *t)
{
    struct map named;
    map_init(&named, &c->arena);
    if (c->group_count) {
        qsort(c->groups, c->group_count, sizeof *c->groups, by_day);
    }
    for (size_t g = 0; g < c->group_count; g++) {
        const char *row = arena_printf(&c->arena, "%04zu", g + 1);
        count_times(c, t, row, "", 0);
        for (const char *p = c->groups[g].codes; *(p += strspn(p, " "));) {
            size_t len = strcspn(p, " ");
            const char *code = arena_copy(&c->arena, p, len);
            if (!map_get(&named, code)) {
                map_put(&named, code, (void *)(uintptr_t)1);
                count_times(c, t, row, "", 1);
            }
            p += len;
        }
    }
}

/* Differences below a hundredth are no change.  Each row has all who were met twice. */
static void count_changes(struct report_counting *c, struct tally_of *t)
{
    const double least = 0.01;
    for (size_t s = 0; s < SCORES; s++) {
        for (const struct person *p = c->all_persons; p; p = p->next) {
            double by = p->last[s] - p->first[s];
            bool twice = p->scored[s] && p->last_ms[s] > p->first_ms[s];
            if (p->meetings > 1) {
                count(c, t, scores[s],
                      twice ? changes[by >= least    ? 0
                                      : by <= -least ? 2
                                                     : 1]
                            : "");
            }
        }
    }
}

void counting_last(struct report_counting *c)
{
    for (size_t i = 0; i < report_spec_count; i++) {
        if (report_specs[i].kind == KIND_NEW) {
            count_new(c, &c->tallies[i]);
        } else if (report_specs[i].kind == KIND_CHANGE) {
            count_changes(c, &c->tallies[i]);
        }
    }
}

void report_counting_elements(struct report_counting *c, const struct desk_elements *elements)
{
    c->elements = elements;
}

void report_counting_add(struct report_counting *c, const struct report_record *record)
{
    const struct desk_facts *facts = record->facts;
    bool counted = record->counted;
    const char *month = record->month;
    for (size_t i = 0; i < report_spec_count; i++) {
        const struct spec *s = &report_specs[i];
        struct tally_of *t = &c->tallies[i];
        if ((s->form && strcmp(s->form, facts->form->id) != 0) ||
            (!counted && s->kind != KIND_BASE)) {
            continue;
        }
        switch (s->kind) {
        case KIND_CROSS:
            count(c, t, value_of(facts, s->row, month), value_of(facts, s->column, month));
            break;
        case KIND_ENTRIES:
            count_entries(c, t, s, facts);
            break;
        case KIND_PATHS:
            count_paths(c, t, s, facts);
            break;
        case KIND_ITEMS:
            count_items(c, t, s, facts);
            break;
        case KIND_CODES:
            count_codes(c, t, s, facts);
            break;
        case KIND_GROUPS:
            count_groups(c, t, s, facts);
            break;
        case KIND_NEW:
            note_group(c, facts, record->wall_ms);
            break;
        case KIND_CHANGE:
            note_person(c, facts, record->wall_ms);
            break;
        case KIND_CODED:
            count_coded(c, t, record->codings, record->coding_count);
            break;
        case KIND_FACTORS:
            count_factors(c, t, s, facts, month);
            break;
        case KIND_BASE: /* who refused, and others; the rest are told apart by `res` */
            count(c, t,
                  counted                                           ? "@counted"
                  : strcmp(desk_fact(facts, "cns_take"), "no") == 0 ? "no"
                                                                    : "",
                  value_of(facts, s->column, month));
            break;
        }
    }
}
