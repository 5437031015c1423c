/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/sound_tour.h"

#include <time.h>

#include "app/interview/interview_sound.h"
#include "app/interview/interview_turns.h"
#include "app/shell/sound.h"
#include "tests/lib/gallery.h"
#include "tests/lib/slow_disk.h"

struct tour_air tour_air;

static const char *part_of(struct scene *s, const char *which)
{
    static char id[96];
    const struct node *story = session_find(s->app.interview->session, "/data/story");
    snprintf(id, sizeof id, "%s", question_part(&s->app, story, which, ""));
    return id;
}

/* Says so many seconds, this loud, and waits until the recorder has them. */
static void say(struct scene *s, int seconds, int how_loud)
{
    enum { RATE = 16000, STEPS = 3000 };
    struct recorder *r = s->app.interview->sound->recorder;
    int64_t until = recorder_look(r).ms + seconds * 1000;
    tour_air.loud = how_loud;
    atomic_store(&tour_air.waits, seconds * RATE);
    for (int i = 0; i < STEPS && recorder_look(r).ms < until; i++) {
        const struct timespec step = {0, 2 * 1000000L};
        nanosleep(&step, NULL);
    }
    gallery_must(recorder_look(r).ms >= until, "hear what was said");
    scene_draw(s);
}

/* ---- recording ---- */

static void answer_consent(struct scene *s, const char *choice)
{
    gallery_must(scene_tap(s, choice), choice);
    if (scene_find(s, "right")) {
        gallery_must(scene_tap(s, "right"), "go on");
    }
}

static void one_question(struct scene *s, const struct sound_tour *t)
{
    gallery_must(scene_tap(s, "sound-test"), "test the microphone");
    t->page(s, "sound-test", true);
    gallery_must(scene_tap(s, "sound-test"), "end the test");
    answer_consent(s, "choice:no");
    t->page(s, "sound-needs", true);
    gallery_must(scene_tap(s, part_of(s, "consent")), "go to the consent");
    answer_consent(s, "choice:yes");
    t->page(s, "sound-ready", true);
    gallery_must(scene_tap(s, part_of(s, "begin")), "record");
    t->page(s, "sound-runs", false);
    gallery_must(scene_tap(s, part_of(s, "pause")), "pause");
    t->page(s, "sound-paused", false);
    gallery_must(scene_tap(s, part_of(s, "stop")), "stop");
    t->page(s, "sound-kept", false);
    gallery_must(scene_tap(s, part_of(s, "delete")), "delete");
    t->page(s, "sound-delete", false);
    gallery_must(scene_tap(s, part_of(s, "keep")) && scene_tap(s, "right"), "keep it");
}

static void the_whole(struct scene *s, const struct sound_tour *t)
{
    answer_consent(s, "choice:yes");
    t->page(s, "sound-whole", false);
    gallery_must(scene_tap(s, "sound-stop"), "stop the whole");
    t->page(s, "sound-off", false);
    gallery_must(scene_tap(s, "sound-delete"), "want to delete the whole");
    t->page(s, "sound-off-delete", true);
    gallery_must(scene_tap(s, "sound-keep"), "keep the whole");
    gallery_must(scene_tap(s, "sound-begin"), "record again");
    gallery_must(scene_tap(s, "lock"), "lock while it records");
    gallery_must(s->app.screen == SCREEN_UNLOCK, "be locked");
    t->page(s, "sound-locked", false);
}

static void open_sound(struct scene *s, const struct sound_tour *t, const char *form)
{
    scene_open(s, t->window, form, "sound", t->look);
    scene_unlock(s);
    gallery_must(scene_tap(s, "start") && scene_tap(s, "form:0"), "begin with sound");
}

static void ask_for_help(struct scene *s, const struct sound_tour *t, const char *what)
{
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "help"), "ask for help");
    t->page(s, what, true);
    gallery_must(scene_tap(s, "cancel"), "close the help");
}

/* Without a microphone; with one that hears nothing, or too much; a consent that is taken back. */
static void trouble(const struct sound_tour *t, const char *form)
{
    enum { QUIET = 20, SHOUTED = 32767, SILENT_S = 11 };
    struct scene s;
    tour_air.deaf = true;
    open_sound(&s, t, form);
    t->page(&s, "sound-no-mic", true);
    tour_air.deaf = false;
    scene_draw(&s);
    answer_consent(&s, "choice:yes");
    gallery_must(scene_tap(&s, part_of(&s, "begin")), "record");
    say(&s, SILENT_S, QUIET);
    t->page(&s, "sound-silent", false);
    gallery_must(scene_tap(&s, "left"), "go back to the consent");
    t->page(&s, "sound-silent-elsewhere", false); /* in the strip */
    gallery_must(scene_tap(&s, "right"), "come back to the question");
    say(&s, 1, SHOUTED);
    t->page(&s, "sound-clipped", false);
    ask_for_help(&s, t, "sound-help");
    gallery_must(scene_tap(&s, "left"), "go back to the consent");
    gallery_must(scene_tap(&s, "choice:no"), "take the consent back");
    t->page(&s, "sound-stopped", true);
    app_say(&s.app, S_sound_full); /* after four hours */
    scene_draw(&s);
    t->page(&s, "sound-full", true);
    scene_close(&s);
}

/* The form lets a recording be heard. */
static void review(const struct sound_tour *t, const char *form)
{
    static const char where[] = "suhbat:audio-consent=", more[] = "suhbat:audio-review=\"yes\" ";
    struct scene s;
    struct buf xml = {0};
    const char *at = strstr(strstr(form, "\"/data/story\""), where);
    buf_add(&xml, form, (size_t)(at - form));
    buf_join(&xml, more, at, NULL);
    open_sound(&s, t, xml.data);
    answer_consent(&s, "choice:yes");
    gallery_must(scene_tap(&s, part_of(&s, "begin")), "record");
    say(&s, 5, 9000);
    gallery_must(scene_tap(&s, part_of(&s, "stop")), "stop");
    gallery_must(scene_draws(&s, ui_str(&s.app.ui, S_listen)), "see that it can be heard");
    t->page(&s, "sound-review", true);
    scene_close(&s);
    buf_fini(&xml);
}

void sound_tour(const struct sound_tour *t, const char *form)
{
    struct scene s;
    open_sound(&s, t, form);
    t->page(&s, "sound-consent", true);
    one_question(&s, t);
    the_whole(&s, t);
    scene_close(&s);
    if (t->rare) {
        trouble(t, form);
        review(t, form);
    }
}

/* ---- a group ---- */

/* A quote, with its words, and a code. */
static void mark_what_was_said(struct scene *s, const struct sound_tour *t, bool words)
{
    gallery_must(scene_show(s, "quote") != NULL && scene_tap(s, "quote"), "mark a quote");
    gallery_must(scene_show(s, "words") && scene_tap(s, "words"), "open the words of the quote");
    scene_type(s, "Айдоочу — менин банкым");
    if (words) {
        t->page(s, "group-words", true);
    }
    gallery_must(scene_tap(s, "cancel"), "close the words of the quote");
    gallery_must(scene_show(s, "code:trust") && scene_tap(s, "code:trust"), "name a code");
}

/* One refuses, one left, one is new, one came later; one will not be heard, one not quoted. */
static void sit(struct scene *s, size_t chairs)
{
    static const char *const names[] = {"p_take", "p_audio", "p_quote", "p_left", "p_late"};
    enum { QUESTIONS = sizeof names / sizeof *names, NO_SOUND = 2, NO_QUOTE, REFUSES, GONE = 6 };
    enum { NEW = 7, LATE };
    struct interview *i = s->app.interview;
    const struct page round = i->page;
    struct err err = {0};
    char path[64];
    for (size_t k = 1; k <= chairs; k++) {
        const char *const says[QUESTIONS] = {
            k == REFUSES ? "no" : "yes", k == NO_SOUND ? "no" : "yes", k == NO_QUOTE ? "no" : "yes",
            k == GONE ? "yes" : "no", k == LATE ? "yes" : "no"};
        struct node *entry;
        size_t asked = k == NEW ? 0 : k == REFUSES ? 1 : QUESTIONS;
        gallery_must(k == 1 || interview_add(i, &round, &entry, &err), "add a chair");
        for (size_t q = 0; q < asked; q++) {
            snprintf(path, sizeof path, "/data/part[%zu]/%s", k, names[q]);
            gallery_must(interview_answer(i, session_find(i->session, path), says[q], &err) ==
                             ANSWER_OK,
                         "answer in the round");
        }
    }
    for (size_t k = 0; i->turns && k < i->turns->stamp_count; k++) {
        i->turns->stamps[k].wall_ms = 0; /* pictures that show a time cannot be compared */
    }
    scene_draw(s);
}

static void tap_and_look(struct scene *s, const struct sound_tour *t, const char *id,
                         const char *what)
{
    gallery_must(scene_show(s, id) && scene_tap(s, id), id);
    gallery_must(scene_show(s, "chair:1") != NULL, "see the table");
    t->page(s, what, false);
}

/* Everybody agrees to sound: it is recorded. */
static void all_agree(struct scene *s)
{
    static const char *const paths[] = {"/data/part[2]/p_audio", "/data/part[7]/p_take",
                                        "/data/part[7]/p_audio", "/data/part[7]/p_quote"};
    struct interview *i = s->app.interview;
    struct err err = {0};
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        gallery_must(interview_answer(i, session_find(i->session, paths[k]), "yes", &err) ==
                         ANSWER_OK,
                     "agree to sound");
    }
    scene_draw(s);
    gallery_must(i->sound && i->sound->recorder, "record the table");
}

/* What is refused and what is put right at the table; the topic's end; a chair to be emptied. */
static void rare_at_the_table(struct scene *s, const struct sound_tour *t)
{
    tap_and_look(s, t, "silence", "group-silence");
    tap_and_look(s, t, "crosstalk", "group-crosstalk");
    tap_and_look(s, t, "break", "group-pause");
    gallery_must(scene_show(s, "chair:3") && scene_tap(s, "chair:3"), "let one speak");
    gallery_must(scene_show(s, "quote") && scene_tap(s, "quote"), "quote without consent");
    t->page(s, "group-no-quote", false);
    gallery_must(scene_show(s, "put-right") && scene_tap(s, "put-right"), "put it right");
    t->page(s, "group-put-right", false);
    all_agree(s);
    tap_and_look(s, t, "chair:5", "group-recorded");
    ask_for_help(s, t, "group-help");
    gallery_must(scene_tap(s, "right"), "end the topic");
    t->page(s, "group-marks", false);
    gallery_must(scene_tap(s, "left") && scene_tap(s, "left"), "go back to the round");
    ask_for_help(s, t, "group-help-round");
    gallery_must(scene_show(s, "as-list") && scene_tap(s, "as-list"), "see the list");
    gallery_must(scene_show(s, "remove:5") && scene_tap(s, "remove:5"), "remove who spoke");
    t->page(s, "group-remove", false);
    gallery_must(scene_show(s, "remove:5") && scene_tap(s, "remove:5"), "empty the chair");
    t->page(s, "group-emptied", false);
}

void group_tour(const struct sound_tour *t, const char *form, size_t chairs)
{
    struct scene s;
    bool few = chairs <= 8;
    scene_open(&s, t->window, form, "group", t->look);
    scene_unlock(&s);
    gallery_must(scene_tap(&s, "start") && scene_tap(&s, "form:0"), "begin with a group");
    const struct page round = s.app.interview->page;
    sit(&s, chairs);
    t->page(&s, few ? "group-round" : "group-round-12", true);
    gallery_must(scene_tap(&s, "right"), "go on to the topics");
    if (!scene_find(&s, "entry:2") || s.app.interview->page.control->item == round.control->item) {
        gallery_must(scene_tap(&s, "right"), "leave a chair empty");
    }
    gallery_must(scene_tap(&s, "entry:1"), "sit down at the table");
    t->page(&s, few ? "group-table" : "group-table-12", true);
    gallery_must(scene_tap(&s, "chair:1") && scene_tap(&s, "chair:5"), "speak");
    mark_what_was_said(&s, t, few);
    gallery_must(scene_show(&s, "chair:1") != NULL, "see the table");
    t->page(&s, few ? "group-speaks" : "group-speaks-12", false);
    if (t->rare && few) {
        rare_at_the_table(&s, t);
    }
    scene_close(&s);
}
