/* SPDX-License-Identifier: Apache-2.0 */
/* The report's texts, by language. */
#include "tools/report/report_words.h"

#include <assert.h>
#include <string.h>

static const char *const ru_words[] = {
#define WORD(name, ru, ky, tg, en) ru,
#include "tools/report/report_words.def"
#undef WORD
};
static const char *const ky_words[] = {
#define WORD(name, ru, ky, tg, en) ky,
#include "tools/report/report_words.def"
#undef WORD
};
static const char *const tg_words[] = {
#define WORD(name, ru, ky, tg, en) tg,
#include "tools/report/report_words.def"
#undef WORD
};
static const char *const en_words[] = {
#define WORD(name, ru, ky, tg, en) en,
#include "tools/report/report_words.def"
#undef WORD
};
static_assert(sizeof en_words / sizeof *en_words == W_COUNT, "a text for each word");
static_assert(W_R27 - W_R01 + 1 == REPORT_OUTPUTS, "a title for each output");

static const struct {
    const char *language;
    const char *const *words;
} languages[] = {{"ru", ru_words}, {"ky", ky_words}, {"tg", tg_words}, {"en", en_words}};

const char *const *report_words(const char *language)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (strcmp(languages[i].language, language) == 0) {
            return languages[i].words;
        }
    }
    return NULL;
}
