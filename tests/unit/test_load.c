/* SPDX-License-Identifier: Apache-2.0 */
/* Is what lies on a stick told before it is taken, and only that taken? */
#include "tests/lib/study.h"

#include <sys/stat.h>

static const char later[] = "<data id='test_form'><q>Дигар</q></data>";

static void put_wrapped(struct study *s, const char *folder, const char *name, const void *bytes,
                        size_t len)
{
    struct err err = {0};
    struct buf wrapped = {0};
    uint8_t key[1][32];
    age_recipient_of(key[0], s->package);
    OK(age_seal(&wrapped, bytes, len, (const uint8_t(*)[32])key, 1, &err));
    study_put(s, folder, name, &wrapped);
    buf_fini(&wrapped);
}

static void make_package(struct study *s, struct buf *out, uint64_t serial, const uint8_t *cert,
                         const uint8_t *seed)
{
    struct err err = {0};
    struct package_file file = {"form.xml", later, sizeof later - 1};
    OK(package_write(
        out, &(struct package_spec){s->catalogue.study_id, "test_form", serial, 0, &file, 1}, cert,
        seed, &err));
}

struct seen {
    unsigned count;
    uint8_t last[32];
};

static void see(void *user, const struct package *p)
{
    struct seen *seen = user;
    const char *xml;
    size_t len;
    assert_true(package_find(p, "form.xml", &xml, &len));
    seen->count++;
    memcpy(seen->last, p->hash, 32);
}

static unsigned of(const struct load_find *f, enum load_kind kind, enum load_verdict verdict)
{
    unsigned count = 0;
    for (size_t i = 0; i < f->count; i++) {
        count += f->items[i]->kind == kind && f->items[i]->verdict == verdict;
    }
    return count;
}

static void test_load__an_answer_is_told_with_the_forms_its_key_opens(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_find f;
    struct load_report r;
    struct seen seen = {0};
    uint8_t hash[32];
    study_device(s);
    study_answer(s, hash);
    OK(device_find(s->device, study_path(s, "stick"), &f, see, &seen, &err));
    assert_int_equal(f.takes, 3);
    assert_int_equal(f.count, 3);
    assert_int_equal(f.items[0]->kind, LOAD_GRANT); /* in the order of taking */
    assert_int_equal(f.items[1]->kind, LOAD_CATALOGUE);
    assert_int_equal(f.items[2]->kind, LOAD_PACKAGE);
    assert_int_equal(f.form_count, 1);
    assert_memory_equal(f.forms[0], hash, 32);
    assert_int_equal(f.epoch, s->catalogue.epoch);
    assert_int_equal(seen.count, 1);
    assert_null(f.items[0]->plain.data);         /* it holds a key */
    assert_false(device_is_enrolled(s->device)); /* nothing was taken */
    assert_int_not_equal(device_catalogue(s->device)->epoch, s->catalogue.epoch);
    OK(device_take(s->device, study_path(s, "stick"), &f, &r, &err));
    assert_int_equal(r.grants, 1);
    assert_int_equal(r.catalogues, 1);
    assert_int_equal(r.packages, 1);
    assert_int_equal(r.refused, 0);
    assert_true(device_is_enrolled(s->device));
    device_find_end(&f);
    seen.count = 0;
    OK(device_find(s->device, study_path(s, "stick"), &f, see, &seen, &err));
    assert_int_equal(f.count, 0); /* all of it is here */
    assert_int_equal(f.form_count, 1);
    assert_int_equal(seen.count, 0); /* what is here need not be read */
    device_find_end(&f);
}

static void test_load__each_refused_file_says_why(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_find f;
    struct load_report r;
    struct seen seen = {0};
    struct buf old = {0}, package = {0};
    uint8_t hash[32], stranger[32] = {9}, stranger_cert[CERT_BYTES];
    study_device(s);
    buf_add(&old, s->catalogue_bytes.data, s->catalogue_bytes.len);
    study_enrol(s, hash);
    put_wrapped(s, "mixed", "1-old.age", old.data, old.len);
    make_package(s, &package, 12, s->author_cert, s->author);
    put_wrapped(s, "mixed", "2-unlisted.age", package.data, package.len);
    package.data[package.len - 200] ^= 1;
    put_wrapped(s, "mixed", "3-altered.age", package.data, package.len);
    put_wrapped(s, "mixed", "4-short.age", "SBP1", 4);
    put_wrapped(s, "mixed", "5-nothing.age", "hello", 5);
    struct cert c = {.role = CERT_AUTHOR};
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, stranger);
    cert_make(stranger_cert, &c, stranger);
    buf_fini(&package);
    make_package(s, &package, 9, stranger_cert, stranger);
    put_wrapped(s, "mixed", "6-stranger.age", package.data, package.len);
    buf_fini(&package);
    make_package(s, &package, 9, s->author_cert, s->author); /* before that which is in force */
    put_wrapped(s, "mixed", "6-was.age", package.data, package.len);
    put_u64((uint8_t *)package.data + 72, 2); /* as if of a later program */
    put_wrapped(s, "mixed", "6-newer.age", package.data, package.len);
    assert_int_equal(mkfifo(study_path(s, "mixed/7-pipe.age"), 0600), 0); /* nobody writes to it */
    assert_int_equal(symlink("/dev/zero", study_path(s, "mixed/7-zero.age")), 0);
    OK(file_folder(study_path(s, "mixed/7-folder.age"), 0700, &err));
    study_put(s, "mixed", "8-closed.age", &old); /* no age file at all */
    struct buf cut = {0};
    char path[300];
    snprintf(path, sizeof path, "%s", study_path(s, "mixed/2-unlisted.age"));
    OK(file_read(&cut, path, 1 << 20, &err));
    buf_cut(&cut, cut.len - 40);
    study_put(s, "mixed", "9-cut.age", &cut); /* its end is missing */
    buf_fini(&cut);
    study_issue(s, "mixed", later, 10, hash);
    OK(device_find(s->device, study_path(s, "mixed"), &f, see, &seen, &err));
    assert_int_equal(f.takes, 2);
    assert_int_equal(f.skipped, 2);
    assert_int_equal(of(&f, LOAD_CATALOGUE, LOAD_OLD), 1);
    assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_UNLISTED), 1);
    assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_UNTRUSTED), 2);
    assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_DAMAGED), 1);
    assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_OLD), 1);
    assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_NEWER), 1);
    assert_int_equal(of(&f, LOAD_UNREAD, LOAD_DAMAGED), 1);
    assert_int_equal(seen.count, 1); /* nothing is read of a form that nobody vouches for */
    assert_memory_equal(seen.last, hash, 32);
    for (size_t i = 0; i < f.count; i++) {
        if (f.items[i]->verdict > LOAD_HAD) {
            assert_true(strncmp(f.items[i]->why.where, f.items[i]->name, 2) == 0);
            assert_true(*f.items[i]->why.what);
        }
    }
    OK(device_take(s->device, study_path(s, "mixed"), &f, &r, &err));
    assert_int_equal(r.catalogues, 1);
    assert_int_equal(r.packages, 1);
    assert_int_equal(r.refused, 8);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 2);
    device_find_end(&f);
    buf_fini(&old);
    buf_fini(&package);
}

/* Whatever their names, the older of two new catalogues comes first, and neither is refused. */
static void test_load__several_catalogues_come_in_their_order(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report r;
    char from[300], to[300];
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    study_issue(s, "two", NULL, 0, hash);
    snprintf(from, sizeof from, "%s/e-catalogue-%u.age", study_path(s, "two"),
             (unsigned)s->catalogue.epoch);
    snprintf(to, sizeof to, "%s/z.age", study_path(s, "two"));
    assert_int_equal(rename(from, to), 0);
    study_issue(s, "two", later, 9, hash);
    OK(device_load_folder(s->device, study_path(s, "two"), &r, &err));
    assert_int_equal(r.catalogues, 2);
    assert_int_equal(r.packages, 1);
    assert_int_equal(r.refused, 0);
    assert_int_equal(device_catalogue(s->device)->epoch, s->catalogue.epoch);
}

/* A list comes behind its forms: whatever is missing or stops it, what was in force stays so. */
static void test_load__forms_come_before_their_list(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_find f;
    struct load_report r;
    struct device_form forms[DEVICE_FORMS_MAX];
    struct progress progress = {0};
    uint8_t hash[32], had[32], id[32];
    size_t count;
    study_device(s);
    study_enrol(s, hash);
    memcpy(had, hash, 32);
    study_issue(s, "soon", later, 40, hash);
    OK(device_find(s->device, study_path(s, "soon"), &f, NULL, NULL, &err));
    assert_int_equal(f.missing_count, 0);
    device_watch(s->device, &progress);
    progress.stop = true; /* before anything */
    assert_false(device_take(s->device, study_path(s, "soon"), &f, &r, &err));
    device_watch(s->device, NULL);
    OK(device_forms(s->device, forms, &count, &err));
    assert_int_equal(count, 1);
    assert_memory_equal(forms[0].hash, had, 32);
    device_find_end(&f);
    device_keep(0); /* the stick goes when the form was read, and the list not yet */
    OK(device_find(s->device, study_path(s, "soon"), &f, NULL, NULL, &err));
    char list[300];
    snprintf(list, sizeof list, "%s/e-catalogue-%u.age", study_path(s, "soon"),
             (unsigned)s->catalogue.epoch);
    OK(file_remove(list, &err));
    assert_false(device_take(s->device, study_path(s, "soon"), &f, &r, &err));
    device_keep(16 << 20);
    assert_int_equal(r.packages, 1);
    OK(device_forms(s->device, forms, &count, &err));
    assert_int_equal(count, 1);
    assert_memory_equal(forms[0].hash, had, 32);
    device_find_end(&f);
    /* a list whose form nobody has: said before it is taken */
    study_issue(s, "late", later, 41, hash);
    OK(file_remove(study_path(s, "late/d-form-41.age"), &err));
    OK(device_find(s->device, study_path(s, "late"), &f, NULL, NULL, &err));
    assert_int_equal(f.missing_count, 1);
    catalogue_form_hash(id, "test_form");
    assert_memory_equal(f.missing[0], id, 32);
    assert_int_equal(f.form_count, 0);
    device_find_end(&f);
}

/* Sealed to us by anybody: no list that comes with it stands for a moment. */
static void test_load__a_forged_grant_moves_nothing(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report r;
    struct enrol_request q;
    struct enrol_grant g;
    struct buf grant = {0};
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    study_issue(s, "stick2", later, 60, hash);
    OK(enrol_request_read(&q, s->request.data, s->request.len, &err));
    memset(&g, 7, sizeof g);
    memcpy(g.cert, s->author_cert, CERT_BYTES); /* no device's */
    g.catalogue = (const uint8_t *)s->catalogue_bytes.data;
    g.catalogue_len = s->catalogue_bytes.len;
    OK(enrol_grant_write(&grant, &g, s->root, q.box_pk, &err));
    study_put(s, "stick2", "0-forged.age", &grant);
    put_wrapped(s, "stick2", "1-forged.age", "SBW1 nothing", 12);
    OK(device_load_folder(s->device, study_path(s, "stick2"), &r, &err));
    assert_int_equal(r.grants, 0);
    assert_int_equal(r.catalogues, 1);
    assert_int_equal(r.packages, 1);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    assert_int_equal(r.of[LOAD_DAMAGED], 1);
    buf_fini(&grant);
}

/* Old batches beside the forms are not read to their end; a large form is. */
static void test_load__large_files_of_others_are_left_alone(void **state)
{
    struct study *s = *state;
    enum { LARGE = 3 << 20 };
    struct err err = {0};
    struct load_find f;
    struct buf large = {0}, sealed = {0}, package = {0};
    struct progress progress = {0};
    uint8_t hash[32], other[1][32], identity[32];
    study_device(s);
    study_enrol(s, hash);
    for (size_t i = 0; i < LARGE; i++) {
        buf_char(&large, (char)(i * 7 + i / 251));
    }
    age_generate(identity, other[0]);
    OK(age_seal(&sealed, large.data, large.len, (const uint8_t(*)[32])other, 1, &err));
    study_put(s, "large", "batch.age", &sealed);
    buf_cut(&sealed, sealed.len / 2);
    study_put(s, "large", "half.age", &sealed);
    struct package_file files[] = {{"form.xml", later, sizeof later - 1},
                                   {"film.bin", large.data, large.len}};
    OK(package_write(&package,
                     &(struct package_spec){s->catalogue.study_id, "test_form", 50, 0, files, 2},
                     s->author_cert, s->author, &err));
    put_wrapped(s, "large", "form.age", package.data, package.len);
    struct package p;
    OK(package_read(&p, package.data, package.len, NULL, &err));
    s->catalogue.epoch++;
    memcpy(s->catalogue.forms[0].package, p.hash, 32);
    s->catalogue.forms[0].serial = 50;
    study_sign_catalogue(s);
    put_wrapped(s, "large", "list.age", s->catalogue_bytes.data, s->catalogue_bytes.len);
    device_watch(s->device, &progress);
    OK(device_find(s->device, study_path(s, "large"), &f, NULL, NULL, &err));
    device_watch(s->device, NULL);
    assert_int_equal(f.skipped, 2);
    assert_int_equal(f.takes, 2);
    assert_int_equal(f.count, 2);
    assert_int_equal(progress.done, progress.total); /* the bar came to its end */
    device_find_end(&f);
    buf_fini(&large);
    buf_fini(&sealed);
    buf_fini(&package);
}

/* What was told is what is taken: a file that is another by then is not. */
static void test_load__a_file_that_changes_is_not_taken(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_find f;
    struct load_report r;
    struct buf package = {0};
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    for (int kept = 0; kept < 2; kept++) {
        device_keep(kept ? 1 << 20 : 0);
        study_issue(s, "soon", later, 20 + (unsigned)kept, hash);
        OK(device_find(s->device, study_path(s, "soon"), &f, NULL, NULL, &err));
        assert_int_equal(of(&f, LOAD_PACKAGE, LOAD_TAKE), 1);
        buf_cut(&package, 0);
        make_package(s, &package, 99, s->author_cert, s->author);
        put_wrapped(s, "soon", kept ? "d-form-21.age" : "d-form-20.age", package.data, package.len);
        OK(device_take(s->device, study_path(s, "soon"), &f, &r, &err));
        assert_int_equal(r.catalogues, 1);
        assert_int_equal(r.packages, kept);
        assert_int_equal(r.of[LOAD_UNTRUSTED], !kept);
        device_find_end(&f);
    }
    device_keep(0); /* read twice, and pulled out between */
    study_issue(s, "soon", later, 30, hash);
    OK(device_find(s->device, study_path(s, "soon"), &f, NULL, NULL, &err));
    OK(file_remove(study_path(s, "soon/d-form-30.age"), &err));
    assert_false(device_take(s->device, study_path(s, "soon"), &f, &r, &err));
    assert_int_equal(err.code, ERR_ENV);
    device_find_end(&f);
    assert_false(device_find(s->device, study_path(s, "nowhere"), &f, NULL, NULL, &err));
    assert_int_equal(err.code, ERR_ENV);
    device_find_end(&f);
    device_keep(16 << 20);
    buf_fini(&package);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_load__an_answer_is_told_with_the_forms_its_key_opens),
        STUDY_TEST(test_load__each_refused_file_says_why),
        STUDY_TEST(test_load__several_catalogues_come_in_their_order),
        STUDY_TEST(test_load__forms_come_before_their_list),
        STUDY_TEST(test_load__a_forged_grant_moves_nothing),
        STUDY_TEST(test_load__large_files_of_others_are_left_alone),
        STUDY_TEST(test_load__a_file_that_changes_is_not_taken),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
