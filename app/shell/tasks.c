/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the screen responsive while a stick is slow: background tasks for media and files. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/shell/tasks.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"

enum { SOON_MS = 250, HANGS_MS = 5000 };

/* Called on the task's thread. */
static void back(void *window)
{
    window_tell(window, WINDOW_SAVED);
}

static void end(struct app *app)
{
    struct app_task e = app->task;
    struct err err = {0};
    void *context;
    bool ok = task_end(e.task, &context, &err);
    memset(&app->task, 0, sizeof app->task);
    app->ui.again = true;
    e.end(app, context, ok, &err);
    e.drop(context);
}

void app_task(struct app *app, const struct app_task *task)
{
    assert(task->work && task->drop);
    app_leave_task(app);
    app->task = *task;
    app->task.since_ms = clock_mono_ms();
    app->task.task =
        task_begin(task->work, task->context, task->drop, back, app->ui.window, task->ours);
    app->ui.again = true;
    if (task_wait(app->task.task, SOON_MS)) {
        end(app);
    }
}

void app_leave_task(struct app *app)
{
    struct app_task *e = &app->task;
    if (!e->task) {
        return;
    }
    if (e->ours) { /* A seal is never left half done; the device's own disk is waited for. */
        e->progress->stop = true;
        while (!task_wait(e->task, 1000)) {
        }
        end(app);
        return;
    }
    if (e->progress) { /* only before it is abandoned: it stops at its next step */
        e->progress->stop = true;
    }
    task_leave(e->task);
    memset(e, 0, sizeof *e);
}

int app_task_timeout(const struct app *app)
{
    int64_t left = HANGS_MS - (clock_mono_ms() - app->task.since_ms);
    bool moves = app->task.progress && (app->task.ours || left > 0);
    return !app->task.task ? -1 : moves ? 100 : left > 0 ? (int)left : -1;
}

bool app_task_runs(struct app *app)
{
    assert(app->task.task);
    struct app_task *e = &app->task;
    if (task_wait(e->task, 0)) {
        end(app);
        return false;
    }
    if (e->progress && e->progress->done != e->seen_done) {
        e->seen_done = e->progress->done;
        e->since_ms = clock_mono_ms();
    }
    return true;
}

bool app_task_hangs(const struct app *app)
{
    return !app->task.ours && clock_mono_ms() - app->task.since_ms >= HANGS_MS;
}

/* ---- finding media, and the files on them ---- */

struct looking {
    const char *fixed;  /* valid for the whole run of the program */
    const char *ending; /* NULL: media only */
    struct medium media[MEDIA_MAX];
    size_t count, silent;
    struct arena arena;
    struct app_named *files;
    size_t file_count;
};

static void drop_looking(void *context)
{
    struct looking *l = context;
    arena_fini(&l->arena);
    secret_wipe(l, sizeof *l);
    free(l);
}

static bool look(void *context, struct err *err)
{
    struct looking *l = context;
    (void)err;
    l->count = media_find(l->media, l->fixed, &l->silent);
    for (size_t m = 0; m < l->count && l->ending; m++) {
        const char **names;
        size_t count = 0;
        if (!file_list(&l->arena, &names, &count, l->media[m].path, l->ending, NULL)) {
            continue;
        }
        struct app_named *all = arena_alloc(&l->arena, (l->file_count + count + 1) * sizeof *all);
        if (l->file_count) {
            memcpy(all, l->files, l->file_count * sizeof *all);
        }
        l->files = all;
        for (size_t i = 0; i < count; i++) {
            l->files[l->file_count++] = (struct app_named){m, names[i]};
        }
    }
    return true;
}

static void looked(struct app *app, void *context, bool ok, const struct err *err)
{
    struct looking *l = context;
    (void)err;
    memcpy(app->sticks.media, l->media, sizeof app->sticks.media);
    app->sticks.media_count = l->count;
    app_forget_named(app);
    app->sticks.named_arena = l->arena;
    app->sticks.named = l->files;
    app->sticks.named_count = l->file_count;
    arena_init(&l->arena);
    if (!ok || l->silent) {
        app_say(app, S_media_hangs);
    }
}

void app_find_media(struct app *app, const char *ending)
{
    struct looking *l = mem_zero(1, sizeof *l);
    arena_init(&l->arena);
    l->fixed = app->options.media_dir;
    l->ending = ending;
    app->sticks.media_count = 0;
    app_forget_named(app);
    app_task(
        app,
        &(struct app_task){
            .what = S_wait_media, .work = look, .context = l, .drop = drop_looking, .end = looked});
}

void app_forget_named(struct app *app)
{
    arena_fini(&app->sticks.named_arena);
    app->sticks.named = NULL;
    app->sticks.named_count = 0;
}

/* ---- reading a file from a medium ---- */

struct reading {
    struct buf path;
    size_t max;
    struct buf bytes;
    struct progress progress;
    app_file_read *then;
};

static void drop_reading(void *context)
{
    struct reading *r = context;
    buf_fini(&r->bytes);
    buf_fini(&r->path);
    free(r);
}

static bool read_file(void *context, struct err *err)
{
    struct reading *r = context;
    return file_get(&r->bytes, r->path.data, r->max, &r->progress, err);
}

static void was_read(struct app *app, void *context, bool ok, const struct err *err)
{
    struct reading *r = context;
    if (ok) {
        r->then(app, r->path.data, &r->bytes);
    } else {
        app_trouble(app, err);
    }
}

void app_read_file(struct app *app, const char *path, size_t max, app_file_read *then)
{
    struct reading *r = mem_zero(1, sizeof *r);
    buf_text(&r->path, path);
    r->max = max;
    r->then = then;
    app_task(app, &(struct app_task){.what = S_wait_file,
                                     .work = read_file,
                                     .context = r,
                                     .drop = drop_reading,
                                     .end = was_read,
                                     .progress = &r->progress,
                                     .unit = S_progress_mb});
}

/* ---- writing a small file to one medium, or to all ---- */

struct writing {
    const char *fixed;
    struct buf folder; /* "": every medium present */
    struct buf name, bytes;
    size_t count; /* media written successfully */
};

static void drop_writing(void *context)
{
    struct writing *w = context;
    buf_fini(&w->bytes);
    buf_fini(&w->folder);
    buf_fini(&w->name);
    free(w);
}

static bool write_one(struct writing *w, const char *folder, struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", folder, w->name.data);
    bool ok = file_write(path.data, w->bytes.data, w->bytes.len, FILE_PRIVATE, true, err);
    buf_fini(&path);
    w->count += ok;
    return ok;
}

static bool write_file(void *context, struct err *err)
{
    struct writing *w = context;
    struct medium media[MEDIA_MAX];
    if (w->folder.len) {
        return write_one(w, w->folder.data, err);
    }
    size_t count = media_find(media, w->fixed, NULL);
    bool ok = true;
    for (size_t m = 0; m < count; m++) { /* try all media; report the first failure */
        ok = write_one(w, media[m].path, ok ? err : NULL) && ok;
    }
    return ok;
}

static void written(struct app *app, void *context, bool ok, const struct err *err)
{
    const struct writing *w = context;
    if (!ok) {
        app_trouble(app, err);
    } else if (w->count) {
        app_say_good(app, S_first_written);
    } else {
        app_say(app, S_media_none);
    }
}

void app_write_file(struct app *app, const char *folder, const char *name, const struct buf *bytes)
{
    struct writing *w = mem_zero(1, sizeof *w);
    w->fixed = app->options.media_dir;
    buf_text(&w->folder, folder ? folder : "");
    buf_text(&w->name, name);
    buf_add(&w->bytes, bytes->data, bytes->len);
    app_task(app, &(struct app_task){.what = S_wait_write,
                                     .work = write_file,
                                     .context = w,
                                     .drop = drop_writing,
                                     .end = written});
}

void app_media_trouble(struct app *app)
{
    struct ui *ui = &app->ui;
    char why[200];
    if (disks_trouble(app->sticks.disks, why, sizeof why)) {
        ui_warning(ui, ui_fill(ui, S_media_unreadable, arena_text(&ui->frame, why), NULL));
    }
}
