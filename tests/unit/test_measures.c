/* SPDX-License-Identifier: Apache-2.0 */
/* Are the report's measures what INSTRUMENTS 8.4 says, and do they tell nothing that is suppressed?
 */
#include "forms/workbook/workbook.h"
#include "tests/lib/help.h"
#include "tools/desk/desk_lists.h"
#include "tools/report/report_counts.h"
#include "tools/report/report_derived.h"
#include "tools/report/report_measures.h"
#include "tools/report/report_specs.h"

static const char survey_md[] =
    "| survey |\n| | type | name | label | bind::suhbat:sensitive |\n"
    "| | select_one yn | cns_take | Agreed | |\n"
    "| | select_one why | cns_no_why | Why not | |\n| | select_one sex | nr_sex | Looks | |\n"
    "| | select_one ctry | study_country | Country | |\n"
    "| | select_one bst | ban_state | Ban | |\n| | select_one ctry | ban_ctry | Ban of | |\n"
    "| | select_one need | need_any | Needs | |\n| | select_one need | need_first | First | |\n"
    "| | integer | hh_size | People | |\n| | decimal | ban_years | Years | |\n"
    "| | integer | ban_to_cm | M | |\n| | select_one lvl | rt_self | Rights | |\n"
    "| | select_one yn | rt_where | Where | |\n| | integer | rt_days | Days | |\n"
    "| | text | last_ctry | L | |\n| | select_one ctry | citizen | Citizen | |\n"
    "| | select_multiple had | str_had | Ready | |\n| | select_one agree | job_agree | Contract | "
    "|\n"
    "| | select_one regs | job_reg | Registered | |\n"
    "| | begin_repeat | trip | Trip | |\n| | select_one status | tr_status | Status | |\n"
    "| | end_repeat | | | |\n"
    "| | select_multiple try | ban_try | Tried | |\n| | select_one res | ban_try_res | Came | |\n"
    "| | select_multiple abuse | ab_abr | Abuse | extra |\n"
    "| | select_multiple abuse | ab_abr_who | Whom | extra |\n"
    "| | select_one trust | fair_abr | Fair | |\n| | select_one trust | fair_home | Fair | |\n"
    "| | select_multiple abuse | fair_area | Area | |\n"
    "| | select_one trust | trust_a | A | |\n| | select_one trust | trust_b | B | |\n"
    "| | begin_repeat | rf | Referral | |\n| | select_one st | rf_state | State | |\n"
    "| | date | rf_date | Sent | |\n| | date | rf_done | Done | |\n| | end_repeat | | | |\n"
    "| | select_one end | res | Outcome | |\n"
    "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n| | yn | no | No |\n"
    "| | why | time | No time |\n| | why | fear | Fear |\n| | sex | f | Woman |\n| | sex | m | Man "
    "|\n"
    "| | ctry | KG | Kyrgyzstan |\n| | ctry | KZ | Kazakhstan |\n| | lvl | 1 | No |\n| | lvl | 3 | "
    "Mostly |\n"
    "| | had | job | Job |\n| | had | money | Money |\n| | had | none | None |\n| | agree | "
    "contract | C |\n"
    "| | agree | oral | O |\n| | regs | all | All |\n| | regs | no | No |\n| | status | permit | P "
    "|\n"
    "| | status | none | N |\n| | try | asked | Asked |\n| | try | lawyer | Lawyer |\n| | try | "
    "none | None |\n"
    "| | bst | active | Active |\n| | bst | lifted | Over |\n| | bst | never | Never |\n"
    "| | bst | unsure | Unsure |\n| | need | job | Work |\n| | need | none | Nothing |\n"
    "| | res | lifted | Lifted |\n| | res | rejected | Rejected |\n"
    "| | abuse | pay | Not paid |\n| | abuse | beat | Beaten |\n| | abuse | none | None |\n"
    "| | trust | 4 | Fully |\n| | trust | 1 | Not |\n| | trust | 0 | Never |\n"
    "| | st | received | Received |\n| | st | told | Told |\n"
    "| | end | complete | Complete |\n| | end | refused | Refused |\n| | end | ineligible | Not "
    "eligible |\n"
    "| settings |\n| | form_id | version |\n| | migrant_interview | 1 |\n";

struct counted {
    struct form *form;
    struct desk_version version;
    struct desk_records records;
    struct report_counting *counting;
    struct buf law_bytes;
    struct csv law;
    struct arena arena;
};

static void begin_with(struct counted *c, const char *md)
{
    static const char *const columns[] = {"param", NULL};
    struct err err = {0};
    struct buf xform = {0};
    memset(c, 0, sizeof *c);
    arena_init(&c->arena);
    OK(convert_md(&xform, md, &err));
    OK(form_load(&c->form, xform.data, xform.len, &xml_trusted, &err));
    c->version.form = c->form;
    c->records.versions = &c->version;
    c->records.version_count = 1;
    OK(report_counting_new(&c->counting, &c->records, "en", &err));
    buf_text(&c->law_bytes, "param,country,citizen,since,value\nreg_days,KZ,*,2017,5\n"
                            "reg_days,KZ,*,2020,3\nreg_days,KZ,KG,2015,30\nreg_days,KZ,KG,2030,99\n"
                            "ban_long,KZ,KG,2010,7\n");
    OK(desk_list_read(&c->law, &c->arena, &c->law_bytes, "law_params.csv", columns, &err));
    report_counting_lists(c->counting, &c->law, NULL);
    buf_fini(&xform);
}

static void begin(struct counted *c)
{
    begin_with(c, survey_md);
}

static void end(struct counted *c)
{
    report_counting_free(c->counting);
    form_free(c->form);
    buf_fini(&c->law_bytes);
    arena_fini(&c->arena);
}

static void facts_of(struct counted *c, struct desk_facts *facts, const char *answers)
{
    struct err err = {0};
    struct buf xml = {0};
    buf_join(&xml, "<data id='", c->form->id, "' version='1'>", answers, "</data>", NULL);
    const struct record record = {.xml = xml.data, .xml_len = xml.len};
    OK(desk_facts_read(facts, c->form, &record, &err));
    buf_fini(&xml);
}

static void add(struct counted *c, bool counted, const char *answers)
{
    struct desk_facts facts;
    facts_of(c, &facts, answers);
    report_counting_add(c->counting, &(struct report_record){
                                         .facts = &facts, .counted = counted, .month = "2026-11"});
    desk_facts_fini(&facts);
}

static void add_times(struct counted *c, size_t times, bool counted, const char *answers)
{
    for (size_t i = 0; i < times; i++) {
        add(c, counted, answers);
    }
}

/* ---- the formulas ---- */

static void test_measures__follow_their_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *name, *answers;
        double number; /* -1: it has none */
    } cases[] = {
        {"@household", "<hh_size>4</hh_size>", 4},
        {"@household", "<hh_size>-99</hh_size>", -1},
        {"@household", "", -1},
        {"@ban_years", "<ban_years>2.5</ban_years>", 2.5},
        /* November 2026 is month 24323 */
        {"@ban_left", "<ban_state>active</ban_state><ban_to_cm>24325</ban_to_cm>", 2},
        {"@ban_left", "<ban_state>unsure</ban_state><ban_to_cm>24000</ban_to_cm>", 0},
        {"@ban_left", "<ban_state>lifted</ban_state><ban_to_cm>24325</ban_to_cm>", -1},
        {"@ban_left", "<ban_state>active</ban_state><ban_to_cm/>", -1},
        /* the newest rule for the citizenship goes before that for all, a later one is not yet */
        {"@rights",
         "<rt_self>3</rt_self><rt_where>yes</rt_where><rt_days>30</rt_days><last_ctry>KZ</"
         "last_ctry>"
         "<citizen>KG</citizen>",
         3},
        {"@rights",
         "<rt_self>1</rt_self><rt_where>yes</rt_where><rt_days>3</rt_days><last_ctry>KZ</last_ctry>"
         "<citizen>KZ</citizen>",
         2},
        {"@rights",
         "<rt_self>1</rt_self><rt_where>no</rt_where><rt_days>5</rt_days><last_ctry>KZ</last_ctry>"
         "<citizen>KZ</citizen>",
         0},
        {"@rights", /* "don't know" is no right answer */
         "<rt_self>3</rt_self><rt_where>no</rt_where><rt_days>-98</rt_days><last_ctry>KZ</"
         "last_ctry>"
         "<citizen>KG</citizen>",
         1},
        {"@rights", /* not asked: no zero */
         "<rt_self>3</rt_self><rt_where>no</rt_where><last_ctry>KZ</last_ctry><citizen>KG</"
         "citizen>",
         -1},
        {"@rights", /* no rule for the country */
         "<rt_self>3</rt_self><rt_where>no</rt_where><rt_days>5</rt_days><last_ctry>TR</last_ctry>"
         "<citizen>KG</citizen>",
         -1},
        {"@plan", "<str_had>job money</str_had>", 2},
        {"@plan", "<str_had>none</str_had>", 0},
        {"@plan", "<str_had>dk</str_had>", -1},
        {"@legality",
         "<job_agree>contract</job_agree><job_reg>all</job_reg>"
         "<trip><tr_status>permit</tr_status></trip><trip><tr_status>none</tr_status></trip>",
         3},
        {"@legality",
         "<job_agree>oral</job_agree><job_reg>no</job_reg><trip><tr_status>none</tr_status></trip>",
         0},
        {"@legality", "<job_agree>oral</job_agree><job_reg>no</job_reg>", -1},
    };
    struct counted c;
    begin(&c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk_facts facts;
        double number = -1;
        const struct measure *m = report_measure(cases[i].name);
        facts_of(&c, &facts, cases[i].answers);
        const struct measured of = {.facts = &facts, .month = "2026-11", .law = &c.law};
        bool known = m->number(&of, &number);
        if (known != (cases[i].number >= 0) || (known && number != cases[i].number)) {
            fail_msg("%s of %s is %g, not %g", cases[i].name, cases[i].answers, known ? number : -1,
                     cases[i].number);
        }
        desk_facts_fini(&facts);
    }
    assert_null(report_measure("@none"));
    end(&c);
}

/* Each entry has its own number; one without an outcome has none. */
static void test_measures__of_entries(void **state)
{
    (void)state;
    struct counted c;
    struct report_output *outputs;
    begin(&c);
    add_times(&c, 5, true,
              "<rf><rf_state>received</rf_state><rf_date>2026-02-27</rf_date>"
              "<rf_done>2026-03-02</rf_done></rf>"
              "<rf><rf_state>received</rf_state><rf_date>2025-12-01</rf_date>"
              "<rf_done>2026-03-01</rf_done></rf>"
              "<rf><rf_state>told</rf_state><rf_date>2026-02-01</rf_date></rf>");
    size_t count = report_counting_tables(c.counting, &outputs);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const struct report_table *t = &outputs[i].table;
        if (strcmp(t->id, "R16-migrant_interview-rf_days") == 0) {
            found = true;
            assert_int_equal(t->rows, 3);
            assert_string_equal(t->row_labels[0], "0–7");
            assert_string_equal(t->row_labels[1], "31–90");
            assert_string_equal(t->row_labels[2], "No answer");
            assert_int_equal(*report_count(t, 0, t->columns), 5);
            assert_string_equal(t->medians[t->columns], "46.5"); /* of 3 and 90 days */
        }
    }
    assert_true(found);
    end(&c);
}

/* ---- what is printed of them ---- */

static const struct report_table *table_of(struct counted *c, const char *id)
{
    struct report_output *outputs;
    size_t count = report_counting_tables(c->counting, &outputs);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(outputs[i].table.id, id) == 0) {
            return &outputs[i].table;
        }
    }
    return NULL;
}

static void test_measures__a_median_needs_five_answers(void **state)
{
    (void)state;
    struct counted c;
    begin(&c);
    add_times(&c, 2, true, "<study_country>KG</study_country><hh_size>1</hh_size>");
    add_times(&c, 2, true, "<study_country>KG</study_country><hh_size>4</hh_size>");
    add_times(&c, 9, true, "<study_country>KZ</study_country><hh_size>1</hh_size>");
    add_times(&c, 9, true, "<study_country>KZ</study_country><hh_size>4</hh_size>");
    add_times(&c, 60, true, "<study_country>KZ</study_country><hh_size>6</hh_size>");
    const struct report_table *t = table_of(&c, "R04-migrant_interview-household-study_country");
    assert_non_null(t->medians);
    assert_string_equal(t->medians[0], "–"); /* four people */
    assert_string_equal(t->medians[1], "6");
    end(&c);
}

/* In the middle of what is suppressed there is no median. */
static void test_measures__a_median_tells_no_suppressed_number(void **state)
{
    (void)state;
    struct counted c;
    begin(&c);
    add_times(&c, 6, true, "<study_country>KG</study_country><hh_size>1</hh_size>");
    add_times(&c, 3, true, "<study_country>KG</study_country><hh_size>4</hh_size>");
    add_times(&c, 6, true, "<study_country>KG</study_country><hh_size>9</hh_size>");
    const struct report_table *t = table_of(&c, "R04-migrant_interview-household-study_country");
    assert_string_equal(t->medians[t->columns], "–");
    end(&c);
}

static void test_measures__what_a_part_of_the_people_answered_needs_their_number(void **state)
{
    (void)state;
    static const char refused[] = "<cns_take>no</cns_take><cns_no_why>fear</cns_no_why>"
                                  "<nr_sex>f</nr_sex><res>refused</res>"
                                  "<study_country>KG</study_country>",
                      other[] = "<cns_take/><res>ineligible</res><study_country>KG</study_country>",
                      took[] = "<cns_take>yes</cns_take><res>complete</res>"
                               "<study_country>KG</study_country>";
    static const char *const tables[] = {"R03-migrant_interview-refused-cns_no_why",
                                         "R03-migrant_interview-refused-nr_sex"};
    for (int round = 0; round < 2; round++) {
        struct counted c;
        begin(&c);
        add_times(&c, 40, true, took);
        add_times(&c, 8, false, refused);
        add_times(&c, round ? 3 : 7, false, other); /* three: how many refused is hidden, too */
        const struct report_table *t = table_of(&c, "R03-migrant_interview-response-study_country");
        assert_non_null(t);
        for (size_t i = 0; i < 2; i++) {
            t = table_of(&c, tables[i]);
            assert_non_null(t);
            assert_int_equal(t->dropped, round);
        }
        end(&c);
    }
}

/* Attempts by outcome stand beside the outcomes only while each of these is printed. */
static void test_measures__a_crossing_of_codes_needs_its_sums(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct counted c;
        begin(&c);
        add_times(&c, 12, true, "<ban_try>asked lawyer</ban_try><ban_try_res>lifted</ban_try_res>");
        add_times(&c, round ? 3 : 20, true,
                  "<ban_try>asked</ban_try><ban_try_res>rejected</ban_try_res>");
        add_times(&c, 30, true, "<ban_try>none</ban_try>");
        const struct report_table *t = table_of(&c, "R07-migrant_interview-ban_try-ban_try_res");
        assert_non_null(t);
        assert_int_equal(t->dropped, round);
        end(&c);
    }
}

/* "At least one" stands instead of "none".  Whether it is printed must not tell the suppressed
 * number beside it: it is the same for all that this one may be. */
static void test_measures__at_least_one(void **state)
{
    (void)state;
    enum { PAY = 20, FEW_EXTRA = 10 };
    for (unsigned alone = 0; alone < 3; alone++) {
        for (unsigned beat = alone; beat < FEW_EXTRA; beat++) {
            struct counted c;
            begin(&c);
            add_times(&c, beat - alone, true, "<ab_abr>pay beat</ab_abr>");
            add_times(&c, PAY - (beat - alone), true, "<ab_abr>pay</ab_abr>");
            add_times(&c, alone, true, "<ab_abr>beat</ab_abr>");
            add_times(&c, 50, true, "<ab_abr>none</ab_abr>");
            const struct report_table *t = table_of(&c, "R11-migrant_interview-ab_abr");
            assert_int_equal(t->rows, 3);
            assert_string_equal(t->row_labels[2], "At least one");
            assert_int_equal(*report_count(t, 2, 0), PAY + alone);
            assert_int_equal(report_state(t, 1, 0), COUNT_FEW);
            assert_int_equal(report_state(t, 2, 0), alone ? COUNT_HIDDEN : COUNT_SHOWN);
            end(&c);
        }
    }
}

/* Each of sixteen named the first way or the second: the second, which is suppressed, would follow.
 */
static void test_measures__a_crossing_that_its_sums_would_tell(void **state)
{
    (void)state;
    for (unsigned both = 0; both < 2; both++) {
        struct counted c;
        begin(&c);
        add_times(&c, 12, true,
                  both ? "<ban_state>active</ban_state><ban_try>asked lawyer</ban_try>"
                         "<ban_try_res>lifted</ban_try_res>"
                       : "<ban_state>active</ban_state><ban_try>asked</ban_try>"
                         "<ban_try_res>lifted</ban_try_res>");
        add_times(&c, 4, true,
                  both ? "<ban_state>active</ban_state><ban_try>asked</ban_try>"
                         "<ban_try_res>lifted</ban_try_res>"
                       : "<ban_state>active</ban_state><ban_try>lawyer</ban_try>"
                         "<ban_try_res>lifted</ban_try_res>");
        add_times(&c, 20, true,
                  "<ban_state>active</ban_state><ban_try>asked lawyer</ban_try>"
                  "<ban_try_res>rejected</ban_try_res>");
        add_times(&c, 30, true, "<ban_state>never</ban_state>");
        const struct report_table *t = table_of(&c, "R07-migrant_interview-ban_try-ban_try_res");
        assert_non_null(t);
        assert_int_equal(t->dropped, !both);
        end(&c);
    }
}

/* Four have a ban, and were asked for its country: how many answered would tell that they are four.
 */
static void test_measures__a_question_for_some_needs_their_number(void **state)
{
    (void)state;
    for (unsigned bans = 4; bans < 7; bans += 2) {
        struct counted c;
        begin(&c);
        add_times(&c, bans - 2, true,
                  "<ban_state>active</ban_state><ban_ctry>KG</ban_ctry><ban_years>3</ban_years>");
        add_times(&c, 2, true,
                  "<ban_state>active</ban_state><ban_ctry>KZ</ban_ctry><ban_years>1</ban_years>");
        add_times(&c, 36, true, "<ban_state>never</ban_state>");
        const struct report_table *years = table_of(&c, "R07-migrant_interview-ban_years");
        assert_non_null(years);
        assert_int_equal(years->dropped, bans < 5);
        end(&c);
    }
}

/* Two of forty answered: the number without an answer is open, so their table is not printed. */
static void test_measures__few_answers_do_not_follow(void **state)
{
    (void)state;
    struct counted c;
    begin(&c);
    add_times(&c, 1, true, "<job_agree>contract</job_agree>");
    add_times(&c, 2, true, "<job_agree>oral</job_agree>");
    add_times(&c, 38, true, "<job_agree/>");
    assert_true(table_of(&c, "R09-migrant_interview-job_agree")->dropped);
    end(&c);
    begin(&c);
    add_times(&c, 11, true, "<job_agree>contract</job_agree>");
    add_times(&c, 12, true, "<job_agree>oral</job_agree>");
    add_times(&c, 2, true, "<job_agree/>"); /* the skips of another question tell it anyway */
    const struct report_table *t = table_of(&c, "R09-migrant_interview-job_agree");
    assert_false(t->dropped);
    assert_int_equal(report_state(t, t->rows - 1, 0), COUNT_SHOWN);
    assert_int_equal(report_state(t, 0, 0), COUNT_SHOWN);
    end(&c);
}

/* The short list's codes are not those of the long one: "training" stands for "train". */
static void test_measures__a_need_is_met_by_the_service_of_the_short_list(void **state)
{
    (void)state;
    static const char *const columns[] = {"need", "svc12", NULL};
    struct err err = {0};
    struct counted c;
    struct csv services;
    struct buf bytes = {0};
    begin_with(&c, "| survey |\n| | type | name | label |\n"
                   "| | select_multiple need | need_any | Needs |\n"
                   "| | begin_repeat | sv | Service |\n| | select_one svc12 | sv_code | Code |\n"
                   "| | select_one yn | sv_know | Known |\n| | select_one yn | sv_use | Used |\n"
                   "| | end_repeat | | |\n"
                   "| choices |\n| | list_name | name | label |\n| | need | training | T |\n"
                   "| | need | legal | L |\n| | svc12 | training | T |\n| | svc12 | legal | L |\n"
                   "| | yn | yes | Yes |\n| | yn | no | No |\n"
                   "| settings |\n| | form_id | version |\n| | needs_assessment | 1 |\n");
    buf_text(&bytes, "need,svc,svc12\ntraining,train,training\nlegal,legal,legal\n");
    OK(desk_list_read(&services, &c.arena, &bytes, "need_svc.csv", columns, &err));
    report_counting_lists(c.counting, &c.law, &services);
    add_times(&c, 20, true,
              "<need_any>training</need_any>"
              "<sv><sv_code>training</sv_code><sv_know>yes</sv_know><sv_use>yes</sv_use></sv>"
              "<sv><sv_code>legal</sv_code><sv_know>yes</sv_know><sv_use>yes</sv_use></sv>");
    const struct report_table *t = table_of(&c, "R15-needs_assessment-sv_code-service");
    assert_non_null(t);
    assert_int_equal(t->rows, 2);
    for (size_t r = 0; r < t->rows; r++) { /* "1": used and needed; "2": used only */
        const char *step = strcmp(t->row_values[r], "training") == 0 ? "1" : "2";
        for (size_t k = 0; k < t->columns; k++) {
            bool here = strcmp(t->column_values[k], step) == 0;
            assert_int_equal(*report_count(t, r, k), here ? 20 : 0);
        }
    }
    buf_fini(&bytes);
    end(&c);
}

/* Of a column, the number without an answer says what few people answered to the other question. */
static void test_measures__no_answer_is_open_in_the_sum_alone(void **state)
{
    (void)state;
    struct counted c;
    begin(&c);
    add_times(&c, 30, true, "<fair_abr>4</fair_abr><fair_home>4</fair_home>");
    add_times(&c, 30, true, "<fair_abr>1</fair_abr><fair_home>1</fair_home>");
    add_times(&c, 8, true, "<fair_abr>1</fair_abr><fair_home>4</fair_home>");
    add_times(&c, 9, true, "<fair_abr>4</fair_abr><fair_home>1</fair_home>");
    add_times(&c, 2, true, "<fair_abr/><fair_home>1</fair_home>");
    add_times(&c, 6, true, "<fair_abr/><fair_home>4</fair_home>");
    add_times(&c, 1, true, "<fair_abr>1</fair_abr><fair_home/>"); /* they drop no table */
    add_times(&c, 1, true, "<fair_abr>4</fair_abr><fair_home/>");
    add_times(&c, 40, true, "<fair_abr/><fair_home/>");
    const struct report_table *t = table_of(&c, "R18-migrant_interview-fair_abr-fair_home");
    assert_non_null(t);
    assert_false(t->dropped);
    for (size_t k = 0; k < t->columns; k++) {
        if (strcmp(t->column_values[k], "1") == 0) {
            assert_int_equal(report_state(t, t->rows - 1, k), COUNT_FEW);
        }
    }
    assert_int_equal(report_state(t, t->rows - 1, t->columns), COUNT_SHOWN);
    end(&c);
}

/* How many tried without a result follows from the ban's own table, and bounds who tried what. */
static void test_measures__attempts_without_a_result_are_not_counted(void **state)
{
    (void)state;
    struct counted c;
    begin(&c);
    add_times(&c, 20, true,
              "<ban_state>active</ban_state><ban_try>asked</ban_try>"
              "<ban_try_res>lifted</ban_try_res>");
    add_times(&c, 20, true, "<ban_state>active</ban_state><ban_try>asked</ban_try>");
    const struct report_table *t = table_of(&c, "R07-migrant_interview-ban_try-ban_try_res");
    assert_non_null(t);
    for (size_t k = 0; k < t->columns; k++) {
        assert_string_not_equal(t->column_values[k], "");
    }
    end(&c);
}

/* Each tie is to a question that some table of the same form has. */
static void test_measures__ties_are_to_tables_that_are_there(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"tp_code", "fg_type"}, {"@change", "@met"}};
    for (size_t i = 0; i < report_spec_count; i++) {
        const struct spec *s = &report_specs[i];
        const char *gate;
        enum report_tie tie;
        bool listed = true;
        for (size_t k = 0; k < 2; k++) {
            listed = listed && strcmp(s->row, rows[k][0]) != 0;
        }
        for (size_t k = 0; (gate = report_tied(s, k, &tie)); k++) {
            bool here = false;
            for (size_t o = 0; o < report_spec_count; o++) {
                const struct spec *other = &report_specs[o];
                here = here || strcmp(other->row, gate) == 0 || strcmp(other->column, gate) == 0;
            }
            for (size_t r = 0; r < 2; r++) {
                listed =
                    listed || (strcmp(s->row, rows[r][0]) == 0 && strcmp(gate, rows[r][1]) == 0);
            }
            if (!here) {
                fail_msg("%s is tied to %s, which is nowhere", s->row, gate);
            }
        }
        assert_true(listed);
    }
}

/* What was fair follows from whether it was; by whom, from whether anything was done. */
static void test_measures__a_table_stays_only_with_what_it_is_tied_to(void **state)
{
    (void)state;
    static const struct {
        unsigned fair, unfair, by; /* answers to the question that is tied to; to the one of whom */
        bool areas, whom;
    } cases[] = {{40, 20, 20, true, true}, {40, 3, 20, false, true}, {40, 20, 4, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct counted c;
        begin(&c);
        add_times(&c, cases[i].fair, true,
                  "<fair_abr>4</fair_abr><fair_home>4</fair_home><ab_abr>none</ab_abr>");
        add_times(&c, cases[i].unfair, true,
                  "<fair_abr>1</fair_abr><fair_home>1</fair_home><fair_area>pay</fair_area>"
                  "<ab_abr>none</ab_abr>");
        add_times(&c, cases[i].unfair == 3 ? 14 : 0, true,
                  "<fair_abr>1</fair_abr><fair_home>4</fair_home><fair_area>pay</fair_area>"
                  "<ab_abr>none</ab_abr>");
        add_times(&c, cases[i].by, true, "<ab_abr>pay</ab_abr><ab_abr_who>pay</ab_abr_who>");
        add_times(&c, 30, true, "<ab_abr>beat</ab_abr><ab_abr_who>beat</ab_abr_who>");
        const struct report_table *any = table_of(&c, "R11-migrant_interview-ab_abr");
        const struct report_table *areas = table_of(&c, "R18-migrant_interview-fair_area");
        const struct report_table *whom = table_of(&c, "R11-migrant_interview-ab_abr_who");
        assert_non_null(any);
        assert_int_equal(!areas->dropped, cases[i].areas);
        if (cases[i].whom) {
            assert_false(whom->dropped);
        }
        for (size_t r = 0; !whom->dropped && r < any->rows; r++) {
            assert_true(strcmp(any->row_values[r], "@any") != 0 ||
                        report_state(any, r, 0) == COUNT_SHOWN);
        }
        assert_int_equal(!whom->dropped, cases[i].whom);
        end(&c);
    }
}

/* The order of trust is that of what is printed; what is suppressed takes no place in it. */
static void test_measures__the_ladder_of_trust(void **state)
{
    (void)state;
    struct counted c;
    struct report_output *outputs;
    struct buf page = {0}, csv = {0};
    const char *id;
    const struct report_about about = {
        .language = "en", .words = report_words("en"), .versions = "", .until = ""};
    begin(&c);
    add_times(&c, 30, true, "<trust_a>1</trust_a><trust_b>4</trust_b>");
    add_times(&c, 20, true, "<trust_a>4</trust_a><trust_b>1</trust_b>");
    add_times(&c, 10, true, "<trust_a>0</trust_a><trust_b>0</trust_b>");
    size_t count = report_counting_tables(c.counting, &outputs);
    const struct derived_from from = {&about, outputs, count};
    assert_true(report_derived(&page, &csv, &id, &from, W_R12));
    assert_string_equal(id, "R12-ladder");
    assert_string_equal(csv.data, "Trust,\"Trust, %\",\"Have dealt with, %\",Answered\n"
                                  "B,60,83,50\nA,40,83,50\n");
    assert_non_null(strstr(page.data, "<svg"));
    assert_false(report_derived(&page, &csv, &id, &from, W_R01));
    buf_fini(&page);
    buf_fini(&csv);
    end(&c);
    begin(&c); /* three distrust B: its part is not known, and it comes last */
    add_times(&c, 30, true, "<trust_a>1</trust_a><trust_b>4</trust_b>");
    add_times(&c, 20, true, "<trust_a>4</trust_a><trust_b>4</trust_b>");
    add_times(&c, 3, true, "<trust_a>0</trust_a><trust_b>1</trust_b>");
    add_times(&c, 9, true, "<trust_a>0</trust_a><trust_b>0</trust_b>");
    const struct report_table *t = table_of(&c, "R12-migrant_interview-items");
    assert_string_equal(t->row_labels[0], "A");
    unsigned answered;
    assert_true(report_trust(t, 1, &answered) < 0);
    end(&c);
}

/* ---- in all worlds the same row ---- */

enum { ROWS = 4, MOST = 14 };
struct worlds {
    const struct report_table *t;
    unsigned n, all;
    unsigned counts[ROWS];
    bool rows[ROWS]; /* in which the n-th may lie */
};

static void try_worlds(struct worlds *w, size_t row, unsigned left)
{
    enum report_state s = row < ROWS ? report_state(w->t, row, 0) : COUNT_SHOWN;
    unsigned truth = row < ROWS ? *report_count(w->t, row, 0) : 0;
    if (row == ROWS) {
        unsigned before = 0;
        for (size_t r = 0; left == 0 && r < ROWS; r++) {
            w->rows[r] = w->rows[r] || (before < w->n && w->n <= before + w->counts[r]);
            before += w->counts[r];
        }
        return;
    }
    for (unsigned v = 0; v <= left; v++) {
        bool fits = s == COUNT_SHOWN ? v == truth
                    : s == COUNT_FEW ? v >= 1 && v < REPORT_FEW
                                     : v >= REPORT_FEW;
        if (fits) {
            w->counts[row] = v;
            try_worlds(w, row + 1, left - v);
        }
    }
}

static uint32_t seed = 5;
static unsigned chance(unsigned below)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

static void test_measures__a_certain_row_is_the_same_in_all_worlds(void **state)
{
    (void)state;
    unsigned sure = 0, unsure = 0;
    for (size_t round = 0; round < 2000; round++) {
        struct arena arena;
        struct report_table t;
        arena_init(&arena);
        report_table_new(&t, &arena, ROWS, 1);
        for (size_t r = 0; r < ROWS; r++) {
            unsigned n = *report_count(&t, r, 0) = chance(MOST);
            t.states[r * 2] = n > 0 && n < REPORT_FEW             ? COUNT_FEW
                              : n >= REPORT_FEW && chance(3) == 0 ? COUNT_HIDDEN
                                                                  : COUNT_SHOWN;
        }
        report_totals(&t);
        unsigned all = *report_count(&t, ROWS, 0);
        for (unsigned n = 1; n <= all; n++) {
            struct worlds w = {.t = &t, .n = n, .all = all};
            size_t row = report_certain_row(&t, 0, n), in = 0;
            try_worlds(&w, 0, all);
            for (size_t r = 0; r < ROWS; r++) {
                in += w.rows[r];
            }
            assert_true(in > 0);
            if (row != SIZE_MAX) {
                assert_true(w.rows[row]);
                assert_int_equal(in, 1);
            }
            sure += row != SIZE_MAX;
            unsure += row == SIZE_MAX && in > 1;
        }
        arena_fini(&arena);
    }
    printf("%u places are sure, %u are not\n", sure, unsure);
    assert_true(sure > 1000 && unsure > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures__follow_their_formulas),
        cmocka_unit_test(test_measures__of_entries),
        cmocka_unit_test(test_measures__a_median_needs_five_answers),
        cmocka_unit_test(test_measures__a_median_tells_no_suppressed_number),
        cmocka_unit_test(test_measures__what_a_part_of_the_people_answered_needs_their_number),
        cmocka_unit_test(test_measures__a_crossing_of_codes_needs_its_sums),
        cmocka_unit_test(test_measures__at_least_one),
        cmocka_unit_test(test_measures__a_crossing_that_its_sums_would_tell),
        cmocka_unit_test(test_measures__a_question_for_some_needs_their_number),
        cmocka_unit_test(test_measures__few_answers_do_not_follow),
        cmocka_unit_test(test_measures__a_table_stays_only_with_what_it_is_tied_to),
        cmocka_unit_test(test_measures__no_answer_is_open_in_the_sum_alone),
        cmocka_unit_test(test_measures__attempts_without_a_result_are_not_counted),
        cmocka_unit_test(test_measures__ties_are_to_tables_that_are_there),
        cmocka_unit_test(test_measures__a_need_is_met_by_the_service_of_the_short_list),
        cmocka_unit_test(test_measures__the_ladder_of_trust),
        cmocka_unit_test(test_measures__a_certain_row_is_the_same_in_all_worlds),
    };
    xml_setup();
    return RUN(tests);
}
