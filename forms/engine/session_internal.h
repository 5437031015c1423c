/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_ENGINE_SESSION_INTERNAL_H
#define FORMS_ENGINE_SESSION_INTERNAL_H
/*
 * session_internal: what session.c (life, actions, repeats), session_work.c (recalculation and its
 * taking back), instance.c (restoring),
 * session_lists.c (lists from outside), session_texts.c (texts, choices) and session_walk.c (pages,
 * answers, the end, names) share. Nobody else includes it.
 */
#include "forms/engine/session.h"
#include "platform/machine/map.h"

enum undo_kind { UNDO_SET, UNDO_ENTRY_MADE, UNDO_ENTRY_BACK, UNDO_ENTRY_TAKEN };
struct undo {
    enum undo_kind kind;
    struct node *node, *parent, *after;
    char *value; /* of UNDO_SET: what stood there, owned */
};

/* The values of a list that nothing changes (session_list_is_fixed), for a glance instead of a
 * walk: of 100,000 rows that would be felt. */
struct fixed_list {
    const struct control *control;
    struct map values;
    struct fixed_list *next;
};

/* An entry with answers that a smaller count took away: a larger one brings it back to its place.
 */
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
    uint64_t *dirty, *whole; /* a bit a rank: some nodes of the item, all nodes of it */
    uint32_t next_order;     /* for the nodes of instances that are fetched */
    struct xpath_env xpath;
    struct secondary *loaded; /* external instances fetched so far */
    struct fixed_list *fixed; /* those that were answered from so far */
    char language[LANGUAGE_NAME];
    bool by_name;       /* texts show ${name} in the place of answers */
    int asked, russian; /* that language and Russian among the form's, or -1 */
    struct undo *undo;  /* what the settling of an answer has done, while `logging` */
    size_t undo_count, undo_cap;
    bool logging, rewinding;         /* rewinding: what is calculated stands as it is */
    bool recalculating, counts_wait; /* counts_wait: those that read their own entries */
    unsigned chained;                /* actions that set off actions */
    const struct node *answered;     /* a calculated node that somebody has just overruled */
    struct node *removed, *removed_after, *removed_parent;
    struct node *orphans;                  /* removed for good; wiped at the end */
    struct removed_entry *removed_entries; /* among them: what a count took, and would give back */
};

/* ---- session.c ---- */
/* A session in two steps: its nodes, then (with whatever was put into them) all that follows;
 * `fresh`: nobody has worked on it before. */
struct session *session_begin(const struct form *form, const struct session_env *env);
MUST_CHECK bool session_start(struct session *s, bool fresh, struct err *err);
void session_relist(struct session *s); /* after nodes came or went */
void session_tidy_default(const struct item *item, struct node *node);
void session_new_id(struct session *s, char *text, size_t size); /* "uuid:…", 45 bytes and more */
void session_preload(struct session *s, struct node *node);      /* and all below */
bool session_run_actions(struct session *s, unsigned event, const struct node *where,
                         const struct item *trigger, struct err *err);
int64_t session_wall_ms(void *user);
int session_zone_minutes(void *user, int64_t wall);

/* ---- session_work.c ---- */
/* Between these a failure can be taken back (`answered` may be NULL): values that actions set,
 * entries that a count made or took.  `keep` false: all is as before, worked out anew without
 * actions. */
void session_log_begin(struct session *s, struct node *answered, const char *before);
void session_log_end(struct session *s, bool keep);
void session_mark_text_readers(struct session *s, const struct node *node); /* and of its groups */
void session_log(struct session *s, struct undo undo); /* owns its value from now on */
bool session_eval(struct session *s, const struct xpath *x, struct node *node,
                  const struct item *item, const char *what, struct xpath_value *v,
                  struct err *err);
bool session_truth(const struct xpath_value *v);
/* What must be worked out anew, and doing it. */
void session_mark(struct session *s, struct node *node);
void session_mark_item(struct session *s, const struct item *item); /* all its nodes */
void session_mark_readers(struct session *s, const struct node *node);
bool session_recalculate(struct session *s, struct err *err);
/* The same after an answer. */
bool session_settle(struct session *s, const struct node *answered, struct err *err);
/* What a calculation gives, as the item's type writes it; in s->temp. */
const char *session_calculated_text(struct session *s, const struct item *item,
                                    const struct xpath_value *v);
/* ---- entries of repeats ---- */
void session_mark_entry(struct session *s, const struct node *node); /* came or went: all move */
size_t session_entries_in(const struct node *parent, const struct item *item, struct node **last);
/* A new one behind `at` others at most: SIZE_MAX = behind the last. */
bool session_put_entry(struct session *s, struct node *parent, const struct item *item, size_t at,
                       struct node **out, struct err *err);
void session_discard(struct session *s, struct node *entry); /* out of the tree; wiped at the end */

/* ---- session_lists.c ---- */
struct node *session_find_instance(void *user, const char *id); /* NODE_DOCUMENT, or NULL */
/* Of a row of itemsets.csv, in the session's language. */
const char *session_external_label(struct session *s, const struct node *row);
/* search(): *choices are the form's own; they become the rows that fit now. */
bool session_search(struct session *s, struct arena *arena, const struct control *control,
                    struct node *node, struct choice **choices, size_t *count, struct err *err);

/* ---- session_texts.c ---- */
bool session_list_choices(struct session *s, struct arena *arena, const struct control *control,
                          struct node *node, bool labels, struct choice **choices, size_t *count,
                          struct err *err);
/* Is all that is answered among the choices that are offered now? */
bool session_list_has(struct session *s, const struct control *control, struct node *node,
                      const char *answer, bool *has, struct err *err);
const char *session_choice_name(void *user, const char *value, const char *path, struct node *at);
const char *session_itext_text(void *user, const char *id);

#endif
