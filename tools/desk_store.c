/* SPDX-License-Identifier: Apache-2.0 */
/* What has come in from the field, and is it all there? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "platform/package.h"
#include "platform/text.h"
#include "tools/desk_internal.h"
#include "tools/desk_keys.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value BLOB);"
    "CREATE TABLE IF NOT EXISTS device(id BLOB PRIMARY KEY, sign_pk BLOB, box_pk BLOB, cert BLOB,"
    " genesis BLOB, receipt_counter INT DEFAULT 0, receipt_seq INT DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS entry(device BLOB, seq INT, hash BLOB, kind INT, object BLOB,"
    " bytes BLOB, PRIMARY KEY(device, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS object(device BLOB, seq INT, id BLOB, hash BLOB, sealed BLOB,"
    " imported INT, PRIMARY KEY(device, seq));"
    "CREATE TABLE IF NOT EXISTS branch(id BLOB PRIMARY KEY, device BLOB, parent BLOB, seq INT,"
    " receipt_seq INT DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS hold(id BLOB PRIMARY KEY, seq INT, why TEXT);"
    "CREATE INDEX IF NOT EXISTS entry_object ON entry(object) WHERE kind = 4;"
    "CREATE TABLE IF NOT EXISTS form(hash BLOB PRIMARY KEY, serial INT, xml BLOB);"
    "CREATE TABLE IF NOT EXISTS alarm(at INT, text TEXT);"
    "CREATE TABLE IF NOT EXISTS log(at INT, text TEXT);";

bool desk_take_blob(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    buf_add(user, columns[0].bytes, columns[0].len);
    return true;
}

bool desk_open(struct desk **out, const char *dir, bool make, struct err *err)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    struct buf path = {0};
    *out = NULL;
    buf_printf(&path, "%s/desk.db", dir);
    bool ok = true;
    if (!make && !file_exists(path.data)) {
        ok = err_set(err, ERR_INPUT, "there is no desk in this folder");
        err_at(err, "%s", dir);
        err_hint(err, "make one: suhbat-sync --desk %s init STUDY", dir);
    }
    desk->dir = mem_text(dir);
    ok = ok && (!make || file_folder(dir, 0700, err)) &&
         db_open(&desk->db, path.data, schema, err) &&
         db_run(desk->db, "SELECT value FROM meta WHERE name = 'catalogue'", NULL, 0, desk_take_blob,
                &desk->catalogue_bytes, err);
    if (ok && desk->catalogue_bytes.len) {
        ok = catalogue_read(&desk->catalogue, desk->catalogue_bytes.data,
                            desk->catalogue_bytes.len, NULL, err);
    }
    buf_fini(&path);
    if (!ok) {
        desk_close(desk);
        return false;
    }
    *out = desk;
    return true;
}

void desk_close(struct desk *desk)
{
    if (desk) {
        if (desk->db) {
            db_checkpoint(desk->db);
        }
        db_close(desk->db);
        buf_fini(&desk->catalogue_bytes);
        free(desk->dir);
        free(desk);
    }
}

const struct catalogue *desk_catalogue(const struct desk *desk)
{
    return &desk->catalogue;
}

const char *desk_dir(const struct desk *desk)
{
    return desk->dir;
}

bool desk_set_catalogue(struct desk *desk, const void *bytes, size_t len, struct err *err)
{
    struct catalogue *c = mem_alloc(sizeof *c);
    static const uint8_t none[16];
    struct db_value v[] = {db_blob(bytes, len)};
    bool ok = catalogue_read(c, bytes, len, NULL, err);
    bool had = ok && memcmp(desk->catalogue.study_id, none, 16) != 0;
    if (had) {
        uint8_t have[32], fresh[32];
        catalogue_root_set(have, &desk->catalogue);
        catalogue_root_set(fresh, c);
        if (memcmp(have, fresh, 32) != 0 ||
            memcmp(desk->catalogue.study_id, c->study_id, 16) != 0) {
            ok = err_set(err, ERR_AUTH, "the catalogue is of another study than this desk's");
        } else {
            ok = catalogue_follows(c, bytes, len, desk->catalogue.epoch,
                                   desk->catalogue_bytes.data, desk->catalogue_bytes.len,
                                   err) <= CATALOGUE_SAME;
        }
    }
    ok = ok && db_run(desk->db, "INSERT OR REPLACE INTO meta(name, value) VALUES('catalogue', ?1)",
                      v, 1, NULL, NULL, err);
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
    uint8_t id[16];
    int64_t known;
    if (len != CERT_BYTES + 64) {
        return err_set(err, ERR_INPUT, "this is no device file");
    }
    if (!catalogue_trusts(&desk->catalogue, bytes, ROLE_DEVICE, &cert)) {
        return err_set(err, ERR_AUTH, "the device is not enrolled in this study");
    }
    chain_device_id(id, cert.subject);
    struct db_value v[] = {db_blob(id, 16), db_blob(cert.subject, 32),
                           db_blob(bytes + CERT_BYTES, 32), db_blob(bytes, CERT_BYTES),
                           db_blob(bytes + CERT_BYTES + 32, 32)};
    if (!db_number(desk->db, &known, 0, "SELECT 1 FROM device WHERE id = ?1", v, 1, err)) {
        return false;
    }
    *fresh = !known;
    return known || db_run(desk->db,
                           "INSERT INTO device(id, sign_pk, box_pk, cert, genesis)"
                           " VALUES(?1, ?2, ?3, ?4, ?5)",
                           v, 5, NULL, NULL, err);
}

bool desk_add_form(struct desk *desk, const void *bytes, size_t len, bool *fresh, struct err *err)
{
    struct package p;
    const char *xml;
    size_t xml_len;
    int64_t known;
    if (!package_read(&p, bytes, len, NULL, err) ||
        !desk_package_is_ours(&p, bytes, &desk->catalogue, err)) {
        return false;
    }
    if (!package_find(&p, "form.xml", &xml, &xml_len)) {
        return err_set(err, ERR_INPUT, "the package holds no form");
    }
    struct db_value v[] = {db_blob(p.hash, 32), db_int((int64_t)p.serial), db_blob(xml, xml_len)};
    if (!db_number(desk->db, &known, 0, "SELECT 1 FROM form WHERE hash = ?1", v, 1, err)) {
        return false;
    }
    *fresh = !known;
    return known || db_run(desk->db, "INSERT INTO form(hash, serial, xml) VALUES(?1, ?2, ?3)", v, 3,
                           NULL, NULL, err);
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
    (void)count;
    (void)err;
    rows->list = mem_grow(rows->list, rows->count + 1, sizeof *rows->list);
    struct desk_device *d = &rows->list[rows->count++];
    memset(d, 0, sizeof *d);
    memcpy(d->id, c[0].bytes, 16);
    memcpy(d->sign_pk, c[1].bytes, 32);
    memcpy(d->box_pk, c[2].bytes, 32);
    return true;
}

/* How far is all of it here?  Entries in order from 1, each with its object if it has one; what the
 * device has declared lost is waited for no more, and named. */
struct reach {
    struct desk_device *d;
    struct desk_span *declared;
    size_t declared_count;
    uint64_t next, held; /* held: of the history whose entries come */
    bool open, own;
};

static bool gather_declared(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reach *r = user;
    struct chain_entry e;
    struct desk_span s;
    (void)count;
    (void)err;
    if (c[0].len == CHAIN_ENTRY) {
        chain_parse(&e, c[0].bytes);
        if (chain_lost(&e, &s.first, &s.last)) {
            r->declared = mem_grow(r->declared, r->declared_count + 1, sizeof *r->declared);
            r->declared[r->declared_count++] = s;
        }
    }
    return true;
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
    bool has_object = c[2].type == DB_INT;
    bool whole = c[1].number != CHAIN_RECORD || has_object;
    bool kept = r->held && seq >= r->held;
    (void)count;
    (void)err;
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
        memcpy(d->head, c[3].bytes, 32);
        d->contiguous = seq;
        r->next = seq + 1;
    }
    return true;
}

/* The entries of history `h` in their order: what is its parents', then its own. */
static bool walk_history(struct desk *desk, const struct histories *all, size_t h, uint64_t below,
                         const char *sql, db_row *row, struct reach *r, struct err *err)
{
    const struct history *one = &all->list[h];
    bool whole = r->own;
    r->own = false;
    if (h && !walk_history(desk, all, one->parent, one->from < below ? one->from : below, sql, row,
                           r, err)) {
        return false;
    }
    r->own = whole;
    r->held = one->held;
    struct db_value v[] = {db_blob(one->id, 16), db_int((int64_t)below)};
    return db_run(desk->db, sql, v, 2, row, r, err);
}

static bool reach_of(struct desk *desk, const struct histories *all, size_t h,
                     struct desk_device *d, struct err *err)
{
    struct reach r = {.d = d, .next = 1, .open = true, .own = true};
    bool ok = walk_history(desk, all, h, INT64_MAX,
                           "SELECT bytes FROM entry WHERE device = ?1 AND seq < ?2 AND kind = 7",
                           gather_declared, &r, err) &&
              walk_history(desk, all, h, INT64_MAX,
                           "SELECT e.seq, e.kind, o.seq, e.hash FROM entry e LEFT JOIN object o"
                           " ON o.device = e.device AND o.seq = e.seq"
                           " WHERE e.device = ?1 AND e.seq < ?2 ORDER BY e.seq",
                           walk_entry, &r, err);
    free(r.declared);
    return ok;
}

bool desk_devices(struct desk *desk, desk_device_row *row, void *user, struct err *err)
{
    struct device_rows rows = {.desk = desk};
    bool ok = db_run(desk->db, "SELECT id, sign_pk, box_pk FROM device ORDER BY id", NULL, 0,
                     gather_device, &rows, err);
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

bool desk_count_receipt(struct desk *desk, const struct desk_device *d, uint64_t *counter,
                        struct err *err)
{
    struct db_value v[] = {db_blob(d->id, 16), db_blob(d->history_id, 16),
                           db_int((int64_t)d->contiguous)};
    int64_t n = 0;
    bool ok = db_begin(desk->db, err);
    if (!ok) {
        return false;
    }
    ok = db_run(desk->db,
                "UPDATE device SET receipt_counter = receipt_counter + 1,"
                " receipt_seq = iif(id = ?2, ?3, receipt_seq) WHERE id = ?1",
                v, 3, NULL, NULL, err) &&
         db_run(desk->db, "UPDATE branch SET receipt_seq = ?3 WHERE id = ?2 AND device = ?1", v, 3,
                NULL, NULL, err) &&
         db_number(desk->db, &n, 0, "SELECT receipt_counter FROM device WHERE id = ?1", v, 1,
                   err) &&
         db_commit(desk->db, err);
    if (!ok) {
        db_rollback(desk->db);
    }
    *counter = ok ? (uint64_t)n : 0;
    return ok;
}

struct object_rows {
    desk_object_row *row;
    void *user;
};

static bool give_object(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct object_rows *rows = user;
    (void)count;
    struct desk_object o = {c[0].bytes, c[1].bytes, (uint64_t)c[2].number, c[3].bytes, c[3].len};
    return rows->row(rows->user, &o, err);
}

bool desk_objects(struct desk *desk, desk_object_row *row, void *user, struct err *err)
{
    struct object_rows rows = {row, user};
    return db_run(desk->db,
                  "SELECT o.id, coalesce(b.device, o.device), o.seq, o.sealed FROM object o"
                  " LEFT JOIN branch b ON b.id = o.device"
                  " WHERE NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = o.device AND"
                  " o.seq >= h.seq)"
                  " AND NOT EXISTS (SELECT 1 FROM entry w LEFT JOIN branch wb ON wb.id = w.device"
                  " WHERE w.kind = 4 AND w.object = o.id AND"
                  " coalesce(wb.device, w.device) = coalesce(b.device, o.device))"
                  " ORDER BY o.device, o.seq",
                  NULL, 0, give_object, &rows, err);
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
    desk_form_each *row;
    void *user;
};

static bool give_form(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct form_rows *rows = user;
    (void)count;
    struct desk_form_row f = {c[0].bytes, (uint64_t)c[1].number, c[2].bytes, c[2].len};
    return rows->row(rows->user, &f, err);
}

bool desk_forms(struct desk *desk, desk_form_each *row, void *user, struct err *err)
{
    struct form_rows rows = {row, user};
    return db_run(desk->db, "SELECT hash, serial, xml FROM form ORDER BY serial DESC", NULL, 0,
                  give_form, &rows, err);
}

struct alarm_rows {
    desk_alarm_row *row;
    void *user;
};

static bool give_alarm(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct alarm_rows *rows = user;
    (void)count;
    (void)err;
    char text[256];
    snprintf(text, sizeof text, "%.*s", (int)(c[0].len < 255 ? c[0].len : 255),
             (const char *)c[0].bytes);
    return rows->row(rows->user, text);
}

bool desk_alarms(struct desk *desk, desk_alarm_row *row, void *user, struct err *err)
{
    struct alarm_rows rows = {row, user};
    return db_run(desk->db, "SELECT text FROM alarm ORDER BY at", NULL, 0, give_alarm, &rows, err);
}

bool desk_log(struct desk *desk, int64_t wall_ms, const char *what, struct err *err)
{
    struct db_value v[] = {db_int(wall_ms), db_text(what)};
    return db_run(desk->db, "INSERT INTO log(at, text) VALUES(?1, ?2)", v, 2, NULL, NULL, err);
}
