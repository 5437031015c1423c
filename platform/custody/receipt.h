/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_RECEIPT_H
#define PLATFORM_CUSTODY_RECEIPT_H
/*
 * receipt: the desk's signed word that it holds everything up to an entry.  Only a verified one
 * lets a device purge.  Source: docs/RECORD.md section 9.
 */
#include "platform/custody/catalogue.h"

struct receipt {
    uint8_t study_id[16], device_id[16], receipt_id[16];
    uint64_t counter, acked_seq, issued_at; /* issued_at in seconds */
    uint8_t acked_head[32];
    uint16_t copies;
};

void receipt_write(struct buf *out, const struct receipt *receipt, const uint8_t cert[CERT_BYTES],
                   const uint8_t signer_seed[32]);
/* ERR_AUTH unless an importer whom the catalogue trusts signed it. */
MUST_CHECK bool receipt_read(struct receipt *receipt, const void *bytes, size_t len,
                             const struct catalogue *catalogue, struct err *err);

#endif
