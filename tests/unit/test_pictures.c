/* SPDX-License-Identifier: Apache-2.0 */
/* Are a form's pictures and sounds where they belong, and can they be drawn upon? */
#include "app/shell/aloud.h"
#include "platform/machine/speech.h"
#include "tests/lib/steps.h"

/* A form with pictures in its question and choices; the file is missing for one of them. */
static const char pictured[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | image::Русский (ru) | appearance |\n"
    "| | select_one face | face | Как Вы себя чувствуете? | picture.png | likert |\n"
    "| | select_multiple face | many | Что из этого? | gone.png | |\n"
    "| choices |\n"
    "| | list_name | name | label::Русский (ru) | image::Русский (ru) |\n"
    "| | face | good | Хорошо | picture.png |\n"
    "| | face | middle | Средне | picture.png |\n"
    "| | face | bad | Плохо | gone.png |\n";

static unsigned pictures_drawn(struct scene *s)
{
    unsigned count = 0;
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        count += s->app.ui.draws.list[i].kind == DRAW_PICTURE;
    }
    return count;
}

static struct rect picture_at(struct scene *s)
{
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        if (s->app.ui.draws.list[i].kind == DRAW_PICTURE) {
            return s->app.ui.draws.list[i].rect;
        }
    }
    fail_msg("no picture");
    return (struct rect){0, 0, 0, 0};
}

/* With buttons, two fingers and keys. */
static void look_closer(struct scene *s)
{
    struct rect r = picture_at(s), was;
    struct ui *ui = &s->app.ui;
    assert_int_equal(r.w, 720); /* as wide as the screen, though its own size is less */
    assert_true(scene_tap(s, "smaller"));
    assert_int_equal(picture_at(s).w, 720); /* never smaller than that */
    ui->last[0] = '\0';
    assert_true(scene_tap(s, "larger"));
    r = picture_at(s);
    assert_int_equal(r.w, 1080);
    assert_in_range(-r.x, 178, 182); /* its middle stays in the middle */
    struct window_event pinch = {.kind = WINDOW_PINCH, .x = WINDOW_PINCH_WHOLE / 4};
    scene_event(s, pinch);
    assert_in_range(picture_at(s).w, 1600, 1640);
    for (int k = 0; k < 6; k++) {
        scene_event(s, pinch);
    }
    was = picture_at(s);
    assert_int_equal(was.w, 2880); /* four times is the most */
    scene_drag(s, 400, 600, 300, 650);
    r = picture_at(s);
    assert_int_equal(r.x, was.x - 100);
    assert_int_equal(r.y, was.y + 50);
    scene_drag(s, 100, 600, 700, 600);
    scene_drag(s, 100, 600, 700, 600);
    scene_drag(s, 100, 600, 700, 600);
    assert_int_equal(picture_at(s).x, 0); /* its edge is the end */
    scene_key(s, KEY_RIGHT);
    assert_int_equal(picture_at(s).x, -180);
    pinch.x = -WINDOW_PINCH_WHOLE / 2;
    scene_event(s, pinch);
    assert_int_equal(picture_at(s).w, 720);
    scene_event(s, (struct window_event){.kind = WINDOW_DOWN, .x = 100, .y = 1240});
    scene_event(s, pinch); /* what a first finger pressed was not meant */
    scene_event(s, (struct window_event){.kind = WINDOW_UP, .x = 100, .y = 1240});
    assert_int_equal(s->app.sheet, SHEET_PICTURE);
}

static void test_pictures__pictures_stand_in_questions_and_choices(void **state)
{
    struct scene *s = *state;
    enum { SIDE = 300 };
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf png = {0}, md = {0};
    struct err err = {0};
    uint8_t *gray = mem_alloc(SIDE * SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        gray[i] = (uint8_t)(i / SIDE % 256);
    }
    OK(picture_png(&png, gray, 1, SIDE, SIDE, &err));
    free(gray);
    struct picture p;
    OK(picture_read(&p, png.data, png.len, 30, 60, &err));
    assert_int_equal(p.w, 30);
    assert_int_equal(p.h, 30);
    assert_in_range(p.rgb[0], 0, 12);
    picture_free(&p);
    for (size_t cut = 1; cut < png.len; cut += png.len / 13) { /* half a file costs nothing */
        if (picture_read(&p, png.data, cut, 30, 30, &err)) {
            picture_free(&p);
        }
    }
    buf_text(&md, pictured);
    char path[] = "/tmp/suhbat-pictured-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, md.data, md.len) == (ssize_t)md.len);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_picture = &png;
    scene_begin(s, window, form, "form", &look);
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_int_equal(pictures_drawn(s),
                     3); /* the question's, two choices'; the third has only words */
    struct rect a = rect_of(s, "choice:good"), b = rect_of(s, "choice:bad");
    assert_int_equal(a.y, b.y);           /* a scale of faces is one row */
    assert_true(scene_tap(s, "picture")); /* as large as the screen, and back */
    assert_int_equal(s->app.sheet, SHEET_PICTURE);
    assert_int_equal(pictures_drawn(s), 1);
    look_closer(s);
    assert_true(scene_tap(s, "cancel"));
    assert_int_equal(pictures_drawn(s), 3);
    assert_true(scene_tap(s, "choice:bad"));
    assert_string_equal(value(s, "/data/face"), "bad");
    assert_true(scene_tap(s, "right"));
    assert_int_equal(pictures_drawn(s), 2);
    scene_picture = NULL;
    free(form);
    buf_fini(&png);
    buf_fini(&md);
}

/* A second of a tone as a WAV. */
static void tone(struct buf *out)
{
    enum { RATE = 8000 };
    uint8_t head[44] = "RIFF\0\0\0\0WAVEfmt ";
    put_u32(head + 4, 36 + RATE * 2);
    put_u32(head + 16, 16);
    put_u16(head + 20, 1);
    put_u16(head + 22, 1);
    put_u32(head + 24, RATE);
    put_u32(head + 28, RATE * 2);
    put_u16(head + 32, 2);
    put_u16(head + 34, 16);
    memcpy(head + 36, "data", 4);
    put_u32(head + 40, RATE * 2);
    buf_add(out, head, sizeof head);
    for (int i = 0; i < RATE; i++) {
        uint8_t s[2];
        put_u16(s, (uint16_t)(i / 10 % 2 ? 6000 : -6000));
        buf_add(out, s, 2);
    }
}

/* How many dots of the kept drawing are as red as an annotation, or none of the map's colour? */
static unsigned red_dots(struct scene *s, const char *path, unsigned *others)
{
    struct err err = {0};
    struct picture p;
    const struct buf *kept = interview_file(s->app.interview, value(s, path));
    unsigned red = 0;
    assert_non_null(kept);
    OK(picture_read(&p, kept->data, kept->len, 8192, 8192, &err));
    *others = 0;
    for (int i = 0; i < p.w * p.h; i++) {
        const uint8_t *dot = p.rgb + 3 * i;
        red += dot[0] > 180 && dot[1] < 20 && dot[2] < 20;
        *others += dot[0] == 20 && dot[1] == 120 && dot[2] == 220;
    }
    assert_int_equal(p.w, 400);
    assert_int_equal(p.h, 300);
    picture_free(&p);
    return red;
}

/* The picture stands under this heading of the workbook. */
static void annotate(const char *heading)
{
    enum { W = 400, H = 300 };
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf png = {0};
    struct err err = {0};
    uint8_t *rgb = mem_alloc(3 * W * H);
    for (int i = 0; i < W * H; i++) {
        memcpy(rgb + 3 * i, (const uint8_t[3]){20, 120, 220}, 3);
    }
    OK(picture_png(&png, rgb, 3, W, H, &err));
    free(rgb);
    char path[] = "/tmp/suhbat-annotate-XXXXXX.md", text[400];
    int len = snprintf(text, sizeof text,
                       "| survey |\n"
                       "| | type | name | label::Русский (ru) | %s | appearance |\n"
                       "| | image | map | Где это было? | picture.png | annotate |\n",
                       heading);
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, text, (size_t)len) == len);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_picture = &png;
    scene_begin(&s, window, form, "form", &look);
    struct rect r = rect_of(&s, "ink");
    assert_int_equal(r.w, W); /* the field is the picture, and that stands there once */
    assert_int_equal(r.h, H);
    assert_int_equal(pictures_drawn(&s), 1);
    scene_drag(&s, r.x + 50, r.y + 50, r.x + 350, r.y + 250);
    assert_true(scene_tap(&s, "right"));
    unsigned others, red = red_dots(&s, "/data/map", &others);
    assert_in_range(red, 300, 4000);
    assert_true(others > W * H / 2);
    assert_true(scene_tap(&s, "back"));
    assert_int_equal(pictures_drawn(&s), 1); /* the map with what was drawn on it, as it is kept */
    unsigned before = red;
    scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP}); /* a break */
    scene_event(&s, (struct window_event){.kind = WINDOW_AWAKE});
    scene_draw(&s);
    r = rect_of(&s, "ink");
    assert_int_equal(r.w, W);
    scene_drag(&s, r.x + 60, r.y + 250, r.x + 340, r.y + 60); /* goes on with it */
    assert_true(scene_tap(&s, "right"));
    red = red_dots(&s, "/data/map", &others);
    assert_true(red > before * 3 / 2);
    assert_true(others > W * H / 2);
    assert_true(scene_tap(&s, "back"));
    assert_true(scene_tap(&s, "wipe"));
    assert_string_equal(value(&s, "/data/map"), "");
    assert_int_equal(pictures_drawn(&s), 1);
    scene_close(&s);
    scene_picture = NULL;
    free(form);
    buf_fini(&png);
}

static void test_pictures__an_annotation_is_drawn_upon_the_forms_picture(void **state)
{
    (void)state;
    annotate("media::image::Русский (ru)");
}

static void test_pictures__an_annotation_is_drawn_upon_the_answer_that_the_form_holds(void **state)
{
    (void)state;
    annotate("default");
}

static void test_pictures__prompts_are_read_aloud(void **state)
{
    struct scene *s = *state;
    static const char sounding[] =
        "| survey |\n"
        "| | type | name | label::Русский (ru) | audio::Русский (ru) | autoplay | appearance |\n"
        "| | select_one yn | one | Согласны? | picture.png | | |\n"
        "| | select_one yn | two | Ещё раз? | | audio | |\n"
        "| | select_one yn | three | И ещё? | picture.png | audio | |\n"
        "| | select_one yn | four | В колонках? | | | columns-2 |\n"
        "| | select_one yn | five | По шкале? | | | likert |\n"
        "| choices |\n"
        "| | list_name | name | label::Русский (ru) | audio::Русский (ru) |\n"
        "| | yn | yes | Да | picture.png |\n"
        "| | yn | no | Нет | gone.mp3 |\n";
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf wav = {0};
    tone(&wav);
    assert_int_equal(audio_length_ms(wav.data, wav.len), 1000);
    for (size_t cut = 0; cut < 60; cut += 7) {
        assert_true(audio_length_ms(wav.data, cut) <= 0);
    }
    char path[] = "/tmp/suhbat-sounding-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, sounding, sizeof sounding - 1) == sizeof sounding - 1);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_picture = &wav; /* the package's one extra file: the name does not tell what it is */
    scene_begin(s, window, form, "form", &look);
    assert_null(scene_find(s, "say:no")); /* its file is missing */
    if (speech_can("ru")) {               /* the machine reads it, if the interviewer wants that */
        s->app.looks.speaks = true;
        scene_draw(s);
        assert_true(scene_tap(s, "say:no"));
        assert_true(s->app.aloud != NULL || audio_playing());
        s->app.looks.speaks = false;
        aloud_forget(&s->app);
        audio_stop();
        scene_draw(s);
    }
    assert_true(scene_tap(s, "listen"));
    assert_true(audio_playing());
    assert_true(scene_tap(s, "listen"));
    assert_false(audio_playing());
    assert_true(scene_tap(s, "say:yes"));
    assert_true(audio_playing());
    assert_string_equal(value(s, "/data/one"), ""); /* listening is no answer */
    assert_true(scene_tap(s, "right"));             /* the page is left: silence */
    assert_false(audio_playing());
    assert_true(scene_tap(s, "right")); /* autoplay */
    assert_true(audio_playing());
    assert_true(scene_tap(s, "left"));
    assert_false(audio_playing());
    s->app.looks.quiet = true;
    assert_true(scene_tap(s, "right"));
    assert_false(audio_playing());
    assert_true(scene_tap(s, "listen")); /* asked for */
    assert_true(audio_playing());
    static const char *const ways[] = {"/data/four", "/data/five"};
    for (size_t k = 0; k < 2; k++) { /* however the choices stand */
        go_to(s, ways[k]);
        assert_null(scene_find(s, "say:no"));
        assert_true(scene_tap(s, "say:yes"));
        assert_true(audio_playing());
        assert_string_equal(value(s, ways[k]), "");
        assert_true(scene_tap(s, "choice:yes"));
        assert_string_equal(value(s, ways[k]), "yes");
    }
    scene_picture = NULL;
    free(form);
    buf_fini(&wav);
}

/* The heads of a table are its choices. */
static void test_pictures__a_table_lying_across_can_be_heard(void **state)
{
    struct scene *s = *state;
    struct buf wav = {0};
    tone(&wav);
    scene_picture = &wav;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | appearance |\n"
               "| | begin_group | t | Т | field-list |\n"
               "| | select_one yn | head | Доверяете? | label |\n"
               "| | select_one yn | court | Суду | list-nolabel |\n"
               "| | select_one yn | police | Полиции | list-nolabel |\n"
               "| | end_group | | | |\n"
               "| choices |\n"
               "| | list_name | name | label | audio |\n"
               "| | yn | yes | Да | picture.png |\n"
               "| | yn | no | Нет | gone.mp3 |\n",
               &across);
    struct node *court = session_find(s->app.interview->session, "/data/t/court");
    struct node *head = session_find(s->app.interview->session, "/data/t/head");
    char say[64], none[64], choice[64];
    snprintf(say, sizeof say, "say:%u:yes", head->item->shape.index);
    snprintf(none, sizeof none, "say:%u:no", head->item->shape.index);
    snprintf(choice, sizeof choice, "choice:%u:yes", court->item->shape.index);
    assert_null(scene_find(s, none));
    assert_int_equal(rect_of(s, say).x, rect_of(s, choice).x); /* one column */
    assert_true(scene_tap(s, say));
    assert_true(audio_playing());
    assert_string_equal(tree_value(court), "");
    assert_true(scene_tap(s, choice));
    assert_string_equal(tree_value(court), "yes");
    scene_picture = NULL;
    buf_fini(&wav);
}

/* Whoever is asked may look closely, too, and comes back to the question. */
static void test_pictures__the_respondent_looks_closer(void **state)
{
    struct scene *s = *state;
    enum { SIDE = 300 };
    struct buf png = {0};
    struct err err = {0};
    uint8_t *gray = mem_zero(SIDE, SIDE);
    OK(picture_png(&png, gray, 1, SIDE, SIDE, &err));
    free(gray);
    scene_picture = &png;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | image | appearance |\n"
               "| | begin_group | own | Сам | | respondent-screen |\n"
               "| | text | q | Что это? | picture.png | |\n"
               "| | end_group | | | | |\n",
               &upright);
    assert_true(scene_tap(s, "hand"));
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(s->app.respondent.holds);
    assert_true(scene_tap(s, "picture"));
    assert_int_equal(s->app.sheet, SHEET_PICTURE);
    for (size_t i = 0; i < s->app.ui.target_count; i++) { /* no way to anything else */
        const char *id = s->app.ui.targets[i].id;
        assert_true(strcmp(id, "cancel") == 0 || strcmp(id, "larger") == 0 ||
                    strcmp(id, "smaller") == 0);
    }
    scene_key(s, KEY_ESCAPE);
    assert_int_equal(s->app.sheet, SHEET_NONE);
    assert_true(s->app.respondent.holds);
    assert_true(shows(s, "Что это?"));
    scene_picture = NULL;
    buf_fini(&png);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_pictures__pictures_stand_in_questions_and_choices),
        cmocka_unit_test(test_pictures__an_annotation_is_drawn_upon_the_forms_picture),
        cmocka_unit_test(test_pictures__an_annotation_is_drawn_upon_the_answer_that_the_form_holds),
        SCENE_TEST(test_pictures__prompts_are_read_aloud),
        SCENE_TEST(test_pictures__a_table_lying_across_can_be_heard),
        SCENE_TEST(test_pictures__the_respondent_looks_closer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
