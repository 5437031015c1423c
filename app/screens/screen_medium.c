/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a stick, card or folder; ejecting media. */
#include "app/screens/screen_medium.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/shell/tasks.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"

/* The topmost folder that is shown: the fixed one (--media), or "/". */
static const char *root_of(const struct app *app)
{
    return app->options.media_dir ? app->options.media_dir : "/";
}

static int by_name(const void *a, const void *b)
{
    return text_collate(*(const char *const *)a, *(const char *const *)b);
}

struct opening {
    char path[256];
    struct arena arena;
    const char **names;
    size_t count;
};

static void drop_opening(void *context)
{
    struct opening *o = context;
    arena_fini(&o->arena);
    secret_wipe(o, sizeof *o);
    free(o);
}

static bool read_folder(void *context, struct err *err)
{
    struct opening *o = context;
    if (!file_folders(&o->arena, &o->names, &o->count, o->path, err)) {
        o->names = NULL; /* the page says so; the way up stays */
        return false;
    }
    qsort(o->names, o->count, sizeof *o->names, by_name);
    return true;
}

static void close_folder(struct app *app)
{
    arena_fini(&app->sticks.folder_arena);
    app->sticks.folders = NULL;
    app->sticks.folder_count = 0;
    app->sticks.folder[0] = '\0';
    app->ui.scroll = 0;
    app->ui.again = true;
}

static void opened(struct app *app, void *context, bool ok, const struct err *err)
{
    struct opening *o = context;
    (void)ok;
    (void)err;
    close_folder(app);
    snprintf(app->sticks.folder, sizeof app->sticks.folder, "%s", o->path);
    app->sticks.folder_arena = o->arena;
    app->sticks.folders = o->names;
    app->sticks.folder_count = o->count;
    arena_init(&o->arena);
}

/* Reads the folder once, not in every build: a stick may be slow. */
static void open_folder(struct app *app, const char *path)
{
    struct opening *o = mem_zero(1, sizeof *o);
    arena_init(&o->arena);
    snprintf(o->path, sizeof o->path, "%s", path);
    app_task(app, &(struct app_task){.what = S_wait_media,
                                     .work = read_folder,
                                     .context = o,
                                     .drop = drop_opening,
                                     .end = opened});
}

static void begin(struct app *app)
{
    const char *home = getenv("HOME");
    open_folder(app, app->options.media_dir    ? app->options.media_dir
                     : app->sticks.media_count ? app->sticks.media[0].path
                     : home && *home           ? home
                                               : root_of(app));
}

void medium_forget(struct app *app)
{
    close_folder(app);
    memset(app->sticks.folder, 0, sizeof app->sticks.folder);
}

bool medium_leave(struct app *app)
{
    bool was = app->sticks.folder[0] != '\0';
    if (was) {
        close_folder(app);
    }
    return was;
}

int medium_bottom(const struct app *app)
{
    return app->ui.h - (app->sticks.folder[0] ? ui_bar_height(&app->ui) : 0);
}

const char *medium_bar(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!app->sticks.folder[0]) {
        return NULL;
    }
    ui_bar(ui, NULL, NULL, "take", ui_str(ui, S_folder_take));
    if (!ui_took(ui, "take")) {
        return NULL;
    }
    const char *path = arena_text(&ui->frame, app->sticks.folder);
    app->sticks.folder[0] = '\0';
    return path;
}

/* Opens the parent folder, even from an unreadable one. */
static void up(struct app *app)
{
    char *above = arena_text(&app->ui.frame, app->sticks.folder), *slash = strrchr(above, '/');
    if (slash) {
        slash[slash == above] = '\0';
    }
    open_folder(app, above); /* the page stays as it is until then */
}

/* The folder's path with spaces around each slash, so that lines can break there. */
static const char *spaced(struct app *app)
{
    struct buf out = {0};
    const char *from = app->sticks.folder;
    size_t root = app->options.media_dir ? strlen(app->options.media_dir) : 0;
    size_t name = app->options.media_dir ? strlen(app_media_name(app->options.media_dir)) : 0;
    if (name &&
        strncmp(from, app->options.media_dir, root) == 0) { /* shown from the fixed folder on */
        from += root - name;
    }
    for (const char *p = from; *p; p++) {
        if (*p == '/') {
            buf_text(&out, p == from ? "/ " : " / ");
        } else {
            buf_char(&out, *p);
        }
    }
    const char *text = arena_text(&app->ui.frame, out.data);
    buf_fini(&out);
    return text;
}

static void show_folder(struct app *app)
{
    enum { MAX = 200 };
    struct ui *ui = &app->ui;
    const char *const *names = (const char *const *)app->sticks.folders;
    size_t count = app->sticks.folder_count;
    ui_say(ui, TEXT_BODY_BOLD, spaced(app), ui->theme.ink);
    ui_gap(ui, 8);
    if (strcmp(app->sticks.folder, root_of(app)) != 0 &&
        ui_row(ui, "up", ui_str(ui, S_folder_up), "", 0)) {
        up(app);
        return;
    }
    if (!app->sticks.folders) {
        ui_warning(ui, ui_str(ui, S_folder_closed));
        return;
    }
    for (size_t k = 0; k < count && k < MAX; k++) {
        const char *id = arena_printf(&ui->frame, "folder:%zu", k);
        const char *between = strcmp(app->sticks.folder, "/") == 0 ? "" : "/";
        const char *path =
            arena_printf(&ui->frame, "%s%s%s", app->sticks.folder, between, names[k]);
        if (strlen(path) < sizeof app->sticks.folder && ui_row(ui, id, names[k], "", 0)) {
            open_folder(app, path);
            return;
        }
    }
    if (count > MAX) {
        ui_say(ui, TEXT_HINT,
               ui_fill(ui, S_outline_more, ui_number(ui, (long long)(count - MAX)), NULL),
               ui->theme.soft);
    }
}

/* ---- ejecting a medium ---- */

struct taking {
    char path[256];
};

static bool take_out(void *context, struct err *err)
{
    return disks_take_out(((struct taking *)context)->path, err);
}

static void taken_out(struct app *app, void *context, bool ok, const struct err *err)
{
    struct ui *ui = &app->ui;
    const char *name = arena_text(&ui->frame, app_media_name(((struct taking *)context)->path));
    app->sticks.changed = true;
    if (ok) {
        app_say_text(app, ui_fill(ui, S_media_out_done, name, NULL), true);
    } else {
        app_say_text(app, ui_fill(ui, S_media_out_busy, err->what, NULL), false);
    }
}

void medium_out(struct app *app, const char *path)
{
    struct ui *ui = &app->ui;
    if (!disks_knows(app->sticks.disks, path)) {
        return;
    }
    const char *label = ui_fill(ui, S_media_out, app_media_name(path), NULL);
    if (ui_pill(ui, arena_printf(&ui->frame, "out:%s", path), label, false, false)) {
        struct taking *t = mem_zero(1, sizeof *t);
        snprintf(t->path, sizeof t->path, "%s", path);
        app_task(app, &(struct app_task){.what = S_media_out_wait,
                                         .work = take_out,
                                         .context = t,
                                         .drop = free,
                                         .end = taken_out});
    }
    ui_pills_end(ui);
}

void medium_changed(struct app *app)
{
    app->sticks.changed = app->ui.again = true;
}

static void look_for_media(struct app *app)
{
    app_find_media(app, NULL);
}

const char *medium_choose(struct app *app, bool copies)
{
    struct ui *ui = &app->ui;
    const char *chosen = NULL;
    if (app->sticks.folder[0]) {
        show_folder(app);
        return NULL;
    }
    app->sticks.look_again = look_for_media;
    app_media_trouble(app);
    for (size_t m = 0; m < app->sticks.media_count; m++) {
        const char *id = arena_printf(&ui->frame, "medium:%zu", m + 1);
        const struct medium *medium = &app->sticks.media[m];
        long long tenths = (long long)(medium->free / 100000000ull);
        const char *name = app_media_name(medium->path);
        const char *room = ui_fill(ui, S_media_free, ui_tenths(ui, tenths), NULL);
        bool hit = copies ? ui_card(ui, id, ui_fill(ui, S_media_copy_to, name, NULL), room,
                                    app->sticks.media_count == 1)
                          : ui_row(ui, id, name, room, 0);
        if (hit) {
            chosen = medium->path;
        }
        medium_out(app, medium->path);
    }
    if (!app->sticks.media_count) {
        ui_warning(ui, ui_str(ui, S_media_none));
    }
    bool open = app->screen > SCREEN_UNLOCK; /* no browsing while the device is locked */
    if (open && ui_row(ui, "folder", ui_str(ui, S_folder_other), "", 0)) {
        begin(app);
    }
    ui_gap(ui, 12);
    if (ui_wide_button(ui, "look", ui_str(ui, S_first_look), false)) {
        app_find_media(app, NULL);
    }
    return chosen;
}
