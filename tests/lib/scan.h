/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SCAN_H
#define TESTS_LIB_SCAN_H
/* scan: what is left in this process's own memory.  What is looked for is masked, so that it does
 * not find itself. */

#include "platform/machine/secret.h"
#include "tests/lib/help.h"

enum { SCAN_MASK = 0x5A };
extern bool scan_readable; /* the machine let this process look at itself */

/* How often these bytes are in this process's writable memory. */
unsigned scan_memory(const uint8_t *masked, size_t len);

#endif
