/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_TURNS_H
#define APP_INTERVIEW_INTERVIEW_TURNS_H
/*
 * interview_turns: who spoke when at the table of a group, as its journal tells; turns.csv.
 *
 * From the first turn of a topic to its end each moment belongs to one turn: of a participant, of
 * silence, of several at once, or of a pause.  A turn lasts until the next one begins.
 */
#include "app/interview/interview.h"

#define TURN_SILENCE "silence"
#define TURN_CROSSTALK "crosstalk"
#define TURN_PAUSE "pause"
#define TURN_REFUSED "refused" /* in turns.csv: somebody who takes no part any more */

struct turn {
    bool quote;        /* no turn: words of `who` worth quoting were said now … */
    char *entry;       /* … and this question of the form says whose they are; NULL: none does */
    char *code;        /* no turn: `who` ("": nobody) named this code now; NULL: not so */
    unsigned memo;     /* no turn: the memo of this number was begun while `who` spoke; 0: not so */
    char *topic, *who; /* path of the topic's entry; a participant's label, or one of the above */
    char *was;         /* the topic's entry was removed: its path; `topic` is "" then; or NULL */
    unsigned removal;  /* by the removal of this number */
    int64_t start, ms; /* within the topic; ms: 0 while it lasts */
    int64_t since;     /* monotonic ms; 0: it has ended */
    uint8_t recording[16];
    int64_t recorded_ms; /* where it begins in that recording; -1: nothing was recorded */
};
struct turn_stamp { /* a question whose "yes" says that somebody came late, or left */
    char *path;
    int64_t wall_ms;
    unsigned removal; /* its entry was removed by the removal of this number; 0: it is there */
};
struct interview_turns {
    struct turn *list;
    size_t count, cap;
    struct turn_stamp *stamps;
    size_t stamp_count;
    unsigned removals;            /* of entries, so far */
    int64_t last_mono, last_wall; /* of the event seen last … */
    bool aside;                   /* … and whether it put the interview aside */
};

/* Keeps what an event says, live or in a replay. */
MUST_CHECK bool turns_keep(struct interview *i, const struct journal_event *event, struct err *err);
/* The turn that lasts; NULL: none.  A mark, of a quote or a code, is none. */
const struct turn *turns_open(const struct interview *i);
/* The turn begun last, if it can still be put right: at most ten seconds ago. */
const struct turn *turns_right(const struct interview *i, int64_t mono_ms);
/* The first mark of the turn that lasts, and how many there are. */
const struct turn *turns_marks(const struct interview *i, size_t *count);
/* ms that `who` spoke in a topic (NULL: in all); NULL: all time of the topic.  `mono_ms`: now, for
 * the turn that lasts. */
int64_t turns_spoken(const struct interview *i, const char *topic, const char *who,
                     int64_t mono_ms);
/* The first question for several answers in a topic: its codes; NULL: none. */
struct node *turns_codes(struct node *topic);
/* When the question at this path, whose name ends in "_late" or "_left", was answered "yes"; 0: it
 * was not. */
int64_t turns_when(const struct interview *i, const char *path);
enum turns_told { TOLD_ALL, TOLD_NO_QUOTES, TOLD_NOTHING };
typedef enum turns_told turns_tell(struct interview *i, const char *who);
/* Appends turns.csv; nothing, if there are none.  `tell`: what each person agrees to; of who takes
 * no part any more the time alone is told, for TURN_REFUSED.  A code that is not chosen any more,
 * and a topic that was removed, have no rows. */
void turns_write(struct interview *i, turns_tell *tell, struct buf *out);
void turns_free(struct interview *i);

#endif
