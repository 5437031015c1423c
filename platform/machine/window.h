/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_WINDOW_H
#define PLATFORM_MACHINE_WINDOW_H
/*
 * window: one window, its events, and the painting of a draw list.  Home of SDL2.
 *
 * An idle window sleeps in window_wait, without timer or polling.  Painting is done in
 * software, with cached pixels of texts and shapes; the cache is destroyed when the window is
 * blanked.  Where the compositor paces frames, window_show may skip one; window_wait returns
 * WINDOW_EXPOSE when it can be painted.  Fingers are handled as touches (platform/machine/touch.h),
 * a mouse as a mouse.
 */
#include "platform/machine/draw.h"

struct window;

enum window_event_kind {
    WINDOW_NONE, /* timeout */
    WINDOW_QUIT,
    WINDOW_EXPOSE, /* repaint needed; the size may have changed */
    WINDOW_DOWN,
    WINDOW_MOVE, /* while pressed */
    WINDOW_UP,
    WINDOW_LEAVE,  /* the finger slid over the edge: press nothing, drop what is dragged */
    WINDOW_CANCEL, /* not a touch (palm, pinch, taken by the system): undo the press */
    WINDOW_WHEEL,  /* y: notches; positive = away from the user */
    WINDOW_PINCH,  /* x: change of distance, in 1/WINDOW_PINCH_WHOLE of the longer side */
    WINDOW_KEY,
    WINDOW_TEXT,
    WINDOW_HIDE,  /* hidden or minimised */
    WINDOW_SLEEP, /* the machine is about to sleep; sent by window_tell */
    WINDOW_AWAKE, /* sleep is over or was cancelled; sent by window_tell */
    WINDOW_SAVED, /* a save that the page waits for is done; sent by window_tell */
    WINDOW_MEDIA  /* a stick or card came or went; sent by window_tell */
};
enum window_key {
    KEY_NONE,
    KEY_TAB,
    KEY_BACKTAB,
    KEY_ENTER,
    KEY_LINE, /* Shift+Enter: a new line */
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
    KEY_SPACE,
    KEY_F1, /* to KEY_F1 + WINDOW_F_KEYS - 1 */
    KEY_F12 = KEY_F1 + 11
};
enum { WINDOW_F_KEYS = 12 };
enum { WINDOW_PINCH_WHOLE = 10000 };
struct window_event {
    enum window_event_kind kind;
    int x, y;
    enum window_key key;
    char text[32];
};

struct window_options {
    const char *title;
    int w, h;      /* requested size */
    bool windowed; /* never full screen */
    float scale;   /* px per dp; 0 = derived from the display */
    bool desktop;  /* looked at from further away than a handheld, and pages are wide */
};
/* Open the window with Wayland, X11 or the console, whichever works first, or with what
 * SDL_VIDEODRIVER names.  Full screen on Wayland and the console, and on X11 if the screen is
 * no larger than the requested window in either orientation. */
MUST_CHECK bool window_open(struct window **window, const struct window_options *options,
                            struct err *err);
void window_close(struct window *window);

void window_size(const struct window *window, int *w, int *h);
float window_scale(const struct window *window);

/* Wait up to `timeout_ms` (-1 = no limit) for the next event.  It is written straight to
 * `event`: a copy left on the stack could be a key of a passphrase. */
void window_wait(struct window *window, int timeout_ms, struct window_event *event);
/* Make window_wait return an event of this kind.  Callable from any thread. */
void window_tell(struct window *window, enum window_event_kind kind);

/* Paint the list on a background of colour `paper` and show it. */
void window_show(struct window *window, const struct draw_list *list, colour paper);
/* Wipe keys that were typed and already read from the queue's memory; pending events stay. */
void window_forget_keys(struct window *window);
/* Fill the window with `paper`, destroy all cached pixels of texts, and forget typed keys.
 * Call before locking or suspending. */
void window_blank(struct window *window, colour paper);
#ifdef SUHBAT_TEST
/* The pixels shown last, 3 bytes a pixel, top row first; the caller frees them. */
uint8_t *window_pixels(struct window *window);
/* Resize as if the user turned the device. */
void window_resize(struct window *window, int w, int h);
/* Change the scale as if on another screen. */
void window_rescale(struct window *window, float scale);
#endif
/* Battery charge in percent; -1 if unknown. */
int window_battery(void);

#endif
