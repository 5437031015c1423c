/* SPDX-License-Identifier: Apache-2.0 */
/* Paints a draw list with SDL's software renderer and caches textures. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/font.h"
#include "platform/machine/window_internal.h"

enum { KEY_BYTES = 28 };

void window_paint_forget(struct window *w)
{
    for (size_t i = 0; i < CACHE; i++) {
        if (w->cache[i].texture) {
            SDL_DestroyTexture(w->cache[i].texture);
        }
    }
    memset(w->cache, 0, sizeof w->cache);
    font_forget();
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ p[i]) * 1099511628211ull;
    }
    return hash;
}

static uint64_t key(const struct draw *d)
{
    int params[KEY_BYTES / 4] = {
        d->kind, d->face, d->size_px, d->radius, d->line, (int)d->point_count, (int)d->ink};
    uint64_t hash = mix(14695981039346656037ull, params, sizeof params);
    if (d->kind == DRAW_TEXT) {
        return mix(hash, d->text, d->len);
    }
    if (d->kind == DRAW_PICTURE) {
        return mix(hash, &d->key, sizeof d->key);
    }
    if (d->kind == DRAW_STROKE) { /* relative to the first point: the same key anywhere */
        for (size_t i = 0; i < d->point_count * 2; i++) {
            int16_t rel = (int16_t)(d->points[i] - d->points[i % 2]);
            hash = mix(hash, &rel, sizeof rel);
        }
    }
    return hash;
}

/* Make a texture in its final colour: tinting while copying would take SDL five times as
 * long. */
static SDL_Texture *make_texture(struct window *w, const uint8_t *alpha, int tw, int th, colour c)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, tw, th, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!s) {
        err_out_of_memory();
    }
    for (int y = 0; y < th; y++) {
        uint32_t *row = (uint32_t *)((char *)s->pixels + y * s->pitch);
        for (int x = 0; x < tw; x++) {
            row[x] = (uint32_t)alpha[y * tw + x] << 24 | (c & 0xFFFFFF);
        }
    }
    SDL_Texture *t = SDL_CreateTextureFromSurface(w->renderer, s);
    SDL_FreeSurface(s);
    if (!t) {
        err_out_of_memory();
    }
    SDL_SetTextureBlendMode(t, SDL_BLENDMODE_BLEND);
    return t;
}

static SDL_Texture *picture_texture(struct window *w, const struct draw *d)
{
    SDL_Surface *s =
        SDL_CreateRGBSurfaceWithFormat(0, d->rgb_w, d->rgb_h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!s) {
        err_out_of_memory();
    }
    const uint8_t *p = d->rgb;
    for (int y = 0; y < d->rgb_h; y++) {
        uint32_t *row = (uint32_t *)((char *)s->pixels + y * s->pitch);
        for (int x = 0; x < d->rgb_w; x++, p += 3) {
            row[x] = 0xFF000000u | (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        }
    }
    SDL_Texture *t = SDL_CreateTextureFromSurface(w->renderer, s);
    SDL_FreeSurface(s);
    if (!t) {
        err_out_of_memory();
    }
    SDL_SetTextureScaleMode(t, SDL_ScaleModeLinear);
    return t;
}

static uint8_t cover(float distance) /* signed distance in px to an edge → alpha */
{
    float a = 0.5f - distance;
    return (uint8_t)(a <= 0 ? 0 : a >= 1 ? 255 : a * 255);
}

/* Alpha pixels of a disc; its quarters are the corners of boxes. */
static uint8_t *disc_pixels(int radius, int *size)
{
    *size = 2 * radius;
    uint8_t *alpha = mem_alloc((size_t)(*size * *size) + 1);
    for (int y = 0; y < *size; y++) {
        for (int x = 0; x < *size; x++) {
            float dx = (float)x + 0.5f - (float)radius, dy = (float)y + 0.5f - (float)radius;
            alpha[y * *size + x] = cover(sqrtf(dx * dx + dy * dy) - (float)radius);
        }
    }
    return alpha;
}

static float to_segment(float px, float py, float ax, float ay, float bx, float by)
{
    float dx = bx - ax, dy = by - ay;
    float len = dx * dx + dy * dy;
    float t = len > 0 ? ((px - ax) * dx + (py - ay) * dy) / len : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    dx = px - (ax + t * dx);
    dy = py - (ay + t * dy);
    return sqrtf(dx * dx + dy * dy);
}

static void stroke_bounds(const struct draw *d, int *x0, int *y0, int *x1, int *y1)
{
    *x0 = *y0 = INT16_MAX;
    *x1 = *y1 = INT16_MIN;
    for (size_t i = 0; i < d->point_count; i++) {
        int x = d->points[2 * i], y = d->points[2 * i + 1];
        *x0 = x < *x0 ? x : *x0;
        *y0 = y < *y0 ? y : *y0;
        *x1 = x > *x1 ? x : *x1;
        *y1 = y > *y1 ? y : *y1;
    }
    *x0 -= d->line;
    *y0 -= d->line;
    *x1 += d->line + 1;
    *y1 += d->line + 1;
}

static uint8_t *stroke_pixels(const struct draw *d, int *tw, int *th)
{
    int x0, y0, x1, y1;
    stroke_bounds(d, &x0, &y0, &x1, &y1);
    *tw = x1 - x0;
    *th = y1 - y0;
    uint8_t *alpha = mem_alloc((size_t)(*tw * *th) + 1);
    for (int y = 0; y < *th; y++) {
        for (int x = 0; x < *tw; x++) {
            float px = (float)(x + x0) + 0.5f, py = (float)(y + y0) + 0.5f, best = 1e9f;
            for (size_t i = 0; i + 1 < d->point_count; i++) {
                float s = to_segment(px, py, d->points[2 * i], d->points[2 * i + 1],
                                     d->points[2 * i + 2], d->points[2 * i + 3]);
                best = s < best ? s : best;
            }
            alpha[y * *tw + x] = cover(best - (float)d->line / 2);
        }
    }
    return alpha;
}

static struct cached *look_up(struct window *w, const struct draw *d, uint64_t hash)
{
    enum { PROBES = 8 };
    struct cached *oldest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        struct cached *c = &w->cache[(hash + i) % CACHE];
        if (c->texture && c->hash == hash) {
            c->used = w->frame;
            return c;
        }
        if (!oldest || !c->texture || (oldest->texture && c->used < oldest->used)) {
            oldest = c;
        }
    }
    uint8_t *alpha = NULL;
    int tw = 0, th = 0;
    if (d->kind == DRAW_PICTURE) {
        if (oldest->texture) {
            SDL_DestroyTexture(oldest->texture);
        }
        *oldest = (struct cached){hash, picture_texture(w, d), d->rgb_w, d->rgb_h, w->frame};
        return oldest;
    }
    if (d->kind == DRAW_TEXT) {
        struct font_pixels pixels;
        if (!font_pixels(&pixels, d->face, d->size_px, d->text, d->len)) {
            return NULL;
        }
        alpha = pixels.alpha;
        tw = pixels.w;
        th = pixels.h;
    } else if (d->kind == DRAW_STROKE) {
        alpha = stroke_pixels(d, &tw, &th);
    } else {
        alpha = disc_pixels(d->radius, &tw);
        th = tw;
    }
    if (oldest->texture) {
        SDL_DestroyTexture(oldest->texture);
    }
    *oldest = (struct cached){hash, make_texture(w, alpha, tw, th, d->ink), tw, th, w->frame};
    explicit_bzero(alpha, (size_t)tw * (size_t)th);
    free(alpha);
    return oldest;
}

static void ink(struct window *w, colour c)
{
    SDL_SetRenderDrawColor(w->renderer, (Uint8)(c >> 16), (Uint8)(c >> 8), (Uint8)c, 255);
}

static void fill(struct window *w, int x, int y, int width, int height, colour c)
{
    SDL_Rect r = {x, y, width, height};
    ink(w, c);
    SDL_RenderFillRect(w->renderer, &r);
}

static void fill_round(struct window *w, struct rect r, int radius, colour c)
{
    int max = (r.w < r.h ? r.w : r.h) / 2;
    radius = radius > max ? max : radius;
    if (radius < 2) {
        fill(w, r.x, r.y, r.w, r.h, c);
        return;
    }
    struct draw d = {.kind = DRAW_BOX, .radius = radius, .ink = c};
    struct cached *disc = look_up(w, &d, key(&d));
    for (int i = 0; i < 4; i++) {
        int right = i & 1, low = i >> 1;
        SDL_Rect from = {right * radius, low * radius, radius, radius};
        SDL_Rect to = {right ? r.x + r.w - radius : r.x, low ? r.y + r.h - radius : r.y, radius,
                       radius};
        SDL_RenderCopy(w->renderer, disc->texture, &from, &to);
    }
    fill(w, r.x + radius, r.y, r.w - 2 * radius, radius, c);
    fill(w, r.x, r.y + radius, r.w, r.h - 2 * radius, c);
    fill(w, r.x + radius, r.y + r.h - radius, r.w - 2 * radius, radius, c);
}

static void paint_box(struct window *w, const struct draw *d)
{
    if (d->line > 0) {
        struct rect in = {d->rect.x + d->line, d->rect.y + d->line, d->rect.w - 2 * d->line,
                          d->rect.h - 2 * d->line};
        fill_round(w, d->rect, d->radius, d->edge);
        fill_round(w, in, d->radius > d->line ? d->radius - d->line : 0, d->ink);
    } else {
        fill_round(w, d->rect, d->radius, d->ink);
    }
}

/* Paint dashes along the straight sides, dots along the arcs. */
static void paint_dash(struct window *w, const struct draw *d)
{
    struct rect r = d->rect;
    int radius = d->radius, t = d->line, dash = 3 * t, step = 5 * t;
    int max = (r.w < r.h ? r.w : r.h) / 2;
    radius = radius > max ? max : radius;
    for (int x = r.x + radius; x < r.x + r.w - radius; x += step) {
        int len = dash < r.x + r.w - radius - x ? dash : r.x + r.w - radius - x;
        fill(w, x, r.y, len, t, d->edge);
        fill(w, x, r.y + r.h - t, len, t, d->edge);
    }
    for (int y = r.y + radius; y < r.y + r.h - radius; y += step) {
        int len = dash < r.y + r.h - radius - y ? dash : r.y + r.h - radius - y;
        fill(w, r.x, y, t, len, d->edge);
        fill(w, r.x + r.w - t, y, t, len, d->edge);
    }
    float middle = (float)radius - (float)t / 2;
    int dots = (int)(middle * 1.5708f / (float)step + 0.5f);
    struct draw dot = {.kind = DRAW_BOX, .radius = (t + 1) / 2 < 2 ? 2 : (t + 1) / 2};
    for (int corner = 0; corner < 4 && radius > t; corner++) {
        float cx = (float)(corner & 1 ? r.x + r.w - radius : r.x + radius);
        float cy = (float)(corner >> 1 ? r.y + r.h - radius : r.y + radius);
        for (int i = 0; i < dots; i++) {
            for (int k = -2; k <= 2; k++) {
                float a = ((float)i + 0.5f) * 1.5708f / (float)dots +
                          (float)k * (float)dash / 5.0f / middle;
                float x = cx + (corner & 1 ? 1.0f : -1.0f) * middle * cosf(a);
                float y = cy + (corner >> 1 ? 1.0f : -1.0f) * middle * sinf(a);
                struct rect at = {(int)lroundf(x) - dot.radius, (int)lroundf(y) - dot.radius,
                                  2 * dot.radius, 2 * dot.radius};
                if (t < 3) { /* so small a disc is a square the size of the line */
                    fill(w, (int)lroundf(x - (float)t / 2), (int)lroundf(y - (float)t / 2), t, t,
                         d->edge);
                } else {
                    fill_round(w, at, dot.radius, d->edge);
                }
            }
        }
    }
}

static void paint(struct window *w, const struct draw *d)
{
    struct cached *c;
    SDL_Rect to;
    int x0, y0, x1, y1;
    switch (d->kind) {
    case DRAW_FILL:
        fill(w, d->rect.x, d->rect.y, d->rect.w, d->rect.h, d->ink);
        break;
    case DRAW_BOX:
        paint_box(w, d);
        break;
    case DRAW_DASH:
        paint_dash(w, d);
        break;
    case DRAW_TEXT:
        c = look_up(w, d, key(d));
        if (c) {
            to = (SDL_Rect){d->rect.x, d->rect.y, c->w, c->h};
            SDL_RenderCopy(w->renderer, c->texture, NULL, &to);
        }
        break;
    case DRAW_STROKE:
        c = look_up(w, d, key(d));
        stroke_bounds(d, &x0, &y0, &x1, &y1);
        to = (SDL_Rect){x0, y0, c->w, c->h};
        SDL_RenderCopy(w->renderer, c->texture, NULL, &to);
        break;
    case DRAW_PICTURE:
        c = look_up(w, d, key(d));
        to = (SDL_Rect){d->rect.x, d->rect.y, d->rect.w, d->rect.h};
        SDL_RenderCopy(w->renderer, c->texture, NULL, &to);
        break;
    case DRAW_CLIP:
        to = (SDL_Rect){d->rect.x, d->rect.y, d->rect.w, d->rect.h};
        SDL_RenderSetClipRect(w->renderer, d->rect.w > 0 ? &to : NULL);
        break;
    }
}

void window_paint(struct window *w, const struct draw_list *list, colour paper)
{
    assert(list->list || !list->count);
    w->frame++;
    SDL_RenderSetClipRect(w->renderer, NULL);
    ink(w, paper);
    SDL_RenderClear(w->renderer);
    for (size_t i = 0; i < list->count; i++) {
        paint(w, &list->list[i]);
    }
    SDL_RenderSetClipRect(w->renderer, NULL);
}
