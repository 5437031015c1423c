/* SPDX-License-Identifier: Apache-2.0 */
/* What has come in from the field, and is it all there? */
#include "tools/desk_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "platform/package.h"
#include "platform/text.h"
#include "tools/desk_keys.h"

struct desk {
    struct db *db;
    struct catalogue catalogue;
    char *dir;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value BLOB);"
    "CREATE TABLE IF NOT EXISTS device(id BLOB PRIMARY KEY, sign_pk BLOB, box_pk BLOB, cert BLOB,"
    " genesis BLOB, receipt_counter INT DEFAULT 0, receipt_seq INT DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS entry(device BLOB, seq INT, hash BLOB, kind INT, object BLOB,"
    " bytes BLOB, PRIMARY KEY(device, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS object(device BLOB, seq INT, id BLOB, hash BLOB, sealed BLOB,"
    " imported INT, PRIMARY KEY(device, seq));"
    "CREATE TABLE IF NOT EXISTS form(hash BLOB PRIMARY KEY, serial INT, xml BLOB);"
    "CREATE TABLE IF NOT EXISTS alarm(at INT, text TEXT);"
    "CREATE TABLE IF NOT EXISTS log(at INT, text TEXT);";

static bool take_blob(void *user, const struct db_value *columns, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    buf_add(user, columns[0].bytes, columns[0].len);
    return true;
}

bool desk_open(struct desk **out, const char *dir, bool make, struct err *err)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    struct buf path = {0}, catalogue = {0};
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
         db_run(desk->db, "SELECT value FROM meta WHERE name = 'catalogue'", NULL, 0, take_blob,
                &catalogue, err);
    if (ok && catalogue.len) {
        ok = catalogue_read(&desk->catalogue, catalogue.data, catalogue.len, NULL, err);
    }
    buf_fini(&path);
    buf_fini(&catalogue);
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
    if (ok && memcmp(desk->catalogue.study_id, none, 16) != 0) {
        uint8_t have[32], fresh[32];
        catalogue_root_set(have, &desk->catalogue);
        catalogue_root_set(fresh, c);
        if (memcmp(have, fresh, 32) != 0 ||
            memcmp(desk->catalogue.study_id, c->study_id, 16) != 0) {
            ok = err_set(err, ERR_AUTH, "the catalogue is of another study than this desk's");
        } else if (c->epoch < desk->catalogue.epoch) {
            ok = err_set(err, ERR_INPUT, "the catalogue is older than the desk's");
        }
    }
    ok = ok && db_run(desk->db, "INSERT OR REPLACE INTO meta(name, value) VALUES('catalogue', ?1)",
                      v, 1, NULL, NULL, err);
    if (ok) {
        desk->catalogue = *c;
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

/* ---- import ---- */

static bool known_device(void *user, const uint8_t study_id[16], const uint8_t key[32])
{
    struct desk *desk = user;
    struct db_value v[] = {db_blob(key, 32)};
    uint8_t id[16], padded[32] = {0};
    int64_t found;
    chain_device_id(id, key);
    memcpy(padded, id, 16);
    return memcmp(study_id, desk->catalogue.study_id, 16) == 0 &&
           !catalogue_revoked(&desk->catalogue, 2, padded) &&
           db_number(desk->db, &found, 0, "SELECT 1 FROM device WHERE sign_pk = ?1", v, 1, NULL) &&
           found;
}

static bool entry_hash(struct desk *desk, const uint8_t device[16], uint64_t seq, uint8_t hash[32],
                       bool *found, struct err *err)
{
    struct db_value v[] = {db_blob(device, 16), db_int((int64_t)seq)};
    struct buf have = {0};
    bool ok = db_run(desk->db, "SELECT hash FROM entry WHERE device = ?1 AND seq = ?2", v, 2,
                     take_blob, &have, err);
    *found = ok && have.len == 32;
    if (*found) {
        memcpy(hash, have.data, 32);
    }
    buf_fini(&have);
    return ok;
}

static bool fork(struct desk *desk, const uint8_t device[16], uint64_t seq, int64_t wall_ms,
                 struct err *err)
{
    char hex[33], text[200];
    text_hex(hex, device, 16);
    snprintf(text, sizeof text, "fork: device %s has two different entries %llu", hex,
             (unsigned long long)seq);
    struct db_value v[] = {db_int(wall_ms), db_text(text)};
    if (!db_run(desk->db, "INSERT INTO alarm(at, text) VALUES(?1, ?2)", v, 2, NULL, NULL, err)) {
        return false;
    }
    err_set(err, ERR_INPUT, "%s", text);
    return err_hint(err, "nothing was taken in; the device may have been copied: keep both");
}

/* Against what the desk holds: the same, new, or a fork. */
static bool compare(struct desk *desk, const struct batch *b, const uint8_t device[16],
                    int64_t wall_ms, struct err *err)
{
    uint8_t have[32], hash[32];
    bool found;
    if (b->entry_count && b->first_seq > 1) {
        if (!entry_hash(desk, device, b->first_seq - 1, have, &found, err)) {
            return false;
        }
        if (found && memcmp(have, b->prev_hash, 32) != 0) {
            return fork(desk, device, b->first_seq - 1, wall_ms, err);
        }
    }
    for (size_t i = 0; i < b->entry_count; i++) {
        chain_hash(hash, b->entries + i * CHAIN_ENTRY);
        if (!entry_hash(desk, device, b->first_seq + i, have, &found, err)) {
            return false;
        }
        if (found && memcmp(have, hash, 32) != 0) {
            return fork(desk, device, b->first_seq + i, wall_ms, err);
        }
    }
    uint64_t after =
        b->first_seq + b->entry_count; /* what came before may already hold its sequel */
    if (b->entry_count && !entry_hash(desk, device, after, have, &found, err)) {
        return false;
    }
    if (b->entry_count && found) {
        struct db_value v[] = {db_blob(device, 16), db_int((int64_t)after)};
        struct buf next = {0};
        bool ok = db_run(desk->db, "SELECT bytes FROM entry WHERE device = ?1 AND seq = ?2", v, 2,
                         take_blob, &next, err);
        bool fits = ok && next.len == CHAIN_ENTRY && memcmp(next.data + 8, b->head_hash, 32) == 0;
        buf_fini(&next);
        if (ok && !fits) {
            return fork(desk, device, after, wall_ms, err);
        }
        return ok;
    }
    return true;
}

static bool insert(struct desk *desk, const struct batch *b, const uint8_t device[16],
                   int64_t wall_ms, struct import_report *report, struct err *err)
{
    for (size_t i = 0; i < b->entry_count; i++) {
        const uint8_t *bytes = b->entries + i * CHAIN_ENTRY;
        struct chain_entry e;
        uint8_t hash[32], have[32];
        bool found;
        chain_parse(&e, bytes); /* verified by batch_read */
        chain_hash(hash, bytes);
        if (!entry_hash(desk, device, e.seq, have, &found, err)) {
            return false;
        }
        struct db_value v[] = {db_blob(device, 16),      db_int((int64_t)e.seq),
                               db_blob(hash, 32),        db_int((int64_t)e.kind),
                               db_blob(e.object_id, 16), db_blob(bytes, CHAIN_ENTRY)};
        if (!found && !db_run(desk->db,
                              "INSERT INTO entry(device, seq, hash, kind, object, bytes)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                              v, 6, NULL, NULL, err)) {
            return false;
        }
        report->entries += !found;
        for (size_t k = 0; e.kind == CHAIN_RECORD && k < b->object_count; k++) {
            if (memcmp(b->objects[k].id, e.object_id, 16) != 0 ||
                memcmp(b->objects[k].hash, e.object_hash, 32) != 0) {
                continue; /* another object: this entry's is still missing */
            }
            int64_t had;
            struct db_value o[] = {db_blob(device, 16),
                                   db_int((int64_t)e.seq),
                                   db_blob(e.object_id, 16),
                                   db_blob(e.object_hash, 32),
                                   db_blob(b->objects[k].bytes, b->objects[k].len),
                                   db_int(wall_ms)};
            if (!db_number(desk->db, &had, 0, "SELECT 1 FROM object WHERE device = ?1 AND seq = ?2",
                           o, 2, err) ||
                (!had && !db_run(desk->db,
                                 "INSERT INTO object(device, seq, id, hash, sealed, imported)"
                                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                                 o, 6, NULL, NULL, err))) {
                return false;
            }
            report->objects += !had;
        }
    }
    return true;
}

bool desk_import(struct desk *desk, const void *tar, size_t len, int64_t wall_ms,
                 struct import_report *report, struct err *err)
{
    struct arena arena;
    struct batch b;
    uint8_t device[16];
    arena_init(&arena);
    memset(report, 0, sizeof *report);
    bool ok = batch_read(&b, &arena, tar, len, known_device, desk, err);
    if (ok) {
        chain_device_id(device, b.device_key);
        ok = compare(desk, &b, device, wall_ms, err) && db_begin(desk->db, err);
        if (ok) {
            ok = insert(desk, &b, device, wall_ms, report, err) && db_commit(desk->db, err);
            if (!ok) {
                db_rollback(desk->db);
            }
        }
    }
    if (ok) {
        int64_t before;
        struct db_value v[] = {db_blob(device, 16), db_int((int64_t)b.first_seq)};
        report->known = report->entries == 0 && report->objects == 0;
        ok = db_number(desk->db, &before, 0,
                       "SELECT max(seq) FROM entry WHERE device = ?1 AND seq < ?2", v, 2, err);
        if (ok && b.entry_count && (uint64_t)before + 1 < b.first_seq) {
            report->gap_from = (uint64_t)before + 1;
            report->gap_to = b.first_seq - 1;
        }
    }
    arena_fini(&arena);
    return ok;
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
    d->receipt_counter = (uint64_t)c[3].number;
    d->receipt_seq = (uint64_t)c[4].number;
    return true;
}

/* Entries in order from 1, each with its object if it has one: how far is all of it here? */
struct reach {
    uint64_t next;
    uint8_t head[32];
    bool open;
};

static bool walk_entry(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct reach *r = user;
    (void)count;
    (void)err;
    bool has_object = c[2].type == DB_INT;
    bool needs = c[1].number == CHAIN_RECORD;
    if (r->open && (uint64_t)c[0].number == r->next && (!needs || has_object)) {
        memcpy(r->head, c[3].bytes, 32);
        r->next++;
    } else {
        r->open = false;
    }
    return true;
}

bool desk_devices(struct desk *desk, desk_device_row *row, void *user, struct err *err)
{
    struct device_rows rows = {.desk = desk};
    bool ok = db_run(desk->db,
                     "SELECT id, sign_pk, box_pk, receipt_counter, receipt_seq FROM device"
                     " ORDER BY id",
                     NULL, 0, gather_device, &rows, err);
    for (size_t i = 0; i < rows.count && ok; i++) {
        struct desk_device *d = &rows.list[i];
        struct db_value v[] = {db_blob(d->id, 16)};
        struct reach reach = {.next = 1, .open = true};
        int64_t entries = 0, highest = 0, records = 0;
        ok = db_number(desk->db, &entries, 0, "SELECT count(*) FROM entry WHERE device = ?1", v, 1,
                       err) &&
             db_number(desk->db, &highest, 0, "SELECT max(seq) FROM entry WHERE device = ?1", v, 1,
                       err) &&
             db_number(desk->db, &records, 0, "SELECT count(*) FROM object WHERE device = ?1", v, 1,
                       err) &&
             db_run(desk->db,
                    "SELECT e.seq, e.kind, o.seq, e.hash FROM entry e LEFT JOIN object o"
                    " ON o.device = e.device AND o.seq = e.seq WHERE e.device = ?1 ORDER BY e.seq",
                    v, 1, walk_entry, &reach, err);
        d->entries = (uint64_t)entries;
        d->highest = (uint64_t)highest;
        d->records = (uint64_t)records;
        d->contiguous = reach.next - 1;
        memcpy(d->head, reach.head, 32);
        ok = ok && row(user, d, err);
    }
    free(rows.list);
    return ok;
}

bool desk_count_receipt(struct desk *desk, const uint8_t device[16], uint64_t seq,
                        uint64_t *counter, struct err *err)
{
    struct db_value v[] = {db_blob(device, 16), db_int((int64_t)seq)};
    int64_t n;
    bool ok =
        db_run(desk->db,
               "UPDATE device SET receipt_counter = receipt_counter + 1, receipt_seq = ?2"
               " WHERE id = ?1",
               v, 2, NULL, NULL, err) &&
        db_number(desk->db, &n, 0, "SELECT receipt_counter FROM device WHERE id = ?1", v, 1, err);
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
                  "SELECT id, device, seq, sealed FROM object o WHERE NOT EXISTS (SELECT 1 FROM"
                  " entry w WHERE w.device = o.device AND w.kind = 4 AND w.object = o.id)"
                  " ORDER BY device, seq",
                  NULL, 0, give_object, &rows, err);
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
