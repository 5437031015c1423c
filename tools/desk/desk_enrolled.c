/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the enrolled devices from the study's folder. */
#include "tools/desk/desk_enrolled.h"

#include "platform/machine/file.h"
#include "platform/machine/text.h"

/* Keeps the label that stands beside a device's file, if there is one. */
static bool take_label(struct desk *desk, struct arena *arena, const char *folder,
                       const char *device, struct err *err)
{
    const char *stem = file_stem(arena, device);
    const char *path = arena_join(arena, folder, "/", stem, ".label", NULL);
    struct buf label = {0};
    uint8_t id[16];
    bool ok = true;
    if (text_unhex(id, 16, stem) && file_exists(path)) {
        ok = file_read(&label, path, 4096, err);
        if (ok) {
            text_defuse(label.data);
            ok = desk_set_label(desk, id, label.data, err);
        }
    }
    buf_fini(&label);
    return ok;
}

bool desk_add_devices(struct desk *desk, const char *folder, unsigned *added, struct err *err)
{
    struct arena arena;
    const char **names;
    size_t count = 0;
    arena_init(&arena);
    bool ok = file_list(&arena, &names, &count, folder, ".device", err);
    for (size_t i = 0; ok && i < count; i++) {
        struct buf bytes = {0};
        bool fresh = false;
        ok = (file_read(&bytes, arena_join(&arena, folder, "/", names[i], NULL), 4096, err) &&
              desk_add_device(desk, bytes.data, bytes.len, &fresh, err) &&
              take_label(desk, &arena, folder, names[i], err)) ||
             err_at(err, "%s", names[i]);
        buf_fini(&bytes);
        *added += fresh;
    }
    arena_fini(&arena);
    return ok;
}
