/* SPDX-License-Identifier: Apache-2.0 */
/* platform/machine/touch: fingers without a window. */
#include <math.h>

#include "platform/machine/touch.h"
#include "tests/lib/help.h"

enum { W = 720, H = 1280, EVENTS = 64 };

static struct touch touch;
static struct window_event seen[EVENTS];
static size_t seen_count;

static int setup(void **state)
{
    (void)state;
    memset(&touch, 0, sizeof touch);
    seen_count = 0;
    return 0;
}

/* `late`: how much later than it happened the program learned of it. */
static void contact(enum touch_phase phase, int finger, int x, int y, int64_t ms, int64_t late)
{
    struct touch_contact c = {.phase = phase,
                              .device = 7,
                              .finger = finger,
                              .x = (float)x / W,
                              .y = (float)y / H,
                              .from_ms = ms,
                              .to_ms = ms + late};
    seen_count += touch_take(&touch, &c, W, H, seen + seen_count);
    assert_true(seen_count + TOUCH_EVENTS <= EVENTS);
}

static void expect(const enum window_event_kind *kinds, size_t count)
{
    assert_int_equal(seen_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(seen[i].kind, kinds[i]);
    }
}
#define EXPECT(...)                                                                                \
    expect((enum window_event_kind[]){__VA_ARGS__},                                                \
           sizeof(enum window_event_kind[]){__VA_ARGS__} / sizeof(enum window_event_kind))

static void test_touch__a_tap_is_where_the_finger_is(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 0, 0);
    contact(TOUCH_MOVE, 1, 103, 201, 20, 0);
    contact(TOUCH_UP, 1, 103, 201, 80, 0);
    EXPECT(WINDOW_DOWN, WINDOW_MOVE, WINDOW_UP);
    assert_int_equal(seen[0].x, 100);
    assert_int_equal(seen[0].y, 200);
    assert_int_equal(seen[2].x, 103);
    assert_int_equal(seen[2].y, 201);
}

static void test_touch__the_same_place_on_a_turned_screen(void **state)
{
    (void)state;
    struct touch_contact c = {.phase = TOUCH_DOWN, .x = 0.5f, .y = 0.25f};
    assert_int_equal(touch_take(&touch, &c, H, W, seen), 1);
    assert_int_equal(seen[0].x, H / 2);
    assert_int_equal(seen[0].y, W / 4);
}

static void test_touch__what_is_too_short_is_no_tap(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 1000, 0);
    contact(TOUCH_UP, 1, 100, 200, 1000 + TOUCH_TAP_MIN_MS - 1, 0);
    contact(TOUCH_DOWN, 1, 100, 200, 2000, 0);
    contact(TOUCH_UP, 1, 100, 200, 2000 + TOUCH_TAP_MIN_MS, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL, WINDOW_DOWN, WINDOW_UP);
}

/* A page took 200 ms to draw; finger down and up came meanwhile, and are taken in one go. */
static void test_touch__a_busy_program_loses_no_tap(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 1000, 200);
    contact(TOUCH_UP, 1, 100, 200, 1000, 200);
    EXPECT(WINDOW_DOWN, WINDOW_UP);
}

static void test_touch__a_second_finger_never_clicks(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 0, 0);
    contact(TOUCH_DOWN, 2, 500, 900, 100, 0);
    contact(TOUCH_UP, 2, 500, 900, 200, 0);
    EXPECT(WINDOW_DOWN);
    contact(TOUCH_MOVE, 1, 102, 200, 210, 0);
    contact(TOUCH_UP, 1, 102, 200, 300, 0);
    EXPECT(WINDOW_DOWN, WINDOW_MOVE, WINDOW_UP);
}

static void test_touch__who_stays_behind_does_not_take_over(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 0, 0);
    contact(TOUCH_DOWN, 2, 500, 900, 100, 0);
    contact(TOUCH_UP, 1, 100, 200, 200, 0);
    EXPECT(WINDOW_DOWN, WINDOW_UP);
    contact(TOUCH_MOVE, 2, 510, 900, 220, 0);
    contact(TOUCH_DOWN, 3, 300, 300, 230, 0);
    contact(TOUCH_UP, 3, 300, 300, 330, 0);
    contact(TOUCH_UP, 2, 510, 900, 340, 0);
    EXPECT(WINDOW_DOWN, WINDOW_UP);
    contact(TOUCH_DOWN, 4, 300, 300, 400, 0); /* all were lifted */
    EXPECT(WINDOW_DOWN, WINDOW_UP, WINDOW_DOWN);
}

static void test_touch__a_palm_presses_nothing(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 200, 0, 0);
    contact(TOUCH_DOWN, 2, 160, 260, TOUCH_PALM_MS - 1, 0);
    contact(TOUCH_UP, 2, 160, 260, 300, 0);
    contact(TOUCH_UP, 1, 100, 200, 310, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL);
}

static void test_touch__three_fingers_press_nothing(void **state)
{
    (void)state;
    for (int f = 1; f <= TOUCH_FINGERS + 3; f++) { /* three more than there is room for */
        contact(TOUCH_DOWN, f, 40 * f, 200, 100 * f, 0);
    }
    for (int f = TOUCH_FINGERS + 3; f >= 1; f--) {
        contact(TOUCH_MOVE, f, 40 * f, 210, 5000, 0);
        contact(TOUCH_UP, f, 40 * f, 200, 6000, 0);
    }
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL);
    assert_int_equal(touch.count, 0);
}

static void test_touch__a_pinch_is_measured(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 360, 600, 0, 0);
    contact(TOUCH_DOWN, 2, 360, 700, 100, 0);
    contact(TOUCH_MOVE, 2, 360, 700 + H / 60, 120, 0); /* fingers tremble */
    EXPECT(WINDOW_DOWN);
    contact(TOUCH_MOVE, 2, 360, 700 + H / 4, 140, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL, WINDOW_PINCH);
    assert_int_equal(seen[2].x, WINDOW_PINCH_WHOLE / 4);
    contact(TOUCH_MOVE, 1, 360, 600 + H / 4, 160, 0);
    assert_int_equal(seen_count, 4);
    assert_int_equal(seen[3].x, -WINDOW_PINCH_WHOLE / 4);
    contact(TOUCH_UP, 1, 360, 600, 200, 0);
    contact(TOUCH_UP, 2, 360, 700, 200, 0);
    assert_int_equal(seen_count, 4);
}

static void test_touch__a_finger_over_the_edge_presses_nothing(void **state)
{
    (void)state;
    static const int ways[][2] = {{0, 640}, {W - 1, 640}, {360, 0}, {360, H - 1}, {-5, 640}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        seen_count = 0;
        contact(TOUCH_DOWN, 1, 360, 640, 0, 0);
        contact(TOUCH_MOVE, 1, ways[i][0], ways[i][1], 50, 0);
        contact(TOUCH_UP, 1, ways[i][0], ways[i][1], 100, 0);
        EXPECT(WINDOW_DOWN, WINDOW_MOVE, WINDOW_LEAVE);
    }
    seen_count = 0; /* a button in the corner can be tapped */
    contact(TOUCH_DOWN, 1, 2, 3, 0, 0);
    contact(TOUCH_UP, 1, 0, 0, 100, 0);
    EXPECT(WINDOW_DOWN, WINDOW_UP);
}

static void test_touch__what_the_system_takes_away_presses_nothing(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 360, 640, 0, 0);
    contact(TOUCH_CANCEL, 1, 0, 0, 500, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL);
    assert_int_equal(seen[1].x, 360);
    contact(TOUCH_DOWN, 1, 360, 640, 600, 0);
    contact(TOUCH_UP, 1, 360, 640, 700, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL, WINDOW_DOWN, WINDOW_UP);
}

static void test_touch__the_system_takes_all_fingers_of_a_device(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 360, 640, 0, 0);
    contact(TOUCH_DOWN, 2, 100, 100, 500, 0);
    struct touch_contact c = {.phase = TOUCH_CANCEL, .device = 8, .finger = TOUCH_ALL};
    assert_int_equal(touch_take(&touch, &c, W, H, seen), 0);
    assert_int_equal(touch.count, 2);
    c.device = 7;
    assert_int_equal(touch_take(&touch, &c, W, H, seen), 1);
    assert_int_equal(seen[0].kind, WINDOW_CANCEL);
    assert_int_equal(touch.count, 0);
    assert_int_equal(touch_take(&touch, &c, W, H, seen), 0);
    seen_count = 0;
    contact(TOUCH_DOWN, 1, 360, 640, 600, 0);
    contact(TOUCH_UP, 1, 360, 640, 700, 0);
    EXPECT(WINDOW_DOWN, WINDOW_UP);
}

static void test_touch__a_lifting_that_was_lost_presses_nothing(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 360, 640, 0, 0);
    contact(TOUCH_DOWN, 1, 100, 100, 500, 0);
    contact(TOUCH_UP, 1, 100, 100, 600, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL, WINDOW_DOWN, WINDOW_UP);
    assert_int_equal(seen[3].x, 100);
    contact(TOUCH_UP, 9, 100, 100, 700, 0); /* one that never came down */
    assert_int_equal(seen_count, 4);
}

/* Its device counts its fingers up: the next one has another number. */
static void test_touch__a_lost_lifting_does_not_stop_the_next_finger(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 360, 640, 0, 0);
    contact(TOUCH_DOWN, 2, 100, 100, 1000, 0); /* it may be a second finger */
    contact(TOUCH_UP, 2, 100, 100, 1100, 0);
    EXPECT(WINDOW_DOWN);
    contact(TOUCH_DOWN, 3, 100, 100, TOUCH_STALE_MS + 1, 0);
    contact(TOUCH_UP, 3, 100, 100, TOUCH_STALE_MS + 101, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL, WINDOW_DOWN, WINDOW_UP);
}

static void test_touch__a_third_finger_that_goes_does_not_jump(void **state)
{
    (void)state;
    contact(TOUCH_DOWN, 1, 100, 100, 0, 0);
    contact(TOUCH_DOWN, 2, 100, 200, 100, 0);
    contact(TOUCH_DOWN, 3, 100, 1200, 200, 0);
    contact(TOUCH_UP, 2, 100, 200, 300, 0);
    contact(TOUCH_MOVE, 3, 101, 1200, 310, 0);
    EXPECT(WINDOW_DOWN, WINDOW_CANCEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_touch__a_tap_is_where_the_finger_is, setup),
        cmocka_unit_test_setup(test_touch__the_same_place_on_a_turned_screen, setup),
        cmocka_unit_test_setup(test_touch__what_is_too_short_is_no_tap, setup),
        cmocka_unit_test_setup(test_touch__a_busy_program_loses_no_tap, setup),
        cmocka_unit_test_setup(test_touch__a_second_finger_never_clicks, setup),
        cmocka_unit_test_setup(test_touch__who_stays_behind_does_not_take_over, setup),
        cmocka_unit_test_setup(test_touch__a_palm_presses_nothing, setup),
        cmocka_unit_test_setup(test_touch__three_fingers_press_nothing, setup),
        cmocka_unit_test_setup(test_touch__a_pinch_is_measured, setup),
        cmocka_unit_test_setup(test_touch__a_finger_over_the_edge_presses_nothing, setup),
        cmocka_unit_test_setup(test_touch__what_the_system_takes_away_presses_nothing, setup),
        cmocka_unit_test_setup(test_touch__the_system_takes_all_fingers_of_a_device, setup),
        cmocka_unit_test_setup(test_touch__a_lost_lifting_does_not_stop_the_next_finger, setup),
        cmocka_unit_test_setup(test_touch__a_third_finger_that_goes_does_not_jump, setup),
        cmocka_unit_test_setup(test_touch__a_lifting_that_was_lost_presses_nothing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
