/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PHOTO_H
#define PLATFORM_MACHINE_PHOTO_H
/*
 * photo: removes a camera picture's metadata: place, time, maker, owner, thumbnails, embedded
 * video.
 *
 * The image data is copied byte for byte, never decoded.  The orientation of a JPEG is kept.
 * Source: ITU T.81 annex B and Exif 2.3 (JPEG), PNG 1.2 section 5, the WebP container
 * specification.
 */
#include "platform/machine/arena.h"

enum photo_result {
    PHOTO_CLEANED, /* out holds the picture without metadata */
    PHOTO_UNKNOWN  /* not a JPEG, PNG or WebP file, or damaged: out is unchanged */
};
/* Append the cleaned picture to `out`. */
enum photo_result photo_clean(struct buf *out, const void *bytes, size_t len);

#endif
