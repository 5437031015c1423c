/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FACTS_H
#define TOOLS_DESK_DESK_FACTS_H
/*
 * desk_facts: the answers of one record by the names of their questions, for counting.
 *
 * A name is the last part of a question's path; in the study's forms it is unique in a form.
 * Conditions are XPath with ${name}, as forms have them.
 */
#include "forms/engine/form.h"
#include "forms/xpath/xpath.h"
#include "platform/custody/record.h"

struct desk_facts {
    struct arena arena;
    const struct form *form;
    struct node *document;
    struct map by_name; /* name → struct fact_nodes */
};
MUST_CHECK bool desk_facts_read(struct desk_facts *facts, const struct form *form,
                                const struct record *record, struct err *err);
void desk_facts_fini(struct desk_facts *facts);

/* The first answer of this name; "" if there is none. */
const char *desk_fact(const struct desk_facts *facts, const char *name);
/* All of them: of each entry of a repeat.  The nodes are owned by `facts`. */
size_t desk_facts_all(const struct desk_facts *facts, const char *name, struct node *const **nodes);
/* Calls `each` for every answer that is not empty, in document order. */
void desk_facts_each(const struct desk_facts *facts,
                     void (*each)(void *user, const char *name, const char *value), void *user);

struct desk_condition; /* owned by the arena */
/* ERR_INPUT: the expression is none, or a name in it is no question of the form, or of two. */
MUST_CHECK bool desk_condition_new(struct desk_condition **out, struct arena *arena,
                                   const struct form *form, const char *expression,
                                   struct err *err);
MUST_CHECK bool desk_condition_holds(const struct desk_condition *condition,
                                     struct desk_facts *facts, bool *holds, struct err *err);

/* "dk", "refused", "na" and the numbers that stand for them. */
bool desk_is_missing(const char *value);

#endif
