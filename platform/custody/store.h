/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_STORE_H
#define PLATFORM_CUSTODY_STORE_H
/*
 * store: the device's rows in one SQLite file: draft events, sealed objects, chain, lists,
 * forms.
 *
 * A row is an id and bytes; the store does not know its kind.  Private content is encrypted and
 * padded to a size class before it comes here (platform/custody/device).
 * Promise: what store_commit made true survives power loss; a transaction is whole or absent.
 * Source:  docs/RECORD.md section 3.
 */
#include "platform/custody/db.h"

struct store;

MUST_CHECK bool store_open(struct store **store, const char *path, struct err *err);
void store_close(struct store *store);

MUST_CHECK bool store_begin(struct store *store, struct err *err);
MUST_CHECK bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
void store_checkpoint(struct store *store);

/* The smallest size class that holds `len` bytes: 256, 512, 1024, 2048, then n + n/1024 + 1024
 * for n a power of two from 4096 up. */
size_t store_class(size_t len);

/* Insert or replace the row `id`. */
MUST_CHECK bool store_put(struct store *store, const uint8_t id[16], const void *bytes, size_t len,
                          struct err *err);
/* Sets *found to whether the row exists; its bytes are not read. */
MUST_CHECK bool store_has(struct store *store, const uint8_t id[16], bool *found, struct err *err);
/* Append a row's bytes; *found is false if there is no such row. */
MUST_CHECK bool store_get(struct store *store, const uint8_t id[16], struct buf *out, bool *found,
                          struct err *err);
MUST_CHECK bool store_delete(struct store *store, const uint8_t id[16], struct err *err);

/* ---- rows of the first format, which stored kind and number in the clear ---- */

struct store_old {
    uint8_t id[16];
    int64_t kind; /* 0 event, 1 sealed object, 2 chain entry, 3 list, 4 package */
    uint64_t number;
    struct buf bytes;
};
/* Sets *any to whether the table of the first format exists. */
MUST_CHECK bool store_old_any(struct store *store, bool *any, struct err *err);
/* Read any one of these rows; the caller frees row->bytes with buf_fini. */
MUST_CHECK bool store_old_next(struct store *store, struct store_old *row, bool *found,
                               struct err *err);
MUST_CHECK bool store_old_get(struct store *store, const uint8_t id[16], struct buf *out,
                              bool *found, struct err *err);
MUST_CHECK bool store_old_delete(struct store *store, const uint8_t id[16], struct err *err);
/* Drop the table after its last row was deleted. */
MUST_CHECK bool store_old_end(struct store *store, struct err *err);

#endif
