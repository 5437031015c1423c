/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps what the journal says of an interview's recordings. */
#include "app/interview/interview_takes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"

struct interview_sound *takes_of(struct interview *i)
{
    if (!i->sound) {
        i->sound = mem_zero(1, sizeof *i->sound);
    }
    return i->sound;
}

struct sound_take *takes_running(const struct interview *i)
{
    const struct interview_sound *s = i->sound;
    struct sound_take *last = s && s->take_count ? &s->takes[s->take_count - 1] : NULL;
    return last && last->runs ? last : NULL;
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

void takes_name(char name[SOUND_NAME], const uint8_t id[16])
{
    text_hex(name, id, 16);
    memcpy(name + 32, ".opus", sizeof ".opus");
}

/* The answer to a question names the first of its recordings, whatever entries come and go. */
bool takes_is_of(const struct interview_sound *s, const struct sound_take *take,
                 const struct node *node)
{
    char name[SOUND_NAME];
    takes_name(name, s->takes[take->first].id);
    return strcmp(tree_value(node), name) == 0;
}

/* A question that was recorded before goes on in another recording. */
static void find_first(struct interview *i, const struct journal_event *e, struct sound_take *take)
{
    const struct interview_sound *s = i->sound;
    const struct node *node = session_find(i->session, e->path);
    for (size_t t = 0; node && &s->takes[t] != take; t++) {
        if (takes_is_of(s, &s->takes[t], node)) {
            take->first = s->takes[t].first;
            return;
        }
    }
}

static bool is_background(const struct interview *i, const struct node *node)
{
    return node && node->item == i->form->background && !node->item->control;
}

/* The recording of the whole interview has no question that could be answered: its node gets the
 * name of the first one, and loses it with it.  It begins by itself until it ended for another
 * reason than that somebody did not agree, or its length. */
static void keep_background(struct interview *i, const struct journal_event *e,
                            const struct journal_sound *one, const struct sound_take *take)
{
    struct interview_sound *s = i->sound;
    struct node *node = session_find(i->session, e->path);
    char name[SOUND_NAME];
    if (!is_background(i, node)) {
        return;
    }
    if (one->what == SOUND_BEGUN) {
        takes_name(name, s->takes[take->first].id);
        tree_set(node, name);
        s->declined = false;
    } else if (one->what == SOUND_DELETED) {
        tree_set(node, "");
        s->declined = true;
    } else if (one->what == SOUND_ENDED) {
        s->declined = one->why != WHY_CONSENT && one->why != WHY_FULL;
    }
}

static const char *const whys[] = {
    [WHY_BY_HAND] = "end",    [WHY_CONSENT] = "end: consent", [WHY_LEFT] = "end: left",
    [WHY_FULL] = "end: full", [WHY_BROKEN] = "end: broken",   [WHY_CUT] = "end: cut"};

/* The power took the last seconds: what happened in them stands at the recording's end. */
static void cut_moments(struct interview_sound *s, const struct sound_take *take)
{
    for (size_t m = 0; m < s->moment_count; m++) {
        struct sound_moment *one = &s->moments[m];
        one->ms = &s->takes[one->take] == take && one->ms > take->ms ? take->ms : one->ms;
    }
}

static bool keep_sound(struct interview *i, const struct journal_event *e, struct err *err)
{
    struct interview_sound *s = takes_of(i);
    struct journal_sound one;
    if (!journal_sound_read(&one, e, err)) {
        return false;
    }
    struct sound_take *take = take_of(s, one.recording);
    if (one.what == SOUND_BEGUN && !take) {
        take = add_take(s, one.recording, e);
        find_first(i, e, take);
    }
    if (!take) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    take->ms = one.ms;
    take->since = one.what == SOUND_BEGUN || one.what == SOUND_WENT_ON ? e->mono_ms : 0;
    take->runs = one.what != SOUND_ENDED && one.what != SOUND_DELETED;
    take->deleted = one.what == SOUND_DELETED;
    take->why = one.what == SOUND_ENDED ? one.why : take->why;
    if (one.what == SOUND_ENDED) {
        cut_moments(s, take);
    }
    static const char *const events[] = {[SOUND_BEGUN] = "begin",
                                         [SOUND_PAUSED] = "pause",
                                         [SOUND_WENT_ON] = "continue",
                                         [SOUND_DELETED] = "delete"};
    const char *event =
        one.what == SOUND_ENDED ? whys[one.why ? one.why : WHY_BY_HAND] : events[one.what];
    add_moment(s, take, one.ms, event, e->path);
    keep_background(i, e, &one, take);
    return true;
}

/* What was cut, or went over a restart, stopped with the event seen last: the monotonic clock says
 * nothing of the gap. */
static void freeze(struct interview *i, const struct journal_event *e)
{
    struct interview_sound *s = i->sound;
    struct sound_take *last = takes_running(i);
    bool restarted = clock_broken_between((struct clock_moment){s->last_wall, s->last_mono},
                                          (struct clock_moment){e->wall_ms, e->mono_ms});
    if (last && last->since && e->kind == JOURNAL_RESUME && (!s->aside || restarted)) {
        last->ms += s->last_mono - last->since;
        last->since = 0;
    }
}

static void keep_moment(struct interview *i, const struct journal_event *e)
{
    const struct sound_take *last = takes_running(i);
    const char *event = e->kind == JOURNAL_PAGE   ? "question"
                        : e->kind == JOURNAL_MEMO ? "memo"
                                                  : NULL;
    if (last && event) { /* while it pauses, at the place where it pauses */
        add_moment(i->sound, last, last->ms + (last->since ? e->mono_ms - last->since : 0), event,
                   e->path);
    }
}

bool takes_keep(struct interview *i, const struct journal_event *e, struct err *err)
{
    bool ok = true;
    if (i->sound) {
        freeze(i, e);
    }
    if (e->kind == JOURNAL_SOUND) {
        ok = keep_sound(i, e, err);
    } else if (i->sound) {
        keep_moment(i, e);
    }
    if (i->sound) {
        i->sound->last_mono = e->mono_ms;
        i->sound->last_wall = e->wall_ms;
        i->sound->aside = e->kind == JOURNAL_PAUSE;
    }
    return ok;
}

/* ---- recordings.csv ---- */

void takes_write(const struct interview *i, struct buf *out)
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

void takes_free(struct interview *i)
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
