/* SPDX-License-Identifier: Apache-2.0 */
/* Switches between screens, runs the event loop, and locks when idle. */
#include "app/app.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/text.h"

enum { IDLE_LOCK_MS = 2 * 60 * 1000, IDLE_INTERVIEW_MS = 15 * 60 * 1000 };

void app_go(struct app *app, enum screen screen)
{
    app_leave_task(app);
    machine_close(app);
    bool elsewhere = app->screen == SCREEN_FINISH || app->screen == SCREEN_OUTLINE;
    if (app->interview && (screen == SCREEN_FINISH || screen == SCREEN_OUTLINE)) {
        interview_screen(app->interview, screen == SCREEN_FINISH ? "end" : "outline");
    } else if (app->interview && screen == SCREEN_INTERVIEW && elsewhere) {
        struct page page = app->interview->page; /* the log shows it again from now on */
        interview_go(app->interview, &page);
    }
    app->screen = screen;
    app->arrived_ms = clock_mono_ms();
    app->sheet = app->sheet_shown = SHEET_NONE;
    app->message[0] = '\0';
    app->refused = NULL;
    app->media_changed = false; /* the next page searches for media itself */
    app->exchanged = false;
    if (!app->transfer) {
        load_forget(app);
    }
    app->folder[0] = '\0';
    edit_end(&app->ui.edit);
    window_forget_keys(app->ui.window); /* a passphrase may have been among them */
    app->ui.scroll = 0;
    app->ui.focus[0] = '\0';
    app->ui.again = true;
    if (screen == SCREEN_HOME) {
        app_load_home(app);
    }
    if (screen == SCREEN_HAND_OVER || screen == SCREEN_LOAD || screen == SCREEN_FIRST_INVITE) {
        app_find_media(app, screen == SCREEN_FIRST_INVITE ? ".sbi" : NULL);
    }
}

void app_say_text(struct app *app, const char *text, bool good)
{
    snprintf(app->message, sizeof app->message, "%s", text);
    app->message_good = good;
    app->message_fresh = true;
    app->ui.again = true;
}

void app_say(struct app *app, enum string_id id)
{
    app_say_text(app, ui_str(&app->ui, id), false);
}

void app_say_good(struct app *app, enum string_id id)
{
    app_say_text(app, ui_str(&app->ui, id), true);
}

void app_trouble(struct app *app, const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    app_say_text(app, ui_fill(&app->ui, S_trouble_hint, text, NULL), false);
}

void app_message(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int top = *y;
    if (!app->message[0]) {
        return;
    }
    if (!app->message_good) {
        ui_warning(ui, x, y, w, app->message);
    } else {
        int pad = ui_px(ui, 11);
        int h = ui_text(ui, 0, 0, w - 2 * pad, TEXT_HINT, app->message, 0, false) + 2 * pad;
        ui_box(ui, (struct rect){x, *y, w, h}, 7, ui->theme.tint, ui->theme.accent, 1.5f);
        ui_text(ui, x + pad, *y + pad, w - 2 * pad, TEXT_HINT, app->message, ui->theme.ink, true);
        *y += h + ui_px(ui, 10);
    }
    if (app->message_fresh) { /* scrolled into view once; then the user scrolls */
        app->message_fresh = false;
        ui_scroll_to(ui, top, *y - top);
    }
}

static void wait_box(struct ui *ui, enum string_id what)
{
    int pad = ui_px(ui, 16), w = ui_px(ui, 260), max = ui->w - 2 * pad;
    const char *text = ui_str(ui, what);
    if (!ui_words_fit(ui, TEXT_HEADING, text, w - 2 * pad)) {
        w = max;
    }
    int text_h = ui_centre_height(ui, w - 2 * pad, TEXT_HEADING, text);
    int h = text_h + 2 * pad, min = ui_px(ui, 80);
    h = h < min ? min : h;
    struct rect r = {(ui->w - w) / 2, (ui->h - h) / 2, w, h};
    ui_box(ui, r, 9, ui->theme.paper, ui->theme.accent, 2);
    ui_text_top(ui, (struct rect){r.x + pad, r.y + (h - text_h) / 2, w - 2 * pad, text_h},
                TEXT_HEADING, text, ui->theme.ink);
}

void app_wait(struct app *app, enum string_id what)
{
    struct ui *ui = &app->ui;
    wait_box(ui, what);
    window_show(ui->window, &ui->draws, ui->theme.paper);
}

/* Locks the device. `arg` is the end of the soft lock: until then a PIN unlocks, monotonic
 * ms. */
static bool lock_device(struct device *d, void *arg, struct err *err)
{
    const int64_t *until_ms = arg;
    int64_t soft_ms = *until_ms - clock_mono_ms();
    (void)err;
    device_soft_lock(d, soft_ms);
    if (soft_ms <= 0) { /* it may have been locked softly before */
        device_lock(d);
    }
    return true;
}

void app_forget_titles(struct app *app)
{
    memset(app->forms, 0, sizeof app->forms);
    app->form_count = 0;
    memset(app->filter, 0, sizeof app->filter);
    memset(app->message, 0, sizeof app->message);
    memset(app->media, 0, sizeof app->media); /* names of media and files reveal something, too */
    app->media_count = 0;
    app_forget_named(app);
    medium_forget(app);
    if (!app->transfer) { /* otherwise the task uses them until it ends */
        memset(app->transfer_folder, 0, sizeof app->transfer_folder);
        memset(&app->loaded, 0, sizeof app->loaded); /* it names files */
        memset(app->before, 0, sizeof app->before);
        load_forget(app);
    }
    app->locked_before = true;
}

static void lock(struct app *app, int64_t soft_until_ms)
{
    window_blank(app->ui.window, app->ui.theme.paper); /* before a disk that may be slow */
    bool opening = app->opening != NULL;
    if (opening) { /* reopened after unlocking */
        memcpy(app->resume_id, app->opening, sizeof app->resume_id);
    }
    app->unsealed = false;
    app_leave_task(app); /* waits for a running seal; app->unsealed tells if it failed */
    app->to_resume = opening || app->interview != NULL;
    app->unwritten = false;
    if (app->interview) {
        memcpy(app->resume_id, app->interview->draft.id, sizeof app->resume_id);
    }
    app_leave_interview(app);
    edit_end(&app->ui.edit);
    if (app->writer && !writer_call(app->writer, lock_device, &soft_until_ms, NULL)) {
        app->ui.quit = true; /* if locking fails, the program ends, and the keys with it */
    }
    app_forget_titles(app);
    app_go(app, SCREEN_UNLOCK);
    if (app->unsealed || app->unwritten) { /* tell at once: nobody may rely on them */
        app_say(app, app->unsealed ? S_lock_unsealed : S_lock_unwritten);
    }
}

static int64_t idle_left_ms(const struct app *app);

/* Until when a PIN unlocks if the device locks now, monotonic ms. The time counts from the
 * end of the idle time, even if the machine was asleep. */
static int64_t soft_until(const struct app *app)
{
    int64_t idle = idle_left_ms(app);
    return clock_mono_ms() + VAULT_SOFT_MS + (idle < 0 ? idle : 0);
}

void app_lock(struct app *app)
{
    lock(app, soft_until(app));
}

void app_lock_hard(struct app *app)
{
    lock(app, 0);
}

void app_lock_behind(struct app *app)
{
    app->locking_ms = clock_mono_ms();
    app->soft_until_ms = soft_until(app);
    app->to_resume = false;
    window_blank(app->ui.window, app->ui.theme.paper);
    app->locking = writer_begin(app->writer, lock_device, &app->soft_until_ms);
    app_forget_titles(app);
    app_go(app, SCREEN_UNLOCK);
}

static const char *plain_number(struct ui *ui, double n)
{
    if (n == floor(n) && fabs(n) < 1e15) {
        return ui_number(ui, (long long)n);
    }
    char *text = arena_printf(&ui->frame, "%.10g", n), *point = strchr(text, '.');
    if (point) {
        *point = ',';
    }
    return text;
}

/* The bounds that the typed number breaks, in words; "" if it breaks none. */
static const char *out_of_bounds(struct app *app, const struct node *node)
{
    struct ui *ui = &app->ui;
    double min, max;
    const char *typed = question_typed(app) == node ? ui->edit.text.data : tree_value(node);
    char *text = arena_text(&ui->frame, typed), *comma = strchr(text, ',');
    if (comma) {
        *comma = '.';
    }
    double n = strtod(text, NULL);
    if (!session_bounds(node->item, &min, &max) || (n >= min && n <= max)) {
        return "";
    }
    return min > -INFINITY && max < INFINITY
               ? ui_fill(ui, S_refused_between, plain_number(ui, min), plain_number(ui, max))
           : min > -INFINITY ? ui_fill(ui, S_refused_least, plain_number(ui, min), NULL)
                             : ui_fill(ui, S_refused_most, plain_number(ui, max), NULL);
}

const char *app_refusal_words(struct app *app, struct arena *arena, struct node *node,
                              enum answer_result why)
{
    static const enum string_id texts[ANSWER_RESULT_COUNT] = {
        [ANSWER_OK] = S_refused_fault,          [ANSWER_TYPE] = S_refused_type,
        [ANSWER_CHOICE] = S_refused_choice,     [ANSWER_CONSTRAINT] = S_refused_rule,
        [ANSWER_REQUIRED] = S_refused_required, [ANSWER_READONLY] = S_refused_fault,
        [ANSWER_HIDDEN] = S_refused_fault,      [ANSWER_FAULT] = S_refused_fault};
    bool number = node->item->type == TYPE_INT || node->item->type == TYPE_DECIMAL;
    enum string_id id = why == ANSWER_TYPE && number ? S_refused_number : texts[why];
    bool foreign;
    const char *own = session_refusal(app->interview->session, arena, node, why, &foreign);
    if (foreign && *own) {
        own = arena_printf(arena, "%s (%s)", own, ui_str(&app->ui, S_fallback));
    }
    if (why == ANSWER_CONSTRAINT && !*own &&
        number) { /* the form has no message: state the bounds */
        own = out_of_bounds(app, node);
    }
    return *own ? own : ui_str(&app->ui, id);
}

void app_refusal(struct app *app, struct node *node, enum answer_result why)
{
    struct arena arena;
    arena_init(&arena);
    const char *words = app_refusal_words(app, &arena, node, why);
    app->refused = node;
    app->refused_now = true;
    app->refused_edit = app->ui.edit.changes;
    app->refusal = why;
    app_say_text(app, words, false);
    arena_fini(&arena);
}

/* ---- the home screen's figures ---- */

static int by_title(const void *a, const void *b)
{
    return text_collate(((const struct app_form *)a)->title, ((const struct app_form *)b)->title);
}

/* Copies the head of a form that is known already: a package never changes. Heads are
 * forgotten at a lock. */
static bool know_form(struct app_form *out, const struct device_form *form,
                      const struct app_form *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(known[i].form.hash, form->hash, sizeof form->hash) == 0) {
            *out = known[i];
            out->form = *form;
            return true;
        }
    }
    return false;
}

/* The newest time known: the latest draft, sealed record or build of the program, wall ms.
 * Reduced by some slack. */
static int64_t newest_known(const struct app *app)
{
    enum { SLACK_MS = 10 * 60 * 1000 };
    int64_t newest = 1790000000000 + SLACK_MS;
    newest = app->waiting.newest_ms > newest ? app->waiting.newest_ms : newest;
    for (size_t i = 0; i < app->draft_count; i++) {
        newest = app->drafts[i].begun_ms > newest ? app->drafts[i].begun_ms : newest;
    }
    return newest - SLACK_MS;
}

bool app_read_form(struct app_form *f, const struct package *p)
{
    struct arena arena;
    const char *id, *title, *version;
    arena_init(&arena);
    bool ok = interview_form_title(&arena, p, &id, &title, &version);
    if (ok) {
        memset(f, 0, sizeof *f);
        memcpy(f->form.hash, p->hash, sizeof f->form.hash);
        f->form.serial = p->serial;
        f->form.training = p->flags & PACKAGE_TRAINING;
        snprintf(f->id, sizeof f->id, "%s", id);
        snprintf(f->title, sizeof f->title, "%s", title);
        snprintf(f->version, sizeof f->version, "%s", version);
        memcpy(f->signer, p->author.subject, sizeof f->signer);
    }
    arena_fini(&arena);
    return ok;
}

static bool gather_home(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    struct device_form *forms = mem_zero(DEVICE_FORMS_MAX, sizeof *forms);
    size_t count = 0;
    bool ok = device_drafts(d, app->drafts, &app->draft_count, err) &&
              device_waiting(d, &app->waiting, err) && device_forms(d, forms, &count, err);
    app->epoch = ok ? device_catalogue(d)->epoch : 0;
    app->newest_ms = newest_known(app);
    app->clock_doubt = ok && clock_wall_ms() < app->newest_ms;
    app->overdue_s = ok ? device_catalogue_overdue(d, clock_wall_ms()) : 0;
    struct app_form *known = mem_zero(APP_FORMS_MAX, sizeof *known);
    size_t known_count = app->form_count;
    memcpy(known, app->forms, sizeof app->forms);
    app->form_count = 0;
    for (size_t i = 0; i < count && ok && app->form_count < APP_FORMS_MAX; i++) {
        if (know_form(&app->forms[app->form_count], &forms[i], known, known_count)) {
            app->form_count++;
            continue;
        }
        struct buf bytes = {0};
        struct package p;
        ok = device_package(d, forms[i].hash, &bytes, err);
        if (ok && package_read(&p, bytes.data, bytes.len, NULL, NULL) &&
            app_read_form(&app->forms[app->form_count], &p)) {
            app->form_count++;
        }
        buf_fini(&bytes);
    }
    free(forms);
    secret_wipe(known, APP_FORMS_MAX * sizeof *known);
    free(known);
    qsort(app->forms, app->form_count, sizeof *app->forms, by_title);
    return ok;
}

static bool enrolled(struct device *d, void *arg, struct err *err)
{
    (void)err;
    *(bool *)arg = device_is_enrolled(d);
    return true;
}

void app_go_home(struct app *app)
{
    bool member = false;
    bool asked = writer_call(app->writer, enrolled, &member, NULL);
    app_go(app, asked && !member ? SCREEN_FIRST_REQUEST : SCREEN_HOME);
}

static bool rest(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    device_idle(d);
    return true;
}

bool app_load_home(struct app *app)
{
    struct err err = {0};
    (void)!writer_call(app->writer, rest, NULL, NULL);
    if (!writer_call(app->writer, gather_home, app, &err)) {
        app_trouble(app, &err);
        return false;
    }
    return true;
}

const char *app_date(struct app *app, int64_t wall_ms)
{
    int64_t local = wall_ms + (int64_t)clock_zone_minutes(wall_ms) * 60000;
    int64_t days = local / 86400000, ms = local % 86400000;
    int year, month, day;
    clock_civil(days, &year, &month, &day);
    return arena_printf(&app->ui.frame, "%02d.%02d.%04d %02d:%02d", day, month, year,
                        (int)(ms / 3600000), (int)(ms / 60000 % 60));
}

const char *app_media_name(const char *path)
{
    return file_name(path);
}

const char *app_words(struct app *app, const char *words)
{
    char *out = arena_alloc(&app->ui.frame, 200);
    snprintf(out, 200, "%s", words);
    if (app->ui.language != UI_EN) {
        words_cyrillic(out, 200, words);
    }
    return out;
}

void app_show_words(struct app *app, const char *words, const char *note, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const char *said = app_words(app, words);
    const char **list = arena_alloc(&ui->frame, (strlen(said) + 1) * sizeof *list);
    size_t count = 0;
    for (const char *p = said; *p; count++) {
        size_t len = strcspn(p, " ");
        list[count] = arena_printf(&ui->frame, "%zu. %.*s", count + 1, (int)len, p);
        p += len + (p[len] == ' ');
    }
    size_t columns = ui->landscape ? 3 : 2, rows = (count + columns - 1) / columns;
    int pad = ui_px(ui, 14), cell = (w - 2 * pad) / (int)columns, line = 0;
    for (size_t i = 0; i < count; i++) {
        int h = ui_text(ui, 0, 0, cell, TEXT_DIGIT, list[i], 0, false) + ui_px(ui, 4);
        line = h > line ? h : line;
    }
    int note_h = note ? ui_text(ui, 0, 0, w - 2 * pad, TEXT_HINT, note, 0, false) : 0;
    struct rect r = {x, *y, w, note_h + (int)rows * line + 2 * pad};
    ui_box(ui, r, 9, ui->theme.paper, ui->theme.line, 1.5f);
    for (size_t i = 0; i < count; i++) {
        int at = x + pad + (int)(i / rows) * cell, top = *y + pad + (int)(i % rows) * line;
        ui_text(ui, at, top, cell, TEXT_DIGIT, list[i], ui->theme.ink, true);
    }
    if (note) {
        ui_text(ui, x + pad, *y + pad + (int)rows * line, w - 2 * pad, TEXT_HINT, note,
                ui->theme.soft, true);
    }
    *y += r.h + ui_px(ui, 10);
}

/* ---- the loop ---- */

static void forget_lists(struct app *app)
{
    for (size_t k = 0; k < APP_LISTS; k++) {
        struct long_list *l = &app->lists[k];
        if (!l->node) {
            arena_fini(&l->arena);
            memset(l, 0, sizeof *l);
        }
    }
}

static void build(struct app *app)
{
    static void (*const screens[SCREEN_COUNT])(struct app *) = {
        [SCREEN_FIRST_LANGUAGE] = screen_first,
        [SCREEN_FIRST_INVITE] = screen_first,
        [SCREEN_FIRST_WORDS] = screen_first,
        [SCREEN_FIRST_PASS] = screen_first,
        [SCREEN_FIRST_REPEAT] = screen_first,
        [SCREEN_FIRST_REQUEST] = screen_first,
        [SCREEN_TRAVEL] = screen_travel,
        [SCREEN_UNLOCK] = screen_unlock,
        [SCREEN_HOME] = screen_home,
        [SCREEN_FORMS] = screen_forms,
        [SCREEN_INTERVIEW] = screen_interview,
        [SCREEN_OUTLINE] = screen_outline,
        [SCREEN_FINISH] = screen_finish,
        [SCREEN_SEALED] = screen_sealed,
        [SCREEN_HAND_OVER] = screen_hand_over,
        [SCREEN_LOAD] = screen_load,
        [SCREEN_SETTINGS] = screen_settings,
        [SCREEN_PIN] = screen_pin,
        [SCREEN_HAND] = screen_hand,
        [SCREEN_RETURN] = screen_return,
        [SCREEN_MACHINE] = screen_machine};
    enum { MAX = 6 };
    int tries = 0;
    do {
        ui_begin(&app->ui);
        forget_lists(app);
        app->look_again = NULL;
        app->pass++;
        if (app->transfer) {
            app_watch_transfer(app);
        } else if (app->task.task) {
            app_watch_task(app);
        } else if (app->sheet != SHEET_NONE) {
            if (app->screen == SCREEN_UNLOCK) {
                app_look_locks(app); /* the soft lock also ends under a sheet */
            }
            sheet_show(app);
        } else {
            screens[app->screen](app);
            if (ui_took(&app->ui, "help")) {
                app->sheet = SHEET_HELP;
            }
        }
        ui_end(&app->ui);
    } while (app->ui.again && ++tries < MAX);
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

#ifdef SUHBAT_TEST
/* Output for the test robot: ids and rectangles of the targets, never a value. */
static void report(struct app *app, int fd, unsigned frame, const struct window_event *e)
{
    static const char *const roles[ROLE_COUNT] = {"button", "choice", "key",  "field",
                                                  "row",    "pill",   "icon", "step"};
    static const char *const names[SCREEN_COUNT] = {
        "first-language", "first-invite", "first-words", "first-pass", "first-repeat",
        "first-request",  "travel",       "unlock",      "home",       "forms",
        "interview",      "outline",      "finish",      "sealed",     "hand-over",
        "load",           "settings",     "pin",         "hand",       "return",
        "machine"};
    struct buf out = {0};
    struct ui *ui = &app->ui;
    if (app->leaving || app->transfer ||
        app->task.task) { /* only the frame after that is reported */
        return;
    }
    buf_printf(&out, "frame %u %s\n", frame, app->sheet ? "sheet" : names[app->screen]);
    for (size_t i = 0; i < ui->target_count; i++) {
        const struct target *t = &ui->targets[i];
        buf_printf(&out, "target %s %s %d %d %d %d %s %s\n", t->id, roles[t->kind], t->rect.x,
                   t->rect.y, t->rect.w, t->rect.h, t->hidden ? "hidden" : "seen",
                   ui->show_focus && strcmp(ui->focus, t->id) == 0 ? "focus" : "-");
    }
    if (e->kind == WINDOW_UP || e->kind == WINDOW_KEY || e->kind == WINDOW_SAVED) {
        int64_t durable = 0;
        /* Wait for the write after the timed frame. Otherwise only the fast ones would be
         * counted. */
        if (app->interview && app->posted_us &&
            writer_wait(app->writer, app->interview->ticket, NULL)) {
            durable = writer_durable_us(app->writer);
        }
        buf_printf(&out, "time %lld %lld\n", (long long)(app->shown_us - app->event_us),
                   (long long)(durable ? durable - app->event_us : -1));
    }
    buf_printf(&out, "end %u\n", frame);
    for (size_t at = 0; at < out.len;) {
        ssize_t n = write(fd, out.data + at, out.len - at);
        if (n <= 0) {
            break;
        }
        at += (size_t)n;
    }
    buf_fini(&out);
}
#endif

/* Journals typing after one second of rest, and at least every five seconds. Returns the ms
 * until then, or -1. */
static int journal_typing(struct app *app)
{
    enum { REST_MS = 1000, MAX_MS = 5000 };
    struct edit *edit = &app->ui.edit;
    int64_t now = clock_mono_ms();
    bool memo = memo_is_open(app) || label_is_open(app);
    if (!app->interview || (app->screen != SCREEN_INTERVIEW && !memo) || !edit->id[0] ||
        (!memo && strncmp(edit->id, "field", 5) != 0)) {
        return -1;
    }
    if (edit->changed) {
        edit->changed = false;
        if (app->typed_ms == 0) {
            app->journalled_ms = now;
        }
        app->typed_ms = now;
    }
    if (app->typed_ms == 0) {
        return -1;
    }
    int64_t rest = REST_MS - (now - app->typed_ms), max = MAX_MS - (now - app->journalled_ms);
    int64_t left = rest < max ? rest : max;
    if (left > 0) {
        return (int)left;
    }
    struct node *node = question_typed(app);
    memo_keep(app);
    label_keep(app);
    if (node) {
        interview_typing(app->interview, node, edit->text.data);
    }
    app->typed_ms = 0;
    return -1;
}

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Uses a clock that runs on while the machine sleeps. */
static int64_t idle_left_ms(const struct app *app)
{
    bool busy = app->interview || (app->task.task && app->task.ours);
    int64_t max = busy ? IDLE_INTERVIEW_MS : IDLE_LOCK_MS;
    return max - (clock_mono_ms() - app->last_input_ms);
}

/* Locks after the idle time. True: another screen is shown now. */
static bool lock_if_due(struct app *app)
{
    int64_t left = idle_left_ms(app);
    if (travel_shows_secrets(app) && left <= 0) {
        travel_put_away(app);
        return true;
    }
    if (app->screen <= SCREEN_UNLOCK || left > 0) {
        return false;
    }
    if (!app->transfer) {
        app_lock(app);
        return true;
    }
    app_lock_behind(app);
    return true;
}

static int lock_timeout(struct app *app)
{
    if (travel_shows_secrets(app)) {
        int64_t left = idle_left_ms(app);
        return lock_if_due(app) ? 0 : (int)left;
    }
    if (app->screen <= SCREEN_UNLOCK) {
        const struct device_locks *l = &app->locks;
        if (app->screen != SCREEN_UNLOCK) {
            return -1;
        }
        return l->soft_left_ms > 0 ? (int)l->soft_left_ms + 1 /* then only the passphrase unlocks */
               : l->wait_s > 0     ? 1000                     /* the countdown in seconds */
                                   : -1;
    }
    if (lock_if_due(app)) {
        return 0;
    }
    int64_t left = idle_left_ms(app);
    return (int)(left < 0 ? 0 : left);
}

/* With a slow disk, the page being left stays as it is for this long, ms. Then "wait" is
 * shown. */
enum { SLOW_MS = 300, PROGRESS_MS = 100 };

static int leaving_timeout(const struct app *app)
{
    int64_t left = SLOW_MS - (clock_mono_ms() - app->leaving_ms);
    return app->leaving && left > 0 ? (int)left : -1;
}

/* Called on the writer's thread. */
static void on_saved(void *window)
{
    window_tell(window, WINDOW_SAVED);
}

void app_take_device(struct app *app, struct device *device)
{
    app->writer = writer_new(device);
    writer_when(app->writer, on_saved, app->ui.window);
}

void app_begin(struct app *app, struct window *window, struct device *device,
               const struct app_options *o)
{
    memset(app, 0, sizeof *app);
    ui_init(&app->ui, window);
    arena_init(&app->folder_arena);
    app->data_dir = o->data_dir;
    app->media_dir = o->media_dir;
    app->memory_kib = o->memory_kib;
    app->kiosk = o->kiosk;
    app_settings_read(app);
    app->night = app->night || o->night; /* options override the stored settings */
    app->ui.text_scale = o->text_scale > 0 ? o->text_scale : app->ui.text_scale;
    app->ui.language = o->language < UI_LANGUAGE_COUNT ? o->language : app->ui.language;
    ui_theme(&app->ui, app->night);
    app_say_anew(app);
    if (device) {
        app_take_device(app, device);
    }
    app->screen = device ? SCREEN_UNLOCK : SCREEN_FIRST_LANGUAGE;
    app->last_input_ms = clock_mono_ms();
}

struct device *app_end(struct app *app)
{
    if (app->transfer) { /* the window was closed during a task */
        app->progress.stop = true;
        (void)!writer_end(app->writer, app->transfer, NULL);
        app->transfer = NULL;
    }
    if (app->locking) {
        (void)!writer_end(app->writer, app->locking, NULL);
        app->locking = NULL;
    }
    load_forget(app);
    app_leave_task(app);
    machine_close(app);
    app_leave_interview(app);
    struct device *device = writer_free(app->writer);
    app->writer = NULL;
    buf_fini(&app->invite_bytes);
    buf_fini(&app->request);
    forget_lists(app);
    arena_fini(&app->folder_arena);
    app_forget_named(app);
    ui_fini(&app->ui);
    return device;
}

void app_draw(struct app *app)
{
    uint64_t before = app->interview ? app->interview->ticket : 0;
    app->posted_us = 0;
    build(app);
    if (app->screen != SCREEN_INTERVIEW || app->sheet != SHEET_NONE) {
        app->ahead_count = 0; /* a key typed for a page must not seal a record or enter a PIN */
    }
    while (!app->leaving && app->ahead_count) { /* typed during the wait for a slow disk */
        struct window_event e = app->ahead[0];
        memmove(app->ahead, app->ahead + 1, --app->ahead_count * sizeof e);
        if (e.kind == WINDOW_TEXT) {
            screen_open_waiting(app);
        }
        if (ui_event(&app->ui, &e)) {
            build(app);
        }
        app->ahead_count = app->screen == SCREEN_INTERVIEW ? app->ahead_count : 0;
    }
    if (app->media_changed && app->look_again && !app->task.task && !app->transfer) {
        app->media_changed = false;
        app->look_again(app);
        build(app);
    }
    if (app->leaving && leaving_timeout(app) < 0) {
        wait_box(&app->ui, S_wait_save);
    }
    if (!app->blind && !app->asleep && !app->covered) {
        window_show(app->ui.window, &app->ui.draws, app->ui.theme.paper);
    }
    app->shown_us = now_us();
    app->posted_us = app->interview && app->interview->ticket != before ? app->shown_us : 0;
}

/* Before the machine sleeps: blanks the screen and saves everything, in case the battery
 * runs out. */
static void fall_asleep(struct app *app)
{
    window_blank(app->ui.window, app->ui.theme.paper); /* before a disk that may be slow */
    if (app->task.ours && !app->opening) {             /* opening a draft cannot lose anything */
        app_leave_task(app);
    }
    if (app->interview) {
        app_put_away(app);
    }
    audio_stop();
    if (app->kiosk && app->screen > SCREEN_UNLOCK) { /* in a kiosk, sleeping locks the device */
        if (app->transfer) {
            app_lock_behind(app); /* locks as soon as the copy allows it */
        } else {
            app_lock(app);
        }
    }
    app->asleep = true;
    if (app->watch) {
        sleep_ready(app->watch);
    }
}

static bool is_touch(const struct window_event *e)
{
    return e->kind >= WINDOW_DOWN && e->kind <= WINDOW_TEXT;
}

static bool edits(const struct app *app, const struct window_event *e)
{
    bool key = e->kind == WINDOW_KEY && app->ui.edit.id[0];
    return e->kind == WINDOW_TEXT ||
           (key && (e->key == KEY_BACKSPACE || e->key == KEY_DELETE || e->key == KEY_LEFT ||
                    e->key == KEY_RIGHT || e->key == KEY_SPACE));
}

bool app_handle(struct app *app, const struct window_event *e)
{
    struct ui *ui = &app->ui;
    app->event_us = e->kind == WINDOW_SAVED ? app->event_us : now_us();
    if (e->kind == WINDOW_HIDE) { /* nothing stays on a hidden screen */
        window_blank(ui->window, ui->theme.paper);
        app->covered = true;
        return false;
    }
    app->covered = app->covered && e->kind != WINDOW_EXPOSE && !is_touch(e);
    if (e->kind == WINDOW_SLEEP) {
        fall_asleep(app);
        return false;
    }
    if (e->kind == WINDOW_MEDIA) {
        medium_changed(app);
        return ui->again;
    }
    app->asleep = app->asleep && e->kind != WINDOW_AWAKE;
    if (e->kind == WINDOW_AWAKE) { /* media did not answer during sleep: restart their timers */
        app->task.since_ms = app->transfer_ms = clock_mono_ms();
    }
    if ((app->asleep || app->leaving) && is_touch(e)) {
        bool key = e->kind == WINDOW_KEY || e->kind == WINDOW_TEXT;
        if (key && !app->asleep && app->ahead_count < APP_AHEAD) {
            app->ahead[app->ahead_count++] = *e;
        }
        ui_let_go(ui); /* the touch was meant for the old page */
        return false;
    }
    if (app->task.task && edits(app, e)) { /* no field is shown during a task */
        return false;
    }
    if (lock_if_due(app)) { /* woken after a long sleep: lock first, ignore this event */
        return true;
    }
    if (is_touch(e)) {
        app->last_input_ms = clock_mono_ms();
    }
    if (e->kind == WINDOW_TEXT) {
        screen_open_waiting(app);
    }
    bool ended = audio_left_ms() >= 0 && !audio_playing();
    if (ended) { /* updates the button and stops the audio output */
        audio_stop();
    }
    bool locked = app->screen == SCREEN_UNLOCK && e->kind == WINDOW_NONE;
    bool changed = ui_event(ui, e);
    if (app->refused && app->refused_edit != ui->edit.changes &&
        question_typed(app) == app->refused) {
        app->refused = NULL;
        app->message[0] = '\0';
    }
    return changed || locked || ended || ui->again || app->leaving || app->transfer ||
           app->task.task;
}

int app_run(struct app *app, int robot_fd)
{
    struct ui *ui = &app->ui;
    unsigned frame = 0;
    struct window_event e = {.kind = WINDOW_EXPOSE};
    bool dirty = true;
    (void)robot_fd;
    while (!ui->quit) {
        if (dirty) {
            app_draw(app);
            frame++;
#ifdef SUHBAT_TEST
            if (robot_fd >= 0) {
                report(app, robot_fd, frame, &e);
            }
#endif
        }
        int timeout = ui_timeout(ui);
        timeout = shorter(timeout, journal_typing(app));
        timeout = shorter(timeout, app->interview ? question_rest_ink(app) : -1);
        timeout = shorter(timeout, lock_timeout(app));
        timeout = shorter(timeout, leaving_timeout(app));
        timeout = app->transfer ? PROGRESS_MS : timeout;
        timeout = shorter(timeout, app_task_timeout(app));
        timeout = shorter(timeout, audio_left_ms());
        window_wait(ui->window, timeout, &e);
        dirty = app_handle(app, &e);
    }
    app_leave_interview(app);
    return 0;
}
