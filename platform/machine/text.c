/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 decoding, normalisation, case, search folding, sorting and edit distance. */
#include "platform/machine/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

uint32_t text_next(const char *text, size_t len, size_t *at)
{
    assert(*at < len);
    utf8proc_int32_t cp = -1;
    size_t left = len - *at;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + *at,
                                          (utf8proc_ssize_t)(left > 4 ? 4 : left), &cp);
    if (n <= 0 || cp < 0) {
        *at += 1;
        return 0xFFFD;
    }
    *at += (size_t)n;
    return (uint32_t)cp;
}

size_t text_prev(const char *text, size_t at)
{
    assert(at > 0);
    do {
        at--;
    } while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80);
    return at;
}

bool text_valid(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        if ((unsigned char)text[at] < 0x80) {
            at++;
            continue;
        }
        size_t before = at;
        uint32_t cp = text_next(text, len, &at);
        if (cp == 0xFFFD && at == before + 1) {
            return false;
        }
    }
    return true;
}

size_t text_count(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t at = 0; at < len; count++) {
        text_next(text, len, &at);
    }
    return count;
}

void text_put(struct buf *out, uint32_t codepoint)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)codepoint, bytes);
    buf_add(out, bytes, n > 0 ? (size_t)n : 0);
}

/* Accept only code points that are always NFC and never combine: ASCII, Latin up to U+02FF, and
 * Cyrillic without combining marks.  Most texts consist of these and need no tables. */
bool text_is_nfc(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x80) {
            continue;
        }
        unsigned char next = i + 1 < len ? (unsigned char)text[i + 1] : 0;
        if (c < 0xC2 || c > 0xD4 || (next & 0xC0) != 0x80) {
            return false;
        }
        unsigned cp = (unsigned)(c & 31) << 6 | (next & 63);
        if (!(cp < 0x300 || (cp >= 0x400 && cp < 0x483) || (cp >= 0x48A && cp < 0x530))) {
            return false;
        }
        i++;
    }
    return true;
}

bool text_nfc(struct buf *out, const char *text, size_t len, struct err *err)
{
    if (text_is_nfc(text, len)) {
        buf_add(out, text, len);
        return true;
    }
    if (!text_valid(text, len)) {
        return err_set(err, ERR_INPUT, "the text is not valid UTF-8");
    }
    utf8proc_uint8_t *nfc = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &nfc,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n < 0) {
        return err_set(err, ERR_INPUT, "the text cannot be normalised");
    }
    buf_add(out, nfc, (size_t)n);
    explicit_bzero(nfc, (size_t)n);
    free(nfc);
    return true;
}

uint32_t text_small(uint32_t codepoint)
{
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)codepoint);
}

uint32_t text_capital(uint32_t codepoint)
{
    return (uint32_t)utf8proc_toupper((utf8proc_int32_t)codepoint);
}

bool text_is_capital(uint32_t codepoint)
{
    return utf8proc_isupper((utf8proc_int32_t)codepoint);
}

static bool is_cyrillic(uint32_t cp)
{
    return (cp >= 0x400 && cp <= 0x52F) || cp == 0x275;
}

/* Pairs from, to: Latin letters that look like Cyrillic ones (used only in words with a
 * Cyrillic letter), then letters folded to a plainer one. */
static const uint16_t lookalike[][2] = {{'a', 0x430},  {'c', 0x441},  {'e', 0x435}, {'k', 0x43A},
                                        {'o', 0x43E},  {'p', 0x440},  {'x', 0x445}, {'y', 0x443},
                                        {'h', 0x445},  {'m', 0x43C},  {'t', 0x442}, {'b', 0x432},
                                        {0xF6, 0x43E}, {0xFC, 0x443}, {0xF1, 0x43D}};
static const uint16_t shape[][2] = {
    {0x451, 0x435}, {0x439, 0x438}, {0x4E3, 0x438}, {0x4EF, 0x443}, {0x45E, 0x443}, {0x4AF, 0x443},
    {0x4B1, 0x443}, {0x4F1, 0x443}, {0x4E9, 0x43E}, {0x473, 0x43E}, {0x275, 0x43E}, {0x4D9, 0x430},
    {0x4A3, 0x43D}, {0x4CA, 0x43D}, {0x4A5, 0x43D}, {0x493, 0x433}, {0x453, 0x433}, {0x4F7, 0x433},
    {0x49B, 0x43A}, {0x45C, 0x43A}, {0x4A1, 0x43A}, {0x49D, 0x43A}, {0x4B3, 0x445}, {0x4BB, 0x445},
    {0x45A, 0x445}, {0x4B7, 0x447}, {0x459, 0x447}, {0x456, 0x438}, {0x457, 0x438}};

static uint32_t map_pair(const uint16_t (*table)[2], size_t count, uint32_t cp)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i][0] == cp) {
            return table[i][1];
        }
    }
    return cp;
}

void text_exact(struct buf *out, const char *text, size_t len)
{
    struct buf nfc = {0};
    if (!text_nfc(&nfc, text, len, NULL)) {
        buf_add(&nfc, text, len);
    }
    for (size_t at = 0; at < nfc.len;) {
        text_put(out, text_small(text_next(nfc.data, nfc.len, &at)));
    }
    buf_fini(&nfc);
}

void text_fold(struct buf *out, const char *text, size_t len)
{
    struct buf nfc = {0};
    if (!text_nfc(&nfc, text, len, NULL)) {
        buf_add(&nfc, text, len);
    }
    for (size_t at = 0; at < nfc.len;) {
        size_t end = at;
        bool cyrillic = false;
        while (end < nfc.len && nfc.data[end] != ' ' && nfc.data[end] != '-') {
            cyrillic = is_cyrillic(text_next(nfc.data, nfc.len, &end)) || cyrillic;
        }
        uint32_t last = 0;
        while (at < end) {
            uint32_t cp = text_small(text_next(nfc.data, nfc.len, &at));
            if (cyrillic) {
                cp = map_pair(lookalike, sizeof lookalike / sizeof *lookalike, cp);
            }
            cp = map_pair(shape, sizeof shape / sizeof *shape, cp);
            bool word_final_ii = cp == 0x438 && last == 0x438 && at == end;
            if (cp != 0x44A && cp != 0x44C && !word_final_ii) {
                text_put(out, cp);
            }
            last = cp;
        }
        if (at < nfc.len) {
            buf_char(out, ' ');
            at++;
        }
    }
    buf_fini(&nfc);
}

void text_skeleton(struct buf *out, const char *folded, size_t len)
{
    static const uint32_t vowels[] = {0x430, 0x435, 0x438, 0x43E, 0x443,
                                      0x44B, 0x44D, 0x44E, 0x44F};
    enum { D = 0x434, ZH = 0x436, CH = 0x447, A = 0x430, SHORT_I = 0x439 };
    uint32_t last = 0;
    bool first = true; /* first letter of its word */
    buf_add(out, "", 0);
    for (size_t at = 0; at < len;) {
        uint32_t c = text_next(folded, len, &at);
        if (c == ' ') {
            first = true;
            continue;
        }
        size_t v = 0;
        while (v < sizeof vowels / sizeof *vowels && vowels[v] != c) {
            v++;
        }
        bool vowel = v < sizeof vowels / sizeof *vowels || c == SHORT_I;
        c = c == CH ? ZH : vowel ? A : c;
        if (vowel && !first) {
            continue;
        }
        first = false;
        if (c == ZH && last == D) { /* дж is one sound */
            buf_cut(out, text_prev(out->data, out->len));
        } else if (c == last) {
            continue;
        }
        text_put(out, c);
        last = c;
    }
}

/* Surname endings in folded form; longer ones first. */
static const char *const surname_endings[] = {
    "ович", "евич", "овна", "евна", "зода", "зоде", "заде", "уулу", "кызы", "теги", "зод", "ова",
    "ева",  "ина",  "иен",  "ние",  "пур",  "фар",  "ов",   "ев",   "ин",   "ен",   "и"};

/* Length in bytes of a folded word without its ending; 0 if the word is an ending itself
 * ("уулу"). */
static size_t stem_of(const char *word, size_t len)
{
    enum { MIN = 2 * 3 }; /* at least three letters of the name remain */
    for (size_t i = 0; i < sizeof surname_endings / sizeof *surname_endings; i++) {
        size_t n = strlen(surname_endings[i]);
        if (len >= n && memcmp(word + len - n, surname_endings[i], n) == 0 &&
            (len == n || len - n >= MIN)) {
            return len - n;
        }
    }
    return len;
}

bool text_surnames(struct buf *out, const char *folded, size_t len)
{
    enum { SOUND = 2 * 3 }; /* three consonants, or a vowel and one; less matches too much */
    size_t from = out->len;
    bool dropped = false, enough = true;
    for (size_t at = 0; at < len;) {
        const char *word = folded + at, *blank = memchr(word, ' ', len - at);
        size_t whole = blank ? (size_t)(blank - word) : len - at, stem = stem_of(word, whole);
        size_t begin = out->len;
        dropped = dropped || stem < whole;
        at += whole + 1;
        if (stem) {
            text_skeleton(out, word, stem);
            size_t sound = out->len - begin;
            bool vowel = sound >= SOUND - 2 && text_starts(out->data + begin, "а");
            enough = enough && (stem == whole || sound >= SOUND || vowel);
            buf_char(out, ' ');
        }
    }
    if (!dropped || !enough || out->len == from) {
        buf_cut(out, from);
        return false;
    }
    return true;
}

/* The union of the alphabets of ru, ky, tg and kk, each in its own order. */
static const char union_order[] = "аәбвгғдежзийкқлмнңоөпрстуұүфхҳһцчҷшщъыіьэюя";

static uint32_t weight(uint32_t c)
{
    c = text_small(c);
    c = c == 0x451 ? 0x435 : c == 0x4E3 ? 0x438 : c == 0x4EF ? 0x443 : c; /* ё ӣ ӯ */
    uint32_t place = 1;
    for (size_t at = 0; at < sizeof union_order - 1; place++) {
        if (text_next(union_order, sizeof union_order - 1, &at) == c) {
            return 0x10000 + place; /* after digits and Latin */
        }
    }
    return c;
}

static uint32_t next_weight(const char *text, size_t len, size_t *at)
{
    while (*at < len) {
        uint32_t c = text_next(text, len, at);
        if (c != ' ' && c != '-' && c != 0xA0) {
            return weight(c);
        }
    }
    return 0;
}

int text_collate(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b), i = 0, k = 0;
    for (;;) {
        uint32_t x = next_weight(a, a_len, &i), y = next_weight(b, b_len, &k);
        if (x != y) {
            return x < y ? -1 : 1;
        }
        if (!x) {
            return strcmp(a, b);
        }
    }
}

bool text_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

bool text_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Edit distance in bytes; texts over 64 bytes give 64. */
static size_t distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    size_t la = strlen(a), lb = strlen(b);
    if (la > MAX || lb > MAX) {
        return MAX;
    }
    size_t row[MAX + 1];
    for (size_t j = 0; j <= lb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t up = row[j];
            size_t best = corner + (a[i - 1] != b[j - 1]);
            best = up + 1 < best ? up + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            corner = up;
            row[j] = best;
        }
    }
    return row[lb];
}

const char *text_nearest(const char *name, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t min = strlen(name) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = names[i] ? distance(name, names[i]) : SIZE_MAX;
        if (d <= min && (!best || d < min)) {
            best = names[i];
            min = d;
        }
    }
    return best;
}

void text_hex(char *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool text_unhex(uint8_t *out, size_t len, const char *hex)
{
    if (strlen(hex) != 2 * len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool steers(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F) || c == 0x61C ||
           c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

void text_defuse(char *text)
{
    size_t len = strlen(text);
    char *to = text;
    for (size_t at = 0; at < len;) {
        size_t from = at;
        if (steers(text_next(text, len, &at))) {
            *to++ = '?';
        } else {
            memmove(to, text + from, at - from);
            to += at - from;
        }
    }
    *to = '\0';
}

bool text_has_word(const char *list, const char *word)
{
    size_t want = strlen(word);
    while (*list) {
        size_t len = strcspn(list, " ");
        if (len == want && strncmp(list, word, len) == 0) {
            return true;
        }
        list += len + (list[len] == ' ');
    }
    return false;
}
