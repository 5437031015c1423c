/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_XLS_H
#define TESTS_LIB_XLS_H
/* xls: the smallest workbook that Excel 97 would open, from sheets of texts and numbers. */
#include "platform/machine/arena.h"

struct xls_sheet {
    const char *name;
    const char *const (*rows)[8]; /* "#12.5" is a number, NULL an empty cell */
    size_t count;
};

/* The file around the stream: sectors of 512 bytes; one of the FAT (at most 127 others), the
 * folder, the stream. */
void xls_write(struct buf *out, const struct xls_sheet *sheets, size_t count);

#endif
