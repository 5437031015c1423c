/* SPDX-License-Identifier: Apache-2.0 */
/* Is handing over and loading told, stopped and locked as it should be? */
#include "tests/lib/slow_scene.h"
#include "tests/lib/steps.h"

static size_t files_on_stick(struct scene *s)
{
    struct arena arena;
    const char **names;
    size_t count = 0;
    arena_init(&arena);
    (void)!file_list(&arena, &names, &count, study_path(&s->study, "stick"), ".age", NULL);
    arena_fini(&arena);
    return count;
}

static void test_exchange__handing_over_tells_how_far_it_is_and_can_be_stopped(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(s, window, form, "lists", &look);
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "a")));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "seal-yes"));
    assert_int_equal(s->app.screen, SCREEN_SEALED);
    assert_true(scene_tap(s, "right"));
    size_t before = files_on_stick(s);
    slow_disk_ms = 60;
    assert_true(scene_tap(s, "hand-over"));
    tap_alone(s, "medium:1");
    assert_non_null(s->app.exchange.pending);
    assert_null(scene_find(s, "back")); /* nothing else now */
    assert_true(shows(s, "Подождите"));
    scene_key(s, KEY_ESCAPE);
    slow_disk_ms = 0;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    assert_null(s->app.exchange.pending);
    assert_true(s->app.exchange.done);
    assert_int_equal(files_on_stick(s), before + 1);
    assert_true(scene_tap(s, "right"));
    /* once more, and stopped */
    slow_disk_ms = 60;
    assert_true(scene_tap(s, "hand-over"));
    tap_alone(s, "medium:1");
    assert_non_null(scene_find(s, "stop"));
    tap_alone(s, "stop");
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    slow_disk_ms = 0;
    assert_null(s->app.exchange.pending);
    assert_int_equal(s->app.screen, SCREEN_HAND_OVER);
    assert_true(s->app.exchange.done || shows(s, "Остановлено"));
    assert_int_equal(files_on_stick(s), before + 1 + s->app.exchange.done);
    free(form);
}

static void test_exchange__a_folder_can_be_chosen_and_who_signed_is_told(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};
    struct err err = {0};
    uint8_t hash[32], author[32];
    char words[64], inner[300];
    char *form = long_lists();
    scene_open(s, window, form, "lists", &look);
    snprintf(inner, sizeof inner, "%s", study_path(&s->study, "stick/2026/ноябрь"));
    OK(file_folder(inner, 0700, &err));
    OK(file_folder(study_path(&s->study, "stick/.hidden"), 0700, &err));
    study_issue(&s->study, "stick/2026/ноябрь", form, 2, hash);
    scene_unlock(s);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "folder"));
    assert_null(scene_find(s, "up")); /* a fixed medium is not left */
    assert_null(scene_find(s, "folder:1"));
    assert_true(scene_tap(s, "folder:0"));
    assert_true(shows(s, "ноябрь"));
    assert_true(scene_tap(s, "up"));
    assert_true(scene_tap(s, "back")); /* to the sticks and cards */
    assert_int_equal(s->app.screen, SCREEN_LOAD);
    assert_non_null(scene_find(s, "medium:1"));
    assert_true(scene_tap(s, "back")); /* and home */
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "folder"));
    assert_true(scene_tap(s, "folder:0"));
    assert_true(scene_tap(s, "folder:0"));
    assert_true(scene_tap(s, "take"));
    assert_int_equal(s->app.exchange.step, LOADING_ASK);
    sign_public(author, s->study.author);
    enrol_words(words, author, 32);
    words[4] = '\0'; /* a line may end behind it */
    assert_true(shows(s, words));
    assert_true(shows(s, "List of forms no."));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.exchange.step, LOADING_DONE);
    assert_int_equal(s->app.exchange.loaded.packages, 1);
    assert_true(shows(s, words));
    free(form);
}

/* The coordinator's answer: told with the forms that come with it, and then one is in. */
static void test_exchange__the_answer_to_the_enrolment_is_told_first(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};
    char *form = long_lists();
    scene_ask(s, window, form, "lists", &look);
    struct err err = {0};
    OK(file_folder(study_path(&s->study, "stick"), 0700, &err));
    scene_boot(s);
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_FIRST_REQUEST);
    assert_true(scene_tap(s, "load")); /* too early */
    assert_true(scene_tap(s, "medium:1"));
    assert_int_equal(s->app.exchange.step, LOADING_DONE);
    assert_true(shows(s, "Nothing new"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FIRST_REQUEST);
    study_answer(&s->study, s->hash);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "medium:1"));
    assert_int_equal(s->app.exchange.step, LOADING_ASK);
    assert_true(shows(s, "The coordinator"));
    assert_true(shows(s, "New forms"));
    assert_true(scene_tap(s, "left")); /* not yet */
    assert_true(scene_tap(s, "back"));
    assert_int_equal(s->app.screen, SCREEN_FIRST_REQUEST);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "medium:1"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.exchange.step, LOADING_DONE);
    assert_int_equal(s->app.exchange.loaded.grants, 1);
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_int_equal(s->app.home.form_count, 1);
    free(form);
}

/* What a stick would change is told first; who does not want it leaves all as it is. */
static void test_exchange__what_is_found_is_told_before_it_is_taken(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};
    uint8_t hash[32], had[32];
    char *form = long_lists();
    scene_open(s, window, form, "lists", &look);
    scene_unlock(s);
    memcpy(had, s->app.home.forms[0].form.hash, 32);
    uint64_t epoch = s->app.home.epoch;
    study_issue(&s->study, "stick", form, 2, hash);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "medium:1"));
    assert_int_equal(s->app.exchange.step, LOADING_ASK);
    assert_true(shows(s, "This was found"));
    assert_true(shows(s, "Updated forms"));
    assert_false(shows(s, "New forms"));
    assert_true(scene_tap(s, "left"));
    assert_int_equal(s->app.exchange.step, LOADING_CHOOSE);
    assert_true(scene_tap(s, "back"));
    assert_memory_equal(s->app.home.forms[0].form.hash, had, 32);
    assert_int_equal(s->app.home.epoch, epoch);
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "medium:1"));
    scene_key(s, KEY_ESCAPE); /* as "back" */
    assert_int_equal(s->app.exchange.step, LOADING_CHOOSE);
    assert_true(scene_tap(s, "medium:1"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.exchange.step, LOADING_DONE);
    assert_true(shows(s, "Updated forms"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_memory_equal(s->app.home.forms[0].form.hash, hash, 32);
    assert_true(scene_tap(s, "load")); /* once more: nothing new */
    assert_true(scene_tap(s, "medium:1"));
    assert_int_equal(s->app.exchange.step, LOADING_DONE);
    assert_true(shows(s, "Nothing new"));
    assert_true(scene_tap(s, "right"));
    study_issue(&s->study, "stick", NULL, 0, hash); /* the form goes */
    assert_true(scene_tap(s, "load"));
    assert_true(scene_tap(s, "medium:1"));
    assert_true(shows(s, "No longer in force"));
    assert_int_equal(s->app.home.form_count, 1);
    assert_true(scene_tap(s, "right"));
    assert_true(shows(s, "No longer in force"));
    assert_int_equal(s->app.home.form_count, 0);
    free(form);
}

/* A copy that is being ended keeps nobody from locking the screen. */
static void test_exchange__locks_behind_a_slow_stick(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(s, window, form, "lists", &look);
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "a")));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "seal-yes"));
    assert_true(scene_tap(s, "right"));
    for (int idle = 0; idle < 2; idle++) {
        assert_true(scene_tap(s, "hand-over"));
        slow_disk_ms = 500;
        tap_alone(s, "medium:1");
        unsigned before = slow_disk_syncs;
        for (int k = 0; k < 1000 && slow_disk_syncs == before; k++) {
            usleep(1000); /* until the stick is being waited for */
        }
        assert_non_null(s->app.exchange.pending);
        if (idle) {
            s->app.loop.last_input_ms -= 2 * 60 * 1000 + 1000;
            scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
        } else {
            tap_alone(s, "lock");
        }
        assert_int_equal(s->app.screen, SCREEN_UNLOCK);
        assert_true(shows(s, "Экран заблокирован"));
        assert_int_equal(s->app.exchange.progress.stop,
                         !idle); /* a copy that goes on comes to its end */
        assert_false(shows(s, "stick"));
        assert_int_equal(s->app.ui.target_count, 0);
        assert_int_equal(s->app.home.form_count, 0);
        slow_disk_ms = 0;
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
        assert_null(s->app.exchange.pending);
        assert_null(s->app.exchange.locking);
        assert_non_null(scene_find(s, "show")); /* the passphrase's field */
        struct err err = {0};
        OK(writer_call(s->app.writer, is_locked, NULL, &err));
        scene_unlock(s);
        assert_int_equal(s->app.screen, SCREEN_HOME);
        assert_int_equal(s->app.home.waiting.count, 1);
    }
    free(form);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SLOW_SCENE_TEST(test_exchange__handing_over_tells_how_far_it_is_and_can_be_stopped),
        SLOW_SCENE_TEST(test_exchange__a_folder_can_be_chosen_and_who_signed_is_told),
        SLOW_SCENE_TEST(test_exchange__the_answer_to_the_enrolment_is_told_first),
        SLOW_SCENE_TEST(test_exchange__what_is_found_is_told_before_it_is_taken),
        SLOW_SCENE_TEST(test_exchange__locks_behind_a_slow_stick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
