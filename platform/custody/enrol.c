/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes invitations, enrolment requests and grants. */
#include "platform/custody/enrol.h"

#include <assert.h>
#include <string.h>

enum { R_LABEL_LEN = 6, R_STUDY = 8, R_SIGN = 24, R_BOX = 56, R_GENESIS = 88, R_HEAD = 120 };
enum { G_CERT = 8, G_PACKAGE = G_CERT + CERT_BYTES, G_LEN = G_PACKAGE + 32, G_HEAD = G_LEN + 8 };

void enrol_words(char out[64], const void *bytes, size_t len)
{
    uint8_t hash[32];
    hash_tagged(hash, "sb1-words", bytes, len);
    words_of(out, hash, 6);
}

void invite_write(struct buf *out, const struct invite *i)
{
    uint8_t head[INVITE_HEAD];
    memcpy(head, "SBI1", 4);
    memcpy(head + 4, i->study_id, 16);
    memcpy(head + 20, i->root_set, 32);
    memcpy(head + 52, i->token, 32);
    put_u64(head + 84, i->expires);
    buf_add(out, head, sizeof head);
    buf_add(out, i->catalogue_bytes, i->catalogue_len);
}

bool invite_read(struct invite *i, const void *data, size_t len, struct err *err)
{
    const uint8_t *bytes = data;
    if (len < INVITE_HEAD || memcmp(bytes, "SBI1", 4) != 0) {
        err_set(err, ERR_INPUT, "this is no invitation");
        return err_hint(err, "the coordinator makes one with 'suhbat-key invite'");
    }
    memset(i, 0, sizeof *i);
    memcpy(i->study_id, bytes + 4, 16);
    memcpy(i->root_set, bytes + 20, 32);
    memcpy(i->token, bytes + 52, 32);
    i->expires = get_u64(bytes + 84);
    i->catalogue_bytes = bytes + INVITE_HEAD;
    i->catalogue_len = len - INVITE_HEAD;
    if (!catalogue_read(&i->catalogue, i->catalogue_bytes, i->catalogue_len, i->root_set, err)) {
        return false;
    }
    return memcmp(i->catalogue.study_id, i->study_id, 16) == 0 ||
           err_set(err, ERR_AUTH, "the invitation and its catalogue do not belong together");
}

bool enrol_request_write(struct buf *out, const struct enrol_request *r, const uint8_t token[32],
                         const uint8_t sign_seed[32], struct err *err)
{
    struct buf b = {0};
    uint8_t head[R_HEAD] = {0}, mac[32], sig[SIGN_BYTES];
    if (r->label_len > UINT16_MAX) {
        return err_set(err, ERR_LIMIT, "the label is too long");
    }
    memcpy(head, "SBE1", 4);
    put_u16(head + 4, 1);
    put_u16(head + R_LABEL_LEN, (uint16_t)r->label_len);
    memcpy(head + R_STUDY, r->study_id, 16);
    memcpy(head + R_SIGN, r->sign_pk, 32);
    memcpy(head + R_BOX, r->box_pk, 32);
    memcpy(head + R_GENESIS, r->genesis_hash, 32);
    buf_add(&b, head, sizeof head);
    buf_add(&b, r->label, r->label_len);
    secret_auth(mac, b.data, b.len, token);
    buf_add(&b, mac, sizeof mac);
    sign_make(sig, "enrol", b.data, b.len, sign_seed);
    buf_add(&b, sig, sizeof sig);
    buf_add(out, b.data, b.len);
    buf_fini(&b);
    return true;
}

bool enrol_request_read(struct enrol_request *r, const void *data, size_t len, struct err *err)
{
    const uint8_t *b = data;
    if (len < R_HEAD + 32 + SIGN_BYTES || memcmp(b, "SBE1", 4) != 0 || get_u16(b + 4) != 1 ||
        len != R_HEAD + (size_t)get_u16(b + R_LABEL_LEN) + 32 + SIGN_BYTES) {
        return err_set(err, ERR_INPUT, "this is no enrolment request");
    }
    if (!sign_check(b + len - SIGN_BYTES, "enrol", b, len - SIGN_BYTES, b + R_SIGN)) {
        return err_set(err, ERR_AUTH, "the request is not signed by the device that it names");
    }
    memset(r, 0, sizeof *r);
    memcpy(r->study_id, b + R_STUDY, 16);
    memcpy(r->sign_pk, b + R_SIGN, 32);
    memcpy(r->box_pk, b + R_BOX, 32);
    memcpy(r->genesis_hash, b + R_GENESIS, 32);
    r->label = b + R_HEAD;
    r->label_len = get_u16(b + R_LABEL_LEN);
    return true;
}

bool enrol_request_proves(const void *data, size_t len, const uint8_t token[32])
{
    assert(len > SIGN_BYTES + 32); /* enrol_request_read() has accepted it */
    const uint8_t *b = data;
    size_t covered = len - SIGN_BYTES - 32;
    return secret_auth_check(b + covered, b, covered, token);
}

bool enrol_grant_write(struct buf *out, const struct enrol_grant *g, const uint8_t issuer_seed[32],
                       const uint8_t box_pk[32], struct err *err)
{
    struct buf b = {0};
    uint8_t head[G_HEAD] = {0}, sig[SIGN_BYTES];
    memcpy(head, "SBW1", 4);
    put_u16(head + 4, 2);
    memcpy(head + G_CERT, g->cert, CERT_BYTES);
    memcpy(head + G_PACKAGE, g->package_secret, 32);
    put_u32(head + G_LEN, (uint32_t)g->catalogue_len);
    buf_add(&b, head, sizeof head);
    buf_add(&b, g->catalogue, g->catalogue_len);
    secret_wipe(head, sizeof head);
    sign_make(sig, "grant", b.data, b.len, issuer_seed);
    buf_add(&b, sig, sizeof sig);
    bool ok = age_seal(out, b.data, b.len, (const uint8_t(*)[32])box_pk, 1, err);
    buf_fini(&b);
    return ok;
}

bool enrol_grant_read(struct enrol_grant *g, const void *data, size_t len, struct err *err)
{
    const uint8_t *b = data;
    struct cert cert;
    bool shape = len >= G_HEAD && memcmp(b, "SBW1", 4) == 0;
    unsigned version = shape ? get_u16(b + 4) : 0;
    size_t sig = version == 2 ? SIGN_BYTES : 0;
    if (version < 1 || version > 2 || len - G_HEAD < sig ||
        len - G_HEAD - sig != get_u32(b + G_LEN) || !cert_read(&cert, b + G_CERT)) {
        return err_set(err, ERR_INPUT, "this is no answer to an enrolment");
    }
    g->is_signed = version == 2;
    if (g->is_signed && !sign_check(b + len - sig, "grant", b, len - sig, cert.issuer)) {
        return err_set(err, ERR_AUTH, "the answer to the enrolment is not signed as it should be");
    }
    memcpy(g->cert, b + G_CERT, CERT_BYTES);
    memcpy(g->package_secret, b + G_PACKAGE, 32);
    g->catalogue = b + G_HEAD;
    g->catalogue_len = len - G_HEAD - sig;
    return true;
}
