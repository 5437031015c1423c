/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_QUESTION_H
#define TOOLS_DESK_DESK_QUESTION_H
/* desk_question: finds a question of one record by its name: "age", "trip[2]/place", "/data/age".
 */
#include "forms/engine/form.h"
#include "platform/machine/xml.h"

struct desk_question {
    const char *path;       /* as a session writes it: entries of repeats are numbered */
    const char *value;      /* "" if it was not asked, or has no answer */
    const struct xml *node; /* NULL if it was not asked */
};
/* Owned by the arena.  ERR_INPUT: the record has no such question, or several. */
MUST_CHECK bool desk_question_find(struct desk_question *out, struct arena *arena,
                                   const struct form *form, const struct xml *root,
                                   const char *name, struct err *err);
/* Calls `each` for every question of the record, in document order. */
typedef void desk_question_each(void *user, const struct desk_question *question);
void desk_questions(struct arena *arena, const struct form *form, const struct xml *root,
                    desk_question_each *each, void *user);

#endif
