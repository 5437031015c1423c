/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/custody.h"

#include "platform/custody/device_recordings.h"
#include "platform/machine/voice.h"

void draft(struct study *s, struct device_draft *d, const uint8_t hash[32])
{
    struct err err = {0};
    OK(device_draft_begin(s->device, d, hash, study_wall, &err));
    OK(device_draft_append(s->device, d, "first", 5, &err));
    OK(device_draft_append(s->device, d, "second answer", 13, &err));
}

struct desk *open_desk(struct study *s)
{
    struct err err = {0};
    struct desk *desk;
    struct buf device = {0};
    bool fresh;
    OK(desk_make(&desk, study_path(s, "desk"), &s->catalogue, s->coordinator, &err));
    OK(desk_set_catalogue(desk, s->catalogue_bytes.data, s->catalogue_bytes.len, &err));
    study_device_file(s, &device);
    OK(desk_add_device(desk, device.data, device.len, &fresh, &err));
    buf_fini(&device);
    return desk;
}

void take_batch(struct study *s, const char *folder, struct buf *tar)
{
    struct err err = {0};
    struct arena arena;
    const char **names;
    size_t count;
    struct buf file = {0};
    struct age_keys keys = {.identities = (const uint8_t(*)[32]) & s->coordinator, .count = 1};
    char path[300];
    arena_init(&arena);
    OK(file_list(&arena, &names, &count, study_path(s, folder), ".age", &err));
    assert_int_equal(count, 1);
    snprintf(path, sizeof path, "%s/%s", study_path(s, folder), names[0]);
    OK(file_read(&file, path, BATCH_MAX, &err));
    OK(age_open(tar, file.data, file.len, &keys, NULL, &err));
    unlink(path);
    buf_fini(&file);
    arena_fini(&arena);
}

void put_receipt(struct study *s, const struct desk_device *at, uint64_t counter,
                 const uint8_t signer[32], const uint8_t cert[CERT_BYTES])
{
    struct err err = {0};
    struct receipt r = {.counter = counter, .acked_seq = at->contiguous, .copies = 1};
    struct buf plain = {0}, sealed = {0};
    memcpy(r.study_id, s->catalogue.study_id, 16);
    memcpy(r.device_id, at->id, 16);
    memcpy(r.acked_head, at->head, 32);
    receipt_write(&plain, &r, cert, signer);
    OK(age_seal(&sealed, plain.data, plain.len, (const uint8_t(*)[32])at->box_pk, 1, &err));
    study_put(s, "back", "receipt.age", &sealed);
    buf_fini(&plain);
    buf_fini(&sealed);
}

void record_tone(struct study *s, struct device_draft *d, unsigned seconds, uint8_t id[16])
{
    struct err err = {0};
    struct recording *r;
    struct voice *v;
    struct buf part = {0};
    const struct voice_spec spec = {.bits = VOICE_LOW, .serial = 9};
    const size_t count = (size_t)voice_rate(VOICE_LOW) * VOICE_PAGES;
    int16_t *samples = mem_zero(count, sizeof *samples);
    for (size_t i = 0; i < count; i++) {
        samples[i] = (int16_t)(i % 97 * 200);
    }
    OK(recording_begin(&r, s->device, d, VOICE_LOW, study_wall, &err));
    memcpy(id, recording_id(r), 16);
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, &part);
    OK(recording_put(r, part.data, part.len, &err));
    for (size_t i = 0; i < seconds / VOICE_PAGES; i++) {
        buf_cut(&part, 0);
        assert_int_equal(voice_put(v, samples, count, &part), VOICE_PAGES);
        OK(recording_put(r, part.data, part.len, &err));
    }
    voice_free(v);
    OK(recording_close(r, &err));
    buf_fini(&part);
    free(samples);
}
