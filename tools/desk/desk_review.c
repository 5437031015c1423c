/* SPDX-License-Identifier: Apache-2.0 */
/* What a coordinator sees of records, and what the log says. */
#include "tools/desk/desk_review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/tally.h"
#include "platform/machine/text.h"
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_reading.h"
#include "tools/desk/desk_withdraw.h"

/* ---- the list ---- */

struct listing {
    struct desk *desk;
    struct desk_listing *given;
    struct desk_filter filter;
    struct desk_records records;
    struct desk_reviews reviews;
    struct tally seen; /* records: one may be in two histories of a device */
    desk_listed_row *row;
    void *user;
};

static bool list_one(struct listing *l, struct record *r, struct err *err)
{
    const struct form *form = desk_record_form(&l->records, r);
    char code[64], device[DESK_DEVICE_TEXT];
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
    l->given->records++;
    return l->row(l->user,
                  &(struct desk_listed){.id = family ? family->root : r->record_id,
                                        .form = form->id,
                                        .version = form->version,
                                        .title = form->title ? form->title : form->id,
                                        .device = device,
                                        .interviewer = code,
                                        .finalised_ms = r->finalised_ms,
                                        .state = state,
                                        .words = review ? review->words : 0,
                                        .comment = review ? review->comment : ""},
                  err);
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

bool desk_each_record(struct desk *desk, const uint8_t identity[32], struct desk_listing *given,
                      desk_listed_row *row, void *user, struct err *err)
{
    struct listing l = {
        .desk = desk, .given = given, .filter = given->filter, .row = row, .user = user};
    given->records = given->without_form = given->unreadable = 0;
    bool ok = desk_records_init(&l.records, desk, identity, err);
    ok = desk_reviews_read(&l.reviews, desk, ok ? err : NULL) && ok &&
         desk_filter_prepare(&l.filter, &l.records, err) &&
         desk_objects(desk, list_object, &l, err);
    ok = desk_records_log(&l.records, "list", given->why, ok ? err : NULL) && ok;
    tally_fini(&l.seen);
    desk_reviews_fini(&l.reviews);
    desk_records_fini(&l.records);
    return ok;
}

/* ---- the list as text ---- */

static const char *const headings[] = {"KEY",         "form",    "version",
                                       "finished",    "device",  "interviewer",
                                       "ReviewState", "reviews", "comment"};
enum { COLUMNS = sizeof headings / sizeof *headings };
struct printing {
    struct buf *out;
    bool csv;
};

static void put_line(const struct printing *p, const char *const cells[COLUMNS])
{
    if (p->csv) {
        for (size_t c = 0; c < COLUMNS; c++) {
            csv_cell(p->out, cells[c], c == 0);
        }
        csv_end(p->out);
        return;
    }
    enum { COMMENT = COLUMNS - 1, STATE = 6, BEGIN = 13 };
    const char *state = *cells[STATE] ? cells[STATE] : "received";
    buf_printf(p->out, "%.*s  %s  %-10s %-10s %s %s", BEGIN, cells[0], cells[3], cells[4], state,
               cells[1], cells[5]);
    buf_text(p->out, *cells[COMMENT] ? ": " : "");
    desk_put_line(p->out, cells[COMMENT]);
    buf_char(p->out, '\n');
}

static bool put_listed(void *user, const struct desk_listed *r, struct err *err)
{
    char key[48], finished[40], count[16];
    (void)err;
    desk_record_key(key, r->id);
    desk_put_when(finished, r->finalised_ms);
    snprintf(count, sizeof count, "%u", r->words);
    put_line(user, (const char *const[COLUMNS]){key, r->form, r->version, finished, r->device,
                                                r->interviewer, review_names[r->state], count,
                                                r->comment});
    return true;
}

bool desk_list_records(struct buf *out, struct desk *desk, const uint8_t identity[32],
                       struct desk_listing *given, struct err *err)
{
    struct buf rows = {0};
    struct printing p = {&rows, given->csv};
    if (given->csv) {
        put_line(&p, headings);
    }
    bool ok = desk_each_record(desk, identity, given, put_listed, &p, err);
    if (ok) {
        buf_add(out, rows.data, rows.len);
    }
    buf_fini(&rows);
    return ok;
}

/* ---- one record ---- */

static void put_answer(struct buf *out, const struct desk_answer *a)
{
    if (a->entry) {
        buf_join(out, "-- ", a->entry, "\n", NULL);
        return;
    }
    buf_join(out, a->label, "\n    ", a->text, NULL);
    if (*a->code) {
        buf_join(out, " (", a->code, ")", NULL);
    }
    buf_join(out, "    [", a->path, "]\n", NULL);
}

static void put_asked(struct buf *out, const struct desk_reading *r)
{
    char when[40];
    for (size_t i = 0; i < r->asked_count; i++) {
        const struct desk_asked *a = &r->asked[i];
        if (i == 0 || a->wall_ms != r->asked[i - 1].wall_ms) {
            desk_put_when(when, a->wall_ms);
            buf_join(out, "asked ", when, a->taken ? "" : ", not taken by its device yet", ":\n",
                     NULL);
        }
        buf_text(out, "    ");
        desk_put_line(out, a->question);
        buf_text(out, *a->question ? ": " : "");
        desk_put_line(out, a->text);
        buf_char(out, '\n');
    }
}

static void put_opinion(struct buf *out, const struct desk_opinion *o)
{
    char when[40];
    desk_put_when(when, o->wall_ms);
    buf_join(out, when, " ", NULL);
    desk_put_line(out, o->who);
    buf_join(out, ": ",
             o->sent_back                  ? "sent back"
             : o->state == REVIEW_RECEIVED ? "received"
                                           : review_names[o->state],
             *o->why ? ": " : "", NULL);
    desk_put_line(out, o->why);
    buf_char(out, '\n');
}

static void put_reading(struct buf *out, const struct desk_reading *r)
{
    char key[48], finished[40], withdrawn[WITHDRAWN_TEXT];
    desk_record_key(key, r->id);
    desk_put_when(finished, r->finalised_ms);
    buf_printf(out, "%s\n%s, version %s, finished %s%s\n\n", key, r->form, r->version, finished,
               r->training ? ", TRAINING" : "");
    if (r->withdrawn) {
        withdrawn_text(withdrawn, r->withdrawn);
        buf_join(out, "WITHDRAWN: ", withdrawn, "\n\n", NULL);
    }
    for (size_t i = 0; i < r->answer_count; i++) {
        put_answer(out, &r->answers[i]);
    }
    if (r->hidden) {
        buf_printf(out, "%zu questions marked sensitive=extra are left out\n", r->hidden);
    }
    buf_join(out, "\n", r->changes, NULL);
    put_asked(out, r);
    for (size_t i = 0; i < r->opinion_count; i++) {
        put_opinion(out, &r->opinions[i]);
    }
}

bool desk_show_record(struct buf *out, struct desk *desk, const uint8_t identity[32],
                      const uint8_t id[16], const struct desk_listing *given, struct err *err)
{
    struct desk_reading reading;
    const struct desk_reading_options options = {given->language, given->why, given->sensitive};
    bool ok = desk_reading_read(&reading, desk, identity, id, &options, err);
    if (ok) {
        put_reading(out, &reading);
    }
    desk_reading_fini(&reading);
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
