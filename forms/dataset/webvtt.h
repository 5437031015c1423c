/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMS_DATASET_WEBVTT_H
#define FORMS_DATASET_WEBVTT_H
/*
 * webvtt: what was said in a recording, piece by piece, as WebVTT (W3C), or as recognisers print
 * it.
 */
#include "forms/dataset/dataset.h"
#include "platform/machine/arena.h"

/* Reads WebVTT, or SubRip; lines as "[00:00:01.000 --> 00:00:04.000]  text", as whisper.cpp prints
 * them; or a plain text, which becomes one piece from 0 to `length_ms`.  A piece has its times and
 * its text in one line; the speaker, if a voice is named (<v NAME>).  Without any text: no pieces.
 * ERR_INPUT: it is no UTF-8, or a line's times are none. */
MUST_CHECK bool webvtt_read(const struct dataset_said **list, size_t *count, struct arena *arena,
                            const char *text, size_t len, int64_t length_ms, struct err *err);
/* Appends them as WebVTT. */
void webvtt_put(struct buf *out, const struct dataset_said *list, size_t count);
/* Appends a time: "01:02:03.456". */
void webvtt_put_time(struct buf *out, int64_t ms);

#endif
