/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FIELD_INTERNAL_H
#define TOOLS_DESK_DESK_FIELD_INTERNAL_H
/* Shared by desk_field.c (records, interviewers, quotas) and desk_field_rules.c (what looks odd).
 */
#include "platform/machine/tally.h"
#include "tools/desk/desk_facts.h"
#include "tools/desk/desk_field.h"

struct field_rule { /* a row of quality.csv */
    const char *rule, *form, *measure;
    const char *amber, *red; /* "" = none */
};
struct field_seen { /* a record, for the rules that compare records: one for each, so it is small */
    uint8_t id[16];
    const char *form;
    double begun, ended; /* seconds since 1970, as the clock at the place showed; 0: unknown */
    float active;        /* minutes, without long pauses; 0: unknown */
    uint32_t who;        /* index of the interviewer */
    int32_t day;
};
struct field_gathering {
    struct desk_field *field;
    struct desk *desk;
    const struct field_options *options;
    struct desk_filter filter;
    struct desk_records records;
    struct desk_reviews reviews;
    struct arena *arena; /* of the field */
    struct map who;      /* code → index + 1 */
    struct field_seen *seen;
    size_t seen_count, seen_cap;
    struct field_rule *rules;
    size_t rule_count;
    struct desk_condition **conditions; /* of each cell, in the version read last; NULL: not yet */
    const struct form *of;              /* that version */
    struct tally same, persons;         /* keyed hashes → index + 1 in `seen` */
    size_t finding_cap, interviewer_cap;
    unsigned *with_sensitive, *refusals, *sounds; /* by interviewer */
    struct tally *ids;
    struct map texts;  /* words of findings, each once */
    struct map firsts; /* KEY of a corrected record → struct field_times of its first version */
};
struct field_times { /* of an interview; a correction's own are those of the correction */
    double begun, ended, active;
};

/* The limit of a measure for a form, amber or red; "" if there is none. */
/* The minutes that an interview with the form is expected to take; 0: the study does not say. */
double field_estimate(const struct field_gathering *g, const char *form);
const char *field_limit(const struct field_gathering *g, const char *measure, const char *form,
                        enum field_level level, const char **rule);
/* Judges one record; then, at the end, all of them together. */
void field_judge(struct field_gathering *g, struct desk_facts *facts, const struct record *record,
                 size_t seen);
void field_judge_all(struct field_gathering *g);
/* Minutes from the first to the last event of the interview's log, without long pauses; 0 if there
 * is no log. */
double field_active(const struct field_gathering *g, const struct record *record, const char *form);
/* Adds a finding; `record` may be NULL. */
void field_find(struct field_gathering *g, enum field_level level, const char *rule, size_t who,
                const char *form, const uint8_t *record, const struct field_words *words);

#endif
