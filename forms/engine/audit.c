/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the audit log from the events of a journal. */
#include "forms/engine/audit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"

/* A wall clock that moves more than this against the monotonic clock was set.  Smaller
 * differences are drift or a slow start. */
enum { CLOCK_JUMP_MS = 2000 };

struct watched { /* a question of the open page, and its value when the page opened */
    struct node *node;
    char *before;
};

struct audit {
    struct buf rows; /* without what is known only at the end */
    struct mark {
        size_t user, end; /* offsets in `rows`: where the user goes; where the row ends */
        struct place {
            bool recorded;
            uint8_t recording[16];
            int64_t ms;
        } at;  /* in which recording the row begins, and where */
    } * marks; /* one for each row */
    size_t mark_count, mark_cap;
    struct place *ended; /* recordings that have ended, and how long they are */
    size_t ended_count;
    bool track;
    int64_t wall, mono; /* clock times at the beginning or the last resume */
    int64_t last_wall, last_mono, now;
    char language[LANGUAGE_NAME];
    /* the open interval; `event` "" = none */
    char event[24];
    char *path;
    int64_t start;
    struct watched *fields;
    size_t field_count, field_cap;
    /* which questions are asked, by node */
    struct seen {
        const struct node *node;
        bool asked;
    } * seen;
    size_t seen_count, seen_cap;
    unsigned memos; /* memos started so far */
    char *reason;   /* of a correction, or NULL */
    struct place heard,
        opened;          /* the recording that runs, at its last event; when the page opened */
    int64_t heard_since; /* monotonic, of that event; 0: it pauses */
    bool aside;          /* the last event put the interview aside */
};

/* The new columns of a later version come last: logs of older devices have fewer. */
const char audit_columns[] = "event,node,start,end,latitude,longitude,accuracy,old-value,"
                             "new-value,user,change-reason,language,recording,recording-ms";

struct audit *audit_new(bool track_changes)
{
    struct audit *a = mem_zero(1, sizeof *a);
    a->track = track_changes;
    return a;
}

static void forget_page(struct audit *a)
{
    for (size_t i = 0; i < a->field_count; i++) {
        mem_wipe_text(a->fields[i].before);
    }
    a->field_count = 0;
    mem_wipe_text(a->path);
    a->path = NULL;
    a->event[0] = '\0';
}

void audit_free(struct audit *a)
{
    if (a) {
        forget_page(a);
        buf_fini(&a->rows);
        free(a->marks);
        free(a->ended);
        free(a->fields);
        free(a->seen);
        mem_wipe_text(a->reason);
        free(a);
    }
}

/* ---- rows ---- */

static void put_ms(struct buf *out, int64_t ms)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)ms);
    csv_cell(out, text, false);
}

static struct place place_now(const struct audit *a)
{
    struct place at = a->heard;
    bool runs = a->heard_since && a->last_mono > a->heard_since;
    at.ms += runs ? a->last_mono - a->heard_since : 0;
    return at;
}

/* Two cells: which recording runs, and where in it this is.  Of one that was cut the last seconds
 * may be missing. */
static void put_place(const struct audit *a, struct buf *out, const struct place *at)
{
    char name[33] = "";
    int64_t ms = at->ms;
    if (!at->recorded) {
        csv_cell(out, "", false);
        csv_cell(out, "", false);
        return;
    }
    for (size_t i = 0; i < a->ended_count; i++) {
        bool same = memcmp(a->ended[i].recording, at->recording, sizeof at->recording) == 0;
        ms = same && ms > a->ended[i].ms ? a->ended[i].ms : ms;
    }
    text_hex(name, at->recording, sizeof at->recording);
    csv_cell(out, name, false);
    put_ms(out, ms);
}

static struct mark *add_mark(struct audit *a)
{
    if (a->mark_count == a->mark_cap) {
        a->mark_cap = a->mark_cap ? 2 * a->mark_cap : 128;
        a->marks = mem_grow(a->marks, a->mark_cap, sizeof *a->marks);
    }
    return &a->marks[a->mark_count++];
}

/* `end` 0: the event has no duration. */
static void put_reason(struct audit *a, const char *event, const char *path, int64_t start,
                       int64_t end, const char *before, const char *after, const char *reason)
{
    struct buf *out = &a->rows;
    struct mark *mark = add_mark(a);
    mark->at = end ? a->opened : place_now(a);
    csv_cell(out, event, true);
    csv_cell(out, path, false);
    put_ms(out, start);
    if (end) {
        put_ms(out, end);
    } else {
        csv_cell(out, "", false);
    }
    for (int i = 0; i < 3; i++) { /* latitude, longitude, accuracy: not measured */
        csv_cell(out, "", false);
    }
    csv_cell(out, before, false);
    csv_cell(out, after, false);
    csv_cell(out, "", false); /* user */
    mark->user = out->len;
    csv_cell(out, reason, false);
    csv_cell(out, a->language, false);
    mark->end = out->len;
}

static void put_row(struct audit *a, const char *event, const char *path, int64_t start,
                    int64_t end, const char *before, const char *after)
{
    put_reason(a, event, path, start, end, before, after, "");
}

static void close_page(struct audit *a)
{
    if (!a->event[0]) {
        return;
    }
    bool single = strcmp(a->event, "question") == 0;
    const char *before = "", *after = "";
    struct watched *w = a->fields;
    if (single && a->track && a->field_count && strcmp(w->before, tree_value(w->node)) != 0) {
        before = w->before;
        after = tree_value(w->node);
    }
    put_row(a, a->event, a->path, a->start, a->now, before, after);
    for (size_t i = 0; i < a->field_count && !single && a->track; i++) {
        if (strcmp(a->fields[i].before, tree_value(a->fields[i].node)) != 0) {
            struct buf path = {0};
            session_path(a->fields[i].node, &path);
            put_row(a, "question", path.data, a->start, a->now, a->fields[i].before,
                    tree_value(a->fields[i].node));
            buf_fini(&path);
        }
    }
    forget_page(a);
}

static void watch(struct audit *a, struct node *node)
{
    if (node->item && node->item->control && !node->first) {
        if (a->field_count == a->field_cap) {
            a->field_cap = a->field_cap ? 2 * a->field_cap : 64;
            a->fields = mem_grow(a->fields, a->field_cap, sizeof *a->fields);
        }
        a->fields[a->field_count++] = (struct watched){node, mem_text(tree_value(node))};
    }
    for (struct node *c = node->first; c; c = c->next) {
        watch(a, c);
    }
}

/* The repeat entry that is shown as one page, if `node` is that page's node; else NULL. */
static struct node *whole_entry(struct session *s, const struct node *node)
{
    struct node *entry = node ? session_entry_of(node) : NULL;
    const struct control *c = entry && entry->item ? entry->item->control : NULL;
    struct page *pages;
    size_t count = 0;
    struct arena arena;
    if (!c || !control_has(c, "field-list")) {
        return NULL;
    }
    arena_init(&arena);
    session_pages(s, &arena, entry, &pages, &count);
    bool whole = count == 1 && pages[0].kind == PAGE_FIELDS && pages[0].node == node;
    arena_fini(&arena);
    return whole ? entry : NULL;
}

static void open_page(struct audit *a, const struct journal_event *e, struct session *s)
{
    struct node *node = session_find(s, e->path), *entry = whole_entry(s, node);
    node = entry ? entry : node;
    bool group = node && node->first;
    close_page(a);
    if (e->value_len) { /* the page lists the entries of a repeat */
        snprintf(a->event, sizeof a->event, "add repeat");
        a->path = mem_text(e->value);
    } else {
        snprintf(a->event, sizeof a->event, "%s", group ? "group questions" : "question");
        struct buf path = {0};
        if (entry) {
            session_path(entry, &path);
        }
        a->path = mem_text(entry ? path.data : e->path);
        buf_fini(&path);
        if (node) {
            watch(a, node);
        }
    }
    a->start = a->now;
    a->opened = place_now(a);
}

/* ---- which questions are asked ---- */

static size_t slot_of(const struct audit *a, const struct node *node)
{
    size_t at = ((uintptr_t)node >> 4) * 0x9E3779B97F4A7C15u & (a->seen_cap - 1);
    while (a->seen[at].node && a->seen[at].node != node) {
        at = (at + 1) & (a->seen_cap - 1);
    }
    return at;
}

static void grow(struct audit *a)
{
    struct seen *old = a->seen;
    size_t cap = a->seen_cap;
    a->seen_cap = cap ? cap * 2 : 256;
    a->seen = mem_zero(a->seen_cap, sizeof *a->seen);
    for (size_t i = 0; i < cap; i++) {
        if (old[i].node) {
            a->seen[slot_of(a, old[i].node)] = old[i];
        }
    }
    free(old);
}

static void compare_asked(struct audit *a, struct session *s, bool tell)
{
    const struct form *form = session_form(s);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        if (!item->control || !item->is_leaf || !(item->inherits || item->relevant)) {
            continue;
        }
        for (struct node *n = session_first(s, item); n; n = n->same_next) {
            if ((a->seen_count + 1) * 2 > a->seen_cap) {
                grow(a);
            }
            struct seen *seen = &a->seen[slot_of(a, n)];
            bool fresh = !seen->node;
            if (!fresh && seen->asked == n->active) {
                continue;
            }
            a->seen_count += fresh;
            *seen = (struct seen){n, n->active};
            if (tell && !fresh) {
                struct buf path = {0};
                session_path(n, &path);
                put_row(a, "relevance change", path.data, a->now, 0,
                        n->active ? "not asked" : "asked", n->active ? "asked" : "not asked");
                buf_fini(&path);
            }
        }
    }
}

/* ---- events ---- */

static void keep_time(struct audit *a, const struct journal_event *e)
{
    bool anew = e->kind == JOURNAL_BEGIN || e->kind == JOURNAL_CORRECT || e->kind == JOURNAL_RESUME;
    /* the machine may have restarted before a resume, so its monotonic clock says nothing
     * about the gap */
    bool same_boot = !anew && e->mono_ms >= a->last_mono && a->last_mono > 0;
    int64_t jump = (e->wall_ms - a->last_wall) - (e->mono_ms - a->last_mono);
    bool set = same_boot && (jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS);
    char before[64], after[64];
    if (set) {
        clock_iso(before, sizeof before, a->last_wall + e->mono_ms - a->last_mono, 0, true);
        clock_iso(after, sizeof after, e->wall_ms, 0, true);
    }
    if (anew || !a->mono) {
        a->wall = e->wall_ms;
        a->mono = e->mono_ms;
    }
    a->now = a->wall + (e->mono_ms - a->mono);
    a->last_wall = e->wall_ms;
    a->last_mono = e->mono_ms;
    if (set) {
        put_row(a, "clock change", "", a->now, 0, before, after);
    }
}

/* What happened to a recording: its name stands as the new value, or as the old one when it ends.
 */
static void put_sound(struct audit *a, const struct journal_event *e)
{
    static const char *const events[] = {[SOUND_BEGUN] = "recording begin",
                                         [SOUND_PAUSED] = "recording pause",
                                         [SOUND_WENT_ON] = "recording continue",
                                         [SOUND_ENDED] = "recording end",
                                         [SOUND_DELETED] = "recording delete"};
    struct journal_sound s;
    char name[33];
    if (!journal_sound_read(&s, e, NULL)) {
        return;
    }
    text_hex(name, s.recording, sizeof s.recording);
    bool over = s.what == SOUND_ENDED || s.what == SOUND_DELETED;
    struct place running = a->heard;
    int64_t since = a->heard_since;
    bool other =
        running.recorded && memcmp(running.recording, s.recording, sizeof s.recording) != 0;
    a->heard = (struct place){.recorded = true, .ms = s.ms};
    memcpy(a->heard.recording, s.recording, sizeof s.recording);
    a->heard_since = 0;
    if (s.what == SOUND_ENDED) {
        a->ended = mem_grow(a->ended, a->ended_count + 1, sizeof *a->ended);
        a->ended[a->ended_count++] = a->heard;
    }
    put_row(a, events[s.what], e->path, a->now, 0, over ? name : "", over ? "" : name);
    if (s.what == SOUND_BEGUN || s.what == SOUND_WENT_ON) {
        a->heard_since = e->mono_ms > 0 ? e->mono_ms : 1;
    } else if (over && other) { /* an earlier one was deleted while another runs */
        a->heard = running;
        a->heard_since = since;
    } else if (over) {
        a->heard = (struct place){0};
    }
}

/* At a group's table: that a turn began, not whose: who spoke may take that back, in turns.csv. */
static void put_turn(struct audit *a, const struct journal_event *e)
{
    static const char *const events[] = {[TURN_BEGUN] = "turn begin",
                                         [TURN_ENDED] = "turn end",
                                         [TURN_PUT_RIGHT] = "turn correct",
                                         [TURN_QUOTED] = "quote",
                                         [TURN_CODED] = "code"};
    size_t what = e->value_len ? (unsigned char)e->value[0] : 0;
    if (what >= sizeof events / sizeof *events || !events[what]) {
        return;
    }
    put_row(a, events[what], e->path, a->now, 0, "", "");
}

/* What was cut, or went over a restart, stopped with the event seen last: the monotonic clock says
 * nothing of the gap. */
static void freeze(struct audit *a, const struct journal_event *e)
{
    bool restarted = clock_broken_between((struct clock_moment){a->last_wall, a->last_mono},
                                          (struct clock_moment){e->wall_ms, e->mono_ms});
    if (e->kind == JOURNAL_RESUME && (!a->aside || restarted)) {
        a->heard = place_now(a);
        a->heard_since = 0;
    }
    a->aside = e->kind == JOURNAL_PAUSE;
}

void audit_event(struct audit *a, const struct journal_event *e, struct session *s)
{
    assert(a->field_count == 0 || s); /* the open page reads the session */
    if (e->kind == JOURNAL_RESUME) {
        close_page(a); /* the page ended with the last event on it, even if power failed */
    }
    freeze(a, e);
    keep_time(a, e);
    switch (e->kind) {
    case JOURNAL_BEGIN:
    case JOURNAL_CORRECT:
        snprintf(a->language, sizeof a->language, "%s", e->language);
        put_row(a, "form start", "", a->now, 0, "", "");
        compare_asked(a, s, false);
        break;
    case JOURNAL_RESUME:
        put_row(a, "form resume", "", a->now, 0, "", "");
        break;
    case JOURNAL_PAUSE:
        close_page(a);
        put_row(a, "form save", "", a->now, 0, "", "");
        put_row(a, "form exit", "", a->now, 0, "", "");
        break;
    case JOURNAL_PAGE:
        open_page(a, e, s);
        break;
    case JOURNAL_SCREEN:
        close_page(a);
        snprintf(a->event, sizeof a->event, "%s",
                 strcmp(e->value, "end") == 0 ? "end screen" : "jump");
        a->path = mem_text("");
        a->start = a->now;
        a->opened = place_now(a);
        break;
    case JOURNAL_ANSWER:
    case JOURNAL_ADD:
    case JOURNAL_RESTORE:
        compare_asked(a, s, true);
        break;
    case JOURNAL_REMOVE:
        put_row(a, "delete repeat", e->path, a->now, 0, "", "");
        compare_asked(a, s, true);
        break;
    case JOURNAL_REFUSED:
        put_row(a, "constraint error", e->path, a->now, 0, "", "");
        break;
    case JOURNAL_LANGUAGE:
        put_row(a, "language change", "", a->now, 0, a->language, e->language);
        snprintf(a->language, sizeof a->language, "%s", e->language);
        break;
    case JOURNAL_MEMO: /* one row, when the memo is started; its text is in memos.csv */
        if (e->value_len >= 2 && get_u16((const uint8_t *)e->value) > a->memos) {
            a->memos = get_u16((const uint8_t *)e->value);
            put_row(a, "memo", e->path, a->now, 0, "", "");
        }
        break;
    case JOURNAL_SOUND:
        put_sound(a, e);
        break;
    case JOURNAL_TURN:
        put_turn(a, e);
        break;
    case JOURNAL_REASON: /* the last one counts; it is written at the end */
        mem_wipe_text(a->reason);
        a->reason = mem_text(e->value);
        break;
    case JOURNAL_FINISH:
        close_page(a);
        if (a->reason) { /* as Collect writes it after an edit */
            put_reason(a, "change reason", "", a->now, 0, "", "", a->reason);
        }
        put_row(a, "form save", "", a->now, 0, "", "");
        put_row(a, "form finalize", "", a->now, 0, "", "");
        break;
    default:
        break;
    }
}

void audit_write(struct audit *a, const char *user, struct buf *out)
{
    close_page(a);
    buf_join(out, audit_columns, "\n", NULL);
    struct buf cell = {0};
    csv_cell(&cell, user, true);
    size_t from = 0;
    for (size_t i = 0; i < a->mark_count; i++) {
        const struct mark *mark = &a->marks[i];
        buf_add(out, a->rows.data + from, mark->user - from);
        buf_add(out, cell.data, cell.len);
        buf_add(out, a->rows.data + mark->user, mark->end - mark->user);
        put_place(a, out, &mark->at);
        csv_end(out);
        from = mark->end;
    }
    buf_fini(&cell);
}
