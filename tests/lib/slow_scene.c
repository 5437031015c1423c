/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/slow_scene.h"

int slow_scene_teardown(void **state)
{
    return slow_disk_mend(state) | scene_teardown(state);
}
