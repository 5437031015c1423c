/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SYNC_SYNC_H
#define TOOLS_SYNC_SYNC_H
/* sync: what the verbs of suhbat-sync share: the desk they work at, and options that several take.
 * The verbs themselves are in sync_*.c, and in suhbat_sync.c. */
#include "tools/cli/cli.h"
#include "tools/desk/desk_code.h"
#include "tools/desk/desk_filter.h"
#include "tools/desk/desk_forget.h"

struct sync_options { /* given on the command line; NULL: not given */
    const char *desk, *identity, *person, *why;
    const char *form, *version, *since, *until, *device, *interviewer, *state, *training;
    const char *field, *labels, *lists, *sensitive, *csv, *json, *out, *force;
};
extern struct sync_options sync_given;

/* Rows for tables of options. */
#define SYNC_WHY                                                                                   \
    {                                                                                              \
        "why", 0, "TEXT", "the reason, for the desk's log", &sync_given.why, CLI_TEXT, 0, 0        \
    }
/* clang-format off */
#define SYNC_FILTERS                                                                               \
    {"form", 0, "ID", "only records of this form", &sync_given.form, CLI_TEXT, 0, 0},              \
    {"version", 0, "V", "only records of this version of the form", &sync_given.version, CLI_TEXT, \
     0, 0},                                                                                        \
    {"since", 0, "DAY", "only records finished on this day or later: 2026-11-24",                  \
     &sync_given.since, CLI_TEXT, 0, 0},                                                           \
    {"until", 0, "DAY", "only records finished on this day or earlier", &sync_given.until,         \
     CLI_TEXT, 0, 0},                                                                              \
    {"device", 0, "LABEL", "only records of this device: its label, or the beginning of its id",   \
     &sync_given.device, CLI_TEXT, 0, 0},                                                          \
    {"interviewer", 0, "CODE", "only records of this interviewer", &sync_given.interviewer,        \
     CLI_TEXT, 0, 0},                                                                              \
    {"state", 0, "NAME", "only records in this state of review: approved, hasIssues, rejected, "   \
     "edited, received", &sync_given.state, CLI_TEXT, 0, 0},                                               \
    {"training", 0, NULL, "only training records", &sync_given.training, CLI_TEXT, 0, 0}
/* clang-format on */

struct desk_filter sync_filter(void);

/* Opens the desk with the identity given; copies the identity to `identity` unless that is NULL.
 * *desk is NULL after a failure. */
MUST_CHECK bool sync_open(struct desk **desk, uint8_t identity[32], struct err *err);
/* Errors unless --identity, --desk was given. */
MUST_CHECK bool sync_need_identity(uint8_t identity[32], struct err *err);
MUST_CHECK bool sync_need_folder(struct err *err);
/* Names who works at the desk in its log: --as, else the login name. */
void sync_name_person(struct desk *desk);
/* Prints what a verb gathered; control characters in it are made harmless. */
void sync_print(struct buf *out);

/* Prints what a withdrawal did.  False: something is left to do by hand; `err` says what. */
MUST_CHECK bool sync_tell_withdrawn(const struct withdraw_report *sum,
                                    const struct forget_report *forgotten, size_t records,
                                    unsigned uses, struct err *err);

/* Prints what stands in a report, and what does not.  False: something could not be counted. */
struct report_counts;
MUST_CHECK bool sync_tell_report(const struct report_counts *counts, const char *out,
                                 struct err *err);

/* Reads elem.csv of --lists.  The caller calls desk_elements_fini in either case. */
MUST_CHECK bool sync_elements(struct desk_elements *elements, struct err *err);

/* ---- verbs ---- */
MUST_CHECK bool sync_records(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_show(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_send_back(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_code(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_codings(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_transcribe(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_transcripts(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_import_qdpx(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_source(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_push(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_review(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_withdraw(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_holds(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_retention(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_field(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_report(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_backup(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_merge(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_restore(const struct cli_words *words, struct err *err);
MUST_CHECK bool sync_log(const struct cli_words *words, struct err *err);
extern const struct cli_option sync_records_options[], sync_show_options[], sync_review_options[],
    sync_send_back_options[], sync_code_options[], sync_codings_options[], sync_source_options[],
    sync_transcribe_options[], sync_transcripts_options[], sync_push_options[], sync_log_options[],
    sync_withdraw_options[], sync_holds_options[], sync_field_options[], sync_report_options[],
    sync_backup_options[], sync_retention_options[];

/* What goes to the public must not speak of one interviewer or device (S9): ERR_MISUSE if the
 * filters name one. */
MUST_CHECK bool sync_for_all(struct err *err);

#endif
