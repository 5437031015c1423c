/* SPDX-License-Identifier: Apache-2.0 */
/* Are the records found whose time is over, and only these? */
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_retention.h"

#include "platform/machine/clock.h"

static const int64_t day_ms = 24 * 60 * 60 * (int64_t)1000;

static int64_t at(int year, int month, int day)
{
    int64_t utc = clock_days(year, month, day) * day_ms;
    return utc - clock_zone_minutes(utc) * (int64_t)60000;
}

static void test_retention__days(void **state)
{
    (void)state;
    static const struct {
        int from[3];
        unsigned months;
        int to[3];
    } cases[] = {
        {{2026, 11, 24}, 1, {2026, 12, 24}}, {{2026, 11, 24}, 2, {2027, 1, 24}},
        {{2026, 12, 31}, 2, {2027, 2, 28}},  {{2027, 12, 31}, 2, {2028, 2, 29}},
        {{2028, 2, 29}, 12, {2029, 2, 28}},  {{2026, 1, 1}, 1200, {2126, 1, 1}},
        {{2026, 10, 31}, 1, {2026, 11, 30}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int *f = cases[i].from, *t = cases[i].to;
        int64_t wanted = clock_days(t[0], t[1], t[2]);
        assert_int_equal(desk_retention_day(at(f[0], f[1], f[2]), cases[i].months), wanted);
        /* until the last moment of the day it was finished on */
        assert_int_equal(desk_retention_day(at(f[0], f[1], f[2]) + day_ms - 1, cases[i].months),
                         wanted);
    }
}

static const uint8_t ids[2][16] = {{0xA1, 1}, {0xB2, 2}};

struct kept {
    struct study study;
    struct desk *desk;
};

static void revoke_it(struct kept *k)
{
    struct err err = {0};
    struct catalogue *c = &k->study.catalogue;
    c->revoked[c->revoked_count].kind = 2;
    memcpy(c->revoked[c->revoked_count++].id, device_id(k->study.device), 16);
    c->epoch++;
    study_sign_catalogue(&k->study);
    OK(desk_set_catalogue(k->desk, k->study.catalogue_bytes.data, k->study.catalogue_bytes.len,
                          &err));
}

static void begin_with(struct kept *k, int64_t imported_ms, bool revoked)
{
    struct err err = {0};
    struct buf package = {0}, batch = {0};
    struct export_report out;
    struct import_report in;
    uint8_t hash[32];
    bool fresh;
    case_begin(&k->study, hash);
    for (size_t i = 0; i < 2; i++) {
        OK(case_finish(&k->study, hash, ids[i], "A12", "a1010000-0000-0000-0000-000000000000",
                       i == 1, &err));
    }
    k->desk = open_desk(&k->study);
    OK(device_package(k->study.device, hash, &package, &err));
    OK(desk_add_form(k->desk, package.data, package.len, &fresh, &err));
    OK(file_folder(study_path(&k->study, "out"), 0700, &err));
    OK(device_export(k->study.device, study_path(&k->study, "out"), study_wall, &out, &err));
    take_batch(&k->study, "out", &batch);
    if (revoked) {
        revoke_it(k);
    }
    OK(desk_import(k->desk, batch.data, batch.len, imported_ms, &in, &err));
    buf_fini(&package);
    buf_fini(&batch);
}

static void begin(struct kept *k, int64_t imported_ms)
{
    begin_with(k, imported_ms, false);
}

static void end(struct kept *k)
{
    desk_close(k->desk);
    study_fini(&k->study);
}

static struct desk_retention look(struct kept *k, const char *list, int64_t now)
{
    struct err err = {0};
    struct desk_retention r;
    struct buf bytes = {0};
    buf_text(&bytes, list);
    OK(desk_retention_read(&r, k->desk, k->study.coordinator, &bytes, "", now, &err));
    assert_int_equal(r.unread, 0);
    buf_fini(&bytes);
    return r;
}

static void expect(struct kept *k, const char *list, int64_t now, size_t due, size_t soon)
{
    struct desk_retention r = look(k, list, now);
    assert_int_equal(r.count, 1);
    assert_string_equal(r.forms[0].form, "test_form");
    assert_int_equal(r.forms[0].records, 2);
    assert_int_equal(r.forms[0].due, due);
    assert_int_equal(r.forms[0].soon, soon);
    assert_int_equal(r.due_count, due);
    desk_retention_fini(&r);
}

/* The first moment of the day on which a record is due. */
static int64_t due_at(int64_t from_ms, unsigned months)
{
    int year, month, day;
    clock_civil(desk_retention_day(from_ms, months), &year, &month, &day);
    return at(year, month, day);
}

static void test_retention__due_on_its_day(void **state)
{
    (void)state;
    struct kept k;
    const char *list = "form,months\n*,90\ntest_form,6\n";
    begin(&k, study_wall);
    int64_t due = due_at(study_wall, 6);
    expect(&k, list, study_wall, 0, 0);
    expect(&k, list, due - 31 * day_ms, 0, 0);
    expect(&k, list, due - 30 * day_ms, 0, 2);
    expect(&k, list, due - 1, 0, 2);
    expect(&k, list, due, 2, 0);
    expect(&k, "months,form\n90,*\n", due, 0, 0);
    expect(&k, "months,form\n90,*\n", due_at(study_wall, 90), 2, 0);
    struct desk_retention r = look(&k, "form,months\n", due_at(study_wall, 1000));
    assert_int_equal(r.forms[0].months, 0); /* without a rule nothing is due */
    assert_int_equal(r.due_count, 0);
    desk_retention_fini(&r);
    end(&k);
}

/* A device whose clock was wrong neither destroys its records early nor keeps them for good. */
static void test_retention__a_wrong_clock(void **state)
{
    (void)state;
    static const struct {
        int64_t lag; /* of the import after the record's time */
        bool by_import;
    } cases[] = {{0, false}, {364, false}, {366, true}, {-2, false}, {-9000, true}, {9000, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kept k;
        int64_t imported = study_wall + cases[i].lag * day_ms;
        begin(&k, imported);
        int64_t due = due_at(cases[i].by_import ? imported : study_wall, 24);
        expect(&k, "form,months\ntest_form,24\n", due - 1, 0, 2);
        expect(&k, "form,months\ntest_form,24\n", due, 2, 0);
        end(&k);
    }
}

static void test_retention__what_is_due_is_destroyed(void **state)
{
    (void)state;
    struct kept k;
    struct err err = {0};
    struct withdraw_report sum;
    struct forget_report forgotten;
    const char *list = "form,months\ntest_form,6\n";
    int64_t now = due_at(study_wall, 6);
    begin(&k, study_wall);
    struct desk_retention r = look(&k, list, now);
    struct withdraw_options options = {.uses = USE_ANSWERS, .why = "6 months", .wall_ms = now};
    OK(desk_withdraw_all(k.desk, k.study.coordinator, (const uint8_t(*)[16])r.due, r.due_count,
                         &options, &sum, &forgotten, &err));
    assert_int_equal(sum.destroyed, 2);
    assert_int_equal(sum.messages, 2);
    desk_retention_fini(&r);
    r = look(&k, list, now);
    assert_int_equal(r.count, 0);
    assert_int_equal(r.due_count, 0);
    desk_retention_fini(&r);
    end(&k);
}

static void test_retention__lists_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *list, *says;
    } cases[] = {
        {"", "retention.csv: there is no column 'form'"},
        {"form,years\ntest_form,2\n", "retention.csv: there is no column 'months'"},
        {"form,months\ntest_from,2\n", "retention.csv, row 2, column form: the desk has no form"},
        {"form,months\n,2\n", "retention.csv, row 2, column form: the desk has no form ''"},
        {"form,months\n*,2\ntest_form,2\ntest_form,3\n",
         "retention.csv, row 4, column form: the form 'test_form' has two rules"},
        {"form,months\ntest_form,0\n", "retention.csv, row 2, column months: '0' is no number"},
        {"form,months\ntest_form,-1\n", "column months: '-1' is no number"},
        {"form,months\ntest_form,6 years\n", "column months: '6 years' is no number"},
        {"form,months\ntest_form,1201\n", "column months: '1201' is no number"},
        {"form,months\ntest_form,99999999999999999999\n", "column months: '9999"},
        {"form,months\ntest_form\n", "column months: '' is no number"},
        {"form,months\n\"test_form,2\n", "retention.csv"},
    };
    struct kept k;
    begin(&k, study_wall);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct desk_retention r;
        struct buf bytes = {0};
        char text[1200];
        buf_text(&bytes, cases[i].list);
        assert_false(
            desk_retention_read(&r, k.desk, k.study.coordinator, &bytes, "", study_wall, &err));
        assert_int_equal(err.code, ERR_INPUT);
        err_text(&err, text, sizeof text);
        if (!strstr(text, cases[i].says)) {
            fail_msg("'%s' does not say '%s'", text, cases[i].says);
        }
        buf_fini(&bytes);
    }
    end(&k);
}

/* An identity that opens nothing finds nothing due, and says how much it could not look at. */
static void test_retention__what_does_not_open_is_counted(void **state)
{
    (void)state;
    struct kept k;
    struct err err = {0};
    struct desk_retention r;
    struct buf list = {0};
    uint8_t other[32];
    memset(other, 7, sizeof other);
    begin(&k, study_wall);
    buf_text(&list, "form,months\n*,1\n");
    OK(desk_retention_read(&r, k.desk, other, &list, "", study_wall + 400 * day_ms, &err));
    assert_int_equal(r.unread, 2);
    assert_int_equal(r.due_count, 0);
    desk_retention_fini(&r);
    buf_fini(&list);
    end(&k);
}

/* What is kept apart is not in use: nobody knows whose it is, but it is here. */
static void test_retention__what_is_kept_apart_is_counted(void **state)
{
    (void)state;
    struct kept k;
    struct err err = {0};
    struct desk_retention r;
    struct buf list = {0};
    begin_with(&k, study_wall, true);
    buf_text(&list, "form,months\n*,1\n");
    OK(desk_retention_read(&r, k.desk, k.study.coordinator, &list, "", study_wall + 400 * day_ms,
                           &err));
    assert_int_equal(r.unread, 2);
    assert_int_equal(r.due_count, 0);
    desk_retention_fini(&r);
    buf_fini(&list);
    end(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retention__days),
        cmocka_unit_test(test_retention__due_on_its_day),
        cmocka_unit_test(test_retention__a_wrong_clock),
        cmocka_unit_test(test_retention__what_is_due_is_destroyed),
        cmocka_unit_test(test_retention__lists_that_are_wrong),
        cmocka_unit_test(test_retention__what_does_not_open_is_counted),
        cmocka_unit_test(test_retention__what_is_kept_apart_is_counted),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
