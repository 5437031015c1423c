/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_DEVICE_INTERNAL_H
#define PLATFORM_DEVICE_INTERNAL_H
/* Shared by device.c (life, rows, the chain), device_drafts.c (drafts, sealing), device_load.c and
 * device_exchange.c (handing over) only. */
#include "platform/device.h"

struct device {
    char *dir;
    int lock;
    struct vault *vault;
    struct store *store;
    struct catalogue *catalogue; /* while open */
    struct progress *progress;   /* who watches what takes long, or NULL */
};

enum { RECORD_INFO = 64, RECORD_INFO_DRAFT = 48 };

void device_row_name(struct device *d, uint8_t id[16], const char *what, const void *of,
                     size_t len);
bool device_row_put(struct device *d, const char *what, const void *of, size_t of_len,
                    enum store_kind kind, uint64_t group, const void *bytes, size_t len,
                    struct err *err);
bool device_row_get(struct device *d, const char *what, const void *of, size_t of_len,
                    struct buf *out, bool *found, struct err *err);
bool device_row_has(struct device *d, const char *what, const void *of, size_t of_len, bool *found,
                    struct err *err);
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

/* Is this row about a record, and what does it say? */
bool device_record_read(struct device *d, const uint8_t id[16], const void *bytes, size_t len,
                        struct device_record *r, uint8_t draft_id[16]);
/* False: who watches wants no more. */
bool device_go_on(struct device *d, struct err *err);

/* The study's recovery key, or NULL when it has none. */
const uint8_t *device_recovery(const struct catalogue *catalogue);

#endif
