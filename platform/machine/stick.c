/* SPDX-License-Identifier: Apache-2.0 */
/* Runs file operations on sticks as background tasks, and abandons those that hang. */
#include "platform/machine/stick.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/machine/task.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"

enum { TICK_MS = 50 };

struct context {
    struct arena arena;
    const char *folder, *name;
    struct buf bytes;
    struct stick_file *files;
    size_t count, max;
    bool watched;
    struct progress progress;
};

static struct context *new_context(const char *folder, const char *name)
{
    struct context *m = mem_zero(1, sizeof *m);
    arena_init(&m->arena);
    m->folder = arena_text(&m->arena, folder);
    m->name = arena_text(&m->arena, name);
    return m;
}

static void drop(void *context)
{
    struct context *m = context;
    buf_fini(&m->bytes);
    free(m->files);
    arena_fini(&m->arena);
    secret_wipe(m, sizeof *m);
    free(m);
}

static struct progress *watched(struct context *m)
{
    return m->watched ? &m->progress : NULL;
}

/* Add a regular file with this ending, and its size. */
static bool list_one(void *user, int dir, const char *name)
{
    struct context *m = user;
    struct stat st;
    if (name[0] != '.' && name[0] != '~' && file_ends(name, m->name) &&
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)) {
        m->files = mem_grow(m->files, m->count + 1, sizeof *m->files);
        m->files[m->count++] =
            (struct stick_file){arena_text(&m->arena, name), (uint64_t)st.st_size};
    }
    return m->count <= STICK_FILES && !progress_stopped(watched(m));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stick_file *)a)->name, ((const struct stick_file *)b)->name);
}

static bool list(void *context, struct err *err)
{
    struct context *m = context;
    if (!file_each(m->folder, list_one, m, err)) {
        return false;
    }
    if (m->count > STICK_FILES) {
        err_set(err, ERR_LIMIT, "there are more than %d such files in the folder",
                (int)STICK_FILES);
        return err_hint(err, "move old ones away");
    }
    if (m->count) {
        qsort(m->files, m->count, sizeof *m->files, by_name);
    }
    return !(m->watched && m->progress.stopped) || err_set(err, ERR_ENV, "stopped");
}

static bool first_is_enough(void *user, int dir, const char *name)
{
    (void)user;
    (void)dir;
    (void)name;
    return false;
}

static bool look(void *context, struct err *err)
{
    struct context *m = context;
    return file_each(m->folder, first_is_enough, NULL, err);
}

static bool read_file(void *context, struct err *err)
{
    struct context *m = context;
    const char *path = arena_printf(&m->arena, "%s/%s", m->folder, m->name);
    return file_get(&m->bytes, path, m->max, watched(m), err);
}

static bool read_head(void *context, struct err *err)
{
    struct context *m = context;
    return file_head(&m->bytes, arena_printf(&m->arena, "%s/%s", m->folder, m->name), m->max, err);
}

static bool put(void *context, struct err *err)
{
    struct context *m = context;
    return file_put(m->folder, m->name, m->bytes.data, m->bytes.len, watched(m), err);
}

/* Run the work and wait until it is done or `p` is stopped.  Returns NULL if the task was
 * abandoned; else the context, owned by the caller. *ok is the result of the work. */
static struct context *wait_for(task_work *work, struct context *m, struct progress *p, bool *ok,
                                struct err *err)
{
    void *back;
    size_t told = 0;
    m->watched = p != NULL;
    struct task *e = task_begin(work, m, drop, NULL, NULL, false);
    bool done = false, stopped = false;
    if (p) {
        p->waits = true;
    }
    while (!done && !stopped) {
        done = task_wait(e, TICK_MS);
        stopped = p && p->stop;
        progress_add(p, m->progress.done - told);
        told = m->progress.done;
    }
    if (!done) {
        m->progress.stop = true;
        done = task_wait(e, STICK_GRACE_MS);
        p->stopped = true;
    }
    if (p) {
        p->waits = false;
    }
    if (!done) {
        task_leave(e);
        err_set(err, ERR_ENV, "the medium does not answer");
        *ok = false;
        return NULL;
    }
    *ok = task_end(e, &back, err);
    return back;
}

bool stick_list(struct arena *arena, struct stick_file **files, size_t *count, const char *folder,
                const char *ending, struct progress *progress, struct err *err)
{
    bool ok;
    struct context *m = wait_for(list, new_context(folder, ending), progress, &ok, err);
    *files = NULL;
    *count = 0;
    if (ok) { /* not `ok ? m->count : 0`: GCC 14 reads m->count before testing ok */
        *count = m->count;
        *files = arena_alloc(arena, (m->count + 1) * sizeof **files);
        for (size_t i = 0; i < m->count; i++) {
            (*files)[i] =
                (struct stick_file){arena_text(arena, m->files[i].name), m->files[i].size};
        }
    }
    if (m) {
        drop(m);
    }
    return ok;
}

static bool read_by(task_work *work, struct buf *out, const char *folder, const char *name,
                    size_t max, struct progress *progress, struct err *err)
{
    bool ok;
    struct context *m = new_context(folder, name);
    m->max = max;
    m = wait_for(work, m, progress, &ok, err);
    if (ok && !out->cap) { /* it may be large: move, do not copy */
        *out = m->bytes;
        m->bytes = (struct buf){0};
    } else if (ok) {
        buf_add(out, m->bytes.data, m->bytes.len);
    }
    if (m) {
        drop(m);
    }
    return ok;
}

bool stick_is_there(const char *folder, struct progress *progress, struct err *err)
{
    bool ok;
    struct context *m = wait_for(look, new_context(folder, ""), progress, &ok, err);
    if (m) {
        drop(m);
    }
    return ok;
}

bool stick_read(struct buf *out, const char *folder, const char *name, size_t max,
                struct progress *progress, struct err *err)
{
    return read_by(read_file, out, folder, name, max, progress, err);
}

bool stick_head(struct buf *out, const char *folder, const char *name, size_t len,
                struct progress *progress, struct err *err)
{
    return read_by(read_head, out, folder, name, len, progress, err);
}

bool stick_put(const char *folder, const char *name, struct buf *bytes, struct progress *progress,
               struct err *err)
{
    assert(!strchr(name, '/'));
    bool ok;
    struct context *m = new_context(folder, name);
    m->bytes = *bytes;
    *bytes = (struct buf){0};
    m = wait_for(put, m, progress, &ok, err);
    if (m) {
        drop(m);
    }
    return ok;
}
