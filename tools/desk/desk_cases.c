/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the cases from the records and the desk's own messages. */
#include "tools/desk/desk_cases.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

/* ---- events, in the order in which the desk learned of them ---- */

struct event { /* a change from a record, or a message of the desk */
    int64_t at_ms;
    bool is_message;
    uint8_t device[16], record[16];
    uint64_t seq; /* of the record in its device's chain, or the message's counter */
    int64_t finalised_ms;
    struct entity_change *change;
    enum message_kind kind;
    const char *id;     /* of a message: the case */
    const char *branch; /* of a message: the branch that begins with it */
    const struct entity *state;
    bool taken;
    const char *family; /* of a record that was corrected: the KEY of its first version */
    bool corrects;      /* it is of the correction */
    bool replaced;      /* it is of the first version, which does not count any more */
};

struct reading {
    struct desk_cases *cases;
    struct desk_records records;
    struct tally opened;
    struct event *events;
    size_t count, cap;
    bool training;
    struct map heads; /* "case branch" → struct desk_side: the last change on that branch */
};

static struct event *add_event(struct reading *r)
{
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 64;
        r->events = mem_grow(r->events, r->cap, sizeof *r->events);
    }
    memset(&r->events[r->count], 0, sizeof *r->events);
    return &r->events[r->count++];
}

static void add_fault(struct desk_cases *cases, const uint8_t record[16], const char *why)
{
    struct desk_fault *f = arena_alloc(&cases->arena, sizeof *f);
    *f = (struct desk_fault){.why = why, .next = cases->faults};
    memcpy(f->record, record, 16);
    cases->faults = f;
}

static bool add_changes(struct reading *r, const struct desk_object *o, const struct record *record,
                        struct err *err)
{
    struct desk_cases *cases = r->cases;
    struct entity_change *changes;
    const struct form *form = desk_record_form(&r->records, record);
    if (((record->flags & RECORD_TRAINING) != 0) != r->training) {
        return true;
    }
    if (!form || !entities_any(form)) {
        cases->without_form += !form;
        return true;
    }
    const struct desk_family *family = desk_family_of(&r->records.edits, record->record_id);
    bool newest = desk_edit_counts(&r->records.edits, record->record_id);
    bool first = family && memcmp(family->versions[0]->id, record->record_id, 16) == 0;
    if (family && ((family->withdrawn & USE_ANSWERS) || (!newest && !first))) {
        return true;
    }
    struct err why = {0};
    if (!entities_read(&changes, &cases->arena, form, record->xml, record->xml_len, &why)) {
        if (why.code != ERR_INPUT && why.code != ERR_LIMIT) {
            *err = why;
            return false;
        }
        cases->unreadable++;
        return true;
    }
    for (struct entity_change *c = changes; c; c = c->next) {
        struct event *e = add_event(r);
        e->at_ms = o->imported_ms;
        memcpy(e->device, o->device, 16);
        memcpy(e->record, record->record_id, 16);
        e->seq = o->seq;
        e->finalised_ms = record->finalised_ms;
        e->change = c;
        if (family) {
            char key[48];
            desk_record_key(key, family->root);
            e->family = arena_text(&cases->arena, key);
            e->corrects = !first;
            e->replaced = !newest;
        }
    }
    return true;
}

/* A correction stands where the first version of its record stood: what was changed since was
 * changed upon it.  What it no longer says is not applied; what it says anew counts from now. */
static void settle_corrections(struct reading *r)
{
    struct map first;
    struct arena *arena = &r->cases->arena;
    map_init(&first, arena);
    for (size_t i = 0; i < r->count; i++) {
        struct event *e = &r->events[i];
        if (e->family && !e->corrects) {
            map_put(&first, arena_join(arena, e->family, " ", e->change->id, NULL), e);
        }
    }
    for (size_t i = 0; i < r->count; i++) {
        struct event *e = &r->events[i], *old;
        if (!e->corrects) {
            continue;
        }
        old = map_get(&first, arena_join(arena, e->family, " ", e->change->id, NULL));
        if (old) {
            struct entity_change *now = arena_alloc(arena, sizeof *now);
            *now = *e->change;
            now->branch = old->change->branch;
            old->change = now;
            old->replaced = false;
            e->replaced = true;
        }
    }
}

static bool read_record(void *user, const struct desk_object *o, struct err *err)
{
    struct reading *r = user;
    struct buf plain = {0};
    struct record record;
    uint8_t hash[32];
    bool ok = true;
    hash_plain(hash, o->sealed, o->len);
    if (tally_add(&r->opened, hash) > 1) { /* in two histories of a device */
        return true;
    }
    enum desk_opened opened = desk_record_open(&r->records, o, &plain, &record);
    if (opened == DESK_OPENED) {
        ok = add_changes(r, o, &record, err);
    }
    r->cases->closed += opened == DESK_CLOSED;
    r->cases->unreadable += opened == DESK_UNREADABLE;
    buf_fini(&plain);
    return ok;
}

static void uuid(char out[37], const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool read_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                         struct err *err)
{
    struct reading *r = user;
    struct arena *arena = &r->cases->arena;
    char text[37];
    if (r->training || (m->kind != MESSAGE_ASSIGN && m->kind != MESSAGE_TAKE_BACK)) {
        return true;
    }
    struct event *e = add_event(r);
    *e = (struct event){
        .at_ms = wall_ms, .is_message = true, .seq = m->counter, .kind = m->kind, .taken = taken};
    memcpy(e->device, m->device_id, 16);
    uuid(text, m->about);
    e->id = arena_text(arena, text);
    uuid(text, m->message_id);
    e->branch = arena_text(arena, text);
    if (m->kind == MESSAGE_ASSIGN) {
        struct entities told;
        entities_init(&told, arena);
        if (!entities_parse(&told, m->body, m->len, err)) {
            return false;
        }
        e->state = entities_find(&told, e->id);
    }
    return true;
}

static int in_order(const void *a, const void *b)
{
    const struct event *one = a, *other = b;
    if (one->at_ms != other->at_ms) {
        return one->at_ms < other->at_ms ? -1 : 1;
    }
    if (one->is_message != other->is_message) {
        return one->is_message ? 1 : -1;
    }
    int device = one->is_message ? 0 : memcmp(one->device, other->device, 16);
    return device ? device : one->seq != other->seq ? (one->seq < other->seq ? -1 : 1) : 0;
}

/* ---- applying them ---- */

static struct desk_case *find_case(const struct desk_cases *cases, const char *id)
{
    return map_get(&cases->by_id, id);
}

static struct desk_case *add_case(struct desk_cases *cases, const char *id)
{
    struct desk_case *one = arena_alloc(&cases->arena, sizeof *one);
    memset(one, 0, sizeof *one);
    one->now.id = id;
    one->now.list = one->now.label = one->now.branch = one->branch = "";
    *(cases->last ? &cases->last->next : &cases->first) = one;
    cases->last = one;
    cases->count++;
    map_put(&cases->by_id, one->now.id, one);
    return one;
}

static const char *head_key(struct reading *r, const char *id, const char *branch)
{
    return arena_join(&r->cases->arena, id, " ", branch, NULL);
}

/* A version: the properties of `before`, changed.  Properties are shared, never changed. */
static struct desk_side *version_after(struct reading *r, const struct entity *before,
                                       const struct event *e)
{
    struct arena *arena = &r->cases->arena;
    const struct entity_change *c = e->change;
    struct desk_side *s = arena_alloc(arena, sizeof *s);
    *s = (struct desk_side){.finalised_ms = e->finalised_ms};
    memcpy(s->record, e->record, 16);
    memcpy(s->device, e->device, 16);
    s->state = *before;
    s->state.next = NULL;
    s->state.version++;
    s->state.list = *c->list ? c->list : before->list;
    s->state.label = c->label ? c->label : before->label;
    s->state.properties = NULL;
    for (const struct entity_property *p = before->properties; p; p = p->next) {
        bool changed = false;
        for (const struct entity_property *q = c->properties; q && !changed; q = q->next) {
            changed = strcmp(p->name, q->name) == 0;
        }
        if (!changed) {
            struct entity_property *kept = arena_alloc(arena, sizeof *kept);
            *kept = (struct entity_property){p->name, p->value, s->state.properties};
            s->state.properties = kept;
        }
    }
    for (const struct entity_property *q = c->properties; q; q = q->next) {
        struct entity_property *set = arena_alloc(arena, sizeof *set);
        *set = (struct entity_property){q->name, q->value, s->state.properties};
        s->state.properties = set;
    }
    return s;
}

static void put_in_force(struct desk_case *one, const struct desk_side *s)
{
    one->now = s->state;
    one->maker = *s;
    one->maker.next = NULL;
}

static void create(struct reading *r, const struct event *e)
{
    struct entity none = {.list = "", .label = "", .branch = "", .id = e->change->id};
    struct desk_case *one = find_case(r->cases, e->change->id);
    if (one && one->now.version) {
        add_fault(r->cases, e->record, "it creates a case that is there already");
        return;
    }
    one = one ? one : add_case(r->cases, e->change->id);
    struct desk_side *s = version_after(r, &none, e);
    put_in_force(one, s);
    one->changes++;
    memcpy(one->holder, e->device, 16);
    one->branch = e->change->id;
    map_put(&r->heads, head_key(r, e->change->id, e->change->id), s);
}

static void update(struct reading *r, const struct event *e)
{
    struct desk_case *one = find_case(r->cases, e->change->id);
    if (!one || !one->now.version) {
        add_fault(r->cases, e->record, "it changes a case that is not here");
        return;
    }
    const char *key = head_key(r, e->change->id, e->change->branch);
    const struct desk_side *head = map_get(&r->heads, key);
    /* a change made before the device heard of the last assignment is not known where the case is
     * now: it is a side */
    bool in_force = head && head->state.version == one->now.version &&
                    memcmp(head->record, one->maker.record, 16) == 0 &&
                    strcmp(e->change->branch, one->branch) == 0;
    struct desk_side *s = version_after(r, head ? &head->state : &one->now, e);
    map_put(&r->heads, key, s);
    one->changes++;
    if (in_force) {
        put_in_force(one, s);
        return;
    }
    struct desk_side **at = &one->sides; /* one side a branch: its last version */
    while (*at && !(head && memcmp((*at)->record, head->record, 16) == 0)) {
        at = &(*at)->next;
    }
    s->next = *at ? (*at)->next : NULL;
    *at = s;
}

static void assign(struct reading *r, const struct event *e)
{
    struct desk_case *one = find_case(r->cases, e->id);
    if (!one || !e->state) {
        return; /* its records are not in use any more */
    }
    if (one->sides || e->state->version != one->now.version) { /* a side was taken */
        struct desk_side *s = arena_alloc(&r->cases->arena, sizeof *s);
        *s = (struct desk_side){.state = *e->state};
        s->state.next = NULL;
        put_in_force(one, s);
        one->sides = NULL;
    }
    struct desk_side *head = arena_alloc(&r->cases->arena, sizeof *head);
    *head = one->maker;
    head->state = one->now;
    map_put(&r->heads, head_key(r, e->id, e->branch), head);
    memcpy(one->holder, e->device, 16);
    one->branch = e->branch;
    one->pending = !e->taken;
}

static void take_back(struct reading *r, const struct event *e)
{
    struct desk_case *one = find_case(r->cases, e->id);
    if (one && memcmp(one->holder, e->device, 16) == 0) {
        memset(one->holder, 0, 16);
        one->pending = false;
    }
}

static void apply(struct reading *r, const struct event *e)
{
    if (e->replaced) {
        return;
    }
    if (e->is_message) {
        (e->kind == MESSAGE_ASSIGN ? assign : take_back)(r, e);
    } else if (e->change->fault) {
        add_fault(r->cases, e->record, e->change->fault);
    } else if (e->change->update && find_case(r->cases, e->change->id)) {
        update(r, e);
    } else if (e->change->create) {
        create(r, e);
    } else {
        update(r, e); /* of a case that is not here: a fault */
    }
}

/* When the case was spoken of last: a later word must not sort before it, whatever the clock. */
static void note_time(struct reading *r, const struct event *e)
{
    struct desk_case *one = find_case(r->cases, e->is_message ? e->id : e->change->id);
    if (one && e->at_ms > one->last_ms) {
        one->last_ms = e->at_ms;
    }
}

bool desk_cases_read(struct desk_cases *cases, struct desk *desk, const uint8_t identity[32],
                     bool training, struct err *err)
{
    struct reading r = {.cases = cases, .training = training};
    memset(cases, 0, sizeof *cases);
    arena_init(&cases->arena);
    map_init(&cases->by_id, &cases->arena);
    map_init(&r.heads, &cases->arena);
    bool ok = desk_records_init(&r.records, desk, identity, err) &&
              desk_objects(desk, read_record, &r, err);
    ok = desk_records_log(&r.records, "cases", "", ok ? err : NULL) && ok &&
         desk_messages(desk, read_message, &r, err);
    settle_corrections(&r);
    if (r.count) {
        qsort(r.events, r.count, sizeof *r.events, in_order);
    }
    for (size_t i = 0; ok && i < r.count; i++) {
        apply(&r, &r.events[i]);
        note_time(&r, &r.events[i]);
    }
    for (const struct desk_case *one = cases->first; one; one = one->next) {
        cases->conflicts += one->sides != NULL;
    }
    free(r.events);
    tally_fini(&r.opened);
    desk_records_fini(&r.records);
    return ok;
}

void desk_cases_fini(struct desk_cases *cases)
{
    arena_fini(&cases->arena);
}

struct desk_case *desk_cases_find(const struct desk_cases *cases, const char *name, struct err *err)
{
    enum { MIN = 4 };
    struct desk_case *found = NULL;
    unsigned count = 0;
    for (struct desk_case *one = cases->first; one; one = one->next) {
        bool exact = strcmp(one->now.label, name) == 0;
        bool begins = strlen(name) >= MIN && strncasecmp(one->now.id, name, strlen(name)) == 0;
        if (exact || begins) {
            found = one;
            count++;
        }
    }
    if (count != 1) {
        err_set(err, ERR_INPUT,
                count ? "several cases are called so" : "the desk has no such case");
        err_at(err, "%s", name);
        err_hint(err, "give the case's code, or the beginning of its id; 'suhbat-sync cases' lists "
                      "them");
        return NULL;
    }
    return found;
}

/* ---- assigning ---- */

static bool about_of(uint8_t out[16], const char *id)
{
    char hex[33];
    size_t n = 0;
    for (const char *c = id; *c && n < 32; c++) {
        if (*c != '-') {
            hex[n++] = *c;
        }
    }
    hex[n] = '\0';
    return n == 32 && text_unhex(out, 16, hex);
}

/* Puts one side of a conflict in force: the one that this record made. */
static bool take_side(struct desk_case *one, const char *record, struct err *err)
{
    const struct desk_side *found = NULL;
    unsigned count = 0;
    uint64_t newest = one->now.version;
    one->maker.next = one->sides;
    for (const struct desk_side *s = &one->maker; s; s = s->next) {
        char hex[33];
        text_hex(hex, s->record, 16);
        newest = s->state.version > newest ? s->state.version : newest;
        if (*record && strncasecmp(hex, record, strlen(record)) == 0) {
            found = s;
            count++;
        }
    }
    if (count != 1) {
        err_set(err, ERR_INPUT, "no side of the conflict is of this record");
        err_at(err, "%s", record);
        return err_hint(err, "'suhbat-sync cases' lists the records of a conflict");
    }
    one->now = found->state;
    one->now.version = newest + 1;
    one->sides = NULL;
    return true;
}

/* Whether this case may go to this device at all. */
static bool may_assign(struct desk *desk, const struct desk_case *one, const uint8_t device[16],
                       struct err *err)
{
    static const uint8_t nobody[16];
    if (memcmp(device, nobody, 16) == 0) {
        err_set(err, ERR_INPUT, "the case is on no device");
        err_at(err, "%s", one->now.label);
        return err_hint(err, "say which device gets it: --device LABEL");
    }
    if (!one->sides && strcmp(entity_property(&one->now, "status"), "closed") == 0) {
        err_set(err, ERR_INPUT, "the case is closed: no device keeps it any more");
        return err_at(err, "%s", one->now.label);
    }
    return desk_may_tell(desk, device, err) || err_at(err, "%s", one->now.label);
}

bool desk_take_back(struct desk *desk, struct desk_case *one, int64_t wall_ms, unsigned *told,
                    struct err *err)
{
    static const uint8_t nobody[16];
    struct message m = {.kind = MESSAGE_TAKE_BACK};
    *told = 0;
    if (memcmp(one->holder, nobody, 16) == 0) {
        return true;
    }
    if (!about_of(m.about, one->now.id)) {
        return err_set(err, ERR_INPUT, "the case's id is no UUID: %s", one->now.id);
    }
    memcpy(m.device_id, one->holder, 16);
    wall_ms = wall_ms > one->last_ms ? wall_ms : one->last_ms + 1;
    bool ok = desk_add_message(desk, &m, wall_ms, err);
    *told += ok;
    return ok;
}

bool desk_assign(struct desk *desk, struct desk_case *one, const uint8_t device[16],
                 const char *take, int64_t wall_ms, unsigned *told, struct err *err)
{
    static const uint8_t nobody[16];
    struct message m = {.kind = MESSAGE_TAKE_BACK};
    struct buf body = {0};
    bool same = memcmp(one->holder, device, 16) == 0;
    *told = 0;
    wall_ms =
        wall_ms > one->last_ms ? wall_ms : one->last_ms + 1; /* the clock may have gone back */
    if (!may_assign(desk, one, device, err)) {
        return false;
    }
    if (take ? !take_side(one, take, err) : one->sides != NULL) {
        if (!take) {
            err_set(err, ERR_INPUT, "two devices changed this case, and nobody has decided");
            err_at(err, "%s", one->now.label);
            err_hint(err,
                     "decide: assign CASE --take RECORD; 'suhbat-sync cases' lists the records");
        }
        return false;
    }
    if (same && !take) { /* there already, or on its way */
        return true;
    }
    bool ok = about_of(m.about, one->now.id) ||
              err_set(err, ERR_INPUT, "the case's id is no UUID: %s", one->now.id);
    if (ok && !same && memcmp(one->holder, nobody, 16) != 0) {
        memcpy(m.device_id, one->holder, 16);
        ok = desk_add_message(desk, &m, wall_ms, err);
        *told += ok;
    }
    entities_print_one(&body, &one->now);
    m.kind = MESSAGE_ASSIGN;
    m.body = body.data;
    m.len = body.len;
    memcpy(m.device_id, device, 16);
    ok = ok && desk_add_message(desk, &m, wall_ms, err);
    *told += ok;
    buf_fini(&body);
    return ok;
}
