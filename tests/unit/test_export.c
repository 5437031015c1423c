/* SPDX-License-Identifier: Apache-2.0 */
/* Do sealed records become the tables that are promised, and nothing else? */
#include "tests/lib/desk_case.h"
#include "tests/lib/slow_disk.h"

static const uint8_t ids[3][16] = {{0xA1, 1}, {0xB2, 2}, {0xC3, 3}};

static void finish(struct study *s, const uint8_t hash[32], int n, const char *code,
                   const char *instance, bool training)
{
    struct err err = {0};
    OK(case_finish(s, hash, ids[n], code, instance, training, &err));
}

static char *content(struct study *s, const char *name)
{
    static struct buf bytes[4];
    static unsigned next;
    struct err err = {0};
    struct buf *b = &bytes[next++ % 4];
    char path[300];
    snprintf(path, sizeof path, "%s/tables/%s", s->dir, name);
    buf_fini(b);
    buf_add(b, "", 0);
    return file_read(b, path, 1 << 20, &err) ? b->data : NULL;
}

static struct export_counts export_as(struct study *s, struct desk *desk,
                                      struct export_options options)
{
    struct err err = {0};
    struct export_counts counts;
    char out[300];
    snprintf(out, sizeof out, "%s/tables", s->dir);
    options.out = out;
    options.force = true;
    options.writer = options.writer ? options.writer : dataset_writer_find("csv");
    OK(desk_export(desk, s->escrow, &options, &counts, &err));
    return counts;
}

static void test_export__tables_files_and_what_is_left_out(void **state)
{
    (void)state;
    struct study s;
    uint8_t hash[32];
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    finish(&s, hash, 1, "B07", "somebody-elses", false);
    finish(&s, hash, 2, "T00", "c3030000-0000-0000-0000-000000000000", true);
    struct desk *desk = case_desk(&s, hash, false);
    struct export_counts n = export_as(&s, desk, (struct export_options){.out = NULL});
    assert_int_equal(n.records, 2); /* the one for training is none of the field's */
    assert_int_equal(n.unreadable, 0);
    assert_int_equal(n.without_form, 0);
    assert_int_equal(n.other_ids, 1);
    assert_int_equal(n.media, 2);
    assert_int_equal(n.same_name, 1); /* both photos have one name */
    assert_int_equal(n.hidden_media, 2);
    assert_int_equal(n.hidden_memos, 2);
    assert_int_equal(n.hidden_columns, 2); /* phone and face */
    assert_int_equal(n.files, 3);
    const char *table = content(&s, "test_form.csv");
    assert_non_null(strstr(table, "A12"));
    assert_non_null(strstr(table, "uuid:b2020000-0000-0000-0000-000000000000"));
    assert_null(strstr(table, "+996"));
    assert_null(strstr(table, case_names[CASE_FACE]));
    assert_non_null(strstr(content(&s, "test_form-trip.csv"), "\"Казань, РФ\""));
    const char *log = content(&s, "test_form - audit.csv");
    assert_non_null(strstr(log, "instance ID,event,node"));
    assert_non_null(strstr(log, "question,/data/phone,3,4,,,,,,,,,,\n"));
    assert_non_null(strstr(log, "question,/data/trip[1]/where,5,6,,,,,Ош"));
    assert_null(content(&s, "test_form - memos.csv"));
    char media[200];
    snprintf(media, sizeof media, "media/%s", case_names[CASE_PHOTO]);
    assert_string_equal(content(&s, media), "a photo");
    snprintf(media, sizeof media, "media/b2020000-0000-0000-0000-000000000000/%s",
             case_names[CASE_PHOTO]);
    assert_string_equal(content(&s, media), "a photo");
    snprintf(media, sizeof media, "media/%s", case_names[CASE_FACE]);
    assert_null(content(&s, media));
    assert_null(content(&s, "media/out.png"));
    desk_close(desk);
    study_fini(&s);
}

static void test_export__what_is_asked_for_is_in(void **state)
{
    (void)state;
    struct study s;
    uint8_t hash[32];
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    finish(&s, hash, 2, "T00", "c3030000-0000-0000-0000-000000000000", true);
    struct desk *desk = case_desk(&s, hash, false);
    struct export_counts n =
        export_as(&s, desk,
                  (struct export_options){.columns = {.sensitive_extra = true},
                                          .look = {.split = SPLIT_SEEN, .labels = "ky"}});
    assert_int_equal(n.records, 1);
    assert_int_equal(n.media, 2);
    assert_int_equal(n.hidden_media + n.hidden_memos + n.hidden_columns, 0);
    const char *table = content(&s, "test_form.csv");
    assert_non_null(strstr(table, "+996 555"));
    assert_non_null(strstr(table, "lang/ky"));
    assert_non_null(strstr(content(&s, "test_form - memos.csv"), "Муж отвечал"));
    assert_non_null(strstr(content(&s, "test_form - audit.csv"), "+996 555"));
    n = export_as(&s, desk, (struct export_options){.filter = {.training = true}});
    assert_int_equal(n.records, 1);
    assert_non_null(strstr(content(&s, "test_form.csv"), "T00"));
    assert_null(strstr(content(&s, "test_form.csv"), "A12"));
    desk_close(desk);
    study_fini(&s);
}

/* A record with these files, and (unless NULL) this instance. */
static void finish_with(struct study *s, const uint8_t hash[32], int n, const char *xml,
                        const struct buf *files)
{
    struct err err = {0};
    struct device_draft d;
    struct buf own = {0};
    case_xml(&own, "A12", "x");
    struct device_finished f = {.xml = xml ? xml : own.data,
                                .xml_len = xml ? strlen(xml) : own.len,
                                .files = files ? files->data : NULL,
                                .files_len = files ? files->len : 0};
    OK(device_draft_begin(s->device, &d, hash, study_wall, &err));
    OK(device_draft_append(s->device, &d, "one", 3, &err));
    OK(device_finish(s->device, &d, ids[n], &f, study_wall, &err));
    buf_fini(&own);
}

/* What a record holds is not believed: names are ours or are left where they are, a log that is
 * none and an instance that is none are counted, and keep nobody from the tables. */
static void filter_finds(struct study *s, struct desk *desk, struct desk_filter filter,
                         unsigned records)
{
    struct export_counts n = export_as(s, desk, (struct export_options){.filter = filter});
    if (n.records != records || n.filtered + n.records != 2) {
        fail_msg("%u records, %u left out; wanted %u", n.records, n.filtered, records);
    }
}

/* Of two records by two interviewers, on one device and one day. */
static void test_export__a_filter_takes_what_it_names(void **state)
{
    (void)state;
    struct study s;
    struct err err = {0};
    struct export_counts n;
    uint8_t hash[32];
    char id[33], out[300];
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    finish(&s, hash, 1, "B07", "b2020000-0000-0000-0000-000000000000", false);
    text_hex(id, device_id(s.device), 16);
    id[8] = '\0';
    struct desk *desk = case_desk(&s, hash, false);
    OK(desk_set_label(desk, device_id(s.device), "Ош 07", &err));
    filter_finds(&s, desk, (struct desk_filter){.form = "test_form", .version = "7"}, 2);
    filter_finds(&s, desk, (struct desk_filter){.interviewer = "A12"}, 1);
    filter_finds(&s, desk, (struct desk_filter){.interviewer = "A1"}, 0);
    filter_finds(&s, desk, (struct desk_filter){.device = "Ош 07", .interviewer = "B07"}, 1);
    filter_finds(&s, desk, (struct desk_filter){.device = id}, 2);
    filter_finds(&s, desk, (struct desk_filter){.since = "2026-11-24", .until = "2026-11-24"}, 2);
    filter_finds(&s, desk, (struct desk_filter){.since = "2026-11-25"}, 0);
    filter_finds(&s, desk, (struct desk_filter){.until = "2026-11-23"}, 0);
    const struct {
        struct desk_filter filter;
        enum err_code code;
    } bad[] = {{{.form = "other"}, ERR_INPUT},        {{.version = "8"}, ERR_INPUT},
               {{.device = "nobody"}, ERR_INPUT},     {{.since = "24.11.2026"}, ERR_MISUSE},
               {{.until = "2026-02-30"}, ERR_MISUSE}, {{.since = "2026-11-24 "}, ERR_MISUSE}};
    snprintf(out, sizeof out, "%s/tables", s.dir);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct export_options options = {.out = out,
                                         .force = true,
                                         .writer = dataset_writer_find("csv"),
                                         .filter = bad[i].filter};
        assert_false(desk_export(desk, s.escrow, &options, &n, &err));
        assert_int_equal(err.code, bad[i].code);
    }
    desk_close(desk);
    study_fini(&s);
}

/* What a spreadsheet would calculate is text, and stays so; labels beside values; all answers. */
static void test_export__tables_for_a_spreadsheet(void **state)
{
    (void)state;
    struct study s;
    uint8_t hash[32];
    case_begin(&s, hash);
    finish(&s, hash, 0, "=1+1", "a1010000-0000-0000-0000-000000000000", false);
    finish(&s, hash, 1, "-98", "b2020000-0000-0000-0000-000000000000", false);
    struct desk *desk = case_desk(&s, hash, false);
    (void)export_as(&s, desk,
                    (struct export_options){
                        .look = {.excel = true, .both = true, .labels = "ky", .split = SPLIT_ALL}});
    const char *table = content(&s, "test_form.csv");
    assert_memory_equal(table, "\xEF\xBB\xBFSubmissionDate,", 18);
    assert_non_null(strstr(table, ",'=1+1,"));
    assert_non_null(strstr(table, ",-98,")); /* a number is no formula */
    assert_non_null(strstr(table, ",lang,lang-label,lang/ky,lang/ru,"));
    assert_non_null(strstr(table, ",ky ru,Кыргызча; "));
    desk_close(desk);
    study_fini(&s);
}

/* What goes beyond a format's limits is told. */
static void test_export__a_text_too_long_for_the_format(void **state)
{
    (void)state;
    struct study s;
    uint8_t hash[32];
    char story[3001];
    memset(story, 'a', sizeof story - 1);
    story[sizeof story - 1] = '\0';
    case_begin(&s, hash);
    finish(&s, hash, 0, story, "a1010000-0000-0000-0000-000000000000", false);
    struct desk *desk = case_desk(&s, hash, false);
    struct export_counts counts =
        export_as(&s, desk, (struct export_options){.writer = dataset_writer_find("dta")});
    assert_int_equal(counts.continued, 1);
    assert_non_null(content(&s, "test_form - codebook.html"));
    counts = export_as(&s, desk, (struct export_options){.writer = dataset_writer_find("sav")});
    assert_int_equal(counts.continued, 0);
    desk_close(desk);
    study_fini(&s);
}

static void all_rows_have_as_many_cells(const char *text)
{
    struct arena arena;
    struct csv csv;
    struct err err = {0};
    arena_init(&arena);
    OK(csv_parse(&csv, &arena, text, strlen(text), &err));
    for (size_t r = 0; r < csv.count; r++) {
        assert_int_equal(csv.rows[r].count, csv.rows[0].count);
    }
    arena_fini(&arena);
}

static void test_export__records_that_are_odd(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool ours;
    } names[] = {{"00112233445566778899aabbccddeeff.png", true},
                 {"00112233445566778899aabbccddeef.png", false},   /* 31 digits */
                 {"00112233445566778899aabbccddeeff0.png", false}, /* 33 */
                 {"00112233445566778899aabbccddeeff_png", false},
                 {"00112233445566778899aabbccddee00.", false},
                 {"00112233445566778899aabbccddee01.abcdefghi", false},
                 {"00112233445566778899aabbccddee02.PNG", false},
                 {"00112233445566778899aabbccddee03.p/g", false},
                 {"00112233445566778899aabbccddee04.webm", true}};
    struct study s;
    struct buf files = {0}, log = {0}, cut = {0};
    uint8_t hash[32];
    unsigned ours = 0;
    case_begin(&s, hash);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tar_add(&files, names[i].name, "x", 1);
        ours += names[i].ours;
    }
    tar_add(&files, "audit.csv", "event,node\nshort,/data/phone\nalone\n", 35);
    tar_end(&files);
    finish_with(&s, hash, 0, NULL, &files);
    tar_add(&log, "audit.csv", "event,node\n\"no end", 18);
    tar_end(&log);
    finish_with(&s, hash, 1, NULL, &log);
    finish_with(&s, hash, 2, "<data><not closed", NULL);
    struct desk *desk = case_desk(&s, hash, false);
    struct export_counts n =
        export_as(&s, desk, (struct export_options){.look = {.split = SPLIT_SEEN}});
    assert_int_equal(n.media, ours);
    assert_int_equal(n.records, 2); /* the one without a log is in the table */
    assert_int_equal(n.unreadable, 2);
    const char *rows = content(&s, "test_form - audit.csv");
    assert_non_null(strstr(rows, "short,/data/phone"));
    assert_true(text_starts(rows, "instance ID,event,node,start,"));
    all_rows_have_as_many_cells(rows); /* the log of an older device has fewer columns */
    desk_close(desk);
    buf_fini(&files);
    buf_fini(&log);
    buf_fini(&cut);
    study_fini(&s);
}

/* Two versions of a form share their tables; a form that does not load stops the export. */
static void test_export__versions_share_their_tables(void **state)
{
    (void)state;
    struct err err = {0};
    struct study s;
    struct export_counts n;
    struct export_report out;
    struct import_report in;
    struct buf second = {0}, package = {0}, tar = {0};
    uint8_t hash[32], later[32];
    bool fresh;
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "x", false);
    struct desk *desk = case_desk(&s, hash, false);
    OK(convert_md(&second,
                  "| survey |\n| | type | name | label |\n| | text | code | Code |\n"
                  "| | text | fresh | Fresh |\n| settings |\n| | form_id | version |\n"
                  "| | test_form | 8 |\n",
                  &err));
    study_publish(&s, second.data, 9, later);
    finish_with(&s, later, 1,
                "<data id='test_form' version='8'><code>B7</code><fresh>new</fresh></data>", NULL);
    OK(device_export(s.device, study_path(&s, "out"), study_wall, &out, &err));
    take_batch(&s, "out", &tar);
    OK(desk_set_catalogue(desk, s.catalogue_bytes.data, s.catalogue_bytes.len, &err));
    OK(desk_import(desk, tar.data, tar.len, 1, &in, &err));
    OK(device_package(s.device, later, &package, &err));
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    n = export_as(&s, desk, (struct export_options){.out = NULL});
    assert_int_equal(n.records, 2);
    const char *table = content(&s, "test_form.csv");
    assert_non_null(strstr(table, "A12"));
    assert_non_null(strstr(table, "new"));
    assert_null(content(&s, "test_form~2.csv"));
    desk_close(desk);
    buf_fini(&second);
    buf_fini(&package);
    buf_fini(&tar);
    study_fini(&s);
}

static void test_export__nothing_is_replaced_unasked(void **state)
{
    (void)state;
    struct err err = {0};
    struct study s;
    struct export_counts n;
    uint8_t hash[32], stranger[32] = {5};
    char out[300], path[330];
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    struct desk *desk = case_desk(&s, hash, false);
    snprintf(out, sizeof out, "%s/tables", s.dir);
    snprintf(path, sizeof path, "%s/test_form-trip.csv", out);
    OK(file_folder(out, 0700, &err));
    OK(file_write(path, "mine\n", 5, 0600, false, &err));
    struct export_options o = {.out = out, .writer = dataset_writer_find("csv")};
    assert_false(desk_export(desk, s.escrow, &o, &n, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(content(&s, "test_form-trip.csv"), "mine\n");
    assert_null(content(&s, "test_form.csv")); /* all, or none */
    o.force = true;
    OK(desk_export(desk, stranger, &o, &n, &err)); /* counted, and told by the program */
    assert_int_equal(n.records, 0);
    assert_int_equal(n.unreadable, 1);
    desk_close(desk);
    study_fini(&s);
}

static void test_export__records_of_a_form_that_is_not_here_are_counted(void **state)
{
    (void)state;
    struct study s;
    uint8_t hash[32];
    case_begin(&s, hash);
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    struct desk *desk = case_desk(&s, hash, true);
    struct export_counts n = export_as(&s, desk, (struct export_options){.out = NULL});
    assert_int_equal(n.records, 0);
    assert_int_equal(n.without_form, 1);
    desk_close(desk);
    study_fini(&s);
}

/* How often an export of one record with so many attachments waits for the disk. */
static unsigned syncs_of(unsigned files)
{
    struct err err = {0};
    struct study s;
    uint8_t hash[32];
    struct buf xml = {0}, tar = {0};
    struct device_draft d;
    case_begin(&s, hash);
    buf_text(&xml, "<data id='test_form' version='7'><code>A1</code>");
    for (unsigned i = 0; i < files; i++) {
        char name[48];
        snprintf(name, sizeof name, "%032x.png", i);
        buf_printf(&xml, "<photo>%s</photo>", name);
        tar_add(&tar, name, "a photo", 7);
    }
    buf_text(&xml, "</data>");
    tar_end(&tar);
    struct device_finished f = {
        .xml = xml.data, .xml_len = xml.len, .files = tar.data, .files_len = tar.len};
    OK(device_draft_begin(s.device, &d, hash, study_wall, &err));
    OK(device_finish(s.device, &d, ids[0], &f, study_wall, &err));
    struct desk *desk = case_desk(&s, hash, false);
    unsigned before = slow_disk_syncs;
    struct export_counts n = export_as(&s, desk, (struct export_options){.out = NULL});
    unsigned waited = slow_disk_syncs - before;
    assert_int_equal(n.media, files);
    assert_int_equal(n.records, 1);
    desk_close(desk);
    buf_fini(&xml);
    buf_fini(&tar);
    study_fini(&s);
    return waited;
}

/* All files wait for the disk together; once each waited twice: 400 took 13 seconds. */
static void test_export__many_files_wait_for_the_disk_together(void **state)
{
    (void)state;
    assert_int_equal(syncs_of(3), syncs_of(60));
}

static void own_recipient(struct study *s, unsigned n, const uint8_t identity[32])
{
    catalogue_form_hash(s->catalogue.own[n].form, "test_form");
    age_recipient_of(s->catalogue.own[n].key, identity);
    s->catalogue.own[n].role = 3;
    snprintf(s->catalogue.own[n].label, sizeof s->catalogue.own[n].label, "worker %u", n);
    s->catalogue.own_count = n + 1;
}

/* Contacts are sealed to the case worker and an escrow of theirs; the desk keeps what it cannot
 * open, acknowledges it, and hands it on. */
static void test_export__records_sealed_to_others(void **state)
{
    (void)state;
    struct study s;
    struct err err = {0};
    uint8_t hash[32], worker[32] = {0x60}, deputy[32] = {0x68};
    struct device_draft old;
    case_begin(&s, hash);
    OK(device_draft_begin(s.device, &old, hash, study_wall, &err));
    OK(device_draft_append(s.device, &old, "one", 3, &err));
    finish(&s, hash, 0, "A12", "a1010000-0000-0000-0000-000000000000", false);
    own_recipient(&s, 0, worker);
    own_recipient(&s, 1, deputy);
    uint8_t newer[32];
    study_publish(&s, s.form, 4, newer); /* the old package is not listed any more */
    finish(&s, newer, 1, "B07", "b2020000-0000-0000-0000-000000000000", false);
    OK(device_finish(s.device, &old, ids[2],
                     &(struct device_finished){.xml = "<data id='test_form'/>", .xml_len = 22},
                     study_wall, &err));
    struct desk *desk = case_desk(&s, newer, false);
    struct export_counts n = export_as(&s, desk, (struct export_options){.out = NULL});
    assert_int_equal(n.closed, 2);
    assert_int_equal(n.unreadable, 0);
    assert_int_equal(n.records + n.without_form, 1);
    char folder[300];
    unsigned count;
    const char **names;
    size_t files;
    struct arena arena;
    arena_init(&arena);
    snprintf(folder, sizeof folder, "%s/forward", s.dir);
    OK(desk_forward(desk, s.coordinator, folder, &count, &err));
    assert_int_equal(count, 2);
    OK(file_list(&arena, &names, &files, folder, ".age", &err));
    assert_int_equal(files, 2);
    const uint8_t *opens[] = {worker, deputy}, *not [] = {s.coordinator, s.escrow};
    for (size_t i = 0; i < files; i++) {
        struct buf sealed = {0}, plain = {0};
        OK(file_read(&sealed, arena_join(&arena, folder, "/", names[i], NULL), 1 << 20, &err));
        for (size_t k = 0; k < 2; k++) {
            struct age_keys keys = {.identities = (const uint8_t(*)[32]) not [k], .count = 1};
            assert_false(age_open(&plain, sealed.data, sealed.len, &keys, NULL, NULL));
            keys.identities = (const uint8_t(*)[32])opens[k];
            buf_fini(&plain);
            OK(age_open(&plain, sealed.data, sealed.len, &keys, NULL, &err));
        }
        buf_fini(&sealed);
        buf_fini(&plain);
    }
    arena_fini(&arena);
    desk_close(desk);
    study_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export__tables_files_and_what_is_left_out),
        cmocka_unit_test(test_export__what_is_asked_for_is_in),
        cmocka_unit_test(test_export__a_filter_takes_what_it_names),
        cmocka_unit_test(test_export__tables_for_a_spreadsheet),
        cmocka_unit_test(test_export__a_text_too_long_for_the_format),
        cmocka_unit_test(test_export__records_that_are_odd),
        cmocka_unit_test(test_export__versions_share_their_tables),
        cmocka_unit_test(test_export__nothing_is_replaced_unasked),
        cmocka_unit_test(test_export__many_files_wait_for_the_disk_together),
        cmocka_unit_test(test_export__records_of_a_form_that_is_not_here_are_counted),
        cmocka_unit_test(test_export__records_sealed_to_others),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
