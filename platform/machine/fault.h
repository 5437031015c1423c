/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FAULT_H
#define PLATFORM_MACHINE_FAULT_H
/* fault: fault injection.  In tests the n-th system operation (a file, a row, a vault slot)
 * fails; in other builds none does. */
#include <stdbool.h>

#ifdef SUHBAT_TEST
/* Make the n-th call from now fail, once; 0 = none. */
void fault_at(unsigned call);
/* Number of calls since fault_at. */
unsigned fault_calls(void);
bool fault_due(void);
#else
static inline bool fault_due(void)
{
    return false;
}
#endif

#endif
