/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_GOLDEN_H
#define TESTS_LIB_GOLDEN_H
/*
 * golden: tests/cases/golden/NAME.hex holds each format's bytes.  What is deterministic must come
 * out the same, and all must still be read.
 * GOLDEN_WRITE=1 writes files that are missing (a new format); it never replaces one.
 */
#include "platform/machine/text.h"
#include "tests/lib/help.h"

/* Appends the stored bytes; false: there is no such file. */
bool golden_read(struct buf *out, const char *name);
void golden_write(const char *name, const struct buf *bytes);
/* Appends the stored bytes; written first when asked to (of an older version there is no `now`).
 */
void golden(struct buf *out, const char *name, const struct buf *now);
/* Fails if these bytes are not the stored ones. */
void same(const char *name, const struct buf *now);

#endif
