/* SPDX-License-Identifier: Apache-2.0 */
/* Do the matrices come out as the annexes have them, and does a suppressed number stay unknown? */
#include "forms/workbook/workbook.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "tests/lib/help.h"
#include "tools/report/report_risks.h"
#include "tools/report/report_table.h"

static uint32_t seed;
static unsigned chance(unsigned below)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

/* ---- the matrices ---- */

enum { DEST_CELLS = 7, ORIG_CELLS = 11 };
static const char list_path[] = "forms/study/lists/risks.csv";

struct matrices {
    struct report_risks *risks;
    struct buf list;
    struct form *form;
    struct csv csv;
    struct arena arena;
    const char *(*conf)(unsigned expert); /* how sure each is; NULL: all are */
};

static void begin(struct matrices *m)
{
    static const char md[] = "| survey |\n| | type | name | label |\n| | text | t | T |\n"
                             "| settings |\n| | form_id | version |\n| | experts | 1 |\n";
    struct err err = {0};
    struct buf xform = {0};
    memset(m, 0, sizeof *m);
    arena_init(&m->arena);
    OK(file_read(&m->list, list_path, 1 << 20, &err));
    OK(report_risks_new(&m->risks, &m->list, "en", &err));
    OK(csv_parse(&m->csv, &m->arena, m->list.data, m->list.len, &err));
    OK(convert_md(&xform, md, &err));
    OK(form_load(&m->form, xform.data, xform.len, &xml_trusted, &err));
    buf_fini(&xform);
}

static void end(struct matrices *m)
{
    report_risks_free(m->risks);
    buf_fini(&m->list);
    form_free(m->form);
    arena_fini(&m->arena);
}

static const char *cell(const struct matrices *m, size_t row, const char *name)
{
    for (size_t c = 0; c < m->csv.rows[0].count; c++) {
        if (strcmp(m->csv.rows[0].cells[c], name) == 0) {
            return c < m->csv.rows[row].count ? m->csv.rows[row].cells[c] : "";
        }
    }
    fail_msg("no column '%s'", name);
    return "";
}

static const char *word_of(char letter)
{
    return letter == 'L' ? "low" : letter == 'M' ? "mid" : "high";
}

/* What an expert says of one axis: the annex's rating, or something else. */
typedef const char *opinion(unsigned expert, char annex);

static const char *agrees(unsigned expert, char annex)
{
    (void)expert;
    return word_of(annex);
}

static const char *noisy(unsigned expert, char annex)
{
    static const char *const others[] = {"low", "mid", "high", "dk", "refused", ""};
    enum { HUNDRED = 100, ENCODING = 55 };
    (void)expert;
    return expert * HUNDRED < ENCODING * 40U ? word_of(annex) : others[chance(6)];
}

static const char *halves(unsigned expert, char annex)
{
    (void)annex;
    return expert % 2 ? "high" : "low";
}

static void add_side(const struct matrices *m, struct buf *xml, unsigned expert, bool dest,
                     opinion *say)
{
    for (size_t r = 1; r < m->csv.count; r++) {
        const char *annex = cell(m, r, dest ? "_kz" : "_kgtj");
        if (*cell(m, r, dest ? "ord_dest" : "ord_orig") && strlen(annex) == 3) {
            buf_join(xml, "<risk><risk_role>", dest ? "dest" : "orig", "</risk_role><risk_code>",
                     cell(m, r, "name"), "</risk_code><r_conf>", m->conf ? m->conf(expert) : "3",
                     "</r_conf><r_grid><r_like>", say(expert, annex[0]), "</r_like><r_imp>",
                     say(expert, annex[2]), "</r_imp></r_grid></risk>", NULL);
        }
    }
}

static void add_expert(struct matrices *m, unsigned expert, opinion *say, const char *more)
{
    static const char *const types[] = {"state", "ngo", "io"};
    struct err err = {0};
    struct buf xml = {0};
    struct desk_facts facts;
    buf_join(&xml, "<data id='experts' version='1'><study_country>KG</study_country><ex_type>",
             types[expert % 3], "</ex_type>", NULL);
    add_side(m, &xml, expert, true, say);
    add_side(m, &xml, expert, false, say);
    buf_join(&xml, more, "</data>", NULL);
    const struct record record = {.xml = xml.data, .xml_len = xml.len};
    OK(desk_facts_read(&facts, m->form, &record, &err));
    report_risks_add(m->risks, &facts);
    desk_facts_fini(&facts);
    buf_fini(&xml);
}

/* How many cells of a side are as the annex has them; *with D: the largest spread. */
static unsigned equal_cells(struct matrices *m, enum risk_side side, double *spread)
{
    const struct risk_line *lines;
    size_t count = report_risks_lines(m->risks, side, "", &lines);
    unsigned equal = 0;
    *spread = 0;
    for (size_t i = 0; i < count; i++) {
        static const char letters[] = "-LMH";
        const struct risk_line *l = &lines[i];
        if (!l->meant || strlen(l->report) != 3 || !l->likely.n) {
            continue;
        }
        equal += l->report[0] == letters[l->likely.rating] &&
                 l->report[2] == letters[l->impact.rating] && strcmp(l->compare, "same") == 0;
        *spread = l->likely.spread > *spread ? l->likely.spread : *spread;
        *spread = l->impact.spread > *spread ? l->impact.spread : *spread;
    }
    return equal;
}

static const struct risk_line *line_of(struct matrices *m, enum risk_side side, const char *code)
{
    const struct risk_line *lines;
    size_t count = report_risks_lines(m->risks, side, "", &lines);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(lines[i].code, code) == 0) {
            return &lines[i];
        }
    }
    return NULL;
}

/* T1 */
static void test_report__all_encode_the_annex(void **state)
{
    (void)state;
    struct matrices m;
    double spread;
    begin(&m);
    for (unsigned e = 0; e < 40; e++) {
        add_expert(&m, e, agrees, "");
    }
    assert_int_equal(equal_cells(&m, RISK_DEST, &spread), DEST_CELLS);
    assert_true(spread == 0);
    assert_int_equal(equal_cells(&m, RISK_ORIG, &spread), ORIG_CELLS);
    assert_true(spread == 0);
    assert_int_equal(report_risks_experts(m.risks), 40);
    end(&m);
}

/* T2: 55 of a hundred encode it, the others say anything, or don't know. */
static void test_report__a_majority_is_enough(void **state)
{
    (void)state;
    for (seed = 1; seed < 200; seed += 7) {
        struct matrices m;
        double spread;
        uint32_t was = seed;
        begin(&m);
        for (unsigned e = 0; e < 40; e++) {
            add_expert(&m, e, noisy, "");
        }
        if (equal_cells(&m, RISK_DEST, &spread) != DEST_CELLS ||
            equal_cells(&m, RISK_ORIG, &spread) != ORIG_CELLS) {
            fail_msg("seed %u", was);
        }
        end(&m);
        seed = was;
    }
}

/* T3 and T6 */
static void test_report__what_is_not_meant_for_a_side(void **state)
{
    (void)state;
    struct matrices m;
    struct buf page = {0};
    begin(&m);
    add_expert(&m, 0, agrees, "");
    static const char *const not_dest[] = {"c3_failed_reint", "c3_need_support", "c3_women"};
    for (size_t i = 0; i < sizeof not_dest / sizeof *not_dest; i++) {
        assert_non_null(line_of(&m, RISK_DEST, not_dest[i]));
        assert_false(line_of(&m, RISK_DEST, not_dest[i])->meant);
        assert_true(line_of(&m, RISK_ORIG, not_dest[i])->meant);
    }
    assert_null(line_of(&m, RISK_DEST, "c4_injustice"));
    const struct risk_line *problems = line_of(&m, RISK_DEST, "c4_dev_problems");
    assert_int_equal(problems->likely.rating, 2);
    assert_int_equal(problems->impact.rating, 3);
    problems = line_of(&m, RISK_ORIG, "c4_dev_problems");
    assert_int_equal(problems->likely.rating, 3);
    assert_true(problems->likely.flags & RISK_FEW);
    const struct report_about about = {
        .language = "ru", .words = report_words("ru"), .versions = "", .until = ""};
    report_risks_page(&page, m.risks, &about);
    assert_non_null(strstr(page.data, "неприменимо"));
    assert_non_null(strstr(page.data, "в тексте отчёта иначе: L/M"));
    assert_null(strstr(page.data, "<script"));
    buf_fini(&page);
    end(&m);
}

/* T4 */
static void test_report__an_even_split_takes_the_upper_and_says_so(void **state)
{
    (void)state;
    struct matrices m;
    begin(&m);
    for (unsigned e = 0; e < 10; e++) {
        add_expert(&m, e, halves, "");
    }
    const struct risk_line *l = line_of(&m, RISK_DEST, "c1_no_dialogue");
    assert_int_equal(l->likely.rating, 3);
    assert_true(l->likely.flags & RISK_SPLIT);
    assert_true(l->likely.flags & RISK_DISAGREE);
    assert_true(l->likely.spread == 1);
    end(&m);
}

/* T5 */
static void test_report__a_risk_that_an_expert_adds_stays_apart(void **state)
{
    (void)state;
    struct matrices m;
    struct buf page = {0};
    const struct risk_line *lines;
    begin(&m);
    size_t before = report_risks_lines(m.risks, RISK_ORIG, "", &lines);
    add_expert(&m, 0, agrees,
               "<own><own_txt>Наводнение</own_txt><own_near>c4_destab</own_near>"
               "<own_grid><own_like>high</own_like></own_grid></own>");
    assert_int_equal(report_risks_lines(m.risks, RISK_ORIG, "", &lines), before);
    assert_null(line_of(&m, RISK_BODY, "c4_destab")->likely.n ? "rated" : NULL);
    const struct report_about about = {
        .language = "ru", .words = report_words("ru"), .versions = "", .until = ""};
    report_risks_page(&page, m.risks, &about);
    const char *added = strstr(page.data, "Добавленные экспертами");
    assert_non_null(added);
    assert_non_null(strstr(added, "Волнения и нестабильность") ? added : strstr(added, "Unrest"));
    assert_null(strstr(page.data, "Наводнение")); /* what people write is not printed unread */
    buf_fini(&page);
    end(&m);
}

static const char *odd_are_unsure(unsigned expert)
{
    return expert % 2 ? "1" : "3";
}

/* Twelve of whom eight are unsure, and say otherwise: the others' rating stands beside. */
static void test_report__those_who_are_sure(void **state)
{
    (void)state;
    struct matrices m;
    const struct risk_line *lines;
    begin(&m);
    m.conf = odd_are_unsure;
    for (unsigned e = 0; e < 12; e++) {
        add_expert(&m, e % 3 ? e | 1 : e & ~1U, halves, "");
    }
    assert_true(report_risks_lines(m.risks, RISK_ORIG, "", &lines) > 0);
    assert_int_equal(lines[0].likely.rating, 3);
    assert_int_equal(lines[0].sure_likely, 1);
    assert_int_equal(lines[0].sure_impact, 1);
    assert_int_equal(lines[0].joint[0][0], 4);
    assert_int_equal(lines[0].joint[2][2], 8);
    assert_int_equal(lines[0].joint[0][2], 0);
    end(&m);
}

static void test_report__groups_of_experts_that_differ(void **state)
{
    (void)state;
    struct risk_ratings r = {.counts = {2, 0, 9}};
    r.types[0][2] = 9; /* one large group says high, two small ones low */
    r.types[1][0] = r.types[2][0] = 1;
    struct risk_result one = risk_rate(&r);
    assert_int_equal(one.rating, 3);
    assert_true(one.flags & RISK_BY_TYPE);
    assert_false(one.flags & (RISK_SPLIT | RISK_FEW | RISK_NOT_MODE));
    r = (struct risk_ratings){.counts = {3, 1, 2}};
    one = risk_rate(&r);
    assert_int_equal(one.rating, 2);
    assert_true(one.flags & RISK_NOT_MODE);
    assert_true(one.mode > 0.49 && one.mode < 0.51);
    r = (struct risk_ratings){.missing = 4};
    one = risk_rate(&r);
    assert_int_equal(one.rating, 0);
    assert_int_equal(one.n, 0);
}

/* ---- suppression: an attack that knows all that is printed, and the rules ---- */

enum { PEOPLE = 60, VALUES = 3, DIMENSIONS = 4, TABLES = 3, UNKNOWN_MAX = 40, LINES_MAX = 64 };
static unsigned people[PEOPLE][DIMENSIONS];

static void count_pair(struct report_table *t, struct arena *arena, size_t a, size_t b)
{
    report_table_new(t, arena, VALUES, VALUES);
    t->base = "people";
    t->row_dimension = arena_printf(arena, "d%zu", a);
    t->column_dimension = arena_printf(arena, "d%zu", b);
    for (size_t v = 0; v < VALUES; v++) {
        t->row_keys[v] = arena_printf(arena, "d%zu=%zu", a, v);
        t->column_keys[v] = arena_printf(arena, "d%zu=%zu", b, v);
    }
    for (size_t p = 0; p < PEOPLE; p++) {
        ++*report_count(t, people[p][a], people[p][b]);
    }
    report_totals(t);
}

struct unknown {
    char key[48];
    unsigned low, high, truth;
    bool few;
};
struct attack {
    struct unknown unknowns[UNKNOWN_MAX];
    size_t count;
    struct {
        int of[UNKNOWN_MAX]; /* how often each unknown is in it: parts 1, total -1 */
        int known;           /* what the parts and the total that are printed leave */
    } lines[LINES_MAX];
    size_t line_count;
    unsigned value[UNKNOWN_MAX];
    size_t steps;
};

static size_t unknown_of(struct attack *a, const struct report_table *t, size_t row, size_t column)
{
    char key[48];
    const char *r = row < VALUES ? t->row_keys[row] : "",
               *c = column < VALUES ? t->column_keys[column] : "";
    bool swap = strcmp(r, c) > 0;
    snprintf(key, sizeof key, "%s|%s", swap ? c : r, swap ? r : c);
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->unknowns[i].key, key) == 0) {
            return i;
        }
    }
    assert_true(a->count < UNKNOWN_MAX);
    struct unknown *u = &a->unknowns[a->count];
    snprintf(u->key, sizeof u->key, "%s", key);
    u->few = report_state(t, row, column) == COUNT_FEW;
    u->low = u->few ? 1 : REPORT_FEW;
    u->high = u->few ? REPORT_FEW - 1 : PEOPLE;
    u->truth = *report_count(t, row, column);
    return a->count++;
}

static void add_member(struct attack *a, const struct report_table *t, size_t row, size_t column,
                       bool total)
{
    int sign = total ? -1 : 1;
    if (report_state(t, row, column) == COUNT_SHOWN) {
        a->lines[a->line_count].known += sign * (int)*report_count(t, row, column);
    } else {
        a->lines[a->line_count].of[unknown_of(a, t, row, column)] += sign;
    }
}

static void know(struct attack *a, const struct report_table *t)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t line = 0; line <= VALUES; line++) {
            assert_true(a->line_count < LINES_MAX);
            for (size_t m = 0; m <= VALUES; m++) {
                add_member(a, t, turn ? m : line, turn ? line : m, m == VALUES);
            }
            a->line_count++;
        }
    }
}

/* Whether the numbers chosen so far can still be right. */
static bool possible(const struct attack *a, size_t chosen)
{
    for (size_t l = 0; l < a->line_count; l++) {
        long low = a->lines[l].known, high = low;
        for (size_t u = 0; u < a->count; u++) {
            long k = a->lines[l].of[u];
            long least = u < chosen ? a->value[u] : a->unknowns[u].low;
            long most = u < chosen ? a->value[u] : a->unknowns[u].high;
            low += k > 0 ? k * least : k * most;
            high += k > 0 ? k * most : k * least;
        }
        if (low > 0 || high < 0) {
            return false;
        }
    }
    return true;
}

/* Looks for a solution in which unknown `which` has another value than the true one: first near the
 * truth, then everywhere.  False: there is none, or it takes too long (steps > PATIENCE). */
enum { PATIENCE = 400000 };
static bool otherwise(struct attack *a, size_t which, size_t at)
{
    if (at == a->count) {
        return true;
    }
    const struct unknown *u = &a->unknowns[at];
    for (unsigned d = at == which ? 1 : 0; d <= PEOPLE; d++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            long v = (long)u->truth + sign * (long)d;
            if (v < (long)u->low || v > (long)u->high || (d == 0 && sign > 0) ||
                ++a->steps > PATIENCE) {
                continue;
            }
            a->value[at] = (unsigned)v;
            if (possible(a, at + 1) && otherwise(a, which, at + 1)) {
                return true;
            }
        }
    }
    return false;
}

static void test_report__no_suppressed_number_follows_from_the_others(void **state)
{
    (void)state;
    enum { ROUNDS = 400, FEW_UNKNOWN = 26 };
    unsigned attacked = 0, few = 0, dropped = 0, open = 0;
    for (seed = 1; seed <= ROUNDS; seed++) {
        uint32_t was = seed;
        struct arena arena;
        struct report_table tables[TABLES];
        struct attack a = {.count = 0};
        arena_init(&arena);
        for (size_t p = 0; p < PEOPLE; p++) { /* uneven, so that some numbers are small */
            for (size_t d = 0; d < DIMENSIONS; d++) {
                unsigned x = chance(10);
                people[p][d] = x < 6 ? 0 : x < 9 ? 1 : 2;
            }
        }
        count_pair(&tables[0], &arena, 0, 1);
        count_pair(&tables[1], &arena, 0, 2);
        count_pair(&tables[2], &arena, 2, 3);
        report_suppress(tables, TABLES);
        for (size_t t = 0; t < TABLES; t++) {
            for (size_t i = 0; i < (VALUES + 1) * (VALUES + 1); i++) {
                bool small = tables[t].counts[i] > 0 && tables[t].counts[i] < REPORT_FEW;
                assert_int_equal(small, tables[t].states[i] == COUNT_FEW);
            }
            if (!tables[t].dropped) {
                know(&a, &tables[t]);
            }
            dropped += tables[t].dropped;
        }
        for (size_t u = 0; u < a.count && a.count <= FEW_UNKNOWN; u++) {
            few += a.unknowns[u].few;
            a.steps = 0;
            bool other = otherwise(&a, u, 0);
            open += !other && a.steps > PATIENCE;
            if (!other && a.steps <= PATIENCE) {
                fail_msg("seed %u: %s is %u, and nothing else (%zu steps of %zu unknowns)", was,
                         a.unknowns[u].key, a.unknowns[u].truth, a.steps, a.count);
            }
        }
        attacked += a.count <= FEW_UNKNOWN;
        arena_fini(&arena);
        seed = was;
    }
    printf("%u of %d attacked, %u few, %u tables dropped, %u unknowns given up\n", attacked,
           (int)ROUNDS, few, dropped, open);
    assert_true(attacked > ROUNDS * 9 / 10 && few > ROUNDS && dropped < ROUNDS / 10);
    assert_true(open < few / 20);
}

/* sex × country, need × country and need × sex: people fix what sums leave open.  n0 and n1 occur
 * in one country only, so the women with n0 are those of the country without those with n1. */
/* A question of its own, as rows of items are: one line, whose sum is printed.  A small number in
 * it is hidden together with the cheapest other one; the line is not dropped for it. */
static void test_report__a_line_alone_keeps_its_small_number(void **state)
{
    (void)state;
    static const unsigned counts[] = {39, 3, 41, 83};
    static const char *const keys[] = {"1", "2", "3"};
    struct arena arena;
    struct report_table t;
    arena_init(&arena);
    report_table_new(&t, &arena, 0, 3);
    t.base = "@all";
    t.items = true;
    t.column_dimension = "change";
    for (size_t c = 0; c <= 3; c++) {
        *report_count(&t, 0, c) = counts[c];
        t.column_keys[c] = c < 3 ? keys[c] : "";
    }
    report_suppress(&t, 1);
    assert_false(t.dropped);
    assert_int_equal(report_state(&t, 0, 0), COUNT_HIDDEN);
    assert_int_equal(report_state(&t, 0, 1), COUNT_FEW);
    assert_int_equal(report_state(&t, 0, 2), COUNT_SHOWN);
    assert_int_equal(report_state(&t, 0, 3), COUNT_SHOWN);
    arena_fini(&arena);
}

static void test_report__tables_do_not_close_a_circle(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table tables[TABLES];
    arena_init(&arena);
    for (size_t p = 0; p < PEOPLE; p++) {
        people[p][0] = (unsigned)(p % 2);
        people[p][1] = (unsigned)(p % 3);
        people[p][2] = p % 3 == 1 ? (unsigned)(p % 2) : 2;
    }
    count_pair(&tables[0], &arena, 0, 1);
    count_pair(&tables[1], &arena, 2, 1);
    count_pair(&tables[2], &arena, 2, 0);
    report_suppress(tables, TABLES);
    assert_true(tables[2].dropped);
    arena_fini(&arena);
}

/* What is counted by itself is worth more than its crossing: this one goes if both cannot stay. */
static void test_report__a_crossing_gives_way_to_the_count(void **state)
{
    (void)state;
    static const unsigned counts[VALUES] = {3, 20, 30};
    struct arena arena;
    struct report_table tables[2];
    arena_init(&arena);
    for (size_t i = 0; i < 2; i++) {
        struct report_table *t = &tables[i];
        report_table_new(t, &arena, VALUES, i ? 2 : 1);
        t->base = "people";
        t->row_dimension = "a";
        t->column_dimension = i ? "b" : "";
        for (size_t r = 0; r < VALUES; r++) {
            t->row_keys[r] = arena_printf(&arena, "a=%zu", r);
            /* nobody of the small row shares a value of b with anybody else */
            *report_count(t, r, i && r ? 1 : 0) = counts[r];
        }
        for (size_t c = 0; i && c < 2; c++) {
            t->column_keys[c] = arena_printf(&arena, "b=%zu", c);
        }
        report_totals(t);
    }
    report_suppress(tables, 2);
    assert_false(tables[0].dropped);
    assert_true(tables[1].dropped);
    assert_int_equal(report_state(&tables[0], 0, 0), COUNT_FEW);
    arena_fini(&arena);
}

/* Four of twenty answered in one country: the number without an answer is open, so the table is not
 * printed. */
static void test_report__few_answers_drop_the_table(void **state)
{
    (void)state;
    static const unsigned counts[VALUES][2] = {{2, 30}, {2, 30}, {16, 200}};
    struct arena arena;
    struct report_table t;
    arena_init(&arena);
    report_table_new(&t, &arena, VALUES, 2);
    t.base = "people";
    t.row_dimension = "answer";
    t.column_dimension = "country";
    t.fixed_columns = t.has_missing = true;
    for (size_t r = 0; r < VALUES; r++) {
        t.row_keys[r] = arena_printf(&arena, "answer=%zu", r);
        for (size_t c = 0; c < 2; c++) {
            t.column_keys[c] = c ? "country=b" : "country=a";
            *report_count(&t, r, c) = counts[r][c];
        }
    }
    report_totals(&t);
    report_suppress(&t, 1);
    assert_true(t.dropped);
    arena_fini(&arena);
}

/* A row that is a total printed elsewhere stays, wherever it stands; the others are judged. */
static void test_report__only_the_named_row_is_fixed(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table t;
    char text[16];
    static const unsigned counts[3][2] = {{4, 6}, {3, 60}, {9, 12}};
    static const char *const keys[] = {"take=no", "@counted", "take="};
    arena_init(&arena);
    report_table_new(&t, &arena, 3, 2);
    t.base = "people";
    t.row_dimension = "take";
    t.column_dimension = "country";
    t.fixed_columns = true;
    t.fixed_row = "@counted";
    for (size_t r = 0; r < 3; r++) {
        t.row_keys[r] = keys[r];
        for (size_t c = 0; c < 2; c++) {
            t.column_keys[c] = c ? "country=b" : "country=a";
            *report_count(&t, r, c) = counts[r][c];
        }
    }
    report_totals(&t);
    report_suppress(&t, 1);
    assert_string_equal(report_text(&t, 0, 0, text), "<5");
    assert_string_equal(report_text(&t, 1, 0, text), "3");
    assert_string_equal(report_text(&t, 2, 0, text), "…");
    arena_fini(&arena);
}

/* The same attack finds what S1 alone would leave open: the test can fail. */
static void test_report__the_attack_finds_what_is_open(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table t;
    struct attack a = {.count = 0};
    arena_init(&arena);
    report_table_new(&t, &arena, VALUES, VALUES);
    t.base = "people";
    for (size_t v = 0; v < VALUES; v++) {
        t.row_keys[v] = arena_printf(&arena, "d0=%zu", v);
        t.column_keys[v] = arena_printf(&arena, "d1=%zu", v);
        for (size_t w = 0; w < VALUES; w++) {
            *report_count(&t, v, w) = 10;
        }
    }
    *report_count(&t, 1, 1) = 3;
    report_totals(&t);
    t.states[1 * (VALUES + 1) + 1] = COUNT_FEW;
    know(&a, &t);
    assert_int_equal(a.count, 1);
    assert_false(otherwise(&a, 0, 0));
    arena_fini(&arena);
}

/* Zeros and numbers below ten of especially sensitive questions are hidden, too. */
static void test_report__sensitive_numbers(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table t;
    char text[16];
    arena_init(&arena);
    report_table_new(&t, &arena, 3, 1);
    t.base = "people";
    t.row_dimension = "x";
    t.extra = true;
    static const unsigned counts[] = {0, 9, 40};
    for (size_t r = 0; r < 3; r++) {
        t.row_keys[r] = arena_printf(&arena, "x=%zu", r);
        *report_count(&t, r, 0) = counts[r];
    }
    report_totals(&t);
    report_suppress(&t, 1);
    assert_string_equal(report_text(&t, 0, 1, text), "<10");
    assert_string_equal(report_text(&t, 1, 1, text), "<10");
    assert_string_not_equal(report_text(&t, 2, 1, text), "<10");
    arena_fini(&arena);
}

/* Of what several could name, only who named it is counted: no others, no sum, no percentage. */
static void test_report__numbers_that_stand_alone(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table t;
    struct buf page = {0}, csv = {0};
    const struct report_about about = {
        .language = "en", .words = report_words("en"), .versions = "", .until = ""};
    static const unsigned counts[] = {0, 4, 40, 70};
    arena_init(&arena);
    report_table_new(&t, &arena, 4, 1);
    t.alone = t.items = true;
    t.id = "x";
    t.rows_head = "Kind";
    t.column_labels[0] = "Named";
    for (size_t r = 0; r < 4; r++) {
        t.row_labels[r] = arena_printf(&arena, "row %c", (int)('a' + (int)r));
        *report_count(&t, r, 0) = counts[r];
    }
    report_totals(&t);
    report_suppress_alone(&t);
    page_table(&page, &about, &t);
    page_csv(&csv, &about, &t);
    assert_non_null(strstr(csv.data, "Kind,Named\nrow a,0\nrow b,<5\nrow c,40\nrow d,70\n"));
    assert_null(strstr(page.data, "114"));
    assert_null(strstr(page.data, "%)"));
    t.extra = true;
    csv.len = 0;
    report_suppress_alone(&t);
    page_csv(&csv, &about, &t);
    assert_non_null(strstr(csv.data, "Kind,Named\nrow a,<10\nrow b,<10\nrow c,40\nrow d,70\n"));
    /* of paths none is said to be empty, and only what is shown stays */
    struct report_table paths;
    report_table_new(&paths, &arena, 3, 2);
    paths.alone = paths.items = true;
    paths.rows_head = "From";
    static const unsigned moves[3][2] = {{0, 12}, {3, 0}, {0, 4}};
    for (size_t i = 0; i < 6; i++) {
        paths.row_labels[i / 2] = i / 2 == 0 ? "RU" : i / 2 == 1 ? "KZ" : "TR";
        paths.column_labels[i % 2] = i % 2 ? "PL" : "DE";
        *report_count(&paths, i / 2, i % 2) = moves[i / 2][i % 2];
    }
    csv.len = 0;
    report_suppress_alone(&paths);
    page_csv(&csv, &about, &paths);
    assert_non_null(strstr(csv.data, "From,DE,PL\nRU,<5,12\nKZ,<5,<5\nTR,<5,<5\n"));
    report_leave_shown(&paths, &arena);
    assert_int_equal(paths.rows, 1);
    assert_int_equal(paths.columns, 1);
    assert_string_equal(paths.column_labels[0], "PL");
    csv.len = 0;
    page_csv(&csv, &about, &paths);
    assert_string_equal(csv.data, "From,PL\nRU,12\n");
    assert_false(paths.dropped);
    *report_count(&paths, 0, 0) = 2;
    report_suppress_alone(&paths);
    report_leave_shown(&paths, &arena);
    assert_true(paths.dropped);
    buf_fini(&page);
    buf_fini(&csv);
    arena_fini(&arena);
}

/* What is suppressed stands nowhere on the page: not in the table, not in the chart. */
static void test_report__a_page_keeps_what_is_suppressed(void **state)
{
    (void)state;
    struct arena arena;
    struct report_table t;
    struct buf page = {0}, csv = {0};
    const struct report_about about = {
        .language = "en", .words = report_words("en"), .versions = "", .until = ""};
    arena_init(&arena);
    report_table_new(&t, &arena, 3, 1);
    t.base = "people";
    t.row_dimension = "row";
    t.id = "x";
    t.title = "<Title>";
    static const unsigned counts[] = {3, 37, 4111};
    for (size_t r = 0; r < 3; r++) {
        t.row_labels[r] = t.row_keys[r] = arena_printf(&arena, "row %c", (int)('a' + (int)r));
        *report_count(&t, r, 0) = counts[r];
    }
    report_totals(&t);
    report_suppress(&t, 1);
    page_table(&page, &about, &t);
    page_csv(&csv, &about, &t);
    assert_non_null(strstr(page.data, "&lt;5"));
    assert_null(strstr(page.data, "37<"));
    assert_null(strstr(page.data, "37 "));
    assert_null(strstr(page.data, ">3<"));
    assert_non_null(strstr(page.data, "4111"));
    assert_non_null(strstr(page.data, "&lt;Title&gt;"));
    assert_non_null(strstr(csv.data, "row a,<5\nrow b,…\nrow c,4111\n"));
    buf_fini(&page);
    buf_fini(&csv);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__all_encode_the_annex),
        cmocka_unit_test(test_report__a_majority_is_enough),
        cmocka_unit_test(test_report__what_is_not_meant_for_a_side),
        cmocka_unit_test(test_report__an_even_split_takes_the_upper_and_says_so),
        cmocka_unit_test(test_report__a_risk_that_an_expert_adds_stays_apart),
        cmocka_unit_test(test_report__those_who_are_sure),
        cmocka_unit_test(test_report__groups_of_experts_that_differ),
        cmocka_unit_test(test_report__no_suppressed_number_follows_from_the_others),
        cmocka_unit_test(test_report__the_attack_finds_what_is_open),
        cmocka_unit_test(test_report__a_line_alone_keeps_its_small_number),
        cmocka_unit_test(test_report__tables_do_not_close_a_circle),
        cmocka_unit_test(test_report__a_crossing_gives_way_to_the_count),
        cmocka_unit_test(test_report__few_answers_drop_the_table),
        cmocka_unit_test(test_report__only_the_named_row_is_fixed),
        cmocka_unit_test(test_report__sensitive_numbers),
        cmocka_unit_test(test_report__a_page_keeps_what_is_suppressed),
        cmocka_unit_test(test_report__numbers_that_stand_alone),
    };
    xml_setup();
    return RUN(tests);
}
