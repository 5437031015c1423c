/* SPDX-License-Identifier: Apache-2.0 */
/* Does the talk flow, with slow cards, long lists, sleep, memos and sticks? */
#include "app/interview/interview_correction.h"
#include "app/interview/interview_files.h"
#include "forms/engine/instance.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"
#include "tests/lib/slow_scene.h"
#include "tests/lib/steps.h"

/* Dark pixels of what was shown last. */
static unsigned ink_shown(void)
{
    uint8_t *rgb = window_pixels(window);
    unsigned ink = 0;
    for (int i = 0; i < 720 * 1280 * 3; i++) {
        ink += rgb[i] < 100;
    }
    free(rgb);
    return ink;
}

static void test_flow__a_hidden_window_shows_nothing(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    scene_event(s, (struct window_event){.kind = WINDOW_HIDE});
    assert_int_equal(ink_shown(), 0);
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(ink_shown() > 1000);
}

static void test_flow__asleep_it_shows_nothing_and_has_put_all_away(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/place_name");
    scene_type(s, "полслова");
    assert_true(ink_shown() > 1000);
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    assert_int_equal(ink_shown(), 0);
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE}); /* not yet */
    scene_type(s, "!");
    assert_int_equal(ink_shown(), 0);
    scene_event(s, (struct window_event){.kind = WINDOW_AWAKE});
    assert_true(ink_shown() > 1000);
    assert_string_equal(s->app.ui.edit.text.data, "полслова");
    /* the battery dies in the night: what was half typed comes back */
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(s);
    assert_string_equal(s->app.ui.edit.text.data, "полслова");
    /* a sleep longer than the device may lie about: locked before anything is shown */
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    s->app.loop.last_input_ms -= 3600 * 1000;
    scene_event(s, (struct window_event){.kind = WINDOW_AWAKE});
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
}

/* One finger, twice within half a second, where Next was. */
static void touch_twice(struct scene *s, struct rect r, int64_t apart_ms)
{
    for (int k = 0; k < 2; k++) {
        struct window_event e = {.kind = WINDOW_DOWN, .x = r.x + r.w / 2, .y = r.y + r.h / 2};
        s->app.ui.last_ms -= 1000;
        (void)app_handle(&s->app, &e);
        app_draw(&s->app);
        e.kind = WINDOW_UP;
        (void)app_handle(&s->app, &e);
        app_draw(&s->app);
        s->app.loop.arrived_ms -= apart_ms;
    }
}

static void test_flow__two_quick_taps_never_seal(void **state)
{
    struct scene *s = *state;
    char *form = long_lists();
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_begin(s, window, form, "lists", &look);
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "a")));
    struct rect next = rect_of(s, "right");
    touch_twice(s, next, 500);
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_int_equal(s->app.sheet, SHEET_NONE);
    touch_twice(s, next, 500); /* on and on: it is asked, but not sealed */
    touch_twice(s, next, 500);
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_int_equal(s->app.sheet, SHEET_SEAL);
    assert_int_equal(s->app.home.draft_count + (s->app.interview != NULL), 1);
    assert_true(scene_tap(s, "keep"));
    assert_int_equal(s->app.sheet, SHEET_NONE);
    assert_true(scene_tap(s, "right"));
    struct rect yes = rect_of(s, "seal-yes");
    s->app.loop.arrived_ms = clock_mono_ms();
    touch_twice(s, yes, 100); /* too early for what cannot be undone */
    assert_non_null(s->app.interview);
    assert_true(scene_tap(s, "seal-yes"));
    assert_int_equal(s->app.screen, SCREEN_SEALED);
    uint32_t number =
        s->app.opening.sealed_number; /* the same form once more, without the way home */
    assert_true(scene_tap(s, "next-interview"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_int_equal(s->app.interview->draft.number, number + 1);
    assert_string_equal(value(s, "/data/g/r"), "");
    free(form);
}

static void test_flow__a_slow_card_holds_the_page_not_the_screen(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    go_to(s, "/data/ban");
    struct node *asked = s->app.interview->page.node;
    slow_disk_ms = 1200;
    tap_alone(s, "choice:yes");
    int64_t start = clock_mono_ms();
    tap_alone(s, "right");
    assert_true(clock_mono_ms() - start < slow_disk_ms / 2); /* not held up */
    assert_int_equal(s->app.view.leaving, LEAVE_NEXT);
    assert_ptr_equal(s->app.interview->page.node, asked);
    assert_string_equal(value(s, "/data/ban"), "yes");
    assert_false(shows(s, "Ответ записывается"));
    tap_alone(s, "choice:no"); /* nothing more is taken on this page */
    assert_string_equal(value(s, "/data/ban"), "yes");
    s->app.view.leaving_ms -= 1000; /* it takes long: say so */
    scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
    assert_true(shows(s, "Ответ записывается"));
    /* it is told when the medium has it */
    struct window_event e;
    window_wait(window, 5000, &e);
    while (e.kind != WINDOW_SAVED && e.kind != WINDOW_NONE) {
        window_wait(window, 5000, &e);
    }
    assert_int_equal(e.kind, WINDOW_SAVED);
    scene_event_alone(s, e);
    assert_int_equal(s->app.view.leaving, LEAVE_NONE);
    assert_ptr_not_equal(s->app.interview->page.node, asked);
    assert_false(shows(s, "Ответ записывается"));
    /* back, and locked while the page waits: the answer is there afterwards */
    tap_alone(s, "left");
    while (s->app.view.leaving) {
        OK(interview_sync(s->app.interview, &err));
        scene_event_alone(s, (struct window_event){.kind = WINDOW_SAVED});
    }
    assert_ptr_equal(s->app.interview->page.node, asked);
    tap_alone(s, "choice:no");
    tap_alone(s, "right");
    assert_int_equal(s->app.view.leaving, LEAVE_NEXT);
    app_lock(&s->app);
    assert_int_equal(s->app.view.leaving, LEAVE_NONE);
    slow_disk_ms = 0;
    scene_draw(s);
    scene_unlock(s);
    resume(s);
    assert_string_equal(value(s, "/data/ban"), "no");
}

static void test_flow__back_from_a_refused_answer_on_a_slow_card(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    go_to(s, "/data/age");
    scene_type(s, "500");
    slow_disk_ms = 50;
    tap_alone(s, "back");
    assert_int_equal(s->app.view.leaving, LEAVE_BACK);
    uint64_t ticket = s->app.interview->ticket;
    OK(interview_sync(s->app.interview, &err));
    scene_event_alone(s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(s->app.view.leaving, LEAVE_NONE); /* once, and not refused anew for ever */
    assert_string_equal(s->app.interview->page.node->name, "secret");
    assert_true(s->app.interview->ticket <= ticket + 1); /* the page that is shown now */
    slow_disk_ms = 0;
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/age"), "500"); /* it stands, but not for long */
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "age");
    assert_non_null(s->app.view.refused);
}

static void test_flow__keys_typed_ahead_are_for_the_next_page(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/secret");
    scene_type(s, "А17");
    slow_disk_ms = 60;
    scene_event_alone(s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    assert_int_equal(s->app.view.leaving, LEAVE_NEXT);
    scene_event_alone(s, (struct window_event){.kind = WINDOW_TEXT, .text = "2"});
    slow_disk_ms = 0;
    /* covered meanwhile: what comes of it is not painted */
    scene_event_alone(s, (struct window_event){.kind = WINDOW_HIDE});
    scene_event(s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(ink_shown(), 0);
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(ink_shown() > 1000);
    assert_string_equal(s->app.interview->page.node->name, "age");
    scene_event(s, (struct window_event){.kind = WINDOW_TEXT, .text = "5"});
    assert_string_equal(s->app.ui.edit.text.data, "25");
    assert_string_equal(value(s, "/data/secret"), "А17");
    /* but no key that was meant for a page seals a record */
    struct page *pages;
    size_t count, at;
    interview_pages(s->app.interview, &s->app.ui.frame, &pages, &count, &at);
    slow_disk_ms = 60; /* the page itself is still on its way */
    interview_go(s->app.interview, &pages[count - 1]);
    page_arrive(&s->app);
    scene_draw(s);
    tap_alone(s, "right"); /* its entries hold nothing: said once */
    tap_alone(s, "right");
    assert_int_equal(s->app.view.leaving, LEAVE_NEXT);
    scene_event_alone(s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    scene_event_alone(s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    slow_disk_ms = 0;
    scene_event(s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_int_equal(s->app.view.ahead_count, 0);
    /* emphasis is taken out of a row; what is none stays */
    assert_string_equal(ui_plain(&s->app.ui, "**Да** <b>нет</b> a_b, 2 < 3 > 1, №*"),
                        "Да нет a_b, 2 < 3 > 1, №*");
}

static void test_flow__the_outline_lists_what_has_no_answer(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/place_name");
    scene_type(s, "Өзгөн");
    assert_true(scene_tap(s, "outline"));
    assert_null(scene_find(s, "leaf:1"));
    assert_true(scene_tap(s, "open:1")); /* a section's questions, with what was answered */
    assert_non_null(scene_find(s, "leaf:1"));
    assert_true(shows(s, "Өзгөн"));
    assert_true(scene_tap(s, "unanswered"));
    assert_false(shows(s, "Өзгөн"));
    assert_null(scene_find(s, "leaf:1")); /* this one has an answer */
    assert_true(scene_tap(s, "leaf:2"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_string_equal(s->app.interview->page.node->name, "story");
    /* the looks may be changed in the middle of an interview; nothing is lost by it */
    scene_type(s, "Үч жыл");
    scene_tap(s, "menu");
    assert_true(scene_tap(s, "settings"));
    assert_true(scene_tap(s, "night"));
    assert_true(scene_tap(s, "back"));
    assert_true(s->app.looks.night);
    assert_string_equal(s->app.interview->page.node->name, "story");
    assert_string_equal(s->app.ui.edit.text.data, "Үч жыл");
}

static void test_flow__a_kept_list_follows_answers_and_languages(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(s, window, form, "lists", &look);
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "a")));
    assert_non_null(scene_find(s, choice_of(s, "/data/g/v", "c0")));
    assert_null(scene_find(s, choice_of(s, "/data/g/v", "c1")));
    assert_true(shows(s, "a 0"));
    scene_draw(s); /* kept from here on */
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "b")));
    assert_null(scene_find(s, choice_of(s, "/data/g/v", "c0")));
    assert_non_null(scene_find(s, choice_of(s, "/data/g/v", "c1")));
    assert_non_null(scene_find(s, choice_of(s, "/data/g/w", "c0")));
    assert_true(shows(s, "b 0"));
    assert_false(shows(s, "a 0"));
    assert_true(shows(s, "село 0"));
    assert_true(scene_tap(s, "language"));
    assert_true(shows(s, "айыл 0"));
    assert_false(shows(s, "село 0"));
    assert_true(scene_tap(s, choice_of(s, "/data/g/v", "c3")));
    assert_string_equal(value(s, "/data/g/v"), "c3");
    /* what is no longer offered is not taken for an answer */
    struct err err = {0};
    struct node *v = session_find(s->app.interview->session, "/data/g/v");
    assert_int_equal(session_answer(s->app.interview->session, v, "c2", &err), ANSWER_CHOICE);
    assert_int_equal(session_answer(s->app.interview->session, v, "c", &err), ANSWER_CHOICE);
    assert_int_equal(session_answer(s->app.interview->session, v, "c5", &err), ANSWER_OK);
    /* a list that nothing changes is looked up, to its last row, and its chosen row is shown */
    struct node *w = session_find(s->app.interview->session, "/data/g/w");
    for (int again = 0; again < 2; again++) {
        assert_int_equal(session_answer(s->app.interview->session, w, "c1200", &err),
                         ANSWER_CHOICE);
        assert_int_equal(session_answer(s->app.interview->session, w, "c1199", &err), ANSWER_OK);
        scene_draw(s);
        assert_non_null(scene_show(s, choice_of(s, "/data/g/w", "c1199")));
        assert_null(scene_find(s, choice_of(s, "/data/g/w", "c1198")));
        assert_int_equal(session_answer(s->app.interview->session, w, "c1198", &err), ANSWER_OK);
        scene_draw(s);
        assert_null(scene_find(s, choice_of(s, "/data/g/w", "c1199")));
        assert_non_null(scene_show(s, choice_of(s, "/data/g/w", "c1198")));
    }
    free(form);
}

/* At 200 % a question is read from its beginning; its field opens at a touch, or at the first key.
 */
static void test_flow__a_long_question_is_read_before_its_field_opens(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 2, .language = UI_TG};
    scene_begin(s, window, widgets, "widgets", &look);
    go_to(s, "/data/place_name");
    assert_string_equal(s->app.ui.edit.id, "");
    assert_int_equal(s->app.ui.scroll, 0);
    scene_type(s, "Ош");
    assert_string_equal(s->app.ui.edit.text.data, "Ош");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/place_name"), "Ош");
    go_to(s, "/data/age"); /* a short one opens by itself */
    assert_string_not_equal(s->app.ui.edit.id, "");
    go_to(s, "/data/secret");
    s->app.ui.text_scale = 1;
    go_to(s, "/data/story");
    assert_string_not_equal(s->app.ui.edit.id, "");
}

static void test_flow__a_doubt_is_shown_and_holds_nobody_up(void **state)
{
    struct scene *s = *state;
    static const char text[] =
        "| survey |\n"
        "| | type | name | label | relevant | required | bind::suhbat:doubt |\n"
        "| | integer | size | How many? | | yes | |\n"
        "| | select_one chk | chk | ${size}, is that right? | ${size} > 15 | yes | fix unsure |\n"
        "| | select_multiple chk | many | And these? | | | fix |\n"
        "| choices |\n"
        "| | list_name | name | label |\n"
        "| | chk | right | All right |\n"
        "| | chk | fix | I shall mend it |\n"
        "| | chk | unsure | Not sure |\n"
        "| settings |\n"
        "| | form_id | namespaces |\n"
        "| | doubts | suhbat=\"https://suhbat.org/xforms\" |\n";
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};
    char path[] = "/tmp/suhbat-doubts-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_begin(s, window, form, "doubts", &look);
    scene_type(s, "20");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(scene_tap(s, "choice:unsure"));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "choice:right"));
    assert_true(scene_tap(s, "choice:fix"));
    assert_true(scene_tap(s, "outline"));
    assert_true(shows(s, "Doubtful · 2"));
    assert_true(scene_tap(s, "doubtful"));
    assert_non_null(scene_find(s, "leaf:2"));
    assert_non_null(scene_find(s, "leaf:3"));
    assert_null(scene_find(s, "leaf:1"));
    assert_true(scene_tap(s, "leaf:3"));
    assert_true(scene_tap(s, "choice:fix")); /* not any more */
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(shows(s, "Doubtful answers: 1"));
    assert_true(shows(s, "Not sure"));
    assert_true(scene_tap(s, "doubt:1")); /* the way there */
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(scene_tap(s, "left"));
    assert_true(scene_tap(s, typed_id(&s->app, s->app.interview->page.node)));
    scene_key(s, KEY_BACKSPACE);
    scene_key(s, KEY_BACKSPACE);
    scene_type(s, "12"); /* what is not asked any more leaves no doubt */
    assert_true(scene_tap(s, "key:enter"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_false(shows(s, "Doubtful"));
    assert_true(scene_tap(s, "back"));
    assert_true(scene_tap(s, "choice:fix"));
    assert_true(scene_tap(s, "right"));
    assert_true(shows(s, "Doubtful answers: 1"));
    assert_true(scene_tap(s, "right")); /* sealed all the same */
    assert_true(scene_tap(s, "seal-yes"));
    assert_int_equal(s->app.screen, SCREEN_SEALED);
    free(form);
}

/* A smaller count takes filled entries away: whoever goes on reads it on the next page, too,
 * however slow the card is; once. */
static void test_flow__entries_that_a_count_took_are_told_on_the_next_page(void **state)
{
    (void)state;
    static const char form[] =
        "| survey |\n| | type | name | label | repeat_count |\n| | select_one n | cnt | How many? "
        "| |\n"
        "| | text | mid | And? | |\n| | begin repeat | r | Rs | ${cnt} |\n| | text | t | T | |\n"
        "| | end repeat | | | |\n| | text | last | Last | |\n| choices |\n"
        "| | list_name | name | label |\n| | n | 1 | One |\n| | n | 3 | Three |\n";
    for (int slow = 0; slow < 2; slow++) {
        struct scene s;
        struct scene_look look = {
            .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};
        begin_form(&s, form, &look);
        assert_true(scene_tap(&s, "choice:3"));
        assert_int_equal(put(s.app.interview->session, "/data/r[3]/t", "x"), ANSWER_OK);
        assert_int_equal(put(s.app.interview->session, "/data/r[2]/t", "y"), ANSWER_OK);
        slow_disk_ms = slow ? 40 : 0;
        assert_true(scene_tap(&s, "choice:1"));
        if (strcmp(s.app.interview->page.node->name, "cnt") == 0) {
            assert_true(shows(&s, "Entries with answers removed: 2"));
            assert_true(scene_tap(&s, "right"));
        }
        for (int i = 0; i < 20 && strcmp(s.app.interview->page.node->name, "mid") != 0; i++) {
            scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
        }
        slow_disk_ms = 0;
        assert_string_equal(s.app.interview->page.node->name, "mid");
        assert_true(shows(&s, "Entries with answers removed: 2"));
        assert_true(scene_tap(&s, scene_find(&s, "right") ? "right" : "key:enter"));
        assert_string_not_equal(s.app.interview->page.node->name, "mid");
        assert_false(shows(&s, "Filled entries"));
        scene_close(&s);
    }
}

static bool choose_pin(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    return device_set_pin(d, "471108", err);
}

/* A card that fails for a while: what was answered meanwhile is written when it works again; and
 * what it never takes is not said to be there. */
static void test_flow__what_a_card_did_not_take_is_tried_again_or_told(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_begin(s, window, widgets, "widgets", &look);
    OK(writer_call(s->app.writer, choose_pin, NULL, &err));
    go_to(s, "/data/place_name");
    scene_type(s, "Ош");
    slow_disk_broken = true;
    scene_tap(s, "key:enter");
    assert_non_null(strstr(s->app.message.text, "координатора"));
    assert_string_equal(s->app.interview->page.node->name, "place_name"); /* the page is held */
    slow_disk_broken = false;
    assert_true(scene_tap(s, scene_find(s, "right") ? "right" : "key:enter"));
    assert_string_equal(s->app.interview->page.node->name, "story");
    cut_and_resume(s);
    assert_string_equal(value(s, "/data/place_name"), "Ош");
    go_to(s, "/data/place_name");
    scene_tap(s, typed_id(&s->app, s->app.interview->page.node));
    scene_type(s, "!");
    slow_disk_broken = true;
    app_lock(&s->app);
    scene_draw(s);
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_non_null(strstr(s->app.message.text, "не записались"));
    slow_disk_broken = false;
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_non_null(strstr(s->app.message.text, "не записались"));
    assert_string_equal(value(s, "/data/place_name"), "Ош");
}

static bool forget_wait(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    device_forget_wait(d);
    return true;
}

/* What a form works out may be put right by hand, until what it comes from changes. */
static void test_flow__a_calculated_answer_can_be_put_right(void **state)
{
    struct scene *s = *state;
    static const char form[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'>"
        "<h:head><h:title>C</h:title><model><instance><data id='calculated'><born/><age/><shown/>"
        "</data></instance><bind nodeset='/data/born' type='int'/>"
        "<bind nodeset='/data/age' type='int' calculate='2026 - /data/born'/>"
        "<bind nodeset='/data/shown' type='int' readonly='true()' calculate='/data/age * 12'/>"
        "</model></h:head><h:body><input ref='/data/born'><label>B</label></input>"
        "<input ref='/data/age'><label>A</label></input>"
        "<input ref='/data/shown'><label>S</label></input></h:body></h:html>";
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_begin(s, window, form, "calculated", &look);
    scene_type(s, "1990");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/age"), "36");
    struct node *age = s->app.interview->page.node;
    assert_true(scene_tap(s, typed_id(&s->app, age)));
    scene_key(s, KEY_BACKSPACE);
    scene_type(s, "5"); /* not born in January */
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/age"), "35");
    assert_string_equal(value(s, "/data/shown"), "420");
    assert_true(shows(s, "420"));
    assert_null(scene_find(s, "key:enter")); /* this one is only shown */
    cut_and_resume(s);
    assert_string_equal(value(s, "/data/age"), "35");
    go_to(s, "/data/born");
    assert_true(scene_tap(s, typed_id(&s->app, s->app.interview->page.node)));
    scene_key(s, KEY_BACKSPACE);
    scene_type(s, "5");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/age"), "31");
}

static void test_flow__a_border_lock_that_was_not_written_says_so(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "leave"));
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "travel"));
    slow_disk_broken = true;
    assert_true(scene_tap(s, "travel-yes"));
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_non_null(strstr(s->app.message.text, "Неизвестно, закрыто ли"));
    slow_disk_broken = false;
    scene_unlock(s); /* and so it is */
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_int_equal(s->app.home.draft_count, 1);
}

/* Nobody learns of the tenth mistake by making it, and who has forgotten need not make it. */
static void test_flow__mistakes_are_counted_aloud_and_forgotten_words_have_a_way(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    app_lock_hard(&s->app);
    scene_draw(s);
    for (unsigned k = 1; k <= 7; k++) {
        assert_true((scene_find(s, "forgot") != NULL) == (k > 5));
        OK(writer_call(s->app.writer, forget_wait, NULL, &err));
        scene_type(s, "бир эки үч төрт алты");
        assert_true(scene_tap(s, "key:enter"));
        assert_int_equal(s->app.locks.device.failures, k);
        assert_true((strstr(s->app.message.text, "только координатор") != NULL) == (k >= 7));
    }
    assert_true(scene_tap(s, "forgot"));
    assert_true(scene_tap(s, "keep")); /* thought of them after all */
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_true(scene_tap(s, "forgot"));
    assert_true(scene_tap(s, "travel-yes"));
    assert_int_equal(s->app.screen, SCREEN_TRAVEL);
    /* what is shown and typed here does not stay */
    assert_true(scene_tap(s, "ask"));
    assert_string_not_equal(scene_travel(s)->suggested, "");
    s->app.loop.last_input_ms -= 2 * 60 * 1000 + 1000;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    assert_int_equal(scene_travel(s)->step, TRAVEL_START);
    assert_string_equal(scene_travel(s)->suggested, "");
    /* the right answer is found among others' */
    struct buf junk = {0};
    for (int k = 0; k < TRAVEL_BYTES; k++) {
        buf_char(&junk, 'x');
    }
    memcpy(junk.data, "SBV1", 4);
    for (int k = 0; k < 80; k++) {
        char name[40];
        snprintf(name, sizeof name, "a%02d.sbv", k);
        study_put(&s->study, "stick", name, &junk);
    }
    buf_fini(&junk);
    /* while the stick is read, the field is out of sight: no key changes what is in it */
    scene_return_until(s);
    slow_disk_hangs = true;
    tap_alone(s, "key:enter");
    assert_non_null(s->app.task.task);
    for (int k = 0; k < 3; k++) {
        scene_event_alone(s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_BACKSPACE});
    }
    slow_disk_hangs = false;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_int_equal(s->app.home.draft_count, 1);
}

static bool dawdle(struct device *d, void *arg, struct err *err)
{
    (void)d;
    (void)err;
    while (*(atomic_bool *)arg) {
        usleep(1000);
    }
    return true;
}

static void test_flow__opening_a_draft_tells_how_far_it_is_and_can_be_stopped(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    atomic_bool busy = true;
    open_interview(s);
    go_to(s, "/data/ban");
    assert_true(scene_tap(s, "choice:yes"));
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "leave"));
    char draft[32];
    snprintf(draft, sizeof draft, "draft:%u", s->app.home.drafts[0].number);
    for (int stop = 0; stop < 3; stop++) {
        busy = true;
        struct writer_pending *task = writer_begin(s->app.writer, dawdle, &busy);
        int64_t start = clock_mono_ms();
        tap_alone(s, draft);
        assert_true(clock_mono_ms() - start < 2000);
        assert_non_null(s->app.task.task);
        assert_true(shows(s, "Черновик открывается"));
        assert_int_equal(s->app.task.progress->total, s->app.home.drafts[0].events);
        assert_true(shows(s, "Записей"));
        if (stop == 1) {
            tap_alone(s, "stop");
            assert_non_null(s->app.task.task); /* the device is waited for */
        }
        busy = false;
        OK(writer_end(s->app.writer, task, &err));
        if (stop == 2) { /* locked meanwhile: as if it had been open already */
            uint8_t id[16];
            memcpy(id, s->app.home.drafts[0].id, sizeof id);
            app_lock(&s->app);
            scene_draw(s);
            assert_int_equal(s->app.screen, SCREEN_UNLOCK);
            assert_null(s->app.interview);
            assert_true(s->app.opening.to_resume); /* a PIN leads into it */
            assert_memory_equal(s->app.opening.resume_id, id, sizeof id);
            OK(writer_call(s->app.writer, is_locked, NULL, &err));
            scene_unlock(s);
            break;
        }
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
        if (stop == 1) {
            assert_int_equal(s->app.screen, SCREEN_HOME);
            assert_null(s->app.interview);
            assert_true(shows(s, "Остановлено"));
        } else {
            assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
            assert_true(scene_tap(s, "menu"));
            assert_true(scene_tap(s, "leave"));
        }
    }
    resume(s);
    assert_string_equal(value(s, "/data/ban"), "yes");
}

static void test_flow__sealing_on_a_slow_card_locks_and_sleeps(void **state)
{
    (void)state;
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    for (int asleep = 0; asleep < 2; asleep++) {
        scene_begin(&s, window, form, "lists", &look);
        assert_true(scene_tap(&s, choice_of(&s, "/data/g/r", "a")));
        assert_true(scene_tap(&s, "right"));
        assert_int_equal(s.app.screen, SCREEN_FINISH);
        assert_true(scene_tap(&s, "right"));
        slow_disk_ms = 400;
        tap_alone(&s, "seal-yes");
        assert_non_null(s.app.task.task);
        assert_true(shows(&s, "Запечатывается"));
        assert_true(shows(&s, "Шаг "));
        assert_null(scene_find(&s, "stop")); /* a record is sealed, or it is not */
        assert_null(scene_find(&s, "left"));
        if (asleep) {
            scene_event_alone(&s, (struct window_event){.kind = WINDOW_SLEEP});
            assert_int_equal(s.app.screen, SCREEN_SEALED);
        } else {
            tap_alone(&s, "lock");
            assert_int_equal(s.app.screen, SCREEN_UNLOCK);
            scene_unlock(&s);
            assert_int_equal(s.app.home.waiting.count, 1);
            assert_int_equal(s.app.home.draft_count, 0);
        }
        assert_null(s.app.interview);
        slow_disk_ms = 0;
        scene_close(&s);
    }
    free(form);
}

/* A seal that the card does not take, behind a lock: said before anybody relies on it, and the
 * answers are where they were. */
static void test_flow__a_seal_that_fails_behind_a_lock_is_told(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(s, window, form, "lists", &look);
    assert_true(scene_tap(s, choice_of(s, "/data/g/r", "b")));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(scene_tap(s, "right"));
    slow_disk_ms = 300;
    tap_alone(s, "seal-yes");
    assert_non_null(s->app.task.task);
    slow_disk_broken = true;
    tap_alone(s, "lock");
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_true(shows(s, "Запечатать не удалось"));
    assert_false(shows(s, "Запечатывается"));
    slow_disk_ms = 0;
    slow_disk_broken = false;
    scene_unlock(s);
    assert_int_equal(s->app.home.waiting.count, 0);
    assert_int_equal(s->app.home.draft_count, 1);
    resume(s);
    assert_string_equal(value(s, "/data/g/r"), "b");
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_true(scene_tap(s, "right")); /* and now it goes */
    assert_true(scene_tap(s, "seal-yes"));
    assert_int_equal(s->app.screen, SCREEN_SEALED);
    free(form);
}

static void test_flow__after_a_cut_it_says_what_is_here(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/ban");
    assert_true(scene_tap(s, "choice:yes"));
    assert_true(scene_tap(s, "right"));
    cut_and_resume(s);
    assert_non_null(strstr(s->app.message.text, "Ответов: 1."));
    assert_null(strstr(s->app.message.text, "Недописанный"));
    go_to(s, "/data/place_name");
    scene_type(s, "Ала-Б");
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(s);
    assert_non_null(strstr(s->app.message.text, "Недописанный"));
    assert_true(scene_tap(s, "menu")); /* put aside by hand, nothing was cut off */
    assert_true(scene_tap(s, "leave"));
    resume(s);
    assert_true(shows(s, "Продолжаем"));
}

static void test_flow__a_memo_is_no_answer_and_is_not_lost(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/age");
    scene_type(s, "7"); /* no answer that the form would take */
    assert_true(scene_tap(s, "memo"));
    assert_int_equal(s->app.sheet, SHEET_MEMO);
    scene_type(s, "Муж отвечал за неё");
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.sheet, SHEET_NONE);
    assert_string_equal(s->app.interview->page.node->name, "age");
    assert_string_equal(s->app.ui.edit.text.data, "7"); /* as it was left */
    assert_string_equal(value(s, "/data/age"), "");
    scene_type(s, "1"); /* 71 */
    assert_true(scene_tap(s, "memo"));
    assert_true(shows(s, "Муж отвечал"));
    scene_key(s, KEY_ESCAPE); /* nothing was written: no memo */
    assert_null(s->app.interview->memos->next);
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/age"), "71");
    /* cut in the middle of one */
    go_to(s, "/data/ban");
    scene_tap(s, "menu");
    assert_true(scene_tap(s, "memo"));
    scene_type(s, "боится");
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(s);
    const struct interview_memo *m = s->app.interview->memos;
    assert_int_equal(m->number, 2);
    assert_string_equal(m->path, "/data/ban");
    assert_string_equal(m->text.data, "боится");
    assert_string_equal(m->next->text.data, "Муж отвечал за неё");
    assert_string_equal(m->next->path, "/data/age");
    assert_true(scene_tap(s, "memo"));
    assert_true(scene_tap(s, "memo:2")); /* gone on with */
    scene_type(s, " чего-то");
    assert_true(scene_tap(s, "cancel"));
    assert_string_equal(s->app.interview->memos->text.data, "боится чего-то");
    assert_int_equal(s->app.interview->memos->number, 2);
}

static bool holds(const struct buf *bytes, const char *what)
{
    return bytes->len && memmem(bytes->data, bytes->len, what, strlen(what)) != NULL;
}

/* What the desk sends back is corrected, explained and sealed; comments are for the interviewer's
 * eyes. */
static void test_flow__a_record_that_was_sent_back(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    struct buf xml = {0};
    char draft[40];
    open_interview(s);
    go_to(s, "/data/age");
    OK(instance_write(&xml, s->app.interview->session, &err));
    assert_true(scene_tap(s, "menu") && scene_tap(s, "discard") && scene_tap(s, "discard-yes"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    scene_send_back(s, xml.data,
                    "path,comment\n,Всё ли верно?\n/data/age,\"34, не 43?\"\n"
                    "/data/own/fair,Как он это сказал?\n");
    scene_draw(s);
    assert_true(shows(s, "На исправление · 1"));
    assert_true(scene_tap(s, "return:1"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_non_null(s->app.interview->corrects);
    assert_true(shows(s, "Всё ли верно?") && shows(s, "34, не 43?"));
    assert_null(scene_find(s, "comment:1")); /* on no question */
    assert_true(scene_tap(s, "comment:2"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(shows(s, "34, не 43?"));
    scene_type(s, "34");
    assert_true(scene_tap(s, "comment:1")); /* typed is kept; back to all comments */
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(shows(s, "Не указана")); /* without its reason it is not sealed */
    assert_true(scene_tap(s, "reason"));
    assert_int_equal(s->app.sheet, SHEET_REASON);
    scene_type(s, "цифры переставлены");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(s->app.interview->corrects->reason, "цифры переставлены");
    assert_true(shows(s, "цифры переставлены"));
    /* cut: comments and reason are still there, and the list says what the draft is */
    cut(s);
    assert_true(shows(s, "Исправление записи"));
    assert_false(shows(s, "На исправление"));
    snprintf(draft, sizeof draft, "draft:%u", s->app.home.drafts[0].number);
    assert_true(scene_tap(s, draft));
    assert_string_equal(s->app.interview->corrects->reason, "цифры переставлены");
    assert_string_equal(value(s, "/data/age"), "34");
    assert_int_equal(s->app.interview->corrects->count, 3);
    /* discarded: the record waits again */
    assert_true(scene_tap(s, "menu") && scene_tap(s, "discard") && scene_tap(s, "discard-yes"));
    assert_true(shows(s, "На исправление · 1"));
    assert_true(scene_tap(s, "return:1") && scene_tap(s, "comment:3"));
    /* not for the respondent's eyes */
    assert_true(shows(s, "Как он это сказал?"));
    assert_true(scene_tap(s, "hand"));
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(s->app.respondent.holds);
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_false(shows(s, "Как он это сказал?"));
    buf_fini(&xml);
}

/* Drafts are told apart by what their interviewer calls them; nobody else ever reads it. */
static void test_flow__a_drafts_label_stays_on_the_device(void **state)
{
    struct scene *s = *state;
    static const char label[] = "школа, красные ворота";
    char draft[40];
    open_interview(s);
    go_to(s, "/data/age");
    scene_type(s, "7");
    assert_true(scene_tap(s, "menu") && scene_tap(s, "label"));
    assert_int_equal(s->app.sheet, SHEET_LABEL);
    scene_type(s, label);
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.sheet, SHEET_NONE);
    assert_string_equal(s->app.ui.edit.text.data, "7"); /* as it was left */
    /* no more letters than the hint says */
    assert_true(scene_tap(s, "menu") && scene_tap(s, "label"));
    assert_string_equal(s->app.ui.edit.text.data, label);
    for (int k = 0; k < 60; k++) {
        scene_type(s, "я");
    }
    scene_draw(s);
    assert_int_equal(text_count(s->app.ui.edit.text.data, s->app.ui.edit.text.len), 40);
    for (int k = 0; k < 19; k++) {
        scene_key(s, KEY_BACKSPACE);
    }
    /* cut: neither the list nor the interview has lost it */
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(s);
    assert_string_equal(s->app.interview->label, label);
    assert_true(scene_tap(s, "menu") && scene_tap(s, "leave"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(shows(s, label));
    snprintf(draft, sizeof draft, "draft:%u", s->app.home.drafts[0].number);
    assert_true(scene_tap(s, draft));
    assert_string_equal(s->app.interview->label, label);
    /* nothing of it in what would be sealed */
    struct buf files = {0}, xml = {0};
    struct err err = {0};
    files_gather(s->app.interview, &files);
    OK(instance_write(&xml, s->app.interview->session, &err));
    assert_true(xml.len > 0);
    assert_false(holds(&files, "красные ворота"));
    assert_false(holds(&xml, "красные ворота"));
    buf_fini(&files);
    buf_fini(&xml);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SLOW_SCENE_TEST(test_flow__a_hidden_window_shows_nothing),
        SLOW_SCENE_TEST(test_flow__asleep_it_shows_nothing_and_has_put_all_away),
        SLOW_SCENE_TEST(test_flow__two_quick_taps_never_seal),
        SLOW_SCENE_TEST(test_flow__a_slow_card_holds_the_page_not_the_screen),
        SLOW_SCENE_TEST(test_flow__back_from_a_refused_answer_on_a_slow_card),
        SLOW_SCENE_TEST(test_flow__keys_typed_ahead_are_for_the_next_page),
        SLOW_SCENE_TEST(test_flow__the_outline_lists_what_has_no_answer),
        SLOW_SCENE_TEST(test_flow__a_kept_list_follows_answers_and_languages),
        SLOW_SCENE_TEST(test_flow__a_long_question_is_read_before_its_field_opens),
        SLOW_SCENE_TEST(test_flow__a_doubt_is_shown_and_holds_nobody_up),
        cmocka_unit_test_teardown(test_flow__entries_that_a_count_took_are_told_on_the_next_page,
                                  slow_disk_mend),
        SLOW_SCENE_TEST(test_flow__what_a_card_did_not_take_is_tried_again_or_told),
        SLOW_SCENE_TEST(test_flow__a_calculated_answer_can_be_put_right),
        SLOW_SCENE_TEST(test_flow__a_border_lock_that_was_not_written_says_so),
        SLOW_SCENE_TEST(test_flow__mistakes_are_counted_aloud_and_forgotten_words_have_a_way),
        SLOW_SCENE_TEST(test_flow__opening_a_draft_tells_how_far_it_is_and_can_be_stopped),
        cmocka_unit_test_teardown(test_flow__sealing_on_a_slow_card_locks_and_sleeps,
                                  slow_disk_mend),
        SLOW_SCENE_TEST(test_flow__a_seal_that_fails_behind_a_lock_is_told),
        SLOW_SCENE_TEST(test_flow__after_a_cut_it_says_what_is_here),
        SLOW_SCENE_TEST(test_flow__a_record_that_was_sent_back),
        SLOW_SCENE_TEST(test_flow__a_memo_is_no_answer_and_is_not_lost),
        SLOW_SCENE_TEST(test_flow__a_drafts_label_stays_on_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
