/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_WINDOW_INTERNAL_H
#define PLATFORM_MACHINE_WINDOW_INTERNAL_H
/*
 * window_internal: what the files window*.c share.  Nobody else includes it.
 *
 *   window.c          opens the window with one of SDL's video drivers, translates its events
 *   window_paint.c    draw list → pixels, by a software renderer
 *   window_wayland.c  shows the pixels on Wayland, paced by the compositor; takes its touches
 *   window_console.c  waits for input on the console without polling
 */
#include <SDL2/SDL.h>

#include "platform/machine/touch.h"
#include "platform/machine/window.h"

enum { CACHE = 1024 };

/* Cached alpha pixels of one text or shape, as a texture. */
struct cached {
    uint64_t hash;
    SDL_Texture *texture;
    int w, h;
    unsigned used; /* frame it was last used in */
};

struct wayland;
struct console;

struct window {
    SDL_Window *sdl;
    SDL_Renderer *renderer;
    SDL_Surface *surface;           /* what `renderer` paints on, on Wayland; else SDL's own */
    struct wayland *wayland;        /* NULL: SDL shows the pixels */
    struct console *console;        /* NULL: SDL waits */
    int wake;                       /* eventfd: window_tell was called; -1 where SDL waits */
    Uint32 told_event, blank_event; /* SDL_RegisterEvents */
    float scale;
    bool down;          /* the mouse's button */
    unsigned held_keys; /* SDL repeats them itself, when it is asked often enough */
    struct touch touch;
    int64_t quiet_ms;         /* nothing was to be read then, on SDL's clock */
    struct window_event next; /* the second of two events of one contact; or WINDOW_NONE */
    struct cached cache[CACHE];
    unsigned frame;
};

/* ---- window_paint.c ---- */

/* Paint the list on paper of this colour with the window's renderer; nothing is shown yet. */
void window_paint(struct window *window, const struct draw_list *list, colour paper);
/* Destroy the cached pixels of texts and shapes. */
void window_paint_forget(struct window *window);

/* ---- window_wayland.c ---- */

/* The window is mapped already.  NULL and `err`: the compositor lacks wl_shm. */
struct wayland *wayland_open(SDL_Window *window, struct err *err);
void wayland_close(struct wayland *wayland); /* NULL allowed; before the window */
/* Pixels of w × h (XRGB, w * 4 bytes a row) for the next frame; NULL: the compositor has not shown
 * the last one yet, and wayland_dispatch will tell when it has. */
void *wayland_pixels(struct wayland *wayland, int w, int h);
/* Show what was painted there. */
void wayland_show(struct wayland *wayland);
/* Fill every buffer with the colour, those that the compositor still holds too, and show it. */
void wayland_blank(struct wayland *wayland, colour paper);
/* Read what has come without waiting.  True: a frame that was refused can be painted now. */
bool wayland_dispatch(struct wayland *wayland);
/* The next contact of a finger, as the compositor timed it; false: none. */
bool wayland_contact(struct wayland *wayland, struct touch_contact *contact);
/* Does the compositor tell of touches?  SDL's own are left alone then: they know no cancelling. */
bool wayland_touches(const struct wayland *wayland);
int wayland_fd(const struct wayland *wayland);
/* Hand over what is to be sent; the connection may be read after poll() only then. */
void wayland_flush(struct wayland *wayland);

/* ---- window_console.c ---- */

struct console *console_open(void);
void console_close(struct console *console); /* NULL allowed */
/* Until an input device has something to say, `wake` is written to, or the time is over (-1:
 * never). */
/* How many ms ago the first of what the devices said happened; -1: they said nothing. */
int64_t console_wait(struct console *console, int wake, int timeout_ms);

#endif
