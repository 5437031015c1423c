/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_CONSENT_H
#define FORMS_ENGINE_FORM_CONSENT_H
/* form_consent: the questions that suhbat:audio-consent names. */
#include "forms/engine/form.h"

/* The question of this name; NULL: there is none, or two. */
const struct item *form_named(const struct form *form, const char *name, size_t len);
/* ERR_INPUT: a suhbat:audio-consent names what is no question, or two of this name. */
MUST_CHECK bool form_check_consents(const struct form *form, struct err *err);

#endif
