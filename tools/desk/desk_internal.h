/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_INTERNAL_H
#define TOOLS_DESK_DESK_INTERNAL_H
/* desk_internal: shared only by desk_lock.c (key, encryption, migration), desk_store.c (the
 * database), desk_import.c (batches and histories), desk_ledger.c and desk_review.c (the log),
 * desk_withdraw.c, desk_forget.c, desk_edits.c, desk_texts.c (rows of theirs),
 * desk_backup.c, desk_merge.c, desk_merge_messages.c and desk_merge_words.c (another desk), and
 * desk_field_rules.c (keyed hashes). */
#include "tools/desk/desk_store.h"

struct desk {
    struct db *db;
    struct catalogue catalogue;
    struct buf catalogue_bytes;
    char *dir;
    uint8_t *key; /* SECRET_KEY bytes in locked memory */
    char *person; /* who works at it; NULL: not said */
    int64_t seen; /* SQLite's data_version: another program's changes raise it; 0: not asked yet */
    bool has_owner; /* the last history that a row was put of, and its name */
    uint8_t owner[16], owner_name[16];
};

/* ---- rows: pseudonyms and encrypted contents; docs/RECORD.md section 12 ---- */

extern const char desk_schema[], desk_schema_added[];

/* Computes the pseudonym of a device, history, record or form: a hash with the desk's key. */
void desk_name(const struct desk *desk, uint8_t out[16], const char *what, const void *of,
               size_t len);
/* Appends `bytes`, encrypted and bound to table `what`, row `name` (16 bytes, or NULL) and
 * `number`. */
void desk_lock(const struct desk *desk, struct buf *out, const char *what, const uint8_t *name,
               uint64_t number, const void *bytes, size_t len);
struct desk_row { /* which row: table, name of its owner (16 bytes, or NULL), number */
    const char *what;
    const uint8_t *name;
    uint64_t number;
};
/* Appends the decrypted row.  ERR_INPUT if it was tampered with or damaged.  `min`: minimum length
 * in bytes, asserted. */
MUST_CHECK bool desk_unlock(const struct desk *desk, struct buf *out, struct desk_row row,
                            const struct db_value *locked, size_t min, struct err *err);

/* As desk_unlock, for a row with its name in the first column and its contents in the
 * second. */
MUST_CHECK bool desk_unlock_row(const struct desk *desk, struct buf *out, const char *what,
                                const struct db_value *columns, size_t min, struct err *err);

enum { /* layout of a device's row (byte offsets) */
       DEVICE_ID = 0,
       DEVICE_SIGN = 16,
       DEVICE_BOX = 48,
       DEVICE_CERT = 80,
       DEVICE_GENESIS = DEVICE_CERT + CERT_BYTES,
       DEVICE_COUNTER = DEVICE_GENESIS + 32,
       DEVICE_RECEIPT = DEVICE_COUNTER + 8,
       DEVICE_ROW = DEVICE_RECEIPT + 8
};
enum { /* layout of a branch's row */
       BRANCH_ID = 0,
       BRANCH_PARENT = 16,
       BRANCH_FROM = 32,
       BRANCH_RECEIPT = 40,
       BRANCH_ROW = 48
};
enum { OBJECT_ID = 0, OBJECT_HASH = 16, OBJECT_AT = 48, OBJECT_ROW = 56 };
enum { FORM_HASH = 0, FORM_SERIAL = 32, FORM_XML = 40 };
enum { /* layout of a message's row */
       MESSAGE_DEVICE = 0,
       MESSAGE_ID = 16,
       MESSAGE_ABOUT = 32,
       MESSAGE_AT = 48,
       MESSAGE_KIND = 56,
       MESSAGE_BODY = 64
};
enum { NOTE_AT = 0, NOTE_TEXT = 8 }; /* layout of an alarm, or a line of the log */

/* Write one row each, in the caller's transaction or a transaction of their own. */
MUST_CHECK bool desk_put_device(struct desk *desk, const uint8_t row[DEVICE_ROW], struct err *err);
MUST_CHECK bool desk_put_branch(struct desk *desk, const uint8_t device[16],
                                const uint8_t row[BRANCH_ROW], struct err *err);
MUST_CHECK bool desk_put_entry(struct desk *desk, const uint8_t owner[16],
                               const uint8_t bytes[CHAIN_ENTRY], struct err *err);
MUST_CHECK bool desk_put_object(struct desk *desk, const uint8_t owner[16], uint64_t seq,
                                const uint8_t row[OBJECT_ROW], const void *sealed, size_t len,
                                struct err *err);
/* Notes that uses of a record were withdrawn; of its answers, empties what is held of it. */
MUST_CHECK bool desk_put_withdrawn(struct desk *desk, const uint8_t id[16], unsigned uses,
                                   struct err *err);
MUST_CHECK bool desk_put_form(struct desk *desk, const uint8_t hash[32], uint64_t serial,
                              const void *xml, size_t len, struct err *err);
MUST_CHECK bool desk_put_note(struct desk *desk, const char *table, int64_t at, const char *text,
                              size_t len, struct err *err);
MUST_CHECK bool desk_put_catalogue(struct desk *desk, const void *bytes, size_t len,
                                   struct err *err);
/* Keeps the history's entries apart from `seq` on; a lower number already stored remains. */
MUST_CHECK bool desk_put_hold(struct desk *desk, const uint8_t history[16], uint64_t seq,
                              const char *why, struct err *err);

/* As desk_import, for a batch that is verified, in the caller's transaction (desk_import.c).  Of an
 * object without bytes only its place is kept: its content was withdrawn. */
MUST_CHECK bool desk_import_batch(struct desk *desk, const struct batch *batch, int64_t wall_ms,
                                  struct import_report *report, struct err *err);

/* Sign what the desk writes itself, and verify it (desk_ledger.c): `what` is its kind. */
void desk_sign(const struct desk *desk, uint8_t sig[SIGN_BYTES], const char *what,
               const void *bytes, size_t len);
bool desk_signed(const struct desk *desk, const uint8_t sig[SIGN_BYTES], const char *what,
                 const void *bytes, size_t len);

/* ---- the key ---- */

MUST_CHECK bool desk_key_make(struct desk *desk, const struct catalogue *catalogue,
                              struct err *err);
MUST_CHECK bool desk_key_read(struct desk *desk, const uint8_t identity[32], struct err *err);
/* Encrypts the existing key to the recipients of `catalogue`. */
MUST_CHECK bool desk_key_wrap(const struct desk *desk, const struct catalogue *catalogue,
                              struct err *err);
bool desk_key_exists(const char *dir);
/* Converts the unencrypted tables of an older version. */
MUST_CHECK bool desk_migrate(struct desk *desk, struct err *err);

/*
 * A device's entries form one chain.  Two different entries with the same number are a fork:
 * the device was copied, or restored from an older copy.  Each side is a separate history.  The
 * first history has the device's id; every other one has an id of its own and starts at the
 * entry where it diverges.  The entries before that belong to its parent.
 */
struct history {
    uint8_t id[16];
    size_t parent; /* index of the parent in the list; 0 for the first history */
    uint64_t from; /* number of its first own entry; 1 for the first history */
    uint64_t held; /* entries from this number on are kept apart until accepted; 0 = none */
    uint64_t receipt_seq;
    /* While a batch is taken in: the numbers of its last own entry and object before that. */
    uint64_t last_entry, last_object;
};
struct histories {
    struct history *list; /* caller frees with free() */
    size_t count;         /* ≥ 1 */
};
MUST_CHECK bool desk_histories(struct desk *desk, const uint8_t device[16], struct histories *out,
                               struct err *err);
/* Row callback for db_run: appends the first column's bytes to the struct buf in `user`. */
bool desk_take_blob(void *user, const struct db_value *columns, size_t count, struct err *err);

#endif
