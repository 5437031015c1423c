/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_KEYBOARD_H
#define APP_KIT_KEYBOARD_H
/*
 * keyboard: our own keys at the bottom of the page.  Nothing typed is remembered or predicted.
 *
 * Russian, Kyrgyz and Tajik share one grid, so that a switch moves no familiar key; the letters
 * that Russian lacks are keys of their own, bold.  Long press slides to variants.
 */
#include "app/kit/ui.h"

enum keyboard_kind {
    KEYBOARD_TEXT,
    KEYBOARD_NUMBER,
    KEYBOARD_DECIMAL,
    KEYBOARD_DIGITS, /* nothing but digits: a PIN */
    KEYBOARD_PLACE   /* latitude and longitude, several points apart by ; */
};
enum keyboard_layout { LAYOUT_RU, LAYOUT_KY, LAYOUT_TG, LAYOUT_LATIN, LAYOUT_COUNT };

/* How it opens for a field. */
enum keyboard_start {
    START_OWN, /* letters of the language */
    START_LATIN,
    START_CAPITALS, /* Latin, and ⇧ stays */
    START_CYRILLIC,
    START_DIGITS
};

struct keyboard {
    enum keyboard_layout layout, home; /* home: of the language */
    enum keyboard_start start;         /* said anew for each build, like the next two */
    bool capitals;                     /* ⇧ comes back behind each letter */
    bool symbols, shift;
    bool sentences; /* said anew for each build: a text's and a sentence's first letter is large */
    bool lines;     /* said anew, too: the text may have several, and a key for them */
    bool by_itself; /* ⇧ was set so */
    unsigned changes;      /* of which text the case was last thought about */
    char field[UI_ID_MAX]; /* and whose */
};

void keyboard_language(struct keyboard *keyboard, const char *code);
int keyboard_height(const struct ui *ui, enum keyboard_kind kind);
/* Draw at the bottom and type into ui->edit; true when the key `done` was pressed. */
bool keyboard_show(struct ui *ui, struct keyboard *keyboard, enum keyboard_kind kind,
                   const char *done);

#endif
