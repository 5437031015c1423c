/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a thread that dispatches system bus messages until it is told to end. */
#include "platform/machine/bus.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/arena.h"

enum { STACK = 256 * 1024 };

struct bus_thread {
    const struct bus_listener *listener;
    void *user;
    pthread_t thread;
    int stop; /* eventfd */
};

/* Wait until there is something to read; false if the thread should end. */
static bool wait_for_message(sd_bus *bus, int stop)
{
    struct pollfd fds[] = {{.fd = sd_bus_get_fd(bus)}, {.fd = stop, .events = POLLIN}};
    int events = sd_bus_get_events(bus);
    uint64_t until = UINT64_MAX;
    int timeout = -1;
    if (events < 0 || sd_bus_get_timeout(bus, &until) < 0) {
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

/* Call `rest` until no message is left: messages received during its calls are already in
 * memory, so poll would not wake for them. */
static int rest_until_quiet(struct bus_thread *t, sd_bus *bus)
{
    int done;
    do {
        if (t->listener->rest) {
            t->listener->rest(bus, t->user);
        }
        done = sd_bus_process(bus, NULL);
    } while (done > 0);
    return done;
}

static void *run(void *user)
{
    struct bus_thread *t = user;
    sd_bus *bus = NULL;
    bool on = sd_bus_open_system(&bus) >= 0;
    if (on) {
        sd_bus_set_method_call_timeout(bus, BUS_CALL_USEC);
        on = t->listener->begin(bus, t->user);
    }
    while (on) {
        int done = sd_bus_process(bus, NULL);
        done = done == 0 ? rest_until_quiet(t, bus) : done;
        on = done > 0 || (done == 0 && wait_for_message(bus, t->stop));
    }
    if (t->listener->end) {
        t->listener->end(t->user);
    }
    sd_bus_close_unref(bus);
    return NULL;
}

struct bus_thread *bus_begin(const struct bus_listener *listener, void *user)
{
    assert(listener->begin);
    struct bus_thread *t = mem_zero(1, sizeof *t);
    pthread_attr_t attr;
    *t = (struct bus_thread){.listener = listener, .user = user};
    t->stop = eventfd(0, EFD_CLOEXEC);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    bool on = t->stop >= 0 && pthread_create(&t->thread, &attr, run, t) == 0;
    pthread_attr_destroy(&attr);
    if (!on) {
        if (t->stop >= 0) {
            close(t->stop);
        }
        free(t);
        return NULL;
    }
    return t;
}

void bus_end(struct bus_thread *t)
{
    assert(t && !pthread_equal(t->thread, pthread_self()));
    (void)!eventfd_write(t->stop, 1);
    pthread_join(t->thread, NULL);
    close(t->stop);
    free(t);
}

const char *bus_words(const sd_bus_error *error, int result)
{
    return error->message ? error->message : strerror(-result);
}
