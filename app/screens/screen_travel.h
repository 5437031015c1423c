/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCREENS_SCREEN_TRAVEL_H
#define APP_SCREENS_SCREEN_TRAVEL_H
/* screen_travel: the travel lock. */
#include "app/shell/app.h"

enum travel_step { TRAVEL_START, TRAVEL_CHOOSE, TRAVEL_REPEAT, TRAVEL_SEND, TRAVEL_OPEN };
struct travel_state {
    enum travel_step step;
    bool again; /* no answer fits this passphrase: its words and request can be shown again */
    bool show_pass;
    char suggested[64]; /* passphrase */
    char words[64];     /* of the request */
    struct buf request;
};
void screen_travel(struct app *app);
void travel_close(struct app *app);
void travel_sheet(struct app *app);
/* After a long idle time, travel pages that show secrets go back to their first step. */
bool travel_shows_secrets(const struct app *app);
void travel_put_away(struct app *app);

#endif
