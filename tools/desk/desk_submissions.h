/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_SUBMISSIONS_H
#define TOOLS_DESK_DESK_SUBMISSIONS_H
/*
 * desk_submissions: records as ODK submissions, in Briefcase's layout, not encrypted:
 *
 *   FORM/FORM - VERSION.xml                      the XForm
 *   FORM/submissions.csv                         folder,instanceID,deprecatedID: in the order in
 *                                                which a server is to be told of them
 *   FORM/instances/uuid…/submission.xml, files   one record
 *
 * All versions of a corrected record are there: a server takes the newer as an edit of the older.
 */
#include "tools/desk/desk_export.h"

/* Writes all files, or none.  Of the counts are set: records, files, media, hidden_columns (answers
 * left out), hidden_memos, withdrawn, withdrawn_media, without_form, unreadable, filtered, closed,
 * kept_apart. */
MUST_CHECK bool desk_export_submissions(struct desk *desk, const uint8_t identity[32],
                                        const struct export_options *options,
                                        struct export_counts *counts, struct err *err);

#endif
