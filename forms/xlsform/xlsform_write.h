/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_WRITE_H
#define FORMS_XLSFORM_XLSFORM_WRITE_H
/* xlsform_write: shared by xlsform_write.c (the document), xlsform_expression.c and xlsform_body.c
 * (its controls). */
#include "forms/xlsform/xlsform_model.h"

struct writer {
    struct model *m;
    struct buf secondary, binds, body;
    struct arena temp;    /* for temporary values */
    struct map sound;     /* expressions already checked as XPath; many occur repeatedly */
    struct map instances; /* id → src; "" for a list of the form itself */
    bool last_saved;
};

/* Writes an attribute.  Line breaks and tabs become blanks, as every XML parser would read
 * them. */
void write_attr(struct buf *out, const char *name, const char *value);
/* Resolves the references of a cell's expression and checks it as XPath; errors name the
 * cell. */
bool write_expression(struct writer *w, const char **out, const struct question *q,
                      const struct field *v, const char *text, unsigned flags);
const char *write_extension(const char *file); /* ".csv", ".xml", ".geojson" or NULL */
const char *write_file_id(struct writer *w, const char *file);
bool write_searches(const struct question *q); /* whether its appearance has search() */
bool write_action(struct writer *w, struct buf *out, const struct question *q,
                  const struct action_spec *a);
/* Writes the controls of a group and everything below into w->body. */
bool write_body(struct writer *w, const struct question *parent);

#endif
