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
    bool sensitive_extra; /* include columns marked sensitive=extra */
    const char *labels;   /* language code: labels instead of choice values; NULL = values */
};

struct submission {  /* what the desk knows about a record in addition to the instance */
    int64_t date_ms; /* SubmissionDate: when the record was finalised */
    const char *submitter_id, *submitter_name, *device_id, *form_version;
    const char *status, *review_state; /* "" = none */
    const char *record_key; /* "uuid:…" of the signed record, possibly followed by "~2".  Used as
                             * KEY, whatever instanceID says.  NULL: unknown */
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
/* Appends the whole table to `out`: header and rows, LF line ends, no BOM. */
void columns_write(const struct columns *columns, size_t table, struct buf *out);
/* Number of added instances whose instanceID is a UUID other than the signed record's. */
size_t columns_other_ids(const struct columns *columns);
/* Number of columns left out because any version marks them, or a group that contains them,
 * sensitive=extra. */
size_t columns_hidden(const struct columns *columns);
/* Whether the answer at this path is left out.  The path has no entry positions:
 * "/data/trip/name". */
bool columns_hide(const struct columns *columns, const char *path);

#endif
