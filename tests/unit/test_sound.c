/* SPDX-License-Identifier: Apache-2.0 */
/* Does an interview record only while everybody agrees, and know afterwards what it recorded? */
#include <time.h>

#include "app/interview/interview_sound.h"
#include "app/interview/interview_group.h"
#include "platform/machine/clock.h"
#include "platform/machine/voice.h"
#include "tests/lib/study.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa' xmlns:odk='http://www.opendatakit.org/xforms' "
    "xmlns:s='https://suhbat.example/xforms'><h:head><h:title>T</h:title><model>"
    "<instance><data id='test_form'><agree/><story/><whole/>"
    "<person jr:template=''><ok/></person><meta><instanceID/><audit/></meta></data></instance>"
    "<bind nodeset='/data/agree' type='string'/><bind nodeset='/data/person/ok' type='string'/>"
    "<bind nodeset='/data/story' type='binary' relevant=\"/data/agree = 'yes'\" "
    "s:audio-consent='agree'/>"
    "<bind nodeset='/data/whole' type='binary' s:audio-consent='agree ok'/>"
    "<bind nodeset='/data/meta/instanceID' jr:preload='uid'/>"
    "<odk:recordaudio event='odk-instance-load' ref='/data/whole'/>"
    "</model></h:head><h:body><input ref='/data/agree'><label>A</label></input>"
    "<upload mediatype='audio/*' ref='/data/story'><label>S</label></upload>"
    "<group ref='/data/person'><label>P</label><repeat nodeset='/data/person'>"
    "<input ref='/data/person/ok'><label>O</label></input></repeat></group>"
    "</h:body></h:html>";

struct scene {
    struct study study;
    struct writer *writer;
    struct interview *i;
    uint8_t hash[32];
};

static void begin(struct scene *c)
{
    struct err err = {0};
    memset(c, 0, sizeof *c);
    study_init(&c->study);
    c->study.form = form_xml;
    study_device(&c->study);
    study_enrol(&c->study, c->hash);
    c->writer = writer_new(c->study.device);
    OK(interview_begin(&c->i, c->writer, c->hash, "ky", &err));
}

static void end(struct scene *c)
{
    interview_free(c->i);
    c->study.device = writer_free(c->writer);
    study_fini(&c->study);
}

static bool list(struct device *d, void *arg, struct err *err)
{
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    bool ok = device_drafts(d, drafts, &count, err);
    *(struct device_draft *)arg = drafts[0];
    return ok;
}

/* Closes the interview and opens it again. */
static void reopen(struct scene *c, struct recorder *recorder)
{
    struct err err = {0};
    struct device_draft draft;
    OK(interview_sync(c->i, &err));
    interview_free(c->i);
    OK(writer_call(c->writer, list, &draft, &err));
    OK(interview_resume(&c->i, c->writer, &draft, NULL, &err));
    sound_take_up(c->i, recorder);
}

static struct node *at(struct scene *c, const char *path)
{
    struct node *node = session_find(c->i->session, path);
    if (!node) {
        fail_msg("no %s", path);
    }
    return node;
}

/* Answers, and returns why a recording ended. */
static enum journal_why answer(struct scene *c, const char *path, const char *value)
{
    struct err err = {0};
    const struct node *who;
    assert_int_equal(interview_answer(c->i, at(c, path), value, &err), ANSWER_OK);
    return sound_check(c->i, &who, &err);
}

static void add_person(struct scene *c)
{
    struct err err = {0};
    struct node *entry;
    struct page *pages;
    size_t count;
    struct arena arena;
    arena_init(&arena);
    session_pages(c->i->session, &arena, NULL, &pages, &count);
    OK(interview_add(c->i, &pages[count - 1], &entry, &err));
    arena_fini(&arena);
}

static bool runs(const struct scene *c)
{
    return c->i->sound && c->i->sound->recorder;
}

/* Waits until so much of it was heard. */
static void hear(struct scene *c, int64_t ms)
{
    for (int i = 0; i < 2000 && recorder_look(c->i->sound->recorder).ms < ms; i++) {
        const struct timespec t = {0, 5 * 1000000L};
        nanosleep(&t, NULL);
    }
}

struct held {
    const uint8_t *draft;
    struct device_recording list[RECORDINGS_MAX];
    size_t count;
};

static bool look(struct device *d, void *arg, struct err *err)
{
    struct held *h = arg;
    return device_recordings(d, h->draft, h->list, &h->count, err);
}

static size_t held(struct scene *c, struct held *h)
{
    struct err err = {0};
    h->draft = c->i->draft.id;
    OK(writer_call(c->writer, look, h, &err));
    return h->count;
}

static void test_sound__nothing_is_heard_before_a_yes(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    const struct node *who;
    struct held h;
    begin(&c);
    assert_false(sound_begin(c.i, at(&c, "/data/story"), &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(answer(&c, "/data/agree", "no"), 0);
    err = (struct err){0};
    assert_false(sound_begin(c.i, at(&c, "/data/story"), &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_false(runs(&c));
    assert_int_equal(held(&c, &h), 0);
    assert_int_equal(sound_allowed(c.i, at(&c, "/data/whole"), &who), CONSENT_REFUSED);
    end(&c);
}

static void test_sound__a_no_stops_it_at_once(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct held h;
    int64_t ms;
    begin(&c);
    answer(&c, "/data/agree", "yes");
    OK(sound_begin(c.i, at(&c, "/data/story"), &err));
    hear(&c, 1000);
    assert_int_equal(answer(&c, "/data/agree", "no"), WHY_CONSENT);
    assert_false(runs(&c));
    assert_int_equal(held(&c, &h), 1);
    assert_false(h.list[0].open);
    assert_int_equal(sound_of(c.i, at(&c, "/data/story"), &ms), 1);
    assert_true(ms >= 1000);
    /* the question is asked no more: its recording does not leave the device */
    OK(sound_finish(c.i, &err));
    OK(interview_finish(c.i, NULL, &err));
    assert_int_equal(held(&c, &h), 0);
    end(&c);
}

/* The recording of the whole interview begins by itself, stops for somebody who came late, and goes
 * on in another recording once all agreed. */
static void test_sound__the_whole_interview_waits_for_all(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    const struct node *who;
    struct held h;
    int64_t ms;
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    assert_false(runs(&c));
    answer(&c, "/data/agree", "yes");
    assert_true(runs(&c));
    assert_int_equal(strlen(tree_value(at(&c, "/data/whole"))), SOUND_NAME - 1);
    hear(&c, 500);
    add_person(&c);
    assert_int_equal(sound_check(c.i, &who, &err), WHY_CONSENT);
    assert_ptr_equal(who, at(&c, "/data/person[2]/ok"));
    assert_false(runs(&c));
    assert_int_equal(answer(&c, "/data/person[2]/ok", "yes"), 0);
    assert_true(runs(&c));
    assert_int_equal(sound_of(c.i, at(&c, "/data/whole"), &ms), 2);
    /* ended by hand it does not begin again by itself */
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    assert_int_equal(answer(&c, "/data/person[2]/ok", "yes"), 0);
    assert_false(runs(&c));
    assert_int_equal(held(&c, &h), 2);
    end(&c);
}

static void test_sound__times_are_known_after_a_power_cut(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct buf csv = {0}, again = {0};
    int64_t ms;
    begin(&c);
    answer(&c, "/data/agree", "yes");
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    OK(sound_begin(c.i, at(&c, "/data/story"), &err));
    hear(&c, 300);
    sound_pause(c.i, true);
    sound_pause(c.i, false);
    interview_next(c.i);
    takes_write(c.i, &csv);
    reopen(&c, NULL); /* its recorder ended with it, and the journal does not say so */
    takes_write(c.i, &again);
    assert_non_null(strstr(again.data, ",end: cut,/data/story,"));
    assert_memory_equal(again.data, csv.data, csv.len);
    assert_non_null(strstr(csv.data, "recording,ms,event,node,begun\n"));
    assert_non_null(strstr(csv.data, ",pause,/data/story,\n"));
    assert_non_null(strstr(csv.data, ",continue,/data/story,\n"));
    assert_non_null(strstr(csv.data, ",question,/data/"));
    assert_int_equal(sound_of(c.i, at(&c, "/data/story"), &ms), 1);
    assert_int_equal(ms, 5000); /* a part, filled up */
    buf_fini(&csv);
    buf_fini(&again);
    end(&c);
}

/* The lock closes the interview, not the recording. */
static void tell(struct scene *c, enum journal_kind kind, const char *path, const void *value,
                 size_t len, int64_t mono_ms)
{
    struct err err = {0};
    struct journal_event e = {.kind = kind,
                              .wall_ms = study_wall + mono_ms,
                              .mono_ms = mono_ms,
                              .language = "ky",
                              .path = path,
                              .value = value,
                              .value_len = len};
    OK(takes_keep(c->i, &e, &err));
    OK(turns_keep(c->i, &e, &err));
}

static void tell_sound(struct scene *c, enum journal_sounds what, int64_t ms, int64_t mono_ms)
{
    struct journal_sound sound = {
        .what = what, .why = what == SOUND_ENDED ? WHY_CUT : 0, .recording = {0x77}, .ms = ms};
    uint8_t value[JOURNAL_SOUND_BYTES];
    journal_sound_write(value, &sound);
    tell(c, JOURNAL_SOUND, "/data/story", value, sizeof value, mono_ms);
}

/* The power takes up to five seconds: what was seen in them is not beyond the recording's end. */
static void test_sound__nothing_lies_beyond_the_end(void **state)
{
    (void)state;
    struct scene c;
    struct buf csv = {0};
    begin(&c);
    tell_sound(&c, SOUND_BEGUN, 0, 1000);
    tell(&c, JOURNAL_PAGE, "/data/agree", "", 0, 4000);
    tell(&c, JOURNAL_TURN, "/data/person[1]", "\1У1", strlen("\1У1"), 4500);
    tell(&c, JOURNAL_PAGE, "/data/story", "", 0, 8300);
    tell(&c, JOURNAL_TURN, "/data/person[1]", "\1У2", strlen("\1У2"), 8400);
    tell(&c, JOURNAL_RESUME, "", "", 0, 9000);
    tell_sound(&c, SOUND_ENDED, 5000, 9100);
    takes_write(c.i, &csv);
    assert_non_null(strstr(csv.data, ",3000,question,/data/agree,\n"));
    assert_non_null(strstr(csv.data, ",5000,question,/data/story,\n"));
    buf_cut(&csv, 0);
    turns_write(c.i, group_tells, &csv);
    assert_non_null(strstr(csv.data, "turn,У1,0,3900,77000000000000000000000000000000,3500,\n"));
    assert_non_null(strstr(csv.data, "turn,У2,3900,0,,,\n")); /* was not recorded */
    buf_fini(&csv);
    end(&c);
}

static void test_sound__goes_on_under_the_lock(void **state)
{
    (void)state;
    struct scene c;
    struct held h;
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    answer(&c, "/data/agree", "yes");
    assert_true(runs(&c));
    struct recorder *recorder = sound_let_go(c.i);
    assert_non_null(recorder);
    reopen(&c, recorder);
    assert_true(runs(&c));
    hear(&c, 500);
    assert_int_equal(answer(&c, "/data/agree", "no"), WHY_CONSENT);
    assert_int_equal(held(&c, &h), 1);
    end(&c);
}

/* The clocks were set while the device was locked: the recorder tells its own time. */
static void test_sound__clocks_that_were_set_under_the_lock(void **state)
{
    (void)state;
    struct scene c;
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    answer(&c, "/data/agree", "yes");
    assert_true(runs(&c));
    hear(&c, 300);
    struct recorder *recorder = sound_let_go(c.i);
    int64_t now = clock_mono_ms();
    tell(&c, JOURNAL_PAUSE, "", "", 0, now);
    struct journal_event e = {.kind = JOURNAL_RESUME,
                              .wall_ms = study_wall + now + 3600000, /* an hour later, it says */
                              .mono_ms = now + 100,
                              .language = "ky",
                              .path = "",
                              .value = ""};
    struct err err = {0};
    OK(takes_keep(c.i, &e, &err));
    const struct sound_take *take = takes_running(c.i);
    assert_non_null(take);
    assert_int_equal(take->since, 0); /* it is taken for a restart … */
    sound_take_up(c.i, recorder);
    take = takes_running(c.i);
    assert_true(take->since > 0); /* … until the recorder says that it went on */
    assert_in_range(recorder_look(recorder).ms - take->ms, 0, 60000);
    end(&c);
}

static void test_sound__can_be_deleted(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct held h;
    struct buf csv = {0};
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    answer(&c, "/data/agree", "yes");
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    OK(sound_begin(c.i, at(&c, "/data/story"), &err));
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    assert_int_equal(held(&c, &h), 2);
    OK(sound_delete(c.i, at(&c, "/data/story"), &err));
    assert_int_equal(held(&c, &h), 1);
    assert_string_equal(tree_value(at(&c, "/data/story")), "");
    OK(sound_delete(c.i, at(&c, "/data/whole"), &err));
    assert_string_equal(tree_value(at(&c, "/data/whole")), "");
    assert_int_equal(held(&c, &h), 0);
    takes_write(c.i, &csv);
    assert_non_null(strstr(csv.data, ",delete,/data/story,"));
    buf_fini(&csv);
    end(&c);
}

struct discarding {
    uint8_t draft[16], id[16];
};

static bool discard(struct device *d, void *arg, struct err *err)
{
    struct discarding *one = arg;
    return device_recording_discard(d, one->draft, one->id, err);
}

/* The power went between the deletion and its event: it is deleted again, and then noted. */
static void test_sound__a_deletion_that_was_cut_is_done(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct discarding one;
    int64_t ms;
    begin(&c);
    answer(&c, "/data/agree", "yes");
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    OK(sound_begin(c.i, at(&c, "/data/story"), &err));
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    memcpy(one.draft, c.i->draft.id, 16);
    memcpy(one.id, c.i->sound->takes[0].id, 16);
    OK(writer_call(c.writer, discard, &one, &err));
    OK(sound_delete(c.i, at(&c, "/data/story"), &err));
    assert_int_equal(sound_of(c.i, at(&c, "/data/story"), &ms), 0);
    end(&c);
}

/* The whole interview may have several recordings: all of them go at once, not at sealing. */
static void test_sound__all_of_the_whole_is_deleted(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct held h;
    int64_t ms;
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    answer(&c, "/data/agree", "yes");
    answer(&c, "/data/agree", "no");
    answer(&c, "/data/agree", "yes");
    assert_int_equal(sound_of(c.i, at(&c, "/data/whole"), &ms), 2);
    OK(sound_delete(c.i, at(&c, "/data/whole"), &err));
    assert_int_equal(held(&c, &h), 0);
    assert_string_equal(tree_value(at(&c, "/data/whole")), "");
    end(&c);
}

/* An entry that goes takes the recording of its question along, and no pointer stays. */
static void test_sound__an_entry_that_goes_ends_its_recording(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    const struct node *who;
    begin(&c);
    add_person(&c);
    answer(&c, "/data/person[1]/ok", "yes");
    answer(&c, "/data/agree", "yes");
    OK(sound_end(c.i, WHY_BY_HAND, &err));
    OK(interview_remove(c.i, at(&c, "/data/person[1]"), &err));
    assert_int_equal(sound_check(c.i, &who, &err), 0);
    assert_int_equal(sound_allowed(c.i, at(&c, "/data/whole"), &who), CONSENT_UNASKED);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound__nothing_is_heard_before_a_yes),
        cmocka_unit_test(test_sound__a_no_stops_it_at_once),
        cmocka_unit_test(test_sound__the_whole_interview_waits_for_all),
        cmocka_unit_test(test_sound__times_are_known_after_a_power_cut),
        cmocka_unit_test(test_sound__nothing_lies_beyond_the_end),
        cmocka_unit_test(test_sound__goes_on_under_the_lock),
        cmocka_unit_test(test_sound__clocks_that_were_set_under_the_lock),
        cmocka_unit_test(test_sound__can_be_deleted),
        cmocka_unit_test(test_sound__a_deletion_that_was_cut_is_done),
        cmocka_unit_test(test_sound__all_of_the_whole_is_deleted),
        cmocka_unit_test(test_sound__an_entry_that_goes_ends_its_recording),
    };
    struct err err = {0};
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILEIN", "/dev/zero", 1);
    setenv("SDL_DISKAUDIODELAY", "2", 1);
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
