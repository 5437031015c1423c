/* SPDX-License-Identifier: Apache-2.0 */
/* An interview's attachments, memos and label. */
#include "app/interview/interview_files.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_takes.h"
#include "app/interview/interview_group.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/custody/tar.h"
#include "platform/machine/text.h"

/* ---- files ---- */

bool files_keep(struct interview *i, const char *value, size_t len, struct err *err)
{
    size_t name = strnlen(value, len);
    struct interview_file *f = i->files;
    if (name == len || name >= sizeof f->name) {
        return err_set(err, ERR_INPUT, "the draft is damaged");
    }
    if (!f || strcmp(f->name, value) != 0) { /* a large one comes in several events */
        f = mem_zero(1, sizeof *f);
        memcpy(f->name, value, name);
        f->next = i->files;
        i->files = f;
    }
    buf_add(&f->bytes, value + name + 1, len - name - 1);
    i->files_len += len - name - 1;
    return true;
}

const struct buf *interview_file(const struct interview *i, const char *name)
{
    const struct interview_file *f = i->files;
    while (f && strcmp(f->name, name) != 0) {
        f = f->next;
    }
    return f && *name ? &f->bytes : NULL;
}

/* Does an answer name the file? `asked`: only answers that are asked now count. */
static bool is_named(const struct node *node, const char *name, bool asked)
{
    for (const struct node *c = node->first; c; c = c->next) {
        if ((c->active || !asked) &&
            (strcmp(tree_value(c), name) == 0 || is_named(c, name, asked))) {
            return true;
        }
    }
    return false;
}

static struct node *named_below(struct node *node, const char *name)
{
    struct node *found = NULL;
    for (struct node *c = node->first; c && !found; c = c->next) {
        bool leaf = c->item && c->item->is_leaf;
        found = leaf ? strcmp(tree_value(c), name) == 0 ? c : NULL : named_below(c, name);
    }
    return found;
}

struct node *files_named_by(const struct interview *i, const char *name)
{
    return named_below(session_root(i->session), name);
}

/* Wipes files that no answer names any more: they count for no limit and are not sealed. */
static void drop_unnamed(struct interview *i)
{
    i->files_len = 0;
    for (struct interview_file **f = &i->files; *f;) {
        struct interview_file *one = *f;
        if (is_named(session_root(i->session), one->name, false) ||
            session_may_return(i->session, one->name)) {
            i->files_len += one->bytes.len;
            f = &one->next;
        } else {
            *f = one->next;
            buf_fini(&one->bytes);
            free(one);
        }
    }
}

bool interview_attach(struct interview *i, struct node *node, const char *extension,
                      const void *bytes, size_t len, struct err *err)
{
    enum { PART = 1 << 20 }; /* an event holds at most twice this */
    uint8_t id[16];
    char hex[33], name[64];
    const char *old = tree_value(node);
    drop_unnamed(i);
    const struct buf *replaced = interview_file(i, old);
    if (!len) {
        return err_set(err, ERR_INPUT, "the file is empty");
    }
    if (len > INTERVIEW_FILE_MAX ||
        i->files_len - (replaced ? replaced->len : 0) + len > INTERVIEW_FILES_MAX) {
        err_set(err, ERR_LIMIT, "the file is too large: %zu kB", len / 1000);
        return err_hint(err, "a file may have 8 MB, all of an interview together 24 MB");
    }
    secret_random(id, sizeof id);
    text_hex(hex, id, sizeof id);
    snprintf(name, sizeof name, "%s.%.8s", hex, extension);
    struct buf path = {0};
    session_path(node, &path);
    bool ok = true;
    for (size_t at = 0; at < len && ok; at += PART) {
        struct buf value = {0};
        buf_add(&value, name, strlen(name) + 1);
        buf_add(&value, (const char *)bytes + at, len - at < PART ? len - at : PART);
        interview_post(i, JOURNAL_FILE, path.data, value.data, value.len);
        ok = files_keep(i, value.data, value.len, err);
        buf_fini(&value);
    }
    buf_fini(&path);
    ok = ok && (interview_answer(i, node, name, err) == ANSWER_OK ||
                err_set(err, ERR_INPUT, "the form does not take this file"));
    drop_unnamed(i);
    return ok;
}

/* ---- memos ---- */

static struct interview_memo *find_memo(const struct interview *i, unsigned number)
{
    struct interview_memo *m = i->memos;
    while (m && m->number != number) {
        m = m->next;
    }
    return m;
}

unsigned interview_new_memo(const struct interview *i)
{
    return i->memos ? i->memos->number + 1 : 1;
}

/* Stores the memo's text; the first event of a number begins the memo. */
void memos_keep(struct interview *i, const struct journal_event *e)
{
    if (e->value_len < 2) {
        return;
    }
    unsigned number = get_u16((const uint8_t *)e->value);
    struct interview_memo *m = find_memo(i, number);
    if (!m) {
        m = mem_zero(1, sizeof *m);
        m->number = number;
        m->begun_ms = e->wall_ms;
        snprintf(m->path, sizeof m->path, "%s", e->path);
        snprintf(m->language, sizeof m->language, "%s", e->language);
        m->next = i->memos;
        i->memos = m;
    }
    buf_cut(&m->text, 0);
    buf_add(&m->text, e->value + 2, e->value_len - 2);
}

void interview_memo(struct interview *i, unsigned number, const char *text)
{
    const struct interview_memo *m = find_memo(i, number);
    size_t len = strlen(text);
    if (number > INTERVIEW_MEMOS_MAX || len > INTERVIEW_MEMO_MAX ||
        (m ? strcmp(m->text.data ? m->text.data : "", text) == 0 : !len)) {
        return; /* nothing new, or over a limit */
    }
    struct buf path = {0}, value = {0};
    uint8_t head[2];
    put_u16(head, (uint16_t)number);
    buf_add(&value, head, sizeof head);
    buf_add(&value, text, len);
    buf_add(&path, "", 0);
    if (m) {
        buf_text(&path, m->path);
    } else {
        session_path(i->page.node, &path);
    }
    struct journal_event e = {.kind = JOURNAL_MEMO,
                              .wall_ms = clock_wall_ms(),
                              .language = session_language(i->session),
                              .path = path.data,
                              .value = value.data,
                              .value_len = value.len};
    memos_keep(i, &e);
    interview_post(i, JOURNAL_MEMO, path.data, value.data, value.len);
    buf_fini(&path);
    buf_fini(&value);
}

/* ---- the draft's label ---- */

void label_keep_text(struct interview *i, const char *text, size_t len)
{
    len = len < sizeof i->label ? len : 0; /* longer: not written by this program */
    secret_wipe(i->label, sizeof i->label);
    memcpy(i->label, text, len);
}

void interview_label(struct interview *i, const char *text)
{
    size_t len = strlen(text);
    assert(len < sizeof i->label);
    if (strcmp(i->label, text) != 0) {
        label_keep_text(i, text, len);
        interview_post(i, JOURNAL_LABEL, "", text, len);
    }
}

void files_forget(struct interview *i)
{
    secret_wipe(i->label, sizeof i->label);
    while (i->files) {
        struct interview_file *next = i->files->next;
        buf_fini(&i->files->bytes);
        free(i->files);
        i->files = next;
    }
    while (i->memos) {
        struct interview_memo *m = i->memos;
        i->memos = m->next;
        buf_fini(&m->text);
        secret_wipe(m, sizeof *m);
        free(m);
    }
}

/* Writes memos in the order they were begun, without emptied ones. */
static void write_memos(const struct interview_memo *m, struct buf *out)
{
    char when[64];
    if (!m) {
        return;
    }
    write_memos(m->next, out);
    if (m->text.len) {
        if (!out->len) {
            buf_text(out, "node,begun,language,memo\n");
        }
        clock_iso(when, sizeof when, m->begun_ms, 0, true);
        csv_cell(out, m->path, true);
        csv_cell(out, when, false);
        csv_cell(out, m->language, false);
        csv_cell(out, m->text.data, false);
        csv_end(out);
    }
}

/* The answer to the question that the form uses to identify the interviewer (identify-user). */
static const char *user_of(const struct interview *i)
{
    const struct item *submitter = i->form->identify_user ? i->form->submitter : NULL;
    const struct node *node = submitter ? session_first(i->session, submitter) : NULL;
    return node && node->active ? tree_value(node) : "";
}

void files_gather(struct interview *i, struct buf *out)
{
    struct item *item = i->form->audit;
    struct node *node = item ? session_first(i->session, item) : NULL;
    if (node || i->corrects) { /* the reason for a correction stands in it */
        struct buf log = {0};
        if (node) {
            tree_set(node, "audit.csv");
        }
        audit_write(i->audit, user_of(i), &log);
        tar_add(out, "audit.csv", log.data, log.len);
        buf_fini(&log);
    }
    for (const struct interview_file *f = i->files; f; f = f->next) {
        if (is_named(session_root(i->session), f->name, true)) {
            tar_add(out, f->name, f->bytes.data, f->bytes.len);
        }
    }
    struct buf memos = {0};
    write_memos(i->memos, &memos);
    if (memos.len) {
        tar_add(out, "memos.csv", memos.data, memos.len);
    }
    buf_fini(&memos);
    struct buf sound = {0};
    takes_write(i, &sound);
    if (sound.len) {
        tar_add(out, "recordings.csv", sound.data, sound.len);
    }
    buf_fini(&sound);
    struct buf turns = {0};
    turns_write(i, group_tells, &turns);
    if (turns.len) {
        tar_add(out, "turns.csv", turns.data, turns.len);
    }
    buf_fini(&turns);
    if (out->len) {
        tar_end(out);
    }
}
