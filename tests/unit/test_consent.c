/* SPDX-License-Identifier: Apache-2.0 */
/* Does only an answer that somebody gave let a microphone run? */
#include "forms/engine/session.h"
#include "tests/lib/help.h"

#define HEAD                                                                                       \
    "| survey |\n| | type | name | label | calculation | relevant | required | default | "         \
    "bind::suhbat:audio-consent |\n"                                                               \
    "| | background-audio | whole | | | | | | p_audio |\n"                                         \
    "| | begin_repeat | part | P | | | | | |\n"
#define TAIL "| | end_repeat | | | | | | | |\n" LISTS
#define LISTS                                                                                      \
    "| choices |\n| | list_name | name | label |\n| | yn | yes | Y |\n| | yn | no | N |\n"         \
    "| settings |\n| | form_id | namespaces |\n| | f | suhbat=\"urn:suhbat:xforms:1\" |\n"
#define ASKS(NAME) "| | select_one yn | " NAME " | Q | | "

struct rig {
    struct still still;
    struct form *form;
    struct session *s;
};

static void begin(struct rig *r, const char *md)
{
    struct err err = {0};
    memset(r, 0, sizeof *r);
    still_init(&r->still);
    r->form = form_md(md);
    OK(session_new(&r->s, r->form, &r->still.env, &err));
}

static void end(struct rig *r)
{
    session_free(r->s);
    form_free(r->form);
}

static void give(struct rig *r, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(r->s, path);
    assert_non_null(node);
    assert_int_equal(session_put(r->s, node, value, &err), ANSWER_OK);
}

/* Somebody comes, whom nobody has asked anything yet. */
static void one_more(struct rig *r)
{
    struct err err = {0};
    struct node *entry;
    struct page roster = {.kind = PAGE_ROSTER, .node = session_find(r->s, "/data")};
    for (size_t i = 0; i < r->form->item_count; i++) {
        bool it = strcmp(r->form->items[i]->path, "/data/part") == 0;
        roster.control = it ? r->form->items[i]->control : roster.control;
    }
    OK(session_add_entry(r->s, &roster, &entry, &err));
}

static enum consent all(struct rig *r)
{
    const struct node *who;
    return session_audio_consent(r->s, r->form->background, &who);
}

/* In each form the first agrees to all; the late-comer was asked nothing, or something else. */
static void test_consent__what_the_form_fills_in_is_no_answer(void **state)
{
    (void)state;
    static const struct {
        const char *what, *md;
        const char *says[2]; /* of the late-comer: question and value; NULL: nothing */
        bool never;          /* no answer counts: the form fills it in */
    } cases[] = {
        {"a default yes",
         HEAD ASKS("p_take") "| | yes | |\n" ASKS("p_audio") "${p_take} = 'yes' | | yes | |\n" TAIL,
         {NULL},
         true},
        {"a default no",
         HEAD ASKS("p_take") "| | no | |\n" ASKS("p_audio") "${p_take} = 'yes' | | | |\n" TAIL,
         {NULL},
         false},
        {"a default that is calculated",
         HEAD ASKS("p_take") "| | if(1 = 1, 'no', '') | |\n" ASKS(
             "p_audio") "${p_take} = 'yes' | | | |\n" TAIL,
         {NULL},
         false},
        {"a calculation that is shown",
         HEAD ASKS("p_take") "| | | |\n| | text | x_take | X | if(${p_take} = 'yes', 'yes', 'no') "
                             "| | | | |\n" ASKS("p_audio") "${x_take} = 'yes' | | | |\n" TAIL,
         {NULL},
         false},
        {"what another answer fills in",
         "| survey |\n| | type | name | label | calculation | trigger | "
         "bind::suhbat:audio-consent |\n| | background-audio | whole | | | | p_audio |\n"
         "| | begin_repeat | part | P | | | |\n| | select_one yn | p_take | Q | | | |\n"
         "| | select_one yn | p_audio | Q | if(${p_take} = 'yes', 'yes', 'no') | ${p_take} | |\n"
         "| | end_repeat | | | | | |\n" LISTS,
         {"p_take", "yes"},
         true},
        {"a no that opens",
         HEAD ASKS("p_minor") "| | | |\n" ASKS("p_take") "| | | |\n" ASKS(
             "p_audio") "${p_take} = 'yes' and ${p_minor} = 'no' | | | |\n" TAIL,
         {"p_minor", "no"},
         false},
        {"what the required reads",
         HEAD ASKS("p_late") "| | | |\n" ASKS("p_take") "| | | |\n" ASKS(
             "p_audio") "${p_take} = 'yes' | ${p_late} = 'no' | | |\n" TAIL,
         {"p_late", "no"},
         false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct rig r;
        begin(&r, cases[k].md);
        if (session_find(r.s, "/data/part[1]/p_minor")) {
            give(&r, "/data/part[1]/p_minor", "no");
        }
        give(&r, "/data/part[1]/p_take", "yes");
        if (all(&r) != CONSENT_UNASKED) {
            fail_msg("%s: nobody was asked", cases[k].what);
        }
        if (!cases[k].never) {
            give(&r, "/data/part[1]/p_audio", "yes");
            if (all(&r) != CONSENT_GIVEN) {
                fail_msg("%s: the first agreed", cases[k].what);
            }
        }
        one_more(&r);
        if (cases[k].says[0]) {
            char path[64];
            snprintf(path, sizeof path, "/data/part[2]/%s", cases[k].says[0]);
            give(&r, path, cases[k].says[1]);
        }
        if (all(&r) != CONSENT_UNASKED) {
            fail_msg("%s: a late-comer is recorded", cases[k].what);
        }
        end(&r);
    }
}

/* Who refuses takes no part, directly or by a calculation and a group; who agrees is asked. */
static void test_consent__who_refuses_is_not_there(void **state)
{
    (void)state;
    struct rig r;
    begin(&r, HEAD ASKS("p_take") "| | | |\n| | calculate | ok | | if(${p_take} = 'yes', 'yes', "
                                  "'no') | | | | |\n"
                                  "| | begin_group | g | G | | ${ok} = 'yes' | | | |\n" ASKS(
                                      "p_audio") "| | | |\n| | end_group | | | | | | | |\n" TAIL);
    give(&r, "/data/part[1]/p_take", "yes");
    give(&r, "/data/part[1]/g/p_audio", "yes");
    assert_int_equal(all(&r), CONSENT_GIVEN);
    one_more(&r);
    assert_int_equal(all(&r), CONSENT_UNASKED);
    give(&r, "/data/part[2]/p_take", "no");
    assert_int_equal(all(&r), CONSENT_GIVEN);
    give(&r, "/data/part[2]/p_take", "yes");
    assert_int_equal(all(&r), CONSENT_UNASKED);
    give(&r, "/data/part[2]/g/p_audio", "no");
    assert_int_equal(all(&r), CONSENT_REFUSED);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consent__what_the_form_fills_in_is_no_answer),
        cmocka_unit_test(test_consent__who_refuses_is_not_there),
    };
    xml_setup();
    return RUN(tests);
}
