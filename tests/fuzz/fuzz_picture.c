/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that call themselves PNG or JPEG → pixels of a size. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "platform/machine/photo.h"
#include "platform/machine/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture p;
    struct err err = {0};
    struct buf cleaned = {0}, again = {0};
    if (photo_clean(&cleaned, data, size) == PHOTO_CLEANED) {
        /* what is clean stays as it is */
        if (photo_clean(&again, cleaned.data, cleaned.len) != PHOTO_CLEANED ||
            again.len != cleaned.len || memcmp(again.data, cleaned.data, again.len) != 0) {
            abort();
        }
    }
    buf_fini(&cleaned);
    buf_fini(&again);
    if (picture_read(&p, data, size, 64, 64, &err)) {
        unsigned long sum = 0;
        if (p.w < 1 || p.h < 1 || p.w > 64 || p.h > 64) {
            abort();
        }
        for (int i = 0; i < p.w * p.h * 3; i++) {
            sum += p.rgb[i];
        }
        picture_free(&p);
        return sum == 1; /* every pixel is looked at */
    }
    return 0;
}
