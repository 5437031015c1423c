/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/gallery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct gallery gallery;

static void chunk(struct buf *out, const char *type, const void *bytes, size_t len)
{
    uint8_t n[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    buf_add(out, n, 4);
    size_t from = out->len;
    buf_add(out, type, 4);
    buf_add(out, bytes, len);
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)out->data + from, (uInt)(len + 4));
    uint8_t c[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
    buf_add(out, c, 4);
}

void gallery_must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "help_screens: cannot %s (%s)\n", what, gallery.variant);
        exit(1);
    }
}

void gallery_save(const char *path, const uint8_t *rgb, int w, int h)
{
    size_t row = (size_t)w * 3;
    uint8_t *raw = mem_alloc((row + 1) * (size_t)h);
    for (int y = 0; y < h; y++) {
        raw[(row + 1) * (size_t)y] = 0;
        memcpy(raw + (row + 1) * (size_t)y + 1, rgb + row * (size_t)y, row);
    }
    uLongf len = compressBound((uLong)((row + 1) * (size_t)h));
    uint8_t *packed = mem_alloc(len);
    compress2(packed, &len, raw, (uLong)((row + 1) * (size_t)h), 1);
    struct buf out = {0};
    uint8_t head[13] = {(uint8_t)(w >> 24),
                        (uint8_t)(w >> 16),
                        (uint8_t)(w >> 8),
                        (uint8_t)w,
                        (uint8_t)(h >> 24),
                        (uint8_t)(h >> 16),
                        (uint8_t)(h >> 8),
                        (uint8_t)h,
                        8,
                        2,
                        0,
                        0,
                        0};
    buf_add(&out, "\x89PNG\r\n\x1a\n", 8);
    chunk(&out, "IHDR", head, sizeof head);
    chunk(&out, "IDAT", packed, len);
    chunk(&out, "IEND", "", 0);
    struct err err = {0};
    OK(file_write(path, out.data, out.len, FILE_SHARED, true, &err));
    buf_fini(&out);
    free(raw);
    free(packed);
}

void gallery_digest(char out[FIELDS + 1], const uint8_t *rgb, int w, int h, colour paper)
{
    for (int f = 0; f < FIELDS; f++) {
        int x0 = f % ACROSS * w / ACROSS, x1 = (f % ACROSS + 1) * w / ACROSS;
        int y0 = f / ACROSS * h / DOWN, y1 = (f / ACROSS + 1) * h / DOWN;
        double sum = 0;
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                const uint8_t *p = rgb + ((size_t)y * (size_t)w + (size_t)x) * 3;
                int off = abs(p[0] - (int)(paper >> 16 & 255)) +
                          abs(p[1] - (int)(paper >> 8 & 255)) + abs(p[2] - (int)(paper & 255));
                sum += off > 24 ? (double)off / 765 : 0;
            }
        }
        double ink = sum / ((double)(x1 - x0) * (y1 - y0)) * 4;
        out[f] = "0123456789abcdef"[(int)((ink > 1 ? 1 : ink) * 15.999)];
    }
    out[FIELDS] = '\0';
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static bool alike(const char *a, const char *b)
{
    int max = 0, sum = 0;
    for (int f = 0; f < FIELDS; f++) {
        int off = abs(hex(a[f]) - hex(b[f]));
        sum += off;
        max = off > max ? off : max;
    }
    return max <= FIELD_OFF && (double)sum / FIELDS <= mean_off;
}

void gallery_compare(const char *name, const char *have, uint8_t *rgb, int w, int h)
{
    size_t i = 0;
    while (i < gallery.known && strcmp(gallery.names[i], name) != 0) {
        i++;
    }
    buf_printf(&gallery.fresh, "%s %s\n", name, have);
    if (i == gallery.known) {
        gallery.unknown++;
        return;
    }
    gallery.met[i] = true;
    if (alike(have, gallery.digests[i])) {
        return;
    }
    gallery.differing++;
    for (int f = 0; f < FIELDS; f++) { /* what is off gets a red frame */
        if (abs(hex(have[f]) - hex(gallery.digests[i][f])) < 2) {
            continue;
        }
        int x0 = f % ACROSS * w / ACROSS, x1 = (f % ACROSS + 1) * w / ACROSS - 1;
        int y0 = f / ACROSS * h / DOWN, y1 = (f / ACROSS + 1) * h / DOWN - 1;
        for (int y = y0; y <= y1; y++) {
            for (int x = x0; x <= x1; x++) {
                if (x - x0 < 3 || x1 - x < 3 || y - y0 < 3 || y1 - y < 3) {
                    memcpy(rgb + ((size_t)y * (size_t)w + (size_t)x) * 3, "\xD0\x10\x10", 3);
                }
            }
        }
    }
    char path[512];
    snprintf(path, sizeof path, "%s/differs/%s.png", gallery.out, name);
    for (char *p = path + strlen(gallery.out) + strlen("/differs/"); *p; p++) {
        *p = *p == '/' ? '_' : *p;
    }
    gallery_save(path, rgb, w, h);
    printf("differs from what was approved: %s (%s)\n", name, path);
}

static const char *seen_digest(const char *name)
{
    size_t i = 0;
    while (i < gallery.seen && strcmp(gallery.seen_names[i], name) != 0) {
        i++;
    }
    return i < gallery.seen ? gallery.seen_digests[i] : NULL;
}

static bool is_known(const char *name)
{
    size_t i = 0;
    while (i < gallery.known && strcmp(gallery.names[i], name) != 0) {
        i++;
    }
    return i < gallery.known;
}

void gallery_approved(struct buf *out)
{
    if (!gallery.only) {
        buf_add(out, gallery.fresh.data, gallery.fresh.len);
        return;
    }
    for (size_t i = 0; i < gallery.known; i++) {
        const char *fresh = seen_digest(gallery.names[i]);
        buf_printf(out, "%s %s\n", gallery.names[i], fresh ? fresh : gallery.digests[i]);
    }
    for (size_t i = 0; i < gallery.seen; i++) {
        if (!is_known(gallery.seen_names[i])) {
            buf_printf(out, "%s %s\n", gallery.seen_names[i], gallery.seen_digests[i]);
        }
    }
}

void gallery_keep(const char *name, const char *digest)
{
    if (gallery.seen < SHOTS_MAX) {
        snprintf(gallery.seen_names[gallery.seen], NAME, "%s", name);
        memcpy(gallery.seen_digests[gallery.seen++], digest, FIELDS + 1);
    }
}

static const char *seen(const char *name)
{
    for (size_t i = 0; i < gallery.seen; i++) {
        if (strcmp(gallery.seen_names[i], name) == 0) {
            return gallery.seen_digests[i];
        }
    }
    return NULL;
}

unsigned gallery_blind_pairs(unsigned *pairs)
{
    unsigned blind = 0;
    *pairs = 0;
    for (size_t i = 0; i < gallery.seen; i++) {
        const char *what = strchr(gallery.seen_names[i], '/') + 1;
        char other[NAME];
        static const char *const langs[] = {"ky", "tg"};
        for (size_t l = 0; l < 2 && strncmp(gallery.seen_names[i], "ru/", 3) == 0; l++) {
            snprintf(other, sizeof other, "%s/%s", langs[l], what);
            const char *digest = seen(other);
            if (digest && strncmp(what, "first-language", 14) != 0) {
                ++*pairs;
                if (alike(gallery.seen_digests[i], digest)) {
                    blind++;
                    printf("cannot be told apart: %s and %s\n", gallery.seen_names[i], other);
                }
            }
        }
        static const char *const same[] = {"region_quick"}; /* a quick one is left at once */
        bool answered = strncmp(what, "done-", 5) == 0;
        for (size_t k = 0; k < sizeof same / sizeof *same; k++) { /* these are left as they are */
            answered = answered && strncmp(what + 5, same[k], strlen(same[k])) != 0;
        }
        if (answered) {
            snprintf(other, sizeof other, "%.3sask-%s", gallery.seen_names[i], what + 5);
            const char *digest = seen(other);
            *pairs += digest != NULL;
            if (digest && alike(gallery.seen_digests[i], digest)) {
                blind++;
                printf("cannot be told apart: %s and %s\n", gallery.seen_names[i], other);
            }
        }
    }
    return blind;
}

void gallery_read(const char *file)
{
    struct buf text = {0};
    if (file_read(&text, file, 4 << 20, NULL)) {
        for (char *line = strtok(text.data, "\n"); line && gallery.known < SHOTS_MAX;
             line = strtok(NULL, "\n")) {
            if (sscanf(line, "%79s %180s", gallery.names[gallery.known],
                       gallery.digests[gallery.known]) == 2) {
                gallery.known++;
            }
        }
    }
    buf_fini(&text);
}
