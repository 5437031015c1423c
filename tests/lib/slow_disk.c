/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/slow_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

atomic_int slow_disk_ms;
atomic_uint slow_disk_syncs;
atomic_bool slow_disk_waits = true;
atomic_bool slow_disk_broken;
atomic_int slow_disk_fails_at;
atomic_bool slow_disk_hangs;
atomic_bool slow_disk_stops;
const char *_Atomic slow_disk_stuck;
atomic_uint slow_disk_hung;

int slow_disk_mend(void **state)
{
    (void)state;
    slow_disk_ms = 0;
    slow_disk_fails_at = 0;
    slow_disk_broken = slow_disk_hangs = slow_disk_stops = false;
    slow_disk_stuck = NULL;
    return 0;
}

static void slow_disk_sync(void)
{
    struct timespec t = {slow_disk_ms / 1000, slow_disk_ms % 1000 * 1000000L};
    slow_disk_syncs++;
    if (slow_disk_ms) {
        nanosleep(&t, NULL);
    }
}

static bool slow_disk_fails(void)
{
    bool now = slow_disk_fails_at > 0 && --slow_disk_fails_at == 0;
    if (slow_disk_broken || now) {
        errno = EIO;
        return true;
    }
    return false;
}

static bool slow_disk_is_stuck(const char *call)
{
    const char *stuck = slow_disk_stuck;
    return stuck && strcmp(stuck, call) == 0;
}

static void slow_disk_hang(const char *call, const char *path)
{
    if (!slow_disk_is_stuck(call) || !strstr(path, "/stick")) {
        return;
    }
    slow_disk_hung++;
    while (slow_disk_is_stuck(call)) {
        usleep(1000);
    }
    slow_disk_hung--;
}

static void slow_disk_hang_fd(const char *call, int fd)
{
    char link[40], path[512];
    if (slow_disk_is_stuck(call)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, path, sizeof path - 1);
        path[len < 0 ? 0 : len] = '\0';
        slow_disk_hang(call, path);
    }
}

static void slow_disk_wait(int fd, const atomic_bool *while_so)
{
    char link[40], path[512];
    if (!*while_so) {
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    path[len < 0 ? 0 : len] = '\0';
    slow_disk_hung++;
    while (*while_so && strstr(path, "/stick")) {
        usleep(1000);
    }
    slow_disk_hung--;
}

ssize_t getdents64(int fd, void *entries, size_t room)
{
    slow_disk_wait(fd, &slow_disk_hangs);
    return syscall(SYS_getdents64, fd, entries, room);
}

ssize_t read(int fd, void *bytes, size_t len)
{
    slow_disk_wait(fd, &slow_disk_stops);
    return syscall(SYS_read, fd, bytes, len);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    slow_disk_wait(fd, &slow_disk_stops);
    return syscall(SYS_write, fd, bytes, len);
}

/* /media/alive and /media/dead are sticks wherever the tests run; the latter may not answer. */
int access(const char *path, int mode)
{
    slow_disk_hung++;
    while (slow_disk_hangs && strstr(path, "/media/dead")) {
        usleep(1000);
    }
    slow_disk_hung--;
    return strstr(path, "/media/dead") || strstr(path, "/media/alive")
               ? 0
               : (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    slow_disk_hang("open", path);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int fstatat(int dir, const char *name, struct stat *st, int flags)
{
    slow_disk_hang_fd("stat", dir);
    return (int)syscall(SYS_newfstatat, dir, name, st, flags);
}

int rename(const char *from, const char *to)
{
    slow_disk_hang("rename", to);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int syncfs(int fd)
{
    slow_disk_hang_fd("syncfs", fd);
    return (int)syscall(SYS_syncfs, fd);
}

int close(int fd)
{
    slow_disk_hang_fd("close", fd);
    return (int)syscall(SYS_close, fd);
}

int fsync(int fd)
{
    slow_disk_hang_fd("fsync", fd);
    slow_disk_sync();
    if (slow_disk_fails()) {
        return -1;
    }
    return slow_disk_waits ? (int)syscall(SYS_fsync, fd) : 0;
}

int fdatasync(int fd)
{
    slow_disk_hang_fd("fdatasync", fd);
    slow_disk_sync();
    if (slow_disk_fails()) {
        return -1;
    }
    return slow_disk_waits ? (int)syscall(SYS_fdatasync, fd) : 0;
}
