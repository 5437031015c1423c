/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_BATCH_H
#define PLATFORM_CUSTODY_BATCH_H
/*
 * batch: sealed objects and their chain entries with a signed manifest, in one tar archive.
 *
 * Version 2 holds recordings, too; a batch without any is of version 1.
 *
 * The archive is sealed as an age file with a random name.  The reader checks the manifest's
 * signature before anything else, then each entry, its place in the chain, and each object's
 * hash.
 * Source: docs/RECORD.md section 5.
 */
#include "platform/custody/chain.h"
#include "platform/machine/arena.h"

enum {
    BATCH_ENTRIES_MAX = 4096,
    BATCH_OBJECTS_MAX = 65536,
    BATCH_VOLUME = 16 << 20,
    BATCH_MAX = 80 << 20
};

enum batch_kind {
    BATCH_RECORD = 1,
    BATCH_PARTS, /* of a recording: the hashes of its parts, 32 bytes each; not sealed */
    BATCH_PART   /* of a recording; of length 0: the device has it no more */
};
struct batch_object {
    uint8_t id[16], hash[32]; /* hash: set and checked by batch_read */
    enum batch_kind kind;     /* 0: BATCH_RECORD */
    uint32_t part;            /* of BATCH_PART: its number; of BATCH_PARTS: how many */
    const void *bytes;        /* sealed; borrowed */
    size_t len;
};

struct batch {
    uint8_t batch_id[16], study_id[16], device_key[32];
    uint64_t first_seq, last_seq, device_head_seq;
    uint8_t prev_hash[32], head_hash[32], last_receipt[32];
    uint32_t volume, of;
    int64_t created_ms;
    const uint8_t *entries; /* entry_count × CHAIN_ENTRY bytes; borrowed */
    size_t entry_count;
    struct batch_object *objects; /* owned by the arena given to batch_read */
    size_t object_count;
};

/* Append the tar archive.  The caller sets sequence numbers, hashes and counts so that they fit
 * the entries. */
MUST_CHECK bool batch_write(struct buf *out, const struct batch *batch,
                            const uint8_t seed[SIGN_SEED], struct err *err);

/* Returns true if this device key may sign batches of this study; false refuses the batch.  Revoked
 * devices are the caller's matter. */
typedef bool batch_known(void *user, const uint8_t study_id[16], const uint8_t device_key[32]);
/* Reads and verifies.  Entries and objects borrow from `bytes`; on failure *batch is undefined.
 * ERR_INPUT: damaged; ERR_AUTH: not signed by a known device, or not vouched for; ERR_LIMIT: too
 * much for one batch. */
MUST_CHECK bool batch_read(struct batch *batch, struct arena *arena, const void *bytes, size_t len,
                           batch_known *known, void *user, struct err *err);

#endif
