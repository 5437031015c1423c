/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DB_H
#define PLATFORM_CUSTODY_DB_H
/*
 * db: one SQLite file with the settings that make a commit mean "on the medium".  Home of SQLite.
 *
 * WAL, synchronous=FULL, secure_delete, no mmap; checkpoints only by db_checkpoint, so that one
 * commit is one fsync.  Statements are prepared once and kept.
 */
#include <stdint.h>

#include "platform/machine/arena.h"

struct db;

/* Before the first db_open and any thread: SQLite's memory is wiped when it is given back. */
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
struct db_value db_text(const char *text);

/* Several statements, without values. */
MUST_CHECK bool db_script(struct db *db, const char *sql, struct err *err);
/* Run one statement.  For each row `row` is called (may be NULL); false from it stops early and is
 * passed on with its err. */
typedef bool db_row(void *user, const struct db_value *columns, size_t count, struct err *err);
MUST_CHECK bool db_run(struct db *db, const char *sql, const struct db_value *values, size_t count,
                       db_row *row, void *user, struct err *err);
/* First column of the first row as a number; `otherwise` when there is no row. */
MUST_CHECK bool db_number(struct db *db, int64_t *out, int64_t otherwise, const char *sql,
                          const struct db_value *values, size_t count, struct err *err);

MUST_CHECK bool db_begin(struct db *db, struct err *err);
MUST_CHECK bool db_commit(struct db *db, struct err *err); /* durable when true */
void db_rollback(struct db *db);
/* Fold the log into the file and cut it to nothing; call when idle. */
void db_checkpoint(struct db *db);

#endif
