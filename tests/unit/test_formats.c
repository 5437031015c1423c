/* SPDX-License-Identifier: Apache-2.0 */
/* Does what older versions wrote go on in today's formats, and does a locked device tell little? */
#include "tests/lib/old_device.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "platform/custody/device_internal.h"
#include "platform/machine/fault.h"

static void unlock(struct study *s)
{
    struct err err = {0};
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
}

static int64_t number(struct study *s, const char *sql)
{
    struct err err = {0};
    struct db *db;
    int64_t n;
    OK(db_open(&db, study_path(s, "device/store.db"), "", &err));
    OK(db_number(db, &n, -1, sql, NULL, 0, &err));
    db_close(db);
    return n;
}

static void assert_whole(struct study *s)
{
    const char *lacks = old_whole(s->device);
    if (lacks) {
        fail_msg("not as it was: %s", lacks);
    }
}

static void assert_new(struct study *s)
{
    assert_int_equal(number(s, "SELECT count(*) FROM sqlite_master WHERE name IN ('o', 'o_k')"), 0);
    assert_true(number(s, "SELECT count(*) FROM r") >= 18);
}

static void test_formats__an_old_device_goes_on(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf file = {0}, tar = {0}, device = {0};
    struct export_report out;
    assert_true(old_device(s));
    unlock(s);
    assert_whole(s);
    OK(device_try_pin(s->device, "271828", &err));
    device_close(s->device);
    assert_new(s);
    OK(file_read(&file, study_path(s, "device/vault"), VAULT_FILE, &err));
    assert_memory_equal(file.data, "SBVAULT2", 8);
    unlock(s); /* and again, as it is now */
    assert_whole(s);
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    assert_int_equal(out.records, 1);
    take_batch(s, "out", &tar);
    buf_fini(&file);
    buf_fini(&tar);
    buf_fini(&device);
}

static bool cut_at(void *user)
{
    unsigned *left = user;
    if (*left == 0) {
        _exit(7);
    }
    *left -= 1;
    return true;
}

/* A power cut before each transaction, with few rows in each; then a last, whole unlocking. */
static void test_formats__a_cut_migration_goes_on(void **state)
{
    (void)state;
    unsigned cuts = 0;
    for (unsigned at = 0; at < 40; at++) {
        struct study s;
        int status;
        study_init(&s);
        assert_true(old_device(&s));
        pid_t pid = fork();
        if (pid == 0) {
            unsigned left = at;
            device_migrate_by(3, cut_at, &left);
            bool open = device_open(&s.device, study_path(&s, "device"), NULL) &&
                        device_unlock(s.device, study_pass, sizeof study_pass - 1, NULL);
            _exit(open ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
        cuts += WEXITSTATUS(status) == 7;
        unlock(&s);
        assert_whole(&s);
        device_close(s.device);
        s.device = NULL;
        assert_new(&s);
        study_fini(&s);
    }
    assert_true(cuts > 5);  /* there were some, ... */
    assert_true(cuts < 40); /* ... and an end */
}

/* Twice the events cost about twice the calls of the store, however many transactions that makes.
 */
static void test_formats__migration_is_linear(void **state)
{
    (void)state;
    unsigned calls[2];
    for (int twice = 0; twice < 2; twice++) {
        struct err err = {0};
        struct study s;
        struct db *db;
        struct device_draft drafts[VAULT_DRAFTS];
        size_t count;
        unsigned max = twice ? 400 : 200;
        study_init(&s);
        assert_true(old_device(&s));
        unlock(&s); /* ... and its events back into the first format's table, many of them */
        OK(device_drafts(s.device, drafts, &count, &err));
        for (unsigned n = 3; n < max; n++) {
            OK(device_draft_append(s.device, &drafts[0], "more", 4, &err));
        }
        device_close(s.device);
        OK(db_open(&db, study_path(&s, "device/store.db"),
                   "CREATE TABLE o(i BLOB PRIMARY KEY, k INT, g INT, d BLOB) WITHOUT ROWID;"
                   "INSERT INTO o SELECT i, 0, 0, d FROM r WHERE length(d) = 296; DELETE FROM r"
                   " WHERE i IN (SELECT i FROM o)",
                   &err));
        db_close(db);
        device_migrate_by(8, NULL, NULL);
        OK(device_open(&s.device, study_path(&s, "device"), &err));
        fault_at(0);
        (void)!device_unlock(s.device, study_pass, sizeof study_pass - 1, &err);
        calls[twice] = fault_calls();
        device_migrate_by(256, NULL, NULL);
        study_fini(&s);
    }
    assert_true(calls[0] > 600);
    assert_true(calls[1] < calls[0] * 22 / 10);
}

/* What cannot be opened is kept as it is, and costs nothing else. */
static void test_formats__a_broken_old_row_is_kept(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct db *db;
    assert_true(old_device(s));
    OK(db_open(&db, study_path(s, "device/store.db"), "", &err));
    OK(db_run(db, "INSERT INTO o SELECT zeroblob(16), 3, 0, x'0102030405'", NULL, 0, NULL, NULL,
              &err));
    OK(db_run(db, "INSERT INTO o SELECT x'01000000000000000000000000000000', 0, 9, x'0607'", NULL,
              0, NULL, NULL, &err));
    db_close(db);
    unlock(s);
    assert_whole(s);
    device_close(s->device);
    s->device = NULL;
    assert_new(s);
    assert_int_equal(number(s, "SELECT count(*) FROM r WHERE d IN (x'0102030405', x'0607')"), 2);
}

/* A disk that is nearly full, with large records in the old store: nobody is locked out. */
static void test_formats__a_nearly_full_disk_migrates(void **state)
{
    (void)state;
    enum { LARGE = 4 << 20, ROWS = 3 };
    struct err err = {0};
    struct study s;
    struct db *db;
    char dir[256], path[300];
    study_init(&s);
    snprintf(dir, sizeof dir, "%s", study_path(&s, "device"));
    assert_int_equal(mkdir(dir, 0700), 0);
    if (mount("tmpfs", dir, "tmpfs", 0, "size=40m") != 0) {
        print_message("skipped: a full disk needs the right to mount one\n");
        study_fini(&s);
        skip();
    }
    assert_true(old_device(&s));
    OK(db_open(&db, study_path(&s, "device/store.db"), "", &err));
    for (int i = 0; i < ROWS; i++) {
        uint8_t id[16] = {0xD0, (uint8_t)i};
        char *bytes = calloc(1, LARGE);
        struct db_value v[] = {db_blob(id, 16), db_blob(bytes, LARGE)};
        OK(db_run(db, "INSERT INTO o(i, k, g, d) VALUES(?1, 1, 9, ?2)", v, 2, NULL, NULL, &err));
        db_checkpoint(db);
        free(bytes);
    }
    db_close(db);
    snprintf(path, sizeof path, "%s/reserve", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(fd, 0, DEVICE_RESERVE), 0);
    close(fd);
    snprintf(path, sizeof path, "%s/others", dir); /* 10 MiB are left */
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t spare = (off_t)file_free_bytes(dir) - (10 << 20);
    assert_true(spare > 0);
    assert_int_equal(posix_fallocate(fd, 0, spare), 0);
    close(fd);
    unlock(&s);
    assert_whole(&s);
    device_close(s.device);
    s.device = NULL;
    assert_new(&s);
    assert_int_equal(number(&s, "SELECT count(*) FROM r WHERE length(d) > 4000000"), ROWS);
    assert_int_equal(umount2(dir, MNT_DETACH), 0);
    study_fini(&s);
}

static void test_formats__a_name_that_is_none_is_told(void **state)
{
    (void)state;
    static const char *const rows[] = {"INSERT INTO o VALUES(x'00', 3, 0, x'01')",
                                       "INSERT INTO o VALUES('sixteen letters!', 3, 0, x'01')"};
    for (size_t i = 0; i < 2; i++) {
        struct err err = {0};
        struct study s;
        struct db *db;
        study_init(&s);
        assert_true(old_device(&s));
        OK(db_open(&db, study_path(&s, "device/store.db"), "", &err));
        OK(db_run(db, rows[i], NULL, 0, NULL, NULL, &err));
        db_close(db);
        OK(device_open(&s.device, study_path(&s, "device"), &err));
        assert_false(device_unlock(s.device, study_pass, sizeof study_pass - 1, &err));
        assert_int_equal(err.code, ERR_INPUT);
        study_fini(&s);
    }
}

/* Rows of the first format that somebody puts back do not undo what is newer. */
static void test_formats__an_old_row_put_back_undoes_nothing(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct db *db;
    struct buf sql = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    assert_true(old_device(s));
    unlock(s);
    OK(device_drafts(s->device, drafts, &count, &err));
    struct device_left later = {.questions = 9, .answered = 3, .at_ms = study_wall, .events = 3};
    OK(device_draft_left(s->device, &drafts[0], &later, &err));
    device_close(s->device);
    OK(file_read(&sql, "tests/cases/golden/device-1.sql", 1 << 20, &err));
    OK(db_open(&db, study_path(s, "device/store.db"), sql.data, &err));
    db_close(db);
    unlock(s);
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(drafts[0].left.questions, 9);
    device_close(s->device);
    s->device = NULL;
    assert_new(s);
    buf_fini(&sql);
}

static bool is_class(int64_t len)
{
    size_t inside = (size_t)len - SECRET_OVERHEAD;
    return store_class(inside) == inside;
}

struct look {
    unsigned rows, wrong, plain, named;
};

static bool look_at_row(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct look *look = user;
    (void)count;
    (void)err;
    look->rows++;
    look->wrong += !is_class((int64_t)c[1].len);
    look->plain += memmem(c[1].bytes, c[1].len, "age-encryption", 14) != NULL;
    look->named +=
        memcmp(c[0].bytes, old_first, 16) == 0 || memcmp(c[0].bytes, old_second, 16) == 0;
    return true;
}

static bool name_column(void *user, const struct db_value *c, size_t count, struct err *err)
{
    (void)count;
    (void)err;
    buf_printf(user, "%.*s ", (int)c[0].len, (const char *)c[0].bytes);
    return true;
}

/* Neither kinds, numbers nor lengths: each row is a name that only the key makes, and as long as
 * its class; an event, an entry of the chain and a list have the same length. */
static void test_formats__a_locked_store_tells_no_kind(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct db *db;
    struct look look = {0};
    struct buf columns = {0};
    uint8_t hash[32];
    struct device_draft d;
    study_device(s);
    study_enrol(s, hash);
    draft(s, &d, hash);
    OK(device_finish(s->device, &d, old_first, &finished, study_wall, &err));
    draft(s, &d, hash);
    OK(device_draft_append(s->device, &d, "a long answer that is not that long", 35, &err));
    device_close(s->device);
    s->device = NULL;
    OK(db_open(&db, study_path(s, "device/store.db"), "", &err));
    OK(db_run(db, "SELECT name FROM pragma_table_info('r')", NULL, 0, name_column, &columns, &err));
    assert_string_equal(columns.data, "i d ");
    OK(db_run(db, "SELECT i, d FROM r", NULL, 0, look_at_row, &look, &err));
    db_close(db);
    assert_true(look.rows > 8);
    assert_int_equal(look.wrong, 0);
    assert_int_equal(look.plain, 0);
    assert_int_equal(look.named, 0);
    /* catalogue, object and package are longer; all others are of one length */
    assert_int_equal(number(s, "SELECT count(DISTINCT length(d)) FROM r WHERE length(d) < 400"), 1);
    buf_fini(&columns);
}

/* A form's length is not in its package's; nothing of the padding goes unnoticed. */
static void test_formats__packages_have_the_length_of_their_class(void **state)
{
    struct study *s = *state;
    static char text[70000];
    static const struct {
        size_t form, package;
    } cases[] = {{7, 16384},     {9000, 16384},  {13500, 16384},
                 {15000, 32768}, {30000, 32768}, {69000, 131072}};
    struct err err = {0};
    struct package p;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf package = {0};
        struct package_file file = {"form.xml", text, cases[i].form};
        const char *xml;
        size_t xml_len;
        OK(package_write(&package,
                         &(struct package_spec){s->catalogue.study_id, "test_form", 3, 0, &file, 1},
                         s->author_cert, s->author, &err));
        assert_int_equal(package.len, cases[i].package);
        OK(package_read(&p, package.data, package.len, NULL, &err));
        assert_true(package_find(&p, "form.xml", &xml, &xml_len));
        assert_int_equal(xml_len, cases[i].form);
        package.data[package.len - SIGN_BYTES - 1] ^= 1;
        assert_false(package_read(&p, package.data, package.len, NULL, NULL));
        package.data[package.len - SIGN_BYTES - 1] ^= 1;
        assert_false(package_read(&p, package.data, package.len - 512, NULL, NULL));
        buf_fini(&package);
    }
    struct buf out = {0};
    struct package_file huge = {"form.xml", text, (size_t)PACKAGE_MAX};
    char *max = calloc(1, PACKAGE_MAX);
    huge.bytes = max;
    assert_false(package_write(
        &out, &(struct package_spec){s->catalogue.study_id, "test_form", 3, 0, &huge, 1},
        s->author_cert, s->author, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(out.len, 0);
    free(max);
}

/* An answer that its issuer did not sign goes on for whom an older desk has answered, and for
 * nobody else. */
static void test_formats__an_unsigned_grant_is_for_the_first_time(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report r;
    struct buf file = {0}, plain = {0}, sealed = {0};
    struct enrol_request q;
    uint8_t hash[32], head[8 + CERT_BYTES + 40] = {0};
    study_device(s);
    study_answer(s, hash);
    study_device_file(s, &file);
    memcpy(head, "SBW1", 4);
    put_u16(head + 4, 1);
    memcpy(head + 8, file.data, CERT_BYTES);
    memcpy(head + 8 + CERT_BYTES, s->package, 32);
    for (int round = 0; round < 2; round++) {
        buf_cut(&plain, 0);
        put_u32(head + 8 + CERT_BYTES + 32, (uint32_t)s->catalogue_bytes.len);
        head[8 + CERT_BYTES] ^= (uint8_t)round; /* another package key */
        buf_add(&plain, head, sizeof head);
        buf_add(&plain, s->catalogue_bytes.data, s->catalogue_bytes.len);
        OK(enrol_request_read(&q, s->request.data, s->request.len, &err));
        buf_cut(&sealed, 0);
        OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32])q.box_pk, 1, &err));
        study_put(s, "old", "grant.age", &sealed);
        OK(device_load_folder(s->device, study_path(s, "old"), &r, &err));
        assert_int_equal(r.grants, round == 0);
        assert_int_equal(r.of[LOAD_UNTRUSTED], round == 1);
    }
    buf_fini(&file);
    buf_fini(&plain);
    buf_fini(&sealed);
}

static void test_formats__classes_of_length(void **state)
{
    (void)state;
    static const struct {
        size_t len, class;
    } cases[] = {{0, 256},
                 {256, 256},
                 {257, 512},
                 {2048, 2048},
                 {2049, 5124},
                 {5124, 5124},
                 {5125, 9224},
                 {16384 + 16, 16384 + 1040},
                 {(1 << 20) + 400, (1 << 20) + 2048}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(store_class(cases[i].len), cases[i].class);
        assert_int_equal(store_class(cases[i].class), cases[i].class);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_formats__an_old_device_goes_on),
        cmocka_unit_test(test_formats__a_cut_migration_goes_on),
        cmocka_unit_test(test_formats__migration_is_linear),
        STUDY_TEST(test_formats__a_broken_old_row_is_kept),
        cmocka_unit_test(test_formats__a_nearly_full_disk_migrates),
        cmocka_unit_test(test_formats__a_name_that_is_none_is_told),
        STUDY_TEST(test_formats__an_old_row_put_back_undoes_nothing),
        STUDY_TEST(test_formats__a_locked_store_tells_no_kind),
        STUDY_TEST(test_formats__packages_have_the_length_of_their_class),
        STUDY_TEST(test_formats__an_unsigned_grant_is_for_the_first_time),
        cmocka_unit_test(test_formats__classes_of_length),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
