/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all screens. */
#include "app/screens/screens.h"

#include <assert.h>

#include "app/screens/screen_cases.h"
#include "app/screens/screen_exchange.h"
#include "app/screens/screen_finish.h"
#include "app/screens/screen_first.h"
#include "app/screens/screen_home.h"
#include "app/screens/screen_interview.h"
#include "app/screens/screen_load.h"
#include "app/screens/screen_machine.h"
#include "app/screens/screen_outline.h"
#include "app/screens/screen_pin.h"
#include "app/screens/screen_respondent.h"
#include "app/screens/screen_settings.h"
#include "app/screens/screen_travel.h"
#include "app/screens/screen_unlock.h"
#include "app/shell/tasks.h"

enum { IDLE_MS = 2 * 60 * 1000 };

static void load_home(struct app *app)
{
    app_about_no_case(app);
    (void)app_load_home(app); /* a failure is shown on the page */
}

static void find_invitations(struct app *app)
{
    app_find_media(app, ".sbi");
}

/* A row of the first run: they share what is being entered. */
#define FIRST(label, opens)                                                                        \
    {                                                                                              \
        .name = label, .state_size = sizeof(struct first_state), .family = SCREEN_FIRST_LANGUAGE,  \
        .open = opens, .build = screen_first, .close = first_close, .respondent = true             \
    }

const struct screen_row screen_rows[SCREEN_COUNT] = {
    [SCREEN_FIRST_LANGUAGE] = FIRST("first-language", NULL),
    [SCREEN_FIRST_INVITE] = FIRST("first-invite", find_invitations),
    [SCREEN_FIRST_WORDS] = FIRST("first-words", NULL),
    [SCREEN_FIRST_PASS] = FIRST("first-pass", NULL),
    [SCREEN_FIRST_REPEAT] = FIRST("first-repeat", NULL),
    [SCREEN_FIRST_REQUEST] = FIRST("first-request", NULL),
    [SCREEN_TRAVEL] = {.name = "travel",
                       .state_size = sizeof(struct travel_state),
                       .family = SCREEN_TRAVEL,
                       .build = screen_travel,
                       .close = travel_close,
                       .respondent = true},
    [SCREEN_UNLOCK] = {.name = "unlock",
                       .state_size = sizeof(struct unlock_state),
                       .family = SCREEN_UNLOCK,
                       .build = screen_unlock,
                       .respondent = true},
    [SCREEN_HOME] = {.name = "home",
                     .family = SCREEN_HOME,
                     .open = load_home,
                     .build = screen_home,
                     .idle_ms = IDLE_MS},
    [SCREEN_FORMS] = {.name = "forms",
                      .family = SCREEN_FORMS,
                      .build = screen_forms,
                      .idle_ms = IDLE_MS},
    [SCREEN_CASES] = {.name = "cases",
                      .state_size = sizeof(struct cases_state),
                      .family = SCREEN_CASES,
                      .open = cases_open,
                      .build = screen_cases,
                      .close = cases_close,
                      .idle_ms = IDLE_MS},
    [SCREEN_INTERVIEW] = {.name = "interview",
                          .family = SCREEN_INTERVIEW,
                          .build = screen_interview,
                          .idle_ms = IDLE_MS,
                          .respondent = true},
    [SCREEN_OUTLINE] = {.name = "outline",
                        .family = SCREEN_OUTLINE,
                        .build = screen_outline,
                        .idle_ms = IDLE_MS},
    [SCREEN_FINISH] = {.name = "finish",
                       .family = SCREEN_FINISH,
                       .build = screen_finish,
                       .idle_ms = IDLE_MS},
    [SCREEN_SEALED] = {.name = "sealed",
                       .family = SCREEN_SEALED,
                       .build = screen_sealed,
                       .idle_ms = IDLE_MS},
    [SCREEN_HAND_OVER] = {.name = "hand-over",
                          .family = SCREEN_HAND_OVER,
                          .open = hand_over_open,
                          .build = screen_hand_over,
                          .idle_ms = IDLE_MS},
    [SCREEN_LOAD] = {.name = "load",
                     .family = SCREEN_LOAD,
                     .open = load_open,
                     .build = screen_load,
                     .close = load_close,
                     .idle_ms = IDLE_MS},
    [SCREEN_SETTINGS] = {.name = "settings",
                         .family = SCREEN_SETTINGS,
                         .build = screen_settings,
                         .idle_ms = IDLE_MS},
    [SCREEN_PIN] = {.name = "pin",
                    .state_size = sizeof(struct pin_state),
                    .family = SCREEN_PIN,
                    .open = pin_open,
                    .build = screen_pin,
                    .idle_ms = IDLE_MS},
    [SCREEN_HAND] = {.name = "hand",
                     .family = SCREEN_HAND,
                     .build = screen_hand,
                     .idle_ms = IDLE_MS},
    [SCREEN_RETURN] = {.name = "return",
                       .family = SCREEN_RETURN,
                       .build = screen_return,
                       .idle_ms = IDLE_MS,
                       .respondent = true},
    [SCREEN_MACHINE] = {.name = "machine",
                        .state_size = sizeof(struct machine_state),
                        .family = SCREEN_MACHINE,
                        .open = machine_open,
                        .build = screen_machine,
                        .idle_ms = IDLE_MS}};
