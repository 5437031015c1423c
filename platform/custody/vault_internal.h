/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_VAULT_INTERNAL_H
#define PLATFORM_CUSTODY_VAULT_INTERNAL_H
/* Shared by vault.c (slots, keystore, passphrase) and vault_locks.c (the soft and the travel lock)
 * only. */
#include "platform/custody/vault.h"

/* Offsets in a slot; docs/RECORD.md section 2. */
enum {
    AT_MAGIC = 0,
    AT_GEN = 8,
    AT_SALT = 16,
    AT_PASSES = 32,
    AT_MEMORY = 36,
    AT_ALG = 40,
    AT_POLICY = 41,
    AT_KEYSLOTS = 48,
    KEYSLOT = 88,
    KEYSLOTS = 4,
    AT_RECOVERY = 400,
    AT_FAILS = 488,
    AT_BOOT = 492,
    AT_STATE = 496,
    AT_NONCE = 512,
    KEYSTORE = 3512,
    AT_TORN = 4064,
    ALG_ARGON2ID13 = 2,
    KEYSLOT_PLAIN = 48,
    TYPE_UNLOCK = 1,
    STATE_RECOVERABLE = 1, /* the recovery slot is one, and no randomness */
    STATE_TRAVELLING = 2,
    STATE_META_KEPT = 4, /* the key of rows is in the keystore; else it comes from VK */
    STATE_SEALED = STATE_RECOVERABLE | STATE_META_KEPT /* the keystore vouches for these */
};
/* A weaker stretching is nobody's choice: an answer that was caught could be searched for at
 * leisure. */
#ifdef SUHBAT_TEST
enum { PASSES_FLOOR = 1, MEMORY_FLOOR = 8 };
#else
enum { PASSES_FLOOR = VAULT_PASSES, MEMORY_FLOOR = VAULT_MEMORY_KIB };
#endif

struct open_keys { /* in locked memory */
    uint8_t vk[32], keystore_key[32], meta_key[32];
    uint8_t kek[32]; /* until vault_renew or vault_travel_settle */
    struct keystore keys;
};

struct soft { /* in locked memory: what is left of the keys during a short break */
    uint8_t salt[SECRET_SALT];
    uint8_t locked_vk[32 + SECRET_OVERHEAD]; /* under the PIN's key */
    int64_t until_ms;
};

struct vault {
    int fd;
    uint8_t slot[VAULT_SLOT]; /* the newest; holds nothing secret in the clear */
    struct open_keys *open;   /* NULL = locked */
    struct soft *soft;        /* NULL = a PIN does not open it */
    unsigned pin_failures;    /* in a row */
    bool unsure;              /* neither the last change nor its undoing was taken */
    int64_t wait_from_ms;     /* when the present delay began */
    char *path;
};

/* What a lock is bound to: the slot's head and a purpose; returns its length. */
size_t vault_bound(uint8_t out[64], const uint8_t *slot, const void *purpose, size_t len);
bool vault_stretch(uint8_t kek[32], struct vault *v, const char *pass, size_t len, struct err *err);
/* The keystore of the newest slot, with keys->vk. */
bool vault_open_keystore(struct vault *v, struct open_keys *keys, struct err *err);
/* ... and as it is now, into the slot in memory. */
void vault_seal_keystore(struct vault *v);
void vault_close_keys(struct vault *v);
/* A fresh VK, for the keystore and the recovery slot (NULL: there is none) … */
void vault_renew_key(struct vault *v, const uint8_t *recovery);
/* … and for the passphrase's keyslot, of open->kek; the others hold nothing then. */
void vault_renew_keyslots(struct vault *v, const uint8_t *recovery);
void vault_drop_keyslots(struct vault *v); /* travelling from now on */
void vault_seal_recovery(struct vault *v, const uint8_t recovery[32]);
/* The slot as it is in memory; where the card does not take it, `before` is tried to be had again
 * (v->unsure: nor is that). */
bool vault_commit(struct vault *v, const uint8_t before[VAULT_SLOT], struct err *err);

#endif
