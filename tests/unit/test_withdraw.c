/* SPDX-License-Identifier: Apache-2.0 */
/* Is what a person takes back gone: at the desk, on the device, after another import, in tables? */
#include <dirent.h>
#include <time.h>

#include "app/interview/interview_cases.h"
#include "platform/custody/device_internal.h"
#include "platform/custody/store.h"
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_holds.h"
#include "tools/desk/desk_retention.h"
#include "tools/desk/desk_withdraw.h"

static const uint8_t ids[2][16] = {{0xA1, 1}, {0xB2, 2}};

struct withdraw_case {
    struct study study;
    struct desk *desk;
    struct buf batch;  /* of the device, opened */
    struct buf sealed; /* the first record's bytes, as they stand at the desk */
    unsigned turns;
};

/* Hands everything over, and takes it in. */
static void carry(struct withdraw_case *c)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    char folder[16];
    snprintf(folder, sizeof folder, "out%u", ++c->turns);
    OK(file_folder(study_path(&c->study, folder), 0700, &err));
    OK(device_export(c->study.device, study_path(&c->study, folder), study_wall, &out, &err));
    buf_cut(&c->batch, 0);
    take_batch(&c->study, folder, &c->batch);
    OK(desk_import(c->desk, c->batch.data, c->batch.len, study_wall, &in, &err));
    assert_int_equal(in.fork_seq, 0);
}

static bool keep_first(void *user, const struct desk_object *o, struct err *err)
{
    struct withdraw_case *c = user;
    (void)err;
    if (memcmp(o->id, ids[0], 16) == 0) {
        buf_add(&c->sealed, o->sealed, o->len);
    }
    return true;
}

static void begin(struct withdraw_case *c)
{
    struct err err = {0};
    struct buf package = {0};
    uint8_t hash[32];
    bool fresh;
    memset(c, 0, sizeof *c);
    case_begin(&c->study, hash);
    device_on_message(c->study.device, cases_on_message, NULL);
    OK(case_finish(&c->study, hash, ids[0], "A12", "a1010000-0000-0000-0000-000000000000", false,
                   &err));
    OK(case_finish(&c->study, hash, ids[1], "B07", "b2020000-0000-0000-0000-000000000000", false,
                   &err));
    c->desk = open_desk(&c->study);
    OK(device_package(c->study.device, hash, &package, &err));
    OK(desk_add_form(c->desk, package.data, package.len, &fresh, &err));
    carry(c);
    OK(desk_objects(c->desk, keep_first, c, &err));
    assert_true(c->sealed.len > 1000);
    buf_fini(&package);
}

static void end(struct withdraw_case *c)
{
    desk_close(c->desk);
    buf_fini(&c->batch);
    buf_fini(&c->sealed);
    study_fini(&c->study);
}

static struct withdraw_report withdraw(struct withdraw_case *c, unsigned uses)
{
    struct err err = {0};
    struct withdraw_report report;
    struct forget_report forgotten;
    struct withdraw_options options = {.uses = uses, .why = "просьба", .wall_ms = study_wall};
    OK(desk_withdraw_all(c->desk, c->study.coordinator, ids, 1, &options, &report, &forgotten,
                         &err));
    assert_int_equal(forgotten.unread, 0);
    return report;
}

static unsigned exported(struct withdraw_case *c)
{
    struct err err = {0};
    struct export_counts counts;
    char out[300];
    snprintf(out, sizeof out, "%s/tables", c->study.dir);
    struct export_options options = {
        .out = out, .writer = dataset_writer_find("csv"), .force = true};
    OK(desk_export(c->desk, c->study.coordinator, &options, &counts, &err));
    assert_int_equal(counts.unreadable, 0);
    return counts.records;
}

/* How often a piece of the sealed record stands in the files of a folder: any 64 bytes of it. */
static unsigned pieces_in(struct withdraw_case *c, const char *folder)
{
    enum { PIECE = 64 };
    unsigned found = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        struct buf bytes = {0};
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_type == DT_REG && file_read(&bytes, path, 64 << 20, NULL)) {
            for (size_t at = 0; at + PIECE <= c->sealed.len; at += PIECE) {
                found += memmem(bytes.data, bytes.len, c->sealed.data + at, PIECE) != NULL;
            }
        }
        buf_fini(&bytes);
    }
    closedir(dir);
    return found;
}

struct post {
    struct study *study;
    const char *folder;
    unsigned count;
};

static bool write_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *err)
{
    struct post *p = user;
    char name[40];
    (void)wall_ms;
    (void)err;
    if (!taken) {
        snprintf(name, sizeof name, "m-%u.age", (unsigned)m->counter);
        study_message(p->study, p->folder, name, m);
        p->count++;
    }
    return true;
}

static struct load_report deliver(struct withdraw_case *c, unsigned expected)
{
    struct err err = {0};
    struct load_report report;
    struct post post = {&c->study, "back", 0};
    OK(file_folder(study_path(&c->study, "back"), 0700, &err));
    OK(desk_messages(c->desk, write_message, &post, &err));
    assert_int_equal(post.count, expected);
    OK(device_load_folder(c->study.device, study_path(&c->study, "back"), &report, &err));
    return report;
}

static bool note_device(void *user, const struct desk_device *d, struct err *err)
{
    (void)err;
    *(struct desk_device *)user = *d;
    ((struct desk_device *)user)->lost = NULL;
    return true;
}

static struct desk_device device_at(struct withdraw_case *c)
{
    struct err err = {0};
    struct desk_device at;
    OK(desk_devices(c->desk, note_device, &at, &err));
    return at;
}

static bool count_object(void *user, const struct desk_object *o, struct err *err)
{
    (void)err;
    *(unsigned *)user += o->len > 0;
    return true;
}

static void test_withdraw__the_content_is_gone_from_the_desk(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct import_report in;
    begin(&c);
    assert_int_equal(exported(&c), 2);
    desk_close(c.desk);
    assert_true(pieces_in(&c, study_path(&c.study, "desk")) > 10);
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    struct desk_retention retention; /* it opens all, and leaves no copy */
    struct buf list = {0};
    buf_text(&list, "form,months\n*,1\n");
    OK(desk_retention_read(&retention, c.desk, c.study.coordinator, &list, "", study_wall, &err));
    desk_retention_fini(&retention);
    buf_fini(&list);
    struct withdraw_report r = withdraw(&c, USE_ANSWERS);
    assert_int_equal(r.destroyed, 1);
    assert_int_equal(r.messages, 1);
    assert_int_equal(r.exports, 1);
    assert_false(r.before);
    assert_int_equal(pieces_in(&c, study_path(&c.study, "desk")), 0); /* while it is open */
    assert_int_equal(exported(&c), 1);
    /* the old batch again: known, and nothing comes back */
    OK(desk_import(c.desk, c.batch.data, c.batch.len, study_wall, &in, &err));
    assert_true(in.known);
    assert_int_equal(exported(&c), 1);
    /* all entries are complete: the device gets its receipt */
    assert_int_equal(device_at(&c).contiguous, device_at(&c).highest);
    desk_close(c.desk);
    assert_int_equal(pieces_in(&c, study_path(&c.study, "desk")), 0);
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    OK(desk_ledger_read(c.desk, NULL, NULL, &err));
    r = withdraw(&c, USE_ANSWERS);
    assert_true(r.before);
    assert_int_equal(r.messages, 0); /* the first is still on its way */
    end(&c);
}

/* A desk that never saw the batch: the word was there before it. */
static void test_withdraw__a_batch_that_comes_later_brings_nothing(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct import_report in;
    begin(&c);
    desk_close(c.desk);
    OK(file_remove(study_path(&c.study, "desk/desk.db"), &err));
    c.desk = open_desk(&c.study);
    (void)withdraw(&c, USE_ANSWERS);
    OK(desk_import(c.desk, c.batch.data, c.batch.len, study_wall, &in, &err));
    assert_int_equal(in.objects, 2);
    desk_close(c.desk);
    assert_int_equal(pieces_in(&c, study_path(&c.study, "desk")), 0);
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    assert_int_equal(device_at(&c).contiguous, device_at(&c).highest);
    end(&c);
}

static bool count_sealed(void *user, const struct device_record *r)
{
    *(unsigned *)user += r->state == RECORD_SEALED;
    return true;
}

static void test_withdraw__the_device_destroys_what_it_holds_and_says_so(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    unsigned sealed = 0;
    begin(&c);
    (void)withdraw(&c, USE_ANSWERS);
    struct load_report report = deliver(&c, 1);
    assert_int_equal(report.messages, 1);
    assert_int_equal(report.refused, 0);
    OK(device_records(c.study.device, count_sealed, &sealed, &err));
    assert_int_equal(sealed, 1); /* the row with the sealed bytes goes in the same transaction */
    report = deliver(&c, 1);     /* again: it was taken */
    assert_int_equal(report.messages, 0);
    carry(&c); /* the chain says it; nothing is declared lost, nothing is missing */
    assert_int_equal(device_at(&c).contiguous, device_at(&c).highest);
    assert_int_equal(device_at(&c).highest, 4); /* genesis, two records, the withdrawal */
    (void)deliver(&c, 0);
    assert_int_equal(exported(&c), 1);
    end(&c);
}

static bool keep_alarm(void *user, const char *text)
{
    buf_join(user, text, "\n", NULL);
    return true;
}

static char *alarms(struct withdraw_case *c)
{
    static struct buf all;
    struct err err = {0};
    buf_fini(&all);
    buf_add(&all, "", 0);
    OK(desk_alarms(c->desk, keep_alarm, &all, &err));
    return all.data;
}

/* The desk is restored from a copy made before the withdrawal: the device's chain tells it.  The
 * tables are without the content at once; it is destroyed when the coordinator says so. */
static void test_withdraw__an_older_desk_learns_it_from_the_device(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct buf copy = {0};
    begin(&c);
    desk_close(c.desk);
    OK(file_read(&copy, study_path(&c.study, "desk/desk.db"), 64 << 20, &err));
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    (void)withdraw(&c, USE_ANSWERS);
    (void)deliver(&c, 1);
    desk_close(c.desk);
    OK(file_write(study_path(&c.study, "desk/desk.db"), copy.data, copy.len, FILE_PRIVATE, true,
                  &err));
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    assert_int_equal(exported(&c), 2);
    carry(&c);
    assert_int_equal(exported(&c), 1);
    assert_non_null(strstr(alarms(&c), "says that uuid:a1010000-0000-0000-0000-000000000000"));
    struct withdraw_report r = withdraw(&c, USE_ANSWERS);
    assert_int_equal(r.destroyed, 1);
    desk_close(c.desk);
    assert_int_equal(pieces_in(&c, study_path(&c.study, "desk")), 0);
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    buf_fini(&copy);
    end(&c);
}

/* … also if the batch with the word comes before the batch with the record. */
static void test_withdraw__the_word_may_come_before_the_record(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct import_report in;
    struct load_report load;
    struct buf first = {0};
    begin(&c);
    struct desk_device at = device_at(&c);
    put_receipt(&c.study, &at, 1, c.study.desk, c.study.desk_cert);
    OK(device_load_receipts(c.study.device, study_path(&c.study, "back"), &load, &err));
    buf_add(&first, c.batch.data, c.batch.len);
    (void)withdraw(&c, USE_ANSWERS);
    (void)deliver(&c, 1);
    carry(&c);
    desk_close(c.desk);
    OK(file_remove(study_path(&c.study, "desk/desk.db"), &err));
    c.desk = open_desk(&c.study);
    OK(desk_import(c.desk, c.batch.data, c.batch.len, study_wall, &in, &err));
    assert_true(in.gap_from > 0);
    assert_non_null(strstr(alarms(&c), "uuid:a1010000"));
    OK(desk_import(c.desk, first.data, first.len, study_wall, &in, &err));
    assert_int_equal(in.objects, 2);
    unsigned in_use = 0;
    OK(desk_objects(c.desk, count_object, &in_use, &err));
    assert_int_equal(in_use, 1);
    buf_fini(&first);
    end(&c);
}

/* A device that was revoked, and who has it, say what they like: nothing is destroyed, nothing is
 * hidden. */
static void test_withdraw__a_revoked_device_erases_nothing(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct import_report in;
    struct export_report out;
    uint8_t h[32] = {1}, hash[32];
    begin(&c);
    struct catalogue *catalogue = &c.study.catalogue;
    catalogue->revoked[catalogue->revoked_count].kind = 2;
    memcpy(catalogue->revoked[catalogue->revoked_count++].id, device_id(c.study.device), 16);
    catalogue->epoch++;
    study_sign_catalogue(&c.study);
    OK(desk_set_catalogue(c.desk, c.study.catalogue_bytes.data, c.study.catalogue_bytes.len, &err));
    struct device *d = c.study.device;
    struct chain_entry e = device_next_entry(d, CHAIN_WITHDRAWAL, ids[0], h);
    OK(store_begin(d->store, &err));
    OK(device_put_entry(d, &e, hash, &err));
    OK(store_commit(d->store, &err));
    OK(device_advance(d, e.seq, hash, NULL, 0, &err));
    OK(file_folder(study_path(&c.study, "more"), 0700, &err));
    OK(device_export(d, study_path(&c.study, "more"), study_wall, &out, &err));
    buf_cut(&c.batch, 0);
    take_batch(&c.study, "more", &c.batch);
    OK(desk_import(c.desk, c.batch.data, c.batch.len, study_wall, &in, &err));
    assert_true(in.apart);
    assert_int_equal(exported(&c), 2);
    desk_close(c.desk);
    assert_true(pieces_in(&c, study_path(&c.study, "desk")) > 10);
    OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
    end(&c);
}

/* What the device notes of a record is damaged: its bytes go all the same. */
static void test_withdraw__a_damaged_note_keeps_nothing(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    bool has;
    begin(&c);
    (void)withdraw(&c, USE_ANSWERS);
    OK(device_row_delete(c.study.device, "record", ids[0], 16, &err));
    OK(device_row_has(c.study.device, "object", ids[0], 16, &has, &err));
    assert_true(has);
    assert_int_equal(deliver(&c, 1).messages, 1);
    OK(device_row_has(c.study.device, "object", ids[0], 16, &has, &err));
    assert_false(has);
    end(&c);
}

static void test_withdraw__a_use_leaves_the_record(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    unsigned uses;
    begin(&c);
    struct withdraw_report r = withdraw(&c, USE_QUOTES | USE_RECONTACT);
    assert_int_equal(r.destroyed + r.messages, 0);
    assert_int_equal(exported(&c), 2);
    OK(desk_withdrawn(c.desk, ids[0], &uses, &err));
    assert_int_equal(uses, USE_QUOTES | USE_RECONTACT);
    (void)withdraw(&c, USE_RECORDING);
    OK(desk_withdrawn(c.desk, ids[0], &uses, &err));
    assert_int_equal(uses, USE_QUOTES | USE_RECONTACT | USE_RECORDING);
    OK(desk_withdrawn(c.desk, ids[1], &uses, &err));
    assert_int_equal(uses, 0);
    end(&c);
}

/* The pages for a person name the records, and none of the answers. */
static void test_withdraw__pages_for_the_person(void **state)
{
    (void)state;
    struct withdraw_case c;
    struct err err = {0};
    struct buf page = {0};
    static const char *const titles[] = {"Что у нас хранится", "эмне сактап", "нигоҳ медорем",
                                         "What we hold"};
    static const char *const languages[] = {"ru", "ky", "tg", "en"};
    begin(&c);
    desk_set_person(c.desk, "Айгүл <a>");
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        struct desk_holding h = {.code = "uuid:a1010000-0000-0000-0000-000000000000",
                                 .language = languages[i],
                                 .why = "просьба"};
        buf_cut(&page, 0);
        OK(desk_holds(&page, c.desk, c.study.coordinator, &h, &err));
        assert_int_equal(h.found, 1);
        assert_non_null(strstr(page.data, titles[i]));
        assert_non_null(strstr(page.data, "uuid:a1010000"));
        assert_null(strstr(page.data, "uuid:b2020000"));
        assert_null(strstr(page.data, "Казань"));
        assert_null(strstr(page.data, "+996"));
    }
    /* an answer of hers is not her code: an interviewer's, or one that many give */
    static const char *const others[] = {"A12", "ky ru", "Казань, РФ"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct desk_holding h = {.code = others[i], .language = "en"};
        buf_cut(&page, 0);
        OK(desk_holds(&page, c.desk, c.study.coordinator, &h, &err));
        assert_int_equal(h.found, 0);
    }
    struct desk_holding nobody = {.code = "Z99", .language = "en"};
    buf_cut(&page, 0);
    OK(desk_holds(&page, c.desk, c.study.coordinator, &nobody, &err));
    assert_int_equal(nobody.found, 0);
    assert_non_null(strstr(page.data, "Nothing was found"));
    (void)exported(&c);
    (void)withdraw(&c, USE_ANSWERS);
    uint8_t stranger[32] = {7};
    struct desk_holding blind = {.code = "Z99", .language = "ru"};
    buf_cut(&page, 0);
    OK(desk_holds(&page, c.desk, stranger, &blind, &err));
    assert_int_equal(blind.unread, 1);
    assert_non_null(strstr(page.data, "Не все записи удалось открыть"));
    struct desk_holding proof = {.ids = ids, .count = 1, .language = "en"};
    buf_cut(&page, 0);
    OK(desk_proof(&page, c.desk, &proof, &err));
    assert_non_null(strstr(page.data, "were destroyed"));
    assert_non_null(strstr(page.data, "Reason: просьба"));
    assert_non_null(strstr(page.data, "Айгүл &lt;a&gt;: export csv"));
    assert_non_null(strstr(page.data, "Where copies may still be"));
    assert_false(desk_holds_speaks("de"));
    buf_fini(&page);
    end(&c);
}

static double withdraw_some(struct desk *desk, uint8_t round, size_t count)
{
    struct err err = {0};
    struct withdraw_report report;
    uint8_t(*many)[16] = mem_zero(count, sizeof *many);
    for (size_t i = 0; i < count; i++) {
        many[i][0] = round;
        many[i][14] = (uint8_t)(i >> 8);
        many[i][15] = (uint8_t)i;
    }
    clock_t begun = clock();
    OK(desk_withdraw(desk, (const uint8_t(*)[16])many, count, USE_ANSWERS, "", study_wall, &report,
                     &err));
    free(many);
    return (double)(clock() - begun) / CLOCKS_PER_SEC;
}

/* Many at once, as when a period ends: each table is read once, not once for each record. */
static void test_withdraw__many_take_as_long_as_they_are_many(void **state)
{
    (void)state;
    enum { FEW = 800, TRIES = 3 };
    double few = 1e9, many = 1e9;
    for (uint8_t i = 0; i < TRIES; i++) { /* desks of their own: a log grows */
        for (uint8_t n = 1; n <= 4; n += 3) {
            struct withdraw_case c;
            begin(&c);
            double took = withdraw_some(c.desk, n, n * FEW);
            double *best = n == 1 ? &few : &many;
            *best = took < *best ? took : *best;
            end(&c);
        }
    }
    if (many > 8 * few) { /* 4 times; 16 if each read all */
        fail_msg("4 times the withdrawals took %.1f times as long", many / few);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_withdraw__the_content_is_gone_from_the_desk),
        cmocka_unit_test(test_withdraw__a_batch_that_comes_later_brings_nothing),
        cmocka_unit_test(test_withdraw__the_device_destroys_what_it_holds_and_says_so),
        cmocka_unit_test(test_withdraw__an_older_desk_learns_it_from_the_device),
        cmocka_unit_test(test_withdraw__the_word_may_come_before_the_record),
        cmocka_unit_test(test_withdraw__a_revoked_device_erases_nothing),
        cmocka_unit_test(test_withdraw__a_damaged_note_keeps_nothing),
        cmocka_unit_test(test_withdraw__a_use_leaves_the_record),
        cmocka_unit_test(test_withdraw__pages_for_the_person),
        cmocka_unit_test(test_withdraw__many_take_as_long_as_they_are_many),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
