/* SPDX-License-Identifier: Apache-2.0 */
/* Does a record that is sent back come back corrected: once, with its reason, and not against the
 * person's will? */
#include "platform/custody/sendback.h"
#include "tests/lib/correction.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"

/* ---- tests ---- */

static void test_correction__a_record_comes_back_corrected(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct buf csv, list = {0};
    struct device_return one;
    struct device_draft draft;
    uint8_t second[16];
    char key[48], old_key[48];
    arena_init(&arena);
    correction_begin(&f, NULL);
    struct interview *i = correction_open(&f, f.first);
    desk_record_key(old_key, f.first);
    /* the answers of the record, and what is asked about them */
    assert_string_equal(correction_at(i, "/data/age"), "19");
    assert_string_equal(correction_at(i, "/data/trip[2]/place"), "Tomsk");
    assert_string_equal(correction_at(i, "/data/meta/deprecatedID"), old_key);
    assert_string_not_equal(correction_at(i, "/data/meta/instanceID"), old_key);
    assert_int_equal(i->corrects->count, 3);
    assert_string_equal(i->corrects->comments[0].path, "");
    assert_string_equal(interview_comment(i, &arena, session_find(i->session, "/data/age")),
                        "19 or 91?");
    assert_string_equal(
        interview_comment(i, &arena, session_find(i->session, "/data/trip[2]/place")),
        "Which region?");
    assert_string_equal(
        interview_comment(i, &arena, session_find(i->session, "/data/trip[1]/place")), "");
    assert_null(
        interview_file(i, correction_at(i, "/data/photo"))); /* it stayed in the sealed record */
    /* the power fails in between */
    correction_set(i, "/data/age", "91");
    interview_reason(i, "a slip");
    OK(interview_sync(i, &err));
    draft = i->draft;
    interview_free(i);
    assert_int_equal(correction_returned(&f, &one), 1);
    assert_int_equal(one.state, RETURN_BEGUN);
    assert_memory_equal(one.other, draft.id, 16);
    assert_int_equal(one.number, 1);
    OK(interview_resume(&i, f.writer, &draft, NULL, &err));
    assert_non_null(i->corrects);
    assert_string_equal(i->corrects->reason, "a slip");
    assert_string_equal(correction_at(i, "/data/age"), "91");
    assert_string_equal(correction_at(i, "/data/meta/deprecatedID"), old_key);
    correction_set(i, "/data/trip[2]/place", "Tomsk oblast");
    correction_seal(i, "misheard", second);
    assert_int_equal(correction_returned(&f, NULL), 0);
    assert_false(device_return_body(f.study.device, one.id, &list, &err)); /* no copy stays */
    /* before it is handed over, the old version stands */
    csv = correction_table(&f, (correction_export(&f, NULL), "test_form.csv"));
    assert_non_null(strstr(csv.data, ",19,"));
    buf_fini(&csv);
    correction_carry(&f, false);
    struct export_counts counts = correction_export(&f, NULL);
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.replaced, 1);
    assert_int_equal(counts.media, 1);
    assert_int_equal(counts.other_ids, 0);
    csv = correction_table(&f, "test_form.csv");
    assert_non_null(strstr(csv.data, old_key));
    assert_non_null(strstr(csv.data, ",91,"));
    assert_null(strstr(csv.data, ",19,"));
    assert_non_null(strstr(csv.data, ",edited,"));
    buf_fini(&csv);
    csv = correction_table(&f, "test_form-trip.csv");
    assert_non_null(strstr(csv.data, "Tomsk oblast"));
    assert_null(strstr(csv.data, "Tomsk,"));
    buf_fini(&csv);
    csv = correction_table(&f, "test_form - audit.csv");
    assert_non_null(strstr(csv.data, "misheard"));
    assert_null(strstr(csv.data, "a slip")); /* the last reason counts */
    buf_fini(&csv);
    desk_record_key(key, second);
    correction_shows(&f, f.first,
                     (const char *const[]){key, "corrected ", "reason: misheard",
                                           "19 → 91    [/data/age]",
                                           "Tomsk → Tomsk oblast    [/data/trip[2]/place]",
                                           "/data/age: 19 or 91?", NULL});
    /* the list has one line, under the first KEY, in the state edited */
    struct desk_listing listing = {.csv = true, .filter = {.state = "edited"}};
    OK(desk_list_records(&list, f.desk, f.study.coordinator, &listing, &err));
    assert_int_equal(listing.records, 1);
    assert_non_null(strstr(list.data, old_key));
    assert_null(strstr(list.data, key));
    /* a review of the KEY is one of the version that counts */
    uint8_t id[16];
    memcpy(id, f.first, 16);
    OK(desk_newest_of(f.desk, f.study.coordinator, &id, 1, &err));
    assert_memory_equal(id, second, 16);
    OK(desk_review(f.desk, id, REVIEW_APPROVED, "", f.at_ms, &err));
    listing.filter.state = "approved";
    OK(desk_list_records(&list, f.desk, f.study.coordinator, &listing, &err));
    assert_int_equal(listing.records, 1);
    buf_fini(&list);
    arena_fini(&arena);
    correction_end(&f);
}

/* A correction can be sent back in its turn; a photo that it replaced is not exported. */
static void test_correction__it_is_corrected_again(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t second[16], third[16];
    correction_begin(&f, NULL);
    struct interview *i = correction_open(&f, f.first);
    correction_set(i, "/data/age", "20");
    correction_seal(i, "one", second);
    correction_carry(&f, false);
    i = correction_open(&f, f.first); /* by the KEY that tables have */
    assert_string_equal(correction_at(i, "/data/age"), "20");
    correction_set(i, "/data/age", "21");
    OK(interview_attach(i, session_find(i->session, "/data/photo"), "png", "ANOTHER", 7, &err));
    correction_seal(i, "two", third);
    correction_carry(&f, false);
    struct export_counts counts = correction_export(&f, NULL);
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.replaced, 2);
    assert_int_equal(counts.media, 1);
    struct buf csv = correction_table(&f, "test_form.csv");
    assert_non_null(strstr(csv.data, ",21,"));
    assert_non_null(strstr(csv.data, ",edited,"));
    assert_non_null(strstr(csv.data, ",2,7")); /* Edits, FormVersion */
    buf_fini(&csv);
    correction_shows(
        &f, second,
        (const char *const[]){"19 → 20", "reason: one", "20 → 21", "reason: two", NULL});
    correction_end(&f);
}

static void test_correction__what_is_not_sent_back(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct device_return one;
    correction_begin(&f, NULL);
    static const struct send_comment unknown = {"agee", "?"}, several = {"place", "?"},
                                     whole = {"/data/trip[1]/place", "?"};
    struct send_back what = {.why = "", .wall_ms = f.at_ms};
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "nothing is said"));
    what.count = 1;
    what.comments = &unknown;
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "no question 'agee'"));
    what.comments = &several;
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "several questions 'place'"));
    assert_int_equal(correction_deliver(&f).messages, 0); /* nothing half-done */
    what.comments = &whole;
    OK(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_memory_equal(what.device, device_id(f.study.device), 16);
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "sent back already"));
    OK(correction_send(&f, f.first, true, &err));
    assert_int_equal(correction_deliver(&f).messages, 2);
    assert_int_equal(correction_returned(&f, &one), 1); /* the newer word replaces the older */
    /* a draft that is discarded leaves what was sent back */
    struct interview *i;
    OK(interview_correct(&i, f.writer, &one, "en", &err));
    OK(interview_discard(i, &err));
    interview_free(i);
    assert_int_equal(correction_returned(&f, &one), 1);
    assert_int_equal(one.state, RETURN_WAITING);
    correction_end(&f);
}

/* ---- a withdrawal reaches all versions, wherever they are ---- */

static void test_correction__a_withdrawal_reaches_what_waits_and_the_draft(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct device_return one;
    struct buf body = {0};
    for (int begun = 0; begun < 2; begun++) {
        struct interview *i;
        correction_begin(&f, NULL);
        OK(correction_send(&f, f.first, false, &err));
        correction_deliver(&f);
        assert_int_equal(correction_returned(&f, &one), 1);
        if (begun) {
            OK(interview_correct(&i, f.writer, &one, "en", &err));
            interview_free(i);
            assert_int_equal(correction_drafts(&f), 1);
        }
        correction_withdraw(&f, f.first, USE_ANSWERS);
        /* the withdrawal, and the case that it made; what had been sent back is deleted */
        assert_int_equal(correction_deliver(&f).messages, 2);
        assert_int_equal(correction_returned(&f, NULL), 0);
        assert_int_equal(correction_drafts(&f), 0);
        assert_false(device_return_body(f.study.device, one.id, &body, &err));
        assert_int_equal(correction_sealed(&f), 0);
        correction_carry(&f, false); /* the chain is whole */
        assert_int_equal(correction_export(&f, NULL).records, 0);
        correction_end(&f);
    }
    buf_fini(&body);
}

static void test_correction__a_withdrawal_reaches_the_new_record(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t second[16];
    unsigned late;
    enum { AT_THE_DESK, ON_THE_DEVICE, ON_ITS_WAY, WHERE };
    for (int where = 0; where < WHERE; where++) {
        struct import_report in;
        correction_begin(&f, NULL);
        struct interview *i = correction_open(&f, f.first);
        correction_set(i, "/data/age", "91");
        correction_seal(i, "why", second);
        if (where != ON_THE_DEVICE) {
            correction_carry(&f, where == ON_ITS_WAY);
        }
        struct withdraw_report report = correction_withdraw(&f, f.first, USE_ANSWERS);
        assert_int_equal(report.destroyed, where == AT_THE_DESK ? 2 : 1);
        if (where == ON_ITS_WAY) {
            OK(desk_import(f.desk, f.batch.data, f.batch.len, f.at_ms, &in, &err));
            assert_int_equal(correction_export(&f, NULL).records,
                             0); /* before it is destroyed, too */
            OK(desk_withdraw_late(f.desk, f.study.coordinator, f.at_ms += 1000, &late, &err));
            assert_int_equal(late, 1);
            OK(desk_withdraw_late(f.desk, f.study.coordinator, f.at_ms, &late, &err));
            assert_int_equal(late, 0);
        }
        correction_deliver(&f);
        assert_int_equal(correction_sealed(&f), 0);
        correction_carry(&f, false);
        assert_int_equal(correction_export(&f, NULL).records, 0);
        assert_false(correction_send(&f, f.first, true, &err));
        correction_end(&f);
    }
}

/* ---- cases ---- */

static void test_correction__cases_follow(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    uint8_t second[16];
    arena_init(&arena);
    correction_begin(&f, NULL);
    assert_string_equal(entity_property(correction_case(&f, &arena), "town"), "Osh");
    struct interview *i = correction_open(&f, f.first);
    correction_set(i, "/data/town", "Uzgen");
    correction_seal(i, "why", second);
    struct entity *one = correction_case(&f, &arena);
    assert_string_equal(entity_property(one, "town"), "Uzgen");
    assert_int_equal(one->version, 1);
    correction_carry(&f, false);
    OK(desk_cases_read(&cases, f.desk, f.study.coordinator, false, &err));
    assert_int_equal(cases.count, 1);
    assert_int_equal(cases.conflicts, 0);
    assert_null(cases.faults); /* it does not create what is there */
    assert_string_equal(entity_property(&cases.first->now, "town"), "Uzgen");
    assert_int_equal(cases.first->now.version, 1);
    desk_cases_fini(&cases);
    arena_fini(&arena);
    correction_end(&f);
}

/* What a later record has changed stays. */
static void test_correction__a_later_change_stays(void **state)
{
    (void)state;
    struct arena arena;
    struct entities cases;
    arena_init(&arena);
    entities_init(&cases, &arena);
    struct entity_property code[] = {{"code", "A", NULL}, {"code", "B", NULL}};
    struct entity_property town[] = {{"town", "Osh", &code[0]}, {"town", "Uzgen", &code[1]}};
    struct entity_property later = {"town", "Batken", NULL};
    const char *id = "11111111-1111-4111-8111-111111111111";
    struct entity_change made = {.list = "cases",
                                 .id = id,
                                 .label = "A",
                                 .branch = "",
                                 .create = true,
                                 .properties = &town[0]},
                         update = {.list = "cases",
                                   .id = id,
                                   .branch = id,
                                   .update = true,
                                   .properties = &later},
                         corrected = made;
    corrected.label = "B";
    corrected.properties = &town[1];
    entities_correct(&cases, &made, &corrected); /* not here: no effect */
    assert_null(entities_find(&cases, id));
    entities_apply(&cases, &made);
    entities_apply(&cases, &update);
    entities_correct(&cases, &made, &corrected);
    const struct entity *one = entities_find(&cases, id);
    assert_string_equal(entity_property(one, "town"), "Batken");
    assert_string_equal(entity_property(one, "code"), "B");
    assert_string_equal(one->label, "B");
    assert_int_equal(one->version, 2);
    arena_fini(&arena);
}

/* ---- bytes ---- */

static void test_correction__damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf out = {0};
    struct sendback s = {.comments = "path,comment\n",
                         .comments_len = 13,
                         .xml = "<x/>",
                         .xml_len = 4},
                    back;
    memset(s.package_hash, 7, 32);
    sendback_write(&out, &s);
    OK(sendback_read(&back, out.data, out.len, &err));
    assert_memory_equal(back.package_hash, s.package_hash, 32);
    assert_int_equal(back.comments_len, 13);
    assert_memory_equal(back.xml, "<x/>", 4);
    for (size_t len = 0; len < 40 + 13; len++) {
        char *cut = mem_zero(1, len + 1);
        memcpy(cut, out.data, len);
        assert_false(sendback_read(&back, cut, len, &err));
        free(cut);
    }
    out.data[0] = 'X';
    assert_false(sendback_read(&back, out.data, out.len, &err));
    buf_fini(&out);
}

/* Sound and what was heard in it belong to the first version; withdrawn is the record, whichever
 * version the withdrawal names. */
static void test_correction__a_withdrawn_recording_takes_its_transcripts(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t second[16];
    struct desk_transcripts all;
    unsigned uses;
    correction_begin(&f, NULL);
    struct interview *i = correction_open(&f, f.first);
    correction_set(i, "/data/age", "91");
    correction_seal(i, "why", second);
    correction_carry(&f, false);
    struct transcript t = {.with = "", .text = "WEBVTT\n", .wall_ms = 1};
    memcpy(t.record, f.first, 16);
    OK(desk_begin(f.desk, &err));
    bool ok = desk_transcript_put(f.desk, &t, &err);
    OK(desk_end(f.desk, ok, &err));
    correction_withdraw(&f, second, USE_RECORDING); /* as the window does: the newest version */
    OK(desk_withdrawn(f.desk, f.first, &uses, &err));
    assert_int_equal(uses, USE_RECORDING);
    OK(desk_transcripts_read(&all, f.desk, NULL, &err));
    assert_int_equal(all.count, 0);
    desk_transcripts_fini(&all);
    correction_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correction__a_record_comes_back_corrected),
        cmocka_unit_test(test_correction__it_is_corrected_again),
        cmocka_unit_test(test_correction__what_is_not_sent_back),
        cmocka_unit_test(test_correction__a_withdrawal_reaches_what_waits_and_the_draft),
        cmocka_unit_test(test_correction__a_withdrawal_reaches_the_new_record),
        cmocka_unit_test(test_correction__a_withdrawn_recording_takes_its_transcripts),
        cmocka_unit_test(test_correction__cases_follow),
        cmocka_unit_test(test_correction__a_later_change_stays),
        cmocka_unit_test(test_correction__damaged_bytes_are_refused),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
