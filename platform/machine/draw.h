/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DRAW_H
#define PLATFORM_MACHINE_DRAW_H
/*
 * draw: a frame as a list of commands.  The kit writes it, the window paints it, tests read it.
 *
 * All measures in px.  Texts and points are kept in the frame's arena.
 */
#include <stdbool.h>
#include <stdint.h>

#include "platform/machine/arena.h"

struct rect {
    int x, y, w, h;
};
typedef uint32_t colour; /* 0xRRGGBB */

enum face { FACE_SANS, FACE_BOLD, FACE_ITALIC, FACE_SERIF, FACE_COUNT };

enum draw_kind {
    DRAW_FILL,    /* rectangle */
    DRAW_BOX,     /* rounded, filled, with a border of `line` px in `edge` */
    DRAW_DASH,    /* rounded, dashed border only */
    DRAW_TEXT,    /* one line; rect.x, rect.y is its top left */
    DRAW_STROKE,  /* polyline of `line` px with round ends */
    DRAW_PICTURE, /* pixels of their own size at rect.x, rect.y */
    DRAW_CLIP     /* what follows shows only inside; an empty rect ends it */
};

struct draw {
    enum draw_kind kind;
    struct rect rect;
    colour ink, edge;
    int radius, line;
    enum face face;
    int size_px;
    const char *text;
    size_t len;
    bool broken;           /* its last word goes on in the next line */
    const int16_t *points; /* x, y pairs */
    size_t point_count;
    const uint8_t *rgb; /* DRAW_PICTURE: rgb_w × rgb_h pixels, 3 bytes each; lent until shown */
    int rgb_w, rgb_h;   /* stretched to the rect */
    uint64_t key;       /* of these pixels */
};

struct draw_list {
    struct draw *list;
    size_t count, cap;
};

void draw_add(struct draw_list *list, const struct draw *draw);
void draw_clear(struct draw_list *list);
void draw_fini(struct draw_list *list);
bool rect_holds(struct rect r, int x, int y);

#endif
