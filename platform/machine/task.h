/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TASK_H
#define PLATFORM_MACHINE_TASK_H
/*
 * task: runs one piece of work on a background thread that can be abandoned.
 *
 * A stick that stops responding blocks its thread in the kernel, and nothing can interrupt
 * that.  So the work uses nothing but its own data (the context), and the caller can stop
 * waiting at any time.
 */
#include <stdbool.h>

#include "platform/machine/err.h"

struct task;

/* The work, on the background thread; it may use nothing but its context. */
typedef bool task_work(void *context, struct err *err);
typedef void task_drop(void *context); /* wipes and frees the context; may run on either thread */
/* Called on the background thread when the work is done, but only if task_wait() timed out and
 * the task was not abandoned.  The task's mutex is held: call no task function here.  May be
 * NULL. */
typedef void task_on_done(void *user);

/* Start the work; never NULL.  The task owns the context.  If no thread can be started, or
 * several abandoned ones still hang, the task fails with ERR_ENV (from task_end).  With `must`
 * that limit does not apply, and if no thread can be started the work runs on the caller's
 * thread. */
struct task *task_begin(task_work *work, void *context, task_drop *drop, task_on_done *on_done,
                        void *user, bool must);
/* Wait up to `ms` for the work to finish; true if it is done. */
bool task_wait(struct task *task, int ms);
/* Collect a finished task: returns its result and hands its context back to the caller, who
 * must free it.  The task is freed. */
MUST_CHECK bool task_end(struct task *task, void **context, struct err *err);
/* Abandon the task: it and its context are freed as soon as the work ends. */
void task_leave(struct task *task);

#endif
