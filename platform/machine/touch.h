/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TOUCH_H
#define PLATFORM_MACHINE_TOUCH_H
/*
 * touch: turns finger contacts into window events.  It needs no display and no clock.
 *
 *   first finger    WINDOW_DOWN, WINDOW_MOVE…, then one of
 *                   WINDOW_UP      lifted
 *                   WINDOW_LEAVE   slid over the edge of the screen
 *                   WINDOW_CANCEL  shorter than TOUCH_TAP_MIN_MS, a palm, a pinch, or taken
 *                                  over by the system
 *   second finger   WINDOW_PINCH once the distance changes; it never presses anything
 *
 * After a palm, a pinch or a third finger, touches are ignored until every finger is lifted.  A
 * finger that rests for TOUCH_STALE_MS is dropped: drivers lose lift events, and a hand may be
 * holding the edge.
 *
 * TOUCH_TAP_MIN_MS and TOUCH_PALM_MS suit this hardware: a panel scans 60 to 120 times a
 * second, so a contact under 30 ms is one or two scans of water, a sleeve or a glove's seam,
 * while the quickest tap of a typist takes 50 ms.  The two halves of a palm land within two
 * scans; two thumbs do not.
 */
#include "platform/machine/window.h"

enum {
    TOUCH_FINGERS = 10,
    TOUCH_EVENTS = 2,
    TOUCH_TAP_MIN_MS = 30,
    TOUCH_PALM_MS = 40,
    TOUCH_STALE_MS = 10000 /* a finger idle for this long is dropped; its lift event may be lost */
};

#define TOUCH_ALL INT64_MIN

enum touch_phase { TOUCH_DOWN, TOUCH_MOVE, TOUCH_UP, TOUCH_CANCEL };

struct touch_contact {
    enum touch_phase phase;
    int64_t device, finger; /* with TOUCH_CANCEL, finger TOUCH_ALL = all of the device */
    /* DOWN, MOVE: fraction of the window's width and height, 0..1; outside if over the edge. */
    float x, y;
    /* The contact happened between these two times, ms on any one clock.  A busy program reads
     * a touch late, so only contacts that were certainly too short are rejected and no tap is
     * lost while a slow page is painted. */
    int64_t from_ms, to_ms;
};

struct touch {
    struct touch_finger {
        int64_t device, finger;
        float x, y; /* px */
        int64_t seen_ms;
    } fingers[TOUCH_FINGERS];
    size_t count;
    bool acts;    /* the first finger is down and not yet cancelled */
    bool pinches; /* two fingers are pinching */
    float down_x, down_y, spread;
    int64_t down_from_ms;
};

/* Process one contact on a window of w × h px; writes at most TOUCH_EVENTS events and returns
 * their number. */
size_t touch_take(struct touch *touch, const struct touch_contact *contact, int w, int h,
                  struct window_event events[TOUCH_EVENTS]);

#endif
