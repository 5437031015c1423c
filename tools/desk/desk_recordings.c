/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of recordings: the list of a recording's parts is row -1, its parts are 0 and on. */
#include "tools/desk/desk_recordings.h"

#include <string.h>

#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_withdraw.h"

enum { LIST_ROW = -1 };

bool desk_put_recording(struct desk *desk, const struct batch_object *list, size_t count,
                        bool *fresh, struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    int64_t had = 0;
    desk_name(desk, name, "record", list->id, 16); /* as the entry names it */
    struct db_value key[] = {db_blob(name, 16), db_int(LIST_ROW)};
    bool ok = db_number(desk->db, &had, 0, "SELECT 1 FROM sound WHERE recording = ?1 AND part = ?2",
                        key, 2, err);
    *fresh = ok && !had;
    if (!*fresh) {
        return ok;
    }
    desk_lock(desk, &locked, "sound", name, 0, list->bytes, list->len);
    for (size_t i = 0; ok && i <= count; i++) {
        const struct batch_object *o = &list[i];
        struct db_value v[] = {db_blob(name, 16), db_int(i ? (int64_t)o->part : LIST_ROW),
                               i ? db_blob("", 0) : db_blob(locked.data, locked.len),
                               db_blob(i ? o->bytes : "", i ? o->len : 0)};
        ok =
            db_run(desk->db, "INSERT INTO sound(recording, part, d, sealed) VALUES(?1, ?2, ?3, ?4)",
                   v, 4, NULL, NULL, err);
    }
    buf_fini(&locked);
    return ok;
}

/* The record of a recording is the next entry in its history that is none. */
bool desk_drop_withdrawn_recording(struct desk *desk, const uint8_t owner[16], uint64_t seq,
                                   const uint8_t id[16], struct err *err)
{
    uint8_t name[16], recording[16];
    desk_name(desk, name, "owner", owner, 16);
    desk_name(desk, recording, "record", id, 16);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)seq), db_blob(recording, 16),
                           db_int(USE_ANSWERS | USE_RECORDING)};
    return db_run(desk->db,
                  "DELETE FROM sound WHERE recording = ?3 AND part >= 0 AND EXISTS (SELECT 1 FROM"
                  " entry e JOIN withdrawn w ON w.id = e.object WHERE e.device = ?1 AND e.kind = 1"
                  " AND (w.uses & ?4) AND e.seq = (SELECT min(n.seq) FROM entry n"
                  " WHERE n.device = ?1 AND n.seq > ?2 AND n.kind != 2))",
                  v, 4, NULL, NULL, err);
}

bool desk_drop_recordings(struct desk *desk, const uint8_t record_id[16], struct err *err)
{
    uint8_t name[16];
    desk_name(desk, name, "record", record_id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    return db_run(
        desk->db,
        "DELETE FROM sound WHERE part >= 0 AND recording IN (SELECT r.object FROM object o"
        " JOIN entry r ON r.device = o.device AND r.kind = 2 AND r.seq < o.seq"
        " WHERE o.id = ?1 AND r.seq > (SELECT coalesce(max(n.seq), 0) FROM entry n"
        " WHERE n.device = o.device AND n.seq < o.seq AND n.kind != 2))",
        v, 1, NULL, NULL, err);
}

/* ---- reading ---- */

void desk_recording_name(const struct desk *desk, uint8_t name[16], const uint8_t id[16])
{
    desk_name(desk, name, "record", id, 16);
}

struct reading {
    struct desk *desk;
    unsigned *missing;
    desk_recording_part *each;
    void *user;
};

/* Columns: recording, part, d, sealed. */
static bool read_part(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reading *r = user;
    struct buf list = {0};
    uint8_t name[16];
    (void)count;
    if (c[1].number != LIST_ROW) {
        uint32_t part = (uint32_t)c[1].number;
        if (!c[3].len) {
            return true; /* the device has it no more: counted with the list */
        }
        *r->missing -= 1;
        return r->each(r->user, c[0].bytes, part, c[3].bytes, c[3].len, err);
    }
    memcpy(name, c[0].bytes, 16);
    bool ok = desk_unlock(r->desk, &list, (struct desk_row){"sound", name, 0}, &c[2], 0, err);
    *r->missing += (unsigned)(list.len / 32);
    buf_fini(&list);
    return ok;
}

bool desk_recordings_of(struct desk *desk, const struct desk_object *record,
                        desk_recording_part *each, void *user, unsigned *missing, struct err *err)
{
    uint8_t name[16];
    struct reading r = {.desk = desk, .missing = missing, .each = each, .user = user};
    desk_name(desk, name, "record", record->id, 16);
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)record->seq)};
    *missing = 0;
    return db_run(desk->db,
                  "SELECT s.recording, s.part, s.d, s.sealed FROM object o"
                  " JOIN entry r ON r.device = o.device AND r.kind = 2 AND r.seq < o.seq"
                  " JOIN sound s ON s.recording = r.object"
                  " WHERE o.id = ?1 AND o.seq = ?2 AND r.seq > (SELECT coalesce(max(n.seq), 0)"
                  " FROM entry n WHERE n.device = o.device AND n.seq < o.seq AND n.kind != 2)"
                  " ORDER BY r.seq, s.part",
                  v, 2, read_part, &r, err);
}

bool desk_recordings_count(struct desk *desk, const uint8_t record_id[16], int64_t *count,
                           struct err *err)
{
    uint8_t name[16];
    desk_name(desk, name, "record", record_id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    return db_number(
        desk->db, count, 0,
        "SELECT count(DISTINCT r.object) FROM object o JOIN entry r ON r.device = o.device"
        " AND r.kind = 2 AND r.seq < o.seq WHERE o.id = ?1 AND r.seq > (SELECT coalesce(max(n.seq),"
        " 0) FROM entry n WHERE n.device = o.device AND n.seq < o.seq AND n.kind != 2)",
        v, 1, err);
}

/* ---- one recording ---- */

struct counting {
    struct desk *desk;
    const uint8_t *name;
    uint32_t parts;
};

static bool count_parts(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    struct counting *c = user;
    struct buf list = {0};
    (void)count;
    bool ok = desk_unlock(c->desk, &list, (struct desk_row){"sound", c->name, 0}, columns, 0, err);
    c->parts = (uint32_t)(list.len / 32); /* a hash of each */
    buf_fini(&list);
    return ok;
}

bool desk_recording_parts(struct desk *desk, const uint8_t id[16], uint32_t *parts, struct err *err)
{
    uint8_t name[16];
    struct counting c = {.desk = desk, .name = name};
    desk_recording_name(desk, name, id);
    struct db_value v[] = {db_blob(name, 16), db_int(LIST_ROW)};
    bool ok = db_run(desk->db, "SELECT d FROM sound WHERE recording = ?1 AND part = ?2", v, 2,
                     count_parts, &c, err);
    *parts = c.parts;
    return ok;
}

bool desk_recording_part_read(struct desk *desk, const uint8_t id[16], uint32_t part,
                              struct buf *sealed, struct err *err)
{
    uint8_t name[16];
    desk_recording_name(desk, name, id);
    struct db_value v[] = {db_blob(name, 16), db_int(part)};
    return db_run(desk->db, "SELECT sealed FROM sound WHERE recording = ?1 AND part = ?2", v, 2,
                  desk_take_blob, sealed, err);
}
