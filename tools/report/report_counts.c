/* SPDX-License-Identifier: Apache-2.0 */
/* Counts answers for the report's tables. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"
#include "tools/report/report_counts_internal.h"

/* The columns of KIND_CHANGE, in their order, and its rows. */
static const char *const changes[] = {"1", "2", "3"}; /* better, the same, worse */
static const char *const scores[SCORES] = {"x_econ", "x_soc", "x_psy"};
/* Outcomes of an attempt to meet a person: who was met; after which no more will follow. */
static const char met[] = "self proxy", ends[] = "lost refused_fu", died[] = "died";

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

static void tally_init(struct report_counting *c, struct tally_of *t)
{
    map_init(&t->rows.places, &c->arena);
    map_init(&t->columns.places, &c->arena);
}

static void tally_of_fini(struct tally_of *t)
{
    free(t->rows.list);
    free(t->columns.list);
    free(t->counts);
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
        tally_init(c, &c->tallies[i].answers);
        tally_init(c, &c->tallies[i].numbers);
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
            tally_of_fini(&c->tallies[i].answers);
            tally_of_fini(&c->tallies[i].numbers);
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

/* How a service was known, used and needed, by need_svc.csv: "1" used and needed, "2" used, "3"
 * known and needed, "4" known, "5" needed, "6" none of it; "": not answered. */
static const char *service(const struct report_counting *c, const struct measured *of)
{
    const char *know = report_beside(of->entry, "sv_know"),
               *use = report_beside(of->entry, "sv_use"),
               *code = report_beside(of->entry, "sv_code"),
               *needs = desk_fact(of->facts, "need_any");
    static const char *const steps[] = {"1", "2", "3", "4", "5", "6"};
    bool needed = false, knows = strcmp(know, "yes") == 0;
    for (size_t r = 1; r < c->services->count; r++) {
        const char *need = desk_list_cell(c->services, r, desk_list_column(c->services, "need"));
        const char *svc = desk_list_cell(c->services, r, desk_list_column(c->services, "svc12"));
        needed = needed || (*code && strcmp(svc, code) == 0 && text_has_word(needs, need));
    }
    if (!*know || (knows && !*use) || !*needs) {
        return "";
    }
    size_t step = !knows ? 4 : strcmp(use, "yes") == 0 ? 0 : 2;
    return steps[step + !needed];
}

static const char *step_of(const struct measure *m, const struct measured *of)
{
    static const char *const steps[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
    double number;
    assert(m->count <= sizeof steps / sizeof *steps);
    return m->number(of, &number) ? steps[report_measure_step(m, number)] : "";
}

/* Whether the person, or somebody for them, was met; or else why not, "" if they were. */
static const char *meeting(const struct measured *of, bool whether)
{
    const char *reach = desk_fact(of->facts, "reach");
    bool was = text_has_word(met, reach);
    return !*reach ? "" : whether ? (was ? "yes" : "no") : was ? "" : reach;
}

/* Who needs nothing has answered, too. */
static const char *first_need(const struct measured *of)
{
    const char *first = report_answer(desk_fact(of->facts, "need_first"));
    return *first || !text_has_word(desk_fact(of->facts, "need_any"), "none") ? first : "none";
}

/* Of a record, or of the entry that `of` has. */
static const char *value_of(struct report_counting *c, const struct measured *of, const char *name)
{
    const struct measure *m = report_measure(name);
    return m                              ? step_of(m, of)
           : !*name                       ? ""
           : strcmp(name, "@form") == 0   ? of->facts->form->id
           : strcmp(name, "@month") == 0  ? of->month
           : strcmp(name, "@sector") == 0 ? report_answer(desk_fact(of->facts, "tr_sector"))
           : strcmp(name, "@met") == 0 || strcmp(name, "@not_met") == 0
               ? meeting(of, strcmp(name, "@met") == 0)
           : strcmp(name, "need_first") == 0 ? first_need(of)
           : strcmp(name, "@service") == 0   ? service(c, of)
           : of->entry                       ? report_beside(of->entry, name)
                                             : report_answer(desk_fact(of->facts, name));
}

/* The number itself, beside the step that it belongs to. */
static void count_number(struct report_counting *c, struct tally_of *t, const struct spec *s,
                         const struct measured *of)
{
    const struct measure *m = report_measure(s->row);
    const char *name = report_median_of(s);
    double number;
    char *end, text[32];
    bool known = m && m->number(of, &number);
    if (name) {
        const char *value = report_answer(desk_fact(of->facts, name));
        number = strtod(value, &end);
        known = *value && !*end;
    }
    if (known) {
        snprintf(text, sizeof text, "%.17g", number);
        count(c, t, text, value_of(c, of, s->column));
    }
}

static void count_cross(struct report_counting *c, struct tally_pair *t, const struct spec *s,
                        const struct measured *of)
{
    count(c, &t->answers, value_of(c, of, s->row), value_of(c, of, s->column));
    if (report_measure(s->row) || report_median_of(s)) {
        count_number(c, &t->numbers, s, of);
    }
}

/* An entry of a repeat is a question of it that is always there: of a measure another one. */
static void count_entries(struct report_counting *c, struct tally_pair *t, const struct spec *s,
                          const struct measured *record)
{
    struct node *const *nodes;
    size_t n = desk_facts_all(record->facts, report_measure(s->row) ? s->labels : s->row, &nodes);
    for (size_t i = 0; i < n; i++) {
        struct measured of = *record;
        of.entry = nodes[i];
        count_cross(c, t, s, &of);
    }
}

/* As entries: each row is a question, and the columns its answers. */
static void count_roster(struct report_counting *c, struct tally_pair *t, const struct spec *s,
                         const struct measured *record)
{
    if (strcmp(s->column, "@service") != 0 || c->services) {
        count_entries(c, t, s, record);
    }
}

/* Entries begin with the last one: from each to the one that came after it. */
static void count_paths(struct report_counting *c, struct tally_of *t, const struct spec *s,
                        const struct desk_facts *facts)
{
    struct node *const *nodes;
    size_t n = desk_facts_all(facts, s->labels, &nodes);
    for (size_t i = 1; i < n; i++) {
        count(c, t, report_answer(tree_value(nodes[i])), report_answer(tree_value(nodes[i - 1])));
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
            count(c, t, name, report_answer(desk_fact(facts, name)));
        }
    }
}

/* Of each answer of the question: which of its codes were named. */
static void count_codes(struct report_counting *c, struct tally_of *t, const struct spec *s,
                        const struct measured *record)
{
    const struct desk_facts *facts = record->facts;
    const struct counted_form *f = counting_form(c, facts->form->id);
    const struct dataset_column *column = map_get(&f->columns, s->row);
    const char *const *codes;
    struct node *const *nodes;
    size_t n = desk_facts_all(facts, s->row, &nodes);
    size_t count_of = column ? dataset_codes(f->dataset, column, &codes) : 0;
    const char *across = *s->column ? value_of(c, record, s->column) : NAMED;
    bool with_any = report_counts_any(s);
    if (!*across) { /* its number bounds the others' */
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *value = tree_value(nodes[i]);
        bool any = false;
        if (!*value || strcmp(value, "withdrawn") == 0) {
            continue;
        }
        for (size_t k = 0; k < count_of; k++) {
            bool named = text_has_word(value, codes[k]), none = strcmp(codes[k], "none") == 0;
            if (!desk_is_missing(codes[k]) && !(none && with_any)) {
                count_times(c, t, codes[k], across, named);
                any = any || named;
            }
        }
        if (with_any) {
            count_times(c, t, ANY, across, any);
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
                          const struct measured *record)
{
    const struct desk_facts *facts = record->facts;
    char pattern[FACTORS + 1] = "";
    bool any = false;
    for (size_t k = 0; k < FACTORS; k++) {
        const char *value = report_answer(desk_fact(facts, report_factors[k].code));
        any = any || *value;
        pattern[k] = strtod(value, NULL) > 0 ? '1' : '0';
    }
    count(c, t, any ? pattern : "", value_of(c, record, s->column));
}

/* ---- what is counted when all records are known ---- */

/* `counted`: in the base; of others only whether the contact ended counts. */
static void note_person(struct report_counting *c, const struct desk_facts *facts, int64_t wall_ms,
                        bool counted)
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
    if (!p->contacts++ || wall_ms >= p->contact_ms) {
        const char *reach = desk_fact(facts, "reach");
        p->contact_ms = wall_ms;
        p->lost = text_has_word(ends, reach) || strcmp(desk_fact(facts, "cns_take"), "no") == 0;
        p->died = text_has_word(died, reach);
    }
    if (!counted) {
        return;
    }
    p->meetings += text_has_word(met, desk_fact(facts, "reach"));
    for (size_t s = 0; s < SCORES; s++) {
        const char *value = report_answer(desk_fact(facts, scores[s]));
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
        buf_join(&all, report_answer(tree_value(nodes[i])), " ", NULL);
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

/* Who is lost in the end, by how they did at the first meeting that has a score. */
static void count_kept(struct report_counting *c, struct tally_of *t, const struct spec *s)
{
    size_t at = 0;
    while (at + 1 < SCORES && strcmp(scores[at], s->column) != 0) {
        at++;
    }
    for (const struct person *p = c->all_persons; p; p = p->next) {
        const double half = 0.5;
        if (p->died) {
            continue;
        }
        count(c, t, p->lost ? "2" : "1", !p->scored[at] ? "" : p->first[at] < half ? "1" : "2");
    }
}

void counting_last(struct report_counting *c)
{
    for (size_t i = 0; i < report_spec_count; i++) {
        struct tally_of *t = &c->tallies[i].answers;
        switch (report_specs[i].kind) {
        case KIND_NEW:
            count_new(c, t);
            break;
        case KIND_CHANGE:
            count_changes(c, t);
            break;
        case KIND_KEPT:
            count_kept(c, t, &report_specs[i]);
            break;
        default:
            break;
        }
    }
}

void report_counting_elements(struct report_counting *c, const struct desk_elements *elements)
{
    c->elements = elements;
}

void report_counting_lists(struct report_counting *c, const struct csv *law,
                           const struct csv *services)
{
    c->law = law;
    c->services = services;
}

/* How an attempt ended: "@counted": in the base. */
static const char *outcome(const struct report_record *record)
{
    const char *res = report_answer(desk_fact(record->facts, "res"));
    return record->counted                                           ? "@counted"
           : strcmp(desk_fact(record->facts, "cns_take"), "no") == 0 ? "refused"
                                                                     : res;
}

static bool concerns(const struct spec *s, const struct report_record *record)
{
    bool form = !s->form || strcmp(s->form, record->facts->form->id) == 0;
    bool refused = strcmp(desk_fact(record->facts, "cns_take"), "no") == 0;
    return form && (s->kind == KIND_BASE      ? true
                    : s->kind == KIND_REFUSED ? refused && !record->counted
                                              : record->counted);
}

static void count_record(struct report_counting *c, struct tally_pair *t, const struct spec *s,
                         const struct report_record *record)
{
    const struct measured of = {.facts = record->facts, .month = record->month, .law = c->law};
    switch (s->kind) {
    case KIND_CROSS:
    case KIND_REFUSED:
        count_cross(c, t, s, &of);
        break;
    case KIND_ENTRIES:
        count_entries(c, t, s, &of);
        break;
    case KIND_ROSTER:
        count_roster(c, t, s, &of);
        break;
    case KIND_PATHS:
        count_paths(c, &t->answers, s, of.facts);
        break;
    case KIND_ITEMS:
        count_items(c, &t->answers, s, of.facts);
        break;
    case KIND_CODES:
        count_codes(c, &t->answers, s, &of);
        break;
    case KIND_GROUPS:
        count_groups(c, &t->answers, s, of.facts);
        break;
    case KIND_NEW:
        note_group(c, of.facts, record->wall_ms);
        break;
    case KIND_CODED:
        count_coded(c, &t->answers, record->codings, record->coding_count);
        break;
    case KIND_FACTORS:
        count_factors(c, &t->answers, s, &of);
        break;
    case KIND_BASE:
        count(c, &t->answers, outcome(record), value_of(c, &of, s->column));
        break;
    case KIND_CHANGE: /* when all records are known */
    case KIND_KEPT:
        break;
    }
}

void report_counting_add(struct report_counting *c, const struct report_record *record)
{
    for (size_t i = 0; i < report_spec_count; i++) {
        if (concerns(&report_specs[i], record)) {
            count_record(c, &c->tallies[i], &report_specs[i], record);
        }
    }
    if (strcmp(record->facts->form->id, "reintegration_monitoring") == 0) {
        note_person(c, record->facts, record->wall_ms, record->counted);
    }
}
