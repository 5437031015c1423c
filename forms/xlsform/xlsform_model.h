/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_MODEL_H
#define FORMS_XLSFORM_XLSFORM_MODEL_H
/*
 * What the xlsform_*.c files share: rows as named fields, and the tree of questions that they
 * describe.  Theirs alone.
 *
 * The way of a form: fields (a row's cells under standard names) → read (rows into questions, with
 * parameters and entities) → refs (references to paths) → texts and write (XML).
 */
#include "forms/xlsform/xlsform.h"
#include "platform/machine/map.h"
#include "platform/machine/xml.h"

/* ---- fields: a cell, or several under one name (label → language → text) ---- */

struct field {
    const char *key;
    const char *text;   /* NULL: nested values */
    const char *header; /* the column as its author wrote it, or NULL */
    struct field *first, *last, *next;
};

const struct field *field_get(const struct field *of, const char *key);              /* or NULL */
const char *field_text(const struct field *of, const char *key);                     /* or NULL */
const char *field_text2(const struct field *of, const char *outer, const char *key); /* or NULL */
/* Put under `key`, in the place of what was there. */
struct field *field_put(struct arena *arena, struct field *of, const char *key, const char *text);
void field_put2(struct arena *arena, struct field *of, const char *outer, const char *key,
                const char *text);
void field_drop(struct field *of, const char *key);
struct field *field_copy(struct arena *arena, const struct field *from);

/* ---- sheets: rows under their standard names ---- */

struct row {
    struct field *cells; /* nested */
    size_t number;       /* as the author counts */
    size_t ordinal;      /* as pyxform counts: the header row is 1 */
};
struct table {
    struct row *rows;
    size_t count;
    const char **names;   /* first part of each header, standard spelling */
    const char **headers; /* as written */
    size_t header_count;
};

enum table_kind { TABLE_SURVEY, TABLE_CHOICES, TABLE_SETTINGS, TABLE_ENTITIES, TABLE_OSM };

struct model;
struct id;
bool table_read(struct model *m, struct table *table, const struct sheet *sheet,
                enum table_kind kind, bool squeeze);

/* ---- the form ---- */

struct question_type {
    const char *name;
    const char *tag;       /* body element, NULL = none */
    const char *bind_type; /* NULL = no type */
    const char *mediatype;
    const char *preload, *preload_params;
    const char *constraint, *hint;
    bool readonly;
};
const struct question_type *question_type(const char *name); /* or NULL */
/* The nearest names for a message; `names` holds at least 256. */
size_t question_type_names(const char **names);

enum question_shape {
    SHAPE_QUESTION,
    SHAPE_GROUP,
    SHAPE_REPEAT,
    SHAPE_EXTERNAL, /* csv-external, xml-external: an instance, no node */
    SHAPE_META,     /* a group without a body */
    SHAPE_ENTITY,
    SHAPE_ATTRIBUTE
};

enum action_kind { ACTION_SETVALUE, ACTION_SETGEOPOINT, ACTION_RECORDAUDIO };
struct action_spec {
    enum action_kind kind;
    const char *event, *value, *quality; /* value NULL: the default */
    struct action_spec *next;
};

struct triggered { /* set when the question that holds this changes */
    struct question *target;
    const char *value;
    bool geopoint;
    struct triggered *next;
};

struct question {
    enum question_shape shape;
    const struct question_type *type; /* SHAPE_QUESTION */
    const char *type_name;            /* group, repeat, loop, …, as written */
    const char *name, *path;
    struct field *row; /* label, hint, media, bind, control, default, … */
    size_t number, ordinal;
    struct question *parent, *first, *last, *next;
    const char *itemset;   /* list, file, or ${reference} */
    bool select, external; /* external: select_one_external, a query */
    struct field *parameters;
    bool dynamic; /* the default is worked out */
    struct action_spec *actions;
    struct triggered *triggered, *triggered_last;
    const char *attribute; /* SHAPE_ATTRIBUTE, SHAPE_ENTITY's: a fixed value */
    struct table *osm;     /* tags */
    const char *osm_list;
    struct question *other; /* of the same name, see by_name */
    struct id *label;       /* its text in all languages, once gathered */
};

struct choice_row {
    struct field *cells; /* name, label, media and the author's own columns */
    const char *name;
    size_t number;
    struct choice_row *next;
};
struct choice_list {
    const char *name;
    struct choice_row *first, *last;
    size_t count;
    bool itext, searched;
    struct choice_list *next;
};

struct model {
    struct arena *arena;
    const struct workbook *book;
    const struct xlsform_options *options;
    struct xlsform_notes *notes;
    struct err *err;
    struct err first_fault; /* of those that were gone on behind */
    struct question root;   /* a group: the instance's root */
    struct map by_name;     /* question name → struct question, chained by `other` */
    struct choice_list *lists, *lists_end;
    struct map by_folded; /* path with the last name in small letters → struct question */
    struct map lists_by_name;
    struct field *settings;
    struct table external, osm, entities;
    bool squeeze; /* clean_text_values */
    const char *form_id, *title, *version, *default_language, *entities_version;
};

/* Set place (sheet, row, column) and return false. */
bool model_at(struct model *m, const char *sheet, size_t row, const char *column);
/* Behind a fault: false unless all faults are wanted; then it is kept, and m->err is clear. */
bool model_go_on(struct model *m);
void model_note(struct model *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* True for the spellings of yes; `otherwise` where the text is neither yes nor no. */
bool model_yes(const char *text, bool otherwise);
struct choice_list *model_list(struct model *m, const char *name);
bool model_is_name(const char *text);
struct question *model_append(struct model *m, struct question *parent, enum question_shape shape,
                              const char *name);
/* Tell the name and its path to all who may refer to it. */
bool model_name(struct model *m, struct question *q);
/* A sheet with this name, whatever its case; `hint` says what was found instead (may be NULL). */
const struct sheet *model_sheet(struct model *m, const char *name);
void model_near_sheet(struct model *m, const char *name);

bool xlsform_read(struct model *m);
bool xlsform_parameters(struct model *m, struct question *q);
bool xlsform_entities(struct model *m);
/* Where a form is faulty already: look at its expressions, too, and write nothing. */
void xlsform_try(struct model *m);
bool xlsform_write(struct model *m, struct buf *xml);

/* ---- references ---- */

/* Names in `${…}`, one after the other: *at moves on; false at the end.  A reference that is no
 * name sets `*bad`. */
bool ref_next(const char *text, size_t *at, size_t *start, size_t *end, const char **name,
              bool *last_saved, bool *bad, struct arena *arena);
bool ref_is(const char *text);  /* nothing but one reference */
bool ref_has(const char *text); /* at least one */
bool default_is_dynamic(const char *text, const char *type);

struct question *model_find(struct model *m, const char *name); /* NULL: none, or several */

/* Append `text` with references as paths, as seen from `from` (NULL: absolute). */
enum { REF_CURRENT = 1, REF_PARENT = 2 };
bool refs_put(struct model *m, struct buf *out, const struct question *from, const char *text,
              unsigned flags);
/* The same, kept in the arena. */
bool refs_text(struct model *m, const char **out, const struct question *from, const char *text,
               unsigned flags);
/* Text with <output/>s as XML; *filled says whether there was any. */
bool refs_markup(struct model *m, const char **xml, const struct question *from, const char *text);
/* Every reference of every sheet names one question. */
bool refs_check(struct model *m, const struct table *survey, const struct table *choices);

/* ---- texts ---- */

struct texts; /* the itext block being gathered */
struct texts *texts_gather(struct model *m);
bool texts_write(struct model *m, struct texts *texts, struct buf *out);
bool text_needs_itext(const struct field *row); /* a label in several languages, or media */

#endif
