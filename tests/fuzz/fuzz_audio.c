/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that call themselves a sound. */
#include "tests/fuzz/fuzz.h"

#include "platform/machine/audio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return audio_length_ms(data, size) == 123456789;
}
