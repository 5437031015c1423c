/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_MESSAGE_H
#define PLATFORM_CUSTODY_MESSAGE_H
/*
 * message: the desk's signed word to one device: a case is assigned or taken back, a record comes
 * back, content is withdrawn.
 *
 * It travels beside the receipts, as an age file to the device.  The device's chain says that it
 * was taken; until that entry arrives at the desk, the desk sends the message again.
 * Source: docs/RECORD.md section 14.
 */
#include "platform/custody/catalogue.h"

enum { MESSAGE_BODY_MAX = 1 << 20, MESSAGE_BUCKET_MIN = 1024 };
enum message_kind {
    MESSAGE_ASSIGN = 1,     /* body: the case; about: its id */
    MESSAGE_TAKE_BACK,      /* no body; about: the case's id */
    MESSAGE_SEND_BACK,      /* about: a record's id */
    MESSAGE_WITHDRAW,       /* about: a record's id */
    MESSAGE_WITHDRAW_SOUND, /* about: a record's id; its recordings alone */
    MESSAGE_KIND_END
};

struct message {
    uint8_t study_id[16], device_id[16], message_id[16];
    uint8_t about[16];  /* id of the case or record */
    uint64_t counter;   /* of the desk that sends it; later messages about one thing win */
    uint64_t issued_at; /* seconds since 1970 */
    enum message_kind kind;
    const char *body; /* message_read: borrowed from its input */
    size_t len;
};

/* Append the message.  ERR_LIMIT over MESSAGE_BODY_MAX. */
MUST_CHECK bool message_write(struct buf *out, const struct message *message,
                              const uint8_t cert[CERT_BYTES], const uint8_t signer_seed[32],
                              struct err *err);
/* Verify and read.  ERR_AUTH unless it was signed by an importer whom the catalogue trusts;
 * ERR_ENV: of a kind that this version does not know; ERR_INPUT: no message, or damaged. */
MUST_CHECK bool message_read(struct message *message, const void *bytes, size_t len,
                             const struct catalogue *catalogue, struct err *err);

#endif
