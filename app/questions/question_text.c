/* SPDX-License-Identifier: Apache-2.0 */
/* Text, numbers and places typed into a field. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/search.h"
#include "platform/machine/text.h"

bool question_is_number(const struct item *item)
{
    return item->type == TYPE_INT || item->type == TYPE_DECIMAL;
}

static bool question_is_place(const struct item *item)
{
    return item->type == TYPE_GEOPOINT || item->type == TYPE_GEOTRACE ||
           item->type == TYPE_GEOSHAPE;
}

/* The answer as shown in the field: numbers with a decimal comma, as in three of the
 * languages; empty for a "no answer" code (its pill shows it). */
static const char *question_shown(struct app *app, const struct node *node)
{
    const char *value = tree_value(node);
    for (size_t i = 0; i < QUESTION_CODES && question_is_number(node->item) && node->item->missing;
         i++) {
        if (strcmp(value, question_codes[i].number) == 0) {
            return "";
        }
    }
    char *out = arena_text(&app->ui.frame, value);
    for (char *p = out; *p && (question_is_number(node->item) || question_is_place(node->item));
         p++) {
        *p = *p == '.' ? ',' : *p;
    }
    return out;
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

enum keyboard_start question_keys(const struct node *node)
{
    static const enum keyboard_start starts[] = {[KEYS_ANY] = START_OWN,
                                                 [KEYS_LATIN] = START_LATIN,
                                                 [KEYS_CAPITALS] = START_CAPITALS,
                                                 [KEYS_CYRILLIC] = START_CYRILLIC,
                                                 [KEYS_DIGITS] = START_DIGITS};
    static_assert(sizeof starts / sizeof *starts == KEYS_COUNT, "a start for each");
    return starts[node ? session_keys(node->item) : KEYS_ANY];
}

/* Letters that look alike in the two alphabets, at the same index. */
static const uint32_t latin[] = {'A', 'B', 'C', 'E', 'H', 'I', 'J', 'K', 'M', 'O', 'P', 'S', 'T',
                                 'X', 'Y', 'a', 'c', 'e', 'i', 'j', 'o', 'p', 's', 'x', 'y'};

static const uint32_t cyrillic[] = {0x410, 0x412, 0x421, 0x415, 0x41D, 0x406, 0x408, 0x41A, 0x41C,
                                    0x41E, 0x420, 0x405, 0x422, 0x425, 0x423, 0x430, 0x441, 0x435,
                                    0x456, 0x458, 0x43E, 0x440, 0x455, 0x445, 0x443};

static_assert(sizeof latin == sizeof cyrillic, "a letter for each");

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

static bool commit(struct app *app)
{
    struct node *node = typed_node(app);
    if (!node) {
        return true;
    }
    if (strcmp(question_shown(app, node), app->ui.edit.text.data) == 0) { /* unchanged */
        if (interview_typed(app->interview, node)) {
            interview_typing(app->interview, node, tree_value(node));
        }
        edit_end(&app->ui.edit);
        app->view.typed_ms = 0;
        return true;
    }
    const char *text = app->ui.edit.text.data;
    text = question_is_place(node->item) ? typed_place(app, text) : as_it_looks(app, node, text);
    if (!question_answer(app, node, text)) {
        return false;
    }
    edit_end(&app->ui.edit);
    app->view.typed_ms = 0;
    return true;
}

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
        edit_begin(&app->ui.edit, typed_id(app, page->node), question_shown(app, page->node));
    }
}

bool question_keyboard(struct app *app, enum keyboard_kind *kind)
{
    if (search_is_open(app)) {
        *kind = KEYBOARD_TEXT;
        return true;
    }
    struct node *node = typed_node(app);
    if (!node) {
        return false;
    }
    bool digits = control_has(node->item->control, "numbers");
    *kind = question_is_place(node->item)                ? KEYBOARD_PLACE
            : node->item->type == TYPE_INT               ? KEYBOARD_NUMBER
            : node->item->type == TYPE_DECIMAL || digits ? KEYBOARD_DECIMAL
                                                         : KEYBOARD_TEXT;
    return true;
}

/* Pills for dk, refused and na on a number. The numeric code is stored. */
void question_number_pills(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    const char *offered = node->item->missing;
    if (!offered) {
        return;
    }
    for (size_t i = 0; i < QUESTION_CODES; i++) {
        const struct question_code *code = &question_codes[i];
        if (!text_has_word(offered, code->code)) {
            continue;
        }
        bool on = strcmp(tree_value(node), code->number) == 0;
        const char *id = question_part(app, node, "pill", code->code);
        if (ui_pill(ui, id, ui_str(ui, code->label), on, true)) {
            edit_end(&ui->edit);
            app->view.typed_ms = 0;
            question_tap(app, node, code->number);
        }
    }
    ui_pills_end(ui);
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

/* The field with ID: as typed while it is ACTIVE, else as kept. */
static struct field field_of(struct app *app, struct node *node, const char *text, bool active)
{
    struct ui *ui = &app->ui;
    const struct control *c = node->item->control;
    int lines = c->rows > 1 ? (int)(c->rows < 10 ? c->rows : 10) : 4;
    bool empty = !active && !*text;
    enum string_id prompt = question_is_place(node->item) ? S_place_empty : S_text_empty;
    return (struct field){.text = empty ? ui_str(ui, prompt) : text,
                          .cursor = active ? ui->edit.cursor : 0,
                          .active = active,
                          .masked = is_masked(c) && !empty,
                          .min_lines = question_is_many_lines(node) && !ui->landscape ? lines : 1,
                          .warn = app->view.refused == node,
                          .style = question_is_number(node->item) ? TEXT_DIGIT : TEXT_BODY};
}

static void draw(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    const char *id = typed_id(app, node);
    bool number = question_is_number(node->item), active = edit_is(&ui->edit, id);
    const char *value = question_shown(app, node);
    const char *text = active ? ui->edit.text.data : number ? question_grouped(app, value) : value;
    struct field f = field_of(app, node, text, active);
    /* what is typed in another field is submitted */
    if (ui_field(ui, id, &f) && !active && question_commit(app)) {
        edit_begin(&ui->edit, id, question_shown(app, node));
        ui->again = true;
    }
    if (active && question_is_place(node->item)) { /* the format; the field opens by itself */
        ui_say(ui, TEXT_HINT, ui_str(ui, S_place_empty), ui->theme.soft);
    }
    if (active && number &&
        question_grouped(app, text) != text) { /* the number again, digits grouped */
        ui_say(ui, TEXT_HINT, question_grouped(app, text), ui->theme.soft);
    }
}

static void keep(struct app *app)
{
    struct node *node = typed_node(app);
    if (node) {
        interview_typing(app->interview, node, app->ui.edit.text.data);
    }
}

/* The last row: every input that no other kind has taken. */
static bool matches(const struct node *node)
{
    enum control_kind kind = node->item->control->kind;
    return kind == CONTROL_INPUT || kind == CONTROL_SECRET;
}

/* Numbers with grouped digits; places as typed. */
const char *question_number_value(struct app *app, struct node *node)
{
    return question_is_number(node->item)  ? question_grouped(app, question_shown(app, node))
           : question_is_place(node->item) ? question_shown(app, node)
                                           : NULL;
}

const struct question_kind kind_text = {.name = "text",
                                        .matches = matches,
                                        .draw = draw,
                                        .value = question_number_value,
                                        .commit = commit,
                                        .keep = keep,
                                        .rest = question_no_rest,
                                        .is_half = question_no_half,
                                        .between = question_nothing,
                                        .leave = question_nothing,
                                        .forget = question_nothing,
                                        .roles = 1u << ROLE_FIELD | 1u << ROLE_PILL};
