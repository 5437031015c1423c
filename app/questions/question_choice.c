/* SPDX-License-Identifier: Apache-2.0 */
/* Select questions: one or several of a list of choices. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question_lists.h"
#include "app/shell/form_media.h"
#include "app/shell/search.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

enum { SEARCH_FROM = 12, CHOICES_SHOWN = 60 };

/* Number N of an appearance such as columns-3; 0 if there is none. */
static unsigned question_appearance_number(const struct control *control, const char *start)
{
    size_t len = strlen(start);
    for (const char *p = control->appearance; *p;) {
        size_t word = strcspn(p, " ");
        if (word > len && strncmp(p, start, len) == 0 && p[len] >= '1' && p[len] <= '9') {
            return (unsigned)strtoul(p + len, NULL, 10);
        }
        p += word + (p[word] == ' ');
    }
    return 0;
}

/* ---- tapping ---- */

static bool offers(const struct choice *choices, size_t count, const char *value, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(choices[i].value, value, len) == 0 && !choices[i].value[len]) {
            return true;
        }
    }
    return false;
}

/* The new value of a select-multiple after a tap on one choice. Choices no longer offered
 * are removed. */
static char *toggled(struct arena *arena, const char *have, const char *choice,
                     const struct choice *choices, size_t count)
{
    struct buf out = {0};
    bool was = text_has_word(have, choice), lone = question_is_code(choice);
    for (const char *p = have; *p && !(lone && !was);) {
        size_t len = strcspn(p, " ");
        char *word = arena_copy(arena, p, len);
        /* a "no answer" code never goes with other choices */
        if (len && strcmp(word, choice) != 0 && !question_is_code(word) &&
            (!choices || offers(choices, count, word, len))) {
            buf_text(&out, out.len ? " " : "");
            buf_text(&out, word);
        }
        p += len + (p[len] == ' ');
    }
    if (!was) {
        buf_text(&out, out.len ? " " : "");
        buf_text(&out, choice);
    }
    char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

static void forget_cleared(struct app *app)
{
    mem_wipe_text(choice_state(app)->cleared_ticks);
    choice_state(app)->cleared_ticks = NULL;
    choice_state(app)->cleared = NULL;
}

/* Offers to restore the ticks that one tap on a "no answer" code cleared. */
static void offer_cleared(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    if (choice_state(app)->cleared != node) {
        return;
    }
    ui_gap(ui, 8);
    if (ui_pill(ui, question_part(app, node, "ticks-back", ""), ui_str(ui, S_ticks_back), false,
                false)) {
        question_answer(app, node, choice_state(app)->cleared_ticks);
        forget_cleared(app);
    }
    ui_pills_end(ui);
}

void question_toggle(struct app *app, struct node *node, const char *value)
{
    assert(node->item && node->item->control);
    const struct control *c = node->item->control;
    if (c->kind != CONTROL_SELECT1) {
        struct choice *choices = NULL; /* a fixed list always offers the same */
        size_t count = 0;
        if (!session_list_is_fixed(c) && !list_gather(app, node, &choices, &count)) {
            choices = NULL;
        }
        const char *before = tree_value(node);
        bool takes = question_is_code(value) && *before && !question_is_code(before);
        char *ticks = takes ? mem_text(before) : NULL;
        forget_cleared(app);
        if (question_answer(app, node, toggled(&app->ui.frame, before, value, choices, count))) {
            choice_state(app)->cleared = ticks ? node : NULL;
            choice_state(app)->cleared_ticks = ticks;
        } else {
            mem_wipe_text(ticks);
        }
        return;
    }
    bool was = strcmp(tree_value(node), value) == 0;
    question_tap(app, node, value);
    choice_state(app)->opened = NULL;
    bool quick = control_has(c, "quick") || control_has(c, "quickcompact") ||
                 control_has(c, "quick-compact");
    app->view.advance = quick && !was && strcmp(tree_value(node), value) == 0;
}

/* ---- searching ---- */

static void show_search(struct app *app, const char *id)
{
    if (search_field(app, id) && question_commit(app)) {
        search_open(app, id);
    }
}

/* Folds all labels once, so that each key press only compares. */
static void fold(struct long_list *f, struct arena *arena, const struct choice *choices,
                 size_t count)
{
    struct buf exact = {0}, folded = {0}, sound = {0};
    f->exacts = arena_alloc(arena, (count + 1) * sizeof *f->exacts);
    f->keys = arena_alloc(arena, (count + 1) * sizeof *f->keys);
    f->sounds = arena_alloc(arena, (count + 1) * sizeof *f->sounds);
    for (size_t i = 0; i < count; i++) {
        text_fold(&folded, choices[i].label, strlen(choices[i].label));
        f->keys[i] = arena_copy(arena, folded.data ? folded.data : "", folded.len);
        text_exact(&exact, choices[i].label, strlen(choices[i].label));
        buf_add(&exact, "", 0);
        f->exacts[i] = strcmp(exact.data, f->keys[i]) == 0
                           ? f->keys[i]
                           : arena_copy(arena, exact.data, exact.len);
        text_skeleton(&sound, f->keys[i], strlen(f->keys[i]));
        f->sounds[i] = arena_copy(arena, sound.data, sound.len);
        buf_cut(&sound, 0);
        buf_cut(&folded, 0);
        buf_cut(&exact, 0);
    }
    buf_fini(&exact);
    buf_fini(&sound);
    buf_fini(&folded);
}

/* ---- the ways to show a list ---- */

struct list {
    struct app *app;
    struct node *node;
    struct choice *choices;
    size_t count, codes; /* codes: number of "no answer" codes, shown as pills */
    const char *have;
    bool many;
};

static bool is_on(const struct list *l, size_t i)
{
    return l->many ? text_has_word(l->have, l->choices[i].value)
                   : strcmp(l->have, l->choices[i].value) == 0;
}

static const char *id_of(const struct list *l, size_t i)
{
    return question_part(l->app, l->node, "choice",
                         question_choice_name(l->app, &l->choices[i], i));
}

static uint8_t match(const struct long_list *f, size_t i, const struct search_for *what)
{
    return *what->needle ? (uint8_t)search_rank(f->exacts[i], f->keys[i], f->sounds[i], what)
                         : SEARCH_RANKS;
}

static const char *sound_of(const struct list *l, size_t i)
{
    return question_choice_sound(l->app, l->node, &l->choices[i]);
}

static bool has_sounds(const struct list *l)
{
    for (size_t i = 0; i < l->count && i < CHOICES_SHOWN; i++) {
        if (!question_is_code(l->choices[i].value) && *sound_of(l, i)) {
            return true;
        }
    }
    return false;
}

/* Draws the choice's loudspeaker, if it has a sound. */
static void loudspeaker(const struct list *l, size_t i, struct rect r)
{
    question_loudspeaker(l->app, l->node, l->choices, i, r);
}

/* The same beside a choice. Returns its width. */
static int sound_button(const struct list *l, size_t i)
{
    struct ui *ui = &l->app->ui;
    int side = ui_px(ui, UI_TOUCH_DP);
    if (!*sound_of(l, i)) {
        return 0;
    }
    int h = ui_choice_height(ui, ui->at.w - side, l->choices[i].label);
    loudspeaker(l, i, (struct rect){ui->at.x + ui->at.w - side, ui->at.y, side, h});
    return side;
}

/* Ranks and orders the matches, best first. Done once per search text, not in every build. */
static void rank_all(struct list *l, struct long_list *f, struct arena *arena,
                     const struct search_for *what)
{
    size_t starts[SEARCH_RANKS + 2] = {0}; /* first row of each rank, best rank first */
    if (f->order && strcmp(f->ranked, what->exact) == 0) {
        return;
    }
    if (!f->order) {
        f->order = arena_alloc(arena, (l->count + 1) * sizeof *f->order);
        f->late = arena_alloc(arena, (l->count + 1) * sizeof *f->late);
        f->ranks = arena_alloc(arena, l->count + 1);
    }
    for (size_t i = 0; i < l->count; i++) {
        bool code = l->codes && question_is_code(l->choices[i].value);
        f->ranks[i] = code ? 0 : match(f, i, what);
        starts[SEARCH_RANKS - f->ranks[i] + 1]++;
    }
    for (int k = 1; k <= SEARCH_RANKS; k++) {
        starts[k] += starts[k - 1];
    }
    f->ordered = starts[SEARCH_RANKS];
    for (size_t i = 0; i < l->count; i++) {
        if (f->ranks[i]) {
            f->order[starts[SEARCH_RANKS - f->ranks[i]]++] = (uint32_t)i;
        }
    }
    f->late_known = false;
    snprintf(f->ranked, sizeof f->ranked, "%s", what->exact);
}

/* Finds the chosen ones beyond the last row shown, so that none is hidden. Done once per
 * answer. */
static void find_late(const struct list *l, struct long_list *f)
{
    if (f->late_known && strcmp(f->late_of, l->have) == 0) {
        return;
    }
    f->late_count = 0;
    for (size_t k = CHOICES_SHOWN; k < f->ordered && *l->have; k++) {
        if (is_on(l, f->order[k])) {
            f->late[f->late_count++] = f->order[k];
        }
    }
    f->late_known = strlen(l->have) < sizeof f->late_of;
    snprintf(f->late_of, sizeof f->late_of, "%s", l->have);
}

static void row(const struct list *l, size_t i)
{
    struct ui *ui = &l->app->ui;
    int side = sound_button(l, i);
    ui->at.w -= side;
    bool hit = ui_choice(ui, id_of(l, i), l->choices[i].label, is_on(l, i), l->many);
    ui->at.w += side;
    if (hit) {
        question_toggle(l->app, l->node, l->choices[i].value);
    }
}

/* One below the other: only the matches of the search. */
static void as_rows(struct list *l, const char *search)
{
    struct app *app = l->app;
    struct ui *ui = &app->ui;
    const char *word = search_typed(app, search);
    struct long_list here = {.count = 0}, *f = list_kept(app, l->choices);
    struct arena *arena = f ? &f->arena : &ui->frame;
    f = f ? f : &here;
    /* Fold when the search opens, too, so that the first key press is not slow. */
    if (*word || edit_is(&ui->edit, search)) {
        if (!f->keys) {
            fold(f, arena, l->choices, l->count);
        }
    }
    struct search_for what = search_for(app, word);
    rank_all(l, f, arena, &what);
    find_late(l, f);
    size_t shown = f->ordered < CHOICES_SHOWN ? f->ordered : CHOICES_SHOWN;
    size_t left_out = f->ordered - shown - f->late_count;
    for (size_t k = 0; k < shown; k++) {
        row(l, f->order[k]);
    }
    for (size_t k = 0; k < f->late_count; k++) {
        row(l, f->late[k]);
    }
    if (!shown) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_choices_none), ui->theme.soft);
    }
    if (left_out) {
        ui_gap(ui, 8);
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_choices_many, ui_number(ui, (long long)left_out), NULL),
               ui->theme.soft);
    }
}

static const struct picture *picture_of(const struct list *l, size_t i, int w, int h)
{
    return question_choice_picture(l->app, l->node, &l->choices[i], w, h);
}

static bool has_pictures(const struct list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        if (!question_is_code(l->choices[i].value) && picture_of(l, i, 64, 64)) {
            return true;
        }
    }
    return false;
}

/* Reduces all labels to the same size: the largest at which each fits. */
static float even_words(const struct list *l, int w)
{
    struct ui *ui = &l->app->ui;
    float max = ui->text_scale;
    for (size_t i = 0; i < l->count; i++) {
        if (!question_is_code(l->choices[i].value)) {
            float own = ui_word_scale(ui, TEXT_BODY_BOLD, l->choices[i].label, w);
            max = own < max ? own : max;
        }
    }
    return ui_cap_text(ui, max);
}

/* Do so many cards fit side by side without breaking a word? */
static bool cards_fit(const struct list *l, unsigned columns)
{
    struct ui *ui = &l->app->ui;
    int w = ui->at.w / (int)columns - 3 * ui_px(ui, 8);
    float before = even_words(l, w);
    bool fit = true;
    for (size_t i = 0; fit && i < l->count; i++) {
        fit = question_is_code(l->choices[i].value) ||
              ui_words_fit(ui, TEXT_BODY_BOLD, l->choices[i].label, w);
    }
    ui->text_scale = before;
    return fit;
}

/* Cards with a picture above the label, for people who prefer pointing to reading. */
static void as_pictures(struct list *l, unsigned columns)
{
    struct ui *ui = &l->app->ui;
    int gap = ui_px(ui, 8), cell_w = ui->at.w / (int)columns, inner = cell_w - 3 * gap;
    int max = ui_px(ui, 140), sound_h = has_sounds(l) ? ui_px(ui, UI_TOUCH_DP) : 0;
    float before = even_words(l, inner);
    for (size_t from = 0; from < l->count;) {
        size_t shown[8], n = 0;
        int h = 0;
        for (; from < l->count && n < columns && n < 8; from++) {
            if (question_is_code(l->choices[from].value)) {
                continue;
            }
            const struct picture *p = picture_of(l, from, inner, max);
            int own = (p ? p->h + gap : 0) +
                      ui_centre_height(ui, inner, TEXT_BODY_BOLD, l->choices[from].label) + 3 * gap;
            h = own > h ? own : h;
            shown[n++] = from;
        }
        for (size_t k = 0; k < n; k++) {
            size_t i = shown[k];
            struct rect r = {ui->at.x + (int)k * cell_w, ui->at.y, cell_w, h};
            struct rect face = {r.x + gap / 2, r.y + gap / 2, r.w - gap, r.h - gap};
            const char *id = id_of(l, i);
            bool on = is_on(l, i);
            if (ui_target(ui, id, ROLE_CHOICE, r)) {
                question_toggle(l->app, l->node, l->choices[i].value);
            }
            ui_box(ui, face, 8, on || ui_pressed(ui, id) ? ui->theme.tint : ui->theme.paper,
                   on ? ui->theme.accent : ui->theme.line, on ? 3 : 1.5f);
            const struct picture *p = picture_of(l, i, inner, max);
            int y = face.y + gap;
            if (p) {
                app_show_picture(l->app, r.x + (r.w - p->w) / 2, y, p);
                y += p->h + gap;
            }
            ui_text_top(ui, (struct rect){r.x + (r.w - inner) / 2, y, inner, 0},
                        on ? TEXT_BODY_BOLD : TEXT_BODY, l->choices[i].label, ui->theme.ink);
            if (on) { /* a mark besides the colour */
                ui_mark_choice(ui, face.x + face.w - ui_px(ui, 26), face.y + ui_px(ui, 15), 20,
                               true, l->many);
            }
            if (sound_h) {
                loudspeaker(l, i, (struct rect){r.x, r.y + h, cell_w, sound_h});
            }
        }
        ui->at.y += h + sound_h;
    }
    ui->text_scale = before;
}

static void as_columns(struct list *l, unsigned columns)
{
    struct ui *ui = &l->app->ui;
    size_t shown[CHOICES_SHOWN], count = 0;
    for (size_t i = 0; i < l->count && count < CHOICES_SHOWN; i++) {
        if (!question_is_code(l->choices[i].value)) {
            shown[count++] = i;
        }
    }
    int cell_w = ui->at.w / (int)columns, side = has_sounds(l) ? ui_px(ui, UI_TOUCH_DP) : 0;
    float before = even_words(l, cell_w - side - ui_choice_inset(ui));
    for (size_t from = 0; from < count; from += columns) {
        int h = 0;
        for (size_t k = from; k < from + columns && k < count; k++) {
            int own = ui_choice_height(ui, cell_w - side, l->choices[shown[k]].label);
            h = own > h ? own : h;
        }
        for (size_t k = from; k < from + columns && k < count; k++) {
            size_t i = shown[k];
            struct rect r = {ui->at.x + (int)(k - from) * cell_w, ui->at.y, cell_w - side, h};
            if (side) {
                loudspeaker(l, i, (struct rect){r.x + r.w, r.y, side, h});
            }
            if (ui_choice_cell(ui, id_of(l, i), r, l->choices[i].label, is_on(l, i), l->many)) {
                question_toggle(l->app, l->node, l->choices[i].value);
            }
        }
        ui->at.y += h;
    }
    ui->text_scale = before;
}

/* Minimum text scale on a scale question: 14 dp instead of 16. */
#define SCALE_MIN 0.875f

/* Height of the labels in cells w px wide; 0: they do not fit side by side. */
static int scale_words(const struct list *l, int w)
{
    struct ui *ui = &l->app->ui;
    int max = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (!question_is_code(l->choices[i].value)) {
            const char *label = l->choices[i].label;
            int h = ui_centre_height(ui, w, TEXT_HINT, label);
            max = h > max ? h : max;
            if (!ui_words_fit(ui, TEXT_HINT, label, w) || h >= 4 * ui_line(ui, TEXT_HINT)) {
                return 0;
            }
        }
    }
    return max;
}

/* Draws a scale from left to right. False: the labels do not fit side by side. The text may
 * be reduced down to the given scale of the usual size. */
static bool as_scale(struct list *l, float min)
{
    struct ui *ui = &l->app->ui;
    size_t count = 0, at = 0;
    int circle = ui_px(ui, 28), gap = ui_px(ui, min < 1 ? 3 : 4);
    for (size_t i = 0; i < l->count; i++) {
        count += !question_is_code(l->choices[i].value);
    }
    int cell_w = count ? ui->at.w / (int)count : 0;
    int sound_h = has_sounds(l) ? ui_px(ui, UI_TOUCH_DP) : 0;
    if (cell_w < ui_px(ui, UI_TOUCH_DP)) {
        return false;
    }
    float before = ui->text_scale;
    int label_h = scale_words(l, cell_w - 2 * gap);
    for (int percent = 98; !label_h && percent >= (int)(100 * min); percent -= 2) {
        ui->text_scale = before * (float)percent / 100;
        label_h = scale_words(l, cell_w - 2 * gap);
    }
    int h = circle + 3 * gap + label_h + gap;
    if (label_h) {
        ui_fill_rect(ui,
                     (struct rect){ui->at.x + cell_w / 2,
                                   ui->at.y + gap + circle / 2 - ui_px(ui, 1), ui->at.w - cell_w,
                                   ui_px(ui, 2)},
                     ui->theme.line);
    }
    for (size_t i = 0; label_h && i < l->count; i++) {
        if (question_is_code(l->choices[i].value)) {
            continue;
        }
        struct rect r = {ui->at.x + (int)at++ * cell_w, ui->at.y, cell_w, h};
        bool on = is_on(l, i);
        if (ui_target(ui, id_of(l, i), ROLE_CHOICE, r)) {
            question_toggle(l->app, l->node, l->choices[i].value);
        }
        ui_mark_choice(ui, r.x + (cell_w - circle) / 2, r.y + gap + circle / 2, 28, on, l->many);
        ui_text_top(ui, (struct rect){r.x + gap, r.y + circle + 3 * gap, cell_w - 2 * gap, label_h},
                    TEXT_HINT, l->choices[i].label, ui->theme.ink);
        if (sound_h) {
            loudspeaker(l, i, (struct rect){r.x, r.y + h, cell_w, sound_h});
        }
    }
    ui->text_scale = before;
    ui->at.y += label_h ? h + sound_h : 0;
    return label_h > 0;
}

static bool wants_scale(const struct control *c)
{
    return control_has(c, "likert") || control_has(c, "list") || control_has(c, "list-nolabel");
}

/* A drop-down list; closed, it is one line with the chosen labels. `cards`: cards side by
 * side, 0: no cards. */
static void as_minimal(struct list *l, const char *search, unsigned cards)
{
    struct ui *ui = &l->app->ui;
    struct buf names = {0};
    for (size_t i = 0; i < l->count; i++) {
        if (is_on(l, i) && !question_is_code(l->choices[i].value)) {
            buf_text(&names, names.len ? ", " : "");
            buf_text(&names, l->choices[i].label);
        }
    }
    bool open = choice_state(l->app)->opened == l->node;
    const char *text = names.len ? arena_text(&ui->frame, names.data) : ui_str(ui, S_choose);
    buf_fini(&names);
    if (ui_drop(ui, question_part(l->app, l->node, "open", ""), text, open)) {
        choice_state(l->app)->opened = open ? NULL : l->node;
    }
    if (open && cards) {
        as_pictures(l, cards);
    } else if (open) {
        if (l->count > SEARCH_FROM) {
            show_search(l->app, search);
        }
        as_rows(l, search);
    }
}

static void code_pills(struct list *l)
{
    struct ui *ui = &l->app->ui;
    bool any = false;
    for (size_t i = 0; l->codes && i < l->count; i++) {
        if (question_is_code(l->choices[i].value)) {
            ui->at.y += any ? 0 : ui_px(ui, 14);
            any = true;
            const char *id = question_part(l->app, l->node, "pill", l->choices[i].value);
            if (ui_pill(ui, id, l->choices[i].label, is_on(l, i), true)) {
                question_toggle(l->app, l->node, l->choices[i].value);
            }
        }
    }
    ui_pills_end(ui);
}

void question_code_pills(struct app *app, struct node *node)
{
    const struct control *c = node->item->control;
    struct list l = {.app = app, .node = node, .many = c->kind != CONTROL_SELECT1};
    if (question_choices(app, node, &l.choices, &l.count)) {
        l.codes = list_count_codes(l.choices, l.count);
        l.have = arena_text(&app->ui.frame, tree_value(node));
        code_pills(&l);
    }
}

/* Do the labels fit side by side without breaking a word? */
static bool columns_fit(const struct list *l, unsigned columns)
{
    int side = has_sounds(l) ? ui_px(&l->app->ui, UI_TOUCH_DP) : 0;
    bool fit = true;
    for (size_t i = 0; fit && i < l->count; i++) {
        fit =
            question_is_code(l->choices[i].value) ||
            ui_choice_fits(&l->app->ui, l->app->ui.at.w / (int)columns - side, l->choices[i].label);
    }
    return fit;
}

/* Number of cards side by side. `columns`: the number the form asks for, 0: none. */
static unsigned cards_of(const struct list *l, unsigned columns)
{
    struct ui *ui = &l->app->ui;
    unsigned max = (unsigned)(ui->at.w / ui_px(ui, 100)), faces = (unsigned)l->count;
    max = max < 1 ? 1 : max > 4 ? 4 : max;
    /* a scale of faces stays one row */
    bool scale =
        wants_scale(l->node->item->control) && faces <= 8 && ui->at.w / (int)faces >= ui_px(ui, 56);
    unsigned cards = scale ? faces : columns > 1 && columns < max ? columns : max > 2 ? 2 : max;
    while (cards > 1 && !cards_fit(l, cards)) {
        cards--;
    }
    return cards;
}

/* Is the answer no longer among the choices offered? */
static bool is_stale(const struct node *node, const struct choice *choices, size_t count)
{
    const struct control *c = node->item->control;
    bool one = c->kind == CONTROL_SELECT1;
    if (session_list_is_fixed(c)) {
        return false;
    }
    for (const char *p = tree_value(node); *p;) {
        size_t len = one ? strlen(p) : strcspn(p, " ");
        if (len && !offers(choices, count, p, len)) {
            return true;
        }
        p += len + (p[len] == ' ');
    }
    return false;
}

/* Offers to remove an answer that is no longer among the choices. */
static void stale_pill(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_HINT, ui_str(ui, S_choice_stale), ui->theme.warn);
    ui_gap(ui, 8);
    if (ui_pill(ui, question_part(app, node, "take-back", ""), ui_str(ui, S_take_back), false,
                true)) {
        question_answer(app, node, "");
    }
    ui_pills_end(ui);
    ui_gap(ui, 8);
}

void question_stale(struct app *app, struct node *node, const struct choice *choices, size_t count)
{
    if (*tree_value(node) && !node->readonly && is_stale(node, choices, count)) {
        stale_pill(app, node);
    }
}

/* How many columns the appearance asks for, as far as the labels have room; many columns are meant
 * for a tablet. */
static unsigned columns_that_fit(struct list *l, bool few)
{
    const struct control *c = l->node->item->control;
    int w = l->app->ui.at.w;
    unsigned columns = question_appearance_number(c, "columns-");
    if (control_has(c, "columns") || control_has(c, "columns-pack") || control_has(c, "compact")) {
        columns = w > ui_px(&l->app->ui, 480) ? 3 : 2;
    }
    while (columns > 1 &&
           (w / (int)columns < ui_px(&l->app->ui, 120) || (few && !columns_fit(l, columns)))) {
        columns--;
    }
    return columns;
}

/* As a scale, as far as its words fit.  Smaller letters are allowed in rows of a table and in
 * landscape.  Otherwise a question has room for a list instead. */
static bool fits_scale(struct list *l)
{
    const struct control *c = l->node->item->control;
    bool small = l->app->ui.landscape || !control_has(c, "likert");
    return wants_scale(c) && as_scale(l, small ? SCALE_MIN : 1);
}

static void lay_choices(struct list *l)
{
    struct ui *ui = &l->app->ui;
    bool few = l->count <= CHOICES_SHOWN;
    const char *search = l->app->interview->page.kind == PAGE_FIELDS
                             ? question_part(l->app, l->node, "search", "")
                             : "search";
    unsigned columns = columns_that_fit(l, few);
    unsigned cards = few && has_pictures(l) ? cards_of(l, columns) : 0;
    if (control_has(l->node->item->control, "minimal")) {
        as_minimal(l, search, cards);
    } else if (cards) {
        as_pictures(l, cards);
    } else if (few && fits_scale(l)) {
        ui_gap(ui, 4);
    } else if (few && columns > 1) {
        as_columns(l, columns);
    } else {
        if (l->count > SEARCH_FROM) {
            show_search(l->app, search);
        }
        as_rows(l, search);
    }
}

static void ask_choices(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    struct list l = {.app = app, .node = node, .many = c->kind != CONTROL_SELECT1};
    bool any = question_choices(app, node, &l.choices, &l.count);
    question_stale(app, node, l.choices, any ? l.count : 0);
    if (!any) {
        return;
    }
    const struct long_list *known = list_kept(app, l.choices);
    l.codes = known ? known->codes : list_count_codes(l.choices, l.count);
    l.have = arena_text(&ui->frame, tree_value(node));
    bool said = false; /* the question's label said so already */
    (void)session_text(app->interview->session, &ui->frame, &c->label, node, FORM_LONG, &said);
    bool fallback = known ? known->fallback : question_any_fallback(l.choices, l.count);
    question_fallback(app, fallback && !said);
    lay_choices(&l);
    code_pills(&l);
}

static void draw(struct app *app, struct node *node)
{
    ask_choices(app, node);
    offer_cleared(app, node);
}

static bool matches(const struct node *node)
{
    enum control_kind kind = node->item->control->kind;
    return kind == CONTROL_SELECT1 || kind == CONTROL_SELECT;
}

static void leave(struct app *app)
{
    forget_cleared(app);
    choice_state(app)->opened = NULL;
}

static void forget(struct app *app)
{
    leave(app);
    lists_forget(app);
}

const struct question_kind kind_choice = {.name = "choice",
                                          .state_size = sizeof(struct choice_state),
                                          .matches = matches,
                                          .draw = draw,
                                          .value = question_chosen,
                                          .commit = question_no_commit,
                                          .keep = question_nothing,
                                          .rest = question_no_rest,
                                          .is_half = question_no_half,
                                          .between = lists_between,
                                          .leave = leave,
                                          .forget = forget,
                                          .roles = 1u << ROLE_CHOICE | 1u << ROLE_PILL |
                                                   1u << ROLE_BUTTON | 1u << ROLE_FIELD |
                                                   1u << ROLE_ICON};
