/* SPDX-License-Identifier: Apache-2.0 */
/* Begins, pauses and ends recordings, as people agreed to them; keeps their times. */
#include "app/interview/interview_sound.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "app/interview/interview_group.h"
#include "platform/custody/recording.h"
#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "platform/machine/voice.h"

static void path_of(const struct node *node, struct buf *path)
{
    session_path(node, path);
    buf_add(path, "", 0);
}

/* ---- what may be recorded ---- */

int sound_bits(const struct item *item)
{
    return item->quality && strcmp(item->quality, "normal") == 0 ? VOICE_NORMAL : VOICE_LOW;
}

struct node *sound_background(const struct interview *i)
{
    const struct item *item = i->corrects ? NULL : i->form->background; /* the people are gone */
    return item ? session_first(i->session, item) : NULL;
}

enum consent sound_allowed(const struct interview *i, const struct node *node,
                           const struct node **who)
{
    *who = NULL;
    bool named = node->item->audio_consent || node->item != i->form->background;
    return !node->active || !named ? CONSENT_REFUSED
                                   : session_audio_consent(i->session, node->item, who);
}

static void post(struct interview *i, const struct sound_take *take, struct journal_sound sound)
{
    uint8_t value[JOURNAL_SOUND_BYTES];
    char *path = mem_text(take->path);
    memcpy(sound.recording, take->id, sizeof sound.recording);
    journal_sound_write(value, &sound);
    interview_post(i, JOURNAL_SOUND, path, (const char *)value, sizeof value);
    mem_wipe_text(path);
}

/* ---- recording ---- */

bool sound_begin(struct interview *i, struct node *node, struct err *err)
{
    struct interview_sound *s = takes_of(i);
    const struct node *who;
    struct buf path = {0};
    uint8_t value[JOURNAL_SOUND_BYTES];
    char name[SOUND_NAME];
    assert(!s->recorder);
    if (sound_allowed(i, node, &who) != CONSENT_GIVEN) {
        return err_set(err, ERR_AUTH, "not everybody agreed to be recorded");
    }
    if (!recorder_begin(&s->recorder, i->writer, sound_bits(node->item),
                        sound_may_be_heard(node->item), clock_wall_ms(), err)) {
        return false;
    }
    struct journal_sound begun = {.what = SOUND_BEGUN};
    memcpy(begun.recording, recorder_id(s->recorder), sizeof begun.recording);
    journal_sound_write(value, &begun);
    path_of(node, &path);
    interview_post(i, JOURNAL_SOUND, path.data, (const char *)value, sizeof value);
    buf_fini(&path);
    takes_name(name, begun.recording);
    return !node->item->control || *tree_value(node) ||
           interview_answer(i, node, name, err) == ANSWER_OK;
}

struct node *sound_node(const struct interview *i)
{
    const struct sound_take *take = i->sound && i->sound->recorder ? takes_running(i) : NULL;
    char name[SOUND_NAME];
    if (!take) {
        return NULL;
    }
    takes_name(name, i->sound->takes[take->first].id);
    return files_named_by(i, name);
}

void sound_pause(struct interview *i, bool pause)
{
    struct interview_sound *s = i->sound;
    assert(s && s->recorder);
    recorder_pause(s->recorder, pause);
    post(i, takes_running(i),
         (struct journal_sound){.what = pause ? SOUND_PAUSED : SOUND_WENT_ON,
                                .ms = recorder_look(s->recorder).ms});
}

bool sound_end(struct interview *i, enum journal_why why, struct err *err)
{
    struct interview_sound *s = i->sound;
    int64_t ms;
    if (!s || !s->recorder) {
        return true;
    }
    bool ok = recorder_end(s->recorder, &ms, err);
    s->recorder = NULL;
    post(i, takes_running(i), (struct journal_sound){.what = SOUND_ENDED, .why = why, .ms = ms});
    return ok;
}

static enum journal_why why_end(const struct interview *i, const struct node **who, struct err *err)
{
    struct recorder_now now = recorder_look(i->sound->recorder);
    if (now.state == RECORDER_FAILED) {
        *err = now.err;
        return WHY_BROKEN;
    }
    const struct node *node = sound_node(i);
    return !node || sound_allowed(i, node, who) != CONSENT_GIVEN ? WHY_CONSENT
           : now.state == RECORDER_FULL                          ? WHY_FULL
                                                                 : (enum journal_why)0;
}

/* At the round of a group, or at one of its people: others may sit there who were not asked yet. */
static bool is_gathering(struct interview *i)
{
    const struct node *entry = interview_entry(i);
    const struct control *c = entry && entry->item          ? entry->item->control
                              : i->page.kind == PAGE_ROSTER ? i->page.control
                                                            : NULL;
    return c && group_is(c) && group_is_round(c);
}

enum journal_why sound_check(struct interview *i, const struct node **who, struct err *err)
{
    struct interview_sound *s = takes_of(i);
    enum journal_why why = 0;
    *who = NULL;
    if (s->recorder) {
        why = why_end(i, who, err);
        if (why) {
            struct err closing = {0};
            bool closed = sound_end(i, why, &closing);
            if (!closed && why != WHY_BROKEN) {
                *err = closing;
            }
        }
        return why;
    }
    struct node *whole = sound_background(i);
    const struct node *nobody;
    if (whole && !s->declined && !is_gathering(i) &&
        sound_allowed(i, whole, &nobody) == CONSENT_GIVEN && !sound_begin(i, whole, err)) {
        s->declined = true; /* no microphone: it is told once, not after each answer */
        why = WHY_BROKEN;
    }
    return why;
}

/* ---- hearing ---- */

bool sound_may_be_heard(const struct item *item)
{
    return item->audio_review && strcmp(item->audio_review, "yes") == 0;
}

struct hearing {
    const uint8_t *draft, *id;
    struct buf *opus;
};

static bool hear_parts(struct device *d, void *arg, struct err *err)
{
    enum { PART_MS = 5000 }; /* after the first, which is the head */
    struct hearing *h = arg;
    bool ok = true, there = true;
    for (uint32_t part = 0; ok && there && part <= SOUND_HEAR_MS / PART_MS; part++) {
        size_t before = h->opus->len;
        ok = device_recording_hear(d, h->draft, h->id, part, h->opus, err);
        there = h->opus->len > before;
    }
    return ok;
}

bool sound_hear(struct interview *i, const struct node *node, size_t n, struct buf *opus,
                struct err *err)
{
    const struct interview_sound *s = i->sound;
    for (size_t t = 0; s && t < s->take_count; t++) {
        const struct sound_take *take = &s->takes[t];
        if (!take->deleted && takes_is_of(s, take, node) && n-- == 0) {
            struct hearing h = {i->draft.id, take->id, opus};
            return writer_call(i->writer, hear_parts, &h, err);
        }
    }
    return err_set(err, ERR_INPUT, "there is no such recording");
}

/* ---- deleting ---- */

struct discarding {
    const uint8_t *draft, *id;
};

static bool discard(struct device *d, void *arg, struct err *err)
{
    const struct discarding *one = arg;
    return device_recording_discard(d, one->draft, one->id, err);
}

static bool delete_take(struct interview *i, const struct sound_take *take, struct err *err)
{
    struct discarding one = {i->draft.id, take->id};
    struct err why = {0};
    bool ok = writer_call(i->writer, discard, &one, &why) ||
              why.code == ERR_INPUT; /* it went, and the power with it, before this was noted */
    if (!ok) {
        *err = why;
    } else {
        post(i, take, (struct journal_sound){.what = SOUND_DELETED, .ms = take->ms});
    }
    return ok;
}

bool sound_delete(struct interview *i, struct node *node, struct err *err)
{
    struct interview_sound *s = takes_of(i);
    bool ok = sound_node(i) != node || sound_end(i, WHY_BY_HAND, err);
    size_t first = 0; /* found before the first deletion, which takes the name from the node */
    while (first < s->take_count && !takes_is_of(s, &s->takes[first], node)) {
        first++;
    }
    for (size_t t = first; ok && t < s->take_count; t++) {
        ok = s->takes[t].deleted || s->takes[t].first != s->takes[first].first ||
             delete_take(i, &s->takes[t], err);
    }
    return ok && (!node->item->control || !*tree_value(node) ||
                  interview_answer(i, node, "", err) == ANSWER_OK);
}

struct lengths {
    const uint8_t *draft;
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
};

static bool fetch_lengths(struct device *d, void *arg, struct err *err)
{
    struct lengths *l = arg;
    return device_recordings(d, l->draft, l->list, &l->count, err);
}

/* Deletes what no event names: the power went while it began. */
static bool drop_unknown(struct interview *i, struct err *err)
{
    struct lengths *l = mem_zero(1, sizeof *l);
    l->draft = i->draft.id;
    bool ok = writer_call(i->writer, fetch_lengths, l, err);
    for (size_t r = 0; ok && r < l->count; r++) {
        bool known = false;
        for (size_t t = 0; i->sound && t < i->sound->take_count; t++) {
            known = known || memcmp(i->sound->takes[t].id, l->list[r].id, 16) == 0;
        }
        struct discarding one = {i->draft.id, l->list[r].id};
        ok = known || writer_call(i->writer, discard, &one, err);
    }
    free(l);
    return ok;
}

bool sound_finish(struct interview *i, struct err *err)
{
    struct interview_sound *s = i->sound;
    bool ok = sound_end(i, WHY_LEFT, err);
    for (size_t t = 0; s && ok && t < s->take_count; t++) {
        char name[SOUND_NAME];
        takes_name(name, s->takes[s->takes[t].first].id);
        const struct node *node = files_named_by(i, name);
        ok = s->takes[t].deleted || (node && node->active) || delete_take(i, &s->takes[t], err);
    }
    return ok && drop_unknown(i, err);
}

size_t sound_of(const struct interview *i, const struct node *node, int64_t *ms)
{
    const struct interview_sound *s = i->sound;
    size_t count = 0;
    *ms = 0;
    for (size_t t = 0; s && t < s->take_count; t++) {
        const struct sound_take *take = &s->takes[t];
        if (!take->deleted && takes_is_of(s, take, node)) {
            count++;
            *ms += take->runs && s->recorder ? recorder_look(s->recorder).ms : take->ms;
        }
    }
    return count;
}

/* ---- the lock ---- */

struct recorder *sound_let_go(struct interview *i)
{
    struct recorder *recorder = i->sound ? i->sound->recorder : NULL;
    if (recorder) {
        i->sound->recorder = NULL;
    }
    return recorder;
}

/* How long the medium has it: the head is a part, too. */
static int64_t length_of(struct interview *i, const struct sound_take *take)
{
    enum { PART_MS = VOICE_PAGES * 1000 };
    struct lengths *l = mem_zero(1, sizeof *l);
    int64_t ms = take->ms;
    l->draft = i->draft.id;
    if (writer_call(i->writer, fetch_lengths, l, NULL)) {
        for (size_t r = 0; r < l->count; r++) {
            if (memcmp(l->list[r].id, take->id, sizeof take->id) == 0 && l->list[r].parts) {
                ms = (int64_t)(l->list[r].parts - 1) * PART_MS;
            }
        }
    }
    free(l);
    return ms;
}

void sound_was_ended(struct interview *i, enum journal_why why, int64_t ms)
{
    struct sound_take *last = takes_running(i);
    if (last) {
        post(i, last, (struct journal_sound){.what = SOUND_ENDED, .why = why, .ms = ms});
    }
}

void sound_take_up(struct interview *i, struct recorder *recorder)
{
    struct sound_take *last = takes_running(i);
    bool same = recorder && last && memcmp(recorder_id(recorder), last->id, sizeof last->id) == 0;
    if (same) { /* its own time: the clocks may have been set meanwhile */
        struct recorder_now now = recorder_look(recorder);
        i->sound->recorder = recorder;
        post(i, last,
             (struct journal_sound){.what =
                                        now.state == RECORDER_PAUSED ? SOUND_PAUSED : SOUND_WENT_ON,
                                    .ms = now.ms});
        return;
    }
    if (recorder) {
        int64_t ms;
        (void)!recorder_end(recorder, &ms, NULL); /* what it has is on the medium */
    }
    if (last) {
        post(i, last,
             (struct journal_sound){.what = SOUND_ENDED, .why = WHY_CUT, .ms = length_of(i, last)});
    }
}
