/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the ustar subset. */
#include "platform/custody/tar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const uint8_t zeros[TAR_BLOCK];

static unsigned checksum(const uint8_t *block)
{
    unsigned sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        sum += i >= 148 && i < 156 ? ' ' : block[i];
    }
    return sum;
}

static void header(uint8_t block[TAR_BLOCK], const char *name, size_t len)
{
    assert(strlen(name) < TAR_NAME && (uint64_t)len < UINT64_C(1) << 33); /* eleven octal digits */
    memset(block, 0, TAR_BLOCK);
    snprintf((char *)block, TAR_NAME, "%s", name);
    memcpy(block + 100, "0000600", 8);
    memcpy(block + 108, "0000000", 8);
    memcpy(block + 116, "0000000", 8);
    snprintf((char *)block + 124, 12, "%011zo", len);
    memcpy(block + 136, "00000000000", 12);
    block[156] = '0';
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    snprintf((char *)block + 148, 8, "%06o", checksum(block));
    block[155] = ' ';
}

void tar_add(struct buf *out, const char *name, const void *bytes, size_t len)
{
    uint8_t block[TAR_BLOCK];
    header(block, name, len);
    buf_add(out, block, sizeof block);
    buf_add(out, bytes, len);
    buf_add(out, zeros, (TAR_BLOCK - len % TAR_BLOCK) % TAR_BLOCK);
}

void tar_end(struct buf *out)
{
    buf_add(out, zeros, TAR_BLOCK);
    buf_add(out, zeros, TAR_BLOCK);
}

static bool bad(struct err *err)
{
    return err_set(err, ERR_INPUT, "the archive is damaged or of a kind that is not taken");
}

bool tar_next(struct tar_reader *r, struct tar_member *m, struct err *err)
{
    uint8_t block[TAR_BLOCK];
    size_t len = 0;
    if (r->len - r->at < TAR_BLOCK) {
        return bad(err);
    }
    const uint8_t *h = (const uint8_t *)r->bytes + r->at;
    if (memcmp(h, zeros, TAR_BLOCK) == 0) {
        if (r->len - r->at != 2 * TAR_BLOCK || memcmp(h + TAR_BLOCK, zeros, TAR_BLOCK) != 0) {
            return bad(err);
        }
        r->ended = true;
        return false;
    }
    if (!h[0]) {
        return bad(err);
    }
    memcpy(m->name, h, TAR_NAME);
    m->name[TAR_NAME - 1] = '\0'; /* longer names and non-octal digits fail the comparison below */
    for (size_t i = 0; i < 11; i++) {
        len = len * 8 + (size_t)(h[124 + i] & 7);
    }
    header(block, m->name, len); /* accept only headers exactly as we write them */
    if (memcmp(block, h, TAR_BLOCK) != 0 || strstr(m->name, "..") || m->name[0] == '/') {
        return bad(err);
    }
    size_t padded = len + (TAR_BLOCK - len % TAR_BLOCK) % TAR_BLOCK;
    if (r->len - r->at - TAR_BLOCK < padded ||
        memcmp(h + TAR_BLOCK + len, zeros, padded - len) != 0) {
        return bad(err);
    }
    m->bytes = r->bytes + r->at + TAR_BLOCK;
    m->len = len;
    r->at += TAR_BLOCK + padded;
    return true;
}
