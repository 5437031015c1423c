/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the list of drawing commands. */
#include "platform/machine/draw.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void draw_add(struct draw_list *list, const struct draw *draw)
{
    assert(draw->kind <= DRAW_CLIP);
    assert(list->count <= list->cap);
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 256;
        list->list = mem_grow(list->list, list->cap, sizeof *list->list);
    }
    list->list[list->count++] = *draw;
}

void draw_clear(struct draw_list *list)
{
    list->count = 0;
}

void draw_fini(struct draw_list *list)
{
    free(list->list);
    memset(list, 0, sizeof *list);
}

bool rect_holds(struct rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}
