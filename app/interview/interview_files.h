/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_FILES_H
#define APP_INTERVIEW_INTERVIEW_FILES_H
/*
 * interview_files: what the parts of the interview share.  Private to app/interview.
 *
 *   interview.c          beginning and end
 *   interview_answers.c  what changes the session
 *   interview_files.c    attachments, memos, the label
 *   interview_pages.c    moving between pages
 *   interview_typing.c   unfinished text
 */
#include "app/interview/interview.h"

/* Around each operation of the form that the journal repeats: freezes the clock, so that the event
 * gets exactly the time that the form saw, and counts random numbers.  `before`: what the beginning
 * returned; a refused operation is not in the journal, so its random numbers are used again. */
uint64_t interview_begin_act(struct interview *i);
void interview_end_act(struct interview *i, uint64_t before, bool happened);
void interview_post(struct interview *i, enum journal_kind kind, const char *path,
                    const char *value, size_t len);
/* … about a question or an entry; `value` may be NULL. */
void interview_post_node(struct interview *i, enum journal_kind kind, const struct node *node,
                         const char *value);
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
