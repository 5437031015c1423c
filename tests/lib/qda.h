/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_QDA_H
#define TESTS_LIB_QDA_H
/* qda: what REFI-QDA's own schema says of a project. */
#include "tests/lib/help.h"

/* Fails if the project.qde is not valid; without the schema (../shared) nothing is checked. */
void qda_validates(const struct buf *project);

#endif
