/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_INSTANCE_H
#define FORMS_ENGINE_INSTANCE_H
/*
 * instance: writes a session as the XML that ODK Collect submits, and reads it back.
 *
 * Nodes that are not relevant are left out.  The root carries the form's id and version.
 */
#include "forms/engine/session.h"

MUST_CHECK bool instance_write(struct buf *out, const struct session *session, struct err *err);

/* As instance_write, of a tree alone: what is active in it, with its namespaces. */
void instance_write_tree(struct buf *out, struct node *root);

/* Copies the answers of an instance of the same form into a fresh session.  An unknown node
 * is ERR_INPUT; the session must then be freed. */
MUST_CHECK bool instance_restore(struct session *session, const char *bytes, size_t len,
                                 struct err *err);

/* Opens a session from an instance; first-load actions do not run again.  `edit`: the instance is a
 * finished record, which gets a new id and names the old one (deprecatedID).  Its calculated values
 * stay as they were until an answer that they depend on changes, and an answer stays valid although
 * its list does not offer it any more: lists may have changed since. */
MUST_CHECK bool instance_open(struct session **session, const struct form *form,
                              const struct session_env *env, const char *bytes, size_t len,
                              bool edit, struct err *err);

#endif
