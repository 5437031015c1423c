/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/study.h"

char *study_path(struct study *s, const char *name)
{
    static char path[4][256];
    static unsigned next;
    char *out = path[next++ % 4];
    snprintf(out, 256, "%s/%s", s->dir, name);
    return out;
}

void study_cert(struct study *s, uint8_t out[CERT_BYTES], enum cert_role role,
                const uint8_t seed[32])
{
    struct cert c = {.role = role, .serial = 1};
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, seed);
    cert_make(out, &c, s->root);
}

void study_sign_catalogue(struct study *s)
{
    struct err err = {0};
    buf_fini(&s->catalogue_bytes);
    OK(catalogue_write(&s->catalogue_bytes, &s->catalogue, (const uint8_t(*)[32]) & s->root, 1,
                       &err));
}

void study_init(struct study *s)
{
    memset(s, 0, sizeof *s);
    strcpy(s->dir, "/tmp/suhbat-study-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    uint8_t *keys[] = {s->root,   s->author,  s->desk, s->coordinator,
                       s->escrow, s->package, s->token};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        memset(keys[i], (int)(0x10 + i), 32);
    }
    memset(s->catalogue.study_id, 0xA5, 16);
    s->catalogue.epoch = 1;
    s->catalogue.issued_at = 1795500000;
    s->catalogue.warn_after = 1798000000;
    s->catalogue.root_count = s->catalogue.threshold = 1;
    sign_public(s->catalogue.roots[0], s->root);
    s->catalogue.recipient_count = 2;
    age_recipient_of(s->catalogue.recipients[0].key, s->coordinator);
    age_recipient_of(s->catalogue.recipients[1].key, s->escrow);
    s->catalogue.recipients[0].role = 1;
    s->catalogue.recipients[1].role = 2;
    strcpy(s->catalogue.recipients[0].label, "coordinator");
    strcpy(s->catalogue.recipients[1].label, "escrow");
    age_recipient_of(s->catalogue.package_key, s->package);
    study_cert(s, s->author_cert, CERT_AUTHOR, s->author);
    study_cert(s, s->desk_cert, CERT_IMPORT, s->desk);
    study_sign_catalogue(s);
}

void study_device_with(struct study *s, uint32_t memory_kib)
{
    struct err err = {0};
    struct invite *invite = calloc(1, sizeof *invite);
    memset(s->recovery, 0x77, 32);
    secret_box_public(s->catalogue.recovery, s->recovery);
    study_sign_catalogue(s);
    memcpy(invite->study_id, s->catalogue.study_id, 16);
    memcpy(invite->token, s->token, 32);
    invite->catalogue = s->catalogue;
    catalogue_root_set(invite->root_set, &s->catalogue);
    invite->catalogue_bytes = (const uint8_t *)s->catalogue_bytes.data;
    invite->catalogue_len = s->catalogue_bytes.len;
    buf_fini(&s->request);
    OK(device_create(&s->device,
                     &(struct device_spec){study_path(s, "device"), invite, study_pass,
                                           sizeof study_pass - 1, memory_kib, "test device"},
                     &s->request, &err));
    free(invite);
}

void study_device(struct study *s)
{
    study_device_with(s, STUDY_MEMORY_KIB);
}

void study_put(struct study *s, const char *folder, const char *name, const struct buf *bytes)
{
    struct err err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s/%s", s->dir, folder);
    OK(file_folder(path, 0700, &err));
    snprintf(path, sizeof path, "%s/%s/%s", s->dir, folder, name);
    OK(file_write(path, bytes->data, bytes->len, 0600, true, &err));
}

void study_device_file(struct study *s, struct buf *out)
{
    struct err err = {0};
    struct enrol_request r;
    struct cert c = {.role = CERT_DEVICE, .serial = 7};
    uint8_t cert[CERT_BYTES];
    OK(enrol_request_read(&r, s->request.data, s->request.len, &err));
    memcpy(c.study_id, s->catalogue.study_id, 16);
    memcpy(c.subject, r.sign_pk, 32);
    cert_make(cert, &c, s->root);
    buf_add(out, cert, sizeof cert);
    buf_add(out, r.box_pk, 32);
    buf_add(out, r.genesis_hash, 32);
}

void study_answer(struct study *s, uint8_t package_hash[32])
{
    struct err err = {0};
    struct enrol_request r;
    struct enrol_grant g;
    struct buf grant = {0}, file = {0}, package = {0}, wrapped = {0}, catalogue = {0};
    struct package p;
    uint8_t keys[3][32];
    OK(enrol_request_read(&r, s->request.data, s->request.len, &err));
    assert_true(enrol_request_proves(s->request.data, s->request.len, s->token));
    study_device_file(s, &file);
    memcpy(g.cert, file.data, CERT_BYTES);
    memcpy(g.package_secret, s->package, 32);
    g.catalogue = (const uint8_t *)s->catalogue_bytes.data;
    g.catalogue_len = s->catalogue_bytes.len;
    OK(enrol_grant_write(&grant, &g, s->root, r.box_pk, &err));
    study_put(s, "stick", "a-grant.age", &grant);
    struct package_file files[] = {
        {"form.xml", s->form ? s->form : "<form/>", s->form ? strlen(s->form) : 7},
        {"regions.csv", "a,b\n", 4},
        {"picture.png", s->picture ? s->picture->data : "", s->picture ? s->picture->len : 0}};
    OK(package_write(&package,
                     &(struct package_spec){s->catalogue.study_id,
                                            s->form_id ? s->form_id : "test_form", 3,
                                            s->package_flags, files, s->picture ? 3 : 2},
                     s->author_cert, s->author, &err));
    OK(package_read(&p, package.data, package.len, NULL, &err));
    memcpy(package_hash, p.hash, 32);
    s->catalogue.epoch++;
    s->catalogue.form_count = 1;
    memcpy(s->catalogue.forms[0].form, p.form_hash, 32);
    memcpy(s->catalogue.forms[0].package, p.hash, 32);
    s->catalogue.forms[0].serial = 3;
    study_sign_catalogue(s);
    age_recipient_of(keys[0], s->package);
    OK(age_seal(&wrapped, package.data, package.len, (const uint8_t(*)[32])keys, 1, &err));
    study_put(s, "stick", "b-form.age", &wrapped);
    OK(age_seal(&catalogue, s->catalogue_bytes.data, s->catalogue_bytes.len,
                (const uint8_t(*)[32])keys, 1, &err));
    study_put(s, "stick", "c-catalogue.age", &catalogue);
    buf_fini(&grant);
    buf_fini(&file);
    buf_fini(&package);
    buf_fini(&wrapped);
    buf_fini(&catalogue);
}

void study_enrol(struct study *s, uint8_t package_hash[32])
{
    struct err err = {0};
    struct load_report report;
    study_answer(s, package_hash);
    OK(device_load_folder(s->device, study_path(s, "stick"), &report, &err));
    assert_int_equal(report.grants, 1);
    assert_int_equal(report.catalogues, 1);
    assert_int_equal(report.packages, 1);
    assert_int_equal(report.refused, 0);
}

void study_issue(struct study *s, const char *folder, const char *form, uint64_t serial,
                 uint8_t package_hash[32])
{
    struct err err = {0};
    struct buf package = {0}, wrapped = {0}, catalogue = {0};
    struct package p;
    uint8_t key[1][32];
    char name[40];
    age_recipient_of(key[0], s->package);
    s->catalogue.epoch++;
    s->catalogue.form_count = 0;
    if (form) {
        struct package_file file = {"form.xml", form, strlen(form)};
        OK(package_write(
            &package,
            &(struct package_spec){s->catalogue.study_id, "test_form", serial, 0, &file, 1},
            s->author_cert, s->author, &err));
        OK(package_read(&p, package.data, package.len, NULL, &err));
        memcpy(package_hash, p.hash, 32);
        s->catalogue.form_count = 1;
        memcpy(s->catalogue.forms[0].form, p.form_hash, 32);
        memcpy(s->catalogue.forms[0].package, p.hash, 32);
        s->catalogue.forms[0].serial = serial;
        OK(age_seal(&wrapped, package.data, package.len, (const uint8_t(*)[32])key, 1, &err));
        snprintf(name, sizeof name, "d-form-%u.age", (unsigned)serial);
        study_put(s, folder, name, &wrapped);
    }
    study_sign_catalogue(s);
    OK(age_seal(&catalogue, s->catalogue_bytes.data, s->catalogue_bytes.len,
                (const uint8_t(*)[32])key, 1, &err));
    snprintf(name, sizeof name, "e-catalogue-%u.age", (unsigned)s->catalogue.epoch);
    study_put(s, folder, name, &catalogue);
    buf_fini(&package);
    buf_fini(&wrapped);
    buf_fini(&catalogue);
}

void study_publish(struct study *s, const char *form, uint64_t serial, uint8_t package_hash[32])
{
    struct err err = {0};
    struct load_report report;
    study_issue(s, "later", form, serial, package_hash);
    OK(device_load_folder(s->device, study_path(s, "later"), &report, &err));
    assert_int_equal(report.catalogues, 1);
}

void study_message(struct study *s, const char *folder, const char *name,
                   const struct message *message)
{
    struct err err = {0};
    struct buf plain = {0}, sealed = {0};
    struct message m = *message;
    struct enrol_request r;
    uint8_t box[1][32];
    OK(enrol_request_read(&r, s->request.data, s->request.len, &err));
    memcpy(box[0], r.box_pk, 32);
    memcpy(m.study_id, s->catalogue.study_id, 16);
    OK(message_write(&plain, &m, s->desk_cert, s->desk, &err));
    OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32])box, 1, &err));
    study_put(s, folder, name, &sealed);
    buf_fini(&plain);
    buf_fini(&sealed);
}

void study_answer_travel(struct study *s)
{
    struct err err = {0};
    struct arena arena;
    struct buf bytes = {0}, out = {0};
    struct travel_request request;
    const char **names;
    size_t count;
    char path[256];
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(s, "stick"), ".sbu", &err));
    assert_int_equal(count, 1);
    snprintf(path, sizeof path, "%s/%s", study_path(s, "stick"), names[0]);
    OK(file_read(&bytes, path, 4096, &err));
    OK(travel_request_read(&request, bytes.data, bytes.len, &err));
    uint8_t *plain = secret_new(TRAVEL_PLAIN);
    OK(travel_request_open(plain, &request, s->recovery, &err));
    travel_answer_write(&out, &request, plain);
    secret_free(plain);
    OK(file_remove(path, &err));
    study_put(s, "stick", "answer.sbv", &out);
    buf_fini(&bytes);
    buf_fini(&out);
    arena_fini(&arena);
}

void study_fini(struct study *s)
{
    char command[128];
    device_close(s->device);
    buf_fini(&s->catalogue_bytes);
    buf_fini(&s->request);
    snprintf(command, sizeof command, "rm -r %s", s->dir);
    assert_int_equal(system(command), 0);
}

int study_setup(void **state)
{
    *state = mem_zero(1, sizeof(struct study));
    study_init(*state);
    return 0;
}

int study_teardown(void **state)
{
    study_fini(*state);
    free(*state);
    return 0;
}
