/* SPDX-License-Identifier: Apache-2.0 */
/* Wraps SQLite: settings, prepared statements, transactions, errors. */
#include "platform/custody/db.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/fault.h"

enum { STATEMENTS = 48 };

struct db {
    sqlite3 *sqlite;
    struct {
        const char *sql; /* compared by address: statements are literals */
        sqlite3_stmt *stmt;
    } kept[STATEMENTS];
    size_t kept_count;
};

/* ---- memory that is wiped when freed ---- */

static void *page_new(int size)
{
    return wiped_alloc((size_t)size);
}

static int page_size(void *p)
{
    return (int)wiped_size(p);
}

static void *page_resize(void *p, int size)
{
    return wiped_resize(p, (size_t)size);
}

static int page_round(int size)
{
    return (size + 7) & ~7;
}

static int page_init(void *user)
{
    (void)user;
    return SQLITE_OK;
}

static void page_shutdown(void *user)
{
    (void)user;
}

void db_setup(void)
{
    static const sqlite3_mem_methods wiped = {page_new,   wiped_free, page_resize,   page_size,
                                              page_round, page_init,  page_shutdown, NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &wiped);
}

/* ---- errors ---- */

static bool fault(struct db *db, const char *doing, struct err *err)
{
    int code = db->sqlite ? sqlite3_errcode(db->sqlite) : SQLITE_NOMEM;
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    err_set(err,
            damaged               ? ERR_INPUT
            : code == SQLITE_FULL ? ERR_FULL
                                  : ERR_ENV,
            "the store cannot %s: %s", doing,
            db->sqlite ? sqlite3_errmsg(db->sqlite) : "no memory");
    if (code == SQLITE_FULL) {
        return err_hint(err, "the storage is full: hand over what waits, or free some space");
    }
    return false;
}

bool db_open(struct db **out, const char *path, const char *schema, struct err *err)
{
    static const char settings[] =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
        "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY;";
    struct db *db = mem_zero(1, sizeof *db);
    *out = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    if (fault_due() || sqlite3_open_v2(path, &db->sqlite, flags, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(db->sqlite, 5000) != SQLITE_OK ||
        sqlite3_exec(db->sqlite, settings, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(db->sqlite, schema, NULL, NULL, NULL) != SQLITE_OK) {
        fault(db, "be opened", err);
        err_at(err, "%s", path);
        db_close(db);
        return false;
    }
    *out = db;
    return true;
}

void db_close(struct db *db)
{
    if (db) {
        for (size_t i = 0; i < db->kept_count; i++) {
            sqlite3_finalize(db->kept[i].stmt);
        }
        sqlite3_close(db->sqlite);
        free(db);
    }
}

struct db_value db_int(int64_t number)
{
    return (struct db_value){.type = DB_INT, .number = number};
}

struct db_value db_blob(const void *bytes, size_t len)
{
    return (struct db_value){.type = DB_BLOB, .bytes = bytes, .len = len};
}

static sqlite3_stmt *prepare(struct db *db, const char *sql, bool *keep)
{
    sqlite3_stmt *stmt = NULL;
    for (size_t i = 0; i < db->kept_count; i++) {
        if (db->kept[i].sql == sql) {
            *keep = true;
            return db->kept[i].stmt;
        }
    }
    *keep = db->kept_count < STATEMENTS;
    if (sqlite3_prepare_v3(db->sqlite, sql, -1, *keep ? SQLITE_PREPARE_PERSISTENT : 0, &stmt,
                           NULL) == SQLITE_OK &&
        *keep) {
        db->kept[db->kept_count].sql = sql;
        db->kept[db->kept_count++].stmt = stmt;
    }
    return stmt;
}

static void bind(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
    switch (v->type) {
    case DB_INT:
        sqlite3_bind_int64(stmt, at, v->number);
        break;
    case DB_BLOB:
        sqlite3_bind_blob64(stmt, at, v->len ? v->bytes : "", v->len, SQLITE_STATIC);
        break;
    case DB_TEXT:
        sqlite3_bind_text64(stmt, at, v->bytes, v->len, SQLITE_STATIC, SQLITE_UTF8);
        break;
    default:
        sqlite3_bind_null(stmt, at);
        break;
    }
}

static bool give_row(sqlite3_stmt *stmt, db_row *row, void *user, struct err *err)
{
    struct db_value columns[16];
    int count = sqlite3_column_count(stmt);
    for (int i = 0; i < count && i < 16; i++) {
        int type = sqlite3_column_type(stmt, i);
        columns[i] = (struct db_value){.type = DB_NULL};
        if (type == SQLITE_INTEGER) {
            columns[i] = db_int(sqlite3_column_int64(stmt, i));
        } else if (type == SQLITE_BLOB) {
            const void *bytes = sqlite3_column_blob(stmt, i);
            columns[i] = db_blob(bytes ? bytes : "", (size_t)sqlite3_column_bytes(stmt, i));
        } else if (type == SQLITE_TEXT) {
            columns[i].type = DB_TEXT;
            columns[i].bytes = sqlite3_column_text(stmt, i);
            columns[i].len = (size_t)sqlite3_column_bytes(stmt, i);
        }
    }
    return row(user, columns, (size_t)(count < 16 ? count : 16), err);
}

bool db_run(struct db *db, const char *sql, const struct db_value *values, size_t count,
            db_row *row, void *user, struct err *err)
{
    bool keep;
    if (fault_due()) {
        return err_set(err, ERR_ENV, "the store cannot work: made to fail");
    }
    sqlite3_stmt *stmt = prepare(db, sql, &keep);
    if (!stmt) {
        return fault(db, "work", err);
    }
    for (size_t i = 0; i < count; i++) {
        bind(stmt, (int)i + 1, &values[i]);
    }
    bool ok = true;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && ok) {
        if (!row) {
            continue;
        }
        ok = give_row(stmt, row, user, err);
        if (!ok) {
            rc = SQLITE_DONE;
            break;
        }
    }
    if (rc != SQLITE_DONE && ok) {
        ok = fault(db, "write", err);
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    if (!keep) {
        sqlite3_finalize(stmt);
    }
    return ok;
}

bool db_script(struct db *db, const char *sql, struct err *err)
{
    return (!fault_due() && sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK) ||
           fault(db, "work", err);
}

static bool take_number(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)err;
    if (count && columns[0].type == DB_INT) {
        *(int64_t *)user = columns[0].number;
    }
    return true;
}

bool db_number(struct db *db, int64_t *out, int64_t otherwise, const char *sql,
               const struct db_value *values, size_t count, struct err *err)
{
    *out = otherwise;
    return db_run(db, sql, values, count, take_number, out, err);
}

bool db_begin(struct db *db, struct err *err)
{
    return db_run(db, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL, err);
}

bool db_commit(struct db *db, struct err *err)
{
    assert(!sqlite3_get_autocommit(db->sqlite)); /* only what was begun is committed */
    return db_run(db, "COMMIT", NULL, 0, NULL, NULL, err);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->sqlite);
}

void db_rollback(struct db *db)
{
    sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

void db_checkpoint(struct db *db)
{
    sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}
