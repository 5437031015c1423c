/* SPDX-License-Identifier: Apache-2.0 */
/* Imports batches: finds the history that each continues, or detects a fork. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

/* The history that owns entry `seq` in the view of history `h`: `h` itself or an ancestor. */
static size_t owner(const struct histories *all, size_t h, uint64_t seq)
{
    while (seq < all->list[h].from && h) {
        h = all->list[h].parent;
    }
    return h;
}

/* Reads entry `seq` in the view of history `h`; *found says whether the desk has it. */
static bool entry_of(struct desk *desk, const struct histories *all, size_t h, uint64_t seq,
                     uint8_t bytes[CHAIN_ENTRY], bool *found, struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0}, have = {0};
    const struct history *own = &all->list[owner(all, h, seq)];
    *found = false;
    if (seq > own->last_entry) { /* most entries of a batch are new: no query for each */
        return true;
    }
    desk_name(desk, name, "owner", own->id, 16);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq)};
    bool ok = db_run(desk->db, "SELECT d FROM entry WHERE device = ?1 AND seq = ?2", v, 2,
                     desk_take_blob, &locked, err);
    *found = ok && locked.len > 0;
    if (*found) {
        struct db_value got = db_blob(locked.data, locked.len);
        ok =
            desk_unlock(desk, &have, (struct desk_row){"entry", name, seq}, &got, CHAIN_ENTRY, err);
        *found = ok;
    }
    if (*found) {
        memcpy(bytes, have.data, CHAIN_ENTRY);
    }
    buf_fini(&locked);
    buf_fini(&have);
    return ok;
}

/* The relation of a batch to a history. */
struct match {
    uint64_t parts; /* number of the first contradicting entry; 0: no contradiction */
    bool follows;   /* the entry before the batch is one of the history's own entries */
    uint64_t links; /* number of the history's own entries that are also in the batch */
};

static bool is_better(const struct match *a, const struct match *b)
{
    return a->follows != b->follows ? a->follows : a->links > b->links;
}

/* Whether `next` is the successor of `entry`, by hash. */
static bool leads_to(const uint8_t entry[CHAIN_ENTRY], const uint8_t next[CHAIN_ENTRY])
{
    uint8_t hash[32];
    struct chain_entry e;
    chain_hash(hash, entry);
    chain_parse(&e, next);
    return memcmp(e.prev, hash, 32) == 0;
}

/* Compares a batch with a history.  New entries must link to the entries already stored;
 * `run` is where the current run of new entries begins. */
static bool match_with(struct desk *desk, const struct histories *all, size_t h,
                       const struct batch *b, struct match *m, struct err *err)
{
    uint8_t have[CHAIN_ENTRY], hash[32];
    uint64_t from = all->list[h].from, run = 0;
    bool found;
    *m = (struct match){0};
    if (b->entry_count && b->first_seq > 1) {
        if (!entry_of(desk, all, h, b->first_seq - 1, have, &found, err)) {
            return false;
        }
        if (found) {
            chain_hash(hash, have);
            m->parts = memcmp(hash, b->prev_hash, 32) != 0 ? b->first_seq - 1 : 0;
            m->follows = !m->parts && b->first_seq - 1 >= from;
        }
    }
    for (size_t i = 0; i < b->entry_count && !m->parts; i++) {
        const uint8_t *entry = b->entries + i * CHAIN_ENTRY;
        uint64_t seq = b->first_seq + i;
        if (!entry_of(desk, all, h, seq, have, &found, err)) {
            return false;
        }
        if (found) { /* signatures are not compared: they say nothing about the entry's contents */
            m->parts = memcmp(have, entry, CHAIN_ENTRY - SIGN_BYTES) != 0 ? seq : 0;
            m->links += seq >= from;
            run = 0;
            continue;
        }
        run = run ? run : seq;
        if (!entry_of(desk, all, h, seq + 1, have, &found, err)) {
            return false;
        }
        if (found && !leads_to(entry, have)) {
            m->parts = run;
        }
    }
    return true;
}

/* Starts a new history for the entries of `b` from `seq` on. */
static bool begin_branch(struct desk *desk, struct histories *all, const uint8_t device[16],
                         size_t parent, uint64_t seq, const struct batch *b, struct err *err)
{
    uint8_t seed[64], hash[32];
    memcpy(seed, all->list[parent].id, 16);
    memset(seed + 16, 0, 16);
    memcpy(seed + 32, b->head_hash, 32);
    hash_plain(hash, seed, sizeof seed);
    all->list = mem_grow(all->list, all->count + 1, sizeof *all->list);
    struct history *h = &all->list[all->count++];
    *h = (struct history){.parent = parent, .from = seq};
    memcpy(h->id, hash, 16);
    uint8_t row[BRANCH_ROW] = {0};
    memcpy(row + BRANCH_ID, h->id, 16);
    memcpy(row + BRANCH_PARENT, all->list[parent].id, 16);
    put_u64(row + BRANCH_FROM, seq);
    return desk_put_branch(desk, device, row, err);
}

/* Keeps the entries from `seq` on apart. */
static bool hold(struct desk *desk, struct history *h, uint64_t seq, const char *why,
                 struct err *err)
{
    h->held = h->held && h->held < seq ? h->held : seq;
    return desk_put_hold(desk, h->id, seq, why, err);
}

static bool alarm_fork(struct desk *desk, const uint8_t device[16], uint64_t seq, int64_t wall_ms,
                       struct err *err)
{
    char name[DESK_DEVICE_TEXT], text[200];
    if (!desk_device_text(desk, device, name, err)) {
        return false;
    }
    snprintf(text, sizeof text, "fork: device %s has two different entries %llu", name,
             (unsigned long long)seq);
    return desk_put_note(desk, "alarm", wall_ms, text, strlen(text), err);
}

/* A batch being taken in. */
struct taking {
    struct desk *desk;
    struct histories *all;
    const struct batch *batch;
    const uint8_t *device; /* 16 bytes */
    int64_t wall_ms;
    struct import_report *report;
    struct buf *withdrawals; /* records of which new entries say that they were withdrawn */
    bool any_withdrawn;      /* the desk has withdrawn something */
    const struct batch_object **lists; /* of recordings in the batch */
    size_t list_count;
};

/* What the desk has of each history, so that new rows need no query each. */
static bool read_lasts(struct desk *desk, struct histories *all, struct err *err)
{
    bool ok = true;
    for (size_t h = 0; ok && h < all->count; h++) {
        struct history *one = &all->list[h];
        uint8_t name[16];
        int64_t entry = 0, object = 0;
        desk_name(desk, name, "owner", one->id, 16);
        struct db_value v[] = {db_blob(name, 16)};
        ok = db_number(desk->db, &entry, 0, "SELECT max(seq) FROM entry WHERE device = ?1", v, 1,
                       err) &&
             db_number(desk->db, &object, 0, "SELECT max(seq) FROM object WHERE device = ?1", v, 1,
                       err);
        one->last_entry = (uint64_t)entry;
        one->last_object = (uint64_t)object;
    }
    return ok;
}

/* Chooses the history that the batch continues; starts a new one if it contradicts all. */
static bool place(const struct taking *k, size_t *at, struct err *err)
{
    struct desk *desk = k->desk;
    struct histories *all = k->all;
    const struct batch *b = k->batch;
    struct match best = {0};
    size_t fits = all->count, parent = 0;
    uint64_t parts = 0;
    for (size_t h = 0; h < all->count; h++) {
        struct match m;
        if (!match_with(desk, all, h, b, &m, err)) {
            return false;
        }
        if (m.parts > parts) {
            parts = m.parts;
            parent = h;
        }
        if (!m.parts && (fits == all->count || is_better(&m, &best))) {
            best = m;
            fits = h;
        }
    }
    assert(fits < all->count || parts);
    *at = fits < all->count ? fits : all->count; /* index of the new history */
    if (fits < all->count) {
        return true;
    }
    k->report->fork_seq = parts;
    return begin_branch(desk, all, k->device, parent, parts, b, err) &&
           hold(desk, &all->list[all->count - 1], parts, "fork", err) &&
           hold(desk, &all->list[parent], parts, "fork", err) &&
           alarm_fork(desk, k->device, parts, k->wall_ms, err);
}

/* ---- inserting ---- */

static int by_id(const void *a, const void *b)
{
    const struct batch_object *const *one = a, *const *other = b;
    int order = memcmp((*one)->id, (*other)->id, 16);
    return order ? order : memcmp((*one)->hash, (*other)->hash, 32);
}

/* The batch's objects, sorted for bsearch. */
static const struct batch_object **sorted(const struct batch *b)
{
    const struct batch_object **list = mem_alloc((b->object_count + 1) * sizeof(void *));
    for (size_t i = 0; i < b->object_count; i++) {
        list[i] = &b->objects[i];
    }
    qsort(list, b->object_count, sizeof *list, by_id);
    return list;
}

/* Whether a table has a row of a history with this number; *had.  Above the last one there is
 * none. */
static bool has_row(struct desk *desk, const char *sql, const uint8_t owner_id[16], uint64_t seq,
                    uint64_t last, bool *had, struct err *err)
{
    int64_t found = 0;
    uint8_t name[16];
    *had = false;
    if (seq > last) {
        return true;
    }
    desk_name(desk, name, "owner", owner_id, 16);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq)};
    bool ok = db_number(desk->db, &found, 0, sql, v, 2, err);
    *had = found != 0;
    return ok;
}

static bool put_object(const struct taking *k, const struct chain_entry *e,
                       const struct history *own, const struct batch_object *object, bool *fresh,
                       struct err *err)
{
    bool had;
    uint8_t row[OBJECT_ROW];
    *fresh = false;
    if (!has_row(k->desk, "SELECT 1 FROM object WHERE device = ?1 AND seq = ?2", own->id, e->seq,
                 own->last_object, &had, err)) {
        return false;
    }
    *fresh = !had;
    memcpy(row + OBJECT_ID, e->object_id, 16);
    memcpy(row + OBJECT_HASH, e->object_hash, 32);
    put_u64(row + OBJECT_AT, (uint64_t)k->wall_ms);
    unsigned withdrawn = 0; /* a content that was withdrawn does not come back */
    return had || ((!k->any_withdrawn || desk_withdrawn(k->desk, e->object_id, &withdrawn, err)) &&
                   desk_put_object(k->desk, own->id, e->seq, row, object->bytes,
                                   withdrawn & USE_ANSWERS ? 0 : object->len, err));
}

static bool put_entry(struct desk *desk, const struct chain_entry *e, const struct history *own,
                      const uint8_t bytes[CHAIN_ENTRY], bool *fresh, struct err *err)
{
    bool had;
    *fresh = false;
    if (!has_row(desk, "SELECT 1 FROM entry WHERE device = ?1 AND seq = ?2", own->id, e->seq,
                 own->last_entry, &had, err)) {
        return false;
    }
    *fresh = !had;
    return had || desk_put_entry(desk, own->id, bytes, err);
}

/* ---- recordings ---- */

static int by_list(const void *a, const void *b)
{
    const struct batch_object *const *one = a, *const *other = b;
    return memcmp((*one)->id, (*other)->id, 16);
}

/* The lists of the batch's recordings, sorted by their ids. */
static const struct batch_object **lists_of(const struct batch *b, size_t *count)
{
    const struct batch_object **list = mem_alloc((b->object_count + 1) * sizeof(void *));
    *count = 0;
    for (size_t i = 0; i < b->object_count; i++) {
        if (b->objects[i].kind == BATCH_PARTS) {
            list[(*count)++] = &b->objects[i];
        }
    }
    if (*count) {
        qsort(list, *count, sizeof *list, by_list);
    }
    return list;
}

/* Stores the recording that an entry names, if the batch has it. */
static bool put_recording(const struct taking *k, const struct chain_entry *e, bool *fresh,
                          struct err *err)
{
    struct batch_object key;
    const struct batch_object *wanted = &key, *end = k->batch->objects + k->batch->object_count;
    memcpy(key.id, e->object_id, 16);
    const struct batch_object **list =
        bsearch(&wanted, k->lists, k->list_count, sizeof *k->lists, by_list);
    size_t parts = 0;
    *fresh = false;
    while (list && *list + 1 + parts < end && (*list)[1 + parts].kind == BATCH_PART) {
        parts++;
    }
    return !list || desk_put_recording(k->desk, *list, parts, fresh, err);
}

/* What was withdrawn before its sound came in. */
static bool drop_withdrawn(const struct taking *k, size_t h, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && k->any_withdrawn && i < k->batch->entry_count; i++) {
        struct chain_entry e;
        chain_parse(&e, k->batch->entries + i * CHAIN_ENTRY);
        ok = e.kind != CHAIN_RECORDING ||
             desk_drop_withdrawn_recording(k->desk, k->all->list[owner(k->all, h, e.seq)].id, e.seq,
                                           e.object_id, err);
    }
    return ok;
}

/* Stores a batch.  `first_new`: number of the first entry that was new, or whose object was
 * new; 0 = none. */
static bool insert(const struct taking *k, size_t h, uint64_t *first_new, struct err *err)
{
    struct desk *desk = k->desk;
    const struct histories *all = k->all;
    const struct batch *b = k->batch;
    struct import_report *report = k->report;
    const struct batch_object **objects = sorted(b);
    bool ok = true;
    *first_new = 0;
    for (size_t i = 0; ok && i < b->entry_count; i++) {
        const uint8_t *bytes = b->entries + i * CHAIN_ENTRY;
        struct chain_entry e;
        chain_parse(&e, bytes); /* batch_read has verified it */
        const struct history *own = &all->list[owner(all, h, e.seq)];
        bool fresh, had_not = false;
        ok = put_entry(desk, &e, own, bytes, &fresh, err);
        report->entries += fresh;
        if (ok && fresh && e.kind == CHAIN_WITHDRAWAL) {
            buf_add(k->withdrawals, e.object_id, 16);
        }
        if (ok && e.kind == CHAIN_RECORD) {
            struct batch_object key;
            const struct batch_object *wanted = &key;
            memcpy(key.id, e.object_id, 16);
            memcpy(key.hash, e.object_hash, 32); /* compare the hash too: another object with the
                                                  * same id does not count */
            const struct batch_object **object =
                bsearch(&wanted, objects, b->object_count, sizeof *objects, by_id);
            ok = !object || put_object(k, &e, own, *object, &had_not, err);
            report->objects += had_not;
        }
        if (ok && e.kind == CHAIN_RECORDING) {
            ok = put_recording(k, &e, &had_not, err);
            report->recordings += had_not;
        }
        if ((fresh || had_not) && !*first_new) {
            *first_new = e.seq;
        }
    }
    free(objects);
    return ok && drop_withdrawn(k, h, err);
}

static bool known_device(void *user, const uint8_t study_id[16], const uint8_t key[32])
{
    struct desk *desk = user;
    uint8_t id[16], name[16]; /* the id is derived from the key */
    int64_t found;
    chain_device_id(id, key);
    desk_name(desk, name, "owner", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    return memcmp(study_id, desk->catalogue.study_id, 16) == 0 &&
           db_number(desk->db, &found, 0, "SELECT 1 FROM device WHERE id = ?1", v, 1, NULL) &&
           found;
}

static bool is_revoked(const struct desk *desk, const uint8_t device[16], const uint8_t key[32])
{
    uint8_t padded[32] = {0};
    memcpy(padded, device, 16);
    return catalogue_revoked(&desk->catalogue, 2, padded) ||
           catalogue_revoked(&desk->catalogue, 1, key);
}

/* Finds the gap between the batch and the entries before it in its history. */
static bool find_gap(struct desk *desk, const struct histories *all, size_t h,
                     const struct batch *b, struct import_report *report, struct err *err)
{
    int64_t before = 0;
    uint64_t below = b->first_seq;
    for (;;) {
        uint8_t name[16];
        desk_name(desk, name, "owner", all->list[h].id, 16);
        struct db_value v[] = {db_blob(name, 16), db_int((int64_t)below)};
        if (!db_number(desk->db, &before, 0,
                       "SELECT max(seq) FROM entry WHERE device = ?1 AND seq < ?2", v, 2, err)) {
            return false;
        }
        if (before || !h) {
            break;
        }
        below = all->list[h].from < below ? all->list[h].from : below;
        h = all->list[h].parent;
    }
    if (b->entry_count && (uint64_t)before + 1 < b->first_seq) {
        report->gap_from = (uint64_t)before + 1;
        report->gap_to = b->first_seq - 1;
    }
    return true;
}

/* A device says that contents were withdrawn, of which this desk does not know: it was restored
 * from an older backup, or another desk sent the word.  The tables are without them, but nothing is
 * destroyed on a device's word alone: the coordinator decides. */
static bool alarm_withdrawals(const struct taking *k, struct err *err)
{
    bool ok = true;
    for (size_t at = 0; ok && at < k->withdrawals->len; at += 16) {
        const uint8_t *id = (const uint8_t *)k->withdrawals->data + at;
        char name[DESK_DEVICE_TEXT], key[48], text[400];
        unsigned uses;
        ok = desk_withdrawn(k->desk, id, &uses, err);
        if (ok && !(uses & USE_ANSWERS)) {
            desk_record_key(key, id);
            ok = desk_device_text(k->desk, k->device, name, err);
            snprintf(text, sizeof text,
                     "device %s says that %s was withdrawn; this desk does not know of it, and "
                     "leaves it out: 'withdraw %s' destroys it here, too",
                     name, key, key);
            ok = ok && desk_put_note(k->desk, "alarm", k->wall_ms, text, strlen(text), err);
        }
    }
    return ok;
}

bool desk_import_batch(struct desk *desk, const struct batch *b, int64_t wall_ms,
                       struct import_report *report, struct err *err)
{
    uint8_t device[16];
    struct histories all = {0};
    size_t h = 0;
    uint64_t first_new = 0;
    chain_device_id(device, b->device_key);
    struct buf withdrawals = {0};
    int64_t any_withdrawn = 0;
    bool ok = db_number(desk->db, &any_withdrawn, 0, "SELECT EXISTS(SELECT 1 FROM withdrawn)", NULL,
                        0, err);
    struct taking k = {.desk = desk,
                       .all = &all,
                       .batch = b,
                       .device = device,
                       .wall_ms = wall_ms,
                       .report = report,
                       .withdrawals = &withdrawals,
                       .any_withdrawn = any_withdrawn};
    k.lists = lists_of(b, &k.list_count);
    ok = ok && desk_histories(desk, device, &all, err) && read_lasts(desk, &all, err) &&
         place(&k, &h, err) && find_gap(desk, &all, h, b, report, err) &&
         insert(&k, h, &first_new, err);
    report->revoked = is_revoked(desk, device, b->device_key);
    if (ok && report->revoked && first_new) {
        ok = hold(desk, &all.list[owner(&all, h, first_new)], first_new, "revoked", err);
    }
    report->known = ok && report->entries == 0 && report->objects == 0 && report->recordings == 0;
    report->apart = ok && all.list[h].held && all.list[h].held <= b->last_seq;
    ok = ok && (report->apart || alarm_withdrawals(&k, err));
    free(all.list);
    free(k.lists);
    buf_fini(&withdrawals);
    return ok;
}

bool desk_import(struct desk *desk, const void *tar, size_t len, int64_t wall_ms,
                 struct import_report *report, struct err *err)
{
    struct arena arena;
    struct batch b;
    arena_init(&arena);
    memset(report, 0, sizeof *report);
    /* begin the transaction before comparing: another process may import at the same time */
    bool ok = batch_read(&b, &arena, tar, len, known_device, desk, err) && db_begin(desk->db, err);
    if (ok) {
        ok = desk_import_batch(desk, &b, wall_ms, report, err) && db_commit(desk->db, err);
        if (!ok) {
            db_rollback(desk->db);
        }
    }
    arena_fini(&arena);
    return ok;
}

/* ---- accepting what was kept apart ---- */

bool desk_accept(struct desk *desk, const char *device, unsigned history, int64_t wall_ms,
                 unsigned *records, struct err *err)
{
    uint8_t id[16];
    unsigned found;
    struct histories all = {0};
    *records = 0;
    if (!desk_find_device(desk, device, id, &found, err)) {
        return false;
    }
    if (found != 1) {
        err_set(err, ERR_INPUT,
                found ? "the ids of several devices begin with this"
                      : "the desk knows no such device");
        err_at(err, "%s", device);
        return err_hint(
            err, "give at least four characters of an id; 'suhbat-sync status' lists the ids");
    }
    bool ok = db_begin(desk->db, err) && desk_histories(desk, id, &all, err);
    for (size_t h = 0; ok && h < all.count; h++) {
        int64_t n = 0;
        char text[200], called[DESK_DEVICE_TEXT];
        uint8_t name[16];
        desk_name(desk, name, "owner", all.list[h].id, 16);
        struct db_value v[] = {db_blob(name, 16), db_int((int64_t)all.list[h].held)};
        if (!all.list[h].held || (history && history != h + 1)) {
            continue;
        }
        if (!(ok = desk_device_text(desk, id, called, err))) {
            break;
        }
        snprintf(text, sizeof text, "accept device %s, history %zu, from entry %llu", called, h + 1,
                 (unsigned long long)all.list[h].held);
        ok = db_number(desk->db, &n, 0,
                       "SELECT count(*) FROM object WHERE device = ?1 AND seq >= ?2", v, 2, err) &&
             db_run(desk->db, "DELETE FROM hold WHERE id = ?1", v, 1, NULL, NULL, err) &&
             desk_log(desk, wall_ms, text, err);
        *records += (unsigned)n;
    }
    if (ok && history > all.count) {
        ok = err_set(err, ERR_INPUT, "the device has %zu histories", all.count);
    }
    ok = ok && db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
    }
    free(all.list);
    return ok;
}
