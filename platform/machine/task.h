/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TASK_H
#define PLATFORM_MACHINE_TASK_H
/*
 * errand: one piece of work on a thread of its own, that may be left behind.
 *
 * A stick that does not answer holds a thread in the kernel, and nothing ends that.  So whatever
 * the work touches is its own (its matter), and whoever sent it goes on when he likes.
 */
#include <stdbool.h>

#include "platform/machine/err.h"

struct errand;

/* On the errand's thread; nothing but the matter is touched. */
typedef bool errand_work(void *matter, struct err *err);
typedef void errand_drop(void *matter); /* wipes and frees it; on whichever thread was last */
/* On the errand's thread: it is done.  Only for who has waited in vain, and has not left it.  NULL:
 * nobody wants to hear. */
typedef void errand_news(void *user);

/* Takes the matter over.  Where no thread is to be had, or several that were left still hang, it
 * fails (ERR_ENV); but what `must` be done is done here then. */
struct errand *errand_begin(errand_work *work, void *matter, errand_drop *drop, errand_news *news,
                            void *user, bool must);
/* Is it done, now or within so many ms? */
bool errand_wait(struct errand *errand, int ms);
/* Of one that is done: its matter, now the caller's to drop; the errand is gone. */
MUST_CHECK bool errand_end(struct errand *errand, void **matter, struct err *err);
/* Nobody waits for it any more: it goes, with its matter, as soon as the medium lets it. */
void errand_leave(struct errand *errand);

#endif
