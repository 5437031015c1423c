/* SPDX-License-Identifier: Apache-2.0 */
/*
 * icon: draws the program's icon, two speech balloons on a tile, from one table of shapes.
 *
 *   icon svg > suhbat.svg        icon png SIZE > suhbat.png
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/arena.h"
#include "platform/machine/picture.h"

enum { WHOLE = 128, SAMPLES = 4, TAIL_POINTS = 3 };

/* In units of 1/128 of the icon: a rounded rectangle, and a tail where `tail` is set. */
static const struct shape {
    float x, y, w, h, radius;
    unsigned colour; /* 0xRRGGBB */
    bool tail;
    float points[TAIL_POINTS][2];
} shapes[] = {
    {4, 4, 120, 120, 26, 0x00565b, false, {{0}}},
    {20, 24, 64, 44, 14, 0xffffff, true, {{32, 62}, {52, 62}, {30, 84}}},
    {46, 60, 62, 40, 14, 0x7fe0d8, true, {{78, 94}, {98, 94}, {100, 114}}},
    {34, 36, 36, 5, 2.5f, 0x00565b, false, {{0}}},
    {34, 48, 24, 5, 2.5f, 0x00565b, false, {{0}}},
    {60, 72, 34, 5, 2.5f, 0x00565b, false, {{0}}},
    {60, 84, 22, 5, 2.5f, 0x00565b, false, {{0}}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static bool in_box(const struct shape *s, float x, float y)
{
    float dx = fabsf(x - s->x - s->w / 2) - s->w / 2 + s->radius;
    float dy = fabsf(y - s->y - s->h / 2) - s->h / 2 + s->radius;
    float ox = dx > 0 ? dx : 0, oy = dy > 0 ? dy : 0;
    return dx <= s->radius && dy <= s->radius && ox * ox + oy * oy <= s->radius * s->radius;
}

static bool in_tail(const struct shape *s, float x, float y)
{
    int left = 0;
    for (int i = 0; s->tail && i < TAIL_POINTS; i++) {
        const float *a = s->points[i], *b = s->points[(i + 1) % TAIL_POINTS];
        left += (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > 0;
    }
    return s->tail && (left == 0 || left == TAIL_POINTS);
}

static int put_svg(void)
{
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">\n", WHOLE, WHOLE);
    for (int i = 0; i < SHAPES; i++) {
        const struct shape *s = &shapes[i];
        printf("  <rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\" fill=\"#%06x\"/>\n",
               s->x, s->y, s->w, s->h, s->radius, s->colour);
        if (s->tail) {
            printf("  <path d=\"M%g %gL%g %gL%g %gZ\" fill=\"#%06x\"/>\n", s->points[0][0],
                   s->points[0][1], s->points[1][0], s->points[1][1], s->points[2][0],
                   s->points[2][1], s->colour);
        }
    }
    puts("</svg>");
    return fflush(stdout) == 0 ? 0 : 3;
}

/* One dot of a size × size icon, averaged over SAMPLES² points; RGBA. */
static void put_dot(uint8_t dot[4], int size, int px, int py)
{
    unsigned sum[4] = {0};
    for (int k = 0; k < SAMPLES * SAMPLES; k++) {
        float x = ((float)px + ((float)(k % SAMPLES) + 0.5f) / SAMPLES) * WHOLE / (float)size;
        float y = ((float)py + ((float)(k / SAMPLES) + 0.5f) / SAMPLES) * WHOLE / (float)size;
        const struct shape *top = NULL;
        for (int i = 0; i < SHAPES; i++) {
            top = in_box(&shapes[i], x, y) || in_tail(&shapes[i], x, y) ? &shapes[i] : top;
        }
        if (top) {
            sum[0] += top->colour >> 16;
            sum[1] += top->colour >> 8 & 255;
            sum[2] += top->colour & 255;
            sum[3]++;
        }
    }
    for (int c = 0; c < 3; c++) {
        dot[c] = (uint8_t)(sum[3] ? sum[c] / sum[3] : 0);
    }
    dot[3] = (uint8_t)(sum[3] * 255 / (SAMPLES * SAMPLES));
}

static int put_png(int size)
{
    struct buf png = {0};
    struct err err = {0};
    uint8_t *dots = mem_alloc((size_t)size * (size_t)size * 4);
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            put_dot(dots + 4 * (y * size + x), size, x, y);
        }
    }
    bool ok = picture_png(&png, dots, 4, size, size, &err) &&
              fwrite(png.data, 1, png.len, stdout) == png.len && fflush(stdout) == 0;
    free(dots);
    buf_fini(&png);
    return ok ? 0 : 3;
}

int main(int argc, char **argv)
{
    int size = argc == 3 ? atoi(argv[2]) : 0;
    if (argc == 2 && strcmp(argv[1], "svg") == 0) {
        return put_svg();
    }
    if (argc == 3 && strcmp(argv[1], "png") == 0 && size >= 16 && size <= 1024) {
        return put_png(size);
    }
    fputs("usage: icon svg | icon png SIZE (16 to 1024)\n", stderr);
    return 2;
}
