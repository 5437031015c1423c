/* SPDX-License-Identifier: Apache-2.0 */
/* QDPX (REFI-QDA 1.0): a form is a project.  A record is a source, the text of its stories; each
 * story is a selection coded with its section of the form, and with the codes that its entry was
 * given.  A record is also a case, with its answers of lists and numbers as variables.
 *
 * GUIDs are digests of what they name: the same records give the same bytes.  Positions count
 * letters, lines end in LF. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_qdpx_internal.h"
#include "platform/machine/clock.h"
#include "platform/machine/digest.h"
#include "platform/machine/map.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "platform/machine/zip.h"

/* ---- GUIDs ---- */

void qdpx_guid(char out[GUID], const char *kind, const char *what)
{
    uint8_t digest[DIGEST_MAX];
    size_t len;
    char hex[33];
    struct buf of = {0};
    buf_join(&of, kind, ":", what, NULL);
    bool known = digest_bytes(digest, &len, "SHA256", of.data, of.len);
    assert(known);
    (void)known;
    buf_fini(&of);
    digest[6] = (uint8_t)((digest[6] & 0x0F) | 0x80); /* version 8: made by a digest of ours */
    digest[8] = (uint8_t)((digest[8] & 0x3F) | 0x80);
    text_hex(hex, digest, 16);
    snprintf(out, GUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void qdpx_put_guid(struct buf *out, const char *name, const char *kind, const char *what)
{
    char guid[GUID];
    qdpx_guid(guid, kind, what);
    buf_join(out, " ", name, "=\"", guid, "\"", NULL);
}

/* ---- the form: codes and variables ---- */

/* A question that people answer in their own words. */
static bool is_story(const struct dataset_column *column)
{
    return column->type == DATASET_TEXT && column->item->control;
}

/* Answers of several codes that belong to the stories beside them: "tp_codes". */
static bool is_coding(const struct dataset_column *column)
{
    static const char end[] = "_codes";
    size_t len = strlen(column->name), tail = sizeof end - 1;
    return column->type == DATASET_CHOICES && len > tail &&
           strcmp(column->name + len - tail, end) == 0;
}

bool qdpx_is_variable(const struct dataset_column *column)
{
    return (column->type == DATASET_CHOICE || column->type == DATASET_INT) && column->item->control;
}

const char *qdpx_section(const struct dataset_write *w, const struct dataset_column *column)
{
    const char *label = dataset_group_label(w->dataset, column, w->look.labels);
    return *label ? label : dataset_table(w->dataset, 0)->name;
}

void qdpx_put_code(struct buf *out, const char *kind, const char *what, const char *name)
{
    buf_text(out, "   <Code");
    qdpx_put_guid(out, "guid", kind, what);
    xml_put_attr(out, "name", name);
    buf_text(out, " isCodable=\"true\"/>\n");
}

static void put_sections(struct buf *out, const struct dataset_write *w, struct map *seen)
{
    for (size_t t = 0; t < dataset_tables(w->dataset); t++) {
        const struct dataset_table *table = dataset_table(w->dataset, t);
        for (size_t c = 0; c < table->count; c++) {
            const char *section = qdpx_section(w, &table->columns[c]);
            if (is_story(&table->columns[c]) && !map_get(seen, section)) {
                map_put(seen, section, (void *)table);
                qdpx_put_code(out, "section", section, section);
            }
        }
    }
}

static void put_elements(struct buf *out, const struct dataset_write *w, struct map *seen)
{
    for (size_t t = 0; t < dataset_tables(w->dataset); t++) {
        const struct dataset_table *table = dataset_table(w->dataset, t);
        for (size_t c = 0; c < table->count; c++) {
            const struct dataset_column *column = &table->columns[c];
            const char *const *codes;
            size_t count = is_coding(column) ? dataset_codes(w->dataset, column, &codes) : 0;
            for (size_t i = 0; i < count; i++) {
                if (!map_get(seen, codes[i])) {
                    map_put(seen, codes[i], (void *)column);
                    qdpx_put_code(out, "code", codes[i],
                                  dataset_code_label(w->dataset, column, codes[i], w->look.labels));
                }
            }
        }
    }
}

/* The study's codes that no question offers. */
static void put_study_codes(struct buf *out, const struct dataset_write *w, struct map *seen)
{
    for (size_t i = 0; i < w->look.code_count; i++) {
        const struct dataset_code *one = &w->look.codes[i];
        if (!map_get(seen, one->code)) {
            map_put(seen, one->code, (void *)one);
            qdpx_put_code(out, "code", one->code, one->label);
        }
    }
}

/* A parent code and what is below it; nothing if that is empty. */
static void put_branch(struct buf *out, const char *name, const struct buf *children)
{
    if (children->len) {
        buf_text(out, "  <Code");
        qdpx_put_guid(out, "guid", "branch", name);
        xml_put_attr(out, "name", name);
        buf_join(out, " isCodable=\"false\">\n", children->data, "  </Code>\n", NULL);
    }
}

/* `p`: also what its records need; NULL: the form's and the study's codes alone. */
static void put_codebook(struct buf *out, const struct dataset_write *w, const struct project *p)
{
    struct arena arena;
    struct map sections, codes;
    struct buf one = {0}, other = {0};
    arena_init(&arena);
    map_init(&sections, &arena);
    map_init(&codes, &arena);
    put_sections(&one, w, &sections);
    put_elements(&other, w, &codes);
    put_study_codes(&other, w, &codes);
    for (size_t i = 0; p && i < p->used_count; i++) { /* also what the list has no more */
        if (!map_get(&codes, p->used[i])) {
            map_put(&codes, p->used[i], out);
            qdpx_put_code(&other, "code", p->used[i], p->used[i]);
        }
    }
    if (one.len) {
        qdpx_put_code(&other, QDPX_QUOTE, QDPX_QUOTE, "Quote");
    }
    if (p && p->memos) {
        qdpx_put_code(&other, "memo", "memo", "Memo");
    }
    buf_text(out, "<Codes>\n");
    put_branch(out, "Sections", &one);
    put_branch(out, "Codes", &other);
    if (p) {
        put_branch(out, "Speakers", &p->speakers);
    }
    if (!one.len && !other.len) {
        qdpx_put_code(out, "section", "text", "text"); /* a list of codes may not be empty */
    }
    buf_text(out, " </Codes>");
    buf_fini(&one);
    buf_fini(&other);
    arena_fini(&arena);
}

static void put_variables(struct buf *out, const struct dataset_write *w)
{
    size_t begun = 0, label;
    for (size_t t = 0; t < dataset_tables(w->dataset); t++) {
        const struct dataset_table *table = dataset_table(w->dataset, t);
        bool cases = t == 0 || qdpx_label_column(table, &label);
        for (size_t c = 0; cases && c < table->count; c++) {
            const struct dataset_column *column = &table->columns[c];
            if (!qdpx_is_variable(column)) {
                continue;
            }
            buf_text(out, begun++ ? "" : " <Variables>\n");
            buf_text(out, "  <Variable");
            qdpx_put_guid(out, "guid", "variable", column->path);
            xml_put_attr(out, "name", column->name);
            buf_join(out, " typeOfVariable=\"", column->type == DATASET_INT ? "Integer" : "Text",
                     "\"><Description>", NULL);
            xml_put_text(out, dataset_column_label(w->dataset, column, w->look.labels));
            buf_text(out, "</Description></Variable>\n");
        }
    }
    buf_text(out, begun ? " </Variables>\n" : "");
}

/* ---- a record ---- */

static void add_part(struct project *p, const char *name, struct buf *bytes)
{
    p->parts = mem_grow(p->parts, p->part_count + 1, sizeof *p->parts);
    buf_add(bytes, "", 0);
    p->parts[p->part_count++] =
        (struct zip_part){arena_text(&p->arena, name), bytes->data, bytes->len};
    *bytes = (struct buf){0}; /* now the part's */
}

/* Ends the record that is being gathered: its source, and its case. */
static void end_record(struct project *p)
{
    char source[GUID], path[64];
    if (!p->open) {
        return;
    }
    p->open = false;
    qdpx_guid(source, "source", p->key);
    buf_join(&p->cases, "  <Case", NULL);
    qdpx_put_guid(&p->cases, "guid", "case", p->key);
    xml_put_attr(&p->cases, "name", p->name);
    buf_join(&p->cases, ">\n", p->values.len ? p->values.data : "", NULL);
    if (p->text.len) {
        buf_join(&p->cases, "   <SourceRef targetGUID=\"", source, "\"/>\n", NULL);
        buf_join(&p->sources, "  <TextSource guid=\"", source, "\"", NULL);
        xml_put_attr(&p->sources, "name", p->name);
        buf_join(&p->sources, " plainTextPath=\"internal://", source, ".txt\" creatingUser=\"",
                 p->user, "\" creationDateTime=\"", p->when, "\">\n",
                 p->selections.len ? p->selections.data : "", "  </TextSource>\n", NULL);
        snprintf(path, sizeof path, "sources/%s.txt", source);
        add_part(p, path, &p->text);
    }
    buf_join(&p->cases, p->refs.len ? p->refs.data : "", "  </Case>\n", NULL);
    qdpx_end_participants(p);
    buf_cut(&p->selections, 0);
    buf_cut(&p->values, 0);
    buf_cut(&p->refs, 0);
    arena_fini(&p->of_record);
    p->letters = 0;
}

static void need_user(struct project *p, const char *code)
{
    const char *name = *code ? code : "?";
    qdpx_guid(p->user, "user", name);
    if (!map_get(&p->users, name)) {
        map_put(&p->users, arena_text(&p->arena, name), p);
        buf_join(&p->user_list, "  <User guid=\"", p->user, "\"", NULL);
        xml_put_attr(&p->user_list, "name", name);
        buf_text(&p->user_list, "/>\n");
    }
}

void qdpx_put_value(struct buf *out, const struct project *p, struct dataset_reader *reader,
                    const struct dataset_column *column, const char *value)
{
    bool whole = column->type == DATASET_INT;
    const char *digits = value + (*value == '-');
    if (!*value || (whole && (!*digits || digits[strspn(digits, "0123456789")]))) {
        return;
    }
    buf_text(out, "   <VariableValue><VariableRef");
    qdpx_put_guid(out, "targetGUID", "variable", column->path);
    buf_text(out, whole ? "/><IntegerValue>" : "/><TextValue>");
    xml_put_text(out,
                 whole ? value
                       : dataset_choice_label(p->write->dataset, reader->version, column, value,
                                              p->write->look.labels ? p->write->look.labels : ""));
    buf_text(out, whole ? "</IntegerValue></VariableValue>\n" : "</TextValue></VariableValue>\n");
}

static void begin_record(struct project *p, struct dataset_reader *reader,
                         const struct dataset_row *row)
{
    const struct dataset_table *table = dataset_table(p->write->dataset, 0);
    end_record(p);
    p->open = true;
    arena_init(&p->of_record);
    map_init(&p->by_label, &p->of_record);
    snprintf(p->key, sizeof p->key, "%s", row->key);
    snprintf(p->name, sizeof p->name, "%s", row->key);
    clock_iso(p->when, sizeof p->when, reader->about->date_ms, 0, false);
    p->when[strlen("2026-11-24T10:00:00")] = '\0';
    strcat(p->when, "Z");
    need_user(p, reader->about->submitter_id);
    for (size_t c = 0; c < table->count; c++) {
        const struct dataset_column *column = &table->columns[c];
        const char *value = dataset_cell(reader, c);
        if (qdpx_is_variable(column)) {
            qdpx_put_value(&p->values, p, reader, column, value);
        }
        const char *slash = strrchr(column->path, '/');
        if (*value && strcmp(slash, "/rec_code") == 0) { /* what people call the record */
            snprintf(p->name, sizeof p->name, "%.79s", value);
        }
    }
    qdpx_add_memos(p, reader->about);
}

/* Appends a text with LF only; the number of its letters. */
static size_t add_text(struct buf *out, const char *text)
{
    size_t letters = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '\r') {
            if (c[1] == '\n') {
                continue;
            }
            buf_char(out, '\n');
        } else {
            buf_char(out, *c);
        }
        letters += ((unsigned char)*c & 0xC0) != 0x80;
    }
    return letters;
}

static void put_code_ref(struct buf *out, const char *kind, const char *code)
{
    buf_text(out, "<CodeRef");
    qdpx_put_guid(out, "targetGUID", kind, code);
    buf_text(out, "/></Coding>\n");
}

void qdpx_put_coding(struct project *p, struct buf *out, const char *where, const char *kind,
                     const char *code)
{
    struct buf what = {0};
    buf_join(&what, where, "|", kind, "|", code, NULL);
    buf_text(out, "    <Coding");
    qdpx_put_guid(out, "guid", "coding", what.data);
    buf_join(out, " creatingUser=\"", p->user, "\">", NULL);
    put_code_ref(out, kind, code);
    buf_fini(&what);
}

/* "/data/trip[2]/place": the question's path with the numbers of its row's entries. */
static void numbered_path(struct buf *out, const struct dataset_row *row,
                          const struct dataset_column *column)
{
    const char *entries = row->parent ? strchr(row->key, '/') : NULL;
    size_t top = strcspn(column->path + 1, "/") + 1;
    buf_cut(out, 0);
    if (!entries) {
        buf_text(out, column->path);
        return;
    }
    buf_add(out, column->path, top);
    buf_join(out, entries, "/", column->below, NULL);
}

void qdpx_use_code(struct project *p, const char *code)
{
    if (!map_get(&p->coded, code)) {
        const char *own = arena_text(&p->arena, code);
        map_put(&p->coded, own, p);
        p->used = mem_grow(p->used, p->used_count + 1, sizeof *p->used);
        p->used[p->used_count++] = own;
    }
}

struct story {         /* where one stands in the record's text */
    size_t begins, at; /* letters, bytes */
};

/* Whether the coded words stand in the story, at their letters. */
static bool stands(const struct project *p, const struct story *story,
                   const struct dataset_coding *c)
{
    size_t at = story->at, len = strlen(c->words);
    for (unsigned letter = 0; letter < c->from && at < p->text.len; letter++) {
        (void)text_next(p->text.data, p->text.len, &at);
    }
    return len && at + len <= p->text.len && memcmp(p->text.data + at, c->words, len) == 0;
}

/* What coders marked in this story: a selection each. */
static void put_marks(struct project *p, struct dataset_reader *reader,
                      const struct dataset_row *row, const struct dataset_column *column,
                      const struct story *story)
{
    struct buf path = {0};
    numbered_path(&path, row, column);
    for (size_t i = 0; i < reader->about->coding_count; i++) {
        const struct dataset_coding *c = &reader->about->codings[i];
        char when[WHEN], user[GUID];
        if (strcmp(c->path, path.data) != 0) {
            continue;
        }
        if (!stands(p, story, c)) {
            p->adrift++;
            continue;
        }
        clock_iso(when, sizeof when, c->when_ms, 0, false);
        when[strlen("2026-11-24T10:00:00")] = '\0';
        snprintf(user, sizeof user, "%s", p->user);
        need_user(p, c->who); /* sets p->user */
        buf_text(&p->selections, "   <PlainTextSelection");
        qdpx_put_guid(&p->selections, "guid", "mark", c->guid);
        xml_put_attr(&p->selections, "name", c->quote ? "Quote" : c->code);
        buf_printf(&p->selections, " startPosition=\"%zu\" endPosition=\"%zu\"",
                   story->begins + c->from, story->begins + c->to);
        buf_join(&p->selections, " creatingUser=\"", p->user, "\" creationDateTime=\"", when,
                 "Z\">\n", NULL);
        if (*c->translation) {
            buf_text(&p->selections, "    <Description>");
            xml_put_text(&p->selections, c->translation);
            buf_text(&p->selections, "</Description>\n");
        }
        if (*c->code) {
            qdpx_use_code(p, c->code);
            buf_join(&p->selections, "    <Coding guid=\"", c->guid, "\" creatingUser=\"", p->user,
                     "\">", NULL);
            put_code_ref(&p->selections, "code", c->code);
        }
        if (c->quote) {
            buf_text(&p->selections, "    <Coding");
            qdpx_put_guid(&p->selections, "guid", QDPX_QUOTE, c->guid);
            buf_join(&p->selections, " creatingUser=\"", p->user, "\">", NULL);
            put_code_ref(&p->selections, QDPX_QUOTE, QDPX_QUOTE);
        }
        buf_text(&p->selections, "   </PlainTextSelection>\n");
        snprintf(p->user, sizeof p->user, "%s", user);
    }
    buf_fini(&path);
}

/* The codes that the row's "…_codes" questions were given. */
static void put_row_codes(struct project *p, struct dataset_reader *reader,
                          const struct dataset_table *table, const char *where)
{
    for (size_t c = 0; c < table->count; c++) {
        const char *codes = is_coding(&table->columns[c]) ? dataset_cell(reader, c) : "";
        while (*codes) {
            size_t len = strcspn(codes, " ");
            if (len) {
                qdpx_put_coding(p, &p->selections, where, "code",
                                arena_copy(&reader->arena, codes, len));
            }
            codes += len + (codes[len] == ' ');
        }
    }
}

static void add_story(struct project *p, struct dataset_reader *reader,
                      const struct dataset_row *row, size_t column_at)
{
    const struct dataset_table *table = dataset_table(p->write->dataset, row->table);
    const struct dataset_column *column = &table->columns[column_at];
    const char *label = dataset_column_label(p->write->dataset, column, p->write->look.labels);
    struct buf where = {0};
    p->letters += add_text(&p->text, *label ? label : column->name) + add_text(&p->text, "\n");
    const struct story story = {p->letters, p->text.len};
    size_t from = p->letters;
    p->letters += add_text(&p->text, dataset_cell(reader, column_at));
    buf_join(&where, row->key, "|", column->path, NULL);
    buf_text(&p->selections, "   <PlainTextSelection");
    qdpx_put_guid(&p->selections, "guid", "selection", where.data);
    xml_put_attr(&p->selections, "name", column->name);
    buf_printf(&p->selections, " startPosition=\"%zu\" endPosition=\"%zu\"", from, p->letters);
    buf_join(&p->selections, " creatingUser=\"", p->user, "\" creationDateTime=\"", p->when,
             "\">\n", NULL);
    qdpx_put_coding(p, &p->selections, where.data, "section", qdpx_section(p->write, column));
    put_row_codes(p, reader, table, where.data);
    struct participant *speaker = qdpx_speaker(p, reader, table);
    if (speaker) {
        qdpx_put_coding(p, &p->selections, where.data, "speaker", speaker->key);
        buf_text(&speaker->refs, "   <SelectionRef");
        qdpx_put_guid(&speaker->refs, "targetGUID", "selection", where.data);
        buf_text(&speaker->refs, "/>\n");
    }
    buf_text(&p->selections, "   </PlainTextSelection>\n");
    put_marks(p, reader, row, column, &story);
    p->letters += add_text(&p->text, "\n\n");
    buf_fini(&where);
}

/* ---- the format ---- */

static bool open_book(struct dataset_book *book, struct err *err)
{
    struct project *p = mem_zero(1, sizeof *p);
    (void)err;
    arena_init(&p->arena);
    map_init(&p->users, &p->arena);
    map_init(&p->coded, &p->arena);
    map_init(&p->sections, &p->arena);
    p->write = book->write;
    struct buf codes = {0};
    put_sections(&codes, p->write, &p->sections);
    buf_fini(&codes);
    book->names = arena_alloc(book->arena, dataset_tables(p->write->dataset) * sizeof *book->names);
    for (size_t t = 0; t < dataset_tables(p->write->dataset); t++) {
        book->names[t] = dataset_table(p->write->dataset, t)->name;
    }
    book->state = p;
    return true;
}

static bool begin_sheet(struct dataset_sheet *sheet, struct err *err)
{
    (void)err;
    sheet->state = sheet->book->state;
    return true;
}

static bool add_row(struct dataset_sheet *sheet, struct dataset_reader *reader,
                    const struct dataset_row *row, struct err *err)
{
    struct project *p = sheet->state;
    const struct dataset_table *table = dataset_table(p->write->dataset, row->table);
    (void)err;
    if (row->table == 0) {
        begin_record(p, reader, row);
    } else {
        qdpx_add_participant(p, reader, row);
    }
    for (size_t c = 0; c < table->count; c++) {
        if (is_story(&table->columns[c]) && strchr(dataset_cell(reader, c), ' ')) {
            add_story(p, reader, row, c);
        }
    }
    if (reader->at == reader->row_count) { /* the last row: all participants are known */
        qdpx_add_sounds(p, reader);
    }
    return true;
}

static bool end_sheet(struct dataset_sheet *sheet, bool ok, struct err *err)
{
    (void)err;
    sheet->state = NULL;
    return ok;
}

static void put_list(struct buf *out, const char *name, const struct buf *list)
{
    if (list->len) {
        buf_join(out, " <", name, ">\n", list->data, " </", name, ">\n", NULL);
    }
}

static bool close_book(struct dataset_book *book, bool ok, struct err *err)
{
    struct project *p = book->state;
    struct buf project = {0};
    end_record(p);
    buf_text(&project, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                       "<Project xmlns=\"urn:QDA-XML:project:1.0\"");
    xml_put_attr(&project, "name", dataset_table(p->write->dataset, 0)->name);
    buf_text(&project, " origin=\"suhbat\">\n");
    put_list(&project, "Users", &p->user_list);
    buf_text(&project, " <CodeBook>");
    put_codebook(&project, p->write, p);
    buf_text(&project, "</CodeBook>\n");
    put_variables(&project, p->write);
    put_list(&project, "Cases", &p->cases);
    put_list(&project, "Sources", &p->sources);
    buf_text(&project, "</Project>\n");
    add_part(p, "project.qde", &project);
    ok = ok && zip_write(&book->out, p->parts, p->part_count, err);
    for (size_t i = 0; i < p->part_count; i++) {
        free((char *)p->parts[i].bytes);
    }
    free(p->parts);
    free(p->used);
    book->adrift = p->adrift;
    buf_fini(&p->user_list);
    buf_fini(&p->cases);
    buf_fini(&p->sources);
    buf_fini(&p->speakers);
    buf_fini(&p->refs);
    buf_fini(&p->text);
    buf_fini(&p->selections);
    buf_fini(&p->values);
    arena_fini(&p->arena);
    free(p);
    book->state = NULL;
    return ok;
}

/* The codes alone, for a project that exists. */
static void codebook(struct buf *out, const struct dataset_write *write, const char *const *files)
{
    (void)files;
    buf_text(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                  "<CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\" origin=\"suhbat\">\n ");
    put_codebook(out, write, NULL);
    buf_text(out, "\n</CodeBook>\n");
}

const struct dataset_writer dataset_qdpx = {.name = "qdpx",
                                            .ending = ".qdpx",
                                            .scans = true,
                                            .texts = true,
                                            .open = open_book,
                                            .close = close_book,
                                            .begin = begin_sheet,
                                            .row = add_row,
                                            .end = end_sheet,
                                            .script = codebook,
                                            .script_ending = ".qdc"};
