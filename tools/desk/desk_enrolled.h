/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_ENROLLED_H
#define TOOLS_DESK_DESK_ENROLLED_H
/* desk_enrolled: the devices that suhbat-key enrolled, from STUDY/devices. */
#include "tools/desk/desk_store.h"

/* Adds the devices that the desk does not know, with the labels beside their files; labels of the
 * others are set anew.  *added is increased by their number. */
MUST_CHECK bool desk_add_devices(struct desk *desk, const char *folder, unsigned *added,
                                 struct err *err);

#endif
