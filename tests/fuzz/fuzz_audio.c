/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that call themselves a sound. */
#include "tests/fuzz/fuzz.h"

#include "platform/machine/audio.h"
#include "platform/machine/voice_read.h"

static bool count(void *user, const int16_t *samples, size_t n, struct err *err)
{
    size_t *all = user;
    (void)err;
    *all += n + (samples[0] == samples[n - 1] ? 0 : 0);
    return *all < (size_t)VOICE_READ_RATE * 60 * 60; /* enough */
}

/* In two pieces, as parts come. */
static void decode(const uint8_t *data, size_t size)
{
    struct voice_reader *r;
    size_t all = 0, half = size / 2;
    if (voice_read_begin(&r, count, &all, NULL)) {
        (void)!(voice_read_put(r, data, half, NULL) &&
                voice_read_put(r, data + half, size - half, NULL) &&
                voice_read_fill(r, 1000, NULL));
        voice_read_free(r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    decode(data, size);
    return audio_length_ms(data, size) == 123456789;
}
