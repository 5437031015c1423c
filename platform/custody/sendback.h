/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_SENDBACK_H
#define PLATFORM_CUSTODY_SENDBACK_H
/*
 * sendback: the body of a message of kind 3: a record that the desk sends back to its device, and
 * what to correct in it.
 *
 * Source: docs/RECORD.md section 17.
 */
#include "platform/machine/arena.h"
#include "platform/machine/err.h"

struct sendback {
    uint8_t package_hash[32];
    const char *comments; /* CSV with the header "path,comment"; path "": on the whole record */
    size_t comments_len;
    const char *xml; /* the record's instance */
    size_t xml_len;
};

/* Append the body. */
void sendback_write(struct buf *out, const struct sendback *sendback);
/* Read it; the texts are borrowed from `bytes`.  ERR_INPUT: damaged, or of a newer version. */
MUST_CHECK bool sendback_read(struct sendback *sendback, const void *bytes, size_t len,
                              struct err *err);

#endif
