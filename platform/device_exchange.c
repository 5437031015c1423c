/* SPDX-License-Identifier: Apache-2.0 */
/* What comes onto the device, and what leaves it? */
#include <stdlib.h>
#include <string.h>

#include "platform/batch.h"
#include "platform/device_internal.h"
#include "platform/file.h"
#include "platform/receipt.h"
#include "platform/text.h"

/* ---- what takes long ---- */

void device_watch(struct device *d, struct progress *progress)
{
    d->progress = progress;
}

static bool go_on(struct device *d, struct err *err)
{
    return !progress_stopped(d->progress) || err_set(err, ERR_ENV, "stopped");
}

/* ---- loading ---- */

struct loading {
    struct device *d;
    struct load_report *report;
};

static bool refuse(struct loading *l, const char *name, const struct err *why)
{
    l->report->refused++;
    l->report->why = *why;
    err_at(&l->report->why, "%s", name);
    return true;
}

/* Open a file of a stick with whatever key of ours fits. */
static bool unwrap(struct device *d, const struct buf *file, struct buf *plain)
{
    static const uint8_t none[32];
    struct keystore *k = vault_keys(d->vault);
    uint8_t(*identities)[32] = secret_new(64);
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identities, .count = 1};
    memcpy(identities[0], k->box_secret, 32);
    if (memcmp(k->package_secret, none, 32) != 0) {
        memcpy(identities[1], k->package_secret, 32);
        keys.count = 2;
    }
    bool ok = age_open(plain, file->data, file->len, &keys, NULL, NULL);
    if (!ok) {
        buf_cut(plain, 0);
    }
    secret_free(identities);
    return ok;
}

static bool take_catalogue(struct device *d, const void *bytes, size_t len, bool *fresh,
                           struct err *err, struct err *refusal)
{
    struct keystore *k = vault_keys(d->vault);
    struct catalogue *c = mem_alloc(sizeof *c);
    *fresh = false;
    if (!catalogue_read(c, bytes, len, k->root_set, refusal)) {
        free(c);
        return true;
    }
    struct buf have = {0};
    bool found;
    bool ok = device_row_get(d, "catalogue", "", 0, &have, &found, err);
    bool same = ok && found && have.len == len && memcmp(have.data, bytes, len) == 0;
    buf_fini(&have);
    if (!ok || same) {
        free(c);
        return ok;
    }
    if (c->epoch < k->catalogue_epoch) {
        err_set(refusal, ERR_AUTH, "the catalogue is older than the one on the device");
    } else if (c->epoch == k->catalogue_epoch) {
        err_set(refusal, ERR_AUTH, "two different catalogues carry the same number");
        err_hint(refusal, "tell the coordinator: somebody may be forging");
    } else if (c->epoch - k->catalogue_epoch > CATALOGUE_JUMP_MAX) {
        err_set(refusal, ERR_AUTH, "the catalogue's number jumps too far ahead");
    } else if (memcmp(c->study_id, k->study_id, 16) != 0) {
        err_set(refusal, ERR_AUTH, "the catalogue is of another study");
    } else {
        ok = device_row_put(d, "catalogue", "", 0, STORE_META, 0, bytes, len, err);
        if (ok) {
            bool other = memcmp(c->recovery, d->catalogue->recovery, sizeof c->recovery) != 0;
            free(d->catalogue);
            d->catalogue = c;
            k->catalogue_epoch = c->epoch;
            *fresh = true;
            return vault_save(d->vault, err) && (!other || !device_recovery(c) ||
                                                 vault_set_recovery(d->vault, c->recovery, err));
        }
    }
    free(c);
    return ok;
}

static bool take_grant(struct loading *l, const char *name, const struct buf *plain,
                       struct err *err)
{
    struct device *d = l->d;
    struct keystore *k = vault_keys(d->vault);
    struct enrol_grant grant;
    struct cert cert;
    struct err why = {0};
    uint8_t pk[32];
    bool fresh;
    if (!enrol_grant_read(&grant, plain->data, plain->len, &why)) {
        return refuse(l, name, &why);
    }
    if (!take_catalogue(d, grant.catalogue, grant.catalogue_len, &fresh, err, &why)) {
        return false;
    }
    sign_public(pk, k->sign_seed);
    if (!catalogue_trusts(d->catalogue, grant.cert, ROLE_DEVICE, &cert) ||
        memcmp(cert.subject, pk, 32) != 0) {
        err_set(&why, ERR_AUTH, "the answer to the enrolment is not for this device");
        return refuse(l, name, &why);
    }
    if (!device_row_put(d, "cert", "", 0, STORE_META, 0, grant.cert, CERT_BYTES, err)) {
        return false;
    }
    memcpy(k->package_secret, grant.package_secret, 32);
    secret_wipe(&grant, sizeof grant);
    l->report->grants++;
    return vault_save(d->vault, err);
}

static bool take_package(struct loading *l, const char *name, const struct buf *plain,
                         struct err *err)
{
    struct package p;
    struct err why = {0};
    uint8_t hash[32];
    struct buf have = {0};
    bool found;
    if (!package_read(&p, plain->data, plain->len, l->d->catalogue, &why)) {
        return refuse(l, name, &why);
    }
    memcpy(hash, p.hash, 32);
    bool ok = device_row_get(l->d, "package", hash, 32, &have, &found, err);
    buf_fini(&have);
    if (!ok || found) {
        return ok;
    }
    l->report->packages++;
    return device_row_put(l->d, "package", hash, 32, STORE_PACKAGE, p.serial, plain->data,
                          plain->len, err);
}

struct purge {
    struct device *d;
    uint64_t up_to;
    struct {
        struct device_record record;
        uint8_t draft[16];
    } * list;
    size_t count;
};

static bool read_info(struct device *d, const uint8_t id[16], const void *bytes, size_t len,
                      struct device_record *r, uint8_t draft_id[16], bool *is)
{
    struct buf plain = {0};
    bool opened = secret_unlock(&plain, vault_meta_key(d->vault), id, 16, bytes, len, NULL);
    const uint8_t *p = (const uint8_t *)plain.data;
    *is = opened && plain.len == RECORD_INFO;
    if (*is) {
        uint8_t own[16];
        device_row_name(d, own, "record", p, 16);
        *is = memcmp(own, id, 16) == 0;
        memcpy(r->id, p, 16);
        r->state = (enum record_state)get_u32(p + 16);
        r->number = get_u32(p + 20);
        r->seq = get_u64(p + 24);
        r->sealed_len = get_u64(p + 32);
        r->finalised_ms = (int64_t)get_u64(p + 40);
        memcpy(draft_id, p + RECORD_INFO_DRAFT, 16);
    }
    buf_fini(&plain);
    return opened;
}

static bool gather_purge(void *user, const uint8_t id[16], uint64_t group, const void *bytes,
                         size_t len, struct err *err)
{
    struct purge *p = user;
    struct device_record r;
    uint8_t draft[16];
    bool is;
    (void)err;
    if (group == 0 || group > p->up_to) {
        return true;
    }
    read_info(p->d, id, bytes, len, &r, draft, &is);
    if (is && r.state != RECORD_PURGED) {
        p->list = mem_grow(p->list, p->count + 1, sizeof *p->list);
        p->list[p->count].record = r;
        memcpy(p->list[p->count++].draft, draft, 16);
    }
    return true;
}

/* Bytes go, the chain stays.  One transaction; done twice it does nothing. */
static bool purge_up_to(struct device *d, uint64_t seq, const uint8_t receipt_hash[32],
                        unsigned *purged, struct err *err)
{
    struct purge p = {.d = d, .up_to = seq};
    uint8_t ack[40];
    bool ok = store_each(d->store, STORE_META, gather_purge, &p, err) && store_begin(d->store, err);
    if (!ok) {
        free(p.list);
        return false;
    }
    for (size_t i = 0; i < p.count && ok; i++) {
        uint8_t info[RECORD_INFO];
        p.list[i].record.state = RECORD_PURGED;
        device_record_info(info, &p.list[i].record, p.list[i].draft);
        ok = store_delete(d->store, p.list[i].record.id, err) &&
             device_row_put(d, "record", p.list[i].record.id, 16, STORE_META, p.list[i].record.seq,
                            info, sizeof info, err);
    }
    put_u64(ack, seq);
    memcpy(ack + 8, receipt_hash, 32);
    ok = ok && device_row_put(d, "ack", "", 0, STORE_META, 0, ack, sizeof ack, err) &&
         store_commit(d->store, err);
    if (!ok) {
        store_rollback(d->store);
    } else {
        *purged += (unsigned)p.count;
    }
    free(p.list);
    return ok;
}

static bool take_receipt(struct loading *l, const char *name, const struct buf *plain,
                         struct err *err)
{
    struct device *d = l->d;
    struct keystore *k = vault_keys(d->vault);
    struct receipt r;
    struct err why = {0};
    uint8_t entry[CHAIN_ENTRY], head[32], hash[32];
    bool found = false;
    if (!receipt_read(&r, plain->data, plain->len, d->catalogue, &why)) {
        return refuse(l, name, &why);
    }
    if (memcmp(r.device_id, k->device_id, 16) != 0) {
        l->report->skipped++;
        return true;
    }
    if (r.counter <= k->receipt_counter) {
        return true; /* seen before */
    }
    if (r.acked_seq > 0 && !device_entry(d, r.acked_seq, entry, &found, err)) {
        return false;
    }
    if (found) {
        chain_hash(head, entry);
    }
    if (!found || memcmp(head, r.acked_head, 32) != 0) {
        err_set(&why, ERR_AUTH, "the receipt does not fit what this device has done");
        err_hint(&why, "nothing was deleted; tell the coordinator");
        return refuse(l, name, &why);
    }
    hash_plain(hash, plain->data, plain->len);
    if (!purge_up_to(d, r.acked_seq, hash, &l->report->purged, err)) {
        return false;
    }
    l->report->receipts++;
    k->receipt_counter = r.counter;
    if (!vault_save(d->vault, err)) {
        return false;
    }
    store_checkpoint(d->store);
    return true;
}

typedef bool taker(struct loading *l, const char *name, const struct buf *plain, struct err *err);

static bool take_catalogue_file(struct loading *l, const char *name, const struct buf *plain,
                                struct err *err)
{
    struct err why = {0};
    bool fresh;
    if (!take_catalogue(l->d, plain->data, plain->len, &fresh, err, &why)) {
        return false;
    }
    l->report->catalogues += fresh;
    return why.code == ERR_NONE || refuse(l, name, &why);
}

/* In this order: each needs the one before. */
static const struct {
    const char *magic;
    taker *take;
} takers[] = {{"SBW1", take_grant},
              {"SBG1", take_catalogue_file},
              {"SBP1", take_package},
              {"SBK1", take_receipt}};

enum { TAKERS = sizeof takers / sizeof *takers, TAKES_RECEIPTS = TAKERS - 1 };
enum { RECEIPT_FILE_MAX = 16 << 10 }; /* old batches beside them are not read */

/* From this taker on. */
static bool load_folder(struct device *d, const char *folder, size_t first,
                        struct load_report *report, struct err *err)
{
    struct loading l = {d, report};
    struct arena arena;
    const char **names;
    size_t count;
    memset(report, 0, sizeof *report);
    arena_init(&arena);
    bool ok = file_list(&arena, &names, &count, folder, ".age", err);
    bool *done = mem_zero(ok ? count : 1, sizeof *done);
    for (size_t i = 0; ok && i < count && d->progress; i++) {
        d->progress->total +=
            (TAKERS - first) * (size_t)file_size(arena_printf(&arena, "%s/%s", folder, names[i]));
    }
    for (size_t t = first; ok && t < TAKERS; t++) {
        for (size_t i = 0; ok && i < count; i++) {
            struct buf file = {0}, plain = {0};
            struct err unreadable = {0};
            char *path = arena_printf(&arena, "%s/%s", folder, names[i]);
            ok = go_on(d, err);
            progress_add(d->progress, (size_t)file_size(path)); /* every pass looks at every file */
            size_t most = first == TAKES_RECEIPTS ? RECEIPT_FILE_MAX : PACKAGE_MAX + (1 << 20);
            if (ok && !done[i] && file_size(path) <= most &&
                file_read(&file, path, most, &unreadable) && unwrap(d, &file, &plain) &&
                plain.len >= 4 && memcmp(plain.data, takers[t].magic, 4) == 0) {
                done[i] = true;
                ok = takers[t].take(&l, names[i], &plain, err);
            }
            buf_fini(&file);
            buf_fini(&plain);
        }
    }
    for (size_t i = 0; ok && i < count; i++) {
        report->skipped += !done[i];
    }
    free(done);
    arena_fini(&arena);
    return ok;
}

bool device_load_folder(struct device *d, const char *folder, struct load_report *report,
                        struct err *err)
{
    return load_folder(d, folder, 0, report, err);
}

bool device_load_receipts(struct device *d, const char *folder, struct load_report *report,
                          struct err *err)
{
    return load_folder(d, folder, TAKES_RECEIPTS, report, err);
}

/* ---- forms ---- */

bool device_forms(struct device *d, struct device_form *forms, size_t *count, struct err *err)
{
    *count = 0;
    for (unsigned i = 0; i < d->catalogue->form_count; i++) {
        struct buf bytes = {0};
        struct package p;
        bool found;
        const uint8_t *hash = d->catalogue->forms[i].package;
        if (!device_row_get(d, "package", hash, 32, &bytes, &found, err)) {
            return false;
        }
        if (found && package_read(&p, bytes.data, bytes.len, d->catalogue, NULL) &&
            *count < DEVICE_FORMS_MAX) {
            struct device_form *f = &forms[(*count)++];
            memcpy(f->hash, hash, 32);
            f->serial = p.serial;
            f->training = p.flags & PACKAGE_TRAINING;
        }
        buf_fini(&bytes);
    }
    return true;
}

bool device_package(struct device *d, const uint8_t hash[32], struct buf *out, struct err *err)
{
    bool found;
    if (!device_row_get(d, "package", hash, 32, out, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_INPUT, "the form of this interview is not on the device");
}

/* ---- records ---- */

struct listing {
    struct device *d;
    device_record_row *row;
    void *user;
};

static bool list_record(void *user, const uint8_t id[16], uint64_t group, const void *bytes,
                        size_t len, struct err *err)
{
    struct listing *l = user;
    struct device_record r;
    uint8_t draft[16];
    bool is;
    (void)err;
    if (group > 0) {
        read_info(l->d, id, bytes, len, &r, draft, &is);
        if (is) {
            return l->row(l->user, &r);
        }
    }
    return true;
}

bool device_records(struct device *d, device_record_row *row, void *user, struct err *err)
{
    struct listing l = {d, row, user};
    return store_each(d->store, STORE_META, list_record, &l, err);
}

struct waiting {
    struct device_waiting *sum;
    uint64_t copied_seq;
};

static bool count_waiting(void *user, const struct device_record *r)
{
    struct waiting *w = user;
    struct device_waiting *sum = w->sum;
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

/* Up to which entry everything was handed over last, and when. */
static bool put_copied(struct device *d, uint64_t seq, int64_t wall_ms, struct err *err)
{
    uint8_t row[16];
    put_u64(row, seq);
    put_u64(row + 8, (uint64_t)wall_ms);
    return device_row_put(d, "copied", "", 0, STORE_META, 0, row, sizeof row, err);
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
    buf_fini(&row);
    return ok && device_records(d, count_waiting, &w, err);
}

/* ---- handing over ---- */

struct volume {
    uint8_t *entries;
    size_t entry_count;
    struct batch_object *objects;
    struct buf *bytes; /* object_count of them */
    size_t object_count, size;
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
    if (e->kind != CHAIN_RECORD) {
        return true;
    }
    struct buf sealed = {0};
    bool found;
    if (!store_get(d->store, e->object_id, &sealed, &found, err)) {
        return false;
    }
    if (found) {
        v->objects = mem_grow(v->objects, v->object_count + 1, sizeof *v->objects);
        v->bytes = mem_grow(v->bytes, v->object_count + 1, sizeof *v->bytes);
        v->bytes[v->object_count] = sealed;
        memcpy(v->objects[v->object_count].id, e->object_id, 16);
        v->objects[v->object_count].len = sealed.len;
        v->object_count++;
        v->size += sealed.len;
    }
    return true;
}

static bool write_volume(struct device *d, struct volume *v, const char *folder, int64_t wall_ms,
                         struct export_report *report, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
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
         age_seal(&sealed, tar.data, tar.len, (const uint8_t(*)[32])recipients, count, err) &&
         file_put(folder, name, sealed.data, sealed.len, d->progress, err);
    if (ok) {
        report->volumes++;
        report->records += (unsigned)v->object_count;
        report->bytes += sealed.len;
    }
    buf_fini(&tar);
    buf_fini(&sealed);
    buf_fini(&ack);
    return ok;
}

bool device_export(struct device *d, const char *folder, int64_t wall_ms,
                   struct export_report *report, struct err *err)
{
    struct keystore *k = vault_keys(d->vault);
    struct volume v = {0};
    struct buf ack = {0};
    uint8_t pk[32];
    bool found;
    memset(report, 0, sizeof *report);
    sign_public(pk, k->sign_seed);
    struct device_waiting waiting;
    bool ok =
        device_row_get(d, "ack", "", 0, &ack, &found, err) && device_waiting(d, &waiting, err);
    if (ok && d->progress) {
        d->progress->total += waiting.bytes;
    }
    uint64_t from = ok && found && ack.len == 40 ? get_u64((const uint8_t *)ack.data) + 1 : 1;
    buf_fini(&ack);
    for (uint64_t seq = from; ok && seq <= k->chain_seq; seq++) {
        uint8_t entry[CHAIN_ENTRY];
        struct chain_entry e;
        ok = go_on(d, err) && device_entry(d, seq, entry, &found, err);
        bool good = ok && found && chain_read(&e, entry, pk);
        if (v.entry_count &&
            (!good || v.size >= BATCH_VOLUME || v.entry_count == BATCH_ENTRIES_MAX)) {
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
