/* SPDX-License-Identifier: Apache-2.0 */
/* Finds mounted media and checks whether they respond. */
#include "platform/machine/media.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/machine/clock.h"
#include "platform/machine/task.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"

/* ---- probing ---- */

struct probe {
    struct medium medium;
    bool there;
};

/* Paths whose probe still hangs: no second task is started for them. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char hanging[MEDIA_MAX][sizeof((struct medium *)0)->path];

static size_t place_of(const char *path)
{
    size_t i = 0;
    while (i < MEDIA_MAX && strcmp(hanging[i], path) != 0) {
        i++;
    }
    return i;
}

static void note(const char *path, bool hangs)
{
    assert(strlen(path) < sizeof hanging[0]);
    pthread_mutex_lock(&mutex);
    size_t i = place_of(hangs ? "" : path);
    if (i < MEDIA_MAX) {
        memset(hanging[i], 0, sizeof hanging[i]);
        strcpy(hanging[i], hangs ? path : "");
    }
    pthread_mutex_unlock(&mutex);
}

static bool hangs(const char *path)
{
    pthread_mutex_lock(&mutex);
    bool known = place_of(path) < MEDIA_MAX;
    pthread_mutex_unlock(&mutex);
    return known;
}

static bool look_at(void *context, struct err *err)
{
    struct probe *p = context;
    (void)err;
    p->there = access(p->medium.path, R_OK | X_OK) == 0;
    p->medium.free = p->there ? file_free_bytes(p->medium.path) : 0;
    return true;
}

static void drop(void *context)
{
    note(((struct probe *)context)->medium.path, false);
    secret_wipe(context, sizeof(struct probe));
    free(context);
}

static void nobody(void *user)
{
    (void)user;
}

struct asked {
    char paths[MEDIA_MAX][sizeof((struct medium *)0)->path];
    size_t count;
};

static void add(struct asked *asked, const char *path)
{
    for (size_t i = 0; i < asked->count; i++) { /* mounted twice */
        if (strcmp(asked->paths[i], path) == 0) {
            return;
        }
    }
    if (asked->count < MEDIA_MAX && strlen(path) < sizeof asked->paths[0]) {
        strcpy(asked->paths[asked->count++], path);
    }
}

/* Probe all paths at once, each with its own task, so that one that hangs does not hide the
 * others. */
static size_t answering(struct medium media[MEDIA_MAX], const struct asked *asked, size_t *silent)
{
    struct task *tasks[MEDIA_MAX];
    int64_t until = clock_mono_ms() + MEDIA_ANSWER_MS;
    size_t count = 0;
    for (size_t i = 0; i < asked->count; i++) {
        tasks[i] = NULL;
        if (hangs(asked->paths[i])) {
            continue;
        }
        struct probe *p = mem_zero(1, sizeof *p);
        strcpy(p->medium.path, asked->paths[i]);
        tasks[i] = task_begin(look_at, p, drop, nobody, NULL, true);
    }
    for (size_t i = 0; i < asked->count; i++) {
        int64_t left = until - clock_mono_ms();
        if (!tasks[i] || !task_wait(tasks[i], left > 0 ? (int)left : 0)) {
            ++*silent;
            if (tasks[i]) {
                note(asked->paths[i], true);
                task_leave(tasks[i]);
            }
            continue;
        }
        void *context;
        (void)!task_end(tasks[i], &context, NULL);
        struct probe *p = context;
        if (p->there) {
            media[count++] = p->medium;
        }
        drop(context);
    }
    return count;
}

/* ---- mounts ---- */

static bool octal(const char *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* Decode octal escapes: the kernel writes a space in a path as \040. */
static void unescape(char *path)
{
    char *out = path;
    for (const char *p = path; *p; p++) {
        if (*p == '\\' && octal(p + 1)) {
            *out++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + p[3] - '0');
            p += 3;
        } else {
            *out++ = *p;
        }
    }
    *out = '\0';
}

static bool is_medium(const char *path)
{
    static const char *const roots[] = {"/media/", "/run/media/", "/mnt/"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (strncmp(path, roots[i], strlen(roots[i])) == 0) {
            return true;
        }
    }
    return false;
}

size_t media_read(struct medium media[MEDIA_MAX], char *mounts, size_t *silent)
{
    struct asked *asked = mem_zero(1, sizeof *asked);
    *silent = 0;
    for (char *line = mounts, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        char *path = strchr(line, ' '), *end = path ? strchr(path + 1, ' ') : NULL;
        if (end) { /* device path type … */
            *end = '\0';
            unescape(++path);
            if (is_medium(path)) {
                add(asked, path);
            }
        }
    }
    size_t count = answering(media, asked, silent);
    secret_wipe(asked, sizeof *asked);
    free(asked);
    return count;
}

size_t media_find(struct medium media[MEDIA_MAX], const char *fixed, size_t *silent)
{
    struct buf mounts = {0};
    size_t count, none;
    silent = silent ? silent : &none;
    if (fixed) {
        struct asked asked = {.count = 0};
        *silent = 0;
        add(&asked, fixed);
        return answering(media, &asked, silent);
    }
    if (!file_read(&mounts, "/proc/mounts", 1 << 20, NULL)) {
        buf_cut(&mounts, 0);
    }
    count = media_read(media, mounts.data, silent);
    buf_fini(&mounts);
    return count;
}
