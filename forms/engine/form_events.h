/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_EVENTS_H
#define FORMS_ENGINE_FORM_EVENTS_H
/*
 * form_events: what a question is to an event-history calendar: suhbat:event="LANE PART".
 * Source: docs/XFORMS.md.
 */
#include "forms/engine/form.h"

enum event_edge { EVENT_FROM, EVENT_TO, EVENT_AT, EVENT_EDGES };

enum event_part {
    EVENT_LABEL,                              /* its answer names the event */
    EVENT_LASTS,                              /* "yes": it has not ended */
    EVENT_DATES,                              /* + edge: a date */
    EVENT_YEARS = EVENT_DATES + EVENT_EDGES,  /* + edge: a year … */
    EVENT_MONTHS = EVENT_YEARS + EVENT_EDGES, /* + edge: … and its month, 1 to 12 */
    EVENT_PARTS = EVENT_MONTHS + EVENT_EDGES
};
/* The item's part, and its lane: `len` bytes of item->event.  EVENT_PARTS: it is in no event, or
 * what stands there is no part. */
enum event_part form_event_part(const struct item *item, size_t *len);
/* The nearest repeat around an item, or NULL. */
const struct item *form_repeat_around(const struct item *item);

#endif
