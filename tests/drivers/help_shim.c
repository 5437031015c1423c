/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_shim: preloaded by tests/help_crash; counts what changes files below CRASH_DIR and, at call
 * number CRASH_AT, kills the process: before the call, half-way through a write, or after it.
 * CRASH_MODE: before, half, after, count (only count; the sum goes to CRASH_COUNT).
 * ENOSPC and EIO: the call fails once (CRASH_MODE=enospc, eio).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static int ours(int fd)
{
    char link[64], path[PATH_MAX];
    const char *dir = getenv("CRASH_DIR");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0 || !dir) {
        return 0;
    }
    path[n] = '\0';
    return strncmp(path, dir, strlen(dir)) == 0;
}

enum fate { PASS, BEFORE, HALF, AFTER, FAIL };

static enum fate fate(void)
{
    const char *at = getenv("CRASH_AT"), *mode = getenv("CRASH_MODE");
    const char *count = getenv("CRASH_COUNT");
    calls++;
    if (count) {
        FILE *f = fopen(count, "w");
        if (f) {
            fprintf(f, "%ld", calls);
            fclose(f);
        }
    }
    if (!at || !mode || atol(at) != calls) {
        return PASS;
    }
    if (strcmp(mode, "before") == 0) {
        return BEFORE;
    }
    if (strcmp(mode, "half") == 0) {
        return HALF;
    }
    if (strcmp(mode, "after") == 0) {
        return AFTER;
    }
    errno = strcmp(mode, "enospc") == 0 ? ENOSPC : EIO;
    return FAIL;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at);
ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    enum fate f = ours(fd) ? fate() : PASS;
    if (f == BEFORE) {
        die();
    }
    if (f == FAIL) {
        return -1;
    }
    if (f == HALF) {
        REAL(pwrite64)(fd, bytes, len / 2, at);
        die();
    }
    ssize_t n = REAL(pwrite64)(fd, bytes, len, at);
    if (f == AFTER) {
        die();
    }
    return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    enum fate f = ours(fd) ? fate() : PASS;
    if (f == BEFORE) {
        die();
    }
    if (f == FAIL) {
        return -1;
    }
    if (f == HALF) {
        REAL(write)(fd, bytes, len / 2);
        die();
    }
    ssize_t n = REAL(write)(fd, bytes, len);
    if (f == AFTER) {
        die();
    }
    return n;
}

#define SIMPLE(type, name, params, args, mine)                                                     \
    type name params                                                                               \
    {                                                                                              \
        enum fate f = (mine) ? fate() : PASS;                                                      \
        if (f == BEFORE || f == HALF) {                                                            \
            die();                                                                                 \
        }                                                                                          \
        if (f == FAIL) {                                                                           \
            return -1;                                                                             \
        }                                                                                          \
        type n = REAL(name) args;                                                                  \
        if (f == AFTER) {                                                                          \
            die();                                                                                 \
        }                                                                                          \
        return n;                                                                                  \
    }

static int ours_path(const char *path)
{
    const char *dir = getenv("CRASH_DIR");
    return dir && strncmp(path, dir, strlen(dir)) == 0;
}

SIMPLE(int, fsync, (int fd), (fd), ours(fd))
SIMPLE(int, fdatasync, (int fd), (fd), ours(fd))
SIMPLE(int, ftruncate, (int fd, off_t len), (fd, len), ours(fd))
int ftruncate64(int fd, off64_t len);
SIMPLE(int, ftruncate64, (int fd, off64_t len), (fd, len), ours(fd))
SIMPLE(int, unlink, (const char *path), (path), ours_path(path))
SIMPLE(int, rename, (const char *from, const char *to), (from, to), ours_path(to))
