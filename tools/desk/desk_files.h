/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_FILES_H
#define TOOLS_DESK_DESK_FILES_H
/* desk_files: files of mode 0600 in a folder of mode 0700: all are written, or none. */
#include "platform/machine/arena.h"

struct desk_files {
    struct arena *arena; /* the caller's, of all paths */
    const char *folder;
    bool force;         /* replace existing files */
    const char **paths; /* of the files so far; until the end each has another ending */
    size_t count, cap;
};
void desk_files_init(struct desk_files *files, struct arena *arena, const char *folder, bool force);
/* Begins a file.  ERR_INPUT if there is one, and it is not to be replaced.  `path` is in the arena.
 */
MUST_CHECK bool desk_files_begin(struct desk_files *files, const char *path, struct err *err);
/* Appends to a file that was begun. */
MUST_CHECK bool desk_files_append(struct desk_files *files, const char *path, const void *bytes,
                                  size_t len, struct err *err);
/* Begins a file, and writes all of it. */
MUST_CHECK bool desk_files_put(struct desk_files *files, const char *path, const void *bytes,
                               size_t len, struct err *err);
/* Where the bytes of a file are until the end. */
const char *desk_files_side(struct desk_files *files, const char *path);
/* Gives all files their names; after a failure (`ok` false) removes them. */
MUST_CHECK bool desk_files_end(struct desk_files *files, bool ok, struct err *err);

#endif
