/* SPDX-License-Identifier: Apache-2.0 */
/* Writes receipts, and reads and verifies them. */
#include "platform/custody/receipt.h"

#include <assert.h>
#include <string.h>

enum {
    AT_STUDY = 8,
    AT_DEVICE = 24,
    AT_ID = 40,
    AT_COUNTER = 56,
    AT_SEQ = 64,
    AT_HEAD = 72,
    AT_EXTRA = 104,
    AT_COPIES = 106,
    AT_ISSUED = 112,
    AT_SIGNER = 128,
    HEADER = 160,
    RECEIPT = HEADER + CERT_BYTES + SIGN_BYTES
};
static_assert(AT_EXTRA + 8 <= AT_ISSUED && AT_SIGNER + 32 == HEADER, "the fields do not overlap");

void receipt_write(struct buf *out, const struct receipt *r, const uint8_t cert[CERT_BYTES],
                   const uint8_t signer_seed[32])
{
    uint8_t b[RECEIPT] = {0};
    memcpy(b, "SBK1", 4);
    put_u16(b + 4, 1);
    memcpy(b + AT_STUDY, r->study_id, 16);
    memcpy(b + AT_DEVICE, r->device_id, 16);
    memcpy(b + AT_ID, r->receipt_id, 16);
    put_u64(b + AT_COUNTER, r->counter);
    put_u64(b + AT_SEQ, r->acked_seq);
    memcpy(b + AT_HEAD, r->acked_head, 32);
    put_u16(b + AT_COPIES, r->copies);
    put_u64(b + AT_ISSUED, r->issued_at);
    sign_public(b + AT_SIGNER, signer_seed);
    memcpy(b + HEADER, cert, CERT_BYTES);
    sign_make(b + HEADER + CERT_BYTES, "receipt", b, HEADER + CERT_BYTES, signer_seed);
    buf_add(out, b, sizeof b);
}

bool receipt_read(struct receipt *r, const void *data, size_t len, const struct catalogue *c,
                  struct err *err)
{
    const uint8_t *b = data;
    struct cert cert;
    if (len != RECEIPT || memcmp(b, "SBK1", 4) != 0 || get_u16(b + 4) != 1 ||
        get_u16(b + AT_EXTRA) != 0) {
        return err_set(err, ERR_INPUT, "this is no receipt");
    }
    if (!catalogue_trusts(c, b + HEADER, CERT_IMPORT, &cert) ||
        memcmp(cert.subject, b + AT_SIGNER, 32) != 0 ||
        memcmp(b + AT_STUDY, c->study_id, 16) != 0 ||
        !sign_check(b + HEADER + CERT_BYTES, "receipt", b, HEADER + CERT_BYTES, cert.subject)) {
        return err_set(err, ERR_AUTH, "the receipt is not signed by a desk of this study");
    }
    memset(r, 0, sizeof *r);
    memcpy(r->study_id, b + AT_STUDY, 16);
    memcpy(r->device_id, b + AT_DEVICE, 16);
    memcpy(r->receipt_id, b + AT_ID, 16);
    r->counter = get_u64(b + AT_COUNTER);
    r->acked_seq = get_u64(b + AT_SEQ);
    memcpy(r->acked_head, b + AT_HEAD, 32);
    r->copies = get_u16(b + AT_COPIES);
    r->issued_at = get_u64(b + AT_ISSUED);
    return true;
}
