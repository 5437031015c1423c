/* SPDX-License-Identifier: Apache-2.0 */
/* Does a group become a project for qualitative analysis: who spoke, memos, recordings? */
#include "platform/machine/zip.h"
#include "tests/lib/desk_case.h"
#include "tests/lib/qda.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_sounds.h"

/* SENSITIVE: of the question for the codes of a topic. */
#define FORM(SENSITIVE)                                                                            \
    "| survey |\n| | type | name | label | calculation | appearance | bind::suhbat:submitter | "   \
    "bind::suhbat:sensitive |\n"                                                                   \
    "| | text | int_code | I | | | yes | |\n"                                                      \
    "| | begin_repeat | part | Round | | focus-group | | |\n"                                      \
    "| | calculate | p_lab | | concat('У', position(..)) | | | |\n"                               \
    "| | select_one sex | p_sex | Sex | | | | |\n"                                                 \
    "| | end_repeat | | | | | | |\n"                                                               \
    "| | begin_repeat | topic | Topics | | focus-group | | |\n"                                    \
    "| | text | tp_sum | Summary | | | | |\n"                                                      \
    "| | select_multiple elem | tp_codes | Named | | | | " SENSITIVE " |\n"                        \
    "| | begin_repeat | tp_q | Quotes | | | | |\n"                                                 \
    "| | select_one ${p_lab} | q_who | Whose words? | | | | |\n"                                   \
    "| | text | q_txt | Words | | | | |\n"                                                         \
    "| | end_repeat | | | | | | |\n"                                                               \
    "| | end_repeat | | | | | | |\n"                                                               \
    "| choices |\n| | list_name | name | label |\n| | sex | f | Female |\n| | sex | m | Male |\n"  \
    "| | elem | trust | Trust |\n| | elem | rights | Rights |\n"                                   \
    "| settings |\n| | form_id | version |\n| | test_form | 1 |\n"

static const char instance[] =
    "<data id='test_form' version='1'><int_code>A12</int_code>"
    "<part><p_lab>У1</p_lab><p_sex>f</p_sex></part><part><p_lab>У2</p_lab><p_sex>m</p_sex></part>"
    "<topic><tp_sum>They trust drivers.</tp_sum>"
    "<tp_q><q_who>У2</q_who><q_txt>The driver is my bank.</q_txt></tp_q>"
    "<tp_q><q_who/><q_txt>Nobody knows whose.</q_txt></tp_q></topic></data>";

static const char turns[] = "topic,event,who,start_ms,duration_ms,recording,recording_ms,code\n"
                            "/data/topic[1],code,У1,16000,0,00112233445566778899aabbccddeeff,18000,"
                            "trust\n"
                            "/data/topic[1],code,,17000,0,00112233445566778899aabbccddeeff,19000,"
                            "rights\n"
                            "/data/topic[1],turn,У2,0,4200,00112233445566778899aabbccddeeff,2000\n"
                            "/data/topic[1],quote,У2,3000,0,00112233445566778899aabbccddeeff,5000\n"
                            "/data/topic[1],turn,silence,4200,800,00112233445566778899aabbccddeeff,"
                            "6200\n";

#define HEX "00112233445566778899aabbccddeeff"
#define GONE "ffeeddccbbaa99887766554433221100"
static const char memos[] =
    "node,begun,language,memo\n"
    "/data/topic[1],2026-11-24T10:05:00.000Z,ru,\"Тихо, <никто> не спорит\"\n";
static const char recordings[] =
    "recording,ms,event,node,begun\n" GONE ",0,begin,/data/whole,2026-11-24T09:00:00.000Z\n" GONE
    ",900,end,/data/whole,\n" HEX ",0,begin,/data/whole,2026-11-24T10:00:00.000Z\n" HEX
    ",1200,question,/data/topic[1]/tp_sum,\n" GONE ",900,delete,/data/whole,\n" HEX
    ",5000,memo,/data/topic[1],\n" HEX ",61000,question,/data/int_code,\n" HEX
    ",90000,end,/data/whole,\n";

struct scene {
    struct study study;
    struct buf xform, project;
    uint8_t hash[32];
    struct desk *desk;
    char out[300];
};

static const char audit[] =
    "event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason,"
    "language,recording,recording-ms\n"
    "recording begin,/data/whole,1,,,,,," HEX ",,,ru," HEX ",0\n"
    "question,/data/int_code,2,3,,,,,,,,ru," HEX ",1200\n";

static void finish(struct scene *c)
{
    struct err err = {0};
    struct device_draft d;
    struct buf files = {0};
    static const uint8_t id[16] = {0xA1, 1};
    tar_add(&files, "audit.csv", audit, sizeof audit - 1);
    tar_add(&files, "memos.csv", memos, sizeof memos - 1);
    tar_add(&files, "recordings.csv", recordings, sizeof recordings - 1);
    tar_add(&files, "turns.csv", turns, sizeof turns - 1);
    tar_end(&files);
    struct device_finished f = {.xml = instance,
                                .xml_len = sizeof instance - 1,
                                .files = files.data,
                                .files_len = files.len};
    OK(device_draft_begin(c->study.device, &d, c->hash, study_wall, &err));
    OK(device_finish(c->study.device, &d, id, &f, study_wall, &err));
    buf_fini(&files);
}

static void begin_with(struct scene *c, const char *md)
{
    struct err err = {0};
    memset(c, 0, sizeof *c);
    study_init(&c->study);
    study_device(&c->study);
    OK(convert_md(&c->xform, md, &err));
    c->study.form = c->xform.data;
    study_enrol(&c->study, c->hash);
    finish(c);
    c->desk = case_desk(&c->study, c->hash, false);
    snprintf(c->out, sizeof c->out, "%s/tables", c->study.dir);
}

static void begin(struct scene *c)
{
    begin_with(c, FORM(""));
}

static void export_as(struct scene *c, bool sensitive, bool sound)
{
    struct err err = {0};
    struct export_counts counts;
    struct zip_file *zip;
    struct buf bytes = {0};
    char path[340];
    struct export_options options = {.out = c->out,
                                     .force = true,
                                     .writer = dataset_writer_find("qdpx"),
                                     .columns = {.sensitive_extra = sensitive},
                                     .sound = sound};
    OK(desk_export(c->desk, c->study.coordinator, &options, &counts, &err));
    snprintf(path, sizeof path, "%s/test_form.qdpx", c->out);
    OK(file_read(&bytes, path, 1 << 20, &err));
    OK(zip_open_bytes(&zip, bytes.data, bytes.len, &err));
    buf_cut(&c->project, 0);
    OK(zip_member(&c->project, zip, "project.qde", &err));
    zip_shut(zip);
    buf_fini(&bytes);
    qda_validates(&c->project);
}

static void export_table(struct scene *c, const char *format)
{
    struct err err = {0};
    struct export_counts counts;
    struct export_options options = {
        .out = c->out, .force = true, .writer = dataset_writer_find(format)};
    OK(desk_export(c->desk, c->study.coordinator, &options, &counts, &err));
}

static void end(struct scene *c)
{
    desk_close(c->desk);
    buf_fini(&c->xform);
    buf_fini(&c->project);
    study_fini(&c->study);
}

static const char *has(const struct scene *c, const char *text)
{
    const char *at = strstr(c->project.data, text);
    if (!at) {
        fail_msg("no '%s' in\n%s", text, c->project.data);
    }
    return at;
}

/* The GUID in the first attribute `name` from `at` on. */
static void guid_at(char out[37], const char *at, const char *name)
{
    snprintf(out, 37, "%.36s", strstr(at, name) + strlen(name) + 2);
}

static void test_project__each_participant_is_a_case_and_speaks(void **state)
{
    (void)state;
    struct scene c;
    char code[37], refers[37];
    begin(&c);
    export_as(&c, false, false);
    has(&c, "name=\"Speakers\" isCodable=\"false\"");
    const char *one = has(&c, " У2\" isCodable=\"true\"");
    while (strncmp(one, "<Code", 5) != 0) {
        one--;
    }
    guid_at(code, one, "guid");
    const char *at = has(&c, "<Cases>");
    at = strstr(at, " У2\">");
    assert_non_null(at);
    guid_at(refers, at, "targetGUID");
    assert_string_equal(refers, code);
    assert_non_null(strstr(at, "<TextValue>Male</TextValue>"));
    assert_non_null(strstr(at, "<SelectionRef"));
    /* the quote is coded with its speaker, the one of nobody is not */
    unsigned coded = 0;
    for (const char *p = has(&c, "<Sources>"); (p = strstr(p, code)) != NULL; p++) {
        coded++;
    }
    assert_int_equal(coded, 1);
    end(&c);
}

static void test_project__memos_are_sources_if_asked_for(void **state)
{
    (void)state;
    struct scene c;
    begin(&c);
    export_as(&c, false, false);
    assert_null(strstr(c.project.data, "никто"));
    export_as(&c, true, false);
    has(&c, "<PlainTextContent>Тихо, &lt;никто&gt; не спорит</PlainTextContent>");
    has(&c, "name=\"Memo\" isCodable=\"true\"");
    has(&c, "startPosition=\"0\" endPosition=\"23\"");
    end(&c);
}

/* Recordings are sources with a selection for each page; a deleted one is none, and takes no
 * number. */
static void test_project__recordings_are_sources(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct buf csv = {0};
    char path[340];
    begin(&c);
    export_as(&c, false, false);
    assert_null(strstr(c.project.data, "<AudioSource"));
    export_as(&c, false, true);
    has(&c, "path=\"relative:///audio/a1010000-0000-0000-0000-000000000000-1.opus\"");
    assert_null(strstr(c.project.data, "-2.opus"));
    const char *page = has(&c, "name=\"/data/topic[1]/tp_sum\" begin=\"1200\" end=\"61000\"");
    assert_non_null(strstr(page, "<Coding")); /* the section of its question */
    has(&c, "begin=\"61000\" end=\"90000\"");
    snprintf(path, sizeof path, "%s/test_form - recordings.csv", c.out);
    OK(file_read(&csv, path, 1 << 20, &err));
    assert_non_null(strstr(csv.data, "instance ID,recording,file,ms,event,node,begun\n"));
    assert_non_null(strstr(csv.data, GONE ",,0,begin,/data/whole,2026-11-24T09:00:00.000Z\n"));
    assert_non_null(strstr(csv.data, "-1.opus,5000,memo,/data/topic[1],\n"));
    snprintf(path, sizeof path, "%s/test_form - turns.csv", c.out);
    buf_cut(&csv, 0);
    OK(file_read(&csv, path, 1 << 20, &err));
    assert_non_null(strstr(csv.data, "instance ID,topic,event,who,start_ms,duration_ms,"));
    assert_non_null(strstr(csv.data, ",/data/topic[1],turn,У2,0,4200," HEX ",2000,\n"));
    const char *spoke = has(&c, "name=\"У2\" begin=\"2000\" end=\"6200\"");
    assert_non_null(strstr(spoke, "<Coding"));
    assert_null(strstr(c.project.data, "name=\"silence\""));
    const char *said = has(&c, "name=\"У2\" begin=\"2000\" end=\"5000\"");
    const char *close = strstr(said, "</AudioSelection>");
    unsigned codings = 0;
    for (const char *p = said; (p = strstr(p, "<Coding ")) != NULL && p < close; p++) {
        codings++;
    }
    assert_int_equal(codings, 2); /* the speaker, and a quote */
    const char *named = has(&c, "name=\"trust\" begin=\"8000\" end=\"18000\"");
    assert_non_null(strstr(named, "<Coding"));
    named = has(&c, "name=\"rights\" begin=\"9000\" end=\"19000\""); /* nobody's */
    assert_non_null(strstr(named, "<Coding"));
    buf_fini(&csv);
    export_table(&c, "sav"); /* beside the CSV, in the format of the tables */
    snprintf(path, sizeof path, "%s/test_form - turns.sav", c.out);
    assert_true(file_exists(path));
    end(&c);
}

static char *table_of(struct scene *c, struct buf *csv, const char *name)
{
    struct err err = {0};
    char path[340];
    snprintf(path, sizeof path, "%s/test_form - %s.csv", c->out, name);
    buf_cut(csv, 0);
    OK(file_read(csv, path, 1 << 20, &err));
    return csv->data;
}

static char *turns_of(struct scene *c, struct buf *csv)
{
    return table_of(c, csv, "turns");
}

/* Codes of a question that is sensitive=extra leave the desk neither in turns nor in the project.
 */
static void test_project__codes_that_are_hidden(void **state)
{
    (void)state;
    struct scene c;
    struct buf csv = {0};
    begin_with(&c, FORM("extra"));
    export_as(&c, false, true);
    assert_null(strstr(c.project.data, "trust"));
    assert_null(strstr(turns_of(&c, &csv), "trust"));
    assert_null(strstr(csv.data, ",code,"));
    assert_non_null(strstr(csv.data, ",quote,У2,"));
    export_table(&c, "csv");
    assert_null(strstr(turns_of(&c, &csv), "trust"));
    export_as(&c, true, true);
    assert_non_null(strstr(turns_of(&c, &csv), ",code,У1,16000,"));
    has(&c, "name=\"trust\"");
    buf_fini(&csv);
    end(&c);
}

static void withdraw(struct scene *c, unsigned uses)
{
    struct err err = {0};
    struct withdraw_report report;
    struct forget_report forgotten;
    static const uint8_t id[1][16] = {{0xA1, 1}};
    const struct withdraw_options options = {.uses = uses, .why = "", .wall_ms = study_wall};
    OK(desk_withdraw_all(c->desk, c->study.coordinator, id, 1, &options, &report, &forgotten,
                         &err));
    desk_forgotten_fini(&forgotten);
}

/* Quotes that were taken back are no marks any more; of recordings nothing is told. */
static void test_project__marks_of_what_was_taken_back(void **state)
{
    (void)state;
    struct scene c;
    struct buf csv = {0};
    begin(&c);
    withdraw(&c, USE_QUOTES);
    export_table(&c, "csv");
    assert_null(strstr(turns_of(&c, &csv), ",quote,"));
    assert_non_null(strstr(csv.data, ",turn,У2,0,4200," HEX ",2000,\n"));
    assert_non_null(strstr(table_of(&c, &csv, "audit"), "recording begin,/data/whole,"));
    withdraw(&c, USE_RECORDING);
    export_table(&c, "csv");
    assert_null(strstr(turns_of(&c, &csv), HEX));
    assert_non_null(strstr(csv.data, ",turn,У2,0,4200,,,\n"));
    assert_null(strstr(table_of(&c, &csv, "audit"), HEX));
    assert_null(strstr(csv.data, "recording begin"));
    assert_non_null(strstr(csv.data, "question,/data/int_code,2,3,,,,,,,,ru,,\n"));
    buf_fini(&csv);
    end(&c);
}

/* Rows of older devices have no codes: all tables have the same columns. */
static void test_project__turns_of_an_older_device(void **state)
{
    (void)state;
    static const char old[] = "topic,event,who,start_ms,duration_ms,recording,recording_ms\n/data/"
                              "topic[1],turn,У1,0,9,,\n";
    struct tar_member table = {.name = "turns.csv", .bytes = old, .len = sizeof old - 1};
    struct turns_rules rules = {.no_sound = false};
    struct buf out = {0};
    struct err err = {0};
    OK(desk_turns_clear(&out, &table, &rules, &err));
    buf_add(&out, "", 0);
    assert_string_equal(out.data,
                        "topic,event,who,start_ms,duration_ms,recording,recording_ms,code\n"
                        "/data/topic[1],turn,У1,0,9,,,\n");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project__each_participant_is_a_case_and_speaks),
        cmocka_unit_test(test_project__memos_are_sources_if_asked_for),
        cmocka_unit_test(test_project__recordings_are_sources),
        cmocka_unit_test(test_project__turns_of_an_older_device),
        cmocka_unit_test(test_project__codes_that_are_hidden),
        cmocka_unit_test(test_project__marks_of_what_was_taken_back),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
