/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps codings in the desk's database. */
#include "tools/desk/desk_codings.h"

#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_texts.h"

enum { /* layout of a row; docs/RECORD.md section 18 */
       AT_ID = 0,
       AT_RECORD = 16,
       AT_MS = 32,
       AT_FROM = 40,
       AT_TO = 44,
       AT_QUOTE = 48,
       AT_LENGTHS = 52,
       TEXTS = 6,
       HEAD = AT_LENGTHS + 4 * TEXTS
};
static const struct desk_text_kind kind = {.type = "deskcode",
                                           .what = "coding",
                                           .noun = "a coding",
                                           .lengths = AT_LENGTHS,
                                           .head = HEAD,
                                           .texts = TEXTS,
                                           .max = CODING_TEXT_MAX};

/* ---- bytes ---- */

static bool write_row(const struct desk *desk, struct buf *row, const struct coding *c,
                      struct err *err)
{
    uint8_t head[HEAD] = {0};
    const char *const texts[TEXTS] = {c->path,        c->code,    c->words,
                                      c->translation, c->comment, c->who};
    memcpy(head + AT_ID, c->id, 16);
    memcpy(head + AT_RECORD, c->record, 16);
    put_u64(head + AT_MS, (uint64_t)c->wall_ms);
    put_u32(head + AT_FROM, c->from);
    put_u32(head + AT_TO, c->to);
    put_u32(head + AT_QUOTE, c->quote);
    return desk_text_write(desk, &kind, row, head, texts, err);
}

static bool read_row(const struct desk *desk, struct arena *arena, struct coding *c,
                     const struct db_value *columns, struct err *err)
{
    const uint8_t *p;
    const char *texts[TEXTS];
    if (!desk_text_read(desk, &kind, arena, columns, &p, texts, err)) {
        return false;
    }
    *c = (struct coding){.wall_ms = (int64_t)get_u64(p + AT_MS),
                         .from = get_u32(p + AT_FROM),
                         .to = get_u32(p + AT_TO),
                         .quote = get_u32(p + AT_QUOTE) != 0,
                         .path = texts[0],
                         .code = texts[1],
                         .words = texts[2],
                         .translation = texts[3],
                         .comment = texts[4],
                         .who = texts[5]};
    memcpy(c->id, p + AT_ID, 16);
    memcpy(c->record, p + AT_RECORD, 16);
    return true;
}

/* ---- reading ---- */

struct reading {
    struct desk *desk;
    struct desk_codings *codings;
    size_t cap;
};

static bool take_row(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct desk_codings *all = r->codings;
    (void)count;
    if (all->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 64;
        all->list = mem_grow(all->list, r->cap, sizeof *all->list);
    }
    bool ok = read_row(r->desk, &all->arena, &all->list[all->count], c, err);
    all->count += ok;
    return ok;
}

static int in_order(const void *a, const void *b)
{
    const struct coding *one = a, *other = b;
    int record = memcmp(one->record, other->record, 16);
    int path = record ? record : strcmp(one->path, other->path);
    if (path) {
        return path;
    }
    if (one->from != other->from) {
        return one->from < other->from ? -1 : 1;
    }
    int code = strcmp(one->code, other->code);
    return code ? code : memcmp(one->id, other->id, 16);
}

bool desk_codings_read(struct desk_codings *all, struct desk *desk, struct err *err)
{
    struct reading r = {.desk = desk, .codings = all};
    *all = (struct desk_codings){.count = 0};
    arena_init(&all->arena);
    map_init(&all->by_record, &all->arena);
    bool ok = db_run(desk->db, "SELECT id, d FROM coding", NULL, 0, take_row, &r, err);
    if (all->count) {
        qsort(all->list, all->count, sizeof *all->list, in_order);
    }
    for (size_t i = all->count; i > 0; i--) { /* the first of each record is noted last */
        char hex[33];
        text_hex(hex, all->list[i - 1].record, 16);
        map_put(&all->by_record, arena_text(&all->arena, hex), (void *)(uintptr_t)i);
    }
    return ok;
}

void desk_codings_fini(struct desk_codings *all)
{
    free(all->list);
    arena_fini(&all->arena);
}

const struct coding *desk_codings_of(const struct desk_codings *all, const uint8_t id[16],
                                     size_t *count)
{
    char hex[33];
    text_hex(hex, id, 16);
    size_t first = all->count ? (size_t)(uintptr_t)map_get(&all->by_record, hex) : 0;
    *count = 0;
    while (first && first - 1 + *count < all->count &&
           memcmp(all->list[first - 1 + *count].record, id, 16) == 0) {
        ++*count;
    }
    return first ? &all->list[first - 1] : NULL;
}

/* ---- writing ---- */

struct wanted { /* among a record's codings */
    struct desk *desk;
    const struct coding *coding;
    bool same_id, same_mark; /* there is one with this GUID; one that marks the same */
    bool equal;              /* the one with this GUID says the same */
    char *comment;           /* of the one with this GUID */
};

static bool says_same(const struct coding *a, const struct coding *b)
{
    return a->quote == b->quote && strcmp(a->words, b->words) == 0 &&
           strcmp(a->translation, b->translation) == 0 &&
           (!b->comment || strcmp(a->comment, b->comment) == 0);
}

static bool compare(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct wanted *w = user;
    struct arena arena;
    struct coding one;
    (void)count;
    arena_init(&arena);
    bool ok = read_row(w->desk, &arena, &one, c, err);
    if (ok) {
        const struct coding *own = w->coding;
        bool mark = strcmp(one.path, own->path) == 0 && one.from == own->from &&
                    one.to == own->to && strcmp(one.code, own->code) == 0;
        bool id = memcmp(one.id, own->id, 16) == 0;
        if (id && !w->comment) {
            w->comment = mem_text(one.comment);
        }
        w->same_id = w->same_id || id;
        w->equal = w->equal || (id && mark && says_same(&one, own));
        w->same_mark = w->same_mark || (mark && !id && one.quote == own->quote);
    }
    arena_fini(&arena);
    return ok;
}

bool desk_coding_put(struct desk *desk, struct coding *c, enum coding_put *done, struct err *err)
{
    struct wanted w = {.desk = desk, .coding = c};
    struct buf row = {0}, locked = {0};
    uint8_t name[16], record[16];
    desk_guid(c->id);
    c->who = c->who ? c->who : desk->person ? desk->person : "";
    desk_name(desk, name, "coding", c->id, 16);
    desk_name(desk, record, "record", c->record, 16);
    struct db_value of[] = {db_blob(record, 16)};
    bool ok =
        db_run(desk->db, "SELECT id, d FROM coding WHERE record = ?1", of, 1, compare, &w, err);
    c->comment = c->comment ? c->comment : w.comment ? w.comment : "";
    *done = w.equal || w.same_mark ? CODING_SAME : w.same_id ? CODING_CHANGED : CODING_NEW;
    if (ok && *done != CODING_SAME) {
        ok = write_row(desk, &row, c, err);
        if (ok) {
            desk_lock(desk, &locked, "coding", name, 0, row.data, row.len);
            struct db_value v[] = {db_blob(name, 16), db_blob(record, 16),
                                   db_blob(locked.data, locked.len)};
            ok = db_run(desk->db, "INSERT OR REPLACE INTO coding(id, record, d) VALUES(?1, ?2, ?3)",
                        v, 3, NULL, NULL, err);
        }
    }
    buf_fini(&row);
    buf_fini(&locked);
    c->comment = c->comment == w.comment ? "" : c->comment;
    mem_wipe_text(w.comment);
    return ok;
}

bool desk_coding_drop(struct desk *desk, const uint8_t id[16], bool *found, struct err *err)
{
    uint8_t name[16];
    int64_t here;
    desk_name(desk, name, "coding", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_number(desk->db, &here, 0, "SELECT 1 FROM coding WHERE id = ?1", v, 1, err) &&
              db_run(desk->db, "DELETE FROM coding WHERE id = ?1", v, 1, NULL, NULL, err);
    *found = ok && here;
    return ok;
}

bool desk_codings_log(struct desk *desk, const char *what, const char *why,
                      const uint8_t (*ids)[16], size_t count, int64_t wall_ms, struct err *err)
{
    struct ledger_entry e = {.wall_ms = wall_ms,
                             .kind = LEDGER_CODING,
                             .what = what,
                             .why = why,
                             .body = ids,
                             .len = count * 16};
    return desk_ledger_add(desk, &e, err);
}
