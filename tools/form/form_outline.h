/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORM_FORM_OUTLINE_H
#define TOOLS_FORM_FORM_OUTLINE_H
/* desk_outline: a form as people read it.  Texts are appended to `out`. */
#include "forms/engine/session.h"

/* Every question on a line, in its group, with its conditions. */
void outline_show(struct buf *out, struct session *session);
/* The codebook, in Markdown: name, type, labels in every language, choices, routing. */
MUST_CHECK bool outline_doc(struct buf *out, struct session *session, struct err *err);
/* What a question is called in a workbook: "integer", "select_one", "note", … */
const char *outline_type(const struct control *control);
/* What `fresh` does to drafts and tables of `old`. */
void outline_diff(struct buf *out, struct session *old, struct session *fresh);

#endif
