/* SPDX-License-Identifier: Apache-2.0 */
/* Codes stories from a table, and lists what is coded. */
#include "tools/desk/desk_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_lists.h"
#include "tools/desk/desk_question.h"

/* ---- texts ---- */

const char *desk_story(struct arena *arena, const char *value)
{
    char *out = arena_text(arena, value), *to = out;
    for (const char *c = value; *c; c++) {
        if (*c != '\r') {
            *to++ = *c;
        } else if (c[1] != '\n') {
            *to++ = '\n';
        }
    }
    *to = '\0';
    return out;
}

size_t desk_letter(const char *text, size_t letter)
{
    size_t at = 0, len = strlen(text);
    while (letter-- && at < len) {
        (void)text_next(text, len, &at);
    }
    return at;
}

/* ---- the study's codes ---- */

bool desk_elements_read(struct desk_elements *e, const struct buf *bytes, struct err *err)
{
    static const char *const wanted[] = {"name", NULL};
    arena_init(&e->arena);
    map_init(&e->by_code, &e->arena);
    map_init(&e->by_name, &e->arena);
    if (!desk_list_read(&e->csv, &e->arena, bytes, "elem.csv", wanted, err)) {
        return false;
    }
    const struct csv *csv = &e->csv;
    e->name = desk_list_column(csv, "name");
    for (size_t r = 1; r < csv->count; r++) {
        const char *code = desk_list_cell(csv, r, e->name);
        if (!*code) {
            continue;
        }
        map_put(&e->by_code, code, (void *)(uintptr_t)code);
        map_put(&e->by_name, code, (void *)(uintptr_t)code);
        for (size_t c = 0; c < csv->rows[r].count; c++) {
            bool label = c < csv->rows[0].count && text_starts(csv->rows[0].cells[c], "label::");
            if (label && *csv->rows[r].cells[c]) {
                map_put(&e->by_name, csv->rows[r].cells[c], (void *)(uintptr_t)code);
            }
        }
    }
    if (!e->by_code.count) {
        err_set(err, ERR_INPUT, "there are no codes");
        return err_at(err, "elem.csv");
    }
    return true;
}

const char *desk_element_code(const struct desk_elements *e, size_t row)
{
    return desk_list_cell(&e->csv, row, e->name);
}

const char *desk_element_label(const struct desk_elements *e, size_t row, const char *language)
{
    const char *label = desk_list_cell(&e->csv, row, desk_list_label(&e->csv, language));
    return *label ? label : desk_list_cell(&e->csv, row, e->name);
}

void desk_elements_codes(struct desk_elements *e, struct dataset_look *look)
{
    size_t room = e->csv.count;
    struct dataset_code *codes = arena_alloc(&e->arena, (room + 1) * sizeof *codes);
    look->code_count = 0;
    for (size_t r = 1; r < room; r++) {
        const char *code = desk_element_code(e, r);
        if (*code) {
            codes[look->code_count++] = (struct dataset_code){
                code, desk_element_label(e, r, look->labels ? look->labels : "ru")};
        }
    }
    look->codes = codes;
}

void desk_elements_fini(struct desk_elements *e)
{
    arena_fini(&e->arena);
}

/* ---- the table ---- */

enum column { RECORD, QUESTION, WORDS, CODE, QUOTE, FROM, TRANSLATION, COMMENT, COLUMNS };
static const char *const names[COLUMNS] = {"record", "question", "words",       "code",
                                           "quote",  "from",     "translation", "comment"};

struct row {
    size_t number; /* in the file, from 1 */
    const char *cells[COLUMNS];
    uint8_t root[16], newest[16];
    struct coding coding;
    bool found;
    struct row *next; /* of the same record */
};
struct coding_run {
    struct desk *desk;
    struct desk_records records;
    const struct desk_elements *elements;
    struct arena arena;
    struct csv csv;
    struct row *rows;
    size_t count;
    struct map by_record; /* id of the newest version in hex → its first row */
};

static bool bad_row(const struct row *row, struct err *err)
{
    err_at(err, "row %zu", row->number);
    return false;
}

static bool is_yes(const char *text)
{
    return strcmp(text, "yes") == 0;
}

static bool judge_row(struct coding_run *run, struct row *row, struct err *err)
{
    const char *quote = row->cells[QUOTE], *code = row->cells[CODE];
    if (!*row->cells[WORDS]) {
        err_set(err, ERR_INPUT, "no words are given");
        return err_hint(err, "copy them from the answer, as they stand");
    }
    if (*quote && !is_yes(quote) && strcmp(quote, "no") != 0) {
        return err_set(err, ERR_INPUT, "'%s' in the column quote: yes or no", quote);
    }
    if (*code && !map_get(&run->elements->by_code, code)) {
        err_set(err, ERR_INPUT, "the study has no code '%s'", code);
        return err_hint(err, "the codes are in elem.csv, in the column name");
    }
    if (!*code && !is_yes(quote)) {
        err_set(err, ERR_INPUT, "the words get no code, and are no quote");
        return err_hint(err, "give a code, or yes in the column quote");
    }
    return desk_find_record(run->desk, row->cells[RECORD], row->root, err);
}

static bool read_table(struct coding_run *run, const struct buf *table, struct err *err)
{
    static const char *const wanted[] = {"record", "question", "words", NULL};
    size_t columns[COLUMNS];
    if (!desk_list_read(&run->csv, &run->arena, table, "the table", wanted, err)) {
        return false;
    }
    for (int c = 0; c < COLUMNS; c++) {
        columns[c] = desk_list_column(&run->csv, names[c]);
    }
    run->rows = arena_alloc(&run->arena, (run->csv.count + 1) * sizeof *run->rows);
    memset(run->rows, 0, (run->csv.count + 1) * sizeof *run->rows);
    for (size_t r = 1; r < run->csv.count; r++) {
        struct row *row = &run->rows[run->count++];
        row->number = r + 1;
        for (int c = 0; c < COLUMNS; c++) {
            row->cells[c] = desk_list_cell(&run->csv, r, columns[c]);
        }
        if (!judge_row(run, row, err)) {
            return bad_row(row, err);
        }
    }
    return run->count > 0 || err_set(err, ERR_INPUT, "the table has no rows");
}

/* Rows by the version of their record that counts. */
static void sort_rows(struct coding_run *run)
{
    for (size_t i = run->count; i > 0; i--) {
        struct row *row = &run->rows[i - 1];
        const struct desk_family *family = desk_family_of(&run->records.edits, row->root);
        char hex[33];
        memcpy(row->newest, family ? family->newest : row->root, 16);
        memcpy(row->root, family ? family->root : row->root, 16);
        text_hex(hex, row->newest, 16);
        row->next = map_get(&run->by_record, hex);
        map_put(&run->by_record, arena_text(&run->arena, hex), row);
    }
}

/* ---- the words in their answer ---- */

static bool find_words(struct row *row, const char *story, struct err *err)
{
    struct coding *c = &row->coding;
    const char *words = c->words, *at = strstr(story, words);
    const char *from = row->cells[FROM];
    if (*from) {
        char *end;
        unsigned long letter = strtoul(from, &end, 10);
        at = *end ? NULL : story + desk_letter(story, letter);
        at = at && strncmp(at, words, strlen(words)) == 0 ? at : NULL;
    } else if (at && strstr(at + 1, words)) {
        err_set(err, ERR_INPUT, "the words stand more than once in the answer");
        return err_hint(err, "mark more of them, or give the letter in the column from");
    }
    if (!at) {
        err_set(err, ERR_INPUT, "the words do not stand in the answer%s",
                *from ? " at this letter" : "");
        return err_hint(err, "copy them exactly; 'suhbat-sync show' prints the answer");
    }
    c->from = (uint32_t)text_count(story, (size_t)(at - story));
    c->to = c->from + (uint32_t)text_count(words, strlen(words));
    return true;
}

static bool code_row(struct coding_run *run, struct row *row, const struct form *form,
                     const struct xml *root, struct err *err)
{
    struct desk_question question;
    if (!desk_question_find(&question, &run->arena, form, root, row->cells[QUESTION], err)) {
        return bad_row(row, err);
    }
    row->found = true;
    row->coding = (struct coding){.quote = is_yes(row->cells[QUOTE]),
                                  .path = question.path,
                                  .code = row->cells[CODE],
                                  .words = desk_story(&run->arena, row->cells[WORDS]),
                                  .translation = row->cells[TRANSLATION],
                                  .comment = row->cells[COMMENT]};
    memcpy(row->coding.record, row->root, 16);
    return find_words(row, desk_story(&run->arena, question.value), err) || bad_row(row, err);
}

static bool code_record(void *user, const struct desk_object *o, struct err *err)
{
    struct coding_run *run = user;
    struct buf plain = {0};
    struct record r;
    struct xml *root;
    char hex[33];
    text_hex(hex, o->id, 16);
    struct row *rows = map_get(&run->by_record, hex);
    if (!rows || rows->found) {
        return true;
    }
    bool ok = desk_record_open(&run->records, o, &plain, &r) == DESK_OPENED ||
              err_set(err, ERR_AUTH, "the record does not open with this identity");
    const struct form *form = ok ? desk_record_form(&run->records, &r) : NULL;
    if (ok && !form) {
        err_set(err, ERR_INPUT, "the desk does not have the record's form");
        ok = err_hint(err, "add it: suhbat-sync --desk DIR add-form PACKAGE");
    }
    ok = ok && xml_parse(&root, &run->arena, r.xml, r.xml_len, &xml_foreign, err);
    if (!ok) {
        bad_row(rows, err);
    }
    for (struct row *row = rows; ok && row; row = row->next) {
        ok = code_row(run, row, form, root, err);
    }
    buf_fini(&plain);
    return ok;
}

static bool put_rows(struct coding_run *run, const char *why, int64_t wall_ms,
                     struct desk_coded *done, struct err *err)
{
    uint8_t(*ids)[16] = mem_zero(run->count, sizeof *ids);
    size_t changed = 0;
    bool ok = desk_begin(run->desk, err);
    for (size_t i = 0; ok && i < run->count; i++) {
        struct row *row = &run->rows[i];
        enum coding_put put = CODING_SAME;
        if (!row->found) {
            err_set(err, ERR_INPUT, "the record is kept apart, or its content was withdrawn");
            ok = bad_row(row, err);
            break;
        }
        row->coding.wall_ms = wall_ms;
        ok = desk_coding_put(run->desk, &row->coding, &put, err) || bad_row(row, err);
        done->fresh += ok && put == CODING_NEW;
        done->same += ok && put == CODING_SAME;
        if (ok && put != CODING_SAME) {
            memcpy(ids[changed++], row->coding.id, 16);
        }
    }
    ok = ok && (!changed || desk_codings_log(run->desk, "code", why, (const uint8_t(*)[16])ids,
                                             changed, wall_ms, err));
    ok = desk_end(run->desk, ok, err);
    free(ids);
    return ok;
}

bool desk_code(struct desk *desk, const uint8_t identity[32], const struct buf *table,
               const struct desk_elements *elements, const char *why, int64_t wall_ms,
               struct desk_coded *done, struct err *err)
{
    struct coding_run run = {.desk = desk, .elements = elements};
    *done = (struct desk_coded){0};
    arena_init(&run.arena);
    map_init(&run.by_record, &run.arena);
    bool ok = desk_records_init(&run.records, desk, identity, err) && read_table(&run, table, err);
    if (ok) {
        sort_rows(&run);
        ok = desk_objects(desk, code_record, &run, err);
    }
    ok = desk_records_log(&run.records, "code", why, ok ? err : NULL) && ok;
    ok = ok && put_rows(&run, why, wall_ms, done, err);
    desk_records_fini(&run.records);
    arena_fini(&run.arena);
    return ok;
}

/* ---- the list ---- */

/* Their words are those of records: the log says which. */
static bool log_listed(struct desk *desk, const struct desk_codings *all, const char *why,
                       int64_t wall_ms, struct err *err)
{
    struct buf ids = {0};
    for (size_t i = 0; i < all->count; i++) { /* sorted by record */
        if (i == 0 || memcmp(all->list[i].record, all->list[i - 1].record, 16) != 0) {
            buf_add(&ids, all->list[i].record, 16);
        }
    }
    struct ledger_entry e = {.wall_ms = wall_ms,
                             .kind = LEDGER_ACCESS,
                             .what = "codings",
                             .why = why,
                             .body = ids.data,
                             .len = ids.len};
    bool ok = desk_ledger_add(desk, &e, err);
    buf_fini(&ids);
    return ok;
}

bool desk_codings_print(struct buf *out, struct desk *desk, const char *why, int64_t wall_ms,
                        struct err *err)
{
    struct desk_codings all;
    bool ok = desk_codings_read(&all, desk, err) && log_listed(desk, &all, why, wall_ms, err);
    buf_text(out, "id,record,question,from,to,words,code,quote,translation,comment,who\n");
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct coding *c = &all.list[i];
        char id[48], key[48], from[16], to[16];
        desk_record_key(id, c->id);
        desk_record_key(key, c->record);
        snprintf(from, sizeof from, "%u", c->from);
        snprintf(to, sizeof to, "%u", c->to);
        const char *cells[] = {strchr(id, ':') + 1,
                               key,
                               c->path,
                               from,
                               to,
                               c->words,
                               c->code,
                               c->quote ? "yes" : "no",
                               c->translation,
                               c->comment,
                               c->who};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
            csv_cell(out, cells[k], k == 0);
        }
        csv_end(out);
    }
    desk_codings_fini(&all);
    return ok;
}
