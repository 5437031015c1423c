/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the calendar, read from the session's questions and written into them. */
#include "app/interview/interview_events.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the form says ---- */

struct lane {
    const char *name;
    const struct item *repeat;             /* the nearest around its questions, or NULL */
    const struct item *items[EVENT_PARTS]; /* or NULL */
};

/* The lane of this name, added if it is new. */
static struct lane *lane_named(struct lane *lanes, size_t *count, const char *name, size_t len)
{
    for (size_t l = 0; l < *count; l++) {
        if (strlen(lanes[l].name) == len && memcmp(lanes[l].name, name, len) == 0) {
            return &lanes[l];
        }
    }
    return &lanes[(*count)++];
}

static size_t read_lanes(const struct form *form, struct arena *arena, struct lane **out)
{
    size_t count = 0, most = 0;
    for (size_t i = 0; i < form->item_count; i++) {
        most += form->items[i]->event != NULL;
    }
    struct lane *lanes = arena_alloc(arena, (most + 1) * sizeof *lanes);
    memset(lanes, 0, (most + 1) * sizeof *lanes);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        size_t len;
        enum event_part part = form_event_part(item, &len);
        if (part == EVENT_PARTS) {
            continue;
        }
        struct lane *lane = lane_named(lanes, &count, item->event, len);
        if (!lane->name) {
            lane->name = arena_printf(arena, "%.*s", (int)len, item->event);
            lane->repeat = form_repeat_around(item);
        }
        if (lane->repeat == form_repeat_around(item)) {
            lane->items[part] = item;
        }
    }
    *out = lanes;
    return count;
}

/* ---- what the answers say ---- */

static int months_of_date(const char *value)
{
    int year, month;
    return sscanf(value, "%d-%d-", &year, &month) == 2 && month >= 1 && month <= 12
               ? year * 12 + month - 1
               : EVENT_UNKNOWN;
}

/* A year and a month of their own: either may be "don't know", or a negative code. */
static void read_day(struct event_day *d)
{
    enum { JUNE = 5 };
    d->months = EVENT_UNKNOWN;
    if (!d->year || !d->year->active) {
        return;
    }
    if (d->year->item->type == TYPE_DATE) {
        d->months = months_of_date(tree_value(d->year));
        return;
    }
    int year = atoi(tree_value(d->year));
    int month = d->month && d->month->active ? atoi(tree_value(d->month)) : 0;
    if (year > 0) {
        d->vague = month < 1 || month > 12;
        d->months = year * 12 + (d->vague ? JUNE : month - 1);
    }
}

/* The questions' nodes, in document order, as their entries are. */
struct cursors {
    struct node *at[EVENT_PARTS];
};

static struct cursors cursors_of(const struct session *s, const struct lane *lane)
{
    struct cursors c;
    for (int p = 0; p < EVENT_PARTS; p++) {
        c.at[p] = lane->items[p] ? session_first(s, lane->items[p]) : NULL;
    }
    return c;
}

/* The next node, if it belongs to this entry. */
static struct node *take(struct cursors *c, int part, const struct node *entry)
{
    struct node *n = c->at[part];
    if (!n || session_entry_of(n) != entry) {
        return NULL;
    }
    c->at[part] = n->same_next;
    return n;
}

static struct event read_event(struct cursors *c, const struct lane *lane, unsigned at,
                               struct node *entry)
{
    struct event e = {.lane = lane->name, .lane_at = at, .entry = entry};
    e.label = take(c, EVENT_LABEL, entry);
    e.lasts = take(c, EVENT_LASTS, entry);
    for (int d = 0; d < EVENT_EDGES; d++) {
        struct node *date = take(c, EVENT_DATES + d, entry);
        e.days[d].year = date ? date : take(c, EVENT_YEARS + d, entry);
        e.days[d].month = date ? NULL : take(c, EVENT_MONTHS + d, entry);
        read_day(&e.days[d]);
    }
    return e;
}

static bool is_asked(const struct event *e)
{
    return event_can(e, EVENT_FROM) || event_can(e, EVENT_TO) || event_can(e, EVENT_AT);
}

size_t events_read(struct interview *i, struct arena *arena, struct event **events)
{
    const struct form *form = session_form(i->session);
    struct lane *lanes;
    size_t lane_count = read_lanes(form, arena, &lanes), most = 0, count = 0;
    for (size_t l = 0; l < lane_count; l++) {
        struct node *n = lanes[l].repeat ? session_first(i->session, lanes[l].repeat) : NULL;
        most += !lanes[l].repeat;
        for (; n; n = n->same_next) {
            most++;
        }
    }
    *events = arena_alloc(arena, (most + 1) * sizeof **events);
    for (size_t l = 0; l < lane_count; l++) {
        const struct lane *lane = &lanes[l];
        struct node *entry = lane->repeat ? session_first(i->session, lane->repeat) : NULL;
        struct cursors cursors = cursors_of(i->session, lane);
        while (entry || !lane->repeat) {
            (*events)[count] = read_event(&cursors, lane, (unsigned)l, entry);
            count += is_asked(&(*events)[count]);
            if (!entry) {
                break;
            }
            entry = entry->same_next;
        }
    }
    return count;
}

bool event_can(const struct event *e, enum event_edge edge)
{
    const struct node *year = e->days[edge].year;
    bool ended =
        edge == EVENT_TO && e->lasts && e->lasts->active; /* it can be said to have ended */
    return year && !year->readonly && (year->active || ended);
}

bool event_lasts(const struct event *e)
{
    return e->lasts && e->lasts->active && strcmp(tree_value(e->lasts), "yes") == 0;
}

/* ---- writing ---- */

static enum answer_result put(struct interview *i, struct node *node, const char *value,
                              struct node **at, struct err *err)
{
    enum answer_result result =
        strcmp(tree_value(node), value) == 0 ? ANSWER_OK : interview_answer(i, node, value, err);
    if (result != ANSWER_OK && at) {
        *at = node;
    }
    return result;
}

/* A rule that one of the event's answers breaks now; the answer stays, as on the questions'
 * pages. */
static enum answer_result judge(struct interview *i, const struct event *e, struct node **at,
                                struct err *err)
{
    for (int d = 0; d < EVENT_EDGES; d++) {
        struct node *nodes[] = {e->days[d].year, e->days[d].month};
        for (size_t n = 0; n < sizeof nodes / sizeof *nodes; n++) {
            if (nodes[n] && nodes[n]->active && *tree_value(nodes[n]) &&
                interview_check(i, nodes[n], err) == ANSWER_CONSTRAINT) {
                if (at) {
                    *at = nodes[n];
                }
                return ANSWER_CONSTRAINT;
            }
        }
    }
    return ANSWER_OK;
}

enum answer_result event_set_lasts(struct interview *i, const struct event *e, bool lasts,
                                   struct node **at, struct err *err)
{
    assert(e->lasts);
    enum answer_result result = put(i, e->lasts, lasts ? "yes" : "no", at, err);
    return result == ANSWER_OK ? judge(i, e, at, err) : result;
}

enum answer_result event_set(struct interview *i, const struct event *e, enum event_edge edge,
                             int months, struct node **at, struct err *err)
{
    const struct event_day *d = &e->days[edge];
    char text[16];
    assert(event_can(e, edge) && months >= 0);
    enum answer_result result = ANSWER_OK;
    if (edge == EVENT_TO && event_lasts(e)) {
        result = put(i, e->lasts, "no", at, err);
    }
    if (result != ANSWER_OK || !d->year->active) {
        return result;
    }
    bool date = d->year->item->type == TYPE_DATE;
    snprintf(text, sizeof text, date ? "%04d-%02d-01" : "%d", months / 12, months % 12 + 1);
    result = put(i, d->year, text, at, err);
    if (result == ANSWER_OK && d->month && d->month->active) {
        snprintf(text, sizeof text, "%d", months % 12 + 1);
        result = put(i, d->month, text, at, err);
        if (result == ANSWER_CHOICE) { /* codes of two digits */
            snprintf(text, sizeof text, "%02d", months % 12 + 1);
            result = put(i, d->month, text, at, err);
        }
    }
    return result == ANSWER_OK ? judge(i, e, at, err) : result;
}
