/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a record back to its device. */
#include "tools/desk/desk_sendback.h"

#include <stdio.h>
#include <string.h>

#include "forms/engine/form_events.h"
#include "platform/custody/sendback.h"
#include "platform/machine/csv.h"
#include "platform/machine/text.h"
#include "platform/machine/xml.h"
#include "tools/desk/desk_ledger.h"
#include "tools/desk/desk_records.h"
#include "tools/desk/desk_withdraw.h"

struct sending {
    struct desk *desk;
    struct send_back *what;
    struct desk_records records;
    struct arena arena;
    struct buf body, said; /* said: the comments, for the log */
    bool found;
};

/* ---- the questions that comments are on ---- */

struct place { /* looking for a question */
    const char *name;
    const struct form *form;
    struct buf path;  /* of the element being looked at */
    struct buf first; /* of the first that fits */
    unsigned found;
};

/* Whether the path ends with these names. */
static bool fits(const char *path, const char *name)
{
    size_t len = strlen(path), end = strlen(name);
    return end && end <= len && strcmp(path + len - end, name) == 0 &&
           (end == len || path[len - end - 1] == '/');
}

static const struct item *item_of(struct place *p, const char *path)
{
    struct buf plain = {0};
    for (const char *at = path; *at; at++) { /* without the entries' numbers */
        at += *at == '[' ? strcspn(at, "]") + 1 : 0;
        if (!*at) {
            break;
        }
        buf_char(&plain, *at);
    }
    buf_add(&plain, "", 0);
    const struct item *item = form_item(p->form, plain.data);
    buf_fini(&plain);
    return item;
}

/* The paths of a session: entries of repeats are numbered. */
static void walk(struct place *p, const struct xml *node, unsigned position)
{
    size_t before = p->path.len;
    buf_join(&p->path, "/", node->name, NULL);
    const struct item *item = item_of(p, p->path.data);
    if (item && item->shape.is_repeat) {
        buf_printf(&p->path, "[%u]", position);
    }
    if (item && item->control && fits(p->path.data, p->name)) {
        if (!p->found++) {
            buf_text(&p->first, p->path.data);
        }
    }
    const char *last = "";
    unsigned n = 0;
    for (const struct xml *c = xml_child(node, NULL); c; c = xml_sibling(c, NULL)) {
        n = strcmp(c->name, last) == 0 ? n + 1 : 1; /* entries of one repeat stand together */
        last = c->name;
        walk(p, c, n);
    }
    buf_cut(&p->path, before);
}

/* A question that was not asked has no element in the record. */
static void look_in_form(struct place *p)
{
    for (size_t i = 0; i < p->form->item_count; i++) {
        const struct item *item = p->form->items[i];
        if (item->control && !form_repeat_around(item) && fits(item->path, p->name) &&
            !p->found++) {
            buf_text(&p->first, item->path);
        }
    }
}

static bool find_question(struct sending *s, const struct form *form, const struct xml *root,
                          const char *name, struct err *err)
{
    struct place p = {.name = name, .form = form};
    walk(&p, root, 1);
    if (!p.found) {
        look_in_form(&p);
    }
    bool ok = p.found == 1;
    if (ok) {
        csv_cell(&s->body, p.first.data, true);
    } else {
        err_set(err, ERR_INPUT,
                p.found ? "the record has several questions '%s'"
                        : "the record has no question '%s'",
                name);
        err_hint(err,
                 p.found ? "number the entry: trips[2]/%s"
                         : "'suhbat-sync show' lists the questions with their names: %s",
                 name);
    }
    buf_fini(&p.path);
    buf_fini(&p.first);
    return ok;
}

static void say(struct sending *s, const char *question, const char *text)
{
    buf_join(&s->said, s->said.len ? "; " : "", *question ? question : "", *question ? ": " : "",
             text, NULL);
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
        say(s, "", what->on_all);
    }
    for (size_t c = 0; ok && c < what->count; c++) {
        ok = find_question(s, form, root, what->comments[c].question, err);
        if (ok) {
            csv_cell(&s->body, what->comments[c].text, false);
            csv_end(&s->body);
            say(s, what->comments[c].question, what->comments[c].text);
        }
    }
    return ok;
}

/* ---- the message ---- */

static bool has_instance_id(const struct form *form)
{
    for (size_t i = 0; i < form->item_count; i++) {
        if (fits(form->items[i]->path, "meta/instanceID")) {
            return true;
        }
    }
    return false;
}

static bool put_message(struct sending *s, const struct desk_object *o, const struct form *form,
                        const struct record *r, struct err *err)
{
    struct sendback body = {.xml = r->xml, .xml_len = r->xml_len};
    struct buf bytes = {0};
    if (!has_instance_id(form)) {
        return err_set(err, ERR_INPUT,
                       "the form has no meta/instanceID: a correction could not name its record");
    }
    if (!put_comments(s, form, r, err)) {
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

static bool note(struct sending *s, struct err *err)
{
    struct ledger_entry e = {.wall_ms = s->what->wall_ms,
                             .kind = LEDGER_SENT_BACK,
                             .state = REVIEW_HAS_ISSUES,
                             .what = "send back",
                             .why = s->said.data};
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
    buf_fini(&s.said);
    arena_fini(&s.arena);
    return ok;
}
