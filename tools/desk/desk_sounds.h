/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_SOUNDS_H
#define TOOLS_DESK_DESK_SOUNDS_H
/* desk_sounds: what a record's recordings.csv and turns.csv say of its recordings and of those who
 * spoke (docs/XFORMS.md, "Sound", "Focus groups"). */
#include "forms/dataset/dataset.h"
#include "platform/custody/tar.h"

/* Reads it into the arena.  `folder`: where the recordings are written, "audio", as KEY-N.opus with
 * N from 1 in their order, without deleted ones; NULL: they are not, and have no file.  ERR_INPUT:
 * it is no such table; ERR_LIMIT: it names more recordings than a device can have made. */
MUST_CHECK bool desk_sounds_read(struct dataset_sound **list, size_t *count, struct arena *arena,
                                 const struct tar_member *table, const char *key,
                                 const char *folder, struct err *err);
struct turns_rules {
    const struct form *form; /* of the record */
    const struct dataset *dataset;
    bool no_sound, no_quotes; /* the person took recordings, or quotes, back */
    unsigned hidden; /* out: codes that were left out, as the dataset hides their question */
};
/* Appends turns.csv without what may not leave the desk: codes of a question that the dataset
 * hides, quotes and places in recordings that were taken back.  ERR_INPUT: it is no such table. */
MUST_CHECK bool desk_turns_clear(struct buf *out, const struct tar_member *table,
                                 struct turns_rules *rules, struct err *err);
/* The turns of turns.csv.  ERR_INPUT: it is no such table. */
MUST_CHECK bool desk_turns_read(const struct dataset_turn **list, size_t *count,
                                struct arena *arena, const struct tar_member *table,
                                struct err *err);
/* Appends its rows as CSV, with the record's KEY and each recording's file; `head`: also the row of
 * headings. */
void desk_sounds_put(struct buf *out, const struct dataset_sound *list, size_t count,
                     const char *key, bool head);

#endif
