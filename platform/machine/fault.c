/* SPDX-License-Identifier: Apache-2.0 */
/* Counts system operations and makes one of them fail, in tests. */
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
typedef int fault_is_for_tests; /* ISO C requires a declaration */
#endif
