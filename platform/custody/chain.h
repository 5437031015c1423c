/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_CHAIN_H
#define PLATFORM_CUSTODY_CHAIN_H
/*
 * chain: one signed entry for each event of a device that matters; each holds the hash of the
 * entry before it.  Missing, replayed, reordered and forked records are detected.
 * Source: docs/RECORD.md section 4.
 */
#include "platform/custody/sign.h"

enum { CHAIN_ENTRY = 160 };
enum chain_kind {
    CHAIN_RECORD = 1,
    CHAIN_RECORDING,
    CHAIN_DISCARDED,
    CHAIN_WITHDRAWAL,
    CHAIN_GENESIS,
    CHAIN_KEY_CHANGE,
    CHAIN_DECLARED_LOSS,
    CHAIN_MESSAGE, /* object id, hash: of a message that was taken */
    CHAIN_KIND_END
};

struct chain_entry {
    uint64_t seq;
    uint8_t prev[32], object_id[16], object_hash[32];
    enum chain_kind kind;
};

void chain_make(uint8_t out[CHAIN_ENTRY], const struct chain_entry *entry,
                const uint8_t seed[SIGN_SEED]);
/* Parse and verify the signature; false if the bytes are not a valid entry signed by this
 * key. */
bool chain_read(struct chain_entry *entry, const uint8_t bytes[CHAIN_ENTRY],
                const uint8_t public_key[SIGN_PUBLIC]);
/* Parse only; the bytes were verified before. */
void chain_parse(struct chain_entry *entry, const uint8_t bytes[CHAIN_ENTRY]);
void chain_hash(uint8_t out[32], const uint8_t bytes[CHAIN_ENTRY]);
/* Make the first entry: it binds the device's two public keys to its study. */
void chain_genesis(struct chain_entry *entry, const uint8_t sign_pk[32], const uint8_t box_pk[32],
                   const uint8_t study_id[16], const uint8_t device_id[16]);
/* Make a declared loss name the entries `first` to `last`, which the device no longer has
 * intact. */
void chain_loss(struct chain_entry *entry, uint64_t first, uint64_t last);
/* Read the range of a declared loss.  False for any other entry, and for losses written by
 * older versions, which named no range. */
bool chain_lost(const struct chain_entry *entry, uint64_t *first, uint64_t *last);
/* device_id = first 16 bytes of H(sb1-device, signing key). */
void chain_device_id(uint8_t id[16], const uint8_t sign_pk[32]);

#endif
