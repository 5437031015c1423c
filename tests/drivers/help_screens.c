/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_screens: every screen, drawn by the real app, in every language, by day and night, upright
 * and lying across; linted, and compared with what was approved.
 *
 *   help_screens OUT DIGESTS [--approve] [--only PART] [--quick]
 *
 * Pictures go to OUT/LANGUAGE/NAME.png, what differs to OUT/differs/.  DIGESTS has a line a
 * picture: its name and the mean light of 8 × 16 fields, a hex digit each; a picture passes when no
 * field is off by more than FIELD_OFF and the mean by no more than MEAN_OFF: fonts and FreeType
 * move.
 */
#include <SDL2/SDL.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "app/interview/interview_turns.h"
#include "platform/machine/clock.h"
#include "tests/lib/slow_disk.h"
#include "platform/machine/disks.h"
#include "platform/machine/desktop.h"
#include "tests/lib/gallery.h"
#include "tests/lib/office_tour.h"
#include "tests/lib/sound_tour.h"

/* Lints what is shown, keeps its picture, and compares it with what was approved. */
static void look_at(struct window *window, const struct ui *ui, const char *what, bool same_always)
{
    char name[NAME], path[512];
    snprintf(name, sizeof name, "%s/%s-%s", language_code(ui->language), what, gallery.variant);
    if (gallery.only && !strstr(name, gallery.only)) {
        return;
    }
    gallery.shots++;
    gallery.faults += lint_all(ui, name, stdout);
    uint8_t *rgb = window_pixels(window);
    snprintf(path, sizeof path, "%s/%s.png", gallery.out, name);
    gallery_save(path, rgb, ui->w, ui->h);
    static const char *const six[] = {"home",   "ask-place_name", "done-help", "done-likelihood",
                                      "finish", "outline"};
    bool compared = !strstr(gallery.variant, "large") && same_always && !gallery.linted;
    for (size_t i = 0; !gallery.linted && i < sizeof six / sizeof *six; i++) {
        compared = compared || strcmp(what, six[i]) == 0;
    }
    if (compared) {
        char have[FIELDS + 1];
        gallery_digest(have, rgb, ui->w, ui->h, ui->theme.paper);
        gallery_keep(name, have);
        gallery_compare(name, have, rgb, ui->w, ui->h);
    }
    free(rgb);
}

static void shot(struct scene *s, const char *what)
{
    const char *title, *text;
    if (scene_find(s, "help") && s->app.sheet == SHEET_NONE) { /* a question mark leads somewhere */
        gallery_must(help_page((int)s->app.screen, s->app.ui.language, &title, &text),
                     "find the help's page");
    }
    /* the device's words are its own each time */
    bool random = strcmp(what, "first-request") == 0 || strcmp(what, "first-written") == 0 ||
                  strcmp(what, "handed-over") == 0;
    look_at(s->window, &s->app.ui, what, !random);
}

/* The batch's name is random. */
static void office_shot(struct office_scene *s, const char *what)
{
    look_at(s->window, &s->office.ui, what, strcmp(what, "desk-taken") != 0);
}

/* ---- a machine that is always the same: its battery (%, -1: none) and its card ---- */

static int battery = -1;
static bool slow_disk_full;

SDL_PowerState SDL_GetPowerInfo(int *seconds, int *percent)
{
    if (seconds) {
        *seconds = -1;
    }
    if (percent) {
        *percent = battery;
    }
    return battery < 0 ? SDL_POWERSTATE_NO_BATTERY : SDL_POWERSTATE_ON_BATTERY;
}

int statvfs(const char *path, struct statvfs *fs)
{
    (void)path;
    memset(fs, 0, sizeof *fs);
    fs->f_frsize = 4096;
    fs->f_bavail = slow_disk_full ? 50000 : 2800000;
    return 0;
}

/* ---- … and its microphone ---- */

int SDL_GetNumAudioDevices(int iscapture)
{
    (void)iscapture;
    return tour_air.deaf ? 0 : 1;
}

Uint32 SDL_DequeueAudio(SDL_AudioDeviceID device, void *data, Uint32 bytes)
{
    int16_t *samples = data;
    int count = (int)(bytes / sizeof *samples), have = atomic_load(&tour_air.waits);
    (void)device;
    count = count < have ? count : have;
    for (int i = 0; i < count; i++) {
        samples[i] = (int16_t)(i / 20 % 2 ? tour_air.loud : -tour_air.loud);
    }
    atomic_fetch_sub(&tour_air.waits, count);
    return (Uint32)count * (Uint32)sizeof *samples;
}

/* ---- the tour ---- */

/* On a slow stick, so that there is something to see. */
static void tap_and_go(struct scene *s, const char *id)
{
    const struct target *t = scene_show(s, id);
    gallery_must(t != NULL, id);
    struct window_event e = {
        .kind = WINDOW_DOWN, .x = t->rect.x + t->rect.w / 2, .y = t->rect.y + t->rect.h / 2};
    scene_event_alone(s, e);
    e.kind = WINDOW_UP;
    scene_event_alone(s, e);
}

/* A kiosk's page of the machine, with a screen of half its brightness. */
static void show_machine(struct scene *s)
{
    struct err err = {0};
    char panel[300];
    snprintf(panel, sizeof panel, "%s", study_path(&s->study, "panel"));
    OK(file_folder(panel, 0700, &err));
    OK(file_write(study_path(&s->study, "panel/brightness"), "50", 2, 0600, true, &err));
    OK(file_write(study_path(&s->study, "panel/max_brightness"), "100", 3, 0600, true, &err));
    char *slash = strrchr(panel, '/');
    *slash = '\0';
    desktop_backlights = panel;
    s->app.options.kiosk = true;
    scene_draw(s);
    gallery_must(scene_tap(s, "machine"), "open the page of the machine");
    scene_event(s, (struct window_event){.kind = WINDOW_SAVED});
    gallery_must(s->app.screen == SCREEN_MACHINE, "be on the page of the machine");
    shot(s, "machine");
    gallery_must(scene_show(s, "clock") && scene_tap(s, "clock"), "set the clock");
    gallery_must(scene_show(s, "clock-set") != NULL, "find the clock");
    shot(s, "machine-clock");
    gallery_must(scene_show(s, "off") && scene_tap(s, "off"), "switch off");
    gallery_must(scene_show(s, "power-yes") != NULL, "be asked");
    shot(s, "machine-off");
    s->app.options.kiosk = false;
    desktop_backlights = "/nonexistent";
    gallery_must(scene_tap(s, "back"), "leave the page of the machine");
}

static void hand_over(struct scene *s)
{
    slow_disk_ms = 300;
    tap_and_go(s, "medium:1");
    for (int i = 0; i < 200 && !s->app.exchange.progress.total; i++) {
        usleep(1000);
    }
    usleep(80000); /* receipts are looked for, and the first file is on its way */
    scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
    shot(s, "handing-over");
    slow_disk_ms = 0;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    gallery_must(s->app.exchange.done, "hand over");
    shot(s, "handed-over");
    scene_tap(s, "right");
    shot(s, "home-copied");
}

/* What a page asks for, answered as somebody would. */
static void answer_page(struct scene *s, const char *name)
{
    static const struct {
        const char *page, *tap, *type;
    } answers[] = {{"place_name", NULL, "Өзгөн, Ҷиргатол"},
                   {"story", NULL, "Үч жыл иштедим"},
                   {"age", NULL, "34"},
                   {"secret", NULL, "A17-204"},
                   {"year", "year:2015", NULL},
                   {"point", NULL, "42,8746 74,5698"},
                   {"income", NULL, "1250000"},
                   {"ban", "choice:no", NULL},
                   {"help", "choice:docs", NULL},
                   {"trust", "choice:a4", NULL},
                   {"columns", "choice:law", NULL},
                   {"order", "up:job", NULL},
                   {"scale", "more", NULL},
                   {"stars", "star:4", NULL},
                   {"people", "value:5", NULL},
                   {"temperature", "more", NULL},
                   {"birthday", "day:15", NULL},
                   {"month", "month:5", NULL},
                   {"time", "hour:08", NULL},
                   {"moment", "day:12", NULL},
                   {"likelihood", "cell:2:3", NULL},
                   {"fair", "choice:no", NULL},
                   {"own_words", NULL, "Ҳамааш хуб, рахмат"},
                   {"ack", "choice:OK", NULL}};
    const struct page *page = &s->app.interview->page;
    struct page *fields;
    size_t count = 0;
    if (page->kind == PAGE_FIELDS) {
        session_fields(s->app.interview->session, &s->app.ui.frame, page, &fields, &count);
    }
    struct node *nodes[16];
    size_t all = count < 16 ? count : 16;
    for (size_t f = 0; f < all; f++) {
        nodes[f] = fields[f].node;
    }
    for (size_t f = 0; f < all; f++) { /* pages of several questions */
        char id[80];
        struct node *node = nodes[f];
        snprintf(id, sizeof id, "choice:%u:%s", node->item->shape.index,
                 strcmp(node->name, "messenger") == 0 ? "yes"
                 : f % 2                              ? "a4"
                                                      : "a2");
        scene_tap(s, id);
    }
    if (strcmp(name, "phone") == 0) {
        scene_tap(s, typed_id(&s->app, nodes[0]));
        scene_type(s, "0555123456");
    }
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (strcmp(answers[i].page, name) == 0) {
            if (answers[i].type) {
                scene_type(s, answers[i].type);
            } else {
                scene_tap(s, answers[i].tap);
            }
        }
    }
}

static const char *page_name(struct scene *s)
{
    const struct page *p = &s->app.interview->page;
    if (p->kind == PAGE_FIELDS) {
        struct page *fields;
        size_t count;
        session_fields(s->app.interview->session, &s->app.ui.frame, p, &fields, &count);
        return fields[0].node->name;
    }
    return p->kind == PAGE_ROSTER ? "roster" : p->node->name;
}

/* ---- what is looked at on a page before it is answered ---- */

static void an_answer_that_is_refused(struct scene *s)
{
    scene_type(s, "7");
    scene_tap(s, "key:enter");
    shot(s, "refused");
    scene_key(s, KEY_BACKSPACE);
}

/* Opens TARGET of the menu, looks at it as NAME and puts it away. */
static void from_menu(struct scene *s, const char *target, const char *name)
{
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, target), target);
    shot(s, name);
    scene_tap(s, "cancel");
}

static void all_of_the_menu(struct scene *s)
{
    from_menu(s, "languages", "sheet-language");
    scene_tap(s, "menu");
    shot(s, "sheet-menu");
    scene_tap(s, "help");
    shot(s, "help-interview");
    scene_tap(s, "cancel");
    scene_tap(s, "menu");
    scene_tap(s, "memo");
    scene_type(s, "Жылдызы: күйөөсү жооп берди");
    scene_tap(s, "key:enter");
    from_menu(s, "memo", "sheet-memo");
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, "label"), "label the draft");
    scene_type(s, "Мектеп, кызыл дарбаза");
    shot(s, "sheet-label");
    scene_tap(s, "cancel");
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, "settings"), "open the settings in an interview");
    scene_tap(s, "back");
    gallery_must(s->app.screen == SCREEN_INTERVIEW, "come back from the settings");
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, "finish") && s->app.screen == SCREEN_FINISH, "look at the end early");
    shot(s, "finish-missing");
    scene_tap(s, "back");
    from_menu(s, "discard", "sheet-discard");
}

static void half_a_time(struct scene *s) /* half of an answer is not sealed over */
{
    gallery_must(scene_tap(s, "hour:08") && scene_tap(s, "menu"), "begin a time");
    gallery_must(scene_tap(s, "finish"), "look at the end");
    shot(s, "finish-begun");
    gallery_must(scene_tap(s, "back"), "come back from the end");
}

static void open_list(struct scene *s)
{
    scene_tap(s, "open");
    shot(s, "ask-region-open");
    scene_tap(s, "choice:batken");
    shot(s, "ask-region-chosen");
}

static void who_is_it(struct scene *s)
{
    scene_type(s, "Бир тууган");
}

static void sign(struct scene *s)
{
    const struct target *t = scene_find(s, "ink");
    for (int k = 0; t && k < 3; k++) {
        struct rect f = t->rect;
        scene_drag(s, f.x + 40 + k * 60, f.y + f.h / 4, f.x + 90 + k * 70, f.y + f.h * 3 / 4);
        t = scene_find(s, "ink");
    }
}

static void a_file_of_a_stick(struct scene *s)
{
    scene_tap(s, "choose");
    shot(s, "sheet-files");
    slow_disk_hangs = true;
    tap_and_go(s, "look");
    gallery_must(s->app.task.task, "wait for a slow stick");
    shot(s, "medium-slow");
    s->app.task.since_ms -= 6000;
    scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
    shot(s, "medium-hangs");
    slow_disk_hangs = false;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    struct buf scan = {0};
    for (int k = 0; k < 30000; k++) {
        buf_text(&scan, "scan");
    }
    study_put(&s->study, "stick", "passport.jpg", &scan);
    buf_fini(&scan);
    scene_tap(s, "look");
    shot(s, "sheet-files-found");
    gallery_must(scene_tap(s, "found:1"), "attach a file");
}

/* ---- and after it ---- */

static void years_of_a_birthday(struct scene *s)
{
    scene_tap(s, "pick-year");
    shot(s, "ask-birthday-years");
    scene_tap(s, "pick-year");
}

static void time_of_a_moment(struct scene *s)
{
    scene_tap(s, "hour:08");
    scene_tap(s, "minute:35");
    shot(s, "done-moment-hour");
}

static void rest_of_a_time(struct scene *s)
{
    scene_tap(s, "minute:35");
    shot(s, "done-time-minute");
}

static void how_old(struct scene *s)
{
    scene_type(s, "12");
}

static void a_removed_entry(struct scene *s)
{
    if (scene_find(s, "entry:1")) {
        gallery_must(scene_tap(s, "remove:1"), "remove an entry");
        shot(s, "roster-removed");
        gallery_must(scene_tap(s, "undo"), "have it back");
    }
}

static const struct looks {
    const char *page;
    void (*before)(struct scene *s), (*after)(struct scene *s);
    bool not_done; /* no picture of its answer */
} looks[] = {
    {"age", an_answer_that_is_refused, NULL, false},
    {"place_name", all_of_the_menu, NULL, false},
    {"time", half_a_time, rest_of_a_time, false},
    {"region", open_list, NULL, false},
    {"member_who", who_is_it, NULL, true},
    {"sign", sign, NULL, false},
    {"photo", a_file_of_a_stick, NULL, false},
    {"birthday", NULL, years_of_a_birthday, false},
    {"moment", NULL, time_of_a_moment, false},
    {"roster", NULL, a_removed_entry, true},
    {"member_age", NULL, how_old, false},
    {"hello", NULL, NULL, true},
};

static struct looks looks_of(const char *page)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strcmp(looks[i].page, page) == 0) {
            return looks[i];
        }
    }
    return (struct looks){page, NULL, NULL, false};
}

/* What takes long is looked at by day and upright only. */
static bool with_slow_card(const struct scene *s)
{
    return !s->look.night && s->look.w < s->look.h;
}

/* The page waits for its answer, and after a while says so. */
static void leave_slowly(struct scene *s)
{
    slow_disk_ms = 700;
    tap_and_go(s, "key:enter");
    usleep(320000);
    scene_event_alone(s, (struct window_event){.kind = WINDOW_NONE});
    gallery_must(s->app.view.leaving, "wait for a slow card");
    shot(s, "saving");
    slow_disk_ms = 0;
    while (s->app.view.leaving) {
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    }
}

/* Looks at a page, answers it and leaves it. */
static void one_page(struct scene *s)
{
    char name[64], what[80];
    snprintf(name, sizeof name, "%s", page_name(s));
    snprintf(what, sizeof what, "ask-%s", name);
    shot(s, what);
    struct looks own = looks_of(name);
    if (own.before) {
        own.before(s);
    }
    answer_page(s, name);
    if (!own.not_done) {
        snprintf(what, sizeof what, "done-%s", name);
        shot(s, what);
    }
    if (strcmp(name, "roster") == 0 && !scene_find(s, "entry:1")) {
        gallery_must(scene_tap(s, "add"), "add an entry");
        return;
    }
    if (own.after) {
        own.after(s);
    }
    if (strcmp(name, "place_name") == 0 && with_slow_card(s)) {
        leave_slowly(s);
        return;
    }
    do { /* from field to field, and on */
        gallery_must(scene_tap(s, "right") || scene_tap(s, "key:enter"), "go on");
    } while (s->app.screen == SCREEN_INTERVIEW && strcmp(page_name(s), name) == 0 &&
             (s->app.interview->page.kind == PAGE_FIELDS || s->app.view.blanks_told));
}

/* The device goes to the respondent, or comes back. */
static void give(struct scene *s, const char *name, const char *what)
{
    shot(s, name);
    scene_type(s, "471108");
    gallery_must(scene_tap(s, "key:enter"), what);
}

static void look_back(struct scene *s)
{
    gallery_must(scene_tap(s, "back"), "go back from the end");
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, "outline"), "open the outline");
    shot(s, "outline");
    gallery_must(scene_tap(s, "open:1"), "open a section");
    shot(s, "outline-opened");
    gallery_must(scene_tap(s, "unanswered"), "see what has no answer");
    shot(s, "outline-unanswered");
    gallery_must(scene_tap(s, "doubtful"), "see what is doubtful");
    shot(s, "outline-doubtful");
    gallery_must(scene_tap(s, "all"), "see all");
    scene_tap(s, "back");
}

static void leave_and_resume(struct scene *s)
{
    scene_tap(s, "menu");
    gallery_must(scene_tap(s, "leave"), "leave");
    shot(s, "home-draft");
    char draft[32];
    snprintf(draft, sizeof draft, "draft:%u", s->app.home.drafts[0].number);
    gallery_must(scene_tap(s, draft), "resume");
    shot(s, "resumed");
    app_put_away(&s->app);
    app_drop_interview(&s->app); /* cut off, not put aside */
    app_go_home(&s->app);
    scene_draw(s);
    gallery_must(scene_tap(s, draft), "resume after a cut");
    shot(s, "recovered");
}

static struct buf sealed_xml; /* of the record sealed last */

static void seal(struct scene *s)
{
    struct err err = {0};
    buf_cut(&sealed_xml, 0);
    gallery_must(instance_write(&sealed_xml, s->app.interview->session, &err), "write the record");
    scene_tap(s, "menu");
    scene_tap(s, "finish");
    gallery_must(scene_tap(s, "right"), "be asked before the seal");
    shot(s, "finish-sure");
    if (with_slow_card(s)) { /* of a slow card it is told how far it is */
        slow_disk_ms = 700;
        tap_and_go(s, "seal-yes");
        gallery_must(s->app.task.task, "wait for the seal");
        shot(s, "sealing");
        slow_disk_ms = 0;
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    } else {
        gallery_must(scene_tap(s, "seal-yes"), "seal");
    }
    gallery_must(s->app.screen == SCREEN_SEALED, "come to the seal");
    shot(s, "sealed");
    gallery_must(scene_tap(s, "right"), "go home");
}

/* The desk sends the tour's record back, and it is corrected; the correction is not sealed. */
static void correct(struct scene *s)
{
    scene_unlock(s);
    scene_send_back(s, sealed_xml.data,
                    "path,comment\n"
                    ",\"Два ответа не сходятся. Позвоните мне, если что-то неясно.\"\n"
                    "/data/age,\"В листе 34, здесь 43. Что верно?\"\n");
    scene_draw(s);
    shot(s, "home-returned");
    gallery_must(scene_tap(s, "return:1"), "open what was sent back");
    gallery_must(s->app.screen == SCREEN_FINISH, "see what is asked");
    shot(s, "correct");
    gallery_must(scene_tap(s, "comment:2"), "go to the question");
    shot(s, "correct-question");
    gallery_must(scene_tap(s, "comment:1"), "go back to the comments");
    gallery_must(scene_tap(s, "right"), "be asked for the reason");
    scene_type(s, "Цифры переставлены; верно 34.");
    shot(s, "correct-reason");
    gallery_must(scene_tap(s, "key:enter"), "give the reason");
    shot(s, "correct-ready");
    gallery_must(scene_tap(s, "left") && scene_tap(s, "menu") && scene_tap(s, "leave"),
                 "put it aside");
    shot(s, "home-correcting");
}

static void interview(struct scene *s)
{
    gallery_must(scene_tap(s, "start"), "start");
    if (s->app.screen == SCREEN_FORMS) {
        shot(s, "forms");
        gallery_must(scene_tap(s, "form:0"), "choose a form");
    }
    gallery_must(s->app.screen == SCREEN_INTERVIEW, "come to the interview");
    for (int steps = 0; steps < 90; steps++) {
        if (s->app.screen == SCREEN_HAND) {
            give(s, "hand", "hand over");
        } else if (s->app.screen == SCREEN_RETURN) {
            give(s, "return", "get it back");
        }
        if (s->app.screen != SCREEN_INTERVIEW) {
            break;
        }
        one_page(s);
    }
    gallery_must(s->app.screen == SCREEN_FINISH, "come to the end");
    shot(s, "finish");
    look_back(s);
    leave_and_resume(s);
    seal(s);
}

/* A PIN is chosen after the first lock, and opens the second. */
static void breaks(struct scene *s)
{
    gallery_must(scene_tap(s, "lock"), "lock");
    scene_unlock(s);
    shot(s, "home-pin");
    gallery_must(scene_tap(s, "pin"), "choose a PIN");
    scene_type(s, "1234");
    gallery_must(scene_tap(s, "key:enter"), "choose a bad PIN");
    shot(s, "pin-refused");
    scene_type(s, "9876");
    shot(s, "pin");
    gallery_must(scene_tap(s, "key:enter"), "keep the PIN");
    gallery_must(s->app.screen == SCREEN_HOME, "come home with a PIN");
    gallery_must(scene_tap(s, "lock"), "lock softly");
    shot(s, "unlock-pin");
    scene_type(s, "112233");
    gallery_must(scene_tap(s, "key:enter"), "mistype the PIN");
    shot(s, "unlock-pin-wrong");
    scene_type(s, "12349876");
    gallery_must(scene_tap(s, "key:enter"), "give the PIN");
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "pin"), "see the PIN's page again");
    shot(s, "pin-set");
    gallery_must(scene_tap(s, "drop"), "drop the PIN");
    shot(s, "settings-no-pin");
    gallery_must(scene_tap(s, "back"), "come home");
}

/* For a border, and back. */
static void travel(struct scene *s)
{
    static const uint8_t bits[8] = {0x1B, 0x8D, 0x42, 0xE7, 0x36, 0x90, 0xC5, 0x5A};
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "travel"), "see the travel lock");
    shot(s, "travel-sure");
    gallery_must(scene_tap(s, "travel-yes"), "lock for travel");
    shot(s, "travel");
    gallery_must(scene_tap(s, "ask"), "ask the coordinator");
    words_of(scene_travel(s)->suggested, bits, 5);
    scene_draw(s);
    shot(s, "travel-pass");
    char typed[200];
    words_cyrillic(typed, sizeof typed, scene_travel(s)->suggested);
    gallery_must(scene_tap(s, "right"), "take the passphrase");
    scene_type(s, typed);
    shot(s, "travel-repeat");
    gallery_must(scene_tap(s, "key:enter"), "make the request");
    strcpy(scene_travel(s)->words, "baka vopu jima hufo goki lita");
    scene_draw(s);
    shot(s, "travel-send");
    gallery_must(scene_tap(s, "medium:1"), "write the request");
    shot(s, "travel-written");
    gallery_must(scene_tap(s, "answer"), "look for the answer");
    scene_type(s, "бака вопу");
    gallery_must(scene_tap(s, "key:enter"), "be without an answer");
    shot(s, "travel-open");
}

static bool forget_wait(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    device_forget_wait(d);
    return true;
}

static void mistakes(struct scene *s)
{
    struct err err = {0};
    for (int k = 0; k < 7; k++) {
        OK(writer_call(s->app.writer, forget_wait, NULL, &err));
        scene_type(s, "бака вопу");
        gallery_must(scene_tap(s, "key:enter"), "mistype the passphrase");
        if (k == 4) {
            shot(s, "unlock-waits");
        }
    }
    OK(writer_call(s->app.writer, forget_wait, NULL, &err));
    scene_draw(s);
    shot(s, "unlock-mistakes");
    slow_disk_broken = true;
    gallery_must(scene_tap(s, "forgot") && scene_tap(s, "travel-yes"), "forget the words");
    slow_disk_broken = false;
    scene_draw(s);
    shot(s, "travel-not-closed");
}

static void tour(struct window *w, const char *form, const struct scene_look *look)
{
    struct scene s;
    scene_open(&s, w, form, "widgets", look);
    shot(&s, "unlock");
    scene_unlock(&s);
    gallery_must(s.app.screen == SCREEN_HOME, "unlock");
    shot(&s, "home");
    gallery_must(scene_tap(&s, "help"), "open the help");
    shot(&s, "help-home");
    scene_tap(&s, "cancel");
    breaks(&s);
    interview(&s);
    shot(&s, "home-waiting");
    gallery_must(scene_tap(&s, "hand-over"), "hand over");
    shot(&s, "hand-over");
    hand_over(&s);
    gallery_must(scene_tap(&s, "load"), "load");
    shot(&s, "load");
    uint8_t hash[32];
    study_issue(&s.study, "old", form, 1, hash);
    study_issue(&s.study, "stick/2026-11", form, 2, hash);
    gallery_must(scene_tap(&s, "folder") && scene_tap(&s, "folder:0"), "look into a folder");
    shot(&s, "load-folder");
    gallery_must(scene_tap(&s, "take") && s.app.exchange.step == LOADING_ASK,
                 "look into a folder for forms");
    shot(&s, "load-found");
    gallery_must(scene_tap(&s, "right") && s.app.exchange.step == LOADING_DONE,
                 "load from a folder");
    shot(&s, "loaded");
    gallery_must(scene_tap(&s, "right"), "come home after loading");
    char old[300], there[300]; /* an older catalogue */
    snprintf(old, sizeof old, "%s", study_path(&s.study, "old"));
    snprintf(there, sizeof there, "%s", study_path(&s.study, "stick/2026-09"));
    gallery_must(rename(old, there) == 0, "put an old catalogue on the stick");
    gallery_must(scene_tap(&s, "load") && scene_tap(&s, "folder") && scene_tap(&s, "folder:0") &&
                     scene_tap(&s, "take") && s.app.exchange.step == LOADING_DONE,
                 "load what is out of date");
    shot(&s, "load-refused");
    gallery_must(scene_tap(&s, "right"), "come home after a refusal");
    s.app.home.clock_doubt = true;
    scene_draw(&s);
    shot(&s, "home-doubt");
    s.app.home.newest_ms = INT64_MAX;
    gallery_must(scene_tap(&s, "start") && scene_tap(&s, "form:0"), "begin with a wrong clock");
    s.app.home.newest_ms = 1796000000000;
    scene_draw(&s);
    shot(&s, "clock-wrong");
    scene_tap(&s, "cancel");
    scene_tap(&s, "back");
    s.app.home.clock_doubt = false;
    battery = 9;
    slow_disk_full = true;
    scene_draw(&s);
    shot(&s, "home-shortages");
    battery = -1;
    slow_disk_full = false;
    gallery_must(scene_tap(&s, "menu"), "open the settings");
    shot(&s, "settings");
    gallery_must(scene_show(&s, "volume:50"), "find the volume");
    shot(&s, "settings-lower");
    gallery_must(scene_tap(&s, "about"), "see about");
    strcpy(s.app.sheets.about_words, "baka vopu jima hufo goki lita"); /* always the same ones */
    scene_draw(&s);
    shot(&s, "about");
    scene_tap(&s, "cancel");
    show_machine(&s);
    scene_tap(&s, "back");
    gallery_must(scene_tap(&s, "hand-over"), "hand over once more");
    disks_pretend(s.app.sticks.media[0].path);
    scene_draw(&s);
    shot(&s, "hand-over-out");
    disks_pretend(NULL);
    slow_disk_ms = 500;
    unsigned before = slow_disk_syncs;
    tap_and_go(&s, "medium:1");
    for (int k = 0; k < 5000 && slow_disk_syncs == before; k++) {
        usleep(1000); /* until the stick is being waited for */
    }
    tap_and_go(&s, "lock");
    shot(&s, "locked-behind");
    slow_disk_ms = 0;
    scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    gallery_must(scene_tap(&s, "by-pass"), "want the passphrase");
    s.app.ui.keys = UI_KEYS_DIGITS; /* other keyboards, on the first page that has one */
    scene_draw(&s);
    shot(&s, "keys-digits");
    s.app.ui.keys = UI_KEYS_HELD;
    scene_draw(&s);
    const struct target *key = scene_find(&s, "key:у");
    gallery_must(key != NULL, "find a letter");
    struct window_event e = {.kind = WINDOW_DOWN,
                             .x = key->rect.x + key->rect.w / 2,
                             .y = key->rect.y + key->rect.h / 2};
    scene_event(&s, e);
    shot(&s, "keys-bubble");
    s.app.ui.down_ms -= 1000;
    scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    shot(&s, "keys-held"); /* what the letter slides to */
    e = (struct window_event){.kind = WINDOW_UP};
    scene_event(&s, e);
    s.app.ui.keys = UI_KEYS_OWN;
    mistakes(&s);
    scene_unlock(&s);
    travel(&s);
    scene_close(&s);
}

/* A map: land, a river, two mountains, a road.  Larger than the screen is wide. */
static void draw_map(struct buf *out)
{
    enum { W = 960, H = 600 };
    struct err err = {0};
    uint8_t *rgb = mem_alloc(3 * W * H);
    for (int i = 0; i < W * H; i++) {
        int x = i % W, y = i / W;
        int river = 420 + (x - 480) * (x - 480) / 2000 - y, road = 150 + x / 3 - y;
        int west = abs(x - 260) * 3 / 2 + 90 - y, east = abs(x - 640) * 2 + 50 - y;
        uint32_t c = abs(river) < 14                                  ? 0x3b7ea1
                     : abs(road) < 5                                  ? 0x7a4a1e
                     : (west < 0 && y < 330) || (east < 0 && y < 300) ? 0x9a8f80
                                                                      : 0xd9e3c0;
        rgb[3 * i] = (uint8_t)(c >> 16);
        rgb[3 * i + 1] = (uint8_t)(c >> 8);
        rgb[3 * i + 2] = (uint8_t)c;
    }
    OK(picture_png(out, rgb, 3, W, H, &err));
    free(rgb);
}

/* Two drafts, many forms, gloves and the left hand. */
static void many(struct scene *s)
{
    static const char *const titles[] = {"Эксперт", "Опрос мигрантов", "Үй-бүлө", "Хонавода"};
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "leave"), "put an interview aside");
    gallery_must(scene_tap(s, "start") && scene_tap(s, "form:0"), "begin another");
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "leave"), "put it aside, too");
    shot(s, "home-drafts");
    scene_cases(s);
    gallery_must(app_load_home(&s->app), "see what the desk assigned");
    scene_draw(s);
    shot(s, "home-cases");
    gallery_must(scene_tap(s, "cases"), "look at the cases");
    shot(s, "cases");
    gallery_must(scene_tap(s, "search-cases"), "search a case");
    scene_type(s, "07-av");
    shot(s, "cases-found");
    gallery_must(scene_tap(s, "key:enter") && scene_tap(s, "back"), "come home from the cases");
    for (size_t k = 1; k < 12; k++) { /* as if the study had so many */
        s->app.home.forms[k] = s->app.home.forms[0];
        struct app_form *f = &s->app.home.forms[s->app.home.form_count++];
        snprintf(f->title, sizeof f->title, "%s %zu", titles[k % 4], k);
        f->form.training = k == 2;
    }
    gallery_must(scene_tap(s, "start") && s->app.screen == SCREEN_FORMS, "see many forms");
    shot(s, "forms-many");
    gallery_must(scene_tap(s, "search-forms"), "search a form");
    scene_type(s, "хон");
    shot(s, "forms-found");
    gallery_must(scene_tap(s, "key:enter") && scene_tap(s, "back"), "come home from the forms");
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "glove") && scene_tap(s, "left-hand"),
                 "wear a glove");
    shot(s, "settings-glove");
    gallery_must(scene_tap(s, "back") && scene_tap(s, "draft:2"), "go on with a glove");
    shot(s, "ask-glove");
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "leave"), "put it aside again");
    gallery_must(scene_tap(s, "menu") && scene_tap(s, "glove") && scene_tap(s, "left-hand"),
                 "doff it");
}

/* An event-history calendar: empty, with trips, with a ban that overlaps. */
static void calendar(struct window *w, const char *form, const struct scene_look *look)
{
    struct scene s;
    scene_begin(&s, w, form, "events", look);
    shot(&s, "calendar-empty");
    gallery_must(scene_tap(&s, "year:2023") && scene_tap(&s, "year:2024") &&
                     scene_tap(&s, "month:more"),
                 "tell of a trip");
    shot(&s, "calendar-trip");
    gallery_must(scene_tap(&s, "questions") && scene_tap(&s, "left") && scene_tap(&s, "add"),
                 "tell of another trip");
    gallery_must(scene_tap(&s, "year:2025") && scene_tap(&s, "lasts"), "tell that it lasts");
    struct interview *i = s.app.interview;
    struct err err = {0};
    static const char *const answers[][2] = {
        {"/data/trip[1]/tr_country", "RU"},   {"/data/trip[2]/tr_country", "TR"},
        {"/data/ban/ban_know_y", "2022"},     {"/data/ban/ban_know_m", "11"},
        {"/data/ban/ban_from", "2021-03-01"}, {"/data/ban/ban_to", "2027-03-01"}};
    for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
        gallery_must(interview_answer(i, session_find(i->session, answers[a][0]), answers[a][1],
                                      &err) == ANSWER_OK,
                     answers[a][0]);
    }
    scene_draw(&s);
    shot(&s, "calendar-ban");
    gallery_must(scene_tap(&s, "event:3") && (scene_tap(&s, "edge:to") || scene_tap(&s, "edge")),
                 "choose the ban");
    shot(&s, "calendar-ban-end");
    gallery_must(scene_tap(&s, "right") && scene_show(&s, "calendar"), "go to the ban");
    shot(&s, "calendar-offer");
    gallery_must(scene_tap(&s, "calendar"), "open it from a question");
    shot(&s, "calendar-open");
    scene_close(&s);
}

/* Pictures in questions and choices, as large as the screen, and drawn upon. */
static void pictured(struct window *w, const char *form, const struct scene_look *look)
{
    struct scene s;
    scene_open(&s, w, form, "pictured", look);
    scene_unlock(&s);
    gallery_must(scene_tap(&s, "start") && scene_tap(&s, "form:0"), "start with pictures");
    shot(&s, "pictured-mood");
    gallery_must(scene_tap(&s, "choice:middle"), "choose a face");
    shot(&s, "pictured-mood-done");
    gallery_must(scene_tap(&s, "right"), "go on to the map");
    shot(&s, "pictured-place");
    gallery_must(scene_tap(&s, "picture"), "look at the map");
    shot(&s, "sheet-picture");
    gallery_must(scene_tap(&s, "larger"), "look closer");
    shot(&s, "sheet-picture-larger");
    gallery_must(scene_tap(&s, "cancel") && scene_tap(&s, "choice:mountains"), "choose a place");
    shot(&s, "pictured-place-done");
    gallery_must(scene_tap(&s, "right") && scene_tap(&s, "choice:city"), "choose in columns");
    shot(&s, "pictured-columns");
    gallery_must(scene_tap(&s, "right"), "go on to the drawing");
    const struct target *t = scene_show(&s, "ink");
    gallery_must(t != NULL, "find the map to draw upon");
    struct rect f = t->rect;
    scene_drag(&s, f.x + f.w / 5, f.y + f.h / 3, f.x + f.w * 4 / 5, f.y + f.h * 2 / 3);
    shot(&s, "pictured-drawn");
    gallery_must(scene_tap(&s, "right"), "go on to the order");
    shot(&s, "pictured-order");
    gallery_must(scene_tap(&s, "keep") && scene_tap(&s, "right"), "go on to the table of faces");
    shot(&s, "pictured-table");
    gallery_must(scene_tap(&s, "right"), "go on to the closed list");
    gallery_must(scene_tap(&s, "open"), "open it");
    shot(&s, "pictured-minimal");
    gallery_must(scene_tap(&s, "right"), "go on to what is not translated");
    shot(&s, "ask-untranslated");
    many(&s);
    scene_close(&s);
}

/* What authors group, repeat and scale. */
static void kinds(struct window *w, const char *form, const struct scene_look *look)
{
    struct scene s;
    scene_open(&s, w, form, "kinds", look);
    scene_unlock(&s);
    gallery_must(scene_tap(&s, "start") && scene_tap(&s, "form:0"), "start with many kinds");
    gallery_must(scene_tap(&s, "entry:1"), "look into an entry");
    struct err err = {0};
    struct interview *i = s.app.interview;
    static const char *const answers[][2] = {{"/data/trip[1]/where", "Өскемен"},
                                             {"/data/trip[1]/months", "12"}};
    for (size_t k = 0; k < 2; k++) {
        gallery_must(interview_answer(i, session_find(i->session, answers[k][0]), answers[k][1],
                                      &err) == ANSWER_OK,
                     "answer in an entry");
    }
    scene_draw(&s);
    shot(&s, "ask-entry");
    gallery_must(scene_tap(&s, "back"), "go back to the roster");
    gallery_must(scene_tap(&s, "add"), "add another entry");
    gallery_must(scene_tap(&s, "back"), "leave it empty");
    shot(&s, "roster-filled");
    scene_tap(&s, "outline");
    gallery_must(s.app.screen == SCREEN_OUTLINE && scene_tap(&s, "missing"), "see what is missing");
    shot(&s, "outline-entries");
    gallery_must(scene_tap(&s, "back") && scene_tap(&s, "right"), "be told of the empty entry");
    shot(&s, "roster-blank");
    gallery_must(scene_tap(&s, "right"), "go on to the table");
    char id[64];
    snprintf(id, sizeof id, "pill:%u:dk",
             session_find(i->session, "/data/trust/police")->item->shape.index);
    gallery_must(scene_tap(&s, id), "not know");
    shot(&s, "done-trusted");
    gallery_must(scene_tap(&s, "right"), "go on to the range");
    shot(&s, "ask-satisfied");
    gallery_must(scene_tap(&s, "more"), "touch the range");
    shot(&s, "done-satisfied");
    gallery_must(scene_tap(&s, "right"), "go on to the risk");
    shot(&s, "ask-grave");
    gallery_must(scene_tap(&s, "cell:2:4"), "score it");
    shot(&s, "done-grave");
    scene_key(&s, KEY_PAGE_DOWN);
    shot(&s, "done-grave-lower");
    gallery_must(scene_tap(&s, "right"), "go on to the story");
    scene_type(&s, "Биринчи жылы");
    gallery_must(scene_tap(&s, "key:line"), "begin a line");
    scene_type(&s, "Экинчиси");
    shot(&s, "done-story-lines");
    gallery_must(scene_tap(&s, "key:enter"), "go on to the region");
    gallery_must(scene_tap(&s, "choice:chui") && scene_tap(&s, "right"), "choose a region");
    gallery_must(scene_tap(&s, "choice:kara") && scene_tap(&s, "back"), "choose a town");
    gallery_must(scene_tap(&s, "choice:osh") && scene_tap(&s, "right"), "choose another region");
    shot(&s, "ask-stale");
    gallery_must(scene_tap(&s, "choice:ozgon") && scene_tap(&s, "right"), "choose another town");
    scene_type(&s, "3");
    gallery_must(scene_tap(&s, "key:enter"), "say how many");
    gallery_must(interview_answer(i, session_find(i->session, "/data/member[3]/who"), "Апа",
                                  &err) == ANSWER_OK,
                 "answer in the third entry");
    gallery_must(scene_tap(&s, "back"), "go back to the number");
    gallery_must(scene_tap(&s, typed_id(&s.app, s.app.interview->page.node)), "open the number");
    scene_key(&s, KEY_BACKSPACE);
    scene_type(&s, "2");
    gallery_must(scene_tap(&s, "key:enter"), "say another number");
    shot(&s, "roster-aside");
    gallery_must(scene_tap(&s, "right"), "be told of an entry that holds nothing");
    gallery_must(s.app.screen == SCREEN_FINISH || scene_tap(&s, "right"), "come to the end");
    gallery_must(s.app.screen == SCREEN_FINISH, "be at the end");
    shot(&s, "finish-entries");
    scene_close(&s);
}

/* What runs shows its time, which differs from run to run. */
static void shot_of_sound(struct scene *s, const char *what, bool same_always)
{
    if (same_always) {
        shot(s, what);
    } else {
        look_at(s->window, &s->app.ui, what, false);
    }
}

/* From the language to the request that waits for the coordinator. */
static void first_run(struct window *w, const struct scene_look *look)
{
    struct scene s;
    struct buf bytes = {0};
    struct invite *invite = mem_zero(1, sizeof *invite);
    memset(&s, 0, sizeof s);
    study_init(&s.study);
    study_sign_catalogue(&s.study);
    memcpy(invite->study_id, s.study.catalogue.study_id, 16);
    memcpy(invite->token, s.study.token, 32);
    invite->catalogue = s.study.catalogue;
    catalogue_root_set(invite->root_set, &s.study.catalogue);
    invite->catalogue_bytes = (const uint8_t *)s.study.catalogue_bytes.data;
    invite->catalogue_len = s.study.catalogue_bytes.len;
    invite_write(&bytes, invite);
    char device[256], stick[256]; /* lent to the app */
    snprintf(device, sizeof device, "%s", study_path(&s.study, "device"));
    snprintf(stick, sizeof stick, "%s", study_path(&s.study, "stick"));
    struct app_options o = {.data_dir = device,
                            .media_dir = stick,
                            .memory_kib = 8,
                            .night = look->night,
                            .text_scale = look->text_scale,
                            .language = look->language};
    s.window = w;
    window_resize(w, look->w, look->h);
    app_begin(&s.app, w, NULL, &o);
    app_draw(&s.app);
    shot(&s, "first-language");
    char lang[16];
    snprintf(lang, sizeof lang, "lang:%s", language_code(look->language));
    gallery_must(scene_tap(&s, lang), "choose a language");
    shot(&s, "first-invite");
    study_put(&s.study, "stick", "invitation.sbi", &bytes);
    gallery_must(scene_tap(&s, "look"), "look again");
    shot(&s, "first-invite-found");
    gallery_must(scene_tap(&s, "invite:0"), "take the invitation");
    shot(&s, "first-words");
    gallery_must(scene_tap(&s, "same"), "compare the words");
    static const uint8_t bits[8] = {0x1B, 0x8D, 0x42, 0xE7, 0x36, 0x90, 0xC5, 0x5A};
    char typed[200]; /* always the same five words, so that pictures can be compared */
    words_of(scene_first(&s)->suggested, bits, 5);
    words_cyrillic(typed, sizeof typed, scene_first(&s)->suggested);
    scene_draw(&s);
    shot(&s, "first-pass");
    gallery_must(scene_tap(&s, "right"), "take the passphrase");
    shot(&s, "first-repeat");
    char *rest = strchr(typed, ' ');
    *rest = '\0';
    scene_type(&s, typed);
    gallery_must(scene_tap(&s, "key:enter"), "give too little");
    shot(&s, "first-differs");
    *rest = ' ';
    scene_type(&s, rest);
    gallery_must(scene_tap(&s, "key:enter"), "repeat the passphrase");
    gallery_must(s.app.screen == SCREEN_FIRST_REQUEST, "come to the request");
    shot(&s, "first-request");
    gallery_must(scene_tap(&s, "again"), "write the request");
    shot(&s, "first-written");
    device_close(app_end(&s.app));
    buf_fini(&bytes);
    free(invite);
    study_fini(&s.study);
}

/* Day and night, upright and across; large letters; the smallest and the largest screen, in the
 * language with the longest words. */
static const struct variant {
    const char *name;
    int w, h;
    float scale;
    bool night, large, longest;
} variants[] = {{"day", 720, 1280, 2, false, false, false},
                {"night", 720, 1280, 2, true, false, false},
                {"day-across", 1280, 720, 2, false, false, false},
                {"night-across", 1280, 720, 2, true, false, false},
                {"day-large", 720, 1280, 2, false, true, false},
                {"day-large-across", 1280, 720, 2, false, true, false},
                {"small", 480, 800, 4 / 3.0f, false, false, true},
                {"small-across", 800, 480, 4 / 3.0f, false, false, true},
                {"tablet-across", 1920, 1200, 1.5f, false, false, true},
                {"tablet", 1200, 1920, 1.5f, false, false, true},
                {"qhd", 540, 960, 1.5f, false, false, true},
                {"qhd-across", 960, 540, 1.5f, false, false, true},
                {"tall", 720, 1440, 2, false, false, true},
                {"tall-across", 1440, 720, 2, false, false, true},
                {"fine", 1600, 2560, 2.5f, false, false, true},
                {"fine-across", 2560, 1600, 2.5f, false, false, true}};
enum { FULL_VARIANTS = 9 }; /* of the others only the main pages are looked at */

static void sent_back(struct window *w, const char *form, const struct scene_look *look)
{
    struct scene s;
    scene_open(&s, w, form, "widgets", look);
    correct(&s);
    scene_close(&s);
}

struct tour_forms {
    char *main, *with_pictures, *events, *of_kinds, *with_sound, *of_groups;
    struct buf map;
};

static void one_variant(struct window *w, struct tour_forms *forms, size_t v, enum ui_language l)
{
    const struct variant *own = &variants[v];
    struct scene_look look = {.w = own->w,
                              .h = own->h,
                              .scale = own->scale,
                              .night = own->night,
                              .text_scale = own->large ? 2 : 1,
                              .language = l};
    gallery.variant = own->name;
    gallery.linted = own->longest;
    window_rescale(w, look.scale);
    static const char *const rare[] = {"day", "night", "day-across", "day-large"};
    struct sound_tour sound = {w, &look, shot_of_sound, false};
    for (size_t k = 0; k < sizeof rare / sizeof *rare; k++) {
        sound.rare = sound.rare || strcmp(own->name, rare[k]) == 0;
    }
    if (gallery.only && strncmp(gallery.only, "sound", 5) == 0) {
        sound_tour(&sound, forms->with_sound);
        return;
    }
    if (gallery.only && strncmp(gallery.only, "group", 5) == 0) {
        group_tour(&sound, forms->of_groups, 8);
        group_tour(&sound, forms->of_groups, 12);
        return;
    }
    first_run(w, &look);
    tour(w, forms->main, &look);
    sent_back(w, forms->main, &look);
    if (v < FULL_VARIANTS) {
        scene_picture = &forms->map;
        kinds(w, forms->of_kinds, &look);
        pictured(w, forms->with_pictures, &look);
        calendar(w, forms->events, &look);
        sound_tour(&sound, forms->with_sound);
        group_tour(&sound, forms->of_groups, 8);
        group_tour(&sound, forms->of_groups, 12);
        scene_picture = NULL;
    }
}

/* The coordinator's window: on a desktop, by day and night, with larger texts, on a large screen.
 * Those with larger texts are compared: there, a field of the digest holds more of a text. */
static void office_variants(struct window *w)
{
    static const struct variant own[] = {{"desktop-day", 1280, 720, 1, false, false, true},
                                         {"desktop-night", 1280, 720, 1, true, false, true},
                                         {"desktop-texts", 1280, 720, 1, false, true, false},
                                         {"desktop-wide", 1920, 1080, 1, false, false, true}};
    for (int l = UI_RU; l < UI_LANGUAGE_COUNT; l++) {
        for (size_t v = 0; v < sizeof own / sizeof *own; v++) {
            const char *failed = "";
            struct scene_look look = {.w = own[v].w,
                                      .h = own[v].h,
                                      .scale = own[v].scale,
                                      .night = own[v].night,
                                      .text_scale = own[v].large ? 1.5f : 1,
                                      .language = (enum ui_language)l};
            gallery.variant = own[v].name;
            gallery.linted = own[v].longest;
            window_rescale(w, look.scale);
            bool toured = office_tour(w, &look, office_shot, &failed);
            gallery_must(toured, failed);
        }
    }
}

/* The night in Russian alone if it must be quick; English, which hardly anybody works in, by day
 * and upright, and then only if there is time. */
static bool is_drawn(size_t v, enum ui_language language)
{
    const struct variant *own = &variants[v];
    if (language == UI_EN) {
        return v == 0 && !gallery.quick;
    }
    return (!own->longest || language == UI_TG) &&
           !(gallery.quick && own->night && language != UI_RU);
}

static void all_variants(void)
{
    struct scene_look first = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1};
    struct tour_forms forms = {.main = scene_form("tests/cases/widgets.csv"),
                               .with_pictures = scene_form("tests/cases/pictured.csv"),
                               .events = scene_form("tests/cases/events.csv"),
                               .of_kinds = scene_form("tests/cases/kinds.csv"),
                               .with_sound = scene_form("tests/cases/sound.csv"),
                               .of_groups = scene_form("tests/cases/group.csv")};
    draw_map(&forms.map);
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1); /* nobody knows the zone */
    struct window *w = scene_window(&first);
    bool desk_alone = gallery.only && strncmp(gallery.only, "desk", 4) == 0;
    for (int l = UI_RU; l < UI_LANGUAGE_COUNT && !desk_alone; l++) {
        for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
            if (is_drawn(v, (enum ui_language)l)) {
                one_variant(w, &forms, v, (enum ui_language)l);
            }
        }
    }
    office_variants(w);
    window_close(w);
    free(forms.main);
    free(forms.with_pictures);
    free(forms.events);
    free(forms.of_kinds);
    free(forms.with_sound);
    free(forms.of_groups);
    buf_fini(&forms.map);
}

static void make_folders(void)
{
    static const char *const dirs[] = {"", "/ru", "/ky", "/tg", "/en", "/differs"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s%s", gallery.out, dirs[i]);
        mkdir(path, 0755);
    }
}

/* With --quick the night is drawn in Russian alone: its colours are the same in all languages; and
 * English on the desk alone. */
static bool left_out(const char *name)
{
    bool russian = strncmp(name, "ru/", 3) == 0, english = strncmp(name, "en/", 3) == 0;
    return !strstr(name, "/desk-") && (english || (strstr(name, "-night") && !russian));
}

/* The exit status: 0 if nothing differs from what was approved. */
static int tell_result(void)
{
    unsigned gone = 0;
    for (size_t i = 0; i < gallery.known && !gallery.only; i++) {
        gone += !gallery.met[i] && !(gallery.quick && left_out(gallery.names[i]));
    }
    printf("%u pictures, %u faults of the lint, %u differ from what was approved, %u not approved "
           "yet, "
           "%u gone\n",
           gallery.shots, gallery.faults, gallery.differing, gallery.unknown, gone);
    unsigned pairs = 0, blind = gallery.only ? 0 : gallery_blind_pairs(&pairs);
    if (!gallery.only) {
        printf("%u of %u pairs that must differ pass for each other\n", blind, pairs);
    }
    bool fine = !gallery.faults && blind * 100 <= pairs * 2 &&
                (gallery.approve || (!gallery.differing && !gallery.unknown && !gone));
    printf("%d passed, %d failed, 0 skipped\n", fine, !fine);
    return fine ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: help_screens OUT DIGESTS [--approve] [--only PART] [--quick]\n");
        return 2;
    }
    gallery.out = argv[1];
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--approve") == 0) {
            gallery.approve = true;
        } else if (strcmp(argv[i], "--quick") == 0) {
            gallery.quick = true;
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            gallery.only = argv[++i];
        }
    }
    struct err err = {0};
    setenv("TZ", "UTC", 1);
    clock_pretend(1795507200000 + 9 * 3600000);
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    gallery_read(argv[2]);
    make_folders();
    all_variants();
    if (gallery.approve) {
        struct buf approved = {0};
        gallery_approved(&approved);
        OK(file_write(argv[2], approved.data, approved.len, FILE_SHARED, true, &err));
        buf_fini(&approved);
    }
    buf_fini(&gallery.fresh);
    return tell_result();
}
