/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CRASH_DESK_H
#define TESTS_LIB_CRASH_DESK_H
/* crash_desk: a coordinator's day, to be killed at any write: import, review, withdraw, back up. */
#include "tests/lib/study.h"

/* A desk, a batch of two records for it, and what the day needs, in the study's folder. */
void crash_desk_prepare(struct study *s);
/* The day at the desk in `dir`; `ack` is told of each thing that is done.  0, or the exit status.
 */
int crash_desk_run(const char *dir, void (*ack)(const char *what));
/* What does not hold after a death, or NULL.  `acks`: what was acknowledged, one a line. */
const char *crash_desk_judge(struct study *s, const char *acks);

#endif
