/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_ERR_H
#define PLATFORM_MACHINE_ERR_H
/*
 * err: what went wrong, where, and what to do next.
 *
 * A failure of the world is a false return and a filled `struct err` on the caller's stack.
 * An answer that a form refuses is not an error but an outcome (forms/engine/session.h).
 * The code says who can mend it; ERR_AUTH never says why.
 * Never put an answer, a key or a passphrase into a message.
 */
#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err_code {
    ERR_NONE,
    ERR_INPUT,  /* the data is wrong: its author can mend it */
    ERR_LIMIT,  /* the data is larger than we accept */
    ERR_ENV,    /* the machine: disk, memory, a missing file */
    ERR_FULL,   /* no space left on the storage */
    ERR_AUTH,   /* a key, a signature, a passphrase; no reason is given */
    ERR_MISUSE, /* the call lacks something: its caller can mend it */
    ERR_CODE_COUNT
};

struct err {
    enum err_code code;
    char where[256]; /* place: file, sheet, row, column; may be empty */
    char what[512];  /* what is wrong */
    char hint[256];  /* the next step; may be empty */
};

/* Fill `err` (may be NULL) and return false, so that callers write `return err_set(...)`.
 * Control characters from outside come out as '?'. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put a place before the one already there ("clinic.xlsx, survey row 14").  Returns false. */
bool err_at(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* State the next step.  Returns false. */
bool err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* One text for people: "place: what" and, on a line of its own, "hint: ...".  Always NUL-ended. */
void err_text(const struct err *err, char *out, size_t size);

/* Exit status of a tool for this error: 1 data, 2 misuse, 3 machine, 4 key. */
int err_exit_status(const struct err *err);

/* Memory for our own needs ran out: every answer is on disk, so say it and end with status 3. */
_Noreturn void err_out_of_memory(void);

#endif
