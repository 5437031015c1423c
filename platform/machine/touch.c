/* SPDX-License-Identifier: Apache-2.0 */
/* Turns finger contacts into press, move, release and pinch events. */
#include "platform/machine/touch.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Fraction of the longer side: a finger that moved farther is sliding; two fingers whose
 * distance changed by more are pinching. */
static const float slide_part = 1.0f / 50;

static float longer(int w, int h)
{
    return (float)(w > h ? w : h);
}

static size_t find(const struct touch *t, const struct touch_contact *c)
{
    size_t i = 0;
    while (i < t->count &&
           (t->fingers[i].device != c->device || t->fingers[i].finger != c->finger)) {
        i++;
    }
    return i;
}

static size_t add_event(struct window_event events[TOUCH_EVENTS], size_t count,
                        enum window_event_kind kind, const struct touch_finger *f)
{
    assert(count < TOUCH_EVENTS);
    events[count] =
        (struct window_event){.kind = kind, .x = (int)lroundf(f->x), .y = (int)lroundf(f->y)};
    return count + 1;
}

/* Cancel the press of the first finger. */
static size_t give_up(struct touch *t, struct window_event events[TOUCH_EVENTS], size_t count)
{
    if (!t->acts) {
        return count;
    }
    t->acts = false;
    return add_event(events, count, WINDOW_CANCEL, &t->fingers[0]);
}

static float distance(const struct touch *t)
{
    return hypotf(t->fingers[0].x - t->fingers[1].x, t->fingers[0].y - t->fingers[1].y);
}

static size_t drop_stale(struct touch *t, int64_t now_ms, struct window_event *events)
{
    size_t count = 0, kept = 0;
    if (t->count && now_ms - t->fingers[0].seen_ms > TOUCH_STALE_MS) {
        count = give_up(t, events, 0);
    }
    for (size_t i = 0; i < t->count; i++) {
        if (now_ms - t->fingers[i].seen_ms <= TOUCH_STALE_MS) {
            t->fingers[kept++] = t->fingers[i];
        }
    }
    t->count = kept;
    return count;
}

static size_t add_finger(struct touch *t, const struct touch_contact *c,
                         const struct touch_finger *finger, struct window_event *events)
{
    if (t->count == TOUCH_FINGERS) {
        return 0; /* too many fingers: nothing has acted since the third anyway */
    }
    t->fingers[t->count++] = *finger;
    if (t->count == 1) {
        t->acts = true;
        t->pinches = false;
        t->down_x = finger->x;
        t->down_y = finger->y;
        t->down_from_ms = c->from_ms;
        return add_event(events, 0, WINDOW_DOWN, finger);
    }
    if (t->count == 2) {
        t->spread = distance(t);
        return c->to_ms - t->down_from_ms < TOUCH_PALM_MS ? give_up(t, events, 0) : 0;
    }
    return give_up(t, events, 0);
}

static size_t on_down(struct touch *t, const struct touch_contact *c,
                      const struct touch_finger *finger, struct window_event *events)
{
    size_t count = drop_stale(t, c->from_ms, events);
    return count + add_finger(t, c, finger, events + count);
}

static size_t on_move(struct touch *t, size_t at, int w, int h, struct window_event *events)
{
    size_t count = 0;
    if (t->count == 2) {
        float by = distance(t) - t->spread;
        if (!t->pinches && fabsf(by) > longer(w, h) * slide_part) {
            t->pinches = true;
            count = give_up(t, events, count);
        }
        if (t->pinches) {
            t->spread += by;
            events[count++] = (struct window_event){
                .kind = WINDOW_PINCH, .x = (int)lroundf(by / longer(w, h) * WINDOW_PINCH_WHOLE)};
            return count;
        }
    }
    return t->acts && at == 0 ? add_event(events, count, WINDOW_MOVE, &t->fingers[0]) : count;
}

static bool slid_over_edge(const struct touch *t, const struct touch_finger *f, int w, int h)
{
    bool at_edge = f->x <= 0 || f->y <= 0 || f->x >= (float)(w - 1) || f->y >= (float)(h - 1);
    return at_edge && hypotf(f->x - t->down_x, f->y - t->down_y) > longer(w, h) * slide_part;
}

static size_t on_up(struct touch *t, const struct touch_contact *c, size_t at, int w, int h,
                    struct window_event *events)
{
    struct touch_finger f = t->fingers[at];
    bool acted = t->acts && at == 0;
    memmove(t->fingers + at, t->fingers + at + 1, (--t->count - at) * sizeof *t->fingers);
    t->spread = t->count == 2 ? distance(t) : t->spread; /* now two other fingers */
    if (!acted) {
        return 0;
    }
    t->acts = false; /* a remaining finger does not take over */
    enum window_event_kind kind = c->phase == TOUCH_CANCEL                        ? WINDOW_CANCEL
                                  : c->to_ms - t->down_from_ms < TOUCH_TAP_MIN_MS ? WINDOW_CANCEL
                                  : slid_over_edge(t, &f, w, h)                   ? WINDOW_LEAVE
                                                                                  : WINDOW_UP;
    return add_event(events, 0, kind, &f);
}

static size_t cancel_all(struct touch *t, const struct touch_contact *c,
                         struct window_event *events)
{
    size_t count = 0, kept = 0;
    if (t->count && t->fingers[0].device == c->device) {
        count = give_up(t, events, 0);
    }
    for (size_t i = 0; i < t->count; i++) {
        if (t->fingers[i].device != c->device) {
            t->fingers[kept++] = t->fingers[i];
        }
    }
    t->count = kept;
    return count;
}

size_t touch_take(struct touch *t, const struct touch_contact *c, int w, int h,
                  struct window_event events[TOUCH_EVENTS])
{
    struct touch_finger finger = {c->device, c->finger, c->x * (float)w, c->y * (float)h, c->to_ms};
    size_t at = find(t, c), count = 0;
    if (c->phase == TOUCH_CANCEL && c->finger == TOUCH_ALL) {
        return cancel_all(t, c, events);
    }
    if (c->phase == TOUCH_DOWN) {
        if (at < t->count) { /* its lift event was lost: cancel the old press */
            struct touch_contact lost = *c;
            lost.phase = TOUCH_CANCEL;
            count = on_up(t, &lost, at, w, h, events);
        }
        return count + on_down(t, c, &finger, events + count);
    }
    if (at == t->count) {
        return 0; /* an unknown finger: there was no room for it */
    }
    if (c->phase == TOUCH_MOVE) {
        t->fingers[at] = finger;
        return on_move(t, at, w, h, events);
    }
    return on_up(t, c, at, w, h, events);
}
