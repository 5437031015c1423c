/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the workbooks of native reviewers. */
#include "tools/form/form_review.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/workbook/workbook.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/machine/spreadsheet.h"
#include "platform/machine/text.h"
#include "tools/form/form_assemble.h"
#include "tools/form/form_source.h"

enum { KINDS = 5, PLACES_MAX = 200 };
static const char *const kinds[KINDS] = {"label", "hint", "guidance_hint", "constraint_message",
                                         "required_message"};
static const char reference[] = "ru", english[] = "en";
#define SHEET "review "

/* Columns of the workbook. */
enum { COL_PLACE, COL_REFERENCE, COL_TEXT, COL_ENGLISH, COL_NEW, COL_REMARK, COL_DONE, COL_COUNT };
static const char *const headings[COL_COUNT] = {
    [COL_PLACE] = "where",      [COL_REFERENCE] = "Russian", [COL_TEXT] = "translation",
    [COL_ENGLISH] = "English",  [COL_NEW] = "your wording",  [COL_REMARK] = "remark",
    [COL_DONE] = "reviewed (x)"};
static_assert(sizeof headings / sizeof *headings == COL_COUNT, "one heading a column");

struct pair { /* a text: what stands in the reference, and in the language */
    const char *reference, *text, *english;
    const char *places; /* "survey 14 age, choices 30" */
    struct pair *next;
};

struct review {
    struct arena arena;
    const char *language;
    struct map pairs; /* reference, a separator, text → its pair */
    struct pair *first, *last;
    struct map done; /* keys of pairs that somebody reviewed */
    size_t count;
};

static const char *key_of(struct review *r, const char *ref, const char *text)
{
    return arena_join(&r->arena, ref, "\x1f", text, NULL);
}

/* The columns of one kind of text in a row of headings; -1: there is none. */
struct columns {
    int reference, text, english;
};

static bool is_language(const char *header, const char *kind, const char *code)
{
    size_t len = strlen(kind);
    const char *open = strrchr(header, '(');
    return strncmp(header, kind, len) == 0 && text_starts(header + len, "::") && open &&
           strlen(open + 1) == strlen(code) + 1 && strncmp(open + 1, code, strlen(code)) == 0;
}

static struct columns columns_of(const char *const *cells, size_t count, const char *kind,
                                 const char *language)
{
    struct columns c = {-1, -1, -1};
    for (size_t i = 0; i < count; i++) {
        c.reference = is_language(cells[i], kind, reference) ? (int)i : c.reference;
        c.text = is_language(cells[i], kind, language) ? (int)i : c.text;
        c.english = is_language(cells[i], kind, english) ? (int)i : c.english;
    }
    return c;
}

static const char *cell(const char *const *cells, size_t count, int column)
{
    return column >= 0 && (size_t)column < count ? cells[column] : "";
}

static void add_pair(struct review *r, const char *ref, const char *text, const char *en,
                     const char *place)
{
    const char *key = key_of(r, ref, text);
    struct pair *p = map_get(&r->pairs, key);
    if (!p) {
        p = arena_alloc(&r->arena, sizeof *p);
        *p = (struct pair){arena_text(&r->arena, ref), arena_text(&r->arena, text),
                           arena_text(&r->arena, en), place, NULL};
        map_put(&r->pairs, key, p);
        if (r->last) {
            r->last->next = p;
        } else {
            r->first = p;
        }
        r->last = p;
        r->count++;
    } else if (strlen(p->places) < PLACES_MAX) {
        p->places = arena_join(&r->arena, p->places, ", ", place, NULL);
    }
}

static void gather_sheet(struct review *r, const struct sheet *sheet)
{
    const struct sheet_row *top = &sheet->rows[0];
    size_t name = top->count;
    for (size_t c = 0; c < top->count; c++) {
        name = strcmp(top->cells[c], "name") == 0 ? c : name;
    }
    for (size_t k = 0; k < KINDS; k++) {
        struct columns at = columns_of(top->cells, top->count, kinds[k], r->language);
        for (size_t i = 1; i < sheet->count && at.reference >= 0 && at.text >= 0; i++) {
            const struct sheet_row *row = &sheet->rows[i];
            const char *ref = cell(row->cells, row->count, at.reference);
            if (*ref) {
                add_pair(r, ref, cell(row->cells, row->count, at.text),
                         cell(row->cells, row->count, at.english),
                         arena_printf(&r->arena, "%s %zu %s%s%s", sheet->name, row->number,
                                      name < row->count ? row->cells[name] : "", k ? " " : "",
                                      k ? kinds[k] : ""));
            }
        }
    }
}

/* ---- what was reviewed ---- */

/* reviewed.csv beside the form: lang, reference, text. */
static const char *done_path(struct review *r, const char *form)
{
    const char *slash = strrchr(form, '/');
    return arena_printf(&r->arena, "%.*sreviewed.csv", slash ? (int)(slash - form) + 1 : 0, form);
}

static bool read_done(struct review *r, const char *form, struct err *err)
{
    struct buf bytes = {0};
    struct csv csv = {0};
    const char *path = done_path(r, form);
    if (!file_exists(path)) {
        return true;
    }
    bool ok = file_read(&bytes, path, DESK_FILE_MAX, err) &&
              (csv_parse(&csv, &r->arena, bytes.data ? bytes.data : "", bytes.len, err) ||
               err_at(err, "%s", file_name(path)));
    for (size_t i = 1; ok && i < csv.count; i++) {
        const struct csv_row *row = &csv.rows[i];
        if (row->count >= 3 && strcmp(row->cells[0], r->language) == 0) {
            map_put(&r->done, key_of(r, row->cells[1], row->cells[2]), r);
        }
    }
    buf_fini(&bytes);
    return ok;
}

static bool open_review(struct review *r, const char *form, const char *language, struct err *err)
{
    struct buf bytes = {0};
    struct workbook book;
    *r = (struct review){.language = language};
    arena_init(&r->arena);
    map_init(&r->pairs, &r->arena);
    map_init(&r->done, &r->arena);
    bool ok = file_read(&bytes, form, DESK_FILE_MAX, err) &&
              form_source_workbook(&book, &r->arena, form, &bytes, err) && read_done(r, form, err);
    for (size_t i = 0; ok && i < book.count; i++) {
        bool texts =
            text_same(book.sheets[i].name, "survey") || text_same(book.sheets[i].name, "choices");
        if (texts && book.sheets[i].count) {
            gather_sheet(r, &book.sheets[i]);
        }
    }
    if (ok && !r->count) {
        err_set(err, ERR_INPUT, "%s has no texts in both '%s' and '%s'", file_name(form), reference,
                language);
        ok = err_hint(err, "a column is named like 'label::Кыргызча (ky)'");
    }
    buf_fini(&bytes);
    return ok;
}

static void count_pairs(struct review *r, struct review_counts *counts)
{
    counts->texts = r->count;
    for (const struct pair *p = r->first; p; p = p->next) {
        counts->reviewed += map_get(&r->done, key_of(r, p->reference, p->text)) != NULL;
    }
}

bool form_review_count(const char *form, const char *language, struct review_counts *counts,
                       struct err *err)
{
    struct review r;
    *counts = (struct review_counts){0};
    bool ok = open_review(&r, form, language, err);
    if (ok) {
        count_pairs(&r, counts);
    }
    arena_fini(&r.arena);
    return ok;
}

/* ---- the workbook ---- */

static bool write_rows(struct review *r, struct spreadsheet *book, struct err *err)
{
    static const double widths[COL_COUNT] = {28, 44, 44, 36, 44, 30, 12};
    struct spreadsheet_page *page;
    if (!spreadsheet_add(&page, book, arena_join(&r->arena, SHEET, r->language, NULL), err)) {
        return false;
    }
    for (size_t c = 0; c < COL_COUNT; c++) {
        spreadsheet_width(page, c, widths[c]);
        spreadsheet_text(page, 0, c, headings[c], LOOK_HEAD);
    }
    size_t row = 1;
    for (const struct pair *p = r->first; p; p = p->next, row++) {
        bool done = map_get(&r->done, key_of(r, p->reference, p->text)) != NULL;
        const char *const cells[COL_COUNT] = {[COL_PLACE] = p->places,
                                              [COL_REFERENCE] = p->reference,
                                              [COL_TEXT] = p->text,
                                              [COL_ENGLISH] = p->english,
                                              [COL_NEW] = "",
                                              [COL_REMARK] = "",
                                              [COL_DONE] = done ? "x" : ""};
        for (size_t c = 0; c < COL_COUNT; c++) {
            if (strlen(cells[c]) > SPREADSHEET_TEXT) {
                return err_set(err, ERR_LIMIT, "%s: the text is longer than a cell may be",
                               p->places);
            }
            spreadsheet_text(page, row, c, cells[c], c < COL_NEW ? LOOK_WRAPPED : LOOK_OPEN);
        }
    }
    spreadsheet_filter(page, row, COL_COUNT);
    spreadsheet_protect(page);
    return true;
}

bool form_review_write(const char *form, const char *language, const char *out,
                       struct review_counts *counts, struct err *err)
{
    struct review r;
    struct spreadsheet *book;
    *counts = (struct review_counts){0};
    bool ok = open_review(&r, form, language, err);
    if (ok) {
        count_pairs(&r, counts);
        ok = spreadsheet_new(&book, out, err);
        if (ok) {
            ok = write_rows(&r, book, err);
            ok = spreadsheet_close(book, ok, err);
        }
        ok = ok || err_at(err, "%s", out);
    }
    arena_fini(&r.arena);
    return ok;
}

/* ---- putting back ---- */

struct change { /* of one text */
    const char *reference, *text, *fresh;
    bool used;
};

struct applying {
    struct review *r;
    struct change *list;
    size_t count;
    struct map by_pair; /* key of the pair → its change */
    struct review_counts *counts;
};

static size_t column_named(const struct sheet_row *top, const char *heading)
{
    for (size_t c = 0; c < top->count; c++) {
        if (strcmp(top->cells[c], heading) == 0) {
            return c;
        }
    }
    return SIZE_MAX;
}

static const char *at(const struct sheet_row *row, size_t column)
{
    return column < row->count ? row->cells[column] : "";
}

static bool mark_done(struct applying *a, const char *form, struct buf *rows, struct err *err)
{
    const char *path = done_path(a->r, form);
    struct buf all = {0};
    if (!rows->len) {
        return true;
    }
    if (!file_exists(path)) {
        buf_text(&all, "lang,reference,text\n");
    }
    buf_add(&all, rows->data, rows->len);
    bool ok = file_append(path, all.data, all.len, FILE_SHARED, err);
    buf_fini(&all);
    return ok;
}

/* Whether each "${name}" of one text is in the other, as often. */
static bool same_references(const char *one, const char *other)
{
    for (int turn = 0; turn < 2; turn++) {
        for (const char *p = one; (p = strstr(p, "${")); p++) {
            size_t len = strcspn(p, "}");
            int balance = 0;
            for (const char *q = one; (q = strstr(q, "${")); q++) {
                balance += strncmp(q, p, len + 1) == 0;
            }
            for (const char *q = other; (q = strstr(q, "${")); q++) {
                balance -= strncmp(q, p, len + 1) == 0;
            }
            if (balance != 0) {
                return false;
            }
        }
        const char *swap = one;
        one = other;
        other = swap;
    }
    return true;
}

/* Reads the reviewer's rows.  A wording of their own counts as reviewed, too. */
static bool read_changes(struct applying *a, const struct sheet *sheet, struct buf *done,
                         struct err *err)
{
    const struct sheet_row *top = &sheet->rows[0];
    size_t ref = column_named(top, headings[COL_REFERENCE]);
    size_t text = column_named(top, headings[COL_TEXT]);
    size_t fresh = column_named(top, headings[COL_NEW]);
    size_t mark = column_named(top, headings[COL_DONE]);
    size_t remark = column_named(top, headings[COL_REMARK]);
    if (ref == SIZE_MAX || text == SIZE_MAX || fresh == SIZE_MAX) {
        err_set(err, ERR_INPUT, "this is no review: there are no columns '%s', '%s' and '%s'",
                headings[COL_REFERENCE], headings[COL_TEXT], headings[COL_NEW]);
        return err_hint(err, "suhbat-form review FORM --lang ky -o REVIEW.xlsx writes one");
    }
    a->list = mem_zero(sheet->count, sizeof *a->list);
    for (size_t i = 1; i < sheet->count; i++) {
        const struct sheet_row *row = &sheet->rows[i];
        const char *old = at(row, text), *wording = at(row, fresh);
        bool changed = *wording && strcmp(wording, old) != 0;
        const char *key = key_of(a->r, at(row, ref), old);
        if (changed && !same_references(old, wording)) {
            err_set(err, ERR_INPUT, "the wording does not have the same ${…} as the text");
            err_at(err, "row %zu", row->number);
            return err_hint(err, "keep each ${name}: an answer stands there; nothing was changed");
        }
        if (remark != SIZE_MAX && *at(row, remark)) {
            buf_printf(&a->counts->remarks, "row %zu: %s\n", row->number, at(row, remark));
        }
        if (changed) {
            struct change *c = &a->list[a->count++];
            *c = (struct change){at(row, ref), old, wording, false};
            map_put(&a->by_pair, key, c);
            a->counts->changed++;
        }
        const char *final = changed ? wording : old;
        bool known = map_get(&a->r->done, key_of(a->r, at(row, ref), final)) != NULL;
        if ((changed || *at(row, mark)) && !known) {
            csv_cell(done, a->r->language, true);
            csv_cell(done, at(row, ref), false);
            csv_cell(done, final, false);
            csv_end(done);
            a->counts->marked++;
        }
    }
    return true;
}

/* Changes the cells of one row in all kinds of text. */
static bool change_row(struct applying *a, const struct columns *columns, const char **cells,
                       size_t count)
{
    bool any = false;
    for (size_t k = 0; k < KINDS; k++) {
        const char *ref = cell(cells, count, columns[k].reference);
        const char *text = cell(cells, count, columns[k].text);
        struct change *c =
            *ref && columns[k].text >= 0 ? map_get(&a->by_pair, key_of(a->r, ref, text)) : NULL;
        if (c && (size_t)columns[k].text < count) {
            cells[columns[k].text] = c->fresh;
            c->used = any = true;
            a->counts->cells++;
        }
    }
    return any;
}

/* A row is a row of headings if one of its cells names a text in a language. */
static bool take_headings(struct applying *a, const char *const *cells, size_t count,
                          struct columns *columns)
{
    bool any = false;
    for (size_t k = 0; k < KINDS; k++) {
        struct columns c = columns_of(cells, count, kinds[k], a->r->language);
        any = any || c.reference >= 0 || c.text >= 0;
    }
    for (size_t k = 0; any && k < KINDS; k++) {
        columns[k] = columns_of(cells, count, kinds[k], a->r->language);
    }
    return any;
}

/* A CSV file of any kind, sources and lists: all other cells stay as they are. */
static bool change_file(struct applying *a, const char *path, struct err *err)
{
    struct columns columns[KINDS];
    struct buf bytes = {0}, out = {0};
    struct csv csv;
    bool any = false;
    memset(columns, 0xFF, sizeof columns); /* -1 */
    bool ok = file_read(&bytes, path, DESK_FILE_MAX, err) &&
              (csv_parse(&csv, &a->r->arena, bytes.data ? bytes.data : "", bytes.len, err) ||
               err_at(err, "%s", path));
    for (size_t i = 0; ok && i < csv.count; i++) {
        struct csv_row *row = &csv.rows[i];
        if (!take_headings(a, row->cells, row->count, columns)) {
            any = change_row(a, columns, row->cells, row->count) || any;
        }
        for (size_t c = 0; c < row->count; c++) {
            csv_cell(&out, row->cells[c], c == 0);
        }
        csv_end(&out);
    }
    if (ok && any) {
        ok = file_write(path, out.data, out.len, FILE_SHARED, true, err);
        a->counts->files++;
    }
    buf_fini(&bytes);
    buf_fini(&out);
    return ok;
}

static bool change_folder(struct applying *a, const char *folder, struct err *err)
{
    const char **names;
    size_t count;
    bool ok = file_list(&a->r->arena, &names, &count, folder, ".csv", err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = change_file(a, arena_join(&a->r->arena, folder, "/", names[i], NULL), err);
    }
    return ok;
}

static bool change_sources(struct applying *a, const char *folder, struct err *err)
{
    struct arena *arena = &a->r->arena;
    return change_folder(a, arena_join(arena, folder, "/source", NULL), err) &&
           change_folder(a, arena_join(arena, folder, "/source/blocks", NULL), err) &&
           change_folder(a, arena_join(arena, folder, "/lists", NULL), err) &&
           form_assemble_folder(folder, false, err);
}

static bool change_form(struct applying *a, const char *form, const char *out, struct err *err)
{
    struct buf bytes = {0}, made = {0};
    struct workbook book;
    bool ok = file_read(&bytes, form, DESK_FILE_MAX, err) &&
              form_source_workbook(&book, &a->r->arena, form, &bytes, err);
    for (size_t s = 0; ok && s < book.count; s++) {
        struct columns columns[KINDS];
        memset(columns, 0xFF, sizeof columns);
        for (size_t i = 0; i < book.sheets[s].count; i++) {
            struct sheet_row *row = &book.sheets[s].rows[i];
            if (!take_headings(a, row->cells, row->count, columns)) {
                (void)change_row(a, columns, row->cells, row->count);
            }
        }
    }
    if (ok && file_ends(out, ".csv")) {
        workbook_write_csv(&made, &book);
    } else if (ok) {
        ok = workbook_write_xlsx(&made, &book, err);
    }
    ok = ok && file_write(out, made.data, made.len, FILE_SHARED, false, err);
    a->counts->files += ok;
    buf_fini(&bytes);
    buf_fini(&made);
    return ok;
}

/* The sheet that a review has, "review ky"; the language is its name's second word. */
static const struct sheet *sheet_of(const struct workbook *book, const char **language)
{
    for (size_t i = 0; i < book->count; i++) {
        if (text_starts(book->sheets[i].name, SHEET) && book->sheets[i].count) {
            *language = book->sheets[i].name + strlen(SHEET);
            return &book->sheets[i];
        }
    }
    return NULL;
}

/* The folder of a form that is assembled from sources; NULL if it is not. */
static const char *folder_of(struct review *r, const char *form)
{
    const char *slash = strrchr(form, '/');
    const char *folder =
        arena_printf(&r->arena, "%.*s", slash ? (int)(slash - form) : 1, slash ? form : ".");
    const char *source = arena_join(&r->arena, folder, "/source/", file_name(form), NULL);
    return file_exists(source) ? folder : NULL;
}

static bool apply_to(struct applying *a, const struct sheet *sheet, const char *form,
                     const char *out, struct err *err)
{
    struct buf done = {0};
    const char *folder = folder_of(a->r, form);
    if (!folder && !out) {
        err_set(err, ERR_MISUSE, "%s has no sources: the result needs a file", file_name(form));
        return err_hint(err, "-o OUT.xlsx or OUT.csv");
    }
    bool ok = read_changes(a, sheet, &done, err);
    if (ok && a->count) {
        ok = folder ? change_sources(a, folder, err) : change_form(a, form, out, err);
    }
    ok = ok && mark_done(a, form, &done, err);
    for (size_t i = 0; i < a->count; i++) {
        a->counts->unknown += !a->list[i].used;
    }
    buf_fini(&done);
    return ok;
}

bool form_review_apply(const char *form, const char *review, const char *out,
                       struct review_counts *counts, struct err *err)
{
    struct review r = {.language = ""};
    struct applying a = {.r = &r, .counts = counts};
    struct buf bytes = {0};
    struct workbook book;
    const char *language = "";
    *counts = (struct review_counts){0};
    arena_init(&r.arena);
    map_init(&r.done, &r.arena);
    map_init(&a.by_pair, &r.arena);
    bool ok = file_read(&bytes, review, DESK_FILE_MAX, err) &&
              form_source_workbook(&book, &r.arena, review, &bytes, err);
    const struct sheet *sheet = ok ? sheet_of(&book, &language) : NULL;
    if (ok && !sheet) {
        ok =
            err_set(err, ERR_INPUT, "%s: there is no sheet '%sLANGUAGE'", file_name(review), SHEET);
    }
    if (ok) {
        r.language = language;
        ok = read_done(&r, form, err) && apply_to(&a, sheet, form, out, err);
    }
    free(a.list);
    buf_fini(&bytes);
    arena_fini(&r.arena);
    return ok;
}
