/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a record back to its device. */
#include "tools/desk/desk_sendback.h"

#include <stdio.h>
#include <string.h>

#include "platform/custody/sendback.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_question.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

struct sending {
    struct desk *desk;
    struct send_back *what;
    struct desk_records records;
    struct arena arena;
    struct buf body; /* the comments */
    bool found;
};

/* ---- comments ---- */

static bool find_question(struct sending *s, const struct form *form, const struct xml *root,
                          const char *name, struct err *err)
{
    struct desk_question question;
    bool ok = desk_question_find(&question, &s->arena, form, root, name, err);
    if (ok) {
        csv_cell(&s->body, question.path, true);
    }
    return ok;
}

static bool is_text(const char *text, struct err *err)
{
    if (text_valid(text, strlen(text))) {
        return true;
    }
    err_set(err, ERR_INPUT, "a comment is no UTF-8");
    return err_hint(err, "set the terminal, or the file, to UTF-8");
}

/* The comments as CSV, in s->body. */
static bool put_comments(struct sending *s, const struct form *form, const struct record *r,
                         struct err *err)
{
    struct xml *root;
    const struct send_back *what = s->what;
    bool ok = xml_parse(&root, &s->arena, r->xml, r->xml_len, &xml_foreign, err);
    buf_text(&s->body, "path,comment\n");
    if (what->on_all) {
        csv_cell(&s->body, "", true);
        csv_cell(&s->body, what->on_all, false);
        csv_end(&s->body);
        ok = ok && is_text(what->on_all, err);
    }
    for (size_t c = 0; ok && c < what->count; c++) {
        ok = is_text(what->comments[c].text, err) &&
             find_question(s, form, root, what->comments[c].question, err);
        if (ok) {
            csv_cell(&s->body, what->comments[c].text, false);
            csv_end(&s->body);
        }
    }
    return ok;
}

/* ---- the message ---- */

/* Whether the record's instanceID is the id that it was sealed under: only then can a correction
 * name it. */
static bool can_be_named(struct sending *s, const struct record *r)
{
    struct xml *root;
    uint8_t id[16];
    if (!xml_parse(&root, &s->arena, r->xml, r->xml_len, &xml_foreign, NULL)) {
        return false;
    }
    const struct xml *meta = xml_child(root, "meta");
    const struct xml *own = meta ? xml_child(meta, "instanceID") : NULL;
    return own && desk_whole_key(xml_content(&s->arena, own), id) &&
           memcmp(id, r->record_id, 16) == 0;
}

static bool put_message(struct sending *s, const struct desk_object *o, const struct form *form,
                        const struct record *r, struct err *err)
{
    struct sendback body = {.xml = r->xml, .xml_len = r->xml_len};
    struct buf bytes = {0};
    if (!can_be_named(s, r)) {
        err_set(err, ERR_INPUT,
                "the record's instanceID is not the id that it was sealed under: a correction "
                "could not name it");
        return err_hint(err, "say what is wrong with it by 'review --state hasIssues --comment'");
    }
    if (!desk_may_tell(s->desk, o->device, err) || !put_comments(s, form, r, err)) {
        return false;
    }
    memcpy(body.package_hash, r->package_hash, 32);
    body.comments = s->body.data;
    body.comments_len = s->body.len;
    sendback_write(&bytes, &body);
    struct message m = {.kind = MESSAGE_SEND_BACK, .body = bytes.data, .len = bytes.len};
    bool ok = bytes.len <= MESSAGE_BODY_MAX;
    if (!ok) {
        err_set(err, ERR_LIMIT, "the record is too long to be sent back: %zu kB, of %d kB",
                bytes.len / 1024, (int)MESSAGE_BODY_MAX / 1024);
        err_hint(err, "say what is wrong with it by 'review --state hasIssues --comment'");
    }
    memcpy(m.device_id, o->device, 16);
    memcpy(m.about, r->record_id, 16);
    memcpy(s->what->device, o->device, 16);
    ok = ok && desk_add_message(s->desk, &m, s->what->wall_ms, err);
    buf_fini(&bytes);
    return ok;
}

static bool send_object(void *user, const struct desk_object *o, struct err *err)
{
    struct sending *s = user;
    struct buf plain = {0};
    struct record r;
    bool ok = true;
    if (s->found || memcmp(o->id, s->what->newest, 16) != 0) {
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
    ok = ok && put_message(s, o, form, &r, err);
    buf_fini(&plain);
    return ok;
}

/* ---- the whole ---- */

static bool find_earlier(void *user, const struct message *m, int64_t wall_ms, bool taken,
                         struct err *err)
{
    struct sending *s = user;
    (void)wall_ms;
    if (m->kind != MESSAGE_SEND_BACK || s->what->again ||
        memcmp(m->about, s->what->newest, 16) != 0) {
        return true;
    }
    err_set(err, ERR_INPUT, "the record was sent back already%s",
            taken ? ", and its device has it" : "");
    return err_hint(err, "wait for the correction, or use --again to send a second copy");
}

/* Without the comments: they may repeat answers, and the log is for ever. */
static bool note(struct sending *s, struct err *err)
{
    struct ledger_entry e = {.wall_ms = s->what->wall_ms,
                             .kind = LEDGER_SENT_BACK,
                             .state = REVIEW_HAS_ISSUES,
                             .what = "send back",
                             .why = s->what->why};
    memcpy(e.record, s->what->newest, 16);
    return desk_ledger_add(s->desk, &e, err);
}

/* In one transaction: the message, and what the log says. */
static bool send(struct sending *s, struct err *err)
{
    const struct desk_family *family = desk_family_of(&s->records.edits, s->what->newest);
    unsigned uses;
    if (!desk_withdrawn(s->desk, s->what->newest, &uses, err)) {
        return false;
    }
    uses |= family ? family->withdrawn : 0;
    if (uses & USE_ANSWERS) {
        return err_set(err, ERR_INPUT, "the record's content was withdrawn");
    }
    if (!desk_messages(s->desk, find_earlier, s, err) || !desk_begin(s->desk, err)) {
        return false;
    }
    bool ok = desk_objects(s->desk, send_object, s, err);
    if (ok && !s->found) {
        ok = err_set(err, ERR_INPUT, "the record is kept apart");
    }
    ok = ok && note(s, err);
    return desk_end(s->desk, ok, err);
}

bool desk_send_back(struct desk *desk, const uint8_t identity[32], const uint8_t id[16],
                    struct send_back *what, struct err *err)
{
    struct sending s = {.desk = desk, .what = what};
    if (!what->on_all && !what->count) {
        return err_set(err, ERR_MISUSE, "nothing is said about the record");
    }
    arena_init(&s.arena);
    bool ok = desk_records_init(&s.records, desk, identity, err);
    memcpy(what->newest, desk_newest(&s.records.edits, id), 16);
    ok = ok && send(&s, err);
    ok = desk_records_log(&s.records, "send back", what->why, ok ? err : NULL) && ok;
    desk_records_fini(&s.records);
    buf_fini(&s.body);
    arena_fini(&s.arena);
    return ok;
}
