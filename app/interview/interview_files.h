/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_FILES_H
#define APP_INTERVIEW_INTERVIEW_FILES_H
/* interview_beside: what interview.c (answers, place, the end) and interview_beside.c (files and
 * memos) share.  Theirs alone. */
#include "app/interview/interview.h"

void interview_post(struct interview *i, enum journal_kind kind, const char *path,
                    const char *value, size_t len);
/* What the events say, live and in a replay. */
MUST_CHECK bool files_keep(struct interview *i, const char *value, size_t len, struct err *err);
void label_keep_text(struct interview *i, const char *text, size_t len);
void memos_keep(struct interview *i, const struct journal_event *event);
/* The log, the files that an answer still names and the memos, as an ustar archive. */
void files_gather(struct interview *i, struct buf *out);
void files_forget(struct interview *i); /* wipes */

#endif
