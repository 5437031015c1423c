/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SCENE_H
#define TESTS_LIB_SCENE_H
/* scene: the real app on SDL's dummy driver, driven in this process by the ids of its targets. */
#include "app/loop.h"
#include "app/questions/question_draw.h"
#include "app/questions/question_lists.h"
#include "app/questions/question_time.h"
#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/page.h"
#include "app/screens/screen_exchange.h"
#include "app/screens/screen_first.h"
#include "app/screens/screen_label.h"
#include "app/screens/screen_load.h"
#include "app/screens/screen_machine.h"
#include "app/screens/screen_medium.h"
#include "app/screens/screen_memo.h"
#include "app/screens/help.h"
#include "app/screens/screen_respondent.h"
#include "app/screens/screen_travel.h"
#include "app/screens/sheets.h"
#include "app/shell/form_media.h"
#include "app/shell/languages.h"
#include "app/shell/search.h"
#include "app/shell/tasks.h"
#include "platform/machine/audio.h"
#include "forms/workbook/workbook.h"
#include "forms/xlsform/xlsform.h"
#include "platform/machine/file.h"
#include "platform/machine/font.h"
#include "tests/lib/study.h"

struct scene_look {
    int w, h;
    float scale, text_scale;
    enum ui_language language;
    bool night;
};

struct scene {
    struct study study;
    struct window *window;
    struct app app;
    uint8_t hash[32]; /* of the form's package */
    struct scene_look look;
    unsigned drawn;
};

/* The app anew on what the device holds; the soft state of before is gone, as after kill -9. */
void scene_boot(struct scene *s);
extern const struct buf *scene_picture; /* picture.png of the forms to come, or NULL */

/* A window for all scenes: SDL is set up once. */
struct window *scene_window(const struct scene_look *look);

/* A device that has asked to join, and whose answer is not on the stick yet. */
void scene_ask(struct scene *s, struct window *window, const char *form, const char *form_id,
               const struct scene_look *look);
void scene_open(struct scene *s, struct window *window, const char *form, const char *form_id,
                const struct scene_look *look);
void scene_close(struct scene *s);
/* The desk assigns seven cases to the device: meetings overdue, today, to come, none.  Their days
 * follow the clock. */
void scene_cases(struct scene *s);
/* Seals a record with these answers, once, and the desk sends it back; `comments` is CSV:
 * path,comment. */
void scene_send_back(struct scene *s, const char *xml, const char *comments);
void scene_event_alone(struct scene *s, struct window_event e);

/* ... and what comes of it when the medium has taken the answer. */
void scene_event(struct scene *s, struct window_event e);
void scene_draw(struct scene *s);
/* Whether a line of text that is drawn contains these words. */
bool scene_draws(const struct scene *s, const char *words);
const struct target *scene_find(struct scene *s, const char *id);

/* Into sight, as a finger would bring it; or NULL. */
const struct target *scene_show(struct scene *s, const char *id);
bool scene_tap(struct scene *s, const char *id);
void scene_drag(struct scene *s, int x0, int y0, int x1, int y1);
void scene_type(struct scene *s, const char *text);
void scene_key(struct scene *s, enum window_key key);
void scene_unlock(struct scene *s);

/* State of the travel screen, of the first run. */
struct travel_state *scene_travel(struct scene *s);
struct first_state *scene_first(struct scene *s);

/* Out of the travel lock, as its owner and the coordinator would; the passphrase stays the old one.
 */
void scene_return_until(struct scene *s);
void scene_return(struct scene *s);

/* A workbook as its XForm; the caller frees. */
char *scene_form(const char *file);

/* An interview with this form, on its first page. */
void scene_begin(struct scene *s, struct window *window, const char *form, const char *form_id,
                 const struct scene_look *look);

/* A scene for each test: *state is a struct scene that the test begins; it is closed after it even
 * if the test fails. */
int scene_setup(void **state);
int scene_teardown(void **state);
#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
