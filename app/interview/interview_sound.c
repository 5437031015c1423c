/* SPDX-License-Identifier: Apache-2.0 */
/* Begins, pauses and ends recordings, as people agreed to them; keeps their times. */
#include "app/interview/interview_sound.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "platform/custody/recording.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "platform/machine/voice.h"

static struct interview_sound *sound_of_interview(struct interview *i)
{
    if (!i->sound) {
        i->sound = mem_zero(1, sizeof *i->sound);
    }
    return i->sound;
}

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
    const struct item *item = i->form->background;
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

/* ---- what an event says ---- */

static struct sound_take *take_of(struct interview_sound *s, const uint8_t id[16])
{
    for (size_t t = 0; t < s->take_count; t++) {
        if (memcmp(s->takes[t].id, id, sizeof s->takes[t].id) == 0) {
            return &s->takes[t];
        }
    }
    return NULL;
}

static void add_moment(struct interview_sound *s, const struct sound_take *take, int64_t ms,
                       const char *event, const char *path)
{
    if (s->moment_count == s->moment_cap) {
        s->moment_cap = s->moment_cap ? s->moment_cap * 2 : 32;
        s->moments = mem_grow(s->moments, s->moment_cap, sizeof *s->moments);
    }
    s->moments[s->moment_count++] =
        (struct sound_moment){(unsigned)(take - s->takes), ms, event, mem_text(path)};
}

static struct sound_take *add_take(struct interview_sound *s, const uint8_t id[16],
                                   const struct journal_event *e)
{
    if (s->take_count == s->take_cap) {
        s->take_cap = s->take_cap ? s->take_cap * 2 : 8;
        s->takes = mem_grow(s->takes, s->take_cap, sizeof *s->takes);
    }
    struct sound_take *take = &s->takes[s->take_count];
    *take = (struct sound_take){
        .path = mem_text(e->path), .first = s->take_count++, .begun_ms = e->wall_ms, .runs = true};
    memcpy(take->id, id, sizeof take->id);
    return take;
}

static void name_of(char name[SOUND_NAME], const uint8_t id[16])
{
    text_hex(name, id, 16);
    memcpy(name + 32, ".opus", sizeof ".opus");
}

/* The answer to a question names the first of its recordings, whatever entries come and go. */
static bool is_of(const struct interview_sound *s, const struct sound_take *take,
                  const struct node *node)
{
    char name[SOUND_NAME];
    name_of(name, s->takes[take->first].id);
    return strcmp(tree_value(node), name) == 0;
}

/* A question that was recorded before goes on in another recording. */
static void find_first(struct interview *i, const struct journal_event *e, struct sound_take *take)
{
    const struct interview_sound *s = i->sound;
    const struct node *node = session_find(i->session, e->path);
    for (size_t t = 0; node && &s->takes[t] != take; t++) {
        if (is_of(s, &s->takes[t], node)) {
            take->first = s->takes[t].first;
            return;
        }
    }
}

/* The recording of the whole interview has no question that could be answered: its node gets the
 * name of the first one. */
static void name_background(struct interview *i, const struct journal_event *e,
                            const struct sound_take *take)
{
    struct node *node = session_find(i->session, e->path);
    char name[SOUND_NAME];
    if (node && node->item == i->form->background && !node->item->control && !*tree_value(node)) {
        name_of(name, take->id);
        tree_set(node, name);
    }
}

static const char *const whys[] = {
    [WHY_BY_HAND] = "end",    [WHY_CONSENT] = "end: consent", [WHY_LEFT] = "end: left",
    [WHY_FULL] = "end: full", [WHY_BROKEN] = "end: broken",   [WHY_CUT] = "end: cut"};

static bool keep_sound(struct interview *i, const struct journal_event *e, struct err *err)
{
    struct interview_sound *s = sound_of_interview(i);
    struct journal_sound one;
    if (!journal_sound_read(&one, e, err)) {
        return false;
    }
    struct sound_take *take = take_of(s, one.recording);
    if (one.what == SOUND_BEGUN && !take) {
        take = add_take(s, one.recording, e);
        find_first(i, e, take);
        name_background(i, e, take);
    }
    if (!take) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    take->ms = one.ms;
    take->since = one.what == SOUND_BEGUN || one.what == SOUND_WENT_ON ? e->mono_ms : 0;
    take->runs = one.what != SOUND_ENDED && one.what != SOUND_DELETED;
    take->deleted = one.what == SOUND_DELETED;
    take->why = one.what == SOUND_ENDED ? one.why : take->why;
    static const char *const events[] = {[SOUND_BEGUN] = "begin",
                                         [SOUND_PAUSED] = "pause",
                                         [SOUND_WENT_ON] = "continue",
                                         [SOUND_DELETED] = "delete"};
    const char *event =
        one.what == SOUND_ENDED ? whys[one.why ? one.why : WHY_BY_HAND] : events[one.what];
    add_moment(s, take, one.ms, event, e->path);
    return true;
}

bool sound_keep(struct interview *i, const struct journal_event *e, struct err *err)
{
    if (e->kind == JOURNAL_SOUND) {
        return keep_sound(i, e, err);
    }
    struct interview_sound *s = i->sound;
    struct sound_take *last = s && s->take_count ? &s->takes[s->take_count - 1] : NULL;
    const char *event = e->kind == JOURNAL_PAGE   ? "question"
                        : e->kind == JOURNAL_MEMO ? "memo"
                                                  : NULL;
    if (last && last->runs && event) { /* while it pauses, at the place where it pauses */
        add_moment(s, last, last->ms + (last->since ? e->mono_ms - last->since : 0), event,
                   e->path);
    }
    return true;
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
    struct interview_sound *s = sound_of_interview(i);
    const struct node *who;
    struct buf path = {0};
    uint8_t value[JOURNAL_SOUND_BYTES];
    char name[SOUND_NAME];
    assert(!s->recorder);
    if (sound_allowed(i, node, &who) != CONSENT_GIVEN) {
        return err_set(err, ERR_AUTH, "not everybody agreed to be recorded");
    }
    if (!recorder_begin(&s->recorder, i->writer, sound_bits(node->item), clock_wall_ms(), err)) {
        return false;
    }
    struct journal_sound begun = {.what = SOUND_BEGUN};
    memcpy(begun.recording, recorder_id(s->recorder), sizeof begun.recording);
    journal_sound_write(value, &begun);
    path_of(node, &path);
    interview_post(i, JOURNAL_SOUND, path.data, (const char *)value, sizeof value);
    buf_fini(&path);
    s->node = node;
    s->declined = false;
    name_of(name, begun.recording);
    return !node->item->control || *tree_value(node) ||
           interview_answer(i, node, name, err) == ANSWER_OK;
}

static struct sound_take *running(const struct interview_sound *s)
{
    assert(s->take_count && s->takes[s->take_count - 1].runs);
    return &s->takes[s->take_count - 1];
}

void sound_pause(struct interview *i, bool pause)
{
    struct interview_sound *s = i->sound;
    assert(s && s->recorder);
    recorder_pause(s->recorder, pause);
    post(i, running(s),
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
    s->declined = why == WHY_BY_HAND && s->node->item == i->form->background;
    bool ok = recorder_end(s->recorder, &ms, err);
    s->recorder = NULL;
    s->node = NULL;
    post(i, running(s), (struct journal_sound){.what = SOUND_ENDED, .why = why, .ms = ms});
    return ok;
}

static enum journal_why why_end(const struct interview *i, const struct node **who, struct err *err)
{
    struct recorder_now now = recorder_look(i->sound->recorder);
    if (now.state == RECORDER_FAILED) {
        *err = now.err;
        return WHY_BROKEN;
    }
    return sound_allowed(i, i->sound->node, who) != CONSENT_GIVEN ? WHY_CONSENT
           : now.state == RECORDER_FULL                           ? WHY_FULL
                                                                  : (enum journal_why)0;
}

enum journal_why sound_check(struct interview *i, const struct node **who, struct err *err)
{
    struct interview_sound *s = sound_of_interview(i);
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
    if (whole && !s->declined && sound_allowed(i, whole, &nobody) == CONSENT_GIVEN &&
        !sound_begin(i, whole, err)) {
        s->declined = true; /* no microphone: it is told once, not after each answer */
        why = WHY_BROKEN;
    }
    return why;
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
    bool ok = writer_call(i->writer, discard, &one, err);
    if (ok) {
        post(i, take, (struct journal_sound){.what = SOUND_DELETED, .ms = take->ms});
    }
    return ok;
}

bool sound_delete(struct interview *i, struct node *node, struct err *err)
{
    struct interview_sound *s = sound_of_interview(i);
    bool ok = s->node != node || sound_end(i, WHY_BY_HAND, err);
    for (size_t t = 0; ok && t < s->take_count; t++) {
        ok = s->takes[t].deleted || !is_of(s, &s->takes[t], node) ||
             delete_take(i, &s->takes[t], err);
    }
    if (ok && !node->item->control) {
        tree_set(node, "");
    }
    return ok && (!node->item->control || !*tree_value(node) ||
                  interview_answer(i, node, "", err) == ANSWER_OK);
}

bool sound_drop_unasked(struct interview *i, struct err *err)
{
    struct interview_sound *s = i->sound;
    bool ok = true;
    for (size_t t = 0; s && ok && t < s->take_count; t++) {
        char name[SOUND_NAME];
        name_of(name, s->takes[s->takes[t].first].id);
        ok = s->takes[t].deleted || files_are_named(i, name) || delete_take(i, &s->takes[t], err);
    }
    return ok;
}

void sound_before_remove(struct interview *i, const struct node *entry)
{
    const struct node *node = i->sound ? i->sound->node : NULL;
    while (node && node != entry) {
        node = node->parent;
    }
    if (node) {
        (void)!sound_end(i, WHY_CONSENT, NULL); /* what it has is on the medium */
    }
}

size_t sound_of(const struct interview *i, const struct node *node, int64_t *ms)
{
    const struct interview_sound *s = i->sound;
    size_t count = 0;
    *ms = 0;
    for (size_t t = 0; s && t < s->take_count; t++) {
        const struct sound_take *take = &s->takes[t];
        if (!take->deleted && is_of(s, take, node)) {
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
        i->sound->node = NULL;
    }
    return recorder;
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

void sound_take_up(struct interview *i, struct recorder *recorder)
{
    struct interview_sound *s = i->sound;
    struct sound_take *last = s && s->take_count ? &s->takes[s->take_count - 1] : NULL;
    struct node *node = last ? session_find(i->session, last->path) : NULL;
    bool same = recorder && last && last->runs && node &&
                memcmp(recorder_id(recorder), last->id, sizeof last->id) == 0;
    if (same) {
        s->recorder = recorder;
        s->node = node;
        return;
    }
    if (recorder) {
        int64_t ms;
        (void)!recorder_end(recorder, &ms, NULL); /* what it has is on the medium */
    }
    if (last && last->runs) {
        post(i, last,
             (struct journal_sound){.what = SOUND_ENDED, .why = WHY_CUT, .ms = length_of(i, last)});
    }
}

/* ---- recordings.csv ---- */

void sound_write(const struct interview *i, struct buf *out)
{
    const struct interview_sound *s = i->sound;
    char name[33], ms[24], when[64];
    if (!s || !s->take_count) {
        return;
    }
    buf_text(out, "recording,ms,event,node,begun\n");
    for (size_t m = 0; m < s->moment_count; m++) {
        const struct sound_moment *one = &s->moments[m];
        const struct sound_take *take = &s->takes[one->take];
        text_hex(name, take->id, sizeof take->id);
        snprintf(ms, sizeof ms, "%lld", (long long)one->ms);
        clock_iso(when, sizeof when, take->begun_ms, 0, true);
        csv_cell(out, name, true);
        csv_cell(out, ms, false);
        csv_cell(out, one->event, false);
        csv_cell(out, one->path, false);
        csv_cell(out, strcmp(one->event, "begin") == 0 ? when : "", false);
        csv_end(out);
    }
}

void sound_free(struct interview *i)
{
    struct interview_sound *s = i->sound;
    if (!s) {
        return;
    }
    if (s->recorder) {
        int64_t ms;
        (void)!recorder_end(s->recorder, &ms, NULL); /* what it has is on the medium */
    }
    for (size_t t = 0; t < s->take_count; t++) {
        mem_wipe_text(s->takes[t].path);
    }
    for (size_t m = 0; m < s->moment_count; m++) {
        mem_wipe_text(s->moments[m].path);
    }
    free(s->takes);
    free(s->moments);
    free(s);
    i->sound = NULL;
}
