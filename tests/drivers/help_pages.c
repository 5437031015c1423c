/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws pages of a form as PNG files, with the answers of a replay.
 *
 *     help_pages FORM FORM_ID STEPS FOLDER WIDTHxHEIGHT PATH…
 *
 * A PATH is /data/…; '.' is the page after it.  One file a page and language: ru-03.png;
 * own-03.png: the form's first language.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/picture.h"
#include "tests/lib/steps.h"
#include "tools/form/form_fill.h"

static void save(struct scene *s, const char *folder, const char *language, int number)
{
    int w, h;
    char path[400];
    struct buf png = {0};
    struct err err = {0};
    scene_draw(s);
    window_show(window, &s->app.ui.draws, s->app.ui.theme.paper);
    window_size(window, &w, &h);
    uint8_t *dots = window_pixels(window);
    OK(picture_png(&png, dots, 3, w, h, &err));
    snprintf(path, sizeof path, "%s/%s-%02d.png", folder, language, number);
    OK(file_write(path, png.data, png.len, FILE_SHARED, true, &err));
    buf_fini(&png);
    free(dots);
}

/* Shows the page with this question; false if it is not asked. */
static bool show(struct scene *s, const char *path)
{
    struct interview *i = s->app.interview;
    struct node *node = session_find(i->session, path);
    struct page page;
    if (strcmp(path, ".") == 0) {
        return scene_tap(s, "right");
    }
    if (!node || !interview_find(i, &s->app.ui.frame, node, &page)) {
        printf("not asked: %s\n", path);
        return false;
    }
    interview_go(i, &page);
    page_arrive(&s->app);
    return true;
}

int main(int argc, char **argv)
{
    struct scene_look look = {.scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf steps = {0};
    struct err err = {0};
    struct scene s;
    if (argc < 7 || sscanf(argv[5], "%dx%d", &look.w, &look.h) != 2) {
        fprintf(stderr, "help_pages FORM FORM_ID STEPS FOLDER WIDTHxHEIGHT PATH…\n");
        return 2;
    }
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    window = scene_window(&look);
    char *form = scene_form(argv[1]);
    scene_begin(&s, window, form, argv[2], &look);
    OK(file_read(&steps, argv[3], 1 << 20, &err));
    OK(form_fill_in(s.app.interview->session, steps.data, steps.len, argv[3], NULL, NULL, &err));
    for (int p = 6; p < argc; p++) {
        bool shown = show(&s, argv[p]);
        if (shown) { /* in the form's own language first */
            save(&s, argv[4], "own", p - 5);
        }
        for (int l = 0; shown && l < UI_LANGUAGE_COUNT; l++) {
            app_language(&s.app, (enum ui_language)l);
            save(&s, argv[4], language_code((enum ui_language)l), p - 5);
        }
    }
    scene_close(&s);
    buf_fini(&steps);
    free(form);
    return 0;
}
