/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weston_touch: a touchscreen for weston under test, as one of its modules.
 *
 *   weston --modules=/…/weston-touch.so      reads lines from the pipe that WESTON_TOUCH names:
 *     down ID X Y    move ID X Y    up ID    cancel
 *   X and Y in px of the first output.
 *
 * weston's input functions are exported, but no header declares them; these are those of 10 to 12
 * and of 13 on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libweston/libweston.h>
#include <libweston/version.h>

enum { DOWN = 0, UP = 1, MOTION = 2 }; /* the numbers of wl_touch's events */

struct weston_touch *weston_seat_init_touch(struct weston_seat *seat);
struct weston_touch_device *weston_touch_create_touch_device(struct weston_touch *touch,
                                                             const char *path, void *data,
                                                             const void *ops);
#if WESTON_VERSION_MAJOR < 13
void notify_touch_normalized(struct weston_touch_device *device, const struct timespec *time,
                             int id, double x, double y, const void *normalized, int type);
#else
void notify_touch_normalized(struct weston_touch_device *device, const struct timespec *time,
                             int id, const struct weston_coord_global *at, const void *normalized,
                             int type);
#endif
void weston_touch_device_destroy(struct weston_touch_device *device);
void notify_touch_frame(struct weston_touch_device *device);
void notify_touch_cancel(struct weston_touch_device *device);
int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static struct weston_compositor *compositor;
static struct weston_touch_device *device;
static char line[4096];
static size_t line_len;

static void notify(int id, double x, double y, int type)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
#if WESTON_VERSION_MAJOR < 13
    notify_touch_normalized(device, &now, id, x, y, NULL, type);
#else
    struct weston_coord_global at = {.c = weston_coord(x, y)};
    notify_touch_normalized(device, &now, id, type == UP ? NULL : &at, NULL, type);
#endif
    notify_touch_frame(device);
}

static void take(const char *text)
{
    int id, x, y;
    struct weston_output *output = NULL;
    wl_list_for_each(output, &compositor->output_list, link)
    {
        break;
    }
    double scale = output ? output->current_scale : 1;
    if (sscanf(text, "down %d %d %d", &id, &x, &y) == 3) {
        notify(id, x / scale, y / scale, DOWN);
    } else if (sscanf(text, "move %d %d %d", &id, &x, &y) == 3) {
        notify(id, x / scale, y / scale, MOTION);
    } else if (sscanf(text, "up %d", &id) == 1) {
        notify(id, 0, 0, UP);
    } else if (strcmp(text, "cancel") == 0) {
        notify_touch_cancel(device);
    } else {
        fprintf(stderr, "weston_touch: unknown line '%s'\n", text);
    }
}

static void on_destroy(struct wl_listener *listener, void *data)
{
    (void)listener;
    (void)data;
    weston_touch_device_destroy(device); /* weston wants it gone before the seat */
}

static struct wl_listener destroy_listener = {.notify = on_destroy};

static int on_line(int fd, uint32_t mask, void *data)
{
    char byte;
    (void)mask;
    (void)data;
    while (read(fd, &byte, 1) == 1) {
        if (byte != '\n' && line_len + 1 < sizeof line) {
            line[line_len++] = byte;
        } else if (byte == '\n') {
            line[line_len] = '\0';
            line_len = 0;
            take(line);
        }
    }
    return 0;
}

int wet_module_init(struct weston_compositor *c, int *argc, char *argv[])
{
    const char *pipe = getenv("WESTON_TOUCH");
    struct weston_seat *seat = NULL;
    (void)argc;
    (void)argv;
    compositor = c;
    int fd = pipe ? open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
    wl_list_for_each(seat, &c->seat_list, link)
    {
        break;
    }
    if (fd < 0 || wl_list_empty(&c->seat_list)) {
        fprintf(stderr, "weston_touch: no pipe at WESTON_TOUCH, or no seat\n");
        return -1;
    }
    weston_seat_init_touch(seat);
    device = weston_touch_create_touch_device(seat->touch_state, "/test/touch", NULL, NULL);
    wl_signal_add(&c->destroy_signal, &destroy_listener);
    wl_event_loop_add_fd(wl_display_get_event_loop(c->wl_display), fd, WL_EVENT_READABLE, on_line,
                         NULL);
    return device ? 0 : -1;
}
