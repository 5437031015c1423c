/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_MERGE_INTERNAL_H
#define TOOLS_DESK_DESK_MERGE_INTERNAL_H
/* desk_merge_internal: shared by desk_merge.c (devices, forms, entries), desk_merge_messages.c, and
 * desk_merge_words.c (what people at the other desk said). */
#include "tools/desk/desk_internal.h"
#include "tools/desk/desk_merge.h"

struct merging {
    struct desk *to, *from;
    const uint8_t *identity;
    struct desk_merge *report;
    int64_t own_until; /* messages with higher counters were made by this merge */
};
/* Tells a line, and counts it: `count` is a field of the report. */
void merge_tell(struct merging *m, unsigned *count, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The bytes in hex, in the arena; at most 32. */
const char *merge_hex(struct arena *arena, const void *bytes, size_t len);

/* To be called before the entries come: a content that was withdrawn is not stored here. */
MUST_CHECK bool merge_withdrawals(struct merging *m, struct err *err);
/* To be called after the entries. */
MUST_CHECK bool merge_messages(struct merging *m, struct err *err);
MUST_CHECK bool merge_reviews(struct merging *m, struct err *err);
MUST_CHECK bool merge_codings(struct merging *m, struct err *err);
MUST_CHECK bool merge_transcripts(struct merging *m, struct err *err);
MUST_CHECK bool merge_sources(struct merging *m, struct err *err);

#endif
