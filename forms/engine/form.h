/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_FORM_H
#define FORMS_ENGINE_FORM_H
/*
 * form: what may be asked.  ODK XForms XML → one read-only definition in one arena.
 *
 * Use:    form_load, then any number of sessions, then form_free (after the sessions).
 * Shape:  `items` are the nodes of the primary instance, one a path; `controls` are the questions,
 *         groups and repeats of the body.  An item's index is the question's identity everywhere.
 * Order:  `order` lists items so that whatever an expression reads stands before it; a cycle is
 *         ERR_INPUT that names both questions.
 * Source: getodk.github.io/xforms-spec; docs/XFORMS.md says what is in and what is not.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forms/xpath/tree.h"
#include "forms/xpath/xpath.h"
#include "platform/machine/map.h"

enum { FORM_ITEMS_MAX = 50000, FORM_LANGUAGES_MAX = 64 };
/* Where the document order of the form's lists begins, and of lists that a session fetches. */
#define FORM_ORDER 0x40000000u
#define SESSION_ORDER 0x80000000u

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

/* Text with places to fill in: parts in order, each a literal or an expression. */
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
/* A label or hint: written in place, or an itext id worked out by `id`. */
struct label {
    struct text *text;
    const struct itext *itext; /* known at load */
    struct xpath *id;          /* else worked out */
};

/* Whose expressions read an item: in one entry of `within` only, or (NULL) wherever it stands. */
struct reader {
    struct item *item;
    const struct item *within;
    bool text; /* reads its value, and not only whether or where it is */
};

struct item {
    uint32_t index;
    const char *name, *prefix, *uri;
    const char *path; /* "/data/group/question", without positions */
    struct item *parent;
    bool is_attribute, is_repeat, is_leaf;
    bool count_open; /* of a repeat: its count reads its own entries, so they come one at a time */
    enum data_type type;
    bool is_long;  /* TYPE_INT of more than 32 bits */
    bool is_typed; /* its bind names a type */
    struct xpath *relevant, *required, *readonly, *constraint, *calculate;
    struct label constraint_message, required_message;
    const char *preload, *preload_params;
    const char *sensitive; /* suhbat:sensitive: "yes", "extra", or NULL */
    const char *missing;   /* suhbat:missing: codes offered as pills, "dk refused", or NULL */
    bool keep_exif;        /* suhbat:exif="keep": what the camera noted stays in a photo */
    const char *keys;      /* suhbat:keys: "latin", "cyrillic" or "digits", or NULL */
    const char *doubt;     /* suhbat:doubt: answers that leave a doubt, "fix unsure", or NULL */
    struct node *template; /* repeats: a fresh entry to copy */
    struct node *first;    /* repeats: the first entry that the form itself holds, or NULL */
    struct xpath *count;   /* repeats: jr:count */
    bool fixed;            /* repeats: jr:noAddRemove or a count */
    struct control *control;
    struct reader *readers; /* to work out again when this one changes */
    uint32_t reader_count;
    uint32_t rank;  /* place in form->order */
    bool inherits;  /* an ancestor has a relevance expression */
    bool in_repeat; /* it, or an ancestor, is a repeat */
};

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
    const char *autoplay; /* "audio", "video": played when its page is come to; "" */
    struct control *parent, *first, *last, *next;
    /* choices */
    struct xpath *itemset; /* node-set of the choices, or NULL */
    struct xpath *value_ref, *label_ref;
    struct label choice_label; /* the label's itext is worked out per choice by label_ref */
    bool label_is_itext;
    unsigned rows; /* lines of a text's field; 0: one */
    bool external; /* select_one_external: its rows stand in itemsets.csv, a label a language */
    struct static_choice *choices;
    size_t choice_count;
    struct xpath *search; /* its arguments are those of search() in the appearance, or NULL */
    /* range */
    double start, end, step, tick; /* of a range; tick 0: none was asked for */
    double placeholder;            /* where its knob rests before it is moved; NAN: nowhere */
};

enum action_kind { ACTION_SETVALUE, ACTION_SETGEOPOINT, ACTION_RECORDAUDIO };
enum form_event { EVENT_FIRST_LOAD = 1, EVENT_LOAD = 2, EVENT_NEW_REPEAT = 4, EVENT_CHANGED = 8 };
struct action {
    enum action_kind kind;
    unsigned events;
    struct item *target;
    struct xpath *path;   /* to the target's nodes, where the ref has predicates; or NULL */
    struct item *trigger; /* for EVENT_CHANGED and EVENT_NEW_REPEAT, or NULL */
    struct xpath *value;  /* NULL: `literal` */
    const char *literal;
    struct action *next;
};

struct secondary { /* a secondary instance; root NULL when it comes from outside (src) */
    const char *id, *src;
    struct node *root; /* NODE_DOCUMENT */
    struct secondary *next;
};

struct form {
    struct arena arena;
    const char *id, *version, *title;
    const char *root_uri;   /* namespace of the instance's root, "" when none */
    const char **languages; /* as written in the translations */
    size_t language_count, default_language;
    struct item **items;
    size_t item_count;
    struct item **order;
    struct node *primary; /* NODE_DOCUMENT; sessions copy it */
    struct control *body; /* a CONTROL_GROUP without item that holds everything */
    size_t control_count;
    bool encrypts;  /* its submission names a public key: records are sealed here by other means */
    bool records;   /* an action wants a recording in the background */
    size_t unbound; /* questions left out because their ref names no node */
    const char *first_unbound;
    struct action *actions;
    struct item *audit;     /* meta/audit: holds the name of the log, or NULL */
    bool track_changes;     /* the log tells answers before and after */
    size_t list_nodes;      /* of the lists that it brings along */
    bool counts_open;       /* there is a repeat whose count reads its own entries */
    bool identify_user;     /* and whose code the submitter is */
    struct item *submitter; /* suhbat:submitter: holds the interviewer's code, or NULL */
    struct secondary *secondary;
    uint32_t next_order; /* document order of secondary instances' nodes goes on from here */
    struct map by_path, itexts;
};

MUST_CHECK bool form_load(struct form **form, const char *bytes, size_t len,
                          const struct xml_limits *limits, struct err *err);
void form_free(struct form *form);
/* What a list of forms shows, read without the rest: id, version and title, kept in `arena`. */
MUST_CHECK bool form_head(const char **id, const char **version, const char **title,
                          struct arena *arena, const char *bytes, size_t len, struct err *err);

struct item *form_item(const struct form *form, const char *path);
enum { LANGUAGE_NAME = 64 }; /* bytes of a language's name or code, with its end */
/* Index of the translation for a language, or -1: by its name as the form writes it, or by a code:
 * "ky" finds "ky", "Кыргызча (ky)", "ky-KG", and what people call the languages of the study
 * ("Кыргызча", "Kyrgyz"). */
int form_language(const struct form *form, const char *code);
/* The other way: the code of a study's language (ru, ky, tg, en), else the name itself.  Lent. */
const char *form_language_code(const struct form *form, size_t index);
bool control_has(const struct control *control, const char *appearance); /* as a word */
bool control_is_question(const struct control *control);
const char *data_type_name(enum data_type type);

/* Is it the holder, or somewhere below? */
bool item_lies_in(const struct item *item, const struct item *holder);

#endif
