/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a form together from its source, common blocks and lists. */
#include "tools/form/form_assemble.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/workbook/workbook.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "tools/form/form_source.h"

enum { COLUMNS_MAX = 200, DEPTH_MAX = 8, WHEN_MAX = 16, LISTS_MAX = 400, LIST_BYTES_MAX = 8 << 20 };

/* ---- tables of named columns ---- */

/* The cells of a row, by the number of the column; NULL is an empty cell. */
struct line {
    const char *cells[COLUMNS_MAX];
    const char *file; /* where the author wrote it, for messages */
    size_t number;
};

struct table {
    const char *names[COLUMNS_MAX];
    size_t columns;
    struct line **lines;
    size_t count, cap;
};

struct list {
    const char *name;
    struct line **lines; /* columns of `choices` */
    size_t count, cap;
    const struct line *last; /* as read: the rows of a list stand together */
    bool used;
    const char *codes; /* of a list with codes added: "d" or "n" */
    struct list *base;
};

struct assembly {
    struct arena arena;
    const char *folder; /* of the forms */
    struct table survey, choices, settings, entities;
    struct map lists; /* by name */
    struct list *order[LISTS_MAX];
    size_t order_count;
    const char *when[WHEN_MAX]; /* open conditions, and how many groups are around each */
    unsigned when_depth[WHEN_MAX], depth;
    size_t when_count;
    const char *gate_yes, *gate_extra, *gate_phone, *gate_must; /* conditions, or NULL */
    struct err *err;
};

static size_t column(struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (strcmp(t->names[i], name) == 0) {
            return i;
        }
    }
    if (t->columns == COLUMNS_MAX) {
        return COLUMNS_MAX;
    }
    t->names[t->columns] = name;
    return t->columns++;
}

static const char *cell(struct table *t, const struct line *line, const char *name)
{
    size_t i = column(t, name);
    return i < COLUMNS_MAX && line->cells[i] ? line->cells[i] : "";
}

static void set_cell(struct table *t, struct line *line, const char *name, const char *text)
{
    size_t i = column(t, name);
    if (i < COLUMNS_MAX) {
        line->cells[i] = text;
    }
}

static void add_line(struct line ***lines, size_t *count, size_t *cap, struct line *line)
{
    if (*count == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        *lines = mem_grow(*lines, *cap, sizeof **lines);
    }
    (*lines)[(*count)++] = line;
}

static bool bad(struct assembly *a, const struct line *line, const char *name)
{
    return err_at(a->err, "%s, row %zu, column %s", line->file, line->number, name);
}

/* ---- lists ---- */

static struct list *list_named(struct assembly *a, const char *name)
{
    struct list *list = map_get(&a->lists, name);
    if (!list) {
        list = arena_alloc(&a->arena, sizeof *list);
        *list = (struct list){.name = arena_text(&a->arena, name)};
        map_put(&a->lists, list->name, list);
    }
    return list;
}

/* A table file's rows go to the list that the column list_name names, else to the file's. */
static bool read_list(struct assembly *a, const char *path, struct err *err)
{
    struct buf bytes = {0};
    struct csv csv;
    const char *stem = file_stem(&a->arena, path);
    const struct line *before = NULL;
    bool ok = file_read(&bytes, path, LIST_BYTES_MAX, err) &&
              (csv_parse(&csv, &a->arena, bytes.data ? bytes.data : "", bytes.len, err) ||
               err_at(err, "%s", file_name(path)));
    for (size_t r = 1; ok && r < csv.count; r++) {
        struct line *line = arena_alloc(&a->arena, sizeof *line);
        *line = (struct line){.file = arena_text(&a->arena, file_name(path)),
                              .number = csv.rows[r].line};
        for (size_t c = 0; c < csv.rows[r].count && c < csv.rows[0].count; c++) {
            set_cell(&a->choices, line, csv.rows[0].cells[c], csv.rows[r].cells[c]);
        }
        const char *name = cell(&a->choices, line, "list_name");
        struct list *list = list_named(a, *name ? name : stem);
        if (list->last && list->last != before) {
            err_set(err, ERR_INPUT, "the list '%s' begins again; it began at %s, row %zu",
                    list->name, list->lines[0]->file, list->lines[0]->number);
            err_hint(err, "two lists need two names");
            ok = bad(a, line, "list_name");
        }
        add_line(&list->lines, &list->count, &list->cap, line);
        list->last = before = line;
    }
    if (ok && a->choices.columns == COLUMNS_MAX) {
        ok = err_set(err, ERR_LIMIT, "the lists have more than %d columns", (int)COLUMNS_MAX);
    }
    buf_fini(&bytes);
    return ok;
}

static bool read_lists(struct assembly *a, struct err *err)
{
    const char **names;
    size_t count;
    const char *folder = arena_join(&a->arena, a->folder, "/lists", NULL);
    bool ok = file_list(&a->arena, &names, &count, folder, ".csv", err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = read_list(a, arena_join(&a->arena, folder, "/", names[i], NULL), err);
    }
    return ok;
}

static bool unknown_list(struct assembly *a, const char *name)
{
    const char *names[LISTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < a->lists.cap && count < LISTS_MAX; i++) {
        if (a->lists.slots[i].key && a->lists.slots[i].value) {
            names[count++] = a->lists.slots[i].key;
        }
    }
    const char *near = text_nearest(name, names, count);
    err_set(a->err, ERR_INPUT, "there is no list '%s'", name);
    return near ? err_hint(a->err, "did you mean '%s'?", near)
                : err_hint(a->err, "lists/*.csv has the lists");
}

/* Uses list `name`.  "yn+d" is the list yn with the codes dk and refused, "yn+n" with na, too;
 * *out is the name in the form. */
static bool use_list(struct assembly *a, const char *name, struct list **out)
{
    const char *plus = strchr(name, '+');
    char *base_name = arena_copy(&a->arena, name, plus ? (size_t)(plus - name) : strlen(name));
    struct list *base = map_get(&a->lists, base_name);
    if (!base || !base->count) {
        return unknown_list(a, base_name);
    }
    if (plus && strcmp(plus, "+d") != 0 && strcmp(plus, "+n") != 0) {
        return err_set(a->err, ERR_INPUT, "'%s' is no addition to a list; known are +d and +n",
                       plus);
    }
    struct list *list =
        plus ? list_named(a, arena_join(&a->arena, base_name, "_", plus + 1, NULL)) : base;
    list->base = base;
    list->codes = plus ? plus + 1 : NULL;
    if (!list->used) {
        if (a->order_count == LISTS_MAX) {
            return err_set(a->err, ERR_LIMIT, "more than %d lists", (int)LISTS_MAX);
        }
        list->used = true;
        a->order[a->order_count++] = list;
    }
    *out = list;
    return true;
}

/* ---- cells of a row ---- */

/* The text of the list study_texts under `key`, in the language of the column; or NULL. */
static const char *study_text(struct assembly *a, const char *key, const char *language)
{
    struct list *texts = map_get(&a->lists, "study_texts");
    const char *label = arena_join(&a->arena, "label", language, NULL);
    for (size_t i = 0; texts && i < texts->count; i++) {
        if (strcmp(cell(&a->choices, texts->lines[i], "name"), key) == 0) {
            return cell(&a->choices, texts->lines[i], label);
        }
    }
    return NULL;
}

/* What @name@ stands for: a study text, or the cell of the row that includes the block, in the
 * language of the column.  NULL: nothing. */
static const char *meaning(struct assembly *a, const char *name, const char *language,
                           const struct line *from)
{
    if (text_starts(name, "text:")) {
        return study_text(a, name + strlen("text:"), language);
    }
    if (!from) {
        return NULL;
    }
    const char *own = cell(&a->survey, from, arena_join(&a->arena, name, language, NULL));
    return *own ? own : cell(&a->survey, from, name);
}

static bool fill_cell(struct assembly *a, struct line *line, const char *header,
                      const struct line *from)
{
    const char *text = cell(&a->survey, line, header), *open, *end;
    const char *language = strstr(header, "::");
    bool ok = true;
    struct buf out = {0};
    while (ok && (open = strchr(text, '@')) && (end = strchr(open + 1, '@'))) {
        const char *name = arena_copy(&a->arena, open + 1, (size_t)(end - open) - 1);
        const char *with = meaning(a, name, language ? language : "", from);
        buf_add(&out, text, (size_t)(open - text));
        buf_text(&out, with ? with : "");
        text = end + 1;
        if (!with) {
            err_set(a->err, ERR_INPUT, "'@%s@' stands for nothing here", name);
            ok = bad(a, line, header);
        }
    }
    if (ok && out.data) {
        buf_text(&out, text);
        set_cell(&a->survey, line, header, *out.data ? arena_text(&a->arena, out.data) : NULL);
    }
    buf_fini(&out);
    return ok;
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || (c & 0x80);
}

/* Whether an expression has an "or" outside brackets and quotes: "and" would bind more tightly. */
static bool is_loose(const char *text)
{
    int depth = 0;
    char quote = '\0';
    for (const char *c = text; *c; c++) {
        if (quote) {
            quote = *c == quote ? '\0' : quote;
        } else if (*c == '\'' || *c == '"') {
            quote = *c;
        } else if (*c == '(' || *c == '[') {
            depth++;
        } else if (*c == ')' || *c == ']') {
            depth--;
        } else if (!depth && text_starts(c, "or") && c > text && !is_of_name(c[-1]) &&
                   !is_of_name(c[2])) {
            return true;
        }
    }
    return false;
}

static const char *bracketed(struct assembly *a, const char *text)
{
    return is_loose(text) ? arena_join(&a->arena, "(", text, ")", NULL) : text;
}

static const char *both(struct assembly *a, const char *one, const char *other)
{
    return !*one     ? other
           : !*other ? one
                     : arena_join(&a->arena, bracketed(a, one), " and ", bracketed(a, other), NULL);
}

/* Adds the conditions that the author does not write at each question. */
static void gate(struct assembly *a, struct line *line)
{
    struct table *t = &a->survey;
    const char *relevant = cell(t, line, "relevant");
    const char *sensitive = cell(t, line, "bind::suhbat:sensitive");
    bool open = strcmp(cell(t, line, "open"), "yes") == 0;
    for (size_t i = 0; i < a->when_count; i++) {
        if (a->when_depth[i] == a->depth) { /* deeper rows inherit it from their group */
            relevant = both(a, relevant, a->when[i]);
        }
    }
    if (strcmp(cell(t, line, "phone"), "no") == 0 && a->gate_phone) {
        relevant = both(a, relevant, a->gate_phone);
    }
    if (!open && strcmp(sensitive, "yes") == 0 && a->gate_yes) {
        relevant = both(a, relevant, a->gate_yes);
    }
    if (!open && strcmp(sensitive, "extra") == 0 && a->gate_extra) {
        relevant = both(a, relevant, a->gate_extra);
    }
    set_cell(t, line, "relevant", *relevant ? relevant : NULL);
    if (strcmp(cell(t, line, "required"), "must") == 0) {
        set_cell(t, line, "required", a->gate_must ? a->gate_must : "yes");
    }
}

/* Puts the study text `key` into the row's message, in all languages. */
static void message(struct assembly *a, struct line *line, const char *key)
{
    size_t columns = a->choices.columns;
    for (size_t c = 0; c < columns; c++) {
        const char *header = a->choices.names[c];
        const char *text =
            text_starts(header, "label::") ? study_text(a, key, header + strlen("label")) : NULL;
        if (text && *text) {
            set_cell(&a->survey, line,
                     arena_join(&a->arena, "constraint_message", header + strlen("label"), NULL),
                     text);
        }
    }
}

/* A number with codes for missing answers: its range is the author's, the codes are added. */
static void allow_missing(struct assembly *a, struct line *line)
{
    struct table *t = &a->survey;
    static const struct {
        const char *word, *code;
    } codes[] = {{"dk", "-98"}, {"refused", "-99"}, {"na", "-97"}};
    const char *missing = cell(t, line, "bind::suhbat:missing");
    const char *range = cell(t, line, "constraint");
    if (!*missing || !*range) {
        return;
    }
    struct buf out = {0};
    buf_join(&out, "(", range, ")", NULL);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strstr(missing, codes[i].word)) {
            buf_join(&out, " or . = ", codes[i].code, NULL);
        }
    }
    set_cell(t, line, "constraint", arena_text(&a->arena, out.data));
    buf_fini(&out);
}

/* Whether row `line` of the list of codes belongs to a list with this addition. */
static bool is_wanted(struct assembly *a, const struct line *line, const char *codes)
{
    return strcmp(codes, "n") == 0 || strcmp(cell(&a->choices, line, "name"), "na") != 0;
}

/* `codes`: the addition, if `list` is the list of codes. */
static size_t exclusive_of(struct assembly *a, const struct list *list, const char *codes,
                           struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; list && i < list->count; i++) {
        const struct line *line = list->lines[i];
        if (strcmp(cell(&a->choices, line, "exclusive"), "yes") == 0 &&
            (!codes || is_wanted(a, line, codes))) {
            buf_join(out, count ? " or " : "", "selected(., '", cell(&a->choices, line, "name"),
                     "')", NULL);
            count++;
        }
    }
    return count;
}

/* An answer such as "none" excludes all others.  The list's column `exclusive` names them. */
static void exclude_others(struct assembly *a, struct line *line, const struct list *list)
{
    struct table *t = &a->survey;
    struct buf alone = {0}, codes = {0};
    size_t count = exclusive_of(a, list->base, NULL, &alone);
    if (list->codes) {
        bool more = exclusive_of(a, map_get(&a->lists, "codes"), list->codes, &codes) > 0;
        buf_join(&alone, count && more ? " or " : "", codes.data ? codes.data : "", NULL);
        count += more;
    }
    if (count && !*cell(t, line, "constraint")) {
        set_cell(t, line, "constraint",
                 arena_join(&a->arena, "not((", alone.data, ") and count-selected(.) > 1)", NULL));
        message(a, line, "exclusive");
    }
    buf_fini(&alone);
    buf_fini(&codes);
}

/* "select_one yn+d": uses the list, and writes the name that it has in the form. */
static bool take_list(struct assembly *a, struct line *line)
{
    struct table *t = &a->survey;
    const char *type = cell(t, line, "type");
    size_t kind = strcspn(type, " ");
    bool select = text_starts(type, "select_one ") || text_starts(type, "select_multiple ") ||
                  text_starts(type, "rank ");
    const char *name = type + kind + strspn(type + kind, " ");
    struct list *list;
    if (!select || *name == '$') {
        return true;
    }
    size_t len = strcspn(name, " ");
    if (!use_list(a, arena_copy(&a->arena, name, len), &list)) {
        return bad(a, line, "type");
    }
    set_cell(t, line, "type",
             arena_printf(&a->arena, "%.*s %s%s", (int)kind, type, list->name, name + len));
    if (!text_starts(type, "select_one ")) {
        exclude_others(a, line, list);
    }
    return true;
}

/* ---- rows ---- */

static bool take_rows(struct assembly *a, const char *path, const struct line *from,
                      unsigned depth);

static bool include(struct assembly *a, const struct line *line, const char *blocks, unsigned depth)
{
    while (*blocks) {
        size_t len = strcspn(blocks, " ");
        const char *path =
            arena_printf(&a->arena, "%s/source/blocks/%.*s.csv", a->folder, (int)len, blocks);
        if (!file_exists(path)) {
            err_set(a->err, ERR_INPUT, "there is no block '%.*s'", (int)len, blocks);
            return bad(a, line, "type");
        }
        if (!take_rows(a, path, line, depth + 1)) {
            return false;
        }
        blocks += len + strspn(blocks + len, " ");
    }
    return true;
}

static bool take_when(struct assembly *a, const struct line *line, bool end)
{
    if (end && a->when_count) {
        a->when_count--;
        return true;
    }
    if (end || a->when_count == WHEN_MAX) {
        err_set(a->err, ERR_INPUT, end ? "no 'when' is open here" : "too many 'when' are open");
        return bad(a, line, "type");
    }
    a->when_depth[a->when_count] = a->depth;
    a->when[a->when_count++] = cell(&a->survey, line, "relevant");
    return true;
}

static bool take_row(struct assembly *a, struct line *line, const struct line *from, unsigned depth)
{
    struct table *t = &a->survey;
    for (size_t c = 0; c < t->columns; c++) {
        if (line->cells[c] && !fill_cell(a, line, t->names[c], from)) {
            return false;
        }
    }
    const char *type = cell(t, line, "type");
    bool end = strcmp(type, "end_when") == 0;
    if (end || strcmp(type, "when") == 0) {
        return take_when(a, line, end);
    }
    if (text_starts(type, "include ")) {
        return include(a, line, type + strlen("include "), depth);
    }
    if (!take_list(a, line)) {
        return false;
    }
    bool ends = text_starts(type, "end_");
    if (ends && a->depth) {
        a->depth--;
    } else if (!ends) {
        gate(a, line);
        a->depth += text_starts(type, "begin_");
    }
    allow_missing(a, line);
    add_line(&t->lines, &t->count, &t->cap, line);
    return include(a, line, cell(t, line, "also"), depth);
}

static struct line *line_of(struct assembly *a, struct table *t, const struct sheet *sheet,
                            size_t r, const char *file)
{
    struct line *line = arena_alloc(&a->arena, sizeof *line);
    *line = (struct line){.file = file, .number = sheet->rows[r].number};
    for (size_t c = 0; c < sheet->rows[r].count && c < sheet->rows[0].count; c++) {
        if (*sheet->rows[r].cells[c]) {
            set_cell(t, line, sheet->rows[0].cells[c], sheet->rows[r].cells[c]);
        }
    }
    return line;
}

static bool read_book(struct assembly *a, struct workbook *book, const char *path)
{
    struct buf bytes = {0};
    bool ok = file_read(&bytes, path, DESK_FILE_MAX, a->err) &&
              form_source_workbook(book, &a->arena, path, &bytes, a->err);
    buf_fini(&bytes);
    return ok;
}

static bool take_rows(struct assembly *a, const char *path, const struct line *from, unsigned depth)
{
    struct workbook book;
    if (depth > DEPTH_MAX) {
        return err_set(a->err, ERR_INPUT, "%s: blocks include each other", file_name(path));
    }
    if (!read_book(a, &book, path)) {
        return false;
    }
    const struct sheet *survey = workbook_sheet(&book, "survey");
    if (!survey) {
        return err_set(a->err, ERR_INPUT, "%s: there is no sheet 'survey'", file_name(path));
    }
    bool ok = true;
    for (size_t r = 1; ok && r < survey->count; r++) {
        ok = take_row(a, line_of(a, &a->survey, survey, r, book.file), from, depth);
    }
    if (ok && a->survey.columns == COLUMNS_MAX) {
        ok = err_set(a->err, ERR_LIMIT, "%s: more than %d columns", book.file, (int)COLUMNS_MAX);
    }
    return ok;
}

static const char *gate_of(struct assembly *a, const char *name)
{
    const char *text = a->settings.count ? cell(&a->settings, a->settings.lines[0], name) : "";
    return *text ? text : NULL;
}

static bool take_settings(struct assembly *a, const char *path)
{
    struct workbook book;
    if (!read_book(a, &book, path)) {
        return false;
    }
    const struct {
        const char *name;
        struct table *table;
    } sheets[] = {{"settings", &a->settings}, {"entities", &a->entities}};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        const struct sheet *sheet = workbook_sheet(&book, sheets[i].name);
        struct table *t = sheets[i].table;
        for (size_t r = 1; sheet && r < sheet->count; r++) {
            add_line(&t->lines, &t->count, &t->cap, line_of(a, t, sheet, r, book.file));
        }
    }
    a->gate_yes = gate_of(a, "gate_yes");
    a->gate_extra = gate_of(a, "gate_extra");
    a->gate_phone = gate_of(a, "gate_phone");
    a->gate_must = gate_of(a, "gate_must");
    return true;
}

/* ---- the assembled form ---- */

/* Columns that only the assembler reads; in lists, also those whose name begins with '_'. */
static bool is_own(const char *name)
{
    static const char *const own[] = {"phone",      "open",      "also",
                                      "exclusive",  "gate_yes",  "gate_extra",
                                      "gate_phone", "gate_must", "text_columns"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(name, own[i]) == 0) {
            return true;
        }
    }
    return *name == '_';
}

static bool is_filled(const struct table *t, size_t c)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->lines[i]->cells[c] && *t->lines[i]->cells[c]) {
            return true;
        }
    }
    return false;
}

/* The order of columns that a reader of the form expects; others follow as they came. */
static size_t rank_of(const char *name)
{
    static const char *const order[] = {
        "list_name",     "type",      "name",          "label",        "hint",
        "guidance_hint", "required",  "relevant",      "constraint",   "constraint_message",
        "calculation",   "trigger",   "choice_filter", "repeat_count", "appearance",
        "default",       "parameters"};
    size_t len = strcspn(name, ":");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (strlen(order[i]) == len && strncmp(name, order[i], len) == 0) {
            return i;
        }
    }
    return sizeof order / sizeof *order;
}

static void put_sheet(struct assembly *a, struct sheet *sheet, const char *name, struct table *t)
{
    size_t kept[COLUMNS_MAX], count = 0;
    for (size_t rank = 0; rank <= rank_of(""); rank++) {
        for (size_t c = 0; c < t->columns; c++) {
            if (rank_of(t->names[c]) == rank && !is_own(t->names[c]) && is_filled(t, c)) {
                kept[count++] = c;
            }
        }
    }
    sheet->name = name;
    sheet->count = t->count + 1;
    sheet->rows = arena_alloc(&a->arena, sheet->count * sizeof *sheet->rows);
    for (size_t r = 0; r < sheet->count; r++) {
        struct sheet_row *row = &sheet->rows[r];
        row->cells = arena_alloc(&a->arena, (count + 1) * sizeof *row->cells);
        row->count = count;
        row->place = r;
        for (size_t k = 0; k < count; k++) {
            const char *text = r ? t->lines[r - 1]->cells[kept[k]] : t->names[kept[k]];
            row->cells[k] = text ? text : "";
        }
    }
}

/* Lists that `text_columns` of the settings names get their labels as columns, too: txt_ru for
 * "label::Русский (ru)".  An expression can read those; labels it cannot. */
static void put_text_columns(struct assembly *a, struct line *row)
{
    const char *lists =
        a->settings.count ? cell(&a->settings, a->settings.lines[0], "text_columns") : "";
    const char *name = cell(&a->choices, row, "list_name");
    size_t columns = a->choices.columns;
    if (!*name || !text_has_word(lists, name)) {
        return;
    }
    for (size_t c = 0; c < columns; c++) {
        const char *header = a->choices.names[c], *code = strrchr(header, '(');
        if (text_starts(header, "label::") && code) {
            const char *column =
                arena_printf(&a->arena, "txt_%.*s", (int)strcspn(code + 1, ")"), code + 1);
            set_cell(&a->choices, row, column, row->cells[c]);
        }
    }
}

/* They are in the form even where no question chooses from them. */
static bool use_text_lists(struct assembly *a)
{
    static const char column[] = "text_columns";
    struct line *row = a->settings.count ? a->settings.lines[0] : NULL;
    const char *at = row ? cell(&a->settings, row, column) : "";
    struct list *list;
    while (*(at += strspn(at, " "))) {
        size_t len = strcspn(at, " ");
        if (!use_list(a, arena_copy(&a->arena, at, len), &list)) {
            return bad(a, row, column);
        }
        at += len;
    }
    return true;
}

static void put_choices(struct assembly *a, const struct list *list, const struct list *from)
{
    for (size_t i = 0; from && i < from->count; i++) {
        struct line *copy = arena_alloc(&a->arena, sizeof *copy);
        *copy = *from->lines[i];
        if (from != list->base && !is_wanted(a, copy, list->codes)) {
            continue;
        }
        set_cell(&a->choices, copy, "list_name", list->name);
        put_text_columns(a, copy);
        add_line(&a->choices.lines, &a->choices.count, &a->choices.cap, copy);
    }
}

static void write_form(struct assembly *a, struct buf *out)
{
    struct sheet sheets[4];
    struct workbook book = {.sheets = sheets, .count = 3};
    for (size_t i = 0; i < a->order_count; i++) {
        const struct list *list = a->order[i];
        put_choices(a, list, list->base);
        if (list->codes) {
            put_choices(a, list, map_get(&a->lists, "codes"));
        }
    }
    put_sheet(a, &sheets[0], "survey", &a->survey);
    put_sheet(a, &sheets[1], "choices", &a->choices);
    put_sheet(a, &sheets[2], "settings", &a->settings);
    if (a->entities.count) {
        put_sheet(a, &sheets[book.count++], "entities", &a->entities);
    }
    workbook_write_csv(out, &book);
}

static void drop_lists(struct assembly *a)
{
    for (size_t i = 0; i < a->lists.cap; i++) {
        struct list *list = a->lists.slots ? a->lists.slots[i].value : NULL;
        if (list && a->lists.slots[i].key) {
            free(list->lines);
        }
    }
}

bool form_assemble(struct buf *out, const char *source, struct err *err)
{
    struct assembly *a = mem_zero(1, sizeof *a);
    arena_init(&a->arena);
    map_init(&a->lists, &a->arena);
    a->err = err;
    const char *name = strstr(source, "/source/");
    a->folder = arena_copy(&a->arena, name ? source : ".", name ? (size_t)(name - source) : 1);
    bool ok = read_lists(a, err) && take_settings(a, source) && take_rows(a, source, NULL, 0);
    if (ok && a->when_count) {
        ok = err_set(err, ERR_INPUT, "%s: a 'when' has no 'end_when'", file_name(source));
    }
    ok = ok && use_text_lists(a);
    if (ok) {
        write_form(a, out);
    }
    drop_lists(a);
    free(a->survey.lines);
    free(a->choices.lines);
    free(a->settings.lines);
    free(a->entities.lines);
    arena_fini(&a->arena);
    free(a);
    return ok;
}

/* Whether the file holds exactly these bytes. */
static bool is_fresh(const char *path, const struct buf *bytes)
{
    struct buf have = {0};
    bool same = file_read(&have, path, DESK_FILE_MAX, NULL) && have.len == bytes->len &&
                memcmp(have.data, bytes->data, have.len) == 0;
    buf_fini(&have);
    return same;
}

bool form_assemble_folder(const char *folder, bool check, struct err *err)
{
    struct arena arena;
    const char **names;
    size_t count, stale = 0;
    arena_init(&arena);
    const char *sources = arena_join(&arena, folder, "/source", NULL);
    bool ok = file_list(&arena, &names, &count, sources, ".csv", err);
    for (size_t i = 0; ok && i < count; i++) {
        struct buf bytes = {0};
        const char *path = arena_join(&arena, folder, "/", names[i], NULL);
        ok = form_assemble(&bytes, arena_join(&arena, sources, "/", names[i], NULL), err);
        if (ok && !is_fresh(path, &bytes)) {
            stale++;
            printf("%s: %s\n", path, check ? "stale" : "written");
            ok = check || file_write(path, bytes.data, bytes.len, FILE_SHARED, true, err);
        }
        buf_fini(&bytes);
    }
    if (ok && check && stale) {
        err_set(err, ERR_INPUT, "%zu of %zu forms are not what their sources give", stale, count);
        ok = err_hint(err, "suhbat-form assemble %s", folder);
    } else if (ok) {
        printf("%zu forms, %zu %s\n", count, stale, check ? "stale" : "written");
    }
    arena_fini(&arena);
    return ok;
}
