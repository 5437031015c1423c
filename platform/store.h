/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_STORE_H
#define PLATFORM_STORE_H
/*
 * store: the device's rows in one SQLite file: drafts' events, sealed objects, chain, lists, forms.
 *
 * Knows bytes and names only; what is private is locked before it comes here (platform/device).
 * Promise: what store_commit made true survives power loss; a transaction is whole or absent.
 * Source:  docs/RECORD.md section 3.
 */
#include "platform/db.h"

enum store_kind { STORE_EVENT, STORE_OBJECT, STORE_CHAIN, STORE_META, STORE_PACKAGE };

struct store;

MUST_CHECK bool store_open(struct store **store, const char *path, struct err *err);
void store_close(struct store *store);

MUST_CHECK bool store_begin(struct store *store, struct err *err);
MUST_CHECK bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
void store_checkpoint(struct store *store);

/* Insert or replace the row `id`. */
MUST_CHECK bool store_put(struct store *store, const uint8_t id[16], enum store_kind kind,
                          uint64_t group, const void *bytes, size_t len, struct err *err);
/* Append a row's bytes; *found says whether it is there. */
/* Is it there?  Its bytes are not read. */
MUST_CHECK bool store_has(struct store *store, const uint8_t id[16], bool *found, struct err *err);
MUST_CHECK bool store_get(struct store *store, const uint8_t id[16], struct buf *out, bool *found,
                          struct err *err);
MUST_CHECK bool store_delete(struct store *store, const uint8_t id[16], struct err *err);
/* Each row of a kind, by group. */
typedef bool store_row(void *user, const uint8_t id[16], uint64_t group, const void *bytes,
                       size_t len, struct err *err);
MUST_CHECK bool store_each(struct store *store, enum store_kind kind, store_row *row, void *user,
                           struct err *err);
MUST_CHECK bool store_count(struct store *store, enum store_kind kind, uint64_t *count,
                            struct err *err);

#endif
