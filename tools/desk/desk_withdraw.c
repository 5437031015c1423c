/* SPDX-License-Identifier: Apache-2.0 */
/* Destroys what a person takes back, and tells the device. */
#include "tools/desk/desk_withdraw.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/desk/desk_edits.h"
#include "tools/desk/desk_internal.h"

enum { USES = 4 };
static const struct {
    enum withdrawn_use use;
    const char *name; /* as suhbat:use has it */
} names[USES] = {{USE_ANSWERS, "answers"},
                 {USE_QUOTES, "quotes"},
                 {USE_RECORDING, "recording"},
                 {USE_RECONTACT, "recontact"}};

const char *withdrawn_name(enum withdrawn_use use)
{
    for (size_t i = 0; i < USES; i++) {
        if (names[i].use == use) {
            return names[i].name;
        }
    }
    return "";
}

void withdrawn_text(char out[WITHDRAWN_TEXT], unsigned uses)
{
    size_t len = 0;
    *out = '\0';
    for (size_t i = 0; i < USES; i++) {
        if (uses & names[i].use) {
            len += (size_t)snprintf(out + len, WITHDRAWN_TEXT - len, "%s%s", len ? " " : "",
                                    names[i].name);
        }
    }
}

bool withdrawn_named(unsigned *use, const char *name, struct err *err)
{
    *use = 0;
    for (size_t i = 0; i < USES; i++) {
        if (strcmp(names[i].name, name) == 0) {
            *use = names[i].use;
            return true;
        }
    }
    err_set(err, ERR_MISUSE, "'%s' is no use", name);
    return err_hint(err, "answers, quotes, recording or recontact");
}

bool desk_withdrawn(struct desk *desk, const uint8_t id[16], unsigned *uses, struct err *err)
{
    uint8_t name[16];
    int64_t bits;
    desk_name(desk, name, "record", id, 16);
    struct db_value v[] = {db_blob(name, 16)};
    bool ok = db_number(desk->db, &bits, 0, "SELECT uses FROM withdrawn WHERE id = ?1", v, 1, err);
    *uses = ok ? (unsigned)bits : 0;
    return ok;
}

bool desk_put_withdrawn(struct desk *desk, const uint8_t id[16], unsigned uses, struct err *err)
{
    uint8_t name[16];
    desk_name(desk, name, "record", id, 16);
    struct db_value v[] = {db_blob(name, 16), db_int(uses)};
    bool ok = db_run(desk->db,
                     "INSERT INTO withdrawn(id, uses) VALUES(?1, ?2)"
                     " ON CONFLICT(id) DO UPDATE SET uses = uses | excluded.uses",
                     v, 2, NULL, NULL, err);
    if (ok && (uses & USE_ANSWERS)) { /* secure_delete overwrites what was there */
        ok = db_run(desk->db, "UPDATE object SET sealed = x'' WHERE id = ?1", v, 1, NULL, NULL,
                    err) &&
             db_run(desk->db, "DELETE FROM coding WHERE record = ?1", v, 1, NULL, NULL, err) &&
             db_run(desk->db, "DELETE FROM edit WHERE id = ?1", v, 1, NULL, NULL, err);
    }
    return ok;
}

/* ---- messages ---- */

struct about { /* messages about the record */
    struct desk *desk;
    const uint8_t *id;
    uint64_t *list; /* counters of those that hold its content */
    size_t count;
    bool told; /* the device is told already */
};

static bool find_messages(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *err)
{
    struct about *a = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    if (memcmp(m->about, a->id, 16) != 0) {
        return true;
    }
    a->told = a->told || m->kind == MESSAGE_WITHDRAW;
    if (m->kind == MESSAGE_SEND_BACK) {
        a->list = mem_grow(a->list, a->count + 1, sizeof *a->list);
        a->list[a->count++] = m->counter;
    }
    return true;
}

/* SQLite's secure_delete overwrites them. */
static bool drop_messages(struct about *a, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < a->count; i++) {
        struct db_value v[] = {db_int((int64_t)a->list[i])};
        ok = db_run(a->desk->db, "DELETE FROM message WHERE n = ?1", v, 1, NULL, NULL, err);
    }
    return ok;
}

struct holders { /* the devices that made the record: one, but for copies */
    const uint8_t *id;
    uint8_t devices[4][16];
    size_t count;
    unsigned held; /* sealed contents that are here */
};

static bool find_holder(void *user, const struct desk_object *o, struct err *err)
{
    struct holders *h = user;
    (void)err;
    if (memcmp(o->id, h->id, 16) != 0) {
        return true;
    }
    h->held += o->len > 0;
    bool known = false;
    for (size_t i = 0; i < h->count; i++) {
        known = known || memcmp(h->devices[i], o->device, 16) == 0;
    }
    if (!known && h->count < sizeof h->devices / sizeof *h->devices) {
        memcpy(h->devices[h->count++], o->device, 16);
    }
    return true;
}

static bool tell_devices(struct desk *desk, const struct holders *h, int64_t wall_ms,
                         unsigned *messages, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < h->count; i++) {
        struct message m = {.kind = MESSAGE_WITHDRAW, .body = ""};
        memcpy(m.device_id, h->devices[i], 16);
        memcpy(m.about, h->id, 16);
        ok = desk_add_message(desk, &m, wall_ms, err);
        *messages += ok;
    }
    return ok;
}

/* ---- the whole ---- */

struct openings {
    const uint8_t *id;
    unsigned count;
};

static bool count_openings(void *user, const struct ledger_entry *e, struct err *err)
{
    struct openings *o = user;
    (void)err;
    static const char *const without_copies[] = {"cases", "withdraw", "retention", "merge",
                                                 EDITS_LOOKED};
    bool leaves_copies = true;
    for (size_t i = 0; i < sizeof without_copies / sizeof *without_copies; i++) {
        leaves_copies = leaves_copies && strcmp(e->what, without_copies[i]) != 0;
    }
    for (size_t at = 0; leaves_copies && e->kind == LEDGER_ACCESS && at + 16 <= e->len; at += 16) {
        if (memcmp((const uint8_t *)e->body + at, o->id, 16) == 0) {
            o->count++;
            break;
        }
    }
    return true;
}

static bool note(struct desk *desk, const uint8_t id[16], unsigned uses, const char *why,
                 int64_t wall_ms, struct err *err)
{
    struct ledger_entry e = {.wall_ms = wall_ms,
                             .kind = LEDGER_WITHDRAWAL,
                             .state = (uint8_t)uses,
                             .what = "withdraw",
                             .why = why};
    memcpy(e.record, id, 16);
    return desk_ledger_add(desk, &e, err);
}

bool desk_withdraw(struct desk *desk, const uint8_t id[16], unsigned uses, const char *why,
                   int64_t wall_ms, struct withdraw_report *report, struct err *err)
{
    struct holders holders = {.id = id};
    struct about about = {.desk = desk, .id = id};
    struct openings openings = {id, 0};
    unsigned before;
    assert(uses && !(uses & ~(unsigned)USE_ALL));
    *report = (struct withdraw_report){0};
    bool own = !db_in_transaction(desk->db);
    if (own && !desk_begin(desk, err)) {
        return false;
    }
    bool ok = desk_withdrawn(desk, id, &before, err) &&
              desk_ids(desk, find_holder, &holders, err) &&
              desk_ledger_read(desk, count_openings, &openings, err);
    report->before = ok && (before & uses) == uses;
    report->exports = openings.count;
    ok = ok && note(desk, id, uses, why, wall_ms, err) && desk_put_withdrawn(desk, id, uses, err);
    if (ok && (uses & USE_ANSWERS)) {
        report->destroyed = holders.held;
        ok = desk_messages(desk, find_messages, &about, err) &&
             (about.told || tell_devices(desk, &holders, wall_ms, &report->messages, err)) &&
             drop_messages(&about, err); /* last: a counter is used once */
        free(about.list);
    }
    ok = own ? desk_end(desk, ok, err) : ok;
    if (ok && own) {
        db_checkpoint(desk->db); /* what was overwritten leaves the write-ahead log, too */
    }
    return ok;
}
