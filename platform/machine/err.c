/* SPDX-License-Identifier: Apache-2.0 */
/* Fills and formats errors. */
#include "platform/machine/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/text.h"

static void clean(char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20 || c == 0x7f) {
            *s = '?';
        }
    }
}

/* snprintf may cut inside a UTF-8 sequence: drop the broken tail. */
static void mend_tail(char *s, size_t size)
{
    size_t len = strlen(s);
    if (len + 1 < size) {
        return;
    }
    while (len > 0 && ((unsigned char)s[len - 1] & 0xC0) == 0x80) {
        len--;
    }
    if (len > 0 && ((unsigned char)s[len - 1] & 0x80)) {
        len--;
    }
    s[len] = '\0';
}

static void fill(char *out, size_t size, const char *fmt, va_list args)
{
    vsnprintf(out, size, fmt, args);
    mend_tail(out, size);
    clean(out);
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    assert(code > ERR_NONE && code < ERR_CODE_COUNT);
    if (err) {
        va_list args;
        memset(err, 0, sizeof *err);
        err->code = code;
        va_start(args, fmt);
        fill(err->what, sizeof err->what, fmt, args);
        va_end(args);
    }
    return false;
}

bool err_at(struct err *err, const char *fmt, ...)
{
    if (err) {
        char place[sizeof err->where];
        char both[2 * sizeof err->where + 4];
        va_list args;
        va_start(args, fmt);
        fill(place, sizeof place, fmt, args);
        va_end(args);
        snprintf(both, sizeof both, "%s%s%s", place, err->where[0] ? ", " : "", err->where);
        both[sizeof err->where - 1] = '\0';
        memcpy(err->where, both, sizeof err->where);
        mend_tail(err->where, sizeof err->where);
    }
    return false;
}

bool err_hint(struct err *err, const char *fmt, ...)
{
    if (err) {
        va_list args;
        va_start(args, fmt);
        fill(err->hint, sizeof err->hint, fmt, args);
        va_end(args);
    }
    return false;
}

void err_text(const struct err *err, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s%s", err->where, err->where[0] ? ": " : "", err->what,
             err->hint[0] ? "\nhint: " : "", err->hint);
    mend_tail(out, size);
    text_defuse(out); /* it may quote foreign input */
}

int err_exit_status(const struct err *err)
{
    switch (err->code) {
    case ERR_ENV:
    case ERR_FULL:
        return 3;
    case ERR_AUTH:
        return 4;
    case ERR_MISUSE:
        return 2;
    default:
        return 1;
    }
}

_Noreturn void err_out_of_memory(void)
{
    fputs("suhbat: out of memory; every accepted answer is on disk, start the program again\n",
          stderr);
    exit(3);
}
