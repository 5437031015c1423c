/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_JOURNAL_H
#define FORMS_ENGINE_JOURNAL_H
/*
 * journal: writes the events of an interview as bytes, and replays them into a session.
 *
 * Crash recovery, undo and ODK's audit.csv all read the same events.
 * Source: docs/RECORD.md section 3 (byte layout of an event).
 */
#include "forms/engine/session.h"

enum journal_kind {
    JOURNAL_BEGIN = 1, /* value: 32 bytes, seed of this interview's randomness */
    JOURNAL_ANSWER,    /* path, value: an accepted answer */
    JOURNAL_EDIT,      /* path, value: text still being typed; restored after a crash, never
                        * submitted */
    JOURNAL_ADD,       /* path of the new entry */
    JOURNAL_REMOVE,    /* path of the removed entry */
    JOURNAL_RESTORE,   /* the entry removed last was restored */
    JOURNAL_LANGUAGE,  /* language from this event on */
    JOURNAL_PAGE,      /* path of the page now shown */
    JOURNAL_REFUSED,   /* path: an answer was refused; the value is not stored */
    JOURNAL_RESUME,
    JOURNAL_PAUSE,
    JOURNAL_FINISH,
    JOURNAL_SCREEN, /* value: "end" or "outline", the screen shown instead of a page */
    JOURNAL_FILE,   /* value: file name, NUL, file bytes; answers refer to the name */
    JOURNAL_MEMO,   /* path: of the page; value: the memo's number (2 bytes), then its whole text */
    JOURNAL_LABEL,  /* value: the interviewer's name for the draft; never leaves the device */
    JOURNAL_CORRECT, /* instead of BEGIN: the seed, then the record that was sent back and what to
                      * correct in it (platform/custody/sendback.h) */
    JOURNAL_REASON,  /* value: why the record was corrected, or why not */
    JOURNAL_SOUND,   /* path: of the question; value: struct journal_sound */
    JOURNAL_TURN,    /* path: of a group's topic; value: enum journal_turns, then who speaks */
    JOURNAL_KIND_COUNT
};

struct journal_event {
    enum journal_kind kind;
    int64_t wall_ms, mono_ms;
    const char *language, *path, *value; /* value may hold any bytes */
    size_t value_len;
};

enum journal_turns { TURN_BEGUN = 1, TURN_ENDED, TURN_PUT_RIGHT, TURN_QUOTED, TURN_CODED };

/* What happens to a recording. */
enum journal_sounds {
    SOUND_BEGUN = 1,
    SOUND_PAUSED,
    SOUND_WENT_ON,
    SOUND_ENDED,
    SOUND_DELETED,
    JOURNAL_SOUND_END
};
enum journal_why { /* it ended */
                   WHY_BY_HAND = 1,
                   WHY_CONSENT, /* somebody did not agree, or was not asked yet, or the question is
                                   not asked */
                   WHY_LEFT,    /* the interview was put aside, or finished */
                   WHY_FULL,    /* it had its longest length */
                   WHY_BROKEN,  /* the microphone or the medium */
                   WHY_CUT,     /* the power went, or the program ended */
                   JOURNAL_WHY_END
};
struct journal_sound {
    enum journal_sounds what;
    enum journal_why why; /* of SOUND_ENDED; else 0 */
    uint8_t recording[16];
    int64_t ms; /* how much of it was heard until then */
};
enum { JOURNAL_SOUND_BYTES = 26 };
void journal_sound_write(uint8_t out[JOURNAL_SOUND_BYTES], const struct journal_sound *sound);
/* ERR_INPUT: the event's value is none. */
MUST_CHECK bool journal_sound_read(struct journal_sound *sound, const struct journal_event *event,
                                   struct err *err);

void journal_write(struct buf *out, const struct journal_event *event);
/* Texts point into `arena`.  ERR_INPUT if the bytes are not an event. */
MUST_CHECK bool journal_read(struct journal_event *event, struct arena *arena, const void *bytes,
                             size_t len, struct err *err);
/* Repeats the event on the session (answers, entries, language). */
MUST_CHECK bool journal_replay(struct session *session, const struct journal_event *event,
                               struct err *err);

#endif
