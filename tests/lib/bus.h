/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_BUS_H
#define TESTS_LIB_BUS_H
/* bus: a system bus of our own, for stand-ins of logind, UDisks2 and timedated. */
#include <systemd/sd-bus.h>

#include "tests/lib/help.h"

void bus_stop(void);
bool no_bus(void);

/* All tests, and nothing is left in /tmp. */
int bus_tests_run(const char *name, const struct CMUnitTest *tests, size_t count);
#define bus_tests(tests, count) bus_tests_run(#tests, tests, count)

#endif
