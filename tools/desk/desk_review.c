/* SPDX-License-Identifier: Apache-2.0 */
/* What a coordinator sees of records, and what the log says. */
#include "tools/desk/desk_review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset.h"
#include "platform/custody/sendback.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_diff.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_withdraw.h"

/* ---- the list ---- */

struct listing {
    struct desk *desk;
    struct desk_listing *given;
    struct desk_filter filter;
    struct desk_records records;
    struct desk_reviews reviews;
    struct tally seen; /* records: one may be in two histories of a device */
    struct buf *out;
};

static const char *const headings[] = {"KEY",         "form",    "version",
                                       "finished",    "device",  "interviewer",
                                       "ReviewState", "reviews", "comment"};
enum { COLUMNS = sizeof headings / sizeof *headings };

static void put_line(const struct listing *l, const char *const cells[COLUMNS])
{
    if (l->given->csv) {
        for (size_t c = 0; c < COLUMNS; c++) {
            csv_cell(l->out, cells[c], c == 0);
        }
        csv_end(l->out);
        return;
    }
    enum { COMMENT = COLUMNS - 1, STATE = 6, BEGIN = 13 };
    const char *state = *cells[STATE] ? cells[STATE] : "received";
    buf_printf(l->out, "%.*s  %s  %-10s %-10s %s %s", BEGIN, cells[0], cells[3], cells[4], state,
               cells[1], cells[5]);
    buf_text(l->out, *cells[COMMENT] ? ": " : "");
    desk_put_line(l->out, cells[COMMENT]);
    buf_char(l->out, '\n');
}

static bool list_one(struct listing *l, struct record *r, struct err *err)
{
    const struct form *form = desk_record_form(&l->records, r);
    char key[48], finished[40], count[16], code[64], device[DESK_DEVICE_TEXT];
    if (!form) {
        l->given->without_form++;
        return true;
    }
    const struct desk_family *family = desk_family_of(&l->records.edits, r->record_id);
    if (!desk_edit_counts(&l->records.edits, r->record_id)) {
        return true; /* the version that counts has its own line */
    }
    desk_record_date(&l->records, r);
    enum review_state state;
    const struct desk_review *review =
        desk_review_now(&l->reviews, &l->records.edits, r->record_id, &state);
    desk_record_submitter(code, sizeof code, form, r);
    if (!desk_filter_passes(&l->filter, r, form, code, state)) {
        return true;
    }
    if (!desk_device_text(l->desk, r->device_id, device, err)) {
        return false;
    }
    desk_record_key(key, family ? family->root : r->record_id);
    desk_put_when(finished, r->finalised_ms);
    snprintf(count, sizeof count, "%u", review ? review->words : 0);
    put_line(l, (const char *const[COLUMNS]){key, form->id, form->version, finished, device, code,
                                             review_names[state], count,
                                             review ? review->comment : ""});
    l->given->records++;
    return true;
}

static bool list_object(void *user, const struct desk_object *o, struct err *err)
{
    struct listing *l = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    enum desk_opened opened = desk_record_open(&l->records, o, &plain, &r);
    l->given->unreadable += opened == DESK_UNREADABLE;
    uint8_t hash[32];
    hash_plain(hash, o->id, 16);
    if (opened == DESK_OPENED && tally_add(&l->seen, hash) == 1) {
        ok = list_one(l, &r, err);
    }
    buf_fini(&plain);
    return ok;
}

bool desk_list_records(struct buf *out, struct desk *desk, const uint8_t identity[32],
                       struct desk_listing *given, struct err *err)
{
    struct listing l = {.desk = desk, .given = given, .filter = given->filter, .out = out};
    given->records = given->without_form = given->unreadable = 0;
    bool ok = desk_records_init(&l.records, desk, identity, err);
    ok = desk_reviews_read(&l.reviews, desk, ok ? err : NULL) && ok &&
         desk_filter_prepare(&l.filter, &l.records, err);
    if (ok && given->csv) {
        put_line(&l, headings);
    }
    ok = ok && desk_objects(desk, list_object, &l, err);
    ok = desk_records_log(&l.records, "list", given->why, ok ? err : NULL) && ok;
    tally_fini(&l.seen);
    desk_reviews_fini(&l.reviews);
    desk_records_fini(&l.records);
    return ok;
}

/* ---- one record ---- */

struct showing {
    struct desk *desk;
    const uint8_t *id; /* of the version that counts */
    const struct desk_family *family;
    const struct desk_listing *given;
    struct desk_records records;
    struct buf *out;
    struct desk_diff diff; /* older versions */
    bool found;
};

static void put_answer(struct buf *out, struct dataset *dataset, struct dataset_reader *reader,
                       const struct dataset_column *column, const char *value, const char *language)
{
    const char *label = dataset_column_label(dataset, column, language);
    bool choice = column->type == DATASET_CHOICE;
    const char *shown =
        choice ? dataset_choice_label(dataset, reader->version, column, value, language) : value;
    buf_join(out, *label ? label : column->below, "\n    ", NULL);
    buf_text(out, shown);
    if (choice && strcmp(shown, value) != 0) {
        buf_join(out, " (", value, ")", NULL);
    }
    buf_join(out, "    [", column->path, "]\n", NULL);
}

static bool put_record(struct showing *s, const struct form *form, const struct record *r,
                       struct err *err)
{
    struct dataset *dataset;
    struct dataset_reader reader;
    struct dataset_row row;
    unsigned uses;
    char withdrawn[WITHDRAWN_TEXT];
    if (!desk_withdrawn(s->desk, r->record_id, &uses, err)) {
        return false;
    }
    uses |= s->family ? s->family->withdrawn : 0;
    withdrawn_text(withdrawn, uses);
    s->diff.withdrawn = uses;
    if (uses) {
        buf_join(s->out, "WITHDRAWN: ", withdrawn, "\n\n", NULL);
    }
    const struct submission about = {.date_ms = r->finalised_ms,
                                     .withdrawn = uses ? withdrawn : NULL,
                                     .submitter_id = "",
                                     .submitter_name = "",
                                     .device_id = "",
                                     .form_version = form->version,
                                     .status = "",
                                     .review_state = ""};
    const struct dataset_options options = {.sensitive_extra = s->given->sensitive};
    if (!dataset_new(&dataset, &form, 1, &options, err)) {
        return false;
    }
    bool ok = dataset_open(&reader, dataset, form, r->xml, r->xml_len, &about, err);
    while (ok && dataset_next(&reader, &row)) {
        const struct dataset_table *table = dataset_table(dataset, row.table);
        if (row.parent) {
            buf_join(s->out, "-- ", row.key, "\n", NULL);
        }
        for (size_t c = 0; c < table->count; c++) {
            const char *value = dataset_cell(&reader, c);
            if (*value) {
                put_answer(s->out, dataset, &reader, &table->columns[c], value, s->given->language);
            }
        }
    }
    if (ok && dataset_hidden(dataset)) {
        buf_printf(s->out, "%zu questions marked sensitive=extra are left out\n",
                   dataset_hidden(dataset));
    }
    if (ok) {
        dataset_close(&reader);
    }
    dataset_free(dataset);
    return ok;
}

/* Keeps an older version, to be compared with the next. */
static void keep_older(struct showing *s, const struct desk_object *o)
{
    struct buf plain = {0};
    struct record r;
    if (s->family && desk_family_of(&s->records.edits, o->id) == s->family &&
        desk_record_open(&s->records, o, &plain, &r) == DESK_OPENED) {
        desk_diff_keep(&s->diff, &r);
    }
    buf_fini(&plain);
}

static bool show_object(void *user, const struct desk_object *o, struct err *err)
{
    struct showing *s = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (memcmp(o->id, s->id, 16) != 0) {
        keep_older(s, o);
        return true;
    }
    if (s->found) {
        return true;
    }
    s->found = true;
    if (desk_record_open(&s->records, o, &plain, &r) != DESK_OPENED) {
        ok = err_set(err, ERR_AUTH, "the record does not open with this identity");
    }
    const struct form *form = ok ? desk_record_form(&s->records, &r) : NULL;
    if (ok && !form) {
        err_set(err, ERR_INPUT, "the desk does not have the record's form");
        ok = err_hint(err, "add it: suhbat-sync --desk DIR add-form PACKAGE");
    }
    if (ok) {
        char key[48], finished[40];
        desk_record_key(key, r.record_id);
        desk_put_when(finished, r.finalised_ms);
        buf_printf(s->out, "%s\n%s, version %s, finished %s%s\n\n", key, form->id, form->version,
                   finished, r.flags & RECORD_TRAINING ? ", TRAINING" : "");
        desk_diff_keep(&s->diff, &r);
        s->diff.form = form;
        ok = put_record(s, form, &r, err);
    }
    buf_fini(&plain);
    return ok;
}

struct opinions {
    const struct desk_edits *edits;
    const uint8_t *id; /* of the version that counts */
    struct buf *out;
};

static bool put_opinion(void *user, const struct ledger_entry *e, struct err *err)
{
    struct opinions *o = user;
    char when[40];
    (void)err;
    bool sent = e->kind == LEDGER_SENT_BACK;
    if ((sent || e->kind == LEDGER_REVIEW) && e->state < REVIEW_STATES &&
        memcmp(desk_newest(o->edits, e->record), o->id, 16) == 0) { /* or an older version */
        desk_put_when(when, e->wall_ms);
        buf_join(o->out, when, " ", NULL);
        desk_put_line(o->out, e->who);
        buf_join(o->out, ": ",
                 sent                          ? "sent back"
                 : e->state == REVIEW_RECEIVED ? "received"
                                               : review_names[e->state],
                 *e->why ? ": " : "", NULL);
        desk_put_line(o->out, e->why);
        buf_char(o->out, '\n');
    }
    return true;
}

/* What was asked when it was sent back: in the message, which a withdrawal deletes. */
static bool put_comments(void *user, const struct message *m, int64_t wall_ms, bool taken,
                         struct err *err)
{
    struct opinions *o = user;
    struct sendback body;
    struct arena arena;
    struct csv csv;
    char when[40];
    (void)err;
    if (m->kind != MESSAGE_SEND_BACK || memcmp(desk_newest(o->edits, m->about), o->id, 16) != 0 ||
        !sendback_read(&body, m->body, m->len, NULL)) {
        return true;
    }
    arena_init(&arena);
    desk_put_when(when, wall_ms);
    buf_join(o->out, "asked ", when, taken ? "" : ", not taken by its device yet", ":\n", NULL);
    bool ok = csv_parse(&csv, &arena, body.comments, body.comments_len, NULL);
    for (size_t r = 1; ok && r < csv.count; r++) {
        if (csv.rows[r].count >= 2) {
            buf_text(o->out, "    ");
            desk_put_line(o->out, csv.rows[r].cells[0]);
            buf_text(o->out, *csv.rows[r].cells[0] ? ": " : "");
            desk_put_line(o->out, csv.rows[r].cells[1]);
            buf_char(o->out, '\n');
        }
    }
    arena_fini(&arena);
    return true;
}

bool desk_show_record(struct buf *out, struct desk *desk, const uint8_t identity[32],
                      const uint8_t id[16], const struct desk_listing *given, struct err *err)
{
    struct showing s = {.desk = desk, .given = given, .out = out};
    bool ok = desk_records_init(&s.records, desk, identity, err);
    s.id = desk_newest(&s.records.edits, id);
    s.family = desk_family_of(&s.records.edits, id);
    struct opinions opinions = {&s.records.edits, s.id, out};
    ok = ok && desk_objects(desk, show_object, &s, err);
    ok = desk_records_log(&s.records, "show", given->why, ok ? err : NULL) && ok;
    if (ok && !s.found) {
        ok = err_set(err, ERR_INPUT, "the record is kept apart, or its content was withdrawn");
    }
    if (ok) {
        buf_text(out, "\n");
        ok = !s.family || desk_diff_print(out, &s.diff, given, err);
    }
    ok = ok && desk_messages(desk, put_comments, &opinions, err) &&
         desk_ledger_read(desk, put_opinion, &opinions, err);
    desk_diff_fini(&s.diff);
    desk_records_fini(&s.records);
    return ok;
}

/* Later than all that was said of the record: between two desks the time decides, and clocks go
 * wrong. */
static int64_t after_others(struct desk *desk, const uint8_t id[16], int64_t wall_ms)
{
    struct desk_reviews reviews;
    bool read = desk_reviews_read(&reviews, desk, NULL);
    const struct desk_review *last = read ? desk_review_of(&reviews, id) : NULL;
    int64_t at = last && last->wall_ms >= wall_ms ? last->wall_ms + 1 : wall_ms;
    desk_reviews_fini(&reviews);
    return at;
}

bool desk_review(struct desk *desk, const uint8_t id[16], enum review_state state,
                 const char *comment, int64_t wall_ms, struct err *err)
{
    wall_ms = after_others(desk, id, wall_ms);
    struct ledger_entry e = {.wall_ms = wall_ms,
                             .kind = LEDGER_REVIEW,
                             .state = (uint8_t)state,
                             .what = "review",
                             .why = comment};
    memcpy(e.record, id, 16);
    return desk_ledger_add(desk, &e, err);
}

/* ---- the log ---- */

struct telling {
    struct buf *out;
    bool records;
};

static void put_keys(struct buf *out, const struct ledger_entry *e)
{
    char key[48];
    for (size_t at = 0; at + 16 <= e->len; at += 16) {
        desk_record_key(key, (const uint8_t *)e->body + at);
        buf_join(out, "    ", key, "\n", NULL);
    }
}

static bool tell_entry(void *user, const struct ledger_entry *e, struct err *err)
{
    static const uint8_t none[16];
    struct telling *t = user;
    char when[40], key[48];
    (void)err;
    desk_put_when(when, e->wall_ms);
    buf_printf(t->out, "%llu  %s  ", (unsigned long long)e->n, when);
    desk_put_line(t->out, *e->who ? e->who : "?");
    buf_text(t->out, "  ");
    desk_put_line(t->out, e->what);
    if (e->kind == LEDGER_REVIEW && e->state < REVIEW_STATES) {
        buf_join(t->out, " ", e->state ? review_names[e->state] : "received", NULL);
    }
    if (memcmp(e->record, none, 16) != 0) {
        desk_record_key(key, e->record);
        buf_join(t->out, "  ", key, NULL);
    } else if (e->kind == LEDGER_ACCESS && e->len) {
        buf_printf(t->out, "  %zu records", e->len / 16);
    }
    buf_text(t->out, *e->why ? ": " : "");
    desk_put_line(t->out, e->why);
    buf_char(t->out, '\n');
    if (t->records && e->kind == LEDGER_ACCESS && e->len > 16) {
        put_keys(t->out, e);
    }
    return true;
}

struct old_log {
    const struct desk *desk;
    struct buf *out;
};

static bool tell_old(void *user, const struct db_value *c, size_t count, struct err *err)
{
    struct old_log *old = user;
    struct buf plain = {0};
    char when[40];
    (void)count;
    bool ok =
        desk_unlock(old->desk, &plain, (struct desk_row){"log", NULL, 0}, &c[0], NOTE_TEXT, err);
    if (ok) {
        desk_put_when(when, (int64_t)get_u64((const uint8_t *)plain.data));
        buf_join(old->out, "unsigned  ", when, "  ", plain.data + NOTE_TEXT, "\n", NULL);
    }
    buf_fini(&plain);
    return ok;
}

bool desk_tell_log(struct buf *out, struct desk *desk, bool records, struct err *err)
{
    struct telling t = {out, records};
    struct old_log old = {desk, out};
    return db_run(desk->db, "SELECT d FROM log ORDER BY n", NULL, 0, tell_old, &old, err) &&
           desk_ledger_read(desk, tell_entry, &t, err);
}

bool desk_newest_of(struct desk *desk, const uint8_t identity[32], uint8_t (*ids)[16], size_t count,
                    struct err *err)
{
    struct desk_records records;
    bool ok = desk_records_init(&records, desk, identity, err);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *newest = desk_newest(&records.edits, ids[i]);
        memmove(ids[i], newest, 16);
    }
    ok = (!records.opened.len || desk_records_log(&records, EDITS_LOOKED, "", ok ? err : NULL)) &&
         ok;
    desk_records_fini(&records);
    return ok;
}
