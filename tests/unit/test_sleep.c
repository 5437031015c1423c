/* SPDX-License-Identifier: Apache-2.0 */
/* platform/machine/sleep: a real bus, and a stand-in for logind on it. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include "platform/machine/arena.h"
#include "platform/machine/sleep.h"
#include "tests/lib/bus.h"

/* ---- logind's part: Inhibit gives the writing end of a pipe, which hangs up when it is let go
 * ---- */

struct logind {
    sd_bus *bus;
    int ends[8]; /* reading ends of the locks that were given */
    int given;
};

static int on_inhibit(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct logind *l = user;
    const char *what, *who, *why, *mode;
    int ends[2];
    (void)error;
    assert_true(sd_bus_message_read(message, "ssss", &what, &who, &why, &mode) >= 0);
    assert_string_equal(what, "sleep");
    assert_string_equal(mode, "delay");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    l->ends[l->given++] = ends[0];
    int status = sd_bus_reply_method_return(message, "h", ends[1]);
    close(ends[1]);
    return status;
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Inhibit", "ssss", "h", on_inhibit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("PrepareForSleep", "b", 0),
    SD_BUS_VTABLE_END,
};

static void logind_start(struct logind *l)
{
    memset(l, 0, sizeof *l);
    assert_true(sd_bus_open_system(&l->bus) >= 0);
    assert_true(sd_bus_add_object_vtable(l->bus, NULL, "/org/freedesktop/login1",
                                         "org.freedesktop.login1.Manager", vtable, l) >= 0);
    assert_true(sd_bus_request_name(l->bus, "org.freedesktop.login1", 0) >= 0);
}

static void logind_stop(struct logind *l)
{
    for (int i = 0; i < l->given; i++) {
        close(l->ends[i]);
    }
    sd_bus_close_unref(l->bus);
}

static void serve(struct logind *l, int ms)
{
    while (sd_bus_process(l->bus, NULL) > 0) {
    }
    sd_bus_wait(l->bus, (uint64_t)ms * 1000);
    while (sd_bus_process(l->bus, NULL) > 0) {
    }
}

static void say(struct logind *l, bool near)
{
    assert_true(sd_bus_emit_signal(l->bus, "/org/freedesktop/login1",
                                   "org.freedesktop.login1.Manager", "PrepareForSleep", "b",
                                   (int)near) >= 0);
    sd_bus_flush(l->bus);
}

static bool let_go(const struct logind *l, int lock)
{
    struct pollfd p = {.fd = l->ends[lock], .events = POLLIN};
    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

/* ---- what the watch said ---- */

struct heard {
    pthread_mutex_t mutex;
    char said[16]; /* 's'leep, 'a'wake */
    int count;
};

static void on_news(void *user, bool near)
{
    struct heard *h = user;
    pthread_mutex_lock(&h->mutex);
    h->said[h->count++] = near ? 's' : 'a';
    pthread_mutex_unlock(&h->mutex);
}

/* At most five seconds; `l` (may be NULL) serves meanwhile. */
static bool hears(struct heard *h, struct logind *l, const char *all)
{
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&h->mutex);
        bool same = strcmp(h->said, all) == 0;
        pthread_mutex_unlock(&h->mutex);
        if (same) {
            return true;
        }
        if (l) {
            serve(l, 10);
        } else {
            usleep(10000);
        }
    }
    return false;
}

static bool gives(struct logind *l, int locks)
{
    for (int i = 0; i < 500 && l->given < locks; i++) {
        serve(l, 10);
    }
    return l->given == locks;
}

static void watched(struct logind *l, struct sleep_watch **w, struct heard *h)
{
    logind_start(l);
    *w = sleep_watch(on_news, h);
    assert_non_null(*w);
    assert_true(gives(l, 1));
}

static void test_sleep__the_machine_waits_until_all_is_put_away(void **state)
{
    (void)state;
    struct logind l;
    struct heard h = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    if (no_bus()) {
        skip();
    }
    struct sleep_watch *w;
    watched(&l, &w, &h);
    assert_false(let_go(&l, 0));
    say(&l, true);
    assert_true(hears(&h, &l, "s"));
    serve(&l, 50);
    assert_false(let_go(&l, 0)); /* not before it is ready */
    sleep_ready(w);
    assert_true(let_go(&l, 0));
    say(&l, false);
    assert_true(hears(&h, &l, "sa"));
    assert_true(gives(&l, 2)); /* for the next time */
    assert_false(let_go(&l, 1));
    say(&l, true);
    assert_true(hears(&h, &l, "sas"));
    sleep_ready(w);
    sleep_ready(w); /* once more does no harm */
    assert_true(let_go(&l, 1));
    sleep_unwatch(w); /* nobody would tell of waking now, so that is told */
    assert_true(hears(&h, NULL, "sasa"));
    logind_stop(&l);
    bus_stop();
}

static void test_sleep__a_bus_that_dies_leaves_nobody_in_the_dark(void **state)
{
    (void)state;
    struct logind l;
    struct heard h = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    if (no_bus()) {
        skip();
    }
    struct sleep_watch *w;
    watched(&l, &w, &h);
    say(&l, true);
    assert_true(hears(&h, &l, "s"));
    bus_stop();
    assert_true(hears(&h, NULL, "sa"));
    assert_true(let_go(&l, 0));
    sleep_unwatch(w);
    logind_stop(&l);
}

static void test_sleep__without_logind_or_bus_nothing_is_told(void **state)
{
    (void)state;
    struct heard h = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    struct sleep_watch *w = sleep_watch(on_news, &h);
    assert_non_null(w);
    sleep_ready(w);
    sleep_unwatch(w);
    assert_string_equal(h.said, "");
    if (no_bus()) {
        skip();
    }
    w = sleep_watch(on_news, &h); /* a bus, but nobody who knows of sleep */
    usleep(200000);
    sleep_ready(w);
    sleep_unwatch(w);
    assert_string_equal(h.said, "");
    bus_stop();
    sleep_unwatch(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleep__the_machine_waits_until_all_is_put_away),
        cmocka_unit_test(test_sleep__a_bus_that_dies_leaves_nobody_in_the_dark),
        cmocka_unit_test(test_sleep__without_logind_or_bus_nothing_is_told),
    };
    return bus_tests(tests, sizeof tests / sizeof *tests);
}
