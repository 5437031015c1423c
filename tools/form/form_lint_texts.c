/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a translator would mark in a form's texts. */
#include <assert.h>
#include <string.h>

#include "platform/machine/text.h"
#include "tools/form/form_lint_internal.h"

enum { WORDS_MAX = 20, LETTERS_MAX = 140, LANGUAGES = 16 };

/* Letters that a language uses beside those that all of its kind do. */
static const struct {
    const char *code;
    bool latin;
    const char *more, *none; /* further letters, small; letters that it does not have */
} alphabets[] = {
    {"ru", false, "", ""},          {"ky", false, "ңөү", ""},    {"tg", false, "ғӣқӯҳҷ", "щыць"},
    {"kk", false, "әғқңөұүһі", ""}, {"uz", false, "ўқғҳ", "щы"}, {"en", true, "éüï", ""},
};

struct language {
    const char *code;
    size_t column;
};
struct group { /* a kind of text in its languages: label, hint, … */
    const char *kind;
    struct language languages[LANGUAGES];
    size_t count;
};

/* "label::Русский (ru)" → kind "label", code "ru". */
static bool parse_header(struct lint *l, const char *header, const char **kind, const char **code)
{
    const char *colons = strstr(header, "::"), *open = strrchr(header, '(');
    static const char *const kinds[] = {"label", "hint", "guidance_hint", "constraint_message",
                                        "required_message"};
    if (!colons || !open || open < colons) {
        return false;
    }
    *kind = arena_copy(&l->arena, header, (size_t)(colons - header));
    *code = arena_copy(&l->arena, open + 1, strcspn(open + 1, ")"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(*kind, kinds[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The text without ${…} and markup, for counting and comparing. */
static const char *plain(struct lint *l, const char *text)
{
    struct buf out = {0};
    buf_add(&out, "", 0);
    while (*text) {
        if (text_starts(text, "${")) {
            text += strcspn(text, "}");
            text += *text != '\0';
            continue;
        }
        if (*text != '*' && *text != '_') {
            buf_char(&out, *text);
        }
        text++;
    }
    const char *kept = arena_copy(&l->arena, out.data, out.len);
    buf_fini(&out);
    return kept;
}

size_t lint_words(const char *text)
{
    size_t words = 0;
    for (bool inside = false; *text; text++) {
        bool letter =
            (unsigned char)*text >= 0x80 || strchr(" \t\n.,;:!?()«»\"/—–-…", *text) == NULL;
        words += letter && !inside;
        inside = letter;
    }
    return words;
}

static bool is_cyrillic(uint32_t c)
{
    return c >= 0x400 && c < 0x530;
}

static bool is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F);
}

static bool holds_letter(const char *letters, uint32_t c)
{
    size_t len = strlen(letters);
    for (size_t at = 0; at < len;) {
        if (text_next(letters, len, &at) == c) {
            return true;
        }
    }
    return false;
}

/* Whether the language `i` of the table writes this letter. */
static bool has_letter(size_t i, uint32_t letter)
{
    uint32_t c = text_small(letter);
    bool usual =
        alphabets[i].latin ? c >= 'a' && c <= 'z' : (c >= 0x430 && c <= 0x44F) || c == 0x451;
    return (usual && !holds_letter(alphabets[i].none, c)) || holds_letter(alphabets[i].more, c);
}

static bool is_allowed(struct lint *l, const char *kind, const char *text)
{
    const struct csv_row *row;
    for (size_t i = 0; (row = form_terms_row(&l->terms, kind, i)); i++) {
        if (strcmp(form_terms_cell(&l->terms, row, "text"), text) == 0) {
            return true;
        }
    }
    return false;
}

/* A code such as A12, or what the file of terms allows. */
static bool is_code(struct lint *l, const char *word)
{
    size_t len = strlen(word);
    bool code =
        len >= 2 && word[0] >= 'A' && word[0] <= 'Z' && strspn(word + 1, "0123456789") == len - 1;
    return code || is_allowed(l, "word", word);
}

struct place {
    const char *sheet;
    const struct sheet_row *row;
    const char *column;
};

static void check_word(struct lint *l, const struct place *p, size_t alphabet, const char *word)
{
    size_t len = strlen(word);
    bool latin = false, cyrillic = false, strange = false;
    for (size_t at = 0; at < len;) {
        uint32_t c = text_next(word, len, &at);
        latin = latin || is_latin(c);
        cyrillic = cyrillic || is_cyrillic(c);
        strange = strange || ((is_latin(c) || is_cyrillic(c)) && !has_letter(alphabet, c));
    }
    if (latin && cyrillic) {
        lint_find(l, p->sheet, p->row, p->column, "'%s' mixes Latin and Cyrillic letters", word);
    } else if (strange && !is_code(l, word)) {
        lint_find(l, p->sheet, p->row, p->column, "'%s' has letters that %s does not use", word,
                  alphabets[alphabet].code);
    }
}

static bool is_letter(uint32_t c)
{
    return is_latin(c) || is_cyrillic(c) || (c >= '0' && c <= '9');
}

static void check_letters(struct lint *l, const struct place *p, const char *code, const char *text)
{
    size_t alphabet = 0, len = strlen(text);
    while (alphabet < sizeof alphabets / sizeof *alphabets &&
           strcmp(alphabets[alphabet].code, code) != 0) {
        alphabet++;
    }
    if (alphabet == sizeof alphabets / sizeof *alphabets) {
        return; /* a language that we do not know */
    }
    for (size_t at = 0, start = 0; start < len;) {
        at = start;
        size_t end = start;
        while (end < len && is_letter(text_next(text, len, &at))) {
            end = at;
        }
        if (end > start) {
            check_word(l, p, alphabet, arena_copy(&l->arena, text + start, end - start));
        }
        start = at > start ? at : len;
    }
}

/* Words that the file of terms forbids, or that it names another word for. */
static void check_terms(struct lint *l, const struct place *p, const char *code, const char *text)
{
    static const char *const kinds[] = {"stop", "term"};
    struct buf small = {0};
    const struct csv_row *row;
    text_exact(&small, text, strlen(text));
    buf_add(&small, "", 0);
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; (row = form_terms_row(&l->terms, kinds[k], i)); i++) {
            const char *stem = form_terms_cell(&l->terms, row, "text"),
                       *use = form_terms_cell(&l->terms, row, "use");
            const char *lang = form_terms_cell(&l->terms, row, "lang");
            if (strcmp(lang, code) == 0 && strstr(small.data, stem)) {
                lint_find(l, p->sheet, p->row, p->column, "'%s' is not used here%s%s", stem,
                          *use ? "; the word is " : "", use);
            }
        }
    }
    buf_fini(&small);
}

static void check_length(struct lint *l, const struct place *p, const char *text)
{
    size_t words = lint_words(text), letters = text_count(text, strlen(text));
    if (words > WORDS_MAX || letters > LETTERS_MAX) {
        lint_find(l, p->sheet, p->row, p->column,
                  "the question has %zu words and %zu characters; at most %d and %d", words,
                  letters, (int)WORDS_MAX, (int)LETTERS_MAX);
    }
}

/* A question that is read to somebody: not a note, a group or a calculation. */
static bool is_question(const char *type)
{
    static const char *const others[] = {"note", "calculate", "begin_", "end_", "hidden"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (text_starts(type, others[i])) {
            return false;
        }
    }
    return *type != '\0';
}

static void check_same(struct lint *l, const char *sheet, const struct sheet_row *row,
                       const struct group *g, size_t i)
{
    const char *header =
        (*sheet == 's' ? l->survey : l->choices)->rows[0].cells[g->languages[i].column];
    const char *text = row->cells[g->languages[i].column], *bare = plain(l, text);
    for (size_t k = 0; k < i; k++) {
        const char *other = row->cells[g->languages[k].column];
        bool figures = strspn(bare, "0123456789.,:–- ") == strlen(bare);
        if (strcmp(text, other) == 0 && lint_words(bare) > 1 && !figures &&
            !is_allowed(l, "same", text)) {
            lint_find(l, sheet, row, header, "the same as in %s: '%s'", g->languages[k].code, text);
            return;
        }
    }
}

static void check_group(struct lint *l, const char *sheet, const struct sheet_row *row,
                        const struct group *g)
{
    const struct sheet *s = *sheet == 's' ? l->survey : l->choices;
    const char *some = "";
    for (size_t i = 0; i < g->count; i++) {
        const char *text =
            g->languages[i].column < row->count ? row->cells[g->languages[i].column] : "";
        some = *text ? text : some;
    }
    for (size_t i = 0; *some && i < g->count; i++) {
        const char *text =
            g->languages[i].column < row->count ? row->cells[g->languages[i].column] : "";
        const struct place p = {sheet, row, s->rows[0].cells[g->languages[i].column]};
        if (!*text) {
            lint_find(l, sheet, row, p.column, "the text is missing");
            continue;
        }
        const char *bare = plain(l, text);
        check_same(l, sheet, row, g, i);
        check_letters(l, &p, g->languages[i].code, bare);
        check_terms(l, &p, g->languages[i].code, bare);
        if (*sheet == 's' && strcmp(g->kind, "label") == 0 &&
            is_question(lint_cell(s, row, "type"))) {
            check_length(l, &p, bare);
        }
    }
}

static size_t gather_groups(struct lint *l, const struct sheet *sheet, struct group groups[8])
{
    size_t count = 0;
    for (size_t c = 0; c < sheet->rows[0].count; c++) {
        const char *kind, *code;
        size_t g = 0;
        if (!parse_header(l, sheet->rows[0].cells[c], &kind, &code)) {
            continue;
        }
        while (g < count && strcmp(groups[g].kind, kind) != 0) {
            g++;
        }
        if (g == count) {
            assert(count < 8); /* one a kind, and there are five kinds */
            groups[count++] = (struct group){.kind = kind};
        }
        if (groups[g].count < LANGUAGES) {
            groups[g].languages[groups[g].count++] = (struct language){code, c};
        }
    }
    return count;
}

static void check_sheet(struct lint *l, const char *name, const struct sheet *sheet)
{
    struct group groups[8];
    size_t count = gather_groups(l, sheet, groups);
    for (size_t r = 1; r < sheet->count; r++) {
        for (size_t g = 0; g < count; g++) {
            check_group(l, name, &sheet->rows[r], &groups[g]);
        }
    }
}

/* The reader makes all texts NFC, so this looks at the bytes of the file. */
static void check_nfc(struct lint *l, const char *bytes, size_t len)
{
    size_t line = 1;
    for (size_t at = 0; at < len; line++) {
        size_t end = at;
        while (end < len && bytes[end] != '\n') {
            end++;
        }
        if (text_valid(bytes + at, end - at) && !text_is_nfc(bytes + at, end - at)) {
            struct buf nfc = {0};
            if (text_nfc(&nfc, bytes + at, end - at, NULL) &&
                (nfc.len != end - at || memcmp(nfc.data, bytes + at, nfc.len) != 0)) {
                buf_printf(l->out,
                           "%s, line %zu: a letter is written as two characters (not NFC)\n",
                           l->file, line);
                l->count++;
            }
            buf_fini(&nfc);
        }
        at = end + 1;
    }
}

void lint_texts(struct lint *l, const char *bytes, size_t len)
{
    check_sheet(l, "survey", l->survey);
    if (l->choices) {
        check_sheet(l, "choices", l->choices);
    }
    if (l->book.lines) {
        check_nfc(l, bytes, len);
    }
}
