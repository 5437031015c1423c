/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_SESSION_INTERNAL_H
#define FORMS_ENGINE_SESSION_INTERNAL_H
/*
 * session_internal: shared by session.c (lifetime, actions, repeats), session_work.c
 * (recalculation and undo), instance.c (restoring), session_lists.c (lists from outside),
 * session_texts.c (texts, choices) and session_walk.c (pages, answers, the end, names).  No
 * other file includes it.
 */
#include "forms/engine/session.h"
#include "platform/machine/map.h"

enum undo_kind { UNDO_SET, UNDO_ENTRY_MADE, UNDO_ENTRY_BACK, UNDO_ENTRY_TAKEN };
struct undo {
    enum undo_kind kind;
    struct node *node, *parent, *after;
    char *value; /* UNDO_SET: the old value, owned */
};

/* Index of a fixed list's values (session_list_is_fixed).  Searching 100,000 rows would be
 * noticeably slow. */
struct fixed_list {
    const struct control *control;
    struct map values;
    struct fixed_list *next;
};

/* An entry with answers that a smaller count removed.  A larger count restores it to its
 * position. */
struct removed_entry {
    struct node *entry, *parent;
    size_t at;
    struct removed_entry *next;
};

struct session {
    const struct form *form;
    struct session_env env;
    struct arena arena, temp;
    struct node *root;
    struct node_list *nodes; /* by item index */
    size_t node_count;
    uint64_t *dirty, *whole; /* bit sets by rank: some nodes of the item, or all its nodes, must
                              * be recalculated */
    uint32_t next_order;     /* next document-order number for loaded instances */
    struct xpath_env xpath;
    struct secondary *loaded; /* external instances loaded so far */
    struct fixed_list *fixed; /* indexes built so far */
    char language[LANGUAGE_NAME];
    bool by_name;       /* texts show ${name} in place of answers */
    int asked, russian; /* indices of the chosen language and of Russian in the form, or -1 */
    struct undo *undo;  /* changes made since session_log_begin, while `logging` */
    size_t undo_count, undo_cap;
    bool editing; /* a record is being opened: calculated values stay as they were sealed */
    bool logging, rewinding;         /* rewinding: calculated values are not recalculated */
    bool recalculating, counts_wait; /* counts_wait: counts that read their own entries are
                                      * postponed */
    unsigned chained;                /* depth of actions triggered by actions */
    const struct node *answered;     /* calculated node that the user has just overruled */
    struct node *removed, *removed_after, *removed_parent;
    struct node *orphans;                  /* removed permanently; wiped with the session */
    struct removed_entry *removed_entries; /* those of them that a larger count restores */
};

/* ---- session.c ---- */
/* Creates a session in two steps: first its nodes, then (after values were filled in) all
 * calculations.  `fresh`: a new interview, not a restored one. */
struct session *session_begin(const struct form *form, const struct session_env *env);
MUST_CHECK bool session_start(struct session *s, bool fresh, struct err *err);
void session_relist(struct session *s); /* call after nodes were added or removed */
void session_new_id(struct session *s, char *text,
                    size_t size); /* writes "uuid:…"; `size` at least 45 bytes */
void session_preload(struct session *s, struct node *node); /* and all nodes below */
bool session_run_actions(struct session *s, unsigned event, const struct node *where,
                         const struct item *trigger, struct err *err);
int64_t session_wall_ms(void *user);
int session_zone_minutes(void *user, int64_t wall);

/* ---- session_work.c ---- */
/* Values and entries changed between these two calls can be undone.  `answered` (may be
 * NULL) is the node whose value was `before`.  `keep` false: everything is restored, without
 * running actions. */
void session_log_begin(struct session *s, struct node *answered, const char *before);
void session_log_end(struct session *s, bool keep);
void session_mark_text_readers(struct session *s,
                               const struct node *node); /* also readers of its groups */
void session_log(struct session *s, struct undo undo);   /* takes ownership of undo.value */
bool session_eval(struct session *s, const struct xpath *x, struct node *node,
                  const struct item *item, const char *what, struct xpath_value *v,
                  struct err *err);
bool session_truth(const struct xpath_value *v);
/* Mark nodes for recalculation, and recalculate. */
void session_mark(struct session *s, struct node *node);
void session_mark_item(struct session *s, const struct item *item); /* marks all its nodes */
bool session_recalculate(struct session *s, struct err *err);
/* Recalculates after an answer. */
bool session_settle(struct session *s, const struct node *answered, struct err *err);
/* The result of a calculation as text of the item's type; in s->temp. */
const char *session_calculated_text(struct session *s, const struct item *item,
                                    const struct xpath_value *v);
/* ---- entries of repeats ---- */
void session_mark_entry(struct session *s,
                        const struct node *node); /* entry added or removed: all entries move */
size_t session_entries_in(const struct node *parent, const struct item *item, struct node **last);
/* Adds an entry after at most `at` others; SIZE_MAX = after the last. */
bool session_put_entry(struct session *s, struct node *parent, const struct item *item, size_t at,
                       struct node **out, struct err *err);
void session_discard(struct session *s,
                     struct node *entry); /* removed from the tree; wiped with the session */

/* ---- session_lists.c ---- */
struct node *session_find_instance(void *user,
                                   const char *id); /* NODE_DOCUMENT, or NULL if there is none */
/* Label of a row of itemsets.csv in the session's language. */
const char *session_external_label(struct session *s, const struct node *row);
/* search(): replaces the form's own choices in *choices by the matching rows. */
bool session_search(struct session *s, struct arena *arena, const struct control *control,
                    struct node *node, struct choice **choices, size_t *count, struct err *err);

/* ---- session_texts.c ---- */
struct offered {
    struct choice *list;
    size_t count;
};
/* Whether every answered value is among the current choices. */
bool session_list_has(struct session *s, const struct control *control, struct node *node,
                      const char *answer, bool *has, struct err *err);
const char *session_choice_name(void *user, const char *value, const char *path, struct node *at);
const char *session_itext_text(void *user, const char *id);

#endif
