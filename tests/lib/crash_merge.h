/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CRASH_MERGE_H
#define TESTS_LIB_CRASH_MERGE_H
/* crash_merge: a desk that takes over another, to be killed at any write. */
#include "tests/lib/study.h"

/* Two desks in the study's folder: `desk` has one record; `other` has two, has reviewed and coded
 * one of them, and knows that the first was withdrawn. */
void crash_merge_prepare(struct study *s);
/* The merge in `dir`; `ack` is told of each thing that is done.  0, or the exit status. */
int crash_merge_run(const char *dir, void (*ack)(const char *what));
/* What does not hold after a death, or NULL.  `acks`: what was acknowledged, one a line. */
const char *crash_merge_judge(struct study *s, const char *acks);

#endif
