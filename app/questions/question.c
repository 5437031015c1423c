/* SPDX-License-Identifier: Apache-2.0 */
/* Asks one question: chooses its kind, shows label, answer and refusal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question.h"
#include "forms/xpath/dates.h"
#include "platform/machine/text.h"

const struct question_code question_codes[QUESTION_CODES] = {{"dk", "-98", S_missing_dk},
                                                             {"refused", "-99", S_missing_refused},
                                                             {"na", "-97", S_missing_na}};

bool question_is_code(const char *value)
{
    for (size_t i = 0; i < QUESTION_CODES; i++) {
        if (strcmp(question_codes[i].code, value) == 0) {
            return true;
        }
    }
    return false;
}

bool question_is_asked(const struct node *node)
{
    const struct control *c = node->item ? node->item->control : NULL;
    return c && control_is_question(c) && !node->readonly &&
           !control_has(c, "label"); /* heading of a table: no answer */
}

/* ---- passing the answer to the session ---- */

void question_turn_to(struct app *app, const struct node *node)
{
    struct node *typed = question_typed(app);
    if (typed && typed != node) {
        commit_or_keep(app);
    }
}

bool question_answer(struct app *app, struct node *node, const char *value)
{
    struct err err = {0};
    question_turn_to(app, node);
    enum answer_result result = interview_answer(app->interview, node, value, &err);
    if (result != ANSWER_OK) {
        app_refusal(app, node, result);
        return false;
    }
    if (app->refused == node || !app->refused) {
        app->refused = NULL;
        app->message[0] = '\0';
    }
    app->ui.again = true;
    return true;
}

const char *question_field(struct app *app, const struct node *node)
{
    return arena_printf(&app->ui.frame, "field:%u:%u", node->item->shape.index,
                        session_entry_of(node) ? tree_position(session_entry_of(node)) : 0);
}

void question_tap(struct app *app, struct node *node, const char *value)
{
    bool back = strcmp(tree_value(node), value) == 0 && !node->required;
    question_answer(app, node, back ? "" : value);
}

const char *question_part(struct app *app, const struct node *node, const char *kind,
                          const char *which)
{
    if (app->interview->page.kind != PAGE_FIELDS) {
        return *which ? arena_printf(&app->ui.frame, "%s:%s", kind, which)
                      : arena_text(&app->ui.frame, kind);
    }
    return arena_printf(&app->ui.frame, "%s:%u:%s", kind, node->item->shape.index, which);
}

bool question_searching(const struct app *app)
{
    return strncmp(app->ui.edit.id, "search", 6) == 0;
}

struct node *question_typed(struct app *app)
{
    struct page *fields = NULL;
    size_t count = 0;
    struct interview *i = app->interview;
    if (!i || strncmp(app->ui.edit.id, "field", 5) != 0) {
        return NULL;
    }
    if (i->page.kind == PAGE_QUESTION) {
        return i->page.node;
    }
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &app->ui.frame, &i->page, &fields, &count);
        for (size_t f = 0; f < count; f++) {
            if (edit_is(&app->ui.edit, question_field(app, fields[f].node))) {
                return fields[f].node;
            }
        }
    }
    return NULL;
}

static bool is_number(const struct item *item)
{
    return item->type == TYPE_INT || item->type == TYPE_DECIMAL;
}

static bool is_place(const struct item *item)
{
    return item->type == TYPE_GEOPOINT || item->type == TYPE_GEOTRACE ||
           item->type == TYPE_GEOSHAPE;
}

/* The answer as shown in the field: numbers with a decimal comma, as in three of the
 * languages; empty for a "no answer" code (its pill shows it). */
static const char *shown_value(struct app *app, const struct node *node)
{
    const char *value = tree_value(node);
    for (size_t i = 0; i < QUESTION_CODES && is_number(node->item) && node->item->missing; i++) {
        if (strcmp(value, question_codes[i].number) == 0) {
            return "";
        }
    }
    char *out = arena_text(&app->ui.frame, value);
    for (char *p = out; *p && (is_number(node->item) || is_place(node->item)); p++) {
        *p = *p == '.' ? ',' : *p;
    }
    return out;
}

/* "1234567,5" → "1 234 567,5" with no-break spaces. Four digits may be a year and stay as
 * they are. */
static const char *grouped(struct app *app, const char *number)
{
    const char *digits = number + (*number == '-');
    size_t whole = strspn(digits, "0123456789");
    if (whole < 5) {
        return number;
    }
    struct buf out = {0};
    buf_add(&out, number, (size_t)(digits - number));
    for (size_t i = 0; i < whole; i++) {
        buf_text(&out, i && (whole - i) % 3 == 0 ? "\xC2\xA0" : "");
        buf_char(&out, digits[i]);
    }
    buf_text(&out, digits + whole);
    const char *kept = arena_text(&app->ui.frame, out.data);
    buf_fini(&out);
    return kept;
}

/* Accepts places as people write them: "42,87 74,59; 42,9 74,6" or "42.87,74.59". Converts
 * them to decimal points and spaces. The first comma inside a number is its decimal point,
 * unless it has one already. */
static const char *typed_place(struct app *app, const char *text)
{
    char *out = arena_text(&app->ui.frame, text);
    bool pointed = false;
    for (char *p = out; *p; p++) {
        bool inside = p > out && p[-1] >= '0' && p[-1] <= '9' && p[1] >= '0' && p[1] <= '9';
        if (*p == ',') {
            *p = inside && !pointed ? '.' : ' ';
        }
        pointed = *p == '.' || (pointed && *p != ' ' && *p != ';');
    }
    return out;
}

/* ---- codes ---- */

enum keyboard_start question_keys(const struct node *node)
{
    static const enum keyboard_start starts[] = {[KEYS_ANY] = START_OWN,
                                                 [KEYS_LATIN] = START_LATIN,
                                                 [KEYS_CAPITALS] = START_CAPITALS,
                                                 [KEYS_CYRILLIC] = START_CYRILLIC,
                                                 [KEYS_DIGITS] = START_DIGITS};
    return starts[node ? session_keys(node->item) : KEYS_ANY];
}

/* Letters that look alike in the two alphabets, at the same index. */
static const uint32_t latin[] = {'A', 'B', 'C', 'E', 'H', 'I', 'J', 'K', 'M', 'O', 'P', 'S', 'T',
                                 'X', 'Y', 'a', 'c', 'e', 'i', 'j', 'o', 'p', 's', 'x', 'y'};
static const uint32_t cyrillic[] = {0x410, 0x412, 0x421, 0x415, 0x41D, 0x406, 0x408, 0x41A, 0x41C,
                                    0x41E, 0x420, 0x405, 0x422, 0x425, 0x423, 0x430, 0x441, 0x435,
                                    0x456, 0x458, 0x43E, 0x440, 0x455, 0x445, 0x443};
_Static_assert(sizeof latin == sizeof cyrillic, "a letter for each");

/* Replaces look-alike letters: "А12" with a Cyrillic А becomes "A12" if Latin letters are
 * wanted, and the reverse. If the text would still mix alphabets, it stays as typed. */
static const char *as_it_looks(struct app *app, const struct node *node, const char *text)
{
    enum text_keys keys = session_keys(node->item);
    bool to_latin = keys == KEYS_LATIN || keys == KEYS_CAPITALS;
    const uint32_t *from = to_latin ? cyrillic : latin, *to = to_latin ? latin : cyrillic;
    struct buf out = {0};
    bool whole = to_latin || keys == KEYS_CYRILLIC;
    for (size_t at = 0, len = strlen(text); whole && at < len;) {
        uint32_t c = text_next(text, len, &at);
        for (size_t i = 0; i < sizeof latin / sizeof *latin; i++) {
            if (c == from[i]) {
                c = to[i];
                break;
            }
        }
        c = keys == KEYS_CAPITALS ? text_capital(c) : c;
        bool letter = text_small(c) != text_capital(c);
        whole = !letter || (c < 0x80) == to_latin;
        text_put(&out, c);
    }
    const char *kept = whole && out.data ? arena_text(&app->ui.frame, out.data) : text;
    buf_fini(&out);
    return kept;
}

bool question_commit(struct app *app)
{
    struct node *node = question_typed(app);
    if (!question_commit_ink(app)) {
        return false;
    }
    if (!node) {
        return true;
    }
    if (strcmp(shown_value(app, node), app->ui.edit.text.data) == 0) { /* unchanged */
        if (interview_typed(app->interview, node)) {
            interview_typing(app->interview, node, tree_value(node));
        }
        edit_end(&app->ui.edit);
        app->typed_ms = 0;
        return true;
    }
    const char *text = app->ui.edit.text.data;
    text = is_place(node->item) ? typed_place(app, text) : as_it_looks(app, node, text);
    if (!question_answer(app, node, text)) {
        return false;
    }
    edit_end(&app->ui.edit);
    app->typed_ms = 0;
    return true;
}

/* ---- kinds of answers ---- */

bool question_types_text(const struct page *page)
{
    const struct control *c = page->control;
    enum data_type type = page->node->item->type;
    return page->kind == PAGE_QUESTION && !page->node->readonly &&
           (c->kind == CONTROL_INPUT || c->kind == CONTROL_SECRET) && type != TYPE_DATE &&
           type != TYPE_TIME && type != TYPE_DATE_TIME;
}

void question_open(struct app *app, const struct page *page)
{
    if (question_types_text(page)) {
        edit_begin(&app->ui.edit, question_field(app, page->node), shown_value(app, page->node));
    }
}

void question_reached(struct app *app, const struct node *node, size_t first, int top, int bottom)
{
    struct ui *ui = &app->ui;
    if (app->reached != node) {
        return;
    }
    app->reached = NULL;
    ui->again = true;
    ui_scroll_to(ui, top, bottom - top < ui->body.h ? bottom - top : ui->body.h);
    if (ui->by_key && !ui->edit.id[0]) {
        ui_focus_from(ui, first);
    }
}

bool question_keyboard(struct app *app, const struct page *page, enum keyboard_kind *kind)
{
    if (question_searching(app)) {
        *kind = KEYBOARD_TEXT;
        return true;
    }
    struct node *node = question_typed(app);
    (void)page;
    if (!node) {
        return false;
    }
    bool digits = control_has(node->item->control, "numbers");
    *kind = is_place(node->item)                         ? KEYBOARD_PLACE
            : node->item->type == TYPE_INT               ? KEYBOARD_NUMBER
            : node->item->type == TYPE_DECIMAL || digits ? KEYBOARD_DECIMAL
                                                         : KEYBOARD_TEXT;
    return true;
}

const char *question_number(struct app *app, const char *number)
{
    char *out = arena_text(&app->ui.frame, number);
    char *point = strchr(out, '.');
    if (point) {
        *point = ',';
    }
    return grouped(app, out);
}

/* Pills for dk, refused and na on a number. The numeric code is stored. */
static void number_pills(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int px = x;
    const char *offered = node->item->missing;
    if (!offered) {
        return;
    }
    for (size_t i = 0; i < QUESTION_CODES; i++) {
        const struct question_code *code = &question_codes[i];
        if (!question_has_word(offered, code->code)) {
            continue;
        }
        bool on = strcmp(tree_value(node), code->number) == 0;
        const char *id = question_part(app, node, "pill", code->code);
        if (ui_pill(ui, id, &px, y, x, x + w, ui_str(ui, code->label), on, true)) {
            edit_end(&ui->edit);
            app->typed_ms = 0;
            question_tap(app, node, code->number);
        }
    }
    ui_pills_end(ui, &px, y, x);
}

static bool is_masked(const struct control *c)
{
    return c->kind == CONTROL_SECRET || control_has(c, "masked");
}

bool question_is_prose(const struct node *node)
{
    return node && node->item->type == TYPE_TEXT && !is_masked(node->item->control);
}

bool question_is_many_lines(const struct node *node)
{
    return node && node->item->type == TYPE_TEXT && !is_masked(node->item->control) &&
           (control_has(node->item->control, "multiline") || node->item->control->rows > 1);
}

static void ask_text(struct app *app, struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    const char *id = question_field(app, node);
    bool number = is_number(node->item), active = edit_is(&ui->edit, id);
    bool many = question_is_many_lines(node);
    int lines = c->rows > 1 ? (int)(c->rows < 10 ? c->rows : 10) : 4;
    bool masked = is_masked(c);
    const char *value = shown_value(app, node);
    const char *text = active ? ui->edit.text.data : number ? grouped(app, value) : value;
    bool empty = !active && !*text;
    enum string_id prompt = is_place(node->item) ? S_place_empty : S_text_empty;
    if (ui_field(ui, id, x, y, w, empty ? ui_str(ui, prompt) : text, active ? ui->edit.cursor : 0,
                 active, masked && !empty, many && !ui->landscape ? lines : 1, app->refused == node,
                 number ? TEXT_DIGIT : TEXT_BODY)) {
        if (!active && question_commit(app)) { /* what is typed in another field is submitted */
            edit_begin(&ui->edit, id, shown_value(app, node));
            ui->again = true;
        }
    }
    if (active && is_place(node->item)) { /* the format; the field opens by itself */
        *y += ui_text(ui, x, *y, w, TEXT_HINT, ui_str(ui, S_place_empty), ui->theme.soft, true);
    }
    if (active && number && grouped(app, text) != text) { /* the number again, digits grouped */
        *y += ui_text(ui, x, *y, w, TEXT_HINT, grouped(app, text), ui->theme.soft, true);
    }
}

static void ask_trigger(struct app *app, struct node *node, int x, int *y, int w)
{
    bool on = strcmp(tree_value(node), "OK") == 0;
    if (ui_choice(&app->ui, question_part(app, node, "choice", "OK"), x, y, w,
                  ui_str(&app->ui, S_acknowledge), on, true)) {
        question_tap(app, node, "OK");
    }
}

/* ---- the question itself ---- */

void question_fallback(struct app *app, bool fallback, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    if (fallback) {
        *y += ui_text(ui, x, *y, w, TEXT_HINT, ui_str(ui, S_fallback), ui->theme.warn, true);
    }
}

const struct picture *question_choice_picture(struct app *app, struct node *node,
                                              struct choice *choice, int w, int h)
{
    const char *uri = session_choice_text(app->interview->session, &app->ui.frame,
                                          node->item->control, node, choice, FORM_IMAGE);
    return app_picture(app, uri, w, h);
}

const char *question_choice_sound(struct app *app, struct node *node, struct choice *choice)
{
    const char *uri = session_choice_text(app->interview->session, &app->ui.frame,
                                          node->item->control, node, choice, FORM_AUDIO);
    return app_has_sound(app, uri) ? uri : "";
}

void question_loudspeaker(struct app *app, struct node *node, struct choice *choices, size_t at,
                          struct rect r)
{
    static const int8_t cone[] = {20, 40, 34, 40, 52, 24, 52, 76, 34, 60, 20, 60, 20, 40};
    static const int8_t wave[] = {64, 36, 72, 50, 64, 64};
    struct ui *ui = &app->ui;
    const char *uri = question_choice_sound(app, node, &choices[at]);
    const char *name = question_choice_name(app, &choices[at], at);
    if (!*uri) {
        return;
    }
    if (ui_target(ui, question_part(app, node, "say", name), ROLE_ICON, r)) {
        app_listen(app, uri);
    }
    int at_x = r.x + (r.w - ui_px(ui, 28)) / 2, at_y = r.y + (r.h - ui_px(ui, 28)) / 2;
    ui_stroke(ui, at_x, at_y, 28, cone, 7, 2, ui->theme.ink);
    ui_stroke(ui, at_x, at_y, 28, wave, 3, 2, ui->theme.ink);
}

static void show_label(struct app *app, const struct page *page, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct session *s = app->interview->session;
    bool fallback, hint_fallback, note_fallback;
    const struct control *c = page->control;
    const char *label = session_text(s, &ui->frame, &c->label, page->node, FORM_LONG, &fallback);
    const char *hint = session_text(s, &ui->frame, &c->hint, page->node, FORM_LONG, &hint_fallback);
    const char *note =
        session_text(s, &ui->frame, &c->hint, page->node, FORM_GUIDANCE, &note_fallback);
    /* a long text is set as body text, not as a heading */
    bool long_text = text_count(label, strlen(label)) > 140;
    *y += ui_rich(ui, x, *y, w, long_text ? TEXT_BODY : TEXT_QUESTION, label, ui->theme.ink, true);
    const char *sound = session_text(s, &ui->frame, &c->label, page->node, FORM_AUDIO, NULL);
    if (app_has_sound(app, sound)) { /* a button to hear it */
        int px = x;
        *y += ui_px(ui, 8);
        if (ui_pill(ui, question_part(app, page->node, "listen", ""), &px, y, x, x + w,
                    ui_str(ui, audio_playing() ? S_listen_stop : S_listen), audio_playing(),
                    false)) {
            app_listen(app, sound);
        }
        ui_pills_end(ui, &px, y, x);
    }
    const char *image = session_text(s, &ui->frame, &c->label, page->node, FORM_IMAGE, NULL);
    if (!*image) {
        image = session_text(s, &ui->frame, &c->label, page->node, FORM_BIG_IMAGE, NULL);
    }
    bool below = c->kind == CONTROL_UPLOAD && *question_drawn_upon(app, page->node);
    const struct picture *picture = below ? NULL : app_picture(app, image, w, ui->body.h / 2);
    if (picture) {
        *y += ui_px(ui, 8);
        struct rect r = {x, *y, picture->w, picture->h};
        int min = ui_px(ui, UI_TOUCH_DP);
        bool large = r.w >= min && r.h >= min;
        if (large && ui_target(ui, question_part(app, page->node, "picture", ""), ROLE_BUTTON, r)) {
            const char *big =
                session_text(s, &ui->frame, &c->label, page->node, FORM_BIG_IMAGE, NULL);
            app->zoom = 1;
            ui->side = 0;
            snprintf(app->looked_at, sizeof app->looked_at, "%s", *big ? big : image);
            app->sheet = SHEET_PICTURE;
        }
        app_show_picture(app, x, *y, picture);
        *y += picture->h + ui_px(ui, 4);
    }
    question_fallback(
        app, fallback || (hint_fallback && *hint) || (note_fallback && *note && !app->handed), x, y,
        w);
    if (*hint) {
        *y += ui_px(ui, 6);
        *y += ui_rich(ui, x, *y, w, TEXT_HINT, hint, ui->theme.soft, true);
    }
    if (*note && !app->handed) { /* for the interviewer only */
        *y += ui_px(ui, 8);
        int h = ui_rich(ui, x + ui_px(ui, 12), *y, w - ui_px(ui, 12), TEXT_NOTE, note,
                        ui->theme.soft, true);
        ui_fill_rect(ui, (struct rect){x, *y, ui_px(ui, 3), h}, ui->theme.line);
        *y += h;
    }
    *y += ui_px(ui, 12);
}

void question_refusal(struct app *app, const struct node *node, int x, int *y, int w)
{
    if (app->refused == node && app->message[0]) {
        int top = *y;
        ui_warning(&app->ui, x, y, w, app->message);
        if (app->refused_now) { /* scrolled into view once; then the user scrolls */
            app->refused_now = false;
            ui_scroll_to(&app->ui, top, *y - top);
        }
    }
}

const char *question_value(struct app *app, const struct page *page)
{
    struct ui *ui = &app->ui;
    const struct control *c = page->control;
    const char *value = tree_value(page->node);
    struct choice *choices;
    size_t count;
    struct moment m;
    bool chosen =
        c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT || c->kind == CONTROL_RANK;
    if (chosen && *value &&
        session_chosen(app->interview->session, &ui->frame, c, page->node, &choices, &count,
                       NULL)) {
        struct buf names = {0};
        for (size_t k = 0; k < count; k++) {
            buf_text(&names, names.len ? ", " : "");
            buf_text(&names, choices[k].label);
        }
        const char *kept = names.len ? arena_text(&ui->frame, names.data) : value;
        buf_fini(&names);
        return kept;
    }
    for (size_t i = 0; i < QUESTION_CODES && page->node->item->missing; i++) {
        if (strcmp(value, question_codes[i].number) == 0) {
            return ui_str(ui, question_codes[i].label);
        }
    }
    if (is_number(page->node->item)) {
        return grouped(app, shown_value(app, page->node));
    }
    if (is_place(page->node->item)) {
        return shown_value(app, page->node);
    }
    if (c->kind == CONTROL_TRIGGER && *value) {
        return ui_str(ui, S_acknowledged);
    }
    const struct buf *file =
        c->kind == CONTROL_UPLOAD ? interview_file(app->interview, value) : NULL;
    if (file) {
        return question_is_drawn(c) ? ui_str(ui, S_drawn)
                                    : ui_fill(ui, S_file_kept, question_size(app, file->len), NULL);
    }
    enum data_type type = page->node->item->type;
    bool timed = type == TYPE_TIME || type == TYPE_DATE_TIME;
    if ((timed || type == TYPE_DATE) && date_parse(&m, value)) {
        const char *day = type == TYPE_TIME ? "" : question_date(app, page->node, &m);
        return !timed ? day
                      : arena_printf(&ui->frame, "%s%s%02d:%02d", day, *day ? ", " : "", m.hour,
                                     m.minute);
    }
    return value;
}

static void show_value(struct app *app, const struct page *page, int x, int *y, int w)
{
    const char *value = question_value(app, page);
    if (*value) {
        *y += ui_text(&app->ui, x, *y, w, TEXT_HEADING, value, app->ui.theme.ink, true);
    }
}

bool question_take_back(struct app *app, const struct node *node, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int px = x;
    enum string_id missing;
    bool half = question_is_half(app, node, &missing);
    if (node->readonly || (!half && (!*tree_value(node) || node->required))) {
        return false;
    }
    *y += ui_px(ui, 10);
    bool taken = ui_pill(ui, question_part(app, node, "take-back", ""), &px, y, x, x + w,
                         ui_str(ui, S_take_back), false, true);
    ui_pills_end(ui, &px, y, x);
    return taken;
}

/* Kinds whose answer a second tap does not clear: slider, order, time. */
static bool stays(const struct page *page)
{
    enum data_type type = page->node->item->type;
    return page->control->kind == CONTROL_RANGE || page->control->kind == CONTROL_RANK ||
           (page->control->kind == CONTROL_INPUT && (type == TYPE_TIME || type == TYPE_DATE_TIME));
}

static void show_answer(struct app *app, const struct page *page, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct node *node = page->node;
    const struct control *c = page->control;
    enum data_type type = node->item->type;
    if (node->readonly) {
        show_value(app, page, x, y, w);
    } else if (c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT) {
        ask_choices(app, node, x, y, w);
    } else if (c->kind == CONTROL_RANK) {
        ask_rank(app, node, x, y, w);
    } else if (c->kind == CONTROL_TRIGGER) {
        ask_trigger(app, node, x, y, w);
    } else if (c->kind == CONTROL_RANGE) {
        ask_range(app, node, x, y, w);
    } else if (c->kind == CONTROL_INPUT && type == TYPE_DATE) {
        ask_date(app, node, x, y, w);
    } else if (c->kind == CONTROL_INPUT && type == TYPE_TIME) {
        ask_time(app, node, x, y, w);
    } else if (c->kind == CONTROL_INPUT && type == TYPE_DATE_TIME) {
        ask_moment(app, node, x, y, w);
    } else if (c->kind == CONTROL_UPLOAD) {
        ask_file(app, node, x, y, w);
    } else if (question_types_text(page)) {
        ask_text(app, node, x, y, w);
    } else {
        ui_warning(ui, x, y, w, ui_str(ui, S_not_yet));
    }
    question_offer_cleared(app, node, x, y, w);
    question_refusal(app, node, x, y, w);
    if (stays(page) && question_take_back(app, node, x, y, w)) {
        enum string_id missing;
        if (question_is_half(app, node, &missing)) { /* only a half was given */
            interview_typing(app->interview, node, tree_value(node));
            app->refused = app->refused == node ? NULL : app->refused;
            ui->again = true;
        } else {
            question_answer(app, node, "");
        }
    }
    if (is_number(node->item)) {
        number_pills(app, node, x, y, w);
    }
}

void question_show(struct app *app, const struct page *page, int x, int *y, int w, bool label)
{
    struct ui *ui = &app->ui;
    bool note = page->control->kind == CONTROL_INPUT && page->node->readonly;
    int gap = ui_px(ui, 20), half = (w - gap) / 2, left = half;
    enum data_type type = page->node->item->type;
    int week = 7 * ui_px(ui, UI_TOUCH_DP) + ui_px(ui, 1);
    bool days = type == TYPE_DATE || type == TYPE_DATE_TIME;
    if (days && half < week && w - week > half / 2) {
        left = w - gap - week;
    }
    if (ui->landscape && label && !note && half > ui_px(ui, 200) &&
        !(days && ui->text_scale > 1.5f)) {
        int left_y = *y, right_y = *y; /* question left, answer right */
        show_label(app, page, x, &left_y, left);
        show_answer(app, page, x + left + gap, &right_y, w - left - gap);
        *y = left_y > right_y ? left_y : right_y;
        return;
    }
    if (label) {
        show_label(app, page, x, y, w);
    }
    show_answer(app, page, x, y, w);
}

bool question_is_secret(const struct control *control)
{
    return control->kind == CONTROL_SECRET || control_has(control, "masked");
}

/* Labels of the groups around this field that were not around the previous one. */
static void show_groups(struct app *app, const struct page *page, const struct page *field,
                        const struct control **last, int x, int *y, int w)
{
    enum { DEEP = 8 };
    struct ui *ui = &app->ui;
    const struct control *chain[DEEP];
    size_t count = 0, known = 0;
    const struct control *own = field->control->parent;
    for (const struct control *c = own; c && count < DEEP; c = c->parent) {
        chain[count++] = c;
        if (c == page->control) {
            break;
        }
    }
    while (known < count && chain[known] != *last) {
        known++;
    }
    for (size_t k = known; k-- > 0;) { /* outermost first */
        bool fallback = false, page_own = chain[k] == page->control;
        if (chain[k]->kind != CONTROL_GROUP || control_has(chain[k], "risk-matrix")) {
            continue;
        }
        const char *text = session_text(app->interview->session, &ui->frame, &chain[k]->label,
                                        field->node, FORM_LONG, &fallback);
        if (!*text || (page_own && !ui->title_cut && !fallback)) {
            continue; /* the header shows it */
        }
        *y += ui_rich(ui, x, *y, w, TEXT_HEADING, text, ui->theme.ink, true);
        question_fallback(app, fallback, x, y, w);
        *y += ui_px(ui, 10);
    }
    *last = own;
}

void question_show_fields(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    struct interview *i = app->interview;
    struct page *fields, page = i->page;
    size_t count;
    session_fields(i->session, &ui->frame, &page, &fields, &count);
    if (control_has(page.control, "risk-matrix")) {
        *y += ui_rich(ui, x, *y, w, TEXT_QUESTION,
                      session_text(i->session, &ui->frame, &page.control->label, page.node,
                                   FORM_LONG, NULL),
                      ui->theme.ink, true) +
              ui_px(ui, 12);
    }
    if (ask_risk(app, &page, fields, count, x, y, w)) {
        return;
    }
    const struct control *group = NULL;
    for (size_t f = 0; f < count;) {
        show_groups(app, &page, &fields[f], &group, x, y, w);
        if (question_is_grid_head(&fields[f]) || question_is_grid_row(&fields[f])) {
            f += ask_grid(app, fields, count, f, x, y, w);
            continue;
        }
        if (fields[f].kind == PAGE_QUESTION) {
            size_t first = ui->target_count;
            int top = *y;
            question_show(app, &fields[f], x, y, w, true);
            question_reached(app, fields[f].node, first, top, *y);
            *y += ui_px(ui, 18);
        }
        f++;
    }
}
