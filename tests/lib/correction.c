/* SPDX-License-Identifier: Apache-2.0 */
/* Records that are sent back, for tests. */
#include "tests/lib/correction.h"

const char correction_md[] =
    "| survey |\n"
    "| | type | name | label | save_to | bind::suhbat:submitter | constraint |\n"
    "| | audit | audit | | | | |\n"
    "| | text | code | Code | code | yes | |\n"
    "| | text | town | Town | town | | |\n"
    "| | integer | age | Age | | | . < 120 |\n"
    "| | image | photo | Photo | | | |\n"
    "| | begin_repeat | trip | Trips | | | |\n"
    "| | text | place | Where | | | |\n"
    "| | end_repeat | | | | | |\n"
    "| settings |\n| | form_id | version |\n| | test_form | 7 |\n"
    "| entities |\n| | list_name | label | entity_id | create_if |\n"
    "| | cases | ${code} | | |\n";

void correction_set(struct interview *i, const char *path, const char *value)
{
    struct err err = {0};
    struct node *node = session_find(i->session, path);
    assert_non_null(node);
    assert_int_equal(interview_answer(i, node, value, &err), ANSWER_OK);
}

void correction_trip(struct interview *i, const char *where)
{
    struct err err = {0};
    struct arena arena;
    struct page *pages;
    struct node *entry;
    size_t count;
    char path[64];
    arena_init(&arena);
    session_pages(i->session, &arena, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        if (pages[p].kind == PAGE_ROSTER) {
            OK(interview_add(i, &pages[p], &entry, &err));
            snprintf(path, sizeof path, "/data/trip[%u]/place", tree_position(entry));
            correction_set(i, path, where);
            break;
        }
    }
    arena_fini(&arena);
}

const char *correction_at(struct interview *i, const char *path)
{
    struct node *node = session_find(i->session, path);
    return node ? tree_value(node) : NULL;
}

/* Hands everything over; takes it in unless `keep`. */
void correction_carry(struct field *f, bool keep)
{
    struct err err = {0};
    struct export_report out;
    struct import_report in;
    char folder[16];
    snprintf(folder, sizeof folder, "out%u", ++f->turns);
    OK(file_folder(study_path(&f->study, folder), 0700, &err));
    OK(device_export(f->study.device, study_path(&f->study, folder), f->at_ms += 1000, &out, &err));
    buf_cut(&f->batch, 0);
    take_batch(&f->study, folder, &f->batch);
    if (!keep) {
        OK(desk_import(f->desk, f->batch.data, f->batch.len, f->at_ms, &in, &err));
        assert_int_equal(in.fork_seq, 0);
    }
}

void correction_begin(struct field *f, const char *md)
{
    struct err err = {0};
    struct buf package = {0};
    struct interview *i;
    bool fresh;
    memset(f, 0, sizeof *f);
    f->at_ms = study_wall;
    study_init(&f->study);
    study_device(&f->study);
    struct buf xml = {0};
    OK(convert_md(&xml, md ? md : correction_md, &err));
    f->study.form = f->form = mem_text(xml.data);
    f->other_form = md != NULL;
    buf_fini(&xml);
    study_enrol(&f->study, f->hash);
    device_on_message(f->study.device, cases_on_message, NULL);
    f->writer = writer_new(f->study.device);
    OK(interview_begin(&i, f->writer, f->hash, "en", &err));
    correction_set(i, "/data/code", "A12");
    if (session_find(i->session, "/data/town")) {
        correction_set(i, "/data/town", "Osh");
    }
    if (session_find(i->session, "/data/age")) {
        correction_set(i, "/data/age", "19");
    }
    if (!md) {
        OK(interview_attach(i, session_find(i->session, "/data/photo"), "png", "PICTURE", 7, &err));
        correction_set(i, "/data/trip[1]/place", "Omsk");
        correction_trip(i, "Tomsk");
    }
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, f->first));
    interview_free(i);
    f->desk = open_desk(&f->study);
    OK(device_package(f->study.device, f->hash, &package, &err));
    OK(desk_add_form(f->desk, package.data, package.len, &fresh, &err));
    buf_fini(&package);
    correction_carry(f, false);
}

void correction_end(struct field *f)
{
    desk_close(f->desk);
    buf_fini(&f->batch);
    f->study.device = writer_free(f->writer);
    study_fini(&f->study);
    free(f->form);
}

/* ---- the way to the device ---- */

struct post {
    struct field *f;
    const char *folder;
};

static bool write_message(void *user, const struct message *m, int64_t wall_ms, bool taken,
                          struct err *why)
{
    struct post *p = user;
    char name[40];
    (void)wall_ms;
    (void)why;
    if (!taken) {
        snprintf(name, sizeof name, "m-%04u.age", (unsigned)m->counter);
        study_message(&p->f->study, p->folder, name, m);
    }
    return true;
}

struct load_report correction_deliver(struct field *f)
{
    struct err err = {0};
    struct load_report report;
    char folder[16];
    snprintf(folder, sizeof folder, "post%u", ++f->turns);
    struct post post = {f, folder};
    OK(file_folder(study_path(&f->study, folder), 0700, &err));
    OK(desk_messages(f->desk, write_message, &post, &err));
    OK(device_load_folder(f->study.device, study_path(&f->study, folder), &report, &err));
    return report;
}

bool correction_send(struct field *f, const uint8_t id[16], bool again, struct err *err)
{
    static const struct send_comment comments[] = {{"age", "19 or 91?"},
                                                   {"trip[2]/place", "Which region?"}};
    struct send_back what = {.on_all = "Please look again",
                             .comments = comments,
                             .count = f->other_form ? 0 : 2,
                             .why = "",
                             .again = again,
                             .wall_ms = f->at_ms += 1000};
    return desk_send_back(f->desk, f->study.coordinator, id, &what, err);
}

size_t correction_returned(struct field *f, struct device_return *one)
{
    struct err err = {0};
    static struct device_return list[DEVICE_RETURNS_MAX];
    size_t count;
    OK(device_returns(f->study.device, list, &count, &err));
    if (count && one) {
        *one = list[0];
    }
    return count;
}

/* Sends the record back and opens it on the device. */
struct interview *correction_open(struct field *f, const uint8_t id[16])
{
    struct err err = {0};
    struct device_return one;
    struct interview *i;
    OK(correction_send(f, id, false, &err));
    assert_int_equal(correction_deliver(f).messages, 1);
    assert_int_equal(correction_returned(f, &one), 1);
    OK(interview_correct(&i, f->writer, &one, "en", &err));
    return i;
}

void correction_seal(struct interview *i, const char *reason, uint8_t id[16])
{
    struct err err = {0};
    interview_reason(i, reason);
    OK(interview_finish(i, NULL, &err));
    assert_true(session_record_id(i->session, id));
    interview_free(i);
}

struct buf correction_table(struct field *f, const char *name)
{
    struct err err = {0};
    struct buf bytes = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/tables/%s", f->study.dir, name);
    OK(file_read(&bytes, path, 1 << 20, &err));
    return bytes;
}

struct export_counts correction_export(struct field *f, const char *interviewer)
{
    struct err err = {0};
    struct export_counts counts;
    char out[300];
    snprintf(out, sizeof out, "%s/tables", f->study.dir);
    struct export_options options = {.out = out,
                                     .writer = dataset_writer_find("csv"),
                                     .filter = {.interviewer = interviewer},
                                     .force = true};
    (void)!file_remove_folder(out, NULL);
    OK(desk_export(f->desk, f->study.coordinator, &options, &counts, &err));
    assert_int_equal(counts.unreadable, 0);
    return counts;
}

void correction_shows(struct field *f, const uint8_t id[16], const char *const *texts)
{
    struct err err = {0};
    struct buf out = {0};
    const struct desk_listing listing = {.language = "en", .why = ""};
    OK(desk_show_record(&out, f->desk, f->study.coordinator, id, &listing, &err));
    for (; *texts; texts++) {
        if (!strstr(out.data, *texts)) {
            fail_msg("'%s' is not in:\n%s", *texts, out.data);
        }
    }
    buf_fini(&out);
}

struct withdraw_report correction_withdraw(struct field *f, const uint8_t id[16], unsigned uses)
{
    struct err err = {0};
    struct withdraw_report report;
    struct forget_report forgotten;
    const uint8_t ids[1][16] = {{0}};
    memcpy((void *)(uintptr_t)ids[0], id, 16);
    struct withdraw_options options = {
        .uses = uses, .why = "asked for", .wall_ms = f->at_ms += 1000};
    OK(desk_withdraw_all(f->desk, f->study.coordinator, ids, 1, &options, &report, &forgotten,
                         &err));
    return report;
}

unsigned correction_drafts(struct field *f)
{
    struct err err = {0};
    struct device_draft drafts[VAULT_DRAFTS];
    size_t count;
    OK(device_drafts(f->study.device, drafts, &count, &err));
    return (unsigned)count;
}

uint64_t correction_sealed(struct field *f)
{
    struct err err = {0};
    struct device_waiting waiting;
    OK(device_waiting(f->study.device, &waiting, &err));
    return waiting.count;
}

struct entity *correction_case(struct field *f, struct arena *arena)
{
    struct err err = {0};
    static struct entities cases;
    OK(cases_read(&cases, arena, f->study.device, &err));
    assert_true(!cases.first || !cases.first->next);
    return cases.first && cases.first->version ? cases.first : NULL;
}
