/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_TEXT_H
#define PLATFORM_MACHINE_TEXT_H
/*
 * text: UTF-8, NFC, case, sorting and fuzzy search.  Home of utf8proc.
 *
 * All text inside the program is valid UTF-8 in NFC; input is converted here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/machine/arena.h"

/* Decode the code point at `*at` (< len) and advance; an invalid byte gives U+FFFD and advances
 * by 1. */
uint32_t text_next(const char *text, size_t len, size_t *at);
/* Start of the code point before `at` (> 0). */
size_t text_prev(const char *text, size_t at);
bool text_valid(const char *text, size_t len);
size_t text_count(const char *text, size_t len); /* code points */
void text_put(struct buf *out, uint32_t codepoint);

/* Quick check: true if the text is certainly valid UTF-8 in NFC; false may mean unknown. */
bool text_is_nfc(const char *text, size_t len);
/* Append the NFC form.  ERR_INPUT when `text` is not UTF-8. */
MUST_CHECK bool text_nfc(struct buf *out, const char *text, size_t len, struct err *err);

/* Lower and upper case of one code point, including all Cyrillic, independent of the C
 * locale. */
uint32_t text_small(uint32_t codepoint);
uint32_t text_capital(uint32_t codepoint);
bool text_is_capital(uint32_t codepoint);

/* Append the text in NFC and lower case. */
void text_exact(struct buf *out, const char *text, size_t len);
/* Append a form for search that ignores special letters (omurbek finds Өмүрбек).  Hyphens
 * become spaces; ъ and ь are dropped. */
void text_fold(struct buf *out, const char *text, size_t len);

/* Append how a folded text sounds, to match different spellings of a name: дж ҷ ч ж are one
 * sound, doubled letters are single, vowels are dropped except at the start of a word.  Used
 * for search after exact matches; it deliberately matches too much. */
void text_skeleton(struct buf *out, const char *folded, size_t len);
/* The same for each word of a name, without one surname ending (ов, овна, зода, уулу …); each
 * word is followed by a space.  False, with nothing appended, if no ending was found or too
 * little is left. */
bool text_surnames(struct buf *out, const char *folded, size_t len);
/* Compare for sorting, as strcmp: the alphabets of ru, ky, tg and kk combined, independent of
 * the system's locales. ё sorts as е, ӣ as и, ӯ as у; spaces and hyphens matter only between
 * texts that are otherwise equal. */
int text_collate(const char *a, const char *b);
/* True if the bytes are equal.  Inline, because most compared names differ in their first
 * letter. */
static inline bool text_is(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
bool text_same(const char *a, const char *b); /* equal except for the case of ASCII letters */
bool text_starts(const char *text, const char *start);

/* The entry of `names` with the smallest edit distance to `name`, or NULL if it is more than a
 * third of the name's length plus 1. */
const char *text_nearest(const char *name, const char *const *names, size_t count);

/* Replace by '?' what could control a terminal or change the writing direction: C0 (except LF
 * and TAB) and C1 control characters, and bidirectional controls.  In place; the text never
 * grows. */
void text_defuse(char *text);

/* Write as lower-case hex; `out` holds 2 * len + 1 bytes. */
void text_hex(char *out, const uint8_t *bytes, size_t len);
/* False unless `hex` is exactly 2 * len hex digits. */
MUST_CHECK bool text_unhex(uint8_t *out, size_t len, const char *hex);

/* Whether a word is in a list of words that spaces separate, such as the answer to a question of
 * several choices. */
bool text_has_word(const char *list, const char *word);

#endif
