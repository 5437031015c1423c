/* SPDX-License-Identifier: Apache-2.0 */
/* Lists records, and hands them over as sealed batches. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/batch.h"
#include "platform/custody/device_recordings.h"
#include "platform/machine/stick.h"
#include "platform/machine/text.h"

/* ---- progress ---- */

void device_watch(struct device *d, struct progress *progress)
{
    d->progress = progress;
}

bool device_go_on(struct device *d, struct err *err)
{
    return !progress_stopped(d->progress) || err_set(err, ERR_ENV, "stopped");
}

/* ---- records ---- */

bool device_record_read(struct device *d, const uint8_t id[16], struct device_record *r,
                        uint8_t draft_id[16], bool *found, struct err *err)
{
    struct buf plain = {0};
    struct err why = {0};
    bool ok = device_row_get(d, "record", id, 16, &plain, found, &why);
    if (!ok && why.code != ERR_AUTH && why.code != ERR_INPUT) {
        if (err) {
            *err = why;
        }
        return false;
    }
    const uint8_t *p = (const uint8_t *)plain.data;
    *found = ok && *found && plain.len == RECORD_INFO;
    if (*found) {
        memcpy(r->id, p, 16);
        r->state = (enum record_state)get_u32(p + 16);
        r->number = get_u32(p + 20);
        r->seq = get_u64(p + 24);
        r->sealed_len = get_u64(p + 32);
        r->finalised_ms = (int64_t)get_u64(p + 40);
        memcpy(draft_id, p + RECORD_INFO_DRAFT, 16);
    }
    buf_fini(&plain);
    return true;
}

bool device_each_record(struct device *d, uint64_t from, uint64_t up_to, device_record_each *row,
                        void *user, struct err *err)
{
    for (uint64_t seq = from; seq <= up_to; seq++) {
        uint8_t bytes[CHAIN_ENTRY], draft[16];
        struct chain_entry e;
        struct device_record r;
        bool found;
        if (!device_entry(d, seq, bytes, &found, err)) {
            return false;
        }
        if (!found) {
            continue;
        }
        chain_parse(&e, bytes);
        if (e.kind != CHAIN_RECORD) {
            continue;
        }
        if (!device_record_read(d, e.object_id, &r, draft, &found, err)) {
            return false;
        }
        if (found && !row(user, &r, draft)) {
            return true;
        }
    }
    return true;
}

struct listing {
    device_record_row *row;
    void *user;
};

static bool list_record(void *user, const struct device_record *r, const uint8_t draft_id[16])
{
    struct listing *l = user;
    (void)draft_id;
    return l->row(l->user, r);
}

bool device_records(struct device *d, device_record_row *row, void *user, struct err *err)
{
    struct listing l = {row, user};
    return device_each_record(d, 1, vault_keys(d->vault)->chain_seq, list_record, &l, err);
}

struct waiting {
    struct device_waiting *sum;
    uint64_t copied_seq;
};

static bool count_waiting(void *user, const struct device_record *r, const uint8_t draft_id[16])
{
    struct waiting *w = user;
    struct device_waiting *sum = w->sum;
    (void)draft_id;
    if (r->finalised_ms > sum->newest_ms) {
        sum->newest_ms = r->finalised_ms;
    }
    if (r->state == RECORD_SEALED) {
        sum->count++;
        sum->bytes += r->sealed_len;
        sum->copied += r->seq <= w->copied_seq;
        if (sum->oldest_ms == 0 || r->finalised_ms < sum->oldest_ms) {
            sum->oldest_ms = r->finalised_ms;
        }
    }
    return true;
}

/* Store the last entry that was handed over, and when. */
static bool put_copied(struct device *d, uint64_t seq, int64_t wall_ms, struct err *err)
{
    uint8_t row[16];
    put_u64(row, seq);
    put_u64(row + 8, (uint64_t)wall_ms);
    return device_row_put(d, (struct row_key){"copied", "", 0}, ROW_META, 0, row, sizeof row, err);
}

/* Adds what the recordings that wait take. */
static bool add_recordings(struct device *d, uint64_t from, uint64_t *bytes, struct err *err)
{
    bool ok = true;
    for (uint64_t seq = from; ok && seq <= vault_keys(d->vault)->chain_seq; seq++) {
        uint8_t entry[CHAIN_ENTRY];
        struct chain_entry e;
        uint64_t one = 0;
        bool found, purged;
        ok = device_entry(d, seq, entry, &found, err);
        if (ok && found) {
            chain_parse(&e, entry);
            ok = e.kind != CHAIN_RECORDING ||
                 device_recording_look(d, e.object_id, &purged, &one, err);
        }
        *bytes += one;
    }
    return ok;
}

bool device_waiting(struct device *d, struct device_waiting *waiting, struct err *err)
{
    struct waiting w = {waiting, 0};
    struct buf row = {0};
    bool found;
    memset(waiting, 0, sizeof *waiting);
    bool ok = device_row_get(d, "copied", "", 0, &row, &found, err);
    if (ok && found && row.len == 16) {
        w.copied_seq = get_u64((const uint8_t *)row.data);
        waiting->copied_ms = (int64_t)get_u64((const uint8_t *)row.data + 8);
    }
    buf_cut(&row, 0);
    ok = ok && device_row_get(d, "ack", "", 0, &row, &found, err);
    uint64_t acked = ok && found && row.len == 40 ? get_u64((const uint8_t *)row.data) : 0;
    buf_fini(&row);
    ok =
        ok &&
        device_each_record(d, acked + 1, vault_keys(d->vault)->chain_seq, count_waiting, &w, err) &&
        add_recordings(d, acked + 1, &waiting->bytes, err);
    /* if none is waiting, the last acknowledged record tells when one was last sealed */
    for (uint64_t seq = acked; ok && seq > 0 && !waiting->newest_ms; seq--) {
        ok = device_each_record(d, seq, seq, count_waiting, &w, err);
    }
    return ok;
}

/* ---- handing over ---- */

/* Read a sealed record; *found is false if its row is missing or damaged. */
static bool sealed_object(struct device *d, const uint8_t id[16], struct buf *sealed, bool *found,
                          struct err *err)
{
    struct err why = {0};
    bool ok = device_row_get(d, "object", id, 16, sealed, found, &why);
    if (!ok && (why.code == ERR_AUTH || why.code == ERR_INPUT)) {
        *found = false;
        return true;
    }
    if (!ok && err) {
        *err = why;
    }
    return ok;
}

struct volume {
    uint8_t *entries;
    size_t entry_count;
    struct batch_object *objects;
    struct buf *bytes; /* object_count buffers */
    size_t object_count, record_count, size;
    uint64_t first_seq, last_seq;
    uint8_t prev[32], head[32];
};

static void volume_fini(struct volume *v)
{
    for (size_t i = 0; i < v->object_count; i++) {
        buf_fini(&v->bytes[i]);
    }
    free(v->entries);
    free(v->objects);
    free(v->bytes);
    memset(v, 0, sizeof *v);
}

/* `sealed` is the volume's from now on. */
static void add_object(struct volume *v, const struct batch_object *object, struct buf *sealed)
{
    v->objects = mem_grow(v->objects, v->object_count + 1, sizeof *v->objects);
    v->bytes = mem_grow(v->bytes, v->object_count + 1, sizeof *v->bytes);
    v->bytes[v->object_count] = *sealed;
    v->objects[v->object_count] = *object;
    v->objects[v->object_count].len = sealed->len;
    v->object_count++;
    v->size += sealed->len;
}

/* The list of a recording's parts, and the parts.  One that is damaged is written as empty: the
 * desk must not wait for it. */
static bool add_recording(struct device *d, struct volume *v, const uint8_t id[16], struct err *err)
{
    struct buf list = {0};
    bool found;
    bool ok = device_recording_list(d, id, &list, &found, err);
    if (!ok || !found) { /* withdrawn, or declared lost */
        buf_fini(&list);
        return ok;
    }
    struct batch_object o = {.kind = BATCH_PARTS, .part = (uint32_t)(list.len / 32)};
    memcpy(o.id, id, 16);
    const uint32_t parts = o.part;
    uint8_t *hashes = mem_alloc(list.len + 1);
    if (list.len) {
        memcpy(hashes, list.data, list.len);
    }
    add_object(v, &o, &list);
    o.kind = BATCH_PART;
    for (uint32_t part = 0; ok && part < parts; part++) {
        struct buf sealed = {0};
        uint8_t hash[32];
        ok = device_go_on(d, err) && device_recording_part(d, id, part, &sealed, &found, err);
        hash_plain(hash, sealed.data, sealed.len);
        if (!ok || !found || memcmp(hash, hashes + part * (size_t)32, 32) != 0) {
            buf_cut(&sealed, 0);
        }
        o.part = part;
        if (ok) {
            add_object(v, &o, &sealed);
        } else {
            buf_fini(&sealed);
        }
    }
    free(hashes);
    return ok;
}

static bool add_entry(struct device *d, struct volume *v, const uint8_t entry[CHAIN_ENTRY],
                      const struct chain_entry *e, struct err *err)
{
    if (!v->entry_count) {
        v->first_seq = e->seq;
        memcpy(v->prev, e->prev, 32);
    }
    v->entries = mem_grow(v->entries, (v->entry_count + 1) * CHAIN_ENTRY, 1);
    memcpy(v->entries + v->entry_count++ * CHAIN_ENTRY, entry, CHAIN_ENTRY);
    v->last_seq = e->seq;
    chain_hash(v->head, entry);
    if (e->kind == CHAIN_RECORDING) {
        return add_recording(d, v, e->object_id, err);
    }
    if (e->kind != CHAIN_RECORD) {
        return true;
    }
    struct buf sealed = {0};
    bool found;
    if (!sealed_object(d, e->object_id, &sealed, &found, err)) {
        return false;
    }
    if (found) {
        struct batch_object o = {.kind = BATCH_RECORD};
        memcpy(o.id, e->object_id, 16);
        add_object(v, &o, &sealed);
        v->record_count++;
    }
    return true;
}

static bool write_volume(struct device *d, struct volume *v, const char *folder, int64_t wall_ms,
                         struct export_report *report, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    assert(v->entry_count && v->first_seq <= v->last_seq && v->last_seq <= k->chain_seq);
    struct batch b = {.first_seq = v->first_seq,
                      .last_seq = v->last_seq,
                      .device_head_seq = k->chain_seq,
                      .volume = report->volumes + 1,
                      .created_ms = wall_ms,
                      .entries = v->entries,
                      .entry_count = v->entry_count,
                      .objects = v->objects,
                      .object_count = v->object_count};
    uint8_t recipients[CATALOGUE_RECIPIENTS_MAX][32], id[8];
    size_t count = catalogue_recipients(d->catalogue, recipients);
    struct buf tar = {0}, sealed = {0}, ack = {0};
    char name[32];
    bool found;
    for (size_t i = 0; i < v->object_count; i++) {
        v->objects[i].bytes = v->bytes[i].data;
    }
    secret_random(b.batch_id, 16);
    memcpy(b.study_id, k->study_id, 16);
    sign_public(b.device_key, k->sign_seed);
    memcpy(b.prev_hash, v->prev, 32);
    memcpy(b.head_hash, v->head, 32);
    bool ok = device_row_get(d, "ack", "", 0, &ack, &found, err);
    if (ok && found && ack.len == 40) {
        memcpy(b.last_receipt, ack.data + 8, 32);
    }
    secret_random(id, sizeof id);
    text_hex(name, id, sizeof id);
    strcat(name, ".age");
    ok = ok && batch_write(&tar, &b, k->sign_seed, err) &&
         age_seal(&sealed, tar.data, tar.len, (const uint8_t(*)[32])recipients, count, err);
    size_t size = sealed.len;
    ok = ok && stick_put(folder, name, &sealed, d->progress, err);
    if (ok) {
        report->volumes++;
        report->records += (unsigned)v->record_count;
        report->bytes += size;
    }
    buf_fini(&tar);
    buf_fini(&sealed);
    buf_fini(&ack);
    return ok;
}

/* ---- losses ---- */

struct span {
    uint64_t first, last;
};
struct spans {
    struct span *list;
    size_t count;
};

static void span_add(struct spans *s, uint64_t first, uint64_t last)
{
    if (s->count && s->list[s->count - 1].last + 1 == first) {
        s->list[s->count - 1].last = last;
        return;
    }
    s->list = mem_grow(s->list, s->count + 1, sizeof *s->list);
    s->list[s->count++] = (struct span){first, last};
}

static bool is_within(const struct spans *s, const struct span *one)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].first <= one->first && s->list[i].last >= one->last) {
            return true;
        }
    }
    return false;
}

/* Whether the record is gone on purpose: its content was withdrawn. */
static bool is_purged(struct device *d, const uint8_t id[16], bool *purged, struct err *err)
{
    struct device_record r = {.state = RECORD_SEALED};
    uint8_t draft[16];
    bool found;
    bool ok = device_record_read(d, id, &r, draft, &found, err);
    *purged = ok && found && r.state == RECORD_PURGED;
    return ok;
}

/* Whether a recording's list of parts is here, or it is gone on purpose. */
static bool has_recording(struct device *d, const uint8_t id[16], bool *here, struct err *err)
{
    struct buf list = {0};
    uint64_t bytes;
    bool purged;
    bool ok = device_recording_list(d, id, &list, here, err) &&
              device_recording_look(d, id, &purged, &bytes, err);
    *here = ok && (*here || purged);
    buf_fini(&list);
    return ok;
}

/* Collect, from entry `from` on, the entries that are missing or damaged, and the ranges
 * already declared lost. */
static bool look_for_losses(struct device *d, uint64_t from, struct spans *lost,
                            struct spans *declared, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    uint8_t pk[32];
    sign_public(pk, k->sign_seed);
    for (uint64_t seq = from; seq <= k->chain_seq; seq++) {
        uint8_t bytes[CHAIN_ENTRY];
        struct chain_entry e;
        struct span s;
        bool here, whole = true;
        if (!device_go_on(d, err) || !device_entry(d, seq, bytes, &here, err)) {
            return false;
        }
        here = here && chain_read(&e, bytes, pk);
        if (here && e.kind == CHAIN_RECORD) {
            struct buf sealed = {0};
            bool read = sealed_object(d, e.object_id, &sealed, &whole, err) &&
                        (whole || is_purged(d, e.object_id, &whole, err));
            buf_fini(&sealed);
            if (!read) {
                return false;
            }
        }
        if (here && e.kind == CHAIN_RECORDING && !has_recording(d, e.object_id, &whole, err)) {
            return false;
        }
        if (!here || !whole) {
            span_add(lost, seq, seq);
        } else if (chain_lost(&e, &s.first, &s.last)) {
            declared->list = mem_grow(declared->list, declared->count + 1, sizeof *declared->list);
            declared->list[declared->count++] = s;
        }
    }
    return true;
}

/* Declare missing entries lost.  Otherwise the desk would wait for them for ever and
 * acknowledge nothing that came later. */
static bool declare_losses(struct device *d, uint64_t from, int64_t wall_ms, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    struct spans lost = {0}, declared = {0};
    bool ok = look_for_losses(d, from, &lost, &declared, err);
    for (size_t i = 0; ok && i < lost.count; i++) {
        struct chain_entry e =
            device_next_entry(d, CHAIN_DECLARED_LOSS, k->device_id, k->chain_head);
        uint8_t hash[32];
        if (is_within(&declared, &lost.list[i])) {
            continue;
        }
        chain_loss(&e, lost.list[i].first, lost.list[i].last);
        ok = device_put_entry(d, &e, hash, err) &&
             device_advance(d, e.seq, hash, NULL, wall_ms, err);
    }
    free(lost.list);
    free(declared.list);
    return ok;
}

/* Number of the first entry that no receipt has acknowledged; and what there is to be written. */
static bool first_waiting(struct device *d, uint64_t *from, struct err *err)
{
    struct buf ack = {0};
    struct device_waiting waiting;
    bool found;
    bool ok =
        device_row_get(d, "ack", "", 0, &ack, &found, err) && device_waiting(d, &waiting, err);
    if (ok && d->progress) {
        d->progress->total += 2 * waiting.bytes; /* each byte is written, then read back */
    }
    *from = ok && found && ack.len == 40 ? get_u64((const uint8_t *)ack.data) + 1 : 1;
    buf_fini(&ack);
    return ok;
}

static bool is_full(const struct volume *v)
{
    return v->size >= BATCH_VOLUME || v->entry_count == BATCH_ENTRIES_MAX;
}

bool device_export(struct device *d, const char *folder, int64_t wall_ms,
                   struct export_report *report, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    struct volume v = {0};
    uint8_t pk[32];
    uint64_t from;
    memset(report, 0, sizeof *report);
    sign_public(pk, k->sign_seed);
    bool ok = first_waiting(d, &from, err) && declare_losses(d, from, wall_ms, err);
    for (uint64_t seq = from; ok && seq <= k->chain_seq; seq++) {
        uint8_t entry[CHAIN_ENTRY];
        struct chain_entry e;
        bool found;
        ok = device_go_on(d, err) && device_entry(d, seq, entry, &found, err);
        bool good = ok && found && chain_read(&e, entry, pk);
        if (v.entry_count && (!good || is_full(&v))) { /* a volume's entries follow each other */
            ok = write_volume(d, &v, folder, wall_ms, report, err);
            volume_fini(&v);
        }
        ok = ok && (!good || add_entry(d, &v, entry, &e, err));
    }
    if (ok && v.entry_count) {
        ok = write_volume(d, &v, folder, wall_ms, report, err);
    }
    volume_fini(&v);
    ok = ok && (!report->volumes || put_copied(d, k->chain_seq, wall_ms, err));
    report->head_seq = k->chain_seq;
    enrol_words(report->words, k->chain_head, 32);
    return ok;
}
