/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_EVENTS_H
#define APP_INTERVIEW_INTERVIEW_EVENTS_H
/*
 * interview_events: the trips, bans and jobs of a form's event-history calendar.
 *
 * A question says what it is to an event in bind::suhbat:event: "LANE PART", as "trip from-year".
 * The questions of one lane make one event, or one in each entry of a repeat.
 * Source: docs/XFORMS.md, "Event-history calendar".
 */
#include "app/interview/interview.h"
#include "forms/engine/form_events.h"

enum { EVENT_UNKNOWN = -1 };

struct event_day {             /* one edge; its questions may be out of the form's reach now */
    struct node *year, *month; /* whole numbers; or `year` alone is a date.  NULL: there is none */
    int months;                /* years × 12 + month from 0; EVENT_UNKNOWN */
    bool vague;                /* the month is not known; `months` says June */
};
struct event {
    const char *lane;   /* name, as the form gives it */
    unsigned lane_at;   /* 0, 1, …: order of lanes in the form */
    struct node *entry; /* of the repeat; NULL: the lane is in none */
    struct node *label; /* question whose answer names the event, or NULL */
    struct node *lasts; /* question whose answer "yes" says that it has not ended, or NULL */
    struct event_day days[EVENT_EDGES];
};

/* All events that have a question to be asked now, by lane, then by entry.  In the arena. */
size_t events_read(struct interview *i, struct arena *arena, struct event **events);
/* Whether this edge can be answered now. */
bool event_can(const struct event *event, enum event_edge edge);
/* Whether it lasts until now, as its question says. */
bool event_lasts(const struct event *event);

/* Answers the edge's questions.  An event that lasts ends first.  *at (may be NULL): the question
 * that was refused, or that breaks a rule now: such an answer stays (ANSWER_CONSTRAINT). */
enum answer_result event_set(struct interview *i, const struct event *event, enum event_edge edge,
                             int months, struct node **at, struct err *err);
/* Says that it lasts, or takes that back. */
enum answer_result event_set_lasts(struct interview *i, const struct event *event, bool lasts,
                                   struct node **at, struct err *err);

#endif
