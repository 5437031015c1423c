/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_TAR_H
#define PLATFORM_CUSTODY_TAR_H
/*
 * tar: the strict subset of ustar that batches and packages use, readable by any tar. Regular
 * files only, mode 0600, owner and time zero, exact padding; the reader rejects all else.
 */
#include "platform/machine/arena.h"

enum { TAR_BLOCK = 512, TAR_NAME = 100 };

void tar_add(struct buf *out, const char *name, const void *bytes, size_t len);
void tar_end(struct buf *out);
/* For members that do not fit into memory: the header of one of `len` bytes.  Its bytes follow,
 * then zeros up to a whole block. */
void tar_head(struct buf *out, const char *name, uint64_t len);
/* Reads such a header; false: it is none of ours.  `bytes`: TAR_BLOCK of them. */
bool tar_read_head(const void *bytes, char name[TAR_NAME], uint64_t *len);
bool tar_is_end(const void *bytes);

struct tar_reader {
    const char *bytes;
    size_t len, at;
    bool ended;
};
struct tar_member {
    char name[TAR_NAME];
    const char *bytes; /* borrowed from the archive */
    size_t len;
};
/* Read the next member.  False at the end (err->code stays ERR_NONE) or if the archive is
 * damaged (ERR_INPUT). */
MUST_CHECK bool tar_next(struct tar_reader *reader, struct tar_member *member, struct err *err);

#endif
