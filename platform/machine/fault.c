/* SPDX-License-Identifier: Apache-2.0 */
/* What if the machine fails just here? */
#include "platform/machine/fault.h"

#ifdef SUHBAT_TEST
#include <stdatomic.h>

static atomic_uint due, calls;

void fault_at(unsigned call)
{
    due = call;
    calls = 0;
}

unsigned fault_calls(void)
{
    return calls;
}

bool fault_due(void)
{
    return ++calls == due;
}
#else
typedef int fault_is_for_tests; /* a file holds something */
#endif
