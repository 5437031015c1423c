/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as variables of a statistical package. */
#include "forms/dataset/dataset_variables.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/machine/clock.h"
#include "platform/machine/text.h"

/* ---- missing answers ---- */

static const struct {
    const char *code, *number, *labels[4]; /* ru, ky, tg, en */
    char kind;
} missing[] = {
    {"dk", "-98", {"Не знаю", "Билбейм", "Намедонам", "Don't know"}, 'a'},
    {"refused",
     "-99",
     {"Предпочитаю не отвечать", "Жооп бергим келбейт", "Намехоҳам ҷавоб диҳам",
      "Prefer not to answer"},
     'b'},
    {"na", "-97", {"Неприменимо", "Колдонулбайт", "Татбиқ намешавад", "Not applicable"}, 'c'},
};
enum { MISSING = sizeof missing / sizeof *missing };

static int missing_of(const char *code)
{
    for (int m = 0; m < MISSING; m++) {
        if (strcmp(missing[m].code, code) == 0) {
            return m;
        }
    }
    return -1;
}

char variable_missing(const char *code)
{
    int m = missing_of(code);
    return m < 0 ? 0 : missing[m].kind;
}

static const char *missing_label(int m, const char *language)
{
    static const char *const languages[] = {"ru", "ky", "tg", "en"};
    for (int l = 0; language && l < 4; l++) {
        if (strcmp(languages[l], language) == 0) {
            return missing[m].labels[l];
        }
    }
    return missing[m].labels[3];
}

/* ---- names ---- */

struct naming {
    struct variables *v;
    struct map taken; /* in small letters */
    const char *language;
    size_t cap;
};

/* Words that SPSS or Stata keep to themselves. */
static bool is_reserved(const char *name)
{
    static const char *const words[] = {
        "all",  "and",  "by",    "eq",    "ge", "gt",  "le",    "lt",    "ne",     "not",   "or",
        "to",   "with", "byte",  "if",    "in", "int", "long",  "using", "double", "float", "str",
        "_all", "_b",   "_coef", "_cons", "_n", "_pi", "_pred", "_rc",   "_skip",  "strl"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(words[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void take_name(struct naming *n, struct variable *x, const char *wanted)
{
    char clean[VARIABLE_NAME + 1], small[VARIABLE_NAME + 1];
    size_t len = 0;
    if (!isalpha((unsigned char)*wanted)) {
        clean[len++] = 'v';
    }
    for (const char *p = wanted; *p && len < VARIABLE_NAME; p++) {
        bool plain =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        clean[len++] = plain ? *p : '_';
    }
    clean[len] = '\0';
    for (unsigned k = 1;; k++) {
        char tail[12] = "";
        if (k > 1 || is_reserved(clean)) {
            snprintf(tail, sizeof tail, k > 1 ? "_%u" : "_", k);
        }
        size_t room = VARIABLE_NAME - strlen(tail);
        snprintf(x->name, sizeof x->name, "%.*s%s", (int)(len < room ? len : room), clean, tail);
        for (size_t i = 0; i <= strlen(x->name); i++) {
            small[i] = (char)tolower((unsigned char)x->name[i]);
        }
        if (!map_get(&n->taken, small)) {
            map_put(&n->taken, arena_text(&n->v->arena, small), x);
            return;
        }
    }
}

static struct variable *add(struct naming *n, const char *wanted, enum variable_kind kind)
{
    struct variables *v = n->v;
    if (v->count == n->cap) {
        n->cap = n->cap ? n->cap * 2 : 64;
        v->list = mem_grow(v->list, n->cap, sizeof *v->list);
    }
    struct variable *x = &v->list[v->count++];
    *x = (struct variable){.label = "", .path = "", .kind = kind, .width = 1};
    map_init(&x->by_code, &v->arena);
    take_name(n, x, wanted);
    return x;
}

/* ---- values ---- */

static struct variable_value *add_value(struct naming *n, struct variable *x, size_t room)
{
    if (!x->values) {
        x->values = arena_alloc(&n->v->arena, room * sizeof *x->values);
    }
    struct variable_value *value = &x->values[x->value_count++];
    *value = (struct variable_value){.missing = 0};
    return value;
}

static void missing_value(struct naming *n, struct variable *x, int m, const char *label,
                          size_t room)
{
    struct variable_value *value = add_value(n, x, room);
    value->code = missing[m].code;
    value->number = strtod(missing[m].number, NULL);
    value->label = label ? label : missing_label(m, n->language);
    value->missing = missing[m].kind;
    map_put(&x->by_code, missing[m].code, value);
    map_put(&x->by_code, missing[m].number, value);
}

/* Whether a code is a whole number, written in the only way: "7", not "07". */
static bool is_whole(const char *code)
{
    const char *digits = code + (*code == '-');
    size_t len = strlen(digits);
    return len > 0 && len <= 9 && strspn(digits, "0123456789") == len &&
           (*digits != '0' || strcmp(code, "0") == 0);
}

bool variable_whole_codes(struct dataset *d, const struct dataset_column *column)
{
    const char *const *codes;
    size_t count = dataset_codes(d, column, &codes);
    bool whole = true;
    for (size_t c = 0; c < count; c++) {
        whole = whole && (missing_of(codes[c]) >= 0 || is_whole(codes[c]));
    }
    return whole;
}

static void choice_values(struct naming *n, struct variable *x, const struct dataset_column *column)
{
    struct dataset *d = n->v->dataset;
    const char *const *codes;
    size_t count = dataset_codes(d, column, &codes), place = 0;
    bool numbers = variable_whole_codes(d, column);
    for (size_t c = 0; c < count; c++) {
        const char *label = dataset_code_label(d, column, codes[c], n->language);
        int m = missing_of(codes[c]);
        if (m >= 0) {
            missing_value(n, x, m, label, count);
            continue;
        }
        struct variable_value *value = add_value(n, x, count);
        place++;
        value->code = codes[c];
        value->number = numbers ? strtod(codes[c], NULL) : (double)place;
        value->label = label;
        map_put(&x->by_code, codes[c], value);
    }
}

static void number_values(struct naming *n, struct variable *x, const struct item *item)
{
    for (int m = 0; m < MISSING && item->missing; m++) {
        if (text_has_word(item->missing, missing[m].code)) {
            missing_value(n, x, m, NULL, MISSING);
        }
    }
}

/* ---- variables ---- */

static void describe(struct naming *n, struct variable *x, const struct dataset_column *column,
                     size_t at)
{
    x->label = dataset_column_label(n->v->dataset, column, n->language);
    x->path = column->path;
    x->column = at;
}

static void add_flags(struct naming *n, const struct dataset_column *column, size_t at,
                      const char *name)
{
    struct dataset *d = n->v->dataset;
    const char *const *codes;
    size_t count = dataset_codes(d, column, &codes);
    for (size_t c = 0; c < count; c++) {
        struct variable *x =
            add(n, arena_join(&n->v->arena, name, "_", codes[c], NULL), VARIABLE_FLAG);
        describe(n, x, column, at);
        x->label = arena_join(&n->v->arena, x->label, ": ",
                              dataset_code_label(d, column, codes[c], n->language), NULL);
        x->code = codes[c];
        x->whole = true;
    }
}

static void add_geopoint(struct naming *n, const struct dataset_column *column, size_t at,
                         const char *name)
{
    static const char *const parts[] = {"lat", "lon", "alt", "acc"};
    for (unsigned p = 0; p < sizeof parts / sizeof *parts; p++) {
        struct variable *x =
            add(n, arena_join(&n->v->arena, name, "_", parts[p], NULL), VARIABLE_NUMBER);
        describe(n, x, column, at);
        x->part = p;
    }
}

/* The width of the variable added last, and variables for what goes beyond it.  A letter may be
 * moved to the next piece. */
static void add_pieces(struct naming *n, const struct dataset_column *column, size_t at,
                       const char *name)
{
    enum { LETTER = 3 };
    size_t max = n->v->text_max, rest = column->longest ? column->longest : 1, piece = 0;
    while (max && rest > max) {
        n->v->list[n->v->count - 1].width = max;
        rest -= max - LETTER;
        char tail[24];
        snprintf(tail, sizeof tail, "_%zu", piece + 2);
        struct variable *x = add(
            n, arena_printf(&n->v->arena, "%.*s%s", VARIABLE_NAME - (int)strlen(tail), name, tail),
            VARIABLE_TEXT);
        describe(n, x, column, at);
        x->piece = ++piece;
    }
    n->v->list[n->v->count - 1].width = rest;
}

static void add_column(struct naming *n, const struct dataset_column *column, size_t at,
                       const char *name)
{
    static const enum variable_kind kinds[DATASET_TYPE_COUNT] = {
        [DATASET_TEXT] = VARIABLE_TEXT,       [DATASET_INT] = VARIABLE_NUMBER,
        [DATASET_DECIMAL] = VARIABLE_NUMBER,  [DATASET_DATE] = VARIABLE_DATE,
        [DATASET_TIME] = VARIABLE_TIME,       [DATASET_MOMENT] = VARIABLE_MOMENT,
        [DATASET_GEOPOINT] = VARIABLE_NUMBER, [DATASET_CHOICE] = VARIABLE_NUMBER,
        [DATASET_CHOICES] = VARIABLE_FLAG,    [DATASET_ORDER] = VARIABLE_TEXT,
        [DATASET_FILE] = VARIABLE_TEXT};
    if (column->type == DATASET_GEOPOINT) {
        add_geopoint(n, column, at, name);
        return;
    }
    if (column->type == DATASET_CHOICES) {
        add_flags(n, column, at, name);
        return;
    }
    struct variable *x = add(n, name, kinds[column->type]);
    describe(n, x, column, at);
    if (x->kind == VARIABLE_TEXT) {
        add_pieces(n, column, at, name);
        return;
    }
    x->whole = column->type == DATASET_INT || column->type == DATASET_CHOICE;
    if (column->type == DATASET_CHOICE) {
        choice_values(n, x, column);
    } else if (x->kind == VARIABLE_NUMBER) {
        number_values(n, x, column->item);
    }
}

static void add_about(struct naming *n, const char *name, enum variable_kind kind,
                      enum variable_about about, size_t width)
{
    struct variable *x = add(n, name, kind);
    x->about = about;
    x->width = width ? width : 1;
    x->whole = kind == VARIABLE_NUMBER;
}

/* The last part of each column's name, if no other column has it. */
static const char **short_names(struct variables *v, const struct dataset_table *table)
{
    const char **names = arena_alloc(&v->arena, (table->count + 1) * sizeof *names);
    struct map seen;
    map_init(&seen, &v->arena);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < table->count; i++) {
            const char *slash = strrchr(table->columns[i].below, '/');
            const char *leaf = slash ? slash + 1 : table->columns[i].below;
            char *small = arena_text(&v->arena, leaf);
            for (char *c = small; *c; c++) {
                *c = (char)tolower((unsigned char)*c);
            }
            uintptr_t times = (uintptr_t)map_get(&seen, small);
            if (pass == 0) {
                map_put(&seen, small, (void *)(times + 1));
            }
            names[i] = times == 1 ? leaf : table->columns[i].name;
        }
    }
    return names;
}

void variables_new(struct variables *v, struct dataset *d, size_t at, const char *language,
                   size_t text_max)
{
    enum { HEX_ID = 32, STATE = 32 };
    const struct dataset_table *table = dataset_table(d, at);
    bool root = !*table->repeat;
    *v = (struct variables){.dataset = d, .table = at, .text_max = text_max};
    arena_init(&v->arena);
    struct naming n = {.v = v, .language = language};
    map_init(&n.taken, &v->arena);
    const char **names = short_names(v, table);
    if (root) {
        add_about(&n, "SubmissionDate", VARIABLE_MOMENT, ABOUT_DATE, 0);
    } else {
        add_about(&n, "PARENT_KEY", VARIABLE_TEXT, ABOUT_PARENT, table->seen.parent);
    }
    add_about(&n, "KEY", VARIABLE_TEXT, ABOUT_KEY, table->seen.key);
    for (size_t i = 0; i < table->count; i++) {
        add_column(&n, &table->columns[i], i, names[i]);
    }
    if (root) {
        add_about(&n, "SubmitterID", VARIABLE_TEXT, ABOUT_SUBMITTER, table->seen.submitter);
        add_about(&n, "AttachmentsPresent", VARIABLE_NUMBER, ABOUT_ATTACHMENTS, 0);
        add_about(&n, "Status", VARIABLE_TEXT, ABOUT_STATUS, STATE);
        add_about(&n, "ReviewState", VARIABLE_TEXT, ABOUT_REVIEW, STATE);
        add_about(&n, "DeviceID", VARIABLE_TEXT, ABOUT_DEVICE, HEX_ID);
        add_about(&n, "Edits", VARIABLE_NUMBER, ABOUT_EDITS, 0);
        add_about(&n, "FormVersion", VARIABLE_TEXT, ABOUT_VERSION, table->seen.version);
    }
}

void variables_free(struct variables *v)
{
    free(v->list);
    arena_fini(&v->arena);
}

/* ---- cells ---- */

static bool read_day(const char *text, double *days)
{
    int year, month, day;
    if (sscanf(text, "%d-%d-%d", &year, &month, &day) != 3 || !clock_is_date(year, month, day)) {
        return false;
    }
    *days = (double)clock_days(year, month, day);
    return true;
}

static bool read_time(const char *text, double *seconds)
{
    int hour, minute;
    double second = 0;
    if (sscanf(text, "%d:%d:%lf", &hour, &minute, &second) < 2) {
        return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}

static bool read_moment(const char *text, double *seconds)
{
    enum { DAY_S = 24 * 60 * 60 };
    const char *t = strchr(text, 'T');
    double days, time = 0;
    if (!read_day(text, &days) || (t && !read_time(t + 1, &time))) {
        return false;
    }
    *seconds = days * DAY_S + time;
    return true;
}

static bool read_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return *text && !*end;
}

bool variable_read(enum variable_kind kind, const char *text, double *number)
{
    static bool (*const readers[])(const char *text, double *number) = {
        [VARIABLE_TEXT] = NULL,          [VARIABLE_NUMBER] = read_number,
        [VARIABLE_DATE] = read_day,      [VARIABLE_TIME] = read_time,
        [VARIABLE_MOMENT] = read_moment, [VARIABLE_FLAG] = read_number};
    return readers[kind] && readers[kind](text, number);
}

static bool read_part(const char *text, unsigned part, double *number)
{
    char one[64];
    for (; part > 0 && *text; part--) {
        text += strcspn(text, " ");
        text += *text == ' ';
    }
    snprintf(one, sizeof one, "%.*s", (int)strcspn(text, " "), text);
    return read_number(one, number);
}

static bool about_number(const struct variable *x, const struct submission *s, double *number)
{
    enum { MS = 1000 };
    switch (x->about) {
    case ABOUT_DATE:
        *number = (double)(s->date_ms / MS + clock_zone_minutes(s->date_ms) * 60LL);
        return true;
    case ABOUT_ATTACHMENTS:
        *number = s->attachments_present;
        return true;
    case ABOUT_EDITS:
        *number = s->edits;
        return true;
    default:
        return false;
    }
}

bool variable_number(const struct variable *x, struct dataset_reader *r, double *number, char *kind)
{
    *kind = 0;
    if (x->about) {
        return about_number(x, r->about, number);
    }
    const char *text = dataset_cell(r, x->column);
    if (!*text) {
        return false;
    }
    const struct variable_value *value = map_get(&x->by_code, text);
    if (value) {
        *kind = value->missing;
        *number = value->number;
        return !value->missing;
    }
    enum dataset_type type =
        dataset_table(r->dataset, r->rows[r->at - 1].table)->columns[x->column].type;
    switch (x->kind) {
    case VARIABLE_FLAG:
        *number = text_has_word(text, x->code);
        return true;
    case VARIABLE_NUMBER:
        return type == DATASET_GEOPOINT ? read_part(text, x->part, number)
               : type == DATASET_CHOICE ? false /* a code that is in no list */
                                        : read_number(text, number);
    default:
        return variable_read(x->kind, text, number);
    }
}

size_t variable_letters(const char *text, size_t len, size_t max)
{
    if (len <= max) {
        return len;
    }
    while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80) {
        max--;
    }
    return max;
}

const char *variable_text(const struct variables *v, const struct variable *x,
                          struct dataset_reader *r, const struct dataset_row *row)
{
    const struct submission *s = r->about;
    const char *about[ABOUT_COUNT] = {
        [ABOUT_PARENT] = row->parent,        [ABOUT_KEY] = row->key,
        [ABOUT_SUBMITTER] = s->submitter_id, [ABOUT_STATUS] = s->status,
        [ABOUT_REVIEW] = s->review_state,    [ABOUT_DEVICE] = s->device_id,
        [ABOUT_VERSION] = s->form_version};
    const char *text = x->about ? about[x->about] : dataset_cell(r, x->column);
    size_t len = text ? strlen(text) : 0;
    for (size_t p = 0; p < x->piece; p++) {
        size_t before = variable_letters(text, len, v->text_max);
        text += before;
        len -= before;
    }
    if (v->text_max && len > v->text_max) {
        return arena_copy(&r->arena, text, variable_letters(text, len, v->text_max));
    }
    return text ? text : "";
}
