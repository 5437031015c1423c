/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for input on the console without polling.
 *
 * SDL reads the input devices there, but polls them every millisecond.  This opens the same
 * devices a second time, only to be woken: what it reads is discarded, and SDL reads its own
 * copy.
 * Source: Documentation/input/event-codes.rst, inotify(7). */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/arena.h"
#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "platform/machine/window_internal.h"

static const char folder[] = "/dev/input";

/* SDL sees a new device only after udev has announced it.  Until SETTLE_MS after a change, wake
 * every SETTLE_STEP_MS so that SDL can look. */
enum { SETTLE_MS = 2000, SETTLE_STEP_MS = 100 };

struct console {
    struct pollfd *fds; /* the watch on the folder, the window's wake, then one for each device */
    char (*names)[32];  /* names of the devices */
    size_t count;       /* number of devices */
    int64_t settle_ms;  /* clock_mono_ms until which to wake in steps */
};

enum { FD_FOLDER, FD_WAKE, FD_DEVICES };

static bool has(const struct console *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct console *c, const char *name)
{
    char path[64];
    if (strncmp(name, "event", 5) != 0 || strlen(name) >= sizeof c->names[0] || has(c, name)) {
        return;
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), clock = CLOCK_MONOTONIC;
    if (fd < 0) {
        return; /* no permission; SDL cannot read it either */
    }
    ioctl(fd, _IOW('E', 0xa0, int), &clock); /* EVIOCSCLOCKID; linux/input.h has our KEY_ names */
    c->names = mem_grow(c->names, c->count + 1, sizeof *c->names);
    c->fds = mem_grow(c->fds, FD_DEVICES + c->count + 1, sizeof *c->fds);
    strcpy(c->names[c->count], name);
    c->fds[FD_DEVICES + c->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void remove_device(struct console *c, size_t i)
{
    assert(i < c->count);
    close(c->fds[FD_DEVICES + i].fd);
    c->count--;
    c->fds[FD_DEVICES + i] = c->fds[FD_DEVICES + c->count];
    memmove(c->names[i], c->names[c->count], sizeof c->names[0]);
}

static void look(struct console *c)
{
    DIR *dir = opendir(folder);
    if (dir) {
        for (struct dirent *d; (d = readdir(dir));) {
            add(c, d->d_name);
        }
        closedir(dir);
    }
}

struct console *console_open(void)
{
    struct console *c = mem_zero(1, sizeof *c);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    c->fds = mem_zero(FD_DEVICES, sizeof *c->fds);
    if (watch >= 0) { /* IN_ATTRIB: udev sets the permissions after creating the device */
        (void)!inotify_add_watch(watch, folder, IN_CREATE | IN_ATTRIB);
    }
    c->fds[FD_FOLDER] = (struct pollfd){.fd = watch, .events = POLLIN};
    look(c);
    return c;
}

void console_close(struct console *c)
{
    if (c) {
        while (c->count) {
            remove_device(c, c->count - 1);
        }
        if (c->fds[FD_FOLDER].fd >= 0) {
            close(c->fds[FD_FOLDER].fd);
        }
        free(c->names);
        free(c->fds);
        free(c);
    }
}

/* Read all pending data and wipe it: it may contain keys of a passphrase.  `first` (may be
 * NULL) is set to the time of the first event, ms of CLOCK_MONOTONIC; unchanged if there is
 * none.  False if the device is gone. */
static bool drain(int fd, int64_t *first)
{
    unsigned char bytes[1536]; /* whole events: 16 or 24 bytes each */
    unsigned long time[2];     /* s and µs; every event begins with them */
    ssize_t n;
    bool alive = true;
    do {
        n = read(fd, bytes, sizeof bytes);
        alive = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
        if (first && n >= (ssize_t)sizeof time) {
            memcpy(time, bytes, sizeof time);
            int64_t ms = (int64_t)time[0] * 1000 + (int64_t)time[1] / 1000;
            *first = *first < 0 || ms < *first ? ms : *first;
        }
    } while (n > 0);
    secret_wipe(bytes, sizeof bytes);
    return alive;
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t console_wait(struct console *c, int wake, int timeout_ms)
{
    int64_t first = -1;
    int64_t settle = c->settle_ms - clock_mono_ms();
    if (settle > 0 && (timeout_ms < 0 || timeout_ms > SETTLE_STEP_MS)) {
        timeout_ms = SETTLE_STEP_MS;
    }
    c->fds[FD_WAKE] = (struct pollfd){.fd = wake, .events = POLLIN};
    if (poll(c->fds, FD_DEVICES + c->count, timeout_ms) <= 0) {
        return -1;
    }
    for (size_t i = c->count; i-- > 0;) {
        if (c->fds[FD_DEVICES + i].revents && !drain(c->fds[FD_DEVICES + i].fd, &first)) {
            remove_device(c, i); /* unplugged */
        }
    }
    if (c->fds[FD_FOLDER].revents) {
        (void)!drain(c->fds[FD_FOLDER].fd, NULL);
        look(c);
        c->settle_ms = clock_mono_ms() + SETTLE_MS;
    }
    int64_t ago = monotonic_ms() - first;
    return first < 0 || ago < 0 ? -1 : ago;
}
