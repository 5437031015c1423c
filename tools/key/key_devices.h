/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KEY_KEY_DEVICES_H
#define TOOLS_KEY_KEY_DEVICES_H
/* key_devices: the enrolled devices, from STUDY/devices. */
#include <stdint.h>

#include "platform/machine/arena.h"
#include "platform/machine/err.h"

struct key_device {
    uint8_t id[32]; /* 16 bytes, padded with zeros */
    char hex[33];
    const char *label; /* "" if unknown */
    bool revoked;
};
/* Lists all of them, in the arena. */
MUST_CHECK bool key_devices(struct key_device **list, size_t *count, struct arena *arena,
                            const char *dir, struct err *err);
/* Finds a device by its label, or by at least the first 12 hex digits of its id.  Fewer could be
 * matched by a forged key. */
MUST_CHECK bool key_device_named(const struct key_device **found, struct arena *arena,
                                 const char *dir, const char *name, struct err *err);

#endif
