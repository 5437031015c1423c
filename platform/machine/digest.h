/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DIGEST_H
#define PLATFORM_MACHINE_DIGEST_H
/* digest: the hashes of the XForms function digest().  Home of libmd.  Not used for
 * security. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_MAX = 64 };

/* `name` is MD5, SHA1, SHA256, SHA384 or SHA512; false for any other. */
bool digest_bytes(uint8_t out[DIGEST_MAX], size_t *len, const char *name, const void *bytes,
                  size_t count);

#endif
