/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_CASES_TELL_H
#define TOOLS_DESK_DESK_CASES_TELL_H
/* desk_cases_tell: the cases as text for the coordinator, or as a CSV table. */
#include "tools/desk/desk_cases.h"

/* One line a case; below it, the sides of a conflict with the properties that differ. */
MUST_CHECK bool desk_cases_tell(struct buf *out, struct desk *desk, const struct desk_cases *cases,
                                struct err *err);
/* One row a case: id, list, label, version, changes, device, told, conflict, and all properties. */
void desk_cases_table(struct buf *out, const struct desk_cases *cases);

/* The device with this label, or whose id begins so.  ERR_INPUT: none, or several. */
MUST_CHECK bool desk_device_named(struct desk *desk, const char *name, uint8_t id[16],
                                  struct err *err);

#endif
