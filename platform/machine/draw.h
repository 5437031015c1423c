/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_DRAW_H
#define PLATFORM_MACHINE_DRAW_H
/*
 * draw: a frame as a list of commands.  The kit writes it, the window paints it, tests read it.
 *
 * All measures are in px.  Texts and points are owned by the frame's arena.
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
    DRAW_BOX,     /* rounded rectangle, filled, border of `line` px in `edge` */
    DRAW_DASH,    /* rounded rectangle, dashed border only */
    DRAW_TEXT,    /* one line of text; rect.x, rect.y is its top left corner */
    DRAW_STROKE,  /* polyline of `line` px with round ends */
    DRAW_PICTURE, /* pixels stretched to the rect */
    DRAW_CLIP     /* later commands are clipped to the rect; an empty rect ends it */
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
    bool broken;           /* the last word continues on the next line */
    const int16_t *points; /* x, y pairs */
    size_t point_count;
    const uint8_t *rgb; /* rgb_w × rgb_h pixels, 3 bytes each; borrowed until shown */
    int rgb_w, rgb_h;   /* px of the source; painted stretched to the rect */
    uint64_t key;       /* identifies these pixels in the cache */
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
