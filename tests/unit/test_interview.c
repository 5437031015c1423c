/* SPDX-License-Identifier: Apache-2.0 */
/* Does an interview come back after a power cut as it was: answers, typing, place, chance? */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "app/interview/interview.h"
#include "tests/lib/study.h"

static const char form_xml[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
    "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>T</h:title><model>"
    "<instance><data id='test_form'><name/><age/><arm/><opened/><named/>"
    "<trip jr:template=''><draw/><where/></trip><debt jr:template=''><sum/></debt>"
    "<meta><instanceID/></meta></data></instance>"
    "<bind nodeset='/data/name' type='string'/>"
    "<bind nodeset='/data/age' type='int' constraint='. &lt; 120 + random()'/>"
    "<bind nodeset='/data/arm' calculate='once(random())'/>"
    "<bind nodeset='/data/trip/draw' calculate='once(random())'/>"
    "<bind nodeset='/data/trip/where' type='string'/><bind nodeset='/data/debt/sum' type='int'/>"
    "<bind nodeset='/data/meta/instanceID' jr:preload='uid'/>"
    "<bind nodeset='/data/opened' type='string'/><bind nodeset='/data/named' type='string'/>"
    "<setvalue event='odk-instance-load' ref='/data/opened' "
    "value=\"concat(/data/opened, ' ', now(), '/', random())\"/>"
    "</model></h:head><h:body>"
    "<input ref='/data/name'><label>Name</label>"
    "<setvalue event='xforms-value-changed' ref='/data/named' value='now()'/></input>"
    "<input ref='/data/age'><label>Age</label></input>"
    "<group ref='/data/trip'><label>Trips</label><repeat nodeset='/data/trip'>"
    "<input ref='/data/trip/where'><label>Where</label></input></repeat></group>"
    "<group ref='/data/debt'><label>Debts</label><repeat nodeset='/data/debt'>"
    "<input ref='/data/debt/sum'><label>Sum</label></input></repeat></group>"
    "</h:body></h:html>";

struct scene {
    struct study study;
    struct writer *writer;
    struct interview *i;
    uint8_t hash[32];
};

static void begin(struct scene *c)
{
    struct err err = {0};
    memset(c, 0, sizeof *c);
    study_init(&c->study);
    c->study.form = form_xml;
    study_device(&c->study);
    study_enrol(&c->study, c->hash);
    c->writer = writer_new(c->study.device);
    OK(interview_begin(&c->i, c->writer, c->hash, "ky", &err));
}

static bool list(struct device *d, void *arg, struct err *err)
{
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    bool ok = device_drafts(d, drafts, &count, err);
    assert_true(!ok || count == 1);
    *(struct device_draft *)arg = drafts[0];
    return ok;
}

/* As after kill -9: the session is thrown away, the events done again. */
static void cut(struct scene *c)
{
    struct err err = {0};
    struct device_draft draft;
    OK(interview_sync(c->i, &err));
    interview_free(c->i);
    OK(writer_call(c->writer, list, &draft, &err));
    OK(interview_resume(&c->i, c->writer, &draft, NULL, &err));
}

static char *copy_of(struct scene *c, const char *path)
{
    struct node *node = session_find(c->i->session, path);
    return mem_text(node ? tree_value(node) : "");
}

static void end(struct scene *c)
{
    interview_free(c->i);
    c->study.device = writer_free(c->writer);
    study_fini(&c->study);
}

static struct node *at(struct scene *c, const char *path)
{
    struct node *node = session_find(c->i->session, path);
    if (!node) {
        fail_msg("no %s", path);
    }
    return node;
}

static struct page roster(struct scene *c, const char *item_path)
{
    struct arena arena;
    struct page *pages, found = {.node = NULL};
    size_t count;
    arena_init(&arena);
    session_pages(c->i->session, &arena, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        if (pages[p].kind == PAGE_ROSTER && !strcmp(pages[p].control->item->path, item_path)) {
            found = pages[p];
        }
    }
    arena_fini(&arena);
    assert_non_null(found.node);
    return found;
}

static void test_interview__opening_again_runs_its_actions_once_each_time(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    begin(&c);
    char *first = copy_of(&c, "/data/opened");
    assert_true(strlen(first) > 20);
    assert_int_equal(interview_answer(c.i, at(&c, "/data/name"), "A", &err), ANSWER_OK);
    char *named = copy_of(&c, "/data/named");
    assert_true(strlen(named) > 20);
    cut(&c);
    char *second = copy_of(&c, "/data/opened");
    assert_true(strlen(second) > strlen(first) + 20);
    assert_memory_equal(second, first, strlen(first));
    cut(&c);
    char *third = copy_of(&c, "/data/opened"), *again = copy_of(&c, "/data/named");
    assert_true(strlen(third) > strlen(second) + 20);
    assert_memory_equal(third, second, strlen(second)); /* the same moments, the same chance */
    assert_string_equal(again, named);
    char *texts[] = {first, named, second, third, again};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(texts[i]);
    }
    end(&c);
}

static void test_interview__typing_comes_back_until_it_is_answered(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    begin(&c);
    struct node *name = at(&c, "/data/name"), *age = at(&c, "/data/age");
    assert_int_equal(interview_answer(c.i, name, "Айгүл", &err), ANSWER_OK);
    interview_typing(c.i, name, "Айгүл Б");
    assert_non_null(interview_typed(c.i, name));
    cut(&c);
    name = at(&c, "/data/name");
    assert_string_equal(tree_value(name), "Айгүл");
    assert_non_null(interview_typed(c.i, name));
    assert_string_equal(interview_typed(c.i, name), "Айгүл Б");
    interview_typing(c.i, name, "Айгүл"); /* taken back: equal to the answer, so no typing */
    assert_null(interview_typed(c.i, name));
    cut(&c);
    name = at(&c, "/data/name");
    age = at(&c, "/data/age");
    assert_null(interview_typed(c.i, name));
    assert_int_equal(interview_answer(c.i, age, "999", &err), ANSWER_OK); /* it stands … */
    assert_int_equal(interview_check(c.i, age, &err), ANSWER_CONSTRAINT); /* … but not for long */
    assert_int_equal(interview_answer(c.i, age, "", &err), ANSWER_OK);
    assert_int_equal(interview_answer(c.i, age, "9x", &err), ANSWER_TYPE);
    interview_typing(c.i, age, "9x");       /* what does not fit is kept as typing */
    interview_typing(c.i, name, "Айгүл Б"); /* one does not push the other out */
    cut(&c);
    age = at(&c, "/data/age");
    assert_string_equal(interview_typed(c.i, at(&c, "/data/name")), "Айгүл Б");
    struct arena arena;
    struct problem *unfinished;
    arena_init(&arena);
    assert_int_equal(interview_unfinished(c.i, &arena, &unfinished), 2);
    arena_fini(&arena);
    assert_string_equal(tree_value(age), "");
    assert_non_null(interview_typed(c.i, age));
    assert_int_equal(interview_answer(c.i, age, "99", &err), ANSWER_OK);
    assert_null(interview_typed(c.i, age));
    end(&c);
}

static void test_interview__chance_is_the_same_again(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    struct arena arena;
    struct node *entry;
    char arm[64], draw[2][64], id[64];
    begin(&c);
    arena_init(&arena);
    for (int n = 0; n < 2; n++) {
        struct page trips = roster(&c, "/data/trip");
        /* what is not in the journal draws, too: a refused answer, a look at a list */
        assert_int_equal(interview_answer(c.i, at(&c, "/data/age"), "9x", &err), ANSWER_TYPE);
        session_text(c.i->session, &arena, &trips.control->label, trips.node, FORM_LONG, NULL);
        /* as does the judgement of an accepted one, the same twice over */
        assert_int_equal(interview_answer(c.i, at(&c, "/data/age"), "50", &err), ANSWER_OK);
        OK(interview_add(c.i, &trips, &entry, &err));
    }
    snprintf(arm, sizeof arm, "%s", tree_value(at(&c, "/data/arm")));
    snprintf(id, sizeof id, "%s", tree_value(at(&c, "/data/meta/instanceID")));
    snprintf(draw[0], sizeof draw[0], "%s", tree_value(at(&c, "/data/trip[1]/draw")));
    snprintf(draw[1], sizeof draw[1], "%s", tree_value(at(&c, "/data/trip[2]/draw")));
    assert_string_not_equal(draw[0], draw[1]);
    assert_string_not_equal(arm, draw[0]);
    for (int n = 0; n < 2; n++) {
        cut(&c);
        assert_string_equal(tree_value(at(&c, "/data/arm")), arm);
        assert_string_equal(tree_value(at(&c, "/data/meta/instanceID")), id);
        assert_string_equal(tree_value(at(&c, "/data/trip[1]/draw")), draw[0]);
        assert_string_equal(tree_value(at(&c, "/data/trip[2]/draw")), draw[1]);
    }
    arena_fini(&arena);
    end(&c);
}

static void test_interview__typing_is_never_another_entrys(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    struct node *one, *two;
    begin(&c);
    struct page debts = roster(&c, "/data/debt");
    OK(interview_add(c.i, &debts, &one, &err));
    OK(interview_add(c.i, &debts, &two, &err));
    interview_typing(c.i, at(&c, "/data/debt[1]/sum"), "12x");
    OK(interview_remove(c.i, one, &err));
    assert_null(interview_typed(c.i, at(&c, "/data/debt[1]/sum")));
    cut(&c);
    assert_null(interview_typed(c.i, at(&c, "/data/debt[1]/sum")));
    end(&c);
}

static void test_interview__typing_comes_back_with_its_entry(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    struct node *one, *two;
    begin(&c);
    struct page debts = roster(&c, "/data/debt");
    OK(interview_add(c.i, &debts, &one, &err));
    OK(interview_add(c.i, &debts, &two, &err));
    interview_typing(c.i, at(&c, "/data/debt[1]/sum"), "12x");
    interview_typing(c.i, at(&c, "/data/debt[2]/sum"), "34y");
    OK(interview_remove(c.i, one, &err));
    assert_string_equal(interview_typed(c.i, at(&c, "/data/debt[1]/sum")), "34y");
    cut(&c);
    OK(interview_restore(c.i, &err));
    for (int n = 0; n < 2; n++) {
        assert_string_equal(interview_typed(c.i, at(&c, "/data/debt[1]/sum")), "12x");
        assert_string_equal(interview_typed(c.i, at(&c, "/data/debt[2]/sum")), "34y");
        cut(&c);
    }
    /* only what the last removal took comes back */
    OK(interview_remove(c.i, at(&c, "/data/debt[1]"), &err));
    OK(interview_remove(c.i, at(&c, "/data/debt[1]"), &err));
    OK(interview_restore(c.i, &err));
    assert_string_equal(interview_typed(c.i, at(&c, "/data/debt[1]/sum")), "34y");
    end(&c);
}

static void test_interview__comes_back_to_its_place(void **state)
{
    (void)state;
    struct scene c;
    begin(&c);
    static const char *const rosters[] = {"/data/trip", "/data/debt"}; /* both held by /data */
    for (size_t r = 0; r < 2; r++) {
        struct page page = roster(&c, rosters[r]);
        interview_go(c.i, &page);
        cut(&c);
        assert_int_equal(c.i->page.kind, PAGE_ROSTER);
        assert_string_equal(c.i->page.control->item->path, rosters[r]);
    }
    struct err err = {0};
    struct node *entry;
    struct page trips = roster(&c, "/data/trip"), *pages;
    struct arena arena;
    size_t count;
    arena_init(&arena);
    OK(interview_add(c.i, &trips, &entry, &err));
    session_pages(c.i->session, &arena, entry, &pages, &count);
    assert_int_equal(count, 1);
    interview_go(c.i, &pages[0]);
    arena_fini(&arena);
    cut(&c);
    assert_int_equal(c.i->page.kind, PAGE_QUESTION);
    assert_ptr_equal(c.i->page.node, at(&c, "/data/trip[1]/where"));
    assert_ptr_equal(interview_entry(c.i), at(&c, "/data/trip[1]"));
    end(&c);
}

static bool none_left(struct device *d, void *arg, struct err *err)
{
    struct device_draft drafts[VAULT_DRAFTS];
    return device_drafts(d, drafts, arg, err);
}

static void test_interview__finishes_even_where_the_journal_has_no_room(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    size_t left = 9;
    static char long_answer[DEVICE_EVENT_MAX + 1];
    begin(&c);
    memset(long_answer, 'x', sizeof long_answer - 1);
    assert_int_equal(interview_answer(c.i, at(&c, "/data/name"), "Айгүл", &err), ANSWER_OK);
    interview_typing(c.i, at(&c, "/data/name"), long_answer); /* an event that is not taken */
    assert_false(interview_sync(c.i, &err));
    OK(interview_finish(c.i, NULL, &err)); /* what is sealed comes from the session */
    OK(writer_call(c.writer, none_left, &left, &err));
    assert_int_equal(left, 0);
    end(&c);
}

/* Take every free byte of the device's file system. */
static void fill_up(struct scene *c, const char *name)
{
    static char block[4096] = {1};
    char path[300];
    snprintf(path, sizeof path, "%s/%s", study_path(&c->study, "device"), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof block) > 0) {
    }
    close(fd);
}

static unsigned answer_until_full(struct scene *c, unsigned max)
{
    struct err err = {0};
    char text[1100];
    unsigned n = 0;
    memset(text, 'x', sizeof text - 1);
    for (; n < max; n++) {
        snprintf(text, 16, "%06u", n);
        text[strlen(text)] = '-';
        text[sizeof text - 1] = '\0';
        assert_int_equal(interview_answer(c->i, at(c, "/data/name"), text, &err), ANSWER_OK);
        if (!interview_sync(c->i, &err)) {
            assert_int_equal(err.code, ERR_FULL);
            break;
        }
    }
    return n;
}

/* On a file system of its own, truly full: the last answers are taken, and the interview is sealed.
 */
static void test_interview__a_full_disk_loses_nothing(void **state)
{
    (void)state;
    struct err err = {0};
    struct scene c;
    size_t left = 9;
    memset(&c, 0, sizeof c);
    study_init(&c.study);
    char dir[256];
    snprintf(dir, sizeof dir, "%s", study_path(&c.study, "device"));
    assert_int_equal(mkdir(dir, 0700), 0);
    if (mount("tmpfs", dir, "tmpfs", 0, "size=12m") != 0) {
        print_message("skipped: a full disk needs the right to mount one\n");
        study_fini(&c.study);
        skip();
    }
    c.study.form = form_xml;
    study_device(&c.study);
    study_enrol(&c.study, c.hash);
    c.writer = writer_new(c.study.device);
    OK(interview_begin(&c.i, c.writer, c.hash, "ky", &err));
    fill_up(&c, "others");
    assert_int_equal(answer_until_full(&c, 100), 100); /* out of the reserve */
    fill_up(&c, "more");
    unsigned more = answer_until_full(&c, 100000);
    assert_true(more < 100000);
    interview_free(c.i); /* and the power goes */
    struct device_draft draft;
    OK(writer_call(c.writer, list, &draft, &err));
    OK(interview_resume(&c.i, c.writer, &draft, NULL, &err));
    OK(interview_finish(c.i, NULL, &err));
    OK(writer_call(c.writer, none_left, &left, &err));
    assert_int_equal(left, 0);
    interview_free(c.i);
    device_close(writer_free(c.writer));
    c.study.device = NULL;
    assert_int_equal(umount2(dir, MNT_DETACH), 0);
    study_fini(&c.study);
}

static size_t in_force(struct scene *c, struct form_in_force *out)
{
    struct err err = {0};
    struct device_form *forms = calloc(DEVICE_FORMS_MAX, sizeof *forms);
    size_t count;
    OK(device_forms(c->study.device, forms, &count, &err));
    for (size_t i = 0; i < count; i++) {
        memcpy(out[i].hash, forms[i].hash, 32);
        out[i].id = "test_form";
    }
    free(forms);
    return count;
}

/* Between two sessions of a draft a coordinator puts another version in force, then none. */
static void test_interview__a_draft_keeps_its_own_version(void **state)
{
    (void)state;
    struct scene c;
    struct err err = {0};
    struct form_in_force forms[4];
    struct device_draft draft;
    uint8_t newer[32];
    char *other = strdup(form_xml); /* the same but for one question's name */
    memcpy(strstr(other, "<age/>"), "<agf/>", 6);
    for (char *p; (p = strstr(other, "/data/age"));) {
        p[8] = 'f';
    }
    begin(&c);
    assert_int_equal(interview_form_state(c.i, forms, in_force(&c, forms)), FORM_IN_FORCE);
    assert_int_equal(interview_answer(c.i, at(&c, "/data/age"), "44", &err), ANSWER_OK);
    OK(interview_sync(c.i, &err));
    interview_free(c.i);
    c.i = NULL;
    c.study.device = writer_free(c.writer);
    study_publish(&c.study, other, 4, newer);
    c.writer = writer_new(c.study.device);
    OK(writer_call(c.writer, list, &draft, &err));
    OK(interview_resume(&c.i, c.writer, &draft, NULL, &err));
    assert_string_equal(tree_value(at(&c, "/data/age")), "44");
    assert_int_equal(in_force(&c, forms), 1);
    assert_memory_equal(forms[0].hash, newer, 32);
    assert_int_equal(interview_form_state(c.i, forms, 1), FORM_OUTDATED);
    interview_free(c.i);
    c.study.device = writer_free(c.writer);
    study_publish(&c.study, NULL, 0, newer);
    c.writer = writer_new(c.study.device);
    OK(interview_resume(&c.i, c.writer, &draft, NULL, &err));
    assert_int_equal(in_force(&c, forms), 0);
    assert_int_equal(interview_form_state(c.i, forms, 0), FORM_WITHDRAWN);
    assert_int_equal(interview_answer(c.i, at(&c, "/data/age"), "45", &err), ANSWER_OK);
    OK(interview_finish(c.i, NULL, &err)); /* and it can be handed over */
    free(other);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interview__opening_again_runs_its_actions_once_each_time),
        cmocka_unit_test(test_interview__typing_comes_back_until_it_is_answered),
        cmocka_unit_test(test_interview__chance_is_the_same_again),
        cmocka_unit_test(test_interview__typing_is_never_another_entrys),
        cmocka_unit_test(test_interview__typing_comes_back_with_its_entry),
        cmocka_unit_test(test_interview__comes_back_to_its_place),
        cmocka_unit_test(test_interview__finishes_even_where_the_journal_has_no_room),
        cmocka_unit_test(test_interview__a_full_disk_loses_nothing),
        cmocka_unit_test(test_interview__a_draft_keeps_its_own_version),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
