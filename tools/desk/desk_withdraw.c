/* SPDX-License-Identifier: Apache-2.0 */
/* Destroys what a person takes back, and tells the device. */
#include "tools/desk/desk_withdraw.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/desk/desk_edits.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_recordings.h"

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
    if (ok && (uses & (USE_ANSWERS | USE_RECORDING))) {
        ok = desk_drop_recordings(desk, id, err) &&
             db_run(desk->db, "DELETE FROM transcript WHERE record = ?1", v, 1, NULL, NULL, err);
    }
    if (ok && (uses & USE_ANSWERS)) { /* secure_delete overwrites what was there */
        ok = db_run(desk->db, "UPDATE object SET sealed = x'' WHERE id = ?1", v, 1, NULL, NULL,
                    err) &&
             db_run(desk->db, "DELETE FROM coding WHERE record = ?1", v, 1, NULL, NULL, err) &&
             db_run(desk->db, "DELETE FROM edit WHERE id = ?1", v, 1, NULL, NULL, err);
    }
    return ok;
}

/* ---- what there is of the records ---- */

struct gathered { /* of one record */
    const uint8_t *id;
    unsigned before;        /* uses that were withdrawn before */
    uint8_t devices[4][16]; /* that made it: one, but for copies */
    size_t device_count;
    unsigned held;     /* sealed contents that are here */
    unsigned openings; /* in the log */
    bool told;         /* the device is told already … */
    bool told_sound;   /* … of the recordings alone */
};
struct gathering { /* all records that are withdrawn at once: each table is read once */
    struct desk *desk;
    struct arena arena;
    struct map by_id; /* in hex → struct gathered */
    struct gathered *list;
    size_t count;
    uint64_t *messages; /* counters of those that hold content of theirs */
    size_t message_count;
};

static struct gathered *gathered_of(const struct gathering *g, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    return map_get(&g->by_id, hex);
}

static bool find_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                         struct err *err)
{
    struct gathering *g = user;
    struct gathered *one = gathered_of(g, m->about);
    (void)wall_ms;
    (void)taken;
    (void)err;
    if (one && m->kind == MESSAGE_WITHDRAW) {
        one->told = true;
    }
    if (one && m->kind == MESSAGE_WITHDRAW_SOUND) {
        one->told_sound = true;
    }
    if (one && m->kind == MESSAGE_SEND_BACK) {
        g->messages = mem_grow(g->messages, g->message_count + 1, sizeof *g->messages);
        g->messages[g->message_count++] = m->counter;
    }
    return true;
}

static bool find_holder(void *user, const struct desk_object *o, struct err *err)
{
    struct gathered *one = gathered_of(user, o->id);
    (void)err;
    if (!one) {
        return true;
    }
    one->held += o->len > 0;
    bool known = false;
    for (size_t i = 0; i < one->device_count; i++) {
        known = known || memcmp(one->devices[i], o->device, 16) == 0;
    }
    if (!known && one->device_count < sizeof one->devices / sizeof *one->devices) {
        memcpy(one->devices[one->device_count++], o->device, 16);
    }
    return true;
}

static bool count_openings(void *user, const struct ledger_entry *e, struct err *err)
{
    const struct gathering *g = user;
    (void)err;
    static const char *const without_copies[] = {"cases", "withdraw", "retention", "merge",
                                                 EDITS_LOOKED};
    bool leaves_copies = e->kind == LEDGER_ACCESS;
    for (size_t i = 0; i < sizeof without_copies / sizeof *without_copies; i++) {
        leaves_copies = leaves_copies && strcmp(e->what, without_copies[i]) != 0;
    }
    for (size_t at = 0; leaves_copies && at + 16 <= e->len; at += 16) {
        struct gathered *one = gathered_of(g, (const uint8_t *)e->body + at);
        if (one) {
            one->openings++;
        }
    }
    return true;
}

static bool gather(struct gathering *g, const uint8_t (*ids)[16], size_t count, struct err *err)
{
    bool ok = true;
    arena_init(&g->arena);
    map_init(&g->by_id, &g->arena);
    g->list = mem_zero(count + 1, sizeof *g->list);
    for (size_t i = 0; ok && i < count; i++) {
        char hex[33];
        text_hex(hex, ids[i], 16);
        if (!map_get(&g->by_id, hex)) {
            struct gathered *one = &g->list[g->count++];
            one->id = ids[i];
            map_put(&g->by_id, arena_text(&g->arena, hex), one);
            ok = desk_withdrawn(g->desk, ids[i], &one->before, err);
        }
    }
    return ok && desk_ids(g->desk, find_holder, g, err) &&
           desk_ledger_read(g->desk, count_openings, g, err) &&
           desk_messages(g->desk, find_message, g, err);
}

static void gathering_fini(struct gathering *g)
{
    free(g->list);
    free(g->messages);
    arena_fini(&g->arena);
}

/* ---- the whole ---- */

static bool tell_devices(struct desk *desk, const struct gathered *one, enum message_kind kind,
                         int64_t wall_ms, unsigned *messages, struct err *err)
{
    bool ok = true, told = one->told || (kind == MESSAGE_WITHDRAW_SOUND && one->told_sound);
    for (size_t i = 0; ok && !told && i < one->device_count; i++) {
        struct message m = {.kind = kind, .body = ""};
        memcpy(m.device_id, one->devices[i], 16);
        memcpy(m.about, one->id, 16);
        ok = desk_add_message(desk, &m, wall_ms, err);
        *messages += ok;
    }
    return ok;
}

/* Only devices that have sound of it. */
static bool tell_of_sound(struct desk *desk, const struct gathered *one, int64_t wall_ms,
                          unsigned *messages, struct err *err)
{
    int64_t recordings;
    return desk_recordings_count(desk, one->id, &recordings, err) &&
           (!recordings || tell_devices(desk, one, MESSAGE_WITHDRAW_SOUND, wall_ms, messages, err));
}

/* SQLite's secure_delete overwrites them. */
static bool drop_messages(const struct gathering *g, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < g->message_count; i++) {
        struct db_value v[] = {db_int((int64_t)g->messages[i])};
        ok = db_run(g->desk->db, "DELETE FROM message WHERE n = ?1", v, 1, NULL, NULL, err);
    }
    return ok;
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

static bool withdraw_all(struct gathering *g, unsigned uses, const char *why, int64_t wall_ms,
                         struct withdraw_report *report, struct err *err)
{
    bool ok = true, answers = (uses & USE_ANSWERS) != 0;
    for (size_t i = 0; ok && i < g->count; i++) {
        const struct gathered *one = &g->list[i];
        report->before = report->before && (one->before & uses) == uses;
        report->exports += one->openings;
        report->destroyed += answers ? one->held : 0;
        ok = note(g->desk, one->id, uses, why, wall_ms, err) &&
             desk_put_withdrawn(g->desk, one->id, uses, err) &&
             (!answers ||
              tell_devices(g->desk, one, MESSAGE_WITHDRAW, wall_ms, &report->messages, err)) &&
             (answers || !(uses & USE_RECORDING) ||
              tell_of_sound(g->desk, one, wall_ms, &report->messages, err));
    }
    return ok && (!answers || drop_messages(g, err)); /* last: a counter is used once */
}

bool desk_withdraw(struct desk *desk, const uint8_t (*ids)[16], size_t count, unsigned uses,
                   const char *why, int64_t wall_ms, struct withdraw_report *report,
                   struct err *err)
{
    struct gathering g = {.desk = desk};
    assert(uses && !(uses & ~(unsigned)USE_ALL));
    *report = (struct withdraw_report){.before = true};
    bool own = !db_in_transaction(desk->db);
    if (own && !desk_begin(desk, err)) {
        return false;
    }
    bool ok = gather(&g, ids, count, err) && withdraw_all(&g, uses, why, wall_ms, report, err);
    gathering_fini(&g);
    ok = own ? desk_end(desk, ok, err) : ok;
    if (ok && own) {
        db_checkpoint(desk->db); /* what was overwritten leaves the write-ahead log, too */
    }
    return ok;
}
