/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator's day, and what must hold after any death in it. */
#include "tests/lib/crash_desk.h"

#include <stdio.h>
#include <string.h>

#include "platform/machine/file.h"
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_backup.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_review.h"

enum { REVIEWED, TAKEN_BACK, RECORDS };
static const uint8_t ids[RECORDS][16] = {{0xA1, 1}, {0xB2, 2}};
enum { FILE_MAX = 64 << 20 };

static void keep(struct study *s, const char *name, const void *bytes, size_t len)
{
    struct err err = {0};
    OK(file_write(study_path(s, name), bytes, len, FILE_PRIVATE, true, &err));
}

void crash_desk_prepare(struct study *s)
{
    struct err err = {0};
    struct buf package = {0}, batch = {0};
    struct export_report out;
    uint8_t hash[32];
    case_begin(s, hash);
    OK(case_finish(s, hash, ids[REVIEWED], "A12", "a1010000-0000-0000-0000-000000000000", false,
                   &err));
    OK(case_finish(s, hash, ids[TAKEN_BACK], "B07", "b2020000-0000-0000-0000-000000000000", false,
                   &err));
    desk_close(open_desk(s));
    OK(device_package(s->device, hash, &package, &err));
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    take_batch(s, "out", &batch);
    keep(s, "package", package.data, package.len);
    keep(s, "batch", batch.data, batch.len);
    keep(s, "identity", s->coordinator, sizeof s->coordinator);
    device_close(s->device);
    s->device = NULL;
    buf_fini(&package);
    buf_fini(&batch);
}

/* ---- the day ---- */

static bool give(struct buf *out, const char *dir, const char *name, struct err *err)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return file_read(out, path, FILE_MAX, err);
}

static bool work(struct desk *desk, const char *dir, const uint8_t identity[32],
                 void (*ack)(const char *what), struct err *err)
{
    struct buf package = {0}, batch = {0};
    struct import_report in;
    struct withdraw_report sum;
    struct forget_report forgotten;
    struct withdraw_options options = {.uses = USE_ANSWERS, .why = "", .wall_ms = study_wall};
    uint64_t records;
    bool fresh;
    char path[400];
    snprintf(path, sizeof path, "%s/desk.age", dir);
    bool ok = give(&package, dir, "package", err) && give(&batch, dir, "batch", err) &&
              desk_add_form(desk, package.data, package.len, &fresh, err) &&
              desk_import(desk, batch.data, batch.len, study_wall, &in, err);
    if (ok) {
        ack("imported\n");
        ok = desk_review(desk, ids[REVIEWED], REVIEW_APPROVED, "good", study_wall, err);
    }
    if (ok) {
        ack("reviewed\n");
        ok =
            desk_withdraw_all(desk, identity, ids + TAKEN_BACK, 1, &options, &sum, &forgotten, err);
    }
    if (ok) {
        ack("withdrawn\n");
        ok = desk_backup(desk, path, true, &records, err);
    }
    if (ok) {
        ack("backed up\n");
    }
    buf_fini(&package);
    buf_fini(&batch);
    return ok;
}

int crash_desk_run(const char *dir, void (*ack)(const char *what))
{
    struct err err = {0};
    struct buf identity = {0};
    struct desk *desk = NULL;
    char path[400];
    snprintf(path, sizeof path, "%s/desk", dir);
    bool ok = give(&identity, dir, "identity", &err) &&
              desk_open(&desk, path, (const uint8_t *)identity.data, &err) &&
              work(desk, dir, (const uint8_t *)identity.data, ack, &err);
    desk_close(desk);
    buf_fini(&identity);
    if (ok) {
        ack("closed\n");
        return 0;
    }
    err_text(&err, path, sizeof path);
    fprintf(stderr, "%s\n", path);
    return 5;
}

/* ---- what must hold ---- */

struct seen {
    unsigned here[RECORDS], whole[RECORDS]; /* entries, and those with their content */
    unsigned reviews, withdrawals;          /* in the log */
    unsigned words;                         /* messages of kind 4 */
};

static bool see_object(void *user, const struct desk_object *o, struct err *err)
{
    struct seen *seen = user;
    (void)err;
    for (size_t i = 0; i < RECORDS; i++) {
        bool same = memcmp(o->id, ids[i], 16) == 0;
        seen->here[i] += same;
        seen->whole[i] += same && o->len > 0;
    }
    return true;
}

static bool see_entry(void *user, const struct ledger_entry *e, struct err *err)
{
    struct seen *seen = user;
    (void)err;
    seen->reviews += e->kind == LEDGER_REVIEW;
    seen->withdrawals += e->kind == LEDGER_WITHDRAWAL;
    return true;
}

static bool see_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                        struct err *err)
{
    struct seen *seen = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    seen->words += m->kind == MESSAGE_WITHDRAW;
    return true;
}

static bool has(const char *acks, const char *what)
{
    return strstr(acks, what) != NULL;
}

static const char *judge_open(struct desk *desk, const char *acks)
{
    struct err err = {0};
    struct seen seen = {.words = 0};
    unsigned uses;
    if (!desk_ids(desk, see_object, &seen, &err) ||
        !desk_messages(desk, see_message, &seen, &err)) {
        return "the desk cannot be read";
    }
    if (!desk_ledger_read(desk, see_entry, &seen, &err)) {
        return "the log is broken";
    }
    if (!desk_withdrawn(desk, ids[TAKEN_BACK], &uses, &err)) {
        return "what was withdrawn cannot be read";
    }
    if (seen.here[REVIEWED] != seen.here[TAKEN_BACK] ||
        seen.here[REVIEWED] != seen.whole[REVIEWED]) {
        return "half a batch";
    }
    if (has(acks, "imported") && seen.here[REVIEWED] != 1) {
        return "an imported batch is lost";
    }
    if (has(acks, "reviewed") && seen.reviews != 1) {
        return "a review is lost";
    }
    bool withdrawn = (uses & USE_ANSWERS) != 0;
    if (withdrawn != (seen.withdrawals == 1) || withdrawn != (seen.words == 1) ||
        (seen.here[TAKEN_BACK] && withdrawn != (seen.whole[TAKEN_BACK] == 0))) {
        return "half a withdrawal";
    }
    return has(acks, "withdrawn") && !withdrawn ? "a withdrawal is lost" : NULL;
}

/* A backup that is there restores; one that was acknowledged is there. */
static const char *judge_backup(struct study *s, const char *acks)
{
    struct err err = {0};
    struct desk *desk;
    uint64_t records;
    char path[400], again[400];
    snprintf(path, sizeof path, "%s", study_path(s, "desk.age"));
    snprintf(again, sizeof again, "%s", study_path(s, "again"));
    if (!file_exists(path)) {
        return has(acks, "backed up") ? "a backup is lost" : NULL;
    }
    if (!desk_restore(path, again, s->coordinator, &records, &err) ||
        !desk_open(&desk, again, s->coordinator, &err)) {
        return "a backup does not restore";
    }
    const char *fault = judge_open(desk, "imported reviewed withdrawn");
    desk_close(desk);
    return fault;
}

static void no_ack(const char *what)
{
    (void)what;
}

const char *crash_desk_judge(struct study *s, const char *acks)
{
    struct err err = {0};
    struct desk *desk;
    if (!desk_open(&desk, study_path(s, "desk"), s->coordinator, &err)) {
        return "the desk does not open";
    }
    const char *fault = judge_open(desk, acks);
    fault = fault ? fault : judge_backup(s, acks);
    if (!fault && !work(desk, s->dir, s->coordinator, no_ack, &err)) {
        fault = "the day cannot go on";
    }
    desk_close(desk);
    return fault;
}
