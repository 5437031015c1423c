/* SPDX-License-Identifier: Apache-2.0 */
/* Does the table of a group know who spoke when, and for how long, whatever happens to it? */
#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "app/interview/interview_group.h"
#include "app/interview/interview_sound.h"
#include "app/screens/group.h"
#include "app/screens/screen_quote.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "tests/lib/scene.h"

static const struct scene_look upright = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
static struct window *window;
static const struct scene_look *look = &upright;

static void answer(struct scene *s, const char *path, const char *value)
{
    struct err err = {0};
    struct interview *i = s->app.interview;
    assert_int_equal(interview_answer(i, session_find(i->session, path), value, &err), ANSWER_OK);
}

/* A round of `count` who agree to all, but the second, who is not recorded, and the third, who
 * refuses. */
static void begin(struct scene *s, size_t count)
{
    char *form = scene_form("tests/cases/group.csv");
    struct err err = {0};
    scene_begin(s, window, form, "group", look);
    free(form);
    for (size_t k = 1; k <= count; k++) {
        char path[64];
        struct node *entry;
        const struct page round = s->app.interview->page;
        OK(k == 1 || interview_add(s->app.interview, &round, &entry, &err)); /* one is there */
        snprintf(path, sizeof path, "/data/part[%zu]/p_take", k);
        answer(s, path, k == 3 ? "no" : "yes");
        if (k != 3) {
            snprintf(path, sizeof path, "/data/part[%zu]/p_audio", k);
            answer(s, path, k == 2 ? "no" : "yes");
            snprintf(path, sizeof path, "/data/part[%zu]/p_quote", k);
            answer(s, path, "yes");
        }
    }
    scene_draw(s);
}

/* At the table of the first topic. */
static void sit_down(struct scene *s)
{
    begin(s, 4);
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "entry:1"));
    assert_non_null(scene_find(s, "chair:1"));
}

static const struct turn *turn(const struct scene *s, size_t at)
{
    assert_true(s->app.interview->turns && at < s->app.interview->turns->count);
    return &s->app.interview->turns->list[at];
}

static void pass(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

static void test_group__chairs_stand_apart(void **state)
{
    struct scene *s = *state;
    static const size_t counts[] = {3, 8, 9, 12};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        begin(s, counts[c]);
        for (size_t a = 1; a <= counts[c]; a++) {
            char one[32], other[32];
            snprintf(one, sizeof one, "entry:%zu", a);
            const struct target *t = scene_show(s, one);
            assert_non_null(t);
            assert_true(t->rect.w >= 112 && t->rect.h >= 112);
            const struct rect r = t->rect;
            for (size_t b = 1; b < a; b++) {
                snprintf(other, sizeof other, "entry:%zu", b);
                const struct target *u = scene_find(s, other);
                if (u) {
                    int dx = r.x - u->rect.x, dy = r.y - u->rect.y;
                    assert_true(dx * dx + dy * dy >= r.w * r.w); /* circles do not touch */
                }
            }
        }
        scene_close(s);
    }
    begin(s, 3); /* closed by the teardown */
}

/* The help opens the page of where the moderator is, above the interview's own. */
static bool helps(struct scene *s, int page)
{
    const char *title, *text;
    assert_true(help_page(page, s->app.ui.language, &title, &text));
    assert_true(scene_tap(s, "menu") && scene_tap(s, "help"));
    assert_int_equal(s->app.sheet, SHEET_HELP);
    bool drawn = scene_draws(s, title);
    assert_true(scene_tap(s, "cancel"));
    return drawn;
}

static void test_group__help_for_where_one_is(void **state)
{
    struct scene *s = *state;
    begin(s, 4);
    assert_true(helps(s, HELP_ROUND));
    assert_false(helps(s, HELP_TABLE));
    assert_true(scene_tap(s, "entry:1"));
    assert_true(helps(s, HELP_ROUND)); /* one of its people */
    assert_true(scene_tap(s, "left"));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "entry:1"));
    assert_true(helps(s, HELP_TABLE));
    assert_false(helps(s, HELP_ROUND));
    assert_true(scene_tap(s, "right"));
    assert_true(helps(s, HELP_TABLE)); /* its questions */
}

/* What stands at the table: its place on the page, whatever is scrolled. */
static struct rect at_table(struct scene *s, const char *id)
{
    const struct target *t = scene_show(s, id);
    if (!t) {
        print_error("no %s at the table\n", id);
    }
    assert_non_null(t);
    if (t->rect.y + t->rect.h >= s->app.ui.body.y + s->app.ui.body.h) { /* cut by the edge */
        s->app.ui.scroll += t->rect.h;
        scene_draw(s);
        t = scene_find(s, id);
        assert_non_null(t);
    }
    struct rect r = t->rect;
    r.y += s->app.ui.scroll;
    return r;
}

static bool apart(struct rect a, struct rect b, bool round)
{
    int dx = a.x + a.w / 2 - b.x - b.w / 2, dy = a.y + a.h / 2 - b.y - b.h / 2;
    return round ? dx * dx + dy * dy >= a.w * a.w
                 : a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
}

/* Three, eight, nine and twelve, silence and several at once, in three languages. */
static void all_stand_apart(struct scene *s, size_t count)
{
    static const char *const others[] = {"silence", "crosstalk", "break", "quote"};
    struct rect at[16];
    size_t n = 0, chairs;
    begin(s, count);
    while (!scene_find(s, "entry:2") || group_round_is_here(&s->app)) {
        assert_true(scene_tap(s, "right"));
    }
    assert_true(scene_tap(s, "entry:1"));
    assert_true(scene_show(s, "chair:1") && scene_tap(s, "chair:1")); /* now she can be quoted */
    for (size_t c = 1; c <= count; c++) {
        char id[32];
        snprintf(id, sizeof id, "chair:%zu", c);
        if (c != 3) { /* who refused has no target */
            at[n++] = at_table(s, id);
        }
    }
    chairs = n;
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        at[n++] = at_table(s, others[k]);
    }
    for (size_t k = 0; k < n; k++) {
        if (k < chairs + 2 && (at[k].w < 112 || at[k].h < 112)) {
            fail_msg("%zu of %zu is %d x %d", k, n, at[k].w, at[k].h);
        }
        for (size_t j = 0; j < k; j++) {
            assert_true(apart(at[k], at[j], k < chairs));
        }
    }
}

static void test_group__the_table_in_each_size_and_language(void **state)
{
    struct scene *s = *state;
    static const size_t counts[] = {3, 8, 9, 12};
    static const float scales[] = {1, 1.5f};
    struct scene_look own = upright;
    look = &own;
    for (int l = UI_RU; l <= UI_TG; l++) {
        for (size_t k = 0; k < 2 * sizeof counts / sizeof *counts; k++) {
            own.language = (enum ui_language)l;
            own.text_scale = scales[k % 2];
            all_stand_apart(s, counts[k / 2]);
            scene_close(s);
        }
    }
    look = &upright;
    begin(s, 3); /* closed by the teardown */
}

/* A participant is the label in the list and in the outline, whatever was removed. */
static void test_group__a_row_of_the_list_is_a_label(void **state)
{
    struct scene *s = *state;
    begin(s, 4);
    assert_true(scene_tap(s, "as-list"));
    assert_true(scene_draws(s, "У4 · "));
    assert_true(scene_tap(s, "entry:4"));
    assert_true(scene_draws(s, "У4"));
    assert_false(scene_draws(s, "Участник № 4"));
}

/* What was said of the table goes with it. */
static void test_group__a_refusal_stays_at_the_table(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    answer(s, "/data/part[2]/p_quote", "no");
    assert_true(scene_tap(s, "chair:2") && scene_tap(s, "quote"));
    assert_true(scene_draws(s, "У2: согласия на цитаты нет"));
    assert_true(scene_tap(s, "right"));
    assert_false(scene_draws(s, "У2: согласия на цитаты нет"));
}

static bool list(struct device *d, void *arg, struct err *err)
{
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    bool ok = device_drafts(d, drafts, &count, err);
    *(struct device_draft *)arg = drafts[0];
    return ok;
}

/* As after a power cut: the interview is what its journal tells. */
static void again(struct scene *s)
{
    struct err err = {0};
    struct device_draft draft;
    OK(interview_sync(s->app.interview, &err));
    interview_free(s->app.interview);
    s->app.interview = NULL;
    pass(50);
    OK(writer_call(s->app.writer, list, &draft, &err));
    OK(interview_resume(&s->app.interview, s->app.writer, &draft, NULL, &err));
}

/* Who came late stays late when a chair before is removed, and when it comes back. */
static void test_group__times_go_with_their_chair(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    struct interview *i;
    struct group_person *people;
    begin(s, 4);
    i = s->app.interview;
    answer(s, "/data/part[1]/p_left", "yes");
    answer(s, "/data/part[4]/p_late", "yes");
    group_people(i, &s->app.ui.frame, &people);
    int64_t left = people[0].left_ms, late = people[3].late_ms;
    assert_true(left > 0 && late > 0);
    OK(interview_remove(i, session_find(i->session, "/data/part[1]"), &err));
    group_people(i, &s->app.ui.frame, &people);
    assert_int_equal(people[2].late_ms, late);
    assert_int_equal(people[0].left_ms, 0); /* another's */
    OK(interview_restore(i, &err));
    group_people(i, &s->app.ui.frame, &people);
    assert_int_equal(people[3].late_ms, late);
    assert_int_equal(people[0].left_ms, left);
    OK(interview_remove(i, session_find(i->session, "/data/part[1]"), &err));
    again(s); /* the journal tells it, too */
    group_people(s->app.interview, &s->app.ui.frame, &people);
    assert_int_equal(people[2].late_ms, late);
    assert_int_equal(people[0].left_ms, 0);
}

static void tell(struct interview *i, enum journal_kind kind, const char *path, const char *value)
{
    static int64_t now = 1000;
    struct err err = {0};
    struct journal_event e = {.kind = kind,
                              .wall_ms = now,
                              .mono_ms = now,
                              .language = "ru",
                              .path = path,
                              .value = value,
                              .value_len = strlen(value)};
    now += 1000;
    OK(turns_keep(i, &e, &err));
}

static void rows(struct interview *i, const char *expected)
{
    struct buf csv = {0};
    turns_write(i, group_tells, &csv);
    buf_add(&csv, "", 0);
    assert_string_equal(strchr(csv.data, '\n') + 1, expected);
    buf_fini(&csv);
}

/* A topic that is removed takes its turns along; those of the next are its own still. */
static void test_group__turns_go_with_their_topic(void **state)
{
    struct scene *s = *state;
    begin(s, 4);
    struct interview *i = s->app.interview;
    tell(i, JOURNAL_TURN, "/data/topic[1]", "\1У1");
    tell(i, JOURNAL_TURN, "/data/topic[1]", "\2");
    tell(i, JOURNAL_TURN, "/data/topic[2]", "\1У2");
    tell(i, JOURNAL_TURN, "/data/topic[2]", "\2");
    i->gone = mem_text("/data/topic[1]");
    tell(i, JOURNAL_REMOVE, "/data/topic[1]", "");
    rows(i, "/data/topic[1],turn,У2,0,1000,,,\n");
    assert_int_equal(turns_spoken(i, NULL, "У1", 0), 0);
    assert_int_equal(turns_spoken(i, "/data/topic[1]", NULL, 0), 1000);
    tell(i, JOURNAL_RESTORE, "", "");
    rows(i, "/data/topic[1],turn,У1,0,1000,,,\n/data/topic[2],turn,У2,0,1000,,,\n");
    tell(i, JOURNAL_REMOVE, "/data/topic[1]", "");
    tell(i, JOURNAL_REMOVE, "/data/topic[1]", ""); /* У2's, now */
    tell(i, JOURNAL_RESTORE, "", "");
    rows(i, "/data/topic[1],turn,У2,0,1000,,,\n"); /* the first stays away */
}

static bool records(const struct scene *s)
{
    return s->app.interview->sound && s->app.interview->sound->recorder;
}

/* At the reference size, while it records, what is needed at once is in sight: a quote is two taps.
 */
static void test_group__a_quote_is_two_taps(void **state)
{
    struct scene *s = *state;
    static const size_t counts[] = {8, 12};
    struct scene_look own = upright;
    look = &own;
    for (int l = UI_RU; l <= UI_TG; l++) {
        for (size_t k = 0; k < 2; k++) {
            own.language = (enum ui_language)l;
            begin(s, counts[k]);
            answer(s, "/data/part[2]/p_audio", "yes");
            while (!scene_find(s, "entry:2") || group_round_is_here(&s->app)) {
                assert_true(scene_tap(s, "right"));
            }
            assert_true(scene_tap(s, "entry:1"));
            assert_true(records(s));
            scene_draw(s);
            assert_non_null(scene_find(s, "chair:1"));
            assert_true(scene_tap(s, "chair:1"));
            const struct target *t = scene_find(s, "quote");
            int end = s->app.ui.body.y + s->app.ui.body.h;
            if (!t || t->rect.y + t->rect.h / 2 > end || s->app.ui.scroll) {
                fail_msg("no quote in sight, %zu people, language %d", counts[k], l);
            }
            static const char *const ids[] = {"chair:1", "silence", "crosstalk", "break",
                                              "put-right"};
            int top = INT_MAX, bottom = 0;
            for (size_t n = 0; n < sizeof ids / sizeof *ids; n++) {
                struct rect r = at_table(s, ids[n]);
                top = r.y < top ? r.y : top;
                bottom = r.y + r.h > bottom ? r.y + r.h : bottom;
            }
            assert_true(bottom - top <= s->app.ui.body.h); /* at one place of the scroll */
            scene_close(s);
        }
    }
    look = &upright;
    begin(s, 3); /* closed by the teardown */
}

/* A topic's questions may wait: the end lists them, and a tap leads there. */
static void test_group__what_waits_is_listed_at_the_end(void **state)
{
    struct scene *s = *state;
    char *form = scene_form("tests/cases/group.csv");
    const char *bind = strstr(form, "\"/data/topic/tp_sum\"");
    struct buf xml = {0};
    size_t at = (size_t)(bind - form) + strlen("\"/data/topic/tp_sum\"");
    buf_add(&xml, form, at);
    buf_join(&xml, " required=\"true()\"", form + at, NULL);
    scene_begin(s, window, xml.data, "group", look);
    for (int k = 0; k < 3; k++) {
        static const char *const names[] = {"p_take", "p_audio", "p_quote"};
        char path[64];
        snprintf(path, sizeof path, "/data/part[1]/%s", names[k]);
        answer(s, path, "yes");
    }
    scene_draw(s);
    assert_true(scene_tap(s, "right") && scene_tap(s, "entry:1"));
    assert_true(scene_tap(s, "chair:1"));
    assert_true(scene_tap(s, "right")); /* the topic ends … */
    assert_true(scene_tap(s, "left"));  /* … and its questions wait */
    for (int k = 0; k < 4 && s->app.screen != SCREEN_FINISH; k++) {
        assert_true(scene_tap(s, "right"));
    }
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(scene_draws(s, "Суть в трёх фразах"));
    free(form);
    buf_fini(&xml);
}

/* How wide the bar is that tells how long it was spoken from a chair. */
static int bar_of(struct scene *s, const char *id)
{
    const struct target *t = scene_find(s, id);
    const struct draw_list *list = &s->app.ui.draws;
    int w = 0;
    assert_non_null(t);
    for (size_t k = 0; k < list->count; k++) {
        const struct draw *d = &list->list[k];
        bool in = d->rect.x >= t->rect.x && d->rect.x + d->rect.w <= t->rect.x + t->rect.w &&
                  d->rect.y >= t->rect.y && d->rect.y + d->rect.h <= t->rect.y + t->rect.h;
        w = in && d->kind == DRAW_FILL && d->ink == s->app.ui.theme.accent ? d->rect.w : w;
    }
    return w;
}

static void test_group__silence_has_a_chair_and_a_bar(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    assert_int_equal(bar_of(s, "silence"), 0);
    assert_true(scene_tap(s, "silence"));
    pass(80);
    assert_true(scene_tap(s, "crosstalk"));
    pass(40);
    assert_true(scene_tap(s, "chair:1"));
    scene_draw(s);
    int silence = bar_of(s, "silence"), crosstalk = bar_of(s, "crosstalk");
    assert_true(silence > crosstalk && crosstalk > 0);
}

/* The moderator's probes are the guidance of the topic's first question. */
static void test_group__probes_are_in_reach(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    assert_true(scene_draws(s, "Почему к ним?"));
    assert_true(scene_tap(s, "right")); /* the topic's questions: they are there, too */
    assert_true(scene_draws(s, "Почему к ним?"));
}

static void test_group__people_as_they_agreed(void **state)
{
    struct scene *s = *state;
    struct group_person *people;
    begin(s, 4);
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 4);
    assert_string_equal(people[0].label, "У1");
    assert_true(people[0].sound && people[0].quotes && !people[0].refused);
    assert_true(!people[1].sound && people[1].quotes);
    assert_true(people[2].refused);
    assert_false(people[3].left);
    int64_t before = clock_wall_ms();
    answer(s, "/data/part[4]/p_left", "yes");
    group_people(s->app.interview, &s->app.ui.frame, &people);
    assert_true(people[3].left);
    assert_in_range(people[3].left_ms - before, 0, 5000);
    scene_draw(s);
    assert_true(scene_draws(s, "Ушли: У4 ")); /* and the time */
    answer(s, "/data/part[2]/p_late", "yes");
    group_people(s->app.interview, &s->app.ui.frame, &people);
    assert_true(people[1].late);
    assert_in_range(people[1].late_ms - before, 0, 5000);
    scene_draw(s);
    assert_true(scene_draws(s, "Пришли позже: У2 "));
    answer(s, "/data/part[4]/p_left", "no"); /* a slip */
    group_people(s->app.interview, &s->app.ui.frame, &people);
    assert_int_equal(people[3].left_ms, 0);
}

/* At the round nothing is recorded by itself: somebody may sit there who is no entry yet. */
static void test_group__a_newcomer_stops_the_recording(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    struct group_person *people;
    struct node *entry;
    begin(s, 1);
    const struct page round = s->app.interview->page;
    assert_false(records(s));
    assert_true(scene_tap(s, "entry:1"));
    assert_false(records(s));
    assert_true(scene_tap(s, "left"));
    assert_true(scene_tap(s, "right")); /* the round is complete */
    assert_true(records(s));
    assert_true(scene_tap(s, "left"));
    assert_true(records(s)); /* it goes on */
    OK(interview_add(s->app.interview, &round, &entry, &err));
    scene_draw(s);
    assert_false(records(s));
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 2);
    assert_true(people[1].fresh);
    answer(s, "/data/part[2]/p_take", "yes"); /* an answer, and not yet the one that counts */
    scene_draw(s);
    assert_false(records(s));
    answer(s, "/data/part[2]/p_take", "no"); /* takes no part: is not there */
    scene_draw(s);
    assert_false(records(s));
    assert_true(scene_tap(s, "right"));
    assert_true(records(s));
}

/* tests/cases/group.csv, in which everybody is asked from the start whether they came later
 * (default "no"), and before the consent another thing. */
static char *form_with_defaults(void)
{
    char *form = scene_form("tests/cases/group.csv");
    static const char *const questions[] = {"p_late", "p_left"};
    for (size_t k = 0; k < 2; k++) {
        char bind[64];
        snprintf(bind, sizeof bind, "\"/data/part/%s\"", questions[k]);
        char *relevant = strstr(strstr(form, bind), "relevant=");
        memcpy(relevant, "ignored1", strlen("relevant"));
    }
    return form;
}

/* Somebody whose only "no" is a default, or to another question, was not asked: it stops. */
static void test_group__a_no_that_says_nothing_of_the_consent(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    struct group_person *people;
    struct node *entry;
    char *form = form_with_defaults();
    scene_begin(s, window, form, "group", look);
    free(form);
    const struct page round = s->app.interview->page;
    answer(s, "/data/part[1]/p_take", "yes");
    answer(s, "/data/part[1]/p_audio", "yes");
    answer(s, "/data/part[1]/p_quote", "yes");
    scene_draw(s);
    assert_true(scene_tap(s, "right"));
    assert_true(records(s));
    OK(interview_add(s->app.interview, &round, &entry, &err));
    scene_draw(s);
    assert_false(records(s));
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 2);
    assert_true(people[1].fresh); /* an answer by default is none */
    answer(s, "/data/part[2]/p_left", "yes");
    answer(s, "/data/part[2]/p_left", "no"); /* answered, and about something else */
    scene_draw(s);
    assert_false(records(s));
    answer(s, "/data/part[2]/p_take", "no"); /* takes no part */
    scene_draw(s);
    assert_true(scene_tap(s, "right"));
    assert_true(records(s));
}

static void test_group__a_tap_begins_a_turn_and_ends_the_last(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    assert_null(scene_find(s, "chair:3")); /* who refused does not speak */
    assert_true(scene_tap(s, "chair:1"));
    pass(60);
    assert_true(scene_tap(s, "chair:2"));
    pass(30);
    assert_true(scene_tap(s, "silence"));
    assert_true(scene_tap(s, "silence")); /* a second tap is no other turn */
    pass(30);
    assert_true(scene_tap(s, "break"));
    pass(30);
    assert_true(scene_tap(s, "chair:1"));
    pass(30);
    assert_true(scene_tap(s, "right")); /* the end of the topic */
    const struct interview_turns *t = s->app.interview->turns;
    static const char *const who[] = {"У1", "У2", TURN_SILENCE, TURN_PAUSE, "У1"};
    int64_t sum = 0;
    assert_int_equal(t->count, 5);
    for (size_t k = 0; k < 5; k++) {
        assert_string_equal(turn(s, k)->who, who[k]);
        assert_string_equal(turn(s, k)->topic, "/data/topic[1]");
        assert_int_equal(turn(s, k)->start, sum); /* each moment is one turn's */
        assert_true(turn(s, k)->ms >= 29);
        sum += turn(s, k)->ms;
    }
    assert_null(turns_open(s->app.interview));
    assert_int_equal(turns_spoken(s->app.interview, "/data/topic[1]", NULL, 0), sum);
    assert_true(turns_spoken(s->app.interview, NULL, "У1", 0) >= 89);
    assert_non_null(scene_find(s, "choice:yes")); /* then its questions */
    assert_true(scene_tap(s, "table"));
    assert_non_null(scene_find(s, "chair:1"));
}

static void test_group__the_last_turn_can_be_put_right(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    assert_true(scene_tap(s, "chair:1"));
    assert_true(scene_tap(s, "put-right"));
    assert_true(scene_tap(s, "chair:2"));
    assert_int_equal(s->app.interview->turns->count, 1);
    assert_string_equal(turn(s, 0)->who, "У2");
    s->app.interview->turns->list[0].since -= 10001; /* ten seconds later it is too late */
    scene_draw(s);
    assert_null(scene_find(s, "put-right"));
    assert_true(scene_tap(s, "chair:4"));
    assert_int_equal(s->app.interview->turns->count, 2);
}

/* As after kill -9: closed turns are all there, the last one ends with what was seen. */
static void test_group__turns_survive_a_power_cut(void **state)
{
    struct scene *s = *state;
    struct buf before = {0}, after = {0};
    sit_down(s);
    scene_tap(s, "chair:1");
    pass(20);
    scene_tap(s, "chair:2");
    pass(20);
    interview_language(s->app.interview, "ky"); /* seen while У2 speaks */
    turns_write(s->app.interview, group_tells, &before);
    again(s);
    assert_null(turns_open(s->app.interview));
    turns_write(s->app.interview, group_tells, &after);
    assert_string_equal(after.data, before.data);
    assert_non_null(
        strstr(after.data, "topic,event,who,start_ms,duration_ms,recording,recording_ms,code\n"));
    assert_non_null(strstr(after.data, "/data/topic[1],turn,У1,0,"));
    buf_fini(&before);
    buf_fini(&after);
}

/* Leaving the table by any way ends the turn; moving to another page, too. */
static void test_group__nobody_speaks_elsewhere(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "left"));
    assert_null(turns_open(s->app.interview));
    assert_true(scene_tap(s, "entry:2"));
    scene_tap(s, "chair:2");
    assert_string_equal(turns_open(s->app.interview)->topic, "/data/topic[2]");
    assert_int_equal(turns_open(s->app.interview)->start, 0);
    assert_true(scene_tap(s, "outline"));
    assert_null(turns_open(s->app.interview));
}

/* Under the lock they go on; who leaves the interview ends the turn. */
static void test_group__a_turn_over_the_lock(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "lock"));
    pass(50);
    scene_unlock(s);
    assert_true(scene_tap(s, "draft:1"));
    assert_non_null(turns_open(s->app.interview));
    assert_true(turns_spoken(s->app.interview, NULL, "У1", clock_mono_ms()) >= 50);
    app_leave_interview(&s->app);
    app_go(&s->app, SCREEN_HOME);
    scene_draw(s);
    assert_true(scene_tap(s, "draft:1"));
    assert_null(turns_open(s->app.interview));
}

/* A quote is of who speaks, and of who agreed; it is no turn, and is listed at the topic's end. */
static void test_group__a_quote_is_marked(void **state)
{
    struct scene *s = *state;
    struct buf csv = {0};
    sit_down(s);
    assert_null(scene_find(s, "quote")); /* nobody speaks */
    assert_true(scene_tap(s, "silence"));
    assert_true(scene_tap(s, "quote"));
    assert_int_equal(s->app.interview->turns->count, 1); /* silence says nothing */
    assert_false(s->app.message.good);
    assert_true(scene_show(s, "silence") != NULL);
    assert_true(scene_tap(s, "right") && scene_tap(s, "table"));
    turns_free(s->app.interview);
    answer(s, "/data/part[4]/p_quote", "no");
    scene_tap(s, "chair:4");
    assert_true(scene_tap(s, "quote"));
    assert_int_equal(s->app.interview->turns->count, 1);
    assert_false(s->app.message.good); /* the reason is said */
    scene_tap(s, "chair:1");
    pass(20);
    assert_true(scene_tap(s, "quote"));
    assert_true(s->app.message.good);
    pass(20);
    scene_tap(s, "chair:2");
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.interview->turns->count, 4);
    assert_true(turn(s, 2)->quote);
    assert_string_equal(turn(s, 2)->who, "У1");
    assert_true(turn(s, 1)->ms >= 39); /* it goes on through the quote */
    assert_int_equal(turn(s, 3)->start, turn(s, 0)->ms + turn(s, 1)->ms);
    turns_write(s->app.interview, group_tells, &csv);
    assert_non_null(strstr(csv.data, "/data/topic[1],quote,У1,"));
    buf_fini(&csv);
}

/* A tap on a code marks who named it and when, and chooses it; it is no turn. */
static void test_group__a_code_is_named(void **state)
{
    struct scene *s = *state;
    struct buf csv = {0};
    struct node *codes;
    sit_down(s);
    codes = session_find(s->app.interview->session, "/data/topic[1]/tp_codes");
    assert_null(scene_find(s, "code:plan"));  /* not a code of this topic: tp_chips */
    assert_true(scene_tap(s, "code:rights")); /* before anybody speaks */
    assert_string_equal(tree_value(codes), "rights");
    scene_tap(s, "chair:2");
    pass(20);
    assert_true(scene_tap(s, "code:trust"));
    assert_true(scene_tap(s, "code:trust"));
    assert_string_equal(tree_value(codes), "rights trust");
    assert_string_equal(turns_open(s->app.interview)->who, "У2");
    answer(s, "/data/topic[1]/tp_sum", "Тайный разговор"); /* the table shows nothing of it */
    scene_draw(s);
    assert_false(scene_draws(s, "Тайный"));
    pass(20);
    scene_tap(s, "chair:1");
    assert_int_equal(s->app.interview->turns->count, 5);
    assert_string_equal(turn(s, 2)->code, "trust");
    assert_string_equal(turn(s, 2)->who, "У2");
    assert_true(turn(s, 2)->start >= 19);
    assert_true(turn(s, 1)->ms >= 39);
    turns_write(s->app.interview, group_tells, &csv);
    assert_non_null(strstr(csv.data, "/data/topic[1],code,,0,0,,,rights\n"));
    assert_non_null(strstr(csv.data, "/data/topic[1],code,У2,"));
    answer(s, "/data/topic[1]/tp_codes", "trust"); /* the moderator takes the other one back */
    buf_cut(&csv, 0);
    turns_write(s->app.interview, group_tells, &csv);
    assert_null(strstr(csv.data, "rights"));
    assert_non_null(strstr(csv.data, "trust"));
    buf_fini(&csv);
}

/* The form's entry for a quote is there when it is marked; its words are typed while the turn goes
 * on, or later. */
static void test_group__the_words_of_a_quote(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    sit_down(s);
    struct session *session = s->app.interview->session;
    scene_tap(s, "chair:2");
    assert_null(scene_find(s, "words"));
    assert_true(scene_tap(s, "quote"));
    assert_string_equal(tree_value(session_find(session, "/data/topic[1]/tp_q[1]/q_who")), "У2");
    assert_true(scene_tap(s, "words"));
    pass(20);
    scene_type(s, "Ишеним жок");
    quote_keep(&s->app); /* as after a second of rest: it outlives a power cut */
    assert_string_equal(
        interview_typed(s->app.interview, session_find(session, "/data/topic[1]/tp_q[1]/q_txt")),
        "Ишеним жок");
    assert_true(scene_tap(s, "cancel"));
    assert_string_equal(tree_value(session_find(session, "/data/topic[1]/tp_q[1]/q_txt")),
                        "Ишеним жок");
    assert_non_null(turns_open(s->app.interview)); /* the turn went on */
    assert_non_null(scene_find(s, "chair:1"));
    assert_null(scene_find(s, "words"));
    assert_true(scene_tap(s, "quote"));
    assert_true(scene_tap(s, "right")); /* the words of the second wait */
    struct problem *problems;
    size_t count;
    OK(session_problems(session, &s->app.ui.frame, &problems, &count, &err));
    assert_non_null(session_find(session, "/data/topic[1]/tp_q[2]/q_who"));
    assert_string_equal(tree_value(session_find(session, "/data/topic[1]/tp_q[2]/q_txt")), "");
}

/* What was marked in a turn goes with it to the right person, if that one agreed. */
static void test_group__marks_are_put_right_with_their_turn(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    struct session *session = s->app.interview->session;
    answer(s, "/data/part[4]/p_quote", "no");
    scene_draw(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "quote"));
    assert_true(scene_tap(s, "code:trust"));
    assert_true(scene_tap(s, "put-right"));
    scene_tap(s, "chair:4"); /* did not agree: nothing changes, and it is said */
    assert_false(s->app.message.good);
    assert_string_equal(turn(s, 0)->who, "У1");
    assert_true(scene_tap(s, "put-right"));
    scene_tap(s, "chair:2");
    for (size_t k = 0; k < 3; k++) {
        assert_string_equal(turn(s, k)->who, "У2");
    }
    assert_string_equal(tree_value(session_find(session, "/data/topic[1]/tp_q[1]/q_who")), "У2");
}

static const char *value_of(struct scene *s, const char *path)
{
    return tree_value(session_find(s->app.interview->session, path));
}

/* A quote takes no entry that holds somebody's words; put right, it takes its own entry along and
 * no other. */
static void test_group__a_quote_has_its_own_entry(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "quote"));
    assert_true(scene_tap(s, "quote"));
    answer(s, "/data/topic[1]/tp_q[1]/q_txt", "чьи-то слова");
    answer(s, "/data/topic[1]/tp_q[1]/q_who", "");
    answer(s, "/data/topic[1]/tp_q[2]/q_txt", "слова У1");
    scene_tap(s, "silence");
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "quote"));
    assert_string_equal(value_of(s, "/data/topic[1]/tp_q[1]/q_who"), ""); /* it has words */
    assert_string_equal(value_of(s, "/data/topic[1]/tp_q[3]/q_who"), "У1");
    assert_true(scene_tap(s, "put-right"));
    scene_tap(s, "chair:2");
    assert_string_equal(value_of(s, "/data/topic[1]/tp_q[2]/q_who"), "У1");
    assert_string_equal(value_of(s, "/data/topic[1]/tp_q[3]/q_who"), "У2");
}

/* Where the form asks for the number of quotes, a mark raises it, but not beyond what it allows. */
static void test_group__a_form_that_takes_two_quotes(void **state)
{
    struct scene *s = *state;
    static const char md[] =
        "| survey |\n"
        "| | type | name | label | calculation | appearance | repeat_count | constraint |\n"
        "| | begin_repeat | part | Round | | focus-group | | |\n"
        "| | calculate | p_lab | | concat('У', position(..)) | | | |\n"
        "| | select_one yn | p_quote | Quotes? | | | | |\n"
        "| | end_repeat | | | | | | |\n"
        "| | begin_repeat | topic | Topic | | focus-group | 1 | |\n"
        "| | text | tp_sum | What is it about? | | | | |\n"
        "| | integer | tp_q_n | How many? | | | | . <= 2 |\n"
        "| | begin_repeat | tp_q | Quote | | | if(${tp_q_n} > 0, ${tp_q_n}, 0) | |\n"
        "| | select_one ${p_lab} | q_who | Whose? | | | | |\n"
        "| | text | q_txt | Words | | | | |\n"
        "| | end_repeat | | | | | | |\n"
        "| | end_repeat | | | | | | |\n"
        "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n| | yn | no | No |\n"
        "| settings |\n| | form_id | version |\n| | form | 1 |\n";
    char path[] = "/tmp/suhbat-group-XXXXXX.md";
    struct err err = {0};
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0);
    close(fd);
    OK(file_write(path, md, sizeof md - 1, FILE_PRIVATE, true, &err));
    char *form = scene_form(path);
    unlink(path);
    scene_begin(s, window, form, "form", &upright);
    free(form);
    answer(s, "/data/part[1]/p_quote", "yes");
    struct node *topic = session_find(s->app.interview->session, "/data/topic[1]");
    group_speaks(s->app.interview, topic, "У1");
    for (int k = 1; k <= 3; k++) {
        const struct node *words = group_quotes(s->app.interview, topic, "У1");
        assert_int_equal(words != NULL, k <= 2);
        assert_string_equal(value_of(s, "/data/topic[1]/tp_q_n"), k == 1 ? "1" : "2");
    }
    size_t count;
    (void)turns_marks(s->app.interview, &count);
    assert_int_equal(count, 3); /* the third is marked all the same */
}

/* Who was marked at a table is not removed by a slip. */
static void test_group__removing_one_who_spoke_asks_first(void **state)
{
    struct scene *s = *state;
    struct group_person *people;
    sit_down(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "quote"));
    assert_true(scene_tap(s, "left"));
    assert_true(scene_tap(s, "left"));
    assert_true(scene_tap(s, "as-list"));
    assert_true(scene_tap(s, "remove:1"));
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 4);
    assert_non_null(strstr(s->app.message.text, "1, "));
    assert_true(scene_tap(s, "remove:4")); /* who said nothing goes at once */
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 3);
    assert_true(scene_tap(s, "remove:1"));
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 3);
    assert_true(scene_tap(s, "remove:1"));
    assert_int_equal(group_people(s->app.interview, &s->app.ui.frame, &people), 3);
    assert_true(people[0].refused); /* an empty chair: nobody else gets its label */
    assert_string_equal(people[0].label, "У1");
}

/* A quote whose speaker takes the consent back is no mark any more; of who takes no part any more
 * the time alone is told. */
static void test_group__what_was_taken_back(void **state)
{
    struct scene *s = *state;
    struct buf csv = {0};
    sit_down(s);
    scene_tap(s, "chair:1");
    assert_true(scene_tap(s, "quote"));
    assert_true(scene_tap(s, "code:trust"));
    scene_tap(s, "chair:2");
    turns_write(s->app.interview, group_tells, &csv);
    assert_non_null(strstr(csv.data, ",quote,У1,"));
    answer(s, "/data/part[1]/p_quote", "no");
    buf_cut(&csv, 0);
    turns_write(s->app.interview, group_tells, &csv);
    assert_null(strstr(csv.data, ",quote,"));
    assert_non_null(strstr(csv.data, ",turn,У1,"));
    assert_non_null(strstr(csv.data, ",code,У1,"));
    answer(s, "/data/part[1]/p_take", "no");
    buf_cut(&csv, 0);
    turns_write(s->app.interview, group_tells, &csv);
    assert_null(strstr(csv.data, "У1"));
    assert_null(strstr(csv.data, ",code,"));
    assert_non_null(strstr(csv.data, ",turn,refused,0,"));
    assert_non_null(strstr(csv.data, ",turn,У2,"));
    struct err err = {0}; /* and of who was removed altogether */
    OK(interview_remove(s->app.interview, session_find(s->app.interview->session, "/data/part[2]"),
                        &err));
    buf_cut(&csv, 0);
    turns_write(s->app.interview, group_tells, &csv);
    assert_null(strstr(csv.data, "У2"));
    buf_fini(&csv);
}

/* A memo at the table is of who speaks then; it is no turn, and goes with its text. */
static void test_group__a_memo_has_its_speaker(void **state)
{
    struct scene *s = *state;
    struct buf csv = {0};
    sit_down(s);
    scene_tap(s, "chair:2");
    pass(20);
    assert_true(scene_tap(s, "memo"));
    scene_type(s, "Шёпот");
    interview_memo(s->app.interview, s->app.sheets.memo, "Шёпот");
    assert_true(scene_tap(s, "cancel"));
    assert_string_equal(turns_open(s->app.interview)->who, "У2"); /* it goes on */
    assert_int_equal(s->app.interview->turns->count, 2);
    turns_write(s->app.interview, group_tells, &csv);
    assert_non_null(strstr(csv.data, "/data/topic[1],memo,У2,"));
    assert_null(strstr(csv.data, "Шёпот"));
    interview_memo(s->app.interview, s->app.interview->memos->number, "");
    buf_cut(&csv, 0);
    turns_write(s->app.interview, group_tells, &csv);
    assert_null(strstr(csv.data, ",memo,"));
    buf_fini(&csv);
}

/* The list of turns grows under the tap on a code, too (under ASan). */
static void test_group__a_code_while_the_list_grows(void **state)
{
    struct scene *s = *state;
    sit_down(s);
    const struct node *topic = session_find(s->app.interview->session, "/data/topic[1]");
    for (int k = 0; k < 64; k++) {
        group_speaks(s->app.interview, topic, k % 2 ? "У1" : "У2");
    }
    scene_draw(s);
    assert_true(scene_tap(s, "code:trust"));
    assert_non_null(strstr(s->app.message.text, "У1"));
}

/* Six hundred turns are drawn as quickly as one, and each is told. */
static void test_group__many_turns(void **state)
{
    enum { MANY = 600 };
    struct scene *s = *state;
    struct buf csv = {0};
    sit_down(s);
    const struct node *topic = session_find(s->app.interview->session, "/data/topic[1]");
    for (int k = 0; k < MANY; k++) {
        group_speaks(s->app.interview, topic, k % 2 ? "У1" : "У2");
    }
    assert_int_equal(s->app.interview->turns->count, MANY);
    scene_draw(s);
    for (int k = 0; k < 80; k++) { /* the list of turns grows under each tap */
        assert_true(scene_tap(s, k % 2 ? "chair:4" : "silence"));
    }
    assert_int_equal(s->app.interview->turns->count, MANY + 80);
    turns_write(s->app.interview, group_tells, &csv);
    size_t lines = 0;
    for (const char *p = csv.data; (p = strchr(p, '\n')) != NULL; p++) {
        lines++;
    }
    assert_int_equal(lines, MANY + 80 + 1);
    buf_fini(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_group__chairs_stand_apart),
        SCENE_TEST(test_group__the_table_in_each_size_and_language),
        SCENE_TEST(test_group__what_waits_is_listed_at_the_end),
        SCENE_TEST(test_group__a_quote_is_two_taps),
        SCENE_TEST(test_group__silence_has_a_chair_and_a_bar),
        SCENE_TEST(test_group__a_row_of_the_list_is_a_label),
        SCENE_TEST(test_group__a_refusal_stays_at_the_table),
        SCENE_TEST(test_group__times_go_with_their_chair),
        SCENE_TEST(test_group__turns_go_with_their_topic),
        SCENE_TEST(test_group__probes_are_in_reach),
        SCENE_TEST(test_group__help_for_where_one_is),
        SCENE_TEST(test_group__people_as_they_agreed),
        SCENE_TEST(test_group__a_newcomer_stops_the_recording),
        SCENE_TEST(test_group__a_no_that_says_nothing_of_the_consent),
        SCENE_TEST(test_group__a_tap_begins_a_turn_and_ends_the_last),
        SCENE_TEST(test_group__the_last_turn_can_be_put_right),
        SCENE_TEST(test_group__turns_survive_a_power_cut),
        SCENE_TEST(test_group__nobody_speaks_elsewhere),
        SCENE_TEST(test_group__a_turn_over_the_lock),
        SCENE_TEST(test_group__a_quote_is_marked),
        SCENE_TEST(test_group__a_code_is_named),
        SCENE_TEST(test_group__the_words_of_a_quote),
        SCENE_TEST(test_group__marks_are_put_right_with_their_turn),
        SCENE_TEST(test_group__a_quote_has_its_own_entry),
        SCENE_TEST(test_group__a_form_that_takes_two_quotes),
        SCENE_TEST(test_group__removing_one_who_spoke_asks_first),
        SCENE_TEST(test_group__what_was_taken_back),
        SCENE_TEST(test_group__a_memo_has_its_speaker),
        SCENE_TEST(test_group__a_code_while_the_list_grows),
        SCENE_TEST(test_group__many_turns),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    window = scene_window(&upright);
    int failed = RUN(tests);
    font_finish();
    window_close(window);
    return failed;
}
