/* SPDX-License-Identifier: Apache-2.0 */
/* Are .sav and .dta what ReadStat's own reader, and so SPSS, Stata and R, read back?  Are .xlsx
 * what our reader of workbooks, and R's tables what its script expects? */
#include <readstat.h>
#include <unistd.h>

#include "forms/dataset/dataset_codebook.h"
#include "forms/dataset/dataset_variables.h"
#include "forms/dataset/dataset_writer.h"
#include "forms/workbook/workbook.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/json.h"
#include "platform/machine/zip.h"
#include "tests/lib/qda.h"
#include "tests/lib/help.h"

/* 91 bytes; the 80th ends within a letter. */
#define LONG "В какой день вы в последний раз пересекли границу?"
static const char form_text[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | label::Кыргызча (ky) | bind::suhbat:missing |\n"
    "| | begin_group | person | О человеке | Адам | |\n"
    "| | integer | age | Сколько лет, ${name}? | Канча жаш? | dk refused |\n"
    "| | text | name | Имя | Аты | |\n"
    "| | select_one level | level | Уровень | Деңгээл | |\n"
    "| | select_one place | place | Где? | Кайда? | |\n"
    "| | select_multiple place | help | Помощь | Жардам | |\n"
    "| | end_group | | | | |\n"
    "| | date | day | " LONG " | Күн | |\n"
    "| | time | hour | Час | Саат | |\n"
    "| | datetime | moment | Момент | Учур | |\n"
    "| | geopoint | gps | Место | Жер | |\n"
    "| | decimal | income | Доход | Киреше | |\n"
    "| | text | byte | \"<b>\\ & Байт | Байт | |\n"
    "| | text | a_very_long_name_of_a_question_with_more_letters | Д | У | |\n"
    "| | text | a_very_long_name_of_a_question_with_more_of_it | Д2 | У2 | |\n"
    "| | begin_repeat | trip | Поездка | Сапар | |\n"
    "| | text | where | Куда? | Кайда? | |\n"
    "| | end_repeat | | | | |\n"
    "| choices |\n| | list_name | name | label::Русский (ru) | label::Кыргызча (ky) |\n"
    "| | level | 4 | Много | Көп |\n| | level | 1 | Мало | Аз |\n"
    "| | level | dk | Не знаю | Билбейм |\n"
    "| | place | osh | Ош | Ош |\n| | place | khatlon | Хатлон | Хатлон |\n"
    "| | place | refused | Не скажу | Айтпайм |\n"
    "| settings |\n| | form_id | version |\n| | stat | 3 |\n";

/* `story`: the second record's name; longer than a piece of .dta, with letters of two bytes. */
static void record(struct buf *out, int n, const char *story)
{
    static const char *const answers[] = {
        "<person><age>34</age><name>Айгүл</name><level>4</level><place>khatlon</place>"
        "<help>osh refused</help></person><day>2026-11-24</day><hour>07:30:00.000+06:00</hour>"
        "<moment>2026-11-24T10:00:30.000+06:00</moment><gps>42.87 74.59 800 4</gps>"
        "<income>12.5</income><byte>b</byte>"
        "<a_very_long_name_of_a_question_with_more_letters>x"
        "</a_very_long_name_of_a_question_with_more_letters>"
        "<a_very_long_name_of_a_question_with_more_of_it>y"
        "</a_very_long_name_of_a_question_with_more_of_it>"
        "<trip><where>Казань</where></trip><trip><where>Алматы</where></trip>",
        "<person><age>-98</age><name>%s</name><level>dk</level><place>refused</place>"
        "<help/></person><day/><hour/><moment/><gps/><income/><byte/>"};
    buf_text(out, "<data id='stat' version='3'>");
    if (n) {
        const char *at = strstr(answers[1], "%s");
        buf_add(out, answers[1], (size_t)(at - answers[1]));
        buf_join(out, story, at + 2, NULL);
    } else {
        buf_text(out, answers[0]);
    }
    buf_text(out, "</data>");
}

struct written {
    struct dataset *dataset;
    struct form *form;
    struct buf tables[2];
    struct buf book, script;
    unsigned continued, shortened, more_sheets;
};

/* Makes an empty file. */
static void fresh_path(char path[])
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static size_t rows_max; /* of a sheet; 0: the format's */

static void write_look(struct written *w, const char *format, const char *story,
                       const struct dataset_look *look)
{
    struct err err = {0};
    struct buf xml = {0};
    const struct dataset_writer *writer = dataset_writer_find(format);
    struct dataset_write write = {.look = *look};
    struct dataset_sheet sheets[2];
    struct arena arena;
    char path[] = "/tmp/suhbat-book-XXXXXX";
    struct dataset_book book = {
        .write = &write, .path = path, .arena = &arena, .rows_max = rows_max};
    arena_init(&arena);
    memset(w, 0, sizeof *w);
    assert_non_null(writer);
    OK(convert_md(&xml, form_text, &err));
    OK(form_load(&w->form, xml.data, xml.len, &xml_trusted, &err));
    const struct form *versions[] = {w->form};
    OK(dataset_new(&w->dataset, versions, 1, &(struct dataset_options){.sensitive_extra = true},
                   &err));
    write.dataset = w->dataset;
    write.text_max = writer->text_max;
    write.look.both |= writer->both;
    for (int pass = 0; pass < 2; pass++) {
        if (pass && writer->open) {
            fresh_path(path);
            OK(writer->open(&book, &err));
        }
        for (size_t t = 0; pass && t < 2; t++) {
            sheets[t] = (struct dataset_sheet){.write = &write,
                                               .table = t,
                                               .out = &w->tables[t],
                                               .book = writer->open ? &book : NULL};
            OK(writer->begin(&sheets[t], &err));
        }
        for (int n = 0; n < 2; n++) {
            struct dataset_reader reader;
            struct dataset_row row;
            struct buf instance = {0};
            char key[16];
            snprintf(key, sizeof key, "uuid:%d", n);
            struct submission about = {.date_ms = 1795478400000,
                                       .record_key = key,
                                       .submitter_id = n ? "A12" : "B7",
                                       .submitter_name = "",
                                       .device_id = "0011",
                                       .form_version = "3",
                                       .status = "",
                                       .review_state = ""};
            record(&instance, n, story);
            if (pass) {
                OK(dataset_open(&reader, w->dataset, w->form, instance.data, instance.len, &about,
                                &err));
                while (dataset_next(&reader, &row)) {
                    OK(writer->row(&sheets[row.table], &reader, &row, &err));
                }
                dataset_close(&reader);
            } else {
                OK(dataset_scan(w->dataset, w->form, instance.data, instance.len, &about, &err));
            }
            buf_fini(&instance);
        }
    }
    w->continued = sheets[0].continued + sheets[1].continued;
    w->shortened = sheets[0].shortened + sheets[1].shortened;
    w->more_sheets = sheets[0].more_sheets + sheets[1].more_sheets;
    OK(writer->end(&sheets[0], true, &err));
    OK(writer->end(&sheets[1], true, &err));
    if (writer->open) {
        OK(writer->close(&book, true, &err));
        OK(file_read(&w->book, path, 1 << 20, &err));
        buf_add(&w->book, book.out.data, book.out.len); /* or the bytes are given back */
        buf_fini(&book.out);
        unlink(path);
    }
    if (writer->script) {
        writer->script(&w->script, &write, (const char *const[]){"stat.csv", "stat-trip.csv"});
    }
    arena_fini(&arena);
    buf_fini(&xml);
}

static void write_all(struct written *w, const char *format, const char *story)
{
    write_look(w, format, story, &(struct dataset_look){.labels = "ky"});
}

static void written_free(struct written *w)
{
    dataset_free(w->dataset);
    form_free(w->form);
    buf_fini(&w->tables[0]);
    buf_fini(&w->tables[1]);
    buf_fini(&w->book);
    buf_fini(&w->script);
}

/* ---- what is read back: lines such as "age=34", "label age=…", "value level 4=…" ---- */

struct read_back {
    struct buf lines;
    const char *sets[64]; /* by variable */
};

static int on_variable(int index, readstat_variable_t *v, const char *labels, void *user)
{
    struct read_back *r = user;
    const char *format = readstat_variable_get_format(v);
    const char *label = readstat_variable_get_label(v);
    buf_printf(&r->lines, "\nvariable %s [%s] %s {%s} %d\n", readstat_variable_get_name(v),
               format ? format : "", label ? label : "", labels ? labels : "",
               readstat_variable_get_missing_ranges_count(v));
    (void)index;
    return READSTAT_HANDLER_OK;
}

static int on_value(int row, readstat_variable_t *v, readstat_value_t value, void *user)
{
    struct read_back *r = user;
    buf_printf(&r->lines, "\n%d %s=", row, readstat_variable_get_name(v));
    if (readstat_value_type(value) == READSTAT_TYPE_STRING) {
        buf_text(&r->lines, readstat_string_value(value) ? readstat_string_value(value) : "");
    } else if (readstat_value_is_tagged_missing(value)) {
        buf_printf(&r->lines, ".%c", readstat_value_tag(value));
    } else if (readstat_value_is_system_missing(value)) {
        buf_text(&r->lines, ".");
    } else {
        buf_printf(&r->lines, "%.15g%s", readstat_double_value(value),
                   readstat_value_is_defined_missing(value, v) ? " missing" : "");
    }
    buf_text(&r->lines, "\n");
    return READSTAT_HANDLER_OK;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *user)
{
    struct read_back *r = user;
    if (readstat_value_is_tagged_missing(value)) {
        buf_printf(&r->lines, "\nlabel %s .%c=%s\n", set, readstat_value_tag(value), label);
    } else {
        double number = readstat_value_type(value) == READSTAT_TYPE_INT32
                            ? readstat_int32_value(value)
                            : readstat_double_value(value);
        buf_printf(&r->lines, "\nlabel %s %g=%s\n", set, number, label);
    }
    return READSTAT_HANDLER_OK;
}

static void read_file(struct read_back *r, const struct buf *bytes, bool sav)
{
    char path[] = "/tmp/suhbat-stat-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, bytes->data, bytes->len) == (ssize_t)bytes->len);
    close(fd);
    memset(r, 0, sizeof *r);
    readstat_parser_t *parser = readstat_parser_init();
    readstat_set_variable_handler(parser, on_variable);
    readstat_set_value_handler(parser, on_value);
    readstat_set_value_label_handler(parser, on_label);
    readstat_error_t code =
        sav ? readstat_parse_sav(parser, path, r) : readstat_parse_dta(parser, path, r);
    unlink(path);
    readstat_parser_free(parser);
    if (code != READSTAT_OK) {
        fail_msg("%s", readstat_error_message(code));
    }
}

static void has(const struct read_back *r, const char *line)
{
    struct buf whole = {0};
    buf_join(&whole, "\n", line, "\n", NULL);
    if (!strstr(r->lines.data, whole.data)) {
        fail_msg("lacks '%s' in:%s", line, r->lines.data);
    }
    buf_fini(&whole);
}

static void test_stat__spss_reads_values_labels_and_missings(void **state)
{
    (void)state;
    struct written w;
    struct read_back r;
    write_all(&w, "sav", "Гүлзат");
    read_file(&r, &w.tables[0], true);
    static const char *const lines[] = {"0 age=34",
                                        "1 age=-98 missing",
                                        "0 name=Айгүл",
                                        "1 name=Гүлзат",
                                        "0 level=4",
                                        "1 level=-98 missing",
                                        "0 place=2",
                                        "1 place=-99 missing",
                                        "0 help_osh=1",
                                        "0 help_khatlon=0",
                                        "0 help_refused=1",
                                        "1 help_osh=.",
                                        "0 day=14014857600",
                                        "1 day=.",
                                        "0 hour=27000",
                                        "0 moment=14014893630",
                                        "0 gps_lat=42.87",
                                        "0 gps_lon=74.59",
                                        "0 gps_alt=800",
                                        "1 gps_acc=.",
                                        "0 income=12.5",
                                        "0 byte_=b",
                                        "0 KEY=uuid:0",
                                        "1 SubmitterID=A12",
                                        "1 FormVersion=3",
                                        "0 a_very_long_name_of_a_question_w=x",
                                        "0 a_very_long_name_of_a_question_2=y"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        has(&r, lines[i]);
    }
    assert_non_null(strstr(r.lines.data, "variable age [F8.0] Канча жаш? {"));
    assert_non_null(strstr(r.lines.data, "variable help_osh [F8.0] Жардам: Ош {"));
    assert_non_null(strstr(r.lines.data, "variable day [SDATE10] Күн {"));
    assert_non_null(strstr(r.lines.data, "4=Көп\n"));
    assert_non_null(strstr(r.lines.data, "1=Аз\n"));
    assert_non_null(strstr(r.lines.data, "-98=Билбейм\n"));
    assert_non_null(strstr(r.lines.data, "2=Хатлон\n"));
    buf_fini(&r.lines);
    read_file(&r, &w.tables[1], true);
    has(&r, "1 where=Алматы");
    has(&r, "1 KEY=uuid:0/trip[2]");
    has(&r, "0 PARENT_KEY=uuid:0");
    buf_fini(&r.lines);
    written_free(&w);
}

static void test_stat__stata_tags_what_is_missing(void **state)
{
    (void)state;
    struct written w;
    struct read_back r;
    write_all(&w, "dta", "Гүлзат");
    read_file(&r, &w.tables[0], false);
    static const char *const lines[] = {"0 age=34",
                                        "1 age=.a",
                                        "0 level=4",
                                        "1 level=.a",
                                        "1 place=.b",
                                        "0 day=24434",
                                        "0 hour=27000000",
                                        "1 moment=.",
                                        "0 place=2",
                                        "1 help_osh=.",
                                        "label age .a=Билбейм",
                                        "label level .a=Билбейм",
                                        "label level 4=Көп",
                                        "label place .b=Айтпайм"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        has(&r, lines[i]);
    }
    assert_non_null(strstr(r.lines.data, "variable day [%tdCCYY-NN-DD] Күн"));
    buf_fini(&r.lines);
    written_free(&w);
}

/* A text that is longer than the format's goes on in NAME_2, between letters. */
static void test_stat__a_long_text_goes_on(void **state)
{
    (void)state;
    enum { LETTERS = 3000 };
    struct written w;
    struct read_back r;
    struct buf story = {0}, back = {0};
    for (int i = 0; i < LETTERS; i++) {
        buf_text(&story, i % 2 ? "ү" : "a");
    }
    write_all(&w, "dta", story.data);
    read_file(&r, &w.tables[0], false);
    static const char *const names[] = {"\n1 name=", "\n1 name_2=", "\n1 name_3="};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const char *at = strstr(r.lines.data, names[n]);
        assert_non_null(at);
        at += strlen(names[n]);
        buf_add(&back, at, strcspn(at, "\n"));
    }
    assert_string_equal(back.data, story.data);
    assert_int_equal(w.continued, 1);
    assert_int_equal(w.shortened, 0);
    buf_fini(&r.lines);
    written_free(&w);
    buf_fini(&story);
    buf_fini(&back);
}

/* A label that is longer than the format's is cut between letters, and counted. */
static void test_stat__a_long_label_is_cut(void **state)
{
    (void)state;
    static const char cut[] = "] В какой день вы в последний раз пересекли гр {";
    struct written w;
    struct read_back r;
    write_look(&w, "dta", "Гүлзат", &(struct dataset_look){.labels = "ru"});
    assert_int_equal(w.shortened, 1);
    assert_int_equal(w.continued, 0);
    read_file(&r, &w.tables[0], false);
    assert_non_null(strstr(r.lines.data, cut));
    buf_fini(&r.lines);
    written_free(&w);
    write_look(&w, "sav", "Гүлзат", &(struct dataset_look){.labels = "ru"});
    assert_int_equal(w.shortened, 0);
    written_free(&w);
}

/* The same records give the same bytes, whatever the time. */
static void test_stat__the_same_bytes_again(void **state)
{
    (void)state;
    static const char *const formats[] = {"sav", "dta"};
    for (size_t f = 0; f < 2; f++) {
        struct written one, two;
        write_all(&one, formats[f], "x");
        write_all(&two, formats[f], "x");
        for (size_t t = 0; t < 2; t++) {
            assert_int_equal(one.tables[t].len, two.tables[t].len);
            assert_memory_equal(one.tables[t].data, two.tables[t].data, one.tables[t].len);
        }
        written_free(&one);
        written_free(&two);
    }
}

/* ---- codebooks ---- */

static const char *const table_files[] = {"stat.csv", "stat-trip.csv"};

/* The row of the codebook that tells of a column; its cell of this name. */
static const char *told(const struct csv *book, const char *column, const char *cell)
{
    for (size_t r = 1; r < book->count; r++) {
        for (size_t c = 0; c < book->rows[0].count; c++) {
            if (strcmp(book->rows[r].cells[1], column) == 0 &&
                strcmp(book->rows[0].cells[c], cell) == 0) {
                return book->rows[r].cells[c];
            }
        }
    }
    fail_msg("%s: no %s", column, cell);
    return NULL;
}

static void codebook_of(struct buf *out, struct written *w, const char *writer,
                        const struct dataset_look *look, enum codebook_format format)
{
    struct dataset_write write = {.dataset = w->dataset, .look = *look};
    dataset_codebook(out, &write, dataset_writer_find(writer), table_files, format);
}

/* However a table looks, the codebook tells of its columns, of all of them, in their order. */
static void test_stat__a_codebook_names_each_column(void **state)
{
    (void)state;
    static const struct dataset_look looks[] = {{.labels = "ky"},
                                                {.split = SPLIT_SEEN},
                                                {.split = SPLIT_ALL, .labels = "ru"},
                                                {.both = true, .labels = "ky", .split = SPLIT_ALL}};
    for (size_t l = 0; l < sizeof looks / sizeof *looks; l++) {
        struct written w;
        struct arena arena;
        struct err err = {0};
        struct buf bytes = {0};
        struct csv book;
        size_t row = 1;
        arena_init(&arena);
        write_look(&w, "csv", "Гүлзат", &looks[l]);
        codebook_of(&bytes, &w, "csv", &looks[l], CODEBOOK_CSV);
        OK(csv_parse(&book, &arena, bytes.data, bytes.len, &err));
        for (size_t t = 0; t < 2; t++) {
            struct csv table;
            OK(csv_parse(&table, &arena, w.tables[t].data, w.tables[t].len, &err));
            for (size_t c = 0; c < table.rows[0].count; c++, row++) {
                assert_true(row < book.count);
                assert_string_equal(book.rows[row].cells[0], table_files[t]);
                assert_string_equal(book.rows[row].cells[1], table.rows[0].cells[c]);
            }
        }
        assert_int_equal(row, book.count);
        buf_fini(&bytes);
        arena_fini(&arena);
        written_free(&w);
    }
}

static void test_stat__a_codebook_tells_what_values_mean(void **state)
{
    (void)state;
    const struct dataset_look look = {.labels = "ky", .split = SPLIT_ALL};
    struct written w;
    struct arena arena;
    struct err err = {0};
    struct buf bytes = {0};
    struct csv book;
    arena_init(&arena);
    write_look(&w, "csv", "Гүлзат", &look);
    codebook_of(&bytes, &w, "csv", &look, CODEBOOK_CSV);
    OK(csv_parse(&book, &arena, bytes.data, bytes.len, &err));
    assert_string_equal(told(&book, "person-age", "label"), "Канча жаш?");
    assert_string_equal(told(&book, "person-age", "path"), "/data/person/age");
    assert_string_equal(told(&book, "person-age", "values"),
                        "-98=Билбейм (dk); -99=Жооп бергим келбейт (refused)");
    assert_string_equal(told(&book, "person-level", "values"), "4=Көп; 1=Аз; dk=Билбейм");
    assert_string_equal(told(&book, "person-help", "values"),
                        "osh=Ош; khatlon=Хатлон; refused=Айтпайм");
    assert_string_equal(told(&book, "person-help/osh", "label"), "Жардам: Ош");
    assert_string_equal(told(&book, "person-help/osh", "type"), "0 or 1");
    assert_string_equal(told(&book, "person-help/osh", "values"), "");
    assert_string_equal(told(&book, "gps-Altitude", "type"), "decimal");
    assert_string_equal(told(&book, "moment", "type"), "date-time");
    assert_string_equal(told(&book, "KEY", "path"), "");
    buf_fini(&bytes);
    arena_fini(&arena);
    written_free(&w);
}

/* So for variables; what is missing stands as each package has it. */
static void test_stat__a_codebook_names_each_variable(void **state)
{
    (void)state;
    static const struct {
        const char *format, *values;
    } wanted[] = {{"sav", "1=Ош (osh); 2=Хатлон (khatlon); -99=Айтпайм (refused)"},
                  {"dta", "1=Ош (osh); 2=Хатлон (khatlon); .b=Айтпайм (refused)"}};
    const struct dataset_look look = {.labels = "ky"};
    struct buf story = {0};
    for (int i = 0; i < 3000; i++) {
        buf_text(&story, "ү");
    }
    for (size_t f = 0; f < sizeof wanted / sizeof *wanted; f++) {
        struct written w;
        struct arena arena;
        struct err err = {0};
        struct buf bytes = {0};
        struct csv book;
        size_t row = 1;
        arena_init(&arena);
        write_look(&w, wanted[f].format, story.data, &look);
        codebook_of(&bytes, &w, wanted[f].format, &look, CODEBOOK_CSV);
        OK(csv_parse(&book, &arena, bytes.data, bytes.len, &err));
        for (size_t t = 0; t < 2; t++) {
            struct read_back r;
            read_file(&r, &w.tables[t], f == 0);
            for (const char *at = r.lines.data; (at = strstr(at, "\nvariable ")); row++) {
                at += strlen("\nvariable ");
                assert_true(row < book.count);
                assert_string_equal(arena_copy(&arena, at, strcspn(at, " ")),
                                    book.rows[row].cells[1]);
            }
            buf_fini(&r.lines);
        }
        assert_int_equal(row, book.count);
        assert_string_equal(told(&book, "place", "values"), wanted[f].values);
        assert_string_equal(told(&book, "help_osh", "path"), "/data/person/help");
        buf_fini(&bytes);
        arena_fini(&arena);
        written_free(&w);
    }
    buf_fini(&story);
}

/* JSON is JSON, whatever a label contains; in HTML nothing of a label is markup. */
static void test_stat__a_codebook_as_json_and_html(void **state)
{
    (void)state;
    const struct dataset_look look = {.labels = "ru"};
    struct written w;
    struct arena arena;
    struct err err = {0};
    struct buf bytes = {0};
    struct json *book;
    const struct json *one;
    arena_init(&arena);
    write_look(&w, "csv", "Гүлзат", &look);
    codebook_of(&bytes, &w, "csv", &look, CODEBOOK_JSON);
    OK(json_parse(&book, &arena, bytes.data, bytes.len, &err));
    for (one = book->first; one; one = one->next) {
        if (strcmp(json_text(one, "column"), "byte") == 0) {
            break;
        }
    }
    assert_non_null(one);
    assert_string_equal(json_text(one, "label"), "\"<b>\\ & Байт");
    for (one = book->first; strcmp(json_text(one, "column"), "person-level") != 0;) {
        one = one->next;
    }
    const struct json *value = json_member(one, "values")->first->next->next;
    assert_string_equal(json_text(value, "code"), "dk");
    assert_string_equal(json_text(value, "label"), "Не знаю");
    assert_true(json_flag(value, "missing"));
    buf_cut(&bytes, 0);
    codebook_of(&bytes, &w, "csv", &look, CODEBOOK_HTML);
    assert_non_null(strstr(bytes.data, "&lt;b"));
    assert_null(strstr(bytes.data, "<b>"));
    buf_cut(&bytes, 0);
    codebook_of(&bytes, &w, "csv", &(struct dataset_look){.excel = true}, CODEBOOK_CSV);
    assert_memory_equal(bytes.data,
                        "\xEF\xBB\xBF"
                        "file,",
                        8);
    buf_fini(&bytes);
    arena_fini(&arena);
    written_free(&w);
}

/* ---- xlsx ---- */

struct sheets {
    struct arena arena;
    struct workbook book;
};

static void read_sheets(struct sheets *s, const struct written *w)
{
    struct err err = {0};
    arena_init(&s->arena);
    OK(workbook_read(&s->book, &s->arena, "stat.xlsx", w->book.data, w->book.len, &err));
}

/* The cell in the column of this name; the row counts from 1, below the heading. */
static const char *cell_of(const struct sheets *s, size_t sheet, size_t row, const char *column)
{
    assert_true(sheet < s->book.count && row < s->book.sheets[sheet].count);
    const struct sheet_row *top = &s->book.sheets[sheet].rows[0];
    const struct sheet_row *at = &s->book.sheets[sheet].rows[row];
    for (size_t c = 0; c < top->count; c++) {
        if (strcmp(top->cells[c], column) == 0) {
            return c < at->count ? at->cells[c] : "";
        }
    }
    fail_msg("no column '%s'", column);
    return NULL;
}

static void test_stat__excel_has_a_sheet_for_each_table_and_typed_cells(void **state)
{
    (void)state;
    struct written w;
    struct sheets s;
    write_all(&w, "xlsx", "Гүлзат");
    read_sheets(&s, &w);
    static const struct {
        const char *name, *first, *second;
    } cells[] = {{"person-age", "34", "-98"},
                 {"person-name", "Айгүл", "Гүлзат"},
                 {"person-level", "4", "dk"},
                 {"person-level-label", "Көп", "Билбейм"},
                 {"person-place", "khatlon", "refused"},
                 {"person-place-label", "Хатлон", "Айтпайм"},
                 {"person-help", "osh refused", ""},
                 {"person-help-label", "Ош; Айтпайм", ""},
                 {"day", "2026-11-24 00:00:00", ""},
                 {"hour", "0.3125", ""}, /* of a day */
                 {"moment", "2026-11-24 10:00:30", ""},
                 {"gps-Latitude", "42.87", ""},
                 {"income", "12.5", ""},
                 {"KEY", "uuid:0", "uuid:1"},
                 {"SubmitterID", "B7", "A12"}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        assert_string_equal(cell_of(&s, 0, 1, cells[i].name), cells[i].first);
        assert_string_equal(cell_of(&s, 0, 2, cells[i].name), cells[i].second);
    }
    assert_int_equal(s.book.count, 3);
    assert_string_equal(s.book.sheets[1].name, "stat-trip");
    assert_string_equal(cell_of(&s, 1, 2, "where"), "Алматы");
    assert_string_equal(cell_of(&s, 1, 2, "KEY"), "uuid:0/trip[2]");
    assert_string_equal(s.book.sheets[2].name, "codebook");
    assert_string_equal(cell_of(&s, 2, 1, "file"), "stat");
    arena_fini(&s.arena);
    written_free(&w);
}

/* Without a language, labels are in the form's first. */
static void test_stat__formats_need_no_language(void **state)
{
    (void)state;
    static const char *const formats[] = {"csv", "xlsx", "sav", "dta", "r", "qdpx", "postgres"};
    struct written w;
    struct sheets s;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        write_look(&w, formats[i], "Гүлзат", &(struct dataset_look){.labels = NULL});
        if (strcmp(formats[i], "xlsx") == 0) {
            read_sheets(&s, &w);
            assert_string_equal(cell_of(&s, 0, 1, "person-level-label"), "Много");
            arena_fini(&s.arena);
        }
        written_free(&w);
    }
}

/* More rows than a sheet holds go on on another; a text of more letters than a cell, in NAME_2. */
static void test_stat__what_excel_does_not_hold_goes_on(void **state)
{
    (void)state;
    enum { LETTERS = 20000 };
    struct written w;
    struct sheets s;
    struct buf story = {0}, back = {0};
    for (int i = 0; i < LETTERS; i++) {
        buf_text(&story, "ү");
    }
    rows_max = 2;
    write_all(&w, "xlsx", story.data);
    rows_max = 0;
    read_sheets(&s, &w);
    assert_int_equal(w.more_sheets, 2);
    assert_int_equal(w.continued, 1);
    assert_int_equal(s.book.count, 5);
    assert_string_equal(s.book.sheets[2].name, "stat-trip~2");
    assert_string_equal(s.book.sheets[3].name, "stat~2");
    assert_string_equal(cell_of(&s, 0, 1, "KEY"), "uuid:0");
    buf_join(&back, cell_of(&s, 3, 1, "person-name"), cell_of(&s, 3, 1, "person-name_2"), NULL);
    assert_string_equal(back.data, story.data);
    assert_string_equal(cell_of(&s, 2, 1, "where"), "Алматы");
    buf_fini(&story);
    buf_fini(&back);
    arena_fini(&s.arena);
    written_free(&w);
}

/* ---- R ---- */

static void test_stat__r_reads_codes_and_has_their_labels(void **state)
{
    (void)state;
    struct written w;
    struct csv csv;
    struct arena arena;
    struct err err = {0};
    static const struct {
        const char *name, *first, *second;
    } cells[] = {{"age", "34", "-98"},
                 {"level", "4", "dk"},
                 {"place", "khatlon", "refused"},
                 {"help_osh", "1", ""},
                 {"day", "2026-11-24", ""},
                 {"hour", "07:30:00.000+06:00", ""},
                 {"moment", "2026-11-24T10:00:30", ""},
                 {"gps_alt", "800", ""},
                 {"KEY", "uuid:0", "uuid:1"}};
    write_all(&w, "r", "Гүлзат");
    arena_init(&arena);
    OK(csv_parse(&csv, &arena, w.tables[0].data, w.tables[0].len, &err));
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        size_t at = 0;
        while (at < csv.rows[0].count && strcmp(csv.rows[0].cells[at], cells[i].name) != 0) {
            at++;
        }
        assert_true(at < csv.rows[0].count);
        assert_string_equal(csv.rows[1].cells[at], cells[i].first);
        assert_string_equal(csv.rows[2].cells[at], cells[i].second);
    }
    assert_non_null(strstr(w.script.data, "d[[\"age\"]] <- number(d[[\"age\"]], \"Канча жаш?\")"));
    assert_non_null(strstr(w.script.data, "c(\"osh\", \"khatlon\"),\n    c(\"Ош\", \"Хатлон\"))"));
    assert_non_null(strstr(w.script.data, "d[[\"byte_\"]] <- text(d[[\"byte_\"]], \"Байт\")"));
    assert_non_null(strstr(w.script.data, "read(\"stat-trip.csv\")"));
    arena_fini(&arena);
    written_free(&w);
}

/* ---- PostgreSQL ---- */

/* The text of a row's cell: the place of the column in the script's table is its place here. */
static char *copied_cell(const struct written *w, struct arena *arena, size_t row, const char *name)
{
    char *column = arena_join(arena, "\n  \"", name, "\" ", NULL);
    const char *table = strstr(w->script.data, "CREATE TABLE IF NOT EXISTS \"stat\" (");
    assert_non_null(table);
    const char *here = strstr(table, column);
    assert_non_null(here);
    size_t at = 0;
    for (const char *c = strchr(table, '\n'); c < here; c = strchr(c + 1, '\n')) {
        at++;
    }
    const char *line = w->tables[0].data;
    for (size_t r = 0; r < row; r++) {
        line = strchr(line, '\n') + 1;
    }
    for (size_t c = 0; c < at; c++) {
        line = strchr(line, '\t') + 1;
    }
    return arena_copy(arena, line, strcspn(line, "\t\n"));
}

static void test_stat__postgres_has_types_and_says_why_a_cell_is_empty(void **state)
{
    (void)state;
    struct written w;
    struct arena arena;
    static const struct {
        const char *name, *type, *first, *second;
    } cells[] = {{"name", "text", "Айгүл", "Гүлзат\\tОш\\\\\\n\\\\."},
                 {"age", "numeric", "34", "\\N"},
                 {"level", "text", "4", "\\N"},
                 {"place", "text", "khatlon", "\\N"},
                 {"help_osh", "boolean", "t", "\\N"},
                 {"day", "date", "2026-11-24", "\\N"},
                 {"hour", "time", "07:30:00.000", "\\N"},
                 {"moment", "timestamp", "2026-11-24T10:00:30", "\\N"},
                 {"gps_alt", "numeric", "800", "\\N"},
                 {"KEY", "text", "uuid:0", "uuid:1"}};
    write_all(&w, "postgres", "Гүлзат\tОш\\\n\\.");
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char *column = arena_join(&arena, "\"", cells[i].name, "\" ", cells[i].type, ",\n", NULL);
        assert_non_null(strstr(w.script.data, column));
        assert_string_equal(copied_cell(&w, &arena, 0, cells[i].name), cells[i].first);
        assert_string_equal(copied_cell(&w, &arena, 1, cells[i].name), cells[i].second);
    }
    const char *why = copied_cell(&w, &arena, 1, "_missing");
    assert_non_null(strstr(why, "\"age\": \"dk\""));
    assert_non_null(strstr(why, "\"level\": \"dk\""));
    assert_non_null(strstr(why, "\"place\": \"refused\""));
    assert_string_equal(copied_cell(&w, &arena, 0, "_missing"), "\\N");
    assert_non_null(strstr(w.script.data, "\"age\" IS 'Канча жаш?';"));
    assert_non_null(strstr(w.script.data, "'khatlon', 'Хатлон', NULL);"));
    assert_non_null(strstr(w.script.data, "'ALTER TABLE \"stat\" ADD PRIMARY KEY (\"KEY\")'"));
    assert_non_null(strstr(w.script.data, "\"PARENT_KEY\" text NOT NULL,"));
    assert_non_null(strstr(w.script.data, "'ALTER TABLE \"stat-trip\" ADD FOREIGN KEY "
                                          "(\"PARENT_KEY\") REFERENCES \"stat\" (\"KEY\")"));
    const char *copies = strstr(w.script.data, "\\copy \"new 2\" (\"");
    assert_non_null(copies);
    assert_non_null(strstr(copies, "from 'stat-trip."));
    arena_fini(&arena);
    written_free(&w);
}

/* ---- QDPX ---- */

/* The letters from one position to another, counted as QDA programs do. */
static void letters(struct buf *out, const char *text, unsigned from, unsigned to)
{
    unsigned at = 0;
    for (; *text; text++) {
        bool begins = ((unsigned char)*text & 0xC0) != 0x80;
        at += begins;
        if (at > from && at <= to) {
            buf_char(out, *text);
        }
    }
    buf_add(out, "", 0);
}

static void test_stat__a_qda_project_codes_each_story(void **state)
{
    (void)state;
    struct written w;
    struct err err = {0};
    struct zip_file *zip;
    struct buf project = {0}, text = {0}, story = {0};
    char name[80];
    unsigned from, to;
    write_all(&w, "qdpx", "Гүлзат эже, \r\nОш");
    OK(zip_open_bytes(&zip, w.book.data, w.book.len, &err));
    OK(zip_member(&project, zip, "project.qde", &err));
    assert_memory_equal(project.data, "<?xml", 5); /* no byte order mark */
    qda_validates(&project);
    assert_non_null(strstr(project.data, "name=\"uuid:1\" plainTextPath"));
    const char *path = strstr(project.data, "internal://");
    assert_non_null(path);
    snprintf(name, sizeof name, "sources/%.36s.txt", path + strlen("internal://"));
    OK(zip_member(&text, zip, name, &err));
    const char *at = strstr(project.data, "<PlainTextSelection");
    assert_non_null(at);
    assert_int_equal(
        sscanf(strstr(at, "startPosition"), "startPosition=\"%u\" endPosition=\"%u\"", &from, &to),
        2);
    letters(&story, text.data, from, to);
    assert_string_equal(story.data, "Гүлзат эже, \nОш");
    assert_non_null(strstr(project.data, "name=\"Адам\" isCodable=\"true\"")); /* its section */
    assert_non_null(strstr(project.data, "<TextValue>Көп</TextValue>"));
    assert_non_null(strstr(project.data, "<IntegerValue>34</IntegerValue>"));
    assert_null(strchr(text.data, '\r'));
    assert_non_null(strstr(w.script.data, "urn:QDA-XML:codebook:1.0"));
    zip_shut(zip);
    buf_fini(&project);
    buf_fini(&text);
    buf_fini(&story);
    written_free(&w);
}

/* A table beside the dataset: numbers where all are numbers, texts as long as the longest, and rows
 * of an older device that has fewer columns. */
static void test_stat__a_plain_table(void **state)
{
    (void)state;
    static const char table[] = "instance ID,who,start_ms,code\n"
                                "uuid:1,У1,0,\nuuid:1,silence,4200,trust\nuuid:2,У2,\n";
    static const char *const names[] = {"sav", "dta"};
    for (size_t f = 0; f < 2; f++) {
        struct err err = {0};
        struct arena arena;
        struct csv csv;
        struct buf out = {0};
        struct read_back r;
        arena_init(&arena);
        OK(csv_parse(&csv, &arena, table, sizeof table - 1, &err));
        OK(dataset_writer_find(names[f])->plain(&out, &csv, &err));
        read_file(&r, &out, f == 0);
        has(&r, "0 instance_ID=uuid:1");
        has(&r, "0 start_ms=0");
        has(&r, "0 code=");
        has(&r, "1 who=silence");
        has(&r, "1 start_ms=4200");
        has(&r, "1 code=trust");
        has(&r, "2 who=У2");
        has(&r, "2 start_ms=.");
        has(&r, "2 code=");
        buf_fini(&r.lines);
        buf_fini(&out);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat__a_plain_table),
        cmocka_unit_test(test_stat__excel_has_a_sheet_for_each_table_and_typed_cells),
        cmocka_unit_test(test_stat__formats_need_no_language),
        cmocka_unit_test(test_stat__what_excel_does_not_hold_goes_on),
        cmocka_unit_test(test_stat__r_reads_codes_and_has_their_labels),
        cmocka_unit_test(test_stat__postgres_has_types_and_says_why_a_cell_is_empty),
        cmocka_unit_test(test_stat__a_qda_project_codes_each_story),
        cmocka_unit_test(test_stat__spss_reads_values_labels_and_missings),
        cmocka_unit_test(test_stat__stata_tags_what_is_missing),
        cmocka_unit_test(test_stat__a_long_text_goes_on),
        cmocka_unit_test(test_stat__a_long_label_is_cut),
        cmocka_unit_test(test_stat__the_same_bytes_again),
        cmocka_unit_test(test_stat__a_codebook_names_each_column),
        cmocka_unit_test(test_stat__a_codebook_names_each_variable),
        cmocka_unit_test(test_stat__a_codebook_tells_what_values_mean),
        cmocka_unit_test(test_stat__a_codebook_as_json_and_html),
    };
    xml_setup();
    return RUN(tests);
}
