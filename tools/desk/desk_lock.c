/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypts the desk's rows; stores the desk's key; migrates unencrypted desks. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/age.h"
#include "platform/machine/file.h"
#include "tools/desk/desk_internal.h"
#include "tools/key/keys.h"

const char desk_schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS device(id BLOB PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS entry(device BLOB, seq INT, kind INT, object BLOB, d BLOB,"
    " PRIMARY KEY(device, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS object(device BLOB, seq INT, id BLOB, d BLOB, sealed BLOB,"
    " PRIMARY KEY(device, seq));"
    "CREATE TABLE IF NOT EXISTS branch(n INTEGER PRIMARY KEY, id BLOB UNIQUE, device BLOB, d BLOB);"
    "CREATE TABLE IF NOT EXISTS hold(id BLOB PRIMARY KEY, seq INT, d BLOB);"
    "CREATE INDEX IF NOT EXISTS entry_object ON entry(object) WHERE kind = 4;"
    "CREATE TABLE IF NOT EXISTS form(id BLOB PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS alarm(n INTEGER PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS log(n INTEGER PRIMARY KEY, d BLOB);"
    "PRAGMA user_version = 2;";

/* Tables that desks of version 2 may lack; older programs do not see them. */
const char desk_schema_added[] =
    "CREATE TABLE IF NOT EXISTS message(n INTEGER PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS label(id BLOB PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS withdrawn(id BLOB PRIMARY KEY, uses INT);"
    "CREATE TABLE IF NOT EXISTS ledger(n INTEGER PRIMARY KEY, kind INT, d BLOB);"
    "CREATE TABLE IF NOT EXISTS coding(id BLOB PRIMARY KEY, record BLOB, d BLOB);"
    "CREATE TABLE IF NOT EXISTS edit(id BLOB PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS source(id BLOB PRIMARY KEY, d BLOB);"
    "CREATE TABLE IF NOT EXISTS sound(recording BLOB, part INT, d BLOB, sealed BLOB,"
    " PRIMARY KEY(recording, part));"
    "CREATE TABLE IF NOT EXISTS transcript(id BLOB PRIMARY KEY, record BLOB, d BLOB);"
    "CREATE INDEX IF NOT EXISTS transcript_record ON transcript(record);"
    "CREATE INDEX IF NOT EXISTS object_id ON object(id);"
    "CREATE INDEX IF NOT EXISTS coding_record ON coding(record);"
    "CREATE INDEX IF NOT EXISTS entry_message ON entry(object) WHERE kind = 8;";

/* ---- the key: DIR/desk-key.age ---- */

enum { KEY_MARK = 8, KEY_PLAIN = KEY_MARK + SECRET_KEY };
static const char key_mark[] = "sbDESKK1", key_file[] = "desk-key.age";

static char *key_path(const char *dir)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", dir, key_file);
    return path.data; /* the caller frees it */
}

bool desk_key_exists(const char *dir)
{
    char *path = key_path(dir);
    bool is = file_exists(path);
    free(path);
    return is;
}

bool desk_key_wrap(const struct desk *desk, const struct catalogue *c, struct err *err)
{
    uint8_t keys[CATALOGUE_RECIPIENTS_MAX][32], *plain = secret_new(KEY_PLAIN);
    struct buf sealed = {0};
    char *path = key_path(desk->dir);
    size_t count = catalogue_recipients(c, keys);
    memcpy(plain, key_mark, KEY_MARK);
    memcpy(plain + KEY_MARK, desk->key, SECRET_KEY);
    bool ok = age_seal(&sealed, plain, KEY_PLAIN, (const uint8_t(*)[32])keys, count, err) &&
              file_write(path, sealed.data, sealed.len, FILE_PRIVATE, true, err);
    secret_free(plain);
    buf_fini(&sealed);
    free(path);
    return ok;
}

bool desk_key_make(struct desk *desk, const struct catalogue *c, struct err *err)
{
    assert(!desk_key_exists(desk->dir)); /* an existing key is never replaced */
    desk->key = secret_new(SECRET_KEY);
    secret_random(desk->key, SECRET_KEY);
    return desk_key_wrap(desk, c, err);
}

bool desk_key_read(struct desk *desk, const uint8_t identity[32], struct err *err)
{
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    struct buf file = {0}, plain = {0};
    char *path = key_path(desk->dir);
    enum age_result result = AGE_HEADER;
    bool ok = file_read(&file, path, DESK_KEY_FILE_MAX, err);
    if (ok && !age_open(&plain, file.data, file.len, &keys, &result, NULL)) {
        ok = result == AGE_NO_MATCH
                 ? err_set(err, ERR_AUTH, "this identity does not open the desk")
                 : err_set(err, ERR_INPUT, "the desk's key is damaged: restore it from a backup");
        err_at(err, "%s", path);
    }
    if (ok && (plain.len != KEY_PLAIN || memcmp(plain.data, key_mark, KEY_MARK) != 0)) {
        err_set(err, ERR_INPUT, "this is no desk's key");
        ok = err_at(err, "%s", path);
    }
    if (ok) {
        desk->key = secret_new(SECRET_KEY);
        memcpy(desk->key, plain.data + KEY_MARK, SECRET_KEY);
    }
    buf_fini(&file);
    buf_fini(&plain);
    free(path);
    return ok;
}

/* ---- rows ---- */

enum { AD_WHAT = 16, AD = AD_WHAT + 16 + 8 };

static void row_ad(uint8_t ad[AD], const char *what, const uint8_t *name, uint64_t number)
{
    size_t len = strlen(what);
    assert(len <= AD_WHAT - 7);
    memset(ad, 0, AD);
    memcpy(ad, "sbDESK1", 7);
    memcpy(ad + 7, what, len);
    if (name) {
        memcpy(ad + AD_WHAT, name, 16);
    }
    put_u64(ad + AD_WHAT + 16, number);
}

void desk_name(const struct desk *desk, uint8_t out[16], const char *what, const void *of,
               size_t len)
{
    uint8_t body[64] = {0};
    size_t n = strlen(what);
    memcpy(body, what, n);
    memcpy(body + n + 1, of, len);
    secret_name(out, desk->key, body, n + 1 + len);
}

void desk_lock(const struct desk *desk, struct buf *out, const char *what, const uint8_t *name,
               uint64_t number, const void *bytes, size_t len)
{
    uint8_t ad[AD];
    row_ad(ad, what, name, number);
    secret_lock(out, desk->key, ad, sizeof ad, bytes, len);
}

bool desk_unlock(const struct desk *desk, struct buf *out, struct desk_row row,
                 const struct db_value *locked, size_t min, struct err *err)
{
    uint8_t ad[AD];
    size_t start = out->len;
    row_ad(ad, row.what, row.name, row.number);
    bool ok = secret_unlock(out, desk->key, ad, sizeof ad, locked->bytes, locked->len, NULL);
    assert(!ok || out->len - start >= min); /* asserted: only holders of the key can write rows */
    return ok || err_set(err, ERR_INPUT, "the desk's file is damaged");
}

bool desk_unlock_row(const struct desk *desk, struct buf *out, const char *what,
                     const struct db_value *columns, size_t min, struct err *err)
{
    if (columns[0].len != 16) {
        return err_set(err, ERR_INPUT, "the desk's file is damaged");
    }
    return desk_unlock(desk, out, (struct desk_row){what, columns[0].bytes, 0}, &columns[1], min,
                       err);
}

bool desk_put_catalogue(struct desk *desk, const void *bytes, size_t len, struct err *err)
{
    struct buf locked = {0};
    desk_lock(desk, &locked, "meta", NULL, 0, bytes, len);
    struct db_value v[] = {db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT OR REPLACE INTO meta(name, d) VALUES('catalogue', ?1)", v, 1,
                     NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_put_device(struct desk *desk, const uint8_t row[DEVICE_ROW], struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", row + DEVICE_ID, 16);
    desk_lock(desk, &locked, "device", name, 0, row, DEVICE_ROW);
    struct db_value v[] = {db_blob(name, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT OR REPLACE INTO device(id, d) VALUES(?1, ?2)", v, 2, NULL,
                     NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_put_branch(struct desk *desk, const uint8_t device[16], const uint8_t row[BRANCH_ROW],
                     struct err *err)
{
    uint8_t name[16], of[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", row + BRANCH_ID, 16);
    desk_name(desk, of, "owner", device, 16);
    desk_lock(desk, &locked, "branch", name, 0, row, BRANCH_ROW);
    struct db_value v[] = {db_blob(name, 16), db_blob(of, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db,
                     "INSERT INTO branch(id, device, d) VALUES(?1, ?2, ?3)"
                     " ON CONFLICT(id) DO UPDATE SET d = excluded.d",
                     v, 3, NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

/* The rows of a batch have one owner, mostly: its name is not calculated for each. */
static const uint8_t *owner_name(struct desk *desk, const uint8_t owner[16])
{
    if (!desk->has_owner || memcmp(desk->owner, owner, 16) != 0) {
        desk->has_owner = true;
        memcpy(desk->owner, owner, 16);
        desk_name(desk, desk->owner_name, "owner", owner, 16);
    }
    return desk->owner_name;
}

bool desk_put_entry(struct desk *desk, const uint8_t owner[16], const uint8_t bytes[CHAIN_ENTRY],
                    struct err *err)
{
    uint8_t object[16];
    const uint8_t *name = owner_name(desk, owner);
    struct chain_entry e;
    struct buf locked = {0};
    chain_parse(&e, bytes);
    desk_name(desk, object, "record", e.object_id, 16);
    desk_lock(desk, &locked, "entry", name, e.seq, bytes, CHAIN_ENTRY);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)e.seq), db_int((int64_t)e.kind),
                           db_blob(object, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db,
                     "INSERT INTO entry(device, seq, kind, object, d) VALUES(?1, ?2, ?3, ?4, ?5)",
                     v, 5, NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_put_object(struct desk *desk, const uint8_t owner[16], uint64_t seq,
                     const uint8_t row[OBJECT_ROW], const void *sealed, size_t len, struct err *err)
{
    uint8_t id[16];
    const uint8_t *name = owner_name(desk, owner);
    struct buf locked = {0};
    desk_name(desk, id, "record", row + OBJECT_ID, 16);
    desk_lock(desk, &locked, "object", name, seq, row, OBJECT_ROW);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq), db_blob(id, 16),
                           db_blob(locked.data, locked.len), db_blob(sealed, len)};
    bool ok = db_run(desk->db,
                     "INSERT INTO object(device, seq, id, d, sealed) VALUES(?1, ?2, ?3, ?4, ?5)", v,
                     5, NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_put_form(struct desk *desk, const uint8_t hash[32], uint64_t serial, const void *xml,
                   size_t len, struct err *err)
{
    uint8_t name[16], number[8];
    struct buf plain = {0}, locked = {0};
    desk_name(desk, name, "form", hash, 32);
    put_u64(number, serial);
    buf_add(&plain, hash, 32);
    buf_add(&plain, number, 8);
    buf_add(&plain, xml, len);
    desk_lock(desk, &locked, "form", name, 0, plain.data, plain.len);
    struct db_value v[] = {db_blob(name, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT INTO form(id, d) VALUES(?1, ?2)", v, 2, NULL, NULL, err);
    buf_fini(&plain);
    buf_fini(&locked);
    return ok;
}

bool desk_put_note(struct desk *desk, const char *table, int64_t at, const char *text, size_t len,
                   struct err *err)
{
    bool alarm = strcmp(table, "alarm") == 0;
    uint8_t when[8];
    struct buf plain = {0}, locked = {0};
    put_u64(when, (uint64_t)at);
    buf_add(&plain, when, 8);
    buf_add(&plain, text, len);
    desk_lock(desk, &locked, table, NULL, 0, plain.data, plain.len);
    struct db_value v[] = {db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db,
                     alarm ? "INSERT INTO alarm(d) VALUES(?1)" : "INSERT INTO log(d) VALUES(?1)", v,
                     1, NULL, NULL, err);
    buf_fini(&plain);
    buf_fini(&locked);
    return ok;
}

bool desk_put_hold(struct desk *desk, const uint8_t history[16], uint64_t seq, const char *why,
                   struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", history, 16);
    desk_lock(desk, &locked, "hold", name, 0, why, strlen(why));
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq),
                           db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db,
                     "INSERT INTO hold(id, seq, d) VALUES(?1, ?2, ?3)"
                     " ON CONFLICT(id) DO UPDATE SET seq = min(seq, excluded.seq)",
                     v, 3, NULL, NULL, err);
    buf_fini(&locked);
    return ok;
}

/* ---- migration of an older, unencrypted desk ---- */

/* Checks the widths of the old tables' columns in bytes; 0 = any width. */
static bool has_widths(const struct db_value *c, const size_t *widths, size_t count,
                       struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (widths[i] && (c[i].type != DB_BLOB || c[i].len != widths[i])) {
            return err_set(err, ERR_INPUT, "the desk's file is damaged");
        }
    }
    return true;
}
#define HAS_WIDTHS(c, err, ...)                                                                    \
    has_widths(c, (const size_t[]){__VA_ARGS__}, sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t), \
               err)

static bool move_meta(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    return desk_put_catalogue(user, c[0].bytes, c[0].len, err);
}

static bool move_device(void *user, const struct db_value *c, size_t count, struct err *err)
{
    uint8_t row[DEVICE_ROW];
    (void)count;
    if (!HAS_WIDTHS(c, err, 16, 32, 32, CERT_BYTES, 32)) {
        return false;
    }
    memcpy(row + DEVICE_ID, c[0].bytes, 16);
    memcpy(row + DEVICE_SIGN, c[1].bytes, 32);
    memcpy(row + DEVICE_BOX, c[2].bytes, 32);
    memcpy(row + DEVICE_CERT, c[3].bytes, CERT_BYTES);
    memcpy(row + DEVICE_GENESIS, c[4].bytes, 32);
    put_u64(row + DEVICE_COUNTER, (uint64_t)c[5].number);
    put_u64(row + DEVICE_RECEIPT, (uint64_t)c[6].number);
    return desk_put_device(user, row, err);
}

static bool move_entry(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    return HAS_WIDTHS(c, err, 16, CHAIN_ENTRY) && desk_put_entry(user, c[0].bytes, c[1].bytes, err);
}

static bool move_object(void *user, const struct db_value *c, size_t count, struct err *err)
{
    uint8_t row[OBJECT_ROW];
    (void)count;
    if (!HAS_WIDTHS(c, err, 16, 0, 16, 32)) {
        return false;
    }
    memcpy(row + OBJECT_ID, c[2].bytes, 16);
    memcpy(row + OBJECT_HASH, c[3].bytes, 32);
    put_u64(row + OBJECT_AT, (uint64_t)c[5].number);
    return desk_put_object(user, c[0].bytes, (uint64_t)c[1].number, row, c[4].bytes, c[4].len, err);
}

static bool move_branch(void *user, const struct db_value *c, size_t count, struct err *err)
{
    uint8_t row[BRANCH_ROW];
    (void)count;
    if (!HAS_WIDTHS(c, err, 16, 16, 16)) {
        return false;
    }
    memcpy(row + BRANCH_ID, c[0].bytes, 16);
    memcpy(row + BRANCH_PARENT, c[2].bytes, 16);
    put_u64(row + BRANCH_FROM, (uint64_t)c[3].number);
    put_u64(row + BRANCH_RECEIPT, (uint64_t)c[4].number);
    return desk_put_branch(user, c[1].bytes, row, err);
}

static bool move_hold(void *user, const struct db_value *c, size_t count, struct err *err)
{
    char why[32];
    (void)count;
    if (!HAS_WIDTHS(c, err, 16)) {
        return false;
    }
    snprintf(why, sizeof why, "%.*s", (int)(c[2].len < 31 ? c[2].len : 31),
             c[2].len ? (const char *)c[2].bytes : "");
    return desk_put_hold(user, c[0].bytes, (uint64_t)c[1].number, why, err);
}

static bool move_form(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    return HAS_WIDTHS(c, err, 32) &&
           desk_put_form(user, c[0].bytes, (uint64_t)c[1].number, c[2].bytes, c[2].len, err);
}

static bool move_alarm(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    return desk_put_note(user, "alarm", c[0].number, c[1].len ? c[1].bytes : "", c[1].len, err);
}

static bool move_log(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    return desk_put_note(user, "log", c[0].number, c[1].len ? c[1].bytes : "", c[1].len, err);
}

/* Creates the tables that even older desks lack. */
static const char old_schema[] =
    "CREATE TABLE IF NOT EXISTS branch(id BLOB PRIMARY KEY, device BLOB, parent BLOB, seq INT,"
    " receipt_seq INT DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS hold(id BLOB PRIMARY KEY, seq INT, why TEXT);";

/* Runs in one transaction: after an interruption the desk is unchanged. */
bool desk_migrate(struct desk *desk, struct err *err)
{
    static const struct {
        const char *name, *rename, *read, *drop;
        db_row *move;
    } tables[] = {
#define TABLE(name, columns, order)                                                                \
    name, "ALTER TABLE " name " RENAME TO old_" name, "SELECT " columns " FROM old_" name order,   \
        "DROP TABLE old_" name
        {TABLE("meta", "value", " WHERE name = 'catalogue'"), move_meta},
        {TABLE("device", "id, sign_pk, box_pk, cert, genesis, receipt_counter, receipt_seq", ""),
         move_device},
        {TABLE("entry", "device, bytes", ""), move_entry},
        {TABLE("object", "device, seq, id, hash, sealed, imported", ""), move_object},
        {TABLE("branch", "id, device, parent, seq, receipt_seq", " ORDER BY rowid"), move_branch},
        {TABLE("hold", "id, seq, why", ""), move_hold},
        {TABLE("form", "hash, serial, xml", ""), move_form},
        {TABLE("alarm", "at, text", " ORDER BY rowid"), move_alarm},
        {TABLE("log", "at, text", " ORDER BY rowid"), move_log},
#undef TABLE
    };
    enum { COUNT = sizeof tables / sizeof *tables };
    bool ok = db_begin(desk->db, err) && db_script(desk->db, old_schema, err) &&
              db_run(desk->db, "DROP INDEX IF EXISTS entry_object", NULL, 0, NULL, NULL, err);
    for (size_t i = 0; ok && i < COUNT; i++) {
        ok = db_run(desk->db, tables[i].rename, NULL, 0, NULL, NULL, err);
    }
    ok = ok && db_script(desk->db, desk_schema, err);
    for (size_t i = 0; ok && i < COUNT; i++) {
        ok = (db_run(desk->db, tables[i].read, NULL, 0, tables[i].move, desk, err) ||
              err_at(err, "desk.db, table %s", tables[i].name)) &&
             db_run(desk->db, tables[i].drop, NULL, 0, NULL, NULL, err);
    }
    ok = ok && db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
        return err_hint(err, err && err->code == ERR_INPUT
                                 ? "the desk is unchanged: restore an undamaged backup"
                                 : "the desk is unchanged: free disk space and try again");
    }
    db_checkpoint(desk->db); /* the write-ahead log still contains unencrypted data */
    return true;
}
