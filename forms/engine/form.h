/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_H
#define FORMS_ENGINE_FORM_H
/*
 * form: the questions of a form.  Loads ODK XForms XML into one read-only definition in one
 * arena.
 *
 * Use:    form_load, then any number of sessions, then form_free (after the sessions).
 * Shape:  `items` are the nodes of the primary instance, one per path; `controls` are the
 *         questions, groups and repeats of the body.  An item's index identifies the question
 *         everywhere.
 * Order:  `order` lists the items so that each comes after all items its expressions read.  A
 *         cycle is ERR_INPUT that names both questions.
 * Source: getodk.github.io/xforms-spec; docs/XFORMS.md lists what is supported and what is not.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forms/xpath/tree.h"
#include "forms/xpath/xpath.h"
#include "platform/machine/map.h"

enum {
    FORM_ITEMS_MAX = 50000,
    FORM_LANGUAGES_MAX = 64,
    FORM_PATH_MAX = 4096 /* bytes; with its entries' positions it fits an event of the journal */
};

enum data_type {
    TYPE_TEXT,
    TYPE_INT,
    TYPE_DECIMAL,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_DATE_TIME,
    TYPE_BOOLEAN,
    TYPE_GEOPOINT,
    TYPE_GEOTRACE,
    TYPE_GEOSHAPE,
    TYPE_BINARY,
    TYPE_BARCODE,
    TYPE_COUNT
};

/* A text with outputs: parts in order, each a literal or an expression. */
struct text_part {
    const char *literal;
    struct xpath *output;
};
struct text {
    struct text_part *parts;
    size_t count;
};

enum text_form {
    FORM_LONG,
    FORM_SHORT,
    FORM_IMAGE,
    FORM_BIG_IMAGE,
    FORM_AUDIO,
    FORM_VIDEO,
    FORM_GUIDANCE,
    TEXT_FORM_COUNT
};
struct itext { /* texts[language * TEXT_FORM_COUNT + form], NULL where missing */
    const char *id;
    struct text **texts;
};
/* A label or hint: inline text, or an itext id, fixed or calculated. */
struct label {
    struct text *text;
    const struct itext *itext; /* id known at load time */
    struct xpath *id;          /* else: expression that yields the id */
};

/* An item whose expressions read another item.  `within`: only in the same entry of this
 * repeat; NULL: anywhere. */
struct reader {
    struct item *item;
    const struct item *within;
    bool text; /* reads the value, not only whether the node exists or its position */
};

struct item {
    struct item_shape shape; /* first: see item_shape() */
    const char *prefix, *uri;
    const char *path; /* "/data/group/question", without entry positions */
    bool is_leaf;
    bool count_open; /* repeats: the count reads the repeat's own entries, so they are added one
                      * at a time */
    enum data_type type;
    bool is_long;  /* TYPE_INT that may exceed 32 bits */
    bool is_typed; /* the bind names a type */
    struct xpath *relevant, *required, *readonly, *constraint, *calculate;
    struct label constraint_message, required_message;
    const char *preload, *preload_params;
    const char *sensitive; /* suhbat:sensitive: "yes", "extra", or NULL */
    const char *use;       /* suhbat:use: what its "yes" allows: "quotes", or NULL */
    const char *missing;   /* suhbat:missing: codes for missing answers, shown as pills: "dk
                            * refused"; or NULL */
    bool keep_exif;        /* suhbat:exif="keep": keep the camera's metadata in a photo */
    const char *saveto;    /* entities:saveto: property of an entity that the answer becomes; or
                            * NULL */
    const char *keys;      /* suhbat:keys: "latin", "cyrillic" or "digits", or NULL */
    const char *doubt;     /* suhbat:doubt: answer codes that count as doubtful: "fix unsure"; or
                            * NULL */
    const char *event;     /* suhbat:event: its part in an event-history calendar, or NULL */
    const char *audio_consent; /* suhbat:audio-consent: questions that must say "yes" before its
                                * sound is recorded: "cns_audio p_audio"; or NULL: none need to */
    const char *audio_review;  /* suhbat:audio-review: "yes": it may be heard before it is sealed */
    const char *quality;       /* odk:quality: "voice-only", "low", "normal", "external", or NULL */
    struct node *template;     /* repeats: the node that new entries are copied from */
    struct node *first;        /* repeats: the first entry in the form's own instance, or NULL */
    struct xpath *count;       /* repeats: jr:count */
    bool fixed; /* repeats: the user cannot add or remove entries (jr:noAddRemove or a
                 * count) */
    struct control *control;
    struct reader *readers; /* items to recalculate when this one changes */
    uint32_t reader_count;
    uint32_t rank; /* index in form->order */
    bool inherits; /* an ancestor has a relevance expression */
};
static_assert(offsetof(struct item, shape) == 0, "item_shape() casts");

enum control_kind {
    CONTROL_INPUT,
    CONTROL_SELECT1,
    CONTROL_SELECT,
    CONTROL_RANK,
    CONTROL_UPLOAD,
    CONTROL_TRIGGER,
    CONTROL_RANGE,
    CONTROL_SECRET,
    CONTROL_GROUP,
    CONTROL_REPEAT,
    CONTROL_KIND_COUNT
};

struct static_choice {
    const char *value;
    struct label label;
};

struct control {
    enum control_kind kind;
    uint32_t index;    /* document order */
    struct item *item; /* NULL: a group without ref */
    struct label label, hint;
    const char *appearance; /* "" when none */
    const char *mediatype;
    const char *autoplay; /* "audio" or "video": played when the page opens; "" = none */
    struct control *parent, *first, *last, *next;
    /* choices */
    struct xpath *itemset; /* node-set of the choices, or NULL */
    struct xpath *value_ref, *label_ref;
    struct label choice_label; /* the label's itext id is calculated per choice by label_ref */
    bool label_is_itext;
    unsigned rows; /* height of the text field in lines; 0 = one */
    bool external; /* select_one_external: rows are in itemsets.csv, with one label column per
                    * language */
    struct static_choice *choices;
    size_t choice_count;
    struct xpath *search; /* call whose arguments are those of search() in the appearance, or
                           * NULL */
    /* range */
    double start, end, step, tick; /* of a range; tick 0: none given */
    double placeholder;            /* initial position of the range's knob; NAN = none */
};

enum action_kind { ACTION_SETVALUE, ACTION_SETGEOPOINT, ACTION_RECORDAUDIO, ACTION_KIND_COUNT };
enum form_event { EVENT_FIRST_LOAD = 1, EVENT_LOAD = 2, EVENT_NEW_REPEAT = 4, EVENT_CHANGED = 8 };
struct action {
    enum action_kind kind;
    unsigned events;
    struct item *target;
    struct xpath *path;   /* to the target's nodes if the ref has predicates, else NULL */
    struct item *trigger; /* for EVENT_CHANGED and EVENT_NEW_REPEAT; or NULL */
    struct xpath *value;  /* NULL: use `literal` */
    const char *literal;
    struct action *next;
};

struct secondary { /* a secondary instance; root NULL if it is loaded from outside (src) */
    const char *id, *src;
    struct node *root; /* NODE_DOCUMENT */
    struct secondary *next;
};

struct form {
    struct arena arena;
    const char *id, *version, *title;
    const char *root_uri;   /* namespace of the instance's root; "" = none */
    const char **languages; /* as written in the form's translations */
    size_t language_count, default_language;
    struct item **items;
    size_t item_count;
    struct item **order;
    struct node *primary; /* NODE_DOCUMENT; each session copies it */
    struct control *body; /* CONTROL_GROUP without an item, parent of all other controls */
    size_t control_count;
    bool encrypts; /* the submission names a public key; it is ignored, records are encrypted by
                    * suhbat itself */
    struct item *background; /* names the recording of the whole interview (odk:recordaudio); or
                              * NULL */
    size_t unbound;          /* number of questions left out because their ref names no node */
    const char *first_unbound;
    struct action *actions;
    struct item *audit;     /* meta/audit: stores the log's file name; or NULL */
    bool track_changes;     /* the log contains old and new answers */
    size_t list_nodes;      /* number of nodes in the form's own lists */
    bool counts_open;       /* some repeat's count reads its own entries */
    bool identify_user;     /* the log also names the user, whose code is the submitter's */
    bool own_recipients;    /* suhbat:recipients="own" on any question: records are sealed only to
                             * recipients that the study names for this form */
    struct item *submitter; /* suhbat:submitter: stores the interviewer's code; or NULL */
    struct secondary *secondary;
    uint32_t next_order; /* next document-order number for secondary instances */
    struct map by_path, itexts;
};

MUST_CHECK bool form_load(struct form **form, const char *bytes, size_t len,
                          const struct xml_limits *limits, struct err *err);
void form_free(struct form *form);
/* Reads only what a list of forms shows: id, version and title, kept in `arena`. */
MUST_CHECK bool form_head(const char **id, const char **version, const char **title,
                          struct arena *arena, const char *bytes, size_t len, struct err *err);

struct item *form_item(const struct form *form, const char *path);
enum { LANGUAGE_NAME = 64 }; /* bytes of a language's name or code, including the NUL */
/* Index of the translation for a language, or -1.  `code` is the name as the form writes it
 * or a language code: "ky" finds "ky", "Кыргызча (ky)", "ky-KG", and the usual names of the
 * study's languages ("Кыргызча", "Kyrgyz").  NULL: -1, the form's first is shown. */
int form_language(const struct form *form, const char *code);
/* The reverse: code of a study language (ru, ky, tg, en), else the translation's own name.
 * Lent. */
const char *form_language_code(const struct form *form, size_t index);
bool control_has(const struct control *control, const char *appearance); /* as a whole word */
bool control_is_question(const struct control *control);
const char *data_type_name(enum data_type type);

/* Whether the item is `holder` or a descendant of it. */
bool item_lies_in(const struct item *item, const struct item *holder);

#endif
