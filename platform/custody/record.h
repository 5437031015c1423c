/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_RECORD_H
#define PLATFORM_CUSTODY_RECORD_H
/*
 * record: a finished interview as plaintext of its age file.
 *
 * A 256-byte signed header, the instance XML, its attachments as a ustar archive, then zeros up
 * to a power of two, so that the sealed size reveals little.  Source: docs/RECORD.md section 3.
 */
#include "platform/machine/arena.h"
#include "platform/custody/sign.h"

enum { RECORD_HEADER = 256, RECORD_BUCKET_MIN = 4096, RECORD_MAX = 64 << 20 };
enum { RECORD_ATTACHMENTS = 1, RECORD_TRAINING = 2 }; /* 4: reserved */

struct record {
    uint16_t flags;
    uint8_t record_id[16], study_id[16], device_id[16];
    uint64_t seq;
    uint8_t prev_hash[32], package_hash[32], recipients_hash[16];
    int64_t finalised_ms;
    const char *xml; /* record_read: borrowed from its input */
    size_t xml_len;
    const char *files; /* ustar archive, borrowed likewise; NULL = none */
    size_t files_len;
};

/* Append the signed record.  ERR_LIMIT over 64 MiB. */
MUST_CHECK bool record_write(struct buf *out, const struct record *record,
                             const uint8_t seed[SIGN_SEED], struct err *err);
/* Verify everything, then fill *record.  ERR_AUTH: wrong signature; ERR_INPUT: malformed. */
MUST_CHECK bool record_read(struct record *record, const void *bytes, size_t len,
                            const uint8_t public_key[SIGN_PUBLIC], struct err *err);
/* H16(sb1-recips, sorted keys). */
void record_recipients_hash(uint8_t out[16], const uint8_t (*recipients)[32], size_t count);

#endif
