/* SPDX-License-Identifier: Apache-2.0 */
/* Records that the desk sent back: kept until they are corrected, and found again for a
 * withdrawal. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custody/device_internal.h"
#include "platform/custody/message.h"
#include "platform/custody/sendback.h"

/*
 *   message ─▶ WAITING ─device_correct▶ BEGUN ─device_finish▶ SEALED
 *                 ▲                       │
 *                 └────── discarded ──────┘
 *
 * One row lists them all; the body of each is a row of its own, deleted when the correction is
 * sealed.  A sealed one stays in the list: a withdrawal of the first record reaches the new one.
 */
enum { /* layout of an item of the list */
       AT_ID = 0,
       AT_ABOUT = 16,
       AT_OTHER = 32,
       AT_PACKAGE = 48,
       AT_SENT = 80,
       AT_STATE = 88,
       AT_NUMBER = 92,
       ITEM = 96
};
static const struct row_key list_key = {"returns", "", 0};

static void put_item(uint8_t out[ITEM], const struct device_return *r)
{
    memcpy(out + AT_ID, r->id, 16);
    memcpy(out + AT_ABOUT, r->about, 16);
    memcpy(out + AT_OTHER, r->other, 16);
    memcpy(out + AT_PACKAGE, r->package_hash, 32);
    put_u64(out + AT_SENT, (uint64_t)r->sent_ms);
    put_u32(out + AT_STATE, (uint32_t)r->state);
    put_u32(out + AT_NUMBER, r->number);
}

static void take_item(struct device_return *r, const uint8_t *p)
{
    memcpy(r->id, p + AT_ID, 16);
    memcpy(r->about, p + AT_ABOUT, 16);
    memcpy(r->other, p + AT_OTHER, 16);
    memcpy(r->package_hash, p + AT_PACKAGE, 32);
    r->sent_ms = (int64_t)get_u64(p + AT_SENT);
    r->state = (enum return_state)get_u32(p + AT_STATE);
    r->number = get_u32(p + AT_NUMBER);
}

struct returns {
    struct device_return *list; /* DEVICE_RETURNS_MAX */
    size_t count;
};

static bool read_list(struct device *d, struct returns *r, struct err *err)
{
    struct buf row = {0};
    bool found, ok = device_row_get(d, list_key.what, "", 0, &row, &found, err);
    r->list = mem_zero(DEVICE_RETURNS_MAX, sizeof *r->list);
    r->count = 0;
    for (size_t at = 0; ok && at + ITEM <= row.len && r->count < DEVICE_RETURNS_MAX; at += ITEM) {
        take_item(&r->list[r->count++], (const uint8_t *)row.data + at);
    }
    buf_fini(&row);
    return ok;
}

static bool write_list(struct device *d, const struct returns *r, struct err *err)
{
    struct buf row = {0};
    for (size_t i = 0; i < r->count; i++) {
        uint8_t item[ITEM];
        put_item(item, &r->list[i]);
        buf_add(&row, item, sizeof item);
    }
    bool ok = device_row_put(d, list_key, ROW_META, 0, row.data, row.len, err);
    buf_fini(&row);
    return ok;
}

static void drop(struct returns *r, size_t at)
{
    r->count--;
    memmove(&r->list[at], &r->list[at + 1], (r->count - at) * sizeof *r->list);
}

/* Makes room: the oldest whose correction is sealed is forgotten. */
static bool has_room(struct returns *r)
{
    for (size_t i = 0; r->count == DEVICE_RETURNS_MAX && i < r->count; i++) {
        if (r->list[i].state == RETURN_SEALED) {
            drop(r, i);
        }
    }
    return r->count < DEVICE_RETURNS_MAX;
}

bool device_returns(struct device *d, struct device_return *list, size_t *count, struct err *err)
{
    struct returns r;
    bool ok = read_list(d, &r, err);
    *count = 0;
    for (size_t i = 0; ok && i < r.count; i++) {
        struct device_return one = r.list[i];
        if (one.state == RETURN_BEGUN && !vault_find_draft(d->vault, one.other)) {
            one.state = RETURN_WAITING; /* it was interrupted before its first event */
        }
        if (one.state != RETURN_SEALED) {
            list[(*count)++] = one;
        }
    }
    free(r.list);
    return ok;
}

bool device_return_body(struct device *d, const uint8_t id[16], struct buf *out, struct err *err)
{
    bool found;
    return device_row_get(d, "return", id, 16, out, &found, err) &&
           (found || err_set(err, ERR_INPUT, "the record that was sent back is not here any more"));
}

/* ---- in the caller's transaction ---- */

/* Drops copies of the record that nobody has begun to correct. */
static bool drop_waiting(struct device *d, struct returns *r, const uint8_t about[16],
                         struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < r->count;) {
        struct device_return *one = &r->list[i];
        bool idle = one->state == RETURN_WAITING ||
                    (one->state == RETURN_BEGUN && !vault_find_draft(d->vault, one->other));
        if (!idle || memcmp(one->about, about, 16) != 0) {
            i++;
            continue;
        }
        ok = device_row_delete(d, "return", one->id, 16, err);
        drop(r, i);
    }
    return ok;
}

bool device_return_put(struct device *d, const struct message *m, struct err *why, struct err *err)
{
    struct returns r;
    struct sendback body;
    struct device_record record = {.number = 0};
    uint8_t draft[16];
    bool found;
    if (!sendback_read(&body, m->body, m->len, why)) {
        return false;
    }
    bool ok = read_list(d, &r, err) &&
              drop_waiting(d, &r, m->about, err) && /* the newer word replaces the older */
              device_record_read(d, m->about, &record, draft, &found, err);
    if (ok && !has_room(&r)) {
        ok = err_set(why, ERR_LIMIT, "%d records wait for correction already",
                     (int)DEVICE_RETURNS_MAX);
    }
    if (ok) {
        struct device_return *one = &r.list[r.count++];
        *one = (struct device_return){.state = RETURN_WAITING,
                                      .number = found ? record.number : 0,
                                      .sent_ms = (int64_t)m->issued_at * 1000};
        memcpy(one->id, m->message_id, 16);
        memcpy(one->about, m->about, 16);
        memcpy(one->package_hash, body.package_hash, 32);
        ok = device_row_put(d, (struct row_key){"return", one->id, 16}, ROW_META, m->counter,
                            m->body, m->len, err) &&
             write_list(d, &r, err);
    }
    free(r.list);
    return ok;
}

bool device_return_begun(struct device *d, const uint8_t id[16], const uint8_t draft_id[16],
                         struct err *err)
{
    struct returns r;
    bool ok = read_list(d, &r, err), found = false;
    for (size_t i = 0; ok && i < r.count; i++) {
        if (memcmp(r.list[i].id, id, 16) == 0 && r.list[i].state != RETURN_SEALED) {
            found = true;
            r.list[i].state = RETURN_BEGUN;
            memcpy(r.list[i].other, draft_id, 16);
        }
    }
    if (ok && !found) {
        ok = err_set(err, ERR_INPUT, "the record that was sent back is not here any more");
    }
    ok = ok && write_list(d, &r, err);
    free(r.list);
    return ok;
}

bool device_return_left(struct device *d, const uint8_t draft_id[16], const uint8_t *record_id,
                        struct err *err)
{
    struct returns r;
    bool ok = read_list(d, &r, err), changed = false;
    for (size_t i = 0; ok && i < r.count; i++) {
        struct device_return *one = &r.list[i];
        if (one->state != RETURN_BEGUN || memcmp(one->other, draft_id, 16) != 0) {
            continue;
        }
        changed = true;
        one->state = record_id ? RETURN_SEALED : RETURN_WAITING;
        memset(one->other, 0, 16);
        if (record_id) { /* it is corrected: another copy of it would undo this */
            uint8_t about[16];
            memcpy(one->other, record_id, 16);
            memcpy(about, one->about, 16);
            ok =
                device_row_delete(d, "return", one->id, 16, err) && drop_waiting(d, &r, about, err);
            break;
        }
    }
    ok = ok && (!changed || write_list(d, &r, err));
    free(r.list);
    return ok;
}

bool device_return_next(struct device *d, const uint8_t about[16], struct device_return *one,
                        bool *found, struct err *err)
{
    struct returns r;
    bool ok = read_list(d, &r, err);
    *found = false;
    for (size_t i = 0; ok && i < r.count && !*found; i++) {
        *found = memcmp(r.list[i].about, about, 16) == 0;
        *one = r.list[i];
    }
    free(r.list);
    return ok;
}

bool device_return_drop(struct device *d, const uint8_t id[16], struct err *err)
{
    struct returns r;
    bool ok = read_list(d, &r, err);
    for (size_t i = 0; ok && i < r.count; i++) {
        if (memcmp(r.list[i].id, id, 16) == 0) {
            drop(&r, i);
            break;
        }
    }
    ok = ok && device_row_delete(d, "return", id, 16, err) && write_list(d, &r, err);
    free(r.list);
    return ok;
}
