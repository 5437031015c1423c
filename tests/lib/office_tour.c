/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/office_tour.h"

#define RECORD "record:uuid:a2010000-0000-0000-0000-000000000000"
#define STORY "record:uuid:a1010000-0000-0000-0000-000000000000"

static const struct step {
    const char *tap;  /* a target; NULL: none */
    const char *type; /* what is typed then; NULL: nothing */
    const char *page; /* the page is looked at under this name; NULL: not */
} steps[] = {
    {NULL, NULL, "desk-unlock"},
    {NULL, office_pass, NULL},
    {"keys", NULL, "desk-unlock-keys"},
    {"keys", NULL, NULL},
    {"right", NULL, "desk-take"},
    {"take:0", NULL, "desk-taken"},
    {"tab:records", NULL, "desk-records"},
    {"search", "a12", "desk-records-found"},
    {RECORD, NULL, "desk-record"},
    {"answer:/data/age", NULL, NULL},
    {"on-question", "19 или 91?", "desk-question"},
    {"keep", NULL, "desk-record-comment"},
    {"send", NULL, "desk-record-sent"},
    {"withdraw", NULL, NULL},
    {"use:all", NULL, NULL},
    {"do", NULL, "desk-withdraw"},
    {"back", NULL, NULL},
    {"back", NULL, NULL},
    {STORY, NULL, NULL},
    {"answer:/data/nar_story", NULL, NULL},
    {"word:2", NULL, NULL},
    {"word:5", NULL, "desk-story"},
    {"code:E01", NULL, NULL},
    {"put-code", NULL, "desk-story-coded"},
    {"back", NULL, NULL},
    {"back", NULL, NULL},
    {STORY, NULL, NULL},
    {"listen", NULL, "desk-listen"},
    {"who:1", "Корҳо тамом шуд", NULL},
    {"place:8", NULL, NULL},
    {"who:2", "Ман ҳам баргаштам", NULL},
    {"place:9", NULL, "desk-listen-typed"},
    {"keep", NULL, "desk-listen-kept"},
    {"back", NULL, NULL},
    {"back", NULL, NULL},
    {"tab:field", NULL, "desk-field"},
    {"tab:output", NULL, "desk-output"},
    {"tab:devices", NULL, "desk-devices"},
    {"tab:forms", NULL, "desk-forms"},
    {"tab:take", NULL, NULL},
    {"post:0", NULL, "desk-posted"},
};

bool office_tour(struct window *window, const struct scene_look *look, office_tour_page *page,
                 const char **failed)
{
    struct office_scene s;
    bool ok = true;
    office_scene_open(&s, window, look);
    for (size_t i = 0; ok && i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].tap && !office_scene_tap(&s, steps[i].tap)) {
            *failed = steps[i].tap;
            ok = false;
            break;
        }
        office_scene_type(&s, steps[i].type ? steps[i].type : "");
        if (steps[i].page) {
            s.office.ui.scroll = 0;
            office_draw(&s.office);
            page(&s, steps[i].page);
        }
    }
    office_scene_close(&s);
    return ok;
}
