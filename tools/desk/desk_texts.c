/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads rows of texts. */
#include "tools/desk/desk_texts.h"

#include <string.h>

#include "platform/machine/secret.h"
#include "platform/machine/text.h"

void desk_guid(uint8_t id[16])
{
    static const uint8_t none[16];
    if (memcmp(id, none, sizeof none) == 0) {
        secret_random(id, 16);
        id[6] = (uint8_t)((id[6] & 0x0F) | 0x40); /* version 4: random */
        id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
    }
}

bool desk_text_write(const struct desk *desk, const struct desk_text_kind *kind, struct buf *row,
                     uint8_t *head, const char *const *texts, struct err *err)
{
    uint8_t sig[SIGN_BYTES];
    for (size_t i = 0; i < kind->texts; i++) {
        size_t len = strlen(texts[i]);
        if (len > kind->max) {
            return err_set(err, ERR_LIMIT, "a text of %s has more than %zu kB", kind->noun,
                           kind->max >> 10);
        }
        put_u32(head + kind->lengths + 4 * i, (uint32_t)len);
    }
    buf_add(row, head, kind->head);
    for (size_t i = 0; i < kind->texts; i++) {
        buf_text(row, texts[i]);
    }
    desk_sign(desk, sig, kind->type, row->data, row->len);
    buf_add(row, sig, sizeof sig);
    return true;
}

static bool take_texts(const struct desk_text_kind *kind, struct arena *arena,
                       const struct buf *plain, const char **texts)
{
    const uint8_t *head = (const uint8_t *)plain->data;
    size_t at = kind->head, end = plain->len - SIGN_BYTES;
    for (size_t i = 0; i < kind->texts; i++) {
        size_t len = get_u32(head + kind->lengths + 4 * i);
        if (len > end - at) {
            return false;
        }
        texts[i] = arena_copy(arena, plain->data + at, len);
        at += len;
    }
    return at == end;
}

bool desk_text_read(const struct desk *desk, const struct desk_text_kind *kind, struct arena *arena,
                    const struct db_value *columns, const uint8_t **head, const char **texts,
                    struct err *err)
{
    struct buf plain = {0};
    bool ok = desk_unlock_row(desk, &plain, kind->what, columns, kind->head + SIGN_BYTES, err);
    if (ok) {
        const uint8_t *p = (const uint8_t *)plain.data;
        size_t end = plain.len - SIGN_BYTES;
        if (!desk_signed(desk, p + end, kind->type, p, end) ||
            !take_texts(kind, arena, &plain, texts)) {
            err_set(err, ERR_INPUT, "%s is not as it was written", kind->noun);
            ok = err_hint(err, "restore the desk from its last backup");
        } else {
            uint8_t *own = arena_alloc(arena, kind->head);
            memcpy(own, p, kind->head);
            *head = own;
        }
    }
    buf_fini(&plain);
    return ok;
}
