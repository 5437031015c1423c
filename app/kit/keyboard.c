/* SPDX-License-Identifier: Apache-2.0 */
/* The on-screen keyboard: layouts, pads, variants and automatic capitals. */
#include "app/kit/keyboard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/machine/font.h"
#include "platform/machine/text.h"

enum { ROWS = 3, ROWS_MAX = 4 };

/* Keys separated by spaces; ^ = Shift, < = erase. */
static const char *const layouts[][ROWS] = {
    [LAYOUT_RU] = {"й ц у к е н г ш щ з х ъ", "ф ы в а п р о л д ж э ё", "^ я ч с м и т ь б ю <"},
    [LAYOUT_KY] = {"й ц у к е н г ш щ з х ү", "ф ы в а п р о л д ж э ө", "^ я ч с м и т ь б ю ң <"},
    [LAYOUT_TG] = {"й қ у к е н г ш ҳ з х ъ", "ф ҷ в а п р о л д ж э ӯ", "^ я ч с м и т ӣ б ю ғ <"},
    [LAYOUT_UZ] = {"й ц у к е н г ш ў з х ъ", "ф қ в а п р о л д ж э ғ", "^ я ч с м и т ь б ю ҳ <"},
    [LAYOUT_KK] = {"й ү у к е н г ш ұ з х қ", "ф ы в а п р о л д ж ә ө", "^ я і с м и т ң б ю ғ <"},
    [LAYOUT_LATIN] = {"q w e r t y u i o p", "a s d f g h j k l '", "^ z x c v b n m @ <"},
};
/* The same with a row of digits, as on physical keyboards in these countries.  Kazakh has its
 * letters there. */
static const char *const with_digits[][ROWS_MAX] = {
    [LAYOUT_RU] = {"1 2 3 4 5 6 7 8 9 0 - №", "й ц у к е н г ш щ з х ъ", "ф ы в а п р о л д ж э ё",
                   "^ я ч с м и т ь б ю <"},
    [LAYOUT_KY] = {"1 2 3 4 5 6 7 8 9 0 ө ң", "й ц у к е н г ш щ з х ү", "ф ы в а п р о л д ж э ё",
                   "^ я ч с м и т ь б ю <"},
    [LAYOUT_TG] = {"1 2 3 4 5 6 7 8 9 0 ғ ӯ", "й қ у к е н г ш ҳ з х ъ", "ф ҷ в а п р о л д ж э ё",
                   "^ я ч с м и т ӣ б ю <"},
    [LAYOUT_UZ] = {"1 2 3 4 5 6 7 8 9 0 ғ ҳ", "й ц у к е н г ш ў з х ъ", "ф қ в а п р о л д ж э ё",
                   "^ я ч с м и т ь б ю <"},
    [LAYOUT_KK] = {"ә і ң ғ ү ұ қ ө һ - № ?", "й ц у к е н г ш щ з х ъ", "ф ы в а п р о л д ж э ё",
                   "^ я ч с м и т ь б ю <"},
    [LAYOUT_LATIN] = {"1 2 3 4 5 6 7 8 9 0", "q w e r t y u i o p", "a s d f g h j k l '",
                      "^ z x c v b n m @ <"},
};
static const char *const symbols[ROWS] = {"1 2 3 4 5 6 7 8 9 0", "- ( ) / : ; « » \" №",
                                          "? ! … – — % + = _ <"};
static const char own_letters[] = "үөңқҳҷӯӣғўәіұһ";
/* Long press: the letter, then the variants to slide to. */
static const struct {
    const char *letter, *variants;
} variants[] = {{"ь", "ъ"},
                {"е", "ё"},
                {"у", "ү ӯ ў ұ"},
                {"о", "ө"},
                {"н", "ң"},
                {"қ", "ц"},
                {"ҳ", "щ"},
                {"ҷ", "ы"},
                {"ӣ", "ь"},
                {"к", "қ"},
                {"ў", "щ"},
                {"ү", "ц"},
                {"ұ", "щ"},
                {"ә", "э"},
                {"ө", "ё"},
                {"і", "ч"},
                {"ң", "ь ъ"},
                {"х", "ҳ һ"},
                {"ч", "ҷ"},
                {"и", "ӣ і"},
                {"а", "ә"},
                {"г", "ғ"},
                {".", ", ? ! … : ; - – — « » № ( ) / @"}};
static const char *const signs[] = {[LAYOUT_RU] = "РУ", [LAYOUT_KY] = "КЫ", [LAYOUT_TG] = "ТҶ",
                                    [LAYOUT_UZ] = "ЎЗ", [LAYOUT_KK] = "ҚЗ", [LAYOUT_LATIN] = "ABC"};
static const char *const names[] = {
    [LAYOUT_RU] = "русский", [LAYOUT_KY] = "кыргызча", [LAYOUT_TG] = "тоҷикӣ",
    [LAYOUT_UZ] = "ўзбекча", [LAYOUT_KK] = "қазақша",  [LAYOUT_LATIN] = "english"};
static_assert(sizeof layouts / sizeof *layouts == LAYOUT_COUNT &&
                  sizeof with_digits / sizeof *with_digits == LAYOUT_COUNT &&
                  sizeof signs / sizeof *signs == LAYOUT_COUNT &&
                  sizeof names / sizeof *names == LAYOUT_COUNT,
              "rows, sign and name for each layout");

void keyboard_language(struct keyboard *k, const char *code)
{
    static const struct {
        const char *code;
        enum keyboard_layout layout;
    } of[] = {{"ru", LAYOUT_RU},
              {"ky", LAYOUT_KY},
              {"tg", LAYOUT_TG},
              {"uz", LAYOUT_UZ},
              {"kk", LAYOUT_KK}};
    k->home = (unsigned char)*code >= 0x80 ? LAYOUT_RU : LAYOUT_LATIN;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (strcmp(of[i].code, code) == 0) {
            k->home = of[i].layout;
        }
    }
    k->layout = k->home;
}

/* Sets the keys that a field is likely to need, whatever the last field was left on. */
static void open_for(struct keyboard *k)
{
    bool latin = k->start == START_LATIN || k->start == START_CAPITALS;
    k->symbols = k->start == START_DIGITS;
    k->capitals = k->start == START_CAPITALS;
    k->layout = latin                                                   ? LAYOUT_LATIN
                : k->start == START_CYRILLIC && k->home == LAYOUT_LATIN ? LAYOUT_RU
                                                                        : k->home;
}

static int row_height(const struct ui *ui)
{
    return ui_px(ui, 50);
}

/* In landscape there is no room for a fifth row. */
static bool digit_row(const struct ui *ui)
{
    return ui->keys == UI_KEYS_DIGITS && !ui->landscape;
}

int keyboard_height(const struct ui *ui, enum keyboard_kind kind)
{
    int rows = ui->landscape && kind != KEYBOARD_TEXT ? 2 : 4;
    rows += kind == KEYBOARD_TEXT && digit_row(ui);
    return rows * row_height(ui) + ui_px(ui, 8);
}

static const char *capital(struct ui *ui, const char *letter, bool shift)
{
    struct buf out = {0};
    size_t len = strlen(letter);
    if (!shift) {
        return letter;
    }
    for (size_t at = 0; at < len;) {
        text_put(&out, text_capital(text_next(letter, len, &at)));
    }
    const char *kept = arena_copy(&ui->frame, out.data, out.len);
    buf_fini(&out);
    return kept;
}

static bool is_own(const char *letter)
{
    struct buf small = {0};
    size_t at = 0;
    if (!*letter) { /* a key with a drawing */
        return false;
    }
    text_put(&small, text_small(text_next(letter, strlen(letter), &at)));
    bool own = strlen(letter) == at && at > 1 && strstr(own_letters, small.data) != NULL;
    buf_fini(&small);
    return own;
}

/* Draws one key, id "key:NAME". The visible face is a little smaller than the touchable
 * area. */
static bool key(struct ui *ui, const char *name, const char *label, struct rect r, int weight,
                enum text_style style)
{
    const char *id = arena_printf(&ui->frame, "key:%s", name);
    int gx = ui_px(ui, 1.5f), gy = ui_px(ui, 2.5f);
    struct rect face = {r.x + gx, r.y + gy, r.w - 2 * gx, r.h - 2 * gy};
    bool hit = ui_target(ui, id, ROLE_KEY, r);
    bool down = ui_pressed(ui, id);
    colour back = weight == 2           ? ui->theme.accent
                  : weight == 1 || down ? ui->theme.line
                                        : ui->theme.paper;
    colour c = weight == 2 ? ui->theme.on_accent : ui->theme.ink;
    ui_box(ui, face, 5, back, ui->theme.line, 1);
    if (weight == 0 && is_own(label)) {
        int size = ui_text_px(ui, TEXT_KEY);
        int w = font_width(FACE_BOLD, size, label, strlen(label));
        draw_add(
            &ui->draws,
            &(struct draw){.kind = DRAW_TEXT,
                           .face = FACE_BOLD,
                           .size_px = size,
                           .ink = ui->theme.accent,
                           .text = label,
                           .len = strlen(label),
                           .rect = {face.x + (face.w - w) / 2,
                                    face.y + (face.h - font_line(FACE_BOLD, size)) / 2, w, size}});
    } else if (*label) {
        ui_text_centre(ui, face, style, label, c);
    }
    return hit;
}

static void shape_key(struct ui *ui, struct rect r, bool erase, bool on)
{
    static const int8_t up[] = {20, 55, 50, 22, 80, 55};
    static const int8_t stem[] = {50, 24, 50, 80};
    static const int8_t left[] = {45, 25, 18, 50, 45, 75};
    static const int8_t bar[] = {20, 50, 84, 50};
    int size = ui_px(ui, 20), x = r.x + (r.w - size) / 2, y = r.y + (r.h - size) / 2;
    colour c = on ? ui->theme.accent : ui->theme.ink;
    ui_stroke(ui, x, y, 20, (struct shape){erase ? left : up, 3}, on ? 3.5f : 2.5f, c);
    ui_stroke(ui, x, y, 20, (struct shape){erase ? bar : stem, 2}, on ? 3.5f : 2.5f, c);
}

static void show_bubble(struct ui *ui, struct rect r, const char *label)
{
    struct rect b = {r.x - ui_px(ui, 6), r.y - ui_px(ui, 56), r.w + ui_px(ui, 12), ui_px(ui, 52)};
    if (b.x < 0) {
        b.x = 0;
    }
    ui_box(ui, b, 8, ui->theme.paper, ui->theme.accent, 2);
    ui_text_centre(ui, b, TEXT_DIGIT, label, ui->theme.ink);
}

static const char *variants_of(const char *letter)
{
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (strcmp(variants[i].letter, letter) == 0) {
            return variants[i].variants;
        }
    }
    return NULL;
}

/* Types a variant of a letter if the finger is lifted over it. */
static void show_variants(struct ui *ui, struct keyboard *k, struct rect r, const char *list)
{
    int w = ui_px(ui, 48) > ui->w / 12 ? ui_px(ui, 48) : ui->w / 12, line_h = ui_px(ui, 56),
        count = 1, at = 0;
    for (const char *p = list; *p; p++) {
        count += *p == ' ';
    }
    int rows = (count * w + ui->w - 1) / ui->w, columns = (count + rows - 1) / rows;
    int x = r.x + r.w / 2 - columns * w / 2;
    x = x < 0 ? 0 : x + columns * w > ui->w ? ui->w - columns * w : x;
    struct rect back = {x, r.y - rows * line_h - ui_px(ui, 4), columns * w, rows * line_h};
    ui_box(ui, back, 8, ui->theme.paper, ui->theme.accent, 2);
    for (const char *p = list; *p; at++) {
        size_t len = strcspn(p, " ");
        const char *label = capital(ui, arena_copy(&ui->frame, p, len), k->shift);
        const char *id = arena_printf(&ui->frame, "key:%s", label);
        bool last = at / columns == rows - 1;
        struct rect face = {x + at % columns * w, back.y + at / columns * line_h, w, line_h};
        struct rect one = {face.x, face.y, w, line_h + (last ? ui_px(ui, 8) : 0)};
        if (ui_target(ui, id, ROLE_KEY, one)) {
            edit_insert(&ui->edit, label);
            k->shift = false;
        }
        if (ui_pressed(ui, id)) {
            ui_box(ui, (struct rect){face.x + 4, face.y + 4, w - 8, line_h - 8}, 6,
                   ui->theme.accent, 0, 0);
        }
        ui_text_centre(ui, face, TEXT_KEY, label,
                       ui_pressed(ui, id) ? ui->theme.on_accent : ui->theme.ink);
        p += len + (p[len] == ' ');
    }
}

/* What hangs over a key that is pressed: its letter, or (held) its variants. */
struct popup {
    struct rect key;
    const char *variants_of, *bubble;
};

static void letter_key(struct ui *ui, struct keyboard *k, const char *letter, struct rect cell,
                       struct popup *popup)
{
    const char *label = capital(ui, letter, k->shift);
    const char *id = arena_printf(&ui->frame, "key:%s", label);
    if (key(ui, label, label, cell, 0, TEXT_KEY)) {
        edit_insert(&ui->edit, label);
        k->shift = false;
    }
    if (strcmp(ui->held, id) == 0 && variants_of(letter)) {
        popup->key = cell;
        popup->variants_of = letter;
    } else if (ui_pressed(ui, id)) {
        popup->key = cell;
        popup->bubble = label;
    }
}

static void one_key(struct ui *ui, struct keyboard *k, const char *letter, struct rect cell,
                    struct popup *popup)
{
    if (strcmp(letter, "^") == 0) {
        if (key(ui, "shift", "", cell, 1, TEXT_KEY)) {
            k->shift = !k->shift;
            k->by_itself = false;
        }
        shape_key(ui, cell, false, k->shift);
    } else if (strcmp(letter, "<") == 0) {
        if (key(ui, "erase", "", cell, 1, TEXT_KEY)) {
            edit_backspace(&ui->edit);
        }
        shape_key(ui, cell, true, false);
    } else {
        letter_key(ui, k, letter, cell, popup);
    }
}

static void letter_rows(struct ui *ui, struct keyboard *k, int top)
{
    bool held = ui->keys == UI_KEYS_HELD && k->layout != LAYOUT_LATIN;
    const char *const *rows = k->symbols      ? symbols
                              : digit_row(ui) ? with_digits[k->layout]
                                              : layouts[held ? LAYOUT_RU : k->layout];
    int h = row_height(ui), count_rows = digit_row(ui) && !k->symbols ? ROWS_MAX : ROWS;
    struct popup popup = {{0, 0, 0, 0}, NULL, NULL};
    top += (k->symbols && digit_row(ui)) * h; /* the lowest row stays in place */
    for (int r = 0; r < count_rows; r++) {
        int count = 1, at = 0;
        for (const char *p = rows[r]; *p; p++) {
            count += *p == ' ';
        }
        for (const char *p = rows[r]; *p; at++) {
            size_t len = strcspn(p, " ");
            struct rect cell = {at * ui->w / count, top + r * h,
                                (at + 1) * ui->w / count - at * ui->w / count, h};
            one_key(ui, k, arena_copy(&ui->frame, p, len), cell, &popup);
            p += len + (p[len] == ' ');
        }
    }
    if (popup.variants_of) {
        show_variants(ui, k, popup.key, variants_of(popup.variants_of));
    } else if (popup.bubble) {
        show_bubble(ui, popup.key, popup.bubble);
    }
}

static bool last_row(struct ui *ui, struct keyboard *k, int top, const char *done)
{
    int h = row_height(ui), w = ui->w;
    /* Keys: 123, language, comma, space, full stop, new line (or nothing), done. */
    int at[] = {0,
                w * 13 / 100,
                w * 26 / 100,
                w * 35 / 100,
                w * (k->lines ? 59 : 68) / 100,
                w * (k->lines ? 68 : 77) / 100,
                w * 77 / 100,
                w};
    struct rect cell[7];
    for (int i = 0; i < 7; i++) {
        cell[i] = (struct rect){at[i], top, at[i + 1] - at[i], h};
    }
    if (key(ui, "123", k->symbols ? "АБВ" : "123", cell[0], 1, TEXT_KEY_SMALL)) {
        k->symbols = !k->symbols;
    }
    if (key(ui, "lang", signs[k->layout], cell[1], 1, TEXT_KEY_SMALL)) {
        k->layout = (enum keyboard_layout)((k->layout + 1) % LAYOUT_COUNT);
        k->symbols = false;
    }
    const char *third =
        k->layout == LAYOUT_TG && ui->keys == UI_KEYS_OWN ? capital(ui, "ё", k->shift) : ",";
    if (key(ui, third, third, cell[2], 0, TEXT_KEY)) {
        edit_insert(&ui->edit, third);
    }
    if (key(ui, "space", names[k->layout], cell[3], 0, TEXT_KEY_SMALL)) {
        edit_insert(&ui->edit, " ");
    }
    if (key(ui, ".", ".", cell[4], 0, TEXT_KEY)) {
        edit_insert(&ui->edit, ".");
    }
    if (strcmp(ui->held, "key:.") == 0) {
        show_variants(ui, k, cell[4], variants_of("."));
    }
    if (k->lines) {
        static const int8_t hook[] = {82, 24, 82, 62, 22, 62}, head[] = {42, 42, 20, 62, 42, 82};
        int size = ui_px(ui, 20);
        struct rect r = cell[5];
        if (key(ui, "line", "", r, 1, TEXT_KEY)) {
            edit_insert(&ui->edit, "\n");
        }
        ui_stroke(ui, r.x + (r.w - size) / 2, r.y + (r.h - size) / 2, 20, (struct shape){hook, 3},
                  2.5f, ui->theme.ink);
        ui_stroke(ui, r.x + (r.w - size) / 2, r.y + (r.h - size) / 2, 20, (struct shape){head, 3},
                  2.5f, ui->theme.ink);
    }
    return key(ui, "enter", done, cell[6], 2, TEXT_TITLE);
}

/* Name of the key in `column` of a row; "" past its end. */
static const char *name_at(struct ui *ui, const char *row, int column)
{
    for (; *row && column > 0; column--) {
        size_t len = strcspn(row, " ");
        row += len + (row[len] == ' ');
    }
    return arena_copy(&ui->frame, row, strcspn(row, " "));
}

/* The number pad, one row per string. A name repeated beside or below itself is one large
 * key. */
static bool digit_pad(struct ui *ui, enum keyboard_kind kind, int top, const char *done)
{
    static const char *const upright[][ROWS_MAX] = {
        {"1 2 3 erase", "4 5 6 erase", "7 8 9 enter", "- 0 0 enter"},
        {"1 2 3 erase", "4 5 6 erase", "7 8 9 enter", "- 0 , enter"},
        {"1 2 3 erase erase", "4 5 6 erase erase", "7 8 9 enter enter", "0 0 0 enter enter"},
        {"1 2 3 erase", "4 5 6 -", "7 8 9 ,", "; 0 space enter"}};
    static const char *const flat[][ROWS_MAX] = {
        {"1 2 3 4 5 - erase erase", "6 7 8 9 0 - enter enter"},
        {"1 2 3 4 5 - erase erase", "6 7 8 9 0 , enter enter"},
        {"1 2 3 4 5 erase erase", "6 7 8 9 0 enter enter"},
        {"1 2 3 4 5 - ; erase", "6 7 8 9 0 , space enter"}};
    const char *const *rows = (ui->landscape ? flat : upright)[kind - KEYBOARD_NUMBER];
    int count = ui->landscape ? 2 : 4, h = row_height(ui), columns = 0;
    bool finished = false;
    while (*name_at(ui, rows[0], columns)) {
        columns++;
    }
    for (int r = 0; r < count; r++) {
        for (int c = 0, wide = 1; c < columns; c += wide, wide = 1) {
            const char *name = name_at(ui, rows[r], c);
            while (strcmp(name_at(ui, rows[r], c + wide), name) == 0) {
                wide++;
            }
            if (r > 0 && strcmp(name_at(ui, rows[r - 1], c), name) == 0) {
                continue; /* drawn with its upper half */
            }
            bool tall = r + 1 < count && strcmp(name_at(ui, rows[r + 1], c), name) == 0;
            struct rect cell = {c * ui->w / columns, top + r * h,
                                (c + wide) * ui->w / columns - c * ui->w / columns,
                                tall ? 2 * h : h};
            if (strcmp(name, "erase") == 0) {
                if (key(ui, "erase", "", cell, 1, TEXT_KEY)) {
                    edit_backspace(&ui->edit);
                }
                shape_key(ui, cell, true, false);
            } else if (strcmp(name, "enter") == 0) {
                finished = key(ui, "enter", done, cell, 2, TEXT_BUTTON) || finished;
            } else if (strcmp(name, "space") == 0) {
                if (key(ui, "space", "", cell, 0, TEXT_KEY)) {
                    edit_insert(&ui->edit, " ");
                }
                static const int8_t blank[] = {15, 45, 15, 65, 85, 65, 85, 45};
                ui_stroke(ui, cell.x + (cell.w - ui_px(ui, 24)) / 2,
                          cell.y + (h - ui_px(ui, 24)) / 2, 24, (struct shape){blank, 4}, 2.5f,
                          ui->theme.ink);
            } else if (key(ui, name, strcmp(name, "-") == 0 ? "−" : name, cell, 0, TEXT_DIGIT)) {
                edit_insert(&ui->edit, name);
            }
        }
    }
    return finished;
}

/* Does a sentence begin at the cursor? After "." a space is required, so "2.5" is none. */
static bool begins(const struct edit *e)
{
    size_t at = e->cursor;
    while (at > 0 && (e->text.data[at - 1] == ' ' || e->text.data[at - 1] == '\n')) {
        at--;
    }
    bool apart = at < e->cursor;
    return at == 0 || (apart && strchr(".!?", e->text.data[at - 1]));
}

/* Sets Shift automatically, once per change: a later change by the user stays. */
static void think_of_case(const struct edit *e, struct keyboard *k)
{
    if (k->changes == e->changes && strcmp(k->field, e->id) == 0) {
        return;
    }
    bool other = strcmp(k->field, e->id) != 0;
    k->changes = e->changes;
    memcpy(k->field, e->id, sizeof k->field);
    if (other) {
        open_for(k);
    }
    if (k->capitals && k->layout == LAYOUT_LATIN) {
        k->shift = k->by_itself = true;
        return;
    }
    if (k->sentences && k->start == START_OWN && begins(e)) {
        k->shift = k->by_itself = true;
    } else if (other || k->by_itself) {
        k->shift = k->by_itself = false;
    }
}

bool keyboard_show(struct ui *ui, struct keyboard *k, enum keyboard_kind kind, const char *done)
{
    int h = keyboard_height(ui, kind), top = ui->h - h;
    ui_fill_rect(ui, (struct rect){0, top, ui->w, h}, ui->theme.tint);
    ui_fill_rect(ui, (struct rect){0, top, ui->w, ui_px(ui, 1)}, ui->theme.line);
    top += ui_px(ui, 4);
    float scale = ui_cap_text(ui, 1.25f); /* keys do not grow with the text */
    bool finished;
    if (kind != KEYBOARD_TEXT) {
        finished = digit_pad(ui, kind, top, done);
    } else {
        think_of_case(&ui->edit, k);
        finished = last_row(ui, k, top + (ROWS + digit_row(ui)) * row_height(ui), done);
        letter_rows(ui, k, top);
    }
    ui->text_scale = scale;
    k->sentences = false;
    k->start = START_OWN;
    ui->lines = k->lines;
    k->lines = false;
    return finished;
}
