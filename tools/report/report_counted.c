/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the report's tables of what was counted, and has small numbers suppressed. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/report/report_counts_internal.h"

const struct counted_kind report_groups[GROUPS] = {{"G1", W_G1}, {"G2", W_G2}, {"G3", W_G3},
                                                   {"G4", W_G4}, {"G5", W_G5}, {"G6", W_G6},
                                                   {"G7", W_G7}};
const struct counted_kind report_factors[FACTORS] = {
    {"v_str", W_structural}, {"v_sit", W_situational}, {"v_ind", W_individual}};

/* Tables that a picture other than bars suits, by the question of their rows; flows also by that of
 * their columns. */
static const struct {
    const char *row, *column;
    enum report_chart chart;
} charts[] = {{"org_region", "", CHART_MAP},       {"@from", "@to", CHART_FLOW},
              {"stg_m1", "stg_m6", CHART_FLOW},    {"stg_m6", "stg_now", CHART_FLOW},
              {"rf_need", "rf_state", CHART_FLOW}, {"fair_abr", "fair_home", CHART_FLOW},
              {"trust_", "", CHART_DOTS},          {"@new", "", CHART_CURVE}};

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
            buf_join(&out, out.len ? " + " : "", c->words[report_factors[k].word], NULL);
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
        if (strcmp(report_groups[g].code, value) == 0) {
            return c->words[report_groups[g].word];
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
        const struct counted_form *f = counting_form(c, value);
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
    const struct spec *s = &report_specs[at];
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
    size_t count = 0, room = report_spec_count;
    c->outputs = mem_zero(report_spec_count, sizeof *c->outputs);
    counting_last(c);
    for (size_t i = 0; i < report_spec_count; i++) {
        if (c->tallies[i].rows.count) {
            struct report_output *o = &c->outputs[count++];
            o->output = report_specs[i].output;
            o->question = report_specs[i].row;
            o->base_all = report_specs[i].kind == KIND_BASE;
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
