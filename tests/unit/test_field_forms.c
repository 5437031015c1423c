/* SPDX-License-Identifier: Apache-2.0 */
/* Do small forms, as people write them, give what other programs of the field give? */
#include "platform/machine/clock.h"
#include "platform/machine/regex.h"
#include "tests/lib/help.h"

/* `steps`: lines of "path=value"; "+path" adds an entry to the repeat.  `wants`: lines of
 * "path=value"; "(none)" for a node that is not there. */
struct field_form {
    const char *name, *form, *list, *steps, *wants;
};

static bool give_list(void *user, const char *uri, struct buf *out, struct err *err)
{
    const char *list = ((struct still *)user)->list;
    (void)uri;
    (void)err;
    buf_text(out, list ? list : "");
    return true;
}

static char *next_line(char **at)
{
    char *line = *at;
    char *end = line ? strchr(line, '\n') : NULL;
    if (end) {
        *end++ = '\0';
    }
    *at = end;
    return line && *line ? line : NULL;
}

static void add_entry(struct session *s, const char *repeat)
{
    struct err err = {0};
    struct arena arena;
    struct page *pages;
    struct node *entry;
    size_t count;
    arena_init(&arena);
    const char *name = strrchr(repeat, '/') + 1;
    char *holder = arena_copy(&arena, repeat, (size_t)(name - 1 - repeat));
    struct node *parent = session_find(s, holder);
    session_pages(s, &arena, parent && parent->item->shape.is_repeat ? parent : NULL, &pages,
                  &count);
    for (size_t i = 0; i < count; i++) {
        if (pages[i].kind == PAGE_ROSTER && strcmp(pages[i].control->item->shape.name, name) == 0) {
            OK(session_add_entry(s, &pages[i], &entry, &err));
            arena_fini(&arena);
            return;
        }
    }
    fail_msg("no repeat %s", repeat);
}

static void run(const struct field_form *f)
{
    struct err err = {0};
    struct still still;
    struct session *s;
    char *steps = mem_text(f->steps), *wants = mem_text(f->wants), *at = steps, *line;
    still_init(&still);
    still.list = f->list;
    still.env.resource = give_list;
    struct form *form = *f->form == '<' ? NULL : form_md(f->form);
    if (!form) {
        OK(form_load(&form, f->form, strlen(f->form), &xml_foreign, &err));
    }
    OK(session_new(&s, form, &still.env, &err));
    while ((line = next_line(&at))) {
        char *value = strchr(line, '=');
        if (*line == '+') {
            add_entry(s, line + 1);
            continue;
        }
        assert_non_null(value);
        *value++ = '\0';
        enum answer_result result = put(s, line, value);
        if (result != ANSWER_OK) {
            fail_msg("%s: %s=%s is refused (%d)", f->name, line, value, (int)result);
        }
    }
    for (at = wants; (line = next_line(&at));) {
        char *value = strchr(line, '=');
        *value++ = '\0';
        struct node *node = session_find(s, line);
        const char *has = !node ? "(none)" : !node->active ? "(hidden)" : tree_value(node);
        if (strcmp(has, value) != 0) {
            fail_msg("%s: %s is '%s', not '%s'", f->name, line, has, value);
        }
    }
    session_free(s);
    form_free(form);
    free(steps);
    free(wants);
}

#define HEAD "| survey |\n"
/* A count that asks its last entry whether there is another one. */
#define ANOTHER_ONE                                                                                \
    HEAD "| | type | name | label | repeat_count | calculation |\n"                                \
         "| | calculate | have | | | count(${room}) |\n"                                           \
         "| | calculate | want | | | if(${have} = 0 or indexed-repeat(${last}, ${room}, ${have}) " \
         "!= 'yes', ${have} + 1, ${have}) |\n"                                                     \
         "| | begin repeat | room | R | ${want} | |\n| | select_one yn | last | L | | |\n"         \
         "| | end repeat | | | | |\n| choices |\n| | list_name | name | label |\n"                 \
         "| | yn | yes | Y |\n| | yn | no | N |\n"
static const struct field_form forms[] = {
    {"what is selected is a run of values",
     HEAD "| | type | name | label | calculation | relevant |\n"
          "| | select_multiple l | had | H | | |\n| | select_multiple l | wants | W | | |\n"
          "| | calculate | c | | selected(${had}, ${wants}) | |\n"
          "| | text | why | W | | selected(${had}, ${wants}) |\n"
          "| choices |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y | Y |\n"
          "| | l | z | Z |\n",
     NULL, "/data/had=x y\n/data/wants=x z\n", "/data/c=false\n/data/why=(hidden)\n"},
    {"… and a run that is there is selected",
     HEAD "| | type | name | label | calculation |\n| | text | a | A | |\n"
          "| | calculate | both | | selected(${a}, ' x y ') |\n"
          "| | calculate | part | | selected(${a}, 'x') |\n"
          "| | calculate | half | | selected(${a}, 'y zz') |\n"
          "| | calculate | none | | selected(${a}, '') |\n",
     NULL, "/data/a=w x y z\n",
     "/data/both=true\n/data/part=true\n/data/half=false\n/data/none=false\n"},
    {"the week of a date",
     HEAD "| | type | name | label | calculation |\n| | date | d | D | |\n"
          "| | calculate | w | | concat('W', format-date(${d}, '%W')) |\n",
     NULL, "/data/d=2024-05-06\n", "/data/w=W19\n"},
    {"… the last of a year can be the next one's first",
     HEAD "| | type | name | label | calculation |\n| | date | d | D | |\n"
          "| | calculate | w | | format-date(${d}, '%W') |\n",
     NULL, "/data/d=2024-12-30\n", "/data/w=1\n"},
    {"… and the first the last one's",
     HEAD "| | type | name | label | calculation |\n| | date | d | D | |\n"
          "| | calculate | w | | format-date(${d}, '%W') |\n",
     NULL, "/data/d=2021-01-03\n", "/data/w=53\n"},
    {"a time of the day is formatted",
     HEAD "| | type | name | label | calculation |\n| | time | t | T | |\n"
          "| | calculate | hm | | format-date-time(${t}, '%H:%M') |\n",
     NULL, "/data/t=08:15:00.000+06:00\n", "/data/hm=08:15\n"},
    {"a moment of another zone is of this place's day",
     HEAD
     "| | type | name | label | calculation |\n| | select_one_from_file trees.csv | t | T | |\n"
     "| | calculate | day | | format-date(instance('trees')/root/item[name = ${t}]/__at, "
     "'%Y-%m-%d') |\n"
     "| | calculate | hm | | format-date-time(instance('trees')/root/item[name = ${t}]/__at, "
     "'%H:%M') |\n"
     "| | calculate | dd | | date(instance('trees')/root/item[name = ${t}]/__at) |\n",
     "__at,name,label\n2024-05-06T21:30:00.000Z,u1,Oak\n2024-01-01T00:10:00.000+09:00,u2,Elm\n",
     "/data/t=u1\n", "/data/day=2024-05-07\n/data/hm=03:30\n/data/dd=2024-05-07\n"},
    {"… backwards over a year, too",
     HEAD "| | type | name | label | calculation |\n| | text | t | T | |\n"
          "| | calculate | day | | format-date-time(${t}, '%Y-%m-%d %H:%M') |\n",
     NULL, "/data/t=2024-01-01T00:10:00.000+09:00\n", "/data/day=2023-12-31 21:10\n"},
    {"the form's version",
     HEAD "| | type | name | label | calculation |\n| | text | a | A | |\n"
          "| | calculate | v | | version() |\n| settings |\n| | version |\n| | 2024a |\n",
     NULL, "/data/a=x\n", "/data/v=2024a\n"},
    {"a list with semicolons",
     HEAD "| | type | name | label | calculation |\n| | select_one_from_file l.csv | q | Q | |\n"
          "| | calculate | n | | pulldata('l', 'pop', 'name', ${q}) |\n",
     "name;label;pop\na;Альфа;5\nb;\"Бета; x\";7\n", "/data/q=b\n", "/data/n=7\n"},
    {"a list with commas in which a cell has semicolons",
     HEAD "| | type | name | label | calculation |\n| | select_one_from_file l.csv | q | Q | |\n"
          "| | calculate | n | | pulldata('l', 'pop', 'name', ${q}) |\n",
     "name,\"label;x\",label,pop\na,p;q,A,5\n", "/data/q=a\n", "/data/n=5\n"},
    {"the e-mail pattern that everybody copies",
     HEAD "| | type | name | label | constraint |\n"
          "| | text | mail | E | regex(., '^[\\w-\\.]+@([\\w-]+\\.)+[\\w-]{2,4}$') |\n",
     NULL, "/data/mail=a.b-c@example.org\n", "/data/mail=a.b-c@example.org\n"},
    {"what other entries say is worked out in every entry",
     HEAD "| | type | name | label | calculation | relevant |\n| | begin_repeat | r | R | | |\n"
          "| | integer | n | N | | |\n"
          "| | calculate | prev | | indexed-repeat(${n}, ${r}, position(..) - 1) | |\n"
          "| | calculate | same | | ${r}[position() = position(current()/..) - 1]/n | |\n"
          "| | text | t | T | | indexed-repeat(${n}, ${r}, 1) > 5 |\n| | end_repeat | | | | |\n",
     NULL, "/data/r[1]/n=1\n+/data/r\n/data/r[2]/n=2\n/data/r[1]/n=7\n",
     "/data/r[2]/prev=7\n/data/r[2]/same=7\n/data/r[2]/t=\n"},
    {"… and in entries within entries",
     HEAD "| | type | name | label | calculation |\n| | begin_repeat | r | R | |\n"
          "| | integer | n | N | |\n| | begin_repeat | k | K | |\n| | integer | m | M | |\n"
          "| | calculate | first | | indexed-repeat(${m}, ${r}, 1, ${k}, 1) |\n"
          "| | end_repeat | | | |\n| | end_repeat | | | |\n",
     NULL,
     "/data/r[1]/k[1]/m=1\n+/data/r\n+/data/r[2]/k\n/data/r[2]/k[1]/m=2\n/data/r[1]/k[1]/m=9\n",
     "/data/r[2]/k[1]/first=9\n/data/r[1]/k[1]/first=9\n"},
    {"an action sees what was calculated from the answer",
     HEAD "| | type | name | label | calculation | trigger |\n| | integer | litres | L | | |\n"
          "| | calculate | cost | | ${litres} * 3 | |\n"
          "| | integer | offered | O | ${cost} | ${litres} |\n",
     NULL, "/data/litres=8\n", "/data/offered=24\n"},
    {"… and what an action set, one behind another",
     HEAD "| | type | name | label | calculation | trigger |\n| | integer | a | A | | |\n"
          "| | calculate | twice | | ${a} * 2 | |\n| | integer | b | B | ${twice} | ${a} |\n"
          "| | calculate | more | | ${b} + 1 | |\n| | integer | c | C | ${more} | ${b} |\n",
     NULL, "/data/a=4\n", "/data/b=8\n/data/c=9\n"},
    {"another one, until the last", ANOTHER_ONE, NULL,
     "/data/room[1]/last=no\n/data/room[2]/last=no\n/data/room[3]/last=yes\n",
     "/data/want=3\n/data/have=3\n/data/room[3]/last=yes\n/data/room[4]/last=(none)\n"},
    {"… and an answer that is put right takes the one that nobody began", ANOTHER_ONE, NULL,
     "/data/room[1]/last=no\n/data/room[1]/last=yes\n",
     "/data/have=1\n/data/room[2]/last=(none)\n"},
    {"… within another repeat, by relative paths",
     HEAD "| | type | name | label | repeat_count | calculation |\n| | begin repeat | h | H | | |\n"
          "| | calculate | have | | | count(../room) |\n"
          "| | calculate | want | | | if(../have = 0 or ../room[position() = count(../room)]/last "
          "!= 'yes', ../have + 1, ../have) |\n"
          "| | begin repeat | room | R | ${want} | |\n| | select_one yn | last | L | | |\n"
          "| | end repeat | | | | |\n| | end repeat | | | | |\n| choices |\n"
          "| | list_name | name | label |\n| | yn | yes | Y |\n| | yn | no | N |\n",
     NULL,
     "/data/h[1]/room[1]/last=no\n/data/h[1]/room[2]/last=yes\n+/data/h\n"
     "/data/h[2]/room[1]/last=yes\n",
     "/data/h[1]/have=2\n/data/h[2]/have=1\n/data/h[1]/room[3]/last=(none)\n"
     "/data/h[2]/room[2]/last=(none)\n"},
    {"the least and the most of what was answered",
     HEAD
     "| | type | name | label | calculation |\n| | integer | a | A | |\n| | integer | b | B | |\n"
     "| | text | t | T | |\n| | calculate | least | | min(${a}, ${b}, '') |\n"
     "| | calculate | most | | max(${a}, ${b}) |\n| | calculate | none | | max(${b}) |\n"
     "| | calculate | odd | | max(${a}, ${t}) |\n",
     NULL, "/data/a=3\n/data/t=x\n", "/data/least=3\n/data/most=3\n/data/none=\n/data/odd=\n"},
    {"a moment beside a day, and beside a time of the day", /* 2026-11-24 14:00 at the place */
     HEAD "| | type | name | label | calculation |\n| | start | start | | |\n"
          "| | dateTime | at | A | |\n| | time | t | T | |\n"
          "| | calculate | today | | ${at} = today() |\n"
          "| | calculate | ever | | ${at} > today() |\n"
          "| | calculate | past | | ${at} < today() |\n"
          "| | calculate | early | | ${t} < ${start} |\n"
          "| | calculate | late | | ${t} > ${start} |\n",
     NULL, "/data/at=2026-11-24T01:30:00.000+06:00\n/data/t=13:00:00.000+06:00\n",
     "/data/today=true\n/data/ever=false\n/data/past=false\n/data/early=true\n/data/late=false\n"},
    {"… the day is that of this place",
     HEAD "| | type | name | label | calculation |\n| | dateTime | at | A | |\n"
          "| | calculate | today | | ${at} = today() |\n",
     NULL, "/data/at=2026-11-23T20:30:00.000Z\n", "/data/today=true\n"},
    {"a decimal that an action sets into a whole number",
     "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head>"
     "<model><instance><data id='p'><n/><m/><x/><at yes='' no=''/></data></instance>"
     "<bind nodeset='/data/n' type='int'/><bind nodeset='/data/m' type='int'/>"
     "<bind nodeset='/data/x' calculate='/data/n + 0'/>"
     "<bind nodeset='/data/at/@yes' calculate='1 = 1'/><bind nodeset='/data/at/@no' "
     "calculate='1 = 2'/>"
     "<setvalue ref='/data/n' event='odk-instance-first-load'>2.5</setvalue>"
     "<setvalue ref='/data/m' value=\"'7.9'\" event='odk-instance-first-load'/>"
     "</model></h:head><h:body><input ref='/data/n'><label>N</label></input></h:body></h:html>",
     NULL, "", "/data/n=2\n/data/m=7\n/data/x=2\n/data/at/@yes=1\n/data/at/@no=0\n"},
    {"blanks around defaults",
     "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head>"
     "<model><instance><data id='p'><who>   Asel   </who><crops>wheat \n  rice</crops>"
     "<note>a  b</note><e>e\xCC\x81</e></data></instance>"
     "<bind nodeset='/data/who' type='string'/></model></h:head><h:body><input ref='/data/who'>"
     "<label>W</label></input><select ref='/data/crops'><label>C</label><item><label>W</label>"
     "<value>wheat</value></item><item><label>R</label><value>rice</value></item></select>"
     "</h:body></h:html>",
     NULL, "", "/data/who=Asel\n/data/crops=wheat rice\n/data/note=a  b\n/data/e=\xC3\xA9\n"},
};

static void test_field_forms__give_what_others_give(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        run(&forms[i]);
    }
}

static void test_field_forms__patterns_are_read_as_java_and_javascript_do(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {{"[\\w-\\.]+", "a-b.c", true},
                 {"[\\w-\\.]+", "a/b", false},
                 {"[a-\\d]+", "a-7", true},
                 {"[a-\\d]+", "b", false},
                 {"[\\d-x]+", "5-x", true},
                 {"[a-c-]+", "b-", true},
                 {"[^\\s-a]+", "bc", true},
                 {"[^\\s-a]+", "-", false},
                 {"[]\\w-.]+", "]-.", true},
                 {"[[:alpha:]-9]+", "a-9", true},
                 {"\\p{IsCyrillic}+", "Көңүл", true},
                 {"\\p{Script=Cyrillic}+", "Көңүл", true},
                 {"\\p{IsCyrillic}+", "abc", false},
                 {"[\\p{L}-\\s]+", "Ак-суу айылы", true},
                 {"\\p{Alnum}{3}", "a1ө", true},
                 {"\\P{Digit}+", "abc", true},
                 {"\\u0430+", "аа", true},
                 {"a\\_b", "a_b", true},
                 {"a\\yb", "ayb", true},
                 {"\\d{2}\\-\\d{2}", "12-34", true},
                 {"\\p{L}\\pN", "a1", true}};
    struct err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool matches = false;
        if (!regex_matches(&matches, cases[i].pattern, cases[i].text, &err)) {
            fail_msg("%s: %s", cases[i].pattern, err.what);
        }
        if (matches != cases[i].matches) {
            fail_msg("%s on %s: %d", cases[i].pattern, cases[i].text, (int)matches);
        }
    }
    static const char *const faulty[] = {"[a",     "(a",           "a**", "[z-a]",
                                         "a{3,1}", "\\p{Klingon}", "*a"};
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        if (regex_check(faulty[i], &err)) {
            fail_msg("%s is taken", faulty[i]);
        }
        assert_int_equal(err.code, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_forms__give_what_others_give),
        cmocka_unit_test(test_field_forms__patterns_are_read_as_java_and_javascript_do),
    };
    xml_setup();
    return RUN(tests);
}
