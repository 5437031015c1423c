/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_MATRIX_H
#define APP_SCREENS_MATRIX_H
/* matrix: what this interview rated, as one matrix: the expert sees it before the interview is
 * sealed. */
#include "app/shell/app.h"

/* Draws a matrix for each pair of lists that groups with the appearance risk-matrix have; nothing
 * if none was answered. */
void matrix_show(struct app *app);

#endif
