/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_REVIEW_H
#define TOOLS_DESK_DESK_REVIEW_H
/* desk_review: lists records, shows one, and keeps what reviewers say.  Each opening is logged. */
#include "tools/desk/desk_filter.h"

struct desk_listing { /* how a list or a record is written */
    struct desk_filter filter;
    const char *language; /* of labels; NULL: the form's first */
    const char *why;      /* for the log; NULL: not said */
    bool csv;
    bool sensitive;      /* also answers marked sensitive=extra */
    size_t records;      /* out: how many are listed */
    size_t without_form; /* out: the desk does not have their form */
    size_t unreadable;   /* out: another identity, or damaged */
};
struct desk_listed {   /* a record; texts are valid during the callback */
    const uint8_t *id; /* of its first version: the KEY of tables */
    const char *form, *version, *title, *device, *interviewer;
    int64_t finalised_ms;
    enum review_state state;
    unsigned words;      /* how many reviews there are */
    const char *comment; /* of the last */
};
typedef bool desk_listed_row(void *user, const struct desk_listed *record, struct err *err);
/* Calls `row` for each record that passes the filter; counts them in `listing`. */
MUST_CHECK bool desk_each_record(struct desk *desk, const uint8_t identity[32],
                                 struct desk_listing *listing, desk_listed_row *row, void *user,
                                 struct err *err);
/* Appends a line for each record: its KEY, form, when it was finished, device, interviewer, state,
 * the last comment. */
MUST_CHECK bool desk_list_records(struct buf *out, struct desk *desk, const uint8_t identity[32],
                                  struct desk_listing *listing, struct err *err);
/* Appends one record: each question that was answered, and what reviewers said. */
MUST_CHECK bool desk_show_record(struct buf *out, struct desk *desk, const uint8_t identity[32],
                                 const uint8_t id[16], const struct desk_listing *listing,
                                 struct err *err);
/* Makes each id that of the version that counts, if the record was corrected. */
MUST_CHECK bool desk_newest_of(struct desk *desk, const uint8_t identity[32], uint8_t (*ids)[16],
                               size_t count, struct err *err);
/* Says what a reviewer thinks of a record. */
MUST_CHECK bool desk_review(struct desk *desk, const uint8_t id[16], enum review_state state,
                            const char *comment, int64_t wall_ms, struct err *err);
/* Appends the desk's log, a line for each entry; with `records`, also the KEYs that each opening
 * was about.  First come what older versions wrote, unsigned.  What could be read is there even if
 * the log is broken. */
MUST_CHECK bool desk_tell_log(struct buf *out, struct desk *desk, bool records, struct err *err);

#endif
