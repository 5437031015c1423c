/* SPDX-License-Identifier: Apache-2.0 */
/* Runs espeak-ng. */
#include "platform/machine/speech.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/machine/filter.h"

static const char program[] = "/usr/bin/espeak-ng";
/* Languages whose voices are good enough to be asked questions by. */
static const char *const languages[] = {"ru", "ky"};

bool speech_can(const char *language)
{
    size_t i = 0, count = sizeof languages / sizeof *languages;
    while (i < count && strcmp(languages[i], language) != 0) {
        i++;
    }
    return i < count && access(program, X_OK) == 0;
}

/* A program that writes into a pipe does not know how long the sound will be. */
static void put_lengths(char *wav, size_t len)
{
    enum { RIFF = 8, DATA = 44 };
    const size_t lengths[] = {len - RIFF, len - DATA}, at[] = {4, 40};
    for (size_t i = 0; len > DATA && i < 2; i++) {
        for (size_t b = 0; b < 4; b++) {
            wav[at[i] + b] = (char)(lengths[i] >> (8 * b));
        }
    }
}

bool speech_make(struct buf *wav, const char *language, const char *text, struct err *err)
{
    enum { SOUND_MAX = 32 << 20 }; /* twelve minutes */
    struct filter *f = NULL;
    struct buf out = {0};
    char command[80];
    snprintf(command, sizeof command, "%s --stdin --stdout -v %s -s 145", program, language);
    bool ok = filter_begin(&f, command, SOUND_MAX, err) && filter_put(f, text, strlen(text), err) &&
              filter_end(f, &out, err);
    filter_free(f);
    if (ok) {
        put_lengths(out.data ? out.data : command, out.len);
        buf_add(wav, out.data ? out.data : "", out.len);
    }
    buf_fini(&out);
    return ok;
}
