/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the app: every kind of question has every hook, every screen its row; a screen's
 * state is wiped when it is left. */
#include "tests/lib/steps.h"

static void test_tables__every_kind_has_every_hook(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    for (int k = 0; k < KIND_COUNT; k++) {
        const struct question_kind *row = s->app.kinds->rows[k];
        assert_non_null(row);
        assert_non_null(row->name);
        assert_true(row->matches && row->draw && row->value && row->commit && row->keep &&
                    row->rest && row->is_half && row->between && row->leave && row->forget);
        assert_true(row->roles != 0);
        assert_int_equal(row->state_size != 0, s->app.kinds->states[k] != NULL);
        for (int other = 0; other < k; other++) {
            assert_string_not_equal(row->name, s->app.kinds->rows[other]->name);
        }
    }
}

/* The part of a target's id that a page of one question keeps: its row's own. */
static bool is_of_page(const struct target *t)
{
    static const char *const shared[] = {"listen", "picture", "say", "take-back", "pill", "hand"};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        if (strncmp(t->id, shared[i], strlen(shared[i])) == 0) {
            return false;
        }
    }
    return t->scrolls;
}

/* Each question of the form of all widgets is of one kind, and no other role than those that
 * the kind names can be touched. */
static void test_tables__each_question_is_of_one_kind(void **state)
{
    struct scene *s = *state;
    unsigned seen = 0;
    open_interview(s);
    for (int pages = 0; pages < 60; pages++) {
        struct interview *i = s->app.interview;
        if (i->page.kind == PAGE_QUESTION && question_is_asked(i->page.node)) {
            unsigned matches = 0;
            int is = -1;
            for (int k = 0; k < KIND_COUNT; k++) {
                if (s->app.kinds->rows[k]->matches(i->page.node)) {
                    matches += k < KIND_TEXT; /* the last takes what no other takes */
                    is = is < 0 ? k : is;
                }
            }
            assert_true(matches <= 1 && is >= 0);
            seen |= 1u << is;
            assert_ptr_equal(question_kind_of(&s->app, i->page.node), s->app.kinds->rows[is]);
            for (size_t t = 0; t < s->app.ui.target_count; t++) {
                const struct target *target = &s->app.ui.targets[t];
                if (is_of_page(target) && !(s->app.kinds->rows[is]->roles & 1u << target->kind)) {
                    fail_msg("%s: the kind '%s' does not name role %d", target->id,
                             s->app.kinds->rows[is]->name, target->kind);
                }
            }
        }
        if (!interview_next(i)) {
            break;
        }
        page_arrive(&s->app);
        scene_draw(s);
    }
    /* what is recorded is in a form of its own: tests/unit/test_microphone.c */
    assert_int_equal(seen | 1u << KIND_AUDIO, (1u << KIND_COUNT) - 1);
}

static void test_tables__every_screen_has_a_row(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    for (int k = 0; k < SCREEN_COUNT; k++) {
        const struct screen_row *row = &s->app.screens[k];
        assert_non_null(row->name);
        assert_non_null(row->build);
        assert_true(row->family <= (enum screen)k);
        assert_int_equal(s->app.screens[row->family].state_size, row->state_size);
        assert_ptr_equal(s->app.screens[row->family].close, row->close);
        assert_int_equal(row->idle_ms == 0, k <= SCREEN_UNLOCK); /* only there nothing is open */
        for (int other = 0; other < k; other++) {
            assert_string_not_equal(row->name, s->app.screens[other].name);
        }
    }
}

/* Whatever leads there: in the respondent's hands no other screen than the block is built. */
static void test_tables__the_respondent_sees_only_what_its_row_allows(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    s->app.respondent.holds = true;
    app_go(&s->app, SCREEN_OUTLINE);
    scene_draw(s);
    assert_int_equal(s->app.screen, SCREEN_RETURN);
    s->app.respondent.holds = false;
}

/* A state is allocated when its screen is entered, and gone, wiped, when it is left. */
static void test_tables__a_screens_state_goes_with_it(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    app_leave_interview(&s->app);
    app_go(&s->app, SCREEN_HOME);
    assert_null(s->app.state);
    app_go(&s->app, SCREEN_PIN);
    assert_non_null(app_state(&s->app, SCREEN_PIN));
    assert_null(app_state(&s->app, SCREEN_TRAVEL)); /* nobody reads another screen's state */
    scene_draw(s);
    assert_true(scene_tap(s, "back"));
    assert_int_equal(s->app.screen, SCREEN_HOME); /* where it was opened */
    assert_null(s->app.state);
    app_lock_hard(&s->app);
    app_go(&s->app, SCREEN_TRAVEL);
    struct travel_state *travel = scene_travel(s);
    strcpy(travel->suggested, "secret");
    buf_text(&travel->request, "request");
    app_go(&s->app, SCREEN_TRAVEL); /* entered anew: from its first step */
    assert_string_equal(scene_travel(s)->suggested, "");
    assert_int_equal(scene_travel(s)->request.len, 0);
    app_go(&s->app, SCREEN_UNLOCK);
    assert_null(app_state(&s->app, SCREEN_TRAVEL));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_tables__every_kind_has_every_hook),
        SCENE_TEST(test_tables__each_question_is_of_one_kind),
        SCENE_TEST(test_tables__every_screen_has_a_row),
        SCENE_TEST(test_tables__the_respondent_sees_only_what_its_row_allows),
        SCENE_TEST(test_tables__a_screens_state_goes_with_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
