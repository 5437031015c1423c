/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_READING_H
#define TOOLS_DESK_DESK_READING_H
/*
 * desk_reading: one record as a reviewer reads it: each answer with its question, what corrections
 * changed, what reviewers said and asked.  Each reading is logged.
 */
#include "tools/desk/desk_filter.h"

struct desk_answer {
    const char *entry; /* KEY of the repeat's entry that begins here, the rest is unset; or NULL */
    const char *label; /* the question's text, or its name if it has none */
    const char *text;  /* the answer; of a choice its label */
    const char *code;  /* of a choice whose label differs; "" */
    const char *path;  /* "/data/trip/place" */
    const char *question; /* the same with the entries numbered: names it for desk_send_back and
                           * desk_code; "" if it is no question: a calculation */
    bool story;           /* a text: it can be coded */
};
struct desk_opinion { /* a review, or a return to the device */
    int64_t wall_ms;
    const char *who, *why; /* "" */
    enum review_state state;
    bool sent_back;
};
struct desk_asked { /* a comment of a return: in the message, which a withdrawal deletes */
    int64_t wall_ms;
    bool taken;           /* by its device */
    const char *question; /* "": about the whole record */
    const char *text;
};
struct desk_reading {
    struct arena arena; /* owns the texts */
    uint8_t id[16];     /* of the version that counts */
    uint8_t root[16];   /* of the first version: the KEY of tables */
    uint8_t device[16];
    const char *form, *version, *title, *submitter;
    int64_t finalised_ms;
    bool training;
    unsigned withdrawn;          /* uses: enum withdrawn_use */
    struct desk_answer *answers; /* as in the tables: the top first, then the entries */
    size_t answer_count;
    size_t hidden;                 /* questions marked sensitive=extra that are left out */
    const char *changes;           /* what corrections changed, as text; "" */
    struct desk_opinion *opinions; /* oldest first */
    size_t opinion_count;
    struct desk_asked *asked; /* oldest first */
    size_t asked_count;
};
struct desk_reading_options {
    const char *language; /* of labels; NULL: the form's first */
    const char *why;      /* for the log; NULL: not said */
    bool sensitive;       /* also answers marked sensitive=extra */
};
/* Opens the version of the record that counts.  ERR_INPUT: it is kept apart or withdrawn, or the
 * desk does not have its form; ERR_AUTH: it does not open.  The caller calls desk_reading_fini in
 * either case. */
MUST_CHECK bool desk_reading_read(struct desk_reading *reading, struct desk *desk,
                                  const uint8_t identity[32], const uint8_t id[16],
                                  const struct desk_reading_options *options, struct err *err);
void desk_reading_fini(struct desk_reading *reading);

#endif
