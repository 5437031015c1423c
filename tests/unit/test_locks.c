/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets past a lock: a respondent, a PIN, a coordinator? */
#include "tests/lib/steps.h"

static void test_locks__the_respondent_has_no_other_way(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/contact/phone");
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_HAND);
    scene_type(s, "47");
    assert_true(scene_tap(s, "key:enter")); /* too short */
    assert_int_equal(s->app.screen, SCREEN_HAND);
    scene_type(s, "1108");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(s->app.respondent.holds);
    assert_null(scene_find(s, "back"));
    assert_null(scene_find(s, "left"));
    assert_null(scene_find(s, "menu"));
    struct node *first = s->app.interview->page.node;
    scene_key(s, KEY_ESCAPE);
    scene_drag(s, 200, 800, 600, 810); /* a swipe back */
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_ptr_equal(s->app.interview->page.node, first);
    scene_tap(s, "choice:yes");
    assert_true(scene_tap(s, "right"));
    assert_non_null(scene_find(s, "back")); /* within the block one may go back */
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    assert_null(scene_find(s, "back"));
    scene_key(s, KEY_ESCAPE);
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    scene_type(s, "999988");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_false(s->app.respondent.holds);
    assert_non_null(scene_find(s, "menu"));
    assert_string_equal(value(s, "/data/own/fair"), "yes");
}

/* The padlock of the interview's page: the interviewer's locks the device. */
static void test_locks__the_padlock_locks_the_interview(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/contact/phone");
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(scene_tap(s, "lock"));
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_null(s->app.interview);
}

static void test_locks__five_wrong_pins_lock_and_lose_nothing(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/contact/phone");
    scene_tap(s, "right");
    scene_type(s, "471108");
    scene_tap(s, "key:enter");
    scene_tap(s, "choice:no");
    assert_true(scene_tap(s, "lock")); /* the respondent wants to stop */
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(s->app.screen, SCREEN_RETURN);
        scene_type(s, "000011");
        scene_tap(s, "key:enter");
    }
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_int_equal(s->app.locks.device.pin_tries, 0);
    scene_unlock(s);
    resume(s);
    assert_string_equal(value(s, "/data/own/fair"), "no");
    assert_false(s->app.respondent.holds);
}

static void choose_pin(struct scene *s, const char *digits)
{
    scene_type(s, digits);
    assert_true(scene_tap(s, "key:enter"));
}

static bool end_soft(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    device_end_soft(d);
    return true;
}

static void test_locks__a_pin_brings_back_the_interview_after_a_break(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    go_to(s, "/data/place_name");
    scene_type(s, "Айгүл");
    app_lock(&s->app);
    scene_draw(s);
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_null(scene_find(s, "by-pass")); /* none was chosen: the passphrase */
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(scene_tap(s, "pin")); /* offered now */
    assert_int_equal(s->app.screen, SCREEN_PIN);
    choose_pin(s, "123456");
    assert_int_equal(s->app.screen, SCREEN_PIN);
    scene_key(s, KEY_BACKSPACE);
    choose_pin(s, "8");
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_null(scene_find(s, "pin"));
    resume(s);
    struct node *here = s->app.interview->page.node;
    const char *name = here->name;
    assert_string_equal(name, "place_name");
    s->app.loop.last_input_ms -= 16 * 60 * 1000; /* a break */
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_null(s->app.interview);
    assert_non_null(scene_find(s, "by-pass"));
    choose_pin(s, "123459");
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_string_not_equal(s->app.message.text, "");
    choose_pin(s, "123458");
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_string_equal(s->app.interview->page.node->name, "place_name");
    assert_string_equal(s->app.ui.edit.text.data, "Айгүл");
    app_lock(&s->app);
    scene_draw(s);
    assert_true(scene_tap(s, "by-pass")); /* at a border: from now on the passphrase alone */
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_null(scene_find(s, "by-pass"));
    assert_false(s->app.locks.device.pin);
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    app_lock(&s->app);
    scene_draw(s);
    assert_non_null(scene_find(s, "by-pass"));
    OK(writer_call(s->app.writer, end_soft, NULL, &err));
    scene_event(s, (struct window_event){.kind = WINDOW_NONE}); /* half an hour is over */
    assert_null(scene_find(s, "by-pass"));
    scene_unlock(s);
    s->app.loop.last_input_ms -= 40 * 60 * 1000; /* asleep: the half hour was over before it woke */
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_null(scene_find(s, "by-pass"));
    scene_unlock(s);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "pin"));
    assert_true(scene_tap(s, "drop"));
    assert_int_equal(s->app.screen, SCREEN_SETTINGS);
    assert_false(s->app.locks.device.pin);
}

static void test_locks__for_a_border_only_the_coordinator_opens(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    go_to(s, "/data/place_name");
    scene_type(s, "Баткен");
    app_lock(&s->app);
    scene_draw(s);
    scene_unlock(s);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "travel"));
    assert_true(scene_tap(s, "keep"));
    assert_int_equal(s->app.screen, SCREEN_SETTINGS);
    assert_true(scene_tap(s, "travel"));
    assert_true(scene_tap(s, "travel-yes"));
    assert_int_equal(s->app.screen, SCREEN_TRAVEL);
    assert_false(shows(s, "stick"));
    device_close(app_end(&s->app)); /* a restart, and the right passphrase, are no way round it */
    OK(device_open(&s->study.device, study_path(&s->study, "device"), &err));
    assert_false(device_unlock(s->study.device, study_pass, sizeof study_pass - 1, &err));
    scene_boot(s);
    assert_int_equal(s->app.screen, SCREEN_TRAVEL);
    assert_null(scene_find(s, "show"));
    assert_true(scene_tap(s, "answer")); /* there is none yet */
    scene_type(s, study_pass);
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_TRAVEL);
    assert_string_not_equal(s->app.message.text, "");
    /* the words of a request can be had again, by whoever knows its passphrase */
    assert_true(scene_tap(s, "again"));
    assert_int_equal(scene_travel(s)->step, TRAVEL_SEND);
    char words[64];
    snprintf(words, sizeof words, "%s", scene_travel(s)->words);
    assert_true(scene_tap(s, "answer"));
    scene_type(s, study_pass);
    assert_true(scene_tap(s, "key:enter"));
    assert_true(scene_tap(s, "again"));
    assert_string_equal(scene_travel(s)->words, words);
    assert_true(scene_tap(s, "back"));
    assert_true(scene_tap(s, "ask"));
    assert_true(scene_tap(s, "right"));
    scene_type(s, "не то что сказали нам");
    assert_true(scene_tap(s, "key:enter")); /* not the words that were shown */
    assert_int_equal(scene_travel(s)->step, TRAVEL_REPEAT);
    scene_return(s);
    assert_int_equal(s->app.home.draft_count, 1);
    resume(s);
    assert_string_equal(s->app.ui.edit.text.data, "Баткен");
    app_lock(&s->app);
    scene_draw(s);
    scene_unlock(s); /* the new passphrase opens from now on */
    assert_int_equal(s->app.screen, SCREEN_HOME);
}

/* A block inside a repeat: its entries are not the respondent's to open or delete. */
static void test_locks__the_block_holds_inside_a_repeat(void **state)
{
    struct scene *s = *state;
    static const char nested[] = "| survey |\n"
                                 "| | type | name | label | appearance |\n"
                                 "| | begin_repeat | child | Children | |\n"
                                 "| | text | who | Who? | |\n"
                                 "| | begin_group | own | Own | respondent-screen |\n"
                                 "| | select_one yn | glad | Glad? | |\n"
                                 "| | select_one yn | calm | Calm? | |\n"
                                 "| | end_group | | | |\n"
                                 "| | end_repeat | | | |\n"
                                 "| choices |\n"
                                 "| | list_name | name | label |\n"
                                 "| | yn | yes | Yes |\n";
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char path[] = "/tmp/suhbat-nested-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, nested, sizeof nested - 1) == sizeof nested - 1);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_begin(s, window, form, "form", &look);
    if (!scene_tap(s, "entry:1")) {
        assert_true(scene_tap(s, "add"));
    }
    scene_type(s, "A");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_HAND);
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(s->app.respondent.holds);
    struct node *first = s->app.interview->page.node;
    assert_null(scene_find(s, "back"));
    scene_drag(s, 200, 900, 600, 900);
    scene_key(s, KEY_ESCAPE);
    assert_ptr_equal(s->app.interview->page.node, first);
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    scene_tap(s, "right");
    assert_non_null(scene_find(s, "back"));
    scene_tap(s, "right"); /* the entry's end: back to the interviewer */
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    free(form);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_locks__the_respondent_has_no_other_way),
        SCENE_TEST(test_locks__the_padlock_locks_the_interview),
        SCENE_TEST(test_locks__five_wrong_pins_lock_and_lose_nothing),
        SCENE_TEST(test_locks__a_pin_brings_back_the_interview_after_a_break),
        SCENE_TEST(test_locks__for_a_border_only_the_coordinator_opens),
        SCENE_TEST(test_locks__the_block_holds_inside_a_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
