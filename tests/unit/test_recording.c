/* SPDX-License-Identifier: Apache-2.0 */
/* Is sound sealed while it is recorded, whatever happens, and does it arrive whole? */
#include "app/interview/interview_cases.h"
#include "platform/custody/batch.h"
#include "platform/custody/device_recordings.h"
#include "platform/machine/audio.h"
#include "platform/machine/voice.h"
#include "tests/lib/custody.h"
#include "tests/lib/slow_disk.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_recordings.h"
#include "tools/desk/desk_withdraw.h"

static const uint8_t record_id[16] = {0xAB, 1, 2, 3};

static void reopen(struct study *s)
{
    struct err err = {0};
    device_close(s->device);
    s->device = NULL;
    OK(device_open(&s->device, study_path(s, "device"), &err));
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
}

static void begin(struct study *s, struct device_draft *d)
{
    uint8_t hash[32];
    study_device(s);
    study_enrol(s, hash);
    draft(s, d, hash);
}

/* The head, and so many segments of five seconds; what was written is in `sound`. */
static void speak(struct recording *r, size_t segments, struct buf *sound)
{
    struct err err = {0};
    struct voice *v;
    struct buf part = {0};
    const struct voice_spec spec = {.bits = VOICE_LOW, .serial = 9};
    size_t count = (size_t)voice_rate(VOICE_LOW) * VOICE_PAGES;
    int16_t *samples = mem_zero(count, sizeof *samples);
    for (size_t i = 0; i < count; i++) {
        samples[i] = (int16_t)(i % 97 * 200);
    }
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, &part);
    for (size_t i = 0; i <= segments; i++) {
        OK(recording_put(r, part.data, part.len, &err));
        buf_add(sound, part.data, part.len);
        buf_cut(&part, 0);
        assert_int_equal(voice_put(v, samples, count, &part), VOICE_PAGES);
    }
    voice_free(v);
    buf_fini(&part);
    free(samples);
}

static bool list_of(struct study *s, const struct device_draft *d, struct device_recording *list,
                    size_t *count)
{
    struct err err = {0};
    return device_recordings(s->device, d->id, list, count, &err);
}

struct heard {
    struct study *s;
    struct buf sound;
    uint8_t name[16]; /* of the last recording that was heard */
    unsigned recordings;
};

static bool hear(void *user, const uint8_t name[16], uint32_t part, const void *sealed, size_t len,
                 struct err *err)
{
    struct heard *h = user;
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])h->s->coordinator,
                                  .count = 1};
    (void)part;
    h->recordings += !h->recordings || memcmp(h->name, name, 16) != 0;
    memcpy(h->name, name, 16);
    return age_open(&h->sound, sealed, len, &keys, NULL, err);
}

struct finding {
    struct desk_object object;
    uint8_t id[16], device[16];
    bool found;
};

static bool find_object(void *user, const struct desk_object *o, struct err *err)
{
    struct finding *f = user;
    (void)err;
    f->object = *o;
    memcpy(f->id, o->id, 16);
    memcpy(f->device, o->device, 16);
    f->object.id = f->id;
    f->object.device = f->device;
    f->found = true;
    return true;
}

/* What the desk has of the one record's sound. */
static void listen(struct study *s, struct desk *desk, struct heard *h, unsigned *missing)
{
    struct err err = {0};
    struct finding f = {.found = false};
    *h = (struct heard){.s = s};
    OK(desk_objects(desk, find_object, &f, &err));
    assert_true(f.found);
    OK(desk_recordings_of(desk, &f.object, hear, h, missing, &err));
}

static void hand_over(struct study *s, const char *folder, struct buf *tar)
{
    struct err err = {0};
    struct export_report out;
    OK(file_folder(study_path(s, folder), 0700, &err));
    OK(device_export(s->device, study_path(s, folder), study_wall, &out, &err));
    take_batch(s, folder, tar);
}

static bool one_device(void *user, const struct desk_device *device, struct err *err)
{
    (void)err;
    *(struct desk_device *)user = *device;
    return true;
}

/* From the microphone to the desk, under the lock for a while; then acknowledged and gone. */
static void test_recording__whole_life(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct device_recording list[RECORDINGS_MAX];
    struct buf sound = {0}, tar = {0};
    struct import_report in;
    struct desk_device at;
    struct load_report load;
    struct heard heard;
    size_t count;
    unsigned missing;
    begin(s, &d);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    device_lock(s->device); /* it goes on */
    speak(r, 3, &sound);
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    assert_true(list_of(s, &d, list, &count));
    assert_int_equal(count, 1);
    assert_true(list[0].open); /* the unlock did not close it */
    assert_false(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    OK(recording_close(r, &err));
    assert_true(list_of(s, &d, list, &count));
    assert_false(list[0].open);
    assert_false(list[0].cut);
    assert_int_equal(list[0].parts, 4);
    assert_int_equal(list[0].holes, 0);
    assert_int_equal(audio_length_ms(sound.data, sound.len) / 1000, 14); /* 15 s but the pre-skip */
    err = (struct err){0};
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    struct device_waiting waiting;
    OK(device_waiting(s->device, &waiting, &err));
    assert_true(waiting.bytes > sound.len); /* the sound waits, too */
    hand_over(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.objects, 1);
    assert_int_equal(in.recordings, 1);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_true(in.known);
    listen(s, desk, &heard, &missing);
    assert_int_equal(missing, 0);
    assert_int_equal(heard.recordings, 1);
    assert_int_equal(heard.sound.len, sound.len);
    assert_memory_equal(heard.sound.data, sound.data, sound.len);
    OK(desk_devices(desk, one_device, &at, &err));
    assert_int_equal(at.contiguous, 3); /* genesis, recording, record */
    assert_int_equal(at.records, 1);
    put_receipt(s, &at, 1, s->desk, s->desk_cert);
    uint8_t sound_id[16];
    bool there, purged;
    uint64_t bytes;
    struct buf part = {0};
    memcpy(sound_id, list[0].id, 16);
    OK(device_recording_part(s->device, sound_id, 0, &part, &there, &err));
    assert_true(there);
    OK(device_load_folder(s->device, study_path(s, "back"), &load, &err));
    assert_int_equal(load.purged, 1);
    OK(device_recording_part(s->device, sound_id, 0, &part, &there, &err));
    assert_false(there);
    OK(device_recording_look(s->device, sound_id, &purged, &bytes, &err));
    assert_true(purged);
    buf_fini(&part);
    buf_fini(&tar);
    buf_fini(&heard.sound);
    buf_fini(&sound);
    desk_close(desk);
}

/* The coordinator's files: playable as they are; one part that the medium damaged is a hole, and is
 * said. */
static void test_recording__is_exported(void **state)
{
    struct study *s = *state;
    static const char md[] = "| survey |\n| | type | name | label |\n| | text | q | Q |\n"
                             "| settings |\n| | form_id | version |\n| | test_form | 1 |\n";
    static const char name[] = "tables/audio/ab010203-0000-0000-0000-000000000000-1.opus";
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf form = {0}, package = {0}, sound = {0}, tar = {0}, file = {0};
    struct import_report in;
    struct export_counts counts;
    uint8_t hash[32];
    bool fresh;
    OK(convert_md(&form, md, &err));
    s->form = form.data;
    study_device(s);
    study_enrol(s, hash);
    draft(s, &d, hash);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    speak(r, 2, &sound);
    OK(recording_close(r, &err));
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    OK(device_package(s->device, hash, &package, &err));
    hand_over(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    char *out = mem_text(study_path(s, "tables"));
    struct export_options options = {
        .out = out, .writer = dataset_writer_find("csv"), .sound = true, .force = true};
    for (unsigned damaged = 0; damaged < 2; damaged++) {
        OK(desk_export(desk, s->coordinator, &options, &counts, &err));
        assert_int_equal(counts.recordings, 1);
        assert_int_equal(counts.cut_recordings, damaged);
        buf_cut(&file, 0);
        OK(file_read(&file, study_path(s, name), 1 << 20, &err));
        if (!damaged) {
            assert_int_equal(file.len, sound.len);
            assert_memory_equal(file.data, sound.data, sound.len);
            OK(db_run(desk->db, "UPDATE sound SET sealed = x'00' WHERE part = 1", NULL, 0, NULL,
                      NULL, &err));
        }
        assert_true(audio_length_ms(file.data, file.len) > 4000);
    }
    options.sound = false;
    OK(file_remove(study_path(s, name), &err));
    OK(desk_export(desk, s->coordinator, &options, &counts, &err));
    assert_int_equal(counts.recordings, 0);
    assert_false(file_exists(study_path(s, name)));
    desk_close(desk);
    free(out);
    s->form = NULL;
    buf_fini(&form);
    buf_fini(&package);
    buf_fini(&sound);
    buf_fini(&tar);
    buf_fini(&file);
}

/* Without this program: stock age opens each part, cat puts them together, and the file plays. */
static void test_recording__opens_with_stock_tools(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf sound = {0}, identity = {0}, file = {0};
    char text[AGE_TEXT], command[400];
    uint8_t id[16];
    if (system("command -v age > /dev/null") != 0) {
        skip();
    }
    begin(s, &d);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    memcpy(id, recording_id(r), 16);
    speak(r, 3, &sound);
    OK(recording_close(r, &err));
    age_identity_text(text, s->coordinator);
    buf_text(&identity, text);
    study_put(s, "parts", "identity", &identity);
    for (uint32_t part = 0; part < 4; part++) {
        struct buf sealed = {0};
        char name[16];
        bool found;
        OK(device_recording_part(s->device, id, part, &sealed, &found, &err));
        assert_true(found);
        snprintf(name, sizeof name, "%05u.age", part);
        study_put(s, "parts", name, &sealed);
        buf_fini(&sealed);
    }
    snprintf(
        command, sizeof command,
        "cd %s && for part in *.age; do age -d -i identity \"$part\" > \"$part.ogg\" || exit 1;"
        " done && cat *.ogg > whole && cat 00000.age.ogg 00001.age.ogg 00003.age.ogg > holed",
        study_path(s, "parts"));
    assert_int_equal(system(command), 0);
    OK(file_read(&file, study_path(s, "parts/whole"), 1 << 20, &err));
    assert_int_equal(file.len, sound.len);
    assert_memory_equal(file.data, sound.data, sound.len);
    buf_cut(&file, 0);
    OK(file_read(&file, study_path(s, "parts/holed"), 1 << 20, &err));
    assert_true(audio_length_ms(file.data, file.len) > 9000); /* one part costs its five seconds */
    buf_fini(&file);
    buf_fini(&sound);
    buf_fini(&identity);
}

/* Four hours at 24 kbit/s and two at 48: either fits a batch. */
static void test_recording__has_an_end(void **state)
{
    struct study *s = *state;
    static const uint32_t bits[] = {VOICE_LOW, VOICE_NORMAL};
    struct err err = {0};
    struct device_draft d;
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    begin(s, &d);
    slow_disk_waits = false;
    for (size_t i = 0; i < 2; i++) {
        struct recording *r;
        uint32_t parts = 0;
        OK(recording_begin(&r, s->device, &d, bits[i], study_wall, &err));
        while (recording_put(r, "x", 1, &err)) {
            parts++;
        }
        assert_int_equal(err.code, ERR_LIMIT);
        assert_int_equal(parts, i ? 1441 : RECORDING_PARTS);
        err = (struct err){0};
        OK(recording_close(r, &err));
    }
    slow_disk_waits = true;
    OK(device_recordings(s->device, d.id, list, &count, &err));
    assert_int_equal(list[0].parts, RECORDING_PARTS);
    assert_int_equal(list[1].parts, 1441);
}

/* A power cut while it runs: what was sealed is there, and it is marked. */
static void test_recording__after_a_power_cut(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r, *next;
    struct device_recording list[RECORDINGS_MAX];
    struct buf sound = {0};
    size_t count;
    begin(s, &d);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    speak(r, 2, &sound);
    recording_forget(r);
    reopen(s); /* nobody closed it */
    assert_true(list_of(s, &d, list, &count));
    assert_int_equal(count, 1);
    assert_false(list[0].open);
    assert_true(list[0].cut);
    assert_int_equal(list[0].parts, 3);
    OK(recording_begin(&next, s->device, &d, VOICE_LOW, study_wall, &err)); /* a new one */
    device_lock(s->device);
    speak(next, 1, &sound);
    OK(recording_close(next, &err)); /* while the device is locked */
    OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
    assert_true(list_of(s, &d, list, &count));
    assert_int_equal(count, 2);
    assert_false(list[1].open);
    assert_false(list[1].cut);
    assert_int_equal(list[1].parts, 2);
    buf_fini(&sound);
}

/* Deleted before sealing: no row of it is left, and the chain tells that there was one. */
static void test_recording__is_deleted(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct device_recording list[RECORDINGS_MAX];
    struct buf sound = {0}, tar = {0};
    size_t count;
    uint8_t id[16];
    begin(s, &d);
    for (int i = 0; i < 2; i++) {
        OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
        memcpy(id, recording_id(r), 16);
        speak(r, 1, &sound);
        OK(recording_close(r, &err));
    }
    OK(device_recording_discard(s->device, d.id, id, &err));
    assert_false(device_recording_discard(s->device, d.id, id, &err)); /* it is gone */
    err = (struct err){0};
    assert_true(list_of(s, &d, list, &count));
    assert_int_equal(count, 1);
    assert_memory_not_equal(list[0].id, id, 16);
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    hand_over(s, "out", &tar);
    struct desk *desk = open_desk(s);
    struct import_report in;
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.entries, 4); /* genesis, discarded, recording, record */
    assert_int_equal(in.recordings, 1);
    desk_close(desk);
    buf_fini(&tar);
    buf_fini(&sound);
}

/* Taken back at the desk: the sound is destroyed, and neither the old batch nor the sound alone,
 * arriving late, brings it back. */
/* A recording for review is heard until its interview is sealed, and never again; others never. */
static void test_recording__review_dies_with_the_draft(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf sound = {0}, heard = {0}, closed = {0};
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    begin(s, &d);
    for (int review = 0; review < 2; review++) {
        OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
        OK(!review || recording_let_review(r, &err));
        device_lock(s->device); /* while it runs no key is needed */
        speak(r, 2, review ? &sound : &closed);
        OK(device_unlock(s->device, study_pass, sizeof study_pass - 1, &err));
        OK(recording_close(r, &err));
    }
    assert_true(list_of(s, &d, list, &count));
    assert_int_equal(count, 2);
    assert_false(device_recording_hear(s->device, d.id, list[0].id, 0, &heard, &err));
    assert_int_equal(err.code, ERR_AUTH);
    reopen(s);
    for (uint32_t part = 0; part <= 3; part++) { /* the last one is not there */
        OK(device_recording_hear(s->device, d.id, list[1].id, part, &heard, &err));
    }
    assert_int_equal(heard.len, sound.len);
    assert_memory_equal(heard.data, sound.data, sound.len);
    struct vault_draft *slot = vault_find_draft(s->device->vault, d.id);
    uint8_t key[32], sealed_key[32];
    memcpy(key, slot->review, sizeof key);
    buf_cut(&heard, 0);
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    assert_false(device_recording_hear(s->device, d.id, list[1].id, 0, &heard, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(heard.len, 0);
    for (size_t i = 0; i < VAULT_DRAFTS; i++) { /* the key is nowhere any more */
        memcpy(sealed_key, vault_keys(s->device->vault)->drafts[i].review, sizeof sealed_key);
        assert_memory_not_equal(sealed_key, key, sizeof key);
    }
    buf_fini(&sound);
    buf_fini(&heard);
    buf_fini(&closed);
}

static void test_recording__withdrawn(void **state)
{
    struct study *s = *state;
    static const unsigned uses[] = {USE_ANSWERS, USE_RECORDING};
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf sound = {0}, tar = {0};
    struct import_report in;
    begin(s, &d);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    speak(r, 1, &sound);
    OK(recording_close(r, &err));
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    hand_over(s, "out", &tar);
    for (size_t i = 0; i < 2; i++) {
        struct withdraw_report report;
        struct heard heard;
        unsigned missing;
        int64_t parts;
        struct desk *desk = open_desk(s);
        for (int again = 0; again < 2; again++) { /* first the word alone, then the sound */
            OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
            OK(db_number(desk->db, &parts, 0, "SELECT count(*) FROM sound WHERE part >= 0", NULL, 0,
                         &err));
            assert_int_equal(parts, again ? 0 : 2);
            if (!again) {
                OK(desk_withdraw(desk, (const uint8_t(*)[16]) & record_id, 1, uses[i], "",
                                 study_wall, &report, &err));
                OK(db_number(desk->db, &parts, 0, "SELECT count(*) FROM sound WHERE part >= 0",
                             NULL, 0, &err));
                assert_int_equal(parts, 0);
                OK(db_run(desk->db, "DELETE FROM sound", NULL, 0, NULL, NULL, &err));
            }
        }
        if (uses[i] == USE_RECORDING) { /* the answers stay */
            listen(s, desk, &heard, &missing);
            assert_int_equal(heard.sound.len, 0);
            assert_int_equal(missing, 2);
        }
        desk_close(desk);
        OK(file_remove(study_path(s, "desk/desk.db"), &err));
        OK(file_remove(study_path(s, "desk/desk-key.age"), &err));
    }
    buf_fini(&tar);
    buf_fini(&sound);
}

struct told {
    unsigned sound, all;
};

static bool count_told(void *user, const struct message *m, int64_t wall_ms, bool taken,
                       struct err *err)
{
    struct told *t = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    t->sound += m->kind == MESSAGE_WITHDRAW_SOUND && memcmp(m->about, record_id, 16) == 0;
    t->all++;
    return true;
}

/* Of a record whose recording alone was taken back the device keeps the answers, not the sound. */
static void test_recording__withdrawn_on_the_device(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct recording *r;
    struct buf sound = {0}, tar = {0}, part = {0};
    struct import_report in;
    struct withdraw_report report;
    struct load_report load;
    struct told told = {0};
    struct message m = {.counter = 1, .kind = MESSAGE_WITHDRAW_SOUND, .body = ""};
    uint8_t sound_id[16];
    bool there;
    begin(s, &d);
    OK(recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, &err));
    memcpy(sound_id, recording_id(r), 16);
    speak(r, 1, &sound);
    OK(recording_close(r, &err));
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
    hand_over(s, "out", &tar);
    struct desk *desk = open_desk(s);
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    for (int again = 0; again < 2; again++) { /* the desk tells it once */
        OK(desk_withdraw(desk, (const uint8_t(*)[16]) & record_id, 1, USE_RECORDING, "", study_wall,
                         &report, &err));
        assert_int_equal(report.messages, !again);
    }
    OK(desk_messages(desk, count_told, &told, &err));
    assert_int_equal(told.sound, 1);
    assert_int_equal(told.all, 1);
    memcpy(m.device_id, device_id(s->device), 16);
    memset(m.message_id, 7, 16);
    memcpy(m.about, record_id, 16);
    device_on_message(s->device, cases_on_message, NULL);
    OK(file_folder(study_path(s, "post"), 0700, &err));
    study_message(s, "post", "m.age", &m);
    OK(device_load_folder(s->device, study_path(s, "post"), &load, &err));
    OK(device_recording_part(s->device, sound_id, 1, &part, &there, &err));
    assert_false(there);
    buf_cut(&tar, 0);
    hand_over(s, "more", &tar); /* the record goes out again, with its answers */
    OK(desk_import(desk, tar.data, tar.len, 2, &in, &err));
    desk_close(desk);
    buf_fini(&sound);
    buf_fini(&tar);
    buf_fini(&part);
}

/* Each write in turn fails: what recording_put accepted is there at the next unlock. */
static void test_recording__a_write_fails(void **state)
{
    struct study *s = *state;
    struct err err = {0};
    struct device_draft d;
    struct device_recording list[RECORDINGS_MAX];
    size_t count, faults = 0;
    begin(s, &d);
    for (int at = 1; at <= 12; at++) {
        struct recording *r = NULL;
        uint32_t accepted = 0;
        size_t before;
        assert_true(list_of(s, &d, list, &before));
        slow_disk_fails_at = at;
        bool begun = recording_begin(&r, s->device, &d, VOICE_LOW, study_wall, NULL);
        for (int part = 0; begun && part < 3; part++) {
            accepted += recording_put(r, "sound", 5, NULL);
        }
        bool closed = begun && recording_close(r, NULL);
        faults += slow_disk_fails_at == 0;
        slow_disk_fails_at = 0;
        reopen(s);
        assert_true(list_of(s, &d, list, &count));
        if (begun) {
            assert_int_equal(count, before + 1);
            assert_false(list[count - 1].open);
            assert_true(list[count - 1].parts >= accepted);
            assert_int_equal(list[count - 1].holes, 0);
            assert_true(closed || accepted < 3 || list[count - 1].parts == 3);
        }
    }
    assert_true(faults >= 5);
    OK(device_finish(s->device, &d, record_id, &finished, study_wall, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_recording__whole_life),
        STUDY_TEST(test_recording__is_exported),
        STUDY_TEST(test_recording__has_an_end),
        STUDY_TEST(test_recording__opens_with_stock_tools),
        STUDY_TEST(test_recording__after_a_power_cut),
        STUDY_TEST(test_recording__is_deleted),
        STUDY_TEST(test_recording__review_dies_with_the_draft),
        STUDY_TEST(test_recording__withdrawn),
        STUDY_TEST(test_recording__withdrawn_on_the_device),
        STUDY_TEST(test_recording__a_write_fails),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
