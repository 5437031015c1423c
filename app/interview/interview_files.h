/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_FILES_H
#define APP_INTERVIEW_INTERVIEW_FILES_H
/* interview_files: what interview.c (answers and the end) and interview_files.c (attachments,
 * memos, the label) share.  Private to these two. */
#include "app/interview/interview.h"

void interview_post(struct interview *i, enum journal_kind kind, const char *path,
                    const char *value, size_t len);
/* Store what an event says, live or in a replay. */
MUST_CHECK bool files_keep(struct interview *i, const char *value, size_t len, struct err *err);
void label_keep_text(struct interview *i, const char *text, size_t len);
void memos_keep(struct interview *i, const struct journal_event *event);
/* Writes an ustar archive: the audit log, the files named by an answer, and the memos. */
void files_gather(struct interview *i, struct buf *out);
/* The question whose answer is this file name, whether it is asked now or not; or NULL. */
struct node *files_named_by(const struct interview *i, const char *name);
void files_forget(struct interview *i); /* wipes and frees */

#endif
