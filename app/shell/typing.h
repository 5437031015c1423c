/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SHELL_TYPING_H
#define APP_SHELL_TYPING_H
/* typing: the field that is typed in, and why an answer is refused. */
#include "app/shell/app.h"

/* Id of a question's field; valid until the next build. */
const char *typed_id(struct app *app, const struct node *node);
/* The question whose field is being typed in, or NULL. */
struct node *typed_node(struct app *app);
/* The reason for a refusal: the form's own message, or a standard one. app_refusal shows it
 * beside the question. */
const char *app_refusal_words(struct app *app, struct arena *arena, struct node *node,
                              enum answer_result why);
void app_refusal(struct app *app, struct node *node, enum answer_result why);

#endif
