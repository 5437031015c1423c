/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_INTERNAL_H
#define TOOLS_DESK_DESK_INTERNAL_H
/* Shared by desk_lock.c (the desk's key, and what an older version left), desk_store.c (the desk's
 * file) and desk_import.c (batches, and the histories that they belong to) only. */
#include "tools/desk/desk_store.h"

struct desk {
    struct db *db;
    struct catalogue catalogue;
    struct buf catalogue_bytes;
    char *dir;
    uint8_t *key; /* in locked memory */
};

/* ---- rows: names that only the key makes, and what is locked; docs/RECORD.md section 12 ---- */

extern const char desk_schema[];

/* Of a device, a history, a record, a form. */
void desk_name(const struct desk *desk, uint8_t out[16], const char *what, const void *of,
               size_t len);
/* Append `bytes`, locked as the row of `what` under `name` (16 bytes, or NULL) and `number`. */
void desk_lock(const struct desk *desk, struct buf *out, const char *what, const uint8_t *name,
               uint64_t number, const void *bytes, size_t len);
/* Append what a row holds; `least`: bytes at the least.  ERR_INPUT: the desk is damaged. */
MUST_CHECK bool desk_unlock(const struct desk *desk, struct buf *out, const char *what,
                            const uint8_t *name, uint64_t number, const struct db_value *locked,
                            size_t min, struct err *err);

/* The same of a row whose name is its first column, and what it holds the second. */
MUST_CHECK bool desk_unlock_row(const struct desk *desk, struct buf *out, const char *what,
                                const struct db_value *columns, size_t min, struct err *err);

enum { /* what a device's row holds */
       DEVICE_ID = 0,
       DEVICE_SIGN = 16,
       DEVICE_BOX = 48,
       DEVICE_CERT = 80,
       DEVICE_GENESIS = DEVICE_CERT + CERT_BYTES,
       DEVICE_COUNTER = DEVICE_GENESIS + 32,
       DEVICE_RECEIPT = DEVICE_COUNTER + 8,
       DEVICE_ROW = DEVICE_RECEIPT + 8
};
enum { /* a branch's */
       BRANCH_ID = 0,
       BRANCH_PARENT = 16,
       BRANCH_FROM = 32,
       BRANCH_RECEIPT = 40,
       BRANCH_ROW = 48
};
enum { OBJECT_ID = 0, OBJECT_HASH = 16, OBJECT_AT = 48, OBJECT_ROW = 56 };
enum { FORM_HASH = 0, FORM_SERIAL = 32, FORM_XML = 40 };
enum { NOTE_AT = 0, NOTE_TEXT = 8 }; /* an alarm, a line of the log */

/* One row each, in the caller's transaction or alone. */
MUST_CHECK bool desk_put_device(struct desk *desk, const uint8_t row[DEVICE_ROW], struct err *err);
MUST_CHECK bool desk_put_branch(struct desk *desk, const uint8_t device[16],
                                const uint8_t row[BRANCH_ROW], struct err *err);
MUST_CHECK bool desk_put_entry(struct desk *desk, const uint8_t owner[16],
                               const uint8_t bytes[CHAIN_ENTRY], struct err *err);
MUST_CHECK bool desk_put_object(struct desk *desk, const uint8_t owner[16], uint64_t seq,
                                const uint8_t row[OBJECT_ROW], const void *sealed, size_t len,
                                struct err *err);
MUST_CHECK bool desk_put_form(struct desk *desk, const uint8_t hash[32], uint64_t serial,
                              const void *xml, size_t len, struct err *err);
MUST_CHECK bool desk_put_note(struct desk *desk, const char *table, int64_t at, const char *text,
                              size_t len, struct err *err);
MUST_CHECK bool desk_put_catalogue(struct desk *desk, const void *bytes, size_t len,
                                   struct err *err);
/* From this entry on the history is kept apart; a lower number that is there stays. */
MUST_CHECK bool desk_put_hold(struct desk *desk, const uint8_t history[16], uint64_t seq,
                              const char *why, struct err *err);

/* ---- the key ---- */

MUST_CHECK bool desk_key_make(struct desk *desk, const struct catalogue *catalogue,
                              struct err *err);
MUST_CHECK bool desk_key_read(struct desk *desk, const uint8_t identity[32], struct err *err);
/* The same key, for the recipients of `catalogue`. */
MUST_CHECK bool desk_key_wrap(const struct desk *desk, const struct catalogue *catalogue,
                              struct err *err);
bool desk_key_exists(const char *dir);
/* The tables of an older version, which were in clear, become today's. */
MUST_CHECK bool desk_migrate(struct desk *desk, struct err *err);

/*
 * A device's entries are one chain.  Two different entries under one number are a fork: the device
 * was copied, or restored from an older copy.  Each side is a history of its own.  The first is
 * kept under the device's id; any other under an id of its own, from the entry at which it parts,
 * and what lies before that is its parent's.
 */
struct history {
    uint8_t id[16];
    size_t parent; /* index in the list; of the first, 0 */
    uint64_t from; /* its own entries begin here; of the first, 1 */
    uint64_t held; /* entries from here on are kept apart until they are accepted; 0 = none */
    uint64_t receipt_seq;
};
struct histories {
    struct history *list; /* free() */
    size_t count;         /* ≥ 1 */
};
MUST_CHECK bool desk_histories(struct desk *desk, const uint8_t device[16], struct histories *out,
                               struct err *err);
/* The device whose id in hex begins so (four characters at the least); *count of them. */
MUST_CHECK bool desk_find_device(struct desk *desk, const char *begins, uint8_t id[16],
                                 unsigned *count, struct err *err);
/* For db_run: the first column's bytes, appended to a struct buf. */
bool desk_take_blob(void *user, const struct db_value *columns, size_t count, struct err *err);

#endif
