/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_TRANSCRIPTS_H
#define TOOLS_DESK_DESK_TRANSCRIPTS_H
/*
 * desk_transcripts: what was said in recordings, as text with times.
 *
 * A transcript is never changed: what is written anew stands beside it, and the latest that a
 * person verified counts before others.  It is encrypted and signed with the desk's keys, and
 * destroyed with its record's content, or with its recordings.  The log says who made and read
 * which, without the words.  Source: docs/RECORD.md section 18.
 */
#include "forms/dataset/dataset.h"
#include "tools/desk/desk_ledger.h"

enum { TRANSCRIPT_TEXT_MAX = 16 << 20 };
struct transcript {
    uint8_t id[16];     /* zeros: desk_transcript_put makes one */
    uint8_t record[16]; /* the first version of the record: the KEY of tables */
    uint8_t recording[16];
    int64_t wall_ms;
    bool verified;    /* a person wrote or checked it */
    const char *who;  /* who made it; NULL, for desk_transcript_put: who works at the desk */
    const char *with; /* the program that heard it: "whisper-cli"; "": none */
    const char *text; /* WebVTT */
};
/* Keeps a transcript, in the caller's transaction.  ERR_LIMIT: the text is too long. */
MUST_CHECK bool desk_transcript_put(struct desk *desk, struct transcript *transcript,
                                    struct err *err);
/* Takes one away, in the caller's transaction.  *found: whether it was there. */
MUST_CHECK bool desk_transcript_drop(struct desk *desk, const uint8_t id[16], bool *found,
                                     struct err *err);

struct desk_transcripts { /* by record, recording, time */
    struct arena arena;
    struct transcript *list;
    size_t count;
    struct map by_recording; /* id in hex → the place of its first + 1 */
};
/* Reads and verifies those of a record (its first version), or all of them (NULL).  ERR_INPUT: one
 * is not as it was written.  The caller calls desk_transcripts_fini in either case. */
MUST_CHECK bool desk_transcripts_read(struct desk_transcripts *transcripts, struct desk *desk,
                                      const uint8_t *record, struct err *err);
void desk_transcripts_fini(struct desk_transcripts *transcripts);
/* Those of a recording; *count may be 0. */
const struct transcript *desk_transcripts_of(const struct desk_transcripts *transcripts,
                                             const uint8_t recording[16], size_t *count);
/* The same, as formats of texts take them; in the arena. */
MUST_CHECK bool desk_transcripts_said(const struct desk_transcripts *transcripts,
                                      struct arena *arena, struct dataset_sound *sound,
                                      struct err *err);
extern const char desk_transcripts_head[]; /* the row of headings */
/* Appends what was said in a record's recordings as rows of CSV; `head`: also the headings. */
void desk_transcripts_put(struct buf *out, const struct dataset_sound *sounds, size_t count,
                          const char *key, bool head);

#endif
