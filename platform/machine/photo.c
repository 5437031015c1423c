/* SPDX-License-Identifier: Apache-2.0 */
/* Copies JPEG, PNG and WebP pictures without their metadata. */
#include "platform/machine/photo.h"

#include <assert.h>
#include <string.h>

/* ---- JPEG ---- */

enum { SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, APP0 = 0xE0, APP1 = 0xE1, APP2 = 0xE2, ADOBE = 0xEE };

static unsigned be16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static uint32_t any32(const uint8_t *p, bool little)
{
    return little ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]
                  : be32(p);
}

static unsigned any16(const uint8_t *p, bool little)
{
    return little ? (unsigned)p[1] << 8 | p[0] : be16(p);
}

/* Orientation 1..8 from the first directory of an Exif block; 1 (upright) if not given. */
static unsigned orientation_of(const uint8_t *exif, size_t len)
{
    enum { HEAD = 6, TIFF = 8, ENTRY = 12, TAG = 0x0112 };
    if (len < HEAD + TIFF + 2 || memcmp(exif, "Exif\0\0", HEAD) != 0) {
        return 1;
    }
    const uint8_t *tiff = exif + HEAD;
    size_t room = len - HEAD;
    bool little = memcmp(tiff, "II", 2) == 0;
    uint32_t at = any32(tiff + 4, little);
    if (at > room - 2) {
        return 1;
    }
    unsigned count = any16(tiff + at, little);
    for (unsigned i = 0; i < count && (size_t)at + 2 + (i + 1) * ENTRY <= room; i++) {
        const uint8_t *entry = tiff + at + 2 + i * ENTRY;
        if (any16(entry, little) == TAG) {
            unsigned value = any16(entry + 8, little);
            return value >= 1 && value <= 8 ? value : 1;
        }
    }
    return 1;
}

static void put_orientation(struct buf *out, unsigned value)
{
    const uint8_t block[] = {0xFF, APP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                             'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                             1,    0x12, 0, 3,  0,   0,   0,   1,   0, (uint8_t)value,
                             0,    0,    0, 0,  0,   0};
    buf_add(out, block, sizeof block);
}

/* True if the segment is part of the picture itself: no APPn except colour information, no
 * comments, nothing unknown. */
static bool is_picture(unsigned marker, const uint8_t *body, size_t len)
{
    static const char icc[] = "ICC_PROFILE";
    if (marker == APP2) {
        return len > sizeof icc && memcmp(body, icc, sizeof icc) == 0;
    }
    return marker == ADOBE || marker < APP0;
}

/* Append the JFIF block without its thumbnail. */
static void put_jfif(struct buf *out, const uint8_t *body, size_t len)
{
    enum { JFIF = 14, THUMBNAIL = 12 };
    if (len < JFIF || memcmp(body, "JFIF", 5) != 0) {
        return;
    }
    const uint8_t head[] = {0xFF, APP0, 0, JFIF + 2};
    static const uint8_t none[] = {0, 0};
    buf_add(out, head, sizeof head);
    buf_add(out, body, THUMBNAIL);
    buf_add(out, none, sizeof none);
}

/* Bytes of image data from `p` on, up to the next marker that is not part of it; `len` or more: it
 * does not end. */
static size_t scan_length(const uint8_t *p, size_t len)
{
    size_t at = 0;
    while (at + 1 < len && !(p[at] == 0xFF && p[at + 1] != 0 && p[at + 1] != 0xFF &&
                             !(p[at + 1] >= 0xD0 && p[at + 1] <= 0xD7))) {
        at++;
    }
    return at + 1 >= len ? len : at;
}

/* Length of the segment at `p`, without its marker; 0: it is damaged. */
static size_t segment_length(const uint8_t *p, size_t len)
{
    unsigned marker = p[1];
    size_t size = len >= 4 ? be16(p + 2) : 0;
    bool bare = marker < 0xC0 || (marker >= 0xD0 && marker <= SOI);
    return bare || size < 2 || size > len - 2 ? 0 : size;
}

struct jpeg {        /* what was seen of the picture so far */
    unsigned turned; /* EXIF orientation, 1: upright */
    bool told;       /* it was written into the copy */
    bool pixels;
};

/* Copies what is picture of a segment whose body is `body`. */
static void copy_segment(struct buf *out, struct jpeg *j, const uint8_t *segment, size_t size)
{
    unsigned marker = segment[1];
    const uint8_t *body = segment + 4;
    if (marker == APP1 && j->turned == 1) {
        j->turned = orientation_of(body, size - 2);
    }
    if (!j->told && j->turned > 1 && marker != APP0 && marker != APP1) {
        put_orientation(out, j->turned); /* after the JFIF block, which must be first */
        j->told = true;
    }
    if (marker == APP0) {
        put_jfif(out, body, size - 2);
    } else if (is_picture(marker, body, size - 2)) {
        buf_add(out, segment, size + 2);
    }
}

static bool clean_jpeg(struct buf *out, const uint8_t *p, size_t len)
{
    assert(len >= 2); /* it begins with a JPEG's magic bytes */
    static const uint8_t end[] = {0xFF, EOI};
    struct jpeg j = {.turned = 1};
    bool ended = false;
    buf_add(out, p, 2);
    for (size_t at = 2; at + 2 <= len && !ended;) {
        unsigned marker = p[at + 1];
        if (p[at] != 0xFF) {
            return false;
        }
        if (marker == 0xFF) { /* fill byte */
            at++;
            continue;
        }
        if (marker == EOI) {
            ended = true;
            continue;
        }
        size_t size = segment_length(p + at, len - at);
        if (!size) {
            return false;
        }
        copy_segment(out, &j, p + at, size);
        at += size + 2;
        if (marker == SOS) {
            size_t scan = scan_length(p + at, len - at);
            if (at + scan >= len) {
                return false;
            }
            buf_add(out, p + at, scan);
            at += scan;
            j.pixels = true;
        }
    }
    buf_add(out, end, sizeof end); /* an appended video or second picture is dropped */
    return j.pixels && ended;
}

/* ---- PNG ---- */

static bool clean_png(struct buf *out, const uint8_t *p, size_t len)
{
    static const char kept[] = "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs";
    enum { SIGNATURE = 8, AROUND = 12 };
    buf_add(out, p, SIGNATURE);
    for (size_t at = SIGNATURE; at + AROUND <= len;) {
        size_t size = be32(p + at);
        char name[5] = {0};
        memcpy(name, p + at + 4, 4);
        if (size > len - at - AROUND || strlen(name) != 4 || strchr(name, ' ')) {
            return false;
        }
        if (strstr(kept, name)) {
            buf_add(out, p + at, size + AROUND);
        }
        if (strcmp(name, "IEND") == 0) {
            return true;
        }
        at += size + AROUND;
    }
    return false;
}

/* ---- WebP ---- */

static bool clean_webp(struct buf *out, const uint8_t *p, size_t len)
{
    static const char parts[] = "VP8 |VP8L|VP8X|ALPH|ANIM|ANMF|ICCP";
    enum { HEAD = 12, FLAG_XMP = 4, FLAG_EXIF = 8 };
    size_t start = out->len;
    size_t end = 8 + (size_t)any32(p + 4, true);
    bool pixels = false;
    if (end > len) {
        return false;
    }
    buf_add(out, p, HEAD);
    for (size_t at = HEAD; at + 8 <= end;) {
        size_t size = any32(p + at + 4, true), padded = size + (size & 1);
        if (padded > end - at - 8) {
            return false;
        }
        size_t to = out->len;
        pixels = pixels ||
                 (size > 0 && (memcmp(p + at, "VP8 ", 4) == 0 || memcmp(p + at, "VP8L", 4) == 0 ||
                               memcmp(p + at, "ANMF", 4) == 0));
        char name[5] = {0};
        memcpy(name, p + at, 4);
        if (strlen(name) == 4 && !strchr(name, '|') && strstr(parts, name)) {
            buf_add(out, p + at, padded + 8);
            if (memcmp(p + at, "VP8X", 4) == 0 && size > 0) {
                out->data[to + 8] = (char)(out->data[to + 8] & ~(FLAG_XMP | FLAG_EXIF));
            }
        }
        at += padded + 8;
    }
    size_t body = out->len - start - 8;
    for (int i = 0; i < 4; i++) {
        out->data[start + 4 + (size_t)i] = (char)(body >> (8 * i) & 255);
    }
    return pixels;
}

enum photo_result photo_clean(struct buf *out, const void *bytes, size_t len)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    const uint8_t *p = bytes;
    size_t before = out->len;
    bool ok = false;
    if (len > 4 && p[0] == 0xFF && p[1] == SOI) {
        ok = clean_jpeg(out, p, len);
    } else if (len > sizeof png && memcmp(p, png, sizeof png) == 0) {
        ok = clean_png(out, p, len);
    } else if (len > 20 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0) {
        ok = clean_webp(out, p, len);
    }
    if (!ok) {
        buf_cut(out, before);
    }
    return ok ? PHOTO_CLEANED : PHOTO_UNKNOWN;
}
