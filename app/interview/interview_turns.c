/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the turns of a group. */
#include "app/interview/interview_turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_paths.h"
#include "app/interview/interview_takes.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"

enum { RIGHT_MS = 10000 };

static bool is_mark(const struct turn *t)
{
    return t->quote || t->code || t->memo;
}

static struct turn *open_turn(const struct interview *i)
{
    struct interview_turns *t = i->turns;
    size_t k = t ? t->count : 0;
    while (k && is_mark(&t->list[k - 1])) {
        k--;
    }
    return k && t->list[k - 1].since ? &t->list[k - 1] : NULL;
}

const struct turn *turns_open(const struct interview *i)
{
    return open_turn(i);
}

const struct turn *turns_right(const struct interview *i, int64_t mono_ms)
{
    const struct turn *last = open_turn(i);
    return last && mono_ms - last->since <= RIGHT_MS ? last : NULL;
}

static void close_turn(struct interview *i, int64_t mono_ms)
{
    struct turn *last = open_turn(i);
    if (last) {
        last->ms = mono_ms > last->since ? mono_ms - last->since : 0;
        last->since = 0;
    }
}

const struct turn *turns_marks(const struct interview *i, size_t *count)
{
    const struct turn *open = open_turn(i);
    *count = open ? (size_t)(i->turns->list + i->turns->count - open) - 1 : 0;
    return open ? open + 1 : NULL;
}

int64_t turns_spoken(const struct interview *i, const char *topic, const char *who, int64_t mono_ms)
{
    const struct interview_turns *t = i->turns;
    int64_t all = 0;
    for (size_t k = 0; t && k < t->count; k++) {
        const struct turn *one = &t->list[k];
        if (!is_mark(one) && !one->was && (!topic || strcmp(one->topic, topic) == 0) &&
            (!who || strcmp(one->who, who) == 0)) {
            all += one->since ? mono_ms - one->since : one->ms;
        }
    }
    return all;
}

static struct turn *add_turn(struct interview *i, const struct journal_event *e, const char *who)
{
    struct interview_turns *t = i->turns;
    const struct sound_take *take = takes_running(i);
    if (t->count == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->list = mem_grow(t->list, t->cap, sizeof *t->list);
    }
    struct turn one = {.topic = mem_text(e->path),
                       .who = mem_text(who),
                       .start = turns_spoken(i, e->path, NULL, e->mono_ms),
                       .recorded_ms = -1};
    if (take) {
        memcpy(one.recording, take->id, sizeof one.recording);
        one.recorded_ms = take->ms + (take->since ? e->mono_ms - take->since : 0);
    }
    t->list[t->count] = one;
    return &t->list[t->count++];
}

/* The last turn was somebody else's, with what was marked in it. */
static void put_right(struct interview *i, const char *who)
{
    struct interview_turns *t = i->turns;
    struct turn *last = open_turn(i);
    for (struct turn *one = last; one && one < t->list + t->count; one++) {
        if (one == last || *one->who) { /* a code of nobody stays nobody's */
            mem_wipe_text(one->who);
            one->who = mem_text(who);
        }
    }
}

/* Value: what, the speaker's label; then a line's end and the path of the form's question. */
static void keep_quote(struct interview *i, const struct journal_event *e)
{
    struct turn *mark = add_turn(i, e, e->value + 1);
    char *end = strchr(mark->who, '\n');
    mark->quote = true;
    if (end) {
        *end = '\0';
        mark->entry = mem_text(end + 1);
    }
}

/* Value: what, the speaker's label, a line's end, the code. */
static bool keep_code(struct interview *i, const struct journal_event *e, struct err *err)
{
    const char *who = e->value + 1, *end = strchr(who, '\n');
    if (!end || !end[1]) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    struct turn *mark = add_turn(i, e, who);
    mark->who[end - who] = '\0';
    mark->code = mem_text(end + 1);
    return true;
}

static bool keep_turn(struct interview *i, const struct journal_event *e, struct err *err)
{
    const char *who = e->value + 1;
    if (!e->value_len || strlen(e->value) != e->value_len) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    switch ((enum journal_turns)e->value[0]) {
    case TURN_BEGUN:
        close_turn(i, e->mono_ms);
        add_turn(i, e, who)->since = e->mono_ms > 0 ? e->mono_ms : 1;
        return true;
    case TURN_QUOTED:
        keep_quote(i, e);
        return true;
    case TURN_CODED:
        return keep_code(i, e, err);
    case TURN_ENDED:
        close_turn(i, e->mono_ms);
        return true;
    case TURN_PUT_RIGHT:
        put_right(i, who);
        return true;
    default:
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
}

/* A memo that is begun at a table is of who speaks; each change of its text is an event. */
static void keep_memo(struct interview *i, const struct journal_event *e)
{
    const struct turn *open = open_turn(i);
    unsigned number = e->value_len >= 2 ? get_u16((const uint8_t *)e->value) : 0;
    bool known = !number || !open;
    for (size_t k = 0; !known && k < i->turns->count; k++) {
        known = i->turns->list[k].memo == number;
    }
    if (!known) {
        char *topic = mem_text(open->topic), *who = mem_text(open->who);
        struct journal_event at = *e;
        at.path = topic;
        add_turn(i, &at, who)->memo = number;
        mem_wipe_text(topic);
        mem_wipe_text(who);
    }
}

static bool tells_of_coming(const struct journal_event *e)
{
    static const char *const ends[] = {"_late", "_left"};
    size_t len = e->kind == JOURNAL_ANSWER ? strlen(e->path) : 0;
    for (size_t k = 0; k < 2; k++) {
        size_t tail = strlen(ends[k]);
        if (len > tail && strcmp(e->path + len - tail, ends[k]) == 0) {
            return true;
        }
    }
    return false;
}

/* The time of the first "yes"; another answer takes it away. */
static void stamp(struct interview_turns *t, const struct journal_event *e)
{
    bool yes = strcmp(e->value, "yes") == 0;
    size_t k = 0;
    while (k < t->stamp_count &&
           (t->stamps[k].removal || strcmp(t->stamps[k].path, e->path) != 0)) {
        k++;
    }
    if (k == t->stamp_count && yes) {
        t->stamps = mem_grow(t->stamps, k + 1, sizeof *t->stamps);
        t->stamps[t->stamp_count++] = (struct turn_stamp){mem_text(e->path), e->wall_ms, 0};
    } else if (k < t->stamp_count && !yes) {
        mem_wipe_text(t->stamps[k].path);
        t->stamps[k] = t->stamps[--t->stamp_count];
    }
}

int64_t turns_when(const struct interview *i, const char *path)
{
    for (size_t k = 0; i->turns && k < i->turns->stamp_count; k++) {
        const struct turn_stamp *one = &i->turns->stamps[k];
        if (!one->removal && strcmp(one->path, path) == 0) {
            return one->wall_ms;
        }
    }
    return 0;
}

/* An entry was removed: what was noted of it waits, what stands behind it moves up. */
static void entry_went(struct interview_turns *t, const char *entry)
{
    t->removals++;
    for (size_t k = 0; k < t->count; k++) {
        struct turn *one = &t->list[k];
        if (!one->was && path_move(&one->topic, entry, -1) == PATH_WITHIN) {
            one->was = one->topic;
            one->topic = mem_text("");
            one->removal = t->removals;
        }
    }
    for (size_t k = 0; k < t->stamp_count; k++) {
        struct turn_stamp *one = &t->stamps[k];
        if (!one->removal && path_move(&one->path, entry, -1) == PATH_WITHIN) {
            one->removal = t->removals;
        }
    }
}

/* The entry that was removed last came back to its place. */
static void entry_came(struct interview_turns *t, const char *entry)
{
    for (size_t k = 0; k < t->count; k++) {
        struct turn *one = &t->list[k];
        if (one->was && one->removal == t->removals) {
            mem_wipe_text(one->topic);
            one->topic = one->was;
            one->was = NULL;
        } else if (!one->was) {
            (void)path_move(&one->topic, entry, 1);
        }
    }
    for (size_t k = 0; k < t->stamp_count; k++) {
        struct turn_stamp *one = &t->stamps[k];
        if (one->removal && one->removal == t->removals) {
            one->removal = 0;
        } else if (!one->removal) {
            (void)path_move(&one->path, entry, 1);
        }
    }
}

/* The power took the last seconds of a recording: what began in them was not recorded. */
static void cut_turns(struct interview_turns *t, const struct journal_event *e)
{
    struct journal_sound sound;
    if (!journal_sound_read(&sound, e, NULL) || sound.what != SOUND_ENDED) {
        return;
    }
    for (size_t k = t->count; k > 0; k--) {
        struct turn *one = &t->list[k - 1];
        bool same = memcmp(one->recording, sound.recording, sizeof one->recording) == 0;
        if (same && one->recorded_ms >= sound.ms) {
            one->recorded_ms = -1;
        }
    }
}

bool turns_keep(struct interview *i, const struct journal_event *e, struct err *err)
{
    if ((e->kind == JOURNAL_TURN || tells_of_coming(e)) && !i->turns) {
        i->turns = mem_zero(1, sizeof *i->turns);
    }
    struct interview_turns *t = i->turns;
    if (!t) {
        return true;
    }
    if (tells_of_coming(e)) {
        stamp(t, e);
    } else if (e->kind == JOURNAL_MEMO) {
        keep_memo(i, e);
    } else if (e->kind == JOURNAL_SOUND) {
        cut_turns(t, e);
    } else if (e->kind == JOURNAL_REMOVE) {
        entry_went(t, e->path);
    } else if (e->kind == JOURNAL_RESTORE && i->gone) {
        entry_came(t, i->gone);
    }
    /* after a power cut nobody knows how long the last turn went on: it ends with what was seen;
     * the same after a restart, whose monotonic clock begins anew */
    bool restarted = clock_broken_between((struct clock_moment){t->last_wall, t->last_mono},
                                          (struct clock_moment){e->wall_ms, e->mono_ms});
    if (e->kind == JOURNAL_RESUME && (!t->aside || restarted)) {
        close_turn(i, t->last_mono);
    }
    bool ok = e->kind != JOURNAL_TURN || keep_turn(i, e, err);
    t->last_mono = e->mono_ms;
    t->last_wall = e->wall_ms;
    t->aside = e->kind == JOURNAL_PAUSE;
    return ok;
}

static void cell_number(struct buf *out, long long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", number);
    csv_cell(out, text, false);
}

struct node *turns_codes(struct node *topic)
{
    for (struct node *n = topic->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT || !n->item || n->item->shape.is_repeat) {
            continue;
        }
        const struct control *c = n->item->control;
        if (n->item->is_leaf && c && c->kind == CONTROL_SELECT) {
            return n;
        }
        struct node *deeper = n->item->is_leaf ? NULL : turns_codes(n);
        if (deeper) {
            return deeper;
        }
    }
    return NULL;
}

static bool is_memo_gone(const struct interview *i, unsigned number)
{
    const struct interview_memo *m = i->memos;
    while (m && m->number != number) {
        m = m->next;
    }
    return !m || !m->text.len;
}

/* A code that is not chosen any more, a memo that was removed. */
static bool is_taken_back(const struct interview *i, const struct turn *turn)
{
    struct node *topic = turn->code ? session_find(i->session, turn->topic) : NULL;
    const struct node *codes = topic ? turns_codes(topic) : NULL;
    bool chosen = codes && codes->active && text_has_word(tree_value(codes), turn->code);
    return turn->code ? !chosen : turn->memo && is_memo_gone(i, turn->memo);
}

/* Whether the people agree that this is told; who it is told of. */
static bool is_told(struct interview *i, turns_tell *tell, const struct turn *one, const char **who)
{
    enum turns_told told = *one->who ? tell(i, one->who) : TOLD_ALL;
    *who = told == TOLD_NOTHING ? TURN_REFUSED : one->who;
    return one->quote ? told == TOLD_ALL : is_mark(one) ? told != TOLD_NOTHING : true;
}

void turns_write(struct interview *i, turns_tell *tell, struct buf *out)
{
    const struct interview_turns *t = i->turns;
    if (!t || !t->count) {
        return;
    }
    buf_text(out, "topic,event,who,start_ms,duration_ms,recording,recording_ms,code\n");
    for (size_t k = 0; k < t->count; k++) {
        const struct turn *one = &t->list[k];
        char recording[33] = "";
        const char *who;
        if (one->was || is_taken_back(i, one) || !is_told(i, tell, one, &who)) {
            continue;
        }
        if (one->recorded_ms >= 0) {
            text_hex(recording, one->recording, sizeof one->recording);
        }
        csv_cell(out, one->topic, true);
        csv_cell(out,
                 one->code    ? "code"
                 : one->quote ? "quote"
                 : one->memo  ? "memo"
                              : "turn",
                 false);
        csv_cell(out, who, false);
        cell_number(out, one->start);
        cell_number(out, one->since ? t->last_mono - one->since : one->ms);
        csv_cell(out, recording, false);
        if (one->recorded_ms >= 0) {
            cell_number(out, one->recorded_ms);
        } else {
            csv_cell(out, "", false);
        }
        csv_cell(out, one->code ? one->code : "", false);
        csv_end(out);
    }
}

void turns_free(struct interview *i)
{
    struct interview_turns *t = i->turns;
    for (size_t k = 0; t && k < t->count; k++) {
        mem_wipe_text(t->list[k].topic);
        mem_wipe_text(t->list[k].who);
        mem_wipe_text(t->list[k].code);
        mem_wipe_text(t->list[k].entry);
        mem_wipe_text(t->list[k].was);
    }
    for (size_t k = 0; t && k < t->stamp_count; k++) {
        mem_wipe_text(t->stamps[k].path);
    }
    if (t) {
        free(t->stamps);
        free(t->list);
        free(t);
        i->turns = NULL;
    }
}
