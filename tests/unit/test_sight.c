/* SPDX-License-Identifier: Apache-2.0 */
/* Is what is wanted in sight, called by its name, and can it be taken back? */
#include "tests/lib/lint.h"
#include "tests/lib/steps.h"

static const struct scene_look english = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_EN};

/* Pages come and go, entries are added: what is done never shrinks, and every page has the counter,
 * be the title of its section as long as it will. */
static void test_sight__progress_never_runs_backwards(void **state)
{
    struct scene *s = *state;
    static const char form[] =
        "| survey |\n| | type | name | label | relevant |\n"
        "| | begin group | a | The household now | |\n"
        "| | select_one n | went | Went? | |\n"
        "| | text | where | Where? | ${went} = 'y' |\n| | text | when | When? | ${went} = 'y' |\n"
        "| | end group | | | |\n"
        "| | begin group | b | A title which no header of a small screen can hold, for it is as "
        "long as a whole paragraph of a letter that nobody wanted to write, and goes on | |\n"
        "| | note | c | Thanks | |\n| | end group | | | |\n"
        "| | begin repeat | r | Trips | |\n| | text | t | T | |\n| | text | u | U | |\n"
        "| | end repeat | | | |\n"
        "| | text | last | Last | |\n| choices |\n| | list_name | name | label |\n"
        "| | n | y | Yes |\n| | n | no | No |\n";
    static const char *const steps[] = {"choice:y", "right", "right", "right", "add",
                                        "right",    "right", "add",   "right", "right",
                                        "right",    "right"}; /* twice: a blank entry */
    static const char *const counters[] = {
        "Section 1 / 4", "Section 1 / 4", "Section 1 / 4", "Section 2 / 4", "Section 3 / 4",
        "Section 3 / 4", "Section 3 / 4", "Section 3 / 4", "Section 3 / 4", "Section 3 / 4",
        "Section 3 / 4", "Section 3 / 4", "Section 4 / 4"};
    begin_form(s, form, &english);
    struct interview *i = s->app.interview;
    struct interview_place before = {0};
    int one_line = ui_header_height(&s->app.ui);
    for (size_t n = 0;; n++) {
        struct interview_place at = interview_place(i, &s->app.ui.frame);
        assert_int_equal(at.sections, 4);
        assert_int_equal(at.places, 6);
        assert_true(at.place >= before.place && at.section >= before.section && at.place > 0);
        before = at;
        if (!shows(s, counters[n])) {
            fail_msg("step %zu: no %s", n, counters[n]);
        }
        assert_false(shows(s, "…"));
        if (at.section == 1) {
            assert_true(shows(s, "household"));
            one_line = ui_header_height(&s->app.ui);
        } else if (at.section == 2) {
            assert_true(shows(s, "and goes on")); /* on the page */
            assert_true(ui_header_height(&s->app.ui) < one_line);
        }
        if (n == sizeof steps / sizeof *steps) {
            break;
        }
        if (!scene_find(s, steps[n])) {
            assert_true(scene_tap(s, "key:enter")); /* while a field is open */
        } else {
            assert_true(scene_tap(s, steps[n]));
        }
        if (strcmp(i->page.node->name, "went") == 0) { /* a choice goes on by itself, if at all */
            assert_true(scene_tap(s, "right"));
        }
    }
    assert_string_equal(i->page.node->name, "last");
    assert_int_equal(before.place, before.places);
}

/* "Don't know" takes ticks in one touch; one touch brings them back, until the page is left. */
static void test_sight__ticks_that_dont_know_took_come_back(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n| | type | name | label |\n| | select_multiple n | m | Which? |\n"
               "| | text | last | Last |\n| choices |\n| | list_name | name | label |\n"
               "| | n | a | A |\n| | n | b | B |\n| | n | dk | Don't know |\n",
               &english);
    assert_true(scene_tap(s, "choice:a"));
    assert_true(scene_tap(s, "choice:b"));
    assert_null(scene_find(s, "ticks-back"));
    assert_true(scene_tap(s, "pill:dk"));
    assert_string_equal(value(s, "/data/m"), "dk");
    assert_true(scene_tap(s, "ticks-back"));
    assert_string_equal(value(s, "/data/m"), "a b");
    assert_null(scene_find(s, "ticks-back"));
    assert_true(scene_tap(s, "pill:dk"));
    assert_true(scene_tap(s, "right"));
    assert_null(choice_state(&s->app)->cleared_ticks); /* wiped with the page */
    assert_true(scene_tap(s, "back"));
    assert_null(scene_find(s, "ticks-back"));
}

/* Entries are called what the form calls them; a blank one is said before the list is done. */
static void test_sight__entries_are_named_and_blank_ones_said(void **state)
{
    (void)state;
    static const struct {
        const char *form, *add, *entry;
    } kinds[] = {
        {"| survey |\n| | type | name | label |\n| | begin repeat | r | Trip |\n"
         "| | text | t | Where? |\n| | text | u | When? |\n| | end repeat | | |\n",
         "+ Add: Trip", "Trip 1"},
        {"| survey |\n| | type | name | label |\n| | begin repeat | r | Where did you go? |\n"
         "| | begin group | g | Journey |\n| | text | t | Where? |\n| | end group | | |\n"
         "| | end repeat | | |\n",
         "+ Add: Journey", "Journey 1"},
        {"| survey |\n| | type | name | label |\n| | begin repeat | r | Where did you go? |\n"
         "| | text | t | Where? |\n| | text | u | When? |\n| | end repeat | | |\n",
         "+ Add", "Entry 1"},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct scene s;
        begin_form(&s, kinds[k].form, &english);
        assert_true(shows(&s, kinds[k].add));
        assert_true(scene_tap(&s, "entry:1"));
        assert_true(shows(&s, kinds[k].entry)); /* whose question this is */
        assert_true(scene_tap(&s, "back"));
        assert_true(shows(&s, kinds[k].entry));
        assert_false(shows(&s, "Entries not filled in"));
        assert_true(scene_tap(&s, "right"));
        assert_true(shows(&s, "Entries not filled in: 1"));
        assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
        assert_true(scene_tap(&s, "entry:1"));
        scene_type(&s, "Osh");
        assert_true(scene_tap(&s, "back"));
        assert_true(scene_tap(&s, "add"));
        assert_true(scene_tap(&s, "back"));
        assert_true(scene_tap(&s, "right")); /* told anew: this one is another */
        assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
        assert_true(scene_tap(&s, "right")); /* said once, it holds nobody up */
        assert_int_equal(s.app.screen, SCREEN_FINISH);
        scene_close(&s);
    }
}

/* Home's main act is where the thumb is; the square of a risk, its legends and what was chosen are
 * in sight together; a memo shows that it is there. */
static void test_sight__what_is_wanted_is_in_sight(void **state)
{
    (void)state;
    struct scene s;
    struct rect r;
    begin_form(&s,
               "| survey |\n| | type | name | label | appearance |\n"
               "| | begin group | g | The supplier leaves | risk-matrix |\n"
               "| | select_one p | p | Likelihood | |\n| | select_one i | i | Impact | |\n"
               "| | end group | | | |\n| choices |\n| | list_name | name | label |\n"
               "| | p | 1 | Practically impossible |\n| | p | 2 | Unlikely |\n"
               "| | p | 3 | Possible |\n| | p | 4 | Probable |\n| | p | 5 | Nearly certain |\n"
               "| | i | 1 | Insignificant |\n| | i | 2 | Small |\n| | i | 3 | Moderate |\n"
               "| | i | 4 | Considerable |\n| | i | 5 | Catastrophic |\n",
               &english);
    assert_true(scene_tap(&s, "cell:2:4"));
    struct ui *ui = &s.app.ui;
    int end = ui->body.y + ui->body.h, bold = 0;
    for (size_t i = 0; i < ui->draws.count; i++) {
        const struct draw *d = &ui->draws.list[i];
        if (d->kind == DRAW_TEXT &&
            strncmp(d->text, "1 · ", 4) == 0) { /* the legends' last lines */
            assert_true(d->rect.y + ui_line(ui, TEXT_HINT) <= end);
        }
        bold += d->kind == DRAW_TEXT && d->face == FACE_BOLD && strncmp(d->text, "4 · ", 4) == 0;
        bold += d->kind == DRAW_TEXT && d->face == FACE_BOLD && strncmp(d->text, "2 · ", 4) == 0;
    }
    assert_int_equal(bold, 2);
    size_t before = ui->draws.count;
    assert_true(scene_tap(&s, "memo"));
    scene_type(&s, "afraid");
    assert_true(scene_tap(&s, "cancel"));
    assert_true(memo_is_here(&s.app));
    assert_int_equal(s.app.ui.draws.count, before + 1); /* the dot */
    scene_close(&s);
    scene_open(&s, window, widgets, "widgets", &english);
    scene_unlock(&s);
    r = rect_of(&s, "start");
    assert_true(r.y > english.h * 3 / 4 && r.w > english.w / 2);
    scene_close(&s);
}

/* The axes of a risk are named by whole questions: their lines lie below each other, inside the
 * page. */
static void test_sight__the_axes_of_a_risk_are_whole_questions(void **state)
{
    (void)state;
    struct scene s;
    begin_form(
        &s,
        "| survey |\n| | type | name | label | appearance |\n"
        "| | begin group | g | The supplier leaves | risk-matrix |\n"
        "| | select_one p | p | How likely is it that this happens in the next two years? | |\n"
        "| | select_one p | i | How much will this hinder what is done for the people there? "
        "| |\n| | end group | | | |\n| choices |\n| | list_name | name | label |\n"
        "| | p | low | Low |\n| | p | mid | Moderate |\n| | p | high | High |\n",
        &english);
    assert_true(rect_of(&s, "cell:1:3").y > 0);
    assert_int_equal(lint_all(&s.app.ui, "axes", stderr), 0);
    scene_close(&s);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_sight__progress_never_runs_backwards),
        SCENE_TEST(test_sight__ticks_that_dont_know_took_come_back),
        cmocka_unit_test(test_sight__entries_are_named_and_blank_ones_said),
        cmocka_unit_test(test_sight__what_is_wanted_is_in_sight),
        cmocka_unit_test(test_sight__the_axes_of_a_risk_are_whole_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
