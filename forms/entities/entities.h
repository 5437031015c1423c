/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENTITIES_ENTITIES_H
#define FORMS_ENTITIES_ENTITIES_H
/*
 * entities: what interviews create and update (ODK Entities): cases that a later interview finds.
 *
 * A record says in meta/entity which entity it creates or updates; the questions with save_to are
 * its properties.  A list of entities is what a device keeps, and what a form reads as
 * jr://file-csv/LIST.csv.
 * Versions: an entity has a version, which each change raises; a trunk, the last version that the
 *         desk gave; and a branch, which names the changes that one device makes upon a trunk.
 * Source: getodk.github.io/xforms-spec/entities; docs/RECORD.md section 15.
 */
#include "forms/engine/form.h"

struct entity_property {
    const char *name, *value;
    struct entity_property *next;
};

/* ---- what a record says ---- */

struct entity_change {
    const char *list, *id; /* id: a UUID in small letters */
    const char *label;     /* NULL: unchanged */
    const char *branch;    /* "": none */
    bool create, update;   /* at least one */
    uint64_t base, trunk;  /* versions that the change was made upon; 0: none */
    struct entity_property *properties;
    const char *fault; /* why it cannot be applied, in English; or NULL */
    struct entity_change *next;
};
/* Reads the changes in a record of the form, in document order.  Strings are owned by the arena.
 * ERR_INPUT if the record is not XML. */
MUST_CHECK bool entities_read(struct entity_change **out, struct arena *arena,
                              const struct form *form, const char *xml, size_t len,
                              struct err *err);
bool entities_any(const struct form *form); /* whether its records may change entities */

/* ---- a list of entities ---- */

struct entity {
    const char *list, *id, *label, *branch;
    uint64_t version; /* 0: it is gone; only `counter` counts */
    uint64_t trunk;   /* 0: the desk has not given it */
    uint64_t counter; /* of the desk's last message about it */
    struct entity_property *properties;
    struct entity *next;
};
struct entities {
    struct arena *arena;
    struct entity *first, *last; /* in the order of their creation */
    struct map by_id;
};

void entities_init(struct entities *entities, struct arena *arena);
/* Adds what entities_print has written.  Empty bytes are an empty list. */
MUST_CHECK bool entities_parse(struct entities *entities, const char *bytes, size_t len,
                               struct err *err);
void entities_print(struct buf *out, const struct entities *entities);
void entities_print_one(struct buf *out, const struct entity *entity); /* a list of one */

struct entity *entities_find(const struct entities *entities, const char *id);
/* Makes an entity what the desk says; an older word (counter) has no effect.  The properties are
 * borrowed for the life of the list. */
void entities_assign(struct entities *entities, const struct entity *assigned, uint64_t counter);
/* Forgets an entity and keeps the counter of the word that said so. */
void entities_forget(struct entities *entities, const char *id, uint64_t counter);
/* Applies a change that this device made.  An update of an unknown entity has no effect; one that
 * sets the property `status` to "closed" forgets it. */
void entities_apply(struct entities *entities, const struct entity_change *change);
/* Applies what a corrected record says instead of what it had said: what a later record has
 * changed since stays, and the version is the same.  No effect on an entity that is not here. */
void entities_correct(struct entities *entities, const struct entity_change *before,
                      const struct entity_change *after);
/* A corrected record does not make this entity any more: it is forgotten, unless a later record or
 * the desk has spoken of it. */
void entities_unmake(struct entities *entities, const struct entity_change *made);
/* A property's value; "" if it has none. */
const char *entity_property(const struct entity *entity, const char *name);

/* Writes the list as the CSV that a form reads: name, label, __version, __trunkVersion, __branchId
 * and the properties.  `base` is the list in the form's package, with the columns and rows that
 * the author gave, or NULL; an entity takes the place of a row of the same name. */
MUST_CHECK bool entities_table(struct buf *out, const struct entities *entities, const char *list,
                               const char *base, size_t len, struct err *err);

#endif
