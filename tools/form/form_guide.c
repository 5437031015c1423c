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

bool form_guide(struct buf *out, const char *language)
{
    for (int l = 0; l < LANGUAGES; l++) {
        if (strcmp(languages[l], language) != 0) {
            continue;
        }
        buf_join(out, headings[l], "\n", NULL);
        for (int i = 0; i < STEPS; i++) {
            buf_printf(out, "\n## %d. %s\n\n%s\n", i + 1, steps[i].title[l], steps[i].text[l]);
            if (steps[i].picture) {
                buf_printf(out, "\n![%s](../build/screens/ru/%s-day.png)\n", pictures[l],
                           steps[i].picture);
            }
        }
        return true;
    }
    return false;
}
