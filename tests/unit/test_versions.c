/* SPDX-License-Identifier: Apache-2.0 */
/* Do the versions of a corrected record stay one record: in tables, counts, cases, the log, and for
 * the person who withdraws? */
#include "platform/custody/sendback.h"
#include "platform/custody/tar.h"
#include "tests/lib/correction.h"
#include "tools/desk/desk_field.h"
#include "tools/desk/desk_holds.h"
#include "tools/desk/desk_retention.h"

#define SETTINGS "| settings |\n| | form_id | version |\n| | test_form | 7 |\n"

static void correct(struct field *f, const char *path, const char *value, uint8_t id[16])
{
    struct interview *i = correction_open(f, f->first);
    correction_set(i, path, value);
    correction_seal(i, "why", id);
    correction_carry(f, false);
}

/* ---- what a person takes back of one version ---- */

static const char quotes_md[] =
    "| survey |\n| | type | name | label | bind::suhbat:submitter | bind::suhbat:use |\n"
    "| | text | code | Code | yes | |\n| | integer | age | Age | | |\n"
    "| | select_one yn | cq | May we quote? | | quotes |\n"
    "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n" SETTINGS;

static void test_versions__a_use_is_withdrawn_of_all(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct buf out = {0};
    uint8_t second[16];
    const struct desk_listing listing = {.language = "en", .why = ""};
    correction_begin(&f, quotes_md);
    correct(&f, "/data/cq", "yes", second);
    correction_withdraw(&f, f.first, USE_QUOTES);
    OK(desk_show_record(&out, f.desk, f.study.coordinator, f.first, &listing, &err));
    assert_non_null(strstr(out.data, "WITHDRAWN: quotes"));
    assert_null(strstr(out.data, "Yes"));
    correction_export(&f, NULL);
    struct buf csv = correction_table(&f, "test_form.csv");
    assert_non_null(strstr(csv.data, ",withdrawn,"));
    buf_fini(&csv);
    buf_fini(&out);
    correction_end(&f);
}

/* The proof for the person, and what is held of her, name every version. */
static void test_versions__pages_for_the_person_name_all(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct buf page = {0};
    struct withdraw_report report;
    struct forget_report forgotten;
    uint8_t second[16];
    char key[48], newer[48];
    correction_begin(&f, NULL);
    correct(&f, "/data/age", "20", second);
    desk_record_key(key, f.first);
    desk_record_key(newer, second);
    struct desk_holding holding = {.language = "en", .code = key, .why = ""};
    OK(desk_holds(&page, f.desk, f.study.coordinator, &holding, &err));
    assert_int_equal(holding.found, 2);
    const struct withdraw_options options = {
        .uses = USE_ANSWERS, .why = "", .wall_ms = f.at_ms, .keep_ids = true};
    OK(desk_withdraw_all(f.desk, f.study.coordinator, (const uint8_t(*)[16]) & f.first, 1, &options,
                         &report, &forgotten, &err));
    assert_int_equal(forgotten.id_count, 2);
    struct desk_holding proof = {.language = "en",
                                 .ids = (const uint8_t(*)[16])forgotten.ids,
                                 .count = forgotten.id_count,
                                 .why = ""};
    buf_cut(&page, 0);
    OK(desk_proof(&page, f.desk, &proof, &err));
    assert_non_null(strstr(page.data, newer));
    desk_forgotten_fini(&forgotten);
    buf_fini(&page);
    correction_end(&f);
}

/* ---- who may be told, and what may be linked ---- */

static void test_versions__a_revoked_device_gets_no_answers(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    correction_begin(&f, NULL);
    struct catalogue *c = &f.study.catalogue;
    c->revoked[c->revoked_count].kind = 2;
    memcpy(c->revoked[c->revoked_count++].id, device_id(f.study.device), 16);
    c->epoch++;
    study_sign_catalogue(&f.study);
    OK(desk_set_catalogue(f.desk, f.study.catalogue_bytes.data, f.study.catalogue_bytes.len, &err));
    assert_false(correction_send(&f, f.first, false, &err));
    assert_non_null(strstr(err.what, "revoked"));
    correction_end(&f);
}

/* A record that names an older one in its meta block, or elsewhere. */
static void forge(struct field *f, uint8_t n, const char *inside, const char *meta)
{
    struct err err = {0};
    struct device_draft draft;
    struct buf xml = {0};
    uint8_t id[16] = {0xEE, n};
    char key[48];
    desk_record_key(key, id);
    buf_join(&xml, "<data id='test_form' version='7'><code>R</code><town>FORGED</town>", inside,
             "<meta><instanceID>", key, "</instanceID>", meta, "</meta></data>", NULL);
    const struct device_finished finished_ = {.xml = xml.data, .xml_len = xml.len};
    OK(device_draft_begin(f->study.device, &draft, f->hash, study_wall, &err));
    OK(device_draft_append(f->study.device, &draft, "x", 1, &err));
    OK(device_finish(f->study.device, &draft, id, &finished_, study_wall, &err));
    buf_fini(&xml);
}

static void test_versions__only_the_meta_block_of_the_same_device_links(void **state)
{
    (void)state;
    struct field a, b;
    struct err err = {0};
    struct buf file = {0}, package = {0}, text = {0};
    char key[48];
    bool fresh;
    correction_begin(&a, NULL);
    correction_begin(&b, NULL);
    desk_close(b.desk);
    b.desk = a.desk;
    study_device_file(&b.study, &file);
    OK(desk_add_device(a.desk, file.data, file.len, &fresh, &err));
    OK(device_package(b.study.device, b.hash, &package, &err));
    OK(desk_add_form(a.desk, package.data, package.len, &fresh, &err));
    correction_carry(&b, false);
    OK(correction_send(&b, b.first, false, &err)); /* now b may have corrected something */
    correction_deliver(&b);
    desk_record_key(key, a.first);
    buf_join(&text, "<deprecatedID>", key, "</deprecatedID>", NULL);
    forge(&b, 1, "", text.data); /* of another device */
    buf_cut(&text, 0);
    desk_record_key(key, b.first);
    buf_join(&text, "<deprecatedID>", key, "</deprecatedID>", NULL);
    forge(&b, 2, text.data, ""); /* a question of that name */
    correction_carry(&b, false);
    struct export_counts counts = correction_export(&a, NULL);
    assert_int_equal(counts.records, 4);
    assert_int_equal(counts.replaced, 0);
    const uint8_t forged[16] = {0xEE, 1};
    assert_int_equal(correction_withdraw(&a, forged, USE_ANSWERS).destroyed, 1);
    buf_fini(&file);
    buf_fini(&package);
    buf_fini(&text);
    b.desk = NULL;
    b.study.device = writer_free(b.writer);
    study_fini(&b.study);
    buf_fini(&b.batch);
    free(b.form);
    correction_end(&a);
}

/* ---- a correction that takes a quote back ---- */

/* A group of one, as sealed: the record says whether the words may be quoted, and names an older
 * one or none. */
static void seal_group(struct field *f, const uint8_t id[16], const char *quoted, const char *older)
{
    static const char turns[] = "topic,event,who,start_ms,duration_ms,recording,recording_ms,code\n"
                                "/data/topic[1],turn,U1,0,10,,,\n/data/topic[1],quote,U1,5,0,,,\n";
    struct err err = {0};
    struct device_draft draft;
    struct buf xml = {0}, files = {0};
    char key[48];
    desk_record_key(key, id);
    buf_join(&xml,
             "<data id='test_form' version='7'><code>A</code><part><p_lab>U1</p_lab><p_quote>",
             quoted, "</p_quote></part><meta><instanceID>", key, "</instanceID>", NULL);
    if (older) {
        buf_join(&xml, "<deprecatedID>", older, "</deprecatedID>", NULL);
    } else {
        tar_add(&files, "turns.csv", turns, sizeof turns - 1);
    }
    buf_text(&xml, "</meta></data>");
    tar_end(&files);
    const struct device_finished done = {
        .xml = xml.data, .xml_len = xml.len, .files = files.data, .files_len = files.len};
    OK(device_draft_begin(f->study.device, &draft, f->hash, study_wall, &err));
    OK(device_draft_append(f->study.device, &draft, "x", 1, &err));
    OK(device_finish(f->study.device, &draft, id, &done, study_wall, &err));
    buf_fini(&xml);
    buf_fini(&files);
}

static void test_versions__a_corrected_group_keeps_its_turns_not_its_quotes(void **state)
{
    (void)state;
    static const char md[] = "| survey |\n| | type | name | label | bind::suhbat:submitter | "
                             "appearance | bind::suhbat:use |\n"
                             "| | text | code | Code | yes | | |\n"
                             "| | begin_repeat | part | P | | focus-group | |\n"
                             "| | text | p_lab | L | | | |\n"
                             "| | text | p_quote | C | | | quotes |\n"
                             "| | end_repeat | | | | | |\n" SETTINGS;
    static const uint8_t first[16] = {0xF0, 1}, second[16] = {0xF0, 2};
    struct field f;
    struct err err = {0};
    char key[48];
    correction_begin(&f, md);
    seal_group(&f, first, "yes", NULL);
    correction_carry(&f, false);
    correction_export(&f, NULL);
    struct buf csv = correction_table(&f, "test_form - turns.csv");
    assert_non_null(strstr(csv.data, ",quote,U1,"));
    buf_fini(&csv);
    desk_record_key(key, first);
    OK(correction_send(&f, first, false, &err));
    correction_deliver(&f);
    seal_group(&f, second, "no", key);
    correction_carry(&f, false);
    correction_export(&f, NULL);
    csv = correction_table(&f, "test_form - turns.csv");
    assert_null(strstr(csv.data, ",quote,"));
    assert_non_null(strstr(csv.data, ",turn,U1,0,10,"));
    buf_fini(&csv);
    correction_end(&f);
}

/* An instanceID that the form makes itself is no id to name a record by. */
static void test_versions__a_record_that_cannot_be_named_stays(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t id[16] = {0xDD, 1};
    struct device_draft draft;
    static const char xml[] = "<data id='test_form' version='7'><code>A</code><meta>"
                              "<instanceID>hh-A12</instanceID></meta></data>";
    const struct device_finished finished_ = {.xml = xml, .xml_len = sizeof xml - 1};
    correction_begin(&f, NULL);
    OK(device_draft_begin(f.study.device, &draft, f.hash, study_wall, &err));
    OK(device_draft_append(f.study.device, &draft, "x", 1, &err));
    OK(device_finish(f.study.device, &draft, id, &finished_, study_wall, &err));
    correction_carry(&f, false);
    f.other_form = true;
    assert_false(correction_send(&f, id, false, &err));
    assert_non_null(strstr(err.what, "instanceID"));
    assert_true(*err.hint);
    correction_end(&f);
}

static void test_versions__a_comment_that_is_no_text_is_not_sent(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct send_back what = {.on_all = "\xcf\xf0\xee", .why = "", .wall_ms = 1};
    correction_begin(&f, NULL);
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "UTF-8"));
    /* nor is it taken by the device, whoever sent it */
    struct buf body = {0}, cases = {0};
    struct sendback bad = {.comments = "path,comment\n,\"\xcf\"\n",
                           .comments_len = 18,
                           .xml = "<data/>",
                           .xml_len = 7};
    sendback_write(&body, &bad);
    const struct message m = {.kind = MESSAGE_SEND_BACK, .body = body.data, .len = body.len};
    assert_false(cases_on_message(NULL, &cases, &m, &err));
    buf_fini(&body);
    buf_fini(&cases);
    correction_end(&f);
}

/* ---- tables and counts ---- */

static void test_versions__a_filter_takes_all_or_none(void **state)
{
    (void)state;
    struct field f;
    uint8_t second[16];
    correction_begin(&f, NULL);
    correct(&f, "/data/code", "B7", second);
    struct export_counts counts = correction_export(&f, "A12");
    assert_int_equal(counts.records + counts.media, 0);
    counts = correction_export(&f, "B7");
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.media, 1);
    correction_end(&f);
}

static void test_versions__retention_counts_a_record_once(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct buf list = {0};
    struct desk_retention r;
    uint8_t second[16];
    correction_begin(&f, NULL);
    correct(&f, "/data/age", "20", second);
    buf_text(&list, "form,months\n*,1\n");
    OK(desk_retention_read(&r, f.desk, f.study.coordinator, &list, "",
                           f.at_ms + (int64_t)400 * 24 * 3600 * 1000, &err));
    assert_int_equal(r.count, 1);
    assert_int_equal(r.forms[0].records, 1);
    desk_retention_fini(&r);
    buf_fini(&list);
    correction_end(&f);
}

static void put_timed(struct field *f, uint8_t n, const char *old, const char *ended)
{
    struct err err = {0};
    struct device_draft draft;
    struct buf xml = {0};
    uint8_t id[16] = {0xF0, n};
    char key[48];
    desk_record_key(key, id);
    buf_join(&xml,
             "<data id='test_form' version='7'><start>2026-11-23T10:00:00.000+06:00</start><end>",
             ended, "</end><code>A12</code><res>complete</res><cns_take>yes</cns_take><meta>",
             "<instanceID>", key, "</instanceID>", old ? "<deprecatedID>" : "", old ? old : "",
             old ? "</deprecatedID>" : "", "</meta></data>", NULL);
    const struct device_finished finished_ = {.xml = xml.data, .xml_len = xml.len};
    OK(device_draft_begin(f->study.device, &draft, f->hash, study_wall, &err));
    OK(device_draft_append(f->study.device, &draft, "x", 1, &err));
    OK(device_finish(f->study.device, &draft, id, &finished_, study_wall, &err));
    buf_fini(&xml);
}

/* A correction three days later makes an interview no longer. */
static void test_versions__an_interview_lasted_what_it_lasted(void **state)
{
    (void)state;
    static const char timed_md[] =
        "| survey |\n| | type | name | label | bind::suhbat:submitter |\n| | start | start | | |\n"
        "| | end | end | | |\n| | text | code | Code | yes |\n| | text | res | R | |\n"
        "| | text | cns_take | C | |\n" SETTINGS;
    struct field f;
    struct err err = {0};
    struct desk_field field;
    const struct field_options options = {.language = "en"};
    const uint8_t id[16] = {0xF0, 1};
    char key[48];
    correction_begin(&f, timed_md);
    put_timed(&f, 1, NULL, "2026-11-23T10:40:00.000+06:00");
    correction_carry(&f, false);
    desk_record_key(key, id);
    OK(correction_send(&f, id, false, &err));
    correction_deliver(&f);
    put_timed(&f, 2, key, "2026-11-26T09:00:00.000+06:00");
    correction_carry(&f, false);
    OK(desk_field_read(&field, f.desk, f.study.coordinator, &options, &err));
    bool found = false;
    for (size_t i = 0; i < field.interviewer_count; i++) {
        for (size_t k = 0; k < field.interviewers[i].minutes_count; k++) {
            found = true;
            assert_int_equal((int)field.interviewers[i].minutes[k], 40);
        }
    }
    assert_true(found);
    desk_field_fini(&field);
    correction_end(&f);
}

/* ---- cases ---- */

static const char made_md[] =
    "| survey |\n| | type | name | label | save_to | bind::suhbat:submitter |\n"
    "| | text | code | Code | code | yes |\n| | text | town | Town | town | |\n" SETTINGS
    "| entities |\n| | list_name | label | create_if |\n| | cases | ${code} | ${town} != 'none' "
    "|\n";

static void test_versions__a_case_that_is_made_no_more_is_gone(void **state)
{
    (void)state;
    struct field f;
    struct arena arena;
    uint8_t second[16];
    arena_init(&arena);
    for (int kept = 0; kept < 2; kept++) {
        correction_begin(&f, made_md);
        assert_non_null(correction_case(&f, &arena));
        correct(&f, "/data/town", kept ? "Naryn" : "none", second);
        struct entity *one = correction_case(&f, &arena);
        assert_true(kept ? one && strcmp(entity_property(one, "town"), "Naryn") == 0 : !one);
        correction_withdraw(&f, f.first, USE_ANSWERS);
        correction_deliver(&f);
        assert_null(correction_case(&f, &arena));
        correction_end(&f);
    }
    arena_fini(&arena);
}

/* It also leaves the device if that had not heard of the correction's effect. */
static void test_versions__a_withdrawal_takes_the_case_of_an_older_version(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    arena_init(&arena);
    correction_begin(&f, made_md);
    OK(correction_send(&f, f.first, false, &err));
    correction_deliver(&f);
    char key[48];
    struct buf old = {0};
    desk_record_key(key, f.first);
    buf_join(&old, "<deprecatedID>", key, "</deprecatedID>", NULL);
    forge(&f, 1, "", old.data); /* a version without any case, not made by our program */
    correction_carry(&f, false);
    OK(desk_cases_read(&cases, f.desk, f.study.coordinator, false, &err));
    assert_int_equal(cases.count, 0);
    desk_cases_fini(&cases);
    assert_non_null(correction_case(&f, &arena));
    correction_withdraw(&f, f.first, USE_ANSWERS);
    correction_deliver(&f);
    assert_null(correction_case(&f, &arena));
    buf_fini(&old);
    arena_fini(&arena);
    correction_end(&f);
}

/* What was calculated from a list of cases stays as it was sealed, and the chosen case is an
 * answer, although the device has closed it since. */
static void test_versions__what_was_chosen_then_stays(void **state)
{
    (void)state;
    static const char closed_md[] =
        "| survey |\n"
        "| | type | name | label | save_to | relevant | calculation | bind::suhbat:submitter |\n"
        "| | select_one part | part | P | | | | |\n"
        "| | select_one_from_file cases.csv | old | Old | | ${part} = 'old' | | |\n"
        "| | calculate | fresh | | | | once(uuid()) | |\n"
        "| | calculate | was | | | | instance('cases')/root/item[name = ${old}]/site | |\n"
        "| | calculate | twice | | | | concat(${code}, ${code}) | |\n"
        "| | text | code | Code | code | | | yes |\n"
        "| | text | site | Site | site | ${part} = 'new' | | |\n"
        "| | text | status | Status | status | | | |\n"
        "| choices |\n| | list_name | name | label |\n| | part | new | New |\n"
        "| | part | old | Old |\n" SETTINGS
        "| entities |\n| | list_name | label | entity_id | create_if | update_if |\n"
        "| | cases | ${code} | if(${part} = 'new', ${fresh}, ${old}) | ${part} = 'new' | "
        "${part} = 'old' |\n";
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct interview *i;
    struct problem *problems;
    size_t count;
    uint8_t id[16], second[16];
    arena_init(&arena);
    correction_begin(&f, closed_md);
    OK(interview_begin(&i, f.writer, f.hash, "en", &err));
    correction_set(i, "/data/part", "new");
    correction_set(i, "/data/code", "K1");
    correction_set(i, "/data/site", "KG-02");
    correction_set(i, "/data/status", "active");
    OK(interview_finish(i, NULL, &err));
    interview_free(i);
    const char *chosen = arena_text(&arena, correction_case(&f, &arena)->id);
    OK(interview_begin(&i, f.writer, f.hash, "en", &err));
    correction_set(i, "/data/part", "old");
    correction_set(i, "/data/old", chosen);
    correction_set(i, "/data/code", "K1");
    correction_set(i, "/data/status", "closed");
    assert_string_equal(correction_at(i, "/data/was"), "KG-02");
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, id));
    interview_free(i);
    assert_null(correction_case(&f, &arena)); /* closed */
    correction_carry(&f, false);
    i = correction_open(&f, id);
    assert_string_equal(correction_at(i, "/data/old"), chosen);
    assert_string_equal(correction_at(i, "/data/was"), "KG-02");
    OK(session_problems(i->session, &arena, &problems, &count, &err));
    assert_int_equal(count, 0);
    correction_set(i, "/data/code", "K1b"); /* what depends on it is calculated anew */
    assert_string_equal(correction_at(i, "/data/twice"), "K1bK1b");
    assert_string_equal(correction_at(i, "/data/was"), "KG-02");
    struct device_draft draft = i->draft;
    OK(interview_sync(i, &err));
    interview_free(i);
    OK(interview_resume(&i, f.writer, &draft, NULL, &err)); /* also after a power cut */
    assert_string_equal(correction_at(i, "/data/was"), "KG-02");
    assert_string_equal(correction_at(i, "/data/twice"), "K1bK1b");
    correction_seal(i, "code", second);
    correction_end(&f);
    arena_fini(&arena);
}

/* ---- on the device ---- */

static void test_versions__comments_stay_with_their_entry(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct device_draft draft;
    arena_init(&arena);
    correction_begin(&f, NULL);
    struct interview *i = correction_open(&f, f.first);
    correction_trip(i, "Minsk");
    OK(interview_remove(i, session_find(i->session, "/data/trip[1]"), &err));
    for (int cut = 0; cut < 2; cut++) {
        assert_string_equal(correction_at(i, "/data/trip[1]/place"), "Tomsk");
        assert_string_equal(
            interview_comment(i, &arena, session_find(i->session, "/data/trip[1]/place")),
            "Which region?");
        assert_string_equal(
            interview_comment(i, &arena, session_find(i->session, "/data/trip[2]/place")), "");
        if (!cut) {
            OK(interview_sync(i, &err));
            draft = i->draft;
            interview_free(i);
            OK(interview_resume(&i, f.writer, &draft, NULL, &err));
        }
    }
    OK(interview_remove(i, session_find(i->session, "/data/trip[1]"), &err));
    assert_null(interview_comment_node(i, &i->corrects->comments[2])); /* gone with its entry */
    OK(interview_restore(i, &err));
    assert_non_null(interview_comment_node(i, &i->corrects->comments[2]));
    interview_free(i);
    arena_fini(&arena);
    correction_end(&f);
}

static void test_versions__blanks_are_no_reason(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t second[16];
    correction_begin(&f, NULL);
    struct interview *i = correction_open(&f, f.first);
    interview_reason(i, " \n");
    assert_null(i->corrects->reason);
    assert_false(interview_finish(i, NULL, &err));
    assert_non_null(strstr(err.what, "reason"));
    correction_seal(i, "why", second);
    correction_end(&f);
}

/* ---- the log ---- */

struct openings {
    const uint8_t *id;
    unsigned uses, looks;
};

static bool count_uses(void *user, const struct ledger_entry *e, struct err *err)
{
    struct openings *o = user;
    (void)err;
    for (size_t at = 0; e->kind == LEDGER_ACCESS && at + 16 <= e->len; at += 16) {
        bool own = memcmp((const uint8_t *)e->body + at, o->id, 16) == 0;
        o->looks += own && strcmp(e->what, EDITS_LOOKED) == 0;
        o->uses += own && strcmp(e->what, EDITS_LOOKED) != 0;
    }
    return true;
}

/* Looking for corrections opens each record once, and is no use of it. */
static void test_versions__the_log_says_who_used_what(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct interview *i;
    struct withdraw_report report;
    uint8_t second[16], third[1][16];
    unsigned late;
    correction_begin(&f, NULL);
    i = correction_open(&f, f.first);
    correction_set(i, "/data/age", "20");
    correction_seal(i, "why", second);
    OK(interview_begin(&i, f.writer, f.hash, "en", &err));
    correction_set(i, "/data/code", "C1");
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, third[0]));
    interview_free(i);
    correction_carry(&f, false);
    for (int k = 0; k < 3; k++) {
        OK(desk_withdraw_late(f.desk, f.study.coordinator, f.at_ms, &late, &err));
    }
    OK(desk_newest_of(f.desk, f.study.coordinator, third, 1, &err));
    correction_shows(&f, f.first, (const char *const[]){"19 → 20", NULL});
    struct openings o = {.id = third[0]};
    OK(desk_ledger_read(f.desk, count_uses, &o, &err));
    assert_int_equal(o.uses, 0);
    assert_int_equal(o.looks, 1);
    OK(desk_withdraw(f.desk, (const uint8_t(*)[16])third, 1, USE_QUOTES, "", f.at_ms, &report,
                     &err));
    assert_int_equal(report.exports, 0);
    correction_end(&f);
}

/* ---- copies of a device ---- */

static bool count_content(void *user, const struct desk_object *o, struct err *err)
{
    (void)err;
    *(unsigned *)user += o->len > 0;
    return true;
}

static unsigned contents(struct field *f)
{
    struct err err = {0};
    unsigned count = 0;
    OK(desk_ids(f->desk, count_content, &count, &err));
    return count;
}

/* Seals the correction on one of two copies of the device, and takes it in. */
static void seal_on(struct field *f, const char *folder, const struct device_draft *draft,
                    const char *picture)
{
    struct err err = {0};
    struct interview *i;
    struct export_report out;
    struct import_report in;
    struct device_draft d = *draft;
    uint8_t id[16];
    char stick[40];
    OK(device_open(&f->study.device, study_path(&f->study, folder), &err));
    OK(device_unlock(f->study.device, study_pass, sizeof study_pass - 1, &err));
    device_on_message(f->study.device, cases_on_message, NULL);
    f->writer = writer_new(f->study.device);
    OK(interview_resume(&i, f->writer, &d, NULL, &err));
    OK(interview_attach(i, session_find(i->session, "/data/photo"), "png", picture, strlen(picture),
                        &err));
    correction_seal(i, picture, id);
    snprintf(stick, sizeof stick, "stick-%s", folder);
    OK(file_folder(study_path(&f->study, stick), 0700, &err));
    OK(device_export(f->study.device, study_path(&f->study, stick), f->at_ms += 1000, &out, &err));
    buf_cut(&f->batch, 0);
    take_batch(&f->study, stick, &f->batch);
    OK(desk_import(f->desk, f->batch.data, f->batch.len, f->at_ms, &in, &err));
    f->study.device = writer_free(f->writer);
    device_close(f->study.device);
    f->study.device = NULL;
}

/* The same draft, sealed on the device and on its copy: two versions of one id. */
static void fork_correction(struct field *f, char hex[33])
{
    struct err err = {0};
    char command[400];
    correction_begin(f, NULL);
    struct interview *i = correction_open(f, f->first);
    OK(interview_sync(i, &err));
    struct device_draft draft = i->draft;
    interview_free(i);
    text_hex(hex, device_id(f->study.device), 16);
    f->study.device = writer_free(f->writer);
    device_close(f->study.device);
    f->study.device = NULL;
    snprintf(command, sizeof command, "cp -r %s/device %s/copy", f->study.dir, f->study.dir);
    assert_int_equal(system(command), 0);
    seal_on(f, "device", &draft, "FIRST PHOTO");
    seal_on(f, "copy", &draft, "OTHER PHOTO");
}

static void fork_end(struct field *f)
{
    struct err err = {0};
    desk_close(f->desk);
    buf_fini(&f->batch);
    OK(device_open(&f->study.device, study_path(&f->study, "device"), &err));
    study_fini(&f->study);
    free(f->form);
}

static void test_versions__twins_keep_their_photos(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    char hex[33];
    unsigned records;
    fork_correction(&f, hex);
    OK(desk_accept(f.desk, hex, 0, f.at_ms, &records, &err));
    struct export_counts counts = correction_export(&f, NULL);
    assert_int_equal(counts.records, 2);
    assert_int_equal(counts.twice, 1);
    assert_int_equal(counts.media, 2);
    fork_end(&f);
}

/* What is kept apart is destroyed, too: nobody may accept it later. */
static void test_versions__a_withdrawal_reaches_what_is_kept_apart(void **state)
{
    (void)state;
    struct field f;
    char hex[33];
    fork_correction(&f, hex);
    assert_int_equal(contents(&f), 3);
    correction_withdraw(&f, f.first, USE_ANSWERS);
    assert_int_equal(contents(&f), 0);
    fork_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions__a_use_is_withdrawn_of_all),
        cmocka_unit_test(test_versions__pages_for_the_person_name_all),
        cmocka_unit_test(test_versions__a_revoked_device_gets_no_answers),
        cmocka_unit_test(test_versions__only_the_meta_block_of_the_same_device_links),
        cmocka_unit_test(test_versions__a_corrected_group_keeps_its_turns_not_its_quotes),
        cmocka_unit_test(test_versions__a_record_that_cannot_be_named_stays),
        cmocka_unit_test(test_versions__a_comment_that_is_no_text_is_not_sent),
        cmocka_unit_test(test_versions__a_filter_takes_all_or_none),
        cmocka_unit_test(test_versions__retention_counts_a_record_once),
        cmocka_unit_test(test_versions__an_interview_lasted_what_it_lasted),
        cmocka_unit_test(test_versions__a_case_that_is_made_no_more_is_gone),
        cmocka_unit_test(test_versions__a_withdrawal_takes_the_case_of_an_older_version),
        cmocka_unit_test(test_versions__what_was_chosen_then_stays),
        cmocka_unit_test(test_versions__comments_stay_with_their_entry),
        cmocka_unit_test(test_versions__blanks_are_no_reason),
        cmocka_unit_test(test_versions__the_log_says_who_used_what),
        cmocka_unit_test(test_versions__twins_keep_their_photos),
        cmocka_unit_test(test_versions__a_withdrawal_reaches_what_is_kept_apart),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
