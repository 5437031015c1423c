/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_ERR_H
#define PLATFORM_MACHINE_ERR_H
/*
 * err: what went wrong, where, and what to do next.
 *
 * A function that can fail returns false and fills a `struct err` on the caller's stack.
 * An answer that a form rejects is not an error but an outcome (forms/engine/session.h).
 * The code says who can fix the problem; ERR_AUTH never says why.
 * Never put an answer, a key or a passphrase into a message.
 */
#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err_code {
    ERR_NONE,
    ERR_INPUT,  /* the data is wrong; its author can fix it */
    ERR_LIMIT,  /* the data is larger than we accept */
    ERR_ENV,    /* the machine: disk, memory, a missing file */
    ERR_FULL,   /* no space left on the storage */
    ERR_AUTH,   /* wrong key, signature or passphrase; no reason is given */
    ERR_MISUSE, /* wrong use of a command or call; the caller can fix it */
    ERR_CODE_COUNT
};

struct err {
    enum err_code code;
    char where[256]; /* file, sheet, row, column; may be empty */
    char what[512];  /* what is wrong */
    char hint[256];  /* the next step; may be empty */
};

/* Fill `err` (may be NULL) and return false, so that callers write `return err_set(...)`.
 * Control characters in the message are replaced by '?'. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Prepend a place to the one already there ("clinic.xlsx, survey row 14").  Returns false. */
bool err_at(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Set the hint: what to do next.  Returns false. */
bool err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The whole error as text: "place: what" and, on a line of its own, "hint: ...".  Always
 * NUL-terminated. */
void err_text(const struct err *err, char *out, size_t size);

/* Exit status of a tool for this error: 1 data, 2 misuse, 3 machine, 4 key. */
int err_exit_status(const struct err *err);

/* Out of memory: print a message and exit with status 3.  No accepted answer is lost; all are
 * on disk. */
_Noreturn void err_out_of_memory(void);

#endif
