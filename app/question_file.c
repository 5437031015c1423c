/* SPDX-License-Identifier: Apache-2.0 */
/* Which file, or which drawing, is the answer? */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/question.h"
#include "platform/clock.h"
#include "platform/file.h"

/* ---- files from a stick or card ---- */

enum file_kind { FILE_IMAGE, FILE_AUDIO, FILE_VIDEO, FILE_ANY };

static const char *const endings[] = {[FILE_IMAGE] = " jpg jpeg png webp heic heif bmp gif ",
                                      [FILE_AUDIO] = " mp3 m4a aac ogg oga opus wav flac amr ",
                                      [FILE_VIDEO] = " mp4 m4v 3gp mov mkv webm avi "};

static enum file_kind kind_of(const struct control *c)
{
    const char *type = c->mediatype ? c->mediatype : "";
    return strncmp(type, "image/", 6) == 0   ? FILE_IMAGE
           : strncmp(type, "audio/", 6) == 0 ? FILE_AUDIO
           : strncmp(type, "video/", 6) == 0 ? FILE_VIDEO
                                             : FILE_ANY;
}

/* Its ending in small letters; "" when it has none of letters and digits. */
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
    if (kind == FILE_ANY) { /* what the study itself carries about is nobody's answer */
        return *ending && strcmp(ending, "age") != 0 && strncmp(ending, "sb", 2) != 0;
    }
    return *ending && strstr(endings[kind], word) != NULL;
}

static int newest_first(const void *a, const void *b)
{
    const struct app_file *x = a, *y = b;
    return x->time < y->time ? 1 : x->time > y->time ? -1 : strcmp(x->name, y->name);
}

static void look_in(struct app *app, enum file_kind kind, const char *folder, unsigned depth)
{
    enum { DEEP = 3, LOOKED_AT_MOST = 5000 };
    DIR *dir = opendir(folder);
    unsigned seen = 0;
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && seen < LOOKED_AT_MOST;
         e = readdir(dir), seen++) {
        struct stat st;
        char path[sizeof app->found[0].path];
        if (e->d_name[0] == '.' ||
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path ||
            lstat(path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode) && depth < DEEP) {
            look_in(app, kind, path, depth + 1);
        } else if (S_ISREG(st.st_mode) && is_of(kind, e->d_name)) {
            struct app_file f = {.size = (uint64_t)st.st_size, .time = (int64_t)st.st_mtime};
            snprintf(f.path, sizeof f.path, "%s", path);
            snprintf(f.name, sizeof f.name, "%.*s", (int)sizeof f.name - 1, e->d_name);
            size_t at = app->found_count;
            if (at == APP_FILES) { /* the oldest gives way */
                at = APP_FILES - 1;
                if (app->found[at].time >= f.time) {
                    continue;
                }
            } else {
                app->found_count++;
            }
            app->found[at] = f;
            qsort(app->found, app->found_count, sizeof *app->found, newest_first);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static void find_files(struct app *app, struct node *node)
{
    app->file_node = node;
    app->found_count = 0;
    app_find_media(app);
    for (size_t m = 0; m < app->media_count; m++) {
        look_in(app, kind_of(node->item->control), app->media[m], 0);
    }
}

static const char *size_text(struct app *app, uint64_t bytes)
{
    unsigned long long kb = (unsigned long long)(bytes + 999) / 1000;
    return kb < 1000 ? arena_printf(&app->ui.frame, "%llu kB", kb)
                     : arena_printf(&app->ui.frame, "%llu,%llu MB", kb / 1000, kb / 100 % 10);
}

/* The sheet: what lies on the sticks and cards, the newest first. */
void question_files_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    app_message(app, x, y, w);
    if (!app->found_count) {
        *y += ui_text(ui, x, *y, w, TEXT_BODY, ui_str(ui, S_file_none), ui->theme.ink, true);
        *y += ui_px(ui, 12);
    }
    for (size_t i = 0; i < app->found_count; i++) {
        struct app_file *f = &app->found[i];
        const char *small = arena_printf(&ui->frame, "%s · %s", size_text(app, f->size),
                                         app_date(app, f->time * 1000));
        if (ui_row(ui, arena_printf(&ui->frame, "found:%zu", i + 1), x, y, w, f->name, small, 0)) {
            struct buf bytes = {0};
            struct err err = {0};
            char ending[9];
            ending_of(ending, f->name);
            app_wait(app, S_wait_file);
            if (f->size == 0) {
                app_say(app, S_file_empty);
            } else if (f->size > INTERVIEW_FILE_MAX) {
                app_say(app, S_file_large);
            } else if (!file_read(&bytes, f->path, INTERVIEW_FILE_MAX, &err) ||
                       !interview_attach(app->interview, app->file_node, ending, bytes.data,
                                         bytes.len, &err)) {
                app_trouble(app, &err);
            } else {
                app_close_sheet(app);
            }
            buf_fini(&bytes);
            return;
        }
    }
    if (ui_wide_button(ui, "look", x, y, w, ui_str(ui, S_first_look), false)) {
        find_files(app, app->file_node);
    }
}

/* ---- drawing ---- */

static bool wants_drawing(const struct control *c)
{
    return control_has(c, "signature") || control_has(c, "draw") || control_has(c, "annotate");
}

void question_forget_ink(struct app *app)
{
    explicit_bzero(app->ink, sizeof app->ink);
    app->ink_count = 0;
    app->ink_node = NULL;
    app->ink_fresh = app->ink_wiped = false;
}

static void ink_add(struct app *app, int x, int y)
{
    if (app->ink_count < APP_INK) {
        app->ink[app->ink_count][0] = (int16_t)x;
        app->ink[app->ink_count++][1] = (int16_t)y;
    }
}

static bool is_lift(const int16_t *p)
{
    return p[0] == INT16_MIN;
}

static float segment_distance(float px, float py, const int16_t *a, const int16_t *b)
{
    float dx = (float)(b[0] - a[0]), dy = (float)(b[1] - a[1]), len = dx * dx + dy * dy;
    float t = len > 0 ? ((px - (float)a[0]) * dx + (py - (float)a[1]) * dy) / len : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    dx = px - ((float)a[0] + t * dx);
    dy = py - ((float)a[1] + t * dy);
    return sqrtf(dx * dx + dy * dy);
}

/* Points are in hundredths of a per cent of the field, so that a turned device keeps the drawing.
 */
enum { INK_ONE = 10000, INK_PNG_W = 800 };

static bool save_ink(struct app *app, struct err *err)
{
    int w = INK_PNG_W, h = app->ink_w > 0 ? w * app->ink_h / app->ink_w : w / 2;
    h = h < 1 ? 1 : h;
    struct buf png = {0};
    uint8_t *gray = mem_alloc((size_t)w * (size_t)h);
    memset(gray, 255, (size_t)w * (size_t)h);
    for (size_t i = 0; i < app->ink_count; i++) {
        const int16_t *p = app->ink[i], *q = i + 1 < app->ink_count ? app->ink[i + 1] : p;
        if (is_lift(p)) {
            continue;
        }
        q = is_lift(q) ? p : q;
        int16_t a[2] = {(int16_t)(p[0] * w / INK_ONE), (int16_t)(p[1] * h / INK_ONE)};
        int16_t b[2] = {(int16_t)(q[0] * w / INK_ONE), (int16_t)(q[1] * h / INK_ONE)};
        int x0 = (a[0] < b[0] ? a[0] : b[0]) - 4, x1 = (a[0] < b[0] ? b[0] : a[0]) + 5;
        int y0 = (a[1] < b[1] ? a[1] : b[1]) - 4, y1 = (a[1] < b[1] ? b[1] : a[1]) + 5;
        for (int y = y0 < 0 ? 0 : y0; y < y1 && y < h; y++) {
            for (int x = x0 < 0 ? 0 : x0; x < x1 && x < w; x++) {
                float far = segment_distance((float)x + 0.5f, (float)y + 0.5f, a, b) - 1.5f;
                uint8_t c = far <= 0 ? 0 : far >= 1 ? 255 : (uint8_t)(far * 255);
                uint8_t *dot = &gray[(size_t)y * (size_t)w + (size_t)x];
                *dot = c < *dot ? c : *dot;
            }
        }
    }
    bool ok = picture_png(&png, gray, w, h, err) &&
              interview_attach(app->interview, app->ink_node, "png", png.data, png.len, err);
    explicit_bzero(gray, (size_t)w * (size_t)h);
    free(gray);
    buf_fini(&png);
    app->ink_fresh = app->ink_fresh && !ok;
    app->ink_wiped = app->ink_wiped && !ok;
    return ok;
}

bool question_commit_ink(struct app *app)
{
    struct err err = {0};
    if (app->ink_wiped && app->ink_node &&
        !app->ink_count) { /* the sheet is empty, the answer is not */
        app_refusal(app, app->ink_node, ANSWER_REQUIRED);
        app_say(app, S_draw_missing);
        return false;
    }
    if (app->ink_fresh && app->ink_node && app->ink_count && !save_ink(app, &err)) {
        app_trouble(app, &err); /* it stays on the screen */
        return false;
    }
    question_forget_ink(app);
    return true;
}

int question_rest_ink(struct app *app)
{
    enum { REST_MS = 1500 };
    struct err err = {0};
    if (!app->ink_fresh || !app->ink_node || app->ui.grabbed) {
        return -1;
    }
    int64_t left = REST_MS - (clock_mono_ms() - app->ink_ms);
    if (left > 0) {
        return (int)left;
    }
    if (!save_ink(app, &err)) {
        app->ink_ms = clock_mono_ms();
        app_trouble(app, &err);
        return REST_MS;
    }
    return -1;
}

/* Strokes in short pieces: what is drawn already is painted from the cache. */
static void show_ink(struct app *app, int x, int y, int w, int h)
{
    enum { PIECE = 8 };
    struct ui *ui = &app->ui;
    for (size_t i = 0; i < app->ink_count;) {
        size_t n = 0;
        while (i + n < app->ink_count && n < PIECE && !is_lift(app->ink[i + n])) {
            n++;
        }
        if (n) {
            size_t count = n < 2 ? 2 : n;
            int16_t *p = arena_alloc(&ui->frame, 2 * count * sizeof *p);
            for (size_t k = 0; k < count; k++) {
                const int16_t *from = app->ink[i + (k < n ? k : n - 1)];
                p[2 * k] = (int16_t)(x + from[0] * w / INK_ONE);
                p[2 * k + 1] = (int16_t)(y + from[1] * h / INK_ONE);
            }
            draw_add(&ui->draws, &(struct draw){.kind = DRAW_STROKE,
                                                .ink = ui->theme.ink,
                                                .points = p,
                                                .point_count = count,
                                                .line = ui_px(ui, 3)});
        }
        bool lift = i + n < app->ink_count && is_lift(app->ink[i + n]);
        i += lift ? n + 1 : n > 1 ? n - 1 : n; /* pieces of one stroke share a point */
        if (!lift && i + 1 >= app->ink_count) {
            break;
        }
    }
}

static void ask_drawing(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const char *id = question_part(app, node, "ink", "");
    int h = w / 2, least = ui_px(ui, 120), fx, fy, px = x;
    h = h > ui->body.h * 3 / 5 ? ui->body.h * 3 / 5 : h;
    h = h < least ? least : h;
    struct rect r = {x, *y, w, h};
    ui_place(ui, id, ROLE_GRAB, r);
    bool held = ui_grabbed(ui, id, &fx, &fy), dropped = ui_dropped(ui, id, &fx, &fy);
    if (held || dropped) {
        if (app->ink_node != node) {
            (void)!question_commit_ink(app);
            app->ink_node = node;
        }
        app->ink_w = w;
        app->ink_h = h;
        int ix = fx - x, iy = fy - *y;
        ix = ix < 0 ? 0 : ix >= w ? w - 1 : ix;
        iy = iy < 0 ? 0 : iy >= h ? h - 1 : iy;
        ink_add(app, ix * INK_ONE / w, iy * INK_ONE / h);
        app->ink_ms = clock_mono_ms();
        if (dropped) {
            ink_add(app, INT16_MIN, 0);
        }
        app->ink_fresh = true;
    }
    ui_box(ui, r, 7, ui->theme.paper, app->ink_node == node ? ui->theme.accent : ui->theme.soft, 2);
    ui_fill_rect(ui, (struct rect){x + w / 12, *y + h * 3 / 4, w * 10 / 12, ui_px(ui, 1)},
                 ui->theme.line);
    const struct buf *kept = interview_file(app->interview, tree_value(node));
    if (app->ink_node == node) {
        show_ink(app, x, *y, w, h);
    } else if (kept) { /* our own drawing, out of the sealed draft */
        const struct picture *p = app_own_picture(app, tree_value(node), kept, w - 4, h - 4);
        if (p) {
            app_show_picture(app, x + (w - p->w) / 2, *y + (h - p->h) / 2, p);
        }
    } else {
        bool roomy = ui_centre_height(ui, w, TEXT_HINT, ui_str(ui, S_draw_here)) <= h * 2 / 5;
        float before = ui_cap_text(ui, roomy ? ui->text_scale : 1);
        ui_text_centre(ui, (struct rect){x, *y, w, h / 2}, TEXT_HINT, ui_str(ui, S_draw_here),
                       ui->theme.soft);
        ui->text_scale = before;
    }
    *y += h + ui_px(ui, 8);
    if ((app->ink_node == node || kept) &&
        ui_pill(ui, question_part(app, node, "wipe", ""), &px, y, x, x + w,
                ui_str(ui, S_draw_again), false, false)) {
        question_forget_ink(app);
        bool taken = !node->required && *tree_value(node) && question_answer(app, node, "");
        bool stands = *tree_value(node) && !taken;
        /* An empty sheet: nobody leaves it before it is drawn on. */
        app->ink_node = stands ? node : NULL;
        app->ink_wiped = stands;
    }
    ui_pills_end(ui, &px, y, x);
}

/* ---- the question ---- */

void ask_file(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    const struct buf *kept = interview_file(app->interview, tree_value(node));
    if (kind_of(c) == FILE_IMAGE && wants_drawing(c)) {
        ask_drawing(app, node, x, y, w);
        return;
    }
    if (kept) {
        *y +=
            ui_text(ui, x, *y, w, TEXT_HEADING,
                    ui_fill(ui, S_file_kept, size_text(app, kept->len), NULL), ui->theme.ink, true);
        *y += ui_px(ui, 8);
    }
    if (ui_wide_button(ui, question_part(app, node, "choose", ""), x, y, w,
                       ui_str(ui, kept ? S_file_other : S_file_choose), false)) {
        find_files(app, node);
        app->message[0] = '\0';
        app->sheet = SHEET_FILES;
    }
    if (kept && !node->required) {
        int px = x;
        if (ui_pill(ui, question_part(app, node, "drop", ""), &px, y, x, x + w,
                    ui_str(ui, S_file_drop), false, false)) {
            question_answer(app, node, "");
        }
        ui_pills_end(ui, &px, y, x);
    }
    *y += ui_text(ui, x, *y, w, TEXT_HINT, ui_str(ui, S_file_hint), ui->theme.soft, true);
}
