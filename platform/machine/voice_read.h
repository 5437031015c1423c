/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_VOICE_READ_H
#define PLATFORM_MACHINE_VOICE_READ_H
/*
 * voice_read: decodes Opus in Ogg pages (RFC 7845), piece by piece, to mono samples.
 *
 * Pages tell their time.  Where some are missing there is silence of the same length, so that each
 * sample stands at its time.
 */
#include "platform/machine/text.h"

enum { VOICE_READ_RATE = 16000, VOICE_READ_HOURS = 24 };

struct voice_reader;
/* Called with samples, VOICE_READ_RATE a second, in order. */
typedef bool voice_samples(void *user, const int16_t *samples, size_t count, struct err *err);

MUST_CHECK bool voice_read_begin(struct voice_reader **reader, voice_samples *each, void *user,
                                 struct err *err);
/* Takes the next bytes of the file; they may end anywhere, and what is no page is passed over.
 * ERR_INPUT: a packet is damaged; ERR_LIMIT: a page's time is beyond VOICE_READ_HOURS. */
MUST_CHECK bool voice_read_put(struct voice_reader *reader, const void *bytes, size_t len,
                               struct err *err);
/* Fills up with silence until this time. */
MUST_CHECK bool voice_read_fill(struct voice_reader *reader, int64_t ms, struct err *err);
void voice_read_free(struct voice_reader *reader);

#endif
