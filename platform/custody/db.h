/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DB_H
#define PLATFORM_CUSTODY_DB_H
/*
 * db: one SQLite file, set up so that a committed transaction survives power loss.  Home of
 * SQLite.
 *
 * WAL, synchronous=FULL, secure_delete, no mmap.  Only db_checkpoint checkpoints, so one commit
 * is one fsync.  Statements are prepared once and kept; they are told apart by the address of
 * `sql`, which must be a literal.
 */
#include <stdint.h>

#include "platform/machine/arena.h"

struct db;

/* Call before the first db_open and before any thread starts: makes SQLite wipe memory it
 * frees. */
void db_setup(void);

MUST_CHECK bool db_open(struct db **db, const char *path, const char *schema, struct err *err);
void db_close(struct db *db);

struct db_value {
    enum { DB_NULL, DB_INT, DB_BLOB, DB_TEXT } type;
    int64_t number;
    const void *bytes;
    size_t len;
};
struct db_value db_int(int64_t number);
struct db_value db_blob(const void *bytes, size_t len);

/* Run several statements without bound values. */
MUST_CHECK bool db_script(struct db *db, const char *sql, struct err *err);
/* Run one statement.  `row` (may be NULL) is called for each row; if it returns false, db_run
 * stops and returns false with its `err`. */
typedef bool db_row(void *user, const struct db_value *columns, size_t count, struct err *err);
MUST_CHECK bool db_run(struct db *db, const char *sql, const struct db_value *values, size_t count,
                       db_row *row, void *user, struct err *err);
/* First column of the result as an integer, for queries with at most one row; `otherwise` if
 * there is no row. */
MUST_CHECK bool db_number(struct db *db, int64_t *out, int64_t otherwise, const char *sql,
                          const struct db_value *values, size_t count, struct err *err);

MUST_CHECK bool db_begin(struct db *db, struct err *err);
MUST_CHECK bool db_commit(struct db *db, struct err *err); /* true: survives power loss */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
/* Copy the write-ahead log into the database and truncate it; call when idle. */
void db_checkpoint(struct db *db);

#endif
