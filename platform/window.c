/* SPDX-License-Identifier: Apache-2.0 */
/* What does the user see and do? */
#include "platform/window.h"

#include <SDL2/SDL.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/font.h"
#include "platform/secret.h"
#include "platform/text.h"

enum { CACHE = 1024, KEY_BYTES = 28 };

/* Cached alpha pixels of one text or shape, as a texture. */
struct cached {
    uint64_t hash;
    SDL_Texture *texture;
    int w, h;
    unsigned used; /* frame it was last used in */
};

struct window {
    SDL_Window *sdl;
    SDL_Renderer *renderer;
    Uint32 told_event, blank_event; /* SDL_RegisterEvents */
    float scale;
    bool down;
    bool two; /* fingers are on it, or were until the last is lifted: they point at nothing */
    struct cached cache[CACHE];
    unsigned frame;
};

static bool fail(struct err *err, const char *doing)
{
    err_set(err, ERR_ENV, "cannot %s: %s", doing, SDL_GetError());
    return err_hint(err, "is there a screen?  SDL_VIDEODRIVER may name kmsdrm, wayland or x11");
}

bool window_open(struct window **out, const struct window_options *o, struct err *err)
{
    struct window *w = mem_zero(1, sizeof *w);
    *out = NULL;
    const char *driver = SDL_getenv("SDL_VIDEODRIVER");
    if (!driver || strcmp(driver, "kmsdrm") != 0) {
        /* else a "software" window loads all of Mesa: 95 MiB and 95 ms */
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    }
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        free(w);
        return fail(err, "open the screen");
    }
    w->sdl = SDL_CreateWindow(o->title, 0, 0, o->w, o->h, SDL_WINDOW_RESIZABLE | SDL_WINDOW_SHOWN);
    w->renderer = w->sdl ? SDL_CreateRenderer(w->sdl, -1, SDL_RENDERER_SOFTWARE) : NULL;
    if (!w->renderer) {
        fail(err, "open a window");
        window_close(w);
        return false;
    }
    /* what is filled is opaque: blending it would cost as much as all texts */
    SDL_SetRenderDrawBlendMode(w->renderer, SDL_BLENDMODE_NONE);
    w->told_event = SDL_RegisterEvents(2);
    w->blank_event = w->told_event + 1;
    w->scale = o->scale;
    SDL_StartTextInput();
    *out = w;
    return true;
}

static void forget(struct window *w)
{
    for (size_t i = 0; i < CACHE; i++) {
        if (w->cache[i].texture) {
            SDL_DestroyTexture(w->cache[i].texture);
        }
    }
    memset(w->cache, 0, sizeof w->cache);
    font_forget();
}

void window_close(struct window *w)
{
    if (w) {
        forget(w);
        if (w->renderer) {
            SDL_DestroyRenderer(w->renderer);
        }
        if (w->sdl) {
            SDL_DestroyWindow(w->sdl);
        }
        SDL_Quit();
        free(w);
    }
}

void window_size(const struct window *w, int *width, int *height)
{
    SDL_GetRendererOutputSize(w->renderer, width, height);
}

/* 1 dp = 1/160 inch.  A display that does not tell its size gets 360 dp on its shorter side. */
float window_scale(const struct window *w)
{
    int width, height;
    float dpi = 0;
    if (w->scale > 0) {
        return w->scale;
    }
    window_size(w, &width, &height);
    float by_size = (float)(width < height ? width : height) / 360.0f;
    if (SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(w->sdl), NULL, &dpi, NULL) == 0 && dpi >= 140) {
        float by_dpi = dpi / 160.0f;
        return by_dpi < by_size ? by_dpi : by_size;
    }
    return by_size < 1 ? 1 : by_size;
}

/* ---- events ---- */

static enum window_key key_of(const SDL_Keysym *k)
{
    switch (k->sym) {
    case SDLK_TAB:
        return k->mod & KMOD_SHIFT ? KEY_BACKTAB : KEY_TAB;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        return k->mod & KMOD_SHIFT ? KEY_LINE : KEY_ENTER;
    case SDLK_ESCAPE:
    case SDLK_AC_BACK:
        return KEY_ESCAPE;
    case SDLK_BACKSPACE:
        return KEY_BACKSPACE;
    case SDLK_DELETE:
        return KEY_DELETE;
    case SDLK_LEFT:
        return KEY_LEFT;
    case SDLK_RIGHT:
        return KEY_RIGHT;
    case SDLK_UP:
        return KEY_UP;
    case SDLK_DOWN:
        return KEY_DOWN;
    case SDLK_PAGEUP:
        return KEY_PAGE_UP;
    case SDLK_PAGEDOWN:
        return KEY_PAGE_DOWN;
    case SDLK_HOME:
        return KEY_HOME;
    case SDLK_END:
        return KEY_END;
    case SDLK_SPACE:
        return KEY_SPACE;
    default:
        return KEY_NONE;
    }
}

static bool translate(struct window *w, const SDL_Event *e, struct window_event *out)
{
    memset(out, 0, sizeof *out);
    if (e->type == w->told_event) {
        out->kind = (enum window_event_kind)e->user.code;
        return true;
    }
    switch (e->type) {
    case SDL_QUIT:
        out->kind = WINDOW_QUIT;
        return true;
    case SDL_WINDOWEVENT:
        if (e->window.event == SDL_WINDOWEVENT_EXPOSED ||
            e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
            out->kind = WINDOW_EXPOSE;
            return true;
        }
        if (e->window.event == SDL_WINDOWEVENT_HIDDEN ||
            e->window.event == SDL_WINDOWEVENT_MINIMIZED) {
            out->kind = WINDOW_HIDE;
            return true;
        }
        return false;
    case SDL_APP_WILLENTERBACKGROUND:
        out->kind = WINDOW_HIDE;
        return true;
    case SDL_FINGERUP:
        w->two = w->two && SDL_GetNumTouchFingers(e->tfinger.touchId) > 0;
        return false;
    case SDL_MULTIGESTURE: /* the first finger is a mouse, too: no longer */
        w->two = e->mgesture.numFingers == 2;
        w->down = false;
        out->kind = WINDOW_PINCH;
        out->x = (int)lroundf(e->mgesture.dDist * WINDOW_PINCH_WHOLE);
        return true;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (w->two || e->button.button != SDL_BUTTON_LEFT) {
            return false;
        }
        w->down = e->type == SDL_MOUSEBUTTONDOWN;
        out->kind = w->down ? WINDOW_DOWN : WINDOW_UP;
        out->x = e->button.x;
        out->y = e->button.y;
        return true;
    case SDL_MOUSEMOTION:
        out->kind = WINDOW_MOVE;
        out->x = e->motion.x;
        out->y = e->motion.y;
        return w->down && !w->two;
    case SDL_MOUSEWHEEL:
        out->kind = WINDOW_WHEEL;
        out->y = e->wheel.y;
        return true;
    case SDL_KEYDOWN:
        out->kind = WINDOW_KEY;
        out->key = key_of(&e->key.keysym);
        return out->key != KEY_NONE;
    case SDL_TEXTINPUT:
        out->kind = WINDOW_TEXT;
        snprintf(out->text, sizeof out->text, "%s", e->text.text);
        return strcmp(out->text, " ") != 0; /* comes as KEY_SPACE, too */
    default:
        return false;
    }
}

void window_wait(struct window *w, int timeout_ms, struct window_event *event)
{
    SDL_Event e;
    memset(event, 0, sizeof *event);
    Uint64 end = SDL_GetTicks64() + (Uint64)(timeout_ms < 0 ? 0 : timeout_ms);
    for (;;) {
        int left = -1;
        if (timeout_ms >= 0) {
            Uint64 now = SDL_GetTicks64();
            left = now >= end ? 0 : (int)(end - now);
        }
        if (!(left < 0 ? SDL_WaitEvent(&e) : SDL_WaitEventTimeout(&e, left))) {
            memset(event, 0, sizeof *event);
            return;
        }
        bool ours = translate(w, &e, event);
        secret_wipe(&e, sizeof e);
        if (ours) {
            return;
        }
    }
}

/* SDL keeps the places of events that were taken, and gives the last one away first: a queue as
 * long as one may have been fills them all. */
void window_forget_keys(struct window *w)
{
    enum { LONGEST_QUEUE = 512 };
    SDL_Event e;
    SDL_zero(e);
    e.type = w->blank_event;
    for (int i = 0; i < LONGEST_QUEUE && SDL_PushEvent(&e) == 1; i++) {
    }
    SDL_FlushEvent(w->blank_event);
}

void window_tell(struct window *w, enum window_event_kind kind)
{
    SDL_Event e = {.user = {.type = w->told_event, .code = (Sint32)kind}};
    SDL_PushEvent(&e);
}

int window_battery(void)
{
    int percent = -1;
    SDL_GetPowerInfo(NULL, &percent);
    return percent;
}

/* ---- painting ---- */

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
    if (d->kind == DRAW_STROKE) { /* relative to its first point: an icon is the same anywhere */
        for (size_t i = 0; i < d->point_count * 2; i++) {
            int16_t rel = (int16_t)(d->points[i] - d->points[i % 2]);
            hash = mix(hash, &rel, sizeof rel);
        }
    }
    return hash;
}

/* In its own colour: SDL tints while it copies, and takes five times as long for it. */
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

static uint8_t cover(float distance) /* signed distance to an edge → alpha */
{
    float a = 0.5f - distance;
    return (uint8_t)(a <= 0 ? 0 : a >= 1 ? 255 : a * 255);
}

/* A disc of the radius: its four quarters are the corners of boxes. */
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
    int most = (r.w < r.h ? r.w : r.h) / 2;
    radius = radius > most ? most : radius;
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

/* Dashes along the straight sides, dots along the arcs. */
static void paint_dash(struct window *w, const struct draw *d)
{
    struct rect r = d->rect;
    int radius = d->radius, t = d->line, dash = 3 * t, step = 5 * t;
    int most = (r.w < r.h ? r.w : r.h) / 2;
    radius = radius > most ? most : radius;
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
                if (t < 3) { /* a disc of this size is a square, and no larger than the line */
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

void window_show(struct window *w, const struct draw_list *list, colour paper)
{
    w->frame++;
    SDL_RenderSetClipRect(w->renderer, NULL);
    ink(w, paper);
    SDL_RenderClear(w->renderer);
    for (size_t i = 0; i < list->count; i++) {
        paint(w, &list->list[i]);
    }
    SDL_RenderSetClipRect(w->renderer, NULL);
    SDL_RenderPresent(w->renderer);
}

#ifdef SUHBAT_TEST
uint8_t *window_pixels(struct window *w)
{
    int width, height;
    window_size(w, &width, &height);
    uint8_t *out = mem_zero((size_t)width * (size_t)height, 3);
    SDL_RenderReadPixels(w->renderer, NULL, SDL_PIXELFORMAT_RGB24, out, width * 3);
    return out;
}

void window_rescale(struct window *w, float scale)
{
    w->scale = scale;
}

void window_resize(struct window *w, int width, int height)
{
    SDL_SetWindowSize(w->sdl, width, height);
    SDL_Event e;
    while (SDL_PollEvent(&e)) { /* its own news; the caller draws anew anyway */
    }
}
#endif

void window_blank(struct window *w, colour paper)
{
    SDL_RenderSetClipRect(w->renderer, NULL);
    ink(w, paper);
    SDL_RenderClear(w->renderer);
    SDL_RenderPresent(w->renderer);
    forget(w);
    window_forget_keys(w);
}
