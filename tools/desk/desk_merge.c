/* SPDX-License-Identifier: Apache-2.0 */
/* Takes over another desk's devices, forms and entries. */
#include "tools/desk/desk_merge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_merge_internal.h"

void merge_tell(struct merging *m, unsigned *count, const char *format, ...)
{
    char text[400];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    ++*count;
    if (m->report->tell) {
        m->report->tell(m->report->user, text);
    }
}

/* ---- the study ---- */

/* Whether both are one folder. */
static bool same_folder(const struct desk *a, const struct desk *b)
{
    struct stat one, other;
    return stat(a->dir, &one) == 0 && stat(b->dir, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool judge_study(struct merging *m, struct err *err)
{
    const struct catalogue *own = &m->to->catalogue, *its = &m->from->catalogue;
    if (same_folder(m->to, m->from)) {
        return err_set(err, ERR_INPUT, "the other desk is this desk");
    }
    if (memcmp(own->study_id, its->study_id, 16) != 0) {
        return err_set(err, ERR_AUTH, "the other desk belongs to another study");
    }
    const struct buf *bytes = &m->from->catalogue_bytes, *had = &m->to->catalogue_bytes;
    bool same = its->epoch == own->epoch && bytes->len == had->len &&
                memcmp(bytes->data, had->data, had->len) == 0;
    /* two of one number: refused there, since somebody may be forging */
    return same || its->epoch < own->epoch ||
           desk_set_catalogue(m->to, bytes->data, bytes->len, err);
}

static bool merge_form(void *user, const struct desk_form_row *form, struct err *err)
{
    struct merging *m = user;
    uint8_t name[16];
    int64_t known;
    desk_name(m->to, name, "form", form->hash, 32);
    struct db_value v[] = {db_blob(name, 16)};
    if (!db_number(m->to->db, &known, 0, "SELECT 1 FROM form WHERE id = ?1", v, 1, err)) {
        return false;
    }
    m->report->forms += !known;
    return known || desk_put_form(m->to, form->hash, form->serial, form->xml, form->xml_len, err);
}

/* ---- entries ---- */

/* Entries that follow each other, and whose records the other desk took in at one time. */
struct run {
    struct buf entries, bytes;
    struct batch_object *objects;
    size_t *offsets, count; /* of objects in `bytes` */
    uint64_t next;          /* number of the entry to come; 0: the run is empty */
    uint8_t last_hash[32];
    int64_t taken_ms;
};

struct carrying { /* one history of a device */
    struct merging *m;
    const uint8_t *device; /* a row of DEVICE_ROW bytes */
    uint8_t owner[16];     /* the history's pseudonym at the other desk */
    struct run run;
};

static void run_empty(struct run *r)
{
    buf_cut(&r->entries, 0);
    buf_cut(&r->bytes, 0);
    r->count = 0;
    r->next = 0;
    r->taken_ms = 0;
}

static void run_fini(struct run *r)
{
    buf_fini(&r->entries);
    buf_fini(&r->bytes);
    free(r->objects);
    free(r->offsets);
}

static bool store_run(struct carrying *c, struct err *err)
{
    struct merging *m = c->m;
    struct run *r = &c->run;
    struct import_report in = {0};
    struct chain_entry first;
    if (!r->next) {
        return true;
    }
    for (size_t i = 0; i < r->count; i++) {
        r->objects[i].bytes = r->bytes.data + r->offsets[i];
    }
    size_t entries = r->entries.len / CHAIN_ENTRY;
    chain_parse(&first, (const uint8_t *)r->entries.data);
    struct batch batch = {.first_seq = first.seq,
                          .last_seq = r->next - 1,
                          .device_head_seq = r->next - 1,
                          .entries = (const uint8_t *)r->entries.data,
                          .entry_count = entries,
                          .objects = r->objects,
                          .object_count = r->count};
    memcpy(batch.study_id, m->to->catalogue.study_id, 16);
    memcpy(batch.device_key, c->device + DEVICE_SIGN, 32);
    memcpy(batch.prev_hash, first.prev, 32);
    memcpy(batch.head_hash, r->last_hash, 32);
    int64_t at = r->taken_ms ? r->taken_ms : m->report->wall_ms;
    bool ok = desk_begin(m->to, err) && desk_import_batch(m->to, &batch, at, &in, err);
    ok = desk_end(m->to, ok, err);
    if (ok) {
        m->report->entries += in.entries;
        m->report->records += in.objects;
    }
    if (ok && in.apart) {
        char name[DESK_DEVICE_TEXT];
        ok = desk_device_text(m->to, c->device + DEVICE_ID, name, err);
        if (ok && in.fork_seq) {
            merge_tell(m, &m->report->apart,
                       "device %s has two different entries %llu: both sides are kept apart", name,
                       (unsigned long long)in.fork_seq);
        } else if (ok) {
            merge_tell(m, &m->report->apart, "device %s: entries up to %llu are kept apart", name,
                       (unsigned long long)r->next - 1);
        }
    }
    run_empty(r);
    return ok;
}

static bool damaged(const struct carrying *c, uint64_t seq, struct err *err)
{
    char name[DESK_DEVICE_TEXT];
    if (!desk_device_text(c->m->to, c->device + DEVICE_ID, name, err)) {
        return false;
    }
    err_set(err, ERR_INPUT, "entry %llu of device %s is damaged at the other desk",
            (unsigned long long)seq, name);
    return err_hint(err, "restore the other desk from its last backup, and merge again");
}

/* Adds the record that the entry names, if the other desk has its content; or, so that it does not
 * count as missing, without content if this desk knows that it was withdrawn. */
static bool add_object(struct carrying *c, const struct chain_entry *e, const struct buf *row,
                       const struct db_value *sealed, struct err *err)
{
    struct run *r = &c->run;
    uint8_t hash[32];
    unsigned uses = USE_ANSWERS;
    if (!sealed->len && !desk_withdrawn(c->m->to, e->object_id, &uses, err)) {
        return false;
    }
    if (!sealed->len && !(uses & USE_ANSWERS)) {
        return true;
    }
    hash_plain(hash, sealed->bytes, sealed->len);
    if (sealed->len && memcmp(hash, e->object_hash, 32) != 0) {
        return damaged(c, e->seq, err);
    }
    r->objects = mem_grow(r->objects, r->count + 1, sizeof *r->objects);
    r->offsets = mem_grow(r->offsets, r->count + 1, sizeof *r->offsets);
    struct batch_object *o = &r->objects[r->count];
    *o = (struct batch_object){.len = sealed->len};
    memcpy(o->id, e->object_id, 16);
    memcpy(o->hash, e->object_hash, 32);
    r->offsets[r->count++] = r->bytes.len;
    buf_add(&r->bytes, sealed->bytes, sealed->len);
    r->taken_ms = (int64_t)get_u64((const uint8_t *)row->data + OBJECT_AT);
    return true;
}

static struct batch_object *run_object(struct run *r, enum batch_kind kind, const uint8_t id[16],
                                       const struct db_value *bytes)
{
    r->objects = mem_grow(r->objects, r->count + 1, sizeof *r->objects);
    r->offsets = mem_grow(r->offsets, r->count + 1, sizeof *r->offsets);
    struct batch_object *o = &r->objects[r->count];
    *o = (struct batch_object){.kind = kind, .len = bytes->len};
    memcpy(o->id, id, 16);
    r->offsets[r->count++] = r->bytes.len;
    buf_add(&r->bytes, bytes->bytes, bytes->len);
    return o;
}

struct carrying_sound {
    struct carrying *c;
    const struct chain_entry *entry;
    struct buf list;
};

/* Columns: part, d, sealed.  The list, which the chain vouches for, comes first. */
static bool carry_part(void *user, const struct db_value *col, size_t count, struct err *err)
{
    struct carrying_sound *s = user;
    const struct chain_entry *e = s->entry;
    uint8_t hash[32], name[16];
    (void)count;
    if (col[0].number < 0) {
        desk_name(s->c->m->from, name, "record", e->object_id, 16);
        if (!desk_unlock(s->c->m->from, &s->list, (struct desk_row){"sound", name, 0}, &col[1], 0,
                         err)) {
            return false;
        }
        hash_tagged(hash, "sb1-rec-root", s->list.len ? s->list.data : "", s->list.len);
        struct db_value list = db_blob(s->list.len ? s->list.data : "", s->list.len);
        run_object(&s->c->run, BATCH_PARTS, e->object_id, &list)->part =
            (uint32_t)(s->list.len / 32);
        return memcmp(hash, e->object_hash, 32) == 0 || damaged(s->c, e->seq, err);
    }
    size_t part = (size_t)col[0].number;
    hash_plain(hash, col[2].bytes, col[2].len);
    bool right =
        part < s->list.len / 32 && (!col[2].len || memcmp(hash, s->list.data + part * 32, 32) == 0);
    run_object(&s->c->run, BATCH_PART, e->object_id, &col[2])->part = (uint32_t)part;
    return right || damaged(s->c, e->seq, err);
}

/* The sound that the entry names, as far as the other desk has it. */
static bool add_recording(struct carrying *c, const struct chain_entry *e, struct err *err)
{
    struct carrying_sound s = {.c = c, .entry = e};
    uint8_t name[16];
    desk_name(c->m->from, name, "record", e->object_id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_run(c->m->from->db,
                     "SELECT part, d, sealed FROM sound WHERE recording = ?1 ORDER BY part", v, 1,
                     carry_part, &s, err);
    buf_fini(&s.list);
    return ok;
}

/* Whether the entry begins a new run. */
static bool is_apart(const struct run *r, const struct chain_entry *e, const struct buf *row)
{
    int64_t at = row->len ? (int64_t)get_u64((const uint8_t *)row->data + OBJECT_AT) : 0;
    return e->seq != r->next || memcmp(e->prev, r->last_hash, 32) != 0 ||
           (at && r->taken_ms && at != r->taken_ms) ||
           r->entries.len / CHAIN_ENTRY >= BATCH_ENTRIES_MAX || r->bytes.len >= BATCH_VOLUME;
}

/* Columns: number, entry, the object's row, its sealed content. */
static bool carry_entry(void *user, const struct db_value *col, size_t count, struct err *err)
{
    struct carrying *c = user;
    struct merging *m = c->m;
    struct buf bytes = {0}, row = {0};
    struct chain_entry e;
    uint64_t seq = (uint64_t)col[0].number;
    (void)count;
    bool ok = desk_unlock(m->from, &bytes, (struct desk_row){"entry", c->owner, seq}, &col[1],
                          CHAIN_ENTRY, err) &&
              (col[2].type != DB_BLOB ||
               desk_unlock(m->from, &row, (struct desk_row){"object", c->owner, seq}, &col[2],
                           OBJECT_ROW, err));
    if (ok &&
        (!chain_read(&e, (const uint8_t *)bytes.data, c->device + DEVICE_SIGN) || e.seq != seq)) {
        ok = damaged(c, seq, err);
    }
    bool sound = ok && e.kind == CHAIN_RECORDING;
    ok = ok && (!is_apart(&c->run, &e, &row) || store_run(c, err));
    if (ok) {
        buf_add(&c->run.entries, bytes.data, CHAIN_ENTRY);
        chain_hash(c->run.last_hash, (const uint8_t *)bytes.data);
        c->run.next = seq + 1;
        ok = (!row.len || add_object(c, &e, &row, &col[3], err)) &&
             (!sound || add_recording(c, &e, err));
    }
    buf_fini(&bytes);
    buf_fini(&row);
    return ok;
}

static bool carry_history(struct merging *m, const uint8_t *device, const struct history *h,
                          struct err *err)
{
    struct carrying c = {.m = m, .device = device};
    desk_name(m->from, c.owner, "owner", h->id, 16);
    struct db_value v[] = {db_blob(c.owner, 16)};
    bool ok = db_run(m->from->db,
                     "SELECT e.seq, e.d, o.d, o.sealed FROM entry e LEFT JOIN object o"
                     " ON o.device = e.device AND o.seq = e.seq WHERE e.device = ?1 ORDER BY e.seq",
                     v, 1, carry_entry, &c, err) &&
              store_run(&c, err);
    run_fini(&c.run);
    return ok;
}

/* ---- devices ---- */

struct device_list { /* rows of DEVICE_ROW bytes */
    const struct desk *desk;
    struct buf rows;
};

static bool gather_device(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct device_list *list = user;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock_row(list->desk, &plain, "device", c, DEVICE_ROW, err);
    if (ok) {
        buf_add(&list->rows, plain.data, DEVICE_ROW);
    }
    buf_fini(&plain);
    return ok;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A device that was revoked since belongs to the study: its entries are kept apart. */
static bool is_enrolled(const struct catalogue *catalogue, const uint8_t row[DEVICE_ROW])
{
    const uint8_t *cert = row + DEVICE_CERT;
    struct cert own, out;
    uint8_t id[16];
    struct catalogue *c = mem_alloc(sizeof *c);
    *c = *catalogue;
    bool ok = cert_read(&own, cert) && memcmp(own.subject, row + DEVICE_SIGN, 32) == 0;
    chain_device_id(id, row + DEVICE_SIGN);
    ok = ok && memcmp(id, row + DEVICE_ID, 16) == 0;
    for (unsigned i = 0; ok && i < c->revoked_count; i++) {
        if (c->revoked[i].kind == 1 && memcmp(c->revoked[i].id, own.subject, 32) == 0) {
            c->revoked[i].kind = 0;
        }
    }
    ok = ok && catalogue_trusts(c, cert, CERT_DEVICE, &out);
    free(c);
    return ok;
}

/* Adds the device, or raises its counter: a device takes a receipt only with a number higher than
 * any before, whichever desk wrote it.  *known: it is enrolled. */
static bool merge_device(struct merging *m, const uint8_t *row, bool *known, struct err *err)
{
    struct device_list own = {.desk = m->to};
    struct buf label = {0}, its_label = {0};
    uint8_t name[16], merged[DEVICE_ROW];
    desk_name(m->to, name, "owner", row + DEVICE_ID, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok =
        db_run(m->to->db, "SELECT id, d FROM device WHERE id = ?1", v, 1, gather_device, &own, err);
    memcpy(merged, row, DEVICE_ROW);
    *known = true;
    put_u64(merged + DEVICE_RECEIPT, 0); /* merge_receipt */
    if (ok && own.rows.len) {
        const uint8_t *had = (const uint8_t *)own.rows.data;
        memcpy(merged, had, DEVICE_ROW);
        put_u64(merged + DEVICE_COUNTER,
                later(get_u64(had + DEVICE_COUNTER), get_u64(row + DEVICE_COUNTER)));
    } else if (ok && !is_enrolled(&m->to->catalogue, row)) {
        char text[DESK_DEVICE_TEXT];
        *known = false;
        ok = desk_device_text(m->from, row + DEVICE_ID, text, err);
        merge_tell(m, &m->report->left_out,
                   "device %s is not enrolled in this study: what it made is left out", text);
    } else if (ok) {
        m->report->devices++;
    }
    if (ok && *known) {
        ok = desk_put_device(m->to, merged, err) &&
             desk_label(m->to, row + DEVICE_ID, &label, err) &&
             desk_label(m->from, row + DEVICE_ID, &its_label, err) &&
             (label.len || !its_label.len ||
              desk_set_label(m->to, row + DEVICE_ID, its_label.data, err));
    }
    buf_fini(&own.rows);
    buf_fini(&label);
    buf_fini(&its_label);
    return ok;
}

/* Reads entry `seq` of a device's first history; empty if the desk does not have it. */
static bool read_entry(struct desk *desk, const uint8_t device[16], uint64_t seq, struct buf *bytes,
                       struct err *err)
{
    struct buf locked = {0};
    uint8_t name[16];
    desk_name(desk, name, "owner", device, 16);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq)};
    bool ok = db_run(desk->db, "SELECT d FROM entry WHERE device = ?1 AND seq = ?2", v, 2,
                     desk_take_blob, &locked, err);
    if (ok && locked.len) {
        struct db_value got = db_blob(locked.data, locked.len);
        ok =
            desk_unlock(desk, bytes, (struct desk_row){"entry", name, seq}, &got, CHAIN_ENTRY, err);
    }
    buf_fini(&locked);
    return ok;
}

/* The other desk's receipt counts here if it is about the same entries: of a copied device its
 * first history may be the other side. */
static bool merge_receipt(struct merging *m, const uint8_t *row, struct err *err)
{
    struct device_list own = {.desk = m->to};
    struct buf here = {0}, there = {0};
    uint64_t seq = get_u64(row + DEVICE_RECEIPT);
    uint8_t name[16];
    desk_name(m->to, name, "owner", row + DEVICE_ID, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok =
        read_entry(m->to, row + DEVICE_ID, seq, &here, err) &&
        read_entry(m->from, row + DEVICE_ID, seq, &there, err) &&
        db_run(m->to->db, "SELECT id, d FROM device WHERE id = ?1", v, 1, gather_device, &own, err);
    if (ok && own.rows.len && here.len && there.len &&
        memcmp(here.data, there.data, CHAIN_ENTRY - SIGN_BYTES) == 0) {
        uint8_t *had = (uint8_t *)own.rows.data;
        put_u64(had + DEVICE_RECEIPT, later(get_u64(had + DEVICE_RECEIPT), seq));
        ok = desk_put_device(m->to, had, err);
    }
    buf_fini(&own.rows);
    buf_fini(&here);
    buf_fini(&there);
    return ok;
}

static bool merge_devices(struct merging *m, struct err *err)
{
    struct device_list list = {.desk = m->from};
    bool ok = db_run(m->from->db, "SELECT id, d FROM device", NULL, 0, gather_device, &list, err);
    for (size_t at = 0; ok && at < list.rows.len; at += DEVICE_ROW) {
        const uint8_t *row = (const uint8_t *)list.rows.data + at;
        struct histories all = {0};
        bool known = false;
        ok = desk_begin(m->to, err);
        ok = ok && desk_end(m->to, merge_device(m, row, &known, err), err) &&
             desk_histories(m->from, row + DEVICE_ID, &all, err);
        for (size_t h = 0; ok && known && h < all.count; h++) {
            ok = carry_history(m, row, &all.list[h], err);
        }
        if (ok && known) {
            ok = desk_begin(m->to, err);
            ok = ok && desk_end(m->to, merge_receipt(m, row, err), err);
        }
        free(all.list);
    }
    buf_fini(&list.rows);
    return ok;
}

/* ---- all of it ---- */

static bool log_merge(struct merging *m, struct err *err)
{
    char hex[17], text[80];
    uint8_t key[SIGN_PUBLIC];
    desk_ledger_key(m->from, key);
    text_hex(hex, key, 8);
    snprintf(text, sizeof text, "merge desk %s", hex);
    return desk_log(m->to, m->report->wall_ms, text, err);
}

bool desk_merge(struct desk *desk, struct desk *other, const uint8_t identity[32],
                struct desk_merge *report, struct err *err)
{
    struct merging m = {desk, other, identity, report, 0};
    unsigned late = 0;
    bool ok = judge_study(&m, err) && log_merge(&m, err) &&
              db_number(desk->db, &m.own_until, 0, "SELECT max(n) FROM message", NULL, 0, err) &&
              desk_forms(other, merge_form, &m, err) && merge_withdrawals(&m, err) &&
              merge_devices(&m, err) && merge_messages(&m, err) && merge_reviews(&m, err) &&
              merge_codings(&m, err) && merge_transcripts(&m, err) && merge_sources(&m, err) &&
              desk_withdraw_late(desk, identity, report->wall_ms, &late, err);
    report->destroyed += late;
    return ok;
}
