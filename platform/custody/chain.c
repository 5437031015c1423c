/* SPDX-License-Identifier: Apache-2.0 */
/* Makes, signs, parses and verifies chain entries. */
#include "platform/custody/chain.h"

#include <assert.h>
#include <string.h>

#include "platform/machine/arena.h"

enum { AT_SEQ = 0, AT_PREV = 8, AT_ID = 40, AT_KIND = 56, AT_HASH = 64, AT_SIG = 96 };

void chain_make(uint8_t out[CHAIN_ENTRY], const struct chain_entry *entry,
                const uint8_t seed[SIGN_SEED])
{
    memset(out, 0, CHAIN_ENTRY);
    put_u64(out + AT_SEQ, entry->seq);
    memcpy(out + AT_PREV, entry->prev, 32);
    memcpy(out + AT_ID, entry->object_id, 16);
    out[AT_KIND] = (uint8_t)entry->kind;
    memcpy(out + AT_HASH, entry->object_hash, 32);
    sign_make(out + AT_SIG, "entry", out, AT_SIG, seed);
}

void chain_parse(struct chain_entry *entry, const uint8_t bytes[CHAIN_ENTRY])
{
    entry->seq = get_u64(bytes + AT_SEQ);
    memcpy(entry->prev, bytes + AT_PREV, 32);
    memcpy(entry->object_id, bytes + AT_ID, 16);
    entry->kind = (enum chain_kind)bytes[AT_KIND];
    memcpy(entry->object_hash, bytes + AT_HASH, 32);
}

bool chain_read(struct chain_entry *entry, const uint8_t bytes[CHAIN_ENTRY],
                const uint8_t public_key[SIGN_PUBLIC])
{
    static const uint8_t zeros[7];
    chain_parse(entry, bytes);
    return sign_check(bytes + AT_SIG, "entry", bytes, AT_SIG, public_key) &&
           bytes[AT_KIND] >= CHAIN_RECORD && bytes[AT_KIND] < CHAIN_KIND_END &&
           memcmp(bytes + AT_KIND + 1, zeros, sizeof zeros) == 0;
}

void chain_hash(uint8_t out[32], const uint8_t bytes[CHAIN_ENTRY])
{
    hash_tagged(out, "sb1-chain-entry", bytes, AT_SIG);
}

void chain_genesis(struct chain_entry *entry, const uint8_t sign_pk[32], const uint8_t box_pk[32],
                   const uint8_t study_id[16], const uint8_t device_id[16])
{
    uint8_t body[80];
    memcpy(body, sign_pk, 32);
    memcpy(body + 32, box_pk, 32);
    memcpy(body + 64, study_id, 16);
    memset(entry, 0, sizeof *entry);
    entry->seq = 1;
    entry->kind = CHAIN_GENESIS;
    memcpy(entry->object_id, device_id, 16);
    hash_tagged(entry->object_hash, "sb1-genesis", body, sizeof body);
}

static const uint8_t loss_magic[8] = {'s', 'b', 'L', 'O', 'S', 'S', '1'};

void chain_loss(struct chain_entry *entry, uint64_t first, uint64_t last)
{
    assert(first >= 1 && first <= last);
    memset(entry->object_hash, 0, sizeof entry->object_hash);
    memcpy(entry->object_hash, loss_magic, sizeof loss_magic);
    put_u64(entry->object_hash + 8, first);
    put_u64(entry->object_hash + 16, last);
}

bool chain_lost(const struct chain_entry *entry, uint64_t *first, uint64_t *last)
{
    *first = get_u64(entry->object_hash + 8);
    *last = get_u64(entry->object_hash + 16);
    return entry->kind == CHAIN_DECLARED_LOSS &&
           memcmp(entry->object_hash, loss_magic, sizeof loss_magic) == 0 && *first >= 1 &&
           *first <= *last && *last < entry->seq;
}

void chain_device_id(uint8_t id[16], const uint8_t sign_pk[32])
{
    uint8_t hash[32];
    hash_tagged(hash, "sb1-device", sign_pk, 32);
    memcpy(id, hash, 16);
}
