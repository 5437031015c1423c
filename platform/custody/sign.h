/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_SIGN_H
#define PLATFORM_CUSTODY_SIGN_H
/*
 * sign: hashes with a purpose, signatures with a type, and the words that people read to each
 * other.
 *
 * Every hash carries a tag and every signature a type, so that nothing signed for one purpose
 * passes for another.  Source: docs/RECORD.md section 1.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_BYTES = 64, HASH_BYTES = 32, ID_BYTES = 16 };

/* BLAKE2b-256, personalised with a tag of at most 16 characters. */
void hash_tagged(uint8_t out[HASH_BYTES], const char *tag, const void *bytes, size_t len);
/* BLAKE2b-256 without a tag: object and content hashes, as any tool can make them. */
void hash_plain(uint8_t out[HASH_BYTES], const void *bytes, size_t len);

void sign_public(uint8_t public_key[SIGN_PUBLIC], const uint8_t seed[SIGN_SEED]);
/* Ed25519 over "suhbat/v1/" ‖ type ‖ 0 ‖ BLAKE2b-512(body). */
void sign_make(uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
               const uint8_t seed[SIGN_SEED]);
bool sign_check(const uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
                const uint8_t public_key[SIGN_PUBLIC]);

/* Ed25519 as others sign: over the bytes themselves. */
bool sign_check_plain(const uint8_t sig[SIGN_BYTES], const void *bytes, size_t len,
                      const uint8_t public_key[SIGN_PUBLIC]);

/* `count` words of 12 bits each from the hash (1..21), blanks between, Latin letters; `out` holds
 * 5 * count bytes. */
void words_of(char *out, const uint8_t *hash, size_t count);
/* The same in Cyrillic (9 * count bytes): one list for every language of the interface. */
void words_cyrillic(char *out, size_t size, const char *words);

#endif
