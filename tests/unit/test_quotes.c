/* SPDX-License-Identifier: Apache-2.0 */
/* Are only those quotes shown that may be, with labels that tell nobody? */
#include "tests/lib/custody.h"
#include "tools/desk/desk_code.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_sources.h"
#include "tools/report/report.h"
#include "tools/report/report_counts.h"
#include "tools/report/report_quotes.h"

static const char story_md[] =
    "| survey |\n"
    "| | type | name | label | bind::suhbat:use |\n"
    "| | select_one ctry | study_country | Country | |\n"
    "| | select_one sex | sex | Sex | |\n"
    "| | select_one age | age_g | Age | |\n"
    "| | select_one yn | cns_quote | May we quote? | quotes |\n"
    "| | text | nar | Tell me | |\n"
    "| | integer | v_str | n | |\n| | integer | v_sit | n | |\n| | integer | v_ind | n | |\n"
    "| | text | v_groups | g | |\n"
    "| | begin_repeat | trip | | |\n| | select_one ctry | tr_country | Country of the trip | |\n| "
    "| select_one sector | tr_sector | Work | |\n"
    "| | select_one status | tr_status | Status | |\n| | end_repeat | | | |\n"
    "| | select_one res | res | Result | |\n"
    "| choices |\n| | list_name | name | label |\n"
    "| | ctry | KG | Kyrgyzstan |\n| | ctry | TJ | Tajikistan |\n"
    "| | sex | f | Woman |\n| | sex | m | Man |\n| | age | 1 | 18–29 |\n| | age | 2 | 30–44 |\n"
    "| | sector | trade | Trade |\n| | sector | build | Building |\n"
    "| | status | legal | Legal |\n"
    "| | yn | yes | Yes |\n| | yn | no | No |\n| | res | complete | Complete |\n"
    "| settings |\n| | form_id | version |\n| | migrant_interview | 7 |\n";

enum { PEOPLE = 8 };
static const struct {
    const char *country, *sex, *age, *quote, *words;
} people[PEOPLE] = {{"KG", "f", "1", "yes", "Эч ким жардам берген жок"},
                    {"KG", "f", "2", "yes", "Мени алдап кетишти"},
                    {"KG", "f", "1", "yes", "Менин телефонум 0555 12 34 56"},
                    {"KG", "f", "2", "no", "Муну эч кимге айтпаңыз"},
                    {"KG", "f", "1", "yes", "Болот Асанов акчамды алды"},
                    {"TJ", "m", "1", "yes", "Корфармо пул надод"},
                    {"KG", "m", "1", "yes", "Үйгө кайткым келди"},
                    {"KG", "f", "1", "yes", "Кайра кетем деп ойлойм"}};

/* What the form counted: of the first, and of the rest. */
enum { FEW = 3 };
static const char factors[] = "<v_str>0</v_str><v_sit>0</v_sit><v_ind>0</v_ind><v_groups/>",
                  other_factors[] = "<v_str>2</v_str><v_sit>0</v_sit><v_ind>1</v_ind>"
                                    "<v_groups>G1 G7</v_groups>";
/* Of the second trip there is no status. */
static const char trips[] = "<trip><tr_country>TJ</tr_country><tr_sector>trade</"
                            "tr_sector><tr_status>legal</tr_status></trip>"
                            "<trip><tr_country>KG</tr_country><tr_sector>build</tr_sector></trip>"
                            "<trip><tr_country>TJ</tr_country></trip>";

struct quoting {
    struct study study;
    struct desk *desk;
    struct desk_elements elements;
    char *form;
    uint8_t ids[PEOPLE][16];
};

static void begin(struct quoting *q)
{
    struct err err = {0};
    struct buf xml = {0}, package = {0}, tar = {0}, list = {0};
    struct export_report out;
    struct import_report in;
    uint8_t hash[32];
    bool fresh;
    memset(q, 0, sizeof *q);
    study_init(&q->study);
    study_device(&q->study);
    OK(convert_md(&xml, story_md, &err));
    q->study.form = q->form = mem_text(xml.data);
    q->study.form_id = "migrant_interview";
    study_enrol(&q->study, hash);
    for (size_t i = 0; i < PEOPLE; i++) {
        struct buf answers = {0};
        struct device_draft draft;
        char key[48];
        q->ids[i][0] = 0xA1;
        q->ids[i][15] = (uint8_t)(i + 1);
        desk_record_key(key, q->ids[i]);
        buf_join(&answers, "<data id=\"migrant_interview\" version=\"7\"><study_country>",
                 people[i].country, "</study_country><sex>", people[i].sex, "</sex><age_g>",
                 people[i].age, "</age_g><cns_quote>", people[i].quote, "</cns_quote><nar>",
                 people[i].words, "</nar>", i < FEW ? factors : other_factors, trips,
                 "<res>complete</res><meta><instanceID>", key, "</instanceID></meta></data>", NULL);
        OK(device_draft_begin(q->study.device, &draft, hash, study_wall, &err));
        OK(device_draft_append(q->study.device, &draft, "x", 1, &err));
        OK(device_finish(q->study.device, &draft, q->ids[i],
                         &(struct device_finished){.xml = answers.data, .xml_len = answers.len},
                         study_wall, &err));
        buf_fini(&answers);
    }
    q->desk = open_desk(&q->study);
    OK(device_package(q->study.device, hash, &package, &err));
    OK(desk_add_form(q->desk, package.data, package.len, &fresh, &err));
    OK(file_folder(study_path(&q->study, "out"), 0700, &err));
    OK(device_export(q->study.device, study_path(&q->study, "out"), study_wall, &out, &err));
    take_batch(&q->study, "out", &tar);
    OK(desk_import(q->desk, tar.data, tar.len, study_wall, &in, &err));
    buf_text(&list, "list_name,name,label::English (en)\nelem,trust,Trust\nelem,dial,Dialogue\n");
    OK(desk_elements_read(&q->elements, &list, &err));
    OK(file_folder(study_path(&q->study, "lists"), 0700, &err));
    study_put(&q->study, "lists", "elem.csv", &list);
    /* all of it is coded as quotes */
    struct buf table = {0};
    struct desk_coded done;
    buf_text(&table, "record,question,words,code,quote,translation\n");
    for (size_t i = 0; i < PEOPLE; i++) {
        char key[48];
        desk_record_key(key, q->ids[i]);
        buf_join(&table, key, ",nar,", people[i].words, ",", i % 2 ? "dial" : "trust", ",yes,",
                 i == 0 ? "Никто не помог" : "", "\n", NULL);
    }
    OK(desk_code(q->desk, q->study.coordinator, &table, &q->elements, "", study_wall, &done, &err));
    assert_int_equal(done.fresh, PEOPLE);
    buf_fini(&table);
    buf_fini(&xml);
    buf_fini(&package);
    buf_fini(&tar);
    buf_fini(&list);
}

static void end(struct quoting *q)
{
    desk_elements_fini(&q->elements);
    desk_close(q->desk);
    study_fini(&q->study);
    free(q->form);
}

/* The text of a file of the report; empty if it was not written. */
static struct buf report_file(struct quoting *q, const char *name)
{
    struct err err = {0};
    struct report_counts counts;
    struct buf bytes = {0};
    char out[300], lists[300], path[400];
    snprintf(out, sizeof out, "%s/report", q->study.dir);
    snprintf(lists, sizeof lists, "%s/lists", q->study.dir);
    const struct report_options options = {
        .out = out, .language = "en", .lists = lists, .public = true, .force = true};
    OK(report_write(q->desk, q->study.coordinator, &options, &counts, &err));
    snprintf(path, sizeof path, "%s/%s", out, name);
    if (file_exists(path)) {
        OK(file_read(&bytes, path, 1 << 20, &err));
    }
    buf_add(&bytes, "", 0);
    return bytes;
}

static void test_quotes__only_what_may_be_shown(void **state)
{
    (void)state;
    struct quoting q;
    struct err err = {0};
    struct withdraw_report report;
    begin(&q);
    struct buf page = report_file(&q, "R23.html");
    assert_non_null(strstr(page.data, "Никто не помог")); /* first the translation … */
    assert_non_null(strstr(page.data, people[0].words));  /* … then the words */
    assert_non_null(strstr(page.data, people[1].words));
    assert_null(strstr(page.data, "0555"));     /* a telephone */
    assert_null(strstr(page.data, "айтпаңыз")); /* not allowed */
    assert_null(strstr(page.data, "Асанов"));   /* a name */
    assert_non_null(strstr(page.data, ": 2</p>"));
    /* labels: six women of Kyrgyzstan share theirs, without their ages; the man of Tajikistan and
     * the one of Kyrgyzstan have less */
    struct buf csv = report_file(&q, "R23-quotes.csv");
    assert_non_null(strstr(csv.data, "trust,migrant · Kyrgyzstan · Woman,Эч ким"));
    assert_non_null(strstr(csv.data, "migrant · Kyrgyzstan,Үйгө"));
    assert_non_null(strstr(csv.data, "dial,migrant,Корфармо"));
    assert_null(strstr(csv.data, "30–44"));
    buf_fini(&csv);
    buf_fini(&page);
    /* a person takes the use back */
    OK(desk_withdraw(q.desk, (const uint8_t(*)[16]) & q.ids[1], 1, USE_QUOTES, "", study_wall,
                     &report, &err));
    page = report_file(&q, "R23.html");
    assert_null(strstr(page.data, people[1].words));
    buf_fini(&page);
    end(&q);
}

static void test_quotes__words_that_tell_who_spoke(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        bool tells;
    } cases[] = {
        {"Эч ким жардам берген жок", false},
        {"В Россию поехал один", false},
        {"Мен Россияга кеттим", false},
        {"Уехал. Потом вернулся. Больше не поеду", false},
        {"Платил 25 000 рублей", false},
        {"", false},
        {"Иван Петров сказал", true},
        {"сказал мне Иван Петров", true},
        {"Я знаю: Болот Асанов взял", true},
        {"телефон 0555 123456", true},
        {"0555-12-34-56", true},
        {"мой паспорт забрали", true},
        {"ПАСПОРТ забрали", true},
        {"пишите на asan@mail.kg", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (report_quote_tells(cases[i].words) != cases[i].tells) {
            fail_msg("'%s' %s", cases[i].words, cases[i].tells ? "tells" : "does not tell");
        }
    }
}

static void test_quotes__documents_stand_among_the_sources(void **state)
{
    (void)state;
    struct quoting q;
    struct err err = {0};
    begin(&q);
    static const char *const titles[] = {"Закон", "Кодекс", "Отчёт"};
    for (size_t i = 0; i < 3; i++) {
        struct source_document one = {.wall_ms = study_wall,
                                      .title = titles[i],
                                      .kind = i < 2 ? "law" : "report",
                                      .country = i < 2 ? "KG" : "",
                                      .date = "2026",
                                      .place = ""};
        OK(desk_source_add(q.desk, &one, &err));
    }
    struct buf csv = report_file(&q, "R01-documents.csv");
    assert_string_equal(csv.data, "kind,country,count\nlaw,KG,2\nreport,,1\n");
    buf_fini(&csv);
    end(&q);
}

struct counted { /* the report's counts, before small ones are suppressed */
    struct desk_records records;
    struct report_counting *counting;
};

static bool count_record(void *user, const struct desk_object *o, struct err *err)
{
    struct counted *c = user;
    struct buf plain = {0};
    struct record r;
    struct desk_facts facts;
    assert_int_equal(desk_record_open(&c->records, o, &plain, &r), DESK_OPENED);
    assert_true(desk_facts_read(&facts, desk_record_form(&c->records, &r), &r, err));
    report_counting_add(
        c->counting, &(struct report_record){.facts = &facts, .counted = true, .month = "2026-11"});
    desk_facts_fini(&facts);
    buf_fini(&plain);
    return true;
}

/* The count in the row and column with these labels. */
static unsigned counted_at(const struct counted *c, const char *id, const char *row,
                           const char *column)
{
    struct report_output *outputs;
    size_t count = report_counting_tables(c->counting, &outputs);
    unsigned found = 0;
    bool there = false;
    for (size_t i = 0; i < count; i++) {
        const struct report_table *t = &outputs[i].table;
        for (size_t k = 0; strcmp(t->id, id) == 0 && k < t->rows * t->columns; k++) {
            size_t r = k / t->columns, col = k % t->columns;
            if (strcmp(t->row_labels[r], row) == 0 && strcmp(t->column_labels[col], column) == 0) {
                found = *report_count(t, r, col);
                there = true;
            }
        }
    }
    assert_true(there);
    return found;
}

/* An entry of a repeat has its own answers, never those of another. */
static void test_quotes__entries_keep_to_themselves(void **state)
{
    (void)state;
    struct quoting q;
    struct counted c;
    struct err err = {0};
    static const struct {
        const char *row, *column;
        unsigned count;
    } cells[] = {
        {"Trade", "Legal", PEOPLE}, {"Building", "Legal", 0}, {"Building", "No answer", PEOPLE}};
    begin(&q);
    OK(desk_records_init(&c.records, q.desk, q.study.coordinator, &err));
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        OK(report_counting_new(&c.counting, &c.records, "en", &err));
        OK(desk_objects(q.desk, count_record, &c, &err));
        assert_int_equal(counted_at(&c, "R09-migrant_interview-tr_sector-tr_status", cells[i].row,
                                    cells[i].column),
                         cells[i].count);
        report_counting_free(c.counting);
    }
    OK(desk_records_log(&c.records, "report", "", &err));
    desk_records_fini(&c.records);
    end(&q);
}

/* From each trip to the next one (R06), older ones stand after newer ones; no sum is printed. */
static void test_quotes__paths_from_trip_to_trip(void **state)
{
    (void)state;
    struct quoting q;
    begin(&q);
    struct buf csv = report_file(&q, "R06-migrant_interview-from-to.csv");
    assert_string_equal(csv.data,
                        "From the country of a trip to that of the next,Kyrgyzstan,Tajikistan\n"
                        "Kyrgyzstan,<5,8\nTajikistan,8,<5\n");
    buf_fini(&csv);
    end(&q);
}

/* Fewer than five are coded with each element: quotes beside it would tell that there are some. */
static void test_quotes__none_beside_a_suppressed_number(void **state)
{
    (void)state;
    struct quoting q;
    begin(&q);
    struct buf page = report_file(&q, "R20.html");
    assert_non_null(strstr(page.data, "&lt;5"));
    assert_null(strstr(page.data, "<blockquote>"));
    buf_fini(&page);
    end(&q);
}

/* Kinds of factors together, and the groups of the study (R17): the first three people have none.
 */
static void test_quotes__factors_of_vulnerability(void **state)
{
    (void)state;
    struct quoting q;
    struct counted c;
    struct err err = {0};
    static const struct {
        const char *table, *row, *column;
        unsigned count;
    } cells[] = {
        {"R17-migrant_interview-factors-study_country", "structural + individual", "Kyrgyzstan", 4},
        {"R17-migrant_interview-factors-study_country", "structural + individual", "Tajikistan", 1},
        {"R17-migrant_interview-factors-study_country", "none", "Kyrgyzstan", 3},
        {"R17-migrant_interview-v_groups", "Breadwinner with a long ban", "Belong", 5},
        {"R17-migrant_interview-v_groups", "Little skill", "Belong", 0},
        {"R17-migrant_interview-v_groups", "Family left without support", "Belong", 5}};
    begin(&q);
    OK(desk_records_init(&c.records, q.desk, q.study.coordinator, &err));
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        OK(report_counting_new(&c.counting, &c.records, "en", &err));
        OK(desk_objects(q.desk, count_record, &c, &err));
        assert_int_equal(counted_at(&c, cells[i].table, cells[i].row, cells[i].column),
                         cells[i].count);
        report_counting_free(c.counting);
    }
    OK(desk_records_log(&c.records, "report", "", &err));
    desk_records_fini(&c.records);
    end(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes__only_what_may_be_shown),
        cmocka_unit_test(test_quotes__words_that_tell_who_spoke),
        cmocka_unit_test(test_quotes__documents_stand_among_the_sources),
        cmocka_unit_test(test_quotes__factors_of_vulnerability),
        cmocka_unit_test(test_quotes__entries_keep_to_themselves),
        cmocka_unit_test(test_quotes__paths_from_trip_to_trip),
        cmocka_unit_test(test_quotes__none_beside_a_suppressed_number),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
