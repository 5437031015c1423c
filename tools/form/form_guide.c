/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the trainer's guide. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tools/form/form_new.h"

enum { LANGUAGES = 2, STEPS = 10 };
static const char *const languages[LANGUAGES] = {"ru", "en"};
static const char *const headings[LANGUAGES] = {
    "# От таблицы до устройства: форма за десять шагов",
    "# From a workbook to the device: a form in ten steps"};
static const char *const pictures[LANGUAGES] = {"Так выглядит экран; рисует `make screens`",
                                                "The screen; drawn by `make screens`"};

static const struct {
    const char *picture, *title[LANGUAGES], *text[LANGUAGES];
} steps[] = {
#define STEP(picture, ru_title, ru, en_title, en) {picture, {ru_title, en_title}, {ru, en}},
#include "tools/form/form_guide.def"
#undef STEP
};
static_assert(sizeof steps / sizeof *steps == STEPS, "ten steps");

enum { WIDTH = 100 }; /* letters of a line */

/* The next words that stay together, with the spaces before them: a word, or what `…` encloses.
 * *letters: how many letters they have. */
static size_t words(const char *text, size_t *letters)
{
    bool code = false, begun = false;
    size_t i = 0;
    *letters = 0;
    for (; text[i] && text[i] != '\n' && !(text[i] == ' ' && begun && !code); i++) {
        code = code != (text[i] == '`');
        begun = begun || text[i] != ' ';
        *letters += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return i;
}

/* A paragraph's lines are broken between words; commands stay as they are. */
static void put_text(struct buf *out, const char *text)
{
    static const char command[] = "    ";
    while (*text) {
        size_t len = strcspn(text, "\n"), at = 0, column = 0;
        if (strncmp(text, command, sizeof command - 1) == 0) {
            buf_add(out, text, len);
            at = len;
        }
        while (at < len) {
            size_t letters, more = words(text + at, &letters);
            bool fits = !column || column + letters <= WIDTH;
            size_t spaces = fits ? 0 : strspn(text + at, " ");
            buf_text(out, fits ? "" : "\n");
            buf_add(out, text + at + spaces, more - spaces);
            column = fits ? column + letters : letters - spaces;
            at += more;
        }
        text += len;
        if (*text) {
            buf_char(out, '\n');
            text++;
        }
    }
}

bool form_guide(struct buf *out, const char *language)
{
    for (int l = 0; l < LANGUAGES; l++) {
        if (strcmp(languages[l], language) != 0) {
            continue;
        }
        buf_join(out, headings[l], "\n", NULL);
        for (int i = 0; i < STEPS; i++) {
            buf_printf(out, "\n## %d. %s\n\n", i + 1, steps[i].title[l]);
            put_text(out, steps[i].text[l]);
            buf_char(out, '\n');
            if (steps[i].picture) {
                buf_printf(out, "\n![%s](../build/screens/ru/%s-day.png)\n", pictures[l],
                           steps[i].picture);
            }
        }
        return true;
    }
    return false;
}
