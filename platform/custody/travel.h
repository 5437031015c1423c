/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_TRAVEL_H
#define PLATFORM_CUSTODY_TRAVEL_H
/*
 * travel: what a device that locked itself for the road says to the coordinator, and the answer.
 *
 *   device: passphrase to be and this very lock ─Argon2id─▶ X25519
 *           ─▶ REQUEST {its public key; the vault's key and the device's id, sealed to the recovery
 *              key}
 *   desk:   recovery key opens, seals anew to that public key ─▶ ANSWER
 *   device: the same passphrase opens it
 *
 * Nothing is kept in between: neither the request nor the answer helps who lacks the new
 * passphrase, and an answer is good for one lock of one device.  Source: docs/RECORD.md section 11.
 */
#include "platform/machine/secret.h"

enum {
    TRAVEL_DEVICE = 8,                         /* bytes of the device's id, from its start */
    TRAVEL_PLAIN = SECRET_KEY + TRAVEL_DEVICE, /* the vault's key ‖ whose it is */
    TRAVEL_SEALED = TRAVEL_PLAIN + SECRET_BOX_OVERHEAD,
    TRAVEL_BYTES = 4 + 32 + TRAVEL_SEALED
};

struct travel_request {
    uint8_t public_key[32], sealed[TRAVEL_SEALED];
};
void travel_request_write(struct buf *out, const struct travel_request *request);
/* ERR_INPUT: it is none. */
MUST_CHECK bool travel_request_read(struct travel_request *request, const void *bytes, size_t len,
                                    struct err *err);
/* Six words for the whole of it, to be read over the phone. */
void travel_request_words(char out[64], const struct travel_request *request);
/* At the desk: into locked memory, for the answer alone.  ERR_AUTH: sealed to another study's
 * recovery key. */
MUST_CHECK bool travel_request_open(uint8_t plain[TRAVEL_PLAIN],
                                    const struct travel_request *request,
                                    const uint8_t recovery_secret[32], struct err *err);
void travel_answer_write(struct buf *out, const struct travel_request *request,
                         const uint8_t plain[TRAVEL_PLAIN]);
/* Is it the answer to who holds this public key?  Its sealed part is copied. */
MUST_CHECK bool travel_answer_read(uint8_t sealed[TRAVEL_SEALED], const void *bytes, size_t len,
                                   const uint8_t public_key[32], struct err *err);

#endif
