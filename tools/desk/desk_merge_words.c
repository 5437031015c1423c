/* SPDX-License-Identifier: Apache-2.0 */
/* Takes over what people at another desk said: withdrawals, messages, reviews, codings, sources. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_merge_internal.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_sources.h"

static const char *hex_of(struct arena *arena, const void *bytes, size_t len)
{
    char hex[65];
    text_hex(hex, bytes, len);
    return arena_text(arena, hex);
}

/* ---- withdrawals ---- */

struct taken_back { /* what another desk's log says of one record */
    uint8_t record[16];
    unsigned uses;
    const char *why;
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
        char when[40];
        desk_put_when(when, e->wall_ms);
        w->list = mem_grow(w->list, w->count + 1, sizeof *w->list);
        struct taken_back *one = &w->list[w->count++];
        *one = (struct taken_back){.uses = e->state & USE_ALL};
        memcpy(one->record, e->record, 16);
        one->why = arena_join(&w->arena, e->why, *e->why ? ", " : "", "at another desk, by ",
                              *e->who ? e->who : "?", ", ", when, NULL);
    }
    return true;
}

static int by_reason(const void *a, const void *b)
{
    const struct taken_back *one = a, *other = b;
    int order = one->uses != other->uses ? (one->uses < other->uses ? -1 : 1)
                                         : strcmp(one->why, other->why);
    return order ? order : memcmp(one->record, other->record, 16);
}

/* Those with the same uses and the same reason at once: each withdrawal reads all records. */
static bool withdraw_alike(struct withdrawals *w, size_t from, size_t to, struct err *err)
{
    struct merging *m = w->m;
    const struct withdraw_options options = {
        .uses = w->list[from].uses, .why = w->list[from].why, .wall_ms = m->report->wall_ms};
    struct withdraw_report sum = {0};
    struct forget_report forgotten;
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

/* ---- messages ---- */

struct own_word { /* the last of this desk on a topic */
    int64_t wall_ms;
    enum message_kind kind;
    bool told; /* that the other desk spoke of it, too */
};
struct posts {
    struct merging *m;
    struct arena arena;
    struct map its_ids, ids;    /* of messages at the other desk, and at this one */
    struct map spoke;           /* topics that only this desk spoke of → struct own_word */
    struct map withdrawn_cases; /* cases of records that were withdrawn here */
    bool any_case;              /* some of these records did not open: it may be any case */
};

enum { TOPIC = 48 };
/* What a message is about: of later ones on the same topic, the last counts. */
static void topic_of(char out[TOPIC], const struct message *m)
{
    char hex[33];
    text_hex(hex, m->about, 16);
    bool is_case = m->kind == MESSAGE_ASSIGN || m->kind == MESSAGE_TAKE_BACK;
    out[0] = is_case ? 'c' : m->kind == MESSAGE_SEND_BACK ? 's' : 'w';
    memcpy(out + 1, hex, sizeof hex);
    if (out[0] == 'w') { /* each device is told for itself */
        text_hex(hex, m->device_id, 6);
        memcpy(out + 33, hex, 13);
    }
}

static bool note_its(void *user, const struct message *m, int64_t wall_ms, bool taken,
                     struct err *err)
{
    struct posts *p = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    map_put(&p->its_ids, hex_of(&p->arena, m->message_id, 16), p);
    return true;
}

static bool note_own(void *user, const struct message *m, int64_t wall_ms, bool taken,
                     struct err *err)
{
    struct posts *p = user;
    char topic[TOPIC];
    (void)taken;
    (void)err;
    const char *id = hex_of(&p->arena, m->message_id, 16);
    map_put(&p->ids, id, p);
    if (!map_get(&p->its_ids, id)) {
        struct own_word *word = arena_alloc(&p->arena, sizeof *word);
        *word = (struct own_word){.wall_ms = wall_ms, .kind = m->kind};
        topic_of(topic, m);
        map_put(&p->spoke, arena_text(&p->arena, topic), word);
    }
    return true;
}

static bool knows_device(struct desk *desk, const uint8_t id[16], bool *known, struct err *err)
{
    uint8_t name[16];
    int64_t found;
    desk_name(desk, name, "owner", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_number(desk->db, &found, 0, "SELECT 1 FROM device WHERE id = ?1", v, 1, err);
    *known = ok && found;
    return ok;
}

/* Whether the message holds, or may hold, what was withdrawn here. */
static bool holds_withdrawn(struct posts *p, const struct message *m, bool *holds, struct err *err)
{
    unsigned uses = 0;
    char key[48];
    *holds = false;
    if (m->kind == MESSAGE_SEND_BACK) {
        bool ok = desk_withdrawn(p->m->to, m->about, &uses, err);
        *holds = (uses & USE_ANSWERS) != 0;
        return ok;
    }
    if (m->kind == MESSAGE_ASSIGN) {
        desk_record_key(key, m->about); /* "uuid:" and the id as entities have it */
        *holds = p->any_case || map_get(&p->withdrawn_cases, strchr(key, ':') + 1);
        if (*holds) {
            merge_tell(p->m, &p->m->report->conflicts,
                       "case %s: the other desk assigned it with what a withdrawn record said, "
                       "which is left out: assign it again here",
                       strchr(key, ':') + 1);
        }
    }
    return true;
}

/* Names what both desks spoke of, once. */
static void tell_both(struct posts *p, const struct message *m, struct own_word *own,
                      int64_t wall_ms)
{
    char key[48];
    desk_record_key(key, m->about);
    bool is_case = m->kind != MESSAGE_SEND_BACK;
    if (!own->told) {
        merge_tell(p->m, &p->m->report->conflicts,
                   "both desks sent word to devices about %s %s: the later one, of %s desk, counts",
                   is_case ? "case" : "record", is_case ? strchr(key, ':') + 1 : key,
                   own->wall_ms >= wall_ms ? "this" : "the other");
        own->told = true;
    }
}

static bool carry_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *err)
{
    struct posts *p = user;
    struct merging *to = p->m;
    char topic[TOPIC];
    bool known, holds;
    (void)taken;
    topic_of(topic, m);
    struct own_word *own = map_get(&p->spoke, topic);
    if (map_get(&p->ids, hex_of(&p->arena, m->message_id, 16)) ||
        (own && m->kind == MESSAGE_WITHDRAW)) {
        return true;
    }
    if (!knows_device(to->to, m->device_id, &known, err) || !holds_withdrawn(p, m, &holds, err)) {
        return false;
    }
    if (!known || holds) {
        return true;
    }
    if (own && !(m->kind == MESSAGE_TAKE_BACK && own->kind == MESSAGE_TAKE_BACK)) {
        tell_both(p, m, own, wall_ms);
        if (own->wall_ms >= wall_ms) {
            return true;
        }
    }
    struct message copy = *m;
    bool ok = desk_add_message(to->to, &copy, wall_ms, err);
    to->report->messages += ok;
    return ok;
}

struct still { /* records that were withdrawn here, and whose content the other desk holds */
    struct merging *m;
    uint8_t (*ids)[16];
    size_t count;
};

static bool find_still(void *user, const struct desk_object *o, struct err *err)
{
    struct still *s = user;
    unsigned uses = 0;
    bool ok = !o->len || desk_withdrawn(s->m->to, o->id, &uses, err);
    if (ok && (uses & USE_ANSWERS)) {
        s->ids = mem_grow(s->ids, s->count + 1, sizeof *s->ids);
        memcpy(s->ids[s->count++], o->id, 16);
    }
    return ok;
}

/* The cases of withdrawn records, whose assignments at the other desk are not to come here. */
static bool find_withdrawn_cases(struct posts *p, struct err *err)
{
    struct still s = {.m = p->m};
    unsigned unread = 0;
    bool ok = desk_ids(p->m->from, find_still, &s, err) &&
              (!s.count || desk_cases_of(p->m->from, p->m->identity, (const uint8_t(*)[16])s.ids,
                                         s.count, &p->withdrawn_cases, &unread, err));
    p->any_case = unread > 0;
    if (ok && s.count) {
        unsigned told = 0;
        merge_tell(p->m, &told,
                   "%zu records that were withdrawn here are still at the other desk: merge this "
                   "desk there, too",
                   s.count);
    }
    free(s.ids);
    return ok;
}

bool merge_messages(struct merging *m, struct err *err)
{
    struct posts p = {.m = m};
    struct map *const maps[] = {&p.its_ids, &p.ids, &p.spoke, &p.withdrawn_cases};
    arena_init(&p.arena);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], &p.arena);
    }
    bool ok = find_withdrawn_cases(&p, err) && desk_begin(m->to, err);
    if (ok) {
        ok = desk_messages(m->from, note_its, &p, err) && desk_messages(m->to, note_own, &p, err) &&
             desk_messages(m->from, carry_message, &p, err);
        ok = desk_end(m->to, ok, err);
    }
    arena_fini(&p.arena);
    return ok;
}

/* ---- reviews ---- */

struct words {
    struct merging *m;
    struct arena arena;
    struct map said; /* fingerprints of what this desk's log has */
    uint8_t origin[SIGN_PUBLIC];
};

/* The same for a review, whichever desk's log it stands in. */
static const char *fingerprint(struct arena *arena, const struct ledger_entry *e)
{
    struct buf all = {0};
    uint8_t head[26] = {(uint8_t)e->kind, e->state}, hash[32];
    put_u64(head + 2, (uint64_t)e->wall_ms);
    memcpy(head + 10, e->record, 16);
    buf_add(&all, head, sizeof head);
    buf_add(&all, e->who, strlen(e->who) + 1);
    buf_text(&all, e->why);
    hash_plain(hash, all.data, all.len);
    buf_fini(&all);
    return hex_of(arena, hash, sizeof hash);
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
    if (map_get(&w->said, print)) {
        return true;
    }
    map_put(&w->said, print, w);
    struct ledger_entry copy = *e;
    if (!e->len) { /* else it came there from a third desk */
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
        ok = desk_ledger_read(m->to, note_word, &w, err) &&
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
        int64_t *when = arena_alloc(&d->arena, sizeof *when);
        *when = e->wall_ms;
        map_put(&d->when, hex_of(&d->arena, e->body, 16), when);
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
    struct map by_id; /* this desk's codings */
    uint8_t (*ids)[16];
    size_t count; /* of `ids`: what changes here */
};

static bool codings_differ(const struct coding *a, const struct coding *b)
{
    return strcmp(a->code, b->code) != 0 || strcmp(a->words, b->words) != 0 ||
           strcmp(a->translation, b->translation) != 0 || strcmp(a->comment, b->comment) != 0 ||
           a->from != b->from || a->to != b->to || a->quote != b->quote;
}

static bool merge_coding(struct coding_merge *c, const struct coding *its, struct err *err)
{
    struct merging *m = c->m;
    char hex[33], key[48];
    unsigned uses;
    enum coding_put done;
    if (!desk_withdrawn(m->to, its->record, &uses, err)) {
        return false;
    }
    text_hex(hex, its->id, 16);
    const struct coding *own = map_get(&c->by_id, hex);
    if ((uses & USE_ANSWERS) || dropped_after(&c->own_drops, its->id, its->wall_ms) ||
        (own && !codings_differ(own, its))) {
        return true;
    }
    if (own) {
        desk_record_key(key, its->id);
        merge_tell(m, &m->report->conflicts,
                   "both desks have coding %s: the later one, of %s desk, counts", key,
                   own->wall_ms >= its->wall_ms ? "this" : "the other");
        if (own->wall_ms >= its->wall_ms) {
            return true;
        }
    }
    struct coding copy = *its;
    bool ok = desk_coding_put(m->to, &copy, &done, err);
    if (ok && done != CODING_SAME) {
        memcpy(c->ids[c->count++], its->id, 16);
        m->report->codings++;
    }
    return ok;
}

static bool drop_coding(struct coding_merge *c, const struct coding *own, struct err *err)
{
    bool found;
    if (!dropped_after(&c->its_drops, own->id, own->wall_ms)) {
        return true;
    }
    c->m->report->codings++;
    return desk_coding_drop(c->m->to, own->id, &found, err) &&
           desk_codings_log(c->m->to, c->its_drops.what, "at another desk",
                            (const uint8_t(*)[16])own->id, 1, c->m->report->wall_ms, err);
}

static bool put_codings(struct coding_merge *c, struct err *err)
{
    struct merging *m = c->m;
    bool ok = true;
    c->ids = mem_alloc((c->its.count + 1) * sizeof *c->ids);
    map_init(&c->by_id, &c->own.arena);
    for (size_t i = 0; i < c->own.count; i++) {
        map_put(&c->by_id, hex_of(&c->own.arena, c->own.list[i].id, 16), &c->own.list[i]);
    }
    for (size_t i = 0; ok && i < c->its.count; i++) {
        ok = merge_coding(c, &c->its.list[i], err);
    }
    for (size_t i = 0; ok && i < c->own.count; i++) {
        ok = drop_coding(c, &c->own.list[i], err);
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

static bool has_source(const struct desk_sources *all, const struct source_document *s)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct source_document *o = &all->list[i];
        if (strcmp(o->title, s->title) == 0 && strcmp(o->kind, s->kind) == 0 &&
            strcmp(o->date, s->date) == 0) {
            return true;
        }
    }
    return false;
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
    for (size_t i = 0; ok && i < its.count; i++) {
        struct source_document copy = its.list[i];
        if (!has_source(&own, &copy) && !dropped_after(&own_drops, copy.id, copy.wall_ms)) {
            ok = desk_source_add(m->to, &copy, err);
            m->report->sources += ok;
        }
    }
    for (size_t i = 0; ok && i < own.count; i++) {
        if (dropped_after(&its_drops, own.list[i].id, own.list[i].wall_ms)) {
            char hex[33];
            text_hex(hex, own.list[i].id, 16);
            ok = desk_source_drop(m->to, hex, m->report->wall_ms, err);
            m->report->sources += ok;
        }
    }
    desk_sources_fini(&own);
    desk_sources_fini(&its);
    arena_fini(&own_drops.arena);
    arena_fini(&its_drops.arena);
    return ok;
}
