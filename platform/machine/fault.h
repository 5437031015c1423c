/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FAULT_H
#define PLATFORM_MACHINE_FAULT_H
/* fault: in tests, the machine fails at its n-th call (a file, a row, a slot of the vault); nowhere
 * else. */
#include <stdbool.h>

#ifdef SUHBAT_TEST
/* The n-th call from now on fails, once; 0: none does. */
void fault_at(unsigned call);
/* How many there were since fault_at. */
unsigned fault_calls(void);
bool fault_due(void);
#else
static inline bool fault_due(void)
{
    return false;
}
#endif

#endif
