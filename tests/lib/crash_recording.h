/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CRASH_RECORDING_H
#define TESTS_LIB_CRASH_RECORDING_H
/* crash_recording: sound is recorded in three parts, under the lock for one of them, and sealed
 * with its interview; the kill points of help_crash go through all of it. */
#include "tests/lib/study.h"

/* A device with a draft. */
void crash_recording_prepare(struct study *s);
/* In the process that is killed: `ack` says what is done. */
int crash_recording_run(const char *dir, void (*ack)(const char *what));
/* NULL, or what is wrong with what is left. */
const char *crash_recording_judge(struct study *s, const char *acks);

#endif
