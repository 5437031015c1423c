/* SPDX-License-Identifier: Apache-2.0 */
/* Writes messages to a device, and reads and verifies them. */
#include "platform/custody/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/secret.h"

enum {
    AT_KIND = 6,
    AT_STUDY = 8,
    AT_DEVICE = 24,
    AT_ID = 40,
    AT_COUNTER = 56,
    AT_ISSUED = 64,
    AT_ABOUT = 72,
    AT_LEN = 88,
    AT_SIGNER = 96,
    AT_CERT = 128,
    AT_BODY = AT_CERT + CERT_BYTES
};
static_assert(AT_LEN + 8 == AT_SIGNER && AT_SIGNER + 32 == AT_CERT, "the fields do not overlap");

/* The whole length of a message with such a body: a power of two, so that it reveals little. */
static size_t bucket(size_t len)
{
    size_t size = MESSAGE_BUCKET_MIN;
    while (size < AT_BODY + len + SIGN_BYTES) {
        size *= 2;
    }
    return size;
}

bool message_write(struct buf *out, const struct message *m, const uint8_t cert[CERT_BYTES],
                   const uint8_t signer_seed[32], struct err *err)
{
    if (m->len > MESSAGE_BODY_MAX) {
        return err_set(err, ERR_LIMIT, "the message is larger than %d bytes",
                       (int)MESSAGE_BODY_MAX);
    }
    size_t size = bucket(m->len);
    uint8_t *b = mem_zero(1, size);
    memcpy(b, "SBN1", 4);
    put_u16(b + 4, 1);
    put_u16(b + AT_KIND, (uint16_t)m->kind);
    memcpy(b + AT_STUDY, m->study_id, 16);
    memcpy(b + AT_DEVICE, m->device_id, 16);
    memcpy(b + AT_ID, m->message_id, 16);
    put_u64(b + AT_COUNTER, m->counter);
    put_u64(b + AT_ISSUED, m->issued_at);
    memcpy(b + AT_ABOUT, m->about, 16);
    put_u32(b + AT_LEN, (uint32_t)m->len);
    sign_public(b + AT_SIGNER, signer_seed);
    memcpy(b + AT_CERT, cert, CERT_BYTES);
    if (m->len) {
        memcpy(b + AT_BODY, m->body, m->len);
    }
    sign_make(b + size - SIGN_BYTES, "message", b, size - SIGN_BYTES, signer_seed);
    buf_add(out, b, size);
    secret_wipe(b, size);
    free(b);
    return true;
}

bool message_read(struct message *m, const void *data, size_t len, const struct catalogue *c,
                  struct err *err)
{
    const uint8_t *b = data;
    struct cert cert;
    memset(m, 0, sizeof *m);
    if (len < MESSAGE_BUCKET_MIN || memcmp(b, "SBN1", 4) != 0) {
        return err_set(err, ERR_INPUT, "this is no message");
    }
    size_t body = get_u32(b + AT_LEN);
    unsigned kind = get_u16(b + AT_KIND);
    if (!catalogue_trusts(c, b + AT_CERT, CERT_IMPORT, &cert) ||
        memcmp(cert.subject, b + AT_SIGNER, 32) != 0 ||
        memcmp(b + AT_STUDY, c->study_id, 16) != 0 ||
        !sign_check(b + len - SIGN_BYTES, "message", b, len - SIGN_BYTES, cert.subject)) {
        return err_set(err, ERR_AUTH, "the message is not signed by a desk of this study");
    }
    if (get_u16(b + 4) != 1 || kind < MESSAGE_ASSIGN || kind >= MESSAGE_KIND_END) {
        return err_set(err, ERR_ENV, "the message needs a newer version of the program");
    }
    if (body > MESSAGE_BODY_MAX || len != bucket(body)) {
        return err_set(err, ERR_INPUT, "the message is damaged");
    }
    memcpy(m->study_id, b + AT_STUDY, 16);
    memcpy(m->device_id, b + AT_DEVICE, 16);
    memcpy(m->message_id, b + AT_ID, 16);
    memcpy(m->about, b + AT_ABOUT, 16);
    m->counter = get_u64(b + AT_COUNTER);
    m->issued_at = get_u64(b + AT_ISSUED);
    m->kind = (enum message_kind)kind;
    m->body = (const char *)b + AT_BODY;
    m->len = body;
    return true;
}
