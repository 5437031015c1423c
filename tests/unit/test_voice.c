/* SPDX-License-Identifier: Apache-2.0 */
/* Is the sound that is written a playable Ogg file, and do its sizes tell nothing? */
#include <math.h>

#include "platform/machine/audio.h"
#include "platform/machine/voice.h"
#include "platform/machine/voice_read.h"
#include "tests/lib/help.h"

enum { PAGE_LOW = 27 + 50 + 50 * 60, PAGE_NORMAL = 27 + 50 + 50 * 120 };

static int16_t *tone(size_t count, int rate, double hertz)
{
    int16_t *samples = mem_zero(count + 1, sizeof *samples);
    for (size_t i = 0; i < count; i++) {
        samples[i] = (int16_t)(9000 * sin(2 * 3.14159265 * hertz * (double)i / rate));
    }
    return samples;
}

/* Speaks, or is silent, for so many milliseconds. */
static void write_sound(struct buf *out, int bits, unsigned ms, double hertz, size_t piece)
{
    static const char *const tags[] = {"RECORDING=0011", "TITLE=Сӯҳбат", NULL};
    struct err err = {0};
    struct voice *v;
    const struct voice_spec spec = {.bits = bits, .serial = 0x1234, .tags = tags};
    size_t count = (size_t)voice_rate(bits) * ms / 1000;
    int16_t *samples = tone(count, voice_rate(bits), hertz);
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, out);
    for (size_t at = 0; at < count; at += piece) {
        (void)voice_put(v, samples + at, count - at < piece ? count - at : piece, out);
    }
    (void)voice_end(v, out);
    voice_free(v);
    free(samples);
}

static void test_voice__is_playable(void **state)
{
    (void)state;
    static const int bits[] = {VOICE_LOW, VOICE_NORMAL};
    for (size_t i = 0; i < 2; i++) {
        struct buf sound = {0};
        write_sound(&sound, bits[i], 7300, 440, 777);
        assert_memory_equal(sound.data, "OggS", 4);
        assert_non_null(memmem(sound.data, sound.len, "OpusHead", 8));
        assert_non_null(memmem(sound.data, sound.len, "RECORDING=0011", 14));
        long ms = audio_length_ms(sound.data, sound.len); /* filled up to ten seconds */
        assert_in_range(ms, 9900, 10000);
        buf_fini(&sound);
    }
}

/* Pages have one size, whatever is said: speech, silence, loud and quiet. */
static void test_voice__sizes_tell_nothing(void **state)
{
    (void)state;
    static const double hertz[] = {0, 80, 440, 3000};
    size_t low = 0, normal = 0;
    for (size_t i = 0; i < 4; i++) {
        struct buf a = {0}, b = {0};
        write_sound(&a, VOICE_LOW, 4100, hertz[i], 320);
        write_sound(&b, VOICE_NORMAL, 4100, hertz[i], 1);
        low = low ? low : a.len;
        normal = normal ? normal : b.len;
        assert_int_equal(a.len, low);
        assert_int_equal(b.len, normal);
        assert_int_equal(a.len - 5 * PAGE_LOW, b.len - 5 * PAGE_NORMAL); /* the two first pages */
        buf_fini(&a);
        buf_fini(&b);
    }
}

/* It comes out the same however it is cut, page by page. */
static void test_voice__pages_come_when_they_are_full(void **state)
{
    (void)state;
    struct err err = {0};
    struct voice *v;
    const struct voice_spec spec = {.bits = VOICE_LOW, .serial = 7};
    int16_t *samples = tone(16000 * 3, 16000, 300);
    struct buf out = {0};
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, &out);
    buf_cut(&out, 0);
    assert_int_equal(voice_put(v, samples, 15999, &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(voice_put(v, samples + 15999, 1, &out), 1);
    assert_int_equal(out.len, PAGE_LOW);
    assert_int_equal(voice_put(v, samples, 32000, &out), 2);
    assert_int_equal(voice_end(v, &out), 2); /* up to five */
    assert_int_equal(out.len, 5 * PAGE_LOW);
    assert_int_equal(out.data[4 * PAGE_LOW + 5] & 4, 4); /* the last page is marked */
    assert_int_equal(out.data[3 * PAGE_LOW + 5] & 4, 0);
    voice_free(v);
    struct buf a = {0}, b = {0};
    write_sound(&a, VOICE_LOW, 2600, 500, 1);
    write_sound(&b, VOICE_LOW, 2600, 500, 100000);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    buf_fini(&a);
    buf_fini(&b);
    buf_fini(&out);
    free(samples);
}

/* ---- reading ---- */

struct decoded {
    int16_t *samples;
    size_t count;
};

static bool gather(void *user, const int16_t *samples, size_t count, struct err *err)
{
    struct decoded *d = user;
    (void)err;
    d->samples = mem_grow(d->samples, d->count + count, sizeof *d->samples);
    memcpy(d->samples + d->count, samples, count * sizeof *samples);
    d->count += count;
    return true;
}

/* How loud it is in a tenth of a second, 0 to 32767. */
static double loudness(const struct decoded *d, unsigned ms)
{
    const size_t len = VOICE_READ_RATE / 10, from = (size_t)ms * (VOICE_READ_RATE / 1000);
    double sum = 0;
    assert_true(from + len <= d->count);
    for (size_t i = from; i < from + len; i++) {
        sum += (double)d->samples[i] * d->samples[i];
    }
    return sqrt(sum / (double)len);
}

/* Two seconds of silence, and three of a tone, twice. */
static void write_bursts(struct buf *out, int bits)
{
    struct err err = {0};
    struct voice *v;
    const struct voice_spec spec = {.bits = bits, .serial = 77};
    const size_t rate = (size_t)voice_rate(bits);
    int16_t *samples = tone(10 * rate, voice_rate(bits), 440);
    memset(samples, 0, 2 * rate * sizeof *samples);
    memset(samples + 5 * rate, 0, 2 * rate * sizeof *samples);
    OK(voice_begin(&v, &spec, &err));
    voice_head(v, out);
    (void)voice_put(v, samples, 10 * rate - rate / 100, out);
    (void)voice_end(v, out);
    voice_free(v);
    free(samples);
}

/* `from`, `to`: bytes that are left out. */
static void read_sound(struct decoded *d, const struct buf *sound, size_t from, size_t to,
                       size_t piece)
{
    struct err err = {0};
    struct voice_reader *r;
    *d = (struct decoded){.count = 0};
    OK(voice_read_begin(&r, gather, d, &err));
    for (size_t at = 0; at < sound->len; at += piece) {
        size_t len = sound->len - at < piece ? sound->len - at : piece;
        if (at < from || at >= to) {
            OK(voice_read_put(r, sound->data + at, len, &err));
        }
    }
    OK(voice_read_fill(r, 10000, &err));
    voice_read_free(r);
}

static void test_voice__is_read_back_at_its_times(void **state)
{
    (void)state;
    static const int bits[] = {VOICE_LOW, VOICE_NORMAL};
    for (size_t i = 0; i < 2; i++) {
        struct buf sound = {0};
        struct decoded d;
        write_bursts(&sound, bits[i]);
        read_sound(&d, &sound, 0, 0, 997);
        assert_int_equal(d.count, 10 * VOICE_READ_RATE);
        for (unsigned ms = 0; ms < 9900; ms += 100) {
            bool loud = ms % 5000 >= 2000;
            bool edge = ms % 5000 == 1900 || ms % 5000 == 4900 || ms % 5000 < 100;
            if (!edge) {
                assert_true(loud ? loudness(&d, ms) > 4000 : loudness(&d, ms) < 400);
            }
        }
        free(d.samples);
        buf_fini(&sound);
    }
}

/* What is missing is silent, and what comes after it stands at its time; also without the head. */
static void test_voice__is_read_with_holes(void **state)
{
    (void)state;
    struct buf sound = {0};
    struct decoded d;
    write_bursts(&sound, VOICE_LOW);
    size_t head = sound.len - 10 * PAGE_LOW;
    read_sound(&d, &sound, head + 1 * PAGE_LOW, head + 4 * PAGE_LOW, 1);
    assert_int_equal(d.count, 10 * VOICE_READ_RATE);
    assert_true(loudness(&d, 2500) < 10);
    assert_true(loudness(&d, 4500) > 4000);
    assert_true(loudness(&d, 5500) < 400);
    assert_true(loudness(&d, 8000) > 4000);
    free(d.samples);
    read_sound(&d, &sound, 0, head, 1);
    assert_int_equal(d.count, 10 * VOICE_READ_RATE);
    assert_true(loudness(&d, 2500) > 4000);
    free(d.samples);
    read_sound(&d, &sound, head + 5 * PAGE_LOW, head + 10 * PAGE_LOW, 1); /* the end is missing */
    assert_int_equal(d.count, 10 * VOICE_READ_RATE);
    assert_true(loudness(&d, 8000) < 10);
    free(d.samples);
    buf_fini(&sound);
}

static void test_voice__a_time_out_of_the_world_is_refused(void **state)
{
    (void)state;
    struct buf sound = {0};
    struct decoded d = {.count = 0};
    struct err err = {0};
    struct voice_reader *r;
    write_bursts(&sound, VOICE_LOW);
    OK(voice_read_begin(&r, gather, &d, &err));
    assert_false(voice_read_fill(r, (int64_t)VOICE_READ_HOURS * 3600 * 1000 + 1, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    OK(voice_read_put(r, "no page at all", 14, &err));
    assert_int_equal(d.count, 0);
    voice_read_free(r);
    buf_fini(&sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voice__is_playable),
        cmocka_unit_test(test_voice__sizes_tell_nothing),
        cmocka_unit_test(test_voice__is_read_back_at_its_times),
        cmocka_unit_test(test_voice__is_read_with_holes),
        cmocka_unit_test(test_voice__a_time_out_of_the_world_is_refused),
        cmocka_unit_test(test_voice__pages_come_when_they_are_full),
    };
    return RUN(tests);
}
