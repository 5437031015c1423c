/* SPDX-License-Identifier: Apache-2.0 */
/* Does the desk tell how the field goes: who works, which quotas are filled, what looks odd? */
#include "platform/machine/tally.h"
#include "tests/lib/desk_case.h"
#include "tools/desk/desk_field.h"

static const char md[] =
    "| survey |\n"
    "| | type | name | label | bind::suhbat:submitter | bind::suhbat:sensitive |\n"
    "| | start | start | | | |\n| | end | end | | | |\n"
    "| | text | int_code | Code | yes | |\n"
    "| | text | country | Country | | |\n| | text | cns_take | Consent | | |\n"
    "| | text | cns_audio | Sound | | |\n"
    "| | begin_group | block | Block | | |\n"
    "| | text | a1 | A | | |\n| | text | a2 | A | | |\n| | text | a3 | A | | |\n"
    "| | text | a4 | A | | |\n| | text | a5 | A | | |\n| | end_group | | | | |\n"
    "| | text | trust_a | T | | |\n| | text | trust_b | T | | |\n| | text | trust_c | T | | |\n"
    "| | text | nar_one | N | | |\n| | text | nar_two | N | | |\n"
    "| | text | chk_one | C | | |\n| | text | chk_two | C | | |\n"
    "| | text | sex | S | | |\n| | text | age | A | | |\n| | text | org_district | D | | |\n"
    "| | text | ban_from_cm | B | | |\n| | text | hh_size | H | | |\n"
    "| | text | talk_lang | L | | |\n| | text | home_lang | L | | |\n"
    "| | text | interp | I | | |\n| | text | relia | R | | |\n"
    "| | text | hard | X | | extra |\n"
    "| | text | res | R | | |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 1 |\n";
static const char rules_text[] =
    "rule,form,measure,amber,red,unit\nE1,test_form,estimate,40,,minutes\n"
    "Q1,test_form,active,35,25,minutes\nQ1,other,active,500,400,minutes\nQ1,*,pause,10,,minutes\n"
    "Q2,*,equal_items,3,,answers\nQ3,*,missing_share,30,,percent\n"
    "Q3,*,interviews_without_refusal,3,,interviews\n"
    "Q4,*,short_stories,2,,stories\nQ4,*,story_length,20,,letters\n"
    "Q5,test_form,a_day,2,,interviews\nQ5,*,earliest,07:00,,\nQ5,*,latest,21:00,,\n"
    "Q5,*,overlap,,0,minutes\nQ6,*,checks_right,1,,checks\nQ7,*,age_difference,1,,years\n"
    "Q8,*,reliability,2,,rating\nQ9,*,audio_interviews,3,,interviews\n"
    "Q10,*,changed_after_end,0,,answers\n";
static const char quotas_text[] =
    "form,cell,main,expression,target,label::Русский (ru),label::Кыргызча (ky)\n"
    "test_form,KG,yes,${country} = 'KG',10,Киргизия,Кыргызстан\n"
    "test_form,TJ,yes,${country} = 'TJ',1,Таджикистан,\n"
    "test_form,young,no,${country} = 'KG' and ${age} < 30,2,Молодые,\n"
    "other,any,yes,${nothing} = '1',2,Другие,\n";

struct talk { /* an interview; NULL: as usual */
    const char *code, *country, *day, *begun, *ended, *answers, *res;
};

struct field_case {
    struct study study;
    uint8_t hash[32];
    struct desk *desk;
    struct buf xform;
    struct desk_field field;
    unsigned count;
};

static void begin(struct field_case *c)
{
    struct err err = {0};
    memset(c, 0, sizeof *c);
    study_init(&c->study);
    study_device(&c->study);
    OK(convert_md(&c->xform, md, &err));
    c->study.form = c->xform.data;
    study_enrol(&c->study, c->hash);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static void add(struct field_case *c, const struct talk *t)
{
    struct err err = {0};
    struct device_draft d;
    struct buf xml = {0};
    uint8_t id[16] = {0xF0, (uint8_t)(c->count >> 8), (uint8_t)++c->count};
    const char *day = or_else(t->day, "2026-11-24");
    buf_join(&xml, "<data id='test_form' version='1'><start>", day, "T", or_else(t->begun, "10:00"),
             ":00.000+06:00</start><end>", day, "T", or_else(t->ended, "10:40"),
             ":00.000+06:00</end><int_code>", or_else(t->code, "A12"), "</int_code><country>",
             or_else(t->country, "KG"), "</country>",
             or_else(t->answers, "<cns_take>yes</cns_take>"), "<res>", or_else(t->res, "complete"),
             "</res></data>", NULL);
    struct device_finished f = {.xml = xml.data, .xml_len = xml.len};
    OK(device_draft_begin(c->study.device, &d, c->hash, study_wall, &err));
    OK(device_finish(c->study.device, &d, id, &f, study_wall, &err));
    buf_fini(&xml);
}

static struct field_options everything;
static struct buf rules, quotas;

static void look(struct field_case *c)
{
    struct err err = {0};
    c->desk = case_desk(&c->study, c->hash, false);
    everything = (struct field_options){.quotas = &quotas, .rules = &rules, .language = "ky"};
    OK(desk_field_read(&c->field, c->desk, c->study.coordinator, &everything, &err));
}

static void end(struct field_case *c)
{
    desk_field_fini(&c->field);
    desk_close(c->desk);
    buf_fini(&c->xform);
    study_fini(&c->study);
}

/* How many findings of a rule there are; the text of each must hold `part`. */
static unsigned found(const struct field_case *c, const char *rule, enum field_level level,
                      const char *part)
{
    unsigned count = 0;
    for (size_t i = 0; i < c->field.finding_count; i++) {
        const struct field_finding *one = &c->field.findings[i];
        if (strcmp(one->rule, rule) == 0 && one->level == level) {
            count++;
            struct buf text = {0};
            field_put_words(&text, &one->words);
            if (!strstr(text.data, part)) {
                fail_msg("'%s' lacks '%s'", text.data, part);
            }
            buf_fini(&text);
        }
    }
    return count;
}

static void test_field__interviewers_and_days(void **state)
{
    (void)state;
    struct field_case c;
    struct buf out = {0};
    begin(&c);
    add(&c, &(struct talk){.day = "2026-11-25", .ended = "11:00"});
    add(&c, &(struct talk){.ended = "10:30"});
    add(&c, &(struct talk){.begun = "12:00", .ended = "12:50", .res = "partial"});
    add(&c, &(struct talk){.code = "B07", .answers = "<cns_take>no</cns_take>"});
    look(&c);
    assert_int_equal(c.field.interviewer_count, 2);
    const struct field_interviewer *one = &c.field.interviewers[0];
    assert_string_equal(one->code, "A12");
    assert_int_equal(one->records, 3);
    assert_int_equal(one->complete, 2);
    assert_int_equal(one->partial, 1);
    assert_int_equal(one->day_count, 2);
    assert_int_equal(one->days[0].records, 2);
    assert_int_equal(one->days[0].day + 1, one->days[1].day);
    assert_int_equal(one->minutes_count, 2);
    assert_true(one->minutes[0] == 30 && one->minutes[1] == 60);
    assert_int_equal(c.field.interviewers[1].refused, 1);
    desk_field_table(&out, &c.field, FIELD_INTERVIEWERS);
    assert_non_null(strstr(out.data, "A12,3,2,1,0,45.0,2,"));
    assert_non_null(strstr(out.data, ",112\n")); /* 90 of 80 minutes */
    buf_cut(&out, 0);
    desk_field_table(&out, &c.field, FIELD_DAYS);
    assert_non_null(strstr(out.data, "A12,2026-11-24,2,1,0,30.0,75\n"
                                     "A12,2026-11-25,1,1,0,60.0,150\nB07,2026-11-24,1,0,1,,\n"));
    /* in parts it is the same table, with one heading */
    struct buf whole = {0}, parts = {0};
    desk_field_table(&whole, &c.field, FIELD_INTERVIEWERS);
    for (size_t i = 0; i < desk_field_count(&c.field, FIELD_INTERVIEWERS); i++) {
        desk_field_part(&parts, &c.field, FIELD_INTERVIEWERS, i, 1);
    }
    assert_string_equal(whole.data, parts.data);
    buf_fini(&whole);
    buf_fini(&parts);
    assert_int_equal(c.field.device_count, 1);
    assert_int_equal(c.field.devices[0].records, 4);
    assert_true(c.field.devices[0].handed_ms == study_wall);
    buf_fini(&out);
    end(&c);
}

/* What the rules about two records look up: thousands of ids, each with its own number. */
static void test_field__a_tally_keeps_a_number_for_each_id(void **state)
{
    (void)state;
    enum { IDS = 5000 };
    struct tally t = {0};
    uint8_t id[16] = {7};
    assert_int_equal(tally_get(&t, id), 0);
    for (uint32_t i = 1; i <= IDS; i++) {
        memcpy(id, &i, sizeof i);
        tally_put(&t, id, i);
    }
    for (uint32_t i = 1; i <= IDS; i++) {
        memcpy(id, &i, sizeof i);
        assert_int_equal(tally_get(&t, id), i);
    }
    uint32_t other = IDS + 1;
    memcpy(id, &other, sizeof other);
    assert_int_equal(tally_get(&t, id), 0);
    assert_int_equal(t.count, IDS);
    tally_fini(&t);
}

static void test_field__quotas(void **state)
{
    (void)state;
    struct field_case c;
    struct buf out = {0};
    begin(&c);
    for (int i = 0; i < 4; i++) {
        static const char *const days[] = {"2026-11-01", "2026-11-10", "2026-11-12", "2026-11-20"};
        add(&c, &(struct talk){.day = days[i], .answers = i ? "<age>40</age>" : "<age>25</age>"});
    }
    add(&c, &(struct talk){.country = "TJ"});
    add(&c, &(struct talk){.country = "TJ", .res = "partial"}); /* counts only when complete */
    add(&c, &(struct talk){.country = "KZ"});
    look(&c);
    assert_int_equal(c.field.cell_count, 4);
    assert_int_equal(c.field.cells[0].done, 4);
    assert_string_equal(c.field.cells[0].label, "Кыргызстан");
    assert_int_equal(c.field.cells[1].done, 1);
    assert_string_equal(c.field.cells[1].label, "TJ");
    assert_int_equal(c.field.cells[2].done, 1);
    assert_int_equal(c.field.cells[3].done, 0); /* of a form that has no records */
    assert_int_equal(c.field.outside, 1);
    desk_field_table(&out, &c.field, FIELD_QUOTAS);
    /* 4 in 20 days; 6 more take 30 */
    assert_non_null(strstr(out.data, "test_form,KG,Кыргызстан,yes,10,4,2026-12-21,\n"));
    assert_non_null(strstr(out.data, "test_form,TJ,TJ,yes,1,1,reached,\n"));
    buf_fini(&out);
    end(&c);
}

static void test_field__what_looks_odd(void **state)
{
    (void)state;
    static const char many[] =
        "<block><a1>dk</a1><a2>refused</a2><a3>x</a3><a4>x</a4><a5>x</a5></block>";
    static const char person[] = "<sex>f</sex><age>%d</age><org_district>d</org_district>"
                                 "<ban_from_cm>24000</ban_from_cm><hh_size>4</hh_size>";
    struct field_case c;
    char one[300], other[300], far[300];
    begin(&c);
    snprintf(one, sizeof one, person, 30);
    snprintf(other, sizeof other, person, 31);
    snprintf(far, sizeof far, person, 33);
    add(&c, &(struct talk){.code = "R1", .ended = "10:20"});
    add(&c, &(struct talk){.code = "R2", .ended = "10:30"});
    add(&c,
        &(struct talk){.code = "R3",
                       .answers = "<trust_a>2</trust_a><trust_b>2</trust_b><trust_c>2</trust_c>"});
    add(&c,
        &(struct talk){.code = "R4",
                       .answers = "<trust_a>2</trust_a><trust_b>2</trust_b><trust_c>3</trust_c>"});
    add(&c, &(struct talk){.code = "R5", .answers = many});
    add(&c, &(struct talk){.code = "R6",
                           .answers = "<nar_one>так и было</nar_one>"
                                      "<nar_two>не помню я</nar_two>"});
    add(&c, &(struct talk){.code = "R7",
                           .answers = "<chk_one>right</chk_one><chk_two>right</chk_two>"});
    add(&c, &(struct talk){.code = "R8", .answers = one});
    add(&c, &(struct talk){.code = "R9", .answers = other});
    add(&c, &(struct talk){.code = "S1", .answers = far});
    add(&c, &(struct talk){.code = "S2", .begun = "06:30", .ended = "07:20"});
    add(&c, &(struct talk){.code = "S3", .begun = "21:30", .ended = "22:20"});
    add(&c, &(struct talk){.code = "S4",
                           .answers = "<talk_lang>ru</talk_lang><home_lang>uz</home_lang>"
                                      "<interp>none</interp><relia>1</relia>"});
    look(&c);
    assert_int_equal(found(&c, "Q1", FIELD_RED, "took 20 minutes"), 1);
    assert_int_equal(found(&c, "Q1", FIELD_AMBER, "took 30 minutes"), 1);
    assert_int_equal(found(&c, "Q2", FIELD_AMBER, "all 3 answers to trust_… are 2"), 1);
    assert_int_equal(found(&c, "Q3", FIELD_AMBER, "in block 40 %"), 1);
    assert_int_equal(found(&c, "Q4", FIELD_AMBER, "2 stories, each shorter than 20 letters"), 1);
    assert_int_equal(found(&c, "Q5", FIELD_AMBER, "began at "), 2);
    assert_int_equal(found(&c, "Q5", FIELD_RED, ""), 0);
    assert_int_equal(found(&c, "Q6", FIELD_AMBER, "2 contradictions"), 1);
    assert_int_equal(found(&c, "Q7", FIELD_AMBER, "may be the same person as uuid:f0"), 1);
    assert_int_equal(found(&c, "Q8", FIELD_AMBER, "another language"), 1);
    assert_int_equal(c.field.finding_count, 10);
    assert_int_equal(c.field.findings[0].level, FIELD_RED);
    assert_string_equal(c.field.findings[0].form, "test_form");
    assert_string_equal(c.field.unjudged, "changed_after_end");
    end(&c);
}

static void test_field__what_looks_odd_of_an_interviewer(void **state)
{
    (void)state;
    static const char story[] = "<nar_one>Мы поехали весной, втроём, с братом и его другом. На "
                                "границе сказали, что въезд закрыт на пять лет.</nar_one>"
                                "<cns_audio>yes</cns_audio><hard>yes</hard>";
    struct field_case c;
    begin(&c);
    add(&c, &(struct talk){.answers = story});
    add(&c, &(struct talk){.begun = "10:30",
                           .ended = "11:30",
                           .answers = "<cns_audio>yes</cns_audio><hard>yes</hard>"});
    add(&c, &(struct talk){.begun = "12:00", .ended = "12:50", .answers = story});
    add(&c, &(struct talk){.code = "B07",
                           .answers = "<cns_audio>yes</cns_audio>"
                                      "<hard>refused</hard>"});
    add(&c, &(struct talk){.code = "B07",
                           .day = "2026-11-25",
                           .answers = "<cns_audio>no</cns_audio><hard>yes</hard>"});
    add(&c, &(struct talk){.code = "B07",
                           .day = "2026-11-26",
                           .answers = "<cns_audio>no</cns_audio><hard>no</hard>"});
    look(&c);
    assert_int_equal(found(&c, "Q5", FIELD_RED, "began 10 minutes before the end of uuid:f0"), 1);
    assert_int_equal(found(&c, "Q5", FIELD_AMBER, "more than 2 interviews on one day"), 1);
    assert_int_equal(found(&c, "Q3", FIELD_AMBER, "nobody refused"), 1);
    assert_int_equal(found(&c, "Q9", FIELD_AMBER, "everybody agreed"), 1);
    assert_int_equal(found(&c, "same", FIELD_RED, "has the same answers as uuid:f0"), 1);
    assert_int_equal(c.field.interviewers[0].red, 2);
    assert_int_equal(c.field.interviewers[1].red + c.field.interviewers[1].amber, 0);
    end(&c);
}

/* A long interview that contains two others. */
static void test_field__overlaps_of_one_that_contains_others(void **state)
{
    (void)state;
    struct field_case c;
    begin(&c);
    add(&c, &(struct talk){.begun = "09:00", .ended = "12:00"});
    add(&c, &(struct talk){.begun = "09:30", .ended = "09:40"});
    add(&c, &(struct talk){.begun = "11:00", .ended = "11:40"});
    add(&c, &(struct talk){.begun = "12:00", .ended = "12:40"});
    look(&c);
    assert_int_equal(found(&c, "Q5", FIELD_RED, "minutes before the end of uuid:f0"), 2);
    end(&c);
}

/* Lists that are wrong say where. */
static void test_field__lists_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *quotas, *where, *what;
    } wrong[] = {
        {"form,cell,main,expression\ntest_form,a,yes,x\n", "quota.csv", "no column 'target'"},
        {"form,cell,main,expression,target\ntest_form,a,yes,${age} > 1,many\n",
         "quota.csv, row 2, column target", "'many' is no number"},
        {"form,cell,main,expression,target\ntest_form,\"a,yes\n", "quota.csv", ""}};
    struct field_case c;
    begin(&c);
    add(&c, &(struct talk){.answers = "<age>20</age>"});
    look(&c);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = {0};
        struct buf list = {0};
        struct desk_field field;
        struct field_options options = {.quotas = &list};
        char text[600];
        buf_add(&list, wrong[i].quotas, strlen(wrong[i].quotas));
        assert_false(desk_field_read(&field, c.desk, c.study.coordinator, &options, &err));
        err_text(&err, text, sizeof text);
        if (!strstr(text, wrong[i].where) || !strstr(text, wrong[i].what)) {
            fail_msg("%s", text);
        }
        buf_fini(&list);
    }
    end(&c);
}

/* An expression that does not fit is told at its cell; the others are judged. */
static void test_field__a_cell_that_cannot_be_judged(void **state)
{
    (void)state;
    static const char list[] = "form,cell,main,expression,target\n"
                               "test_form,a,yes,${agee} > 1,3\ntest_form,b,yes,${age} >,3\n"
                               "test_form,c,yes,${age} = 20,3\n";
    struct field_case c;
    struct err err = {0};
    struct buf bytes = {0}, out = {0};
    struct desk_field field;
    const struct field_options options = {.quotas = &bytes};
    begin(&c);
    add(&c, &(struct talk){.answers = "<age>20</age>"});
    look(&c);
    buf_add(&bytes, list, sizeof list - 1);
    OK(desk_field_read(&field, c.desk, c.study.coordinator, &options, &err));
    assert_int_equal(field.faults, 2);
    assert_non_null(strstr(field.cells[0].fault, "quota.csv, row 2, column expression"));
    assert_non_null(strstr(field.cells[0].fault, "${agee} is no question of 'test_form'"));
    assert_non_null(strstr(field.cells[1].fault, "quota.csv, row 3, column expression"));
    assert_null(field.cells[2].fault);
    assert_int_equal(field.cells[2].done, 1);
    desk_field_tell(&out, &field, study_wall);
    assert_non_null(strstr(out.data, "not judged: quota.csv, row 2"));
    desk_field_fini(&field);
    buf_fini(&bytes);
    buf_fini(&out);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field__interviewers_and_days),
        cmocka_unit_test(test_field__a_tally_keeps_a_number_for_each_id),
        cmocka_unit_test(test_field__quotas),
        cmocka_unit_test(test_field__what_looks_odd),
        cmocka_unit_test(test_field__what_looks_odd_of_an_interviewer),
        cmocka_unit_test(test_field__overlaps_of_one_that_contains_others),
        cmocka_unit_test(test_field__lists_that_are_wrong),
        cmocka_unit_test(test_field__a_cell_that_cannot_be_judged),
    };
    struct err err = {0};
    buf_add(&rules, rules_text, sizeof rules_text - 1);
    buf_add(&quotas, quotas_text, sizeof quotas_text - 1);
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
