/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CARD_H
#define TESTS_CARD_H
/* card: this program's fsync, counted, and as slow as it is asked to be; and a stick that hangs.
 * Included once a program.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_int card_ms;     /* how long every fsync takes, besides its own time */
static atomic_uint card_syncs; /* so far */
static atomic_bool card_broken; /* every fsync fails */
static atomic_int card_fails_at; /* the fsync with this number from now on, 1 the next, fails */
static atomic_bool card_hangs;  /* no folder of the stick opens until it is false again */
static atomic_uint card_hung;   /* how many threads wait for one */

static void card_sync(void)
{
    struct timespec t = {card_ms / 1000, card_ms % 1000 * 1000000L};
    card_syncs++;
    if (card_ms) {
        nanosleep(&t, NULL);
    }
}

static bool card_fails(void)
{
    bool now = card_fails_at > 0 && --card_fails_at == 0;
    if (card_broken || now) {
        errno = EIO;
        return true;
    }
    return false;
}

DIR *opendir(const char *path)
{
    card_hung++;
    while (card_hangs && strstr(path, "/stick")) {
        usleep(1000);
    }
    card_hung--;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopendir(fd);
}

/* /media/alive and /media/dead are sticks wherever the tests run; the latter may not answer. */
int access(const char *path, int mode)
{
    card_hung++;
    while (card_hangs && strstr(path, "/media/dead")) {
        usleep(1000);
    }
    card_hung--;
    return strstr(path, "/media/dead") || strstr(path, "/media/alive")
               ? 0
               : (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

int fsync(int fd)
{
    card_sync();
    if (card_fails()) {
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    card_sync();
    if (card_fails()) {
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

#endif
