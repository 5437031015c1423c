/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/xls.h"

#include <stdlib.h>
#include <string.h>

static void xls_u16(struct buf *out, unsigned v)
{
    buf_char(out, (char)v);
    buf_char(out, (char)(v >> 8));
}
static void xls_u32(struct buf *out, unsigned long v)
{
    xls_u16(out, (unsigned)(v & 0xFFFF));
    xls_u16(out, (unsigned)(v >> 16));
}
static void xls_record(struct buf *out, unsigned type, const struct buf *body)
{
    xls_u16(out, type);
    xls_u16(out, (unsigned)body->len);
    buf_add(out, body->data ? body->data : "", body->len);
}

/* UTF-16 of a text whose letters are of the basic plane. */
static void xls_text(struct buf *out, const char *text, bool byte_length)
{
    struct buf wide = {0};
    size_t count = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; count++) {
        unsigned c = *p < 0x80 ? *p : *p < 0xE0 ? (*p & 31u) << 6 : (*p & 15u) << 12;
        size_t more = *p < 0x80 ? 0 : *p < 0xE0 ? 1 : 2;
        for (size_t i = 1; i <= more; i++) {
            c |= (p[i] & 63u) << (6 * (more - i));
        }
        xls_u16(&wide, c);
        p += more + 1;
    }
    if (byte_length) {
        buf_char(out, (char)count);
    } else {
        xls_u16(out, (unsigned)count);
    }
    buf_char(out, 1); /* two bytes a letter */
    buf_add(out, wide.data ? wide.data : "", wide.len);
    buf_fini(&wide);
}

static void xls_bof(struct buf *out, unsigned kind)
{
    struct buf b = {0};
    xls_u16(&b, 0x0600);
    xls_u16(&b, kind);
    xls_u16(&b, 0x0DBB);
    xls_u16(&b, 0x07CC);
    xls_u32(&b, 0);
    xls_u32(&b, 6);
    xls_record(out, 0x0809, &b);
    buf_fini(&b);
}

static void xls_stream(struct buf *out, const struct xls_sheet *sheets, size_t count)
{
    struct buf b = {0}, sst = {0}, parts[16] = {{0}};
    size_t strings = 0, globals = 0;
    for (size_t s = 0; s < count; s++) {
        xls_bof(&parts[s], 0x10);
        buf_cut(&b, 0);
        xls_u32(&b, 0);
        xls_u32(&b, (unsigned long)sheets[s].count);
        xls_u16(&b, 0);
        xls_u16(&b, 8);
        xls_u16(&b, 0);
        xls_record(&parts[s], 0x0200, &b);
        for (size_t r = 0; r < sheets[s].count; r++) {
            for (size_t c = 0; c < 8; c++) {
                const char *text = sheets[s].rows[r][c];
                if (!text) {
                    continue;
                }
                buf_cut(&b, 0);
                xls_u16(&b, (unsigned)r);
                xls_u16(&b, (unsigned)c);
                xls_u16(&b, 15);
                if (*text == '#') {
                    double n = strtod(text + 1, NULL);
                    buf_add(&b, (const char *)&n, sizeof n);
                    xls_record(&parts[s], 0x0203, &b);
                } else {
                    xls_u32(&b, (unsigned long)strings++);
                    xls_text(&sst, text, false);
                    xls_record(&parts[s], 0x00FD, &b);
                }
            }
        }
        buf_cut(&b, 0);
        xls_record(&parts[s], 0x000A, &b);
    }
    for (int pass = 0; pass < 2; pass++) { /* the first to know how long it is */
        size_t at = globals;
        buf_cut(out, 0);
        xls_bof(out, 5);
        for (size_t s = 0; s < count; s++) {
            buf_cut(&b, 0);
            xls_u32(&b, (unsigned long)at);
            xls_u16(&b, 0);
            xls_text(&b, sheets[s].name, true);
            xls_record(out, 0x0085, &b);
            at += parts[s].len;
        }
        buf_cut(&b, 0);
        xls_u32(&b, (unsigned long)strings);
        xls_u32(&b, (unsigned long)strings);
        buf_add(&b, sst.data ? sst.data : "", sst.len);
        xls_record(out, 0x00FC, &b);
        buf_cut(&b, 0);
        xls_record(out, 0x000A, &b);
        globals = out->len;
    }
    for (size_t s = 0; s < count; s++) {
        buf_add(out, parts[s].data, parts[s].len);
        buf_fini(&parts[s]);
    }
    buf_fini(&b);
    buf_fini(&sst);
}

static void xls_entry(struct buf *out, const char *name, unsigned kind, unsigned long child,
                      unsigned long start, unsigned long size)
{
    size_t from = out->len, len = strlen(name);
    for (size_t i = 0; i < 32; i++) {
        xls_u16(out, i < len ? (unsigned char)name[i] : 0);
    }
    xls_u16(out, len ? (unsigned)(len + 1) * 2 : 0);
    buf_char(out, (char)kind);
    buf_char(out, 1);
    xls_u32(out, 0xFFFFFFFF);
    xls_u32(out, 0xFFFFFFFF);
    xls_u32(out, child);
    while (out->len < from + 116) {
        buf_char(out, 0);
    }
    xls_u32(out, start);
    xls_u32(out, size);
    xls_u32(out, 0);
}

void xls_write(struct buf *out, const struct xls_sheet *sheets, size_t count)
{
    static const unsigned char magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    struct buf stream = {0};
    xls_stream(&stream, sheets, count);
    size_t size = stream.len < 4096 ? 4096 : stream.len; /* shorter ones lie elsewhere */
    size_t sectors = (size + 511) / 512;
    while (stream.len < sectors * 512) {
        buf_char(&stream, 0);
    }
    buf_add(out, (const char *)magic, 8);
    for (int i = 0; i < 16; i++) {
        buf_char(out, 0);
    }
    xls_u16(out, 0x3E);
    xls_u16(out, 3);
    xls_u16(out, 0xFFFE);
    xls_u16(out, 9);
    xls_u16(out, 6);
    xls_u32(out, 0);
    xls_u16(out, 0);
    xls_u32(out, 0);
    xls_u32(out, 1); /* sectors of the FAT */
    xls_u32(out, 1); /* the folder's first */
    xls_u32(out, 0);
    xls_u32(out, 4096);
    xls_u32(out, 0xFFFFFFFE);
    xls_u32(out, 0);
    xls_u32(out, 0xFFFFFFFE);
    xls_u32(out, 0);
    xls_u32(out, 0); /* the FAT is sector 0 */
    while (out->len < 512) {
        xls_u32(out, 0xFFFFFFFF);
    }
    xls_u32(out, 0xFFFFFFFD);
    xls_u32(out, 0xFFFFFFFE);
    for (size_t i = 0; i < sectors; i++) {
        xls_u32(out, i + 1 < sectors ? (unsigned long)i + 3 : 0xFFFFFFFE);
    }
    while (out->len < 1024) {
        xls_u32(out, 0xFFFFFFFF);
    }
    xls_entry(out, "Root Entry", 5, 1, 0xFFFFFFFE, 0);
    xls_entry(out, "Workbook", 2, 0xFFFFFFFF, 2, (unsigned long)size);
    xls_entry(out, "", 0, 0xFFFFFFFF, 0, 0);
    xls_entry(out, "", 0, 0xFFFFFFFF, 0, 0);
    buf_add(out, stream.data, stream.len);
    buf_fini(&stream);
}
