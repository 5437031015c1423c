/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_INTERNAL_H
#define TOOLS_DESK_INTERNAL_H
/* Shared by desk_store.c (the desk's file) and desk_import.c (batches, and the histories that they
 * belong to) only. */
#include "tools/desk_store.h"

struct desk {
    struct db *db;
    struct catalogue catalogue;
    struct buf catalogue_bytes;
    char *dir;
};

/*
 * A device's entries are one chain.  Two different entries under one number are a fork: the device
 * was copied, or restored from an older copy.  Each side is a history of its own.  The first is kept
 * under the device's id; any other under an id of its own, from the entry at which it parts, and what
 * lies before that is its parent's.
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
/* For db_run: the first column's bytes, appended to a struct buf. */
bool desk_take_blob(void *user, const struct db_value *columns, size_t count, struct err *err);

#endif
