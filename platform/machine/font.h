/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FONT_H
#define PLATFORM_MACHINE_FONT_H
/*
 * font: measures and renders text.  Home of SDL2_ttf.
 *
 * Faces come from one folder (build/share, /usr/share/suhbat, or Debian's fonts-paratype).
 * fontconfig is never asked: it may choose a face without ң ө ү ғ қ ҳ ҷ.
 */
#include "platform/machine/draw.h"

MUST_CHECK bool font_setup(const char *dir, struct err *err);
void font_finish(void);

/* Width in px of the first `len` bytes. */
int font_width(enum face face, int size_px, const char *text, size_t len);
/* Forget all measured widths; call before locking. */
void font_forget(void);
/* Line height in px: ascent plus descent, plus 10 % for the tails of ң қ ҳ ҷ and the macrons of
 * Ӣ Ӯ. */
int font_line(enum face face, int size_px);
/* True if the face has a glyph for this code point. */
bool font_has(enum face face, uint32_t codepoint);

struct font_pixels { /* alpha values, w × h bytes; the caller frees them */
    uint8_t *alpha;
    int w, h;
};
bool font_pixels(struct font_pixels *out, enum face face, int size_px, const char *text,
                 size_t len);

#endif
