/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_FILL_H
#define TOOLS_FORM_FORM_FILL_H
/*
 * desk_fill: an interview without a window, told as JSON lines.
 *
 *   {"answer": "trip[1]/tr_country", "value": "RU"}   set an answer
 *   {"add": "trip"}                                   one more entry of a repeat
 *   {"remove": "trip[2]"}                             take one out
 *   {"language": "ru"}                                switch the questions' language
 *   {"refuse": "age", "value": "7"}                   an answer that the form must refuse
 *
 * Paths are relative to the form's root, or absolute.  Lines that are empty or begin with '#' are
 * passed over.
 */
#include "forms/engine/session.h"

/* An answer that was refused; `why` names the line and the reason. */
typedef void desk_refused(void *user, struct node *node, const struct err *why);
/* Walk the steps.  ERR_INPUT names the line, the question and why the answer was refused; with
 * `refused` (may be NULL) that is told there, and the steps go on. */
MUST_CHECK bool desk_fill(struct session *session, const char *steps, size_t len,
                          const char *steps_name, desk_refused *refused, void *user,
                          struct err *err);
/* The questions' language; ERR_INPUT lists those that the form has. */
MUST_CHECK bool desk_language(struct session *session, const char *code, struct err *err);

/* What keeps the interview from being finished, as ERR_INPUT that names the first questions. */
MUST_CHECK bool desk_complete(struct session *session, struct err *err);

const char *desk_result_name(enum answer_result result);

#endif
