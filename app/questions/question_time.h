/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_QUESTIONS_QUESTION_TIME_H
#define APP_QUESTIONS_QUESTION_TIME_H
/* question_time: the calendar that was turned to another month. */
#include "app/questions/question.h"

struct calendar {
    const struct node *dated; /* question whose calendar shows another month: */
    int month_shown, year_shown;
    const struct node *picks_year; /* question whose calendar offers years */
};
struct calendar *calendar_of(const struct app *app);

#endif
