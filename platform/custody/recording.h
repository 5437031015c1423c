/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_RECORDING_H
#define PLATFORM_CUSTODY_RECORDING_H
/*
 * recording: the sound of an interview, sealed while it runs.
 *
 * - open:   from recording_begin on; recording_put adds parts
 * - closed: by recording_close; or after a power cut, at the next unlock, marked as cut
 * - sealed: with its interview, by device_finish
 * - purged: once the desk has it
 *
 * Each part (a few seconds of Ogg pages) becomes an age file for the study's recipients and one
 * row, in one commit.  While it runs only public keys are needed, so it goes on when the device
 * locks.  `age -d` of the parts, put together in order by `cat`, is a playable file.
 * Nothing of an unfinished interview leaves the device: the chain gets an entry for each recording
 * when the interview is sealed, just before the record's own.
 * Promise: a part accepted by recording_put survives power loss, and no key on the device opens it;
 * after recording_let_review one does, which is destroyed when the interview is sealed.
 * Threads: those of device.h.
 * Source:  docs/RECORD.md section 20.
 */
#include "platform/custody/device.h"

enum {
    RECORDING_PARTS = 2881, /* of a recording: the head, and four hours of five seconds each */
    RECORDING_BITS = 24000, /* bits a second up to which it may have so many; at twice as many
                             * bits it has half as many, so that it fits a batch */
    RECORDINGS_MAX = 64,    /* of an interview */
    RECORDING_PART_MAX = 64 << 10
};

struct device_recording {
    uint8_t id[16];
    int64_t begun_ms;
    uint32_t bits;  /* a second */
    uint32_t parts; /* 0 while it is open */
    uint32_t holes; /* parts that are damaged */
    uint64_t bytes; /* of the sealed parts */
    bool open;      /* it runs, or was interrupted since the last unlock */
    bool cut;       /* it was interrupted: by a power cut, say */
};

struct recording;
/* Needs an unlocked device and a draft.  ERR_LIMIT: the interview has RECORDINGS_MAX. */
MUST_CHECK bool recording_begin(struct recording **recording, struct device *device,
                                const struct device_draft *draft, uint32_t bits, int64_t wall_ms,
                                struct err *err);
/* Before its first part: the draft's own key opens it, too, until the interview is sealed.  Needs
 * an unlocked device. */
MUST_CHECK bool recording_let_review(struct recording *recording, struct err *err);
const uint8_t *recording_id(const struct recording *recording); /* 16 bytes */
/* Seals the next part, whether the device is locked or not.  ERR_LIMIT: it has all its parts;
 * ERR_FULL: no room.  Afterwards the recording can still be closed. */
MUST_CHECK bool recording_put(struct recording *recording, const void *bytes, size_t len,
                              struct err *err);
/* Closes and frees it.  While the device is locked, what remains is done at the next unlock. */
MUST_CHECK bool recording_close(struct recording *recording, struct err *err);

/* Appends a part of a draft's recording in clear; nothing if it is missing or damaged.  ERR_AUTH:
 * it was begun without recording_let_review, or its interview was sealed. */
MUST_CHECK bool device_recording_hear(struct device *device, const uint8_t draft_id[16],
                                      const uint8_t id[16], uint32_t part, struct buf *plain,
                                      struct err *err);

#ifdef SUHBAT_TEST
void recording_forget(struct recording *recording); /* as a power cut does */
#endif

/* The recordings of a draft, in order; `list` has room for RECORDINGS_MAX. */
MUST_CHECK bool device_recordings(struct device *device, const uint8_t draft_id[16],
                                  struct device_recording *list, size_t *count, struct err *err);
/* Deletes a closed recording of a draft; the chain tells that there was one. */
MUST_CHECK bool device_recording_discard(struct device *device, const uint8_t draft_id[16],
                                         const uint8_t id[16], struct err *err);

#endif
