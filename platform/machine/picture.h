/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PICTURE_H
#define PLATFORM_MACHINE_PICTURE_H
/*
 * picture: decodes a form's PNG or JPEG at the size it is shown in, and writes drawings as PNG.
 * Home of libpng and TurboJPEG: two small decoders instead of all that SDL2_image depends on.
 *
 * Only pictures of signed forms and our own drawings are decoded.  A picture from a stick is
 * never decoded; photo copies parts of it.
 */
#include "platform/machine/arena.h"

struct picture {
    uint8_t *rgb; /* 3 bytes a pixel, top row first; transparent parts on white */
    int w, h;
};

enum { PICTURE_SIDE_MAX = 8192, PICTURE_PIXELS_MAX = 24 << 20 };

/* Decode a picture and shrink it to fit; it is never enlarged.  ERR_INPUT: damaged, or neither
 * PNG nor JPEG; ERR_LIMIT: too large. */
MUST_CHECK bool picture_read(struct picture *out, const void *bytes, size_t len, int max_w,
                             int max_h, struct err *err);
void picture_free(struct picture *picture);
/* Append a PNG to `out`.  `channels`: 1 = grey, 0 is black; 3 = red, green, blue; 4 = the same
 * and alpha. */
MUST_CHECK bool picture_png(struct buf *out, const uint8_t *dots, int channels, int w, int h,
                            struct err *err);

#endif
