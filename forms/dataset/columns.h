/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_COLUMNS_H
#define FORMS_DATASET_COLUMNS_H
/*
 * columns: submissions as tables, in the layout of ODK Central's CSV export.
 *
 * Use:    columns_new with the form's versions, newest first; columns_scan every submission when
 *         split_multiple is set; columns_add every submission; then read the tables.
 * Shape:  one root table "{form}.csv" and one "{form}-{repeat}.csv" for each repeat ("~1", "~2"
 *         when a name comes twice); column names by path below the nearest repeat, '-' between.
 * Source: docs/RECORD.md; ODK Central lib/data/briefcase.js.
 */
#include "forms/engine/form.h"

struct columns;

struct columns_options {
    bool split_multiple;  /* X/value columns of 0 and 1 */
    bool sensitive_extra; /* also columns marked sensitive=extra */
    const char *labels;   /* language code: labels instead of choice values; NULL = values */
};

struct submission {  /* what the desk knows beside the instance */
    int64_t date_ms; /* SubmissionDate: when it was finalised */
    const char *submitter_id, *submitter_name, *device_id, *form_version;
    const char *status, *review_state; /* "" when nothing is to be said */
    const char *record_key; /* "uuid:…" of the signed record, perhaps with "~2" behind it: the KEY,
                               whatever the instance says.  NULL: it is not known */
    unsigned attachments_present, attachments_expected, edits;
};

MUST_CHECK bool columns_new(struct columns **columns, const struct form *const *versions,
                            size_t count, const struct columns_options *options, struct err *err);
void columns_free(struct columns *columns);

MUST_CHECK bool columns_scan(struct columns *columns, const struct form *version, const char *xml,
                             size_t len, struct err *err);
MUST_CHECK bool columns_add(struct columns *columns, const struct form *version, const char *xml,
                            size_t len, const struct submission *about, struct err *err);

size_t columns_tables(const struct columns *columns);
const char *columns_name(const struct columns *columns, size_t table); /* "form-repeat.csv" */
/* The whole table: header and rows, LF, no BOM; appended to `out`. */
void columns_write(const struct columns *columns, size_t table, struct buf *out);
/* How many instances were added whose instanceID is a UUID, but not the signed record's. */
size_t columns_other_ids(const struct columns *columns);
/* How many are left out because any version marks them, or a group around them, sensitive=extra. */
size_t columns_hidden(const struct columns *columns);
/* Is the answer at this path one of them?  Without places of entries: "/data/trip/name". */
bool columns_hide(const struct columns *columns, const char *path);

#endif
