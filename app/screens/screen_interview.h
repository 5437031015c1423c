/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_INTERVIEW_H
#define APP_SCREENS_SCREEN_INTERVIEW_H
/* screen_interview: the page of an interview. */
#include "app/shell/app.h"

void screen_interview(struct app *app);

#endif
