/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_WINDOW_INTERNAL_H
#define PLATFORM_MACHINE_WINDOW_INTERNAL_H
/*
 * window_internal: shared by the files window*.c; nobody else includes it.
 *
 *   window.c          opens the window with one of SDL's video drivers, translates its events
 *   window_paint.c    draw list → pixels, with a software renderer
 *   window_wayland.c  shows the pixels on Wayland, paced by the compositor; reads its touches
 *   window_console.c  waits for input on the console without polling
 */
#include <SDL2/SDL.h>

#include "platform/machine/touch.h"
#include "platform/machine/window.h"

enum { CACHE = 1024 };

/* Cached pixels of one text, shape or picture, as a texture. */
struct cached {
    uint64_t hash;
    SDL_Texture *texture;
    int w, h;
    unsigned used; /* number of the frame that used it last */
};

struct wayland;
struct console;

struct window {
    SDL_Window *sdl;
    SDL_Renderer *renderer;
    SDL_Surface *surface;           /* render target on Wayland; else NULL */
    struct wayland *wayland;        /* NULL: SDL shows the pixels */
    struct console *console;        /* NULL: SDL waits */
    int wake;                       /* eventfd written by window_tell; -1 where SDL waits */
    Uint32 told_event, blank_event; /* event types from SDL_RegisterEvents */
    float scale;
    bool desktop;
    bool down;          /* the left mouse button is pressed */
    unsigned held_keys; /* keys held down; SDL repeats them only if polled often enough */
    struct touch touch;
    int64_t quiet_ms;         /* when the input was last empty, ms on SDL's clock */
    struct window_event next; /* second event of one contact, or WINDOW_NONE */
    struct cached cache[CACHE];
    unsigned frame;
};

/* ---- window_paint.c ---- */

/* Paint the list on a background of this colour with the window's renderer; does not show
 * it. */
void window_paint(struct window *window, const struct draw_list *list, colour paper);
/* Destroy the cached pixels of texts and shapes. */
void window_paint_forget(struct window *window);

/* ---- window_wayland.c ---- */

/* Attach to a window that is already mapped.  NULL and `err` if the compositor has no
 * wl_shm. */
struct wayland *wayland_open(SDL_Window *window, struct err *err);
void wayland_close(struct wayland *wayland); /* NULL allowed; call before closing the window */
/* Pixels of w × h (XRGB, w * 4 bytes a row) for the next frame.  NULL if the compositor has not
 * shown the last one yet; wayland_dispatch tells when it has. */
void *wayland_pixels(struct wayland *wayland, int w, int h);
/* Show the pixels painted since wayland_pixels. */
void wayland_show(struct wayland *wayland);
/* Fill every buffer with the colour, including those the compositor still reads, and show
 * it. */
void wayland_blank(struct wayland *wayland, colour paper);
/* Handle received events without waiting.  True if a frame that was refused can be painted
 * now. */
bool wayland_dispatch(struct wayland *wayland);
/* The next finger contact, with the compositor's time; false if there is none. */
bool wayland_contact(struct wayland *wayland, struct touch_contact *contact);
/* True if the compositor reports touches.  SDL's touch events are then ignored, because SDL
 * does not report cancelled touches. */
bool wayland_touches(const struct wayland *wayland);
int wayland_fd(const struct wayland *wayland);
/* Send pending requests; needed before poll() on the connection. */
void wayland_flush(struct wayland *wayland);

/* ---- window_console.c ---- */

struct console *console_open(void);
void console_close(struct console *console); /* NULL allowed */
/* Wait until an input device has data, `wake` is written to, or the time is over (-1: no
 * limit).  Returns the age in ms of the first event that was read; -1 if there was none. */
int64_t console_wait(struct console *console, int wake, int timeout_ms);

#endif
