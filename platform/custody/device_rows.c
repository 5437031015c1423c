/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypts rows so that the store does not reveal their kind, and migrates the first format. */
#include <assert.h>
#include <string.h>

#include "platform/custody/device_internal.h"

/* ---- rows under the meta key ---- */

enum { ROW_LEN = 0, ROW_WHAT = 4, ROW_NUMBER = 8, ROW_HEAD = 16, ROW_AD = 24 };

static void row_ad(uint8_t ad[ROW_AD], const uint8_t id[16])
{
    memcpy(ad, "sbROW2\0", 8);
    memcpy(ad + 8, id, 16);
}

void device_pad(struct buf *plain)
{
    static const char zeros[1024];
    size_t size = store_class(plain->len);
    buf_reserve(plain, size);
    while (plain->len < size) {
        size_t left = size - plain->len;
        buf_add(plain, zeros, left < sizeof zeros ? left : sizeof zeros);
    }
}

void device_row_name(struct device *d, uint8_t id[16], const char *what, const void *of, size_t len)
{
    uint8_t body[96] = {0};
    size_t n = strlen(what);
    assert(n + 1 + len <= sizeof body);
    memcpy(body, what, n);
    memcpy(body + n + 1, of, len);
    secret_name(id, vault_meta_key(d->vault), body, n + 1 + len);
}

static bool put_named(struct device *d, const uint8_t id[16], enum row_kind kind, uint64_t number,
                      const void *bytes, size_t len, struct err *err)
{
    uint8_t head[ROW_HEAD] = {0}, ad[ROW_AD];
    struct buf plain = {0}, locked = {0};
    put_u32(head + ROW_LEN, (uint32_t)len);
    head[ROW_WHAT] = (uint8_t)kind;
    put_u64(head + ROW_NUMBER, number);
    buf_add(&plain, head, sizeof head);
    buf_add(&plain, bytes, len);
    device_pad(&plain);
    row_ad(ad, id);
    secret_lock(&locked, vault_meta_key(d->vault), ad, sizeof ad, plain.data, plain.len);
    buf_fini(&plain);
    bool ok = store_put(d->store, id, locked.data, locked.len, err);
    buf_fini(&locked);
    return ok;
}

bool device_row_put(struct device *d, struct row_key key, enum row_kind kind, uint64_t number,
                    const void *bytes, size_t len, struct err *err)
{
    uint8_t id[16];
    device_row_name(d, id, key.what, key.of, key.len);
    return put_named(d, id, kind, number, bytes, len, err);
}

bool device_row_has(struct device *d, const char *what, const void *of, size_t of_len, bool *found,
                    struct err *err)
{
    uint8_t id[16];
    device_row_name(d, id, what, of, of_len);
    return store_has(d->store, id, found, err);
}

bool device_row_delete(struct device *d, const char *what, const void *of, size_t of_len,
                       struct err *err)
{
    uint8_t id[16];
    device_row_name(d, id, what, of, of_len);
    return store_delete(d->store, id, err);
}

bool device_row_get(struct device *d, const char *what, const void *of, size_t of_len,
                    struct buf *out, bool *found, struct err *err)
{
    uint8_t id[16], ad[ROW_AD];
    struct buf locked = {0}, plain = {0};
    device_row_name(d, id, what, of, of_len);
    row_ad(ad, id);
    bool ok = store_get(d->store, id, &locked, found, err);
    if (ok && *found) {
        ok = secret_unlock(&plain, vault_meta_key(d->vault), ad, sizeof ad,
                           (const uint8_t *)locked.data, locked.len, err);
        const uint8_t *p = (const uint8_t *)plain.data;
        if (ok && (plain.len < ROW_HEAD || get_u32(p + ROW_LEN) > plain.len - ROW_HEAD)) {
            ok = err_set(err, ERR_INPUT, "the store is damaged");
        }
        if (ok) {
            buf_add(out, p + ROW_HEAD, get_u32(p + ROW_LEN));
        }
    }
    buf_fini(&locked);
    buf_fini(&plain);
    return ok;
}

/* ---- events, under their draft's key ---- */

enum { EVENT_AD = 32 };

void device_event_name(uint8_t id[16], const struct vault_draft *slot, uint64_t n)
{
    uint8_t number[8];
    put_u64(number, n);
    secret_name(id, slot->key, number, sizeof number);
}

static void event_ad(uint8_t ad[EVENT_AD], const uint8_t draft_id[16], uint64_t n)
{
    memcpy(ad, "sbDRAFT1", 8);
    memcpy(ad + 8, draft_id, 16);
    put_u64(ad + 24, n);
}

void device_event_lock(struct buf *out, const struct vault_draft *slot, uint64_t n,
                       const void *event, size_t len)
{
    uint8_t size[4], ad[EVENT_AD];
    struct buf plain = {0};
    put_u32(size, (uint32_t)len);
    buf_add(&plain, size, 4);
    buf_add(&plain, event, len);
    device_pad(&plain);
    event_ad(ad, slot->id, n);
    secret_lock(out, slot->key, ad, sizeof ad, plain.data, plain.len);
    buf_fini(&plain);
}

bool device_event_unlock(struct buf *event, const struct vault_draft *slot, uint64_t n,
                         const struct buf *locked, struct err *err)
{
    uint8_t ad[EVENT_AD];
    struct buf plain = {0};
    event_ad(ad, slot->id, n);
    bool ok = secret_unlock(&plain, slot->key, ad, sizeof ad, (const uint8_t *)locked->data,
                            locked->len, err);
    const uint8_t *p = (const uint8_t *)plain.data;
    if (ok && (plain.len < 4 || get_u32(p) > plain.len - 4)) {
        ok = err_set(err, ERR_INPUT, "the draft is damaged");
    }
    if (ok) {
        buf_add(event, p + 4, get_u32(p));
    }
    buf_fini(&plain);
    return ok;
}

/* ---- the first format ---- */

enum { AT_ONCE_BYTES = 4 << 20 };
static unsigned at_once = 256;
#ifdef SUHBAT_TEST
static bool (*before_each)(void *user);
static void *before_each_user;
void device_migrate_by(unsigned rows, bool (*cut)(void *user), void *user)
{
    assert(rows > 0);
    at_once = rows;
    before_each = cut;
    before_each_user = user;
}
#endif

struct migration {
    struct device *d;
    uint64_t next[VAULT_DRAFTS]; /* the next event to examine, by draft */
    unsigned rows;               /* rows moved in this transaction */
    size_t bytes;
};

/* Store the bytes unless the row already exists: an existing row is newer. */
static bool move_raw(struct device *d, const uint8_t id[16], const struct buf *bytes,
                     struct err *err)
{
    bool here;
    return store_has(d->store, id, &here, err) &&
           (here || store_put(d->store, id, bytes->data, bytes->len, err));
}

/* Move a sealed object.  The first format stored it under its record's id, without further
 * encryption. */
static bool move_object(struct device *d, const struct store_old *row, struct err *err)
{
    bool here;
    return device_row_has(d, "object", row->id, 16, &here, err) &&
           (here || device_row_put(d, (struct row_key){"object", row->id, 16}, ROW_OBJECT,
                                   row->number, row->bytes.data, row->bytes.len, err));
}

static bool move_locked(struct device *d, const struct store_old *row, struct err *err)
{
    struct buf plain = {0};
    bool here, ok = store_has(d->store, row->id, &here, err);
    if (ok && !here) {
        ok = secret_unlock(&plain, vault_meta_key(d->vault), row->id, 16,
                           (const uint8_t *)row->bytes.data, row->bytes.len, NULL)
                 ? put_named(d, row->id, (enum row_kind)row->kind, row->number, plain.data,
                             plain.len, err)
                 : store_put(d->store, row->id, row->bytes.data, row->bytes.len, err);
    }
    buf_fini(&plain);
    return ok;
}

static bool move_row(struct device *d, const struct store_old *row, struct err *err)
{
    return row->kind == ROW_OBJECT  ? move_object(d, row, err)
           : row->kind == ROW_EVENT ? move_raw(d, row->id, &row->bytes, err) /* of no draft */
                                    : move_locked(d, row, err);
}

static bool move_event(struct device *d, const struct vault_draft *slot, uint64_t n,
                       const uint8_t id[16], const struct buf *old, struct err *err)
{
    struct buf event = {0}, locked = {0};
    if (device_event_unlock(&event, slot, n, old, NULL)) {
        device_event_lock(&locked, slot, n, event.data, event.len);
    } else {
        buf_add(&locked, old->data, old->len);
    }
    bool ok = move_raw(d, id, &locked, err);
    buf_fini(&event);
    buf_fini(&locked);
    return ok;
}

static bool full(const struct migration *m)
{
    return m->rows >= at_once || m->bytes >= AT_ONCE_BYTES;
}

/* Move a draft's events in order; events moved before an interruption are skipped. */
static bool move_events(struct migration *m, const struct vault_draft *slot, uint64_t *next,
                        struct err *err)
{
    bool ok = true, more = true;
    for (uint64_t n = *next; ok && more && !full(m); n++) {
        uint8_t id[16];
        struct buf old = {0};
        bool is_old;
        device_event_name(id, slot, n);
        ok = store_old_get(m->d->store, id, &old, &is_old, err);
        if (ok && is_old) {
            ok = store_old_delete(m->d->store, id, err) && /* first, to reuse its pages */
                 move_event(m->d, slot, n, id, &old, err);
            m->rows++;
            m->bytes += old.len;
        } else {
            ok = ok && store_has(m->d->store, id, &more, err);
        }
        *next = n + more;
        buf_fini(&old);
    }
    return ok;
}

/* Move as many rows as fit one transaction; *done if none is left. */
static bool move_some(struct migration *m, bool *done, struct err *err)
{
    static const uint8_t none[16];
    struct keystore *k = vault_keys(m->d->vault);
    bool ok = true, found = true;
    for (size_t i = 0; ok && i < VAULT_DRAFTS; i++) {
        ok = memcmp(k->drafts[i].id, none, 16) == 0 ||
             move_events(m, &k->drafts[i], &m->next[i], err);
    }
    while (ok && found && !full(m)) {
        struct store_old row;
        ok = store_old_next(m->d->store, &row, &found, err);
        if (ok && found) {
            ok = store_old_delete(m->d->store, row.id, err) && move_row(m->d, &row, err);
            m->rows++;
            m->bytes += row.bytes.len;
        }
        buf_fini(&row.bytes);
    }
    *done = ok && !found;
    return ok && (!*done || store_old_end(m->d->store, err));
}

bool device_migrate(struct device *d, struct err *err)
{
    bool any, done, gave = false, ok = true;
    unsigned usual = at_once;
    struct migration moved = {.d = d}; /* progress as committed */
    if (!store_old_any(d->store, &any, err)) {
        return false;
    }
    while (any && ok) {
        struct migration m = moved;
        struct err why = {0};
#ifdef SUHBAT_TEST
        if (before_each && !before_each(before_each_user)) {
            return false;
        }
#endif
        ok = store_begin(d->store, &why);
        if (ok && move_some(&m, &done, &why) && store_commit(d->store, &why)) {
            store_checkpoint(d->store);
            memcpy(moved.next, m.next, sizeof moved.next);
            any = !done;
            continue;
        }
        store_rollback(d->store);
        store_checkpoint(d->store); /* truncate the log to free space */
        if (ok && why.code == ERR_FULL && (device_use_reserve(d, 0) || at_once > 1)) {
            at_once = gave ? 1 : at_once; /* then one row at a time */
            gave = true;
            continue;
        }
        ok = false;
        if (err) {
            *err = why;
        }
    }
    at_once = usual;
    if (gave) {
        device_keep_reserve(d);
    }
    return ok;
}
