/* SPDX-License-Identifier: Apache-2.0 */
/* Does a record live its whole life: draft, sealed, handed over, acknowledged, purged? */
#include "tests/lib/custody.h"

#include "tools/key/keys.h"

static const uint8_t record_id[16] = {0xAB, 1, 2, 3};

struct seen {
    unsigned count;
    char last[64];
};

static bool see_event(void *user, uint64_t n, const void *event, size_t len, struct err *err)
{
    struct seen *seen = user;
    (void)err;
    assert_int_equal(n, seen->count);
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%.*s", (int)len, (const char *)event);
    return true;
}

static void reopen(struct study *s)
{
    struct err err = {0};
    device_close(s->device);
    s->device = NULL;
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
}

static bool one_device(void *user, const struct desk_device *device, struct err *err)
{
    (void)err;
    *(struct desk_device *)user = *device;
    return true;
}

static void test_device__whole_life(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d, drafts[VAULT_DRAFTS];
    struct seen seen = {0};
    struct buf tar = {0};
    struct export_report out;
    struct import_report in;
    struct load_report load;
    struct desk_device at;
    struct device_form forms[DEVICE_FORMS_MAX];
    uint8_t hash[32];
    size_t count;
    struct device_waiting waiting;
    study_device(s);
    assert_false(device_is_enrolled(s->device));
    study_enrol(s, hash);
    draft(s, &d, hash);
    reopen(s); /* as after a power cut */
    assert_true(device_is_enrolled(s->device));
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(drafts[0].number, 1);
    assert_int_equal(drafts[0].events, 2);
    OK(device_draft_read(s->device, &drafts[0], see_event, &seen, &err));
    assert_string_equal(seen.last, "second answer");
    OK(device_finish(s->device, &drafts[0], record_id, &finished, study_wall, &err));
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 0);
    assert_false(device_draft_append(s->device, &d, "late", 4, &err));
    OK(device_waiting(s->device, &waiting, &err));
    assert_int_equal(waiting.count, 1);
    assert_int_equal(waiting.copied, 0);
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    assert_int_equal(out.records, 1);
    OK(device_waiting(s->device, &waiting, &err)); /* on the way: still there, but copied */
    assert_int_equal(waiting.count, 1);
    assert_int_equal(waiting.copied, 1);
    assert_int_equal(waiting.copied_ms, study_wall);
    take_batch(s, "out", &tar);

    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.objects, 1);
    assert_int_equal(in.entries, 2);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err)); /* twice is nothing */
    assert_true(in.known);
    OK(desk_devices(desk, one_device, &at, &err));
    assert_int_equal(at.contiguous, 2);

    put_receipt(s, &at, 1, s->author, s->author_cert); /* an author is no desk */
    OK(device_load_folder(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.refused, 1);
    assert_int_equal(load.purged, 0);
    put_receipt(s, &at, 1, s->desk, s->desk_cert);
    study_issue(s, "back", NULL, 0, hash);
    struct load_find found;
    OK(device_find(s->device, study_path(s, "back"), &found, NULL, NULL, &err));
    assert_int_equal(found.purges, 1);
    device_find_end(&found);
    OK(device_load_receipts(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.receipts, 1);
    assert_int_equal(load.purged, 1);
    assert_int_equal(load.catalogues, 0); /* handing over changes no forms */
    OK(device_forms(s->device, forms, &count, &err));
    assert_int_equal(count, 1);
    OK(device_load_folder(s->device, study_path(s, "back"), &load, &err)); /* replayed */
    assert_int_equal(load.receipts, 0);
    OK(device_waiting(s->device, &waiting, &err));
    assert_int_equal(waiting.count, 0);
    assert_int_equal(waiting.copied, 0);
    assert_true(waiting.newest_ms > 0);
    reopen(s);
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    assert_int_equal(out.volumes, 0);
    desk_close(desk);
    buf_fini(&tar);
}

static void test_device__forged_and_rolled_back_things_are_refused(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct load_report load;
    struct buf old = {0}, wrapped = {0}, package = {0};
    struct package p;
    uint8_t hash[32], key[32], stranger[32] = {9}, stranger_cert[CERT_BYTES];
    study_device(s);
    buf_add(&old, s->catalogue_bytes.data, s->catalogue_bytes.len);
    study_enrol(s, hash);
    age_recipient_of(key, s->package);
    /* an older catalogue */
    OK(age_seal(&wrapped, old.data, old.len, (const uint8_t(*)[32])key, 1, &err));
    study_put(s, "evil", "x.age", &wrapped);
    OK(device_load_folder(s->device, study_path(s, "evil"), &load, &err));
    assert_int_equal(load.refused, 1);
    assert_int_equal(load.why.code, ERR_AUTH);
    /* another catalogue with the same number */
    s->catalogue.recipients[1].label[0] = 'X';
    study_sign_catalogue(s);
    buf_fini(&wrapped);
    OK(age_seal(&wrapped, s->catalogue_bytes.data, s->catalogue_bytes.len,
                (const uint8_t(*)[32])key, 1, &err));
    study_put(s, "evil", "x.age", &wrapped);
    OK(device_load_folder(s->device, study_path(s, "evil"), &load, &err));
    assert_int_equal(load.refused, 1);
    assert_int_equal(load.catalogues, 0);
    /* a form signed by a stranger who certified himself */
    struct cert c = {.role = CERT_AUTHOR};
    memcpy(c.study_id, s->catalogue.study_id, 16);
    sign_public(c.subject, stranger);
    cert_make(stranger_cert, &c, stranger);
    struct package_file file = {"form.xml", "<evil/>", 7};
    OK(package_write(&package,
                     &(struct package_spec){s->catalogue.study_id, "test_form", 9, 0, &file, 1},
                     stranger_cert, stranger, &err));
    assert_false(package_read(&p, package.data, package.len, device_catalogue(s->device), &err));
    assert_int_equal(err.code, ERR_AUTH);
    /* a form by the true author that the catalogue does not list */
    buf_fini(&package);
    OK(package_write(&package,
                     &(struct package_spec){s->catalogue.study_id, "test_form", 9, 0, &file, 1},
                     s->author_cert, s->author, &err));
    assert_false(package_read(&p, package.data, package.len, device_catalogue(s->device), &err));
    assert_int_equal(err.code, ERR_AUTH);
    buf_fini(&old);
    buf_fini(&wrapped);
    buf_fini(&package);
}

/* Sealing to a key that everybody can open for would be no sealing. */
static void test_device__unsound_recipients_are_refused(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf made = {0};
    static const uint8_t low[][32] = {{0}, {1}, {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae,
                                                 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
                                                 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd,
                                                 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}};
    for (size_t i = 0; i < 5; i++) {
        struct catalogue bad = s->catalogue, read;
        uint8_t *at = i < 4 ? bad.recipients[1].key : bad.package_key;
        memcpy(at, i < 3 ? low[i] : i == 3 ? bad.recipients[0].key : low[1], 32);
        assert_false(catalogue_write(&made, &bad, (const uint8_t(*)[32])s->root, 1, &err));
        assert_int_equal(err.code, ERR_AUTH);
        /* one that another program has made, well signed */
        struct buf forged = {0};
        buf_add(&forged, s->catalogue_bytes.data, s->catalogue_bytes.len);
        size_t body = s->catalogue_bytes.len - 72, key = 128 + 32 + (i < 4 ? 80 : 0);
        memcpy(forged.data + (i < 4 ? key : 96), at, 32);
        sign_make((uint8_t *)forged.data + body + 8, "catalog", forged.data, body, s->root);
        assert_false(catalogue_read(&read, forged.data, forged.len, NULL, &err));
        assert_int_equal(err.code, ERR_AUTH);
        buf_fini(&forged);
    }
    /* the same for the recipients of one form */
    for (size_t i = 0; i < 4; i++) {
        struct catalogue bad = s->catalogue;
        bad.own_count = 2;
        memcpy(bad.own[0].key, bad.recipients[0].key, 32);
        memcpy(bad.own[1].key, i < 3 ? low[i] : bad.recipients[0].key, 32);
        assert_false(catalogue_write(&made, &bad, (const uint8_t(*)[32])s->root, 1, &err));
        assert_int_equal(err.code, ERR_AUTH);
    }
    buf_fini(&made);
}

/* A coordinator to whom some forms were given gives no more than those. */
static void test_device__a_coordinator_gives_no_more_than_he_has(void **state)
{
    struct study *s = *state;
    uint8_t seed[32] = {0x61}, given[CERT_BYTES], mine[CERT_BYTES];
    struct cert cert, out;
    cert = (struct cert){.role = CERT_COORDINATOR, .serial = 2, .scope = "migrant_"};
    memcpy(cert.study_id, s->catalogue.study_id, 16);
    sign_public(cert.subject, seed);
    cert_make(mine, &cert, s->root);
    memcpy(s->catalogue.certs[s->catalogue.cert_count++], mine, CERT_BYTES);
    static const struct {
        const char *scope;
        bool trusted;
    } cases[] = {{"migrant_interview", true}, {"migrant_", true}, {"", false}, {"expert", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cert = (struct cert){.role = CERT_AUTHOR, .serial = 3};
        snprintf(cert.scope, sizeof cert.scope, "%s", cases[i].scope);
        memcpy(cert.study_id, s->catalogue.study_id, 16);
        sign_public(cert.subject, s->author);
        cert_make(given, &cert, seed);
        assert_int_equal(catalogue_trusts(&s->catalogue, given, CERT_AUTHOR, &out),
                         cases[i].trusted);
    }
    assert_false(catalogue_trusts(&s->catalogue, given, CERT_IMPORT, &out));
}

/* A package says from which catalogue on it may be used. */
static void test_device__a_package_waits_for_its_catalogue(void **state)
{
    struct study *s = *state;
    struct package p = {.serial = 3, .min_epoch = 5};
    memset(p.hash, 1, 32);
    memset(p.form_hash, 2, 32);
    memset(s->catalogue.forms[0].package, 1, 32);
    memset(s->catalogue.forms[0].form, 2, 32);
    s->catalogue.forms[0].serial = 3;
    s->catalogue.form_count = 1;
    s->catalogue.epoch = 4;
    assert_false(package_listed(&p, &s->catalogue));
    s->catalogue.epoch = 5;
    assert_true(package_listed(&p, &s->catalogue));
}

static void test_device__discard_is_recorded(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d, drafts[VAULT_DRAFTS];
    size_t count;
    struct export_report out;
    struct import_report in;
    struct buf tar = {0};
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    draft(s, &d, hash);
    OK(device_draft_discard(s->device, &d, &err));
    reopen(s);
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 0);
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    take_batch(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.entries, 2); /* genesis, discarded */
    assert_int_equal(in.objects, 0);
    desk_close(desk);
    buf_fini(&tar);
}

/* Nothing that was answered, no title and no key stands in the clear in the device's folder, before
 * or after sealing. */
static void test_device__nothing_readable_at_rest(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    OK(device_draft_begin(s->device, &d, hash, study_wall, &err));
    OK(device_draft_append(s->device, &d, "canary-answer-Көңүл", 24, &err));
    for (int round = 0; round < 2; round++) {
        struct arena arena;
        const char **names;
        size_t count;
        arena_init(&arena);
        OK(file_list(&arena, &names, &count, study_path(s, "device"), "", &err));
        assert_true(count >= 3);
        for (size_t i = 0; i < count; i++) {
            struct buf bytes = {0};
            char path[300];
            snprintf(path, sizeof path, "%s/%s", study_path(s, "device"), names[i]);
            OK(file_read(&bytes, path, 64 << 20, &err));
            static const char *const canaries[] = {"canary-answer", "Көңүл",       "<form/>",
                                                   "test_form",     "coordinator", "test device"};
            for (size_t c = 0; c < sizeof canaries / sizeof *canaries; c++) {
                if (bytes.len && memmem(bytes.data, bytes.len, canaries[c], strlen(canaries[c]))) {
                    fail_msg("%s holds '%s'", names[i], canaries[c]);
                }
            }
            buf_fini(&bytes);
        }
        arena_fini(&arena);
        if (!round) {
            OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
        }
    }
}

static void test_device__records_of_one_id_stay_two(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct buf tar = {0};
    struct export_report out;
    struct import_report in;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    for (int i = 0; i < 2; i++) { /* a form whose instanceID is always the same */
        draft(s, &d, hash);
        OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    }
    OK(file_folder(study_path(s, "out"), 0700, &err));
    OK(device_export(s->device, study_path(s, "out"), study_wall, &out, &err));
    assert_int_equal(out.records, 2);
    take_batch(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.objects, 2);
    desk_close(desk);
    buf_fini(&tar);
}

static void test_device__a_draft_without_a_first_event_gives_its_place_back(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d, drafts[VAULT_DRAFTS];
    size_t count;
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    OK(device_draft_begin(s->device, &d, hash, study_wall, &err)); /* and the power goes */
    draft(s, &d, hash);
    reopen(s);
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 1);
    assert_memory_equal(drafts[0].id, d.id, 16);
    assert_int_equal(drafts[0].events, 2);
    d = drafts[0];
    for (unsigned n = 3; n <= 40; n++) { /* however many there are: all are counted */
        OK(device_draft_append(s->device, &d, "event", 5, &err));
        OK(device_drafts(s->device, drafts, &count, &err));
        assert_int_equal(drafts[0].events, n);
    }
    OK(device_draft_begin(s->device, &d, hash, study_wall, &err));
    OK(device_drafts(s->device, drafts, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(drafts[0].events, 0);
}

/* The store of yesterday beside the vault of today: yesterday's recipients are not in force. */
static void test_device__an_old_store_is_refused(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    uint8_t hash[32];
    char command[300];
    study_device(s);
    device_close(s->device);
    snprintf(command, sizeof command, "cp %s/device/store.db %s/old.db", s->dir, s->dir);
    assert_int_equal(system(command), 0);
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    study_enrol(s, hash);
    device_close(s->device);
    snprintf(command, sizeof command, "rm %s/device/store.db*; cp %s/old.db %s/device/store.db",
             s->dir, s->dir, s->dir);
    assert_int_equal(system(command), 0);
    OK(device_open(&s->device, study_path(s, "device"), &err));
    assert_false(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    assert_int_equal(err.code, ERR_INPUT); /* the passphrase was right */
    assert_non_null(strstr(err.what, "older catalogue"));
}

static void test_device__the_request_can_be_had_again(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct buf again = {0};
    uint8_t hash[32];
    study_device(s);
    reopen(s);
    OK(device_request(s->device, &again, &err));
    assert_int_equal(again.len, s->request.len);
    assert_memory_equal(again.data, s->request.data, again.len);
    study_enrol(s, hash);
    assert_false(device_request(s->device, &again, &err));
    buf_fini(&again);
}

/* suhbat-key beside this test: its exit status. */
static int key_tool(const char *words)
{
    char self[256], command[1400];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    const char *emulator = getenv("EMULATOR"); /* of another processor: make emulated */
    snprintf(command, sizeof command, "%s %s/suhbat-key %s >/dev/null 2>&1",
             emulator ? emulator : "", self, words);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The whole way of a device that was closed for travel, with the desk's own program. */
static void test_device__comes_back_from_a_journey(void **state)
{
    struct study *s = *state;
    static const char pass[] = "one two three four five";
    struct err err = {0};
    struct buf request = {0}, answer = {0};
    char words[64], other[64], dir[160], line[1000];
    uint8_t hash[32];
    size_t count;
    struct device_form forms[DEVICE_FORMS_MAX];
    study_device(s);
    study_enrol(s, hash);
    OK(device_set_pin(s->device, "471108", &err));
    OK(device_travel_lock(s->device, &err));
    assert_false(device_is_unlocked(s->device));
    assert_false(device_try_pin(s->device, "471108", &err));
    assert_false(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    OK(device_travel_request(s->device, pass, sizeof pass - 1, &request, words, &err));
    study_put(s, "desk", "unlock.sbu", &request);
    snprintf(dir, sizeof dir, "%s", study_path(s, "desk"));
    snprintf(line, sizeof line, "%s/recovery.identity", dir);
    keys_no_passphrase();
    OK(keys_write_identity(line, s->recovery, "recovery", &err));
    vault_suggest(other);
    struct buf known = {0};
    char id[33], known_as[80];
    uint8_t public_key[32], full[16];
    study_device_file(s, &known);
    {
        struct enrol_request r;
        OK(enrol_request_read(&r, s->request.data, s->request.len, &err));
        memcpy(public_key, r.sign_pk, 32);
    }
    chain_device_id(full, public_key);
    text_hex(id, full, 16);
    study_put(s, "desk", "catalogue.sbg", &s->catalogue_bytes);
    const char *const heard[] = {"", "--words 'baba baba baba baba baba baba'", other};
    for (size_t k = 0; k < 3; k++) { /* not heard, misheard, somebody else's */
        snprintf(line, sizeof line, "unlock %s %s/unlock.sbu -o %s/a.sbv %s%s%s", dir, dir, dir,
                 k == 2 ? "--words '" : "", heard[k], k == 2 ? "'" : "");
        assert_int_equal(key_tool(line), 4);
    }
    char cyrillic[200];
    words_cyrillic(cyrillic, sizeof cyrillic, words); /* as it is read from a screen in Kyrgyz */
    OK(file_folder(study_path(s, "desk/devices"), 0700, &err));
    snprintf(known_as, sizeof known_as, "%s.device", id);
    /* unknown to the study; not said whose; another's; too little said; revoked; said */
    static const char *const whose[] = {"", "", "0123456789abcdef", NULL, NULL, NULL};
    for (int k = 0; k < 6; k++) {
        if (k == 1) {
            study_put(s, "desk/devices", known_as, &known);
        }
        s->catalogue.revoked_count = k == 4;
        s->catalogue.revoked[0].kind = 2;
        memset(s->catalogue.revoked[0].id, 0, 32);
        memcpy(s->catalogue.revoked[0].id, full, 16);
        study_sign_catalogue(s);
        study_put(s, "desk", "catalogue.sbg", &s->catalogue_bytes);
        snprintf(line, sizeof line, "unlock %s %s/unlock.sbu -o %s/a.sbv --words '%s' %s%.*s", dir,
                 dir, dir, cyrillic, k == 1 ? "" : "--device ",
                 k == 3   ? 5
                 : k == 1 ? 0
                          : 16,
                 whose[k] && *whose[k] ? whose[k] : id);
        assert_int_equal(key_tool(line), k == 5 ? 0 : k == 2 || k == 3 ? 1 : 4);
    }
    buf_fini(&known);
    struct buf label = {0}, log = {0}; /* by its name, and written down */
    buf_text(&label, "Ош, 3");
    snprintf(known_as, sizeof known_as, "%s.label", id);
    study_put(s, "desk/devices", known_as, &label);
    char named[1000];
    snprintf(named, sizeof named,
             "unlock %s %s/unlock.sbu -o %s/b.sbv --words '%s' --device 'Ош, 3'", dir, dir, dir,
             cyrillic);
    assert_int_equal(key_tool(named), 0);
    OK(file_read(&log, study_path(s, "desk/unlocked.log"), 4096, &err));
    const char *first = strstr(log.data, id);
    assert_non_null(first);
    assert_non_null(strstr(first + 1, id));
    buf_fini(&label);
    buf_fini(&log);
    assert_int_equal(key_tool(line), 1); /* an answer is not replaced */
    snprintf(line, sizeof line, "%s/a.sbv", dir);
    OK(file_read(&answer, line, 4096, &err));
    assert_false(device_travel_return(s->device, answer.data, answer.len, study_pass, 20, &err));
    OK(device_travel_return(s->device, answer.data, answer.len, pass, sizeof pass - 1, &err));
    OK(device_forms(s->device, forms, &count, &err)); /* catalogue and all are there */
    assert_int_equal(count, 1);
    snprintf(line, sizeof line, "unlock %s %s/a.sbv --words '%s'", dir, dir, words);
    assert_int_equal(key_tool(line), 1); /* an answer is no request */
    buf_fini(&request);
    buf_fini(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_device__whole_life),
        STUDY_TEST(test_device__forged_and_rolled_back_things_are_refused),
        STUDY_TEST(test_device__unsound_recipients_are_refused),
        STUDY_TEST(test_device__a_coordinator_gives_no_more_than_he_has),
        STUDY_TEST(test_device__a_package_waits_for_its_catalogue),
        STUDY_TEST(test_device__discard_is_recorded),
        STUDY_TEST(test_device__nothing_readable_at_rest),
        STUDY_TEST(test_device__records_of_one_id_stay_two),
        STUDY_TEST(test_device__a_draft_without_a_first_event_gives_its_place_back),
        STUDY_TEST(test_device__an_old_store_is_refused),
        STUDY_TEST(test_device__the_request_can_be_had_again),
        STUDY_TEST(test_device__comes_back_from_a_journey),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
