/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_SOUND_H
#define APP_INTERVIEW_INTERVIEW_SOUND_H
/*
 * interview_sound: the recordings of an interview, and whether it may record.
 *
 *   none ─sound_begin▶ runs ◀─sound_pause▶ paused ─sound_end▶ ended ─sound_delete▶ deleted
 *
 * The microphone is open from sound_begin to sound_end alone, and while it is, each question that
 * the form names in suhbat:audio-consent says "yes" for each person.  sound_check() ends the
 * recording as soon as one of them does not; it is called after each answer.  The bytes are sealed
 * by the recorder.  What is kept here, and journalled, are the times: when which question was on
 * the screen, when a memo was begun.  They leave as recordings.csv (docs/XFORMS.md, "Sound").
 */
#include "app/interview/interview_takes.h"

/* Bits a second that a question asks for. */
int sound_bits(const struct item *item);
/* The question that is being recorded, also in a pause; NULL: none is, or it is gone. */
struct node *sound_node(const struct interview *i);
/* The node that names the recording of the whole interview; NULL: the form asks for none. */
struct node *sound_background(const struct interview *i);
/* Whether a recording of this question may run now.  *who: the answer in the way, or NULL. */
enum consent sound_allowed(const struct interview *i, const struct node *node,
                           const struct node **who);

/* Begins to record, and makes the recording's name the answer.  ERR_AUTH: somebody has not agreed;
 * ERR_ENV: there is no microphone.  No recording may run. */
MUST_CHECK bool sound_begin(struct interview *i, struct node *node, struct err *err);
void sound_pause(struct interview *i, bool pause);
/* Ends it; what was recorded stays.  Nothing to do if none runs. */
MUST_CHECK bool sound_end(struct interview *i, enum journal_why why, struct err *err);
/* Deletes the ended recordings of a question; the chain will tell that there were some. */
MUST_CHECK bool sound_delete(struct interview *i, struct node *node, struct err *err);

/* Whether the form lets the question's recordings be heard before they are sealed. */
bool sound_may_be_heard(const struct item *item);
/* Appends the n-th recording of a question that is not deleted, from 0, as an Ogg file; at most its
 * first SOUND_HEAR_MS.  ERR_INPUT: there is none; ERR_AUTH: it was made when nobody might hear it.
 */
enum { SOUND_HEAR_MS = 590 * 1000 };
MUST_CHECK bool sound_hear(struct interview *i, const struct node *node, size_t n, struct buf *opus,
                           struct err *err);

/* Ends what may not go on, and begins the recording of the whole interview once everybody agreed.
 * Returns why a recording was ended now; 0: none was.  `who`: as of sound_allowed. */
enum journal_why sound_check(struct interview *i, const struct node **who, struct err *err);

/* How much of this question was recorded: number of recordings that are not deleted, and their ms.
 * Those that run count. */
size_t sound_of(const struct interview *i, const struct node *node, int64_t *ms);

/* ---- the lock: the recorder goes on while the interview is closed ---- */

/* Gives the recorder away before interview_free; NULL: none runs. */
struct recorder *sound_let_go(struct interview *i);
/* After interview_resume: goes on with the recorder that was given away, or notes that the
 * recording was cut if there is none (NULL). */
void sound_take_up(struct interview *i, struct recorder *recorder);
/* After interview_resume: the recorder that was given away was ended meanwhile. */
void sound_was_ended(struct interview *i, enum journal_why why, int64_t ms);

/* ---- the end ---- */

/* Before interview_finish: ends the recording, and deletes those of questions that are not asked
 * any more: their answers do not leave the device either. */
MUST_CHECK bool sound_finish(struct interview *i, struct err *err);

#endif
