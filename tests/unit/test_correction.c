/* SPDX-License-Identifier: Apache-2.0 */
/* Does a record that is sent back come back corrected: once, with its reason, and not against the
 * person's will? */
#include "app/interview/interview_cases.h"
#include "app/interview/interview_correction.h"
#include "platform/custody/device_internal.h"
#include "platform/custody/message.h"
#include "platform/custody/sendback.h"
#include "tests/lib/custody.h"
#include "tools/desk/desk_cases.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_review.h"
#include "tools/desk/desk_sendback.h"

static const char record_md[] =
    "| survey |\n"
    "| | type | name | label | save_to | bind::suhbat:submitter | constraint |\n"
    "| | audit | audit | | | | |\n"
    "| | text | code | Code | code | yes | |\n"
    "| | text | town | Town | town | | |\n"
    "| | integer | age | Age | | | . < 120 |\n"
    "| | image | photo | Photo | | | |\n"
    "| | begin_repeat | trip | Trips | | | |\n"
    "| | text | place | Where | | | |\n"
    "| | end_repeat | | | | | |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 7 |\n"
    "| entities |\n| | list_name | label | entity_id | create_if |\n"
    "| | cases | ${code} | | |\n";

struct field { /* a device, and the desk that it hands over to */
    struct study study;
    struct writer *writer;
    struct desk *desk;
    uint8_t hash[32], first[16];
    unsigned turns;
    struct buf batch; /* taken in last */
    int64_t at_ms;
};
static struct buf form_xml;

static void set(struct interview *i, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(i->session, path);
    assert_non_null(node);
    assert_int_equal(interview_answer(i, node, value, &err), ANSWER_OK);
}

static void add_trip(struct interview *i, const char *where)
{
    struct err err = {0};
    struct arena arena;
    struct page *pages;
    struct node *entry;
    size_t count;
    char path[64];
    arena_init(&arena);
    session_pages(i->session, &arena, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        if (pages[p].kind == PAGE_ROSTER) {
            OK(interview_add(i, &pages[p], &entry, &err));
            snprintf(path, sizeof path, "/data/trip[%u]/place", tree_position(entry));
            set(i, path, where);
            break;
        }
    }
    arena_fini(&arena);
}

static const char *at(struct interview *i, const char *path)
{
    struct node *node = session_find(i->session, path);
    return node ? tree_value(node) : NULL;
}

/* Hands everything over; takes it in unless `keep`. */
static void carry(struct field *f, bool keep)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    char folder[16];
    snprintf(folder, sizeof folder, "out%u", ++f->turns);
    OK(file_folder(study_path(&f->study, folder), 0700, &err));
    OK(device_export(f->study.device, study_path(&f->study, folder), f->at_ms += 1000, &out, &err));
    buf_cut(&f->batch, 0);
    take_batch(&f->study, folder, &f->batch);
    if (!keep) {
        OK(desk_import(f->desk, f->batch.data, f->batch.len, f->at_ms, &in, &err));
        assert_int_equal(in.fork_seq, 0);
    }
}

static void begin(struct field *f)
{
    struct err err = {0};
    struct buf package = {0};
    struct interview *i;
    bool fresh;
    memset(f, 0, sizeof *f);
    f->at_ms = study_wall;
    study_init(&f->study);
    study_device(&f->study);
    if (!form_xml.len) {
        OK(convert_md(&form_xml, record_md, &err));
    }
    f->study.form = form_xml.data;
    study_enrol(&f->study, f->hash);
    device_on_message(f->study.device, cases_on_message, NULL);
    f->writer = writer_new(f->study.device);
    OK(interview_begin(&i, f->writer, f->hash, "en", &err));
    set(i, "/data/code", "A12");
    set(i, "/data/town", "Osh");
    set(i, "/data/age", "19");
    OK(interview_attach(i, session_find(i->session, "/data/photo"), "png", "PICTURE", 7, &err));
    set(i, "/data/trip[1]/place", "Omsk");
    add_trip(i, "Tomsk");
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, f->first));
    interview_free(i);
    f->desk = open_desk(&f->study);
    OK(device_package(f->study.device, f->hash, &package, &err));
    OK(desk_add_form(f->desk, package.data, package.len, &fresh, &err));
    buf_fini(&package);
    carry(f, false);
}

static void end(struct field *f)
{
    desk_close(f->desk);
    buf_fini(&f->batch);
    f->study.device = writer_free(f->writer);
    study_fini(&f->study);
}

/* ---- the way to the device ---- */

struct post {
    struct field *f;
    const char *folder;
};

static bool write_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *why)
{
    struct post *p = user;
    char name[40];
    (void)wall_ms;
    (void)why;
    if (!taken) {
        snprintf(name, sizeof name, "m-%04u.age", (unsigned)m->counter);
        study_message(&p->f->study, p->folder, name, m);
    }
    return true;
}

static struct load_report deliver(struct field *f)
{
    struct err err = {0};
    struct load_report report;
    char folder[16];
    snprintf(folder, sizeof folder, "post%u", ++f->turns);
    struct post post = {f, folder};
    OK(file_folder(study_path(&f->study, folder), 0700, &err));
    OK(desk_messages(f->desk, write_message, &post, &err));
    OK(device_load_folder(f->study.device, study_path(&f->study, folder), &report, &err));
    return report;
}

static bool send_back(struct field *f, const uint8_t id[16], bool again, struct err *err)
{
    static const struct send_comment comments[] = {{"age", "19 or 91?"},
                                                   {"trip[2]/place", "Which region?"}};
    struct send_back what = {.on_all = "Please look again",
                             .comments = comments,
                             .count = 2,
                             .why = "",
                             .again = again,
                             .wall_ms = f->at_ms += 1000};
    return desk_send_back(f->desk, f->study.coordinator, id, &what, err);
}

static size_t returned(struct field *f, struct device_return *one)
{
    struct err err = {0};
    static struct device_return list[DEVICE_RETURNS_MAX];
    size_t count;
    OK(device_returns(f->study.device, list, &count, &err));
    if (count && one) {
        *one = list[0];
    }
    return count;
}

/* Sends the record back and opens it on the device. */
static struct interview *open_returned(struct field *f, const uint8_t id[16])
{
    struct err err = {0};
    struct device_return one;
    struct interview *i;
    OK(send_back(f, id, false, &err));
    assert_int_equal(deliver(f).messages, 1);
    assert_int_equal(returned(f, &one), 1);
    OK(interview_correct(&i, f->writer, &one, "en", &err));
    return i;
}

static void seal(struct interview *i, const char *reason, uint8_t id[16])
{
    struct err err = {0};
    interview_reason(i, reason);
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, id));
    interview_free(i);
}

static struct buf read_back(struct field *f, const char *name)
{
    struct err err = {0};
    struct buf bytes = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/tables/%s", f->study.dir, name);
    OK(file_read(&bytes, path, 1 << 20, &err));
    return bytes;
}

static struct export_counts export_all(struct field *f)
{
    struct err err = {0};
    struct export_counts counts;
    char out[300];
    snprintf(out, sizeof out, "%s/tables", f->study.dir);
    struct export_options options = {
        .out = out, .writer = dataset_writer_find("csv"), .force = true};
    (void)!file_remove_folder(out, NULL);
    OK(desk_export(f->desk, f->study.coordinator, &options, &counts, &err));
    assert_int_equal(counts.unreadable, 0);
    return counts;
}

static void assert_shows(struct field *f, const uint8_t id[16], const char *const *texts)
{
    struct err err = {0};
    struct buf out = {0};
    const struct desk_listing listing = {.language = "en", .why = ""};
    OK(desk_show_record(&out, f->desk, f->study.coordinator, id, &listing, &err));
    for (; *texts; texts++) {
        if (!strstr(out.data, *texts)) {
            fail_msg("'%s' is not in:\n%s", *texts, out.data);
        }
    }
    buf_fini(&out);
}

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
    begin(&f);
    struct interview *i = open_returned(&f, f.first);
    desk_record_key(old_key, f.first);
    /* the answers of the record, and what is asked about them */
    assert_string_equal(at(i, "/data/age"), "19");
    assert_string_equal(at(i, "/data/trip[2]/place"), "Tomsk");
    assert_string_equal(at(i, "/data/meta/deprecatedID"), old_key);
    assert_string_not_equal(at(i, "/data/meta/instanceID"), old_key);
    assert_int_equal(i->corrects->count, 3);
    assert_string_equal(i->corrects->comments[0].path, "");
    assert_string_equal(interview_comment(i, &arena, session_find(i->session, "/data/age")),
                        "19 or 91?");
    assert_string_equal(
        interview_comment(i, &arena, session_find(i->session, "/data/trip[2]/place")),
        "Which region?");
    assert_string_equal(
        interview_comment(i, &arena, session_find(i->session, "/data/trip[1]/place")), "");
    assert_null(interview_file(i, at(i, "/data/photo"))); /* it stayed in the sealed record */
    /* the power fails in between */
    set(i, "/data/age", "91");
    interview_reason(i, "a slip");
    OK(interview_sync(i, &err));
    draft = i->draft;
    interview_free(i);
    assert_int_equal(returned(&f, &one), 1);
    assert_int_equal(one.state, RETURN_BEGUN);
    assert_memory_equal(one.other, draft.id, 16);
    assert_int_equal(one.number, 1);
    OK(interview_resume(&i, f.writer, &draft, NULL, &err));
    assert_non_null(i->corrects);
    assert_string_equal(i->corrects->reason, "a slip");
    assert_string_equal(at(i, "/data/age"), "91");
    assert_string_equal(at(i, "/data/meta/deprecatedID"), old_key);
    set(i, "/data/trip[2]/place", "Tomsk oblast");
    seal(i, "misheard", second);
    assert_int_equal(returned(&f, NULL), 0);
    assert_false(device_return_body(f.study.device, one.id, &list, &err)); /* no copy stays */
    /* before it is handed over, the old version stands */
    csv = read_back(&f, (export_all(&f), "test_form.csv"));
    assert_non_null(strstr(csv.data, ",19,"));
    buf_fini(&csv);
    carry(&f, false);
    struct export_counts counts = export_all(&f);
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.replaced, 1);
    assert_int_equal(counts.media, 1);
    assert_int_equal(counts.other_ids, 0);
    csv = read_back(&f, "test_form.csv");
    assert_non_null(strstr(csv.data, old_key));
    assert_non_null(strstr(csv.data, ",91,"));
    assert_null(strstr(csv.data, ",19,"));
    assert_non_null(strstr(csv.data, ",edited,"));
    buf_fini(&csv);
    csv = read_back(&f, "test_form-trip.csv");
    assert_non_null(strstr(csv.data, "Tomsk oblast"));
    assert_null(strstr(csv.data, "Tomsk,"));
    buf_fini(&csv);
    csv = read_back(&f, "test_form - audit.csv");
    assert_non_null(strstr(csv.data, "misheard"));
    assert_null(strstr(csv.data, "a slip")); /* the last reason counts */
    buf_fini(&csv);
    desk_record_key(key, second);
    assert_shows(&f, f.first,
                 (const char *const[]){key, "corrected ", "reason: misheard",
                                       "19 → 91    [/data/age]",
                                       "Tomsk → Tomsk oblast    [/data/trip[2]/place]",
                                       "sent back: Please look again; age: 19 or 91?", NULL});
    /* the list has one line, under the first KEY, in the state edited */
    struct desk_listing listing = {.csv = true, .filter = {.state = "edited"}};
    OK(desk_list_records(&list, f.desk, f.study.coordinator, &listing, &err));
    assert_int_equal(listing.records, 1);
    assert_non_null(strstr(list.data, old_key));
    assert_null(strstr(list.data, key));
    /* a review of the KEY is one of the version that counts */
    uint8_t id[16];
    memcpy(id, f.first, 16);
    OK(desk_newest_of(f.desk, f.study.coordinator, id, &err));
    assert_memory_equal(id, second, 16);
    OK(desk_review(f.desk, id, REVIEW_APPROVED, "", f.at_ms, &err));
    listing.filter.state = "approved";
    OK(desk_list_records(&list, f.desk, f.study.coordinator, &listing, &err));
    assert_int_equal(listing.records, 1);
    buf_fini(&list);
    arena_fini(&arena);
    end(&f);
}

/* A correction can be sent back in its turn; a photo that it replaced is not exported. */
static void test_correction__it_is_corrected_again(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    uint8_t second[16], third[16];
    begin(&f);
    struct interview *i = open_returned(&f, f.first);
    set(i, "/data/age", "20");
    seal(i, "one", second);
    carry(&f, false);
    i = open_returned(&f, f.first); /* by the KEY that tables have */
    assert_string_equal(at(i, "/data/age"), "20");
    set(i, "/data/age", "21");
    OK(interview_attach(i, session_find(i->session, "/data/photo"), "png", "ANOTHER", 7, &err));
    seal(i, "two", third);
    carry(&f, false);
    struct export_counts counts = export_all(&f);
    assert_int_equal(counts.records, 1);
    assert_int_equal(counts.replaced, 2);
    assert_int_equal(counts.media, 1);
    struct buf csv = read_back(&f, "test_form.csv");
    assert_non_null(strstr(csv.data, ",21,"));
    assert_non_null(strstr(csv.data, ",edited,"));
    assert_non_null(strstr(csv.data, ",2,7")); /* Edits, FormVersion */
    buf_fini(&csv);
    assert_shows(&f, second,
                 (const char *const[]){"19 → 20", "reason: one", "20 → 21", "reason: two", NULL});
    end(&f);
}

static void test_correction__what_is_not_sent_back(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct device_return one;
    begin(&f);
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
    assert_int_equal(deliver(&f).messages, 0); /* nothing half-done */
    what.comments = &whole;
    OK(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_memory_equal(what.device, device_id(f.study.device), 16);
    assert_false(desk_send_back(f.desk, f.study.coordinator, f.first, &what, &err));
    assert_non_null(strstr(err.what, "sent back already"));
    OK(send_back(&f, f.first, true, &err));
    assert_int_equal(deliver(&f).messages, 2);
    assert_int_equal(returned(&f, &one), 2);
    /* a draft that is discarded leaves what was sent back */
    struct interview *i;
    OK(interview_correct(&i, f.writer, &one, "en", &err));
    OK(interview_discard(i, &err));
    interview_free(i);
    assert_int_equal(returned(&f, &one), 2);
    assert_int_equal(one.state, RETURN_WAITING);
    end(&f);
}

/* ---- a withdrawal reaches all versions, wherever they are ---- */

static struct withdraw_report withdraw(struct field *f, const uint8_t id[16])
{
    struct err err = {0};
    struct withdraw_report report;
    struct forget_report forgotten;
    const uint8_t ids[1][16] = {{0}};
    memcpy((void *)(uintptr_t)ids[0], id, 16);
    struct withdraw_options options = {
        .uses = USE_ANSWERS, .why = "asked for", .wall_ms = f->at_ms += 1000};
    OK(desk_withdraw_all(f->desk, f->study.coordinator, ids, 1, &options, &report, &forgotten,
                         &err));
    return report;
}

static unsigned drafts_of(struct field *f)
{
    struct err err = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    OK(device_drafts(f->study.device, drafts, &count, &err));
    return (unsigned)count;
}

static uint64_t sealed_on(struct field *f)
{
    struct err err = {0};
    struct device_waiting waiting;
    OK(device_waiting(f->study.device, &waiting, &err));
    return waiting.count;
}

static void test_correction__a_withdrawal_reaches_what_waits_and_the_draft(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct device_return one;
    struct buf body = {0};
    for (int begun = 0; begun < 2; begun++) {
        struct interview *i;
        begin(&f);
        OK(send_back(&f, f.first, false, &err));
        deliver(&f);
        assert_int_equal(returned(&f, &one), 1);
        if (begun) {
            OK(interview_correct(&i, f.writer, &one, "en", &err));
            interview_free(i);
            assert_int_equal(drafts_of(&f), 1);
        }
        withdraw(&f, f.first);
        /* the withdrawal, and the case that it made; what had been sent back is deleted */
        assert_int_equal(deliver(&f).messages, 2);
        assert_int_equal(returned(&f, NULL), 0);
        assert_int_equal(drafts_of(&f), 0);
        assert_false(device_return_body(f.study.device, one.id, &body, &err));
        assert_int_equal(sealed_on(&f), 0);
        carry(&f, false); /* the chain is whole */
        assert_int_equal(export_all(&f).records, 0);
        end(&f);
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
        begin(&f);
        struct interview *i = open_returned(&f, f.first);
        set(i, "/data/age", "91");
        seal(i, "why", second);
        if (where != ON_THE_DEVICE) {
            carry(&f, where == ON_ITS_WAY);
        }
        struct withdraw_report report = withdraw(&f, f.first);
        assert_int_equal(report.destroyed, where == AT_THE_DESK ? 2 : 1);
        if (where == ON_ITS_WAY) {
            OK(desk_import(f.desk, f.batch.data, f.batch.len, f.at_ms, &in, &err));
            assert_int_equal(export_all(&f).records, 0); /* before it is destroyed, too */
            OK(desk_withdraw_late(f.desk, f.study.coordinator, f.at_ms += 1000, &late, &err));
            assert_int_equal(late, 1);
            OK(desk_withdraw_late(f.desk, f.study.coordinator, f.at_ms, &late, &err));
            assert_int_equal(late, 0);
        }
        deliver(&f);
        assert_int_equal(sealed_on(&f), 0);
        carry(&f, false);
        assert_int_equal(export_all(&f).records, 0);
        assert_false(send_back(&f, f.first, true, &err));
        end(&f);
    }
}

/* ---- cases ---- */

static struct entity *case_on(struct field *f, struct arena *arena)
{
    struct err err = {0};
    static struct entities cases;
    OK(cases_read(&cases, arena, f->study.device, &err));
    assert_true(cases.first && !cases.first->next);
    return cases.first;
}

static void test_correction__cases_follow(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    uint8_t second[16];
    arena_init(&arena);
    begin(&f);
    assert_string_equal(entity_property(case_on(&f, &arena), "town"), "Osh");
    struct interview *i = open_returned(&f, f.first);
    set(i, "/data/town", "Uzgen");
    seal(i, "why", second);
    struct entity *one = case_on(&f, &arena);
    assert_string_equal(entity_property(one, "town"), "Uzgen");
    assert_int_equal(one->version, 1);
    carry(&f, false);
    OK(desk_cases_read(&cases, f.desk, f.study.coordinator, false, &err));
    assert_int_equal(cases.count, 1);
    assert_int_equal(cases.conflicts, 0);
    assert_null(cases.faults); /* it does not create what is there */
    assert_string_equal(entity_property(&cases.first->now, "town"), "Uzgen");
    assert_int_equal(cases.first->now.version, 1);
    desk_cases_fini(&cases);
    arena_fini(&arena);
    end(&f);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correction__a_record_comes_back_corrected),
        cmocka_unit_test(test_correction__it_is_corrected_again),
        cmocka_unit_test(test_correction__what_is_not_sent_back),
        cmocka_unit_test(test_correction__a_withdrawal_reaches_what_waits_and_the_draft),
        cmocka_unit_test(test_correction__a_withdrawal_reaches_the_new_record),
        cmocka_unit_test(test_correction__cases_follow),
        cmocka_unit_test(test_correction__a_later_change_stays),
        cmocka_unit_test(test_correction__damaged_bytes_are_refused),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
