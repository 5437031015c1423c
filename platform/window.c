/* SPDX-License-Identifier: Apache-2.0 */
/* What does the user do, and where does the picture go? */
#include "platform/window.h"

#include <SDL2/SDL.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "platform/secret.h"
#include "platform/text.h"
#include "platform/window_internal.h"

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

void window_close(struct window *w)
{
    if (w) {
        window_paint_forget(w);
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

void window_show(struct window *w, const struct draw_list *list, colour paper)
{
    window_paint(w, list, paper);
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
    window_paint(w, &(struct draw_list){0}, paper);
    SDL_RenderPresent(w->renderer);
    window_paint_forget(w);
    window_forget_keys(w);
}
