/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_INSTANCE_H
#define FORMS_ENGINE_INSTANCE_H
/*
 * instance: a session as the XML that ODK Collect submits, and back.
 *
 * Nodes that are not relevant are left out.  The root carries id and version.
 */
#include "forms/engine/session.h"

MUST_CHECK bool instance_write(struct buf *out, const struct session *session, struct err *err);

/* Take the answers of an instance (of the same form) into a fresh session.  Nodes the form does
 * not know are ERR_INPUT, after which the session is only fit to be freed. */
MUST_CHECK bool instance_restore(struct session *session, const char *bytes, size_t len,
                                 struct err *err);

/* A session that goes on from an instance: nothing of a first load happens again.  `edit`: a
 * finished record opened anew, which gets an id of its own and names the old one (deprecatedID). */
MUST_CHECK bool instance_open(struct session **session, const struct form *form,
                              const struct session_env *env, const char *bytes, size_t len,
                              bool edit, struct err *err);

#endif
