/* SPDX-License-Identifier: Apache-2.0 */
/* Stores what arrived from the field; reports what is missing. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "forms/dataset/dataset_variables.h"
#include "platform/custody/age.h"
#include "platform/machine/file.h"
#include "platform/custody/package.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_internal.h"
#include "tools/key/keys.h"

bool desk_take_blob(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    buf_add(user, columns[0].bytes, columns[0].len);
    return true;
}

/* ---- opening ---- */

enum { VERSION = 2 }; /* of the database; older, unencrypted ones have version 0 */

static bool no_desk(const char *dir, struct err *err)
{
    err_set(err, ERR_INPUT, "there is no desk in this folder");
    err_at(err, "%s", dir);
    return err_hint(err, "make one: suhbat-sync --desk %s init STUDY", dir);
}

/* *version: -1 if the database is empty. */
static bool read_version(struct desk *desk, int64_t *version, struct err *err)
{
    int64_t tables;
    return db_number(desk->db, version, 0, "PRAGMA user_version", NULL, 0, err) &&
           db_number(desk->db, &tables, 0, "SELECT count(*) FROM sqlite_master", NULL, 0, err) &&
           (tables || (*version = -1));
}

/* For an older desk: the catalogue is read unencrypted from the database, to check that
 * `identity` is one of its recipients; then the desk's key is made. */
static bool key_for_old(struct desk *desk, const uint8_t identity[32], struct err *err)
{
    struct buf bytes = {0};
    struct catalogue *c = mem_alloc(sizeof *c);
    uint8_t keys[CATALOGUE_RECIPIENTS_MAX][32], own[32];
    bool mine = false;
    bool ok = db_run(desk->db, "SELECT value FROM meta WHERE name = 'catalogue'", NULL, 0,
                     desk_take_blob, &bytes, err) &&
              catalogue_read(c, bytes.data, bytes.len, NULL, err);
    size_t count = ok ? catalogue_recipients(c, keys) : 0;
    age_recipient_of(own, identity);
    for (size_t i = 0; i < count; i++) {
        mine = mine || memcmp(keys[i], own, 32) == 0;
    }
    if (ok && !mine) {
        ok = err_set(err, ERR_AUTH, "this identity does not open the desk");
        err_hint(err, "give the identity of one of the study's recipients");
    }
    ok = ok && desk_key_make(desk, c, err);
    buf_fini(&bytes);
    free(c);
    return ok;
}

static bool read_catalogue(struct desk *desk, struct err *err)
{
    struct buf locked = {0};
    bool ok = db_run(desk->db, "SELECT d FROM meta WHERE name = 'catalogue'", NULL, 0,
                     desk_take_blob, &locked, err);
    if (ok && locked.len) {
        struct db_value v = db_blob(locked.data, locked.len);
        ok = desk_unlock(desk, &desk->catalogue_bytes, (struct desk_row){"meta", NULL, 0}, &v, 1,
                         err) &&
             catalogue_read(&desk->catalogue, desk->catalogue_bytes.data, desk->catalogue_bytes.len,
                            NULL, err);
    }
    buf_fini(&locked);
    return ok;
}

static bool open_file(struct desk *desk, int64_t *version, struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s/desk.db", desk->dir);
    bool ok = db_open(&desk->db, path.data, "", err) && read_version(desk, version, err);
    if (ok && *version > VERSION) {
        err_set(err, ERR_ENV, "the desk was written by a newer suhbat-sync");
        ok = err_at(err, "%s", path.data);
    }
    buf_fini(&path);
    return ok;
}

static bool file_is_there(const char *dir)
{
    struct buf path = {0};
    buf_printf(&path, "%s/desk.db", dir);
    bool is = file_exists(path.data);
    buf_fini(&path);
    return is;
}

static bool open_existing(struct desk *desk, int64_t version, const uint8_t identity[32],
                          struct err *err)
{
    bool keyed = desk_key_exists(desk->dir);
    if (version == VERSION && !keyed) {
        err_set(err, ERR_INPUT,
                "the desk's key, desk-key.age, is missing: restore it from a backup");
        return err_at(err, "%s", desk->dir);
    }
    return (keyed ? desk_key_read(desk, identity, err) : key_for_old(desk, identity, err)) &&
           (version == VERSION || desk_migrate(desk, err)) &&
           db_script(desk->db, desk_schema_added, err) && read_catalogue(desk, err);
}

/* Locks the folder: only one process at a time may create or migrate a desk. */
static bool take_turn(int *turn, const char *dir, struct err *err)
{
    enum { MAX_MS = 30000 };
    struct buf path = {0};
    buf_printf(&path, "%s/opening", dir);
    bool ok = file_lock_wait(turn, path.data, MAX_MS, err);
    buf_fini(&path);
    return ok;
}

bool desk_open(struct desk **out, const char *dir, const uint8_t identity[32], struct err *err)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    int64_t version = -1;
    int turn = -1;
    desk->dir = mem_text(dir);
    bool ok = (file_is_there(dir) || no_desk(dir, err)) && take_turn(&turn, dir, err) &&
              open_file(desk, &version, err) && (version >= 0 || no_desk(dir, err)) &&
              open_existing(desk, version, identity, err);
    file_unlock(turn);
    if (!ok) {
        desk_close(desk);
        desk = NULL;
    }
    *out = desk;
    return ok;
}

static bool make_tables(struct desk *desk, struct err *err)
{
    bool ok = db_begin(desk->db, err) && db_script(desk->db, desk_schema, err) &&
              db_script(desk->db, desk_schema_added, err) && db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
    }
    return ok;
}

bool desk_make(struct desk **out, const char *dir, const struct catalogue *catalogue,
               const uint8_t *identity, struct err *err)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    int64_t version = -1;
    int turn = -1;
    desk->dir = mem_text(dir);
    bool ok =
        file_folder(dir, 0700, err) && take_turn(&turn, dir, err) && open_file(desk, &version, err);
    bool keyed = ok && desk_key_exists(dir); /* key of a desk whose database is gone; the
                                              * database may be restored later */
    if (ok && (version >= 0 || keyed) && !identity) {
        ok =
            err_set(err, ERR_AUTH, "the desk already exists, and no identity was given to open it");
        err_hint(err, "--identity FILE, an age identity of one of the study's recipients");
    } else if (ok && version >= 0) {
        ok = open_existing(desk, version, identity, err);
    } else if (ok) { /* make the key before the tables, so that no row exists without it */
        ok = (keyed ? desk_key_read(desk, identity, err) : desk_key_make(desk, catalogue, err)) &&
             make_tables(desk, err);
    }
    file_unlock(turn);
    if (!ok) {
        desk_close(desk);
        desk = NULL;
    }
    *out = desk;
    return ok;
}

void desk_close(struct desk *desk)
{
    if (desk) {
        if (desk->db) {
            db_checkpoint(desk->db);
        }
        db_close(desk->db);
        buf_fini(&desk->catalogue_bytes);
        secret_free(desk->key);
        free(desk->dir);
        free(desk->person);
        free(desk);
    }
}

static bool take_number(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)user = c[0].number;
    return true;
}

bool desk_refresh(struct desk *desk, bool *changed, struct err *err)
{
    int64_t now = 0;
    bool ok = db_run(desk->db, "PRAGMA data_version", NULL, 0, take_number, &now, err);
    *changed = ok && desk->seen && desk->seen != now;
    if (*changed) {
        buf_fini(&desk->catalogue_bytes);
        ok = read_catalogue(desk, err);
    }
    desk->seen = ok ? now : desk->seen;
    return ok;
}

const struct catalogue *desk_catalogue(const struct desk *desk)
{
    return &desk->catalogue;
}

static bool same_recipients(const struct catalogue *a, const struct catalogue *b)
{
    uint8_t one[CATALOGUE_RECIPIENTS_MAX][32], other[CATALOGUE_RECIPIENTS_MAX][32];
    size_t count = catalogue_recipients(a, one);
    return catalogue_recipients(b, other) == count && memcmp(one, other, count * 32) == 0;
}

bool desk_set_catalogue(struct desk *desk, const void *bytes, size_t len, struct err *err)
{
    struct catalogue *c = mem_alloc(sizeof *c);
    static const uint8_t none[16];
    bool ok = catalogue_read(c, bytes, len, NULL, err);
    bool had = ok && memcmp(desk->catalogue.study_id, none, 16) != 0;
    if (had) {
        uint8_t have[32], fresh[32];
        catalogue_root_set(have, &desk->catalogue);
        catalogue_root_set(fresh, c);
        if (memcmp(have, fresh, 32) != 0 ||
            memcmp(desk->catalogue.study_id, c->study_id, 16) != 0) {
            ok = err_set(err, ERR_AUTH, "the catalogue belongs to another study");
        } else {
            ok = catalogue_follows(c, bytes, len, desk->catalogue.epoch, desk->catalogue_bytes.data,
                                   desk->catalogue_bytes.len, err) <= CATALOGUE_SAME;
        }
    }
    bool others = had && ok && !same_recipients(&desk->catalogue, c);
    ok =
        ok && (!others || desk_key_wrap(desk, c, err)) && desk_put_catalogue(desk, bytes, len, err);
    if (ok) {
        desk->catalogue = *c;
        buf_cut(&desk->catalogue_bytes, 0);
        buf_add(&desk->catalogue_bytes, bytes, len);
    }
    free(c);
    return ok;
}

bool desk_add_device(struct desk *desk, const void *data, size_t len, bool *fresh, struct err *err)
{
    const uint8_t *bytes = data;
    struct cert cert;
    uint8_t row[DEVICE_ROW] = {0}, name[16];
    int64_t known;
    if (len != CERT_BYTES + 64) {
        return err_set(err, ERR_INPUT, "this is no device file");
    }
    if (!catalogue_trusts(&desk->catalogue, bytes, CERT_DEVICE, &cert)) {
        return err_set(err, ERR_AUTH, "the device is not enrolled in this study");
    }
    chain_device_id(row + DEVICE_ID, cert.subject);
    desk_name(desk, name, "owner", row + DEVICE_ID, 16);
    struct db_value v[] = {db_blob(name, 16)};
    if (!db_number(desk->db, &known, 0, "SELECT 1 FROM device WHERE id = ?1", v, 1, err)) {
        return false;
    }
    *fresh = !known;
    memcpy(row + DEVICE_SIGN, cert.subject, 32);
    memcpy(row + DEVICE_BOX, bytes + CERT_BYTES, 32);
    memcpy(row + DEVICE_CERT, bytes, CERT_BYTES);
    memcpy(row + DEVICE_GENESIS, bytes + CERT_BYTES + 32, 32);
    return known || desk_put_device(desk, row, err);
}

bool desk_add_form(struct desk *desk, const void *bytes, size_t len, bool *fresh, struct err *err)
{
    struct package p;
    const char *xml;
    size_t xml_len;
    int64_t known;
    if (!package_read(&p, bytes, len, NULL, err) ||
        !keys_package_is_ours(&p, bytes, &desk->catalogue, err)) {
        return false;
    }
    bool found = package_find(&p, "form.xml", &xml, &xml_len);
    assert(found); /* keys_package_is_ours has checked it */
    (void)found;
    uint8_t name[16];
    desk_name(desk, name, "form", p.hash, 32);
    struct db_value v[] = {db_blob(name, 16)};
    if (!db_number(desk->db, &known, 0, "SELECT 1 FROM form WHERE id = ?1", v, 1, err)) {
        return false;
    }
    *fresh = !known;
    return known || desk_put_form(desk, p.hash, p.serial, xml, xml_len, err);
}

/* ---- reading ---- */

struct device_rows {
    struct desk *desk;
    struct desk_device *list;
    size_t count;
};

static bool gather_device(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct device_rows *rows = user;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock_row(rows->desk, &plain, "device", c, DEVICE_ROW, err);
    if (ok) {
        rows->list = mem_grow(rows->list, rows->count + 1, sizeof *rows->list);
        struct desk_device *d = &rows->list[rows->count++];
        memset(d, 0, sizeof *d);
        memcpy(d->id, plain.data + DEVICE_ID, 16);
        memcpy(d->sign_pk, plain.data + DEVICE_SIGN, 32);
        memcpy(d->box_pk, plain.data + DEVICE_BOX, 32);
    }
    buf_fini(&plain);
    return ok;
}

static int by_device(const void *a, const void *b)
{
    const struct desk_device *one = a, *other = b;
    return memcmp(one->id, other->id, 16);
}

/* All enrolled devices, sorted by id.  The caller frees rows->list. */
static bool list_devices(struct desk *desk, struct device_rows *rows, struct err *err)
{
    *rows = (struct device_rows){.desk = desk};
    bool ok = db_run(desk->db, "SELECT id, d FROM device", NULL, 0, gather_device, rows, err);
    if (ok && rows->count) {
        qsort(rows->list, rows->count, sizeof *rows->list, by_device);
    }
    return ok;
}

/* Finds up to which entry everything is complete: entries in order from 1, each with its
 * object if it has one.  Entries that the device declared lost are not waited for; they are
 * listed. */
struct reach {
    const struct desk *desk;
    const uint8_t *owner; /* pseudonym of the history whose entries are being read */
    struct desk_device *d;
    struct desk_span *declared;
    size_t declared_count;
    uint64_t next, held; /* held: of the history whose entries are being read */
    bool open, own;
};

static bool gather_declared(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reach *r = user;
    struct chain_entry e;
    struct desk_span s;
    struct buf bytes = {0};
    (void)count;
    bool ok =
        desk_unlock(r->desk, &bytes, (struct desk_row){"entry", r->owner, (uint64_t)c[0].number},
                    &c[1], CHAIN_ENTRY, err);
    if (ok) {
        chain_parse(&e, (const uint8_t *)bytes.data);
        if (chain_lost(&e, &s.first, &s.last)) {
            r->declared = mem_grow(r->declared, r->declared_count + 1, sizeof *r->declared);
            r->declared[r->declared_count++] = s;
        }
    }
    buf_fini(&bytes);
    return ok;
}

static bool is_declared(const struct reach *r, uint64_t first, uint64_t last)
{
    while (first <= last) {
        uint64_t reached = first;
        for (size_t i = 0; i < r->declared_count; i++) {
            const struct desk_span *s = &r->declared[i];
            if (s->first <= first && s->last >= reached) {
                reached = s->last + 1;
            }
        }
        if (reached == first) {
            return false;
        }
        first = reached;
    }
    return true;
}

static void add_lost(struct desk_device *d, uint64_t first, uint64_t last)
{
    if (d->lost_count && d->lost[d->lost_count - 1].last + 1 == first) {
        d->lost[d->lost_count - 1].last = last;
        return;
    }
    d->lost = mem_grow(d->lost, d->lost_count + 1, sizeof *d->lost);
    d->lost[d->lost_count++] = (struct desk_span){first, last};
}

static bool walk_entry(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reach *r = user;
    struct desk_device *d = r->d;
    uint64_t seq = (uint64_t)c[0].number;
    bool has_object = c[1].number == CHAIN_RECORD && c[2].type == DB_INT;
    bool recording = c[1].number == CHAIN_RECORDING;
    bool whole = (c[1].number != CHAIN_RECORD && !recording) || c[2].type == DB_INT;
    bool kept = r->held && seq >= r->held;
    (void)count;
    d->entries++;
    d->highest = seq;
    d->records += r->own && has_object && !kept;
    d->kept += r->own && has_object && kept;
    r->open = r->open && !kept && (seq == r->next || is_declared(r, r->next, seq - 1)) &&
              (whole || is_declared(r, seq, seq));
    if (r->open) {
        if (seq > r->next) {
            add_lost(d, r->next, seq - 1);
        }
        if (!whole) {
            add_lost(d, seq, seq);
        }
        struct buf bytes = {0};
        if (!desk_unlock(r->desk, &bytes, (struct desk_row){"entry", r->owner, seq}, &c[3],
                         CHAIN_ENTRY, err)) {
            return false;
        }
        chain_hash(d->head, (const uint8_t *)bytes.data);
        buf_fini(&bytes);
        d->contiguous = seq;
        r->next = seq + 1;
    }
    return true;
}

/* Reads the entries of history `h` in order: first those of its ancestors, then its own. */
static bool walk_history(const struct histories *all, size_t h, uint64_t below, const char *sql,
                         db_row *row, struct reach *r, struct err *err)
{
    const struct history *one = &all->list[h];
    bool whole = r->own;
    r->own = false;
    if (h &&
        !walk_history(all, one->parent, one->from < below ? one->from : below, sql, row, r, err)) {
        return false;
    }
    r->own = whole;
    r->held = one->held;
    uint8_t name[16];
    desk_name(r->desk, name, "owner", one->id, 16);
    r->owner = name;
    struct db_value v[] = {db_blob(name, 16), db_int((int64_t)below)};
    bool ok = db_run(r->desk->db, sql, v, 2, row, r, err);
    r->owner = NULL;
    return ok;
}

static bool reach_of(struct desk *desk, const struct histories *all, size_t h,
                     struct desk_device *d, struct err *err)
{
    struct reach r = {.desk = desk, .d = d, .next = 1, .open = true, .own = true};
    bool ok = walk_history(all, h, INT64_MAX,
                           "SELECT seq, d FROM entry WHERE device = ?1 AND seq < ?2 AND kind = 7",
                           gather_declared, &r, err) &&
              walk_history(all, h, INT64_MAX,
                           "SELECT e.seq, e.kind, CASE WHEN o.seq IS NOT NULL OR EXISTS (SELECT 1"
                           " FROM withdrawn w WHERE w.id = e.object AND w.uses & 1) OR (e.kind = 2"
                           " AND EXISTS (SELECT 1 FROM sound s WHERE s.recording = e.object"
                           " AND s.part = -1)) THEN 1 END,"
                           " e.d FROM entry e LEFT JOIN object o"
                           " ON o.device = e.device AND o.seq = e.seq"
                           " WHERE e.device = ?1 AND e.seq < ?2 ORDER BY e.seq",
                           walk_entry, &r, err);
    free(r.declared);
    return ok;
}

bool desk_devices(struct desk *desk, desk_device_row *row, void *user, struct err *err)
{
    struct device_rows rows;
    bool ok = list_devices(desk, &rows, err);
    for (size_t i = 0; i < rows.count && ok; i++) {
        struct histories all;
        ok = desk_histories(desk, rows.list[i].id, &all, err);
        for (size_t h = 0; ok && h < all.count; h++) {
            struct desk_device d = rows.list[i];
            d.history = (unsigned)h + 1;
            d.histories = (unsigned)all.count;
            memcpy(d.history_id, all.list[h].id, 16);
            d.held = all.list[h].held;
            d.receipt_seq = all.list[h].receipt_seq;
            ok = reach_of(desk, &all, h, &d, err) && row(user, &d, err);
            free(d.lost);
        }
        free(all.list);
    }
    free(rows.list);
    return ok;
}

/* Reads and decrypts the row of `id` with the statement `sql`. */
static bool read_row(struct desk *desk, const char *sql, const char *what, const uint8_t id[16],
                     struct buf *plain, size_t min, struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_run(desk->db, sql, v, 1, desk_take_blob, &locked, err);
    struct db_value got = db_blob(locked.data, locked.len);
    ok = ok && desk_unlock(desk, plain, (struct desk_row){what, name, 0}, &got, min, err);
    buf_fini(&locked);
    return ok;
}

static bool count_receipt(struct desk *desk, const struct desk_device *d, uint64_t *counter,
                          struct err *err)
{
    struct buf plain = {0}, branch = {0};
    bool ok = read_row(desk, "SELECT d FROM device WHERE id = ?1", "device", d->id, &plain,
                       DEVICE_ROW, err);
    if (ok) {
        uint8_t *row = (uint8_t *)plain.data;
        *counter = get_u64(row + DEVICE_COUNTER) + 1;
        put_u64(row + DEVICE_COUNTER, *counter);
        if (memcmp(d->id, d->history_id, 16) == 0) {
            put_u64(row + DEVICE_RECEIPT, d->contiguous);
        } else {
            ok = read_row(desk, "SELECT d FROM branch WHERE id = ?1", "branch", d->history_id,
                          &branch, BRANCH_ROW, err);
            if (ok) {
                put_u64((uint8_t *)branch.data + BRANCH_RECEIPT, d->contiguous);
                ok = desk_put_branch(desk, d->id, (const uint8_t *)branch.data, err);
            }
        }
        ok = ok && desk_put_device(desk, row, err);
    }
    buf_fini(&plain);
    buf_fini(&branch);
    return ok;
}

bool desk_count_receipt(struct desk *desk, const struct desk_device *d, uint64_t *counter,
                        struct err *err)
{
    bool ok = db_begin(desk->db, err);
    if (!ok) {
        return false;
    }
    ok = count_receipt(desk, d, counter, err) && db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
        *counter = 0;
    }
    return ok;
}

struct object_rows {
    const struct desk *desk;
    const uint8_t *name, *device; /* pseudonym of the history's owner; id of the device */
    desk_object_row *row;
    void *user;
};

static bool give_object(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct object_rows *rows = user;
    struct buf plain = {0};
    uint64_t seq = (uint64_t)c[0].number;
    (void)count;
    bool ok = desk_unlock(rows->desk, &plain, (struct desk_row){"object", rows->name, seq}, &c[1],
                          OBJECT_ROW, err);
    if (ok) {
        const uint8_t *p = (const uint8_t *)plain.data;
        struct desk_object o = {.id = p + OBJECT_ID,
                                .device = rows->device,
                                .seq = seq,
                                .imported_ms = (int64_t)get_u64(p + OBJECT_AT),
                                .sealed = c[2].bytes,
                                .len = c[2].type == DB_INT ? (size_t)c[2].number : c[2].len};
        ok = rows->row(rows->user, &o, err);
    }
    buf_fini(&plain);
    return ok;
}

/* Owner of a history: a device or one of its branches. */
struct owner {
    uint8_t id[16], device[16];
};
struct owners {
    struct owner *list;
    size_t count;
};

static int by_owner(const void *a, const void *b)
{
    const struct owner *one = a, *other = b;
    return memcmp(one->id, other->id, 16);
}

static bool list_owners(struct desk *desk, struct owners *owners, struct err *err)
{
    struct device_rows rows;
    bool ok = list_devices(desk, &rows, err);
    *owners = (struct owners){0};
    for (size_t i = 0; i < rows.count && ok; i++) {
        struct histories all;
        ok = desk_histories(desk, rows.list[i].id, &all, err);
        for (size_t h = 0; ok && h < all.count; h++) {
            owners->list = mem_grow(owners->list, owners->count + 1, sizeof *owners->list);
            struct owner *o = &owners->list[owners->count++];
            memcpy(o->id, all.list[h].id, 16);
            memcpy(o->device, rows.list[i].id, 16);
        }
        free(all.list);
    }
    free(rows.list);
    if (owners->count) {
        qsort(owners->list, owners->count, sizeof *owners->list, by_owner);
    }
    return ok;
}

bool desk_objects(struct desk *desk, desk_object_row *row, void *user, struct err *err)
{
    return desk_objects_between(desk, &(struct desk_range){.to = INT64_MAX}, row, user, err);
}

bool desk_objects_between(struct desk *desk, const struct desk_range *range, desk_object_row *row,
                          void *user, struct err *err)
{
    struct owners owners;
    bool ok = list_owners(desk, &owners, err);
    for (size_t i = 0; i < owners.count && ok; i++) {
        uint8_t name[16], of[16];
        struct object_rows rows = {desk, name, owners.list[i].device, row, user};
        if (range->device && memcmp(owners.list[i].device, range->device, 16) != 0) {
            continue;
        }
        desk_name(desk, name, "owner", owners.list[i].id, 16);
        desk_name(desk, of, "owner", owners.list[i].device, 16);
        struct db_value v[] = {
            db_blob(name, 16),          db_blob(of, 16),     db_int((int64_t)range->from),
            db_int((int64_t)range->to), db_int(range->held), db_int(range->gone)};
        ok = db_run(desk->db,
                    "SELECT o.seq, o.d, o.sealed FROM object o WHERE o.device = ?1"
                    " AND o.seq BETWEEN ?3 AND ?4 AND length(o.sealed) > 0"
                    " AND (?5 OR NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = o.device AND"
                    " o.seq >= h.seq))"
                    " AND (?6 OR NOT EXISTS (SELECT 1 FROM entry w LEFT JOIN branch b ON b.id ="
                    " w.device"
                    " WHERE w.kind = 4 AND w.object = o.id AND coalesce(b.device, w.device) = ?2"
                    " AND NOT EXISTS (SELECT 1 FROM hold k WHERE k.id = w.device AND"
                    " w.seq >= k.seq)))"
                    " ORDER BY o.seq",
                    v, 6, give_object, &rows, err);
    }
    free(owners.list);
    return ok;
}

bool desk_ids(struct desk *desk, desk_object_row *row, void *user, struct err *err)
{
    struct owners owners;
    bool ok = list_owners(desk, &owners, err);
    for (size_t i = 0; i < owners.count && ok; i++) {
        uint8_t name[16];
        struct object_rows rows = {desk, name, owners.list[i].device, row, user};
        desk_name(desk, name, "owner", owners.list[i].id, 16);
        struct db_value v[] = {db_blob(name, 16)};
        ok = db_run(desk->db,
                    "SELECT seq, d, length(sealed) FROM object WHERE device = ?1 ORDER BY seq", v,
                    1, give_object, &rows, err);
    }
    free(owners.list);
    return ok;
}

struct finding {
    char begins[33]; /* hex digits */
    uint8_t id[16];
    unsigned found;
};

static bool match_id(void *user, const struct desk_object *o, struct err *err)
{
    struct finding *f = user;
    char hex[33];
    (void)err;
    text_hex(hex, o->id, 16);
    if (text_starts(hex, f->begins) && (!f->found || memcmp(f->id, o->id, 16) != 0)) {
        memcpy(f->id, o->id, 16);
        f->found++;
    }
    return true;
}

/* The hex digits of a KEY, or of its beginning, in small letters; "" if it is none. */
static size_t key_digits(char out[33], const char *text)
{
    size_t len = 0;
    for (const char *c = text_starts(text, "uuid:") ? text + strlen("uuid:") : text;
         *c && *c != '~'; c++) {
        if (*c != '-' && (len == 32 || !isxdigit((unsigned char)*c))) {
            len = 0;
            break;
        }
        if (*c != '-') {
            out[len++] = (char)tolower((unsigned char)*c);
        }
    }
    out[len] = '\0';
    return len;
}

bool desk_whole_key(const char *text, uint8_t id[16])
{
    char digits[33];
    return key_digits(digits, text) == 32 && text_unhex(id, 16, digits);
}

bool desk_find_record(struct desk *desk, const char *text, uint8_t id[16], struct err *err)
{
    enum { MIN = 4 };
    struct finding f = {.found = 0};
    if (key_digits(f.begins, text) < MIN) {
        err_set(err, ERR_MISUSE, "'%s' is no record", text);
        return err_hint(err, "give its KEY in the tables, uuid:…, or the beginning of it");
    }
    if (!desk_ids(desk, match_id, &f, err)) {
        return false;
    }
    if (f.found != 1) {
        return err_set(err, ERR_INPUT,
                       f.found ? "several records begin with '%s'" : "the desk has no record '%s'",
                       text);
    }
    memcpy(id, f.id, 16);
    return true;
}

bool desk_held(struct desk *desk, uint64_t *records, struct err *err)
{
    int64_t n;
    bool ok = db_number(desk->db, &n, 0, "SELECT count(*) FROM object", NULL, 0, err);
    *records = ok ? (uint64_t)n : 0;
    return ok;
}

bool desk_kept_apart(struct desk *desk, uint64_t *records, struct err *err)
{
    int64_t n;
    bool ok = db_number(desk->db, &n, 0,
                        "SELECT count(*) FROM object o JOIN hold h ON h.id = o.device AND"
                        " o.seq >= h.seq",
                        NULL, 0, err);
    *records = ok ? (uint64_t)n : 0;
    return ok;
}

struct form_rows {
    const struct desk *desk;
    struct buf *list; /* contents of each row */
    size_t count;
};

static bool gather_form(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct form_rows *rows = user;
    (void)count;
    rows->list = mem_grow(rows->list, rows->count + 1, sizeof *rows->list);
    rows->list[rows->count] = (struct buf){0};
    return desk_unlock_row(rows->desk, &rows->list[rows->count++], "form", c, FORM_XML, err);
}

static int newest_first(const void *a, const void *b)
{
    const struct buf *one = a, *other = b;
    uint64_t x = get_u64((const uint8_t *)one->data + FORM_SERIAL);
    uint64_t y = get_u64((const uint8_t *)other->data + FORM_SERIAL);
    return x != y ? (x < y) - (x > y) : memcmp(one->data, other->data, 32);
}

bool desk_forms(struct desk *desk, desk_form_each *row, void *user, struct err *err)
{
    struct form_rows rows = {.desk = desk};
    bool ok = db_run(desk->db, "SELECT id, d FROM form", NULL, 0, gather_form, &rows, err);
    if (ok && rows.count) {
        qsort(rows.list, rows.count, sizeof *rows.list, newest_first);
    }
    for (size_t i = 0; i < rows.count; i++) {
        const uint8_t *p = (const uint8_t *)rows.list[i].data;
        if (ok) {
            struct desk_form_row f = {p + FORM_HASH, get_u64(p + FORM_SERIAL),
                                      (const char *)p + FORM_XML, rows.list[i].len - FORM_XML};
            ok = row(user, &f, err);
        }
        buf_fini(&rows.list[i]);
    }
    free(rows.list);
    return ok;
}

struct alarm_rows {
    const struct desk *desk;
    desk_alarm_row *row;
    void *user;
};

static bool give_alarm(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct alarm_rows *rows = user;
    struct buf plain = {0};
    (void)count;
    bool ok = desk_unlock(rows->desk, &plain, (struct desk_row){"alarm", NULL, 0}, &c[0], NOTE_TEXT,
                          err) &&
              rows->row(rows->user, plain.data + NOTE_TEXT);
    buf_fini(&plain);
    return ok;
}

bool desk_alarms(struct desk *desk, desk_alarm_row *row, void *user, struct err *err)
{
    struct alarm_rows rows = {desk, row, user};
    return db_run(desk->db, "SELECT d FROM alarm ORDER BY n", NULL, 0, give_alarm, &rows, err);
}

/* ---- messages to devices ---- */

bool desk_begin(struct desk *desk, struct err *err)
{
    return db_begin(desk->db, err);
}

bool desk_end(struct desk *desk, bool ok, struct err *err)
{
    ok = ok && db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
    }
    return ok;
}

static bool put_message(struct desk *desk, const struct message *m, int64_t wall_ms,
                        struct err *err)
{
    uint8_t row[MESSAGE_BODY] = {0};
    struct buf plain = {0}, locked = {0};
    memcpy(row + MESSAGE_DEVICE, m->device_id, 16);
    memcpy(row + MESSAGE_ID, m->message_id, 16);
    memcpy(row + MESSAGE_ABOUT, m->about, 16);
    put_u64(row + MESSAGE_AT, (uint64_t)wall_ms);
    put_u16(row + MESSAGE_KIND, (uint16_t)m->kind);
    buf_add(&plain, row, sizeof row);
    buf_add(&plain, m->body, m->len);
    desk_lock(desk, &locked, "message", NULL, m->counter, plain.data, plain.len);
    struct db_value v[] = {db_int((int64_t)m->counter), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT INTO message(n, d) VALUES(?1, ?2)", v, 2, NULL, NULL, err);
    buf_fini(&plain);
    buf_fini(&locked);
    return ok;
}

/* Makes the counter higher than all here, and than `least`. */
static bool count_message(struct desk *desk, struct message *m, uint64_t least, struct err *err)
{
    int64_t last;
    bool ok = db_number(desk->db, &last, 0, "SELECT max(n) FROM message", NULL, 0, err);
    m->counter = (ok && (uint64_t)last > least ? (uint64_t)last : least) + 1;
    return ok;
}

bool desk_add_message(struct desk *desk, struct message *m, int64_t wall_ms, struct err *err)
{
    secret_random(m->message_id, 16);
    return count_message(desk, m, 0, err) && put_message(desk, m, wall_ms, err);
}

bool desk_carry_message(struct desk *desk, const struct message *m, int64_t wall_ms,
                        struct err *err)
{
    struct message copy = *m;
    return count_message(desk, &copy, m->counter, err) && put_message(desk, &copy, wall_ms, err);
}

bool desk_may_tell(const struct desk *desk, const uint8_t device[16], struct err *err)
{
    uint8_t padded[32] = {0};
    memcpy(padded, device, 16);
    return !catalogue_revoked(desk_catalogue(desk), 2, padded) ||
           err_set(err, ERR_INPUT,
                   "the device is revoked: whoever has it may read what is sealed to it");
}

struct message_rows {
    struct desk *desk;
    desk_message_row *row;
    void *user;
};

static bool give_message(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct message_rows *rows = user;
    struct buf plain = {0};
    uint64_t n = (uint64_t)c[0].number;
    int64_t taken = 0;
    (void)count;
    bool ok = desk_unlock(rows->desk, &plain, (struct desk_row){"message", NULL, n}, &c[1],
                          MESSAGE_BODY, err);
    if (ok) {
        const uint8_t *p = (const uint8_t *)plain.data;
        struct message m = {.counter = n,
                            .issued_at = get_u64(p + MESSAGE_AT) / 1000,
                            .kind = (enum message_kind)get_u16(p + MESSAGE_KIND),
                            .body = plain.data + MESSAGE_BODY,
                            .len = plain.len - MESSAGE_BODY};
        uint8_t name[16];
        memcpy(m.study_id, rows->desk->catalogue.study_id, 16);
        memcpy(m.device_id, p + MESSAGE_DEVICE, 16);
        memcpy(m.message_id, p + MESSAGE_ID, 16);
        memcpy(m.about, p + MESSAGE_ABOUT, 16);
        desk_name(rows->desk, name, "record", m.kind == MESSAGE_WITHDRAW ? m.about : m.message_id,
                  16);
        struct db_value v[] = {db_blob(name, 16)};
        ok = db_number(rows->desk->db, &taken, 0,
                       m.kind == MESSAGE_WITHDRAW
                           ? "SELECT 1 FROM entry WHERE kind = 4 AND object = ?1"
                           : "SELECT 1 FROM entry WHERE kind = 8 AND object = ?1",
                       v, 1, err) &&
             rows->row(rows->user, &m, (int64_t)get_u64(p + MESSAGE_AT), taken, err);
    }
    buf_fini(&plain);
    return ok;
}

bool desk_messages(struct desk *desk, desk_message_row *row, void *user, struct err *err)
{
    struct message_rows rows = {desk, row, user};
    return db_run(desk->db, "SELECT n, d FROM message ORDER BY n", NULL, 0, give_message, &rows,
                  err);
}

bool desk_set_label(struct desk *desk, const uint8_t device[16], const char *label, struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", device, 16);
    desk_lock(desk, &locked, "label", name, 0, label, strlen(label));
    struct db_value v[] = {db_blob(name, 16), db_blob(locked.data, locked.len)};
    bool ok = db_run(desk->db, "INSERT OR REPLACE INTO label(id, d) VALUES(?1, ?2)", v, 2, NULL,
                     NULL, err);
    buf_fini(&locked);
    return ok;
}

bool desk_label(struct desk *desk, const uint8_t device[16], struct buf *out, struct err *err)
{
    uint8_t name[16];
    struct buf locked = {0};
    desk_name(desk, name, "owner", device, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok =
        db_run(desk->db, "SELECT d FROM label WHERE id = ?1", v, 1, desk_take_blob, &locked, err);
    if (ok && locked.len) {
        struct db_value got = db_blob(locked.data, locked.len);
        ok = desk_unlock(desk, out, (struct desk_row){"label", name, 0}, &got, 0, err);
    }
    buf_add(out, "", 0);
    buf_fini(&locked);
    return ok;
}

bool desk_device_text(struct desk *desk, const uint8_t device[16], char out[DESK_DEVICE_TEXT],
                      struct err *err)
{
    enum { LABEL = 80 };
    struct buf label = {0};
    char hex[33];
    text_hex(hex, device, 16);
    bool ok = desk_label(desk, device, &label, err);
    size_t len = ok ? variable_letters(label.data, label.len, LABEL) : 0;
    snprintf(out, DESK_DEVICE_TEXT, len ? "%.*s (%.8s)" : "%.*s%.8s", (int)len,
             len ? label.data : "", hex);
    text_defuse(out);
    buf_fini(&label);
    return ok;
}

bool desk_find_device(struct desk *desk, const char *begins, uint8_t id[16], unsigned *count,
                      struct err *err)
{
    enum { MIN = 4 };
    struct device_rows rows;
    bool ok = list_devices(desk, &rows, err);
    *count = 0;
    for (size_t i = 0; i < rows.count && ok; i++) {
        char hex[33];
        text_hex(hex, rows.list[i].id, 16);
        if (strlen(begins) >= MIN && strlen(begins) <= 32 &&
            strncasecmp(hex, begins, strlen(begins)) == 0) {
            memcpy(id, rows.list[i].id, 16);
            *count += 1;
        }
    }
    free(rows.list);
    return ok;
}
