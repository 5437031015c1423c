/* SPDX-License-Identifier: Apache-2.0 */
/* Does a backup bring back the whole desk, and nothing from a damaged file? */
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_backup.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_withdraw.h"

static const uint8_t ids[2][16] = {{0xA1, 1}, {0xB2, 2}};

struct backup_case {
    struct study study;
    struct desk *desk;
    struct buf listed; /* what the desk says of its records, and its log */
};

static void look(struct backup_case *c, struct desk *desk, struct buf *out)
{
    struct err err = {0};
    struct desk_listing listing = {.csv = true};
    OK(desk_list_records(out, desk, c->study.coordinator, &listing, &err));
    assert_int_equal(listing.records, 1);
}

static void begin(struct backup_case *c)
{
    struct err err = {0};
    struct withdraw_report w;
    uint8_t hash[32];
    memset(c, 0, sizeof *c);
    case_begin(&c->study, hash);
    OK(case_finish(&c->study, hash, ids[0], "A12", "a1010000-0000-0000-0000-000000000000", false,
                   &err));
    OK(case_finish(&c->study, hash, ids[1], "B07", "b2020000-0000-0000-0000-000000000000", false,
                   &err));
    c->desk = case_desk(&c->study, hash, false);
    OK(desk_review(c->desk, ids[0], REVIEW_APPROVED, "хорошо", study_wall, &err));
    OK(desk_withdraw(c->desk, ids + 1, 1, USE_ANSWERS, "", study_wall, &w, &err));
    look(c, c->desk, &c->listed);
}

static void end(struct backup_case *c)
{
    desk_close(c->desk);
    buf_fini(&c->listed);
    study_fini(&c->study);
}

static void back_up(struct backup_case *c, const char *name, struct buf *bytes)
{
    struct err err = {0};
    uint64_t records;
    OK(desk_backup(c->desk, study_path(&c->study, name), false, &records, &err));
    assert_int_equal(records, 2);
    OK(file_read(bytes, study_path(&c->study, name), 64 << 20, &err));
}

static bool restore(struct backup_case *c, const char *from, const char *to, struct err *err)
{
    char path[300], dir[300];
    uint64_t records;
    snprintf(path, sizeof path, "%s", study_path(&c->study, from));
    snprintf(dir, sizeof dir, "%s", study_path(&c->study, to));
    return desk_restore(path, dir, c->study.coordinator, &records, err);
}

static void test_backup__all_of_it_comes_back(void **state)
{
    (void)state;
    struct backup_case c;
    struct err err = {0};
    struct buf bytes = {0}, listed = {0};
    struct desk *desk;
    begin(&c);
    back_up(&c, "b.age", &bytes);
    /* it is sealed: no name of a file stands in it */
    assert_null(memmem(bytes.data, bytes.len, "desk.db", 7));
    assert_null(memmem(bytes.data, bytes.len, "SQLite format", 13));
    OK(restore(&c, "b.age", "again", &err));
    OK(desk_open(&desk, study_path(&c.study, "again"), c.study.escrow, &err));
    look(&c, desk, &listed);
    assert_string_equal(listed.data, c.listed.data);
    OK(desk_ledger_read(desk, NULL, NULL, &err));
    /* the desk goes on, and so does the backup's */
    OK(desk_review(desk, ids[0], REVIEW_REJECTED, "", study_wall, &err));
    OK(desk_review(c.desk, ids[0], REVIEW_REJECTED, "", study_wall, &err));
    desk_close(desk);
    /* neither is replaced unasked */
    uint64_t records;
    assert_false(desk_backup(c.desk, study_path(&c.study, "b.age"), false, &records, &err));
    assert_int_equal(err.code, ERR_INPUT);
    OK(desk_backup(c.desk, study_path(&c.study, "b.age"), true, &records, &err));
    assert_false(restore(&c, "b.age", "again", &err));
    assert_int_equal(err.code, ERR_INPUT);
    buf_fini(&bytes);
    buf_fini(&listed);
    end(&c);
}

/* Whatever byte is changed, wherever it is cut: nothing is restored, and nothing is left. */
static void test_backup__a_damaged_file_restores_nothing(void **state)
{
    (void)state;
    struct backup_case c;
    struct buf bytes = {0};
    begin(&c);
    back_up(&c, "b.age", &bytes);
    assert_true(bytes.len > 64 * 1024); /* more than one chunk */
    for (size_t i = 0; i < 40; i++) {
        struct err err = {0};
        size_t at = bytes.len / 40 * i + i;
        bool cut = i % 2;
        bytes.data[at] = (char)(bytes.data[at] ^ 1);
        OK(file_write(study_path(&c.study, "bad.age"), bytes.data, cut ? at : bytes.len,
                      FILE_PRIVATE, true, &err));
        bytes.data[at] = (char)(bytes.data[at] ^ 1);
        if (restore(&c, "bad.age", "again", &err)) {
            fail_msg("%s at %zu", cut ? "cut" : "changed", at);
        }
        assert_true(err.code == ERR_INPUT || err.code == ERR_AUTH);
        assert_false(file_exists(study_path(&c.study, "again")));
        assert_false(file_exists(study_path(&c.study, "again.new")));
    }
    buf_fini(&bytes);
    end(&c);
}

static void test_backup__only_recipients_restore(void **state)
{
    (void)state;
    struct backup_case c;
    struct err err = {0};
    struct buf bytes = {0};
    uint64_t records;
    uint8_t stranger[32] = {1, 2, 3};
    char path[300];
    begin(&c);
    back_up(&c, "b.age", &bytes);
    snprintf(path, sizeof path, "%s", study_path(&c.study, "b.age"));
    assert_false(desk_restore(path, study_path(&c.study, "again"), stranger, &records, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_false(file_exists(study_path(&c.study, "again")));
    OK(desk_restore(path, study_path(&c.study, "again"), c.study.escrow, &records, &err));
    buf_fini(&bytes);
    end(&c);
}

/* A file that is sealed to us, but is no backup: other names, a name twice, no database. */
static void test_backup__other_archives_are_refused(void **state)
{
    (void)state;
    static const char *const archives[][3] = {{"../desk.db", "desk-key.age", NULL},
                                              {"desk-key.age", "desk-key.age", NULL},
                                              {"desk-key.age", NULL, NULL},
                                              {"other", NULL, NULL}};
    struct backup_case c;
    begin(&c);
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        struct err err = {0};
        struct buf tar = {0}, sealed = {0};
        uint8_t key[1][32];
        age_recipient_of(key[0], c.study.coordinator);
        for (size_t m = 0; m < 3 && archives[i][m]; m++) {
            tar_add(&tar, archives[i][m], "x", 1);
        }
        tar_end(&tar);
        OK(age_seal(&sealed, tar.data, tar.len, (const uint8_t(*)[32])key, 1, &err));
        OK(file_write(study_path(&c.study, "odd.age"), sealed.data, sealed.len, FILE_PRIVATE, true,
                      &err));
        assert_false(restore(&c, "odd.age", "again", &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_false(file_exists(study_path(&c.study, "again.new")));
        buf_fini(&tar);
        buf_fini(&sealed);
    }
    end(&c);
}

/* Sizes beyond eleven octal digits, as a desk of a million records has. */
static void test_backup__members_beyond_eight_gibibytes(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, (UINT64_C(1) << 33) - 1, UINT64_C(1) << 33,
                                     UINT64_C(123456789012345)};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf head = {0};
        char name[TAR_NAME];
        uint64_t size;
        tar_head(&head, "desk.db", sizes[i]);
        assert_int_equal(head.len, TAR_BLOCK);
        assert_true(tar_read_head(head.data, name, &size));
        assert_true(size == sizes[i]);
        assert_string_equal(name, "desk.db");
        head.data[130] = (char)(head.data[130] ^ 1);
        assert_false(tar_read_head(head.data, name, &size) && size == sizes[i]);
        buf_fini(&head);
    }
}

/* The pieces that a file comes in make no difference. */
static void test_backup__piece_by_piece(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, AGE_CHUNK - 1, AGE_CHUNK, AGE_CHUNK + 1, 3 * AGE_CHUNK};
    static const size_t steps[] = {1000, AGE_CHUNK, AGE_CHUNK + 16, 1 << 20};
    struct buf plain = {0};
    uint8_t identity[1][32], recipient[1][32];
    struct age_keys keys = {.identities = (const uint8_t(*)[32])identity, .count = 1};
    age_generate(identity[0], recipient[0]);
    for (size_t i = 0; i < 3 * AGE_CHUNK; i++) {
        buf_char(&plain, (char)(i * 7));
    }
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
            struct err err = {0};
            struct age_stream stream;
            struct buf sealed = {0}, back = {0}, whole = {0};
            size_t used, step = steps[s];
            OK(age_seal_begin(&stream, &sealed, (const uint8_t(*)[32])recipient, 1, &err));
            for (size_t at = 0; at < lengths[l]; at += step) {
                size_t rest = lengths[l] - at;
                age_seal_more(&stream, &sealed, plain.data + at, rest < step ? rest : step);
            }
            age_seal_end(&stream, &sealed);
            OK(age_open(&whole, sealed.data, sealed.len, &keys, NULL, &err));
            assert_int_equal(whole.len, lengths[l]);
            OK(age_open_begin(&stream, sealed.data, sealed.len < 65536 ? sealed.len : 65536, &used,
                              &keys, &err));
            for (size_t at = used; at < sealed.len; at += step) {
                size_t rest = sealed.len - at;
                assert_true(
                    age_open_more(&stream, &back, sealed.data + at, rest < step ? rest : step));
            }
            assert_true(age_open_end(&stream, &back));
            age_stream_fini(&stream);
            assert_int_equal(back.len, lengths[l]);
            assert_true(!back.len || memcmp(back.data, plain.data, back.len) == 0);
            buf_fini(&sealed);
            buf_fini(&back);
            buf_fini(&whole);
        }
    }
    buf_fini(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backup__all_of_it_comes_back),
        cmocka_unit_test(test_backup__a_damaged_file_restores_nothing),
        cmocka_unit_test(test_backup__only_recipients_restore),
        cmocka_unit_test(test_backup__other_archives_are_refused),
        cmocka_unit_test(test_backup__members_beyond_eight_gibibytes),
        cmocka_unit_test(test_backup__piece_by_piece),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
