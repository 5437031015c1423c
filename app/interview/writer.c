/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's thread: runs jobs on the device and makes events durable, in order. */
#include "app/interview/writer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/machine/secret.h"

struct item {
    struct item *next;
    writer_job *job; /* NULL: an event */
    void *arg;
    struct buf event;
    uint64_t ticket;
    bool done, ok;
    bool told; /* a task: report its end */
    struct err err;
};
struct writer_pending {
    struct item item;
};

struct writer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t posted, finished;
    struct item *first, *last;
    struct device *device;
    struct device_draft draft;
    uint64_t next_ticket, done_ticket;
    bool failed, stop, busy;
    struct err err;                /* of the first failed event */
    struct item *held, *held_last; /* failed event and later ones, for a retry */
    int64_t durable_us;
    uint64_t awaited; /* ticket that timed out in writer_wait_for, or 0 */
    writer_on_done *on_done;
    void *user;
};

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void free_event(struct item *item)
{
    buf_fini(&item->event);
    free(item);
}

static void drop_held(struct writer *w)
{
    while (w->held) {
        struct item *item = w->held;
        w->held = item->next;
        free_event(item);
    }
    w->held_last = NULL;
}

/* Keeps a failed event for a retry: a disk may be full only for a moment. */
static void hold(struct writer *w, struct item *item)
{
    assert(!item->job && w->failed);
    item->next = NULL;
    if (w->held_last) {
        w->held_last->next = item;
    } else {
        w->held = item;
    }
    w->held_last = item;
}

static void run(struct writer *w, struct item *item)
{
    if (item->job) {
        enum { STACK_USED = 64 * 1024 };
        item->ok = item->job(w->device, item->arg, &item->err);
        if (item->told) { /* a task: wipe names of files and titles from the stack */
            secret_wipe_stack(STACK_USED);
        }
    } else if (w->failed) {
        item->ok = false; /* no gaps: after a failure nothing more is written */
    } else {
        item->ok = device_draft_append(w->device, &w->draft, item->event.data, item->event.len,
                                       &item->err);
    }
}

static void *work(void *user)
{
    struct writer *w = user;
    pthread_mutex_lock(&w->mutex);
    for (;;) {
        while (!w->first && !w->stop) {
            pthread_cond_wait(&w->posted, &w->mutex);
        }
        if (!w->first) {
            break;
        }
        struct item *item = w->first;
        w->first = item->next;
        if (!w->first) {
            w->last = NULL;
        }
        w->busy = true;
        pthread_mutex_unlock(&w->mutex);
        run(w, item);
        pthread_mutex_lock(&w->mutex);
        w->busy = false;
        item->done = true;
        if (item->told && w->on_done) {
            w->on_done(w->user);
        }
        if (!item->job) {
            if (!item->ok && !w->failed) {
                w->failed = true;
                w->err = item->err;
            }
            w->durable_us = now_us();
            if (item->ok) {
                w->done_ticket = item->ticket;
                free_event(item);
            } else {
                hold(w, item);
            }
        }
        if (w->awaited && (w->failed || w->done_ticket >= w->awaited)) {
            w->awaited = 0;
            if (w->on_done) {
                w->on_done(w->user);
            }
        }
        pthread_cond_broadcast(&w->finished);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

struct writer *writer_new(struct device *device)
{
    struct writer *w = mem_zero(1, sizeof *w);
    w->device = device;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->posted, NULL);
    pthread_cond_init(&w->finished, NULL);
    if (pthread_create(&w->thread, NULL, work, w) != 0) {
        err_out_of_memory();
    }
    return w;
}

struct device *writer_free(struct writer *w)
{
    if (!w) {
        return NULL;
    }
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    pthread_cond_signal(&w->posted);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->posted);
    pthread_cond_destroy(&w->finished);
    pthread_mutex_destroy(&w->mutex);
    struct device *device = w->device;
    drop_held(w);
    free(w);
    return device;
}

static void push(struct writer *w, struct item *item)
{
    if (w->last) {
        w->last->next = item;
    } else {
        w->first = item;
    }
    w->last = item;
    pthread_cond_signal(&w->posted);
}

bool writer_call(struct writer *w, writer_job *job, void *arg, struct err *err)
{
    struct item item = {.job = job, .arg = arg};
    pthread_mutex_lock(&w->mutex);
    push(w, &item);
    while (!item.done) {
        pthread_cond_wait(&w->finished, &w->mutex);
    }
    pthread_mutex_unlock(&w->mutex);
    if (!item.ok && err) {
        *err = item.err;
    }
    return item.ok;
}

struct writer_pending *writer_begin(struct writer *w, writer_job *job, void *arg)
{
    struct writer_pending *pending = mem_zero(1, sizeof *pending);
    pending->item = (struct item){.job = job, .arg = arg, .told = true};
    pthread_mutex_lock(&w->mutex);
    push(w, &pending->item);
    pthread_mutex_unlock(&w->mutex);
    return pending;
}

bool writer_is_done(struct writer *w, const struct writer_pending *pending)
{
    pthread_mutex_lock(&w->mutex);
    bool done = pending->item.done;
    pthread_mutex_unlock(&w->mutex);
    return done;
}

bool writer_end(struct writer *w, struct writer_pending *pending, struct err *err)
{
    assert(pending->item.told);
    pthread_mutex_lock(&w->mutex);
    while (!pending->item.done) {
        pthread_cond_wait(&w->finished, &w->mutex);
    }
    pthread_mutex_unlock(&w->mutex);
    bool ok = pending->item.ok;
    if (!ok && err) {
        *err = pending->item.err;
    }
    secret_wipe(&pending->item.err, sizeof pending->item.err); /* it may name a file */
    free(pending);
    return ok;
}

void writer_draft(struct writer *w, const struct device_draft *draft)
{
    pthread_mutex_lock(&w->mutex);
    w->draft = *draft;
    drop_held(w);
    w->failed = false;
    w->done_ticket = w->next_ticket;
    pthread_mutex_unlock(&w->mutex);
}

struct device_draft writer_draft_now(struct writer *w)
{
    pthread_mutex_lock(&w->mutex);
    struct device_draft draft = w->draft;
    pthread_mutex_unlock(&w->mutex);
    return draft;
}

uint64_t writer_post(struct writer *w, const void *event, size_t len)
{
    struct item *item = mem_zero(1, sizeof *item);
    buf_add(&item->event, event, len);
    pthread_mutex_lock(&w->mutex);
    uint64_t ticket = item->ticket = ++w->next_ticket;
    w->durable_us = 0;
    push(w, item);
    pthread_mutex_unlock(&w->mutex);
    return ticket;
}

void writer_retry(struct writer *w)
{
    pthread_mutex_lock(&w->mutex);
    while (w->failed && (w->first || w->busy)) { /* until all failed events are held, in order */
        pthread_cond_wait(&w->finished, &w->mutex);
    }
    if (w->held && w->failed) {
        w->failed = false;
        w->first = w->held;
        w->last = w->held_last;
        w->held = w->held_last = NULL;
        pthread_cond_signal(&w->posted);
    }
    pthread_mutex_unlock(&w->mutex);
}

bool writer_wait(struct writer *w, uint64_t ticket, struct err *err)
{
    pthread_mutex_lock(&w->mutex);
    assert(ticket <= w->next_ticket);
    while (w->done_ticket < ticket && !w->failed) {
        pthread_cond_wait(&w->finished, &w->mutex);
    }
    bool ok = !w->failed;
    if (!ok && err) {
        *err = w->err;
    }
    pthread_mutex_unlock(&w->mutex);
    return ok;
}

enum writer_state writer_wait_for(struct writer *w, uint64_t ticket, int ms, struct err *err)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&w->mutex);
    assert(ticket <= w->next_ticket);
    bool late = false;
    while (w->done_ticket < ticket && !w->failed && !late) {
        late = pthread_cond_clockwait(&w->finished, &w->mutex, CLOCK_MONOTONIC, &until) != 0;
    }
    enum writer_state state = w->failed                 ? WRITER_FAILED
                              : w->done_ticket < ticket ? WRITER_BUSY
                                                        : WRITER_DONE;
    if (state == WRITER_BUSY) {
        w->awaited = ticket;
    } else if (state == WRITER_FAILED && err) {
        *err = w->err;
    }
    pthread_mutex_unlock(&w->mutex);
    return state;
}

void writer_when(struct writer *w, writer_on_done *on_done, void *user)
{
    pthread_mutex_lock(&w->mutex);
    w->on_done = on_done;
    w->user = user;
    pthread_mutex_unlock(&w->mutex);
}

int64_t writer_durable_us(struct writer *w)
{
    pthread_mutex_lock(&w->mutex);
    int64_t at = w->durable_us;
    pthread_mutex_unlock(&w->mutex);
    return at;
}
