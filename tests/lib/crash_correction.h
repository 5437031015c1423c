/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CRASH_CORRECTION_H
#define TESTS_LIB_CRASH_CORRECTION_H
/* crash_correction: a record comes back, is corrected and sealed, and then its person withdraws;
 * the kill points of help_crash go through all of it. */
#include "tests/lib/study.h"

/* A device with a sealed record of the form; two sticks: the record sent back, the withdrawal.
 * `hash`: of the form's package on it. */
void crash_correction_prepare(struct study *s);
/* In the process that is killed: `ack` says what is done. */
int crash_correction_run(const char *dir, void (*ack)(const char *what));
/* NULL, or what is wrong with what is left. */
const char *crash_correction_judge(struct study *s, const char *acks);

#endif
