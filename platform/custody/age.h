/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_AGE_H
#define PLATFORM_CUSTODY_AGE_H
/*
 * age: files that stock `age` opens and that the device, once it has written them, cannot.
 *
 * Format:  age-encryption.org/v1, binary, X25519 recipients; scrypt for key files alone.
 * Promise: a byte changed anywhere is found; nothing is delivered past a failing chunk.
 * Source:  C2SP age specification; vectors in the shared corpus (tests/unit/test_age.c).
 */
#include "platform/machine/secret.h"

enum { AGE_KEY = 32, AGE_TEXT = 80, AGE_RECIPIENTS_MAX = 16, AGE_CHUNK = 64 * 1024 };

/* A fresh X25519 identity and its recipient. */
void age_generate(uint8_t identity[AGE_KEY], uint8_t recipient[AGE_KEY]);
/* Is it a key that only its holder can open for?  False for the points of low order, for which
 * everybody can. */
bool age_recipient_sound(const uint8_t recipient[32]);
void age_recipient_of(uint8_t recipient[AGE_KEY], const uint8_t identity[AGE_KEY]);

/* "age1…" and "AGE-SECRET-KEY-1…"; `out` holds AGE_TEXT. */
void age_recipient_text(char out[AGE_TEXT], const uint8_t recipient[AGE_KEY]);
void age_identity_text(char out[AGE_TEXT], const uint8_t identity[AGE_KEY]);
bool age_recipient_parse(uint8_t recipient[AGE_KEY], const char *text);
bool age_identity_parse(uint8_t identity[AGE_KEY], const char *text);
/* First X25519 identity of an identity file (lines; '#' comments).  ERR_AUTH when there is none. */
MUST_CHECK bool age_identity_file(uint8_t identity[AGE_KEY], const char *bytes, size_t len,
                                  struct err *err);

/* Append an age file of `bytes` to 1..16 recipients. */
MUST_CHECK bool age_seal(struct buf *out, const void *bytes, size_t len,
                         const uint8_t (*recipients)[AGE_KEY], size_t count, struct err *err);

/* Append an age file that a passphrase (UTF-8, NUL-ended) opens.  Each try to guess it costs
 * 2^log_n × 1 KiB of memory, and the time that takes: 18 is about a second and 256 MiB. */
MUST_CHECK bool age_seal_passphrase(struct buf *out, const void *bytes, size_t len,
                                    const char *passphrase, unsigned log_n, struct err *err);
/* Does it begin as an age file does, in bytes or as armored text? */
bool age_is_file(const void *bytes, size_t len);
/* Append what armored text holds; bytes that are no text are appended as they are. */
MUST_CHECK bool age_dearmor(struct buf *out, const void *bytes, size_t len, struct err *err);

enum age_result { AGE_OPENED, AGE_NO_MATCH, AGE_HEADER, AGE_HMAC, AGE_PAYLOAD };
struct age_keys {
    const uint8_t (*identities)[AGE_KEY];
    size_t count;
    const char *passphrase; /* for a scrypt stanza, or NULL */
};
/* Append the plaintext.  On AGE_PAYLOAD `out` holds the chunks before the fault: throw them away.
 * `result` may be NULL; `err` is ERR_AUTH (or ERR_INPUT: no age file at all). */
MUST_CHECK bool age_open(struct buf *out, const void *bytes, size_t len,
                         const struct age_keys *keys, enum age_result *result, struct err *err);

#endif
