/* SPDX-License-Identifier: Apache-2.0 */
/* Do codings stay with their words: at the desk, out to another program and back, and not against
 * the person's will? */
#include "forms/dataset/dataset_qdpx.h"
#include "platform/machine/zip.h"
#include "tests/lib/custody.h"
#include "tests/lib/qda.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_forget.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_qdpx.h"
#include "tools/desk/desk_sources.h"

static const char story_md[] = "| survey |\n"
                               "| | type | name | label |\n"
                               "| | text | code | Code |\n"
                               "| | text | nar | Tell me |\n"
                               "| | begin_repeat | trip | Trips |\n"
                               "| | text | said | What was said |\n"
                               "| | end_repeat | | |\n"
                               "| settings |\n| | form_id | version |\n| | test_form | 7 |\n";
static const char elements_csv[] = "list_name,name,label::Русский (ru),label::English (en),comp\n"
                                   "elem,trust,Доверие,Trust,1\n"
                                   "elem,dial,Диалог,Dialogue,1\n";
#define NAR "Мен эч кимге ишенбейм. Бир гана атама ишенем, бир гана энеме ишенем."
#define SAID "Көңүлүм чөктү, эмне кылам дедим"
static const uint8_t ids[2][16] = {{0xA1, 1}, {0xB2, 2}};

struct coders {
    struct study study;
    struct desk *desk;
    struct desk_elements elements;
    char key[2][48];
    char *form;
};

static void begin(struct coders *c)
{
    struct err err = {0};
    struct buf xml = {0}, package = {0}, tar = {0}, list = {0};
    struct export_report out;
    struct import_report in;
    uint8_t hash[32];
    bool fresh;
    memset(c, 0, sizeof *c);
    study_init(&c->study);
    study_device(&c->study);
    OK(convert_md(&xml, story_md, &err));
    c->form = mem_text(xml.data);
    c->study.form = c->form;
    study_enrol(&c->study, hash);
    for (size_t i = 0; i < 2; i++) {
        struct buf answers = {0};
        struct device_draft draft;
        desk_record_key(c->key[i], ids[i]);
        buf_printf(&answers,
                   "<data id=\"test_form\" version=\"7\"><code>A%zu</code><nar>" NAR "</nar>"
                   "<trip><said>ошол эле</said></trip><trip><said>" SAID "</said></trip>"
                   "<meta><instanceID>%s</instanceID></meta></data>",
                   i + 1, c->key[i]);
        OK(device_draft_begin(c->study.device, &draft, hash, study_wall, &err));
        OK(device_draft_append(c->study.device, &draft, "x", 1, &err));
        OK(device_finish(c->study.device, &draft, ids[i],
                         &(struct device_finished){.xml = answers.data, .xml_len = answers.len},
                         study_wall, &err));
        buf_fini(&answers);
    }
    c->desk = open_desk(&c->study);
    desk_set_person(c->desk, "Айгүл");
    OK(device_package(c->study.device, hash, &package, &err));
    OK(desk_add_form(c->desk, package.data, package.len, &fresh, &err));
    OK(file_folder(study_path(&c->study, "out"), 0700, &err));
    OK(device_export(c->study.device, study_path(&c->study, "out"), study_wall, &out, &err));
    take_batch(&c->study, "out", &tar);
    OK(desk_import(c->desk, tar.data, tar.len, study_wall, &in, &err));
    buf_text(&list, elements_csv);
    OK(desk_elements_read(&c->elements, &list, &err));
    buf_fini(&xml);
    buf_fini(&package);
    buf_fini(&tar);
    buf_fini(&list);
}

static void end(struct coders *c)
{
    desk_elements_fini(&c->elements);
    desk_close(c->desk);
    study_fini(&c->study);
    free(c->form);
}

static bool code(struct coders *c, const char *rows, struct desk_coded *done, struct err *err)
{
    struct buf table = {0};
    buf_join(&table, "record,question,words,code,quote,from,translation,comment\n", rows, NULL);
    bool ok =
        desk_code(c->desk, c->study.coordinator, &table, &c->elements, "", study_wall, done, err);
    buf_fini(&table);
    return ok;
}

static const char *one_row(struct coders *c, size_t record, const char *rest)
{
    static char row[600];
    snprintf(row, sizeof row, "%s,%s\n", c->key[record], rest);
    return row;
}

static void test_codings__words_are_coded_where_they_stand(void **state)
{
    (void)state;
    struct coders c;
    struct err err = {0};
    struct desk_coded done;
    struct desk_codings all;
    size_t count;
    begin(&c);
    OK(code(&c, one_row(&c, 0, "nar,эч кимге ишенбейм,trust,yes,,никому не верю,сильно"), &done,
            &err));
    assert_int_equal(done.fresh, 1);
    OK(code(&c, one_row(&c, 0, "nar,эч кимге ишенбейм,trust,yes,,никому не верю,сильно"), &done,
            &err));
    assert_int_equal(done.fresh, 0);
    assert_int_equal(done.same, 1);
    OK(code(&c, one_row(&c, 0, "trip[2]/said,эмне кылам,dial,,,,"), &done, &err));
    OK(code(&c, one_row(&c, 1, "nar,ишенем,trust,,61,,"), &done, &err)); /* the second of two */
    OK(desk_codings_read(&all, c.desk, &err));
    assert_int_equal(all.count, 3);
    const struct coding *own = desk_codings_of(&all, ids[0], &count);
    assert_int_equal(count, 2);
    assert_string_equal(own[0].path, "/data/nar");
    assert_int_equal(own[0].from, 4); /* letters, not bytes */
    assert_int_equal(own[0].to, 4 + 17);
    assert_string_equal(own[0].words, "эч кимге ишенбейм");
    assert_string_equal(own[0].translation, "никому не верю");
    assert_string_equal(own[0].comment, "сильно");
    assert_string_equal(own[0].who, "Айгүл");
    assert_true(own[0].quote);
    assert_string_equal(own[1].path, "/data/trip[2]/said");
    assert_false(own[1].quote);
    own = desk_codings_of(&all, ids[1], &count);
    assert_int_equal(count, 1);
    assert_int_equal(own[0].from, 61);
    desk_codings_fini(&all);
    struct buf list = {0}, log = {0};
    OK(desk_codings_print(&list, c.desk, "", study_wall, &err));
    assert_non_null(strstr(list.data, "эч кимге ишенбейм,trust,yes,никому не верю,сильно,Айгүл"));
    OK(desk_ledger_read(c.desk, NULL, NULL, &err));
    buf_fini(&list);
    buf_fini(&log);
    end(&c);
}

static void test_codings__what_is_not_coded(void **state)
{
    (void)state;
    struct coders c;
    static const struct {
        const char *rest, *says;
    } cases[] = {
        {"nar,ишенем,trust,,,,", "row 2: the words stand more than once"},
        {"nar,ишенем,trust,,3,,", "do not stand in the answer at this letter"},
        {"nar,мен,trust,,,,", "do not stand in the answer"},
        {"nar,,trust,,,,", "no words are given"},
        {"nar,ишенем,hope,,,,", "the study has no code 'hope'"},
        {"nar,атама,,,,,", "get no code, and are no quote"},
        {"nar,атама,,maybe,,,", "yes or no"},
        {"nobody,атама,trust,,,,", "no question 'nobody'"},
        {"said,кылам,trust,,,,", "several questions 'said'"},
    };
    begin(&c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct desk_coded done;
        char text[1200];
        assert_false(code(&c, one_row(&c, 0, cases[i].rest), &done, &err));
        err_text(&err, text, sizeof text);
        if (!strstr(text, cases[i].says)) {
            fail_msg("'%s' does not say '%s'", text, cases[i].says);
        }
    }
    /* one bad row: none is added */
    struct err err = {0};
    struct desk_coded done;
    struct desk_codings all;
    struct buf rows = {0};
    buf_text(&rows, one_row(&c, 0, "nar,атама,trust,,,,"));
    buf_text(&rows, one_row(&c, 0, "nar,бабама,trust,,,,"));
    assert_false(code(&c, rows.data, &done, &err));
    OK(desk_codings_read(&all, c.desk, &err));
    assert_int_equal(all.count, 0);
    desk_codings_fini(&all);
    buf_fini(&rows);
    end(&c);
}

/* ---- out to another program, and back ---- */

static void export_project(struct coders *c, struct buf *out, struct export_counts *counts)
{
    struct err err = {0};
    char folder[300], path[400];
    static const struct dataset_code codes[] = {{"trust", "Доверие"}, {"dial", "Диалог"}};
    snprintf(folder, sizeof folder, "%s/qda", c->study.dir);
    struct export_options options = {.out = folder,
                                     .writer = dataset_writer_find("qdpx"),
                                     .look = {.codes = codes, .code_count = 2},
                                     .force = true};
    OK(desk_export(c->desk, c->study.coordinator, &options, counts, &err));
    snprintf(path, sizeof path, "%s/test_form.qdpx", folder);
    buf_cut(out, 0);
    OK(file_read(out, path, 1 << 20, &err));
    struct zip_file *zip;
    struct buf qde = {0};
    OK(zip_open_bytes(&zip, out->data, out->len, &err));
    OK(zip_member(&qde, zip, "project.qde", &err));
    qda_validates(&qde);
    zip_shut(zip);
    buf_fini(&qde);
}

/* Another program writes the project anew, with this text in place of another. */
static void change_project(struct buf *file, const char *from, const char *to)
{
    struct err err = {0};
    struct zip_file *zip;
    struct buf qde = {0}, texts[2] = {{0}, {0}}, out = {0}, changed = {0};
    struct zip_part parts[3];
    char names[2][80], guid[QDPX_GUID], key[48];
    OK(zip_open_bytes(&zip, file->data, file->len, &err));
    OK(zip_member(&qde, zip, "project.qde", &err));
    buf_add(&qde, "", 0);
    char *at = strstr(qde.data, from);
    assert_non_null(at);
    buf_add(&changed, qde.data, (size_t)(at - qde.data));
    buf_join(&changed, to, at + strlen(from), NULL);
    parts[0] = (struct zip_part){"project.qde", changed.data, changed.len};
    for (size_t i = 0; i < 2; i++) {
        desk_record_key(key, ids[i]);
        qdpx_guid(guid, "source", key);
        snprintf(names[i], sizeof names[i], "sources/%s.txt", guid);
        OK(zip_member(&texts[i], zip, names[i], &err));
        parts[i + 1] = (struct zip_part){names[i], texts[i].data, texts[i].len};
    }
    OK(zip_write(&out, parts, 3, &err));
    zip_shut(zip);
    buf_fini(&qde);
    buf_fini(&texts[0]);
    buf_fini(&texts[1]);
    buf_fini(&changed);
    buf_fini(file);
    *file = out;
}

static bool import(struct coders *c, const struct buf *file, struct qdpx_report *report,
                   struct err *err)
{
    return desk_import_qdpx(c->desk, c->study.coordinator, file, &c->elements, "", study_wall,
                            report, err);
}

static void test_codings__they_come_back_from_another_program(void **state)
{
    (void)state;
    struct coders c;
    struct err err = {0};
    struct desk_coded done;
    struct export_counts counts;
    struct qdpx_report report;
    struct desk_codings all;
    struct buf file = {0}, marks = {0};
    char dial[QDPX_GUID], quote[QDPX_GUID];
    size_t count;
    begin(&c);
    OK(code(&c, one_row(&c, 0, "trip[2]/said,эмне кылам,dial,yes,,что делать,тихо"), &done, &err));
    export_project(&c, &file, &counts);
    assert_int_equal(counts.adrift, 0);
    /* nothing new in what was exported */
    OK(import(&c, &file, &report, &err));
    assert_int_equal(report.done.fresh + report.done.changed, 0);
    assert_int_equal(report.done.same, 1);
    assert_true(report.ours > 0);
    assert_int_equal(report.beyond + report.codes + report.sources + report.gone, 0);
    buf_fini(&report.names);
    /* a coder marks words of the same story, adds a code of her own, and goes beyond an answer */
    qdpx_guid(dial, "code", "dial");
    qdpx_guid(quote, QDPX_QUOTE, QDPX_QUOTE);
    buf_printf(&marks,
               "<PlainTextSelection guid=\"11111111-0000-4000-8000-000000000001\""
               " startPosition=\"12\" endPosition=\"29\">"
               "<Description>никому не верю</Description>"
               "<Coding guid=\"ABCDEF00-0000-4000-8000-000000000002\" creatingUser=\"U1\">"
               "<CodeRef targetGUID=\"%s\"/></Coding>"
               "<Coding guid=\"abcdef00-0000-4000-8000-000000000003\">"
               "<CodeRef targetGUID=\"%s\"/></Coding></PlainTextSelection>"
               "<PlainTextSelection startPosition=\"0\" endPosition=\"20\">"
               "<Coding guid=\"abcdef00-0000-4000-8000-000000000004\"><CodeRef targetGUID=\"%s\"/>"
               "</Coding></PlainTextSelection>"
               "<PlainTextSelection startPosition=\"12\" endPosition=\"20\">"
               "<Coding guid=\"abcdef00-0000-4000-8000-000000000005\">"
               "<CodeRef targetGUID=\"99999999-0000-4000-8000-000000000009\"/>"
               "</Coding></PlainTextSelection></TextSource>",
               dial, quote, dial);
    change_project(&file, "</TextSource>", marks.data);
    change_project(&file, "<CodeBook><Codes>",
                   "<CodeBook><Codes><Code guid=\"99999999-0000-4000-8000-000000000009\""
                   " name=\"Hope\" isCodable=\"true\"/>");
    change_project(&file, "<Users>", "<Users><User guid=\"u1\" name=\"Гүлзат\"/>");
    OK(import(&c, &file, &report, &err));
    assert_int_equal(report.done.fresh, 1);
    assert_int_equal(report.beyond, 1);
    assert_int_equal(report.codes, 1);
    assert_string_equal(report.names.data, "Hope");
    buf_fini(&report.names);
    OK(desk_codings_read(&all, c.desk, &err));
    const struct coding *own = desk_codings_of(&all, ids[0], &count);
    assert_int_equal(count, 2);
    assert_string_equal(own[0].words, "эч кимге ишенбейм");
    assert_string_equal(own[0].code, "dial");
    assert_string_equal(own[0].translation, "никому не верю");
    assert_string_equal(own[0].who, "Гүлзат");
    assert_true(own[0].quote);
    assert_string_equal(own[1].comment, "тихо"); /* QDPX has no place for it: it stays */
    desk_codings_fini(&all);
    /* again: by its GUID; another translation changes it */
    OK(import(&c, &file, &report, &err));
    assert_int_equal(report.done.fresh + report.done.changed, 0);
    buf_fini(&report.names);
    change_project(&file, "никому не верю", "не верю никому");
    OK(import(&c, &file, &report, &err));
    assert_int_equal(report.done.changed, 1);
    buf_fini(&report.names);
    buf_fini(&file);
    buf_fini(&marks);
    end(&c);
}

static void test_codings__what_is_no_project_is_refused(void **state)
{
    (void)state;
    struct coders c;
    struct qdpx_report report;
    struct buf file = {0};
    begin(&c);
    static const char *const qdes[] = {"<Project", "<CodeBook/>", ""};
    for (size_t i = 0; i < sizeof qdes / sizeof *qdes; i++) {
        struct err err = {0};
        struct zip_part part = {"project.qde", qdes[i], strlen(qdes[i])};
        buf_cut(&file, 0);
        OK(zip_write(&file, &part, 1, &err));
        assert_false(import(&c, &file, &report, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.where, "project.qde"));
    }
    struct err err = {0};
    struct zip_part other = {"x", "", 0};
    buf_cut(&file, 0);
    OK(zip_write(&file, &other, 1, &err));
    assert_false(import(&c, &file, &report, &err));
    buf_cut(&file, 0);
    buf_text(&file, "no zip");
    assert_false(import(&c, &file, &report, &err));
    buf_fini(&file);
    end(&c);
}

/* ---- withdrawal ---- */

static void test_codings__a_withdrawal_takes_the_words(void **state)
{
    (void)state;
    struct coders c;
    struct err err = {0};
    struct desk_coded done;
    struct desk_codings all;
    struct withdraw_report report;
    struct forget_report forgotten;
    struct withdraw_options options = {.uses = USE_ANSWERS, .why = "", .wall_ms = study_wall};
    begin(&c);
    OK(code(&c, one_row(&c, 0, "nar,эч кимге ишенбейм,trust,,,,"), &done, &err));
    OK(code(&c, one_row(&c, 1, "nar,эч кимге ишенбейм,trust,,,,"), &done, &err));
    OK(desk_withdraw_all(c.desk, c.study.coordinator, ids, 1, &options, &report, &forgotten, &err));
    OK(desk_codings_read(&all, c.desk, &err));
    assert_int_equal(all.count, 1);
    assert_memory_equal(all.list[0].record, ids[1], 16);
    desk_codings_fini(&all);
    assert_false(code(&c, one_row(&c, 0, "nar,атама,trust,,,,"), &done, &err));
    assert_non_null(strstr(err.what, "withdrawn"));
    end(&c);
}

/* ---- what is written is signed ---- */

static void test_codings__a_changed_row_is_noticed(void **state)
{
    (void)state;
    struct coders c;
    struct err err = {0};
    struct desk_coded done;
    struct desk_codings all;
    begin(&c);
    OK(code(&c, one_row(&c, 0, "nar,атама,trust,,,,"), &done, &err));
    OK(code(&c, one_row(&c, 1, "nar,атама,dial,,,,"), &done, &err));
    OK(db_script(c.desk->db,
                 "UPDATE coding SET d = (SELECT d FROM coding ORDER BY id DESC LIMIT 1)"
                 " WHERE id = (SELECT id FROM coding ORDER BY id LIMIT 1)",
                 &err));
    assert_false(desk_codings_read(&all, c.desk, &err));
    desk_codings_fini(&all);
    end(&c);
}

static void test_codings__documents_are_registered(void **state)
{
    (void)state;
    struct coders c;
    struct err err = {0};
    struct desk_sources all;
    begin(&c);
    struct source_document one = {.wall_ms = study_wall,
                                  .title = "Закон о миграции",
                                  .kind = "law",
                                  .country = "KG",
                                  .date = "2000-07-17",
                                  .place = "cbd.minjust.gov.kg"};
    OK(desk_source_add(c.desk, &one, &err));
    assert_false(desk_source_add(c.desk, &one, &err)); /* twice */
    one.title = "Отчёт";
    one.date = "2026-13";
    assert_false(desk_source_add(c.desk, &one, &err));
    one.date = "2026-03";
    one.kind = "";
    assert_false(desk_source_add(c.desk, &one, &err));
    one.kind = "report";
    OK(desk_source_add(c.desk, &one, &err));
    OK(desk_sources_read(&all, c.desk, &err));
    assert_int_equal(all.count, 2);
    assert_string_equal(all.list[0].kind, "law");
    assert_string_equal(all.list[0].who, "Айгүл");
    char hex[33];
    text_hex(hex, all.list[0].id, 16);
    desk_sources_fini(&all);
    assert_false(desk_source_drop(c.desk, "zzzz", study_wall, &err));
    OK(desk_source_drop(c.desk, hex, study_wall, &err));
    OK(desk_sources_read(&all, c.desk, &err));
    assert_int_equal(all.count, 1);
    desk_sources_fini(&all);
    OK(desk_ledger_read(c.desk, NULL, NULL, &err));
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codings__words_are_coded_where_they_stand),
        cmocka_unit_test(test_codings__what_is_not_coded),
        cmocka_unit_test(test_codings__they_come_back_from_another_program),
        cmocka_unit_test(test_codings__what_is_no_project_is_refused),
        cmocka_unit_test(test_codings__a_withdrawal_takes_the_words),
        cmocka_unit_test(test_codings__a_changed_row_is_noticed),
        cmocka_unit_test(test_codings__documents_are_registered),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
