/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_SPEECH_H
#define PLATFORM_MACHINE_SPEECH_H
/*
 * speech: lets espeak-ng, if it is installed, speak a text.
 *
 * It is a process of its own: the text goes to it by a pipe, the sound comes back by a pipe, and
 * neither stands in its arguments or in a file.
 */
#include "platform/machine/text.h"

/* Whether there is a voice for a language ("ru", "ky") on this machine. */
bool speech_can(const char *language);
/* Appends the text as a WAV file.  ERR_ENV: espeak-ng failed; ERR_LIMIT: the text is too long. */
MUST_CHECK bool speech_make(struct buf *wav, const char *language, const char *text,
                            struct err *err);

#endif
