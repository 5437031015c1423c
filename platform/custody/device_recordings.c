/* SPDX-License-Identifier: Apache-2.0 */
/* Records sound into sealed rows, and closes what was interrupted. */
#include "platform/custody/device_recordings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows of a recording's parts: under a key of its own, which needs no vault while it runs ----
 */

enum { PART_AD = 32, LEN = 4 };
#define END UINT32_MAX /* this part's row says that the recording was closed, not cut */

struct part_keys {
    uint8_t id[16], key[SECRET_KEY];
};
struct recording {
    struct device *device;
    struct part_keys *keys; /* in locked memory */
    uint8_t draft_id[16];
    uint8_t recipients[CATALOGUE_RECIPIENTS_MAX + 1][32]; /* the last: of the draft, for review */
    size_t recipient_count;
    uint32_t parts, parts_max;
};

/* The key that hides what the rows are: the parts in them are sealed already. */
static struct part_keys *part_keys_new(struct device *d, const uint8_t id[16])
{
    struct part_keys *k = secret_new(sizeof *k);
    memcpy(k->id, id, 16);
    secret_derive(k->key, vault_meta_key(d->vault), "sbRECRD1", get_u64(id));
    return k;
}

static void part_name(const struct part_keys *k, uint8_t name[16], uint32_t part)
{
    uint8_t body[20];
    memcpy(body, k->id, 16);
    put_u32(body + 16, part);
    secret_name(name, k->key, body, sizeof body);
}

static void part_ad(const struct part_keys *k, uint8_t ad[PART_AD], uint32_t part)
{
    memset(ad, 0, PART_AD);
    memcpy(ad, "sbRECRD1", 8);
    memcpy(ad + 8, k->id, 16);
    put_u32(ad + 24, part);
}

static bool part_put(struct device *d, const struct part_keys *k, uint32_t part, const void *bytes,
                     size_t len, struct err *err)
{
    uint8_t name[16], ad[PART_AD], size[LEN];
    struct buf plain = {0}, locked = {0};
    put_u32(size, (uint32_t)len);
    buf_add(&plain, size, LEN);
    buf_add(&plain, bytes, len);
    device_pad(&plain);
    part_name(k, name, part);
    part_ad(k, ad, part);
    secret_lock(&locked, k->key, ad, sizeof ad, plain.data, plain.len);
    bool ok = store_put(d->store, name, locked.data, locked.len, err);
    buf_fini(&plain);
    buf_fini(&locked);
    return ok;
}

/* *found is false if the row is missing or damaged. */
static bool part_get(struct device *d, const struct part_keys *k, uint32_t part, struct buf *out,
                     bool *found, struct err *err)
{
    uint8_t name[16], ad[PART_AD];
    struct buf locked = {0}, plain = {0};
    part_name(k, name, part);
    part_ad(k, ad, part);
    bool ok = store_get(d->store, name, &locked, found, err);
    if (ok && *found) {
        *found = secret_unlock(&plain, k->key, ad, sizeof ad, (const uint8_t *)locked.data,
                               locked.len, NULL) &&
                 plain.len >= LEN && get_u32((const uint8_t *)plain.data) <= plain.len - LEN;
    }
    if (ok && *found) {
        buf_add(out, plain.data + LEN, get_u32((const uint8_t *)plain.data));
    }
    buf_fini(&locked);
    buf_fini(&plain);
    return ok;
}

static bool part_has(struct device *d, const struct part_keys *k, uint32_t part, bool *found,
                     struct err *err)
{
    uint8_t name[16];
    part_name(k, name, part);
    return store_has(d->store, name, found, err);
}

static bool part_delete(struct device *d, const struct part_keys *k, uint32_t part, struct err *err)
{
    uint8_t name[16];
    part_name(k, name, part);
    return store_delete(d->store, name, err);
}

/* ---- what is noted of a recording, and the list of a draft's ---- */

enum {
    INFO = 64,
    INFO_DRAFT = 16,
    INFO_BEGUN = 32,
    INFO_BITS = 40,
    INFO_PARTS = 44,
    INFO_HOLES = 48,
    INFO_FLAGS = 52,
    INFO_BYTES = 56
};
enum { FLAG_OPEN = 1, FLAG_CUT = 2, FLAG_PURGED = 4 };

struct noted {
    struct device_recording recording;
    uint8_t draft_id[16];
    bool purged;
};

static bool note(struct device *d, const struct noted *n, struct err *err)
{
    const struct device_recording *r = &n->recording;
    uint8_t info[INFO];
    memcpy(info, r->id, 16);
    memcpy(info + INFO_DRAFT, n->draft_id, 16);
    put_u64(info + INFO_BEGUN, (uint64_t)r->begun_ms);
    put_u32(info + INFO_BITS, r->bits);
    put_u32(info + INFO_PARTS, r->parts);
    put_u32(info + INFO_HOLES, r->holes);
    put_u32(info + INFO_FLAGS,
            (r->open ? FLAG_OPEN : 0U) | (r->cut ? FLAG_CUT : 0U) | (n->purged ? FLAG_PURGED : 0U));
    put_u64(info + INFO_BYTES, r->bytes);
    return device_row_put(d, (struct row_key){"recording", r->id, 16}, ROW_META, 0, info,
                          sizeof info, err);
}

/* A row that is damaged counts as missing. */
static bool row_or_none(struct device *d, const char *what, const uint8_t id[16], struct buf *out,
                        bool *found, struct err *err)
{
    struct err why = {0};
    bool ok = device_row_get(d, what, id, 16, out, found, &why);
    if (!ok && (why.code == ERR_AUTH || why.code == ERR_INPUT)) {
        *found = false;
        return true;
    }
    if (!ok && err) {
        *err = why;
    }
    return ok;
}

static bool noted_of(struct device *d, const uint8_t id[16], struct noted *n, bool *found,
                     struct err *err)
{
    struct buf info = {0};
    bool ok = row_or_none(d, "recording", id, &info, found, err);
    *found = ok && *found && info.len == INFO;
    if (*found) {
        const uint8_t *p = (const uint8_t *)info.data;
        uint32_t flags = get_u32(p + INFO_FLAGS);
        struct device_recording *r = &n->recording;
        memcpy(r->id, p, 16);
        memcpy(n->draft_id, p + INFO_DRAFT, 16);
        r->begun_ms = (int64_t)get_u64(p + INFO_BEGUN);
        r->bits = get_u32(p + INFO_BITS);
        r->parts = get_u32(p + INFO_PARTS);
        r->holes = get_u32(p + INFO_HOLES);
        r->bytes = get_u64(p + INFO_BYTES);
        r->open = flags & FLAG_OPEN;
        r->cut = flags & FLAG_CUT;
        n->purged = flags & FLAG_PURGED;
    }
    buf_fini(&info);
    return ok;
}

/* The ids of a draft's recordings. */
static bool ids_of(struct device *d, const uint8_t draft_id[16], struct buf *ids, struct err *err)
{
    bool found;
    return device_row_get(d, "recordings", draft_id, 16, ids, &found, err) &&
           (ids->len % 16 == 0 || err_set(err, ERR_INPUT, "the store is damaged"));
}

static bool put_ids(struct device *d, const uint8_t draft_id[16], const struct buf *ids,
                    struct err *err)
{
    return device_row_put(d, (struct row_key){"recordings", draft_id, 16}, ROW_META, 0, ids->data,
                          ids->len, err);
}

/* ---- recording ---- */

bool recording_begin(struct recording **out, struct device *d, const struct device_draft *draft,
                     uint32_t bits, int64_t wall_ms, struct err *err)
{
    assert(!d->running);
    struct recording *r = mem_zero(1, sizeof *r);
    struct noted n = {.recording = {.begun_ms = wall_ms, .bits = bits, .open = true}};
    struct buf ids = {0};
    *out = NULL;
    r->device = d;
    memcpy(r->draft_id, draft->id, 16);
    memcpy(n.draft_id, draft->id, 16);
    secret_random(n.recording.id, 16);
    bool ok = device_recipients_of(d, draft, r->recipients, &r->recipient_count, err) &&
              ids_of(d, draft->id, &ids, err) &&
              (ids.len < RECORDINGS_MAX * 16 ||
               err_set(err, ERR_LIMIT, "the interview has %d recordings", RECORDINGS_MAX));
    buf_add(&ids, n.recording.id, 16);
    ok = ok && store_begin(d->store, err);
    if (ok &&
        !(put_ids(d, draft->id, &ids, err) && note(d, &n, err) && store_commit(d->store, err))) {
        store_rollback(d->store);
        ok = false;
    }
    buf_fini(&ids);
    if (!ok) {
        free(r);
        return false;
    }
    assert(r->recipient_count >= 2); /* catalogue_read refuses fewer */
    r->keys = part_keys_new(d, n.recording.id);
    r->parts_max = 1 + (uint32_t)((uint64_t)(RECORDING_PARTS - 1) * RECORDING_BITS /
                                  (bits > RECORDING_BITS ? bits : RECORDING_BITS));
    d->running = r;
    *out = r;
    return true;
}

/* The draft's key for review dies with its slot. */
bool recording_let_review(struct recording *r, struct err *err)
{
    static const uint8_t none[32];
    struct vault_draft *slot = vault_find_draft(r->device->vault, r->draft_id);
    assert(slot && !r->parts);
    if (memcmp(slot->review, none, sizeof none) == 0) {
        secret_random(slot->review, sizeof slot->review);
        if (!vault_save(r->device->vault,
                        err)) { /* on disk before the first part is sealed to it */
            secret_wipe(slot->review, sizeof slot->review);
            return false;
        }
    }
    age_recipient_of(r->recipients[r->recipient_count++], slot->review);
    return true;
}

bool device_recording_hear(struct device *d, const uint8_t draft_id[16], const uint8_t id[16],
                           uint32_t part, struct buf *plain, struct err *err)
{
    const struct vault_draft *slot = vault_find_draft(d->vault, draft_id);
    struct buf sealed = {0};
    bool there = false;
    enum age_result result = AGE_OPENED;
    if (!slot) {
        return err_set(err, ERR_AUTH, "the interview was sealed");
    }
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])slot->review, .count = 1};
    bool ok = device_recording_part(d, id, part, &sealed, &there, err);
    if (ok && there && !age_open(plain, sealed.data, sealed.len, &keys, &result, NULL) &&
        result == AGE_NO_MATCH) {
        ok = err_set(err, ERR_AUTH, "the recording is not for review");
    }
    buf_fini(&sealed);
    return ok;
}

const uint8_t *recording_id(const struct recording *r)
{
    return r->keys->id;
}

bool recording_put(struct recording *r, const void *bytes, size_t len, struct err *err)
{
    struct buf sealed = {0};
    assert(len <= RECORDING_PART_MAX);
    if (r->parts >= r->parts_max) {
        return err_set(err, ERR_LIMIT, "the recording is as long as one may be");
    }
    bool ok = age_seal(&sealed, bytes, len, (const uint8_t(*)[32])r->recipients, r->recipient_count,
                       err) &&
              part_put(r->device, r->keys, r->parts, sealed.data, sealed.len, err);
    r->parts += ok;
    buf_fini(&sealed);
    return ok;
}

/* ---- closing ---- */

/* Hashes the parts that are there.  A damaged one has zeros; those missing at the end never were.
 */
static bool hash_parts(struct device *d, const struct part_keys *k, struct device_recording *r,
                       struct buf *list, struct err *err)
{
    static const uint8_t none[32];
    bool ok = true, there = true;
    r->parts = r->holes = 0;
    r->bytes = 0;
    for (uint32_t part = 0; ok && there && part < RECORDING_PARTS; part++) {
        struct buf sealed = {0};
        uint8_t hash[32];
        bool whole = false;
        ok = part_has(d, k, part, &there, err) &&
             (!there || part_get(d, k, part, &sealed, &whole, err));
        if (ok && there) {
            hash_plain(hash, sealed.data, sealed.len);
            buf_add(list, whole ? hash : none, 32);
            r->parts++;
            r->holes += !whole;
            r->bytes += sealed.len;
        }
        buf_fini(&sealed);
    }
    return ok;
}

static bool close_noted(struct device *d, struct noted *n, struct err *err)
{
    struct part_keys *k = part_keys_new(d, n->recording.id);
    struct buf list = {0};
    bool ended = false;
    bool ok = part_has(d, k, END, &ended, err) && hash_parts(d, k, &n->recording, &list, err) &&
              store_begin(d->store, err);
    if (ok) {
        n->recording.open = false;
        n->recording.cut = !ended;
        ok = device_row_put(d, (struct row_key){"parts", n->recording.id, 16}, ROW_META, 0,
                            list.data, list.len, err) &&
             note(d, n, err) && part_delete(d, k, END, err) && store_commit(d->store, err);
        if (!ok) {
            store_rollback(d->store);
        }
    }
    secret_free(k);
    buf_fini(&list);
    return ok;
}

bool recording_close(struct recording *r, struct err *err)
{
    struct noted n;
    bool found = false;
    struct device *d = r->device;
    bool ok = part_put(d, r->keys, END, "", 0, err);
    if (ok && device_is_unlocked(d)) {
        ok = noted_of(d, r->keys->id, &n, &found, err) && (!found || close_noted(d, &n, err));
    }
    d->running = NULL;
    secret_free(r->keys);
    free(r);
    return ok;
}

#ifdef SUHBAT_TEST
void recording_forget(struct recording *r)
{
    r->device->running = NULL;
    secret_free(r->keys);
    free(r);
}
#endif

/* It went on under the lock. */
static bool runs(const struct device *d, const uint8_t id[16])
{
    return d->running && memcmp(d->running->keys->id, id, 16) == 0;
}

bool device_recordings_recover(struct device *d, struct err *err)
{
    static const uint8_t none[16];
    struct keystore *k = vault_keys(d->vault);
    bool ok = true;
    for (size_t i = 0; ok && i < VAULT_DRAFTS; i++) {
        struct buf ids = {0};
        ok = memcmp(k->drafts[i].id, none, 16) == 0 || ids_of(d, k->drafts[i].id, &ids, err);
        for (size_t at = 0; ok && at < ids.len; at += 16) {
            struct noted n;
            bool found;
            ok =
                noted_of(d, (const uint8_t *)ids.data + at, &n, &found, err) &&
                (!found || !n.recording.open || runs(d, n.recording.id) || close_noted(d, &n, err));
        }
        buf_fini(&ids);
    }
    return ok;
}

/* ---- of a draft ---- */

bool device_recordings(struct device *d, const uint8_t draft_id[16], struct device_recording *list,
                       size_t *count, struct err *err)
{
    struct buf ids = {0};
    bool ok = ids_of(d, draft_id, &ids, err);
    *count = 0;
    for (size_t at = 0; ok && at < ids.len && *count < RECORDINGS_MAX; at += 16) {
        struct noted n;
        bool found;
        ok = noted_of(d, (const uint8_t *)ids.data + at, &n, &found, err);
        if (ok && found) {
            list[(*count)++] = n.recording;
        }
    }
    buf_fini(&ids);
    return ok;
}

static bool delete_parts(struct device *d, const struct device_recording *r, struct err *err)
{
    struct part_keys *k = part_keys_new(d, r->id);
    bool ok = part_delete(d, k, END, err), there = true;
    /* an open one, whose parts nobody counted: as long as there are some */
    for (uint32_t part = 0; ok && there && part < RECORDING_PARTS; part++) {
        ok = part_has(d, k, part, &there, err) && part_delete(d, k, part, err);
    }
    secret_free(k);
    return ok && device_row_delete(d, "parts", r->id, 16, err);
}

static bool drop_one(struct device *d, const uint8_t id[16], struct err *err)
{
    const struct device_recording *r = &(const struct device_recording){.open = true};
    struct device_recording own = *r;
    memcpy(own.id, id, 16);
    return delete_parts(d, &own, err) && device_row_delete(d, "recording", id, 16, err);
}

bool device_recordings_drop(struct device *d, const uint8_t draft_id[16], struct err *err)
{
    struct buf ids = {0};
    bool ok = ids_of(d, draft_id, &ids, err);
    for (size_t at = 0; ok && at < ids.len; at += 16) {
        ok = drop_one(d, (const uint8_t *)ids.data + at, err);
    }
    ok = ok && (!ids.len || device_row_delete(d, "recordings", draft_id, 16, err));
    buf_fini(&ids);
    return ok;
}

bool device_recordings_sealed(struct device *d, const uint8_t draft_id[16], struct err *err)
{
    return device_row_delete(d, "recordings", draft_id, 16, err);
}

bool device_recording_discard(struct device *d, const uint8_t draft_id[16], const uint8_t id[16],
                              struct err *err)
{
    struct buf ids = {0}, left = {0};
    uint8_t root[32] = {0}, hash[32];
    bool found;
    bool ok = device_recording_root(d, id, root, &found, err) && ids_of(d, draft_id, &ids, err);
    for (size_t at = 0; ok && at < ids.len; at += 16) {
        if (memcmp(ids.data + at, id, 16) != 0) {
            buf_add(&left, ids.data + at, 16);
        }
    }
    ok = ok &&
         (left.len < ids.len || err_set(err, ERR_INPUT, "the interview has no such recording"));
    struct chain_entry e = device_next_entry(d, CHAIN_DISCARDED, id, root);
    bool begun = ok && store_begin(d->store, err);
    ok = begun && drop_one(d, id, err) && put_ids(d, draft_id, &left, err) &&
         device_put_entry(d, &e, hash, err) && store_commit(d->store, err);
    if (begun && !ok) {
        store_rollback(d->store);
    }
    ok = ok && device_advance(d, e.seq, hash, NULL, 0, err);
    buf_fini(&ids);
    buf_fini(&left);
    return ok;
}

/* ---- of a record ---- */

bool device_recording_list(struct device *d, const uint8_t id[16], struct buf *list, bool *found,
                           struct err *err)
{
    bool ok = row_or_none(d, "parts", id, list, found, err);
    *found = ok && *found && list->len % 32 == 0;
    return ok;
}

bool device_recording_root(struct device *d, const uint8_t id[16], uint8_t root[32], bool *found,
                           struct err *err)
{
    struct buf list = {0};
    bool ok = device_recording_list(d, id, &list, found, err);
    if (ok && *found) {
        hash_tagged(root, "sb1-rec-root", list.len ? list.data : "", list.len);
    }
    buf_fini(&list);
    return ok;
}

bool device_recording_part(struct device *d, const uint8_t id[16], uint32_t part,
                           struct buf *sealed, bool *found, struct err *err)
{
    struct part_keys *k = part_keys_new(d, id);
    bool ok = part_get(d, k, part, sealed, found, err);
    secret_free(k);
    return ok;
}

bool device_recording_purge(struct device *d, const uint8_t id[16], struct err *err)
{
    struct noted n = {.purged = false};
    bool found;
    if (!noted_of(d, id, &n, &found, err)) {
        return false;
    }
    memcpy(n.recording.id, id, 16);
    n.purged = true;
    return delete_parts(d, &n.recording, err) && (!found || note(d, &n, err));
}

bool device_recording_look(struct device *d, const uint8_t id[16], bool *purged, uint64_t *bytes,
                           struct err *err)
{
    struct noted n = {.purged = false};
    bool found;
    bool ok = noted_of(d, id, &n, &found, err);
    *purged = ok && found && n.purged;
    *bytes = ok && found && !n.purged ? n.recording.bytes : 0;
    return ok;
}
