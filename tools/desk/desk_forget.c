/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the cases of withdrawn records out of messages and off devices. */
#include "tools/desk/desk_forget.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/desk/desk_cases.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_records.h"

struct forgetting {
    struct desk_records records;
    struct arena arena;
    struct map wanted;  /* records, by their id in hex */
    struct map cases;   /* by their id, as the records have it */
    const char **names; /* the same, in order */
    size_t count;
    uint64_t *messages; /* counters of those that hold a case */
    size_t message_count;
    struct forget_report *report;
    uint8_t (*ids)[16]; /* the records, and all other versions of them */
    size_t id_count;
    uint8_t (*holders)[16]; /* devices that made them */
    size_t holder_count;
};

static void keep_holder(struct forgetting *f, const uint8_t device[16])
{
    for (size_t i = 0; i < f->holder_count; i++) {
        if (memcmp(f->holders[i], device, 16) == 0) {
            return;
        }
    }
    f->holders = mem_grow(f->holders, f->holder_count + 1, sizeof *f->holders);
    memcpy(f->holders[f->holder_count++], device, 16);
}

static bool keep_cases(struct forgetting *f, const struct record *record, struct err *err)
{
    struct entity_change *changes = NULL;
    const struct form *form = desk_record_form(&f->records, record);
    struct err why = {0};
    if (record->flags & RECORD_TRAINING) {
        return true; /* they make no cases that leave their device */
    }
    if (form && !entities_any(form)) {
        return true;
    }
    if (!form || !entities_read(&changes, &f->arena, form, record->xml, record->xml_len, &why)) {
        f->report->unread++;
        if (form && why.code != ERR_INPUT && why.code != ERR_LIMIT) {
            *err = why;
            return false;
        }
        return true;
    }
    for (struct entity_change *c = changes; c; c = c->next) {
        if (!map_get(&f->cases, c->id)) {
            map_put(&f->cases, c->id, f);
            f->names = mem_grow(f->names, f->count + 1, sizeof *f->names);
            f->names[f->count++] = c->id;
        }
    }
    return true;
}

static bool read_record(void *user, const struct desk_object *o, struct err *err)
{
    struct forgetting *f = user;
    struct buf plain = {0};
    struct record record;
    char hex[33];
    bool ok = true;
    text_hex(hex, o->id, 16);
    if (!o->len || !map_get(&f->wanted, hex)) {
        return true;
    }
    if (desk_record_open(&f->records, o, &plain, &record) == DESK_OPENED) {
        keep_holder(f, o->device);
        ok = keep_cases(f, &record, err);
    } else {
        f->report->unread++;
    }
    buf_fini(&plain);
    return ok;
}

static bool find_assignment(void *user, const struct message *m, int64_t wall_ms, bool taken,
                            struct err *err)
{
    struct forgetting *f = user;
    char key[48];
    (void)wall_ms;
    (void)taken;
    (void)err;
    desk_record_key(key, m->about); /* "uuid:" and the id as entities have it */
    if (m->kind == MESSAGE_ASSIGN && map_get(&f->cases, strchr(key, ':') + 1)) {
        f->messages = mem_grow(f->messages, f->message_count + 1, sizeof *f->messages);
        f->messages[f->message_count++] = m->counter;
    }
    return true;
}

struct about_case {
    struct forgetting *f;
    uint8_t id[16];
};

static bool find_told(void *user, const struct message *m, int64_t wall_ms, bool taken,
                      struct err *err)
{
    struct about_case *a = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    if (m->kind == MESSAGE_ASSIGN && memcmp(m->about, a->id, 16) == 0) {
        keep_holder(a->f, m->device_id);
    }
    return true;
}

/* A case that the records which count do not make any more: an older version made it.  It may be on
 * the devices of these records, and where it was assigned to. */
static bool take_off_all(struct forgetting *f, const char *name, int64_t wall_ms, unsigned *told,
                         struct err *err)
{
    struct desk *desk = f->records.desk;
    struct about_case about = {.f = f};
    size_t makers = f->holder_count;
    if (!desk_whole_key(name, about.id)) {
        return true; /* no device could be told of it */
    }
    bool ok = desk_messages(desk, find_told, &about, err);
    for (size_t i = 0; ok && i < f->holder_count; i++) {
        struct message m = {.kind = MESSAGE_TAKE_BACK, .body = ""};
        memcpy(m.device_id, f->holders[i], 16);
        memcpy(m.about, about.id, 16);
        ok = desk_add_message(desk, &m, wall_ms, err);
        *told += ok;
    }
    f->holder_count = makers;
    return ok;
}

static bool take_back(struct forgetting *f, int64_t wall_ms, struct err *err)
{
    struct desk_cases all;
    struct desk *desk = f->records.desk;
    bool ok = desk_cases_read(&all, desk, f->records.identity, false, err);
    for (size_t i = 0; ok && i < f->count; i++) {
        struct desk_case *one = map_get(&all.by_id, f->names[i]);
        unsigned told = 0;
        ok = one ? desk_take_back(desk, one, wall_ms, &told, err)
                 : take_off_all(f, f->names[i], wall_ms, &told, err);
        f->report->messages += told;
    }
    desk_cases_fini(&all);
    return ok;
}

static bool drop_assignments(struct forgetting *f, struct err *err)
{
    struct desk *desk = f->records.desk;
    bool ok = desk_messages(desk, find_assignment, f, err);
    for (size_t i = 0; ok && i < f->message_count; i++) { /* secure_delete overwrites them */
        struct db_value v[] = {db_int((int64_t)f->messages[i])};
        ok = db_run(desk->db, "DELETE FROM message WHERE n = ?1", v, 1, NULL, NULL, err);
    }
    return ok;
}

static void want(struct forgetting *f, const uint8_t id[16])
{
    char hex[33];
    text_hex(hex, id, 16);
    if (!map_get(&f->wanted, hex)) {
        map_put(&f->wanted, arena_text(&f->arena, hex), f);
        f->ids = mem_grow(f->ids, f->id_count + 1, sizeof *f->ids);
        memcpy(f->ids[f->id_count++], id, 16);
    }
}

/* A record that was corrected is withdrawn in all its versions. */
static void want_versions(struct forgetting *f, const uint8_t id[16])
{
    const struct desk_family *family = desk_family_of(&f->records.edits, id);
    want(f, id);
    if (family) {
        want(f, family->root);
    }
    for (size_t v = 0; family && v < family->count; v++) {
        want(f, family->versions[v]->id);
    }
}

/* Before the records are destroyed, in the same transaction. */
static bool forget_cases(struct forgetting *f, const struct withdraw_options *options,
                         struct err *err)
{
    struct desk *desk = f->records.desk;
    assert(db_in_transaction(desk->db));
    const struct desk_range range = {.to = INT64_MAX, .held = true, .gone = true};
    bool ok = desk_objects_between(desk, &range, read_record, f, err);
    ok = desk_records_log(&f->records, "withdraw", options->why, ok ? err : NULL) && ok;
    f->report->cases = (unsigned)f->count;
    /* first the messages that are added: a counter is used once */
    return ok && (!f->count || (take_back(f, options->wall_ms, err) && drop_assignments(f, err)));
}

/* The content, or the sound, of all versions; of the content the cases first. */
static bool withdraw_versions(struct desk *desk, const uint8_t identity[32],
                              const uint8_t (*ids)[16], size_t count,
                              const struct withdraw_options *options, struct withdraw_report *sum,
                              struct forget_report *forgotten, struct err *err)
{
    struct forgetting f = {.report = forgotten};
    arena_init(&f.arena);
    map_init(&f.wanted, &f.arena);
    map_init(&f.cases, &f.arena);
    bool ok = desk_records_init_held(&f.records, desk, identity, err);
    for (size_t i = 0; ok && i < count; i++) {
        want_versions(&f, ids[i]);
    }
    if (ok) {
        bool answers = (options->uses & USE_ANSWERS) != 0;
        ok = (answers ? forget_cases(&f, options, err)
                      : desk_records_log(&f.records, "withdraw", options->why, err)) &&
             desk_withdraw(desk, (const uint8_t(*)[16])f.ids, f.id_count, options->uses,
                           options->why, options->wall_ms, sum, err);
    } else {
        ok = desk_records_log(&f.records, "withdraw", options->why, NULL) && ok;
    }
    desk_records_fini(&f.records);
    free(f.names);
    free(f.messages);
    free(f.holders);
    arena_fini(&f.arena);
    if (options->keep_ids) {
        forgotten->ids = f.ids;
        forgotten->id_count = f.id_count;
    } else {
        free(f.ids);
    }
    return ok;
}

void desk_forgotten_fini(struct forget_report *report)
{
    free(report->ids);
    *report = (struct forget_report){0};
}

bool desk_withdraw_all(struct desk *desk, const uint8_t identity[32], const uint8_t (*ids)[16],
                       size_t count, const struct withdraw_options *options,
                       struct withdraw_report *sum, struct forget_report *forgotten,
                       struct err *err)
{
    bool answers = (options->uses & USE_ANSWERS) != 0;
    bool versions = (options->uses & (USE_ANSWERS | USE_RECORDING)) != 0;
    *sum = (struct withdraw_report){.before = true};
    *forgotten = (struct forget_report){0};
    bool ok =
        desk_begin(desk, err) &&
        (versions ? withdraw_versions(desk, identity, ids, count, options, sum, forgotten, err)
                  : desk_withdraw(desk, ids, count, options->uses, options->why, options->wall_ms,
                                  sum, err));
    sum->messages += forgotten->messages;
    ok = desk_end(desk, ok, err);
    if (ok) {
        db_checkpoint(desk->db); /* what was overwritten leaves the write-ahead log, too */
    } else if (answers) {        /* the entries about these openings were undone with the rest */
        bool logged =
            desk_log(desk, options->wall_ms, "withdraw, undone: all records were opened", NULL);
        (void)logged; /* the error that undid it is the one to tell */
    }
    return ok;
}

bool desk_cases_of(struct desk *desk, const uint8_t identity[32], const uint8_t (*ids)[16],
                   size_t count, struct map *cases, unsigned *unread, struct err *err)
{
    struct forget_report report = {0};
    struct forgetting f = {.report = &report};
    const struct desk_range range = {.to = INT64_MAX, .held = true, .gone = true};
    arena_init(&f.arena);
    map_init(&f.wanted, &f.arena);
    map_init(&f.cases, &f.arena);
    bool ok = desk_records_init_held(&f.records, desk, identity, err);
    for (size_t i = 0; ok && i < count; i++) {
        want_versions(&f, ids[i]);
    }
    ok = ok && desk_objects_between(desk, &range, read_record, &f, err);
    ok = desk_records_log(&f.records, "merge", "cases of withdrawn records", ok ? err : NULL) && ok;
    for (size_t i = 0; ok && i < f.count; i++) {
        map_put(cases, arena_text(cases->arena, f.names[i]), cases);
    }
    *unread = report.unread;
    desk_records_fini(&f.records);
    free(f.names);
    free(f.holders);
    free(f.ids);
    arena_fini(&f.arena);
    return ok;
}

bool desk_withdraw_late(struct desk *desk, const uint8_t identity[32], int64_t wall_ms,
                        unsigned *destroyed, struct err *err)
{
    struct desk_records records;
    uint8_t(*ids)[16] = NULL;
    size_t count = 0;
    int64_t any = 0;
    *destroyed = 0;
    if (!db_number(desk->db, &any, 0, "SELECT EXISTS(SELECT 1 FROM withdrawn WHERE uses & 1)", NULL,
                   0, err)) {
        return false;
    }
    if (!any) { /* all records would be looked at for nothing, at each import */
        return true;
    }
    bool ok = desk_records_init_held(&records, desk, identity, err);
    for (size_t i = 0; ok && i < records.edits.count; i++) {
        const struct desk_family *f = records.edits.families[i];
        if ((f->withdrawn & USE_ANSWERS) && f->count) { /* something of it is at hand */
            ids = mem_grow(ids, count + 1, sizeof *ids);
            memcpy(ids[count++], f->root, 16);
        }
    }
    if (records.opened.len) {
        ok = desk_records_log(&records, EDITS_LOOKED, "", ok ? err : NULL) && ok;
    }
    desk_records_fini(&records);
    if (ok && count) {
        const struct withdraw_options options = {
            .uses = USE_ANSWERS, .why = "a correction of a withdrawn record", .wall_ms = wall_ms};
        struct withdraw_report sum;
        struct forget_report forgotten;
        ok = desk_withdraw_all(desk, identity, (const uint8_t(*)[16])ids, count, &options, &sum,
                               &forgotten, err);
        *destroyed = ok ? sum.destroyed : 0;
    }
    free(ids);
    return ok;
}
