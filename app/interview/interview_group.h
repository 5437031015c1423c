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
    const char *label;        /* "У3"; owned by the session */
    bool refused;             /* takes no part: an empty chair */
    bool fresh;               /* was asked nothing yet */
    bool late, left;          /* questions whose names end so say "yes" … */
    int64_t late_ms, left_ms; /* … since then by the clock; 0: unknown */
    bool sound, quotes;       /* agreed to be recorded, to be quoted */
};
/* Whether a repeat has the appearance. */
bool group_is(const struct control *repeat);
/* Whether it is the round, not a topic. */
bool group_is_round(const struct control *repeat);
/* The label of a participant's entry; "" if it is no entry of the round, or has none.  Owned by the
 * session. */
const char *group_label(const struct node *entry);
/* Those of the form's round, in its order.  In the arena.  0: the form has none. */
size_t group_people(struct interview *i, struct arena *arena, struct group_person **people);

/* What a person agrees to have told.  TOLD_ALL for TURN_… and for a label that no entry has. */
enum turns_told group_tells(struct interview *i, const char *who);
/* The question of an entry whose "no" says that the person takes no part; NULL: there is none. */
struct node *group_takes_part(struct node *entry);

enum { GROUP_CODES = 8 };
struct group_code {            /* a chip at a topic's table */
    const char *value, *label; /* in the arena */
    bool chosen;
    size_t said; /* how often it was named at this table */
};
/* The codes of the topic: the choices of its question for several, as a calculation whose name ends
 * in "_chips" names them, at most GROUP_CODES; without one the first choices.  0: the topic has no
 * such question, or does not ask it yet.  In the arena. */
size_t group_codes(struct interview *i, struct arena *arena, const struct node *topic,
                   struct group_code **codes);
/* Who speaks named a code: marked with the time, and chosen in the topic's question. */
enum answer_result group_names(struct interview *i, struct node *topic, const char *code,
                               struct err *err);
/* Marks a quote of this person in the turn that lasts, and fills in the form's entry for it: one of
 * the repeat in the topic whose question ends in "_who", without a person or words, or a new one.
 * Returns the question for its words; NULL: the topic has no such repeat, or takes no more. */
struct node *group_quotes(struct interview *i, struct node *topic, const char *who);

/* Takes note, and journals: who speaks from now on (a label or TURN_…); that the topic's table is
 * left; that the turn begun last was somebody else's. */
void group_speaks(struct interview *i, const struct node *topic, const char *who);
void group_ends(struct interview *i);
/* The marks of that turn follow it.  False, and nothing is done: it has a quote, and this person
 * does not agree to be quoted. */
MUST_CHECK bool group_puts_right(struct interview *i, const char *who);

#endif
