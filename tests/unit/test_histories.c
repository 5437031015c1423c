/* SPDX-License-Identifier: Apache-2.0 */
/* Does the desk keep apart what two copies of a device, or a revoked one, bring, and name what is
 * lost? */
#include <pthread.h>

#include "tests/lib/custody.h"

/* All batches that were handed over, at the desk. */
static void import_all(struct study *s, struct desk *desk, size_t batches)
{
    struct err err = {0};
    struct arena arena;
    const char **names;
    size_t count;
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & s->coordinator, .count = 1};
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(s, "out"), ".age", &err));
    assert_int_equal(count, batches);
    for (size_t i = 0; i < count; i++) {
        struct buf file = {0}, tar = {0};
        struct import_report in;
        OK(file_read(&file, arena_printf(&arena, "%s/%s", study_path(s, "out"), names[i]),
                     BATCH_MAX, &err));
        OK(age_open(&tar, file.data, file.len, &keys, NULL, &err));
        OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
        buf_fini(&file);
        buf_fini(&tar);
    }
    arena_fini(&arena);
}

static void unlink_batches(struct study *s)
{
    char command[300];
    snprintf(command, sizeof command, "rm %s/out/*.age", s->dir);
    assert_int_equal(system(command), 0);
}

/* One record made and handed over on a device, as it lies in `folder`; NULL leaves the batches. */
static void work(struct study *s, const char *folder, const uint8_t hash[32], uint8_t id,
                 struct buf *tar)
{
    struct err err = {0};
    struct device_draft d;
    struct export_report out;
    uint8_t record[16] = {7, id};
    OK(device_open(&s->device, study_path(s, folder), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    draft(s, &d, hash);
    OK(device_finish(s->device, &d, record, &finished, study_wall, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    if (tar) {
        take_batch(s, "out", tar);
    }
    device_close(s->device);
    s->device = NULL;
}

struct at_desk {
    struct desk_device list[8];
    size_t count;
    unsigned objects, alarms;
    uint64_t apart;
};

static bool gather_history(void *user, const struct desk_device *device, struct err *err)
{
    struct at_desk *at = user;
    (void)err;
    at->list[at->count++] = *device; /* but for the spans, which were lent */
    return true;
}

static bool count_object(void *user, const struct desk_object *object, struct err *err)
{
    (void)object;
    (void)err;
    ((struct at_desk *)user)->objects++;
    return true;
}

static bool count_alarm(void *user, const char *text)
{
    assert_non_null(strstr(text, "fork"));
    ((struct at_desk *)user)->alarms++;
    return true;
}

static struct at_desk look_at_desk(struct desk *desk)
{
    struct at_desk at = {.count = 0};
    struct err err = {0};
    OK(desk_devices(desk, gather_history, &at, &err));
    OK(desk_objects(desk, count_object, &at, &err));
    OK(desk_alarms(desk, count_alarm, &at, &err));
    OK(desk_kept_apart(desk, &at.apart, &err));
    return at;
}

/* A device in two places: as it is, and as it was restored from an older copy. */
static void copy_device(struct study *s)
{
    char command[300];
    struct err err = {0};
    device_close(s->device);
    s->device = NULL;
    snprintf(command, sizeof command, "cp -r %s/device %s/copy", s->dir, s->dir);
    assert_int_equal(system(command), 0);
    OK(file_folder(study_path(s, "out"), 0700, &err));
}

static char *name_of(const struct desk_device *d)
{
    static char hex[33];
    text_hex(hex, d->id, 16);
    return hex;
}

static void test_histories__a_copied_device_is_a_fork_and_both_can_deliver(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf one = {0}, two = {0}, more = {0};
    struct import_report in;
    struct load_report load;
    unsigned records;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    copy_device(s);
    work(s, "device", hash, 1, &one);
    work(s, "copy", hash, 2, &two);
    work(s, "copy", hash, 3, &more);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, one.data, one.len, 1, &in, &err));
    assert_false(in.apart);
    OK(desk_import(desk, two.data, two.len, 1, &in, &err));
    assert_int_equal(in.fork_seq, 2);
    assert_true(in.apart);
    assert_int_equal(in.objects, 1);
    OK(desk_import(desk, one.data, one.len, 1, &in, &err)); /* each goes on with its own */
    assert_true(in.known);
    assert_true(in.apart);
    assert_int_equal(in.fork_seq, 0);
    OK(desk_import(desk, more.data, more.len, 1, &in, &err));
    assert_int_equal(in.objects, 1);
    assert_int_equal(in.fork_seq, 0);
    struct at_desk at = look_at_desk(desk);
    assert_int_equal(at.alarms, 1);
    assert_int_equal(at.count, 2);
    assert_int_equal(at.objects, 0); /* nobody knows yet which is the true one */
    assert_int_equal(at.apart, 3);
    assert_int_equal(at.list[0].contiguous, 1);
    assert_int_equal(at.list[1].contiguous, 1);
    assert_int_equal(at.list[1].highest, 3);
    /* the copy is the one that is in use */
    assert_false(desk_accept(desk, "abc", 2, 1, &records, &err)); /* too short to be meant */
    assert_false(desk_accept(desk, name_of(&at.list[0]), 3, 1, &records, &err));
    OK(desk_accept(desk, name_of(&at.list[0]), 2, 1, &records, &err));
    assert_int_equal(records, 2);
    at = look_at_desk(desk);
    assert_int_equal(at.objects, 2);
    assert_int_equal(at.apart, 1);
    assert_int_equal(at.list[0].contiguous, 1);
    assert_int_equal(at.list[1].contiguous, 3);
    OK(device_open(&s->device, study_path(s, "copy"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    put_receipt(s, &at.list[1], 1, s->desk, s->desk_cert);
    OK(device_load_receipts(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.purged, 2);
    /* the other, too; its receipt is not for the copy, which is no reason to alarm an interviewer
     */
    OK(desk_accept(desk, name_of(&at.list[0]), 0, 1, &records, &err));
    assert_int_equal(records, 1);
    at = look_at_desk(desk);
    assert_int_equal(at.objects, 3);
    assert_int_equal(at.list[0].contiguous, 2);
    at.list[0].contiguous = 9; /* ahead of the copy */
    put_receipt(s, &at.list[0], 2, s->desk, s->desk_cert);
    OK(device_load_receipts(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.refused, 1);
    OK(file_rename(study_path(s, "back/receipt.age"), study_path(s, "back/other.age"), &err));
    put_receipt(s, &at.list[1], 3, s->desk, s->desk_cert);
    OK(device_load_receipts(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.refused, 0);
    desk_close(desk);
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&more);
}

struct importer {
    struct study *study;
    struct desk *desk;
    const struct buf *tar;
    struct import_report in;
    bool ok;
};

static void *import(void *arg)
{
    struct importer *i = arg;
    struct err err = {0};
    i->ok = desk_import(i->desk, i->tar->data, i->tar->len, 1, &i->in, &err);
    return NULL;
}

/* Of two programs that import at once, the second sees what the first has written. */
static void test_histories__two_importers_at_once_do_not_miss_a_fork(void **state)
{
    struct study *s = *state;
    struct buf one = {0}, two = {0};
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    copy_device(s);
    work(s, "device", hash, 1, &one);
    work(s, "copy", hash, 2, &two);
    for (int round = 0; round < 10; round++) {
        char command[300];
        pthread_t thread;
        struct importer a = {.tar = &one}, b = {.tar = &two};
        a.desk = open_desk(s);
        b.desk = open_desk(s);
        assert_int_equal(pthread_create(&thread, NULL, import, &a), 0);
        import(&b);
        pthread_join(thread, NULL);
        assert_true(a.ok && b.ok);
        struct at_desk at = look_at_desk(a.desk);
        assert_int_equal(at.alarms, 1);
        assert_int_equal(at.apart, 2);
        assert_int_equal((a.in.fork_seq != 0) + (b.in.fork_seq != 0), 1);
        desk_close(a.desk);
        desk_close(b.desk);
        snprintf(command, sizeof command, "rm -r %s/desk", s->dir);
        assert_int_equal(system(command), 0);
    }
    buf_fini(&one);
    buf_fini(&two);
}

/* What it brings is not lost, and not used before somebody has looked. */
static void test_histories__a_revoked_devices_records_wait(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf one = {0}, two = {0};
    struct import_report in;
    unsigned records;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    copy_device(s);
    work(s, "device", hash, 1, &one);
    work(s, "device", hash, 2, &two);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, one.data, one.len, 1, &in, &err));
    struct at_desk at = look_at_desk(desk);
    s->catalogue.revoked[s->catalogue.revoked_count].kind = 2;
    memcpy(s->catalogue.revoked[s->catalogue.revoked_count++].id, at.list[0].id, 16);
    s->catalogue.epoch++;
    study_sign_catalogue(s);
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    OK(desk_import(desk, two.data, two.len, 1, &in, &err));
    assert_true(in.revoked && in.apart);
    at = look_at_desk(desk);
    assert_int_equal(at.objects, 1); /* from before */
    assert_int_equal(at.apart, 1);
    assert_int_equal(at.list[0].contiguous, 2);
    OK(desk_accept(desk, name_of(&at.list[0]), 0, 1, &records, &err));
    at = look_at_desk(desk);
    assert_int_equal(at.objects, 2);
    assert_int_equal(at.list[0].contiguous, 3);
    desk_close(desk);
    buf_fini(&one);
    buf_fini(&two);
}

static bool see_lost(void *user, const struct desk_device *d, struct err *err)
{
    struct desk_span *span = user;
    (void)err;
    assert_int_equal(d->lost_count, 1);
    *span = d->lost[0];
    return true;
}

/* An old store.db was put back: what was in the newer one is lost, and named; what comes later is
 * acknowledged and goes. */
static void test_histories__a_loss_does_not_hold_up_what_comes_later(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf one = {0}, two = {0};
    struct import_report in;
    struct load_report load;
    struct desk_span lost;
    struct at_desk at;
    char command[300];
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    copy_device(s);
    work(s, "device", hash, 1, &one); /* entry 2 */
    snprintf(command, sizeof command, "cp %s/device/store.db %s/old.db", s->dir, s->dir);
    assert_int_equal(system(command), 0);
    work(s, "device", hash, 2, &two); /* entry 3, never imported */
    work(s, "device", hash, 3, &two); /* entry 4 */
    snprintf(command, sizeof command, "cp %s/old.db %s/device/store.db", s->dir, s->dir);
    assert_int_equal(system(command), 0);
    buf_fini(&two);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, one.data, one.len, 1, &in, &err));
    work(s, "device", hash, 4, NULL); /* 5 says that 3 and 4 are lost, 6 is new */
    import_all(s, desk, 2);           /* one up to the hole, one behind it */
    OK(desk_devices(desk, see_lost, &lost, &err));
    assert_int_equal(lost.first, 3);
    assert_int_equal(lost.last, 4);
    at = look_at_desk(desk);
    assert_int_equal(at.list[0].contiguous, 6);
    assert_int_equal(at.objects, 2);
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    put_receipt(s, &at.list[0], 1, s->desk, s->desk_cert);
    OK(device_load_receipts(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.purged, 2);
    desk_close(desk);
    buf_fini(&one);
}

/* A record whose bytes are gone from the store, its entry not: declared when it is handed over. */
static void test_histories__what_cannot_be_handed_over_is_declared_once(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct db *db;
    struct desk_span lost;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    copy_device(s);
    struct buf tar = {0};
    work(s, "device", hash, 1, &tar); /* never imported */
    buf_fini(&tar);
    OK(db_open(&db, study_path(s, "device/store.db"), "", &err));
    OK(db_run(db, "DELETE FROM r WHERE length(d) BETWEEN 5000 AND 6000", NULL, 0, NULL, NULL,
              &err));
    db_close(db);
    work(s, "device", hash, 2, NULL);
    struct desk *desk = open_desk(s);
    import_all(s, desk, 1);
    OK(desk_devices(desk, see_lost, &lost, &err));
    assert_int_equal(lost.first, 2);
    assert_int_equal(lost.last, 2);
    assert_int_equal(look_at_desk(desk).list[0].contiguous, 4); /* 3 the second, 4 the loss */
    unlink_batches(s);
    work(s, "device", hash, 3, NULL);
    import_all(s, desk, 1);
    assert_int_equal(look_at_desk(desk).list[0].contiguous, 5); /* not declared again */
    desk_close(desk);
}

/* The device's rules for a catalogue are the desk's. */
static void test_histories__the_desk_takes_no_older_or_other_catalogue(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    uint8_t hash[32];
    static const struct {
        int step;
        char label;
        bool taken;
    } cases[] = {{0, 'a', true},     {0, 'a', true},    {0, 'b', false},    {-1, 'a', false},
                 {1001, 'a', false}, {1000, 'a', true}, {-1000, 'a', false}};
    study_device(s);
    study_enrol(s, hash);
    struct desk *desk = open_desk(s);
    uint64_t epoch = s->catalogue.epoch;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s->catalogue.epoch = epoch + (uint64_t)(int64_t)cases[i].step;
        s->catalogue.recipients[1].label[0] = cases[i].label;
        if (i == 0) {
            s->catalogue.epoch = ++epoch;
        }
        study_sign_catalogue(s);
        bool taken =
            desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err);
        if (taken != cases[i].taken) {
            fail_msg("case %zu: %s", i, taken ? "taken" : err.what);
        }
    }
    desk_close(desk);
    OK(desk_open(&desk, study_path(s, "desk"), s->escrow, &err)); /* as it was stored */
    assert_int_equal(desk_catalogue(desk)->epoch, epoch + 1000);
    desk_close(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_histories__a_copied_device_is_a_fork_and_both_can_deliver),
        STUDY_TEST(test_histories__two_importers_at_once_do_not_miss_a_fork),
        STUDY_TEST(test_histories__a_revoked_devices_records_wait),
        STUDY_TEST(test_histories__a_loss_does_not_hold_up_what_comes_later),
        STUDY_TEST(test_histories__what_cannot_be_handed_over_is_declared_once),
        STUDY_TEST(test_histories__the_desk_takes_no_older_or_other_catalogue),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
