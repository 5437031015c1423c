/* SPDX-License-Identifier: Apache-2.0 */
/* Which pictures does the form show? */
#include <stdio.h>
#include <string.h>

#include "app/app.h"

/* A few of the size they are shown in; the one that was longest unseen goes first. */
const struct picture *app_picture(struct app *app, const char *uri, int most_w, int most_h)
{
    const char *name = strrchr(uri, '/'), *bytes;
    size_t len, oldest = 0;
    char wanted[sizeof app->pictures[0].name];
    if (!*uri || !app->interview || most_w < 1 || most_h < 1) {
        return NULL;
    }
    name = name ? name + 1 : uri;
    snprintf(wanted, sizeof wanted, "%dx%d %.80s", most_w, most_h, name);
    for (size_t i = 0; i < APP_PICTURES; i++) {
        if (strcmp(app->pictures[i].name, wanted) == 0) {
            app->pictures[i].used = ++app->picture_clock;
            return app->pictures[i].picture.rgb ? &app->pictures[i].picture : NULL;
        }
        oldest = app->pictures[i].used < app->pictures[oldest].used ? i : oldest;
    }
    struct app_picture *p = &app->pictures[oldest];
    struct err err = {0};
    picture_free(&p->picture);
    memcpy(p->name, wanted, sizeof wanted);
    p->used = ++app->picture_clock;
    p->key = ++app->picture_key;
    if (!package_find(&app->interview->package, name, &bytes, &len) ||
        !picture_read(&p->picture, bytes, len, most_w, most_h, &err)) {
        return NULL; /* remembered as none: a page is not held up by it again and again */
    }
    return &p->picture;
}

void app_pictures_forget(struct app *app)
{
    for (size_t i = 0; i < APP_PICTURES; i++) {
        picture_free(&app->pictures[i].picture);
    }
    memset(app->pictures, 0, sizeof app->pictures);
}

void app_show_picture(struct app *app, int x, int y, const struct picture *picture)
{
    uint64_t key = 0;
    for (size_t i = 0; i < APP_PICTURES; i++) {
        key = &app->pictures[i].picture == picture ? app->pictures[i].key : key;
    }
    draw_add(&app->ui.draws, &(struct draw){.kind = DRAW_PICTURE,
                                            .rect = {x, y, picture->w, picture->h},
                                            .rgb = picture->rgb,
                                            .key = key});
}
