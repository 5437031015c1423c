/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TOUCH_H
#define PLATFORM_MACHINE_TOUCH_H
/*
 * touch: contacts of fingers become window events.  It needs no display and no clock.
 *
 *   first finger    WINDOW_DOWN, WINDOW_MOVE…, then one of
 *                   WINDOW_UP      lifted
 *                   WINDOW_LEAVE   slid over the edge of the screen
 *                   WINDOW_CANCEL  shorter than TOUCH_TAP_MIN_MS, a palm, a pinch, or taken away by
 *                                  the system
 *   second finger   WINDOW_PINCH once the distance changes; it never presses anything
 *
 * After a palm, a pinch or a third finger nothing acts until every finger is lifted.  A finger that
 * rests for TOUCH_STALE_MS counts no longer: drivers lose liftings, and a hand may hold the edge.
 *
 * The two times are those of this hardware: a panel scans 60 to 120 times a second, so a contact
 * under 30 ms is one or two scans of water, a sleeve or a glove's seam, while the quickest tap of
 * a typist takes 50 ms.  The two halves of a palm land within two scans, two thumbs do not.
 */
#include "platform/machine/window.h"

enum {
    TOUCH_FINGERS = 10,
    TOUCH_EVENTS = 2,
    TOUCH_TAP_MIN_MS = 30,
    TOUCH_PALM_MS = 40,
    TOUCH_STALE_MS =
        10000 /* a finger that did nothing for so long may be gone: its lifting was lost */
};

#define TOUCH_ALL INT64_MIN

enum touch_phase { TOUCH_DOWN, TOUCH_MOVE, TOUCH_UP, TOUCH_CANCEL };

struct touch_contact {
    enum touch_phase phase;
    int64_t device, finger; /* TOUCH_CANCEL of TOUCH_ALL: all fingers of the device */
    /* DOWN, MOVE: of the window's width and height, 0..1; a finger over the edge lies outside. */
    float x, y;
    /* It happened between these two, on any one clock.  A busy program learns of a touch late: only
     * what was certainly too short is refused, so no tap is lost while a slow page is drawn. */
    int64_t from_ms, to_ms;
};

struct touch {
    struct touch_finger {
        int64_t device, finger;
        float x, y; /* px */
        int64_t seen_ms;
    } fingers[TOUCH_FINGERS];
    size_t count;
    bool acts;    /* the first finger is down, and what it pressed may still be meant */
    bool pinches; /* two fingers are measured */
    float down_x, down_y, spread;
    int64_t down_from_ms;
};

/* Take one contact on a window of w × h px; writes at most TOUCH_EVENTS events, returns how many.
 */
size_t touch_take(struct touch *touch, const struct touch_contact *contact, int w, int h,
                  struct window_event events[TOUCH_EVENTS]);

#endif
