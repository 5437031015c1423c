/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_TAKES_H
#define APP_INTERVIEW_INTERVIEW_TAKES_H
/* interview_takes: what the journal says of an interview's recordings; recordings.csv. */
#include "app/interview/interview.h"
#include "app/interview/recorder.h"

enum { SOUND_NAME = 38 }; /* of a recording in an answer: "<32 hex>.opus", and its end */

struct sound_take { /* a recording */
    uint8_t id[16];
    char *path;   /* of its question when it began, with the numbers of entries */
    size_t first; /* index of the first recording of its question */
    int64_t begun_ms;
    int64_t ms;    /* heard until `since` */
    int64_t since; /* monotonic ms from when it is heard on; 0: it pauses, or has ended */
    bool runs;     /* begun, not ended */
    bool deleted;
    enum journal_why why; /* it ended */
};
struct sound_moment { /* something that happened while a recording ran */
    unsigned take;    /* index */
    int64_t ms;       /* of the recording */
    const char *event;
    char *path;
};
struct interview_sound {
    struct sound_take *takes;
    size_t take_count, take_cap;
    struct sound_moment *moments;
    size_t moment_count, moment_cap;
    struct recorder *recorder; /* of the last take; NULL: nothing is recorded */
    bool declined; /* the recording of the whole interview ended, and does not begin by itself */
    int64_t last_mono, last_wall; /* of the event seen last … */
    bool aside;                   /* … and whether it put the interview aside */
};

/* The interview's recordings; made when they are asked for first. */
struct interview_sound *takes_of(struct interview *i);
/* The last one, while it runs or pauses; else NULL. */
struct sound_take *takes_running(const struct interview *i);
void takes_name(char name[SOUND_NAME], const uint8_t id[16]);
/* Whether the recording is one of the question's: its answer names the first of them, whatever
 * entries come and go. */
bool takes_is_of(const struct interview_sound *sound, const struct sound_take *take,
                 const struct node *node);

/* Keeps what an event says of recordings, live or in a replay. */
MUST_CHECK bool takes_keep(struct interview *i, const struct journal_event *event, struct err *err);
/* Appends recordings.csv; nothing, if nothing was recorded. */
void takes_write(const struct interview *i, struct buf *out);
/* Ends what still runs: what it has is on the medium. */
void takes_free(struct interview *i);

#endif
