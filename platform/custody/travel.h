/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_TRAVEL_H
#define PLATFORM_CUSTODY_TRAVEL_H
/*
 * travel: the request that a travel-locked device sends to the coordinator, and the answer.
 *
 *   device: new passphrase and this particular lock ─Argon2id─▶ X25519 key pair
 *           ─▶ REQUEST {its public key; the vault's key and the device's id, sealed to the
 *              recovery key}
 *   desk:   opens it with the recovery key, seals it again to that public key ─▶ ANSWER
 *   device: the same passphrase opens it
 *
 * Nothing is stored in between.  Neither request nor answer is of use without the new
 * passphrase, and an answer is valid for one lock of one device.  Source: docs/RECORD.md
 * section 11.
 */
#include "platform/machine/secret.h"

enum {
    TRAVEL_DEVICE = 8,                         /* first bytes of the device's id */
    TRAVEL_PLAIN = SECRET_KEY + TRAVEL_DEVICE, /* the vault's key ‖ the device's id */
    TRAVEL_SEALED = TRAVEL_PLAIN + SECRET_BOX_OVERHEAD,
    TRAVEL_BYTES = 4 + 32 + TRAVEL_SEALED
};

struct travel_request {
    uint8_t public_key[32], sealed[TRAVEL_SEALED];
};
void travel_request_write(struct buf *out, const struct travel_request *request);
/* ERR_INPUT: not a request. */
MUST_CHECK bool travel_request_read(struct travel_request *request, const void *bytes, size_t len,
                                    struct err *err);
/* Six words made from the whole request, to be read over the phone. */
void travel_request_words(char out[64], const struct travel_request *request);
/* At the desk: decrypt the request into `plain` (locked memory), only to write the answer.
 * ERR_AUTH: sealed to another study's recovery key. */
MUST_CHECK bool travel_request_open(uint8_t plain[TRAVEL_PLAIN],
                                    const struct travel_request *request,
                                    const uint8_t recovery_secret[32], struct err *err);
void travel_answer_write(struct buf *out, const struct travel_request *request,
                         const uint8_t plain[TRAVEL_PLAIN]);
/* Check that the answer is for this public key and copy its sealed part.  ERR_AUTH: it is for
 * another; ERR_INPUT: not an answer. */
MUST_CHECK bool travel_answer_read(uint8_t sealed[TRAVEL_SEALED], const void *bytes, size_t len,
                                   const uint8_t public_key[32], struct err *err);

#endif
