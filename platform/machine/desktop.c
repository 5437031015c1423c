/* SPDX-License-Identifier: Apache-2.0 */
/* Sets brightness, clock, time zone and power through logind and timedated. */
#include "platform/machine/desktop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/machine/arena.h"
#include "platform/machine/bus.h"
#include "platform/machine/file.h"

static const char login[] = "org.freedesktop.login1", login_path[] = "/org/freedesktop/login1",
                  login_manager[] = "org.freedesktop.login1.Manager",
                  login_session[] = "org.freedesktop.login1.Session",
                  own_session[] = "/org/freedesktop/login1/session/auto",
                  clock_service[] = "org.freedesktop.timedate1",
                  clock_path[] = "/org/freedesktop/timedate1";
enum { DARKEST = 1 };

#ifdef SUHBAT_TEST
const char *desktop_backlights = "/sys/class/backlight";
#else
static const char desktop_backlights[] = "/sys/class/backlight";
#endif

static sd_bus *open_bus(struct err *err)
{
    sd_bus *bus = NULL;
    int r = sd_bus_open_system(&bus);
    if (r < 0) {
        err_set(err, ERR_ENV, "the system bus does not answer: %s", strerror(-r));
        return NULL;
    }
    sd_bus_set_method_call_timeout(bus, BUS_CALL_USEC);
    return bus;
}

/* Report a call's result `r` and close the bus; true if the call succeeded. */
static bool close_bus(sd_bus *bus, sd_bus_error *error, int r, struct err *err)
{
    if (r < 0) {
        err_set(err, ERR_ENV, "%s", bus_words(error, r));
    }
    sd_bus_error_free(error);
    sd_bus_close_unref(bus);
    return r >= 0;
}

/* ---- brightness ---- */

struct backlight {
    char name[64];
    long now, max;
};

static long read_number(const char *name, const char *what)
{
    struct buf path = {0}, text = {0};
    long n = -1;
    buf_printf(&path, "%s/%s/%s", desktop_backlights, name, what);
    if (file_read(&text, path.data, 8192, NULL)) {
        n = strtol(text.data, NULL, 10);
    }
    buf_fini(&path);
    buf_fini(&text);
    return n;
}

/* Find the first backlight with a known maximum; false if there is none. */
static bool find_backlight(struct backlight *b)
{
    struct arena arena;
    const char **names;
    size_t count = 0;
    bool found = false;
    arena_init(&arena);
    if (file_folders(&arena, &names, &count, desktop_backlights, NULL)) {
        for (size_t i = 0; i < count && !found; i++) {
            b->now = read_number(names[i], "brightness");
            b->max = read_number(names[i], "max_brightness");
            found = b->now >= 0 && b->max > 0 && strlen(names[i]) < sizeof b->name;
            if (found) {
                strcpy(b->name, names[i]);
            }
        }
    }
    arena_fini(&arena);
    return found;
}

int desktop_brightness(void)
{
    struct backlight b;
    if (!find_backlight(&b)) {
        return -1;
    }
    int percent = (int)((b.now * 100 + b.max / 2) / b.max);
    return percent < DARKEST ? DARKEST : percent > 100 ? 100 : percent;
}

bool desktop_set_brightness(int percent, struct err *err)
{
    struct backlight b;
    sd_bus_error error = SD_BUS_ERROR_NULL;
    assert(percent >= DARKEST && percent <= 100);
    if (!find_backlight(&b)) {
        return err_set(err, ERR_ENV, "the screen has no brightness to set");
    }
    sd_bus *bus = open_bus(err);
    if (!bus) {
        return false;
    }
    long level = (b.max * percent + 50) / 100;
    int r = sd_bus_call_method(bus, login, own_session, login_session, "SetBrightness", &error,
                               NULL, "ssu", "backlight", b.name,
                               (uint32_t)(level > 0 ? level : 1)); /* not 0 (black) */
    return close_bus(bus, &error, r, err);
}

/* ---- clock ---- */

bool desktop_set_clock(int64_t wall_ms, struct err *err)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus *bus = open_bus(err);
    if (!bus) {
        return false;
    }
    int r = sd_bus_call_method(bus, clock_service, clock_path, clock_service, "SetNTP", &error,
                               NULL, "bb", 0, 0);
    if (r < 0) { /* no network time service to turn off: not an error */
        sd_bus_error_free(&error);
    }
    r = sd_bus_call_method(bus, clock_service, clock_path, clock_service, "SetTime", &error, NULL,
                           "xbb", wall_ms * 1000, 0, 0);
    return close_bus(bus, &error, r, err);
}

void desktop_zone(char zone[DESKTOP_ZONE])
{
    char *text = NULL;
    sd_bus *bus = open_bus(NULL);
    zone[0] = '\0';
    if (bus &&
        sd_bus_get_property_string(bus, clock_service, clock_path, clock_service, "Timezone", NULL,
                                   &text) >= 0 &&
        strlen(text) < DESKTOP_ZONE) {
        strcpy(zone, text);
    }
    free(text);
    sd_bus_close_unref(bus);
}

bool desktop_set_zone(const char *zone, struct err *err)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus *bus = open_bus(err);
    if (!bus) {
        return false;
    }
    int r = sd_bus_call_method(bus, clock_service, clock_path, clock_service, "SetTimezone", &error,
                               NULL, "sb", zone, 0);
    bool ok = close_bus(bus, &error, r, err);
    if (ok) {
        tzset(); /* /etc/localtime has changed */
    }
    return ok;
}

/* ---- power ---- */

bool desktop_power(enum desktop_power what, struct err *err)
{
    static const char *const methods[] = {
        [DESKTOP_OFF] = "PowerOff", [DESKTOP_RESTART] = "Reboot", [DESKTOP_SLEEP] = "Suspend"};
    static_assert(sizeof methods / sizeof *methods == DESKTOP_POWER_COUNT, "a method for each");
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus *bus = open_bus(err);
    if (!bus) {
        return false;
    }
    int r = sd_bus_call_method(bus, login, login_path, login_manager, methods[what], &error, NULL,
                               "b", 0);
    return close_bus(bus, &error, r, err);
}
