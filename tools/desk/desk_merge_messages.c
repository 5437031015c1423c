/* SPDX-License-Identifier: Apache-2.0 */
/* Takes over another desk's messages to devices. */
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_merge_internal.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_review.h"

/* What this desk said on a topic: to all devices about a case, or to one; of a record, to its
 * device. */
struct own_word {
    int64_t wall_ms; /* of the last word, whether the other desk has it or not */
    bool apart;      /* it has a word that the other desk does not have */
    enum message_kind kind;
    uint8_t holder[16]; /* of a case: the device that has it by these words; zeros: none */
    bool conflict;
};
struct posts {
    struct merging *m;
    struct arena arena;
    struct map its_ids, ids;    /* of messages at the other desk, and at this one */
    struct map spoke;           /* topic → struct own_word */
    struct map withdrawn_cases; /* cases of records that were withdrawn here */
    bool any_case;              /* some of these records did not open: it may be any case */
    uint8_t (*returned)[16];    /* records that messages new here send back, and … */
    uint8_t (*newest)[16];      /* … the versions that count here */
    size_t returned_count;
    struct map replaced; /* those of which another version counts */
};

enum { TOPIC = 66 };
static bool is_of_case(const struct message *m)
{
    return m->kind == MESSAGE_ASSIGN || m->kind == MESSAGE_TAKE_BACK;
}

/* "c" and the case, "s", "v" or "w" and the record; with `to_one` also the device. */
static const char *topic_of(char out[TOPIC], const struct message *m, bool to_one)
{
    out[0] = is_of_case(m)                       ? 'c'
             : m->kind == MESSAGE_SEND_BACK      ? 's'
             : m->kind == MESSAGE_WITHDRAW_SOUND ? 'v'
                                                 : 'w';
    text_hex(out + 1, m->about, 16);
    if (to_one) {
        text_hex(out + 33, m->device_id, 16);
    }
    return out;
}

static struct own_word *word_on(struct posts *p, const struct message *m, bool to_one, bool make)
{
    char topic[TOPIC];
    struct own_word *word = map_get(&p->spoke, topic_of(topic, m, to_one));
    if (!word && make) {
        word = arena_alloc(&p->arena, sizeof *word);
        *word = (struct own_word){.wall_ms = INT64_MIN};
        map_put(&p->spoke, arena_text(&p->arena, topic), word);
    }
    return word;
}

/* A case's holder after a word; the words come in the order of their time, or of their counters. */
static void move_case(struct own_word *word, const struct message *m)
{
    if (m->kind == MESSAGE_ASSIGN) {
        memcpy(word->holder, m->device_id, 16);
    } else if (memcmp(word->holder, m->device_id, 16) == 0) {
        memset(word->holder, 0, 16);
    }
}

static bool note_its(void *user, const struct message *m, int64_t wall_ms, bool taken,
                     struct err *err)
{
    struct posts *p = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    const char *id = merge_hex(&p->arena, m->message_id, 16);
    map_put(&p->its_ids, id, p);
    if (m->kind == MESSAGE_SEND_BACK && !map_get(&p->ids, id)) {
        p->returned = mem_grow(p->returned, p->returned_count + 1, sizeof *p->returned);
        memcpy(p->returned[p->returned_count++], m->about, 16);
    }
    return true;
}

static bool note_id(void *user, const struct message *m, int64_t wall_ms, bool taken,
                    struct err *err)
{
    struct posts *p = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    map_put(&p->ids, merge_hex(&p->arena, m->message_id, 16), p);
    return true;
}

static bool note_own(void *user, const struct message *m, int64_t wall_ms, bool taken,
                     struct err *err)
{
    struct posts *p = user;
    char hex[33];
    (void)taken;
    (void)err;
    text_hex(hex, m->message_id, 16);
    for (int to_one = 0; to_one < 2; to_one++) {
        struct own_word *word = word_on(p, m, to_one, true);
        word->apart =
            word->apart || (!map_get(&p->its_ids, hex) && (int64_t)m->counter <= p->m->own_until);
        if (wall_ms >= word->wall_ms) {
            word->wall_ms = wall_ms;
            word->kind = m->kind;
            move_case(word, m);
        }
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

/* Whether it sends back a version that was corrected in the meantime.  One that its device took is
 * the reason of the correction: it is kept, and not sent again. */
static bool is_replaced(struct posts *p, const struct message *m, bool taken)
{
    char hex[33], key[48];
    text_hex(hex, m->about, 16);
    bool is = m->kind == MESSAGE_SEND_BACK && !taken && map_get(&p->replaced, hex);
    if (is) {
        desk_record_key(key, m->about);
        merge_tell(p->m, &p->m->report->conflicts,
                   "record %s was corrected since the other desk sent it back: send it back again "
                   "here, if it is still wrong",
                   key);
    }
    return is;
}

static bool take_off(struct posts *p, const struct message *m, const uint8_t device[16],
                     int64_t wall_ms, struct err *err)
{
    struct message back = {.kind = MESSAGE_TAKE_BACK, .body = ""};
    memcpy(back.device_id, device, 16);
    memcpy(back.about, m->about, 16);
    word_on(p, &back, true, true)->wall_ms = wall_ms; /* told once */
    return desk_add_message(p->m->to, &back, wall_ms, err);
}

/* Both desks gave the case away, to different devices: only one may keep it.  `win`: the word of
 * the other desk is the later one. */
static bool settle_case(struct posts *p, const struct message *m, int64_t wall_ms, bool win,
                        struct err *err)
{
    static const uint8_t none[16];
    struct own_word *own = word_on(p, m, false, false), *to_it = word_on(p, m, true, false);
    bool ok = true;
    own->conflict = own->conflict || own->apart;
    if (win && own->apart && memcmp(own->holder, none, 16) != 0 &&
        memcmp(own->holder, m->device_id, 16) != 0) {
        ok = take_off(p, m, own->holder, wall_ms, err);
    }
    if (!win && memcmp(own->holder, m->device_id, 16) != 0 &&
        !(to_it && to_it->wall_ms >= wall_ms)) {
        ok = take_off(p, m, m->device_id, own->wall_ms, err);
    }
    return ok;
}

/* Whether this desk, or both, said something later.  A device is told to give a case back unless it
 * was given the case later. */
static bool is_overtaken(struct posts *p, const struct message *m, int64_t wall_ms)
{
    const struct own_word *own = word_on(p, m, m->kind == MESSAGE_TAKE_BACK, false);
    return own && own->wall_ms >= wall_ms;
}

static bool takes_back(const struct message *m)
{
    return m->kind == MESSAGE_WITHDRAW || m->kind == MESSAGE_WITHDRAW_SOUND;
}

static bool carry_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *err)
{
    struct posts *p = user;
    struct merging *to = p->m;
    bool known, holds;
    char hex[33];
    text_hex(hex, m->message_id, 16);
    if (map_get(&p->ids, hex) || (takes_back(m) && word_on(p, m, true, false))) {
        return true;
    }
    if (!knows_device(to->to, m->device_id, &known, err) || !holds_withdrawn(p, m, &holds, err)) {
        return false;
    }
    if (!known || holds || is_replaced(p, m, taken)) {
        return true;
    }
    bool overtaken = is_overtaken(p, m, wall_ms);
    struct own_word *own = word_on(p, m, false, false);
    if (own && m->kind == MESSAGE_ASSIGN && !settle_case(p, m, wall_ms, !overtaken, err)) {
        return false;
    }
    if (own && m->kind != MESSAGE_ASSIGN) {
        own->conflict =
            own->conflict ||
            (own->apart && !(m->kind == MESSAGE_TAKE_BACK && own->kind == MESSAGE_TAKE_BACK));
    }
    if (overtaken) {
        return true;
    }
    if (own && is_of_case(m)) {
        move_case(own, m);
    }
    bool ok = desk_carry_message(to->to, m, wall_ms, err);
    to->report->messages += ok;
    return ok;
}

/* Names what both desks spoke of, and what holds now. */
static bool tell_conflicts(void *user, const struct message *m, int64_t wall_ms, bool taken,
                           struct err *err)
{
    static const uint8_t none[16];
    struct posts *p = user;
    struct own_word *own = word_on(p, m, false, false);
    char key[48], device[DESK_DEVICE_TEXT] = "nobody";
    bool ok = true;
    (void)wall_ms;
    (void)taken;
    if (!own || !own->conflict) {
        return true;
    }
    own->conflict = false; /* once */
    desk_record_key(key, m->about);
    if (is_of_case(m)) {
        ok = memcmp(own->holder, none, 16) == 0 ||
             desk_device_text(p->m->to, own->holder, device, err);
        merge_tell(p->m, &p->m->report->conflicts,
                   "both desks sent word to devices about case %s: by the later word %s has it; "
                   "assign it again if that is wrong",
                   strchr(key, ':') + 1, device);
    } else {
        merge_tell(p->m, &p->m->report->conflicts,
                   "both desks sent record %s back: the later word counts", key);
    }
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
        merge_tell(p->m, &p->m->report->conflicts,
                   "%zu records that were withdrawn here are still at the other desk: merge this "
                   "desk there, too",
                   s.count);
    }
    free(s.ids);
    return ok;
}

/* Of the records that messages new here send back: which versions count here. */
static bool find_newest(struct posts *p, struct err *err)
{
    struct merging *m = p->m;
    bool ok = desk_messages(m->to, note_id, p, err) && desk_messages(m->from, note_its, p, err);
    p->newest = mem_alloc((p->returned_count + 1) * sizeof *p->newest);
    memcpy(p->newest, p->returned_count ? p->returned : p->newest,
           p->returned_count * sizeof *p->newest);
    ok = ok && (!p->returned_count ||
                desk_newest_of(m->to, m->identity, p->newest, p->returned_count, err));
    for (size_t i = 0; ok && i < p->returned_count; i++) {
        if (memcmp(p->returned[i], p->newest[i], 16) != 0) {
            map_put(&p->replaced, merge_hex(&p->arena, p->returned[i], 16), p);
        }
    }
    return ok;
}

bool merge_messages(struct merging *m, struct err *err)
{
    struct posts p = {.m = m};
    struct map *const maps[] = {&p.its_ids, &p.ids, &p.spoke, &p.withdrawn_cases, &p.replaced};
    arena_init(&p.arena);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], &p.arena);
    }
    bool ok = find_withdrawn_cases(&p, err) && find_newest(&p, err) && desk_begin(m->to, err);
    if (ok) {
        ok = desk_messages(m->to, note_own, &p, err) &&
             desk_messages(m->from, carry_message, &p, err) &&
             desk_messages(m->from, tell_conflicts, &p, err);
        ok = desk_end(m->to, ok, err);
    }
    free(p.returned);
    free(p.newest);
    arena_fini(&p.arena);
    return ok;
}
