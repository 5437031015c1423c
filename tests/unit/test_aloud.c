/* SPDX-License-Identifier: Apache-2.0 */
/* Are questions read aloud where a voice is there, and where somebody wants it? */
#include <time.h>

#include "platform/machine/audio.h"
#include "platform/machine/speech.h"
#include "app/questions/question.h"
#include "tests/lib/steps.h"

static bool no_voice(void)
{
    if (!speech_can("ru")) {
        print_message("skipped: espeak-ng is not installed\n");
        return true;
    }
    return false;
}

static void test_speech__speaks_ru_and_ky(void **state)
{
    (void)state;
    static const char *const texts[][2] = {{"ru", "Сколько Вам лет?"}, {"ky", "Жашыңыз канчада?"}};
    assert_false(speech_can("tg")); /* the voice for it is not good enough */
    assert_false(speech_can(""));
    for (size_t i = 0; i < 2 && !no_voice(); i++) {
        struct err err = {0};
        struct buf once = {0}, twice = {0};
        OK(speech_make(&once, texts[i][0], texts[i][1], &err));
        assert_in_range(audio_length_ms(once.data, once.len), 500, 4000);
        char *longer = mem_zero(2, strlen(texts[i][1]) + 2);
        snprintf(longer, 2 * strlen(texts[i][1]) + 2, "%s %s", texts[i][1], texts[i][1]);
        OK(speech_make(&twice, texts[i][0], longer, &err));
        assert_true(audio_length_ms(twice.data, twice.len) >
                    audio_length_ms(once.data, once.len) * 3 / 2);
        free(longer);
        buf_fini(&once);
        buf_fini(&twice);
    }
}

static const char md[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | label::Тоҷикӣ (tg) | autoplay |\n"
    "| | select_one yn | first | Согласны ли Вы? | Оё розӣ ҳастед? | |\n"
    "| | text | second | Кому Вы должны? | Аз кӣ қарздоред? | audio |\n"
    "| choices |\n| | list_name | name | label::Русский (ru) | label::Тоҷикӣ (tg) |\n"
    "| | yn | yes | Да | Ҳа |\n| | yn | no | Нет | Не |\n"
    "| settings |\n| | form_id | version | default_language |\n| | form | 1 | Русский (ru) |\n";

/* The voice is heard within ten seconds. */
static bool is_heard(struct scene *s)
{
    const struct timespec moment = {0, 20000000L};
    for (int k = 0; k < 500 && !audio_playing(); k++) {
        nanosleep(&moment, NULL);
        scene_draw(s);
    }
    return audio_playing();
}

static void test_aloud__a_question_with_its_choices(void **state)
{
    struct scene *s = *state;
    begin_form(s, md, &upright);
    const struct node *first = session_find(s->app.interview->session, "/data/first");
    char id[160];
    snprintf(id, sizeof id, "%s", question_part(&s->app, first, "listen", ""));
    assert_null(scene_find(s, id)); /* nobody asked for it */
    if (no_voice()) {
        return;
    }
    s->app.looks.speaks = true;
    scene_draw(s);
    assert_true(scene_tap(s, id));
    assert_true(is_heard(s));
    assert_true(scene_tap(s, id));
    assert_false(audio_playing()); /* the same button stops it */
    interview_language(s->app.interview, "tg");
    scene_draw(s);
    assert_null(scene_find(s, id)); /* there is no voice for it */
}

/* A form that plays prompts is read aloud where it has none, unless the interviewer wants quiet. */
static void test_aloud__by_itself_if_the_form_says_so(void **state)
{
    struct scene *s = *state;
    for (int quiet = 0; quiet < 2 && !no_voice(); quiet++) {
        begin_form(s, md, &upright);
        s->app.looks.quiet = quiet;
        assert_true(scene_tap(s, "choice:yes"));
        assert_true(scene_tap(s, "right"));
        assert_int_equal(s->app.aloud != NULL || audio_playing(), !quiet);
        if (!quiet) {
            assert_true(is_heard(s));
            assert_true(scene_tap(s, "lock")); /* whoever locks wants quiet, too */
            assert_false(audio_playing());
            assert_null(s->app.aloud);
            scene_close(s);
        }
    }
    if (no_voice()) {
        begin_form(s, md, &upright);
    }
}

static int tests(void)
{
    const struct CMUnitTest list[] = {
        cmocka_unit_test(test_speech__speaks_ru_and_ky),
        SCENE_TEST(test_aloud__a_question_with_its_choices),
        SCENE_TEST(test_aloud__by_itself_if_the_form_says_so),
    };
    return RUN(list);
}

int main(void)
{
    return steps_run(tests);
}
