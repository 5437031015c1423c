/* SPDX-License-Identifier: Apache-2.0 */
/* Does the desk keep what reviewers say, and does its log tell all that was done? */
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_review.h"

static const uint8_t ids[3][16] = {{0xA1, 1}, {0xB2, 2}, {0xC3, 3}};

struct review_case {
    struct study study;
    struct desk *desk;
};

/* A desk with two real records and one for training. */
static void begin(struct review_case *c)
{
    struct err err = {0};
    uint8_t hash[32];
    case_begin(&c->study, hash);
    OK(case_finish(&c->study, hash, ids[0], "A12", "a1010000-0000-0000-0000-000000000000", false,
                   &err));
    OK(case_finish(&c->study, hash, ids[1], "B07", "b2020000-0000-0000-0000-000000000000", false,
                   &err));
    OK(case_finish(&c->study, hash, ids[2], "T00", "c3030000-0000-0000-0000-000000000000", true,
                   &err));
    c->desk = case_desk(&c->study, hash, false);
    desk_set_person(c->desk, "Айгүл");
}

static void end(struct review_case *c)
{
    desk_close(c->desk);
    study_fini(&c->study);
}

static char *listed(struct review_case *c, struct desk_listing listing)
{
    static struct buf out;
    struct err err = {0};
    buf_fini(&out);
    OK(desk_list_records(&out, c->desk, c->study.coordinator, &listing, &err));
    return out.len ? out.data : (char *)"";
}

static char *logged(struct review_case *c)
{
    static struct buf out;
    struct err err = {0};
    buf_fini(&out);
    OK(desk_tell_log(&out, c->desk, true, &err));
    return out.data;
}

static void test_review__the_last_word_counts_and_all_are_kept(void **state)
{
    (void)state;
    struct review_case c;
    struct err err = {0};
    struct buf shown = {0};
    begin(&c);
    assert_non_null(strstr(listed(&c, (struct desk_listing){.csv = true}), ",A12,,0,"));
    OK(desk_review(c.desk, ids[0], REVIEW_HAS_ISSUES, "=возраст?", study_wall, &err));
    desk_set_person(c.desk, "Бектур");
    OK(desk_review(c.desk, ids[0], REVIEW_APPROVED, "", study_wall + 1000, &err));
    assert_non_null(strstr(listed(&c, (struct desk_listing){.csv = true}), ",A12,approved,2,"));
    OK(desk_show_record(&shown, c.desk, c.study.coordinator, ids[0], &(struct desk_listing){0},
                        &err));
    assert_non_null(strstr(shown.data, "Айгүл: hasIssues: =возраст?"));
    assert_non_null(strstr(shown.data, "Бектур: approved"));
    assert_non_null(strstr(shown.data, "2 questions marked sensitive=extra are left out"));
    assert_null(strstr(shown.data, "+996"));
    /* only those in a state */
    const struct desk_listing approved = {.csv = true, .filter = {.state = "approved"}};
    assert_non_null(strstr(listed(&c, approved), "A12"));
    assert_null(strstr(listed(&c, approved), "B07"));
    const struct desk_listing rest = {.csv = true, .filter = {.state = "received"}};
    assert_null(strstr(listed(&c, rest), "A12"));
    assert_non_null(strstr(listed(&c, rest), "B07"));
    assert_null(strstr(listed(&c, rest), "T00"));
    buf_fini(&shown);
    end(&c);
}

static void test_review__tables_say_the_state(void **state)
{
    (void)state;
    struct review_case c;
    struct err err = {0};
    struct export_counts counts;
    struct buf table = {0};
    char out[300];
    begin(&c);
    OK(desk_review(c.desk, ids[1], REVIEW_REJECTED, "", study_wall, &err));
    snprintf(out, sizeof out, "%s/tables", c.study.dir);
    struct export_options options = {.out = out, .writer = dataset_writer_find("csv")};
    OK(desk_export(c.desk, c.study.coordinator, &options, &counts, &err));
    OK(file_read(&table, study_path(&c.study, "tables/test_form.csv"), 1 << 16, &err));
    assert_int_equal(counts.records, 2);
    assert_non_null(strstr(table.data, ",B07,,5,5,,rejected,"));
    assert_non_null(strstr(table.data, ",A12,,5,5,,,"));
    buf_fini(&table);
    options.filter.state = "rejected";
    options.force = true;
    OK(desk_export(c.desk, c.study.coordinator, &options, &counts, &err));
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.filtered, 1);
    options.filter.state = "fine";
    assert_false(desk_export(c.desk, c.study.coordinator, &options, &counts, &err));
    assert_int_equal(err.code, ERR_MISUSE);
    end(&c);
}

/* Each opening is in the log: who, what, why, and which records; also of an export that failed. */
static void test_review__nobody_looks_unseen(void **state)
{
    (void)state;
    struct review_case c;
    struct err err = {0};
    struct export_counts counts;
    struct buf shown = {0};
    begin(&c);
    (void)listed(&c, (struct desk_listing){.why = "x\n9  2026-01-01 10:00  Boss  review approved"});
    assert_null(strstr(logged(&c), "\n9  2026")); /* nobody writes lines of his own */
    (void)listed(&c, (struct desk_listing){.why = "перед встречей"});
    assert_non_null(strstr(logged(&c), "Айгүл  list  3 records: перед встречей"));
    assert_non_null(strstr(logged(&c), "uuid:a1010000"));
    OK(desk_show_record(&shown, c.desk, c.study.coordinator, ids[1], &(struct desk_listing){0},
                        &err));
    assert_non_null(strstr(logged(&c), "Айгүл  show  uuid:b2020000"));
    struct export_options options = {.out = "/proc/nowhere", .writer = dataset_writer_find("csv")};
    assert_false(desk_export(c.desk, c.study.coordinator, &options, &counts, &err));
    options.writer = dataset_writer_find("sav"); /* reads them before it finds no folder */
    assert_false(desk_export(c.desk, c.study.coordinator, &options, &counts, &err));
    assert_non_null(strstr(logged(&c), "Айгүл  export csv begins"));
    assert_non_null(strstr(logged(&c), "Айгүл  export sav  3 records"));
    buf_fini(&shown);
    end(&c);
}

/* ---- a log that somebody changed ---- */

static void test_review__a_changed_log_is_noticed(void **state)
{
    (void)state;
    static const char *const attacks[] = {
        "DELETE FROM ledger WHERE n = 3",
        "DELETE FROM ledger WHERE n = 2",
        "DELETE FROM ledger WHERE n = 1",
        "DELETE FROM ledger",
        "UPDATE ledger SET d = (SELECT d FROM ledger WHERE n = 1) WHERE n = 2",
        "UPDATE ledger SET n = n + 10",
        "INSERT INTO ledger(n, kind, d) SELECT 4, kind, d FROM ledger WHERE n = 3",
        "UPDATE ledger SET d = substr(d, 1, length(d) - 1) ||"
        " CASE substr(d, -1) WHEN x'00' THEN x'01' ELSE x'00' END WHERE n = 3",
        "DELETE FROM meta WHERE name = 'ledger'"};
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct review_case c;
        struct err err = {0};
        struct db *db;
        begin(&c);
        for (int n = 0; n < 3; n++) {
            OK(desk_review(c.desk, ids[n], REVIEW_APPROVED, "", study_wall, &err));
        }
        OK(desk_ledger_read(c.desk, NULL, NULL, &err));
        desk_close(c.desk);
        OK(db_open(&db, study_path(&c.study, "desk/desk.db"), "", &err));
        OK(db_run(db, attacks[i], NULL, 0, NULL, NULL, &err));
        db_close(db);
        OK(desk_open(&c.desk, study_path(&c.study, "desk"), c.study.coordinator, &err));
        if (desk_ledger_read(c.desk, NULL, NULL, &err)) {
            fail_msg("not noticed: %s", attacks[i]);
        }
        assert_int_equal(err.code, ERR_INPUT);
        end(&c);
    }
}

/* A word that is too long is refused, and leaves nothing. */
static void test_review__a_comment_has_a_limit(void **state)
{
    (void)state;
    struct review_case c;
    struct err err = {0};
    struct buf text = {0};
    begin(&c);
    for (int i = 0; i < 70000; i++) {
        buf_char(&text, 'a');
    }
    buf_add(&text, "", 0);
    assert_false(desk_review(c.desk, ids[0], REVIEW_APPROVED, text.data, study_wall, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    OK(desk_ledger_read(c.desk, NULL, NULL, &err));
    OK(desk_review(c.desk, ids[0], REVIEW_APPROVED, "", study_wall, &err));
    OK(desk_ledger_read(c.desk, NULL, NULL, &err));
    buf_fini(&text);
    end(&c);
}

static void test_review__a_record_is_found_by_its_key(void **state)
{
    (void)state;
    struct review_case c;
    struct err err = {0};
    uint8_t id[16];
    begin(&c);
    OK(desk_find_record(c.desk, "uuid:a1010000-0000-0000-0000-000000000000", id, &err));
    assert_memory_equal(id, ids[0], 16);
    OK(desk_find_record(c.desk, "B202", id, &err));
    assert_memory_equal(id, ids[1], 16);
    static const struct {
        const char *text;
        enum err_code code;
    } none[] = {{"uuid:", ERR_MISUSE},
                {"a10", ERR_MISUSE},
                {"zzzzzz", ERR_MISUSE},
                {"d4040404", ERR_INPUT},
                {"", ERR_MISUSE}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(desk_find_record(c.desk, none[i].text, id, &err));
        assert_int_equal(err.code, none[i].code);
    }
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_review__the_last_word_counts_and_all_are_kept),
        cmocka_unit_test(test_review__tables_say_the_state),
        cmocka_unit_test(test_review__nobody_looks_unseen),
        cmocka_unit_test(test_review__a_changed_log_is_noticed),
        cmocka_unit_test(test_review__a_comment_has_a_limit),
        cmocka_unit_test(test_review__a_record_is_found_by_its_key),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
