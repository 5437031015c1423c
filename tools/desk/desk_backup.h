/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_BACKUP_H
#define TOOLS_DESK_DESK_BACKUP_H
/*
 * desk_backup: a desk as one sealed file, and back.
 *
 * The file is an age file to the study's recipients that contains an ustar archive of the desk's
 * folder: desk-key.age, desk.key, desk.cert, desk.db.  Stock `age` and `tar` open it, too.  It is
 * written and read piece by piece, whatever the size of the desk.
 */
#include "tools/desk/desk_store.h"

/* Writes the desk's backup to `path`.  Others may read the desk meanwhile; who writes waits.
 * *records: how many it holds. */
MUST_CHECK bool desk_backup(struct desk *desk, const char *path, bool force, uint64_t *records,
                            struct err *err);
/* Makes the desk `dir`, which must not exist, from a backup.  All of it is there, or nothing.  The
 * desk is opened once, and its log is verified.  *records: how many it holds. */
MUST_CHECK bool desk_restore(const char *path, const char *dir, const uint8_t identity[32],
                             uint64_t *records, struct err *err);

#endif
