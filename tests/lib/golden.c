/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/golden.h"

#include "platform/machine/file.h"

static void golden_path(char path[200], const char *name)
{
    snprintf(path, 200, "tests/cases/golden/%s.hex", name);
}

bool golden_read(struct buf *out, const char *name)
{
    struct err err = {0};
    struct buf hex = {0};
    char path[200];
    golden_path(path, name);
    bool ok = file_read(&hex, path, 1 << 20, &err);
    for (size_t i = 0; ok && i + 1 < hex.len;) {
        if (hex.data[i] == '\n') {
            i++;
            continue;
        }
        char two[3] = {hex.data[i], hex.data[i + 1], 0};
        uint8_t byte;
        ok = text_unhex(&byte, 1, two);
        buf_add(out, &byte, 1);
        i += 2;
    }
    buf_fini(&hex);
    return ok;
}

void golden_write(const char *name, const struct buf *bytes)
{
    struct err err = {0};
    struct buf hex = {0};
    char path[200], two[3];
    golden_path(path, name);
    for (size_t i = 0; i < bytes->len; i++) {
        text_hex(two, (const uint8_t *)bytes->data + i, 1);
        buf_text(&hex, two);
        if (i % 40 == 39 || i + 1 == bytes->len) {
            buf_char(&hex, '\n');
        }
    }
    OK(file_write(path, hex.data, hex.len, 0644, false, &err));
    buf_fini(&hex);
}

void golden(struct buf *out, const char *name, const struct buf *now)
{
    if (!golden_read(out, name)) {
        if (!getenv("GOLDEN_WRITE") || !now) {
            fail_msg("no golden file '%s'", name);
        }
        buf_fini(out);
        golden_write(name, now);
        assert_true(golden_read(out, name));
    }
}

void same(const char *name, const struct buf *now)
{
    struct buf stored = {0};
    golden(&stored, name, now);
    if (stored.len != now->len || memcmp(stored.data, now->data, now->len) != 0) {
        fail_msg("the format '%s' has changed", name);
    }
    buf_fini(&stored);
}
