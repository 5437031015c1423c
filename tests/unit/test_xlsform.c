/* SPDX-License-Identifier: Apache-2.0 */
/* Is a faulty workbook answered with sheet, row, column and a way out? */
#include "tests/lib/help.h"

static const struct {
    const char *md, *where, *what, *hint;
} faults[] = {
    {"| survey |\n| | type | name | label |\n| | integr | age | A |\n",
     "form.md, survey row 3, column type", "unknown question type 'integr'", "'integer'"},
    {"| survey |\n| | type | name | label | relevant |\n| | integer | age | A | |\n"
     "| | text | b | B | ${agee} > 3 |\n",
     "form.md, survey row 4, column relevant", "unknown question 'agee'", "'age'"},
    {"| survey |\n| | type | name | label | constraint |\n| | integer | age | A | . > |\n",
     "form.md, survey row 3, column constraint", "character 4", ""},
    {"| survey |\n| | type | name | label |\n| | select_one yesno | q | Q |\n| choices |\n"
     "| | list_name | name | label |\n| | yes_no | yes | Y |\n",
     "form.md, survey row 3, column type", "there is no list 'yesno'", "'yes_no'"},
    {"| survey |\n| | type | name | label |\n| | begin_group | g | G |\n| | text | a | A |\n",
     "form.md, survey row 3, column type", "never ended", "end_group"},
    {"| survey |\n| | type | name | label |\n| | text | a | A |\n| | end_repeat | | |\n",
     "form.md, survey row 4, column type", "none is open", ""},
    {"| survey |\n| | type | name | label |\n| | text | a | A |\n| | text | a | B |\n",
     "form.md, survey row 4, column name", "'a' is used twice", "row 3"},
    {"| survey |\n| | type | name | label |\n| | text | 1st | A |\n",
     "form.md, survey row 3, column name", "not a valid name", "begin with a letter"},
    {"| survey |\n| | type | name | label |\n| | text | | A |\n",
     "form.md, survey row 3, column name", "no name", ""},
    {"| survey |\n| | type | name | label | label |\n| | text | a | A | B |\n",
     "form.md, survey row 2, column label", "comes twice", ""},
    {"| survey |\n| | type | name | label |\n| | select_one l | q | Q |\n| choices |\n"
     "| | list_name | name | label |\n| | l | a | A |\n| | l | a | B |\n",
     "form.md, choices row 7, column name", "choice 'a' twice", "row 6"},
    {"| settings |\n| | form_id |\n| | x |\n", "form.md", "no sheet 'survey'", ""},
    {"| survey |\n| | name | label |\n| | a | A |\n", "form.md, sheet survey", "no column 'type'",
     ""},
};

static void test_xlsform__faults_name_place_and_way_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct err err = {0};
        struct buf xml = {0};
        assert_false(convert_md(&xml, faults[i].md, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_string_equal(err.where, faults[i].where);
        if (!strstr(err.what, faults[i].what) || !strstr(err.hint, faults[i].hint)) {
            fail_msg("case %zu: %s / %s", i, err.what, err.hint);
        }
        buf_fini(&xml);
    }
}

static void test_xlsform__writes_what_pyxform_writes(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf xml = {0};
    OK(convert_md(&xml,
                  "| survey |\n| | type | name | label | relevant | required | repeat_count |\n"
                  "| | select_one l or_other | q | Q | | yes | |\n"
                  "| | begin_repeat | r | R | | | ${n} + 1 |\n| | text | a | A | | | |\n"
                  "| | text | b | See ${a} | ${a} != '' | | |\n| | end_repeat | | | | | |\n"
                  "| | integer | n | N | | | |\n"
                  "| choices |\n| | list_name | name | label |\n| | l | x | X & Y |\n",
                  &err));
    static const char *const parts[] = {
        "<instance><data id=\"form\"><q/><q_other/><r_count/><r jr:template=\"\"><a/><b/></r>"
        "<r><a/><b/></r><n/><meta><instanceID/></meta></data></instance>",
        "<item><name>x</name><label>X &amp; Y</label></item>",
        "<bind nodeset=\"/data/q\" type=\"string\" required=\"true()\"/>",
        "<bind nodeset=\"/data/r/b\" type=\"string\" relevant=\" ../a  != ''\"/>",
        "<label> See <output value=\" ../a \"/> </label>",
        "<repeat nodeset=\"/data/r\" jr:count=\" /data/r_count \">",
        "relevant=\"selected(../q, 'other')\"",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(xml.data, parts[i])) {
            fail_msg("missing: %s\nin: %s", parts[i], xml.data);
        }
    }
    buf_fini(&xml);
}

/* Every text of the study's own forms stands in all three languages. */
static void test_xlsform__study_forms_are_complete(void **state)
{
    (void)state;
    static const char *const forms[] = {"tests/cases/migrant_short.csv",
                                        "tests/cases/group_short.csv"};
    for (size_t i = 0; i < 2; i++) {
        struct err err = {0};
        struct arena arena;
        struct workbook book;
        struct buf bytes = {0}, xml = {0};
        struct xlsform_options options = {.fallback_id = "x"};
        struct xlsform_notes notes;
        arena_init(&arena);
        OK(file_read(&bytes, forms[i], 1 << 20, &err));
        OK(workbook_read(&book, &arena, forms[i], bytes.data, bytes.len, &err));
        OK(xlsform_convert(&xml, &book, &options, &arena, &notes, &err));
        if (notes.count) {
            fail_msg("%s: %s", forms[i], notes.text[0]);
        }
        buf_fini(&bytes);
        buf_fini(&xml);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlsform__faults_name_place_and_way_out),
        cmocka_unit_test(test_xlsform__writes_what_pyxform_writes),
        cmocka_unit_test(test_xlsform__study_forms_are_complete),
    };
    xml_setup();
    return RUN(tests);
}
