/* SPDX-License-Identifier: Apache-2.0 */
/* Questions whose answer is a file: an attachment or a drawing. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/questions/question.h"
#include "app/shell/tasks.h"
#include "platform/machine/file.h"
#include "platform/machine/photo.h"
#include "platform/machine/secret.h"

/* ---- files on sticks and cards ---- */

enum { FILES_MAX = 60 };
struct found_file { /* on a stick or card */
    char path[300], name[80];
    uint64_t size;
    int64_t time; /* s */
};

struct file_state { /* what SHEET_FILES lists */
    struct found_file found[FILES_MAX];
    size_t found_count;
    bool found_more;        /* there are older files, or more than were examined */
    struct node *file_node; /* question whose file is searched for */
};

static struct file_state *state_of(const struct app *app)
{
    return question_state(app, KIND_FILE);
}

enum file_kind { FILE_IMAGE, FILE_AUDIO, FILE_VIDEO, FILE_ANY };

static const char *const endings[] = {[FILE_IMAGE] = " jpg jpeg png webp heic heif bmp gif ",
                                      [FILE_AUDIO] = " mp3 m4a aac ogg oga opus wav flac amr ",
                                      [FILE_VIDEO] = " mp4 m4v 3gp mov mkv webm avi "};
static_assert(sizeof endings / sizeof *endings == FILE_ANY, "endings for each kind");

static enum file_kind kind_of(const struct control *c)
{
    const char *type = c->mediatype ? c->mediatype : "";
    return strncmp(type, "image/", 6) == 0   ? FILE_IMAGE
           : strncmp(type, "audio/", 6) == 0 ? FILE_AUDIO
           : strncmp(type, "video/", 6) == 0 ? FILE_VIDEO
                                             : FILE_ANY;
}

/* The extension in lower case; "" if it is missing or has other characters than letters and
 * digits. */
static void ending_of(char out[9], const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t n = 0;
    for (const char *p = dot ? dot + 1 : ""; *p && n < 8; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            n = 0;
            break;
        }
        out[n++] = c;
    }
    out[n] = '\0';
}

static bool is_of(enum file_kind kind, const char *name)
{
    char ending[9], word[12];
    ending_of(ending, name);
    snprintf(word, sizeof word, " %s ", ending);
    if (kind == FILE_ANY) { /* the study's own files are not answers */
        return *ending && strcmp(ending, "age") != 0 && strncmp(ending, "sb", 2) != 0;
    }
    return *ending && strstr(endings[kind], word) != NULL;
}

static int newest_first(const void *a, const void *b)
{
    const struct found_file *x = a, *y = b;
    return x->time < y->time ? 1 : x->time > y->time ? -1 : strcmp(x->name, y->name);
}

struct searching {
    const char *fixed;
    enum file_kind kind;
    struct found_file found[FILES_MAX];
    size_t count, silent;
    size_t left_out; /* older files, and those beyond the limit per folder */
};

/* Keeps the newest files; the oldest is dropped. */
static void keep_file(struct searching *s, const struct found_file *f)
{
    if (s->count < FILES_MAX) {
        s->found[s->count++] = *f;
    } else if (s->found[FILES_MAX - 1].time < f->time) {
        s->found[FILES_MAX - 1] = *f;
        s->left_out++;
    } else {
        s->left_out++;
    }
    qsort(s->found, s->count, sizeof *s->found, newest_first);
}

struct folder {
    struct searching *search;
    const char *path;
    unsigned depth, seen;
};

static bool look_at(void *user, int dir, const char *name)
{
    enum { DEEP = 3, LOOKED_AT_MAX = 5000 };
    struct folder *at = user;
    struct searching *s = at->search;
    struct found_file f;
    struct stat st;
    if (name[0] == '.' ||
        snprintf(f.path, sizeof f.path, "%s/%s", at->path, name) >= (int)sizeof f.path ||
        fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return true;
    }
    if (S_ISDIR(st.st_mode) && at->depth < DEEP) {
        struct folder below = {s, f.path, at->depth + 1, 0};
        (void)!file_each(f.path, look_at, &below, NULL);
    } else if (S_ISREG(st.st_mode) && is_of(s->kind, name)) {
        f.size = (uint64_t)st.st_size;
        f.time = (int64_t)st.st_mtime;
        snprintf(f.name, sizeof f.name, "%.*s", (int)sizeof f.name - 1, name);
        keep_file(s, &f);
    }
    s->left_out += at->seen + 1 >= LOOKED_AT_MAX;
    return ++at->seen < LOOKED_AT_MAX;
}

static void drop_searching(void *context)
{
    secret_wipe(context, sizeof(struct searching)); /* names of files reveal something, too */
    free(context);
}

static bool search_media(void *context, struct err *err)
{
    struct searching *s = context;
    struct medium media[MEDIA_MAX];
    size_t count = media_find(media, s->fixed, &s->silent);
    (void)err;
    for (size_t m = 0; m < count; m++) {
        struct folder top = {s, media[m].path, 0, 0};
        (void)!file_each(media[m].path, look_at, &top, NULL); /* unreadable: counts as empty */
    }
    return true;
}

static void searched(struct app *app, void *context, bool ok, const struct err *err)
{
    const struct searching *s = context;
    (void)err;
    memcpy(state_of(app)->found, s->found, sizeof state_of(app)->found);
    state_of(app)->found_count = s->count;
    state_of(app)->found_more = s->left_out > 0;
    if (!ok || s->silent) {
        app_say(app, S_media_hangs);
    }
}

static void find_files(struct app *app, struct node *node)
{
    struct searching *s = mem_zero(1, sizeof *s);
    s->fixed = app->options.media_dir;
    s->kind = kind_of(node->item->control);
    state_of(app)->file_node = node;
    state_of(app)->found_count = 0;
    app_task(app, &(struct app_task){.what = S_wait_media,
                                     .work = search_media,
                                     .context = s,
                                     .drop = drop_searching,
                                     .end = searched});
}

/* "120 КБ", "1,4 МБ" */
static const char *question_size(struct app *app, uint64_t bytes)
{
    struct ui *ui = &app->ui;
    unsigned long long kb = (unsigned long long)(bytes + 999) / 1000;
    return kb < 1000 ? ui_fill(ui, S_size_kb, ui_number(ui, (long long)kb), NULL)
                     : ui_fill(ui, S_size_mb, ui_tenths(ui, (long long)(kb / 100)), NULL);
}

/* Attaches a file. Place, time and owner are removed from a photo, unless the form wants
 * them (keep_exif). */
static void attach(struct app *app, const char *path, const struct buf *bytes)
{
    const struct node *node = state_of(app)->file_node;
    bool photo = kind_of(node->item->control) == FILE_IMAGE && !node->item->keep_exif;
    struct buf cleaned = {0};
    struct err err = {0};
    char ending[9];
    /* for every kind of question: pictures are recognised by their first bytes */
    bool clean =
        !node->item->keep_exif && photo_clean(&cleaned, bytes->data, bytes->len) == PHOTO_CLEANED;
    const struct buf *kept = clean ? &cleaned : bytes;
    ending_of(ending, path);
    if (!bytes->len) {
        app_say(app, S_file_empty);
    } else if (!interview_attach(app->interview, state_of(app)->file_node, ending, kept->data,
                                 kept->len, &err)) {
        app_trouble(app, &err);
    } else {
        app_close_sheet(app);
        if (photo && !clean) {
            app_say(app, S_file_traces);
        }
    }
    buf_fini(&cleaned);
}

/* ---- the sheet: files on the media, newest first ---- */
static void look_for_files(struct app *app)
{
    find_files(app, state_of(app)->file_node);
}

void question_files_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    app_message(app);
    if (!state_of(app)->found_count) {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_file_none), ui->theme.ink);
        ui_gap(ui, 12);
    }
    for (size_t i = 0; i < state_of(app)->found_count; i++) {
        struct found_file *f = &state_of(app)->found[i];
        const char *small = arena_printf(&ui->frame, "%s · %s", question_size(app, f->size),
                                         app_date(app, f->time * 1000));
        if (ui_row(ui, arena_printf(&ui->frame, "found:%zu", i + 1), f->name, small, 0)) {
            if (f->size > INTERVIEW_FILE_MAX) {
                app_say(app, S_file_large);
            } else {
                app_read_file(app, f->path, INTERVIEW_FILE_MAX, attach);
            }
            return;
        }
    }
    if (state_of(app)->found_more) {
        ui_say(ui, TEXT_HINT,
               ui_fill(ui, S_file_more, ui_number(ui, (long long)state_of(app)->found_count), NULL),
               ui->theme.ink);
        ui_gap(ui, 12);
    }
    app->sticks.look_again = look_for_files;
    app_media_trouble(app);
    if (ui_wide_button(ui, "look", ui_str(ui, S_first_look), false)) {
        look_for_files(app);
    }
}

/* ---- the question ---- */

void question_file_draw(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    const struct buf *kept = interview_file(app->interview, tree_value(node));
    if (question_file_stayed(app, node)) {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_correct_file), ui->theme.ink);
        ui_gap(ui, 8);
    }
    if (kept) {
        ui_say(ui, TEXT_HEADING, ui_fill(ui, S_file_kept, question_size(app, kept->len), NULL),
               ui->theme.ink);
        ui_gap(ui, 8);
    }
    if (ui_wide_button(ui, question_part(app, node, "choose", ""),
                       ui_str(ui, kept ? S_file_other : S_file_choose), false)) {
        find_files(app, node);
        app->message.text[0] = '\0';
        app->sheet = SHEET_FILES;
    }
    if (kept && !node->required) {
        if (ui_pill(ui, question_part(app, node, "drop", ""), ui_str(ui, S_file_drop), false,
                    false)) {
            question_answer(app, node, "");
        }
        ui_pills_end(ui);
    }
    ui_say(ui, TEXT_HINT, ui_str(ui, S_file_hint), ui->theme.soft);
}

static bool matches(const struct node *node)
{
    const struct control *c = node->item->control;
    return c->kind == CONTROL_UPLOAD && !question_is_recorded(node) &&
           !(kind_of(c) == FILE_IMAGE && question_is_drawn(c));
}

const char *question_file_value(struct app *app, struct node *node)
{
    const struct buf *file = interview_file(app->interview, tree_value(node));
    return question_file_stayed(app, node) ? ui_str(&app->ui, S_correct_file)
           : !file                         ? NULL
           : question_is_drawn(node->item->control)
               ? ui_str(&app->ui, S_drawn)
               : ui_fill(&app->ui, S_file_kept, question_size(app, file->len), NULL);
}

static void forget(struct app *app)
{
    secret_wipe(state_of(app), sizeof(struct file_state)); /* names of files reveal something */
}

const struct question_kind kind_file = {.name = "file",
                                        .state_size = sizeof(struct file_state),
                                        .matches = matches,
                                        .draw = question_file_draw,
                                        .value = question_file_value,
                                        .commit = question_no_commit,
                                        .keep = question_nothing,
                                        .rest = question_no_rest,
                                        .is_half = question_no_half,
                                        .between = question_nothing,
                                        .leave = question_nothing,
                                        .forget = forget,
                                        .roles = 1u << ROLE_BUTTON | 1u << ROLE_PILL};
