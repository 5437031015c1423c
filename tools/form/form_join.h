/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_JOIN_H
#define TOOLS_FORM_FORM_JOIN_H
/* form_join: a device that joins a study in one step, with nobody comparing words.  For devices
 * that live as long as the tool runs: simulated ones, and the one to try a form on. */
#include "platform/custody/device.h"
#include "tools/key/keys.h"

enum { FORM_JOIN_PASS = 64 }; /* five words */

struct form_join {
    struct keys_enrolment study; /* its request is set by form_join */
    const char *folder;          /* of the device; must not exist */
    const char *label;
    uint32_t memory_kib; /* of Argon2id */
};
/* Makes a device in `folder` under a new passphrase and answers its request.  *out is unlocked
 * and enrolled; on failure it is NULL or must be closed, too.  `pass` is a secret: wipe it. */
MUST_CHECK bool form_join(struct device **out, const struct form_join *join,
                          char pass[FORM_JOIN_PASS], uint8_t known[KEYS_DEVICE], struct err *err);
/* Loads a folder; what the device refuses is an error. */
MUST_CHECK bool form_join_load(struct device *device, const char *folder, struct err *err);

#endif
