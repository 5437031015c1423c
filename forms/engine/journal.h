/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_JOURNAL_H
#define FORMS_ENGINE_JOURNAL_H
/*
 * journal: the events of an interview as bytes, and an interview again from its events.
 *
 * Crash recovery, undo and ODK's audit.csv are three readings of the same rows.
 * Source: docs/RECORD.md section 3 (byte layout of an event).
 */
#include "forms/engine/session.h"

enum journal_kind {
    JOURNAL_BEGIN = 1, /* value: 32 bytes, seed of this interview's randomness */
    JOURNAL_ANSWER,    /* path, value: accepted */
    JOURNAL_EDIT,      /* path, value: being typed; restored, never submitted */
    JOURNAL_ADD,       /* path of the fresh entry */
    JOURNAL_REMOVE,    /* path of the entry */
    JOURNAL_RESTORE,   /* the last removed entry is back */
    JOURNAL_LANGUAGE,  /* language: from here on */
    JOURNAL_PAGE,      /* path: this page is shown */
    JOURNAL_REFUSED,   /* path: an answer was refused; no value */
    JOURNAL_RESUME,
    JOURNAL_PAUSE,
    JOURNAL_FINISH,
    JOURNAL_SCREEN, /* value: "end" or "outline": shown in the place of a page */
    JOURNAL_FILE,   /* value: a file's name, a NUL, its bytes; answers name it */
    JOURNAL_MEMO,   /* path: of the page; value: the memo's number, 2 bytes, and all of its text */
    JOURNAL_LABEL,  /* value: what the interviewer calls the draft; never leaves the device */
    JOURNAL_KIND_COUNT
};

struct journal_event {
    enum journal_kind kind;
    int64_t wall_ms, mono_ms;
    const char *language, *path, *value; /* value may hold any bytes */
    size_t value_len;
};

void journal_write(struct buf *out, const struct journal_event *event);
/* Lends texts from `arena`.  ERR_INPUT when it is no event. */
MUST_CHECK bool journal_read(struct journal_event *event, struct arena *arena, const void *bytes,
                             size_t len, struct err *err);
/* Do to the session what the event says was done (answers, entries, language). */
MUST_CHECK bool journal_replay(struct session *session, const struct journal_event *event,
                               struct err *err);

#endif
