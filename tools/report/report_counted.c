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
              {"hs_src", "hs_res", CHART_FLOW},    {"need_first", "org_region", CHART_MAPS},
              {"trust_", "", CHART_DOTS},          {"@new", "", CHART_CURVE},
              {"age_g", "sex", CHART_PYRAMID},     {"need_first", COUNTRY, CHART_HEAT},
              {"nd_code", "nd_sev", CHART_HEAT},   {"tp_code", "tp_agree", CHART_HEAT},
              {"tp_code", "tp_energy", CHART_HEAT}};

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
    if (report_measure(name) && *value) {
        return (size_t)(*value - '0');
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
    {KIND_BASE, false, "@counted", W_took_part},
    {KIND_CODES, true, NAMED, W_named},
    {KIND_CODES, false, ANY, W_at_least_one},
    {KIND_KEPT, false, "1", W_still_met},
    {KIND_KEPT, false, "2", W_lost},
    {KIND_KEPT, true, "1", W_low_start},
    {KIND_KEPT, true, "2", W_high_start},
    {KIND_GROUPS, true, NAMED, W_in_group},
    {KIND_CODED, true, NAMED, W_coded_with},
    {KIND_CHANGE, true, "1", W_better},
    {KIND_CHANGE, true, "2", W_unchanged},
    {KIND_CHANGE, true, "3", W_worse},
    {KIND_CHANGE, false, "x_econ", W_econ},
    {KIND_CHANGE, false, "x_soc", W_social},
    {KIND_CHANGE, false, "x_psy", W_psych},
};

/* How a service was known, used and needed: "1" to "6". */
static const enum report_word service_words[] = {W_used_needed, W_used_only,      W_known_needed,
                                                 W_known_only,  W_unknown_needed, W_unknown_only};

/* NULL: it is none of these. */
static const char *own_label(const struct report_counting *c, const struct spec *s, bool column,
                             const char *name, const char *value)
{
    const struct measure *m = report_measure(name);
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
        bool here = own_words[i].kind == s->kind && own_words[i].column == column;
        if (here && strcmp(own_words[i].value, value) == 0) {
            return c->words[own_words[i].word];
        }
    }
    for (size_t g = 0; s->kind == KIND_GROUPS && g < GROUPS; g++) {
        if (strcmp(report_groups[g].code, value) == 0) {
            return c->words[report_groups[g].word];
        }
    }
    return !*value                         ? c->words[W_no_answer]
           : m                             ? m->steps[value[0] - '0']
           : strcmp(name, "@met") == 0     ? c->words[*value == 'y' ? W_reached : W_not_met_short]
           : strcmp(name, "@service") == 0 ? c->words[service_words[value[0] - '1']]
                                           : NULL;
}

static const char *element_label(const struct report_counting *c, const char *code)
{
    size_t row = element_row(c, code);
    return row ? desk_element_label(c->elements, row, c->language) : code;
}

/* `column_side`: of a column; else of a row. */
static const char *label_of(struct report_counting *c, const struct spec *s, bool column_side,
                            const char *name, const char *value)
{
    const struct dataset_column *column = column_of(c, s, name);
    const char *own = own_label(c, s, column_side, name, value);
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

/* The question that has the labels of a calculated value. */
static const char *asked_as(const char *name)
{
    return strcmp(name, "@sector") == 0 ? "tr_sector" : name;
}

/* What is called otherwise than the form has it, or is no question of it. */
static const struct {
    const char *name;
    enum report_word word;
} own_heads[] = {{"@form", W_R01},    {"@month", W_month}, {"@sector", W_last_sector},
                 {"x_econ", W_econ},  {"x_soc", W_social}, {"x_psy", W_psych},
                 {"@service", W_R15}, {"@to", W_country},  {"@met", W_reached}};

static const char *head_of(struct report_counting *c, const struct spec *s, const char *name)
{
    const struct dataset_column *column = column_of(c, s, name);
    for (size_t i = 0; i < sizeof own_heads / sizeof *own_heads; i++) {
        if (strcmp(own_heads[i].name, name) == 0) {
            return c->words[own_heads[i].word];
        }
    }
    const char *head =
        column ? dataset_column_label(dataset_with(c, s, name), column, c->language) : "";
    return *head ? head : name;
}

/* Whether an output has tables of several forms, so that each has to be named. */
static bool has_forms(const struct spec *s)
{
    bool others = false;
    for (size_t i = 0; i < report_spec_count; i++) {
        const struct spec *other = &report_specs[i];
        others = others || (other->output == s->output && other->form && s->form &&
                            strcmp(other->form, s->form) != 0);
    }
    return others;
}

/* "Who was asked: Sex × Role (Interview with a migrant)". */
static const char *title_of(struct report_counting *c, const struct spec *s, const char *rows_head)
{
    const struct counted_form *f = s->form && has_forms(s) ? counting_form(c, s->form) : NULL;
    bool across = *s->column && strcmp(s->column, COUNTRY) != 0 && s->kind != KIND_PATHS;
    struct buf title = {0};
    buf_join(&title, c->words[s->kind == KIND_REFUSED ? W_refusals : s->output], ": ", rows_head,
             across ? " × " : "", across ? head_of(c, s, s->column) : "", NULL);
    if (f) {
        buf_join(&title, " (", f->title, ")", NULL);
    }
    const char *kept = arena_copy(&c->arena, title.data, title.len);
    buf_fini(&title);
    return kept;
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
    struct naming n = {s->kind == KIND_BASE ? "res" : s->row, s->labels, asked_as(s->column)};
    n.labels = n.labels && !report_measure(s->row) ? n.labels : n.row;
    n.column = s->kind == KIND_PATHS ? n.labels : n.column;
    if (s->kind == KIND_ITEMS && tally->rows.count) {
        n.column = tally->rows.list[0]; /* all items have the same answers */
    }
    if (strcmp(s->row, "tp_code") == 0) {
        n.labels = "deb_best"; /* the topics of all guides */
    }
    return n;
}

static void fill_rows(struct report_counting *c, const struct spec *s, const struct naming *n,
                      const struct sorted *rows, struct report_table *t)
{
    bool item = s->kind == KIND_ITEMS;
    for (size_t r = 0; r < t->rows; r++) {
        const char *value = rows[r].value;
        t->row_labels[r] = item ? head_of(c, s, value) : label_of(c, s, false, n->labels, value);
        t->row_keys[r] = t->items ? "" : condition(c, n->row, value);
        t->row_values[r] = value;
    }
    t->rows_head = s->head != W_COUNT ? c->words[s->head]
                   : item             ? c->words[s->output]
                                      : head_of(c, s, n->labels);
    t->title = item ? c->words[s->output] : title_of(c, s, t->rows_head);
    t->row_dimension = t->items ? "" : n->row;
}

static void fill_columns(struct report_counting *c, const struct spec *s, const struct naming *n,
                         const struct sorted *columns, struct report_table *t)
{
    for (size_t k = 0; k < t->columns; k++) {
        t->column_labels[k] = label_of(c, s, true, n->column, columns[k].value);
        t->column_values[k] = columns[k].value;
        t->column_keys[k] = condition(c, s->column, columns[k].value);
    }
    t->column_dimension = s->column;
    t->fixed_columns = strcmp(s->column, COUNTRY) == 0;
}

static const char *bare(const char *name)
{
    return *name == '@' ? name + 1 : name;
}

/* The path of the repeat whose entries are counted. */
static const char *repeat_of(struct report_counting *c, const struct spec *s)
{
    const struct dataset_column *column =
        column_of(c, s, report_measure(s->row) ? s->labels : s->row);
    size_t above = column ? strlen(column->path) - strlen(column->below) : 0;
    return column ? arena_copy(&c->arena, column->path, above) : s->row;
}

static void name_table(struct report_counting *c, const struct spec *s, const struct naming *n,
                       struct report_table *t)
{
    bool base = s->kind == KIND_BASE;
    struct buf key = {0};
    buf_text(&key, base ? "" : s->kind == KIND_REFUSED ? "@refused" : "@counted");
    if (s->form) {
        buf_join(&key, key.len ? "|" : "", "@form=", s->form, NULL);
    }
    if (s->kind == KIND_ENTRIES) { /* all questions of a repeat are about the same entries */
        buf_join(&key, "|@entries=", repeat_of(c, s), NULL);
    }
    if (s->kind == KIND_NEW || s->kind == KIND_CHANGE || s->kind == KIND_KEPT || is_codes(s)) {
        buf_join(&key, "|@entries=", s->row, NULL);
    }
    t->base = arena_copy(&c->arena, key.len ? key.data : "", key.len);
    buf_fini(&key);
    t->id = arena_printf(&c->arena, "R%02d-%s-%s%s%s", (int)(s->output - W_R01) + 1,
                         s->form ? s->form : "all",
                         base                      ? "response"
                         : s->kind == KIND_REFUSED ? arena_join(&c->arena, "refused-", n->row, NULL)
                         : s->kind == KIND_ITEMS   ? "items"
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
    struct tally_of *tally = &c->tallies[at].answers;
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
    t->items =
        s->kind == KIND_ITEMS || s->kind == KIND_ROSTER || s->kind == KIND_CHANGE || t->alone;
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
    if (s->kind == KIND_ROSTER) {
        report_leave_few(t, &c->arena);
    }
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
        part->has_missing = t->has_missing;
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

/* ---- what is left out besides, and what is said besides ---- */

static struct report_output *output_with(struct report_counting *c, size_t count, const char *form,
                                         const char *question)
{
    for (size_t i = 0; i < count; i++) {
        struct report_output *o = &c->outputs[i];
        if (o->form && form && strcmp(o->form, form) == 0 && strcmp(o->question, question) == 0) {
            return o;
        }
    }
    return NULL;
}

/* Whether the sums of all answers to a question are printed, as rows or as columns. */
static bool has_sums(const struct report_table *t, bool rows)
{
    bool all = !t->dropped;
    for (size_t i = 0; all && i < (rows ? t->rows : t->columns); i++) {
        all = report_state(t, rows ? i : t->rows, rows ? t->columns : i) == COUNT_SHOWN;
    }
    return all;
}

static bool has_cells(const struct report_table *t)
{
    bool all = !t->dropped;
    for (size_t i = 0; all && i < (t->rows + 1) * (t->columns + 1); i++) {
        all = t->states[i] == COUNT_SHOWN;
    }
    return all;
}

static bool has_any(const struct report_table *t)
{
    for (size_t r = 0; !t->dropped && r < t->rows; r++) {
        if (strcmp(t->row_values[r], ANY) == 0) {
            return report_state(t, r, 0) == COUNT_SHOWN;
        }
    }
    return false;
}

/* Whether what a table is tied to is printed in all tables that have the question. */
static bool is_printed(const struct report_counting *c, size_t count, const char *form,
                       const char *question, enum report_tie tie)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        const struct report_output *o = &c->outputs[i];
        bool rows = strcmp(o->spec->row, question) == 0;
        bool columns = strcmp(o->spec->column, question) == 0 && !o->table.alone;
        if (o->form && strcmp(o->form, form) == 0 && (rows || columns)) {
            all = all && (tie == TIE_SUMS    ? has_sums(&o->table, rows)
                          : tie == TIE_CELLS ? has_cells(&o->table)
                                             : has_any(&o->table));
        }
    }
    return all;
}

/* Whether it is printed how many refused: what they answered is a part of it. */
static bool has_refusals(struct report_counting *c, size_t count, const char *form)
{
    const struct report_output *base = output_with(c, count, form, "");
    const struct report_table *t = base ? &base->table : NULL;
    for (size_t r = 0; t && !t->dropped && r < t->rows; r++) {
        if (strcmp(t->row_values[r], "refused") == 0) {
            return report_state(t, r, t->columns) == COUNT_SHOWN;
        }
    }
    return false;
}

/* Tables that are tied to others: only where these print what would follow.  Returns
 * whether it dropped one, to which others may be tied. */
static bool drop_tied(struct report_counting *c, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct report_output *o = &c->outputs[i];
        bool apart = o->spec->kind == KIND_REFUSED && !has_refusals(c, count, o->form);
        const char *question;
        enum report_tie tie;
        for (size_t k = 0; (question = report_tied(o->spec, k, &tie)) && !apart; k++) {
            apart = !is_printed(c, count, o->form, question, tie);
        }
        any = any || (apart && !o->table.dropped);
        o->table.dropped = o->table.dropped || apart;
    }
    return any;
}

/* Numbers of kinds of which each person counted in `all` named one or more: they add up to that or
 * more.  Whether it leaves each suppressed one open, from the lowest number to the highest: only
 * what is printed decides, so the decision tells nothing. */
struct kinds {
    const struct report_table *table;
    size_t column, without; /* a row that is none of them; SIZE_MAX: there is none */
};

static bool leaves_open(const struct kinds *k, unsigned all)
{
    const struct report_table *t = k->table;
    unsigned high = (t->extra ? REPORT_FEW_EXTRA : REPORT_FEW) - 1;
    unsigned low = t->extra || t->columns > 1 ? 0 : 1, few = 0, shown = 0;
    for (size_t r = 0; r < t->rows; r++) {
        bool is = report_state(t, r, k->column) == COUNT_SHOWN;
        shown += r != k->without && is ? *report_count(t, r, k->column) : 0;
        few += r != k->without && !is;
    }
    return !few || all <= shown + (few - 1) * high + low;
}

/* "At least one" of a question. */
static void leave_room(struct report_table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        const struct kinds k = {t, 0, r};
        if (strcmp(t->row_values[r], ANY) == 0 && report_state(t, r, 0) == COUNT_SHOWN &&
            !leaves_open(&k, *report_count(t, r, 0))) {
            t->states[r * (t->columns + 1)] = t->states[r * (t->columns + 1) + 1] = COUNT_HIDDEN;
        }
    }
}

/* Of a crossing with a question whose sums are printed: everybody with an answer there named
 * something. */
static void leave_room_across(struct report_table *t, const struct report_table *sums)
{
    for (size_t c = 0; !t->dropped && c < t->columns; c++) {
        const struct kinds k = {t, c, SIZE_MAX};
        for (size_t r = 0; r < sums->rows; r++) {
            if (*t->column_values[c] && strcmp(sums->row_values[r], t->column_values[c]) == 0) {
                t->dropped = t->dropped || !leaves_open(&k, *report_count(sums, r, sums->columns));
            }
        }
    }
}

/* How many named a need at all is not printed where one of its ranks is left out: it bounds them.
 */
static void leave_out_mentions(struct report_counting *c, size_t count, struct report_output *o)
{
    static const char *const ranks[] = {"need_first", "need_2", "need_3"};
    struct report_table *t = &o->table;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        const struct report_output *rank = output_with(c, count, o->form, ranks[i]);
        for (size_t r = 0; rank && r < rank->table.rows; r++) {
            for (size_t k = 0; k < t->rows; k++) {
                if (strcmp(t->row_values[k], rank->table.row_values[r]) == 0 &&
                    report_state(&rank->table, r, rank->table.columns) != COUNT_SHOWN) {
                    t->states[k * 2] = t->states[k * 2 + 1] = COUNT_HIDDEN;
                }
            }
        }
    }
}

struct known { /* a number, and how many have it */
    double number;
    unsigned times;
};

static int by_number(const void *a, const void *b)
{
    const struct known *one = a, *other = b;
    return one->number == other->number ? 0 : one->number > other->number ? 1 : -1;
}

static double nth(const struct known *list, unsigned n)
{
    while (n > list->times) {
        n -= list++->times;
    }
    return list->number;
}

/* The ordered numbers of a column, of all if it is the last; returns how many. */
static unsigned gather_numbers(const struct tally_of *tally, const struct report_table *t,
                               size_t column, struct known *list)
{
    unsigned n = 0;
    for (size_t r = 0; r < tally->rows.count; r++) {
        list[r].number = strtod(tally->rows.list[r], NULL);
        for (size_t k = 0; k < tally->columns.count; k++) {
            bool here = column == t->columns ||
                        strcmp(tally->columns.list[k], t->column_values[column]) == 0;
            list[r].times += here ? tally->counts[r * tally->column_cap + k] : 0;
        }
        n += list[r].times;
    }
    qsort(list, tally->rows.count, sizeof *list, by_number);
    return n;
}

/* The median of a column, of all if it is the last.  "–": too few answers, or it might tell a
 * suppressed number.  Where some answered only with a step, the step in which it lies. */
static const char *median_of(struct report_counting *c, const struct tally_of *tally,
                             const struct report_table *t, size_t column)
{
    struct known *list = mem_zero(tally->rows.count + 1, sizeof *list);
    unsigned n = gather_numbers(tally, t, column, list);
    unsigned limit = t->extra ? REPORT_FEW_EXTRA : REPORT_FEW;
    unsigned answered = *report_count(t, t->rows, column) -
                        (t->has_missing ? *report_count(t, t->rows - 1, column) : 0);
    unsigned low = (answered + 1) / 2, high = answered / 2 + 1; /* in the middle, or twice one */
    size_t from = report_certain_row(t, column, low), to = report_certain_row(t, column, high);
    const char *text = "–";
    if (answered >= limit && from != SIZE_MAX && to != SIZE_MAX) {
        text = n == answered
                   ? arena_printf(&c->arena, "%.3g", (nth(list, low) + nth(list, high)) / 2)
               : from == to ? t->row_labels[from]
                            : text;
    }
    free(list);
    return text;
}

static void add_medians(struct report_counting *c, size_t at, struct report_table *t)
{
    const struct tally_of *tally = &c->tallies[at].numbers;
    if (!tally->rows.count || t->dropped) {
        return;
    }
    t->medians = arena_alloc(&c->arena, (t->columns + 1) * sizeof *t->medians);
    for (size_t k = 0; k <= t->columns; k++) {
        t->medians[k] = median_of(c, tally, t, k);
    }
}

/* The part of those who answered 1 to 4 that answered 3 or 4; -1: it does not follow from what is
 * printed, or too few answered. */
double report_trust(const struct report_table *t, size_t row, unsigned *answered)
{
    enum { ENOUGH = 10 };
    unsigned trusting = 0, all = 0;
    bool known = !t->dropped;
    for (size_t k = 0; k < t->columns; k++) {
        const char *value = t->column_values[k];
        bool level = strlen(value) == 1 && *value >= '1' && *value <= '4';
        known = known && (!level || report_state(t, row, k) == COUNT_SHOWN);
        all += level ? *report_count(t, row, k) : 0;
        trusting += level && *value >= '3' ? *report_count(t, row, k) : 0;
    }
    *answered = all;
    return known && all >= ENOUGH ? (double)trusting / all : -1;
}

struct trusted {
    double part;
    size_t place;
};

static int by_trust(const void *a, const void *b)
{
    const struct trusted *one = a, *other = b;
    return one->part != other->part    ? (one->part < other->part ? 1 : -1)
           : one->place > other->place ? 1
                                       : -1;
}

/* The most trusted first; those whose place would tell a suppressed number stay in the form's
 * order, at the end. */
static void order_by_trust(struct report_counting *c, struct report_table *t)
{
    struct trusted *list = mem_zero(t->rows + 1, sizeof *list);
    size_t *places = mem_zero(t->rows + 1, sizeof *places);
    unsigned answered;
    for (size_t r = 0; r < t->rows; r++) {
        list[r] = (struct trusted){report_trust(t, r, &answered), r};
    }
    qsort(list, t->rows, sizeof *list, by_trust);
    for (size_t r = 0; r < t->rows; r++) {
        places[r] = list[r].place;
    }
    report_order(t, places, &c->arena);
    free(list);
    free(places);
}

static void finish(struct report_counting *c, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (report_counts_any(c->outputs[i].spec)) {
            leave_room(&c->outputs[i].table);
        }
    }
    while (drop_tied(c, count)) {
    }
    for (size_t i = 0; i < count; i++) {
        struct report_output *o = &c->outputs[i];
        add_medians(c, (size_t)(o->spec - report_specs), &o->table);
        if (strcmp(o->spec->row, "need_any") == 0) {
            leave_out_mentions(c, count, o);
        }
        const struct report_output *across = o->table.alone && *o->spec->column
                                                 ? output_with(c, count, o->form, o->spec->column)
                                                 : NULL;
        if (across && o->spec->kind == KIND_CODES) {
            leave_room_across(&o->table, &across->table);
        }
        if (o->spec->kind == KIND_ITEMS) {
            order_by_trust(c, &o->table);
        }
    }
}

size_t report_counting_tables(struct report_counting *c, struct report_output **outputs)
{
    size_t count = 0, room = report_spec_count;
    *outputs = c->outputs;
    if (c->outputs) {
        return c->output_count;
    }
    c->outputs = mem_zero(report_spec_count, sizeof *c->outputs);
    counting_last(c);
    for (size_t i = 0; i < report_spec_count; i++) {
        if (c->tallies[i].answers.rows.count) {
            struct report_output *o = &c->outputs[count++];
            o->spec = &report_specs[i];
            o->form = report_specs[i].form;
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
    finish(c, count);
    c->output_count = count;
    *outputs = c->outputs;
    return count;
}
