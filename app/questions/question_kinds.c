/* SPDX-License-Identifier: Apache-2.0 */
/* The table of question kinds, and their states. */
#include <assert.h>
#include <stdlib.h>

#include "app/questions/question.h"
#include "platform/machine/secret.h"

extern const struct question_kind kind_drawing, kind_audio, kind_file, kind_choice, kind_rank,
    kind_trigger, kind_range, kind_date, kind_time, kind_moment, kind_text;

static const struct question_kind *const rows[] = {
    [KIND_DRAWING] = &kind_drawing, [KIND_AUDIO] = &kind_audio, [KIND_FILE] = &kind_file,
    [KIND_CHOICE] = &kind_choice,   [KIND_RANK] = &kind_rank,   [KIND_TRIGGER] = &kind_trigger,
    [KIND_RANGE] = &kind_range,     [KIND_DATE] = &kind_date,   [KIND_TIME] = &kind_time,
    [KIND_MOMENT] = &kind_moment,   [KIND_TEXT] = &kind_text};
static_assert(sizeof rows / sizeof *rows == KIND_COUNT, "a row for each kind");

void questions_begin(struct app *app)
{
    assert(!app->kinds);
    app->kinds = mem_zero(1, sizeof *app->kinds);
    app->kinds->rows = rows;
    for (int k = 0; k < KIND_COUNT; k++) {
        app->kinds->states[k] = rows[k]->state_size ? mem_zero(1, rows[k]->state_size) : NULL;
    }
}

void questions_end(struct app *app)
{
    if (!app->kinds) {
        return;
    }
    questions_forget(app);
    questions_between(app); /* frees what was forgotten */
    for (int k = 0; k < KIND_COUNT; k++) {
        if (app->kinds->states[k]) {
            secret_wipe(app->kinds->states[k], rows[k]->state_size);
            free(app->kinds->states[k]);
        }
    }
    free(app->kinds);
    app->kinds = NULL;
}
