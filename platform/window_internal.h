/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_WINDOW_INTERNAL_H
#define PLATFORM_WINDOW_INTERNAL_H
/* window_internal: what the files window*.c share.  Nobody else includes it. */
#include <SDL2/SDL.h>

#include "platform/window.h"

enum { CACHE = 1024 };

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

/* Paint the list on paper of this colour with the window's renderer; nothing is shown yet. */
void window_paint(struct window *window, const struct draw_list *list, colour paper);
/* Destroy the cached pixels of texts and shapes. */
void window_paint_forget(struct window *window);

#endif
