/* SPDX-License-Identifier: Apache-2.0 */
/* Does the screen record only while everybody agrees, say so, and go on under the lock? */
#include <SDL2/SDL.h>
#include <dlfcn.h>
#include <sys/statvfs.h>
#include <time.h>

#include "app/shell/sound.h"
#include "platform/machine/audio.h"
#include "tests/lib/scene.h"
#include "tests/lib/slow_disk.h"

static const struct scene_look upright = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};

static struct window *window;
static bool deaf; /* the machine has no microphone */

int SDL_GetNumAudioDevices(int iscapture)
{
    (void)iscapture;
    return deaf ? 0 : 1;
}

static bool dead; /* it is open, and delivers nothing */

Uint32 SDL_DequeueAudio(SDL_AudioDeviceID device, void *data, Uint32 bytes)
{
    static Uint32 (*real)(SDL_AudioDeviceID, void *, Uint32);
    if (!real) {
        *(void **)&real = dlsym(RTLD_NEXT, "SDL_DequeueAudio");
    }
    return dead ? 0 : real(device, data, bytes);
}

static void begin(struct scene *s)
{
    char *form = scene_form("tests/cases/sound.csv");
    scene_begin(s, window, form, "sound", &upright);
    free(form);
}

static struct node *at(struct scene *s, const char *path)
{
    return session_find(s->app.interview->session, path);
}

static const char *part(struct scene *s, const char *which)
{
    static char id[96];
    snprintf(id, sizeof id, "%s", question_part(&s->app, at(s, "/data/story"), which, ""));
    return id;
}

static void answer(struct scene *s, const char *choice)
{
    assert_true(scene_tap(s, choice));
    assert_true(scene_tap(s, "right"));
}

static bool runs(const struct scene *s)
{
    const struct interview *i = s->app.interview;
    return i ? i->sound && i->sound->recorder : s->app.sound.kept != NULL;
}

/* On the page of the story, recording. */
static void record(struct scene *s)
{
    begin(s);
    answer(s, "choice:yes");
    assert_true(scene_tap(s, part(s, "begin")));
    assert_true(runs(s));
}

/* A recording can be heard where the form allows it, and nowhere else. */
static void test_microphone__is_heard_if_the_form_allows_it(void **state)
{
    struct scene *s = *state;
    static const char where[] = "suhbat:audio-consent=", more[] = "suhbat:audio-review=\"yes\" ";
    for (int allowed = 0; allowed < 2; allowed++) {
        struct buf xml = {0};
        char *form = scene_form("tests/cases/sound.csv"), *bind = strstr(form, "\"/data/story\"");
        char *at_consent = strstr(bind, where);
        buf_add(&xml, form, (size_t)(at_consent - form));
        buf_join(&xml, allowed ? more : "", at_consent, NULL);
        scene_begin(s, window, xml.data, "sound", &upright);
        free(form);
        buf_fini(&xml);
        answer(s, "choice:yes");
        char hear[96];
        snprintf(hear, sizeof hear, "%s",
                 question_part(&s->app, at(s, "/data/story"), "hear", "1"));
        assert_true(scene_tap(s, part(s, "begin")));
        assert_null(scene_find(s, hear)); /* not while it records */
        assert_true(scene_tap(s, part(s, "stop")));
        assert_int_equal(scene_show(s, hear) != NULL, allowed);
        if (!allowed) {
            scene_close(s);
            continue;
        }
        assert_true(scene_tap(s, hear));
        assert_true(audio_playing());
        assert_true(scene_tap(s, hear));
        assert_false(audio_playing());
        assert_true(scene_tap(s, hear));
        assert_true(scene_tap(s, part(s, "begin"))); /* what plays would be recorded */
        assert_false(audio_playing());
    }
}

static void test_microphone__an_audio_question_is_of_one_kind(void **state)
{
    struct scene *s = *state;
    unsigned matches = 0;
    begin(s);
    answer(s, "choice:yes");
    for (int k = 0; k < KIND_TEXT; k++) {
        matches += s->app.kinds->rows[k]->matches(at(s, "/data/story"));
    }
    assert_int_equal(matches, 1);
    assert_ptr_equal(question_kind_of(&s->app, at(s, "/data/story")),
                     s->app.kinds->rows[KIND_AUDIO]);
}

static void test_microphone__without_a_yes_there_is_no_button(void **state)
{
    struct scene *s = *state;
    begin(s);
    assert_non_null(scene_find(s, "sound-test"));
    answer(s, "choice:no");
    assert_null(scene_find(s, part(s, "begin")));
    assert_true(scene_tap(s, part(s, "consent")));
    assert_ptr_equal(s->app.interview->page.node, at(s, "/data/cns_audio"));
}

static void test_microphone__a_no_ends_it_and_it_is_said(void **state)
{
    struct scene *s = *state;
    record(s);
    assert_true(scene_tap(s, "left"));
    assert_true(runs(s)); /* on another page it goes on, and its strip shows it */
    assert_non_null(scene_find(s, "sound-stop"));
    assert_true(scene_tap(s, "memo"));
    assert_non_null(scene_find(s, "sound-stop")); /* over a sheet, too */
    assert_true(scene_tap(s, "cancel"));
    assert_true(scene_tap(s, "choice:no"));
    assert_false(runs(s));
    assert_null(scene_find(s, "sound-stop"));
    assert_string_equal(s->app.message.text, string(S_sound_no_consent, UI_RU));
}

static void test_microphone__goes_on_under_the_lock(void **state)
{
    struct scene *s = *state;
    record(s);
    assert_true(scene_tap(s, "lock"));
    assert_int_equal(s->app.screen, SCREEN_UNLOCK);
    assert_true(runs(s));
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW); /* back to what is recorded */
    assert_true(runs(s));
    assert_null(s->app.sound.kept);
    assert_true(scene_tap(s, part(s, "stop")));
    assert_false(runs(s));
    int64_t ms;
    assert_int_equal(sound_of(s->app.interview, at(s, "/data/story"), &ms), 1);
}

static void test_microphone__the_locked_page_can_stop_it(void **state)
{
    struct scene *s = *state;
    record(s);
    assert_true(scene_tap(s, "lock"));
    assert_true(scene_tap(s, "sound-stop"));
    assert_false(runs(s));
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
}

static unsigned long room; /* blocks of 4 KiB that the medium has left; 0: plenty */

int statvfs(const char *path, struct statvfs *fs)
{
    (void)path;
    memset(fs, 0, sizeof *fs);
    fs->f_frsize = 4096;
    fs->f_bavail = room ? room : 2800000;
    return 0;
}

/* The whole interview is recorded, and no story. */
static void whole(struct scene *s)
{
    begin(s);
    answer(s, "choice:no");
    assert_true(scene_tap(s, "right"));
    answer(s, "choice:yes");
    assert_true(runs(s));
}

/* The help has a page on recording where it is asked about, and while it runs. */
static void test_microphone__help_where_it_is_of_use(void **state)
{
    struct scene *s = *state;
    int shown[HELP_SHOWN];
    begin(s);
    assert_int_equal(help_now(&s->app, shown), 2); /* the consent */
    assert_int_equal(shown[0], HELP_SOUND);
    assert_int_equal(shown[1], SCREEN_INTERVIEW);
    answer(s, "choice:yes");
    assert_int_equal(help_now(&s->app, shown), 2); /* the question to be recorded */
    assert_true(scene_tap(s, "right"));
    answer(s, "choice:no");
    assert_int_equal(help_now(&s->app, shown), 1);
    assert_true(scene_tap(s, "back"));
    answer(s, "choice:yes");
    assert_int_equal(help_now(&s->app, shown), 2); /* the strip is there */
}

/* As long as SDL's sound is open, a thread of its looks for new cards: it is closed when nothing is
 * heard or played. */
static void test_microphone__nothing_stays_open(void **state)
{
    struct scene *s = *state;
    begin(s);
    assert_non_null(scene_find(s, "sound-test")); /* it was asked whether there is one */
    assert_false(SDL_WasInit(SDL_INIT_AUDIO));
    assert_true(scene_tap(s, "sound-test"));
    assert_true(SDL_WasInit(SDL_INIT_AUDIO));
    assert_true(scene_tap(s, "sound-test"));
    assert_false(SDL_WasInit(SDL_INIT_AUDIO));
    answer(s, "choice:yes");
    assert_true(scene_tap(s, part(s, "begin")));
    assert_true(SDL_WasInit(SDL_INIT_AUDIO));
    assert_true(scene_tap(s, part(s, "stop")));
    assert_false(SDL_WasInit(SDL_INIT_AUDIO));
}

/* A microphone that is open and delivers no sound at all is told as one that hears nothing. */
static void test_microphone__a_dead_one_is_told(void **state)
{
    struct scene *s = *state;
    struct recorder *r;
    dead = true;
    record(s);
    r = s->app.interview->sound->recorder;
    for (int k = 0; k < 1100 && !recorder_look(r).silent; k++) {
        const struct timespec step = {0, 10 * 1000000L};
        nanosleep(&step, NULL);
    }
    assert_true(recorder_look(r).silent);
    scene_draw(s);
    assert_true(scene_draws(s, "Ничего не слышно."));
    dead = false;
}

/* 250 minutes of 3,000 bytes a second and a tenth more, on the strip and under the lock; less than
 * an hour, too. */
static void test_microphone__the_room_that_is_left(void **state)
{
    struct scene *s = *state;
    whole(s);
    room = 250ul * 60 * 3300 / 4096 + 1;
    scene_draw(s);
    assert_true(scene_draws(s, "Места: 4 ч 10 мин"));
    assert_true(scene_tap(s, "lock"));
    assert_true(scene_draws(s, "Места ещё на 4 ч 10 мин"));
    room = 9ul * 60 * 3300 / 4096 + 1;
    scene_draw(s);
    assert_true(scene_draws(s, "Места ещё на 9 мин"));
    room = 0;
}

/* What was stopped by hand does not begin again by itself: on the locked page, after another
 * recording, after the interview was put aside. */
static void test_microphone__stopped_by_hand_it_stays_so(void **state)
{
    struct scene *s = *state;
    whole(s);
    assert_true(scene_tap(s, "lock"));
    assert_true(scene_tap(s, "sound-stop"));
    scene_unlock(s);
    assert_true(scene_tap(s, "draft:1"));
    scene_draw(s);
    assert_false(runs(s));
    struct buf csv = {0};
    takes_write(s->app.interview, &csv);
    assert_non_null(strstr(csv.data, ",end,/data/whole,")); /* by hand, not cut */
    buf_fini(&csv);
    assert_true(scene_tap(s, "sound-begin"));
    assert_true(scene_tap(s, "sound-stop"));
    assert_true(scene_tap(s, "lock"));
    scene_unlock(s);
    assert_true(scene_tap(s, "draft:1"));
    scene_draw(s);
    assert_false(runs(s));
}

static void test_microphone__sleep_and_travel_end_it(void **state)
{
    struct scene *s = *state;
    whole(s);
    scene_event(s, (struct window_event){.kind = WINDOW_SLEEP});
    assert_false(runs(s));
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_false(runs(s)); /* it still sleeps */
    scene_event(s, (struct window_event){.kind = WINDOW_AWAKE});
    scene_close(s);
    whole(s);
    assert_true(scene_tap(s, "lock"));
    s->app.sheet = SHEET_TRAVEL;
    scene_draw(s);
    assert_true(scene_tap(s, "travel-yes"));
    assert_false(runs(s));
}

/* A medium that fails under the lock: it hears nothing any more, and says so. */
static void test_microphone__broken_under_the_lock_it_is_told(void **state)
{
    struct scene *s = *state;
    record(s);
    assert_true(scene_tap(s, "lock"));
    slow_disk_broken = true;
    for (int k = 0; k < 1000 && recorder_look(s->app.sound.kept).state == RECORDER_RUNS; k++) {
        SDL_Delay(10);
    }
    scene_draw(s);
    slow_disk_broken = false;
    assert_false(runs(s));
    assert_string_equal(s->app.message.text, string(S_sound_broken, UI_RU));
}

static void test_microphone__the_test_ends_before_it_records(void **state)
{
    struct scene *s = *state;
    begin(s);
    answer(s, "choice:no");
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "sound-test"));
    assert_non_null(s->app.sound.test);
    assert_true(scene_tap(s, "menu"));
    assert_null(s->app.sound.test);
    assert_true(scene_tap(s, "cancel"));
    assert_true(scene_tap(s, "sound-test"));
    assert_true(scene_tap(s, "choice:yes"));
    assert_true(runs(s));
    assert_null(s->app.sound.test);
}

/* A correction is made when the people are gone: nothing of it is recorded by itself. */
static void test_microphone__a_correction_hears_nothing(void **state)
{
    struct scene *s = *state;
    char *form = scene_form("tests/cases/sound.csv");
    scene_open(s, window, form, "sound", &upright);
    free(form);
    scene_unlock(s);
    scene_send_back(s,
                    "<data id='sound' version='1'><whole>00112233445566778899aabbccddeeff.opus"
                    "</whole><cns_audio>no</cns_audio><story/><whole_ok>yes</whole_ok>"
                    "<place>Ош</place><back>no</back></data>",
                    "path,comment\n/data/place,Точно?\n");
    scene_draw(s);
    assert_true(scene_tap(s, "return:1"));
    assert_non_null(s->app.interview->corrects);
    for (int k = 0; k < 5; k++) {
        scene_draw(s);
        assert_false(runs(s));
    }
    assert_true(!s->app.interview->sound || !s->app.interview->sound->take_count);
    assert_string_equal(tree_value(at(s, "/data/whole")), "00112233445566778899aabbccddeeff.opus");
}

static void test_microphone__leaving_the_interview_ends_it(void **state)
{
    struct scene *s = *state;
    record(s);
    scene_tap(s, "left");
    scene_tap(s, "left");
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_false(runs(s));
    assert_true(scene_tap(s, "draft:1"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_false(runs(s));
}

static void test_microphone__a_discarded_draft_leaves_no_sound(void **state)
{
    struct scene *s = *state;
    record(s);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "discard"));
    assert_true(scene_tap(s, "discard-yes"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_false(runs(s));
    assert_int_equal(s->app.home.draft_count, 0);
    assert_false(s->app.message.text[0] && !s->app.message.good);
}

/* A second tap, elsewhere, deletes; the whole interview is recorded once it may be. */
static void test_microphone__deletes_and_records_the_whole(void **state)
{
    struct scene *s = *state;
    int64_t ms;
    record(s);
    assert_true(scene_tap(s, part(s, "stop")));
    assert_true(scene_tap(s, part(s, "delete")));
    assert_int_equal(sound_of(s->app.interview, at(s, "/data/story"), &ms), 1);
    assert_true(scene_tap(s, part(s, "delete-yes")));
    assert_int_equal(sound_of(s->app.interview, at(s, "/data/story"), &ms), 0);
    assert_string_equal(tree_value(at(s, "/data/story")), "");
    assert_true(scene_tap(s, "right"));
    answer(s, "choice:yes");
    assert_true(runs(s));
    assert_ptr_equal(sound_node(s->app.interview), at(s, "/data/whole"));
    assert_true(scene_tap(s, "sound-pause"));
    assert_int_equal(recorder_look(s->app.interview->sound->recorder).state, RECORDER_PAUSED);
    assert_true(scene_tap(s, "sound-stop"));
    assert_false(runs(s));
    assert_non_null(scene_find(s, "sound-begin"));
    assert_true(scene_tap(s, "sound-delete"));
    assert_true(scene_tap(s, "sound-keep"));
    assert_int_equal(sound_of(s->app.interview, at(s, "/data/whole"), &ms), 1);
    assert_true(scene_tap(s, "back")); /* also once somebody takes the consent back */
    assert_true(scene_tap(s, "choice:no"));
    assert_null(scene_find(s, "sound-begin"));
    assert_true(scene_tap(s, "sound-delete"));
    assert_true(scene_tap(s, "sound-delete-yes"));
    assert_int_equal(sound_of(s->app.interview, at(s, "/data/whole"), &ms), 0);
    assert_string_equal(tree_value(at(s, "/data/whole")), "");
    assert_null(scene_find(s, "sound-delete"));
}

static void test_microphone__none_is_said_before_the_consent(void **state)
{
    struct scene *s = *state;
    deaf = true;
    begin(s);
    assert_null(scene_find(s, "sound-test"));
    answer(s, "choice:yes");
    assert_null(scene_find(s, part(s, "begin")));
    assert_non_null(scene_find(s, part(s, "choose"))); /* a file from a stick is left */
    deaf = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_microphone__is_heard_if_the_form_allows_it),
        SCENE_TEST(test_microphone__an_audio_question_is_of_one_kind),
        SCENE_TEST(test_microphone__without_a_yes_there_is_no_button),
        SCENE_TEST(test_microphone__a_no_ends_it_and_it_is_said),
        SCENE_TEST(test_microphone__goes_on_under_the_lock),
        SCENE_TEST(test_microphone__the_locked_page_can_stop_it),
        SCENE_TEST(test_microphone__help_where_it_is_of_use),
        SCENE_TEST(test_microphone__nothing_stays_open),
        SCENE_TEST(test_microphone__a_dead_one_is_told),
        SCENE_TEST(test_microphone__the_room_that_is_left),
        SCENE_TEST(test_microphone__stopped_by_hand_it_stays_so),
        SCENE_TEST(test_microphone__sleep_and_travel_end_it),
        SCENE_TEST(test_microphone__broken_under_the_lock_it_is_told),
        SCENE_TEST(test_microphone__the_test_ends_before_it_records),
        SCENE_TEST(test_microphone__a_correction_hears_nothing),
        SCENE_TEST(test_microphone__leaving_the_interview_ends_it),
        SCENE_TEST(test_microphone__a_discarded_draft_leaves_no_sound),
        SCENE_TEST(test_microphone__deletes_and_records_the_whole),
        SCENE_TEST(test_microphone__none_is_said_before_the_consent),
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
