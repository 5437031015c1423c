/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_ENROL_H
#define PLATFORM_CUSTODY_ENROL_H
/*
 * enrol: the three files by which a device joins a study.
 *
 *   desk ── invitation (one-time token, root set, catalogue) ──▶ device
 *   desk ◀── request (the device's public keys, proof of the token) ── device
 *   desk ── grant (certificate, package key), sealed to the device ──▶ device
 *
 * Source: docs/RECORD.md section 10.
 */
#include "platform/custody/age.h"
#include "platform/custody/catalogue.h"
#include "platform/custody/chain.h"

enum { INVITE_HEAD = 92, ENROL_FILE_MAX = 4 << 20, ENROL_LABEL_MAX = 64 };

struct invite {
    uint8_t study_id[16], root_set[32], token[32];
    uint64_t expires; /* seconds since 1970 */
    struct catalogue catalogue;
    const uint8_t *catalogue_bytes; /* borrowed */
    size_t catalogue_len;
};
void invite_write(struct buf *out, const struct invite *invite);
MUST_CHECK bool invite_read(struct invite *invite, const void *bytes, size_t len, struct err *err);

struct enrol_request {
    uint8_t study_id[16], sign_pk[32], box_pk[32], genesis_hash[32];
    const uint8_t *label; /* sealed to the recipients; borrowed */
    size_t label_len;
};
MUST_CHECK bool enrol_request_write(struct buf *out, const struct enrol_request *request,
                                    const uint8_t token[32], const uint8_t sign_seed[32],
                                    struct err *err);
/* Check the layout and the device's signature.  Whether the token is known:
 * enrol_request_proves. */
MUST_CHECK bool enrol_request_read(struct enrol_request *request, const void *bytes, size_t len,
                                   struct err *err);
bool enrol_request_proves(const void *bytes, size_t len, const uint8_t token[32]);

struct enrol_grant {
    uint8_t cert[CERT_BYTES], package_secret[32];
    const uint8_t *catalogue;
    size_t catalogue_len;
    bool is_signed; /* set by enrol_grant_read; false for version 1, which had no signature */
};
/* Append the grant, signed by the issuer of its certificate and sealed to the device as an age
 * file. */
MUST_CHECK bool enrol_grant_write(struct buf *out, const struct enrol_grant *grant,
                                  const uint8_t issuer_seed[32], const uint8_t box_pk[32],
                                  struct err *err);
/* Read the decrypted grant.  Whether the issuer is trusted: catalogue_trusts. */
MUST_CHECK bool enrol_grant_read(struct enrol_grant *grant, const void *bytes, size_t len,
                                 struct err *err);

/* Six words that both sides compare: of the root set, or of the device's keys. */
void enrol_words(char out[64], const void *bytes, size_t len);

#endif
