/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows are on the device? */
#include "platform/store.h"

#include <stdlib.h>

struct store {
    struct db *db;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS o(i BLOB PRIMARY KEY, k INT, g INT, d BLOB) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS o_k ON o(k, g);";

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

bool store_put(struct store *s, const uint8_t id[16], enum store_kind kind, uint64_t group,
               const void *bytes, size_t len, struct err *err)
{
    struct db_value v[] = {db_blob(id, 16), db_int((int64_t)kind), db_int((int64_t)group),
                           db_blob(bytes, len)};
    return db_run(s->db, "INSERT OR REPLACE INTO o(i, k, g, d) VALUES(?1, ?2, ?3, ?4)", v, 4, NULL,
                  NULL, err);
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
    return db_run(s->db, "SELECT 1 FROM o WHERE i = ?1", v, 1, seen, found, err);
}

bool store_get(struct store *s, const uint8_t id[16], struct buf *out, bool *found, struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    struct taking t = {out, found};
    *found = false;
    return db_run(s->db, "SELECT d FROM o WHERE i = ?1", v, 1, take, &t, err);
}

bool store_delete(struct store *s, const uint8_t id[16], struct err *err)
{
    struct db_value v[] = {db_blob(id, 16)};
    return db_run(s->db, "DELETE FROM o WHERE i = ?1", v, 1, NULL, NULL, err);
}

struct walking {
    store_row *row;
    void *user;
};

static bool give(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    struct walking *w = user;
    (void)count;
    if (columns[0].len != 16) {
        return err_set(err, ERR_INPUT, "the store holds a row that is not ours");
    }
    return w->row(w->user, columns[0].bytes, (uint64_t)columns[1].number, columns[2].bytes,
                  columns[2].len, err);
}

bool store_each(struct store *s, enum store_kind kind, store_row *row, void *user, struct err *err)
{
    struct db_value v[] = {db_int((int64_t)kind)};
    struct walking w = {row, user};
    return db_run(s->db, "SELECT i, g, d FROM o WHERE k = ?1 ORDER BY g", v, 1, give, &w, err);
}

bool store_count(struct store *s, enum store_kind kind, uint64_t *count, struct err *err)
{
    struct db_value v[] = {db_int((int64_t)kind)};
    int64_t n;
    bool ok = db_number(s->db, &n, 0, "SELECT count(*) FROM o WHERE k = ?1", v, 1, err);
    *count = (uint64_t)n;
    return ok;
}
