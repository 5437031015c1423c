/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_OFFICE_TOUR_H
#define TESTS_LIB_OFFICE_TOUR_H
/* office_tour: goes through all pages of the coordinator's window. */
#include "tests/lib/office_scene.h"

/* Called on each page; `what` names it: "desk-record". */
typedef void office_tour_page(struct office_scene *s, const char *what);
/* False: a step led nowhere; *failed says which. */
bool office_tour(struct window *window, const struct scene_look *look, office_tour_page *page,
                 const char **failed);

#endif
