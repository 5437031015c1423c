/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_DRAW_H
#define APP_QUESTIONS_QUESTION_DRAW_H
/* question_draw: the drawing that is being made. */
#include "app/questions/question.h"

enum { INK_POINTS = 6000 };
struct ink {
    int16_t points[INK_POINTS][2]; /* in 1/10000 of the field's size; x = INT16_MIN: pen up */
    size_t count;
    int w, h;          /* of the field, px */
    struct node *node; /* question whose drawing it is, or NULL */
    bool fresh, wiped; /* not yet the answer; the old drawing was erased */
    int64_t ms;        /* of the last point */
};
struct ink *ink_of(const struct app *app);

#endif
