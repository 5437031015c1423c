/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_AUDIT_H
#define FORMS_ENGINE_AUDIT_H
/*
 * audit: the journal read as ODK's audit.csv: what was seen when, what changed, and in which
 * language.
 *
 * Use:    audit_event for every event of the journal, after the session has followed it; live and
 * in a replay alike; audit_write at the end. Source: ODK Collect's audit log; the columns and their
 * order are ODK Central's, own ones come behind. Own events: "language change", "relevance change"
 * (new-value: asked, not asked), "clock change" (ISO times before and after), "memo" (begun).
 */
#include "forms/engine/journal.h"

struct audit;

struct audit *audit_new(bool track_changes);
void audit_free(struct audit *audit);
void audit_event(struct audit *audit, const struct journal_event *event, struct session *session);
/* With its header; an interval that is still open ends at the last event. `user` goes into each
 * row,
 * "" where the form does not ask who interviews (identify-user). */
void audit_write(struct audit *audit, const char *user, struct buf *out);

#endif
