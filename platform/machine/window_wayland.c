/* SPDX-License-Identifier: Apache-2.0 */
/* Shows frames on Wayland and reads touches.
 *
 * SDL owns the window, but shows pixels on Wayland only through OpenGL, which costs 110 MiB and
 * a driver.  This attaches shared memory (wl_shm) to SDL's surface instead.  Its objects use an
 * event queue of their own, so that SDL, which reads the connection, never runs their
 * callbacks.
 * Source: the Wayland protocol, wl_surface, wl_shm_pool and wl_touch. */
#include <assert.h>
#include <SDL2/SDL_syswm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

#include "platform/machine/arena.h"
#include "platform/machine/secret.h"
#include "platform/machine/window_internal.h"

/* Three buffers: one shown, one submitted, one being painted. */
enum { BUFFERS = 3, SEAT_VERSION = 5 };

struct buffer {
    struct buffer *next;
    struct wayland *wayland;
    struct wl_buffer *wl;
    uint32_t *pixels;
    size_t size; /* bytes */
    bool busy;   /* the compositor reads it */
    bool old;    /* of another size; freed when the compositor releases it */
};

struct seat {
    struct seat *next;
    struct wayland *wayland;
    struct wl_seat *wl;
    struct wl_touch *touch;
    uint32_t name;
};

struct wayland {
    SDL_Window *window;
    struct wl_display *display, *display_here; /* wrapper of the same on our queue */
    struct wl_surface *surface, *surface_here;
    struct wl_event_queue *queue;
    struct wl_registry *registry;
    struct wl_shm *shm;
    struct seat *seats;
    struct wl_callback *shown;     /* frame callback of the last frame; NULL: it was shown */
    bool refused;                  /* a frame was skipped for lack of a buffer */
    struct buffer *buffers;        /* at most BUFFERS current ones */
    struct buffer *painted, *last; /* being painted, or NULL; shown last, or NULL */
    int w, h;
    struct touch_contact *contacts; /* not yet read, oldest first */
    size_t contact_count, contact_first;
};

/* ---- touches ---- */

static void add_contact(struct seat *seat, const struct touch_contact *contact)
{
    struct wayland *l = seat->wayland;
    assert(l->contact_first <= l->contact_count);
    if (l->contact_first == l->contact_count) {
        l->contact_first = l->contact_count = 0;
    }
    l->contacts = mem_grow(l->contacts, l->contact_count + 1, sizeof *l->contacts);
    l->contacts[l->contact_count] = *contact;
    l->contacts[l->contact_count++].device = seat->name;
}

static void place(struct touch_contact *c, const struct wayland *l, wl_fixed_t x, wl_fixed_t y)
{
    int w, h;
    SDL_GetWindowSize(l->window, &w, &h); /* in surface units, not px */
    c->x = (float)wl_fixed_to_double(x) / (float)w;
    c->y = (float)wl_fixed_to_double(y) / (float)h;
}

static void on_touch_down(void *user, struct wl_touch *touch, uint32_t serial, uint32_t ms,
                          struct wl_surface *surface, int32_t id, wl_fixed_t x, wl_fixed_t y)
{
    struct seat *seat = user;
    struct touch_contact c = {.phase = TOUCH_DOWN, .finger = id, .from_ms = ms, .to_ms = ms};
    (void)touch;
    (void)serial;
    if (surface == seat->wayland->surface) { /* ignore the frame that SDL draws around it */
        place(&c, seat->wayland, x, y);
        add_contact(seat, &c);
    }
}

static void on_touch_up(void *user, struct wl_touch *touch, uint32_t serial, uint32_t ms,
                        int32_t id)
{
    struct touch_contact c = {.phase = TOUCH_UP, .finger = id, .from_ms = ms, .to_ms = ms};
    (void)touch;
    (void)serial;
    add_contact(user, &c);
}

static void on_touch_motion(void *user, struct wl_touch *touch, uint32_t ms, int32_t id,
                            wl_fixed_t x, wl_fixed_t y)
{
    struct seat *seat = user;
    struct touch_contact c = {.phase = TOUCH_MOVE, .finger = id, .from_ms = ms, .to_ms = ms};
    (void)touch;
    place(&c, seat->wayland, x, y);
    add_contact(seat, &c);
}

static void on_touch_frame(void *user, struct wl_touch *touch)
{
    (void)user;
    (void)touch;
}

/* The compositor took over all fingers of the seat (a swipe from its edge, a screen lock). */
static void on_touch_cancel(void *user, struct wl_touch *touch)
{
    (void)touch;
    add_contact(user, &(struct touch_contact){.phase = TOUCH_CANCEL, .finger = TOUCH_ALL});
}

static void on_touch_shape(void *user, struct wl_touch *touch, int32_t id, wl_fixed_t major,
                           wl_fixed_t minor)
{
    (void)user;
    (void)touch;
    (void)id;
    (void)major;
    (void)minor;
}

static void on_touch_orientation(void *user, struct wl_touch *touch, int32_t id, wl_fixed_t angle)
{
    (void)user;
    (void)touch;
    (void)id;
    (void)angle;
}

static const struct wl_touch_listener touch_listener = {.down = on_touch_down,
                                                        .up = on_touch_up,
                                                        .motion = on_touch_motion,
                                                        .frame = on_touch_frame,
                                                        .cancel = on_touch_cancel,
                                                        .shape = on_touch_shape,
                                                        .orientation = on_touch_orientation};

static void drop_touch(struct seat *seat)
{
    if (seat->touch) {
        on_touch_cancel(seat, seat->touch); /* its lift events will not arrive */
        if (wl_touch_get_version(seat->touch) >= WL_TOUCH_RELEASE_SINCE_VERSION) {
            wl_touch_release(seat->touch);
        } else {
            wl_touch_destroy(seat->touch);
        }
        seat->touch = NULL;
    }
}

static void on_seat(void *user, struct wl_seat *wl, uint32_t can)
{
    struct seat *seat = user;
    if (!(can & WL_SEAT_CAPABILITY_TOUCH)) {
        drop_touch(seat);
    } else if (!seat->touch) {
        seat->touch = wl_seat_get_touch(wl);
        wl_touch_add_listener(seat->touch, &touch_listener, seat);
    }
}

static void on_seat_name(void *user, struct wl_seat *wl, const char *name)
{
    (void)user;
    (void)wl;
    (void)name;
}

static const struct wl_seat_listener seat_listener = {.capabilities = on_seat,
                                                      .name = on_seat_name};

static void drop_seat(struct seat *seat)
{
    drop_touch(seat);
    if (wl_seat_get_version(seat->wl) >= WL_SEAT_RELEASE_SINCE_VERSION) {
        wl_seat_release(seat->wl);
    } else {
        wl_seat_destroy(seat->wl);
    }
    free(seat);
}

/* ---- globals ---- */

static void on_global(void *user, struct wl_registry *registry, uint32_t name,
                      const char *interface, uint32_t version)
{
    struct wayland *l = user;
    if (strcmp(interface, wl_shm_interface.name) == 0 && !l->shm) {
        l->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
    } else if (strcmp(interface, wl_seat_interface.name) == 0) {
        struct seat *seat = mem_zero(1, sizeof *seat);
        *seat = (struct seat){.next = l->seats, .wayland = l, .name = name};
        seat->wl = wl_registry_bind(registry, name, &wl_seat_interface,
                                    version < SEAT_VERSION ? version : SEAT_VERSION);
        wl_seat_add_listener(seat->wl, &seat_listener, seat);
        l->seats = seat;
    }
}

static void on_global_gone(void *user, struct wl_registry *registry, uint32_t name)
{
    struct wayland *l = user;
    (void)registry;
    for (struct seat **at = &l->seats; *at; at = &(*at)->next) {
        struct seat *seat = *at;
        if (seat->name == name) {
            *at = seat->next;
            drop_seat(seat);
            return;
        }
    }
}

static const struct wl_registry_listener registry_listener = {.global = on_global,
                                                              .global_remove = on_global_gone};

struct wayland *wayland_open(SDL_Window *window, struct err *err)
{
    struct SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_WAYLAND) {
        err_set(err, ERR_ENV, "SDL does not name its Wayland surface");
        return NULL;
    }
    struct wayland *l = mem_zero(1, sizeof *l);
    l->window = window;
    l->display = info.info.wl.display;
    l->surface = info.info.wl.surface;
    l->queue = wl_display_create_queue(l->display);
    l->display_here = wl_proxy_create_wrapper(l->display);
    l->surface_here = wl_proxy_create_wrapper(l->surface);
    if (!l->queue || !l->display_here || !l->surface_here) {
        err_out_of_memory();
    }
    wl_proxy_set_queue((struct wl_proxy *)l->display_here, l->queue);
    wl_proxy_set_queue((struct wl_proxy *)l->surface_here, l->queue);
    l->registry = wl_display_get_registry(l->display_here);
    wl_registry_add_listener(l->registry, &registry_listener, l);
    /* two roundtrips: the globals, then the seats' capabilities */
    if (wl_display_roundtrip_queue(l->display, l->queue) < 0 ||
        wl_display_roundtrip_queue(l->display, l->queue) < 0 || !l->shm) {
        err_set(err, ERR_ENV, "the Wayland compositor offers no shared memory (wl_shm)");
        wayland_close(l);
        return NULL;
    }
    return l;
}

/* ---- frames ---- */

static void drop_buffer(struct wayland *l, struct buffer *b)
{
    struct buffer **at = &l->buffers;
    while (*at != b) {
        at = &(*at)->next;
    }
    *at = b->next;
    memset(b->pixels, 0, b->size); /* the compositor may keep its mapping for a while */
    munmap(b->pixels, b->size);
    wl_buffer_destroy(b->wl);
    free(b);
}

static void on_release(void *user, struct wl_buffer *wl)
{
    struct buffer *b = user;
    (void)wl;
    b->busy = false;
    if (b->old) {
        drop_buffer(b->wayland, b);
    }
}

static const struct wl_buffer_listener buffer_listener = {.release = on_release};

/* Mark all buffers as old; the one on screen stays until the next frame is shown. */
static void retire_buffers(struct wayland *l)
{
    for (struct buffer *b = l->buffers, *next; b; b = next) {
        next = b->next;
        b->old = true;
        if (!b->busy) {
            drop_buffer(l, b);
        }
    }
    l->painted = l->last = NULL;
}

static struct buffer *make_buffer(struct wayland *l)
{
    int stride = l->w * 4;
    size_t size = (size_t)stride * (size_t)l->h;
    int fd = memfd_create("suhbat-frame", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        err_out_of_memory();
    }
    void *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (pixels == MAP_FAILED) {
        err_out_of_memory();
    }
    struct buffer *b = mem_zero(1, sizeof *b);
    struct wl_shm_pool *pool = wl_shm_create_pool(l->shm, fd, (int32_t)size);
    *b = (struct buffer){.next = l->buffers, .wayland = l, .pixels = pixels, .size = size};
    b->wl = wl_shm_pool_create_buffer(pool, 0, l->w, l->h, stride, WL_SHM_FORMAT_XRGB8888);
    wl_buffer_add_listener(b->wl, &buffer_listener, b);
    wl_shm_pool_destroy(pool);
    close(fd);
    return l->buffers = b;
}

/* Get an unused buffer, or make one; NULL if the compositor reads them all. */
static struct buffer *free_buffer(struct wayland *l)
{
    int count = 0;
    for (struct buffer *b = l->buffers; b; b = b->next) {
        if (!b->old && !b->busy) {
            return b;
        }
        count += !b->old;
    }
    return count < BUFFERS ? make_buffer(l) : NULL;
}

void *wayland_pixels(struct wayland *l, int w, int h)
{
    if (w != l->w || h != l->h) { /* show at once, or the old frame is stretched */
        retire_buffers(l);
        l->w = w;
        l->h = h;
        if (l->shown) {
            wl_callback_destroy(l->shown);
            l->shown = NULL;
        }
    }
    l->painted = l->shown ? NULL : free_buffer(l);
    l->refused = l->refused || !l->painted;
    return l->painted ? l->painted->pixels : NULL;
}

static void on_shown(void *user, struct wl_callback *callback, uint32_t ms)
{
    struct wayland *l = user;
    (void)ms;
    wl_callback_destroy(callback);
    l->shown = NULL;
}

static const struct wl_callback_listener shown_listener = {.done = on_shown};

static void commit(struct wayland *l, struct buffer *b)
{
    if (!l->shown) {
        l->shown = wl_surface_frame(l->surface_here);
        wl_callback_add_listener(l->shown, &shown_listener, l);
    }
    wl_surface_attach(l->surface, b->wl, 0, 0);
    wl_surface_damage(l->surface, 0, 0, INT32_MAX, INT32_MAX);
    wl_surface_commit(l->surface);
    b->busy = true;
    l->last = b;
    l->refused = false;
    wl_display_flush(l->display);
}

void wayland_show(struct wayland *l)
{
    assert(l->painted); /* wayland_pixels() gave a buffer */
    commit(l, l->painted);
    l->painted = NULL;
}

void wayland_blank(struct wayland *l, colour paper)
{
    for (struct buffer *b = l->buffers; b; b = b->next) {
        for (size_t i = 0; i < b->size / sizeof *b->pixels; i++) {
            b->pixels[i] = paper;
        }
    }
    if (l->last) {
        commit(l, l->last);
    }
    l->refused = false; /* blanking does not request a frame */
}

bool wayland_dispatch(struct wayland *l)
{
    wl_display_dispatch_queue_pending(l->display, l->queue);
    if (!l->refused || l->shown || !free_buffer(l)) {
        return false;
    }
    l->refused = false;
    return true;
}

bool wayland_contact(struct wayland *l, struct touch_contact *contact)
{
    if (l->contact_first == l->contact_count) {
        return false;
    }
    *contact = l->contacts[l->contact_first];
    secret_wipe(&l->contacts[l->contact_first++], sizeof *contact); /* reveals keys pressed */
    return true;
}

bool wayland_touches(const struct wayland *l)
{
    for (const struct seat *s = l->seats; s; s = s->next) {
        if (s->touch) {
            return true;
        }
    }
    return false;
}

int wayland_fd(const struct wayland *l)
{
    return wl_display_get_fd(l->display);
}

void wayland_flush(struct wayland *l)
{
    wl_display_flush(l->display);
}

void wayland_close(struct wayland *l)
{
    if (!l) {
        return;
    }
    while (l->buffers) {
        drop_buffer(l, l->buffers);
    }
    while (l->seats) {
        struct seat *seat = l->seats;
        l->seats = seat->next;
        drop_seat(seat);
    }
    if (l->shown) {
        wl_callback_destroy(l->shown);
    }
    if (l->shm) {
        wl_shm_destroy(l->shm);
    }
    wl_registry_destroy(l->registry);
    wl_proxy_wrapper_destroy(l->surface_here);
    wl_proxy_wrapper_destroy(l->display_here);
    wl_event_queue_destroy(l->queue);
    free(l->contacts);
    free(l);
}
