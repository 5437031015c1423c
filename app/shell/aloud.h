/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_ALOUD_H
#define APP_SHELL_ALOUD_H
/* aloud: questions without a recorded prompt are read aloud by a voice of the machine. */
#include "app/shell/app.h"

/* Whether the questions' language has a voice here. */
bool aloud_can(const struct app *app);
/* The same, and the interviewer wants a button for it. */
bool aloud_wanted(const struct app *app);
/* Begins to read the text, or stops what is being read.  It is heard a moment later. */
void aloud_say(struct app *app, const char *text);
/* What is not heard yet is not wanted any more. */
void aloud_forget(struct app *app);
/* To be called before each page: plays what is ready. */
void aloud_look(struct app *app);

#endif
