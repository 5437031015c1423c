/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes travel requests and answers. */
#include "platform/custody/travel.h"

#include <assert.h>
#include <string.h>

#include "platform/custody/enrol.h"

static const char asking[] = "SBU1", answering[] = "SBV1";
static_assert(TRAVEL_BYTES == 4 + 32 + TRAVEL_SEALED, "magic, public key, sealed key");

static void put(struct buf *out, const char *magic, const uint8_t public_key[32],
                const uint8_t sealed[TRAVEL_SEALED])
{
    buf_add(out, magic, 4);
    buf_add(out, public_key, 32);
    buf_add(out, sealed, TRAVEL_SEALED);
}

void travel_request_write(struct buf *out, const struct travel_request *r)
{
    put(out, asking, r->public_key, r->sealed);
}

bool travel_request_read(struct travel_request *r, const void *bytes, size_t len, struct err *err)
{
    const uint8_t *p = bytes;
    if (len != TRAVEL_BYTES || memcmp(p, asking, 4) != 0) {
        return err_set(err, ERR_INPUT, "this is no request of a device locked for travel");
    }
    memcpy(r->public_key, p + 4, 32);
    memcpy(r->sealed, p + 36, TRAVEL_SEALED);
    return true;
}

void travel_request_words(char out[64], const struct travel_request *r)
{
    struct buf bytes = {0};
    travel_request_write(&bytes, r);
    enrol_words(out, bytes.data, bytes.len);
    buf_fini(&bytes);
}

bool travel_request_open(uint8_t plain[TRAVEL_PLAIN], const struct travel_request *r,
                         const uint8_t recovery_secret[32], struct err *err)
{
    if (!secret_box_open(plain, r->sealed, sizeof r->sealed, recovery_secret)) {
        err_set(err, ERR_AUTH, "this recovery key does not open the request");
        return err_hint(err, "is it the recovery.identity of the study that enrolled the device?");
    }
    return true;
}

void travel_answer_write(struct buf *out, const struct travel_request *r,
                         const uint8_t plain[TRAVEL_PLAIN])
{
    uint8_t sealed[TRAVEL_SEALED];
    secret_box_to(sealed, plain, TRAVEL_PLAIN, r->public_key);
    put(out, answering, r->public_key, sealed);
}

bool travel_answer_read(uint8_t sealed[TRAVEL_SEALED], const void *bytes, size_t len,
                        const uint8_t public_key[32], struct err *err)
{
    const uint8_t *p = bytes;
    if (len != TRAVEL_BYTES || memcmp(p, answering, 4) != 0) {
        return err_set(err, ERR_INPUT, "this is no answer to a device locked for travel");
    }
    if (memcmp(p + 4, public_key, 32) != 0) {
        return err_set(err, ERR_AUTH, "the answer is for another passphrase or device");
    }
    memcpy(sealed, p + 36, TRAVEL_SEALED);
    return true;
}
