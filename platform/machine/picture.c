/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes PNG and JPEG, shrinks them, and writes PNG. */
#include "platform/machine/picture.h"

#include <assert.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

void picture_free(struct picture *p)
{
    if (p->rgb) {
        explicit_bzero(p->rgb, (size_t)p->w * (size_t)p->h * 3);
        free(p->rgb);
    }
    memset(p, 0, sizeof *p);
}

static bool fits(long w, long h, struct err *err)
{
    return (w > 0 && h > 0 && w <= PICTURE_SIDE_MAX && h <= PICTURE_SIDE_MAX &&
            w * h <= PICTURE_PIXELS_MAX) ||
           err_set(err, ERR_LIMIT, "the picture has %ld x %ld pixels", w, h);
}

static bool read_png(struct picture *out, const void *bytes, size_t len, struct err *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    png_color white = {255, 255, 255};
    if (!png_image_begin_read_from_memory(&image, bytes, len)) {
        return err_set(err, ERR_INPUT, "the PNG is damaged");
    }
    if (!fits((long)image.width, (long)image.height, err)) {
        png_image_free(&image);
        return false;
    }
    image.format = PNG_FORMAT_RGB; /* transparent parts are composed on white */
    out->w = (int)image.width;
    out->h = (int)image.height;
    out->rgb = mem_alloc(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, &white, out->rgb, 0, NULL)) {
        png_image_free(&image);
        picture_free(out);
        return err_set(err, ERR_INPUT, "the PNG is damaged");
    }
    return true;
}

/* Choose the smallest scaling not below the wanted size, so that the JPEG decoder does most of
 * the shrinking. */
static tjscalingfactor scale_for(int w, int h, int max_w, int max_h)
{
    int count;
    tjscalingfactor *all = tjGetScalingFactors(&count), best = {1, 1};
    for (int i = 0; i < count; i++) {
        bool enough = TJSCALED(w, all[i]) >= max_w || TJSCALED(h, all[i]) >= max_h;
        if (all[i].num <= all[i].denom && enough && TJSCALED(w, all[i]) < TJSCALED(w, best)) {
            best = all[i];
        }
    }
    return best;
}

static bool read_jpeg(struct picture *out, const uint8_t *bytes, size_t len, int max_w, int max_h,
                      struct err *err)
{
    int w, h, sub, space;
    tjhandle jpeg = tjInitDecompress();
    bool ok = jpeg && tjDecompressHeader3(jpeg, bytes, len, &w, &h, &sub, &space) == 0;
    if (!ok) {
        err_set(err, ERR_INPUT, "the JPEG is damaged");
    }
    ok = ok && fits(w, h, err);
    if (ok) {
        tjscalingfactor f = scale_for(w, h, max_w, max_h);
        out->w = TJSCALED(w, f);
        out->h = TJSCALED(h, f);
        out->rgb = mem_alloc((size_t)out->w * (size_t)out->h * 3);
        ok = tjDecompress2(jpeg, bytes, len, out->rgb, out->w, 0, out->h, TJPF_RGB, 0) == 0;
        if (!ok) {
            picture_free(out);
            err_set(err, ERR_INPUT, "the JPEG is damaged");
        }
    }
    if (jpeg) {
        tjDestroy(jpeg);
    }
    return ok;
}

/* Shrink to fit; each new pixel is the mean of the pixels it covers. */
static void shrink(struct picture *p, int max_w, int max_h)
{
    int w = p->w, h = p->h;
    if (w > max_w) {
        h = (int)((long)h * max_w / w);
        w = max_w;
    }
    if (h > max_h) {
        w = (int)((long)w * max_h / h);
        h = max_h;
    }
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    if (w == p->w && h == p->h) {
        return;
    }
    uint8_t *small = mem_alloc((size_t)w * (size_t)h * 3);
    for (int y = 0; y < h; y++) {
        int y0 = (int)((long)y * p->h / h), y1 = (int)((long)(y + 1) * p->h / h);
        for (int x = 0; x < w; x++) {
            int x0 = (int)((long)x * p->w / w), x1 = (int)((long)(x + 1) * p->w / w);
            unsigned long sum[3] = {0}, count = 0;
            for (int sy = y0; sy < (y1 > y0 ? y1 : y0 + 1); sy++) {
                for (int sx = x0; sx < (x1 > x0 ? x1 : x0 + 1); sx++, count++) {
                    const uint8_t *s = p->rgb + ((size_t)sy * (size_t)p->w + (size_t)sx) * 3;
                    for (int c = 0; c < 3; c++) {
                        sum[c] += s[c];
                    }
                }
            }
            for (int c = 0; c < 3; c++) {
                small[((size_t)y * (size_t)w + (size_t)x) * 3 + (size_t)c] =
                    (uint8_t)(sum[c] / count);
            }
        }
    }
    picture_free(p);
    *p = (struct picture){small, w, h};
}

bool picture_read(struct picture *out, const void *bytes, size_t len, int max_w, int max_h,
                  struct err *err)
{
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
    memset(out, 0, sizeof *out);
    bool ok = len > 8 && png_sig_cmp(bytes, 0, 8) == 0 ? read_png(out, bytes, len, err)
              : len > sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0
                  ? read_jpeg(out, bytes, len, max_w, max_h, err)
                  : err_set(err, ERR_INPUT, "the picture is neither PNG nor JPEG");
    if (ok) {
        shrink(out, max_w > 0 ? max_w : 1, max_h > 0 ? max_h : 1);
    }
    return ok;
}

bool picture_png(struct buf *out, const uint8_t *dots, int channels, int w, int h, struct err *err)
{
    assert(w > 0 && h > 0 && channels >= 1 && channels <= 4);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .format = channels == 4   ? PNG_FORMAT_RGBA
                                 : channels == 3 ? PNG_FORMAT_RGB
                                                 : PNG_FORMAT_GRAY};
    png_alloc_size_t len = 0;
    image.width = (png_uint_32)w;
    image.height = (png_uint_32)h;
    bool ok = png_image_write_to_memory(&image, NULL, &len, 0, dots, 0, NULL) != 0;
    if (ok) {
        size_t at = out->len;
        buf_reserve(out, at + len);
        ok = png_image_write_to_memory(&image, out->data + at, &len, 0, dots, 0, NULL) != 0;
        out->len += ok ? len : 0;
        out->data[out->len] = '\0';
    }
    return ok || err_set(err, ERR_ENV, "the drawing cannot be written");
}
