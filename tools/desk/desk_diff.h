/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_DIFF_H
#define TOOLS_DESK_DESK_DIFF_H
/* desk_diff: what each correction changed in a record, and the interviewer's reason. */
#include "platform/custody/record.h"
#include "tools/desk/desk_review.h"

struct diff_version {
    uint8_t id[16];
    uint64_t seq;
    int64_t finalised_ms;
    const char *xml, *reason; /* in the arena */
    size_t xml_len;
};
struct desk_diff {
    struct arena arena;
    bool begun;
    struct diff_version *versions;
    size_t count;
    const struct form *form;
    unsigned withdrawn; /* uses: the answers to their questions are not shown */
};
/* Keeps a copy of a version, in any order; the zero struct desk_diff is empty. */
void desk_diff_keep(struct desk_diff *diff, const struct record *record);
void desk_diff_fini(struct desk_diff *diff);
/* Appends, for each version after the first, when it was sealed, the reason, and each answer that
 * differs: before and after. */
MUST_CHECK bool desk_diff_print(struct buf *out, struct desk_diff *diff,
                                const struct desk_listing *given, struct err *err);

#endif
