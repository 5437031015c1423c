/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up help pages; prints the guide. */
#include "app/screens/help.h"

#include "app/interview/interview_group.h"
#include "app/shell/app.h"
#include "app/shell/sound.h"

#define HELP_MORE(page, ru_title, ru, ky_title, ky, tg_title, tg, en_title, en)                    \
    {HELP_##page, {ru_title, ky_title, tg_title, en_title}, {ru, ky, tg, en}},
#define HELP(screen, ru_title, ru, ky_title, ky, tg_title, tg, en_title, en)                       \
    {SCREEN_##screen, {ru_title, ky_title, tg_title, en_title}, {ru, ky, tg, en}},
static const struct {
    int screen; /* or enum help_more */
    const char *title[UI_LANGUAGE_COUNT], *text[UI_LANGUAGE_COUNT];
} pages[] = {
#include "app/screens/help.def"
};
#undef HELP
#undef HELP_MORE
enum { PAGES = sizeof pages / sizeof *pages };

/* Screens that share a page. */
static int page_of(int screen)
{
    switch (screen) {
    case SCREEN_FIRST_LANGUAGE:
    case SCREEN_FIRST_WORDS:
    case SCREEN_FIRST_PASS:
    case SCREEN_FIRST_REPEAT:
    case SCREEN_FIRST_REQUEST:
        return SCREEN_FIRST_INVITE;
    case SCREEN_SEALED:
        return SCREEN_HAND_OVER;
    default:
        return screen;
    }
}

bool help_page(int screen, enum ui_language language, const char **title, const char **text)
{
    for (size_t i = 0; i < PAGES; i++) {
        if (pages[i].screen == page_of(screen)) {
            *title = pages[i].title[language];
            *text = pages[i].text[language];
            return true;
        }
    }
    return false;
}

/* At the round, or at one of its people; at a topic's table, or at its questions. */
static int page_of_group(const struct app *app)
{
    const struct node *entry = interview_entry(app->interview);
    const struct page *page = &app->interview->page;
    const struct control *c = entry && entry->item        ? entry->item->control
                              : page->kind == PAGE_ROSTER ? page->control
                                                          : NULL;
    return !c || !group_is(c) ? -1 : group_is_round(c) ? HELP_ROUND : HELP_TABLE;
}

size_t help_now(const struct app *app, int shown[HELP_SHOWN])
{
    size_t count = 0;
    if (app->screen == SCREEN_INTERVIEW) {
        int group = page_of_group(app);
        if (group >= 0) {
            shown[count++] = group;
        }
        if (app_sound_is_here(app)) {
            shown[count++] = HELP_SOUND;
        }
    }
    shown[count++] = (int)app->screen;
    return count;
}

void help_guide(struct buf *out, enum ui_language language)
{
    buf_join(out, "# ", string(S_help_guide, language), "\n", NULL);
    for (size_t i = 0; i < PAGES; i++) {
        buf_join(out, "\n## ", pages[i].title[language], "\n", NULL);
        for (const char *p = pages[i].text[language]; *p; p++) {
            buf_text(out, p == pages[i].text[language] ? "\n- " : "");
            buf_char(out, *p);
            buf_text(out, *p == '\n' ? "- " : "");
        }
        buf_char(out, '\n');
    }
}
