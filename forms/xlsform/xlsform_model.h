/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_XLSFORM_XLSFORM_MODEL_H
#define FORMS_XLSFORM_XLSFORM_MODEL_H
/*
 * xlsform_model: shared by the xlsform_*.c files only: rows as named fields, and the tree of
 * questions.
 *
 * Order of work: fields (a row's cells under standard names) → read (rows to questions, with
 * parameters and entities) → refs (references to paths) → texts and write (XML).
 */
#include "forms/xlsform/xlsform.h"
#include "platform/machine/map.h"
#include "platform/machine/xml.h"

/* ---- fields: a cell, or several under one name (label → language → text) ---- */

struct field {
    const char *key;
    const char *text;   /* NULL: has nested fields */
    const char *header; /* column name as the author wrote it, or NULL */
    struct field *first, *last, *next;
};

const struct field *field_get(const struct field *of, const char *key);              /* or NULL */
const char *field_text(const struct field *of, const char *key);                     /* or NULL */
const char *field_text2(const struct field *of, const char *outer, const char *key); /* or NULL */
/* Stores `text` under `key`; replaces an existing value. */
struct field *field_put(struct arena *arena, struct field *of, const char *key, const char *text);
void field_put2(struct arena *arena, struct field *of, const char *outer, const char *key,
                const char *text);
void field_drop(struct field *of, const char *key);
struct field *field_copy(struct arena *arena, const struct field *from);

/* ---- sheets: rows under their standard names ---- */

struct row {
    struct field *cells; /* nested by standard names */
    size_t number;       /* row number as the author sees it */
    size_t ordinal;      /* row number as pyxform counts: the header row is 1 */
};
struct table {
    struct row *rows;
    size_t count;
    const char **names;   /* first part of each header, in standard spelling */
    const char **headers; /* as the author wrote them */
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
    const char *tag;       /* element in the body, NULL = none */
    const char *bind_type; /* NULL = no type */
    const char *mediatype;
    const char *preload, *preload_params;
    const char *constraint, *hint;
    bool readonly;
};
const struct question_type *question_type(const char *name); /* or NULL */
/* Fills `names` with all type names, for suggesting the nearest in a message; room for at
 * least 256. */
size_t question_type_names(const char **names);

enum question_shape {
    SHAPE_QUESTION,
    SHAPE_GROUP,
    SHAPE_REPEAT,
    SHAPE_EXTERNAL, /* csv-external, xml-external: a secondary instance without a node */
    SHAPE_META,     /* a group that is not in the body */
    SHAPE_ENTITY,
    SHAPE_ATTRIBUTE
};

enum action_kind { ACTION_SETVALUE, ACTION_SETGEOPOINT, ACTION_RECORDAUDIO };
struct action_spec {
    enum action_kind kind;
    const char *event, *value, *quality; /* value NULL: the question's default */
    struct action_spec *next;
};

struct triggered { /* an action that runs when the question holding it changes */
    struct question *target;
    const char *value;
    bool geopoint;
    struct triggered *next;
};

struct question {
    enum question_shape shape;
    const struct question_type *type; /* SHAPE_QUESTION only */
    const char *type_name;            /* as written; also group, repeat, loop, … */
    const char *name, *path;
    struct field *row; /* label, hint, media, bind, control, default, … */
    size_t number, ordinal;
    struct question *parent, *first, *last, *next;
    const char *itemset;   /* list name, file name, or ${reference} */
    bool select, external; /* external: select_one_external, which uses a query */
    struct field *parameters;
    bool dynamic; /* the default is an expression */
    struct action_spec *actions;
    struct triggered *triggered, *triggered_last;
    const char *attribute; /* fixed value of a SHAPE_ATTRIBUTE, or of one in a SHAPE_ENTITY */
    struct table *osm;     /* OSM tags */
    const char *osm_list;
    struct question *other; /* next question of the same name, see by_name */
    struct id *label;       /* its text in all languages, set while gathering texts */
};

struct choice_row {
    struct field *cells; /* name, label, media and other columns */
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
    struct err first_fault; /* the first of the faults after which work continued */
    struct question root;   /* group for the root of the instance */
    struct map by_name;     /* question name → struct question, chained by `other` */
    struct choice_list *lists, *lists_end;
    struct map by_folded; /* path with its last name in lower case → struct question */
    struct map lists_by_name;
    struct field *settings;
    struct table external, osm, entities;
    bool squeeze; /* clean_text_values */
    const char *form_id, *title, *version, *default_language, *entities_version;
};

/* Sets the place (sheet, row, column) of the error; returns false. */
bool model_at(struct model *m, const char *sheet, size_t row, const char *column);
/* Call after a fault.  True if all faults are wanted: the fault is stored and m->err
 * cleared. */
bool model_go_on(struct model *m);
void model_note(struct model *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* True for the spellings of yes, false for those of no, else `otherwise`. */
bool model_yes(const char *text, bool otherwise);
struct choice_list *model_list(struct model *m, const char *name);
bool model_is_name(const char *text);
struct question *model_append(struct model *m, struct question *parent, enum question_shape shape,
                              const char *name);
/* Registers the question's name and path, so that references find it. */
bool model_name(struct model *m, struct question *q);
/* The sheet with this name, ignoring case; NULL if there is none. */
const struct sheet *model_sheet(struct model *m, const char *name);
/* Hints at a sheet whose name is like that of the missing one. */
void model_near_sheet(struct model *m, const char *name);
/* Records the row of each node below `parent` in the notes. */
void model_keep_places(struct model *m, const struct question *parent);

bool xlsform_read(struct model *m);
bool xlsform_parameters(struct model *m, struct question *q);
bool xlsform_entities(struct model *m);
/* For a form that already has faults: checks its expressions too, without writing anything. */
void xlsform_try(struct model *m);
bool xlsform_write(struct model *m, struct buf *xml);

/* ---- references ---- */

struct ref {           /* a `${…}` in a text */
    size_t start, end; /* bytes: from the dollar to behind the brace */
    const char *name;  /* as written; of a bad one, all of it */
    bool last_saved;   /* ${last-saved#name} */
    bool bad;          /* the name is invalid */
};
/* Finds the next reference and advances *at; false at the end. */
bool ref_next(const char *text, size_t *at, struct ref *ref, struct arena *arena);
bool ref_is(const char *text);  /* the text is exactly one reference */
bool ref_has(const char *text); /* the text contains a reference */
bool default_is_dynamic(const char *text, const char *type);

struct question *model_find(struct model *m,
                            const char *name); /* NULL: no such question, or several */

/* Appends `text` with references replaced by paths relative to `from` (NULL: absolute). */
enum { REF_CURRENT = 1, REF_PARENT = 2 };
bool refs_put(struct model *m, struct buf *out, const struct question *from, const char *text,
              unsigned flags);
/* As refs_put, kept in the arena. */
bool refs_text(struct model *m, const char **out, const struct question *from, const char *text,
               unsigned flags);
/* As XML: references become <output/> elements. */
bool refs_markup(struct model *m, const char **xml, const struct question *from, const char *text);
/* Checks that every reference in every sheet names exactly one question. */
bool refs_check(struct model *m, const struct table *survey, const struct table *choices);

/* ---- texts ---- */

struct texts; /* the itext block while it is built */
struct texts *texts_gather(struct model *m);
bool texts_write(struct model *m, struct texts *texts, struct buf *out);
bool text_needs_itext(const struct field *row); /* label in several languages, or media */

#endif
