/* SPDX-License-Identifier: Apache-2.0 */
/* Renumbers paths. */
#include "app/interview/interview_paths.h"

#include <stdlib.h>
#include <string.h>

enum path_move path_move(char **path, const char *entry, int by)
{
    const char *number = strrchr(entry, '[');
    size_t len = number ? (size_t)(number - entry) + 1 : 0;
    char *rest;
    if (!len || strncmp(*path, entry, len) != 0) {
        return PATH_STAYS;
    }
    unsigned long at = strtoul(number + 1, NULL, 10), own = strtoul(*path + len, &rest, 10);
    if (by < 0 && own == at) {
        return PATH_WITHIN;
    }
    if (own < at) {
        return PATH_STAYS;
    }
    struct buf moved = {0};
    buf_add(&moved, *path, len);
    buf_printf(&moved, "%lu%s", own + (unsigned long)by, rest);
    mem_wipe_text(*path);
    *path = mem_text(moved.data);
    buf_fini(&moved);
    return PATH_MOVED;
}
