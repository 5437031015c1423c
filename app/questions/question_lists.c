/* SPDX-License-Identifier: Apache-2.0 */
/* The choices of a question; long lists are cached between two builds. */
#include "app/questions/question_lists.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/text.h"

struct choice_state *choice_state(const struct app *app)
{
    return question_state(app, KIND_CHOICE);
}

/* Lists this long are cached: gathering 100,000 choices at every key press would be slow. */
enum { KEPT_FROM = 500 };

static bool is_fresh(const struct app *app, const struct long_list *l, const struct node *node)
{
    return l->node == node && strcmp(l->language, session_language(app->interview->session)) == 0 &&
           (l->fixed ||
            (l->ticket == app->interview->ticket && l->minute == clock_mono_ms() / 60000));
}

static bool is_fixed(const struct node *node, const struct choice *choices, size_t count)
{
    bool fixed = session_list_is_fixed(node->item->control);
    for (size_t i = 0; fixed && i < count; i++) {
        fixed = !choices[i].live;
    }
    return fixed;
}

/* Cache slot for a list of this node. NULL: all slots are in use on this page. */
static struct long_list *room_for(struct app *app, const struct node *node)
{
    struct long_list *oldest = NULL;
    for (size_t k = 0; k < QUESTION_LISTS; k++) {
        struct long_list *l = &choice_state(app)->lists[k];
        bool drawn = l->choices && l->pass == choice_state(app)->pass;
        if (l->node == node) {
            return drawn ? NULL : l;
        }
        if (!drawn && (!oldest || l->pass < oldest->pass)) {
            oldest = l;
        }
    }
    return oldest;
}

size_t list_count_codes(const struct choice *choices, size_t count)
{
    size_t codes = 0;
    for (size_t i = 0; i < count; i++) {
        codes += question_is_code(choices[i].value);
    }
    return codes;
}

bool question_any_fallback(const struct choice *choices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (choices[i].fallback) {
            return true;
        }
    }
    return false;
}

/* The choices of a list, from the cache or gathered now. */
bool list_gather(struct app *app, struct node *node, struct choice **choices, size_t *count)
{
    assert(app->interview && node->item->control);
    struct arena own, *frame = &app->ui.frame;
    struct err err = {0};
    for (size_t k = 0; k < QUESTION_LISTS; k++) {
        struct long_list *l = &choice_state(app)->lists[k];
        if (is_fresh(app, l, node)) {
            l->pass = choice_state(app)->pass;
            *choices = l->choices;
            *count = l->count;
            return true;
        }
    }
    arena_init(&own);
    bool ok = session_choices(app->interview->session, &own, node->item->control, node, choices,
                              count, &err);
    struct long_list *room = ok && *count >= KEPT_FROM ? room_for(app, node) : NULL;
    if (room) {
        arena_fini(&room->arena);
        *room = (struct long_list){.node = node,
                                   .fixed = is_fixed(node, *choices, *count),
                                   .ticket = app->interview->ticket,
                                   .minute = clock_mono_ms() / 60000,
                                   .pass = choice_state(app)->pass,
                                   .arena = own,
                                   .choices = *choices,
                                   .count = *count};
        room->codes = list_count_codes(*choices, *count);
        room->fallback = question_any_fallback(*choices, *count);
        snprintf(room->language, sizeof room->language, "%s",
                 session_language(app->interview->session));
        return true;
    }
    struct choice *copies = arena_alloc(frame, ((ok ? *count : 0) + 1) * sizeof *copies);
    for (size_t i = 0; ok && i < *count; i++) {
        copies[i] = (*choices)[i];
        copies[i].value = arena_text(frame, copies[i].value);
        copies[i].label = arena_text(frame, copies[i].label);
    }
    *choices = copies;
    arena_fini(&own);
    return ok;
}

struct long_list *list_kept(struct app *app, const struct choice *choices)
{
    for (size_t k = 0; k < QUESTION_LISTS; k++) {
        if (choice_state(app)->lists[k].choices == choices) {
            return &choice_state(app)->lists[k];
        }
    }
    return NULL;
}

bool question_choices(struct app *app, struct node *node, struct choice **choices, size_t *count)
{
    struct ui *ui = &app->ui;
    bool ok = list_gather(app, node, choices, count);
    if (!ok || !*count) {
        /* a missing or faulty external list is empty */
        ui_warning(ui, ui_str(ui, ok ? S_choices_empty : S_refused_fault));
    }
    return ok && *count > 0;
}

void lists_between(struct app *app)
{
    struct choice_state *state = choice_state(app);
    state->pass++;
    for (size_t k = 0; k < QUESTION_LISTS; k++) {
        struct long_list *l = &state->lists[k];
        if (!l->node) {
            arena_fini(&l->arena);
            memset(l, 0, sizeof *l);
        }
    }
}

void lists_forget(struct app *app)
{
    struct choice_state *state = choice_state(app);
    for (size_t k = 0; k < QUESTION_LISTS; k++) {
        state->lists[k].node = NULL;
    }
}
