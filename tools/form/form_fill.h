/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_FILL_H
#define TOOLS_FORM_FORM_FILL_H
/*
 * form_fill: runs an interview from JSON lines, without a user interface.
 *
 *   {"answer": "trip[1]/tr_country", "value": "RU"}   set an answer
 *   {"add": "trip"}                                   add an entry to a repeat
 *   {"remove": "trip[2]"}                             remove an entry
 *   {"language": "ru"}                                switch the questions' language
 *   {"refuse": "age", "value": "7"}                   an answer that the form must refuse
 *
 * Paths are relative to the form's root, or absolute.  Empty lines and lines that begin with
 * '#' are ignored.
 */
#include "forms/engine/session.h"

/* Called for a refused answer; `why` names the line and the reason. */
typedef void form_fill_refused(void *user, struct node *node, const struct err *why);
/* Runs the steps.  A refused answer is ERR_INPUT with line, question and reason; if
 * `refused` is not NULL, it is called instead and the steps continue. */
MUST_CHECK bool form_fill_in(struct session *session, const char *steps, size_t len,
                             const char *steps_name, form_fill_refused *refused, void *user,
                             struct err *err);
/* Sets the questions' language; for an unknown one, ERR_INPUT lists those of the form. */
MUST_CHECK bool form_fill_language(struct session *session, const char *code, struct err *err);

/* Checks that the interview can be finished; if not, ERR_INPUT names the first questions
 * that prevent it. */
MUST_CHECK bool form_fill_rest(struct session *session, struct err *err);

const char *form_fill_result(enum answer_result result);

#endif
