/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_RECORDINGS_H
#define TOOLS_DESK_DESK_RECORDINGS_H
/*
 * desk_recordings: the sealed sound of interviews, part by part.
 *
 * A record's recordings stand just before it in its device's chain.  Source: docs/RECORD.md
 * section 20.
 */
#include "platform/custody/batch.h"
#include "tools/desk/desk_store.h"

/* Stores a recording: `list` is its BATCH_PARTS, the `count` objects after it its parts.  *fresh:
 * it was not there.  In the caller's transaction. */
MUST_CHECK bool desk_put_recording(struct desk *desk, const struct batch_object *list, size_t count,
                                   bool *fresh, struct err *err);
/* Deletes the parts of recordings of which a withdrawn record was made: after its entries, or the
 * withdrawal, were stored.  `owner`: the history's id; `seq`: of the recording's entry. */
MUST_CHECK bool desk_drop_withdrawn_recording(struct desk *desk, const uint8_t owner[16],
                                              uint64_t seq, const uint8_t id[16], struct err *err);
/* Deletes the parts of a record's recordings. */
MUST_CHECK bool desk_drop_recordings(struct desk *desk, const uint8_t record_id[16],
                                     struct err *err);

/* What the desk calls a recording: the same for a part of it, and for its id. */
void desk_recording_name(const struct desk *desk, uint8_t name[16], const uint8_t id[16]);
/* One part of a recording that the desk has; `name`, `sealed` are borrowed. */
typedef bool desk_recording_part(void *user, const uint8_t name[16], uint32_t part,
                                 const void *sealed, size_t len, struct err *err);
/* Calls `each` for the parts of a record's recordings, in the order in which they were made.
 * *missing: parts that the device or the desk has no more. */
MUST_CHECK bool desk_recordings_of(struct desk *desk, const struct desk_object *record,
                                   desk_recording_part *each, void *user, unsigned *missing,
                                   struct err *err);

/* How many recordings this version of a record has. */
MUST_CHECK bool desk_recordings_count(struct desk *desk, const uint8_t record_id[16],
                                      int64_t *count, struct err *err);
/* How many parts a recording has, whether the desk has them or not; 0: it does not know it. */
MUST_CHECK bool desk_recording_parts(struct desk *desk, const uint8_t id[16], uint32_t *parts,
                                     struct err *err);
/* Appends a part as it was sealed; nothing if the desk does not have it. */
MUST_CHECK bool desk_recording_part_read(struct desk *desk, const uint8_t id[16], uint32_t part,
                                         struct buf *sealed, struct err *err);

#endif
