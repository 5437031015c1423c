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

static const uint64_t octal_end = UINT64_C(1) << 33; /* eleven octal digits */

/* Larger members have their size in binary, as GNU tar writes it. */
static void header(uint8_t block[TAR_BLOCK], const char *name, uint64_t len)
{
    assert(strlen(name) < TAR_NAME);
    memset(block, 0, TAR_BLOCK);
    snprintf((char *)block, TAR_NAME, "%s", name);
    memcpy(block + 100, "0000600", 8);
    memcpy(block + 108, "0000000", 8);
    memcpy(block + 116, "0000000", 8);
    if (len < octal_end) {
        snprintf((char *)block + 124, 12, "%011llo", (unsigned long long)len);
    } else {
        block[124] = 0x80;
        for (unsigned i = 0; i < 8; i++) {
            block[135 - i] = (uint8_t)(len >> (8 * i));
        }
    }
    memcpy(block + 136, "00000000000", 12);
    block[156] = '0';
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    snprintf((char *)block + 148, 8, "%06o", checksum(block));
    block[155] = ' ';
}

void tar_head(struct buf *out, const char *name, uint64_t len)
{
    uint8_t block[TAR_BLOCK];
    header(block, name, len);
    buf_add(out, block, sizeof block);
}

bool tar_is_end(const void *block)
{
    return memcmp(block, zeros, TAR_BLOCK) == 0;
}

bool tar_read_head(const void *bytes, char name[TAR_NAME], uint64_t *len)
{
    uint8_t block[TAR_BLOCK];
    const uint8_t *h = bytes;
    *len = 0;
    memcpy(name, h, TAR_NAME);
    name[TAR_NAME - 1] = '\0'; /* longer names and non-octal digits fail the comparison below */
    for (size_t i = 0; i < 11 && h[124] != 0x80; i++) {
        *len = *len * 8 + (uint64_t)(h[124 + i] & 7);
    }
    for (size_t i = 4; i < 12 && h[124] == 0x80; i++) {
        *len = *len << 8 | h[124 + i];
    }
    header(block, name, *len); /* accept only headers exactly as we write them */
    return *name && memcmp(block, h, TAR_BLOCK) == 0 && !strstr(name, "..") && *name != '/';
}

void tar_add(struct buf *out, const char *name, const void *bytes, size_t len)
{
    tar_head(out, name, len);
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
    uint64_t size;
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
    if (!tar_read_head(h, m->name, &size) || size > r->len) {
        return bad(err);
    }
    size_t len = (size_t)size;
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
