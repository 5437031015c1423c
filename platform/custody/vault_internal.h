/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_VAULT_INTERNAL_H
#define PLATFORM_CUSTODY_VAULT_INTERNAL_H
/* Shared by vault.c (slots, keystore, passphrase) and vault_locks.c (soft and travel lock)
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
    AT_KEYSLOTS = 48,
    KEYSLOT = 88,
    KEYSLOTS = 4,
    AT_RECOVERY = 400,
    AT_FAILS = 488,
    AT_STATE = 496,
    AT_NONCE = 512,
    KEYSTORE = 3512,
    AT_TORN = 4064,
    ALG_ARGON2ID13 = 2,
    KEYSLOT_PLAIN = 48,
    TYPE_UNLOCK = 1,
    STATE_RECOVERABLE = 1, /* the recovery slot is in use, not random bytes */
    STATE_TRAVELLING = 2,
    STATE_META_KEPT = 4, /* the rows' key is in the keystore; else derived from VK */
    STATE_SEALED = STATE_RECOVERABLE | STATE_META_KEPT /* authenticated with the keystore */
};
/* Minimum Argon2id parameters.  With weaker ones, the passphrase could be searched for offline
 * in an intercepted answer. */
#ifdef SUHBAT_TEST
enum { PASSES_FLOOR = 1, MEMORY_FLOOR = 8 };
#else
enum { PASSES_FLOOR = VAULT_PASSES, MEMORY_FLOOR = VAULT_MEMORY_KIB };
#endif

struct open_keys { /* in locked memory */
    uint8_t vk[32], keystore_key[32], meta_key[32];
    uint8_t kek[32]; /* kept until vault_renew or vault_travel_settle */
    struct keystore keys;
};

struct soft { /* in locked memory: what is kept during a soft lock */
    uint8_t salt[SECRET_SALT];
    uint8_t locked_vk[32 + SECRET_OVERHEAD]; /* encrypted under the PIN's key */
    int64_t until_ms;
};

struct vault {
    int fd;
    uint8_t slot[VAULT_SLOT]; /* the newest copy; contains no plaintext secret */
    struct open_keys *open;   /* NULL = locked */
    struct soft *soft;        /* NULL = not softly locked */
    unsigned pin_failures;    /* wrong PINs in a row */
    bool unsure;              /* the last write and its undo both failed */
    int64_t wait_from_ms;     /* when the present delay began, clock_mono_ms */
    char *path;
};

/* Associated data of a ciphertext: magic, salt and parameters of the slot, and a purpose.
 * Returns its length. */
size_t vault_bound(uint8_t out[64], const uint8_t *slot, const void *purpose, size_t len);
bool vault_stretch(uint8_t kek[32], struct vault *v, const char *pass, size_t len, struct err *err);
/* Decrypt the keystore of the newest slot with keys->vk. */
bool vault_open_keystore(struct vault *v, struct open_keys *keys, struct err *err);
/* Encrypt the present keystore into the slot in memory. */
void vault_seal_keystore(struct vault *v);
void vault_close_keys(struct vault *v);
/* Replace VK; encrypt the keystore and the recovery slot under it (NULL: no recovery slot). */
void vault_renew_key(struct vault *v, const uint8_t *recovery);
/* The same, and the keyslot of the passphrase from open->kek; the other keyslots become
 * random. */
void vault_renew_keyslots(struct vault *v, const uint8_t *recovery);
void vault_drop_keyslots(struct vault *v); /* sets the travel-locked state */
void vault_seal_recovery(struct vault *v, const uint8_t recovery[32]);
/* Write the slot from memory.  If the write fails, the old state `before` is written again
 * under a new generation number; v->unsure is set if that fails too. */
bool vault_commit(struct vault *v, const uint8_t before[VAULT_SLOT], struct err *err);

#endif
