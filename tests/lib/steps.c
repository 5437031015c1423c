/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/steps.h"

struct window *window;
char *widgets;

void open_interview(struct scene *s)
{
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(s, window, widgets, "widgets", &look);
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
}

void go_to(struct scene *s, const char *path)
{
    struct interview *i = s->app.interview;
    struct page page;
    assert_true(interview_find(i, &s->app.ui.frame, session_find(i->session, path), &page));
    interview_go(i, &page);
    page_arrive(&s->app);
    scene_draw(s);
}

const char *value(struct scene *s, const char *path)
{
    return tree_value(session_find(s->app.interview->session, path));
}

struct rect rect_of(struct scene *s, const char *id)
{
    const struct target *t = scene_find(s, id);
    if (!t) {
        fail_msg("no target %s", id);
    }
    return t->rect;
}

void resume(struct scene *s)
{
    char draft[32];
    snprintf(draft, sizeof draft, "draft:%u", s->app.home.drafts[0].number);
    assert_true(scene_tap(s, draft));
}

void cut(struct scene *s)
{
    struct err err = {0};
    OK(interview_sync(s->app.interview, &err));
    interview_free(s->app.interview);
    s->app.interview = NULL;
    device_close(app_end(&s->app));
    OK(device_open(&s->study.device, study_path(&s->study, "device"), &err));
    scene_boot(s);
    scene_unlock(s);
}

void cut_and_resume(struct scene *s)
{
    cut(s);
    resume(s);
}

bool shows(struct scene *s, const char *text)
{
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        const struct draw *d = &s->app.ui.draws.list[i];
        if (d->kind == DRAW_TEXT && strstr(d->text, text)) {
            return true;
        }
    }
    return false;
}

void begin_form(struct scene *s, const char *md, const struct scene_look *look)
{
    char path[] = "/tmp/suhbat-form-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, md, strlen(md)) == (ssize_t)strlen(md));
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_begin(s, window, form, "form", look);
    free(form);
}

void begin_csv(struct scene *s, const char *path, const char *id, const struct scene_look *look)
{
    char *form = scene_form(path);
    scene_begin(s, window, form, id, look);
    free(form);
}

int steps_run(int (*tests)(void))
{
    struct err err = {0};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2};
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    window = scene_window(&look);
    widgets = scene_form("tests/cases/widgets.csv");
    int failed = tests();
    free(widgets);
    font_finish();
    window_close(window);
    return failed;
}

char *long_lists(void)
{
    enum { ROWS = 1200 };
    struct buf out = {0};
    buf_text(&out,
             "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
             "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>L</h:title><model><itext>");
    for (int l = 0; l < 2; l++) {
        buf_printf(&out, "<translation lang='%s'>", l ? "ky" : "ru");
        for (int i = 0; i < ROWS; i++) {
            buf_printf(&out, "<text id='t%d'><value>%s %d</value></text>", i, l ? "айыл" : "село",
                       i);
            buf_printf(&out, "<text id='u%d'><value><output value='/data/g/r'/> %d</value></text>",
                       i, i);
        }
        buf_text(&out, "</translation>");
    }
    buf_text(&out, "</itext><instance><data id='lists'><g><r/><v/><w/><x/></g></data></instance>"
                   "<instance id='l'><root>");
    for (int i = 0; i < ROWS; i++) {
        buf_printf(&out, "<item><name>c%d</name><of>%s</of><t>t%d</t><u>u%d</u></item>", i,
                   i % 2 ? "b" : "a", i, i);
    }
    buf_text(&out,
             "</root></instance><bind nodeset='/data/g/r' type='string'/></model></h:head><h:body>"
             "<group ref='/data/g' appearance='field-list'>"
             "<select1 ref='/data/g/r'><label>R</label>"
             "<item><label>A</label><value>a</value></item>"
             "<item><label>B</label><value>b</value></item></select1>");
    static const char *const lists[][3] = {
        {"v", "[of = /data/g/r]", "t"}, {"w", "", "t"}, {"x", "", "u"}};
    for (size_t i = 0; i < 3; i++) {
        buf_printf(&out,
                   "<select1 ref='/data/g/%s' appearance='autocomplete'><label>%s</label>"
                   "<itemset nodeset=\"instance('l')/root/item%s\"><value ref='name'/>"
                   "<label ref='jr:itext(%s)'/></itemset></select1>",
                   lists[i][0], lists[i][0], lists[i][1], lists[i][2]);
    }
    buf_text(&out, "</group></h:body></h:html>");
    char *form = mem_text(out.data);
    buf_fini(&out);
    return form;
}

const char *choice_of(struct scene *s, const char *path, const char *value)
{
    static char id[UI_ID_MAX];
    struct node *node = session_find(s->app.interview->session, path);
    assert_non_null(node);
    snprintf(id, sizeof id, "choice:%u:%s", node->item->shape.index, value);
    return id;
}

void tap_alone(struct scene *s, const char *id)
{
    struct rect r = rect_of(s, id);
    s->app.ui.last[0] = '\0';
    scene_event_alone(
        s, (struct window_event){.kind = WINDOW_DOWN, .x = r.x + r.w / 2, .y = r.y + r.h / 2});
    scene_event_alone(
        s, (struct window_event){.kind = WINDOW_UP, .x = r.x + r.w / 2, .y = r.y + r.h / 2});
}

bool is_locked(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    return !device_is_unlocked(d) || err_set(err, ERR_AUTH, "it is open");
}
