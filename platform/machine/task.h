/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TASK_H
#define PLATFORM_MACHINE_TASK_H
/*
 * task: one piece of work on a thread of its own, that may be left behind.
 *
 * A stick that does not answer holds a thread in the kernel, and nothing ends that.  So whatever
 * the work touches is its own (its context), and whoever sent it goes on when he likes.
 */
#include <stdbool.h>

#include "platform/machine/err.h"

struct task;

/* On the task's thread; nothing but the context is touched. */
typedef bool task_work(void *context, struct err *err);
typedef void task_drop(void *context); /* wipes and frees it; on whichever thread was last */
/* On the task's thread: it is done.  Only for who has waited in vain, and has not left it.  NULL:
 * nobody wants to hear. */
typedef void task_on_done(void *user);

/* Takes the context over.  Where no thread is to be had, or several that were left still hang, it
 * fails (ERR_ENV); but what `must` be done is done here then. */
struct task *task_begin(task_work *work, void *context, task_drop *drop, task_on_done *on_done,
                        void *user, bool must);
/* Is it done, now or within so many ms? */
bool task_wait(struct task *task, int ms);
/* Of one that is done: its context, now the caller's to drop; the task is gone. */
MUST_CHECK bool task_end(struct task *task, void **context, struct err *err);
/* Nobody waits for it any more: it goes, with its context, as soon as the medium lets it. */
void task_leave(struct task *task);

#endif
