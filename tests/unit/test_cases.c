/* SPDX-License-Identifier: Apache-2.0 */
/* Do cases follow from interview to interview, from device to device, and never get lost? */
#include "app/interview/interview.h"
#include "app/interview/interview_cases.h"
#include "platform/custody/message.h"
#include "tests/lib/custody.h"
#include "tools/desk/desk_cases.h"
#include "tools/desk/desk_forget.h"

static const char cases_md[] =
    "| survey |\n"
    "| | type | name | label | save_to | relevant | calculation |\n"
    "| | select_one part | part | Part | | | |\n"
    "| | select_one_from_file cases.csv | old | Case | | ${part} = 'old' | |\n"
    "| | calculate | fresh | | | | once(uuid()) |\n"
    "| | text | code | Code | code | ${part} = 'new' | |\n"
    "| | text | site | Site | site | ${part} = 'new' | |\n"
    "| | text | secret | Secret | | | |\n"
    "| | text | status | Status | status | | |\n"
    "| choices |\n| | list_name | name | label |\n"
    "| | part | new | New |\n| | part | old | Old |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 7 |\n"
    "| entities |\n| | list_name | label | entity_id | create_if | update_if |\n"
    "| | cases | ${code} | if(${part} = 'new', ${fresh}, ${old}) | ${part} = 'new' | "
    "${part} = 'old' |\n";

struct field { /* a device and the study as it knows it */
    struct study study;
    struct writer *writer;
    uint8_t hash[32];
};

static struct buf form_xml;

static void begin(struct field *f)
{
    struct err err = {0};
    memset(f, 0, sizeof *f);
    study_init(&f->study);
    study_device(&f->study);
    if (!form_xml.len) {
        OK(convert_md(&form_xml, cases_md, &err));
    }
    f->study.form = form_xml.data;
    study_enrol(&f->study, f->hash);
    f->writer = writer_new(f->study.device);
    device_on_message(f->study.device, cases_on_message, NULL);
}

static void end(struct field *f)
{
    f->study.device = writer_free(f->writer);
    study_fini(&f->study);
}

static void answer(struct interview *i, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(i->session, path);
    assert_non_null(node);
    assert_int_equal(session_answer(i->session, node, value, &err), ANSWER_OK);
}

/* Number of cases that the question offers; the first one's value. */
static size_t offered(struct interview *i, struct arena *arena, const char **first)
{
    struct err err = {0};
    struct choice *choices;
    size_t count;
    struct node *node = session_find(i->session, "/data/old");
    OK(session_choices(i->session, arena, node->item->control, node, &choices, &count, &err));
    *first = count ? arena_text(arena, choices[0].value) : NULL;
    return count;
}

/* One interview: `code` for a new case, else an update of the first one. */
static void interview(struct field *f, const char *code, const char *status)
{
    struct err err = {0};
    struct arena arena;
    struct interview *i;
    const char *first;
    arena_init(&arena);
    OK(interview_begin(&i, f->writer, f->hash, "en", &err));
    answer(i, "/data/part", code ? "new" : "old");
    if (code) {
        answer(i, "/data/code", code);
        answer(i, "/data/site", "KG-02");
    } else {
        assert_true(offered(i, &arena, &first) > 0);
        answer(i, "/data/old", first);
    }
    answer(i, "/data/secret", "has a ban");
    answer(i, "/data/status", status);
    OK(interview_finish(i, NULL, &err));
    interview_free(i);
    arena_fini(&arena);
}

static struct entity *only_case(struct field *f, struct arena *arena)
{
    struct err err = {0};
    static struct entities cases;
    OK(cases_read(&cases, arena, f->study.device, &err));
    assert_true(!cases.first || !cases.first->next);
    return cases.first;
}

static void test_cases__an_interview_finds_what_another_made(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct buf bytes = {0};
    struct interview *i;
    const char *first;
    arena_init(&arena);
    begin(&f);
    interview(&f, "KG-02-001", "active");
    struct entity *one = only_case(&f, &arena);
    assert_string_equal(one->label, "KG-02-001");
    assert_int_equal(one->version, 1);
    assert_string_equal(entity_property(one, "site"), "KG-02");
    /* only what the form saves is kept */
    OK(device_cases(f.study.device, &bytes, &err));
    assert_null(strstr(bytes.data, "has a ban"));
    interview(&f, NULL, "visited");
    one = only_case(&f, &arena);
    assert_int_equal(one->version, 2);
    assert_string_equal(one->label, "KG-02-001"); /* not erased by what the update leaves out */
    assert_string_equal(entity_property(one, "site"), "KG-02");
    assert_string_equal(entity_property(one, "status"), "visited");
    interview(&f, NULL, "closed");
    one = only_case(&f, &arena);
    assert_int_equal(one->version, 0);
    buf_cut(&bytes, 0);
    OK(device_cases(f.study.device, &bytes, &err));
    assert_null(strstr(bytes.data, "KG-02"));
    OK(interview_begin(&i, f.writer, f.hash, "en", &err));
    answer(i, "/data/part", "old");
    assert_int_equal(offered(i, &arena, &first), 0);
    interview_free(i);
    buf_fini(&bytes);
    arena_fini(&arena);
    end(&f);
}

static bool first_draft(struct device *d, void *arg, struct err *err)
{
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    bool ok = device_drafts(d, drafts, &count, err);
    assert_true(ok && count == 1);
    *(struct device_draft *)arg = drafts[0];
    return ok;
}

/* A draft that is taken up again sees the cases, also those that came in the meantime. */
static void test_cases__a_draft_comes_back_with_its_case(void **state)
{
    (void)state;
    struct field f;
    struct err err = {0};
    struct arena arena;
    struct interview *i;
    struct device_draft draft;
    struct page page;
    const char *first;
    arena_init(&arena);
    begin(&f);
    interview(&f, "KG-02-001", "active");
    OK(interview_begin(&i, f.writer, f.hash, "en", &err));
    assert_true(interview_find(i, &arena, session_find(i->session, "/data/part"), &page));
    assert_int_equal(interview_answer(i, page.node, "old", &err), ANSWER_OK);
    assert_int_equal(offered(i, &arena, &first), 1);
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/old"), first, &err),
                     ANSWER_OK);
    OK(interview_sync(i, &err));
    interview_free(i);
    OK(writer_call(f.writer, first_draft, &draft, &err));
    OK(interview_resume(&i, f.writer, &draft, NULL, &err));
    assert_string_equal(tree_value(session_find(i->session, "/data/old")), first);
    answer(i, "/data/status", "visited");
    OK(interview_finish(i, NULL, &err));
    interview_free(i);
    assert_int_equal(only_case(&f, &arena)->version, 2);
    arena_fini(&arena);
    end(&f);
}

/* ---- at the desk, and back ---- */

static struct desk *desk_of(struct field *a, struct field *b)
{
    struct err err = {0};
    struct buf file = {0}, package = {0};
    bool fresh;
    struct desk *desk = open_desk(&a->study);
    if (b) {
        study_device_file(&b->study, &file);
        OK(desk_add_device(desk, file.data, file.len, &fresh, &err));
    }
    OK(device_package(a->study.device, a->hash, &package, &err));
    OK(desk_add_form(desk, package.data, package.len, &fresh, &err));
    buf_fini(&file);
    buf_fini(&package);
    return desk;
}

static void hand_over(struct field *f, struct desk *desk, const char *folder, int64_t at_ms)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    struct buf tar = {0};
    OK(file_folder(study_path(&f->study, folder), 0700, &err));
    OK(device_export(f->study.device, study_path(&f->study, folder), at_ms, &out, &err));
    take_batch(&f->study, folder, &tar);
    OK(desk_import(desk, tar.data, tar.len, at_ms, &in, &err));
    buf_fini(&tar);
}

struct post {
    struct field *to;
    const char *folder;
    unsigned count;
};

static bool write_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *why)
{
    struct post *p = user;
    char name[40];
    (void)wall_ms;
    (void)why;
    if (taken || memcmp(m->device_id, device_id(p->to->study.device), 16) != 0) {
        return true;
    }
    /* the later message gets the earlier name: counters decide the order, not names */
    snprintf(name, sizeof name, "m-%04u.age", 1000 - (unsigned)m->counter);
    study_message(&p->to->study, p->folder, name, m);
    p->count++;
    return true;
}

/* Writes the messages for a device, and loads them. */
static struct load_report deliver(struct desk *desk, struct field *to, const char *folder)
{
    struct err err = {0};
    struct load_report report;
    struct post post = {to, folder, 0};
    OK(file_folder(study_path(&to->study, folder), 0700, &err));
    OK(desk_messages(desk, write_message, &post, &err));
    OK(device_load_folder(to->study.device, study_path(&to->study, folder), &report, &err));
    return report;
}

static unsigned waiting(struct desk *desk, struct field *to)
{
    struct err err = {0};
    struct post post = {to, "count", 0};
    OK(desk_messages(desk, write_message, &post, &err));
    return post.count;
}

static struct desk_case *look(struct desk *desk, struct field *f, struct desk_cases *cases)
{
    struct err err = {0};
    OK(desk_cases_read(cases, desk, f->study.coordinator, false, &err));
    assert_int_equal(cases->count, 1);
    assert_int_equal(cases->unreadable + cases->without_form, 0);
    return cases->first;
}

static void give(struct desk *desk, struct field *f, struct field *to, const char *take,
                 int64_t at_ms, unsigned expected)
{
    struct err err = {0};
    struct desk_cases cases;
    unsigned told;
    struct desk_case *one = look(desk, f, &cases);
    OK(desk_assign(desk, one, device_id(to->study.device), take, at_ms, &told, &err));
    assert_int_equal(told, expected);
    desk_cases_fini(&cases);
}

static void test_cases__a_case_goes_to_another_device_and_comes_into_conflict(void **state)
{
    (void)state;
    struct field a, b;
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    arena_init(&arena);
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall);
    struct desk_case *one = look(desk, &a, &cases);
    assert_string_equal(one->now.label, "KG-02-001");
    assert_memory_equal(one->holder, device_id(a.study.device), 16);
    assert_ptr_equal(desk_cases_find(&cases, "KG-02-001", &err), one);
    assert_null(desk_cases_find(&cases, "KG-02-0", &err));
    desk_cases_fini(&cases);

    /* assigned to b: a is told, too */
    give(desk, &a, &b, NULL, study_wall + 1000, 2);
    give(desk, &a, &b, NULL, study_wall + 2000, 0); /* on its way already */
    assert_int_equal(waiting(desk, &a), 1);
    assert_int_equal(waiting(desk, &b), 1);
    struct load_report r = deliver(desk, &b, "p1");
    assert_int_equal(r.messages, 1);
    assert_int_equal(r.refused, 0);
    struct entity *at_b = only_case(&b, &arena);
    assert_string_equal(at_b->label, "KG-02-001");
    assert_int_equal(at_b->version, 1);
    assert_int_equal(at_b->trunk, 1);
    assert_string_equal(entity_property(at_b, "site"), "KG-02");
    r = deliver(desk, &b, "p1"); /* again: the desk has not heard of it */
    assert_int_equal(r.messages, 0);

    /* both change it: a has not been told yet */
    interview(&b, NULL, "at work");
    interview(&a, NULL, "lost");
    hand_over(&b, desk, "h2", study_wall + 3000);
    assert_int_equal(waiting(desk, &b), 0); /* the batch has said that the message was taken */
    one = look(desk, &a, &cases);
    assert_int_equal(one->now.version, 2);
    assert_string_equal(entity_property(&one->now, "status"), "at work");
    assert_false(one->pending);
    assert_null(one->sides);
    desk_cases_fini(&cases);
    hand_over(&a, desk, "h3", study_wall + 4000);
    one = look(desk, &a, &cases);
    assert_int_equal(cases.conflicts, 1);
    assert_string_equal(entity_property(&one->now, "status"), "at work"); /* stays in force */
    assert_non_null(one->sides);
    assert_null(one->sides->next);
    assert_string_equal(entity_property(&one->sides->state, "status"), "lost");
    assert_memory_equal(one->sides->device, device_id(a.study.device), 16);
    unsigned told;
    char side[33];
    text_hex(side, one->sides->record, 16);
    assert_false(desk_assign(desk, one, device_id(b.study.device), NULL, study_wall, &told, &err));
    assert_false(
        desk_assign(desk, one, device_id(b.study.device), "none", study_wall, &told, &err));
    desk_cases_fini(&cases);

    /* a side is taken; b gets it, although it had the case */
    give(desk, &a, &b, side, study_wall + 5000, 1);
    one = look(desk, &a, &cases);
    assert_int_equal(cases.conflicts, 0);
    assert_string_equal(entity_property(&one->now, "status"), "lost");
    assert_int_equal(one->now.version, 3);
    assert_true(one->pending);
    desk_cases_fini(&cases);
    assert_int_equal(deliver(desk, &b, "p2").messages, 1);
    at_b = only_case(&b, &arena);
    assert_string_equal(entity_property(at_b, "status"), "lost");
    assert_int_equal(at_b->version, 3);
    assert_int_equal(deliver(desk, &a, "p3").messages, 1); /* taken back at last */
    assert_int_equal(only_case(&a, &arena)->version, 0);
    interview(&b, NULL, "found");
    hand_over(&b, desk, "h4", study_wall + 6000);
    hand_over(&a, desk, "h5", study_wall + 7000);
    one = look(desk, &a, &cases);
    assert_string_equal(entity_property(&one->now, "status"), "found");
    assert_int_equal(one->now.version, 4);
    assert_int_equal(cases.conflicts, 0);
    assert_int_equal(waiting(desk, &a) + waiting(desk, &b), 0);
    desk_cases_fini(&cases);
    desk_close(desk);
    arena_fini(&arena);
    end(&a);
    end(&b);
}

/* An older word that comes late does not bring back what was taken since. */
static void test_cases__the_last_word_counts_whatever_the_order(void **state)
{
    (void)state;
    struct field a;
    struct err err = {0};
    struct arena arena;
    struct load_report r;
    arena_init(&arena);
    begin(&a);
    const char *id = "11111111-1111-4111-8111-111111111111";
    for (unsigned i = 0; i < 3; i++) { /* the later one first; then another device's */
        struct buf body = {0}, plain = {0};
        struct entity told = {.list = "cases", .id = id, .label = "X", .branch = "", .version = 2};
        struct message m = {.counter = i == 1 ? 6 : 7, .issued_at = 1795500000};
        char name[20];
        entities_print_one(&body, &told);
        memcpy(m.study_id, a.study.catalogue.study_id, 16);
        memcpy(m.device_id, device_id(a.study.device), 16);
        m.device_id[0] ^= i == 2;
        memset(m.message_id, (int)i + 1, 16);
        memset(m.about, 0x11, 16);
        m.about[6] = 0x41, m.about[8] = 0x81;
        m.kind = i == 0 ? MESSAGE_TAKE_BACK : MESSAGE_ASSIGN;
        m.body = body.data;
        m.len = i == 0 ? 0 : body.len;
        snprintf(name, sizeof name, "late-%u", i);
        study_message(&a.study, name, "m.age", &m);
        OK(device_load_folder(a.study.device, study_path(&a.study, name), &r, &err));
        assert_int_equal(r.messages, i < 2);
        assert_int_equal(r.refused, 0);
        struct entity *one = only_case(&a, &arena);
        assert_true(!one || one->version == 0);
        OK(message_write(&plain, &m, a.study.desk_cert, a.study.desk, &err));
        plain.data[56] ^= 1;
        struct message read;
        assert_false(message_read(&read, plain.data, plain.len, &a.study.catalogue, &err));
        assert_int_equal(err.code, ERR_AUTH);
        buf_fini(&body);
        buf_fini(&plain);
    }
    arena_fini(&arena);
    end(&a);
}

/* The desk's clock goes back between import and assignment: the word counts all the same. */
static void test_cases__the_desks_clock_may_go_back(void **state)
{
    (void)state;
    struct field a, b;
    struct desk_cases cases;
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall + 100000);
    give(desk, &a, &b, NULL, study_wall, 2); /* earlier than the import */
    struct desk_case *one = look(desk, &a, &cases);
    assert_memory_equal(one->holder, device_id(b.study.device), 16);
    assert_true(one->pending);
    desk_cases_fini(&cases);
    desk_close(desk);
    end(&a);
    end(&b);
}

/* A case can be taken back without anybody getting it; later it is assigned. */
static void test_cases__a_case_is_taken_back(void **state)
{
    (void)state;
    struct field a, b;
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    unsigned told;
    arena_init(&arena);
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall);
    struct desk_case *one = look(desk, &a, &cases);
    OK(desk_take_back(desk, one, study_wall + 1000, &told, &err));
    assert_int_equal(told, 1);
    desk_cases_fini(&cases);
    assert_int_equal(deliver(desk, &a, "p1").messages, 1);
    assert_int_equal(only_case(&a, &arena)->version, 0);
    hand_over(&a, desk, "h2", study_wall + 2000);
    one = look(desk, &a, &cases);
    OK(desk_take_back(desk, one, study_wall + 3000, &told, &err));
    assert_int_equal(told, 0); /* nobody has it */
    desk_cases_fini(&cases);
    give(desk, &a, &b, NULL, study_wall + 4000, 1);
    assert_int_equal(deliver(desk, &b, "p2").messages, 1);
    assert_int_equal(only_case(&b, &arena)->version, 1);
    desk_close(desk);
    arena_fini(&arena);
    end(&a);
    end(&b);
}

struct id_list {
    uint8_t (*ids)[16];
    size_t count, most;
};

static bool list_id(void *user, const struct desk_object *o, struct err *err)
{
    struct id_list *list = user;
    (void)err;
    assert_true(list->count < list->most);
    memcpy(list->ids[list->count++], o->id, 16);
    return true;
}

/* The ids of the desk's records, oldest first. */
static size_t all_records(struct desk *desk, uint8_t (*ids)[16], size_t most)
{
    struct err err = {0};
    struct id_list list = {ids, 0, most};
    OK(desk_objects(desk, list_id, &list, &err));
    return list.count;
}

static void withdraw(struct desk *desk, struct field *f, const uint8_t (*ids)[16], size_t count,
                     int64_t at_ms, struct forget_report *forgotten)
{
    struct err err = {0};
    struct withdraw_report report;
    struct withdraw_options options = {.uses = USE_ANSWERS, .why = "", .wall_ms = at_ms};
    OK(desk_withdraw_all(desk, f->study.coordinator, ids, count, &options, &report, forgotten,
                         &err));
}

static bool holds_site(void *user, const struct message *m, int64_t wall_ms, bool taken,
                       struct err *err)
{
    unsigned *found = user;
    (void)wall_ms;
    (void)taken;
    (void)err;
    *found += m->len && memmem(m->body, m->len, "KG-02", 5) != NULL;
    return true;
}

static unsigned messages_with_site(struct desk *desk)
{
    struct err err = {0};
    unsigned found = 0;
    OK(desk_messages(desk, holds_site, &found, &err));
    return found;
}

/* Answers that a case copied leave the desk's messages and the device that holds the case. */
static void test_cases__what_is_withdrawn_leaves_cases(void **state)
{
    (void)state;
    struct field a, b;
    struct arena arena;
    struct forget_report forgotten;
    uint8_t ids[2][16];
    arena_init(&arena);
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall);
    give(desk, &a, &b, NULL, study_wall + 1000, 2);
    assert_int_equal(deliver(desk, &a, "p1").messages, 1);
    assert_int_equal(deliver(desk, &b, "p2").messages, 1);
    assert_string_equal(entity_property(only_case(&b, &arena), "site"), "KG-02");
    assert_int_equal(messages_with_site(desk), 1);
    assert_int_equal(all_records(desk, ids, 2), 1);
    withdraw(desk, &a, (const uint8_t(*)[16])ids, 1, study_wall + 2000, &forgotten);
    assert_int_equal(forgotten.cases, 1);
    assert_int_equal(forgotten.messages, 1);
    assert_int_equal(forgotten.unread, 0);
    assert_int_equal(messages_with_site(desk), 0);
    assert_int_equal(deliver(desk, &b, "p3").messages, 1);
    assert_int_equal(only_case(&b, &arena)->version, 0);
    /* again: nothing is left to do, and nothing is unknown */
    withdraw(desk, &a, (const uint8_t(*)[16])ids, 1, study_wall + 3000, &forgotten);
    assert_int_equal(forgotten.cases + forgotten.messages + forgotten.unread, 0);
    desk_close(desk);
    arena_fini(&arena);
    end(&a);
    end(&b);
}

/* A case that another record made loses what the withdrawn one said, and can be assigned again. */
static void test_cases__a_withdrawn_change_leaves_its_case(void **state)
{
    (void)state;
    struct field a, b;
    struct arena arena;
    struct desk_cases cases;
    struct forget_report forgotten;
    uint8_t ids[2][16];
    arena_init(&arena);
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    interview(&a, NULL, "visited");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall);
    give(desk, &a, &b, NULL, study_wall + 1000, 2);
    assert_int_equal(deliver(desk, &b, "p1").messages, 1);
    assert_string_equal(entity_property(only_case(&b, &arena), "status"), "visited");
    assert_int_equal(all_records(desk, ids, 2), 2);
    withdraw(desk, &a, (const uint8_t(*)[16])(ids + 1), 1, study_wall + 2000, &forgotten);
    assert_int_equal(forgotten.cases, 1);
    assert_int_equal(messages_with_site(desk), 0);
    assert_int_equal(deliver(desk, &b, "p2").messages, 1);
    assert_int_equal(only_case(&b, &arena)->version, 0);
    struct desk_case *one = look(desk, &a, &cases);
    assert_string_equal(entity_property(&one->now, "status"), "active");
    desk_cases_fini(&cases);
    give(desk, &a, &b, NULL, study_wall + 3000, 1);
    assert_int_equal(deliver(desk, &b, "p3").messages, 1);
    assert_string_equal(entity_property(only_case(&b, &arena), "status"), "active");
    desk_close(desk);
    arena_fini(&arena);
    end(&a);
    end(&b);
}

/* A closed case stays where it is, and nothing is sealed to a device that was revoked. */
static void test_cases__what_is_not_assigned(void **state)
{
    (void)state;
    struct field a, b;
    struct err err = {0};
    struct desk_cases cases;
    unsigned told;
    begin(&a);
    begin(&b);
    interview(&a, "KG-02-001", "active");
    struct desk *desk = desk_of(&a, &b);
    hand_over(&a, desk, "h1", study_wall);
    struct catalogue *c = &a.study.catalogue;
    c->revoked[c->revoked_count].kind = 2;
    memcpy(c->revoked[c->revoked_count++].id, device_id(b.study.device), 16);
    c->epoch++;
    study_sign_catalogue(&a.study);
    OK(desk_set_catalogue(desk, a.study.catalogue_bytes.data, a.study.catalogue_bytes.len, &err));
    struct desk_case *one = look(desk, &a, &cases);
    assert_false(desk_assign(desk, one, device_id(b.study.device), NULL, study_wall, &told, &err));
    assert_non_null(strstr(err.what, "revoked"));
    desk_cases_fini(&cases);
    interview(&a, NULL, "closed");
    hand_over(&a, desk, "h2", study_wall + 1000);
    one = look(desk, &a, &cases);
    assert_false(desk_assign(desk, one, device_id(a.study.device), NULL, study_wall, &told, &err));
    assert_non_null(strstr(err.what, "closed"));
    desk_cases_fini(&cases);
    desk_close(desk);
    end(&a);
    end(&b);
}

/* A form for few is not begun, and not sealed, while the catalogue names nobody for it. */
static void test_cases__a_form_for_few_waits_for_its_recipients(void **state)
{
    (void)state;
    struct field f = {.hash = {0}};
    struct err err = {0};
    struct interview *i;
    struct device_draft draft;
    study_init(&f.study);
    study_device(&f.study);
    if (!form_xml.len) {
        OK(convert_md(&form_xml, cases_md, &err));
    }
    f.study.form = form_xml.data;
    f.study.package_flags = PACKAGE_OWN;
    study_enrol(&f.study, f.hash);
    OK(device_draft_begin(f.study.device, &draft, f.hash, study_wall, &err));
    uint8_t record[16] = {1};
    assert_false(device_finish(f.study.device, &draft, record,
                               &(struct device_finished){.xml = "<data/>", .xml_len = 7},
                               study_wall, &err));
    assert_int_equal(err.code, ERR_AUTH);
    f.writer = writer_new(f.study.device);
    assert_false(interview_begin(&i, f.writer, f.hash, "en", &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_non_null(strstr(err.what, "nobody is named"));
    end(&f);
}

/* ---- random histories: devices work, batches and messages come late, twice, or not at all ---- */

enum { DEVICES = 3, STEPS = 60, POST = 256 };

struct world {
    struct field devices[DEVICES];
    struct desk *desk;
    struct buf batches[POST]; /* handed over, not all imported yet; any may be imported again */
    size_t batch_count;
    unsigned folders; /* of messages; any may be loaded again */
    int owner_of[POST];
    unsigned interviews, made;
    int64_t at_ms;
    uint32_t random;
};

static unsigned draw(struct world *w, unsigned below)
{
    w->random = w->random * 1664525u + 1013904223u;
    return (w->random >> 8) % below;
}

/* An interview on a device: about a case that it has, or a new one. */
static void work_on_a_case(struct world *w, struct field *f)
{
    struct err err = {0};
    struct arena arena;
    struct interview *i;
    struct choice *choices;
    size_t count;
    char text[40];
    arena_init(&arena);
    OK(interview_begin(&i, f->writer, f->hash, "en", &err));
    answer(i, "/data/part", "old");
    struct node *node = session_find(i->session, "/data/old");
    OK(session_choices(i->session, &arena, node->item->control, node, &choices, &count, &err));
    if (!count || draw(w, 4) == 0) {
        answer(i, "/data/part", "new");
        snprintf(text, sizeof text, "KG-02-%03u", ++w->made);
        answer(i, "/data/code", text);
        answer(i, "/data/site", "KG-02");
    } else {
        answer(i, "/data/old", choices[draw(w, (unsigned)count)].value);
    }
    snprintf(text, sizeof text, "state %u", ++w->interviews);
    answer(i, "/data/status", text);
    OK(interview_finish(i, NULL, &err));
    interview_free(i);
    arena_fini(&arena);
}

static void hand_over_batch(struct world *w, struct field *f)
{
    struct err err = {0};
    struct export_report out;
    const char *folder = study_path(&f->study, "batch");
    char path[300];
    snprintf(path, sizeof path, "%s", folder);
    (void)!file_remove_folder(path, NULL);
    OK(file_folder(path, 0700, &err));
    assert_true(w->batch_count < POST);
    OK(device_export(f->study.device, path, w->at_ms += 1000, &out, &err));
    take_batch(&f->study, "batch", &w->batches[w->batch_count++]);
}

static void import_batch(struct world *w, size_t which)
{
    struct err err = {0};
    struct import_report in;
    OK(desk_import(w->desk, w->batches[which].data, w->batches[which].len, w->at_ms += 1000, &in,
                   &err));
    assert_false(in.apart);
}

/* The messages that wait for a device, in a folder of their own. */
static void write_post(struct world *w, unsigned device)
{
    struct err err = {0};
    struct field *to = &w->devices[device];
    char folder[20];
    snprintf(folder, sizeof folder, "post-%u", w->folders);
    OK(file_folder(study_path(&to->study, folder), 0700, &err));
    struct post post = {to, folder, 0};
    OK(desk_messages(w->desk, write_message, &post, &err));
    w->owner_of[w->folders++] = (int)device;
}

static void load_post(struct world *w, unsigned folder)
{
    struct err err = {0};
    struct load_report report;
    struct field *to = &w->devices[w->owner_of[folder]];
    char name[20];
    snprintf(name, sizeof name, "post-%u", folder);
    OK(device_load_folder(to->study.device, study_path(&to->study, name), &report, &err));
    assert_int_equal(report.refused, 0);
}

/* The coordinator gives a case away, or decides a conflict. */
static void decide(struct world *w, struct desk_case *one, unsigned device)
{
    struct err err = {0};
    char side[33];
    unsigned told;
    const struct desk_side *s = one->sides;
    for (unsigned k = s ? draw(w, 3) : 0; k > 0 && s->next; k--) {
        s = s->next;
    }
    if (s) {
        text_hex(side, s->record, 16);
    }
    OK(desk_assign(w->desk, one, device_id(w->devices[device].study.device), s ? side : NULL,
                   w->at_ms += 1000, &told, &err));
}

static void decide_one(struct world *w)
{
    struct err err = {0};
    struct desk_cases cases;
    OK(desk_cases_read(&cases, w->desk, w->devices[0].study.coordinator, false, &err));
    struct desk_case *one = cases.first;
    for (unsigned k = cases.count ? draw(w, (unsigned)cases.count) : 0; k > 0; k--) {
        one = one->next;
    }
    if (one) {
        decide(w, one, draw(w, DEVICES));
    }
    desk_cases_fini(&cases);
}

static void random_step(struct world *w)
{
    unsigned device = draw(w, DEVICES);
    switch (draw(w, 8)) {
    case 0:
    case 1:
    case 2:
        work_on_a_case(w, &w->devices[device]);
        break;
    case 3:
        hand_over_batch(w, &w->devices[device]);
        break;
    case 4: /* the latest, or any, or one again */
        if (w->batch_count) {
            import_batch(w, draw(w, 2) ? w->batch_count - 1 : draw(w, (unsigned)w->batch_count));
        }
        break;
    case 5:
        decide_one(w);
        break;
    case 6:
        write_post(w, device);
        break;
    default:
        if (w->folders) {
            load_post(w, draw(w, w->folders));
        }
    }
}

/* Everybody hands over, and hears all that was said. */
static void settle(struct world *w)
{
    for (int round = 0; round < 2; round++) {
        for (unsigned d = 0; d < DEVICES; d++) {
            write_post(w, d);
            load_post(w, w->folders - 1);
        }
        for (unsigned d = 0; d < DEVICES; d++) {
            hand_over_batch(w, &w->devices[d]);
            import_batch(w, w->batch_count - 1);
        }
    }
    for (unsigned d = 0; d < DEVICES; d++) {
        assert_int_equal(waiting(w->desk, &w->devices[d]), 0);
    }
}

/* A case without conflict is on its holder, in the version in force, and nowhere else. */
static void compare(struct world *w)
{
    struct err err = {0};
    struct arena arena;
    struct desk_cases cases;
    arena_init(&arena);
    OK(desk_cases_read(&cases, w->desk, w->devices[0].study.coordinator, false, &err));
    assert_null(cases.faults);
    assert_int_equal(cases.count, w->made);
    unsigned changes = 0;
    for (struct desk_case *one = cases.first; one; one = one->next) {
        changes += one->changes;
        for (unsigned d = 0; d < DEVICES; d++) {
            struct entities have;
            OK(cases_read(&have, &arena, w->devices[d].study.device, &err));
            struct entity *e = entities_find(&have, one->now.id);
            bool here = e && e->version > 0;
            bool holder = memcmp(one->holder, device_id(w->devices[d].study.device), 16) == 0;
            if (here != holder) {
                fail_msg("%s: device %u %s", one->now.label, d, here ? "keeps it" : "lacks it");
            }
            if (here && !one->sides) {
                assert_int_equal(e->version, one->now.version);
                assert_string_equal(entity_property(e, "status"),
                                    entity_property(&one->now, "status"));
            }
        }
    }
    assert_int_equal(changes, w->interviews); /* no change is lost */
    desk_cases_fini(&cases);
    arena_fini(&arena);
}

static unsigned decide_all(struct world *w)
{
    struct err err = {0};
    struct desk_cases cases;
    OK(desk_cases_read(&cases, w->desk, w->devices[0].study.coordinator, false, &err));
    unsigned conflicts = (unsigned)cases.conflicts;
    for (struct desk_case *one = cases.first; one; one = one->next) {
        if (one->sides) {
            decide(w, one, draw(w, DEVICES));
        }
    }
    desk_cases_fini(&cases);
    return conflicts;
}

static void random_history(uint32_t seed)
{
    struct err err = {0};
    struct world *w = mem_zero(1, sizeof *w);
    bool fresh;
    w->random = seed;
    w->at_ms = study_wall;
    for (unsigned d = 0; d < DEVICES; d++) {
        begin(&w->devices[d]);
    }
    w->desk = desk_of(&w->devices[0], &w->devices[1]);
    for (unsigned d = 2; d < DEVICES; d++) {
        struct buf file = {0};
        study_device_file(&w->devices[d].study, &file);
        OK(desk_add_device(w->desk, file.data, file.len, &fresh, &err));
        buf_fini(&file);
    }
    for (int step = 0; step < STEPS; step++) {
        random_step(w);
    }
    settle(w);
    compare(w);
    if (decide_all(w)) {
        settle(w);
        compare(w);
        assert_int_equal(decide_all(w), 0);
    }
    desk_close(w->desk);
    for (size_t b = 0; b < w->batch_count; b++) {
        buf_fini(&w->batches[b]);
    }
    for (unsigned d = 0; d < DEVICES; d++) {
        end(&w->devices[d]);
    }
    free(w);
}

static void test_cases__random_histories_end_in_agreement(void **state)
{
    (void)state;
    const char *rounds = getenv("ROUNDS"), *first = getenv("SEED");
    uint32_t seed = first ? (uint32_t)strtoul(first, NULL, 10) : 1;
    for (int k = 0; k < (rounds ? atoi(rounds) : 12); k++) {
        print_message("seed %u\n", seed + (uint32_t)k);
        random_history(seed + (uint32_t)k);
    }
}

/* Training records see no cases and make none. */
static void test_cases__training_is_apart(void **state)
{
    (void)state;
    struct field a;
    struct err err = {0};
    struct arena arena;
    struct interview *i;
    arena_init(&arena);
    begin(&a);
    interview(&a, "KG-02-001", "active");
    OK(interview_begin(&i, a.writer, a.hash, "en", &err));
    i->training = true;
    answer(i, "/data/part", "new");
    answer(i, "/data/code", "T");
    OK(interview_finish(i, NULL, &err));
    interview_free(i);
    struct entity *one = only_case(&a, &arena);
    assert_string_equal(one->label, "KG-02-001");
    struct desk *desk = desk_of(&a, NULL);
    hand_over(&a, desk, "h1", study_wall);
    struct desk_cases cases;
    look(desk, &a, &cases);
    desk_cases_fini(&cases);
    OK(desk_cases_read(&cases, desk, a.study.coordinator, true, &err));
    assert_int_equal(cases.count, 1);
    assert_string_equal(cases.first->now.label, "T");
    desk_cases_fini(&cases);
    desk_close(desk);
    arena_fini(&arena);
    end(&a);
}

/* ---- lists ---- */

static void test_cases__a_list_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena;
    struct entities e, back;
    struct buf once = {0}, twice = {0}, table = {0};
    arena_init(&arena);
    entities_init(&e, &arena);
    struct entity_property hard = {"note", "a,\"b\"\nв", NULL}, site = {"site", "KG-02", &hard};
    struct entity one = {.list = "cases",
                         .id = "11111111-1111-4111-8111-111111111111",
                         .label = "Әке, \"Ош\"",
                         .branch = "",
                         .version = 4,
                         .properties = &site};
    entities_assign(&e, &one, 9);
    one.id = "22222222-2222-4222-8222-222222222222";
    entities_assign(&e, &one, 10);
    entities_forget(&e, one.id, 9);
    assert_int_equal(entities_find(&e, one.id)->version, 4); /* an older word */
    entities_forget(&e, one.id, 11);
    entities_assign(&e, &one, 10);
    assert_int_equal(entities_find(&e, one.id)->version, 0);
    entities_print(&once, &e);
    entities_init(&back, &arena);
    OK(entities_parse(&back, once.data, once.len, &err));
    entities_print(&twice, &back);
    assert_string_equal(once.data, twice.data);
    /* the author's own rows stay, but for those that a case takes the place of */
    static const char base[] = "name,label,extra\n11111111-1111-4111-8111-111111111111,Old,x\n"
                               "a,Author's,y\n";
    OK(entities_table(&table, &back, "cases", base, sizeof base - 1, &err));
    assert_string_equal(table.data,
                        "name,label,__version,__trunkVersion,__branchId,extra,site,note\n"
                        "a,Author's,,,,y,,\n"
                        "11111111-1111-4111-8111-111111111111,\"Әке, \"\"Ош\"\"\",4,4,,,"
                        "KG-02,\"a,\"\"b\"\"\nв\"\n");
#define HEAD "list,id,version,trunk,branch,counter,property,value\n"
#define ROW(rest) "cases,33333333-1111-4111-8111-111111111111," rest "\n"
    static const char *const bad[] = {"list\n",
                                      "x",
                                      "list,id,version,trunk,branch,counter,property,"
                                      "value\ncases,no-id,1,1,,0,label,L\n",
                                      HEAD ROW("2,1,b,3,label,L") ROW("$,1,b,3,site,K"),
                                      HEAD ROW("2,1,b,3,label,L") ROW("3,1,b,3,site,K"),
                                      HEAD ROW("2,1,b,3,label,L") ROW("2,1,b,3,label,L"),
                                      HEAD ROW("2,1,b,3,site,K"),
                                      HEAD ROW("0,1,b,3,label,L") ROW("0,1,b,3,site,K")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        entities_init(&back, &arena);
        assert_false(entities_parse(&back, bad[i], strlen(bad[i]), &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
    buf_fini(&once);
    buf_fini(&twice);
    buf_fini(&table);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases__an_interview_finds_what_another_made),
        cmocka_unit_test(test_cases__a_draft_comes_back_with_its_case),
        cmocka_unit_test(test_cases__a_case_goes_to_another_device_and_comes_into_conflict),
        cmocka_unit_test(test_cases__the_last_word_counts_whatever_the_order),
        cmocka_unit_test(test_cases__training_is_apart),
        cmocka_unit_test(test_cases__the_desks_clock_may_go_back),
        cmocka_unit_test(test_cases__what_is_not_assigned),
        cmocka_unit_test(test_cases__a_case_is_taken_back),
        cmocka_unit_test(test_cases__what_is_withdrawn_leaves_cases),
        cmocka_unit_test(test_cases__a_withdrawn_change_leaves_its_case),
        cmocka_unit_test(test_cases__a_form_for_few_waits_for_its_recipients),
        cmocka_unit_test(test_cases__random_histories_end_in_agreement),
        cmocka_unit_test(test_cases__a_list_is_read_as_it_was_written),
    };
    struct err err = {0};
    db_setup();
    xml_setup();
    return secret_setup(&err) ? RUN(tests) : 1;
}
