/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_RECEIPT_H
#define PLATFORM_CUSTODY_RECEIPT_H
/*
 * receipt: the desk's signed statement that it holds all entries up to a given one.  A device
 * purges only after it has verified one.  Source: docs/RECORD.md section 9.
 */
#include "platform/custody/catalogue.h"

struct receipt {
    uint8_t study_id[16], device_id[16], receipt_id[16];
    uint64_t counter, acked_seq, issued_at; /* issued_at: seconds since 1970 */
    uint8_t acked_head[32];
    uint16_t copies;
};

void receipt_write(struct buf *out, const struct receipt *receipt, const uint8_t cert[CERT_BYTES],
                   const uint8_t signer_seed[32]);
/* Verify and read a receipt.  ERR_AUTH unless it was signed by an importer whom the catalogue
 * trusts; ERR_INPUT: not a receipt. */
MUST_CHECK bool receipt_read(struct receipt *receipt, const void *bytes, size_t len,
                             const struct catalogue *catalogue, struct err *err);

#endif
