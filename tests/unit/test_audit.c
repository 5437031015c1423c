/* SPDX-License-Identifier: Apache-2.0 */
/* Does the log tell what happened: pages, changes, relevance, languages, a clock that was set? */
#include "forms/engine/audit.h"
#include "tests/lib/help.h"

static const char form_text[] = "| survey |\n"
                                "| | type | name | label | relevant | appearance | parameters |\n"
                                "| | audit | audit | | | | track-changes=true |\n"
                                "| | integer | age | Age | | | |\n"
                                "| | text | school | School | ${age} < 18 | | |\n"
                                "| | begin_group | both | Both | | field-list | |\n"
                                "| | text | a | A | | | |\n"
                                "| | text | b | B | | | |\n"
                                "| | end_group | | | | | |\n"
                                "| | begin_repeat | trip | Trips | | | |\n"
                                "| | text | where | Where | | | |\n"
                                "| | end_repeat | | | | | |\n"
                                "| | begin_repeat | job | Jobs | | field-list | |\n"
                                "| | text | what | What | | | |\n"
                                "| | text | who | For whom | | | |\n"
                                "| | end_repeat | | | | | |\n";

struct rig {
    struct still still;
    struct form *form;
    struct session *s;
    struct audit *audit;
    int64_t wall, mono;
};

static void event_of(struct rig *r, enum journal_kind kind, const char *path, const char *value,
                     size_t len, const char *language)
{
    struct err err = {0};
    struct journal_event e = {.kind = kind,
                              .wall_ms = r->wall,
                              .mono_ms = r->mono,
                              .language = language,
                              .path = path,
                              .value = value,
                              .value_len = len};
    OK(journal_replay(r->s, &e, &err));
    audit_event(r->audit, &e, r->s);
    r->wall += 1000;
    r->mono += 1000;
}

static void event(struct rig *r, enum journal_kind kind, const char *path, const char *value,
                  const char *language)
{
    event_of(r, kind, path, value, strlen(value), language);
}

/* `which`: each byte of the recording's name. */
static void sound(struct rig *r, enum journal_sounds what, uint8_t which, int64_t ms)
{
    struct journal_sound s = {.what = what, .why = what == SOUND_ENDED ? WHY_BY_HAND : 0, .ms = ms};
    uint8_t value[JOURNAL_SOUND_BYTES];
    memset(s.recording, which, sizeof s.recording);
    journal_sound_write(value, &s);
    event_of(r, JOURNAL_SOUND, "/data/age", (const char *)value, sizeof value, "ru");
}

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    struct err err = {0};
    still_init(&r->still);
    r->form = form_md(form_text);
    OK(session_new(&r->s, r->form, &r->still.env, &err));
    r->audit = audit_new(r->form->track_changes);
    r->wall = 1000000;
    r->mono = 5000;
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    audit_free(r->audit);
    session_free(r->s);
    form_free(r->form);
    free(r);
    return 0;
}

static void expect(struct rig *r, const char *row)
{
    struct buf csv = {0};
    audit_write(r->audit, "", &csv);
    if (!strstr(csv.data, row)) {
        fail_msg("no row '%s' in\n%s", row, csv.data);
    }
    buf_fini(&csv);
}

static void test_audit__pages_and_changes_have_their_times_and_values(void **state)
{
    struct rig *r = *state;
    assert_true(r->form->track_changes);
    assert_non_null(r->form->audit);
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru");
    event(r, JOURNAL_ANSWER, "/data/age", "34", "ru");
    event(r, JOURNAL_ANSWER, "/data/age", "35", "ru");
    event(r, JOURNAL_PAGE, "/data/both", "", "ru");
    event(r, JOURNAL_ANSWER, "/data/both/b", "say \"yes\", please", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru");
    event(r, JOURNAL_SCREEN, "", "end", "ru");
    event(r, JOURNAL_FINISH, "", "", "ru");
    expect(
        r,
        "event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason");
    expect(r, "\nform start,,1000000,,,,,,,,,ru,,\n");
    expect(r, "\nquestion,/data/age,1001000,1004000,,,,,35,,,ru,,\n");
    expect(r, "\ngroup questions,/data/both,1004000,1006000,,,,,,,,ru,,\n");
    expect(r, "\nquestion,/data/both/b,1004000,1006000,,,,,\"say \"\"yes\"\", please\",,,ru,,\n");
    expect(r, "\nquestion,/data/age,1006000,1007000,,,,,,,,ru,,\n"); /* unchanged: both blank */
    expect(r, "\nend screen,,1007000,1008000,,,,,,,,ru,,\n");
    expect(r, "\nform finalize,,1008000,,,,,,,,,ru,,\n");
}

static void test_audit__what_is_asked_and_in_which_language(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru");
    event(r, JOURNAL_ANSWER, "/data/age", "15", "ru");
    event(r, JOURNAL_LANGUAGE, "", "", "tg");
    event(r, JOURNAL_REFUSED, "/data/age", "", "tg");
    event(r, JOURNAL_ANSWER, "/data/age", "20", "tg");
    expect(r, "\nrelevance change,/data/school,1002000,,,,,not asked,asked,,,ru,,\n");
    expect(r, "\nrelevance change,/data/school,1005000,,,,,asked,not asked,,,tg,,\n");
    expect(r, "\nlanguage change,,1003000,,,,,ru,tg,,,ru,,\n");
    expect(r, "\nconstraint error,/data/age,1004000,,,,,,,,,tg,,\n");
    expect(r, "\nquestion,/data/age,1001000,1005000,,,,,20,,,tg,,\n"); /* open to the last event */
}

static void test_audit__entries_and_a_clock_that_was_set(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data", "/data/trip", "ru");
    event(r, JOURNAL_ADD, "/data/trip[1]", "", "ru");
    event(r, JOURNAL_PAGE, "/data/trip[1]/where", "", "ru");
    r->wall += 3600000; /* somebody set the clock: times of the log go on */
    event(r, JOURNAL_ANSWER, "/data/trip[1]/where", "Ош", "ru");
    event(r, JOURNAL_REMOVE, "/data/trip[1]", "", "ru");
    expect(r, "\nadd repeat,/data/trip,1001000,1003000,,,,,,,,ru,,\n");
    expect(
        r,
        "\nclock change,,1004000,,,,,1970-01-01T00:16:44.000Z,1970-01-01T01:16:44.000Z,,,ru,,\n");
    expect(r, "\ndelete repeat,/data/trip[1],1005000,,,,,,,,,ru,,\n");
    r->mono = 10; /* another day, after the machine was off: not a change of the clock */
    r->wall += 86400000;
    event(r, JOURNAL_RESUME, "", "", "ru");
    r->mono += 7200000; /* and a machine that has been on for longer than before it was off */
    r->wall += 3 * 86400000;
    event(r, JOURNAL_RESUME, "", "", "ru");
    struct buf csv = {0};
    audit_write(r->audit, "", &csv);
    const char *first = strstr(csv.data, "clock change");
    assert_non_null(first);
    assert_null(strstr(first + 1, "clock change"));
    assert_non_null(strstr(csv.data, "\nform resume,,"));
    buf_fini(&csv);
}

/* All questions of an entry that is one page, by whichever of them the page is known. */
static void test_audit__an_entry_on_one_page_is_a_group(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data/job[1]/what", "", "ru");
    event(r, JOURNAL_ANSWER, "/data/job[1]/what", "Baker", "ru");
    event(r, JOURNAL_ANSWER, "/data/job[1]/who", "Aunt", "ru");
    event(r, JOURNAL_FINISH, "", "", "ru");
    expect(r, "\ngroup questions,/data/job[1],1001000,1004000,,,,,,,,ru,,\n");
    expect(r, "\nquestion,/data/job[1]/what,1001000,1004000,,,,,Baker,,,ru,,\n");
    expect(r, "\nquestion,/data/job[1]/who,1001000,1004000,,,,,Aunt,,,ru,,\n");
}

static void test_audit__each_row_names_who_interviews(void **state)
{
    struct rig *r = *state;
    struct buf csv = {0};
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru");
    event(r, JOURNAL_ANSWER, "/data/age", "34", "ru");
    event(r, JOURNAL_FINISH, "", "", "ru");
    audit_write(r->audit, "KG-07, \"N\"", &csv);
    assert_non_null(strstr(csv.data, "\nform start,,1000000,,,,,,,\"KG-07, \"\"N\"\"\",,ru,,\n"));
    assert_non_null(strstr(csv.data, "\nquestion,/data/age,1001000,1003000,,,,,34,"
                                     "\"KG-07, \"\"N\"\"\",,ru,,\n"));
    assert_non_null(
        strstr(csv.data, "\nform finalize,,1003000,,,,,,,\"KG-07, \"\"N\"\"\",,ru,,\n"));
    buf_fini(&csv);
}

#define R11 "11111111111111111111111111111111"
#define R22 "22222222222222222222222222222222"

/* Each row tells which recording runs, and where in it the row begins. */
static void test_audit__rows_have_their_place_in_the_recording(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru"); /* 1001 s: nothing is recorded yet */
    sound(r, SOUND_BEGUN, 0x11, 0);
    event(r, JOURNAL_PAGE, "/data/both", "", "ru"); /* 1003 s: a second later */
    sound(r, SOUND_PAUSED, 0x11, 1900);
    event(r, JOURNAL_PAGE, "/data/age", "", "ru"); /* nothing is added while it pauses */
    sound(r, SOUND_WENT_ON, 0x11, 1900);
    event(r, JOURNAL_MEMO, "/data/age", "\1\1text", "ru");
    event(r, JOURNAL_PAUSE, "", "", "ru"); /* the lock: it goes on */
    event(r, JOURNAL_RESUME, "", "", "ru");
    event(r, JOURNAL_REFUSED, "/data/age", "", "ru");
    sound(r, SOUND_ENDED, 0x11, 6000);
    event(r, JOURNAL_REFUSED, "/data/age", "", "ru");
    expect(r, "\nquestion,/data/age,1001000,1003000,,,,,,,,ru,,\n");
    expect(r, "\nrecording begin,/data/age,1002000,,,,,," R11 ",,,ru," R11 ",0\n");
    expect(r, "\ngroup questions,/data/both,1003000,1005000,,,,,,,,ru," R11 ",1000\n");
    expect(r, "\nrecording pause,/data/age,1004000,,,,,," R11 ",,,ru," R11 ",1900\n");
    expect(r, "\nquestion,/data/age,1005000,1008000,,,,,,,,ru," R11 ",1900\n");
    expect(r, "\nmemo,/data/age,1007000,,,,,,,,,ru," R11 ",2900\n");
    expect(r, "\nform exit,,1008000,,,,,,,,,ru," R11 ",3900\n");
    expect(r, "\nform resume,,1009000,,,,,,,,,ru," R11 ",4900\n");
    expect(r, "\nconstraint error,/data/age,1010000,,,,,,,,,ru," R11 ",5900\n");
    expect(r, "\nrecording end,/data/age,1011000,,,,," R11 ",,,,ru," R11 ",6000\n");
    expect(r, "\nconstraint error,/data/age,1012000,,,,,,,,,ru,,\n");
}

/* After a power cut it stopped with the event seen last, whatever clocks say; and what lay in the
 * seconds that were lost stands at its end. */
static void test_audit__a_recording_that_was_cut(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    sound(r, SOUND_BEGUN, 0x11, 0);
    event(r, JOURNAL_PAGE, "/data/age", "", "ru"); /* 1 s */
    for (int k = 0; k < 6; k++) {
        event(r, JOURNAL_ANSWER, "/data/age", "20", "ru");
    }
    event(r, JOURNAL_REFUSED, "/data/age", "", "ru"); /* 8 s */
    r->wall += 3600000;
    r->mono = 900000; /* another boot */
    event(r, JOURNAL_RESUME, "", "", "ru");
    sound(r, SOUND_ENDED, 0x11, 5000);
    event(r, JOURNAL_PAGE, "/data/both", "", "ru");
    event(r, JOURNAL_PAGE, "/data/age", "", "ru");
    expect(r, "\nconstraint error,/data/age,1009000,,,,,,,,,ru," R11 ",5000\n");
    expect(r, "\nform resume,,4610000,,,,,,,,,ru," R11 ",5000\n");
    expect(r, "\nrecording end,/data/age,4611000,,,,," R11 ",,,,ru," R11 ",5000\n");
    expect(r, "\ngroup questions,/data/both,4612000,4613000,,,,,,,,ru,,\n");
}

static void test_audit__an_earlier_recording_is_deleted_while_one_runs(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    sound(r, SOUND_BEGUN, 0x11, 0);
    sound(r, SOUND_ENDED, 0x11, 1000);
    sound(r, SOUND_BEGUN, 0x22, 0); /* 1003 s */
    sound(r, SOUND_DELETED, 0x11, 1000);
    event(r, JOURNAL_REFUSED, "/data/age", "", "ru");
    expect(r, "\nrecording delete,/data/age,1004000,,,,," R11 ",,,,ru," R11 ",1000\n");
    expect(r, "\nconstraint error,/data/age,1005000,,,,,,,,,ru," R22 ",2000\n");
}

/* A group's table: when, and no more: who spoke may take it back, and a code is an answer. */
static void test_audit__turns_are_in_it(void **state)
{
    struct rig *r = *state;
    event(r, JOURNAL_BEGIN, "", "", "ru");
    sound(r, SOUND_BEGUN, 0x11, 0);
    event(r, JOURNAL_TURN, "/data/trip[1]",
          "\1\xD0\xA3"
          "3",
          "ru"); /* У3 */
    event(r, JOURNAL_TURN, "/data/trip[1]",
          "\4\xD0\xA3"
          "3\n/data/trip[1]/q",
          "ru");
    event(r, JOURNAL_TURN, "/data/trip[1]",
          "\5\xD0\xA3"
          "3\ntrust",
          "ru");
    event(r, JOURNAL_TURN, "/data/trip[1]",
          "\3\xD0\xA3"
          "4",
          "ru");
    event(r, JOURNAL_TURN, "/data/trip[1]", "\1silence", "ru");
    event(r, JOURNAL_TURN, "/data/trip[1]", "\2", "ru");
    event(r, JOURNAL_TURN, "/data/trip[1]", "\7", "ru"); /* of a later version: no row */
    expect(r, "\nturn begin,/data/trip[1],1002000,,,,,,,,,ru," R11 ",1000\n");
    expect(r, "\nquote,/data/trip[1],1003000,,,,,,,,,ru," R11 ",2000\n");
    expect(r, "\ncode,/data/trip[1],1004000,,,,,,,,,ru," R11 ",3000\n");
    expect(r, "\nturn correct,/data/trip[1],1005000,,,,,,,,,ru," R11 ",4000\n");
    expect(r, "\nturn begin,/data/trip[1],1006000,,,,,,,,,ru," R11 ",5000\n");
    expect(r, "\nturn end,/data/trip[1],1007000,,,,,,,,,ru," R11 ",6000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_audit__pages_and_changes_have_their_times_and_values,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_audit__what_is_asked_and_in_which_language, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_audit__entries_and_a_clock_that_was_set, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_audit__an_entry_on_one_page_is_a_group, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_audit__each_row_names_who_interviews, setup, teardown),
        cmocka_unit_test_setup_teardown(test_audit__rows_have_their_place_in_the_recording, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_audit__an_earlier_recording_is_deleted_while_one_runs,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_audit__a_recording_that_was_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_audit__turns_are_in_it, setup, teardown),
    };
    xml_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
