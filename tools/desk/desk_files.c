/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear together. */
#include "tools/desk/desk_files.h"

#include <stdlib.h>

#include "platform/machine/file.h"

/* Suffix of each file until all are written. */
static const char side_ending[] = ".new";

void desk_files_init(struct desk_files *f, struct arena *arena, const char *folder, bool force)
{
    *f = (struct desk_files){.arena = arena, .folder = folder, .force = force};
}

const char *desk_files_side(struct desk_files *f, const char *path)
{
    return arena_join(f->arena, path, side_ending, NULL);
}

bool desk_files_begin(struct desk_files *f, const char *path, struct err *err)
{
    if (!f->force && file_exists(path)) {
        err_set(err, ERR_INPUT, "the file already exists");
        err_at(err, "%s", path);
        return err_hint(err, "choose another folder, or use --force to replace it");
    }
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->paths = mem_grow(f->paths, f->cap, sizeof *f->paths);
    }
    f->paths[f->count++] = path;
    const char *side = desk_files_side(f, path);
    return !file_exists(side) || file_remove(side, err); /* of a run that was cut off */
}

bool desk_files_append(struct desk_files *f, const char *path, const void *bytes, size_t len,
                       struct err *err)
{
    struct buf side = {0};
    (void)f;
    buf_join(&side, path, side_ending, NULL);
    bool ok = file_append(side.data, bytes, len, FILE_PRIVATE, err);
    buf_fini(&side);
    return ok;
}

bool desk_files_put(struct desk_files *f, const char *path, const void *bytes, size_t len,
                    struct err *err)
{
    return desk_files_begin(f, path, err) && desk_files_append(f, path, bytes, len, err);
}

/* Two flushes for all files, not two for each. */
bool desk_files_end(struct desk_files *f, bool ok, struct err *err)
{
    ok = ok && file_flush(f->folder, err);
    for (size_t i = 0; i < f->count; i++) {
        struct buf side = {0};
        buf_join(&side, f->paths[i], side_ending, NULL);
        if (ok) {
            ok = file_move(side.data, f->paths[i], err);
        } else {
            (void)(file_exists(side.data) && file_remove(side.data, NULL));
        }
        buf_fini(&side);
    }
    free(f->paths);
    f->paths = NULL;
    f->count = f->cap = 0;
    return ok && file_flush(f->folder, err);
}
