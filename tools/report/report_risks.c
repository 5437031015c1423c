/* SPDX-License-Identifier: Apache-2.0 */
/* Medians of three classes, their spread and flags; the matrices. */
#include "tools/report/report_risks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_lists.h"

enum {
    COUNTRIES = 3,
    FEW = 5,
    MEASURES_SHOWN = 3,
    ACTORS_SHOWN = 2,
    EXPERTS_SHOWN = 3,
    PERCENT = 100
};
static const char *const countries[] = {"KZ", "KG", "TJ"};

/* ---- one rating ---- */

static unsigned sum_of(const unsigned counts[RISK_LEVELS])
{
    return counts[0] + counts[1] + counts[2];
}

/* The value at a place of the sorted list, 1 to 3. */
static unsigned value_at(const unsigned counts[RISK_LEVELS], unsigned place)
{
    return place < counts[0] ? 1 : place < counts[0] + counts[1] ? 2 : 3;
}

static double distance(double share)
{
    return share < 0.5 ? share : 1 - share;
}

/* The upper median of the types' upper medians; 0 if there is none. */
static unsigned balanced(const struct risk_ratings *r)
{
    unsigned medians[RISK_LEVELS] = {0};
    for (size_t t = 0; t < RISK_TYPES; t++) {
        unsigned n = sum_of(r->types[t]);
        if (n) {
            medians[value_at(r->types[t], n / 2) - 1]++;
        }
    }
    unsigned n = sum_of(medians);
    return n ? value_at(medians, n / 2) : 0;
}

struct risk_result risk_rate(const struct risk_ratings *r)
{
    struct risk_result out = {.n = sum_of(r->counts)};
    if (!out.n) {
        return out;
    }
    out.rating = value_at(r->counts, out.n / 2);
    double f1 = (double)r->counts[0] / out.n, f2 = f1 + (double)r->counts[1] / out.n;
    out.spread = distance(f1) + distance(f2);
    unsigned most = 0;
    for (unsigned v = 0; v < RISK_LEVELS; v++) {
        most = r->counts[v] > r->counts[most] ? v : most;
    }
    unsigned types = balanced(r);
    out.mode = (double)r->counts[most] / out.n;
    out.flags |= out.n < FEW ? RISK_FEW : 0;
    out.flags |=
        out.n % 2 == 0 && value_at(r->counts, out.n / 2 - 1) != out.rating ? RISK_SPLIT : 0;
    out.flags |= r->counts[most] > r->counts[out.rating - 1] ? RISK_NOT_MODE : 0;
    out.flags |= out.spread > 0.5 ? RISK_DISAGREE : 0;
    out.flags |= types && types != out.rating ? RISK_BY_TYPE : 0;
    return out;
}

/* ---- all of them ---- */

struct measure {
    const char *code;
    unsigned count;
    struct measure *actors; /* who should take it */
    size_t actor_count;
};
struct rated { /* a risk on one side, of experts of one country or all */
    struct risk_ratings likely, impact;
    struct risk_ratings sure_likely, sure_impact; /* of those who are sure of their rating */
    unsigned joint[RISK_LEVELS][RISK_LEVELS];     /* experts by likelihood and impact together */
};
struct risk {
    const char *code, *label, *component, *set;
    const char *report[RISK_SIDES];
    bool on[RISK_SIDES], not_dest;
    struct rated rated[RISK_SIDES][COUNTRIES + 1];
    struct measure *measures;
    size_t measure_count;
    unsigned added; /* risks of their own that experts find similar */
};
struct report_risks {
    struct arena arena;
    struct risk *list;
    size_t count;
    struct map by_code, types; /* type → number + 1 */
    struct map measures;       /* code → label */
    struct map actors;
    size_t type_count, experts, added;
    struct risk_line *lines; /* of the call last made */
};

/* "1.2 L/M" → "L/M". */
static const char *rating_in(const char *text)
{
    const char *space = strrchr(text, ' ');
    return space ? space + 1 : text;
}

static void take_row(struct report_risks *r, const struct csv *csv, size_t row, size_t label)
{
    struct risk *one = &r->list[r->count];
    memset(one, 0, sizeof *one);
    one->code = desk_list_cell(csv, row, desk_list_column(csv, "name"));
    one->label = desk_list_cell(csv, row, label);
    one->label = *one->label ? one->label : one->code;
    one->component = desk_list_cell(csv, row, desk_list_column(csv, "comp"));
    one->set = desk_list_cell(csv, row, desk_list_column(csv, "set"));
    one->report[RISK_DEST] = desk_list_cell(csv, row, desk_list_column(csv, "_kz"));
    one->report[RISK_ORIG] = desk_list_cell(csv, row, desk_list_column(csv, "_kgtj"));
    one->report[RISK_BODY] = rating_in(desk_list_cell(csv, row, desk_list_column(csv, "_body")));
    one->on[RISK_DEST] = *desk_list_cell(csv, row, desk_list_column(csv, "ord_dest")) != '\0';
    one->on[RISK_ORIG] = *desk_list_cell(csv, row, desk_list_column(csv, "ord_orig")) != '\0';
    one->on[RISK_BODY] = *desk_list_cell(csv, row, desk_list_column(csv, "ord_body")) != '\0';
    one->not_dest = *desk_list_cell(csv, row, desk_list_column(csv, "na_dest")) != '\0';
    map_put(&r->by_code, one->code, one);
    r->count++;
}

bool report_risks_new(struct report_risks **out, const struct buf *list, const char *language,
                      struct err *err)
{
    static const char *const wanted[] = {"name",     "comp",     "set", "ord_dest",
                                         "ord_orig", "ord_body", "_kz", "_kgtj",
                                         "_body",    "na_dest",  NULL};
    struct report_risks *r = *out = mem_zero(1, sizeof *r);
    struct csv csv;
    arena_init(&r->arena);
    map_init(&r->by_code, &r->arena);
    map_init(&r->types, &r->arena);
    map_init(&r->measures, &r->arena);
    map_init(&r->actors, &r->arena);
    if (!desk_list_read(&csv, &r->arena, list, "risks.csv", wanted, err)) {
        report_risks_free(r);
        *out = NULL;
        return false;
    }
    r->list = arena_alloc(&r->arena, csv.count * sizeof *r->list);
    for (size_t row = 1; row < csv.count; row++) {
        if (strcmp(desk_list_cell(&csv, row, desk_list_column(&csv, "set")), "own") != 0) {
            take_row(r, &csv, row, desk_list_label(&csv, language));
        }
    }
    return true;
}

bool report_risks_name_measures(struct report_risks *r, const struct buf *list,
                                const char *language, struct err *err)
{
    struct csv csv;
    static const char *const wanted[] = {"name", NULL};
    if (!desk_list_read(&csv, &r->arena, list, "meas.csv", wanted, err)) {
        return false;
    }
    size_t name = desk_list_column(&csv, "name"), label = desk_list_label(&csv, language);
    for (size_t row = 1; row < csv.count; row++) {
        if (*desk_list_cell(&csv, row, name) && *desk_list_cell(&csv, row, label)) {
            map_put(&r->measures, desk_list_cell(&csv, row, name),
                    (void *)desk_list_cell(&csv, row, label));
        }
    }
    return true;
}

bool report_risks_name_actors(struct report_risks *r, const struct buf *list, const char *language,
                              struct err *err)
{
    struct csv csv;
    static const char *const wanted[] = {"list_name", "name", NULL};
    if (!desk_list_read(&csv, &r->arena, list, "answers.csv", wanted, err)) {
        return false;
    }
    size_t of = desk_list_column(&csv, "list_name"), name = desk_list_column(&csv, "name"),
           label = desk_list_label(&csv, language);
    for (size_t row = 1; row < csv.count; row++) {
        if (strcmp(desk_list_cell(&csv, row, of), "actor") == 0 &&
            *desk_list_cell(&csv, row, label)) {
            map_put(&r->actors, desk_list_cell(&csv, row, name),
                    (void *)desk_list_cell(&csv, row, label));
        }
    }
    return true;
}

void report_risks_free(struct report_risks *r)
{
    if (r) {
        for (size_t i = 0; i < r->count; i++) {
            for (size_t m = 0; m < r->list[i].measure_count; m++) {
                free(r->list[i].measures[m].actors);
            }
            free(r->list[i].measures);
        }
        free(r->lines);
        arena_fini(&r->arena);
        free(r);
    }
}

/* 0 to 2; RISK_LEVELS: it is no rating. */
static size_t rating_at(const char *value)
{
    static const char *const levels[] = {"low", "mid", "high"};
    size_t v = 0;
    while (v < RISK_LEVELS && strcmp(value, levels[v]) != 0) {
        v++;
    }
    return v;
}

static void count_rating(struct risk_ratings *r, const char *value, size_t type)
{
    size_t v = rating_at(value);
    if (v < RISK_LEVELS) {
        r->counts[v]++;
        r->types[type][v]++;
    } else {
        r->missing += desk_is_missing(value);
    }
}

static void count_entry(struct rated *rated, const char *likely, const char *impact, bool sure,
                        size_t type)
{
    size_t l = rating_at(likely), i = rating_at(impact);
    count_rating(&rated->likely, likely, type);
    count_rating(&rated->impact, impact, type);
    if (sure) {
        count_rating(&rated->sure_likely, likely, type);
        count_rating(&rated->sure_impact, impact, type);
    }
    if (l < RISK_LEVELS && i < RISK_LEVELS) {
        rated->joint[l][i]++;
    }
}

static const char *inside(const struct node *node, const char *name)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind == NODE_ELEMENT && strcmp(n->name, name) == 0) {
            return tree_value(n);
        }
        const char *deeper = n->kind == NODE_ELEMENT ? inside(n, name) : "";
        if (*deeper) {
            return deeper;
        }
    }
    return "";
}

static struct measure *count_code(struct report_risks *r, struct measure **list, size_t *count,
                                  const char *word, size_t len)
{
    const char *code = arena_copy(&r->arena, word, len);
    size_t at = 0;
    while (at < *count && strcmp((*list)[at].code, code) != 0) {
        at++;
    }
    if (at == *count) {
        *list = mem_grow(*list, at + 1, sizeof **list);
        (*list)[(*count)++] = (struct measure){.code = code};
    }
    (*list)[at].count++;
    return &(*list)[at];
}

/* Each measure that an expert names, with all actors that the expert names beside. */
static void count_measures(struct report_risks *r, struct risk *risk, const char *codes,
                           const char *actors)
{
    for (const char *at = codes; *(at += strspn(at, " "));) {
        size_t len = strcspn(at, " ");
        struct measure *one = count_code(r, &risk->measures, &risk->measure_count, at, len);
        at += len;
        for (const char *who = actors; *(who += strspn(who, " "));) {
            size_t width = strcspn(who, " ");
            (void)count_code(r, &one->actors, &one->actor_count, who, width);
            who += width;
        }
    }
}

static size_t type_of(struct report_risks *r, const char *type)
{
    size_t known = (size_t)(uintptr_t)map_get(&r->types, type);
    if (known) {
        return known - 1;
    }
    size_t at = r->type_count < RISK_TYPES - 1 ? r->type_count++ : RISK_TYPES - 1;
    map_put(&r->types, arena_text(&r->arena, type), (void *)(uintptr_t)(at + 1));
    return at;
}

#define UNSURE "1" /* code of the list conf */

/* A group of a repeat: names of its questions. */
struct rating_names {
    const char *repeat, *code, *likely, *impact, *sure, *measures, *actors;
};

static void take_ratings(struct report_risks *r, const struct desk_facts *facts,
                         const struct rating_names *names, size_t type, const char *country)
{
    struct node *const *entries;
    size_t count = desk_facts_all(facts, names->repeat, &entries);
    for (size_t i = 0; i < count; i++) {
        struct risk *risk = map_get(&r->by_code, inside(entries[i], names->code));
        const char *role = inside(entries[i], "risk_role");
        enum risk_side side = strcmp(names->repeat, "risk") != 0 ? RISK_BODY
                              : strcmp(role, "dest") == 0        ? RISK_DEST
                                                                 : RISK_ORIG;
        if (!risk) {
            continue;
        }
        for (size_t c = 0; c <= COUNTRIES; c++) {
            if (c == COUNTRIES || strcmp(countries[c], country) == 0) {
                count_entry(&risk->rated[side][c], inside(entries[i], names->likely),
                            inside(entries[i], names->impact),
                            strcmp(inside(entries[i], names->sure), UNSURE) != 0, type);
            }
        }
        count_measures(r, risk, inside(entries[i], names->measures),
                       inside(entries[i], names->actors));
    }
}

void report_risks_add(struct report_risks *r, struct desk_facts *facts)
{
    static const struct rating_names groups[] = {
        {"risk", "risk_code", "r_like", "r_imp", "r_conf", "r_meas", "r_actor"},
        {"riskb", "b_code", "b_like", "b_imp", "b_conf", "b_meas", "b_actor"}};
    size_t type = type_of(r, desk_fact(facts, "ex_type"));
    const char *country = desk_fact(facts, "study_country");
    struct node *const *own;
    r->experts++;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        take_ratings(r, facts, &groups[i], type, country);
    }
    size_t count = desk_facts_all(facts, "own", &own);
    for (size_t i = 0; i < count;
         i++) { /* risks of their own never enter the matrix by themselves */
        struct risk *near = map_get(&r->by_code, inside(own[i], "own_near"));
        r->added++;
        if (near) {
            near->added++;
        }
    }
}

size_t report_risks_experts(const struct report_risks *r)
{
    return r->experts;
}

/* ---- lines ---- */

static unsigned level_of(char letter)
{
    return letter == 'L' ? 1 : letter == 'M' ? 2 : letter == 'H' ? 3 : 0;
}

/* "same", "above" or "below" the report's rating; "" if there is none, or both. */
static const char *compare(const struct risk_line *l, const char *const *words)
{
    unsigned likely = level_of(l->report[0]);
    unsigned impact = l->report[0] && l->report[1] == '/' ? level_of(l->report[2]) : 0;
    if (!likely || !impact || !l->likely.rating || !l->impact.rating) {
        return "";
    }
    bool above = l->likely.rating > likely || l->impact.rating > impact;
    bool below = l->likely.rating < likely || l->impact.rating < impact;
    return above && below ? "" : words[above ? W_above : below ? W_below : W_same];
}

/* By country: what fewer than three experts say is not shown (S7); `n` stays 1, for "<3". */
static void keep_apart(struct risk_result *one, unsigned *missing)
{
    if (one->n && one->n < EXPERTS_SHOWN) {
        *one = (struct risk_result){.n = 1};
        *missing = 0;
    }
}

static size_t lines_in(struct report_risks *r, enum risk_side side, const char *country,
                       const char *const *words, const struct risk_line **lines)
{
    size_t c = COUNTRIES, count = 0;
    for (size_t i = 0; i < COUNTRIES; i++) {
        c = strcmp(countries[i], country) == 0 ? i : c;
    }
    free(r->lines);
    r->lines = mem_zero(r->count + 1, sizeof *r->lines);
    for (size_t i = 0; i < r->count; i++) {
        const struct risk *risk = &r->list[i];
        const struct rated *rated = &risk->rated[side][c];
        bool not_meant = side == RISK_DEST && risk->not_dest && strcmp(risk->set, "annex") == 0;
        if (!risk->on[side] && !not_meant) {
            continue;
        }
        struct risk_line *l = &r->lines[count++];
        *l = (struct risk_line){.code = risk->code,
                                .label = risk->label,
                                .component = risk->component,
                                .report = risk->report[side],
                                .likely = risk_rate(&rated->likely),
                                .impact = risk_rate(&rated->impact),
                                .sure_likely = risk_rate(&rated->sure_likely).rating,
                                .sure_impact = risk_rate(&rated->sure_impact).rating,
                                .joint = (const unsigned(*)[RISK_LEVELS])rated->joint,
                                .missing_likely = rated->likely.missing,
                                .missing_impact = rated->impact.missing,
                                .meant = !not_meant,
                                .compare = ""};
        if (c < COUNTRIES) {
            keep_apart(&l->likely, &l->missing_likely);
            keep_apart(&l->impact, &l->missing_impact);
            l->sure_likely = sum_of(rated->sure_likely.counts) < EXPERTS_SHOWN ? 0 : l->sure_likely;
            l->sure_impact = sum_of(rated->sure_impact.counts) < EXPERTS_SHOWN ? 0 : l->sure_impact;
        }
        l->compare = words ? compare(l, words) : "";
    }
    *lines = r->lines;
    return count;
}

size_t report_risks_lines(struct report_risks *r, enum risk_side side, const char *country,
                          const struct risk_line **lines)
{
    return lines_in(r, side, country, report_words("en"), lines);
}

/* ---- the page ---- */

static const char *level_word(const struct report_about *a, unsigned rating, bool likely)
{
    static const enum report_word levels[2][RISK_LEVELS + 1] = {
        {W_no_rating, W_low_impact, W_mid_impact, W_high_impact},
        {W_no_rating, W_low, W_mid, W_high}};
    return a->words[levels[likely][rating]];
}

static void put_flags(struct buf *out, const struct report_about *a, const struct risk_line *l)
{
    static const struct {
        unsigned flag;
        enum report_word word;
    } flags[] = {{RISK_FEW, W_few},
                 {RISK_SPLIT, W_split},
                 {RISK_NOT_MODE, W_not_mode},
                 {RISK_DISAGREE, W_disagree},
                 {RISK_BY_TYPE, W_by_type}};
    unsigned both = l->likely.flags | l->impact.flags;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (both & flags[i].flag) {
            buf_join(out, out->len ? "; " : "", a->words[flags[i].word], NULL);
        }
    }
    if ((l->sure_likely && l->sure_likely != l->likely.rating) ||
        (l->sure_impact && l->sure_impact != l->impact.rating)) {
        buf_join(out, out->len ? "; " : "", a->words[W_only_sure], ": ",
                 level_word(a, l->sure_likely, true), " / ", level_word(a, l->sure_impact, false),
                 NULL);
    }
    if (strcmp(l->code, "c1_low_trust") == 0) { /* the annexes' own slip: docs/REPORT.md */
        buf_join(out, out->len ? "; " : "", a->words[W_slip], NULL);
    }
    buf_add(out, "", 0);
}

/* "high (n 12, mode 58 %, don't know 3, D 0.25)" */
static const char *rating_text(char text[160], const struct report_about *a,
                               const struct risk_line *l, bool likely)
{
    const struct risk_result *one = likely ? &l->likely : &l->impact;
    if (!l->meant) {
        snprintf(text, 160, "%s", a->words[W_not_meant]);
    } else if (!one->n) {
        snprintf(text, 160, "%s", a->words[W_no_rating]);
    } else if (!one->rating) {
        snprintf(text, 160, "%s (n <3)", a->words[W_few]);
    } else {
        snprintf(text, 160, "%s (n %u, %s %.0f %%, %s %u, D %.2f)",
                 level_word(a, one->rating, likely), one->n, a->words[W_mode], one->mode * PERCENT,
                 a->words[W_dont_know], likely ? l->missing_likely : l->missing_impact,
                 one->spread);
    }
    return text;
}

size_t report_risks_count(const struct report_risks *r)
{
    return r->count;
}

struct risk_head report_risk(const struct report_risks *r, size_t at)
{
    return (struct risk_head){r->list[at].code, r->list[at].label, r->list[at].component};
}

void report_risks_say(struct buf *out, struct report_risks *r, const struct report_about *a,
                      const char *code)
{
    static const struct {
        enum risk_side side;
        enum report_word title;
    } sides[] = {{RISK_DEST, W_dest}, {RISK_ORIG, W_orig}};
    bool rated = false;
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
        const struct risk_line *lines;
        size_t count = lines_in(r, sides[s].side, "", a->words, &lines);
        for (size_t i = 0; i < count; i++) {
            char likely[160], impact[160];
            if (strcmp(lines[i].code, code) == 0 && lines[i].meant) {
                rated = true;
                buf_join(out, "<p>", a->words[sides[s].title], ": ", a->words[W_likely], " ",
                         rating_text(likely, a, &lines[i], true), "; ", a->words[W_impact], " ",
                         rating_text(impact, a, &lines[i], false), "</p>\n", NULL);
            }
        }
    }
    if (!rated) {
        buf_join(out, "<p>", a->words[W_no_rating], "</p>\n", NULL);
    }
}

enum { COLUMNS = 6 };

static void put_line(struct buf *out, const struct report_about *a, const struct risk_line *l,
                     size_t number)
{
    char name[600], likely[160], impact[160], report[64];
    struct buf flags = {0};
    put_flags(&flags, a, l);
    snprintf(name, sizeof name, "%zu. %.500s", number, l->label);
    snprintf(report, sizeof report, "%.16s%s%.40s", l->report, *l->compare ? ", " : "", l->compare);
    page_row(out,
             (const char *const[COLUMNS]){l->component, name, rating_text(likely, a, l, true),
                                          rating_text(impact, a, l, false), flags.data, report},
             COLUMNS);
    buf_fini(&flags);
}

/* The grids of the components, and the table of all lines under them. */
static void put_side(struct buf *out, struct report_risks *r, const struct report_about *a,
                     enum risk_side side, const char *country)
{
    const struct risk_line *lines;
    size_t count = lines_in(r, side, country, a->words, &lines);
    struct grid_dot *dots = mem_zero(count + 1, sizeof *dots);
    for (size_t from = 0, to; from < count && !*country; from = to) {
        size_t drawn = 0;
        char title[120];
        for (to = from; to < count && strcmp(lines[to].component, lines[from].component) == 0;
             to++) {
            const struct risk_line *l = &lines[to];
            if (l->meant && l->likely.rating && l->impact.rating) {
                unsigned n = l->likely.n < l->impact.n ? l->likely.n : l->impact.n;
                dots[drawn++] =
                    (struct grid_dot){l->likely.rating, l->impact.rating, (unsigned)to + 1, n,
                                      ((l->likely.flags | l->impact.flags) & RISK_DISAGREE) != 0};
            }
        }
        snprintf(title, sizeof title, "%s %.8s", a->words[W_component], lines[from].component);
        if (drawn) {
            buf_text(out, "<h3>");
            page_text(out, title);
            buf_text(out, "</h3>\n");
            page_grid(out, a, title, dots, drawn);
        }
    }
    page_rows_begin(out,
                    (const char *const[COLUMNS]){a->words[W_component], a->words[W_risk],
                                                 a->words[W_likely], a->words[W_impact],
                                                 a->words[W_flags], a->words[W_of_report]},
                    COLUMNS);
    for (size_t i = 0; i < count; i++) {
        put_line(out, a, &lines[i], i + 1);
    }
    page_rows_end(out);
    free(dots);
}

static int by_count(const void *a, const void *b)
{
    const struct measure *one = a, *other = b;
    return one->count != other->count ? (one->count < other->count ? 1 : -1)
                                      : strcmp(one->code, other->code);
}

/* Who should take the measure: those named most, by three experts or more (S7). */
static void put_actors(struct buf *out, struct report_risks *r, struct measure *one)
{
    if (one->actor_count) {
        qsort(one->actors, one->actor_count, sizeof *one->actors, by_count);
    }
    for (size_t i = 0; i < one->actor_count && i < ACTORS_SHOWN; i++) {
        const char *label = map_get(&r->actors, one->actors[i].code);
        if (one->actors[i].count >= EXPERTS_SHOWN) {
            buf_join(out, i ? ", " : ": ", label ? label : one->actors[i].code, NULL);
            buf_printf(out, " %u", one->actors[i].count);
        }
    }
}

static void put_measures(struct buf *out, struct report_risks *r, const struct report_about *a)
{
    buf_join(out, "<section><h2>", a->words[W_measures], "</h2>\n", NULL);
    page_rows_begin(out, (const char *const[]){a->words[W_risk], a->words[W_measures]}, 2);
    for (size_t i = 0; i < r->count; i++) {
        struct risk *risk = &r->list[i];
        struct buf text = {0};
        if (risk->measure_count) {
            qsort(risk->measures, risk->measure_count, sizeof *risk->measures, by_count);
        }
        for (size_t m = 0; m < risk->measure_count && m < MEASURES_SHOWN; m++) {
            const char *label = map_get(&r->measures, risk->measures[m].code);
            buf_join(&text, m ? "; " : "", label ? label : risk->measures[m].code, NULL);
            buf_printf(&text, " (%u)", risk->measures[m].count);
            put_actors(&text, r, &risk->measures[m]);
        }
        if (text.len) {
            page_row(out, (const char *const[]){risk->label, text.data}, 2);
        }
        buf_fini(&text);
    }
    page_rows_end(out);
    buf_text(out, "</section>\n");
}

static void put_added(struct buf *out, struct report_risks *r, const struct report_about *a)
{
    buf_join(out, "<section><h2>", a->words[W_added], "</h2>\n<p>", a->words[W_count], NULL);
    buf_printf(out, ": %zu</p>\n", r->added);
    page_rows_begin(out, (const char *const[]){a->words[W_risk], a->words[W_count]}, 2);
    for (size_t i = 0; i < r->count; i++) {
        char count[16];
        snprintf(count, sizeof count, "%u", r->list[i].added);
        if (r->list[i].added) {
            page_row(out, (const char *const[]){r->list[i].label, count}, 2);
        }
    }
    page_rows_end(out);
    buf_text(out, "</section>\n");
}

void report_risks_page(struct buf *out, struct report_risks *r, const struct report_about *a)
{
    static const struct {
        enum risk_side side;
        enum report_word title;
    } sides[] = {{RISK_DEST, W_dest}, {RISK_ORIG, W_orig}};
    page_begin(out, a, a->words[W_R19]);
    buf_join(out, "<p>", a->words[W_experts], NULL);
    buf_printf(out, ": %zu. ", r->experts);
    buf_text(out, "<a href=\"R19-risks.csv\">R19-risks.csv</a></p>\n");
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        buf_join(out, "<section><h2>", a->words[sides[i].title], "</h2>\n", NULL);
        put_side(out, r, a, sides[i].side, "");
        buf_text(out, "</section>\n");
        for (size_t c = 0; c < COUNTRIES; c++) {
            buf_join(out, "<section><h3>", a->words[sides[i].title], ": ", a->words[W_experts], " ",
                     countries[c], "</h3>\n", NULL);
            put_side(out, r, a, sides[i].side, countries[c]);
            buf_text(out, "</section>\n");
        }
    }
    buf_join(out, "<section><h2>", a->words[W_in_body], "</h2>\n", NULL);
    put_side(out, r, a, RISK_BODY, "");
    buf_text(out, "</section>\n");
    put_measures(out, r, a);
    put_added(out, r, a);
    page_end(out, a, false);
}

static const char *const letters[] = {"", "L", "M", "H"};

/* Experts by both ratings together, "L/M 4; H/H 7": each place that three or more chose. */
static void csv_joint(struct buf *out, const unsigned joint[RISK_LEVELS][RISK_LEVELS])
{
    struct buf text = {0};
    buf_add(&text, "", 0);
    for (size_t l = 0; l < RISK_LEVELS; l++) {
        for (size_t i = 0; i < RISK_LEVELS; i++) {
            if (joint[l][i] >= EXPERTS_SHOWN) {
                buf_printf(&text, "%s%s/%s %u", text.len ? "; " : "", letters[l + 1],
                           letters[i + 1], joint[l][i]);
            }
        }
    }
    csv_cell(out, text.data, false);
    buf_fini(&text);
}

static void csv_rating(struct buf *out, const struct risk_result *one, unsigned missing)
{
    char text[32];
    csv_cell(out, letters[one->rating], false);
    snprintf(text, sizeof text, one->n && !one->rating ? "<3" : "%u", one->n);
    csv_cell(out, text, false);
    snprintf(text, sizeof text, "%u", missing);
    csv_cell(out, text, false);
    snprintf(text, sizeof text, "%.4f", one->spread);
    csv_cell(out, one->rating ? text : "", false);
    snprintf(text, sizeof text, "%.4f", one->mode);
    csv_cell(out, one->rating ? text : "", false);
}

void report_risks_csv(struct buf *out, struct report_risks *r, const struct report_about *a)
{
    static const char *const sides[RISK_SIDES] = {
        [RISK_DEST] = "dest", [RISK_ORIG] = "orig", [RISK_BODY] = "body"};
    buf_text(out,
             "side,country,code,component,risk,likelihood,n_likelihood,missing_likelihood,"
             "D_likelihood,mode_likelihood,impact,n_impact,missing_impact,D_impact,mode_impact,"
             "sure_likelihood,sure_impact,joint,flags,report,compare\n");
    for (int side = 0; side < RISK_SIDES; side++) {
        for (size_t c = 0; c <= COUNTRIES; c++) {
            const char *country = c ? countries[c - 1] : "";
            const struct risk_line *lines;
            size_t count = lines_in(r, (enum risk_side)side, country, a->words, &lines);
            for (size_t i = 0; i < count; i++) {
                struct buf flags = {0};
                put_flags(&flags, a, &lines[i]);
                csv_cell(out, sides[side], true);
                csv_cell(out, country, false);
                csv_cell(out, lines[i].code, false);
                csv_cell(out, lines[i].component, false);
                csv_cell(out, lines[i].label, false);
                csv_rating(out, &lines[i].likely, lines[i].missing_likely);
                csv_rating(out, &lines[i].impact, lines[i].missing_impact);
                csv_cell(out, letters[lines[i].sure_likely], false);
                csv_cell(out, letters[lines[i].sure_impact], false);
                csv_joint(out, lines[i].joint);
                csv_cell(out, lines[i].meant ? flags.data : a->words[W_not_meant], false);
                csv_cell(out, lines[i].report, false);
                csv_cell(out, lines[i].compare, false);
                csv_end(out);
                buf_fini(&flags);
            }
        }
    }
}
