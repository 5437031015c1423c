/* SPDX-License-Identifier: Apache-2.0 */
/* Reads codings out of a REFI-QDA project. */
#include "tools/desk/desk_qdpx.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_qdpx.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "platform/machine/zip.h"
#include "tools/desk/desk_question.h"

struct mark {        /* a coded selection of a source */
    size_t from, to; /* letters of the source */
    const char *translation;
    const struct xml *xml; /* its codings */
    struct mark *next;
};
struct source { /* a text of the project that is a record of ours */
    uint8_t root[16], newest[16];
    const char *text;
    struct mark *marks;
    bool found;
};
enum code_kind { CODE_UNKNOWN, CODE_ELEMENT, CODE_QUOTE, CODE_SECTION };
struct code {
    enum code_kind kind;
    const char *code, *name; /* code: of the study */
};
struct taking {
    struct desk *desk;
    struct desk_records records;
    const struct desk_elements *elements;
    struct qdpx_report *report;
    struct arena arena;
    struct zip_file *zip;
    struct map users;     /* GUID → name */
    struct map codes;     /* GUID → struct code */
    struct map ours;      /* GUID of an element → its code */
    struct map keys;      /* GUID of a source → id of the record in hex */
    struct map by_record; /* id of the newest version in hex → struct source */
    struct map unknown;   /* names of unknown codes, told once */
    struct source *sources;
    size_t source_count;
    struct coding *codings;
    size_t count;
};

/* A GUID in small letters, as ours are. */
static const char *small(struct arena *arena, const char *guid)
{
    char *out = arena_text(arena, guid ? guid : "");
    for (char *c = out; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return out;
}

static bool is_digest(const char *guid)
{
    enum { VERSION = 14 };
    return strlen(guid) == QDPX_GUID - 1 && guid[VERSION] == '8';
}

/* ---- codes and users ---- */

static void know_elements(struct taking *t)
{
    const struct csv *csv = &t->elements->csv;
    char guid[QDPX_GUID];
    for (size_t r = 1; r < csv->count; r++) {
        const char *code = map_get(&t->elements->by_code, csv->rows[r].cells[t->elements->name]);
        if (code) {
            qdpx_guid(guid, "code", code);
            map_put(&t->ours, arena_text(&t->arena, guid), (void *)(uintptr_t)code);
        }
    }
}

static void take_code(struct taking *t, const struct xml *xml)
{
    const char *guid = small(&t->arena, xml_attr(xml, "guid")), *name = xml_attr(xml, "name");
    char quote[QDPX_GUID];
    struct code *code = arena_alloc(&t->arena, sizeof *code);
    *code = (struct code){.name = name ? name : ""};
    qdpx_guid(quote, QDPX_QUOTE, QDPX_QUOTE);
    code->code = map_get(&t->ours, guid);
    if (strcmp(guid, quote) == 0) {
        code->kind = CODE_QUOTE;
    } else if (code->code) {
        code->kind = CODE_ELEMENT;
    } else if (is_digest(guid)) {
        code->kind = CODE_SECTION; /* a section of the form, or a code of a question */
    } else {
        code->code = map_get(&t->elements->by_name, code->name);
        code->kind = code->code                         ? CODE_ELEMENT
                     : strcmp(code->name, "Quote") == 0 ? CODE_QUOTE
                                                        : CODE_UNKNOWN;
    }
    map_put(&t->codes, guid, code);
    for (const struct xml *c = xml_child(xml, "Code"); c; c = xml_sibling(c, "Code")) {
        take_code(t, c);
    }
}

static void take_users(struct taking *t, const struct xml *project)
{
    const struct xml *users = xml_child(project, "Users");
    for (const struct xml *u = users ? xml_child(users, "User") : NULL; u;
         u = xml_sibling(u, "User")) {
        const char *name = xml_attr(u, "name");
        map_put(&t->users, small(&t->arena, xml_attr(u, "guid")),
                (void *)(uintptr_t)(name ? name : "?"));
    }
}

/* ---- sources ---- */

static bool know_record(void *user, const struct desk_object *o, struct err *err)
{
    struct taking *t = user;
    char key[48], guid[QDPX_GUID], hex[33];
    const struct desk_family *family = desk_family_of(&t->records.edits, o->id);
    (void)err;
    desk_record_key(key, family ? family->root : o->id);
    qdpx_guid(guid, "source", key);
    text_hex(hex, o->id, 16);
    map_put(&t->keys, arena_text(&t->arena, guid), arena_text(&t->arena, hex));
    return true;
}

static bool text_of(struct taking *t, const struct xml *xml, const char **out, struct err *err)
{
    static const char inside[] = "internal://";
    const struct xml *content = xml_child(xml, "PlainTextContent");
    const char *path = xml_attr(xml, "plainTextPath");
    struct buf bytes = {0};
    *out = "";
    if (content) {
        *out = desk_story(&t->arena, xml_content(&t->arena, content));
        return true;
    }
    if (!path || !text_starts(path, inside)) {
        return true; /* nothing to find the places in */
    }
    const char *name = arena_join(&t->arena, "sources/", path + strlen(inside), NULL);
    if (!zip_has(t->zip, name)) { /* some programs write it with a capital */
        name = arena_join(&t->arena, "Sources/", path + strlen(inside), NULL);
    }
    bool ok = zip_member(&bytes, t->zip, name, err) || err_at(err, "%s", name);
    if (ok) {
        buf_add(&bytes, "", 0);
        const char *text = bytes.data ? bytes.data : "";
        *out = desk_story(&t->arena, text_starts(text, "\xEF\xBB\xBF") ? text + 3 : text);
    }
    buf_fini(&bytes);
    return ok;
}

static void take_marks(struct taking *t, struct source *s, const struct xml *xml)
{
    struct mark **end = &s->marks;
    for (const struct xml *x = xml_child(xml, "PlainTextSelection"); x;
         x = xml_sibling(x, "PlainTextSelection")) {
        const char *from = xml_attr(x, "startPosition"), *to = xml_attr(x, "endPosition");
        const struct xml *said = xml_child(x, "Description");
        if (!xml_child(x, "Coding")) {
            continue;
        }
        struct mark *m = arena_alloc(&t->arena, sizeof *m);
        *m = (struct mark){.from = from ? strtoul(from, NULL, 10) : 0,
                           .to = to ? strtoul(to, NULL, 10) : 0,
                           .translation = said ? xml_content(&t->arena, said) : "",
                           .xml = x};
        *end = m;
        end = &m->next;
    }
}

static bool take_sources(struct taking *t, const struct xml *project, struct err *err)
{
    const struct xml *sources = xml_child(project, "Sources");
    bool ok = desk_ids(t->desk, know_record, t, err);
    for (const struct xml *x = ok && sources ? xml_child(sources, "TextSource") : NULL; ok && x;
         x = xml_sibling(x, "TextSource")) {
        struct source s = {.found = false};
        const char *hex = map_get(&t->keys, small(&t->arena, xml_attr(x, "guid")));
        if (!hex || !text_unhex(s.root, 16, hex)) {
            t->report->sources++;
            continue;
        }
        const struct desk_family *family = desk_family_of(&t->records.edits, s.root);
        memcpy(s.newest, family ? family->newest : s.root, 16);
        memcpy(s.root, family ? family->root : s.root, 16);
        take_marks(t, &s, x);
        ok = !s.marks || text_of(t, x, &s.text, err);
        if (ok && s.marks) {
            t->sources = mem_grow(t->sources, t->source_count + 1, sizeof *t->sources);
            t->sources[t->source_count++] = s;
        }
    }
    for (size_t i = 0; ok && i < t->source_count; i++) {
        char newest[33];
        text_hex(newest, t->sources[i].newest, 16);
        map_put(&t->by_record, arena_text(&t->arena, newest), &t->sources[i]);
    }
    return ok;
}

/* ---- places ---- */

struct answer {
    const char *path, *story;
    size_t at, to; /* letters of the source; equal: it does not stand there */
    struct answer *next;
};
struct answers {
    struct taking *t;
    struct answer *first, **end;
};

static void keep_answer(void *user, const struct desk_question *q)
{
    struct answers *all = user;
    if (*q->value) {
        struct answer *one = arena_alloc(&all->t->arena, sizeof *one);
        *one = (struct answer){.path = q->path, .story = desk_story(&all->t->arena, q->value)};
        *all->end = one;
        all->end = &one->next;
    }
}

/* Answers stand in the source in the order of the form; each is looked for after the one before. */
static void place_answers(const struct source *s, struct answer *first)
{
    const char *from = s->text;
    size_t letters = 0;
    for (struct answer *a = first; a; a = a->next) {
        const char *at = strchr(a->story, ' ') ? strstr(from, a->story) : NULL;
        if (at) {
            letters += text_count(from, (size_t)(at - from));
            a->at = letters;
            letters += text_count(a->story, strlen(a->story));
            a->to = letters;
            from = at + strlen(a->story);
        }
    }
}

static const struct answer *answer_at(const struct answer *first, const struct mark *m)
{
    for (const struct answer *a = first; a; a = a->next) {
        if (a->at < a->to && m->from >= a->at && m->to <= a->to && m->from < m->to) {
            return a;
        }
    }
    return NULL;
}

/* ---- codings ---- */

static void know_unknown(struct taking *t, const char *name)
{
    t->report->codes++;
    if (!map_get(&t->unknown, name)) {
        map_put(&t->unknown, arena_text(&t->arena, name), t);
        buf_join(&t->report->names, t->report->names.len ? ", " : "", name, NULL);
    }
}

static const struct code *code_of(const struct taking *t, struct arena *arena,
                                  const struct xml *coding)
{
    const struct xml *ref = xml_child(coding, "CodeRef");
    return ref ? map_get(&t->codes, small(arena, xml_attr(ref, "targetGUID"))) : NULL;
}

static bool has_quote(struct taking *t, const struct mark *m)
{
    for (const struct xml *c = xml_child(m->xml, "Coding"); c; c = xml_sibling(c, "Coding")) {
        const struct code *code = code_of(t, &t->arena, c);
        if (code && code->kind == CODE_QUOTE) {
            return true;
        }
    }
    return false;
}

static const char *user_of(struct taking *t, const struct xml *coding, const struct mark *m)
{
    const char *guid = xml_attr(coding, "creatingUser");
    guid = guid ? guid : xml_attr(m->xml, "creatingUser");
    const char *name = guid ? map_get(&t->users, small(&t->arena, guid)) : NULL;
    return name ? name : "?";
}

static void take_id(uint8_t id[16], const char *guid)
{
    uint8_t read[16];
    if (desk_whole_key(guid, read)) {
        memcpy(id, read, 16);
    }
}

static void add_coding(struct taking *t, const struct source *s, const struct mark *m,
                       const struct answer *a, const struct xml *xml, const struct code *code,
                       bool quote)
{
    size_t from = desk_letter(a->story, m->from - a->at), to = desk_letter(a->story, m->to - a->at);
    t->codings = mem_grow(t->codings, t->count + 1, sizeof *t->codings);
    struct coding *c = &t->codings[t->count++];
    *c = (struct coding){.from = (uint32_t)(m->from - a->at),
                         .to = (uint32_t)(m->to - a->at),
                         .quote = quote,
                         .path = a->path,
                         .code = code->kind == CODE_ELEMENT ? code->code : "",
                         .words = arena_copy(&t->arena, a->story + from, to - from),
                         .translation = m->translation,
                         .who = user_of(t, xml, m)};
    memcpy(c->record, s->root, 16);
    take_id(c->id, small(&t->arena, xml_attr(xml, "guid")));
}

static void take_mark(struct taking *t, const struct source *s, const struct mark *m,
                      const struct answer *answers)
{
    const struct answer *a = answer_at(answers, m);
    bool quote = has_quote(t, m), coded = false;
    for (const struct xml *c = xml_child(m->xml, "Coding"); c; c = xml_sibling(c, "Coding")) {
        const struct code *code = code_of(t, &t->arena, c);
        const char *guid = small(&t->arena, xml_attr(c, "guid"));
        if (!code || code->kind == CODE_UNKNOWN) {
            know_unknown(t, code ? code->name : "?");
        } else if (code->kind == CODE_SECTION || is_digest(guid)) {
            t->report->ours++; /* of the form, or the quote of a coding of ours */
        } else if (!a) {
            t->report->beyond++;
        } else if (code->kind == CODE_ELEMENT) {
            coded = true;
            add_coding(t, s, m, a, c, code, quote);
        }
    }
    for (const struct xml *c = xml_child(m->xml, "Coding"); c && quote && !coded && a;
         c = xml_sibling(c, "Coding")) { /* a quote without a code */
        const struct code *code = code_of(t, &t->arena, c);
        if (code && code->kind == CODE_QUOTE && !is_digest(small(&t->arena, xml_attr(c, "guid")))) {
            add_coding(t, s, m, a, c, code, true);
            break;
        }
    }
}

static bool take_record(void *user, const struct desk_object *o, struct err *err)
{
    struct taking *t = user;
    struct buf plain = {0};
    struct record r;
    struct xml *root;
    char hex[33];
    text_hex(hex, o->id, 16);
    struct source *s = map_get(&t->by_record, hex);
    if (!s || s->found) {
        return true;
    }
    (void)err;
    const struct form *form = NULL;
    if (desk_record_open(&t->records, o, &plain, &r) == DESK_OPENED) {
        form = desk_record_form(&t->records, &r);
    }
    if (form && xml_parse(&root, &t->arena, r.xml, r.xml_len, &xml_foreign, NULL)) {
        struct answers all = {.t = t};
        all.end = &all.first;
        s->found = true;
        desk_questions(&t->arena, form, root, keep_answer, &all);
        place_answers(s, all.first);
        for (const struct mark *m = s->marks; m; m = m->next) {
            take_mark(t, s, m, all.first);
        }
    }
    buf_fini(&plain);
    return true;
}

/* ---- the whole ---- */

static bool read_project(struct taking *t, const struct buf *file, struct err *err)
{
    struct buf qde = {0};
    struct xml *project;
    bool ok = zip_open_bytes(&t->zip, file->data, file->len, err) &&
              (zip_has(t->zip, "project.qde") ||
               err_set(err, ERR_INPUT, "there is no project.qde in it")) &&
              zip_member(&qde, t->zip, "project.qde", err);
    bool mark = qde.len >= 3 && memcmp(qde.data, "\xEF\xBB\xBF", 3) == 0;
    ok = ok && (xml_parse(&project, &t->arena, qde.data + (mark ? 3 : 0), qde.len - (mark ? 3 : 0),
                          &xml_foreign, err) ||
                err_at(err, "project.qde"));
    if (ok && strcmp(project->name, "Project") != 0) {
        err_set(err, ERR_INPUT, "this is no REFI-QDA project, but '%s'", project->name);
        ok = err_at(err, "project.qde");
    }
    if (ok) {
        const struct xml *book = xml_child(project, "CodeBook");
        const struct xml *codes = book ? xml_child(book, "Codes") : NULL;
        know_elements(t);
        take_users(t, project);
        for (const struct xml *c = codes ? xml_child(codes, "Code") : NULL; c;
             c = xml_sibling(c, "Code")) {
            take_code(t, c);
        }
        ok = take_sources(t, project, err);
    }
    buf_fini(&qde);
    return ok;
}

static bool put_codings(struct taking *t, const char *why, int64_t wall_ms, struct err *err)
{
    struct desk_coded *done = &t->report->done;
    uint8_t(*ids)[16] = mem_zero(t->count + 1, sizeof *ids);
    size_t changed = 0;
    bool ok = desk_begin(t->desk, err);
    for (size_t i = 0; ok && i < t->count; i++) {
        enum coding_put put;
        t->codings[i].wall_ms = wall_ms;
        ok = desk_coding_put(t->desk, &t->codings[i], &put, err);
        done->fresh += ok && put == CODING_NEW;
        done->changed += ok && put == CODING_CHANGED;
        done->same += ok && put == CODING_SAME;
        if (ok && put != CODING_SAME) {
            memcpy(ids[changed++], t->codings[i].id, 16);
        }
    }
    ok = ok && (!changed || desk_codings_log(t->desk, "import-qdpx", why, (const uint8_t(*)[16])ids,
                                             changed, wall_ms, err));
    ok = desk_end(t->desk, ok, err);
    free(ids);
    return ok;
}

static void init_maps(struct taking *t)
{
    struct map *maps[] = {&t->users, &t->codes, &t->ours, &t->keys, &t->by_record, &t->unknown};
    arena_init(&t->arena);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], &t->arena);
    }
}

bool desk_import_qdpx(struct desk *desk, const uint8_t identity[32], const struct buf *file,
                      const struct desk_elements *elements, const char *why, int64_t wall_ms,
                      struct qdpx_report *report, struct err *err)
{
    struct taking t = {.desk = desk, .elements = elements, .report = report};
    *report = (struct qdpx_report){.ours = 0};
    init_maps(&t);
    bool ok = desk_records_init(&t.records, desk, identity, err) && read_project(&t, file, err) &&
              desk_objects(desk, take_record, &t, err);
    ok = desk_records_log(&t.records, "import-qdpx", why, ok ? err : NULL) && ok;
    for (size_t i = 0; ok && i < t.source_count; i++) {
        report->gone += !t.sources[i].found;
    }
    ok = ok && put_codings(&t, why, wall_ms, err);
    zip_shut(t.zip);
    free(t.sources);
    free(t.codings);
    desk_records_fini(&t.records);
    arena_fini(&t.arena);
    return ok;
}
