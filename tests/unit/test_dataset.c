/* SPDX-License-Identifier: Apache-2.0 */
/* Do submissions become the tables that ODK Central would write, to the letter? */
#include "tests/lib/help.h"

#include <malloc.h>
#include <time.h>

#include "tests/lib/tables.h"

static const char interview_form[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>I</h:title><model><instance>"
    "<data id='interview' version='3'><meta><instanceID/></meta><hh><size/><member><age/><sex/>"
    "<toy><name/></toy></member></hh><lang/><gps/></data></instance>"
    "<bind nodeset='/data/gps' type='geopoint'/><bind nodeset='/data/hh/size' type='int'/>"
    "</model></h:head><h:body>"
    "<group ref='/data/hh'><input ref='/data/hh/size'><label>S</label></input>"
    "<group ref='/data/hh/member'><label>M</label><repeat nodeset='/data/hh/member'>"
    "<input ref='/data/hh/member/age'><label>A</label></input>"
    "<group ref='/data/hh/member/toy'><label>T</label><repeat nodeset='/data/hh/member/toy'>"
    "<input ref='/data/hh/member/toy/name'><label>N</label></input></repeat></group>"
    "</repeat></group></group>"
    "<select ref='/data/lang'><label>L</label><item><label>Кыргызча</label><value>ky</value></item>"
    "<item><label>Русский</label><value>ru</value></item></select>"
    "<input ref='/data/gps'><label>G</label></input></h:body></h:html>";
static const char interview[] =
    "<data id='interview' version='3'><meta><instanceID>uuid:a1</instanceID></meta>"
    "<hh><size>2</size><member><age>34</age><sex>m</sex><toy><name>cat, "
    "\"Tom\"</name></toy></member>"
    "<member><age>9</age><sex>f</sex></member></hh><lang>ky ru</lang>"
    "<gps>42.87 74.59 800 4</gps></data>";

static void make_tables(struct tables *c, struct form **form, const struct tables_look *options)
{
    struct err err = {0};
    struct submission about = {.date_ms = 1795334400000,
                               .submitter_id = "7",
                               .submitter_name = "S017, Osh",
                               .device_id = "dev:3",
                               .form_version = "3",
                               .status = "",
                               .review_state = "approved",
                               .attachments_present = 1,
                               .attachments_expected = 1};
    OK(form_load(form, interview_form, sizeof interview_form - 1, &xml_foreign, &err));
    const struct form *versions[] = {*form};
    OK(tables_new(c, versions, 1, options, &err));
    OK(tables_scan(c, *form, interview, sizeof interview - 1, &err));
    OK(tables_add(c, *form, interview, sizeof interview - 1, &about, &err));
}

static void check_table(const struct tables *c, const char *name, const char *wanted)
{
    for (size_t i = 0; i < dataset_tables(c->dataset); i++) {
        if (strcmp(dataset_table(c->dataset, i)->name, name) == 0) {
            struct buf out = {0};
            tables_text(c, i, &out);
            assert_string_equal(out.data, wanted);
            buf_fini(&out);
            return;
        }
    }
    fail_msg("no table %s", name);
}

static void test_dataset__match_central(void **state)
{
    (void)state;
    struct form *form;
    struct tables c;
    make_tables(&c, &form, &(struct tables_look){.split_multiple = true});
    check_table(&c, "interview",
                "SubmissionDate,meta-instanceID,hh-size,lang,lang/ky,lang/ru,gps-Latitude,"
                "gps-Longitude,gps-Altitude,gps-Accuracy,KEY,SubmitterID,SubmitterName,"
                "AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,"
                "FormVersion\n"
                "2026-11-22T08:00:00.000Z,uuid:a1,2,ky ru,1,1,42.87,74.59,800,4,uuid:a1,7,"
                "\"S017, Osh\",1,1,,approved,dev:3,0,3\n");
    check_table(&c, "interview-member",
                "age,sex,PARENT_KEY,KEY\n34,m,uuid:a1,uuid:a1/hh/member[1]\n"
                "9,f,uuid:a1,uuid:a1/hh/member[2]\n");
    check_table(&c, "interview-toy",
                "name,PARENT_KEY,KEY\n\"cat, \"\"Tom\"\"\",uuid:a1/hh/member[1],"
                "uuid:a1/hh/member[1]/toy[1]\n");
    tables_free(&c);
    form_free(form);
}

static void test_dataset__labels_replace_values_not_headers(void **state)
{
    (void)state;
    struct form *form;
    struct buf out = {0};
    struct tables c;
    make_tables(&c, &form, &(struct tables_look){.labels = "ru"});
    tables_text(&c, 0, &out);
    assert_non_null(strstr(out.data, ",lang,gps-Latitude"));
    assert_non_null(strstr(out.data, ",Кыргызча; Русский,"));
    buf_fini(&out);
    tables_free(&c);
    form_free(form);
}

/* What the device signed is the key, whatever the instance claims: that is counted. */
static void test_dataset__the_key_is_the_signed_records(void **state)
{
    (void)state;
    static const char form_text[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'>"
        "<h:head><model><instance><data id='k'><meta><instanceID/></meta><a/></data></instance>"
        "</model></h:head><h:body><input ref='/data/a'><label>A</label></input></h:body></h:html>";
    static const char key[] = "uuid:01234567-89ab-cdef-0123-456789abcdef";
    static const struct {
        const char *id;
        bool same;
    } cases[] = {{"uuid:01234567-89ab-cdef-0123-456789abcdef", true},
                 {"uuid:0123456789abcdef0123456789abcdef", true},
                 {"uuid:01234567-89ab-cdef-0123-456789abcdee", false},
                 {"uuid:", false},
                 {"interview 7", true},
                 {"", true}};
    struct err err = {0};
    struct form *form;
    OK(form_load(&form, form_text, sizeof form_text - 1, &xml_foreign, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tables c;
        struct buf out = {0};
        char xml[200];
        const struct form *versions[] = {form};
        struct submission about = {.submitter_id = "",
                                   .submitter_name = "",
                                   .device_id = "",
                                   .form_version = "",
                                   .status = "",
                                   .review_state = "",
                                   .record_key = key};
        OK(tables_new(&c, versions, 1, &(struct tables_look){0}, &err));
        int len = snprintf(xml, sizeof xml,
                           "<data id='k'><meta><instanceID>%s</instanceID></meta><a>1</a></data>",
                           cases[i].id);
        OK(tables_add(&c, form, xml, (size_t)len, &about, &err));
        assert_int_equal(dataset_other_ids(c.dataset), !cases[i].same);
        tables_text(&c, 0, &out);
        assert_non_null(strstr(out.data, key));
        buf_fini(&out);
        tables_free(&c);
    }
    form_free(form);
}

/* Version `n` of a form whose telephone (1), or the group of the contact (2), or nothing (0) is
 * marked. */
static struct form *marked(int version, int mark)
{
    struct form *form;
    struct err err = {0};
    struct buf b = {0};
    buf_printf(&b,
               "<h:html xmlns='http://www.w3.org/2002/xforms' "
               "xmlns:h='http://www.w3.org/1999/xhtml' xmlns:suhbat='https://suhbat.org/xforms'>"
               "<h:head><model><instance><data id='m' version='%d'><contact><name/><phone/>"
               "</contact><age/></data></instance>"
               "<bind nodeset='/data/contact' %s/><bind nodeset='/data/contact/phone' %s/>"
               "</model></h:head><h:body><input ref='/data/contact/name'><label>N</label></input>"
               "<input ref='/data/contact/phone'><label>P</label></input>"
               "<input ref='/data/age'><label>A</label></input></h:body></h:html>",
               version, mark == 2 ? "suhbat:sensitive='extra'" : "",
               mark == 1 ? "suhbat:sensitive='extra'" : "");
    OK(form_load(&form, b.data, b.len, &xml_foreign, &err));
    buf_fini(&b);
    return form;
}

/* A mark that one version forgot holds for its answers, too. */
static void test_dataset__what_any_version_marks_is_left_out_of_all(void **state)
{
    (void)state;
    static const char record[] = "<data id='m' version='%d'><contact><name>Азиз</name>"
                                 "<phone>0555123456</phone></contact><age>34</age></data>";
    static const int cases[][2] = {{1, 0}, {0, 1}, {2, 0}, {0, 2}, {1, 2}, {1, 1}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct form *forms[2] = {marked(2, cases[k][0]), marked(1, cases[k][1])};
        const struct form *versions[] = {forms[0], forms[1]};
        bool group = cases[k][0] == 2 || cases[k][1] == 2;
        for (int all = 0; all < 2; all++) {
            struct tables c;
            struct err err = {0};
            struct buf out = {0};
            struct tables_look options = {.sensitive_extra = all == 1, .split_multiple = true};
            OK(tables_new(&c, versions, 2, &options, &err));
            for (int v = 0; v < 2; v++) {
                struct submission about = {.submitter_id = "",
                                           .submitter_name = "",
                                           .device_id = "",
                                           .form_version = "",
                                           .status = "",
                                           .review_state = ""};
                char xml[300];
                int len = snprintf(xml, sizeof xml, record, 2 - v);
                OK(tables_scan(&c, versions[v], xml, (size_t)len, &err));
                OK(tables_add(&c, versions[v], xml, (size_t)len, &about, &err));
            }
            tables_text(&c, 0, &out);
            assert_int_equal(strstr(out.data, "0555123456") != NULL, all);
            assert_int_equal(strstr(out.data, "Азиз") != NULL, all || !group);
            assert_non_null(strstr(out.data, "34"));
            assert_int_equal(dataset_hidden(c.dataset), all ? 0 : group ? 2 : 1);
            assert_int_equal(dataset_hides(c.dataset, "/data/contact/phone"), !all);
            assert_int_equal(dataset_hides(c.dataset, "/data/contact/name"), !all && group);
            assert_false(dataset_hides(c.dataset, "/data/age"));
            buf_fini(&out);
            tables_free(&c);
        }
        form_free(forms[0]);
        form_free(forms[1]);
    }
}

/* The study's interview, filled without a window, comes out with its trips in a table apart. */
static void test_dataset__migrant_interview(void **state)
{
    (void)state;
    struct err err = {0};
    struct form *form;
    struct tables c;
    struct buf bytes = {0}, xml = {0}, instance = {0}, out = {0};
    struct arena arena;
    struct workbook book;
    struct xlsform_options options = {.fallback_id = "m"};
    struct still still;
    struct session *s;
    arena_init(&arena);
    still_init(&still);
    OK(file_read(&bytes, "tests/cases/migrant_short.csv", 1 << 20, &err));
    OK(workbook_read(&book, &arena, "m.csv", bytes.data, bytes.len, &err));
    OK(xlsform_convert(&xml, &book, &options, &arena, NULL, &err));
    OK(form_load(&form, xml.data, xml.len, &xml_trusted, &err));
    OK(session_new(&s, form, &still.env, &err));
    put(s, "/data/cns/age_ok", "yes");
    put(s, "/data/cns/cns_take", "yes");
    put(s, "/data/main/trips/trip[1]/tr_country", "RU");
    OK(instance_write(&instance, s, &err));
    const struct form *versions[] = {form};
    OK(tables_new(&c, versions, 1, &(struct tables_look){.labels = "tg"}, &err));
    OK(tables_add(&c, form, instance.data, instance.len,
                  &(struct submission){.status = "",
                                       .submitter_id = "",
                                       .submitter_name = "",
                                       .device_id = "",
                                       .form_version = "1",
                                       .review_state = ""},
                  &err));
    assert_int_equal(dataset_tables(c.dataset), 2);
    assert_string_equal(dataset_table(c.dataset, 1)->name, "migrant_interview-trip");
    tables_text(&c, 1, &out);
    assert_non_null(strstr(out.data, "tr_country,tr_from_y"));
    assert_non_null(strstr(out.data, "Русия,"));
    tables_free(&c);
    session_free(s);
    form_free(form);
    buf_fini(&bytes);
    buf_fini(&xml);
    buf_fini(&instance);
    buf_fini(&out);
    arena_fini(&arena);
}

/* CPU time of reading one submission whose repeat has so many entries, ms. */
static double time_of(const struct form *form, unsigned entries)
{
    struct err err = {0};
    const struct form *versions[] = {form};
    struct submission about = {.status = "",
                               .submitter_id = "",
                               .submitter_name = "",
                               .review_state = "",
                               .device_id = "",
                               .form_version = "",
                               .record_key = "uuid:k"};
    struct tables c;
    struct buf xml = {0};
    buf_text(&xml, "<data id='interview' version='3'><hh>");
    for (unsigned i = 0; i < entries; i++) {
        buf_printf(&xml, "<member><age>%u</age><sex>m</sex></member>", i);
    }
    buf_text(&xml, "</hh></data>");
    OK(tables_new(&c, versions, 1, &(struct tables_look){.split_multiple = true}, &err));
    clock_t start = clock();
    OK(tables_scan(&c, form, xml.data, xml.len, &err));
    OK(tables_add(&c, form, xml.data, xml.len, &about, &err));
    double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    char last[80];
    snprintf(last, sizeof last, "%u,m,uuid:k,uuid:k/hh/member[%u]\n", entries - 1, entries);
    assert_non_null(strstr(c.rows[1].data, last));
    tables_free(&c);
    buf_fini(&xml);
    return ms;
}

/* Eight times the entries take about eight times as long; once they took 64 times. */
static void test_dataset__entries_take_linear_time(void **state)
{
    (void)state;
    struct err err = {0};
    struct form *form;
    OK(form_load(&form, interview_form, sizeof interview_form - 1, &xml_foreign, &err));
    double few = 1e9, many = 1e9;
    for (int i = 0; i < 3; i++) { /* the best of three: another program may have run */
        double a = time_of(form, 2500), b = time_of(form, 20000);
        few = a < few ? a : few;
        many = b < many ? b : many;
    }
    if (many > 24 * (few > 1 ? few : 1)) {
        fail_msg("2,500 entries took %.1f ms, 20,000 took %.1f ms", few, many);
    }
    form_free(form);
}

/* Nothing of a submission stays: the dataset's own memory does not grow with their number. */
static void test_dataset__nothing_stays_of_a_submission(void **state)
{
    (void)state;
    struct err err = {0};
    struct form *form;
    struct dataset *d;
    struct submission about = {.status = "", .record_key = "uuid:k"};
    OK(form_load(&form, interview_form, sizeof interview_form - 1, &xml_foreign, &err));
    const struct form *versions[] = {form};
    OK(dataset_new(&d, versions, 1, &(struct dataset_options){0}, &err));
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 200; i++) {
        struct dataset_reader r;
        struct dataset_row row;
        OK(dataset_scan(d, form, interview, sizeof interview - 1, NULL, &err));
        OK(dataset_open(&r, d, form, interview, sizeof interview - 1, &about, &err));
        while (dataset_next(&r, &row)) {
            for (size_t k = 0; k < dataset_table(d, row.table)->count; k++) {
                assert_non_null(dataset_cell(&r, k));
            }
        }
        dataset_close(&r);
        if (i == 0) {
            before = mallinfo2().uordblks; /* the values seen are known now */
        }
    }
    assert_true(mallinfo2().uordblks <= before + 256);
    dataset_free(d);
    form_free(form);
}

static void test_dataset__columns_know_their_types(void **state)
{
    (void)state;
    struct form *form;
    struct tables c;
    make_tables(&c, &form, &(struct tables_look){.split_multiple = true});
    const struct dataset_table *root = dataset_table(c.dataset, 0);
    static const struct {
        const char *name, *type;
    } wanted[] = {{"meta-instanceID", "text"},
                  {"hh-size", "integer"},
                  {"lang", "choices"},
                  {"gps", "geopoint"}};
    assert_int_equal(root->count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < root->count; i++) {
        assert_string_equal(root->columns[i].name, wanted[i].name);
        assert_string_equal(dataset_type_name(root->columns[i].type), wanted[i].type);
    }
    assert_int_equal(root->columns[2].seen_count, 2);
    assert_string_equal(dataset_choice_label(c.dataset, form, &root->columns[2], "ky", "ru"),
                        "Кыргызча");
    assert_string_equal(dataset_choice_label(c.dataset, form, &root->columns[2], "xx", "ru"), "xx");
    assert_null(dataset_writer_find("tsv"));
    tables_free(&c);
    form_free(form);
}

/* A use that a person took back shows in the question that had asked for it, and nowhere else. */
static void test_dataset__a_use_that_was_taken_back(void **state)
{
    (void)state;
    static const char md[] = "| survey |\n| | type | name | label | bind::suhbat:use |\n"
                             "| | select_one yn | q | May we quote you? | quotes |\n"
                             "| | select_one yn | r | May we record you? | recording |\n"
                             "| | text | t | T | |\n"
                             "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n"
                             "| settings |\n| | form_id | version |\n| | uses | 1 |\n";
    static const char xml[] = "<data id='uses' version='1'><q>yes</q><r>yes</r><t>yes</t></data>";
    static const char *const taken[] = {NULL, "recording", "quotes recontact"};
    static const char *const wanted[] = {",yes,yes,yes,", ",yes,withdrawn,yes,",
                                         ",withdrawn,yes,yes,"};
    struct err err = {0};
    struct buf xform = {0}, out = {0};
    struct form *form;
    struct tables c;
    OK(convert_md(&xform, md, &err));
    OK(form_load(&form, xform.data, xform.len, &xml_trusted, &err));
    OK(tables_new(&c, (const struct form *const[]){form}, 1, &(struct tables_look){0}, &err));
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct submission about = {.submitter_id = "",
                                   .submitter_name = "",
                                   .device_id = "",
                                   .form_version = "1",
                                   .status = "",
                                   .review_state = "",
                                   .record_key = "uuid:a1",
                                   .withdrawn = taken[i]};
        OK(tables_add(&c, form, xml, sizeof xml - 1, &about, &err));
        buf_cut(&out, 0);
        tables_text(&c, 0, &out);
        const char *last = out.data;
        for (size_t line = 0; line <= i; line++) {
            last = strchr(last, '\n') + 1;
        }
        assert_non_null(strstr(last, wanted[i]));
    }
    tables_free(&c);
    form_free(form);
    buf_fini(&xform);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dataset__match_central),
        cmocka_unit_test(test_dataset__labels_replace_values_not_headers),
        cmocka_unit_test(test_dataset__what_any_version_marks_is_left_out_of_all),
        cmocka_unit_test(test_dataset__the_key_is_the_signed_records),
        cmocka_unit_test(test_dataset__migrant_interview),
        cmocka_unit_test(test_dataset__entries_take_linear_time),
        cmocka_unit_test(test_dataset__nothing_stays_of_a_submission),
        cmocka_unit_test(test_dataset__columns_know_their_types),
        cmocka_unit_test(test_dataset__a_use_that_was_taken_back),
    };
    xml_setup();
    return RUN(tests);
}
