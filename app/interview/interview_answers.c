/* SPDX-License-Identifier: Apache-2.0 */
/* Changes the session, and journals what changed. */
#include <assert.h>
#include <string.h>

#include "app/interview/interview_files.h"
#include "app/interview/interview_takes.h"
#include "app/interview/interview_turns.h"
#include "app/interview/interview_typing.h"
#include "platform/machine/clock.h"

/* ---- an act, and the journal ---- */

uint64_t interview_begin_act(struct interview *i)
{
    i->journalled = true;
    if (!i->replaying) {
        i->clock_ms = clock_wall_ms();
    }
    return i->random_count;
}

void interview_end_act(struct interview *i, uint64_t before, bool happened)
{
    i->journalled = false;
    i->happened_ms = i->clock_ms;
    if (!i->replaying) {
        i->clock_ms = 0;
    }
    if (!happened) {
        i->random_count = before;
    }
}

void interview_post(struct interview *i, enum journal_kind kind, const char *path,
                    const char *value, size_t len)
{
    bool acted = kind == JOURNAL_ANSWER || kind == JOURNAL_ADD || kind == JOURNAL_REMOVE ||
                 kind == JOURNAL_RESTORE || kind == JOURNAL_RESUME;
    int64_t moment = acted ? i->happened_ms : 0;
    struct journal_event e = {.kind = kind,
                              .wall_ms = moment ? moment : clock_wall_ms(),
                              .mono_ms = clock_mono_ms(),
                              .language = session_language(i->session),
                              .path = path,
                              .value = value,
                              .value_len = len};
    struct buf bytes = {0};
    journal_write(&bytes, &e);
    i->ticket = writer_post(i->writer, bytes.data, bytes.len);
    buf_fini(&bytes);
    audit_event(i->audit, &e, i->session);
    bool kept = takes_keep(i, &e, NULL) && turns_keep(i, &e, NULL);
    assert(kept);
    (void)kept;
}

void interview_post_node(struct interview *i, enum journal_kind kind, const struct node *node,
                         const char *value)
{
    struct buf path = {0};
    session_path(node, &path);
    buf_add(&path, "", 0);
    interview_post(i, kind, path.data, value, value ? strlen(value) : 0);
    buf_fini(&path);
}

/* ---- answers and entries ---- */

enum answer_result interview_answer(struct interview *i, struct node *node, const char *value,
                                    struct err *err)
{
    assert(node && node->item);
    uint64_t before = interview_begin_act(i);
    enum answer_result result = session_put(i->session, node, value, err);
    interview_end_act(i, before, result == ANSWER_OK);
    if (result == ANSWER_OK) {
        struct buf path = {0};
        interview_post_node(i, JOURNAL_ANSWER, node, tree_value(node));
        session_path(node, &path);
        typing_drop(i, path.data);
        buf_fini(&path);
    } else {
        interview_post_node(i, JOURNAL_REFUSED, node, NULL);
    }
    return result;
}

enum answer_result interview_check(struct interview *i, struct node *node, struct err *err)
{
    enum answer_result result = session_check(i->session, node, err);
    if (result != ANSWER_OK && result != ANSWER_REQUIRED) {
        interview_post_node(i, JOURNAL_REFUSED, node, NULL);
    }
    return result;
}

void interview_pause(struct interview *i)
{
    interview_post(i, JOURNAL_PAUSE, "", NULL, 0);
}

void interview_screen(struct interview *i, const char *what)
{
    interview_post(i, JOURNAL_SCREEN, "", what, strlen(what));
}

void interview_language(struct interview *i, const char *code)
{
    session_set_language(i->session, code);
    interview_post(i, JOURNAL_LANGUAGE, "", NULL, 0);
}

bool interview_add(struct interview *i, const struct page *roster, struct node **entry,
                   struct err *err)
{
    uint64_t before = interview_begin_act(i);
    bool ok = session_add_entry(i->session, roster, entry, err);
    interview_end_act(i, before, ok);
    if (!ok) {
        return false;
    }
    interview_post_node(i, JOURNAL_ADD, *entry, NULL);
    return true;
}

bool interview_remove(struct interview *i, struct node *entry, struct err *err)
{
    struct buf path = {0};
    session_path(entry, &path);
    uint64_t before = interview_begin_act(i);
    bool ok = session_remove_entry(i->session, entry, err);
    interview_end_act(i, before, ok);
    if (ok) {
        typing_entry_went(i, path.data);
        interview_post(i, JOURNAL_REMOVE, path.data, NULL, 0);
    }
    buf_fini(&path);
    return ok;
}

bool interview_restore(struct interview *i, struct err *err)
{
    uint64_t before = interview_begin_act(i);
    bool ok = session_restore_entry(i->session, err);
    interview_end_act(i, before, ok);
    if (!ok) {
        return false;
    }
    typing_entry_came(i);
    interview_post(i, JOURNAL_RESTORE, "", NULL, 0);
    return true;
}

bool interview_sync(struct interview *i, struct err *err)
{
    writer_retry(i->writer);
    return writer_wait(i->writer, i->ticket, err);
}

enum writer_state interview_saved(struct interview *i, int ms, struct err *err)
{
    writer_retry(i->writer);
    return writer_wait_for(i->writer, i->ticket, ms, err);
}
