/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_TRAVEL_H
#define PLATFORM_TRAVEL_H
/*
 * travel: what a device that locked itself for the road says to the coordinator, and the answer.
 *
 *   device: passphrase to be ─Argon2id─▶ X25519 ─▶ REQUEST {its public key, the vault's key sealed
 * to the recovery key} desk:   recovery key opens, seals anew to that public key ─▶ ANSWER ─▶
 * device: the same passphrase opens it
 *
 * Nothing is kept in between: neither the request nor the answer helps who lacks the new
 * passphrase. Source: docs/RECORD.md section 11.
 */
#include "platform/secret.h"

enum { TRAVEL_SEALED = SECRET_KEY + SECRET_BOX_OVERHEAD, TRAVEL_BYTES = 4 + 32 + TRAVEL_SEALED };

struct travel_request {
    uint8_t public_key[32], sealed[TRAVEL_SEALED];
};
void travel_request_write(struct buf *out, const struct travel_request *request);
/* ERR_INPUT: it is none. */
MUST_CHECK bool travel_request_read(struct travel_request *request, const void *bytes, size_t len,
                                    struct err *err);
/* What the desk gives back.  ERR_AUTH: sealed to another study's recovery key. */
MUST_CHECK bool travel_answer_write(struct buf *out, const struct travel_request *request,
                                    const uint8_t recovery_secret[32], struct err *err);
/* Is it the answer to who holds this public key?  Its sealed part is copied. */
MUST_CHECK bool travel_answer_read(uint8_t sealed[TRAVEL_SEALED], const void *bytes, size_t len,
                                   const uint8_t public_key[32], struct err *err);

#endif
