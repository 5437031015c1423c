/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_AGE_H
#define PLATFORM_CUSTODY_AGE_H
/*
 * age: files in the age format.  Stock `age` opens them with a recipient's identity; the device
 * that wrote them cannot.
 *
 * Format:  age-encryption.org/v1, binary, X25519 recipients; scrypt for key files only.
 * Promise: any changed byte is detected; nothing is delivered past the first bad chunk.
 * Source:  C2SP age specification; vectors in the shared corpus (tests/unit/test_age.c).
 */
#include "platform/machine/secret.h"

enum { AGE_KEY = 32, AGE_TEXT = 80, AGE_RECIPIENTS_MAX = 16, AGE_CHUNK = 64 * 1024 };

/* Generate a new X25519 identity and its recipient. */
void age_generate(uint8_t identity[AGE_KEY], uint8_t recipient[AGE_KEY]);
/* True if only the holder of the identity can open files sealed to this recipient.  False for
 * points of low order: files sealed to those can be opened by anybody. */
bool age_recipient_sound(const uint8_t recipient[32]);
void age_recipient_of(uint8_t recipient[AGE_KEY], const uint8_t identity[AGE_KEY]);

/* The text forms, "age1…" and "AGE-SECRET-KEY-1…"; `out` holds AGE_TEXT bytes. */
void age_recipient_text(char out[AGE_TEXT], const uint8_t recipient[AGE_KEY]);
void age_identity_text(char out[AGE_TEXT], const uint8_t identity[AGE_KEY]);
bool age_recipient_parse(uint8_t recipient[AGE_KEY], const char *text);
bool age_identity_parse(uint8_t identity[AGE_KEY], const char *text);
/* Read the first X25519 identity from an identity file (one a line; '#' starts a comment).
 * ERR_AUTH if there is none. */
MUST_CHECK bool age_identity_file(uint8_t identity[AGE_KEY], const char *bytes, size_t len,
                                  struct err *err);

/* Append `bytes` as an age file sealed to 1..16 recipients.  ERR_LIMIT: another count;
 * ERR_INPUT: a recipient is not a valid key. */
MUST_CHECK bool age_seal(struct buf *out, const void *bytes, size_t len,
                         const uint8_t (*recipients)[AGE_KEY], size_t count, struct err *err);

/* Append `bytes` as an age file sealed to a passphrase (UTF-8, NUL-terminated).  Each guess
 * costs 2^log_n × 1 KiB of memory and the time to fill it: 18 is 256 MiB and about a second. */
MUST_CHECK bool age_seal_passphrase(struct buf *out, const void *bytes, size_t len,
                                    const char *passphrase, unsigned log_n, struct err *err);
/* True if the bytes start like an age file, binary or armored. */
bool age_is_file(const void *bytes, size_t len);
/* Append the binary form of an armored file.  Input that is not armored is appended
 * unchanged. */
MUST_CHECK bool age_dearmor(struct buf *out, const void *bytes, size_t len, struct err *err);

enum age_result { AGE_OPENED, AGE_NO_MATCH, AGE_HEADER, AGE_HMAC, AGE_PAYLOAD };
struct age_keys {
    const uint8_t (*identities)[AGE_KEY];
    size_t count;
    const char *passphrase; /* for scrypt files, or NULL */
};
/* Append the plaintext.  On AGE_PAYLOAD `out` also holds the chunks before the fault: discard
 * them.  `result` may be NULL.  Errors: ERR_AUTH, or ERR_INPUT if this is not an age file. */
MUST_CHECK bool age_open(struct buf *out, const void *bytes, size_t len,
                         const struct age_keys *keys, enum age_result *result, struct err *err);

/* ---- piece by piece, for files that do not fit into memory ---- */

struct age_stream { /* wiped by age_stream_fini; age_seal_end does that, too */
    uint8_t key[32];
    uint64_t counter;
    struct buf pending; /* at most one chunk */
};
/* Append the header; then what is sealed of each piece; then the rest. */
MUST_CHECK bool age_seal_begin(struct age_stream *stream, struct buf *out,
                               const uint8_t (*recipients)[AGE_KEY], size_t count, struct err *err);
void age_seal_more(struct age_stream *stream, struct buf *out, const void *bytes, size_t len);
void age_seal_end(struct age_stream *stream, struct buf *out);
/* Open the header, which `head`, the beginning of the file, must hold whole (64 KiB are enough);
 * *used: its length.  Then append what follows, piece by piece; false: it was changed, and what
 * came before is to be discarded.  age_open_end: false also if the file was cut off. */
MUST_CHECK bool age_open_begin(struct age_stream *stream, const void *head, size_t len,
                               size_t *used, const struct age_keys *keys, struct err *err);
MUST_CHECK bool age_open_more(struct age_stream *stream, struct buf *out, const void *bytes,
                              size_t len);
MUST_CHECK bool age_open_end(struct age_stream *stream, struct buf *out);
void age_stream_fini(struct age_stream *stream);

#endif
