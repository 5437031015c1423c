/* SPDX-License-Identifier: Apache-2.0 */
/* Takes over what people at another desk said: withdrawals, reviews, codings, sources. */
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_merge_internal.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_sources.h"
#include "tools/desk/desk_transcripts.h"

const char *merge_hex(struct arena *arena, const void *bytes, size_t len)
{
    char hex[65];
    text_hex(hex, bytes, len);
    return arena_text(arena, hex);
}

/* ---- withdrawals ---- */

struct taken_back { /* what another desk's log says of one record */
    uint8_t record[16];
    unsigned uses;
    int64_t wall_ms;
    const char *why; /* with who and which day */
};
struct withdrawals {
    struct merging *m;
    struct arena arena;
    struct taken_back *list;
    size_t count;
};

static bool take_withdrawal(void *user, const struct ledger_entry *e, struct err *err)
{
    struct withdrawals *w = user;
    unsigned before;
    if (e->kind != LEDGER_WITHDRAWAL) {
        return true;
    }
    if (!desk_withdrawn(w->m->to, e->record, &before, err)) {
        return false;
    }
    if ((before & e->state) != e->state) {
        enum { DAY = 10, WHY_MAX = 60000 }; /* the log takes 65,535 bytes */
        char when[40];
        desk_put_when(when, e->wall_ms);
        when[DAY] = '\0';
        size_t len = variable_letters(e->why, strlen(e->why), WHY_MAX);
        const char *why = arena_copy(&w->arena, e->why, len);
        const char *who =
            arena_copy(&w->arena, e->who, variable_letters(e->who, strlen(e->who), 80));
        w->list = mem_grow(w->list, w->count + 1, sizeof *w->list);
        struct taken_back *one = &w->list[w->count++];
        *one = (struct taken_back){.uses = e->state & USE_ALL, .wall_ms = e->wall_ms};
        memcpy(one->record, e->record, 16);
        one->why = arena_join(&w->arena, why, *why ? ", " : "", "at another desk, by ",
                              *who ? who : "?", ", ", when, NULL);
    }
    return true;
}

static int by_reason(const void *a, const void *b)
{
    const struct taken_back *one = a, *other = b;
    int order = one->uses != other->uses ? (one->uses < other->uses ? -1 : 1)
                                         : strcmp(one->why, other->why);
    return order                            ? order
           : one->wall_ms != other->wall_ms ? (one->wall_ms < other->wall_ms ? -1 : 1)
                                            : memcmp(one->record, other->record, 16);
}

/* Those of a day with the same uses and the same reason at once: each withdrawal reads all records.
 * Messages bear the time of the first of them: what the other desk said of a case later counts. */
static bool withdraw_alike(struct withdrawals *w, size_t from, size_t to, struct err *err)
{
    struct merging *m = w->m;
    const struct withdraw_options options = {
        .uses = w->list[from].uses, .why = w->list[from].why, .wall_ms = w->list[from].wall_ms};
    struct withdraw_report sum = {0};
    struct forget_report forgotten = {0};
    uint8_t(*ids)[16] = mem_alloc((to - from) * sizeof *ids);
    size_t count = 0;
    bool ok = true;
    for (size_t i = from; ok && i < to; i++) {
        unsigned before; /* of another version of the record, in the meantime */
        ok = desk_withdrawn(m->to, w->list[i].record, &before, err);
        if ((before & options.uses) != options.uses) {
            memcpy(ids[count++], w->list[i].record, 16);
        }
    }
    ok = ok && (!count || desk_withdraw_all(m->to, m->identity, (const uint8_t(*)[16])ids, count,
                                            &options, &sum, &forgotten, err));
    if (ok) {
        m->report->withdrawals += (unsigned)count;
        m->report->destroyed += sum.destroyed;
    }
    if (ok && forgotten.unread) {
        merge_tell(m, &m->report->conflicts,
                   "%u of the withdrawn records did not open: which cases they made is not known; "
                   "take them back with 'assign CASE --back'",
                   forgotten.unread);
    }
    free(ids);
    return ok;
}

bool merge_withdrawals(struct merging *m, struct err *err)
{
    struct withdrawals w = {.m = m};
    arena_init(&w.arena);
    bool ok = desk_ledger_read(m->from, take_withdrawal, &w, err);
    if (w.count) {
        qsort(w.list, w.count, sizeof *w.list, by_reason);
    }
    for (size_t i = 0, end; ok && i < w.count; i = end) {
        for (end = i + 1; end < w.count && w.list[end].uses == w.list[i].uses &&
                          strcmp(w.list[end].why, w.list[i].why) == 0;
             end++) {
        }
        ok = withdraw_alike(&w, i, end, err);
    }
    free(w.list);
    arena_fini(&w.arena);
    return ok;
}

/* ---- reviews ---- */

struct words {
    struct merging *m;
    struct arena arena;
    struct map said, held; /* fingerprints of what this desk's log has; its records */
    uint8_t origin[SIGN_PUBLIC];
};

static bool note_record(void *user, const struct desk_object *o, struct err *err)
{
    struct map *held = user;
    char hex[33];
    (void)err;
    text_hex(hex, o->id, 16);
    if (!map_get(held, hex)) {
        map_put(held, arena_text(held->arena, hex), held);
    }
    return true;
}

/* The records that this desk has, with content or without: what a device made that is not enrolled
 * is not among them. */
static bool note_records(struct merging *m, struct map *held, struct arena *arena, struct err *err)
{
    map_init(held, arena);
    return desk_ids(m->to, note_record, held, err);
}

static bool has_record(const struct map *held, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    return map_get(held, hex) != NULL;
}

/* The same for a review, whichever desk's log it stands in. */
static const char *fingerprint(struct arena *arena, const struct ledger_entry *e)
{
    struct buf all = {0};
    uint8_t head[26] = {(uint8_t)e->kind, e->state}, hash[32];
    put_u64(head + 2, (uint64_t)e->wall_ms);
    memcpy(head + 10, e->record, 16);
    buf_add(&all, head, sizeof head);
    buf_text(&all, e->who); /* not `why`: of a withdrawn record it is left out */
    hash_plain(hash, all.data, all.len);
    buf_fini(&all);
    return merge_hex(arena, hash, sizeof hash);
}

static bool is_word(const struct ledger_entry *e)
{
    return e->kind == LEDGER_REVIEW || e->kind == LEDGER_SENT_BACK;
}

static bool note_word(void *user, const struct ledger_entry *e, struct err *err)
{
    struct words *w = user;
    (void)err;
    if (is_word(e)) {
        map_put(&w->said, fingerprint(&w->arena, e), w);
    }
    return true;
}

static bool carry_word(void *user, const struct ledger_entry *e, struct err *err)
{
    struct words *w = user;
    if (!is_word(e)) {
        return true;
    }
    const char *print = fingerprint(&w->arena, e);
    if (map_get(&w->said, print) || !has_record(&w->held, e->record)) {
        return true;
    }
    map_put(&w->said, print, w);
    struct ledger_entry copy = *e;
    unsigned uses;
    if (!desk_withdrawn(w->m->to, e->record, &uses, err)) {
        return false;
    }
    copy.why = uses & USE_ANSWERS ? "" : e->why; /* the log is for ever */
    if (!e->len) {                               /* else it came there from a third desk */
        copy.body = w->origin;
        copy.len = sizeof w->origin;
    }
    w->m->report->reviews++;
    return desk_ledger_add(w->m->to, &copy, err);
}

bool merge_reviews(struct merging *m, struct err *err)
{
    struct words w = {.m = m};
    arena_init(&w.arena);
    map_init(&w.said, &w.arena);
    desk_ledger_key(m->from, w.origin);
    bool ok = desk_begin(m->to, err);
    if (ok) {
        ok = note_records(m, &w.held, &w.arena, err) &&
             desk_ledger_read(m->to, note_word, &w, err) &&
             desk_ledger_read(m->from, carry_word, &w, err);
        ok = desk_end(m->to, ok, err);
    }
    arena_fini(&w.arena);
    return ok;
}

/* ---- codings and sources ---- */

struct drops { /* what a desk's log says was taken away: id in hex → when, int64_t */
    struct arena arena;
    struct map when;
    const char *what;
};

static bool note_drop(void *user, const struct ledger_entry *e, struct err *err)
{
    struct drops *d = user;
    (void)err;
    if (e->kind == LEDGER_CODING && e->len == 16 && strcmp(e->what, d->what) == 0) {
        const char *id = merge_hex(&d->arena, e->body, 16);
        const int64_t *before = map_get(&d->when, id);
        int64_t *when = arena_alloc(&d->arena, sizeof *when);
        *when = before && *before > e->wall_ms ? *before : e->wall_ms;
        map_put(&d->when, id, when);
    }
    return true;
}

static bool drops_read(struct drops *d, struct desk *desk, const char *what, struct err *err)
{
    *d = (struct drops){.what = what};
    arena_init(&d->arena);
    map_init(&d->when, &d->arena);
    return desk_ledger_read(desk, note_drop, d, err);
}

static bool dropped_after(const struct drops *d, const uint8_t id[16], int64_t wall_ms)
{
    char hex[33];
    text_hex(hex, id, 16);
    const int64_t *when = map_get(&d->when, hex);
    return when && *when >= wall_ms;
}

struct coding_merge {
    struct merging *m;
    struct desk_codings own, its;
    struct drops own_drops, its_drops;
    struct map by_id, its_by_id, held; /* this desk's codings, the other's; this desk's records */
    uint8_t (*ids)[16];
    size_t count; /* of `ids`: what changes here */
};

static bool codings_differ(const struct coding *a, const struct coding *b)
{
    return strcmp(a->code, b->code) != 0 || strcmp(a->words, b->words) != 0 ||
           strcmp(a->translation, b->translation) != 0 || strcmp(a->comment, b->comment) != 0 ||
           a->from != b->from || a->to != b->to || a->quote != b->quote;
}

static bool tell_coding(struct coding_merge *c, const struct coding *own, bool own_counts)
{
    char key[48];
    desk_record_key(key, own->id);
    merge_tell(c->m, &c->m->report->conflicts,
               "both desks have coding %s: the later one, of %s desk, counts",
               key + strlen("uuid:"), own_counts ? "this" : "the other");
    return true;
}

static bool merge_coding(struct coding_merge *c, const struct coding *its, struct err *err)
{
    struct merging *m = c->m;
    char hex[33];
    unsigned uses;
    bool found;
    enum coding_put done;
    if (!desk_withdrawn(m->to, its->record, &uses, err)) {
        return false;
    }
    text_hex(hex, its->id, 16);
    const struct coding *own = map_get(&c->by_id, hex);
    if ((uses & USE_ANSWERS) || !has_record(&c->held, its->record) ||
        dropped_after(&c->own_drops, its->id, its->wall_ms) || (own && !codings_differ(own, its))) {
        return true;
    }
    if (own && own->wall_ms >= its->wall_ms) {
        return tell_coding(c, own, true);
    }
    struct coding copy = *its;
    if (!desk_coding_put(m->to, &copy, &done, err)) {
        return false;
    }
    if (own && !tell_coding(c, own, false)) {
        return false;
    }
    if (own && done == CODING_SAME) { /* this desk has another that marks the same */
        return desk_coding_drop(m->to, own->id, &found, err) &&
               desk_codings_log(m->to, "coding dropped", "at another desk it is another's mark",
                                (const uint8_t(*)[16])own->id, 1, its->wall_ms, err);
    }
    if (done != CODING_SAME) {
        memcpy(c->ids[c->count++], its->id, 16);
        m->report->codings++;
    }
    return true;
}

/* What was taken away there and did not come back goes here, too: at the time when it was. */
static bool drop_coding(struct coding_merge *c, const struct coding *own, struct err *err)
{
    char hex[33];
    bool found;
    text_hex(hex, own->id, 16);
    const int64_t *when = map_get(&c->its_drops.when, hex);
    if (!when || *when < own->wall_ms || map_get(&c->its_by_id, hex)) {
        return true;
    }
    c->m->report->codings++;
    return desk_coding_drop(c->m->to, own->id, &found, err) &&
           desk_codings_log(c->m->to, c->its_drops.what, "at another desk",
                            (const uint8_t(*)[16])own->id, 1, *when, err);
}

static bool put_codings(struct coding_merge *c, struct err *err)
{
    struct merging *m = c->m;
    bool ok = true;
    c->ids = mem_alloc((c->its.count + 1) * sizeof *c->ids);
    map_init(&c->by_id, &c->own.arena);
    map_init(&c->its_by_id, &c->own.arena);
    ok = note_records(m, &c->held, &c->own.arena, err);
    for (size_t i = 0; i < c->own.count; i++) {
        map_put(&c->by_id, merge_hex(&c->own.arena, c->own.list[i].id, 16), &c->own.list[i]);
    }
    for (size_t i = 0; i < c->its.count; i++) {
        map_put(&c->its_by_id, merge_hex(&c->own.arena, c->its.list[i].id, 16), &c->its.list[i]);
    }
    for (size_t i = 0; ok && i < c->own.count; i++) { /* first: another may mark the same */
        ok = drop_coding(c, &c->own.list[i], err);
    }
    for (size_t i = 0; ok && i < c->its.count; i++) {
        ok = merge_coding(c, &c->its.list[i], err);
    }
    ok = ok && (!c->count ||
                desk_codings_log(m->to, "codings of another desk", "", (const uint8_t(*)[16])c->ids,
                                 c->count, m->report->wall_ms, err));
    free(c->ids);
    return ok;
}

bool merge_codings(struct merging *m, struct err *err)
{
    static const char dropped[] = "coding dropped"; /* as sync_codings.c has it */
    struct coding_merge c = {.m = m};
    bool ok = desk_codings_read(&c.own, m->to, err);
    ok = desk_codings_read(&c.its, m->from, ok ? err : NULL) && ok;
    ok = drops_read(&c.own_drops, m->to, dropped, ok ? err : NULL) && ok;
    ok = drops_read(&c.its_drops, m->from, dropped, ok ? err : NULL) && ok;
    if (ok) {
        ok = desk_begin(m->to, err);
        ok = ok && desk_end(m->to, put_codings(&c, err), err);
    }
    desk_codings_fini(&c.own);
    desk_codings_fini(&c.its);
    arena_fini(&c.own_drops.arena);
    arena_fini(&c.its_drops.arena);
    return ok;
}

/* ---- transcripts ---- */

struct transcript_merge {
    struct merging *m;
    struct desk_transcripts own, its;
    struct drops own_drops, its_drops;
    struct map here, there, held; /* ids of transcripts; this desk's records */
};

/* They are never changed: one is at both desks, or at one of them. */
static bool merge_transcript(struct transcript_merge *t, const struct transcript *its,
                             struct err *err)
{
    struct desk *desk = t->m->to;
    struct transcript copy = *its;
    unsigned uses;
    if (map_get(&t->here, merge_hex(&t->own.arena, its->id, 16)) ||
        !has_record(&t->held, its->record) || dropped_after(&t->own_drops, its->id, its->wall_ms)) {
        return true;
    }
    if (!desk_withdrawn(desk, its->record, &uses, err)) {
        return false;
    }
    if (uses & (USE_ANSWERS | USE_RECORDING)) {
        return true;
    }
    t->m->report->transcripts++;
    return desk_transcript_put(desk, &copy, err) &&
           desk_codings_log(desk, "transcript of another desk", "", &its->id, 1,
                            t->m->report->wall_ms, err);
}

static bool put_transcripts(struct transcript_merge *t, struct err *err)
{
    struct desk *desk = t->m->to;
    bool ok = note_records(t->m, &t->held, &t->own.arena, err), found;
    map_init(&t->here, &t->own.arena);
    map_init(&t->there, &t->own.arena);
    for (size_t i = 0; i < t->own.count; i++) {
        map_put(&t->here, merge_hex(&t->own.arena, t->own.list[i].id, 16), t);
    }
    for (size_t i = 0; i < t->its.count; i++) {
        map_put(&t->there, merge_hex(&t->own.arena, t->its.list[i].id, 16), t);
    }
    for (size_t i = 0; ok && i < t->own.count; i++) {
        const struct transcript *own = &t->own.list[i];
        if (dropped_after(&t->its_drops, own->id, own->wall_ms) &&
            !map_get(&t->there, merge_hex(&t->own.arena, own->id, 16))) {
            t->m->report->transcripts++;
            ok = desk_transcript_drop(desk, own->id, &found, err) &&
                 desk_codings_log(desk, t->its_drops.what, "at another desk", &own->id, 1,
                                  t->m->report->wall_ms, err);
        }
    }
    for (size_t i = 0; ok && i < t->its.count; i++) {
        ok = merge_transcript(t, &t->its.list[i], err);
    }
    return ok;
}

bool merge_transcripts(struct merging *m, struct err *err)
{
    static const char dropped[] = "transcript dropped"; /* as sync_transcribe.c has it */
    struct transcript_merge t = {.m = m};
    bool ok = desk_transcripts_read(&t.own, m->to, NULL, err);
    ok = desk_transcripts_read(&t.its, m->from, NULL, ok ? err : NULL) && ok;
    ok = drops_read(&t.own_drops, m->to, dropped, ok ? err : NULL) && ok;
    ok = drops_read(&t.its_drops, m->from, dropped, ok ? err : NULL) && ok;
    if (ok) {
        ok = desk_begin(m->to, err);
        ok = ok && desk_end(m->to, put_transcripts(&t, err), err);
    }
    desk_transcripts_fini(&t.own);
    desk_transcripts_fini(&t.its);
    arena_fini(&t.own_drops.arena);
    arena_fini(&t.its_drops.arena);
    return ok;
}

/* ---- sources ---- */

static const struct source_document *same_source(const struct desk_sources *all,
                                                 const struct source_document *s)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct source_document *o = &all->list[i];
        if (strcmp(o->title, s->title) == 0 && strcmp(o->kind, s->kind) == 0 &&
            strcmp(o->date, s->date) == 0) {
            return o;
        }
    }
    return NULL;
}

static bool drop_source(struct merging *m, const uint8_t id[16], struct err *err)
{
    char hex[33];
    text_hex(hex, id, 16);
    return desk_source_drop(m->to, hex, m->report->wall_ms, err);
}

/* Registered at both desks, a document gets the lower id at both, so that each hears when the other
 * takes it away. */
static bool merge_source(struct merging *m, const struct desk_sources *own,
                         const struct drops *own_drops, const struct source_document *its,
                         struct err *err)
{
    const struct source_document *same = same_source(own, its);
    if (same ? memcmp(same->id, its->id, 16) <= 0
             : dropped_after(own_drops, its->id, its->wall_ms)) {
        return true;
    }
    m->report->sources += !same;
    return (!same || drop_source(m, same->id, err)) && desk_source_carry(m->to, its, err);
}

bool merge_sources(struct merging *m, struct err *err)
{
    static const char dropped[] = "source drop"; /* as desk_sources.c has it */
    struct desk_sources own, its;
    struct drops own_drops, its_drops;
    bool ok = desk_sources_read(&own, m->to, err);
    ok = desk_sources_read(&its, m->from, ok ? err : NULL) && ok;
    ok = drops_read(&own_drops, m->to, dropped, ok ? err : NULL) && ok;
    ok = drops_read(&its_drops, m->from, dropped, ok ? err : NULL) && ok;
    for (size_t i = 0; ok && i < own.count; i++) {
        if (dropped_after(&its_drops, own.list[i].id, own.list[i].wall_ms) &&
            !same_source(&its, &own.list[i])) {
            ok = drop_source(m, own.list[i].id, err);
            m->report->sources += ok;
        }
    }
    for (size_t i = 0; ok && i < its.count; i++) {
        ok = merge_source(m, &own, &own_drops, &its.list[i], err);
    }
    desk_sources_fini(&own);
    desk_sources_fini(&its);
    arena_fini(&own_drops.arena);
    arena_fini(&its_drops.arena);
    return ok;
}
