/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TEXT_H
#define PLATFORM_MACHINE_TEXT_H
/*
 * text: UTF-8, NFC, case and nearness.  Home of utf8proc.
 *
 * All text inside the program is valid UTF-8 in NFC; it becomes so here, at the border.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/machine/arena.h"

/* Decode one code point at `*at` (< len) and move on; an invalid byte gives U+FFFD and moves 1. */
uint32_t text_next(const char *text, size_t len, size_t *at);
/* Start of the code point before `at` (> 0). */
size_t text_prev(const char *text, size_t at);
bool text_valid(const char *text, size_t len);
size_t text_count(const char *text, size_t len); /* code points */
void text_put(struct buf *out, uint32_t codepoint);

/* Is it NFC (and UTF-8) beyond doubt?  False may mean no more than that it takes a closer look. */
bool text_is_nfc(const char *text, size_t len);
/* Append the NFC form.  ERR_INPUT when `text` is not UTF-8. */
MUST_CHECK bool text_nfc(struct buf *out, const char *text, size_t len, struct err *err);

/* One letter, small or capital; knows Cyrillic beyond Russian, whatever the C locale says. */
uint32_t text_small(uint32_t codepoint);
uint32_t text_capital(uint32_t codepoint);

/* NFC and small letters. */
void text_exact(struct buf *out, const char *text, size_t len);
/* Shape fold for search: typed without special letters still finds (omurbek = Өмүрбек).
 * Hyphen = space, ъ ь vanish. */
void text_fold(struct buf *out, const char *text, size_t len);

/* How a folded text sounds, whatever a passport made of it: дж ҷ ч ж are one, doubled letters too,
 * vowels are dropped but for a first one.  For search, behind what matches by its letters; it finds
 * too much on purpose. */
void text_skeleton(struct buf *out, const char *folded, size_t len);
/* The same of each word of a name without one ending of surnames (ов, овна, зода, уулу …), a blank
 * behind each.  False: there is none that leaves enough, and nothing is appended. */
bool text_surnames(struct buf *out, const char *folded, size_t len);
/* Order of the alphabets of ru, ky, tg (and kk) together, whatever locales the machine has: ё as е,
 * ӣ as и, ӯ as у; blanks and hyphens count last.  As strcmp. */
int text_collate(const char *a, const char *b);
/* The same bytes?  Most names that are compared differ in their first letter. */
static inline bool text_is(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
bool text_same(const char *a, const char *b); /* but for the case of ASCII letters */
bool text_starts(const char *text, const char *start);

/* The entry of `names` (count) nearest to `name`, or NULL when none is near enough to suggest. */
const char *text_nearest(const char *name, const char *const *names, size_t count);

/* What could steer a terminal, or turn its writing round, becomes '?': control characters but LF
 * and TAB, C1 among them, and those that set the direction.  In place; it only gets shorter. */
void text_defuse(char *text);

/* Base 16, lower case; `out` holds 2 * len + 1. */
void text_hex(char *out, const uint8_t *bytes, size_t len);
/* False unless `hex` is exactly 2 * len hex digits. */
MUST_CHECK bool text_unhex(uint8_t *out, size_t len, const char *hex);

#endif
