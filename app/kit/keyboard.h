/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_KIT_KEYBOARD_H
#define APP_KIT_KEYBOARD_H
/*
 * keyboard: the on-screen keyboard at the bottom of the page. Nothing typed is remembered or
 * predicted.
 *
 * Russian, Kyrgyz and Tajik share one grid, so that switching moves no familiar key. Letters
 * that Russian lacks have keys of their own, in bold. A long press offers variants to slide to.
 */
#include "app/kit/ui.h"

enum keyboard_kind {
    KEYBOARD_TEXT,
    KEYBOARD_NUMBER,
    KEYBOARD_DECIMAL,
    KEYBOARD_DIGITS, /* digits only: a PIN */
    KEYBOARD_PLACE   /* latitude and longitude; ; separates points */
};
enum keyboard_layout {
    LAYOUT_RU,
    LAYOUT_KY,
    LAYOUT_TG,
    LAYOUT_UZ, /* Cyrillic */
    LAYOUT_KK,
    LAYOUT_LATIN,
    LAYOUT_COUNT
};

/* Keys that a field opens with. */
enum keyboard_start {
    START_OWN, /* letters of the language */
    START_LATIN,
    START_CAPITALS, /* Latin with Shift kept on */
    START_CYRILLIC,
    START_DIGITS
};

struct keyboard {
    enum keyboard_layout layout, home; /* home: layout of the language */
    enum keyboard_start start;         /* set anew in each build, like the next two */
    bool capitals;                     /* Shift comes back after each letter */
    bool symbols, shift;
    bool sentences;        /* start sentences with a capital; set anew in each build */
    bool lines;            /* show a key for a new line; set anew in each build */
    bool by_itself;        /* Shift was set automatically */
    unsigned changes;      /* edit->changes when the case was last decided */
    char field[UI_ID_MAX]; /* the field it was decided for */
};

void keyboard_language(struct keyboard *keyboard, const char *code);
int keyboard_height(const struct ui *ui, enum keyboard_kind kind);
/* Draws the keyboard at the bottom and types into ui->edit. True: the key `done` was
 * pressed. */
bool keyboard_show(struct ui *ui, struct keyboard *keyboard, enum keyboard_kind kind,
                   const char *done);

#endif
