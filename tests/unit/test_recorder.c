/* SPDX-License-Identifier: Apache-2.0 */
/* Does what the microphone hears arrive, sealed, part by part?  SDL's disk driver is the
 * microphone: it reads samples from a file, faster than they would be spoken. */
#include <math.h>
#include <time.h>

#include "app/interview/recorder.h"
#include "platform/custody/device_recordings.h"
#include "platform/machine/audio.h"
#include "platform/machine/microphone.h"
#include "platform/machine/voice.h"
#include "tests/lib/custody.h"
#include "tests/lib/slow_disk.h"

static const uint8_t record_id[16] = {0xAB, 1, 2, 3};

struct talk {
    struct study *study;
    struct writer *writer;
    struct device_draft draft;
};

/* What is "said": seconds of a tone of this loudness. */
static void say(struct study *s, unsigned seconds, int loudness)
{
    struct buf samples = {0};
    for (unsigned i = 0; i < seconds * 16000; i++) {
        int16_t one = (int16_t)(loudness * sin(2 * 3.14159265 * 440 * i / 16000));
        buf_add(&samples, &one, sizeof one);
    }
    study_put(s, "", "said.raw", &samples);
    setenv("SDL_DISKAUDIOFILEIN", study_path(s, "said.raw"), 1);
    buf_fini(&samples);
}

static void begin(struct talk *t, struct study *s)
{
    uint8_t hash[32];
    memset(t, 0, sizeof *t);
    t->study = s;
    study_device(s);
    study_enrol(s, hash);
    draft(s, &t->draft, hash);
    t->writer = writer_new(s->device);
    writer_draft(t->writer, &t->draft);
}

static void end(struct talk *t)
{
    t->study->device = writer_free(t->writer);
}

static void wait_until(struct recorder *r, int64_t ms)
{
    for (int i = 0; i < 2000 && recorder_look(r).ms < ms; i++) {
        const struct timespec t = {0, 10 * 1000000L};
        nanosleep(&t, NULL);
    }
    assert_true(recorder_look(r).ms >= ms);
}

/* The sound as the coordinator will hear it. */
static void sound_of(struct study *s, const uint8_t id[16], struct buf *out)
{
    struct err err = {0};
    const struct age_keys keys = {.identities = (const uint8_t(*)[32])s->coordinator, .count = 1};
    bool found = true;
    for (uint32_t part = 0; found; part++) {
        struct buf sealed = {0};
        OK(device_recording_part(s->device, id, part, &sealed, &found, &err));
        if (found) {
            OK(age_open(out, sealed.data, sealed.len, &keys, NULL, &err));
        }
        buf_fini(&sealed);
    }
}

static void test_recorder__what_was_said_is_sealed(void **state)
{
    struct study *s = *state;
    struct talk t;
    struct err err = {0};
    struct recorder *r;
    struct recorder_now now;
    struct buf sound = {0};
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    uint8_t id[16];
    int64_t ms;
    begin(&t, s);
    say(s, 30, 12000);
    assert_true(microphone_any());
    OK(recorder_begin(&r, t.writer, VOICE_LOW, false, study_wall, &err));
    memcpy(id, recorder_id(r), 16);
    wait_until(r, 11000);
    now = recorder_look(r);
    assert_int_equal(now.state, RECORDER_RUNS);
    assert_in_range(now.level, 30, 40);
    assert_false(now.silent);
    assert_false(now.clipped);
    OK(recorder_end(r, &ms, &err));
    assert_true(ms >= 11000);
    end(&t);
    OK(device_recordings(s->device, t.draft.id, list, &count, &err));
    assert_int_equal(count, 1);
    assert_false(list[0].open);
    assert_false(list[0].cut);
    assert_int_equal(list[0].bits, VOICE_LOW);
    sound_of(s, id, &sound);
    long heard = audio_length_ms(sound.data, sound.len);
    assert_true(heard >= ms - 100 && heard < ms + 5100); /* filled up to a part */
    OK(device_finish(s->device, &t.draft, record_id, &finished, study_wall, &err));
    buf_fini(&sound);
}

/* Whichever write fails, a recording that could not begin is none, and the next one begins. */
static void test_recorder__fails_to_begin(void **state)
{
    struct study *s = *state;
    struct talk t;
    struct recorder *r = NULL;
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    struct err err = {0};
    int64_t ms;
    int failed = 0;
    begin(&t, s);
    say(s, 30, 12000);
    for (int at = 1; at <= 12 && !r; at++) {
        struct err why = {0};
        slow_disk_fails_at = at;
        if (!recorder_begin(&r, t.writer, VOICE_LOW, true, study_wall, &why)) {
            assert_null(r);
            assert_int_not_equal(why.code, ERR_NONE);
            failed++;
        }
        slow_disk_fails_at = 0;
    }
    assert_true(failed >= 2); /* the note of it, the key for review, or its first part */
    assert_non_null(r);
    wait_until(r, 1000);
    OK(recorder_end(r, &ms, &err));
    OK(recorder_begin(&r, t.writer, VOICE_LOW, true, study_wall, &err));
    OK(recorder_end(r, &ms, &err));
    end(&t);
    OK(device_recordings(s->device, t.draft.id, list, &count, &err));
    for (size_t k = 0; k < count; k++) {
        assert_false(list[k].open);
    }
    OK(device_finish(s->device, &t.draft, record_id, &finished, study_wall, &err));
}

/* What is said during a pause is in no part of it. */
static void test_recorder__a_pause_keeps_nothing(void **state)
{
    struct study *s = *state;
    struct talk t;
    struct err err = {0};
    struct recorder *r;
    int64_t ms, before;
    const struct timespec while_ = {0, 300 * 1000000L};
    begin(&t, s);
    say(s, 120, 12000);
    OK(recorder_begin(&r, t.writer, VOICE_LOW, false, study_wall, &err));
    wait_until(r, 2000);
    recorder_pause(r, true);
    do { /* what was said before may still be in the queue: this microphone is fast */
        before = recorder_look(r).ms;
        nanosleep(&while_, NULL);
    } while (recorder_look(r).ms != before);
    nanosleep(&while_, NULL);
    assert_int_equal(recorder_look(r).state, RECORDER_PAUSED);
    assert_int_equal(recorder_look(r).level, 0);
    assert_int_equal(recorder_look(r).ms, before);
    recorder_pause(r, false);
    wait_until(r, before + 1000);
    OK(recorder_end(r, &ms, &err));
    end(&t);
}

/* A microphone that hears nothing, and one that is shouted at, are told while it can be mended. */
static void test_recorder__tells_of_silence_and_of_shouting(void **state)
{
    struct study *s = *state;
    struct talk t;
    struct err err = {0};
    struct recorder *r;
    int64_t ms;
    begin(&t, s);
    say(s, 60, 40);
    OK(recorder_begin(&r, t.writer, VOICE_LOW, false, study_wall, &err));
    wait_until(r, 5000);
    assert_false(recorder_look(r).silent);
    wait_until(r, 11000);
    assert_true(recorder_look(r).silent);
    OK(recorder_end(r, &ms, &err));
    say(s, 60, 32767);
    OK(recorder_begin(&r, t.writer, VOICE_LOW, false, study_wall, &err));
    wait_until(r, 1000);
    assert_true(recorder_look(r).clipped);
    OK(recorder_end(r, &ms, &err));
    end(&t);
}

/* The medium takes no more: the recording stops and says why; what was sealed stays. */
static void test_recorder__the_medium_fails(void **state)
{
    struct study *s = *state;
    struct talk t;
    struct err err = {0};
    struct recorder *r;
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
    int64_t ms;
    begin(&t, s);
    say(s, 60, 12000);
    OK(recorder_begin(&r, t.writer, VOICE_LOW, false, study_wall, &err));
    wait_until(r, 6000);
    slow_disk_broken = true;
    for (int i = 0; i < 500 && recorder_look(r).state == RECORDER_RUNS; i++) {
        const struct timespec step = {0, 10 * 1000000L};
        nanosleep(&step, NULL);
    }
    assert_int_equal(recorder_look(r).state, RECORDER_FAILED);
    slow_disk_broken = false;
    assert_false(recorder_end(r, &ms, &err));
    assert_int_not_equal(err.code, ERR_NONE);
    end(&t);
    OK(device_recordings(s->device, t.draft.id, list, &count, &err));
    assert_int_equal(count, 1);
    assert_true(list[0].parts >= 2);
    assert_int_equal(list[0].holes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STUDY_TEST(test_recorder__what_was_said_is_sealed),
        STUDY_TEST(test_recorder__fails_to_begin),
        STUDY_TEST(test_recorder__a_pause_keeps_nothing),
        STUDY_TEST(test_recorder__tells_of_silence_and_of_shouting),
        STUDY_TEST(test_recorder__the_medium_fails),
    };
    struct err err = {0};
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIODELAY", "2", 1);
    db_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
