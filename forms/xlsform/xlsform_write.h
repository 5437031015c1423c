/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_WRITE_H
#define FORMS_XLSFORM_XLSFORM_WRITE_H
/* xlsform_writer: what xlsform_write.c (the document) and xlsform_body.c (its controls) share. */
#include "forms/xlsform/xlsform_model.h"

struct writer {
    struct model *m;
    struct buf secondary, binds, body;
    struct arena temp;    /* for what is only looked at */
    struct map sound;     /* expressions that are known to be XPath: many come again */
    struct map instances; /* id → src, "" for a list of the form */
    bool last_saved;
};

/* An attribute; line breaks in it are blanks for every XML parser, so they are written as such. */
void write_attr(struct buf *out, const char *name, const char *value);
/* A cell's expression with references resolved; where it is no XPath, the author is told. */
bool write_expression(struct writer *w, const char **out, const struct question *q,
                      const struct field *v, const char *text, unsigned flags);
const char *write_extension(const char *file); /* ".csv", ".xml", ".geojson" or NULL */
const char *write_file_id(struct writer *w, const char *file);
bool write_searches(const struct question *q); /* search() in its appearance */
bool write_action(struct writer *w, struct buf *out, const struct question *q,
                  const struct action_spec *a);
/* The controls of a group and all below, into w->body. */
bool write_body(struct writer *w, const struct question *parent);

#endif
