/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_OUTLINE_H
#define TOOLS_FORM_FORM_OUTLINE_H
/* form_outline: writes a form in readable form.  Texts are appended to `out`. */
#include "forms/engine/session.h"

/* Outline: every question on a line, within its group, with its conditions. */
void outline_show(struct buf *out, struct session *session);
/* Codebook in Markdown: name, type, labels in every language, choices, routing. */
MUST_CHECK bool outline_doc(struct buf *out, struct session *session, struct err *err);
/* The type of a question as written in a workbook: "integer", "select_one", "note", … */
const char *outline_type(const struct control *control);
/* All choices of a question's list, ignoring the filter. */
MUST_CHECK bool outline_choices(struct session *session, struct arena *arena,
                                const struct control *control, struct node *node,
                                struct choice **choices, size_t *count, struct err *err);
/* Differences between two versions: effects on drafts and tables of `old`. */
void outline_diff(struct buf *out, struct session *old, struct session *fresh);

#endif
