/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_OLD_DEVICE_H
#define TESTS_LIB_OLD_DEVICE_H
/*
 * old_device: a device as the first formats left it (tests/cases/golden/device-1-*): enrolled, one
 * form; a record that was purged, one that waits, a draft that was discarded, one that is open with
 * three events, the last of 5,000 letters x.
 */
#include "tests/lib/custody.h"

static const uint8_t old_first[16] = {0xA1, 1}, old_second[16] = {0xA2, 2};
enum { OLD_LONG = 5000 };

/* Into the study's folder "device"; false: the golden files are not there. */
bool old_device(struct study *s);

/* Is all of it there, on an open device?  NULL, or what is not. */
const char *old_whole(struct device *d);

#endif
