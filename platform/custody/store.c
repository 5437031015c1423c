/* SPDX-License-Identifier: Apache-2.0 */
/* Stores rows by id in SQLite. */
#include "platform/custody/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct store {
    struct db *db;
};

/* The first format's table was o(i, k, g, d): id, kind, number, data; with an index over k and
 * g. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS r(i BLOB PRIMARY KEY, d BLOB) WITHOUT ROWID;";

bool store_open(struct store **out, const char *path, struct err *err)
{
    struct store *s = mem_zero(1, sizeof *s);
    *out = NULL;
    if (!db_open(&s->db, path, schema, err)) {
        free(s);
        return false;
    }
    *out = s;
    return true;
}

void store_close(struct store *s)
{
    if (s) {
        db_close(s->db);
        free(s);
    }
}

bool store_begin(struct store *s, struct err *err)
{
    return db_begin(s->db, err);
}

bool store_commit(struct store *s, struct err *err)
{
    return db_commit(s->db, err);
}

void store_rollback(struct store *s)
{
    db_rollback(s->db);
}

void store_checkpoint(struct store *s)
{
    db_checkpoint(s->db);
}

size_t store_class(size_t len)
{
    size_t n = 256, size = n;
    while (size < len) {
        n *= 2;
        size = n < 4096 ? n : n + n / 1024 + 1024; /* power of two + overhead of encryption */
    }
    assert(size >= len);
    return size;
}

bool store_put(struct store *s, const uint8_t id[16], const void *bytes, size_t len,
               struct err *err)
{
    struct db_value v[] = {db_blob(id, 16), db_blob(bytes, len)};
    return db_run(s->db, "INSERT OR REPLACE INTO r(i, d) VALUES(?1, ?2)", v, 2, NULL, NULL, err);
}

struct taking {
    struct buf *out;
    bool *found;
};

static bool take(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    struct taking *t = user;
    (void)count;
    (void)err;
    buf_add(t->out, columns[0].bytes, columns[0].len);
    *t->found = true;
    return true;
}

static bool seen(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)columns;
    (void)count;
    (void)err;
    *(bool *)user = true;
    return true;
}

bool store_has(struct store *s, const uint8_t id[16], bool *found, struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    *found = false;
    return db_run(s->db, "SELECT 1 FROM r WHERE i = ?1", v, 1, seen, found, err);
}

bool store_get(struct store *s, const uint8_t id[16], struct buf *out, bool *found, struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    struct taking t = {out, found};
    *found = false;
    return db_run(s->db, "SELECT d FROM r WHERE i = ?1", v, 1, take, &t, err);
}

bool store_delete(struct store *s, const uint8_t id[16], struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    return db_run(s->db, "DELETE FROM r WHERE i = ?1", v, 1, NULL, NULL, err);
}

/* ---- the first format ---- */

bool store_old_any(struct store *s, bool *any, struct err *err)
{
    *any = false;
    return db_run(s->db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'o'", NULL, 0,
                  seen, any, err);
}

struct old_taking {
    struct store_old *row;
    bool *found;
};

static bool take_old(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    struct old_taking *t = user;
    (void)count;
    if (columns[0].type != DB_BLOB || columns[0].len != 16) {
        return err_set(err, ERR_INPUT, "the store holds a row that is not ours");
    }
    memcpy(t->row->id, columns[0].bytes, 16);
    t->row->kind = columns[1].number;
    t->row->number = (uint64_t)columns[2].number;
    buf_add(&t->row->bytes, columns[3].bytes, columns[3].len);
    *t->found = true;
    return true;
}

bool store_old_next(struct store *s, struct store_old *row, bool *found, struct err *err)
{
    struct old_taking t = {row, found};
    memset(row, 0, sizeof *row);
    *found = false;
    return db_run(s->db, "SELECT i, k, g, d FROM o LIMIT 1", NULL, 0, take_old, &t, err);
}

bool store_old_get(struct store *s, const uint8_t id[16], struct buf *out, bool *found,
                   struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    struct taking t = {out, found};
    *found = false;
    return db_run(s->db, "SELECT d FROM o WHERE i = ?1", v, 1, take, &t, err);
}

bool store_old_delete(struct store *s, const uint8_t id[16], struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    return db_run(s->db, "DELETE FROM o WHERE i = ?1", v, 1, NULL, NULL, err);
}

bool store_old_end(struct store *s, struct err *err)
{
    return db_run(s->db, "DROP TABLE o", NULL, 0, NULL, NULL, err);
}
