/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_CUSTODY_DEVICE_RECORDINGS_H
#define PLATFORM_CUSTODY_DEVICE_RECORDINGS_H
/* What the device's other files need of device_recordings.c.  All but the reading functions are
 * called in the caller's transaction. */
#include "platform/custody/device_internal.h"
#include "platform/custody/recording.h"

/* Closes what was interrupted: after an unlock. */
bool device_recordings_recover(struct device *d, struct err *err);
/* The draft is gone: its recordings too. */
bool device_recordings_drop(struct device *d, const uint8_t draft_id[16], struct err *err);
/* The draft was sealed: its recordings stay, its list goes. */
bool device_recordings_sealed(struct device *d, const uint8_t draft_id[16], struct err *err);
/* The hash of a closed recording for the chain, from its list of parts. */
bool device_recording_root(struct device *d, const uint8_t id[16], uint8_t root[32], bool *found,
                           struct err *err);
/* Append the list: 32 bytes for each part, the hash of its sealed bytes; zeros: damaged.  *found is
 * false if there is none, or it is damaged. */
bool device_recording_list(struct device *d, const uint8_t id[16], struct buf *list, bool *found,
                           struct err *err);
/* Append the sealed bytes of a part; *found is false if it is missing or damaged. */
bool device_recording_part(struct device *d, const uint8_t id[16], uint32_t part,
                           struct buf *sealed, bool *found, struct err *err);
/* Delete the parts of a sealed recording. */
bool device_recording_purge(struct device *d, const uint8_t id[16], struct err *err);
/* Whether they were deleted on purpose; and what is left to be handed over. */
bool device_recording_look(struct device *d, const uint8_t id[16], bool *purged, uint64_t *bytes,
                           struct err *err);

#endif
