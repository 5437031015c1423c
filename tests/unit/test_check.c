/* SPDX-License-Identifier: Apache-2.0 */
/* Is a trainer told all that is wrong with a workbook, and where? */
#include "tests/lib/help.h"
#include "tests/lib/xls.h"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/machine/zip.h"
#include "tools/form/form_check.h"
#include "tools/form/form_xls.h"

static char folder[] = "/tmp/suhbat-check-XXXXXX";

static char *in_folder(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const char *bytes, size_t len)
{
    struct err err = {0};
    OK(file_write(in_folder(name), bytes, len, FILE_PRIVATE, true, &err));
}

/* All that is told, a line each: "F …" faults, "W …" warnings. */
static void check(struct buf *out, const char *name)
{
    static const struct xlsform_options all = {.all = true};
    struct arena arena;
    struct xlsform_notes notes = {0};
    struct form *form = NULL;
    struct err err = {0};
    struct form_source_env desk;
    arena_init(&arena);
    buf_cut(out, 0);
    buf_add(out, "", 0);
    if (form_source_load(&form, in_folder(name), &all, &arena, &notes, &err)) {
        form_source_env_init(&desk, in_folder(name));
        char *kept = mem_text(in_folder(name));
        desk.file = kept;
        form_check_report(form, &desk, &notes, &arena);
        free(kept);
    } else if (!notes.fault_count) {
        char text[1200];
        err_text(&err, text, sizeof text);
        buf_printf(out, "F %s\n", text);
    }
    for (size_t i = 0; i < notes.fault_count; i++) {
        buf_printf(out, "F %s\n", notes.faults[i]);
    }
    for (size_t i = 0; i < notes.count; i++) {
        buf_printf(out, "W %s\n", notes.text[i]);
    }
    form_free(form);
    arena_fini(&arena);
}

#define SURVEY "| survey |\n| | type | name | label | relevant | required | constraint |\n"
#define YN "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n| | yn | no | No |\n"

static const struct {
    const char *form, *list; /* list: l.csv */
    const char *says[6];     /* each must stand in what is told; "!…" must not */
} cases[] = {
    {"| survey |\n| | type | name | label | relevant |\n| | interger | a | A | |\n"
     "| | select_one nolist | b | B | |\n| | text | c | C | ${d} = 1 |\n"
     "| | begin group | bad name | G | |\n| | text | e | E | ${a} > |\n| | end group | | | |\n",
     NULL,
     {"survey row 3, column type: unknown question type 'interger'", "no list 'nolist'",
      "survey row 5, column relevant: unknown question 'd'", "'bad name' is not a valid name",
      "survey row 7, column relevant", "!unknown question 'a'"}},
    {SURVEY
     "| | select_one yn | q | Q | | | |\n| | text | t | T | ${q} = 'Yes' | | |\n"
     "| | text | u | U | selected(${q}, 'уes') | | |\n| | text | v | V | ${q} = 'no' | | |\n" YN,
     NULL,
     {"W survey row 4, column relevant: 'q' has no choice 'Yes'; did you mean 'yes'?",
      "survey row 5, column relevant: 'q' has no choice 'уes'", "!survey row 6"}},
    {SURVEY "| | begin_group | g | G | field-list | | |\n| | text | a | A | | maybe | |\n"
            "| | end_group | | | | | |\n",
     NULL,
     {"survey row 3, column relevant: 'field-list' names no question; it belongs in the column "
      "appearance",
      "survey row 4, column required: 'maybe' names no question"}},
    {SURVEY "| | text | a | A | | | regex(., '[a') |\n",
     NULL,
     {"F survey row 3, column constraint: regex"}},
    {"| survey |\n| | type | name | label | choice_filter |\n| | select_one yn | a | A | |\n"
     "| | select_one v | b | B | oblast=${a} |\n| choices |\n| | list_name | name | label | region "
     "|\n"
     "| | yn | yes | Y | |\n| | v | x | X | yes |\n",
     NULL,
     {"survey row 4, column choice_filter: the list 'v' has no column 'oblast'"}},
    {"| survey |\n| | type | name | label |\n| | select_one_from_file l.csv | q | Q |\n",
     "name\tlabel\na\tA\n",
     {"F l.csv, which survey row 3 asks for: there is no column 'name'", "commas"}},
    {"| survey |\n| | type | name | label |\n| | select_one_from_file l.csv | q | Q |\n",
     "name,label\n",
     {"F l.csv, which survey row 3 asks for: the list has no rows"}},
    {"| survey |\n| | type | name | label:Русский (ru) | label::English (en) | подпись |\n"
     "| | text | a | А | A | |\n",
     NULL,
     {"the column 'label:Русский (ru)' is not known", "two colons",
      "'подпись' is not known and does nothing; the standard's name is 'label'"}},
    {"| survey |\n| | type | name | label::English (en) | label::Русский (ru) | hint |\n"
     "| | text | a | A | | h |\n| | text | b | B | Б | |\n| | text | c | C | | |\n",
     NULL,
     {"2 texts have no translation in 'Русский (ru)': label of survey rows 3, 5",
      "the column 'hint' has no language"}},
    {"| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n"
     "| | form_title::English (en) |\n| | T |\n",
     NULL,
     {"'form_title::English (en)' is left out; 'form_title' cannot be translated"}},
    {"| survey |\n| | type | name | label | trigger |\n| | text | a | A | |\n"
     "| | begin group | g | G | ${a} |\n| | text | b | B | |\n| | end group | | | |\n",
     NULL,
     {"survey row 4: a trigger of a group or repeat does nothing", "!F "}},
    {"| survey |\n| | type | name | label | relevant |\n| | integer | a | A | ${b} > 1 |\n"
     "| | text | x | X | |\n| | integer | b | B | ${a} > 1 |\n",
     NULL,
     {"survey rows 3 and 5: /data/", "depend on each other (a cycle)"}},
    {"| survey |\n| | type | name | label |\n| | select_one l | a | A |\n| choices |\n"
     "| | list_name | name | label | $autovalue |\n| | l | x | X | 1 |\n",
     NULL,
     {"the column '$autovalue' is left out", "!F "}},
};

static void test_check__tells_all_with_its_place(void **state)
{
    (void)state;
    struct buf told = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_file("form.md", cases[i].form, strlen(cases[i].form));
        if (cases[i].list) {
            put_file("l.csv", cases[i].list, strlen(cases[i].list));
        }
        check(&told, "form.md");
        for (size_t k = 0; k < 6 && cases[i].says[k]; k++) {
            const char *text = cases[i].says[k];
            bool not = *text == '!';
            if ((strstr(told.data, text + not ) != NULL) == not ) {
                fail_msg("case %zu: %s\n%s", i, text, told.data);
            }
        }
    }
    buf_fini(&told);
}

static const char *const survey[][8] = {{"type", "name", "label::Русский (ru)", "default"},
                                        {"integer", "age", "Сколько вам лет? Көңүл", "#34"},
                                        {0},
                                        {"select_one l", "q", "Выбор", "#1.5"},
                                        {"note", "n", "#10000000000000000"}};
static const char *const choices[][8] = {
    {"list_name", "name", "label::Русский (ru)"}, {"l", "#1", "Да"}, {"l", "#1.5", "Полтора"}};
static const struct xls_sheet sheets[] = {{"survey", survey, 5}, {"choices", choices, 3}};

static void test_check__an_old_workbook_is_read_whatever_it_calls_itself(void **state)
{
    (void)state;
    static const char *const names[] = {"old.xls", "old.xlsx", "old.xlsm"};
    struct buf xls = {0}, told = {0};
    xls_write(&xls, sheets, 2);
    for (size_t i = 0; i < 3; i++) {
        struct arena arena;
        struct workbook book;
        struct err err = {0};
        arena_init(&arena);
        OK(form_source_workbook(&book, &arena, names[i], &xls, &err));
        assert_int_equal(book.count, 2);
        const struct sheet *s = workbook_sheet(&book, "survey");
        assert_int_equal(s->count, 4);
        assert_int_equal(s->rows[2].number, 4); /* as the author sees it */
        assert_string_equal(s->rows[1].cells[2], "Сколько вам лет? Көңүл");
        assert_string_equal(s->rows[1].cells[3], "34");
        assert_string_equal(s->rows[2].cells[3], "1.5");
        assert_string_equal(s->rows[3].cells[2], "10000000000000000");
        arena_fini(&arena);
        put_file(names[i], xls.data, xls.len);
        check(&told, names[i]);
        assert_null(strstr(told.data, "F "));
    }
    buf_fini(&xls);
    buf_fini(&told);
}

/* Excel for Mac counts its days from 1904. */
static void test_check__days_of_a_mac_are_the_same_days(void **state)
{
    (void)state;
    for (int mac = 0; mac < 2; mac++) {
        struct arena arena;
        struct workbook book;
        struct buf xlsx = {0};
        struct err err = {0};
        char about[600], sheet[600];
        snprintf(about, sizeof about,
                 "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
                 "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"
                 "<workbookPr%s/><sheets><sheet name='survey' sheetId='1' r:id='a'/></sheets>"
                 "</workbook>",
                 mac ? " date1904='1'" : "");
        snprintf(sheet, sizeof sheet,
                 "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
                 "<sheetData><row r='1'><c r='A1' s='1'><v>%d</v></c><c r='B1'><v>1E+16</v></c>"
                 "<c r='C1' s='1'><v>0.5</v></c></row></sheetData></worksheet>",
                 mac ? 43000 : 44462);
        static const char styles[] =
            "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
            "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>";
        static const char rels[] =
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            "<Relationship Id='a' Target='worksheets/sheet1.xml'/></Relationships>";
        const struct zip_part parts[] = {{"xl/workbook.xml", about, strlen(about)},
                                         {"xl/_rels/workbook.xml.rels", rels, sizeof rels - 1},
                                         {"xl/styles.xml", styles, sizeof styles - 1},
                                         {"xl/worksheets/sheet1.xml", sheet, strlen(sheet)}};
        arena_init(&arena);
        OK(zip_write(&xlsx, parts, 4, &err));
        OK(workbook_read(&book, &arena, "x.xlsx", xlsx.data, xlsx.len, &err));
        assert_string_equal(book.sheets[0].rows[0].cells[0], "2021-09-23 00:00:00");
        assert_string_equal(book.sheets[0].rows[0].cells[1], "10000000000000000");
        assert_string_equal(book.sheets[0].rows[0].cells[2], "12:00:00");
        buf_fini(&xlsx);
        arena_fini(&arena);
    }
}

/* Columns beyond the bound are told, in the dialects, too. */
static void test_check__too_many_columns_are_told(void **state)
{
    (void)state;
    struct buf md = {0}, told = {0};
    buf_text(&md, "| survey |\n| | type | name");
    for (int i = 0; i < WORKBOOK_COLUMNS_MAX + 5; i++) {
        buf_printf(&md, " | c%d", i);
    }
    buf_text(&md, " |\n");
    put_file("wide.md", md.data, md.len);
    check(&told, "wide.md");
    assert_non_null(strstr(told.data, "line 2: more than"));
    buf_fini(&md);
    buf_fini(&told);
}

/* Cut off anywhere, or with any byte turned: refused or read, never a crash of ours. */
static void test_check__a_damaged_old_workbook_costs_a_message(void **state)
{
    (void)state;
    struct buf xls = {0};
    unsigned refused = 0;
    xls_write(&xls, sheets, 2);
    for (size_t i = 0; i < 60; i++) {
        struct buf out = {0};
        struct err err = {0};
        size_t at = (i * 7919) % xls.len;
        char was = xls.data[at];
        xls.data[at] = (char)(was ^ 0x5A);
        bool ok = form_xls_convert(&out, xls.data, i % 2 ? xls.len : at, &err);
        refused += !ok;
        assert_true(ok || err.code == ERR_INPUT || err.code == ERR_LIMIT);
        xls.data[at] = was;
        buf_fini(&out);
    }
    assert_true(refused > 10);
    buf_fini(&xls);
}

static void test_check__other_kinds_of_tables_are_told_what_to_do(void **state)
{
    (void)state;
    struct buf told = {0};
    char ods[200] = "PK\3\4";
    strcpy(ods + 30, "mimetypeapplication/vnd.oasis.opendocument.spreadsheet");
    put_file("form.ods", ods, sizeof ods);
    check(&told, "form.ods");
    assert_non_null(strstr(told.data, "Save As"));
    put_file("form.doc", "x", 1);
    check(&told, "form.doc");
    assert_non_null(strstr(told.data, ".xlsm, .xls, .csv"));
    buf_fini(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check__tells_all_with_its_place),
        cmocka_unit_test(test_check__an_old_workbook_is_read_whatever_it_calls_itself),
        cmocka_unit_test(test_check__days_of_a_mac_are_the_same_days),
        cmocka_unit_test(test_check__too_many_columns_are_told),
        cmocka_unit_test(test_check__a_damaged_old_workbook_costs_a_message),
        cmocka_unit_test(test_check__other_kinds_of_tables_are_told_what_to_do),
    };
    xml_setup();
    if (!mkdtemp(folder)) {
        return 1;
    }
    int failed = RUN(tests);
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? failed : 1;
}
