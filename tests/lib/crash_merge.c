/* SPDX-License-Identifier: Apache-2.0 */
/* A merge, and what must hold after any death in it. */
#include "tests/lib/crash_merge.h"

#include <stdio.h>
#include <string.h>

#include "platform/machine/file.h"
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_merge.h"
#include "tools/desk/desk_review.h"

enum { TAKEN_BACK, NEW, RECORDS };
static const uint8_t ids[RECORDS][16] = {{0xA1, 1}, {0xB2, 2}};

/* What the device has by now. */
static void hand_over(struct study *s, const char *folder, struct buf *batch)
{
    struct err err = {0};
    struct export_report out;
    OK(file_folder(study_path(s, folder), 0700, &err));
    OK(device_export(s->device, study_path(s, folder), study_wall, &out, &err));
    take_batch(s, folder, batch);
}

static void take_in(struct desk *desk, const struct buf *batch)
{
    struct err err = {0};
    struct import_report in;
    OK(desk_import(desk, batch->data, batch->len, study_wall, &in, &err));
}

static void speak(struct study *s, struct desk *desk)
{
    struct err err = {0};
    struct withdraw_report sum;
    struct forget_report forgotten;
    enum coding_put done;
    const struct withdraw_options options = {
        .uses = USE_ANSWERS, .why = "asked", .wall_ms = study_wall};
    struct coding coding = {.wall_ms = study_wall,
                            .to = 3,
                            .path = "/data/code",
                            .code = "trust",
                            .words = "B07",
                            .translation = "",
                            .comment = ""};
    memcpy(coding.record, ids[NEW], 16);
    OK(desk_review(desk, ids[NEW], REVIEW_APPROVED, "good", study_wall, &err));
    OK(desk_begin(desk, &err));
    bool ok = desk_coding_put(desk, &coding, &done, &err);
    OK(desk_end(desk, ok, &err));
    OK(desk_withdraw_all(desk, s->coordinator, ids + TAKEN_BACK, 1, &options, &sum, &forgotten,
                         &err));
}

void crash_merge_prepare(struct study *s)
{
    struct err err = {0};
    struct buf package = {0}, first = {0}, second = {0};
    char other[400];
    uint8_t hash[32];
    bool fresh;
    case_begin(s, hash);
    OK(device_package(s->device, hash, &package, &err));
    OK(case_finish(s, hash, ids[TAKEN_BACK], "A12", "a1010000-0000-0000-0000-000000000000", false,
                   &err));
    hand_over(s, "first", &first);
    OK(case_finish(s, hash, ids[NEW], "B07", "b2020000-0000-0000-0000-000000000000", false, &err));
    hand_over(s, "second", &second);
    struct desk *desk = open_desk(s); /* becomes the other one */
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    take_in(desk, &first);
    take_in(desk, &second);
    speak(s, desk);
    desk_close(desk);
    snprintf(other, sizeof other, "%s", study_path(s, "other"));
    assert_int_equal(rename(study_path(s, "desk"), other), 0);
    desk = open_desk(s);
    take_in(desk, &first);
    desk_close(desk);
    OK(file_write(study_path(s, "identity"), s->coordinator, sizeof s->coordinator, FILE_PRIVATE,
                  true, &err));
    device_close(s->device);
    s->device = NULL;
    buf_fini(&package);
    buf_fini(&first);
    buf_fini(&second);
}

static bool merge(const char *dir, const uint8_t identity[32], struct desk_merge *out,
                  struct err *err)
{
    struct desk *desk = NULL, *other = NULL;
    char path[400], its[400];
    *out = (struct desk_merge){.wall_ms = study_wall};
    snprintf(path, sizeof path, "%s/desk", dir);
    snprintf(its, sizeof its, "%s/other", dir);
    bool ok = desk_open(&desk, path, identity, err) && desk_open(&other, its, identity, err) &&
              desk_merge(desk, other, identity, out, err);
    desk_close(other);
    desk_close(desk);
    return ok;
}

int crash_merge_run(const char *dir, void (*ack)(const char *what))
{
    struct err err = {0};
    struct buf identity = {0};
    struct desk_merge out;
    char text[400];
    snprintf(text, sizeof text, "%s/identity", dir);
    bool ok = file_read(&identity, text, 64, &err) &&
              merge(dir, (const uint8_t *)identity.data, &out, &err);
    buf_fini(&identity);
    if (ok) {
        ack("merged\n");
        ack("closed\n");
        return 0;
    }
    err_text(&err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    return 5;
}

/* ---- what must hold ---- */

struct seen {
    unsigned here[RECORDS], whole[RECORDS]; /* entries, and those with their content */
    unsigned reviews, withdrawals;          /* in the log */
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

static const char *judge_desk(struct study *s, bool merged)
{
    struct err err = {0};
    struct seen seen = {.reviews = 0};
    struct desk *desk;
    struct desk_codings codings;
    unsigned uses;
    if (!desk_open(&desk, study_path(s, "desk"), s->coordinator, &err)) {
        return "the desk does not open";
    }
    bool ok = desk_ids(desk, see_object, &seen, &err) &&
              desk_ledger_read(desk, see_entry, &seen, &err) &&
              desk_withdrawn(desk, ids[TAKEN_BACK], &uses, &err);
    ok = desk_codings_read(&codings, desk, ok ? &err : NULL) && ok;
    size_t coded = codings.count;
    desk_codings_fini(&codings);
    desk_close(desk);
    if (!ok) {
        return "the desk cannot be read";
    }
    bool withdrawn = (uses & USE_ANSWERS) != 0;
    if (withdrawn != (seen.withdrawals == 1) || withdrawn != (seen.whole[TAKEN_BACK] == 0)) {
        return "half a withdrawal";
    }
    if (seen.here[TAKEN_BACK] != 1 || seen.here[NEW] != seen.whole[NEW]) {
        return "a record is lost, or half here";
    }
    bool all = withdrawn && seen.here[NEW] == 1 && seen.reviews == 1 && coded == 1;
    return merged && !all ? "not all was taken over" : NULL;
}

const char *crash_merge_judge(struct study *s, const char *acks)
{
    struct err err = {0};
    struct desk_merge out;
    const char *fault = judge_desk(s, strstr(acks, "merged") != NULL);
    if (fault) {
        return fault;
    }
    if (!merge(s->dir, s->coordinator, &out, &err)) {
        return "merging again fails";
    }
    return judge_desk(s, true);
}
