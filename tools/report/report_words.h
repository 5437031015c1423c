/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPORT_REPORT_WORDS_H
#define TOOLS_REPORT_REPORT_WORDS_H
/* report_words: the report's own texts, in the languages of the program. */
#include <stddef.h>

enum report_word {
#define WORD(name, ru, ky, tg, en) W_##name,
#include "tools/report/report_words.def"
#undef WORD
    W_COUNT
};
enum { REPORT_OUTPUTS = 27 };

/* The texts of a language; NULL: there is none. */
const char *const *report_words(const char *language);

#endif
