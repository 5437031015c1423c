/* SPDX-License-Identifier: Apache-2.0 */
/* Watches for sleep and delays it.  Source: logind's D-Bus interface,
 * org.freedesktop.login1(5), "Inhibitor locks". */
#include "platform/machine/sleep.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/machine/arena.h"
#include "platform/machine/bus.h"

static const char service[] = "org.freedesktop.login1", object[] = "/org/freedesktop/login1",
                  manager[] = "org.freedesktop.login1.Manager";

struct sleep_watch {
    sleep_on_change *on_change;
    void *user;
    struct bus_thread *thread;
    pthread_mutex_t mutex;
    int lock; /* logind's delay lock, or -1 */
    bool near;
};

/* Release the delay lock.  With `answer`, only if sleep is still near: a late answer must not
 * release the lock for the next sleep. */
static void drop_lock(struct sleep_watch *w, bool answer)
{
    pthread_mutex_lock(&w->mutex);
    if (answer && !w->near) {
        pthread_mutex_unlock(&w->mutex);
        return;
    }
    if (w->lock >= 0) {
        close(w->lock);
    }
    w->lock = -1;
    pthread_mutex_unlock(&w->mutex);
}

static void take_lock(struct sleep_watch *w, sd_bus *bus)
{
    sd_bus_message *reply = NULL;
    int fd = -1;
    if (sd_bus_call_method(bus, service, object, manager, "Inhibit", NULL, &reply, "ssss", "sleep",
                           "suhbat", "Answers are put away", "delay") >= 0 &&
        sd_bus_message_read(reply, "h", &fd) >= 0) {
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message closes its own descriptor */
    } else {
        fd = -1;
    }
    sd_bus_message_unref(reply);
    drop_lock(w, false);
    pthread_mutex_lock(&w->mutex);
    w->lock = fd;
    pthread_mutex_unlock(&w->mutex);
}

static void tell(struct sleep_watch *w, bool near)
{
    pthread_mutex_lock(&w->mutex);
    bool fresh = w->near != near;
    w->near = near;
    pthread_mutex_unlock(&w->mutex);
    if (fresh) {
        w->on_change(w->user, near);
    }
}

static int on_signal(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct sleep_watch *w = user;
    int near = 0;
    (void)error;
    if (sd_bus_message_read(message, "b", &near) < 0) {
        return 0;
    }
    tell(w, near != 0);
    if (!near) {
        take_lock(w, sd_bus_message_get_bus(message)); /* for the next sleep */
    }
    return 0;
}

static bool begin(sd_bus *bus, void *user)
{
    if (sd_bus_match_signal(bus, NULL, service, object, manager, "PrepareForSleep", on_signal,
                            user) < 0) {
        return false;
    }
    take_lock(user, bus);
    return true;
}

static void end(void *user)
{
    tell(user, false); /* the bus is gone and cannot report the end of the sleep */
    drop_lock(user, false);
}

static const struct bus_listener listener = {.begin = begin, .end = end};

struct sleep_watch *sleep_watch(sleep_on_change *on_change, void *user)
{
    assert(on_change);
    struct sleep_watch *w = mem_zero(1, sizeof *w);
    *w = (struct sleep_watch){.on_change = on_change, .user = user, .lock = -1};
    pthread_mutex_init(&w->mutex, NULL);
    w->thread = bus_begin(&listener, w);
    if (!w->thread) {
        pthread_mutex_destroy(&w->mutex);
        free(w);
        return NULL;
    }
    return w;
}

void sleep_ready(struct sleep_watch *w)
{
    drop_lock(w, true);
}

void sleep_unwatch(struct sleep_watch *w)
{
    if (w) {
        bus_end(w->thread);
        pthread_mutex_destroy(&w->mutex);
        free(w);
    }
}
