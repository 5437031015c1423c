/* SPDX-License-Identifier: Apache-2.0 */
/* Which sticks and cards are in? */
#include "platform/media.h"

#include <string.h>
#include <unistd.h>

#include "platform/file.h"

static void add(struct medium media[MEDIA_MAX], size_t *count, const char *path)
{
    struct medium *m = &media[*count < MEDIA_MAX ? *count : 0];
    for (size_t i = 0; i < *count; i++) { /* mounted twice */
        if (strcmp(media[i].path, path) == 0) {
            return;
        }
    }
    if (*count < MEDIA_MAX && strlen(path) < sizeof m->path && access(path, R_OK | X_OK) == 0) {
        strcpy(m->path, path);
        m->free = file_free_bytes(path);
        ++*count;
    }
}

static bool octal(const char *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* The kernel writes a blank in a stick's name as \040. */
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

size_t media_find(struct medium media[MEDIA_MAX], const char *fixed)
{
    struct buf mounts = {0};
    size_t count = 0;
    if (fixed) {
        add(media, &count, fixed);
        return count;
    }
    if (!file_read(&mounts, "/proc/mounts", 1 << 20, NULL)) {
        buf_cut(&mounts, 0);
    }
    for (char *line = mounts.data, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        char *path = strchr(line, ' '), *end = path ? strchr(path + 1, ' ') : NULL;
        if (end) { /* device path type … */
            *end = '\0';
            unescape(++path);
            if (is_medium(path)) {
                add(media, &count, path);
            }
        }
    }
    buf_fini(&mounts);
    return count;
}
