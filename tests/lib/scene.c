/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/scene.h"

#include "forms/entities/entities.h"
#include "platform/custody/sendback.h"
#include "platform/machine/clock.h"

void scene_boot(struct scene *s)
{
    struct app_options o = {.data_dir = study_path(&s->study, "device"),
                            .media_dir = study_path(&s->study, "stick"),
                            .memory_kib = STUDY_MEMORY_KIB,
                            .night = s->look.night,
                            .text_scale = s->look.text_scale,
                            .language = s->look.language};
    static char dirs[2][256]; /* the paths are lent to the app */
    snprintf(dirs[0], sizeof dirs[0], "%s", o.data_dir);
    snprintf(dirs[1], sizeof dirs[1], "%s", o.media_dir);
    o.data_dir = dirs[0];
    o.media_dir = dirs[1];
    app_begin(&s->app, s->window, s->study.device, &o);
    s->study.device = NULL;
    app_draw(&s->app);
    s->drawn++;
}
const struct buf *scene_picture;

struct window *scene_window(const struct scene_look *look)
{
    struct err err = {0};
    struct window *w;
    struct window_options o = {.title = "suhbat", .w = look->w, .h = look->h, .scale = look->scale};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    OK(window_open(&w, &o, &err));
    OK(font_setup("build/share", &err));
    return w;
}

void scene_ask(struct scene *s, struct window *window, const char *form, const char *form_id,
               const struct scene_look *look)
{
    memset(s, 0, sizeof *s);
    s->window = window;
    s->look = *look;
    study_init(&s->study);
    s->study.picture = scene_picture;
    s->study.form = form;
    s->study.form_id = form_id;
    study_device(&s->study);
    window_resize(window, look->w, look->h);
}

void scene_open(struct scene *s, struct window *window, const char *form, const char *form_id,
                const struct scene_look *look)
{
    scene_ask(s, window, form, form_id, look);
    study_enrol(&s->study, s->hash);
    scene_boot(s);
}

void scene_close(struct scene *s)
{
    s->study.device = app_end(&s->app);
    study_fini(&s->study);
}

void scene_event_alone(struct scene *s, struct window_event e)
{
    s->app.loop.arrived_ms = e.kind == WINDOW_DOWN || e.kind == WINDOW_KEY
                                 ? 0 /* whoever it is has read the page */
                                 : s->app.loop.arrived_ms;
    if (app_handle(&s->app, &e)) {
        app_draw(&s->app);
        s->drawn++;
    }
}

void scene_event(struct scene *s, struct window_event e)
{
    struct err err = {0};
    scene_event_alone(s, e);
    while (s->app.view.leaving || s->app.exchange.pending || s->app.task.task) {
        if (s->app.view.leaving) {
            (void)!interview_sync(s->app.interview, &err);
        }
        scene_event_alone(s, (struct window_event){.kind = WINDOW_SAVED});
    }
}

void scene_draw(struct scene *s)
{
    app_draw(&s->app);
    s->drawn++;
}

bool scene_draws(const struct scene *s, const char *words)
{
    const struct draw_list *list = &s->app.ui.draws;
    bool any = false;
    for (size_t k = 0; k < list->count && !any; k++) {
        any = list->list[k].kind == DRAW_TEXT && strstr(list->list[k].text, words);
    }
    return any;
}

const struct target *scene_find(struct scene *s, const char *id)
{
    for (size_t i = 0; i < s->app.ui.target_count; i++) {
        if (strcmp(s->app.ui.targets[i].id, id) == 0) {
            return &s->app.ui.targets[i];
        }
    }
    return NULL;
}

const struct target *scene_show(struct scene *s, const char *id)
{
    struct ui *ui = &s->app.ui;
    const struct target *t = scene_find(s, id);
    for (int tries = 0; t && t->hidden && tries < 40; tries++) {
        ui->scroll += t->rect.y - ui->body.y - ui->body.h / 3;
        scene_draw(s);
        t = scene_find(s, id);
    }
    return t && !t->hidden ? t : NULL;
}

bool scene_tap(struct scene *s, const char *id)
{
    struct ui *ui = &s->app.ui;
    const struct target *t = scene_show(s, id);
    if (!t) {
        return false;
    }
    ui->last[0] = '\0'; /* this finger is quicker than a trembling one */
    struct window_event e = {
        .kind = WINDOW_DOWN, .x = t->rect.x + t->rect.w / 2, .y = t->rect.y + t->rect.h / 2};
    scene_event(s, e);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    return true;
}

void scene_drag(struct scene *s, int x0, int y0, int x1, int y1)
{
    struct window_event e = {.kind = WINDOW_DOWN, .x = x0, .y = y0};
    scene_event(s, e);
    for (int k = 1; k <= 4; k++) {
        e = (struct window_event){
            .kind = WINDOW_MOVE, .x = x0 + (x1 - x0) * k / 4, .y = y0 + (y1 - y0) * k / 4};
        scene_event(s, e);
    }
    e.kind = WINDOW_UP;
    scene_event(s, e);
}

void scene_type(struct scene *s, const char *text)
{
    struct window_event e = {.kind = WINDOW_TEXT};
    for (size_t at = 0, len = strlen(text); at < len;) {
        size_t from = at;
        text_next(text, len, &at);
        snprintf(e.text, sizeof e.text, "%.*s", (int)(at - from), text + from);
        if (strcmp(e.text, " ") == 0) {
            scene_event(s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_SPACE});
        } else {
            scene_event(s, e);
        }
    }
}

void scene_key(struct scene *s, enum window_key key)
{
    s->app.ui.last[0] = '\0';
    scene_event(s, (struct window_event){.kind = WINDOW_KEY, .key = key});
}

void scene_unlock(struct scene *s)
{
    if (s->app.screen == SCREEN_UNLOCK) {
        scene_tap(s, "field");
        scene_type(s, study_pass);
        scene_key(s, KEY_ENTER);
    }
}

struct travel_state *scene_travel(struct scene *s)
{
    return app_state(&s->app, SCREEN_TRAVEL);
}

struct first_state *scene_first(struct scene *s)
{
    return app_state(&s->app, SCREEN_FIRST_LANGUAGE);
}

void scene_return_until(struct scene *s)
{
    struct buf tidy = {0};
    struct app *app = &s->app;
    struct travel_state *travel = scene_travel(s);
    travel->step = TRAVEL_START;
    app->message.text[0] = app->sticks.folder[0] = '\0';
    edit_end(&app->ui.edit);
    scene_draw(s);
    assert_true(scene_tap(s, "ask"));
    assert_true(vault_passphrase(&tidy, study_pass, strlen(study_pass)));
    assert_true(tidy.len < sizeof travel->suggested);
    strcpy(travel->suggested, tidy.data);
    buf_fini(&tidy);
    assert_true(scene_tap(s, "right"));
    scene_type(s, study_pass);
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(travel->step, TRAVEL_SEND);
    assert_true(scene_tap(s, "medium:1"));
    study_answer_travel(&s->study);
    assert_true(scene_tap(s, "answer"));
    scene_type(s, study_pass);
}

void scene_return(struct scene *s)
{
    scene_return_until(s);
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
}

void scene_begin(struct scene *s, struct window *window, const char *form, const char *form_id,
                 const struct scene_look *look)
{
    scene_open(s, window, form, form_id, look);
    scene_unlock(s);
    scene_tap(s, "start");
    assert_true(scene_tap(s, "form:0"));
}

/* Runs on the writer's thread, which owns the device. */
static bool assign_cases(struct device *device, void *arg, struct err *err)
{
    struct scene *s = arg;
    struct load_report report;
    static const struct {
        const char *label, *status;
        int days; /* to the meeting; 1000: none */
    } cases[] = {{"KG-02-AV-A12-001", "active", -12},   {"KG-02-AV-A12-002", "active", 5},
                 {"KG-02-AV-A12-003", "no_follow", -3}, {"KG-02-AV-A12-007", "active", -1},
                 {"KG-07-AV-A12-004", "active", 0},     {"KG-07-AV-A12-011", "active", 40},
                 {"KG-07-AV-A12-012", "active", 1000}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf body = {0};
        char due[40], id[40], name[20];
        int64_t at_ms = clock_wall_ms() + (int64_t)cases[i].days * 24 * 60 * 60 * 1000;
        clock_iso(due, sizeof due, at_ms, clock_zone_minutes(at_ms), false);
        due[cases[i].days == 1000 ? 0 : 10] = '\0';
        snprintf(id, sizeof id, "%02x111111-1111-4111-8111-111111111111", i + 1);
        snprintf(name, sizeof name, "case-%u.age", i);
        struct entity_property status = {"status", cases[i].status, NULL},
                               next = {"next_due", due, &status};
        struct entity one = {.list = "avrr_cases",
                             .id = id,
                             .label = cases[i].label,
                             .branch = "",
                             .version = 1,
                             .properties = &next};
        entities_print_one(&body, &one);
        struct message m = {.counter = i + 1,
                            .kind = MESSAGE_ASSIGN,
                            .issued_at = 1795500000,
                            .body = body.data,
                            .len = body.len};
        memcpy(m.device_id, device_id(device), 16);
        memset(m.message_id, (int)i + 1, 16);
        memset(m.about, 0x11, 16);
        m.about[0] = (uint8_t)(i + 1), m.about[6] = 0x41, m.about[8] = 0x81;
        study_message(&s->study, "cases", name, &m);
        buf_fini(&body);
    }
    bool ok = device_load_folder(device, study_path(&s->study, "cases"), &report, err);
    assert_true(!ok || (report.messages == 7 && report.refused == 0));
    return ok;
}

void scene_cases(struct scene *s)
{
    struct err err = {0};
    OK(writer_call(s->app.writer, assign_cases, s, &err));
}

struct sent { /* what the desk sends back */
    struct scene *s;
    const char *xml, *comments;
    uint8_t record[16];
};

static bool seal_record(struct device *device, struct sent *sent, struct err *err)
{
    struct device_draft draft;
    const struct device_finished record = {.xml = sent->xml, .xml_len = strlen(sent->xml)};
    memset(sent->record, 0xA1, 16);
    return device_draft_begin(device, &draft, sent->s->hash, study_wall, err) &&
           device_draft_append(device, &draft, "", 1, err) &&
           device_finish(device, &draft, sent->record, &record, study_wall, err);
}

/* Runs on the writer's thread. */
static bool take_sent(struct device *device, void *arg, struct err *err)
{
    struct sent *sent = arg;
    struct study *study = &sent->s->study;
    struct load_report report;
    struct buf body = {0};
    struct sendback b = {.comments = sent->comments,
                         .comments_len = strlen(sent->comments),
                         .xml = sent->xml,
                         .xml_len = strlen(sent->xml)};
    memcpy(b.package_hash, sent->s->hash, 32);
    sendback_write(&body, &b);
    bool ok = seal_record(device, sent, err);
    struct message m = {.counter = 100,
                        .kind = MESSAGE_SEND_BACK,
                        .issued_at = 1795500000,
                        .body = body.data,
                        .len = body.len};
    memcpy(m.device_id, device_id(device), 16);
    memcpy(m.about, sent->record, 16);
    secret_random(m.message_id, 16);
    study_message(study, "sent", "sent.age", &m);
    ok = ok && device_load_folder(device, study_path(study, "sent"), &report, err);
    assert_true(!ok || (report.messages == 1 && report.refused == 0));
    buf_fini(&body);
    return ok;
}

void scene_send_back(struct scene *s, const char *xml, const char *comments)
{
    struct err err = {0};
    struct sent sent = {.s = s, .xml = xml, .comments = comments};
    OK(writer_call(s->app.writer, take_sent, &sent, &err));
    assert_true(app_load_home(&s->app));
}

int scene_setup(void **state)
{
    *state = mem_zero(1, sizeof(struct scene));
    return 0;
}

int scene_teardown(void **state)
{
    struct scene *s = *state;
    if (s->window) { /* it was begun */
        scene_close(s);
    }
    free(s);
    return 0;
}
