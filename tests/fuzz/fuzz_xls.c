/* SPDX-License-Identifier: Apache-2.0 */
/* An old workbook: what the process of its own gives back, and what is made of that.  An empty
 * input stands for a sound one, so that the fuzzer need not find the first. */
#include "tests/fuzz/fuzz.h"

#include "tests/lib/xls.h"
#include "tools/form/form_xls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const rows[][8] = {{"type", "name", "label"}, {"text", "a", "Как?"}};
    static const struct xls_sheet sheet = {"survey", rows, 2};
    struct arena arena;
    struct workbook book;
    struct buf sound = {0}, xlsx = {0};
    struct err err = {0};
    if (size > 1 << 20) {
        return 0;
    }
    xls_write(&sound, &sheet, 1);
    if (size < sound.len) { /* turned bytes of a sound one: pairs of place and value */
        for (size_t i = 0; i + 3 <= size; i += 3) {
            sound.data[(data[i] | (size_t)data[i + 1] << 8) % sound.len] = (char)data[i + 2];
        }
        data = (const uint8_t *)sound.data;
        size = sound.len;
    }
    arena_init(&arena);
    if (form_xls_convert(&xlsx, data, size, &err) &&
        workbook_read(&book, &arena, "x.xlsx", xlsx.data, xlsx.len, &err)) {
        (void)workbook_sheet(&book, "survey");
    }
    arena_fini(&arena);
    buf_fini(&xlsx);
    buf_fini(&sound);
    return 0;
}
