/* SPDX-License-Identifier: Apache-2.0 */
/* Does an interview behave: relevance, rules, repeats, lists, languages? */
#include <math.h>

#include "tests/lib/help.h"

static const char household[] =
    "| survey |\n"
    "| | type | name | label::ru | label::ky | relevant | constraint | constraint_message::ru | "
    "constraint_message::ky | required | calculation | choice_filter | default |\n"
    "| | integer | age | Возраст | Жашы | | . >= 18 and . <= 99 | От 18 до 99 | 18ден 99га | yes | "
    "| | |\n"
    "| | select_one yn | works | Работаете? | | ${age} < 65 | | | | yes | | | |\n"
    "| | begin_group | job | Работа | Жумуш | ${works} = 'yes' | | | | | | | |\n"
    "| | text | what | Кем? ${age} | Ким? ${age} | | | | | | | | |\n"
    "| | decimal | pay | Плата | Акы | | | | | | | | |\n"
    "| | end_group | | | | | | | | | | | |\n"
    "| | begin_repeat | kid | Дети | Балдар | | | | | | | | |\n"
    "| | integer | years | Лет | Жаш | | . < ${age} | | | | | | |\n"
    "| | calculate | born | | | | | | | | 2026 - ${years} | | |\n"
    "| | end_repeat | | | | | | | | | | | |\n"
    "| | calculate | kids | | | | | | | | sum(${years}) | | |\n"
    "| | select_one land | land | Страна | Өлкө | | | | | | | | |\n"
    "| | select_one town | town | Город | Шаар | | | | | | | land = ${land} | |\n"
    "| | select_multiple yn | many | Оба? | Экөөбү? | | not(selected(., 'yes') and selected(., "
    "'no')) | | | | | | |\n"
    "| | date | day | День | Күн | | . <= today() | | | | | | today() |\n"
    "| choices |\n"
    "| | list_name | name | label::ru | label::ky | land |\n"
    "| | yn | yes | Да | Ооба | |\n"
    "| | yn | no | Нет | Жок | |\n"
    "| | land | KG | Кыргызстан | Кыргызстан | |\n"
    "| | land | TJ | Таджикистан | Тажикстан | |\n"
    "| | town | osh | Ош | Ош | KG |\n"
    "| | town | naryn | Нарын | Нарын | KG |\n"
    "| | town | khujand | Худжанд | Худжанд | TJ |\n"
    "| settings |\n"
    "| | default_language |\n"
    "| | ru |\n";

struct rig {
    struct still still;
    struct form *form;
    struct session *s;
    struct arena arena;
};

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct err err = {0};
    still_init(&rig->still);
    arena_init(&rig->arena);
    rig->form = form_md(household);
    OK(session_new(&rig->s, rig->form, &rig->still.env, &err));
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    session_free(rig->s);
    form_free(rig->form);
    arena_fini(&rig->arena);
    free(rig);
    return 0;
}

static void test_session__relevance_follows_answers(void **state)
{
    struct rig *rig = *state;
    assert_false(session_find(rig->s, "/data/job/what")->active);
    assert_int_equal(put(rig->s, "/data/age", "30"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/works", "yes"), ANSWER_OK);
    assert_true(session_find(rig->s, "/data/job/what")->active);
    assert_int_equal(put(rig->s, "/data/job/what", "строитель"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/age", "70"), ANSWER_OK);
    assert_false(session_find(rig->s, "/data/job/what")->active);
    struct buf xml = {0};
    struct err err = {0};
    OK(instance_write(&xml, rig->s, &err));
    assert_null(strstr(xml.data, "строитель"));
    assert_int_equal(put(rig->s, "/data/age", "30"), ANSWER_OK); /* and back: nothing was lost */
    assert_string_equal(got(rig->s, "/data/job/what"), "строитель");
    buf_fini(&xml);
}

static void test_session__refused_answers_leave_no_trace(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(put(rig->s, "/data/age", "17"), ANSWER_CONSTRAINT);
    assert_string_equal(got(rig->s, "/data/age"), "");
    assert_int_equal(put(rig->s, "/data/age", "abc"), ANSWER_TYPE);
    assert_int_equal(put(rig->s, "/data/age", "30"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/age", ""), ANSWER_REQUIRED);
    assert_string_equal(got(rig->s, "/data/age"), "30");
    assert_int_equal(put(rig->s, "/data/works", "perhaps"), ANSWER_CHOICE);
    assert_int_equal(put(rig->s, "/data/kids", "5"), ANSWER_READONLY);
    assert_int_equal(put(rig->s, "/data/day", "2026-11-25"), ANSWER_CONSTRAINT);
    assert_int_equal(put(rig->s, "/data/day", "2026-02-30"), ANSWER_TYPE);
    assert_int_equal(put(rig->s, "/data/many", "yes no"), ANSWER_CONSTRAINT);
    assert_int_equal(put(rig->s, "/data/many", "yes"), ANSWER_OK);
}

static void test_session__messages_speak_the_language(void **state)
{
    struct rig *rig = *state;
    struct node *age = session_find(rig->s, "/data/age");
    assert_string_equal(session_refusal(rig->s, &rig->arena, age, ANSWER_CONSTRAINT, NULL),
                        "От 18 до 99");
    session_set_language(rig->s, "ky");
    assert_string_equal(session_refusal(rig->s, &rig->arena, age, ANSWER_CONSTRAINT, NULL),
                        "18ден 99га");
    bool fallback;
    assert_int_equal(put(rig->s, "/data/age", "30"), ANSWER_OK);
    struct node *works = session_find(rig->s, "/data/works");
    const char *label = session_text(rig->s, &rig->arena, &works->item->control->label, works,
                                     FORM_LONG, &fallback);
    assert_string_equal(label, "Работаете?"); /* asked ky, missing: ru, and marked */
    assert_true(fallback);
    struct node *what = session_find(rig->s, "/data/job/what");
    label =
        session_text(rig->s, &rig->arena, &what->item->control->label, what, FORM_LONG, &fallback);
    assert_string_equal(label, " Ким? 30 ");
    assert_false(fallback);
}

static void test_session__repeats_grow_shrink_and_come_back(void **state)
{
    struct rig *rig = *state;
    struct err err = {0};
    struct page *pages;
    size_t count, at = 0;
    struct node *entry;
    assert_int_equal(put(rig->s, "/data/age", "40"), ANSWER_OK);
    session_pages(rig->s, &rig->arena, NULL, &pages, &count);
    while (at < count && pages[at].kind != PAGE_ROSTER) {
        at++;
    }
    assert_true(at < count);
    OK(session_add_entry(rig->s, &pages[at], &entry, &err));
    assert_int_equal(put(rig->s, "/data/kid[1]/years", "10"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/kid[2]/years", "4"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/kid[2]/years", "41"), ANSWER_CONSTRAINT);
    assert_string_equal(got(rig->s, "/data/kid[2]/born"), "2022");
    assert_string_equal(got(rig->s, "/data/kids"), "14");
    OK(session_remove_entry(rig->s, session_find(rig->s, "/data/kid[1]"), &err));
    assert_string_equal(got(rig->s, "/data/kids"), "4");
    assert_string_equal(got(rig->s, "/data/kid[1]/years"), "4");
    OK(session_restore_entry(rig->s, &err));
    assert_string_equal(got(rig->s, "/data/kid[1]/years"), "10");
    assert_string_equal(got(rig->s, "/data/kids"), "14");
    session_entries(rig->s, &rig->arena, &pages[at], &(struct node **){NULL}, &count);
    assert_int_equal(count, 2);
}

static void test_session__cascade_filters_and_checks(void **state)
{
    struct rig *rig = *state;
    struct err err = {0};
    struct choice *choices;
    size_t count;
    struct node *town = session_find(rig->s, "/data/town");
    assert_int_equal(put(rig->s, "/data/age", "30"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/works", "no"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/land", "KG"), ANSWER_OK);
    OK(session_choices(rig->s, &rig->arena, town->item->control, town, &choices, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(choices[1].label, "Нарын");
    assert_int_equal(put(rig->s, "/data/town", "khujand"), ANSWER_CHOICE);
    assert_int_equal(put(rig->s, "/data/town", "osh"), ANSWER_OK);
    assert_int_equal(put(rig->s, "/data/land", "TJ"), ANSWER_OK);
    struct problem *problems; /* the old town stays, but the interview cannot end with it */
    OK(session_problems(rig->s, &rig->arena, &problems, &count, &err));
    assert_int_equal(count, 1);
    assert_ptr_equal(problems[0].node, town);
    assert_int_equal(problems[0].why, ANSWER_CHOICE);
}

static void test_session__saved_instance_comes_back(void **state)
{
    struct rig *rig = *state;
    struct err err = {0};
    struct session *again;
    struct buf xml = {0}, back = {0};
    struct page *pages;
    size_t count;
    struct node *entry;
    put(rig->s, "/data/age", "40");
    put(rig->s, "/data/works", "yes");
    put(rig->s, "/data/job/what", "<повар & \"ко\">");
    put(rig->s, "/data/kid[1]/years", "3");
    session_pages(rig->s, &rig->arena, NULL, &pages, &count);
    for (size_t i = 0; i < count; i++) {
        if (pages[i].kind == PAGE_ROSTER) {
            OK(session_add_entry(rig->s, &pages[i], &entry, &err));
        }
    }
    put(rig->s, "/data/kid[2]/years", "5");
    OK(instance_write(&xml, rig->s, &err));
    OK(session_new(&again, rig->form, &rig->still.env, &err));
    OK(instance_restore(again, xml.data, xml.len, &err));
    OK(instance_write(&back, again, &err));
    assert_string_equal(xml.data, back.data);
    session_free(again);
    buf_fini(&xml);
    buf_fini(&back);
}

static void test_session__count_and_cycles(void **state)
{
    (void)state;
    struct err err = {0};
    struct still still;
    struct session *s;
    struct buf xml = {0};
    struct form *form = form_md("| survey |\n"
                                "| | type | name | label | repeat_count | calculation |\n"
                                "| | integer | n | N | | |\n"
                                "| | begin_repeat | r | R | ${n} + 1 | |\n"
                                "| | calculate | p | | | position(..) |\n"
                                "| | text | t | T | | |\n"
                                "| | end_repeat | | | | |\n");
    still_init(&still);
    OK(session_new(&s, form, &still.env, &err));
    assert_null(session_find(s, "/data/r[1]"));
    assert_int_equal(put(s, "/data/n", "2"), ANSWER_OK);
    assert_string_equal(got(s, "/data/r[3]/p"), "3");
    assert_int_equal(put(s, "/data/n", "0"), ANSWER_OK);
    assert_null(session_find(s, "/data/r[2]"));
    session_free(s);
    form_free(form);
    OK(convert_md(&xml,
                  "| survey |\n| | type | name | label | calculation |\n"
                  "| | calculate | a | | ${b} + 1 |\n| | calculate | b | | ${a} + 1 |\n",
                  &err));
    assert_false(form_load(&form, xml.data, xml.len, &xml_foreign, &err));
    assert_non_null(strstr(err.what, "/data/a"));
    assert_non_null(strstr(err.what, "/data/b"));
    buf_fini(&xml);
}

static void test_session__triggers_and_dynamic_defaults(void **state)
{
    (void)state;
    struct err err = {0};
    struct still still;
    struct session *s;
    struct form *form = form_md("| survey |\n"
                                "| | type | name | label | calculation | trigger | default |\n"
                                "| | integer | a | A | | | 3 |\n"
                                "| | integer | b | B | | | ${a} + 1 |\n"
                                "| | calculate | stamp | | concat('a was ', ${a}) | ${a} | |\n");
    still_init(&still);
    OK(session_new(&s, form, &still.env, &err));
    assert_string_equal(got(s, "/data/b"), "4");
    assert_string_equal(got(s, "/data/stamp"), "");
    assert_int_equal(put(s, "/data/a", "9"), ANSWER_OK);
    assert_string_equal(got(s, "/data/stamp"), "a was 9");
    assert_string_equal(got(s, "/data/b"), "4");
    session_free(s);
    form_free(form);
}

/* ---- actions, groups, and taking a fault back ---- */

static struct session *open_xml(struct form **form, struct still *still, const char *instance,
                                const char *model, const char *body)
{
    struct err err = {0};
    struct buf xml = {0};
    struct session *s;
    buf_printf(
        &xml,
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'"
        " xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>T</h:title><model>"
        "<instance><data id='f'>%s</data></instance>%s</model></h:head><h:body>%s</h:body>"
        "</h:html>",
        instance, model, body);
    still_init(still);
    OK(form_load(form, xml.data, xml.len, &xml_trusted, &err));
    OK(session_new(&s, *form, &still->env, &err));
    buf_fini(&xml);
    return s;
}

static void shut(struct session *s, struct form *form)
{
    session_free(s);
    form_free(form);
}

static void test_session__a_fault_takes_all_back(void **state)
{
    (void)state;
    struct form *form;
    struct still still;
    struct session *s =
        open_xml(&form, &still, "<q>2</q><keep/><k jr:template=''><v/></k>",
                 "<bind nodeset='/data/q' type='int'/>",
                 "<input ref='/data/q'><setvalue event='xforms-value-changed' ref='/data/keep' "
                 "value=\"concat('set', /data/q)\"/></input><input ref='/data/keep'/>"
                 "<group ref='/data/k'><repeat nodeset='/data/k' jr:count='/data/q'>"
                 "<input ref='/data/k/v'/></repeat></group>");
    assert_int_equal(put(s, "/data/keep", "mine"), ANSWER_OK);
    assert_int_equal(put(s, "/data/k[2]/v", "second"), ANSWER_OK);
    assert_int_equal(put(s, "/data/q", "500000"),
                     ANSWER_FAULT); /* more entries than there may be */
    assert_string_equal(got(s, "/data/q"), "2");
    assert_string_equal(got(s, "/data/keep"), "mine");
    assert_string_equal(got(s, "/data/k[2]/v"), "second");
    assert_string_equal(got(s, "/data/k[3]/v"), "(none)");
    assert_int_equal(put(s, "/data/q", "3"), ANSWER_OK);
    assert_string_equal(got(s, "/data/keep"), "set3");
    assert_string_equal(got(s, "/data/k[2]/v"), "second");
    shut(s, form);
}

static void test_session__actions_set_off_actions(void **state)
{
    (void)state;
    struct form *form;
    struct still still;
    struct session *s =
        open_xml(&form, &still, "<a/><b/><c/><x/><y/>", "<bind nodeset='/data/a' type='int'/>",
                 "<input ref='/data/a'><setvalue event='xforms-value-changed' ref='/data/b' "
                 "value='/data/a + 1'/></input>"
                 "<input ref='/data/b'><setvalue event='xforms-value-changed' ref='/data/c' "
                 "value=\"concat('from ', /data/b)\"/></input>"
                 "<input ref='/data/x'><setvalue event='xforms-value-changed' ref='/data/y' "
                 "value='/data/x + 1'/></input>"
                 "<input ref='/data/y'><setvalue event='xforms-value-changed' ref='/data/x' "
                 "value='/data/y + 1'/></input>");
    assert_int_equal(put(s, "/data/a", "5"), ANSWER_OK);
    assert_string_equal(got(s, "/data/b"), "6");
    assert_string_equal(got(s, "/data/c"), "from 6");
    assert_int_equal(put(s, "/data/x", "1"), ANSWER_FAULT); /* without end: said, and taken back */
    assert_string_equal(got(s, "/data/x"), "");
    assert_string_equal(got(s, "/data/y"), "");
    shut(s, form);
}

static void test_session__a_groups_text_is_followed(void **state)
{
    (void)state;
    struct form *form;
    struct still still;
    struct session *s = open_xml(&form, &still, "<x/><a/><g><b/></g>",
                                 "<bind nodeset='/data/x' calculate='string(/data/g)'/>"
                                 "<bind nodeset='/data/a' type='int'/>"
                                 "<bind nodeset='/data/g/b' type='int' calculate='/data/a * 2'/>",
                                 "<input ref='/data/a'/>");
    assert_int_equal(put(s, "/data/a", "3"), ANSWER_OK);
    assert_string_equal(got(s, "/data/g/b"), "6");
    assert_string_equal(got(s, "/data/x"), "6");
    shut(s, form);
}

static void test_session__a_fresh_entry_is_preloaded(void **state)
{
    (void)state;
    struct form *form;
    struct still still;
    struct err err = {0};
    struct node *entry;
    struct session *s = open_xml(
        &form, &still, "<q/><r jr:template=''><day/><n/></r>",
        "<bind nodeset='/data/r/day' type='date' jr:preload='date' jr:preloadParams='today'/>",
        "<input ref='/data/q'><setvalue event='xforms-value-changed' ref=\"/data/r[n != 'no']/n\" "
        "value=\"'z'\"/></input><group ref='/data/r'><repeat nodeset='/data/r'>"
        "<input ref='/data/r/n'/></repeat></group>");
    struct page roster = {PAGE_ROSTER, form_item(form, "/data/r")->control,
                          session_find(s, "/data")};
    for (int i = 0; i < 90; i++) {
        OK(session_add_entry(s, &roster, &entry, &err));
    }
    assert_string_equal(got(s, "/data/r[90]/day"), "2026-11-24");
    assert_int_equal(put(s, "/data/r[7]/n", "no"), ANSWER_OK);
    assert_int_equal(put(s, "/data/q", "go"), ANSWER_OK); /* a ref with a predicate, many nodes */
    assert_string_equal(got(s, "/data/r[7]/n"), "no");
    assert_string_equal(got(s, "/data/r[90]/n"), "z");
    shut(s, form);
}

/* A list is known before the repeat that asks with it has an entry. */
static void test_session__a_choice_has_a_name_without_its_question(void **state)
{
    (void)state;
    struct err err = {0};
    struct session *s;
    struct form *form =
        form_md("| survey |\n| | type | name | label | calculation | repeat_count |\n"
                "| | text | code | Code | | |\n"
                "| | calculate | said | | jr:choice-name(${code}, '${way}') | |\n"
                "| | begin_repeat | r | R | | 0 |\n"
                "| | select_one ways | way | Way | | |\n"
                "| | end_repeat | | | | |\n"
                "| choices |\n| | list_name | name | label |\n"
                "| | ways | call | By phone |\n| | ways | visit | In person |\n");
    OK(session_new(&s, form, &(struct session_env){0}, &err));
    assert_int_equal(session_put(s, session_find(s, "/data/code"), "visit", &err), ANSWER_OK);
    assert_string_equal(got(s, "/data/said"), "In person");
    assert_int_equal(session_put(s, session_find(s, "/data/code"), "none", &err), ANSWER_OK);
    assert_string_equal(got(s, "/data/said"), "");
    session_free(s);
    form_free(form);
}

static void test_session__knows_between_which_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *type, *constraint;
        double min, max;
    } cases[] = {{"integer", ". >= 14 and . <= 110", 14, 110},
                 {"integer", ". > 0 and . < 100", 1, 99},
                 {"integer", "110 >= .", -INFINITY, 110},
                 {"integer", "-5 < . and (. < 7 and . != 3)", -4, 6},
                 {"decimal", ". >= -0.5", -0.5, INFINITY},
                 {"decimal", ". > 0", -INFINITY, INFINITY}, /* there is no least number above it */
                 {"integer", ". < 5 or . > 9", -INFINITY, INFINITY},
                 {"integer", "(. >= 18 and . <= 99) or . = -98 or -99 = .", 18, 99},
                 {"integer", ". <= ../other and . >= 2", 2, INFINITY},
                 {"integer", ". <= 10 and . <= 8", -INFINITY, 8},
                 {"integer", "", -INFINITY, INFINITY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf md = {0};
        buf_printf(
            &md,
            "| survey |\n| | type | name | label | constraint |\n| | integer | other | O | |\n"
            "| | %s | n | N | %s |\n",
            cases[i].type, cases[i].constraint);
        struct form *form = form_md(md.data);
        const struct item *item = NULL;
        for (size_t k = 0; k < form->item_count; k++) {
            item = strcmp(form->items[k]->path, "/data/n") == 0 ? form->items[k] : item;
        }
        assert_non_null(item);
        double min, max;
        bool any = session_bounds(item, &min, &max);
        if (min != cases[i].min || max != cases[i].max ||
            any != (min > -INFINITY || max < INFINITY)) {
            fail_msg("%s: %g, %g", cases[i].constraint, min, max);
        }
        form_free(form);
        buf_fini(&md);
    }
}

/* One "no" is enough, from whomever; who refused to take part is not there; a late-comer is asked
 * first. */
static void test_session__sound_needs_everybodys_consent(void **state)
{
    (void)state;
    static const char md[] =
        "| survey |\n"
        "| | type | name | label | relevant | repeat_count | bind::suhbat:audio-consent |\n"
        "| | select_one yn | cns | May we record? | | | |\n"
        "| | integer | n | How many? | | | |\n"
        "| | begin_repeat | part | Person | | ${n} | |\n"
        "| | select_one yn | p_take | Takes part? | | | |\n"
        "| | select_one yn | p_audio | May be recorded? | ${p_take} = 'yes' | | |\n"
        "| | end_repeat | | | | | |\n"
        "| | audio | talk | The talk | | | cns p_audio |\n"
        "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n| | yn | no | No |\n"
        "| settings |\n| | form_id | version | namespaces |\n"
        "| | f | 1 | suhbat=\"urn:suhbat:xforms:1\" |\n";
    static const struct {
        const char *path, *value;
        enum consent then;
    } steps[] = {
        {"/data/n", "0", CONSENT_UNASKED},
        {"/data/cns", "yes", CONSENT_UNASKED}, /* nobody is there */
        {"/data/n", "2", CONSENT_UNASKED},
        {"/data/part[1]/p_take", "yes", CONSENT_UNASKED},
        {"/data/part[1]/p_audio", "yes", CONSENT_UNASKED}, /* the second was asked nothing */
        {"/data/part[2]/p_take", "no", CONSENT_GIVEN},
        {"/data/part[2]/p_take", "yes", CONSENT_UNASKED},
        {"/data/part[2]/p_audio", "yes", CONSENT_GIVEN},
        {"/data/n", "3", CONSENT_UNASKED}, /* a late-comer */
        {"/data/part[3]/p_take", "yes", CONSENT_UNASKED},
        {"/data/part[3]/p_audio", "no", CONSENT_REFUSED},
        {"/data/part[3]/p_audio", "yes", CONSENT_GIVEN},
        {"/data/part[1]/p_audio", "no", CONSENT_REFUSED}, /* taken back */
        {"/data/part[1]/p_audio", "yes", CONSENT_GIVEN},
        {"/data/cns", "no", CONSENT_REFUSED},
    };
    struct still still;
    struct session *s;
    struct err err = {0};
    const struct node *who;
    still_init(&still);
    struct form *form = form_md(md);
    OK(session_new(&s, form, &still.env, &err));
    const struct item *talk = session_find(s, "/data/talk")->item;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(put(s, steps[i].path, steps[i].value), ANSWER_OK);
        if (session_audio_consent(s, talk, &who) != steps[i].then) {
            fail_msg("step %zu: %s = %s", i, steps[i].path, steps[i].value);
        }
        assert_true(steps[i].then != CONSENT_REFUSED || who);
    }
    session_free(s);
    form_free(form);
    /* a name that is no question */
    struct buf xml = {0};
    char *wrong = mem_text(md);
    memcpy(strstr(wrong, "cns p_audio"), "cns p_voice", 11);
    OK(convert_md(&xml, wrong, &err));
    assert_false(form_load(&form, xml.data, xml.len, &xml_trusted, &err));
    assert_non_null(strstr(err.what, "'p_voice', which is no question"));
    free(wrong);
    buf_fini(&xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session__knows_between_which_numbers),
        cmocka_unit_test(test_session__a_choice_has_a_name_without_its_question),
        cmocka_unit_test_setup_teardown(test_session__relevance_follows_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session__refused_answers_leave_no_trace, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_session__messages_speak_the_language, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session__repeats_grow_shrink_and_come_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_session__cascade_filters_and_checks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session__saved_instance_comes_back, setup, teardown),
        cmocka_unit_test(test_session__a_fault_takes_all_back),
        cmocka_unit_test(test_session__actions_set_off_actions),
        cmocka_unit_test(test_session__a_groups_text_is_followed),
        cmocka_unit_test(test_session__a_fresh_entry_is_preloaded),
        cmocka_unit_test(test_session__count_and_cycles),
        cmocka_unit_test(test_session__triggers_and_dynamic_defaults),
        cmocka_unit_test(test_session__sound_needs_everybodys_consent),
    };
    xml_setup();
    return RUN(tests);
}
