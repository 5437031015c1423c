/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the register of documents in the desk's database. */
#include "tools/desk/desk_sources.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_texts.h"

enum { /* layout of a row */ AT_ID = 0, AT_MS = 16, AT_LENGTHS = 24, TEXTS = 6, HEAD = 48 };
static const struct desk_text_kind kind = {.type = "desksrc",
                                           .what = "source",
                                           .noun = "a document of the register",
                                           .lengths = AT_LENGTHS,
                                           .head = HEAD,
                                           .texts = TEXTS,
                                           .max = SOURCE_TEXT_MAX};

static void texts_of(const char *out[TEXTS], const struct source_document *s)
{
    const char *const texts[TEXTS] = {s->title, s->kind, s->country, s->date, s->place, s->who};
    memcpy(out, texts, sizeof texts);
}

/* ---- reading ---- */

struct reading {
    struct desk *desk;
    struct desk_sources *sources;
};

static bool read_row(const struct desk *desk, struct arena *arena, struct source_document *s,
                     const struct db_value *columns, struct err *err)
{
    const uint8_t *p;
    const char *texts[TEXTS];
    if (!desk_text_read(desk, &kind, arena, columns, &p, texts, err)) {
        return false;
    }
    *s = (struct source_document){.wall_ms = (int64_t)get_u64(p + AT_MS),
                                  .title = texts[0],
                                  .kind = texts[1],
                                  .country = texts[2],
                                  .date = texts[3],
                                  .place = texts[4],
                                  .who = texts[5]};
    memcpy(s->id, p + AT_ID, 16);
    return true;
}

static bool take_row(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct desk_sources *all = r->sources;
    (void)count;
    all->list = mem_grow(all->list, all->count + 1, sizeof *all->list);
    bool ok = read_row(r->desk, &all->arena, &all->list[all->count], c, err);
    all->count += ok;
    return ok;
}

static int in_order(const void *a, const void *b)
{
    const struct source_document *one = a, *other = b;
    const char *own[] = {one->kind, one->country, one->date, one->title};
    const char *with[] = {other->kind, other->country, other->date, other->title};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        int order = strcmp(own[i], with[i]);
        if (order) {
            return order;
        }
    }
    return memcmp(one->id, other->id, 16);
}

bool desk_sources_read(struct desk_sources *all, struct desk *desk, struct err *err)
{
    struct reading r = {desk, all};
    *all = (struct desk_sources){.count = 0};
    arena_init(&all->arena);
    bool ok = db_run(desk->db, "SELECT id, d FROM source", NULL, 0, take_row, &r, err);
    if (all->count) {
        qsort(all->list, all->count, sizeof *all->list, in_order);
    }
    return ok;
}

void desk_sources_fini(struct desk_sources *all)
{
    free(all->list);
    arena_fini(&all->arena);
}

/* ---- writing ---- */

/* A year, a month or a day. */
static bool is_date(const char *text)
{
    int year, month = 1, day = 1, used = 0;
    size_t len = strlen(text);
    for (const char *c = text; *c; c++) {
        if (*c != '-' && !isdigit((unsigned char)*c)) {
            return false;
        }
    }
    return (len == 4 || len == 7 || len == 10) && sscanf(text, "%4d%n", &year, &used) == 1 &&
           (len == 4 || sscanf(text + 4, "-%2d%n", &month, &used) == 1) &&
           (len < 10 || sscanf(text + 7, "-%2d%n", &day, &used) == 1) &&
           clock_is_date(year, month, day);
}

static bool judge(const struct source_document *s, struct err *err)
{
    const char *texts[TEXTS];
    texts_of(texts, s);
    for (size_t i = 0; i < TEXTS; i++) {
        if (strlen(texts[i]) > SOURCE_TEXT_MAX || !text_valid(texts[i], strlen(texts[i]))) {
            return err_set(err, ERR_INPUT, "a text is longer than %d bytes, or no UTF-8",
                           (int)SOURCE_TEXT_MAX);
        }
    }
    if (!*s->title || !*s->kind) {
        return err_set(err, ERR_INPUT, "a document needs a title and a kind");
    }
    if (*s->date && !is_date(s->date)) {
        err_set(err, ERR_INPUT, "'%s' is no date", s->date);
        return err_hint(err, "give 2026, 2026-03 or 2026-03-08");
    }
    return true;
}

static bool is_new(struct desk *desk, const struct source_document *s, struct err *err)
{
    struct desk_sources all;
    bool ok = desk_sources_read(&all, desk, err);
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct source_document *o = &all.list[i];
        if (strcmp(o->title, s->title) == 0 && strcmp(o->kind, s->kind) == 0 &&
            strcmp(o->date, s->date) == 0) {
            ok = err_set(err, ERR_INPUT, "this document is registered already");
        }
    }
    desk_sources_fini(&all);
    return ok;
}

static bool note(struct desk *desk, const uint8_t id[16], const char *what, const char *title,
                 int64_t wall_ms, struct err *err)
{
    struct ledger_entry e = {.wall_ms = wall_ms,
                             .kind = LEDGER_CODING,
                             .what = what,
                             .why = title,
                             .body = id,
                             .len = 16};
    return desk_ledger_add(desk, &e, err);
}

bool desk_source_carry(struct desk *desk, const struct source_document *s, struct err *err)
{
    uint8_t head[HEAD] = {0}, name[16];
    struct buf row = {0}, locked = {0};
    const char *texts[TEXTS];
    if (!judge(s, err) || !is_new(desk, s, err) || !desk_begin(desk, err)) {
        return false;
    }
    texts_of(texts, s);
    memcpy(head + AT_ID, s->id, 16);
    put_u64(head + AT_MS, (uint64_t)s->wall_ms);
    bool ok = desk_text_write(desk, &kind, &row, head, texts, err);
    desk_name(desk, name, "source", s->id, 16);
    desk_lock(desk, &locked, "source", name, 0, row.data, row.len);
    struct db_value v[] = {db_blob(name, 16), db_blob(locked.data, locked.len)};
    ok = ok &&
         db_run(desk->db, "INSERT INTO source(id, d) VALUES(?1, ?2)", v, 2, NULL, NULL, err) &&
         note(desk, s->id, "source add", s->title, s->wall_ms, err);
    buf_fini(&row);
    buf_fini(&locked);
    return desk_end(desk, ok, err);
}

bool desk_source_add(struct desk *desk, struct source_document *s, struct err *err)
{
    s->who = desk->person ? desk->person : "";
    secret_random(s->id, 16);
    return desk_source_carry(desk, s, err);
}

bool desk_source_drop(struct desk *desk, const char *begins, int64_t wall_ms, struct err *err)
{
    enum { MIN = 4 };
    struct desk_sources all;
    const struct source_document *found = NULL;
    unsigned count = 0;
    bool ok = desk_sources_read(&all, desk, err);
    for (size_t i = 0; ok && i < all.count; i++) {
        char hex[33];
        text_hex(hex, all.list[i].id, 16);
        if (strlen(begins) >= MIN && text_starts(hex, begins)) {
            found = &all.list[i];
            count++;
        }
    }
    if (ok && count != 1) {
        err_set(err, ERR_INPUT,
                count ? "several documents begin with '%s'" : "there is no document '%s'", begins);
        ok = err_hint(err, "'suhbat-sync source list' lists them; give at least four letters of "
                           "the id");
    }
    if (ok && desk_begin(desk, err)) {
        uint8_t name[16];
        desk_name(desk, name, "source", found->id, 16);
        struct db_value v[] = {db_blob(name, 16)};
        ok = db_run(desk->db, "DELETE FROM source WHERE id = ?1", v, 1, NULL, NULL, err) &&
             note(desk, found->id, "source drop", found->title, wall_ms, err);
        ok = desk_end(desk, ok, err);
    } else {
        ok = false;
    }
    desk_sources_fini(&all);
    return ok;
}
