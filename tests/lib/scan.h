/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SCAN_H
#define TESTS_LIB_SCAN_H
/* scan: what is left in this process's own memory.  What is looked for is masked, so that it does
 * not find itself. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "platform/machine/secret.h"
#include "tests/lib/help.h"

enum { SCAN_MASK = 0x5A };

static bool scan_readable; /* the machine let this process look at itself */

/* How often these bytes are in this process's writable memory. */
static inline unsigned scan_memory(const uint8_t *masked, size_t len)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned count = 0;
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char flags[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, flags) != 3 || flags[1] != 'w' ||
            to - from > 64u << 20) {
            continue;
        }
        uint8_t *copy = malloc(to - from);
        struct iovec here = {copy, to - from}, there = {(void *)from, to - from};
        ssize_t n = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
        scan_readable = scan_readable || n > 0;
        for (ssize_t at = 0; at + (ssize_t)len <= n; at++) {
            size_t k = 0;
            while (k < len && (copy[at + (ssize_t)k] ^ SCAN_MASK) == masked[k]) {
                k++;
            }
            count += k == len;
        }
        secret_wipe(copy, to - from);
        free(copy);
    }
    fclose(maps);
    return count;
}

#endif
