/* SPDX-License-Identifier: Apache-2.0 */
/* A box to tick: the acknowledgement of a text. */
#include <string.h>

#include "app/questions/question.h"

static void draw(struct app *app, struct node *node)
{
    bool on = strcmp(tree_value(node), "OK") == 0;
    if (ui_choice(&app->ui, question_part(app, node, "choice", "OK"),
                  ui_str(&app->ui, S_acknowledge), on, true)) {
        question_tap(app, node, "OK");
    }
}

static bool matches(const struct node *node)
{
    return node->item->control->kind == CONTROL_TRIGGER;
}

static const char *value(struct app *app, struct node *node)
{
    return *tree_value(node) ? ui_str(&app->ui, S_acknowledged) : NULL;
}

const struct question_kind kind_trigger = {.name = "trigger",
                                           .matches = matches,
                                           .draw = draw,
                                           .value = value,
                                           .commit = question_no_commit,
                                           .keep = question_nothing,
                                           .rest = question_no_rest,
                                           .is_half = question_no_half,
                                           .between = question_nothing,
                                           .leave = question_nothing,
                                           .forget = question_nothing,
                                           .roles = 1u << ROLE_CHOICE};
