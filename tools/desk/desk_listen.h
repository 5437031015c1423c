/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_LISTEN_H
#define TOOLS_DESK_DESK_LISTEN_H
/*
 * desk_listen: the desk's recordings, found and heard.
 *
 * Sound is decoded in memory, as much of it as is asked for.  Each opening of records is logged.
 */
#include "platform/machine/voice_read.h"
#include "tools/desk/desk_store.h"

struct listed {                 /* a recording that was not deleted */
    uint8_t record[16], id[16]; /* record: its first version */
    uint32_t parts;             /* 0: the desk does not have them any more */
    const char *begun;          /* "2026-11-24T10:00:00.000Z" */
    const char *path;           /* of the question that it belongs to */
};
struct desk_list { /* caller sets nothing */
    struct arena arena;
    struct listed *list; /* by record, as recordings.csv has them */
    size_t count;
    const char **speakers; /* who spoke at tables: labels, each once, in their order */
    size_t speaker_count;
    unsigned found;  /* records that were wanted and opened */
    unsigned closed; /* … that do not open */
};
struct list_options {
    const uint8_t (*records)[16]; /* only those, in any version; NULL: all but training records */
    size_t count;
    const char *what, *why; /* for the log: "transcribe"; NULL: not said */
};
/* The caller calls desk_list_fini in either case. */
MUST_CHECK bool desk_list_recordings(struct desk_list *list, struct desk *desk,
                                     const uint8_t identity[32], const struct list_options *options,
                                     struct err *err);
void desk_list_fini(struct desk_list *list);

/* How long it is; it ends with silence, up to whole parts. */
int64_t desk_listed_ms(const struct listed *listed);
/* Decodes it from `from_ms` to `to_ms` (its end, if that is earlier): silence stands for parts that
 * are missing.  *missing: how many of those that it went through. */
MUST_CHECK bool desk_listen(struct desk *desk, const uint8_t identity[32],
                            const struct listed *listed, int64_t from_ms, int64_t to_ms,
                            voice_samples *each, void *user, uint32_t *missing, struct err *err);

#endif
