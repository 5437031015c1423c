/* SPDX-License-Identifier: Apache-2.0 */
/* Counts answers for the report's tables. */
#include "tools/report/report_counts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset.h"
#include "platform/machine/text.h"

/* ---- what is counted ---- */

enum kind {
    KIND_CROSS,   /* row question × column question; without a column: one column */
    KIND_ENTRIES, /* the same of each entry of a repeat */
    KIND_ITEMS,   /* rows: questions whose names begin so; columns: their answers */
    KIND_CODES,   /* rows: the answers of a question that takes several; how many named each */
    KIND_GROUPS,  /* the same of a calculated text of codes, of which "" is none */
    KIND_CODED,   /* rows: the study's elements; how many records are coded with each */
    KIND_PATHS,   /* rows: a question's answer in an entry; columns: that in the entry before, which
                   * is   newer */
    KIND_NEW,     /* rows: groups in the order of their days; elements that none before had named */
    KIND_CHANGE,  /* rows: scores; columns: better, the same, worse, no answer; persons met twice
                   * or more */
    KIND_FACTORS, /* rows: which of three counts are not 0 */
    KIND_BASE     /* row: whether the record is in the base; all records */
};
struct spec {
    enum report_word output;
    enum kind kind;
    const char *form;      /* NULL: all forms */
    const char *row;       /* a question's name; "@form", "@month" */
    const char *column;    /* "" = none */
    const char *labels;    /* the question whose list has the row's labels; NULL: the row's own */
    enum report_word head; /* of the rows, if the question has no text of its own; else W_COUNT */
};
#define MI "migrant_interview"
#define NA "needs_assessment"
#define COUNTRY "study_country"
static const struct spec specs[] = {
    {W_R01, KIND_CROSS, NULL, "@form", COUNTRY, NULL, W_COUNT},
    {W_R01, KIND_CROSS, NULL, "@month", "@form", NULL, W_COUNT},
    {W_R03, KIND_BASE, MI, "", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_CROSS, MI, "res", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_CROSS, MI, "mode", COUNTRY, NULL, W_COUNT},
    {W_R03, KIND_BASE, "expert_interview", "", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "sex", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "sex", "role", NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "age_g", COUNTRY, "age_grp", W_age},
    {W_R04, KIND_CROSS, MI, "mig_profile", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "citizen", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "home_lang", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "settle", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "edu", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "marital", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, MI, "breadwin", "sex", NULL, W_COUNT},
    {W_R04, KIND_CROSS, "expert_interview", "ex_type", COUNTRY, NULL, W_COUNT},
    {W_R04, KIND_CROSS, "focus_group", "fg_type", COUNTRY, NULL, W_COUNT},
    {W_R05, KIND_CROSS, MI, "org_region", "", NULL, W_COUNT},
    {W_R06, KIND_ENTRIES, MI, "tr_country", "", NULL, W_COUNT},
    {W_R06, KIND_PATHS, MI, "@from", "@to", "tr_country", W_paths},
    {W_R07, KIND_CROSS, MI, "ban_state", COUNTRY, NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_ctry", "", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_how", "", NULL, W_COUNT},
    {W_R07, KIND_CROSS, MI, "ban_told", "", NULL, W_COUNT},
    {W_R08, KIND_CROSS, MI, "stg_m1", "stg_m6", NULL, W_COUNT},
    {W_R08, KIND_CROSS, MI, "stg_m6", "stg_now", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "job_agree", "", NULL, W_COUNT},
    {W_R09, KIND_CROSS, MI, "job_reg", "", NULL, W_COUNT},
    {W_R09, KIND_ENTRIES, MI, "tr_sector", "tr_status", NULL, W_COUNT},
    {W_R10, KIND_CROSS, MI, "rt_self", COUNTRY, NULL, W_COUNT},
    {W_R10, KIND_CROSS, MI, "rt_where", COUNTRY, NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_abr", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_abr_who", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_home", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_home_who", "", NULL, W_COUNT},
    {W_R11, KIND_CODES, MI, "ab_told", "", NULL, W_COUNT},
    {W_R12, KIND_ITEMS, MI, "trust_", "", NULL, W_COUNT},
    {W_R13, KIND_CROSS, MI, "hs_first", COUNTRY, NULL, W_COUNT},
    {W_R14, KIND_CROSS, MI, "need_1", COUNTRY, NULL, W_COUNT},
    {W_R15, KIND_ENTRIES, NA, "sv_code", "sv_use", "sv_first", W_COUNT},
    {W_R15, KIND_CODES, NA, "sv_bar", "", NULL, W_COUNT},
    {W_R15, KIND_CROSS, NA, "sv_first", COUNTRY, NULL, W_COUNT},
    {W_R16, KIND_ENTRIES, MI, "rf_need", "rf_state", NULL, W_COUNT},
    {W_R17, KIND_FACTORS, MI, "@factors", COUNTRY, NULL, W_factors},
    {W_R17, KIND_GROUPS, MI, "v_groups", "", NULL, W_groups},
    {W_R18, KIND_CROSS, MI, "fair_abr", "fair_home", NULL, W_COUNT},
    {W_R20, KIND_CODED, NULL, "@coded", "", NULL, W_coded},
    {W_R20, KIND_CROSS, "expert_interview", "ent_1", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, "expert_interview", "ent_2", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, "expert_interview", "ent_3", "", NULL, W_COUNT},
    {W_R20, KIND_CROSS, "expert_interview", "ent_4", "", NULL, W_COUNT},
    {W_R20, KIND_ENTRIES, "expert_interview", "bp_comp", "", NULL, W_COUNT},
    {W_R21, KIND_CODES, MI, "doc_held", "", NULL, W_COUNT},
    {W_R21, KIND_CODES, MI, "integ_use", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "lang_ru", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "stg_now", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "ret_money", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "inc_chg", "", NULL, W_COUNT},
    {W_R21, KIND_CROSS, MI, "ban_try_res", "", NULL, W_COUNT},
    {W_R22, KIND_CROSS, "expert_interview", "av_agree", COUNTRY, NULL, W_COUNT},
    {W_R24, KIND_CODES, "focus_group", "tp_codes", "", NULL, W_COUNT},
    {W_R24, KIND_ENTRIES, "focus_group", "tp_agree", "tp_energy", NULL, W_COUNT},
    {W_R24, KIND_NEW, "focus_group", "@new", "", NULL, W_new_codes},
    {W_R25, KIND_CROSS, "reintegration_monitoring", "wave", "reach", NULL, W_COUNT},
    {W_R25, KIND_CHANGE, "reintegration_monitoring", "@change", "", NULL, W_change},
    {W_R25, KIND_CROSS, "reintegration_monitoring", "biz_state", "wave", NULL, W_COUNT},
};
enum { SPECS = sizeof specs / sizeof *specs };

/* Tables that a picture other than bars suits, by the question of their rows; flows also by that of
 * their columns. */
static const struct {
    const char *row, *column;
    enum report_chart chart;
} charts[] = {{"org_region", "", CHART_MAP},       {"@from", "@to", CHART_FLOW},
              {"stg_m1", "stg_m6", CHART_FLOW},    {"stg_m6", "stg_now", CHART_FLOW},
              {"rf_need", "rf_state", CHART_FLOW}, {"fair_abr", "fair_home", CHART_FLOW},
              {"trust_", "", CHART_DOTS},          {"@new", "", CHART_CURVE}};

/* The one column of KIND_CODES, KIND_GROUPS and KIND_CODED.  Who did not name a code is not
 * counted: with how many were asked, it would tell what the skips of another question suppress. */
#define NAMED "1"

/* The columns of KIND_CHANGE, in their order, and its rows. */
static const char *const changes[] = {"1", "2", "3"}; /* better, the same, worse */
enum { SCORES = 3 };
static const char *const scores[SCORES] = {"x_econ", "x_soc", "x_psy"};

/* Groups of the study, and kinds of factors; the form counts them. */
static const struct {
    const char *code;
    enum report_word word;
} groups[] = {{"G1", W_G1}, {"G2", W_G2}, {"G3", W_G3}, {"G4", W_G4},
              {"G5", W_G5}, {"G6", W_G6}, {"G7", W_G7}};
enum { GROUPS = sizeof groups / sizeof *groups, FACTORS = 3 };
static const struct {
    const char *counted_by;
    enum report_word word;
} factors[FACTORS] = {{"v_str", W_structural}, {"v_sit", W_situational}, {"v_ind", W_individual}};

/* ---- forms ---- */

struct counted_form {
    const char *id, *title;
    struct dataset *dataset;
    struct map columns; /* name → struct dataset_column */
};

/* The values of one dimension, in order of their first appearance. */
struct values {
    const char **list;
    size_t count, cap;
    struct map places; /* value → place + 1 */
};
struct tally_of { /* of one spec */
    struct values rows, columns;
    unsigned *counts; /* by row, column_cap wide */
    size_t row_cap, column_cap;
};
struct person { /* met more than once; the first and the last meeting with a score */
    bool scored[SCORES];
    double first[SCORES], last[SCORES];
    int64_t first_ms[SCORES], last_ms[SCORES];
    unsigned meetings;
    struct person *next;
};
struct group_named { /* a focus group, and the elements that its topics named */
    int64_t wall_ms;
    const char *codes;
};
struct report_counting {
    struct arena arena;
    struct map persons; /* case → struct person */
    struct person *all_persons;
    struct group_named *groups;
    size_t group_count;
    const struct desk_records *records;
    const char *language;
    const char *const *words;
    const struct desk_elements *elements; /* NULL: without */
    struct counted_form *forms;
    size_t form_count;
    struct tally_of tallies[SPECS];
    struct report_output *outputs;
};

static struct counted_form *form_of(struct report_counting *c, const char *id)
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
    if (form_of(c, newest->id)) {
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
    c->records = records;
    c->language = language;
    c->words = report_words(language);
    map_init(&c->persons, &c->arena);
    for (size_t i = 0; i < SPECS; i++) {
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
        for (size_t i = 0; i < SPECS; i++) {
            free(c->tallies[i].rows.list);
            free(c->tallies[i].columns.list);
            free(c->tallies[i].counts);
        }
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
        const struct counted_form *f = form_of(c, facts->form->id);
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
    const struct counted_form *f = form_of(c, facts->form->id);
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
        count_named(c, t, groups[g].code, text_has_word(value, groups[g].code));
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
        const char *value = answer(desk_fact(facts, factors[k].counted_by));
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

static void count_last(struct report_counting *c)
{
    for (size_t i = 0; i < SPECS; i++) {
        if (specs[i].kind == KIND_NEW) {
            count_new(c, &c->tallies[i]);
        } else if (specs[i].kind == KIND_CHANGE) {
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
    for (size_t i = 0; i < SPECS; i++) {
        const struct spec *s = &specs[i];
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

/* ---- tables ---- */

static const struct dataset_column *column_of(struct report_counting *c, const struct spec *s,
                                              const char *name)
{
    for (size_t i = 0; i < c->form_count; i++) {
        const struct dataset_column *column = map_get(&c->forms[i].columns, name);
        if (column && (!s->form || strcmp(s->form, c->forms[i].id) == 0)) {
            return column;
        }
    }
    return NULL;
}

static struct dataset *dataset_with(struct report_counting *c, const struct spec *s,
                                    const char *name)
{
    for (size_t i = 0; i < c->form_count; i++) {
        if (map_get(&c->forms[i].columns, name) &&
            (!s->form || strcmp(s->form, c->forms[i].id) == 0)) {
            return c->forms[i].dataset;
        }
    }
    return NULL;
}

static size_t element_row(const struct report_counting *c, const char *code)
{
    for (size_t r = 1; c->elements && r < c->elements->csv.count; r++) {
        if (strcmp(desk_element_code(c->elements, r), code) == 0) {
            return r;
        }
    }
    return 0;
}

/* The place of a value in its list; values of no list come after, by their text. */
static size_t rank(struct report_counting *c, const struct spec *s, const char *name,
                   const char *value)
{
    const struct dataset_column *column = column_of(c, s, name);
    const char *const *codes;
    size_t count = column ? dataset_codes(dataset_with(c, s, name), column, &codes) : 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(codes[i], value) == 0) {
            return i;
        }
    }
    if (s->kind == KIND_CODED && *name) {
        return element_row(c, value);
    }
    return *value ? SIZE_MAX - 1 : SIZE_MAX; /* no answer: the last */
}

struct sorted {
    const char *value;
    size_t rank, at;
};

static int by_rank(const void *a, const void *b)
{
    const struct sorted *one = a, *other = b;
    return one->rank != other->rank ? (one->rank > other->rank ? 1 : -1)
                                    : strcmp(one->value, other->value);
}

static struct sorted *sort_values(struct report_counting *c, const struct spec *s,
                                  const struct values *v, const char *name)
{
    struct sorted *list = arena_alloc(&c->arena, (v->count + 1) * sizeof *list);
    for (size_t i = 0; i < v->count; i++) {
        list[i] = (struct sorted){v->list[i], rank(c, s, name, v->list[i]), i};
    }
    if (v->count) {
        qsort(list, v->count, sizeof *list, by_rank);
    }
    return list;
}

static bool is_codes(const struct spec *s)
{
    return s->kind == KIND_CODES || s->kind == KIND_GROUPS || s->kind == KIND_CODED;
}

/* "structural + individual". */
static const char *factors_label(struct report_counting *c, const char *pattern)
{
    struct buf out = {0};
    for (size_t k = 0; k < FACTORS && pattern[k]; k++) {
        if (pattern[k] == '1') {
            buf_join(&out, out.len ? " + " : "", c->words[factors[k].word], NULL);
        }
    }
    const char *label = out.len ? arena_copy(&c->arena, out.data, out.len) : c->words[W_no_factor];
    buf_fini(&out);
    return label;
}

/* Values that stand in no list of a form. */
static const struct {
    enum kind kind;
    bool column; /* of the columns; else of the rows */
    const char *value;
    enum report_word word;
} own_words[] = {
    {KIND_BASE, false, "@counted", W_took_part}, {KIND_CODES, true, NAMED, W_named},
    {KIND_GROUPS, true, NAMED, W_in_group},      {KIND_CODED, true, NAMED, W_coded_with},
    {KIND_CHANGE, true, "1", W_better},          {KIND_CHANGE, true, "2", W_unchanged},
    {KIND_CHANGE, true, "3", W_worse},           {KIND_CHANGE, false, "x_econ", W_econ},
    {KIND_CHANGE, false, "x_soc", W_social},     {KIND_CHANGE, false, "x_psy", W_psych},
};

/* NULL: it is none of these. */
static const char *own_label(const struct report_counting *c, const struct spec *s,
                             const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
        bool here = own_words[i].kind == s->kind && own_words[i].column == (*name == '\0');
        if (here && strcmp(own_words[i].value, value) == 0) {
            return c->words[own_words[i].word];
        }
    }
    for (size_t g = 0; s->kind == KIND_GROUPS && g < GROUPS; g++) {
        if (strcmp(groups[g].code, value) == 0) {
            return c->words[groups[g].word];
        }
    }
    return *value ? NULL : c->words[W_no_answer];
}

static const char *element_label(const struct report_counting *c, const char *code)
{
    size_t row = element_row(c, code);
    return row ? desk_element_label(c->elements, row, c->language) : code;
}

static const char *label_of(struct report_counting *c, const struct spec *s, const char *name,
                            const char *value)
{
    const struct dataset_column *column = column_of(c, s, name);
    const char *own = own_label(c, s, name, value);
    if (own) {
        return own;
    }
    if (s->kind == KIND_CODED) {
        return element_label(c, value);
    }
    if (s->kind == KIND_NEW) { /* "0012": the twelfth group */
        return *value ? arena_printf(&c->arena, "%lu", strtoul(value, NULL, 10)) : value;
    }
    if (s->kind == KIND_FACTORS && strcmp(name, s->row) == 0) {
        return factors_label(c, value);
    }
    if (strcmp(name, "@form") == 0) {
        const struct counted_form *f = form_of(c, value);
        return f && f->title && *f->title ? f->title : value;
    }
    const char *label =
        column ? dataset_code_label(dataset_with(c, s, name), column, value, c->language) : NULL;
    return label && *label ? label : value;
}

static const char *head_of(struct report_counting *c, const struct spec *s, const char *name)
{
    const struct dataset_column *column = column_of(c, s, name);
    const char *head =
        column ? dataset_column_label(dataset_with(c, s, name), column, c->language) : "";
    return strcmp(name, "@form") == 0    ? c->words[W_R01]
           : strcmp(name, "@month") == 0 ? c->words[W_month]
           : *head                       ? head
                                         : name;
}

static bool is_extra(struct report_counting *c, const struct spec *s, const char *name)
{
    const struct dataset_column *column = column_of(c, s, name);
    return column && column->item->sensitive && strcmp(column->item->sensitive, "extra") == 0;
}

/* The condition that a value stands for; "" in a single column, which is no condition. */
static const char *condition(struct report_counting *c, const char *name, const char *value)
{
    return *name == '\0'                    ? ""
           : strcmp(value, "@counted") == 0 ? "@counted"
                                            : arena_join(&c->arena, name, "=", value, NULL);
}

/* The row questions' names, for keys and labels, and the column question's. */
struct naming {
    const char *row, *labels, *column;
};

static struct naming names_of(const struct spec *s, const struct tally_of *tally)
{
    struct naming n = {s->kind == KIND_BASE ? "cns_take" : s->row, s->labels, s->column};
    n.labels = n.labels ? n.labels : n.row;
    n.column = s->kind == KIND_PATHS ? n.labels : n.column;
    if (s->kind == KIND_ITEMS && tally->rows.count) {
        n.column = tally->rows.list[0]; /* all items have the same answers */
    }
    return n;
}

static void fill_rows(struct report_counting *c, const struct spec *s, const struct naming *n,
                      const struct sorted *rows, struct report_table *t)
{
    bool item = s->kind == KIND_ITEMS;
    for (size_t r = 0; r < t->rows; r++) {
        const char *value = rows[r].value;
        t->row_labels[r] = item ? head_of(c, s, value) : label_of(c, s, n->labels, value);
        t->row_keys[r] = t->items ? "" : condition(c, n->row, value);
        t->row_values[r] = value;
    }
    t->rows_head = s->head != W_COUNT ? c->words[s->head]
                   : item             ? c->words[s->output]
                                      : head_of(c, s, n->labels);
    t->title = item ? c->words[s->output]
                    : arena_join(&c->arena, c->words[s->output], ": ", t->rows_head, NULL);
    t->row_dimension = t->items ? "" : n->row;
}

static void fill_columns(struct report_counting *c, const struct spec *s, const struct naming *n,
                         const struct sorted *columns, struct report_table *t)
{
    for (size_t k = 0; k < t->columns; k++) {
        t->column_labels[k] = label_of(c, s, n->column, columns[k].value);
        t->column_keys[k] = condition(c, s->column, columns[k].value);
    }
    t->column_dimension = s->column;
    t->fixed_columns = strcmp(s->column, COUNTRY) == 0;
}

static const char *bare(const char *name)
{
    return *name == '@' ? name + 1 : name;
}

static void name_table(struct report_counting *c, const struct spec *s, const struct naming *n,
                       struct report_table *t)
{
    bool base = s->kind == KIND_BASE;
    struct buf key = {0};
    buf_text(&key, base ? "" : "@counted");
    if (s->form) {
        buf_join(&key, key.len ? "|" : "", "@form=", s->form, NULL);
    }
    if (s->kind == KIND_ENTRIES || s->kind == KIND_NEW || s->kind == KIND_CHANGE || is_codes(s)) {
        buf_join(&key, "|@entries=", s->row, NULL);
    }
    t->base = arena_copy(&c->arena, key.len ? key.data : "", key.len);
    buf_fini(&key);
    t->id = arena_printf(&c->arena, "R%02d-%s-%s%s%s", (int)(s->output - W_R01) + 1,
                         s->form ? s->form : "all",
                         base                    ? "response"
                         : s->kind == KIND_ITEMS ? "items"
                                                 : bare(n->row),
                         *s->column ? "-" : "", bare(s->column));
}

/* Whether the last row, of items the last column, is "no answer". */
static bool ends_in_missing(const struct report_table *t, const struct sorted *rows,
                            const struct sorted *columns)
{
    size_t count = t->items ? t->columns : t->rows;
    const struct sorted *list = t->items ? columns : rows;
    return count > 0 && !*list[count - 1].value;
}

static void make_table(struct report_counting *c, size_t at, struct report_table *t)
{
    const struct spec *s = &specs[at];
    struct tally_of *tally = &c->tallies[at];
    const struct naming n = names_of(s, tally);
    struct sorted *rows = sort_values(c, s, &tally->rows, n.labels),
                  *columns = sort_values(c, s, &tally->columns, n.column);
    report_table_new(t, &c->arena, tally->rows.count, tally->columns.count);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t k = 0; k < t->columns; k++) {
            *report_count(t, r, k) = tally->counts[rows[r].at * tally->column_cap + columns[k].at];
        }
    }
    t->alone = is_codes(s) || s->kind == KIND_PATHS;
    t->items = s->kind == KIND_ITEMS || s->kind == KIND_CHANGE || t->alone;
    t->fixed_row = s->kind == KIND_BASE ? "@counted" : NULL;
    t->open = s->output == W_R01 || s->kind == KIND_NEW; /* it counts elements, not people */
    t->has_missing = s->kind != KIND_BASE && !t->alone && ends_in_missing(t, rows, columns);
    t->extra = is_extra(c, s, n.row) || is_extra(c, s, n.column);
    fill_rows(c, s, &n, rows, t);
    fill_columns(c, s, &n, columns, t);
    name_table(c, s, &n, t);
    for (size_t i = 0; i < sizeof charts / sizeof *charts; i++) {
        if (strcmp(charts[i].row, s->row) == 0 && strcmp(charts[i].column, s->column) == 0) {
            t->chart = charts[i].chart;
        }
    }
    report_totals(t);
}

/* Items: each row is a question of its own, with its own conditions: a table of one line, whose
 * people can be moved from answer to answer. */
static size_t split_items(struct report_counting *c, size_t at, const struct report_table *t,
                          struct report_table *parts)
{
    for (size_t r = 0; r < t->rows; r++) {
        struct report_table *part = &parts[r];
        report_table_new(part, &c->arena, 0, t->columns); /* one line: that of the sums */
        part->base = t->base;
        part->extra = t->extra;
        part->items = true;
        part->column_dimension = arena_printf(&c->arena, "%zu.%zu", at, r);
        for (size_t k = 0; k < t->columns; k++) {
            *report_count(part, 0, k) = *report_count(t, r, k);
            part->column_keys[k] =
                arena_printf(&c->arena, "%zu.%zu.%s", at, r, t->column_labels[k]);
        }
        *report_count(part, 0, t->columns) = *report_count(t, r, t->columns);
    }
    return t->rows;
}

/* Whether it says of how few people it is: in a sum, which is always printed. */
static bool is_of_few(const struct report_table *t)
{
    unsigned limit = t->extra ? REPORT_FEW_EXTRA : REPORT_FEW;
    bool few = false;
    for (size_t r = 0; t->items && !t->alone && r < t->rows; r++) {
        unsigned all = *report_count(t, r, t->columns);
        few = few || (all > 0 && all < limit);
    }
    return few;
}

/* All tables but those of numbers that stand alone, in one list: of items each row. */
static size_t gather(struct report_counting *c, size_t count, struct report_table *all)
{
    size_t joint = 0;
    for (size_t i = 0; i < count; i++) {
        const struct report_table *t = &c->outputs[i].table;
        if (t->items && !t->alone) {
            joint += split_items(c, i, t, all + joint);
        } else if (!t->alone) {
            all[joint++] = *t; /* counts and states are shared */
        }
    }
    return joint;
}

/* Takes over what was found of each row of items, and what is dropped. */
static void take_back(struct report_counting *c, size_t count, const struct report_table *all)
{
    for (size_t i = 0, next = 0; i < count; i++) {
        struct report_table *t = &c->outputs[i].table;
        if (t->alone) {
            bool crossed = t->columns > 1;
            report_suppress_alone(t);
            if (crossed) {
                report_leave_shown(t, &c->arena);
            }
        } else if (!t->items) {
            t->dropped = all[next++].dropped;
        }
        for (size_t r = 0; t->items && !t->alone && r < t->rows; r++, next++) {
            memcpy(&t->states[r * (t->columns + 1)], all[next].states,
                   (t->columns + 1) * sizeof *t->states);
            t->dropped = t->dropped || all[next].dropped;
        }
        t->dropped = t->dropped || is_of_few(t);
    }
}

size_t report_counting_tables(struct report_counting *c, struct report_output **outputs)
{
    size_t count = 0, room = SPECS;
    c->outputs = mem_zero(SPECS, sizeof *c->outputs);
    count_last(c);
    for (size_t i = 0; i < SPECS; i++) {
        if (c->tallies[i].rows.count) {
            struct report_output *o = &c->outputs[count++];
            o->output = specs[i].output;
            o->question = specs[i].row;
            o->base_all = specs[i].kind == KIND_BASE;
            make_table(c, i, &o->table);
            room += o->table.items ? o->table.rows : 0;
        }
    }
    struct report_table *all = mem_zero(room, sizeof *all);
    report_suppress(all, gather(c, count, all));
    take_back(c, count, all);
    free(all);
    *outputs = c->outputs;
    return count;
}
