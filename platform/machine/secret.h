/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SECRET_H
#define PLATFORM_MACHINE_SECRET_H
/*
 * secret: memory for keys, randomness, and the locks that stay on the device.  Home of libsodium,
 * with sign and age.
 *
 * Use:    secret_setup once, before any thread and any file is opened.
 * Owns:   secret_new's memory is yours until secret_free; it is locked and wiped.
 * Fails:  ERR_AUTH never says why; ERR_ENV when the machine has no entropy or no memory.
 * Source: docs/RECORD.md "vault"; libsodium 1.0.18.
 */
#include <stdint.h>

#include "platform/machine/arena.h"

enum {
    SECRET_KEY = 32,
    SECRET_SALT = 16,
    SECRET_NONCE = 24,
    SECRET_TAG = 16,
    SECRET_OVERHEAD = SECRET_NONCE + SECRET_TAG
};

/* No core dumps, not dumpable, libsodium ready. */
MUST_CHECK bool secret_setup(struct err *err);

void *secret_new(size_t size); /* zeroed; mlock'ed where the system allows */
/* Can memory be locked here?  If not, secrets may reach the swap space: whoever starts says so. */
bool secret_can_lock(void);
void secret_free(void *secret);
void secret_random(void *out, size_t len);
void secret_wipe(void *bytes, size_t len);
/* What functions that have returned left below the caller's frame. */
void secret_wipe_stack(size_t len);
bool secret_equal(const void *a, const void *b, size_t len); /* in constant time */

/* Passphrase → key by Argon2id v1.3.  `passes` 1.., `memory_kib` 8.. up to 512 MiB. */
MUST_CHECK bool secret_stretch(uint8_t key[SECRET_KEY], const char *pass, size_t len,
                               const uint8_t salt[SECRET_SALT], uint32_t passes,
                               uint32_t memory_kib, struct err *err);

/* Key number `id` of the 8-character context, from a master key. */
void secret_derive(uint8_t out[SECRET_KEY], const uint8_t master[SECRET_KEY], const char *context,
                   uint64_t id);

/* XChaCha20-Poly1305 under a random nonce: nonce ‖ ciphertext ‖ tag, appended to `out`. */
void secret_lock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad, size_t ad_len,
                 const void *bytes, size_t len);
/* The reverse; appends the plaintext.  ERR_AUTH. */
MUST_CHECK bool secret_unlock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad,
                              size_t ad_len, const uint8_t *locked, size_t len, struct err *err);

/* Keyed BLAKE2b-128: a row's name that says nothing to who lacks the key. */
void secret_name(uint8_t out[16], const uint8_t key[SECRET_KEY], const void *bytes, size_t len);

/* HMAC-SHA-512/256 and its check: the enrolment token's proof. */
void secret_auth(uint8_t out[32], const void *bytes, size_t len, const uint8_t key[32]);
bool secret_auth_check(const uint8_t mac[32], const void *bytes, size_t len, const uint8_t key[32]);

/* X25519 sealed box to a public key, for the recovery slot. */
enum { SECRET_BOX_OVERHEAD = 48 };
/* Can something be sealed to it?  Not to a point of low order. */
bool secret_box_usable(const uint8_t public_key[32]);
void secret_box_to(uint8_t *out, const uint8_t *bytes, size_t len, const uint8_t public_key[32]);
/* The reverse: `out` holds len − SECRET_BOX_OVERHEAD bytes.  False: it is not for this secret. */
MUST_CHECK bool secret_box_open(uint8_t *out, const uint8_t *sealed, size_t len,
                                const uint8_t secret[32]);
void secret_box_public(uint8_t public_key[32], const uint8_t secret[32]);

#endif
