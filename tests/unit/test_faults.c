/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What if the machine fails at any one call?  Each scenario runs again and again, with the first
 * call failing, then the second, to the last.  What fails must say so; nothing may crash; and
 * afterwards, on a machine that works again, all of it comes to its end.
 */
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_forget.h"
#include "tests/lib/old_device.h"

#include "platform/machine/fault.h"
#include "platform/machine/prompt.h"
#include "tools/key/keys.h"

/* The scenario that is running, and where it stands. */
struct run {
    struct study *s;
    struct err err;
    const char *failed; /* the step that did, or NULL */
};

#define STEP(call)                                                                                 \
    do {                                                                                           \
        r->err = (struct err){.code = ERR_NONE};                                                   \
        if (!(call)) {                                                                             \
            r->failed = #call;                                                                     \
            return;                                                                                \
        }                                                                                          \
    } while (0)

typedef void scenario(struct run *r);

enum { CALLS_MAX = 4000 };

/* `body` with each call failing, on what `make` sets up; then `after` on a machine that works. */
static void at_every_call(scenario *make, scenario *body, scenario *after)
{
    unsigned last = CALLS_MAX;
    for (unsigned at = 1; at <= last; at++) {
        struct study s;
        struct run r = {.s = &s};
        make(&r);
        if (r.failed) {
            fail_msg("cannot be set up: %s: %s", r.failed, r.err.what);
        }
        fault_at(at);
        body(&r);
        unsigned calls = fault_calls();
        fault_at(0);
        if (calls < at) { /* there are no more calls */
            assert_null(r.failed);
            last = at;
        } else if (r.failed && r.err.code == ERR_NONE) {
            fail_msg("at call %u: failed without a word: %s", at, r.failed);
        }
        r.failed = NULL;
        after(&r);
        if (r.failed) {
            fail_msg("after call %u had failed: %s: %s", at, r.failed, r.err.what);
        }
        study_fini(&s);
    }
    assert_true(last < CALLS_MAX); /* all were tried */
}

/* ---- the device ---- */

static void device_made(struct run *r)
{
    uint8_t hash[32];
    struct load_report report;
    static struct buf xml;
    study_init(r->s);
    study_device(r->s);
    buf_fini(&xml);
    STEP(convert_md(&xml, case_md, &r->err));
    r->s->form = xml.data;
    study_answer(r->s, hash);
    (void)report;
    STEP(file_folder(study_path(r->s, "out"), 0700, &r->err));
}

static bool count_one(void *user, const struct device_record *record)
{
    (void)record;
    ++*(unsigned *)user;
    return true;
}

static bool any_event(void *user, uint64_t n, const void *event, size_t len, struct err *err)
{
    (void)user;
    (void)n;
    (void)event;
    (void)len;
    (void)err;
    return true;
}

static const char old_pass[] = "one two three four five";

static bool refused_none(const struct load_report *report, struct err *err)
{
    if (report->refused) {
        *err = report->why;
    }
    return !report->refused;
}

static void device_lives(struct run *r)
{
    struct study *s = r->s;
    struct load_report report;
    struct device_form forms[DEVICE_FORMS_MAX];
    struct device_draft d, drafts[VAULT_DRAFTS];
    struct device_waiting waiting;
    struct export_report out;
    struct buf request = {0};
    static const uint8_t id[16] = {0xA1, 1};
    unsigned records = 0;
    size_t count;
    STEP(device_load_folder(s->device, study_path(s, "stick"), &report, &r->err) &&
         refused_none(&report, &r->err));
    STEP(device_set_pin(s->device, "471108", &r->err));
    STEP(device_forms(s->device, forms, &count, &r->err));
    if (!count) {
        return; /* a file that could not be read was told, and loading it again is not this try's */
    }
    STEP(case_finish(s, forms[0].hash, id, "A12", "x", false, &r->err));
    STEP(device_draft_begin(s->device, &d, forms[0].hash, study_wall, &r->err));
    STEP(device_draft_append(s->device, &d, "one", 3, &r->err));
    struct device_left left = {.questions = 3, .label = "red gate"};
    STEP(device_draft_left(s->device, &d, &left, &r->err));
    STEP(device_draft_begin(s->device, &d, forms[0].hash, study_wall, &r->err));
    STEP(device_draft_append(s->device, &d, "one", 3, &r->err));
    STEP(device_draft_discard(s->device, &d, &r->err));
    STEP(device_drafts(s->device, drafts, &count, &r->err));
    STEP(device_draft_read(s->device, &drafts[0], any_event, NULL, &r->err));
    STEP(device_waiting(s->device, &waiting, &r->err));
    STEP(device_export(s->device, study_path(s, "out"), study_wall, &out, &r->err));
    STEP(device_records(s->device, count_one, &records, &r->err));
    STEP(device_travel_lock(s->device, &r->err));
    char words[64];
    STEP(device_travel_request(s->device, old_pass, sizeof old_pass - 1, &request, words, &r->err));
    buf_fini(&request);
}

/* It opens, one way or the other, and what was there goes on to its end. */
static void device_goes_on(struct run *r)
{
    struct study *s = r->s;
    struct device_form forms[DEVICE_FORMS_MAX];
    struct load_report report;
    struct export_report out;
    static const uint8_t id[16] = {0xB2, 2};
    size_t count;
    device_close(s->device);
    s->device = NULL;
    STEP(device_open(&s->device, study_path(s, "device"), &r->err));
    if (device_locks(s->device).travelling) {
        struct buf request = {0}, answer = {0};
        struct travel_request asked;
        uint8_t *plain = secret_new(TRAVEL_PLAIN);
        char words[64];
        STEP(device_travel_request(s->device, old_pass, sizeof old_pass - 1, &request, words,
                                   &r->err));
        STEP(travel_request_read(&asked, request.data, request.len, &r->err));
        STEP(travel_request_open(plain, &asked, s->recovery, &r->err));
        travel_answer_write(&answer, &asked, plain);
        STEP(device_travel_return(s->device, answer.data, answer.len, old_pass, sizeof old_pass - 1,
                                  &r->err));
        secret_free(plain);
        buf_fini(&request);
        buf_fini(&answer);
    } else {
        device_forget_wait(s->device);
        STEP(device_unlock(s->device, study_pass, sizeof study_pass - 1, &r->err));
    }
    STEP(device_load_folder(s->device, study_path(s, "stick"), &report, &r->err) &&
         refused_none(&report, &r->err));
    STEP(device_forms(s->device, forms, &count, &r->err));
    STEP(count == 1);
    STEP(case_finish(s, forms[0].hash, id, "B07", "y", false, &r->err));
    STEP(device_export(s->device, study_path(s, "out"), study_wall, &out, &r->err));
    STEP(out.records >= 1);
}

static void test_faults__a_devices_life(void **state)
{
    (void)state;
    at_every_call(device_made, device_lives, device_goes_on);
}

/* ---- making a device ---- */

static void nothing_made(struct run *r)
{
    study_init(r->s);
    memset(r->s->recovery, 0x77, 32);
    secret_box_public(r->s->catalogue.recovery, r->s->recovery);
    study_sign_catalogue(r->s);
}

static bool make_device(struct study *s, struct err *err)
{
    struct invite *invite = calloc(1, sizeof *invite);
    memcpy(invite->study_id, s->catalogue.study_id, 16);
    memcpy(invite->token, s->token, 32);
    invite->catalogue = s->catalogue;
    catalogue_root_set(invite->root_set, &s->catalogue);
    invite->catalogue_bytes = (const uint8_t *)s->catalogue_bytes.data;
    invite->catalogue_len = s->catalogue_bytes.len;
    buf_fini(&s->request);
    bool ok = device_create(&s->device,
                            &(struct device_spec){study_path(s, "device"), invite, study_pass,
                                                  sizeof study_pass - 1, STUDY_MEMORY_KIB, "x"},
                            &s->request, err);
    free(invite);
    return ok;
}

static void device_begins(struct run *r)
{
    STEP(make_device(r->s, &r->err));
}

/* It is there, whole, or nothing is and it can be made. */
static void device_is_or_is_not(struct run *r)
{
    struct study *s = r->s;
    struct buf again = {0};
    device_close(s->device);
    s->device = NULL;
    if (device_exists(study_path(s, "device"))) {
        STEP(device_open(&s->device, study_path(s, "device"), &r->err));
        STEP(device_unlock(s->device, study_pass, sizeof study_pass - 1, &r->err));
    } else {
        STEP(make_device(s, &r->err));
    }
    STEP(device_request(s->device, &again, &r->err));
    buf_fini(&again);
}

static void test_faults__a_device_is_made(void **state)
{
    (void)state;
    at_every_call(nothing_made, device_begins, device_is_or_is_not);
}

/* ---- the first format ---- */

static void old_made(struct run *r)
{
    study_init(r->s);
    STEP(old_device(r->s));
}

static void old_opens(struct run *r)
{
    STEP(device_open(&r->s->device, study_path(r->s, "device"), &r->err));
    STEP(device_unlock(r->s->device, study_pass, sizeof study_pass - 1, &r->err));
}

static void old_is_whole(struct run *r)
{
    device_close(r->s->device);
    r->s->device = NULL;
    STEP(device_open(&r->s->device, study_path(r->s, "device"), &r->err));
    STEP(device_unlock(r->s->device, study_pass, sizeof study_pass - 1, &r->err));
    STEP(old_whole(r->s->device) == NULL);
}

static void test_faults__an_old_device_opens(void **state)
{
    (void)state;
    at_every_call(old_made, old_opens, old_is_whole);
}

/* ---- the desk ---- */

static struct buf desk_batch, desk_second, desk_package, desk_device_file;
static struct desk *open_now;

static const uint8_t ids[2][16] = {{0xA1, 1}, {0xB2, 2}}; /* of the two records */

static void batch_made(struct run *r)
{
    struct study *s = r->s;
    struct export_report out;
    uint8_t hash[32];
    buf_fini(&desk_batch);
    buf_fini(&desk_second);
    buf_fini(&desk_package);
    buf_fini(&desk_device_file);
    case_begin(s, hash);
    STEP(file_folder(study_path(s, "out"), 0700, &r->err));
    STEP(case_finish(s, hash, ids[0], "A12", "x", false, &r->err));
    STEP(device_export(s->device, study_path(s, "out"), study_wall, &out, &r->err));
    take_batch(s, "out", &desk_batch);
    STEP(case_finish(s, hash, ids[1], "B07", "y", false, &r->err));
    STEP(device_export(s->device, study_path(s, "out"), study_wall, &out, &r->err));
    take_batch(s, "out", &desk_second);
    STEP(device_package(s->device, hash, &desk_package, &r->err));
    study_device_file(s, &desk_device_file);
    open_now = NULL;
}

static bool each_device(void *user, const struct desk_device *d, struct err *err)
{
    *(struct desk_device *)user = *d;
    (void)err;
    return true;
}

static bool each_alarm(void *user, const char *text)
{
    (void)user;
    (void)text;
    return true;
}

static void desk_works(struct run *r)
{
    struct study *s = r->s;
    struct import_report in;
    struct desk_device d;
    struct export_counts n;
    struct withdraw_report w;
    struct forget_report forgotten;
    struct withdraw_options taken_back = {.uses = USE_ANSWERS, .why = "", .wall_ms = 1};
    uint64_t counter, kept;
    unsigned records;
    bool fresh;
    char out[300], id[33];
    STEP(desk_make(&open_now, study_path(s, "desk"), &s->catalogue, s->coordinator, &r->err));
    STEP(desk_set_catalogue(open_now, s->catalogue_bytes.data, s->catalogue_bytes.len, &r->err));
    STEP(desk_add_device(open_now, desk_device_file.data, desk_device_file.len, &fresh, &r->err));
    STEP(desk_import(open_now, desk_second.data, desk_second.len, 1, &in, &r->err));
    STEP(desk_import(open_now, desk_batch.data, desk_batch.len, 1, &in, &r->err));
    STEP(desk_add_form(open_now, desk_package.data, desk_package.len, &fresh, &r->err));
    STEP(desk_devices(open_now, each_device, &d, &r->err));
    text_hex(id, d.id, 16);
    STEP(desk_accept(open_now, id, 0, 1, &records, &r->err));
    STEP(desk_count_receipt(open_now, &d, &counter, &r->err));
    STEP(desk_alarms(open_now, each_alarm, NULL, &r->err));
    STEP(desk_kept_apart(open_now, &kept, &r->err));
    snprintf(out, sizeof out, "%s/tables", s->dir);
    struct export_options o = {.out = out,
                               .look = {.split = SPLIT_SEEN},
                               .writer = dataset_writer_find("csv"),
                               .force = true};
    STEP(desk_export(open_now, s->escrow, &o, &n, &r->err));
    STEP(desk_log(open_now, 1, "export", &r->err));
    STEP(desk_review(open_now, ids[0], REVIEW_APPROVED, "", 1, &r->err));
    STEP(desk_withdraw_all(open_now, s->escrow, ids + 1, 1, &taken_back, &w, &forgotten, &r->err));
    desk_close(open_now);
    open_now = NULL;
    STEP(desk_open(&open_now, study_path(s, "desk"), s->escrow, &r->err));
}

static bool each_object(void *user, const struct desk_object *o, struct err *err)
{
    (void)err;
    *(unsigned *)user += o->len > 0;
    return true;
}

static void desk_is_whole(struct run *r)
{
    struct desk_device d = {.entries = 0};
    unsigned in_use = 0;
    desk_close(open_now);
    open_now = NULL;
    desk_works(r); /* all of it again: twice does no harm */
    if (!r->failed) {
        STEP(desk_devices(open_now, each_device, &d, &r->err));
        STEP(d.records == 2 && d.contiguous == 3 && d.receipt_seq == 3);
        STEP(desk_ledger_read(open_now, NULL, NULL, &r->err)); /* no entry is half there */
        STEP(desk_objects(open_now, each_object, &in_use, &r->err));
        STEP(in_use == 1); /* the other's content was withdrawn */
    }
    desk_close(open_now);
    open_now = NULL;
}

static void test_faults__a_desks_day(void **state)
{
    (void)state;
    at_every_call(batch_made, desk_works, desk_is_whole);
    buf_fini(&desk_batch);
    buf_fini(&desk_second);
    buf_fini(&desk_package);
    buf_fini(&desk_device_file);
}

/* ---- an old desk ---- */

static void old_desk_made(struct run *r)
{
    struct buf sql = {0};
    struct db *db;
    study_init(r->s);
    STEP(file_folder(study_path(r->s, "desk"), 0700, &r->err));
    STEP(file_read(&sql, "tests/cases/golden/desk-1.sql", 1 << 20, &r->err));
    STEP(db_open(&db, study_path(r->s, "desk/desk.db"), sql.data, &r->err));
    db_close(db);
    buf_fini(&sql);
    open_now = NULL;
}

static void old_desk_opens(struct run *r)
{
    STEP(desk_open(&open_now, study_path(r->s, "desk"), r->s->coordinator, &r->err));
}

static void old_desk_is_whole(struct run *r)
{
    struct desk_device d = {.entries = 0};
    desk_close(open_now);
    open_now = NULL;
    STEP(desk_open(&open_now, study_path(r->s, "desk"), r->s->escrow, &r->err));
    STEP(desk_devices(open_now, each_device, &d, &r->err));
    STEP(d.records == 2 && d.contiguous == 3);
    desk_close(open_now);
    open_now = NULL;
}

static void test_faults__an_old_desk_opens(void **state)
{
    (void)state;
    at_every_call(old_desk_made, old_desk_opens, old_desk_is_whole);
}

/* ---- key files ---- */

static void keys_made(struct run *r)
{
    study_init(r->s);
    keys_no_passphrase();
    STEP(keys_write_seed(study_path(r->s, "root.key"), r->s->root, "root", &r->err));
    keys_forget_passphrases();
}

static bool ask(const char *words, struct err *err)
{
    int pipes[2];
    if (pipe(pipes) != 0 || write(pipes[1], words, strlen(words)) < 0) {
        return false;
    }
    close(pipes[1]);
    prompt_from(pipes[0]);
    bool ok = keys_ask_new_passphrase(err);
    close(pipes[0]);
    prompt_from(-1);
    return ok;
}

static void keys_are_protected(struct run *r)
{
    uint8_t seed[32], cert[CERT_BYTES];
    static struct catalogue catalogue;
    static struct buf bytes;
    bool clear;
    buf_fini(&bytes);
    STEP(ask("one two three four five\n", &r->err));
    STEP(keys_protect(study_path(r->s, "root.key"), &clear, &r->err));
    STEP(keys_read_seed(seed, study_path(r->s, "root.key"), &r->err));
    STEP(
        file_write(study_path(r->s, "a.cert"), r->s->author_cert, CERT_BYTES, 0600, true, &r->err));
    STEP(keys_read_cert(cert, study_path(r->s, "a.cert"), &r->err));
    STEP(file_write(study_path(r->s, "c.sbg"), r->s->catalogue_bytes.data,
                    r->s->catalogue_bytes.len, 0600, true, &r->err));
    STEP(keys_read_catalogue(&catalogue, &bytes, study_path(r->s, "c.sbg"), &r->err));
}

static void keys_are_there(struct run *r)
{
    uint8_t seed[32];
    STEP(keys_read_seed(seed, study_path(r->s, "root.key"), &r->err));
    STEP(memcmp(seed, r->s->root, 32) == 0);
    keys_forget_passphrases();
}

static void test_faults__key_files_are_protected(void **state)
{
    (void)state;
    at_every_call(keys_made, keys_are_protected, keys_are_there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults__a_devices_life),
        cmocka_unit_test(test_faults__a_device_is_made),
        cmocka_unit_test(test_faults__an_old_device_opens),
        cmocka_unit_test(test_faults__a_desks_day),
        cmocka_unit_test(test_faults__an_old_desk_opens),
        cmocka_unit_test(test_faults__key_files_are_protected),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
