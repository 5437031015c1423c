/* SPDX-License-Identifier: Apache-2.0 */
/* What does a desk tell that is switched off, and does an older one go on? */
#include "tests/lib/custody.h"
#include "tools/desk/desk_ledger.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>

#include "tools/key/keys.h"
#include "platform/machine/prompt.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'>"
    "<h:head><h:title>A secret title</h:title><model><instance><data id='test_form'><q/></data>"
    "</instance><bind nodeset='/data/q'/></model></h:head><h:body><input ref='/data/q'>"
    "<label>q</label></input></h:body></h:html>";

struct seen {
    unsigned records, devices, forms;
    uint64_t contiguous;
    bool title;
};

static bool see_object(void *user, const struct desk_object *o, struct err *err)
{
    struct seen *s = user;
    (void)err;
    s->records += o->id[0] == 0xA1 || o->id[0] == 0xA2;
    return true;
}

static bool see_device(void *user, const struct desk_device *d, struct err *err)
{
    struct seen *s = user;
    (void)err;
    s->devices++;
    s->contiguous = d->contiguous;
    return true;
}

static bool see_form(void *user, const struct desk_form_row *f, struct err *err)
{
    struct seen *s = user;
    (void)err;
    s->forms++;
    s->title = memmem(f->xml, f->xml_len, "A secret title", 14) != NULL;
    return true;
}

static struct seen look(struct desk *desk)
{
    struct err err = {0};
    struct seen s = {0};
    OK(desk_objects(desk, see_object, &s, &err));
    OK(desk_devices(desk, see_device, &s, &err));
    OK(desk_forms(desk, see_form, &s, &err));
    return s;
}

static bool keep_device(void *user, const struct desk_device *d, struct err *err)
{
    (void)err;
    *(struct desk_device *)user = *d;
    return true;
}

/* A desk as older versions left it: two records of one device, one form, a line of the log. */
static void old_desk(struct study *s)
{
    struct err err = {0};
    struct buf sql = {0};
    struct db *db;
    OK(file_folder(study_path(s, "desk"), 0700, &err));
    OK(file_read(&sql, "tests/cases/golden/desk-1.sql", 1 << 20, &err));
    OK(db_open(&db, study_path(s, "desk/desk.db"), sql.data, &err));
    db_checkpoint(db);
    db_close(db);
    buf_fini(&sql);
}

static void assert_whole(struct desk *desk)
{
    struct seen seen = look(desk);
    assert_int_equal(seen.records, 2);
    assert_int_equal(seen.devices, 1);
    assert_int_equal(seen.contiguous, 3);
    assert_int_equal(seen.forms, 1);
    assert_true(seen.title);
}

/* Nothing of a form, a device, a person or a time is in the folder's files. */
static void assert_silent(struct study *s, const uint8_t (*ids)[16], size_t count)
{
    static const char *const words[] = {"A secret title", "test_form",    "coordinator", "exported",
                                        "SBG1",           "sealed label", "fork"};
    static const char *const files[] = {"desk/desk.db", "desk/desk.db-wal"};
    for (size_t f = 0; f < 2; f++) {
        struct buf bytes = {0};
        if (!file_read(&bytes, study_path(s, files[f]), 64 << 20, NULL)) {
            continue; /* no log is no trace */
        }
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (memmem(bytes.data, bytes.len, words[i], strlen(words[i]))) {
                fail_msg("'%s' is in %s", words[i], files[f]);
            }
        }
        for (size_t i = 0; i < count; i++) {
            assert_null(memmem(bytes.data, bytes.len, ids[i], 16));
        }
        buf_fini(&bytes);
    }
}

static const uint8_t old_ids[3][16] = {{0xA1, 1},
                                       {0xA2, 2},
                                       {0x51, 0x3d, 0x60, 0x95, 0xd0, 0x7f, 0x23, 0x4d, 0xf8, 0x26,
                                        0x3b, 0x84, 0x93, 0x83, 0xce, 0x9c}};

static void test_desk__an_old_desk_is_locked_and_goes_on(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct desk *desk;
    uint8_t stranger[32] = {1, 2, 3};
    old_desk(s);
    assert_false(desk_open(&desk, study_path(s, "desk"), stranger, &err));
    assert_int_equal(err.code, ERR_AUTH);
    OK(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    assert_whole(desk);
    desk_close(desk);
    assert_silent(s, old_ids, 3);
    OK(desk_open(&desk, study_path(s, "desk"), s->escrow, &err)); /* any recipient's */
    assert_whole(desk);
    desk_close(desk);
    assert_false(desk_open(&desk, study_path(s, "desk"), stranger, &err));
    assert_int_equal(err.code, ERR_AUTH);
}

/* Killed on the way, at whichever write: the desk is the old one, or the new one, whole. */
static void test_desk__a_cut_migration_is_none(void **state)
{
    (void)state;
    for (unsigned ms = 0; ms < 12; ms++) {
        struct err err = {0};
        struct study s;
        struct desk *desk;
        int status;
        study_init(&s);
        old_desk(&s);
        pid_t pid = fork();
        if (pid == 0) {
            bool ok = desk_open(&desk, study_path(&s, "desk"), s.coordinator, NULL);
            _exit(ok ? 0 : 1);
        }
        usleep(ms * 1500);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        OK(desk_open(&desk, study_path(&s, "desk"), s.coordinator, &err));
        assert_whole(desk);
        desk_close(desk);
        study_fini(&s);
    }
}

/* Whoever comes first locks the old desk; all of them open it, by one key. */
static void test_desk__several_open_an_old_desk_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 12; round++) {
        struct err err = {0};
        struct study s;
        struct desk *desk;
        pid_t pids[3];
        study_init(&s);
        old_desk(&s);
        for (int i = 0; i < 3; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                bool ok = desk_open(&desk, study_path(&s, "desk"), s.coordinator, NULL);
                _exit(ok && look(desk).records == 2 ? 0 : 1);
            }
        }
        for (int i = 0; i < 3; i++) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
        }
        OK(desk_open(&desk, study_path(&s, "desk"), s.escrow, &err));
        assert_whole(desk);
        desk_close(desk);
        study_fini(&s);
    }
}

/* A desk's file may come back from a copy: its key is never replaced by another. */
static void test_desk__a_key_outlives_its_desk(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct desk *desk;
    struct buf file = {0};
    old_desk(s);
    OK(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    desk_close(desk);
    OK(file_read(&file, study_path(s, "desk/desk.db"), 64 << 20, &err));
    OK(file_remove(study_path(s, "desk/desk.db"), &err));
    assert_false(desk_make(&desk, study_path(s, "desk"), &s->catalogue, NULL, &err));
    assert_int_equal(err.code, ERR_AUTH);
    OK(desk_make(&desk, study_path(s, "desk"), &s->catalogue, s->coordinator, &err));
    desk_close(desk);
    OK(file_write(study_path(s, "desk/desk.db"), file.data, file.len, 0600, true, &err));
    OK(desk_open(&desk, study_path(s, "desk"), s->escrow, &err));
    assert_whole(desk);
    desk_close(desk);
    buf_fini(&file);
}

static void test_desk__a_new_desk_says_nothing_without_its_key(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct export_report out;
    struct import_report in;
    struct buf tar = {0}, package = {0};
    struct desk *desk;
    uint8_t hash[32], ids[2][16] = {{0xA1, 9, 9}}, stranger[32] = {1, 2, 3};
    bool fresh;
    char key[300];
    s->form = form_xml;
    study_device(s);
    study_enrol(s, hash);
    memcpy(ids[1], device_id(s->device), 16);
    draft(s, &d, hash);
    OK(device_finish(s->device, &d, ids[0], &finished, study_wall, &err));
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    take_batch(s, "out", &tar);
    desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, study_wall, &in, &err));
    OK(device_package(s->device, hash, &package, &err));
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    OK(desk_log(desk, study_wall, "exported", &err));
    desk_close(desk);
    assert_silent(s, (const uint8_t(*)[16])ids, 2);
    assert_false(desk_open(&desk, study_path(s, "desk"), stranger, &err));
    assert_false(desk_make(&desk, study_path(s, "desk"), &s->catalogue, NULL, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_false(desk_make(&desk, study_path(s, "desk"), &s->catalogue, stranger, &err));

    /* other recipients: the desk's key goes to them, and to them alone */
    OK(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    age_recipient_of(s->catalogue.recipients[1].key, stranger);
    s->catalogue.epoch++;
    study_sign_catalogue(s);
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    desk_close(desk);
    OK(desk_open(&desk, study_path(s, "desk"), stranger, &err));
    assert_int_equal(look(desk).records, 1);
    desk_close(desk);
    assert_false(desk_open(&desk, study_path(s, "desk"), s->escrow, &err));

    snprintf(key, sizeof key, "%s", study_path(s, "desk/desk-key.age"));
    OK(file_remove(key, &err)); /* lost: said, and no other is made in its place */
    assert_false(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.what, "missing"));
    assert_false(file_exists(key));
    buf_fini(&tar);
    buf_fini(&package);
}

static bool swap_columns(struct study *s, const char *sql)
{
    struct err err = {0};
    struct db *db;
    OK(db_open(&db, study_path(s, "desk/desk.db"), "", &err));
    bool ok = db_run(db, sql, NULL, 0, NULL, NULL, &err);
    db_checkpoint(db);
    db_close(db);
    return ok;
}

/* A row in another's place is no row. */
static void test_desk__rows_cannot_change_places(void **state)
{
    (void)state;
    static const char *const swaps[] = {
        "UPDATE entry SET d = (SELECT d FROM entry WHERE seq = 2) WHERE seq = 3",
        "UPDATE object SET d = (SELECT d FROM object WHERE seq = 2) WHERE seq = 3",
        "UPDATE device SET d = (SELECT d FROM entry WHERE seq = 1)",
        "UPDATE meta SET d = (SELECT d FROM form)",
        "UPDATE form SET d = (SELECT d FROM meta)",
    };
    for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
        struct err err = {0};
        struct study s;
        struct desk *desk;
        struct seen seen = {0};
        study_init(&s);
        old_desk(&s);
        OK(desk_open(&desk, study_path(&s, "desk"), s.coordinator, &err));
        desk_close(desk);
        assert_true(swap_columns(&s, swaps[i]));
        bool ok = desk_open(&desk, study_path(&s, "desk"), s.coordinator, &err);
        ok = ok && desk_devices(desk, see_device, &seen, &err) &&
             desk_objects(desk, see_object, &seen, &err) && desk_forms(desk, see_form, &seen, &err);
        if (ok) {
            fail_msg("not noticed: %s", swaps[i]);
        }
        assert_int_equal(err.code, ERR_INPUT);
        desk_close(desk);
        study_fini(&s);
    }
}

/* ---- what is damaged, and what is not ours ---- */

static bool any_alarm(void *user, const char *text)
{
    (void)user;
    (void)text;
    return true;
}

/* A desk of today: an old one that was opened once. */
static void todays_desk(struct study *s)
{
    struct err err = {0};
    struct desk *desk;
    old_desk(s);
    OK(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    desk_close(desk);
}

static void test_desk__damage_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum err_code code;
    } damages[] = {
        {"UPDATE device SET id = x'00'", ERR_INPUT},
        {"UPDATE device SET d = 'text'", ERR_INPUT},
        {"UPDATE form SET id = x'00'", ERR_INPUT},
        {"UPDATE form SET d = zeroblob(30)", ERR_INPUT},
        {"UPDATE meta SET d = x'00'", ERR_INPUT},
        {"UPDATE entry SET d = NULL", ERR_INPUT},
        {"UPDATE object SET d = NULL", ERR_INPUT},
        {"INSERT INTO alarm(d) VALUES(x'00')", ERR_INPUT},
        {"INSERT INTO branch(id, device, d) SELECT x'00', id, d FROM device", ERR_INPUT},
        {"PRAGMA user_version = 3", ERR_ENV},
        {"DROP TABLE entry", ERR_ENV},
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct err err = {0};
        struct study s;
        struct desk *desk;
        struct seen seen = {0};
        study_init(&s);
        todays_desk(&s);
        (void)swap_columns(&s, damages[i].sql);
        bool ok = desk_open(&desk, study_path(&s, "desk"), s.coordinator, &err);
        ok = ok && desk_devices(desk, see_device, &seen, &err) &&
             desk_objects(desk, see_object, &seen, &err) &&
             desk_forms(desk, see_form, &seen, &err) && desk_alarms(desk, any_alarm, NULL, &err);
        if (ok) {
            fail_msg("not noticed: %s", damages[i].sql);
        }
        assert_int_equal(err.code, damages[i].code);
        if (strstr(damages[i].sql, "user_version")) {
            assert_non_null(strstr(err.what, "newer"));
        }
        desk_close(desk);
        study_fini(&s);
    }
}

/* An old desk that is damaged is not locked by half: it stays as it was. */
static void test_desk__a_damaged_old_desk_stays(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE device SET id = x'00'",
        "UPDATE device SET sign_pk = x'00'",
        "UPDATE device SET box_pk = x'00'",
        "UPDATE device SET cert = x'00'",
        "UPDATE device SET genesis = 'text'",
        "UPDATE entry SET bytes = x'00'",
        "UPDATE entry SET device = x'00' WHERE seq = 2",
        "UPDATE object SET device = x'00' WHERE seq = 2",
        "UPDATE object SET id = x'00'",
        "UPDATE object SET hash = NULL",
        "INSERT INTO branch(id) VALUES(x'00')",
        "INSERT INTO hold(id) VALUES(x'00')",
        "UPDATE form SET hash = x'00'",
        "UPDATE meta SET value = x'00'",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct err err = {0};
        struct study s;
        struct desk *desk;
        struct db *db;
        int64_t version, tables;
        study_init(&s);
        old_desk(&s);
        assert_true(swap_columns(&s, damages[i]));
        if (desk_open(&desk, study_path(&s, "desk"), s.coordinator, &err)) {
            fail_msg("not noticed: %s", damages[i]);
        }
        assert_int_equal(err.code, ERR_INPUT);
        OK(db_open(&db, study_path(&s, "desk/desk.db"), "", &err));
        OK(db_number(db, &version, -1, "PRAGMA user_version", NULL, 0, &err));
        OK(db_number(db, &tables, 0, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'old_%'",
                     NULL, 0, &err));
        assert_int_equal(version, 0);
        assert_int_equal(tables, 0);
        db_close(db);
        study_fini(&s);
    }
}

static void test_desk__its_key_is_its_key(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct desk *desk;
    struct buf file = {0}, other = {0};
    uint8_t to[32];
    char path[300];
    assert_false(desk_open(&desk, study_path(s, "none"), s->coordinator, &err));
    assert_int_equal(err.code, ERR_INPUT);
    OK(file_folder(study_path(s, "empty"), 0700, &err));
    OK(file_write(study_path(s, "empty/desk.db"), "", 0, 0600, false, &err));
    assert_false(desk_open(&desk, study_path(s, "empty"), s->coordinator, &err));
    assert_non_null(strstr(err.what, "there is no desk"));
    todays_desk(s);
    snprintf(path, sizeof path, "%s", study_path(s, "desk/desk-key.age"));
    OK(file_read(&file, path, 1 << 16, &err));
    OK(file_write(path, file.data, file.len - 1, 0600, true, &err));
    assert_false(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.what, "damaged"));
    age_recipient_of(to, s->coordinator);
    static const char *const texts[] = {"short", "sbDESKK2xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    for (size_t i = 0; i < 2; i++) {
        buf_cut(&other, 0);
        OK(age_seal(&other, texts[i], strlen(texts[i]), (const uint8_t(*)[32])to, 1, &err));
        OK(file_write(path, other.data, other.len, 0600, true, &err));
        assert_false(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
        assert_non_null(strstr(err.what, "no desk's key"));
    }
    OK(file_write(path, file.data, file.len, 0600, true, &err));
    OK(desk_open(&desk, study_path(s, "desk"), s->coordinator, &err));
    assert_whole(desk);
    desk_close(desk);
    buf_fini(&file);
    buf_fini(&other);
}

/* A package of form `xml` (NULL: of no form), as `id`, by this author. */
static uint8_t other_study; /* in the header alone */
static bool adds(struct desk *desk, struct study *s, const char *id, const char *xml,
                 const uint8_t cert[CERT_BYTES], const uint8_t seed[32], uint8_t epoch)
{
    struct err err = {0};
    struct buf b = {0};
    struct package_file file = {xml ? "form.xml" : "list.csv", xml ? xml : "a",
                                xml ? strlen(xml) : 1};
    bool fresh;
    OK(package_write(&b, &(struct package_spec){s->catalogue.study_id, id, 3, 0, &file, 1}, cert,
                     seed, &err));
    b.data[8] ^= (char)other_study;
    b.data[64] = (char)epoch; /* the oldest catalogue that it is for */
    sign_make((uint8_t *)b.data + b.len - SIGN_BYTES, "package", b.data, 256 + CERT_BYTES, seed);
    bool ok = desk_add_form(desk, b.data, b.len, &fresh, &err);
    buf_fini(&b);
    return ok;
}

static void test_desk__takes_what_is_the_studys(void **state)
{
    (void)state;
    struct err err = {0};
    struct study s, other;
    struct desk *desk;
    struct buf device = {0};
    uint8_t stranger[32], strange_cert[CERT_BYTES], scoped[CERT_BYTES];
    bool fresh;
    study_init(&s);
    study_init(&other);
    study_device(&s);
    desk = open_desk(&s);
    /* devices */
    study_device_file(&s, &device);
    assert_false(desk_add_device(desk, device.data, device.len - 1, &fresh, &err));
    OK(desk_add_device(desk, device.data, device.len, &fresh, &err));
    assert_false(fresh);
    buf_fini(&device);
    buf_add(&device, s.author_cert, CERT_BYTES); /* an author is no device */
    buf_add(&device, s.root, 32);
    buf_add(&device, s.root, 32);
    assert_false(desk_add_device(desk, device.data, device.len, &fresh, &err));
    assert_int_equal(err.code, ERR_AUTH);
    /* catalogues */
    other.catalogue.epoch = 2;
    memset(other.root, 0x55, 32);
    sign_public(other.catalogue.roots[0], other.root);
    study_sign_catalogue(&other);
    assert_false(
        desk_set_catalogue(desk, other.catalogue_bytes.data, other.catalogue_bytes.len, &err));
    assert_int_equal(err.code, ERR_AUTH); /* other roots */
    memcpy(other.root, s.root, 32);
    memcpy(other.catalogue.roots, s.catalogue.roots, sizeof other.catalogue.roots);
    other.catalogue.study_id[0] ^= 1;
    study_sign_catalogue(&other);
    assert_false(
        desk_set_catalogue(desk, other.catalogue_bytes.data, other.catalogue_bytes.len, &err));
    assert_false(desk_set_catalogue(desk, "none", 4, &err));
    /* forms */
    struct cert cert = {.role = CERT_AUTHOR, .serial = 1, .scope = "mine_"};
    memset(stranger, 0x44, 32);
    memcpy(cert.study_id, s.catalogue.study_id, 16);
    sign_public(cert.subject, stranger);
    cert_make(strange_cert, &cert, stranger);
    cert_make(scoped, &cert, s.root);
    assert_true(adds(desk, &s, "test_form", form_xml, s.author_cert, s.author, 1));
    assert_false(adds(desk, &s, "mine_form", form_xml, strange_cert, stranger, 0)); /* nobody's */
    cert.scope[0] = '\0';
    cert_make(strange_cert, &cert, stranger);
    assert_false(adds(desk, &s, "test_form", form_xml, strange_cert, stranger, 0));
    other_study = 1;
    assert_false(adds(desk, &s, "test_form", form_xml, s.author_cert, s.author, 0));
    other_study = 0;
    assert_false(adds(desk, &s, "test_form", form_xml, s.author_cert, s.author, 9)); /* too early */
    assert_false(adds(desk, &s, "test_form", NULL, s.author_cert, s.author, 0));
    assert_false(adds(desk, &s, "test_form", "<form/>", s.author_cert, s.author, 0));
    assert_false(
        adds(desk, &s, "mine_form", form_xml, scoped, stranger, 0)); /* it calls itself so */
    assert_false(adds(desk, &s, "other_form", form_xml, s.author_cert, s.author, 0));
    s.catalogue.study_id[0] ^= 1;
    study_cert(&s, strange_cert, CERT_AUTHOR, s.author);
    assert_false(
        adds(desk, &s, "test_form", form_xml, strange_cert, s.author, 0)); /* another study */
    s.catalogue.study_id[0] ^= 1;
    assert_false(desk_add_form(desk, "none", 4, &fresh, &err));
    desk_close(desk);
    buf_fini(&device);
    study_fini(&s);
    study_fini(&other);
}

/* A batch by a device of ours is for our study, and by one that is ours. */
static void test_desk__batches_of_ours(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct import_report in;
    struct chain_entry e = {.seq = 1, .kind = CHAIN_GENESIS};
    uint8_t entry[CHAIN_ENTRY], seed[32];
    struct batch b = {.first_seq = 1, .last_seq = 1, .entries = entry, .entry_count = 1};
    struct desk *desk;
    OK(desk_make(&desk, study_path(s, "desk"), &s->catalogue, NULL, &err));
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    struct cert c = {.role = CERT_DEVICE, .serial = 7};
    uint8_t file[CERT_BYTES + 64] = {0};
    bool fresh;
    memset(seed, 0x42, 32);
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, seed);
    cert_make(file, &c, s->root);
    OK(desk_add_device(desk, file, sizeof file, &fresh, &err));
    for (int round = 0; round < 3; round++) {
        struct buf tar = {0};
        memset(seed, round == 1 ? 0x43 : 0x42, 32); /* one that is not enrolled */
        memcpy(b.study_id, s->catalogue.study_id, 16);
        b.study_id[0] ^= round == 2; /* another study */
        sign_public(b.device_key, seed);
        chain_make(entry, &e, seed);
        chain_hash(b.head_hash, entry);
        OK(batch_write(&tar, &b, seed, &err));
        assert_int_equal(desk_import(desk, tar.data, tar.len, 1, &in, &err), round == 0);
        if (round) {
            assert_int_equal(err.code, ERR_AUTH);
        }
        buf_fini(&tar);
    }
    desk_close(desk);
}

/* What is missing before a batch is named, and waited for; what no device is called is told. */
static void test_desk__gaps_and_names(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct desk *desk;
    struct import_report in;
    struct desk_device at = {.entries = 0};
    uint8_t entries[3][CHAIN_ENTRY], seed[32], file[CERT_BYTES + 64] = {0};
    struct chain_entry e = {.seq = 1, .kind = CHAIN_GENESIS};
    struct cert c = {.role = CERT_DEVICE, .serial = 7};
    unsigned records;
    uint64_t counter;
    bool fresh;
    OK(desk_make(&desk, study_path(s, "desk"), &s->catalogue, NULL, &err));
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    memset(seed, 0x42, 32);
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, seed);
    cert_make(file, &c, s->root);
    OK(desk_add_device(desk, file, sizeof file, &fresh, &err));
    for (int i = 0; i < 3; i++) {
        chain_make(entries[i], &e, seed);
        chain_hash(e.prev, entries[i]);
        e.seq++;
        e.kind = CHAIN_DISCARDED;
    }
    for (int round = 0; round < 2; round++) { /* the first, and then the third */
        struct batch b = {.first_seq = round ? 3 : 1,
                          .last_seq = round ? 3 : 1,
                          .entries = entries[2 * round],
                          .entry_count = 1};
        struct buf tar = {0};
        memcpy(b.study_id, s->catalogue.study_id, 16);
        sign_public(b.device_key, seed);
        if (round) {
            chain_hash(b.prev_hash, entries[1]);
        }
        chain_hash(b.head_hash, entries[2 * round]);
        OK(batch_write(&tar, &b, seed, &err));
        OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
        assert_int_equal(in.gap_from, round ? 2 : 0);
        assert_int_equal(in.gap_to, round ? 2 : 0);
        buf_fini(&tar);
    }
    OK(desk_devices(desk, keep_device, &at, &err));
    assert_int_equal(at.contiguous, 1);
    assert_int_equal(at.highest, 3);
    static const char *const names[] = {"ffffffff", "", "a", "0123456789abcdef0123456789abcdef0"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(desk_accept(desk, names[i], 0, 1, &records, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
    char id[33];
    text_hex(id, at.id, 16);
    OK(desk_accept(desk, id, 0, 1, &records, &err));
    assert_false(desk_accept(desk, id, 2, 1, &records, &err)); /* it has one history */
    OK(desk_count_receipt(desk, &at, &counter, &err));
    assert_int_equal(counter, 1);
    assert_true(swap_columns(s, "UPDATE device SET d = zeroblob(400)"));
    assert_false(desk_count_receipt(desk, &at, &counter, &err));
    assert_int_equal(counter, 0);
    /* a third recipient is another set of recipients */
    uint8_t third[32] = {8, 9};
    age_recipient_of(s->catalogue.recipients[2].key, third);
    s->catalogue.recipient_count = 3;
    s->catalogue.epoch++;
    study_sign_catalogue(s);
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    desk_close(desk);
    OK(desk_open(&desk, study_path(s, "desk"), third, &err));
    desk_close(desk);
}

/* ---- key files ---- */

static void ask_from(const char *text, int pipes[2])
{
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], text, strlen(text)), strlen(text));
    close(pipes[1]);
    prompt_from(pipes[0]);
}

static void test_desk__key_files_are_under_a_passphrase(void **state)
{
    struct study *s = *state;
    static const char pass[] = "one two three four five", other[] = "six seven eight nine ten";
    struct err err = {0};
    struct buf file = {0}, plain = {0}, lines = {0};
    uint8_t back[32];
    int pipes[2];
    bool clear;
    char id[300], key[300];
    snprintf(id, sizeof id, "%s/a.identity", s->dir);
    snprintf(key, sizeof key, "%s/a.key", s->dir);
    ask_from("too few words\n", pipes);
    assert_false(keys_ask_new_passphrase(&err));
    assert_int_equal(err.code, ERR_INPUT);
    close(pipes[0]);
    buf_printf(&lines, "%s\n", pass);
    ask_from(lines.data, pipes);
    OK(keys_ask_new_passphrase(&err));
    close(pipes[0]);
    OK(keys_write_identity(id, s->coordinator, "coordinator", &err));
    OK(keys_write_seed(key, s->root, "root", &err));
    OK(keys_read_identity(back, id, &err)); /* known: nobody is asked again */
    assert_memory_equal(back, s->coordinator, 32);
    OK(file_read(&file, id, 1 << 16, &err));
    assert_int_equal(strncmp(file.data, "age-encryption.org/v1\n-> scrypt ", 32), 0);
    struct age_keys keys = {.passphrase = pass};
    OK(age_open(&plain, file.data, file.len, &keys, NULL, &err));
    assert_non_null(strstr(plain.data, "AGE-SECRET-KEY-1"));
    keys_forget_passphrases();

    ask_from("", pipes); /* nothing comes */
    assert_false(keys_read_identity(back, id, &err));
    assert_int_equal(err.code, ERR_AUTH);
    close(pipes[0]);
    ask_from("a wrong one\nanother wrong one\nthird\nfourth\n", pipes);
    assert_false(keys_read_seed(back, key, &err));
    assert_int_equal(err.code, ERR_AUTH);
    close(pipes[0]);
    buf_cut(&lines, 0);
    buf_printf(&lines, "%s\r\n", pass); /* from a file of Windows' */
    ask_from(lines.data, pipes);
    OK(keys_read_seed(back, key, &err));
    close(pipes[0]);
    keys_forget_passphrases();
    char *longest = calloc(1, PROMPT_MAX + 10);
    memset(longest, 'x', PROMPT_MAX + 5);
    ask_from(longest, pipes);
    assert_false(keys_ask_new_passphrase(&err));
    assert_non_null(strstr(err.what, "longer"));
    close(pipes[0]);
    free(longest);
    buf_cut(&lines, 0);
    buf_printf(&lines, "a wrong one\n%s\n", pass);
    ask_from(lines.data, pipes);
    OK(keys_read_seed(back, key, &err));
    assert_memory_equal(back, s->root, 32);
    close(pipes[0]);
    keys_forget_passphrases();

    /* another passphrase; and a file that was in clear */
    keys_no_passphrase();
    char bare[300];
    snprintf(bare, sizeof bare, "%s/b.identity", s->dir);
    OK(keys_write_identity(bare, s->escrow, "escrow", &err));
    OK(keys_read_identity(back, bare, &err));
    keys_forget_passphrases();
    buf_cut(&lines, 0);
    buf_printf(&lines, "%s\n%s\n", other, pass);
    ask_from(lines.data, pipes);
    OK(keys_ask_new_passphrase(&err));
    OK(keys_protect(bare, &clear, &err));
    assert_true(clear);
    OK(keys_protect(id, &clear, &err));
    assert_false(clear);
    close(pipes[0]);
    keys_forget_passphrases();
    buf_cut(&lines, 0);
    buf_printf(&lines, "%s\n", other);
    ask_from(lines.data, pipes);
    OK(keys_read_identity(back, id, &err));
    assert_memory_equal(back, s->coordinator, 32);
    OK(keys_read_identity(back, bare, &err));
    assert_memory_equal(back, s->escrow, 32);
    close(pipes[0]);
    keys_forget_passphrases();

    /* files that are none of what is asked for */
    struct catalogue *c = calloc(1, sizeof *c);
    struct buf bytes = {0};
    char other_file[300];
    snprintf(other_file, sizeof other_file, "%s/other", s->dir);
    assert_false(keys_read_catalogue(c, &bytes, other_file, &err));
    assert_int_equal(err.code, ERR_ENV);
    OK(file_write(other_file, "Dear all,\n", 10, 0600, false, &err));
    assert_false(keys_read_catalogue(c, &bytes, other_file, &err));
    assert_int_equal(err.code, ERR_INPUT);
    uint8_t cert[CERT_BYTES];
    assert_false(keys_read_cert(cert, other_file, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_false(keys_read_seed(back, other_file, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_false(keys_read_identity(back, other_file, &err));
    assert_int_equal(err.code, ERR_AUTH);
    free(c);
    buf_fini(&bytes);

    /* what is no key stays as it is */
    buf_cut(&lines, 0);
    buf_printf(&lines, "%s\n", other);
    ask_from(lines.data, pipes);
    OK(keys_ask_new_passphrase(&err));
    snprintf(bare, sizeof bare, "%s/letter.key", s->dir);
    OK(file_write(bare, "Dear all,\n", 10, 0600, false, &err));
    assert_false(keys_protect(bare, &clear, &err));
    buf_cut(&plain, 0);
    OK(file_read(&plain, bare, 100, &err));
    assert_string_equal(plain.data, "Dear all,\n");
    close(pipes[0]);
    keys_forget_passphrases();
    prompt_from(-1);
    buf_fini(&file);
    buf_fini(&plain);
    buf_fini(&lines);
}

/* On a terminal a new passphrase is typed twice, and nothing of it is shown. */
static void test_desk__a_terminal_is_asked_twice(void **state)
{
    (void)state;
    static const char *const typed[] = {"one two three four five\none two three four six\n",
                                        "one two three four five\none two three four five\n"};
    for (int round = 0; round < 2; round++) {
        struct err err = {0};
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
        int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
        assert_true(slave >= 0);
        pid_t pid = fork();
        if (pid == 0) { /* typed once the terminal is quiet: it is emptied before each question */
            size_t first = strcspn(typed[round], "\n") + 1;
            struct termios t;
            for (bool second = false;; second = true) {
                do {
                    usleep(20000);
                } while (tcgetattr(master, &t) == 0 && t.c_lflag & ECHO);
                const char *line = second ? typed[round] + first : typed[round];
                size_t n = second ? strlen(line) : first;
                if (write(master, line, n) < 0) {
                    _exit(1);
                }
                usleep(300000); /* and once more, if that came too early */
            }
        }
        prompt_from(slave);
        assert_int_equal(keys_ask_new_passphrase(&err), round == 1);
        assert_int_equal(err.code, round ? ERR_NONE : ERR_INPUT);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        prompt_from(-1);
        keys_forget_passphrases();
        close(slave);
        close(master);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_desk__an_old_desk_is_locked_and_goes_on),
        cmocka_unit_test(test_desk__a_cut_migration_is_none),
        cmocka_unit_test(test_desk__several_open_an_old_desk_at_once),
        STUDY_TEST(test_desk__a_key_outlives_its_desk),
        STUDY_TEST(test_desk__a_new_desk_says_nothing_without_its_key),
        cmocka_unit_test(test_desk__rows_cannot_change_places),
        cmocka_unit_test(test_desk__damage_is_told),
        cmocka_unit_test(test_desk__a_damaged_old_desk_stays),
        STUDY_TEST(test_desk__its_key_is_its_key),
        cmocka_unit_test(test_desk__takes_what_is_the_studys),
        STUDY_TEST(test_desk__batches_of_ours),
        STUDY_TEST(test_desk__gaps_and_names),
        STUDY_TEST(test_desk__key_files_are_under_a_passphrase),
        cmocka_unit_test(test_desk__a_terminal_is_asked_twice),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
