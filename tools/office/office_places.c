/* SPDX-License-Identifier: Apache-2.0 */
/* Sticks, cards and the inbox, and what lies on them. */
#include <stdio.h>
#include <string.h>

#include "platform/machine/file.h"
#include "tools/office/office.h"

static void look_at(struct office_places *p, const char *path, bool inbox)
{
    struct office_place *place = &p->list[p->count];
    const char **names;
    size_t count;
    struct err why = {0};
    *place = (struct office_place){.inbox = inbox};
    snprintf(place->path, sizeof place->path, "%s", path);
    p->count++;
    if (!file_list(&p->arena, &names, &count, path, ".age", &why)) {
        snprintf(place->trouble, sizeof place->trouble, "%s", why.what);
        return;
    }
    place->files = count;
    if (file_list(&p->arena, &names, &count, path, ".sbe", NULL)) {
        place->requests = names;
        place->request_count = count;
    }
}

static bool look(struct office *o, struct err *err)
{
    struct medium media[MEDIA_MAX];
    struct office_places *p = &o->places;
    (void)err;
    if (p->arena.head) {
        arena_fini(&p->arena);
    }
    arena_init(&p->arena);
    p->count = 0;
    if (o->options.inbox) {
        look_at(p, o->options.inbox, true);
    }
    size_t found = media_find(media, o->options.media, &p->silent);
    for (size_t i = 0; i < found; i++) {
        look_at(p, media[i].path, false);
    }
    return true;
}

static void looked(struct office *o, bool ok, const struct err *err)
{
    if (!ok) {
        office_failed(o, err);
    }
}

bool office_look(struct office *o)
{
    if (o->media) {
        o->media = false;
        office_read(o, S_wait_media, look, looked);
    }
    return o->work.task;
}

void office_look_forget(struct office *o)
{
    if (o->places.arena.head) {
        arena_fini(&o->places.arena);
    }
    o->places = (struct office_places){.count = 0};
}

const char *office_place(struct office *o, size_t i)
{
    const struct office_place *p = &o->places.list[i];
    return ui_fill(&o->ui, p->inbox ? S_desk_inbox : S_desk_stick, file_name(p->path), NULL);
}
