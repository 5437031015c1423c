/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_AUDIT_H
#define FORMS_ENGINE_AUDIT_H
/*
 * audit: writes a journal as ODK's audit.csv: when each page was seen, what changed, and in
 * which language.
 *
 * Use:    Call audit_event for every event of the journal, after the session has applied it,
 *         live and in replay alike; call audit_write at the end.
 * Source: ODK Collect's audit log.  The columns and their order are ODK Central's; suhbat's own
 *         columns follow them: language; recording and recording-ms, the recording that runs and
 *         where in it the row begins.  suhbat's own events: "language change", "relevance change"
 *         (new-value: asked, not asked), "clock change" (ISO times before and after), "memo"
 *         (started), "recording begin" … (docs/XFORMS.md, "Sound"), and "turn begin", "turn end",
 *         "turn correct", "quote", "code" at a group's table.
 */
#include "forms/engine/journal.h"

struct audit;
extern const char audit_columns[]; /* the row of headings, without a line's end */

struct audit *audit_new(bool track_changes);
void audit_free(struct audit *audit);
void audit_event(struct audit *audit, const struct journal_event *event, struct session *session);
/* Appends the header and all rows.  An interval that is still open ends at the last event.
 * `user` goes into each row; pass "" if the form does not ask for the interviewer
 * (identify-user). */
void audit_write(struct audit *audit, const char *user, struct buf *out);

#endif
