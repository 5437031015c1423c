/* SPDX-License-Identifier: Apache-2.0 */
/* platform/machine, and the page that offers it: a real bus, and stand-ins for logind and
 * timedated. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "platform/machine/clock.h"
#include "platform/machine/desktop.h"
#include "tests/lib/bus.h"
#include "tests/lib/steps.h"

static struct services {
    sd_bus *bus;
    pthread_t thread;
    atomic_bool stop;
    atomic_int brightness, ntp_off, powered[DESKTOP_POWER_COUNT];
    _Atomic int64_t time_us;
    char zone[64];
    bool refuses;
} services;

static int on_brightness(sd_bus_message *m, void *user, sd_bus_error *error)
{
    const char *kind, *name;
    uint32_t level;
    (void)user, (void)error;
    assert_true(sd_bus_message_read(m, "ssu", &kind, &name, &level) >= 0);
    assert_string_equal(kind, "backlight");
    assert_string_equal(name, "panel");
    services.brightness = (int)level;
    return sd_bus_reply_method_return(m, "");
}

static int refused(sd_bus_message *m)
{
    return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_ACCESS_DENIED, "Access denied");
}

static int on_power(sd_bus_message *m, void *user, sd_bus_error *error)
{
    int asks;
    (void)user, (void)error;
    sd_bus_message_read(m, "b", &asks);
    assert_int_equal(asks, 0); /* nobody could answer */
    if (services.refuses) {
        return refused(m);
    }
    const char *what = sd_bus_message_get_member(m);
    services.powered[strcmp(what, "PowerOff") == 0 ? DESKTOP_OFF
                     : strcmp(what, "Reboot") == 0 ? DESKTOP_RESTART
                                                   : DESKTOP_SLEEP]++;
    return sd_bus_reply_method_return(m, "");
}

static int on_ntp(sd_bus_message *m, void *user, sd_bus_error *error)
{
    int on, asks;
    (void)user, (void)error;
    sd_bus_message_read(m, "bb", &on, &asks);
    services.ntp_off += !on;
    return sd_bus_reply_method_errorf(m, "org.freedesktop.timedate1.NoNTPSupport", "no NTP");
}

static int on_time(sd_bus_message *m, void *user, sd_bus_error *error)
{
    int64_t us;
    int relative, asks;
    (void)user, (void)error;
    sd_bus_message_read(m, "xbb", &us, &relative, &asks);
    assert_int_equal(relative, 0);
    if (services.refuses) {
        return refused(m);
    }
    services.time_us = us;
    return sd_bus_reply_method_return(m, "");
}

static int on_zone(sd_bus_message *m, void *user, sd_bus_error *error)
{
    const char *zone;
    int asks;
    (void)user, (void)error;
    sd_bus_message_read(m, "sb", &zone, &asks);
    snprintf(services.zone, sizeof services.zone, "%s", zone);
    return sd_bus_reply_method_return(m, "");
}

static int get_zone(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *reply, void *user, sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)user, (void)error;
    return sd_bus_message_append(reply, "s", services.zone);
}

static const sd_bus_vtable session_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("SetBrightness", "ssu", "", on_brightness, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};
static const sd_bus_vtable manager_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("PowerOff", "b", "", on_power, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Reboot", "b", "", on_power, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Suspend", "b", "", on_power, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};
static const sd_bus_vtable clock_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("SetNTP", "bb", "", on_ntp, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("SetTime", "xbb", "", on_time, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("SetTimezone", "sb", "", on_zone, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("Timezone", "s", get_zone, 0, 0),
    SD_BUS_VTABLE_END,
};

static void *serve(void *user)
{
    (void)user;
    while (!services.stop) {
        while (sd_bus_process(services.bus, NULL) > 0) {
        }
        sd_bus_wait(services.bus, 10000);
    }
    return NULL;
}

static char lights[] = "/tmp/suhbat-lights-XXXXXX";

static void put_light(const char *what, const char *value)
{
    struct err err = {0};
    char path[96];
    snprintf(path, sizeof path, "%s/panel/%s", lights, what);
    OK(file_write(path, value, strlen(value), 0600, true, &err));
}

static void services_start(void)
{
    memset(&services, 0, sizeof services);
    strcpy(services.zone, "Asia/Bishkek");
    assert_true(sd_bus_open_system(&services.bus) >= 0);
    assert_true(sd_bus_add_object_vtable(services.bus, NULL, "/org/freedesktop/login1/session/auto",
                                         "org.freedesktop.login1.Session", session_vtable,
                                         NULL) >= 0);
    assert_true(sd_bus_add_object_vtable(services.bus, NULL, "/org/freedesktop/login1",
                                         "org.freedesktop.login1.Manager", manager_vtable,
                                         NULL) >= 0);
    assert_true(sd_bus_add_object_vtable(services.bus, NULL, "/org/freedesktop/timedate1",
                                         "org.freedesktop.timedate1", clock_vtable, NULL) >= 0);
    assert_true(sd_bus_request_name(services.bus, "org.freedesktop.login1", 0) >= 0);
    assert_true(sd_bus_request_name(services.bus, "org.freedesktop.timedate1", 0) >= 0);
    assert_int_equal(pthread_create(&services.thread, NULL, serve, NULL), 0);
}

static void services_stop(void)
{
    services.stop = true;
    pthread_join(services.thread, NULL);
    sd_bus_close_unref(services.bus);
    bus_stop();
}

static void test_machine__asks_logind_and_timedated(void **state)
{
    (void)state;
    struct err err = {0};
    char zone[DESKTOP_ZONE];
    if (no_bus()) {
        skip();
    }
    services_start();
    desktop_backlights = "/nonexistent";
    assert_int_equal(desktop_brightness(), -1);
    assert_false(desktop_set_brightness(50, &err));
    desktop_backlights = lights;
    put_light("max_brightness", "200\n");
    put_light("brightness", "51\n");
    assert_int_equal(desktop_brightness(), 26);
    OK(desktop_set_brightness(75, &err));
    assert_int_equal(services.brightness, 150);
    put_light("max_brightness", "7\n"); /* a screen of seven steps is never put out */
    OK(desktop_set_brightness(1, &err));
    assert_int_equal(services.brightness, 1);
    OK(desktop_set_clock(1800000000123, &err));
    assert_int_equal(services.time_us, 1800000000123000);
    assert_int_equal(services.ntp_off, 1);
    desktop_zone(zone);
    assert_string_equal(zone, "Asia/Bishkek");
    OK(desktop_set_zone("Asia/Dushanbe", &err));
    desktop_zone(zone);
    assert_string_equal(zone, "Asia/Dushanbe");
    for (int what = 0; what < DESKTOP_POWER_COUNT; what++) {
        OK(desktop_power((enum desktop_power)what, &err));
        assert_int_equal(services.powered[what], 1);
    }
    services.refuses = true;
    assert_false(desktop_power(DESKTOP_OFF, &err));
    assert_int_equal(err.code, ERR_ENV);
    assert_string_equal(err.what, "Access denied");
    assert_false(desktop_set_clock(1, &err));
    services_stop();
    assert_false(desktop_set_clock(1, &err)); /* no bus at all */
    desktop_zone(zone);
    assert_string_equal(zone, "");
}

/* What is asked of a service comes back a moment later. */
static void settle(struct scene *s)
{
    for (int i = 0; i < 500 && s->app.task.task; i++) {
        usleep(5000);
        scene_event_alone(s, (struct window_event){.kind = WINDOW_SAVED});
    }
    assert_null(s->app.task.task);
}

static void open_page(struct scene *s)
{
    s->app.options.kiosk = true;
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "machine"));
    settle(s);
    assert_int_equal(s->app.screen, SCREEN_MACHINE);
}

static void test_machine__its_page_sets_what_is_touched(void **state)
{
    (void)state;
    struct scene s;
    if (no_bus()) {
        skip();
    }
    services_start();
    desktop_backlights = lights;
    put_light("max_brightness", "100\n");
    put_light("brightness", "50\n");
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(&s, window, widgets, "widgets", &look);
    scene_unlock(&s);
    assert_true(scene_tap(&s, "menu"));
    assert_null(scene_find(&s, "machine")); /* a desktop has its own */
    assert_true(scene_tap(&s, "back"));
    open_page(&s);
    assert_true(scene_tap(&s, "bright:75"));
    settle(&s);
    assert_int_equal(services.brightness, 75);
    assert_true(scene_tap(&s, "zone"));
    assert_true(scene_tap(&s, "zone:1"));
    settle(&s);
    assert_string_equal(services.zone, "Asia/Dushanbe");
    assert_true(shows(&s, "Душанбе"));
    assert_null(scene_find(&s, "zone:1"));
    /* the 31st of February is no day; the 28th at 9:05 is one */
    clock_pretend(1800000000000);
    assert_true(scene_tap(&s, "clock"));
    while (!shows(&s, "31")) {
        assert_true(scene_tap(&s, "more:0"));
    }
    for (int k = 0; k < 11; k++) { /* January 2027 … */
        assert_true(scene_tap(&s, "less:1"));
    }
    assert_true(scene_tap(&s, "clock-set"));
    settle(&s);
    assert_int_equal(services.time_us, 0);
    assert_true(shows(&s, "31.02.2027"));
    for (int k = 0; k < 3; k++) {
        assert_true(scene_tap(&s, "less:0"));
    }
    assert_true(scene_tap(&s, "clock-set"));
    settle(&s);
    int64_t set = services.time_us / 1000, local = set + (int64_t)clock_zone_minutes(set) * 60000;
    int year, month, day;
    clock_civil(local / 86400000, &year, &month, &day);
    assert_int_equal(year, 2027);
    assert_int_equal(month, 2);
    assert_int_equal(day, 28);
    clock_pretend(0);
    /* switching off asks once, and locks first */
    assert_true(scene_tap(&s, "off"));
    assert_true(scene_tap(&s, "keep"));
    assert_true(scene_tap(&s, "off"));
    assert_true(scene_tap(&s, "power-yes"));
    settle(&s);
    assert_int_equal(services.powered[DESKTOP_OFF], 1);
    assert_int_equal(s.app.screen, SCREEN_UNLOCK);
    assert_null(app_state(&s.app, SCREEN_MACHINE)); /* wiped */
    scene_unlock(&s);
    open_page(&s);
    services.refuses = true;
    assert_true(scene_tap(&s, "sleep"));
    settle(&s);
    assert_true(shows(&s, "Access denied"));
    assert_true(scene_tap(&s, "back"));
    assert_int_equal(s.app.screen, SCREEN_SETTINGS);
    scene_close(&s);
    services_stop();
}

static void test_machine__an_interview_waits_for_a_clock_that_is_wrong(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(s, window, widgets, "widgets", &look);
    clock_pretend(1700000000000); /* 2023: before the program was made */
    scene_unlock(s);
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
    assert_int_equal(s->app.sheet, SHEET_CLOCK);
    assert_null(s->app.interview);
    assert_true(shows(s, "14.11.2023") || shows(s, "15.11.2023"));
    assert_null(scene_find(s, "machine"));
    assert_true(scene_tap(s, "cancel"));
    assert_null(s->app.interview);
    assert_true(scene_tap(s, "form:0"));
    assert_true(scene_tap(s, "all-the-same"));
    assert_non_null(s->app.interview);
    clock_pretend(0);
}

static void test_machine__a_kiosk_locks_when_it_sleeps(void **state)
{
    (void)state;
    struct scene s;
    for (int kiosk = 0; kiosk < 2; kiosk++) {
        open_interview(&s);
        s.app.options.kiosk = kiosk == 1;
        scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP});
        scene_event(&s, (struct window_event){.kind = WINDOW_AWAKE});
        assert_int_equal(s.app.screen, kiosk ? SCREEN_UNLOCK : SCREEN_INTERVIEW);
        scene_close(&s);
    }
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine__asks_logind_and_timedated),
        cmocka_unit_test(test_machine__its_page_sets_what_is_touched),
        SCENE_TEST(test_machine__an_interview_waits_for_a_clock_that_is_wrong),
        cmocka_unit_test(test_machine__a_kiosk_locks_when_it_sleeps),
    };
    return bus_tests(tests, sizeof tests / sizeof *tests);
}

int main(void)
{
    char path[96];
    assert_non_null(mkdtemp(lights));
    snprintf(path, sizeof path, "%s/panel", lights);
    mkdir(path, 0700);
    int failed = steps_run(run);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/panel/%s", lights, i ? "brightness" : "max_brightness");
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/panel", lights);
    rmdir(path);
    rmdir(lights);
    return failed;
}
