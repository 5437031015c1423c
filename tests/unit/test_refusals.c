/* SPDX-License-Identifier: Apache-2.0 */
/* What does a device refuse: of a stick, of its own store, of a caller who comes too late? */
#include "tests/lib/custody.h"

#include "platform/custody/device_internal.h"
#include "platform/machine/fault.h"

static void reopen(struct study *s)
{
    struct err err = {0};
    device_close(s->device);
    s->device = NULL;
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
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

static const uint8_t id_of[3][16] = {{0xA1, 1}, {0xB2, 2}, {0xC3, 3}};

static void test_refusals__a_finished_interview_is_finished(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d, more;
    struct device_left left = {.questions = 1};
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    draft(s, &d, hash);
    OK(device_finish(s->device, &d, id_of[0], &finished, study_wall, &err));
    bool refused[] = {!device_draft_append(s->device, &d, "late", 4, &err),
                      !device_draft_read(s->device, &d, any_event, NULL, &err),
                      !device_draft_left(s->device, &d, &left, &err),
                      !device_draft_discard(s->device, &d, &err),
                      !device_finish(s->device, &d, id_of[1], &finished, study_wall, &err)};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_true(refused[i]);
    }
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(vault_keys(s->device->vault)->chain_seq, 2); /* none left an entry */
    /* as many as there is room for, and not one more */
    for (int i = 0; i < VAULT_DRAFTS; i++) {
        OK(device_draft_begin(s->device, &more, hash, study_wall, &err));
    }
    assert_false(device_draft_begin(s->device, &more, hash, study_wall, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    static char huge[DEVICE_EVENT_MAX + 1];
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, VAULT_DRAFTS);
    assert_false(device_draft_append(s->device, &drafts[0], huge, sizeof huge, &err));
    assert_int_equal(err.code, ERR_LIMIT);
}

/* Rows that the right key opens and that say what they must not. */
static void put_row(struct study *s, const char *what, const void *of, size_t of_len,
                    const uint8_t *plain, size_t len)
{
    struct err err = {0};
    uint8_t id[16], ad[24] = "sbROW2";
    struct buf locked = {0};
    device_row_name(s->device, id, what, of, of_len);
    memcpy(ad + 8, id, 16);
    secret_lock(&locked, vault_meta_key(s->device->vault), ad, sizeof ad, plain, len);
    OK(store_put(s->device->store, id, locked.data, locked.len, &err));
    buf_fini(&locked);
}

static void test_refusals__rows_that_say_too_much(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf out = {0};
    struct device_draft d;
    uint8_t hash[32], row[16] = {0}, id[16];
    bool found;
    study_device(s);
    study_enrol(s, hash);
    put_row(s, "copied", "", 0, row, 8); /* half a head */
    assert_false(device_row_get(s->device, "copied", "", 0, &out, &found, &err));
    assert_int_equal(err.code, ERR_INPUT);
    put_u32(row, 1); /* longer than it is */
    put_row(s, "copied", "", 0, row, 16);
    assert_false(device_row_get(s->device, "copied", "", 0, &out, &found, &err));
    put_u32(row, 0);
    put_row(s, "copied", "", 0, row, 16);
    OK(device_row_get(s->device, "copied", "", 0, &out, &found, &err));
    assert_true(found);

    draft(s, &d, hash);
    struct vault_draft *slot = vault_find_draft(s->device->vault, d.id);
    static const uint8_t lies[2][6] = {{9, 0}, {9, 0, 0, 0, 1, 2}};
    for (size_t i = 0; i < 2; i++) {
        struct buf locked = {0};
        uint8_t ad[32] = "sbDRAFT1";
        memcpy(ad + 8, d.id, 16);
        device_event_name(id, slot, 0);
        secret_lock(&locked, slot->key, ad, sizeof ad, lies[i], i ? 6 : 2);
        OK(store_put(s->device->store, id, locked.data, locked.len, &err));
        assert_false(device_draft_read(s->device, &d, any_event, NULL, &err));
        assert_int_equal(err.code, ERR_INPUT);
        buf_fini(&locked);
    }
    device_event_name(id, slot, 0);
    OK(store_put(s->device->store, id, "no event", 8, &err));
    assert_false(device_draft_read(s->device, &d, any_event, NULL, &err));
    /* a list's row of another length says nothing */
    uint8_t odd[16 + 3] = {3};
    put_row(s, "left", d.id, 16, odd, sizeof odd);
    put_row(s, "draft", d.id, 16, odd, sizeof odd);
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 0);
    buf_fini(&out);
}

static void test_refusals__what_the_store_lacks_is_said(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf out = {0};
    uint8_t hash[32], none[32] = {7};
    study_device(s);
    OK(device_row_delete(s->device, "request", "", 0, &err));
    assert_false(device_request(s->device, &out, &err));
    assert_int_equal(err.code, ERR_INPUT);
    study_enrol(s, hash);
    assert_false(device_package(s->device, none, &out, &err));
    assert_int_equal(err.code, ERR_INPUT);
    OK(device_package(s->device, hash, &out, &err));
    OK(device_row_delete(s->device, "catalogue", "", 0, &err));
    device_close(s->device);
    s->device = NULL;
    OK(device_open(&s->device, study_path(s, "device"), &err));
    assert_false(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    assert_int_equal(err.code, ERR_INPUT); /* no wrong passphrase is told */
    assert_non_null(strstr(err.what, "no catalogue"));
    assert_false(device_is_unlocked(s->device));
    device_close(s->device);
    s->device = NULL;
    assert_false(device_open(&s->device, study_path(s, "stick"), &err)); /* no device there */
    buf_fini(&out);
}

static bool sum_lost(void *user, const struct desk_device *d, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < d->lost_count; i++) {
        *(uint64_t *)user += d->lost[i].last - d->lost[i].first + 1;
    }
    return true;
}

/* A broken entry, and a broken record, are one loss each; the others go their way. */
static void test_refusals__broken_rows_hold_nobody_up(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct device_waiting waiting;
    struct export_report out;
    struct import_report in;
    struct buf tar = {0};
    uint8_t hash[32], entry[CHAIN_ENTRY], seq[8], id[16];
    bool found;
    uint64_t lost = 0;
    study_device(s);
    study_enrol(s, hash);
    for (int i = 0; i < 3; i++) { /* entries 2, 3, 4 */
        draft(s, &d, hash);
        OK(device_finish(s->device, &d, id_of[i], &finished, study_wall, &err));
    }
    OK(device_entry(s->device, 2, entry, &found, &err));
    assert_true(found);
    entry[100] ^= 1; /* its signature */
    put_u64(seq, 2);
    OK(device_row_put(s->device, (struct row_key){"chain", seq, 8}, ROW_CHAIN, 2, entry,
                      CHAIN_ENTRY, &err));
    device_row_name(s->device, id, "object", id_of[1], 16);
    OK(store_put(s->device->store, id, "broken", 6, &err));
    OK(device_waiting(s->device, &waiting, &err));
    assert_int_equal(waiting.count, 3);
    device_row_name(s->device, id, "record", id_of[1], 16); /* its row in the list, too */
    OK(store_put(s->device->store, id, "broken", 6, &err));
    OK(device_waiting(s->device, &waiting, &err));
    assert_int_equal(waiting.count, 2);
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    assert_true(out.volumes >= 1);
    assert_int_equal(out.records, 1);
    struct desk *desk = open_desk(s);
    struct arena arena;
    const char **names;
    size_t count;
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & s->escrow, .count = 1};
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(s, "out"), ".age", &err));
    for (size_t i = 0; i < count; i++) {
        struct buf file = {0};
        char path[300];
        snprintf(path, sizeof path, "%s/out/%s", s->dir, names[i]);
        buf_cut(&tar, 0);
        OK(file_read(&file, path, BATCH_MAX, &err));
        OK(age_open(&tar, file.data, file.len, &keys, NULL, &err));
        OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
        buf_fini(&file);
    }
    OK(desk_devices(desk, sum_lost, &lost, &err));
    assert_int_equal(lost, 2); /* entry 2, and the record of entry 3 */
    desk_close(desk);
    arena_fini(&arena);
    buf_fini(&tar);
}

/* A store that lacks the vault's last entries: their numbers are not used again. */
static void test_refusals__numbers_are_used_once(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    uint8_t hash[32], seq[8], bytes[CHAIN_ENTRY];
    struct chain_entry e;
    uint64_t first, last;
    bool found;
    study_device(s);
    study_enrol(s, hash);
    for (int i = 0; i < 3; i++) {
        draft(s, &d, hash);
        OK(device_finish(s->device, &d, id_of[i], &finished, study_wall, &err));
    }
    for (uint64_t n = 3; n <= 4; n++) {
        put_u64(seq, n);
        OK(device_row_delete(s->device, "chain", seq, 8, &err));
    }
    reopen(s);
    assert_int_equal(vault_keys(s->device->vault)->chain_seq, 5);
    OK(device_entry(s->device, 5, bytes, &found, &err));
    assert_true(found);
    chain_parse(&e, bytes);
    assert_true(chain_lost(&e, &first, &last));
    assert_int_equal(first, 3);
    assert_int_equal(last, 4);
    reopen(s); /* declared once */
    assert_int_equal(vault_keys(s->device->vault)->chain_seq, 5);
}

/* ---- sticks ---- */

static void put_sealed(struct study *s, const char *name, const void *plain, size_t len,
                       const uint8_t to[32])
{
    struct err err = {0};
    struct buf sealed = {0};
    OK(age_seal(&sealed, plain, len, (const uint8_t(*)[32])to, 1, &err));
    study_put(s, "evil", name, &sealed);
    buf_fini(&sealed);
}

static struct load_report load_evil(struct study *s)
{
    struct err err = {0};
    struct load_report r;
    char path[300];
    OK(device_load_folder(s->device, study_path(s, "evil"), &r, &err));
    snprintf(path, sizeof path, "rm %s/evil/*", s->dir);
    assert_int_equal(system(path), 0);
    return r;
}

static void test_refusals__catalogues_of_others(void **state)
{
    struct study *s = *state;
    struct load_report r;
    uint8_t hash[32], key[32], epoch;
    study_device(s);
    study_enrol(s, hash);
    age_recipient_of(key, s->package);
    epoch = (uint8_t)s->catalogue.epoch;
    put_sealed(s, "a.age", "SBG1 and nothing behind it", 26, key);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_DAMAGED], 1);
    s->catalogue.epoch = epoch + 1;
    s->catalogue.study_id[5] ^= 1; /* signed by our roots, of another study of theirs */
    study_sign_catalogue(s);
    put_sealed(s, "a.age", s->catalogue_bytes.data, s->catalogue_bytes.len, key);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    assert_int_equal(r.catalogues, 0);
    s->catalogue.study_id[5] ^= 1;
    study_sign_catalogue(s);
    s->catalogue_bytes.data[s->catalogue_bytes.len - 1] ^= 1;
    put_sealed(s, "a.age", s->catalogue_bytes.data, s->catalogue_bytes.len, key);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    assert_int_equal(device_catalogue(s->device)->epoch, epoch);
}

/* A grant as the desk gives it, for whoever `cert` certifies, sealed to this device. */
static void put_grant(struct study *s, const char *name, const struct cert *cert,
                      const uint8_t seed[32], uint8_t package)
{
    struct err err = {0};
    struct enrol_request q;
    struct enrol_grant g = {.catalogue = (const uint8_t *)s->catalogue_bytes.data,
                            .catalogue_len = s->catalogue_bytes.len};
    struct buf out = {0};
    OK(enrol_request_read(&q, s->request.data, s->request.len, &err));
    memcpy(g.package_secret, s->package, 32);
    g.package_secret[1] ^= package;
    cert_make(g.cert, cert, seed);
    OK(enrol_grant_write(&out, &g, seed, q.box_pk, &err));
    study_put(s, "evil", name, &out);
    buf_fini(&out);
}

static void test_refusals__grants_of_others(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report r;
    struct enrol_request q;
    struct cert cert = {.role = CERT_DEVICE, .serial = 7};
    uint8_t stranger[32];
    study_device(s);
    memset(stranger, 0x44, 32);
    OK(enrol_request_read(&q, s->request.data, s->request.len, &err));
    memcpy(cert.study_id, s->catalogue.study_id, 16);
    memcpy(cert.subject, q.sign_pk, 32);
    put_grant(s, "a.age", &cert, stranger, 0); /* whom nobody delegated */
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    cert.role = CERT_IMPORT;
    put_grant(s, "a.age", &cert, s->root, 0);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    cert.role = CERT_DEVICE;
    cert.subject[0] ^= 1; /* another device */
    put_grant(s, "a.age", &cert, s->root, 0);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    assert_false(device_is_enrolled(s->device));
    cert.subject[0] ^= 1;
    put_grant(s, "a.age", &cert, s->root, 0);
    r = load_evil(s);
    assert_int_equal(r.grants, 1);
    assert_true(device_is_enrolled(s->device));
    put_grant(s, "a.age", &cert, s->root, 0); /* the same again is nothing */
    r = load_evil(s);
    assert_int_equal(r.grants, 0);
    assert_int_equal(r.refused, 0);
    put_grant(s, "a.age", &cert, s->root, 1); /* another package key is another grant */
    r = load_evil(s);
    assert_int_equal(r.grants, 1);
    s->catalogue.epoch++; /* the same, with a newer catalogue in it */
    study_sign_catalogue(s);
    put_grant(s, "a.age", &cert, s->root, 1);
    r = load_evil(s);
    assert_int_equal(r.grants, 1);
    assert_int_equal(device_catalogue(s->device)->epoch, s->catalogue.epoch);
    cert.serial = 8; /* so is another certificate */
    put_grant(s, "a.age", &cert, s->root, 1);
    r = load_evil(s);
    assert_int_equal(r.grants, 1);
    reopen(s);
    assert_true(device_is_enrolled(s->device));
}

static void put_receipt_of(struct study *s, const char *name, uint64_t seq, const uint8_t head[32],
                           const uint8_t device[16])
{
    struct err err = {0};
    struct enrol_request q;
    struct receipt r = {.counter = 1, .acked_seq = seq, .copies = 1};
    struct buf plain = {0};
    OK(enrol_request_read(&q, s->request.data, s->request.len, &err));
    memcpy(r.study_id, s->catalogue.study_id, 16);
    memcpy(r.device_id, device, 16);
    memcpy(r.acked_head, head, 32);
    receipt_write(&plain, &r, s->desk_cert, s->desk);
    put_sealed(s, name, plain.data, plain.len, q.box_pk);
    buf_fini(&plain);
}

static void test_refusals__receipts_that_do_not_fit(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report r;
    struct device_draft d;
    uint8_t hash[32], entry[CHAIN_ENTRY], head[32], id[16], other[16] = {1};
    bool found;
    study_device(s);
    study_enrol(s, hash);
    memcpy(id, device_id(s->device), 16);
    draft(s, &d, hash);
    OK(device_finish(s->device, &d, id_of[0], &finished, study_wall, &err));
    OK(device_entry(s->device, 2, entry, &found, &err));
    chain_hash(head, entry);
    put_receipt_of(s, "a.age", 2, head, other); /* another device's */
    r = load_evil(s);
    assert_int_equal(r.receipts + r.refused, 0);
    head[0] ^= 1;
    put_receipt_of(s, "a.age", 2, head, id);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    head[0] ^= 1;
    put_receipt_of(s, "a.age", 3, head, id); /* more than there is */
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_UNTRUSTED], 1);
    put_sealed(s, "a.age", "SBK1 and no more", 16, s->catalogue.package_key);
    r = load_evil(s);
    assert_int_equal(r.of[LOAD_DAMAGED], 1);
    assert_int_equal(r.purged, 0);
    put_receipt_of(s, "a.age", 2, head, id);
    r = load_evil(s);
    assert_int_equal(r.receipts, 1);
    assert_int_equal(r.purged, 1);
    put_receipt_of(s, "a.age", 2, head, id);
    put_receipt_of(s, "b.age", 1, head, id); /* less than before */
    r = load_evil(s);
    assert_int_equal(r.receipts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_refusals__a_finished_interview_is_finished),
        STUDY_TEST(test_refusals__rows_that_say_too_much),
        STUDY_TEST(test_refusals__what_the_store_lacks_is_said),
        STUDY_TEST(test_refusals__broken_rows_hold_nobody_up),
        STUDY_TEST(test_refusals__numbers_are_used_once),
        STUDY_TEST(test_refusals__catalogues_of_others),
        STUDY_TEST(test_refusals__grants_of_others),
        STUDY_TEST(test_refusals__receipts_that_do_not_fit),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
