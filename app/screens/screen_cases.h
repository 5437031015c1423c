/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_CASES_H
#define APP_SCREENS_SCREEN_CASES_H
/* screen_cases: the cases that the device keeps, the next meeting first; found by code or by
 * how it sounds. */
#include "app/shell/app.h"

struct case_line { /* owned by the state's arena */
    const char *id, *list, *label;
    const char *due; /* "2026-01-12", or "" */
};
struct cases_state {
    struct arena arena; /* everything read; freed, and so wiped, when the screen is left */
    struct case_line *lines;
    size_t count;
};

void screen_cases(struct app *app);
void cases_open(struct app *app);
void cases_close(struct app *app);

#endif
