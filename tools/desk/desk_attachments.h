/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_ATTACHMENTS_H
#define TOOLS_DESK_DESK_ATTACHMENTS_H
/* desk_attachments: what may leave the desk of a record's files: recordings that were taken back,
 * and answers to hidden questions in its logs, may not. */
#include "forms/dataset/dataset.h"
#include "platform/custody/tar.h"

/* Whether devices name attachments so: 32 hex digits and an ending.  Other names are not written.
 */
bool desk_is_attachment(const char *name);
/* Whether the name is a recording's. */
bool desk_is_recording(const char *name);
/* Appends a path without the numbers of entries, [n], and a NUL that is not counted. */
void desk_plain_path(struct buf *out, const char *path);
/* Appends the rows of a log, audit.csv or memos.csv, without the values of questions that the
 * dataset hides.  `key`: a first column "instance ID" with this value; NULL: none.  `head`: also
 * the row of headings.  `no_sound`: the person took recordings back: nothing tells of them.  Logs
 * of older programs have fewer columns: of audit.csv all get those of this program, empty.
 * ERR_INPUT: it is no CSV. */
MUST_CHECK bool desk_put_log(struct buf *out, const struct dataset *dataset,
                             const struct tar_member *log, const char *key, bool head,
                             bool no_sound, struct err *err);

#endif
