/* SPDX-License-Identifier: Apache-2.0 */
/* Stores the settings that are not secret: language, appearance, hand, keyboard, sound. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/shell/app.h"
#include "platform/machine/audio.h"
#include "platform/machine/file.h"

static void settings_path(const struct app *app, struct buf *path)
{
    buf_printf(path, "%s/settings", app->options.data_dir ? app->options.data_dir : ".");
}

/* One "word value" pair per line. Unknown lines are ignored. */
void app_settings_read(struct app *app)
{
    struct buf path = {0}, text = {0};
    settings_path(app, &path);
    if (file_read(&text, path.data, 4096, NULL)) {
        char *save = NULL;
        for (char *line = strtok_r(text.data, "\n", &save); line;
             line = strtok_r(NULL, "\n", &save)) {
            char word[32], value[32];
            if (sscanf(line, "%31s %31s", word, value) != 2) {
                continue;
            }
            int n = atoi(value);
            if (strcmp(word, "language") == 0) {
                app->ui.language = language_from(value);
            } else if (strcmp(word, "text") == 0 && n >= 100 && n <= 200) {
                app->ui.text_scale = (float)n / 100;
            } else if (strcmp(word, "night") == 0) {
                app->looks.night = n == 1;
                ui_theme(&app->ui, app->looks.night);
            } else if (strcmp(word, "glove") == 0) {
                app->ui.glove = n == 1;
            } else if (strcmp(word, "left") == 0) {
                app->ui.left_hand = n == 1;
            } else if (strcmp(word, "apart") == 0) {
                app->looks.apart = n == 1;
            } else if (strcmp(word, "keys") == 0 && n >= 0 && n < UI_KEYS_COUNT) {
                app->ui.keys = (enum ui_keys)n;
            } else if (strcmp(word, "quiet") == 0) {
                app->looks.quiet = n == 1;
            } else if (strcmp(word, "speaks") == 0) {
                app->looks.speaks = n == 1;
            } else if (strcmp(word, "volume") == 0 && n >= 25 && n <= 100) {
                audio_set_volume(n);
            }
        }
    }
    buf_fini(&path);
    buf_fini(&text);
}

void app_settings_write(struct app *app)
{
    struct buf path = {0}, text = {0};
    struct err err = {0};
    settings_path(app, &path);
    buf_printf(&text, "language %s\ntext %d\nnight %d\nglove %d\nleft %d\napart %d\n",
               language_code(app->ui.language), (int)(app->ui.text_scale * 100 + 0.5f),
               app->looks.night, app->ui.glove, app->ui.left_hand, app->looks.apart);
    buf_printf(&text, "keys %d\nquiet %d\nspeaks %d\nvolume %d\n", (int)app->ui.keys,
               app->looks.quiet, app->looks.speaks, audio_volume());
    if (app->writer && !file_write(path.data, text.data, text.len, FILE_PRIVATE, true, &err)) {
        app_trouble(app, &err);
    }
    buf_fini(&path);
    buf_fini(&text);
}
