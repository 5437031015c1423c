/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that a desktop would offer, for the kiosk: brightness, clock, power. */
#include "app/screens/screen_machine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/shell/tasks.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/desktop.h"

static const struct {
    enum string_id label;
    int min, max;
} fields[] = {[FIELD_DAY] = {S_machine_day, 1, 31},
              [FIELD_MONTH] = {S_machine_month, 1, 12},
              [FIELD_YEAR] = {S_machine_year, 2026, 2099},
              [FIELD_HOUR] = {S_machine_hour, 0, 23},
              [FIELD_MINUTE] = {S_machine_minute, 0, 59}};
static_assert(sizeof fields / sizeof *fields == FIELD_COUNT, "limits for each field");

/* Time zones of the study's teams and respondents. */
static const struct {
    const char *id;
    enum string_id city;
} zones[] = {{"Asia/Bishkek", S_zone_bishkek},
             {"Asia/Dushanbe", S_zone_dushanbe},
             {"Asia/Tashkent", S_zone_tashkent},
             {"Asia/Almaty", S_zone_almaty},
             {"Europe/Moscow", S_zone_moscow},
             {"Asia/Yekaterinburg", S_zone_yekaterinburg},
             {"Asia/Novosibirsk", S_zone_novosibirsk},
             {"Europe/Istanbul", S_zone_istanbul},
             {"Asia/Seoul", S_zone_seoul}};
enum { ZONES = sizeof zones / sizeof *zones };

static struct machine_state *state_of(const struct app *app)
{
    return app_state(app, SCREEN_MACHINE);
}

static void read_clock(struct machine_state *p)
{
    int64_t now = clock_wall_ms(), local = now + (int64_t)clock_zone_minutes(now) * 60000;
    int64_t minutes = local / 60000 % (24 * 60);
    clock_civil(local / 86400000, &p->values[FIELD_YEAR], &p->values[FIELD_MONTH],
                &p->values[FIELD_DAY]);
    p->values[FIELD_HOUR] = (int)(minutes / 60);
    p->values[FIELD_MINUTE] = (int)(minutes % 60);
    if (p->values[FIELD_YEAR] < fields[FIELD_YEAR].min) { /* a clock without a battery: 1970 */
        p->values[FIELD_YEAR] = fields[FIELD_YEAR].min;
    }
}

/* ---- requests to the machine, as background tasks ---- */

struct asking {
    enum { ASK_BRIGHTNESS, ASK_CLOCK, ASK_ZONE, ASK_POWER, ASK_LOOK } what;
    int percent;
    int64_t wall_ms;
    char zone[DESKTOP_ZONE];
    enum desktop_power power;
};

static bool ask(void *context, struct err *err)
{
    struct asking *a = context;
    switch (a->what) {
    case ASK_BRIGHTNESS:
        return desktop_set_brightness(a->percent, err);
    case ASK_CLOCK:
        return desktop_set_clock(a->wall_ms, err);
    case ASK_ZONE:
        return desktop_set_zone(a->zone, err);
    case ASK_POWER:
        return desktop_power(a->power, err);
    case ASK_LOOK:
        desktop_zone(a->zone);
        return true;
    }
    return false;
}

static void answered(struct app *app, void *context, bool ok, const struct err *err)
{
    struct asking *a = context;
    struct machine_state *p = state_of(app);
    if (!ok) {
        app_trouble(app, err);
    }
    if (!p || !ok) {
        return;
    }
    if (a->what == ASK_LOOK || a->what == ASK_ZONE) {
        memcpy(p->zone, a->zone, sizeof p->zone);
        p->picks_zone = false;
    }
    if (a->what == ASK_CLOCK) {
        p->sets_clock = false;
        app_load_home(app); /* refreshes clock_doubt */
    }
}

static void begin_asking(struct app *app, struct asking asking)
{
    struct asking *a = mem_zero(1, sizeof *a);
    *a = asking;
    app_task(app, &(struct app_task){
                      .what = S_wait, .work = ask, .context = a, .drop = free, .end = answered});
}

/* ---- the page ---- */

void machine_open(struct app *app)
{
    *state_of(app) = (struct machine_state){.from = app->from, .asked = DESKTOP_POWER_COUNT};
    begin_asking(app, (struct asking){.what = ASK_LOOK});
}

static void heading(struct ui *ui, enum string_id id)
{
    ui_gap(ui, 18);
    ui_say(ui, TEXT_HEADING, ui_str(ui, id), ui->theme.ink);
    ui_gap(ui, 8);
}

static void show_brightness(struct app *app)
{
    static const int steps[] = {10, 25, 50, 75, 100};
    struct ui *ui = &app->ui;
    int now = desktop_brightness(), nearest = 0;
    if (now < 0) {
        return; /* an external screen has its own controls */
    }
    for (int i = 1; i < (int)(sizeof steps / sizeof *steps); i++) {
        nearest = abs(steps[i] - now) < abs(steps[nearest] - now) ? i : nearest;
    }
    heading(ui, S_machine_brightness);
    for (int i = 0; i < (int)(sizeof steps / sizeof *steps); i++) {
        const char *label =
            arena_printf(&ui->frame, ui->language == UI_EN ? "%d%%" : "%d\u00a0%%", steps[i]);
        if (ui_pill(ui, arena_printf(&ui->frame, "bright:%d", steps[i]), label, i == nearest,
                    false)) {
            begin_asking(app, (struct asking){.what = ASK_BRIGHTNESS, .percent = steps[i]});
        }
    }
    ui_pills_end(ui);
}

/* Steps a field, wrapping around: 31 goes on to 1. */
static void step_field(struct machine_state *p, enum machine_field f, int by)
{
    int span = fields[f].max - fields[f].min + 1;
    p->values[f] = fields[f].min + (p->values[f] - fields[f].min + by + span) % span;
}

static void show_field(struct app *app, enum machine_field f)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    struct machine_state *p = state_of(app);
    int h = ui_px(ui, UI_MAIN_DP), gap = ui_px(ui, 8), label_h;
    struct rect less = {x + w - 3 * h - 2 * gap, ui->at.y, h, h}, value = less, more = less;
    value.x += h + gap;
    more.x += 2 * (h + gap);
    label_h = ui_text_height(ui, less.x - x - gap, TEXT_BODY, ui_str(ui, fields[f].label));
    ui_text(ui, x, ui->at.y + (h - label_h) / 2, less.x - x - gap, TEXT_BODY,
            ui_str(ui, fields[f].label), ui->theme.ink);
    static const char *const signs[] = {"−", "+"};
    for (int n = 0; n < 2; n++) {
        struct rect r = n ? more : less;
        const char *id = arena_printf(&ui->frame, n ? "more:%d" : "less:%d", (int)f);
        ui_box(ui, r, 7, ui->theme.tint, ui->theme.ink, 1.5f);
        ui_text_centre(ui, r, TEXT_DIGIT, signs[n], ui->theme.ink);
        if (ui_target(ui, id, ROLE_STEP, r)) {
            step_field(p, f, n ? 1 : -1);
            ui->again = true;
        }
    }
    ui_text_centre(ui, value, TEXT_BODY_BOLD,
                   arena_printf(&ui->frame, f == FIELD_YEAR ? "%d" : "%02d", p->values[f]),
                   ui->theme.ink);
    ui->at.y += h + gap;
}

static void set_clock(struct app *app)
{
    struct machine_state *p = state_of(app);
    const int *v = p->values;
    if (!clock_is_date(v[FIELD_YEAR], v[FIELD_MONTH], v[FIELD_DAY])) {
        app_say_text(app,
                     ui_fill(&app->ui, S_machine_no_day,
                             arena_printf(&app->ui.frame, "%02d.%02d.%d", v[FIELD_DAY],
                                          v[FIELD_MONTH], v[FIELD_YEAR]),
                             NULL),
                     false);
        return;
    }
    int64_t local = clock_days(v[FIELD_YEAR], v[FIELD_MONTH], v[FIELD_DAY]) * 86400000 +
                    (int64_t)(v[FIELD_HOUR] * 60 + v[FIELD_MINUTE]) * 60000;
    int64_t wall = local - (int64_t)clock_zone_minutes(local) * 60000;
    wall = local - (int64_t)clock_zone_minutes(wall) * 60000; /* the offset of that very moment */
    begin_asking(app, (struct asking){.what = ASK_CLOCK, .wall_ms = wall});
}

static const char *zone_name(struct app *app, const char *id)
{
    if (!*id) {
        return "—"; /* unknown */
    }
    for (size_t i = 0; i < ZONES; i++) {
        if (strcmp(zones[i].id, id) == 0) {
            return ui_str(&app->ui, zones[i].city);
        }
    }
    return id;
}

static void show_zone(struct app *app)
{
    struct ui *ui = &app->ui;
    struct machine_state *p = state_of(app);
    const char *now = ui_fill(ui, S_machine_zone, zone_name(app, p->zone), NULL);
    if (ui_drop(ui, "zone", now, p->picks_zone)) {
        p->picks_zone = !p->picks_zone;
        ui->again = true;
    }
    for (size_t i = 0; p->picks_zone && i < ZONES; i++) {
        const char *id = arena_printf(&ui->frame, "zone:%zu", i);
        if (ui_choice(ui, id, ui_str(ui, zones[i].city), strcmp(zones[i].id, p->zone) == 0,
                      false)) {
            struct asking a = {.what = ASK_ZONE};
            snprintf(a.zone, sizeof a.zone, "%s", zones[i].id);
            begin_asking(app, a);
            return;
        }
    }
}

static void show_clock(struct app *app)
{
    struct ui *ui = &app->ui;
    struct machine_state *p = state_of(app);
    heading(ui, S_machine_clock);
    if (app->home.clock_doubt) {
        ui_warning(ui, ui_str(ui, S_home_clock));
    }
    ui_say(ui, TEXT_QUESTION, app_date(app, clock_wall_ms()), ui->theme.ink);
    ui_gap(ui, 8);
    show_zone(app);
    if (!p->sets_clock) {
        if (ui_wide_button(ui, "clock", ui_str(ui, S_machine_clock_set), app->home.clock_doubt)) {
            p->sets_clock = true;
            read_clock(p);
            ui->again = true;
        }
        return;
    }
    ui_gap(ui, 8);
    for (int f = 0; f < FIELD_COUNT; f++) {
        show_field(app, (enum machine_field)f);
    }
    if (ui_wide_button(ui, "clock-set", ui_str(ui, S_machine_clock_set), true)) {
        set_clock(app);
    }
}

static void show_state(struct app *app)
{
    struct ui *ui = &app->ui;
    int battery = window_battery();
    long long tenths = (long long)(file_free_bytes(app->options.data_dir) / 100000000ull);
    const char *lines[] = {battery >= 0
                               ? ui_fill(ui, S_machine_battery, ui_number(ui, battery), NULL)
                               : ui_str(ui, S_machine_no_battery),
                           ui_fill(ui, S_home_space, ui_tenths(ui, tenths), NULL),
                           ui_fill(ui, S_machine_version, SUHBAT_VERSION, NULL)};
    ui_gap(ui, 18);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ui_say(ui, TEXT_BODY, lines[i], ui->theme.ink);
        ui_gap(ui, 4);
    }
}

static void show_power(struct app *app)
{
    static const struct {
        const char *id;
        enum string_id label, sure;
    } choices[] = {[DESKTOP_SLEEP] = {"sleep", S_machine_sleep, S_machine_sleep},
                   [DESKTOP_RESTART] = {"restart", S_machine_restart, S_machine_restart_sure},
                   [DESKTOP_OFF] = {"off", S_machine_off, S_machine_off_sure}};
    static_assert(sizeof choices / sizeof *choices == DESKTOP_POWER_COUNT, "words for each");
    static const enum desktop_power order[] = {DESKTOP_SLEEP, DESKTOP_RESTART, DESKTOP_OFF};
    struct ui *ui = &app->ui;
    struct machine_state *p = state_of(app);
    heading(ui, S_machine_power);
    if (p->asked < DESKTOP_POWER_COUNT) {
        ui_warning(ui, ui_str(ui, choices[p->asked].sure));
        if (ui_wide_button(ui, "keep", ui_str(ui, S_cancel), true)) {
            p->asked = DESKTOP_POWER_COUNT;
            ui->again = true;
        } else if (ui_wide_button(ui, "power-yes", ui_str(ui, choices[p->asked].label), false)) {
            enum desktop_power what = p->asked;
            app_lock(app); /* saves everything and closes the vault */
            begin_asking(app, (struct asking){.what = ASK_POWER, .power = what});
        }
        return;
    }
    for (size_t i = 0; i < DESKTOP_POWER_COUNT; i++) {
        enum desktop_power what = order[i];
        if (!ui_wide_button(ui, choices[what].id, ui_str(ui, choices[what].label), false)) {
            continue;
        }
        if (what == DESKTOP_SLEEP) { /* loses nothing: no confirmation */
            begin_asking(app, (struct asking){.what = ASK_POWER, .power = what});
            return;
        }
        p->asked = what;
        ui->again = true;
    }
}

void screen_machine(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.help = true,
                       .title = ui_str(ui, S_machine_title),
                       .left = "back",
                       .right = "lock",
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app_lock(app);
        return;
    }
    if (ui_took(ui, "back")) {
        app_go(app, state_of(app)->from);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), ui->h);
    app_message(app);
    show_brightness(app);
    show_clock(app);
    show_state(app);
    if (state_of(app) && app->screen == SCREEN_MACHINE) {
        show_power(app);
    }
    ui_body_end(ui);
}
