/* SPDX-License-Identifier: Apache-2.0 */
/* Is every changed bit, every cut, every byte put in or taken out of a record and a batch found? */
#include "tests/lib/study.h"

#include "platform/custody/batch.h"

#if defined(__SANITIZE_ADDRESS__)
enum { STRIDE = 37 }; /* sanitisers are slow: a sample, the same every time */
#else
enum { STRIDE = 1 };
#endif

static const char xml_text[] = "<data id='f'><q>canary-answer</q></data>";
static const struct device_finished finished = {.xml = xml_text, .xml_len = sizeof xml_text - 1};

struct rig {
    struct study s;
    struct buf record, sealed, tar;
    uint8_t device_pk[32];
};

static bool known(void *user, const uint8_t study[16], const uint8_t key[32])
{
    struct rig *rig = user;
    return memcmp(study, rig->s.catalogue.study_id, 16) == 0 &&
           memcmp(key, rig->device_pk, 32) == 0;
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct err err = {0};
    struct device_draft d;
    struct export_report out;
    struct enrol_request r;
    struct arena arena;
    struct batch b;
    const char **names;
    size_t count;
    struct buf file = {0};
    uint8_t hash[32], id[16] = {5};
    char path[300];
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & rig->s.coordinator, .count = 1};
    study_init(&rig->s);
    study_device(&rig->s);
    study_enrol(&rig->s, hash);
    OK(enrol_request_read(&r, rig->s.request.data, rig->s.request.len, &err));
    memcpy(rig->device_pk, r.sign_pk, 32);
    OK(device_draft_begin(rig->s.device, &d, hash, study_wall, &err));
    OK(device_finish(rig->s.device, &d, id, &finished, study_wall, &err));
    OK(file_folder(study_path(&rig->s, "out"), 0700, &err));
    OK(device_export(rig->s.device, study_path(&rig->s, "out"), study_wall, &out, &err));
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(&rig->s, "out"), ".age", &err));
    snprintf(path, sizeof path, "%s/%s", study_path(&rig->s, "out"), names[0]);
    OK(file_read(&file, path, BATCH_MAX, &err));
    OK(age_open(&rig->tar, file.data, file.len, &keys, NULL, &err));
    OK(batch_read(&b, &arena, rig->tar.data, rig->tar.len, known, rig, &err));
    buf_add(&rig->sealed, b.objects[0].bytes, b.objects[0].len);
    OK(age_open(&rig->record, rig->sealed.data, rig->sealed.len, &keys, NULL, &err));
    buf_fini(&file);
    arena_fini(&arena);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    buf_fini(&rig->record);
    buf_fini(&rig->sealed);
    buf_fini(&rig->tar);
    study_fini(&rig->s);
    free(rig);
    return 0;
}

static bool take_record(struct rig *rig, const char *bytes, size_t len)
{
    struct record r;
    return record_read(&r, bytes, len, rig->device_pk, NULL);
}

static bool take_sealed(struct rig *rig, const char *bytes, size_t len)
{
    struct buf out = {0};
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & rig->s.escrow, .count = 1};
    bool ok = age_open(&out, bytes, len, &keys, NULL, NULL);
    if (!ok && out.len && memmem(out.data, out.len, "canary", 6)) {
        fail_msg("plaintext past the fault");
    }
    buf_fini(&out);
    return ok;
}

static bool take_tar(struct rig *rig, const char *bytes, size_t len)
{
    struct arena arena;
    struct batch b;
    arena_init(&arena);
    bool ok = batch_read(&b, &arena, bytes, len, known, rig, NULL);
    arena_fini(&arena);
    return ok;
}

typedef bool taker(struct rig *rig, const char *bytes, size_t len);

/* `bits`: all eight of each byte, or one that walks. */
static void sweep(struct rig *rig, const struct buf *good, taker *take, size_t bits)
{
    char *bytes = malloc(good->len + 1);
    size_t tried = 0;
    assert_true(take(rig, good->data, good->len));
    memcpy(bytes, good->data, good->len);
    for (size_t i = 0; i < good->len; i += STRIDE) {
        for (size_t b = 0; b < bits; b++, tried++) {
            unsigned bit = bits == 8 ? (unsigned)b : (unsigned)(i % 8);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            if (take(rig, bytes, good->len)) {
                fail_msg("bit %u of byte %zu", bit, i);
            }
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
        }
    }
    for (size_t len = 0; len < good->len; len += STRIDE, tried++) {
        char *cut = malloc(len + 1); /* so that a sanitiser sees a read past the end */
        memcpy(cut, good->data, len);
        if (take(rig, cut, len)) {
            fail_msg("cut to %zu", len);
        }
        free(cut);
    }
    for (size_t at = 0; at < good->len; at += 61 * STRIDE, tried += 2) {
        memcpy(bytes, good->data, at);
        bytes[at] = 'A';
        memcpy(bytes + at + 1, good->data + at, good->len - at);
        if (take(rig, bytes, good->len + 1)) {
            fail_msg("a byte put in at %zu", at);
        }
        memcpy(bytes + at, good->data + at + 1, good->len - at - 1);
        if (take(rig, bytes, good->len - 1)) {
            fail_msg("a byte taken out at %zu", at);
        }
        memcpy(bytes, good->data, good->len);
    }
    print_message("%zu changes, all found\n", tried);
    free(bytes);
}

static void test_sweep__record(void **state)
{
    struct rig *rig = *state;
    sweep(rig, &rig->record, take_record, 8);
}

static void test_sweep__sealed_record(void **state)
{
    struct rig *rig = *state;
    sweep(rig, &rig->sealed, take_sealed, 8);
}

static void test_sweep__batch(void **state)
{
    struct rig *rig = *state;
    sweep(rig, &rig->tar, take_tar, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep__record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep__sealed_record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep__batch, setup, teardown),
    };
    struct err err = {0};
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
