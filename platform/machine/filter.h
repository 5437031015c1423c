/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FILTER_H
#define PLATFORM_MACHINE_FILTER_H
/*
 * filter: somebody's own program that reads its standard input and writes its standard output.
 *
 * No shell runs it, nothing of what it reads or writes is kept on disk, and no open file of ours
 * reaches it.  What it says on its standard error goes where ours goes.
 */
#include "platform/machine/text.h"

struct filter;

/* Starts a command: words with spaces between them; '…' or "…" around a word with spaces.
 * `max`: bytes that it may write.  ERR_MISUSE: no such command can be run. */
MUST_CHECK bool filter_begin(struct filter **filter, const char *command, size_t max,
                             struct err *err);
/* Gives it bytes, and takes meanwhile what it writes.  One that has stopped reading is no error.
 * ERR_LIMIT: it writes too much. */
MUST_CHECK bool filter_put(struct filter *filter, const void *bytes, size_t len, struct err *err);
/* Ends its input, waits for its end, and appends what it wrote to `out`.  ERR_ENV: it failed, or
 * was killed. */
MUST_CHECK bool filter_end(struct filter *filter, struct buf *out, struct err *err);
/* Frees it, also NULL; one that still runs is killed. */
void filter_free(struct filter *filter);

#endif
