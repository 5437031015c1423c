/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FIELD_H
#define TOOLS_DESK_DESK_FIELD_H
/*
 * desk_field: how the field goes: who works how much, which quotas are filled, what looks odd.
 *
 * Quotas and rules come from the study's lists: quota.csv (form, cell, main, expression, target,
 * label::…) and quality.csv (rule, form, measure, amber, red).  The measure `estimate` is no rule:
 * the minutes that an interview with the form is expected to take.  What a rule finds is a question
 * to the supervisor, never a reason to delete.
 */
#include "tools/desk/desk_filter.h"

enum field_level { FIELD_AMBER, FIELD_RED };
struct field_day {
    int32_t day; /* since 1970-01-01 */
    unsigned records, complete, refused;
    double minutes, estimate; /* of the complete ones whose form has an estimate */
};
struct field_interviewer {
    const char *code;
    unsigned records, complete, partial, refused; /* by the answer to `res`, cns_take */
    double *minutes;                              /* of complete ones, sorted */
    size_t minutes_count;
    double lasted, estimate; /* as of all days together */
    struct field_day *days;  /* in order */
    size_t day_count;
    unsigned amber, red; /* findings */
};
struct field_cell { /* of a quota */
    const char *form, *cell, *label;
    bool main; /* each record is in one main cell of its form at most */
    unsigned target, done;
    int32_t first_day, last_day; /* of the records in it; 0: none */
    const char *fault; /* why it cannot be judged for a version of the form; NULL: it can */
};
enum field_kind {                /* what was found; its words: */
                  FOUND_SHORT,   /* minutes */
                  FOUND_HOUR,    /* when it began, "23:10" */
                  FOUND_EQUAL,   /* answers, beginning of their names, the answer */
                  FOUND_MISSING, /* group, percent */
                  FOUND_STORIES, /* stories, letters */
                  FOUND_CHECKS,  /* contradictions */
                  FOUND_LANGUAGE,
                  FOUND_SAME,    /* KEY and interviewer of the other */
                  FOUND_PERSON,  /* the same */
                  FOUND_OVERLAP, /* minutes, KEY of the other */
                  FOUND_DAY,     /* interviews */
                  FOUND_NO_REFUSAL,
                  FOUND_ALL_SOUND,
                  FOUND_NO_SOUND,
                  FOUND_KINDS
};
struct field_words {
    enum field_kind kind;
    const char *with[3]; /* NULL: it has fewer */
};
struct field_finding {
    enum field_level level;
    const char *rule, *interviewer, *form;
    struct field_words words;
    uint8_t record[16]; /* zeros: it is about an interviewer */
};
struct field_device {
    uint8_t id[16];
    const char *label;                          /* "" if it has none */
    uint64_t records, missing_from, missing_to; /* entries; 0: none are missing */
    int64_t handed_ms;                          /* the last import of a record; 0: never */
};
struct desk_field {
    struct arena arena;
    struct field_interviewer *interviewers; /* by code */
    size_t interviewer_count;
    struct field_cell *cells; /* as in quota.csv */
    size_t cell_count;
    struct field_finding *findings; /* red ones first */
    size_t finding_count;
    struct field_device *devices;
    size_t device_count;
    size_t records; /* that were looked at */
    size_t faults;  /* cells that cannot be judged for some version of their form */
    size_t outside; /* complete ones in no main cell of their form's quota */
    size_t without_form, unreadable;
    const char *unjudged; /* measures of quality.csv that are not computed; "" */
};

struct field_options {
    struct desk_filter filter;
    const char *language; /* of the cells' labels */
    const char *why;      /* for the log; NULL: not said */
    /* The lists' contents; NULL: without quotas, without rules. */
    const struct buf *quotas, *rules;
};
/* Opens and counts the records.  After a failure nothing is to be freed. */
MUST_CHECK bool desk_field_read(struct desk_field *field, struct desk *desk,
                                const uint8_t identity[32], const struct field_options *options,
                                struct err *err);
void desk_field_fini(struct desk_field *field);

/* What was found, in English: appended in one line. */
void field_put_words(struct buf *out, const struct field_words *words);
/* Appends it as text to be read. */
void desk_field_tell(struct buf *out, const struct desk_field *field, int64_t wall_ms);
/* Appends a table as CSV. */
enum field_table {
    FIELD_INTERVIEWERS,
    FIELD_DAYS,
    FIELD_QUOTAS,
    FIELD_FINDINGS,
    FIELD_DEVICES,
    FIELD_TABLES
};
extern const char *const field_table_names[FIELD_TABLES]; /* "interviewers" … */
void desk_field_table(struct buf *out, const struct desk_field *field, enum field_table table);
/* How many things a table has: a row each, but of an interviewer's days one for each day. */
size_t desk_field_count(const struct desk_field *field, enum field_table table);
/* Appends `count` things of a table, or as many as there are, from number `from` on; before the
 * first one the heading. */
void desk_field_part(struct buf *out, const struct desk_field *field, enum field_table table,
                     size_t from, size_t count);

#endif
