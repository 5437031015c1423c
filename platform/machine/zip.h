/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_ZIP_H
#define PLATFORM_MACHINE_ZIP_H
/*
 * zip: named members of an archive in memory.  Home of libzip.
 *
 * Limits, counted while unpacking rather than taken from the archive: archive 20 MiB, 500
 * members, 64 MiB a member, 128 MiB in all, ratio 100 for members over 1 MiB.  Members must be
 * stored or deflated, unencrypted, with unique names; their compressed sizes may not add up to
 * more than the file (overlapping members).
 */
#include "platform/machine/arena.h"

struct zip_file;

MUST_CHECK bool zip_open_bytes(struct zip_file **zip, const char *bytes, size_t len,
                               struct err *err);
void zip_shut(struct zip_file *zip);
bool zip_has(struct zip_file *zip, const char *name);
/* Append a member's bytes. */
MUST_CHECK bool zip_member(struct buf *out, struct zip_file *zip, const char *name,
                           struct err *err);

/* The unpacked size of a member of an archive on disk, of any size; false if there is none. */
MUST_CHECK bool zip_member_size(const char *path, const char *name, uint64_t *size);

/* Append an archive of the members to `out`: deflated, all dated 1980-01-01, so that the same
 * members give the same bytes. */
struct zip_part {
    const char *name, *bytes;
    size_t len;
};
MUST_CHECK bool zip_write(struct buf *out, const struct zip_part *parts, size_t count,
                          struct err *err);

#endif
