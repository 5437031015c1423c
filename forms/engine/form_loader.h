/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_LOADER_H
#define FORMS_ENGINE_FORM_LOADER_H
/* form_loader: shared by form.c (model) and form_body.c (controls, actions) while a form
 * loads. */
#include "forms/engine/form.h"

#define ODK "http://www.opendatakit.org/xforms"
#define ENTITIES "http://www.opendatakit.org/xforms/entities"
#define JAVAROSA "http://openrosa.org/javarosa"
#define SUHBAT_URI_PART "suhbat"

struct loader {
    struct form *form;
    struct arena *arena; /* the form's */
    struct map binds;    /* bind id → item */
    struct err *err;
};

/* ---- form.c ---- */
const char *loader_text(const char *text); /* never NULL */
/* Sets the error with the line number; returns false.  `detail` may be NULL. */
bool loader_bad(struct loader *l, const struct xml *at, const char *what, const char *detail);
bool loader_compile(struct loader *l, struct xpath **out, const struct xml *at, const char *name,
                    const char *text);
/* The item that `ref` names, relative to `from`; NULL if there is none. */
struct item *loader_item(struct loader *l, const char *ref, const struct item *from);
bool loader_label(struct loader *l, struct label *label, const struct xml *xml);

/* ---- form_body.c ---- */
bool loader_controls(struct loader *l, struct control *parent, const struct xml *xml);
bool loader_action_kind(const struct xml *xml, enum action_kind *kind); /* is it an action? */
bool loader_action(struct loader *l, const struct xml *xml, enum action_kind kind,
                   struct item *trigger);
bool loader_body_actions(struct loader *l, const struct xml *xml, struct item *trigger);

#endif
