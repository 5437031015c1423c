/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_robot: a restless hand on the real app, in this process, on SDL's dummy driver.
 *
 *   help_robot [--seed N] [--steps N] [--seconds N] [--study N] FORM…
 *
 * FORM is a workbook or an XForm.  Each gets --steps steps (500), those of --study's first N forms
 * ten thousand; --seconds ends the whole earlier.  On its way it types, taps, drags, turns the
 * device, switches languages, locks and kills the program.  What must hold: no crash, no target out
 * of the window or over another, no page without a way on and a way back, and after each kill every
 * answer is there. The last line is "N passed, N failed, N skipped", a form each.
 */
#include "forms/engine/instance.h"
#include "forms/workbook/workbook.h"
#include "forms/xlsform/xlsform.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "app/screens/group.h"
#include "tests/lib/slow_disk.h"
#include "tests/lib/lint.h"

enum { STUDY_STEPS = 10000, LOOK_EVERY = 20, PIXELS_EVERY = 500 };

static struct {
    uint64_t random;
    struct scene s;
    struct window *window;
    const char *form, *what; /* whose turn it is, and what was done last */
    unsigned steps, kills, locks, turns, handed, sleeps, hurries, waits, walks;
    bool failed, replays; /* the form runs actions when it is opened: its answers may change then */
    int64_t end_ms;
} r;

static unsigned draw(unsigned below) /* xorshift: the same steps for the same seed, everywhere */
{
    r.random ^= r.random << 13;
    r.random ^= r.random >> 7;
    r.random ^= r.random << 17;
    return below ? (unsigned)(r.random >> 11) % below : 0;
}

static void fault(const char *fmt, ...)
{
    va_list args;
    printf("%s, step %u, %s: ", r.form, r.steps, r.what);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
    r.failed = true;
}

/* ---- what must hold ---- */

static void look(void)
{
    struct ui *ui = &r.s.app.ui;
    struct lint l = {.name = r.form, .typed = true};
    lint_targets(&l, ui); /* sizes, overlaps, names, the window's edge */
    lint_texts(&l, ui);
    if (l.faults) {
        l = (struct lint){.name = r.form, .typed = true, .out = stdout, .told = 195};
        lint_targets(&l, ui);
        lint_texts(&l, ui);
        fault("%u faults in targets or texts of %dx%d, texts %d %%", l.faults, ui->w, ui->h,
              (int)(ui->text_scale * 100));
    }
    if (r.s.app.respondent.holds && r.s.app.screen == SCREEN_INTERVIEW) {
        r.handed++;
        if (scene_find(&r.s, "menu") || !scene_find(&r.s, "lock") || r.s.app.sheet != SHEET_NONE ||
            !respondent_block(&r.s.app.interview->page)) {
            fault("the respondent sees more than the block");
        }
    } else if (r.s.app.screen == SCREEN_INTERVIEW && r.s.app.sheet == SHEET_NONE &&
               (!scene_find(&r.s, "back") ||
                (!scene_find(&r.s, "right") && !scene_find(&r.s, "key:enter")))) {
        fault("a page without a way back or on");
    }
}

static void pixels(void)
{
    struct ui *ui = &r.s.app.ui;
    r.s.app.loop.blind = false;
    scene_draw(&r.s);
    r.s.app.loop.blind = true;
    uint8_t *rgb = window_pixels(r.window);
    size_t count = (size_t)ui->w * (size_t)ui->h, ink = 0;
    for (size_t i = 0; i < count; i++) {
        colour c = (colour)(rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2]);
        ink += c != ui->theme.paper;
    }
    free(rgb);
    if (ink < count / 2000) {
        fault("an empty picture");
    }
}

static char *instance(void)
{
    struct buf xml = {0};
    struct err err = {0};
    if (!instance_write(&xml, r.s.app.interview->session, &err)) {
        fault("the instance cannot be written: %s", err.what);
    }
    char *kept = mem_text(xml.data ? xml.data : "");
    buf_fini(&xml);
    return kept;
}

/* ---- what it does ---- */

static void restart(void)
{
    struct err err = {0};
    struct device *device = app_end(&r.s.app);
    device_close(device);
    r.s.study.device = NULL;
    OK(device_open(&r.s.study.device, study_path(&r.s.study, "device"), &err));
    scene_boot(&r.s);
    r.s.app.loop.blind = true;
    scene_unlock(&r.s);
    if (r.s.app.screen == SCREEN_TRAVEL) { /* it was closed for a border when the power went */
        scene_return(&r.s);
    }
    if (r.s.app.screen != SCREEN_HOME) {
        fault("the device does not open again: screen %d, %s", (int)r.s.app.screen,
              r.s.app.message.text);
    }
}

/* As kill -9 would: the session is gone, the journal stays. */
static void kill_it(void)
{
    struct app *app = &r.s.app;
    struct err err = {0};
    if (!app->interview) {
        restart();
        return;
    }
    char *before = instance();
    uint8_t id[16];
    memcpy(id, app->interview->draft.id, 16);
    if (draw(2) && !interview_sync(app->interview, &err)) {
        fault("the journal does not take it: %s", err.what);
    }
    interview_free(app->interview);
    app->interview = NULL;
    restart();
    for (size_t d = 0; d < app->home.draft_count; d++) {
        if (memcmp(app->home.drafts[d].id, id, 16) == 0) {
            struct device_draft draft = app->home.drafts[d];
            app_resume(app, &draft);
            scene_event(&r.s, (struct window_event){.kind = WINDOW_NONE});
            if (!app->interview) {
                fault("the draft cannot be resumed: %s", app->message.text);
            }
        }
    }
    if (!app->interview) {
        fault("the draft is gone");
    } else if (!r.replays) {
        char *after = instance();
        if (strcmp(before, after) != 0) {
            fault("answers differ after a kill");
            size_t at = 0;
            while (before[at] == after[at]) {
                at++;
            }
            at = at > 40 ? at - 40 : 0;
            printf("  before …%.120s\n  after  …%.120s\n", before + at, after + at);
        }
        free(after);
    }
    free(before);
    r.kills++;
}

static void tap_any(void)
{
    struct ui *ui = &r.s.app.ui;
    if (!ui->target_count) {
        return;
    }
    /* on, more often than anything else: else it never gets past the first page */
    const char *on = scene_find(&r.s, "right") ? "right" : "key:enter";
    if (draw(4) == 0 && scene_find(&r.s, on)) {
        scene_tap(&r.s, on);
        return;
    }
    const struct target *t = &ui->targets[draw((unsigned)ui->target_count)];
    char id[UI_ID_MAX];
    snprintf(id, sizeof id, "%s", t->id);
    bool rare = strcmp(id, "lock") == 0 || strcmp(id, "back") == 0 || strcmp(id, "menu") == 0 ||
                strcmp(id, "leave") == 0 || strcmp(id, "discard-yes") == 0;
    if (rare && draw(4)) {
        return;
    }
    scene_tap(&r.s, id);
}

static void type_any(void)
{
    static const char *const texts[] = {"7",       "34",        "0",     "-5",    "3,5",
                                        "Бишкек",  "Өзгөн",     "Ҷумъа", "a b c", "ң",
                                        "1250000", "42,8 74,6", "«да»",  "&<>\"'"};
    if (r.s.app.ui.edit.id[0]) {
        scene_type(&r.s, texts[draw(sizeof texts / sizeof *texts)]);
    } else {
        tap_any();
    }
}

static void key_any(void)
{
    static const enum window_key keys[] = {KEY_TAB,   KEY_BACKTAB, KEY_ENTER,     KEY_BACKSPACE,
                                           KEY_LEFT,  KEY_RIGHT,   KEY_UP,        KEY_DOWN,
                                           KEY_SPACE, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_ESCAPE};
    enum window_key key = keys[draw(sizeof keys / sizeof *keys)];
    if (key != KEY_ESCAPE || draw(4) == 0) {
        scene_key(&r.s, key);
    }
}

static void drag_any(void)
{
    struct ui *ui = &r.s.app.ui;
    struct window_event e = {
        .kind = WINDOW_DOWN, .x = (int)draw((unsigned)ui->w), .y = (int)draw((unsigned)ui->h)};
    scene_event(&r.s, e);
    e.kind = WINDOW_MOVE;
    for (int i = 0; i < 3; i++) {
        e.x = (int)draw((unsigned)ui->w);
        e.y = (int)draw((unsigned)ui->h);
        scene_event(&r.s, e);
    }
    e.kind = WINDOW_UP;
    scene_event(&r.s, e);
    ui->speed = 0;
}

static void turn(void)
{
    static const int sizes[][2] = {{720, 1280}, {1280, 720}, {480, 800}, {800, 480}, {1200, 1920}};
    unsigned n = draw(sizeof sizes / sizeof *sizes);
    window_resize(r.window, sizes[n][0], sizes[n][1]);
    scene_event(&r.s, (struct window_event){.kind = WINDOW_EXPOSE});
    r.turns++;
}

/* Asleep nothing shows and nothing is taken; awake it goes on where it was. */
static void doze(void)
{
    struct app *app = &r.s.app;
    enum screen before = app->screen;
    scene_event(&r.s, (struct window_event){.kind = WINDOW_SLEEP});
    char *xml = app->interview ? instance() : NULL;
    tap_any();
    char *after = app->interview ? instance() : NULL;
    if (app->screen != before || (xml && (!after || strcmp(xml, after) != 0))) {
        fault("a touch was taken asleep");
    }
    free(xml);
    free(after);
    scene_event(&r.s, (struct window_event){.kind = WINDOW_AWAKE});
    if (app->screen != before || app->loop.asleep) {
        fault("it woke up elsewhere");
    }
    r.sleeps++;
}

/* A card that takes its time, and a hand that does not wait for it. */
static void hurry(void)
{
    slow_disk_ms = 30;
    for (int i = 0; i < 4; i++) {
        struct ui *ui = &r.s.app.ui;
        const char *on = scene_find(&r.s, "right") ? "right" : "key:enter";
        const struct target *t = draw(2) ? scene_find(&r.s, on) : NULL;
        t = !t && ui->target_count ? &ui->targets[draw((unsigned)ui->target_count)] : t;
        if (t && !t->hidden && r.s.app.screen == SCREEN_INTERVIEW) {
            struct window_event e = {.kind = WINDOW_DOWN,
                                     .x = t->rect.x + t->rect.w / 2,
                                     .y = t->rect.y + t->rect.h / 2};
            scene_event_alone(&r.s, e);
            e.kind = WINDOW_UP;
            scene_event_alone(&r.s, e);
        }
    }
    r.waits += r.s.app.view.leaving != LEAVE_NONE;
    scene_event(&r.s, (struct window_event){.kind = WINDOW_EXPOSE}); /* ... and waits after all */
    slow_disk_ms = 0;
    r.hurries++;
}

static bool on_the_way(void)
{
    const char *focus = r.s.app.ui.focus;
    return r.s.app.ui.show_focus &&
           (strcmp(focus, "right") == 0 || strcmp(focus, "key:enter") == 0);
}

/* With keys alone every page is left, or says why not. */
static void walk_on(void)
{
    enum { MAX = 80 };
    struct app *app = &r.s.app;
    if (app->screen != SCREEN_INTERVIEW || app->sheet != SHEET_NONE || app->ui.target_count > MAX) {
        return;
    }
    for (unsigned k = 0; k < 2 * MAX && !on_the_way(); k++) {
        scene_key(&r.s, KEY_TAB);
    }
    if (!on_the_way()) {
        fault("Tab does not come to the way on");
        return;
    }
    const struct page page = app->interview->page;
    bool table = group_table_is_here(app); /* its questions come next, on the same page */
    char edit[UI_ID_MAX];
    snprintf(edit, sizeof edit, "%s", app->ui.edit.id);
    scene_key(&r.s, KEY_ENTER);
    if (app->screen == SCREEN_INTERVIEW && app->interview &&
        app->interview->page.node == page.node && app->interview->page.control == page.control &&
        strcmp(edit, app->ui.edit.id) == 0 && !app->message.text[0] &&
        app->view.leaving == LEAVE_NONE && !(table && !group_table_is_here(app))) {
        fault("Enter does not go on");
    }
    r.walks++;
}

static void come_back(void);

/* Anywhere in the form, as from the outline: long forms would hide their ends from it. */
static void jump(void)
{
    struct interview *i = r.s.app.interview;
    struct page *pages;
    size_t count, at;
    if (!i || r.s.app.screen != SCREEN_INTERVIEW || r.s.app.respondent.holds ||
        r.s.app.sheet != SHEET_NONE || !question_commit(&r.s.app)) {
        return;
    }
    interview_pages(i, &r.s.app.ui.frame, &pages, &count, &at);
    if (count) {
        size_t to = draw((unsigned)count), blocks = 0;
        for (size_t p = 0; p < count; p++) { /* the respondent's few pages as often as all others */
            blocks += respondent_block(&pages[p]);
        }
        if (blocks && draw(2)) {
            size_t n = draw((unsigned)blocks);
            for (to = 0; !respondent_block(&pages[to]) || n--; to++) {
            }
        }
        interview_go(i, &pages[to]);
        page_arrive(&r.s.app);
        scene_draw(&r.s);
        if (respondent_block(&i->page) && scene_tap(&r.s, "hand")) {
            come_back();
        }
    }
}

/* By the robot's PIN, or by the passphrase; a PIN that it chose by chance is spent in five steps.
 */
static void open_lock(void)
{
    struct app *app = &r.s.app;
    if (app->locks.device.soft_left_ms > 0 && draw(4)) {
        edit_begin(&app->ui.edit, "pin", "");
        scene_type(&r.s, "471108");
        scene_tap(&r.s, "key:enter");
    } else if (app->locks.device.soft_left_ms > 0) {
        scene_tap(&r.s, "by-pass");
    } else {
        scene_unlock(&r.s);
    }
}

/* Out of wherever it went: into an interview. */
static void come_back(void)
{
    struct app *app = &r.s.app;
    switch (app->screen) {
    case SCREEN_UNLOCK:
        open_lock();
        break;
    case SCREEN_TRAVEL:
        scene_return(&r.s);
        break;
    case SCREEN_HOME:
        if (app->home.draft_count && (app->home.draft_count >= 3 || draw(2))) {
            char id[32];
            snprintf(id, sizeof id, "draft:%u",
                     app->home.drafts[draw((unsigned)app->home.draft_count)].number);
            scene_tap(&r.s, id);
        } else {
            scene_tap(&r.s, "start");
        }
        break;
    case SCREEN_FORMS:
        scene_tap(&r.s, "form:0");
        break;
    case SCREEN_SEALED:
        scene_tap(&r.s, "right");
        break;
    case SCREEN_PIN:
    case SCREEN_HAND:
    case SCREEN_RETURN: /* its own PIN; another one that it typed by chance ends in a lock */
        edit_begin(&app->ui.edit, "pin", "");
        scene_type(&r.s, "471108");
        scene_tap(&r.s, scene_find(&r.s, "right") ? "right" : "key:enter");
        break;
    default:
        break;
    }
}

static void come_back_from_journey(void)
{
    scene_return(&r.s);
}

static void switch_language(void)
{
    app_language(&r.s.app, (enum ui_language)draw(UI_LANGUAGE_COUNT));
    scene_draw(&r.s);
}

static void lock(void)
{
    if (r.s.app.screen != SCREEN_UNLOCK) {
        app_lock(&r.s.app);
        scene_draw(&r.s);
        r.locks++;
    }
}

struct deed {
    unsigned below; /* of a thousand */
    const char *what;
    void (*act)(void);
};

/* What may be done anywhere, by how often it is. */
static const struct deed deeds[] = {
    {600, "a tap", tap_any},     {760, "typing", type_any},
    {850, "a key", key_any},     {930, "a drag", drag_any},
    {950, "a turn", turn},       {965, "a jump", jump},
    {968, "a sleep", doze},      {971, "a walk by keys", walk_on},
    {973, "a slow card", hurry}, {985, "another language", switch_language},
    {993, "a lock", lock},       {1000, "a kill", kill_it},
};

/* What leads back to the interview from where the robot stands. */
static struct deed way_back(void)
{
    enum screen at = r.s.app.screen;
    bool open = r.s.app.sheet == SHEET_NONE;
    if ((at == SCREEN_HAND || at == SCREEN_RETURN) && draw(3)) {
        return (struct deed){0, "a PIN", come_back};
    }
    if (at == SCREEN_UNLOCK) { /* a wrong word costs seconds of waiting */
        return (struct deed){0, "unlocking", open_lock};
    }
    if (at == SCREEN_TRAVEL && open && draw(5) == 0) {
        return (struct deed){0, "coming back from a journey", come_back_from_journey};
    }
    if (at != SCREEN_INTERVIEW && open && draw(3) == 0) {
        return (struct deed){0, "coming back", come_back};
    }
    return (struct deed){0, NULL, NULL};
}

static void step(void)
{
    unsigned n = draw(1000);
    struct deed deed = way_back();
    for (size_t d = 0; !deed.act; d++) {
        deed.act = n < deeds[d].below ? deeds[d].act : NULL;
        deed.what = deeds[d].what;
    }
    r.what = deed.what;
    deed.act();
    r.steps++;
    if (r.steps % LOOK_EVERY == 0 ||
        (r.s.app.respondent.holds && r.s.app.screen == SCREEN_INTERVIEW)) {
        look();
    }
    if (r.steps % PIXELS_EVERY == 0) {
        pixels();
    }
}

/* From wherever it is, home: every page can be left. */
static void leave(void)
{
    enum { MAX = 3000 };
    r.what = "leaving";
    static const char *const ways[] = {"cancel", "keep", "back", "right", "leave"};
    for (int i = 0; i < MAX && r.s.app.screen != SCREEN_HOME; i++) {
        scene_unlock(&r.s);
        bool travels = r.s.app.screen == SCREEN_TRAVEL && r.s.app.sheet == SHEET_NONE;
        if (r.s.app.screen == SCREEN_RETURN ||
            travels) { /* the coordinator's answer is a way, too */
            come_back();
            continue;
        }
        if (r.s.app.respondent.holds && scene_tap(&r.s, "lock")) {
            continue;
        }
        size_t w = 0;
        while (w < sizeof ways / sizeof *ways && !scene_tap(&r.s, ways[w])) {
            w++;
        }
    }
    if (r.s.app.screen != SCREEN_HOME) {
        fault("there is no way home from screen %d", (int)r.s.app.screen);
    }
}

/* ---- forms ---- */

static bool is_workbook(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot && strcmp(dot, ".xml") != 0;
}

static char *read_form(const char *file, char *id, size_t size)
{
    struct arena arena;
    struct buf bytes = {0}, xml = {0};
    struct err err = {0};
    struct form *form = NULL;
    char *kept = NULL;
    arena_init(&arena);
    bool ok = file_read(&bytes, file, 16 << 20, &err);
    if (ok && is_workbook(file)) {
        struct workbook book;
        struct xlsform_options options = {.fallback_id = "form"};
        ok = workbook_read(&book, &arena, file, bytes.data, bytes.len, &err) &&
             xlsform_convert(&xml, &book, &options, &arena, NULL, &err);
    } else if (ok) {
        buf_add(&xml, bytes.data, bytes.len);
    }
    ok = ok && form_load(&form, xml.data, xml.len, &xml_trusted, &err);
    if (ok) {
        snprintf(id, size, "%s", form->id);
        r.replays = false;
        for (const struct action *a = form->actions; a; a = a->next) {
            r.replays = r.replays || (a->events & EVENT_LOAD);
        }
        kept = mem_text(xml.data);
    }
    form_free(form);
    buf_fini(&bytes);
    buf_fini(&xml);
    arena_fini(&arena);
    return kept;
}

/* 1 passed, 0 failed, -1 skipped. */
static int run(const char *file, unsigned steps)
{
    char id[256];
    const char *slash = strrchr(file, '/');
    char *form = read_form(file, id, sizeof id);
    r.form = slash ? slash + 1 : file;
    r.steps = 0;
    r.failed = false;
    if (!form) {
        return -1;
    }
    struct scene_look look_at = {.w = 720, .h = 1280, .scale = 0, .text_scale = 1};
    scene_open(&r.s, r.window, form, id, &look_at);
    r.s.app.loop.blind = true;
    scene_unlock(&r.s);
    scene_tap(&r.s, "start");
    scene_tap(&r.s, "form:0");
    bool begun = r.s.app.interview != NULL;
    while (begun && r.steps < steps && !r.failed && clock_mono_ms() < r.end_ms) {
        step();
    }
    if (begun && !r.failed) {
        leave();
    }
    scene_close(&r.s);
    free(form);
    return !begun ? -1 : !r.failed;
}

int main(int argc, char **argv)
{
    unsigned steps = 500, study = 0, seen = 0, passed = 0, failed = 0, skipped = 0;
    uint64_t seed = 1;
    struct err err = {0};
    int i = 1;
    r.end_ms = INT64_MAX;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        unsigned long n = strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0) {
            seed = n;
        } else if (strcmp(argv[i], "--steps") == 0) {
            steps = (unsigned)n;
        } else if (strcmp(argv[i], "--study") == 0) {
            study = (unsigned)n;
        } else if (strcmp(argv[i], "--seconds") == 0) {
            r.end_ms = clock_mono_ms() + (int64_t)n * 1000;
        }
    }
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    struct scene_look look_at = {.w = 720, .h = 1280};
    r.window = scene_window(&look_at);
    unsigned total = 0;
    for (int first = i; i < argc && clock_mono_ms() < r.end_ms; i++) {
        r.random = (seed + (uint64_t)(i - first)) * 0x9E3779B97F4A7C15ull | 1;
        int result = run(argv[i], seen++ < study ? STUDY_STEPS : steps);
        passed += result == 1;
        failed += result == 0;
        skipped += result < 0;
        total += r.steps;
        if (result == 0) {
            printf("FAIL %s (seed %llu)\n", argv[i],
                   (unsigned long long)(seed + (uint64_t)(i - first)));
        }
        fflush(stdout);
    }
    window_close(r.window);
    printf("%u steps, %u kills, %u locks, %u turns, %u sleeps, %u looks at a respondent's screen, "
           "%u hurries on a slow card (%u held a page), %u pages left by keys; skipped are forms "
           "that do not begin without "
           "their files\n",
           total, r.kills, r.locks, r.turns, r.sleeps, r.handed, r.hurries, r.waits, r.walks);
    printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
    return failed > 0;
}
