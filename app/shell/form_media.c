/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and sounds of the form, and drawings; decoded pictures are cached. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/shell/form_media.h"
#include "platform/machine/audio.h"

/* The cache entry for a name and size; if there is none, the least recently used one is
 * freed. */
static struct app_picture *slot_of(struct app *app, const char *wanted, bool *known)
{
    size_t oldest = 0;
    for (size_t i = 0; i < APP_PICTURES; i++) {
        if (strcmp(app->pictures.cache[i].name, wanted) == 0) {
            app->pictures.cache[i].used = ++app->pictures.clock;
            *known = true;
            return &app->pictures.cache[i];
        }
        oldest = app->pictures.cache[i].used < app->pictures.cache[oldest].used ? i : oldest;
    }
    struct app_picture *p = &app->pictures.cache[oldest];
    picture_free(&p->picture);
    snprintf(p->name, sizeof p->name, "%s", wanted);
    p->used = ++app->pictures.clock;
    p->key = ++app->pictures.key;
    *known = false;
    return p;
}

static const struct picture *shown(struct app *app, const char *name, const void *bytes, size_t len,
                                   int max_w, int max_h)
{
    char wanted[sizeof app->pictures.cache[0].name];
    struct err err = {0};
    bool known;
    snprintf(wanted, sizeof wanted, "%dx%d %.80s", max_w, max_h, name);
    struct app_picture *p = slot_of(app, wanted, &known);
    if (!known && bytes && !picture_read(&p->picture, bytes, len, max_w, max_h, &err)) {
        return NULL; /* the failure is cached: the page is not delayed again */
    }
    return p->picture.rgb ? &p->picture : NULL;
}

const struct picture *app_picture(struct app *app, const char *uri, int max_w, int max_h)
{
    const char *name = strrchr(uri, '/'), *bytes = NULL;
    size_t len = 0;
    if (!*uri || !app->interview || max_w < 1 || max_h < 1) {
        return NULL;
    }
    name = name ? name + 1 : uri;
    (void)!package_find(&app->interview->package, name, &bytes, &len);
    return shown(app, name, bytes, len, max_w, max_h);
}

const struct picture *app_own_picture(struct app *app, const char *name, const struct buf *bytes,
                                      int max_w, int max_h)
{
    return max_w < 1 || max_h < 1 ? NULL : shown(app, name, bytes->data, bytes->len, max_w, max_h);
}

void app_pictures_forget(struct app *app)
{
    for (size_t i = 0; i < APP_PICTURES; i++) {
        picture_free(&app->pictures.cache[i].picture);
    }
    memset(app->pictures.cache, 0, sizeof app->pictures.cache);
}

void app_show_picture(struct app *app, int x, int y, const struct picture *picture)
{
    app_stretch_picture(app, (struct rect){x, y, picture->w, picture->h}, picture);
}

void app_stretch_picture(struct app *app, struct rect r, const struct picture *picture)
{
    assert(picture->rgb);
    uint64_t key = 0;
    for (size_t i = 0; i < APP_PICTURES; i++) {
        key = &app->pictures.cache[i].picture == picture ? app->pictures.cache[i].key : key;
    }
    draw_add(&app->ui.draws, &(struct draw){.kind = DRAW_PICTURE,
                                            .rect = r,
                                            .rgb = picture->rgb,
                                            .rgb_w = picture->w,
                                            .rgb_h = picture->h,
                                            .key = key});
}

static bool find_sound(struct app *app, const char *uri, const char **bytes, size_t *len)
{
    const char *name = strrchr(uri, '/');
    return *uri && app->interview &&
           package_find(&app->interview->package, name ? name + 1 : uri, bytes, len);
}

bool app_has_sound(struct app *app, const char *uri)
{
    const char *bytes;
    size_t len;
    return find_sound(app, uri, &bytes, &len);
}

void app_listen(struct app *app, const char *uri)
{
    const char *bytes;
    size_t len;
    struct err err = {0};
    app->ui.again = true;
    if (audio_playing()) {
        audio_stop();
    } else if (find_sound(app, uri, &bytes, &len) && !audio_play(bytes, len, &err)) {
        app_trouble(app, &err);
    }
}
