/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an event-history calendar. */
#include "forms/engine/form_events.h"

#include <assert.h>
#include <string.h>

static const char *const parts[] = {
    [EVENT_LABEL] = "label",
    [EVENT_LASTS] = "lasts",
    [EVENT_DATES + EVENT_FROM] = "from",
    [EVENT_DATES + EVENT_TO] = "to",
    [EVENT_DATES + EVENT_AT] = "at",
    [EVENT_YEARS + EVENT_FROM] = "from-year",
    [EVENT_YEARS + EVENT_TO] = "to-year",
    [EVENT_YEARS + EVENT_AT] = "at-year",
    [EVENT_MONTHS + EVENT_FROM] = "from-month",
    [EVENT_MONTHS + EVENT_TO] = "to-month",
    [EVENT_MONTHS + EVENT_AT] = "at-month",
};
static_assert(sizeof parts / sizeof *parts == EVENT_PARTS, "a word for each part");

enum event_part form_event_part(const struct item *item, size_t *len)
{
    const char *space = item->event ? strchr(item->event, ' ') : NULL;
    unsigned p = 0;
    if (!space || space == item->event) {
        return EVENT_PARTS;
    }
    *len = (size_t)(space - item->event);
    while (p < EVENT_PARTS && strcmp(parts[p], space + 1) != 0) {
        p++;
    }
    return (enum event_part)p;
}

const struct item *form_repeat_around(const struct item *item)
{
    for (item = item->shape.parent; item; item = item->shape.parent) {
        if (item->shape.is_repeat) {
            return item;
        }
    }
    return NULL;
}
