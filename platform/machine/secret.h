/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SECRET_H
#define PLATFORM_MACHINE_SECRET_H
/*
 * secret: memory for keys, randomness, and encryption of what stays on the device.  Home of
 * libsodium, together with sign and age.
 *
 * Use:    call secret_setup once, before any thread starts and any file is opened.
 * Owns:   memory of secret_new is the caller's until secret_free; it is locked, and wiped then.
 * Fails:  ERR_AUTH never says why; ERR_ENV if the machine has no entropy or too little memory.
 * Source: docs/RECORD.md section 2; libsodium 1.0.18.
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

/* Disable core dumps and ptrace by others; initialise libsodium. */
MUST_CHECK bool secret_setup(struct err *err);

void *secret_new(size_t size); /* zeroed; mlock'ed if the system allows it */
/* True if memory can be locked.  If not, secrets may reach swap space, and the program warns at
 * start. */
bool secret_can_lock(void);
void secret_free(void *secret);
void secret_random(void *out, size_t len);
void secret_wipe(void *bytes, size_t len);
/* Wipe `len` bytes of the stack below the caller's frame, where finished functions left
 * data. */
void secret_wipe_stack(size_t len);
bool secret_equal(const void *a, const void *b, size_t len); /* constant time */

/* Derive a key from a passphrase with Argon2id v1.3.  `passes` 1..16, `memory_kib` 8..524288.
 * ERR_LIMIT: out of range; ERR_ENV: too little memory. */
MUST_CHECK bool secret_stretch(uint8_t key[SECRET_KEY], const char *pass, size_t len,
                               const uint8_t salt[SECRET_SALT], uint32_t passes,
                               uint32_t memory_kib, struct err *err);

/* Derive key number `id` of an 8-character context from a master key. */
void secret_derive(uint8_t out[SECRET_KEY], const uint8_t master[SECRET_KEY], const char *context,
                   uint64_t id);

/* Encrypt with XChaCha20-Poly1305 under a random nonce; appends nonce ‖ ciphertext ‖ tag to
 * `out`.  `ad` is authenticated with it. */
void secret_lock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad, size_t ad_len,
                 const void *bytes, size_t len);
/* Decrypt what secret_lock wrote and append the plaintext; ERR_AUTH if that fails. */
MUST_CHECK bool secret_unlock(struct buf *out, const uint8_t key[SECRET_KEY], const void *ad,
                              size_t ad_len, const uint8_t *locked, size_t len, struct err *err);

/* Keyed BLAKE2b-128: a row id that reveals nothing without the key. */
void secret_name(uint8_t out[16], const uint8_t key[SECRET_KEY], const void *bytes, size_t len);

/* HMAC-SHA-512/256 and its verification: proves the enrolment token. */
void secret_auth(uint8_t out[32], const void *bytes, size_t len, const uint8_t key[32]);
bool secret_auth_check(const uint8_t mac[32], const void *bytes, size_t len, const uint8_t key[32]);

/* X25519 sealed box to a public key, for the recovery slot. */
enum { SECRET_BOX_OVERHEAD = 48 };
/* True if something can be sealed to this key; false for points of low order. */
bool secret_box_usable(const uint8_t public_key[32]);
void secret_box_to(uint8_t *out, const uint8_t *bytes, size_t len, const uint8_t public_key[32]);
/* Open a sealed box; `out` holds len − SECRET_BOX_OVERHEAD bytes.  False if it was not sealed
 * to this secret. */
MUST_CHECK bool secret_box_open(uint8_t *out, const uint8_t *sealed, size_t len,
                                const uint8_t secret[32]);
void secret_box_public(uint8_t public_key[32], const uint8_t secret[32]);

#endif
