/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_GRAPH_H
#define FORMS_ENGINE_FORM_GRAPH_H
/* form_graph: finds which items to recalculate when one changes, and in which order. */
#include "forms/engine/form.h"

/* Fills each item's readers and rank, and form->order.  ERR_INPUT names both ends of a
 * cycle. */
MUST_CHECK bool form_graph_build(struct form *form, struct err *err);

#endif
