/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_POST_H
#define TOOLS_DESK_DESK_POST_H
/*
 * desk_post: writes what goes back to the devices: receipts and messages, each sealed to its device
 * and under a name that says nothing.
 *
 * Source: docs/RECORD.md sections 9 and 14.
 */
#include "tools/desk/desk_store.h"

struct post_report {
    unsigned receipts, messages;
    unsigned revoked; /* messages with answers for devices that were revoked since: not written */
};
/* Writes a receipt for each device's complete entries, and each message that its device has not yet
 * said to have taken, into the folder `out`, which is created if missing.  `seed`, `cert`: of
 * the desk (desk.key, desk.cert). */
MUST_CHECK bool desk_post(struct desk *desk, const uint8_t seed[32], const uint8_t cert[CERT_BYTES],
                          const char *out, int64_t wall_ms, struct post_report *report,
                          struct err *err);

#endif
