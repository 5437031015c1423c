/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SLOW_SCENE_H
#define TESTS_LIB_SLOW_SCENE_H
/* slow_scene: a scene for each test on a disk that can be slowed, broken and stuck; afterwards the
 * disk is mended first, so that closing the scene does not hang. */
#include "tests/lib/slow_disk.h"
#include "tests/lib/scene.h"

int slow_scene_teardown(void **state);
#define SLOW_SCENE_TEST(test)                                                                      \
    cmocka_unit_test_setup_teardown(test, scene_setup, slow_scene_teardown)

#endif
