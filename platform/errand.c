/* SPDX-License-Identifier: Apache-2.0 */
/* How is a stick read that may never answer? */
#include "platform/errand.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "platform/arena.h"

struct errand {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    errand_work *work;
    void *matter;
    errand_drop *drop;
    errand_news *news;
    void *user;
    bool done, left, ok, awaited;
    struct err err;
};

static void gone(struct errand *e)
{
    pthread_cond_destroy(&e->finished);
    pthread_mutex_destroy(&e->mutex);
    free(e);
}

static void *run(void *arg)
{
    struct errand *e = arg;
    bool ok = e->work(e->matter, &e->err);
    pthread_mutex_lock(&e->mutex);
    bool left = e->left;
    e->ok = ok;
    e->done = true;
    if (!left) {
        pthread_cond_broadcast(&e->finished);
        if (e->awaited) {
            e->news(e->user);
        }
    }
    pthread_mutex_unlock(&e->mutex);
    if (left) {
        e->drop(e->matter);
        gone(e);
    }
    return NULL;
}

struct errand *errand_begin(errand_work *work, void *matter, errand_drop *drop, errand_news *news,
                            void *user)
{
    struct errand *e = mem_zero(1, sizeof *e);
    pthread_condattr_t clock;
    pthread_attr_t attr;
    pthread_t thread;
    e->work = work;
    e->matter = matter;
    e->drop = drop;
    e->news = news;
    e->user = user;
    pthread_mutex_init(&e->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&e->finished, &clock);
    pthread_condattr_destroy(&clock);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, run, e) != 0) { /* no thread to be had: then here */
        run(e);
    }
    pthread_attr_destroy(&attr);
    return e;
}

bool errand_wait(struct errand *e, int ms)
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

bool errand_end(struct errand *e, void **matter, struct err *err)
{
    bool ok = e->ok;
    *matter = e->matter;
    if (!ok && err) {
        *err = e->err;
    }
    gone(e);
    return ok;
}

void errand_leave(struct errand *e)
{
    pthread_mutex_lock(&e->mutex);
    bool done = e->done;
    e->left = true;
    pthread_mutex_unlock(&e->mutex);
    if (done) {
        e->drop(e->matter);
        gone(e);
    }
}
