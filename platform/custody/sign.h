/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_SIGN_H
#define PLATFORM_CUSTODY_SIGN_H
/*
 * sign: tagged hashes, typed signatures, and the words that people read to each other.
 *
 * Every hash has a tag and every signature a type, so that nothing signed for one purpose is
 * valid for another.  Source: docs/RECORD.md section 1.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_BYTES = 64, HASH_BYTES = 32 };

/* BLAKE2b-256, personalised with a tag of at most 16 characters. */
void hash_tagged(uint8_t out[HASH_BYTES], const char *tag, const void *bytes, size_t len);
/* BLAKE2b-256 without a tag: for objects and contents, as any tool can compute it. */
void hash_plain(uint8_t out[HASH_BYTES], const void *bytes, size_t len);

void sign_public(uint8_t public_key[SIGN_PUBLIC], const uint8_t seed[SIGN_SEED]);
/* Ed25519 over "suhbat/v1/" ‖ type ‖ 0 ‖ BLAKE2b-512(body). */
void sign_make(uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
               const uint8_t seed[SIGN_SEED]);
bool sign_check(const uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
                const uint8_t public_key[SIGN_PUBLIC]);

/* Verify a plain Ed25519 signature over the bytes themselves, as other programs make it. */
bool sign_check_plain(const uint8_t sig[SIGN_BYTES], const void *bytes, size_t len,
                      const uint8_t public_key[SIGN_PUBLIC]);

/* Write `count` (1..21) words of 12 bits each from the hash, in Latin letters, separated by
 * spaces; `out` holds 5 * count bytes. */
void words_of(char *out, const uint8_t *hash, size_t count);
/* Convert such words to Cyrillic (at most 9 * count bytes); one word list serves all interface
 * languages. */
void words_cyrillic(char *out, size_t size, const char *words);

#endif
