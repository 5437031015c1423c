/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one record with all that belongs to it. */
#include "tools/desk/desk_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset.h"
#include "platform/custody/sendback.h"
#include "platform/machine/csv.h"
#include "tools/desk/desk_diff.h"
#include "tools/desk/desk_question.h"
#include "tools/desk/desk_withdraw.h"

struct pass { /* of one reading */
    struct desk *desk;
    struct desk_reading *out;
    const struct desk_reading_options *options;
    const struct desk_family *family;
    struct desk_records records;
    struct desk_diff diff; /* all versions */
    bool found;
};

/* ---- answers ---- */

static void note_path(void *user, const struct desk_question *q)
{
    struct map *paths = user;
    char key[32];
    snprintf(key, sizeof key, "%p", (const void *)q->node);
    map_put(paths, arena_text(paths->arena, key), (void *)(uintptr_t)q->path);
}

static const char *question_at(const struct map *paths, const struct xml *node)
{
    char key[32];
    snprintf(key, sizeof key, "%p", (const void *)node);
    const char *path = node ? map_get(paths, key) : NULL;
    return path ? path : "";
}

static void add_answer(struct pass *p, const struct desk_answer *answer)
{
    struct desk_reading *out = p->out;
    out->answers = mem_grow(out->answers, out->answer_count + 1, sizeof *out->answers);
    out->answers[out->answer_count++] = *answer;
}

static void read_cell(struct pass *p, struct dataset_reader *reader, const struct dataset_column *c,
                      size_t column, const struct map *paths)
{
    struct arena *arena = &p->out->arena;
    const char *value = dataset_cell(reader, column), *shown = value;
    const char *label = dataset_column_label(reader->dataset, c, p->options->language);
    if (c->type == DATASET_CHOICE) {
        shown =
            dataset_choice_label(reader->dataset, reader->version, c, value, p->options->language);
    }
    if (*value) {
        add_answer(p, &(struct desk_answer){
                          .label = arena_text(arena, *label ? label : c->below),
                          .text = arena_text(arena, shown),
                          .code = strcmp(shown, value) != 0 ? arena_text(arena, value) : "",
                          .path = arena_text(arena, c->path),
                          .question = question_at(paths, reader->cells[column]),
                          .story = c->type == DATASET_TEXT});
    }
}

static void read_rows(struct pass *p, struct dataset_reader *reader, const struct form *form)
{
    struct dataset_row row;
    struct map paths;
    map_init(&paths, &p->out->arena);
    while (dataset_next(reader, &row)) {
        const struct dataset_table *table = dataset_table(reader->dataset, row.table);
        if (row.parent) {
            add_answer(p, &(struct desk_answer){.entry = arena_text(&p->out->arena, row.key)});
        } else {
            desk_questions(&p->out->arena, form, row.node, note_path, &paths);
        }
        for (size_t c = 0; c < table->count; c++) {
            read_cell(p, reader, &table->columns[c], c, &paths);
        }
    }
}

static bool read_answers(struct pass *p, const struct form *form, const struct record *r,
                         struct err *err)
{
    struct dataset *dataset;
    struct dataset_reader reader;
    char withdrawn[WITHDRAWN_TEXT];
    withdrawn_text(withdrawn, p->out->withdrawn);
    const struct submission about = {.date_ms = r->finalised_ms,
                                     .withdrawn = p->out->withdrawn ? withdrawn : NULL,
                                     .submitter_id = "",
                                     .submitter_name = "",
                                     .device_id = "",
                                     .form_version = form->version,
                                     .status = "",
                                     .review_state = ""};
    const struct dataset_options options = {.sensitive_extra = p->options->sensitive};
    if (!dataset_new(&dataset, &form, 1, &options, err)) {
        return false;
    }
    bool ok = dataset_open(&reader, dataset, form, r->xml, r->xml_len, &about, err);
    if (ok) {
        read_rows(p, &reader, form);
        p->out->hidden = dataset_hidden(dataset);
        dataset_close(&reader);
    }
    dataset_free(dataset);
    return ok;
}

/* ---- the record ---- */

static bool read_record(struct pass *p, const struct form *form, const struct record *r,
                        struct err *err)
{
    struct desk_reading *out = p->out;
    char submitter[EDIT_SUBMITTER];
    unsigned uses;
    if (!desk_withdrawn(p->desk, r->record_id, &uses, err)) {
        return false;
    }
    out->withdrawn = uses | (p->family ? p->family->withdrawn : 0);
    desk_record_submitter(submitter, sizeof submitter, form, r);
    out->submitter = arena_text(&out->arena, submitter);
    out->form = arena_text(&out->arena, form->id);
    out->version = arena_text(&out->arena, form->version);
    out->title = arena_text(&out->arena, form->title ? form->title : form->id);
    out->finalised_ms = r->finalised_ms;
    out->training = r->flags & RECORD_TRAINING;
    memcpy(out->device, r->device_id, 16);
    desk_diff_keep(&p->diff, r);
    p->diff.form = form;
    p->diff.withdrawn = out->withdrawn;
    return read_answers(p, form, r, err);
}

/* Keeps an older version, to be compared with the next. */
static void keep_older(struct pass *p, const struct desk_object *o)
{
    struct buf plain = {0};
    struct record r;
    if (p->family && desk_family_of(&p->records.edits, o->id) == p->family &&
        desk_record_open(&p->records, o, &plain, &r) == DESK_OPENED) {
        desk_diff_keep(&p->diff, &r);
    }
    buf_fini(&plain);
}

static bool read_object(void *user, const struct desk_object *o, struct err *err)
{
    struct pass *p = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (memcmp(o->id, p->out->id, 16) != 0) {
        keep_older(p, o);
        return true;
    }
    if (p->found) {
        return true;
    }
    p->found = true;
    if (desk_record_open(&p->records, o, &plain, &r) != DESK_OPENED) {
        ok = err_set(err, ERR_AUTH, "the record does not open with this identity");
    }
    const struct form *form = ok ? desk_record_form(&p->records, &r) : NULL;
    if (ok && !form) {
        err_set(err, ERR_INPUT, "the desk does not have the record's form");
        ok = err_hint(err, "add it: suhbat-sync --desk DIR add-form PACKAGE");
    }
    ok = ok && read_record(p, form, &r, err);
    buf_fini(&plain);
    return ok;
}

/* ---- what was said ---- */

static bool read_opinion(void *user, const struct ledger_entry *e, struct err *err)
{
    struct pass *p = user;
    struct desk_reading *out = p->out;
    (void)err;
    bool sent = e->kind == LEDGER_SENT_BACK;
    if ((sent || e->kind == LEDGER_REVIEW) && e->state < REVIEW_STATES &&
        memcmp(desk_newest(&p->records.edits, e->record), out->id, 16) == 0) { /* or an older one */
        out->opinions = mem_grow(out->opinions, out->opinion_count + 1, sizeof *out->opinions);
        out->opinions[out->opinion_count++] =
            (struct desk_opinion){.wall_ms = e->wall_ms,
                                  .who = arena_text(&out->arena, e->who),
                                  .why = arena_text(&out->arena, e->why),
                                  .state = (enum review_state)e->state,
                                  .sent_back = sent};
    }
    return true;
}

static bool read_asked(void *user, const struct message *m, int64_t wall_ms, bool taken,
                       struct err *err)
{
    struct pass *p = user;
    struct desk_reading *out = p->out;
    struct sendback body;
    struct csv csv;
    (void)err;
    if (m->kind != MESSAGE_SEND_BACK ||
        memcmp(desk_newest(&p->records.edits, m->about), out->id, 16) != 0 ||
        !sendback_read(&body, m->body, m->len, NULL) ||
        !csv_parse(&csv, &out->arena, body.comments, body.comments_len, NULL)) {
        return true;
    }
    for (size_t r = 1; r < csv.count; r++) {
        if (csv.rows[r].count >= 2) {
            out->asked = mem_grow(out->asked, out->asked_count + 1, sizeof *out->asked);
            out->asked[out->asked_count++] =
                (struct desk_asked){wall_ms, taken, csv.rows[r].cells[0], csv.rows[r].cells[1]};
        }
    }
    return true;
}

static bool read_changes(struct pass *p, struct err *err)
{
    struct buf text = {0};
    const struct desk_listing given = {.language = p->options->language,
                                       .sensitive = p->options->sensitive};
    bool ok = !p->family || desk_diff_print(&text, &p->diff, &given, err);
    p->out->changes = arena_copy(&p->out->arena, text.len ? text.data : "", text.len);
    buf_fini(&text);
    return ok;
}

bool desk_reading_read(struct desk_reading *out, struct desk *desk, const uint8_t identity[32],
                       const uint8_t id[16], const struct desk_reading_options *options,
                       struct err *err)
{
    struct pass p = {.desk = desk, .out = out, .options = options};
    *out = (struct desk_reading){
        .changes = "", .form = "", .version = "", .title = "", .submitter = ""};
    arena_init(&out->arena);
    bool ok = desk_records_init(&p.records, desk, identity, err);
    p.family = desk_family_of(&p.records.edits, id);
    memcpy(out->id, desk_newest(&p.records.edits, id), 16);
    memcpy(out->root, p.family ? p.family->root : id, 16);
    ok = ok && desk_objects(desk, read_object, &p, err);
    ok = desk_records_log(&p.records, "show", options->why, ok ? err : NULL) && ok;
    if (ok && !p.found) {
        ok = err_set(err, ERR_INPUT, "the record is kept apart, or its content was withdrawn");
    }
    ok = ok && read_changes(&p, err) && desk_messages(desk, read_asked, &p, err) &&
         desk_ledger_read(desk, read_opinion, &p, err);
    desk_diff_fini(&p.diff);
    desk_records_fini(&p.records);
    return ok;
}

void desk_reading_fini(struct desk_reading *reading)
{
    free(reading->answers);
    free(reading->opinions);
    free(reading->asked);
    arena_fini(&reading->arena);
}
