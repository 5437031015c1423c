/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_STORE_H
#define PLATFORM_CUSTODY_STORE_H
/*
 * store: the device's rows in one SQLite file: drafts' events, sealed objects, chain, lists, forms.
 *
 * Knows names and bytes only, and no kind of row: what is private is locked, and padded to a class,
 * before it comes here (platform/device).
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

/* The least class of length that holds `len` bytes: 256, 512, 1024, 2048, then n + n/1024 + 1024
 * for n a power of two from 4096 up. */
size_t store_class(size_t len);

/* Insert or replace the row `id`. */
MUST_CHECK bool store_put(struct store *store, const uint8_t id[16], const void *bytes, size_t len,
                          struct err *err);
/* Is it there?  Its bytes are not read. */
MUST_CHECK bool store_has(struct store *store, const uint8_t id[16], bool *found, struct err *err);
/* Append a row's bytes; *found says whether it is there. */
MUST_CHECK bool store_get(struct store *store, const uint8_t id[16], struct buf *out, bool *found,
                          struct err *err);
MUST_CHECK bool store_delete(struct store *store, const uint8_t id[16], struct err *err);

/* ---- rows of the first format, which told their kinds and numbers ---- */

struct store_old {
    uint8_t id[16];
    int64_t kind; /* 0 event, 1 sealed object, 2 chain entry, 3 list, 4 package; told by the row */
    uint64_t number;
    struct buf bytes;
};
/* Are there any? */
MUST_CHECK bool store_old_any(struct store *store, bool *any, struct err *err);
/* One of them, in no order; the caller ends `row`. */
MUST_CHECK bool store_old_next(struct store *store, struct store_old *row, bool *found,
                               struct err *err);
MUST_CHECK bool store_old_get(struct store *store, const uint8_t id[16], struct buf *out,
                              bool *found, struct err *err);
MUST_CHECK bool store_old_delete(struct store *store, const uint8_t id[16], struct err *err);
/* When the last has gone. */
MUST_CHECK bool store_old_end(struct store *store, struct err *err);

#endif
