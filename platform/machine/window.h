/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_WINDOW_H
#define PLATFORM_MACHINE_WINDOW_H
/*
 * window: one window, its events, and the painting of a draw list.  Home of SDL2.
 *
 * An idle window sleeps in window_wait: no timer, no polling.  Painting is software, with cached
 * pixels of texts and shapes; the cache is wiped when the screen is blanked.  Where the compositor
 * paces frames, window_show may put one off; window_wait tells WINDOW_EXPOSE when it is wanted.
 * Fingers are read as fingers (platform/machine/touch.h), a mouse as a mouse.
 */
#include "platform/machine/draw.h"

struct window;

enum window_event_kind {
    WINDOW_NONE, /* the timeout passed */
    WINDOW_QUIT,
    WINDOW_EXPOSE, /* paint again; the size may have changed */
    WINDOW_DOWN,
    WINDOW_MOVE, /* while down */
    WINDOW_UP,
    WINDOW_LEAVE,  /* the finger slid over the edge: nothing is pressed, what it carries is dropped
                    */
    WINDOW_CANCEL, /* it was no touch (a palm, a pinch, taken by the system): as if it never was */
    WINDOW_WHEEL,  /* y: notches, away from the user positive */
    WINDOW_PINCH,  /* x: how much farther apart two fingers are, in WINDOW_PINCH_WHOLE of the screen
                    */
    WINDOW_KEY,
    WINDOW_TEXT,
    WINDOW_HIDE,  /* covered or minimised */
    WINDOW_SLEEP, /* the machine is about to sleep: told by window_tell */
    WINDOW_AWAKE, /* it no longer is */
    WINDOW_SAVED, /* what the page waits for is on the medium */
    WINDOW_MEDIA  /* a stick or card came or went: told by window_tell */
};
enum window_key {
    KEY_NONE,
    KEY_TAB,
    KEY_BACKTAB,
    KEY_ENTER,
    KEY_LINE, /* Shift and Enter: a new line */
    KEY_ESCAPE,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_SPACE
};
enum { WINDOW_PINCH_WHOLE = 10000 };
struct window_event {
    enum window_event_kind kind;
    int x, y;
    enum window_key key;
    char text[32];
};

struct window_options {
    const char *title;
    int w, h;      /* asked for */
    bool windowed; /* never the full screen */
    float scale;   /* px per dp; 0 = from the display */
};
/* Tries Wayland, X11 and the console, or what SDL_VIDEODRIVER names.  Full screen on Wayland and
 * the console, and on X11 where the screen is no larger than the window asked for, either way up.
 */
MUST_CHECK bool window_open(struct window **window, const struct window_options *options,
                            struct err *err);
void window_close(struct window *window);

void window_size(const struct window *window, int *w, int *h);
float window_scale(const struct window *window);

/* Wait at most `timeout_ms` (-1 = for ever) for the next event; a copy that stays behind on the
 * stack would be a key of a passphrase: it goes straight to `event`. */
void window_wait(struct window *window, int timeout_ms, struct window_event *event);
/* From any thread: make window_wait return this. */
void window_tell(struct window *window, enum window_event_kind kind);

/* Paint and show. */
void window_show(struct window *window, const struct draw_list *list, colour paper);
/* Nothing of what was typed and taken stays in the queue's memory; what waits there stays. */
void window_forget_keys(struct window *window);
/* Paint over everything and forget all cached pixels of texts, and what was typed: before locking
 * or suspending. */
void window_blank(struct window *window, colour paper);
#ifdef SUHBAT_TEST
/* What was shown last, 3 bytes a pixel, rows from the top; the caller frees. */
uint8_t *window_pixels(struct window *window);
/* As when the user turns the device. */
void window_resize(struct window *window, int w, int h);
/* As on another screen. */
void window_rescale(struct window *window, float scale);
#endif
/* Percent of the battery, or -1. */
int window_battery(void);

#endif
