/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_GRAPH_H
#define FORMS_ENGINE_FORM_GRAPH_H
/* form_graph: which items must be worked out again when one changes, and in which order. */
#include "forms/engine/form.h"

/* Fill dependents, rank and form->order.  ERR_INPUT names both ends of a cycle. */
MUST_CHECK bool form_graph_build(struct form *form, struct err *err);

#endif
