/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_interviews: whole interviews on the screens, from the first page to the seal.
 *
 *   help_interviews FORM CASES STEPS…
 *
 * Each file of steps (a replay, .jsonl) is answered in each language by touch: pages are walked one
 * by one, choices and pills are tapped, texts and numbers are typed, entries are added, the device
 * is handed to the respondent and back.  CASES: a list of cases for the device, or "-".  Answers
 * that no tap or typing gives (dates, drawings, what is searched in a list) are put directly, and
 * counted.  The last line is "N passed, N failed, N skipped", an interview each.
 */
#include "app/screens/calendar.h"
#include "app/screens/group.h"
#include "platform/custody/message.h"
#include "platform/machine/clock.h"
#include "platform/machine/csv.h"
#include "platform/machine/json.h"
#include "platform/machine/map.h"
#include "tests/lib/scene.h"

enum { PAGES_MAX = 2500 };
static const char pin[] = "471108";

static struct {
    struct scene s;
    struct arena arena;
    struct map answers; /* path without the root → value: the last word on it */
    struct map entries; /* path of a repeat → number of entries, as a pointer */
    char name[80];      /* whose turn it is */
    unsigned taps, typed, direct, pages, handed, sealed;
    bool failed;
} w;

static void fault(const char *fmt, ...)
{
    va_list args;
    printf("%s: ", w.name);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
    w.failed = true;
}

/* ---- the answers ---- */

/* "trip[2]/tr_country" says that the repeat trip has two entries. */
static void count_entries(const char *path)
{
    for (const char *p = path; (p = strchr(p, '[')); p++) {
        char *repeat = arena_printf(&w.arena, "%.*s", (int)(p - path), path);
        uintptr_t n = strtoul(p + 1, NULL, 10);
        if (n > (uintptr_t)map_get(&w.entries, repeat)) {
            map_put(&w.entries, repeat, (void *)n);
        }
    }
}

static bool read_steps(const char *file)
{
    struct buf bytes = {0};
    struct err err = {0};
    map_init(&w.answers, &w.arena);
    map_init(&w.entries, &w.arena);
    if (!file_read(&bytes, file, 1 << 20, &err)) {
        return false;
    }
    char *text = arena_copy(&w.arena, bytes.data, bytes.len + 1);
    text[bytes.len] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        struct json *step;
        if (*line != '{' || !json_parse(&step, &w.arena, line, strlen(line), &err)) {
            continue;
        }
        const char *path = json_text(step, "answer"), *value = json_text(step, "value");
        if (path && value) {
            map_put(&w.answers, arena_text(&w.arena, path), arena_text(&w.arena, value));
            count_entries(path);
        }
    }
    buf_fini(&bytes);
    return true;
}

/* The path that a step would name: without the root. */
static const char *path_of(const struct node *node)
{
    struct buf path = {0};
    session_path(node, &path);
    const char *slash = strchr(path.data + 1, '/');
    char *kept = arena_text(&w.arena, slash ? slash + 1 : path.data);
    buf_fini(&path);
    return kept;
}

/* "main/trips/trip[1]" and "main/trips/trip" are the same while there is one entry. */
static const char *wanted(const struct node *node)
{
    const char *path = path_of(node), *value = map_get(&w.answers, path);
    if (!value && !strchr(path, '[')) {
        return NULL;
    }
    return value;
}

/* ---- answering ---- */

static bool tap_part(struct node *node, const char *kind, const char *which)
{
    char id[UI_ID_MAX];
    snprintf(id, sizeof id, "%s", question_part(&w.s.app, node, kind, which));
    if (!scene_show(&w.s, id)) {
        return false;
    }
    w.taps++;
    return scene_tap(&w.s, id);
}

static bool tap_value(struct node *node, const char *value)
{
    const struct item *item = node->item;
    for (size_t c = 0; c < QUESTION_CODES; c++) {
        if (strcmp(question_codes[c].number, value) == 0 && question_is_number(item)) {
            return tap_part(node, "pill", question_codes[c].code);
        }
    }
    return tap_part(node, "choice", value) || tap_part(node, "pill", value) ||
           tap_part(node, "value", value) || tap_part(node, "star", value);
}

static void put_directly(struct node *node, const char *value)
{
    struct err err = {0};
    enum answer_result r = interview_answer(w.s.app.interview, node, value, &err);
    if (r != ANSWER_OK) {
        fault("%s does not take '%s' (%d)", path_of(node), value, (int)r);
    }
    w.direct++;
    scene_draw(&w.s);
}

static bool is_typed(const struct node *node)
{
    enum data_type t = node->item->type;
    return node->item->control->kind == CONTROL_INPUT && t != TYPE_DATE && t != TYPE_TIME &&
           t != TYPE_DATE_TIME;
}

static void answer_by_hand(struct node *node, const char *value)
{
    const struct control *c = node->item->control;
    char words[512], *rest = NULL;
    if (c->kind == CONTROL_SELECT1 || c->kind == CONTROL_TRIGGER) {
        if (!tap_value(node, value) && tap_part(node, "open", "")) {
            (void)!tap_value(node, value);
        }
    } else if (c->kind == CONTROL_SELECT) {
        snprintf(words, sizeof words, "%s", value);
        for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
            (void)!tap_value(node, word);
        }
    } else if (is_typed(node) &&
               !(question_is_number(node->item) && *value == '-' && tap_value(node, value))) {
        char id[UI_ID_MAX];
        snprintf(id, sizeof id, "%s", typed_id(&w.s.app, node));
        if (!edit_is(&w.s.app.ui.edit, id) && scene_show(&w.s, id)) {
            scene_tap(&w.s, id);
        }
        if (edit_is(&w.s.app.ui.edit, id)) {
            scene_type(&w.s, value);
            (void)!question_commit(&w.s.app);
            scene_draw(&w.s);
            w.typed++;
        }
    }
}

/* Answers all questions of the page that the steps answer; a question that appears is next. */
static void answer_page(void)
{
    struct interview *i = w.s.app.interview;
    for (int more = 200; more > 0 && !w.failed && w.s.app.screen == SCREEN_INTERVIEW; more--) {
        struct page *fields = &i->page;
        size_t count = 1, f = 0;
        if (i->page.kind == PAGE_FIELDS) {
            session_fields(i->session, &w.s.app.ui.frame, &i->page, &fields, &count);
        }
        const char *value = NULL;
        for (; f < count; f++) {
            struct node *n = fields[f].node;
            value = fields[f].kind == PAGE_QUESTION && question_is_asked(n) ? wanted(n) : NULL;
            if (value && strcmp(tree_value(n), value) != 0) {
                break;
            }
        }
        if (f == count) {
            return;
        }
        struct node *node = fields[f].node;
        struct page page = i->page;
        answer_by_hand(node, value);
        if (w.s.app.screen != SCREEN_INTERVIEW || i->page.node != page.node) {
            return; /* a quick answer turned the page */
        }
        if (strcmp(tree_value(node), value) != 0) {
            put_directly(node, value);
        }
    }
}

/* ---- walking ---- */

/* The list of entries: enters the next one that has not been visited, or adds one.  False: all are
 * there. */
static bool enter_entry(struct map *visited)
{
    struct interview *i = w.s.app.interview;
    struct node **entries;
    size_t count;
    session_entries(i->session, &w.s.app.ui.frame, &i->page, &entries, &count);
    for (size_t e = 0; e < count; e++) {
        const char *path = path_of(entries[e]);
        if (map_get(visited, path)) {
            continue;
        }
        map_put(visited, path, (void *)1);
        char id[40];
        if (calendar_is_here(&w.s.app)) {
            snprintf(id, sizeof id, "event:%zu", e + 1);
            if (scene_show(&w.s, id) && scene_tap(&w.s, id)) {
                return scene_tap(&w.s, "questions");
            }
        }
        snprintf(id, sizeof id, "entry:%zu", e + 1);
        if (scene_show(&w.s, id) && scene_tap(&w.s, id)) {
            return true;
        }
        fault("the entry %s cannot be entered", path);
        return false;
    }
    struct buf repeat = {0};
    struct node *holder = i->page.node;
    buf_printf(&repeat, "%s/%s", path_of(holder), i->page.control->item->shape.name);
    const char *key = repeat.data;
    uintptr_t want = (uintptr_t)map_get(&w.entries, key);
    buf_fini(&repeat);
    if (count < want && scene_show(&w.s, "add")) {
        return scene_tap(&w.s, "add");
    }
    return false;
}

static void enter_pin(void)
{
    struct app *app = &w.s.app;
    edit_begin(&app->ui.edit, "pin", "");
    scene_type(&w.s, pin);
    scene_tap(&w.s, scene_find(&w.s, "right") ? "right" : "key:enter");
    w.handed++;
}

static void step(struct map *visited)
{
    struct app *app = &w.s.app;
    switch (app->screen) {
    case SCREEN_PIN:
    case SCREEN_HAND:
    case SCREEN_RETURN:
        enter_pin();
        return;
    case SCREEN_FINISH:
        if (!scene_show(&w.s, "right") || !scene_tap(&w.s, "right")) {
            fault("the end has no way on");
        } else if (app->sheet == SHEET_SEAL) {
            app->view.typed_ms = 0;
            usleep(0);
            scene_tap(&w.s, "seal-yes");
        } else if (app->screen == SCREEN_INTERVIEW) {
            fault("the end leads back to %s: %s", path_of(app->interview->page.node),
                  app->message.text);
        }
        return;
    case SCREEN_INTERVIEW:
        break;
    default:
        fault("it stands at screen %d: %s", (int)app->screen, app->message.text);
        return;
    }
    w.pages++;
    if (app->interview->page.kind == PAGE_ROSTER && enter_entry(visited)) {
        return;
    }
    if (group_table_is_here(app)) { /* a group that is entered from paper: the topic's questions */
        if (!scene_tap(&w.s, "right") || group_table_is_here(app)) {
            fault("the table of %s cannot be left", path_of(app->interview->page.node));
        }
        return;
    }
    answer_page();
    if (w.failed || app->screen != SCREEN_INTERVIEW) {
        return;
    }
    struct page before = app->interview->page;
    if (!scene_tap(&w.s, scene_find(&w.s, "right") ? "right" : "key:enter")) {
        fault("no way on from %s", path_of(before.node));
    } else if (app->screen == SCREEN_INTERVIEW && app->interview->page.node == before.node &&
               app->interview->page.control == before.control) {
        fault("%s holds: %s", path_of(before.node), app->message.text);
    }
}

/* ---- cases ---- */

/* "@101@" is the day 101 days ago. */
static const char *with_days(const char *text)
{
    long days = *text == '@' ? strtol(text + 1, NULL, 10) : 0;
    char day[40];
    if (!days) {
        return arena_text(&w.arena, text);
    }
    int64_t at = clock_wall_ms() - (int64_t)days * 24 * 60 * 60 * 1000;
    clock_iso(day, sizeof day, at, clock_zone_minutes(at), false);
    day[10] = '\0';
    return arena_text(&w.arena, day);
}

/* Assigns each row of the list to the device; runs on the writer's thread, which owns it. */
static bool give_cases(struct device *device, void *arg, struct err *why)
{
    const char *file = arg;
    struct buf bytes = {0};
    struct csv csv;
    struct err err = {0};
    struct load_report report;
    char list[80];
    OK(file_read(&bytes, file, 1 << 20, &err));
    OK(csv_parse(&csv, &w.arena, bytes.data, bytes.len, &err));
    snprintf(list, sizeof list, "%.*s", (int)strcspn(file_name(file), "."), file_name(file));
    for (size_t r = 1; r < csv.count; r++) {
        struct buf body = {0};
        struct entity_property *properties = NULL;
        for (size_t c = 2; c < csv.rows[r].count; c++) {
            struct entity_property *p = arena_alloc(&w.arena, sizeof *p);
            *p = (struct entity_property){csv.rows[0].cells[c], with_days(csv.rows[r].cells[c]),
                                          properties};
            properties = p;
        }
        struct entity one = {.list = list,
                             .id = csv.rows[r].cells[0],
                             .label = csv.rows[r].cells[1],
                             .branch = "",
                             .version = 1,
                             .properties = properties};
        entities_print_one(&body, &one);
        struct message m = {.counter = r,
                            .kind = MESSAGE_ASSIGN,
                            .issued_at = 1795500000,
                            .body = body.data,
                            .len = body.len};
        char hex[33], name[40];
        size_t n = 0;
        for (const char *p = one.id; *p && n < 32; p++) {
            if (*p != '-') {
                hex[n++] = *p;
            }
        }
        hex[n] = '\0';
        OK(text_unhex(m.about, 16, hex));
        memcpy(m.device_id, device_id(device), 16);
        memset(m.message_id, (int)r, 16);
        snprintf(name, sizeof name, "case-%zu.age", r);
        study_message(&w.s.study, "cases", name, &m);
        buf_fini(&body);
    }
    buf_fini(&bytes);
    return device_load_folder(device, study_path(&w.s.study, "cases"), &report, why);
}

/* ---- interviews ---- */

static bool play(struct window *window, const char *form, const char *id, char *cases,
                 enum ui_language language)
{
    struct err err = {0};
    struct map visited;
    struct scene_look look = {
        .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = language};
    map_init(&visited, &w.arena);
    w.failed = false;
    scene_open(&w.s, window, form, id, &look);
    w.s.app.loop.blind = true;
    scene_unlock(&w.s);
    if (strcmp(cases, "-") != 0) {
        OK(writer_call(w.s.app.writer, give_cases, cases, &err));
    }
    scene_tap(&w.s, "start");
    if (!scene_tap(&w.s, "form:0") || !w.s.app.interview) {
        fault("the interview does not begin: %s", w.s.app.message.text);
    }
    for (int p = 0; p < PAGES_MAX && !w.failed && w.s.app.screen != SCREEN_SEALED; p++) {
        step(&visited);
    }
    if (!w.failed && w.s.app.screen != SCREEN_SEALED) {
        fault("it does not come to an end");
    }
    w.sealed += w.s.app.screen == SCREEN_SEALED;
    scene_close(&w.s);
    return !w.failed;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    unsigned passed = 0, failed = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: help_interviews FORM CASES STEPS…\n");
        return 2;
    }
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2};
    struct window *window = scene_window(&look);
    char *form = scene_form(argv[1]), id[128];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(file_name(argv[1]), "."), file_name(argv[1]));
    for (int a = 3; a < argc; a++) {
        for (int l = UI_RU; l <= UI_TG; l++) {
            arena_init(&w.arena);
            snprintf(w.name, sizeof w.name, "%s in %s", file_name(argv[a]),
                     language_code((enum ui_language)l));
            bool ok = read_steps(argv[a]) && play(window, form, id, argv[2], (enum ui_language)l);
            passed += ok;
            failed += !ok;
            arena_fini(&w.arena);
            memset(&w.s, 0, sizeof w.s);
        }
    }
    window_close(window);
    free(form);
    printf("%s: %u pages, %u taps, %u typed, %u put directly, %u times handed over or back, %u "
           "sealed\n",
           id, w.pages, w.taps, w.typed, w.direct, w.handed, w.sealed);
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
