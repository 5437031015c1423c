/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_INTERVIEW_TYPING_H
#define APP_INTERVIEW_INTERVIEW_TYPING_H
/* interview_typing: unfinished text of questions.  Called by interview.c, live and in a replay. */
#include "app/interview/interview.h"

/* Keeps unfinished text at a question, unless it equals the answer; `node` may be NULL. */
void typing_keep(struct interview *i, const char *path, const struct node *node, const char *text,
                 size_t len);
void typing_drop(struct interview *i, const char *path);
/* An entry was removed: the text inside it is set aside, and texts of later entries move up. */
void typing_entry_went(struct interview *i, const char *path);
/* The entry that was removed last came back, and the text inside it: texts of later entries move
 * down again. */
void typing_entry_came(struct interview *i);
void typing_forget(struct interview *i); /* wipes and frees all */

#endif
