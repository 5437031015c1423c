/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DEVICE_INTERNAL_H
#define PLATFORM_CUSTODY_DEVICE_INTERNAL_H
/* Shared by device.c (life, the chain), device_rows.c (rows, and those of the first format),
 * device_drafts.c (drafts, sealing), device_load.c and device_exchange.c (handing over) only. */
#include "platform/custody/device.h"

struct device {
    char *dir;
    int lock;
    struct vault *vault;
    struct store *store;
    struct catalogue *catalogue; /* while open */
    struct progress *progress;   /* who watches what takes long, or NULL */
};

enum { RECORD_INFO = 64, RECORD_INFO_DRAFT = 48 };

/* What a row is; only its own inside tells. */
enum row_kind { ROW_EVENT, ROW_OBJECT, ROW_CHAIN, ROW_META, ROW_PACKAGE };

void device_row_name(struct device *d, uint8_t id[16], const char *what, const void *of,
                     size_t len);
bool device_row_put(struct device *d, const char *what, const void *of, size_t of_len,
                    enum row_kind kind, uint64_t number, const void *bytes, size_t len,
                    struct err *err);
bool device_row_get(struct device *d, const char *what, const void *of, size_t of_len,
                    struct buf *out, bool *found, struct err *err);
bool device_row_has(struct device *d, const char *what, const void *of, size_t of_len, bool *found,
                    struct err *err);
bool device_row_delete(struct device *d, const char *what, const void *of, size_t of_len,
                       struct err *err);
/* An event as its row holds it, and back. */
void device_event_lock(struct buf *out, const struct vault_draft *slot, uint64_t n,
                       const void *event, size_t len);
bool device_event_unlock(struct buf *event, const struct vault_draft *slot, uint64_t n,
                         const struct buf *locked, struct err *err);
/* Rows of the first format become rows of this one, some at a time: cut off at any write it goes on
 * at the next unlocking.  Nothing that cannot be opened is dropped. */
bool device_migrate(struct device *d, struct err *err);
#ifdef SUHBAT_TEST
/* So many rows at a time; `cut` is asked before each transaction. */
void device_migrate_by(unsigned rows, bool (*cut)(void *user), void *user);
#endif
/* False in *found: it is not there, or not whole. */
bool device_entry(struct device *d, uint64_t seq, uint8_t bytes[CHAIN_ENTRY], bool *found,
                  struct err *err);
void device_record_info(uint8_t out[RECORD_INFO], const struct device_record *r,
                        const uint8_t draft_id[16]);

/* The next entry: the caller's transaction puts it in, then device_advance makes it the head (and
 * forgets the draft's key, unless `draft_id` is NULL). */
struct chain_entry device_next_entry(struct device *d, enum chain_kind kind,
                                     const uint8_t object_id[16], const uint8_t hash[32]);
bool device_put_entry(struct device *d, const struct chain_entry *e, uint8_t hash[32],
                      struct err *err);
bool device_advance(struct device *d, uint64_t seq, const uint8_t head[32], const uint8_t *draft_id,
                    int64_t wall_ms, struct err *err);
/* Space kept from the start for the last answers and for finishing; giving it back until `keep`
 * bytes are left: false when there is nothing to give. */
void device_keep_reserve(struct device *d);
bool device_use_reserve(struct device *d, int64_t keep);
/* The name of a draft's event. */
void device_event_name(uint8_t id[16], const struct vault_draft *slot, uint64_t n);

/* Each record that an entry of the chain names, in that order, of the entries `from` … `up_to`. */
typedef bool device_record_each(void *user, const struct device_record *r,
                                const uint8_t draft_id[16]);
bool device_each_record(struct device *d, uint64_t from, uint64_t up_to, device_record_each *row,
                        void *user, struct err *err);
/* False: who watches wants no more. */
bool device_go_on(struct device *d, struct err *err);

/* The study's recovery key, or NULL when it has none. */
const uint8_t *device_recovery(const struct catalogue *catalogue);

#endif
