/* SPDX-License-Identifier: Apache-2.0 */
/* Computes tagged hashes and typed signatures, and makes words from hashes. */
#include "platform/custody/sign.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void hash_tagged(uint8_t out[HASH_BYTES], const char *tag, const void *bytes, size_t len)
{
    uint8_t salt[crypto_generichash_blake2b_SALTBYTES] = {0};
    uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
    memcpy(personal, tag, strnlen(tag, sizeof personal));
    crypto_generichash_blake2b_salt_personal(out, HASH_BYTES, bytes, len, NULL, 0, salt, personal);
}

void hash_plain(uint8_t out[HASH_BYTES], const void *bytes, size_t len)
{
    crypto_generichash(out, HASH_BYTES, bytes, len, NULL, 0);
}

static size_t statement(uint8_t out[128], const char *type, const void *body, size_t len)
{
    assert(strlen(type) < 64 - sizeof "suhbat/v1/"); /* else two types would sign alike */
    size_t n = (size_t)snprintf((char *)out, 64, "suhbat/v1/%s", type) + 1; /* with the NUL */
    crypto_generichash(out + n, 64, body, len, NULL, 0);
    return n + 64;
}

void sign_public(uint8_t public_key[SIGN_PUBLIC], const uint8_t seed[SIGN_SEED])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

void sign_make(uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
               const uint8_t seed[SIGN_SEED])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES], pk[crypto_sign_PUBLICKEYBYTES], text[128];
    size_t n = statement(text, type, body, len);
    crypto_sign_seed_keypair(pk, secret, seed);
    crypto_sign_detached(sig, NULL, text, n, secret);
    sodium_memzero(secret, sizeof secret);
}

bool sign_check(const uint8_t sig[SIGN_BYTES], const char *type, const void *body, size_t len,
                const uint8_t public_key[SIGN_PUBLIC])
{
    uint8_t text[128];
    size_t n = statement(text, type, body, len);
#ifdef SUHBAT_FUZZ /* let the fuzzer reach the code after signature checks */
    (void)n;
    return sig && public_key;
#else
    return crypto_sign_verify_detached(sig, text, n, public_key) == 0;
#endif
}

bool sign_check_plain(const uint8_t sig[SIGN_BYTES], const void *bytes, size_t len,
                      const uint8_t public_key[SIGN_PUBLIC])
{
    return crypto_sign_verify_detached(sig, bytes, len, public_key) == 0;
}

/* Letters that map one to one between the Latin script and Russian, Kyrgyz and Tajik. */
static const char consonants[] = "bvgdjzklmnprstfh";
static const char vowels[] = "aiou";
static const char *const cyrillic[][2] = {
    {"b", "б"}, {"v", "в"}, {"g", "г"}, {"d", "д"}, {"j", "ж"}, {"z", "з"}, {"k", "к"},
    {"l", "л"}, {"m", "м"}, {"n", "н"}, {"p", "п"}, {"r", "р"}, {"s", "с"}, {"t", "т"},
    {"f", "ф"}, {"h", "х"}, {"a", "а"}, {"i", "и"}, {"o", "о"}, {"u", "у"}, {" ", " "}};

void words_of(char *out, const uint8_t *hash, size_t count)
{
    assert(count * 12 <= HASH_BYTES * 8);
    for (size_t w = 0; w < count; w++) {
        size_t bit = w * 12;
        unsigned value = 0;
        for (size_t i = 0; i < 12; i++, bit++) {
            value = value << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1);
        }
        *out++ = consonants[value >> 8 & 15];
        *out++ = vowels[value >> 6 & 3];
        *out++ = consonants[value >> 2 & 15];
        *out++ = vowels[value & 3];
        *out++ = w + 1 < count ? ' ' : '\0';
    }
}

void words_cyrillic(char *out, size_t size, const char *words)
{
    size_t at = 0;
    for (; *words && at + 3 < size; words++) {
        for (size_t i = 0; i < sizeof cyrillic / sizeof *cyrillic; i++) {
            if (*words == cyrillic[i][0][0]) {
                size_t len = strlen(cyrillic[i][1]);
                memcpy(out + at, cyrillic[i][1], len);
                at += len;
            }
        }
    }
    out[at] = '\0';
}
