/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PICTURE_H
#define PLATFORM_MACHINE_PICTURE_H
/*
 * picture: a form's PNG or JPEG as pixels of the size it is shown in, and a drawing as PNG.  Home
 * of libpng and TurboJPEG: two small decoders instead of all that SDL2_image would bring.
 *
 * Only pictures of signed forms, and our own drawings, are decoded; a file from somebody's stick is
 * never decoded (photo only copies parts of it).
 */
#include "platform/machine/arena.h"

struct picture {
    uint8_t *rgb; /* 3 bytes a pixel, rows from the top; on white where it was transparent */
    int w, h;
};

enum { PICTURE_SIDE_MAX = 8192, PICTURE_PIXELS_MAX = 24 << 20 };

/* Made smaller until it fits, never larger.  ERR_INPUT when it is neither; ERR_LIMIT when too
 * large. */
MUST_CHECK bool picture_read(struct picture *out, const void *bytes, size_t len, int max_w,
                             int max_h, struct err *err);
void picture_free(struct picture *picture);
/* Appended to `out`.  `channels` 1: a byte a pixel, 0 black; 3: red, green, blue; 4: and
 * how opaque. */
MUST_CHECK bool picture_png(struct buf *out, const uint8_t *dots, int channels, int w, int h,
                            struct err *err);

#endif
