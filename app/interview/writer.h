/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_WRITER_H
#define APP_INTERVIEW_WRITER_H
/*
 * writer: the one thread that owns the device (vault and store).
 *
 * The screen posts an event and shows the answer at once; before the next question shows it waits
 * for the event's ticket, which is given back when the row is on the medium.
 */
#include "platform/custody/device.h"

struct writer;

typedef bool writer_job(struct device *device, void *arg, struct err *err);

struct writer *writer_new(struct device *device); /* takes the device over */
/* Finish what is posted, stop the thread, give the device back. */
struct device *writer_free(struct writer *writer);

/* Run a job on the thread and wait for it. */
MUST_CHECK bool writer_call(struct writer *writer, writer_job *job, void *arg, struct err *err);

/* The same without waiting: the writer's news tell that it is done, writer_end waits for that and
 * gives the result.  One after another; what `arg` points to stays until then. */
struct writer_pending;
struct writer_pending *writer_begin(struct writer *writer, writer_job *job, void *arg);
bool writer_is_done(struct writer *writer, const struct writer_pending *pending);
MUST_CHECK bool writer_end(struct writer *writer, struct writer_pending *pending, struct err *err);

/* The draft that posted events go to; only between calls. */
void writer_draft(struct writer *writer, const struct device_draft *draft);
struct device_draft writer_draft_now(struct writer *writer);
/* Post one event (copied and wiped); never waits.  The ticket is for writer_wait. */
uint64_t writer_post(struct writer *writer, const void *event, size_t len);
/* After a failure: what the medium did not take is tried once more, in its order. */
void writer_retry(struct writer *writer);
/* Wait until the ticket's event is durable.  False: it is not, and `err` says why. */
MUST_CHECK bool writer_wait(struct writer *writer, uint64_t ticket, struct err *err);
/* The same for at most `ms`.  WRITER_BUSY: not yet; once it is, what writer_when gave is called. */
enum writer_state { WRITER_DONE, WRITER_BUSY, WRITER_FAILED };
enum writer_state writer_wait_for(struct writer *writer, uint64_t ticket, int ms, struct err *err);
/* On the writer's thread, each time that a task is done, or a ticket that kept somebody waiting. */
typedef void writer_on_done(void *user);
void writer_when(struct writer *writer, writer_on_done *on_done, void *user);
/* When (monotonic µs) the last posted event became durable; 0 = not yet. */
int64_t writer_durable_us(struct writer *writer);

#endif
