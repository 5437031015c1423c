/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PHOTO_H
#define PLATFORM_MACHINE_PHOTO_H
/*
 * photo: a picture from somebody's camera without what the camera noted beside it: place, time,
 * maker, owner, thumbnails, films.
 *
 * The picture itself is copied byte by byte, never decoded.  How it is to be turned is kept.
 * Source: ITU T.81 annex B and Exif 2.3 (JPEG), PNG 1.2 section 5, the WebP container
 * specification.
 */
#include "platform/machine/arena.h"

enum photo_result {
    PHOTO_CLEANED, /* out holds the picture alone */
    PHOTO_UNKNOWN  /* no JPEG, PNG or WebP, or damaged: out is as it was */
};
/* Append the cleaned picture to `out`. */
enum photo_result photo_clean(struct buf *out, const void *bytes, size_t len);

#endif
