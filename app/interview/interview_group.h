/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_GROUP_H
#define APP_INTERVIEW_INTERVIEW_GROUP_H
/*
 * interview_group: the round of a group and its topics: repeats with the appearance focus-group.
 *
 * The round is the one with a calculation whose name ends in "_lab": the label of a participant,
 * given once.  Others are topics, at whose table turns are taken.
 * Source: docs/XFORMS.md, "Focus groups".
 */
#include "app/interview/interview_turns.h"

struct group_person {
    struct node *entry;
    const char *label;  /* "У3"; owned by the session */
    bool refused;       /* takes no part: an empty chair */
    bool fresh;         /* was asked nothing yet */
    bool late, left;    /* questions whose names end so say "yes" */
    bool sound, quotes; /* agreed to be recorded, to be quoted */
};
/* Whether a repeat has the appearance. */
bool group_is(const struct control *repeat);
/* Whether it is the round, not a topic. */
bool group_is_round(const struct control *repeat);
/* Those of the form's round, in its order.  In the arena.  0: the form has none. */
size_t group_people(struct interview *i, struct arena *arena, struct group_person **people);

/* Takes note, and journals: who speaks from now on (a label or TURN_…); that the topic's table is
 * left; that the turn begun last was somebody else's. */
void group_speaks(struct interview *i, const struct node *topic, const char *who);
void group_ends(struct interview *i);
void group_quotes(struct interview *i, const char *who); /* in the turn that lasts */
void group_puts_right(struct interview *i, const char *who);

#endif
