/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_LINT_H
#define TESTS_LIB_LINT_H
/* lint: what a picture owes its user, read off the draw list and the targets.  Measures in px. */
#include "tests/lib/scene.h"

enum { LINT_TARGET_DP = 48, LINT_MAIN_DP = 56, LINT_SLACK = 2 };

struct lint {
    const char *name; /* of the picture, for messages */
    unsigned faults, told;
    bool typed; /* somebody has typed what he liked */
    FILE *out;
};
void lint_texts(struct lint *l, const struct ui *ui);
void lint_targets(struct lint *l, const struct ui *ui);

/* All of them; returns the faults. */
unsigned lint_all(const struct ui *ui, const char *name, FILE *out);

#endif
