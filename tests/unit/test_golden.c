/* SPDX-License-Identifier: Apache-2.0 */
/* Do the formats stay as they are? */
#include "tests/lib/golden.h"
#include "tests/lib/study.h"

#include "forms/engine/journal.h"
#include "platform/custody/sendback.h"
#include "platform/custody/batch.h"
#include "platform/custody/message.h"
#include "platform/custody/tar.h"

static const uint8_t device_seed[32] = {0x42};
static const char xml_text[] = "<data id=\"x\"><q>Көңүл</q></data>";

static void entry(uint8_t out[CHAIN_ENTRY], uint64_t seq, const uint8_t *prev, const void *object,
                  size_t len)
{
    struct chain_entry e = {.seq = seq, .kind = seq == 1 ? CHAIN_GENESIS : CHAIN_RECORD};
    if (prev) {
        chain_hash(e.prev, prev);
    }
    memset(e.object_id, (int)seq, 16);
    hash_plain(e.object_hash, object, len);
    chain_make(out, &e, device_seed);
}

static void test_golden__record(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0}, stored = {0};
    uint8_t pk[32];
    struct record r = {.flags = 2,
                       .seq = 7,
                       .finalised_ms = study_wall,
                       .xml = xml_text,
                       .xml_len = sizeof xml_text - 1},
                  back;
    memset(r.record_id, 1, 16);
    memset(r.study_id, 2, 16);
    memset(r.device_id, 3, 16);
    memset(r.prev_hash, 4, 32);
    memset(r.package_hash, 5, 32);
    memset(r.recipients_hash, 6, 16);
    OK(record_write(&now, &r, device_seed, &err));
    same("record", &now);
    golden(&stored, "record", &now);
    sign_public(pk, device_seed);
    OK(record_read(&back, stored.data, stored.len, pk, &err));
    assert_int_equal(back.xml_len, sizeof xml_text - 1);
    assert_memory_equal(back.xml, xml_text, back.xml_len);
    buf_fini(&now);
    buf_fini(&stored);
}

static bool anybody(void *user, const uint8_t study[16], const uint8_t key[32])
{
    (void)user;
    (void)study;
    (void)key;
    return true;
}

static void test_golden__chain_and_batch(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0}, chain = {0};
    struct arena arena;
    struct batch back;
    uint8_t entries[2 * CHAIN_ENTRY];
    arena_init(&arena);
    entry(entries, 1, NULL, "", 0);
    entry(entries + CHAIN_ENTRY, 2, entries, "sealed", 6);
    buf_add(&chain, entries, sizeof entries);
    same("chain", &chain);
    struct batch_object object = {.bytes = "sealed", .len = 6};
    memset(object.id, 2, 16);
    struct batch b = {.first_seq = 1,
                      .last_seq = 2,
                      .device_head_seq = 2,
                      .volume = 1,
                      .of = 1,
                      .created_ms = study_wall,
                      .entries = entries,
                      .entry_count = 2,
                      .objects = &object,
                      .object_count = 1};
    memset(b.batch_id, 8, 16);
    memset(b.study_id, 2, 16);
    sign_public(b.device_key, device_seed);
    chain_hash(b.head_hash, entries + CHAIN_ENTRY);
    OK(batch_write(&now, &b, device_seed, &err));
    same("batch", &now);
    OK(batch_read(&back, &arena, now.data, now.len, anybody, NULL, &err));
    assert_int_equal(back.object_count, 1);
    buf_fini(&now);
    buf_fini(&chain);
    arena_fini(&arena);
}

/* Version 2: a record and its recording of three parts, of which the device has one no more. */
static void test_golden__batch_with_a_recording(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0};
    struct arena arena;
    struct batch back;
    static const char *const parts[] = {"part 0", "", "part 2"};
    uint8_t entries[3 * CHAIN_ENTRY], list[3 * 32], root[32];
    struct batch_object objects[5] = {{.kind = BATCH_PARTS, .part = 3, .bytes = list, .len = 96}};
    struct chain_entry recording = {.seq = 2, .kind = CHAIN_RECORDING};
    arena_init(&arena);
    for (uint32_t i = 0; i < 3; i++) {
        hash_plain(list + i * 32, i == 1 ? "lost" : parts[i], i == 1 ? 4 : strlen(parts[i]));
        objects[1 + i] = (struct batch_object){
            .kind = BATCH_PART, .part = i, .bytes = parts[i], .len = strlen(parts[i])};
    }
    for (size_t i = 0; i < 4; i++) {
        memset(objects[i].id, 5, 16);
    }
    objects[4] = (struct batch_object){.bytes = "sealed", .len = 6};
    memset(objects[4].id, 3, 16);
    entry(entries, 1, NULL, "", 0);
    hash_tagged(root, "sb1-rec-root", list, sizeof list);
    memset(recording.object_id, 5, 16);
    memcpy(recording.object_hash, root, 32);
    chain_hash(recording.prev, entries);
    chain_make(entries + CHAIN_ENTRY, &recording, device_seed);
    entry(entries + 2 * CHAIN_ENTRY, 3, entries + CHAIN_ENTRY, "sealed", 6);
    struct batch b = {.first_seq = 1,
                      .last_seq = 3,
                      .device_head_seq = 3,
                      .volume = 1,
                      .created_ms = study_wall,
                      .entries = entries,
                      .entry_count = 3,
                      .objects = objects,
                      .object_count = 5};
    memset(b.batch_id, 8, 16);
    memset(b.study_id, 2, 16);
    sign_public(b.device_key, device_seed);
    chain_hash(b.head_hash, entries + 2 * CHAIN_ENTRY);
    OK(batch_write(&now, &b, device_seed, &err));
    same("batch-2", &now);
    OK(batch_read(&back, &arena, now.data, now.len, anybody, NULL, &err));
    assert_int_equal(back.object_count, 5);
    assert_int_equal(back.objects[3].kind, BATCH_PART);
    assert_int_equal(back.objects[3].part, 2);
    /* a part that is not in the list, one beyond it, one without its list */
    objects[3].bytes = "part X";
    buf_cut(&now, 0);
    OK(batch_write(&now, &b, device_seed, &err));
    assert_false(batch_read(&back, &arena, now.data, now.len, anybody, NULL, &err));
    objects[3].bytes = parts[2];
    objects[3].part = 3;
    buf_cut(&now, 0);
    OK(batch_write(&now, &b, device_seed, &err));
    assert_false(batch_read(&back, &arena, now.data, now.len, anybody, NULL, &err));
    objects[3].part = 2;
    b.objects++;
    b.object_count--;
    buf_cut(&now, 0);
    OK(batch_write(&now, &b, device_seed, &err));
    assert_false(batch_read(&back, &arena, now.data, now.len, anybody, NULL, &err));
    buf_fini(&now);
    arena_fini(&arena);
}

static void test_golden__catalogue_certs_package_receipt(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf cert = {0}, package = {0}, receipt = {0}, invite_bytes = {0};
    struct package p;
    struct receipt r = {.counter = 3, .acked_seq = 9, .copies = 1, .issued_at = 1795507200}, rb;
    struct invite *invite = calloc(1, sizeof *invite);
    same("catalogue", &s->catalogue_bytes);
    buf_add(&cert, s->author_cert, CERT_BYTES);
    same("cert", &cert);
    struct package_file file = {"form.xml", "<form/>", 7};
    OK(package_write(&package,
                     &(struct package_spec){s->catalogue.study_id, "test_form", 3, 0, &file, 1},
                     s->author_cert, s->author, &err));
    same("package-2", &package);
    static const char *const versions[] = {"package", "package-2"};
    for (size_t i = 0; i < 2; i++) {
        const char *xml;
        size_t xml_len;
        buf_fini(&package);
        golden(&package, versions[i], NULL);
        OK(package_read(&p, package.data, package.len, NULL, &err));
        assert_true(package_find(&p, "form.xml", &xml, &xml_len));
        assert_int_equal(xml_len, 7);
        assert_int_equal(p.serial, 3);
    }
    memcpy(r.study_id, s->catalogue.study_id, 16);
    memset(r.device_id, 3, 16);
    memset(r.receipt_id, 4, 16);
    memset(r.acked_head, 5, 32);
    receipt_write(&receipt, &r, s->desk_cert, s->desk);
    same("receipt", &receipt);
    OK(receipt_read(&rb, receipt.data, receipt.len, &s->catalogue, &err));
    assert_int_equal(rb.acked_seq, 9);
    struct message m = {.counter = 7,
                        .issued_at = 1795507200,
                        .kind = MESSAGE_ASSIGN,
                        .body = "list,id,version,trunk,branch,counter,property,value\n",
                        .len = 53},
                   mb;
    struct buf message = {0};
    memcpy(m.study_id, s->catalogue.study_id, 16);
    memset(m.device_id, 3, 16);
    memset(m.message_id, 6, 16);
    memset(m.about, 7, 16);
    OK(message_write(&message, &m, s->desk_cert, s->desk, &err));
    same("message", &message);
    OK(message_read(&mb, message.data, message.len, &s->catalogue, &err));
    assert_int_equal(mb.counter, 7);
    assert_int_equal(mb.len, 53);
    buf_fini(&message);
    memcpy(invite->study_id, s->catalogue.study_id, 16);
    memcpy(invite->token, s->token, 32);
    catalogue_root_set(invite->root_set, &s->catalogue);
    invite->expires = 1796000000;
    invite->catalogue_bytes = (const uint8_t *)s->catalogue_bytes.data;
    invite->catalogue_len = s->catalogue_bytes.len;
    invite_write(&invite_bytes, invite);
    same("invitation", &invite_bytes);
    OK(invite_read(invite, invite_bytes.data, invite_bytes.len, &err));
    free(invite);
    buf_fini(&cert);
    buf_fini(&package);
    buf_fini(&receipt);
    buf_fini(&invite_bytes);
}

static void test_golden__enrolment_request(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0};
    uint8_t token[32] = {0x77};
    struct enrol_request r = {.label = (const uint8_t *)"sealed label", .label_len = 12}, back;
    memset(r.study_id, 2, 16);
    sign_public(r.sign_pk, device_seed);
    memset(r.box_pk, 6, 32);
    memset(r.genesis_hash, 7, 32);
    OK(enrol_request_write(&now, &r, token, device_seed, &err));
    same("request", &now);
    OK(enrol_request_read(&back, now.data, now.len, &err));
    assert_true(enrol_request_proves(now.data, now.len, token));
    token[0] ^= 1;
    assert_false(enrol_request_proves(now.data, now.len, token));
    buf_fini(&now);
}

/* Version 2 names recipients of single forms; without any, the bytes are those of version 1. */
static void test_golden__catalogue_with_recipients_of_forms(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf stored = {0};
    struct catalogue read;
    uint8_t identity[32] = {0x60}, out[CATALOGUE_RECIPIENTS_MAX][32], form[32];
    catalogue_form_hash(form, "contact_card");
    for (unsigned i = 0; i < 2; i++) {
        identity[0] = (uint8_t)(0x60 + 8 * i);
        memcpy(s->catalogue.own[i].form, form, 32);
        age_recipient_of(s->catalogue.own[i].key, identity);
        s->catalogue.own[i].role = 3;
        snprintf(s->catalogue.own[i].label, sizeof s->catalogue.own[i].label, "worker %u", i + 1);
    }
    for (unsigned count = 0; count <= 2; count++) {
        s->catalogue.own_count = count;
        struct buf now = {0};
        bool ok = catalogue_write(&now, &s->catalogue, (const uint8_t(*)[32])s->root, 1, &err);
        assert_true(ok == (count != 1)); /* one is not enough: a lost key would lose the records */
        if (ok) {
            same(count ? "catalogue-2" : "catalogue", &now);
        }
        buf_fini(&now);
    }
    golden(&stored, "catalogue-2", NULL);
    OK(catalogue_read(&read, stored.data, stored.len, NULL, &err));
    assert_int_equal(read.own_count, 2);
    assert_string_equal(read.own[1].label, "worker 2");
    assert_int_equal(catalogue_recipients_of(&read, form, out), 2);
    assert_memory_equal(out[0], s->catalogue.own[0].key, 32);
    catalogue_form_hash(form, "another");
    assert_int_equal(catalogue_recipients_of(&read, form, out), 2);
    assert_memory_equal(out[0], s->catalogue.recipients[0].key, 32);
    buf_fini(&stored);
}

/* Sealed to a device; of version 1 the catalogue was the end, from 2 on a signature is. */
static void test_golden__enrolment_grants(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct enrol_grant g = {.catalogue = NULL}, back;
    struct buf now = {0};
    struct cert c = {.role = CERT_DEVICE, .serial = 7};
    uint8_t box[32], box_pk[32];
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & box, .count = 1};
    memset(box, 0x55, 32);
    age_recipient_of(box_pk, box);
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, device_seed);
    cert_make(g.cert, &c, s->root);
    memcpy(g.package_secret, s->package, 32);
    g.catalogue = (const uint8_t *)s->catalogue_bytes.data;
    g.catalogue_len = s->catalogue_bytes.len;
    OK(enrol_grant_write(&now, &g, s->root, box_pk, &err));
    static const char *const versions[] = {"grant", "grant-2"};
    for (size_t i = 0; i < 2; i++) {
        struct buf stored = {0}, plain = {0};
        golden(&stored, versions[i], i ? &now : NULL);
        OK(age_open(&plain, stored.data, stored.len, &keys, NULL, &err));
        OK(enrol_grant_read(&back, plain.data, plain.len, &err));
        assert_int_equal(back.is_signed, i == 1);
        assert_memory_equal(back.cert, g.cert, CERT_BYTES);
        assert_memory_equal(back.package_secret, s->package, 32);
        assert_int_equal(back.catalogue_len, s->catalogue_bytes.len);
        assert_memory_equal(back.catalogue, s->catalogue_bytes.data, back.catalogue_len);
        for (size_t at = 0; i == 1 && at < plain.len; at++) { /* each byte is vouched for */
            plain.data[at] ^= 4;
            assert_false(enrol_grant_read(&back, plain.data, plain.len, NULL));
            plain.data[at] ^= 4;
        }
        for (size_t len = 0; len < plain.len; len++) {
            char *exact = malloc(len + 1);
            memcpy(exact, plain.data, len);
            exact = realloc(exact, len ? len : 1);
            assert_false(enrol_grant_read(&back, exact, len, NULL));
            free(exact);
        }
        static const struct {
            size_t at;
            uint8_t byte;
        } odd[] = {{0, 'X'}, {4, 0}, {4, 3}, {8 + 100, 1}, {8 + CERT_BYTES + 32, 1}};
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) { /* signed, and yet none */
            struct buf b = {0};
            buf_add(&b, plain.data, plain.len);
            b.data[odd[k].at] = (char)odd[k].byte;
            if (i == 1) {
                sign_make((uint8_t *)b.data + b.len - SIGN_BYTES, "grant", b.data,
                          b.len - SIGN_BYTES, s->root);
            }
            if (enrol_grant_read(&back, b.data, b.len, NULL)) {
                fail_msg("taken: version %zu, change %zu", i + 1, k);
            }
            buf_fini(&b);
        }
        buf_fini(&stored);
        buf_fini(&plain);
    }
    secret_wipe(&back, sizeof back);
    buf_fini(&now);
}

static void test_golden__journal_event(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0};
    struct arena arena;
    struct journal_event e = {.kind = JOURNAL_ANSWER,
                              .wall_ms = study_wall,
                              .mono_ms = 12345,
                              .language = "ky",
                              .path = "/data/trip[2]/where",
                              .value = "Ош",
                              .value_len = 4},
                         back;
    arena_init(&arena);
    journal_write(&now, &e);
    same("event", &now);
    OK(journal_read(&back, &arena, now.data, now.len, &err));
    assert_string_equal(back.path, e.path);
    assert_string_equal(back.value, "Ош");
    buf_fini(&now);
    arena_fini(&arena);
}

static void test_golden__a_record_sent_back(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0};
    struct sendback back, s = {.comments = "path,comment\n/data/age,\"19, не 91?\"\n",
                               .xml = "<data><age>19</age></data>"};
    s.comments_len = strlen(s.comments);
    s.xml_len = strlen(s.xml);
    memset(s.package_hash, 7, 32);
    sendback_write(&now, &s);
    same("sendback", &now);
    OK(sendback_read(&back, now.data, now.len, &err));
    assert_int_equal(back.comments_len, s.comments_len);
    assert_memory_equal(back.xml, s.xml, s.xml_len);
    buf_fini(&now);
}

/* A vault and an age file hold randomness: what was written once must open for ever. */
static void test_golden__vault_and_age_still_open(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf now = {0}, stored = {0}, out = {0};
    struct vault *v;
    char dir[] = "/tmp/suhbat-golden-XXXXXX", path[64];
    uint8_t identity[32], recipient[32];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/vault", dir);
    OK(vault_create(&v, &(struct vault_spec){path, study_pass, sizeof study_pass - 1, 3, 8, NULL},
                    &err));
    memset(vault_keys(v)->study_id, 0x5A, 16);
    vault_keys(v)->chain_seq = 77;
    OK(vault_save(v, &err));
    vault_close(v);
    OK(file_read(&now, path, VAULT_FILE, &err));
    static const char *const versions[] = {"vault", "vault-2"};
    for (size_t i = 0; i < 2; i++) {
        buf_fini(&stored);
        golden(&stored, versions[i], i ? &now : NULL);
        assert_int_equal(stored.data[7], '1' + (int)i);
        OK(file_write(path, stored.data, stored.len, 0600, true, &err));
        OK(vault_open(&v, path, &err));
        OK(vault_unlock(v, study_pass, sizeof study_pass - 1, &err));
        assert_int_equal(vault_keys(v)->chain_seq, 77);
        assert_int_equal(vault_keys(v)->study_id[3], 0x5A);
        vault_close(v);
    }
    unlink(path);
    rmdir(dir);
    memset(identity, 0x31, 32);
    age_recipient_of(recipient, identity);
    buf_fini(&now);
    buf_fini(&stored);
    OK(age_seal(&now, xml_text, sizeof xml_text - 1, (const uint8_t(*)[32]) & recipient, 1, &err));
    golden(&stored, "age", &now);
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & identity, .count = 1};
    OK(age_open(&out, stored.data, stored.len, &keys, NULL, &err));
    assert_string_equal(out.data, xml_text);
    buf_fini(&now);
    buf_fini(&stored);
    buf_fini(&out);
}

static void test_golden__a_travelling_vault_comes_back_with_its_answer(void **state)
{
    (void)state;
    static const char pass[] = "one two three four five";
    struct err err = {0};
    struct buf now = {0}, stored = {0}, request = {0}, answer = {0}, known = {0};
    struct travel_request r;
    struct vault *v;
    char dir[] = "/tmp/suhbat-golden-XXXXXX", path[64];
    uint8_t recovery[32], public_key[32], *plain = secret_new(TRAVEL_PLAIN);
    memset(recovery, 0x77, 32);
    secret_box_public(public_key, recovery);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/vault", dir);
    OK(vault_create(
        &v, &(struct vault_spec){path, study_pass, sizeof study_pass - 1, 3, 8, public_key}, &err));
    vault_keys(v)->chain_seq = 78;
    OK(vault_travel_lock(v, public_key, &err)); /* what was not saved goes with it, too */
    vault_close(v);
    OK(file_read(&now, path, VAULT_FILE, &err));
    golden(&stored, "vault-travelling", &now);
    OK(file_write(path, stored.data, stored.len, 0600, true, &err));
    OK(vault_open(&v, path, &err));
    assert_true(vault_is_travelling(v));
    OK(vault_travel_request(v, &r, pass, sizeof pass - 1, &err));
    travel_request_write(&request, &r);
    same("unlock-request", &request); /* the vault and the passphrase say all of it */
    OK(travel_request_open(plain, &r, recovery, &err));
    travel_answer_write(&answer, &r, plain);
    golden(&known, "unlock-answer", &answer);
    OK(vault_travel_open(v, known.data, known.len, pass, sizeof pass - 1, &err));
    OK(vault_travel_settle(v, public_key, &err));
    assert_int_equal(vault_keys(v)->chain_seq, 78);
    vault_close(v);
    unlink(path);
    rmdir(dir);
    secret_free(plain);
    buf_fini(&now);
    buf_fini(&stored);
    buf_fini(&request);
    buf_fini(&answer);
    buf_fini(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden__record),
        cmocka_unit_test(test_golden__chain_and_batch),
        cmocka_unit_test(test_golden__batch_with_a_recording),
        STUDY_TEST(test_golden__catalogue_certs_package_receipt),
        STUDY_TEST(test_golden__catalogue_with_recipients_of_forms),
        cmocka_unit_test(test_golden__enrolment_request),
        STUDY_TEST(test_golden__enrolment_grants),
        cmocka_unit_test(test_golden__journal_event),
        cmocka_unit_test(test_golden__a_record_sent_back),
        cmocka_unit_test(test_golden__vault_and_age_still_open),
        cmocka_unit_test(test_golden__a_travelling_vault_comes_back_with_its_answer),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
