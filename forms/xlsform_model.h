/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_MODEL_H
#define FORMS_XLSFORM_MODEL_H
/* What xlsform_read understands of a workbook and xlsform_write turns into XML; theirs alone. */
#include "forms/xlsform.h"
#include "platform/map.h"

struct cell { /* one filled cell under a known header */
    const char *key;  /* canonical: label, hint, relevant, …, "bind::jr:x", "image" */
    const char *lang; /* "" = no language given */
    const char *text;
    const char *header; /* as the author wrote it, for messages */
};

struct cells {
    struct cell *list;
    size_t count;
    size_t row; /* of the sheet */
};

struct question_type {
    const char *name;
    const char *tag;       /* body element, NULL = none */
    const char *bind_type; /* NULL = no type */
    const char *mediatype;
    const char *preload, *preload_params;
};

enum question_shape { SHAPE_QUESTION, SHAPE_GROUP, SHAPE_REPEAT };

struct question {
    enum question_shape shape;
    const struct question_type *type; /* SHAPE_QUESTION */
    const char *name, *path;
    const char *list, *file; /* of selects */
    bool or_other;
    struct cells cells;
    struct question *parent, *first, *last, *next;
    unsigned depth; /* of the path */
    bool generated; /* a count or an "other" that the author did not write */
};

struct choice_row {
    struct cells cells;
    const char *name;
    struct choice_row *next;
};
struct choice_list {
    const char *name;
    struct choice_row *first, *last;
    size_t count;
    bool used, translated, other_added;
    struct choice_list *next;
};

struct model {
    struct arena *arena;
    const struct workbook *book;
    struct xlsform_notes *notes;
    struct err *err;
    struct question root; /* a group: the instance's root */
    struct map by_name;   /* question name → struct named */
    struct choice_list *lists, *lists_end;
    struct cells settings;
    const char *form_id, *title, *version, *default_language;
    const char **languages; /* all that occur; "" for texts without one, when others have one */
    size_t language_count;
};

struct named { /* all questions of one name */
    struct question *question;
    struct named *other;
};

/* First cell with this key (any language), or NULL. */
const struct cell *cells_find(const struct cells *cells, const char *key);
const char *cells_text(const struct cells *cells, const char *key); /* "" when absent */
const char *cells_lang(const struct cells *cells, const char *key, const char *lang); /* or NULL */
bool cells_translated(const struct cells *cells, const char *key);

/* Set place (sheet, row, column) and return false. */
bool model_at(struct model *m, const char *sheet, size_t row, const char *column);
void model_note(struct model *m, const char *fmt, ...) PRINTF_LIKE(2, 3);

bool xlsform_read(struct model *m, const char *root, const char *fallback_id);
bool xlsform_write(struct model *m, struct buf *xml);

struct choice_list *model_list(struct model *m, const char *name);

#endif
