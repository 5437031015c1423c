/* SPDX-License-Identifier: Apache-2.0 */
/* Is the machine about to sleep, and may it?  Source: logind's D-Bus interface,
 * org.freedesktop.login1(5), "Inhibitor locks". */
#include "platform/sleep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "platform/arena.h"

static const char service[] = "org.freedesktop.login1", object[] = "/org/freedesktop/login1",
                  manager[] = "org.freedesktop.login1.Manager";
enum { STACK = 256 * 1024, CALL_USEC = 10 * 1000000 };

struct sleep_watch {
    sleep_news *news;
    void *user;
    sd_bus *bus; /* the thread's own */
    pthread_t thread;
    int stop; /* eventfd: end the thread */
    pthread_mutex_t mutex;
    int lock; /* logind's delay lock, or -1 */
    bool near;
};

/* `answer`: only if the sleep that it was asked for is still to come; an answer that comes after
 * waking is not for the next one. */
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

static void take_lock(struct sleep_watch *w)
{
    sd_bus_message *reply = NULL;
    int fd = -1;
    if (sd_bus_call_method(w->bus, service, object, manager, "Inhibit", NULL, &reply, "ssss",
                           "sleep", "suhbat", "Answers are put away", "delay") >= 0 &&
        sd_bus_message_read(reply, "h", &fd) >= 0) {
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message's own goes with it */
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
        w->news(w->user, near);
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
        take_lock(w); /* for the next time */
    }
    return 0;
}

static bool begin(struct sleep_watch *w)
{
    if (sd_bus_open_system(&w->bus) < 0) {
        return false;
    }
    sd_bus_set_method_call_timeout(w->bus, CALL_USEC);
    if (sd_bus_match_signal(w->bus, NULL, service, object, manager, "PrepareForSleep", on_signal,
                            w) < 0) {
        return false;
    }
    take_lock(w);
    return true;
}

/* Until there is something to read, or the end: false. */
static bool wait_for_news(struct sleep_watch *w)
{
    struct pollfd fds[] = {{.fd = sd_bus_get_fd(w->bus)}, {.fd = w->stop, .events = POLLIN}};
    int events = sd_bus_get_events(w->bus);
    uint64_t until = UINT64_MAX;
    int timeout = -1;
    if (events < 0 || sd_bus_get_timeout(w->bus, &until) < 0) {
        return false;
    }
    if (until != UINT64_MAX) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        uint64_t now = (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
        timeout = until > now ? (int)((until - now) / 1000) + 1 : 0;
    }
    fds[0].events = (short)events;
    int n = poll(fds, 2, timeout);
    return (n >= 0 || errno == EINTR) && !fds[1].revents;
}

static void *run(void *user)
{
    struct sleep_watch *w = user;
    bool on = begin(w);
    while (on) {
        int done = sd_bus_process(w->bus, NULL);
        on = done > 0 || (done == 0 && wait_for_news(w));
    }
    tell(w, false); /* the bus is gone: nobody would say that the sleep is over */
    drop_lock(w, false);
    sd_bus_close_unref(w->bus);
    return NULL;
}

struct sleep_watch *sleep_watch(sleep_news *news, void *user)
{
    struct sleep_watch *w = mem_zero(1, sizeof *w);
    pthread_attr_t attr;
    *w = (struct sleep_watch){.news = news, .user = user, .lock = -1};
    pthread_mutex_init(&w->mutex, NULL);
    w->stop = eventfd(0, EFD_CLOEXEC);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    bool on = w->stop >= 0 && pthread_create(&w->thread, &attr, run, w) == 0;
    pthread_attr_destroy(&attr);
    if (!on) {
        if (w->stop >= 0) {
            close(w->stop);
        }
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
        (void)!eventfd_write(w->stop, 1);
        pthread_join(w->thread, NULL);
        close(w->stop);
        pthread_mutex_destroy(&w->mutex);
        free(w);
    }
}
