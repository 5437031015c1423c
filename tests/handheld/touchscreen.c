/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touchscreen: simulates a touchscreen with uinput, driven by text lines.
 *
 *   touchscreen WIDTH HEIGHT PORT      reads lines from PORT:
 *     down ID X Y    move ID X Y    up ID      ID: 0 to 9
 *
 * Source: the kernel's multi-touch-protocol.rst, type B.
 */
#include <fcntl.h>
#include <linux/uinput.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 10 };

static int device;
static int fingers; /* fingers that are down now */
static struct timespec last_down;

/* Keeps a finger down for at least 60 ms.  A busy machine may read "down" late, with "up" right
 * after it, and would then see too short a touch. */
static void stay_down(void)
{
    enum { LEAST_US = 60000 };
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long us = (now.tv_sec - last_down.tv_sec) * 1000000 + (now.tv_nsec - last_down.tv_nsec) / 1000;
    if (us < LEAST_US) {
        usleep((useconds_t)(LEAST_US - us));
    }
}

static void emit(int type, int code, int value)
{
    struct input_event e = {.type = (unsigned short)type, .code = (unsigned short)code};
    e.value = value;
    if (write(device, &e, sizeof e) != sizeof e) {
        perror("touchscreen");
    }
}

static void place(int x, int y)
{
    emit(EV_ABS, ABS_MT_POSITION_X, x);
    emit(EV_ABS, ABS_MT_POSITION_Y, y);
}

static void take(const char *line)
{
    static int next = 1;
    int id, x, y;
    if (sscanf(line, "down %d %d %d", &id, &x, &y) == 3 && id >= 0 && id < SLOTS) {
        emit(EV_ABS, ABS_MT_SLOT, id);
        emit(EV_ABS, ABS_MT_TRACKING_ID, next++);
        place(x, y);
        if (fingers++ == 0) {
            emit(EV_KEY, BTN_TOUCH, 1);
        }
        clock_gettime(CLOCK_MONOTONIC, &last_down);
    } else if (sscanf(line, "move %d %d %d", &id, &x, &y) == 3 && id >= 0 && id < SLOTS) {
        emit(EV_ABS, ABS_MT_SLOT, id);
        place(x, y);
    } else if (sscanf(line, "up %d", &id) == 1 && id >= 0 && id < SLOTS) {
        stay_down();
        emit(EV_ABS, ABS_MT_SLOT, id);
        emit(EV_ABS, ABS_MT_TRACKING_ID, -1);
        if (fingers > 0 && --fingers == 0) {
            emit(EV_KEY, BTN_TOUCH, 0);
        }
    } else {
        fprintf(stderr, "touchscreen: unknown line '%s'\n", line);
        return;
    }
    emit(EV_SYN, SYN_REPORT, 0);
}

static int make(int w, int h)
{
    const struct {
        int code, max;
    } axes[] = {
        {ABS_MT_POSITION_X, w - 1}, {ABS_MT_POSITION_Y, h - 1}, {ABS_X, w - 1}, {ABS_Y, h - 1},
        {ABS_MT_SLOT, SLOTS - 1},   {ABS_MT_TRACKING_ID, 65535}};
    struct uinput_setup setup = {.id = {.bustype = BUS_I2C, .vendor = 1, .product = 1},
                                 .name = "test touchscreen"};
    int fd = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, UI_SET_EVBIT, EV_KEY) < 0 || ioctl(fd, UI_SET_KEYBIT, BTN_TOUCH) < 0 ||
        ioctl(fd, UI_SET_EVBIT, EV_ABS) < 0 || ioctl(fd, UI_SET_PROPBIT, INPUT_PROP_DIRECT) < 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        struct uinput_abs_setup a = {.code = (unsigned short)axes[i].code,
                                     .absinfo = {.maximum = axes[i].max}};
        ioctl(fd, UI_ABS_SETUP, &a);
    }
    return ioctl(fd, UI_DEV_SETUP, &setup) < 0 || ioctl(fd, UI_DEV_CREATE) < 0 ? -1 : fd;
}

int main(int argc, char **argv)
{
    char line[256];
    size_t len = 0;
    if (argc != 4) {
        fputs("usage: touchscreen WIDTH HEIGHT PORT\n", stderr);
        return 2;
    }
    device = make(atoi(argv[1]), atoi(argv[2]));
    int port = open(argv[3], O_RDONLY | O_CLOEXEC);
    if (device < 0 || port < 0) {
        perror("touchscreen");
        return 3;
    }
    for (;;) {
        char byte;
        ssize_t n = read(port, &byte, 1);
        if (n == 1 && byte == '\n') {
            line[len] = '\0';
            len = 0;
            take(line);
        } else if (n == 1 && len + 1 < sizeof line) {
            line[len++] = byte;
        } else if (n <= 0) {
            usleep(100000); /* nobody is connected yet */
        }
    }
}
