/* SPDX-License-Identifier: Apache-2.0 */
/* Runs work on background threads that may hang in the kernel. */
#include "platform/machine/task.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "platform/machine/arena.h"
#include "platform/machine/secret.h"

struct task {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    task_work *work;
    void *context;
    task_drop *drop;
    task_on_done *on_done;
    void *user;
    bool done, left, ok, awaited, must;
    struct err err;
};

/* Maximum number of abandoned threads that still hang; beyond it, new tasks are refused.
 * STACK_USED: bytes of stack wiped after the work. */
enum { LEFT_MAX = 3, STACK_USED = 128 * 1024 };
static atomic_uint left_alive;

static void gone(struct task *e)
{
    pthread_cond_destroy(&e->finished);
    pthread_mutex_destroy(&e->mutex);
    secret_wipe(&e->err, sizeof e->err); /* it contains a file name */
    free(e);
}

/* Run the work, then wipe the stack, which is reused by the next thread: it may hold names and
 * file contents. */
static bool work_and_wipe(struct task *e)
{
    bool ok = e->work(e->context, &e->err);
    secret_wipe_stack(STACK_USED);
    return ok;
}

static void *run(void *arg)
{
    struct task *e = arg;
    bool ok = work_and_wipe(e);
    pthread_mutex_lock(&e->mutex);
    bool left = e->left;
    e->ok = ok;
    e->done = true;
    if (!left) {
        pthread_cond_broadcast(&e->finished);
        if (e->awaited && e->on_done) {
            e->on_done(e->user);
        }
    }
    pthread_mutex_unlock(&e->mutex);
    if (left) {
        e->drop(e->context);
        atomic_fetch_sub(&left_alive, !e->must);
        gone(e);
    }
    return NULL;
}

static bool refuse(void *context, struct err *err)
{
    (void)context;
    err_set(err, ERR_ENV, "too many media do not answer");
    return err_hint(err, "pull them out, or start the device anew");
}

struct task *task_begin(task_work *work, void *context, task_drop *drop, task_on_done *on_done,
                        void *user, bool must)
{
    assert(work && drop); /* a context that is left must be freed by somebody */
    struct task *e = mem_zero(1, sizeof *e);
    pthread_condattr_t clock;
    pthread_attr_t attr;
    pthread_t thread;
    e->work = work;
    e->context = context;
    e->drop = drop;
    e->on_done = on_done;
    e->user = user;
    e->must = must;
    pthread_mutex_init(&e->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&e->finished, &clock);
    pthread_condattr_destroy(&clock);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    bool many = !must && atomic_load(&left_alive) >= LEFT_MAX;
    if (many || pthread_create(&thread, &attr, run, e) != 0) {
        e->work = must ? work : refuse; /* run on the caller's thread */
        run(e);
    }
    pthread_attr_destroy(&attr);
    return e;
}

bool task_wait(struct task *e, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_mutex_lock(&e->mutex);
    while (!e->done && pthread_cond_timedwait(&e->finished, &e->mutex, &until) == 0) {
    }
    bool done = e->done;
    e->awaited = !done;
    pthread_mutex_unlock(&e->mutex);
    return done;
}

bool task_end(struct task *e, void **context, struct err *err)
{
    assert(e->done && !e->left); /* nobody else owns the context */
    bool ok = e->ok;
    *context = e->context;
    if (!ok && err) {
        *err = e->err;
    }
    gone(e);
    return ok;
}

void task_leave(struct task *e)
{
    pthread_mutex_lock(&e->mutex);
    bool done = e->done;
    e->left = true;
    atomic_fetch_add(&left_alive, !done && !e->must);
    pthread_mutex_unlock(&e->mutex);
    if (done) {
        e->drop(e->context);
        gone(e);
    }
}
