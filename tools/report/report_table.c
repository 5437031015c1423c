/* SPDX-License-Identifier: Apache-2.0 */
/* Suppresses small counts, and those that would give them away. */
#include "tools/report/report_table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/map.h"

void report_table_new(struct report_table *t, struct arena *arena, size_t rows, size_t columns)
{
    size_t cells = (rows + 1) * (columns + 1);
    *t = (struct report_table){.rows = rows,
                               .columns = columns,
                               .title = "",
                               .rows_head = "",
                               .row_dimension = "",
                               .column_dimension = ""};
    t->row_labels = arena_alloc(arena, (rows + 1) * sizeof *t->row_labels);
    t->column_labels = arena_alloc(arena, (columns + 1) * sizeof *t->column_labels);
    t->row_values = arena_alloc(arena, (rows + 1) * sizeof *t->row_values);
    t->column_values = arena_alloc(arena, (columns + 1) * sizeof *t->column_values);
    t->row_keys = arena_alloc(arena, (rows + 1) * sizeof *t->row_keys);
    t->column_keys = arena_alloc(arena, (columns + 1) * sizeof *t->column_keys);
    t->counts = arena_alloc(arena, cells * sizeof *t->counts);
    t->states = arena_alloc(arena, cells * sizeof *t->states);
    memset(t->counts, 0, cells * sizeof *t->counts);
    memset(t->states, 0, cells * sizeof *t->states);
    for (size_t r = 0; r <= rows; r++) {
        t->row_labels[r] = t->row_keys[r] = t->row_values[r] = "";
    }
    for (size_t c = 0; c <= columns; c++) {
        t->column_labels[c] = t->column_keys[c] = t->column_values[c] = "";
    }
}

static size_t place(const struct report_table *t, size_t row, size_t column)
{
    assert(row <= t->rows && column <= t->columns);
    return row * (t->columns + 1) + column;
}

unsigned *report_count(const struct report_table *t, size_t row, size_t column)
{
    return &t->counts[place(t, row, column)];
}

enum report_state report_state(const struct report_table *t, size_t row, size_t column)
{
    return t->states[place(t, row, column)];
}

void report_totals(struct report_table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        unsigned sum = 0;
        for (size_t c = 0; c < t->columns; c++) {
            sum += *report_count(t, r, c);
        }
        *report_count(t, r, t->columns) = sum;
    }
    for (size_t c = 0; c <= t->columns; c++) {
        unsigned sum = 0;
        for (size_t r = 0; r < t->rows; r++) {
            sum += *report_count(t, r, c);
        }
        *report_count(t, t->rows, c) = sum;
    }
}

const char *report_text(const struct report_table *t, size_t row, size_t column, char *text)
{
    static const char *const few[] = {"<5", "<10"};
    enum report_state state = report_state(t, row, column);
    snprintf(text, 16, "%u", *report_count(t, row, column));
    return state == COUNT_FEW ? few[t->extra] : state == COUNT_HIDDEN ? "…" : text;
}

/* ---- what is left if only rows and columns with a shown number stay ---- */

static bool any_shown(const struct report_table *t, bool row, size_t at)
{
    size_t count = row ? t->columns : t->rows;
    for (size_t i = 0; i < count; i++) {
        if (report_state(t, row ? at : i, row ? i : at) == COUNT_SHOWN) {
            return true;
        }
    }
    return false;
}

/* The places of the rows (or columns) that stay, and then that of the sums. */
static size_t *places_left(const struct report_table *t, bool rows, size_t *count)
{
    size_t all = rows ? t->rows : t->columns;
    size_t *left = mem_zero(all + 1, sizeof *left);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (any_shown(t, rows, i)) {
            left[(*count)++] = i;
        }
    }
    left[*count] = all;
    return left;
}

/* The rows and columns at these places, and that of the sums. */
static void take_places(struct report_table *t, struct arena *arena, const size_t *rows,
                        size_t row_count, const size_t *columns, size_t column_count)
{
    struct report_table made, was = *t;
    report_table_new(&made, arena, row_count, column_count);
    for (size_t r = 0; r <= row_count; r++) {
        made.row_labels[r] = was.row_labels[rows[r]];
        made.row_values[r] = was.row_values[rows[r]];
        made.row_keys[r] = was.row_keys[rows[r]];
        for (size_t c = 0; c <= column_count; c++) {
            made.column_labels[c] = was.column_labels[columns[c]];
            made.column_values[c] = was.column_values[columns[c]];
            made.column_keys[c] = was.column_keys[columns[c]];
            made.counts[place(&made, r, c)] = was.counts[place(&was, rows[r], columns[c])];
            made.states[place(&made, r, c)] = was.states[place(&was, rows[r], columns[c])];
        }
    }
    t->rows = row_count;
    t->columns = column_count;
    t->row_labels = made.row_labels;
    t->row_values = made.row_values;
    t->row_keys = made.row_keys;
    t->column_labels = made.column_labels;
    t->column_values = made.column_values;
    t->column_keys = made.column_keys;
    t->counts = made.counts;
    t->states = made.states;
    t->dropped = t->dropped || !row_count;
}

void report_leave_shown(struct report_table *t, struct arena *arena)
{
    size_t row_count, column_count;
    size_t *rows = places_left(t, true, &row_count),
           *columns = places_left(t, false, &column_count);
    take_places(t, arena, rows, row_count, columns, column_count);
    free(rows);
    free(columns);
}

/* The places 0, 1, … of the columns, and that of the sum. */
static size_t *all_columns(const struct report_table *t)
{
    size_t *columns = mem_zero(t->columns + 1, sizeof *columns);
    for (size_t c = 0; c <= t->columns; c++) {
        columns[c] = c;
    }
    return columns;
}

void report_leave_few(struct report_table *t, struct arena *arena)
{
    unsigned limit = t->extra ? REPORT_FEW_EXTRA : REPORT_FEW;
    size_t *rows = mem_zero(t->rows + 1, sizeof *rows), *columns = all_columns(t), count = 0;
    assert(t->items && !t->alone);
    for (size_t r = 0; r < t->rows; r++) {
        if (*report_count(t, r, t->columns) >= limit) {
            rows[count++] = r;
        }
    }
    rows[count] = t->rows;
    take_places(t, arena, rows, count, columns, t->columns);
    free(rows);
    free(columns);
}

void report_order(struct report_table *t, const size_t *places, struct arena *arena)
{
    size_t *rows = mem_zero(t->rows + 1, sizeof *rows), *columns = all_columns(t);
    memcpy(rows, places, t->rows * sizeof *rows);
    rows[t->rows] = t->rows;
    take_places(t, arena, rows, t->rows, columns, t->columns);
    free(rows);
    free(columns);
}

/* ---- medians ---- */

/* How many at least, and at most, stand in a cell, as it is printed. */
static void bounds(const struct report_table *t, size_t row, size_t column, unsigned all,
                   unsigned *least, unsigned *most)
{
    unsigned limit = t->extra ? REPORT_FEW_EXTRA : REPORT_FEW;
    enum report_state state = report_state(t, row, column);
    unsigned count = *report_count(t, row, column);
    *least = state == COUNT_SHOWN ? count : state == COUNT_HIDDEN ? limit : !t->extra;
    *most = state == COUNT_SHOWN ? count : state == COUNT_HIDDEN ? all : limit - 1;
}

size_t report_certain_row(const struct report_table *t, size_t column, unsigned n)
{
    size_t rows = t->rows - t->has_missing;
    unsigned all = *report_count(t, t->rows, column), least, most, before_least = 0,
             before_most = 0;
    unsigned without = t->has_missing ? *report_count(t, rows, column) : 0;
    bool known = report_state(t, t->rows, column) == COUNT_SHOWN &&
                 (!t->has_missing || report_state(t, rows, column) == COUNT_SHOWN);
    unsigned answered = all - without;
    size_t found = SIZE_MAX;
    for (size_t r = 0; known && found == SIZE_MAX && r < rows; r++) {
        unsigned after_least = 0;
        bounds(t, r, column, answered, &least, &most);
        for (size_t a = r + 1; a < rows; a++) {
            unsigned low, high;
            bounds(t, a, column, answered, &low, &high);
            after_least += low;
        }
        /* all that stand before this row, at most: what the rows from here on leave */
        unsigned room = answered > after_least + least ? answered - after_least - least : 0;
        unsigned most_before = before_most < room ? before_most : room;
        found = most_before < n && before_least + least >= n ? r : SIZE_MAX;
        before_least += least;
        before_most += most;
    }
    return found;
}

/* ---- all counts of the report, each once ---- */

struct number {
    unsigned count;
    bool extra, fixed;
    enum report_state state;
};
struct web {
    struct arena arena;
    struct map by_key;
    struct number *numbers;
    size_t count, cap;
    struct report_table *tables;
    size_t table_count;
    size_t **places; /* of each table's cells: numbers */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The key of a cell: its conditions in order, so that a × b and b × a have the same. */
static const char *key_of(struct web *w, const struct report_table *t, size_t row, size_t column)
{
    enum { PARTS = 3 };
    const char *parts[PARTS] = {t->base, row < t->rows ? t->row_keys[row] : "",
                                column < t->columns ? t->column_keys[column] : ""};
    struct buf key = {0};
    qsort(parts, PARTS, sizeof *parts, by_text);
    for (size_t i = 0; i < PARTS; i++) {
        if (*parts[i]) {
            buf_join(&key, key.len ? "|" : "", parts[i], NULL);
        }
    }
    const char *kept = arena_copy(&w->arena, key.len ? key.data : "", key.len);
    buf_fini(&key);
    return kept;
}

static size_t number_of(struct web *w, const struct report_table *t, size_t row, size_t column)
{
    const char *key = key_of(w, t, row, column);
    size_t known = (size_t)(uintptr_t)map_get(&w->by_key, key);
    unsigned count = *report_count(t, row, column);
    if (known && w->numbers[known - 1].count == count) { /* one condition, one count */
        w->numbers[known - 1].extra |= t->extra;
        return known - 1;
    }
    if (w->count == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 256;
        w->numbers = mem_grow(w->numbers, w->cap, sizeof *w->numbers);
    }
    w->numbers[w->count] = (struct number){.count = count, .extra = t->extra};
    map_put(&w->by_key, key, (void *)(uintptr_t)(w->count + 1));
    return w->count++;
}

/* Whether a cell is the number of those who did not answer. */
static bool is_missing(const struct report_table *t, size_t row, size_t column)
{
    return t->has_missing &&
           (t->items ? t->columns && column + 1 == t->columns : t->rows && row + 1 == t->rows);
}

/* How many did not answer is known: other questions have the same skips, and formulas tie answers.
 * It says of nobody what they are.  Across another question than the country, whose totals are
 * printed anyway, it would: what they answered there. */
static bool is_fixed(const struct report_table *t, size_t row, size_t column)
{
    bool all = row == t->rows && column == t->columns;
    return t->open || all ||
           (is_missing(t, row, column) &&
            (t->items || t->fixed_columns || t->columns == 1 || column == t->columns)) ||
           (t->items && column == t->columns) || (t->fixed_columns && row == t->rows) ||
           (t->fixed_row && row < t->rows && strcmp(t->row_keys[row], t->fixed_row) == 0);
}

static void add_table(struct web *w, size_t at)
{
    struct report_table *t = &w->tables[at];
    w->places[at] = arena_alloc(&w->arena, (t->rows + 1) * (t->columns + 1) * sizeof(size_t));
    for (size_t r = 0; r <= t->rows; r++) {
        for (size_t c = 0; c <= t->columns; c++) {
            size_t n = number_of(w, t, r, c);
            w->places[at][place(t, r, c)] = n;
            w->numbers[n].fixed |= is_fixed(t, r, c);
        }
    }
}

static struct number *number_at(struct web *w, size_t table, size_t row, size_t column)
{
    return &w->numbers[w->places[table][place(&w->tables[table], row, column)]];
}

/* ---- S1 ---- */

static unsigned limit_of(const struct number *n)
{
    return n->extra ? REPORT_FEW_EXTRA : REPORT_FEW;
}

static bool is_few(const struct number *n)
{
    return n->count < limit_of(n) && (n->count > 0 || n->extra);
}

void report_suppress_alone(struct report_table *t)
{
    assert(t->alone);
    for (size_t r = 0; r <= t->rows; r++) {
        for (size_t c = 0; c <= t->columns; c++) {
            const struct number n = {.count = *report_count(t, r, c), .extra = t->extra};
            bool crossed = t->columns > 1, few = is_few(&n) || (crossed && !n.count);
            bool sum = r == t->rows || (crossed && c == t->columns);
            t->states[place(t, r, c)] = sum ? COUNT_HIDDEN : few ? COUNT_FEW : COUNT_SHOWN;
        }
    }
}

/* The column of those who did not answer the other question: a key that ends in "=". */
static bool is_without(const struct report_table *t, size_t column)
{
    const char *key = column < t->columns && t->column_keys[column] ? t->column_keys[column] : "";
    return *key && key[strlen(key) - 1] == '=';
}

/* Whether the total without "no answer", of all or of a column, says of how few people it is: where
 * both are printed.  Who answered one question and not the other is nothing to protect. */
static bool has_few_answers(struct web *w, size_t at)
{
    const struct report_table *t = &w->tables[at];
    bool any = false;
    for (size_t i = 0; t->has_missing && i <= (t->items ? t->rows : t->columns); i++) {
        size_t r = t->items ? i : t->rows - 1, c = t->items ? t->columns - 1 : i;
        const struct number *missing = number_at(w, at, r, c);
        const struct number *all =
            number_at(w, at, t->items ? i : t->rows, t->items ? t->columns : i);
        const struct number answered = {.count = all->count - missing->count, .extra = all->extra};
        bool printed = missing->count && (missing->fixed || !is_few(missing));
        printed = printed && (t->items || !is_without(t, i));
        any = any || (printed && answered.count && is_few(&answered));
    }
    return any;
}

static void suppress_few(struct web *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct number *n = &w->numbers[i];
        n->state = is_few(n) && !n->fixed ? COUNT_FEW : COUNT_SHOWN;
    }
}

/* ---- S2: for each suppressed number another world in which it is one more or one less ----
 *
 * A move changes some numbers by one, such that all sums hold.  It proves something if each of them
 * is suppressed, and stays within what is printed of it: "<5" within 1 to 4, "…" at 5 or more.
 * Numbers that are still shown can be left out for it: that costs them. */

struct move {
    size_t *list; /* numbers */
    size_t count, cap;
    double cost;
};

/* Adds a number that the move changes.  False: it must not change so. */
static bool change(const struct web *w, struct move *m, size_t number, int by)
{
    const struct number *n = &w->numbers[number];
    long after = (long)n->count + by, limit = limit_of(n);
    bool stays = n->state == COUNT_FEW ? after < limit && after >= (n->extra ? 0 : 1)
                                       : after >= limit && (long)n->count >= limit;
    if (n->fixed || !stays) {
        return false;
    }
    if (m->count == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->list = mem_grow(m->list, m->cap, sizeof *m->list);
    }
    m->list[m->count++] = number;
    m->cost += n->state == COUNT_SHOWN ? n->count : 0;
    return true;
}

/* Keeps the cheaper move in `best`, and empties `m`. */
static void keep_cheaper(struct move *best, struct move *m, bool valid)
{
    if (valid && (!best->count || m->cost < best->cost)) {
        struct move swap = *best;
        *best = *m;
        *m = swap;
    }
    m->count = 0;
    m->cost = 0;
}

/* Within a table: a rectangle of four cells.  All totals stay. */
static void try_rectangles(const struct web *w, size_t table, size_t row, size_t column,
                           struct move *best)
{
    const struct report_table *t = &w->tables[table];
    const size_t *at = w->places[table];
    struct move m = {0};
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            for (int by = -1; by <= 1 && r != row && c != column; by += 2) {
                bool valid = change(w, &m, at[place(t, row, column)], by) &&
                             change(w, &m, at[place(t, row, c)], -by) &&
                             change(w, &m, at[place(t, r, column)], -by) &&
                             change(w, &m, at[place(t, r, c)], by);
                keep_cheaper(best, &m, valid);
            }
        }
    }
    free(m.list);
}

/* Where a value of a dimension stands in a table; SIZE_MAX: it does not. */
static size_t index_of(const char *const *keys, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i], key) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* One person goes from one value of a dimension to another: in each table that has the dimension,
 * at some value of its other one (in `table` at `forced`, unless that is SIZE_MAX). */
struct shift {
    const char *base, *dimension, *from, *to;
    size_t table, forced;
};

/* A number of a table, by the place of a value in the shifted dimension, and in the other one. */
struct side {
    const struct report_table *t;
    const size_t *places;
    bool rows; /* the dimension is the rows' */
    size_t from, to, others;
};

static size_t side_at(const struct side *s, size_t value, size_t other)
{
    return s->places[s->rows ? place(s->t, value, other) : place(s->t, other, value)];
}

static bool change_both(const struct web *w, const struct side *s, size_t other, int by,
                        struct move *m)
{
    return change(w, m, side_at(s, s->from, other), by) &&
           change(w, m, side_at(s, s->to, other), -by);
}

/* The cheapest place of the other dimension where the person can go over. */
static bool shift_inside(const struct web *w, const struct side *s, size_t forced, int by,
                         struct move *m)
{
    struct move best = {0}, one = {0};
    for (size_t x = 0; x < s->others; x++) {
        if (forced == SIZE_MAX || x == forced) {
            keep_cheaper(&best, &one, change_both(w, s, x, by, &one));
        }
    }
    bool valid = best.count > 0;
    for (size_t i = 0; valid && i < best.count; i++) {
        valid = change(w, m, best.list[i], i == 0 ? by : -by);
    }
    free(best.list);
    free(one.list);
    return valid;
}

static bool shift_table(const struct web *w, const struct shift *s, size_t at, int by,
                        struct move *m)
{
    const struct report_table *t = &w->tables[at];
    bool rows = strcmp(t->row_dimension, s->dimension) == 0;
    const char *const *keys = rows ? t->row_keys : t->column_keys;
    size_t values = rows ? t->rows : t->columns;
    const struct side side = {.t = t,
                              .places = w->places[at],
                              .rows = rows,
                              .from = index_of(keys, values, s->from),
                              .to = index_of(keys, values, s->to),
                              .others = rows ? t->columns : t->rows};
    bool two = *t->row_dimension && *t->column_dimension;
    return side.from != SIZE_MAX && side.to != SIZE_MAX &&
           change_both(w, &side, side.others, by, m) &&
           (!two || shift_inside(w, &side, at == s->table ? s->forced : SIZE_MAX, by, m));
}

static bool has_dimension(const struct report_table *t, const struct shift *s)
{
    return !t->dropped && strcmp(t->base, s->base) == 0 &&
           (strcmp(t->row_dimension, s->dimension) == 0 ||
            strcmp(t->column_dimension, s->dimension) == 0);
}

static void try_shift(const struct web *w, const struct shift *s, struct move *best)
{
    for (int by = -1; by <= 1; by += 2) {
        struct move m = {0};
        bool valid = true, any = false;
        for (size_t t = 0; valid && t < w->table_count; t++) {
            if (has_dimension(&w->tables[t], s)) {
                any = true;
                valid = shift_table(w, s, t, by, &m);
            }
        }
        keep_cheaper(best, &m, valid && any);
        free(m.list);
    }
}

/* All shifts from a value of a table's dimension to its other values. */
static void try_shifts(const struct web *w, size_t table, bool rows, size_t value, size_t forced,
                       struct move *best)
{
    const struct report_table *t = &w->tables[table];
    const char *const *keys = rows ? t->row_keys : t->column_keys;
    size_t values = rows ? t->rows : t->columns;
    const char *dimension = rows ? t->row_dimension : t->column_dimension;
    for (size_t other = 0; *dimension && other < values; other++) {
        if (other != value) {
            const struct shift s = {t->base, dimension, keys[value], keys[other], table, forced};
            try_shift(w, &s, best);
        }
    }
}

/* Finds the cheapest move that changes a cell, and leaves out what it needs.  False: there is
 * none. */
static bool protect(struct web *w, size_t table, size_t row, size_t column)
{
    const struct report_table *t = &w->tables[table];
    struct move best = {0};
    bool in_row = row < t->rows && *t->row_dimension;
    bool in_column = column < t->columns && *t->column_dimension;
    if (in_row && in_column) {
        try_rectangles(w, table, row, column, &best);
    }
    if (in_row && (!best.count || best.cost > 0)) {
        try_shifts(w, table, true, row, in_column ? column : SIZE_MAX, &best);
    }
    if (in_column && (!best.count || best.cost > 0)) {
        try_shifts(w, table, false, column, in_row ? row : SIZE_MAX, &best);
    }
    for (size_t i = 0; i < best.count; i++) {
        struct number *n = &w->numbers[best.list[i]];
        n->state = n->state == COUNT_SHOWN ? COUNT_HIDDEN : n->state;
    }
    free(best.list);
    return best.count > 0;
}

/* Drops the last table that crosses the one question of a table with another: what is counted by
 * itself matters more than the details.  False: there is none left. */
static bool drop_crossing(struct web *w, size_t at)
{
    const struct report_table *t = &w->tables[at];
    const char *dimension = *t->row_dimension ? t->row_dimension : t->column_dimension;
    if (*t->row_dimension && *t->column_dimension) {
        return false;
    }
    for (size_t i = w->table_count; i-- > 0;) {
        struct report_table *other = &w->tables[i];
        const struct shift s = {.base = t->base, .dimension = dimension};
        if (*other->row_dimension && *other->column_dimension && has_dimension(other, &s)) {
            return other->dropped = true;
        }
    }
    return false;
}

/* A table in which a number cannot be protected is dropped.  Moves that were found before hold
 * without it, too: they only change less. */
static void protect_table(struct web *w, size_t at)
{
    struct report_table *t = &w->tables[at];
    for (size_t r = 0; r <= t->rows && !t->dropped; r++) {
        for (size_t c = 0; c <= t->columns && !t->dropped; c++) {
            bool open = number_at(w, at, r, c)->state == COUNT_FEW && !protect(w, at, r, c);
            while (open && drop_crossing(w, at)) {
                open = !protect(w, at, r, c);
            }
            t->dropped = open;
        }
    }
}

/* ---- tables that close a circle ----
 *
 * A move changes one table after the other.  Whether there are people who fit all of them at once
 * is sure only if no questions are linked in a circle: a × b, b × c and c × a may fix a number
 * together. A table that closes a circle is dropped. */

struct linked { /* questions that tables link, directly or through others */
    const char *base, *dimension;
    size_t parent;
};

static size_t root_of(struct linked *list, size_t *count, const char *base, const char *dimension)
{
    size_t at = 0;
    while (at < *count &&
           (strcmp(list[at].base, base) != 0 || strcmp(list[at].dimension, dimension) != 0)) {
        at++;
    }
    if (at == *count) {
        list[(*count)++] = (struct linked){base, dimension, at};
    }
    while (list[at].parent != at) {
        at = list[at].parent;
    }
    return at;
}

static void drop_circles(struct report_table *tables, size_t count)
{
    struct linked *list = mem_zero(2 * count + 1, sizeof *list);
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        struct report_table *t = &tables[i];
        if (*t->row_dimension && *t->column_dimension && !t->open) {
            size_t one = root_of(list, &known, t->base, t->row_dimension);
            size_t other = root_of(list, &known, t->base, t->column_dimension);
            t->dropped = one == other;
            list[one].parent = other;
        }
    }
    free(list);
}

void report_suppress(struct report_table *tables, size_t count)
{
    struct web w = {.tables = tables, .table_count = count};
    arena_init(&w.arena);
    map_init(&w.by_key, &w.arena);
    w.places = arena_alloc(&w.arena, (count + 1) * sizeof(size_t *));
    for (size_t t = 0; t < count; t++) {
        tables[t].dropped = false;
        add_table(&w, t);
    }
    drop_circles(tables, count);
    for (size_t t = 0; t < count; t++) {
        tables[t].dropped = tables[t].dropped || has_few_answers(&w, t);
    }
    suppress_few(&w);
    for (size_t t = 0; t < count; t++) {
        protect_table(&w, t);
    }
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < (tables[t].rows + 1) * (tables[t].columns + 1); i++) {
            tables[t].states[i] = w.numbers[w.places[t][i]].state;
        }
    }
    free(w.numbers);
    arena_fini(&w.arena);
}
