/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_WRITER_H
#define APP_INTERVIEW_WRITER_H
/*
 * writer: the only thread that uses the device (vault and store).
 *
 * The screen posts an event and shows the answer at once. Before it shows the next question, it
 * waits for the event's ticket: the row is then on disk.
 */
#include "platform/custody/device.h"

struct writer;

typedef bool writer_job(struct device *device, void *arg, struct err *err);

struct writer *writer_new(struct device *device); /* takes ownership of the device */
/* Finishes what was posted, stops the thread and gives the device back. */
struct device *writer_free(struct writer *writer);

/* Run a job on the thread and wait for it. */
MUST_CHECK bool writer_call(struct writer *writer, writer_job *job, void *arg, struct err *err);

/* The same without waiting. The writer's on_done callback reports the end; writer_end waits
 * for it, frees `pending` and returns the result. Jobs run one after another. `arg` must stay valid
 * until then. */
struct writer_pending;
struct writer_pending *writer_begin(struct writer *writer, writer_job *job, void *arg);
bool writer_is_done(struct writer *writer, const struct writer_pending *pending);
MUST_CHECK bool writer_end(struct writer *writer, struct writer_pending *pending, struct err *err);

/* Sets the draft that posted events go to. Allowed only while no call is pending. */
void writer_draft(struct writer *writer, const struct device_draft *draft);
struct device_draft writer_draft_now(struct writer *writer);
/* Posts one event (copied, later wiped). Never waits. Returns a ticket for writer_wait. */
uint64_t writer_post(struct writer *writer, const void *event, size_t len);
/* After a failure: waits for the queue, then tries the failed events once more, in order. */
void writer_retry(struct writer *writer);
/* Waits until the ticket's event is durable, or any posted event could not be written (false, and
 * `err` says why). */
MUST_CHECK bool writer_wait(struct writer *writer, uint64_t ticket, struct err *err);
/* The same for at most `ms`. WRITER_BUSY: not durable yet; the callback set by writer_when
 * is called once it is. */
enum writer_state { WRITER_DONE, WRITER_BUSY, WRITER_FAILED };
enum writer_state writer_wait_for(struct writer *writer, uint64_t ticket, int ms, struct err *err);
/* Called on the writer's thread when a job has ended, and when a ticket becomes durable
 * after WRITER_BUSY. */
typedef void writer_on_done(void *user);
void writer_when(struct writer *writer, writer_on_done *on_done, void *user);
/* When the last posted event was written, or failed, monotonic µs; 0 = not yet. */
int64_t writer_durable_us(struct writer *writer);

#endif
