/* SPDX-License-Identifier: Apache-2.0 */
/* Searching: matches labels by spelling and by sound. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/shell/search.h"
#include "platform/machine/text.h"

enum { SOUND_MIN = 4 }; /* bytes; two consonants would match too much */

const char *search_typed(const struct app *app, const char *id)
{
    return edit_is(&app->ui.edit, id)        ? app->ui.edit.text.data
           : strcmp(app->search.id, id) == 0 ? app->search.text
                                             : "";
}

static const char *sound_of(struct app *app, const char *needle)
{
    struct buf skeleton = {0};
    text_skeleton(&skeleton, needle, strlen(needle));
    const char *sound = skeleton.len > SOUND_MIN ? arena_text(&app->ui.frame, skeleton.data) : "";
    buf_fini(&skeleton);
    return sound;
}

static const char *surnames_of(struct app *app, const char *needle)
{
    struct buf stems = {0};
    bool any = text_surnames(&stems, needle, strlen(needle));
    const char *kept = any ? arena_text(&app->ui.frame, stems.data) : "";
    buf_fini(&stems);
    return kept;
}

struct search_for search_for(struct app *app, const char *typed)
{
    struct buf exact = {0}, folded = {0};
    text_exact(&exact, typed, strlen(typed));
    text_fold(&folded, typed, strlen(typed));
    const char *needle = arena_copy(&app->ui.frame, folded.data ? folded.data : "", folded.len);
    struct search_for what = {
        .exact = arena_copy(&app->ui.frame, exact.data ? exact.data : "", exact.len),
        .needle = needle,
        .plain =
            exact.len && exact.len == folded.len && memcmp(exact.data, folded.data, exact.len) == 0,
        .sound = sound_of(app, needle),
        .surnames = surnames_of(app, needle)};
    buf_fini(&exact);
    buf_fini(&folded);
    return what;
}

/* Does the skeleton contain every word of the stems? */
static bool is_kin(const char *skeleton, const char *stems)
{
    const char *word = stems;
    for (size_t len; *word; word += len + 1) {
        len = strcspn(word, " ");
        const char *at = len ? memmem(skeleton, strlen(skeleton), word, len) : skeleton;
        if (!at) {
            return false;
        }
    }
    return *stems;
}

/* Position of the match: 4 equal, 3 at the start, 2 at the start of a word, 1 elsewhere, 0
 * none. */
static unsigned place(const char *key, const char *needle)
{
    size_t len = strlen(needle);
    unsigned best = 0;
    for (const char *p = strstr(key, needle); p && best < 2; p = strstr(p + 1, needle)) {
        best = p == key && !p[len] ? 4 : p == key ? 3 : p[-1] == ' ' || p[-1] == '-' ? 2 : 1;
    }
    return best;
}

unsigned search_rank(const char *exact, const char *key, const char *skeleton,
                     const struct search_for *what)
{
    if (!*what->needle) {
        return SEARCH_RANKS;
    }
    unsigned folded = place(key, what->needle);
    if (!folded) {
        return *what->sound && strstr(skeleton, what->sound) ? 2 : is_kin(skeleton, what->surnames);
    }
    bool same = what->plain && (exact == key || strcmp(exact, key) == 0);
    unsigned own = same ? folded : place(exact, what->exact);
    return own ? 6 + own : 2 + folded;
}

unsigned search_ranks(const struct search_for *what, const char *label)
{
    struct buf exact = {0}, folded = {0}, skeleton = {0};
    text_exact(&exact, label, strlen(label));
    buf_add(&exact, "", 0);
    text_fold(&folded, label, strlen(label));
    buf_add(&folded, "", 0);
    text_skeleton(&skeleton, folded.data, folded.len);
    buf_add(&skeleton, "", 0);
    unsigned rank = search_rank(exact.data, folded.data, skeleton.data, what);
    buf_fini(&exact);
    buf_fini(&folded);
    buf_fini(&skeleton);
    return rank;
}

bool search_field(struct app *app, const char *id)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    bool active = edit_is(&ui->edit, id),
         kept = strcmp(app->search.id, id) == 0 && *app->search.text;
    const char *text = active ? ui->edit.text.data : kept ? app->search.text : "";
    int top = ui->at.y, inner = ui_px(ui, 12);
    bool hit = ui_field(ui, id,
                        &(struct field){.text = text,
                                        .cursor = active ? ui->edit.cursor : 0,
                                        .active = active,
                                        .style = TEXT_BODY});
    if (!active && !kept) { /* the prompt looks different from typed text */
        ui_text(ui, x + inner, top + inner, w - 2 * inner, TEXT_NOTE, ui_str(ui, S_search),
                ui->theme.soft);
    }
    return hit && !active;
}

void search_open(struct app *app, const char *id)
{
    assert(text_starts(id, "search")); /* search_is_open() goes by it */
    bool kept = strcmp(app->search.id, id) == 0;
    edit_begin(&app->ui.edit, id, kept ? app->search.text : "");
}

/* Closes the keyboard; the search stays. */
static void search_keep(struct app *app)
{
    struct ui *ui = &app->ui;
    snprintf(app->search.text, sizeof app->search.text, "%s", ui->edit.text.data);
    memcpy(app->search.id, ui->edit.id, sizeof app->search.id);
    edit_end(&ui->edit);
}

int search_bottom(struct app *app, int otherwise)
{
    struct ui *ui = &app->ui;
    return search_is_open(app) ? ui->h - keyboard_height(ui, KEYBOARD_TEXT) : otherwise;
}

bool search_keyboard(struct app *app)
{
    if (!search_is_open(app)) {
        return false;
    }
    if (keyboard_show(&app->ui, &app->keyboard, KEYBOARD_TEXT, ui_str(&app->ui, S_done))) {
        search_keep(app);
        app->ui.again = true;
    }
    return true;
}

bool search_is_open(const struct app *app)
{
    return strncmp(app->ui.edit.id, "search", 6) == 0;
}
