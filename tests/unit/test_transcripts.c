/* SPDX-License-Identifier: Apache-2.0 */
/* Is what was said in a recording heard, kept sealed, and destroyed with it? */
#include <time.h>

#include "forms/dataset/webvtt.h"
#include "platform/custody/tar.h"
#include "platform/machine/audio.h"
#include "platform/machine/filter.h"
#include "platform/machine/voice.h"
#include "platform/machine/zip.h"
#include "tests/lib/custody.h"
#include "tests/lib/qda.h"
#include "tools/desk/desk_codings.h"
#include "tools/desk/desk_export.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_transcribe.h"
#include "tools/desk/desk_transcripts.h"
#include "tools/desk/desk_withdraw.h"

/* ---- a program between two pipes ---- */

static bool run(const char *command, const struct buf *in, size_t max, struct buf *out,
                struct err *err)
{
    struct filter *f = NULL;
    *err = (struct err){0};
    bool ok = filter_begin(&f, command, max, err);
    for (size_t at = 0; ok && at < in->len; at += 1000) {
        ok = filter_put(f, in->data + at, in->len - at < 1000 ? in->len - at : 1000, err);
    }
    ok = ok && filter_end(f, out, err);
    filter_free(f);
    return ok;
}

static void test_filter__takes_all_and_gives_all(void **state)
{
    (void)state;
    struct err err;
    struct buf in = {0}, out = {0};
    for (size_t i = 0; i < 300000; i++) {
        buf_printf(&in, "%zu\n", i);
    }
    OK(run("cat -u", &in, 4 << 20, &out, &err)); /* more than a pipe holds, both ways */
    assert_int_equal(out.len, in.len);
    assert_memory_equal(out.data, in.data, in.len);
    buf_cut(&out, 0);
    OK(run(" printf  '%s|%s|' \"a  b\" 'c\"d'", &in, 100, &out, &err)); /* reads nothing */
    assert_string_equal(out.data, "a  b|c\"d|");
    buf_cut(&out, 0);
    OK(run("head -c 3", &in, 100, &out, &err));
    assert_string_equal(out.data, "0\n1");
    buf_fini(&in);
    buf_fini(&out);
}

static void test_filter__says_what_went_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *command, *text;
        enum err_code code;
    } cases[] = {
        {"", "the command is empty", ERR_MISUSE},
        {"   ", "the command is empty", ERR_MISUSE},
        {"cat 'x", "without its end", ERR_MISUSE},
        {"/no/such/program -x", "'/no/such/program' cannot be run", ERR_MISUSE},
        {"false", "'false' failed with exit status 1", ERR_ENV},
        {"sh -c 'kill -9 $$'", "was ended by signal 9", ERR_ENV},
        {"yes", "writes more than 1 kB", ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err;
        struct buf in = {0}, out = {0};
        buf_text(&in, "some words");
        assert_false(run(cases[i].command, &in, 1024, &out, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_non_null(strstr(err.what, cases[i].text));
        assert_int_equal(out.len, 0);
        buf_fini(&in);
        buf_fini(&out);
    }
}

/* ---- texts with times ---- */

static void read_said(struct buf *out, const char *text)
{
    struct err err = {0};
    struct arena arena;
    const struct dataset_said *list;
    size_t count;
    arena_init(&arena);
    OK(webvtt_read(&list, &count, &arena, text, strlen(text), 9000, &err));
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%lld-%lld %s: %s\n", (long long)list[i].from_ms, (long long)list[i].to_ms,
                   list[i].who, list[i].text);
    }
    struct buf again = {0};
    const struct dataset_said *same;
    size_t same_count;
    webvtt_put(&again, list, count); /* and what is written is read as the same */
    OK(webvtt_read(&same, &same_count, &arena, again.data, again.len, 0, &err));
    assert_int_equal(same_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(same[i].from_ms, list[i].from_ms);
        assert_int_equal(same[i].to_ms, list[i].to_ms);
        assert_string_equal(same[i].who, list[i].who);
        assert_string_equal(same[i].text, list[i].text);
    }
    buf_fini(&again);
    buf_add(out, "", 0);
    arena_fini(&arena);
}

static void test_webvtt__is_read_as_recognisers_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"\xEF\xBB\xBFWEBVTT - Title\r\n\r\nNOTE a remark\r\n\r\n1\r\n00:01.000 --> 00:02.500 "
         "align:start\r\n<v.loud У2>Банк &lt;мой&gt; &amp; <i>долг</i>\r\nвторая строка\r\n\r\n"
         "01:00:00.000 --> 01:00:01.000\r\n\r\n02:00:00.000 --> 02:00:00.000\r\nend",
         "1000-2500 У2: Банк <мой> & долг вторая строка\n7200000-7200000 : end\n"},
        {"WEBVTT\n\n00:01.000 --> 00:04.000\n<v A>Yes.</v>\n<v B &amp; C>No.</v> So.\n",
         "1000-4000 A: Yes.\n1000-4000 B & C: No. So.\n"},
        {"1\n00:00:01,000 --> 00:00:02,000\nкак в SubRip\n", "1000-2000 : как в SubRip\n"},
        {"\n[00:00:00.000 --> 00:00:04.120]   Мен <3 ишенбейм.\n[00:00:04.120 --> 00:00:05.000]  "
         "&amp;\n",
         "0-4120 : Мен <3 ишенбейм.\n4120-5000 : &amp;\n"},
        {"  Просто текст\nв две строки.\n\n", "0-9000 : Просто текст в две строки.\n"},
        {"1 < 2 --> 3", "0-9000 : 1 < 2 --> 3\n"},
        {"", ""},
        {" \n \n", ""},
        {"WEBVTT\n", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        read_said(&out, cases[i].text);
        assert_string_equal(out.data, cases[i].said);
        buf_fini(&out);
    }
}

static void test_webvtt__names_the_line_that_is_wrong(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "WEBVTT\n\n00:01.000 --> 00:00.999\nx",     "WEBVTT\n\n00:01.00 --> 00:02.000\nx",
        "WEBVTT\n\n00:61.000 --> 00:62.000\nx",     "WEBVTT\n\n--> 00:02.000\nx",
        "WEBVTT\n\n1:2:3:4.000 --> 00:02.000\nx",   "WEBVTT\n\n99999:00:00.000 --> 00:02.000\nx",
        "WEBVTT\n\n00:01.000 --> never\nsome text", "[00:01.000 --> x]\n\n[00:01.000 --> ]"};
    struct arena arena;
    const struct dataset_said *list;
    size_t count;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = {0};
        assert_false(webvtt_read(&list, &count, &arena, texts[i], strlen(texts[i]), 0, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_non_null(strstr(err.what, *texts[i] == 'W' ? "line 3 " : "line 1 "));
        assert_int_equal(count, 0);
    }
    struct err err = {0};
    assert_false(webvtt_read(&list, &count, &arena, "\xFF\xFE", 2, 0, &err));
    assert_int_equal(err.code, ERR_INPUT);
    arena_fini(&arena);
}

/* ---- at the desk ---- */

static const char md[] = "| survey |\n| | type | name | label | calculation | appearance |\n"
                         "| | begin_repeat | part | Round | | focus-group |\n"
                         "| | calculate | p_lab | | concat('У', position(..)) | |\n"
                         "| | text | p_town | Town | | |\n"
                         "| | end_repeat | | | | |\n"
                         "| settings |\n| | form_id | version |\n| | test_form | 1 |\n";
static const char instance[] = "<data id='test_form' version='1'><part><p_lab>У1</p_lab></part>"
                               "<part><p_lab>У2</p_lab></part></data>";
static const uint8_t record_id[16] = {0xA1, 1};
enum { SECONDS = 10 };
#define WORDS "Айдоочу — менин банкым"

struct scene {
    struct study study;
    struct buf xform;
    struct desk *desk;
    char recogniser[340], out[340];
    uint8_t recording[16], other[16];
    bool short_one;
};

static void finish(struct scene *c, struct device_draft *d)
{
    struct err err = {0};
    struct buf table = {0}, files = {0};
    char id[33], other[33];
    text_hex(id, c->recording, 16);
    text_hex(other, c->other, 16);
    buf_printf(&table,
               "recording,ms,event,node,begun\n%s,0,begin,/data/part[1],2026-11-24T10:00:00.000Z\n"
               "%s,10000,end,/data/part[1],\n",
               id, id);
    if (c->short_one) {
        buf_printf(&table, "%s,0,begin,/data/part[1],2026-11-24T09:00:00.000Z\n", other);
    }
    tar_add(&files, "recordings.csv", table.data, table.len);
    tar_end(&files);
    struct device_finished f = {.xml = instance,
                                .xml_len = sizeof instance - 1,
                                .files = files.data,
                                .files_len = files.len};
    OK(device_finish(c->study.device, d, record_id, &f, study_wall, &err));
    buf_fini(&table);
    buf_fini(&files);
}

/* A recogniser that says how many bytes it heard, and for a speaker the words. */
static void write_recogniser(struct scene *c)
{
    static const char text[] =
        "#!/bin/sh\nn=$(wc -c)\nprintf 'WEBVTT\\n\\n00:01.000 --> 00:02.500\\n"
        "<v У2>" WORDS "\\n\\n00:03.000 --> 00:04.000\\n%s\\n' \"$n\"\n";
    struct err err = {0};
    snprintf(c->recogniser, sizeof c->recogniser, "sh '%s/hears well'", c->study.dir);
    OK(file_write(study_path(&c->study, "hears well"), text, sizeof text - 1, 0, true, &err));
}

static void begin_with(struct scene *c, bool short_one)
{
    struct err err = {0};
    struct device_draft d;
    struct buf package = {0}, tar = {0};
    struct export_report out;
    struct import_report in;
    uint8_t hash[32];
    bool fresh;
    memset(c, 0, sizeof *c);
    c->short_one = short_one;
    study_init(&c->study);
    study_device(&c->study);
    OK(convert_md(&c->xform, md, &err));
    c->study.form = c->xform.data;
    study_enrol(&c->study, hash);
    draft(&c->study, &d, hash);
    if (c->short_one) { /* made first, but not the first in the table */
        record_tone(&c->study, &d, VOICE_PAGES, c->other);
    }
    record_tone(&c->study, &d, SECONDS, c->recording);
    finish(c, &d);
    write_recogniser(c);
    OK(device_package(c->study.device, hash, &package, &err));
    OK(file_folder(study_path(&c->study, "out"), 0700, &err));
    OK(device_export(c->study.device, study_path(&c->study, "out"), study_wall, &out, &err));
    take_batch(&c->study, "out", &tar);
    c->desk = open_desk(&c->study);
    desk_set_person(c->desk, "Айгүл");
    OK(desk_add_form(c->desk, package.data, package.len, &fresh, &err));
    OK(desk_import(c->desk, tar.data, tar.len, 1, &in, &err));
    assert_int_equal(in.recordings, short_one ? 2 : 1);
    snprintf(c->out, sizeof c->out, "%s", study_path(&c->study, "tables"));
    buf_fini(&package);
    buf_fini(&tar);
}

static void begin(struct scene *c)
{
    begin_with(c, false);
}

static void end(struct scene *c)
{
    desk_close(c->desk);
    c->study.form = NULL;
    buf_fini(&c->xform);
    study_fini(&c->study);
}

static bool transcribe(struct scene *c, const char *command, bool again,
                       struct transcribe_report *report, struct err *err)
{
    const struct transcribe_options options = {
        .command = command, .again = again, .why = "", .wall_ms = study_wall};
    *err = (struct err){0};
    return desk_transcribe(c->desk, c->study.coordinator, &options, report, err);
}

static size_t how_many(struct desk *desk)
{
    struct err err = {0};
    struct desk_transcripts all;
    OK(desk_transcripts_read(&all, desk, NULL, &err));
    size_t count = all.count;
    desk_transcripts_fini(&all);
    return count;
}

static void export_as(struct scene *c, const char *format, bool sensitive,
                      struct export_counts *counts)
{
    struct err err = {0};
    struct export_options options = {.out = c->out,
                                     .force = true,
                                     .writer = dataset_writer_find(format),
                                     .columns = {.sensitive_extra = sensitive},
                                     .sound = true};
    OK(desk_export(c->desk, c->study.coordinator, &options, counts, &err));
}

static bool is_in_file(const char *path, const char *words)
{
    struct err err = {0};
    struct buf bytes = {0};
    OK(file_read(&bytes, path, 8 << 20, &err));
    bool is = memmem(bytes.data, bytes.len, words, strlen(words)) != NULL;
    buf_fini(&bytes);
    return is;
}

static void test_transcribe__keeps_what_is_heard_sealed(void **state)
{
    (void)state;
    struct scene c;
    struct err err;
    struct transcribe_report report;
    struct desk_transcripts all;
    begin(&c);
    OK(transcribe(&c, c.recogniser, false, &report, &err));
    assert_int_equal(report.found, 1);
    assert_int_equal(report.made, 1);
    assert_int_equal(report.cut + report.without + report.had + report.empty, 0);
    OK(desk_transcripts_read(&all, c.desk, record_id, &err));
    assert_int_equal(all.count, 1);
    assert_false(all.list[0].verified);
    assert_string_equal(all.list[0].with, "sh");
    assert_string_equal(all.list[0].who, "Айгүл");
    assert_memory_equal(all.list[0].recording, c.recording, 16);
    assert_non_null(strstr(all.list[0].text, "<v У2>" WORDS));
    assert_non_null(strstr(all.list[0].text, "\n320044\n")); /* 10 s of 16 kHz, and the head */
    desk_transcripts_fini(&all);
    assert_false(is_in_file(study_path(&c.study, "desk/desk.db"), WORDS));
    end(&c);
}

static void test_transcribe__never_overwrites(void **state)
{
    (void)state;
    struct scene c;
    struct err err;
    struct transcribe_report report;
    begin(&c);
    OK(transcribe(&c, c.recogniser, false, &report, &err));
    OK(transcribe(&c, c.recogniser, false, &report, &err));
    assert_int_equal(report.had, 1);
    assert_int_equal(report.made, 0);
    assert_int_equal(how_many(c.desk), 1);
    OK(transcribe(&c, "true", true, &report, &err));
    assert_int_equal(report.made, 1);
    assert_int_equal(report.empty, 1);
    assert_int_equal(how_many(c.desk), 2);
    end(&c);
}

static char told[400];

static void note_failure(const struct err *err)
{
    snprintf(told, sizeof told, "%s", err->where);
}

static bool transcribe_told(struct scene *c, const char *command, struct transcribe_report *report,
                            struct err *err)
{
    const struct transcribe_options options = {
        .command = command, .why = "", .wall_ms = study_wall, .failed = note_failure};
    *err = (struct err){0};
    told[0] = '\0';
    return desk_transcribe(c->desk, c->study.coordinator, &options, report, err);
}

static void test_transcribe__a_recogniser_that_fails_leaves_nothing(void **state)
{
    (void)state;
    static const char *const commands[] = {"false", "cat", "printf '[00:01.000 --> x]'"};
    struct scene c;
    struct err err;
    struct transcribe_report report;
    begin(&c);
    for (size_t i = 0; i < 3; i++) {
        OK(transcribe_told(&c, commands[i], &report, &err));
        assert_int_equal(report.failed, 1);
        assert_non_null(strstr(told, "uuid:a1010000-")); /* which recording */
        assert_int_equal(how_many(c.desk), 0);
    }
    assert_false(transcribe_told(&c, "/no/such/thing", &report, &err));
    assert_int_equal(err.code, ERR_MISUSE);
    end(&c);
}

/* One recording that always fails does not stand in the way of the others. */
static void test_transcribe__the_others_are_heard(void **state)
{
    (void)state;
    static const char picky[] = "#!/bin/sh\nn=$(wc -c)\n[ $n != 320044 ] || exit 1\necho short\n";
    struct scene c;
    struct err err;
    struct transcribe_report report;
    begin_with(&c, true);
    OK(file_write(study_path(&c.study, "hears well"), picky, sizeof picky - 1, 0, true, &err));
    for (int again = 0; again < 2; again++) {
        OK(transcribe_told(&c, c.recogniser, &report, &err));
        assert_int_equal(report.failed, 1);
        assert_int_equal(report.made, !again);
        assert_int_equal(how_many(c.desk), 1);
    }
    end(&c);
}

/* Two filters at once, as when a question is read aloud and left: one that ends takes no protection
 * from the other. */
static void test_filter__one_that_ends_does_not_harm_another(void **state)
{
    (void)state;
    struct err err = {0};
    struct filter *a, *b;
    const struct timespec moment = {0, 200000000L};
    OK(filter_begin(&a, "cat", 100, &err));
    OK(filter_begin(&b, "true", 100, &err));
    filter_free(a);
    nanosleep(&moment, NULL); /* it has stopped reading */
    OK(filter_put(b, "x", 1, &err));
    filter_free(b);
}

/* Silence stands for what is missing; of what is missing altogether nothing is said. */
static void test_transcribe__without_parts(void **state)
{
    (void)state;
    struct scene c;
    struct err err;
    struct transcribe_report report;
    struct desk_transcripts all;
    begin(&c);
    OK(db_run(c.desk->db, "UPDATE sound SET sealed = x'' WHERE part = 1", NULL, 0, NULL, NULL,
              &err));
    OK(transcribe(&c, c.recogniser, false, &report, &err));
    assert_int_equal(report.cut, 1);
    OK(desk_transcripts_read(&all, c.desk, NULL, &err));
    assert_non_null(strstr(all.list[0].text, "\n320044\n"));
    desk_transcripts_fini(&all);
    OK(db_run(c.desk->db, "UPDATE sound SET sealed = x''", NULL, 0, NULL, NULL, &err));
    OK(transcribe(&c, c.recogniser, true, &report, &err));
    assert_int_equal(report.without, 1);
    assert_int_equal(how_many(c.desk), 1);
    end(&c);
}

static void test_transcripts__are_exported_if_asked_for(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct transcribe_report report;
    struct export_counts counts;
    struct zip_file *zip;
    struct buf bytes = {0}, project = {0};
    begin(&c);
    OK(transcribe(&c, c.recogniser, false, &report, &err));
    export_as(&c, "csv", false, &counts);
    assert_int_equal(counts.hidden_transcripts, 1);
    assert_false(file_exists(study_path(&c.study, "tables/test_form - transcripts.csv")));
    export_as(&c, "csv", true, &counts);
    assert_int_equal(counts.transcripts, 1);
    assert_true(is_in_file(study_path(&c.study, "tables/test_form - transcripts.csv"),
                           ",no,Айгүл,sh,1000,2500,У2," WORDS "\n"));
    export_as(&c, "qdpx", true, &counts);
    OK(file_read(&bytes, study_path(&c.study, "tables/test_form.qdpx"), 1 << 20, &err));
    OK(zip_open_bytes(&zip, bytes.data, bytes.len, &err));
    OK(zip_member(&project, zip, "project.qde", &err));
    zip_shut(zip);
    qda_validates(&project);
    assert_non_null(strstr(project.data, " transcript 1, not verified, sh\""));
    assert_non_null(strstr(project.data, ">У2: " WORDS "\n320044\n</PlainTextContent>"));
    assert_non_null(strstr(project.data, " timeStamp=\"1000\" position=\"4\"/>"));
    assert_non_null(strstr(project.data, " timeStamp=\"2500\" position=\"26\"/>"));
    assert_non_null(strstr(project.data, " timeStamp=\"3000\" position=\"27\"/>"));
    const char *said = strstr(project.data, "<TranscriptSelection");
    assert_non_null(said);
    assert_non_null(strstr(said, "<CodeRef")); /* coded with the speaker */
    export_as(&c, "qdpx", false, &counts);
    OK(zip_open_bytes(&zip, bytes.data, bytes.len, &err));
    zip_shut(zip);
    assert_int_equal(counts.hidden_transcripts, 1);
    buf_fini(&bytes);
    buf_fini(&project);
    end(&c);
}

/* RECORD-N.opus is the N-th of recordings.csv, in whatever order they were made. */
static void test_export__names_recordings_by_their_table(void **state)
{
    (void)state;
    static const char name[] = "tables/audio/a1010000-0000-0000-0000-000000000000-%u.opus";
    struct scene c;
    struct export_counts counts;
    begin_with(&c, true);
    export_as(&c, "csv", false, &counts);
    assert_int_equal(counts.recordings, 2);
    for (unsigned n = 1; n <= 2; n++) {
        struct err err = {0};
        struct buf sound = {0};
        char file[100];
        snprintf(file, sizeof file, name, n);
        OK(file_read(&sound, study_path(&c.study, file), 1 << 20, &err));
        assert_int_equal((audio_length_ms(sound.data, sound.len) + 10) / 1000, n == 1 ? 10 : 5);
        buf_fini(&sound);
    }
    end(&c);
}

static void test_transcripts__go_with_the_recording(void **state)
{
    (void)state;
    static const struct {
        unsigned uses;
        size_t left;
    } cases[] = {{USE_QUOTES, 1}, {USE_RECORDING, 0}, {USE_ANSWERS, 0}};
    for (size_t i = 0; i < 3; i++) {
        struct scene c;
        struct err err = {0};
        struct transcribe_report report;
        struct withdraw_report withdrawn;
        begin(&c);
        OK(transcribe(&c, c.recogniser, false, &report, &err));
        OK(desk_withdraw(c.desk, (const uint8_t(*)[16]) & record_id, 1, cases[i].uses, "",
                         study_wall, &withdrawn, &err));
        assert_int_equal(how_many(c.desk), cases[i].left);
        (void)!transcribe(&c, c.recogniser, true, &report, &err);
        assert_int_equal(how_many(c.desk), 2 * cases[i].left);
        end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter__takes_all_and_gives_all),
        cmocka_unit_test(test_filter__says_what_went_wrong),
        cmocka_unit_test(test_webvtt__is_read_as_recognisers_write_it),
        cmocka_unit_test(test_webvtt__names_the_line_that_is_wrong),
        cmocka_unit_test(test_transcribe__keeps_what_is_heard_sealed),
        cmocka_unit_test(test_transcribe__never_overwrites),
        cmocka_unit_test(test_transcribe__a_recogniser_that_fails_leaves_nothing),
        cmocka_unit_test(test_transcribe__the_others_are_heard),
        cmocka_unit_test(test_filter__one_that_ends_does_not_harm_another),
        cmocka_unit_test(test_transcribe__without_parts),
        cmocka_unit_test(test_transcripts__are_exported_if_asked_for),
        cmocka_unit_test(test_export__names_recordings_by_their_table),
        cmocka_unit_test(test_transcripts__go_with_the_recording),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
